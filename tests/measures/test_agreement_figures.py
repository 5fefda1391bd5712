"""Agreement as figures: counts by hand, coefficients as the statistics have them, too few, and receipts that follow.

Sixty randomly moderated audits of January, half of them of one team:

    auditor \\ moderator   good   requires improvement
    good                   30           12
    requires improvement    4           14
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import settings
from pipelines.measures import agreed, build, catalogue, windows
from pipelines.statistics import agreement
from tests.model.rows import make_facts

DEFINITIONS = {
    name: measure
    for name, measure in catalogue.load(settings.load({}).definitions).items()
    if measure.topic == "reliability"
}
GOOD, RI = "good", "requires_improvement"
PAIRS = {(GOOD, GOOD): 30, (GOOD, RI): 12, (RI, GOOD): 4, (RI, RI): 14}
TABLE = [[0, 0, 0, 0], [0, 30, 12, 0], [0, 4, 14, 0], [0, 0, 0, 0]]
MODERATED = {
    "auditor": "a",
    "moderator": "m",
    "moderated_on": date(2026, 2, 10),
    "moderation_selection": "random",
}
TARGETED = {**MODERATED, "moderation_selection": "targeted", "auditor_grade": "inadequate"}
Figure = tuple[int | None, int | None, float | None, str]


def audits(pairs: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    held = [pair for pair, times in pairs.items() for _ in range(times)]
    return [
        {"audit_reference": f"r{n}", "auditor_grade": first, "moderator_grade": second, **MODERATED}
        for n, (first, second) in enumerate(held)
    ]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def figures(
    con: duckdb.DuckDBPyConnection, folder: Path, given: list[dict[str, Any]], window: str = "month"
) -> dict[tuple[str, str], dict[str, Any]]:
    """(measure, group) -> its figure of February, in which the audits were moderated."""
    facts = make_facts(con, folder, audits=given)
    spans = windows.spans(con, facts, {"case_audits": {"990": date(2026, 4, 15)}})
    build.build(con, facts, DEFINITIONS, spans)
    found = con.execute(
        "SELECT * FROM figures WHERE \"window\" = ? AND period_start <= DATE '2026-02-01' "
        "AND period_end BETWEEN DATE '2026-02-01' AND DATE '2026-02-28'", [window]
    )  # fmt: skip
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {(row["measure"].removeprefix("reliability."), row["group"]): row for row in rows}


def counts(row: dict[str, Any]) -> tuple[int, int]:
    return row["numerator"], row["denominator"]


def test_counts_by_hand_and_coefficients_as_the_statistics_have_them(con, tmp_path: Path) -> None:
    beside = [{"audit_reference": f"t{n}", "moderator_grade": "inadequate", **TARGETED} for n in range(70)]
    nobody = [{"audit_reference": "n", "auditor_grade": GOOD}]
    found = figures(con, tmp_path, [*audits(PAIRS), *beside, *nobody])
    assert counts(found["same_grade", ""]) == (44, 60)
    assert counts(found["within_one_grade", ""]) == (60, 60)
    assert counts(found["more_generous", ""]) == (12, 60)
    assert counts(found["generous_of_disagreements", ""]) == (12, 16)
    assert counts(found["same_grade_all", ""]) == (114, 130)
    assert counts(found["random_of_moderated", ""]) == (60, 130)
    assert counts(found["moderated_inadequate", ""]) == (70, 130)
    assert {group: counts(row) for (name, group), row in found.items() if name == "grade_pairs" and group} == {
        "good|good": (30, 60), "good|requires_improvement": (12, 60),
        "requires_improvement|good": (4, 60), "requires_improvement|requires_improvement": (14, 60),
    }  # fmt: skip
    # by hand: weights 1 and 8/9; pe = 1 - (1 - 8/9)(42 x 26 + 18 x 34)/3600, po = 1 - 16/60/9
    kappa = 1 - (16 / 60) / ((42 * 26 + 18 * 34) / 3600)
    assert found["kappa", ""]["value"] == pytest.approx(kappa)
    said = agreement.agreement(TABLE)
    for name, value, se in (("kappa", said.kappa, said.kappa_se), ("gwet", said.ac2, said.ac2_se)):
        row, (low, high) = found[name, ""], agreement.limits(value, se)
        assert (row["value"], row["low"], row["high"]) == (float(value), float(low), float(high))
        assert (*counts(row), row["symbol"], row["change"], row["direction"]) == (44, 60, "", None, "")


def test_below_thirty_there_are_counts_and_no_coefficient(con, tmp_path: Path) -> None:
    few = figures(con, tmp_path, audits({(GOOD, GOOD): 20, (GOOD, RI): 9}))
    assert agreed.LEAST == 30
    assert counts(few["same_grade", ""]) == (20, 29)
    for name in ("kappa", "gwet"):
        row = few[name, ""]
        assert (*counts(row), row["value"], row["low"], row["symbol"]) == (20, 29, None, None, "u")
    enough = figures(con, tmp_path, audits({(GOOD, GOOD): 20, (GOOD, RI): 9, (RI, RI): 1}))
    assert enough["kappa", ""]["symbol"] == ""


def test_one_grade_alone_has_no_kappa_and_no_moderation_nothing(con, tmp_path: Path) -> None:
    same = figures(con, tmp_path, audits({(GOOD, GOOD): 40}))
    assert (same["kappa", ""]["value"], same["kappa", ""]["symbol"]) == (None, "x")
    assert same["gwet", ""]["value"] == 1
    none = figures(con, tmp_path, [{"auditor_grade": GOOD, "completed_on": date(2026, 2, 1)}])
    assert {row["symbol"] for row in none.values()} == {"z"}


def test_another_pair_of_grades_is_another_digest_although_the_counts_stay(con, tmp_path: Path) -> None:
    one = figures(con, tmp_path, audits(PAIRS))["kappa", ""]
    rows = audits(PAIRS)
    rows[30]["moderator_grade"] = "inadequate"  # was good, requires improvement: they differ still
    other = figures(con, tmp_path, rows)["kappa", ""]
    assert counts(one) == counts(other)
    assert one["value"] != other["value"]
    assert one["numerator_digest"] != other["numerator_digest"]
