"""Two grades of the same case: the first grader's and the moderator's.

Belongs here: the columns that facts have of both together. Does not belong here: who is somebody else than the first
grader (`cases`, `plan_reviews`), how far they agree beyond chance (`statistics.agreement`).
"""

from __future__ import annotations

import ibis
from ibis.expr.types import Column, StringColumn

from pipelines.model.columns import rank, yes
from pipelines.model.schema import UNKNOWN

GRADES = ("outstanding", "good", "requires_improvement", "inadequate")
"""Best first: a later grade is a lower one."""


def compared(grader: str, first: StringColumn, second: StringColumn) -> dict[str, Column]:
    """The yes/no columns and the breakdown `grade_pair` ("good|inadequate": the first grader's, then the moderator's).

    A grade that is empty or could not be read compares with nothing.
    """
    one, other = rank(first, GRADES), rank(second, GRADES)
    apart = other - one
    return {
        "has_both_grades": yes(apart.notnull()),
        "is_same_grade": yes(apart == 0),
        "is_within_one_grade": yes(apart.abs() <= 1),
        "is_different_grade": yes(apart != 0),
        "is_moderator_lower": yes(apart > 0),
        f"is_inadequate_{grader}": yes(first == GRADES[-1]),
        "grade_pair": ibis.cases((apart.notnull(), first + "|" + second), else_=UNKNOWN),
    }
