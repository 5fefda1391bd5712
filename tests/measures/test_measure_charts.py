"""Which window carries a chart, and what is stored with it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import duckdb
import pytest

from pipelines.measures.catalogue import DefinitionError
from pipelines.measures.charts import check_targets
from pipelines.statistics import charts as spc
from tests.measures.made import built, made_facts, measure

CHARTED = measure(chart="p", breakdowns=("team",))


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        yield connection


def months(number: int, of: int, good, first: int = 2023 * 12) -> list[dict]:
    """`of` audits a month, `good(n)` of them good in month n."""
    return [
        {"completed_on": date((first + n) // 12, (first + n) % 12 + 1, 9), "is_good": place < good(n)}
        for n in range(number)
        for place in range(of)
    ]


def charts_of(con, columns: str = "*") -> list[tuple]:
    return con.execute(f"SELECT {columns} FROM charts").fetchall()


def test_months_where_they_can_carry_it(con):
    rows = months(24, 40, lambda n: 30 if n == 20 else 15)
    built(con, made_facts(con, rows), [CHARTED], date(2024, 12, 31))
    found = charts_of(
        con, '"window", state, period_end, numerator, denominator, value, centre, lower, upper, signal, side'
    )
    expected = spc.p_chart([30 if n == 20 else 15 for n in range(24)], [40] * 24)
    assert len(found) == 24
    assert {row[:2] for row in found} == {("month", "limits")}
    assert found[0][2:6] == (date(2023, 1, 31), 15, 40, 15 / 40)
    for n, row in enumerate(found):
        assert row[6:9] == (expected.centre[n], expected.lower[n], expected.upper[n])
        assert row[9:] == (expected.signal[n], expected.side[n])
    assert found[20][9:] == ("outside", "high")
    [(baseline,)] = set(charts_of(con, "baseline"))
    assert json.loads(baseline) == expected.parameters


def test_a_longer_chart_keeps_the_limits_of_its_first_24_points(con):
    def limits(number: int) -> list[tuple]:
        rows = months(number, 40, lambda n: 15 if n < 24 else 30)
        built(con, made_facts(con, rows), [CHARTED], date(2025, number - 24, 28) + timedelta(days=3))
        return charts_of(con, "period_end, centre, lower, upper")

    assert limits(30)[:24] == limits(27)[:24]
    assert charts_of(con, "count(*)") == [(27,)]
    assert charts_of(con, "DISTINCT centre") == [(15 / 40,)]


def test_quarters_where_months_are_too_small(con):
    built(con, made_facts(con, months(36, 9, lambda n: 4)), [CHARTED], date(2025, 12, 31))
    found = charts_of(con, '"window", state, denominator')
    assert found == [("quarter", "trial", 27)] * 12


def test_a_table_of_quarters_where_nothing_carries_a_chart(con):
    built(con, made_facts(con, months(12, 3, lambda n: 1)), [CHARTED], date(2023, 12, 31))
    found = charts_of(
        con, '"window", state, denominator, value, centre, lower, upper, signal, side, baseline'
    )
    assert found == [("quarter", "table", 9, 1 / 3, None, None, None, "", "", None)] * 4


def test_few_points_are_a_run_chart_without_limits(con):
    built(con, made_facts(con, months(5, 40, lambda n: 20)), [CHARTED], date(2023, 5, 31))
    found = charts_of(con, "state, centre, lower, upper, signal")
    assert found == [("run", 0.5, None, None, "")] * 5


def test_a_month_that_is_not_over_is_left_out(con):
    built(con, made_facts(con, months(14, 40, lambda n: 20)), [CHARTED], date(2024, 2, 28))
    assert charts_of(con, "max(period_end)") == [(date(2024, 1, 31),)]


def test_a_month_without_audits_is_a_gap_and_not_a_missing_row(con):
    rows = [row for row in months(20, 40, lambda n: 20) if row["completed_on"] != date(2023, 8, 9)]
    built(con, made_facts(con, rows), [CHARTED], date(2024, 8, 31))
    found = charts_of(con, "period_end, denominator, value, lower")
    assert len(found) == 20
    assert found[7] == (date(2023, 8, 31), 0, None, None)


def test_only_measures_with_a_chart_each_council_by_itself(con):
    rows = [{**row, "council": council} for council in ("991", "990") for row in months(13, 40, lambda n: 20)]
    plain = measure(id="made.plain")
    built(con, made_facts(con, rows), [plain, CHARTED], date(2024, 1, 31))
    found = charts_of(con, "DISTINCT measure, council")
    assert sorted(found) == [("made.good", "990"), ("made.good", "991")]
    assert charts_of(con, "measure, council, period_end") == sorted(
        charts_of(con, "measure, council, period_end")
    )


def test_columns_and_types(con):
    built(con, made_facts(con, []), [CHARTED], date(2024, 1, 31))
    kinds = {name: kind for name, kind, *_ in con.execute("DESCRIBE charts").fetchall()}
    assert kinds["period_start"] == "DATE"
    assert kinds["numerator"] == "BIGINT"
    assert kinds["centre"] == "DOUBLE"
    assert kinds["signal"] == "VARCHAR"


def test_variation_and_assurance_stand_on_every_point(con):
    """23 months of 20 in 40 and one of 38: an upward signal at the end, limits from about 28% to 76%."""
    rows = months(24, 40, lambda n: 38 if n == 23 else 20)
    aimed = measure(chart="p", target=0.9, target_source="Ours.")
    lower = measure(id="made.less", chart="p", higher_is="worse", target=0.25, target_source="Ours.")
    neutral = measure(id="made.plain", chart="p", higher_is="neither")
    built(con, made_facts(con, rows), [aimed, lower, neutral], date(2024, 12, 31))
    assert sorted(charts_of(con, "DISTINCT measure, target, variation, assurance")) == [
        ("made.good", 0.9, "improving", "will not meet without change"),
        ("made.less", 0.25, "getting worse", "will not meet without change"),
        ("made.plain", None, "higher", "no target"),
    ]


def test_a_council_may_set_its_own_target(con):
    rows = [{**row, "council": council} for council in ("990", "991") for row in months(24, 40, lambda n: 20)]
    aimed = measure(chart="p", target=0.9, target_source="Ours.")
    built(con, made_facts(con, rows), [aimed], date(2024, 12, 31), {"991": {"made.good": 0.2}})
    assert sorted(charts_of(con, "DISTINCT council, target, assurance")) == [
        ("990", 0.9, "will not meet without change"),
        ("991", 0.2, "will reliably meet"),
    ]


def test_few_points_have_no_class(con):
    built(con, made_facts(con, months(5, 40, lambda n: 20)), [CHARTED], date(2023, 5, 31))
    assert charts_of(con, "DISTINCT variation, assurance") == [("too few points", "no target")]
    trial = measure(chart="p", target=0.1, target_source="Ours.")
    built(con, made_facts(con, months(10, 40, lambda n: 20)), [trial], date(2023, 10, 31))
    assert charts_of(con, "DISTINCT state, variation, assurance") == [
        ("trial", "no clear change", "too few points")
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("made.god", "councils/990.yaml, at targets: there is no measure 'made.god'"),
        ("made.plain", "made.plain can have no target"),
        ("made.either", "made.either can have no target"),
    ],
)
def test_a_target_for_what_can_have_none_is_refused(name, words):
    catalogue = {
        each.id: each
        for each in (
            CHARTED,
            measure(id="made.plain"),
            measure(id="made.either", chart="p", higher_is="neither"),
        )
    }
    check_targets(catalogue, {"990": {"made.good": 0.5}})
    with pytest.raises(DefinitionError, match=words.replace(".", r"\.")):
        check_targets(catalogue, {"990": {name: 0.5}})
