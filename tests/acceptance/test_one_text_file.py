"""Acceptance: a rule, a measure, a mapping and a vintage of DfE's file, each added by one text file, seen on the page.

Each test keeps texts of its own, receives small files, runs, and reads the page as the dashboard's script asks for it.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.pages import data_words
from pipelines import contracts, run
from pipelines.intake import key as keys
from pipelines.intake import receive, verdicts
from pipelines.settings import Settings
from tests.acceptance.test_published_figures import LINES, line, write
from tests.dashboard.test_app import ask

HEADERS = (
    "Council", "Audit reference", "Audit type", "How selected", "Status", "Planned month", "Completed on", "Agency",
)  # fmt: skip
AUDITS = [
    ["Brackenshire", "A-1", "Multi-agency", "Random", "Completed", "2026-05", "12/05/2026", "Health"],
    ["Brackenshire", "A-2", "Multi-agency", "Random", "Completed", "2026-05", "19/05/2026", ""],
    ["Brackenshire", "A-3", "Routine", "Random", "Completed", "2026-05", "20/05/2026", ""],
    ["Brackenshire", "A-4", "Multi-agency", "Random", "Planned", "2026-06", "", ""],
]
TAKEN = date(2026, 6, 5)

RULE = """
  - code: AUD-399
    level: query
    expect: filled_when
    with: {column: agency, when: {audit_type: [multi_agency], status: [completed]}}
    message: This multi-agency audit names no agency that led it.
    action: Give the agency that led it, as the council's list names it.
"""
MEASURE = """
id: quality.drawn_by_lot
version: 1.0.0
title: Completed audits drawn by lot
short_title: Drawn by lot
topic: quality
position: 90
kind: share
fact: audits
date: completed_on
numerator: [is_random]
denominator: [is_completed]
higher_is: neither
protect: process
breakdowns: [audit_type]
chart: p
headline: 90
sentence: "{numerator} of {denominator} completed audits were of cases drawn by lot ({value})."
counts_what: audits
why: Drawing by lot lets audits speak for all cases.
numerator_words: Completed audits of cases drawn by lot.
denominator_words: Completed audits.
source: An example of a test.
benchmark: There is no national figure for this.
"""
MAPPING = """
title: Audit export of the Tarn system
written_by: Performance team
why: The system's words cannot be changed before its contract ends.
columns:
  Tarn no.: audit_reference
  Kind of work: audit_type
  How drawn: selection
  Stage: status
  Finished: completed_on
constants:
  frame: ehcp
codes:
  audit_type: {Deep look: thematic, Dip check: routine}
  selection: {By lot: random}
  status: {Shut: completed}
"""


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """The program's texts, copied aside: contracts, names, mappings, definitions and lists."""
    copies = {name: tmp_path / "texts" / name for name in ("expectations", "definitions", "reference")}
    for name, folder in copies.items():
        shutil.copytree(getattr(settings, name), folder)
    return replace(settings, **copies)  # type: ignore[arg-type]


def send(settings: Settings, path: Path, day: date = TAKEN) -> receive.Checked:
    catalogue = contracts.load(settings)
    return receive.receive(settings, catalogue, keys.load(settings), path, extracted_on=day)[0]


def csv_file(path: Path, *rows: list[str] | tuple[str, ...]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)
    return path


@pytest.fixture
def judged_by_ourselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a rule is not what is added, Great Expectations is left out: it costs a second a file."""
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})


@pytest.fixture
def seen(own: Settings) -> Callable[..., str]:
    """Runs, and gives a page of what the run made, as text: `seen("/data", "?delivery=1")`."""

    def page(path: str, search: str = "") -> str:
        run.run(own)
        client: FlaskClient = create_app(own.store, "officers").server.test_client()
        return ask(client, path, search)

    return page


def test_a_rule_is_a_few_lines_in_a_contract(own: Settings, tmp_path: Path, seen: Callable[..., str]) -> None:
    sent = send(own, csv_file(tmp_path / "audits.csv", HEADERS, *AUDITS))
    assert "AUD-399" not in seen("/data", f"?delivery={sent.arrival.number}")
    contract = own.expectations / "feeds" / "case_audits.yaml"
    contract.write_text(contract.read_text(encoding="utf-8").rstrip() + "\n" + RULE, encoding="utf-8")
    # the file is not sent again: the next run checks it under the new contract
    page = seen("/data", f"?delivery={sent.arrival.number}")
    assert "AUD-399" in page
    assert "This multi-agency audit names no agency that led it." in page
    assert "Give the agency that led it, as the council's list names it." in page
    assert "Row 3" in page, "the second row of data, as a spreadsheet numbers it"
    assert "names no agency that led it" in seen("/data"), "and among all files' rules"


@pytest.mark.usefixtures("judged_by_ourselves")
def test_a_measure_is_one_file(own: Settings, tmp_path: Path, seen: Callable[..., str]) -> None:
    send(own, csv_file(tmp_path / "audits.csv", HEADERS, *AUDITS))
    assert "Drawn by lot" not in seen("/")
    definition = own.definitions / "quality" / "drawn_by_lot.yaml"
    definition.write_text(MEASURE, encoding="utf-8")
    assert "Completed audits drawn by lot" in seen("/definitions")
    page = seen("/definitions/quality.drawn_by_lot")
    assert "Drawing by lot lets audits speak for all cases." in page
    assert "3 of 3" in page
    assert "Drawn by lot" in seen("/"), "a headline measure is on the overview"


@pytest.mark.usefixtures("judged_by_ourselves")
def test_a_mapping_is_one_file(own: Settings, tmp_path: Path, seen: Callable[..., str]) -> None:
    rows = [
        ["Tarn no.", "Kind of work", "How drawn", "Stage", "Finished"],
        ["T1", "Deep look", "By lot", "Shut", "12/05/2026"],
        ["T2", "Dip check", "By lot", "Shut", "13/05/2026"],
    ]
    before = send(own, csv_file(tmp_path / "before.csv", *rows))
    assert before.refused, "without the mapping nobody knows what this is"
    mapping = own.expectations / "mappings" / "990" / "case_audits.yaml"
    mapping.parent.mkdir(parents=True, exist_ok=True)
    mapping.write_text(MAPPING, encoding="utf-8")
    sent = send(
        own, csv_file(tmp_path / "export.csv", *rows, ["T3", "Dip check", "By lot", "Shut", "14/05/2026"])
    )
    page = seen("/data", f"?delivery={sent.arrival.number}")
    assert data_words.balance(3, 3, 0) in page
    for header, column in (
        ("Tarn no.", "audit_reference"),
        ("Kind of work", "audit_type"),
        ("Finished", "completed_on"),
    ):
        assert header in page
        assert column in page
    assert "Mapping" in page


@pytest.mark.usefixtures("judged_by_ourselves")
def test_a_new_year_of_dfes_file_is_one_file(own: Settings, tmp_path: Path, seen: Callable[..., str]) -> None:
    send(own, write(tmp_path / "first" / "timeliness_20_week.csv", LINES), date(2025, 6, 26))
    assert "of 615" not in seen("/timeliness", "?council=838")
    newer = [
        *LINES,
        line(2025, "England", 900, 800, 450, 440, 50, 55),
        line(2025, "South West", 700, 600, 350, 330, 50, 55),
        line(2025, "Dorset", 615, 500, 369, 350, 60, 70),
    ]
    send(own, write(tmp_path / "second" / "timeliness_20_week.csv", newer), date(2026, 6, 25))
    page = seen("/timeliness", "?council=838")
    assert "Published figures for 2025." in page
    assert "369 of 615" in page
    assert "350 of 500" in page
