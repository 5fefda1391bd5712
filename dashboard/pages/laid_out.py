"""Blocks as components of a page.

Belongs here: how each kind of block looks on a page. Does not belong here: the words in them, or a page.
"""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard import components
from dashboard.blocks import RECEIPT, Block, Codes, Pairs, Said, Section, Table


def sections(made: Sequence[Section]) -> list[Component]:
    """Sections of a page."""
    return [
        components.section(anchor, heading, *[block(one) for one in blocks])
        for anchor, heading, blocks in made
    ]


def block(held: Block) -> Component:
    """One block."""
    if isinstance(held, str):
        return html.P(held)
    if isinstance(held, Said):
        return components.told(held.text, *held.receipts)
    if isinstance(held, Codes):
        return html.Div(
            [html.P([f"{name}: ", html.Code(said)]) for name, said in held.rows], className="commands"
        )
    if isinstance(held, Pairs):
        return html.Dl(
            [html.Div([html.Dt(name), html.Dd(said)]) for name, said in held.rows], className="definition"
        )
    return table(held, [[cell(one) for one in row] for row in held.rows])


def table(held: Table, rows: Sequence[Sequence[components.Cell]]) -> Component:
    """A table with its cells as components take them."""
    columns: list[components.Column] = [
        (name, "number" if n in held.numbers else "code" if name == RECEIPT else "")
        for n, name in enumerate(held.header)
    ]
    return components.table(held.caption, columns, rows, quiet=not held.named)


def cell(held: str | tuple[str, str]) -> components.Cell:
    """A cell of a block's table."""
    return held if isinstance(held, str) else {"text": held[0], "note": held[1]}
