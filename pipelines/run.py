"""The main job, top to bottom: receive what is in the inbox, check, model, measure, release.

Belongs here: the order of the steps and what is handed from one to the next. The command line, the sensor and the
schedules all run this.
Does not belong here: how a step works (its own room), or how a run is started (`cli`, `definitions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pipelines import __version__, contracts, durable, partitions, releases
from pipelines.contracts import Catalogue
from pipelines.evidence import delivered
from pipelines.intake import key as keys
from pipelines.intake import receive
from pipelines.intake.receive import Checked
from pipelines.partitions import Link, Progress
from pipelines.reports import supplier
from pipelines.settings import Settings


@dataclass
class Outcome:
    """What a run did, for whoever started it."""

    release: str | None = None
    is_new: bool = False
    received: list[Checked] = field(default_factory=list)
    refused: list[Checked] = field(default_factory=list)
    rebuilt: list[str] = field(default_factory=list)
    """Councils whose facts and figures were made anew; the others' stand."""
    reports: list[Path] = field(default_factory=list)
    key_made: Path | None = None


def quiet(what: str, done: int, of: int) -> None:
    """No progress shown."""


def run(settings: Settings, *, as_of: date | None = None, progress: Progress = quiet) -> Outcome:
    """Do the whole job and leave a release. With `as_of`, rebuild from what had arrived by the end of that day.

    An `as_of` run receives nothing and does not move the officers' pointer.

    Raises:
        durable.StoreBusy: another run holds the store.
        contracts.ContractError, keys.KeyProblem, receive.IntakeFailure: see their messages; the last release stands.
    """
    with durable.store_lock(settings.store):
        durable.sweep(settings.work)
        catalogue = contracts.load(settings)
        key = keys.load(settings)
        outcome = Outcome(key_made=settings.key_file if key.made_now else None)
        if as_of is None:
            receive_inbox(settings, catalogue, key, outcome, progress)
        held = checked_deliveries(settings, catalogue, key, as_of, progress)
        outcome.refused = [delivery for delivery in outcome.received if delivery.refused]
        councils, outcome.rebuilt = partitions.build(settings, catalogue, key, held, progress)
        rows_in_force, links = partitions.standing(councils, partitions.held_by_council(catalogue, held))
        progress("Writing the release", 0, 1)
        manifest = make_manifest(settings, catalogue, held, councils, rows_in_force, links, as_of)
        outcome.release, outcome.is_new = releases.add(settings, "officers", manifest, flip=as_of is None)
        progress("Writing the release", 1, 1)
        outcome.reports = write_reports(settings, catalogue, held, outcome.received, links)
        durable.sweep(settings.work)
    return outcome


def receive_inbox(
    settings: Settings, catalogue: Catalogue, key: keys.Key, outcome: Outcome, progress: Progress
) -> None:
    """Receive every file in the inbox, oldest name first; a file leaves the inbox only when its arrival is recorded."""
    files = inbox_files(settings)
    for done, path in enumerate(files):
        progress(f"Checking {path.name}", done, len(files))
        checked, is_new = receive.receive(settings, catalogue, key, path)
        if is_new:
            outcome.received.append(checked)
        path.unlink()


def inbox_files(settings: Settings) -> list[Path]:
    """Files waiting in the inbox; hidden ones and a spreadsheet's lock files are not deliveries."""
    if not settings.inbox.exists():
        return []
    return sorted(path for path in settings.inbox.iterdir() if path.is_file() and path.name[0] not in ".~")


def checked_deliveries(
    settings: Settings, catalogue: Catalogue, key: keys.Key, as_of: date | None, progress: Progress
) -> list[Checked]:
    """Every delivery that had arrived, as the present contracts judge it."""
    arrived = receive.arrivals(settings, as_of)
    held = []
    for done, arrival in enumerate(arrived):
        progress("Looking through deliveries", done, len(arrived))
        held.append(receive.judged(settings, catalogue, key, arrival))
    return held


def make_manifest(
    settings: Settings,
    catalogue: Catalogue,
    held: Sequence[Checked],
    councils: dict[str, dict[str, Any]],
    rows_in_force: dict[tuple[int, str], int],
    links: Sequence[Link],
    as_of: date | None,
) -> releases.Manifest:
    """All that a release says, with the small tables about its deliveries and definitions written as parts."""
    from pipelines.measures import definitions_in, describe

    measures = definitions_in(settings.definitions)
    with receive.connection(settings) as con:
        small = delivered.deliver_tables(con, catalogue, held, rows_in_force, links) + describe(
            con, measures, catalogue
        )
        parts = [
            asdict(
                releases.write_part(
                    con, settings, "officers", table, "", f"SELECT * FROM {table} ORDER BY ALL"
                )
            )
            for table in small
        ]
        balances = con.execute(
            """SELECT feed, sum(rows_received)::BIGINT AS received, sum(rows_accepted)::BIGINT AS accepted,
            sum(rows_rejected)::BIGINT AS rejected, sum(rows_in_force)::BIGINT AS in_force
            FROM deliveries WHERE feed IS NOT NULL GROUP BY feed ORDER BY feed"""
        ).to_arrow_table()
    return {
        "audience": "officers",
        "made_at": settings.now(),
        "as_of": as_of or settings.now().date(),
        "demonstration": any(catalogue.councils[council].fictional for council in councils),
        "code_version": f"{__version__}+{partitions.code_digest()[:12]}",
        "contracts": {feed: contract.text for feed, contract in catalogue.contracts.items()},
        "definitions": {measure.id: measure.text for measure in measures},
        "deliveries": [{"sha256": checked.arrival.delivery, "number": checked.arrival.number,
                        "feeds": sorted(checked.result["feeds"])} for checked in held],
        "balances": balances.to_pylist(),
        "parts": [part for partition in councils.values() for part in partition["parts"]] + parts,
    }  # fmt: skip


def write_reports(
    settings: Settings,
    catalogue: Catalogue,
    held: Sequence[Checked],
    received: Iterable[Checked],
    links: Sequence[Link] = (),
) -> list[Path]:
    """The supplier's report of each delivery just received, in the outbox; expired ones are removed."""
    written: list[Path] = []
    for checked in received:
        found = delivered.for_report(catalogue, held, checked, links)
        written += supplier.write_report(settings.outbox, **found, contracts=catalogue.contracts)
    oldest = settings.now().timestamp() - settings.report_days * 86_400
    for path in settings.outbox.glob("*-report.*"):
        if path.stat().st_mtime < oldest:
            path.unlink()
    return written
