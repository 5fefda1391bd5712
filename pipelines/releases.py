"""Releases: written once, never changed; pointers that flip; databases that can always be rebuilt.

Belongs here: parts, manifests, the chain of releases and publications, pointers, where databases lie and when they are
made, pruning, opening. Does not belong here: what is in a part (`run`, `measures`), who may see it (`publish` asks
`disclosure`), reading releases back (`past`), or writing a database (`databases`).

    store/<audience>/parts/<sha256>.parquet        content-addressed; shared by releases
    store/<audience>/releases/<release>.json       the manifest
    store/<audience>/texts/<sha256>.txt            contracts, mappings and definitions, each text once
    store/<audience>/databases/<release>.duckdb    built from the parts; may be removed at any time
    store/<audience>/databases/<release>.sha256    the digest of its bytes
    store/<audience>/CURRENT                       one line: the release that is read, and its manifest's SHA-256
    store/records/texts/<sha256>                   reference lists and councils' names that a release was made with
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines import databases, durable, past, seals
from pipelines.past import Altered as Altered
from pipelines.past import NoRelease as NoRelease
from pipelines.settings import Settings
from pipelines.slices import slices

if TYPE_CHECKING:
    import pandas as pd

Manifest = dict[str, Any]
UNSEALED = (
    "release", "made_at", "as_of", "previous", "compared_with", "content", "note", "by", "officers_release",
    "officers_sha256", "chain", seals.SEAL,
)  # fmt: skip
"""Parts of a manifest that say when and by whom, not what: two releases that differ only there are the same content."""


COMPARED = ("changes", "restated", "protection")
"""Tables of a release that compare it with those that were read before."""


@dataclass(frozen=True)
class Part:
    """One Parquet file of a release: rows of a table for one council, or of every one where council is ''."""

    table: str
    council: str
    sha256: str
    rows: int
    bytes: int
    zone: str
    """records | officers | public: the store that holds it."""
    slice: str = ""
    """Which of these rows: a year (2025), a quarter (2026-Q1), arrivals (1-50), those of no period (undated); '' all of
    them. See `slices`; parts of earlier versions have none."""


def write_parts(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    zone: str,
    table: str,
    council: str,
    query: str,
    order: str = "ALL",
) -> list[dict[str, Any]]:
    """Write a query's rows, which are those of a release's table, as the parts that `slices` cuts it into.

    `order` names a row, so that equal content is equal bytes.
    """
    return [
        asdict(write_part(
            con, settings, zone, table, council, f"SELECT * FROM ({query}) WHERE {holds} ORDER BY {order}", name,
        ))
        for name, holds in slices(con, table, query)
    ]  # fmt: skip


def write_part(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    zone: str,
    table: str,
    council: str,
    query: str,
    of: str = "",
) -> Part:
    """Write a query's rows (already in a fixed order) as a content-addressed part."""
    made = settings.work / f"part-{secrets.token_hex(4)}.parquet"
    rows = write_rows(con, query, made)
    digest, size = durable.file_digest(made), made.stat().st_size
    durable.place_file(made, settings.store / zone / "parts" / f"{digest}.parquet")
    return Part(table, council, digest, rows, size, zone, of)


