"""Figures: shares and means with intervals for every measure, council, window and group, and what changed in a year.

Belongs here: what a measure divides by what, on the arrays of its scene.
Does not belong here: counting (`counts`), the arrays (`scenes`), interval methods (`statistics`), receipts, protection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.measures import agreed, scenes, windows
from pipelines.measures.catalogue import COMPARED, Catalogue, Measure, Term
from pipelines.measures.scenes import Cells, Ints, Scene, Series, listed
from pipelines.measures.windows import Running
from pipelines.model.grades import GRADES
from pipelines.model.schema import SPANS
from pipelines.statistics import funnels, means, proportions

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
        **{name: pa.int64() for name in ("random", "previous_random")},
        "mix": _TEXT,
        **{name: pa.int64() for name in ("usual_least", "usual_most")},
        "place": _TEXT,
        **{name: pa.uint64() for name in ("numerator_digest", "denominator_digest")},
        "steps": pa.list_(pa.int64()),
    }
)
NAMED = ("measure", "council", '"window"', "period_start", "period_end", "breakdown", '"group"')
"""The columns that name a figure."""
_SYMBOLS = ("", "x", "z", "u")
_DIRECTIONS = np.array(sorted(
    ["", proportions.HIGHER, proportions.LOWER, proportions.NO_CLEAR_CHANGE, proportions.NOT_COMPARABLE]
))  # fmt: skip
_MIXES = np.array(sorted(["", proportions.MORE_RANDOM, proportions.FEWER_RANDOM]))
AS_EXPECTED, HIGHER, LOWER = "as expected", "higher", "lower"
_PLACES = ("", AS_EXPECTED, HIGHER, LOWER)
_PLACED = ("share", "people_share", "snapshot")
"""Kinds whose groups are held against the council's total: shares of their own cases."""


def figures(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, spans: str, relation: str) -> None:
    """Make TEMP TABLE `relation` from the TEMP TABLEs counts and long_periods and the relation `spans`.

    Columns are those of `_SCHEMA`; rows come in the order of measure, council, window (as in `windows.WINDOWS`),
    period_end, breakdown and group. A council has rows of a measure where it has the span of the measure's fact. A
    breakdown's rows without a denominator are left out. Symbols: 'z' no denominator; 'x' not available, because the
    window cuts through a planned period or holds rows of days to which a feed that tells of them does not go (then
    there are no counts either), because the numerator, of another fact, exceeds the denominator, or because a
    coefficient is not defined; 'u' too few rows for a coefficient. The numerator
    of a mean is its number added up, the value is in the measure's unit. Measures that compare groups are left out:
    `compared` makes theirs.

    `random` is how many of the denominator were chosen at random, where some are and some are not; `mix` says where
    that share is another than in the year before (`proportions.mix`), and then direction is 'cannot be compared'. Of
    groups, `usual_least` and `usual_most` are the exact binomial 99.8% limits around the total of the same period, in
    cases of the numerator, and `place` says where the group lies: 'as expected', 'higher', 'lower', '' where it is not
    looked at.

    `steps` says how many rows are left after each of the measure's `steps`; figures without counts have none.
    """
    measures = [catalogue[name] for name in sorted(catalogue) if catalogue[name].kind not in COMPARED]
    of_spans = {}
    for span in SPANS:
        own = {measure.id: measure for measure in measures if measure.span == span}
        if own and (scene := scenes.make(con, own, span, spans)):
            of_spans[span] = scene

    def made() -> Iterator[pa.RecordBatch]:
        for place, measure in enumerate(measures):
            scene = of_spans.get(measure.span)
            if scene is None:
                continue
            columns = _columns(measure, scene)
            which = np.full(len(columns["council"]), place)
            columns["measure"] = listed(which, [measure.id for measure in measures])
            columns["measure_version"] = listed(which, [measure.version for measure in measures])
            columns = {field.name: columns[field.name].cast(field.type) for field in _SCHEMA}
            yield pa.record_batch(list(columns.values()), _SCHEMA)

    # handed over one measure at a time: only the finished table is ever held whole
    con.register("figures_made", pa.RecordBatchReader.from_batches(_SCHEMA, made()))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT * FROM figures_made")
    con.unregister("figures_made")


