"""Where every row went, in words and on the data page."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard import balance_words, store
from dashboard.balance_words import Known
from dashboard.components import Page
from dashboard.pages import data, data_rows
from tests.dashboard.pages_as_text import tables_of, text_of

KNOWN = Known(
    columns={("audits", "is_random"): "The case was chosen at random.", ("plan_reviews", "is_random"): "Other."},
    facts={"quality.good": "audits", "voice.any_family_of_planned": "audits"},
    rules={"AUD-301": "The audit was completed before it was started."},
    names={"990": "Brackenshire"},
)  # fmt: skip
COLUMNS = ("council", "feed", "step", "subject", "part", "rows")
HELD = [
    ("", "", "files", "", "", 12), ("", "", "files", "", "refused", 12),
    ("", "case_audits", "files", "", "", 1000), ("", "case_audits", "files", "", "accepted", 990),
    ("", "case_audits", "files", "", "set aside", 10),
    ("", "case_audits", "received", "", "", 1), ("", "case_audits", "received", "", "set aside", 1),
    ("990", "case_audits", "received", "", "", 999), ("990", "case_audits", "received", "", "accepted", 990),
    ("990", "case_audits", "received", "", "set aside", 9),
    ("990", "case_audits", "set aside", "", "", 9), ("990", "case_audits", "set aside", "", "AUD-301", 9),
    ("990", "case_audits", "accepted", "", "", 990), ("990", "case_audits", "accepted", "", "in force", 600),
    ("990", "case_audits", "accepted", "", "replaced", 385), ("990", "case_audits", "accepted", "", "left out", 5),
    ("990", "case_audits", "in force", "audits", "", 600), ("990", "case_audits", "in force", "audits", "fact", 600),
    ("990", "case_audits", "denominator", "quality.good", "", 600),
    ("990", "case_audits", "denominator", "quality.good", "no completed_on", 40),
    ("990", "case_audits", "denominator", "quality.good", "not is_random", 160),
    ("990", "case_audits", "denominator", "quality.good", "denominator", 400),
]  # fmt: skip


def rows(held: list[tuple[Any, ...]] = HELD) -> list[dict[str, Any]]:
    return [dict(zip(COLUMNS, row, strict=True)) for row in held]


@pytest.mark.parametrize(
    ("council", "step", "said"),
    [
        ("", "files", "1,000 rows received = 990 accepted + 10 set aside."),
        ("990", "set aside", "9 rows set aside = 9 AUD-301 (The audit was completed before it was started)."),
        (
            "990",
            "accepted",
            "990 rows accepted = 600 in force + 385 replaced by a newer row + 5 gone from a newer whole file.",
        ),
        ("990", "in force", "600 rows in force = 600 audits."),
        (
            "990",
            "denominator",
            "600 rows looked at = 400 in the denominator + 160 of which this does not hold: the case was chosen at "
            "random + 40 without a day of completion.",
        ),
    ],
)
def test_a_step_is_a_sum_in_words(council: str, step: str, said: str) -> None:
    [line] = [
        one for one in balance_words.lines(rows(), council) if (one.feed, one.step) == ("case_audits", step)
    ]
    assert balance_words.sentence(line, KNOWN) == said


def test_steps_come_in_the_order_in_which_rows_pass_them() -> None:
    steps = [line.step for line in balance_words.lines(rows(), "990")]
    assert steps == ["received", "set aside", "accepted", "in force", "denominator"]


def test_a_step_that_does_not_add_up_says_so() -> None:
    [line] = balance_words.lines(rows([("990", "case_audits", "received", "", "", 5),
                                       ("990", "case_audits", "received", "", "accepted", 4)]))  # fmt: skip
    assert not line.adds_up
    said = "5 rows received = 4 accepted. This does not add up: please report it."
    assert balance_words.sentence(line, Known()) == said


def test_a_code_that_a_release_does_not_explain_stands_as_it_is() -> None:
    [line] = balance_words.lines(rows([("990", "case_audits", "denominator", "new.one", "", 5),
                                       ("990", "case_audits", "denominator", "new.one", "not is_new", 5)]))  # fmt: skip
    assert balance_words.sentence(line, Known()) == "5 rows looked at = 5 not is_new."


@pytest.mark.parametrize(
    ("files", "held", "said"),
    [
        (0, 0, ""),
        (1, 12, "1 file was refused whole: 12 rows, headers among them. No figure uses any of it."),
        (2, 0, "2 files were refused whole. No figure uses any of it."),
    ],
)
def test_files_refused_whole_are_told(files: int, held: int, said: str) -> None:
    assert balance_words.refused(files, held) == said


def test_the_data_page_shows_where_every_row_went(
    release: store.Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "balances", lambda _: rows())
    page = data.page(release, {})
    assert "Where every row went" in text_of(page)
    tables = {table["caption"]: table for table in tables_of(page)}
    by_feed = tables["Rows of each feed, from received to in force"]["rows"]
    assert by_feed == [["Case audits", "1,000", "990", "10", "600", "385", "5", "Adds up"]]
    by_council = tables["Rows of each council and feed, from received to in force"]["rows"]
    assert [row[:5] for row in by_council] == [
        ["No council that we know", "Case audits", "1", "0", "1"],
        ["Brackenshire", "Case audits", "999", "990", "9"],
    ]
    [left_out] = tables["What is counted, and how much of it is in the denominator of each measure"]["rows"]
    assert left_out[2] == "600 rows looked at"
    assert left_out[3].startswith("400 in the denominator + 160 ")
    assert "1 file was refused whole: 12 rows" in text_of(page)


def test_a_sum_that_fails_is_named_in_the_first_table(
    release: store.Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = [(*row[:-1], 599) if row[4] == "in force" else row for row in HELD]
    monkeypatch.setattr(store, "balances", lambda _: rows(wrong))
    section = data_rows.section(release, store.deliveries(release))
    assert section is not None
    [first, *_] = tables_of(Page("", [section]))
    assert first["rows"][0][-1] == "Does not add up: please report it"


def test_a_release_without_balances_has_no_such_section(release: store.Release) -> None:
    assert store.balances(release) == []
    assert "Where every row went" not in text_of(data.page(release, {}))
