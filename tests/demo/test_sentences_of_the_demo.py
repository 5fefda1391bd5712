"""Every sentence of the whole demonstration is read back by a grammar of its own, and is what the tables say."""

from __future__ import annotations

import pytest

from dashboard.app import create_app
from pipelines import releases
from pipelines.settings import AUDIENCES, Settings
from tests.dashboard.read_pages import PAGES, faults, headlines, known_words, of_each_kind
from tests.dashboard.test_every_number import layout
from tests.sentences import Tables, read

MORE = (
    "/voice?by=interpreter", "/voice?measure=voice.told_in_time&by=team", "/voice?to=2025-03-31", "/voice?window=month",
    "/voice?only=audit_type:thematic", "/plans?measure=plans.child_views", "/plans?window=quarter",
    "/grades?measure=quality.mental_health_considered", "/timeliness?to=2020-12-31", "/programme?window=financial_year",
    "/who?by=ethnic_group&frame=sen_support", "/who?window=academic_year", "/compare?to=2020-12-31",
    "/compare?measure=timeliness.twenty_weeks_published_excluding_exceptions", "/reliability?window=quarter",
    "/actions?window=month", "/actions?source=audit&state=not_evidenced", "/learning?to=2025-03-31",
    "/feedback?window=month",
)  # fmt: skip


@pytest.fixture(scope="module", params=AUDIENCES)
def read_as(
    request: pytest.FixtureRequest, demonstrated: tuple[Settings, str]
) -> tuple[Settings, str, Tables]:
    held = demonstrated[0]
    database = releases.open_database(held, request.param)
    earlier = sorted(path for path in database.parent.glob("*.duckdb") if path.name < database.name)
    return held, request.param, Tables.of(database, *earlier)


@pytest.mark.parametrize("address", [*PAGES, *MORE])
def test_every_sentence_of_a_page(read_as: tuple[Settings, str, Tables], address: str) -> None:
    held, audience, tables = read_as
    client = create_app(held.store, audience).server.test_client()
    _, found = faults(address, layout(client, address), tables, known_words(tables))
    assert not found, "\n".join(found)


def test_every_sentence_of_receipts(read_as: tuple[Settings, str, Tables]) -> None:
    held, audience, tables = read_as
    client, known = create_app(held.store, audience).server.test_client(), known_words(tables)
    codes = (
        of_each_kind(tables, 6)
        + [row["receipt"] or row["previous_receipt"] for row in tables.restated[::200]]
        + list(tables.before)[::2000]
    )
    for address in (f"/receipts/{code}" for code in codes):
        count, found = faults(address, layout(client, address), tables, known)
        assert not found, "\n".join(found)
        assert count


def test_the_headlines_of_figures(read_as: tuple[Settings, str, Tables]) -> None:
    *_, tables = read_as
    known = known_words(tables)
    count = sum(read(text, at, known) for text, at in headlines(tables, every=31))
    assert count > 1_000


def test_releases_before_it_are_there_to_compare_with(read_as: tuple[Settings, str, Tables]) -> None:
    _, audience, tables = read_as
    assert tables.before or audience == "public"
