"""What only a receipt's page says: the steps of counting as sums, and figures of the past in numbers alone."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import re

from tests.sentences.grammar import says
from tests.sentences.numbers import GAP, C, D, K, P, is_part, is_value, whole
from tests.sentences.periods import DAY, day_of
from tests.sentences.tables import Place, Row


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
    def holds(row: Row) -> bool:
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


@says(rf"Counted by (?P<source>.+) on (?P<day>{DAY})\.")
def counted_on(found: re.Match[str], at: Place) -> bool:
    other = at.tables.compared.get(at.rows[0]["receipt"], {})
    return other.get("counted_on") == day_of(found["day"])


@says(rf"Besides, (?P<n>{C}) [a-z' ]+ on record have no such date \([a-z ]+\) and so are in no period\.")
def without_a_date(found: re.Match[str], at: Place) -> bool:
    row = at.rows[0]
    same = [one for one in at.tables.undated if all(one[name] == row[name] for name in ("council", "breakdown", "group"))]
    return whole(found["n"]) in {one["rows"] for one in same}


@says(r"(?P<version>\d+\.\d+\.\d+)")
def version(found: re.Match[str], at: Place) -> bool:
    return any(row["measure_version"] == found["version"] for row in at.rows)


@says(r"It took no other figure's place, and none has taken its own\.")
def first_and_last(found: re.Match[str], at: Place) -> bool:
    told = {row[name] for row in at.tables.restated for name in ("receipt", "previous_receipt")}
    return not told & set(at.receipts)


@says(r"(?P<given>These numbers were counted by others and are shown as given)\.|(?P<untold>This data version does not tell the steps of this figure)\.|There is nothing to count through: the figure is not available\.|Nothing is left out: every row of the period counts\.")
def not_counted(found: re.Match[str], at: Place) -> bool:
    row = at.rows[0]
    if found["given"]:
        return at.measure(row)["kind"] == "given"
    steps = at.tables.steps.get(row["receipt"], [])
    if found["untold"]:
        return not steps
    return bool(row["symbol"]) if "nothing to count" in found[0] else len(set(steps)) < 2


@says(r"(?P<release>\d{4}-\d\d-\d\d\.\d+)")
def last_in(found: re.Match[str], at: Place) -> bool:
    """The data version that last had a figure, or since which it stands."""
    return any(row.get("release", at.tables.release["release"]) == found["release"] for row in at.rows)
