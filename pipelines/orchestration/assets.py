"""The main job as assets, a few for each layer, with their checks.

Belongs here: which assets and checks there are, in which order they are made, and what they show.
Does not belong here: doing the work (`session` calls the steps of `run`), counting it (`summaries`), checking single
deliveries anew (`again`).
"""

# Without `from __future__ import annotations`: Dagster looks at the types of its decorated functions themselves.

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import dagster as dg

from pipelines import run
from pipelines.contracts import Catalogue
from pipelines.intake import receive
from pipelines.model import schema
from pipelines.orchestration import again, summaries, watch
from pipelines.orchestration.faults import Stopped
from pipelines.orchestration.session import Session, within

FACTS = {**schema.FACTS, **schema.GIVEN}
MEASURED = {
    "counts": "Numerators and denominators by month and group.",
    "figures": "Rates with their intervals, comparisons and receipts.",
    "charts": "Control charts: centre, limits and signals.",
}
RELEASE = "officers_release"
Shown = Sequence[dg.MaterializeResult | dg.AssetCheckResult]


CHOICES = {
    "as_of": dg.Field(
        str,
        default_value="",
        description="Rebuild from what had arrived by the end of this day, such as 2026-03-31; receives nothing and "
        "leaves the release that officers read. Empty: now.",
    ),
    "check_anew": dg.Field(
        bool, default_value=False, description="First check every delivery again from its archived original."
    ),
}
"""What may be chosen for one run of the main job."""


def accepted(feed: str) -> str:
    return f"{feed}_accepted"


