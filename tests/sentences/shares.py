"""Claims of a count of a whole, with its share and likely range."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import re

from tests.sentences.grammar import free, says
from tests.sentences.numbers import (
    BETWEEN,
    NUM,
    C,
    D,
    P,
    is_number,
    is_part,
    is_range,
    is_share,
    is_value,
    whole,
)
from tests.sentences.periods import is_period
from tests.sentences.tables import Place, Row

WHEN = r"(?:(?:In|On) (?P<when>[^%;]+?(?:, which has not finished)?), (?!which has not))"


OUT_OF = ("Audits", "Planned")
"""Columns of counts that others may be a part of."""


def within(found: re.Match[str], row: Row) -> bool:
    """Whether a claim's period, if it names one, is the row's."""
    return not found["when"] or is_period(found["when"], row)


@says(
    rf"{WHEN}?(?P<open>[^%]*?)(?P<n>{C}) of (?:the )?(?P<d>{C})(?: (?P<what>[^%]*?))??(?: \((?P<share>{P})\)(?P<after>, (?:as published by DfE|added up from what DfE publishes))?)?\.?"
)
def claim(found: re.Match[str], at: Place) -> bool:
    return free(found["open"]) and free(found["what"]) and _counted(found, at)


@says(
    rf"{WHEN}?(?P<open>[^%]*?)(?P<n>{C}) (?P<what>times [^%]*?), of (?P<d>{C}) (?P<of>[^%]*?) \((?P<share>{P})\)\.|"
    rf"{WHEN.replace('when', 'when2')}?(?P<open2>[^%]*?)(?P<n2>{C}) (?P<what2>times) of (?P<d2>{C}) (?P<of2>[^%]*?) \((?P<share2>{P})\)\."
)
def so_many_times(found: re.Match[str], at: Place) -> bool:
    held = {
        name: found[name] or found[f"{name}2"] for name in ("when", "open", "n", "what", "d", "of", "share")
    }
    return all(free(held[name]) for name in ("open", "what", "of")) and any(
        (row["numerator"], row["denominator"]) == (whole(held["n"]), whole(held["d"]))
        and is_part(held["share"], row["numerator"], row["denominator"])
        and (not held["when"] or is_period(held["when"], row))
        for row in at.rows
    )


@says(rf"{WHEN}?(?:O|o)f (?P<d>{C}) (?P<open>[^%]*?), (?P<n>{C}) (?P<what>[^%]*?) \((?P<share>{P})\)\.")
def of_so_many(found: re.Match[str], at: Place) -> bool:
    return free(found["open"]) and free(found["what"]) and _counted(found, at)


@says(rf"{WHEN}(?P<open>[^%]*?)(?P<n>{C}) (?P<what>[^%;]*); (?P<d>{C}) were planned \((?P<share>{P})\)\.")
def of_planned(found: re.Match[str], at: Place) -> bool:
    return free(found["open"]) and free(found["what"]) and _counted(found, at)


def _counted(found: re.Match[str], at: Place) -> bool:
    return any(
        (row["numerator"], row["denominator"]) == (whole(found["n"]), whole(found["d"]))
        and (not found["share"] or is_part(found["share"], row["numerator"], row["denominator"]))
        and within(found, row)
        for row in at.rows
    )


@says(
    rf"(?P<open>[^%]*?)(?P<n>{C}) of (?P<d>{C}) (?P<what>[^%]*?) \((?P<share>{P}), likely to be (?P<range>{BETWEEN})\)\."
)
def claim_with_its_range(found: re.Match[str], at: Place) -> bool:
    return free(found["open"] + found["what"]) and any(
        (row["numerator"], row["denominator"]) == (whole(found["n"]), whole(found["d"]))
        and is_part(found["share"], row["numerator"], row["denominator"])
        and is_range(found["range"], row["low"], row["high"], at.measure(row))
        for row in at.rows
    )


@says(
    rf"{WHEN}(?P<left>{C}) of (?P<of>{C}) (?P<what>.+ were not .+)\.|(?P<left2>{C}) of (?P<of2>{C}) (?P<what2>.+ were not .+)\."
)
def not_done(found: re.Match[str], at: Place) -> bool:
    left, of = whole(found["left"] or found["left2"]), whole(found["of"] or found["of2"])
    return free(found["what"] or found["what2"]) and any(
        (row["denominator"] - row["numerator"], row["denominator"]) == (left, of) and within(found, row)
        for row in at.rows
        if row["denominator"] is not None
    )


@says(
    rf"In (?P<n>{C}) of (?P<d>{C}) completed audits nobody was offered the chance(?: \((?P<fit>{C}) recorded as not appropriate, (?P<no>{C}) with no reason given\))?\."
)
def nobody(found: re.Match[str], at: Place) -> bool:
    named = {
        "n": "voice.nobody_offered",
        "fit": "voice.nobody_offered_not_appropriate",
        "no": "voice.nobody_offered_no_reason",
    }
    of = {row["measure"]: row["numerator"] for row in at.rows if row["denominator"] == whole(found["d"])}
    return all(whole(found[part]) == of.get(name) for part, name in named.items() if found[part])


@says(
    rf"(?:The true (?P<of>rate|average|value)(?: for [a-z ]+)? is )?(?:L|l)ikely to be (?P<range>{BETWEEN})\.?|(?P<alone>(?i:{BETWEEN}))"
)
def likely(found: re.Match[str], at: Place) -> bool:
    kinds = {
        "average": ("mean",),
        "value": ("agreement",),
        "rate": ("share", "people_share", "snapshot", "given", "weighted"),
    }
    return any(
        is_range(found["range"] or found["alone"], row["low"], row["high"], at.measure(row))
        and (not found["of"] or at.measure(row)["kind"] in kinds[found["of"]])
        for row in at.rows
    )


@says(rf"(?P<num>{NUM})\.?")
def number(found: re.Match[str], at: Place) -> bool:
    return any(is_number(found["num"], row, at.measure(row)) for row in at.rows)


@says(rf"(?P<share>{P})(?: of (?P<of>{C}))?|(?P<value>{D} [a-z]+)")
def share_alone(found: re.Match[str], at: Place) -> bool:
    if found["value"]:
        return any(is_value(found["value"], row["value"], at.measure(row)) for row in at.rows)
    shares = [
        row for row in at.rows if at.measure(row)["kind"] not in ("mean", "agreement", "gap", "evenness")
    ]
    if found["of"]:
        return any(
            row["denominator"] == whole(found["of"]) and is_share(found["share"], row["value"])
            for row in shares
        )
    steps = [(a["numerator"], b["numerator"]) for a in shares for b in shares if b["numerator"]]
    return any(is_share(found["share"], row["value"]) for row in shares) or any(
        a <= b and is_part(found["share"], a, b) for a, b in steps
    )


@says(rf"(?P<n>{C})")
def count_alone(found: re.Match[str], at: Place) -> bool:
    counted = ("numerator", "denominator") if at.column in OUT_OF else ("numerator",)
    return any(whole(found["n"]) == row[name] for row in at.rows for name in counted)


@says(rf"(?P<label>[A-Z][A-Za-z ]+): (?P<n>{C}) of (?P<d>{C})(?: [a-z ]+)? \((?P<share>{P})\)\.?")
def labelled(found: re.Match[str], at: Place) -> bool:
    return free(found["label"]) and any(
        (row["numerator"], row["denominator"]) == (whole(found["n"]), whole(found["d"]))
        and is_share(found["share"], row["value"])
        for row in at.rows
    )


@says(rf"(?P<label>Attended|Passed|In the year from that date): (?P<num>{NUM})\.")
def named(found: re.Match[str], at: Place) -> bool:
    wanted = {"Attended": "training.attended", "Passed": "training.passed"}.get(found["label"])
    people = {"counts_what": "people who must hold training on it"} if wanted else {}
    return any(
        is_number(found["num"], row, {**at.measure(row), **people})
        and row["measure"] == (wanted or row["measure"])
        for row in at.rows
    )


@says(
    rf"(?P<parts>(?:[A-Z][a-z ]+ {C}, )+)of (?P<d>{C})\.|(?P<parts2>[A-Z][a-z ]+ {C}(?:, [A-Z][a-z ]+ {C})*), of (?P<d2>{C})\."
)
def listed(found: re.Match[str], at: Place) -> bool:
    counts = [whole(text) for text in re.findall(C, found["parts"] or found["parts2"])]
    of = {row["numerator"] for row in at.rows}
    return set(counts) <= of and whole(found["d"] or found["d2"]) in {row["denominator"] for row in at.rows}


@says(
    rf"(?P<n>{C}) (?P<what>completed audits of cases chosen at random have an agreed grade|were chosen at random; only these are used to estimate overall quality)\."
)
def chosen(found: re.Match[str], at: Place) -> bool:
    column = "denominator" if "agreed grade" in found["what"] else "numerator"
    return any(row[column] == whole(found["n"]) for row in at.rows)
