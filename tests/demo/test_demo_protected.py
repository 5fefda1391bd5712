"""What the demonstration's public store shows by group over ten publications, judged by a second program.

The tables are built from the public figures alone (`shown_tables`): each measure by each kind of group, measures that
share cases, windows that overlap, two kinds of groups that hang together; each with the whole council's totals of the
publication that first showed it. Between publications the county corrects its records (`corrections`).
"""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from pipelines import contracts, past, publish, releases
from pipelines.contracts import Catalogue
from pipelines.demo import story
from pipelines.disclosure.publications import attack_told, told
from pipelines.evidence import recount
from pipelines.reports import shown as shown_in_docs
from pipelines.settings import Settings
from tests.dashboard import numbers
from tests.dashboard.numbers import EXCEPTIONS, Figures
from tests.dashboard.test_every_number import FILES, PAGES, layout, needs_names
from tests.dashboard.test_every_number import told as unmatched_told
from tests.demo import shown_tables
from tests.demo.corrections import publications
from tests.demo.shown_tables import Files, Place, Shown, Table, by_group, by_month, by_quarter, by_two
from tests.disclosure.test_protect import second_program

THRESHOLD = 5
ROUNDS = 7
NEEDED = ("primary_need", "age_band", "sex", "ethnic_group", "social_care")
IMPOSSIBLE = {
    ("audits", "team", "audit_type"): lambda team, kind: (
        (team == "unknown") != (kind in ("multi_agency", "external"))
    ),
    ("audits", "theme", "audit_type"): lambda theme, kind: (theme != "unknown") != (kind == "thematic"),
    ("audits", "age_band", "setting_type"): lambda age, kind: kind == "early_years" and age != "0-4",
    ("plan_reviews", "age_band", "setting_type"): lambda age, kind: (kind == "early_years") != (age == "0-4"),
}
"""Fact and two breakdowns -> what somebody who knows the county knows that no case is."""


