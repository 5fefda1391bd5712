"""What differs between a delivery and those before it: columns and codes that came or went, and how it compares.

Belongs here: comparing deliveries by their profiles and matched columns, in the order of force, so that the order in
which files were processed never matters; the release's table `drift`.
Does not belong here: rules that a contract states (the 5xx rules, `intake.whole_file`): drift is told, and judges
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

import duckdb

from pipelines.contracts import UNREADABLE, Catalogue
from pipelines.intake.receive import Checked
from pipelines.releases import table_of

LEAST_TO_MISS = 10
"""A code that fewer rows had may be gone by chance."""
LEAST_SHARE = 0.5
"""A delivery of fewer rows than this share of the one before covers less, so codes missing from it tell nothing."""


@dataclass(frozen=True)
class Drift:
    """One column or code that a delivery has and those before it had not, or the other way round."""

    number: int
    feed: str
    council: str
    """'' for a column: the whole delivery has it or has it not."""
    kind: str
    """column | code"""
    column: str
    code: str
    """'' for a column."""
    change: str
    """appeared | vanished"""


def previous(held: Sequence[Checked]) -> dict[tuple[int, str], Checked]:
    """(arrival's number, feed) -> the whole delivery of the feed and of a same council just before it in force."""
    found: dict[tuple[int, str], Checked] = {}
    for feed, ordered in _whole(held).items():
        for at, checked in enumerate(ordered):
            ours = set(checked.profile(feed)) - {"", UNREADABLE}
            before = next(
                (other for other in reversed(ordered[:at]) if ours & set(other.profile(feed))), None
            )
            if before is not None:
                found[checked.arrival.number, feed] = before
    return found


def drift(held: Sequence[Checked]) -> list[Drift]:
    """Every drift of every whole delivery; a first one has none. Corrections hold a few rows only and are left out."""
    before = previous(held)
    found: list[Drift] = []
    for feed, ordered in _whole(held).items():
        seen: dict[tuple[str, str], set[str]] = {}
        last: dict[str, Mapping] = {}
        for checked in ordered:
            number = checked.arrival.number
            if (number, feed) in before:
                found += _columns(number, feed, _matched(checked, feed), _matched(before[number, feed], feed))
            for council, here in sorted(checked.profile(feed).items()):
                for column, codes in sorted(here.get("codes", {}).items()):
                    known = seen.setdefault((council, column), set())
                    if council in last and council not in ("", UNREADABLE):
                        found += [
                            Drift(number, feed, council, "code", column, code, "appeared")
                            for code in sorted(set(codes) - known)
                        ]
                        found += [
                            Drift(number, feed, council, "code", column, code, "vanished")
                            for code in _gone(column, here, last[council])
                        ]
                    known.update(codes)
                last[council] = here
    return found


def newest(held: Sequence[Checked], feed: str) -> list[Checked]:
    """The deliveries of a feed that are the newest of some council, in the order of force."""
    by_council = {
        council: checked for checked in _whole(held).get(feed, []) for council in checked.profile(feed)
    }
    return list({checked.arrival.number: checked for checked in by_council.values()}.values())


def tell(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, held: Sequence[Checked]) -> list[str]:
    """Make the TEMP TABLE drift, with each column's title and each code's label; returns its name."""
    rows = []
    for one in drift(held):
        column = catalogue.contracts[one.feed].columns.get(one.column)
        codes = catalogue.codes.get(column.codes or "", ()) if column else ()
        label = next((code.label for code in codes if code.code == one.code), one.code)
        rows.append([*astuple(one), column.title if column else one.column, label])
    kinds = ("number", "feed", "council", "kind", "column", "code", "change", "title", "label")
    columns = {name: "INTEGER" if name == "number" else "VARCHAR" for name in kinds}
    return [table_of(con, "drift", columns, rows)]


def _whole(held: Sequence[Checked]) -> dict[str, list[Checked]]:
    """Feed -> its whole deliveries in the order of force."""
    found: dict[str, list[Checked]] = {}
    for checked in sorted(held, key=lambda checked: checked.arrival.order):
        if not checked.arrival.corrections:
            for feed in checked.result["feeds"]:
                found.setdefault(feed, []).append(checked)
    return found


def _matched(checked: Checked, feed: str) -> set[str]:
    return {name for table in checked.result["tables"] if table["feed"] == feed for name in table["matched"]}


def _columns(number: int, feed: str, now: set[str], before: set[str]) -> list[Drift]:
    return [
        Drift(number, feed, "", "column", column, "", change)
        for change, names in (("appeared", now - before), ("vanished", before - now))
        for column in sorted(names)
    ]


def _gone(column: str, here: Mapping, before: Mapping) -> list[str]:
    """Codes that many rows had just before and none has now, though the delivery is as large."""
    now = here["codes"][column]
    if not now or here["rows"] < LEAST_SHARE * before["rows"]:
        return []
    had = before.get("codes", {}).get(column, {})
    return sorted(code for code, rows in had.items() if rows >= LEAST_TO_MISS and code not in now)
