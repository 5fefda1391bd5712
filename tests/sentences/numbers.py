"""Numbers in words: shares, averages, coefficients, gaps, sizes of changes, likely ranges; whether one is a row's.

Belongs here: patterns of a number, and comparing one with a value. Does not belong here: sentences around numbers.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from tests.sentences.tables import Row

C = r"\d[\d,]*"  # a count
P = r"(?:\d+%|less than 1%|more than 99%)"  # a share
D = r"\d[\d,]*\.\d"  # an average
K = r"−?\d\.\d\d"  # a coefficient, or how even
SIZE = (
    rf"(?:less than 1 percentage point|{C} percentage points?|less than 0\.1 [a-z]+|{D} [a-z]+|less than 0\.01|"
    r"\d\.\d\d)"
)
GAP = rf"(?:{SIZE} (?:more|fewer)|no more and no fewer)"
V = rf"(?:{P}|{D} [a-z]+|{K}|{GAP})"  # a value of any kind of measure
SHARE = rf"(?:{P} \({C} of {C} [^()]+\)|{C} of {C} [^()]+ \({P}\))"
NUM = (
    rf"(?:{SHARE}(?:: {GAP})?|{D} [a-z]+ on average \({C} [^()]+\)|{K} \({C} [^()]+\)|"
    rf"{K} on a scale to 1 \({C} of {C} [^()]+\))"
)
END = rf"(?:less than (?:1|0\.1)|{C}|{D})"
BETWEEN = (
    rf"(?:between (?:{P}|{D}|{K}) and (?:{P}|{D} [a-z]+|{K})|about (?:{P}|{D} [a-z]+|{K})|"
    rf"between {SIZE} (?:fewer|lower) and {SIZE} (?:more|higher)|"
    rf"(?:between {END} and |about )?{SIZE} (?:more|fewer|higher|lower))"
)
HUNDREDTHS = ("agreement", "evenness")


def whole(text: str) -> int:
    return int(text.replace(",", ""))


def half_up(value: Fraction | float, places: str = "1") -> Decimal:
    exact = (
        Decimal(value.numerator) / value.denominator
        if isinstance(value, Fraction)
        else Decimal(repr(float(value)))
    )
    return exact.quantize(Decimal("1e-10")).quantize(Decimal(places), ROUND_HALF_UP)


def is_share(text: str, value: Fraction | float | None) -> bool:
    """Whether a percentage is how a share from 0 to 1 is to be written."""
    if value is None:
        return False
    points = value * 100
    if 0 < points < 0.5:
        return text == "less than 1%"
    if 99.5 <= points < 100:
        return text == "more than 99%"
    return text == f"{half_up(points)}%"


def is_part(text: str, above: int, below: int) -> bool:
    """Whether a percentage is one count of another."""
    return below > 0 and is_share(text, Fraction(above, below))


def is_hundredths(text: str, value: float) -> bool:
    size = half_up(abs(value), "0.01")
    return text == f"{'−' if value < 0 and size else ''}{size}"


def is_value(text: str, value: float | None, measure: Row) -> bool:
    """Whether a text is how a measure of this kind writes a value; an average may leave out its unit."""
    kind = measure["kind"]
    if value is None:
        return False
    if kind == "mean":
        return text in (held := f"{half_up(value, '0.1'):,}", f"{held} {measure['unit']}")
    if kind == "gap":
        return is_gap(text, value)
    return (
        is_hundredths(text.removesuffix(" on a scale to 1"), value)
        if kind in HUNDREDTHS
        else is_share(text, value)
    )


def is_gap(text: str, value: float) -> bool:
    """Whether “5 percentage points fewer” is a difference of two shares, with its direction."""
    if abs(value) < 1e-9:
        return text == "no more and no fewer"
    size, _, side = text.rpartition(" ")
    return side == ("more" if value > 0 else "fewer") and is_points(size[:1].lower() + size[1:], value)


def is_points(text: str, change: float) -> bool:
    """Whether “5 percentage points” is the size of a difference, whatever its direction."""
    if text == "less than 1 percentage point":
        return 0 < abs(change) * 100 < 0.5 - 1e-9
    points = half_up(abs(change) * 100)
    return (
        not 0 < abs(change) * 100 < 0.5 - 1e-9
        and text == f"{points} percentage point{'' if points == 1 else 's'}"
    )


def is_size(text: str, change: float, measure: Row) -> bool:
    """Whether a size in words is that of a change, in the measure's own unit, whatever its direction."""
    if measure["kind"] == "agreement":
        return text == "less than 0.01" if 0 < abs(change) < 0.005 else is_hundredths(text, abs(change))
    if measure["kind"] != "mean":
        return is_points(text, change)
    if 0 < abs(change) < 0.05:
        return text == f"less than 0.1 {measure['unit']}"
    return text == f"{half_up(abs(change), '0.1'):,} {measure['unit']}"


