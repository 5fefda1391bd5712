"""One fixture, twelve answers: the same 120 audits honestly give twelve different figures for "voice in audits"."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest

from pipelines.measures import build, catalogue, windows
from pipelines.model.schema import FACTS
from tests.measures.made import taken
from tests.model.rows import SETTINGS, make_facts

YES, NO = True, False
PATTERNS = [
    # audits, contact appropriate, parent (offered, accepted, contributed), child (the same), thematic
    (40, YES, (YES, YES, YES), (YES, YES, YES), YES),
    (22, YES, (YES, YES, YES), (YES, NO, NO), YES),
    (10, YES, (YES, YES, YES), (NO, NO, NO), NO),
    (2, YES, (YES, NO, NO), (YES, YES, YES), NO),
    (8, YES, (YES, YES, NO), (NO, NO, NO), YES),
    (18, YES, (YES, NO, NO), (NO, NO, NO), NO),
    (12, NO, (NO, NO, NO), (NO, NO, NO), NO),
    (8, YES, (NO, NO, NO), (NO, NO, NO), NO),
]
ANSWERS = {
    "voice.any_family": (74, 120, "62%"),
    "voice.any_family_of_appropriate": (74, 108, "69%"),
    "voice.any_family_of_offered": (74, 100, "74%"),
    "voice.any_family_of_planned": (74, 140, "53%"),
    "voice.any_family_thematic": (62, 70, "89%"),
    "voice.child_and_parent": (40, 120, "33%"),
    "voice.parent": (72, 120, "60%"),
    "voice.parent_of_offered": (72, 100, "72%"),
    "voice.child": (42, 120, "35%"),
    "voice.child_of_offered": (42, 64, "66%"),
    "voice.people": (114, 240, "48%"),
    "voice.people_of_offered": (114, 164, "70%"),
}
BESIDE = {
    "voice.contact_appropriate": (108, 120),
    "voice.parent_contact_appropriate": (108, 120),
    "voice.child_contact_appropriate": (108, 120),
    "voice.parent_offered": (100, 108),
    "voice.child_offered": (64, 108),
    "voice.parent_offered_of_completed": (100, 120),
    "voice.parent_replied": (100, 120),
    "voice.parent_accepted_of_completed": (80, 120),
    "voice.parent_told": (0, 120),
    "voice.child_offered_of_completed": (64, 120),
    "voice.child_accepted_of_completed": (42, 120),
    "voice.staff": (0, 120),
    "voice.nobody_offered": (20, 120),
    "voice.nobody_offered_not_appropriate": (12, 120),
    "voice.nobody_offered_no_reason": (8, 120),
    "voice.existing_record_only": (0, 120),
    "voice.parent_acceptance": (80, 100),
    "voice.child_acceptance": (42, 64),
    "voice.mode": (114, 114),
    "voice.child_not_appropriate": (12, 12),
    "programme.delivery": (120, 140),
    "programme.added": (0, 140),
    "quality.good_or_better": (0, 0),
}


def last_day(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def fixture() -> dict[str, list[dict]]:
    audits, people = [], []
    for number, appropriate, parent, child, thematic in PATTERNS:
        for _ in range(number):
            place = len(audits)
            month = date(2025 + (place % 12 > 8), (place % 12 + 3) % 12 + 1, 1)
            done = month.replace(day=25)
            kind = "thematic" if thematic else "routine"
            audit = {
                "audit_reference": f"a{place}",
                "audit_type": kind,
                "planned_month": month,
                "completed_on": done,
            }
            audits.append(audit)
            for role, (offered, accepted, contributed) in (("parent", parent), ("child", child)):
                person = {"audit_reference": f"a{place}", "role": role, "contact_appropriate": appropriate}
                person |= {
                    "offered": offered,
                    "not_appropriate_reason": None if appropriate else "moved_away",
                }
                if offered:
                    person |= {
                        "offered_on": done.replace(day=5),
                        "response": "accepted" if accepted else "declined",
                    }
                if contributed:
                    person |= {"contributed_on": done.replace(day=20), "mode": "conversation"}
                people.append(person)
    months = [date(2025 + (n > 8), (n + 3) % 12 + 1, 1) for n in range(12)]
    planned = [
        {"period_start": month, "period_end": last_day(month), "audit_type": kind, "planned_count": count}
        for n, month in enumerate(months)
        for kind, count in (("thematic", 7 if n < 8 else 6), ("routine", 5))
    ]
    return {"audits": audits, "people": people, "plans": planned}


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    with duckdb.connect() as con:
        facts = make_facts(con, tmp_path_factory.mktemp("accepted"), **fixture())
        spans = windows.spans(con, facts, taken(date(2026, 5, 5)))
        build.build(con, facts, catalogue.load(SETTINGS.definitions), spans)
        yield {
            (measure, window): (numerator, denominator, value, symbol)
            for measure, window, numerator, denominator, value, symbol in con.execute(
                'SELECT measure, "window", numerator, denominator, value, symbol FROM figures '
                "WHERE breakdown = '' AND complete "
                "AND period_start = DATE '2025-04-01' AND period_end = DATE '2026-03-31'"
            ).fetchall()
        }


@pytest.mark.parametrize("window", ["financial_year", "12m"])
@pytest.mark.parametrize("measure", ANSWERS)
def test_each_answer(figures, measure, window):
    numerator, denominator, value, symbol = figures[measure, window]
    expected_numerator, expected_denominator, shown = ANSWERS[measure]
    assert (numerator, denominator, symbol) == (expected_numerator, expected_denominator, "")
    assert value == expected_numerator / expected_denominator
    assert f"{value:.0%}" == shown


def test_only_one_of_the_twelve_rounds_to_62_percent():
    assert [name for name, (*_, shown) in ANSWERS.items() if shown == "62%"] == ["voice.any_family"]


@pytest.mark.parametrize("measure", BESIDE)
def test_the_figures_beside_them(figures, measure):
    assert figures[measure, "financial_year"][:2] == BESIDE[measure]


def test_every_measure_has_a_figure(figures):
    definitions = catalogue.load(SETTINGS.definitions)
    counted = {
        name: one for name, one in definitions.items() if one.kind not in ("given", *catalogue.COMPARED)
    }
    of_audits = {name for name, one in counted.items() if FACTS[one.fact].span == "audits"}
    assert {measure for measure, _ in figures} == of_audits
