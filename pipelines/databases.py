"""DuckDB files, written by a process of its own that has read nothing but one audience's folder of the store.

DuckDB does not clear the memory that it writes into the gaps of a file (its issue 23382), so there lies what the
process had read before. In a run that would be pieces of children's records, in a publication of officers' figures.

Belongs here: starting that process, and what it does. Does not belong here: what a release's tables hold (`past`),
where a database lies and when it is made (`releases`).
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import duckdb

from pipelines import past

Step = Literal["figures", "other tables", "views"]
"""A release's figures (`past.begin`); its other tables (`past.fill`); or all of them as views of its parts."""
HOME = Path(__file__).resolve().parent.parent


class NotWritten(RuntimeError):
    """A database could not be written; the message says what to do."""


class Writer:
    """The process: it starts at once, writes what it is asked to, one thing after another, and ends with `close`."""

    def __init__(self, folder: Path) -> None:
        """One that reads an audience's `folder` of the store."""
        self._folder = str(folder.resolve())
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=HOME,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what DuckDB says may quote a value
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):  # where it was killed, nobody reads what was still to be said
            self._process.communicate()

    def write(
        self, database: Path, manifest: past.Manifest, *steps: Step, like: past.Manifest | None = None
    ) -> bool:
        """Write tables of a release into a file, which is made where there is none.

        Returns False where the file held the tables of the release `like`, and its figures are not all there now.

        Raises:
            NotWritten: the other process could not do it. Its file may be there in part.
        """
        asked = {
            "database": str(database.resolve()), "folder": self._folder, "manifest": manifest, "like": like,
            "steps": steps,
        }  # fmt: skip
        said = self._answer(json.dumps(asked, default=str).encode())
        if "problem" in said:
            raise NotWritten(
                f"A release's database could not be written ({said['problem']}). Look whether the disk has room and "
                "the machine has memory left, then do the same again; what was recorded before stands."
            )
        return bool(said["is_whole"])

    def _answer(self, asked: bytes) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        try:
            self._process.stdin.write(asked + b"\n")
            self._process.stdin.flush()
            return dict(json.loads(self._process.stdout.readline()))
        except (OSError, ValueError):
            return {"problem": f"it ended with {self._process.wait()}"}


def _written(
    database: str,
    folder: str,
    manifest: past.Manifest,
    like: past.Manifest | None,
    steps: Sequence[Step],
) -> bool:
    with duckdb.connect(database) as con:
        if "figures" in steps:
            past.begin(con, Path(folder), manifest, like=like)
            if like and not past.holds_its_figures(con, manifest):
                return False
        if "other tables" in steps:
            past.fill(con, Path(folder), manifest)
        if "views" in steps:
            past.fill(con, Path(folder), manifest, copied=False)
    return True


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"is_whole": _written(**asked)}
    except Exception as problem:
        return {"problem": type(problem).__name__}


if __name__ == "__main__":
    for line in sys.stdin.buffer:
        print(json.dumps(_answer(json.loads(line))), flush=True)
