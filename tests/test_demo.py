"""The demonstration county: its story recounted in plain Python, its files read back, its planted faults found."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from pipelines import contracts, demo, settings
from pipelines.contracts import Catalogue, simplify

SEED = 2026


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return contracts.load(settings.load({}))


@pytest.fixture(scope="module")
def audits(catalogue: Catalogue) -> list[demo.Audit]:
    """The completed audits of the three years."""
    everything = demo.county(SEED, catalogue)
    return [audit for audit in everything if (audit.row["completed_on"] or date.max) <= demo.LAST]


@pytest.fixture(scope="module")
def extracts(catalogue: Catalogue) -> list[demo.Extract]:
    return demo.extracts(demo.county(SEED, catalogue), SEED)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    demo.generate(folder, SEED, catalogue)
    return folder


def heard(audit: demo.Audit) -> bool:
    """A child, parent or carer contributed, by the contract's rule: a date no later than completion, not a record."""
    return any(
        person["role"] in ("child", "parent")
        and person["contributed_on"] is not None
        and person["contributed_on"] <= audit.row["completed_on"]
        and person["mode"] != "existing_record"
        for person in audit.people
    )


def share(audits: list[demo.Audit]) -> float:
    return sum(map(heard, audits)) / len(audits)


def offered(audits: list[demo.Audit], role: str) -> float:
    """Audits in which somebody of a role was offered the chance, of those in which it was right to ask."""
    asked = [
        any(person["offered"] for person in people)
        for audit in audits
        if (people := [person for person in audit.people if person["role"] == role])
        and any(person["contact_appropriate"] for person in people)
    ]
    return sum(asked) / len(asked)


# The story


def test_between_30_and_60_audits_are_completed_every_month(audits: list[demo.Audit]) -> None:
    months = Counter((audit.row["completed_on"].year, audit.row["completed_on"].month) for audit in audits)
    assert len(months) == 36
    assert min(months.values()) >= 30
    assert max(months.values()) <= 60


def test_the_voice_rate_changes_once_in_february_2025(audits: list[demo.Audit]) -> None:
    before = [audit for audit in audits if audit.row["completed_on"] < date(2025, 2, 1)]
    after = [audit for audit in audits if audit.row["completed_on"] >= date(2025, 2, 1)]
    assert 0.46 <= share(before) <= 0.50
    assert 0.62 <= share(after) <= 0.66
    first_year = [audit for audit in before if audit.row["completed_on"] < date(2024, 4, 1)]
    last_year = [audit for audit in after if audit.row["completed_on"] >= date(2025, 4, 1)]
    assert 0.45 <= share(first_year) <= 0.51
    assert 0.61 <= share(last_year) <= 0.67


def test_a_control_chart_of_months_shows_the_change(audits: list[demo.Audit]) -> None:
    """Against the average of the first 22 months: seven months in a row above it after the change, never before."""
    months: dict[date, list[demo.Audit]] = {}
    for audit in audits:
        months.setdefault(audit.row["completed_on"].replace(day=1), []).append(audit)
    centre = share([audit for audit in audits if audit.row["completed_on"] < demo.CHANGE])
    runs, run = [], 0
    for month in sorted(months):
        run = run + 1 if share(months[month]) > centre else 0
        runs.append((month, run))
    assert max(run for month, run in runs if month < demo.CHANGE) < 7
    assert max(run for month, run in runs if month >= demo.CHANGE) >= 7


def test_other_seeds_tell_the_same_story(catalogue: Catalogue) -> None:
    for seed in (1, 2):
        audits = [
            audit
            for audit in demo.county(seed, catalogue)
            if (audit.row["completed_on"] or date.max) <= demo.LAST
        ]
        before = share([audit for audit in audits if audit.row["completed_on"] < demo.CHANGE])
        after = share([audit for audit in audits if audit.row["completed_on"] >= demo.CHANGE])
        assert 0.42 < before < 0.54 < 0.57 < after < 0.71


