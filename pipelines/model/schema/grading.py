"""What is said of two grades of the same case, whichever fact they are in.

Belongs here: the words, and who grades first. Does not belong here: how two grades are compared (`grades`).
"""

from __future__ import annotations

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


def compared(grader: str) -> dict[str, str]:
    return {name: words.replace("first grader", grader) for name, words in _COMPARED.items()} | {
        f"is_inadequate_{grader}": f"The {grader}'s grade is inadequate."
    }
