"""From a supplier's words to canonical columns: every type, each council's scale and names, pseudonyms, age bands."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from pipelines.contracts import CouncilNames
from pipelines.intake import typed as make_typed_module
from pipelines.intake.key import Key
from tests.intake.tables import CATALOGUE, KEY, changed, read_table

NAMES = {
    "990": CouncilNames(council="990", teams=("SEND North",), themes=("Child's voice", "Timeliness")),
    "991": CouncilNames(council="991", grade_scale="ten_point", teams=("Team West",)),
}
TWO_COUNCILS = changed(names=NAMES)
AUDIT = {
    "council": "990",
    "audit_reference": "A1",
    "audit_type": "routine",
    "selection": "random",
    "status": "planned",
}
PERSON = {"council": "990", "audit_reference": "A1", "role": "parent"}
PLAN = {
    "council": "990", "frame": "ehcp", "period": "2025-26 Q4", "audit_type": "routine", "planned_count": "12",
    "approved_on": "1 December 2025",
}  # fmt: skip
Typed = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def typed(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> Typed:
    """Rows of text, written as CSV, read and made canonical: one dict a row."""

    def typed(*rows: dict[str, str], key: Key = KEY) -> list[dict[str, Any]]:
        path = tmp_path / "file.csv"
        columns = list(dict.fromkeys(name for row in rows for name in row))
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
        table = con.table(read_table(con, path, TWO_COUNCILS, key))
        return [dict(zip(table.columns, row, strict=True)) for row in table.order("_row").fetchall()]

    return typed


def test_every_type_by_hand(typed: Typed) -> None:
    (plan,) = typed(PLAN | {"council": "Brackenshire", "frame": "EHC plans", "planned_count": "1,200"})
    assert plan == {
        "_sheet": "", "_row": 2, "_ragged": False, "council": "990", "frame": "ehcp",
        "period_start": date(2026, 1, 1), "period_end": date(2026, 3, 31), "period__unreadable": False,
        "audit_type": "routine", "team": None, "agency": None, "planned_count": 1200,
        "planned_count__unreadable": False, "approved_on": date(2025, 12, 1), "approved_on__unreadable": False,
    }  # fmt: skip
    (audit,) = typed(
        AUDIT | {"planned_month": "Feb 2026", "mental_health_relevant": "Y", "interpreter": "no"}
    )
    assert (audit["planned_month"], audit["mental_health_relevant"], audit["interpreter"]) == (
        date(2026, 2, 1), True, False,
    )  # fmt: skip


def test_a_table_holds_what_the_contract_keeps_and_a_flag_for_what_is_not_text(typed: Typed) -> None:
    contract = CATALOGUE.contracts["case_audits"]
    (audit,) = typed(
        AUDIT | {"child_name": "Zebedee Quill", "comments": "Zebedee was heard", "birth_month": "2014-09"}
    )
    flagged = ("date", "month", "birth_month", "yes_no")
    flags = [f"{name}__unreadable" for name, column in contract.columns.items() if column.type in flagged]
    assert set(audit) == {"_sheet", "_row", "_ragged", *contract.stored, *flags}
    assert "Zebedee" not in str(audit)


def test_what_cannot_be_read_is_marked_and_never_kept(typed: Typed) -> None:
    (plan,) = typed(dict.fromkeys(PLAN, "Zebedee") | {"team": "Zebedee 07700 900123"})
    assert [plan[name] for name in ("council", "frame", "audit_type", "team")] == ["?"] * 4
    for name in ("period", "planned_count", "approved_on"):
        assert plan[f"{name}__unreadable"] is True, name
    assert [plan[name] for name in ("period_start", "period_end", "planned_count", "approved_on")] == [
        None
    ] * 4
    assert "Zebedee" not in str(plan)


def test_words_for_nothing_are_nothing(typed: Typed) -> None:
    columns = ("completed_on", "agreed_grade", "team", "strengths", "interpreter", "setting_type", "auditor")
    words = ("", "N/A", "not known", " - ", "TBC")
    audits = typed(*(AUDIT | dict.fromkeys((*columns, "birth_month"), word) for word in words))
    for word, audit in zip(words, audits, strict=True):
        assert {name: audit[name] for name in columns} == dict.fromkeys(columns), word
        assert not any(audit[name] for name in audit if name.endswith("__unreadable")), word


@pytest.mark.parametrize("word", ["not recorded", "#N/A", "#REF!", "?", "--", "null", "n.a.", "N/K"])
def test_a_word_for_nothing_is_nobodys_reference(typed: Typed, word: str) -> None:
    named = {"reference": word, "child_reference": word, "auditor": word, "moderator": word}
    named = {
        name: value for name, value in named.items() if name in CATALOGUE.contracts["case_audits"].columns
    }
    assert len(named) >= 3
    (audit,) = typed(AUDIT | named)
    assert {name: audit[name] for name in named} == dict.fromkeys(named)


def test_a_code_list_that_knows_a_word_for_nothing_keeps_it(typed: Typed) -> None:
    (audit,) = typed(AUDIT | {"social_care": "N/A", "sex": "Unknown"})
    assert (audit["social_care"], audit["sex"]) == ("none", "U")


def test_a_grade_is_read_on_the_scale_of_its_own_council(typed: Typed) -> None:
    words = ("1", "9", "Good", "2 - Good", "Requires improvement", "inadequate")
    rows = [
        AUDIT | {"council": council, "agreed_grade": word}
        for council in ("990", "Westmarch")
        for word in words
    ]
    grades = [row["agreed_grade"] for row in typed(*rows)]
    assert grades[:6] == ["outstanding", "?", "good", "good", "requires_improvement", "inadequate"]
    assert grades[6:] == ["inadequate", "outstanding", "good", "?", "requires_improvement", "inadequate"]


def test_names_on_the_councils_list_pass_and_others_become_code_names(typed: Typed) -> None:
    words = ("send north", " SEND  North ", "Team West", "TEAM WEST", "Mavis")
    rows = [AUDIT | {"council": council, "team": word} for council in ("990", "991") for word in words]
    teams = [row["team"] for row in typed(*rows)]
    assert teams[:2] == ["SEND North", "SEND North"]
    assert teams[7:9] == ["Team West", "Team West"]
    unlisted = [*teams[2:7], teams[9]]
    assert all(re.fullmatch("unlisted-[A-Z2-7]{6}", team) for team in unlisted)
    assert teams[2] == teams[3], "the same name, however it is written"
    assert len({teams[2], teams[4], teams[5], teams[9]}) == 4, "another name or council, another code name"


def test_a_name_that_looks_like_a_persons_details_is_not_even_a_code_name(typed: Typed) -> None:
    words = ("Team of 12345", "see ZZ9 1AA", "ring@example.org", "born 01/02/2014")
    audits = typed(*(AUDIT | {"team": word, "learning_themes": f"Timeliness; {word}"} for word in words))
    assert [audit["team"] for audit in audits] == ["?"] * len(words)
    assert [audit["learning_themes"] for audit in audits] == [["?", "Timeliness"]] * len(words)


def test_a_cell_of_several_holds_each_once_in_order(typed: Typed) -> None:
    words = "timeliness; Child's voice|TIMELINESS\nChild-voice ; n/a; CHILD VOICE;"
    (audit,) = typed(AUDIT | {"learning_themes": words})
    *listed, unlisted = audit["learning_themes"]
    assert listed == ["Child's voice", "Timeliness"]
    assert unlisted.startswith("unlisted-")


def test_a_reference_has_one_pseudonym_in_every_feed_and_spelling(typed: Typed) -> None:
    audits = typed(
        AUDIT, AUDIT | {"audit_reference": " a1 "}, AUDIT | {"audit_reference": "A2", "re_audit_of": "a1"}
    )
    (person,) = typed(PERSON)
    pseudonym = audits[0]["audit_reference"]
    assert re.fullmatch("[0-9a-f]{20}", pseudonym)
    assert {audits[1]["audit_reference"], audits[2]["re_audit_of"], person["audit_reference"]} == {pseudonym}
    assert audits[2]["audit_reference"] != pseudonym


def test_a_pseudonym_depends_on_council_kind_and_key(typed: Typed) -> None:
    row = AUDIT | {"child_reference": "A1", "auditor": "J Hart", "moderator": "j hart"}
    here, there = typed(row, row | {"council": "Westmarch"})
    assert here["auditor"] == here["moderator"], "one person, whatever they did"
    assert (
        len(
            {
                found[name]
                for found in (here, there)
                for name in ("audit_reference", "child_reference", "auditor")
            }
        )
        == 6
    )
    (other_key,) = typed(row, key=Key(b"another key that only tests know"))
    assert other_key["audit_reference"] != here["audit_reference"]


def test_pseudonyms_are_the_same_whether_references_repeat_or_not(typed: Typed) -> None:
    once = typed(*(AUDIT | {"auditor": f"P{n}"} for n in range(8)))
    often = typed(*(AUDIT | {"auditor": f"p{n % 2} "} for n in range(8)))
    assert [row["auditor"] for row in often] == [once[n % 2]["auditor"] for n in range(8)]


def test_a_missing_council_does_not_read_as_a_missing_reference(typed: Typed) -> None:
    without, unknown = typed(
        AUDIT | {"council": "", "auditor": "P1"}, AUDIT | {"council": "Narnia", "auditor": "P1"}
    )
    assert (without["council"], unknown["council"]) == (None, "?")
    assert all(row[name] for row in (without, unknown) for name in ("audit_reference", "auditor"))


BORN = {
    "2026-03": None, "2026-02": "0-4", "2021-03": "0-4", "2021-02": "5-10", "2015-03": "5-10", "2015-02": "11-15",
    "2010-03": "11-15", "2010-02": "16-19", "2006-03": "16-19", "2006-02": "20-25", "2000-03": "20-25", "2000-02": None,
    "14/02/2015": "11-15", "28/02/2015": "11-15", "01/03/2015": "5-10",
}  # fmt: skip


def test_a_month_of_birth_gives_the_age_band_in_the_audits_month(typed: Typed) -> None:
    audit = AUDIT | {"planned_month": "2026-02", "completed_on": "2026-07-01"}
    found = typed(*(audit | {"birth_month": born} for born in BORN))
    assert [row["age_band"] for row in found] == list(BORN.values())
    assert not re.search("2000|2006|2010|2015|2021", str(found))


def test_the_age_is_that_of_the_first_date_there_is(typed: Typed) -> None:
    later, none = typed(
        AUDIT | {"started_on": "2026-02-20", "birth_month": "2021-02"}, AUDIT | {"birth_month": "2021-02"}
    )
    assert later["age_band"] == "5-10"
    assert none["age_band"] is None


def test_an_age_band_that_is_given_stands(typed: Typed) -> None:
    given, unread, unborn = typed(
        AUDIT | {"planned_month": "2026-02", "birth_month": "2021-02", "age_band": "17"},
        AUDIT | {"planned_month": "2026-02", "birth_month": "2021-02", "age_band": "grown up"},
        AUDIT | {"planned_month": "2026-02", "birth_month": "last spring", "age_band": ""},
    )
    assert [row["age_band"] for row in (given, unread, unborn)] == ["16-19", "?", None]
    assert [row["birth_month__unreadable"] for row in (given, unread, unborn)] == [False, False, True]


def test_sheets_of_one_feed_become_one_table(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "two.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, columns in (
            ("O'Neill's team", list(PERSON)),
            ("South", [*reversed(PERSON), "person_number"]),
        ):
            page = book.add_worksheet(name)
            page.write_row(0, 0, columns)
            page.write_row(1, 0, [PERSON.get(column, "2") for column in columns])
    typed = read_table(con, path)
    found = con.execute(
        f"SELECT _sheet, _row, council, role, person_number FROM {typed} ORDER BY ALL"
    ).fetchall()
    assert found == [("O'Neill's team", 2, "990", "parent", None), ("South", 2, "990", "parent", 2)]


def test_nothing_but_the_typed_table_is_left(typed: Typed, con: duckdb.DuckDBPyConnection) -> None:
    typed(AUDIT)
    tables = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert {name for name in tables if not name.startswith("raw_")} == {"typed_case_audits"}
    assert con.execute("SELECT count(*) FROM duckdb_views() WHERE view_name LIKE 'given_%'").fetchone() == (
        0,
    )


def test_rows_stay_in_the_order_of_the_file_however_many_are_read_at_once(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file.csv"
    lines = [
        f"{'991' if row % 3 else '990'},A{row % 5},parent,{'yes' if row % 4 else ''}" for row in range(2, 22)
    ]
    path.write_text("council,audit reference,role,offered\n" + "\n".join(lines) + "\n,,,\n", encoding="utf-8")
    found = []
    for at_once in (1000, 3):
        monkeypatch.setattr(make_typed_module, "ROWS_AT_ONCE", at_once)
        found.append(con.execute(f"FROM {read_table(con, path)}").fetchall())
    assert found[0] == found[1]
    assert [row[1] for row in found[0]] == list(range(2, 22))
    codes = {(row[3], row[4]) for row in found[0]}
    assert len({code for _, code in codes}) == len(codes) == 10, "five references of two councils"


def full_review(number: int) -> dict[str, str]:
    """A review of a plan with every column of the contract filled, so that each is looked up."""
    contract = CATALOGUE.contracts["plan_reviews"]
    words = {"date": "3 June 2025", "month": "June 2025", "birth_month": "May 2015", "yes_no": "Yes",
             "grade": "Good", "council": "990", "label": "Timeliness", "identifier": f"R{number % 3}"}  # fmt: skip
    of_codes = {
        name: CATALOGUE.codes[column.codes][0].label
        for name, column in contract.columns.items()
        if column.codes
    }
    return {
        name: of_codes.get(name) or words[column.type]
        for name, column in contract.columns.items()
        if column.type != "free_text" and name != "age_band"  # the band follows from the month of birth
    }


def test_a_file_of_many_columns_is_read_with_little_memory(
    con: duckdb.DuckDBPyConnection, typed: Typed
) -> None:
    con.execute("SET memory_limit = '260MB'")
    rows = typed(*(full_review(number) for number in range(9)))
    contract = TWO_COUNCILS.contracts["plan_reviews"]
    assert [name for name in rows[0] if name in contract.stored] == list(contract.stored)
    assert [row["_row"] for row in rows] == list(range(2, 11))
    assert {row["section_A_grade"] for row in rows} == {row["agreed_grade"] for row in rows} == {"good"}
    assert {row["age_band"] for row in rows} == {"5-10"}
    assert len({row["review_reference"] for row in rows}) == 3
    assert {row["reviewer"] for row in rows} == {row["moderator"] for row in rows}
