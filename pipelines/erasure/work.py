"""Erasing a child's rows, or whole deliveries, from everything that is kept: looked at first, then done, file by file.

Belongs here: what would go, the order in which it goes, and going on after a kill. Does not belong here: what is said
of it (`commands.erasing`), how a file, part or figure is dealt with (`intake.leaving_out`, `parts`, `figures`).

Whoever calls this holds the store's lock. The order: the journal, the figures that cannot be counted again, parts of
releases, databases, reports, checks and partitions, and the originals last, from which all the rest can be found again.
Each file is told in the journal before it changes. Readers' files are replaced whole, and their figures do not change.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipelines import contracts, durable, past, releases, seals
from pipelines.contracts import Catalogue
from pipelines.erasure import figures, linked, parts
from pipelines.erasure.journal import CHILD, LIFT, REPLAY, RETENTION, Journal
from pipelines.intake import erased_list, leaving_out, receive, tombstones
from pipelines.intake import key as keys
from pipelines.intake.erased_list import Erased
from pipelines.intake.leaving_out import File, Found
from pipelines.intake.receive import Arrival, Checked
from pipelines.progress import Progress
from pipelines.run import checked_deliveries
from pipelines.settings import AUDIENCES, Settings


@dataclass(frozen=True)
class Original:
    """An archived original with rows that go, and the arrivals that brought it (none where its receipt broke off)."""

    delivery: str
    file: File
    arrivals: tuple[Arrival, ...]
    found: Found


@dataclass
class Plan:
    """What would go."""

    kind: str
    council: str = ""
    marks: frozenset[str] = frozenset()
    originals: list[Original] = field(default_factory=list)
    parts: dict[Path, Path] = field(default_factory=dict)
    """Stored part -> the part without the rows, in the work folder."""
    touched: figures.Touched = field(default_factory=figures.Touched)
    reports: list[Path] = field(default_factory=list)
    waiting: int = 0
    """Files in the inbox: they are looked at when they are received."""

    def __bool__(self) -> bool:
        return bool(self.originals or self.parts)

    @property
    def rows(self) -> int:
        return sum(one.found.number for one in self.originals)

    @property
    def numbers(self) -> list[int]:
        return sorted(arrival.number for one in self.originals for arrival in one.arrivals)


@dataclass
class Scene:
    """What all steps need."""

    settings: Settings
    catalogue: Catalogue
    key: keys.Key
    progress: Progress
    con: duckdb.DuckDBPyConnection


@contextlib.contextmanager
def scene(settings: Settings, progress: Progress) -> Iterator[Scene]:
    """What all steps need. The caller holds the store's lock.

    Raises:
        keys.KeyProblem: the key is not here, or is not the store's.
    """
    if not settings.key_file.exists():
        raise keys.KeyProblem(
            "Only who holds the key can find a child's rows. Set SEND_AUDIT_KEY_FILE to it; nothing was changed."
        )
    durable.sweep(settings.work)
    key = keys.load(settings)
    with receive.connection(settings) as con:
        yield Scene(settings, contracts.load(settings), key, progress, con)
    durable.sweep(settings.work)


def for_child(of: Scene, council: str, reference: str) -> Plan:
    """What would go of the child whom a council calls by a reference; nothing where none of its rows is held."""
    erased_list.ready(of.con, of.key, Erased(frozenset(), ()))
    child = _pseudonym(of, council, reference)
    held = checked_deliveries(of.settings, of.catalogue, of.key, None, of.progress)
    ordered = sorted(held, key=lambda checked: checked.arrival.order)
    refs, numbers = linked.references(of.con, of.catalogue, ordered, child)
    erased = Erased(frozenset(erased_list.mark_of(of.key, ref) for ref in refs), (council,))
    originals = [one for one in _looked_into(of, held, numbers) if _look(of, one, erased)]
    return _plan(of, Plan(CHILD, council, erased.marks, originals))


def pseudonym_mark(of: Scene, council: str, reference: str) -> str:
    """The mark of a child's reference."""
    erased_list.ready(of.con, of.key, Erased(frozenset(), ()))
    return erased_list.mark_of(of.key, _pseudonym(of, council, reference))


