"""Acceptance: a kill at any point between write, flush and rename loses nothing, and the next run gives what an
unbroken one gives."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import contracts, durable, releases
from pipelines.intake import verdicts
from pipelines.run import run
from pipelines.settings import Settings
from tests.acceptance import council_files, twelve

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="kills a forked process, which Windows has not"
)
TABLES = {
    "fact_audits", "fact_participants", "fact_planned_audits", "counts", "figures", "charts", "spans", "places",
}  # fmt: skip


@pytest.fixture(autouse=True)
def only_our_own_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Expectations writes nothing; without it a run takes a second instead of five."""
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})


def in_another_process(work: Callable[[], None]) -> int:
    """Do `work` in a forked child; 0 where it ended well, otherwise how it ended (negative: the signal)."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # the child must never return into pytest
            os._exit(99)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(step: int | None, counted: Path, work: Callable[[], None]) -> None:
    """Do `work`, killed before (even steps) or after (odd) a call that makes something last; counts the calls."""
    calls = 0

    def watched(name: str) -> Callable[..., object]:
        real = getattr(os, name)

        def call(*given: object, **named: object) -> object:
            nonlocal calls
            if calls == step:
                os.kill(os.getpid(), signal.SIGKILL)
            calls += 1
            result = real(*given, **named)
            if calls == step:
                os.kill(os.getpid(), signal.SIGKILL)
            calls += 1
            return result

        return call

    for name in ("fsync", "replace", "unlink", "mkdir"):
        setattr(os, name, watched(name))
    work()
    counted.write_text(str(calls))


def contents(settings: Settings) -> dict[str, str]:
    parts = releases.read_manifest(settings, "officers")["parts"]
    return {f"{part['table']} {part['council']}": part["sha256"] for part in parts if part["table"] in TABLES}


def assert_whole(settings: Settings) -> None:
    """Whatever is in place is whole: what the pointer names is there, and every name that is a digest is true."""
    release = releases.current_release(settings, "officers")
    if release is not None:
        assert releases.manifest_path(settings, "officers", release).exists()
        assert releases.database_path(settings, "officers", release).exists()
        for part in releases.read_manifest(settings, "officers")["parts"]:
            assert durable.file_digest(releases.part_path(settings, part)) == part["sha256"]
    for original in (settings.records / "deliveries").glob("*/original.*"):
        assert durable.file_digest(original) == original.parent.name
    for manifest in settings.store.rglob("*.json"):
        if settings.work not in manifest.parents:
            json.loads(manifest.read_text(encoding="utf-8"))


def deliver(settings: Settings, files: Path) -> None:
    settings.inbox.mkdir(parents=True, exist_ok=True)
    for file in files.iterdir():
        shutil.copy(file, settings.inbox)


@pytest.mark.parametrize("points", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_a_kill_at_any_point_loses_nothing(settings: Settings, tmp_path: Path, points: int) -> None:
    catalogue = contracts.load(settings)
    files, counted = tmp_path / "files", tmp_path / "counted"
    for feed, rows in twelve.rows().items():
        council_files.write(files, catalogue.contracts[feed], rows, "plain", catalogue)

    def whole_run() -> None:
        run(settings)

    for _ in range(2):  # the first run also makes the key, which later ones find
        shutil.rmtree(settings.data, ignore_errors=True)
        deliver(settings, files)
        assert in_another_process(lambda: killed_at(None, counted, whole_run)) == 0
    expected, steps = contents(settings), int(counted.read_text())
    for step in sorted(random.Random(points).sample(range(steps), points)):
        shutil.rmtree(settings.data)
        deliver(settings, files)
        assert in_another_process(lambda at=step: killed_at(at, counted, whole_run)) == -signal.SIGKILL
        assert_whole(settings)
        assert in_another_process(whole_run) == 0
        assert_whole(settings)
        assert contents(settings) == expected
        assert len(list((settings.records / "arrivals").glob("[0-9]*.json"))) == len(list(files.iterdir()))
        assert not list(settings.inbox.iterdir())
