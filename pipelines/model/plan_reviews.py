"""Facts `plan_reviews`, `plan_sections` and `plan_advice`: reviews of plans, their sections, the advice behind them.

Belongs here: every column of the three. Sections and sources of advice are those that the rows have columns for.
Does not belong here: the register of plans (`plans`), or which of the rows a measure counts (the definitions).
"""

from __future__ import annotations

import re

import ibis
from ibis import Table
from ibis.expr.types import Column, StringColumn

from pipelines.model import schema
from pipelines.model.columns import among, group, row_key, yes
from pipelines.model.grades import GRADES, compared

GOOD = ("outstanding", "good")
ADVICE_DAYS = 42
"""Advice is to come within six weeks of the request: SEND Regulations 2014 (SI 2014/1530), regulation 8."""
APPLICABLE = ("met", "partly", "not_met")
CRITERIA = {
    # column of the review: (is it said, other than not applicable; is it met)
    "outcomes_specific": ("has_outcomes_answer", "is_outcomes_specific"),
    "provision_specified": ("has_provision_answer", "is_provision_specified"),
    "child_views": ("has_child_views_answer", "has_child_views"),
    "parent_views": ("has_parent_views_answer", "has_parent_views"),
    "coproduced": ("has_coproduced_answer", "is_coproduced"),
}


def reviews(plan_reviews: Table, ethnic_groups: Table) -> Table:
    """One row per review in force: the fact's columns, and those of sections and advice as they were sent."""
    read = plan_reviews.mutate(
        ethnicity=group(plan_reviews.ethnicity), agreed_grade=among(plan_reviews.agreed_grade, GRADES)
    )
    rows = read.left_join(ethnic_groups, "ethnicity")  # many reviews to at most one group
    # whoever is not named cannot be shown to be somebody else than the reviewer
    moderated = (rows.moderated_on.notnull() | yes(rows.moderator_grade.isin(GRADES))) & yes(
        rows.moderator.notnull() & ~rows.moderator.identical_to(rows.reviewer)
    )
    as_given = [
        name
        for name in schema.PLAN_REVIEWS.breakdowns
        if name not in ("ethnic_group", "plan_type", "grade_pair")
    ]
    said = {
        column: value
        for name, (answered, met) in CRITERIA.items()
        for column, value in ((answered, yes(rows[name].isin(APPLICABLE))), (met, yes(rows[name] == "met")))
    }
    return rows.select(
        "council",
        "reviewed_on",
        "moderated_on",
        *[name for name in rows.columns if re.match(r"(section|advice)_", name)],
        **{name: group(rows[name]) for name in as_given},
        ethnic_group=rows.ethnic_group.nullif("Not known").fill_null(schema.UNKNOWN),
        plan_type=plan_type(rows.plan_type),
        review_key=row_key(rows.council, rows.review_reference),
        is_completed=yes(rows.status == "completed") & rows.reviewed_on.notnull(),
        is_random=yes(rows.selection == "random"),
        has_agreed_grade=rows.agreed_grade.notnull(),
        **graded(rows.agreed_grade),
        has_reviewer_grade=yes(rows.reviewer_grade.isin(GRADES)),
        is_good_or_better_reviewer=yes(rows.reviewer_grade.isin(GOOD)),
        has_moderator_grade=yes(rows.moderator_grade.isin(GRADES)),
        is_good_or_better_moderator=yes(rows.moderator_grade.isin(GOOD)),
        is_moderated=moderated,
        is_moderated_random=moderated & yes(rows.moderation_selection == "random"),
        **compared(schema.GRADERS["plan_reviews"], rows.reviewer_grade, rows.moderator_grade),
        **said,
    )


def plan_type(values: StringColumn) -> StringColumn:
    """The type of plan; a cell left empty means an education, health and care plan."""
    return group(values.fill_null("EHCP"))


def graded(grade: StringColumn) -> dict[str, Column]:
    """What a grade says."""
    return {
        "is_good_or_better": yes(grade.isin(GOOD)),
        "is_requires_improvement": yes(grade == "requires_improvement"),
        "is_inadequate": yes(grade == "inadequate"),
    }


_OF_REVIEW = ("council", "reviewed_on", "review_key", "is_completed", "is_random", "plan_kind_reviewed")
"""What a part of a review keeps of it."""


def sections(held: Table) -> Table:
    """One row per review and section that has a grade, of `reviews`."""
    found = [_section(held, code) for code in _codes(held, r"section_(\w+)_grade")]
    return ibis.union(found[0], *found[1:], distinct=False)


def _section(held: Table, code: str) -> Table:
    grade = among(held[f"section_{code}_grade"], GRADES)
    return held.filter(grade.notnull()).select(
        *_OF_REVIEW,
        section=ibis.literal(code),
        section_by_kind=ibis.literal(f"{code}|") + held.plan_kind_reviewed,
        section_key=row_key(held.review_key, ibis.literal(code)),
        is_graded=ibis.literal(True),
        **graded(grade),
    )


def advice(held: Table, extraction_days: Table) -> Table:
    """One row per review and source that was asked for advice (or gave it, or an answer), of `reviews`."""
    dated = held.left_join(extraction_days, "council")  # many reviews to one day of extraction
    found = [_advice(dated, code) for code in _codes(held, r"advice_(\w+)_asked_on")]
    return ibis.union(found[0], *found[1:], distinct=False)


def _advice(held: Table, code: str) -> Table:
    asked, received, not_known, quality = (
        held[f"advice_{code}_{name}"] for name in ("asked_on", "received_on", "not_known", "quality")
    )
    due = asked.cast("timestamp") + ibis.interval(days=ADVICE_DAYS)
    return held.filter(asked.notnull() | received.notnull() | yes(not_known)).select(
        *_OF_REVIEW,
        advice_source=ibis.literal(code),
        advice_source_by_kind=ibis.literal(f"{code}|") + held.plan_kind_reviewed,
        advice_key=row_key(held.review_key, ibis.literal(code)),
        is_asked=ibis.literal(True),
        is_received=received.notnull(),
        is_not_known=yes(not_known) & received.isnull(),
        is_due=yes(due < held.extracted_on),
        is_on_time=yes(received.cast("timestamp") <= due),
        has_quality=received.notnull() & yes(quality.isin(APPLICABLE)),
        is_good=received.notnull() & yes(quality == "met"),
    )


def _codes(held: Table, pattern: str) -> list[str]:
    """The codes of a code list that the rows have repeated columns for, in their order."""
    return [found[1] for name in held.columns if (found := re.fullmatch(pattern, name))]
