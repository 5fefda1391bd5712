"""Dagster: assets, checks, one sensor, schedules. No logic.

Belongs here: putting the pieces of `orchestration` together for one store, and running the main job in this process.
Does not belong here: the steps of the job (`run` and the rooms), or the pieces themselves. Nothing but this module and
`orchestration` imports Dagster, and a figure or a page loads neither.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date

import dagster as dg

from pipelines import contracts, run
from pipelines import settings as program_settings
from pipelines.orchestration.again import delivery_assets
from pipelines.orchestration.assets import main_assets, rule_checks
from pipelines.orchestration.faults import Stopped, is_own, told
from pipelines.orchestration.history import (
    alive,
    close_dead_runs,
    end_run,
    environment,
    instance_for,
    kept_open,
)
from pipelines.orchestration.session import Session
from pipelines.orchestration.triggers import MAIN, inbox_sensor, schedules
from pipelines.progress import Progress, quiet
from pipelines.settings import Settings

__all__ = ["Stopped", "definitions_for", "defs", "environment", "instance_for", "run_main"]


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev -m pipelines.definitions` shows: the store that the environment names."""
    return definitions_for(program_settings.load())


def definitions_for(settings: Settings, session: Session | None = None) -> dg.Definitions:
    """Everything, for one store; reads contracts and no data.

    Args:
        session: work on this one, for whoever wants the outcome; otherwise each run makes its own.

    Raises:
        contracts.ContractError: a contract or list is wrong.
    """
    catalogue = contracts.load(settings)
    assets = main_assets(catalogue)
    main = dg.define_asset_job(
        MAIN,
        selection=dg.AssetSelection.assets(*assets),
        description="Takes in what is in the inbox, checks it, counts it and makes a release of it.",
    )

    @dg.resource(description="One run's work, under the store's one lock.")
    def session_of(context: dg.InitResourceContext) -> Iterator[Session]:
        mine = session or Session(settings)
        with nullcontext() if session or context.run is None else alive(settings, context.run.run_id):
            try:
                yield mine
            finally:
                mine.close()

    return dg.Definitions(
        assets=[*assets, *delivery_assets(catalogue)],
        asset_checks=[rule_checks(catalogue)],
        jobs=[main],
        sensors=[inbox_sensor(settings, main)],
        schedules=schedules(main),
        # Steps hand nothing on through Dagster, so it has nothing to store for them.
        resources={"session": session_of, "io_manager": dg.mem_io_manager},
        executor=dg.in_process_executor,
    )


def run_main(settings: Settings, *, progress: Progress = quiet, as_of: date | None = None) -> run.Outcome:
    """The main job in this process: `run.run`, recorded in Dagster's history without any of its daemons.

    Raises:
        Whatever of its own `run.run` raises; Stopped for anything else, which says no more than kind and place.
    """
    mine = Session(settings, progress, as_of, patient=False)
    run_id = str(uuid.uuid4())
    with kept_open(), instance_for(settings) as instance, alive(settings, run_id):
        close_dead_runs(settings, instance)
        job = definitions_for(settings, mine).resolve_job_def(MAIN)
        try:
            done = job.execute_in_process(
                instance=instance,
                run_id=run_id,
                raise_on_error=False,
                run_config={
                    "ops": {"intake": {"config": {"as_of": as_of.isoformat() if as_of else ""}}},
                    "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                },
                tags={
                    "send-audit/started-by": "command line",
                    ".dagster/repository": f"__repository__@{__name__}",  # lists it with runs started elsewhere
                },
            )
        finally:  # interrupted: what was going on is over
            end_run(instance, run_id)
    if done.success and mine.work:
        return mine.work.outcome
    if isinstance(mine.problem, (KeyboardInterrupt, dg.DagsterExecutionInterruptedError)):
        raise KeyboardInterrupt
    if mine.problem is None:
        at = [f"{one.check_name} of {one.asset_key.to_user_string()}"
              for one in done.get_asset_check_evaluations() if one.blocking and not one.passed]  # fmt: skip
        raise Stopped(
            f"Run {run_id} stopped at a check that guards the release ({', '.join(at) or 'unknown'}). The last release "
            "stands; `send-audit up` shows what the check found."
        )
    raise mine.problem if is_own(mine.problem) else Stopped(told(mine.problem))
