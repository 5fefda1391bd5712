"""What `data/reference/` holds: code lists, councils with their dates and predecessors, regions.

Belongs here: the entries and reading them. Does not belong here: what a column may hold (`contracts`), or what one
council calls things (its file, read by `contracts`).
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from pipelines.texts import ContractError, Strict

PLACE_KINDS = ("country", "region", "council")


class Code(Strict):
    """One entry of a code list."""

    code: str
    label: str
    also_called: tuple[str, ...] = ()
    group: str = ""


class Council(Strict):
    """One council of the reference list; `code` is its three-digit DfE code, stable through ONS changes."""

    code: str
    name: str
    ons_codes: tuple[str, ...] = ()
    """Every nine-character code it has had, the present one first."""
    ons_until: dict[str, str] = Field(default_factory=dict)
    """Code -> the last day it was in use (ISO); a code that still is has no entry."""
    also_called: tuple[str, ...] = ()
    opened: str = ""
    closed: str = ""
    successor: str = ""
    region: str = ""
    fictional: bool = False


class Region(Strict):
    """A region, or the country, of which figures are published."""

    code: str
    name: str
    kind: Literal["region", "country"]
    also_called: tuple[str, ...] = ()
    fictional: bool = False


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _several(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split("|") if part.strip())


def codes(path: Path) -> tuple[Code, ...]:
    """The entries of a code list, in the order of its file."""
    return tuple(
        Code(
            code=row["code"],
            label=row["label"],
            also_called=_several(row["also_called"]),
            group=row.get("group") or "",
        )
        for row in _rows(path)
    )


def regions(path: Path) -> list[Region]:
    """Regions and countries.

    Raises:
        ContractError: there is no such file.
    """
    if not path.exists():
        raise ContractError(f"There is no {path}. Put it back: published figures name their regions by it.")
    return [
        Region(**{**row, "also_called": _several(row["also_called"]), "fictional": row["fictional"] == "yes"})
        for row in _rows(path)
    ]


def plain_words(path: Path) -> dict[str, bool]:
    """Word -> whether it is a person's name too. None where there is no list: then no text passes."""
    return {row["word"]: row["also_a_name"] == "yes" for row in _rows(path)} if path.exists() else {}


def councils(path: Path) -> list[Council]:
    """Every council there is or was."""
    return [
        Council(
            **{name: row[name] for name in ("code", "name", "opened", "closed", "successor", "region")},
            **_ons_codes(row),
            also_called=_several(row["also_called"]),
            fictional=row["fictional"] == "yes",
        )
        for row in _rows(path)
    ]


def _ons_codes(row: dict[str, str]) -> dict[str, Any]:
    """The codes, and until when each was in use: "E06000065|E10000023 to 2023-03-31"."""
    parts = [part.partition(" to ") for part in _several(row["ons_codes"])]
    until = {code: last or row["closed"] for code, _, last in parts if last or row["closed"]}
    return {"ons_codes": tuple(code for code, _, _ in parts), "ons_until": until}
