"""The page of what changed between two releases: a late correction, another definition, a delivery gone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from dashboard import store
from dashboard.app import create_app
from dashboard.pages import changes
from pipelines import durable, releases
from pipelines import settings as program
from tests.dashboard import browser
from tests.dashboard.conftest import serving
from tests.dashboard.pages_as_text import tables_of, text_of
from tests.dashboard.test_app import ask
from tests.evidence.test_between import STORY, make


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The store of the story in `tests/evidence/test_between.py`, for both audiences; its three releases."""
    folder = tmp_path_factory.mktemp("changes")
    held = replace(program.load({}), data=folder / "data", key_file=folder / "key")
    made = [make(held, day, rows, **more) for day, rows, more in STORY]
    for day, rows, more in STORY[:2]:
        make(held, day, rows, "public", officers_release=f"{day}.1", by="Board", note="Agreed", **more)
    return held.store, made


@pytest.fixture(scope="module")
def release(told: tuple[Path, list[str]]) -> Iterator[store.Release]:
    held = store.Store(told[0], "officers")
    current = held.current()
    assert current is not None
    yield current
    held.close()


def test_a_restated_headline_comes_first_with_its_reason(
    release: store.Release, told: tuple[Path, list[str]]
) -> None:
    said = text_of(changes.page(release, {"from": told[1][0], "to": told[1][1]}))
    assert "1 headline figure was restated by half a percentage point or more" in said
    assert "3 deliveries came and 0 went" in said
    assert (
        "Audits that heard from the child, Brackenshire, in the 12 months to 31 March 2026: 54% (54 of 100 audits); "
        "before, 50% (50 of 100 audits). 4 percentage points higher."
    ) in said
    assert "New deliveries: case audits no. 2" in said
    assert "Every measure means what it meant" in said
    balances = tables_of(changes.page(release, {"from": told[1][0], "to": told[1][1]}))[-1]
    assert balances["rows"][2:4] == [
        ["Case audits", "Before", "12", "10", "2", "10", "0", "Adds up"],
        ["Case audits", "After", "28", "24", "4", "20", "4", "Adds up"],
    ]


def test_without_a_choice_the_newest_is_compared_with_the_one_before(release: store.Release) -> None:
    said = text_of(changes.page(release, {}))
    assert (
        "From 20 February 2026 (data version 2026-02-20.1) to 5 March 2026 (data version 2026-03-05.1)"
        in said
    )
    assert "version 1.1.0 takes the place of 1.0.0" in said
    assert "audits with the child's own words" in said
    assert "6 percentage points higher" in said
    assert "New measures: New." in said
    assert "No longer there; it was in force" in said


def test_a_day_means_the_release_that_stood(release: store.Release) -> None:
    said = text_of(changes.page(release, {"from": "2026-01-31", "to": "2026-02-28"}))
    assert "From 10 January 2026 (data version 2026-01-10.1) to 20 February 2026" in said


@pytest.mark.parametrize("asked", ["2026-01-01", "2026-01-10.9", "../../x", "soon"])
def test_what_is_not_there_is_said(release: store.Release, asked: str) -> None:
    page = changes.page(release, {"from": asked})
    assert page.status == 404
    assert "These releases cannot be compared" in text_of(page)
    assert asked not in text_of(page) or asked == "2026-01-01"


def test_the_first_release_has_none_before_it(release: store.Release, told: tuple[Path, list[str]]) -> None:
    assert "There is no earlier release" in text_of(changes.page(release, {"to": told[1][0]}))


def test_a_missing_part_is_told_and_no_other_release_is_shown(tmp_path: Path) -> None:
    held = replace(program.load({}), data=tmp_path / "data", key_file=tmp_path / "key")
    made = [make(held, day, rows, **more) for day, rows, more in STORY[:2]]
    current = store.Store(held.store, "officers").current()
    assert current is not None
    for path in (held.store / "officers" / "parts").glob("*.parquet"):
        path.unlink()
    page = changes.page(current, {"from": made[0], "to": made[1]})
    assert "a file that it was made of is missing or was changed" in text_of(page)


def test_a_pruned_release_is_read_from_its_parts_on_every_page(tmp_path: Path) -> None:
    held = replace(program.load({}), data=tmp_path / "data", key_file=tmp_path / "key")
    made = [make(held, day, rows, **more) for day, rows, more in STORY]
    releases.prune(held, "officers", keep=1, spare_seconds=-1)
    assert not releases.database_path(held, "officers", made[0]).exists()
    with durable.store_lock(held.store):  # as a run holds it
        current = store.Store(held.store, "officers")
        release = current.at(current.stood("2026-02-01").head.release)
        assert (release.id, release.is_past) == (made[0], True)
        assert [row["numerator"] for row in store.latest(release, "voice.child")] == [50]
        assert [row["release"] for row in store.releases(release)] == [made[0]]
        assert store.about(release)["as_of"] == date(2026, 1, 10)
        assert current.at(made[0]) is release, "opened once"
    assert not releases.database_path(held, "officers", made[0]).exists()


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx", "ods"])
def test_the_restated_figures_as_files(told: tuple[Path, list[str]], kind: str) -> None:
    root, made = told
    client = create_app(root, "officers").server.test_client()
    answer = client.get(f"/changes.{kind}?from={made[0]}&to={made[1]}")
    assert answer.status_code == 200
    assert f"changes-from-{made[0]}-to-{made[1]}" in answer.headers["Content-Disposition"]
    if kind == "csv":
        [row] = csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))
        assert (row["previous_numerator"], row["numerator"], row["denominator"]) == ("50", "54", "100")
        assert (row["direction"], row["why"]) == ("higher", "New deliveries: case audits no. 2")
    if kind == "json":
        assert json.loads(answer.data)[0]["change"] == pytest.approx(0.04)
    assert client.get("/changes.csv?from=2020-01-01").status_code == 404


def test_the_public_compare_their_own(told: tuple[Path, list[str]]) -> None:
    client = create_app(told[0], "public").server.test_client()
    said = ask(client, "/changes")
    assert "54% (54 of 100 audits)" in said
    assert "2026-03-05" not in said


@pytest.mark.browser
def test_the_page_in_a_browser(told: tuple[Path, list[str]], page: Page) -> None:
    root, made = told
    with serving(root, "officers") as url:
        browser.check_page(page, f"{url}/changes")
        browser.check_page(page, f"{url}/changes?from={made[0]}&to={made[1]}")
