"""The definitions: they load without data, hold the lock, and take what is asked of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from filelock import FileLock, Timeout

from pipelines import definitions, durable, partitions, releases, run
from pipelines.intake import receive
from pipelines.intake.receive import Arrival, Checked
from pipelines.settings import Settings
from tests.orchestration.stubbed_job import (
    FEED,
    Job,
    arrival,
    good,
    refused,
)


def test_definitions_load_without_data_and_write_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEND_AUDIT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SEND_AUDIT_KEY_FILE", str(tmp_path / "key"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        defs = definitions.defs()
    dg.Definitions.validate_loadable(defs)
    assert list(tmp_path.iterdir()) == []
    assert defs.executor is dg.in_process_executor
    sensor = defs.resolve_sensor_def("inbox")
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    assert sensor.minimum_interval_seconds == 30
    for schedule in map(defs.resolve_schedule_def, ("daily", "termly")):
        assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
        assert schedule.execution_timezone == "Europe/London"
        asked = schedule.evaluate_tick(dg.build_schedule_context())
        dg.validate_run_config(defs.resolve_job_def("main"), asked.run_requests[0].run_config)


def test_the_lock_is_held_from_the_first_step_to_the_last(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(monkeypatch, good())
    free: list[bool] = []

    def noticing(do: Callable[..., Any]) -> Callable[..., Any]:
        def done(*given: Any) -> Any:
            try:
                with FileLock(settings.store / "LOCK", timeout=0):
                    free.append(True)
            except Timeout:
                free.append(False)
            return do(*given)

        return done

    monkeypatch.setattr(run, "receive_inbox", noticing(job.receive_inbox))
    monkeypatch.setattr(partitions, "build", noticing(job.build))
    monkeypatch.setattr(run, "make_manifest", noticing(job.make_manifest))
    with dg.DagsterInstance.ephemeral() as instance:
        main = definitions.definitions_for(settings).resolve_job_def("main")
        assert main.execute_in_process(instance=instance).success
    assert free == [False, False, False]
    with durable.store_lock(settings.store, wait_seconds=0):
        pass


def test_asking_for_the_release_alone_does_every_step(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(monkeypatch, good())
    every = definitions.definitions_for(settings).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        done = every.execute_in_process(instance=instance, asset_selection=[dg.AssetKey("officers_release")])
    assert done.success
    assert job.asked == ["receive", "count", "release"]


@pytest.mark.usefixtures("in_memory")
def test_as_of_receives_nothing_and_leaves_the_pointer(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(monkeypatch, good())
    outcome = definitions.run_main(settings, as_of=date(2026, 4, 2))
    assert outcome.release
    assert job.asked == ["count", "release"]
    assert releases.current_release(settings, "officers") is None


def test_a_council_and_feed_can_be_checked_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    Job(monkeypatch, good(), refused())
    asked: list[list[int]] = []

    def check_anew(_settings: Any, _catalogue: Any, _key: Any, arrivals: list[Arrival]) -> list[Checked]:
        asked.append([one.number for one in arrivals])
        return [good(one.number) for one in arrivals]

    monkeypatch.setattr(run, "check_anew", check_anew)
    monkeypatch.setattr(receive, "arrivals", lambda *_: [arrival(1, "a"), arrival(2, "b")])
    every = definitions.definitions_for(settings).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("councils", ["990"])
        instance.add_dynamic_partitions("deliveries", ["000002-bbbbbbbb"])
        for asset, partition in (
            ("checked_again", dg.MultiPartitionKey({"council": "990", "feed": FEED})),
            ("checked_again", dg.MultiPartitionKey({"council": "990", "feed": "audit_programme"})),
            ("delivery", "000002-bbbbbbbb"),
        ):
            done = every.execute_in_process(
                instance=instance, asset_selection=[dg.AssetKey(asset)], partition_key=partition
            )
            assert done.success
    assert asked == [[1], [], [2]]
