"""The list of statistical neighbours, read as it is published: every row accounted for.

The real list is read where it is at hand; the demonstration's has the same layout everywhere.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines import contracts
from pipelines.demo import neighbours
from pipelines.demo.writing import written
from pipelines.intake import key as keys
from pipelines.intake import verdicts
from pipelines.intake.receive import Checked, receive
from pipelines.settings import HOME, Settings, load

SHARED = Path(os.environ.get("SEND_AUDIT_SHARED", HOME.parent / "shared"))
REAL = SHARED / "data" / "reference" / "statistical_neighbours_may_2025.xlsx"
FEED = "statistical_neighbours"
CATALOGUE = contracts.load(load({}))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})  # that the two judges agree is tested elsewhere
    return load({"SEND_AUDIT_DATA": str(tmp_path / "data"), "SEND_AUDIT_KEY_FILE": str(tmp_path / "key")})


def received(settings: Settings, path: Path) -> Checked:
    checked, _ = receive(settings, CATALOGUE, keys.load(settings), path, extracted_on=date(2025, 5, 30))
    assert not checked.refused, checked.result["refusal"]
    return checked


def rows(checked: Checked, which: str, columns: str) -> list[tuple]:
    path = checked.folder / f"{FEED}.{which}.parquet"
    return duckdb.sql(f"SELECT {columns} FROM read_parquet('{path}') ORDER BY _row").fetchall()


@pytest.mark.skipif(not REAL.exists(), reason="the published list is not beside the project")
def test_the_published_list_is_read_as_it_is(settings: Settings) -> None:
    checked = received(settings, REAL)
    found = checked.result["feeds"][FEED]
    assert (found["received"], found["accepted"], found["rejected"]) == (159, 153, 6)
    dorset = "neighbour_1, neighbour_10, closeness_1, closeness_10"
    path = checked.folder / f"{FEED}.accepted.parquet"
    query = f"SELECT {dorset} FROM read_parquet('{path}') WHERE council = '838'"
    assert duckdb.sql(query).fetchall() == [("933", "815", "very_close", "very_close")]
    aside = rows(checked, "rejected", "_row, council, list_contains(codes, 'STN-301')")
    assert aside == [(158, None, False), (160, "835", True), (161, "836", True), (162, "837", True),
                     (163, "928", True), (164, "909", True)]  # fmt: skip
    for n in range(1, 11):
        [(unread,)] = duckdb.sql(
            f"SELECT count_if(closeness_{n} = '?' OR neighbour_{n} IS NULL) FROM read_parquet('{path}')"
        ).fetchall()
        assert unread == 0


def test_the_demonstrations_list_has_the_same_layout(settings: Settings, tmp_path: Path) -> None:
    extract = neighbours.file(2026, CATALOGUE)
    path = tmp_path / extract.file
    path.write_bytes(written(extract, CATALOGUE))
    checked = received(settings, path)
    found = checked.result["feeds"][FEED]
    assert (found["received"], found["accepted"], found["rejected"]) == (12, 10, 2)
    for council, nearest, ninth, none in rows(
        checked, "accepted", "council, closeness_1, neighbour_9, neighbour_10"
    ):
        assert (nearest, none) == ("extremely_close", None)
        assert ninth not in (None, council)


def test_a_title_that_only_names_a_council_is_not_taken_for_the_list(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "councils.csv"
    path.write_text("Council,Council name,Region,Something\n990,Brackenshire,Tarnlands,1\n", encoding="utf-8")
    checked, _ = receive(settings, CATALOGUE, keys.load(settings), path, extracted_on=date(2025, 5, 30))
    assert checked.refused
