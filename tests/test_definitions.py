"""The main job under Dagster: what it records, what starts it, what is never stored. The work itself is stubbed here
where its own tests have it; the last test does all of it."""

from __future__ import annotations

import hashlib
import json
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
from dagster._utils.error import serializable_error_info_from_exc_info
from filelock import FileLock, Timeout

from pipelines import contracts, definitions, durable, partitions, releases, run
from pipelines import settings as program_settings
from pipelines.intake import receive, verdicts
from pipelines.intake.receive import Arrival, Checked
from pipelines.orchestration import faults, history, triggers, watch
from pipelines.settings import Settings
from tests.acceptance import council_files, twelve

CANARY = "Zebedee Quillfeather"
FEED = "case_audits"


def arrival(number: int, letter: str, name: str = "file.csv") -> Arrival:
    return Arrival(
        number, letter * 64, name, datetime(2026, 4, 2), date(2026, 4, 2), "given", None, False, "b", ""
    )


def good(number: int = 1, letter: str = "a", rejected: int = 2) -> Checked:
    found = {"received": 10, "accepted": 8, "rejected": rejected, "by_rule": {"AUD-101": 2, "AUD-102": 0}}
    profile = {"rows": 10, "covers": {}, "months": {}, "empty": [], "constant": [], "codes": {}}
    feeds = {FEED: {**found, "profile": {"990": profile}, "unlisted": {}}}
    return Checked(
        arrival(number, letter, f"{CANARY}.csv"),
        Path("none"),
        {"refusal": None, "tables": [], "feeds": feeds},
    )


def refused(number: int = 2, letter: str = "b") -> Checked:
    refusal = {"code": "FILE-10", "message": f"The header {CANARY} is unknown."}
    return Checked(arrival(number, letter), Path("none"), {"refusal": refusal, "tables": [], "feeds": {}})


class Job:
    """Stands for the rooms: what is held, and what each of them was asked to do."""

    def __init__(self, patch: pytest.MonkeyPatch, *held: Checked) -> None:
        self.held = list(held)
        self.asked: list[str] = []
        self.receipts = ("R1", "R2")
        for where, name in ((run, "receive_inbox"), (partitions, "build"), (run, "make_manifest")):
            patch.setattr(where, name, getattr(self, name))
        patch.setattr(run, "checked_deliveries", lambda *_, **__: self.held)
        patch.setattr(run, "write_reports", lambda *_, **__: [])

    def receive_inbox(self, work: run.Work) -> None:
        self.asked.append("receive")
        work.outcome.received += self.held

    def build(self, settings: Settings, *_: Any) -> tuple[dict[str, Any], list[str]]:
        self.asked.append("count")
        rows = ", ".join(f"('990', '{receipt}')" for receipt in self.receipts)
        return {"990": {"parts": [part(settings, "figures", f"FROM (VALUES {rows}) AS made(council, receipt)")],
                        "in_force": [], "links": []}}, ["990"]  # fmt: skip

    def make_manifest(self, work: run.Work, *_: Any) -> releases.Manifest:
        self.asked.append("release")
        parts = [
            part(
                work.settings,
                "checks",
                "SELECT 1 AS number, 'case_audits' AS feed, 'AUD-101' AS code, 2 AS broken",
            ),
            part(
                work.settings, "deliveries", "SELECT 1 AS number, 'case_audits' AS feed, 'in force' AS state"
            ),
        ]
        about = ("contracts", "definitions", "deliveries", "balances")
        return {"audience": "officers", "made_at": work.settings.now(), "as_of": date(2026, 4, 2), "parts": parts,
                "demonstration": True, "code_version": "0", **{name: {} for name in about}}  # fmt: skip


def part(settings: Settings, table: str, query: str) -> dict[str, Any]:
    with receive.connection(settings) as con:
        return asdict(releases.write_part(con, settings, "officers", table, "", query))


def settings_in(folder: Path) -> Settings:
    return program_settings.load(
        {
            "SEND_AUDIT_DATA": str(folder / "data"),
            "SEND_AUDIT_KEY_FILE": str(folder / "key" / "pseudonym.key"),
        }
    )


def stored(settings: Settings) -> bytes:
    """Every byte of Dagster's folder."""
    return b"".join(path.read_bytes() for path in (settings.records / "dagster").rglob("*") if path.is_file())


def events(instance: dg.DagsterInstance, run_id: str) -> list[dg.DagsterEvent]:
    return [record.dagster_event for record in instance.all_logs(run_id) if record.dagster_event]


