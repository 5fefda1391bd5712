"""Acceptance: published files received as they are, to figures of councils, regions and England on the command line.

DfE's own file is read where it is at hand; a small file of the same layout holds the same traps everywhere.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines import contracts, publish, releases, run
from pipelines import settings as program_settings
from pipelines.cli import app
from pipelines.intake import key as keys
from pipelines.intake import receive, verdicts
from pipelines.measures import lookup
from pipelines.settings import HOME, Settings
from tests.acceptance import council_files, twelve
from tests.dashboard.test_app import ask

SHARED = Path(os.environ.get("SEND_AUDIT_SHARED", HOME.parent / "shared"))
DFE = SHARED / "data" / "dfe_ehcp_2025" / "timeliness_20_week.csv"
ALL, WITHOUT = "timeliness.twenty_weeks_published", "timeliness.twenty_weeks_published_excluding_exceptions"
EXTRACTED_ON = date(2025, 6, 26)
Row = dict[str, Any]

# A small file of DfE's layout

NUMBERS = (
    "plans_issued_den,plans_issued_den_ex,plans_issued_within_20_weeks,plans_issued_20_weeks_ex,"
    "pc_plans_issued_within_20_weeks,PC_plans_issued_20_weeks_ex,plans_issued_gt20weeks_ltYear,"
    "plans_issued_gt20weeks_ltYear_ex,pc_plans_issued_gt20weeks_ltYear,PC_plans_issued_gt20weeks_ltYear_ex,"
    "plans_issued_gt_1_year,plans_issued_gt_1_year_ex,pc_plans_issued_gt_1_year,PC_plans_issued_gt_1_year_ex"
).split(",")
PLACES = {
    "England": ("National", "", "", "", "", ""),
    "South West": ("Regional", "E12000009", "South West", "", "", ""),
    "Dorset": ("Local authority", "E12000009", "South West", "E06000059", "838", "Dorset"),
    "North Yorkshire": (
        "Local authority", "E12000003", "Yorkshire and The Humber", "E10000023", "815", "North Yorkshire",
    ),
    "Cumbria": ("Local authority", "E12000002", "North West", "E10000006", "909", "Cumbria"),
}  # fmt: skip
HEADER = [
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code", "region_name",
    "new_la_code", "old_la_code", "la_name", "breakdown_topic", "breakdown", *NUMBERS,
]  # fmt: skip


def line(
    year: int, place: str, *numbers: Any, topic: str = "All EHC plans issued", group: str = ""
) -> list[str]:
    """A row as DfE writes it; numbers that are not given are x."""
    level, region, region_name, new, old, name = PLACES[place]
    about = [year, "Calendar year", level, "E92000001", "England", region, region_name, new, old, name, topic]
    return [str(cell) for cell in (*about, group or topic, *numbers, *["x"] * (len(NUMBERS) - len(numbers)))]


LINES = [
    line(2019, "England", 53327, 49519, 31313, 29895, 58.7, 60.4),
    line(2022, "England", 20, 18, 10, 9, 50, 50),
    line(2022, "North Yorkshire", 8, 8, 4, 4, 50, 50),
    line(2022, "Cumbria", 12, 10, 6, 5, 50, 50),
    line(2023, "England", 30, 25, 15, 10, 50, 40),
    line(2023, "North Yorkshire", 10, 10, 6, 6, 60, 60),
    line(2023, "Dorset", 568, 500, 342, 300, 60.2, 60),
    line(2024, "England", 605, 18, 297, 9, 49.1, 50),
    line(2024, "South West", 585, 0, 287, 0, 49.1),
    line(2024, "Dorset", 585, 0, 287, 0, 49.1, "x", 294, 0, 50.3, "x", 4, 0, 0.7, "x"),
    line(2024, "North Yorkshire", 20, 18, 10, 9, 50, 50),
    line(2024, "North Yorkshire", 5, 5, "low", "low", "low", "low", topic="Sex", group="Female"),
    line(2024, "North Yorkshire", topic="Sex", group="Unknown"),
    line(2024, "North Yorkshire", 5, 5, 4, 4, 80, 80, topic="Child or young persons age", group="Unknown"),
]


def write(path: Path, lines: list[list[str]], header: list[str] | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        csv.writer(handle).writerows([header or HEADER, *lines])
    return path


def take(settings: Settings, path: Path, day: date = EXTRACTED_ON) -> receive.Checked:
    catalogue = contracts.load(settings)
    return receive.receive(settings, catalogue, keys.load(settings), path, extracted_on=day)[0]


@pytest.fixture
def judged_by_ourselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Expectations costs a second a file; the planted faults hold the two judges together."""
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})


