"""One run's work, from its first step to its last, under the one lock of the store.

Belongs here: what a run holds between steps, and doing each step once and in order whatever Dagster was asked for.
Does not belong here: the steps (`pipelines.run`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipelines import contracts, durable, partitions, releases, run
from pipelines.contracts import Catalogue
from pipelines.intake import key as keys
from pipelines.intake.receive import Checked
from pipelines.partitions import Progress
from pipelines.settings import Settings


@dataclass
class Session:
    """A run in this process. The first step opens it, so that waiting for the lock can be tried again."""

    settings: Settings
    progress: Progress = run.quiet
    as_of: date | None = None
    problem: Exception | None = None
    """What stopped the run, for whoever started it here."""
    done: int = 0
    """How many of `STEPS` are done."""
    _work: Work | None = None
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
        if self._work is None:
            self._work = begin(self.settings, as_of=self.as_of, progress=self.progress)
        return self._work

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

    def note(self, problem: Exception) -> None:
        self.problem = problem


@dataclass
class Work:
    """What the steps of a run hand on."""

    settings: Settings
    catalogue: Catalogue
    key: keys.Key
    as_of: date | None = None
    progress: Progress = run.quiet
    outcome: run.Outcome = field(default_factory=run.Outcome)
    held: list[Checked] = field(default_factory=list)
    councils: dict[str, dict[str, Any]] = field(default_factory=dict)
    manifest: releases.Manifest = field(default_factory=dict)


def begin(settings: Settings, *, as_of: date | None = None, progress: Progress = run.quiet) -> Work:
    """Contracts, lists and the key, with what a killed run left swept away. The caller holds the store's lock."""
    durable.sweep(settings.work)
    catalogue = contracts.load(settings)
    key = keys.load(settings)
    outcome = run.Outcome(key_made=settings.key_file if key.made_now else None)
    return Work(settings, catalogue, key, as_of, progress, outcome)


def take_in(work: Work) -> None:
    """Receive what is in the inbox; judge all that is held."""
    if work.as_of is None:
        run.receive_inbox(work.settings, work.catalogue, work.key, work.outcome, work.progress)
    work.held = run.checked_deliveries(work.settings, work.catalogue, work.key, work.as_of, work.progress)
    work.outcome.refused = [delivery for delivery in work.outcome.received if delivery.refused]


def count(work: Work) -> None:
    """Facts, counts, figures and charts of the councils where something changed."""
    work.councils, work.outcome.rebuilt = partitions.build(
        work.settings, work.catalogue, work.key, work.held, work.progress
    )


def release(work: Work) -> None:
    """Write the release, point officers at it, and report back to suppliers."""
    settings, catalogue, held, as_of = work.settings, work.catalogue, work.held, work.as_of
    stands, links = partitions.standing(work.councils, partitions.held_by_council(catalogue, held))
    work.progress("Writing the release", 0, 1)
    work.manifest = run.make_manifest(settings, catalogue, held, work.councils, stands, links, as_of)
    work.outcome.release, work.outcome.is_new = releases.add(settings, "officers", work.manifest, flip=as_of is None)
    work.progress("Writing the release", 1, 1)
    work.outcome.reports = run.write_reports(settings, catalogue, held, work.outcome.received, links)
    durable.sweep(settings.work)


STEPS: Sequence[Callable[[Work], None]] = (take_in, count, release)
