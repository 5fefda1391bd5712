"""Every number on every page and in every file of the whole demonstration has its receipt, or stands on the list."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from dashboard.app import create_app
from pipelines import releases
from pipelines.settings import Settings
from tests.dashboard import browser, numbers
from tests.dashboard.conftest import serving
from tests.dashboard.numbers import EXCEPTIONS, Figures
from tests.dashboard.test_every_number import FILES, PAGES, layout, needs_names, told


@pytest.fixture(scope="module")
def held(demonstrated: tuple[Settings, str]) -> Settings:
    return demonstrated[0]


@pytest.fixture(scope="module")
def figures(held: Settings) -> Figures:
    return Figures(releases.open_database(held, "officers"))


@pytest.fixture(scope="module")
def url(held: Settings) -> Iterator[str]:
    with serving(held.store, "officers") as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.needed() as found:
        yield found


@needs_names
@pytest.mark.parametrize("address", PAGES)
def test_every_number_of_a_page(held: Settings, figures: Figures, address: str) -> None:
    client = create_app(held.store, "officers").server.test_client()
    found = numbers.unmatched(numbers.spots_of_layout(address, layout(client, address)), figures, EXCEPTIONS)
    assert not found, told(found)


@needs_names
@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("address", PAGES)
def test_every_number_as_drawn(chromium: Browser, url: str, figures: Figures, address: str) -> None:
    page = chromium.new_page()
    found = numbers.unmatched(numbers.drawn(page, url, address), figures, EXCEPTIONS)
    page.close()
    assert not found, told(found)


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx", "ods"])
@pytest.mark.parametrize("name", FILES)
def test_every_number_of_a_file(held: Settings, figures: Figures, name: str, kind: str) -> None:
    client = create_app(held.store, "officers").server.test_client()
    rows = list(numbers.rows_of_file(kind, client.get(f"/{name}.{kind}").data))
    assert rows
    assert numbers.wrong_in_file(f"{name}.{kind}", rows, figures) == []
