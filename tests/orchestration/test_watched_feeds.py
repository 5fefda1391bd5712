"""What is watched of each feed: lateness, drift, volume. It warns, and stops nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines import contracts, run
from pipelines.intake.receive import Checked
from pipelines.orchestration import watch
from pipelines.progress import quiet
from tests.orchestration.stubbed_job import (
    FEED,
    check_of,
    events,
    good,
    settings_in,
)


def watched(*held: Checked, today: str = "2026-04-10", folder: Path) -> dict[str, dg.AssetCheckResult]:
    """The checks `fresh`, `no_drift` and `volume` of the case audits, on a day."""
    settings = replace(settings_in(folder), today=date.fromisoformat(today))
    work = run.Work(settings, contracts.load(settings), None, None, quiet, run.Outcome(), list(held))  # type: ignore[arg-type]
    return {result.check_name or "": result for result in watch.results(work, FEED, "case_audits_accepted")}


def with_profile(checked: Checked, **profile: Any) -> Checked:
    held = checked.result["feeds"][FEED]["profile"]["990"]
    feeds = {FEED: {**checked.result["feeds"][FEED], "profile": {"990": held | profile}}}
    return replace(checked, result={**checked.result, "feeds": feeds})


def test_a_feed_is_late_after_the_days_its_contract_gives(tmp_path: Path) -> None:
    fresh = watched(good(), today="2026-05-03", folder=tmp_path)["fresh"]
    assert fresh.passed
    late = watched(good(), today="2026-05-04", folder=tmp_path)["fresh"]
    assert (late.passed, late.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert late.metadata["days late by council"].value == {"990": 1}
    assert late.metadata["newest data by council"].value == {"990": "2026-04-02"}


def test_a_new_code_and_a_fall_in_rows_are_warnings(tmp_path: Path) -> None:
    months = {f"2026-0{month}-01": 40 for month in (1, 2, 3)}
    first = with_profile(good(1, "a"), rows=120, covers=months, codes={"primary_need": {"ASD": 60}})
    second = with_profile(good(2, "b"), rows=9, covers=months, codes={"primary_need": {"ASD": 8, "DS": 1}})
    found = watched(first, second, folder=tmp_path)
    assert (found["no_drift"].passed, found["no_drift"].severity) == (False, dg.AssetCheckSeverity.WARN)
    assert found["no_drift"].metadata["drift"].value == {"codes appeared": ["primary_need DS"]}
    assert (found["volume"].passed, found["volume"].severity) == (False, dg.AssetCheckSeverity.WARN)
    assert found["volume"].metadata["rules broken"].value == {"AUD-501": 1}
    assert all(result.passed for result in watched(first, folder=tmp_path).values())


def test_what_is_watched_stops_no_release(after: Any) -> None:
    _, outcome, instance = after
    found = events(instance, instance.get_runs()[0].run_id)
    late = check_of(found, "case_audits_accepted", "fresh")
    assert (late.passed, late.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert check_of(found, "audit_programme_accepted", "volume").passed
    assert outcome.release
