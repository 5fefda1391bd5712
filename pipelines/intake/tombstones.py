"""What stands in an archive in place of rows that were erased from a delivered file.

Belongs here: the record `erased.json` beside an original, and what a check says of rows that are no longer there. Does
not belong here: which rows go (`leaving_out`), or doing it throughout the store (`pipelines.erasure`).

    records/deliveries/<sha256>/erased.json      sealed; the folder keeps the name of what was sent

It says how many rows of which feed and council are gone and which months the delivery spoke for, so that every balance
still adds up and no older file comes back into force. It does not say which rows they were.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import durable, seals

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FILE = "erased.json"
Counts = Mapping[str, Mapping[str, int]]
"""Feed -> council ('' for none that we know) -> rows."""


@dataclass(frozen=True)
class Tombstone:
    """What is known of rows that were erased from one delivery."""

    delivery: str
    """SHA-256 of the file as it was sent: its name for good."""
    was: str
    """SHA-256 of the original before the last erasure."""
    now: str
    """SHA-256 of the original as it lies there."""
    bytes: int
    on: date
    """Day of the last erasure."""
    rows: Counts = field(default_factory=dict)
    """Rows erased, of those received."""
    spoke_for: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Feed -> council -> `covers` and `months` of the profile that the delivery had with all its rows."""
    refusal: Mapping[str, Any] | None = None
    """Of a file that was refused and is gone as a whole: why it was refused."""


def read(folder: Path) -> Tombstone | None:
    """The tombstone in an archive folder, None where nothing was erased."""
    path = folder / FILE
    if not path.exists():
        return None
    held = json.loads(path.read_bytes())
    held.pop(seals.SEAL, None)
    return Tombstone(**{**held, "on": date.fromisoformat(held["on"])})


def mark(folder: Path) -> str:
    """What tells a delivery from itself before an erasure: the tombstone's SHA-256, '' without one."""
    path = folder / FILE
    return durable.file_digest(path) if path.exists() else ""


def content(stone: Tombstone, signer: Ed25519PrivateKey | None = None) -> dict[str, Any]:
    """A tombstone as it is written to `FILE`."""
    return seals.sealed(asdict(stone), signer)


def laid_over(result: dict[str, Any], stone: Tombstone | None) -> dict[str, Any]:
    """A check's result with the rows that are gone: received = accepted + rejected + erased, and the months that the
    delivery spoke for, as if they were there."""
    if stone is None:
        return result
    feeds = {name: _of_feed(name, found, stone) for name, found in result["feeds"].items()}
    return {**result, "feeds": feeds}


def _of_feed(feed: str, found: dict[str, Any], stone: Tombstone) -> dict[str, Any]:
    gone, profile = stone.rows.get(feed, {}), dict(found["profile"])
    for council in {*gone, *stone.spoke_for.get(feed, {})}:
        left = profile.get(council, {"rows": 0, "covers": {}, "months": {}, "empty": [], "constant": []})
        spoke_for = stone.spoke_for.get(feed, {}).get(council, {})
        profile[council] = {**left, **spoke_for, "rows": left["rows"] + gone.get(council, 0)}
    total = sum(gone.values())
    return {**found, "profile": profile, "received": found["received"] + total, "erased": dict(gone)}


def spoke_for(
    profiles: Mapping[str, Mapping[str, Any]], before: Tombstone | None
) -> dict[str, dict[str, Any]]:
    """What a tombstone keeps of profiles: feed -> council -> `covers` and `months`. What an earlier one has stands: it
    was of more rows."""
    kept = before.spoke_for if before else {}
    now = {
        feed: {council: {name: of[name] for name in ("covers", "months")} for council, of in held.items()}
        for feed, held in profiles.items()
    }
    return {feed: {**now.get(feed, {}), **kept.get(feed, {})} for feed in {**now, **kept}}


def added(one: Counts, more: Counts) -> dict[str, dict[str, int]]:
    """Two counts of rows together."""
    return {
        feed: {
            council: one.get(feed, {}).get(council, 0) + more.get(feed, {}).get(council, 0)
            for council in {**one.get(feed, {}), **more.get(feed, {})}
        }
        for feed in {**one, **more}
    }
