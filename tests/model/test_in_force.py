"""Which rows stand when deliveries overlap, are corrected, repeat or delete."""

from __future__ import annotations

import itertools
import tempfile
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.model.in_force import Part, in_force
from tests.model.rows import CONTRACTS, write_accepted

AUDITS = CONTRACTS["case_audits"]
PEOPLE = CONTRACTS["family_participation"]
PROGRAMME = CONTRACTS["audit_programme"]
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def audit(reference: str, month: date | None = JANUARY, council: str = "990", **more: object) -> dict:
    return {"council": council, "audit_reference": reference, "planned_month": month, **more}


def standing(con, contract, parts, columns="audit_reference, _order", councils=("990",)) -> list[tuple]:
    gone = in_force(con, contract, parts, councils, "rel")
    found = con.execute(f"SELECT {columns} FROM rel ORDER BY ALL").fetchall()
    held = ", ".join(f"'{part.path}'" for part in parts)
    counted = f"SELECT count(*) FROM read_parquet([{held}]) WHERE list_contains($councils, council)"
    [(rows,)] = con.execute(counted, {"councils": list(councils)}).fetchall() if parts else [(0,)]
    assert len(found) + sum(rows for *_, rows in gone) == rows, "every row stands or is counted as gone"
    return found


def part(
    folder: Path, order: int, rows: list[dict], months=(), *, corrections=False, contract=AUDITS
) -> Part:
    path = write_accepted(folder / f"{order}.parquet", contract, rows)
    return Part(path, order, corrections, {"990": tuple(months)} if months else {})


def test_a_row_missing_from_a_later_delivery_of_its_month_is_gone(con, tmp_path):
    first = part(tmp_path, 1, [audit("a"), audit("b"), audit("c", FEBRUARY)], [JANUARY, FEBRUARY])
    second = part(tmp_path, 2, [audit("a")], [JANUARY])
    assert standing(con, AUDITS, [first, second]) == [("a", 2), ("c", 1)]


def test_a_delivery_that_covers_a_month_with_no_row_left_empties_it(con, tmp_path):
    first = part(tmp_path, 1, [audit("a"), audit("c", FEBRUARY)], [JANUARY, FEBRUARY])
    second = part(tmp_path, 2, [], [JANUARY])
    assert standing(con, AUDITS, [first, second]) == [("c", 1)]


def test_corrections_replace_only_their_keys(con, tmp_path):
    first = part(tmp_path, 1, [audit("a"), audit("b")], [JANUARY])
    second = part(tmp_path, 2, [audit("a", team="North")], [JANUARY], corrections=True)
    assert standing(con, AUDITS, [first, second], "audit_reference, team") == [("a", "North"), ("b", None)]


def test_a_key_that_moves_to_another_month_leaves_the_old_one(con, tmp_path):
    first = part(tmp_path, 1, [audit("a"), audit("b")], [JANUARY])
    second = part(tmp_path, 2, [audit("a", FEBRUARY)], [FEBRUARY])
    assert standing(con, AUDITS, [first, second], "audit_reference, planned_month") == [
        ("a", FEBRUARY),
        ("b", JANUARY),
    ]


def test_a_b_a_gives_a(con, tmp_path):
    a, b = [audit("a"), audit("b")], [audit("a", team="North"), audit("c")]
    first, second = part(tmp_path, 1, a, [JANUARY]), part(tmp_path, 2, b, [JANUARY])
    again = part(tmp_path, 3, a, [JANUARY])
    columns = "audit_reference, team"
    assert standing(con, AUDITS, [first], columns) == standing(con, AUDITS, [first, second, again], columns)
    assert standing(con, AUDITS, [first, second], columns) == [("a", "North"), ("c", None)]


def test_the_month_is_that_of_the_first_period_column_filled(con, tmp_path):
    started = {"started_on": date(2026, 2, 3), "completed_on": date(2026, 3, 9)}
    rows = [audit("planned", JANUARY, **started), audit("started", None, **started)]
    first = part(tmp_path, 1, rows, [JANUARY, FEBRUARY])
    assert standing(con, AUDITS, [first, part(tmp_path, 2, [], [JANUARY])]) == [("started", 1)]
    assert standing(con, AUDITS, [first, part(tmp_path, 3, [], [FEBRUARY])]) == [("planned", 1)]
    assert len(standing(con, AUDITS, [first, part(tmp_path, 4, [], [date(2026, 3, 1)])])) == 2


