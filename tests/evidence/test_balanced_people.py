"""Facts of which a row in force makes several rows, counted from the other side: whatever the rows, both agree."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.evidence.balanced_steps import _BECOMES
from tests.model.rows import CONTRACTS, make_facts

DAYS = st.one_of(st.none(), st.dates(date(2025, 1, 1), date(2026, 4, 15)))
BEGUN = st.dates(date(2025, 1, 1), date(2026, 4, 15))
YES = st.sampled_from([True, False, None])
FEW = st.integers(1, 3).map(str)
PLACED = st.fixed_dictionaries({
    "child_reference": FEW, "provider_reference": FEW, "started_on": BEGUN, "ended_on": DAYS, "registered": YES,
    "registered_on": DAYS, "registration_needed": st.sampled_from(["must_register", "need_not", None]),
})  # fmt: skip
LEARNER = st.fixed_dictionaries({
    "learner_reference": FEW, "required": YES, "required_from": DAYS, "joined_on": DAYS, "left_on": DAYS,
    "completed_on": DAYS, "passed": YES,
})  # fmt: skip
THEMES = st.lists(st.sampled_from(["Timeliness", "Health advice", "Clear writing", "?"]), max_size=3)
NAMED = st.fixed_dictionaries({
    "learning_themes": st.one_of(st.none(), THEMES), "status": st.sampled_from(["completed", "void"]),
})  # fmt: skip


def told(feed: str, con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Fact -> the rows that it should have by `balanced_steps`."""
    return {
        fact: sum(int(count or 0) for _, _, count in con.execute(query).fetchall())
        for step, fact, query in _BECOMES[feed](CONTRACTS[feed])
        if step == "made"
    }


@pytest.mark.parametrize(
    ("feed", "rows"),
    [("placements", PLACED), ("training", LEARNER), ("plan_reviews", NAMED), ("case_audits", NAMED)],
)
def test_both_sides_agree(feed: str, rows: st.SearchStrategy[dict[str, Any]], tmp_path_factory: Any) -> None:
    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(rows, min_size=1, max_size=6))
    def agree(held: list[dict[str, Any]]) -> None:
        numbered: dict[str, Any] = {
            "placements": [{**row, "placement_reference": f"s{n}"} for n, row in enumerate(held)],
            "plan_reviews": [{**row, "review_reference": f"r{n}"} for n, row in enumerate(held)],
            "case_audits": [{**row, "audit_reference": f"a{n}"} for n, row in enumerate(held)],
        }
        own = numbered.get(feed, held)
        audits = own if feed == "case_audits" else []
        reviews = own if feed == "plan_reviews" else []
        others = {feed: own} if feed in ("placements", "training") else {}
        with duckdb.connect() as con:
            made = make_facts(
                con, tmp_path_factory.mktemp("rows"), audits=audits, reviews=reviews, others=others
            )
            for fact, expected in told(feed, con).items():
                [(rows_made,)] = con.execute(f"SELECT count(*) FROM {made[fact]}").fetchall()
                assert rows_made == expected, fact

    agree()
