"""Facts `plans` and `plan_months`: the register of plans, as plans were issued, and as they stood at each month's end.

Belongs here: every column of the two, and what counts as having looked at a plan.
Does not belong here: reviews of plans themselves (`plan_reviews`), audits (`cases`).
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
from ibis import Table

from pipelines.model import schema
from pipelines.model.columns import group, row_key, yes
from pipelines.model.plan_reviews import plan_type

ISSUE_DAYS = 140
"""20 weeks, as days: the law counts weeks and does not say how (SEND Regulations 2014, regulation 13(2))."""
COVERED_MONTHS = 24
"""A plan is covered where somebody looked at it in so many months to a month's end, that month included."""


def register(active_plans: Table, ethnic_groups: Table) -> Table:
    """One row per plan in force: the columns of the fact `plans`, and the references by which it is found."""
    read = active_plans.mutate(ethnicity=group(active_plans.ethnicity))
    rows = read.left_join(ethnic_groups, "ethnicity")  # many plans to at most one group
    kind = plan_type(rows.plan_type)
    days = rows.issued_on.delta(rows.requested_on, unit="day")
    as_given = [name for name in schema.PLANS.breakdowns if name not in ("ethnic_group", "plan_type")]
    return rows.select(
        "council",
        "plan_reference",
        "child_reference",
        "issued_on",
        "ceased_on",
        **{name: group(rows[name]) for name in as_given},
        ethnic_group=rows.ethnic_group.nullif("Not known").fill_null(schema.UNKNOWN),
        plan_type=kind,
        plan_key=row_key(rows.council, rows.plan_reference),
        days_to_issue=days,
        is_issued=ibis.literal(True),
        is_ehc_plan=kind == "EHCP",
        has_request=days.notnull(),
        is_within_twenty_weeks=yes(days <= ISSUE_DAYS),
        has_exception=yes(rows.exceptions_apply),
        has_no_exception=~yes(rows.exceptions_apply),
    )


def looks(held: Table, case_audits: Table, plan_reviews: Table) -> Table:
    """(plan_key, looked_on, is_audit): each time that somebody completed an audit of the child or a review of the plan.

    A review is of the plan that it names. Where it names none that the register has, it is of the child's.
    """
    audits = case_audits.filter(case_audits.status == "completed", case_audits.completed_on.notnull())
    reviews = plan_reviews.filter(plan_reviews.status == "completed", plan_reviews.reviewed_on.notnull())
    by_plan, by_child = ["council", "plan_reference"], ["council", "child_reference"]
    of_plan = held.select("plan_key", *by_plan).inner_join(reviews.select(*by_plan, "reviewed_on"), by_plan)
    others = reviews.anti_join(held.select(*by_plan), by_plan)
    plans = held.select("plan_key", *by_child)
    of_child = plans.inner_join(
        others.select(*by_child, "reviewed_on"), by_child
    )  # many reviews to many plans
    audited = plans.inner_join(
        audits.select(*by_child, "completed_on"), by_child
    )  # many audits to many plans
    return ibis.union(
        audited.select("plan_key", looked_on=audited.completed_on, is_audit=ibis.literal(True)),
        of_plan.select("plan_key", looked_on=of_plan.reviewed_on, is_audit=ibis.literal(False)),
        of_child.select("plan_key", looked_on=of_child.reviewed_on, is_audit=ibis.literal(False)),
        distinct=True,
    )


def plan_months(held: Table, month_ends: Table, looked: Table) -> Table:
    """One row per plan and month's end on which it was maintained, of `register`, `month_ends` and `looks`."""
    # many plans to many months
    kept = held.inner_join(
        month_ends,
        [
            held.council == month_ends.council,
            held.issued_on <= month_ends.month_on,
            held.ceased_on.isnull() | (held.ceased_on > month_ends.month_on),
        ],
        rname="month_{name}",
    )
    active = kept.mutate(plan_month_key=row_key(kept.plan_key, kept.month_on))
    inside = active.inner_join(
        looked,
        [active.plan_key == looked.plan_key, looked.looked_on.between(active.since_on, active.month_on)],
        rname="look_{name}",
    )
    found = inside.group_by("plan_month_key").aggregate(
        is_audited=inside.is_audit.any(), is_reviewed=(~inside.is_audit).any()
    )
    rows = active.left_join(found, "plan_month_key")  # one to at most one
    audited, reviewed = yes(rows.is_audited), yes(rows.is_reviewed)
    return rows.select(
        "council",
        "plan_key",
        "plan_month_key",
        *schema.PLAN_MONTHS.breakdowns,
        "is_ehc_plan",
        month_end=rows.month_on,
        is_active=ibis.literal(True),
        is_audited=audited,
        is_reviewed=reviewed,
        is_looked_at=audited | reviewed,
    )


def covered_months(
    first: date, last: date, longest: int, before: int = COVERED_MONTHS
) -> list[tuple[date, date]]:
    """Each month's end from the month of `first` to the day `last`, the latest `longest` of them, with the first day of
    the months to it, `before` of them."""
    end = (
        last.year * 12 + last.month - 1 - ((last + timedelta(days=1)).day != 1)
    )  # the last month that is over
    begin = max(first.year * 12 + first.month - 1, end - longest + 1)
    return [
        (_first(month + 1) - timedelta(days=1), _first(month + 1 - before)) for month in range(begin, end + 1)
    ]


def _first(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
