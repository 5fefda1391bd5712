"""The list of what was erased: marks that tell whether a reference is on it, and that nobody can turn back.

Belongs here: the records of erasures as far as intake needs them, and the mark of a reference. Does not belong here:
the chain of these records (`evidence.erasures`), or erasing (`pipelines.erasure`).

    records/erasures/000001.json     sealed; who decided, when, the marks, which files changed; names the one before

A mark is an HMAC-SHA-256 of a pseudonym under a key of its own, cut to 160 bits: whoever holds the key can tell whether
a reference is on the list, and a stored pseudonym, which the mark is not, is nowhere kept.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines import durable, seals
from pipelines.contracts import Catalogue, Contract
from pipelines.intake.key import Key, hash_sql, hmac_sql, prepare, set_hmac
from pipelines.settings import Settings

CHILD = "child_reference"
"""The kind of identifier that names a child."""
JOURNAL = "erasing.json"
"""In the records: an erasure that is going on, or that was cut short."""
_LENGTH = 40
_PURPOSE = "erased"


class ListDamaged(RuntimeError):
    """The list of what was erased cannot be relied on; says which record and what to do."""


@dataclass(frozen=True)
class Erased:
    """References whose rows are left out."""

    marks: frozenset[str]
    councils: tuple[str, ...]
    """Whose references they are."""

    def __bool__(self) -> bool:
        return bool(self.marks)


def listed(settings: Settings) -> Erased:
    """What is on the list now: erased, and not lifted since."""
    marks: set[str] = set()
    councils: set[str] = set()
    for record in records(settings):
        if record["kind"] == "lift":
            marks -= set(record["marks"])
        else:
            marks |= set(record["marks"])
            councils |= {record["council"]} - {""}
    return Erased(frozenset(marks), tuple(sorted(councils)))


def records(settings: Settings) -> list[dict[str, Any]]:
    """Every record of an erasure, the oldest first, then the one that is going on.

    Raises:
        ListDamaged: one of them was changed.
    """
    folder = settings.records / "erasures"
    paths = sorted(folder.glob("[0-9]*.json")) if folder.exists() else []
    journal = settings.records / JOURNAL
    found = []
    for path in [*paths, *([journal] if journal.exists() else [])]:
        raw = path.read_bytes()
        if seals.fault(raw, ()):
            raise ListDamaged(
                f"The record of an erasure, {path.name}, is not as it was written, so what was erased could come back. "
                "Restore records/erasures from a backup."
            )
        found.append(json.loads(raw))
    return found


def newest(settings: Settings) -> dict[str, Any] | None:
    """Number and SHA-256 of the newest record, None where nothing was ever erased."""
    paths = sorted((settings.records / "erasures").glob("[0-9]*.json"))
    return {"number": int(paths[-1].stem), "sha256": durable.file_digest(paths[-1])} if paths else None


def record_path(settings: Settings, number: int) -> Path:
    return settings.records / "erasures" / f"{number:06d}.json"


def mark_of(key: Key, pseudonym: str) -> str:
    """The mark of a pseudonym."""
    return hmac.digest(key.subkey(_PURPOSE), pseudonym.encode(), "sha256").hex()[:_LENGTH]


def mark_sql(pseudonym: str) -> str:
    """SQL for the mark of a SQL text expression; needs `ready`."""
    return f"left({hmac_sql(_PURPOSE, pseudonym)}, {_LENGTH})"


def ready(con: duckdb.DuckDBPyConnection, key: Key, erased: Erased) -> None:
    """Make `mark_sql` and TEMP TABLE erased_marks(mark) ready on a connection."""
    prepare(con, key)
    set_hmac(con, _PURPOSE, key.subkey(_PURPOSE))
    con.execute("CREATE OR REPLACE TEMP TABLE erased_marks AS SELECT unnest($marks::VARCHAR[]) AS mark",
                {"marks": sorted(erased.marks)})  # fmt: skip


def is_listed(pseudonym: str) -> str:
    """SQL: whether a pseudonym is on the list; needs `ready`."""
    return f"coalesce({mark_sql(pseudonym)} IN (FROM erased_marks), false)"


def pseudonym_sql(kind: str, council: str, reference: str) -> str:
    """SQL for the pseudonym that intake gives a reference of a kind; needs `ready`. All three are SQL texts."""
    return hash_sql(f"{kind} || '|' || {council} || '|' || upper(trim({reference}))")


# What links rows to a child


def link_kinds(catalogue: Catalogue) -> frozenset[str]:
    """Kinds of references by which rows of several feeds are the same audit's, plan's or review's."""
    return frozenset(
        kind_of(contract, name)
        for contract in catalogue.of_councils.values()
        for name in contract.key
        if contract.columns[name].type == "identifier"
    ) - {CHILD}


def kind_of(contract: Contract, name: str) -> str:
    """Whose pseudonyms a column shares."""
    return contract.columns[name].same_as or name


def children(contract: Contract) -> list[str]:
    """The columns that name the child of a row."""
    return [name for name, kind in _identifiers(contract) if kind == CHILD]


def own_links(contract: Contract, kinds: Iterable[str]) -> list[str]:
    """The columns whose reference is the row's own: identifiers in its key."""
    return [name for name, kind in _identifiers(contract) if kind in kinds and name in contract.key]


def other_links(contract: Contract, kinds: Iterable[str]) -> list[str]:
    """The columns that refer to something else, such as the audit that was repeated."""
    return [name for name, kind in _identifiers(contract) if kind in kinds and name not in contract.key]


def _identifiers(contract: Contract) -> Sequence[tuple[str, str]]:
    return [
        (name, kind_of(contract, name))
        for name, column in contract.columns.items()
        if column.type == "identifier"
    ]
