"""The sections of the overview: what changed, headline measures, matrix, overdue, data.

Each function takes a release and a council and returns a component; figures that it shows are added to `used`. Does not
belong here: the order of the page (`overview`), how a change is worded (`overview_words`), classes (`classes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import classes, components, navigation, phrases, signals, store, words
from dashboard.pages import attention, overview_words

MOST_SENTENCES = 7
MATRIX_ROWS = ("improving", "no clear change", "getting worse")
MATRIX_COLUMNS = {
    "will reliably meet": "Will reliably meet the target",
    "may or may not meet": "May or may not meet it",
    "will not meet without change": "Will not without change",
    "no target": "No target",
}


def changed(release: store.Release, council: str) -> Component:
    """At most seven sentences on what a reader of the release before should know; the rest folded away."""
    about, known = store.about(release), store.measures(release)
    compared_with = about.get("compared_with")
    heading = f"What changed since data version {compared_with}" if compared_with else "What changed"
    held = [row for row in store.changes(release) if row["council"] in (council, "", None)]
    if not held:
        return components.section("changed", heading, html.P(overview_words.nothing_changed(compared_with)))
    said = [_change(release, row, known.get(row["measure"] or "")) for row in held]
    parts: list[Component] = [html.Ul(said[:MOST_SENTENCES], className="changes")]
    rest = said[MOST_SENTENCES:]
    if rest:
        count = "1 more change" if len(rest) == 1 else f"{len(rest)} more changes"
        parts.append(components.details(f"{count}, less serious", html.Ul(rest, className="changes")))
    whole = f"/changes?from={compared_with}&to={release.id}"
    parts.append(html.P(dcc.Link("See all that changed between the two, and why", href=whole)))
    return components.section("changed", heading, html.P("The most serious first.", className="hint"), *parts)


def _change(release: store.Release, row: store.Row, measure: store.Row | None) -> Component:
    points = _points(release, row["measure"], row["council"]) if measure else []
    parts: list[str | Component] = [
        html.Strong(f"{overview_words.label(row)}: "),
        overview_words.change(row, measure, points),
        " ",
    ]
    if row["kind"] in ("refused", "received"):
        number = f"?delivery={row['number']}" if row["number"] else ""
        parts.append(dcc.Link("See the file" if number else "See the files", href=f"/data{number}"))
    elif row["kind"] == "definition":
        parts.append(dcc.Link("See the definition", href=f"/definitions/{row['measure']}"))
    elif measure:
        parts.append(
            dcc.Link("See it month by month", href=navigation.page_of(measure, row["council"] or ""))
        )
    return components.told(parts, _receipt(release, row), row["previous_receipt"], of=html.Li)


def _receipt(release: store.Release, row: store.Row) -> str | None:
    """The receipt of the figure that a change is about: its own, or that of its chart's last point."""
    if row["receipt"] or row["kind"] not in ("variation", "assurance"):
        return row["receipt"]
    held = store.figures(release, row["council"], row["window"], row["period_end"])
    return held.get(row["measure"], {}).get("receipt")


def headlines(release: store.Release, council: str, used: list[store.Row]) -> Component:
    """The headline measures: latest, target, variation, assurance, since when, receipt."""
    measures = store.headlines(release)
    rows: list[list[components.Cell]] = []
    charted = []
    for measure in measures:
        figure = _latest(release, measure["measure"], council)
        if figure is None:
            continue
        used.append(figure)
        rows.append(_headline(release, measure, figure, council))
        charted.append(_points(release, measure["measure"], council))
    if not rows:
        return components.section(
            "headlines", "Headline measures", html.P("This release has none of the headline measures yet.")
        )
    columns: list[components.Column] = [
        "Measure",
        "Latest 12 months",
        "Variation",
        "Since",
        "Against the target",
        ("Receipt", "code"),
    ]
    return components.section(
        "headlines",
        "Headline measures",
        html.P(
            "Variation compares the latest month, or quarter where months are small, with what has been usual. The "
            "small line is the measure over time with its usual range; each measure's name leads to its chart."
        ),
        components.table("Headline measures, with variation and target", columns, rows, quiet=True),
        html.P(
            signals.chance_of_last(charted, "measures"),
            className="hint",
            **components.of_receipt(*[str(row[-1]) for row in rows]),
        ),
    )


