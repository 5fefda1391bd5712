"""What starts a run: files in the inbox that have settled, once each time."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import dagster as dg
import pytest
from dagster._utils.error import serializable_error_info_from_exc_info

from pipelines import definitions, run
from pipelines.intake import receive
from pipelines.intake.receive import Arrival
from pipelines.orchestration import triggers
from pipelines.settings import Settings
from tests.orchestration.stubbed_job import (
    CANARY,
    arrival,
    drop,
)


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
