"""Figures as they stood on a day: on every page, in every link, form and file, and never the latest by mistake."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import stat
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dash import dcc, html
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from dashboard import asof, components, connection, store
from dashboard.app import PAGES, create_app
from tests.dashboard import browser, made_release
from tests.dashboard.conftest import serving
from tests.dashboard.test_app import ask

EARLIER = "2026-10-20.1"
LATER = made_release.RELEASE
ON = "as_of=2026-11-20"
"""The day before the later release was made."""
ADDRESSES = [*PAGES, "/definitions/voice.child"]


@pytest.fixture(scope="module")
def root(store_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store with an earlier release beside it, for each audience."""
    own = tmp_path_factory.mktemp("as-of") / "store"
    shutil.copytree(store_root, own)
    for audience in connection.AUDIENCES:
        made_release.build(own, EARLIER, audience, seed="b", as_of=date(2026, 10, 20))
        made_release.flip(own, LATER, audience)
    return own


@pytest.fixture(scope="module")
def officers(root: Path) -> FlaskClient:
    return create_app(root, "officers").server.test_client()


@pytest.fixture(scope="module")
def public(root: Path) -> FlaskClient:
    return create_app(root, "public").server.test_client()


def nodes(answer: str) -> Iterator[dict[str, Any]]:
    """Every component of an answer, in order."""

    def walk(part: Any) -> Iterator[dict[str, Any]]:
        if isinstance(part, list):
            for one in part:
                yield from walk(one)
        elif isinstance(part, dict):
            if "type" in part and "props" in part:
                yield part
            yield from walk(part.get("props", {}).get("children"))

    yield from walk(json.loads(answer)["response"]["content"]["children"])


def links(answer: str) -> list[str]:
    """Every address that a page leads to, those in tables too."""
    found = []
    for node in nodes(answer):
        found += [node["props"]["href"]] if node["props"].get("href") else []
        if node["props"].get("data-table"):
            cells = [cell for row in json.loads(node["props"]["data-table"])["rows"] for cell in row]
            for cell in (cell for cell in cells if isinstance(cell, dict)):
                found += [link["href"] for link in (cell, *cell.get("links", ())) if link.get("href")]
    return found


def own_day(hrefs: list[str]) -> list[str]:
    """Links of the list of releases, each to one of them."""
    return [href for href in hrefs if re.fullmatch(r"/\?as_of=[\d-]{10}\.\d+", href)]


@pytest.mark.parametrize("audience", connection.AUDIENCES)
@pytest.mark.parametrize("path", ADDRESSES)
def test_every_page_shows_the_release_that_stood_and_every_link_keeps_the_choice(
    path: str, audience: str, officers: FlaskClient, public: FlaskClient
) -> None:
    said = ask(officers if audience == "officers" else public, path, f"?{ON}")
    assert f"Data version {EARLIER}" in said
    assert "You are looking at figures as they stood on 20 November 2026" in said
    assert "the newest on that day" in said
    assert f"until 21 November 2026, when data version {LATER} took their place" in said
    inside = [href for href in links(said) if href.startswith("/")]
    way_back = asof.latest(path, {})
    assert way_back in inside, "there is a way back to the latest"
    since = f"/changes?from={EARLIER}"
    lost = [href for href in inside if ON not in href and href not in (way_back, since, *own_day(inside))]
    assert not lost
    for form in (node for node in nodes(said) if node["type"] == "Form"):
        held = json.dumps(form)
        assert 'name\\":\\"as_of' in held, "a form that forgets the day would show the latest"


@pytest.mark.parametrize("path", ADDRESSES)
def test_without_the_choice_the_latest_is_shown_and_no_link_has_one(path: str, officers: FlaskClient) -> None:
    said = ask(officers, path)
    assert f"Data version {LATER}" in said
    assert "You are looking at" not in said
    assert "Show figures as they stood on" in said
    assert not [href for href in links(said) if "as_of=" in href and href not in own_day(links(said))]


