"""What stands in place of a figure that is not there, and why it is not."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import re

from tests.sentences.grammar import says
from tests.sentences.numbers import C, whole
from tests.sentences.tables import Place, Row

SYMBOLS = {
    "nothing to count in this period": "z",
    "not available": "x",
    "not shown, so that no child or family can be recognised": "c",
    "more than none, but so few that it rounds to nought": "low",
    "too uncertain to be shown": "u",
}
LEAST = {"agreement": 30, "evenness": 200}
"""Cases below which a measure of a kind has no value."""
WHY = (
    rf"(?i:{'|'.join(SYMBOLS)})|(?:N|n)ot available, because .+|(?:T|t)oo few to say: (?:{C} .+, and below 30 its range cannot be "
    rf"relied on|this needs 200 [^()]+)|(?:N|n)ot defined, because both gave one grade alone to all {C} .+"
)


def is_missing(text: str, row: Row, measure: Row) -> bool:
    """Whether a row has no value for the reason that is given."""
    said, unit, cases = text[:1].lower() + text[1:], measure["counts_what"], row["denominator"]
    least = LEAST.get(measure["kind"], 0)
    if not row["symbol"]:
        return False
    if cases == 0 and measure.get("when_none"):  # a receipt's table of what it was before says it in short
        own = f"not available, because {measure['when_none'].rstrip('.')}"
        return said == own or (said == "nothing to count in this period" and row["symbol"] == "z")
    if said.startswith("too few to say: this needs"):
        return measure["kind"] == "evenness" and cases < least and said.endswith(f" {least} {unit}")
    if said.startswith("too few to say"):
        own = f"too few to say: {cases:,} {unit}, and below {least} its range cannot be relied on"
        return measure["kind"] == "agreement" and cases < least and said == own
    if said.startswith("not defined"):
        own = f"not defined, because both gave one grade alone to all {cases:,} {unit}"
        return measure["kind"] == "agreement" and cases >= least and said == own
    return SYMBOLS.get(said) == row["symbol"]


@says(rf"(?:(?P<title>.+?): )?(?P<why>{WHY})(?: \((?P<n>{C}) of (?P<d>{C}) (?P<unit>[^()]+)\))?")
def not_there(found: re.Match[str], at: Place) -> bool:
    return any(
        is_missing(found["why"], row, at.measure(row))
        and found["title"] in (None, at.measure(row)["title"])
        and (
            not found["n"] or (row["numerator"], row["denominator"]) == (whole(found["n"]), whole(found["d"]))
        )
        for row in at.rows
    )


@says(r"Not available|Nothing to compare|None|Not published")
def nothing(found: re.Match[str], at: Place) -> bool:
    """Of a cell that says nothing more: no value, no range, no group, no row."""
    if not at.rows:
        return True
    said = found[0]
    if said == "None":
        return any(row["low"] is None or not row["numerator"] or not _signals(row, at) for row in at.rows)
    if said == "Nothing to compare":
        return any(row.get("usual_least") is None for row in at.rows)
    return any(row["symbol"] for row in at.rows)


def _signals(row: Row, at: Place) -> bool:
    return any(point["signal"] for point in at.chart(row) if point["period_end"] == row["period_end"])


@says(r"No (?P<unit>[a-z' ]+) to count")
def none_to_count(found: re.Match[str], at: Place) -> bool:
    return any(not row["denominator"] and at.measure(row)["counts_what"] == found["unit"] for row in at.rows)
