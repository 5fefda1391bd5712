"""Opens the current release of one audience and answers questions about it as lists of dicts.

Belongs here: the pointer, the connection, the queries and their cache. Nothing else in the dashboard
touches a file or speaks SQL. Does not belong here: words, components, and any arithmetic on figures.

A release is a DuckDB file that never changes, named by a pointer that is replaced whole. One in-memory
connection attaches each new file beside the old one, so a reader that began on the old release ends on it.
"""

from __future__ import annotations

import os
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]

AUDIENCES = ("officers", "public")
RELEASE_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,60}")
# Enough for every request under way to finish on the release it began with, however fast they follow.
RELEASES_KEPT_OPEN = 6
ANSWERS_KEPT = 4000


class StoreError(Exception):
    """The store cannot be read; the message says what to do."""


class Release:
    """One attached release: runs queries and remembers their answers, which are shared, so never changed."""

    def __init__(self, release_id: str, alias: str, path: Path, cursor: Callable[[], Any]) -> None:
        self.id = release_id
        self.alias = alias
        self.path = path
        self.identity = _identity(path)
        self._cursor = cursor
        self._answers: OrderedDict[tuple, list[Row]] = OrderedDict()
        self._lock = threading.Lock()
        names = self._run(
            "SELECT table_name FROM information_schema.tables WHERE table_catalog = ?", (alias,)
        )
        self.tables = frozenset(row["table_name"] for row in names)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """The answer to `sql`, where `{db}` stands for the attached release. Parameters must be hashable."""
        key = (sql, tuple(parameters))
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        answer = self._run(sql.replace("{db}", f'"{self.alias}"'), parameters)
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > ANSWERS_KEPT:
                self._answers.popitem(last=False)
        return answer

    def _run(self, sql: str, parameters: Sequence[Any]) -> list[Row]:
        cursor = self._cursor().execute(sql, list(parameters))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


class Store:
    """The releases of one audience under `root`. Safe to share between threads, not between processes."""

    def __init__(self, root: Path, audience: str) -> None:
        if audience not in AUDIENCES:
            raise StoreError(f"There is no audience called “{audience}”. Choose officers or public.")
        self.audience = audience
        self.folder = Path(root) / audience
        self.pointer = self.folder / "CURRENT"
        self._connection = duckdb.connect(
            ":memory:", config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
        )
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Release] = OrderedDict()
        self._seen: tuple[int, int, int] | None = None
        self._current: Release | None = None
        self._count = 0

    def current(self) -> Release | None:
        """The release the pointer names now, or None if nothing has been published.

        A pointer that names a file not yet there keeps the release already open: readers never see a gap.
        """
        try:
            found = self.pointer.stat()
        except FileNotFoundError:
            return self._current
        seen = _stamp(found)
        if seen == self._seen:
            return self._current
        with self._lock:
            if seen != self._seen:
                release = self._attach(self.pointer.read_text(encoding="utf-8").strip())
                if release is not None:
                    self._current, self._seen = release, seen
        return self._current

    def close(self) -> None:
        """Give up the connection; for tests and for a tidy stop."""
        self._connection.close()

    def _cursor(self) -> Any:
        cursor = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._connection.cursor()
        return cursor

    def _attach(self, release_id: str) -> Release | None:
        if not RELEASE_ID.fullmatch(release_id):
            raise StoreError(
                "The pointer to the current release does not hold a release's name. "
                "Run send-audit run to write it again."
            )
        path = self.folder / "databases" / f"{release_id}.duckdb"
        if not path.exists():
            return None
        current = self._current
        if current is not None and (current.path, current.identity) == (path, _identity(path)):
            return current
        # The same file name again means a store that was deleted and made anew: let go of the old one.
        for alias in [a for a, release in self._open.items() if release.path == path]:
            self._detach(alias)
        self._count += 1
        alias = f"{release_id}#{self._count}"
        quoted = str(path).replace("'", "''")
        try:
            self._cursor().execute(f"ATTACH '{quoted}' AS \"{alias}\" (READ_ONLY)")
        except duckdb.Error as error:
            raise StoreError(
                f"The database of release {release_id} cannot be opened. Run send-audit run to build it again."
            ) from error
        release = Release(release_id, alias, path, self._cursor)
        self._open[alias] = release
        while len(self._open) > RELEASES_KEPT_OPEN:
            self._detach(next(iter(self._open)))
        return release

    def _detach(self, alias: str) -> None:
        del self._open[alias]
        self._cursor().execute(f'DETACH "{alias}"')


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_mtime_ns, found.st_ino, found.st_size


def _identity(path: Path) -> tuple[int, int, int]:
    """What tells a file apart from another of the same name."""
    return _stamp(path.stat())


