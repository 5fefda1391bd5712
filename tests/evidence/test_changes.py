"""What a reader is told has changed: two small releases, made by hand, and what lies between them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.evidence import changes

FIGURE = {
    "measure": "voice.child", "measure_version": "1.0.0", "council": "990", "window": "12m",
    "period_start": date(2025, 4, 1), "period_end": date(2026, 3, 31), "complete": True, "breakdown": "",
    "numerator": 50, "denominator": 100, "value": 0.5, "symbol": "", "receipt": "R1",
}  # fmt: skip
POINT = {
    "measure": "voice.child", "council": "990", "window": "month", "period_start": date(2026, 3, 1),
    "period_end": date(2026, 3, 31), "numerator": 20, "denominator": 40, "value": 0.5, "target": 0.9,
    "variation": "no clear change", "assurance": "may or may not meet",
}  # fmt: skip
MEASURE = {"measure": "voice.child", "version": "1.0.0", "chart": "p", "headline": 2}
DELIVERY = {"number": 1, "feed": "case_audits", "state": "in force", "rows_accepted": 10, "rows_rejected": 2}
LIKE = {"figures": FIGURE, "charts": POINT, "measures": MEASURE, "deliveries": DELIVERY}
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        yield connection


def release(
    folder: Path, given: Rows | None = None, without: Mapping[str, str] | None = None
) -> changes.Files:
    """A release's files: one row of each table, as it is where nothing else is given."""
    files: dict[str, dict[str, Path]] = {}
    for table, like in LIKE.items():
        rows = [{**like, **row} for row in (given or {}).get(table, [{}])]
        if without and table in without:
            rows = [{name: value for name, value in row.items() if name != without[table]} for row in rows]
        digest = hashlib.sha256(repr(rows).encode()).hexdigest()
        path = folder / f"{digest}.parquet"
        pq.write_table(pa.Table.from_pylist(rows), path)
        files[table] = {digest: path}
    return files


def found(
    con, folder: Path, now: Rows | None, before: Rows | None = None, **more: Any
) -> list[dict[str, Any]]:
    changes.compare(con, release(folder, now), release(folder, before, **more))
    cursor = con.execute("SELECT * FROM changes ORDER BY place")
    names = [column[0] for column in cursor.description]
    assert names == list(changes.COLUMNS)
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for row in cursor.fetchall()
    ]


def test_the_first_release_has_no_changes(con, tmp_path):
    changes.compare(con, release(tmp_path), None)
    assert con.execute("SELECT count(*) FROM changes").fetchall() == [(0,)]
    assert {name: kind for name, kind, *_ in con.execute("DESCRIBE changes").fetchall()} == changes.COLUMNS


def test_the_same_release_again_has_none(con, tmp_path):
    assert found(con, tmp_path, None) == []


def test_a_signal_that_is_new(con, tmp_path):
    [row] = found(con, tmp_path, {"charts": [{"variation": "getting worse", "numerator": 5, "value": 0.125}]})
    assert (row["kind"], row["seriousness"], row["measure"], row["council"]) == (
        "variation",
        1,
        "voice.child",
        "990",
    )
    assert (row["before"], row["after"]) == ("no clear change", "getting worse")
    assert (row["numerator"], row["previous_numerator"]) == (5, 20)
    assert row["period_end"] == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("before", "after", "seriousness"),
    [
        ("no clear change", "improving", 7), ("improving", "no clear change", 6), ("improving", "getting worse", 1),
        ("getting worse", "no clear change", 8), ("no clear change", "higher", 7),
        ("too few points", "getting worse", 1), ("too few points", "no clear change", None),
        ("getting worse", "too few points", None), ("improving", "improving", None),
    ],
)  # fmt: skip
def test_which_change_of_variation_is_told_and_how_serious_it_is(con, tmp_path, before, after, seriousness):
    rows = found(con, tmp_path, {"charts": [{"variation": after}]}, {"charts": [{"variation": before}]})
    assert [row["seriousness"] for row in rows] == ([] if seriousness is None else [seriousness])


@pytest.mark.parametrize(
    ("before", "after", "seriousness"),
    [
        ("may or may not meet", "will not meet without change", 2), ("will reliably meet", "may or may not meet", 2),
        ("may or may not meet", "will reliably meet", 7), ("too few points", "will not meet without change", 2),
        ("no target", "may or may not meet", None), ("may or may not meet", "no target", None),
        ("may or may not meet", "too few points", None),
    ],
)  # fmt: skip
def test_which_change_of_assurance_is_told(con, tmp_path, before, after, seriousness):
    rows = found(
        con, tmp_path, {"charts": [{"assurance": after, "target": 0.95}]}, {"charts": [{"assurance": before}]}
    )
    assert [row["seriousness"] for row in rows] == ([] if seriousness is None else [seriousness])
    if rows:
        assert (rows[0]["previous_target"], rows[0]["target"]) == (0.9, 0.95)


def test_only_the_last_point_of_a_chart_is_looked_at(con, tmp_path):
    later = {"period_start": date(2026, 4, 1), "period_end": date(2026, 4, 30), "variation": "improving"}
    earlier = {"variation": "improving"}
    assert found(con, tmp_path, {"charts": [earlier, later]}, {"charts": [{**later, "numerator": 1}]}) == []


