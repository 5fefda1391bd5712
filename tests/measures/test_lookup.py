"""Finding a figure in a release: periods, places, breakdowns, and what is said where there is none.

The release is a small DuckDB file made here by hand: two councils, whose figures are told apart by their numerators.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.measures.lookup import NotFound, did_you_mean, find, last_of_month
from pipelines.settings import HOME

MARCH, APRIL, MAY = date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)
FIGURES = [
    # measure, council, window, period_start, period_end, complete, breakdown, group, numerator, denominator
    ("voice.child", "990", "12m", date(2025, 3, 1), date(2026, 2, 28), True, "", "", 41, 100),
    ("voice.child", "990", "12m", date(2025, 4, 1), MARCH, True, "", "", 42, 120),
    ("voice.child", "990", "12m", date(2025, 5, 1), APRIL, True, "", "", 43, 130),
    ("voice.child", "990", "12m", date(2025, 6, 1), MAY, False, "", "", 44, 131),
    ("voice.child", "990", "quarter", date(2026, 1, 1), MARCH, True, "", "", 11, 30),
    ("voice.child", "990", "financial_year", date(2024, 4, 1), date(2025, 3, 31), True, "", "", 30, 100),
    ("voice.child", "990", "12m", date(2025, 5, 1), APRIL, True, "age_band", "5-10", 20, 60),
    ("voice.child", "990", "12m", date(2025, 5, 1), APRIL, True, "age_band", "0-4", 3, 20),
    ("voice.child", "990", "12m", date(2025, 5, 1), APRIL, True, "team", "unlisted-2XRQU5", 1, 5),
    ("voice.child", "991", "12m", date(2025, 4, 1), MARCH, True, "", "", 77, 200),
    ("voice.mode", "990", "12m", date(2025, 5, 1), APRIL, True, "", "", 50, 50),
    ("voice.mode", "990", "12m", date(2025, 5, 1), APRIL, True, "mode", "survey", 8, 50),
    ("voice.mode", "991", "12m", date(2025, 5, 1), APRIL, True, "", "", 9, 9),
    ("voice.parent", "990", "12m", date(2025, 6, 1), MAY, False, "", "", 9, 10),
]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("release") / "2026-05-09.1.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE release AS SELECT '2026-05-09.1' AS release, 'officers' AS audience")
        con.execute("CREATE TABLE measures (measure VARCHAR, topic VARCHAR, position INT, kind VARCHAR)")
        con.execute(
            """INSERT INTO measures VALUES ('voice.child', 'voice', 1, 'share'), ('voice.parent', 'voice', 2, 'share'),
            ('voice.mode', 'voice', 3, 'distribution')"""
        )
        con.execute("CREATE TABLE places (council VARCHAR, name VARCHAR, first_month DATE)")
        con.execute(
            "INSERT INTO places VALUES ('990', 'Brackenshire', '2024-04-01'), "
            "('991', 'Borough of Tarn''s End', '2025-06-01')"
        )
        con.execute("CREATE TABLE breakdowns (breakdown VARCHAR, title VARCHAR, position INT)")
        con.execute("INSERT INTO breakdowns VALUES ('team', 'Team', 2), ('age_band', 'Age', 1)")
        con.execute('CREATE TABLE groups (breakdown VARCHAR, "group" VARCHAR, label VARCHAR, position INT)')
        con.execute(
            "INSERT INTO groups VALUES ('age_band', '5-10', '5 to 10', 2), ('age_band', '0-4', '0 to 4', 1)"
        )
        con.execute(
            """CREATE TABLE figures (measure VARCHAR, council VARCHAR, "window" VARCHAR, period_start DATE,
            period_end DATE, complete BOOLEAN, breakdown VARCHAR, "group" VARCHAR, numerator BIGINT,
            denominator BIGINT)"""
        )
        con.executemany(f"INSERT INTO figures VALUES ({', '.join('?' * 10)})", FIGURES)
    return path


def numerators(release: Path, **asked: object) -> list[int]:
    return [row["numerator"] for row in find(release, "voice.child", **asked).figures]  # type: ignore[arg-type]


def test_the_latest_complete_year_is_meant_where_nothing_is_said(release: Path) -> None:
    found = find(release, "voice.child", council="990")
    assert [row["numerator"] for row in found.figures] == [43]
    assert found.notes == []
    assert found.release["release"] == "2026-05-09.1"


def test_every_council_has_a_row_of_its_own_latest_year(release: Path) -> None:
    figures = find(release, "voice.child").figures
    assert [(row["council_name"], row["period_end"]) for row in figures] == [
        ("Borough of Tarn's End", MARCH),
        ("Brackenshire", APRIL),
    ]


@pytest.mark.parametrize("name", ["990", "Brackenshire", "brackenshire county council", "BRACKENSHIRE "])
def test_a_council_is_found_by_code_or_name(release: Path, name: str) -> None:
    assert numerators(release, council=name) == [43]


def test_a_council_with_an_apostrophe_is_found(release: Path) -> None:
    assert numerators(release, council="Tarn's End") == [77]


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 3, 15), MARCH])
def test_any_day_of_the_month_means_the_period_that_ends_with_it(release: Path, day: date) -> None:
    found = find(release, "voice.child", council="990", to=day)
    assert [row["numerator"] for row in found.figures] == [42]
    assert found.notes == []


@pytest.mark.parametrize(
    ("window", "to", "numerator", "ended"),
    [("quarter", APRIL, 11, "31 March 2026"), ("financial_year", date(2026, 2, 10), 30, "31 March 2025")],
)
def test_the_last_end_before_within_a_year_is_taken_and_said(
    release: Path, window: str, to: date, numerator: int, ended: str
) -> None:
    found = find(release, "voice.child", council="990", window=window, to=to)
    assert [row["numerator"] for row in found.figures] == [numerator]
    assert len(found.notes) == 1
    assert ended in found.notes[0]
    assert f"{to:%B %Y}" in found.notes[0]


def test_a_period_that_is_not_complete_is_never_given(release: Path) -> None:
    found = find(release, "voice.child", council="990", to=MAY)
    assert [row["numerator"] for row in found.figures] == [43]
    assert "No complete figure" in found.notes[0]
    with pytest.raises(NotFound, match=r"no complete figure of voice\.parent for --window 12m\. No period"):
        find(release, "voice.parent")


def test_a_period_that_begins_before_the_data_is_said_to_be_a_part(release: Path) -> None:
    [note] = find(release, "voice.child", council="991").notes
    assert note == (
        "The data of Borough of Tarn's End begins in June 2025: the period from 1 April 2025 to 31 March 2026 holds "
        "only a part of what it names."
    )
    assert find(release, "voice.child", council="990").notes == []


def test_beyond_the_data_the_last_end_is_named(release: Path) -> None:
    with pytest.raises(
        NotFound, match=r"April 2027.*last one available ends on 30 April 2026.*--to 2026-04-30"
    ):
        find(release, "voice.child", council="990", to=date(2027, 4, 1))


def test_before_the_data_the_first_end_is_named(release: Path) -> None:
    with pytest.raises(NotFound, match="first one available ends on 28 February 2026"):
        find(release, "voice.child", council="990", to=date(2025, 12, 1))


def test_a_window_that_is_not_held_is_answered_with_those_that_are(release: Path) -> None:
    with pytest.raises(NotFound, match=r"--window month\. It has: 12m, financial_year, quarter"):
        find(release, "voice.child", window="month")


def test_groups_come_in_their_order_with_their_names(release: Path) -> None:
    found = find(release, "voice.child", council="990", by="age_band")
    assert [(row["group"], row["group_label"], row["numerator"]) for row in found.figures] == [
        ("0-4", "0 to 4", 3),
        ("5-10", "5 to 10", 20),
    ]
    assert [row["numerator"] for row in found.whole] == [43]


def test_a_distribution_comes_with_its_groups(release: Path) -> None:
    found = find(release, "voice.mode", council="990")
    assert [(row["breakdown"], row["group"], row["numerator"]) for row in found.figures] == [
        ("mode", "survey", 8)
    ]
    assert [row["numerator"] for row in found.whole] == [50]


def test_a_group_without_a_label_keeps_its_code(release: Path) -> None:
    (row,) = find(release, "voice.child", council="990", by="team").figures
    assert row["group_label"] == "unlisted-2XRQU5"


def test_a_breakdown_without_figures_in_the_period_is_said(release: Path) -> None:
    with pytest.raises(NotFound, match="no figures by age_band for that period"):
        find(release, "voice.child", council="990", by="age_band", to=MARCH)


def test_an_unknown_breakdown_is_answered_with_those_there_are_in_order(release: Path) -> None:
    with pytest.raises(NotFound, match=r"no breakdown locality\. It has: age_band, team\."):
        find(release, "voice.child", by="locality")
    with pytest.raises(NotFound, match=r"no breakdown age_band\. It has none\."):
        find(release, "voice.parent", by="age_band", window="12m")


def test_a_public_release_has_fewer_breakdowns_and_says_that_it_is_one(release: Path, tmp_path: Path) -> None:
    public = shutil.copy(release, tmp_path / "public.duckdb")
    with duckdb.connect(public) as con:
        con.execute("UPDATE release SET audience = 'public'")
    with pytest.raises(NotFound, match=r"no breakdown locality in a public release\. It has: age_band"):
        find(Path(public), "voice.child", by="locality")


def test_an_unknown_measure_is_answered_with_the_nearest(release: Path) -> None:
    with pytest.raises(NotFound, match=r"no measure voice\.chld\. Did you mean voice\.child"):
        find(release, "voice.chld")


def test_an_unknown_council_is_answered_with_the_nearest(release: Path) -> None:
    with pytest.raises(NotFound, match="Did you mean Brackenshire"):
        find(release, "voice.child", council="brakenshire")


@pytest.mark.parametrize("nasty", ["'; DROP TABLE figures; --", "x' OR '1'='1", "\\'", "{measure}", "%s"])
def test_what_is_asked_is_text_and_never_sql(release: Path, nasty: str) -> None:
    for asked in ({"measure": nasty}, {"council": nasty}, {"by": nasty}, {"window": nasty}):
        with pytest.raises(NotFound):
            find(release, **{"measure": "voice.child", **asked})  # type: ignore[arg-type]


def test_a_measure_is_found_whatever_its_case(release: Path) -> None:
    assert find(release, "Voice.CHILD", council="990").figures[0]["measure"] == "voice.child"


@pytest.mark.parametrize(
    ("day", "last"), [(date(2024, 2, 1), date(2024, 2, 29)), (date(2026, 12, 31), date(2026, 12, 31))]
)
def test_the_last_day_of_a_month(day: date, last: date) -> None:
    assert last_of_month(day) == last


def test_names_that_hold_what_was_asked_come_before_those_that_only_look_like_it() -> None:
    known = ["voice.child", "voice.child_told", "voice.parent", "grades.good"]
    assert did_you_mean("child", known) == "Did you mean voice.child or voice.child_told?"
    assert did_you_mean("zzz", known) == f"There are: {', '.join(known)}."
    assert did_you_mean("zzz", []) == ""


def test_a_figure_is_found_without_loading_anything_heavy(release: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pipelines.measures.lookup import find; "
        f"find(Path({str(release)!r}), 'voice.child', council='Brackenshire', by='age_band'); "
        "print([m for m in ('pandas', 'pyarrow', 'numpy', 'pydantic', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
