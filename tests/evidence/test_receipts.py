"""Receipt ids: keyed, stable, different for each audience, and wrong ones are noticed."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from pipelines import receipt_ids
from pipelines.evidence import receipts
from pipelines.intake.key import Key

KEY = Key(b"k" * 32)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as one:
        yield one


def figures(con: duckdb.DuckDBPyConnection, rows: int, digest: int = 1) -> None:
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE figures AS SELECT 'voice.any_family' AS measure, '1.0.0' AS measure_version,
        '990' AS council, '12m' AS "window", DATE '2025-04-01' AS period_start, DATE '2026-03-31' AS period_end,
        'sex' AS breakdown, range::VARCHAR AS "group", {digest}::UBIGINT AS numerator_digest,
        2::UBIGINT AS denominator_digest FROM range({rows})"""
    )


def minted(con: duckdb.DuckDBPyConnection, audience: str = "officers", key: Key = KEY) -> list[str]:
    receipts.mint(con, "figures", audience, key)
    return [receipt for (receipt,) in con.execute('SELECT receipt FROM figures ORDER BY "group"').fetchall()]


def test_ids_are_whole_and_all_different(con: duckdb.DuckDBPyConnection) -> None:
    figures(con, 5000)
    found = minted(con)
    assert len(set(found)) == 5000
    assert all(receipt_ids.is_receipt(one) for one in found)


def test_an_unchanged_figure_keeps_its_id_and_a_changed_one_does_not(con: duckdb.DuckDBPyConnection) -> None:
    figures(con, 3)
    first = minted(con)
    figures(con, 3)
    assert minted(con) == first
    figures(con, 3, digest=7)
    assert not set(minted(con)) & set(first)


def test_audiences_and_keys_give_different_ids(con: duckdb.DuckDBPyConnection) -> None:
    found = []
    for audience, key in (("officers", KEY), ("public", KEY), ("officers", Key(b"j" * 32))):
        figures(con, 2)
        found += minted(con, audience, key)
    assert len(set(found)) == 6


def test_a_collision_stops(con: duckdb.DuckDBPyConnection) -> None:
    figures(con, 2)
    con.execute("UPDATE figures SET \"group\" = 'same'")
    with pytest.raises(receipts.ReceiptCollision):
        receipts.mint(con, "figures", "officers", KEY)


def test_any_one_wrong_or_two_swapped_characters_are_noticed(con: duckdb.DuckDBPyConnection) -> None:
    figures(con, 5)
    for good in minted(con):
        for place in range(receipt_ids.LENGTH):
            wrong = [
                good[:place] + letter + good[place + 1 :]
                for letter in receipt_ids.ALPHABET
                if letter != good[place]
            ]
            assert not any(map(receipt_ids.is_receipt, wrong))
        for place in range(receipt_ids.LENGTH - 2):
            swapped = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
            assert swapped == good or not receipt_ids.is_receipt(swapped)


def test_typed_by_hand(con: duckdb.DuckDBPyConnection) -> None:
    figures(con, 1)
    (good,) = minted(con)
    assert receipt_ids.is_receipt(f"{good[:5]}-{good[5:10]}-{good[10]}".lower())
    assert not receipt_ids.is_receipt(good[:-1])
    assert not receipt_ids.is_receipt("")
