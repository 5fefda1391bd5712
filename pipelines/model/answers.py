"""Facts `complaints`, `feedback`, `scrutiny_requests`, `board_reports`: what was asked of a council, and its answers.

Belongs here: every column of the four; each is one row for each row in force. Does not belong here: which of them a
measure counts (the definitions).
"""

from __future__ import annotations

import ibis
from ibis import Table
from ibis.expr.types import BooleanColumn

from pipelines.model.columns import group, row_key, yes

SEVERAL_FAMILIES = 5
"""What so many families raise is answered in public; what one family says is theirs."""


def complaints(rows: Table, extraction_days: Table, month_ends: Table) -> dict[str, Table]:
    """The fact of complaints in force."""
    held = rows.left_join(extraction_days, "council")  # many to one day of extraction
    answered = held.answered_on.notnull()
    return {
        "complaints": held.select(
            "council",
            "received_on",
            "due_on",
            "answered_on",
            complaint_key=row_key(held.council, held.complaint_reference, held.stage),
            all_stages_key=row_key(held.council, held.complaint_reference),
            complaint_stage=group(held.stage),
            complaint_outcome=group(held.outcome),
            complaint_fault=group(held.fault_category),
            learning_theme=group(held.theme),
            team=group(held.team),
            is_received=ibis.literal(True),
            is_due=_due(held, held.due_on),
            is_answered=answered,
            is_on_time=yes(held.answered_on <= held.due_on),
            has_finding=answered & yes(held.outcome.isin(["upheld", "partly_upheld", "not_upheld"])),
            is_upheld=answered & yes(held.outcome.isin(["upheld", "partly_upheld"])),
        )
    }


def feedback(rows: Table, extraction_days: Table, month_ends: Table) -> dict[str, Table]:
    """The fact of what families raised."""
    held = rows.left_join(extraction_days, "council")  # many to one day of extraction
    told = held.told_on.notnull()
    done = told & yes(held.response == "done")
    cannot = told & yes(held.response == "cannot") & held.cannot_because.notnull()
    answered = done | cannot
    return {
        "feedback": held.select(
            "council",
            "raised_on",
            "due_on",
            feedback_key=row_key(held.council, held.feedback_reference),
            learning_theme=group(held.theme),
            cannot_reason=group(held.cannot_because),
            families=held.families,
            days_to_told=held.told_on.delta(held.raised_on, unit="day"),
            is_raised=ibis.literal(True),
            is_raised_by_several=yes(held.families >= SEVERAL_FAMILIES),
            is_due=_due(held, held.due_on),
            is_told=told,
            is_done=done,
            is_cannot=cannot,
            is_answered=answered,
            is_unanswered=~answered,
            is_checked=answered & held.checked_on.notnull(),
        )
    }


def scrutiny_requests(rows: Table, extraction_days: Table, month_ends: Table) -> dict[str, Table]:
    """The fact of what members asked."""
    held = rows.left_join(extraction_days, "council")  # many to one day of extraction
    dated = held.answered_on.notnull()
    declined = dated & yes(held.answer == "declined")
    return {
        "scrutiny_requests": held.select(
            "council",
            "asked_on",
            "promised_by",
            request_key=row_key(held.council, held.request_reference),
            board=group(held.board),
            topic=group(held.topic),
            is_asked=ibis.literal(True),
            is_due=_due(held, held.promised_by),
            is_answered=dated & ~declined,
            is_answered_in_full=dated & yes(held.answer == "full"),
            is_declined=declined,
            is_unanswered=~dated,
            is_on_time=yes(held.answered_on <= held.promised_by),
        )
    }


def board_reports(rows: Table, extraction_days: Table, month_ends: Table) -> dict[str, Table]:
    """The fact of what boards were told."""
    return {
        "board_reports": rows.select(
            "council",
            "reported_on",
            report_key=row_key(rows.council, rows.report_reference),
            board=group(rows.board),
            topic=group(rows.topic),
            report_source=group(rows.source),
            is_reported=ibis.literal(True),
        )
    }


def _due(rows: Table, day: ibis.Value) -> BooleanColumn:
    """The day had passed when the data was taken from its system."""
    return yes(day < rows.extracted_on)
