"""What goes wrong in the files of the demonstration county: every planted fault is found where it was put."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from recount import read

from pipelines import demo
from pipelines.contracts import Catalogue, simplify
from pipelines.demo import story


def test_the_bad_rows_are_where_the_plan_says(
    folder: Path, extracts: list[demo.Extract], catalogue: Catalogue
) -> None:
    (bad,) = [e for e in extracts if e.feed == "case_audits" and len(e.faults) > 1]
    assert bad.label == "2024-25-q2"
    assert len(bad.faults) == len({fault.row for fault in bad.faults}) == 25
    heads, body = read(folder, bad)
    columns = [catalogue.contracts["case_audits"].headers[simplify(head)] for head in heads]

    def cell(row: int, column: str) -> str:
        return body[row][columns.index(column)]

    def day(row: int, column: str) -> date:
        return datetime.strptime(cell(row, column), "%d/%m/%Y").date()

    kinds = Counter(fault.what.split(",")[0].split(" row")[0] for fault in bad.faults)
    assert kinds == {
        "day and month swapped": 6,
        "a day that no calendar has": 2,
        "a year mistyped": 2,
        "completed": 2,
        "in progress": 2,
        "a status that is not on the list": 2,
        "a need that is not on the list": 3,
        "no audit reference": 2,
        "the audit of": 4,
    }
    statuses = {
        simplify(word) for code in catalogue.codes["audit_status"] for word in (code.label, *code.also_called)
    }
    needs = {
        simplify(word) for code in catalogue.codes["primary_need"] for word in (code.code, *code.also_called)
    }
    references = Counter(cell(row, "audit_reference") for row in body)
    for fault in bad.faults:
        if "swapped" in fault.what:
            assert day(fault.row, "completed_on") < day(fault.row, "started_on")
        elif "calendar" in fault.what:
            with pytest.raises(ValueError):
                day(fault.row, "completed_on")
        elif "mistyped" in fault.what:
            assert day(fault.row, "completed_on") > bad.extracted_on
        elif "without the date" in fault.what:
            assert (cell(fault.row, "status"), cell(fault.row, "completed_on")) == ("Completed", "")
        elif "in progress" in fault.what:
            assert cell(fault.row, "status") == "In progress"
            assert day(fault.row, "completed_on")
        elif fault.column == "status":
            assert simplify(cell(fault.row, "status")) not in statuses
        elif fault.column == "primary_need":
            assert simplify(cell(fault.row, "primary_need")) not in needs
        elif "no audit reference" in fault.what:
            assert cell(fault.row, "audit_reference") == ""
        else:
            assert references[cell(fault.row, "audit_reference")] == 2
            original = body[int(fault.what.split("row ")[1].split()[0].rstrip(","))]
            assert (original == body[fault.row]) == ("another grade" not in fault.what)


def test_a_participation_file_names_audits_that_no_file_has(extracts: list[demo.Extract]) -> None:
    held = {
        row["audit_reference"]
        for extract in extracts
        if extract.feed == "case_audits"
        for row in extract.rows
    }
    for extract in extracts:
        if extract.feed == "family_participation":
            unknown = {row["audit_reference"] for row in extract.rows} - held
            assert len(unknown) == (4 if extract.label == "2024-25-q2" else 0), extract.label


def test_apart_from_the_planted_rows_the_files_are_sound(extracts: list[demo.Extract]) -> None:
    for extract in extracts:
        planted = {fault.row - extract.style.header_row - 1 for fault in extract.faults}
        good = [row for at, row in enumerate(extract.rows) if at not in planted]
        if extract.feed == "case_audits":
            keys = [row["audit_reference"] for row in good]
            for row in good:
                dates = [row[name] for name in ("started_on", "completed_on", "moderated_on") if row[name]]
                assert dates == sorted(dates)
                assert all(day <= extract.extracted_on for day in dates)
                assert row["auditor"] != row["moderator"] or row["auditor"] is None
        elif extract.feed == "family_participation":
            keys = [(row["audit_reference"], row["role"], row["person_number"]) for row in good]
            for row in good:
                dates = [
                    row[name] for name in ("offered_on", "contributed_on", "told_outcome_on") if row[name]
                ]
                assert dates == sorted(dates)
                assert all(day <= extract.extracted_on for day in dates)
                assert row["offered"] == (row["response"] is not None)
        else:
            names = ("frame", "period", "audit_type", "team", "agency")
            keys = [tuple(row[name] for name in names) for row in good]
        assert len(set(keys)) == len(keys), extract.file


def test_one_month_is_corrected_late(extracts: list[demo.Extract]) -> None:
    (corrected,) = [extract for extract in extracts if "corrected" in extract.label]
    at = extracts.index(corrected)
    assert {row["planned_month"] for row in corrected.rows} == {date(2024, 6, 1)}
    later = [
        e for e in extracts[:at] if e.feed == "case_audits" and e.rows[0]["planned_month"] > date(2025, 1, 1)
    ]
    assert later, "files of much later months came before it"
    (bad,) = [e for e in extracts if e.label == "2024-25-q2" and e.feed == "case_audits"]
    before = {row["audit_reference"]: row["agreed_grade"] for row in bad.rows}
    changed = [
        row for row in corrected.rows if before.get(row["audit_reference"]) not in (None, row["agreed_grade"])
    ]
    assert len(changed) >= story.CORRECTED_GRADES


def test_one_team_is_not_listed_in_one_row(extracts: list[demo.Extract], catalogue: Catalogue) -> None:
    teams = {*catalogue.names_of(story.COUNCIL).teams, None}
    unlisted = [
        (extract.label, row["team"])
        for extract in extracts
        if extract.feed != "family_participation"
        for row in extract.rows
        if row["team"] not in teams
    ]
    assert unlisted == [("2026-03", story.UNLISTED_TEAM)]
