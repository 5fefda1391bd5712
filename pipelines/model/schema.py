"""What each fact holds: its dates, its yes/no columns in words, and the columns it can be broken down by.

Belongs here: names and words, so that a definition can be checked and a receipt can explain itself without loading the
model. `facts` makes exactly these columns; a test holds the two together.
Does not belong here: how a column is derived (`facts`), or which of them a measure uses (the definitions).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pipelines.model import said

UNKNOWN = "unknown"
"""The group of rows whose breakdown column is empty or could not be read."""


@dataclass(frozen=True)
class Fact:
    """One table that measures count."""

    counts_what: str
    """What one row is, in the plural."""
    key: str
    """UBIGINT, one per row, the same in every release: what digests are made of."""
    dates: tuple[str, ...]
    yes_no: dict[str, str]
    """Yes/no column -> what it says when true."""
    breakdowns: tuple[str, ...]
    about: tuple[str, ...] = ()
    """Further columns."""
    numbers: dict[str, str] = field(default_factory=dict)
    """Number column -> what it says. Measures of kind mean add them up, those of kind given take them as they are:
    beside each number of a given fact stands `<column>_symbol`, what was given in its place."""
    known: dict[str, str] = field(default_factory=dict)
    """Number column -> the yes/no column that is true where the number is known."""
    span: str = "audits"
    """Which of `SPANS` says for which months the fact is looked at; '' where none of its own rows are counted."""
    feeds: tuple[str, ...] = ()
    """The feeds whose rows it is made from, the one that gives its rows first."""

    @property
    def order(self) -> tuple[str, ...]:
        """The columns that its rows are in the order of: a council's follow one another, from month to month."""
        return ("council", *self.dates[:1], self.key)


@dataclass(frozen=True)
class Span:
    """The months that a council has figures for: from the first row of a fact to the day its data was taken."""

    fact: str
    date: str
    where: str
    """Yes/no column: only rows for which it is true begin or lengthen the span."""
    feeds: tuple[str, ...]
    """The feeds whose day of extraction ends it; where a council holds several, the earliest does."""
    longest: int | None = None
    """Months before the last that are looked at, where earlier ones cannot be judged."""


Extracted = Mapping[str, Mapping[str, date]]
"""Feed -> council -> day on which its data was taken from its system."""


def extraction_day(extracted: Extracted, feeds: Sequence[str], council: str) -> date:
    """The day to which a council's data of some feeds goes: the earliest of those that it sends.

    Raises:
        ValueError: no day is given for any of them.
    """
    held = [extracted[feed][council] for feed in feeds if council in extracted.get(feed, {})]
    if not held:
        raise ValueError(
            f"No day of extraction for council {council}. Give one for each council with rows of {' or '.join(feeds)}."
        )
    return min(held)


CHILD = (
    "locality", "age_band", "sex", "ethnicity", "ethnic_group", "primary_need", "social_care", "setting_type",
    "plan_kind", "interpreter",
)  # fmt: skip
WORK = ("audit_type", "selection", "theme", "agency", "team", "frame")
OF_PARTICIPANTS = (
    "audit_type",
    "selection",
    "agency",
    "team",
    "locality",
    "age_band",
    "ethnic_group",
    "primary_need",
)
"""Breakdowns by the audit that participants carry too: there are three times as many of them, so not all."""

