"""The overview: what needs attention, in 30 seconds, each line with its evidence and the way to more.

Belongs here: the order of the page and which council it is about. The sections are in `overview_sections`. Does not
belong here: anything a reader would have to study; each page says its own story.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, navigation, phrases, store, view
from dashboard.pages import frame
from dashboard.pages import overview_sections as sections

TITLE = "What needs attention?"
CONTENTS = (
    ("changed", "What changed"),
    ("headlines", "Headline measures"),
    ("matrix", "Where each measure stands"),
    ("overdue", "Overdue and not done"),
    ("data", "Can the figures be relied on?"),
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """The overview of one council: the one asked for, else the first."""
    councils = store.places(release)
    names = {row["council"]: row["name"] for row in councils}
    council = query.get("council", "")
    council = council if council in names else next(iter(names), "")
    headline = store.measures(release).get(view.HEADLINE)
    figure = next((row for row in store.latest(release, view.HEADLINE) if row["council"] == council), None)
    used: list[store.Row] = []
    body: list[Component | None] = [
        html.P(f"Overview · {names[council]}" if council else "Overview", className="caption"),
        html.H1(TITLE),
        *_heard(headline, figure, council, used),
        _council(councils, council),
        sections.warning(release, council, store.today(release)),
        components.contents(CONTENTS),
        sections.changed(release, council),
        sections.headlines(release, council, used),
        sections.matrix(release, council),
        sections.overdue(release, council, used),
        sections.data(release),
        _about(),
        _where(),
        components.downloads("/overview", urlencode({"council": council}) if council else ""),
    ]
    period = phrases.span(figure["period_start"], figure["period_end"]) if figure else ""
    return components.Page(
        "Overview",
        [part for part in body if part is not None],
        period=period,
        figures=frame.distinct(used),
        filters=f"Council: {names[council]}" if council else "",
    )


def _heard(
    measure: store.Row | None, figure: store.Row | None, council: str, used: list[store.Row]
) -> list[Component]:
    """The sentence that this project began with: did audits hear from children and families?"""
    if measure is None or figure is None:
        return [
            html.P(
                "This release has no figure yet for audits that heard from the child or family.",
                className="lead",
            )
        ]
    used.append(figure)
    more = dcc.Link("See who took part, step by step", href=f"/voice?council={council}")
    return frame.headline(measure, figure, " · ", more)


def _council(councils: list[store.Row], council: str) -> Component | None:
    if len(councils) < 2:
        return None
    options = [(row["council"], row["name"]) for row in councils]
    return components.filters("/", [components.select("council", "Council", options, council)], council)


def _about() -> Component:
    tells = [
        "Which measures have moved by more than their usual month-to-month change, which targets can be relied on, and "
        "what is different from the figures you saw last."
    ]
    does_not = [
        "Why something moved. A signal asks for a reason; it does not give one.",
        "How groups of children, teams or localities differ: signals are looked for in the council's totals only.",
        "How the council compares with others. For most of these measures there is no national figure.",
    ]
    source = ["Each figure has a receipt, which names exactly this figure from exactly these rows."]
    heading = "What this page tells you, and what it does not"
    return frame.about(tells, does_not, source, heading=heading)


def _where() -> Component:
    return components.section(
        "pages",
        "Where to look",
        html.P(
            "SEND means special educational needs and disabilities. Councils audit their own work with children and "
            "families; these pages say what those audits found, with the evidence for each figure."
        ),
        html.Ul(
            [
                html.Li(
                    [html.H3(dcc.Link(place.label, href=place.path)), html.P(place.question)],
                    className="card",
                )
                for place in navigation.PLACES.values()
                if place.path != "/"
            ],
            className="cards",
        ),
    )
