"""Releases: written once, never changed; pointers that flip; databases that can always be rebuilt.

Belongs here: parts, manifests, the chain of releases and publications, pointers, databases, pruning, opening.
Does not belong here: what is in a part (`run`, `measures`), or who may see it (`publish` asks `disclosure`).

    store/<audience>/parts/<sha256>.parquet        content-addressed; shared by releases
    store/<audience>/releases/<release>.json       the manifest
    store/<audience>/databases/<release>.duckdb    built from the parts; may be removed at any time
    store/<audience>/CURRENT                       one line: the release that is read
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines import durable
from pipelines.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

Manifest = dict[str, Any]
UNSEALED = (
    "release", "made_at", "as_of", "previous", "compared_with", "content", "note", "by", "officers_release",
)  # fmt: skip
"""Parts of a manifest that say when and by whom, not what: two releases that differ only there are the same content."""


COMPARED = ("changes", "restated")
"""Tables of a release that compare it with the release that was read before."""


class NoRelease(LookupError):
    """There is no such release, or none yet; the message says what to do."""


@dataclass(frozen=True)
class Part:
    """One Parquet file of a release: a table's rows for one council, or all of them where council is ''."""

    table: str
    council: str
    sha256: str
    rows: int
    bytes: int
    zone: str
    """records | officers | public: the store that holds it."""


def write_part(
    con: duckdb.DuckDBPyConnection, settings: Settings, zone: str, table: str, council: str, query: str
) -> Part:
    """Write a query's rows (already in a fixed order) as a content-addressed part."""
    made = settings.work / f"part-{secrets.token_hex(4)}.parquet"
    con.execute(f"COPY ({query}) TO {text(made)} (FORMAT parquet, COMPRESSION zstd)")
    [(rows,)] = con.execute(f"SELECT num_rows FROM parquet_file_metadata({text(made)})").fetchall()
    digest, size = durable.file_digest(made), made.stat().st_size
    durable.place_file(made, settings.store / zone / "parts" / f"{digest}.parquet")
    return Part(table, council, digest, int(rows), size, zone)


def part_path(settings: Settings, part: Mapping[str, Any]) -> Path:
    return settings.store / part["zone"] / "parts" / f"{part['sha256']}.parquet"


def files_of(settings: Settings, parts: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Path]]:
    """Table -> digest of a part -> its file."""
    files: dict[str, dict[str, Path]] = {}
    for part in parts:
        files.setdefault(part["table"], {})[part["sha256"]] = part_path(settings, part)
    return files


def sealed(manifest: Manifest) -> str:
    """Digest of what a release says, whoever made it and whenever.

    Tables that say how the rest differs from another release are no part of it (`COMPARED`): the same run again, with
    nothing changed since, would make another.
    """
    said = {name: value for name, value in manifest.items() if name not in UNSEALED}
    said["parts"] = [part for part in manifest["parts"] if part["table"] not in COMPARED]
    return durable.digest(said)


def add(settings: Settings, audience: str, manifest: Manifest, *, flip: bool) -> tuple[str, bool]:
    """Write a release and, with `flip`, point readers at it; returns its id and whether it is new.

    Content equal to the current release's makes none: its id comes back. The database is built before the pointer
    flips, so readers never wait. Only whoever holds the store's lock may call this.
    """
    content = sealed(manifest)
    known = {entry["content"]: entry["release"] for entry in history(settings, audience)}
    current = current_release(settings, audience)
    if content in known and (not flip or known[content] == current):
        return known[content], False
    newest = list(history(settings, audience))[-1:]
    release = _next_id(settings, audience)
    manifest = manifest | {
        "release": release,
        "content": content,
        "previous": {
            "release": newest[0]["release"],
            "sha256": durable.file_digest(manifest_path(settings, audience, newest[0]["release"])),
        }
        if newest
        else None,
    }
    build_database(settings, audience, manifest)
    durable.write_json(manifest_path(settings, audience, release), manifest)
    if flip:
        point(settings, audience, release)
    return release, True


def point(settings: Settings, audience: str, release: str) -> None:
    """Flip the pointer that readers follow."""
    durable.write(settings.audience(audience) / "CURRENT", f"{release}\n".encode())


def current_release(settings: Settings, audience: str) -> str | None:
    pointer = settings.audience(audience) / "CURRENT"
    return pointer.read_text(encoding="utf-8").strip() if pointer.exists() else None


def resolve(settings: Settings, audience: str, release: str | None = None) -> str:
    """The id meant by a release's name; None and CURRENT mean the one being read.

    Raises:
        NoRelease: there is none, or none so called.
    """
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
    return settings.audience(audience) / "releases" / f"{release}.json"


def read_manifest(settings: Settings, audience: str, release: str | None = None) -> Manifest:
    """The manifest of a release; see `resolve`."""
    path = manifest_path(settings, audience, resolve(settings, audience, release))
    return json.loads(path.read_text(encoding="utf-8"))


def history(settings: Settings, audience: str) -> list[Manifest]:
    """Every release's manifest, oldest first."""
    paths = (settings.audience(audience) / "releases").glob("*.json")
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(paths, key=_by_id)]


def _by_id(path: Path) -> tuple[str, int]:
    day, _, number = path.stem.rpartition(".")
    return day, int(number)


def _next_id(settings: Settings, audience: str) -> str:
    today = settings.now().date().isoformat()
    numbers = [_by_id(path)[1] for path in (settings.audience(audience) / "releases").glob(f"{today}.*.json")]
    return f"{today}.{max(numbers, default=0) + 1}"


def database_path(settings: Settings, audience: str, release: str) -> Path:
    return settings.audience(audience) / "databases" / f"{release}.duckdb"


