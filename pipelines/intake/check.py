"""Checking the typed rows of one delivery: what is broken, what is set aside, what goes on.

Belongs here: one SQL pass that gives every row the codes of the rules it breaks, and the Parquet files that follow.
Does not belong here: what a rule means (`rules`), Great Expectations' verdict on the same table (`verdicts`), rules
that need other deliveries (`whole_file`) or feeds (`partitions`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines import durable
from pipelines.contracts import Contract, Rule
from pipelines.intake.published import ACROSS_ROWS
from pipelines.intake.rules import KEY_PATTERNS, Scene, broken, copies, literal


class BalanceBroken(RuntimeError):
    """Rows received are not rows accepted plus rows set aside: a fault of the program."""


@dataclass(frozen=True)
class Outcome:
    """What became of one feed's rows in a delivery: received = accepted + rejected, always."""

    received: int
    accepted: int
    rejected: int
    by_rule: dict[str, int]
    """Rows that break each row rule; every row rule is there, with 0 where none does."""


def row_rules(contract: Contract, absent: frozenset[str] = frozenset()) -> list[Rule]:
    """The rules that rows are judged by. A column that the file does not have is told once, not as a query a row."""
    return [
        rule
        for rule in contract.all_rules
        if rule.scope == "row"
        and not (
            rule.expect == "filled_when" and rule.level == "query" and rule.arguments["column"] in absent
        )
    ]


def check(
    con: duckdb.DuckDBPyConnection,
    typed: str,
    contract: Contract,
    extracted_on: date,
    folder: Path,
    absent: frozenset[str] = frozenset(),
) -> Outcome:
    """Write `<feed>.accepted.parquet`, `.rejected.parquet` and `.findings.parquet` for a typed table into `folder`.

    Also leaves TEMP TABLE `flags_<feed>` (_sheet, _row, codes) of the rows that break anything.

    Raises:
        BalanceBroken: the balance does not hold; nothing may be built on such a delivery.
    """
    flags = flag(con, typed, contract, extracted_on, absent)
    errors = [rule.code for rule in row_rules(contract) if rule.level != "query"]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE set_aside AS SELECT _sheet, _row, codes FROM {flags} "
        "WHERE list_has_any(codes, $errors)",
        {"errors": errors},
    )
    stored = ", ".join(contract.stored)
    kept = "(_sheet, _row) NOT IN (SELECT (_sheet, _row) FROM set_aside)"  # leaves the rows in their order
    _write(
        con,
        f"SELECT _sheet, _row, {stored} FROM {typed} WHERE {kept}",
        folder / f"{contract.feed}.accepted.parquet",
    )
    _write(
        con,
        f"SELECT _sheet, _row, codes, {stored} FROM {typed} JOIN set_aside USING (_sheet, _row) ORDER BY _sheet, _row",
        folder / f"{contract.feed}.rejected.parquet",
    )
    _write(
        con,
        f"SELECT _sheet AS sheet, _row AS row, unnest(codes) AS code FROM {flags} ORDER BY sheet, row, code",
        folder / f"{contract.feed}.findings.parquet",
    )
    by_code = f"SELECT code, count(*) FROM (SELECT unnest(codes) AS code FROM {flags}) GROUP BY code"
    counted = dict(con.execute(by_code).fetchall())
    outcome = Outcome(
        received=_count(con, f"FROM {typed}"),
        accepted=_count(con, f"FROM {literal(folder / f'{contract.feed}.accepted.parquet')}"),
        rejected=_count(con, f"FROM {literal(folder / f'{contract.feed}.rejected.parquet')}"),
        by_rule={rule.code: counted.get(rule.code, 0) for rule in row_rules(contract)},
    )
    con.execute("DROP TABLE set_aside")
    if outcome.received != outcome.accepted + outcome.rejected:
        raise BalanceBroken(
            f"{contract.feed}: of {outcome.received} rows received {outcome.accepted} were accepted and "
            f"{outcome.rejected} set aside, which is not all of them."
        )
    return outcome


def flag(
    con: duckdb.DuckDBPyConnection,
    typed: str,
    contract: Contract,
    extracted_on: date,
    absent: frozenset[str] = frozenset(),
) -> str:
    """TEMP TABLE `flags_<feed>` (_sheet, _row, codes): the rows that break a row rule; returns its name."""
    scene = Scene(contract, extracted_on)
    rules = row_rules(contract, absent)
    con.execute(f"CREATE OR REPLACE TEMP TABLE copies AS {copies(contract, typed)}")
    faults = {
        rule.code: f"fault = '{rule.expect}'" if rule.expect in KEY_PATTERNS else broken(rule, scene)
        for rule in rules
    }
    rows = f"{typed} LEFT JOIN copies USING (_sheet, _row)"
    across = {
        code: fault for code, fault in faults.items() if contract.rules_by_code[code].expect in ACROSS_ROWS
    }
    if across:  # worked out over all rows, before any is passed over
        worked_out = ", ".join(f'{fault} AS "{code}"' for code, fault in across.items())
        rows = f"(SELECT *, {worked_out} FROM {rows})"
        faults |= {code: f'"{code}"' for code in across}
    # Most rows break nothing: they are passed over by one condition, and only the others get a list
    cases = ", ".join(f"CASE WHEN {fault} THEN '{code}' END" for code, fault in faults.items())
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE flags_{contract.feed} AS
            SELECT _sheet, _row, list_filter([{cases}], lambda code: code IS NOT NULL) AS codes
            FROM {rows} WHERE {" OR ".join(f"({fault})" for fault in faults.values())}"""
    )
    con.execute("DROP TABLE copies")
    return f"flags_{contract.feed}"


def _write(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    con.execute(f"COPY ({query}) TO {literal(path)} ({durable.PARQUET})")


def _count(con: duckdb.DuckDBPyConnection, source: str) -> int:
    return int(con.execute(f"SELECT count(*) {source}").fetchall()[0][0])
