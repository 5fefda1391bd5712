"""What starts the main job by itself: files in the inbox, and the calendar.

Belongs here: the inbox sensor and the schedules, each switchable in Dagster's pages.
Does not belong here: what the job does (`assets`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines import durable, run
from pipelines.intake import receive
from pipelines.orchestration.faults import Stopped, told
from pipelines.orchestration.history import close_dead_runs
from pipelines.orchestration.summaries import short
from pipelines.settings import Settings

MAIN = "main"
LONDON = "Europe/London"
LOOK_EVERY_SECONDS = 30
UNFINISHED = [
    dg.DagsterRunStatus[status] for status in ("QUEUED", "NOT_STARTED", "STARTING", "STARTED", "CANCELING")
]


@dataclass(frozen=True)
class Sight:
    """The inbox at one look."""

    cursor: str
    """What to compare the next look with; holds no file's name."""
    contents: tuple[str, ...] = ()
    """Digests of the files, all at rest; empty where there is nothing to do yet."""
    run_key: str = ""
    why_not: str = ""


def look(settings: Settings, cursor: str | None) -> Sight:
    """Look into the inbox: files that stood still since the last look are ready, once all of them are.

    The run key is made of what the files hold, the number of arrivals so far and the number of files seen to leave: a
    file sent again runs again, one that lies there untouched does not.

    Raises:
        receive.IntakeFailure: the record of arrivals does not fit together.
    """
    before: dict[str, Any] = json.loads(cursor) if cursor else {"left": 0, "files": {}}
    files: dict[str, list[Any]] = {}
    for path in run.inbox_files(settings):
        name = durable.digest(path.name)[:16]
        entry = _entry(path, before["files"].get(name))
        if entry:
            files[name] = entry
    left = before["left"] + len(before["files"].keys() - files.keys())
    seen = durable.canonical({"left": left, "files": files}).decode()
    moving = sum(not digest for _, _, digest in files.values())
    if not files:
        return Sight(seen, why_not="The inbox is empty.")
    if moving:
        return Sight(seen, why_not=f"{moving} of {len(files)} files may still be arriving.")
    contents = tuple(sorted(digest for _, _, digest in files.values()))
    key = durable.digest([contents, len(receive.arrivals(settings)), left])[:32]
    return Sight(seen, contents, key)


def _entry(path: Path, before: list[Any] | None) -> list[Any] | None:
    """[size, time, digest], the digest '' until size and time are those of the look before; None: it has gone."""
    try:
        stat = path.stat()
        now = [stat.st_size, stat.st_mtime_ns]
        if before is None or before[:2] != now:
            return [*now, ""]
        return [*now, before[2] or durable.file_digest(path)]
    except FileNotFoundError:
        return None
    except PermissionError:  # another program holds it open
        return [0, 0, ""]


def inbox_sensor(settings: Settings, main: dg.UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Runs the main job when files have arrived whole."""

    @dg.sensor(
        name="inbox",
        job=main,
        minimum_interval_seconds=LOOK_EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Runs the main job when files lie in the inbox and none of them is still being copied. A run that "
        "fails is not repeated for the same files: put right what it says, then launch `main` by hand.",
    )
    def inbox(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        said = ""
        try:
            close_dead_runs(settings, context.instance)
            going = dg.RunsFilter(job_name=MAIN, statuses=UNFINISHED)
            if context.instance.get_runs(going, limit=1):
                return dg.SkipReason("A run is waiting or going on; it takes what lies in the inbox.")
            sight = look(settings, context.cursor)
        except Exception as problem:
            said = told(problem)
        if said:  # raised out here, so that Dagster does not store what it came from
            raise Stopped(said)
        context.update_cursor(sight.cursor)
        if sight.why_not:
            return dg.SkipReason(sight.why_not)
        tags = {"send-audit/started-by": "inbox", "send-audit/deliveries": short(sight.contents)}
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=sight.run_key, tags=tags)])

    return inbox


def schedules(main: dg.UnresolvedAssetJobDefinition) -> list[dg.ScheduleDefinition]:
    """Off until an analyst switches them on."""
    return [
        dg.ScheduleDefinition(
            name="daily",
            job=main,
            cron_schedule="30 6 * * *",
            execution_timezone=LONDON,
            tags={"send-audit/started-by": "daily"},
            default_status=dg.DefaultScheduleStatus.STOPPED,
            description="Every morning at half past six: takes in what is in the inbox and brings the release up to "
            "date. Without anything new it makes no release.",
        ),
        dg.ScheduleDefinition(
            name="termly",
            job=main,
            cron_schedule=["0 7 10 1 *", "0 7 1 5 *", "0 7 10 9 *"],
            execution_timezone=LONDON,
            tags={"send-audit/started-by": "termly"},
            run_config={"ops": {"intake": {"config": {"check_anew": True}}}},
            default_status=dg.DefaultScheduleStatus.STOPPED,
            description="On 10 January, 1 May and 10 September at seven: checks every delivery again from its archived "
            "original, makes all figures anew and brings the release up to date.",
        ),
    ]
