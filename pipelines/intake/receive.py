"""Taking a file in: archive it whole or not at all, check it, and record its arrival.

Belongs here: the archive of originals, checked deliveries, and the chain of arrivals that says what came when.
Does not belong here: which delivery's rows count in the end (`model.in_force`), releases.

    records/deliveries/<sha256>/           original.<ending>, manifest.json        never changed, but by an erasure
    records/checked/<sha256>/<basis>/      result.json and Parquet, remade when contracts, names or the key change
    records/arrivals/000001.json           one a receipt, each naming the digest of the one before
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict, Unpack

import duckdb

from pipelines import durable, seals
from pipelines.contracts import UNREADABLE, Catalogue, Contract
from pipelines.feeds import reader
from pipelines.feeds.refusal import Refused
from pipelines.intake import check, erased_list, leaving_out, tombstones, verdicts, whole_file
from pipelines.intake.key import Key
from pipelines.intake.typed import make_typed
from pipelines.settings import Settings

CHECK_VERSION = 6
"""Raised when the program would judge the same delivery differently; every delivery is then checked anew."""
RESULT = ("refusal", "tables", "skipped", "feeds")
"""What a check's result held before results were sealed and named their files."""


class IntakeFailure(RuntimeError):
    """Reading or checking broke down; says where, never what the file holds."""


@dataclass(frozen=True)
class Arrival:
    """One receipt of one content."""

    number: int
    delivery: str
    """SHA-256 of the original's bytes."""
    file: str
    received_at: datetime
    extracted_on: date
    extracted_on_from: str
    """file | given | receipt: who said when the data was taken from its system."""
    council: str | None
    corrections: bool
    basis: str
    """What the first check was made with; see `check_basis`."""
    previous: str
    """SHA-256 of the arrival before, '' for the first: the chain."""
    sent_by: str = ""
    """Who sent it, by office or role; '' where nobody said."""
    archived: str = ""
    """SHA-256 of the archived delivery's manifest; '' where an earlier version of the program received it."""
    verdict: str = ""
    """SHA-256 of the first check's result, which names the digests of the check's other files; '' as above."""
    release: str = ""
    """What officers read when it came: release and SHA-256 of its manifest. So none is taken away unseen."""

    @property
    def order(self) -> tuple[date, int]:
        """Later replaces earlier."""
        return (self.extracted_on, self.number)


@dataclass(frozen=True)
class Checked:
    """A delivery as judged: its folder of Parquet files and the result that describes them."""

    arrival: Arrival
    folder: Path
    result: dict[str, Any]

    @property
    def refused(self) -> bool:
        return self.result["refusal"] is not None

    @cached_property
    def councils(self) -> frozenset[str]:
        return frozenset(
            council for feed in self.result["feeds"].values() for council in feed["profile"] if council
        )

    def profile(self, feed: str) -> whole_file.Profile:
        return self.result["feeds"][feed]["profile"] if feed in self.result["feeds"] else {}


class Said(TypedDict, total=False):
    """What whoever sends a file may say of it."""

    extracted_on: date | None
    """When its data was taken; a day in the file itself comes first. Otherwise the day of receipt."""
    council: str | None
    """Whose rows they are where the file has no such column. Otherwise the settings'."""
    corrections: bool
    """Only keys that it holds are replaced, whatever its contract says."""
    sent_by: str | None
    """Office or role. Otherwise the settings'."""


def receive(
    settings: Settings,
    catalogue: Catalogue,
    key: Key,
    path: Path,
    **said: Unpack[Said],
) -> tuple[Checked, bool]:
    """Archive and check one file; returns it as judged and whether its arrival is new.

    A file that is refused is archived and recorded too: nothing that arrived is lost. The same bytes sent again at
    once, with nothing of their feeds and councils between, change nothing.

    Raises:
        Refused: the path is not a readable file, or larger than allowed (nothing is archived).
        IntakeFailure: checking broke down; the archive holds the file, and no arrival is recorded.
    """
    return record(settings, catalogue, key, prepare(settings, catalogue, key, path, **said))


def prepare(
    settings: Settings,
    catalogue: Catalogue,
    key: Key,
    path: Path,
    **said: Unpack[Said],
) -> Checked:
    """Archive and check one file, whatever else arrives: several may be prepared side by side, then recorded in turn.

    Raises:
        Refused, IntakeFailure: as `receive`.
    """
    council = said.get("council") or settings.council
    code = catalogue.find_council(council).code if council else None
    delivery, original = _archive(settings, catalogue, key, path, code)
    extracted_on = said.get("extracted_on")
    sent_by = said.get("sent_by")
    draft = Arrival(
        number=0,
        delivery=delivery,
        file=path.name,
        received_at=settings.now(),
        extracted_on=extracted_on or settings.now().date(),
        extracted_on_from="given" if extracted_on else "receipt",
        council=code,
        corrections=said.get("corrections", False),
        basis=check_basis(catalogue, key),
        previous="",
        sent_by=settings.sent_by if sent_by is None else sent_by,
    )
    with connection(settings) as con:
        return _judge(con, settings, catalogue, key, draft, original)


