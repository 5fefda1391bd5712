"""The main job as assets, a few for each layer, with their checks.

Belongs here: which assets and checks there are, and the counts and rule codes that they show.
Does not belong here: doing the work (`session` calls the steps of `run`), checking one delivery anew (`again`).

Nothing here shows a row's value, a file's name or a supplier's own words: Dagster's history has no protection of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from pydantic import Field

from pipelines import releases
from pipelines.contracts import Catalogue, Contract
from pipelines.intake import receive
from pipelines.intake.receive import Checked
from pipelines.model.schema import FACTS
from pipelines.orchestration import again, session
from pipelines.orchestration.faults import safely
from pipelines.orchestration.session import Session, Work
from pipelines.settings import Settings

MEASURED = ("counts", "figures", "charts")
FAMILIES = {
    "1": ("cells_readable", "Every cell can be read and is on its list of codes."),
    "2": ("required_cells_filled", "No required cell is empty."),
    "3": ("rows_make_sense", "The cells of each row agree with one another."),
    "4": ("links_found", "What a row names is found in the other feed."),
    "5": ("whole_file_as_expected", "The file as a whole looks like those before it."),
    "6": ("keys_unique", "No row comes twice."),
}
"""Rules by their code's hundred: one check of each feed."""
SHORT = 8
"""Characters of a delivery's hash in tags and partition names."""
Events = Sequence[dg.MaterializeResult | dg.AssetCheckResult]


class RunConfig(dg.Config):
    """Choices for one run."""

    as_of: str = Field(default="", description="Rebuild from what had arrived by the end of this day, such as 2026-03-31, "
                                               "without moving the officers' pointer. Leave empty for now.")  # fmt: skip
    check_anew: bool = Field(default=False, description="First check every delivery again from its archived original.")


