"""A made-up council's audits, counted as figures: a helper of the tests, not a test.

Belongs here: rows of audits by need, sex and locality, corrections to them, and the exact figures that come of them, in
the columns that protection reads. Does not belong here: what is asserted.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from pipelines import settings as program_settings
from pipelines.disclosure import publications, tables
from pipelines.disclosure.breakdowns import Given, Shown, protected
from pipelines.disclosure.groupings import Grouping
from pipelines.measures import catalogue

MEASURES = catalogue.load(program_settings.load({}).definitions)
VOICE = ("voice.any_family", "voice.child", "voice.parent", "voice.child_and_parent")
NEEDS = {"ASD": 30, "SLCN": 22, "SEMH": 20, "MLD": 9, "PD": 6, "HI": 2, "VI": 1}
COARSER = {"primary_need": {
    "ASD": "Communication and interaction", "SLCN": "Communication and interaction", "SEMH": "Social and emotional",
    "MLD": "Cognition and learning", "PD": "Sensory and physical", "HI": "Sensory and physical",
    "VI": "Sensory and physical",
}}  # fmt: skip
YEARS = (2023, 2024, 2025)
_COLUMNS = {
    **dict.fromkeys(("measure", "measure_version", "council", "window"), "VARCHAR"),
    "period_start": "DATE", "period_end": "DATE", "complete": "BOOLEAN",
    **dict.fromkeys(("breakdown", "group"), "VARCHAR"), **dict.fromkeys(("numerator", "denominator"), "BIGINT"),
    **dict.fromkeys(("value", "low", "high"), "DOUBLE"), "symbol": "VARCHAR",
    **dict.fromkeys(("previous_numerator", "previous_denominator"), "BIGINT"),
    **dict.fromkeys(("previous_value", "change", "change_low", "change_high"), "DOUBLE"), "direction": "VARCHAR",
    **dict.fromkeys(("numerator_digest", "denominator_digest"), "VARCHAR"),
}  # fmt: skip
Audit = dict[str, Any]


def audits(seed: int, each_year: int = 400) -> list[Audit]:
    draw = random.Random(seed)
    made = []
    for year in YEARS:
        for _ in range(each_year):
            made.append(audit(draw, year))
    return made


def audit(draw: random.Random, year: int) -> Audit:
    child, parent = draw.random() < 0.22, draw.random() < 0.55
    return {
        "year": year,
        "month": draw.randrange(12),
        "primary_need": draw.choices(list(NEEDS), list(NEEDS.values()))[0],
        "sex": draw.choices(["F", "M"], [3, 7])[0],
        "locality": draw.choice(["North", "South", "Coast", "Fen"]),
        "child": child,
        "parent": parent or (child and draw.random() < 0.3),
    }


def corrected(draw: random.Random, held: list[Audit], many: int) -> list[Audit]:
    """The same audits after a few corrections: a late one, one withdrawn, one with another need or answer."""
    now = [dict(one) for one in held]
    for _ in range(many):
        what = draw.choice(["late", "withdrawn", "need", "answer"])
        place = draw.randrange(len(now))
        if what == "late":
            now.append(audit(draw, draw.choice(YEARS)))
        elif what == "withdrawn":
            del now[place]
        elif what == "need":
            now[place]["primary_need"] = draw.choice(list(NEEDS))
        else:
            now[place]["child"] = not now[place]["child"]
    return now


def counts(one: Audit, measure: str) -> bool:
    return {
        "voice.any_family": one["child"] or one["parent"], "voice.child": one["child"],
        "voice.parent": one["parent"], "voice.child_and_parent": one["child"] and one["parent"],
    }[measure]  # fmt: skip


def figures(held: list[Audit], years: tuple[int, ...], breakdowns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Exact figures by month, quarter and year: whole council and by each breakdown."""
    made = []
    for breakdown in ("", *breakdowns):
        for window, months in (("month", 1), ("quarter", 3), ("financial_year", 12)):
            for measure in VOICE:
                above: Counter[Any] = Counter()
                below: Counter[Any] = Counter()
                for one in held:
                    if one["year"] in years:
                        group = one[breakdown] if breakdown else ""
                        place = (one["year"], one["month"] // months * months, group)
                        below[place] += 1
                        above[place] += counts(one, measure)
                for (year, month, group), number in sorted(below.items()):
                    start = date(year + (month + 3) // 12, (month + 3) % 12 + 1, 1)
                    made.append({
                        "measure": measure, "measure_version": MEASURES[measure].version, "council": "990",
                        "window": window, "period_start": start, "period_end": tables.last_day(window, start),
                        "complete": True, "breakdown": breakdown, "group": group,
                        "numerator": above[year, month, group], "denominator": number, "symbol": "", "direction": "",
                        "numerator_digest": "", "denominator_digest": "",
                    })  # fmt: skip
    return made


class Publications:
    """Publications one after another, in one connection; each is the relation public_1, public_2 and so on."""

    def __init__(self, breakdowns: tuple[str, ...] = ("primary_need", "sex", "locality")) -> None:
        self.breakdowns = breakdowns
        self.con = duckdb.connect()
        self.made: list[str] = []
        self.groupings: dict[tuple[str, str, str], Grouping] = {}

    def publish(self, held: list[Audit], years: tuple[int, ...] = YEARS) -> list[Shown]:
        con = self.con
        columns = ", ".join(f'"{name}" {kind}' for name, kind in _COLUMNS.items())
        con.execute(f"CREATE OR REPLACE TABLE figures ({columns})")
        con.register("made", pa.Table.from_pylist(figures(held, years, self.breakdowns)))
        con.execute("INSERT INTO figures BY NAME SELECT * FROM made")
        measures = {name: MEASURES[name] for name in VOICE}
        earlier = publications.told(con, self.made, measures)
        given = Given(measures, COARSER, {"990": 5}, earlier, self.groupings)
        shown = protected(con, given)
        name = f"public_{len(self.made) + 1}"
        con.execute(f"CREATE TABLE {name} AS SELECT * FROM figures WHERE breakdown = ''")
        tables.make(con, shown, given, name)
        con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM group_figures")
        self.made.append(name)
        for one in shown:
            for measure in one.series:
                self.groupings[one.key.council, measure, one.key.breakdown] = one.grouping
        return shown

    def rows(self, publication: str) -> Iterator[tuple[Any, ...]]:
        yield from self.con.execute(
            'SELECT measure, "window", period_start, breakdown, "group", numerator, denominator, value, low, high, '
            f"previous_numerator, previous_denominator FROM {publication} WHERE \"window\" = 'financial_year' "
            "ORDER BY ALL"
        ).fetchall()
