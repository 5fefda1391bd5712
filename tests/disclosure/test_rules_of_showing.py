"""Each rule of protection switched off by itself: the attack, which knows them all, finds what then leaks.

Every example is small enough to see it; with all rules on, the attack finds nothing in any of them.
"""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.disclosure.choose import Past, Series, choose, rows_of
from pipelines.disclosure.groupings import Grouping
from pipelines.disclosure.publications import FamilyKey, verdict
from pipelines.disclosure.rules import Rules
from pipelines.disclosure.shown import Row
from tests.disclosure.made_council import MEASURES

ANY, CHILD, PARENT = "voice.any_family", "voice.child", "voice.parent"
YEAR = date(2025, 4, 1)
Groups = dict[str, tuple[int, int]]


def by_year(measure: str, groups: Groups, start: date = YEAR, window: str = "financial_year") -> list[Row]:
    """Rows by group and their total."""
    whole = [sum(pair[place] for pair in groups.values()) for place in (0, 1)]
    return [
        Row(measure, window, start, "", *whole),
        *(Row(measure, window, start, group, *pair) for group, pair in groups.items()),
    ]


def is_safe(rows: dict[str, list[Row]], rules: Rules, past: Past | None = None) -> bool:
    """Whether what is chosen by some rules stands the attack."""
    measures = {name: MEASURES[name] for name in rows}
    chosen, exact = choose(measures, rows, {}, rules, past)
    shown = list(past.rows) if past else []
    for name, series in chosen.series.items():
        kept = [row for row in exact[name] if row.group or not any(
            old.measure == name and not old.group and old.start == row.start for old in shown)]  # fmt: skip
        held = past.held if past and rules.earlier else frozenset()
        shown += [row for row in rows_of(series, kept, rules) if (row.window, row.start) not in held]
    assert any(row.group for row in shown), "nothing is shown, so nothing is tested"
    return verdict(FamilyKey("990", "locality", "audits", "completed_on"), shown, MEASURES, 5).safe


ROOMY = {"North": (30, 60), "South": (25, 55), "Fen": (20, 50)}
EXAMPLES: dict[str, dict[str, list[Row]]] = {
    "small": {ANY: by_year(ANY, ROOMY | {"Coast": (3, 40)})},
    "complement": {ANY: by_year(ANY, ROOMY | {"Coast": (38, 40)})},
    "whole_groups": {ANY: by_year(ANY, ROOMY | {"Coast": (40, 40)})},
    "percentage": {
        ANY: by_year(ANY, {"North": (30, 60), "South": (3, 40), "Fen": (4, 50), "Coast": (20, 40)})
    },
    "others": {ANY: by_year(ANY, {"North": (30, 60), "South": (25, 55), "Fen": (20, 50), "Coast": (0, 40)})},
    "together": {ANY: by_year(ANY, ROOMY | {"Coast": (2, 40), "Hill": (1, 50), "Moor": (22, 50)})},
    "shared": {
        ANY: by_year(ANY, ROOMY),
        PARENT: by_year(PARENT, {"North": (29, 60), "South": (15, 55), "Fen": (10, 50)}),
    },
    "periods": {
        ANY: [
            row
            for start in (date(2025, 4, 1), date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1))
            for row in by_year(ANY, ROOMY, start, "quarter")
        ],
        PARENT: by_year(PARENT, {"North": (119, 240), "South": (60, 220), "Fen": (40, 200)}),
    },
}


@pytest.fixture(autouse=True)
def _only_hiding(monkeypatch: pytest.MonkeyPatch) -> None:
    """No groups are put together here: hiding itself is tested."""
    monkeypatch.setattr("pipelines.disclosure.choose.groupings", lambda *_: [Grouping()])


@pytest.mark.parametrize("rule", EXAMPLES)
def test_with_every_rule_the_attack_finds_nothing(rule):
    assert is_safe(EXAMPLES[rule], Rules())


@pytest.mark.parametrize("rule", EXAMPLES)
def test_without_one_rule_the_attack_finds_what_leaks(rule):
    assert not is_safe(EXAMPLES[rule], Rules().without(rule))


def test_a_corrected_figure_stays_as_it_was_published():
    before = by_year(ANY, ROOMY)
    now = {ANY: by_year(ANY, ROOMY | {"Fen": (21, 51)})}
    series = {ANY: Series(ANY, "financial_year")}
    past = Past(tuple(before), Grouping(), series, frozenset({("financial_year", YEAR)}))
    assert is_safe(now, Rules(), past)
    assert not is_safe(now, Rules().without("earlier"), past)


def test_a_group_that_was_hidden_stays_hidden():
    # Coast was hidden with Fen. In a new year it is large enough; shown in the old one too, Fen could be subtracted
    year = date(2024, 4, 1)
    old = {"North": (30, 60), "South": (25, 55), "Fen": (20, 50), "Coast": (3, 40)}
    hidden = frozenset({"Fen", "Coast"})
    was = [
        row if row.group not in hidden else row._replace(numerator=None) for row in by_year(ANY, old, year)
    ]
    rows = {ANY: [*by_year(ANY, old, year), *by_year(ANY, ROOMY | {"Coast": (20, 40)})]}
    past = Past(tuple(was), Grouping(), {ANY: Series(ANY, "financial_year", hidden)})
    chosen, _ = choose({ANY: MEASURES[ANY]}, rows, {}, Rules(), past)
    assert chosen.series[ANY].hidden == hidden
    assert is_safe(rows, Rules(), past)


def test_a_council_may_hide_more():
    rows = {ANY: by_year(ANY, ROOMY | {"Coast": (8, 40)})}
    measures = {ANY: MEASURES[ANY]}
    assert not choose(measures, rows, {}, Rules())[0].series[ANY].hidden
    assert "Coast" in choose(measures, rows, {}, Rules(threshold=10))[0].series[ANY].hidden


def test_what_is_not_found_in_time_is_not_shown(monkeypatch):
    monkeypatch.setattr("pipelines.disclosure.choose.SECONDS", -1.0)
    chosen, _ = choose({ANY: MEASURES[ANY]}, {ANY: by_year(ANY, ROOMY)}, {}, Rules())
    assert (chosen.series, chosen.refused) == ({}, {ANY: "time"})


def test_groups_that_were_hidden_and_are_gone_hide_no_others():
    # of five groups of 2024 two were hidden, and 2024 is kept as it was; of the five of 2025 one is small
    year = date(2024, 4, 1)
    old = {"North": (30, 60), "South": (25, 55), "Fen": (20, 50), "Hill": (3, 40), "Moor": (4, 40)}
    hidden = frozenset({"Hill", "Moor"})
    was = [row._replace(numerator=None) if row.group in hidden else row for row in by_year(ANY, old, year)]
    series = {ANY: Series(ANY, "financial_year", hidden)}
    past = Past(tuple(was), Grouping(), series, frozenset({("financial_year", year)}))
    now = ROOMY | {"Coast": (3, 40), "Isle": (22, 50)}
    rows = {ANY: [*by_year(ANY, old | {"North": (31, 61)}, year), *by_year(ANY, now)]}
    found = choose({ANY: MEASURES[ANY]}, rows, {}, Rules(), past)[0].series
    assert found[ANY].hidden == hidden | {"Coast", "Fen"}  # Fen is the smallest that covers Coast