def is_range(text: str, low: float | None, high: float | None, measure: Row) -> bool:
    """Whether a text is how a likely range of values is to be written."""
    if low is None or high is None:
        return False
    text = text[:1].lower() + text[1:]
    if measure["kind"] == "gap":
        return is_spread(text, low, high, measure, "fewer", "more")
    if found := re.fullmatch(r"between (.+) and (.+)", text):
        least, most = (
            found[1],
            found[2].removesuffix(f" {measure['unit']}" if measure["kind"] == "mean" else ""),
        )
        ends = is_value(least, low, measure) and is_value(found[2], high, measure)
        return ends and least != most
    same = text.removeprefix("about ")
    return text.startswith("about ") and is_value(same, low, measure) and is_value(same, high, measure)


def is_spread(text: str, low: float, high: float, measure: Row, under: str, over: str) -> bool:
    """Whether a text is how the likely range of a difference is to be written, each end with its direction."""
    if found := re.fullmatch(rf"between ({SIZE}) {under} and ({SIZE}) {over}", text):
        return low < 0 < high and is_size(found[1], low, measure) and is_size(found[2], high, measure)
    found = re.fullmatch(
        rf"(?:between (?P<near>{END}) and |(?P<about>about ))?(?P<far>{SIZE}) (?P<side>{under}|{over})", text
    )
    if not found or not (low >= 0 if found["side"] == over else high <= 0):
        return False
    near, far = sorted((abs(low), abs(high)))
    if not is_size(found["far"], far, measure):
        return False
    if found["near"] is None:
        return is_size(found["far"], near, measure)
    if measure["kind"] == "mean":
        return found["near"] == ("less than 0.1" if 0 < near < 0.05 else f"{half_up(near, '0.1'):,}")
    little = 0 < near * 100 < 0.5 - 1e-9
    return found["near"] == ("less than 1" if little else str(half_up(near * 100)))


def counts_of(text: str) -> tuple[int, int, str, str, bool] | None:
    """The counts of “62% (74 of 120 audits)”: part, whole, what, the percentage, and whether that stands last."""
    if found := re.fullmatch(rf"({P}) \(({C}) of ({C}) (.+)\)", text):
        return whole(found[2]), whole(found[3]), found[4], found[1], False
    if found := re.fullmatch(rf"({C}) of ({C}) (.+) \(({P})\)", text):
        return whole(found[1]), whole(found[2]), found[3], found[4], True
    return None


def is_counts(text: str, above: int | None, below: int | None, unit: str) -> bool:
    """Whether “62% (74 of 120 audits)” is a part of a whole; of fewer than 20 the counts stand first."""
    held = counts_of(text)
    return bool(held and below) and held == (above, below, unit, held[3], below < 20) and is_part(
        held[3], above, below
    )  # fmt: skip


def is_number(text: str, row: Row, measure: Row, before: bool = False) -> bool:
    """Whether “62% (74 of 120 audits)” is a row's figure, or that of the year before, as its kind says it."""
    side = "previous_" if before else ""
    above, below, value = (row[f"{side}{name}"] for name in ("numerator", "denominator", "value"))
    unit, kind = (
        measure["counts_what"] or ("people" if measure["kind"] == "people_share" else "audits"),
        measure["kind"],
    )
    if not below or value is None:
        return False
    if kind == "mean":
        return text == f"{half_up(value, '0.1'):,} {measure['unit']} on average ({below:,} {unit})"
    if kind == "agreement":
        told = text.removesuffix(f" ({below:,} {unit})")
        return told != text and is_hundredths(told, value)
    if kind in ("evenness", "weighted"):
        told = text.removesuffix(f" ({above:,} of {below:,} {unit})")
        scaled = kind != "evenness" or told.endswith(" on a scale to 1")
        return told != text and scaled and is_value(told, value, measure)
    if kind == "gap":
        counts, _, gap = text.rpartition(": ")
        return is_counts(counts, above, below, unit) and is_gap(gap, value)
    return is_counts(text, above, below, unit)
