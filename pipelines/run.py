"""The main job, top to bottom: receive what is in the inbox, check, model, measure, release.

Belongs here: the order of the steps and what is handed from one to the next. The command line, the sensor and the
schedules all run this.
Does not belong here: how a step works (its own room), or how a run is started (`cli`, `definitions`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines import __version__, contracts, durable, releases
from pipelines.contracts import Catalogue
from pipelines.evidence import delivered, receipts
from pipelines.feeds import tabular
from pipelines.intake import key as keys
from pipelines.intake import receive
from pipelines.intake.receive import Checked
from pipelines.reports import supplier
from pipelines.settings import HOME, Settings

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done and how much there is."""
PARTITION_TABLES = {"counts": "officers", "figures": "officers", "charts": "officers", "places": "officers"}
_CODE = ("model", "measures", "statistics", "evidence")


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
        partitions = build_partitions(settings, catalogue, key, held, outcome, progress)
        progress("Writing the release", 0, 1)
        manifest = make_manifest(settings, catalogue, held, partitions, as_of)
        outcome.release, outcome.is_new = releases.add(settings, "officers", manifest, flip=as_of is None)
        progress("Writing the release", 1, 1)
        outcome.reports = write_reports(settings, catalogue, held, outcome.received)
        durable.sweep(settings.work)
    return outcome


def receive_inbox(settings: Settings, catalogue: Catalogue, key: keys.Key, outcome: Outcome, progress: Progress) -> None:
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


def build_partitions(
    settings: Settings,
    catalogue: Catalogue,
    key: keys.Key,
    held: Sequence[Checked],
    outcome: Outcome,
    progress: Progress,
) -> dict[str, dict[str, Any]]:
    """Council -> its parts, counts of rows in force and links; made anew only where something it depends on changed."""
    by_council = {
        council: [checked for checked in delivered.in_order(held) if council in checked.councils]
        for council in sorted({council for checked in held for council in checked.councils if council in catalogue.councils})
    }
    partitions: dict[str, dict[str, Any]] = {}
    stale: list[str] = []
    basis = [code_digest(), texts_digest(settings.definitions), texts_digest(settings.reference), key.fingerprint]
    folders = {}
    for council, deliveries in by_council.items():
        inputs = [[checked.folder.parent.name, checked.folder.name, checked.arrival.corrections] for checked in deliveries]
        folders[council] = settings.records / "partitions" / council / f"{durable.digest([inputs, basis])[:32]}.json"
        if folders[council].exists():
            partitions[council] = json.loads(folders[council].read_text(encoding="utf-8"))
        else:
            stale.append(council)
    if stale:
        progress(f"Counting {len(stale)} of {len(by_council)} councils", 0, 1)
        with receive.connection(settings) as con:
            made = make_partitions(con, settings, catalogue, key, {council: by_council[council] for council in stale})
        for council, partition in made.items():
            durable.write_json(folders[council], partition)
        partitions |= made
    outcome.rebuilt = stale
    return dict(sorted(partitions.items()))


def make_partitions(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    catalogue: Catalogue,
    key: keys.Key,
    by_council: dict[str, list[Checked]],
) -> dict[str, dict[str, Any]]:
    """Facts, counts and figures of some councils in one pass, written as parts."""
    from pipelines.measures import build, definitions_in
    from pipelines.model import facts as model
    from pipelines.model.in_force import Part, in_force

    councils = list(by_council)
    ordered = delivered.in_order({checked.arrival.number: checked for held in by_council.values() for checked in held}.values())
    for feed, contract in catalogue.contracts.items():
        parts = [
            Part(
                path=checked.folder / f"{feed}.accepted.parquet",
                order=order,
                corrections=checked.arrival.corrections,
                periods={
                    council: tuple(date.fromisoformat(month) for month in found["covers"])
                    for council, found in checked.profile(feed).items()
                },
            )
            for order, checked in enumerate(ordered)
            if feed in checked.result["feeds"]
        ]
        in_force(con, contract, parts, councils, f"in_force_{feed}")
    stands = rows_in_force(con, catalogue)
    linked = broken_links(con, catalogue)
    facts = model.build_facts(con, catalogue, settings)
    extracted = {
        council: max((checked.arrival.extracted_on for checked in held if "case_audits" in checked.result["feeds"]), default=None)
        for council, held in by_council.items()
    }
    measures = definitions_in(settings.definitions)
    build(con, facts, measures, extracted)
    receipts.mint(con, "figures", "officers", key)
    tables = {relation: "records" for relation in facts.values()} | PARTITION_TABLES
    position = {(council, order): n for council, held in by_council.items()
                for order, checked in enumerate(ordered) for n, other in enumerate(held) if other is checked}  # fmt: skip
    made: dict[str, dict[str, Any]] = {}
    for council in councils:
        made[council] = {
            "parts": [
                asdict(releases.write_part(
                    con, settings, zone, table, council,
                    f"SELECT * FROM {table} WHERE council = '{council}' ORDER BY ALL",
                ))
                for table, zone in tables.items()
            ],
            "in_force": [[position[council, order], feed, rows] for of, order, feed, rows in stands if of == council],
            "links": [
                [position[council, order], feed, sheet, row, code]
                for of, order, feed, sheet, row, code in linked if of == council
            ],
        }  # fmt: skip
    return made


