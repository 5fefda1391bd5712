"""What a public store shows by group over its publications, as tables for a second program: a helper of the tests.

Belongs here: reading public figures and building every set of linked tables from them, with what somebody knows who
knows the county: what of a case follows from what, and which audits have no team.
Does not belong here: anything of how it was protected (nothing is taken from `pipelines.disclosure`), or the judgement.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import duckdb

Numbers = tuple[int | None, int | None]
Table = dict[str, Any]
Kinds = frozenset[str]
LONG = {"month": 1, "quarter": 3, "financial_year": 12, "12m": 12, "calendar_year": 12, "academic_year": 12}


class Place(NamedTuple):
    """What is shown of one breakdown and period."""

    council: str
    breakdown: str
    fact: str
    date: str
    window: str
    start: date


@dataclass
class Shown:
    """What publications showed of one place, and of the whole council when they first did."""

    groups: dict[tuple[str, str], Numbers] = field(default_factory=dict)
    """Group and measure -> above and below the line."""
    totals: dict[str, Numbers] = field(default_factory=dict)
    """Every measure of the same cases, by group or not -> the same for the whole council."""
    windows: dict[str, dict[tuple[str, date], Numbers]] = field(default_factory=dict)
    """Measure -> any window of the council -> the same."""


Files = Mapping[str, Sequence[str]]
"""Table of a publication -> its files."""


def seen(publications: Sequence[Files]) -> dict[Place, Shown]:
    """Every place that any of some publications, the oldest first, shows by group.

    Asserts that nothing of a group is ever shown differently, and that no measure joins others by group when the
    council's totals of those are not what they were: either would tell of those corrected.
    """
    found: dict[Place, Shown] = {}
    for files in publications:
        with duckdb.connect() as con:
            for table in ("figures", "measures"):
                con.execute(
                    f"CREATE TABLE {table} AS SELECT * FROM read_parquet($files)", {"files": files[table]}
                )
            _read(con, found)
    return found


def _read(con: duckdb.DuckDBPyConnection, found: dict[Place, Shown]) -> None:
    rows = con.execute(
        'SELECT breakdown, council, fact, date, "window", period_start, measure, "group", '
        "figures.numerator, figures.denominator FROM figures JOIN measures USING (measure) ORDER BY ALL"
    ).fetchall()
    whole: dict[tuple[Any, ...], dict[str, dict[tuple[str, date], Numbers]]] = {}
    for breakdown, council, fact, day, window, start, measure, group, *numbers in rows:
        if not breakdown:  # these come first
            own = whole.setdefault((council, fact, day), {})
            own.setdefault(measure, {})[window, start] = (numbers[0], numbers[1])
            continue
        shown = found.setdefault(Place(council, breakdown, fact, day, window, start), Shown())
        if all(name != measure for _, name in shown.groups):
            windows = whole[council, fact, day]
            now = {name: own.get((window, start), (None, None)) for name, own in windows.items()}
            for _, name in shown.groups:
                assert now[name] == shown.totals[name], (
                    f"{measure} joined {name} by {breakdown} after a correction"
                )
            shown.totals, shown.windows = now, windows
        held = shown.groups.get((group, measure), (None, None))
        for before, after in zip(held, numbers, strict=True):
            assert None in (before, after) or before == after, (
                f"{measure} by {breakdown} is shown differently"
            )
        shown.groups[group, measure] = (
            numbers[0] if held[0] is None else held[0],
            numbers[1] if held[1] is None else held[1],
        )


# --- what follows from what

VOICE = [f"{child}{parent}" for child in "naoh" for parent in "naoh"]
"""Of the child and of the parent: contact not appropriate, appropriate, offered, heard."""


def _voice(test: Callable[[str, str], bool]) -> Kinds:
    return frozenset(kind for kind in VOICE if test(*kind))


ALL = _voice(lambda child, parent: True)
VOICES = {
    "voice.any_family": (_voice(lambda child, parent: "h" in child + parent), ALL),
    "voice.child": (_voice(lambda child, parent: child == "h"), ALL),
    "voice.parent": (_voice(lambda child, parent: parent == "h"), ALL),
    "voice.child_and_parent": (_voice(lambda child, parent: child == parent == "h"), ALL),
    "voice.child_offered": (
        _voice(lambda child, parent: child in "oh"),
        _voice(lambda child, parent: child != "n"),
    ),
    "voice.parent_offered": (
        _voice(lambda child, parent: parent in "oh"),
        _voice(lambda child, parent: parent != "n"),
    ),
}
GRADED = {
    f"{name}.{grade}": (frozenset({grade}), frozenset({"good_or_better", "inadequate", "other"}))
    for name, grade in itertools.product(("plans", "quality"), ("good_or_better", "inadequate"))
}
SECTIONS = {
    name.replace("plans.", "plans.section_"): kinds
    for name, kinds in GRADED.items()
    if name.startswith("plans")
}
LEARNING = {
    "learning.found_in_audits": (
        frozenset({"found", "both"}),
        frozenset({"found", "strength", "both", "neither"}),
    ),
    "learning.strengths_in_audits": (
        frozenset({"strength", "both"}),
        frozenset({"found", "strength", "both", "neither"}),
    ),
}
ADVICE = {
    "advice.on_time": (frozenset({"on time"}), frozenset({"on time", "late", "due and missing"})),
    "advice.received": (
        frozenset({"on time", "late", "in before it was due"}),
        frozenset({"on time", "late", "due and missing", "in before it was due", "not due"}),
    ),
}
TOGETHER: tuple[Mapping[str, tuple[Kinds, Kinds]], ...] = (VOICES, GRADED, SECTIONS, LEARNING, ADVICE)
"""Measures that share cases, with the kinds of cases that each counts above the line and below it."""
ALONE = (frozenset({"counted"}), frozenset({"counted", "left"}))


def linked(shown: Shown) -> Iterator[dict[str, tuple[Kinds, Kinds]]]:
    """The measures of a place that are judged together: each by itself, and all that share cases."""
    names = dict.fromkeys(measure for _, measure in shown.groups)
    yield from ({name: ALONE} for name in names)
    for own in TOGETHER:
        if any(name in names for name in own):
            yield {name: kinds for name, kinds in own.items() if name in shown.totals}


# --- tables


class _Cells:
    """Cells by what they count: known where any row shows them, hidden where only a symbol stands for them."""

    def __init__(self, who: Sequence[str]) -> None:
        self.who = list(who)
        self.sets: dict[str, list[str]] = {}
        self.values: dict[tuple[tuple[str, str], ...], int | None] = {}

    def put(self, value: int | None, kinds: Kinds, **codes: str) -> None:
        name = " | ".join(one for one in self.who if one in kinds)
        self.sets[name] = [one for one in self.who if one in kinds]
        key = tuple(sorted({**codes, "who": name}.items()))
        held = self.values.get(key)
        assert held is None or value in (None, held), f"{key}: {held} and {value}"
        self.values[key] = value if held is None else held

    def row(self, numbers: Numbers, kinds: tuple[Kinds, Kinds], **codes: str) -> None:
        """A figure: what is above the line, below it, and what is left."""
        (above, below), (numerator, denominator) = kinds, numbers
        left = None if numerator is None or denominator is None else denominator - numerator
        self.put(numerator, above, **codes)
        self.put(denominator, below, **codes)
        self.put(left, below - above, **codes)

    def table(
        self, dims: Mapping[str, Sequence[str]], hierarchy: Mapping[str, Mapping[str, Sequence[str]]]
    ) -> Table:
        return {
            "dims": {**{name: list(codes) for name, codes in dims.items()}, "who": self.who},
            "hierarchy": {
                **hierarchy,
                "who": {name: own for name, own in self.sets.items() if name not in own},
            },
            "cells": [{"key": dict(key), "value": value} for key, value in self.values.items()],
        }


def by_group(shown: Shown, measures: Mapping[str, tuple[Kinds, Kinds]], distributions: set[str]) -> Table:
    """One breakdown and period: groups by what is counted."""
    cells = _Cells(_who(measures))
    groups = _groups(shown, measures)
    for name, kinds in measures.items():
        if name in distributions:
            cells.put(shown.totals[name][1], kinds[0])
        elif None not in shown.totals[name]:
            cells.row(shown.totals[name], kinds)
        for group in groups:
            if (group, name) in shown.groups:
                if name in distributions:
                    cells.put(shown.groups[group, name][0], kinds[0], group=group)
                else:
                    cells.row(shown.groups[group, name], kinds, group=group)
    return cells.table({"group": groups}, {})


def by_month(place: Place, shown: Shown, name: str) -> Table:
    """One measure by group in one window, with all windows of the whole council that lie in it or begin in the year
    before: they overlap."""
    months = [_month(place.start, number) for number in range(-12, LONG[place.window])]
    own = set(months[12:])
    cells, windows = _Cells(sorted(ALONE[1])), {"this": months[12:]}
    for (window, start), numbers in shown.windows[name].items():
        inside = [_month(start, number) for number in range(LONG.get(window, 0))]
        if inside and set(inside) <= set(months) and own & set(inside) and numbers != (None, None):
            code = inside[0] if len(inside) == 1 else "this" if set(inside) == own else f"{window} {start}"
            windows[code] = inside
            cells.row(numbers, ALONE, month=code)
    groups = _groups(shown, {name: ALONE})
    for group in groups:
        if (group, name) in shown.groups:
            cells.row(shown.groups[group, name], ALONE, group=group, month="this")
    hierarchy = {code: inside for code, inside in windows.items() if inside != [code]}
    return cells.table({"group": groups, "month": months}, {"month": hierarchy})


def by_quarter(found: Mapping[Place, Shown], place: Place) -> Table | None:
    """Measures that share cases, some by group for the quarters (or months) of a year and others for the year; None
    where all are for the year."""
    shown, cells = found[place], _Cells(VOICE)
    parts = [
        (other, own)
        for other, own in found.items()
        if other._replace(window=place.window, start=place.start) == place
        and LONG[other.window] < LONG[place.window]
        and place.start <= other.start < place.start.replace(year=place.start.year + 1)
    ]
    if not parts or not any(name in VOICES for _, name in shown.groups):
        return None
    periods = [f"{other.window} {other.start}" for other, _ in parts]
    for code, own in [("year", shown), *zip(periods, (own for _, own in parts), strict=True)]:
        for name, kinds in VOICES.items():
            if None not in own.totals.get(name, (None, None)):
                cells.row(own.totals[name], kinds, period=code)
        for (group, name), numbers in own.groups.items():
            if name in VOICES:
                cells.row(numbers, VOICES[name], group=group, period=code)
    groups = sorted({group for own in (shown, *(own for _, own in parts)) for group, _ in own.groups})
    return cells.table({"group": groups, "period": periods}, {"period": {"year": periods}})


Impossible = Callable[[str, str], bool]


def by_two(
    name: str, one: tuple[Shown, Mapping[str, Sequence[str]]], other: tuple[Shown, Mapping[str, Sequence[str]]],
    impossible: Impossible,
) -> Table:  # fmt: skip
    """One measure by two breakdowns that somebody knows to hang together; each with its groups and the codes that each
    stands for. Codes that are shown only together with others are hidden too."""
    cells = _Cells(sorted(ALONE[1]))
    dims, hierarchy = {}, {}
    for dim, (shown, stands_for) in (("one", one), ("other", other)):
        dims[dim] = list(dict.fromkeys(itertools.chain(*stands_for.values())))
        hierarchy[dim] = {group: list(codes) for group, codes in stands_for.items() if list(codes) != [group]}
        cells.row(shown.totals[name], ALONE)
        for group, codes in stands_for.items():
            cells.row(shown.groups[group, name], ALONE, **{dim: group})
            if list(codes) != [group]:
                for code in codes:
                    cells.row((None, None), ALONE, **{dim: code})
    made = cells.table(dims, hierarchy)
    made["cells"] += [
        {"key": {"one": first, "other": second}, "value": 0}
        for first, second in itertools.product(dims["one"], dims["other"])
        if impossible(first, second)
    ]
    return made


def _who(measures: Mapping[str, tuple[Kinds, Kinds]]) -> list[str]:
    return sorted(frozenset().union(*(below for _, below in measures.values())) | {"left"})


def _groups(shown: Shown, measures: Mapping[str, Any]) -> list[str]:
    return sorted({group for group, name in shown.groups if name in measures})


def _month(start: date, number: int) -> str:
    month = start.year * 12 + start.month - 1 + number
    return f"{month // 12}-{month % 12 + 1:02d}"
