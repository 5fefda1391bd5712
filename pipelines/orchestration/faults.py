"""What may be told of a failure, and what may be tried again.

Belongs here: turning any exception into one that Dagster may store. Its history is read in a browser and kept for
years, so it gets the program's own messages, which never quote a value, and of everything else the kind and the place.
Does not belong here: the messages themselves (with what raises them).
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from typing import TypeVar

import dagster as dg

from pipelines import durable

T = TypeVar("T")
PASSING = (durable.StoreBusy, PermissionError, TimeoutError)
"""What ends by itself: a lock, a file that a virus scanner or a spreadsheet holds open. Anything else fails at once."""
TRIES_MORE = 3
PAUSE_SECONDS = 60


class Stopped(RuntimeError):
    """A run ended for a reason that has no message of its own; says what kind it was and where, never about what."""


def is_own(problem: BaseException) -> bool:
    """Whether the exception is one of the program's own, whose message names no value."""
    return type(problem).__module__.partition(".")[0] in ("pipelines", "dashboard")


def told(problem: BaseException) -> str:
    """What may be shown and stored of an exception."""
    if is_own(problem):
        return str(problem)
    kind = type(problem).__name__
    if isinstance(problem, OSError) and problem.errno:
        kind += f" ({os.strerror(problem.errno)})"  # the system's own words, not the exception's
    return (
        f"The work stopped with {kind} at {place(problem)}. The last release stands and nothing is lost. Run again; if "
        "it stops again, send this line to the maintainers."
    )


def place(problem: BaseException) -> str:
    """module:line of the program's innermost line that was being done."""
    frames = [
        (frame.f_globals.get("__name__", "?"), line)
        for frame, line in traceback.walk_tb(problem.__traceback__)
        if not frame.f_globals.get("__name__", "").startswith(__package__ or "")
    ]
    own = [found for found in frames if found[0].startswith("pipelines.")]
    module, line = (own or frames or [("pipelines.orchestration", 0)])[-1]
    return f"{module}:{line}"


def safely(do: Callable[[], T], *, tries_left: int, noted: Callable[[BaseException], None]) -> T:
    """What `do` gives. An exception of any kind leaves as one that Dagster may store.

    Args:
        noted: is handed the exception itself, for whoever started the run in this process.

    Raises:
        dg.RetryRequested: the trouble is one of `PASSING` and there are tries left.
        dg.Failure: anything else went wrong.
    """
    try:
        return do()
    except BaseException as problem:
        noted(problem)
        if not isinstance(problem, Exception):
            raise  # somebody stopped the run
        text, passing = told(problem), isinstance(problem, PASSING)
    # Raised out here, where the exception is no longer being handled: Dagster stores what an exception came from.
    if passing and tries_left > 0:
        raise dg.RetryRequested(max_retries=TRIES_MORE, seconds_to_wait=PAUSE_SECONDS)
    raise dg.Failure(description=text, allow_retries=False)