def rows_in_force(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> list[tuple[str, int, str, int]]:
    """(council, delivery's order, feed, rows that stand)."""
    query = " UNION ALL ".join(
        f"SELECT council, _order, '{feed}', count(*) FROM in_force_{feed} GROUP BY ALL" for feed in catalogue.contracts
    )
    return con.execute(f"{query} ORDER BY ALL").fetchall()


def broken_links(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> list[tuple[str, int, str, str, int, str]]:
    """(council, delivery's order, feed, sheet, row, code) of rows in force that name something no feed holds.

    Raises:
        contracts.ContractError: a 4xx rule is not `found_in`.
    """
    queries = []
    for feed, contract in catalogue.contracts.items():
        for rule in contract.rules:
            if rule.scope != "link":
                continue
            if rule.expect != "found_in" or rule.arguments.get("feed") not in catalogue.contracts:
                raise contracts.ContractError(f"{rule.code}: a 4xx rule expects found_in, with the `feed` that it looks in.")
            columns, there = rule.arguments["columns"], rule.arguments["feed_columns"]
            same = " AND ".join(f"here.{a} = there.{b}" for a, b in zip(columns, there, strict=True))
            known = " AND ".join(f"here.{name} IS NOT NULL" for name in columns)
            queries.append(
                f"SELECT council, _order, '{feed}', _sheet, _row, '{rule.code}' FROM in_force_{feed} here "
                f"ANTI JOIN in_force_{rule.arguments['feed']} there ON {same} WHERE {known}"
            )
    return con.execute(" UNION ALL ".join(queries) + " ORDER BY ALL").fetchall() if queries else []


def make_manifest(
    settings: Settings,
    catalogue: Catalogue,
    held: Sequence[Checked],
    partitions: dict[str, dict[str, Any]],
    as_of: date | None,
) -> releases.Manifest:
    """All that a release says, with the small tables about its deliveries and definitions written as parts."""
    from pipelines.measures import definitions_in, describe

    measures = definitions_in(settings.definitions)
    ordered = {
        council: [checked for checked in delivered.in_order(held) if council in checked.councils] for council in partitions
    }
    stands: dict[tuple[int, str], int] = {}
    links = []
    for council, partition in partitions.items():
        for position, feed, rows in partition["in_force"]:
            number = ordered[council][position].arrival.number
            stands[number, feed] = stands.get((number, feed), 0) + rows
        links += [(ordered[council][position].arrival.number, *rest) for position, *rest in partition["links"]]
    with receive.connection(settings) as con:
        small = delivered.deliver_tables(con, catalogue, held, stands, links) + describe(con, measures, catalogue)
        parts = [
            asdict(releases.write_part(con, settings, "officers", table, "", f"SELECT * FROM {table} ORDER BY ALL"))
            for table in small
        ]
        balance = con.execute("SELECT feed, sum(rows_received), sum(rows_accepted), sum(rows_rejected), sum(rows_in_force) "
                              "FROM deliveries WHERE feed IS NOT NULL GROUP BY feed ORDER BY feed").fetchall()  # fmt: skip
    return {
        "audience": "officers",
        "made_at": settings.now(),
        "as_of": as_of or settings.now().date(),
        "demonstration": any(catalogue.councils[council].fictional for council in partitions),
        "code_version": f"{__version__}+{code_digest()[:12]}",
        "contracts": {feed: contract.text for feed, contract in catalogue.contracts.items()},
        "definitions": {measure.id: measure.text for measure in measures},
        "deliveries": [{"sha256": checked.arrival.delivery, "number": checked.arrival.number,
                        "feeds": sorted(checked.result["feeds"])} for checked in held],
        "balances": [dict(zip(("feed", "received", "accepted", "rejected", "in_force"), map(_plain, row), strict=True))
                     for row in balance],
        "parts": [part for partition in partitions.values() for part in partition["parts"]] + parts,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else int(value)


def write_reports(
    settings: Settings, catalogue: Catalogue, held: Sequence[Checked], received: Iterable[Checked]
) -> list[Path]:
    """The supplier's report of each delivery just received, in the outbox."""
    written: list[Path] = []
    for checked in received:
        written += supplier.write_report(*report_inputs(settings, catalogue, held, checked))
    return written


def code_digest() -> str:
    """Digest of the program's own text that facts and figures depend on: another text, and they are made anew."""
    files = [path for room in _CODE for path in sorted((HOME / "pipelines" / room).rglob("*.py"))] + [Path(__file__)]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def texts_digest(folder: Path) -> str:
    """Digest of every text file below a folder, with its name."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".csv"))
    return durable.digest([[str(path.relative_to(folder)), durable.file_digest(path)] for path in files])
