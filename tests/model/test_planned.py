"""The programme, frozen when first approved, and the audits set against it."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from tests.model.rows import make_facts

JAN = date(2026, 1, 31)


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def slots(con, folder, *cases) -> list[tuple[int, int, int]]:
    """Planned, added and delivered for each case, which is some plans and some audits; each is a council of its own."""
    councils = [f"{900 + n}" for n in range(len(cases))]
    made = make_facts(
        con,
        folder,
        audits=[
            {"audit_reference": f"a{n}", **audit, "council": council}
            for council, (_, audits) in zip(councils, cases, strict=True)
            for n, audit in enumerate(audits)
        ],
        plans=[
            {**plan, "council": council}
            for council, (plans, _) in zip(councils, cases, strict=True)
            for plan in plans
        ],
    )
    found = con.execute(
        "SELECT council, count_if(is_planned), count_if(is_added), count_if(is_delivered) "
        f"FROM {made['planned_audits']} GROUP BY 1"
    ).fetchall()
    counted = {council: tuple(counts) for council, *counts in found}
    return [counted.get(council, (0, 0, 0)) for council in councils]


def test_the_first_approval_fixes_the_number(con, tmp_path):
    first = {"planned_count": 5, "approved_on": date(2025, 12, 1)}
    fewer = {"planned_count": 3, "approved_on": date(2026, 1, 10)}
    more = {"planned_count": 8, "approved_on": date(2026, 1, 20)}
    nought = {"planned_count": 0, "approved_on": date(2025, 11, 1)}
    found = slots(
        con,
        tmp_path,
        ([first], []),
        ([fewer, first], []),
        ([more, first], []),
        ([more, fewer, first], []),
        ([nought], []),
        ([fewer, nought], []),
    )
    assert found == [(5, 0, 0), (5, 0, 0), (5, 3, 0), (5, 3, 0), (0, 0, 0), (0, 3, 0)]


def test_each_team_agency_frame_and_type_is_a_plan_of_its_own(con, tmp_path):
    plans = [
        {"planned_count": 1},
        {"planned_count": 2, "team": "North"},
        {"planned_count": 3, "team": "North", "agency": "Health"},
        {"planned_count": 4, "frame": "sen_support", "team": "South"},
        {"planned_count": 5, "audit_type": "thematic"},
    ]
    assert slots(con, tmp_path, (plans, [])) == [(15, 0, 0)]
    found = con.execute("SELECT team, count(*) FROM fact_planned_audits GROUP BY 1 ORDER BY 1").fetchall()
    assert found == [("North", 5), ("South", 4), ("unknown", 6)]


def test_a_team_or_frame_that_only_a_later_approval_names_is_added(con, tmp_path):
    first = {"planned_count": 4, "team": "North", "approved_on": date(2025, 12, 1)}
    later = {"planned_count": 2, "team": "South", "approved_on": date(2026, 1, 9)}
    shared_out = [
        {"planned_count": 2, "team": team, "approved_on": date(2026, 1, 9)} for team in ("North", "South")
    ]
    done = [{"team": "North"}, {"team": "South"}]
    found = slots(
        con,
        tmp_path,
        ([first, later], done),
        ([first, later | {"approved_on": date(2025, 12, 1)}], done),
        ([first, later | {"team": "North", "frame": "sen_support"}], []),
        # another kind of audit or period is a programme of its own, and so is an agency beside another
        ([first, later | {"audit_type": "thematic"}], done),
        ([first, later | {"period_start": date(2026, 2, 1), "period_end": date(2026, 2, 28)}], []),
        ([first | {"agency": "Education"}, later | {"agency": "Health"}], []),
        # but not where the first approval was for all agencies, or the later one is
        ([first, later | {"agency": "Health"}], []),
        ([first | {"agency": "Health"}, later], []),
        # ten for all teams, shared out among them later: no more than ten were promised
        ([first | {"planned_count": 10, "team": None}, *shared_out], done),
    )
    assert found == [
        (4, 2, 1),
        (6, 0, 2),
        (4, 2, 0),
        (6, 0, 1),
        (6, 0, 0),
        (6, 0, 0),
        (4, 2, 0),
        (4, 2, 0),
        (10, 4, 2),
    ]


def test_what_counts_as_delivered(con, tmp_path):
    cases = [
        ({}, True),
        ({"completed_on": JAN}, True),
        ({"completed_on": date(2026, 2, 1)}, False),
        ({"completed_on": date(2025, 12, 30)}, True),  # done before it was due
        ({"planned_month": date(2025, 12, 1)}, False),
        ({"planned_month": None}, False),
        ({"status": "in_progress", "completed_on": None}, False),
        ({"status": "void"}, False),
        ({"audit_type": "thematic"}, False),
        ({"team": "South"}, True),  # the plan names no team
        ({"frame": "ehcp"}, True),
        ({"frame": "sen_support"}, False),
        ({"frame": "?"}, True),
    ]
    found = slots(con, tmp_path, *(([{"planned_count": 2}], [audit]) for audit, _ in cases))
    assert found == [(2, 0, int(counts)) for _, counts in cases]


def test_a_plan_that_names_team_and_agency_takes_only_their_audits(con, tmp_path):
    plan = {"planned_count": 5, "team": "North", "agency": "Health"}
    audits = [
        {"team": "North", "agency": "Health"},
        {"team": "North", "agency": "Education"},
        {"team": "South", "agency": "Health"},
        {"team": None, "agency": "Health"},
    ]
    assert slots(con, tmp_path, ([plan], audits)) == [(5, 0, 1)]


def test_no_more_is_delivered_than_was_planned_and_added_slots_are_not_delivered(con, tmp_path):
    plans = [{"planned_count": 2}, {"planned_count": 4, "approved_on": date(2026, 1, 9)}]
    assert slots(con, tmp_path, (plans, [{}] * 3)) == [(2, 2, 2)]


def test_another_councils_audits_do_not_count(con, tmp_path):
    made = make_facts(con, tmp_path, audits=[{"council": "991"}], plans=[{}])
    assert con.execute(f"SELECT is_delivered FROM {made['planned_audits']}").fetchall() == [(False,)]


def test_a_quarter_is_dated_by_its_last_month_and_says_how_many_it_spans(con, tmp_path):
    quarter = {"period_start": date(2026, 1, 1), "period_end": date(2026, 3, 31), "planned_count": 2}
    made = make_facts(
        con,
        tmp_path,
        audits=[{"planned_month": date(2026, 1, 1), "completed_on": date(2026, 3, 31)}],
        plans=[quarter, {"audit_type": "thematic"}],
    )
    found = con.execute(
        f"SELECT audit_type, planned_month, months_spanned, is_delivered FROM {made['planned_audits']} ORDER BY ALL"
    ).fetchall()
    assert found == [
        ("routine", date(2026, 3, 1), 3, False),
        ("routine", date(2026, 3, 1), 3, True),
        ("thematic", date(2026, 1, 1), 1, False),
    ]


def test_a_year_spans_twelve_months_across_new_year(con, tmp_path):
    year = {"period_start": date(2025, 4, 1), "period_end": date(2026, 3, 31)}
    made = make_facts(con, tmp_path, plans=[year])
    assert con.execute(f"SELECT months_spanned FROM {made['planned_audits']}").fetchall() == [(12,)]


def test_slots_have_keys_of_their_own(con, tmp_path):
    made = make_facts(con, tmp_path, plans=[{"planned_count": 50}, {"planned_count": 50, "team": "North"}])
    assert con.execute(f"SELECT count(DISTINCT slot_key) FROM {made['planned_audits']}").fetchall() == [
        (100,)
    ]
