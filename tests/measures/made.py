"""Small facts and measures for the tests: only the columns that are counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.measures import build, windows
from pipelines.measures.catalogue import Measure
from pipelines.measures.counts import count, long_periods
from pipelines.measures.figures import figures

AUDIT = {
    "council": "990", "completed_on": date(2026, 1, 15), "planned_month": date(2026, 1, 1), "team": "North",
    "audit_type": "routine", "sex": "F", "is_completed": True, "is_random": True, "has_agreed_grade": True,
    "is_good": False, "has_child_contribution": False, "has_parent_contribution": False, "is_child_offered": False,
    "is_parent_offered": False,
}  # fmt: skip
SLOT = {
    "council": "990", "planned_month": date(2026, 1, 1), "months_spanned": 1, "team": "North",
    "audit_type": "routine", "agency": "unknown", "frame": "ehcp", "is_in_programme": True, "is_planned": True,
    "is_added": False, "is_delivered": False,
}  # fmt: skip
MEASURE = {
    "id": "made.good", "version": "1.0.0", "title": "T", "short_title": "S", "topic": "made", "position": 1,
    "kind": "share", "fact": "audits", "date": "completed_on", "numerator": ("is_good",),
    "denominator": ("is_completed",), "higher_is": "better", "protect": "process", "breakdowns": (), "chart": "none",
    "sentence": "{numerator} of {denominator} ({value}).", "counts_what": "audits", "why": "W",
    "numerator_words": "N", "denominator_words": "D", "source": "S", "benchmark": "B", "text": "",
}  # fmt: skip


def measure(**changes: Any) -> Measure:
    return Measure.model_validate({**MEASURE, **changes})


def relation(
    con: duckdb.DuckDBPyConnection,
    name: str,
    key: str,
    like: Mapping[str, Any],
    rows: Iterable[Mapping[str, Any]],
) -> str:
    """A fact's table of rows given as what differs from `like`; keys are numbered from 1 unless given."""
    held = [{key: n, **like, **row} for n, row in enumerate(rows, 1)]
    kinds = {int: pa.uint64() if key else pa.int64(), date: pa.date32(), bool: pa.bool_(), str: pa.string()}
    columns = {
        column: pa.array([row[column] for row in held], kinds[type(value)])
        for column, value in {key: 1, **like}.items()
    }
    con.register("given", pa.table(columns))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM given")
    con.unregister("given")
    return name


def made_facts(
    con: duckdb.DuckDBPyConnection,
    audits: Iterable[Mapping[str, Any]],
    slots: Iterable[Mapping[str, Any]] = (),
) -> dict[str, str]:
    return {
        "audits": relation(con, "made_audits", "audit_key", AUDIT, audits),
        "planned_audits": relation(con, "made_slots", "slot_key", SLOT, slots),
    }


def taken(day: date, council: str = "990") -> dict[str, dict[str, date]]:
    """Audits and participation taken from their systems on one day."""
    return {feed: {council: day} for feed in ("case_audits", "family_participation")}


def made_figures(
    con: duckdb.DuckDBPyConnection,
    facts: Mapping[str, str],
    measures: Iterable[Measure],
    extracted: Mapping[str, date],
) -> None:
    """TEMP TABLE figures (and counts), without charts."""
    catalogue = {each.id: each for each in measures}
    count(con, facts, catalogue.values())
    long_periods(con, facts)
    days = {"case_audits": extracted, "family_participation": extracted}
    figures(con, catalogue, windows.spans(con, facts, days), "figures")


def built(
    con: duckdb.DuckDBPyConnection,
    facts: Mapping[str, str],
    measures: Iterable[Measure],
    extracted: date,
    targets: Mapping[str, Mapping[str, float]] | None = None,
    rebased: Mapping[str, Mapping[str, Mapping[date, str]]] | None = None,
) -> None:
    councils = [code for (code,) in con.execute(f"SELECT DISTINCT council FROM {facts['audits']}").fetchall()]
    catalogue = {each.id: each for each in measures}
    extraction = dict.fromkeys(("case_audits", "family_participation"), dict.fromkeys(councils, extracted))
    build.build(con, facts, catalogue, windows.spans(con, facts, extraction), targets, rebased)


def rows_of(con: duckdb.DuckDBPyConnection, columns: str, where: str = "true") -> list[tuple]:
    return con.execute(f"SELECT {columns} FROM figures WHERE {where}").fetchall()