def test_the_figures_are_those_of_that_release(officers: FlaskClient) -> None:
    def figures(query: str) -> list[dict[str, str]]:
        text = officers.get(f"/voice.csv?{query}").get_data(as_text=True)
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))

    earlier, later = figures(ON), figures("")
    assert {row["release"] for row in earlier} == {EARLIER}
    assert {row["as_of"] for row in earlier} == {"2026-10-20"}
    assert {row["release"] for row in later} == {LATER}
    assert [row["numerator"] for row in earlier] != [row["numerator"] for row in later]
    assert all(
        "As they stood on: 20 November 2026, data version 2026-10-20.1" in row["filters"] for row in earlier
    )
    name = officers.get(f"/voice.csv?{ON}").headers["Content-Disposition"]
    assert "asof-2026-10-20_v2026-10-20.1" in name


@pytest.mark.parametrize(
    "path", ["/definitions", "/data", "/data/findings", "/overview", "/definitions/voice.child"]
)
@pytest.mark.parametrize("kind", ["csv", "json", "xlsx", "ods"])
def test_every_file_is_of_that_release(path: str, kind: str, officers: FlaskClient) -> None:
    answer = officers.get(f"{path}.{kind}?{ON}")
    assert answer.status_code == 200
    assert f"v{EARLIER}.{kind}" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("2026-10-19", "the first were made on 20 October 2026"),
        ("2999-01-01", "has not come yet"),
        ("1999-1-1", "neither a day"),
        ("2026-10-20.2", "neither a day"),
        ("../../secret", "neither a day"),
        ("<script>", "neither a day"),
    ],
)
def test_no_such_day_is_said_and_the_latest_is_not_shown_instead(
    asked: str, why: str, officers: FlaskClient
) -> None:
    said = ask(officers, "/voice", f"?as_of={asked}&window=12m")
    assert "No figures stood then" in said
    assert why in said
    assert "Data version" not in said
    assert "Receipt" not in said
    assert "/voice?window=12m" in links(said), "the way to the latest keeps the rest"
    answer = officers.get(f"/voice.csv?as_of={asked}")
    assert answer.status_code == 404


def test_a_day_on_which_the_latest_stood_says_so(officers: FlaskClient) -> None:
    said = ask(officers, "/voice", "?as_of=2026-11-21")
    assert "They are still the latest" in said
    assert f"Data version {LATER}" in said


def test_a_data_version_is_exactly_that_one(officers: FlaskClient) -> None:
    said = ask(officers, "/voice", f"?as_of={EARLIER}")
    assert f"You are looking at figures as they stood on data version {EARLIER}" in said
    assert all(f"as_of={EARLIER}" in href for href in links(said) if href.startswith("/voice."))


def test_a_rebuild_never_stood_but_can_be_read_by_its_id(root: Path, tmp_path: Path) -> None:
    own = tmp_path / "store"
    shutil.copytree(root, own)
    made_release.build(own, "2026-11-20.1", as_of=date(2026, 11, 20))
    manifest = own / "officers" / "releases" / "2026-11-20.1.json"
    held = json.loads(manifest.read_text()) | {"as_of": "2026-03-31"}
    manifest.write_text(json.dumps(held))
    made_release.flip(own, LATER)
    client = create_app(own, "officers").server.test_client()
    assert f"Data version {EARLIER}" in ask(client, "/", f"?{ON}")
    said = ask(client, "/", "?as_of=2026-11-20.1")
    assert "You are looking at a rebuild" in said
    assert "Readers were never pointed to it" in said


def test_lateness_is_that_of_the_day(root: Path, tmp_path: Path) -> None:
    for past, expected in ((True, date(2026, 11, 21)), (False, date.today())):
        held = store.Release.__new__(store.Release)
        held.is_past, held.tables = past, frozenset({"release"})
        held.rows = lambda *_: [{"as_of": date(2026, 11, 21), "demonstration": False}]  # type: ignore[method-assign]
        assert store.today(held) == max(expected, date(2026, 11, 21))