def about(release: Release) -> Row:
    """The release's own row: as_of, demonstration, audience and so on; empty where the table is missing."""
    found = _rows(release, "release", "SELECT * FROM {db}.release")
    return found[0] if found else {}


def measures(release: Release) -> dict[str, Row]:
    """Every measure of the release by its id, in the order of its topics."""
    found = _rows(release, "measures", 'SELECT * FROM {db}.measures ORDER BY topic, "position", measure')
    return {row["measure"]: row for row in found}


def places(release: Release) -> list[Row]:
    """The councils the release has figures for, by name."""
    return _rows(release, "places", "SELECT * FROM {db}.places ORDER BY name")


def breakdowns(release: Release) -> dict[str, str]:
    """Titles of the breakdowns, in order."""
    found = _rows(release, "breakdowns", 'SELECT * FROM {db}.breakdowns ORDER BY "position", breakdown')
    return {row["breakdown"]: row["title"] for row in found}


def groups(release: Release) -> dict[tuple[str, str], Row]:
    """Label and position of each group by (breakdown, group)."""
    found = _rows(release, "groups", 'SELECT * FROM {db}.groups ORDER BY breakdown, "position", "group"')
    return {(row["breakdown"], row["group"]): row for row in found}


def periods(release: Release, council: str) -> list[Row]:
    """Every window and period with a figure for the council: window, period_start, period_end, complete."""
    sql = (
        'SELECT DISTINCT "window", period_start, period_end, complete FROM {db}.figures '
        "WHERE council = ? AND breakdown = '' ORDER BY period_end, period_start"
    )
    return _rows(release, "figures", sql, (council,))


def breakdowns_held(release: Release, council: str) -> dict[str, list[str]]:
    """For each measure, the breakdowns it has figures by."""
    sql = "SELECT DISTINCT measure, breakdown FROM {db}.figures WHERE council = ? AND breakdown <> '' ORDER BY ALL"
    held: dict[str, list[str]] = {}
    for row in _rows(release, "figures", sql, (council,)):
        held.setdefault(row["measure"], []).append(row["breakdown"])
    return held


def groups_held(release: Release, council: str, measure: str) -> list[tuple[str, str]]:
    """The (breakdown, group) pairs a measure has figures for."""
    sql = (
        'SELECT DISTINCT breakdown, "group" FROM {db}.figures '
        "WHERE council = ? AND measure = ? AND breakdown <> '' AND \"group\" <> '' ORDER BY ALL"
    )
    return [(row["breakdown"], row["group"]) for row in _rows(release, "figures", sql, (council, measure))]


def figures(
    release: Release,
    council: str,
    window: str,
    period_end: date,
    breakdown: str = "",
    group: str = "",
) -> dict[str, Row]:
    """Every measure's figure for one place, period and group, by measure id."""
    sql = (
        'SELECT * FROM {db}.figures WHERE council = ? AND "window" = ? AND period_end = ? '
        'AND breakdown = ? AND "group" = ? ORDER BY measure'
    )
    found = _rows(release, "figures", sql, (council, window, period_end, breakdown, group))
    return {row["measure"]: row for row in found}


def by_group(
    release: Release, measure: str, council: str, window: str, period_end: date, breakdown: str
) -> list[Row]:
    """One measure's figures for each group of a breakdown, in the groups' own order, with `label`."""
    sql = (
        'SELECT * FROM {db}.figures WHERE measure = ? AND council = ? AND "window" = ? AND period_end = ? '
        'AND breakdown = ? AND "group" <> \'\' ORDER BY "group"'
    )
    found = _rows(release, "figures", sql, (measure, council, window, period_end, breakdown))
    return _labelled(release, found)


def group_series(release: Release, measure: str, council: str, window: str, breakdown: str) -> list[Row]:
    """One measure's figures for each group and period of a window, complete periods only, with `label`."""
    sql = (
        'SELECT * FROM {db}.figures WHERE measure = ? AND council = ? AND "window" = ? AND breakdown = ? '
        'AND "group" <> \'\' AND complete ORDER BY "group", period_end'
    )
    return _labelled(release, _rows(release, "figures", sql, (measure, council, window, breakdown)))


def series(release: Release, measure: str, council: str, window: str) -> list[Row]:
    """One measure's complete periods of a window for the whole council, oldest first."""
    sql = (
        'SELECT * FROM {db}.figures WHERE measure = ? AND council = ? AND "window" = ? '
        "AND breakdown = '' AND complete ORDER BY period_end"
    )
    return _rows(release, "figures", sql, (measure, council, window))


