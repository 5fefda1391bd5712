"""Expressions are compiled once for relations with the same columns, and again for others; most of them ahead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
from ibis import Table

from pipelines import contracts, making, run
from pipelines.model import compiled
from pipelines.settings import Settings
from tests import few
from tests.acceptance import council_files, twelve

COMPILED: list[str] = []


def long_ones(rows: Table) -> Table:
    COMPILED.append(rows.get_name())
    return rows.filter(rows.name.length() > 3).mutate(twice=rows.n * 2)


def test_it_is_compiled_once_for_the_same_columns():
    COMPILED.clear()
    for kind in ("VARCHAR", "ENUM('Ada', 'Grace')", "ENUM('Grace', 'Joan')"):
        with duckdb.connect() as con:
            con.execute(f"CREATE TABLE rows AS SELECT 'Grace'::{kind} AS name, 1::BIGINT AS n")
            made = compiled.sql(con, long_ones, "rows", columns=("twice", "name"))
            assert con.execute(made).fetchall() == [(2, "Grace")]
    assert COMPILED == ["rows"]


def test_other_columns_names_or_wishes_are_compiled_again():
    COMPILED.clear()
    with duckdb.connect() as con:
        con.execute("CREATE TEMP TABLE one AS SELECT 'Grace' AS name, 1 AS n")
        con.execute("CREATE VIEW two AS SELECT 'Grace' AS name, 1.5 AS n, true AS more")
        assert con.execute(compiled.sql(con, long_ones, "one")).fetchall() == [("Grace", 1, 2)]
        assert con.execute(compiled.sql(con, long_ones, "one", columns=("n",))).fetchall() == [(1,)]
        assert [column for column, *_ in con.execute(compiled.sql(con, long_ones, "two")).description] == [
            "name", "n", "more", "twice",
        ]  # fmt: skip
        con.execute("ALTER TABLE one ALTER n TYPE VARCHAR")
        con.execute("ALTER TABLE one ALTER n TYPE DOUBLE")
        assert con.execute(compiled.sql(con, long_ones, "one", columns=("twice",))).fetchall() == [(2.0,)]
    assert COMPILED == ["one", "one", "two", "one"]


def test_what_audits_need_is_compiled_before_they_are_read(settings: Settings, tmp_path: Path):
    settings = replace(settings, definitions=few.definitions(tmp_path / "definitions"))
    catalogue = contracts.load(settings)
    for feed, rows in twelve.rows().items():
        council_files.write(settings.inbox, catalogue.contracts[feed], rows, "plain", catalogue)
    compiled._compiled.cache_clear()
    making.compile_ahead(settings, catalogue)
    ahead = compiled._compiled.cache_info().misses
    making.compile_ahead(settings, catalogue)
    assert run.run(settings).is_new
    others = compiled._compiled.cache_info().misses - ahead
    assert (ahead > 5, others) == (True, 1), "the themes of audits are all that is compiled afterwards"
