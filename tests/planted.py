"""The planted rows as suppliers would send them: for each row rule some that break it alone, and some that do not.

Belongs here: cells as they are typed, and a key of its own for each row. Tests import it; it is no test.
Does not belong here: which rows are planted (`planted_rows`), files of them (`acceptance/planted_files`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipelines.contracts import FILLED_WITH, Catalogue, Column, Contract, Rule
from pipelines.intake.check import row_rules
from tests.planted_rows import BREAKS, FITTING, OTHER_KEY, REACHES_DOWN, SEVERAL_ROWS, SOUND

BEYOND = "a cell beyond the header"
"""Stands for no column: what the row holds after the header's last cell."""
SHORTEST = {"identifier": "0", "whole_number": "0"}
"""The least that a required cell can hold; others have no shorter text than a code's."""


class Raw(str):
    """A cell exactly as the supplier typed it, whatever the style of the file."""


@dataclass(frozen=True)
class Planted:
    """Rows for one rule: a contract's columns as a supplier fills them, each row with the codes it is found by."""

    code: str
    breaks: bool
    rows: tuple[tuple[dict[str, Any], tuple[str, ...]], ...]


def planted(contract: Contract, catalogue: Catalogue) -> list[Planted]:
    """For every row rule of the contract, rows that break it and nothing else, and rows that break nothing.

    Raises:
        KeyError: a rule of the contract has no planted row.
    """
    found: list[Planted] = []
    councils = [code for code, council in catalogue.councils.items() if not council.fictional]

    def plant(rule: Rule, breaks: bool, *rows: Mapping[str, Any], broken: tuple[int, ...] = (0,)) -> None:
        given = [
            (
                _own_key(as_sent(contract, row), len(found), councils),
                (rule.code,) if breaks and n in broken else (),
            )
            for n, row in enumerate(rows)
        ]
        found.append(Planted(rule.code, breaks, tuple(given)))

    for rule in sorted(row_rules(contract), key=lambda rule: rule.code in REACHES_DOWN):
        name = rule.arguments.get("column", "")
        if rule.expect == "cells_within_header":
            plant(rule, True, {BEYOND: Raw("left over")})
            plant(rule, False, {BEYOND: Raw("  ")})
        elif rule.code in REACHES_DOWN:
            above, column, said = REACHES_DOWN[rule.code]
            plant(rule, False, {})
            plant(rule, True, {})
            [(row, codes)] = found.pop().rows
            heading = dict.fromkeys(row) | {column: Raw(said)}
            found.append(Planted(rule.code, True, ((heading, (above,)), (row, codes))))
        elif rule.code in SEVERAL_ROWS:
            breaks_together, just_not_together = SEVERAL_ROWS[rule.code]
            plant(rule, True, *breaks_together)
            plant(rule, False, *just_not_together)
        elif name in contract.columns and contract.columns[name].type == "place":
            parts = contract.columns[name].made_from.values()
            readable = rule.expect == "column_values_readable"
            plant(
                rule, True, {"geographic_level": Raw("Ward")} if readable else dict.fromkeys(parts, Raw(""))
            )
            plant(rule, False, {"geographic_level": Raw(" LOCAL authority "), "la_code": Raw(" 855 ")})
        elif rule.expect == "column_values_readable":
            sound = SOUND[contract.feed] | FITTING.get(name, {})
            bad, good = _cells(contract.columns[name], as_sent(contract, sound).get(name), catalogue)
            plant(rule, True, sound | {name: bad})
            plant(rule, False, sound | {name: good})
        elif rule.expect == "column_values_not_empty":
            column = contract.columns[name]
            sound_cell = as_sent(contract, SOUND[contract.feed])[name]
            own_range = ("time_period", "families")
            shortest = None if name in own_range else SHORTEST.get(column.type)
            plant(rule, True, {name: Raw("")})
            plant(rule, True, {name: Raw(" N/A ")})
            plant(
                rule,
                False,
                {name: Raw(shortest or _cells(column, sound_cell, catalogue)[1])},
            )
        elif rule.expect == "key_unique":
            other_key, other_row = OTHER_KEY[contract.feed]
            plant(rule, True, {}, other_row, broken=(0, 1))
            plant(rule, False, {}, other_row | other_key)
        elif rule.expect == "not_repeated":
            plant(rule, True, {}, {}, broken=(1,))
            plant(rule, False, {}, OTHER_KEY[contract.feed][0])
        else:
            breaks, just_not = BREAKS[rule.code]
            plant(rule, True, breaks)
            plant(rule, False, just_not)
    return found


def as_sent(contract: Contract, change: Mapping[str, Any]) -> dict[str, Any]:
    """The sound row after a change, with dates as dates and a period as its text; only the contract's own columns."""
    row = SOUND[contract.feed] | change
    sent: dict[str, Any] = {BEYOND: row.get(BEYOND)}
    for name, column in contract.columns.items():
        value = row.get(name)
        if column.type == "period" and value is None:
            value = Raw(_period(*(date.fromisoformat(row[f"{name}_{end}"]) for end in ("start", "end"))))
        elif column.type in ("date", "month") and isinstance(value, str) and not isinstance(value, Raw):
            value = date.fromisoformat(value)
        elif column.type in FILLED_WITH and value is None and row.get(f"{name}_symbol"):
            value = Raw(row[f"{name}_symbol"])
        sent[name] = value
    return sent


def _period(start: date, end: date) -> str:
    if (start.year, start.month) == (end.year, end.month):
        return f"{start:%Y-%m}"
    year = start.year - (start.month < 4)
    assert (end.month - start.month, start.month % 3) == (2, 1), "only months and quarters are planted"
    return f"{year}-{(year + 1) % 100:02d} Q{(start.month - 4) % 12 // 3 + 1}"


