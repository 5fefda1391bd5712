"""Every sentence, cell and mark that states a figure is read back by a grammar of its own, and is what tables say."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from dashboard.app import create_app
from pipelines.settings import AUDIENCES
from tests.dashboard.broken_words import broken
from tests.dashboard.read_pages import PAGES, PLAIN, faults, headlines, known_words, of_each_kind, texts
from tests.dashboard.test_every_number import database_of, layout
from tests.sentences import Place, Tables, Unknown, Wrong, read, sentences

SILENT = ("/changes", "/data", "/protection")
"""Pages that state no figure with a receipt, of a release without another before it."""
HIDDEN = ("/who", "/who?by=interpreter", "/placements")
"""Pages of which nothing is public."""


@pytest.fixture(scope="module")
def tables(store_root: Path) -> Tables:
    return Tables.of(database_of(store_root, "officers"))


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_sentence_of_every_page_is_read_back(store_root: Path, audience: str) -> None:
    held = Tables.of(database_of(store_root, audience))
    client, known = create_app(store_root, audience).server.test_client(), known_words(held)
    for address in PAGES:
        count, found = faults(address, layout(client, address), held, known)
        assert not found, "\n".join(found)
        silent = (*SILENT, *HIDDEN) if audience == "public" else SILENT
        assert (count > 5) != (address in silent), f"{address}: {count} sentences read"


def test_the_receipt_of_every_kind_of_figure_is_read_back(store_root: Path, tables: Tables) -> None:
    client, known = create_app(store_root, "officers").server.test_client(), known_words(tables)
    for receipt in of_each_kind(tables):
        address = f"/receipts/{receipt}"
        count, found = faults(address, layout(client, address), tables, known)
        assert not found, "\n".join(found)
        assert count


def test_the_headline_of_every_measure_is_read_back(tables: Tables) -> None:
    known, read_of = known_words(tables), set()
    for text, at in headlines(tables, every=61):
        read(text, at, known)
        read_of.add(at.rows[0]["measure"])
    assert {tables.measures[name]["kind"] for name in read_of} == {
        row["kind"] for row in tables.measures.values()
    }


# The grammar is no rubber stamp


def told(store_root: Path, tables: Tables, known: set[str]) -> Iterator[tuple[str, Place]]:
    """Sentences of pages and headlines that the grammar reads by themselves, one of each measure and form."""
    client, seen = create_app(store_root, "officers").server.test_client(), set()
    pages = (
        (text, at) for address in PAGES for text, at, _ in texts(address, layout(client, address), tables)
    )
    for text, at in (*pages, *headlines(tables, every=211)):
        for sentence in sentences(text):
            form = "".join(" " if letter.isdigit() else letter for letter in sentence)
            own = (form, at.rows[0]["measure"] if at.rows else "")
            if own not in seen and sentence not in known and at.rows:
                seen.add(own)
                yield sentence, at


def passes(sentence: str, at: Place, known: set[str]) -> bool:
    try:
        read(sentence, at, known)
    except (Unknown, Wrong):
        return False
    return True


def test_a_sentence_broken_in_one_number_or_word_is_caught_for_every_kind_of_measure(
    store_root: Path, tables: Tables
) -> None:
    known = known_words(tables) | PLAIN
    caught: Counter[tuple[str, str]] = Counter()
    missed = []
    for sentence, at in told(store_root, tables, known):
        if not passes(sentence, at, known):
            continue  # a part of a longer one, which is read as a whole
        for fault, wrong in broken(sentence):
            if passes(wrong, at, known):
                missed.append(f"{sentence} -> {wrong}")
            else:
                caught[tables.measures[at.rows[0]["measure"]]["kind"], fault] += 1
    assert not missed, "\n".join(missed)
    for kind in {row["kind"] for row in tables.measures.values()}:
        assert caught[kind, "number"] >= 3, f"{kind}: too few sentences to tell"
    for kind, fault in (("share", "word"), ("share", "unit"), ("share", "whole"), ("gap", "word"), ("gap", "unit"),
                        ("given", "whole"), ("agreement", "word"), ("snapshot", "whole")):  # fmt: skip
        assert caught[kind, fault], f"{kind}: no {fault} was broken"


@pytest.mark.parametrize(
    "text",
    [
        "Participation improved by 15 points.",
        "No audits improved: 12 of 40.",
        "See 12 of 40 audits.",
        "Table: 12 of 40 audits.",
        "Too few audits, 12 of 40, for a line.",
        "Families were heard more often than ever.",
        "Up from 49%.",
    ],
)
def test_a_sentence_that_the_grammar_does_not_have_fails(text: str) -> None:
    with pytest.raises((Unknown, Wrong)):
        read(text, by_hand(), PLAIN)


def by_hand(**other: object) -> Place:
    """357 of 555 audits, after 265 of 538: the number that the demonstration is known by."""
    row = {
        "receipt": "A", "measure": "m", "council": "990", "window": "12m", "period_start": date(2025, 4, 1),
        "period_end": date(2026, 3, 31), "complete": True, "breakdown": "", "group": "", "numerator": 357,
        "denominator": 555, "value": 357 / 555, "low": 0.602, "high": 0.682, "symbol": "", "previous_numerator": 265,
        "previous_denominator": 538, "previous_value": 265 / 538, "change": 357 / 555 - 265 / 538, "change_low": 0.092,
        "change_high": 0.208, "mix": "", "random": 352, "previous_random": 334, "direction": "higher",
    } | other  # fmt: skip
    measure = {
        "title": "M",
        "short_title": "M",
        "kind": "share",
        "higher_is": "better",
        "counts_what": "audits",
    }
    return Place.of(Tables({"A": row}, {"m": measure}), ["A"])


SAID = (
    "In the 12 months to 31 March 2026, someone from the family contributed to 357 of 555 completed audits (64%). The "
    "true rate for audits done this way is likely to be between 60% and 68%. That is 15 percentage points higher than "
    "the year before, which was 49% (265 of 538 audits). The difference is likely to be between 9 and 21 percentage "
    "points higher: more than chance alone would explain."
)


def test_a_headline_by_hand() -> None:
    assert read(SAID, by_hand()) == 4
    for sentence in sentences(SAID):
        for _, wrong in broken(sentence):
            with pytest.raises((Unknown, Wrong)):
                read(wrong, by_hand())


@pytest.mark.parametrize(
    ("other", "wrong"),
    [
        ({"numerator": 358}, "357 of 555"),
        ({"previous_denominator": 539}, "which was 49%"),
        ({"low": 0.612}, "between 60% and 68%"),
        ({"change_low": -0.01}, "higher than the year before"),
        ({"mix": "more random"}, "higher than the year before"),
        ({"period_end": date(2026, 2, 28)}, "31 March 2026"),
        ({"complete": False}, "12 months to 31 March 2026"),
    ],
)
def test_a_sentence_is_wrong_where_the_table_says_otherwise(other: dict[str, object], wrong: str) -> None:
    with pytest.raises(Wrong, match=wrong):
        read(SAID, by_hand(**other))


def test_years_chosen_in_another_way_are_not_compared() -> None:
    text = "Cannot be compared: more were chosen at random than the year before"
    assert read(text, by_hand(mix="more random"))
    with pytest.raises(Wrong):
        read(text, by_hand())


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
        con.execute(
            "UPDATE charts SET variation = CASE variation WHEN 'improving' THEN 'getting worse' WHEN 'getting worse' "
            "THEN 'improving' ELSE variation END"
        )
    flipped = Tables.of(database)
    pages = {
        root: layout(create_app(root, "officers").server.test_client(), "/voice")
        for root in (store_root, tmp_path / "store")
    }
    said = {
        root: " ".join(text for text, _, _ in texts("/voice", page, tables)) for root, page in pages.items()
    }
    assert "Higher is better." in said[store_root]
    assert "Getting better" in said[store_root]
    assert "Lower is better." in said[tmp_path / "store"]
    assert "Getting worse" in said[tmp_path / "store"]
    for page, own, other in (
        (pages[store_root], tables, flipped),
        (pages[tmp_path / "store"], flipped, tables),
    ):
        assert not faults("/voice", page, own, known_words(own))[1]
        wrong = faults("/voice", page, other, known_words(other))[1]
        assert any("is better" in one for one in wrong)
        assert any("Getting" in one for one in wrong)
        assert all("Wrong" in one for one in wrong)