def build_database(settings: Settings, audience: str, manifest: Manifest) -> Path:
    """The release as a DuckDB file, from its parts of this audience's own store."""
    final = database_path(settings, audience, manifest["release"])
    durable.private_folder(settings.work)
    made = settings.work / f"database-{secrets.token_hex(4)}.duckdb"
    with duckdb.connect(str(made)) as con:
        con.execute(
            """CREATE TABLE release AS SELECT $release AS release, $audience AS audience,
            $made_at::TIMESTAMP AS made_at, $as_of::DATE AS as_of, $demonstration::BOOLEAN AS demonstration,
            $previous::VARCHAR AS previous, $compared_with::VARCHAR AS compared_with, $note::VARCHAR AS note,
            $code_version AS code_version""",
            {
                **{
                    name: manifest.get(name)
                    for name in (
                        "release",
                        "made_at",
                        "as_of",
                        "demonstration",
                        "compared_with",
                        "note",
                        "code_version",
                    )
                },
                "audience": audience,
                "previous": (manifest["previous"] or {}).get("release"),
            },
        )
        _tell_of_the_past(con, settings, audience, manifest)
        own = dict.fromkeys(part["table"] for part in manifest["parts"] if part["zone"] == audience)
        for table in (name for name in own if name != "restated"):
            files = [str(part_path(settings, part)) for part in manifest["parts"] if part["table"] == table]
            con.execute(
                f"CREATE TABLE {table} AS SELECT * FROM read_parquet($files, union_by_name = true)",
                {"files": files},
            )
    durable.place_file(made, final)
    return final


def _tell_of_the_past(
    con: duckdb.DuckDBPyConnection, settings: Settings, audience: str, manifest: Manifest
) -> None:
    """Tables of this release and those before it: `releases`, `measure_versions`, each with its first release, and
    `restated`, with the release that restated (`release`) and the one that was read before (`previous_release`)."""
    this = _by_id(Path(f"{manifest['release']}.json"))
    before = [
        entry for entry in history(settings, audience) if _by_id(Path(f"{entry['release']}.json")) < this
    ]
    _restated(con, settings, [*before, manifest])
    made: list[list[Any]] = []
    versions: dict[tuple[str, str], list[Any]] = {}
    seen: set[int] = set()
    for entry in [*before, manifest]:
        numbers = {delivery["number"] for delivery in entry.get("deliveries") or []}
        made.append(
            [
                *(str(entry[name]) for name in ("release", "made_at", "as_of")),
                len(numbers),
                len(numbers - seen),
                entry.get("by"),
                entry.get("note"),
            ]
        )
        seen |= numbers
        for measure, text in (entry.get("definitions") or {}).items():
            found = re.search(r"^version:\s*[\"']?([^\s\"']+)", text, re.MULTILINE)
            version = found.group(1) if found else ""
            first = [measure, version, entry["release"], str(entry["made_at"])]
            versions.setdefault((measure, version), first)
    words = dict.fromkeys(
        ("release", "made_at", "as_of", "deliveries", "new_deliveries", "by", "note"), "VARCHAR"
    )
    kinds = {"made_at": "TIMESTAMP", "as_of": "DATE", "deliveries": "INTEGER", "new_deliveries": "INTEGER"}
    con.execute(f"CREATE TABLE releases AS SELECT * FROM {table_of(con, 'past', words | kinds, made)}")
    words = {"measure": "VARCHAR", "version": "VARCHAR", "release": "VARCHAR", "made_at": "TIMESTAMP"}
    con.execute(
        f"CREATE TABLE measure_versions AS SELECT * FROM {table_of(con, 'past', words, versions.values())}"
    )


def _restated(con: duckdb.DuckDBPyConnection, settings: Settings, entries: Sequence[Manifest]) -> None:
    """Table `restated` of several releases, oldest first; none where no release has it (they are older than it)."""
    held = [
        f"SELECT {place} AS place, {text(entry['release'])} AS release, {text(entry['compared_with'])} AS "
        f"previous_release, * FROM read_parquet({text(part_path(settings, part))})"
        for place, entry in enumerate(entries)
        for part in entry["parts"]
        if part["table"] == "restated" and part["rows"]
    ]
    told = [part for entry in entries for part in entry["parts"] if part["table"] == "restated"]
    if told and not held:
        empty = text(part_path(settings, told[-1]))
        held = [f"SELECT 0 AS place, '' AS release, '' AS previous_release, * FROM read_parquet({empty})"]
    if held:
        con.execute(f"CREATE TABLE restated AS {' UNION ALL BY NAME '.join(held)} ORDER BY place")


def open_database(settings: Settings, audience: str, release: str | None = None) -> Path:
    """The path of a release's database, rebuilt from its parts where it was pruned."""
    release = resolve(settings, audience, release)
    path = database_path(settings, audience, release)
    if not path.exists():
        with durable.store_lock(settings.store):
            build_database(settings, audience, read_manifest(settings, audience, release))
    return path


def open_release(
    settings: Settings, audience: str = "officers", release: str | None = None
) -> dict[str, pd.DataFrame]:
    """A release's tables as DataFrames, for an analyst's notebook."""
    with duckdb.connect(str(open_database(settings, audience, release)), read_only=True) as con:
        tables = [
            name for (name,) in con.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
        ]
        return {name: con.table(name).df() for name in tables}


def prune(settings: Settings, audience: str, keep: int = 3) -> list[Path]:
    """Remove databases of all but the newest releases; they are rebuilt when opened. Returns what was removed."""
    kept = {entry["release"] for entry in history(settings, audience)[-keep:]} | {
        current_release(settings, audience)
    }
    gone = [
        path for path in (settings.audience(audience) / "databases").glob("*.duckdb") if path.stem not in kept
    ]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


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