def test_families_needing_an_interpreter_are_less_often_offered_throughout(audits: list[demo.Audit]) -> None:
    for first, last in ((demo.FIRST, demo.CHANGE), (demo.CHANGE, date.max)):
        period = [audit for audit in audits if first <= audit.row["completed_on"] < last]
        needing = [audit for audit in period if audit.row["interpreter"]]
        others = [audit for audit in period if not audit.row["interpreter"]]
        assert 0.06 < len(needing) / len(period) < 0.13
        assert offered(needing, "parent") < offered(others, "parent") - 0.2


def test_children_contribute_less_than_parents(audits: list[demo.Audit]) -> None:
    contributors = Counter(
        role
        for audit in audits
        for role in {person["role"] for person in audit.people if person["contributed_on"] is not None}
    )
    assert contributors["child"] < 0.6 * contributors["parent"]
    assert contributors["child"] / len(audits) > 0.12


def test_offers_to_young_people_of_16_to_19_rise(audits: list[demo.Audit]) -> None:
    rates = []
    for year in (2023, 2024, 2025):
        period = [
            audit for audit in audits if date(year, 4, 1) <= audit.row["completed_on"] < date(year + 1, 4, 1)
        ]
        rates.append(offered([audit for audit in period if audit.row["age_band"] == "16-19"], "child"))
    assert rates[0] + 0.1 < rates[1]
    assert rates[1] + 0.1 < rates[2]


def test_audits_take_one_to_eight_weeks_and_grades_are_spread(audits: list[demo.Audit]) -> None:
    assert all(5 <= (audit.row["completed_on"] - audit.row["started_on"]).days <= 58 for audit in audits)
    grades = Counter(audit.row["agreed_grade"] for audit in audits)
    assert set(grades) == set(demo.GRADES)
    moderated = [audit for audit in audits if audit.row["moderator_grade"]]
    random = [audit for audit in moderated if audit.row["moderation_selection"] == "random"]
    agree = sum(audit.row["auditor_grade"] == audit.row["moderator_grade"] for audit in random) / len(random)
    assert 0.15 < len(moderated) / len(audits) < 0.35
    assert 0.5 < agree < 0.85


def test_every_code_and_name_is_on_its_list(audits: list[demo.Audit], catalogue: Catalogue) -> None:
    names = catalogue.names_of(demo.COUNCIL)
    rows = {
        "case_audits": [audit.row for audit in audits],
        "family_participation": [person for audit in audits for person in audit.people],
    }
    for feed, table in rows.items():
        for name, column in catalogue.contracts[feed].columns.items():
            found = {value for row in table for value in _entries(row[name])}
            if column.codes:
                assert found <= {code.code for code in catalogue.codes[column.codes]}, name
            if column.list:
                assert found <= set(getattr(names, column.list)), name


def _entries(value: Any) -> list[Any]:
    return [entry for entry in (value if isinstance(value, list) else [value]) if entry is not None]


# What an extract of an earlier day knows


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
    assert sum(row["planned_count"] for row in programme["2025-26-added"].rows) == 6 * demo.ADDED_A_MONTH
    assert sum(approved.values()) > 500


# The files


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path, catalogue: Catalogue) -> None:
    again = demo.generate(tmp_path, SEED, catalogue)
    assert len(again) == len(list(folder.iterdir())) == len({delivery.path for delivery in again})
    for delivery in again:
        assert delivery.path.read_bytes() == (folder / delivery.path.name).read_bytes(), delivery.path.name


def test_another_seed_gives_other_files(folder: Path, tmp_path: Path, catalogue: Catalogue) -> None:
    other = demo.generate(tmp_path, SEED + 1, catalogue)
    assert all(delivery.path.read_bytes() != (folder / delivery.path.name).read_bytes() for delivery in other)


