"""Single deliveries: how each was judged, and checking some of them anew.

Belongs here: a partition for each delivery, where alone a refusal is an error, and the backfill by council and feed.
Does not belong here: judging (`intake`), or making a release of what was checked anew (the main job).
"""

# Without `from __future__ import annotations`: Dagster looks at the types of its decorated functions themselves.

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from pipelines import run
from pipelines.contracts import UNREADABLE, Catalogue
from pipelines.intake import receive
from pipelines.intake.receive import Checked
from pipelines.orchestration.session import Session, within
from pipelines.orchestration.summaries import partition_of, rules_found
from pipelines.partitions import held_by_council

DELIVERIES, COUNCILS = "deliveries", "councils"
"""Partitions that grow: by delivery, and by council that is held."""
DELIVERY, CHECK, AGAIN = "delivery", "no_findings", "checked_again"


def delivery_assets(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    """The partitioned assets: each delivery by itself, and the deliveries of a council and feed."""
    by_delivery = dg.DynamicPartitionsDefinition(name=DELIVERIES)
    by_council_and_feed = dg.MultiPartitionsDefinition(
        {
            "council": dg.DynamicPartitionsDefinition(name=COUNCILS),
            "feed": dg.StaticPartitionsDefinition(list(catalogue.contracts)),
        }
    )
    with warnings.catch_warnings():
        # Dagster calls checks by partition a preview. Without them a refusal would show for all deliveries at once.
        warnings.filterwarnings("ignore", category=dg.PreviewWarning)
        found = dg.AssetCheckSpec(
            CHECK,
            asset=DELIVERY,
            partitions_def=by_delivery,
            description="Nothing was found in the delivery. A warning: rows were queried or set aside. "
            "An error: the whole delivery was refused, and the one before it stands.",
        )

    @dg.asset(
        name=DELIVERY,
        partitions_def=by_delivery,
        check_specs=[found],
        group_name="deliveries",
        description="One delivery, as it was judged. To materialise it is to check it again from its archived "
        "original; run the main job afterwards.",
        required_resource_keys={"session"},
    )
    def delivery(context: dg.AssetExecutionContext) -> Iterator[Any]:
        def check(mine: Session) -> list[Any]:
            work = mine.open()
            arrivals = receive.arrivals(work.settings)
            of_this = [arrival for arrival in arrivals if partition_of(arrival) == context.partition_key]
            shown: list[Any] = []
            for one in run.check_anew(work.settings, work.catalogue, work.key, of_this):
                shown += [dg.MaterializeResult(metadata=_counts(one)), _checked(one)]
            return shown

        yield from within(context, check)

    @dg.asset(
        name=AGAIN,
        partitions_def=by_council_and_feed,
        group_name="deliveries",
        description="Checks the deliveries of a council and feed again from their archived originals, under the "
        "contracts as they are now. Run the main job afterwards to make a release of the result.",
        required_resource_keys={"session"},
    )
    def checked_again(context: dg.AssetExecutionContext) -> Iterator[Any]:
        council, feed = (context.partition_key.keys_by_dimension[name] for name in ("council", "feed"))

        def check(mine: Session) -> list[Any]:
            work = mine.open()
            held = run.checked_deliveries(work.settings, work.catalogue, work.key)
            of_these = [one.arrival for one in held if council in one.profile(feed)]
            found = run.check_anew(work.settings, work.catalogue, work.key, of_these)
            rows = sum(one.result["feeds"][feed]["received"] for one in found if not one.refused)
            return [dg.MaterializeResult(metadata={"deliveries": len(found), "dagster/row_count": rows})]

        yield from within(context, check)

    return [delivery, checked_again]


def log_deliveries(context: dg.OpExecutionContext, held: Sequence[Checked]) -> None:
    """Log how each delivery was judged that Dagster has not heard of, each in its own partition."""
    known = set(context.instance.get_dynamic_partitions(DELIVERIES))
    for checked in held:
        partition = partition_of(checked.arrival)
        if partition in known:
            continue
        context.log_event(dg.AssetMaterialization(DELIVERY, partition=partition, metadata=_counts(checked)))
        result = _checked(checked)
        evaluation = dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey(DELIVERY),
            check_name=CHECK,
            passed=result.passed,
            severity=result.severity,
            metadata=result.metadata,
            partition=partition,
        )
        context.log_event(evaluation)  # type: ignore[arg-type]  # taken, though its annotation does not say so


def offer_partitions(instance: dg.DagsterInstance, work: run.Work) -> None:
    """Offer the deliveries held and their councils in Dagster's pages: from now on they count as logged."""
    instance.add_dynamic_partitions(COUNCILS, list(held_by_council(work.catalogue, work.held)))
    instance.add_dynamic_partitions(DELIVERIES, [partition_of(checked.arrival) for checked in work.held])


def _checked(checked: Checked) -> dg.AssetCheckResult:
    found = rules_found(checked)
    severity = dg.AssetCheckSeverity.ERROR if checked.refused else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        check_name=CHECK, passed=not found, severity=severity, metadata={"rules broken": found}
    )


def _counts(checked: Checked) -> dict[str, Any]:
    feeds = checked.result["feeds"]
    rows = {name: sum(feed[name] for feed in feeds.values()) for name in ("received", "accepted", "rejected")}
    return {
        "dagster/row_count": rows["accepted"],
        **rows,
        "feeds": ", ".join(sorted(feeds)),
        "councils": ", ".join(sorted(checked.councils - {UNREADABLE})),
        "taken from its system on": checked.arrival.extracted_on.isoformat(),
        "refused": checked.refused,
    }
