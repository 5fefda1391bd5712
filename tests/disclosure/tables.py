"""Tables in the format of the reference files: dims, cells (value None: hidden; absent: not published), `hierarchy`,
`rounding`, `percents`. Belongs here: reading one into what the attack is given. Does not belong here: tests."""

from __future__ import annotations

from typing import Any

from pipelines.disclosure.attack import Attacked, attack
from pipelines.disclosure.cubes import TOTAL, Cube, Key
from pipelines.disclosure.linked import Name, Range, Relation, exactly, percentage, rounded


def cube_of(table: dict[str, Any]) -> Cube:
    return Cube(table["dims"], table.get("hierarchy", {}))


def read(table: dict[str, Any]) -> tuple[list[Relation], dict[Name, Range], list[Key]]:
    """Relations, what is shown, and what is hidden."""
    cube, base = cube_of(table), table.get("rounding")
    relations = cube.relations()
    for shown in table.get("percents", []):
        relations += percentage(
            cube.key(shown["num"]), cube.key(shown["den"]), shown["value"], shown.get("dp", 0)
        )
    known: dict[Name, Range] = {}
    hidden = []
    for cell in table["cells"]:
        key = cube.key(cell["key"])
        if cell["value"] is None:
            hidden.append(key)
        else:
            known[key] = rounded(cell["value"], base) if base else exactly(cell["value"])
    return relations, known, hidden


def attacked(table: dict[str, Any], threshold: int = 5) -> Attacked:
    relations, known, hidden = read(table)
    exact = [name for name, (low, high) in known.items() if low == high]
    return attack(relations, known, protected=exact, hidden=hidden, threshold=threshold)


def table_of(cube: Cube, values: dict[Key, int], hidden: set[Key]) -> dict[str, Any]:
    """A table as it would be published: every cell, those hidden without a value."""
    return {
        "dims": {dim: list(codes) for dim, codes in cube.dims.items()},
        "hierarchy": {
            dim: {code: list(parts) for code, parts in subtotals.items()}
            for dim, subtotals in cube.subtotals.items()
        },
        "cells": [
            {"key": dict(zip(cube.dims, key, strict=True)), "value": None if key in hidden else value}
            for key, value in values.items()
        ],
    }


__all__ = ["TOTAL", "attacked", "cube_of", "read", "table_of"]
