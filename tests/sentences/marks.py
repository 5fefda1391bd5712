"""What is said at the marks of charts, and above charts and tables."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import re

from tests.sentences.charts import runs
from tests.sentences.gaps import SHARE
from tests.sentences.grammar import free, says
from tests.sentences.groups import beyond
from tests.sentences.missing import WHY, is_missing
from tests.sentences.numbers import (
    GAP,
    NUM,
    C,
    D,
    P,
    is_counts,
    is_gap,
    is_number,
    is_part,
    is_share,
    is_value,
    whole,
)
from tests.sentences.periods import PERIOD, POINT, end_of, is_period, is_point, short
from tests.sentences.tables import Place, Row

RECEIPT = r"[0-9A-HJKMNP-TV-Z]{11}"
PARTS = {"opened": "ledger.opened", "opened again": "ledger.reopened", "done": "ledger.done",
         "cancelled": "ledger.cancelled", "open at the end": "ledger.open"}  # fmt: skip
SERIES = {"These 12 months": "", "The year before": "previous_"}


def whose(text: str, row: Row, at: Place) -> bool:
    """Whether a mark's name is the row's: its group, place, period, or some of these."""
    if found := re.fullmatch(rf"(?:(?P<name>.+), )?(?:12 months to )?(?P<point>{POINT}|\d{{4}})", text):
        name, point = found["name"], found["point"]
        year = "12 months to" in text and row["window"] == "12m" and row["period_end"] == end_of(point)
        if not (year or is_point(point, row) or (re.fullmatch(r"\d{4}", point) and is_period(point, row))):
            return False
        return name is None or _named(name, row, at)
    return _named(text, row, at)


def _named(text: str, row: Row, at: Place) -> bool:
    if row["breakdown"]:
        return text == at.tables.label(row)
    place, _, how = text.partition(", ")
    if how in ("all plans", "leaving out exceptions"):
        return at.tables.places.get(row["council"]) == place and (
            row["measure"].endswith("_excluding_exceptions") == (how == "leaving out exceptions")
        )
    if text == "Its statistical neighbours together":
        return "neighbours_" in row["measure"]
    return text == at.tables.places.get(row["council"]) or not re.search(r"\d", text)


@says(rf"(?P<name>.+?): (?P<num>{NUM}|{WHY}|No [a-z' ]+ to count)(?: Receipt (?P<code>{RECEIPT}))?")
def mark(found: re.Match[str], at: Place) -> bool:
    name, num = found["name"], found["num"]

    def holds(row: Row) -> bool:
        measure = at.measure(row)
        if not re.fullmatch(NUM, num):
            return whose(name, row, at) and (not row["denominator"] or is_missing(num, row, measure))
        return whose(name, row, at) and is_number(num, row, measure)

    return any(holds(row) for row in at.rows if found["code"] in (None, row["receipt"]))


@says(
    rf"(?P<series>These 12 months|The year before): (?P<grade>Outstanding|Good|Requires improvement|Inadequate), (?P<num>{SHARE}|No audits to count)(?: Receipt (?P<code>{RECEIPT}))?"
)
def part_of_a_bar(found: re.Match[str], at: Place) -> bool:
    side, grade = SERIES.get(found["series"], ""), found["grade"].lower()

    def holds(row: Row) -> bool:
        own = (
            row["measure"].endswith(f".{grade.replace(' ', '_')}")
            or f"as {grade}" in at.measure(row)["title"]
        )
        above, below = (row[f"{side}{name}"] for name in ("numerator", "denominator"))
        return own and (is_counts(found["num"], above, below, "audits") if below else "No" in found["num"])

    return any(holds(row) for row in at.rows if found["code"] in (None, row["receipt"]))


@says(
    rf"(?P<point>{POINT}): (?:(?P<part>{'|'.join(PARTS)}), (?P<n>{C}) Receipt (?P<code>{RECEIPT})|not available)"
)
def movement(found: re.Match[str], at: Place) -> bool:
    if not found["part"]:
        held = {row["measure"] for row in at.rows if is_point(found["point"], row)}
        return not set(PARTS.values()) <= held
    return any(
        is_point(found["point"], row) and (row["receipt"], row["numerator"]) == (found["code"], whole(found["n"]))
        for row in at.same(measure=PARTS[found["part"]])
    )  # fmt: skip


@says(
    rf"(?P<label>.+) <b>(?:(?P<num>{NUM})|(?P<gap>(?i:{GAP})))</b>(?: · (?P<mark>[▼▲])\xa0(?P<side>lower|higher))?"
)
def named_mark(found: re.Match[str], at: Place) -> bool:
    def holds(row: Row) -> bool:
        measure = at.measure(row)
        if found["gap"]:
            said = found["gap"][:1].lower() + found["gap"][1:]
            own = measure["kind"] == "gap" and row["value"] is not None and is_gap(said, row["value"])
        else:
            own = is_number(found["num"], row, measure)
        side = {"▼": "lower", "▲": "higher"}.get(found["mark"]) == found["side"]
        limits = row["breakdown"] and row.get("usual_least") is not None
        apart = beyond(row, at.tables) == (found["side"] or "") if limits else not found["side"]
        return own and side and apart and whose(found["label"], row, at)

    return any(map(holds, at.rows))


@says(rf"<b>(?P<value>{P}|{D} [a-z]+)</b>")
def last_value(found: re.Match[str], at: Place) -> bool:
    newest = max((row["period_end"] for row in at.rows), default=None)
    return any(
        is_value(found["value"], row["value"], at.measure(row))
        for row in at.rows
        if row["period_end"] == newest
    )


@says(r"<b>(?P<label>[^<]+)</b>")
def name_of_a_part(found: re.Match[str], at: Place) -> bool:
    labels = {at.tables.label(row) for row in at.rows} | set(at.tables.places.values())
    return found["label"] in labels or (
        free(found["label"]) and any(_named(found["label"], row, at) for row in at.rows)
    )


@says(rf"Average (?P<value>{P}|{D} [a-z]+)")
def centre(found: re.Match[str], at: Place) -> bool:
    held = [point for point in at.points if point["centre"] is not None]
    return bool(held) and is_value(found["value"], held[-1]["centre"], at.measure(at.rows[0]))


@says(rf"(?P<low>{P}|{D} [a-z]+) to (?P<high>{P}|{D} [a-z]+)")
def usual_range(found: re.Match[str], at: Place) -> bool:
    """The limits of the point of a row."""
    return any(
        is_value(found["low"], point["lower"], at.measure(row)) and is_value(found["high"], point["upper"], at.measure(row))
        for row in at.rows for point in at.chart(row)
        if (point["window"], point["period_end"]) == (row["window"], row["period_end"])
    )  # fmt: skip


@says(r"(?P<side>Lower|Higher)(?: from|,) (?P<when>[A-Z][a-z]{2} \d{4})")
def signal_from(found: re.Match[str], at: Place) -> bool:
    side = "high" if found["side"] == "Higher" else "low"
    first = short(found["when"])
    lone = " from " not in found[0]
    return any(
        (run[0]["side"], run[0]["period_end"]) == (side, first) and (len(run) == 1) == lone
        for run in runs(at.points)
    )


@says(rf"All audits: (?P<share>{P})")
def total(found: re.Match[str], at: Place) -> bool:
    return any(
        is_share(found["share"], at.tables.total(row).get("value")) for row in at.rows if row["breakdown"]
    )


@says(rf"(?P<n>{C}) \((?P<share>{P})\)")
def inside_a_bar(found: re.Match[str], at: Place) -> bool:
    return any(
        whole(found["n"]) == row[f"{side}numerator"] and is_part(found["share"], row[f"{side}numerator"], row[f"{side}denominator"])
        for row in at.rows for side in ("", "previous_") if row[f"{side}denominator"]
    )  # fmt: skip


@says(
    rf"(?P<title>.+?)(?:,? (?P<how>each (?:month|quarter)|12-month average|by [a-z' ]+?(?: and quarter)?))?,? (?:in )?(?P<when>{PERIOD})(?:, of the council and its statistical neighbours, the nearest first|, one dot for each with its likely range|: every council by name, and where chance would keep it)?(?:; receipts below each number)?|(?P<title2>.+?), (?P<how2>each (?:month|quarter)|12-month average|by [a-z' ]+? and quarter)"
)
def caption(found: re.Match[str], at: Place) -> bool:
    """A heading of a chart or table: the definition's title, by what, and when."""
    title, how = found["title"] or found["title2"], found["how"] or found["how2"]

    def holds(row: Row) -> bool:
        by = re.fullmatch(r"by (.+?)(?: and quarter)?", how or "")
        return (
            title in (at.measure(row)["title"], at.measure(row)["short_title"])
            and (not found["when"] or is_period(found["when"], row))
            and (not by or at.tables.title(row["breakdown"]).lower() == by[1])
            and (how != "12-month average" or row["window"] == "12m")
            and ("quarter" not in (how or "") or row["window"] == "quarter")
            and (how != "each month" or row["window"] == "month")
        )

    return any(map(holds, at.rows))


