"""The tables of docs/statistics.md, simulated again with other random numbers; and intervals held to their level."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import chance

PAGE = Path(__file__).resolve().parents[2] / "docs" / "statistics.md"
DRAWS = {"The R-indicator": chance.SERIES // 10}  # the others: chance.SERIES


def told(row: str) -> list[float]:
    """The numbers of a row of a table of the page, from 0 to 1."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {row} |")]
    assert len(lines) == 1, f"{row} stands {len(lines)} times on the page"
    return [float(cell.strip().rstrip("%")) / 100 for cell in lines[0].split("|")[2:-1]]


@pytest.mark.slow
@pytest.mark.parametrize("name", chance.TABLES)
def test_the_page_says_what_chance_does(name):
    simulate, digits = chance.TABLES[name]
    for row, shares in simulate(np.random.default_rng(chance.SEED + 1)).items():
        for (column, got), page in zip(shares.items(), told(row), strict=True):
            # two simulations differ by this much 1 time in 16,000; then the page rounds
            slack = 4 * (2 * max(got * (1 - got), 0.001) / DRAWS.get(name, chance.SERIES)) ** 0.5
            assert got == pytest.approx(page, abs=slack + 0.5 * 10 ** -(digits + 2)), (row, column)


def test_intervals_hold_the_truth_as_often_as_they_say():
    table = chance.coverage(np.random.default_rng(7), series=6_000)
    error = 4 * (0.05 * 0.95 / 6_000) ** 0.5
    for row, shares in table.items():
        assert shares["95%"] > 0.95 - error, row
        if "5 to 20" not in row and "1 to 9" not in row:  # exact for few events: wider than need be
            assert shares["95%"] < 0.95 + error + 0.005, row
        assert shares["99.8%"] > 0.993, row


def test_a_planted_shift_is_found_more_often_the_more_cases_there_are():
    table = chance.planted_shift(np.random.default_rng(7), series=1_000)
    found = [row["within 12 months"] for row in table.values()]
    assert found == sorted(found)
    assert found[0] > 3 * table["20 cases a month"]["no shift, 12 months"]
    assert found[-1] > 0.99
