"""Erasures as evidence: who decided, which files they changed, and which figures cannot be counted again since.

Belongs here: reading the chain of erasures, and what it says of a file or a figure. Does not belong here: erasing
(`pipelines.erasure`), the marks of references (`intake.erased_list`), or one file's tombstone (`intake.tombstones`).

    records/erasures/000001.json    sealed, signed where a key is; names the erasure before, and every file that changed
    <audience>/erased/000001.json   the figures of that audience that it touched: the digest of their part -> receipts

A file that an erasure changed has another digest than the one that older records name. Its record says from which
digest to which, so a byte that changes otherwise still shows, and so does a file that came back from a backup.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines import durable, past, seals
from pipelines.intake import erased_list, tombstones
from pipelines.settings import AUDIENCES, Settings

ERASED, RESTORED = "erased", "restored"
GONE = ""
"""In place of a digest: the file was removed."""


@dataclass
class Erasures:
    """What all erasures together say."""

    store: Path
    changed: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    """Path within the store -> (digest before, digest after)."""
    records: list[dict[str, Any]] = field(default_factory=list)
    """Those that are as they were sealed, the oldest first."""
    figures: dict[str, past.Erased] = field(default_factory=dict)
    """Audience -> what is told of its figures."""
    last: dict[str, int] = field(default_factory=dict)
    """Path -> number of the last erasure that changed it."""
    dates: dict[str, str] = field(default_factory=dict)
    """Path -> the day on which it was last changed."""
    going_on: set[str] | None = None
    """Paths that one which is going on changes; None where none is."""
    whole: dict[str, str] = field(default_factory=dict)
    """Delivery -> the day on which all its rows were erased, as its period was over."""

    def since(self, path: Path, expected: str) -> set[str]:
        """Every digest that a file may have by now instead of the one that a record names; `GONE`: none."""
        pairs = self.changed.get(self.where(path), set())
        found: set[str] = set()
        waiting = [expected]
        while waiting:
            last = waiting.pop()
            more = {now for was, now in pairs if was == last} - found
            found |= more
            waiting += more
        return found - {expected}

    def touched(self, path: Path) -> bool:
        """Whether an erasure changed a file."""
        return self.where(path) in self.changed

    def is_restored(self, path: Path, digest: str, known: int = 0) -> bool:
        """Whether a file is one from before it was erased from, put back since.

        known: the number of the newest erasure that a release which names the file was made after. Such a release held
        none of the rows, so what it wrote anew, in the same bytes, had none of them either.
        """
        if 0 < self.last.get(self.where(path), 0) <= known:
            return False
        pairs = self.changed.get(self.where(path), set())
        if self.going_on and self.where(path) in self.going_on:
            return False  # it is not yet done
        return any(was == digest for was, _ in pairs) and all(now != digest for _, now in pairs)

    def is_gone(self, path: Path) -> bool:
        """Whether an erasure removed a file."""
        return any(now == GONE for _, now in self.changed.get(self.where(path), ()))

    def on(self, audience: str, part: str, receipt: str) -> str | None:
        """The day since which a figure of a part cannot be counted again; None where it can."""
        told = self.figures.get(audience)
        return told.on(part, receipt) if told else None

    def not_from_originals_in(self, part: str) -> set[str]:
        """Receipts of a part of officers' figures that can no longer be made from the originals."""
        told = self.figures["officers"]
        return {*told.figures.get(part, ()), *told.from_originals.get(part, ())}

    def where(self, path: Path) -> str:
        """A file's path as the records have it."""
        return path.relative_to(self.store).as_posix()


def read(settings: Settings) -> Erasures:
    """All that the records of erasures say, whole or not; `faults` tells which of them are not."""
    found = Erasures(settings.store)
    found.records = _whole(erased_list_paths(settings))
    for record in found.records:
        found.whole |= dict.fromkeys(record["deliveries"], record["made_at"][:10])
        for one in record["files"]:
            found.changed.setdefault(one["path"], set()).add((one["was"], one["now"]))
            found.dates[one["path"]] = record["made_at"][:10]
            found.last[one["path"]] = record["number"]
    for path in (settings.records / "deliveries").glob(f"*/{tombstones.FILE}"):
        _when_received(found, path)
    journal = settings.records / erased_list.JOURNAL
    if journal.exists():
        found.going_on = {one["path"] for record in _whole([journal]) for one in record["files"]}
    for audience in AUDIENCES:
        found.figures[audience] = past.erased(settings.audience(audience))
    return found


def _when_received(found: Erasures, stone: Path) -> None:
    """Rows that were left out of a file when it was received: the archive's own record says so."""
    manifest = stone.parent / "manifest.json"
    raw = manifest.read_bytes() if manifest.exists() else b""
    about = {} if seals.fault(raw, ()) else json.loads(raw)
    original = next(stone.parent.glob("original.*"), None)
    if "erased" in about and original:
        for path, pair in (
            (stone, (GONE, about["erased"])),
            (original, (about["sha256"], about["original"])),
        ):
            found.changed.setdefault(found.where(path), set()).add(pair)
            found.dates.setdefault(found.where(path), about["archived_at"][:10])


def erased_list_paths(settings: Settings) -> list[Path]:
    """The records of erasures, the oldest first, and the journal of one that is going on."""
    journal = settings.records / erased_list.JOURNAL
    folder = settings.records / "erasures"
    return [*sorted(folder.glob("[0-9]*.json")), *([journal] if journal.exists() else [])]


def _whole(paths: Iterable[Path]) -> list[dict[str, Any]]:
    found = []
    for path in paths:
        raw = path.read_bytes()
        if not seals.fault(raw, ()):
            found.append(json.loads(raw))
    return found


def faults(settings: Settings) -> list[tuple[str, Path, str]]:
    """(kind, file, what) of records that were changed or taken away; kind: changed | removed | does not fit."""
    told: list[tuple[str, Path, str]] = []
    before = ""
    folder = settings.records / "erasures"
    numbers = [int(path.stem) for path in folder.glob("[0-9]*.json") if path.stem.isdigit()]
    for number in range(1, max(numbers, default=0) + 1):
        path = erased_list.record_path(settings, number)
        what = f"the record of erasure {number}"
        if not path.exists():
            told.append(("removed", path, what))
            before = ""
            continue
        raw = path.read_bytes()
        if wrong := seals.fault(raw, ()):
            told.append(("changed", path, f"{what}: {wrong}"))
            before = ""
            continue
        record = json.loads(raw)
        if record["number"] != number or (before and record["previous"] != before):
            told.append(
                ("does not fit", path, f"{what}: it does not name the one before it, so one was replaced")
            )
        for audience, sha256 in (record["told"] or {}).items():
            told += _of_audience(settings, audience, number, sha256)
        before = durable.file_digest(path)
    journal = settings.records / erased_list.JOURNAL
    if journal.exists() and (wrong := seals.fault(journal.read_bytes(), ())):
        told.append(("changed", journal, f"the record of an erasure that is going on: {wrong}"))
    return told


def _of_audience(settings: Settings, audience: str, number: int, sha256: str) -> list[tuple[str, Path, str]]:
    folder = settings.audience(audience)
    path = past.erased_path(folder, number)
    what = f"which figures for {audience} erasure {number} touched"
    if not folder.exists():
        return []  # another machine's room
    if not path.exists():
        return [("removed", path, what)]
    return [] if durable.file_digest(path) == sha256 else [("changed", path, what)]
