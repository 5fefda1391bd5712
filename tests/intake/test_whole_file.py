"""Rules on a whole delivery: what its profile counts, and each pattern by hand on profiles of deliveries before it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from pipelines.contracts import Contract, ContractError, Rule
from pipelines.intake.whole_file import PATTERNS, FileFinding, Profile, findings, profile
from tests.intake.tables import CATALOGUE, typed_table

AUDITS, PEOPLE = CATALOGUE.contracts["case_audits"], CATALOGUE.contracts["family_participation"]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def about(rows: int = 30, **more: Any) -> Profile:
    """The profile of a delivery of one council."""
    return {"990": {"rows": rows, "covers": {}, "months": {}, "empty": [], "constant": [], **more}}


def with_rules(*rules: Rule, of: Contract = PEOPLE) -> Contract:
    return of.model_copy(update={"rules": rules})


def rule(expect: str, code: str = "PAR-501", **given: Any) -> Rule:
    return Rule(
        code=code, level="query", expect=expect, arguments=given, message="Odd.", action="Look at it."
    )


def told(expect: str, now: Profile, earlier: list[Profile], **given: Any) -> bool:
    return bool(findings(with_rules(rule(expect, **given)), now, earlier))


def test_a_profile_counts_each_council_by_month(con: duckdb.DuckDBPyConnection) -> None:
    months = ["2026-01", "2026-01", "2026-03", "2026-03"]
    rows = [
        {"council": "990", "audit_reference": f"a{n}", "planned_month": date.fromisoformat(f"{month}-01"),
         "completed_on": date.fromisoformat(f"{month}-{10 + n}"), "sex": "F", "agreed_grade": "good" if n else None}
        for n, month in enumerate(months)
    ] + [{"council": "991", "started_on": date(2026, 2, 9)}, {"council": "991"}, {"council": None}]  # fmt: skip
    found = profile(con, typed_table(con, AUDITS, rows), AUDITS)
    assert set(found) == {"990", "991", ""}
    here, there = found["990"], found["991"]
    assert (here["rows"], there["rows"], found[""]["rows"]) == (4, 2, 1)
    assert here["covers"] == {"2026-01-01": 2, "2026-03-01": 2}
    assert there["covers"] == {"2026-02-01": 1}, (
        "the first of planned month, start and completion that is given"
    )
    assert here["months"] == {"completed_on": ["2026-01-01", "2026-03-01"]}
    assert there["months"] == {}
    assert here["constant"] == ["sex"], "neither what differs nor what is empty in places is all the same"
    assert {"child_reference", "team", "locality"} <= set(here["empty"])
    assert not {"sex", "agreed_grade", "completed_on"} & set(here["empty"])


def test_a_profile_holds_no_value(con: duckdb.DuckDBPyConnection) -> None:
    rows = [
        {"council": "990", "child_reference": "Zebedee", "team": "Zebedee", "completed_on": date(2026, 3, 17)}
    ]
    assert not any(
        word in str(profile(con, typed_table(con, AUDITS, rows), AUDITS)) for word in ("Zebedee", "17")
    )


@pytest.mark.parametrize(
    ("rows", "covers", "before", "is_told"),
    [
        # the same months held 24 rows; half of them is 12
        (11, ["01", "02"], [{"01": 12, "02": 12}], True),
        (12, ["01", "02"], [{"01": 12, "02": 12}], False),
        # only the months that the file covers are compared
        (11, ["01"], [{"01": 12, "02": 40}], False),
        # the nearest delivery before that covered a month is what stood for it
        (11, ["01"], [{"01": 90}, {"01": 20, "02": 5}, {"02": 5}], False),
        (11, ["01"], [{"01": 20}, {"01": 90}], True),
        (11, ["01", "02"], [{"01": 12}, {"02": 12}], True),
        # too few to tell anything
        (1, ["01"], [{"01": 19}], False),
        (1, ["01"], [{"01": 20}], True),
        (1, ["01"], [], False),
    ],
)
def test_fewer_rows_than_stood_for_the_same_months(
    rows: int, covers: list[str], before: list[dict[str, int]], is_told: bool
) -> None:
    spread = {
        f"2026-{month}-01": rows // len(covers) + (n < rows % len(covers)) for n, month in enumerate(covers)
    }
    now = about(rows, covers=spread)
    earlier = [about(covers={f"2026-{month}-01": n for month, n in of.items()}) for of in before]
    assert told("row_count_not_below", now, earlier, share=0.5, least=20) is is_told


@pytest.mark.parametrize(("of_april", "is_told"), [(2, True), (19, True), (20, False), (40, False)])
def test_each_month_is_looked_at_by_itself(of_april: int, is_told: bool) -> None:
    """All of May and two late audits of April: April's forty would be replaced by two."""
    earlier = [about(40, covers={"2026-04-01": 40})]
    now = about(60 + of_april, covers={"2026-04-01": of_april, "2026-05-01": 60})
    assert told("row_count_not_below", now, earlier, share=0.5, least=20) is is_told


