"""Our own pass: which rows go on, which are set aside, what is written, and that every row is accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.intake.check import BalanceBroken, check, row_rules
from tests.intake.tables import CATALOGUE, FEEDS, random_table, typed_table
from tests.planted_rows import EXTRACTED_ON

PROGRAMME, AUDITS = CATALOGUE.contracts["audit_programme"], CATALOGUE.contracts["case_audits"]
PLAN: dict[str, Any] = {
    "council": "990", "frame": "ehcp", "period_start": date(2026, 1, 1), "period_end": date(2026, 3, 31),
    "audit_type": "routine", "planned_count": 12, "approved_on": date(2025, 12, 1),
}  # fmt: skip


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def rows_in(con: duckdb.DuckDBPyConnection, path: Path, columns: str = "*") -> list[tuple[Any, ...]]:
    return con.execute(f"SELECT {columns} FROM '{path}'").fetchall()


def test_a_query_keeps_the_row_and_an_error_sets_it_aside(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = [
        PLAN,
        PLAN | {"team": "a", "approved_on": date(2026, 4, 1)},  # a query: approved after the period
        PLAN | {"team": "b", "planned_count": None},  # an error: required and empty
        PLAN | {"team": "c", "planned_count": -1, "approved_on": date(2026, 4, 1)},  # both
    ]
    outcome = check(con, typed_table(con, PROGRAMME, rows), PROGRAMME, EXTRACTED_ON, tmp_path)
    assert (outcome.received, outcome.accepted, outcome.rejected) == (4, 2, 2)
    assert {code: n for code, n in outcome.by_rule.items() if n} == {"PRG-301": 2, "PRG-207": 1, "PRG-303": 1}
    assert rows_in(con, tmp_path / "audit_programme.findings.parquet") == [
        ("", 3, "PRG-301"), ("", 4, "PRG-207"), ("", 5, "PRG-301"), ("", 5, "PRG-303"),
    ]  # fmt: skip
    assert rows_in(con, tmp_path / "audit_programme.accepted.parquet", "_row, team") == [(2, None), (3, "a")]
    assert rows_in(con, tmp_path / "audit_programme.rejected.parquet", "_row, codes, team") == [
        (4, ["PRG-207"], "b"), (5, ["PRG-301", "PRG-303"], "c"),
    ]  # fmt: skip


@pytest.mark.parametrize("feed", FEEDS)
def test_the_files_hold_the_contracts_columns_in_their_types(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, feed: str
) -> None:
    contract = CATALOGUE.contracts[feed]
    check(con, random_table(con, contract, seed=1, rows=30), contract, EXTRACTED_ON, tmp_path)
    place = {"_sheet": "VARCHAR", "_row": "BIGINT"}
    for name, extra in (("accepted", {}), ("rejected", {"codes": "VARCHAR[]"})):
        described = con.execute(f"DESCRIBE FROM '{tmp_path / feed}.{name}.parquet'").fetchall()
        assert {column: kind for column, kind, *_ in described} == place | extra | contract.stored


@pytest.mark.parametrize("feed", FEEDS)
def test_every_row_is_accepted_or_set_aside_once(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, feed: str
) -> None:
    contract = CATALOGUE.contracts[feed]
    typed = random_table(con, contract, seed=2)
    outcome = check(con, typed, contract, EXTRACTED_ON, tmp_path)
    accepted = rows_in(con, tmp_path / f"{feed}.accepted.parquet", "_sheet, _row")
    rejected = rows_in(con, tmp_path / f"{feed}.rejected.parquet", "_sheet, _row")
    assert (len(accepted), len(rejected)) == (outcome.accepted, outcome.rejected)
    assert (
        sorted(accepted + rejected)
        == con.execute(f"SELECT _sheet, _row FROM {typed} ORDER BY ALL").fetchall()
    )
    assert accepted == sorted(accepted)
    errors = {rule.code for rule in contract.all_rules if rule.level != "query"}
    told = rows_in(con, tmp_path / f"{feed}.findings.parquet")
    assert {(sheet, row) for sheet, row, code in told if code in errors} == set(rejected)
    assert len(set(told)) == len(told) == sum(outcome.by_rule.values())


def test_a_row_that_breaks_nothing_is_in_no_list(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    outcome = check(con, typed_table(con, PROGRAMME, [PLAN]), PROGRAMME, EXTRACTED_ON, tmp_path)
    assert set(outcome.by_rule) == {rule.code for rule in PROGRAMME.all_rules if rule.scope == "row"}
    assert set(outcome.by_rule.values()) == {0}
    assert con.execute("SELECT count(*) FROM flags_audit_programme").fetchone() == (0,)


def test_a_table_without_rows_balances(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    outcome = check(con, typed_table(con, PROGRAMME, []), PROGRAMME, EXTRACTED_ON, tmp_path)
    assert (outcome.received, outcome.accepted, outcome.rejected) == (0, 0, 0)
    assert rows_in(con, tmp_path / "audit_programme.accepted.parquet") == []


def test_a_column_that_the_file_lacks_is_no_query_a_row_but_still_an_error_a_row() -> None:
    everything = {rule.code for rule in row_rules(AUDITS)}
    without = {rule.code for rule in row_rules(AUDITS, frozenset({"sex", "completed_on"}))}
    assert everything - without == {"AUD-351"}, (
        "the sex is a query; a completion date that is missing is an error"
    )
    assert AUDITS.rules_by_code["AUD-310"].level == "error"


def test_a_balance_that_does_not_hold_stops_the_delivery(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    twice = [PLAN | {"_row": 2, "_ragged": True}, PLAN | {"_row": 2, "_ragged": True, "team": "Zebedee"}]
    with pytest.raises(
        BalanceBroken, match="audit_programme: of 2 rows received 0 were accepted and 4 set aside"
    ):
        check(con, typed_table(con, PROGRAMME, twice), PROGRAMME, EXTRACTED_ON, tmp_path)
