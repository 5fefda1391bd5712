"""Acceptance: a kill at any point between write, flush and rename loses nothing, and the next run gives what an
unbroken one gives."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines import contracts, durable, releases
from pipelines.evidence import chain as chains
from pipelines.evidence import store_files, verify_every
from pipelines.intake import key as keys
from pipelines.settings import Settings
from tests import few
from tests.acceptance import council_files, twelve
from tests.searching import found_in

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="kills a forked process, which Windows has not"
)
HOME = Path(__file__).resolve().parents[2]
TABLES = {"fact_audits", "fact_participants", "fact_planned_audits", "counts", "figures", "charts", "places"}


@pytest.fixture
def runner() -> Iterator[Callable[[Settings, int | None], dict[str, Any]]]:
    """Does a run of some settings in a process of its own, killed at a step; see `killable`."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.acceptance.killable"],
        cwd=HOME,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def run_it(
            settings: Settings, step: int | None = None, erase: tuple[str, str] | None = None
        ) -> dict[str, Any]:
            assert process.stdin
            assert process.stdout
            environment = {
                "SEND_AUDIT_DATA": str(settings.data),
                "SEND_AUDIT_KEY_FILE": str(settings.key_file),
                "SEND_AUDIT_DEFINITIONS": str(few.definitions(settings.data.parent / "definitions")),
            }
            asked = {"environment": environment, "step": step, "erase": erase}
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield run_it
        process.kill()


def contents(settings: Settings) -> set[tuple[str, str, str]]:
    parts = releases.read_manifest(settings, "officers")["parts"]
    return {(part["table"], part["council"], part["sha256"]) for part in parts if part["table"] in TABLES}


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
    chain = chains.read(settings)
    store_files.check(chain, {})
    assert [fault for fault in chain.faults if fault.is_problem] == [], "a kill is no fault of the store"


def deliver(settings: Settings, files: Path) -> None:
    settings.inbox.mkdir(parents=True, exist_ok=True)
    for file in files.iterdir():
        shutil.copy(file, settings.inbox)


@pytest.mark.parametrize("points", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_a_kill_at_any_point_loses_nothing(
    settings: Settings, tmp_path: Path, points: int, runner: Callable[..., dict[str, Any]]
) -> None:
    catalogue = contracts.load(settings)
    files = tmp_path / "files"
    for feed, rows in twelve.rows().items():
        council_files.write(files, catalogue.contracts[feed], rows, "plain", catalogue)
    for _ in range(2):  # the first run also makes the key, which later ones find
        shutil.rmtree(settings.data, ignore_errors=True)
        deliver(settings, files)
        whole = runner(settings)
        assert whole["status"] == 0
    expected = contents(settings)
    for step in sorted(random.Random(points).sample(range(whole["calls"]), points)):
        shutil.rmtree(settings.data)
        deliver(settings, files)
        assert runner(settings, step)["status"] == -signal.SIGKILL
        assert_whole(settings)
        assert runner(settings)["status"] == 0
        assert_whole(settings)
        assert contents(settings) == expected
        assert len(list((settings.records / "arrivals").glob("[0-9]*.json"))) == len(list(files.iterdir()))
        assert not list(settings.inbox.iterdir())


@pytest.mark.parametrize("points", [3, pytest.param(60, marks=pytest.mark.slow)])
def test_an_erasure_killed_at_any_point_goes_on(
    settings: Settings, tmp_path: Path, points: int, runner: Callable[..., dict[str, Any]]
) -> None:
    catalogue, child = contracts.load(settings), ("990", "C7003")
    files = tmp_path / "files"
    for feed, rows in twelve.rows().items():
        council_files.write(files, catalogue.contracts[feed], rows, "plain", catalogue)
    deliver(settings, files)
    assert runner(settings)["status"] == 0
    shutil.copytree(settings.data, tmp_path / "before")
    whole = runner(settings, erase=child)
    assert whole["status"] == 0
    assert found_in(settings.data, [child[1]]) == {}
    left = contents(settings)
    for step in sorted(random.Random(points).sample(range(whole["calls"]), points)):
        shutil.rmtree(settings.data)
        shutil.copytree(tmp_path / "before", settings.data)
        assert runner(settings, step, erase=child)["status"] == -signal.SIGKILL
        chain = chains.read(settings)
        store_files.check(chain, {})
        assert [fault for fault in chain.faults if fault.is_problem] == [], "a kill is no fault of the store"
        assert runner(settings, erase=child)["status"] == 0
        assert found_in(settings.data, [child[1]]) == {}
        assert contents(settings) == left
        chain = chains.read(settings)
        store_files.check(chain, {})
        assert [fault for fault in chain.faults if fault.is_problem] == []
        assert not any(release.differ for release in verify_every.every(chain, keys.load(settings)))
