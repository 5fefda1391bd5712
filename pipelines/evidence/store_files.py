"""Every file of the store: what it is, whether its bytes are those that were recorded, and what to do where not.

Belongs here: going through all files, those that records name and those that nothing names.
Does not belong here: whether the records themselves hang together (`chain`), or whether a figure is right (`recount`).

A file is written before the record that names it, so a kill in between leaves a file that nothing names and never a
record of a file that is not there. Dagster's own records, LOCK and the work folder are no evidence and are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines import durable, releases, seals
from pipelines.evidence import chain as chains
from pipelines.evidence import erasures
from pipelines.evidence.chain import (
    BACKUP,
    CHANGED,
    GONE,
    REMOVED,
    RUN,
    UNFINISHED,
    UNKNOWN,
    UNRECORDED,
    Chain,
    numbers,
)
from pipelines.intake import erased_list, receive, tombstones
from pipelines.intake.receive import Arrival
from pipelines.progress import Progress
from pipelines.settings import AUDIENCES, Settings

LEFT_OUT = ("LOCK", "records/work", "records/dagster")
"""Within the store: no evidence."""
_ARCHIVE = ("sha256", "bytes", "file", "archived_at")
_PARTITION = ("parts", "in_force", "links")
"""What these records held before they were sealed."""
_PART = f"{RUN[:-1]} if it is of the newest release and the damaged file is out of the way; otherwise restore a backup."
_REMOVE = "Remove its folder; the next `send-audit run` makes it anew from the archived original."
_TEMPORARY = re.compile(r"^\..+\.[0-9a-f]{8}\.tmp$")
_SHA = re.compile(r"^[0-9a-f]{64}$")


@dataclass(frozen=True)
class Named:
    """A file that a record names."""

    sha256: str
    """'' where the record gives none."""
    what: str
    do: str
    known: int = 0
    """The newest erasure that a release which names it was made after."""


@dataclass
class Files:
    """What was found among the files."""

    chain: Chain
    names: Mapping[str, str]
    """Council -> its name."""
    named: dict[Path, Named] = field(default_factory=dict)
    looked_at: int = 0
    unnamed: list[str] = field(default_factory=list)
    """Whole files that no record names: what a run that was cut short, or that changed nothing, left behind."""

    @property
    def settings(self) -> Settings:
        return self.chain.settings

    def name(self, path: Path, sha256: str, what: str, do: str, known: int = 0) -> None:
        """A record names a file; the first to do so says what it is."""
        if path not in self.named or (sha256 and not self.named[path].sha256):
            self.named[path] = Named(sha256, what, do, known)


def check(
    chain: Chain, names: Mapping[str, str], fingerprint: str | None = None, progress: Progress | None = None
) -> Files:
    """Hash every file of the store; faults are added to the chain's.

    Args:
        names: council -> its name, to say whose facts a part holds.
        fingerprint: of the key at hand, None where it is not.
    """
    files = Files(chain, names)
    for arrival in chain.arrivals.values():
        _of_arrival(files, arrival)
    _of_releases(files)
    _texts_and_key(files, fingerprint)
    for path, expected in list(files.named.items()):
        if not path.exists():
            _missing(files, path, expected)
    if chain.erasures.going_on is not None:
        journal = files.settings.records / erased_list.JOURNAL
        chain.say(
            UNFINISHED, journal, "an erasure that was cut short", "The next `send-audit run` goes on with it."
        )
    found = sorted(_all(files.settings))
    for done, path in enumerate(found):
        if progress:
            progress("Looking at every file", done, len(found))
        _look(files, path)
    files.looked_at = len(found)
    _databases(files)
    return files


def _all(settings: Settings) -> Iterable[Path]:
    for path in settings.store.rglob("*"):
        where = path.relative_to(settings.store).as_posix()
        if path.is_file() and not any(where == left or where.startswith(f"{left}/") for left in LEFT_OUT):
            yield path


# What records name


def _of_arrival(files: Files, arrival: Arrival) -> None:
    settings = files.settings
    sent = f", sent by {arrival.sent_by}" if arrival.sent_by else ""
    of = f"delivery {arrival.number}{sent}, received on {arrival.received_at:%d/%m/%Y}"
    folder = receive.archive_of(settings, arrival.delivery)
    ending = Path(arrival.file).suffix.lower() or ".bin"
    original = next(folder.glob("original.*"), folder / f"original{ending}")
    files.name(original, arrival.delivery, f"the archived original of {of}", BACKUP)
    files.name(folder / "manifest.json", arrival.archived, f"the archive's record of {of}", BACKUP)


def _of_releases(files: Files) -> None:
    chain, settings = files.chain, files.settings
    in_releases: dict[Path, list[str]] = {}
    whose: dict[Path, tuple[str, str]] = {}
    known: dict[Path, int] = {}
    for audience in AUDIENCES:
        for release, manifest in chain.manifests[audience].items():
            erased = max(map(int, (manifest.get("chain") or {}).get("erasures", {})), default=0)
            for part in manifest["parts"]:
                path = releases.part_path(settings, part)
                known[path] = max(known.get(path, 0), erased)
                in_releases.setdefault(path, []).append(f"{chains.OF_AUDIENCE[audience]} {release}")
                whose[path] = (part["table"], part["council"])
    for path, used in in_releases.items():
        if path.is_relative_to(settings.records) and not settings.records.exists():
            continue  # another machine's room
        files.name(path, path.stem, f"{_told(files, *whose[path])} in {_several(used)}", _PART, known[path])
    officers = chain.manifests["officers"]
    if not settings.records.exists():
        return
    needed = [manifest for manifest in (*list(officers.values())[-1:], chain.current("officers")) if manifest]
    checked: set[int] = set()
    for manifest in needed:
        checked |= _derived(files, manifest, needed=True)
    for arrival in chain.arrivals.values():
        is_whole = not tombstones.mark(
            receive.archive_of(settings, arrival.delivery)
        )  # else it is checked anew
        if arrival.verdict and arrival.number not in checked and is_whole:
            in_a_release = any(
                arrival.number == one["number"] for held in needed for one in held["deliveries"]
            )
            place = receive.checked_folder(settings, arrival, arrival.basis)
            _of_check(files, arrival, place.name, arrival.verdict, needed=not in_a_release)
    for manifest in officers.values():
        _derived(files, manifest, needed=False)


def _derived(files: Files, manifest: releases.Manifest, *, needed: bool) -> set[int]:
    """What a release was made from, apart from its parts; returns the deliveries whose check it names."""
    said = manifest.get("chain") or {}
    checked = {int(number): named for number, named in said.get("checked", {}).items()}
    for number, (folder, sha256) in checked.items():
        if number in files.chain.arrivals:
            _of_check(files, files.chain.arrivals[number], folder, sha256, needed=needed)
    for council, (file, sha256) in said.get("partitions", {}).items():
        path = files.settings.records / "partitions" / file
        what = f"which parts hold the facts of {_place(files, council)} in the release {manifest['release']}"
        _name_derived(files, path, sha256, what, RUN, needed=needed)
        for part in _json(path).get("parts", ()):
            where = releases.part_path(files.settings, part)
            what = f"{_told(files, part['table'], part['council'])}, which a partition names"
            files.name(where, part["sha256"], what, _PART)
    return set(checked)


def _name_derived(files: Files, path: Path, sha256: str, what: str, do: str, *, needed: bool) -> None:
    """A derived file. One that only earlier releases name goes when deliveries are checked anew: that is told."""
    if needed or path.exists() or files.chain.erasures.is_gone(path):
        files.name(path, sha256, what, do)
    elif path not in files.named:
        files.chain.say(
            GONE,
            path,
            f"{what}: removed by hand, or when deliveries were checked anew",
            "Nothing needs it any more.",
        )


def _of_check(files: Files, arrival: Arrival, folder: str, sha256: str, *, needed: bool) -> None:
    place = files.settings.records / "checked" / arrival.delivery / folder
    what = f"of the check of delivery {arrival.number}"
    _name_derived(files, place / "result.json", sha256, f"the result {what}", _REMOVE, needed=needed)
    for name, digest in _json(place / "result.json").get("files", {}).items():
        files.name(place / name, digest, f"the rows {what} ({name})", _REMOVE)


def _texts_and_key(files: Files, fingerprint: str | None) -> None:
    settings = files.settings
    for path, used in files.chain.texts.items():
        what = f"the {next(iter(used.values()))} of {_several([f'release {release}' for release in used])}"
        files.name(path, path.stem, what, BACKUP)
    if not settings.records.exists():
        return
    told: set[str] = set()
    for release, manifest in files.chain.manifests["officers"].items():
        said = manifest.get("chain") or {}
        for name, sha256 in said.get("texts", {}).items():
            what = f"the text {name} that the release {release} was made with"
            files.name(releases.text_path(settings, sha256), sha256, what, BACKUP)
        told |= {said["key"]} if "key" in said else set()
    told = told or ({fingerprint} if fingerprint else set())
    mark = settings.records / "KEY-FINGERPRINT"
    what = "the fingerprint of the key that the store was made with"
    if files.chain.arrivals and not mark.exists():
        files.chain.say(
            REMOVED, mark, what, "The next `send-audit run` writes it again; have the right key at hand."
        )
    elif mark.exists() and told and {mark.read_bytes().decode(errors="replace")} != told:
        files.chain.say(CHANGED, mark, f"{what}: the releases or the key at hand say another", BACKUP)
    elif mark.exists() and not told:
        files.chain.say(
            UNRECORDED, mark, f"{what}: no release says which it is, and the key is not at hand", RUN
        )


# What lies there


def _look(files: Files, path: Path) -> None:
    """One file: against what names it, else against what it says itself."""
    chain, settings = files.chain, files.settings
    where = path.relative_to(settings.store).parts
    expected = files.named.get(path)
    if expected and expected.sha256:
        _as_recorded(files, path, expected)
        return
    if _TEMPORARY.match(path.name):
        chain.say(
            UNFINISHED, path, "a file that was being written when a run was cut short", "It may be removed."
        )
        return
    kind = where[:2] if where[0] == "records" else where[1:2]
    match kind:
        case ("CURRENT",) | ("databases",) | ("records", "KEY-FINGERPRINT"):
            return  # looked at by themselves
        case ("releases",) | ("records", "arrivals"):
            if path not in chain.digests:
                chain.say(
                    UNKNOWN,
                    path,
                    "a file that the program does not write there",
                    "Find out where it is from.",
                )
        case ("parts",) | ("texts",) | ("records", "parts") | ("records", "texts"):
            _by_name(files, path)
        case ("erased",) | ("records", "erasures") | ("records", erased_list.JOURNAL):
            if wrong := seals.fault(
                path.read_bytes(), ()
            ):  # whether it is the one that is named, the chain says
                chain.say(CHANGED, path, f"a record of an erasure: {wrong}", BACKUP)
        case ("records", "deliveries"):
            _archived(files, path, expected)
        case ("records", "checked"):
            _checked(files, path)
        case ("records", "partitions"):
            _sealed(files, path, _PARTITION, "which parts hold a council's facts", RUN)
        case ("records", "reported"):
            _mark(files, path)
        case _:
            chain.say(
                UNKNOWN, path, "a file that the program does not write there", "Find out where it is from."
            )


def _by_name(files: Files, path: Path) -> None:
    """A file that is called after its digest and that nothing names."""
    if files.chain.erasures.touched(path):
        _as_recorded(files, path, Named(path.stem, "a part that no release names", _PART))
    elif durable.file_digest(path) == path.stem:
        files.unnamed.append(path.relative_to(files.settings.store).as_posix())
    else:
        files.chain.say(CHANGED, path, "a part or text that no release names", "Remove it: nothing needs it.")


def _as_recorded(files: Files, path: Path, expected: Named) -> None:
    """A file has the bytes that a record names, or those that an erasure left of it."""
    told, digest = files.chain.erasures, durable.file_digest(path)
    if told.is_restored(path, digest, expected.known):
        files.chain.say(
            erasures.RESTORED, path, f"{expected.what}: it holds again what was erased, as from a backup",
            "`send-audit erase --replay` brings it up to date.",
        )  # fmt: skip
    elif digest == expected.sha256:
        return
    elif digest in told.since(path, expected.sha256):
        _erased(files, path, f"{expected.what}: rows were erased")
    else:
        files.chain.say(CHANGED, path, expected.what, expected.do)


def _missing(files: Files, path: Path, expected: Named) -> None:
    if files.chain.erasures.is_gone(path):
        _erased(files, path, f"{expected.what}: it went, as it held rows that were erased")
    else:
        files.chain.say(REMOVED, path, expected.what, expected.do)


def _erased(files: Files, path: Path, what: str) -> None:
    told = files.chain.erasures
    files.chain.say(
        erasures.ERASED, path, f"{what} on {told.dates[told.where(path)]}", "Nothing is to be done."
    )


def _tombstone(files: Files, path: Path) -> None:
    """What stands in place of rows of one file: as the record of an erasure, or of the archive, names it."""
    told = files.chain.erasures
    pairs, digest = told.changed.get(told.where(path), set()), durable.file_digest(path)
    if not any(now == digest for _, now in pairs):
        files.chain.say(CHANGED, path, "what stands in place of rows that were erased", BACKUP)


def _archived(files: Files, path: Path, expected: Named | None) -> None:
    if path.name == tombstones.FILE:
        _tombstone(files, path)
        return
    if path.name.startswith("original.") and not expected and files.chain.erasures.touched(path):
        _as_recorded(
            files, path, Named(path.parent.name, "an archived original that no arrival names", BACKUP)
        )
        return
    if path.name.startswith("original.") and durable.file_digest(path) == path.parent.name:
        if not expected:
            what = "an archived original that no arrival names: its receipt broke off, or new arrivals were removed"
            files.chain.say(UNFINISHED, path, what, "Send the file again, or restore records/arrivals.")
        return
    if path.name != "manifest.json":
        files.chain.say(CHANGED, path, "an archived original that no arrival names", BACKUP)
        return
    what = expected.what if expected else "the archive's record of a file that no arrival names"
    _sealed(files, path, _ARCHIVE, what, BACKUP)
    said = {} if seals.fault(path.read_bytes(), _ARCHIVE) else json.loads(path.read_bytes())
    original = next(path.parent.glob("original.*"), None)
    if original is None:
        files.chain.say(REMOVED, path.parent / "original", f"the archived original beside {what}", BACKUP)
    elif said and (said.get("sha256"), _bytes(path.parent, said)) != (
        path.parent.name,
        original.stat().st_size,
    ):
        files.chain.say(CHANGED, path, f"{what}: it does not fit the original beside it", BACKUP)


def _bytes(folder: Path, said: Mapping[str, Any]) -> Any:
    stone = tombstones.read(folder)
    return stone.bytes if stone else said.get("bytes")


def _checked(files: Files, path: Path) -> None:
    """A file of a check that the newest release does not use: an older one, or one that a run left."""
    what = "of an earlier check of a delivery, which nothing reads any more"
    if path.name == "result.json":
        _sealed(files, path, receive.RESULT, f"the result {what}", "Remove its folder: nothing needs it.")
        said = _json(path).get("files", {})
        for name in said:
            if not (path.parent / name).exists():
                _missing(files, path.parent / name, Named("", f"the rows {what}", "Remove its folder."))
        return
    result = path.parent / "result.json"
    if not result.exists():
        _missing(files, result, Named("", f"the result {what}", "Remove its folder: nothing needs it."))
        return
    digest = _json(result).get("files", {}).get(path.name)
    if digest is None:
        files.chain.say(
            UNRECORDED, path, f"the rows {what}: an earlier version recorded no digest", "It may be removed."
        )
    elif durable.file_digest(path) != digest:
        files.chain.say(CHANGED, path, f"the rows {what}", "Remove its folder: nothing needs it.")


def _sealed(files: Files, path: Path, before: tuple[str, ...], what: str, do: str) -> None:
    raw = path.read_bytes()
    if wrong := seals.fault(raw, before):
        files.chain.say(CHANGED, path, f"{what}: {wrong}", do)
    elif seals.SEAL not in json.loads(raw):
        files.chain.say(UNRECORDED, path, f"{what}: an earlier version recorded no digest", RUN)
    elif path not in files.named:
        files.unnamed.append(path.relative_to(files.settings.store).as_posix())


def _mark(files: Files, path: Path) -> None:
    what = f"the mark that the report about delivery {path.name.lstrip('0')} was written"
    if path.stat().st_size:
        files.chain.say(
            CHANGED, path, f"{what}: it has something in it", "Remove it; the next run writes the report."
        )
    elif not path.name.isdigit() or not receive.arrival_path(files.settings, int(path.name)).exists():
        files.chain.say(UNKNOWN, path, f"{what}, which never came", "Find out where it is from.")


def _databases(files: Files) -> None:
    """Databases against the digests beside them, and the marks of reports that are due."""
    chain, settings = files.chain, files.settings
    for audience in AUDIENCES:
        folder = settings.audience(audience) / "databases"
        for path in sorted(folder.glob("*")):
            if path.suffix == ".duckdb":
                _database(chain, path, audience)
            elif path.suffix == ".sha256" and not _SHA.match(path.read_text(errors="replace").strip()):
                chain.say(
                    CHANGED, path, f"the digest of the database {path.stem} for {audience}", "Remove it."
                )
            elif path.suffix != ".sha256" and not _TEMPORARY.match(path.name):
                chain.say(
                    UNKNOWN,
                    path,
                    "a file that the program does not write there",
                    "Find out where it is from.",
                )
        pointed = seals.pointed(settings.audience(audience) / "CURRENT")
        if pointed and pointed.release in chain.manifests[audience]:
            path = releases.database_path(settings, audience, pointed.release)
            if not path.exists():
                chain.say(
                    REMOVED, path, f"the database that {audience} read", "It is made anew when it is opened."
                )
    if chain.current("officers") and settings.records.exists():
        held = {
            one["number"]
            for manifest in chain.manifests["officers"].values()
            for one in manifest["deliveries"]
        }
        for number in sorted(held & set(chain.arrivals)):
            path = settings.records / "reported" / f"{number:06d}"
            if not path.exists():
                what = f"the mark that the report about delivery {number} was written"
                what += ": a run was cut short, or it was removed"
                chain.say(UNFINISHED, path, what, "The next `send-audit run` writes the report again.")


def _database(chain: Chain, path: Path, audience: str) -> None:
    what = f"the database of the {chains.OF_AUDIENCE[audience]} {path.stem}"
    beside = releases.digest_path(path)
    again = "Remove both; it is made anew when it is opened."
    if not beside.exists():
        chain.say(
            UNFINISHED, path, f"{what}: no digest of it is recorded; it was cut short, an earlier version made it, or "
            "the digest was removed", "Remove it; it is made anew when it is opened.",
        )  # fmt: skip
    elif beside.read_bytes() != f"{durable.file_digest(path)}\n".encode():
        chain.say(CHANGED, path, f"{what}, or the digest beside it", again)
    elif path.stem not in chain.manifests[audience]:
        chain.say(UNFINISHED, path, f"{what}, which has no manifest: a run was cut short, or the newest manifest was "
                  "removed", "The next `send-audit run` goes on.")  # fmt: skip


# Words


def _told(files: Files, table: str, council: str) -> str:
    kind = (
        f"facts ({table.removeprefix('fact_')})"
        if table.startswith("fact_") and table != "fact_columns"
        else table
    )
    return f"the {kind} of {_place(files, council)}" if council else f"the table {table}"


def _place(files: Files, council: str) -> str:
    return files.names.get(
        council, "the published places" if council == "published" else f"council {council}"
    )


def _several(used: list[str]) -> str:
    shown = used if len(used) <= 3 else [*used[:2], f"{len(used) - 2} more"]
    return numbers("the", "the", shown)


def _json(path: Path) -> dict[str, Any]:
    """A check's result or a partition, empty where it is not as it was sealed."""
    raw = path.read_bytes() if path.exists() else b""
    return {} if seals.fault(raw, (*receive.RESULT, *_PARTITION)) else json.loads(raw)
