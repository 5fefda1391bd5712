"""What the demonstration's public store shows by group over its publications, judged by a second program.

The tables are built from the public figures alone: for each breakdown and period, the groups by what one measure counts
and what is left; and the measures of voice together, by who of the family was heard.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from pipelines import past, publish, releases
from pipelines.settings import Settings
from tests.disclosure.test_protect import second_program

WHO = ("child only", "parent only", "both", "neither")
HEARD = {
    "voice.any_family": WHO[:3],
    "voice.child": (WHO[0], WHO[2]),
    "voice.parent": WHO[1:3],
    "voice.child_and_parent": (WHO[2],),
}
NEEDED = ("primary_need", "age_band", "sex", "ethnic_group", "social_care")
Seen = dict[tuple[Any, ...], dict[tuple[str, str], tuple[int | None, int | None]]]


@pytest.fixture(scope="module")
def published(demonstrated: tuple[Settings, str], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the demonstration whose earlier officers' releases are published one after another."""
    settings, _ = demonstrated
    data = tmp_path_factory.mktemp("protected") / "data"
    shutil.copytree(settings.data, data)
    own = replace(settings, data=data)
    for head in past.heads(own.audience("officers")):
        publish.publish(own, head.release, by="Head of quality assurance", note="One after another")
    return own


def seen(settings: Settings) -> tuple[Seen, dict[tuple[Any, ...], tuple[int, int]]]:
    """Breakdown and period -> group and measure -> what any publication showed; and the totals when first shown."""
    found: Seen = defaultdict(dict)
    totals: dict[tuple[Any, ...], tuple[int, int]] = {}
    with duckdb.connect() as con:
        for relation in publish.figures_published(settings):
            rows = con.execute(
                'SELECT council, "window", period_start, measure, breakdown, "group", numerator, denominator '
                f"FROM {relation} JOIN (SELECT DISTINCT measure FROM {relation} WHERE breakdown <> '') USING (measure)"
            ).fetchall()
            whole = {row[:4]: row[6:] for row in rows if not row[4]}
            for council, window, start, measure, breakdown, group, *numbers in rows:
                if breakdown:
                    place = (breakdown, council, window, start)
                    held = found[place].get((group, measure), (None, None))
                    new = tuple(a if a is not None else b for a, b in zip(held, numbers, strict=True))
                    assert all(a in (None, b) for a, b in zip(held, new, strict=True)), "shown differently"
                    found[place][group, measure] = new
                    if (*place, measure) not in totals:
                        totals[*place, measure] = whole[council, window, start, measure]
    return found, totals


def table(
    groups: dict[tuple[str, str], Any], totals: dict[str, tuple[int, int]], parts: dict[str, Any]
) -> dict[str, Any]:
    """Groups by what measures count; `parts` are the kinds of cases that each counts."""
    kinds = list(dict.fromkeys([*(kind for own in parts.values() for kind in own), "neither"]))
    sets = {measure: list(own) for measure, own in parts.items()}
    sets |= {f"not {measure}": [kind for kind in kinds if kind not in own] for measure, own in parts.items()}
    cells: dict[tuple[str, str], int | None] = {}
    for (group, measure), (numerator, denominator) in groups.items():
        left = None if None in (numerator, denominator) else denominator - numerator
        cells[group, measure], cells[group, f"not {measure}"] = numerator, left
        if cells.get((group, "TOTAL")) is None:
            cells[group, "TOTAL"] = denominator
        cells["TOTAL", measure], cells["TOTAL", "TOTAL"] = totals[measure]
    return {
        "dims": {"group": sorted({group for group, _ in groups}), "who": kinds},
        "hierarchy": {"who": sets},
        "cells": [
            {"key": {"group": group, "who": who}, "value": value} for (group, who), value in cells.items()
        ],
    }


def judged(settings: Settings, other: Any) -> tuple[int, list[Any]]:
    """How many tables there are, and those that are not protected."""
    tables, bad = 0, []
    found, totals = seen(settings)
    for place, groups in found.items():
        sets = [{measure: ("counted",)} for measure in dict.fromkeys(measure for _, measure in groups)]
        voice = {measure: HEARD[measure] for _, measure in groups if measure in HEARD}
        for parts in [*sets, *([voice] if len(voice) > 1 else [])]:
            own = {key: shown for key, shown in groups.items() if key[1] in parts}
            made = table(own, {measure: totals[*place, measure] for measure in parts}, parts)
            distributed = any((own[key][1] == totals[*place, key[1]][1]) for key in own) and len(own) > 1
            tables += 1
            if not distributed and not other.attack(made, 5)["protected"]:
                bad.append((place, parts))
    return tables, bad


@pytest.mark.slow
def test_every_set_of_linked_tables_is_protected(published: Settings) -> None:
    other = second_program()
    if other is None:
        pytest.skip("no second program at hand: set SUPPRESSION_CHECKER to it")
    tables, bad = judged(published, other)
    assert tables > 100
    assert bad == []


def test_the_public_see_who_is_heard_by_each_kind_of_group(demonstrated: tuple[Settings, str]) -> None:
    settings, _ = demonstrated
    database = releases.open_database(settings, "public", releases.resolve(settings, "public"))
    with duckdb.connect(str(database), read_only=True) as con:
        shown = con.execute(
            "SELECT DISTINCT breakdown FROM figures WHERE measure = 'voice.any_family' AND symbol = ''"
        ).fetchall()
        found = con.execute("SELECT sum(found) FROM attacks").fetchall()
    assert set(NEEDED) <= {name for (name,) in shown}
    assert found == [(0,)]