BREAKDOWNS = {
    "audit_type": "Audit type",
    "selection": "How the case was selected",
    "theme": "Theme of the audit",
    "agency": "Agency",
    "team": "Team",
    "grade_pair": "First grade, then the moderator's",
    "frame": "Cases drawn from",
    "locality": "Locality",
    "age_band": "Age",
    "sex": "Sex",
    "ethnicity": "Ethnicity",
    "ethnic_group": "Ethnic group",
    "primary_need": "Primary need",
    "social_care": "Children's social care",
    "setting_type": "Kind of setting",
    "plan_kind": "Kind of plan",
    "plan_kind_reviewed": "New, amended or existing plan",
    "plan_stage": "Draft or final plan",
    "plan_type": "Type of plan",
    "section": "Section of the plan",
    "section_by_kind": "Section, and new, amended or existing plan",
    "advice_source": "Who gave advice",
    "advice_source_by_kind": "Who gave advice, and new, amended or existing plan",
    "interpreter": "Interpreter needed",
    "void_reason": "Why the audit was void",
    "role": "Who",
    "mode": "How they contributed",
    "not_appropriate_reason": "Why contact was not appropriate",
    "response": "Response to the offer",
    "rating_listened": "Felt listened to",
    "rating_difference": "Made a difference",
    "single_age": "Age in years",
    "participation_definition": "Definition, as given by the council",
    "characteristic": "Characteristic",
    "action_source": "Who or what asked for the action",
    "owner": "Owner of the action",
    "fault": "Kind of fault",
    "ombudsman_outcome": "What the Ombudsman decided",
    "remedy_type": "Kind of remedy",
    "registration_state": "What the setting is",
    "attendance": "Full or part time",
    "hours_band": "Hours a week",
    "weeks_band": "For how long",
    "weeks_placed": "Whole weeks since the first day",
    "move_planned": "Plan to move",
    "module": "Module of training",
    "learning_theme": "Theme",
    "staff_role": "Role",
    "complaint_stage": "Stage",
    "complaint_outcome": "Outcome",
    "complaint_fault": "Kind of fault",
    "cannot_reason": "Why it cannot be done",
    "board": "Board or committee",
    "topic": "Topic",
    "report_source": "What the report rests on",
}
"""Breakdown -> its title, in the order in which they are offered."""

DATED = {
    ("audits", "completed_on"): "completed",
    ("audits", "planned_month"): "planned",
    ("audits", "moderated_on"): "moderated",
    ("participants", "completed_on"): "whose audit was completed",
    ("participants", "offered_on"): "offered the chance",
    ("participants", "told_due_on"): "due to be told what came of the audit",
    ("planned_audits", "planned_month"): "planned",
    ("plan_reviews", "reviewed_on"): "done",
    ("plan_reviews", "moderated_on"): "moderated",
    ("plan_sections", "reviewed_on"): "reviewed",
    ("plan_advice", "reviewed_on"): "looked at in reviews",
    ("plans", "issued_on"): "issued",
    ("plan_months", "month_end"): "on the register",
    ("actions", "opened_on"): "opened",
    ("actions", "due_on"): "first due",
    ("actions", "now_due_on"): "due as the date now stands",
    ("action_movements", "happened_on"): "made",
    ("action_months", "month_end"): "in the ledger",
    ("ombudsman_cases", "decided_on"): "decided",
    ("ombudsman_remedies", "due_on"): "due",
    ("placements", "started_on"): "begun",
    ("placement_months", "month_end"): "on the list of placements",
    ("setting_months", "month_end"): "in use",
    ("training", "completed_on"): "completed",
    ("training_months", "month_end"): "required",
    ("complaints", "received_on"): "received",
    ("complaints", "due_on"): "to be answered",
    ("complaints", "answered_on"): "answered",
    ("feedback", "raised_on"): "raised",
    ("feedback", "due_on"): "to be answered",
    ("scrutiny_requests", "asked_on"): "asked",
    ("scrutiny_requests", "promised_by"): "promised an answer",
    ("board_reports", "reported_on"): "reported",
    ("review_themes", "reviewed_on"): "looked at in reviews",
    ("audit_themes", "completed_on"): "looked at in audits",
}
"""Fact and date -> what is said of rows with the date, before "in the period"."""

