"""The measures of plans by one hand-counted fixture: a year of one council, every numerator and denominator by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from pipelines import settings
from pipelines.measures import build, catalogue, windows
from pipelines.model.schema import FACTS
from tests.model.rows import make_facts

DEFINITIONS = catalogue.load(settings.load({}).definitions)
DAY = timedelta(days=1)
TAKEN = date(2026, 4, 3)
SENT = date(2025, 5, 1)


def advice(source: str, days: int | None = None, **cells: Any) -> dict[str, Any]:
    """One source asked on 1 May 2025, and its advice so many days later."""
    received = None if days is None else SENT + timedelta(days=days)
    found = {"asked_on": SENT, "received_on": received, **cells}
    return {f"advice_{source}_{name}": value for name, value in found.items()}


MET, PARTLY, NOT, NA = "met", "partly", "not_met", "not_applicable"


def criteria(*answers: str | None) -> dict[str, Any]:
    names = ("outcomes_specific", "provision_specified", "child_views", "parent_views", "coproduced")
    return dict(zip(names, answers, strict=True))


# Eight reviews of 2025-26. r1 to r5 are of plans chosen at random and completed: they are what quality is counted from.
REVIEWS: list[dict[str, Any]] = [
    {"agreed_grade": "good", "section_A_grade": "good", "section_F_grade": "inadequate", "plan_reference": "n1",
     **criteria(MET, NOT, MET, MET, MET), **advice("health", 42, quality=MET), **advice("social_care", not_known=True)},
    {"agreed_grade": "inadequate", "section_A_grade": "outstanding", "section_F_grade": "requires_improvement",
     **criteria(PARTLY, MET, MET, NA, None), **advice("health", 43, quality=PARTLY), **advice("social_care", 10)},
    {"agreed_grade": "outstanding", "section_F_grade": "good", "plan_kind_reviewed": "existing",
     **criteria(NA, NA, NOT, MET, NOT), **advice("health"), "reviewer": "p1", "moderator": "p2",
     "moderated_on": date(2025, 7, 1)},
    {"agreed_grade": None, "section_A_grade": "inadequate", **criteria(None, NOT, MET, PARTLY, PARTLY),
     **advice("health", 5, quality=NA)},
    {"agreed_grade": "requires_improvement", "plan_kind_reviewed": "existing", "plan_type": "ISP",
     **criteria(MET, PARTLY, NA, MET, MET)},
    {"agreed_grade": "good", "selection": "targeted", "section_A_grade": "good", **criteria(MET, MET, MET, MET, MET),
     **advice("health", 5, quality=MET)},
    {"agreed_grade": "good", "status": "in_progress", "reviewed_on": None, **criteria(MET, MET, MET, MET, MET)},
    {"agreed_grade": "good", "status": "void", "section_A_grade": "good", **advice("health", 5, quality=MET)},
]  # fmt: skip

# Ten plans issued in 2025-26, and two before. Days from request to issue are given.
ISSUED = date(2025, 9, 1)
PLANS: list[tuple[int | None, dict[str, Any]]] = [
    (140, {"child_reference": "c1"}),
    (141, {"child_reference": "c2"}),
    (100, {"exceptions_apply": True}),
    (301, {"exceptions_apply": True, "child_reference": "c3"}),
    (0, {"exceptions_apply": False}),
    (200, {"exceptions_apply": False}),
    (None, {}),  # taken over from another council
    (50, {"plan_type": "ISP"}),
    (150, {"ceased_on": date(2026, 3, 31)}),
    (160, {"ceased_on": date(2026, 4, 1)}),
]
BEFORE = [(70, {"issued_on": date(2024, 4, 15)}), (280, {"issued_on": date(2024, 10, 1)})]
AUDITS = [
    {"audit_reference": "a1", "child_reference": "c1", "completed_on": date(2024, 4, 10)},
    {"audit_reference": "a2", "child_reference": "c2", "completed_on": date(2024, 3, 31)},  # 24 months and a day ago
    {"audit_reference": "a3", "child_reference": "c3", "completed_on": date(2025, 4, 10), "selection": "targeted",
     "agreed_grade": "good", "auditor_grade": "good"},
    {"audit_reference": "a4", "completed_on": date(2025, 4, 11), "agreed_grade": "inadequate", "auditor_grade": "good",
     "moderator_grade": "inadequate"},
    {"audit_reference": "a5", "completed_on": date(2025, 4, 12), "auditor_grade": "inadequate"},
]  # fmt: skip

# measure -> (numerator, denominator) of the year to 31 March 2026, by hand
ANSWERS = {
    "plans.good_or_better": (2, 4),
    "plans.good_or_better_all": (3, 5),
    "plans.inadequate": (1, 4),
    "plans.outcomes_specific": (2, 3),
    "plans.provision_specified": (1, 4),
    "plans.child_views": (3, 4),
    "plans.parent_views": (3, 4),
    "plans.coproduced": (2, 4),
    "plans.moderated": (1, 6),
    "plans.section_good_or_better": (3, 6),
    "plans.section_inadequate": (2, 6),
    "advice.received": (4, 6),
    "advice.on_time": (3, 6),
    "advice.not_known": (1, 6),
    "advice.good": (1, 2),
    "timeliness.twenty_weeks": (3, 8),
    "timeliness.twenty_weeks_excluding_exceptions": (2, 6),
    # 140 + 141 + 100 + 301 + 0 + 200 + 150 + 160 = 1192 days
    "timeliness.mean_weeks": (1192, 8),
    # of 12 plans one is no EHC plan, one ended on 31 March; c1 and c3 were audited, n1 reviewed (it is c1's)
    "programme.coverage": (2, 10),
    "programme.completed_by_selection": (3, 3),
    "quality.good_or_better_auditor": (1, 2),
    "quality.good_or_better_moderator": (0, 1),
    "quality.ungraded": (1, 3),
}
GROUPS = {
    ("plans.good_or_better", "plan_kind_reviewed"): {"new": (1, 2), "existing": (1, 2)},
    ("plans.good_or_better", "plan_type"): {"EHCP": (2, 3), "ISP": (0, 1)},
    ("plans.section_good_or_better", "section"): {"A": (2, 3), "F": (1, 3)},
    ("plans.section_good_or_better", "section_by_kind"): {"A|new": (2, 3), "F|new": (0, 2), "F|existing": (1, 1)},
    ("advice.on_time", "advice_source"): {"health": (2, 4), "social_care": (1, 2)},
    ("advice.on_time", "advice_source_by_kind"): {
        "health|new": (2, 3), "health|existing": (0, 1), "social_care|new": (1, 2),
    },
    ("programme.completed_by_selection", "selection"): {"random": (2, 3), "targeted": (1, 3)},
    ("timeliness.mean_weeks", "locality"): {"unknown": (1192, 8)},
}  # fmt: skip


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    reviews = [
        {"review_reference": f"r{n}", "reviewed_on": date(2025, 6, 10 + n), **row}
        for n, row in enumerate(REVIEWS, 1)
    ]
    register = [
        {"plan_reference": f"n{n}", "issued_on": ISSUED, **row, "requested_on": None if days is None
         else row.get("issued_on", ISSUED) - timedelta(days=days)}
        for n, (days, row) in enumerate([*PLANS, *BEFORE], 1)
    ]  # fmt: skip
    with duckdb.connect() as con:
        facts = make_facts(
            con, tmp_path_factory.mktemp("accepted"), audits=AUDITS, reviews=reviews, register=register,
            extracted={"990": TAKEN},
        )  # fmt: skip
        days = {feed: {"990": TAKEN} for feed in ("case_audits", "plan_reviews", "active_plans")}
        build.build(con, facts, DEFINITIONS, windows.spans(con, facts, days))
        yield con


def year(con, measure: str, breakdown: str = "") -> list[dict[str, Any]]:
    cursor = con.execute(
        "SELECT * FROM figures WHERE measure = ? AND breakdown = ? AND \"window\" = 'financial_year' "
        "AND period_end = DATE '2026-03-31' ORDER BY \"group\"",
        [measure, breakdown],
    )
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize("measure", ANSWERS)
def test_each_measure_by_hand(con, measure):
    [row] = year(con, measure)
    assert (row["numerator"], row["denominator"], row["symbol"]) == (*ANSWERS[measure], "")
    assert row["complete"]


@pytest.mark.parametrize(("measure", "breakdown"), GROUPS)
def test_groups_by_hand(con, measure, breakdown):
    found = {row["group"]: (row["numerator"], row["denominator"]) for row in year(con, measure, breakdown)}
    assert found == GROUPS[measure, breakdown]


def test_every_measure_of_plans_is_counted_by_hand():
    spans = {name: FACTS[one.fact].span for name, one in DEFINITIONS.items() if one.fact in FACTS}
    of_plans = {name for name, span in spans.items() if span in ("plan_reviews", "plans", "plan_months")}
    elsewhere = {name for name in of_plans if name.startswith(("learning.", "reliability."))}
    assert of_plans - elsewhere <= set(ANSWERS)


def test_a_mean_is_in_its_unit_with_its_range_and_change(con):
    """Days 140, 141, 100, 301, 0, 200, 150, 160: mean 149, s 85.0; t of 7 is 2.365. The year before: 70 and 280."""
    [row] = year(con, "timeliness.mean_weeks")
    assert row["value"] == pytest.approx(149 / 7)
    assert (row["low"], row["high"]) == pytest.approx((77.94 / 7, 220.06 / 7), abs=0.001)
    assert (row["previous_numerator"], row["previous_denominator"]) == (350, 2)
    assert row["previous_value"] == pytest.approx(25)
    assert row["change"] == pytest.approx(-26 / 7)
    assert row["direction"] == "no clear change"
    assert row["change_low"] < 0 < row["change_high"]


def test_a_mean_of_one_has_no_range(con):
    cursor = con.execute(
        "SELECT value, low, high, symbol FROM figures WHERE measure = 'timeliness.mean_weeks' AND \"window\" = 'month' "
        "AND period_end = DATE '2024-04-30' AND breakdown = ''"
    )
    assert cursor.fetchall() == [(10.0, None, None, "")]


def test_the_receipt_of_a_mean_changes_with_a_row_s_number_and_not_with_the_order(con):
    digests = con.execute(
        "SELECT columns, count, digest FROM counts WHERE fact = 'plans' AND breakdown = '' AND columns LIKE 'days%' "
        "AND month = 2024 * 12 + 3 ORDER BY columns"
    ).fetchall()
    [key] = con.execute("SELECT md5_number_upper('990|n11')").fetchall()[0]
    known = "has_request & is_ehc_plan & is_issued"
    assert digests == [
        (
            f"{what}: {known}",
            value,
            con.execute("SELECT md5_number_upper(?)", [f"{key}|{value}"]).fetchall()[0][0],
        )
        for what, value in (("days_to_issue squared", 4900), ("days_to_issue", 70))
    ]


def test_a_snapshot_is_that_of_its_windows_last_month(con):
    found = con.execute(
        "SELECT \"window\", period_end, numerator, denominator FROM figures WHERE measure = 'programme.coverage' "
        "AND breakdown = '' AND complete AND period_end = DATE '2025-12-31' ORDER BY ALL"
    ).fetchall()
    # a1 (c1), a2 (c2), a3 (c3) and the review of n1; nobody had left yet, so 11 EHC plans
    assert {row[1:] for row in found} == {(date(2025, 12, 31), 3, 11)}
    assert {row[0] for row in found} == {"month", "quarter", "12m", "calendar_year"}


def test_each_span_has_its_own_months(con):
    found = con.execute("SELECT span, first_month, last_month FROM spans ORDER BY span").fetchall()
    assert found == [
        ("audits", date(2024, 3, 1), date(2026, 4, 1)),
        ("participation", date(2024, 3, 1), date(2026, 4, 1)),
        ("plan_months", date(2024, 4, 1), date(2026, 4, 1)),  # from the first plan on
        ("plan_reviews", date(2025, 6, 1), date(2026, 4, 1)),
        ("plans", date(2024, 4, 1), date(2026, 4, 1)),
    ]
    first = con.execute(
        "SELECT measure, min(period_end) FROM figures WHERE \"window\" = 'month' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    by_measure = dict(first)
    assert by_measure["voice.any_family"] == date(2024, 3, 31)
    assert by_measure["plans.good_or_better"] == date(2025, 6, 30)
    assert by_measure["timeliness.twenty_weeks"] == date(2024, 4, 30)


def test_a_council_that_sends_only_reviews_has_figures_of_them_alone(tmp_path):
    with duckdb.connect() as con:
        facts = make_facts(con, tmp_path, audits=[], reviews=[{"agreed_grade": "good"}])
        spans = windows.spans(con, facts, {"plan_reviews": {"990": TAKEN}})
        build.build(con, facts, DEFINITIONS, spans)
        measures = {name for (name,) in con.execute("SELECT DISTINCT measure FROM figures").fetchall()}
        assert measures == {
            name
            for name, one in DEFINITIONS.items()
            if one.fact in FACTS and FACTS[one.fact].span == "plan_reviews"
        }
        windows.places(con, spans)
        assert con.execute("FROM places").fetchall() == [("990", date(2026, 1, 1), date(2026, 4, 1), TAKEN)]


def test_a_register_is_looked_at_for_five_years(tmp_path):
    with duckdb.connect() as con:
        old = [{"plan_reference": f"n{year}", "issued_on": date(year, 5, 1)} for year in range(2015, 2026)]
        facts = make_facts(con, tmp_path, audits=[{"completed_on": date(2019, 1, 1)}], register=old)
        days = {"case_audits": {"990": TAKEN}, "active_plans": {"990": TAKEN}}
        windows.spans(con, facts, days)
        found = con.execute("SELECT span, first_month FROM spans ORDER BY span").fetchall()
        assert found == [
            ("audits", date(2019, 1, 1)), ("participation", date(2019, 1, 1)),
            ("plan_months", date(2021, 5, 1)), ("plans", date(2021, 5, 1)),
        ]  # fmt: skip
