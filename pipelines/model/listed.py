"""Actions, Ombudsman cases and remedies one by one, as officers read them: texts about the council, dates and states.

Belongs here: which columns of them a release shows row by row. Does not belong here: what a state means (`ledger`), or
which rows members may see (`publish`).

References stay behind: a row is known by a key made of its hashed reference. A text that did not pass intake is '?'.
"""

from __future__ import annotations

from ibis import Table

from pipelines.model.columns import row_key, yes
from pipelines.model.ledger import state_columns

TEXTS = ("title", "owner_role", "measure", "evidence", "evidence_checked_by")


def actions(rows: Table, now: Table) -> Table:
    """One row per action in force; `now` is `ledger.standing_now`."""
    told = state_columns(now, now.month_on)
    state = now.select(
        "action_key",
        "due_on",
        "now_due_on",
        "date_changes",
        as_on=now.month_on,
        state=now.movement,
        state_on=now.happened_on,
        **told,
    )
    keyed = rows.mutate(action_key=row_key(rows.council, rows.action_reference))
    held = keyed.inner_join(state, "action_key")  # one to one
    return held.select(
        "council",
        "action_key",
        "source",
        *TEXTS,
        "agency",
        "theme",
        "opened_on",
        *(name for name in state.columns if name != "action_key"),
        "cancel_reason",
        "evidence_checked_on",
        "effect_checked_on",
        "effect",
        source_key=held.source_reference.isnull().ifelse(None, row_key(held.council, held.source_reference)),
    )


def cases(rows: Table, fact: Table) -> Table:
    """One row per Ombudsman case in force; `fact` is `ombudsman_cases`."""
    keyed = rows.mutate(case_key=row_key(rows.council, rows.source_reference))
    held = keyed.inner_join(fact.select("case_key", "is_upheld", "is_repeat_fault"), "case_key")  # one to one
    return held.select(
        "council",
        "case_key",
        "published_reference",
        "former_council",
        "decided_on",
        "outcome",
        "fault",
        "is_upheld",
        "is_repeat_fault",
        is_public_report=yes(held.is_public_report),
    )


def remedies(rows: Table) -> Table:
    """One row per remedy in force."""
    return rows.select(
        "council",
        "remedy_number",
        "remedy_type",
        "due_on",
        "done_on",
        "satisfied_on",
        case_key=row_key(rows.council, rows.source_reference),
    )
