"""The main job under Dagster with its work stubbed, where the work has tests of its own, and how to read what was
recorded."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines import partitions, releases, run
from pipelines import settings as program_settings
from pipelines.intake import receive
from pipelines.intake.receive import Arrival, Checked
from pipelines.settings import Settings

CANARY = "Zebedee Quillfeather"

FEED = "case_audits"


def arrival(number: int, letter: str, name: str = "file.csv") -> Arrival:
    return Arrival(
        number, letter * 64, name, datetime(2026, 4, 2), date(2026, 4, 2), "given", None, False, "b", ""
    )


def good(number: int = 1, letter: str = "a", rejected: int = 2) -> Checked:
    found = {"received": 10, "accepted": 8, "rejected": rejected, "by_rule": {"AUD-101": 2, "AUD-102": 0}}
    profile = {"rows": 10, "covers": {}, "months": {}, "empty": [], "constant": [], "codes": {}}
    feeds = {FEED: {**found, "profile": {"990": profile}, "unlisted": {}}}
    return Checked(
        arrival(number, letter, f"{CANARY}.csv"),
        Path("none"),
        {"refusal": None, "tables": [], "feeds": feeds},
    )


def refused(number: int = 2, letter: str = "b") -> Checked:
    refusal = {"code": "FILE-10", "message": f"The header {CANARY} is unknown."}
    return Checked(arrival(number, letter), Path("none"), {"refusal": refusal, "tables": [], "feeds": {}})


class Job:
    """Stands for the rooms: what is held, and what each of them was asked to do."""

    def __init__(self, patch: pytest.MonkeyPatch, *held: Checked) -> None:
        self.held = list(held)
        self.asked: list[str] = []
        self.receipts = ("R1", "R2")
        took = {"": 10, "accepted": 8, "set aside": 2}
        self.balances = [["990", FEED, "received", "", part, rows] for part, rows in took.items()]
        for where, name in ((run, "receive_inbox"), (partitions, "build"), (run, "make_manifest")):
            patch.setattr(where, name, getattr(self, name))
        patch.setattr(run, "checked_deliveries", lambda *_, **__: self.held)
        patch.setattr(run, "write_reports", lambda *_, **__: [])

    def receive_inbox(self, work: run.Work) -> None:
        self.asked.append("receive")
        work.outcome.received += self.held

    def build(self, settings: Settings, *_: Any) -> tuple[dict[str, Any], list[str]]:
        self.asked.append("count")
        day = "'month' AS \"window\", DATE '2026-03-31' AS period_end"
        names = f"'990' AS council, 'made' AS measure, {day}, '' AS breakdown, '' AS \"group\""
        query = f"SELECT {names}, unnest({list(self.receipts)}) AS receipt"
        return {"990": {"parts": [part(settings, "figures", query)],
                        "in_force": [], "links": [], "balances": self.balances}}, ["990"]  # fmt: skip

    def make_manifest(self, work: run.Work, *_: Any) -> releases.Manifest:
        self.asked.append("release")
        parts = [
            part(
                work.settings,
                "checks",
                "SELECT 1 AS number, 'case_audits' AS feed, 'AUD-101' AS code, 2 AS broken",
            ),
            part(
                work.settings, "deliveries", "SELECT 1 AS number, 'case_audits' AS feed, 'in force' AS state"
            ),
        ]
        about = ("contracts", "definitions", "deliveries", "balances")
        return {"audience": "officers", "made_at": work.settings.now(), "as_of": date(2026, 4, 2), "parts": parts,
                "demonstration": True, "code_version": "0", **{name: {} for name in about}}  # fmt: skip


def part(settings: Settings, table: str, query: str) -> dict[str, Any]:
    with receive.connection(settings) as con:
        return asdict(releases.write_part(con, settings, "officers", table, "", query))


def settings_in(folder: Path) -> Settings:
    return program_settings.load(
        {
            "SEND_AUDIT_DATA": str(folder / "data"),
            "SEND_AUDIT_KEY_FILE": str(folder / "key" / "pseudonym.key"),
        }
    )


def stored(settings: Settings) -> bytes:
    """Every byte of Dagster's folder."""
    return b"".join(path.read_bytes() for path in (settings.records / "dagster").rglob("*") if path.is_file())


def events(instance: dg.DagsterInstance, run_id: str) -> list[dg.DagsterEvent]:
    return [record.dagster_event for record in instance.all_logs(run_id) if record.dagster_event]


def check_of(
    events: list[dg.DagsterEvent], asset: str, name: str, partition: str | None = None
) -> dg.AssetCheckEvaluation:
    found = [
        event.event_specific_data for event in events if event.event_type_value == "ASSET_CHECK_EVALUATION"
    ]
    (one,) = [
        check
        for check in found
        if (check.asset_key, check.check_name, check.partition) == (dg.AssetKey(asset), name, partition)
    ]
    return one


def drop(settings: Settings, name: str, content: str) -> Path:
    settings.inbox.mkdir(parents=True, exist_ok=True)
    path = settings.inbox / name
    path.write_text(content)
    return path