def _pseudonym(of: Scene, council: str, reference: str) -> str:
    sql = erased_list.pseudonym_sql("$kind::VARCHAR", "$council::VARCHAR", "$reference::VARCHAR")
    given = {"kind": erased_list.CHILD, "council": council, "reference": reference}
    [(found,)] = of.con.execute(f"SELECT {sql}", given).fetchall()
    return str(found)


def for_list(of: Scene) -> Plan:
    """What would go of all that is on the list: after a restored backup, or an erasure that was cut short."""
    erased = erased_list.listed(of.settings)
    whole = {
        delivery
        for record in erased_list.records(of.settings)
        if record["kind"] == RETENTION
        for delivery in record["deliveries"]
    }
    originals = [
        one
        for one in archived(of.settings)
        if one.delivery not in whole and erased and _look(of, one, erased)
    ]
    return _plan(of, Plan(REPLAY, "", erased.marks, [*originals, *_whole(of, whole)]))


def for_deliveries(of: Scene, deliveries: Iterable[str]) -> Plan:
    """What would go where all rows of some deliveries go."""
    return _plan(of, Plan(RETENTION, "", frozenset(), _whole(of, set(deliveries))))


def is_empty(settings: Settings, delivery: str, result: Mapping[str, Any]) -> bool:
    """Whether all that a delivery held was erased already."""
    stone = tombstones.read(receive.archive_of(settings, delivery))
    left = sum(found["accepted"] + found["rejected"] for found in result["feeds"].values())
    return stone is not None and (stone.refusal is not None or left == 0)


def _whole(of: Scene, deliveries: set[str]) -> list[Original]:
    """Originals of which all rows go; of what later files still hold, earlier releases keep the facts too."""
    found = []
    held = archived(of.settings) if deliveries else []
    kept = {ref for one in held if one.delivery not in deliveries for ref in _references(of, one)}
    for one in held:
        if one.delivery in deliveries:
            every = leaving_out.find_everything(of.con, of.settings, of.catalogue, one.file)
            if every:
                every.references |= _references(of, one) - kept
                found.append(Original(one.delivery, one.file, one.arrivals, every))
    return found


def _references(of: Scene, one: Original) -> set[tuple[str, str]]:
    """(council, pseudonym) of what the rows of a file are, as facts know them."""
    found: set[tuple[str, str]] = set()
    kinds = erased_list.link_kinds(of.catalogue)
    for checked in (receive.judged(of.settings, of.catalogue, of.key, arrival) for arrival in one.arrivals):
        for feed in set(checked.result["feeds"]) & set(of.catalogue.of_councils):
            for name in erased_list.own_links(of.catalogue.contracts[feed], kinds):
                path = releases.text(checked.folder / f"{feed}.accepted.parquet")
                rows = f"SELECT DISTINCT council, {name} FROM read_parquet({path}) WHERE {name} IS NOT NULL"
                found.update(of.con.execute(rows).fetchall())
    return found


def archived(settings: Settings) -> list[Original]:
    """Every archived original, with nothing found in it yet."""
    by_delivery: dict[str, list[Arrival]] = {}
    for arrival in receive.arrivals(settings):
        by_delivery.setdefault(arrival.delivery, []).append(arrival)
    found = []
    for path in sorted((settings.records / "deliveries").glob("*/original.*")):
        arrivals = tuple(by_delivery.get(path.parent.name, ()))
        file = File(
            path, arrivals[-1].file if arrivals else path.name, arrivals[-1].council if arrivals else None
        )
        found.append(Original(path.parent.name, file, arrivals, Found()))
    return found


