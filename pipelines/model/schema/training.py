"""The facts of training: completed modules, and month by month the people who must hold one.

Belongs here: names and words. Does not belong here: how a column is derived (`training` of the model).
"""

from __future__ import annotations

from pipelines.model.schema.kinds import Fact

_OF_LEARNER = ("module", "learning_theme", "staff_role", "team", "agency")


TRAINING = Fact(
    counts_what="completions",
    key="training_key",
    dates=("completed_on",),
    yes_no={
        "is_attended": "The module was attended to its end.",
        "has_result": "It was attended, and it is said whether the person passed.",
        "is_passed": "It was attended and passed.",
    },
    breakdowns=_OF_LEARNER,
    about=("council",),
    span="training",
    feeds=("training",),
)

TRAINING_MONTHS = Fact(
    counts_what="people and modules that they must hold",
    key="training_month_key",
    dates=("month_end",),
    yes_no={
        "is_required": "The person was in post on that day and had to hold the module (always).",
        "is_past_grace": "In post and required to hold it for 91 days or longer on that day.",
        "is_in_grace": "In post or required to hold it for fewer than 91 days: there is still time.",
        "is_attended": "Attended, and not run out on that day.",
        "is_passed": "Attended and passed, and not run out on that day.",
        "is_attended_only": "Attended and not run out, but not known to be passed.",
    },
    breakdowns=_OF_LEARNER,
    about=("council",),
    span="training_months",
    feeds=("training",),
)
