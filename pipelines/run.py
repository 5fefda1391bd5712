"""The main job, top to bottom: receive what is in the inbox, check, model, measure, release.

Belongs here: the order of the steps and what is handed from one to the next. The command line, the sensor and the
schedules all run these steps.
Does not belong here: how a step works (its own room), or how a run is started (`cli`, `definitions`).
"""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from pipelines import __version__, contracts, durable, partitions, releases
from pipelines.contracts import Catalogue
from pipelines.evidence import balances, changes, delivered, drift, freshness, restated
from pipelines.feeds.refusal import Refused
from pipelines.intake import erased_list, receive, to_correct
from pipelines.intake import key as keys
from pipelines.intake.receive import Arrival, Checked
from pipelines.progress import Progress, quiet
from pipelines.reports import supplier
from pipelines.settings import Settings

T = TypeVar("T")
P = TypeVar("P")
AT_ONCE = 2
"""Files checked side by side. Each has its share of the memory and of the cores."""


@dataclass
class Outcome:
    """What a run did, for whoever started it."""

    release: str | None = None
    is_new: bool = False
    received: list[Checked] = field(default_factory=list)
    refused: list[Checked] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    """Files still in the inbox, and why: they could not be archived or checked, or are still being copied."""
    repeated: list[str] = field(default_factory=list)
    """Files that said nothing new: the same bytes were received last. They leave the inbox all the same."""
    rebuilt: list[str] = field(default_factory=list)
    """Councils whose facts and figures were made anew; the others' stand."""
    reports: list[Path] = field(default_factory=list)
    key_made: Path | None = None


@dataclass
class Work:
    """What the steps of a run hand on."""

    settings: Settings
    catalogue: Catalogue
    key: keys.Key
    as_of: date | None
    progress: Progress
    outcome: Outcome
    held: list[Checked] = field(default_factory=list)
    councils: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Council -> its partition: parts, rows in force, broken links, balances."""
    balances: list[balances.Entry] = field(default_factory=list)
    """Where every row went."""
    manifest: releases.Manifest = field(default_factory=dict)


def run(settings: Settings, *, as_of: date | None = None, progress: Progress = quiet) -> Outcome:
    """Do the whole job and leave a release. With `as_of`, rebuild from what had arrived by the end of that day.

    An `as_of` run receives nothing and does not move the officers' pointer.

    Raises:
        durable.StoreBusy: another run holds the store.
        balances.OutOfBalance: rows do not add up; no release is made.
        contracts.ContractError, keys.KeyProblem, receive.IntakeFailure: see their messages; the last release stands.
    """
    with durable.store_lock(settings.store):
        work = begin(settings, as_of=as_of, progress=progress)
        for step in (take_in, count, release):
            step(work)
    return work.outcome


def begin(settings: Settings, *, as_of: date | None = None, progress: Progress = quiet) -> Work:
    """What the steps need; half-made things of a killed run are swept away. The caller holds the store's lock."""
    durable.private_folder(settings.audience("officers"))
    durable.sweep(settings.work)
    if (settings.records / erased_list.JOURNAL).exists():
        from pipelines.erasure import work as erasure

        erasure.go_on(settings, progress)
    # what is loaded stays: looking through it for rubbish after every 700 new objects takes seconds
    gc.set_threshold(50_000)
    pa.set_memory_pool(pa.system_memory_pool())  # which gives back at once what the next step needs
    key = keys.load(settings)
    outcome = Outcome(key_made=settings.key_file if key.made_now else None)
    return Work(settings, contracts.load(settings), key, as_of, progress, outcome)


def take_in(work: Work) -> None:
    """Receive what waits in the inbox, and gather every delivery that had arrived as the contracts now judge it."""
    if work.as_of is None:
        receive_inbox(work)
    work.held = checked_deliveries(work.settings, work.catalogue, work.key, work.as_of, work.progress)
    work.outcome.refused = [checked for checked in work.outcome.received if checked.refused]


