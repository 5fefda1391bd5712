"""The parts every page is made of: strip, filters, tables, charts, receipts, standing lines.

Belongs here: functions from data to Dash components, with the accessible markup in one place. Does not
belong here: queries, choice of words for figures (`words`), and anything about one page alone.

Tables travel as data (`table`) and are built by assets/tables.js: at once, or when a <details> is opened or
the page is printed. A table as Dash components costs a component for every cell, ten times the page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import charts, phrases, store, view, words

Row = Mapping[str, Any]
Cell = str | int | dict[str, Any]
Column = str | tuple[str, str]


@dataclass(frozen=True)
class Page:
    """What a page function returns. `figures` are the rows it showed, for its CSV and JSON."""

    title: str
    body: list[Component]
    period: str = ""
    figures: list[store.Row] = field(default_factory=list)
    filters: str = ""
    status: int = 200


def attributes(**named: str) -> dict[str, Any]:
    """Attributes with a hyphen in their name: `aria_label="…"` becomes `aria-label`."""
    return {name.replace("_", "-"): value for name, value in named.items()}


def section(anchor: str, heading: str, *children: Any) -> Component:
    """A section of a page with a heading that links can reach."""
    return html.Section(
        [html.H2(heading, id=anchor), *(child for child in children if child is not None)],
        className="section",
    )


def contents(entries: Sequence[tuple[str, str]]) -> Component:
    """“On this page”: links to the sections."""
    return html.Nav(
        [
            html.H2("On this page", className="contents-heading"),
            html.Ul([html.Li(html.A(label, href=f"#{anchor}")) for anchor, label in entries]),
        ],
        className="contents",
        **attributes(aria_label="On this page"),
    )


def strip(release: store.Release, period: str) -> Component:
    """Which figures these are, in words, at the top of every page and print."""
    about = store.about(release)
    parts = words.strip(about, period, store.check_counts(release)).split(" · ")
    return html.Ul(
        [html.Li(part) for part in parts], className="strip", **attributes(aria_label="About these figures")
    )


def demonstration(about: Row) -> Component | None:
    """The banner on every page of a demonstration release."""
    if not about.get("demonstration"):
        return None
    return html.P(html.Strong(words.DEMONSTRATION), className="demonstration")


def notes(messages: Sequence[str]) -> Component | None:
    """What the page could not do as asked."""
    if not messages:
        return None
    return html.Div([html.P(message) for message in messages], className="notice")


def receipt(*codes: str | None) -> Component:
    """Receipt codes, shown beside every figure; each leads to its page."""
    shown = [code for code in codes if code]
    parts: list[Any] = ["Receipt " if len(shown) == 1 else "Receipts "]
    for number, code in enumerate(shown):
        parts += [", " if number else "", dcc.Link(html.Code(code), href=receipt_address(code))]
    return html.Span(parts, className="receipt")


def told(said: Any, *codes: str | None, of: Callable[..., Component] = html.P, **props: Any) -> Component:
    """Words that state figures, with their receipts at the end, in an element that names them (`of_receipt`)."""
    parts = [*said] if isinstance(said, list) else [said]
    shown = [" ", receipt(*codes)] if any(codes) else []
    return of([*parts, *shown], **props, **of_receipt(*codes))


def receipt_address(code: str) -> str:
    """Where a receipt's page is."""
    return f"/receipts/{code}"


def of_receipt(*codes: str | None) -> dict[str, Any]:
    """The attribute `data-receipt`, for an element that shows numbers: the receipts of the figures that they are of."""
    held = " ".join(dict.fromkeys(code for code in codes if code))
    return attributes(data_receipt=held) if held else {}


def select(
    name: str,
    label: str,
    options: Sequence[tuple[str, str]],
    chosen: str,
    grouped: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> Component:
    """A native select with its label, as one field of a form: options, then options in groups.

    The options travel as data and are built by assets/selects.js: as components they would be half of the page's.
    """
    held = {
        "chosen": chosen,
        "options": [list(option) for option in options],
        "groups": [[title, [list(option) for option in own]] for title, own in (grouped or {}).items()],
    }
    data = json.dumps(held, ensure_ascii=False, separators=(",", ":"))
    return html.Div(
        [
            html.Label(label, htmlFor=f"filter-{name}"),
            html.Select([], id=f"filter-{name}", name=name, **attributes(data_options=data)),
        ],
        className="field",
    )


def input_field(held: Mapping[str, str]) -> Component:
    """An input of a form (type, name, value, and perhaps id, min, max, describedby), built by assets/selects.js."""
    data = json.dumps(dict(held), ensure_ascii=False, separators=(",", ":"))
    return html.Span([], className="input-slot", **attributes(data_input=data))


def filters(action: str, fields: Sequence[Component | None], key: str) -> Component:
    """The filter form: an ordinary GET form, so the address holds every choice. `key` makes it anew on change."""
    return html.Form(
        [
            html.H2("Choose what to show", className="filters-heading"),
            html.Div([field for field in fields if field is not None], className="fields"),
            html.Button("Apply filters", type="submit", className="button"),
        ],
        action=action,
        method="GET",
        className="filters",
        key=key,
        **attributes(aria_label="Choose what to show"),
    )


def applied(entries: Sequence[tuple[str, str]], link: str) -> Component:
    """The applied filters in words, printed and exported with the page, and the link to this view."""
    return html.Div(
        [
            html.H2("Applied filters", className="applied-heading"),
            html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in entries]),
            html.P(["Link to this view: ", html.A(link, href=link)], className="view-link"),
        ],
        className="applied",
    )


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    quiet: bool = False,
) -> Component:
    """A table as data. A column is a name, or (name, kind): number, code or bar.

    Receipts, in a column of the kind code or in a `sub`, lead to their pages; the row or the cell that has them says
    so in `data-receipt`.
    A cell is text, a whole number, or a dict with `text` and any of `sub` (a second line, such as a receipt), `note` (a
    second line of words), `href` (inside the dashboard), `bar` (0 to 1), `heat` (1 to 5, darker; the text must say it
    too), `shape` (one of assets/tables.js), `spark` (values from 0 to 1 or None, perhaps a band); or a dict with
    `links`, a list of text and href. The first cell of a row is its heading. `quiet` hides the caption from sight.
    """
    spec = {
        "caption": caption,
        "quiet": quiet,
        "columns": [
            {"name": c, "kind": ""} if isinstance(c, str) else {"name": c[0], "kind": c[1]} for c in columns
        ],
        "rows": [list(row) for row in rows],
    }
    held = json.dumps(spec, ensure_ascii=False, separators=(",", ":"))
    return html.Div(className="table-slot", **attributes(data_table=held))


