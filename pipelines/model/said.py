"""What the yes/no columns of placements, training, complaints, feedback, scrutiny and learning say when true.

Belongs here: words only, which `schema` puts into its facts. Does not belong here: how a column is derived
(`placements`, `training`, `answers`, `themes`).
"""

from __future__ import annotations

STATES = {
    "must_register": "Must register and has not",
    "not_known": "Not known whether it must register",
    "need_not": "Need not register",
    "registered": "Registered",
}
"""What a setting is, the most serious first."""
DERIVED = {
    "registration_state": STATES,
    "weeks_band": {
        "0-3": "Under 4 weeks",
        "4-12": "4 to 12 weeks",
        "13-25": "13 to 25 weeks",
        "26-51": "26 to 51 weeks",
        "52-": "52 weeks or more",
    },
    "hours_band": {"0-9": "Under 10 hours", "10-17": "10 to 17 hours", "18-": "18 hours or more"},
    "weeks_placed": {"0": "less than a week", "1": "1 week"}
    | {f"{weeks}": f"{weeks} weeks" for weeks in range(2, 1000)},
    "move_planned": {"yes": "There is a plan to move", "no": "There is no plan to move"},
}
"""Breakdowns that are derived and have no code list: group -> its label, in their order."""

PLACEMENTS = {
    "is_placement": "A placement (always).",
    "has_ehc_plan": "The child is said to have an education, health and care plan.",
    "is_must_register_at_start": (
        "On the first day the setting had to register, and is not known to have been registered."
    ),
}
PLACEMENT_MONTHS = {
    "is_listed": "The child was placed on some day of the 12 months to that day (always).",
    "has_ehc_plan": "The child is said to have an education, health and care plan.",
    "is_placed": "The child was placed on that day.",
    "is_must_register": "On that day in a setting that must register and is not known to be registered.",
    "is_not_known": "On that day in a setting not known to be registered, and it is not known whether it must be.",
    "is_need_not": "On that day in settings that are not registered and need not be, and in none of the two before.",
    "is_registered": "On that day in registered settings only.",
    "has_plan_to_move": "There is a plan to move the child, out of the most serious placement of that day.",
    "was_must_register": (
        "On some day of the 12 months to that day in a setting that had to register and is not known to have been "
        "registered."
    ),
}
SETTING_MONTHS = {
    "is_in_use": "A child was placed there on that day, and it is not known to be registered (always).",
    "is_must_register": "It must register.",
    "is_visited": "Somebody visited it in the 91 days to that day.",
    "is_visit_known": "It is known whether anybody did: no later visit hides the one before.",
    "is_checked": "Its safeguarding was checked in the 364 days to that day.",
    "is_check_known": "It is known whether it was: no later check hides the one before.",
}
TRAINING = {
    "is_attended": "The module was attended to its end.",
    "has_result": "It was attended, and it is said whether the person passed.",
    "is_passed": "It was attended and passed.",
}
TRAINING_MONTHS = {
    "is_required": "The person was in post on that day and had to hold the module (always).",
    "is_past_grace": "In post and required to hold it for 91 days or longer on that day.",
    "is_in_grace": "In post or required to hold it for fewer than 91 days: there is still time.",
    "is_attended": "Attended, and not run out on that day.",
    "is_passed": "Attended and passed, and not run out on that day.",
    "is_attended_only": "Attended and not run out, but not known to be passed.",
}
COMPLAINTS = {
    "is_received": "A complaint at one stage (always).",
    "is_due": "The answer was due before the data was taken from its system.",
    "is_answered": "There is a day of an answer.",
    "is_on_time": "Answered by the day it was due.",
    "has_finding": "Answered: upheld, partly upheld or not upheld.",
    "is_upheld": "Answered: upheld, wholly or in part.",
}
FEEDBACK = {
    "is_raised": "Something that families raised (always).",
    "is_raised_by_several": "Five families or more raised it.",
    "is_due": "The answer was due before the data was taken from its system.",
    "is_told": "Families were told of an answer.",
    "is_done": "Families were told that it was done.",
    "is_cannot": "Families were told that it cannot be done, and a reason is given.",
    "is_answered": "One of the two.",
    "is_unanswered": "Neither: in hand, or no answer, or families were not told, or no reason why it cannot be done.",
    "is_checked": "Answered, and families were asked afterwards whether it made the difference.",
}
SCRUTINY_REQUESTS = {
    "is_asked": "A question or request of members (always).",
    "is_due": "An answer was promised for a day before the data was taken from its system.",
    "is_answered": "There is a day of an answer, and it was not declined.",
    "is_answered_in_full": "Answered, to all of the question.",
    "is_declined": "Declined, with a day.",
    "is_unanswered": "There is no day of an answer.",
    "is_on_time": "Answered, or declined, by the day that was promised.",
}
BOARD_REPORTS = {"is_reported": "A topic of a report that a board had (always)."}
REVIEW_THEMES = {
    "is_looked_at": "The review is completed and has a day (always).",
    "is_found": "It named the theme as one to learn about.",
}
AUDIT_THEMES = {
    "is_looked_at": "The audit is completed and has a day (always).",
    "is_found": "It named the theme as one to learn about.",
    "is_strength": "It named the theme as a strength.",
}
