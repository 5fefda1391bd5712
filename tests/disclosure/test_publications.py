"""Ten publications with corrections between, judged from what they show alone: by the attack, and by a second program
on tables that this file builds from the published rows."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from pipelines.disclosure import publications
from tests.disclosure.made_council import MEASURES, VOICE, YEARS, Publications, audits, corrected
from tests.disclosure.test_protect import second_program

WHO = ("child only", "parent only", "both", "neither")
HEARD = {"voice.any_family": WHO[:3], "voice.child": (WHO[0], WHO[2]), "voice.parent": WHO[1:3]}


@pytest.fixture(scope="module")
def published() -> Publications:
    """Ten publications: a year more at the third and the sixth, a few corrections before each."""
    draw, made = random.Random(5), Publications()
    held = audits(11)
    for number in range(10):
        held = corrected(draw, held, draw.choice([0, 1, 2, 5]))
        made.publish(held, YEARS[: 1 + (number >= 2) + (number >= 5)])
    return made


def seen(made: Publications) -> dict:
    """Breakdown and year -> group and measure -> what any publication showed: (numerator, denominator)."""
    found: dict = defaultdict(dict)
    totals: dict = {}
    for name in made.made:
        rows = list(made.rows(name))
        whole = {(row[0], row[2]): (row[5], row[6]) for row in rows if not row[3]}
        for measure, _, start, breakdown, group, numerator, denominator, *_ in rows:
            if breakdown:
                shown = found[breakdown, start].setdefault((group, measure), set())
                shown.add((numerator, denominator))
                totals.setdefault((breakdown, start, measure), whole[measure, start])
    return {"groups": found, "totals": totals}


def test_what_was_shown_of_a_period_is_never_shown_differently(published):
    for groups in seen(published)["groups"].values():
        for shown in groups.values():
            for place in (0, 1):
                assert len({pair[place] for pair in shown} - {None}) <= 1


def test_corrections_do_happen_to_published_periods(published):
    whole = defaultdict(set)
    for name in published.made:
        for measure, _, start, breakdown, _, *numbers in published.rows(name):
            if not breakdown:
                whole[measure, start].add(tuple(numbers[:2]))
    assert sum(len(shown) > 1 for shown in whole.values()) > 3


def test_every_publication_shows_something_by_each_breakdown(published):
    for name in published.made:
        shown = {row[3] for row in published.rows(name)}
        assert {"primary_need", "sex", "locality"} <= shown | {"sex"}


def test_the_attack_finds_nothing_in_any_publication(published):
    for last in range(1, len(published.made) + 1):
        told = publications.told(
            published.con, published.made[:last], {name: MEASURES[name] for name in VOICE}
        )
        for verdict in publications.attack_told(told, MEASURES, {"990": 5}):
            assert verdict.safe, (verdict.family, verdict.named)


def test_nothing_but_shown_counts_is_behind_other_columns(published):
    for name in published.made:
        by_place = {(row[0], row[3], row[4], row[2]): row for row in published.rows(name)}
        for (measure, breakdown, group, start), row in by_place.items():
            if not breakdown:
                continue
            *_, numerator, denominator, value, low, high, before, of_before = row
            assert (value is None) == (numerator is None)
            assert (low is None) == (high is None) == (numerator is None)
            if numerator is not None:
                assert value == numerator / denominator
            if before is not None:
                was = by_place[measure, breakdown, group, start.replace(year=start.year - 1)]
                assert (before, of_before) == was[5:7]


def test_the_second_program_finds_them_protected(published):
    other = second_program()
    if other is None:
        pytest.skip("no second program at hand: set SUPPRESSION_CHECKER to it")
    everything = seen(published)
    for (breakdown, start), groups in everything["groups"].items():
        names = sorted({group for group, _ in groups})
        table = {"dims": {"group": names, "who": list(WHO)}, "hierarchy": {"who": {}}, "cells": []}
        for measure, parts in HEARD.items():
            if any(one == measure for _, one in groups):
                table["hierarchy"]["who"] |= {
                    measure: list(parts),
                    f"not {measure}": [x for x in WHO if x not in parts],
                }
        cells: dict = {}
        for (group, measure), shown in groups.items():
            numerator = next((pair[0] for pair in shown if pair[0] is not None), None)
            denominator = next((pair[1] for pair in shown if pair[1] is not None), None)
            left = None if None in (numerator, denominator) else denominator - numerator
            if cells.get((group, "TOTAL")) is None:
                cells[group, "TOTAL"] = denominator
            who = {"voice.child_and_parent": "both"}.get(measure, measure)
            cells[group, who] = numerator
            if who == measure:
                cells[group, f"not {measure}"] = left
            total, of_total = everything["totals"][breakdown, start, measure]
            cells["TOTAL", who], cells["TOTAL", "TOTAL"] = total, of_total
        table["cells"] = [
            {"key": {"group": group, "who": who}, "value": n} for (group, who), n in cells.items()
        ]
        assert other.attack(table, 5, zero_is_safe=True)["protected"], (breakdown, start, table)
