"""Mappings: whose file it is, what its cells become, and what is said where a mapping is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines import contracts, mappings
from pipelines import settings as program_settings
from pipelines.contracts import Catalogue
from pipelines.feeds import Refused, Table, read
from pipelines.intake import receive
from pipelines.intake.key import Key
from pipelines.mappings import Mapping
from pipelines.settings import Settings
from pipelines.texts import ContractError

PLAIN = contracts.load(program_settings.load({}))
MADE: dict[str, Any] = {
    "title": "Audit export of the Tarn system",
    "written_by": "Performance team",
    "why": "The system was bought with these words.",
    "columns": {
        "QA no.": "audit_reference",
        "Kind": "audit_type",
        "How chosen": "selection",
        "Worker": ["auditor", "moderator"],
        "State": "status",
        "Verdict": "agreed_grade",
        "Relevant MH": "mental_health_relevant",
        "Points": "learning_themes",
        "Due": "planned_month",
    },
    "ignore": ["Theme"],
    "constants": {"frame": "ehcp"},
    "codes": {
        "audit_type": {"Dip sample": "routine", "Deep dive": "thematic"},
        "selection": {"R": "random", "1": "targeted"},
        "status": {"Closed": "completed", "N": "void", "?": ""},
        "learning_themes": {"Voices": ["Child's voice", "Parent's voice"]},
    },
    "grades": {"Met": "good", "Partly met": "requires_improvement"},
    "yes_no": {"yes": ["Relevant"], "no": ["Not relevant"], "unknown": ["Unsure"]},
    "separators": {"learning_themes": "+"},
}
HEADER = "QA no.,Kind,How chosen,Worker,State,Verdict,Relevant MH,Points,Due,Theme,Grade\n"
ROW = "Q1,Dip sample,R,Kim,Closed,Met,Relevant,Voices + Timeliness,03/2026,Voice,9\n"


def made(council: str = "990", feed: str = "case_audits", **change: Any) -> Mapping:
    mapping = Mapping.model_validate({**MADE, **change, "council": council, "feed": feed, "text": ""})
    contracts.check_mapping(mapping, PLAIN)
    return mapping


def with_mappings(*found: Mapping) -> Catalogue:
    return PLAIN.model_copy(update={"mappings": found})


Deliver = Callable[..., Table]


@pytest.fixture
def con() -> Any:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def deliver(tmp_path: Path, con: duckdb.DuckDBPyConnection, settings: Settings) -> Deliver:
    def deliver(content: str, *found: Mapping, council: str | None = None) -> Table:
        path = tmp_path / "delivered"
        path.write_text(content, encoding="utf-8")
        [table], _ = read(path, "export.csv", with_mappings(*found), con, settings, council)
        return table

    return deliver


def cells(con: duckdb.DuckDBPyConnection, table: Table) -> list[dict[str, Any]]:
    frame = con.execute(f"SELECT * FROM {table.relation} ORDER BY _row")
    names = [about[0] for about in frame.description]
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for row in frame.fetchall()
    ]


def test_headers_codes_grades_constants_and_several_values(
    deliver: Deliver, con: duckdb.DuckDBPyConnection
) -> None:
    table = deliver(
        HEADER
        + ROW
        + "Q2,deep  DIVE,1,Kim,?,partly met,unsure,Timeliness,2026-04,,\n"
        + "Q3,Routine,random,Ada,Lost,Good,Y,Dreams,2026-04,,\n",
        made(),
    )
    assert (table.mapping, table.constants) == ("990/case_audits", {"council": "990", "frame": "ehcp"})
    assert (table.how["audit_reference"], table.matched["moderator"]) == ("mapping", "Worker")
    assert table.unknown == ("Theme", "Grade")
    assert "council" not in table.missing
    assert "frame" not in table.missing
    first, second, third = cells(con, table)
    assert first == {
        "_row": 2, "_ragged": False, "council": "990", "audit_reference": "Q1", "audit_type": "routine",
        "selection": "random", "auditor": "Kim", "moderator": "Kim", "status": "completed", "agreed_grade": "good",
        "mental_health_relevant": "yes", "learning_themes": "Child's voice; Parent's voice; Timeliness",
        "planned_month": "03/2026", "frame": "ehcp",
    }  # fmt: skip
    assert (second["audit_type"], second["selection"]) == ("thematic", "targeted")
    assert "status" not in second, "a word for nothing known empties the cell"
    assert "mental_health_relevant" not in second
    # what the mapping does not name goes on as it stands: read plainly where it can be, else found by its own rule
    assert (third["audit_type"], third["status"], third["agreed_grade"]) == ("Routine", "Lost", "Good")


def test_a_plain_file_is_read_plainly_though_there_is_a_mapping(deliver: Deliver) -> None:
    table = deliver(
        "Council,Audit reference,Audit type,How selected,Status\n990,A1,routine,random,planned\n", made()
    )
    assert (table.mapping, table.how["audit_reference"]) == ("", "name")


def test_the_headers_tell_whose_mapping_it_is(deliver: Deliver) -> None:
    other = made("991", columns={**MADE["columns"], "Review number": "child_reference"})
    assert deliver(HEADER + ROW, made(), other).mapping == "990/case_audits"
    assert deliver(f"Review number,{HEADER}R,{ROW}", made(), other).mapping == "991/case_audits"


def test_two_mappings_that_fit_alike_are_not_guessed_between(deliver: Deliver) -> None:
    same, other = made("991"), made("991", grades={"Met": "inadequate"})
    with pytest.raises(Refused) as refusal:
        deliver(HEADER + ROW, made(), other)
    assert refusal.value.code == "FILE-14"
    assert "councils 990, 991 alike" in refusal.value.message
    assert deliver(HEADER + ROW, made(), other, council="991").mapping == "991/case_audits"
    with pytest.raises(Refused) as refusal:
        deliver(HEADER + ROW, made(), same)
    assert refusal.value.code == "FILE-14", "without a council's column nothing says whose it is"
    assert deliver(f"Council,{HEADER}991,{ROW}", made(), same).mapping == "990/case_audits", (
        "they say the same"
    )


def test_a_mapping_of_words_alone_is_used_where_the_council_is_given(deliver: Deliver, con: Any) -> None:
    words = made(columns={}, ignore=[], constants={}, separators={})
    text = "Audit reference,Audit type,How selected,Status\nA1,Dip sample,R,Closed\n"
    table = deliver(text, words, council="990")
    assert (table.mapping, cells(con, table)[0]["audit_type"]) == ("990/case_audits", "routine")
    assert deliver(text, words, council="991").mapping == ""


def test_a_required_column_that_is_missing_is_asked_for_in_their_words(deliver: Deliver) -> None:
    with pytest.raises(Refused) as refusal:
        deliver(HEADER.replace("QA no.", "Number") + ROW, made())
    assert refusal.value.code == "FILE-10"
    assert '"QA no." or "Audit reference"' in refusal.value.message
    assert "or correct the mapping 990/case_audits" in refusal.value.message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"columns": {"QA": "audit_ref"}}, "at columns.QA: there is no such column 'audit_ref' here. Choose one of"),
        ({"columns": {"A": "status", "B": "status"}}, "at columns.B: status is fed by 'A' already"),
        ({"columns": {"Q A": "status", "q-a": "theme"}}, "is named twice"),
        ({"columns": {"--": "status"}}, "has no letter or digit"),
        ({"ignore": ["kind"]}, "'Kind' is named twice"),
        ({"constants": {"status": "completed"}}, "at constants.status: it is fed by the header 'State' too"),
        ({"constants": {"frame": "all"}}, "at constants.frame: 'all' is not on our list"),
        ({"constants": {"audit_reference": "1"}}, "there is no such column 'audit_reference' here"),
        ({"codes": {"sex": {"Lad": "boyish"}}}, "at codes.sex.Lad: 'boyish' is not on our list"),
        ({"codes": {"completed_on": {"x": "y"}}}, "at codes.completed_on: there is no such column"),
        ({"codes": {"status": {"Shut": ["completed", "void"]}}}, "status holds one value"),
        ({"grades": {"Met": "fine"}}, "at grades.Met: 'fine' is not on our list"),
        ({"yes_no": {"maybe": ["x"]}}, "at yes_no.maybe: write yes, no or unknown"),
        ({"separators": {"status": ","}}, "at separators.status: there is no such column"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_mapping_is_said(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ContractError) as problem:
        made(**change)
    assert str(problem.value).startswith("mappings/990/case_audits.yaml, at ")
    assert words in str(problem.value)


def expectations(folder: Path, settings: Settings, text: str, name: str = "990/case_audits.yaml") -> Settings:
    import shutil
    from dataclasses import replace

    made_at = folder / "expectations"
    not_ours = shutil.ignore_patterns("mappings")
    shutil.copytree(settings.expectations, made_at, dirs_exist_ok=True, ignore=not_ours)
    path = made_at / "mappings" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return replace(settings, expectations=made_at)


def test_a_file_is_text_as_it_is_written(tmp_path: Path, settings: Settings) -> None:
    text = yaml.safe_dump(
        {**MADE, "codes": {}, "grades": {}, "yes_no": {}}, allow_unicode=True, sort_keys=False
    )
    text += "codes:\n  status:\n    1: completed\n    No: void\n    2026-01-01: planned\n"
    text += "yes_no:\n  yes: [on, 1]\n  no: [0]\n"
    text = text.replace("codes: {}\n", "").replace("grades: {}\n", "").replace("yes_no: {}\n", "")
    catalogue = contracts.load(expectations(tmp_path, settings, text))
    [mapping] = catalogue.mappings
    assert mapping.codes["status"] == {"1": "completed", "No": "void", "2026-01-01": "planned"}
    assert mapping.yes_no == {"yes": ("on", "1"), "no": ("0",)}
    assert mapping.text == text


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("000/case_audits.yaml", "title: x", "in a folder that is no council's"),
        ("990/case_audit.yaml", "title: x", "is called after no feed"),
        ("990/case_audits.yaml", "", "says nothing"),
        ("990/case_audits.yaml", "title: x\nwhy: y\n", "at written_by: Field required"),
        ("990/case_audits.yaml", "title: x\nwhy: y\nwritten_by: z\ncolums: {}\n", "at colums: Extra inputs"),
        ("990/case_audits.yaml", "title: [x", "is not valid YAML"),
        ("990/case_audits.yaml", "columns:\n  A: status\n  A: theme\n", "'A' stands twice"),
    ],
)
def test_a_file_that_is_wrong_stops_the_work_with_its_name(
    tmp_path: Path, settings: Settings, name: str, text: str, words: str
) -> None:
    with pytest.raises(ContractError) as problem:
        contracts.load(expectations(tmp_path, settings, text, name))
    assert str(problem.value).startswith(f"mappings/{name}")
    assert words in str(problem.value)


def test_a_mapping_under_which_all_is_commented_out_is_one(tmp_path: Path, settings: Settings) -> None:
    text = "title: x\nwhy: y\nwritten_by: z\ncolumns:\n  # QA: status\nignore:\ncodes:\n"
    [mapping] = contracts.load(expectations(tmp_path, settings, text)).mappings
    assert (mapping.columns, mapping.ignore, mapping.codes) == ({}, (), {})


def test_another_mapping_judges_deliveries_anew(tmp_path: Path, settings: Settings) -> None:
    key = Key(b"k" * 32)
    text = yaml.safe_dump(MADE, allow_unicode=True)
    own = receive.check_basis(contracts.load(settings), key)
    first = receive.check_basis(contracts.load(expectations(tmp_path, settings, text)), key)
    again = receive.check_basis(
        contracts.load(expectations(tmp_path, settings, f"# said again\n{text}")), key
    )
    changed = text.replace("Dip sample", "Dipped sample")
    other = receive.check_basis(contracts.load(expectations(tmp_path, settings, changed)), key)
    assert len({own, first, other}) == 3
    assert again == first, "a comment changes no judgement"


@pytest.mark.parametrize(
    ("cell", "several", "between", "ours"),
    [
        ("Dip  SAMPLE", False, None, "routine"),
        ("Dip sample; Other", False, None, "Dip sample; Other"),
        ("Dip sample;Other|?", True, None, "routine; Other"),
        ("a, Dip sample", True, ",", "a; routine"),
        ("?", False, None, ""),
    ],
)
def test_one_cell(cell: str, several: bool, between: str | None, ours: str) -> None:
    assert mappings.translate({"dip sample": "routine", "": ""}, cell, several, between) == ours
