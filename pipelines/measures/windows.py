"""Windows of time: months, quarters, rolling 12 months, financial, academic and calendar years.

Belongs here: where each window begins and ends, which of them a council has, and adding months up to windows.
Does not belong here: what is counted (`counts`), or what becomes of it (`figures`).

A month is a whole number, year x 12 + month - 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.measures.counts import month_index
from pipelines.model.schema import SPANS, Extracted, extraction_day

# window -> months it lasts, and the month of the year (January is 0) in which one begins
_STEPPED = {
    "month": (1, 0),
    "quarter": (3, 0),
    "financial_year": (12, 3),
    "academic_year": (12, 8),
    "calendar_year": (12, 0),
}
WINDOWS = ("month", "quarter", "12m", "financial_year", "academic_year", "calendar_year")
"""In the order in which they are shown. `12m` ends with each month."""
YEARS = ("12m", "financial_year", "academic_year", "calendar_year")
"""Windows that may be compared with the same window a year before."""
MONTHS_WITHOUT_DATA = 12
"""Windows go on for so long after the last month with a completed audit (or what else begins a span), and no longer."""


def month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def first_day(months: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """The first day of each month."""
    return (months - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]")


def last_day(months: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """The last day of each month."""
    return first_day(months + 1) - np.timedelta64(1, "D")


def spans(con: duckdb.DuckDBPyConnection, facts: Mapping[str, str], extracted: Extracted) -> str:
    """Make TEMP TABLE spans(span, council, first_month, last_month, extracted_on, late_month); returns its name.

    One row per council and span of `schema.SPANS` that it has rows for, such as a completed audit: its months run from
    the first with one to the month of extraction, but no more than 12 months past the last with one. Where a span needs
    a further feed, extracted_on is the day to which all of them go (the day before its months, where that feed never
    came), and late_month the month of the first row after that day.

    Raises:
        ValueError: a council has such rows but no day of extraction.
    """
    rows: list[tuple[str, str, int, int, date, date | None]] = []
    for name, span in SPANS.items():
        if span.fact not in facts:
            continue
        held = con.execute(
            f"SELECT council, min({month_index(span.date)}), max({month_index(span.date)}) "
            f"FROM {facts[span.fact]} WHERE {span.where} GROUP BY council ORDER BY council"
        ).fetchall()
        for council, first, last in held:
            taken = extraction_day(extracted, span.feeds, council)
            until = max(last, min(month_of(taken), last + MONTHS_WITHOUT_DATA))
            since = first if span.longest is None else max(first, until - span.longest + 1)
            late = None
            if span.needs:
                none_came = first_day(np.array([since]))[0].item() - timedelta(days=1)
                taken = min(taken, extracted.get(span.needs, {}).get(council, none_came))
                [(late,)] = con.execute(
                    f"SELECT date_trunc('month', min({span.date}))::DATE FROM {facts[span.fact]} "
                    f"WHERE {span.where} AND council = ? AND {span.date} > ?",
                    [council, taken],
                ).fetchall()
            rows.append((name, council, since, until, taken, late))
    given = pa.table(
        {
            "span": pa.array([row[0] for row in rows], pa.string()),
            "council": pa.array([row[1] for row in rows], pa.string()),
            "first_month": pa.array(first_day(np.array([row[2] for row in rows], dtype=np.int64))),
            "last_month": pa.array(first_day(np.array([row[3] for row in rows], dtype=np.int64))),
            "extracted_on": pa.array([row[4] for row in rows], pa.date32()),
            "late_month": pa.array([row[5] for row in rows], pa.date32()),
        }
    )
    con.register("spans_given", given)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE spans AS SELECT span, council, first_month::DATE AS first_month, "
        "last_month::DATE AS last_month, extracted_on, late_month FROM spans_given"
    )
    con.unregister("spans_given")
    return "spans"


def places(con: duckdb.DuckDBPyConnection, spans: str) -> str:
    """Make TEMP TABLE places(council, first_month, last_month, extracted_on); returns its name.

    One row per council with any span: that of its audits, or all of its spans together where it sends no audits.
    """
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE places AS
        SELECT council, min(first_month) AS first_month, max(last_month) AS last_month,
            max(extracted_on) AS extracted_on
        FROM (FROM {spans} QUALIFY span = 'audits' OR NOT bool_or(span = 'audits') OVER (PARTITION BY council))
        GROUP BY council ORDER BY council"""
    )
    return "places"


@dataclass(frozen=True)
class Windows:
    """The windows of one council, in the order of `WINDOWS` and time; arrays of equal length."""

    window: NDArray[np.int64]
    """Place in `WINDOWS`."""
    start: NDArray[np.int64]
    """First month."""
    end: NDArray[np.int64]
    """Last month, included."""
    complete: NDArray[np.bool_]
    """The last day is not after the day of extraction."""
    has_previous: NDArray[np.bool_]
    """A year-long, complete window whose forerunner a year before begins with the council's first month or later."""


def windows_of(first: int, last: int, extracted_on: date) -> Windows:
    """Every window that overlaps a council's months, `12m` for each month that ends one."""
    kinds, starts, ends = [], [], []
    for kind, name in enumerate(WINDOWS):
        if name == "12m":
            end = np.arange(first, last + 1)
            start = end - 11
        else:
            length, begins = _STEPPED[name]
            start = np.arange(first - (first - begins) % length, last + 1, length)
            end = start + length - 1
        kinds.append(np.full(len(start), kind))
        starts.append(start)
        ends.append(end)
    window, start, end = (np.concatenate(parts).astype(np.int64) for parts in (kinds, starts, ends))
    complete = last_day(end) <= np.datetime64(extracted_on, "D")
    lasts_a_year = np.isin(window, [WINDOWS.index(name) for name in YEARS])
    return Windows(window, start, end, complete, lasts_a_year & complete & (start - 12 >= first))


@dataclass(frozen=True)
class Running:
    """Counts and digests of series by month, run up, so that any window is one subtraction away."""

    base: int
    """The month before which nothing is counted."""
    counts: NDArray[np.int64]
    """(series, months + 1): the count before each month."""
    digests: NDArray[np.uint64]

    @staticmethod
    def of(
        shape: tuple[int, int],
        base: int,
        series: NDArray[np.int64],
        month: NDArray[np.int64],
        count: NDArray[np.int64],
        digest: NDArray[np.uint64],
    ) -> Running:
        """Run up counts given by series and month (each pair once); `shape` is the number of series and months."""
        counts = np.zeros((shape[0], shape[1] + 1), dtype=np.int64)
        digests = np.zeros((shape[0], shape[1] + 1), dtype=np.uint64)
        counts[series, month - base + 1] = count
        digests[series, month - base + 1] = digest
        return Running(base, counts.cumsum(axis=1), np.bitwise_xor.accumulate(digests, axis=1))

    def between(
        self, series: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Counts and digests of windows from the month `start` to the month `end`, both included."""
        since, until = start - self.base, end - self.base + 1
        return (
            self.counts[series, until] - self.counts[series, since],
            self.digests[series, until] ^ self.digests[series, since],
        )
