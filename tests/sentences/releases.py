"""What changed since another release: signals, targets, figures restated, deliveries that came and went."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import re

from tests.sentences.charts import RUN, VARIATIONS, is_run, is_span, last_run
from tests.sentences.grammar import says
from tests.sentences.missing import WHY, is_missing
from tests.sentences.numbers import NUM, SIZE, C, D, P, is_number, is_size, is_value, whole
from tests.sentences.periods import DAY, POINT, day_of, is_period
from tests.sentences.tables import CELL, Place, Row

CLASSES = {"improving": "Getting better", "higher": "Higher than usual", "lower": "Lower than usual"}
MET = {
    "will reliably": "will reliably meet",
    "may or may not": "may or may not meet",
    "will not": "will not meet without change",
}
WAS = {
    "it would reliably have been": "will reliably meet", "it might or might not have been": "may or may not meet",
    "it would not have been": "will not meet without change", "there were too few": "too few points",
}  # fmt: skip


def _told(at: Place, kind: str) -> list[Row]:
    return [
        row for row in at.tables.changes
        if row["kind"] == kind and (
            {row["receipt"], row["previous_receipt"]} & set(at.receipts)
            or any((row["measure"], row["council"]) == (one["measure"], one["council"]) for one in at.rows)
        )
    ]  # fmt: skip


def _both(at: Place) -> list[tuple[Row, Row]]:
    """A figure as it was and as it is, of the two receipts that a place names."""
    of: dict[tuple[object, ...], list[Row]] = {}
    for row in at.rows:
        of.setdefault(tuple(row[name] for name in CELL), []).append(row)
    return [
        (rows[0], rows[1])
        for rows in of.values()
        if len(rows) == 2 and rows[0]["receipt"] != rows[1]["receipt"]
    ]


@says(r"(?P<kind>Target|Figure restated|Definition changed|File refused|New period|New files|[A-Z][a-z ]+):")
def kind_of_change(found: re.Match[str], at: Place) -> bool:
    if found["kind"] == "Figure restated":
        return bool(_told(at, "restated") or _both(at))
    if found["kind"] == "Target":
        return bool(_told(at, "assurance"))
    after = VARIATIONS.get(found["kind"], found["kind"])
    told = [row["after"] for row in _told(at, "variation")]
    return any(CLASSES.get(now, now).lower() == after.lower() for now in told)


@says(
    rf"This is more than the usual (?:month-to-month|quarter-to-quarter) change \((?P<run>{RUN}): (?P<when>{POINT}(?: to {POINT})?)\)\."
)
def signal_told(found: re.Match[str], at: Place) -> bool:
    run = last_run(at.points)
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


@says(
    rf"(?P<title>.+), (?P<place>[^,]+), in (?P<when>[^:]+): (?P<now>{NUM}|{WHY}); before, (?P<was>{NUM}|{WHY})\.|(?P<size>{SIZE}) (?P<side>higher|lower)\.?|(?P<same>(?:T|t)he same value, from other counts)\.?|(?P<one>(?:O|o)ne of the two has no value)\.?"
)
def between_two(found: re.Match[str], at: Place) -> bool:
    """A figure in two releases, in a sentence or a cell."""

    def holds(was: Row, now: Row) -> bool:
        measure = at.measure(now)
        if found["title"]:
            named = (measure["title"], at.tables.places.get(now["council"])) == (
                found["title"],
                found["place"],
            )
            return (
                named and is_period(found["when"], {**now, "complete": True})
                and _shown(found["now"], now, measure) and _shown(found["was"], was, measure)
            )  # fmt: skip
        if was["value"] is None or now["value"] is None:
            return bool(found["one"])
        change = now["value"] - was["value"]
        if found["same"] or abs(change) < 1e-12:
            return bool(found["same"]) and abs(change) < 1e-12
        return (
            bool(found["size"]) and (change > 0) == (found["side"] == "higher")
            and is_size(found["size"].lower() if found["size"].startswith("Less") else found["size"], change, measure)
        )  # fmt: skip

    return any(holds(*pair) for pair in _both(at))


def _shown(text: str, row: Row, measure: Row) -> bool:
    return is_missing(text, row, measure) if row["symbol"] else is_number(text, row, measure)


@says(rf"(?P<others>{C}) other periods? of 12 months changed too, by less or as much\.")
def more_periods(found: re.Match[str], at: Place) -> bool:
    """How many other years of the same measure and place came out differently by half a percentage point or more."""
    if not (pairs := _both(at)):
        return False
    was, now = pairs[0]
    keys = ("measure", "council", "window", "breakdown")
    before = {
        tuple(row[name] for name in CELL): row
        for row in at.tables.before.values()
        if row["release"] == was["release"]
    }
    told = [
        row for row in at.tables.by_measure[now["measure"]]
        if all(row[name] == now[name] for name in keys) and row["complete"]
        and (old := before.get(tuple(row[name] for name in CELL)))
        and old["complete"] and old["measure_version"] == row["measure_version"]
        and (row["value"] is None or old["value"] is None or abs(row["value"] - old["value"]) > 0.005 + 1e-12)
    ]  # fmt: skip
    return len(told) - 1 == whole(found["others"])


FEED = r"[A-Za-z][A-Za-z ']*? no\. (?:\d+(?:, | and )?)+"


@says(
    rf"(?:New deliveries|Deliveries no longer there|Deliveries of which other rows stand): (?P<feeds>{FEED}(?:; {FEED})*)(?:, and {C} more of these feeds)?\.?"
)
def because(found: re.Match[str], at: Place) -> bool:
    """Deliveries by their feeds and numbers of arrival."""
    for part in found["feeds"].split("; "):
        feed, _, numbers = part.partition(" no. ")
        for number in re.findall(r"\d+", numbers):
            if at.tables.deliveries.get(int(number), "").replace("_", " ").lower() != feed.lower():
                return False
    return True


@says(r"The program is another version, and no delivery of these feeds came or went")
def another_program(found: re.Match[str], at: Place) -> bool:
    return len(at.tables.programs) > 1


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


@says(
    r"It was (?P<was>improving|getting worse|no clear change|higher than usual|lower than usual|too few to say)\."
)
def it_was(found: re.Match[str], at: Place) -> bool:
    was = {row["before"] for row in _told(at, "variation")}
    return {"too few to say": "too few points"}.get(
        found["was"], found["was"].removesuffix(" than usual")
    ) in was


@says(rf"Figures now run to (?P<now>{DAY}); before, to (?P<was>{DAY})\.")
def further(found: re.Match[str], at: Place) -> bool:
    said = {str(day_of(found["now"])): str(day_of(found["was"]))}
    return any({row["after"]: row["before"]} == said for row in at.tables.changes if row["kind"] == "period")
