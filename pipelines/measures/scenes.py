"""Scenes: what the measures of one span are made from, as arrays: who has it, for which windows, what was counted.

Belongs here: the series of groups through time, the cells of a series in every window, and counts run up by month.
Does not belong here: counting (`counts`), where windows begin (`windows`), or what a measure makes of it (`figures`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.measures import windows
from pipelines.measures.catalogue import Catalogue, Term
from pipelines.measures.counts import breakdowns_by_term
from pipelines.measures.windows import Running

Ints = NDArray[np.int64]


class Coded:
    """Texts as places in a short list of them."""

    def __init__(self, texts: NDArray[Any]) -> None:
        self.texts, self.codes = np.unique(texts.astype(str), return_inverse=True)

    def equals(self, *wanted: str) -> NDArray[np.bool_]:
        return np.isin(self.texts, wanted)[self.codes] if len(self.codes) else np.zeros(0, dtype=bool)

    def at(self, places: Ints) -> pa.Array:
        return listed(self.codes[places], self.texts.tolist())


@dataclass(frozen=True)
class Series:
    """Council, breakdown and group, in that order: what runs through time."""

    council: Coded
    breakdown: Coded
    group: Coded
    total: Ints
    """For each series, the one of its council that has all rows together."""

    def __len__(self) -> int:
        return len(self.total)


@dataclass(frozen=True)
class Cells:
    """Every series in every window, in the order of council, window, end, breakdown and group; arrays of one length."""

    series: Ints
    period: Ints
    """The council's window that it is: cells of one period have the same number, and of no other council."""
    window: Ints
    start: Ints
    end: Ints
    complete: NDArray[np.bool_]
    has_previous: NDArray[np.bool_]
    late: NDArray[np.bool_]
    """It may hold rows of days to which a feed that the span needs does not go."""

    def take(self, chosen: NDArray[Any]) -> Cells:
        return Cells(**{name: values[chosen] for name, values in vars(self).items()})


@dataclass(frozen=True)
class Scene:
    """What the measures of one span are made from: who has it, for which windows, and what was counted."""

    series: Series
    cells: Cells
    running: dict[Term, Running]
    torn: dict[str, NDArray[np.bool_]]


def make(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, span: str, spans: str) -> Scene | None:
    """The scene of some measures, by the TEMP TABLEs counts and long_periods; None where no council has the span."""
    held = con.execute(
        f"SELECT council, first_month, last_month, extracted_on, late_month FROM {spans} WHERE span = ? "
        "ORDER BY council",
        [span],
    ).fetchall()
    if not held:
        return None
    series = _series(con, [council for council, *_ in held], catalogue)
    cells, limit = _cells(held, series)
    base = min(windows.month_of(first) for _, first, *_ in held) - 11
    months = int(cells.end.max(initial=base)) - base + 1
    running = _running(con, catalogue, series, base, months, limit)
    return Scene(series, cells, running, _torn(con, len(series), base, months))


def _series(con: duckdb.DuckDBPyConnection, councils: Sequence[str], catalogue: Catalogue) -> Series:
    """TEMP TABLE series(series, council, breakdown, group) of some measures, numbered from 0, and the same as arrays.

    A group is there where a numerator or denominator counts it: rows that only steps before them look at make none.
    """
    of_numbers = breakdowns_by_term(catalogue.values(), with_steps=False)
    named = [(term, breakdown) for term, held in of_numbers.items() for breakdown in ("", *sorted(held))]
    con.register("councils_given", pa.table({"council": pa.array(councils, pa.string())}))
    counted = {
        "fact": [term.fact for term, _ in named],
        "date": [term.date for term, _ in named],
        "columns": [term.written for term, _ in named],
        "breakdown": [breakdown for _, breakdown in named],
    }
    con.register(
        "counted_given", pa.table({name: pa.array(held, pa.string()) for name, held in counted.items()})
    )
    con.execute("""
        CREATE OR REPLACE TEMP TABLE series AS
        SELECT row_number() OVER (ORDER BY council, breakdown, "group") - 1 AS series, council, breakdown, "group"
        FROM (
            SELECT council, breakdown, "group" FROM counts
            SEMI JOIN councils_given USING (council) SEMI JOIN counted_given USING (fact, date, "columns", breakdown)
            UNION SELECT council, '', '' FROM councils_given
        )""")
    con.unregister("councils_given")
    con.unregister("counted_given")
    found = con.execute('SELECT council, breakdown, "group" FROM series ORDER BY series').fetchnumpy()
    council, breakdown, group = (Coded(np.asarray(found[name])) for name in ("council", "breakdown", "group"))
    return Series(council, breakdown, group, np.flatnonzero(breakdown.equals(""))[council.codes])