def _own_key(row: dict[str, Any], n: int, councils: list[str]) -> dict[str, Any]:
    """The row with a key that it shares with those planted beside it alone."""
    references = (
        "audit_reference", "re_audit_of", "review_reference", "plan_reference", "placement_reference",
        "learner_reference", "complaint_reference", "feedback_reference", "request_reference", "report_reference",
        "action_reference", "source_reference",
    )  # fmt: skip
    if any(name in row for name in references):
        named = {name: row[name] for name in references if row.get(name) in ("a0", "a1")}
        return row | {name: f"{value}/{n}" for name, value in named.items() if not isinstance(value, Raw)}
    if "characteristic" in row:
        return row | _own_day_or_council(row, n, councils[n])
    if "breakdown_topic" in row:
        return row | _own_place_or_year(row, n, councils[n])
    if "statement_required" in row or "next_by" in row:
        if isinstance(row["council"], Raw):
            return (
                row
                if isinstance(row["published_on"], Raw)
                else row | {"published_on": date(2026, 1, 1) + timedelta(n)}
            )
        return row | {"council": councils[n]}
    if "neighbour_1" in row:
        sound = SOUND["statistical_neighbours"]["council"]
        own = {name: councils[n] for name, value in row.items() if value == sound}
        if row["council"] == OTHER_KEY["statistical_neighbours"][0]["council"]:
            own["council"] = councils[n + 70]
        elif isinstance(row["council"], Raw) and "council" in row["council"]:
            own["council"] = Raw(f" {councils[n]} ")
        return row | own
    if "definition" in row:
        return row | _own_month_or_council(row, n, councils[n])
    own = "team" if isinstance(row["agency"], Raw) else "agency"
    return row | {own: f"{own} {n}"}


_YEARS = range(2010, 2026)
_GROUPS = [("sex", "F"), ("sex", "M"), *(("age", str(age)) for age in range(3, 20))]


def _own_place_or_year(row: dict[str, Any], n: int, council: str) -> dict[str, Any]:
    """A year and group of its own for each case; where the case is about these, a council of its own."""
    sound = SOUND["dfe_timeliness"]
    topic, group = _GROUPS[n // len(_YEARS)]
    own: dict[str, Any] = {}
    if row["time_period"] == sound["time_period"]:
        own["time_period"] = _YEARS[n % len(_YEARS)]
    if (row["breakdown_topic"], row["breakdown"]) == (sound["breakdown_topic"], sound["breakdown"]):
        own |= {"breakdown_topic": topic, "breakdown": group}
    if len(own) < 3 and row["la_code"] == sound["la_code"]:
        own |= {"la_code": council, "new_la_code": None}
    return own


def _own_day_or_council(row: dict[str, Any], n: int, council: str) -> dict[str, Any]:
    """A day of its own for each case; where the case is about the day, a council of its own."""
    if str(row["as_at"]) == SOUND["population"]["as_at"]:
        return {"as_at": date(2020, 1, 1) + timedelta(days=n)}
    return {"council": council}


def _own_month_or_council(row: dict[str, Any], n: int, council: str) -> dict[str, Any]:
    """A month of its own for each case; where the case is about the period, a council of its own."""
    sound = SOUND["participation_rates"]
    if (str(row["period_start"]), str(row["period_end"])) == (sound["period_start"], sound["period_end"]):
        year, month = 2015 + n // 12, n % 12 + 1
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return {"period_start": date(year, month, 1), "period_end": last}
    return {"council": council}


def _cells(column: Column, sound: Any, catalogue: Catalogue) -> tuple[Raw, Raw]:
    """A cell of the column that cannot be read, and an unusual one of the sound value that can."""
    bad = {
        "council": "Narnia", "code": "Zebedee", "label": "Call 01234 567890", "date": "31/02/2026", "month": "Winter",
        "period": "2025-27", "birth_month": "13/2014", "whole_number": "a dozen", "yes_no": "perhaps",
        "grade": "Satisfactory", "ons_code": "E99999999", "count": "a few", "percentage": "105", "group": "Zebedee",
        "council_text": "Ask Zebedee Quillfeather",
    }[column.type]  # fmt: skip
    good: dict[str, Any] = {
        "council": lambda: f" {catalogue.councils['990'].name.upper()} council ",
        "code": lambda: _shouted(column, sound, catalogue),
        "label": lambda: "Street 1234",
        "council_text": lambda: f"  {sound} ",
        "date": lambda: f"{sound:%A} {sound.day} {sound:%B} {sound.year}",
        "month": lambda: f"{sound:%b-%y}",
        "period": lambda: " ".join(reversed(sound.split())),
        "birth_month": lambda: "12/2014",
        "whole_number": lambda: f"{sound:,}.0",
        "yes_no": lambda: " Y " if sound else " n",
        "grade": lambda: catalogue.grade_scales["ofsted"][sound][-1].swapcase(),
        "ons_code": lambda: f" {sound.lower()} ",
        "count": lambda: f"{sound:,}.0",
        "percentage": lambda: f" {sound}00000000000 %",
        "group": lambda: "  GIRLS ",
    }
    several = "; Child's voice" if column.several else ""
    return Raw(bad + several), Raw(good[column.type]() + several)


def _shouted(column: Column, sound: str | None, catalogue: Catalogue) -> str:
    """A code's label, or the last of its other spellings, in capitals and with spaces around."""
    entries = catalogue.codes[column.codes or ""]
    entry = next((entry for entry in entries if entry.code == sound), entries[0])
    return f"  {(*entry.also_called, entry.label)[-1].upper()} "
