"""Releases read back: manifests, the texts they name, which release stood on a day, and a release as tables.

Belongs here: everything that reads one audience's folder of the store, and needs nothing else of it. Does not belong
here: writing a release, pointers, paths from settings (`releases`), what lies between two (`evidence.between`).

Nothing here takes the store's lock or writes in the store: a reader never waits for a run, and read access is enough.
A release stood from the day it was made, or published, until the next one of its audience. A rebuild of an earlier day
(`run --as-of`) never stood: nobody was pointed to it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.stamps import Stamp, stamp_of

Manifest = dict[str, Any]
TEXTS = ("contracts", "mappings", "definitions")
"""Parts of a manifest that are texts by name. Each text is stored once, in `texts/`, whoever names it."""
NAME = "sha256:"
"""What a text's name in a manifest begins with; its digest follows."""
RESTATED = "restated"
"""The table of figures whose receipt is not what it was in the release read before."""
RESTATED_IN = "restated_in"
"""The table of the files that hold such figures of a release and all before it: a name in its folder of parts."""
LEFT_OUT = "left_out"
"""The table of what each step of counting left of a figure's rows."""
LEFT_OUT_IN = "left_out_in"
"""The table of the files that hold it: a council and a name in the release's folder of parts."""
NOT_COPIED = (LEFT_OUT, RESTATED, "counts")
"""Long tables that only a receipt reads, or nobody but `verify`: copies would be most of a database's cost."""
FIGURES = "figures"
"""The longest table of a database, which may take over what did not change."""
_FOUND_BY = 'council, measure, "window", period_end, breakdown, "group"'
"""Their order in a database: a page's rows lie together, and so do those that are replaced together."""
_NAMED = re.compile(NAME + r"([0-9a-f]{64})")
_VERSION = re.compile(r"^version:\s*[\"']?([^\s\"']+)", re.MULTILINE)
_ID = re.compile(r"(\d{4}-\d{2}-\d{2})\.(\d+)")


class NoRelease(LookupError):
    """There is no such release, or none yet; the message says what to do."""


class Altered(RuntimeError):
    """A text of the store is not what its name says; the message says which."""


@dataclass(frozen=True)
class Head:
    """What a manifest says in short: enough to list releases, and to say which stood on a day."""

    release: str
    audience: str
    made_at: datetime
    as_of: date
    """The day as at which the data is shown: what had been received by its end."""
    content: str
    previous: str | None
    compared_with: str | None
    officers_release: str | None
    """The officers' release that was published; None where this is one."""
    by: str | None
    note: str | None
    demonstration: bool
    code_version: str
    numbers: frozenset[int]
    """Numbers of the deliveries that it was made from; empty in a public one."""
    versions: Mapping[str, str]
    """Measure -> version of its definition."""
    balances: tuple[Mapping[str, Any], ...]
    restated: tuple[str, int] | None
    """Digest and rows of its part of that name; None in a release from before there was one."""

    @property
    def stood(self) -> bool:
        """Whether readers were pointed to it; a rebuild of an earlier day is not read by anybody unasked."""
        return self.officers_release is not None or self.as_of >= self.made_at.date()


def manifest_path(folder: Path, release: str) -> Path:
    """Where a release's manifest lies in its audience's folder."""
    return folder / "releases" / f"{release}.json"


def text_path(folder: Path, digest: str) -> Path:
    return folder / "texts" / f"{digest}.txt"


def order(release: str) -> tuple[str, int]:
    """Day and number of a release's id, to sort by."""
    day, _, number = release.rpartition(".")
    return day, int(number)


def read(folder: Path, release: str) -> Manifest:
    """A release's manifest with all its texts.

    Raises:
        NoRelease: there is none so called.
        Altered: a text that it names is missing or is not what was written.
    """
    if not _ID.fullmatch(release) or not manifest_path(folder, release).exists():
        raise NoRelease(
            f"There is no release {release} for {folder.name}. `send-audit releases` lists them."
            if _ID.fullmatch(release)
            else "A release is called by its day and number, such as 2026-03-31.1. `send-audit releases` lists them."
        )
    return whole(folder, json.loads(manifest_path(folder, release).read_text(encoding="utf-8")))


