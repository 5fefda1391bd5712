"""Great Expectations' verdict on a typed table, in DuckDB, on the connection that holds it.

Belongs here: an execution engine that keeps one connection, and running the expectations that `suites` makes.
Does not belong here: which rows are set aside (`check`): that is our own pass over the same rules, and a test holds
the two equal, rule by rule.

The stock SQL path hands its connection back before results are read, which DuckDB does not allow.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from typing import Any, Literal

import duckdb

from pipelines.contracts import Catalogue, Contract
from pipelines.intake.check import row_rules
from pipelines.intake.rules import Scene
from pipelines.intake.suites import expectation

Detail = Literal["BOOLEAN_ONLY", "SUMMARY"]


class NoVerdict(RuntimeError):
    """Great Expectations could not evaluate a rule: a fault of the program or of a contract, not of the delivery."""


def verdicts(
    con: duckdb.DuckDBPyConnection,
    typed: str,
    contract: Contract,
    catalogue: Catalogue,
    extracted_on: date,
    absent: frozenset[str] = frozenset(),
    detail: Detail = "BOOLEAN_ONLY",
) -> dict[str, tuple[bool, int | None]]:
    """Rule code -> whether the table keeps it and, with detail SUMMARY, how many rows break it.

    Raises:
        NoVerdict: an expectation could not be evaluated; names the rules, never a value.
    """
    import great_expectations as gx

    scene = Scene(contract, extracted_on)
    rules = row_rules(contract, absent)
    with _batch(con, typed) as batch:
        suite = gx.ExpectationSuite(
            name=contract.feed, expectations=[expectation(rule, contract, catalogue, scene) for rule in rules]
        )
        with _configured_once():
            result = batch.validate(suite, result_format=detail)
    found: dict[str, tuple[bool, int | None]] = {}
    failed = []
    for one in result.results:
        code = one.expectation_config.meta["code"]
        info = one.exception_info or {}
        if info.get("raised_exception") or any(isinstance(part, dict) for part in info.values()):
            failed.append(code)
        found[code] = (bool(one.success), _count(one.result))
    if failed:
        raise NoVerdict(
            f"Great Expectations could not evaluate {', '.join(sorted(failed))} of {contract.feed}."
        )
    return found


@contextmanager
def _configured_once() -> Iterator[None]:
    """Great Expectations asks each expectation for its configuration some seventy times and builds it anew each time:
    a third of what judging a small file costs. Nothing changes an expectation while a suite runs, so once is enough."""
    from great_expectations.expectations.expectation import Expectation

    build = Expectation.configuration
    built: dict[int, tuple[Any, Any]] = {}  # the expectation is kept, so that its id is not used again

    def once(self: Any) -> Any:
        if id(self) not in built:
            built[id(self)] = self, build.fget(self)  # type: ignore[attr-defined]
        return built[id(self)][1]

    Expectation.configuration = property(once)  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        Expectation.configuration = build  # type: ignore[method-assign]


def _count(result: dict[str, Any]) -> int | None:
    if "unexpected_count" in result:
        return int(result["unexpected_count"] or 0)  # None where no row meets the rule's condition
    observed = result.get("observed_value")
    return int(observed) if isinstance(observed, int | float) else None


@contextmanager
def _batch(con: duckdb.DuckDBPyConnection, table: str) -> Iterator[Any]:
    import great_expectations as gx

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
        source = _datasource()(name=f"duckdb_{id(con)}")
        source.attach(con)
        context.add_datasource(datasource=source)
        asset = source.add_table_asset(name=table, table_name=table)
        yield asset.add_batch_definition_whole_table("whole").get_batch()


@cache
def _datasource() -> Any:
    import sqlalchemy as sa
    from duckdb_sqlalchemy import ConnectionWrapper
    from great_expectations.datasource.fluent import SQLDatasource
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine
    from sqlalchemy.pool import StaticPool

    class OneConnectionEngine(SqlAlchemyExecutionEngine):
        @contextmanager
        def get_connection(self) -> Iterator[Any]:
            if not hasattr(self, "_kept"):
                self._kept = self.engine.connect()
            yield self._kept

        def close(self) -> None:
            """The connection is not ours to close."""

    class DuckDBDatasource(SQLDatasource):
        type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]
        connection_string: str = "duckdb:///:memory:"

        def attach(self, con: duckdb.DuckDBPyConnection) -> None:
            cursor = con.cursor()
            self._engine = sa.create_engine(
                "duckdb:///:memory:", creator=lambda: ConnectionWrapper(cursor), poolclass=StaticPool
            )

        def get_engine(self) -> Any:
            return self._engine

        def get_execution_engine(self) -> Any:
            if self._execution_engine is None:
                self._execution_engine = OneConnectionEngine(engine=self._engine)
            return self._execution_engine

        def test_connection(self, test_assets: bool = True) -> None:
            """The connection is ours and open."""

    return DuckDBDatasource
