"""What tells a file apart from another of the same name, so that what was found out of it stands while it stays.

Belongs here: the stamp. Does not belong here: what is remembered by it (whoever found it out).
"""

from __future__ import annotations

from pathlib import Path

Stamp = tuple[int, int, int, int]
"""When its bytes and what is said of it last changed, its number on the disk, its size."""


def stamp_of(path: Path) -> Stamp:
    found = path.stat()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size