def check_of(
    events: list[dg.DagsterEvent], asset: str, name: str, partition: str | None = None
) -> dg.AssetCheckEvaluation:
    found = [
        event.event_specific_data for event in events if event.event_type_value == "ASSET_CHECK_EVALUATION"
    ]
    (one,) = [
        check
        for check in found
        if (check.asset_key, check.check_name, check.partition) == (dg.AssetKey(asset), name, partition)
    ]
    return one


# --- one run, looked at from several sides


@pytest.fixture(scope="module")
def after(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Settings, run.Outcome, dg.DagsterInstance]]:
    """A store after one run that got a good delivery and one that was refused."""
    settings = settings_in(tmp_path_factory.mktemp("store"))
    with pytest.MonkeyPatch.context() as patch:
        Job(patch, good(), refused())
        outcome = definitions.run_main(settings)
    with definitions.instance_for(settings) as instance:
        yield settings, outcome, instance


def test_a_run_at_the_command_line_is_recorded(after: Any) -> None:
    _, outcome, instance = after
    assert (outcome.is_new, len(outcome.received)) == (True, 2)
    (recorded,) = instance.get_runs()
    assert (recorded.status, recorded.job_name) == (dg.DagsterRunStatus.SUCCESS, "main")
    assert recorded.tags["send-audit/release"] == outcome.release
    assert recorded.tags["send-audit/deliveries"] == "aaaaaaaa bbbbbbbb"
    assert recorded.tags["send-audit/started-by"] == "command line"


def test_each_feed_and_layer_is_an_asset_with_its_counts(after: Any) -> None:
    _, _, instance = after
    found = events(instance, instance.get_runs()[0].run_id)
    made = {
        event.asset_key.to_user_string(): event.materialization.metadata
        for event in found
        if event.event_type_value == "ASSET_MATERIALIZATION"
    }
    assert set(made) == {
        "audit_programme_accepted", "case_audits_accepted", "family_participation_accepted",
        "active_plans_accepted", "plan_reviews_accepted",
        "audits", "participants", "planned_audits", "plan_reviews", "plan_sections", "plan_advice", "plans",
        "plan_months", "counts", "figures", "charts", "officers_release", "delivery",
        "dfe_timeliness_accepted", "participation_rates_accepted", "published_timeliness", "reported_participation",
    }  # fmt: skip
    accepted = {name: value.value for name, value in made["case_audits_accepted"].items()}
    assert (accepted["received"], accepted["accepted"], accepted["rejected"]) == (10, 8, 2)
    assert made["figures"]["dagster/row_count"].value == 2


