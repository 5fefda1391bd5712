"""One run's work, from its first step to its last, under the one lock of the store.

Belongs here: what a run holds between steps, and doing each step once and in order whatever Dagster was asked for.
Does not belong here: the steps (`pipelines.run`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from pipelines import durable, run
from pipelines.orchestration import faults
from pipelines.progress import Progress, quiet
from pipelines.run import Work
from pipelines.settings import Settings

T = TypeVar("T")
STEPS: Sequence[Callable[[Work], None]] = (run.take_in, run.count, run.release)


@dataclass
class Session:
    """A run in this process. The first step opens it, so that waiting for the lock can be tried again."""

    settings: Settings
    progress: Progress = quiet
    as_of: date | None = None
    patient: bool = True
    """Try again later what ends by itself. At a command line somebody can decide that better."""
    problem: BaseException | None = None
    """What stopped the run, for whoever started it here."""
    work: Work | None = None
    done: int = 0
    """How many of `STEPS` are done."""
    _lock: ExitStack = field(default_factory=ExitStack)
    _locked: bool = False

    def open(self) -> Work:
        """What the run works on, with the store's lock taken.

        Raises:
            durable.StoreBusy: another run holds the lock.
        """
        if not self._locked:
            self._lock.enter_context(durable.store_lock(self.settings.store))
            self._locked = True
        if self.work is None:
            self.work = run.begin(self.settings, as_of=self.as_of, progress=self.progress)
        return self.work

    def up_to(self, last: Callable[[Work], None]) -> Work:
        """Do those steps up to this one that are not done: somebody may have asked Dagster for the release alone."""
        work = self.open()
        while self.done <= STEPS.index(last):
            STEPS[self.done](work)
            self.done += 1
        return work

    def close(self) -> None:
        """Let the lock go."""
        self._lock.close()

    def note(self, problem: BaseException) -> None:
        self.problem = problem


def within(context: Any, do: Callable[[Session], T]) -> T:
    """What `do` gives in the session of a Dagster step; see `faults.safely` for what it raises."""
    mine: Session = context.resources.session
    tries_left = faults.TRIES_MORE - context.op_execution_context.retry_number if mine.patient else 0
    return faults.safely(lambda: do(mine), tries_left=tries_left, noted=mine.note)
