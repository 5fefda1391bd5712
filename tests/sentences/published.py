"""Published figures: both ways of counting, beside the country, and where a council lies among all."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import re

from tests.sentences.grammar import says
from tests.sentences.numbers import NUM, C, P, half_up, is_number, is_range, is_share, whole
from tests.sentences.periods import is_period
from tests.sentences.tables import Place, Row

EX = "_excluding_exceptions"


@says(
    rf"In (?P<year>\d{{4}}), (?P<place>.+) finished within 20 weeks: counting all plans, (?P<all>{NUM}|[^;]+); leaving out "
    rf"plans where the law allows longer, (?P<ex>{NUM}|.+)\.|(?P<place2>.+): counting all plans, (?P<all2>{NUM}|[^;]+); "
    rf"leaving out exceptions, (?P<ex2>{NUM}|.+)\."
)
def both_ways(found: re.Match[str], at: Place) -> bool:
    said = [found["all"] or found["all2"], found["ex"] or found["ex2"]]
    place = found["place"] or found["place2"]
    of = {row["measure"].endswith(EX): row for row in at.rows}
    for ex, text in enumerate(said):
        row = of.get(bool(ex))
        if row is None:
            if re.search(r"\d", text):
                return False
        elif at.tables.places.get(row["council"]) != place or (
            found["year"] and not is_period(found["year"], row)
        ):
            return False
        elif re.fullmatch(NUM, text):
            if not is_number(text, row, at.measure(row)):
                return False
        elif not row["symbol"]:
            return False
    return place in at.tables.places.values()


@says(
    rf"Not available: every one of the (?P<d>{C}) plans finished in (?P<year>\d{{4}}) was counted as an exception, so none is left to count\.|Not available in the published file\.|Look at the figure for all plans\."
)
def not_given(found: re.Match[str], at: Place) -> bool:
    rows = [row for row in at.rows if row["measure"].endswith(EX) and row["symbol"] == "x"]
    if not found["d"]:
        return bool(rows)
    return any(not row["denominator"] and is_period(found["year"], row) for row in rows) and any(
        one["denominator"] == whole(found["d"])
        and (one["council"], one["period_end"]) == (row["council"], row["period_end"])
        for row in rows for one in at.tables.by_measure.get(row["measure"].removesuffix(EX), ())
    )  # fmt: skip


@says(
    r"(?:Counting all plans, )(?P<place>.+?) (?:finished a (?P<side>larger|smaller) share within 20 weeks than (?P<other>.+)|is not clearly different from (?P<same>.+))"
)
def beside_country(found: re.Match[str], at: Place) -> bool:
    own = at.same(measure="timeliness.twenty_weeks_published")
    first, last = own[0], own[-1]
    named = (at.tables.places[first["council"]], at.tables.places[last["council"]])
    side = "larger" if first["low"] > last["value"] else "smaller" if first["high"] < last["value"] else None
    return side == found["side"] and named == (found["place"], found["other"] or found["same"])


def _lies(row: Row) -> tuple[str, str]:
    """On which side of its limits a council lies, and of which: worked out from the limits apart from what is said."""
    share = row["share"]
    for level, low, high in (("outer", "lower_998", "upper_998"), ("inner", "lower", "upper")):
        if share < row[low] or share > row[high]:
            return ("lower" if share < row[low] else "higher"), level
    return "", ""


def _shares(at: Place) -> list[tuple[Row, Row]]:
    keys = ("measure", "council", "period_end")
    of = {tuple(row[name] for name in keys): row for row in at.funnel}
    return [
        (row, {**held, "share": row["value"]}) for row in at.rows
        if row["value"] is not None and (held := of.get(tuple(row[name] for name in keys)))
    ]  # fmt: skip


REACH = {"almost all": "outer", "most": "inner"}


@says(
    r"(?:That|(?P<place>.+)) is (?:(?P<side>higher|lower) than (?P<reach>almost all|most) councils with as many (?P<unit>.+) would be by (?P<wide>the usual differences between councils|chance alone)|within (?P<wide2>the usual differences between councils|what chance gives) for a council with as many (?P<unit2>.+?))\.?"
)
def position(found: re.Match[str], at: Place) -> bool:
    def holds(row: Row, lies: Row) -> bool:
        side, level = _lies(lies)
        wide = (found["wide"] or found["wide2"]).startswith("the usual")
        return (
            (side or None, level or None) == (found["side"], REACH.get(found["reach"]))
            and wide == lies["adjusted"]
            and at.measure(row)["counts_what"] == (found["unit"] or found["unit2"])
            and found["place"] in (None, at.tables.places.get(row["council"]))
        )

    return any(holds(row, lies) for row, lies in _shares(at))


@says(r"(?P<side>Higher|Lower): beyond the (?P<level>inner|outer) limits|Within the limits|No figure")
def position_in_short(found: re.Match[str], at: Place) -> bool:
    if found[0] == "No figure":
        return not at.funnel
    wanted = ((found["side"] or "").lower(), found["level"] or "")
    return any(_lies(lies) == wanted for _, lies in _shares(at))


@says(rf"(?P<n>{C}) councils are set against the share of (?P<country>.+), (?P<share>{P})\.")
def target(found: re.Match[str], at: Place) -> bool:
    return found["country"] in at.tables.places.values() and any(
        row["councils"] == whole(found["n"]) and is_share(found["share"], row["target"]) for row in at.funnel
    )


@says(
    r"They differ (?:more than|about as much as) chance alone would make them \(phi is (?P<phi>[\d.]+); chance is 1\), .+|The limits are widened for that \(tau² is (?P<tau>[\d.]+)\), so whoever lies outside them differs even from this\.|By chance alone about (?P<n>[\d.]+) of them would lie outside the inner limits\."
)
def spread(found: re.Match[str], at: Place) -> bool:
    def holds(row: Row) -> bool:
        if found["n"]:
            return not row["adjusted"] and found["n"] == f"{half_up(row['by_chance'], '0.1')}"
        if found["tau"]:
            return row["adjusted"] and found["tau"] == f"{half_up(row['tau2'], '0.0001')}"
        more = "differ more than" in found[0]
        return more == row["adjusted"] and found["phi"] == f"{half_up(row['phi'], '0.1')}"

    return any(map(holds, at.funnel))


@says(r"(?P<range>(?:B|b)etween .+ and .+|About .+)")
def limits(found: re.Match[str], at: Place) -> bool:
    return any(
        is_range(found["range"], lies[low], lies[high], at.measure(row))
        for row, lies in _shares(at) for low, high in (("lower", "upper"), ("lower_998", "upper_998"))
    )  # fmt: skip


@says(rf"(?P<country>[A-Z][\w ()]+): (?P<share>{P})")
def line_of_country(found: re.Match[str], at: Place) -> bool:
    return found["country"] in at.tables.places.values() and any(
        is_share(found["share"], row["target"]) for row in at.funnel
    )


@says(
    r"The council itself|(?P<close>Extremely close|Very close|Close|Somewhat close|Not close)|(?P<unknown>Not given)"
)
def closeness(found: re.Match[str], at: Place) -> bool:
    own = {row["council"] for row in at.rows}
    if not (found["close"] or found["unknown"]):
        return bool(own & {council for council, _ in at.tables.neighbours})
    said = (found["close"] or "").lower().replace(" ", "_") or None
    return any(neighbour in own and held == said for (_, neighbour), held in at.tables.neighbours.items())


@says(r"Beside those most like it|The council and its statistical neighbours, the nearest first")
def of_neighbours(found: re.Match[str], at: Place) -> bool:
    return len({row["council"] for row in at.rows} | {row["measure"] for row in at.rows}) > 1