def main_assets(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    """The layers of the main job, one step each: deliveries taken in, facts and figures, the release."""
    feeds = {accepted(feed): contract for feed, contract in catalogue.contracts.items()}

    @dg.multi_asset(
        name="intake",
        specs=[
            dg.AssetSpec(name, group_name="intake", description=f"{contract.title}: the rows accepted.")
            for name, contract in feeds.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(
                "rows_balance",
                asset=name,
                blocking=True,
                description="Rows received are the rows accepted, set aside and erased since, in every delivery.",
            )
            for name in feeds
        ]
        + [
            dg.AssetCheckSpec(check, asset=name, description=about)
            for name in feeds
            for check, about in watch.CHECKS.items()
        ],
        config_schema=CHOICES,
        required_resource_keys={"session"},
    )
    def intake(context: dg.AssetExecutionContext) -> Iterator[Any]:
        yield from within(context, lambda mine: _intake(context.op_execution_context, mine))
        again.offer_partitions(context.instance, context.resources.session.work)

    @dg.multi_asset(
        name="counting",
        specs=[
            *(
                dg.AssetSpec(
                    name,
                    deps=list(feeds),
                    group_name="model",
                    description=f"One row each: {fact.counts_what}.",
                )
                for name, fact in FACTS.items()
            ),
            *(
                dg.AssetSpec(name, deps=list(FACTS), group_name="measures", description=about)
                for name, about in MEASURED.items()
            ),
        ],
        check_specs=[
            dg.AssetCheckSpec(
                "receipts_unique",
                asset="figures",
                blocking=True,
                description="No two figures have the same receipt.",
            ),
            dg.AssetCheckSpec(
                "every_row",
                asset="counts",
                blocking=True,
                description="From the rows received to each denominator, every step adds up: no row is lost or counted "
                "twice. `send-audit balances` and the page Data show the steps.",
            ),
        ],
        required_resource_keys={"session"},
    )
    def counting(context: dg.AssetExecutionContext) -> Iterator[Any]:
        yield from within(context, _counting)

    @dg.asset(
        name=RELEASE,
        deps=list(MEASURED),
        group_name="release",
        description="What officers read: exact figures that never change again. Suppliers' reports go to the outbox.",
        required_resource_keys={"session"},
    )
    def officers_release(context: dg.AssetExecutionContext) -> Iterator[Any]:
        yield from within(context, lambda mine: _release(context, mine))

    return [intake, counting, officers_release]


def rule_checks(catalogue: Catalogue) -> dg.AssetChecksDefinition:
    """Each feed's rules, one check for each level, over the deliveries of which rows are in force."""
    specs = [
        dg.AssetCheckSpec(
            name,
            asset=accepted(feed),
            additional_deps=[RELEASE],
            description=f"{summaries.CHECKS[name][1]} {len(codes)} rules; `send-audit explain` tells of each.",
        )
        for feed, contract in catalogue.contracts.items()
        for name, codes in summaries.rules_by_check(contract).items()
    ]

    @dg.multi_asset_check(name="findings", specs=specs, required_resource_keys={"session"})
    def findings(context: dg.AssetCheckExecutionContext) -> Iterator[Any]:
        yield from within(context, _findings)

    return findings


def _intake(context: dg.OpExecutionContext, mine: Session) -> Shown:
    choices = context.op_config
    if choices["as_of"]:
        try:
            mine.as_of = date.fromisoformat(choices["as_of"])
        except ValueError:
            raise Stopped("as_of must be a date such as 2026-03-31. Start the run again with one.") from None
    if choices["check_anew"]:
        work = mine.open()
        run.check_anew(work.settings, work.catalogue, work.key, receive.arrivals(work.settings))
    work = mine.up_to(run.take_in)
    again.log_deliveries(context, work.held)
    shown: list[dg.MaterializeResult] = []
    for feed, contract in work.catalogue.contracts.items():
        rows, wrong = summaries.rows_of(feed, work.held), summaries.unbalanced(feed, work.held)
        balance = dg.AssetCheckResult(
            asset_key=accepted(feed),
            check_name="rows_balance",
            passed=wrong == 0,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={**rows, "deliveries out of balance": wrong},
        )
        about: dict[str, Any] = {"dagster/row_count": rows["accepted"], **rows, "contract": contract.version}
        watched = watch.results(work, feed, accepted(feed))
        shown.append(
            dg.MaterializeResult(asset_key=accepted(feed), metadata=about, check_results=[balance, *watched])
        )
    return shown


def _counting(mine: Session) -> Shown:
    work = mine.up_to(run.count)
    rows = summaries.rows_of_tables(work.councils)
    about = {"councils": len(work.councils), "councils counted anew": len(work.outcome.rebuilt)}
    repeated = summaries.repeated_receipts(work.settings, work.councils)
    unique = dg.AssetCheckResult(
        asset_key="figures",
        check_name="receipts_unique",
        passed=repeated == 0,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"figures": rows["figures"], "receipts that come twice": repeated},
    )
    wrong = run.out_of_balance(work)
    if wrong:
        mine.note(wrong)  # whoever started the run here is told which steps; the check stops it
    whole = dg.AssetCheckResult(
        asset_key="counts",
        check_name="every_row",
        passed=wrong is None,
        severity=dg.AssetCheckSeverity.ERROR,
        description=str(wrong) if wrong else None,
        metadata={
            "steps": summaries.steps(work.balances),
            "rows received": summaries.received(work.balances),
        },
    )
    made: list[dg.MaterializeResult] = [
        dg.MaterializeResult(asset_key=name, metadata={"dagster/row_count": rows[name], **about})
        for name in (*FACTS, *MEASURED)
    ]
    return [*made, unique, whole]


def _release(context: dg.AssetExecutionContext, mine: Session) -> Shown:
    work = mine.up_to(run.release)
    outcome = work.outcome
    tags = {"send-audit/release": outcome.release or ""}
    if outcome.received:
        tags["send-audit/deliveries"] = summaries.short(one.arrival.delivery for one in outcome.received)
    context.instance.add_run_tags(context.run.run_id, tags)
    return [
        dg.MaterializeResult(
            metadata={
                "release": outcome.release or "",
                "new": outcome.is_new,
                "deliveries held": len(work.held),
                "deliveries received": len(outcome.received),
                "deliveries refused": len(outcome.refused),
                "files left in the inbox": len(outcome.left),
                "reports to suppliers": len(outcome.reports),
            }
        )
    ]


def _findings(mine: Session) -> Shown:
    work = mine.up_to(run.release)
    broken = summaries.rules_broken(work.settings, work.manifest)
    shown = []
    for feed, contract in work.catalogue.contracts.items():
        for name, codes in summaries.rules_by_check(contract).items():
            found = {code: broken[feed, code] for code in codes if (feed, code) in broken}
            shown.append(
                dg.AssetCheckResult(
                    asset_key=accepted(feed),
                    check_name=name,
                    passed=not found,
                    severity=dg.AssetCheckSeverity.WARN,
                    metadata={"rules broken": found, "rules": len(codes)},
                )
            )
    return shown
