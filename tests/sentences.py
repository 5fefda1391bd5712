"""Reads the pages' sentences back, as a careful reader would, and holds them against the release's tables.

A grammar of plain English of its own: numbers, denominators, percentages, ranges, direction, period, signals, groups.
It shares nothing with the code that writes the sentences; what it compares with is read by its own SQL. A sentence that
it does not know is `Unknown`, one that the tables do not bear out is `Wrong`.

Belongs here: the grammar and the comparison. Does not belong here: which pages are read, and assertions.
"""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

Row = Mapping[str, Any]
MONTHS = {name: n for n, name in enumerate(calendar.month_name) if name}
C = r"\d[\d,]*"  # a count
P = r"(?:\d+%|less than 1%|more than 99%)"  # a share
D = r"\d+\.\d"  # an average
DAY = rf"\d{{1,2}} (?:{'|'.join(MONTHS)}) \d{{4}}"
POINT = rf"(?:(?:{'|'.join(MONTHS)})(?: \d{{4}})? to )?(?:{'|'.join(MONTHS)}) \d{{4}}"
SIZE = rf"(?:less than 1 percentage point|{C} percentage points?|less than 0\.1 [a-z]+|{D} [a-z]+)"
NUM = rf"(?:{P} \({C} of {C} [^()]+\)|{C} of {C} [^()]+ \({P}\)|{D} [a-z]+ on average \({C} [^()]+\))"
RUN = (
    r"(?:(?:\d+|several) (?:month|quarter)s in a row (?:going up|going down|above average|below average)|2 of 3 "
    r"(?:month|quarter)s close to the (?:upper|lower) limit|(?:\d+ (?:month|quarter)s )?(?:above the upper|below the "
    r"lower) limit)"
)
MOVED = re.compile(
    r"\b(higher|lower|(better|worse|more|less|fewer|greater|larger|smaller) than|(?<!requires )improv\w+|rose|rise\w*|fell|fall\w*|"
    r"increas\w+|decreas\w+|up(?! to)|down|gr[eo]w\w*|trend\w*|significant\w*|rank\w*)\b"
)
FREE_NUMBERS = re.compile(
    r"\bmore than (?:a year|20 weeks)\b|\b(?:20|52|16|13|6) weeks\b|\b20 working days\b|\b24 months\b"
)


class Unknown(AssertionError):
    """A sentence that the grammar does not have."""


class Wrong(AssertionError):
    """A sentence that the tables do not bear out."""


class Tables:
    """A release's tables, read apart from the dashboard."""

    def __init__(self, database: Path) -> None:
        with duckdb.connect(str(database), read_only=True) as con:
            self.figures = {row["receipt"]: row for row in _rows(con, "SELECT * FROM figures")}
            self.measures = {row["measure"]: row for row in _rows(con, "SELECT * FROM measures")}
            points = _rows(con, 'SELECT * FROM charts ORDER BY measure, council, "window", period_end')
            labels = con.execute('SELECT breakdown, "group", label FROM groups').fetchall()
            held = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
            self.changes = _rows(con, "SELECT * FROM changes") if "changes" in held else []
            self.places = {name for (name,) in con.execute("SELECT name FROM places").fetchall()}
        self.labels = {(breakdown, group): label for breakdown, group, label in labels}
        self.charts = {
            key: list(own)
            for key, own in groupby(points, key=lambda row: (row["measure"], row["council"]))
        }  # fmt: skip

    def total(self, row: Row) -> Row:
        """All groups together, of a group's measure and period."""
        names = ("measure", "council", "window", "period_end")
        same = (
            one
            for one in self.figures.values()
            if not one["breakdown"] and all(one[n] == row[n] for n in names)
        )
        return next(same, {})

    def label(self, row: Row) -> str:
        return self.labels.get((row["breakdown"], row["group"])) or row["group"]


@dataclass(frozen=True)
class Place:
    """Where a sentence stands: the figures that its place names."""

    tables: Tables
    receipts: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)

    @classmethod
    def of(cls, tables: Tables, receipts: Sequence[str]) -> Place:
        return cls(
            tables, tuple(receipts), [tables.figures[code] for code in receipts if code in tables.figures]
        )

    def measure(self, row: Row) -> Row:
        return self.tables.measures[row["measure"]]

    @property
    def points(self) -> list[Row]:
        return (
            self.tables.charts.get((self.rows[0]["measure"], self.rows[0]["council"]), [])
            if self.rows
            else []
        )


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = con.execute(query)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


# Numbers


def whole(text: str) -> int:
    return int(text.replace(",", ""))


