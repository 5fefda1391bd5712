"""What each yes/no column leaves out: by hand on the twelve answers, by recount on rows drawn at random."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings

from pipelines.measures import build, catalogue, windows
from pipelines.measures.counts import undated
from tests.measures.made import made_facts, made_figures, measure, taken
from tests.measures.test_counts import MEASURES
from tests.measures.test_counts import audits as drawn
from tests.measures.test_twelve_fractions import fixture
from tests.model.rows import SETTINGS, make_facts

DEFINITIONS = catalogue.load(SETTINGS.definitions)
LEFT = {
    # all audits of the period, of these completed, of these with a contribution
    "voice.any_family": [120, 120, 74],
    # 12 of 120 had nobody whom it was appropriate to contact
    "voice.any_family_of_appropriate": [120, 120, 108, 74],
    # 40 + 22 + 8 audits are thematic
    "voice.any_family_thematic": [120, 120, 70, 62],
    # planned slots; then audits of their own, completed, with a contribution
    "voice.any_family_of_planned": [140, 140, 120, 120, 74],
    # each audit once for the child and once for a parent; 64 children and 100 parents were offered
    "voice.people_of_offered": [240, 240, 164, 114],
    # everybody on record of completed audits: a child and a parent each
    "voice.mode": [240, 240, 240, 114, 114],
}
FIGURES = """
    SELECT f.measure, f.steps, f.numerator, f.denominator FROM (FROM figures WHERE steps IS NOT NULL) AS f"""


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    with duckdb.connect() as connection:
        facts = make_facts(connection, tmp_path_factory.mktemp("accepted"), **fixture())
        spans = windows.spans(connection, facts, taken(date(2026, 5, 5)))
        build.build(connection, facts, DEFINITIONS, spans)
        yield connection


@pytest.mark.parametrize("name", LEFT)
def test_each_step_of_the_twelve_answers(con, name):
    [(steps,)] = con.execute(
        f"SELECT steps FROM figures WHERE measure = '{name}' AND \"window\" = 'financial_year' AND breakdown = '' "
        "AND period_start = DATE '2025-04-01'"
    ).fetchall()
    assert steps == LEFT[name]


def ends(steps: list[int], parts: list[str]) -> tuple[int, int]:
    """What is left at the end of the numerator's steps and of the denominator's."""
    last = dict(zip(parts, steps, strict=True))
    return last.get("numerator", last["denominator"]), last["denominator"]


def assert_adds_up(con, definitions) -> None:
    rows = con.execute(FIGURES).fetchall()
    counted = con.execute("SELECT count(*) FROM figures WHERE numerator IS NOT NULL").fetchall()
    assert [(len(rows),)] == counted, "every figure with counts has its steps, and no other"
    for name, steps, numerator, denominator in rows:
        held = definitions[name].steps
        parts = [step.part for step in held]
        assert ends(steps, parts)[1] == denominator, name
        if definitions[name].kind != "mean":
            assert ends(steps, parts)[0] == numerator, name
        for n, step in enumerate(held[1:], 1):
            begins_anew = not step.columns and not step.of_group
            assert begins_anew or steps[n] <= steps[n - 1], f"{name}: a step leaves rows out, and adds none"


def test_every_figure_adds_up(con):
    assert_adds_up(con, DEFINITIONS)


@settings(max_examples=25)
@given(drawn)
def test_steps_of_rows_drawn_at_random_add_up(rows):
    spread = measure(
        id="made.spread",
        kind="distribution",
        numerator=(),
        denominator=("is_completed",),
        breakdowns=("sex",),
    )
    measures = [*MEASURES, spread]
    completed = [
        {**row, "is_completed": row["is_completed"] and row["completed_on"] is not None} for row in rows
    ]
    with duckdb.connect() as con:
        facts = made_facts(con, completed)
        made_figures(con, facts, measures, dict.fromkeys(("990", "991"), date(2026, 2, 20)))
        assert_adds_up(con, {each.id: each for each in measures})


def test_a_group_whose_rows_are_all_left_out_makes_no_figure():
    """Rows that only the steps look at must not make new groups of a distribution."""
    spread = measure(
        id="made.spread", kind="distribution", numerator=(), denominator=("is_good",), breakdowns=("sex",)
    )
    with duckdb.connect() as con:
        facts = made_facts(con, [{"is_good": True, "sex": "F"}, {"is_good": False, "sex": "M"}])
        made_figures(con, facts, [spread], {"990": date(2026, 2, 20)})
        groups = con.execute("SELECT DISTINCT \"group\" FROM figures WHERE breakdown = 'sex'").fetchall()
    assert groups == [("F",)]


@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_last_step_of_each_part_counts_that_number(name):
    definition = DEFINITIONS[name]
    last = {step.part: step for step in definition.steps}
    if definition.kind == "given":
        assert not definition.steps
        return
    assert last["denominator"].terms == definition.denominators
    if definition.kind != "mean":
        assert last["numerator"].terms == definition.numerators


def test_rows_without_the_date_are_told_apart():
    with duckdb.connect() as con:
        facts = made_facts(
            con, [{"sex": "F"}, {"completed_on": None, "sex": "F"}, {"completed_on": None, "sex": "M"}]
        )
        undated(con, facts, [measure(breakdowns=("sex",))])
        found = con.execute('SELECT fact, date, council, breakdown, "group", "rows" FROM undated').fetchall()
    assert sorted(found) == [
        ("audits", "completed_on", "990", "", "", 2),
        ("audits", "completed_on", "990", "sex", "F", 1),
        ("audits", "completed_on", "990", "sex", "M", 1),
    ]