def details(summary: str, *children: Any) -> Component:
    """A native disclosure; tables inside are built when it is opened."""
    return html.Details([html.Summary(summary), *children])


def chart(
    name: str,
    finding: str,
    description: str,
    figure: charts.Figure,
    hold: Component,
    table_name: str,
    least_width: int = 0,
    start: str = "start",
    *,
    rows: Sequence[Row] = (),
) -> Component:
    """A chart: the finding as heading, an accessible name, and its table in a disclosure.

    `least_width` is the width in pixels below which the chart scrolls inside its own box, from its `start` or
    its `end`. `rows` are the figures that it draws.
    """
    height = figure["layout"]["height"]
    graph = dcc.Graph(
        id=f"chart-{name}",
        figure=figure,
        config=charts.CONFIG,  # type: ignore[arg-type]
        responsive=True,
        style={"height": f"{height}px"},
    )
    picture = html.Div(
        graph,
        role="img",
        className="chart-picture",
        style={"minWidth": f"{least_width}px"},
        **attributes(aria_label=f"{finding}. {description}"),
    )
    return html.Div(
        [
            html.H3(finding, className="finding"),
            html.Div(
                picture,
                className="scroll-box",
                **attributes(data_label=f"Chart: {finding}", data_start=start),
            ),
            details(f"Table: {table_name}", hold),
        ],
        className="chart",
        **of_receipt(*[row.get("receipt") for row in rows]),
    )


def standing_lines(tells: Sequence[Any], does_not: Sequence[Any], source: Sequence[Any]) -> Component:
    """The three lines that stand on every page of figures."""
    return html.Div(
        [
            html.Div(
                [html.H3(title), *[item if isinstance(item, Component) else html.P(item) for item in items]]
            )
            for title, items in (
                ("What this tells you", tells),
                ("What this does not tell you", does_not),
                ("Where it came from", source),
            )
        ],
        className="standing",
    )


def downloads(page: str, query: str = "", what: str = "the figures on this page") -> Component:
    """Links to what the page shows as files; `page` is the address without its kind, such as `/voice`."""
    asked = f"?{query}" if query else ""
    kinds = (("xlsx", "Excel (XLSX)"), ("ods", "OpenDocument (ODS)"), ("csv", "CSV"), ("json", "JSON"))
    return files(f"Download {what}", [(name, f"{page}.{kind}{asked}") for kind, name in kinds])


def files(what: str, links: Sequence[tuple[str, str]]) -> Component:
    """A line that says what the files are, with the name and address of each."""
    made = [html.A(name, href=address, download="") for name, address in links]
    return html.P([html.Span(f"{what}:"), *made], className="downloads")


def measure_link(measure: Row, text: str | None = None) -> Component:
    """A link to the measure's definition."""
    return dcc.Link(text or measure["title"], href=f"/definitions/{measure['measure']}")


def period_fields(
    release: store.Release, shown: view.View
) -> tuple[list[Component | None], list[tuple[str, str]]]:
    """The fields every page of figures offers (council, period), and the same as applied filters."""
    councils = store.places(release)
    council = None
    if len(councils) > 1:
        council = select(
            "council", "Council", [(row["council"], row["name"]) for row in councils], shown.council
        )
    fields = [
        council,
        select("window", "Kind of period", list(phrases.WINDOWS.items()), shown.window),
        select("to", "Up to", view.ends(release, shown.council), shown.to.isoformat()),
    ]
    period = f"{phrases.span(shown.start, shown.end)}{'' if shown.complete else ' (not finished)'}"
    entries = [("Council", shown.council_name), ("Period", f"{phrases.WINDOWS[shown.window]}: {period}")]
    return fields, entries


def message(title: str, *lines: Any, status: int = 200) -> Page:
    """A page that only says something."""
    return Page(
        title,
        [html.H1(title), *[line if isinstance(line, Component) else html.P(line) for line in lines]],
        status=status,
    )
