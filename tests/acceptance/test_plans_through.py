"""Acceptance: reviews of plans and a register, as three councils' files, through to figures, releases and answers."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import contracts, durable, releases
from pipelines.intake import key as keys
from pipelines.intake import receive, verdicts
from pipelines.measures import lookup
from pipelines.publish import publish
from pipelines.run import run
from pipelines.settings import Settings
from tests.acceptance import council_files
from tests.acceptance.plan_rows import TAKEN, Rows, register, reviews


@pytest.fixture(autouse=True)
def only_our_own_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Expectations judges each delivery alone; that the two judges agree is tested elsewhere."""
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})


def receive_one(
    settings: Settings, folder: Path, feed: str, rows: Rows, style: str, taken: date, name: str
) -> receive.Checked:
    catalogue = contracts.load(settings)
    path = council_files.write(folder, catalogue.contracts[feed], rows, style, catalogue, name)
    with durable.store_lock(settings.store):
        checked, _ = receive.receive(settings, catalogue, keys.load(settings), path, extracted_on=taken)
    assert not checked.refused, checked.result["refusal"]
    assert checked.result["feeds"][feed]["rejected"] == 0
    return checked


def table(settings: Settings, query: str, audience: str = "officers") -> list[tuple[Any, ...]]:
    with duckdb.connect(str(releases.open_database(settings, audience)), read_only=True) as con:
        return con.execute(query).fetchall()


def test_three_councils_styles_give_the_same_figures(settings: Settings, tmp_path: Path) -> None:
    for council, style in zip(("990", "991", "992"), council_files.STYLES, strict=True):
        receive_one(settings, tmp_path, "plan_reviews", reviews(council), style, TAKEN, f"reviews {council}")
        receive_one(
            settings, tmp_path, "active_plans", register(council), style, TAKEN, f"register {council}"
        )
    run(settings)
    columns = (
        'measure, "window", period_end, breakdown, "group", numerator, denominator, value, low, high, symbol'
    )
    one, two, three = (
        table(settings, f"SELECT {columns} FROM figures WHERE council = '{council}' ORDER BY ALL")
        for council in ("990", "991", "992")
    )
    assert one == two == three
    found = {
        (row[0], row[3], row[4]): row[5:7] for row in one if row[1:3] == ("financial_year", date(2026, 3, 31))
    }
    assert found["plans.good_or_better", "", ""] == (12, 12)
    assert found["plans.provision_specified", "", ""] == (0, 12)
    assert found["plans.section_good_or_better", "section", "F"] == (9, 12)
    assert found["plans.section_good_or_better", "section_by_kind", "F|amended"] == (3, 4)
    assert found["advice.on_time", "advice_source", "health"] == (12, 12)
    assert found["timeliness.twenty_weeks", "", ""] == (10, 20)
    assert found["timeliness.twenty_weeks_excluding_exceptions", "", ""] == (8, 16)
    assert found["timeliness.mean_weeks", "", ""] == (10 * 140 + 10 * 147, 20)
    assert found["programme.coverage", "", ""] == (12, 20)
    labels = dict(table(settings, "SELECT \"group\", label FROM groups WHERE breakdown = 'section_by_kind'"))
    assert labels["F|amended"] == "F: Special educational provision - amended plan"
    # no council sent audits: nothing is said about them
    assert not [measure for measure, *_ in one if measure.startswith(("voice.", "quality."))]
    assert table(settings, "SELECT DISTINCT span FROM spans ORDER BY 1") == [
        ("plan_months",), ("plan_reviews",), ("plans",),
    ]  # fmt: skip
    publish(settings, "CURRENT", by="Analyst", note="test")
    public = {measure for (measure,) in table(settings, "SELECT DISTINCT measure FROM figures", "public")}
    assert "timeliness.mean_weeks" in public
    assert "advice.not_known" not in public


def test_a_later_register_replaces_the_earlier_one_and_asks_about_links(
    settings: Settings, tmp_path: Path
) -> None:
    receive_one(settings, tmp_path, "plan_reviews", reviews("990"), "plain", TAKEN, "reviews")
    run(settings)
    codes = "SELECT code, count(*) FROM findings WHERE code LIKE 'PLR-4%' GROUP BY ALL ORDER BY ALL"
    assert table(settings, codes) == [], "without a register nobody is asked about it"
    receive_one(settings, tmp_path, "active_plans", register("990"), "plain", TAKEN, "first")
    run(settings)
    assert table(settings, codes) == []
    later = TAKEN + timedelta(days=28)
    receive_one(settings, tmp_path, "active_plans", register("990", 6), "plain", later, "second")
    run(settings)
    assert table(settings, codes) == [("PLR-401", 6), ("PLR-402", 6)]
    database = releases.open_database(settings, "officers")
    year = lookup.find(database, "timeliness.mean_weeks", window="financial_year")
    assert (year.figures[0]["numerator"], year.figures[0]["denominator"]) == (3 * 140 + 3 * 147, 6)
    # the register goes to the end of April, the reviews to the beginning: April is over for one and not for the other
    months = {
        measure: max(row[0] for row in table(settings, f"SELECT period_end FROM figures WHERE measure = '{measure}' "
                     "AND \"window\" = 'month' AND complete AND breakdown = ''"))
        for measure in ("timeliness.mean_weeks", "plans.good_or_better", "programme.coverage")
    }  # fmt: skip
    assert months == {
        "timeliness.mean_weeks": date(2026, 4, 30), "plans.good_or_better": date(2026, 3, 31),
        "programme.coverage": date(2026, 3, 31),
    }  # fmt: skip
