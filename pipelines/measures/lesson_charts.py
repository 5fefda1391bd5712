"""Control charts of what a council did something about: a theme, by the days that it declares and by no others.

Belongs here: which figures by group have such a chart. Does not belong here: making a chart (`charts`), declaring a
lesson (the council's file, `contracts`), what the page says of it.

A chart begins anew on the declared day: what was usual before and what has been usual since stand beside one another.
The day is never looked for in the figures. No rules run: of many themes, chance alone would make some signal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple, Protocol

import duckdb

from pipelines.measures.catalogue import Catalogue
from pipelines.measures.charts import COLUMNS, Point, Wanted, drawn, fill

FOUND, THEME = "learning.found_in_reviews", "learning_theme"
GROUPED = COLUMNS | {"breakdown": "VARCHAR", "group": "VARCHAR"}
WHY = "the council did something about it, and declares that a change may show from then on."


class Lesson(Protocol):
    """What a council's file says of a theme."""

    @property
    def theme(self) -> str: ...
    @property
    def since(self) -> date: ...
    @property
    def moves(self) -> str | None: ...
    @property
    def group(self) -> str: ...


class One(NamedTuple):
    """A figure by group, and the first day of the month from which a change of it may show."""

    measure: str
    breakdown: str
    group: str
    since: date


Watched = Mapping[str, Iterable[One]]
"""Council -> what it watches."""


def watched(lessons: Iterable[Lesson]) -> list[One]:
    """What lessons watch by group: how often reviews name the theme, and the group that it is meant to move."""
    found = []
    for lesson in lessons:
        found.append(One(FOUND, THEME, lesson.theme, lesson.since))
        if lesson.moves and lesson.group:
            breakdown, _, group = lesson.group.partition(":")
            found.append(One(lesson.moves, breakdown, group, lesson.since))
    return found


def lesson_charts(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, figures: str, relation: str, lessons: Watched
) -> None:
    """Make TEMP TABLE `relation` with the columns `GROUPED`: a p-chart of each share by group that a council watches.

    Columns and points are those of `charts`, of one group; limits, and no signals. Averages have none.
    """
    rows: dict[str, list[Any]] = {name: [] for name in GROUPED}
    for council, held in lessons.items():
        for one in dict.fromkeys(held):
            measure = catalogue.get(one.measure)
            if measure is None or measure.kind != "share":
                continue
            points = con.execute(
                'SELECT measure, council, "window", period_start, period_end, numerator, denominator, value '
                f"FROM {figures} WHERE complete AND \"window\" IN ('month', 'quarter') AND measure = $measure "
                'AND council = $council AND breakdown = $breakdown AND "group" = $group ORDER BY period_end',
                {"measure": one.measure, "council": council, "breakdown": one.breakdown, "group": one.group},
            ).fetchall()
            if not points:
                continue
            plain = measure.model_copy(update={"chart": "p", "headline": None, "baseline": None})
            made = drawn([*map(Point._make, points)], Wanted(plain, None, {one.since: WHY}))
            beside = {
                name: [value] * len(made["value"]) for name, value in one._asdict().items() if name in GROUPED
            }
            for column, values in (made | beside).items():
                rows[column].extend(values)
    fill(con, relation, GROUPED, rows)
