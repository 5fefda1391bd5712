"""What goes wrong in a run: stored as kind and place, tried again only where that helps, never with a value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from pipelines import contracts, definitions, durable, partitions, releases
from pipelines.orchestration import faults, history
from pipelines.settings import Settings
from tests.orchestration.stubbed_job import (
    CANARY,
    Job,
    events,
    good,
    stored,
)


def test_an_exception_that_quotes_a_value_is_stored_as_kind_and_place(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    Job(monkeypatch, good())

    def breaks(*_: Any) -> None:
        try:
            raise KeyError(CANARY)
        except KeyError as cause:
            raise duckdb.ConversionException(f"Could not convert '{CANARY}' to DATE") from cause

    monkeypatch.setattr(partitions, "build", breaks)
    with pytest.raises(definitions.Stopped) as stopped:
        definitions.run_main(settings)
    assert "ConversionException at " in str(stopped.value)
    assert CANARY not in str(stopped.value)
    assert stopped.value.__cause__ is None
    assert stopped.value.__context__ is None
    assert b"ConversionException at " in stored(settings)
    assert CANARY.encode() not in stored(settings)
    assert capfd.readouterr() == ("", "")
    with definitions.instance_for(settings) as instance:
        assert instance.get_runs()[0].status == dg.DagsterRunStatus.FAILURE


def test_the_programs_own_problem_comes_back_as_it_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, in_memory: dg.DagsterInstance
) -> None:
    Job(monkeypatch, good())
    problem = contracts.ContractError("case_audits.yaml, at key: this is wrong. Correct it there.")
    monkeypatch.setattr(partitions, "build", lambda *_: (_ for _ in ()).throw(problem))
    with pytest.raises(contracts.ContractError) as raised:
        definitions.run_main(settings)
    assert raised.value is problem
    failures = [event for event in events(in_memory, in_memory.get_runs()[0].run_id) if event.is_step_failure]
    assert [event.step_failure_data.user_failure_data.description for event in failures] == [str(problem)]


@pytest.mark.parametrize(
    ("problem", "tries_left", "leaves_as"),
    [
        (durable.StoreBusy("Another run has the store."), 2, dg.RetryRequested),
        (durable.StoreBusy("Another run has the store."), 0, dg.Failure),
        (PermissionError(13, CANARY), 1, dg.RetryRequested),
        (contracts.ContractError("A rule is wrong."), 3, dg.Failure),
        (ValueError(CANARY), 3, dg.Failure),
    ],
)
def test_only_what_passes_by_itself_is_tried_again(
    problem: Exception, tries_left: int, leaves_as: type[Exception]
) -> None:
    noted: list[Exception] = []

    def do() -> None:
        raise problem

    with pytest.raises(leaves_as) as left:
        faults.safely(do, tries_left=tries_left, noted=noted.append)
    assert noted == [problem]
    assert (left.value.__cause__, left.value.__context__) == (None, None)
    assert CANARY not in str(getattr(left.value, "description", ""))


def test_a_step_waits_for_the_lock_and_goes_on(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    Job(monkeypatch, good())
    monkeypatch.setattr(faults, "PAUSE_SECONDS", 0)
    real, tried = durable.store_lock, []

    def busy_once(store: Path) -> Any:
        tried.append(store)
        if len(tried) == 1:
            raise durable.StoreBusy("Another run has the store.")
        return real(store)

    monkeypatch.setattr(durable, "store_lock", busy_once)
    with dg.DagsterInstance.ephemeral() as instance:
        done = (
            definitions.definitions_for(settings)
            .resolve_job_def("main")
            .execute_in_process(instance=instance)
        )
        kinds = [event.event_type_value for event in events(instance, done.run_id)]
    assert done.success
    assert kinds.count("STEP_UP_FOR_RETRY") == 1


@pytest.mark.usefixtures("in_memory")
def test_rows_out_of_balance_or_a_receipt_twice_stop_the_release(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(monkeypatch, good(rejected=1))
    with pytest.raises(
        definitions.Stopped, match=r"stopped at a check that guards the release \(\w+ of \w+\)"
    ):
        definitions.run_main(settings)
    assert job.asked == ["receive"]
    job.held, job.receipts = [good()], ("R1", "R1")
    with pytest.raises(
        definitions.Stopped, match=r"stopped at a check that guards the release \(\w+ of \w+\)"
    ):
        definitions.run_main(settings)
    assert job.asked == ["receive", "receive", "count"]
    assert releases.history(settings, "officers") == []


def test_an_interrupt_ends_the_run_and_its_record(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, in_memory: dg.DagsterInstance
) -> None:
    job = Job(monkeypatch, good())

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(partitions, "build", interrupted)
    with pytest.raises(KeyboardInterrupt):
        definitions.run_main(settings)
    assert in_memory.get_runs()[0].status == dg.DagsterRunStatus.FAILURE
    assert list((settings.records / "dagster" / "live").iterdir()) == []
    monkeypatch.setattr(partitions, "build", job.build)
    assert definitions.run_main(settings).is_new


def test_the_record_of_a_killed_run_is_closed(settings: Settings) -> None:
    main = definitions.definitions_for(settings).resolve_job_def("main")
    with dg.DagsterInstance.ephemeral() as instance:
        dead, living = (
            instance.create_run_for_job(main, status=dg.DagsterRunStatus.STARTED) for _ in range(2)
        )
        with history.alive(settings, living.run_id):
            (settings.records / "dagster" / "live" / dead.run_id).touch()  # what a killed process leaves
            assert history.close_dead_runs(settings, instance) == [dead.run_id]
        assert instance.get_run_by_id(dead.run_id).status == dg.DagsterRunStatus.FAILURE
        assert instance.get_run_by_id(living.run_id).status == dg.DagsterRunStatus.STARTED
        assert history.close_dead_runs(settings, instance) == []