@pytest.mark.parametrize(
    ("rows", "before", "is_told"),
    [(11, [24], True), (12, [24], False), (11, [24, 15], False), (1, [19], False), (1, [], False)],
)
def test_fewer_rows_than_the_last_file_where_rows_have_no_month(
    rows: int, before: list[int], is_told: bool
) -> None:
    earlier = [about(n) for n in before]
    assert told("row_count_not_below", about(rows), earlier, share=0.5, least=20) is is_told


@pytest.mark.parametrize(
    ("here", "before", "is_told"),
    [
        (["2025-12", "2026-01", "2026-02"], [], False),
        (["2025-11", "2026-01"], [], True),
        (["2026-02"], [["2025-12"]], True),
        (["2026-01"], [["2025-12"]], False),
        (["2026-02"], [["2026-01"], ["2025-06"]], False),  # the latest of any file before, not of the last
        (["2025-06"], [["2026-01"]], False),  # an older time sent later
        ([], [["2025-06"]], False),
        (["2025-06"], [[]], False),
    ],
)
def test_a_month_is_missing(here: list[str], before: list[list[str]], is_told: bool) -> None:
    def months(of: list[str]) -> Profile:
        return about(months={"offered_on": [f"{month}-01" for month in of]})

    found = told("no_month_missing", months(here), [months(of) for of in before], column="offered_on")
    assert found is is_told


@pytest.mark.parametrize(
    ("rows", "constant", "is_told"), [(20, ["role"], True), (19, ["role"], False), (20, [], False)]
)
def test_everything_is_the_same(rows: int, constant: list[str], is_told: bool) -> None:
    assert told("not_all_the_same", about(rows, constant=constant), [], column="role", least=20) is is_told


@pytest.mark.parametrize(
    ("empty", "before", "is_told"),
    [
        (["mode"], [[]], True),
        ([], [[]], False),
        (["mode"], [], False),
        (["mode"], [["mode"]], False),
        (["mode"], [[], ["mode"]], False),  # told when it began
        (["mode"], [["mode"], []], True),
    ],
)
def test_a_column_is_newly_empty(empty: list[str], before: list[list[str]], is_told: bool) -> None:
    earlier = [about(empty=of) for of in before]
    assert told("not_newly_empty", about(empty=empty), earlier, column="mode") is is_told


def test_each_council_is_compared_with_itself() -> None:
    contract = with_rules(rule("not_newly_empty", column="mode"))
    now = about(empty=["mode"]) | {"991": about(empty=["mode"])["990"]}
    assert findings(contract, now, [about()]) == [FileFinding("PAR-501", "990", "mode")]


def test_rows_of_no_known_council_make_no_whole_file() -> None:
    contract = with_rules(rule("not_all_the_same", column="role", least=20))
    here = about(constant=["role"])["990"]
    assert findings(contract, {"": here, "?": here}, []) == []


def test_a_finding_names_its_column_where_the_rule_has_one() -> None:
    contract = with_rules(
        rule("row_count_not_below", share=0.5, least=20),
        rule("not_newly_empty", code="PAR-510", column="mode"),
    )
    assert findings(contract, about(1, empty=["mode"]), [about(30)]) == [
        FileFinding("PAR-501", "990", None), FileFinding("PAR-510", "990", "mode"),
    ]  # fmt: skip


def test_only_whole_file_rules_are_asked_and_an_unknown_pattern_is_told() -> None:
    row_rule = rule("no_such_pattern", code="PAR-301")
    assert findings(with_rules(row_rule), about(), []) == []
    with pytest.raises(ContractError, match=r"PAR-501 expects 'no_such_pattern'.*row_count_not_below"):
        findings(with_rules(rule("no_such_pattern")), about(), [])


def test_every_pattern_is_used_by_a_contract() -> None:
    rules = itertools.chain.from_iterable(contract.rules for contract in CATALOGUE.contracts.values())
    assert {rule.expect for rule in rules if rule.scope == "file"} == set(PATTERNS)