def main_job_assets(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    """The layers of the main job: deliveries taken in; facts and figures; the officers' release."""
    accepted = [accepted_of(feed) for feed in catalogue.contracts]

    @dg.multi_asset(
        name="intake",
        specs=[
            dg.AssetSpec(accepted_of(feed), group_name="intake", description=f"{contract.title}: rows accepted, over all deliveries.")
            for feed, contract in catalogue.contracts.items()
        ],
        check_specs=[
            dg.AssetCheckSpec("rows_balance", asset=name, blocking=True, description="Rows received are rows accepted and rows set aside.")
            for name in accepted
        ],
        required_resource_keys={"session"},
    )  # fmt: skip
    def intake(context: dg.AssetExecutionContext, config: RunConfig) -> Iterator[Any]:
        yield from _safely(context, lambda mine: _intake(context, config, mine))

    @dg.multi_asset(
        name="counting",
        specs=[
            *(dg.AssetSpec(name, deps=accepted, group_name="model", description=fact.title) for name, fact in FACTS.items()),
            *(dg.AssetSpec(name, deps=list(FACTS), group_name="measures", description=_MEASURED[name]) for name in MEASURED),
        ],
        check_specs=[
            dg.AssetCheckSpec("receipts_unique", asset="figures", blocking=True, description="No two figures have the same receipt.")
        ],
        required_resource_keys={"session"},
    )  # fmt: skip
    def counting(context: dg.AssetExecutionContext) -> Iterator[Any]:
        yield from _safely(context, _counting)

    @dg.asset(
        name="officers_release",
        deps=list(MEASURED),
        group_name="release",
        description="What officers read: an unchangeable release of exact figures. Suppliers' reports are written with it.",
        required_resource_keys={"session"},
    )
    def officers_release(context: dg.AssetExecutionContext) -> Iterator[Any]:
        yield from _safely(context, lambda mine: _release(context, mine))

    return [intake, counting, officers_release]


_MEASURED = {
    "counts": "Numerators and denominators by month and group.",
    "figures": "Rates with their intervals, comparisons and receipts.",
    "charts": "Control charts: centre, limits and signals.",
}


def rule_checks(catalogue: Catalogue) -> dg.AssetChecksDefinition:
    """Each feed's rules in families, judged on the deliveries of which rows are in force."""
    specs = [
        dg.AssetCheckSpec(
            name,
            asset=accepted_of(feed),
            description=f"{about} {len(rules)} rules: {rules[0]} to {rules[-1]}.",
            additional_deps=["officers_release"],
        )
        for feed, contract in catalogue.contracts.items()
        for (name, about), rules in families_of(contract).items()
    ]

    @dg.multi_asset_check(name="findings", specs=specs, required_resource_keys={"session"})
    def findings(context: dg.AssetCheckExecutionContext) -> Iterator[Any]:
        yield from _safely(context, _findings)

    return findings


def accepted_of(feed: str) -> str:
    return f"{feed}_accepted"


def families_of(contract: Contract) -> dict[tuple[str, str], list[str]]:
    """(check's name, what it says) -> the codes of a feed's rules that it covers."""
    found: dict[tuple[str, str], list[str]] = {}
    for rule in contract.all_rules:
        found.setdefault(FAMILIES[rule.code[4]], []).append(rule.code)
    return found


def _safely(context: Any, do: Callable[[Session], Events]) -> Events:
    mine: Session = context.resources.session
    return safely(lambda: do(mine), tried=context.retry_number, noted=mine.note)


def _intake(context: dg.AssetExecutionContext, config: RunConfig, mine: Session) -> Events:
    mine.choose(config.as_of)
    if config.check_anew:
        again.check_anew(mine.open(), receive.arrivals(mine.settings))
    work = mine.up_to(session.take_in)
    again.record_deliveries(context, work)
    return [_accepted(feed, contract, work.held) for feed, contract in work.catalogue.contracts.items()]


def _accepted(feed: str, contract: Contract, held: Sequence[Checked]) -> dg.MaterializeResult:
    found = [checked.result["feeds"][feed] for checked in held if feed in checked.result["feeds"]]
    rows = {name: sum(result[name] for result in found) for name in ("received", "accepted", "rejected")}
    return dg.MaterializeResult(
        asset_key=accepted_of(feed),
        metadata={
            "dagster/row_count": rows["accepted"],
            "deliveries": len(found),
            **{f"rows {name}": count for name, count in rows.items()},
            "contract": f"{feed} {contract.version}",
        },
        check_results=[
            dg.AssetCheckResult(
                check_name="rows_balance",
                passed=all(one["received"] == one["accepted"] + one["rejected"] for one in found),
                severity=dg.AssetCheckSeverity.ERROR,
                metadata=rows,
            )
        ],
    )


def _counting(mine: Session) -> Events:
    work = mine.up_to(session.count)
    rows: Counter[str] = Counter()
    for partition in work.councils.values():
        for part in partition["parts"]:
            rows[part["table"].removeprefix("fact_")] += part["rows"]
    about = {"councils": len(work.councils), "councils made anew": len(work.outcome.rebuilt)}
    repeated = repeated_receipts(work.settings, work.councils)
    return [
        dg.MaterializeResult(asset_key=name, metadata={"dagster/row_count": rows[name], **about})
        for name in (*FACTS, *MEASURED)
    ] + [
        dg.AssetCheckResult(
            asset_key="figures",
            check_name="receipts_unique",
            passed=repeated == 0,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={"figures": rows["figures"], "receipts that come twice": repeated},
        )
    ]


def _release(context: dg.AssetExecutionContext, mine: Session) -> Events:
    work = mine.up_to(session.release)
    outcome = work.outcome
    tags = {"send-audit/release": outcome.release or ""}
    if outcome.received:
        tags["send-audit/deliveries"] = short(checked.arrival.delivery for checked in outcome.received)
    context.instance.add_run_tags(context.run_id, tags)
    return [
        dg.MaterializeResult(
            metadata={
                "release": outcome.release or "",
                "new": outcome.is_new,
                "deliveries held": len(work.held),
                "deliveries received": len(outcome.received),
                "deliveries refused": len(outcome.refused),
                "reports to suppliers": len(outcome.reports),
            }
        )
    ]


def _findings(mine: Session) -> Events:
    work = mine.up_to(session.release)
    broken = rules_broken(work.settings, work.manifest)
    results = []
    for feed, contract in work.catalogue.contracts.items():
        for (name, _), rules in families_of(contract).items():
            found = {code: broken[feed, code] for code in rules if broken[feed, code]}
            results.append(
                dg.AssetCheckResult(
                    asset_key=accepted_of(feed),
                    check_name=name,
                    passed=not found,
                    severity=dg.AssetCheckSeverity.WARN,
                    metadata={"rules broken": found, "findings": sum(found.values())},
                )
            )
    return results
