"""How long work tells how far it is.

Belongs here: what such work calls, and its silence. Does not belong here: bars on a terminal (`commands.console`).
"""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done and how much there is."""


def quiet(what: str, done: int, of: int) -> None:
    """No progress shown."""