def whole(folder: Path, manifest: Manifest) -> Manifest:
    """A manifest with its texts in place of their names; one from before texts had names is whole already."""
    return manifest | {
        kind: {name: _text(folder, said) for name, said in manifest[kind].items()}
        for kind in TEXTS
        if kind in manifest
    }


def named(texts: Mapping[str, str]) -> dict[str, str]:
    """Each text's name: what a manifest holds instead of it."""
    return {name: f"{NAME}{hashlib.sha256(text.encode()).hexdigest()}" for name, text in texts.items()}


def _text(folder: Path, said: str) -> str:
    found = _NAMED.fullmatch(said)
    if found is None:
        return said
    path = text_path(folder, found[1])
    try:
        return _read_text(path, stamp_of(path))
    except FileNotFoundError:
        raise Altered(f"The text {path.name} is missing from the store of {folder.name}.") from None


@functools.lru_cache(maxsize=4096)
def _read_text(path: Path, stamp: Stamp) -> str:
    held = path.read_bytes()
    if hashlib.sha256(held).hexdigest() != path.stem:
        raise Altered(f"The text {path.name} in the store of {path.parents[1].name} is not what was written.")
    return held.decode()


def heads(folder: Path) -> list[Head]:
    """Every release of an audience in short, oldest first. A manifest is read once while it stays as it is."""
    paths = [path for path in (folder / "releases").glob("*.json") if _ID.fullmatch(path.stem)]
    return sorted((_head(path, stamp_of(path)) for path in paths), key=lambda head: order(head.release))


@functools.lru_cache(maxsize=4096)
def _head(path: Path, stamp: Stamp) -> Head:
    held = json.loads(path.read_bytes())
    folder = path.parents[1]
    return Head(
        release=held["release"],
        audience=folder.name,
        made_at=datetime.fromisoformat(str(held["made_at"])),
        as_of=date.fromisoformat(str(held["as_of"])),
        content=held.get("content") or "",
        previous=(held.get("previous") or {}).get("release"),
        compared_with=held.get("compared_with"),
        officers_release=held.get("officers_release"),
        by=held.get("by"),
        note=held.get("note"),
        demonstration=bool(held.get("demonstration")),
        code_version=held.get("code_version") or "",
        numbers=frozenset(delivery["number"] for delivery in held.get("deliveries") or []),
        versions=_versions(folder, held.get("definitions") or {}),
        balances=tuple(held.get("balances") or ()),
        restated=_part_restated(held),
    )


def _part_restated(manifest: Manifest) -> tuple[str, int] | None:
    return next(
        ((part["sha256"], part["rows"]) for part in manifest["parts"] if part["table"] == RESTATED), None
    )


def _versions(folder: Path, definitions: Mapping[str, str]) -> dict[str, str]:
    return {measure: _version(folder, said) for measure, said in definitions.items()}


@functools.lru_cache(maxsize=4096)
def _version(folder: Path, said: str) -> str:
    """The version in a text, once for each name: of 500 releases nearly all name the same texts."""
    found = _VERSION.search(_text(folder, said))
    return found[1] if found else ""


def stood(folder: Path) -> list[Head]:
    """The releases that readers were pointed to, in the order in which they were."""
    return sorted(
        (head for head in heads(folder) if head.stood), key=lambda head: (head.made_at, order(head.release))
    )


