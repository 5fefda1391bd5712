"""What was done about a theme, and what reviews found before and after: the middle of the page of learning.

Belongs here: one part for each lesson that the council declares, with the month from which it says a change may show.
Before and after are two whole years on either side of that month, and one stored figure: nothing is worked out here.
Does not belong here: choosing the month (the council's file), limits and signals of charts (`charts` of the release).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, group_charts, store, view, words
from dashboard.pages import frame, links
from dashboard.pages.figure_tables import range_row

Known = Mapping[str, store.Row]
FOUND, THEME = "learning.found_in_reviews", "learning_theme"
DONE = (("training.attended", "Attended"), ("training.passed", "Passed"))
HEADING = "What was done, and did it help?"


def charted(release: store.Release, council: str, known: Known) -> tuple[str, ...]:
    """The measures with a chart that a lesson is meant to move."""
    moved = [row["moves"] for row in store.lessons(release, council)]
    return tuple(
        dict.fromkeys(name for name in moved if name in known and store.chart(release, name, council))
    )


def section(release: store.Release, shown: view.View, known: Known, used: list[store.Row]) -> Component:
    """Each lesson in a part of its own; its years do not follow the period of the page, and say so."""
    held = store.lessons(release, shown.council)
    if not held or FOUND not in known:
        said = (
            "The council has not declared what it did about a theme, and since when: `learning` in its file."
        )
        return components.section("helped", HEADING, html.P(frame.nothing(release, said)))
    parts: list[Component] = []
    for lesson in held:
        parts += _lesson(release, shown, known, lesson, used)
    return components.section(
        "helped",
        HEADING,
        html.P(
            "Each date is declared by the council and not taken from the figures. The year from that date is set "
            "beside the year before it, whatever period is chosen above."
        ),
        *parts,
        _quarters(release, shown, known, [row["theme"] for row in held], used),
    )


def _lesson(
    release: store.Release, shown: view.View, known: Known, lesson: store.Row, used: list[store.Row]
) -> list[Component]:
    theme, since = lesson["theme"], lesson["since"]
    after = _of_theme(release, shown.council, since, theme)
    parts: list[Component] = [
        html.H3(theme), html.P(f"Declared: from {words.day(since)} a change may show."),
    ]  # fmt: skip
    if after is None or not after["complete"]:
        parts.append(html.P(f"Not due yet: a whole year from {words.day(since)} is not over."))
    else:
        used.append(after)
        parts.append(
            components.told([html.Strong(verdict(after)), " ", _sentence(known, after)], after["receipt"])
        )
    latest = _row(release, shown, FOUND, theme)
    rows: list[list[components.Cell]] = []
    for what, row in (("The year from that date", after), (f"In {shown.period_words}", latest)):
        if row is not None and not row["symbol"]:
            used.append(row)
            rows.append(range_row(what, known[FOUND], row))
    if rows:
        caption = f"{theme}: named by reviews of plans. {words.polarity(known[FOUND]['higher_is'])}"
        parts.append(
            components.table(caption, ["When", "Number", "Likely range", "Change", ("Receipt", "code")], rows)
        )
    parts += _done(release, shown, known, theme, used)
    if lesson["moves"] in known:
        parts.append(_moves(release, shown, known[lesson["moves"]], used))
    return parts


def _sentence(known: Known, after: store.Row) -> str:
    named = words.number(after["numerator"], after["denominator"], words.unit(known[FOUND]))
    return f"In the year from that date, {named} named it. {words.year_before(known[FOUND], after)}"


def verdict(after: store.Row) -> str:
    """Whether a theme is named less often than in the year before, in words."""
    said = {
        "lower": "Named less often: more than chance alone would explain.",
        "higher": "Named more often: more than chance alone would explain.",
    }
    return said.get(
        after["direction"] or "", "No clear change: it cannot be told from chance whether it helped."
    )


def _of_theme(release: store.Release, council: str, since: date, theme: str) -> store.Row | None:
    """The stored figure of the 12 months from a declared month; its own row has the 12 months before."""
    end = date(since.year + 1, since.month, 1) - timedelta(days=1)
    rows = store.by_group(release, FOUND, council, "12m", end, THEME)
    return next((row for row in rows if row["group"] == theme), None)


def _row(release: store.Release, shown: view.View, name: str, theme: str) -> store.Row | None:
    rows = store.by_group(release, name, shown.council, shown.window, shown.end, THEME)
    return next((row for row in rows if row["group"] == theme), None)


def _done(
    release: store.Release, shown: view.View, known: Known, theme: str, used: list[store.Row]
) -> list[Component]:
    """Who holds the training on the theme now: attended and passed, apart."""
    said: list[Component] = []
    for name, what in DONE:
        row = _row(release, shown, name, theme) if name in known else None
        if row is not None and not row["symbol"]:
            used.append(row)
            number = words.number(row["numerator"], row["denominator"], "people who must hold training on it")
            said.append(components.told(f"{what}: {number}.", row["receipt"], of=html.Li))
    return [html.P(f"Training on it, on {words.day(shown.end)}:"), html.Ul(said)] if said else []


def _moves(release: store.Release, shown: view.View, measure: store.Row, used: list[store.Row]) -> Component:
    figure = store.figures(release, shown.council, shown.window, shown.end).get(measure["measure"])
    chart = dcc.Link(measure["title"], href=links.page_of(measure, shown.council))
    if figure is None or figure["symbol"]:
        return html.P(["It is meant to move: ", chart, "."])
    used.append(figure)
    number = words.figure_number(measure, figure)
    change = words.change_cell(figure, measure)
    said = ["It is meant to move: ", chart, f", {number}. {change}. {words.polarity(measure['higher_is'])}"]
    return components.told(said, figure["receipt"])


def _quarters(
    release: store.Release, shown: view.View, known: Known, themes: list[str], used: list[store.Row]
) -> Component | None:
    rows = store.group_series(release, FOUND, shown.council, "quarter", THEME)
    rows = [row for row in rows if row["group"] in themes]
    if len({row["period_end"] for row in rows}) < 3:
        return None
    used += rows
    measure = known[FOUND]
    hold = components.table(
        "Themes named by reviews of plans, quarter by quarter",
        ["Theme", "Quarter", "Number", ("Receipt", "code")],
        [
            [
                row["label"],
                words.point_name("quarter", row["period_end"]),
                words.figure_number(measure, row),
                row["receipt"],
            ]
            for row in rows
        ],
    )  # fmt: skip
    drawn = components.chart(
        "lessons", "How often reviews named each theme, quarter by quarter",
        "One small line for each theme that something was done about, on the same scale.",
        group_charts.small_multiples(measure, rows), hold, "by theme and quarter", 460, rows=rows,
    )  # fmt: skip
    hint = "Quarters are too small to look for signals: read these lines for their general direction only."
    return html.Div([drawn, html.P(hint, className="hint")], className="secondary")
