"""Which receipt took the place of which: small releases made by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.evidence.restated import Files, restated

FIGURE = {
    "measure": "voice.child", "measure_version": "1.0.0", "council": "990", "window": "12m",
    "period_start": date(2025, 4, 1), "period_end": date(2026, 3, 31), "complete": True, "breakdown": "", "group": "",
    "numerator": 50, "denominator": 100, "value": 0.5, "symbol": "", "receipt": "R1",
}  # fmt: skip


def release(folder: Path, *parts: Sequence[Mapping[str, Any]]) -> Files:
    files: dict[str, Path] = {}
    for rows in parts:
        digest = hashlib.sha256(repr(rows).encode()).hexdigest()
        path = folder / f"{digest}.parquet"
        pq.write_table(pa.Table.from_pylist([{**FIGURE, **row} for row in rows]), path)
        files[digest] = path
    return {"figures": files}


def found(now: Files, before: Files | None) -> list[tuple]:
    with duckdb.connect() as con:
        restated(con, now, before)
        return con.execute(
            'SELECT previous_receipt, receipt, "group", previous_numerator, numerator FROM restated ORDER BY ALL'
        ).fetchall()


def test_without_a_release_before_nothing_is_restated(tmp_path):
    assert found(release(tmp_path, [{}]), None) == []


def test_an_unchanged_figure_is_left_out(tmp_path):
    now = release(tmp_path, [{}, {"group": "F", "receipt": "R2"}])
    assert found(now, release(tmp_path, [{"receipt": "R1"}, {"group": "F", "receipt": "R2"}])) == []


def test_a_restated_figure_has_both_receipts_and_numbers(tmp_path):
    before = release(tmp_path, [{}, {"group": "F", "receipt": "R2"}])
    now = release(tmp_path, [{"numerator": 48, "receipt": "R9"}, {"group": "F", "receipt": "R2"}])
    assert found(now, before) == [("R1", "R9", "", 50, 48)]


def test_another_version_of_the_definition_follows_the_one_before(tmp_path):
    now = release(tmp_path, [{"measure_version": "2.0.0", "receipt": "R9"}])
    assert found(now, release(tmp_path, [{}])) == [("R1", "R9", "", 50, 50)]


def test_a_figure_that_is_gone_has_no_receipt_now_and_a_new_one_is_not_told(tmp_path):
    now = release(tmp_path, [{"group": "M", "receipt": "R3"}])
    assert found(now, release(tmp_path, [{}])) == [("R1", None, "", 50, None)]


def test_parts_that_both_share_are_not_opened(tmp_path):
    shared, other = [{"council": "991", "receipt": "S"}], [{}]
    before, now = release(tmp_path, shared, other), release(tmp_path, shared, [{"receipt": "R9"}])
    for path in release(tmp_path, shared)["figures"].values():
        path.unlink()
    assert found(now, before) == [("R1", "R9", "", 50, 50)]
