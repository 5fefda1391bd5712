"""Facts `training` and `training_months`: who completed which module, and who holds what they must at each month's end.

Belongs here: every column of the two, joiners' time of grace, and when a completion runs out.
Does not belong here: which of them a measure counts (the definitions), or what audits find (`themes`).
"""

from __future__ import annotations

import ibis
from ibis import Table

from pipelines.model.columns import group, row_key, yes

GRACE_DAYS = 91
"""13 weeks from joining, or from the day the module became required: until then nobody counts as missing it."""
_HOLDING = ("council", "learner_reference", "module")
_GROUPS = {
    "module": "module",
    "learning_theme": "theme",
    "staff_role": "role",
    "team": "team",
    "agency": "agency",
}
"""Breakdown -> the column of the feed."""


def facts(rows: Table, extraction_days: Table, month_ends: Table) -> dict[str, Table]:
    """Each fact of the record in force; `month_ends` are its months (council, month_on, since_on)."""
    return {"training": training(rows), "training_months": holdings(rows, month_ends)}


def training(rows: Table) -> Table:
    """One row per person, module and completion; one for a person who has yet to complete it."""
    attended = rows.completed_on.notnull()
    return rows.select(
        "council",
        "completed_on",
        training_key=row_key(rows.council, rows.learner_reference, rows.module, rows.completed_on),
        **{name: group(rows[column]) for name, column in _GROUPS.items()},
        is_attended=attended,
        has_result=attended & rows.passed.notnull(),
        is_passed=attended & yes(rows.passed),
    )


def holdings(rows: Table, month_ends: Table) -> Table:
    """One row per person, module that they must hold, and month's end on which they were in post."""
    held = rows.group_by(*_HOLDING).aggregate(
        required=yes(rows.required).any(),
        required_from=rows.required_from.min(where=yes(rows.required)),
        joined_on=rows.joined_on.min(),
        # somebody is in post as long as one row has no last day
        left_on=ibis.cases((rows.left_on.count() == rows.count(), rows.left_on.max())),
        **{column: rows[column].max() for column in ("theme", "role", "team", "agency")},
    )
    # many people to many months
    due = held.filter(held.required).inner_join(
        month_ends,
        [
            held.council == month_ends.council,
            held.joined_on.isnull() | (held.joined_on <= month_ends.month_on),
            held.required_from.isnull() | (held.required_from <= month_ends.month_on),
            held.left_on.isnull() | (held.left_on >= month_ends.month_on),
        ],
        rname="month_{name}",
    )
    due = due.mutate(training_month_key=row_key(due.council, due.learner_reference, due.module, due.month_on))
    completed = rows.filter(rows.completed_on.notnull()).select(
        *_HOLDING, "completed_on", "passed", "valid_months"
    )
    # many people to many completions of theirs
    done = due.inner_join(completed, _HOLDING, rname="done_{name}").filter(
        lambda t: t.completed_on <= t.month_on,
        lambda t: (
            t.valid_months.isnull()
            | (
                t.completed_on.cast("timestamp") + t.valid_months.as_interval("M")
                > t.month_on.cast("timestamp")
            )
        ),
    )
    in_date = done.group_by("training_month_key").aggregate(
        attended=done.count() > 0, passed=yes(done.passed).any()
    )
    rows_due = due.left_join(in_date, "training_month_key")  # one to at most one
    since = ibis.greatest(
        ibis.coalesce(rows_due.joined_on, rows_due.required_from),
        ibis.coalesce(rows_due.required_from, rows_due.joined_on),
    )
    new = yes(rows_due.month_on.delta(since, unit="day") < GRACE_DAYS)
    attended, passed = yes(rows_due.attended), yes(rows_due.passed)
    return rows_due.select(
        "council",
        "training_month_key",
        month_end=rows_due.month_on,
        **{name: group(rows_due[column]) for name, column in _GROUPS.items()},
        is_required=ibis.literal(True),
        is_past_grace=~new,
        is_in_grace=new,
        is_attended=attended,
        is_passed=passed,
        is_attended_only=attended & ~passed,
    )
