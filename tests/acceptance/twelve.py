"""One fixture, twelve answers: 120 completed audits of 140 planned, as rows of the three feeds.

The same records honestly give twelve different percentages, depending on what is divided by what. Each pattern below
is: audits, contact appropriate, parent offered, accepted, contributed, child offered, accepted, contributed, thematic.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

PATTERNS = [
    (40, 1, 1, 1, 1, 1, 1, 1, 1),
    (22, 1, 1, 1, 1, 1, 0, 0, 1),
    (10, 1, 1, 1, 1, 0, 0, 0, 0),
    (2, 1, 1, 0, 0, 1, 1, 1, 0),
    (8, 1, 1, 1, 0, 0, 0, 0, 1),
    (18, 1, 1, 0, 0, 0, 0, 0, 0),
    (12, 0, 0, 0, 0, 0, 0, 0, 0),
    (8, 1, 0, 0, 0, 0, 0, 0, 0),
]
ANSWERS = {
    "voice.any_family": (74, 120),
    "voice.any_family_of_appropriate": (74, 108),
    "voice.any_family_of_offered": (74, 100),
    "voice.any_family_of_planned": (74, 140),
    "voice.any_family_thematic": (62, 70),
    "voice.child_and_parent": (40, 120),
    "voice.parent": (72, 120),
    "voice.parent_of_offered": (72, 100),
    "voice.child": (42, 120),
    "voice.child_of_offered": (42, 64),
    "voice.people": (114, 240),
    "voice.people_of_offered": (114, 164),
}
EXTRACTED_ON = date(2026, 4, 3)
Rows = list[dict[str, Any]]


def rows(council: str = "Brackenshire") -> dict[str, Rows]:
    """Feed -> its rows, in canonical values, over April 2025 to March 2026."""
    audits: Rows = []
    people: Rows = []
    for audits_of_pattern, *flags in PATTERNS:
        for _ in range(audits_of_pattern):
            audit = _audit(council, len(audits), thematic=bool(flags[7]), completed=True)
            audits.append(audit)
            people += _people(audit, [bool(flag) for flag in flags])
    audits += [_audit(council, len(audits) + n, thematic=False, completed=False) for n in range(20)]
    planned = [
        {"council": council, "frame": "ehcp", "period": f"{_month(n):%Y-%m}", "audit_type": kind,
         "planned_count": count, "approved_on": date(2025, 3, 20)}
        for n in range(12)
        for kind, count in (("thematic", 6), ("routine", 6 if n % 3 else 5))
    ]  # fmt: skip
    assert sum(row["planned_count"] for row in planned) == 140
    return {"audit_programme": planned, "case_audits": audits, "family_participation": people}


def _month(n: int) -> date:
    return date(2025 + (3 + n % 12) // 12, (3 + n % 12) % 12 + 1, 1)


def _audit(council: str, n: int, *, thematic: bool, completed: bool) -> dict[str, Any]:
    month = _month(n)
    row = {
        "council": council,
        "audit_reference": f"BR/{n:04d}",
        "child_reference": f"C{7000 + n}",
        "audit_type": "thematic" if thematic else "routine",
        "theme": "Voice" if thematic else None,
        "selection": "random",
        "planned_month": month,
        "started_on": month + timedelta(days=1) if completed else None,
        "completed_on": month + timedelta(days=20) if completed else None,
        "status": "completed" if completed else "planned",
        "auditor": f"Auditor {n % 7}",
        "age_band": "5-10",
        "sex": "F" if n % 2 else "M",
        "ethnicity": "WBRI",
        "primary_need": "ASD",
        "mental_health_relevant": n % 2 == 0,
        "mental_health_considered": True if n % 2 == 0 else None,
    }
    return row


def _people(audit: dict[str, Any], flags: list[bool]) -> Rows:
    appropriate, *steps, _ = flags
    return [
        _person(audit, role, appropriate, *steps[at : at + 3]) for role, at in (("parent", 0), ("child", 3))
    ]


def _person(
    audit: dict[str, Any], role: str, appropriate: bool, offered: bool, accepted: bool, contributed: bool
) -> dict[str, Any]:
    started = audit["started_on"]
    return {
        "council": audit["council"],
        "audit_reference": audit["audit_reference"],
        "role": role,
        "offered": offered,
        "contact_appropriate": appropriate,
        "not_appropriate_reason": None if appropriate else "live_dispute",
        "offered_on": started + timedelta(days=2) if offered else None,
        "response": ("accepted" if accepted else "declined") if offered else None,
        "contributed_on": started + timedelta(days=9) if contributed else None,
        "mode": "conversation" if contributed else None,
    }
