"""A release's tables, read apart from the dashboard by SQL of their own, and the place on a page where a text stands.

Belongs here: rows, and which of them a place's receipts name. Does not belong here: words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

Row = Mapping[str, Any]
CELL = ("measure", "council", "window", "period_start", "period_end", "breakdown", "group")


@dataclass
class Tables:
    """What sentences are held against; figures and definitions of earlier releases stand behind the newest one's."""

    figures: dict[str, Row]
    measures: dict[str, Row]
    charts: dict[tuple[str, ...], list[Row]] = field(default_factory=dict)
    labels: dict[tuple[str, str], str] = field(default_factory=dict)
    characteristics: dict[str, str] = field(default_factory=dict)
    changes: list[Row] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    compared: dict[str, Row] = field(default_factory=dict)
    """Receipt -> what the figure's group is compared with."""
    funnels: list[Row] = field(default_factory=list)
    neighbours: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """Council and neighbour -> how close."""
    steps: dict[str, list[int]] = field(default_factory=dict)
    """Receipt -> how many rows were left after each step of counting."""
    deliveries: dict[int, str] = field(default_factory=dict)
    """Number of arrival -> feed."""
    undated: list[Row] = field(default_factory=list)
    restated: list[Row] = field(default_factory=list)
    release: Row = field(default_factory=dict)
    programs: set[str] = field(default_factory=set)
    """Versions of the program that made this release and the earlier ones."""
    since: dict[str, str] = field(default_factory=dict)
    """Receipt -> the first of these releases that had it."""
    before: dict[str, Row] = field(default_factory=dict)
    """Figures of earlier releases that the newest does not have."""

    @classmethod
    def of(cls, database: Path, *earlier: Path) -> Tables:
        """Those of a release, and figures of earlier ones, the oldest first."""
        with duckdb.connect(str(database), read_only=True) as con:
            held = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}

            def table(name: str, order: str = "") -> list[dict[str, Any]]:
                return _rows(con, f"SELECT * FROM {name} {order}") if name in held else []

            figures = {row["receipt"]: row for row in table("figures")}
            charts = table("charts", 'ORDER BY measure, council, "window", period_end')
            made = cls(
                figures,
                {row["measure"]: row for row in table("measures")},
                {key: list(own) for key, own in groupby(charts, lambda row: (row["measure"], row["council"]))},
                {(row["breakdown"], row["group"]): row["label"] for row in table("groups")},
                {row["breakdown"]: row["title"] for row in table("breakdowns")},
                table("changes"),
                {row["council"]: row["name"] for row in table("places")},
                funnels=table("funnels"),
                undated=table("undated"),
                restated=_restated(con, database) if "restated_in" in held else [],
                release=next(iter(table("release")), {}),
                neighbours={(row["council"], row["neighbour"]): row["closeness"] for row in table("neighbours")},
                deliveries={row["number"]: row["feed"] for row in table("deliveries")},
            )  # fmt: skip
            lessons = table("lesson_charts", 'ORDER BY measure, council, breakdown, "group", period_end')
            made.charts |= {key: list(own) for key, own in groupby(lessons, _of_group)}
            beside = {_cell(row): row for row in table("compared")}
            files = [str(database.parents[1] / "parts" / row["file"]) for row in table("left_out_in")]
            left = _rows(con, f"SELECT * FROM read_parquet({files})") if files else table("left_out")
            steps = {_cell(row): row["steps"] for row in left}
        made.programs = {made.release.get("code_version", "")}
        made.compared = {code: beside[_cell(row)] for code, row in figures.items() if _cell(row) in beside}
        made.steps = {code: steps[_cell(row)] for code, row in figures.items() if _cell(row) in steps}
        for each in map(Tables.of, earlier):
            made.programs |= each.programs
            held = {code: {**row, "release": each.release["release"]} for code, row in each.figures.items()}
            made.before |= {code: row for code, row in held.items() if code not in figures}
            made.measures = each.measures | made.measures
            made.since = dict.fromkeys(each.figures, each.release["release"]) | made.since
        return made

    @cached_property
    def by_measure(self) -> dict[str, list[Row]]:
        """Every figure of a measure."""
        held: dict[str, list[Row]] = {}
        for row in self.figures.values():
            held.setdefault(row["measure"], []).append(row)
        return held

    @cached_property
    def _totals(self) -> dict[tuple[Any, ...], Row]:
        return {_cell(row)[:5]: row for row in self.figures.values() if not row["breakdown"]}

    def total(self, row: Row) -> Row:
        """All groups together, of a group's measure and period."""
        return self._totals.get(_cell(row)[:5], {})

    def label(self, row: Row) -> str:
        """What a figure's group is called."""
        return self.labels.get((row["breakdown"], row["group"])) or row["group"]

    def title(self, breakdown: str) -> str:
        """What a characteristic is called."""
        return self.characteristics.get(breakdown, breakdown)


@dataclass(frozen=True)
class Place:
    """Where a text stands: the figures whose receipts its place names."""

    tables: Tables
    receipts: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    column: str = ""
    """Of a table's cell."""

    @classmethod
    def of(cls, tables: Tables, receipts: Sequence[str], column: str = "") -> Place:
        """A place that names receipts; one that no release has stands for nothing."""
        held = [tables.figures.get(code) or tables.before.get(code) for code in receipts]
        return cls(tables, tuple(receipts), [row for row in held if row], column)

    def measure(self, row: Row) -> Row:
        """The definition of a figure."""
        return self.tables.measures[row["measure"]]

    def same(self, **wanted: Any) -> list[Row]:
        """The figures that have all of these values."""
        return [row for row in self.rows if all(row[name] == value for name, value in wanted.items())]

    @property
    def points(self) -> list[Row]:
        """The chart of the first figure's measure."""
        return self.chart(self.rows[0]) if self.rows else []

    def chart(self, row: Row) -> list[Row]:
        """The chart of a figure's own group, or of its measure."""
        charts = self.tables.charts
        return charts.get(_of_group(row)) or charts.get((row["measure"], row["council"]), [])

    @property
    def funnel(self) -> list[Row]:
        """Where the figures lie among all councils."""
        keys = {(row["measure"], row["council"], row["period_end"]) for row in self.rows}
        return [
            row for row in self.tables.funnels if (row["measure"], row["council"], row["period_end"]) in keys
        ]


def _of_group(row: Row) -> tuple[str, ...]:
    return row["measure"], row["council"], row["breakdown"], row["group"]


def _cell(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in CELL)


def _restated(con: duckdb.DuckDBPyConnection, database: Path) -> list[Row]:
    """What this release restated: its database names the part, and the parts of those before it."""
    files = con.execute("SELECT file FROM restated_in SEMI JOIN release USING (release)").fetchall()
    parts = database.parents[1] / "parts"
    return [row for (file,) in files for row in _rows(con, f"FROM '{parts / file}'")]


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = con.execute(query)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
