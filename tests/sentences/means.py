"""Averages in a unit of their own: weeks, times, families."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import re

from tests.sentences.grammar import free, says
from tests.sentences.numbers import C, D, is_value, whole
from tests.sentences.periods import is_period
from tests.sentences.shares import WHEN
from tests.sentences.tables import Place


@says(
    rf"{WHEN}?(?P<open>(?:I|i)t took )(?P<value>{D} [a-z]+) on average (?P<what>.*)\((?P<d>{C}) (?P<of>.+)\)\.|"
    rf"{WHEN.replace('when', 'when2')}?(?P<value2>{D} [a-z]+) (?P<what2>[^%\d]+) on average \((?P<d2>{C}) (?P<of2>.+)\)\.|"
    rf"{WHEN.replace('when', 'when3')}?(?P<what3>[^%\d]+) (?P<d3>{C}) (?P<of3>[^%\d]+) (?P<value3>{D} [a-z]+) on average\."
)
def average(found: re.Match[str], at: Place) -> bool:
    held = {
        name: found[name] or found[f"{name}2"] or found[f"{name}3"]
        for name in ("when", "value", "what", "d", "of")
    }
    return free(held["what"]) and free(held["of"]) and any(
        at.measure(row)["kind"] == "mean"
        and held["value"].endswith(f" {at.measure(row)['unit']}")
        and is_value(held["value"], row["value"], at.measure(row))
        and row["denominator"] == whole(held["d"])
        and (not held["when"] or is_period(held["when"], row))
        for row in at.rows
    )  # fmt: skip
