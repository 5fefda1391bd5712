"""Typed tables as intake makes them, from planted rows, from canonical rows and at random: a helper, not a test."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines import contracts, settings
from pipelines.contracts import UNREADABLE, Catalogue, Column, Contract
from pipelines.feeds import read
from pipelines.intake.key import Key
from pipelines.intake.typed import make_typed
from tests.acceptance import planted_files
from tests.planted import planted
from tests.planted_rows import EXTRACTED_ON

SETTINGS = settings.load({})
CATALOGUE = contracts.load(SETTINGS)
FEEDS = sorted(CATALOGUE.contracts)
KEY = Key(b"a key that only tests know of....")
_ARROW = {"VARCHAR": pa.string(), "VARCHAR[]": pa.list_(pa.string()), "DATE": pa.date32(), "BIGINT": pa.int64(),
          "BOOLEAN": pa.bool_(), "DOUBLE": pa.float64()}  # fmt: skip
_FLAGGED = ("date", "month", "birth_month", "period", "whole_number", "yes_no", "count", "percentage")
_WHOLE = [-1, 0, 1, 2, 20, 21, 2024, 10_001]
_DAYS = [
    *(date(2014, 8, 31) + timedelta(days=n) for n in range(2)),
    *(date(2026, 2, 1) + timedelta(days=n) for n in range(5)),
    *(EXTRACTED_ON + timedelta(days=n) for n in range(2)),
    *(date(2040, 12, 31) + timedelta(days=n) for n in range(2)),
]


def changed(**parts: Any) -> Catalogue:
    """The catalogue with other parts; made anew, because a copy keeps what was worked out from the parts before."""
    return Catalogue(**{name: getattr(CATALOGUE, name) for name in Catalogue.model_fields} | parts)


def read_table(
    con: duckdb.DuckDBPyConnection, path: Path, catalogue: Catalogue = CATALOGUE, key: Key = KEY
) -> str:
    """The typed table of a file of one feed."""
    tables, _ = read(path, path.name, catalogue, con, SETTINGS)
    return make_typed(con, tables, catalogue.contracts[tables[0].feed], catalogue, key)


def planted_table(con: duckdb.DuckDBPyConnection, feed: str, folder: Path) -> tuple[str, dict[str, int]]:
    """The typed table of every planted row of a feed, and how many rows break each rule that is broken."""
    contract = CATALOGUE.contracts[feed]
    path, sheets = planted_files.deliver(folder, contract, planted(contract, CATALOGUE), "plain")
    counts: dict[str, int] = {}
    for _, _, code in sheets[0].findings:
        counts[code] = counts.get(code, 0) + 1
    return read_table(con, path), counts


def typed_table(con: duckdb.DuckDBPyConnection, contract: Contract, rows: Sequence[Mapping[str, Any]]) -> str:
    """TABLE typed_<feed> of rows in canonical values: what a row does not name is empty, and nothing is unreadable."""
    types = {"_sheet": "VARCHAR", "_row": "BIGINT", "_ragged": "BOOLEAN", **contract.stored}
    types |= {
        f"{name}__unreadable": "BOOLEAN"
        for name, column in contract.columns.items()
        if column.type in _FLAGGED
    }
    otherwise = {name: False for name in types if name == "_ragged" or name.endswith("__unreadable")}
    filled = [{"_sheet": "", "_row": n, **otherwise, **row} for n, row in enumerate(rows, start=2)]
    columns = {
        name: pa.array([row.get(name) for row in filled], _ARROW[kind]) for name, kind in types.items()
    }
    con.register("rows_given", pa.table(columns))
    con.execute(f"CREATE OR REPLACE TABLE typed_{contract.feed} AS SELECT * FROM rows_given")
    con.unregister("rows_given")
    return f"typed_{contract.feed}"


def random_table(con: duckdb.DuckDBPyConnection, contract: Contract, seed: int, rows: int = 250) -> str:
    """A typed table full of faults of every kind: empty and unreadable cells, odd dates, shared keys, exact copies."""
    chance = random.Random(seed)
    found: list[dict[str, Any]] = []
    for _ in range(rows):
        if found and chance.random() < 0.1:
            found.append(dict(chance.choice(found)))
            continue
        row: dict[str, Any] = {"_ragged": chance.random() < 0.1}
        for name, column in contract.columns.items():
            row |= _random_cell(name, column, chance)
        found.append(row)
    return typed_table(con, contract, found)


def _random_cell(name: str, column: Column, chance: random.Random) -> dict[str, Any]:
    empty, unreadable = chance.random() < 0.3, chance.random() < 0.1
    if column.type == "identifier":
        return {name: None if empty else f"p{chance.randrange(12)}"}
    if column.type in ("count", "percentage"):
        value, symbol = (
            (None, chance.choice([None, "x", ":"])) if empty else (chance.choice([0, 1, 2, 50, 100]), None)
        )
        flag = {f"{name}__unreadable": unreadable and value is None and symbol is None}
        return flag | {name: value, f"{name}_symbol": symbol}
    if column.type == "ons_code":
        until = chance.choice([None, *_DAYS])
        return {name: None if empty else "?" if unreadable else "E10000018", f"{name}_until": until,
                f"{name}_of": chance.choice([None, "855", "990"])}  # fmt: skip
    if column.type in _FLAGGED:
        value = None
        if not (empty or unreadable):
            value = {"yes_no": chance.random() < 0.5, "whole_number": chance.choice(_WHOLE)}.get(
                column.type, chance.choice(_DAYS)
            )  # fmt: skip
        flag = {f"{name}__unreadable": unreadable and value is None}
        if column.type == "period":
            return flag | {f"{name}_start": value, f"{name}_end": value and value + timedelta(days=30)}
        return flag | {name: value}
    codes = {
        "council": ["990", "991"],
        "place": ["990", "991", "E92000001", "E12000004"],
        "code": [code.code for code in CATALOGUE.codes.get(column.codes or "", ())],
        "grade": ["good", "inadequate"],
        "label": ["North", "unlisted-ABCDEF"],
        "group": ["F", "unknown"],
        "council_text": ["Head of service", "Minutes of the panel"],
    }.get(column.type, [])
    value = None if empty else UNREADABLE if unreadable or not codes else chance.choice(codes)
    return {name: [value] if column.several and value else value}