def _headline(
    release: store.Release, measure: store.Row, figure: store.Row, council: str
) -> list[components.Cell]:
    points = _points(release, measure["measure"], council)
    variation, assurance, target = classes.of_chart(points)
    share, counts = words.number_parts(measure, figure)
    since: dict = {"text": classes.since(points)}
    if points and points[-1]["state"] != "table":
        since |= {"spark": _spark(points)}
    return [
        {
            "text": measure["short_title"] or measure["title"],
            "href": navigation.page_of(measure, council),
            "note": words.polarity(measure["higher_is"]),
        },
        {"text": share, "note": counts},
        {
            "text": classes.VARIATION[variation],
            "shape": classes.shape(variation),
            "note": phrases.capital(classes.why(points)),
        },
        since,
        {
            "text": classes.ASSURANCE[assurance],
            "shape": classes.shape(assurance),
            "note": ""
            if target is None
            else f"Target: {phrases.lower_first(classes.target(target, measure))}",
        },
        figure["receipt"],
    ]


def _spark(points: Sequence[store.Row]) -> dict:
    """The values of a chart and, where it has them, its last limits, to be drawn small."""
    newest = points[-1]
    held = {"values": [None if row["value"] is None else round(row["value"], 3) for row in points]}
    if newest["lower"] is not None and newest["upper"] is not None:
        held["band"] = [round(newest["lower"], 3), round(newest["upper"], 3)]
    return held


def matrix(release: store.Release, council: str) -> Component:
    """Variation by assurance, with the measures' names as links; rows and columns without a measure stay."""
    cells: dict[tuple[str, str], list[dict[str, str]]] = {}
    for measure in store.headlines(release):
        points = _points(release, measure["measure"], council)
        if not points:
            continue
        variation, assurance, _ = classes.of_chart(points)
        link = {
            "text": measure["short_title"] or measure["title"],
            "href": navigation.page_of(measure, council),
        }
        cells.setdefault((variation, assurance), []).append(link)
    if not cells:
        return components.section(
            "matrix", "Where each measure stands", html.P("No headline measure has a chart in this release.")
        )
    extra_rows = [
        name for name in classes.VARIATION if name not in MATRIX_ROWS and any(v == name for v, _ in cells)
    ]
    columns = dict(MATRIX_COLUMNS)
    if any(held == "too few points" for _, held in cells):
        columns["too few points"] = "Too few points to say"
    rows = [
        [
            {"text": classes.VARIATION[variation], "shape": classes.shape(variation)},
            *[
                {"links": cells[variation, held]} if (variation, held) in cells else "None"
                for held in columns
            ],
        ]
        for variation in (*MATRIX_ROWS, *extra_rows)
    ]
    return components.section(
        "matrix",
        "Where each measure stands",
        html.P(
            "Down: is the measure moving by more than its usual change? Across: if all goes on as it is, will its "
            "target be met?"
        ),
        components.table(
            "Headline measures by variation and assurance",
            ["Variation", *columns.values()],
            rows,
            quiet=True,
        ),
    )


def overdue(release: store.Release, council: str, used: list[store.Row]) -> Component:
    """What this release can know to be overdue: audits not done, families not told, teams without an audit."""
    known = store.measures(release)
    items: list[Component] = []
    for name, what, link, way in (
        (
            "programme.delivery",
            "planned audits were not completed by the end of the period they were planned for.",
            "/programme",
            "See which",
        ),
        (
            "voice.told_in_time",
            "people who contributed were not told in time what came of it.",
            "/definitions/voice.told_in_time",
            "What counts as in time",
        ),
    ):
        figure = _latest(release, name, council)
        if name not in known or figure is None or figure["symbol"]:
            continue
        used.append(figure)
        period = phrases.period("12m", figure["period_start"], figure["period_end"])
        items.append(
            components.told(
                [f"In {period}, {overview_words.not_done(figure, what)} ", dcc.Link(way, href=link)],
                figure["receipt"],
                of=html.Li,
            )
        )
    quiet_teams = [row for row in store.teams(release, council) if not row["recent"]]
    if quiet_teams:
        names = phrases.listed([row["label"] for row in quiet_teams])
        items.append(
            html.Li(
                [
                    f"No completed audit in six months: {names}. ",
                    dcc.Link("See all teams", href="/programme#teams"),
                ]
            )
        )
    items = [*attention.lines(release, council, used), *items]
    if not items:
        said = "This release has nothing by which to tell what is overdue."
        return components.section("overdue", "Overdue and not done", html.P(said))
    return components.section("overdue", "Overdue and not done", html.Ul(items, className="changes"))


