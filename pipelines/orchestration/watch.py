"""What an analyst should look at in a feed though nothing stops: late files, drift, a fall in volume.

Belongs here: the checks of each feed's newest deliveries as Dagster shows them, in counts, codes and days. They warn
and never stop a release: a late file is a reason to ask, and no fault of the files that are held.
Does not belong here: how freshness, drift and volume are worked out (`evidence`, `intake.whole_file`).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import dagster as dg

from pipelines.evidence import delivered, drift, freshness
from pipelines.run import Work

VOLUME = ("row_count_not_below", "no_month_missing")
"""Patterns of the whole-file rules that are about how much came."""
CHECKS = {
    "fresh": "Each council's newest data is no older than the contract's `expected_every` days.",
    "no_drift": "The newest file of each council has the columns and codes that those before it had.",
    "volume": "The newest file of each council holds no fewer rows or months than those before it lead to expect.",
}


def results(work: Work, feed: str, asset: str) -> list[dg.AssetCheckResult]:
    """The three checks of one feed, as things stand on the day of the run."""
    found = {"fresh": _fresh(work, feed), "no_drift": _drift(work, feed), "volume": _volume(work, feed)}
    return [
        dg.AssetCheckResult(
            asset_key=asset,
            check_name=check,
            passed=passed,
            severity=dg.AssetCheckSeverity.WARN,
            metadata=metadata,
        )
        for check, (passed, metadata) in found.items()
    ]


def _fresh(work: Work, feed: str) -> tuple[bool, dict[str, Any]]:
    day = work.as_of or work.settings.now().date()
    rows = [row for row in freshness.freshness(work.catalogue, work.held) if row.feed == feed and row.newest]
    late = {row.council: row.days_late(day) for row in rows if row.days_late(day)}
    newest = {row.council: row.newest.isoformat() for row in rows if row.newest}
    every = work.catalogue.contracts[feed].expected_every
    return not late, {
        "newest data by council": newest,
        "days late by council": late,
        "expected every (days)": every if every else "no expectation",
    }


def _drift(work: Work, feed: str) -> tuple[bool, dict[str, Any]]:
    numbers = {checked.arrival.number for checked in drift.newest(work.held, feed)}
    found = [one for one in drift.drift(work.held) if one.feed == feed and one.number in numbers]
    told: dict[str, list[str]] = {}
    for one in found:
        told.setdefault(f"{one.kind}s {one.change}", []).append(f"{one.column} {one.code}".strip())
    return not found, {"drift": {name: sorted(set(named)) for name, named in told.items()}}


def _volume(work: Work, feed: str) -> tuple[bool, dict[str, Any]]:
    contract = work.catalogue.contracts[feed]
    watched = {rule.code for rule in contract.rules if rule.scope == "file" and rule.expect in VOLUME}
    newest = drift.newest(work.held, feed)
    broken: Counter[str] = Counter()
    for checked in newest:
        told = delivered.whole_file_findings(work.catalogue, work.held, feed, checked)
        broken.update(finding.code for finding in told if finding.code in watched)
    rows = {str(checked.arrival.number): checked.result["feeds"][feed]["received"] for checked in newest}
    return not broken, {"rows of the newest files": rows, "rules broken": dict(broken)}