def chart(release: Release, measure: str, council: str) -> dict[str, list[Row]]:
    """The control chart of a measure: its points by window (month, quarter), oldest first."""
    sql = 'SELECT * FROM {db}.charts WHERE measure = ? AND council = ? ORDER BY "window", period_end'
    found: dict[str, list[Row]] = {}
    for row in _rows(release, "charts", sql, (measure, council)):
        found.setdefault(row["window"], []).append(row)
    return found


def latest(release: Release, measure: str) -> list[Row]:
    """A measure's newest complete 12-month figure for each council."""
    sql = (
        "SELECT * FROM {db}.figures WHERE measure = ? AND \"window\" = '12m' AND breakdown = '' AND complete "
        "QUALIFY row_number() OVER (PARTITION BY council ORDER BY period_end DESC) = 1 ORDER BY council"
    )
    return _rows(release, "figures", sql, (measure,))


def check_counts(release: Release) -> Row:
    """Passed, warned (queries) and failed checks over the deliveries in force."""
    if not {"checks", "deliveries"} <= release.tables:
        return {"passed": 0, "warned": 0, "failed": 0}
    sql = (
        "SELECT count(*) FILTER (passed) AS passed, "
        "count(*) FILTER (NOT passed AND level = 'query') AS warned, "
        "count(*) FILTER (NOT passed AND level <> 'query') AS failed FROM {db}.checks "
        "WHERE delivery IN (SELECT delivery FROM {db}.deliveries WHERE state = 'in force')"
    )
    return release.rows(sql)[0]


def deliveries(release: Release) -> list[Row]:
    """Every delivery, newest first."""
    return _rows(release, "deliveries", 'SELECT * FROM {db}.deliveries ORDER BY "number" DESC, feed')


def broken_rules(release: Release, delivery: str, feed: str) -> list[Row]:
    """The rules a delivery broke: code, level, broken, and the rule's message and action where known."""
    if "checks" not in release.tables:
        return []
    if "rules" in release.tables:
        sql = (
            'SELECT c.code, c.level, c.broken, r."column", r.message, r."action" FROM {db}.checks AS c '
            "LEFT JOIN {db}.rules AS r ON r.code = c.code AND r.feed = c.feed "
            "WHERE c.delivery = ? AND c.feed = ? AND NOT c.passed ORDER BY c.broken DESC, c.code"
        )
    else:
        sql = (
            'SELECT code, level, broken, NULL AS "column", NULL AS message, NULL AS "action" '
            "FROM {db}.checks WHERE delivery = ? AND feed = ? AND NOT passed ORDER BY broken DESC, code"
        )
    return release.rows(sql, (delivery, feed))


def findings(release: Release, delivery: str, feed: str, limit: int, offset: int = 0) -> list[Row]:
    """Findings of a delivery row by row, with the rule's message and action. Officers' releases only."""
    if not {"findings", "rules"} <= release.tables:
        return []
    sql = (
        'SELECT f.feed, f.sheet, f."row", f.supplier_column, f.code, f.level, r.message, r."action" '
        "FROM {db}.findings AS f LEFT JOIN {db}.rules AS r ON r.code = f.code AND r.feed = f.feed "
        'WHERE f.delivery = ? AND f.feed = ? ORDER BY f.sheet, f."row" NULLS FIRST, f.code, f.supplier_column '
        f"LIMIT {int(limit)} OFFSET {int(offset)}"
    )
    return release.rows(sql, (delivery, feed))


def findings_count(release: Release, delivery: str, feed: str) -> int:
    """How many findings a delivery has row by row."""
    sql = "SELECT count(*) AS n FROM {db}.findings WHERE delivery = ? AND feed = ?"
    found = _rows(release, "findings", sql, (delivery, feed))
    return found[0]["n"] if found else 0


def columns_matched(release: Release, delivery: str, feed: str) -> list[Row]:
    """What each of the supplier's columns was matched to. Officers' releases only."""
    sql = (
        'SELECT sheet, supplier_column, "column", how FROM {db}.columns_matched '
        'WHERE delivery = ? AND feed = ? ORDER BY sheet, "column" NULLS LAST, supplier_column'
    )
    return _rows(release, "columns_matched", sql, (delivery, feed))


def _rows(release: Release, table: str, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """The rows, or none where this release (a public or an older one) does not hold the table."""
    return release.rows(sql, parameters) if table in release.tables else []


def _labelled(release: Release, found: list[Row]) -> list[Row]:
    known = groups(release)

    def order(row: Row) -> tuple:
        held = known.get((row["breakdown"], row["group"]))
        return (0, held["position"] or 0, row["group"]) if held else (1, 0, row["group"])

    return [
        {**row, "label": (known.get((row["breakdown"], row["group"])) or {}).get("label") or row["group"]}
        for row in sorted(found, key=order)
    ]
