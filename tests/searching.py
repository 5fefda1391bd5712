"""Looking for something in every file of a folder, inside containers and tables too: a helper of tests, not a test."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb


def found_in(folder: Path, needles: Iterable[str | bytes | int]) -> dict[str, set[str]]:
    """Path within the folder -> which of the needles are in it: texts, bytes, and whole numbers in tables."""
    wanted = list(needles)
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            contents = list(_contents(path))
            hits = {str(one) for one in wanted if any(_holds(held, one) for held in contents)}
            if hits:
                found[path.relative_to(folder).as_posix()] = hits
    return found


def _holds(held: bytes | set[str], needle: str | bytes | int) -> bool:
    if isinstance(held, set):
        return str(needle) in held if isinstance(needle, int) else False
    if isinstance(needle, int):
        return needle.to_bytes(8, "little") in held
    return (needle if isinstance(needle, bytes) else needle.encode()) in held


def _contents(path: Path) -> Iterator[bytes | set[str]]:
    """A file's bytes, those of what is packed in it, and the cells of tables."""
    yield from _unpacked(path.read_bytes())
    if path.suffix == ".parquet":
        with duckdb.connect() as con:
            yield from _cells(con, f"read_parquet('{path}')")
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as con:
            for (table,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                yield from _cells(con, f'"{table}"')


def _cells(con: duckdb.DuckDBPyConnection, source: str) -> Iterator[bytes | set[str]]:
    rows = con.execute(f"SELECT COLUMNS(*)::VARCHAR FROM {source}").fetchall()
    cells = {cell for row in rows for cell in row if cell}
    yield cells
    yield "\n".join(cells).encode()


def _unpacked(content: bytes) -> Iterator[bytes]:
    yield content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from _unpacked(archive.read(name))
