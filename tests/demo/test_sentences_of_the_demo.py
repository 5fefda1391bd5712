"""Every sentence of the whole demonstration is read back by a grammar of its own, and is what the tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.app import create_app
from pipelines import releases
from pipelines.settings import AUDIENCES, Settings
from tests.dashboard.test_every_number import layout
from tests.dashboard.test_sentences import PAGES, faults, headlines, known_words
from tests.sentences import Tables, read

pytestmark = pytest.mark.slow
MORE = (
    "/voice?by=interpreter", "/voice?measure=voice.told_in_time&by=team", "/voice?to=2025-03-31", "/voice?window=month",
    "/voice?only=audit_type:thematic", "/plans?measure=plans.child_views", "/plans?window=quarter",
    "/grades?measure=quality.mental_health_considered", "/timeliness?to=2020-12-31", "/programme?window=financial_year",
)  # fmt: skip


@pytest.fixture(scope="module", params=AUDIENCES)
def read_as(
    request: pytest.FixtureRequest, demonstrated: tuple[Settings, str]
) -> tuple[Settings, str, Path, Tables]:
    held = demonstrated[0]
    database = releases.open_database(held, request.param)
    return held, request.param, database, Tables(database)


@pytest.mark.parametrize("address", [*PAGES, *MORE])
def test_every_sentence_of_a_page(read_as: tuple[Settings, str, Path, Tables], address: str) -> None:
    held, audience, _, tables = read_as
    client = create_app(held.store, audience).server.test_client()
    _, found = faults(address, layout(client, address), tables, known_words(tables))
    assert not found, "\n".join(found)


def test_the_headline_of_every_figure(read_as: tuple[Settings, str, Path, Tables]) -> None:
    *_, database, tables = read_as
    known = known_words(tables)
    count = sum(read(text, at, known) for text, at in headlines(database, tables, every=7))
    assert count > 5_000
