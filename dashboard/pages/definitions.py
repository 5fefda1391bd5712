"""The definitions: a list of the measures by topic, and a page for each.

Does not belong here: figures. A definition says what is counted; the pages of figures say how many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, store, words

PROTECTION = {
    "published": "Already published nationally, so it is never held back.",
    "process": (
        "A count of the council's own work, shown exactly for the whole council. Figures by group of children "
        "are protected before anyone outside sees them."
    ),
    "children": "About children in a situation: protected, so that no child or family can be recognised.",
}


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """The list of definitions, by topic."""
    known = store.measures(release)
    topics: dict[str, list[store.Row]] = {}
    for measure in known.values():
        topics.setdefault(measure["topic"] or "other", []).append(measure)
    body: list[Component] = [
        html.H1("Definitions"),
        html.P(
            "What each figure means: what is counted, out of what, and which way is good.", className="lead"
        ),
    ]
    if not known:
        body.append(html.P("This release holds no definitions."))
    for topic, measures in topics.items():
        rows = [
            [
                {"text": measure["title"], "href": f"/definitions/{measure['measure']}"},
                measure["numerator_words"] or "",
                words.polarity(measure["higher_is"]),
                measure["version"],
            ]
            for measure in measures
        ]
        title = words.capital(topic.replace("_", " "))
        body.append(
            components.section(
                f"topic-{topic}",
                title,
                components.table(
                    f"Measures of {topic.replace('_', ' ')}",
                    ["Measure", "What it counts", "Which way is good", "Version"],
                    rows,
                    quiet=True,
                ),
            )
        )
    return components.Page("Definitions", body)


def one(release: store.Release, name: str) -> components.Page:
    """The definition of one measure."""
    known = store.measures(release)
    if name not in known:
        return components.message(
            "There is no such definition",
            "The link asked for a measure that this release does not have.",
            html.P(dcc.Link("See all definitions", href="/definitions")),
            status=404,
        )
    measure = known[name]
    titles = store.breakdowns(release)
    groups = [titles.get(by, words.feed(by)) for by in measure["breakdowns"] or []]
    entries: list[tuple[str, Sequence[str]]] = [
        ("Why it matters", _lines(measure["why"])),
        ("Which way is good", [words.polarity(measure["higher_is"])]),
        ("Counted (numerator)", _lines(measure["numerator_words"])),
        ("Out of (denominator)", _lines(measure["denominator_words"])),
        ("Formally", _formally(measure)),
        ("Kind of figure", [_kind(measure)]),
        ("What to be careful about", _lines(measure["caveats"])),
        ("Comparison", _lines(measure["benchmark"])),
        ("Groups it is shown by", [words.capital(words.listed(groups).lower())] if groups else ["No groups"]),
        ("Who may see it", [PROTECTION.get(measure["protect"], "Not given")]),
        ("Where the definition comes from", _lines(measure["source"])),
        ("Name and version", [f"{name}, version {measure['version']}"]),
    ]
    body = [
        html.P("Definition", className="caption"),
        html.H1(measure["title"]),
        html.Dl(
            [
                html.Div([html.Dt(term), *[html.Dd(line) for line in lines]])
                for term, lines in entries
                if lines
            ],
            className="definition",
        ),
        components.section(
            "likely",
            "How the likely range is worked out",
            html.P(_RANGE[words.is_mean(measure)]),
        )
        if measure["kind"] in ("share", "people_share", "snapshot", "mean")
        else None,
        components.details(
            "The definition in full, as the program reads it", html.Pre(measure["text"], tabIndex=0)
        )
        if measure["text"]
        else None,
        html.P(dcc.Link("See all definitions", href="/definitions")),
    ]
    return components.Page(measure["title"], [part for part in body if part is not None])


_RANGE = {
    False: "The likely range is a 95% interval for a share (Wilson's method). A difference from the year before is "
    "called higher or lower only where its own 95% interval (Newcombe's method) leaves out no change.",
    True: "The likely range is a 95% interval for an average (Student's t). A difference from the year before is "
    "called higher or lower only where its own 95% interval (Welch's t) leaves out no change.",
}
"""Whether a measure is an average -> how its likely range, and that of a difference, are worked out."""


def _formally(measure: store.Row) -> list[str]:
    """The yes/no columns that the program counts, as the definition names them."""
    bottom = " and ".join(measure["denominator"] or [])
    if not bottom:
        return []
    top = " and ".join(measure["numerator"] or []) or (
        "the average" if words.is_mean(measure) else "each kind"
    )
    return [f"{top}, out of {bottom}, in {measure['fact']}, by {measure['date']}"]


def _kind(measure: store.Row) -> str:
    if measure["kind"] == "distribution":
        return f"How a total of {words.unit(measure)} divides between kinds"
    if measure["kind"] == "snapshot":
        return f"A share of {words.unit(measure)}, on the last day of each period"
    if words.is_mean(measure):
        return f"An average of {words.unit(measure)}, in {measure['unit']}"
    return f"A share of {words.unit(measure)}"


def _lines(held: str | Sequence[str] | None) -> list[str]:
    """Text that may be one string or a list of them."""
    if not held:
        return []
    return [held] if isinstance(held, str) else [str(line) for line in held]