def test_a_row_without_a_month_stands_until_its_key_comes_again(con, tmp_path):
    first = part(tmp_path, 1, [audit("a", None), audit("b", None)], [JANUARY])
    second = part(tmp_path, 2, [audit("a")], [JANUARY])
    assert standing(con, AUDITS, [first, second]) == [("a", 2), ("b", 1)]


def test_another_councils_delivery_replaces_nothing(con, tmp_path):
    path = write_accepted(tmp_path / "1.parquet", AUDITS, [audit("a"), audit("b", council="991")])
    first = Part(path, 1, False, {"990": (JANUARY,), "991": (JANUARY,)})
    path = write_accepted(tmp_path / "2.parquet", AUDITS, [audit("a", council="991")])
    second = Part(path, 2, False, {"991": (JANUARY,)})
    both = standing(con, AUDITS, [first, second], "council, audit_reference", ("990", "991"))
    assert both == [("990", "a"), ("991", "a")]


def test_only_the_councils_asked_for(con, tmp_path):
    both = [audit("a"), audit("b", council="991")]
    assert standing(con, AUDITS, [part(tmp_path, 1, both)]) == [("a", 1)]
    assert standing(con, AUDITS, [part(tmp_path, 1, both), part(tmp_path, 2, both)]) == [("a", 2)]
    assert standing(con, AUDITS, [part(tmp_path, 1, both)], councils=()) == []


def test_by_key_the_last_delivery_of_a_key_stands_and_empty_equals_empty(con, tmp_path):
    plan = {
        "council": "990", "frame": "ehcp", "period_start": JANUARY, "period_end": date(2026, 1, 31),
        "audit_type": "routine", "approved_on": date(2025, 12, 1), "team": None,
    }  # fmt: skip
    first = part(
        tmp_path,
        1,
        [{**plan, "planned_count": 4}, {**plan, "team": "North", "planned_count": 2}],
        contract=PROGRAMME,
    )
    second = part(tmp_path, 2, [{**plan, "planned_count": 5}], contract=PROGRAMME)
    columns = "team, planned_count, _order"
    assert standing(con, PROGRAMME, [first, second], columns) == [("North", 2, 1), (None, 5, 2)]


def test_a_person_without_a_number_is_person_one(con, tmp_path):
    person = {"council": "990", "audit_reference": "a", "role": "parent"}
    first = part(
        tmp_path, 1, [{**person, "person_number": 1}, {**person, "person_number": 2}], contract=PEOPLE
    )
    second = part(tmp_path, 2, [{**person, "offered": True}], contract=PEOPLE)
    columns = "person_number, offered"
    assert standing(con, PEOPLE, [first, second], columns) == [(2, None), (None, True)]


def test_replaces_all_keeps_the_last_whole_delivery_and_later_corrections(con, tmp_path):
    contract = AUDITS.model_copy(update={"replaces": "all", "period": (), "text": ""})
    first = part(tmp_path, 1, [audit("a"), audit("b", council="991")], [JANUARY])
    second = part(tmp_path, 2, [audit("c"), audit("d", FEBRUARY)], [JANUARY])
    third = part(tmp_path, 3, [audit("d", FEBRUARY, team="North")], [FEBRUARY], corrections=True)
    found = standing(con, contract, [third, first, second], councils=("990", "991"))
    assert found == [("b", 1), ("c", 2), ("d", 3)]


def test_a_column_that_an_older_delivery_lacks_is_empty_there(con, tmp_path):
    new = part(tmp_path, 2, [audit("b", team="North")])
    old = write_accepted(tmp_path / "old.parquet", AUDITS, [audit("a")])
    pq.write_table(pq.read_table(old).drop(["team"]), old)
    found = standing(con, AUDITS, [Part(old, 1, False, {}), new], "audit_reference, team")
    assert found == [("a", None), ("b", "North")]
    assert standing(con, AUDITS, [Part(old, 1, False, {})], "audit_reference, team") == [("a", None)]


