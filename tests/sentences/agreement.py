"""How far two graders agree, and which of them is the more generous."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import re

from tests.sentences.grammar import says
from tests.sentences.numbers import C, K, P, is_hundredths, is_part, whole
from tests.sentences.periods import is_period
from tests.sentences.shares import WHEN, within
from tests.sentences.tables import Place, Row

FEW = 20
"""Cases below which a share of agreement is not called one."""


def _counted(row: Row, n: str, d: str) -> bool:
    return (row["numerator"], row["denominator"]) == (whole(n), whole(d))


@says(
    rf"When they disagreed, (?:auditors|reviewers) had (?:(?P<often>usually|seldom) graded higher \((?P<n>{C}) of (?P<d>{C})\)|graded higher in (?P<n2>{C}) of (?P<d2>{C}): that may be chance, so neither side is clearly the more generous)\."
)
def who_graded_higher(found: re.Match[str], at: Place) -> bool:
    def holds(row: Row) -> bool:
        apart = "usually" if row["low"] > 0.5 else "seldom" if row["high"] < 0.5 else None
        return _counted(row, found["n"] or found["n2"], found["d"] or found["d2"]) and apart == found["often"]

    return any(holds(row) for row in at.rows if "generous" in row["measure"] and not row["symbol"])


@says(
    rf"{WHEN}?(?:(?:(?:w|W)hen they disagreed(?: on any)?|(?:c|C)ounting every moderated one however chosen), (?P<who>the (?:auditor|reviewer) had graded higher) in |(?:i|I)n )(?P<n>{C}) of (?P<d>{C}) [a-z -]+?(?P<who2>the (?:auditor|reviewer) had graded higher than the moderator)? \((?P<share>{P})\)\."
)
def graded_higher(found: re.Match[str], at: Place) -> bool:
    return bool(found["who"]) != bool(found["who2"]) and any(
        "generous" in row["measure"] and ("disagree" in row["measure"]) == bool(found["who"])
        and _counted(row, found["n"], found["d"]) and within(found, row)
        and is_part(found["share"], row["numerator"], row["denominator"])
        for row in at.rows
    )  # fmt: skip


@says(
    rf"Moderators agreed with (?:auditors|reviewers) in (?P<n>{C}) of (?P<d>{C}) randomly re-checked [a-z ]+: too few to say how far they agree\.|(?P<n2>{C}) of (?P<d2>{C}): too few to say"
)
def too_few(found: re.Match[str], at: Place) -> bool:
    n, d = found["n"] or found["n2"], found["d"] or found["d2"]
    return whole(d) < FEW and any(_counted(row, n, d) for row in at.rows)


@says(
    r"No (?:audit|review) drawn at random was moderated in this period, so nobody can say how far (?:auditor|reviewer)s and moderators agree\.|They did not disagree on any\."
)
def none_moderated(found: re.Match[str], at: Place) -> bool:
    return any(not row["denominator"] for row in at.rows)


@says(
    rf"Moderation looked mostly at [a-z ]+ graded inadequate: (?P<n>{C}) of (?P<d>{C})\.|Only (?P<drawn>{C}) were drawn at random\."
)
def looked_at(found: re.Match[str], at: Place) -> bool:
    if found["drawn"]:
        return any(
            row["measure"].endswith("random_of_moderated") and row["numerator"] == whole(found["drawn"])
            for row in at.rows
        )
    return any(
        row["measure"].endswith("moderated_inadequate")
        and _counted(row, found["n"], found["d"])
        and row["value"] > 0.5
        for row in at.rows
    )


@says(
    rf"{WHEN}?[^%\d]*?(?:kappa of|by Gwet's AC2, [a-z ]+ with|By Gwet's AC2, [a-z ]+ with) (?P<value>{K})(?: beyond chance)? \(the same grade in (?P<n>{C}) of (?P<d>{C}) [a-z ]+\)\.".replace(
        "AC2", r"AC\d"
    )
)
def coefficient(found: re.Match[str], at: Place) -> bool:
    return any(
        at.measure(row)["kind"] == "agreement" and ("kappa" in found[0]) == ("kappa" in row["measure"])
        and is_hundredths(found["value"], row["value"]) and _counted(row, found["n"], found["d"])
        and (not found["when"] or is_period(found["when"], row))
        for row in at.rows if row["value"] is not None
    )  # fmt: skip


@says(r"the same grade")
def on_the_diagonal(found: re.Match[str], at: Place) -> bool:
    return any(len(set(row["group"].split("|"))) == 1 for row in at.same(breakdown="grade_pair"))
