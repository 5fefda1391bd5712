"""Figures as they stood on a day: what the reader chose, how a page says so, and how its links keep the choice.

Belongs here: the address's `as_of`, the form that sets it, the banner, and carrying it along. Does not belong here:
which release stood when (`pipelines.past`), or opening it (`connection`).

`as_of` is a day (2026-03-31: the release that stood at its end), or a data version (2026-04-07.1: exactly that one).
Without it a page shows the latest. The period, `to` and `window`, is what a figure is about; `as_of` is what was known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, phrases, store

NAME = "as_of"
LABEL = "Show figures as they stood on"
HINT = (
    "This is what was known on a day. The period is something else: it is what a figure is about. A file that comes "
    "later can change what is known about an earlier period."
)


@dataclass(frozen=True)
class Choice:
    """What a page shows: a release, and what was asked for where it was."""

    release: store.Release
    asked: str = ""
    """The value of `as_of` as it stands in addresses; empty where the latest was asked for."""
    stood: store.Stood | None = None
    """When that release was made and what took its place; None where nothing was asked for."""

    @property
    def is_latest(self) -> bool:
        return self.stood is None or (self.stood.until is None and not self.stood.rebuilt)

    def when(self) -> str:
        """What was asked for, in words: a day, or a data version."""
        day = _day(self.asked)
        return phrases.day(day) if day else f"data version {self.asked}"


def choose(releases: store.Store, query: Mapping[str, str]) -> Choice | None:
    """The release that a query asks for; None where there is none at all.

    Raises:
        store.NotThen: it asks for a day on which none stood, or for something that is neither day nor data version.
    """
    current = releases.current()
    asked = query.get(NAME, "")
    if current is None or not asked:
        return Choice(current) if current else None
    stood = releases.stood(asked)
    return Choice(releases.at(stood.head.release), asked, stood)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def banner(chosen: Choice, way_back: str) -> Component | None:
    """Says that these are not the latest figures, why these, and the way back."""
    stood = chosen.stood
    if stood is None:
        return None
    head = stood.head
    did = "published" if head.officers_release else "made"
    version = f"data version {head.release}, {did} on {phrases.day(head.made_at.date())}"
    if chosen.is_latest:
        said = f"Figures as they stood on {chosen.when()}. They are still the latest: {version}."
        return html.Div(html.P(said), className="notice as-of-banner")
    why = ", the newest on that day" if _day(chosen.asked) else ""
    if stood.rebuilt:
        parts = [
            f"You are looking at a rebuild: {version}, of what had been received by {phrases.day(head.as_of)}, by the "
            "rules and definitions of the day it was made. Readers were never pointed to it."
        ]
    else:
        parts = [f"You are looking at figures as they stood on {chosen.when()}: {version}{why}."]
    if stood.until:
        parts.append(
            f"They stood until {phrases.day(stood.until.made_at.date())}, when data version {stood.until.release} took "
            "their place."
        )
    if stood.latest:
        parts.append(
            f"The latest are as they stood on {phrases.day(stood.latest.as_of)}, data version {stood.latest.release}."
        )
    ways: list[Any] = [
        dcc.Link("Show the latest figures", href=way_back),
        " · ",
        dcc.Link("See what changed since then", href=f"/changes?from={head.release}"),
    ]
    return html.Div(
        [html.P(html.Strong(" ".join(parts))), html.P(ways)],
        className="notice as-of-banner",
        role="region",
        **components.attributes(aria_label="Not the latest figures"),
    )


def form(path: str, query: Mapping[str, str], first: date | None) -> Component:
    """The form that sets `as_of` on any page and keeps whatever else its address holds."""
    field = {
        "type": "date",
        "name": NAME,
        "id": "as-of",
        "value": query.get(NAME, ""),
        "describedby": "as-of-hint",
    }
    if not _day(field["value"]):
        field["value"] = ""
    if first:
        field["min"] = first.isoformat()
    kept = [_hidden(name, value) for name, value in query.items() if name != NAME]
    return html.Form(
        [
            html.Label(LABEL, htmlFor="as-of"),
            components.input_field(field),
            *kept,
            html.Button("Show", type="submit", className="button"),
            html.Span(HINT, id="as-of-hint", className="hint"),
        ],
        action=path,
        method="GET",
        className="filters as-of",
        key=f"as-of-{path}-{urlencode(query)}",
        **components.attributes(aria_label="What was known on which day"),
    )


def _hidden(name: str, value: str) -> Component:
    return components.input_field({"type": "hidden", "name": name, "value": value})


def own_address(path: object) -> str:
    """The page's address where it is one of the dashboard's; the overview's for anything else."""
    return path if isinstance(path, str) and inside(path) else "/"


def latest(path: str, query: Mapping[str, str]) -> str:
    """The page's own address without `as_of`: where the latest figures are."""
    left = urlencode({name: value for name, value in query.items() if name != NAME})
    return f"{path}?{left}" if left else path


def keep(part: Any, asked: str) -> None:
    """Add the choice to every link, table and form of a page, in place; a link that has its own keeps it."""
    if not isinstance(part, Component):
        return
    href = getattr(part, "href", None)
    if isinstance(href, str) and inside(href):
        if part.children == href:
            part.children = kept(href, asked)
        setattr(part, "href", kept(href, asked))  # noqa: B010 - only links have one
    table = getattr(part, "data-table", None)
    if table:
        setattr(part, "data-table", _kept_table(table, asked))
    children = getattr(part, "children", None)
    for child in children if isinstance(children, list | tuple) else [children]:
        keep(child, asked)
    if isinstance(part, html.Form):
        part.children = [*part.children, _hidden(NAME, asked)]


def inside(href: str) -> bool:
    """Whether an address is one of the dashboard's own pages or files."""
    return href.startswith("/") and not href.startswith("//")


def kept(href: str, asked: str) -> str:
    """An address with the choice in it."""
    rest, mark, anchor = href.partition("#")
    path, _, query = rest.partition("?")
    held = parse_qsl(query)
    if NAME not in dict(held):
        held.append((NAME, asked))
    return f"{path}?{urlencode(held)}{mark}{anchor}"


def _kept_table(data: str, asked: str) -> str:
    spec = json.loads(data)
    for cell in (cell for row in spec["rows"] for cell in row if isinstance(cell, dict)):
        for link in (cell, *cell.get("links", ())):
            if isinstance(link.get("href"), str) and inside(link["href"]):
                link["href"] = kept(link["href"], asked)
    return json.dumps(spec, ensure_ascii=False, separators=(",", ":"))