def on(folder: Path, day: date, today: date | None = None) -> Head:
    """The release that stood at the end of a day (UTC): the newest one made, or published, by then.

    Raises:
        NoRelease: the first came later, there is none, or (where `today` is given) the day has not come yet.
    """
    known = stood(folder)
    if not known:
        raise NoRelease(f"No release for {folder.name} yet.")
    if today is not None and day > max(today, known[-1].made_at.date()):
        raise NoRelease(f"{words(day)} has not come yet, so nobody can say what is known then.")
    by_then = [head for head in known if head.made_at.date() <= day]
    if not by_then:
        first = known[0].made_at.date()
        raise NoRelease(
            f"No figures for {folder.name} stood on {words(day)}: the first were made on {words(first)}. "
            "Choose that day or a later one."
        )
    return by_then[-1]


def find(folder: Path, asked: str, today: date | None = None) -> Head:
    """The release that a day (2026-03-31: what stood at its end) or an id (2026-03-31.1) means; ids of rebuilds too.

    Raises:
        NoRelease: see `on`; or it is neither a day nor the id of a release of this audience.
    """
    try:
        day = date.fromisoformat(asked) if len(asked) == len("2026-03-31") else None
    except ValueError:
        day = None
    if day is not None:
        return on(folder, day, today)
    found = [head for head in heads(folder) if head.release == asked]
    if not found:
        raise NoRelease(
            "What was asked for is neither a day, such as 2026-03-31, nor a data version that this store has."
        )
    return found[0]


@dataclass(frozen=True)
class Erased:
    """Figures of an audience whose source was erased: the figure stands, and cannot be counted again."""

    figures: Mapping[str, Mapping[str, str]]
    """Digest of a part of figures -> receipt -> the day."""
    from_originals: Mapping[str, Mapping[str, str]]
    """The same of figures that can be counted again from the facts, and no longer from the originals."""

    def on(self, part: str, receipt: str) -> str | None:
        """The day since which a figure of a part cannot be counted again."""
        return self.figures.get(part, {}).get(receipt)


def erased_path(folder: Path, number: int) -> Path:
    """Where it is told which figures an erasure touched."""
    return folder / "erased" / f"{number:06d}.json"


def erased(folder: Path) -> Erased:
    """The figures of an audience that erasures touched, by part."""
    paths = sorted((folder / "erased").glob("[0-9]*.json"))
    return _erased(tuple((path, stamp_of(path)) for path in paths))


@functools.lru_cache(maxsize=16)
def _erased(paths: tuple[tuple[Path, Stamp], ...]) -> Erased:
    told: dict[str, dict[str, dict[str, str]]] = {"figures": {}, "from_originals": {}}
    for path, _ in paths:
        try:
            held = json.loads(path.read_bytes())
            kinds = {kind: dict(held[kind]) for kind in told}
        except (ValueError, KeyError, TypeError):
            continue  # damaged: `verify` says so
        for kind, parts in kinds.items():
            for part, receipts in parts.items():
                of_part = told[kind].setdefault(part, {})
                of_part.update((receipt, held["on"]) for receipt in receipts if receipt not in of_part)
    return Erased(**told)


def erased_in(folder: Path, release: str, receipt: str) -> str | None:
    """The day (ISO) on which the source of a release's figure was erased; None where it was not."""
    known = erased(folder)
    if not known.figures:
        return None
    parts = json.loads(manifest_path(folder, release).read_bytes())["parts"]
    days = [known.on(part["sha256"], receipt) for part in parts if part["table"] == "figures"]
    return next((day for day in days if day), None)


def next_after(folder: Path, release: str) -> Head | None:
    """The release that took the place of one that stood; None while it still stands, or for one that never did."""
    known = stood(folder)
    places = [place for place, head in enumerate(known) if head.release == release]
    return known[places[0] + 1] if places and places[0] + 1 < len(known) else None


def words(day: date) -> str:
    """A day as people here write it: 31 March 2026."""
    return f"{day.day} {day:%B %Y}"


