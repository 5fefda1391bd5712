"""Fact `planned_audits`: the audits that were promised, one row each, and whether they were done.

Belongs here: freezing the programme, and setting audits against it.
Does not belong here: the other facts (`facts`).
"""

from __future__ import annotations

import ibis
from ibis import Table

from pipelines.contracts import UNREADABLE
from pipelines.model import schema
from pipelines.model.columns import known, row_key

_PROGRAMME = ("council", "period_start", "period_end", "audit_type", "agency")
"""What is approved together: a team or frame that a later approval is the first to name was not promised before."""
_OF_ALL_AGENCIES = tuple(name for name in _PROGRAMME if name != "agency")
_PLAN = ("council", "frame", "period_start", "period_end", "audit_type", "team", "agency")


def planned_audits(programme: Table, case_audits: Table) -> Table:
    """One row per planned audit, dated by the last month of its period.

    The first approval of a period, audit type and agency fixes how many are planned, and for which teams and frames. A
    later approval of more, or for a team or frame that the first one did not name, shows as audits added; so does one
    that names agencies where the first named none, or none where it did. One of fewer changes nothing.
    Planned audit i counts as delivered when i audits or more of that type, team, agency and frame (those that the plan
    names; an audit without a frame may be of any) were planned for the period and completed by its end. Where two rows
    of a plan overlap, one audit counts towards both.
    """
    named = programme.mutate(**{name: known(programme[name]) for name in ("team", "agency")})
    approved = named.group_by(*_PLAN).aggregate(
        at_first=named.planned_count.argmin(named.approved_on),
        most=named.planned_count.max(),
        since=named.approved_on.min(),
    )
    begun = approved.since.min().over(group_by=_OF_ALL_AGENCIES)
    unnamed = (
        ibis.ifelse(approved.agency.isnull(), approved.since, None).min().over(group_by=_OF_ALL_AGENCIES)
    )
    promised = (approved.since == approved.since.min().over(group_by=_PROGRAMME)) & ibis.ifelse(
        approved.agency.isnull(), approved.since == begun, unnamed.isnull() | (approved.since <= unnamed)
    )
    plans = approved.mutate(
        first=ibis.ifelse(promised, approved.at_first, 0),
        plan_key=row_key(*(approved[name] for name in _PLAN)),
    )
    counted = plans.left_join(delivered(plans, case_audits), "plan_key")  # one plan to at most one count
    slots = counted.mutate(slot=ibis.range(1, counted.most + 1).unnest())
    start, end = slots.period_start, slots.period_end
    return slots.select(
        "council",
        slot_key=row_key(slots.plan_key, slots.slot),
        planned_month=ibis.date(end.year(), end.month(), 1),
        months_spanned=(end.year() - start.year()) * 12 + end.month() - start.month() + 1,
        audit_type=slots.audit_type,
        team=slots.team.fill_null(schema.UNKNOWN),
        agency=slots.agency.fill_null(schema.UNKNOWN),
        frame=slots.frame,
        is_in_programme=ibis.literal(True),
        is_planned=slots.slot <= slots["first"],
        is_added=slots.slot > slots["first"],
        is_delivered=slots.slot <= ibis.least(slots["first"], slots.done.fill_null(0)),
    )


def delivered(plans: Table, case_audits: Table) -> Table:
    """How many audits each plan (by `plan_key`) can claim."""
    completed = case_audits.filter(case_audits.status == "completed", case_audits.planned_month.notnull())
    # by day before joining: a plan is set against a few thousand rows, not against every audit
    by_day = completed.group_by(
        "council", "audit_type", "team", "agency", "frame", "planned_month", "completed_on"
    ).aggregate(audits=completed.count())
    # many plans to many kinds of audits
    matched = plans.inner_join(
        by_day,
        [
            plans.council == by_day.council,
            plans.audit_type == by_day.audit_type,
            by_day.planned_month.between(plans.period_start, plans.period_end),
            by_day.completed_on <= plans.period_end,
            plans.team.isnull() | (plans.team == by_day.team),
            plans.agency.isnull() | (plans.agency == by_day.agency),
            by_day.frame.isnull() | (by_day.frame == UNREADABLE) | (plans.frame == by_day.frame),
        ],
        rname="audit_{name}",
    )
    return matched.group_by("plan_key").aggregate(done=matched.audits.sum())