def tables(settings: Settings, *, audience: str = "officers") -> Path:
    return releases.open_database(settings, audience)


def rows_of(database: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as con:
        return con.execute(sql).fetchall()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A store with the small file received and run; only to be read."""
    folder = tmp_path_factory.mktemp("published")
    key_file = str(folder / "key" / "pseudonym.key")
    made = program_settings.load({"SEND_AUDIT_DATA": str(folder / "data"), "SEND_AUDIT_KEY_FILE": key_file})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verdicts, "verdicts", lambda *_: {})
        take(made, write(folder / "timeliness_20_week.csv", LINES))
        assert run.run(made).rebuilt == ["published"]
    return made


@pytest.fixture
def released(store: Settings) -> Path:
    return tables(store)


@pytest.fixture
def own(store: Settings, tmp_path: Path, judged_by_ourselves: None) -> Settings:
    """A copy of that store, to be changed."""
    shutil.copytree(store.data, tmp_path / "data")
    return replace(store, data=tmp_path / "data")


def shown(database: Path, place: str, year: int, measure: str = ALL) -> Row:
    [row] = lookup.find(
        database, measure, council=place, to=date(year, 12, 31), window="calendar_year"
    ).figures
    return row


def test_what_is_asked_about_in_the_file_is_asked_and_no_row_is_lost(
    settings: Settings, tmp_path: Path, judged_by_ourselves: None
) -> None:
    checked = take(settings, write(tmp_path / "timeliness_20_week.csv", LINES))
    result = checked.result["feeds"]["dfe_timeliness"]
    assert (result["received"], result["accepted"], result["rejected"]) == (len(LINES), len(LINES), 0)
    assert {code: rows for code, rows in result["by_rule"].items() if rows} == {
        "DFT-322": 1,  # in 2023 the councils are not England; in 2019 there is none to set against it
        "DFT-323": 1,
        "DFT-340": 5,  # North Yorkshire in 2023 and 2024
    }
    assert list(result["profile"]) == ["published"]


def test_every_place_has_its_figures_and_one_partition_holds_them(store: Settings, released: Path) -> None:
    assert shown(released, "England", 2019)["value"] == 31313 / 53327
    assert shown(released, "E92000001", 2019, WITHOUT)["value"] == 29895 / 49519
    assert shown(released, "south west", 2024)["value"] == 287 / 585
    partitions = [path.name for path in (store.records / "partitions").iterdir()]
    assert partitions == ["published"]
    manifest = releases.read_manifest(store, "officers")
    assert [part["table"] for part in manifest["parts"] if part["council"] == "published"] == [
        "fact_published_timeliness", "fact_reported_participation", "fact_neighbour_timeliness", "figures", "charts",
        "neighbours", "funnels", "listed_inspections",
    ]  # fmt: skip
    assert not manifest["demonstration"]


def test_a_council_goes_on_through_a_change_of_its_code(released: Path) -> None:
    last = shown(released, "North Yorkshire", 2024)
    assert (last["council"], last["numerator"], last["previous_numerator"]) == ("815", 10, 6)
    assert shown(released, "815", 2022)["denominator"] == 8


def test_a_council_that_has_ended_is_found_with_those_that_followed(released: Path) -> None:
    found = lookup.find(released, ALL, council="Cumbria", window="calendar_year")
    assert found.figures[0]["period_end"] == date(2022, 12, 31)
    assert found.notes == [
        "Cumbria ended on 31 March 2023. Its area went to Cumberland and Westmorland and Furness."
    ]
    with pytest.raises(
        lookup.NotFound, match=r"ended on 31 March 2019\. Its area went to Dorset\.$"
    ) as raised:
        lookup.find(released, ALL, council="835", window="calendar_year")
    assert "Dorset (former county) ended" in str(raised.value)


def test_symbols_are_kept_to_the_figure_and_said_in_words(released: Path) -> None:
    from dashboard import phrases, words

    both = lookup.find(released, ALL, council="Dorset", to=date(2024, 12, 31), window="calendar_year")
    assert both.beside is not None
    [with_all], [without] = both.figures, both.beside.figures
    assert (with_all["symbol"], without["symbol"], without["numerator"], without["denominator"]) == (
        "",
        "x",
        0,
        0,
    )
    assert words.figure_number(both.beside.measure, without) == (
        "Not available, because every plan was one to which an exception was said to apply, so none is left to count"
    )
    assert "287 of 585 plans were issued within 20 weeks (49%)" in words.headline(both.measure, with_all)
    assert "11 percentage points lower than the year before" in words.headline(both.measure, with_all)
    told = words.together([(both.measure, with_all), (both.beside.measure, without)])
    assert told.count("\n") == 1
    by_sex = lookup.find(
        released, ALL, council="815", to=date(2024, 12, 31), window="calendar_year", by="sex"
    )
    assert [(row["group_label"], row["symbol"]) for row in by_sex.figures] == [
        ("Female", "low"),
        ("Not recorded", "x"),
    ]
    assert words.figure_number(by_sex.measure, by_sex.figures[0]) == phrases.SYMBOLS["low"]


def test_places_say_what_they_are(released: Path) -> None:
    held = rows_of(released, "SELECT council, name, kind, region, successors FROM places ORDER BY council")
    assert [row for row in held if row[0] in ("815", "835", "838", "909", "E12000009", "E92000001")] == [
        ("815", "North Yorkshire", "council", "E12000003", []),
        ("835", "Dorset (former county)", "council", "E12000009", ["838"]),
        ("838", "Dorset", "council", "E12000009", []),
        ("909", "Cumbria", "council", "E12000002", ["942", "943"]),
        ("E12000009", "South West", "region", "", []),
        ("E92000001", "England", "country", "", []),
    ]


def test_the_newest_file_stands_alone_whichever_came_first(own: Settings, tmp_path: Path) -> None:
    older = [line(2018, "England", 10, 10, 5, 5, 50, 50)]
    take(own, write(tmp_path / "older.csv", older), date(2019, 6, 1))
    assert run.run(own).is_new, "the older file is told of"
    years = "SELECT DISTINCT year(period_end) FROM figures ORDER BY ALL"
    assert rows_of(tables(own), years) == [(2019,), (2022,), (2023,), (2024,)]
    newer = [line(2025, "England", 10, 10, 5, 5, 50, 50)]
    take(own, write(tmp_path / "newer.csv", newer), date(2026, 6, 1))
    run.run(own)
    assert rows_of(tables(own), years) == [(2025,)]


def test_members_and_the_public_see_published_figures_as_they_are(own: Settings) -> None:
    publish.publish(own, "CURRENT", by="Head of quality assurance", note="Agreed")
    public = tables(own, audience="public")
    assert shown(public, "England", 2019)["value"] == 31313 / 53327
    assert rows_of(public, "SELECT DISTINCT breakdown FROM figures") == [("",)]


def test_a_council_with_audits_here_is_one_place_whether_or_not_it_is_published_too(
    settings: Settings, tmp_path: Path, judged_by_ourselves: None
) -> None:
    from dashboard import store as pages
    from dashboard.app import create_app

    catalogue = contracts.load(settings)
    audits = twelve.rows("North Yorkshire")
    for feed, rows in audits.items():
        take(
            settings,
            council_files.write(tmp_path, catalogue.contracts[feed], rows, "plain", catalogue),
            twelve.EXTRACTED_ON,
        )
    take(settings, write(tmp_path / "timeliness_20_week.csv", LINES))
    assert sorted(run.run(settings).rebuilt) == ["815", "published"]
    database = tables(settings)
    counted = (
        "SELECT kind, region, year(extracted_on), count(*) FROM places WHERE council = '815' GROUP BY ALL"
    )
    assert rows_of(database, counted) == [("local", "E12000003", 2026, 1)]
    assert shown(database, "815", 2024)["denominator"] == 20
    [voice] = lookup.find(database, "voice.any_family").figures
    assert (voice["council_name"], voice["denominator"]) == ("North Yorkshire", 120)
    names = [row["council_name"] for row in lookup.find(database, ALL, window="calendar_year").figures]
    assert names == ["England", "North Yorkshire", "South West"], (
        "other councils where somebody asks for them"
    )
    assert run.run(settings).rebuilt == [], "nothing changed"
    take(settings, write(tmp_path / "again.csv", LINES[:-1]), date(2025, 6, 27))
    assert run.run(settings).rebuilt == ["published"], "the council's own work stands"

    open_now = pages.Store(settings.store, "officers")
    release = open_now.current()
    assert release is not None
    assert [row["name"] for row in pages.places(release)] == ["North Yorkshire"]
    assert [row["name"] for row in pages.places(release, ("region", "country"))] == ["England", "South West"]
    open_now.close()
    client = create_app(settings.store, "officers").server.test_client()
    for path in ("/", "/voice", "/definitions", "/data"):
        assert ask(client, path)


def test_the_pages_stand_where_nothing_but_published_figures_is_held(store: Settings) -> None:
    from dashboard.app import create_app

    client = create_app(store.store, "officers").server.test_client()
    for path in ("/", "/voice", "/definitions", "/data"):
        assert ask(client, path)


# A new vintage, added by text alone

NEW_NAMES = {
    "time_period": "year", "old_la_code": "la_number", "plans_issued_den": "new_plans",
    "PC_plans_issued_20_weeks_ex": "pct_in_time_no_exceptions",
}  # fmt: skip


def test_a_new_vintage_is_added_by_its_spellings_in_one_text_file(
    settings: Settings, tmp_path: Path, judged_by_ourselves: None
) -> None:
    header = [NEW_NAMES.get(name, name) for name in HEADER] + ["a_new_indicator"]
    lines = [[*cells, "1"] for cells in [line(2026, "England", 100, 90, 60, 50, 60, 55.6)]]
    path = write(tmp_path / "timeliness_2027.csv", lines, header)
    day = date(2027, 6, 24)
    unread = take(settings, path, day)
    assert unread.result["refusal"]["code"] == "FILE-10"
    assert '"plans_issued_den"' in unread.result["refusal"]["message"]

    expectations = tmp_path / "expectations"
    shutil.copytree(settings.expectations, expectations)
    contract = expectations / "feeds" / "dfe_timeliness.yaml"
    text = contract.read_text(encoding="utf-8")
    for old, new in NEW_NAMES.items():
        text, changed = re.subn(rf"also_called: \[{old}(?=[,\]])", f"also_called: [{new}, {old}", text)
        assert changed == (old != "time_period"), "a year called so is read already"
    contract.write_text(text, encoding="utf-8")
    newer = replace(settings, expectations=expectations, today=day)
    checked = take(newer, path, day)
    assert not checked.refused
    assert checked.result["tables"][0]["unknown"] == ["a_new_indicator"]
    run.run(newer)
    assert shown(tables(newer), "England", 2026)["value"] == 60 / 100


def test_a_column_that_stands_twice_is_read_where_it_says_the_same_twice(
    settings: Settings, tmp_path: Path, judged_by_ourselves: None
) -> None:
    twice = [*HEADER, "plans_issued_den"]
    same = [[*cells, cells[12]] for cells in LINES]
    checked = take(settings, write(tmp_path / "twice.csv", same, twice))
    assert checked.result["feeds"]["dfe_timeliness"]["accepted"] == len(LINES)
    assert checked.result["tables"][0]["unknown"] == ["plans_issued_den"]
    differ = [*same[:3], [*same[3][:-1], "13"], *same[4:]]
    refusal = take(settings, write(tmp_path / "differ.csv", differ, twice)).result["refusal"]
    assert refusal["code"] == "FILE-11"
    assert refusal["message"].startswith(
        'differ.csv, row 5: the header "plans_issued_den" stands in columns 13 and 27'
    )


# What councils gave

GIVEN_HEADER = (
    "Council,Period start,Period end,Definition,Heard,Out of,Percentage,Source,Given on,Note".split(",")
)
GIVEN = [
    row.split(",")
    for row in (
        "Leicestershire,2021-09-01,2022-08-31,Not stated,x,x,62,Scrutiny,2022-09-06,Zebedee said so",
        "Leicestershire,2022-04-01,2023-03-31,Child or family heard,50,80,62.5,Scrutiny,2023-09-06,",
        "Leicestershire,2023-04-01,2024-03-31,Child or family heard,70,90,,Scrutiny,2024-09-06,",
        "Dorset,2023-04-01,2023-08-30,Child heard,7,9,,Website,2024-09-06,",
    )
]


def test_what_councils_gave_is_shown_as_given_and_never_with_counted_figures(
    settings: Settings, tmp_path: Path, judged_by_ourselves: None
) -> None:
    from dashboard import words

    checked = take(settings, write(tmp_path / "given.csv", GIVEN, GIVEN_HEADER))
    result = checked.result["feeds"]["participation_rates"]
    assert (result["received"], result["accepted"]) == (4, 4)
    assert {code for code, rows in result["by_rule"].items() if rows} == {"RAT-306"}
    run.run(settings)
    database = tables(settings)
    found = lookup.find(database, "reported.participation", council="855")
    assert [(row["group_label"], row["symbol"], row["value"]) for row in found.figures] == [
        ("Audits that heard from the child or family", "", 70 / 90),
        ("Definition not stated", "x", None),
    ]
    assert found.figures[0]["previous_numerator"] == 50
    assert found.whole == [], "figures of different definitions are not added up"
    assert words.sentence(found.measure, found.figures[0]) == (
        "As given by the council, and not counted here: 70 of 90 (78%)."
    )
    assert rows_of(database, "SELECT DISTINCT measure FROM figures WHERE council = '855'") == [
        ("reported.participation",)
    ]
    with pytest.raises(lookup.NotFound, match="no figures for a council called Leicestershire"):
        lookup.find(database, "voice.any_family", council="Leicestershire")
    texts = [
        path.read_bytes()
        for path in settings.data.rglob("*")
        if path.is_file() and "original." not in path.name
    ]
    assert not [text for text in texts if b"Zebedee" in text], "words about audits may name somebody"


# DfE's own file

needs_dfe = pytest.mark.skipif(
    not DFE.exists(), reason="DfE's published file is not here (SEND_AUDIT_SHARED)"
)


def send_audit(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="send-audit")


def published(path: Path) -> dict[tuple[str, str], Mapping[str, str]]:
    """DfE's rows of all plans: (year, code of the place) -> row, read with nothing of ours."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["breakdown_topic"] == "All EHC plans issued"]
    return {
        (row["time_period"], row["old_la_code"] or row["region_code"] or row["country_code"]): row
        for row in rows
    }


@needs_dfe
def test_dfes_file_is_received_as_it_is_by_the_command_line(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"SEND_AUDIT_DATA": settings.data, "SEND_AUDIT_KEY_FILE": settings.key_file}.items():
        monkeypatch.setenv(name, str(value))
    received = send_audit("receive", DFE, "--extracted-on", "2025-06-26", "--json")
    assert received.exit_code == 0, received.output
    [answer] = json.loads(received.stdout)
    [feed] = answer["feeds"]
    assert (feed["rows_received"], feed["rows_accepted"], feed["rows_set_aside"]) == (12211, 12211, 0)
    assert {finding["code"]: finding["rows"] for finding in feed["findings"]} == {
        "DFT-320": 340, "DFT-321": 320,  # bands that are not all of the plans
        "DFT-322": 40, "DFT-323": 40,  # councils missing in 2022 and 2023
        "DFT-340": 228,  # codes of North Yorkshire, Buckinghamshire and Somerset that had ended
    }  # fmt: skip
    assert send_audit("run").exit_code == 0
    database = tables(settings)
    assert [path.name for path in (settings.records / "partitions").iterdir()] == ["published"]

    figures = {
        (measure, str(end.year), council): (above, below, value, symbol)
        for measure, council, end, above, below, value, symbol in rows_of(
            database,
            "SELECT measure, council, period_end, numerator, denominator, value, symbol FROM figures "
            "WHERE breakdown = ''",
        )
    }
    for measure, above, below, share in (
        (ALL, "plans_issued_within_20_weeks", "plans_issued_den", "pc_plans_issued_within_20_weeks"),
        (WITHOUT, "plans_issued_20_weeks_ex", "plans_issued_den_ex", "PC_plans_issued_20_weeks_ex"),
    ):
        for (year, place), row in published(DFE).items():
            numerator, denominator, value, symbol = figures.pop((measure, year, place))
            assert symbol == ("" if row[share] not in ("x", "z") else row[share])
            assert (str(numerator), str(denominator)) == (row[above], row[below]) or symbol
            assert symbol or abs(100 * value - float(row[share])) <= 0.05 + 1e-9
    assert figures.pop((ALL.replace("twenty_weeks", "over_a_year"), "2024", "855"))[2] > 0.4
    assert not [name for name in figures if name[0] in (ALL, WITHOUT)]

    for place, year, share, counts in (
        ("England", 2019, "59%", "31,313 of 53,327"), ("855", 2024, "4%", "33 of 772"),
        ("Leicestershire", 2024, "4%", "33 of 772"), ("East Midlands", 2024, "38%", "2,816 of 7,405"),
    ):  # fmt: skip
        said = send_audit(
            "figure", ALL, "--council", place, "--to", f"{year}-12-31", "--window", "calendar_year"
        )
        assert said.exit_code == 0, said.output
        assert f"{share} ({counts} plans)" in said.stdout
    to_2019 = ("--to", "2019-12-31", "--window", "calendar_year")
    both = json.loads(send_audit("figure", WITHOUT, "--council", "England", *to_2019, "--json").stdout)
    assert [(row["measure"], row["numerator"], row["denominator"]) for row in both] == [
        (WITHOUT, 29895, 49519), (ALL, 31313, 53327),
    ]  # fmt: skip
    for code in ("815", "825", "933"):
        assert rows_of(
            database,
            f"SELECT count(*) FROM figures WHERE measure = '{ALL}' AND council = '{code}' AND breakdown = '' "
            "AND symbol = ''",
        ) == [(6,)]
    listed = send_audit("figure", ALL, "--to", "2024-12-31", "--window", "calendar_year").stdout
    assert "England" in listed
    assert "Leicestershire" not in listed, "151 councils are not listed where nobody asked for them"
