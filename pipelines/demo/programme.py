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
from pipelines.demo.drawing import after, quarter_of, year_of
from pipelines.demo.files import WORKBOOK, Extract


def programme(audits: Sequence[Audit]) -> Iterator[Extract]:
    """The programme of each year as approved before it, one quarter planned again, and one addition."""

    def extract(slot: str, first: date, months: int, approved_on: date, label: str, note: str) -> Extract:
        chosen = [
            audit.row | {"period": f"{month:%Y-%m}" if year_of(month) == 2025 else quarter_of(month)}
            for audit in audits
            if audit.slot == slot and first <= (month := audit.row["planned_month"]) < after(first, months)
        ]
        names = ("period", "frame", "audit_type", "team", "agency")
        counts = Counter(tuple(row[name] for name in names) for row in chosen)
        rows = [
            dict(zip(names, key, strict=True))
            | {"council": story.COUNCIL, "planned_count": counts[key], "approved_on": approved_on}
            for key in sorted(counts, key=lambda key: [part or "" for part in key])
        ]
        return Extract("audit_programme", label, WORKBOOK, rows, approved_on, note)

    for year in (2023, 2024, 2025):
        label = f"{year}-{year % 100 + 1}"
        start, approved = date(year, 4, 1), date(year, 3, 20)
        yield extract("programme", start, 12, approved, label, f"the programme of {label}")
    note = "routine audits of one quarter planned again, lower"
    again = extract("programme", story.REPLANNED_QUARTER, 3, story.REPLANNED_ON, "2024-25-replanned", note)
    routine = [row for row in again.rows if row["audit_type"] == "routine" and row["planned_count"] > 1]
    for row in routine:
        row["planned_count"] -= max(1, row["planned_count"] // 3)
    yield replace(again, rows=routine)
    note = "thematic audits added within the year"
    yield extract("added", story.ADDED_FROM, 6, story.ADDED_ON, "2025-26-added", note)