def record(settings: Settings, catalogue: Catalogue, key: Key, prepared: Checked) -> tuple[Checked, bool]:
    """Put a prepared file's arrival on record unless it says nothing new; returns it as judged and if it is new."""
    before = arrivals(settings)
    previous = _link(settings, before[-1]) if before else ""
    current = seals.pointed(settings.audience("officers") / "CURRENT")
    arrival = replace(
        prepared.arrival,
        number=len(before) + 1,
        previous=previous,
        archived=durable.file_digest(archive_of(settings, prepared.arrival.delivery) / "manifest.json"),
        verdict=durable.file_digest(prepared.folder / "result.json"),
        release=current.line.strip() if current else "",
    )
    checked = replace(prepared, arrival=arrival)
    for other in reversed(before):
        last = judged(settings, catalogue, key, other)
        same_scope = (
            set(last.result["feeds"]) & set(checked.result["feeds"]) and last.councils & checked.councils
        )
        if last.arrival.delivery == arrival.delivery and _says_the_same(last.arrival, arrival):
            return last, False
        if same_scope:
            break
    durable.write_json(arrival_path(settings, arrival.number), seals.sealed(asdict(arrival)))
    return checked, True


def _says_the_same(one: Arrival, other: Arrival) -> bool:
    """Whether two arrivals of the same bytes come to the same: by its ending a file is of another kind."""
    told, again = (
        (arrival.extracted_on, arrival.council, arrival.corrections, Path(arrival.file).suffix.lower())
        for arrival in (one, other)
    )
    return told == again


def arrivals(settings: Settings, as_of: date | None = None) -> list[Arrival]:
    """Every arrival in the order of receipt, up to the end of a day.

    Raises:
        IntakeFailure: the chain is broken: an arrival was changed or taken away.
    """
    found: list[Arrival] = []
    link = ""
    for path in sorted((settings.records / "arrivals").glob("[0-9]*.json")):
        arrival = read_arrival(path.read_bytes())
        if arrival.previous != link or arrival.number != len(found) + 1:
            raise IntakeFailure(
                f"The record of arrivals does not fit together at {path.name}: one before it was changed or removed. "
                "Restore records/arrivals from a backup."
            )
        link = durable.file_digest(path)
        found.append(arrival)
    return [arrival for arrival in found if as_of is None or arrival.received_at.date() <= as_of]


def read_arrival(raw: bytes) -> Arrival:
    """An arrival from its record's bytes."""
    content = json.loads(raw)
    content.pop(seals.SEAL, None)
    return Arrival(
        **{
            **content,
            "received_at": datetime.fromisoformat(content["received_at"]),
            "extracted_on": date.fromisoformat(content["extracted_on"]),
        }
    )


def judged(settings: Settings, catalogue: Catalogue, key: Key, arrival: Arrival) -> Checked:
    """A delivery as the present contracts judge it; checked anew where they, the names or the key changed since."""
    held = _held(settings, arrival, check_basis(catalogue, key))
    if held is not None:
        return held
    original = original_of(settings, arrival)
    with connection(settings) as con:
        return _judge(con, settings, catalogue, key, arrival, original)


def original_of(settings: Settings, arrival: Arrival) -> Path:
    """The archived file."""
    return next(archive_of(settings, arrival.delivery).glob("original.*"))


def archive_of(settings: Settings, delivery: str) -> Path:
    """The folder of an archived original."""
    return settings.records / "deliveries" / delivery


def check_basis(catalogue: Catalogue, key: Key) -> str:
    """Digest of all that a check depends on beside the delivery itself."""
    return durable.digest([CHECK_VERSION, catalogue.texts, key.fingerprint])[:16]


