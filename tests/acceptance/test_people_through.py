"""Acceptance: placements, training and questions as files, through to figures, publication and a later correction."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines import contracts, releases
from pipelines.intake import verdicts
from pipelines.measures import catalogue as definitions
from pipelines.model.schema import FACTS
from pipelines.publish import CHILDREN_FEEDS, publish
from pipelines.run import run
from pipelines.settings import Settings
from tests.acceptance.test_plans_through import receive_one, table

TAKEN = date(2026, 4, 3)


@pytest.fixture(autouse=True)
def only_our_own_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Expectations judges each delivery alone; that the two judges agree is tested elsewhere."""
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})


def placement(n: int, **more: object) -> dict[str, object]:
    return {
        "council": "990", "placement_reference": f"p{n}", "child_reference": f"c{n}", "provider_reference": f"v{n}",
        "has_ehc_plan": True, "registration_needed": "must_register", "registered": False, "attendance": "part_time",
        "hours_a_week": 12, "started_on": date(2026, 2, 2), **more,
    }  # fmt: skip


def test_a_placement_is_counted_for_officers_and_nothing_of_it_is_public(
    settings: Settings, tmp_path: Path
) -> None:
    rows = [placement(1), placement(2, registered=True), placement(3, has_ehc_plan=False)]
    receive_one(settings, tmp_path, "placements", rows, "workbook", TAKEN, "first")
    learner = {
        "council": "990", "learner_reference": "l1", "module": "SEND law and duties", "theme": "Timeliness",
        "required": True, "joined_on": date(2025, 1, 6), "completed_on": date(2025, 6, 2), "passed": False,
    }  # fmt: skip
    receive_one(settings, tmp_path, "training", [learner], "older", TAKEN, "training")
    run(settings)
    year = "\"window\" = '12m' AND period_end = DATE '2026-03-31' AND breakdown = ''"
    figures = {
        measure: (numerator, denominator)
        for measure, numerator, denominator in table(
            settings, f"SELECT measure, numerator, denominator FROM figures WHERE {year}"
        )
    }
    assert figures["placements.must_register"] == (1, 2)
    assert figures["training.attended"] == (1, 1)
    assert figures["training.passed"] == (0, 1)
    weeks = table(
        settings,
        'SELECT "group", label, numerator, denominator FROM figures JOIN groups USING (breakdown, "group") WHERE '
        "measure = 'placements.must_register' AND breakdown = 'weeks_placed' AND \"window\" = '12m' "
        "AND period_end = DATE '2026-03-31'",
    )
    assert weeks == [("8", "8 weeks", 1, 2)], "2 February to 31 March is 57 days"
    assert table(settings, "SELECT DISTINCT theme FROM lessons WHERE council = '990' ORDER BY 1")

    publish(settings, "CURRENT", by="Director", note="test")
    with duckdb.connect(str(releases.open_database(settings, "public")), read_only=True) as con:
        tables = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        assert "lessons" not in tables
        texts = {name: str(con.execute(f'FROM "{name}"').fetchall()) for name in tables}
    assert "training.passed" in texts["figures"]
    # what a feed, a fact or a measure is may be read by anybody; that a council has any placements may not
    told = {name for name, text in texts.items() if "placement" in text}
    told -= {"rules", "fact_columns", "measure_versions"}
    assert told == set()

    receive_one(settings, tmp_path, "placements", rows[1:], "plain", date(2026, 4, 10), "second")
    run(settings)
    again = table(
        settings, f"SELECT numerator FROM figures WHERE measure = 'placements.must_register' AND {year}"
    )
    assert again == [(0,)], "a placement that is not in a newer whole list is taken not to be there"


def test_feeds_of_which_every_measure_is_about_children_are_listed(settings: Settings) -> None:
    measures = definitions.load(settings.definitions).values()
    classes: dict[str, set[str]] = {}
    for measure in measures:
        if measure.fact in FACTS:
            classes.setdefault(FACTS[measure.fact].feeds[0], set()).add(measure.protect)
    only_children = {feed for feed, held in classes.items() if held == {"children"}}
    assert only_children == set(CHILDREN_FEEDS)
    assert only_children <= set(contracts.load(settings).contracts)