def count(work: Work) -> None:
    """Facts, counts and figures of every council for which something changed."""
    from pipelines.evidence import balanced_steps
    from pipelines.measures import catalogue as definitions
    from pipelines.measures.charting import check_versions

    if before := compared_with(work.settings, work.as_of):
        check_versions(before["definitions"], definitions.load(work.settings.definitions))
    work.councils, work.outcome.rebuilt = partitions.build(
        work.settings, work.catalogue, work.key, work.held, work.progress
    )
    with receive.connection(work.settings) as con:
        of_nobody = balanced_steps.of_nobody(con, work.catalogue, work.held, work.councils)
    of_councils = (partition["balances"] for partition in work.councils.values())
    work.balances = balances.together(work.held, of_councils, of_nobody)


def out_of_balance(work: Work) -> balances.OutOfBalance | None:
    """What stops a release: rows that were lost or counted twice between two steps; None where all adds up."""
    return balances.problem(work.catalogue, balances.broken(work.balances))


def release(work: Work) -> None:
    """Write the release, flip the officers' pointer, and report back to suppliers.

    Raises:
        balances.OutOfBalance: rows were lost on the way; nothing is written, and the last release stands.
    """
    if problem := out_of_balance(work):
        raise problem
    work.progress("Writing the release", 0, 1)
    by_council = partitions.held_by_council(work.catalogue, work.held)
    rows_in_force, links = partitions.standing(work.councils, by_council)
    flip = work.as_of is None
    begun = begun_database(work) if flip and work.outcome.rebuilt else contextlib.nullcontext()
    with begun as database, ThreadPoolExecutor(1) as aside:
        reports = aside.submit(report_back, work, links)
        work.manifest = make_manifest(work, by_council, rows_in_force, links)
        work.outcome.release, work.outcome.is_new = releases.add(
            work.settings, "officers", work.manifest, flip=flip, database=database
        )
    work.outcome.reports = reports.result()
    releases.prune(work.settings, "officers")
    durable.sweep(work.settings.work)
    work.progress("Writing the release", 1, 1)


def begun_database(work: Work) -> releases.Database:
    """The release's database, begun with the figures, which are known before the rest that it says."""
    known = {
        "parts": [part for partition in work.councils.values() for part in partition["parts"]],
        "code_version": code_version(),
        "chain": {"erasures": erasures(work.settings)},
    }
    database = releases.Database(
        work.settings, "officers", releases.current_release(work.settings, "officers")
    )
    database.begin(known)
    return database


def receive_inbox(work: Work) -> None:
    """Receive every file in the inbox in the order of their names; one that cannot be read does not stop the others.

    A file leaves the inbox only when its arrival is recorded and it did not change meanwhile.
    """
    files = inbox_files(work.settings)

    def prepare(settings: Settings, path: Path) -> tuple[os.stat_result, Checked]:
        return path.stat(), receive.prepare(settings, work.catalogue, work.key, path)

    for done, (path, prepared) in enumerate(side_by_side(work.settings, prepare, files)):
        work.progress(f"Checking {path.name}", done, len(files))
        _take(work, path, prepared)


def side_by_side(
    settings: Settings, work: Callable[[Settings, T], P], deliveries: Sequence[T]
) -> Iterator[tuple[T, Future[P]]]:
    """Each delivery, in order, with what `work` makes of it; some are done ahead, sharing memory and cores."""
    at_once = min(AT_ONCE, len(deliveries)) or 1
    shared = settings.shared_among(at_once)
    with ThreadPoolExecutor(at_once) as pool:
        waiting = [pool.submit(work, shared, delivery) for delivery in deliveries]
        try:
            yield from zip(deliveries, waiting, strict=True)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _take(work: Work, path: Path, prepared: Future[tuple[os.stat_result, Checked]]) -> None:
    """Record a file of the inbox once it is checked, and take it out of the inbox."""
    try:
        before, as_judged = prepared.result()
        checked, is_new = receive.record(work.settings, work.catalogue, work.key, as_judged)
    except FileNotFoundError:
        return  # its supplier took it back
    except (Refused, receive.IntakeFailure) as problem:
        work.outcome.left.append((path.name, str(problem)))
        return
    if is_new:
        work.outcome.received.append(checked)
    else:
        work.outcome.repeated.append(path.name)
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
        path.unlink()
    else:
        work.outcome.left.append(
            (path.name, f"{path.name} is still being copied; the next run takes it whole.")
        )