def _columns(measure: Measure, scene: Scene) -> dict[str, pa.Array]:
    """One measure's figures, but for its name."""
    series, running = scene.series, scene.running
    shown = series.breakdown.equals("", *measure.breakdowns)
    cells = scene.cells.take(shown[scene.cells.series])
    below = series.total if measure.kind == "distribution" else np.arange(len(series))
    start, end = _bounds(measure, cells, 0)
    denominator, _ = _sum(running, measure.denominators, below[cells.series], start, end)
    cells = cells.take((denominator > 0) | series.breakdown.equals("")[cells.series])
    now = _counted(measure, scene, below, cells, 0)
    if measure.coefficient:
        pairs, digest = _pairs(measure, scene, cells)
        value, low, high = agreed.coefficient(pairs, measure.coefficient)
        now = replace(now, numerator_digest=digest, usable=now.usable & ~np.isnan(value))
    else:
        value, low, high = _with_range(measure, now)

    # one coefficient is not set against another: that the difference is more than chance cannot be told from the two
    has_before = np.flatnonzero(cells.has_previous & now.usable & (measure.kind != "agreement"))
    before = _counted(measure, scene, below, cells.take(has_before), 12)
    has_before, before = has_before[before.usable], before.take(before.usable)
    before_value, _, _ = _with_range(measure, before)
    change, change_low, change_high = _difference(measure, now.take(has_before), before)
    rows = len(cells.series)
    of_then, mix = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int8)
    if measure.randoms:
        of_then[has_before] = before.random
        mixed = proportions.mix(
            now.random[has_before], now.denominator[has_before], before.random, before.denominator
        )
        mix[has_before] = np.searchsorted(_MIXES, mixed)
    said = proportions.direction(change_low, change_high)
    said = np.where(mix[has_before] > 0, proportions.NOT_COMPARABLE, said)
    direction = np.zeros(rows, dtype=np.int8)
    direction[has_before] = np.searchsorted(_DIRECTIONS, said)
    least, most, place = _usual(measure, series, cells, now)

    def where_before(values: NDArray[Any]) -> pa.Array:
        spread, empty = np.zeros(rows, dtype=values.dtype), np.ones(rows, dtype=bool)
        spread[has_before], empty[has_before] = values, np.isnan(values)
        return pa.array(spread, mask=empty)

    return {
        "council": series.council.at(cells.series),
        "window": listed(cells.window, list(windows.WINDOWS)),
        "period_start": pa.array(windows.first_day(cells.start)),
        "period_end": pa.array(windows.last_day(cells.end)),
        "complete": pa.array(cells.complete),
        "breakdown": series.breakdown.at(cells.series),
        "group": series.group.at(cells.series),
        "numerator": pa.array(now.numerator, mask=now.torn),
        "denominator": pa.array(now.denominator, mask=now.torn),
        "value": pa.array(value, mask=~now.usable),
        "low": pa.array(low, mask=np.isnan(low)),
        "high": pa.array(high, mask=np.isnan(high)),
        "symbol": listed(now.symbol(agreed.LEAST if measure.coefficient else 0), list(_SYMBOLS)),
        "previous_numerator": where_before(before.numerator),
        "previous_denominator": where_before(before.denominator),
        "previous_value": where_before(before_value),
        "change": where_before(change),
        "change_low": where_before(change_low),
        "change_high": where_before(change_high),
        "direction": listed(direction, _DIRECTIONS.tolist()),
        "random": pa.array(now.random, mask=now.torn | (not measure.randoms)),
        "previous_random": _only(of_then, has_before if measure.randoms else []),
        "mix": listed(mix, _MIXES.tolist()),
        "usual_least": pa.array(np.nan_to_num(least).astype(np.int64), mask=np.isnan(least)),
        "usual_most": pa.array(np.nan_to_num(most).astype(np.int64), mask=np.isnan(most)),
        "place": listed(place, list(_PLACES)),
        "numerator_digest": pa.array(now.numerator_digest),
        "denominator_digest": pa.array(now.denominator_digest),
        "steps": _steps(measure, running, below, cells, now.torn),
    }


