"""How a file came: the same bytes again after newer ones, days that have not come, who sent it; and which findings a
later delivery leaves standing."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from pipelines import contracts
from pipelines import settings as program_settings
from pipelines.evidence import delivered, superseded
from pipelines.intake import receive, verdicts
from pipelines.intake.key import Key
from pipelines.intake.receive import Checked
from pipelines.settings import Settings

CATALOGUE = contracts.load(program_settings.load({}))
KEY = Key(b"k" * 32)
HEADER = ["Council", "Cases drawn from", "Period", "Audit type", "Audits planned", "Approved on"]
PLAN = ["990", "ehcp", "2025-26 Q4", "routine", "12", "2025-12-01"]
AUDITS = ["Council", "Audit reference", "Audit type", "How selected", "Status", "Planned month"]
Take = Callable[..., Checked]


@pytest.fixture
def take(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Take:
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})

    def take(
        rows: list[list[str]], on: str, titles: tuple[str, ...] = (), header: list[str] = HEADER, **more: Any
    ) -> Any:
        path = tmp_path / "file.csv"
        with path.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows([[title] for title in titles] + [header, *rows])
        return receive.receive(replace(settings, today=date.fromisoformat(on)), CATALOGUE, KEY, path, **more)[
            0
        ]

    return take


def codes(held: list[Checked], of: Checked, feed: str = "audit_programme") -> set[str]:
    return {finding.code[-3:] for finding in delivered.whole_file_findings(CATALOGUE, held, feed, of)}


OLD, NEW = [PLAN], [[*PLAN[:4], "14", PLAN[5]]]


def test_an_old_file_sent_again_on_a_later_day_is_asked_about(take: Take) -> None:
    held = [take(OLD, "2026-04-01"), take(NEW, "2026-04-02"), take(OLD, "2026-04-03")]
    assert [codes(held, one) for one in held] == [set(), set(), {"598"}]
    assert held[2].arrival.order > held[1].arrival.order, "it counts as the newest, as the finding says"


def test_a_file_that_says_its_day_is_not(take: Take) -> None:
    said = ("Extracted on 31/03/2026",)
    held = [take(OLD, "2026-04-01", said), take(NEW, "2026-04-02"), take(OLD, "2026-04-03", said)]
    assert [codes(held, one) for one in held] == [set(), set(), set()]
    given = [
        take(OLD, "2026-04-04"),
        take(NEW, "2026-04-05"),
        take(OLD, "2026-04-06", extracted_on=date(2026, 4, 1)),
    ]
    assert [codes(held + given, one) for one in given] == [set(), {"598"}, set()]


def test_a_file_sent_again_with_nothing_between_is_not(take: Take) -> None:
    held = [take(OLD, "2026-04-01"), take(OLD, "2026-04-02")]
    assert [codes(held, one) for one in held] == [set(), set()]


@pytest.mark.parametrize(
    ("says", "extracted_on", "found"),
    [
        ("03/04/2026", "2026-04-03", set()),
        ("04/04/2026", "2026-04-04", set()),  # the day has begun where it is not yet midnight in UTC
        ("05/04/2026", "2026-04-03", {"599"}),
        ("03/04/2062", "2026-04-03", {"599"}),
    ],
)
def test_a_day_that_has_not_come_is_not_believed(
    take: Take, says: str, extracted_on: str, found: set[str]
) -> None:
    checked = take(OLD, "2026-04-03", (f"Extracted on {says}",))
    assert checked.arrival.extracted_on.isoformat() == extracted_on
    assert checked.arrival.extracted_on_from == ("receipt" if found else "file")
    assert codes([checked], checked) == found


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
def test_a_hidden_sheet_is_read_and_asked_about(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})
    book = openpyxl.Workbook()
    for sheet, row in ((book.active, PLAN), (book.create_sheet(), [*PLAN[:2], "2024-25 Q4", *PLAN[3:]])):
        sheet.append(HEADER)
        sheet.append(row)
    book.worksheets[0].title, book.worksheets[1].title = "Plan", "Plan of last year"
    book.worksheets[1].sheet_state = state
    book.save(tmp_path / "plan.xlsx")
    checked, *_ = receive.receive(settings, CATALOGUE, KEY, tmp_path / "plan.xlsx")
    assert checked.result["feeds"]["audit_programme"]["accepted"] == 2
    found = delivered.whole_file_findings(CATALOGUE, [checked], "audit_programme", checked)
    asked = {finding.sheet for finding in found if finding.code.endswith("597")}
    assert asked == (set() if state == "visible" else {"Plan of last year"})
    with duckdb.connect() as con:
        told = delivered.for_report(con, CATALOGUE, [checked], checked)["findings"]
    assert {row["sheet"] for row in told if row["code"].endswith("597")} == asked


def test_who_sent_a_file_is_kept(settings: Settings, take: Take) -> None:
    take(OLD, "2026-04-01", sent_by="Tarn office")
    take(NEW, "2026-04-02")
    assert [arrival.sent_by for arrival in receive.arrivals(settings)] == ["Tarn office", ""]


# Findings that a later delivery leaves standing


def gone(held: list[Checked]) -> dict[tuple[int, int], int]:
    """(arrival, row) of the findings that no longer stand -> the arrival that speaks for the row."""
    with duckdb.connect() as con:
        table = superseded.superseded(con, CATALOGUE, delivered.in_order(held))
        rows = con.execute(f"SELECT number, row, superseded_by FROM {table}").fetchall()
    return {(number, row): by for number, row, by in rows}


def test_a_finding_ends_with_the_first_later_delivery_of_its_key(take: Take) -> None:
    bad, good, other = [*PLAN[:4], "many", PLAN[5]], PLAN, [*PLAN[:3], "thematic", "many", PLAN[5]]
    held = [take([bad, other], "2026-04-01"), take([bad], "2026-04-02"), take([good], "2026-04-03")]
    assert gone(held) == {(1, 2): 2, (2, 2): 3}
    assert gone(held[:1]) == {}


def test_a_finding_ends_with_a_whole_file_of_its_month_and_not_with_corrections(take: Take) -> None:
    def audit(reference: str, month: str, status: str = "planned") -> list[str]:
        return ["990", reference, "routine", "random", status, month]

    bad = [audit("A1", "2026-03", "lost"), audit("A2", "2026-04", "lost"), audit("", "2026-03")]
    first = take(bad, "2026-04-01", header=AUDITS)
    corrections = take([audit("A9", "2026-03")], "2026-04-02", header=AUDITS, corrections=True)
    whole = take([audit("A8", "2026-03")], "2026-04-03", header=AUDITS)
    assert gone([first, corrections]) == {}
    assert gone([first, corrections, whole]) == {(1, 2): 3, (1, 4): 3}


@pytest.mark.parametrize("seed", range(3))
def test_files_of_councils_that_no_other_holds_may_be_left_aside(
    take: Take, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """What a file of another council says changes nothing, whether files hold one council, several or rows of none."""
    chance = random.Random(seed)
    councils = ["301", "302", "990", "nowhere", ""]

    def audit() -> list[str]:
        status = chance.choice(["lost", "lost", "planned"])
        month = f"2026-0{chance.randint(1, 3)}"
        return ["", f"A{chance.randint(1, 3)}", "routine", "random", status, month]

    held = []
    for day in range(1, 9):
        of = chance.sample(councils, chance.choice([1, 1, 2, 3]))
        rows = [[chance.choice(of), *audit()[1:]] for _ in range(chance.randint(1, 6))]
        held.append(take(rows, f"2026-04-0{day}", header=AUDITS, corrections=chance.random() < 0.2))
    found = gone(held)
    monkeypatch.setattr(
        superseded,
        "_not_alone",
        lambda feed, ordered: [one for one in ordered if feed in one[1].result["feeds"]],
    )
    assert found == gone(held)
    assert found
