"""Several councils' tables become the same parts whoever writes them, and councils in shares the same release."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import benchmarks.__main__ as bench
from benchmarks import made
from pipelines import durable, partitions, releases, run, slices
from pipelines import settings as program_settings
from pipelines.council_parts import CouncilParts
from tests import few

COUNCILS = ("A01", "B02", "C03")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(COUNCILS[:2]),
        st.none() | st.dates(date(2019, 1, 1), date(2027, 12, 31)),
        st.integers(0, 99),
    ),
    max_size=60,
)


@contextmanager
def given_rows(
    data: Path, rows: list[tuple[str, date | None, int]], long: int
) -> Iterator[tuple[program_settings.Settings, duckdb.DuckDBPyConnection]]:
    """A table `given` of such rows (one where there are none), of which more than `long` are cut."""
    own = program_settings.load({"SEND_AUDIT_DATA": str(data)})
    durable.private_folder(own.work)
    with pytest.MonkeyPatch.context() as patch, duckdb.connect() as con:
        patch.setattr(slices, "LONG", long)
        kinds = {"council": "VARCHAR", "period_end": "DATE", "n": "INTEGER"}
        releases.table_of(con, "given", kinds, rows or [("A01", None, 1)])
        yield own, con


@given(
    rows=ROWS,
    long=st.integers(0, 20),
    is_scattered=st.booleans(),
    table=st.sampled_from(["figures", "charts"]),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_parts_of_several_councils_are_those_of_each(
    tmp_path: Path, rows: list[tuple[str, date | None, int]], long: int, is_scattered: bool, table: str
) -> None:
    """Of a table that is cut by its period, and of one that is not, however long."""
    with given_rows(tmp_path, rows, long) as (own, con):
        order = "period_end, n"
        of_each = {
            council: releases.write_parts(
                con,
                own,
                "officers",
                table,
                council,
                f"SELECT * FROM given WHERE council = '{council}'",
                order,
            )
            for council in COUNCILS
        }
        made_in = "TEMP TABLE" if is_scattered else "TABLE"
        order_made = "hash(n, period_end)" if is_scattered else f"council, {order}"
        con.execute(f"CREATE {made_in} {table} AS SELECT * FROM given ORDER BY {order_made}")
        with CouncilParts(con, own, COUNCILS[::-1]) as writing:
            if is_scattered:
                writing.put_in_order(table, order)
            writing.begin("officers", table)
            assert writing.parts() == of_each
        with CouncilParts(con, own, COUNCILS) as writing:
            writing.write("officers", table, order, is_seldom=True)
            held = {council for council, *_ in rows} or {"A01"}
            assert writing.parts() == {
                council: parts if council in held else [] for council, parts in of_each.items()
            }


@given(rows=ROWS, long=st.integers(0, 20), least=st.integers(0, 99))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_parts_of_some_rows_are_those_of_a_table_of_them(
    tmp_path: Path, rows: list[tuple[str, date | None, int]], long: int, least: int
) -> None:
    """Cut as the other table is, or otherwise because they are fewer."""
    with given_rows(tmp_path, rows, long) as (own, con):
        con.execute("CREATE TEMP TABLE figures AS FROM given")
        con.execute(f"CREATE TABLE left_out AS SELECT council, period_end, n FROM figures WHERE n >= {least}")
        with CouncilParts(con, own, COUNCILS) as writing:
            writing.write("officers", "left_out", "period_end, n")
            apart = writing.parts()
        with CouncilParts(con, own, COUNCILS) as writing:
            writing.put_in_order("figures", "period_end, n", "SELECT *, -n AS minus FROM figures")
            writing.begin("officers", "figures", columns="* EXCLUDE (minus)")
            columns = "council, period_end, n"
            writing.begin_some_of(
                "figures", "officers", "left_out", columns, f"n >= {least}", "period_end, n"
            )
            together = writing.parts()
        for council, parts in apart.items():
            assert together[council][-len(parts) :] == parts


def test_a_part_s_bytes_follow_from_its_rows_alone(tmp_path: Path) -> None:
    """Not from the rows beside them: one of those may be the only one with a NULL."""
    with duckdb.connect() as con:
        con.execute("CREATE TABLE alone AS SELECT 1 AS n, 'a' AS word, [2] AS list")
        con.execute("CREATE TABLE beside AS FROM alone UNION ALL SELECT NULL, NULL, NULL")
        queries = [
            "FROM alone",
            "FROM beside WHERE n = 1",
            "SELECT 1::INTEGER AS n, 'a' AS word, [2] AS list",
        ]
        paths = [tmp_path / str(place) for place in range(len(queries))]
        assert [
            releases.write_rows(con, query, path) for query, path in zip(queries, paths, strict=True)
        ] == [1, 1, 1]
        assert len({durable.file_digest(path) for path in paths}) == 1


@pytest.mark.parametrize(
    "query", ["SELECT word::INTEGER AS n FROM made", "SELECT error(word) AS n FROM made"]
)
def test_what_cannot_be_worked_out_stops_the_writing(tmp_path: Path, query: str) -> None:
    """TRY around a part's columns must not turn a fault into an empty cell."""
    with duckdb.connect() as con:
        con.execute("CREATE TABLE made AS SELECT 'a' || n AS word FROM range(3000) AS made(n)")
        with pytest.raises(duckdb.Error):
            releases.write_rows(con, query, tmp_path / "part")


@given(
    st.dictionaries(st.text("AB0123456789", min_size=3, max_size=3), st.integers(0, 5_000_000), max_size=30)
)
def test_each_council_is_in_one_share(rows: dict[str, int]) -> None:
    def held(council: str, count: int) -> Any:
        return SimpleNamespace(
            result={"feeds": {"case_audits": None}}, profile=lambda feed: {council: {"rows": count}}
        )

    shares = partitions.shares({council: [held(council, count)] for council, count in rows.items()})
    assert Counter(council for share in shares for council in share) == Counter(rows.keys())
    assert all(shares)
    if sum(rows.values()) < partitions.SHARED_FROM:
        assert len(shares) == (1 if rows else 0)
    else:
        assert len(shares) == len(rows) or len(shares) % partitions.AT_ONCE == 0
        most = max(sum(rows[council] for council in share) for share in shares)
        assert most <= partitions.SHARED_FROM / partitions.AT_ONCE + max(rows.values())


def test_councils_made_in_shares_make_the_same_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, codes = made.councils(bench.settings_of(tmp_path), tmp_path, 3)
    own = replace(own, definitions=few.definitions(tmp_path / "definitions"))
    # of 5,000 rows more than one core has some at a time
    for council, audits in zip(codes, (40, 5_000, 60), strict=True):
        made.deliver(tmp_path / "files", council, audits)
    bench.to_inbox(own, tmp_path / "files")
    together = run.run(own)
    monkeypatch.setattr(partitions, "SHARED_FROM", 100)
    shutil.rmtree(own.records / "partitions")
    in_shares = run.run(own)
    assert in_shares.rebuilt == together.rebuilt == codes
    assert in_shares.release == together.release, "the same content makes no new release"
