"""How new each feed of each council is, and when the next file of it is expected.

Belongs here: comparing the newest day of extraction with what the contract expects; the release's table `freshness`.
Does not belong here: the day it is looked at (a release stays as it is for as long as nothing arrives, and gets no
newer), or what is done about a late file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta

import duckdb

from pipelines.contracts import UNREADABLE, Catalogue
from pipelines.intake.receive import Checked
from pipelines.releases import table_of


@dataclass(frozen=True)
class Freshness:
    """The newest delivery of one feed of one council; without council and number where the feed never came."""

    feed: str
    title: str
    council: str
    name: str
    number: int | None
    newest: date | None
    """When the newest data was taken from its system."""
    received_at: datetime | None
    expected_every: int | None
    """Days; None where the contract expects nothing."""
    due_on: date | None
    """The day by which newer data is expected."""

    def days_late(self, day: date) -> int:
        """Days since newer data was due, 0 where it is not."""
        return max(0, (day - self.due_on).days) if self.due_on else 0


def freshness(catalogue: Catalogue, held: Sequence[Checked]) -> list[Freshness]:
    """One row for each feed and council that sends it, and one for each feed that never came, by feed and name."""
    found: list[Freshness] = []
    for feed, contract in catalogue.contracts.items():
        by_council: dict[str, Checked] = {}
        for checked in sorted(held, key=lambda checked: checked.arrival.order):
            for council in checked.profile(feed):
                # corrections put right some rows: they make the rest no newer
                if not checked.arrival.corrections or council not in by_council:
                    by_council[council] = checked
        every = contract.expected_every
        rows = []
        for council, checked in by_council.items():
            known = catalogue.councils.get(council)
            if known is None and council in ("", UNREADABLE):
                continue
            due = checked.arrival.extracted_on + timedelta(days=every) if every else None
            rows.append(Freshness(
                feed, contract.title, council, known.name if known else "", checked.arrival.number,
                checked.arrival.extracted_on, checked.arrival.received_at, every, due,
            ))  # fmt: skip
        never = Freshness(feed, contract.title, "", "", None, None, None, every, None)
        found += sorted(rows, key=lambda row: row.name) or [never]
    return found


def tell(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, held: Sequence[Checked]) -> list[str]:
    """Make the TEMP TABLE freshness; returns its name."""
    columns = {
        "feed": "VARCHAR", "title": "VARCHAR", "council": "VARCHAR", "name": "VARCHAR", "number": "INTEGER",
        "newest": "DATE", "received_at": "TIMESTAMP", "expected_every": "INTEGER", "due_on": "DATE",
    }  # fmt: skip
    return [table_of(con, "freshness", columns, [list(astuple(row)) for row in freshness(catalogue, held)])]
