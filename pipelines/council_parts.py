"""Tables that hold several councils' rows, written as each council's parts, while the work goes on.

Belongs here: cutting such a table into parts, and writing them in threads of their own.
Does not belong here: what a part is (`releases`), where a table is cut (`slices`), or what is in it (`making`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
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
        self.con, self.settings, self.councils = con, settings, sorted(councils)
        self._pool = ThreadPoolExecutor(settings.threads or AT_ONCE)
        self._written: list[tuple[str, releases.Part | Future[releases.Part]]] = []
        self._runs: dict[tuple[str, str, str], str] = {}
        """Table, council and slice of each part begun -> SQL for its rows, by where they lie."""
        self._in_order: dict[str, dict[str, dict[int | None, int]]] = {}
        """Table that was put in order -> its `_held`."""

    def __enter__(self) -> CouncilParts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def write(self, zone: str, table: str, order: str, *, is_seldom: bool = False) -> None:
        """Write a short table's rows, each council's in `order`. A council without any gets an empty part; where it
        `is_seldom` sent, none.
        """
        for council, slice_, _ in self._cut(table, is_seldom):
            rows = (
                f"FROM {table} WHERE council = '{council}' AND {slices.holds(table, slice_)} ORDER BY {order}"
            )
            part = releases.write_part(
                self.con, self.settings, zone, table, council, f"SELECT * {rows}", slice_
            )
            self._written.append((council, part))

    def begin(self, zone: str, table: str, *, columns: str = "*", is_seldom: bool = False) -> None:
        """The same of a table (not a TEMP one) whose rows lie in their order, council by council and slice by slice.

        Threads write its parts, each a run of rows: to look for them, and to sort them, costs more than writing them.
        """
        first = 0
        for council, slice_, rows in self._cut(table, is_seldom):
            run = f"FROM {table} WHERE rowid BETWEEN {first} AND {first + rows - 1}"
            self._runs[table, council, slice_] = run
            self._submit(zone, table, council, f"SELECT {columns} {run}", slice_)
            first += rows

    def begin_some_of(self, of: str, zone: str, table: str, columns: str, where: str, order: str) -> None:
        """The same of a `table` that is some rows of another one, which was begun: columns of those `where` that holds.

        `order` is that of the other table. It is cut by its own rows, so most often as the other is: then a part's rows
        lie together, in order.
        """
        for council, held in self._held(table, f"(FROM {of} WHERE {where})").items():
            for slice_ in dict.fromkeys(slices.cut(table, held).values()) or [""]:
                run = self._runs.get((of, council, slice_))  # a slice's name says which rows it holds
                rows = run or f"FROM {of} WHERE council = '{council}' AND {slices.holds(of, slice_)}"
                ordered = "" if run else f"ORDER BY {order}"
                self._submit(zone, table, council, f"SELECT {columns} {rows} AND {where} {ordered}", slice_)

    def _submit(self, zone: str, table: str, council: str, query: str, slice_: str) -> None:
        self._written.append((council, self._pool.submit(self._write, zone, table, council, query, slice_)))

    def put_in_order(self, table: str, order: str, rows: str = "") -> None:
        """Make of a TEMP TABLE, or of `rows` (SQL) made from each of its own, one that `begin` writes."""
        self._in_order[table] = of_councils = self._held(table)
        cut = [
            (council, quarter, slice_)
            for council, held in of_councils.items()
            for quarter, slice_ in slices.cut(table, held).items()
        ]
        place = {
            part: n for n, part in enumerate(dict.fromkeys((council, slice_) for council, _, slice_ in cut))
        }
        places = [(council, quarter, place[council, slice_]) for council, quarter, slice_ in cut]
        kinds = {"council": "VARCHAR", "quarter": "INTEGER", "place": "INTEGER"}
        releases.table_of(self.con, "places_of_parts", kinds, places)
        same = f"rows.council = cut.council AND {slices.quarter_of(table)} IS NOT DISTINCT FROM cut.quarter"
        self.con.execute(
            f"CREATE OR REPLACE TABLE in_order AS SELECT rows.* FROM {f'({rows})' if rows else table} AS rows "
            f"JOIN places_of_parts AS cut ON {same} ORDER BY cut.place, {order}"
        )
        self.con.execute(f"DROP TABLE {table}")
        self.con.execute(f"ALTER TABLE in_order RENAME TO {table}")

    def parts(self) -> dict[str, list[dict[str, Any]]]:
        """Council -> its parts in the order in which they were asked for, once all are written."""
        made: dict[str, list[dict[str, Any]]] = {council: [] for council in self.councils}
        for council, part in self._written:
            made[council].append(asdict(part.result() if isinstance(part, Future) else part))
        return made

    def _cut(self, table: str, is_seldom: bool) -> Iterator[tuple[str, str, int]]:
        """Council, slice and rows of each part, in the order of councils and slices."""
        for council, held in (self._in_order.get(table) or self._held(table)).items():
            rows = Counter[str]() if held or is_seldom else Counter({"": 0})
            for quarter, slice_ in slices.cut(table, held).items():
                rows[slice_] += held[quarter]
            yield from ((council, slice_, count) for slice_, count in rows.items())

    def _held(self, table: str, of: str = "") -> dict[str, dict[int | None, int]]:
        """Council -> quarter -> rows of a table, or of the rows (SQL) that it is to be made `of`."""
        held: dict[str, dict[int | None, int]] = {council: {} for council in self.councils}
        query = f"SELECT council, {slices.quarter_of(table)}, count(*) FROM {of or table} GROUP BY ALL ORDER BY ALL"
        for council, quarter, rows in self.con.execute(query).fetchall():
            held[council][quarter] = rows
        return held

    def _write(self, zone: str, table: str, council: str, query: str, slice_: str) -> releases.Part:
        with self.con.cursor() as own:
            return releases.write_part(own, self.settings, zone, table, council, query, slice_)
