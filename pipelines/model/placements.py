"""Facts `placements`, `placement_months` and `setting_months`: where children are placed, and who looks after it.

Belongs here: every column of the three, the order of seriousness, and how long a visit or a check counts.
Does not belong here: which of them a measure counts (the definitions), or other feeds.

A child with several placements on one day stands for the most serious of them. An attribute that a list holds once, as
the day of the last visit, is known of an earlier month only where nothing later hides it.
"""

from __future__ import annotations

import ibis
import ibis.expr.datatypes as dt
from ibis import Table
from ibis.expr.types import BooleanColumn, StringColumn

from pipelines.model import schema
from pipelines.model.columns import group, row_key, yes
from pipelines.model.schema.titles import STATES

VISIT_DAYS = 91
"""A visit counts for 13 weeks, about a term. Nothing in law says how often: the version of the measure does."""
CHECK_DAYS = 364
"""A safeguarding check counts for 52 weeks."""
BEFORE_MONTHS = 12
"""How far back the last day of a month looks for placements that have ended."""
_WEEKS = (4, 13, 26, 52)
_HOURS = (10, 18)
_CHILD = ("council", "child_reference", "month_on")


def facts(rows: Table, extraction_days: Table, month_ends: Table) -> dict[str, Table]:
    """Each fact of the list of placements in force; `month_ends` are its months (council, month_on, since_on)."""
    held = stays(rows, month_ends)
    return {
        "placements": placements(rows),
        "placement_months": children(held),
        "setting_months": settings(held),
    }


def placements(rows: Table) -> Table:
    """One row per placement, as it was on its first day."""
    registered = _registered(rows, rows.started_on)
    state = _state(rows, registered)
    return rows.select(
        "council",
        "started_on",
        placement_key=row_key(rows.council, rows.placement_reference),
        registration_state=state,
        attendance=group(rows.attendance),
        is_placement=ibis.literal(True),
        has_ehc_plan=yes(rows.has_ehc_plan),
        is_must_register_at_start=state == "must_register",
    )


def stays(rows: Table, month_ends: Table) -> Table:
    """One row per placement and month's end, where it stood on some day of the 12 months to it."""
    # many placements to many months
    held = rows.inner_join(
        month_ends,
        [
            rows.council == month_ends.council,
            rows.started_on <= month_ends.month_on,
            rows.ended_on.isnull() | (rows.ended_on >= month_ends.since_on),
        ],
        rname="month_{name}",
    )
    days = held.month_on.delta(held.started_on, unit="day")
    needed = yes(held.registration_needed == "must_register")
    return held.mutate(
        is_here=held.ended_on.isnull() | (held.ended_on >= held.month_on),
        state=_state(held, _registered(held, held.month_on)),
        was_must=needed & ~_registered(held, ibis.greatest(held.started_on, held.since_on)),
        weeks_band=_band(days // 7, _WEEKS),
        weeks_placed=(days // 7).cast("int64").cast("string"),
        hours_band=_band(held.hours_a_week, _HOURS),
    )


def children(held: Table) -> Table:
    """One row per child and month's end, of `stays`: the most serious placement of that day stands for the child."""
    seriousness = ibis.cases(
        *[(held.state == state, ibis.literal(place, dt.int8)) for place, state in enumerate(STATES)]
    )
    first = ibis.row_number().over(
        group_by=_CHILD,
        order_by=[~held.is_here, seriousness, held.started_on, held.placement_reference],
    )
    rows = held.mutate(
        place=first,
        is_planned=yes(held.has_ehc_plan).any().over(group_by=_CHILD),
        was_must_register=held.was_must.any().over(group_by=_CHILD),
    ).filter(ibis._.place == 0)
    here = {state: rows.is_here & (rows.state == state) for state in STATES}
    placed = {
        "registration_state": rows.state,
        "attendance": group(rows.attendance),
        "hours_band": rows.hours_band,
        "weeks_band": rows.weeks_band,
        "weeks_placed": rows.weeks_placed,
        "move_planned": ibis.cases(
            (yes(rows.plan_to_move), "yes"), (rows.plan_to_move.notnull(), "no"), else_=schema.UNKNOWN
        ),
    }
    return rows.select(
        "council",
        month_end=rows.month_on,
        placement_month_key=row_key(rows.council, rows.child_reference, rows.month_on),
        placement_key=row_key(rows.council, rows.placement_reference),
        **placed,
        is_listed=ibis.literal(True),
        has_ehc_plan=rows.is_planned,
        is_placed=rows.is_here,
        **{f"is_{state}": value for state, value in here.items()},
        has_plan_to_move=rows.is_here & yes(rows.plan_to_move),
        was_must_register=rows.was_must_register,
    )


def settings(held: Table) -> Table:
    """One row per provider in use that is not known to be registered, and month's end, of `stays`."""
    rows = held.filter(held.is_here, held.state != "registered")
    by_setting = rows.group_by("council", "provider_reference", "month_on").aggregate(
        must=(rows.state == "must_register").any(),
        **{
            f"{what}_{when}": yes(condition).any()
            for what, day, counts in (
                ("visit", rows.visited_on, VISIT_DAYS),
                ("check", rows.safeguarding_checked_on, CHECK_DAYS),
            )
            for when, condition in (
                ("in_date", (day <= rows.month_on) & (rows.month_on.delta(day, unit="day") <= counts)),
                ("later", day > rows.month_on),
            )
        },
    )
    return by_setting.select(
        "council",
        month_end=by_setting.month_on,
        setting_month_key=row_key(by_setting.council, by_setting.provider_reference, by_setting.month_on),
        is_in_use=ibis.literal(True),
        is_must_register=by_setting.must,
        is_visited=by_setting.visit_in_date,
        is_visit_known=by_setting.visit_in_date | ~by_setting.visit_later,
        is_checked=by_setting.check_in_date,
        is_check_known=by_setting.check_in_date | ~by_setting.check_later,
    )


def _registered(rows: Table, day: ibis.Value) -> BooleanColumn:
    """Registered on a day, as far as the list says."""
    return yes(rows.registered) & (rows.registered_on.isnull() | yes(rows.registered_on <= day))


def _state(rows: Table, registered: BooleanColumn) -> StringColumn:
    return ibis.cases(
        (registered, "registered"),
        (yes(rows.registration_needed == "must_register"), "must_register"),
        (yes(rows.registration_needed == "need_not"), "need_not"),
        else_="not_known",
    )


def _band(number: ibis.Value, limits: tuple[int, ...]) -> StringColumn:
    """The group of a number: from the limit before to the limit, and from the last one on."""
    below = [(number < limit, f"{low}-{limit - 1}") for low, limit in zip((0, *limits), limits, strict=False)]
    return ibis.cases(*below, (number >= limits[-1], f"{limits[-1]}-"), else_=schema.UNKNOWN)
