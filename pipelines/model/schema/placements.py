"""The facts of placements: placements, the children placed in each month, and settings that may have to register.

Belongs here: names and words. Does not belong here: how a column is derived (`placements` of the model).
"""

from __future__ import annotations

from pipelines.model.schema.kinds import Fact

_OF_PLACEMENT = ("attendance", "hours_band", "weeks_band", "weeks_placed", "move_planned")


PLACEMENTS = Fact(
    counts_what="placements",
    key="placement_key",
    dates=("started_on",),
    yes_no={
        "is_placement": "A placement (always).",
        "has_ehc_plan": "The child is said to have an education, health and care plan.",
        "is_must_register_at_start": (
            "On the first day the setting had to register, and is not known to have been registered."
        ),
    },
    breakdowns=("registration_state", "attendance"),
    about=("council",),
    span="placements",
    feeds=("placements",),
)

PLACEMENT_MONTHS = Fact(
    counts_what="children",
    key="placement_month_key",
    dates=("month_end",),
    yes_no={
        "is_listed": "The child was placed on some day of the 12 months to that day (always).",
        "has_ehc_plan": "The child is said to have an education, health and care plan.",
        "is_placed": "The child was placed on that day.",
        "is_must_register": "On that day in a setting that must register and is not known to be registered.",
        "is_not_known": "On that day in a setting not known to be registered, and it is not known whether it must be.",
        "is_need_not": (
            "On that day in settings that are not registered and need not be, and in none of the two before."
        ),
        "is_registered": "On that day in registered settings only.",
        "has_plan_to_move": "There is a plan to move the child, out of the most serious placement of that day.",
        "was_must_register": (
            "On some day of the 12 months to that day in a setting that had to register and is not known to have been "
            "registered."
        ),
    },
    breakdowns=("registration_state", *_OF_PLACEMENT),
    about=("council", "placement_key"),
    span="placement_months",
    feeds=("placements",),
)

SETTING_MONTHS = Fact(
    counts_what="settings",
    key="setting_month_key",
    dates=("month_end",),
    yes_no={
        "is_in_use": "A child was placed there on that day, and it is not known to be registered (always).",
        "is_must_register": "It must register.",
        "is_visited": "Somebody visited it in the 91 days to that day.",
        "is_visit_known": "It is known whether anybody did: no later visit hides the one before.",
        "is_checked": "Its safeguarding was checked in the 364 days to that day.",
        "is_check_known": "It is known whether it was: no later check hides the one before.",
    },
    breakdowns=(),
    about=("council",),
    span="placement_months",
    feeds=("placements",),
)
