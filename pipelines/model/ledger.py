"""Facts `actions`, `action_movements` and `action_months`: what the council undertook to do, and what became of it.

Belongs here: the history of each action as entries that change its state, the state on any day, and every column of the
three facts. Does not belong here: Ombudsman cases and remedies (`ombudsman`), the ledger's balance (`evidence.ledger`).

An action's history is what its own row says (opened, done or cancelled, reopened) and what the file of changes says. Of
two entries in a row that say the same (closed, and closed again) the first counts. An entry that closes an action
before it was opened does not count: the action stays open, and is told. So the entries of an action open and close it
in turn, whatever was sent, and what was opened and reopened is what was closed and what is open.
"""

from __future__ import annotations

import ibis
from ibis import Table
from ibis.expr.types import BooleanColumn, Column

from pipelines.model import schema
from pipelines.model.columns import group, known, row_key, yes

IMPROVEMENT = ("inspection", "improvement_plan")
"""Sources whose actions are milestones of a plan that an inspection asked for."""
EARLIER_CASE_MONTHS = 60
"""An Ombudsman case counts as one of the earlier cases for so many months after its decision."""
MOVEMENTS = ("new", "reopened", "done", "cancelled")
_ACTION = ("council", "action_reference")
_CARRIED = ("council", "action_source", "agency", "theme", "owner")
_OPENS = ("new", "reopened")


def register(actions: Table, changes: Table, cases: Table) -> Table:
    """One row per action in force: its breakdowns, its dates, and what is known of its evidence and effect.

    `has_log`: the file of changes says when its state changed. `has_moves`: it says when its date was moved.
    """
    # many changes to one action
    logged = changes.group_by(_ACTION).aggregate(
        logged_until=changes.changed_on.max(where=changes.change != "moved"),
        logged_moves=(changes.change == "moved").sum(),
        first_closed=changes.changed_on.min(where=changes.change.isin(("done", "cancelled"))),
    )
    decided = cases.select("council", "source_reference", case_on=cases.decided_on)
    rows = actions.left_join(logged, _ACTION)  # one to at most one
    rows = rows.left_join(
        decided, ["council", "source_reference"], rname="case_{name}"
    )  # many to at most one
    owner, checker = known(rows.owner_role), known(rows.evidence_checked_by)
    return rows.select(
        *_ACTION,
        "opened_on",
        "done_on",
        "cancelled_on",
        "reopened_on",
        "evidence_checked_on",
        "effect_checked_on",
        "logged_until",
        action_key=row_key(rows.council, rows.action_reference),
        action_source=rows.source,
        agency=group(rows.agency),
        theme=group(rows.theme),
        owner=group(rows.owner_role),
        due_on=rows.original_due_on,
        stated_due_on=rows.revised_due_on,
        has_moves=rows.logged_moves.fill_null(0) > 0,
        names_evidence=rows.evidence.notnull(),
        is_other=yes(owner.lower().strip() != checker.lower().strip()),
        is_own=yes(owner.lower().strip() == checker.lower().strip()),
        is_effect_yes=yes(rows.effect == "yes"),
        is_case=rows.source == "ombudsman",
        case_on=rows.case_on.fill_null(rows.opened_on),
        is_closed_early=yes(ibis.least(rows.done_on, rows.cancelled_on, rows.first_closed) < rows.opened_on),
    )


