"""Ibis expressions as SQL for relations of a connection.

Belongs here: compiling an expression, once for all relations with the same columns: that takes as long as running it
over a council's rows. Does not belong here: any expression, or running one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cache

import duckdb
import ibis
from ibis import Table
from ibis.backends.duckdb import Backend
from ibis.backends.sql.datatypes import DuckDBType

Made = Callable[..., Table]
"""Makes a table of tables. A function of a module: for one made on the way, nothing would be compiled only once."""
_ONE = threading.Lock()
"""Shares of councils made side by side need the same SQL: one compiles it, and the other has it."""
Columns = tuple[tuple[str, str], ...]
"""(name, DuckDB's type)."""


def sql(con: duckdb.DuckDBPyConnection, made: Made, *relations: str, columns: Sequence[str] = ()) -> str:
    """SQL for what `made` makes of the relations, a table of each; of its `columns` only, where any are named."""
    held = tuple((name, _columns(con, name)) for name in relations)
    with _ONE:
        return _compiled(made, held, tuple(columns))


def has_some() -> bool:
    """Whether anything was compiled in this process yet."""
    return _compiled.cache_info().currsize > 0


@cache
def _compiled(made: Made, relations: tuple[tuple[str, Columns], ...], columns: tuple[str, ...]) -> str:
    tables = (
        ibis.table({column: DuckDBType.from_string(kind) for column, kind in held}, name=name)
        for name, held in relations
    )
    table = made(*tables)
    return Backend().compile(table.select(*columns) if columns else table)


def _columns(con: duckdb.DuckDBPyConnection, relation: str) -> Columns:
    found = con.execute(f"DESCRIBE {relation}").fetchall()
    # an ENUM's values are those of the rows held, and nothing to an expression
    return tuple((name, "VARCHAR" if kind.startswith("ENUM") else kind) for name, kind, *_ in found)