@says(r"(?P<title>.+): one small line for each group, on the same scale")
def small_lines(found: re.Match[str], at: Place) -> bool:
    return any(found["title"] == at.measure(row)["title"] for row in at.rows)


@says(r"Agreed grades of randomly chosen audits, in (?P<when>.+)")
def grades(found: re.Match[str], at: Place) -> bool:
    return any(row["measure"].startswith("quality.") and is_period(found["when"], row) for row in at.rows)


@says(
    r"Plans finished within 20 weeks(?:,| in) (?:(?P<first>\d{4}) to )?(?P<last>\d{4})(?:, with and without exceptions, one dot for each)?"
)
def years(found: re.Match[str], at: Place) -> bool:
    ends = {str(row["period_end"].year) for row in at.rows}
    return ends <= {str(year) for year in range(int(found["first"] or found["last"]), int(found["last"]) + 1)}


@says(rf"(?P<title>.+) of (?P<n>{C}) councils by their number of (?P<unit>[a-z ]+), (?P<year>\d{{4}})")
def funnel_of(found: re.Match[str], at: Place) -> bool:
    return len({row["council"] for row in at.rows}) == whole(found["n"]) and all(
        (at.measure(row)["title"], at.measure(row)["counts_what"]) == (found["title"], found["unit"])
        and is_period(found["year"], row)
        for row in at.rows
    )


@says(r"Quarter by quarter, by (?P<by>[a-z' ]+)")
def by_quarters(found: re.Match[str], at: Place) -> bool:
    return all(
        row["window"] == "quarter" and at.tables.title(row["breakdown"]).lower() == found["by"]
        for row in at.rows
    )


@says(rf"(?:In )?(?P<when>{PERIOD}|{POINT})")
def period_alone(found: re.Match[str], at: Place) -> bool:
    return any(is_period(found["when"], row) or is_point(found["when"], row) for row in at.rows)