_COMPARED = {
    "has_both_grades": "There is a grade of the first grader and one of the moderator.",
    "is_same_grade": "Both gave the same grade, before they talked.",
    "is_within_one_grade": "Their grades are the same or next to one another.",
    "is_different_grade": "Their grades differ.",
    "is_moderator_lower": "The moderator's grade is the lower of the two: the first grader was the more generous.",
}
"""What is said of two grades of the same case; each fact says who the first grader is."""
GRADERS = {"audits": "auditor", "plan_reviews": "reviewer"}
"""Fact whose rows are graded twice -> who grades first."""


def _compared(grader: str) -> dict[str, str]:
    return {name: words.replace("first grader", grader) for name, words in _COMPARED.items()} | {
        f"is_inadequate_{grader}": f"The {grader}'s grade is inadequate."
    }


AUDITS = Fact(
    counts_what="audits",
    key="audit_key",
    dates=("completed_on", "planned_month", "moderated_on"),
    yes_no={
        "is_completed": "The audit is completed and has a day of completion.",
        "is_on_record": "The audit is on record, whatever has become of it (always).",
        "is_void": "The audit is void: it will not be completed.",
        "is_random": "The case was chosen at random.",
        "is_from_plans": "The case was drawn from children and young people with an EHC plan.",
        "is_from_sen_support": "The case was drawn from children on SEN support.",
        "is_from_social_care": "The case was drawn from children's social care.",
        "is_thematic": "It is a thematic audit.",
        "is_child_in_audit": "The child or young person is one of the people in the audit (always).",
        "is_parent_in_audit": "The parent or carer is one of the people in the audit (always).",
        "is_child_contact_appropriate": "Contact with the child was appropriate.",
        "is_parent_contact_appropriate": "Contact with a parent or carer was appropriate.",
        "is_staff_contact_appropriate": "Contact with staff who work with the child was appropriate.",
        "is_family_contact_appropriate": "Contact with the child or a parent or carer was appropriate.",
        "is_family_contact_not_appropriate": "Everyone of the family on record is marked not appropriate to contact.",
        "is_contact_unknown": "It is not on record whether contact with the family was appropriate.",
        "is_child_offered": "The child was offered the chance by the day of completion.",
        "is_parent_offered": "A parent or carer was offered the chance by the day of completion.",
        "is_staff_offered": "Staff were offered the chance by the day of completion.",
        "is_family_offered": "The child or a parent or carer was offered the chance by the day of completion.",
        "is_nobody_offered": "Nobody of the family was offered the chance by the day of completion.",
        "is_nobody_offered_not_appropriate": (
            "Nobody of the family was offered the chance, and everyone of them on record is marked not appropriate "
            "to contact."
        ),
        "is_nobody_offered_no_reason": "Nobody of the family was offered the chance, and no such mark says why.",
        "has_child_reply": "The child accepted or declined the offer.",
        "has_parent_reply": "A parent or carer accepted or declined the offer.",
        "has_staff_reply": "Staff accepted or declined the offer.",
        "has_child_acceptance": "The child accepted the offer.",
        "has_parent_acceptance": "A parent or carer accepted the offer.",
        "has_staff_acceptance": "Staff accepted the offer.",
        "has_child_contribution": (
            "The child contributed by the day of completion; views already on file do not count."
        ),
        "has_parent_contribution": (
            "A parent or carer contributed by the day of completion; views already on file do not count."
        ),
        "has_staff_contribution": (
            "Staff contributed by the day of completion; views already on file do not count."
        ),
        "has_family_contribution": "The child or a parent or carer contributed by the day of completion.",
        "has_child_and_parent_contribution": "Both the child and a parent or carer contributed.",
        "is_existing_record_only": "Views of the family were taken from the file, and nobody of it contributed.",
        "is_child_told": "The child contributed and was told what came of the audit.",
        "is_parent_told": "A parent or carer contributed and was told what came of the audit.",
        "is_staff_told": "Staff contributed and were told what came of the audit.",
        "has_agreed_grade": "There is an agreed grade.",
        "is_outstanding": "The agreed grade is outstanding.",
        "is_good": "The agreed grade is good.",
        "is_requires_improvement": "The agreed grade is requires improvement.",
        "is_inadequate": "The agreed grade is inadequate.",
        "is_good_or_better": "The agreed grade is good or outstanding.",
        "has_no_agreed_grade": "There is no agreed grade.",
        "has_auditor_grade": "There is an auditor's grade.",
        "is_good_or_better_auditor": "The auditor's grade is good or outstanding.",
        "has_moderator_grade": "There is a moderator's grade.",
        "is_good_or_better_moderator": "The moderator's grade is good or outstanding.",
        "is_moderated": "Somebody named, other than the auditor, moderated the audit.",
        "is_moderated_random": "Such a moderation, of an audit drawn for it at random.",
        **_compared(GRADERS["audits"]),
        "has_mental_health_answer": "It is on record whether mental health was relevant.",
        "is_mental_health_relevant": "Mental health was relevant.",
        "is_mental_health_considered": "Mental health was considered.",
    },
    breakdowns=(*WORK, *CHILD, "void_reason", "grade_pair"),
    about=("council", "audit_reference"),
    feeds=("case_audits", "family_participation"),
)

