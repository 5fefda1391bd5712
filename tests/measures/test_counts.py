"""Counts and digests against a recount row by row."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import reduce
from operator import xor

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.measures.counts import Digests, Packed, count
from tests.measures.made import made_facts, measure

MEASURES = [
    measure(breakdowns=("team", "sex")),
    measure(
        id="made.random",
        numerator=("is_good",),
        denominator=("is_completed", "is_random"),
        breakdowns=("sex",),
    ),
    measure(
        id="made.people",
        kind="people_share",
        numerator=("has_child_contribution", "has_parent_contribution"),
        denominator=("is_child_offered", "is_parent_offered"),
        among=("is_completed",),
    ),
    measure(id="made.planned", date="planned_month"),
]
TERMS = {
    ("completed_on", (), ("team", "sex")),
    ("planned_month", (), ()),
    ("completed_on", ("is_completed",), ("team", "sex")),
    ("completed_on", ("is_completed", "is_good"), ("team", "sex")),
    ("completed_on", ("is_completed", "is_random"), ("team", "sex")),
    ("completed_on", ("is_completed", "is_good", "is_random"), ("sex",)),
    ("completed_on", ("is_child_offered", "is_completed"), ()),
    ("completed_on", ("is_completed", "is_parent_offered"), ()),
    ("completed_on", ("has_child_contribution", "is_child_offered", "is_completed"), ()),
    ("completed_on", ("has_parent_contribution", "is_completed", "is_parent_offered"), ()),
    ("planned_month", ("is_completed",), ()),
    ("planned_month", ("is_completed", "is_good"), ()),
    ("completed_on", ("is_child_offered", "is_completed", "is_random"), ()),
    ("completed_on", ("is_completed", "is_parent_offered", "is_random"), ()),
    ("planned_month", ("is_completed", "is_random"), ()),
}
"""What the measures count; of a denominator that is not chosen at random alone, the rows that are, too."""
flags = (
    "is_completed",
    "is_random",
    "is_good",
    "has_child_contribution",
    "is_child_offered",
    "is_parent_offered",
)
audits = st.lists(
    st.fixed_dictionaries(
        {
            "audit_key": st.integers(1, 2**64 - 1),
            "council": st.sampled_from(["990", "991"]),
            "completed_on": st.none() | st.dates(date(2025, 11, 28), date(2026, 2, 3)),
            "planned_month": st.none() | st.sampled_from([date(2026, 1, 1), date(2026, 2, 1)]),
            "team": st.sampled_from(["North", "unknown"]),
            "sex": st.sampled_from(["F", "M"]),
            **{flag: st.booleans() for flag in flags},
        }
    ),
    max_size=12,
    unique_by=lambda row: row["audit_key"],
)


def counted(con, rows) -> dict[tuple, tuple[int, int]]:
    count(con, made_facts(con, rows), MEASURES)
    found = con.execute("FROM counts").fetchall()
    assert len({tuple(key) for _, *key, _, _ in found}) == len(found)
    assert all(fact == "audits" for fact, *_ in found)
    return {tuple(key): (number, digest) for _, *key, number, digest in found}


def recounted(rows) -> dict[tuple, tuple[int, int]]:
    cells: dict[tuple, list[int]] = {}
    for row in rows:
        row = {"has_parent_contribution": False, **row}
        for day, columns, breakdowns in TERMS:
            if row[day] is None or not all(row[column] for column in columns):
                continue
            month = row[day].year * 12 + row[day].month - 1
            for breakdown, group in (("", ""), *((name, row[name]) for name in breakdowns)):
                key = (day, " & ".join(columns), row["council"], month, breakdown, group)
                cells.setdefault(key, []).append(row["audit_key"])
    return {key: (len(keys), reduce(lambda a, b: a ^ b, keys)) for key, keys in cells.items()}


@settings(max_examples=40)
@given(audits)
def test_counts_and_digests_are_those_of_a_recount(rows):
    with duckdb.connect() as con:
        assert counted(con, rows) == recounted(rows)


@settings(max_examples=20)
@given(audits.filter(len), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random):
    with duckdb.connect() as con:
        before = counted(con, rows)
        assert counted(con, random.sample(rows, len(rows))) == before


@settings(max_examples=30)
@given(audits.filter(len), st.data())
def test_a_digest_changes_exactly_when_the_rows_counted_change(rows, data):
    """Flip one yes/no answer of one row: only cells that the row enters or leaves get another digest."""
    place = data.draw(st.integers(0, len(rows) - 1))
    flag = data.draw(st.sampled_from(flags))
    flipped = [*rows]
    flipped[place] = {**rows[place], flag: not rows[place][flag]}
    key = rows[place]["audit_key"]

    def cells(of) -> dict[tuple, set[int]]:
        held: dict[tuple, set[int]] = {}
        for row in of:
            for cell in recounted([row]):
                held.setdefault(cell, set()).add(row["audit_key"])
        return held

    before, after = cells(rows), cells(flipped)
    moved = {
        cell
        for cell in before.keys() | after.keys()
        if (key in before.get(cell, ())) != (key in after.get(cell, ()))
    }
    with duckdb.connect() as con:
        old, new = counted(con, rows), counted(con, flipped)
    changed = {
        cell for cell in old.keys() | new.keys() if old.get(cell, (0, 0))[1] != new.get(cell, (0, 0))[1]
    }
    assert changed == moved


def test_a_measure_without_breakdowns_counts_all_rows_together_only():
    with duckdb.connect() as con:
        count(con, made_facts(con, [{}, {"team": "South"}]), [measure(denominator=("is_random",))])
        found = con.execute('SELECT columns, breakdown, "group", count FROM counts').fetchall()
    assert found == [("", "", "", 2), ("is_random", "", "", 2)]


def test_a_relation_may_be_a_parquet_file(tmp_path):
    with duckdb.connect() as con:
        facts = made_facts(con, [{"is_good": True}, {}])
        con.execute(f"COPY made_audits TO '{tmp_path}/audits.parquet'")
        count(
            con,
            {**facts, "audits": f"read_parquet('{tmp_path}/audits.parquet')"},
            [measure(breakdowns=("sex",))],
        )
        assert con.execute("SELECT count(*), sum(count) FROM counts").fetchall() == [(8, 14)]


@pytest.mark.parametrize("counts", [1, 2, 5, 64])
def test_digests_side_by_side_are_those_of_each(counts):
    """Rows with the largest keys, each counted by some: as many conditions as it takes to tell them apart."""
    digests, keys = Digests(counts), [2**64 - 1, 2**63, 1, 0x0123456789ABCDEF]
    held = [[bool((row * 7 + n) % (row + 2)) for n in range(counts)] for row in range(len(keys))]
    values = ", ".join(
        f"({key}::UBIGINT, {', '.join(map(str, row))})" for key, row in zip(keys, held, strict=True)
    )
    names = ", ".join(f"holds_{n}" for n in range(counts))
    words = ", ".join(f"bit_xor({digests.word(n)}) AS keys_{n}" for n in range(digests.words))
    told = ", ".join(digests.digest(n) for n in range(counts))
    rows = f"SELECT *, {digests.keys} FROM (VALUES {values}) AS given(key, {names})"
    [found] = duckdb.sql(f"SELECT {told} FROM (SELECT {words} FROM ({rows}))").fetchall()
    for n, digest in enumerate(found):
        assert digest == reduce(xor, (key for key, row in zip(keys, held, strict=True) if row[n]), 0)


@pytest.mark.parametrize("most", [1, 2, 3, 1000, 2**20, 2**31])
@pytest.mark.parametrize("counts", [1, 5, 63])
def test_packed_counts_do_not_run_into_each_other(counts, most):
    """Every count at its largest, and then each one alone."""
    packed = Packed(counts, most)
    assert packed.in_word * packed.bits <= 62
    everyone = {f"holds_{n}": True for n in range(counts)}
    cases = [everyone] + [{name: name == only for name in everyone} for only in everyone]
    with duckdb.connect() as con:
        for case in cases:
            row = ", ".join(f"{value} AS {name}" for name, value in case.items())
            words = ", ".join(f"({packed.word(n)}) * {most} AS word_{n}" for n in range(packed.words))
            told = ", ".join(packed.count(n) for n in range(counts))
            [found] = con.execute(f"SELECT {told} FROM (SELECT {words} FROM (SELECT {row}))").fetchall()
            assert list(found) == [most * value for value in case.values()]


def test_many_rows_in_one_month():
    with duckdb.connect() as con:
        con.execute(
            "CREATE TEMP TABLE many AS SELECT '990' AS council, DATE '2026-01-15' AS completed_on, "
            "i::UBIGINT AS audit_key, true AS is_completed, i % 3 = 0 AS is_good, false AS is_random, "
            "CASE WHEN i % 2 = 0 THEN 'F' ELSE 'M' END AS sex FROM range(100_000) t(i)"
        )
        count(con, {"audits": "many"}, [measure(breakdowns=("sex",))])
        found = {
            (columns, group): number
            for columns, group, number in con.execute('SELECT columns, "group", count FROM counts').fetchall()
        }
    good = Counter("F" if i % 2 == 0 else "M" for i in range(0, 100_000, 3))
    assert found == {
        ("", ""): 100_000,
        ("", "F"): 50_000,
        ("", "M"): 50_000,
        ("is_completed", ""): 100_000,
        ("is_completed", "F"): 50_000,
        ("is_completed", "M"): 50_000,
        ("is_completed & is_good", ""): 33_334,
        ("is_completed & is_good", "F"): good["F"],
        ("is_completed & is_good", "M"): good["M"],
    }