def write_rows(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write a query's rows as a part's Parquet; returns how many.

    Its bytes follow from the rows alone. DuckDB 2.0 also writes what it knows of the tables they come from (a column
    without any NULL there is a required one), which TRY hides from it.
    """
    copied = f"COPY (SELECT TRY(COLUMNS(*)) FROM ({query})) TO {text(path)} ({durable.PARQUET})"
    [(rows,)] = con.execute(copied).fetchall()
    return int(rows)


def part_path(settings: Settings, part: Mapping[str, Any]) -> Path:
    return settings.store / part["zone"] / "parts" / f"{part['sha256']}.parquet"


def files_of(settings: Settings, parts: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Path]]:
    """Table -> digest of a part -> its file."""
    files: dict[str, dict[str, Path]] = {}
    for part in parts:
        files.setdefault(part["table"], {})[part["sha256"]] = part_path(settings, part)
    return files


def what_it_says(manifest: Manifest) -> str:
    """Digest of what a release says, whoever made it and whenever.

    Tables that say how the rest differs from another release are no part of it (`COMPARED`): the same run again, with
    nothing changed since, would make another.
    """
    said = {name: value for name, value in manifest.items() if name not in UNSEALED}
    said["parts"] = [part for part in manifest["parts"] if part["table"] not in COMPARED]
    return durable.digest(said)


def add(
    settings: Settings,
    audience: str,
    manifest: Manifest,
    *,
    flip: bool,
    database: Database | None = None,
) -> tuple[str, bool]:
    """Write a release and, with `flip`, point readers at it; returns its id and whether it is new.

    Content equal to the current release's makes none: its id comes back. The database is built before the pointer
    flips, so readers never wait: the one given, which may be begun, or one like the current release's. A release that
    nobody is pointed to is read from its parts. Only whoever holds the store's lock may call this.
    """
    content = what_it_says(manifest)
    heads = past.heads(settings.audience(audience))
    known = {head.content: head.release for head in heads}
    current = current_release(settings, audience)
    if content in known and (not flip or known[content] == current):
        path = database_path(settings, audience, known[content])
        if flip and not (path.exists() and digest_path(path).exists()):
            build_database(settings, audience, read_manifest(settings, audience, known[content]))
        return known[content], False
    signer = seals.signer(settings)
    release = _next_id(settings, audience)
    manifest = manifest | {
        "release": release,
        "content": content,
        "previous": {
            "release": heads[-1].release,
            "sha256": durable.file_digest(manifest_path(settings, audience, heads[-1].release)),
        }
        if heads
        else None,
    }
    if flip:
        if database:
            database.finish(manifest)
        else:
            build_database(settings, audience, manifest, current)
    written = seals.sealed(shelved(settings, audience, manifest), signer)
    durable.write_json(manifest_path(settings, audience, release), written)
    if flip:
        point(settings, audience, release)
    return release, True


def shelved(settings: Settings, audience: str, manifest: Manifest) -> Manifest:
    """The manifest as it is written: each text stands once in `texts/`, and the manifest holds its name.

    Its content (`sealed`) is that of the whole manifest, so a text held either way is the same content.
    """
    names = {kind: past.named(manifest[kind]) for kind in past.TEXTS if kind in manifest}
    for kind, held in names.items():
        for name, said in held.items():
            path = past.text_path(settings.audience(audience), said.removeprefix(past.NAME))
            if not path.exists():
                durable.write(path, manifest[kind][name].encode())
    return manifest | names


def point(settings: Settings, audience: str, release: str) -> None:
    """Flip the pointer that readers follow; it names the manifest's digest too."""
    digest = durable.file_digest(manifest_path(settings, audience, release))
    durable.write(settings.audience(audience) / "CURRENT", seals.Pointed(release, digest).line.encode())


def current_release(settings: Settings, audience: str) -> str | None:
    pointed = seals.pointed(settings.audience(audience) / "CURRENT")
    return pointed.release if pointed else None


def head(settings: Settings, audience: str) -> str:
    """The newest release and its manifest's SHA-256: noted elsewhere, it pins all that came before. '' without one."""
    for entry in history(settings, audience)[-1:]:
        path = manifest_path(settings, audience, entry["release"])
        return f"{entry['release']} {durable.file_digest(path)}"
    return ""


def resolve(
    settings: Settings, audience: str, release: str | None = None, *, as_of: date | None = None
) -> str:
    """The id meant by a release's name; None and CURRENT mean the one being read, `as_of` the one that stood that day.

    Raises:
        NoRelease: there is none, none so called, or none had been made by that day.
    """
    folder = settings.audience(audience)
    if as_of is not None:
        return past.on(folder, as_of, settings.now().date()).release
    if release is None or release.upper() == "CURRENT":
        found = current_release(settings, audience)
        if found is None:
            what = (
                "Run `send-audit run` first."
                if audience == "officers"
                else "Run `send-audit publish CURRENT` first."
            )
            raise NoRelease(f"No release for {audience} yet. {what}")
        return found
    if not manifest_path(settings, audience, release).exists():
        raise NoRelease(f"There is no release {release} for {audience}. `send-audit releases` lists them.")
    return release


def manifest_path(settings: Settings, audience: str, release: str) -> Path:
    return past.manifest_path(settings.audience(audience), release)


def read_manifest(settings: Settings, audience: str, release: str | None = None) -> Manifest:
    """The manifest of a release with its texts; see `resolve`."""
    return past.read(settings.audience(audience), resolve(settings, audience, release))


def history(settings: Settings, audience: str) -> list[Manifest]:
    """Every release's manifest with its texts, oldest first. `past.heads` says less and is quicker."""
    folder = settings.audience(audience)
    return [past.read(folder, head.release) for head in past.heads(folder)]


def keep_text(settings: Settings, path: Path) -> str:
    """Keep a text that a release is made with, under its SHA-256, which is returned; the same text is kept once."""
    digest = durable.file_digest(path)
    kept = text_path(settings, digest)
    if not kept.exists():
        durable.write(kept, path.read_bytes())
    return digest


def text_path(settings: Settings, sha256: str) -> Path:
    return settings.records / "texts" / sha256


def _next_id(settings: Settings, audience: str) -> str:
    today = settings.now().date().isoformat()
    found = (settings.audience(audience) / "releases").glob(f"{today}.*.json")
    numbers = [past.order(path.stem)[1] for path in found]
    return f"{today}.{max(numbers, default=0) + 1}"


def database_path(settings: Settings, audience: str, release: str) -> Path:
    return settings.audience(audience) / "databases" / f"{release}.duckdb"


class Database:
    """The database of a release that is being made, written by a process of its own, which starts at once.

    Figures that are the same in the release `like` are taken over from its database, where that is worth it and safe.
    """

    def __init__(self, settings: Settings, audience: str, like: str | None = None) -> None:
        self._settings, self._audience, self._like = settings, audience, like
        self._writer = databases.Writer(settings.audience(audience))
        self._aside = ThreadPoolExecutor(1)
        self._begun: Future[Path] | None = None

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self._aside.shutdown()
        self._writer.close()

    def begin(self, manifest: Manifest) -> None:
        """Write, meanwhile, the figures: most of a database, and the first to be known. Of the manifest this asks
        `parts`, `code_version` and the `erasures` of its `chain`.
        """
        self._begun = self._aside.submit(self._made, manifest, self._like, "figures")

    def finish(self, manifest: Manifest) -> Path:
        """Write all else, and put the file into place."""
        if self._begun:
            made = self._begun.result()
            self._writer.write(made, manifest, "other tables")
        else:
            made = self._made(manifest, self._like, "figures", "other tables")
        final = database_path(self._settings, self._audience, manifest["release"])
        # A database without its digest is one that was cut short, or came from an earlier version of the program.
        digest_path(final).unlink(missing_ok=True)
        digest = durable.file_digest(made)
        durable.place_file(made, final)
        durable.write(digest_path(final), f"{digest}\n".encode())
        return final

    def _made(self, manifest: Manifest, like: str | None, *steps: databases.Step) -> Path:
        durable.private_folder(self._settings.work)
        made = self._settings.work / f"database-{secrets.token_hex(4)}.duckdb"
        before = _like(self._settings, self._audience, manifest, like) if like else None
        if before:
            shutil.copyfile(database_path(self._settings, self._audience, before["release"]), made)
        if self._writer.write(made, manifest, *steps, like=before):
            return made
        made.unlink()
        return self._made(manifest, None, *steps)


def build_database(settings: Settings, audience: str, manifest: Manifest, like: str | None = None) -> Path:
    """The release as a DuckDB file, from its parts of this audience's own store; for `like`, see `Database`."""
    with Database(settings, audience, like) as database:
        return database.finish(manifest)


def _like(settings: Settings, audience: str, manifest: Manifest, release: str) -> Manifest | None:
    """The manifest of a release whose database another one may begin as; None where that is no help or not safe.

    That is: most figures are in other parts, another program made it, something was erased since, or it is missing or
    damaged. A public one never is: what was deleted from a file may still lie in it.
    """
    before = read_manifest(settings, audience, release)
    was, now = past.figure_parts(before), past.figure_parts(manifest)
    is_worth_it = sum(now[part] for part in now.keys() & was.keys()) > sum(now.values()) / 2
    is_safe = before["code_version"] == manifest["code_version"] and _erasures(before) == _erasures(manifest)
    path = database_path(settings, audience, release)
    return before if audience == "officers" and is_worth_it and is_safe and _is_undamaged(path) else None


def _is_undamaged(database: Path) -> bool:
    beside = digest_path(database)
    return (
        database.exists()
        and beside.exists()
        and beside.read_text(encoding="utf-8").strip() == durable.file_digest(database)
    )


def digest_path(database: Path) -> Path:
    """Where the digest of a database's bytes stands."""
    return database.with_suffix(".sha256")


def open_database(settings: Settings, audience: str, release: str | None = None) -> Path:
    """The path of a release's database; where it was pruned, of one of views on its parts, for as long as this process
    lives. Takes no lock and writes nothing in the store.
    """
    release = resolve(settings, audience, release)
    path = database_path(settings, audience, release)
    if path.exists():
        return path
    made = _own_folder() / f"{durable.digest(str(path))[:16]}.duckdb"
    if not made.exists():
        aside = made.with_name(f"{secrets.token_hex(4)}.duckdb")
        with databases.Writer(settings.audience(audience)) as writer:
            writer.write(aside, read_manifest(settings, audience, release), "views")
        os.replace(aside, made)
    return made


@functools.cache
def _own_folder() -> Path:
    """A private folder of this process, gone when it ends."""
    folder = Path(tempfile.mkdtemp(prefix="send-audit-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def open_release(
    settings: Settings, audience: str = "officers", release: str | None = None
) -> dict[str, pd.DataFrame]:
    """A release's tables as DataFrames, for an analyst's notebook."""
    manifest = read_manifest(settings, audience, release)
    with duckdb.connect() as con:
        past.fill(con, settings.audience(audience), manifest, copied=False)
        tables = [name for (name,) in con.execute("SHOW TABLES").fetchall()]
        return {name: con.table(name).df() for name in tables}


def prune(settings: Settings, audience: str, keep: int = 3, spare_seconds: float = 600) -> list[Path]:
    """Remove databases of all but the newest releases; they are read from their parts when opened. Returns what was
    removed. One made within `spare_seconds` stays, as somebody may be about to open it.

    One from before an erasure goes at once: a later release may have written a part anew from which rows were erased.
    So does one without its digest, from version 0.1.0: the process that wrote it had read files (`databases`).
    """
    current = current_release(settings, audience)
    made = [head.release for head in past.heads(settings.audience(audience))]
    kept = {*made[-keep:], current}
    known = {
        release: _erasures(read_manifest(settings, audience, release)) if release else {} for release in kept
    }
    outdated = {release for release in kept if known[release] != known[current]}
    young = time.time() - spare_seconds
    gone = []
    for path in (settings.audience(audience) / "databases").glob("*.duckdb"):
        is_kept = path.stem in kept or path.stat().st_mtime > young
        if not is_kept or path.stem in outdated or not digest_path(path).exists():
            with contextlib.suppress(OSError):  # Windows keeps a file that a reader has open
                path.unlink()
                digest_path(path).unlink(missing_ok=True)
                gone.append(path)
    return gone


def _erasures(manifest: Manifest) -> Mapping[str, str]:
    """The newest erasure that a release was made after; empty where there was none."""
    return dict((manifest.get("chain") or {}).get("erasures", {}))


def table_of(
    con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]
) -> str:
    """TEMP TABLE `name` of given DuckDB types from Python rows (small tables only); returns its name."""
    import pyarrow as pa  # here, because `send-audit figure` reads releases and needs to be quick

    held = list(rows)
    arrays = {column: pa.array([row[n] for row in held]) for n, column in enumerate(columns)}
    con.register("rows_given", pa.table(arrays))
    typed = ", ".join(f"{quote(column)}::{kind} AS {quote(column)}" for column, kind in columns.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {typed} FROM rows_given")
    con.unregister("rows_given")
    return name


def text(value: object) -> str:
    """A SQL text, such as a path (which may have an apostrophe in it)."""
    return "'" + str(value).replace("'", "''") + "'"


def quote(name: str) -> str:
    return f'"{name}"'