def parts_of(folder: Path, manifest: Manifest) -> dict[str, dict[str, Path]]:
    """Table -> digest -> file of the parts that lie in this audience's own folder."""
    files: dict[str, dict[str, Path]] = {}
    for part in manifest["parts"]:
        if part["zone"] == folder.name:
            path = folder / "parts" / f"{part['sha256']}.parquet"
            files.setdefault(part["table"], {})[part["sha256"]] = path
    return files


def figure_parts(manifest: Manifest) -> dict[str, int]:
    """Digest -> rows of a release's parts of figures."""
    return {part["sha256"]: part["rows"] for part in manifest["parts"] if part["table"] == FIGURES}


def holds_its_figures(con: duckdb.DuckDBPyConnection, manifest: Manifest) -> bool:
    """Whether a database holds as many figures as the release's parts."""
    return con.execute(f"SELECT count(*) FROM {FIGURES}").fetchall() == [
        (sum(figure_parts(manifest).values()),)
    ]


def fill(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    manifest: Manifest,
    *,
    into: str = "",
    copied: bool = True,
) -> None:
    """Make a release's tables in the connection, or in its database `into`, from the parts.

    With `copied` their rows are copied, but for `NOT_COPIED` and for figures, which are there already (`begin`).
    Without, each table is a view of its Parquet files, which is made at once and read a little more slowly. Values are
    written into the queries: binding one makes DuckDB load pandas.
    """
    prefix = f"{quote(into)}." if into else ""
    _tell_of_itself(con, folder, manifest, prefix)
    _tell_of_the_past(con, folder, manifest, prefix)
    _tell_of_restated(con, folder, manifest, f"{prefix}{RESTATED_IN}", copied)
    if copied:
        _tell_of_left_out(con, folder, manifest, prefix)
    for table, files in parts_of(folder, manifest).items():
        if not copied or table not in (FIGURES, *NOT_COPIED):
            kind = "TABLE" if copied else "VIEW"
            con.execute(f"CREATE {kind} {prefix}{quote(table)} AS {_rows(files.values())}")


def begin(
    con: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest, like: Manifest | None = None
) -> None:
    """Make a release's figures, and no other table, from its parts.

    Where the connection holds the tables of the release `like`, figures of parts that both have are left as they are.
    """
    if like:
        _clear(con, folder, like, manifest)
    if files := _only_in(folder, manifest, like):
        into = f"INSERT INTO {FIGURES} BY NAME" if like else f"CREATE TABLE {FIGURES} AS"
        con.execute(f"{into} {_rows(files)} ORDER BY {_FOUND_BY}")


