"""The facts of audits: audits, the people in them, the planned ones, and the themes they name.

Belongs here: names and words. Does not belong here: how a column is derived (`cases`, `people`, `planned`, `themes`).
"""

from __future__ import annotations

from pipelines.model.schema.grading import GRADERS, compared
from pipelines.model.schema.kinds import Fact

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

_OF_PEOPLE = (
    *(
        name.format(role=role)
        for role in ("child", "parent", "staff")
        for name in (
            "is_{role}_contact_appropriate", "is_{role}_offered", "has_{role}_reply", "has_{role}_acceptance",
            "has_{role}_contribution", "is_{role}_told",
        )
    ),
    "is_family_contact_appropriate", "is_family_contact_not_appropriate", "is_contact_unknown", "is_family_offered",
    "is_nobody_offered", "is_nobody_offered_not_appropriate", "is_nobody_offered_no_reason",
    "has_family_contribution", "has_child_and_parent_contribution", "is_existing_record_only",
)  # fmt: skip
"""Columns of `audits` that the people in them tell."""
_PEOPLE = {
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
        **compared(GRADERS["audits"]),
        "has_mental_health_answer": "It is on record whether mental health was relevant.",
        "is_mental_health_relevant": "Mental health was relevant.",
        "is_mental_health_considered": "Mental health was considered.",
    },
    breakdowns=(*WORK, *CHILD, "void_reason", "grade_pair"),
    about=("council", "audit_reference"),
    feeds=("case_audits", "family_participation"),
    told_by={"participation": _OF_PEOPLE},
)

PARTICIPANTS = Fact(
    counts_what="people",
    key="participant_key",
    dates=("completed_on", "offered_on", "told_due_on"),
    yes_no=_PEOPLE,
    breakdowns=(
        "role", "mode", "not_appropriate_reason", "response", "rating_listened", "rating_difference", *OF_PARTICIPANTS,
    ),
    about=("council", "audit_key", "contributed_on", "told_outcome_on"),
    feeds=("family_participation", "case_audits"),
    told_by={"participation": tuple(_PEOPLE)},
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

AUDIT_THEMES = Fact(
    counts_what="audits and themes that they could name",
    key="audit_theme_key",
    dates=("completed_on",),
    yes_no={
        "is_looked_at": "The audit is completed and has a day (always).",
        "is_found": "It named the theme as one to learn about.",
        "is_strength": "It named the theme as a strength.",
    },
    breakdowns=("learning_theme",),
    about=("council", "audit_key"),
    span="audits",
    feeds=("case_audits",),
)
