"""The connection to one audience's store: the pointer, the attached releases, the memory of answers.

Belongs here: opening a release and running a query on it. Does not belong here: the queries themselves (`store`,
through which every other module reads).

A release is a DuckDB file that never changes, named by a pointer that is replaced whole. One in-memory
connection attaches each new file beside the old one, so a reader that began on the old release ends on it.
"""

from __future__ import annotations

import functools
import logging
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines import past
from pipelines.evidence.between import FEEDS_OF_FACT as FEEDS_OF_FACT
from pipelines.evidence.between import Between as Between
from pipelines.evidence.between import between as compare

log = logging.getLogger("send_audit.dashboard")
Row = dict[str, Any]

AUDIENCES = ("officers", "public")
RELEASE_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,60}")
# Enough for every request under way to finish on the release it began with, however fast they follow.
RELEASES_KEPT_OPEN = 6
ANSWERS_KEPT = 4000
# Earlier releases that stay open, the one that was asked for longest ago forgotten first.
PAST_KEPT_OPEN = 4
LOST = "a file that it was made of is missing or was changed. send-audit verify says which."
CONFIG = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


class StoreError(Exception):
    """The store cannot be read; the message says what to do."""


class NotThen(StoreError):
    """No release stood then; the message says since when there are any."""


@dataclass(frozen=True)
class Stood:
    """A release in its place in history."""

    head: past.Head
    until: past.Head | None
    """What took its place; None while it still stands, or where it never did."""
    latest: past.Head | None
    """The release that stands now."""

    @property
    def rebuilt(self) -> bool:
        """Whether it is a rebuild of an earlier day, to which readers were never pointed."""
        return not self.head.stood


class Release:
    """One attached release: runs queries and remembers their answers, which are shared, so never changed."""

    def __init__(
        self, release_id: str, alias: str, path: Path, cursor: Callable[[], Any], is_past: bool = False
    ) -> None:
        self.id = release_id
        self.is_past = is_past
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

    @property
    def folder(self) -> Path:
        """The audience's folder, where its other releases are."""
        return self.path.parents[1]

    @functools.cached_property
    def restated(self) -> str:
        """SQL: what was restated up to this release, from the parts that tell it; '' where none does.

        A database made by an earlier version has all of it in one table.
        """
        if past.RESTATED_IN not in self.tables:
            return f'"{self.alias}".{past.RESTATED}' if past.RESTATED in self.tables else ""
        held = f'"{self.alias}".{past.RESTATED_IN}'
        files = self._run(f"SELECT DISTINCT file FROM {held} ORDER BY file", ())
        if not files:
            return ""
        listed = past.listed(str(self.folder / "parts" / row["file"]) for row in files)
        return (
            f"(SELECT place, release, previous_release, told.* EXCLUDE (named) FROM {held} JOIN "
            f"(SELECT * EXCLUDE (filename), right(filename, 72) AS named "
            f"FROM read_parquet({listed}, union_by_name = true, filename = true)) AS told ON right(file, 72) = named)"
        )

    def left_out(self, council: str) -> str:
        """SQL: what each step of counting left of the rows of a council's figures; '' where the release does not tell.

        A database made by an earlier version has it in a table, as has one of views.
        """
        if past.LEFT_OUT in self.tables:
            return f'"{self.alias}".{past.LEFT_OUT}'
        if past.LEFT_OUT_IN not in self.tables:
            return ""
        files = self.rows(f"SELECT file FROM {{db}}.{past.LEFT_OUT_IN} WHERE council IN ('', ?)", (council,))
        listed = past.listed(str(self.folder / "parts" / row["file"]) for row in files)
        return f"read_parquet({listed}, union_by_name = true)" if files else ""

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """The answer to `sql`, where `{db}` stands for the attached release and `{restated}` for what was restated up
        to it. Parameters must be hashable."""
        key = (sql, tuple(parameters))
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        sql = sql.replace("{db}", f'"{self.alias}"')
        answer = self._run(
            sql.replace("{restated}", self.restated) if "{restated}" in sql else sql, parameters
        )
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > ANSWERS_KEPT:
                self._answers.popitem(last=False)
        return answer

    def _run(self, sql: str, parameters: Sequence[Any]) -> list[Row]:
        cursor = self._cursor().execute(_bound(sql, parameters))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _bound(sql: str, parameters: Sequence[Any]) -> str:
    """The query with its values written in. Binding any value makes DuckDB load pandas, seconds for one page."""
    first, *rest = sql.split("?")
    return first + "".join(_literal(value) + part for value, part in zip(parameters, rest, strict=True))


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if type(value) is date:
        return f"DATE '{value.isoformat()}'"
    if type(value) is int:
        return str(value)
    raise TypeError(f"A query takes text, whole numbers and days, not {type(value).__name__}.")


def _named(line: str) -> str:
    """The release that a pointer names; the digest of its manifest may follow, for who verifies."""
    release, _, digest = line.strip().partition(" ")
    return release if re.fullmatch(r"[0-9a-f]{64}", digest) else line.strip()


def heads(folder: Path) -> list[past.Head]:
    """Every release of an audience in short, oldest first."""
    return past.heads(folder)