def test_a_figure_restated_by_more_than_rounding(con, tmp_path):
    """54 of 100 instead of 50: 4 percentage points."""
    now = {"numerator": 54, "value": 0.54, "receipt": "R2"}
    [row] = found(con, tmp_path, {"figures": [now]})
    assert (row["kind"], row["seriousness"], row["periods"]) == ("restated", 4, 1)
    assert row["change"] == pytest.approx(0.04)
    assert [row[name] for name in ("previous_numerator", "previous_denominator", "numerator", "denominator")] == [
        50, 100, 54, 100,
    ]  # fmt: skip
    assert (row["previous_receipt"], row["receipt"]) == ("R1", "R2")


@pytest.mark.parametrize(
    "now",
    [
        {"numerator": 505, "denominator": 1000, "value": 0.505},  # exactly half a percentage point
        {"numerator": 99, "value": 0.99, "measure_version": "1.1.0"},  # another definition, not a restatement
        {"numerator": 99, "value": 0.99, "complete": False},
        {"numerator": 99, "value": 0.99, "window": "quarter"},
        {"numerator": 99, "value": 0.99, "breakdown": "team"},
        {"numerator": None, "value": None, "symbol": "x"},
        {"numerator": 99, "value": 0.99, "period_end": date(2026, 4, 30)},
    ],
)
def test_what_is_no_restatement(con, tmp_path, now):
    assert [row["kind"] for row in found(con, tmp_path, {"figures": [now]})] == []


def test_a_measure_without_a_chart_is_not_compared(con, tmp_path):
    plain = {"measures": [{"chart": "none"}]}
    assert found(con, tmp_path, {"figures": [{"numerator": 99, "value": 0.99}], **plain}, plain) == []


def test_of_many_periods_restated_the_largest_is_told_with_their_number(con, tmp_path):
    ends = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    before = [{"period_end": end} for end in ends]
    now = [
        {"period_end": end, "numerator": 50 + n, "value": 0.5 + n / 100}
        for n, end in enumerate(ends[::-1], 1)
    ]
    [row] = found(con, tmp_path, {"figures": now}, {"figures": before})
    assert (row["period_end"], row["numerator"], row["periods"]) == (date(2026, 1, 31), 53, 3)


def test_another_version_of_a_definition(con, tmp_path):
    [row] = found(con, tmp_path, {"measures": [{"version": "1.1.0"}]})
    assert (row["kind"], row["before"], row["after"]) == ("definition", "1.0.0", "1.1.0")


def test_a_month_that_is_over(con, tmp_path):
    month = {"window": "month", "period_start": date(2026, 3, 1)}
    later = {**month, "period_start": date(2026, 4, 1), "period_end": date(2026, 4, 30)}
    running = {**later, "period_end": date(2026, 5, 31), "complete": False}
    [row] = found(con, tmp_path, {"figures": [month, later, running]}, {"figures": [month]})
    assert (row["kind"], row["council"], row["before"], row["after"]) == (
        "period",
        "990",
        "2026-03-31",
        "2026-04-30",
    )


def test_new_files_by_feed_and_a_refused_one(con, tmp_path):
    new = [
        {}, {"number": 2, "rows_accepted": 5, "rows_rejected": 1}, {"number": 3, "rows_accepted": 7},
        {"number": 4, "feed": None, "state": "refused", "rows_accepted": 0, "rows_rejected": 0},
    ]  # fmt: skip
    refused, received = found(con, tmp_path, {"deliveries": new})
    assert (refused["kind"], refused["number"]) == ("refused", 4)
    assert (received["kind"], received["feed"], received["files"]) == ("received", "case_audits", 2)
    assert (received["rows_accepted"], received["rows_rejected"]) == (12, 3)


def test_the_most_serious_come_first_and_of_these_the_headline(con, tmp_path):
    names = ["plain.one", "voice.child"]
    measures = [{"measure": "plain.one", "headline": None}, {}]
    now = {
        "charts": [{"measure": name, "variation": "getting worse"} for name in names],
        "figures": [
            {"measure": "plain.one", "numerator": 60, "value": 0.6},
            {"numerator": 52, "value": 0.52},
        ],
        "deliveries": [{}, {"number": 2, "feed": None, "state": "refused"}],
        "measures": measures,
    }
    before = {
        "charts": [{"measure": name} for name in names],
        "figures": [{"measure": "plain.one"}, {}],
        "measures": measures,
    }
    rows = found(con, tmp_path, now, before)
    assert [row["place"] for row in rows] == [1, 2, 3, 4, 5]
    assert [(row["kind"], row.get("measure")) for row in rows] == [
        ("variation", "voice.child"), ("variation", "plain.one"), ("refused", None), ("restated", "voice.child"),
        ("restated", "plain.one"),
    ]  # fmt: skip


def test_a_release_from_before_there_were_classes_gives_none(con, tmp_path):
    now = {"charts": [{"variation": "getting worse", "assurance": "will not meet without change"}]}
    assert found(con, tmp_path, now, without={"charts": "variation"})[0]["kind"] == "assurance"
    assert found(con, tmp_path, None, without={"measures": "headline"}) == []


def test_parts_that_both_releases_share_are_not_opened(con, tmp_path):
    now, before = release(tmp_path), release(tmp_path)
    for path in now["figures"].values():
        path.unlink()
    changes.compare(con, now, before)
    assert con.execute("SELECT count(*) FROM changes").fetchall() == [(0,)]