def history(held: Table, changes: Table) -> Table:
    """One row per entry that changes an action's state: happened_on, movement, until_on (of the next entry, if any).

    A row's own dates count beside the file of changes only where they are later than all that it says: that file is the
    fuller history, and a date on the row is the last one.
    """
    late = held.logged_until.isnull()
    entries = [_entry(held, "new", held.opened_on, 0)]
    for number, (movement, day) in enumerate(
        (("done", held.done_on), ("cancelled", held.cancelled_on), ("reopened", held.reopened_on)), start=1
    ):
        entries.append(_entry(held.filter(late | (day > held.logged_until)), movement, day, 10_000 + number))
    logged = changes.filter(changes.change != "moved").inner_join(held, _ACTION)  # many to one
    entries.append(_entry(logged, logged.change, logged.changed_on, logged.change_number))
    entered = ibis.union(*entries)
    entered = entered.filter(entered.happened_on.notnull(), entered.happened_on >= entered.opened_on)
    in_order = ibis.window(
        group_by="action_key", order_by=[entered.happened_on, entered.number, entered.movement]
    )
    opens = entered.movement.isin(_OPENS)
    turned = entered.mutate(opens=opens, before=opens.lag().over(in_order))
    counted = turned.filter(turned.before.isnull() | (turned.opens != turned.before)).drop("before")
    after = ibis.window(
        group_by="action_key", order_by=[counted.happened_on, counted.number, counted.movement]
    )
    return counted.mutate(until_on=counted.happened_on.lead().over(after))


def _entry(rows: Table, movement: str | Column, day: Column, number: int | Column) -> Table:
    return rows.select(
        "action_key",
        *_CARRIED,
        "opened_on",
        movement=ibis.literal(movement) if isinstance(movement, str) else movement,
        happened_on=day,
        number=ibis.literal(number, "int64") if isinstance(number, int) else number.cast("int64"),
    )


def moves(held: Table, changes: Table) -> Table:
    """One row per move of a date: action_key, moved_on, number, new_due_on. A move that only the action's row tells of
    has no day: it counts from the day the action was opened."""
    told = changes.filter(changes.change == "moved").inner_join(held.select(*_ACTION, "action_key"), _ACTION)
    logged = told.select(
        "action_key", moved_on=told.changed_on, number=told.change_number, new_due_on=told.new_due_on
    )
    alone = held.filter(~held.has_moves, held.stated_due_on != held.due_on)
    stated = alone.select(
        "action_key",
        moved_on=alone.opened_on,
        number=ibis.literal(1, "int64"),
        new_due_on=alone.stated_due_on,
    )
    return ibis.union(logged, stated)


def movements(entries: Table) -> Table:
    """The fact `action_movements`: one row per entry that counts."""
    return entries.select(
        "council",
        "action_key",
        "happened_on",
        *schema.ACTION_MOVEMENTS.breakdowns,
        movement_key=row_key(entries.action_key, entries.happened_on, entries.number, entries.movement),
        is_movement=ibis.literal(True),
        **{f"is_{movement}": entries.movement == movement for movement in MOVEMENTS},
    )


def months(held: Table, entries: Table, moved: Table, month_ends: Table) -> Table:
    """The fact `action_months`: one row per action and month's end from the month in which it was opened."""
    # an action is in one state on a day: one row each
    standing = entries.inner_join(
        month_ends,
        [
            entries.council == month_ends.council,
            entries.happened_on <= month_ends.month_on,
            entries.until_on.isnull() | (entries.until_on > month_ends.month_on),
        ],
        rname="month_{name}",
    ).select("action_key", "movement", "happened_on", "month_on")
    rows = standing.inner_join(held, "action_key")  # many months to one action
    state = _moved_by(rows.mutate(action_month_key=row_key(rows.action_key, rows.month_on)), moved)
    told = state_columns(state, state.month_on)
    return state.select(
        "council",
        "action_key",
        "action_month_key",
        *schema.ACTION_MONTHS.breakdowns,
        month_end=state.month_on,
        is_on_record=ibis.literal(True),
        is_earlier_case=state.is_case
        & (state.case_on <= state.month_on)
        & (state.month_on <= state.case_on + ibis.interval(months=EARLIER_CASE_MONTHS)),
        **{name: column for name, column in told.items() if name in schema.ACTION_MONTHS.yes_no},
    )


