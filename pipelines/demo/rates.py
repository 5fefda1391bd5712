"""Participation of earlier years as the fictional county gave it: counts of which no audits are held.

Belongs here: the rows of one file. Does not belong here: what is counted from audits (`people`).
"""

from __future__ import annotations

from datetime import timedelta

from pipelines.demo import story
from pipelines.demo.drawing import weekday
from pipelines.demo.files import WAREHOUSE, Extract


def file() -> Extract:
    """The years before the first audits, from papers for councillors."""
    rows = [
        {
            "council": story.COUNCIL, "period_start": start, "period_end": end, "definition": "voice.any_family",
            "numerator": heard, "denominator": completed, "percent": round(100 * heard / completed),
            "source": "scrutiny", "given_on": given_on,
        }
        for start, end, heard, completed, given_on in story.PARTICIPATION_BEFORE
    ]  # fmt: skip
    sent_on = weekday(max(row[-1] for row in story.PARTICIPATION_BEFORE) + timedelta(days=40))
    return Extract(
        "participation_rates", "earlier-years", WAREHOUSE, rows, sent_on, "counts of two earlier years"
    )
