"""Writing so that a crash at any moment loses nothing: aside, flushed, then renamed into place whole.

Belongs here: every write that must last, and the lock that keeps two writers apart.
Does not belong here: what is written.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

PARQUET = "FORMAT parquet, COMPRESSION zstd, DICTIONARY_SIZE_LIMIT 1000"
"""How rows that last are written: long dictionaries take more room than they save, and longer to make."""


class StoreBusy(RuntimeError):
    """Another run holds the store's lock."""


@contextmanager
def store_lock(store: Path, wait_seconds: float = 600) -> Iterator[None]:
    """Hold the store: command line, sensor and schedules all take this one lock.

    Raises:
        StoreBusy: somebody else held it for the whole wait.
    """
    store.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(store / "LOCK", timeout=wait_seconds):
            yield
    except Timeout:
        raise StoreBusy(
            f"Another run has been using the store for {wait_seconds:.0f} seconds. Wait for it to end, or look for it "
            "in Dagster's list of runs."
        ) from None


def private_folder(path: Path) -> Path:
    """The folder, made where it is missing; readable by its owner alone."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def sync_folder(folder: Path) -> None:
    """Flush a folder's list of names to the disk (Windows keeps it itself)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Flush a file that somebody else (DuckDB, a workbook writer) wrote."""
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


def write(path: Path, content: bytes) -> None:
    """Put `content` at `path`, whole or not at all, replacing what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.parent / f".{path.name}.{secrets.token_hex(4)}.tmp"
    try:
        with aside.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_json(path: Path, content: Any) -> None:
    """`write` for JSON: sorted keys, so that the same content has the same bytes."""
    write(path, canonical(content))


def canonical(content: Any) -> bytes:
    """JSON whose bytes depend on the content alone; dates in ISO form."""
    return (json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False, default=str) + "\n").encode()


def digest(content: Any) -> str:
    """SHA-256 (hex) of `canonical(content)`."""
    return hashlib.sha256(canonical(content)).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def place_file(made: Path, final: Path) -> None:
    """Move a finished file into place; one that is there already has the same content and stays."""
    sync_file(made)
    final.parent.mkdir(parents=True, exist_ok=True)
    os.replace(made, final)
    sync_folder(final.parent)


def place_folder(made: Path, final: Path) -> None:
    """Move a finished folder into place whole; one that is there already has the same content and stays."""
    if final.exists():
        shutil.rmtree(made)
        return
    for file in made.rglob("*"):
        if file.is_file():
            sync_file(file)
    sync_folder(made)
    final.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(made, final)
    except OSError:
        if not final.exists():
            raise
        shutil.rmtree(made)  # another file of the same content came first
    sync_folder(final.parent)


def sweep(work: Path) -> Path:
    """The empty work folder; what a killed run left in it is gone."""
    shutil.rmtree(work, ignore_errors=True)
    return private_folder(work)
