"""The audit programme of the fictional county: each year's as approved, one quarter planned again, one addition.

Belongs here: the files of planned counts. Does not belong here: the audits that they plan (`audits`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from pipelines.demo import story
from pipelines.demo.audits import Audit
from pipelines.demo.drawing import Row, after, quarter_of, year_of
from pipelines.demo.files import WORKBOOK, Extract

PLANNED = ("period", "frame", "audit_type", "team", "agency")
"""What a number is planned for."""


def programme(audits: Sequence[Audit]) -> Iterator[Extract]:
    """The programme of each year as approved before it, one quarter planned again, and one addition."""

    def extract(slot: str, first: date, months: int, approved_on: date, label: str, note: str) -> Extract:
        chosen = [
            audit.row | {"period": f"{month:%Y-%m}" if year_of(month) == 2025 else quarter_of(month)}
            for audit in audits
            if audit.slot == slot and first <= (month := audit.row["planned_month"]) < after(first, months)
        ]
        counts = Counter(_planned(row) for row in chosen)
        rows = [
            dict(zip(PLANNED, key, strict=True))
            | {"council": story.COUNCIL, "planned_count": counts[key], "approved_on": approved_on}
            for key in sorted(counts, key=lambda key: [part or "" for part in key])
        ]
        return Extract("audit_programme", label, WORKBOOK, rows, approved_on, note)

    promised: Counter[tuple[str | None, ...]] = Counter()
    for year in (2023, 2024, 2025):
        label = f"{year}-{year % 100 + 1}"
        start, approved = date(year, 4, 1), date(year, 3, 20)
        yearly = extract("programme", start, 12, approved, label, f"the programme of {label}")
        promised.update({_planned(row): row["planned_count"] for row in yearly.rows})
        yield yearly
    note = "routine audits of one quarter planned again, lower"
    again = extract("programme", story.REPLANNED_QUARTER, 3, story.REPLANNED_ON, "2024-25-replanned", note)
    routine = [row for row in again.rows if row["audit_type"] == "routine" and row["planned_count"] > 1]
    for row in routine:
        row["planned_count"] -= max(1, row["planned_count"] // 3)
    yield replace(again, rows=routine)
    note = "thematic audits added within the year"
    added = extract("added", story.ADDED_FROM, 6, story.ADDED_ON, "2025-26-added", note)
    for row in added.rows:  # a later approval gives the new number, not the difference
        row["planned_count"] += promised[_planned(row)]
    yield added


def _planned(row: Row) -> tuple[str | None, ...]:
    return tuple(row[name] for name in PLANNED)
