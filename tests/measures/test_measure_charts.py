"""Which window carries a chart, and what is stored with it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from pydantic import ValidationError

from pipelines.measures.catalogue import DefinitionError, read
from pipelines.measures.charting import Baseline, check_councils, check_versions, phases
from pipelines.measures.charts import Point, _window, charts
from pipelines.statistics import charts as spc
from pipelines.statistics.xmr import xmr_chart
from tests.measures.made import built, made_facts, measure

CHARTED = measure(chart="p", headline=1, breakdowns=("team",))


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
    aimed = measure(chart="p", headline=1, target=0.9, target_source="Ours.")
    lower = measure(
        id="made.less", chart="p", headline=2, higher_is="worse", target=0.25, target_source="Ours."
    )
    neutral = measure(id="made.plain", chart="p", headline=3, higher_is="neither")
    built(con, made_facts(con, rows), [aimed, lower, neutral], date(2024, 12, 31))
    assert sorted(charts_of(con, "DISTINCT measure, target, variation, assurance")) == [
        ("made.good", 0.9, "improving", "will not meet without change"),
        ("made.less", 0.25, "getting worse", "will not meet without change"),
        ("made.plain", None, "higher", "no target"),
    ]


def test_a_council_may_set_its_own_target(con):
    rows = [{**row, "council": council} for council in ("990", "991") for row in months(24, 40, lambda n: 20)]
    aimed = measure(chart="p", headline=1, target=0.9, target_source="Ours.")
    built(con, made_facts(con, rows), [aimed], date(2024, 12, 31), {"991": {"made.good": 0.2}})
    assert sorted(charts_of(con, "DISTINCT council, target, assurance")) == [
        ("990", 0.9, "will not meet without change"),
        ("991", 0.2, "will reliably meet"),
    ]


def test_only_headline_measures_have_signals(con):
    """The same months as above, of which all others lie on one side: without a headline the limits stand alone."""
    rows = months(24, 40, lambda n: 38 if n == 23 else 20)
    plain = measure(id="made.plain", chart="p", target=0.9, target_source="Ours.")
    built(con, made_facts(con, rows), [CHARTED, plain], date(2024, 12, 31))
    told = "any_value(measure), sum((signal <> '')::INT)::INT, any_value(variation), any_value(assurance), "
    found = con.execute(
        f"SELECT {told} any_value(chance), any_value(chance_last), sum(upper), any_value(baseline) FROM charts "
        "GROUP BY measure ORDER BY measure"
    ).fetchall()
    assert found[0][:6] == ("made.good", 24, "improving", "no target", 0.132, 0.01)
    assert found[1][:6] == ("made.plain", 0, None, "will not meet without change", None, None)
    assert found[0][6] == found[1][6]
    assert [json.loads(row[7])["rules"] is None for row in found] == [False, True]


def test_a_council_may_begin_a_chart_anew(con):
    """20 of 40 for 14 months, 30 of 40 from March 2024: one shift, or two phases that each are as usual."""
    rows = [
        {**row, "council": council}
        for council in ("990", "991")
        for row in months(28, 40, lambda n: 20 + 10 * (n > 13))
    ]
    because = {date(2024, 3, 1): "A new letter of offer.", date(2031, 1, 1): "Not yet."}
    built(con, made_facts(con, rows), [CHARTED], date(2025, 4, 30), rebased={"991": {"made.good": because}})
    found = con.execute(
        "SELECT council, min(centre), max(centre), sum((signal <> '')::INT)::INT, any_value(state), any_value(chance) "
        "FROM charts GROUP BY council ORDER BY council"
    ).fetchall()
    assert found[0][3] > 7
    assert found[1] == ("991", 0.5, 0.75, 0, "limits", pytest.approx(1 - (1 - 0.053) ** 2, abs=1e-3))
    [(stored,)] = con.execute("SELECT DISTINCT baseline FROM charts WHERE council = '991'").fetchall()
    told = json.loads(stored)
    assert told["rebased"] == {"2024-03-01": "A new letter of offer."}
    assert [(phase["start"], phase["points"]) for phase in told["phases"]] == [(0, 14), (14, 14)]


def test_a_definition_declares_baseline_and_rules(con):
    rows = months(20, 40, lambda n: 20 if n < 8 else 30)
    days = Baseline(first=date(2023, 1, 1), last=date(2023, 8, 31))
    declared = [
        measure(chart="p", headline=1, baseline=Baseline(points=10), rules={"trend": 6}),
        measure(id="made.days", chart="p", headline=2, baseline=days),
        measure(id="made.anew", chart="p", headline=3, rebased_on=(date(2023, 9, 1),)),
    ]
    built(con, made_facts(con, rows), declared, date(2024, 8, 31))
    [ten] = con.execute("SELECT DISTINCT centre, baseline FROM charts WHERE measure = 'made.good'").fetchall()
    assert ten[0] == (8 * 20 + 2 * 30) / 400
    assert json.loads(ten[1])["rules"]["trend"] == 6
    assert con.execute("SELECT DISTINCT centre FROM charts WHERE measure = 'made.days'").fetchall() == [
        (0.5,)
    ]
    assert con.execute(
        "SELECT DISTINCT centre FROM charts WHERE measure = 'made.anew' ORDER BY 1"
    ).fetchall() == [(0.5,), (0.75,)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"chart": "xmr"}, "an xmr chart needs a mean"),
        ({"baseline": Baseline(points=12)}, "only a measure with a chart"),
        ({"chart": "p", "rules": {"trend": 6}}, "run on headline measures only"),
        ({"chart": "p", "headline": 1, "rules": {"trends": 6}}, "no rule called trends"),
        ({"chart": "p", "headline": 1, "rules": {"trend": 2}}, "trend"),
        ({"chart": "p", "target": 1.5, "target_source": "Ours."}, "a share is from 0 to 1"),
    ],
)
def test_what_a_chart_cannot_be(changes, words):
    with pytest.raises(ValidationError, match=words):
        measure(**changes)


def test_a_mean_has_an_xmr_chart_of_its_own_values(con):
    """26 weeks on average each month of 30 plans, then 40; one month without plans is missing."""
    weeks = [25.0, 27.0] * 10 + [None, 26.0, 40.0]
    con.execute(
        "CREATE TEMP TABLE figures AS SELECT 'timeliness.mean_weeks' AS measure, '990' AS council, kind AS \"window\", "
        "'' AS breakdown, true AS complete, start AS period_start, last_day(start) AS period_end, "
        "days AS numerator, plans AS denominator, value FROM (VALUES "
        + ", ".join(
            f"('month', DATE '{2024 + n // 12}-{n % 12 + 1:02d}-01', {30 * 7 * (value or 0):.0f}::BIGINT, "
            f"{0 if value is None else 30}::BIGINT, {'NULL' if value is None else value}::DOUBLE)"
            for n, value in enumerate(weeks)
        )
        + ") AS made (kind, start, days, plans, value)"
    )
    path = Path("pipelines/measures/definitions/timeliness/mean_weeks.yaml")
    charts(
        con,
        {"timeliness.mean_weeks": read(path)},
        "figures",
        "charts",
        {"990": {"timeliness.mean_weeks": 20}},
    )
    expected = xmr_chart([float("nan") if value is None else value for value in weeks])
    found = charts_of(
        con, '"window", state, value, centre, lower, upper, signal, target, assurance, baseline'
    )
    assert [row[2] for row in found] == weeks
    assert {(*row[:2], *row[3:9]) for row in found} == {
        ("month", "limits", expected.centre[0], expected.lower[0], expected.upper[0], "", 20,
         "will not meet without change")
    }  # fmt: skip
    assert json.loads(found[0][9]) == {**expected.parameters, "rules": None}


@pytest.mark.parametrize("of", [19, 20])
def test_an_average_of_few_is_no_chart(con, of):
    own = [Point("m", "990", "month", date(2024, 1, 1), date(2024, 1, 31), 100, of, 5.0)]
    mean = measure(kind="mean", numerator=(), of="days_to_issue", unit="weeks", fact="plans", date="issued_on",
                   denominator=("is_issued",), chart="xmr")  # fmt: skip
    assert _window(own, mean) == ("month" if of == 20 else "table")


@pytest.mark.parametrize(
    "wrong", [{}, {"first": date(2024, 1, 1)}, {"points": 7}, {"points": 9, "last": date(2024, 1, 1)}]
)
def test_a_baseline_is_points_or_two_days(wrong):
    with pytest.raises(ValidationError):
        Baseline(**wrong)


def test_a_phase_begins_with_the_point_that_holds_its_day():
    ends = [date(2024, 3, 31), date(2024, 6, 30), date(2024, 9, 30)]
    assert phases([date(2024, 5, 1), date(2024, 6, 30)], ends) == {1: date(2024, 5, 1)}
    assert phases([date(2024, 1, 1), date(2025, 1, 1)], ends) == {}


def test_a_chart_changes_only_with_its_version(tmp_path):
    text = Path("pipelines/measures/definitions/voice/any_family.yaml").read_text(encoding="utf-8")
    (tmp_path / "voice").mkdir()
    path = tmp_path / "voice" / "any_family.yaml"

    def held(changed: str) -> dict:
        path.write_text(changed, encoding="utf-8")
        return {"voice.any_family": read(path)}

    before = {"voice.any_family": text}
    check_versions(before, held(text))
    check_versions(before, held(text.replace("why: >-", "why: >-\n  Better said.")))
    check_versions({}, held(text))
    anew = text.replace("chart: p", "chart: p\nrebased_on: [2024-09-01]")
    with pytest.raises(DefinitionError, match=r"voice/any_family\.yaml, at rebased_on: .* Raise the version"):
        check_versions(before, held(anew))
    check_versions(before, held(anew.replace("1.0.0", "1.1.0")))


def test_few_points_have_no_class(con):
    built(con, made_facts(con, months(5, 40, lambda n: 20)), [CHARTED], date(2023, 5, 31))
    assert charts_of(con, "DISTINCT variation, assurance") == [("too few points", "no target")]
    trial = measure(chart="p", headline=1, target=0.1, target_source="Ours.")
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
    check_councils(catalogue, {"990": {"made.good": 0.5}})
    with pytest.raises(DefinitionError, match=words.replace(".", r"\.")):
        check_councils(catalogue, {"990": {name: 0.5}})
