"""Phrases on what lies between two releases, for the page and for `send-audit changes`.

Standard library only, as in `words`. Does not belong here: comparing (`evidence.between`), queries and components.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dashboard import kinds, phrases, words

Row = Mapping[str, Any]
MOST_NAMED = 4
"""So many deliveries are named as a reason; of more, their number is told."""
_DID = {
    "came": "New deliveries", "went": "Deliveries no longer there", "changed": "Deliveries of which other rows stand",
}  # fmt: skip
STATES = {"in force": "in force", "superseded": "replaced", "refused": "refused", None: "not there"}


def title(release: Row) -> str:
    """A release as a reader knows it: day and data version."""
    return f"{phrases.day(date.fromisoformat(release['as_of']))} (data version {release['release']})"


def direction(row: Row) -> str:
    """higher, lower, or the same value from other counts; empty where one of the two has no value."""
    if row["change"] is None:
        return ""
    if abs(row["change"]) < 1e-12:
        return "the same"
    return "higher" if row["change"] > 0 else "lower"


def difference(row: Row, measure: Row) -> str:
    """The size of a difference with its direction: “2 percentage points lower”."""
    side = direction(row)
    if not side:
        return "One of the two has no value"
    if side == "the same":
        return "The same value, from other counts"
    return f"{phrases.points(row['change'], kinds.own_unit(measure))} {side}"


def number(row: Row, measure: Row, previous: bool = False) -> str:
    """One of the two figures: “49% (264 of 534 audits)”."""
    side = "previous_" if previous else ""
    names = ("numerator", "denominator", "value", "symbol")
    return words.figure_number(measure, {name: row[f"{side}{name}"] for name in names})


def sentence(row: Row, measure: Row, place: str, others: int = 0) -> str:
    """One restated figure: what it is now, what it was, by how much it differs; and how many periods more."""
    when = phrases.period(row["window"], row["period_start"], row["period_end"])
    said = (
        f"{measure['title']}, {place}, in {when}: {number(row, measure)}; before, {number(row, measure, True)}. "
        f"{phrases.capital(difference(row, measure))}."
    )
    if others:
        noun = "other period" if others == 1 else "other periods"
        said += f" {phrases.count(others)} {noun} of 12 months changed too, by less or as much."
    return said


def because(why: Sequence[Row], every: bool = False) -> str:
    """What can have restated a figure, in words; `every` names all deliveries however many."""
    deliveries = [row for row in why if row["kind"] == "delivery"]
    shown = deliveries if every else deliveries[:MOST_NAMED]
    said = []
    for change, did in _DID.items():
        feeds: dict[str, list[str]] = {}
        for row in shown:
            if row["change"] == change:
                feeds.setdefault(phrases.lower_first(phrases.feed(row["feed"])), []).append(
                    str(row["number"])
                )
        if feeds:
            named = [f"{feed} no. {phrases.listed(numbers)}" for feed, numbers in feeds.items()]
            said.append(f"{did}: {'; '.join(named)}")
    left = len(deliveries) - len(shown)
    if left:
        said[-1] += f", and {phrases.count(left)} more of these feeds"
    said += [f"The contract of {phrases.lower_first(phrases.feed(row['feed']))} is another text" for row in why
             if row["kind"] == "contract"]  # fmt: skip
    if any(row["kind"] == "program" for row in why):
        said.append("The program is another version, and no delivery of these feeds came or went")
    return ". ".join(said) or "No delivery, contract or program differs: please report it"


def headlines(restated: Sequence[Row], headline: bool = True) -> list[tuple[Row, int]]:
    """Of each headline measure (or of each other) and place the 12 months that differ most, and how many more do.

    A difference of less than half a percentage point is not told here: figures are shown in whole ones.
    """
    found: dict[tuple[str, str], list[Row]] = {}
    for row in restated:
        told = row["change"] is None or abs(row["change"]) > 0.005 + 1e-12
        if row["window"] == "12m" and told and (row["headline"] is not None) == headline:
            found.setdefault((row["measure"], row["council"]), []).append(row)
    return [
        (max(rows, key=lambda row: (round(abs(row["change"] or 0), 9), row["period_end"])), len(rows) - 1)
        for rows in found.values()
    ]


def definition(row: Row) -> str:
    """What became of a definition, in a sentence."""
    if row["version"] != row["previous_version"]:
        return (
            f"{row['title']}: version {row['version']} takes the place of {row['previous_version']}. Figures of the "
            "two cannot be compared."
        )
    return f"{row['title']}: still version {row['version']}, in other words."


def delivered(row: Row) -> str:
    """What became of a delivery, in words."""
    before, after = STATES.get(row["previous_state"]), STATES.get(row["state"])
    if row["change"] == "came":
        return f"New, {after}"
    if row["change"] == "went":
        return f"No longer there; it was {before}"
    return f"{phrases.capital(str(before))}, now {after}" if before != after else phrases.capital(str(after))
