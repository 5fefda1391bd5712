"""How the modules here ask: tables that a release may not have, values as SQL, the labels of groups.

Belongs here: what several of them need. Does not belong here: a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.connection import Release, Row


def rows(release: Release, table: str, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """The rows, or none where this release (a public or an older one) does not hold the table."""
    return release.rows(sql, parameters) if table in release.tables else []


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def labelled(release: Release, found: list[Row]) -> list[Row]:
    """The rows in their groups' order, each with its group's label; groups without one come last, by code."""
    known = groups(release)
    unknown = {"label": None, "position": None}
    held = [(known.get((row["breakdown"], row["group"]), unknown), row) for row in found]
    held.sort(key=lambda pair: (pair[0]["position"] is None, pair[0]["position"] or 0, pair[1]["group"]))
    return [{**row, "label": group["label"] or row["group"]} for group, row in held]


def groups(release: Release) -> dict[tuple[str, str], Row]:
    """Label and position of each group by (breakdown, group)."""
    found = rows(release, "groups", 'SELECT * FROM {db}.groups ORDER BY breakdown, "position", "group"')
    return {(row["breakdown"], row["group"]): row for row in found}