def _usual(
    measure: Measure, series: Series, cells: Cells, now: Counted
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int8]]:
    """The least and most cases that are usual for each group beside its council's total, and its place in `_PLACES`."""
    rows = len(cells.series)
    least, most, place = np.full(rows, np.nan), np.full(rows, np.nan), np.zeros(rows, dtype=np.int8)
    is_total = series.breakdown.equals("")[cells.series]
    if measure.kind not in _PLACED or is_total.all():
        return least, most, place
    target = np.full(cells.period.max(initial=-1) + 1, np.nan)
    totals = np.flatnonzero(is_total & now.usable)
    target[cells.period[totals]] = now.numerator[totals] / now.denominator[totals]
    groups = np.flatnonzero(~is_total & now.usable & ~np.isnan(target[cells.period]))
    least[groups], most[groups] = funnels.usual_counts(now.denominator[groups], target[cells.period[groups]])
    found = now.numerator[groups]
    place[groups] = np.select([found > most[groups], found < least[groups]], [2, 3], default=1)
    return least, most, place


def _steps(
    measure: Measure,
    running: Mapping[Term, Running],
    below: Ints,
    cells: Cells,
    torn: NDArray[np.bool_],
) -> pa.Array:
    """For each cell, the rows left after each step; empty where the cell has no counts."""
    start, end = _bounds(measure, cells, 0)
    of_all, own = below[cells.series], cells.series
    left = [
        _sum(running, step.terms, own if step.of_group else of_all, start, end)[0] for step in measure.steps
    ]
    flat = np.column_stack(left).ravel() if left else np.zeros(0, dtype=np.int64)
    offsets = np.arange(0, len(left) * (len(own) + 1), max(len(left), 1), dtype=np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(flat), mask=pa.array(torn))


