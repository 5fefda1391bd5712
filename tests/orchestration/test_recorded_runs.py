"""One run under Dagster, looked at from several sides: what it records, and what is never stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
from sqlalchemy import Engine, event

from pipelines import contracts, definitions, settings
from pipelines.model.schema import FACTS, GIVEN
from pipelines.orchestration import history
from tests.orchestration.stubbed_job import (
    CANARY,
    check_of,
    events,
    settings_in,
    stored,
)


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
    feeds = contracts.load(settings.load({})).contracts
    made_once = {"counts", "figures", "charts", "officers_release", "delivery"}
    assert set(made) == {f"{feed}_accepted" for feed in feeds} | set(FACTS) | set(GIVEN) | made_once
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


def test_connections_to_the_history_are_kept_for_a_run_and_closed_after_it(tmp_path: Path) -> None:
    of_store, opened = settings_in(tmp_path), []
    with definitions.instance_for(of_store):
        pass  # made with its tables
    folder = of_store.records / "dagster"
    event.listen(Engine, "connect", note := lambda *_: opened.append(1))
    try:
        with history.kept_open(), definitions.instance_for(of_store) as instance:
            for number in range(20):
                instance.add_dynamic_partitions("deliveries", [f"{number}"])
            assert list(folder.rglob("*.db-wal")), "what was written waits beside the open file"
    finally:
        event.remove(Engine, "connect", note)
    assert len(opened) < 8, "a connection or two to each file, not one for each event"
    assert not list(folder.rglob("*.db-wal")), "whoever closes a file last folds what was written into it"
    with definitions.instance_for(of_store) as instance:
        assert len(instance.get_dynamic_partitions("deliveries")) == 20


def test_a_history_is_asked_about_its_tables_until_they_are_there() -> None:
    asked: list[str] = []

    class Storage:
        def has_table(self, name: str) -> bool:
            asked.append(name)
            return name == "old" or len(asked) > 3

    has_table, one, other = history._asked_until_yes(Storage.has_table), Storage(), Storage()
    assert [has_table(one, "old"), has_table(one, "old"), has_table(one, "new")] == [True, True, False]
    assert [has_table(one, "new"), has_table(one, "new"), has_table(one, "new")] == [False, True, True]
    assert has_table(other, "old"), "what one history has says nothing of another"
    assert asked == ["old", "new", "new", "new", "old"]