def _looked_into(of: Scene, held: Sequence[Checked], numbers: set[int]) -> list[Original]:
    """The originals that may hold rows: those known to, and those of which not every row was received."""
    partly = {
        checked.arrival.delivery
        for checked in held
        if checked.arrival.number in numbers
        or checked.refused
        or checked.result["skipped"]
        or any(table["answers"] for table in checked.result["tables"])
    }
    return [one for one in archived(of.settings) if one.delivery in partly or not one.arrivals]


def _look(of: Scene, one: Original, erased: Erased) -> bool:
    """Find an original's rows; whether there are any. The same bytes may have been received for several councils."""
    councils = dict.fromkeys(arrival.council for arrival in one.arrivals) or {None: None}
    for council in councils:
        file = File(one.file.path, one.file.name, council)
        found = leaving_out.find(of.con, of.settings, of.catalogue, of.key, file, erased)
        for sheet, rows in found.rows.items():
            one.found.rows.setdefault(sheet, set()).update(rows)
        one.found.counts.update(found.counts)
        one.found.references |= found.references
        one.found.is_whole |= found.is_whole
    return bool(one.found)


def _plan(of: Scene, plan: Plan) -> Plan:
    rows = parts.Rows()
    for one in plan.originals:
        rows.references |= one.found.references
        rows.places |= {
            (arrival.number, sheet, row)
            for arrival in one.arrivals
            for sheet, numbers in one.found.rows.items()
            for row in numbers
        }
    plan.parts = parts.reduced(of.con, of.settings, rows, of.progress)
    plan.touched = figures.touched(of.con, of.settings, of.key, plan.parts, of.progress)
    plan.reports = [path for number in plan.numbers for path in _reports(of.settings, number)]
    plan.waiting = len([path for path in of.settings.inbox.glob("*") if path.is_file()])
    return plan


def _reports(settings: Settings, number: int) -> list[Path]:
    return sorted(settings.outbox.glob(f"{number:05d}-*-report.*"))


# Doing it


def do(of: Scene, plan: Plan, *, by: str, note: str) -> Mapping[str, Any]:
    """Erase what was planned; returns the record that remains."""
    journal = Journal.begin(
        of.settings,
        kind=plan.kind,
        by=by,
        note=note,
        council=plan.council,
        marks=sorted(plan.marks) if plan.kind == CHILD else [],
        rows=plan.rows,
        numbers=plan.numbers,
        deliveries=sorted(one.delivery for one in plan.originals) if plan.kind == RETENTION else [],
    )
    return _go_on(of, plan, journal)


def lift(of: Scene, council: str, reference: str, *, by: str, note: str) -> Mapping[str, Any] | None:
    """Let new files hold a child again; returns the record, None where the child is not on the list."""
    mark, listed = pseudonym_mark(of, council, reference), erased_list.listed(of.settings).marks
    if mark not in listed:
        return None
    records = [record for record in erased_list.records(of.settings) if record["kind"] == CHILD]
    marks = {one for record in records if mark in record["marks"] for one in record["marks"]}
    return Journal.begin(
        of.settings,
        kind=LIFT,
        by=by,
        note=note,
        council=council,
        marks=sorted(marks),
        rows=0,
        numbers=[],
        deliveries=[],
    ).end()


def go_on(settings: Settings, progress: Progress) -> Mapping[str, Any] | None:
    """`resume`, where nothing else is done."""
    with scene(settings, progress) as of:
        return resume(of)


def resume(of: Scene) -> Mapping[str, Any] | None:
    """Go on with an erasure that was cut short; None where none was."""
    journal = Journal.open(of.settings)
    return _go_on(of, for_list(of), journal) if journal else None


