"""What the yes/no columns of a fact say of each other.

Belongs here: which columns follow from which, and which divide others among them, as plain data. Whoever reads two
figures can take one from the other, so protection must know it.
Does not belong here: what a column means (`schema`), how it is derived (`facts`), or what follows for small numbers
(`disclosure`).

`FOLLOWS` and the rest hold by definition. `USUAL` holds where cases are recorded as they should be (who accepted was
asked); a reader may take it for granted, so protection does too wherever the counts do not contradict it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Columns = frozenset[str]


class Either(NamedTuple):
    """A column that is true where the first or the second is, and one that is true where both are."""

    union: str
    first: str
    second: str
    both: str


class Split(NamedTuple):
    """Columns of which exactly one is true wherever the whole is ('' for every row). The last may be a name for the
    rest that no column has."""

    whole: str
    parts: tuple[str, ...]


ALWAYS: Mapping[str, Columns] = {
    "audits": frozenset({"is_on_record", "is_child_in_audit", "is_parent_in_audit"}),
    "planned_audits": frozenset({"is_in_programme"}),
}
"""True of every row."""
DATED: Mapping[tuple[str, str], Columns] = {
    (fact, day): frozenset({"is_completed"})
    for fact, day in (
        ("audits", "completed_on"), ("participants", "completed_on"), ("plan_reviews", "reviewed_on"),
        ("plan_sections", "reviewed_on"), ("plan_advice", "reviewed_on"),
    )
}  # fmt: skip
"""True of every row that has the date, as far as measures count it."""

_PEOPLE = ("child", "parent", "staff")
FOLLOWS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "audits": {
        "has_child_and_parent_contribution": ("has_child_contribution", "has_parent_contribution"),
        "has_child_contribution": ("has_family_contribution",),
        "has_parent_contribution": ("has_family_contribution",),
        **{f"has_{who}_acceptance": (f"has_{who}_reply",) for who in _PEOPLE},
        **{f"is_{who}_told": (f"has_{who}_contribution",) for who in _PEOPLE},
        **{f"is_{who}_offered": ("is_family_offered",) for who in ("child", "parent")},
        **{f"is_{who}_contact_appropriate": ("is_family_contact_appropriate",) for who in ("child", "parent")},
        "is_nobody_offered_not_appropriate": ("is_nobody_offered",),
        "is_nobody_offered_no_reason": ("is_nobody_offered",),
        "is_outstanding": ("is_good_or_better",),
        "is_good": ("is_good_or_better",),
        "is_good_or_better": ("has_agreed_grade",),
        "is_requires_improvement": ("has_agreed_grade",),
        "is_inadequate": ("has_agreed_grade",),
        "is_good_or_better_auditor": ("has_auditor_grade",),
        "is_good_or_better_moderator": ("has_moderator_grade",),
        "is_moderated_random": ("is_moderated",),
        "is_mental_health_relevant": ("has_mental_health_answer",),
    },
    "participants": {
        "is_child": ("is_family",),
        "is_parent": ("is_family",),
        "is_listened_to": ("has_rating_listened",),
        "is_told_in_time": ("has_contributed",),
    },
    "planned_audits": {"is_delivered": ("is_planned",)},
    "plan_reviews": {
        "has_child_views": ("has_child_views_answer",),
        "has_parent_views": ("has_parent_views_answer",),
        "is_coproduced": ("has_coproduced_answer",),
        "is_good_or_better": ("has_agreed_grade",),
        "is_inadequate": ("has_agreed_grade",),
    },
    "plan_sections": {"is_good_or_better": ("is_graded",), "is_inadequate": ("is_graded",)},
    "plan_advice": {
        "is_good": ("has_quality",),
        "has_quality": ("is_received",),
        "is_on_time": ("is_received",),
        "is_received": ("is_asked",),
    },
}  # fmt: skip
"""Fact -> column -> columns that are true wherever it is."""
USUAL: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "audits": {
        **{f"has_{who}_contribution": (f"has_{who}_acceptance",) for who in _PEOPLE},
        **{f"has_{who}_reply": (f"is_{who}_offered",) for who in _PEOPLE},
        **{f"is_{who}_offered": (f"is_{who}_contact_appropriate",) for who in ("child", "parent")},
        "has_family_contribution": ("is_family_offered",),
        "is_family_offered": ("is_family_contact_appropriate",),
    }
}
EITHERS: Mapping[str, tuple[Either, ...]] = {
    "audits": (
        Either(
            "has_family_contribution", "has_child_contribution", "has_parent_contribution",
            "has_child_and_parent_contribution",
        ),
        Either("is_family_offered", "is_child_offered", "is_parent_offered", "both were offered"),
        Either(
            "is_family_contact_appropriate", "is_child_contact_appropriate", "is_parent_contact_appropriate",
            "contact with both was appropriate",
        ),
    )
}  # fmt: skip
SPLITS: Mapping[str, tuple[Split, ...]] = {
    "audits": (
        Split("", ("is_family_offered", "is_nobody_offered")),
        Split("", ("has_agreed_grade", "has_no_agreed_grade")),
        Split("", ("has_family_contribution", "is_existing_record_only", "neither views on file")),
        Split("is_nobody_offered", ("is_nobody_offered_not_appropriate", "is_nobody_offered_no_reason")),
        Split("has_agreed_grade", ("is_good_or_better", "is_requires_improvement", "is_inadequate")),
        Split("is_good_or_better", ("is_outstanding", "is_good")),
    ),
    "participants": (Split("is_family", ("is_child", "is_parent")),),
    "planned_audits": (Split("", ("is_planned", "is_added")),),
    "plan_reviews": (Split("has_agreed_grade", ("is_good_or_better", "is_inadequate", "another grade")),),
    "plan_sections": (Split("is_graded", ("is_good_or_better", "is_inadequate", "another grade")),),
    "plan_advice": (Split("is_asked", ("is_received", "is_not_known", "neither received nor not known")),),
}


def closed(fact: str, date: str, columns: Columns, usual: bool = True) -> Columns:
    """Every column that is true of all rows with these; those that are true of every row are left out."""
    found = set(columns)
    waiting = list(columns)
    while waiting:
        column = waiting.pop()
        after = FOLLOWS.get(fact, {}).get(column, ())
        if usual:
            after += USUAL.get(fact, {}).get(column, ())
        waiting += [one for one in after if one not in found]
        found.update(after)
    return frozenset(found) - ALWAYS.get(fact, frozenset()) - DATED.get((fact, date), frozenset())