def warning(release: store.Release, council: str, day: date) -> Component | None:
    """A banner where on that day the data behind a headline measure is late, or the newest file was refused."""
    troubles: list[str | Component] = [*_late(release, council, day), *_refused(release)]
    if not troubles:
        return None
    return html.Div(
        [
            html.P(html.Strong("Be careful with these figures")),
            html.Ul([html.Li(trouble) for trouble in troubles]),
            html.P(dcc.Link("See the files and what was checked", href="/data")),
        ],
        className="notice",
    )


def data(release: store.Release) -> Component:
    """One line for each feed behind the headline measures: its newest file, and what of it was set aside."""
    feeds = _feeds(release)
    held = [row for row in store.deliveries(release) if row["state"] == "in force" and row["feed"] in feeds]
    if not held:
        return components.section(
            "data",
            "Can the figures be relied on?",
            html.P("This release names no files behind these figures."),
        )
    rows: list[list[components.Cell]] = []
    for feed in sorted({row["feed"] for row in held}):
        own = [row for row in held if row["feed"] == feed]
        accepted, aside = (sum(row[name] or 0 for row in own) for name in ("rows_accepted", "rows_rejected"))
        newest = _newest(own)
        rows.append(
            [
                {"text": phrases.feed(feed), "href": "/data"},
                phrases.count(len(own)),
                phrases.day(newest),
                f"{phrases.count(aside)} of {phrases.count(accepted + aside)}",
            ]
        )
    checks = store.check_counts(release)
    return components.section(
        "data",
        "Can the figures be relied on?",
        html.P(
            f"Checks on the files in force: {words.checks_words(checks)}. A failed check sets the row aside, so it is "
            "in no figure until it is corrected; a warning keeps the row and asks its supplier."
        ),
        components.table(
            "Files behind the headline measures",
            ["Feed", ("Files in force", "number"), ("Newest taken on", "day"), ("Rows set aside", "number")],
            rows,
            quiet=True,
        ),
    )


def _feeds(release: store.Release) -> set[str]:
    """The feeds behind the headline measures."""
    return {
        feed for row in store.headlines(release) for feed in store.FEEDS_OF_FACT.get(row["fact"] or "", ())
    }


def _late(release: store.Release, council: str, day: date) -> list[str]:
    """The feeds behind the headline measures of which the council's newer data is due."""
    feeds = _feeds(release)
    return [
        f"{row['title']}: the newest data was taken from its system on {phrases.day(row['newest'])}, and newer "
        f"data was expected by {phrases.day(row['due_on'])}."
        for row in store.freshness(release)
        if row["feed"] in feeds and row["council"] == council and row["due_on"] and row["due_on"] < day
    ]


def _refused(release: store.Release) -> list[Component]:
    """Files refused after the last accepted one: nobody has sent a better one yet."""
    held = store.deliveries(release)
    accepted = max((row["number"] for row in held if row["state"] != "refused"), default=0)
    late = [row for row in held if row["state"] == "refused" and row["number"] > accepted]
    return [
        html.Span(
            [
                "The newest file was refused, so nothing of it is in these figures. "
                if len(late) == 1
                else f"A file was refused (delivery {row['number']}), so nothing of it is in these figures. ",
                dcc.Link("See why", href=f"/data?delivery={row['number']}"),
            ]
        )
        for row in late
    ]


def _newest(rows: Sequence[store.Row]) -> date | None:
    return max((row["extracted_on"] for row in rows if row["extracted_on"]), default=None)


def _latest(release: store.Release, measure: str, council: str) -> store.Row | None:
    return next((row for row in store.latest(release, measure) if row["council"] == council), None)


def _points(release: store.Release, measure: str, council: str | None) -> list[store.Row]:
    """The points of a measure's chart, whichever window carries it."""
    by_window = store.chart(release, measure, council or "")
    return next(iter(by_window.values()), [])