def _go_on(of: Scene, plan: Plan, journal: Journal) -> Mapping[str, Any]:
    settings = of.settings
    if journal.content["told"] is None:  # else the parts are on their way already
        _tell(settings, plan, journal)
    of.progress("Erasing", 0, 4)
    for path, made in plan.parts.items():
        journal.replace(path, made)
    _databases(settings, journal)
    of.progress("Erasing", 1, 4)
    _reports_go(settings, plan)
    of.progress("Erasing", 2, 4)
    _derived(of, plan, journal)
    of.progress("Erasing", 3, 4)
    for one in plan.originals:
        stone, made = leaving_out.prepare(of.con, settings, of.catalogue, of.key, one.file, one.found)
        journal.write(
            one.file.path.parent / tombstones.FILE, tombstones.content(stone, seals.signer(settings))
        )
        journal.replace(one.file.path, made)
    of.progress("Erasing", 4, 4)
    return journal.end()


def _tell(settings: Settings, plan: Plan, journal: Journal) -> None:
    """Write down, for each audience, which of its figures cannot be counted again."""
    number, day = journal.content["number"], journal.content["made_at"][:10]
    told = {}
    for audience in AUDIENCES:
        if plan.touched.figures[audience] or plan.touched.from_originals[audience]:
            path = past.erased_path(settings.audience(audience), number)
            durable.write_json(
                path, seals.sealed(plan.touched.told(audience, number, day), seals.signer(settings))
            )
            told[audience] = durable.file_digest(path)
    journal.content["told"] = told
    journal.save()


def _databases(settings: Settings, journal: Journal) -> None:
    """Databases are made of parts: the one that officers read is made again, the others when they are opened."""
    changed = {one["path"] for one in journal.content["files"]}
    if not any(path.startswith("officers/parts/") for path in changed):
        return
    current = releases.current_release(settings, "officers")
    for head in past.heads(settings.audience("officers")):
        database = releases.database_path(settings, "officers", head.release)
        if head.release == current:
            releases.build_database(
                settings, "officers", releases.read_manifest(settings, "officers", current)
            )
        elif database.exists():
            database.unlink()
            releases.digest_path(database).unlink(missing_ok=True)


def _reports_go(settings: Settings, plan: Plan) -> None:
    """Reports about the files; the next run writes those that had not expired again, from what is left."""
    for number in plan.numbers:
        for path in _reports(settings, number):
            (settings.records / "reported" / f"{number:06d}").unlink(missing_ok=True)
            path.unlink()
    for left in settings.outbox.glob(".report-*"):  # of one that was being written when a run was cut short
        for path in left.glob("*"):
            path.unlink()
        left.rmdir()


def _derived(of: Scene, plan: Plan, journal: Journal) -> None:
    """Checks and partitions made from the originals: the next run makes them again."""
    deliveries = {one.delivery for one in plan.originals}
    councils = {council for one in plan.originals for council, _ in one.found.references}
    folders = [
        *(
            path
            for delivery in sorted(deliveries)
            for path in sorted((of.settings.records / "checked" / delivery).glob("*"))
        ),
        *(
            path
            for council in sorted(councils)
            if (path := of.settings.records / "partitions" / council).exists()
        ),
    ]
    if folders:
        journal.remove(*folders)


def told(plan: Plan) -> dict[str, Any]:
    """A plan as JSON; no reference in it."""
    return {
        "kind": plan.kind,
        "council": plan.council,
        "rows": plan.rows,
        "files": [
            {
                "numbers": [arrival.number for arrival in one.arrivals],
                "file": one.file.name,
                "whole": one.found.is_whole,
                "sheets": {sheet: len(rows) for sheet, rows in sorted(one.found.rows.items())},
                "rows": one.found.number,
            }
            for one in plan.originals
        ],
        "parts": len(plan.parts),
        "releases": plan.touched.releases,
        "publications": plan.touched.publications,
        "receipts": plan.touched.receipts,
        "not_told": plan.touched.not_told,
        "reports": [path.name for path in plan.reports],
        "waiting_in_the_inbox": plan.waiting,
    }
