"""Where Dagster keeps what ran, and how it is set.

Belongs here: the folder, its `dagster.yaml`, the instance that opens it, and closing the record of runs that died.
Does not belong here: what is recorded (`assets`, `again`).

    store/records/dagster/           DAGSTER_HOME: dagster.yaml, the history (SQLite)
    store/records/dagster/live/      one locked file for each run that is going
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from dagster._core.storage.schedules.sqlite import sqlite_schedule_storage
from filelock import FileLock, Timeout
from sqlalchemy import Engine, NullPool, Pool, QueuePool, event

from pipelines import durable
from pipelines.settings import Settings

CONFIG = """\
# Written by SEND Audit where it is missing; yours to edit.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1 # the store has one lock: others wait in the queue, not at the lock
run_monitoring:
  enabled: true # a run whose process never started leaves the queue after three minutes, one that hangs after a day
  max_runtime_seconds: 86400
compute_logs: # what libraries print is not kept: it could quote a row
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
python_logs: # to the terminal; the history has every event whatever is set here
  python_log_level: WARNING
retention:
  sensor:
    purge_after_days: {skipped: 2, success: 365, failure: 365, started: 30}
"""


@event.listens_for(Engine, "connect")
def _flush_less(connection: object, _: object) -> None:
    """Let SQLite flush the history at its checkpoints only, not at each of a run's several hundred events.

    Its write-ahead log keeps the file whole. A power cut can lose the last events, on which no figure rests.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = NORMAL")


class _StaysOpen(QueuePool):
    """Connections that Dagster cannot let go of, as it does after every event: `kept_open` closes them."""

    def dispose(self) -> None: ...

    def recreate(self) -> _StaysOpen:
        return self

    def close(self) -> None:
        super().dispose()


_pools: list[type[Pool]] = [NullPool]
_engines: dict[tuple[str, type[Pool]], Engine] = {}


def _kept(make: Callable[..., Engine]) -> Callable[..., Engine]:
    """An engine for each SQLite file, where Dagster makes one for every event and so compiles its statements anew."""

    def engine(file: str, **how: object) -> Engine:
        pool = _pools[-1]
        if (file, pool) not in _engines:
            _engines[file, pool] = make(file, **how | {"poolclass": pool})
        return _engines[file, pool]

    return engine


sqlite_event_log.create_engine = _kept(sqlite_event_log.create_engine)
sqlite_run_storage.create_engine = _kept(sqlite_run_storage.create_engine)
sqlite_schedule_storage.create_engine = _kept(sqlite_schedule_storage.create_engine)


def _asked_until_yes(ask: Callable[..., bool]) -> Callable[..., bool]:
    """A question about the tables of a history, which Dagster asks of every event: what is there stays there."""

    @functools.wraps(ask)
    def answer(storage: object, *about: object) -> bool:
        there = vars(storage).setdefault("_there", set())
        if (ask.__name__, about[-1]) not in there:
            if not ask(storage, *about):
                return False
            there.add((ask.__name__, about[-1]))
        return True

    return answer


for _storage, _question in (
    (SqliteEventLogStorage, "has_table"),
    (SqlEventLogStorage, "has_secondary_index"),
    (SqlEventLogStorage, "_has_asset_key_col_on_connection"),
):
    setattr(_storage, _question, _asked_until_yes(getattr(_storage, _question)))


@contextmanager
def kept_open() -> Iterator[None]:
    """Keep connections to the history open meanwhile: opening and closing one took longer than writing an event.

    For a run in its own process. A daemon would hold a file of every run that it has looked at.
    """
    _pools.append(_StaysOpen)
    try:
        yield
    finally:
        _pools.pop()
        for file, pool in [key for key in _engines if key[1] is _StaysOpen]:
            held = _engines.pop((file, pool)).pool
            if isinstance(held, _StaysOpen):
                held.close()


def home(settings: Settings) -> Path:
    """DAGSTER_HOME, with its `dagster.yaml`."""
    folder = durable.private_folder(settings.records / "dagster")
    if not (folder / "dagster.yaml").exists():
        durable.write(folder / "dagster.yaml", CONFIG.encode())
    return folder


def environment(settings: Settings) -> dict[str, str]:
    """What to set for Dagster's own commands, such as `dagster dev`."""
    return {"DAGSTER_HOME": str(home(settings)), "DAGSTER_DISABLE_TELEMETRY": "yes"}


def instance_for(settings: Settings) -> dg.DagsterInstance:
    """Dagster's history of this store; use it as a context manager."""
    return dg.DagsterInstance.from_config(str(home(settings)))


@contextmanager
def alive(settings: Settings, run_id: str) -> Iterator[None]:
    """Mark a run as going for as long as this process lives."""
    mark = durable.private_folder(settings.records / "dagster" / "live") / run_id
    try:
        with FileLock(mark, thread_local=False):
            yield
    finally:
        mark.unlink(missing_ok=True)


def close_dead_runs(settings: Settings, instance: dg.DagsterInstance) -> list[str]:
    """End the record of runs whose process was killed: they would hold the queue of one for ever. Returns their ids."""
    closed = []
    for mark in sorted((settings.records / "dagster" / "live").glob("*")):
        try:
            with FileLock(mark, timeout=0):
                if end_run(instance, mark.name):
                    closed.append(mark.name)
        except Timeout:
            continue
        mark.unlink(missing_ok=True)
    return closed


def end_run(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Record that a run is over whose process ended before it did; returns whether there was such a run."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return False
    instance.report_run_failed(
        run, "This run was stopped before its end. The last release stands; run again."
    )
    return True