def actions(held: Table, entries: Table, moved: Table, extraction_days: Table) -> Table:
    """The fact `actions`: one row per action, as it stood when the data was taken."""
    state = standing_now(held, entries, moved, extraction_days)
    told = state_columns(state, state.month_on)
    done = state.movement == "done"
    by_original, by_revised = (
        yes(done & (state.happened_on <= due)) for due in (state.due_on, state.now_due_on)
    )
    return state.select(
        "council",
        "action_key",
        *(name for name in schema.ACTIONS.breakdowns),
        "opened_on",
        "due_on",
        "now_due_on",
        "date_changes",
        is_on_record=ibis.literal(True),
        is_agreed=state.movement != "cancelled",
        is_from_audit=state.action_source == "audit",
        is_from_improvement=state.action_source.isin(IMPROVEMENT),
        is_due=yes(state.due_on <= state.month_on),
        is_revised_due=yes(state.now_due_on <= state.month_on),
        is_done_on_time=by_original & state.names_evidence,
        is_done_by_revised=by_revised & state.names_evidence,
        is_checked_on_time=by_original & told["is_evidence_checked"],
        is_done_unchecked=by_original & ~told["is_evidence_checked"],
        is_moved_twice=state.date_changes >= 2,
        is_closed_early=state.is_closed_early,
        **{
            name: column
            for name, column in told.items()
            if name in ("is_done", "is_evidence_checked", "is_effect_shown")
        },
    )


def standing_now(held: Table, entries: Table, moved: Table, extraction_days: Table) -> Table:
    """Each action with its last entry and its date as they stood on the day the data was taken (`month_on`)."""
    last = entries.filter(entries.until_on.isnull()).select("action_key", "movement", "happened_on")
    rows = held.inner_join(last, "action_key")  # one to one
    rows = rows.left_join(extraction_days, "council", rname="taken_{name}")  # many to one
    return _moved_by(rows.mutate(action_month_key=rows.action_key, month_on=rows.extracted_on), moved)


def _moved_by(rows: Table, moved: Table) -> Table:
    """Adds `date_changes` and `now_due_on`, as they stood on the day `month_on` of each row (`action_month_key`)."""
    # many moves to many days
    by_then = rows.select("action_key", "action_month_key", "month_on").inner_join(
        moved, [rows.action_key == moved.action_key, moved.moved_on <= rows.month_on], rname="move_{name}"
    )
    order = by_then.moved_on.epoch_seconds() * 10_000 + by_then.number
    counted = by_then.group_by("action_month_key").aggregate(
        moves=by_then.count(), last_due_on=by_then.new_due_on.argmax(order)
    )
    found = rows.left_join(counted, "action_month_key", rname="counted_{name}")  # one to at most one
    return found.mutate(
        date_changes=found.moves.fill_null(0), now_due_on=ibis.coalesce(found.last_due_on, found.due_on)
    )


def state_columns(rows: Table, day: Column) -> dict[str, BooleanColumn]:
    """What is so of an action on a day, from its last entry by then (`movement`, `happened_on`) and its dates."""
    is_open, done = rows.movement.isin(_OPENS), rows.movement == "done"
    checked = done & yes(rows.evidence_checked_on.between(rows.happened_on, day)) & rows.names_evidence
    effect = done & yes(rows.effect_checked_on.between(rows.happened_on, day))
    return {
        "is_open": is_open,
        "is_done": done,
        "is_cancelled": rows.movement == "cancelled",
        "is_overdue": is_open & yes(rows.due_on < day),
        "is_overdue_revised": is_open & yes(rows.now_due_on < day),
        "is_moved_twice": rows.date_changes >= 2,
        "is_not_evidenced": done & ~rows.names_evidence,
        "is_evidence_checked": checked & rows.is_other,
        "is_checked_by_owner": checked & rows.is_own,
        "is_evidence_unchecked": done & rows.names_evidence & ~(checked & (rows.is_other | rows.is_own)),
        "is_effect_checked": effect,
        "is_effect_shown": effect & rows.is_effect_yes,
        "is_closed_early": rows.is_closed_early,
    }
