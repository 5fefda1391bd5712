"""What the made-up release holds of placements, training, lessons, feedback, complaints, scrutiny and boards.

Belongs here: counts for each measure, drawn from its name, and the words of the groups. The measures' own words are the
definitions'. Does not belong here: writing tables (`made_release`), assertions.
"""

from __future__ import annotations

from datetime import date
from hashlib import md5
from typing import Any

import duckdb

from pipelines import settings
from pipelines.measures import catalogue, lesson_charts

TOPICS = ("placements", "training", "learning", "feedback", "complaints", "scrutiny", "boards")
MEASURES = {
    name: one
    for name, one in catalogue.load(settings.load({}).definitions).items()
    if one.topic in TOPICS and one.kind != "mean"
}
_THEMES = ("Health advice", "Provision specific and quantified", "Timeliness", "Child's voice")
_BOARDS = ("Children and Families Scrutiny Committee", "SEND Partnership Board")
BREAKDOWNS = {
    "attendance": "Full or part time", "hours_band": "Hours a week", "weeks_band": "For how long",
    "weeks_placed": "Whole weeks since the first day",
    "learning_theme": "Theme", "module": "Module of training", "staff_role": "Role", "agency": "Agency",
    "complaint_stage": "Stage", "complaint_outcome": "Outcome", "complaint_fault": "Kind of fault",
    "cannot_reason": "Why it cannot be done", "board": "Board or committee", "topic": "Topic",
    "report_source": "What the report rests on",
}  # fmt: skip
GROUPS = {
    "attendance": {"full_time": "Full time", "part_time": "Part time"},
    "hours_band": {"0-9": "Under 10 hours", "10-17": "10 to 17 hours", "18-": "18 hours or more"},
    "weeks_band": {"0-3": "Under 4 weeks", "4-12": "4 to 12 weeks", "13-25": "13 to 25 weeks"},
    "weeks_placed": {"9": "9 weeks", "14": "14 weeks"},
    "learning_theme": {name: name for name in _THEMES},
    "module": {
        "Asking for health advice": "Asking for health advice",
        "SEND law and duties": "SEND law and duties",
    },
    "staff_role": {"caseworker": "Caseworker or plan writer", "health": "Health professional"},
    "agency": {"Education": "Education", "Health": "Health"},
    "complaint_stage": {"stage_1": "First stage", "stage_2": "Second stage"},
    "complaint_outcome": {"upheld": "Upheld", "not_upheld": "Not upheld"},
    "complaint_fault": {"delay": "Delay", "communication": "Communication"},
    "cannot_reason": {"law": "The law does not allow it", "money": "There is no money for it now"},
    "board": {name: name for name in _BOARDS},
    "topic": {name: name for name in _THEMES},
    "report_source": {"audits": "Audits", "risk": "A risk"},
}
SNAPSHOTS = {"placements": 14, "training": 163}
A_MONTH = {
    "learning": 80,
    "placements": 2,
    "training": 6,
    "feedback": 1,
    "complaints": 7,
    "scrutiny": 3,
    "boards": 6,
}
LESSONS = [
    ["990", 1, "Health advice", date(2025, 3, 1), "advice.good", "advice_source", "health"],
    ["990", 2, "Provision specific and quantified", date(2025, 3, 1), "plans.good_or_better", "", ""],
    ["990", 3, "Timeliness", date(2026, 9, 1), None, "", ""],
]


def measures(public: bool) -> list[list[Any]]:
    """The rows of the table `measures`."""
    return [
        [
            one.id, one.version, one.title, one.short_title, one.topic, one.position, one.kind, one.fact, one.date,
            one.higher_is, one.protect, one.chart, one.sentence, one.counts_what, one.why, one.numerator_words,
            one.denominator_words, one.source, one.benchmark, one.text, list(one.numerator), list(one.denominator),
            list(one.caveats), list(one.breakdowns), None, None, None,
        ]
        for one in MEASURES.values() if not (public and one.protect == "children")
    ]  # fmt: skip


def counted(public: bool) -> list[tuple[str, str, str, float, float, bool]]:
    """(measure, breakdown, group, rows a month or on a day, share, whether on a day)."""
    found = []
    for name, one in MEASURES.items():
        if public and one.protect == "children":
            continue
        flat = one.kind == "snapshot"
        rows = float(SNAPSHOTS[one.topic] if flat else A_MONTH[one.topic])
        share = 1.0 if one.kind == "distribution" else _drawn(name, 0.15, 0.85)
        found.append((name, "", "", rows, share, flat))
        for breakdown in one.breakdowns:
            groups = list(GROUPS.get(breakdown, ()))
            for group in groups:
                part = 1 / len(groups)
                if one.kind == "distribution":
                    found.append((name, breakdown, group, rows, part, flat))
                else:
                    found.append(
                        (name, breakdown, group, rows * part, _drawn(f"{name}{group}", 0.1, 0.9), flat)
                    )
    return found


def add_lesson_charts(connection: duckdb.DuckDBPyConnection, council: str) -> None:
    """The table `lesson_charts`, as the program makes it of these figures."""
    held = [
        lesson_charts.One(lesson_charts.FOUND, lesson_charts.THEME, theme, since)
        for _, _, theme, since, *_ in LESSONS
    ]
    lesson_charts.lesson_charts(connection, MEASURES, "figures", "made_charts", {council: held})
    connection.execute("CREATE TABLE lesson_charts AS FROM made_charts")


def _drawn(of: str, low: float, high: float) -> float:
    return low + (high - low) * int(md5(of.encode()).hexdigest()[:6], 16) / 0xFFFFFF