def between(folder: Path, before: str, after: str) -> Between:
    """What lies between two releases of an audience, each a day or an id; answers are remembered.

    Raises:
        NotThen: one of them is not there.
        StoreError: a file of one of them is missing or was changed.
    """
    try:
        ids = (past.find(folder, asked, date.today()).release for asked in (before, after))
        return _between(folder, *ids)
    except past.NoRelease as problem:
        raise NotThen(str(problem)) from None
    except (duckdb.Error, past.Altered) as error:
        raise StoreError(f"{before} and {after} cannot be compared: {LOST}") from error


@functools.lru_cache(maxsize=8)
def _between(folder: Path, before: str, after: str) -> Between:
    return compare(folder, before, after)


class Store:
    """The releases of one audience under `root`. Safe to share between threads, not between processes."""

    def __init__(self, root: Path, audience: str) -> None:
        if audience not in AUDIENCES:
            raise StoreError(f"There is no audience called “{audience}”. Choose officers or public.")
        self.audience = audience
        self.folder = Path(root) / audience
        self.pointer = self.folder / "CURRENT"
        self._connection = duckdb.connect(":memory:", config=dict(CONFIG))
        self._local = threading.local()
        self._cursors: list[Any] = []
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Release] = OrderedDict()
        self._seen: tuple[int, int, int] | None = None
        self._complained_of: tuple[int, int, int] | None = None
        self._current: Release | None = None
        self._count = 0
        self._past: OrderedDict[tuple[str, tuple[int, int, int]], Release] = OrderedDict()
        self._past_lock = threading.Lock()

    def current(self) -> Release | None:
        """The release the pointer names now, or None if nothing has been published.

        Where the release it names is missing or cannot be opened, the one already open stays: readers never see
        a gap. StoreError only where there is nothing open to stay with.
        """
        try:
            found = self.pointer.stat()
        except FileNotFoundError:
            return self._current
        seen = _stamp(found)
        if seen == self._seen:
            return self._current
        with self._lock:
            if seen == self._seen:
                return self._current
            try:
                release = self._attach(_named(self.pointer.read_text(encoding="utf-8")))
            except StoreError as problem:
                if self._current is None:
                    raise
                if seen != self._complained_of:
                    log.error("%s Until then release %s stays.", problem, self._current.id)
                self._complained_of = seen
            else:
                if release is not None:
                    self._current, self._seen = release, seen
        return self._current

    def history(self) -> list[past.Head]:
        """The releases that readers were pointed to, oldest first; none where the store keeps no manifests."""
        return past.stood(self.folder)

    def stood(self, asked: str) -> Stood:
        """The release that stood at the end of a day, or one by its id.

        Raises:
            NotThen: the first was made later, the day has not come yet, or it is neither a day nor an id.
        """
        try:
            head = past.find(self.folder, asked, date.today())
        except past.NoRelease as problem:
            raise NotThen(str(problem)) from None
        newest = self.history()[-1:]
        return Stood(head, past.next_after(self.folder, head.release), newest[0] if newest else None)

    def at(self, release_id: str) -> Release:
        """A release of any time, read only: from its database, or where that was pruned from its parts.

        Each earlier one has a connection of its own, which ends when the last reader lets go of it, so that forgetting
        one never takes it from under a reader. Neither a lock nor a file is needed.
        """
        current = self.current()
        if current is not None and current.id == release_id:
            return current
        manifest = past.manifest_path(self.folder, release_id)
        key = (release_id, _identity(manifest))
        with self._past_lock:
            if key not in self._past:
                self._past[key] = self._opened(release_id, manifest)
            self._past.move_to_end(key)
            while len(self._past) > PAST_KEPT_OPEN:
                self._past.popitem(last=False)
            return self._past[key]

    def _opened(self, release_id: str, manifest: Path) -> Release:
        connection = duckdb.connect(":memory:", config=dict(CONFIG))
        database = self.folder / "databases" / f"{release_id}.duckdb"
        alias = f"{release_id}#past"
        try:
            if database.exists():
                quoted = str(database).replace("'", "''")
                connection.execute(f"ATTACH '{quoted}' AS \"{alias}\" (READ_ONLY)")
            else:
                connection.execute(f"ATTACH ':memory:' AS \"{alias}\"")
                past.fill(
                    connection, self.folder, past.read(self.folder, release_id), into=alias, copied=False
                )
        except (duckdb.Error, past.Altered) as error:
            raise StoreError(f"Release {release_id} cannot be opened: {LOST}") from error
        return Release(release_id, alias, manifest, connection.cursor, is_past=True)

    def close(self) -> None:
        """Give up the connection and every thread's cursor."""
        for cursor in self._cursors:
            cursor.close()
        self._connection.close()

    def _cursor(self) -> Any:
        cursor = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._connection.cursor()
            self._cursors.append(cursor)
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


def opened(path: Path) -> Release:
    """A release's database by its path alone, for whoever reads one release and ends: the command line.

    Raises:
        StoreError: it cannot be opened.
    """
    connection = duckdb.connect(
        ":memory:", config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )
    try:
        connection.execute(f"ATTACH {_literal(str(path))} AS held (READ_ONLY)")
    except duckdb.Error as error:
        raise StoreError(f"The database of release {path.stem} cannot be opened.") from error
    return Release(path.stem, "held", path, lambda: connection)


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_mtime_ns, found.st_ino, found.st_size


def _identity(path: Path) -> tuple[int, int, int]:
    """What tells a file apart from another of the same name."""
    return _stamp(path.stat())
