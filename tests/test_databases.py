"""A release's database holds what its parts hold, whether it was made anew or took figures over from the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from pipelines import databases, durable, releases
from pipelines.contracts import PUBLISHED
from pipelines.settings import Settings

COUNCILS = ("A01", "B02", "C03")
Figures = Mapping[str, tuple[int, ...]]
"""Council, or PUBLISHED -> numbers of its figures, each a part."""
FIGURES = {"A01": (1, 2, 3), "B02": (4, 5), "C03": (6, 7, 8), PUBLISHED: (9,)}
SOME = st.fixed_dictionaries(
    {
        **{
            council: st.lists(st.integers(0, 9), max_size=4, unique=True).map(tuple)
            for council in COUNCILS[:2]
        },
        "C03": st.just((6, 7, 8)),
        PUBLISHED: st.sampled_from([(), (9,), (1, 2)]),
    }
)


def made(settings: Settings, figures: Figures, audience: str = "officers", **more: Any) -> dict[str, Any]:
    """A manifest of such figures: published ones are of A01 too."""
    durable.private_folder(settings.work)
    parts = []
    with duckdb.connect() as con:
        for council, numbers in figures.items():
            of = "A01" if council == PUBLISHED else council
            for at, n in enumerate(numbers):
                query = (
                    f"SELECT '{'given' if council == PUBLISHED else 'own'}.{n}' AS measure, '{of}' AS council, "
                    f"""'12m' AS "window", DATE '2026-03-31' AS period_end, '' AS breakdown, '' AS "group", {n} AS n,"""
                    f" 'R{n}' AS receipt"
                )
                parts.append(releases.write_part(con, settings, audience, "figures", council, query, str(at)))
        says = f"SELECT {sum(map(sum, figures.values()))} AS n"
        parts.append(releases.write_part(con, settings, audience, "checks", "", says))
    manifest = {
        "audience": audience, "made_at": settings.now(), "as_of": date(2026, 4, 7), "compared_with": None,
        "demonstration": True, "code_version": "0.1.0+a", "contracts": {}, "definitions": {}, "deliveries": [],
    }  # fmt: skip
    return manifest | {"parts": [asdict(part) for part in parts]} | more


def held(settings: Settings, audience: str = "officers") -> tuple[list[Any], list[Any], set[str]]:
    """The figures and checks of the current database, and its tables."""
    with duckdb.connect(str(releases.open_database(settings, audience)), read_only=True) as con:
        names = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        rows = con.execute("SELECT council, measure, n FROM figures ORDER BY ALL").fetchall()
        return rows, con.execute("FROM checks").fetchall(), names


def told(figures: Figures) -> list[tuple[str, str, int]]:
    own = [(council, f"own.{n}", n) for council in COUNCILS for n in figures[council]]
    return sorted(own + [("A01", f"given.{n}", n) for n in figures[PUBLISHED]])


@given(some=st.lists(SOME, min_size=2, max_size=6))
@trying(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_database_says_what_its_parts_say_whatever_it_took_over(
    tmp_path_factory: pytest.TempPathFactory, settings: Settings, some: list[Figures]
) -> None:
    own = replace(settings, data=tmp_path_factory.mktemp("store"))
    for figures in some:
        releases.add(own, "officers", made(own, figures), flip=True)
        rows, [(checked,)], names = held(own)
        assert rows == told(figures)
        assert checked == sum(map(sum, figures.values()))
        assert names == {"release", "releases", "measure_versions", "figures", "checks"}


def test_a_database_that_comes_out_short_is_made_whole(settings: Settings) -> None:
    """Two figures with the same receipt, which chance alone gives about once in so many: one takes the other along."""
    twice = {**FIGURES, "A01": (1, 2)}
    first, _ = releases.add(settings, "officers", made(settings, twice), flip=True)
    path = releases.database_path(settings, "officers", first)
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE figures SET receipt = 'R2', measure = 'own.2' WHERE n = 1")
    releases.digest_path(path).write_text(f"{durable.file_digest(path)}\n")
    releases.add(settings, "officers", made(settings, FIGURES | {"A01": (1,)}), flip=True)
    assert held(settings)[0] == told(FIGURES | {"A01": (1,)})


def test_what_cannot_be_written_is_said_without_a_value(settings: Settings, tmp_path: Path) -> None:
    """The other process says what kind of problem it had, and nothing that it read."""
    manifest = made(settings, FIGURES)
    for part in (settings.audience("officers") / "parts").glob("*.parquet"):
        part.write_bytes(b"Zebedee")
    with (
        databases.Writer(settings.audience("officers")) as writer,
        pytest.raises(databases.NotWritten, match=r"could not be written \(\w+Exception\)") as problem,
    ):
        writer.write(tmp_path / "one.duckdb", manifest, "figures")
    assert "Zebedee" not in str(problem.value)


def test_a_database_of_the_first_version_goes(settings: Settings) -> None:
    """It had no digest, and the process that wrote it had read files."""
    first, _ = releases.add(settings, "officers", made(settings, FIGURES), flip=True)
    second, _ = releases.add(settings, "officers", made(settings, {**FIGURES, "B02": (4,)}), flip=True)
    database = releases.database_path(settings, "officers", first)
    assert releases.prune(settings, "officers") == []
    releases.digest_path(database).unlink()
    assert releases.prune(settings, "officers") == [database]
    assert releases.database_path(settings, "officers", second).exists()


def test_a_process_that_is_killed_is_a_problem(settings: Settings, tmp_path: Path) -> None:
    manifest = made(settings, FIGURES)
    with databases.Writer(settings.audience("officers")) as writer:
        assert writer.write(tmp_path / "one.duckdb", manifest, "figures")
        writer._process.kill()
        with pytest.raises(databases.NotWritten, match=r"it ended with -?\d+"):
            writer.write(tmp_path / "two.duckdb", manifest, "figures")


def test_a_process_ends_with_what_it_was_started_for(settings: Settings) -> None:
    """A run that has nothing new to say begins a database and does not finish it."""
    manifest = made(settings, FIGURES)
    first, _ = releases.add(settings, "officers", manifest, flip=True)
    with releases.Database(settings, "officers", first) as database:
        database.begin(manifest)
        assert releases.add(settings, "officers", manifest, flip=True, database=database) == (first, False)
    assert database._writer._process.returncode == 0
    assert held(settings)[0] == told(FIGURES)


A_LATER = {**FIGURES, "A01": (1, 2, 0)}
NOT_TAKEN_OVER: dict[str, tuple[Figures, dict[str, Any]]] = {
    "most figures are others": ({**FIGURES, "A01": (0,), "B02": (0,), "C03": (0,)}, {}),
    "another program made it": (A_LATER, {"code_version": "0.1.0+b"}),
    "something was erased since": (A_LATER, {"chain": {"erasures": {"1": "a" * 64}}}),
    "it is damaged": (A_LATER, {}),
    "its digest is missing": (A_LATER, {}),
    "it was pruned": (A_LATER, {}),
    "it is public": (A_LATER, {"audience": "public"}),
}


@pytest.mark.parametrize("why", ["", *NOT_TAKEN_OVER])
def test_figures_are_taken_over_only_where_that_is_safe(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    later, more = NOT_TAKEN_OVER.get(why, (A_LATER, {}))
    audience = more.get("audience", "officers")
    first, _ = releases.add(settings, audience, made(settings, FIGURES, audience), flip=True)
    before = releases.database_path(settings, audience, first)
    if why == "it is damaged":
        with before.open("r+b") as file:
            file.seek(-1, 2)
            file.write(b"?")
    elif why == "its digest is missing":
        releases.digest_path(before).unlink()
    elif why == "it was pruned":
        before.unlink()
    copied: list[Path] = []
    copy = releases.shutil.copyfile
    monkeypatch.setattr(
        releases.shutil, "copyfile", lambda source, made: (copied.append(source), copy(source, made))
    )
    second, _ = releases.add(
        settings, audience, made(settings, later, **{"audience": audience, **more}), flip=True
    )
    assert copied == ([] if why else [before])
    assert held(settings, audience)[0] == told(later)
    database = releases.database_path(settings, audience, second)
    assert releases.digest_path(database).read_text() == f"{durable.file_digest(database)}\n"
