"""The start page: the headline in a sentence, and the way to the other pages.

Does not belong here: anything a reader would have to study; each page says its own story.
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, store, view, words

PAGES = (
    (
        "/voice",
        "Voice",
        "Are children and families taking part in audits? Step by step, over time and by group.",
    ),
    (
        "/definitions",
        "Definitions",
        "What every figure means: what is counted, out of what, and which way is good.",
    ),
    ("/data", "Data", "Which files the figures come from, what was checked, and what was found."),
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """Home."""
    measure: store.Row = store.measures(release).get(view.HEADLINE, {})
    names = {row["council"]: row["name"] for row in store.places(release)}
    used = store.latest(release, view.HEADLINE)
    said: list[Component] = []
    for figure in used if measure else []:
        said += [
            html.H3(names.get(figure["council"], figure["council"])),
            html.P(words.headline(measure, figure), className="lead"),
            html.P([words.polarity(measure["higher_is"]), " ", components.receipt(figure["receipt"])]),
            html.P(dcc.Link("See who took part, step by step", href=f"/voice?council={figure['council']}")),
        ]
    if not said:
        said = [html.P("This release has no figure yet for audits that heard from the child or family.")]
    body = [
        html.H1("What do our SEND audits show?"),
        html.P(
            "SEND means special educational needs and disabilities. Councils audit their own work with children "
            "and families; this is what those audits found, with the evidence for each figure.",
            className="lead",
        ),
        components.section("heard", "Did audits hear from children and families?", *said),
        components.section(
            "pages",
            "Where to look",
            html.Ul(
                [
                    html.Li([html.H3(dcc.Link(title, href=path)), html.P(about)], className="card")
                    for path, title, about in PAGES
                ],
                className="cards",
            ),
        ),
    ]
    period = words.span(used[0]["period_start"], used[0]["period_end"]) if used else ""
    return components.Page("Start", body, period=period, figures=used)