PARTICIPANTS = Fact(
    counts_what="people",
    key="participant_key",
    dates=("completed_on", "offered_on", "told_due_on"),
    yes_no={
        "is_completed": "The audit is completed and has a day of completion.",
        "is_random": "The case was chosen at random.",
        "is_child": "The child or young person.",
        "is_parent": "A parent or carer; several of one audit count as one.",
        "is_staff": "Staff who work with the child; several of one audit count as one.",
        "is_family": "The child or a parent or carer.",
        "is_contact_appropriate": "Contact was appropriate.",
        "is_contact_not_appropriate": "Everyone on record in this role is marked not appropriate to contact.",
        "is_offered": "Offered the chance by the day of completion.",
        "is_offer_mature": "The offer was made at least 21 days before the data was taken from its system.",
        "has_replied": "Accepted or declined the offer.",
        "has_accepted": "Accepted the offer.",
        "has_contributed": "Contributed by the day of completion; views already on file do not count.",
        "has_existing_record": "Views were taken from the file.",
        "is_told": "Contributed and was told what came of the audit.",
        "is_told_due": "The day by which to be told had passed when the data was taken from its system.",
        "is_told_in_time": "Contributed and was told within 20 working days of completion.",
        "has_rating_listened": "Answered whether they felt listened to.",
        "is_listened_to": "Agreed or strongly agreed that they felt listened to.",
        "has_rating_difference": "Answered whether taking part made a difference.",
        "is_difference_made": "Agreed or strongly agreed that taking part made a difference.",
    },
    breakdowns=(
        "role", "mode", "not_appropriate_reason", "response", "rating_listened", "rating_difference", *OF_PARTICIPANTS,
    ),
    about=("council", "audit_key", "contributed_on", "told_outcome_on"),
    feeds=("family_participation", "case_audits"),
)  # fmt: skip

PLANNED_AUDITS = Fact(
    counts_what="planned audits",
    key="slot_key",
    dates=("planned_month",),
    yes_no={
        "is_in_programme": "A planned audit, first approved or added later (always).",
        "is_planned": "Planned when the period was first approved.",
        "is_added": "Added by a later approval.",
        "is_delivered": "Planned when the period was first approved, and done by the end of the period.",
    },
    breakdowns=("audit_type", "team", "agency", "frame"),
    about=("council", "months_spanned"),
    feeds=("audit_programme", "case_audits"),
)

POPULATION = Fact(
    counts_what="groups of a population",
    key="population_key",
    dates=("counted_on",),
    yes_no={},
    breakdowns=(),
    about=("council", "frame", "characteristic", "category", "people_symbol", "source"),
    numbers={"people": "Children and young people of the group on that day."},
    span="",
    feeds=("population",),
)
"""Counts that somebody else made: no measure counts its rows, and gaps compare audits with them."""

