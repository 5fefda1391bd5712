"""What each fact holds: its dates, its yes/no columns in words, and the columns it can be broken down by.

Belongs here: names and words, so that a definition can be checked and a receipt can explain itself without loading the
model: a module for each group of facts, and here all of them and the months they are known for. `facts` makes exactly
these columns; a test holds the two together.
Does not belong here: how a column is derived (the modules of the model), or which of them a measure uses (the
definitions).
"""

from __future__ import annotations

from pipelines.model.schema.answers import BOARD_REPORTS, COMPLAINTS, FEEDBACK, SCRUTINY_REQUESTS
from pipelines.model.schema.audits import (
    AUDIT_THEMES,
    AUDITS,
    CHILD,
    OF_PARTICIPANTS,
    PARTICIPANTS,
    PLANNED_AUDITS,
    WORK,
)
from pipelines.model.schema.given import GIVEN, POPULATION
from pipelines.model.schema.grading import GRADERS
from pipelines.model.schema.kinds import UNKNOWN, Extracted, Fact, Span, extraction_day
from pipelines.model.schema.ledger import (
    ACTION_MONTHS,
    ACTION_MOVEMENTS,
    ACTIONS,
    OMBUDSMAN_CASES,
    OMBUDSMAN_REMEDIES,
)
from pipelines.model.schema.placements import PLACEMENT_MONTHS, PLACEMENTS, SETTING_MONTHS
from pipelines.model.schema.plans import (
    PLAN_ADVICE,
    PLAN_MONTHS,
    PLAN_REVIEWS,
    PLAN_SECTIONS,
    PLANS,
    REVIEW_THEMES,
)
from pipelines.model.schema.titles import BREAKDOWNS, DATED
from pipelines.model.schema.training import TRAINING, TRAINING_MONTHS

__all__ = [
    "ACTIONS",
    "ACTION_MONTHS",
    "ACTION_MOVEMENTS",
    "AUDITS",
    "BREAKDOWNS",
    "CHILD",
    "DATED",
    "FACTS",
    "GIVEN",
    "GRADERS",
    "LEDGER_MONTHS",
    "OF_PARTICIPANTS",
    "PARTICIPANTS",
    "PLANS",
    "PLAN_MONTHS",
    "PLAN_REVIEWS",
    "REGISTER_MONTHS",
    "SPANS",
    "UNKNOWN",
    "WORK",
    "Extracted",
    "Fact",
    "Span",
    "extraction_day",
]  # fmt: skip

FACTS = {
    "audits": AUDITS, "participants": PARTICIPANTS, "planned_audits": PLANNED_AUDITS, "plan_reviews": PLAN_REVIEWS,
    "plan_sections": PLAN_SECTIONS, "plan_advice": PLAN_ADVICE, "plans": PLANS, "plan_months": PLAN_MONTHS,
    "population": POPULATION,
    "actions": ACTIONS, "action_movements": ACTION_MOVEMENTS, "action_months": ACTION_MONTHS,
    "ombudsman_cases": OMBUDSMAN_CASES, "ombudsman_remedies": OMBUDSMAN_REMEDIES,
    "placements": PLACEMENTS, "placement_months": PLACEMENT_MONTHS, "setting_months": SETTING_MONTHS,
    "training": TRAINING, "training_months": TRAINING_MONTHS, "complaints": COMPLAINTS, "feedback": FEEDBACK,
    "scrutiny_requests": SCRUTINY_REQUESTS, "board_reports": BOARD_REPORTS, "review_themes": REVIEW_THEMES,
    "audit_themes": AUDIT_THEMES,
}  # fmt: skip
REGISTER_MONTHS = 60
"""How far back a register of plans is looked at: it seldom holds every plan that ended longer ago."""
LEDGER_MONTHS = 60
"""How many months of the ledger of actions are looked at."""
SPANS = {
    "audits": Span("audits", "completed_on", "is_completed", ("case_audits",)),
    "participation": Span(
        "audits", "completed_on", "is_completed", ("case_audits",), needs="family_participation"
    ),
    "plan_reviews": Span("plan_reviews", "reviewed_on", "is_completed", ("plan_reviews",)),
    "plans": Span("plans", "issued_on", "is_issued", ("active_plans",), REGISTER_MONTHS),
    "plan_months": Span(
        "plan_months",
        "month_end",
        "is_active",
        ("active_plans", "case_audits", "plan_reviews"),
        REGISTER_MONTHS,
    ),
    "actions": Span("action_movements", "happened_on", "is_movement", ("actions",), LEDGER_MONTHS),
    "action_months": Span("action_months", "month_end", "is_on_record", ("actions",), LEDGER_MONTHS),
    "ombudsman_cases": Span("ombudsman_cases", "decided_on", "is_decided", ("ombudsman_cases",)),
    "ombudsman_remedies": Span("ombudsman_remedies", "due_on", "is_due", ("ombudsman_remedies",)),
    "placements": Span("placements", "started_on", "is_placement", ("placements",), REGISTER_MONTHS),
    "placement_months": Span("placement_months", "month_end", "is_listed", ("placements",), REGISTER_MONTHS),
    "training": Span("training", "completed_on", "is_attended", ("training",), REGISTER_MONTHS),
    "training_months": Span("training_months", "month_end", "is_required", ("training",), REGISTER_MONTHS),
    "complaints": Span("complaints", "received_on", "is_received", ("complaints",)),
    "feedback": Span("feedback", "raised_on", "is_raised", ("feedback_responses",)),
    "scrutiny_requests": Span("scrutiny_requests", "asked_on", "is_asked", ("scrutiny_requests",)),
    "board_reports": Span("board_reports", "reported_on", "is_reported", ("board_reports",)),
}
"""Span -> what begins and ends it. A council has figures of a fact only where it has its span."""