@pytest.fixture(scope="module")
def published(demonstrated: tuple[Settings, str], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the demonstration, published ten times: each officers' release that it made, then after each round of
    corrections."""
    settings, _ = demonstrated
    data = tmp_path_factory.mktemp("protected") / "data"
    shutil.copytree(settings.data, data)
    shutil.rmtree(data / "store" / "public")
    key = data / "key" / "pseudonym.key"
    own = replace(settings, data=data, key_file=key, today=story.LAST + timedelta(days=7))
    for head in past.heads(own.audience("officers")):
        publish.publish(own, head.release, by="Head of quality assurance", note="One after another")
    assert len(list(publications(own, ROUNDS))) == ROUNDS
    return own


def files_of(settings: Settings) -> list[Files]:
    """Each publication's files by table, the oldest first."""
    made = []
    for head in past.stood(settings.audience("public")):
        files: dict[str, list[str]] = {}
        for part in releases.read_manifest(settings, "public", head.release)["parts"]:
            files.setdefault(part["table"], []).append(str(releases.part_path(settings, part)))
        made.append(files)
    return made


class Judged:
    """The second program's judgement on tables, counted by kind."""

    def __init__(self, other: Any) -> None:
        self.other = other
        self.tables: Counter[str] = Counter()
        self.bad: list[Any] = []

    def judge(self, kind: str, about: object, table: Table, *, nothing_is_safe: bool = False) -> None:
        """Whole-council counts of work are exact, whatever they are: only what tells of a group is judged.

        `nothing_is_safe`: of codes that are shown only together with others, some have no cases at all.
        """
        self.tables[kind] += 1
        report = self.other.attack(table, THRESHOLD)
        if report["protected"]:
            return
        small = [cell for cell in report["published_small"] if is_of_group(cell["key"])]
        left = self.other.group_attack(table, THRESHOLD)
        found = [
            cell
            for cell in report["cells"]
            if cell["hi"] is None or cell["recovered"] or cell["hi"] < THRESHOLD
        ]
        if nothing_is_safe:
            found = [cell for cell in found if cell["hi"] != 0]
        if found or small or left:
            self.bad.append((kind, about, found[:3], small[:3], left[:3]))


def is_of_group(key: Mapping[str, str]) -> bool:
    return bool(key.keys() & {"group", "one", "other"})


def judged(settings: Settings, other: Any, catalogue: Catalogue) -> Judged:
    files = files_of(settings)
    found = shown_tables.seen(files)
    with duckdb.connect() as con:
        distributions = {
            name
            for (name,) in con.execute(
                "SELECT measure FROM read_parquet($files) WHERE kind = 'distribution'",
                {"files": files[-1]["measures"]},
            ).fetchall()
        }
    verdict = Judged(other)
    for place, shown in found.items():
        verdict.bad += [
            ("a whole group", place, group, name)
            for (group, name), (above, below) in shown.groups.items()
            if name not in distributions and None not in (above, below) and above in (0, below)
        ]
        for measures in shown_tables.linked(shown):
            kind = "one measure" if len(measures) == 1 else "measures that share cases"
            verdict.judge(kind, (place, list(measures)), by_group(shown, measures, distributions))
        for name in {name for (_, name), own in shown.groups.items() if None in own} - distributions:
            verdict.judge("windows that overlap", (place, name), by_month(place, shown, name))
        mixed = by_quarter(found, place) if place.window == "financial_year" else None
        if mixed is not None:
            verdict.judge("quarters and years", place, mixed)
    for about, table in pairs(found, catalogue):
        verdict.judge("groups that make up others", about, table, nothing_is_safe=True)
    return verdict


def pairs(found: Mapping[Place, Shown], catalogue: Catalogue) -> Any:
    """Each measure that is shown by two breakdowns that hang together, in the same window."""
    for (fact, one, other), impossible in IMPOSSIBLE.items():
        for place, shown in found.items():
            beside = found.get(place._replace(breakdown=other))
            if place.breakdown != one or place.fact != fact or beside is None:
                continue
            for name in {name for _, name in shown.groups} & {name for _, name in beside.groups}:
                sides = [
                    (
                        side,
                        stands_for(
                            [group for group, own in side.groups if own == name], codes(breakdown, catalogue)
                        ),
                    )
                    for side, breakdown in ((shown, one), (beside, other))
                ]
                yield (place, other, name), by_two(name, *sides, impossible)


def codes(breakdown: str, catalogue: Catalogue) -> dict[str, str]:
    """Every code of a breakdown, and its coarser group."""
    names = catalogue.names_of("990")
    listed = {"team": names.teams, "theme": names.themes}.get(breakdown)
    found = (
        dict.fromkeys(listed, "")
        if listed
        else {one.code: one.group or "" for one in catalogue.codes[breakdown]}
    )
    return found | {"unknown": ""}


def stands_for(groups: Sequence[str], listed: Mapping[str, str]) -> dict[str, list[str]]:
    """Which codes each group that is shown stands for, as anybody can tell who has the code list."""
    made = {
        group: [code for code, coarser in listed.items() if group in (code, coarser)] or [group]
        for group in groups
    }
    if "other groups together" in made:
        named = {code for group, own in made.items() if group != "other groups together" for code in own}
        made["other groups together"] = [code for code in listed if code not in named]
    return made


@pytest.mark.slow
def test_every_set_of_linked_tables_is_protected(published: Settings) -> None:
    other = second_program()
    if other is None:
        pytest.skip("no second program at hand: set SUPPRESSION_CHECKER to it")
    assert len(files_of(published)) == 3 + ROUNDS
    verdict = judged(published, other, contracts.load(published))
    assert verdict.tables["one measure"] > 200
    assert set(verdict.tables) == {
        "one measure", "measures that share cases", "windows that overlap", "quarters and years",
        "groups that make up others",
    }  # fmt: skip
    assert verdict.bad == []


@pytest.mark.slow
def test_the_attack_finds_nothing_in_ten_publications(published: Settings) -> None:
    manifest = releases.read_manifest(published, "public")
    measures = recount.catalogue_of(manifest)
    with duckdb.connect() as con:
        shown = told(con, publish.figures_published(published), measures)
    assert [one.family for one in attack_told(shown, measures, {}) if not one.safe] == []


@pytest.fixture(scope="module")
def members(published: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[FlaskClient, Path]:
    """The members' dashboard, with nothing but the public store on its disk; and its database."""
    root = tmp_path_factory.mktemp("members")
    shutil.copytree(published.store / "public", root / "public")
    release = releases.current_release(published, "public")
    return create_app(
        root, "public"
    ).server.test_client(), root / "public" / "databases" / f"{release}.duckdb"


@needs_names
@pytest.mark.slow
def test_pages_and_files_for_members_hold_nothing_beside_the_public_figures(
    members: tuple[FlaskClient, Path],
) -> None:
    client, database = members
    figures = Figures(database)
    for address in [*PAGES, *(f"/voice?by={breakdown}" for breakdown in NEEDED)]:
        found = numbers.unmatched(
            numbers.spots_of_layout(address, layout(client, address)), figures, EXCEPTIONS
        )
        assert not found, unmatched_told(found)
    for name, kind in itertools.product(FILES, ("csv", "json", "xlsx", "ods")):
        rows = list(numbers.rows_of_file(kind, client.get(f"/{name}.{kind}").data))
        assert numbers.wrong_in_file(f"{name}.{kind}", rows, figures) == []


@pytest.mark.slow
def test_a_members_receipt_by_group_tells_of_whole_councils_alone(members: tuple[FlaskClient, Path]) -> None:
    client, database = members
    with duckdb.connect(str(database), read_only=True) as con:
        receipts = con.execute(
            "SELECT receipt, symbol, list_contains(held, period_start) FROM figures "
            "JOIN protection USING (council, measure, breakdown) WHERE symbol = 'c' OR measure = 'voice.any_family'"
        ).fetchall()
    assert {symbol for _, symbol, _ in receipts} == {"", "c"}
    assert {held for _, _, held in receipts} == {True, False}
    for receipt, symbol, held in receipts:
        made = client.get(f"/receipts/{receipt}.json").get_json()
        assert (made["numerator"] is None) == (made["value"] is None) == (symbol == "c")
        assert made["counting"] == made["undated"] == []
        assert made["adds_up"] is None
        assert made["protection"]["words"].startswith("Hidden" if symbol else "Protected")
        assert ("first published" in made["protection"]["words"]) == held


def test_the_public_see_who_is_heard_by_each_kind_of_group(demonstrated: tuple[Settings, str]) -> None:
    settings, _ = demonstrated
    database = releases.open_database(settings, "public", releases.resolve(settings, "public"))
    with duckdb.connect(str(database), read_only=True) as con:
        shown = con.execute(
            "SELECT DISTINCT breakdown FROM figures WHERE measure = 'voice.any_family' AND symbol = ''"
        ).fetchall()
        found = con.execute("SELECT sum(found) FROM attacks").fetchall()
    assert set(NEEDED) <= {name for (name,) in shown}
    assert found == [(0,)]


def test_the_docs_tell_what_the_demonstration_shows(demonstrated: tuple[Settings, str]) -> None:
    """Where this fails: `python -m pipelines.reports.shown`, with the demonstration made by `make demo`."""
    settings, _ = demonstrated
    assert shown_in_docs.write(settings, check=True)