_PLACED = ("council", "window", "period_start", "breakdown", "group")
PUBLISHED_TIMELINESS = Fact(
    counts_what="plans",
    key="given_key",
    dates=("period_end",),
    yes_no={},
    breakdowns=("single_age", "ethnicity", "sex"),
    about=_PLACED,
    numbers={
        "issued": "Plans issued.",
        "issued_ex": "Plans issued to which no exception to the 20 weeks applied.",
        "within_20_weeks": "Plans issued within 20 weeks of the request.",
        "within_20_weeks_ex": "Plans without exceptions issued within 20 weeks.",
        "within_20_weeks_percent": "DfE's percentage of plans within 20 weeks.",
        "within_20_weeks_ex_percent": "DfE's percentage of plans within 20 weeks, without exceptions.",
        "within_a_year": "Plans issued after 20 weeks and within 52.",
        "within_a_year_ex": "Plans without exceptions issued after 20 weeks and within 52.",
        "within_a_year_percent": "DfE's percentage of plans after 20 weeks and within 52.",
        "within_a_year_ex_percent": "DfE's percentage of plans after 20 weeks and within 52, without exceptions.",
        "over_a_year": "Plans issued after 52 weeks.",
        "over_a_year_ex": "Plans without exceptions issued after 52 weeks.",
        "over_a_year_percent": "DfE's percentage of plans after 52 weeks.",
        "over_a_year_ex_percent": "DfE's percentage of plans after 52 weeks, without exceptions.",
    },
    feeds=("dfe_timeliness",),
)
REPORTED_PARTICIPATION = Fact(
    counts_what="audits or people",
    key="given_key",
    dates=("period_end",),
    yes_no={},
    breakdowns=("participation_definition",),
    about=(*_PLACED, "source", "given_on"),
    numbers={
        "numerator": "How many were heard, as the council gave it.",
        "denominator": "Out of how many, as the council gave it.",
        "percent": "The percentage, as the council gave it.",
    },
    feeds=("participation_rates",),
)
NEIGHBOUR_TIMELINESS = Fact(
    counts_what="plans",
    key="given_key",
    dates=("period_end",),
    yes_no={},
    breakdowns=(),
    about=_PLACED,
    numbers={
        "issued": "Plans issued by all of the council's statistical neighbours together.",
        "issued_ex": "Of those, plans to which no exception to the 20 weeks applied.",
        "within_20_weeks": "Plans issued by them within 20 weeks of the request.",
        "within_20_weeks_ex": "Plans without exceptions issued by them within 20 weeks.",
    },
    feeds=("statistical_neighbours", "dfe_timeliness"),
)
GIVEN = {
    "published_timeliness": PUBLISHED_TIMELINESS,
    "reported_participation": REPORTED_PARTICIPATION,
    "neighbour_timeliness": NEIGHBOUR_TIMELINESS,
}
"""Facts whose rows are figures that somebody counted before us; `published` makes them."""

_GRADES = {
    "is_good_or_better": "The grade is good or outstanding.",
    "is_requires_improvement": "The grade is requires improvement.",
    "is_inadequate": "The grade is inadequate.",
}
_REVIEW = {
    "is_completed": "The review is completed and has a day.",
    "is_random": "The plan was chosen for review at random.",
}
_OF_PLANS = ("locality", "age_band", "sex", "ethnic_group", "primary_need", "social_care", "setting_type")

