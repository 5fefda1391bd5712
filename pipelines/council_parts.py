"""Tables that hold several councils' rows, written as each council's parts, while the work goes on.

Belongs here: cutting such a table into parts, and writing them in threads of their own.
Does not belong here: what a part is (`releases`), where a table is cut (`slices`), or what is in it (`partitions`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from types import TracebackType
from typing import Any

import duckdb

from pipelines import releases, slices
from pipelines.settings import Settings

AT_ONCE = 2
"""Parts written side by side: compressing one keeps one core busy."""


class CouncilParts:
    """The parts of some councils' rows: `parts`, once all that was begun is written."""

    def __init__(self, con: duckdb.DuckDBPyConnection, settings: Settings, councils: Sequence[str]) -> None:
        self.con, self.settings, self.councils = con, settings, councils
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._waiting: list[tuple[str, Callable[[], releases.Part]]] = []

    def __enter__(self) -> CouncilParts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def write(self, zone: str, table: str, order: str, *, is_seldom: bool = False) -> None:
        """Write a TEMP TABLE's rows in `order`. A council without any gets an empty part, but of what `is_seldom` sent."""
        self._cut(zone, table, order, is_seldom, self._at_once)

    def begin(self, zone: str, table: str, order: str, *, is_seldom: bool = False) -> None:
        """The same of a TABLE, in threads of its own, where a TEMP one is not known."""
        self._cut(zone, table, order, is_seldom, self._aside)

    def begin_scattered(self, zone: str, table: str, order: str) -> None:
        """The same of a long TEMP TABLE in which the rows of a part lie scattered; it becomes a TABLE in their order.

        To look through all rows for each part, and to sort what is found, would cost more than writing it.
        """
        runs: list[tuple[str, str, int]] = []
        places: list[tuple[str, int | None, int]] = []
        for council, held in self._held(table).items():
            cut = slices.cut(held)
            for name in sorted({*cut.values()}) or [""]:
                own = [quarter for quarter in held if cut[quarter] == name]
                places += [(council, quarter, len(runs)) for quarter in own]
                runs.append((council, name, sum(held[quarter] for quarter in own)))
        releases.table_of(
            self.con,
            "places_of_parts",
            {"council": "VARCHAR", "quarter": "INTEGER", "place": "INTEGER"},
            places,
        )
        same = f"rows.council = cut.council AND {slices.quarter_of(table)} IS NOT DISTINCT FROM cut.quarter"
        self.con.execute(
            f"CREATE OR REPLACE TABLE in_order AS SELECT rows.* FROM {table} AS rows "
            f"JOIN places_of_parts AS cut ON {same} ORDER BY cut.place, {order}"
        )
        self.con.execute(f"DROP TABLE {table}")
        self.con.execute(f"ALTER TABLE in_order RENAME TO {table}")
        first = 0
        for council, name, rows in runs:
            run = f"rowid BETWEEN {first} AND {first + rows - 1}"
            self._aside(zone, table, council, f"SELECT * FROM {table} WHERE {run}", name)
            first += rows

    def parts(self) -> dict[str, list[dict[str, Any]]]:
        """Council -> its parts in the order in which they were asked for, once all are written."""
        made: dict[str, list[dict[str, Any]]] = {council: [] for council in self.councils}
        for council, part in self._waiting:
            made[council].append(asdict(part()))
        return made

    def _cut(self, zone: str, table: str, order: str, is_seldom: bool, write: Callable[..., None]) -> None:
        for council, held in self._held(table).items():
            if held or not is_seldom:
                for name in sorted({*slices.cut(held).values()}) or [""]:
                    rows = f"FROM {table} WHERE council = '{council}' AND {slices.holds(table, name)}"
                    write(zone, table, council, f"SELECT * {rows} ORDER BY {order}", name)

    def _held(self, table: str) -> dict[str, dict[int | None, int]]:
        """Council -> quarter -> rows."""
        held: dict[str, dict[int | None, int]] = {council: {} for council in self.councils}
        query = f"SELECT council, {slices.quarter_of(table)}, count(*) FROM {table} GROUP BY ALL ORDER BY ALL"
        for council, quarter, rows in self.con.execute(query).fetchall():
            held[council][quarter] = rows
        return held

    def _at_once(self, zone: str, table: str, council: str, query: str, name: str) -> None:
        part = releases.write_part(self.con, self.settings, zone, table, council, query, name)
        self._waiting.append((council, lambda: part))

    def _aside(self, zone: str, table: str, council: str, query: str, name: str) -> None:
        def written() -> releases.Part:
            with self.con.cursor() as own:
                return releases.write_part(own, self.settings, zone, table, council, query, name)

        self._waiting.append((council, self._pool.submit(written).result))
