"""A page as a reader meets it: its text, and its tables as data.

Does not belong here: assertions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dash.development.base_component import Component

from dashboard import components


def tables_of(page: components.Page) -> list[dict[str, Any]]:
    """Every table of a page, as `components.table` gave it."""
    return [json.loads(data) for part in page.body for data in _tables(part)]


def text_of(page: components.Page) -> str:
    """All words of a page, those of its tables and charts included, in order."""
    return "\n".join(word for part in page.body for word in _words(part))


def _tables(part: Any) -> Iterator[str]:
    for held in _parts(part):
        data = getattr(held, "data-table", None)
        if data:
            yield data


def _words(part: Any) -> Iterator[str]:
    for held in _parts(part):
        if not isinstance(held, Component):
            yield str(held)
            continue
        data = getattr(held, "data-table", None)
        if data:
            spec = json.loads(data)
            yield spec["caption"]
            for cell in (cell for row in spec["rows"] for cell in row):
                yield from (
                    (str(cell[name]) for name in ("text", "note", "sub") if cell.get(name))
                    if isinstance(cell, dict)
                    else [str(cell)]
                )
        label = getattr(held, "aria-label", None)
        if label:
            yield label


def _parts(part: Any) -> Iterator[Any]:
    """A component and everything in it; text where it is text."""
    yield part
    children = getattr(part, "children", None)
    for child in children if isinstance(children, list | tuple) else [children]:
        if child is not None:
            yield from _parts(child)
