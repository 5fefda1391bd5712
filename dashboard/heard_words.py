"""Phrases that state gaps between groups, evenness and weighted shares.

Standard library only, as in `words`, which hands on to here what it is asked of such a figure. Does not belong here:
sentences of definitions, components, the ranges themselves (they come in the rows).

A row may carry what its group is compared with: `compared_numerator`, `compared_denominator`, `counted_on`, `source`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import kinds, phrases

Row = Mapping[str, Any]
FEW = 5
"""Rows of a group, of which nothing is generalised below."""
TYPICAL = "A high rate of taking part does not by itself mean that the answers are typical."
TOO_FEW = "Too few to say"
AT_ALL_LEVELS = "Only a gap that chance would show in one group of 500 is called one."


def value(measure: Row, number: float | None) -> str:
    """A value: “19 percentage points fewer”, “0.74 on a scale to 1”, or a share."""
    if number is None or math.isnan(number):
        return phrases.SYMBOLS["x"]
    if measure["kind"] == "gap":
        return gap(number)
    return f"{number:.2f} on a scale to 1" if measure["kind"] == "evenness" else phrases.percent(number)


def gap(number: float) -> str:
    """A gap of shares with its direction."""
    if round(number, 9) == 0:
        return "no more and no fewer"
    return f"{phrases.points(number)} {'more' if number > 0 else 'fewer'}"


def likely(measure: Row, low: float | None, high: float | None) -> str:
    """A likely range; empty where there is none."""
    if low is None or high is None:
        return ""
    if measure["kind"] == "evenness":
        return phrases.between(low, high, phrases.COEFFICIENT)
    if measure["kind"] == "weighted":
        return phrases.between(low, high)
    return phrases.change_range(low, high).replace("lower", "fewer").replace("higher", "more")


def number(measure: Row, figure: Row) -> str:
    """The figure as it is always shown, with the counts that it is made of."""
    counts = f"{phrases.count(figure['numerator'])} of {phrases.count(figure['denominator'])} {kinds.unit(measure)}"
    if figure.get("symbol"):
        return f"{missing(measure, figure)} ({counts})"
    if measure["kind"] == "gap":
        share = phrases.number(figure["numerator"], figure["denominator"], kinds.unit(measure))
        return f"{share}: {gap(figure['value'])}"
    return f"{value(measure, figure['value'])} ({counts})"


def missing(measure: Row, figure: Row) -> str:
    """Why there is no value."""
    if measure["kind"] == "evenness" and figure["symbol"] == "u":
        return f"{TOO_FEW}: this needs 200 {kinds.unit(measure)}"
    return phrases.symbol(figure["symbol"])


def standing(figure: Row, over: str = "over-heard", under: str = "under-heard") -> str:
    """What a gap is called: only where chance would seldom show it, and never from a few rows."""
    if figure.get("symbol"):
        return phrases.symbol(figure["symbol"])
    named = {"higher": over, "lower": under, "": TOO_FEW}.get(figure["direction"])
    if named:
        return phrases.capital(named)
    apart = (figure["low"] or 0) > 0 or (figure["high"] or 0) < 0
    return "No clear gap: near the edge of chance" if apart else "No clear gap"


def beside(figure: Row, others: str) -> str:
    """What the group is compared with: “31% (1,400 of 4,563 children with a plan)”."""
    if figure.get("compared_numerator") is None or not figure.get("compared_denominator"):
        return phrases.SYMBOLS["x"]
    return phrases.number(figure["compared_numerator"], figure["compared_denominator"], others)


def sentence(figure: Row, looked: str, others: str, over: str, under: str) -> str:
    """A group in a sentence: whom it is of, both shares, the gap and its range."""
    there = phrases.percent(figure["compared_numerator"] / figure["compared_denominator"])
    here = phrases.percent(figure["numerator"] / figure["denominator"])
    likely_gap = (
        phrases.change_range(figure["low"], figure["high"])
        .replace("lower", "fewer")
        .replace("higher", "more")
    )
    called = over if figure["direction"] == "higher" else under
    few = (
        f" Only {phrases.count(figure['numerator'])} of them: do not generalise."
        if figure["numerator"] < FEW
        else ""
    )
    return (
        f"{figure['label']}: {called}. {there} of {others}, {here} of {looked} ({gap(figure['value'])}; "
        f"likely {likely_gap}).{few}"
    )


def by_chance(rows: Sequence[Row]) -> str:
    """How many groups chance alone would set apart, at either level."""
    judged = [row for row in rows if not row.get("symbol") and row["direction"]]
    if not judged:
        return (
            f"{TOO_FEW}: nobody can tell from so few audits whether a group is heard less often than others."
        )
    usual = max(1, round(len(judged) / 20))
    groups = "group" if len(judged) == 1 else "groups"
    return (
        f"{phrases.count(len(judged))} {groups} compared. If none differed, chance alone would still give about "
        f"{usual} a likely range without 0. {AT_ALL_LEVELS}"
    )
