"""The facts of plans: reviews of their quality, their sections and advice, the register, and the themes reviews name.

Belongs here: names and words. Does not belong here: how a column is derived (`plan_reviews`, `plans`, `themes`).
"""

from __future__ import annotations

from pipelines.model.schema.grading import GRADERS, compared
from pipelines.model.schema.kinds import Fact

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
        **compared(GRADERS["plan_reviews"]),
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

REVIEW_THEMES = Fact(
    counts_what="reviews and themes that they could name",
    key="review_theme_key",
    dates=("reviewed_on",),
    yes_no={
        "is_looked_at": "The review is completed and has a day (always).",
        "is_found": "It named the theme as one to learn about.",
    },
    breakdowns=("learning_theme",),
    about=("council", "review_key"),
    span="plan_reviews",
    feeds=("plan_reviews",),
)
