"""Figures: shares with intervals for every measure, council, window and group, and what changed since a year before.

Belongs here: joining what was counted to what a measure divides by what, on numpy arrays.
Does not belong here: counting (`counts`), where windows begin (`windows`), interval methods (`statistics`), receipts,
protection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.measures import windows
from pipelines.measures.catalogue import Catalogue, Measure, Term
from pipelines.measures.counts import SEPARATOR
from pipelines.measures.windows import Running
from pipelines.statistics import proportions

Ints = NDArray[np.int64]

_TEXT = pa.dictionary(pa.int32(), pa.string())
_SCHEMA = pa.schema(
    {
        **dict.fromkeys(("measure", "measure_version", "council", "window"), _TEXT),
        "period_start": pa.date32(),
        "period_end": pa.date32(),
        "complete": pa.bool_(),
        **dict.fromkeys(("breakdown", "group"), _TEXT),
        **{name: pa.int64() for name in ("numerator", "denominator")},
        **{name: pa.float64() for name in ("value", "low", "high")},
        "symbol": _TEXT,
        **{name: pa.int64() for name in ("previous_numerator", "previous_denominator")},
        **{name: pa.float64() for name in ("previous_value", "change", "change_low", "change_high")},
        "direction": _TEXT,
        **{name: pa.uint64() for name in ("numerator_digest", "denominator_digest")},
    }
)
_SYMBOLS = ("", "x", "z")
_DIRECTIONS = np.array(sorted(["", proportions.HIGHER, proportions.LOWER, proportions.NO_CLEAR_CHANGE]))


class Coded:
    """Texts as places in a short list of them."""

    def __init__(self, texts: NDArray[Any]) -> None:
        self.texts, self.codes = np.unique(texts.astype(str), return_inverse=True)

    def equals(self, *wanted: str) -> NDArray[np.bool_]:
        return np.isin(self.texts, wanted)[self.codes] if len(self.codes) else np.zeros(0, dtype=bool)

    def at(self, places: Ints) -> pa.Array:
        return _listed(self.codes[places], self.texts.tolist())


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
    window: Ints
    start: Ints
    end: Ints
    complete: NDArray[np.bool_]
    has_previous: NDArray[np.bool_]

    def take(self, chosen: NDArray[Any]) -> Cells:
        return Cells(**{name: values[chosen] for name, values in vars(self).items()})


def figures(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, places: str, relation: str) -> None:
    """Make TEMP TABLE `relation` from the TEMP TABLEs counts and long_periods and the relation `places`.

    Columns are those of `_SCHEMA`; rows come in the order of measure, council, window (as in `windows.WINDOWS`),
    period_end, breakdown and group. A breakdown's rows without a denominator are left out. Symbols: 'z' no denominator;
    'x' not available, because the window cuts through a planned period (then there are no counts either) or because
    the numerator, of another fact, exceeds the denominator.
    """
    held = con.execute(
        f"SELECT council, first_month, last_month, extracted_on FROM {places} ORDER BY council"
    ).fetchall()
    series = _series(con, [council for council, *_ in held])
    cells, limit = _cells(held, series)
    base = min((windows.month_of(first) for _, first, _, _ in held), default=0) - 11
    months = int(cells.end.max(initial=base)) - base + 1
    running = _running(con, catalogue, series, base, months, limit)
    torn = _torn(con, len(series), base, months)
    measures = [catalogue[name] for name in sorted(catalogue)]

    def made() -> Iterator[pa.RecordBatch]:
        for place, measure in enumerate(measures):
            shown = series.breakdown.equals("", *measure.breakdowns)
            columns = _columns(measure, series, cells.take(shown[cells.series]), running, torn)
            which = np.full(len(columns["council"]), place)
            columns["measure"] = _listed(which, [measure.id for measure in measures])
            columns["measure_version"] = _listed(which, [measure.version for measure in measures])
            yield pa.record_batch(
                [columns[name].cast(_SCHEMA.field(name).type) for name in _SCHEMA.names], _SCHEMA
            )

    # handed over one measure at a time: only the finished table is ever held whole
    con.register("figures_made", pa.RecordBatchReader.from_batches(_SCHEMA, made()))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT * FROM figures_made")
    con.unregister("figures_made")


def _series(con: duckdb.DuckDBPyConnection, councils: Sequence[str]) -> Series:
    """TEMP TABLE series(series, council, breakdown, group), numbered from 0, and the same as arrays."""
    con.register("councils_given", pa.table({"council": pa.array(councils, pa.string())}))
    con.execute("""
        CREATE OR REPLACE TEMP TABLE series AS
        SELECT row_number() OVER (ORDER BY council, breakdown, "group") - 1 AS series, council, breakdown, "group"
        FROM (
            SELECT council, breakdown, "group" FROM counts SEMI JOIN councils_given USING (council)
            UNION SELECT council, '', '' FROM councils_given
        )""")
    con.unregister("councils_given")
    found = con.execute('SELECT council, breakdown, "group" FROM series ORDER BY series').fetchnumpy()
    council, breakdown, group = (Coded(np.asarray(found[name])) for name in ("council", "breakdown", "group"))
    return Series(council, breakdown, group, np.flatnonzero(breakdown.equals(""))[council.codes])


def _cells(held: Sequence[tuple[str, date, date, date]], series: Series) -> tuple[Cells, Ints]:
    """Every series in each of its council's windows; and for each series the last month that is looked at."""
    parts = []
    limit = np.zeros(len(series), dtype=np.int64)
    for council, first, last, extracted_on in held:
        own = np.flatnonzero(series.council.equals(council))
        limit[own] = max(windows.month_of(extracted_on), windows.month_of(last))
        made = windows.windows_of(windows.month_of(first), windows.month_of(last), extracted_on)
        of_window = np.repeat(np.arange(len(made.window)), len(own))
        parts.append(
            Cells(np.tile(own, len(made.window)), *(values[of_window] for values in vars(made).values()))
        )
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return Cells(none, none, none, none, none.astype(bool), none.astype(bool)), limit
    return Cells(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])}
    ), limit


