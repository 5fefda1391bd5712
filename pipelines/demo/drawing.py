"""Draws by weight, and days and months: what every kind of record of the demonstration is made with.

Belongs here: small functions without any story. Does not belong here: numbers and days of the story (`story`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from pipelines.demo import story

Row = dict[str, Any]
"""One row of a file: column of the contract -> value, None where the cell is empty."""


def pick(rng: Random, weights: Mapping[str, float]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def one_of(rng: Random, names: Sequence[str]) -> str:
    """One of a list's names, those that stand first more often. One draw, so that longer lists leave the rest alone."""
    return rng.choices(names, [1 / (at + 3) for at in range(len(names))])[0]


def between(ends: tuple[float, float], through: float) -> float:
    """The value at a part (0 to 1) of the way from the first to the last."""
    return ends[0] + through * (ends[1] - ends[0])


def next_grade(grade: str, stricter: bool) -> str:
    scale = list(story.GRADES)
    return scale[min(max(scale.index(grade) + (1 if stricter else -1), 0), len(scale) - 1)]


def after(month: date, months: int = 1) -> date:
    year, at = divmod(month.year * 12 + month.month - 1 + months, 12)
    return date(year, at + 1, 1)


def months() -> list[date]:
    return [after(story.FIRST, at) for at in range(36)]


def year_of(day: date) -> int:
    """The financial year of a day, by the calendar year it begins in."""
    return day.year - (day.month < 4)


def quarter_of(day: date, between: str = " Q") -> str:
    """The quarter of a financial year, as 2024-25 Q1."""
    return f"{year_of(day)}-{year_of(day) % 100 + 1}{between}{(day.month - 4) % 12 // 3 + 1}"


def span(first: date, last: date) -> str:
    return f"{last:%B %Y}" if first == last else f"{max(first, story.FIRST):%B %Y} to {last:%B %Y}"


def weekday(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))
