"""Every sentence and cell that states a figure is read back by a grammar of its own, and is what the tables say."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest

from dashboard import words
from dashboard.app import create_app
from tests import sentences
from tests.dashboard import numbers
from tests.dashboard.test_every_number import database_of, layout
from tests.sentences import Place, Tables, Unknown, Wrong, read

PAGES = (
    "/", "/voice", "/voice?by=primary_need", "/voice?window=quarter", "/voice?measure=voice.child", "/programme",
    "/grades", "/grades?measure=quality.inadequate", "/plans", "/timeliness",
)  # fmt: skip
LABELS = re.compile(
    r"> (?:caption|thead > th|summary|a|code|th > \.text|\.annotation|\.text|\.hovertext|\.axis|\.name|\.sub|option|"
    r"dt|dd)\S*$"
)
"""Places of words that state nothing: headings of columns and rows, links, receipts, marks of a chart (whose table says
the same)."""
READ = ("share", "people_share", "snapshot", "mean", "given")
"""Kinds of measures whose headlines the grammar reads; not yet gaps, coefficients and the like."""
TOPICS = ("voice", "programme", "quality", "plans", "advice", "timeliness", "reported")
"""Topics of measures of which it knows every sentence; not yet those of the ledger, placements, learning and so on."""
PLAIN = re.compile(
    r"(?:Receipts?|None|No limits|Not available|Nothing to compare|Not applicable|Nothing in the step before|Outside|"
    r"(?:High|Low): [a-z0-9 ]+|Table: .*|.*, on the same scale\.|Quarter by quarter.*|Each dot has its likely range\.|"
    r".* by [a-z ']+, in .*|Moves slowly; periods overlap\.|No .*(?:to count|of this kind reviewed)|Not published.*|"
    r"Plans finished within 20 weeks.*|More than the step before|\d{4}|See .*|What counts .*|"
    r"Audits without one are left out\.|These are never counted as taking part\.|[,·]|"
    r"Planning fewer afterwards does not change the number planned\.|"
    r"How reliable(?: the grades are|\?)|Tell the director of children's services on the same day that one appears\.|"
    r"Families who are never answered stop answering\.|Take the list to the next meeting\.|"
    r"Too few .* for a line.*|Nothing to count in this period|It is the council's own\.)"
)
"""Words of which nothing is a figure, and those that name what is shown."""


def texts(address: str, page: object, tables: Tables) -> Iterator[tuple[str, Place]]:
    """The texts of a page that stand beside receipts, and say something."""
    for spot in numbers.spots_of_layout(address, page):
        if spot.receipts and not LABELS.search(spot.path) and not sentences_of_points(spot.text):
            yield re.sub(r"\s*<br>\s*", " ", spot.text), Place.of(tables, spot.receipts)


def sentences_of_points(text: str) -> bool:
    """Whether it is a receipt, or the name of a period."""
    receipt = numbers.RECEIPT.pattern
    names = (
        rf"{receipt}(?: and {receipt})*",
        rf"{sentences.POINT}(?:, the first (?:month|quarter))?",
        sentences.DAY,
    )
    return any(re.fullmatch(name, text.strip()) for name in names)


def known_words(tables: Tables) -> set[str]:
    """Titles, labels and authored texts of the release."""
    authored = ("title", "short_title", "target_source", "benchmark", "why")
    said = {str(row.get(name)) for row in tables.measures.values() for name in authored if row.get(name)}
    parts = {part for text in said for part in re.split(r"(?<=\.)\s+", text)}
    return said | parts | set(tables.labels.values()) | {f"{text}." for text in said}


def faults(
    address: str, page: object, tables: Tables, known: Sequence[str] | set[str]
) -> tuple[int, list[str]]:
    """How many sentences were read, and those that are not known or not borne out."""
    count, found = 0, []
    for text, at in texts(address, page, tables):
        for part in [text] if not PLAIN.fullmatch(text.strip()) else []:
            try:
                count += read(part, at, {*known, *plain_sentences(part)})
            except (Unknown, Wrong) as problem:
                found.append(f"{address}: {type(problem).__name__}: {problem}")
    return count, found


def plain_sentences(text: str) -> set[str]:
    return {one for one in re.split(r"(?<=[.])\s+(?=[A-Z\d])", text.strip()) if PLAIN.fullmatch(one)}


@pytest.fixture(scope="module")
def tables(store_root: Path) -> Tables:
    return Tables(database_of(store_root, "officers"))


@pytest.mark.parametrize("address", PAGES)
def test_every_sentence_of_a_page_is_read_back(store_root: Path, tables: Tables, address: str) -> None:
    client = create_app(store_root, "officers").server.test_client()
    count, found = faults(address, layout(client, address), tables, known_words(tables))
    assert not found, "\n".join(found)
    assert count > 5


def headlines(database: Path, tables: Tables, every: int = 1) -> Iterator[tuple[str, Place]]:
    """What is said first of each measure in each of its windows, one in so many; groups as of all."""
    for n, row in enumerate(sorted(tables.figures.values(), key=lambda row: row["receipt"])):
        measure = tables.measures[row["measure"]]
        if n % every == 0 and not row["symbol"] and measure["kind"] in READ and measure["topic"] in TOPICS:
            at = Place.of(tables, [row["receipt"]])
            yield words.headline(measure, row), at
            yield words.change_cell(row, measure), at
            yield words.figure_number(measure, row), at
            yield words.usual(measure, row), at


def test_every_measure_s_headline_is_read_back(store_root: Path, tables: Tables) -> None:
    said = list(headlines(database_of(store_root, "officers"), tables, every=9))
    assert {at.rows[0]["measure"] for _, at in said} >= {"voice.any_family", "plans.good_or_better"}
    for text, at in said:
        read(text, at, known_words(tables))


WRONG = (
    ("64%", "65%"), ("higher", "lower"), ("lower", "higher"), ("12 months", "3 months"), ("2026", "2025"),
    ("more", "fewer"),
    ("above", "below"), ("better", "worse"), ("Higher", "Lower"), (" of ", " of 1"), ("between 6", "between 5"),
    ("percentage point", "per cent"), ("completed", "improved"),
)  # fmt: skip


def test_a_changed_word_or_number_does_not_pass() -> None:
    """The grammar is no rubber stamp: one sentence, and each of its words or numbers replaced."""
    row = {
        "receipt": "A", "measure": "m", "council": "990", "window": "12m", "period_start": date(2025, 4, 1),
        "period_end": date(2026, 3, 31), "complete": True, "breakdown": "", "group": "", "numerator": 357,
        "denominator": 555, "value": 357 / 555, "low": 0.602, "high": 0.682, "symbol": "", "previous_numerator": 265,
        "previous_denominator": 538, "previous_value": 265 / 538, "change": 357 / 555 - 265 / 538, "change_low": 0.092,
        "change_high": 0.208, "mix": "", "random": 352, "previous_random": 334,
    }  # fmt: skip
    tables = object.__new__(Tables)
    tables.figures, tables.charts, tables.labels, tables.places = {"A": row}, {}, {}, set()
    tables.changes = []
    tables.measures = {"m": {"kind": "share", "higher_is": "better", "counts_what": "audits"}}
    at = Place.of(tables, ["A"])
    text = (
        "In the 12 months to 31 March 2026, someone from the family contributed to 357 of 555 completed audits (64%). "
        "The true rate for audits done this way is likely to be between 60% and 68%. That is 15 percentage points "
        "higher than the year before, which was 49% (265 of 538 audits). The difference is likely to be between 9 and "
        "21 percentage points higher: more than chance alone would explain."
    )
    assert read(text, at) == 4
    changed = 0
    for sentence in text.split(". "):
        for before, after in WRONG:
            if before in sentence:
                changed += 1
                with pytest.raises((Unknown, Wrong)):
                    read(sentence.rstrip(".").replace(before, after, 1) + ".", at)
    assert changed > 10
    for wrong in (
        "Lower is better.",
        "Improving",
        "Participation improved by 15 points.",
        "Cannot be compared: more were chosen at random than the year before",
    ):
        with pytest.raises((Unknown, Wrong)):
            read(wrong, at)
    row["mix"] = "more random"
    with pytest.raises(Wrong):
        read("15 percentage points higher than the year before", at)
    read("Cannot be compared: more were chosen at random than the year before", at)


def test_flipping_a_measure_s_polarity_flips_the_words(
    store_root: Path, tables: Tables, tmp_path: Path
) -> None:
    """Pages of a release with every polarity turned say the opposite; neither release bears out the other's words."""
    shutil.copytree(store_root, tmp_path / "store")
    database = database_of(tmp_path / "store", "officers")
    with duckdb.connect(str(database)) as con:
        con.execute(
            "UPDATE measures SET higher_is = CASE higher_is WHEN 'better' THEN 'worse' WHEN 'worse' THEN 'better' ELSE "
            "higher_is END"
        )
        turned = {"improving": "getting worse", "getting worse": "improving"}
        for row in con.execute("SELECT DISTINCT measure, variation FROM charts").fetchall():
            if row[1] in turned:
                con.execute(
                    "UPDATE charts SET variation = $now WHERE measure = $of",
                    {"now": turned[row[1]], "of": row[0]},
                )
    flipped = Tables(database)
    pages = {
        root: layout(create_app(root, "officers").server.test_client(), "/voice")
        for root in (store_root, tmp_path / "store")
    }
    said = {root: [text for text, _ in texts("/voice", page, tables)] for root, page in pages.items()}
    assert "Higher is better." in " ".join(said[store_root])
    assert "Lower is better." in " ".join(said[tmp_path / "store"])
    for page, own, other in (
        (pages[store_root], tables, flipped),
        (pages[tmp_path / "store"], flipped, tables),
    ):
        assert not faults("/voice", page, own, known_words(own))[1]
        wrong = faults("/voice", page, other, known_words(other))[1]
        assert any("is better" in one for one in wrong)
        assert all("Wrong" in one for one in wrong)
