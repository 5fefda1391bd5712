"""What publications showed by group, the newest and all before it, and the attack on it.

Belongs here: reading public figures into rows by family, and attacking them. It reads what is public and nothing else.
Does not belong here: choosing what to show (`breakdowns`, `choose`), or finding releases (`publish`, the command).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import duckdb

from pipelines.disclosure.attack import Attacked, Contradiction, Found
from pipelines.disclosure.families import Count
from pipelines.disclosure.rules import THRESHOLD
from pipelines.disclosure.shown import Row, attack_rows
from pipelines.measures.catalogue import Measure

TOGETHER_KINDS = ("share", "distribution", "snapshot")
"""Kinds of measures that may be shown by group."""


class FamilyKey(NamedTuple):
    """Measures that are attacked together."""

    council: str
    breakdown: str
    fact: str
    date: str


@dataclass
class Told:
    """What was shown of one family."""

    rows: dict[Row, None] = field(default_factory=dict)
    """By group, of all publications, the oldest first."""
    totals: dict[tuple[str, str, object], Row] = field(default_factory=dict)
    """Measure, window and its first day -> all groups together, as it was when the window was first shown by group."""
    versions: dict[tuple[str, str, object], str] = field(default_factory=dict)
    """The same -> the version of the measure then."""

    @property
    def known(self) -> list[Row]:
        return [*self.totals.values(), *self.rows]


def told(
    con: duckdb.DuckDBPyConnection, figures: Iterable[str], measures: Mapping[str, Measure]
) -> dict[FamilyKey, Told]:
    """What relations of public figures show by group, the oldest first."""
    found: dict[FamilyKey, Told] = {}
    for relation in figures:
        totals = {
            (measure, council, window, start): (numerator, denominator)
            for measure, council, window, start, numerator, denominator in con.execute(
                'SELECT measure, council, "window", period_start, numerator, denominator '
                f"FROM {relation} WHERE breakdown = '' AND \"window\" IN ('month', 'quarter', 'financial_year')"
            ).fetchall()
        }
        for measure, version, council, window, start, breakdown, group, *numbers in con.execute(
            'SELECT measure, measure_version, council, "window", period_start, breakdown, "group", numerator, '
            f"denominator, value FROM {relation} WHERE breakdown <> '' ORDER BY ALL"
        ).fetchall():
            one = measures.get(measure)
            if one is None or one.protect != "process":
                continue
            own = found.setdefault(FamilyKey(council, breakdown, one.fact, one.date), Told())
            own.rows[Row(measure, window, start, group, *numbers)] = None
            whole = totals.get((measure, council, window, start), (None, None))
            if whole != (None, None):
                own.totals.setdefault((measure, window, start), Row(measure, window, start, "", *whole))
            own.versions.setdefault((measure, window, start), version)
    return found


class Verdict(NamedTuple):
    """What came of the attack on a family."""

    family: FamilyKey
    measures: tuple[str, ...]
    attacked: Attacked | None
    """None where the rows contradict each other, so that nothing is proven."""

    @property
    def safe(self) -> bool:
        return self.attacked is not None and self.attacked.safe

    @property
    def named(self) -> list[dict[str, object]]:
        """The counts of which too much could be worked out, for officers alone."""
        return [_named(found) for found in (self.attacked.found if self.attacked else ())]


def attack_told(
    found: Mapping[FamilyKey, Told], measures: Mapping[str, Measure], thresholds: Mapping[str, int]
) -> list[Verdict]:
    """Attack each family by itself: families of one breakdown share totals alone, which are known."""
    return [
        verdict(key, own.known, measures, thresholds.get(key.council, THRESHOLD))
        for key, own in found.items()
    ]


def verdict(key: FamilyKey, rows: Sequence[Row], measures: Mapping[str, Measure], threshold: int) -> Verdict:
    """Attack the rows of one family."""
    names = tuple(dict.fromkeys(row.measure for row in rows if row.group))
    try:
        return Verdict(key, names, attack_rows(rows, measures, threshold=threshold))
    except Contradiction:
        return Verdict(key, names, None)


def _named(found: Found) -> dict[str, object]:
    count = found.name
    if not isinstance(count, Count):
        return {"counted": str(count), "low": found.low, "high": found.high, "why": found.why}
    high = None if found.high == float("inf") else int(found.high)
    return {
        "counted": count.columns, "window": count.window, "start": count.start.isoformat(), "group": count.group,
        "low": int(found.low), "high": high, "why": found.why,
    }  # fmt: skip
