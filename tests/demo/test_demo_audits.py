"""Audits of the demonstration county: their story recounted in plain Python, and what each extract knew."""

from __future__ import annotations

from collections import Counter
from datetime import date

from recount import SEED, entries

from pipelines import demo
from pipelines.contracts import Catalogue
from pipelines.demo import story


def test_between_30_and_60_audits_are_completed_every_month(audits: list[demo.Audit]) -> None:
    months = Counter((audit.row["completed_on"].year, audit.row["completed_on"].month) for audit in audits)
    assert len(months) == 36
    assert min(months.values()) >= 30
    assert max(months.values()) <= 60


def test_audits_take_one_to_eight_weeks_and_grades_are_spread(audits: list[demo.Audit]) -> None:
    assert all(5 <= (audit.row["completed_on"] - audit.row["started_on"]).days <= 58 for audit in audits)
    grades = Counter(audit.row["agreed_grade"] for audit in audits)
    assert set(grades) == set(story.GRADES)
    moderated = [audit for audit in audits if audit.row["moderator_grade"]]
    random = [audit for audit in moderated if audit.row["moderation_selection"] == "random"]
    agree = sum(audit.row["auditor_grade"] == audit.row["moderator_grade"] for audit in random) / len(random)
    assert 0.15 < len(moderated) / len(audits) < 0.35
    assert 0.5 < agree < 0.85


def test_every_code_and_name_is_on_its_list(audits: list[demo.Audit], catalogue: Catalogue) -> None:
    names = catalogue.names_of(story.COUNCIL)
    rows = {
        "case_audits": [audit.row for audit in audits],
        "family_participation": [person for audit in audits for person in audit.people],
    }
    for feed, table in rows.items():
        for name, column in catalogue.contracts[feed].columns.items():
            found = {value for row in table for value in entries(row[name])}
            if column.codes:
                assert found <= {code.code for code in catalogue.codes[column.codes]}, name
            if column.list:
                assert found <= set(getattr(names, column.list)), name


def test_an_extract_knows_no_more_than_its_day(catalogue: Catalogue) -> None:
    day = date(2024, 5, 15)
    standing = [row for audit in demo.county(SEED, catalogue) if (row := audit.standing(day))]
    assert {row["status"] for row in standing} == {"planned", "in_progress", "completed", "void"}
    for row in standing:
        happened = [row[name] for name in ("started_on", "completed_on", "moderated_on") if row[name]]
        assert all(when <= day for when in happened)
        assert (row["status"] == "completed") == (row["completed_on"] is not None)
        assert (row["status"] == "void") == (row["void_reason"] is not None)


def test_later_extracts_add_audits_and_change_grades(extracts: list[demo.Extract]) -> None:
    added = changed = 0
    seen: dict[str, demo.Row] = {}
    covered: set[date] = set()
    for extract in extracts:
        if extract.feed != "case_audits" or "corrected" in extract.label or extract.faults:
            continue
        for row in extract.rows:
            before = seen.get(row["audit_reference"])
            added += before is None and row["planned_month"] in covered
            changed += before is not None and None is not before["agreed_grade"] != row["agreed_grade"]
        seen |= {row["audit_reference"]: row for row in extract.rows}
        covered |= {row["planned_month"] for row in extract.rows}
    assert added >= 10
    assert changed >= 10


def test_the_programme_is_planned_again_lower_and_added_to(extracts: list[demo.Extract]) -> None:
    programme = {extract.label: extract for extract in extracts if extract.feed == "audit_programme"}
    key = ("frame", "period", "audit_type", "team", "agency")
    approved = {tuple(row[name] for name in key): row["planned_count"] for row in programme["2024-25"].rows}
    again = programme["2024-25-replanned"].rows
    assert len(again) >= 5
    assert all(row["planned_count"] < approved[tuple(row[name] for name in key)] for row in again)
    approved |= {tuple(row[name] for name in key): row["planned_count"] for row in programme["2025-26"].rows}
    added = [
        row["planned_count"] - approved.get(tuple(row[name] for name in key), 0)
        for row in programme["2025-26-added"].rows
    ]
    assert min(added) >= 1, "a later approval gives the new number"
    assert sum(added) == 6 * story.ADDED_A_MONTH
    assert sum(approved.values()) > 500