def half_up(value: Fraction | float, places: str = "1") -> Decimal:
    exact = (
        Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(repr(value))
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
    return text == f"{half_up(value * 100)}%"


def is_value(text: str, value: float | None, measure: Row) -> bool:
    if measure["kind"] == "mean":
        return value is not None and text.split()[0] == f"{half_up(value, '0.1'):,}"
    return is_share(text, value)


def is_size(text: str, change: float, measure: Row) -> bool:
    """Whether a size in words is that of a change, whatever its direction."""
    size = abs(change)
    if measure["kind"] == "mean":
        return text.startswith("less than") == (0 < size < 0.05) and (
            text.startswith("less") or text == f"{half_up(size, '0.1')} {measure['unit']}"
        )
    if text.startswith("less than 1"):
        return 0 < size * 100 < 0.5
    points = half_up(size * 100)
    return text == f"{points} percentage point{'' if points == 1 else 's'}"


def is_number(text: str, row: Row, measure: Row, before: bool = False) -> bool:
    """Whether “62% (74 of 120 audits)” is a row's figure, or that of the year before."""
    side = "previous_" if before else ""
    n, d, value = (row[f"{side}{name}"] for name in ("numerator", "denominator", "value"))
    unit = measure["counts_what"]
    if found := re.fullmatch(rf"({D}) ([a-z]+) on average \(({C}) (.+)\)", text):
        average, of, cases, what = found.groups()
        return (
            measure["kind"] == "mean" and is_value(average, value, measure) and of == measure["unit"]
            and (whole(cases), what) == (d, unit)
        )  # fmt: skip
    first = re.fullmatch(rf"({P}) \(({C}) of ({C}) (.+)\)", text)
    last = re.fullmatch(rf"({C}) of ({C}) (.+) \(({P})\)", text)
    if not d or not (first or last):
        return False
    share, above, below, what = first.groups() if first else (last[4], *last.groups()[:3])
    counts = (whole(above), whole(below)) == (n, d) and is_share(share, Fraction(n, d))
    return counts and what == unit and bool(last) == (d < 20)


# Periods


def day_of(text: str) -> date:
    number, month, year = text.split()
    return date(int(year), MONTHS[month], int(number))


def end_of(point: str) -> date:
    """The last day of “March 2026” or “January to March 2026”."""
    month, year = point.split()[-2:]
    return date(int(year), MONTHS[month], calendar.monthrange(int(year), MONTHS[month])[1])


def is_period(text: str, row: Row) -> bool:
    """Whether “the 12 months to 31 March 2026” is a row's period."""
    text, unfinished, _ = text.partition(", which has not finished")
    if bool(row["complete"]) == bool(unfinished):
        return False
    if found := re.fullmatch(rf"the (12|3) months to ({DAY})", text):
        return (row["window"], row["period_end"]) == (
            {"12": "12m", "3": "quarter"}[found[1]],
            day_of(found[2]),
        )
    if found := re.fullmatch(rf"the (financial|academic) year \d{{4}}-\d\d \(({DAY}) to ({DAY})\)", text):
        days = (row["period_start"], row["period_end"])
        return (row["window"], days) == (f"{found[1]}_year", (day_of(found[2]), day_of(found[3])))
    if found := re.fullmatch(r"(?:the year )?(\d{4})", text):
        return row["window"] == "calendar_year" and row["period_end"].year == int(found[1])
    if re.fullmatch(DAY, text):
        return row["period_end"] == day_of(text)
    return row["window"] == "month" and bool(re.fullmatch(POINT, text)) and row["period_end"] == end_of(text)


# Charts


def runs(points: Sequence[Row]) -> list[list[Row]]:
    """Neighbouring points that signal on one side."""
    held = groupby(points, key=lambda row: (bool(row["signal"]), row["side"]))
    return [list(own) for (signals, _), own in held if signals]


def is_run(text: str, run: Sequence[Row]) -> bool:
    """Whether “7 months in a row above average” is what these points did."""
    high = any(word in text for word in ("above", "upper", "going up"))
    named = re.search("month|quarter", text)
    if high != (run[0]["side"] == "high") or (named and named[0] != run[0]["window"]):
        return False
    kinds = [row["signal"] for row in run]
    if "limit" in text and "close" not in text:
        wanted = re.match(r"\d+", text)
        return kinds.count("outside") == (int(wanted[0]) if wanted else 1)
    kind = "two_of_three" if "2 of 3" in text else "trend" if "going" in text else "shift"
    found = re.match(r"\d+", text)
    return kind in kinds and ("2 of 3" in text or (int(found[0]) if found else min(len(run), 5)) == len(run))


def is_span(text: str, run: Sequence[Row]) -> bool:
    """Whether “February 2025 to March 2026” is from a run's first point to its last; quarters have a “to” of their own."""
    parts = text.split(" to ")
    at_end = parts[1::2] if run[0]["window"] == "quarter" else parts
    return (end_of(at_end[0]), end_of(at_end[-1])) == (run[0]["period_end"], run[-1]["period_end"])


def meaning(side: str, higher_is: str) -> str:
    if higher_is == "neither":
        return "Higher than usual" if side == "high" else "Lower than usual"
    return "Getting better" if (side == "high") == (higher_is == "better") else "Getting worse"


def last_run(at: Place) -> list[Row] | None:
    """The run that reaches the newest point."""
    found = runs(at.points)
    return found[-1] if found and found[-1][-1] is at.points[-1] else None


def chance_text(value: float, text: str) -> bool:
    """“0.2” for 0.18: to the first digit that counts, from 1 on in whole ones."""
    digits = max(0, -math.floor(math.log10(value))) if 0 < value < 1 else 0
    return text == f"{value:.{digits}f}"


# The grammar: a pattern for a whole sentence or cell, and what must be true of it

Rule = Callable[[re.Match[str], Place], bool]
GRAMMAR: list[tuple[re.Pattern[str], Rule]] = []


def says(pattern: str) -> Callable[[Rule], Rule]:
    def add(rule: Rule) -> Rule:
        GRAMMAR.append((re.compile(pattern), rule))
        return rule

    return add


def free(text: str) -> bool:
    """Whether words of a definition say nothing that it may not: no number, nothing of change."""
    text = FREE_NUMBERS.sub("", text)
    return not re.search(r"\d", text) and not MOVED.search(text)


@says(r"(?P<polarity>Higher is better|Lower is better|Neither higher nor lower is better by itself)\.?")
def polarity(found: re.Match[str], at: Place) -> bool:
    way = {"H": "better", "L": "worse", "N": "neither"}[found["polarity"][0]]
    return any(at.measure(row)["higher_is"] == way for row in at.rows)


@says(
    rf"In (?P<when>.+?(?:, which has not finished)?), (?!which has not)(?P<left>{C}) of (?P<of>{C}) (?P<what>.+ were not .+)\.|(?P<left2>{C}) of (?P<of2>{C}) (?P<what2>.+ were not .+)\."
)
def not_done(found: re.Match[str], at: Place) -> bool:
    left, of = whole(found["left"] or found["left2"]), whole(found["of"] or found["of2"])
    return free(found["what"] or found["what2"]) and any(
        (row["denominator"] - row["numerator"], row["denominator"]) == (left, of)
        and (not found["when"] or is_period(found["when"], row))
        for row in at.rows
        if row["denominator"] is not None
    )


@says(
    rf"In (?P<n>{C}) of (?P<d>{C}) completed audits nobody was offered the chance(?: \((?P<fit>{C}) recorded as not appropriate, (?P<no>{C}) with no reason given\))?\."
)
def nobody(found: re.Match[str], at: Place) -> bool:
    above = {whole(found[name]) for name in ("n", "fit", "no") if found[name]}
    return above <= {row["numerator"] for row in at.rows} and whole(found["d"]) in {
        row["denominator"] for row in at.rows
    }


@says(
    rf"In (?P<year>\d{{4}}), (?P<place>.+) finished within 20 weeks: counting all plans, (?P<all>{NUM}|[^;]+); leaving out "
    rf"plans where the law allows longer, (?P<ex>{NUM}|.+)\.|(?P<place2>.+): counting all plans, (?P<all2>{NUM}|[^;]+); "
    rf"leaving out exceptions, (?P<ex2>{NUM}|.+)\."
)
def both_ways(found: re.Match[str], at: Place) -> bool:
    said = [found["all"] or found["all2"], found["ex"] or found["ex2"]]
    of = {row["measure"].endswith("_excluding_exceptions"): row for row in at.rows}
    for ex, text in enumerate(said):
        row = of.get(bool(ex))
        if re.fullmatch(NUM, text):
            if row is None or not is_number(text, row, at.measure(row)):
                return False
        elif row is not None and not row["symbol"]:
            return False
    return (found["place"] or found["place2"]) in at.tables.places


@says(
    rf"(?:In|On) (?P<when>.+?(?:, which has not finished)?), of (?P<d>{C}) (?P<open>[^%]*?), (?P<n>{C}) (?P<what>[^%]*?) "
    rf"\((?P<share>{P})\)\."
)
def of_so_many(found: re.Match[str], at: Place) -> bool:
    return claim(found, at)


@says(
    rf"When they disagreed, (?P<who>auditors|reviewers|moderators) had usually graded higher \((?P<n>{C}) of (?P<d>{C})\)\."
)
def usually(found: re.Match[str], at: Place) -> bool:
    n, of = whole(found["n"]), whole(found["d"])
    first = found["who"] != "moderators"
    return any(
        row["denominator"] == of
        and row["numerator"] == (n if first else of - n)
        and (row["low"] > 0.5 if first else row["high"] < 0.5)
        for row in at.rows
    )


@says(
    rf"(?P<open>[^%]*?)(?P<n>{C}) of (?P<d>{C}) (?P<what>[^%]*?) \((?P<share>{P}), likely to be between (?P<low>{P}) and "
    rf"(?P<high>{P})\)\."
)
def claim_with_its_range(found: re.Match[str], at: Place) -> bool:
    return any(
        (row["numerator"], row["denominator"]) == (whole(found["n"]), whole(found["d"]))
        and is_share(found["share"], Fraction(row["numerator"], row["denominator"]))
        and is_value(found["low"], row["low"], at.measure(row))
        and is_value(found["high"], row["high"], at.measure(row))
        for row in at.rows
    ) and free(found["open"] + found["what"])


@says(
    rf"(?:(?:In|On) (?P<when>.+?(?:, which has not finished)?), (?!which has not))?(?P<open>[^%]*?)(?P<n>{C}) of (?:the )?(?P<d>{C}) (?P<what>[^%]*?)(?: \((?P<share>{P})\)(?:, as published by DfE)?)?\.?"
)
def claim(found: re.Match[str], at: Place) -> bool:
    if not free(found["open"] + found["what"]):
        return False
    return any(
        (row["numerator"], row["denominator"]) == (whole(found["n"]), whole(found["d"]))
        and (not found["share"] or is_share(found["share"], Fraction(row["numerator"], row["denominator"])))
        and (not found["when"] or is_period(found["when"], row))
        for row in at.rows
    )


@says(
    rf"In (?P<when>.+?(?:, which has not finished)?), (?!which has not)(?P<open>[^%]*?)(?P<n>{C}) (?P<what>[^%;]*); (?P<d>{C}) were planned \((?P<share>{P})\)\."
)
def of_planned(found: re.Match[str], at: Place) -> bool:
    return claim(found, at)


@says(
    rf"(?:(?:In|On) (?P<when>.+?(?:, which has not finished)?), (?!which has not))?(?:I|i)t took (?P<value>{D}) (?P<unit>[a-z]+) on average (?P<what>.*)\((?P<d>{C}) (?P<of>.+)\)\."
)
def average(found: re.Match[str], at: Place) -> bool:
    return free(found["what"] + found["of"]) and any(
        at.measure(row)["unit"] == found["unit"] and is_value(found["value"], row["value"], at.measure(row))
        and row["denominator"] == whole(found["d"]) and (not found["when"] or is_period(found["when"], row))
        for row in at.rows
    )  # fmt: skip


@says(
    rf"(?:The true (?P<of>rate|average)(?: for [a-z ]+)? is l|L|l)ikely to be (?:between (?P<low>{P}|{D}) and (?P<high>{P}|{D} [a-z]+)|about (?P<about>{P}))\.?|Between (?P<low2>{P}|{D}) and (?P<high2>{P}|{D} [a-z]+)|About (?P<about2>{P})"
)
def likely(found: re.Match[str], at: Place) -> bool:
    about = found["about"] or found["about2"]
    low, high = about or found["low"] or found["low2"], about or found["high"] or found["high2"]
    return any(
        is_value(low, row["low"], at.measure(row)) and is_value(high, row["high"], at.measure(row))
        for row in at.rows
    )


@says(
    rf"That is (?P<size>{SIZE}) (?P<side>higher|lower) than the year before, which was (?P<num>{NUM})\.|(?P<size2>{SIZE}) (?P<side2>higher|lower) than the year before"
)
def clear_change(found: re.Match[str], at: Place) -> bool:
    side, size = found["side"] or found["side2"], found["size"] or found["size2"]

    def holds(row: Row) -> bool:
        if row["change"] is None or row["symbol"] or row.get("mix"):
            return False
        clear = row["change_low"] > 0 if side == "higher" else row["change_high"] < 0
        now, before = row["value"], row["previous_value"]
        named = not found["num"] or is_number(found["num"], row, at.measure(row), before=True)
        return (
            clear
            and (now > before) == (side == "higher")
            and named
            and is_size(size, now - before, at.measure(row))
        )

    return any(map(holds, at.rows))


ENDS = rf"(?:less than 1|{C}|{D})"


@says(
    r"The difference is likely to be (?P<range>.+) (?P<side>higher|lower): more than chance alone would explain\."
)
def difference(found: re.Match[str], at: Place) -> bool:
    return any(
        _ranged(found["range"], found["side"], row, at.measure(row))
        for row in at.rows
        if row["change_low"] is not None
    )


def _ranged(text: str, side: str, row: Row, measure: Row) -> bool:
    low, high = row["change_low"], row["change_high"]
    if (low > 0) != (side == "higher") or (high < 0) != (side == "lower"):
        return False
    near, far = sorted((abs(low), abs(high)))
    if found := re.fullmatch(rf"between ({ENDS}) and (.+)", text):
        if measure["kind"] == "mean":
            return found[1] == str(half_up(near, "0.1")) and is_size(found[2], far, measure)
        first = "less than 1" if 0 < near * 100 < 0.5 - 1e-9 else str(half_up(near * 100))
        return found[1] == first and is_size(found[2], far, measure)
    return is_size(text.removeprefix("about "), near, measure) and is_size(
        text.removeprefix("about "), far, measure
    )


@says(
    rf"The year before it was (?P<num>{NUM})(?:: too few to say whether the difference is more than chance)?\."
)
def year_before(found: re.Match[str], at: Place) -> bool:
    return any(
        row["previous_denominator"] and is_number(found["num"], row, at.measure(row), before=True)
        for row in at.rows
    )


@says(
    rf"No clear change: this is (?:(?P<same>no different)|(?P<size>{SIZE}) (?P<side>higher|lower)), but the true difference could be "
    rf"anything between (?P<low>{SIZE}) lower and (?P<high>{SIZE}) higher\.|No clear change from the year before"
)
def no_clear_change(found: re.Match[str], at: Place) -> bool:
    def holds(row: Row) -> bool:
        if row["change"] is None or row.get("mix"):
            return False
        if row["change_low"] is not None and not row["change_low"] <= 0 <= row["change_high"]:
            return False
        if found["low"] is None:
            return True
        change, measure = row["value"] - row["previous_value"], at.measure(row)
        own = (
            change == 0
            if found["same"]
            else (is_size(found["size"], change, measure) and (change > 0) == (found["side"] == "higher"))
        )
        return (
            own
            and is_size(found["low"], row["change_low"], measure)
            and is_size(found["high"], row["change_high"], measure)
        )

    return any(map(holds, at.rows))


@says(
    rf"The two cannot be compared: (?P<more>more|fewer) of the (?P<unit>[a-z ]+) were chosen at random than the year before"
    rf"(?: \((?P<r>{C}) of (?P<d>{C}); the year before, (?P<pr>{C}) of (?P<pd>{C})\))?\.|"
    r"Cannot be compared: (?P<more2>more|fewer) were chosen at random than the year before"
)
def other_mix(found: re.Match[str], at: Place) -> bool:
    def holds(row: Row) -> bool:
        random, before = row.get("random"), row.get("previous_random")
        if not row.get("mix") or (found["r"] and random is None):
            return False
        if random is not None:
            more = Fraction(random, row["denominator"]) > Fraction(before, row["previous_denominator"])
            if more != ((found["more"] or found["more2"]) == "more"):
                return False
        told = [found[name] for name in ("r", "d", "pr", "pd")]
        counts = [random, row["denominator"], before, row["previous_denominator"]]
        return not found["r"] or [whole(text) for text in told] == counts

    return any(map(holds, at.rows))


@says(r"There is no figure for the year before to compare it with\.|No year before to compare with")
def no_year_before(found: re.Match[str], at: Place) -> bool:
    return any(not row["previous_denominator"] or row["symbol"] for row in at.rows)


@says(rf"(?P<num>{NUM})(?:\.)?")
def number(found: re.Match[str], at: Place) -> bool:
    return any(is_number(found["num"], row, at.measure(row)) for row in at.rows)


@says(rf"(?P<share>{P})(?: of (?P<of>{C}))?|(?P<value>{D}) [a-z]+")
def share_alone(found: re.Match[str], at: Place) -> bool:
    if found["value"]:
        return any(
            at.measure(row)["kind"] == "mean" and is_value(found["value"], row["value"], at.measure(row))
            for row in at.rows
        )
    if found["of"]:
        return any(
            row["denominator"] == whole(found["of"]) and is_share(found["share"], row["value"])
            for row in at.rows
        )
    steps = [(a["numerator"], b["numerator"]) for a in at.rows for b in at.rows if b["numerator"]]
    return any(is_share(found["share"], row["value"]) for row in at.rows) or any(
        a <= b and is_share(found["share"], Fraction(a, b)) for a, b in steps
    )


@says(rf"(?P<n>{C})")
def count_alone(found: re.Match[str], at: Place) -> bool:
    return any(whole(found["n"]) in (row["numerator"], row["denominator"]) for row in at.rows)


@says(
    rf"(?P<n>{C}) of (?P<d>{C})(?: · (?P<mark>[▼▲])\xa0(?P<side>lower|higher))?|(?P<share>{P}) · (?P<mark2>[▼▲])\xa0(?P<side2>lower|higher)"
)
def marked(found: re.Match[str], at: Place) -> bool:
    side, mark = found["side"] or found["side2"] or "", found["mark"] or found["mark2"] or ""
    if (side, mark) not in (("", ""), ("lower", "▼"), ("higher", "▲")):
        return False
    return any(
        (is_share(found["share"], row["value"]) if found["share"] else
         (row["numerator"], row["denominator"]) == (whole(found["n"]), whole(found["d"])))
        and (not side or beyond(row, at.tables) == side)
        for row in at.rows
    )  # fmt: skip


def beyond(row: Row, tables: Tables) -> str:
    """Where a group lies beside the total of its period: beyond its limits, or of old releases its likely range."""
    if row.get("usual_least") is not None:
        n = row["numerator"]
        return "lower" if n < row["usual_least"] else "higher" if n > row["usual_most"] else ""
    total = tables.total(row)
    if not total or row["low"] is None:
        return ""
    return "lower" if row["high"] < total["value"] else "higher" if row["low"] > total["value"] else ""


@says(r"(?P<side>Lower|Higher|As) (?:than )?would be usual by chance")
def placed(found: re.Match[str], at: Place) -> bool:
    wanted = {"Lower": "lower", "Higher": "higher", "As": ""}[found["side"]]
    return any(row.get("usual_least") is not None and beyond(row, at.tables) == wanted for row in at.rows)


@says(rf"(?:(?P<least>{C}) to )?(?P<most>{C}) of (?P<d>{C}) (?P<unit>.+) would be usual")
def usual(found: re.Match[str], at: Place) -> bool:
    most = whole(found["most"])
    least = whole(found["least"]) if found["least"] else most
    wanted = (least, most, whole(found["d"]), found["unit"])
    return any(
        (row["usual_least"], row["usual_most"], row["denominator"], at.measure(row)["counts_what"]) == wanted
        for row in at.rows if row.get("usual_least") is not None
    )  # fmt: skip


@says(
    r"(?P<first>Lower|Higher) than (?:would be usual by chance|for all audits): (?P<names>.+?)(?:; (?P<second>higher): (?P<more>.+))?|No group is clearly different from all audits together"
)
def groups_apart(found: re.Match[str], at: Place) -> bool:
    said = {"lower": set(), "higher": set()}
    if found["first"]:
        said[found["first"].lower()] = _names(found["names"])
    if found["second"]:
        said["higher"] = _names(found["more"])
    of = {
        side: {at.tables.label(row) for row in at.rows if row["breakdown"] and beyond(row, at.tables) == side}
        for side in said
    }
    return all(_names(" and ".join(sorted(of[side]))) == said[side] for side in said)


def _names(text: str) -> set[str]:
    """The words of a list, whatever is said between its members."""
    return {part for part in re.split(r",\s*|\s+and\s+", text) if part}


@says(
    r"By chance alone, about (?P<n>[\d.]+) of these (?P<of>\d+) (?P<what>groups|cells|measures) would (?:be named so|signal at their latest point)\."
)
def by_chance(found: re.Match[str], at: Place) -> bool:
    of = int(found["of"])
    if found["what"] != "measures":
        return chance_text(of * 0.002, found["n"])
    held = [at.tables.charts.get((row["measure"], row["council"]), []) for row in at.rows]
    chances = [points[-1]["chance_last"] for points in held if points and points[-1].get("chance_last") is not None
               and points[-1]["state"] in ("limits", "trial")]  # fmt: skip
    return len(chances) == of and chance_text(sum(chances), found["n"])


@says(
    r"By chance alone, about (?P<n>\d+) of 100 steady charts of (?P<k>\d+) (?P<what>month|quarter)s would show a signal somewhere\."
)
def chart_by_chance(found: re.Match[str], at: Place) -> bool:
    known = [row for row in at.points if row["value"] is not None]
    return (len(known), known[-1]["window"], int(found["n"])) == (
        int(found["k"]),
        found["what"],
        round(known[-1]["chance"] * 100),
    )


@says(
    r"Chance alone gives some signals: about one in four steady series of 36 months shows at least one\.|About one in 20 of the (?:groups|cells) differs by chance alone\.|Look for a reason before acting\."
)
def of_old_releases(found: re.Match[str], at: Place) -> bool:
    return True


@says(
    rf"(?P<way>Getting better|Getting worse|Higher than usual|Lower than usual)(?:: (?P<run>{RUN})| – this is more than the usual (?:month-to-month|quarter-to-quarter) change \((?P<run2>{RUN}): (?P<when>{POINT}(?: to {POINT})?)\)\.)|(?P<run3>(?i:{RUN}))"
)
def signals_now(found: re.Match[str], at: Place) -> bool:
    run = last_run(at)
    if run is None or not is_run((found["run"] or found["run2"] or found["run3"]).lower(), run):
        return False
    return (not found["when"] or is_span(found["when"], run)) and (
        not found["way"] or found["way"] == meaning(run[-1]["side"], at.measure(at.rows[0])["higher_is"])
    )


@says(
    rf"Earlier, (?P<when>{POINT}(?: to {POINT})?): (?P<side>higher|lower) than usual \((?P<run>{RUN})\)\.|The latest (?:month|quarter) is within the usual range; the last signal was (?P<ended>{POINT}) \((?P<run2>{RUN})\)"
)
def signals_before(found: re.Match[str], at: Place) -> bool:
    text = found["run"] or found["run2"]
    for run in runs(at.points):
        if not is_run(text, run) or (
            found["side"] and (found["side"] == "higher") != (run[0]["side"] == "high")
        ):
            continue
        if is_span(found["when"], run) if found["when"] else end_of(found["ended"]) == run[-1]["period_end"]:
            return run[-1] is not at.points[-1]
    return False


@says(
    r"No clear change: every (?P<what>month|quarter) is within the usual range|Each (?P<what2>month|quarter), with the range that is usual|Too few (?:months|quarters) yet to say what is usual|Too few .+ in each (?:month|quarter) to look for signals"
)
def quiet(found: re.Match[str], at: Place) -> bool:
    points = at.points
    if not points or runs(points):
        return False
    if found["what2"]:
        return points[-1]["variation"] is None and points[-1]["window"] == found["what2"]
    if found["what"]:
        return points[-1]["window"] == found["what"] and points[-1]["state"] in ("limits", "trial")
    return points[-1]["state"] in ("run", "table")


VARIATIONS = {
    "Improving": "Getting better", "Getting worse": "Getting worse", "Higher than usual": "Higher than usual",
    "Lower than usual": "Lower than usual",
}  # fmt: skip


@says(rf"(?P<class>{'|'.join(VARIATIONS)}|No clear change|Too few to say)")
def variation(found: re.Match[str], at: Place) -> bool:
    points = at.points
    if found["class"] == "Too few to say":  # of variation, or of the target
        return not points or points[-1]["state"] != "limits"
    if found["class"] == "No clear change":
        return bool(points) and last_run(at) is None and points[-1]["state"] in ("limits", "trial")
    run = last_run(at)
    return run is not None and VARIATIONS[found["class"]] == meaning(
        run[-1]["side"], at.measure(at.rows[0])["higher_is"]
    )


@says(
    rf"(?P<no>No target)|(?P<class>Will reliably meet|May or may not meet|Will not meet) the target(?: without change)?|Target: at (?P<way>least|most) (?P<value>{P}|{D} [a-z]+)|The target is at (?P<way2>least|most) (?P<value2>{P}|{D} [a-z]+)\.|(?P<then>If all goes on as it is, it (?:will reliably|may or may not) be met|It will not be met unless something changes|There are too few points to say whether it will be met)\."
)
def assurance(found: re.Match[str], at: Place) -> bool:
    for row in at.rows:
        points = at.tables.charts.get((row["measure"], row["council"]), [])
        if not points:
            continue
        known = [point for point in points if point["value"] is not None][-1:] or points[-1:]
        target, low, high = points[-1]["target"], known[0]["lower"], known[0]["upper"]
        higher_is = at.measure(row)["higher_is"]
        if found["no"]:
            if target is None or higher_is == "neither":
                return True
        elif value := found["value"] or found["value2"]:
            way = "most" if higher_is == "worse" else "least"
            if (
                target is not None
                and (found["way"] or found["way2"]) == way
                and is_value(value, target, at.measure(row))
            ):
                return True
        elif target is not None and (found["class"] or found["then"]).startswith(
            _promises(target, low, high, points, higher_is)
        ):
            return True
    return False


def _promises(
    target: float, low: float | None, high: float | None, points: Sequence[Row], higher_is: str
) -> tuple[str, ...]:
    if points[-1]["state"] != "limits" or low is None or high is None:
        return ("There are too few",)
    if low <= target <= high:
        return ("May or may not", "If all goes on as it is, it may")
    met = (target < low) == (higher_is == "better")
    return (
        ("Will reliably", "If all goes on as it is, it will reliably")
        if met
        else ("Will not", "It will not be met")
    )


@says(
    rf"12-month average: (?P<a>{P}|{D} [a-z]+) to (?P<from>{DAY}), (?P<b>{P}|{D} [a-z]+) to (?P<to>{DAY})\.?"
)
def slow(found: re.Match[str], at: Place) -> bool:
    of = {row["period_end"]: row for row in at.rows if row["window"] == "12m"}
    return all(
        day_of(found[day]) in of
        and is_value(found[value], of[day_of(found[day])]["value"], at.measure(at.rows[0]))
        for value, day in (("a", "from"), ("b", "to"))
    )


@says(
    rf"(?P<name>.+?) was the (?P<what>weakest|strongest): good or better in (?P<n>{C}|{P}) (?P<num>.+?)\. "
    rf"(?:That is clearly (?P<side>lower|higher) than all sections together \((?P<total>{P})\)|It is not clearly "
    r"(?P<not>lower|higher) than all sections together)\."
)
def extreme(found: re.Match[str], at: Place) -> bool:
    choose = min if found["what"] == "weakest" else max
    groups = [row for row in at.rows if row["breakdown"] == "section" and row["value"] is not None]
    row = choose(groups, key=lambda row: row["value"])
    unit = {**at.measure(row), "counts_what": "plans"}
    if not found["name"].endswith(at.tables.label(row)) or not is_number(
        f"{found['n']} {found['num']}", row, unit
    ):
        return False
    if found["not"]:
        return beyond(row, at.tables) != found["not"]
    return beyond(row, at.tables) == found["side"] and is_share(found["total"], at.tables.total(row)["value"])


@says(
    r"(?P<first>Higher|Lower) than the year before: (?P<names>.+?)(?:; (?P<second>lower) than the year before: (?P<more>.+?))?\.|Every other section(?P<some> that can be compared)?: no clear change\.|No section has clearly changed on the year before\.|There is no year before to compare the sections with\."
)
def sections_changed(found: re.Match[str], at: Place) -> bool:
    said = {"higher": "", "lower": ""}
    if found["first"]:
        said[found["first"].lower()] = found["names"]
    if found["second"]:
        said["lower"] = found["more"]
    if not found["first"]:
        return True
    for row in (row for row in at.rows if row["breakdown"] == "section"):
        clear = (
            ""
            if row["change_low"] is None or row.get("mix")
            else "higher"
            if row["change_low"] > 0
            else "lower"
            if row["change_high"] < 0
            else ""
        )
        if any((at.tables.label(row) in said[side]) != (clear == side) for side in said):
            return False
    return True


@says(
    rf"(?P<kind>[A-Z][a-z]+) plans: (?P<num>{NUM})(?:, likely to be between (?P<low>{P}) and (?P<high>{P}))?\."
)
def kind_of_plan(found: re.Match[str], at: Place) -> bool:
    return any(
        at.tables.label(row) == f"{found['kind']} plan" and is_number(found["num"], row, at.measure(row))
        and (not found["low"] or (is_share(found["low"], row["low"]) and is_share(found["high"], row["high"])))
        for row in at.rows
    )  # fmt: skip


@says(
    r"The two ranges do not overlap: (?P<one>[a-z]+) plans did better than (?P<other>[a-z]+) plans, by more than chance alone would explain\.|(?P<both>The two ranges overlap, so these figures alone cannot say that one kind is better)\."
)
def kinds_apart(found: re.Match[str], at: Place) -> bool:
    first, second = at.rows[:2]
    overlap = first["low"] <= second["high"] and second["low"] <= first["high"]
    if found["both"]:
        return overlap
    of = {at.tables.label(row).split()[0].lower(): row for row in (first, second)}
    one, other = of[found["one"]], of[found["other"]]
    higher_is = at.measure(one)["higher_is"]
    return (
        not overlap and higher_is != "neither" and (one["value"] > other["value"]) == (higher_is == "better")
    )


@says(
    r"(?:Counting all plans, )(?P<place>.+?) (?:finished a (?P<side>larger|smaller) share within 20 weeks than (?P<other>.+)|is not clearly different from (?P<same>.+))"
)
def beside_country(found: re.Match[str], at: Place) -> bool:
    own = [row for row in at.rows if row["measure"] == "timeliness.twenty_weeks_published"]
    first, last = own[0], own[-1]
    side = "larger" if first["low"] > last["value"] else "smaller" if first["high"] < last["value"] else None
    return side == found["side"]


@says(rf"(?P<title>.+), (?P<k>\d+) (?P<what>month|quarter)s to (?P<day>{DAY})\.")
def charted(found: re.Match[str], at: Place) -> bool:
    points = at.points
    last = points[-1]
    return (len(points), last["window"], last["period_end"]) == (
        int(found["k"]),
        found["what"],
        day_of(found["day"]),
    )


@says(rf"(?P<title>.+), in (?P<when>the 12 months to {DAY}|the 3 months to {DAY})\.")
def titled(found: re.Match[str], at: Place) -> bool:
    return any(is_period(found["when"], row) for row in at.rows)


@says(
    rf"(?P<n>{C}) (?P<what>completed audits of cases chosen at random have an agreed grade|were chosen at random; only these are used to estimate overall quality)\."
)
def counted(found: re.Match[str], at: Place) -> bool:
    column = "denominator" if "agreed grade" in found["what"] else "numerator"
    return any(row[column] == whole(found["n"]) for row in at.rows)


@says(rf"(?P<label>[A-Z][a-z ]+): (?P<n>{C}) of (?P<d>{C}) \((?P<share>{P})\)\.?")
def labelled(found: re.Match[str], at: Place) -> bool:
    wanted = (whole(found["n"]), whole(found["d"]))
    return any(
        (row["numerator"], row["denominator"]) == wanted and is_share(found["share"], row["value"])
        for row in at.rows
    )


@says(
    rf"(?P<parts>(?:[A-Z][a-z ]+ {C}, )+)of (?P<d>{C})\.|(?P<parts2>[A-Z][a-z ]+ {C}(?:, [A-Z][a-z ]+ {C})*), of (?P<d2>{C})\."
)
def listed(found: re.Match[str], at: Place) -> bool:
    counts = [whole(text) for text in re.findall(C, found["parts"] or found["parts2"])]
    of = {row["numerator"] for row in at.rows}
    return set(counts) <= of and whole(found["d"] or found["d2"]) in {row["denominator"] for row in at.rows}


# What changed since the release before: the table changes


def _told(at: Place, kind: str) -> list[Row]:
    return [
        row for row in at.tables.changes
        if row["kind"] == kind and (
            {row["receipt"], row["previous_receipt"]} & set(at.receipts)
            or any((row["measure"], row["council"]) == (one["measure"], one["council"]) for one in at.rows)
        )
    ]  # fmt: skip


@says(r"(?P<kind>Target|Figure restated|Definition changed|File refused|New period|New files|[A-Z][a-z ]+):")
def kind_of_change(found: re.Match[str], at: Place) -> bool:
    named = {"Target": "assurance", "Figure restated": "restated"}
    if found["kind"] in named:
        return bool(_told(at, named[found["kind"]]))
    after = VARIATIONS.get(found["kind"], found["kind"])
    ways = [(row["after"], at.tables.measures[row["measure"]]["higher_is"]) for row in _told(at, "variation")]
    return any(CLASSES.get(now, now).lower() == after.lower() for now, _ in ways)


CLASSES = {"improving": "Getting better", "higher": "Higher than usual", "lower": "Lower than usual"}


@says(
    rf"This is more than the usual (?:month-to-month|quarter-to-quarter) change \((?P<run>{RUN}): (?P<when>{POINT}(?: to {POINT})?)\)\."
)
def signal_told(found: re.Match[str], at: Place) -> bool:
    run = last_run(at)
    return run is not None and is_run(found["run"], run) and is_span(found["when"], run)


@says(
    rf"(?P<title>.+), in (?P<when>[^:]+): (?P<now>{NUM}); before, (?P<was>{NUM})\.|That is (?P<size>{SIZE}) (?P<side>higher|lower)\.|(?P<others>\d+) other periods? of 12 months changed too, by less\."
)
def restated(found: re.Match[str], at: Place) -> bool:
    for row in _told(at, "restated"):
        measure = at.tables.measures[row["measure"]]
        if found["others"] and row["periods"] - 1 == int(found["others"]):
            return True
        if found["size"] and is_size(found["size"], row["value"] - row["previous_value"], measure):
            return (row["value"] > row["previous_value"]) == (found["side"] == "higher")
        if (
            found["now"]
            and is_number(found["now"], row, measure)
            and is_number(found["was"], row, measure, before=True)
        ):
            return found["title"] == measure["title"] and is_period(found["when"], {**row, "complete": True})
    return False


MET = {
    "will reliably": "will reliably meet",
    "may or may not": "may or may not meet",
    "will not": "will not meet without change",
}
WAS = {
    "it would reliably have been": "will reliably meet", "it might or might not have been": "may or may not meet",
    "it would not have been": "will not meet without change", "there were too few": "too few points",
}  # fmt: skip


@says(
    rf"The target, at (?P<way>least|most) (?P<value>{P}|{D} [a-z]+), (?P<then>will reliably|may or may not|will not) be met(?: without change)?; "
    rf"before, (?P<was>.+?)(?: met)?(?: without change)?(?: points to say)?\.|The target itself changed: it was at (?P<way2>least|most) (?P<value2>{P}|{D} [a-z]+)\."
)
def target_told(found: re.Match[str], at: Place) -> bool:
    for row in _told(at, "assurance"):
        measure = at.tables.measures[row["measure"]]
        way = "most" if measure["higher_is"] == "worse" else "least"
        if found["value2"]:
            if found["way2"] == way and is_value(found["value2"], row["previous_target"], measure):
                return True
        elif found["way"] == way and is_value(found["value"], row["target"], measure):
            return (MET[found["then"]], WAS.get(found["was"])) == (row["after"], row["before"])
    return False


@says(r"The latest (?:month|quarter) is within the usual range again; it was (?P<was>[a-z ]+)\.")
def usual_again(found: re.Match[str], at: Place) -> bool:
    was = {row["before"] for row in _told(at, "variation") if row["after"] == "no clear change"}
    return found["was"].removesuffix(" than usual") in was


def read(text: str, at: Place, known: Sequence[str] = ()) -> int:
    """Hold every sentence of a text against the tables; returns how many were read.

    known: words that are no sentence: titles, labels, authored texts.
    Raises Unknown, Wrong.
    """
    text = text.strip()
    if text in known or not re.search(r"\w", text):
        return 0
    if _matches(text, at, required=False):
        return 1
    sentences = re.split(r"(?<=[.])\s+(?=[A-Z\d])", text)
    for sentence in sentences:
        if sentence not in known and sentence.rstrip(".") not in known:
            _matches(sentence, at, required=True)
    return len(sentences)


def _matches(sentence: str, at: Place, required: bool) -> bool:
    found = [(rule, match) for pattern, rule in GRAMMAR if (match := pattern.fullmatch(sentence))]
    if any(rule(match, at) for rule, match in found):
        return True
    if required and not found:
        raise Unknown(f"not known: “{sentence}”")
    if required:
        told = ", ".join(rule.__name__ for rule, _ in found)
        raise Wrong(f"not borne out ({told}): “{sentence}” of {' '.join(at.receipts[:3])}")
    return False
