"""Great Expectations' verdicts and our own pass over the same rules: equal, rule by rule and row count by row count."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.intake.check import check, row_rules
from pipelines.intake.verdicts import verdicts
from tests.intake.tables import CATALOGUE, FEEDS, planted_table, random_table, typed_table
from tests.planted_rows import EXTRACTED_ON


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def counted(
    con: duckdb.DuckDBPyConnection, typed: str, feed: str, absent: frozenset[str] = frozenset()
) -> dict[str, int | None]:
    """Rule -> rows that break it, as Great Expectations counts; its yes or no agrees with its own count."""
    found = verdicts(con, typed, CATALOGUE.contracts[feed], CATALOGUE, EXTRACTED_ON, absent, detail="SUMMARY")
    assert all(passed == (count == 0) for passed, count in found.values())
    return {code: count for code, (_, count) in found.items()}


@pytest.mark.parametrize("feed", FEEDS)
def test_planted_and_random_rows_are_counted_alike(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, feed: str
) -> None:
    contract = CATALOGUE.contracts[feed]
    con.execute(f"ALTER TABLE {random_table(con, contract, seed=20260403)} RENAME TO random")
    typed, planted = planted_table(con, feed, tmp_path)
    assert check(con, typed, contract, EXTRACTED_ON, tmp_path).by_rule == planted
    con.execute(f"INSERT INTO {typed} BY NAME SELECT * REPLACE ('random' AS _sheet) FROM random")
    ours = check(con, typed, contract, EXTRACTED_ON, tmp_path).by_rule
    more = [code for code, count in ours.items() if count > planted[code]]
    assert len(more) > 0.8 * len(ours), "the random rows are too tame to tell much"
    assert counted(con, typed, feed) == ours


def test_rules_on_columns_that_the_file_lacks_are_left_out_alike(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    feed = "family_participation"
    contract, chance = CATALOGUE.contracts[feed], random.Random(feed)
    optional = [name for name, column in contract.columns.items() if not column.required]
    absent = frozenset(chance.sample(optional, len(optional) // 2))
    typed = random_table(con, contract, seed=7, rows=60)
    for name in absent & set(contract.stored):
        con.execute(f"UPDATE {typed} SET {name} = NULL")
    ours = check(con, typed, contract, EXTRACTED_ON, tmp_path, absent).by_rule
    assert counted(con, typed, feed, absent) == {
        rule.code: ours[rule.code] for rule in row_rules(contract, absent)
    }
    left_out = {rule.code for rule in row_rules(contract)} - {
        rule.code for rule in row_rules(contract, absent)
    }
    assert left_out
    assert all(ours[code] == 0 for code in left_out)


def test_without_detail_only_yes_or_no_is_told(con: duckdb.DuckDBPyConnection) -> None:
    contract = CATALOGUE.contracts["audit_programme"]
    late = {"council": "990", "approved_on": EXTRACTED_ON + timedelta(days=1)}
    found = verdicts(con, typed_table(con, contract, [late]), contract, CATALOGUE, EXTRACTED_ON)
    assert found["PRG-302"] == (False, None)
    assert found["PRG-201"] == (True, None)


def test_a_file_without_rows_breaks_nothing(con: duckdb.DuckDBPyConnection) -> None:
    contract = CATALOGUE.contracts["audit_programme"]
    assert set(counted(con, typed_table(con, contract, []), contract.feed).values()) == {0}


def test_an_expectation_that_cannot_be_evaluated_is_told_by_its_rule(con: duckdb.DuckDBPyConnection) -> None:
    contract = CATALOGUE.contracts["audit_programme"]
    typed = typed_table(con, contract, [{"council": "990", "team": "Zebedee"}])
    con.execute(f"ALTER TABLE {typed} ALTER planned_count TYPE VARCHAR USING 'Zebedee'")
    with pytest.raises(RuntimeError, match=r"could not evaluate .*PRG-303") as raised:
        verdicts(con, typed, contract, CATALOGUE, EXTRACTED_ON)
    assert "Zebedee" not in str(raised.value)
