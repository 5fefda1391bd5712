"""Every number on every page and in every file is one of the figures whose receipts stand beside it, or on a short list
of exceptions (`numbers.EXCEPTIONS`): in the layouts that the server sends, and as Chromium draws them.

The made-up release is looked at here, and the whole demonstration in tests/demo.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page

from dashboard import components
from dashboard.app import create_app
from pipelines.settings import AUDIENCES
from tests.dashboard import numbers
from tests.dashboard.numbers import EXCEPTIONS, Exempt, Figures, Spot
from tests.dashboard.test_app import ask

PAGES = (
    "/", "/voice", "/voice?by=primary_need", "/voice?window=quarter", "/who", "/who?by=age_band",
    "/programme", "/grades", "/plans", "/timeliness", "/reliability", "/reliability?window=month", "/compare",
    "/actions", "/actions?source=ombudsman&state=overdue", "/ombudsman", "/placements", "/learning", "/feedback",
    "/scrutiny", "/report", "/report?source=ombudsman", "/definitions", "/definitions/voice.any_family", "/data",
    "/protection",
)  # fmt: skip
FILES = (
    "overview", "voice", "who", "programme", "grades", "plans", "timeliness", "reliability", "compare", "actions",
    "ombudsman", "placements", "learning", "feedback", "scrutiny", "report",
    "definitions/voice.any_family",
)  # fmt: skip
NAMED = hasattr(components, "of_receipt")
"""Whether pages name the receipts of their numbers at all."""
needs_names = pytest.mark.skipif(
    not NAMED, reason="no page names receipts in data-receipt: nothing can be matched"
)


@pytest.fixture(scope="module", params=AUDIENCES)
def audience(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def client(store_root: Path, audience: str) -> FlaskClient:
    return create_app(store_root, audience).server.test_client()


@pytest.fixture(scope="module")
def own_figures(store_root: Path, audience: str) -> Figures:
    """Those of the audience's own release: each has receipts of its own."""
    return Figures(database_of(store_root, audience))


@pytest.fixture(scope="module")
def figures(store_root: Path) -> Figures:
    return Figures(database_of(store_root, "officers"))


def database_of(store_root: Path, audience: str) -> Path:
    [database] = (store_root / audience / "databases").glob("*.duckdb")
    return database


def layout(client: FlaskClient, address: str) -> Any:
    path, _, search = address.partition("?")
    return json.loads(ask(client, path, f"?{search}" if search else ""))["response"]["content"]["children"]


def told(found: list[numbers.Unmatched]) -> str:
    return "\n".join(map(str, found))


@needs_names
@pytest.mark.parametrize("address", PAGES)
def test_every_number_of_a_page_has_a_receipt(
    client: FlaskClient, own_figures: Figures, address: str
) -> None:
    spots = list(numbers.spots_of_layout(address, layout(client, address)))
    assert spots
    found = numbers.unmatched(spots, own_figures, EXCEPTIONS)
    assert not found, told(found)


@needs_names
@pytest.mark.browser
@pytest.mark.parametrize("address", PAGES)
def test_every_number_as_drawn_has_a_receipt(
    page: Page, officers_url: str, figures: Figures, address: str
) -> None:
    spots = numbers.drawn(page, officers_url, address)
    assert spots
    found = numbers.unmatched(spots, figures, EXCEPTIONS)
    assert not found, told(found)


@needs_names
def test_every_number_of_a_receipt_s_page_is_its_own(
    client: FlaskClient, own_figures: Figures, one: dict[str, Any]
) -> None:
    address = f"/receipts/{one['receipt']}"
    spots = list(numbers.spots_of_layout(address, layout(client, address)))
    assert spots
    found = numbers.unmatched(spots, own_figures, EXCEPTIONS)
    assert not found, told(found)


@needs_names
def test_a_receipt_on_paper_has_the_numbers_of_its_page(client: FlaskClient, one: dict[str, Any]) -> None:
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("there is no pdftotext on this machine, so the text of a PDF cannot be read")
    address = f"/receipts/{one['receipt']}"
    made = client.get(f"{address}.pdf").data
    text = subprocess.run(
        [reader, "-raw", "-", "-"], input=made, capture_output=True, check=True
    ).stdout.decode()
    said = " ".join(spot.text for spot in numbers.spots_of_layout(address, layout(client, address)))
    paper = [Spot(address, " ".join(text.split()), "pdf", ())]
    known = set(numbers.NUMBER.findall(said))
    found = [one for one in numbers.unmatched(paper, Figures.none(), EXCEPTIONS) if one.number not in known]
    assert not found, told(found)


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx", "ods"])
@pytest.mark.parametrize("name", FILES)
def test_every_number_of_a_file_is_its_receipt_s(
    client: FlaskClient, own_figures: Figures, audience: str, name: str, kind: str
) -> None:
    answer = client.get(f"/{name}.{kind}")
    if name.startswith("definitions") and answer.status_code == 404:
        return  # a definition that this audience does not see
    rows = list(numbers.rows_of_file(kind, answer.data))
    assert rows or (audience == "public" and name in ("who", "placements")), "of which nothing is public"
    assert numbers.wrong_in_file(f"{name}.{kind}", rows, own_figures) == []


