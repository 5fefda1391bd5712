"""The facts of the ledger: actions, their movements and months, and the Ombudsman's cases and remedies.

Belongs here: names and words. Does not belong here: how a column is derived (`ledger`, `ombudsman`).
"""

from __future__ import annotations

from pipelines.model.schema.kinds import Fact

_OF_ACTIONS = ("action_source", "agency", "owner", "theme")
ACTIONS = Fact(
    counts_what="actions",
    key="action_key",
    dates=("opened_on", "due_on", "now_due_on"),
    yes_no={
        "is_on_record": "The action is in the ledger, whatever has become of it (always).",
        "is_agreed": "It has not been cancelled.",
        "is_from_audit": "It comes from an audit of a case.",
        "is_from_improvement": "It is a milestone of a plan that an inspection asked for.",
        "is_due": "The original due date had come when the data was taken.",
        "is_revised_due": "The due date as it now stands had come when the data was taken.",
        "is_done": "It is done.",
        "is_done_on_time": "It was done by the original due date, and something is named that shows it.",
        "is_done_by_revised": "It was done by the due date as it now stands, and something is named that shows it.",
        "is_checked_on_time": "It was done by the original due date, and somebody else has checked the evidence.",
        "is_done_unchecked": "It was done by the original due date, and nobody else has checked the evidence.",
        "is_evidence_checked": "It is done, and somebody other than its owner has checked the evidence.",
        "is_effect_shown": "It is done, and was found to have made a difference.",
        "is_moved_twice": "Its due date was moved twice or more.",
        "is_closed_early": "It is said to have been done or cancelled before it was opened.",
    },
    breakdowns=_OF_ACTIONS,
    about=("council",),
    numbers={"date_changes": "Times that the due date was moved."},
    known={"date_changes": "is_on_record"},
    span="actions",
    feeds=("actions", "action_changes", "ombudsman_cases"),
)

ACTION_MOVEMENTS = Fact(
    counts_what="entries of the ledger",
    key="movement_key",
    dates=("happened_on",),
    yes_no={
        "is_movement": "An action was opened, opened again, done or cancelled (always).",
        "is_new": "An action was opened.",
        "is_reopened": "An action that had been closed was opened again.",
        "is_done": "An action was done.",
        "is_cancelled": "An action was cancelled.",
    },
    breakdowns=("action_source",),
    about=("council", "action_key"),
    span="actions",
    feeds=("actions", "action_changes"),
)

ACTION_MONTHS = Fact(
    counts_what="actions",
    key="action_month_key",
    dates=("month_end",),
    yes_no={
        "is_on_record": "The action had been opened by the last day of the month (always).",
        "is_open": "It was open at the end of that day.",
        "is_done": "It was done by then.",
        "is_cancelled": "It was cancelled by then.",
        "is_overdue": "It was open, and its original due date had passed.",
        "is_overdue_revised": "It was open, and its due date as it then stood had passed.",
        "is_moved_twice": "Its due date had been moved twice or more by then.",
        "is_not_evidenced": "It was done, and nothing is named that shows it.",
        "is_evidence_unchecked": "It was done, evidence is named, and nobody had checked it by then.",
        "is_checked_by_owner": "It was done, and only its own owner had checked the evidence.",
        "is_evidence_checked": "It was done, and somebody other than its owner had checked the evidence.",
        "is_effect_checked": "It was done, and somebody had looked whether it made a difference.",
        "is_effect_shown": "It was done, and was found to have made a difference.",
        "is_closed_early": "It is said to have been done or cancelled before it was opened.",
        "is_earlier_case": "It answers a case that the Ombudsman had decided in the five years before.",
    },
    breakdowns=_OF_ACTIONS,
    about=("council", "action_key"),
    span="action_months",
    feeds=("actions", "action_changes", "ombudsman_cases"),
)

OMBUDSMAN_CASES = Fact(
    counts_what="cases",
    key="case_key",
    dates=("decided_on",),
    yes_no={
        "is_decided": "The Ombudsman has decided the case (always).",
        "is_investigated": "The Ombudsman investigated it and found fault or none.",
        "is_upheld": "The Ombudsman found fault.",
        "has_fault": "The Ombudsman found fault, and its kind is known.",
        "is_repeat_fault": "The same kind of fault had been found in the 24 months before.",
    },
    breakdowns=("fault", "ombudsman_outcome"),
    about=("council",),
    span="ombudsman_cases",
    feeds=("ombudsman_cases",),
)

OMBUDSMAN_REMEDIES = Fact(
    counts_what="remedies",
    key="remedy_key",
    dates=("due_on",),
    yes_no={
        "is_remedy": "A remedy that was agreed (always).",
        "is_due": "It was due by the day the data was taken.",
        "is_satisfied": "The Ombudsman has recorded that it was done.",
        "is_on_time": "The Ombudsman recorded by the due date that it was done.",
        "is_late": "The Ombudsman recorded after the due date that it was done.",
        "is_done_only": "The council says that it was done; the Ombudsman has not recorded it.",
        "is_not_done": "It has not been done.",
    },
    breakdowns=("remedy_type",),
    about=("council",),
    span="ombudsman_remedies",
    feeds=("ombudsman_remedies",),
)