def test_broken_rules_are_warnings_by_code_and_count(after: Any) -> None:
    _, _, instance = after
    found = events(instance, instance.get_runs()[0].run_id)
    errors = check_of(found, "case_audits_accepted", "no_errors")
    assert (errors.passed, errors.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert errors.metadata["rules broken"].value == {"AUD-101": 2}
    assert check_of(found, "case_audits_accepted", "no_queries").passed
    assert check_of(found, "case_audits_accepted", "rows_balance").passed
    assert check_of(found, "figures", "receipts_unique").passed


def test_a_refusal_is_an_error_in_its_own_partition_only(after: Any) -> None:
    _, _, instance = after
    found = events(instance, instance.get_runs()[0].run_id)
    assert instance.get_dynamic_partitions("deliveries") == ["000001-aaaaaaaa", "000002-bbbbbbbb"]
    assert instance.get_dynamic_partitions("councils") == ["990"]
    bad = check_of(found, "delivery", "no_findings", "000002-bbbbbbbb")
    assert (bad.passed, bad.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert bad.metadata["rules broken"].value == {"FILE-10": 1}
    fair = check_of(found, "delivery", "no_findings", "000001-aaaaaaaa")
    assert (fair.passed, fair.severity) == (False, dg.AssetCheckSeverity.WARN)


def test_nothing_of_a_file_is_stored_and_nothing_is_sent(after: Any) -> None:
    settings, _, instance = after
    assert CANARY.encode() not in stored(settings)
    assert CANARY.split()[0].encode() not in stored(settings)
    assert instance.get_settings("telemetry") == {"enabled": False}
    assert not (settings.records / "dagster" / "storage").exists()
    assert definitions.environment(settings)["DAGSTER_DISABLE_TELEMETRY"] == "yes"
    assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1


# --- what is watched


def watched(*held: Checked, today: str = "2026-04-10", folder: Path) -> dict[str, dg.AssetCheckResult]:
    """The checks `fresh`, `no_drift` and `volume` of the case audits, on a day."""
    settings = replace(settings_in(folder), today=date.fromisoformat(today))
    work = run.Work(settings, contracts.load(settings), None, None, run.quiet, run.Outcome(), list(held))  # type: ignore[arg-type]
    return {result.check_name or "": result for result in watch.results(work, FEED, "case_audits_accepted")}


def with_profile(checked: Checked, **profile: Any) -> Checked:
    held = checked.result["feeds"][FEED]["profile"]["990"]
    feeds = {FEED: {**checked.result["feeds"][FEED], "profile": {"990": held | profile}}}
    return replace(checked, result={**checked.result, "feeds": feeds})


def test_a_feed_is_late_after_the_days_its_contract_gives(tmp_path: Path) -> None:
    fresh = watched(good(), today="2026-05-03", folder=tmp_path)["fresh"]
    assert fresh.passed
    late = watched(good(), today="2026-05-04", folder=tmp_path)["fresh"]
    assert (late.passed, late.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert late.metadata["days late by council"].value == {"990": 1}
    assert late.metadata["newest data by council"].value == {"990": "2026-04-02"}


def test_a_new_code_and_a_fall_in_rows_are_warnings(tmp_path: Path) -> None:
    months = {f"2026-0{month}-01": 40 for month in (1, 2, 3)}
    first = with_profile(good(1, "a"), rows=120, covers=months, codes={"primary_need": {"ASD": 60}})
    second = with_profile(good(2, "b"), rows=9, covers=months, codes={"primary_need": {"ASD": 8, "DS": 1}})
    found = watched(first, second, folder=tmp_path)
    assert (found["no_drift"].passed, found["no_drift"].severity) == (False, dg.AssetCheckSeverity.WARN)
    assert found["no_drift"].metadata["drift"].value == {"codes appeared": ["primary_need DS"]}
    assert (found["volume"].passed, found["volume"].severity) == (False, dg.AssetCheckSeverity.WARN)
    assert found["volume"].metadata["rules broken"].value == {"AUD-501": 1}
    assert all(result.passed for result in watched(first, folder=tmp_path).values())


def test_what_is_watched_stops_no_release(after: Any) -> None:
    _, outcome, instance = after
    found = events(instance, instance.get_runs()[0].run_id)
    late = check_of(found, "case_audits_accepted", "fresh")
    assert (late.passed, late.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert check_of(found, "audit_programme_accepted", "volume").passed
    assert outcome.release


# --- what goes wrong


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """A history that is not on the disk, where a test does not look for it there: making one takes seconds."""
    with dg.DagsterInstance.ephemeral() as instance:
        monkeypatch.setattr(definitions, "instance_for", lambda _: nullcontext(instance))
        yield instance


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
    with pytest.raises(definitions.Stopped, match="stopped at a check that guards the release"):
        definitions.run_main(settings)
    assert job.asked == ["receive"]
    job.held, job.receipts = [good()], ("R1", "R1")
    with pytest.raises(definitions.Stopped, match="stopped at a check that guards the release"):
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


# --- definitions


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


# --- the inbox


def drop(settings: Settings, name: str, content: str) -> Path:
    settings.inbox.mkdir(parents=True, exist_ok=True)
    path = settings.inbox / name
    path.write_text(content)
    return path


def test_a_file_that_grows_is_waited_for(settings: Settings) -> None:
    path = drop(settings, "audits.csv", "half")
    first = triggers.look(settings, None)
    path.write_text("half and the rest")
    second = triggers.look(settings, first.cursor)
    third = triggers.look(settings, second.cursor)
    assert [bool(sight.run_key) for sight in (first, second, third)] == [False, False, True]
    assert "1 of 1 files" in second.why_not
    assert "audits" not in third.cursor


def test_nothing_runs_while_any_file_still_arrives(settings: Settings) -> None:
    drop(settings, "whole.csv", "whole")
    first = triggers.look(settings, None)
    drop(settings, "late.csv", "half")
    second = triggers.look(settings, first.cursor)
    assert not second.run_key
    assert "1 of 2 files" in second.why_not
    assert triggers.look(settings, second.cursor).run_key


def test_lying_there_or_being_touched_is_no_event(settings: Settings) -> None:
    path = drop(settings, "audits.csv", "rows")
    sights = [triggers.look(settings, None)]
    for _ in range(3):
        sights.append(triggers.look(settings, sights[-1].cursor))
    path.touch()
    for _ in range(2):
        sights.append(triggers.look(settings, sights[-1].cursor))
    assert len({sight.run_key for sight in sights if sight.run_key}) == 1


def test_the_same_file_again_is_a_new_event(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[Arrival] = []
    monkeypatch.setattr(receive, "arrivals", lambda *_: held)

    def settled(cursor: str | None) -> triggers.Sight:
        return triggers.look(settings, triggers.look(settings, cursor).cursor)

    drop(settings, "audits.csv", "rows")
    first = settled(None)
    held.append(arrival(1, "a"))  # received on the command line, say, and sent again before the next look
    second = settled(first.cursor)
    (settings.inbox / "audits.csv").unlink()
    emptied = triggers.look(settings, second.cursor)
    assert emptied.why_not == "The inbox is empty."
    drop(settings, "again.csv", "rows")  # the same bytes; nothing new came in between
    third = settled(emptied.cursor)
    assert len({first.run_key, second.run_key, third.run_key}) == 3


def tick(
    settings: Settings, instance: dg.DagsterInstance, cursor: str | None = None
) -> tuple[Any, str | None]:
    sensor = definitions.definitions_for(settings).resolve_sensor_def("inbox")
    context = dg.build_sensor_context(instance=instance, cursor=cursor)
    return sensor(context), context.cursor


def test_the_sensor_asks_for_one_run_and_waits_while_it_goes_on(settings: Settings) -> None:
    drop(settings, f"{CANARY}.csv", "rows")
    main = definitions.definitions_for(settings).resolve_job_def("main")
    with dg.DagsterInstance.ephemeral() as instance:
        skipped, cursor = tick(settings, instance)
        assert isinstance(skipped, dg.SkipReason)
        asked, cursor = tick(settings, instance, cursor)
        (request,) = asked.run_requests
        assert request.tags["send-audit/deliveries"] == hashlib.sha256(b"rows").hexdigest()[:8]
        assert CANARY not in json.dumps([cursor, request.tags])
        instance.create_run_for_job(main, status=dg.DagsterRunStatus.STARTED)
        skipped, _ = tick(settings, instance, cursor)
        assert "going on" in skipped.skip_message


def test_the_sensor_says_what_is_wrong_without_quoting(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any) -> None:
        raise OSError(5, CANARY)

    monkeypatch.setattr(run, "inbox_files", breaks)
    with dg.DagsterInstance.ephemeral() as instance, pytest.raises(definitions.Stopped) as raised:
        tick(settings, instance)
    text = serializable_error_info_from_exc_info(raised._excinfo).to_string()
    assert "OSError (Input/output error) at " in text
    assert CANARY not in text


# --- all of it


def filled(settings: Settings, folder: Path) -> None:
    """An inbox with the three feeds, one row of them bad, and a file that is no feed's."""
    catalogue = contracts.load(settings)
    settings.inbox.mkdir(parents=True)
    for feed, rows in twelve.rows().items():
        rows[0] |= {"status": CANARY} if feed == FEED else {}
        shutil.move(
            council_files.write(folder, catalogue.contracts[feed], rows, "plain", catalogue), settings.inbox
        )
    drop(settings, "names.csv", f"Name,Born\n{CANARY},2014-01-01\n")


def test_it_is_the_same_job_as_without_dagster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})  # Great Expectations has its own tests
    few = tmp_path / "definitions"  # one measure is enough here, and quick
    (few / "voice").mkdir(parents=True)
    plain, recorded = settings_in(tmp_path / "plain"), settings_in(tmp_path / "recorded")
    shutil.copy(plain.definitions / "voice" / "any_family.yaml", few / "voice")
    plain, recorded = (replace(one, key_file=plain.key_file, definitions=few) for one in (plain, recorded))
    for settings in (plain, recorded):
        filled(settings, tmp_path)
    run.run(plain)
    outcome = definitions.run_main(recorded)
    assert (len(outcome.received), len(outcome.refused), outcome.left) == (4, 1, [])

    def parts(settings: Settings) -> dict[str, str]:
        found = releases.read_manifest(settings, "officers")["parts"]
        return {one["table"]: one["sha256"] for one in found if one["council"]}

    assert parts(recorded) == parts(plain)
    assert CANARY.encode() not in stored(recorded)
    with definitions.instance_for(recorded) as instance:
        found = events(instance, instance.get_runs()[0].run_id)
        status = check_of(found, "case_audits_accepted", "no_errors").metadata["rules broken"].value
        assert list(status.values()) == [1]
        (bad,) = [name for name in instance.get_dynamic_partitions("deliveries") if name.startswith("000004")]
        assert check_of(found, "delivery", "no_findings", bad).severity == dg.AssetCheckSeverity.ERROR
        every = definitions.definitions_for(recorded).resolve_implicit_global_asset_job_def()
        again = every.execute_in_process(
            instance=instance,
            asset_selection=[dg.AssetKey("checked_again")],
            partition_key=dg.MultiPartitionKey({"council": "990", "feed": FEED}),
        )
        assert again.success
    assert not (recorded.records / "partitions" / "990").exists()  # the next run counts it anew
