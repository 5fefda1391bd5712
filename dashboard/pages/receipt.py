"""The page of one receipt, and the form in which a code can be typed.

Belongs here: laying a receipt out on the page. Does not belong here: what it tells (`receipts`), its words
(`receipt_words`), how a block looks (`laid_out`), or finding it (`store`).
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, receipt_words, receipts, store
from dashboard.blocks import Block, Table
from dashboard.pages import laid_out

PATH = "/receipts"


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """The form, and what the code that was typed into it is the receipt of."""
    typed = query.get("id", "").strip()
    if typed:
        return one(release, typed)
    body = [
        html.H1("Check a receipt"),
        html.P(
            "Every figure here carries a receipt: a code of eleven letters and numbers, wherever it is shown, exported "
            "or printed. Type the code to see what the figure is, how it was counted, from which files, and whether it "
            "still stands."
        ),
        form(),
    ]
    return components.Page("Check a receipt", body)


def one(release: store.Release, typed: str) -> components.Page:
    """A receipt, or why there is none with that code."""
    told = receipts.tell(release, typed)
    title = receipt_words.title(told)
    body: list[Component | None] = [html.P("Receipt", className="caption"), html.H1(title)]
    if "measure" not in told:
        body += [html.P(receipt_words.lead(told), className="notice"), form()]
        return components.Page(title, [part for part in body if part is not None], status=404)
    stands = told["status"] == receipts.STANDS
    body += [
        html.P(
            receipt_words.lead(told),
            className="lead" if stands else "notice",
            **components.attributes(data_receipt=told["receipt"]),
        ),
        html.P(receipt_words.STATUS[receipts.STANDS]) if stands else _newest(told),
        *[
            components.section(anchor, heading, *[_block(told, block) for block in blocks])
            for anchor, heading, blocks in receipt_words.sections(told)
        ],
        _files(told["receipt"]),
        html.P(dcc.Link("What this measure means, in full", href=f"/definitions/{told['measure']}")),
        components.details("Check another receipt", form("another")),
    ]
    return components.Page(title, [part for part in body if part is not None], period=told["period"]["words"])


def form(name: str = "receipt") -> Component:
    """One field and a button: an ordinary GET form, as an address can hold a code."""
    return html.Form(
        [
            html.Label("Receipt code", htmlFor=f"{name}-code"),
            dcc.Input(
                id=f"{name}-code",
                name="id",
                type="text",
                autoComplete="off",
                maxLength=20,
                className="code-field",
            ),
            html.Button("Check", type="submit", className="button"),
        ],
        action=PATH,
        method="GET",
        className="receipt-form",
        **components.attributes(aria_label="Check a receipt"),
    )


def _newest(told: receipts.Told) -> Component | None:
    last = told["superseded_by"][-1]["receipt"]
    return (
        html.P(dcc.Link(f"See the receipt that stands now, {last}", href=f"{PATH}/{last}")) if last else None
    )


def _files(code: str) -> Component:
    kinds = (("one page to print (PDF)", "pdf"), ("for programs (JSON)", "json"))
    return components.files("This receipt to keep", [(name, f"{PATH}/{code}.{kind}") for name, kind in kinds])


def _block(told: receipts.Told, held: Block) -> Component:
    if not isinstance(held, Table) or held.header[0] != "File":
        return laid_out.block(held)
    rows: list[list[components.Cell]] = [
        [{"text": str(row[0]), "href": f"/data?delivery={source['number']}"}, *map(laid_out.cell, row[1:])]
        for row, source in zip(held.rows, told["sources"], strict=True)
    ]
    return laid_out.table(held, rows)