def test_deliveries_come_in_the_order_of_receipt_and_say_what_they_are(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    deliveries = demo.generate(tmp_path, SEED, catalogue)
    received = [delivery.received_on for delivery in deliveries]
    assert received == sorted(received)
    for delivery in deliveries:
        assert delivery.extracted_on <= delivery.received_on
        assert delivery.path.stem.endswith("-demonstration")
        assert delivery.note
        if delivery.path.suffix == ".xlsx":
            titles = CalamineWorkbook.from_path(str(delivery.path)).get_sheet_by_index(0).to_python()[:3]
            assert titles[0][0] == "Brackenshire County Council (fictional) - demonstration data"
            assert titles[2][0] == f"Extracted on: {delivery.extracted_on:%d/%m/%Y}"


def read(folder: Path, extract: demo.Extract) -> tuple[list[str], dict[int, list[str]]]:
    """Header and rows of a written file as texts, rows by their number in Excel; ragged rows fail."""
    path = folder / extract.file
    table: list[list[Any]]
    if path.suffix == ".xlsx":
        table = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    else:
        text = path.read_bytes().decode(extract.style.encoding)
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=extract.style.delimiter))
    rows = {number: [_text(cell) for cell in row] for number, row in enumerate(table, start=1)}
    heads = rows[extract.style.header_row]
    body = {number: row for number, row in rows.items() if number > extract.style.header_row}
    assert all(len(row) == len(heads) for row in body.values())
    return heads, body


def _text(cell: Any) -> str:
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date | datetime) else str(cell)


def test_every_header_is_known_to_the_contract_but_two(
    folder: Path, extracts: list[demo.Extract], catalogue: Catalogue
) -> None:
    unknown = []
    for extract in extracts:
        heads, body = read(folder, extract)
        contract = catalogue.contracts[extract.feed]
        columns = [contract.headers.get(simplify(head)) for head in heads]
        known = [column for column in columns if column]
        assert len(set(known)) == len(known), extract.file
        assert len(body) == len(extract.rows)
        assert {name for name, column in contract.columns.items() if column.required} <= set(known)
        unknown += [(extract.label, head) for head, column in zip(heads, columns, strict=True) if not column]
    assert unknown == [("2023-24-q3", "Parent email"), ("2024-25-q4", "Auditor’s desk")]


def test_one_file_renames_a_column_and_is_windows_1252(folder: Path, extracts: list[demo.Extract]) -> None:
    (renamed,) = [extract for extract in extracts if extract.headers is demo.RENAMED]
    heads, _ = read(folder, renamed)
    assert "When was the audit completed?" in heads
    assert heads[-1] == "Auditor’s desk"
    with pytest.raises(UnicodeDecodeError):
        (folder / renamed.file).read_bytes().decode("utf-8")


def test_one_participation_file_has_personal_columns_with_invented_values_only(
    folder: Path, extracts: list[demo.Extract]
) -> None:
    personal = [extract for extract in extracts if extract.headers is demo.PERSONAL]
    assert [extract.feed for extract in personal] == ["family_participation"]
    heads, body = read(folder, personal[0])
    for head in ("Child name", "What they said", "Parent email"):
        at = heads.index(head)
        assert all("nvented" in row[at] for row in body.values())


def test_the_styles_differ(folder: Path, extracts: list[demo.Extract]) -> None:
    first = {extract.style.ending + extract.style.delimiter + extract.style.encoding for extract in extracts}
    assert first == {"xlsx,utf-8", "csv;cp1252", "csv,utf-8"}
    samples = {}
    for extract in extracts:
        if extract.feed == "case_audits" and extract.label in ("2023-24-q1", "2024-25-q1", "2025-04"):
            heads, body = read(folder, extract)
            samples[extract.label] = [heads[0], heads[8], next(iter(body.values()))[0]]
    assert samples == {
        "2023-24-q1": ["Council", "Completed on", "Brackenshire"],
        "2024-25-q1": ["Council name", "Date completed", "Brackenshire County Council"],
        "2025-04": ["council", "completed_on", "990"],
    }


# The faults


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
    assert len(changed) >= demo.CORRECTED_GRADES


def test_one_team_is_not_listed_in_one_row(extracts: list[demo.Extract], catalogue: Catalogue) -> None:
    teams = {*catalogue.names_of(demo.COUNCIL).teams, None}
    unlisted = [
        (extract.label, row["team"])
        for extract in extracts
        if extract.feed != "family_participation"
        for row in extract.rows
        if row["team"] not in teams
    ]
    assert unlisted == [("2026-03", demo.UNLISTED_TEAM)]
