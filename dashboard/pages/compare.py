"""The page of comparison: how does a council compare with those most like it, its region, its country, and all others?

Belongs here: the order of the page, what can be compared and what cannot. Does not belong here: its sections
(`compare_sections`), years and kinds of plans of one council (`timeliness`), which place is shown
(`published_places`), and any ranking: neighbours stand in order of closeness, councils by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, store
from dashboard.pages import compare_sections as sections
from dashboard.pages import frame, published_places
from dashboard.pages.compare_sections import OF_NEIGHBOURS
from dashboard.pages.timeliness import ALL, FINISHED

Known = Mapping[str, store.Row]
TITLE = "How does the council compare with others?"
NO_BENCHMARK = "There is no national figure for this."
CONTENTS = (
    ("headline", "The headline"),
    ("beside", "Beside neighbours, region and {country}"),
    ("neighbours", "Its statistical neighbours"),
    ("funnel", "Among all councils"),
    ("local", "What cannot be compared"),
    ("about", "What these figures tell you, and what they do not"),
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """One published measure of a council and year beside others."""
    known = store.measures(release)
    offered = [name for name, row in known.items() if _is_compared(row)]
    names = [*offered, *(name for name in known if name.startswith(OF_NEIGHBOURS))]
    shown = published_places.choose(release, query, names) if offered else None
    if shown is None:
        return components.message(
            TITLE, "This release has no published figures that councils are compared by."
        )
    usual = ALL if ALL in offered else offered[0]
    measure = query.get("measure", "") if query.get("measure", "") in offered else usual
    of = sections.make(release, shown, known, measure)
    contents = [(anchor, label.format(country=shown.country)) for anchor, label in CONTENTS]
    fields, applied = published_places.fields(shown)
    titles = [(name, known[name]["title"]) for name in offered]
    fields.insert(0, components.select("measure", "What is compared", titles, measure))
    applied.insert(0, ("What is compared", known[measure]["title"]))
    query_string = f"{urlencode({'measure': measure})}&{shown.query}"
    return frame.around(
        "Compare",
        "/compare",
        TITLE,
        place=shown.place["name"],
        lead=f"Published figures for {shown.end.year}, beside councils with similar children and families, the region "
        f"and {shown.country}. Councils are not ranked: on any list somebody is last by chance.",
        notes=shown.notes,
        form=frame.Form(components.filters("/compare", fields, query_string), applied),
        query=query_string,
        contents=contents,
        sections=[
            sections.headline(of),
            sections.beside(of, dict(contents)["beside"]),
            sections.neighbours(of),
            sections.among_all(of),
            _local(release, known),
            _about(known, measure),
        ],
        period=f"Calendar year {shown.end.year}",
        used=of.used,
    )


def _local(release: store.Release, known: Known) -> Component:
    """The measures of the overview that have no national figure, each in its definition's words."""
    rows = [row for row in store.headlines(release) if row["protect"] != "published"]
    said: list[Component] = [html.P("What a council counts of its own work has no national figure, so it stands beside "
                                    "nobody else's here.")]  # fmt: skip
    if rows:
        items = [
            html.Li([components.measure_link(row), f": {row['benchmark'] or NO_BENCHMARK}"]) for row in rows
        ]
        said.append(html.Ul(items))
    return components.section("local", "What cannot be compared", *said)


def _about(known: Known, measure: str) -> Component:
    tells = [
        "Where a council's published share lies beside councils with similar children and families, its region, its "
        "country, and all councils, and whether it lies further from the country's than its number of cases explains."
    ]
    does_not = [
        "Who is best. A place inside the limits is no better or worse than another inside them.",
        "Why a council differs: rules, schools, families, and how the work is done all play a part.",
        FINISHED,
        *frame.caveats(known[measure]),
    ]
    ways = [known[measure].get("source") or "The definition says where it came from."]
    if neighbours := next((row for name, row in known.items() if name.startswith(OF_NEIGHBOURS)), None):
        ways.append(neighbours["source"])
    return frame.about(tells, does_not, [*ways, html.P(dcc.Link("Year by year", href="/timeliness"))])


def _is_compared(measure: store.Row) -> bool:
    """Whether councils are set side by side by it: a published share of their own."""
    given = measure["kind"] == "given" and measure["protect"] == "published"
    return given and measure["fact"] == "published_timeliness"