# The crawler itself, on pages made to fail


@pytest.fixture(scope="module")
def one(figures: Figures, store_root: Path) -> dict[str, Any]:
    """A figure of the release, as the words module says it."""
    with duckdb.connect(str(database_of(store_root, "officers")), read_only=True) as con:
        found = con.execute(
            "SELECT receipt, numerator, denominator FROM figures WHERE breakdown = '' AND symbol = '' "
            "AND measure = 'voice.any_family' AND \"window\" = '12m' ORDER BY period_end DESC LIMIT 1"
        ).fetchall()
    return dict(zip(("receipt", "numerator", "denominator"), found[0], strict=True))


def part(kind: str, *children: Any, **props: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "props": {"children": list(children), **{k.replace("_", "-"): v for k, v in props.items()}},
    }


def found_in(layout: Any, figures: Figures, exceptions: tuple[Exempt, ...] = EXCEPTIONS) -> list[str]:
    spots = numbers.spots_of_layout("/made", layout)
    return [one.number for one in numbers.unmatched(spots, figures, exceptions)]


def test_a_number_is_matched_by_the_nearest_receipt_around_it(figures: Figures, one: dict[str, Any]) -> None:
    said = f"Of {one['denominator']:,} audits, {one['numerator']:,}."
    assert found_in(part("Div", part("P", said), data_receipt=one["receipt"]), figures) == []
    nearer = part("Div", part("P", said, data_receipt="AAAAAAAAAAA"), data_receipt=one["receipt"])
    assert len(found_in(nearer, figures)) == 2, "a receipt further out does not count"
    assert len(found_in(part("Div", part("P", said)), figures)) == 2
    wrong = f"{one['numerator'] + 1:,} of {one['denominator']:,}"
    assert found_in(part("P", wrong, data_receipt=one["receipt"]), figures) == [f"{one['numerator'] + 1:,}"]


def test_tables_charts_and_labels_are_read_too(figures: Figures, one: dict[str, Any]) -> None:
    receipt, counted = one["receipt"], f"{one['numerator']:,}"
    spec = {
        "caption": "A table", "quiet": False,
        "columns": [{"name": name, "kind": "code" if name == "Receipt" else ""}
                    for name in ("Group", "Number", "Receipt")],
        "rows": [["All", counted, receipt], ["More", "123,456", receipt],
                 [{"text": "654,321", "sub": receipt}, "", ""]],
    }  # fmt: skip
    chart = {"data": [{"text": ["777,777", counted], "hovertext": [f"{counted}<br>Receipt {receipt}"]}],
             "layout": {"annotations": [{"text": "888,888"}], "xaxis": {"ticktext": ["50%"]}}}  # fmt: skip
    page = [
        part("Div", data_table=json.dumps(spec)),
        part("Div", part("Graph", figure=chart), data_receipt=receipt, aria_label="A chart of 999,999"),
    ]
    assert found_in(page, figures) == ["123,456", "654,321", "999,999", "777,777", "888,888"]


@pytest.mark.parametrize(
    "text",
    [
        "31 March 2026", "the 12 months to 31 March 2026", "2025-26", "Data version 2026-04-07.2", "AUD-301",
        "Version 1.0.0", "within 20 weeks", "The target is at least 60%.", "7 months in a row",
        "About one in 20 of the groups",
    ],
)  # fmt: skip
def test_what_is_no_figure_is_on_the_list(figures: Figures, text: str) -> None:
    assert found_in(part("P", text), figures) == []


@pytest.mark.parametrize(
    "text", ["62%", "74 of 120 audits", "3 percentage points", "12 audits", "1,240", "23.4 weeks"]
)
def test_what_is_a_figure_is_not_on_the_list(figures: Figures, text: str) -> None:
    assert found_in(part("P", text), figures) != []


def test_an_exception_holds_only_in_its_place(figures: Figures) -> None:
    here = (Exempt("a scale", inside=".axis", page="^/made"),)
    assert found_in(part("P", "62%", className="axis"), figures, here) == []
    assert found_in(part("P", "62%", className="other"), figures, here) == ["62%"]
    there = (Exempt("a scale", inside=".axis", page="^/other"),)
    assert found_in(part("P", "62%", className="axis"), figures, there) == ["62%"]


def test_a_file_with_another_number_than_its_receipt_s_is_named(
    figures: Figures, one: dict[str, Any]
) -> None:
    good = {"receipt": one["receipt"], "numerator": str(one["numerator"]), "value": ""}
    assert numbers.wrong_in_file("f", [good], figures) == []
    assert len(numbers.wrong_in_file("f", [good | {"numerator": "1"}], figures)) == 1
    assert len(numbers.wrong_in_file("f", [good | {"receipt": ""}], figures)) == 1


def test_a_message_says_page_number_text_and_place(figures: Figures) -> None:
    spot = Spot("/voice", "So 62% of them", "main > p.lead", ())
    [found] = numbers.unmatched([spot], figures, EXCEPTIONS)
    assert str(found) == "/voice: 62% in “So 62% of them” (no receipt; main > p.lead)"
