"""What only a receipt's page says: the steps of counting as sums, and figures of the past in numbers alone."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import re

from tests.sentences.grammar import says
from tests.sentences.numbers import GAP, C, D, K, P, is_part, is_value, whole
from tests.sentences.tables import Place


@says(rf"Adding up: (?P<sums>{C}(?: − {C})+ = {C}(?:; {C}(?: − {C})+ = {C})*)\.")
def adding_up(found: re.Match[str], at: Place) -> bool:
    """Each sum is right, goes on where the last ended, and they end with the figure's own counts."""
    ends: list[int] = []
    for line in found["sums"].split("; "):
        first, *parts, end = (whole(number) for number in re.findall(C, line))
        if first - sum(parts) != end:
            return False
        ends.append(end)
    row = at.rows[0]
    return ends[-1] in (row["numerator"], row["denominator"]) and set(ends) & {row["numerator"], row["denominator"]} != set()


@says(rf"(?P<n>{C})")
def left_after(found: re.Match[str], at: Place) -> bool:
    """How many rows a step leaves out, or leaves."""
    steps = [list(at.tables.steps.get(row["receipt"], ())) for row in at.rows]
    out = [before - after for held in steps for before, after in zip(held, held[1:], strict=False)]
    return whole(found["n"]) in {*(n for held in steps for n in held), *out}


@says(rf"(?:(?P<share>{P}) \((?P<n>{C}) of (?P<d>{C})\)|(?P<value>{D} [a-z]+|{K}|{GAP}) \((?P<cases>{C})\))")
def in_numbers_alone(found: re.Match[str], at: Place) -> bool:
    """A figure without what it counts, of this release or an earlier one."""
    def holds(row) -> bool:
        if found["value"]:
            return is_value(found["value"], row["value"], at.measure(row)) and row["denominator"] == whole(found["cases"])
        counts = (whole(found["n"]), whole(found["d"]))
        return (row["numerator"], row["denominator"]) == counts and is_part(found["share"], *counts)

    return any(map(holds, at.rows))


@says(rf"Compared with (?P<d>{C}) in all(?:, (?P<n>{C}) of them in the group)?\.")
def compared_with(found: re.Match[str], at: Place) -> bool:
    other = at.tables.compared.get(at.rows[0]["receipt"])
    return other is not None and other["compared_denominator"] == whole(found["d"]) and (
        not found["n"] or other["compared_numerator"] == whole(found["n"])
    )  # fmt: skip
