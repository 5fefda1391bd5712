"""The definitions: a list of the measures by topic, and a page for each with its newest values and its versions.

Belongs here: what is counted, out of what, and where it is shown. Does not belong here: findings. A definition says
what a figure is; the pages of figures say what they show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, kinds, navigation, phrases, store, words

PROTECTION = {
    "published": "Already published nationally, so it is never held back.",
    "process": (
        "A count of the council's own work, shown exactly for the whole council. Figures by group of children "
        "are protected before anyone outside sees them."
    ),
    "children": "About children in a situation: protected, so that no child or family can be recognised.",
}
CHARTS = {
    "p": "A control chart of the share, month by month (or by quarter where months are too small).",
    "none": "No control chart.",
}
KINDS = {
    "gap": "For each group, its share of the audits looked at, less its share of what they are compared with",
    "evenness": "How alike the groups of a characteristic are in being heard: 1 is all alike (an R-indicator)",
    "weighted": "A share, each group weighing as much as it does in the population (post-stratified)",
}
NEWEST = 3


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
        title = phrases.capital(topic.replace("_", " "))
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
    body += [_symbols(), components.downloads("/definitions", "", "all definitions")]
    return components.Page("Definitions", body)


def _symbols() -> Component:
    return components.section(
        "symbols",
        "Symbols",
        html.P("Where a figure is not shown, words say why; in files a symbol stands for them."),
        components.table(
            "Symbols in files, and the words for them on pages",
            ["Symbol", "What it means"],
            [[symbol, meaning] for symbol, meaning in phrases.SYMBOLS.items()],
            quiet=True,
        ),
    )


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
    groups = [titles.get(by, phrases.feed(by)) for by in measure["breakdowns"] or []]
    entries: list[tuple[str, Sequence[str]]] = [
        ("Why it matters", _lines(measure["why"])),
        ("Which way is good", [words.polarity(measure["higher_is"])]),
        ("Counted (numerator)", _lines(measure["numerator_words"])),
        ("Out of (denominator)", _lines(measure["denominator_words"])),
        ("Formally", _formally(release, measure)),
        ("Kind of figure", [_kind(measure)]),
        ("What to be careful about", _lines(measure["caveats"])),
        ("Comparison", _lines(measure["benchmark"])),
        ("Target", _target(measure)),
        ("Chart", _lines(CHARTS.get(measure["chart"] or ""))),
        (
            "Groups it is shown by",
            [phrases.capital(phrases.listed(groups).lower())] if groups else ["No groups"],
        ),
        ("Who may see it", [PROTECTION.get(measure["protect"], "Not given")]),
        ("Where the definition comes from", _lines(measure["source"])),
        ("Name and version", [f"{name}, version {measure['version']}"]),
    ]
    used: list[store.Row] = []
    body = [
        html.P("Definition", className="caption"),
        html.H1(measure["title"]),
        _shown_on(measure),
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
            html.P(_RANGE[measure["kind"] if measure["kind"] in _RANGE else "share"]),
        )
        if measure["kind"] in ("share", "people_share", "snapshot", *_RANGE)
        else None,
        _newest(release, measure, used),
        _versions(release, measure),
        components.details(
            "The definition in full, as the program reads it", html.Pre(measure["text"], tabIndex=0)
        )
        if measure["text"]
        else None,
        html.P(dcc.Link("See all definitions", href="/definitions")),
        components.downloads(f"/definitions/{name}", "", "the newest values") if used else None,
    ]
    return components.Page(measure["title"], [part for part in body if part is not None], figures=used)


def _shown_on(measure: store.Row) -> Component | None:
    places = navigation.shown_on(measure)
    if not places:
        return None
    links: list = ["Shown on: "]
    for number, place in enumerate(places):
        links += [", " if number else "", dcc.Link(place.label, href=place.path)]
    return html.P(links)


def _newest(release: store.Release, measure: store.Row, used: list[store.Row]) -> Component:
    """The newest values of the councils that have audits here; of published figures also of region and country."""
    names = {row["council"]: row for row in store.places(release, store.EVERY_PLACE)}
    kinds = ("local", "region", "country")
    rows = [
        row
        for row in store.newest_figures(release, measure["measure"], NEWEST)
        if names.get(row["council"], {}).get("kind", "local") in kinds
    ]
    if not rows:
        return components.section(
            "newest", "The newest values", html.P("This release has no whole figure for it.")
        )
    used += rows
    return components.section(
        "newest",
        "The newest values",
        components.table(
            f"{measure['title']}: the newest values",
            ["Period", "Place", "Number", "Likely range", ("Receipt", "code")],
            [
                [
                    phrases.capital(phrases.period(row["window"], row["period_start"], row["period_end"])),
                    names[row["council"]]["name"],
                    words.figure_number(measure, row),
                    _range(measure, row),
                    row["receipt"],
                ]
                for row in rows
            ],
            quiet=True,
        ),
    )


def _range(measure: store.Row, row: store.Row) -> str:
    return phrases.capital(phrases.between(row["low"], row["high"], kinds.own_unit(measure))) or "None"


def _versions(release: store.Release, measure: store.Row) -> Component | None:
    rows = store.versions(release, measure["measure"])
    if not rows:
        return None
    return components.section(
        "versions",
        "Versions",
        html.P(
            "A version that counts differently gives other figures from the same files. Figures under an older version "
            "stay in the releases that had them; quote them with their version."
        ),
        components.table(
            "Versions of the definition, the newest first",
            ["Version", "First used in data version", ("On", "day")],
            [[row["version"], row["release"], phrases.day(row["made_at"].date())] for row in rows],
            quiet=True,
        ),
    )


def _target(measure: store.Row) -> list[str]:
    if measure.get("target") is None:
        return ["None is part of the definition. Where a council has set its own, its charts show it."]
    said = phrases.percent(measure["target"])
    return [f"{said}. {measure.get('target_source') or ''}".strip()]


_RANGE = {
    "share": "The likely range is a 95% interval for a share (Wilson's method). A difference from the year before is "
    "called higher or lower only where its own 95% interval (Newcombe's method) leaves out no change.",
    "mean": "The likely range is a 95% interval for an average (Student's t). A difference from the year before is "
    "called higher or lower only where its own 95% interval (Welch's t) leaves out no change.",
    "agreement": "The likely range is the value and 1.96 of its standard errors to each side, a 95% interval for large "
    f"samples. Below {words.COEFFICIENT_FROM} cases no value is given. Two values are not compared with one another.",
}
"""Kind of a measure -> how its likely range, and that of a difference, are worked out."""


def _formally(release: store.Release, measure: store.Row) -> list[str]:
    """The yes/no columns that the program counts, as the definition names them, and what each says."""
    tops, bottoms = measure["numerator"] or [], measure["denominator"] or []
    if not bottoms:
        return []
    about = store.column_words(release, measure["fact"])
    named = [f"{column}: {about[column]}" for column in dict.fromkeys([*tops, *bottoms]) if column in about]
    top = " and ".join(tops) or ("the average" if kinds.is_mean(measure) else "each kind")
    return [f"{top}, out of {' and '.join(bottoms)}, in {measure['fact']}, by {measure['date']}", *named]


def _kind(measure: store.Row) -> str:
    if measure["kind"] == "distribution":
        return f"How a total of {kinds.unit(measure)} divides between kinds"
    if measure["kind"] == "given":
        return f"A share of {kinds.unit(measure)} as others give it: it is not counted here"
    if measure["kind"] == "snapshot":
        return f"A share of {kinds.unit(measure)}, on the last day of each period"
    if kinds.is_coefficient(measure):
        return f"Agreement beyond chance on {kinds.unit(measure)} graded twice, at most 1"
    if measure["kind"] in KINDS:
        return KINDS[measure["kind"]]
    if kinds.is_mean(measure):
        return f"An average of {kinds.unit(measure)}, in {measure['unit']}"
    return f"A share of {kinds.unit(measure)}"


def _lines(held: str | Sequence[str] | None) -> list[str]:
    """Text that may be one string or a list of them."""
    if not held:
        return []
    return [held] if isinstance(held, str) else [str(line) for line in held]
