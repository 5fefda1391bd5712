"""The most memory that a process and those that it starts held at one time.

Belongs here: looking at processes from outside. Does not belong here: what they do.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

PROCESSES = Path("/proc")
BETWEEN_LOOKS = 0.05
"""Seconds."""


def most_megabytes(process: subprocess.Popen[str]) -> float:
    """Watches until the process ends. Memory that two of them share counts twice. 0 where there is no `/proc`."""
    most = 0
    while process.poll() is None:
        most = max(most, sum(map(_kilobytes, _with_children(process.pid))))
        time.sleep(BETWEEN_LOOKS)
    return most / 1024


def _with_children(process: int) -> Iterator[int]:
    yield process
    for task in PROCESSES.glob(f"{process}/task/*/children"):
        for child in _read(task).split():
            yield from _with_children(int(child))


def _kilobytes(process: int) -> int:
    told = dict(line.split(":", 1) for line in _read(PROCESSES / str(process) / "status").splitlines())
    return int(told.get("VmRSS", "0 kB").split()[0])


def _read(path: Path) -> str:
    """A file of the system; '' where the process has ended meanwhile."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
