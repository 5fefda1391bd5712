"""A year of reviews of plans and a small register, as rows of canonical values: a helper of the acceptance tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.planted_rows import SOUND

TAKEN = date(2026, 4, 3)
Rows = list[dict[str, Any]]


def as_days(row: dict[str, Any]) -> dict[str, Any]:
    """Dates of a sound row as dates, which each style of file writes in its own way."""
    ends = ("_on", "_month")
    return {
        name: date.fromisoformat(value) if name.endswith(ends) and isinstance(value, str) else value
        for name, value in row.items()
    }


def reviews(council: str) -> Rows:
    """Twelve reviews, one a month from April 2025: every third of an amended plan, every fourth inadequate in F."""
    return [
        as_days(SOUND["plan_reviews"]) | {
            "council": council, "review_reference": f"R{n}", "plan_reference": f"P{n}", "child_reference": f"C{n}",
            "planned_month": date(2025 + n // 9, (n + 3) % 12 + 1, 1),
            "reviewed_on": date(2025 + n // 9, (n + 3) % 12 + 1, 10), "moderated_on": TAKEN - timedelta(days=1),
            "plan_kind_reviewed": "amended" if n % 3 == 0 else "new",
            "section_F_grade": "inadequate" if n % 4 == 0 else "good",
        }
        for n in range(12)
    ]  # fmt: skip


def register(council: str, number: int = 20) -> Rows:
    """So many plans issued in September 2025; those whose number is even took 140 days, the others 147."""
    issued = date(2025, 9, 1)
    return [
        as_days(SOUND["active_plans"]) | {
            "council": council, "plan_reference": f"P{n}", "child_reference": f"C{n}", "issued_on": issued,
            "requested_on": issued - timedelta(days=140 + 7 * (n % 2)), "exceptions_apply": n % 5 == 0,
        }
        for n in range(number)
    ]  # fmt: skip
