"""A receipt's page, JSON and PDF, and the codes on other pages that lead there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dash.development.base_component import Component
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from dashboard import components, receipt_words, receipts, store
from dashboard.app import create_app
from dashboard.blocks import Table
from dashboard.pages import (
    compare,
    grades,
    overview,
    plans,
    programme,
    receipt,
    reliability,
    timeliness,
    voice,
)
from pipelines.receipt_ids import is_receipt, normalise
from tests.dashboard import browser
from tests.dashboard.made_release import STANDS, SUPERSEDED
from tests.dashboard.pages_as_text import tables_of, text_of


@pytest.fixture(scope="module")
def client(store_root: Path) -> FlaskClient:
    return create_app(store_root, "officers").server.test_client()


def test_the_page_tells_what_the_figure_is_and_how_it_was_counted(release: store.Release) -> None:
    page = receipt.one(release, STANDS)
    said = text_of(page)
    assert page.status == 200
    assert page.title == f"Receipt {STANDS}"
    assert "This figure stands in the data version that you are reading." in said
    [steps] = [table for table in tables_of(page) if table["columns"][0]["name"] == "Step"]
    held = [(row[1], row[2], row[3]) for row in steps["rows"]]
    denominator, numerator = (int(row[2].replace(",", "")) for row in steps["rows"][1:])
    assert held[0] == ("", f"{denominator + 3:,}", "")
    assert held[1][0] == "3"
    assert int(held[2][0].replace(",", "")) == denominator - numerator
    assert [row[2] for row in held] == ["", "Out of", "Counted"]
    assert "20 audits on record have no such date" in said
    [files] = [table for table in tables_of(page) if table["columns"][0]["name"] == "File"]
    assert [row[0]["href"] for row in files["rows"]] == ["/data?delivery=4"]
    assert files["rows"][0][6] == "78", "rows of the period alone: 40 and 38, not the 7 of another year"
    assert SUPERSEDED in said
    [past] = [table for table in tables_of(page) if table["columns"][1]["name"] == "Last in data version"]
    assert (past["caption"], past["quiet"]) == ("What it took the place of", False)


def test_rows_that_are_not_told_by_period_say_so_below_their_number(release: store.Release) -> None:
    told = receipts.tell(release, STANDS)
    [source] = told["sources"]
    told["sources"] = [source | {"by_month": False}]
    made = [section for section in receipt_words.sections(told) if section[1] == "The files behind it"]
    [table] = [block for _, _, blocks in made for block in blocks if isinstance(block, Table)]
    behind = table.header.index("Behind this")
    assert behind in table.numbers
    assert table.rows[0][behind] == ("78", "any period")


@pytest.mark.parametrize("typed", [STANDS.lower(), f"{STANDS[:5]}-{STANDS[5:]}", f" {STANDS} "])
def test_a_code_may_be_typed_as_people_type(release: store.Release, typed: str) -> None:
    assert receipt.page(release, {"id": typed}).title == f"Receipt {STANDS}"
    assert normalise("oil-1") == "0111"


def test_each_code_without_a_figure_has_its_own_message(release: store.Release) -> None:
    wrong = STANDS[:-1] + ("0" if STANDS[-1] != "0" else "1")
    assert not is_receipt(wrong)
    for typed, said, status in (
        (wrong, "This is not a receipt code", 404),
        ("<b>", "This is not a receipt code", 404),
        (_unknown(), "No figure has this receipt", 404),
        (SUPERSEDED, "This figure has been superseded", 200),
    ):
        page = receipt.one(release, typed)
        assert (page.status, said in text_of(page)) == (status, True), typed
    assert STANDS in text_of(receipt.one(release, SUPERSEDED))


def _unknown() -> str:
    return next(code for code in (f"Z{n:010d}" for n in range(1000)) if is_receipt(code))


def test_json_and_pdf(client: FlaskClient) -> None:
    told = json.loads(client.get(f"/receipts/{STANDS.lower()}.json").get_data())
    assert (told["receipt"], told["status"], told["adds_up"]) == (STANDS, "stands", True)
    answer = client.get(f"/receipts/{STANDS}.pdf")
    assert answer.content_type == "application/pdf"
    assert answer.get_data().startswith(b"%PDF")
    assert answer.get_data() == client.get(f"/receipts/{STANDS}.pdf").get_data()
    assert client.get(f"/receipts/{SUPERSEDED}.pdf").status_code == 200
    assert client.get("/receipts/NONE.json").status_code == 404


def test_the_longest_receipt_still_fits_on_one_page(release: store.Release) -> None:
    long = Table("c", ("File", "B"), [[f"{n}", "x" * 40] for n in range(500)])
    [(_, _, blocks)] = receipt_words.first_rows([("a", "b", [long])], 3)
    assert isinstance(blocks[0], Table)
    assert len(blocks[0].rows) == 3
    assert blocks[1] == "And 497 more, which the receipt's page and its JSON list."


def components_of(part: Any) -> Iterator[Component]:
    if isinstance(part, Component):
        yield part
        children = getattr(part, "children", None)
        for child in children if isinstance(children, list | tuple) else [children]:
            yield from components_of(child)


@pytest.mark.parametrize(
    "module", [overview, voice, programme, grades, plans, timeliness, reliability, compare]
)
def test_every_code_beside_words_is_named_by_what_holds_it(release: store.Release, module: Any) -> None:
    """A code in words leads to its page, and an element around it has it in `data-receipt`."""
    page: components.Page = module.page(release, {})
    named = 0
    for part in page.body:
        for held in components_of(part):
            own = [one for one in _children(held) if getattr(one, "className", "") == "receipt"]
            for span in own:
                codes = [
                    link.href.removeprefix("/receipts/") for link in _children(span) if hasattr(link, "href")
                ]
                marked = (getattr(held, "data-receipt", None) or "").split()
                assert codes
                assert set(codes) <= set(marked), f"{type(held).__name__}: {codes}"
                named += 1
    assert named > 0


def _children(part: Component) -> list[Any]:
    children = getattr(part, "children", None)
    return list(children) if isinstance(children, list | tuple) else []


@pytest.mark.browser
def test_a_code_leads_from_a_table_to_its_page(page: Page, officers_url: str) -> None:
    browser.open_page(page, f"{officers_url}/definitions/voice.any_family")
    row = page.locator(f"tr[data-receipt='{STANDS}']").first
    row.get_by_role("link", name=STANDS).click()
    expect(page.locator("h1")).to_have_text(f"Receipt {STANDS}")


@pytest.mark.browser
def test_a_code_is_typed_into_the_box(page: Page, officers_url: str) -> None:
    browser.open_page(page, f"{officers_url}/")
    page.get_by_role("link", name="Check a receipt").click()
    page.get_by_label("Receipt code").fill(SUPERSEDED.lower())
    page.get_by_role("button", name="Check").click()
    expect(page.locator("h1")).to_have_text(f"Receipt {SUPERSEDED}")
    page.get_by_role("link", name=f"See the receipt that stands now, {STANDS}").click()
    expect(page.locator("h1")).to_have_text(f"Receipt {STANDS}")