def test_columns_and_types_are_the_contracts(con, tmp_path):
    for parts in ([], [part(tmp_path, 1, [audit("a")])], [part(tmp_path, 1, []), part(tmp_path, 2, [])]):
        in_force(con, AUDITS, parts, ["990"], "rel")
        found = {name: kind for name, kind, *_ in con.execute("DESCRIBE rel").fetchall()}
        assert found == {**AUDITS.stored, "_order": "INTEGER", "_sheet": "VARCHAR", "_row": "BIGINT"}


def test_two_deliveries_of_one_order_are_refused(con, tmp_path):
    one = part(tmp_path, 1, [audit("a")])
    with pytest.raises(ValueError, match="same order"):
        in_force(con, AUDITS, [one, one], ["990"], "rel")


MONTHS = [date(2026, month, 1) for month in (1, 2, 3)]
rows = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(MONTHS), max_size=4)
deliveries = st.lists(
    st.tuples(rows, st.booleans(), st.sets(st.sampled_from(MONTHS))), min_size=1, max_size=5
)


def naive(given_parts: list[tuple[dict, bool, set]], replaces: str) -> dict[str, tuple[date, int]]:
    """Deliveries applied one after the other, row by row: reference -> (month, delivery)."""
    held: dict[str, tuple[date, int]] = {}
    for order, (found, corrections, covered) in enumerate(given_parts):
        if not corrections and replaces == "council_and_period":
            gone = covered | set(found.values())
            held = {key: row for key, row in held.items() if row[0] not in gone}
        held |= {key: (month, order) for key, month in found.items()}
    return held


@settings(max_examples=60, deadline=None)
@given(deliveries, st.sampled_from(["key", "council_and_period"]), st.randoms(use_true_random=False))
def test_any_deliveries_in_any_order(given_parts, replaces, random):
    contract = AUDITS.model_copy(
        update={"replaces": replaces, "period": AUDITS.period if replaces != "key" else (), "text": ""}
    )
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        parts = [
            Part(
                write_accepted(
                    Path(folder) / f"{order}.parquet",
                    AUDITS,
                    [audit(key, month) for key, month in found.items()],
                ),
                order,
                corrections,
                {"990": tuple(covered | set(found.values()))},
            )
            for order, (found, corrections, covered) in enumerate(given_parts)
        ]
        random.shuffle(parts)
        found = standing(con, contract, parts, "audit_reference, planned_month, _order")
    assert {key: (month, order) for key, month, order in found} == naive(given_parts, replaces)
    assert len(found) == len({key for key, *_ in found})


def test_every_order_of_three_parts_gives_the_same(con, tmp_path):
    parts = [
        part(tmp_path, 1, [audit("a"), audit("b"), audit("c", FEBRUARY)], [JANUARY, FEBRUARY]),
        part(tmp_path, 2, [audit("b", FEBRUARY)], [FEBRUARY], corrections=True),
        part(tmp_path, 3, [audit("a", team="North")], [JANUARY]),
    ]
    found = {tuple(standing(con, AUDITS, list(order))) for order in itertools.permutations(parts)}
    assert found == {(("a", 3), ("b", 2), ("c", 1))}


def test_parts_of_different_councils_are_read_where_they_lie(con, tmp_path):
    first = part(tmp_path, 1, [audit("a"), audit("b")], [JANUARY])
    other = write_accepted(tmp_path / "other.parquet", AUDITS, [audit("a", council="991")])
    both = standing(con, AUDITS, [first, Part(other, 2, False, {"991": (JANUARY,)})], councils=("990", "991"))
    assert both == [("a", 1), ("a", 2), ("b", 1)]
    views = con.execute("SELECT view_name FROM duckdb_views() WHERE temporary AND NOT internal").fetchall()
    assert views == [("rel",)]


def test_a_table_and_a_view_of_one_name_follow_one_another(con, tmp_path):
    one, two = part(tmp_path, 1, [audit("a")]), part(tmp_path, 2, [audit("b")])
    for parts in ([one], [one, two], [one], []):
        assert len(standing(con, AUDITS, parts)) == len(parts)