def checked_deliveries(
    settings: Settings,
    catalogue: Catalogue,
    key: keys.Key,
    as_of: date | None = None,
    progress: Progress = quiet,
) -> list[Checked]:
    """Every delivery that had arrived by the end of a day, as the present contracts judge it."""
    held = []
    arrived = receive.arrivals(settings, as_of)
    for done, arrival in enumerate(arrived):
        progress("Looking through deliveries", done, len(arrived))
        held.append(receive.judged(settings, catalogue, key, arrival))
    return held


def inbox_files(settings: Settings) -> list[Path]:
    """Files waiting in the inbox; hidden ones and a spreadsheet's lock files are not deliveries."""
    if not settings.inbox.exists():
        return []
    return sorted(path for path in settings.inbox.iterdir() if path.is_file() and path.name[0] not in ".~")


def check_anew(
    settings: Settings, catalogue: Catalogue, key: keys.Key, arrivals: Iterable[Arrival]
) -> list[Checked]:
    """Check deliveries again from their originals, and forget the figures made from them: the next run makes them.

    The caller holds the store's lock.
    """
    anew = []
    for arrival in arrivals:
        before = receive.judged(settings, catalogue, key, arrival)
        # first the figures: a kill in between must not leave them standing on another judgement
        for council in before.councils:
            shutil.rmtree(settings.records / "partitions" / council, ignore_errors=True)
        shutil.rmtree(before.folder)
        anew.append(receive.judged(settings, catalogue, key, arrival))
    return anew


def make_manifest(
    work: Work,
    by_council: dict[str, list[Checked]],
    rows_in_force: dict[tuple[int, str], int],
    links: list[partitions.Link],
) -> releases.Manifest:
    """All that a release says, with the small tables about its deliveries and definitions written as parts."""
    from pipelines.measures import catalogue as definitions
    from pipelines.measures import places
    from pipelines.measures.described import describe

    settings, catalogue = work.settings, work.catalogue
    measures = list(definitions.load(settings.definitions).values())
    every = [part for partition in work.councils.values() for part in partition["parts"]]
    made = [part for part in every if part["table"] != "places"]
    of_places = [
        (part["council"], releases.part_path(settings, part)) for part in every if part["table"] == "places"
    ]
    figures = [releases.part_path(settings, part) for part in made if part["table"] == "figures"]
    with receive.connection(settings) as con:
        small = delivered.deliver_tables(con, catalogue, work.held, rows_in_force, links)
        small.append(delivered.source_table(con, partitions.sources_of(work.councils, by_council)))
        small += drift.tell(con, catalogue, work.held)
        small += freshness.tell(con, catalogue, work.held)
        small += balances.tell(con, work.balances)
        small += describe(con, measures, catalogue, figures)
        small += places.tell(con, catalogue, of_places)
        parts = [
            part
            for table in small
            for part in releases.write_parts(con, settings, "officers", table, "", f"FROM {table}")
        ]
        before = compared_with(settings, work.as_of)
        now = releases.files_of(settings, made + parts)
        was = releases.files_of(settings, before["parts"]) if before else None
        parts += [
            part
            for table in (changes.compare(con, now, was), restated.restated(con, now, was))
            for part in releases.write_parts(con, settings, "officers", table, "", f"FROM {table}")
        ]
        by_feed = con.sql(
            """SELECT feed, sum(rows_received)::BIGINT AS received, sum(rows_accepted)::BIGINT AS accepted,
            sum(rows_rejected)::BIGINT AS rejected, sum(rows_in_force)::BIGINT AS in_force
            FROM deliveries WHERE feed IS NOT NULL GROUP BY feed ORDER BY feed"""
        ).to_arrow_table()
    return {
        "audience": "officers",
        "made_at": settings.now(),
        "as_of": work.as_of or settings.now().date(),
        "compared_with": before["release"] if before else None,
        "demonstration": any(
            catalogue.councils[council].fictional
            for council in work.councils
            if council in catalogue.councils
        ),
        "code_version": code_version(),
        "contracts": {feed: contract.text for feed, contract in catalogue.contracts.items()},
        "mappings": {mapping.name: mapping.text for mapping in catalogue.mappings},
        "definitions": {measure.id: measure.text for measure in measures},
        "deliveries": [
            {
                "sha256": checked.arrival.delivery,
                "number": checked.arrival.number,
                "feeds": sorted(checked.result["feeds"]),
            }
            for checked in work.held
        ],
        "balances": by_feed.to_pylist(),
        "parts": made + parts,
        "chain": named(work),
    }