def _cells(held: Sequence[tuple[str, date, date, date, date | None]], series: Series) -> tuple[Cells, Ints]:
    """Every series in each of its council's windows; and for each series the last month that is looked at."""
    parts: list[Cells] = []
    periods = 0
    limit = np.zeros(len(series), dtype=np.int64)
    for council, first, last, extracted_on, late_month in held:
        own = np.flatnonzero(series.council.equals(council))
        limit[own] = max(windows.month_of(extracted_on), windows.month_of(last))
        made = windows.windows_of(windows.month_of(first), windows.month_of(last), extracted_on)
        of_window = np.repeat(np.arange(len(made.window)), len(own))
        late = made.end >= (windows.month_of(late_month) if late_month else np.inf)
        of_each = (values[of_window] for values in (*vars(made).values(), late))
        parts.append(Cells(np.tile(own, len(made.window)), periods + of_window, *of_each))
        periods += len(made.window)
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return Cells(none, none, none, none, none, *[none.astype(bool)] * 3), limit
    return Cells(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])}
    ), limit


def _running(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, series: Series, base: int, months: int, limit: Ints
) -> dict[Term, Running]:
    """Each term's counts, run up; months after a council's data was taken are not looked at."""
    terms = sorted({term for measure in catalogue.values() for term in measure.terms})
    given = {
        "term": range(len(terms)),
        "fact": [term.fact for term in terms],
        "date": [term.date for term in terms],
        "columns": [term.written for term in terms],
    }
    con.register("terms_given", pa.table(given))
    found = con.execute(
        'SELECT term, series, month, count, digest FROM counts JOIN terms_given USING (fact, date, "columns") '
        'JOIN series USING (council, breakdown, "group")'
    ).fetchnumpy()
    con.unregister("terms_given")
    term, of_series, month, count, digest = (
        np.asarray(found[name]) for name in ("term", "series", "month", "count", "digest")
    )
    month = month.astype(np.int64)
    looked_at = (month >= base) & (month < base + months) & (month <= limit[of_series])
    order = np.flatnonzero(looked_at)[np.argsort(term[looked_at], kind="stable")]
    bounds = np.searchsorted(term[order], np.arange(len(terms) + 1))
    running = {}
    for n, name in enumerate(terms):
        own = order[bounds[n] : bounds[n + 1]]
        running[name] = Running.of(
            (len(series), months), base, of_series[own], month[own], count[own], digest[own]
        )
    return running


def _torn(
    con: duckdb.DuckDBPyConnection, series: int, base: int, months: int
) -> dict[str, NDArray[np.bool_]]:
    """Fact -> (series, months + 1): whether the month begins within a planned period of several months."""
    found = con.execute(
        "SELECT fact, series, first_month, last_month FROM long_periods "
        'JOIN series USING (council, breakdown, "group") ORDER BY ALL'
    ).fetchall()
    torn: dict[str, NDArray[np.bool_]] = {}
    for fact, of_series, first, last in found:
        inside = torn.setdefault(fact, np.zeros((series, months + 1), dtype=bool))
        inside[of_series, max(first + 1 - base, 0) : max(last + 1 - base, 0)] = True
    return torn


def listed(codes: NDArray[Any], texts: list[str]) -> pa.Array:
    """Texts of a short list, by their places in it."""
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(texts, pa.string()))