def _clear(con: duckdb.DuckDBPyConnection, folder: Path, was: Manifest, now: Manifest) -> None:
    """Take away the tables of a release that was, but for the figures that another release has too."""
    for (table,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall():
        if table != FIGURES:
            con.execute(f"DROP TABLE {quote(table)}")
    if gone := _only_in(folder, was, now):
        con.execute(
            f"DELETE FROM {FIGURES} AS held USING ({_rows(gone)}) AS gone "
            "WHERE (held.council, held.measure, held.receipt) = (gone.council, gone.measure, gone.receipt)"
        )


def _only_in(folder: Path, manifest: Manifest, other: Manifest | None) -> list[Path]:
    """The parts of figures that a release has and the other has not."""
    files, others = parts_of(folder, manifest).get(FIGURES, {}), figure_parts(other) if other else {}
    return [path for digest, path in files.items() if digest not in others]


def _rows(files: Iterable[Path]) -> str:
    """SQL for the rows of some parts; those of earlier versions of the program may lack a column."""
    return f"SELECT * FROM read_parquet({listed(map(str, files))}, union_by_name = true)"


def _tell_of_itself(con: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest, prefix: str) -> None:
    kinds = {
        "release": "VARCHAR", "audience": "VARCHAR", "made_at": "TIMESTAMP", "as_of": "DATE",
        "demonstration": "BOOLEAN", "previous": "VARCHAR", "compared_with": "VARCHAR",
        "note": "VARCHAR", "code_version": "VARCHAR",
    }  # fmt: skip
    own = manifest | {
        "audience": folder.name,
        "previous": (manifest.get("previous") or {}).get("release"),
    }
    _table(con, f"{prefix}release", kinds, [[own.get(name) for name in kinds]])


def _tell_of_the_past(con: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest, prefix: str) -> None:
    """Tables of this release and those before it: `releases`, and `measure_versions`, each with its first release."""
    this = manifest["release"]
    made: list[list[Any]] = []
    versions: dict[tuple[str, str], list[Any]] = {}
    seen: set[int] = set()
    before = [head for head in heads(folder) if order(head.release) < order(this)]
    now = {name: manifest.get(name) for name in ("made_at", "as_of", "by", "note")}
    numbers = {delivery["number"] for delivery in manifest.get("deliveries") or []}
    of_this = (this, now, numbers, _versions(folder, manifest.get("definitions") or {}))
    entries = [(head.release, vars(head), set(head.numbers), head.versions) for head in before] + [of_this]
    for release, about, held, measures in entries:
        new = len(held - seen)
        made.append([release, about["made_at"], about["as_of"], len(held), new, about["by"], about["note"]])
        seen |= held
        for measure, version in measures.items():
            versions.setdefault((measure, version), [measure, version, release, about["made_at"]])
    kinds = {
        "release": "VARCHAR", "made_at": "TIMESTAMP", "as_of": "DATE", "deliveries": "INTEGER",
        "new_deliveries": "INTEGER", "by": "VARCHAR", "note": "VARCHAR",
    }  # fmt: skip
    _table(con, f"{prefix}releases", kinds, made)
    kinds = {"measure": "VARCHAR", "version": "VARCHAR", "release": "VARCHAR", "made_at": "TIMESTAMP"}
    _table(con, f"{prefix}measure_versions", kinds, list(versions.values()))


def _tell_of_restated(
    con: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest, name: str, copied: bool
) -> None:
    """Which parts tell what was restated by this release and those before it, oldest first: with the release that did
    so (`release`) and the one that was read before (`previous_release`). The parts themselves are read when somebody
    follows a receipt: together they are as long as the history.
    """
    before = [head for head in heads(folder) if order(head.release) < order(manifest["release"])]
    told = [(head.release, head.compared_with, head.restated) for head in before]
    told.append((manifest["release"], manifest.get("compared_with"), _part_restated(manifest)))
    if not any(part for _, _, part in told):
        return
    parts = folder / "parts"
    rows = [
        [place, release, compared, f"{part[0]}.parquet" if copied else str(parts / f"{part[0]}.parquet")]
        for place, (release, compared, part) in enumerate(told)
        if part and part[1]
    ]
    kinds = {"place": "INTEGER", "release": "VARCHAR", "previous_release": "VARCHAR", "file": "VARCHAR"}
    _table(con, name, kinds, rows)


def _tell_of_left_out(con: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest, prefix: str) -> None:
    files = [
        [part["council"], f"{part['sha256']}.parquet"]
        for part in manifest["parts"]
        if part["table"] == LEFT_OUT and part["zone"] == folder.name
    ]
    if files:
        _table(con, f"{prefix}{LEFT_OUT_IN}", {"council": "VARCHAR", "file": "VARCHAR"}, files)


def _table(
    con: duckdb.DuckDBPyConnection, name: str, kinds: Mapping[str, str], rows: Sequence[Sequence[Any]]
) -> None:
    columns = ", ".join(f"{quote(column)} {kind}" for column, kind in kinds.items())
    con.execute(f"CREATE TABLE {name} ({columns})")
    if rows:
        listed = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
        con.execute(f"INSERT INTO {name} VALUES {listed}")


def literal(value: Any) -> str:
    """A value as SQL; moments and days as texts, which DuckDB casts to the column's type."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def listed(values: Iterable[Any]) -> str:
    """Values as a SQL list in brackets."""
    return f"[{', '.join(map(literal, values))}]"


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