def named(work: Work) -> dict[str, Any]:
    """What a manifest names beside its parts, each with its SHA-256: so none of it is changed or taken away unseen.

    `arrivals`: the newest; each names the one before. `checked`: a delivery's number -> folder and digest of the
    result that it was judged by. `partitions`: council -> file and digest. `texts`: lists and councils' names, kept in
    the store. `key`: the fingerprint of the key. `erasures`: the newest; each names the one before. `rebuild`: whether
    it was never meant to be read.
    """
    settings = work.settings
    arrived, erased = receive.arrivals(settings)[-1:], erasures(settings)
    lists = sorted(path for path in settings.reference.rglob("*") if path.suffix in (".yaml", ".csv"))
    texts = {f"reference/{path.relative_to(settings.reference).as_posix()}": path for path in lists}
    texts |= {
        f"councils/{path.name}": path for path in sorted((settings.expectations / "councils").glob("*.yaml"))
    }
    return {
        "arrivals": {
            str(arrival.number): durable.file_digest(receive.arrival_path(settings, arrival.number))
            for arrival in arrived
        },
        "checked": {
            str(checked.arrival.number): [
                checked.folder.name,
                durable.file_digest(checked.folder / "result.json"),
            ]
            for checked in work.held
        },
        "partitions": {
            council: [partition["file"], partition["sha256"]] for council, partition in work.councils.items()
        },
        "texts": {name: releases.keep_text(settings, path) for name, path in texts.items()},
        "key": work.key.fingerprint,
        **({"erasures": erased} if erased else {}),
        "rebuild": work.as_of is not None,
    }


def code_version() -> str:
    return f"{__version__}+{partitions.code_digest()[:12]}"


def erasures(settings: Settings) -> dict[str, str]:
    """Number and digest of the newest erasure; empty where there was none."""
    last = erased_list.newest(settings)
    return {str(last["number"]): last["sha256"]} if last else {}


def compared_with(settings: Settings, as_of: date | None) -> releases.Manifest | None:
    """The release whose readers are told what changed: the one that officers read now.

    A rebuild of an earlier day has none: it is not what anybody read before, so nothing changed since.
    """
    current = releases.current_release(settings, "officers")
    return releases.read_manifest(settings, "officers", current) if current and as_of is None else None


def report_back(work: Work, links: Sequence[partitions.Link]) -> list[Path]:
    """The reports that are due to suppliers: none of a rebuild."""
    if work.as_of is not None:
        return []
    due = unreported(work.settings, work.held)
    return write_reports(work.settings, work.catalogue, work.held, due, links)


def unreported(settings: Settings, held: Iterable[Checked]) -> list[Checked]:
    """Deliveries whose report was never written: received on the command line, or by a run that was cut short."""
    return [checked for checked in held if not _report_mark(settings, checked).exists()]


def write_reports(
    settings: Settings,
    catalogue: Catalogue,
    held: Sequence[Checked],
    of: Iterable[Checked],
    links: Sequence[partitions.Link] | None = None,
) -> list[Path]:
    """The supplier's report `of` some deliveries, in the outbox; expired reports are removed.

    Without `links` (which only a run knows) the report is a first one: the next run writes it again, whole.
    """

    def report(_: Settings, checked: Checked) -> list[Path]:
        with all_reports.cursor() as con:
            found = delivered.for_report(con, catalogue, held, checked, links or ())
            editable = to_correct.sheets(con, settings, catalogue, checked, found["findings"])
        return supplier.write_report(
            settings.outbox, **found, contracts=catalogue.contracts, to_correct=editable
        )

    written: list[Path] = []
    with receive.connection(settings) as all_reports:
        for checked, reports in side_by_side(settings, report, list(of)):
            written += reports.result()
            if links is not None:
                durable.write(_report_mark(settings, checked), b"")
    oldest = settings.now().timestamp() - settings.report_days * 86_400
    for path in settings.outbox.glob("*-report.*"):
        if path.stat().st_mtime < oldest:
            path.unlink()
    return written


def _report_mark(settings: Settings, checked: Checked) -> Path:
    return settings.records / "reported" / f"{checked.arrival.number:06d}"