PLAN_REVIEWS = Fact(
    counts_what="reviews of plans",
    key="review_key",
    dates=("reviewed_on", "moderated_on"),
    yes_no={
        **_REVIEW,
        "has_agreed_grade": "There is an agreed grade of the whole plan.",
        **{name: words.replace("grade is", "agreed grade of the whole plan is") for name, words in _GRADES.items()},
        "has_reviewer_grade": "The reviewer graded the whole plan.",
        "is_good_or_better_reviewer": "The reviewer's grade is good or outstanding.",
        "has_moderator_grade": "A moderator graded the whole plan.",
        "is_good_or_better_moderator": "The moderator's grade is good or outstanding.",
        "is_moderated": "Somebody named, other than the reviewer, moderated the review.",
        "is_moderated_random": "Such a moderation, of a review drawn for it at random.",
        **_compared(GRADERS["plan_reviews"]),
        "has_outcomes_answer": "It is said how specific and measurable the outcomes are, other than not applicable.",
        "is_outcomes_specific": "The outcomes are specific and measurable.",
        "has_provision_answer": "It is said how specified and quantified the provision is, other than not applicable.",
        "is_provision_specified": "The provision is specified and quantified.",
        "has_child_views_answer": "It is said whether the child's views are in the plan, other than not applicable.",
        "has_child_views": "The child's views are in the plan.",
        "has_parent_views_answer": "It is said whether the parents' views are in the plan, other than not applicable.",
        "has_parent_views": "The parents' views are in the plan.",
        "has_coproduced_answer": "It is said whether the plan was co-produced, other than not applicable.",
        "is_coproduced": "The plan was co-produced.",
    },
    breakdowns=("plan_kind_reviewed", "plan_stage", "plan_type", "selection", "team", *_OF_PLANS, "grade_pair"),
    about=("council",),
    span="plan_reviews",
    feeds=("plan_reviews",),
)  # fmt: skip

PLAN_SECTIONS = Fact(
    counts_what="sections of plans",
    key="section_key",
    dates=("reviewed_on",),
    yes_no={
        **_REVIEW,
        "is_graded": "The section has a grade (always).",
        **{name: words.replace("grade is", "grade of the section is") for name, words in _GRADES.items()},
    },
    breakdowns=("section", "plan_kind_reviewed", "section_by_kind"),
    about=("council", "review_key"),
    span="plan_reviews",
    feeds=("plan_reviews",),
)

PLAN_ADVICE = Fact(
    counts_what="requests for advice",
    key="advice_key",
    dates=("reviewed_on",),
    yes_no={
        **_REVIEW,
        "is_asked": "The service was asked for advice (always).",
        "is_received": "There is a day on which advice was received.",
        "is_not_known": "The service answered that the child is not known to it, and gave no advice.",
        "is_due": "It is said when the service was asked, and 42 days had passed when the data was taken.",
        "is_on_time": "Advice was received within 42 days of asking.",
        "has_quality": "It is said whether the advice meets the standard, other than not applicable.",
        "is_good": "The advice meets the standard.",
    },
    breakdowns=("advice_source", "plan_kind_reviewed", "advice_source_by_kind"),
    about=("council", "review_key"),
    span="plan_reviews",
    feeds=("plan_reviews",),
)

PLANS = Fact(
    counts_what="plans",
    key="plan_key",
    dates=("issued_on",),
    yes_no={
        "is_issued": "The plan has been issued (always).",
        "is_ehc_plan": "It is an education, health and care plan.",
        "has_request": "It is said when the plan was requested.",
        "is_within_twenty_weeks": "Issued within 140 days of the request.",
        "has_exception": "The law allowed longer than 20 weeks.",
        "has_no_exception": "It is not said that the law allowed longer than 20 weeks.",
    },
    breakdowns=("plan_type", *_OF_PLANS),
    about=("council",),
    numbers={"days_to_issue": "Days from the request to the final plan."},
    known={"days_to_issue": "has_request"},
    span="plans",
    feeds=("active_plans",),
)

