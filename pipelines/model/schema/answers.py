"""The facts of what a council was asked: complaints, what families raised, members' requests, and reports to boards.

Belongs here: names and words. Does not belong here: how a column is derived (`answers` of the model).
"""

from __future__ import annotations

from pipelines.model.schema.kinds import Fact

COMPLAINTS = Fact(
    counts_what="complaints",
    key="complaint_key",
    dates=("received_on", "due_on", "answered_on"),
    yes_no={
        "is_received": "A complaint at one stage (always).",
        "is_due": "The answer was due before the data was taken from its system.",
        "is_answered": "There is a day of an answer.",
        "is_on_time": "Answered by the day it was due.",
        "has_finding": "Answered: upheld, partly upheld or not upheld.",
        "is_upheld": "Answered: upheld, wholly or in part.",
    },
    breakdowns=("complaint_stage", "complaint_outcome", "complaint_fault", "learning_theme", "team"),
    about=("council", "all_stages_key"),
    span="complaints",
    feeds=("complaints",),
)

FEEDBACK = Fact(
    counts_what="things that families raised",
    key="feedback_key",
    dates=("raised_on", "due_on"),
    yes_no={
        "is_raised": "Something that families raised (always).",
        "is_raised_by_several": "Five families or more raised it.",
        "is_due": "The answer was due before the data was taken from its system.",
        "is_told": "Families were told of an answer.",
        "is_done": "Families were told that it was done.",
        "is_cannot": "Families were told that it cannot be done, and a reason is given.",
        "is_answered": "One of the two.",
        "is_unanswered": (
            "Neither: in hand, or no answer, or families were not told, or no reason why it cannot be done."
        ),
        "is_checked": "Answered, and families were asked afterwards whether it made the difference.",
    },
    breakdowns=("learning_theme", "cannot_reason"),
    about=("council",),
    numbers={
        "families": "Families who raised it.",
        "days_to_told": "Days from raising it to being told of an answer.",
    },
    known={"families": "is_raised", "days_to_told": "is_told"},
    span="feedback",
    feeds=("feedback_responses",),
)

SCRUTINY_REQUESTS = Fact(
    counts_what="requests",
    key="request_key",
    dates=("asked_on", "promised_by"),
    yes_no={
        "is_asked": "A question or request of members (always).",
        "is_due": "An answer was promised for a day before the data was taken from its system.",
        "is_answered": "There is a day of an answer, and it was not declined.",
        "is_answered_in_full": "Answered, to all of the question.",
        "is_declined": "Declined, with a day.",
        "is_unanswered": "There is no day of an answer.",
        "is_on_time": "Answered, or declined, by the day that was promised.",
    },
    breakdowns=("board", "topic"),
    about=("council",),
    span="scrutiny_requests",
    feeds=("scrutiny_requests",),
)

BOARD_REPORTS = Fact(
    counts_what="topics of reports",
    key="report_key",
    dates=("reported_on",),
    yes_no={"is_reported": "A topic of a report that a board had (always)."},
    breakdowns=("board", "topic", "report_source"),
    about=("council",),
    span="board_reports",
    feeds=("board_reports",),
)
