"""What only a receipt's page says: the steps of counting as sums, and figures of the past in numbers alone."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import itertools
import re

from tests.sentences.grammar import says
from tests.sentences.numbers import C, K, V, is_value, whole
from tests.sentences.periods import DAY, day_of
from tests.sentences.tables import CELL, Place, Row

RELEASE = r"\d{4}-\d\d-\d\d\.\d+"


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
    return (
        ends[-1] in (row["numerator"], row["denominator"])
        and set(ends) & {row["numerator"], row["denominator"]} != set()
    )


@says(rf"(?P<n>{C})")
def left_after(found: re.Match[str], at: Place) -> bool:
    """How many rows a step leaves out, or leaves."""
    steps = [list(at.tables.steps.get(row["receipt"], ())) for row in at.rows]
    out = [before - after for held in steps for before, after in itertools.pairwise(held)]
    return whole(found["n"]) in {*(n for held in steps for n in held), *out}


@says(rf"(?P<value>{V}|{K} on a scale to 1) \((?:(?P<n>{C}) of )?(?P<d>{C})\)")
def in_numbers_alone(found: re.Match[str], at: Place) -> bool:
    """A figure without what it counts, of this release or an earlier one."""
    return any(
        is_value(found["value"], row["value"], at.measure(row)) and row["denominator"] == whole(found["d"])
        and (not found["n"] or row["numerator"] == whole(found["n"]))
        for row in at.rows
    )  # fmt: skip


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
    same = [
        one
        for one in at.tables.undated
        if all(one[name] == row[name] for name in ("council", "breakdown", "group"))
    ]
    return whole(found["n"]) in {one["rows"] for one in same}


@says(r"(?P<version>\d+\.\d+\.\d+)")
def version(found: re.Match[str], at: Place) -> bool:
    return any(row["measure_version"] == found["version"] for row in at.rows)


@says(r"It took no other figure's place, and none has taken its own\.")
def first_and_last(found: re.Match[str], at: Place) -> bool:
    told = {row[name] for row in at.tables.restated for name in ("receipt", "previous_receipt")}
    return not told & set(at.receipts)


@says(
    r"(?P<given>These numbers were counted by others and are shown as given)\.|(?P<hidden>What was left out of a group is not told here, so that nobody can work out small numbers)\.|(?P<untold>This data version does not tell the steps of this figure)\.|There is nothing to count through: the figure is not available\.|Nothing is left out: every row of the period counts\."
)
def not_counted(found: re.Match[str], at: Place) -> bool:
    row = at.rows[0]
    if found["given"]:
        return at.measure(row)["kind"] == "given"
    steps = at.tables.steps.get(row["receipt"], [])
    if found["untold"] or found["hidden"]:
        return not steps and (not found["hidden"] or row["breakdown"] != "")
    return bool(row["symbol"]) if "nothing to count" in found[0] else len(set(steps)) < 2


@says(
    rf"(?P<last>last in )?(?P<release>{RELEASE})|This figure has been superseded\.|It was last in data version (?P<was>{RELEASE}); receipt (?P<by>[0-9A-Z]{{11}}) has taken its place\.|This figure is no longer made: data version (?P<gone>{RELEASE}) does not have it\.|It was last in data version (?P<was2>{RELEASE})\."
)
def in_which_release(found: re.Match[str], at: Place) -> bool:
    """The data version that last had a figure, or that first had one that stands."""

    def holds(row: Row) -> bool:
        last = row.get("release")  # of an earlier release alone
        since = None if found["last"] else at.tables.since.get(row["receipt"], at.tables.release["release"])
        if gone := found["gone"] or (found["release"] if found["release"] not in (last, since) else None):
            stands = any(_cell(row) == _cell(one) for one in at.tables.by_measure.get(row["measure"], ()))
            return bool(last) and last < gone and not stands
        if found["release"]:
            return True
        if found["was2"]:
            return found["was2"] == last
        return bool(last) and (
            not found["was"] or (found["was"] == last and found["by"] in at.tables.figures)
        )

    return any(map(holds, at.rows))


def _cell(row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in CELL)