def _running(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, series: Series, base: int, months: int, limit: Ints
) -> dict[Term, Running]:
    """Each term's counts, run up; months after a council's data was taken are not looked at."""
    terms = sorted(
        {t for measure in catalogue.values() for t in (*measure.numerators, *measure.denominators)}
    )
    given = {
        "term": range(len(terms)),
        "fact": [term.fact for term in terms],
        "date": [term.date for term in terms],
        "columns": [SEPARATOR.join(term.columns) for term in terms],
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


def _columns(
    measure: Measure,
    series: Series,
    cells: Cells,
    running: Mapping[Term, Running],
    torn: Mapping[str, NDArray[np.bool_]],
) -> dict[str, pa.Array]:
    """One measure's figures, but for its name."""
    below = series.total if measure.kind == "distribution" else np.arange(len(series))
    denominator, _ = _sum(running, measure.denominators, below[cells.series], cells.start, cells.end)
    cells = cells.take((denominator > 0) | series.breakdown.equals("")[cells.series])
    now = _counted(measure, running, torn, below, cells, 0)
    low, high = proportions.wilson(*now.shares())

    has_before = np.flatnonzero(cells.has_previous & now.usable)
    before = _counted(measure, running, torn, below, cells.take(has_before), 12)
    has_before, before = has_before[before.usable], before.take(before.usable)
    change, change_low, change_high = proportions.newcombe(
        now.numerator[has_before], now.denominator[has_before], before.numerator, before.denominator
    )
    rows = len(cells.series)
    direction = np.zeros(rows, dtype=np.int8)
    direction[has_before] = np.searchsorted(_DIRECTIONS, proportions.direction(change_low, change_high))

    def where_before(values: NDArray[Any]) -> pa.Array:
        spread, empty = np.zeros(rows, dtype=values.dtype), np.ones(rows, dtype=bool)
        spread[has_before], empty[has_before] = values, False
        return pa.array(spread, mask=empty)

    value = np.divide(*now.shares())
    return {
        "council": series.council.at(cells.series),
        "window": _listed(cells.window, list(windows.WINDOWS)),
        "period_start": pa.array(windows.first_day(cells.start)),
        "period_end": pa.array(windows.last_day(cells.end)),
        "complete": pa.array(cells.complete),
        "breakdown": series.breakdown.at(cells.series),
        "group": series.group.at(cells.series),
        "numerator": pa.array(now.numerator, mask=now.torn),
        "denominator": pa.array(now.denominator, mask=now.torn),
        "value": pa.array(value, mask=~now.usable),
        "low": pa.array(low, mask=~now.usable),
        "high": pa.array(high, mask=~now.usable),
        "symbol": _listed(now.symbol(), list(_SYMBOLS)),
        "previous_numerator": where_before(before.numerator),
        "previous_denominator": where_before(before.denominator),
        "previous_value": where_before(before.numerator / before.denominator),
        "change": where_before(change),
        "change_low": where_before(change_low),
        "change_high": where_before(change_high),
        "direction": _listed(direction, _DIRECTIONS.tolist()),
        "numerator_digest": pa.array(now.numerator_digest),
        "denominator_digest": pa.array(now.denominator_digest),
    }


@dataclass(frozen=True)
class Counted:
    """What was counted in some cells."""

    numerator: Ints
    denominator: Ints
    numerator_digest: NDArray[np.uint64]
    denominator_digest: NDArray[np.uint64]
    torn: NDArray[np.bool_]

    @property
    def usable(self) -> NDArray[np.bool_]:
        return (self.denominator > 0) & (self.numerator <= self.denominator) & ~self.torn

    def shares(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Numerator and denominator, NaN where they make no share."""
        return np.where(self.usable, self.numerator, np.nan), np.where(self.usable, self.denominator, np.nan)

    def symbol(self) -> NDArray[np.int8]:
        """Places in `_SYMBOLS`."""
        empty = ~self.torn & (self.denominator == 0)
        return np.select([self.usable, empty], [0, 2], default=1).astype(np.int8)

    def take(self, chosen: NDArray[np.bool_]) -> Counted:
        return Counted(**{name: values[chosen] for name, values in vars(self).items()})


def _counted(
    measure: Measure,
    running: Mapping[Term, Running],
    torn: Mapping[str, NDArray[np.bool_]],
    below: Ints,
    cells: Cells,
    months_before: int,
) -> Counted:
    start, end = cells.start - months_before, cells.end - months_before
    of = below[cells.series]
    numerator, numerator_digest = _sum(running, measure.numerators, cells.series, start, end)
    denominator, denominator_digest = _sum(running, measure.denominators, of, start, end)
    divided = measure.denominators[0]
    inside = torn.get(divided.fact)
    if inside is None:
        cut = np.zeros(len(of), dtype=bool)
    else:
        base = running[divided].base
        cut = inside[of, start - base] | inside[of, end - base + 1]
    return Counted(numerator, denominator, numerator_digest, denominator_digest, cut)


def _sum(
    running: Mapping[Term, Running], terms: Sequence[Term], series: Ints, start: Ints, end: Ints
) -> tuple[Ints, NDArray[np.uint64]]:
    """Terms added up, and one digest of all; each term's is turned by its own number of bits, so that none cancels."""
    total, together = np.zeros(len(series), dtype=np.int64), np.zeros(len(series), dtype=np.uint64)
    for place, term in enumerate(terms):
        count, digest = running[term].between(series, start, end)
        total += count
        turn = np.uint64(7 * place)
        together ^= (digest << turn) | (digest >> (np.uint64(64) - turn)) if place else digest
    return total, together


def _listed(codes: NDArray[Any], texts: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(texts, pa.string()))