@contextmanager
def connection(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory that may spill into the work folder, with nothing to install or load from outside."""
    durable.private_folder(settings.work)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": settings.memory_limit,
        # a folder of its own: two connections that spill into one read each other's blocks
        "temp_directory": str(settings.work / f"spill-{secrets.token_hex(4)}"),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    con = duckdb.connect(config=config | ({"threads": settings.threads} if settings.threads else {}))
    try:
        yield con
    finally:
        con.close()


def _archive(
    settings: Settings, catalogue: Catalogue, key: Key, path: Path, council: str | None
) -> tuple[str, Path]:
    """A file in the archive, without the rows that are on the list of what was erased."""
    if not path.is_file():
        raise Refused("FILE-00", f"{path.name} is not a file that can be read. Check the path and try again.")
    if path.stat().st_size > settings.max_file_bytes:
        raise Refused(
            "FILE-03",
            f"{path.name} is larger than {settings.max_file_bytes:,} bytes. Send it in parts, or raise "
            "SEND_AUDIT_MAX_FILE_BYTES.",
        )
    made = durable.private_folder(settings.work / f"archive-{secrets.token_hex(4)}")
    copy = made / f"original{path.suffix.lower() or '.bin'}"
    shutil.copyfile(path, copy)
    delivery = durable.file_digest(copy)
    final = archive_of(settings, delivery)
    about = {
        "sha256": delivery,
        "bytes": copy.stat().st_size,
        "file": path.name,
        "archived_at": settings.now(),
    }
    erased = erased_list.listed(settings)
    if erased and not final.exists():
        with connection(settings) as con:
            file = leaving_out.File(copy, path.name, council)
            if found := leaving_out.find(con, settings, catalogue, key, file, erased):
                stone, left = leaving_out.prepare(con, settings, catalogue, key, file, found)
                durable.write_json(made / tombstones.FILE, tombstones.content(stone, seals.signer(settings)))
                durable.place_file(left, copy)
                about |= {"erased": tombstones.mark(made), "original": stone.now}
    durable.write_json(made / "manifest.json", seals.sealed(about))
    durable.private_folder(final.parent)
    durable.place_folder(made, final)
    return delivery, next(final.glob("original.*"))


def _judge(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    catalogue: Catalogue,
    key: Key,
    arrival: Arrival,
    original: Path,
) -> Checked:
    """Read, pseudonymise and check; the arrival in it has the date that the file itself gives, if it does."""
    result: dict[str, Any] = {"refusal": None, "tables": [], "skipped": [], "feeds": {}}
    made = durable.private_folder(settings.work / f"checked-{secrets.token_hex(4)}")
    basis, stone = check_basis(catalogue, key), tombstones.read(archive_of(settings, arrival.delivery))
    try:
        if stone and stone.refusal:
            raise Refused(stone.refusal["code"], stone.refusal["message"])  # it is gone as a whole since
        tables, skipped = reader.read(original, arrival.file, catalogue, con, settings, arrival.council)
        if stone is None and not any(table.rows or table.answers for table in tables):
            raise Refused(
                "FILE-17",
                f"{arrival.file}: it has headers and no row below them. Look at the export's filter or period and send "
                "it again; if there is nothing to tell of, send nothing.",
            )
        arrival = _as_the_file_says(arrival, tables)
        if (held := _held(settings, arrival, basis)) is not None:
            return held
        result["tables"] = [
            {name: value for name, value in asdict(table).items() if name != "relation"} for table in tables
        ]
        result["skipped"] = [asdict(sheet) for sheet in skipped]
        for feed in sorted({table.feed for table in tables}):
            of_feed = [table for table in tables if table.feed == feed]
            result["feeds"][feed] = _check_feed(con, of_feed, catalogue, key, arrival, made)
    except Refused as refusal:
        held_to = stone.refusal if stone else None
        result["refusal"] = held_to or reader.told(original, arrival.file, refusal, settings)
    except duckdb.Error as problem:
        # A DuckDB message may quote a cell, so only its kind goes on.
        raise IntakeFailure(
            f"{arrival.file} could not be checked: DuckDB stopped with {type(problem).__name__}. The file is archived; "
            "run again, and if it stops again send the file's layout (not its rows) to the maintainers."
        ) from None
    except (check.BalanceBroken, verdicts.NoVerdict) as problem:
        raise IntakeFailure(
            f"{arrival.file} could not be checked. {problem} Nothing of this delivery is used; report it to the "
            "maintainers."
        ) from problem
    result = tombstones.laid_over(result, stone)
    result["files"] = {path.name: durable.file_digest(path) for path in made.iterdir()}
    durable.write_json(made / "result.json", seals.sealed(result))
    folder = checked_folder(settings, arrival, basis)
    durable.place_folder(made, folder)
    return Checked(arrival, folder, json.loads((folder / "result.json").read_text(encoding="utf-8")))


def _held(settings: Settings, arrival: Arrival, basis: str) -> Checked | None:
    """The delivery as it was judged before on the same basis, if it was."""
    folder = checked_folder(settings, arrival, basis)
    if not (folder / "result.json").exists():
        shutil.rmtree(folder, ignore_errors=True)  # what is left of a folder that somebody emptied
        return None
    raw = (folder / "result.json").read_bytes()
    if seals.fault(raw, RESULT) or not all(
        (folder / name).exists() for name in json.loads(raw).get("files", ())
    ):
        shutil.rmtree(folder)  # damaged: it is made anew, and the archive has what it is made from
        return None
    return Checked(arrival, folder, json.loads(raw))


def _as_the_file_says(arrival: Arrival, tables: list[reader.Table]) -> Arrival:
    dates = [
        table.extracted_on
        for table in tables
        if table.extracted_on and not is_in_future(table.extracted_on, arrival.received_at)
    ]
    says: dict[str, Any] = {"corrections": arrival.corrections or any(table.corrections for table in tables)}
    if dates:
        says |= {"extracted_on": max(dates), "extracted_on_from": "file"}
    return replace(arrival, **says)


def is_in_future(day: date, received_at: datetime) -> bool:
    """Whether a file cannot have been taken on the day that it says. Receipt is in UTC, so the next day may have
    begun where its supplier is."""
    return day > received_at.date() + timedelta(days=1)


def _check_feed(
    con: duckdb.DuckDBPyConnection,
    tables: list[reader.Table],
    catalogue: Catalogue,
    key: Key,
    arrival: Arrival,
    folder: Path,
) -> dict[str, Any]:
    contract = catalogue.contracts[tables[0].feed]
    typed = make_typed(con, tables, contract, catalogue, key)
    for table in tables:
        con.execute(f"DROP TABLE {table.relation}")
    absent = frozenset.intersection(*(frozenset(table.missing) for table in tables)) - _derived(
        contract, tables
    )
    outcome = check.check(con, typed, contract, arrival.extracted_on, folder, absent)
    verdict = verdicts.verdicts(con, typed, contract, catalogue, arrival.extracted_on, absent)
    passed = {code: ok for code, (ok, _) in verdict.items()}
    disagree = [code for code, ok in passed.items() if ok != (outcome.by_rule[code] == 0)]
    if disagree:
        raise IntakeFailure(
            f"{arrival.file}: the verdict and the rows set aside disagree on {', '.join(sorted(disagree))}. "
            "Nothing of this delivery is used. Report the rule codes to the maintainers."
        )
    judged_feed = {
        **asdict(outcome),
        "verdicts": passed,
        "profile": whole_file.profile(con, typed, contract),
        "unlisted": _unlisted(con, typed, catalogue, contract.feed),
    }
    con.execute(f"DROP TABLE {typed}")
    return judged_feed


def _derived(contract: Contract, tables: list[reader.Table]) -> set[str]:
    """Columns that are not in the file but come out of one that is: the age band, from a month of birth."""
    births = {name for name, column in contract.columns.items() if column.type == "birth_month"}
    return {"age_band"} if any(births & set(table.matched) for table in tables) else set()


def _unlisted(con: duckdb.DuckDBPyConnection, typed: str, catalogue: Catalogue, feed: str) -> dict[str, int]:
    """How many different names of each list the council has not listed yet; rows of no known council have no list."""
    counts: dict[str, int] = {}
    for name, column in catalogue.contracts[feed].columns.items():
        if column.type == "label":
            values = f"unnest({name})" if column.several else name
            query = (
                f"SELECT count(DISTINCT v) FROM (SELECT {values} AS v FROM {typed} WHERE council <> '{UNREADABLE}') "
                "WHERE v LIKE 'unlisted-%'"
            )
            found = con.execute(query).fetchall()[0][0]
            if found:
                counts[name] = found
    return counts


def checked_folder(settings: Settings, arrival: Arrival, basis: str) -> Path:
    """Where a delivery lies as judged on a basis (`check_basis`)."""
    # The date, the council assumed and the kind of file change the verdict on the same bytes: they name the place.
    said = [arrival.extracted_on, arrival.council, Path(arrival.file).suffix.lower()]
    mark = tombstones.mark(archive_of(settings, arrival.delivery))
    place = durable.digest([*said, mark] if mark else said)[:8]
    return settings.records / "checked" / arrival.delivery / f"{basis}-{place}"


def arrival_path(settings: Settings, number: int) -> Path:
    """The record of an arrival."""
    return settings.records / "arrivals" / f"{number:06d}.json"


def _link(settings: Settings, arrival: Arrival) -> str:
    return durable.file_digest(arrival_path(settings, arrival.number))