@dataclass(frozen=True)
class Counted:
    """What was counted in some cells."""

    numerator: Ints
    denominator: Ints
    numerator_digest: NDArray[np.uint64]
    denominator_digest: NDArray[np.uint64]
    torn: NDArray[np.bool_]
    squares: Ints
    """Of a mean: the squares of its number added up; otherwise 0."""
    random: Ints
    """Of the denominator, chosen at random, where `Measure.randoms` counts them; otherwise 0."""
    usable: NDArray[np.bool_]

    def shares(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Numerator and denominator, NaN where they make no share."""
        return np.where(self.usable, self.numerator, np.nan), np.where(self.usable, self.denominator, np.nan)

    def symbol(self, least: int) -> NDArray[np.int8]:
        """Places in `_SYMBOLS`; below `least` rows there is too little to go on."""
        empty, few = (~self.torn & held for held in (self.denominator == 0, self.denominator < least))
        return np.select([self.usable, empty, few], [0, 2, 3], default=1).astype(np.int8)

    def take(self, chosen: NDArray[Any]) -> Counted:
        return Counted(**{name: values[chosen] for name, values in vars(self).items()})


def _counted(measure: Measure, scene: Scene, below: Ints, cells: Cells, months_before: int) -> Counted:
    running = scene.running
    start, end = _bounds(measure, cells, months_before)
    of = below[cells.series]
    numerator, numerator_digest = _sum(running, measure.numerators, cells.series, start, end)
    denominator, denominator_digest = _sum(running, measure.denominators, of, start, end)
    divided = measure.denominators[0]
    inside = scene.torn.get(divided.fact)
    if inside is None:
        cut = np.zeros(len(of), dtype=bool)
    else:
        base = running[divided].base
        cut = inside[of, start - base] | inside[of, end - base + 1]
    if measure.date == SPANS[measure.span].date:
        cut |= cells.late
        denominator_digest = np.where(
            cells.late, ~denominator_digest, denominator_digest
        )  # a receipt of its own
    squares, _ = _sum(running, measure.squares, cells.series, start, end)
    usable = (denominator > 0) & ~cut & ((numerator <= denominator) | (measure.kind == "mean"))
    random, _ = _sum(running, measure.randoms, of, start, end)
    return Counted(numerator, denominator, numerator_digest, denominator_digest, cut, squares, random, usable)


def _pairs(measure: Measure, scene: Scene, cells: Cells) -> tuple[Ints, NDArray[np.uint64]]:
    """How often each pair of grades occurs in each cell, shape (cells, grades, grades), and one digest of all pairs."""
    series = scene.series
    start, end = _bounds(measure, cells, 0)
    [term] = measure.denominators
    of_pairs = series.breakdown.equals(measure.pairs or "")
    tables = np.zeros((len(cells.series), len(GRADES), len(GRADES)), dtype=np.int64)
    together = np.zeros(len(cells.series), dtype=np.uint64)
    for place, (first, second) in enumerate(product(range(len(GRADES)), repeat=2)):
        own = np.flatnonzero(of_pairs & series.group.equals(f"{GRADES[first]}|{GRADES[second]}"))
        of_council = np.full(len(series.council.texts), -1)
        of_council[series.council.codes[own]] = own
        at = of_council[series.council.codes[cells.series]]
        held = np.flatnonzero(at >= 0)
        count, digest = scene.running[term].between(at[held], start[held], end[held])
        tables[held, first, second] = count
        together[held] ^= _turned(digest, 4 * place)
    return tables, together


def _bounds(measure: Measure, cells: Cells, months_before: int) -> tuple[Ints, Ints]:
    """First and last month of what is counted: of a snapshot, each window's last month alone."""
    end = cells.end - months_before
    return (end if measure.kind == "snapshot" else cells.start - months_before), end


def _with_range(
    measure: Measure, found: Counted
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Value, low and high, NaN where there is none."""
    numerator, denominator = found.shares()
    if measure.kind != "mean":
        return np.divide(numerator, denominator), *proportions.wilson(numerator, denominator)
    value, low, high = means.mean(numerator, found.squares, denominator)
    per = measure.unit_is
    return value / per, np.maximum(low, 0.0) / per, high / per  # no number of a fact is below 0


def _difference(
    measure: Measure, now: Counted, before: Counted
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Change since the window a year before, with its likely range; both have a value."""
    if measure.kind != "mean":
        return proportions.newcombe(now.numerator, now.denominator, before.numerator, before.denominator)
    found = means.welch(
        now.numerator, now.squares, now.denominator, before.numerator, before.squares, before.denominator
    )
    change, low, high = (part / measure.unit_is for part in found)
    return change, low, high


def _sum(
    running: Mapping[Term, Running], terms: Sequence[Term], series: Ints, start: Ints, end: Ints
) -> tuple[Ints, NDArray[np.uint64]]:
    """Terms added up, and one digest of all; each term's is turned by its own number of bits, so that none cancels."""
    total, together = np.zeros(len(series), dtype=np.int64), np.zeros(len(series), dtype=np.uint64)
    for place, term in enumerate(terms):
        count, digest = running[term].between(series, start, end)
        total += count
        together ^= _turned(digest, 7 * place)
    return total, together


def _only(values: NDArray[Any], places: Sequence[int] | Ints) -> pa.Array:
    """The values at some places, nothing elsewhere."""
    empty = np.ones(len(values), dtype=bool)
    empty[places] = False
    return pa.array(values, mask=empty)


def _turned(digest: NDArray[np.uint64], bits: int) -> NDArray[np.uint64]:
    """Digests with their bits moved round, by fewer than 64."""
    return (digest << np.uint64(bits)) | (digest >> np.uint64(64 - bits)) if bits else digest
