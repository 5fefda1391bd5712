"""Releases as they stood, and what lies between any two: small releases, made by hand through `releases.add`.

The story: on 10 January 50 of 100; a late correction of 20 February makes it 54 of 100; on 5 March the definition is
another version, delivery 1 is gone and there is a new measure.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import duckdb
import hypothesis.strategies as some
import pyarrow as pa
import pytest
from hypothesis import given

from pipelines import durable, past, releases
from pipelines.evidence.between import FEEDS_OF_FACT, between
from pipelines.model import schema
from pipelines.settings import Settings
from tests.evidence.test_changes import DELIVERY, FIGURE, MEASURE

JANUARY, FEBRUARY, MARCH = date(2026, 1, 10), date(2026, 2, 20), date(2026, 3, 5)
FULL = {
    **MEASURE, "title": "Audits that heard from the child", "short_title": "Child heard", "counts_what": "audits",
    "kind": "share", "fact": "audits", "higher_is": "better", "numerator": ["child_contributed"],
    "numerator_words": "audits with the child", "topic": "voice", "position": 1,
}  # fmt: skip
GIVEN = {**DELIVERY, "file": "one.csv", "council_names": ["Brackenshire"], "rows_received": 12, "rows_in_force": 10,
         "first_month": date(2025, 4, 1), "last_month": date(2025, 12, 1), "mode": "whole"}  # fmt: skip
PLACE = {"council": "990", "name": "Brackenshire"}
LIKE: dict[str, Mapping[str, Any]] = {
    "figures": {**FIGURE, "group": ""}, "measures": FULL, "deliveries": GIVEN, "places": PLACE,
}  # fmt: skip
Rows = Mapping[str, list[dict[str, Any]]]


def make(settings: Settings, day: date, rows: Rows, audience: str = "officers", **more: Any) -> str:
    """A release made on a day, of some rows of each table like those of LIKE; readers are pointed to it."""
    then = replace(settings, today=day)
    durable.private_folder(then.work)
    parts = []
    with duckdb.connect() as con:
        for table, like in LIKE.items():
            held = pa.Table.from_pylist([{**like, **row} for row in rows.get(table, [{}])])
            con.register("held", held)
            parts.append(asdict(releases.write_part(con, then, audience, table, "", "SELECT * FROM held")))
            con.unregister("held")
    manifest = {
        "audience": audience, "made_at": then.now(), "as_of": day, "compared_with": None, "demonstration": True,
        "code_version": "0.1.0+a", "contracts": {"case_audits": "feed: case_audits\n"},
        "definitions": {"voice.child": "version: 1.0.0\n"}, "parts": parts,
        "deliveries": [{"number": row.get("number", 1)} for row in rows.get("deliveries", [{}])],
    } | more  # fmt: skip
    return releases.add(then, audience, manifest, flip=more.get("as_of", day) == day or audience == "public")[
        0
    ]


STORY: tuple[tuple[date, Rows, dict[str, Any]], ...] = (
    (JANUARY, {}, {}),
    (
        FEBRUARY,
        {
            "figures": [{"numerator": 54, "value": 0.54, "receipt": "R2"}],
            "deliveries": [
                {"rows_in_force": 6},
                {"number": 2, "file": "late.csv", "mode": "corrections", "rows_accepted": 4, "rows_received": 4,
                 "rows_rejected": 0, "rows_in_force": 4, "first_month": date(2025, 6, 1),
                 "last_month": date(2025, 6, 1)},
                {"number": 3, "file": "new.csv", "first_month": date(2026, 4, 1), "last_month": date(2026, 4, 1)},
                {"number": 4, "feed": "active_plans"},
            ],
        },
        {},
    ),
    (
        MARCH,
        {
            "figures": [{"measure_version": "1.1.0", "numerator": 60, "value": 0.6, "receipt": "R3"}],
            "measures": [{"version": "1.1.0", "numerator_words": "audits with the child's own words"},
                         {"measure": "voice.new", "title": "New", "headline": None}],
            "deliveries": [{"number": 2, "rows_in_force": 4, "rows_accepted": 4, "rows_rejected": 8}],
        },
        {"definitions": {"voice.child": "version: 1.1.0\n", "voice.new": "version: 1.0.0\n"}},
    ),
)  # fmt: skip


@pytest.fixture
def told(settings: Settings) -> tuple[Settings, list[str]]:
    """The store of the story, and its three releases."""
    return settings, [make(settings, day, rows, **more) for day, rows, more in STORY]


def test_a_late_correction_restates_a_figure_and_says_why(told: tuple[Settings, list[str]]) -> None:
    settings, [first, second, _] = told
    found = between(settings.audience("officers"), first, second)
    [row] = found.restated
    assert (row["previous_numerator"], row["previous_denominator"]) == (50, 100)
    assert (row["numerator"], row["denominator"]) == (54, 100)
    assert row["change"] == pytest.approx(0.04)
    assert (row["previous_receipt"], row["receipt"]) == ("R1", "R2")
    # no. 3 is of a month after the period, no. 4 of a feed that the measure does not count, no. 1 still stands in part
    assert [(why["kind"], why["number"], why["change"]) for why in row["why"]] == [("delivery", 2, "came")]
    assert {(each["number"], each["change"]) for each in found.deliveries} == {
        (1, "changed"), (2, "came"), (3, "came"), (4, "came"),
    }  # fmt: skip
    assert found.definitions == []
    audits = next(row for row in found.balances if row["feed"] == "case_audits")
    assert [audits[f"previous_{name}"] for name in ("received", "accepted", "rejected", "in_force", "superseded")] == [
        12, 10, 2, 10, 0,
    ]  # fmt: skip
    assert [audits[name] for name in ("received", "accepted", "rejected", "in_force", "superseded")] == [
        28, 24, 4, 20, 4,
    ]  # fmt: skip


def test_another_definition_is_no_restatement_but_its_effect_is_told(
    told: tuple[Settings, list[str]],
) -> None:
    settings, [_, second, third] = told
    found = between(settings.audience("officers"), second, third)
    assert found.restated == []
    [row] = found.definitions
    assert (row["measure"], row["previous_version"], row["version"]) == ("voice.child", "1.0.0", "1.1.0")
    assert row["differences"] == [
        {
            "what": "what is counted",
            "before": "audits with the child",
            "after": "audits with the child's own words",
        }
    ]
    [effect] = row["effects"]
    assert (effect["previous_numerator"], effect["numerator"]) == (54, 60)
    assert effect["change"] == pytest.approx(0.06)
    assert [new["measure"] for new in found.added] == ["voice.new"]
    assert {(each["number"], each["change"]) for each in found.deliveries} == {
        (1, "went"),
        (3, "went"),
        (4, "went"),
    }
    back = between(settings.audience("officers"), third, second)
    assert [gone["measure"] for gone in back.removed] == ["voice.new"]
    assert {(each["number"], each["change"]) for each in back.deliveries} == {
        (1, "came"),
        (3, "came"),
        (4, "came"),
    }


def test_between_a_release_and_itself_lies_nothing(told: tuple[Settings, list[str]]) -> None:
    settings, [first, *_] = told
    found = between(settings.audience("officers"), first, first)
    assert (found.restated, found.definitions, found.deliveries, found.added, found.removed) == (
        [],
        [],
        [],
        [],
        [],
    )


def test_where_no_delivery_came_the_contract_or_the_program_is_why(settings: Settings) -> None:
    first = make(settings, JANUARY, {})
    now: Rows = {"figures": [{"numerator": 51, "value": 0.51, "receipt": "R2"}]}
    second = make(settings, FEBRUARY, now, code_version="0.2.0+b")
    other: dict[str, Any] = {"contracts": {"case_audits": "feed: case_audits\nversion: 2\n"}}
    third = make(settings, MARCH, {"figures": [{"numerator": 52, "value": 0.52, "receipt": "R3"}]}, **other)
    folder = settings.audience("officers")
    assert between(folder, first, second).restated[0]["why"] == [{"kind": "program"}]
    assert between(folder, first, third).restated[0]["why"] == [{"kind": "contract", "feed": "case_audits"}]


def test_the_public_have_their_own(settings: Settings) -> None:
    given = {"officers_release": "2026-01-01.1", "by": "Board", "note": "Agreed"}
    first = make(settings, JANUARY, {"deliveries": [{"file": None}]}, "public", **given)
    second = make(settings, FEBRUARY, {"figures": [{"numerator": 40, "value": 0.4}]}, "public", **given)
    shutil.rmtree(settings.records)
    found = between(settings.audience("public"), first, second)
    assert found.audience == "public"
    assert [row["numerator"] for row in found.restated] == [40]
    assert found.balances[0]["received"] == 12


@pytest.mark.parametrize(
    ("day", "place"),
    [
        (date(2026, 1, 9), None), (date(2026, 1, 10), 0), (date(2026, 2, 19), 0), (date(2026, 2, 20), 1),
        (date(2026, 3, 4), 1), (date(2026, 3, 5), 2), (date(2026, 3, 6), 2),
    ],
)  # fmt: skip
def test_the_newest_release_made_by_a_day_stood_on_it(
    told: tuple[Settings, list[str]], day: date, place: int | None
) -> None:
    settings, made = told
    folder = settings.audience("officers")
    if place is None:
        with pytest.raises(past.NoRelease, match="the first were made on 10 January 2026"):
            past.on(folder, day)
    else:
        assert past.on(folder, day).release == made[place]
        assert past.find(folder, day.isoformat()).release == made[place]


def test_a_rebuild_of_an_earlier_day_never_stood(told: tuple[Settings, list[str]]) -> None:
    settings, made = told
    folder = settings.audience("officers")
    rebuilt = make(settings, date(2026, 3, 6), {"figures": [{"numerator": 1, "value": 0.01}]}, as_of=JANUARY)
    assert past.on(folder, date(2026, 3, 7)).release == made[2]
    assert past.find(folder, rebuilt).stood is False
    assert past.next_after(folder, made[1]).release == made[2]
    assert past.next_after(folder, made[2]) is None
    with pytest.raises(past.NoRelease, match="has not come yet"):
        past.on(folder, date(2026, 4, 1), today=date(2026, 3, 31))


@given(
    days=some.lists(some.dates(date(2020, 1, 1), date(2030, 1, 1)), min_size=1, unique=True),
    asked=some.dates(date(2019, 1, 1), date(2031, 1, 1)),
)
def test_what_stood_is_the_last_that_was_made_by_then(
    tmp_path_factory: pytest.TempPathFactory, days: list[date], asked: date
) -> None:
    folder = tmp_path_factory.mktemp("stood") / "officers"
    (folder / "releases").mkdir(parents=True)
    for day in days:
        about = {"release": f"{day}.1", "made_at": f"{day} 12:00:00", "as_of": str(day), "parts": []}
        (folder / "releases" / f"{day}.1.json").write_text(json.dumps(about), encoding="utf-8")
    expected = max((day for day in days if day <= asked), default=None)
    if expected is None:
        with pytest.raises(past.NoRelease):
            past.on(folder, asked)
    else:
        assert past.on(folder, asked).release == f"{expected}.1"


def test_a_pruned_release_is_read_while_a_run_holds_the_store(told: tuple[Settings, list[str]]) -> None:
    settings, [first, *_] = told
    folder = settings.audience("officers")
    gone = releases.prune(settings, "officers", keep=1, spare_seconds=-1)
    assert releases.database_path(settings, "officers", first) in gone
    assert releases.database_path(settings, "officers", releases.resolve(settings, "officers")).exists()
    before = sorted(path for path in folder.rglob("*"))
    opened: list[list[tuple[Any, ...]]] = []

    def read() -> None:
        with duckdb.connect(str(releases.open_database(settings, "officers", first)), read_only=True) as con:
            opened.append(con.execute("SELECT numerator, denominator FROM figures").fetchall())
            opened.append(con.execute("SELECT release FROM releases").fetchall())

    with durable.store_lock(settings.store):
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=20)
    assert opened == [[(50, 100)], [(first,)]]
    assert sorted(path for path in folder.rglob("*")) == before, "nothing is written in the store"


def test_a_database_made_just_now_is_not_pruned(told: tuple[Settings, list[str]]) -> None:
    settings, [first, *_] = told
    assert releases.prune(settings, "officers", keep=1) == []
    path = releases.database_path(settings, "officers", first)
    old = time.time() - 3600
    os.utime(path, (old, old))
    assert releases.prune(settings, "officers", keep=1) == [path]


def test_a_text_is_stored_once_and_the_manifest_stays_small(settings: Settings) -> None:
    long = "version: 1.0.0\n" + "# words\n" * 20_000
    for n, day in enumerate((JANUARY, FEBRUARY, MARCH)):
        make(
            settings,
            day,
            {"figures": [{"numerator": n, "value": n / 100}]},
            definitions={"voice.child": long},
        )
    folder = settings.audience("officers")
    assert sorted(path.read_text() for path in (folder / "texts").iterdir()) == sorted(
        ["feed: case_audits\n", long]
    )
    assert all(path.stat().st_size < 5_000 for path in (folder / "releases").iterdir())
    assert [entry["definitions"] for entry in releases.history(settings, "officers")] == [
        {"voice.child": long}
    ] * 3
    assert past.heads(folder)[0].versions == {"voice.child": "1.0.0"}


def test_a_manifest_with_its_texts_inside_is_the_same_content(told: tuple[Settings, list[str]]) -> None:
    """As releases were written before texts had a place of their own."""
    settings, [first, _, third] = told
    folder = settings.audience("officers")
    whole = past.read(folder, third)
    durable.write_json(past.manifest_path(folder, third), whole)
    shutil.rmtree(folder / "texts")
    assert past.read(folder, third) == whole
    assert past.heads(folder)[-1].versions == {"voice.child": "1.1.0", "voice.new": "1.0.0"}
    assert releases.what_it_says(whole) == whole["content"]
    with pytest.raises(past.Altered, match="missing"):
        past.read(folder, first)


def test_a_text_that_was_altered_is_named(told: tuple[Settings, list[str]]) -> None:
    settings, [first, *_] = told
    folder = settings.audience("officers")
    [path] = [path for path in (folder / "texts").iterdir() if path.read_text() == "version: 1.0.0\n"][:1]
    path.write_text("version: 9.0.0\n")
    with pytest.raises(past.Altered, match=path.stem):
        past.read(folder, first)


def test_the_head_of_a_release_follows_its_file(told: tuple[Settings, list[str]]) -> None:
    settings, [first, *_] = told
    folder = settings.audience("officers")
    assert past.heads(folder)[0].made_at.date() == JANUARY
    path = past.manifest_path(folder, first)
    durable.write(path, path.read_bytes().replace(b"2026-01-10 ", b"2026-01-11 "))
    assert past.heads(folder)[0].made_at.date() == date(2026, 1, 11)


def test_the_feeds_of_a_fact_are_those_that_the_model_makes_it_from() -> None:
    """Pages load no model, so they have a list of their own."""
    assert {name: set(feeds) for name, feeds in FEEDS_OF_FACT.items()} == {
        name: set(fact.feeds) for name, fact in {**schema.FACTS, **schema.GIVEN}.items()
    }