PLAN_MONTHS = Fact(
    counts_what="plans",
    key="plan_month_key",
    dates=("month_end",),
    yes_no={
        "is_active": "The plan was maintained on the last day of the month (always).",
        "is_ehc_plan": "It is an education, health and care plan.",
        "is_audited": "The child's case was audited in the 24 months to that day.",
        "is_reviewed": "The quality of the plan was reviewed in the 24 months to that day.",
        "is_looked_at": "One or the other, or both.",
    },
    breakdowns=(
        "plan_type",
        "locality",
        "sex",
        "ethnic_group",
        "primary_need",
        "social_care",
        "setting_type",
    ),
    about=("council", "plan_key"),
    span="plan_months",
    feeds=("active_plans", "case_audits", "plan_reviews"),
)

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
_OF_COUNCIL = ("council",)
_OF_PLACEMENT = ("attendance", "hours_band", "weeks_band", "weeks_placed", "move_planned")
_OF_LEARNER = ("module", "learning_theme", "staff_role", "team", "agency")
PLACEMENTS = Fact(
    "placements", "placement_key", ("started_on",), said.PLACEMENTS, ("registration_state", "attendance"),
    _OF_COUNCIL, span="placements", feeds=("placements",),
)  # fmt: skip
PLACEMENT_MONTHS = Fact(
    "children", "placement_month_key", ("month_end",), said.PLACEMENT_MONTHS, ("registration_state", *_OF_PLACEMENT),
    ("council", "placement_key"), span="placement_months", feeds=("placements",),
)  # fmt: skip
SETTING_MONTHS = Fact(
    "settings", "setting_month_key", ("month_end",), said.SETTING_MONTHS, (),
    _OF_COUNCIL, span="placement_months", feeds=("placements",),
)  # fmt: skip
TRAINING = Fact(
    "completions", "training_key", ("completed_on",), said.TRAINING, _OF_LEARNER,
    _OF_COUNCIL, span="training", feeds=("training",),
)  # fmt: skip
TRAINING_MONTHS = Fact(
    "people and modules that they must hold", "training_month_key", ("month_end",), said.TRAINING_MONTHS, _OF_LEARNER,
    _OF_COUNCIL, span="training_months", feeds=("training",),
)  # fmt: skip
COMPLAINTS = Fact(
    "complaints", "complaint_key", ("received_on", "due_on", "answered_on"), said.COMPLAINTS,
    ("complaint_stage", "complaint_outcome", "complaint_fault", "learning_theme", "team"),
    ("council", "all_stages_key"), span="complaints", feeds=("complaints",),
)  # fmt: skip
FEEDBACK = Fact(
    "things that families raised", "feedback_key", ("raised_on", "due_on"), said.FEEDBACK,
    ("learning_theme", "cannot_reason"),
    _OF_COUNCIL,
    {"families": "Families who raised it.", "days_to_told": "Days from raising it to being told of an answer."},
    {"families": "is_raised", "days_to_told": "is_told"},
    span="feedback", feeds=("feedback_responses",),
)  # fmt: skip
SCRUTINY_REQUESTS = Fact(
    "requests", "request_key", ("asked_on", "promised_by"), said.SCRUTINY_REQUESTS, ("board", "topic"),
    _OF_COUNCIL, span="scrutiny_requests", feeds=("scrutiny_requests",),
)  # fmt: skip
BOARD_REPORTS = Fact(
    "topics of reports", "report_key", ("reported_on",), said.BOARD_REPORTS, ("board", "topic", "report_source"),
    _OF_COUNCIL, span="board_reports", feeds=("board_reports",),
)  # fmt: skip
REVIEW_THEMES = Fact(
    "reviews and themes that they could name", "review_theme_key", ("reviewed_on",), said.REVIEW_THEMES,
    ("learning_theme",), ("council", "review_key"), span="plan_reviews", feeds=("plan_reviews",),
)  # fmt: skip
AUDIT_THEMES = Fact(
    "audits and themes that they could name", "audit_theme_key", ("completed_on",), said.AUDIT_THEMES,
    ("learning_theme",), ("council", "audit_key"), span="audits", feeds=("case_audits",),
)  # fmt: skip

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
