"""Rows that do not add up stop the run at a check: the step is named, and the last release stands."""

from __future__ import annotations

import dagster as dg
import pytest

from pipelines import definitions, releases
from pipelines.evidence.balances import OutOfBalance
from pipelines.settings import Settings
from tests.orchestration.stubbed_job import FEED, Job, check_of, events, good


def test_a_step_that_does_not_add_up_stops_the_release_and_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, in_memory: dg.DagsterInstance
) -> None:
    job = Job(monkeypatch, good())
    first = definitions.run_main(settings).release
    job.balances = [
        *job.balances,
        ["990", FEED, "accepted", "", "", 8],
        ["990", FEED, "accepted", "", "in force", 7],
    ]
    with pytest.raises(OutOfBalance, match=r"\(case_audits\), .*step 'accepted': 8 went in and 7 came out"):
        definitions.run_main(settings)
    assert job.asked == ["receive", "count", "release", "receive", "count"]
    assert releases.current_release(settings, "officers") == first
    check = check_of(events(in_memory, in_memory.get_runs()[0].run_id), "counts", "every_row")
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert "case_audits" in (check.description or "")


def test_what_adds_up_passes_with_its_numbers(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, in_memory: dg.DagsterInstance
) -> None:
    Job(monkeypatch, good())
    definitions.run_main(settings)
    check = check_of(events(in_memory, in_memory.get_runs()[0].run_id), "counts", "every_row")
    assert check.passed
    assert {name: value.value for name, value in check.metadata.items()} == {"steps": 2, "rows received": 10}