def test_only_a_few_earlier_releases_stay_open_and_one_in_use_is_never_taken_away(
    root: Path, tmp_path: Path
) -> None:
    own = tmp_path / "store"
    shutil.copytree(root, own)
    folder = own / "officers"
    names = [f"2026-10-{day:02d}.1" for day in range(1, 20)]
    for name in names:
        shutil.copy(folder / "databases" / f"{EARLIER}.duckdb", folder / "databases" / f"{name}.duckdb")
        held = json.loads((folder / "releases" / f"{EARLIER}.json").read_text())
        day = name[:10]
        held |= {"release": name, "made_at": f"{day} 09:00:00", "as_of": day}
        (folder / "releases" / f"{name}.json").write_text(json.dumps(held))
    releases = store.Store(own, "officers")
    first = releases.at(names[0])
    problems: list[BaseException] = []

    def read(mine: list[str]) -> None:
        try:
            for name in mine:
                release = releases.at(name)
                assert store.measures(release)
                assert release.id == name
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=read, args=(names[n:] + names[:n],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert len(releases._past) == connection.PAST_KEPT_OPEN
    assert store.measures(first), "still there for who holds it"
    assert store.series(first, "voice.child", "990", "month")


def test_reading_needs_no_right_to_write(root: Path, tmp_path: Path) -> None:
    own = tmp_path / "store"
    shutil.copytree(root, own)
    folders = [own, *(path for path in own.rglob("*") if path.is_dir())]
    before = {path: path.stat().st_mtime_ns for path in folders}
    for folder in folders:
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        releases = store.Store(own, "officers")
        assert store.measures(releases.at(EARLIER))
    finally:
        for folder in folders:
            folder.chmod(stat.S_IRWXU)
    assert {path: path.stat().st_mtime_ns for path in folders} == before


def test_links_that_lead_elsewhere_or_have_their_own_day_stay() -> None:
    page = html.Div(
        [
            html.A("a", href="#part"), html.A("b", href="//other"), html.A("c", href="/x?as_of=2026-01-01#y"),
            dcc.Link("d", href="/x?a=1#y"), html.A("/z?b=2", href="/z?b=2"),
            components.table("t", ["A"], [[{"text": "e", "href": "/t"}, {"links": [{"text": "f", "href": "/u"}]}]]),
        ]
    )  # fmt: skip
    asof.keep(page, "2026-03-31")
    assert [part.href for part in page.children[:5]] == [
        "#part", "//other", "/x?as_of=2026-01-01#y", "/x?a=1&as_of=2026-03-31#y", "/z?b=2&as_of=2026-03-31",
    ]  # fmt: skip
    assert page.children[4].children == page.children[4].href
    cells = json.loads(getattr(page.children[5], "data-table"))["rows"][0]
    assert cells[0]["href"] == "/t?as_of=2026-03-31"
    assert cells[1]["links"][0]["href"] == "/u?as_of=2026-03-31"


@pytest.mark.browser
def test_the_day_is_chosen_with_a_form_kept_by_links_and_left_again(root: Path, page: Page) -> None:
    with serving(root, "officers") as url:
        browser.check_page(page, f"{url}/?{ON}")
        browser.open_page(page, f"{url}/voice?window=quarter")
        page.get_by_label("Show figures as they stood on").fill("2026-11-20")
        expect(page.locator(".strip")).to_contain_text(LATER)  # nothing moves before the button
        page.get_by_role("button", name="Show", exact=True).press("Enter")
        expect(page.locator(".strip")).to_contain_text(EARLIER)
        assert ON in page.url
        assert "window=quarter" in page.url
        expect(page.locator(".as-of-banner")).to_contain_text("You are looking at figures as they stood on")
        page.get_by_role("button", name="Apply filters").press("Enter")
        expect(page.locator("#announce")).to_contain_text("Page updated")
        assert ON in page.url
        for name in ("Audits", "Grades", "SEND Audit", "Data quality"):
            page.get_by_role("link", name=name, exact=True).first.click()
            expect(page.locator(".strip")).to_contain_text(EARLIER)
            assert ON in page.url
        page.get_by_role("link", name="Show the latest figures").click()
        expect(page.locator(".strip")).to_contain_text(LATER)
        assert "as_of" not in page.url
        expect(page.locator(".as-of-banner")).to_have_count(0)
