"""Great Expectations' verdict on a typed table, in DuckDB, on the connection that holds it.

Belongs here: an execution engine that keeps one connection, and running the expectations that `subjects` makes.
Does not belong here: which rows are set aside (`check`): that is our own pass over the same rules, and a test holds
the two equal, rule by rule.

The stock SQL path hands its connection back before results are read, which DuckDB does not allow.
"""

from __future__ import annotations

import gc
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from threading import Lock
from typing import Any, Literal

import duckdb

from pipelines.contracts import Catalogue, Contract
from pipelines.intake.check import row_rules
from pipelines.intake.judging_library import great_expectations
from pipelines.intake.rules import Scene, copies
from pipelines.intake.subjects import expectation, judged

_ONE_AT_A_TIME = Lock()
"""Great Expectations keeps its context in one place for the whole process."""
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
    gx = great_expectations()
    scene = Scene(contract, extracted_on)
    rules = row_rules(contract, absent)
    shown, shared = f"judged_{contract.feed}", f"shared_{contract.feed}"
    con.execute(f"CREATE OR REPLACE TABLE {shared} AS {copies(contract, typed)}")
    con.execute(f"CREATE OR REPLACE VIEW {shown} AS {judged(rules, typed, shared, scene)}")
    with _ONE_AT_A_TIME, _batch(con, shown) as batch:
        suite = gx.ExpectationSuite(
            name=contract.feed,
            expectations=[expectation(rule, contract, catalogue, extracted_on) for rule in rules],
        )
        with _said_once():
            result = batch.validate(suite, result_format=detail)
    con.execute(f"DROP VIEW {shown}")
    con.execute(f"DROP TABLE {shared}")
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
def _said_once() -> Iterator[None]:
    """Great Expectations asks each expectation for its configuration some seventy times and builds it anew each time,
    and the expectation anew from that, and turns the same plain texts into JSON by a detour: half of what judging a
    small file costs. Nothing changes an expectation while a suite runs, so once is enough, and plain texts need no
    detour."""
    from great_expectations.core.id_dict import IDDict
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    build, back, name = Expectation.configuration, ExpectationConfiguration.to_domain_obj, IDDict.to_id

    def plainly(self: Any, id_keys: Any = None, id_ignore_keys: Any = None) -> Any:
        if id_keys or id_ignore_keys or self._id_ignore_keys or len(self) < 2:
            return name(self, id_keys, id_ignore_keys)
        try:
            return json.dumps(self, sort_keys=True)
        except (TypeError, ValueError):
            return name(self)

    Expectation.configuration = property(_once(build.fget))  # type: ignore[assignment, attr-defined, method-assign]
    ExpectationConfiguration.to_domain_obj = _once(back)  # type: ignore[assignment, method-assign]
    IDDict.to_id = plainly  # type: ignore[method-assign]
    try:
        yield
    finally:
        Expectation.configuration = build  # type: ignore[method-assign]
        ExpectationConfiguration.to_domain_obj = back  # type: ignore[method-assign]
        IDDict.to_id = name  # type: ignore[method-assign]


def _once(build: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What is built from an object, built once for each."""
    built: dict[int, tuple[Any, Any]] = {}  # the object is kept, so that its id is not used again

    def once(self: Any) -> Any:
        if id(self) not in built:
            built[id(self)] = self, build(self)
        return built[id(self)][1]

    return once


def _count(result: dict[str, Any]) -> int | None:
    if "unexpected_count" in result:
        return int(result["unexpected_count"] or 0)  # None where no row meets the rule's condition
    observed = result.get("observed_value")
    return int(observed) if isinstance(observed, int | float) else None


@contextmanager
def _batch(con: duckdb.DuckDBPyConnection, table: str) -> Iterator[Any]:
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = _source()
        source.attach(con)
        try:
            yield _definition(table).get_batch()
        finally:
            source.detach()


@cache
def _source() -> Any:
    """The one source of data; each delivery's connection is attached to it in turn."""
    context = great_expectations().get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = _datasource()(name="duckdb")
    context.add_datasource(datasource=source)
    # Importing it made some 300,000 objects that last as long as the process: never looked through again for garbage
    gc.freeze()
    return source


@cache
def _definition(table: str) -> Any:
    return _source().add_table_asset(name=table, table_name=table).add_batch_definition_whole_table("whole")


class _Columns:
    """Tells Great Expectations the columns of a table; their types by DuckDB's names."""

    def __init__(self, engine: Any) -> None:
        self.engine, self.dialect = engine, engine.dialect

    def get_columns(self, table_name: str, schema: str | None = None) -> list[dict[str, str]]:
        import sqlalchemy as sa

        with self.engine.get_connection() as con:
            rows = con.execute(sa.text(f'DESCRIBE "{table_name}"')).fetchall()
        return [{"name": name, "type": kind} for name, kind, *_ in rows]

    def get_pk_constraint(self, table_name: str, schema: str | None = None) -> dict[str, list[str]]:
        return {}


@cache
def _datasource() -> Any:
    great_expectations()
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

        def get_inspector(self) -> Any:
            """SQLAlchemy's looks through every table for what one query says."""
            return _Columns(self)

        def close(self) -> None:
            """Great Expectations closes it before it has read its results: see `let_go`."""

        def let_go(self) -> None:
            if hasattr(self, "_kept"):
                self._kept.close()

    class DuckDBDatasource(SQLDatasource):
        type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]
        connection_string: str = "duckdb:///:memory:"

        def attach(self, con: duckdb.DuckDBPyConnection) -> None:
            cursor = con.cursor()
            self._engine = sa.create_engine(
                "duckdb:///:memory:", creator=lambda: ConnectionWrapper(cursor), poolclass=StaticPool
            )

        def detach(self) -> None:
            self.get_execution_engine().let_go()
            self.get_engine().dispose()
            self._execution_engine = None

        def get_engine(self) -> Any:
            return self._engine

        def get_execution_engine(self) -> Any:
            if self._execution_engine is None:
                self._execution_engine = OneConnectionEngine(
                    engine=self._engine,
                    create_temp_table=False,  # a copy of the whole delivery, otherwise
                )
            return self._execution_engine

        def test_connection(self, test_assets: bool = True) -> None:
            """The connection is ours and open."""

    return DuckDBDatasource
