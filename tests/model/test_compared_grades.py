"""What two grades of the same audit say together: agreement, distance and direction, by hand."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.model import schema
from tests.model.rows import judged

BEST, GOOD, RI, BAD = "outstanding", "good", "requires_improvement", "inadequate"
TOGETHER = {
    "has_both_grades",
    "is_same_grade",
    "is_within_one_grade",
    "is_different_grade",
    "is_moderator_lower",
}
CASES = [
    # auditor, moderator, pair, what is true
    (GOOD, GOOD, "good|good", {"is_same_grade", "is_within_one_grade"}),
    (
        GOOD,
        RI,
        "good|requires_improvement",
        {"is_within_one_grade", "is_different_grade", "is_moderator_lower"},
    ),
    (RI, GOOD, "requires_improvement|good", {"is_within_one_grade", "is_different_grade"}),
    (BEST, BAD, "outstanding|inadequate", {"is_different_grade", "is_moderator_lower"}),
    (BAD, BEST, "inadequate|outstanding", {"is_different_grade"}),
    (GOOD, None, "unknown", None),
    (None, GOOD, "unknown", None),
    ("?", GOOD, "unknown", None),
    (GOOD, "?", "unknown", None),
]


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        yield connection


def test_two_grades_of_an_audit(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    given = [({"auditor_grade": one, "moderator_grade": other}, ()) for one, other, *_ in CASES]
    for (one, other, pair, said), row in zip(CASES, judged(con, tmp_path, given), strict=True):
        expected = said | {"has_both_grades"} if said is not None else set()
        assert {name for name in TOGETHER if row[name]} == expected, (one, other)
        assert row["grade_pair"] == pair
        assert row["is_inadequate_auditor"] == (one == BAD)


def test_both_facts_have_the_same_columns_of_two_grades() -> None:
    for fact, grader in schema.GRADERS.items():
        own = schema.FACTS[fact]
        assert {*TOGETHER, f"is_inadequate_{grader}"} <= set(own.yes_no)
        assert "moderated_on" in own.dates
        assert "grade_pair" in own.breakdowns
