"""Facts `ombudsman_cases` and `ombudsman_remedies`: what the Ombudsman decided, and what became of what was agreed.

Belongs here: every column of the two. Does not belong here: actions that answer a case (`ledger`).
"""

from __future__ import annotations

import ibis
from ibis import Table

from pipelines.model.columns import group, known, row_key, yes

REPEAT_MONTHS = 24
"""A fault is repeated where the same kind was found so many months before, or fewer."""


def cases(ombudsman_cases: Table) -> Table:
    """One row per case in force."""
    held = ombudsman_cases.mutate(
        case_key=row_key(ombudsman_cases.council, ombudsman_cases.source_reference),
        is_upheld=yes(ombudsman_cases.outcome == "upheld"),
    )
    upheld = held.filter(held.is_upheld, known(held.fault_category).notnull()).select(
        "council", "fault_category", "case_key", "decided_on"
    )
    before = upheld.view()
    # many cases to many earlier ones
    pairs = upheld.inner_join(
        before,
        [
            upheld.council == before.council,
            upheld.fault_category == before.fault_category,
            before.decided_on < upheld.decided_on,
            before.decided_on >= upheld.decided_on - ibis.interval(months=REPEAT_MONTHS),
        ],
        rname="before_{name}",
    )
    repeated = pairs.select("case_key", is_repeat=ibis.literal(True)).distinct()
    rows = held.left_join(repeated, "case_key")  # one to at most one
    return rows.select(
        "council",
        "case_key",
        "decided_on",
        fault=group(rows.fault_category),
        ombudsman_outcome=rows.outcome,
        is_decided=ibis.literal(True),
        is_investigated=yes(rows.outcome.isin(("upheld", "not_upheld"))),
        is_upheld=rows.is_upheld,
        has_fault=rows.is_upheld & known(rows.fault_category).notnull(),
        is_repeat_fault=yes(rows.is_repeat),
    )


def remedies(ombudsman_remedies: Table, extraction_days: Table) -> Table:
    """One row per remedy in force, judged on the day the data was taken."""
    rows = ombudsman_remedies.left_join(extraction_days, "council", rname="taken_{name}")  # many to one
    satisfied = rows.satisfied_on.notnull()
    return rows.select(
        "council",
        "due_on",
        remedy_key=row_key(rows.council, rows.source_reference, rows.remedy_number),
        remedy_type=rows.remedy_type,
        is_remedy=ibis.literal(True),
        is_due=yes(rows.due_on <= rows.extracted_on),
        is_satisfied=satisfied,
        is_on_time=yes(rows.satisfied_on <= rows.due_on),
        is_late=yes(rows.satisfied_on > rows.due_on),
        is_done_only=rows.done_on.notnull() & ~satisfied,
        is_not_done=rows.done_on.isnull() & ~satisfied,
    )
