"""What chance alone does: how often stable charts signal, planted shifts are found, and intervals hold the truth.

Belongs here: simulations behind the tables of docs/statistics.md; `python -m benchmarks.chance` prints them as they
stand there, in seconds. Does not belong here: how the methods are worked out, speed (benchmarks/series.py).

Everything goes through the functions that the figures are made with. A table is {row: {column: share from 0 to 1}}.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from pipelines.statistics import rates, representativeness
from pipelines.statistics.charts import p_charts
from pipelines.statistics.proportions import newcombe, wilson
from pipelines.statistics.series import Charts
from pipelines.statistics.xmr import xmr_charts

SEED = 20260407
SERIES = 20_000
BASELINE = 24  # as the product has it: from the 25th point on the first 24 set the limits
SHARE, SHIFTED = 0.60, 0.68  # a planted shift of 8 percentage points

Table = dict[str, dict[str, float]]


def shares(random: Generator, cases: int, share: float | NDArray, months: int, series: int) -> Charts:
    """p-charts of made-up months: cases vary by a third either way around `cases`."""
    n = random.integers(round(cases * 2 / 3), round(cases * 4 / 3) + 1, (series, months))
    baseline = (0, BASELINE - 1) if months > BASELINE else None
    return p_charts(random.binomial(n, share), n, baseline=baseline)


def false_alarms(random: Generator, series: int = SERIES) -> Table:
    """Of stable series, how many show a signal anywhere, and how many at their last point."""
    table: Table = {}
    for cases in (30, 100, 400):
        table[f"p-chart, {cases} cases a month"] = alarms(
            lambda months, cases=cases: shares(random, cases, SHARE, months, series)
        )
    for name, values in (
        ("normal values", random.normal),
        ("counts around 4 a month", lambda size: random.poisson(4, size).astype(float)),
        ("very lopsided values (exponential)", random.exponential),
    ):
        table[f"XmR, {name}"] = alarms(
            lambda months, values=values: xmr_charts(
                values(size=(series, months)), baseline=(0, BASELINE - 1) if months > BASELINE else None
            )
        )
    return table


def alarms(make: Callable[[int], Charts]) -> dict[str, float]:
    row = {}
    for months in (13, 24, 36):
        charts = make(months)
        row[f"{months} months"] = float((charts.signal > 0).any(axis=1).mean())
    return row | {"last of 36": float((charts.signal[:, -1] > 0).mean())}


def planted_shift(random: Generator, series: int = SERIES) -> Table:
    """Of series that go up by 8 percentage points after 24 months, how many signal "high" within so many months."""
    table: Table = {}
    for cases in (20, 50, 100, 200, 400):
        row = table[f"{cases} cases a month"] = {}
        after = {}
        for name, share in (("shift", SHIFTED), ("none", SHARE)):
            months = np.repeat([SHARE, share], [BASELINE, 12])
            after[name] = shares(random, cases, months, BASELINE + 12, series).side[:, BASELINE:] > 0
        for months in (3, 8, 12):
            row[f"within {months} months"] = float(after["shift"][:, :months].any(axis=1).mean())
        row["no shift, 12 months"] = float(after["none"].any(axis=1).mean())
        year = 12 * cases
        _, low, _ = newcombe(
            random.binomial(year, SHIFTED, series), year, random.binomial(year, SHARE, series), year
        )
        row["year on year"] = float((low > 0).mean())
    return table


def coverage(random: Generator, series: int = SERIES) -> Table:
    """How often intervals hold the truth, over truths drawn evenly from the range named."""
    table: Table = {}
    for low_n, high_n in ((5, 20), (20, 100), (100, 1000)):
        n, m = random.integers(low_n, high_n + 1, (2, series))
        p, q = random.uniform(0.02, 0.98, (2, series))
        x, y = random.binomial(n, p), random.binomial(m, q)
        for name, ends, truth in (
            ("Wilson", lambda level, x=x, n=n: wilson(x, n, level), p),
            ("Newcombe", lambda level, x=x, n=n, y=y, m=m: newcombe(x, n, y, m, level)[1:], p - q),
        ):
            table[f"{name}, {low_n} to {high_n} cases"] = held(ends, truth)
    for low_e, high_e in ((1, 9), (10, 200)):
        expected = random.uniform(low_e, high_e, series)
        events = random.poisson(expected)
        table[f"rate, {low_e} to {high_e} events expected"] = held(
            lambda level, events=events: rates.poisson(events, level), expected
        )
    return table


def held(ends: Callable[[float], tuple[NDArray, ...]], truth: NDArray) -> dict[str, float]:
    row = {}
    for name, level in (("95%", 0.95), ("99.8%", 0.998)):
        low, high = ends(level)
        row[name] = float(((low <= truth) & (truth <= high)).mean())
    return row


def representativity(random: Generator, series: int = SERIES // 10) -> Table:
    """The R-indicator of six groups: mean with and without adjustment, how often its interval holds the truth."""
    table: Table = {}
    people = np.array([0.3, 0.25, 0.2, 0.1, 0.1, 0.05])
    for name, rate in (
        ("all at 40%", np.full(6, 0.4)),
        ("40%, two groups at 25%", np.array([0.4, 0.4, 0.4, 0.25, 0.4, 0.25])),
        ("from 20% to 60%", np.array([0.6, 0.5, 0.4, 0.3, 0.2, 0.2])),
    ):
        for total in (200, 1000):
            size = (people * total).round().astype(int)
            truth = 1 - 2 * float((people * (rate - people @ rate) ** 2).sum() ** 0.5)
            found = [representativeness.r_indicator(random.binomial(size, rate), size) for _ in range(series)]
            table[f"{name}, {total} people"] = {
                "true R": truth,
                "mean R": float(np.mean([one.r for one in found])),
                "unadjusted": float(np.mean([one.unadjusted for one in found])),
                "95% holds": float(np.mean([one.low - 1e-9 <= truth <= one.high + 1e-9 for one in found])),
            }
    return table


TABLES = {
    "False alarms": (false_alarms, 0),
    "A shift of 8 percentage points": (planted_shift, 0),
    "How often intervals hold the truth": (coverage, 1),
    "The R-indicator": (representativity, 0),
}


def printed(table: Table, digits: int) -> str:
    """As Markdown, in per cent."""
    heads = list(next(iter(table.values())))
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    lines += [
        f"| {row} | {' | '.join(f'{100 * share:.{digits}f}%' for share in shares.values())} |"
        for row, shares in table.items()
    ]
    return "\n".join(lines)


def main() -> None:
    for name, (simulate, digits) in TABLES.items():
        print(f"\n{name}\n\n{printed(simulate(np.random.default_rng(SEED)), digits)}")


if __name__ == "__main__":
    main()
