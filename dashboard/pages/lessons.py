"""What was done about a theme, and what reviews found before and after: the middle of the page of learning.

Belongs here: one part for each lesson that the council declares, with the month from which it says a change may show.
Before and after are two whole years on either side of that month, and one stored figure: nothing is worked out here.
Does not belong here: choosing the month (the council's file), limits and signals of charts (`charts` of the release).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import charts, components, group_charts, kinds, navigation, phrases, signals, store, words
from dashboard.pages import figure_charts, frame
from dashboard.pages.draft import Draft
from dashboard.pages.figure_tables import range_row

Known = Mapping[str, store.Row]
FOUND, THEME = "learning.found_in_reviews", "learning_theme"
DONE = (("training.attended", "Attended"), ("training.passed", "Passed"))
HEADING = "What was done, and did it help?"
COLUMNS: tuple[components.Column, ...] = (
    "What",
    "When",
    "Number",
    "Likely range",
    "Change",
    ("Receipt", "code"),
)


def charted(release: store.Release, council: str, known: Known) -> tuple[str, ...]:
    """The measures with a chart that a lesson is meant to move."""
    moved = [row["moves"] for row in store.lessons(release, council)]
    return tuple(
        dict.fromkeys(name for name in moved if name in known and store.chart(release, name, council))
    )


def section(draft: Draft) -> Component:
    """Each lesson in a part of its own; its years do not follow the period of the page, and say so."""
    held = store.lessons(draft.release, draft.shown.council)
    if not held or FOUND not in draft.known:
        said = (
            "The council has not declared what it did about a theme, and since when: `learning` in its file."
        )
        return components.section("helped", HEADING, html.P(frame.nothing(draft.release, said)))
    parts: list[Component] = []
    for lesson in held:
        parts += _lesson(draft, lesson)
    return components.section(
        "helped",
        HEADING,
        html.P(
            "Each date is declared by the council and not taken from the figures. The year from that date is set "
            "beside the year before it, whatever period is chosen above."
        ),
        *parts,
        None
        if store.lesson_charts(draft.release, draft.shown.council)
        else _quarters(draft, [row["theme"] for row in held]),
    )


def _lesson(draft: Draft, lesson: store.Row) -> list[Component]:
    release, shown = draft.release, draft.shown
    theme, since = lesson["theme"], lesson["since"]
    parts: list[Component] = [html.H3(theme)]
    parts.append(
        html.P(f"The council declares: something was done, and from {phrases.day(since)} a change may show.")
    )
    parts += _done(draft, theme)
    watched = [(FOUND, THEME, theme)]
    if lesson["moves"] in draft.known:
        watched.append((lesson["moves"], lesson["breakdown"], lesson["group"]))
    rows: list[list[components.Cell]] = []
    end = date(since.year + 1, since.month, 1) - timedelta(days=1)
    for name, breakdown, group in watched:
        measure = draft.known[name]
        after = _figure(release, shown.council, name, "12m", end, breakdown, group)
        if after is None or after["symbol"] or not after["complete"]:
            parts.append(
                html.P([_named(measure, after, shown.council), ": a whole year since is not over yet."])
            )
            continue
        draft.use(after)
        said = [html.Strong(_named(measure, after, shown.council)), f". {verdict(measure, after)} "]
        parts.append(components.told([*said, _years(measure, after)], after["receipt"]))
        latest = _figure(release, shown.council, name, shown.window, shown.end, breakdown, group)
        for when, row in (("The year from that date", after), (f"In {shown.period_words}", latest)):
            if row is not None and not row["symbol"]:
                draft.use(row)
                rows.append([measure["title"], *range_row(when, measure, row)])
    if rows:
        parts.append(components.table(f"{theme}: before and after", COLUMNS, rows))
    held = store.lesson_charts(release, shown.council)
    return parts + [
        _chart(draft, (name, breakdown, group), held[name, breakdown, group])
        for name, breakdown, group in watched
        if (name, breakdown, group) in held
    ]


def _chart(draft: Draft, of: tuple[str, str, str], points: Sequence[store.Row]) -> Component:
    """The control chart of one group, which begins anew on the declared day and at no other."""
    name, breakdown, group = of
    measure, window = draft.known[name], points[-1]["window"]
    figures = {
        row["period_end"]: row
        for row in store.group_series(draft.release, name, draft.shown.council, window, breakdown)
        if row["group"] == group
    }
    draft.use(*figures.values())
    points = [{**row, "receipt": figures.get(row["period_end"], {}).get("receipt")} for row in points]
    label = next((row["label"] for row in figures.values()), group)
    unit = signals.unit_of_time(window)
    title = f"{measure['title']} ({label}), {unit} by {unit}"
    drawn = components.chart(
        f"lesson-{name}-{group}".replace(".", "-").replace(" ", "-").lower(),
        f"{title}{levels(measure, points)}",
        f"{len(points)} {unit}s to {phrases.day(points[-1]['period_end'])}, before and since the declared day.",
        charts.control_chart(measure, points),
        figure_charts.point_table(title, measure, points),
        f"each {unit}",
        charts.width(points),
        "end",
        rows=points,
    )
    return html.Div([drawn, html.P(signals.limits(points, measure), className="hint")], className="secondary")


def levels(measure: store.Row, points: Sequence[store.Row]) -> str:
    """The averages before and since the declared day, as the chart draws them; nothing where it is one chart."""
    days = signals.begins_anew(points[-1])
    if not days or points[0]["centre"] is None or points[-1]["centre"] is None:
        return ""
    before, since = (words.value_words(measure, point["centre"]) for point in (points[0], points[-1]))
    return f": {before} on average before {phrases.month(days[0])}, {since} since"


def _named(measure: store.Row, row: store.Row | None, council: str) -> Component:
    label = f" ({row['label']})" if row and row.get("label") else ""
    return dcc.Link(f"{measure['title']}{label}", href=navigation.page_of(measure, council))


def verdict(measure: store.Row, after: store.Row) -> str:
    """Whether the year from the declared date differs from the year before it, in words."""
    good = {("higher", "better"), ("lower", "worse")}
    if after.get("mix"):
        return f"{words.not_comparable(measure, after)}."
    if after.get("change") is None:
        return "There is no figure for the year before to compare it with."
    if after.get("change_low") is None:
        return "Too few to say whether the difference is more than chance."
    if after["direction"] not in ("higher", "lower"):
        return "No clear change: chance alone could explain it."
    if measure["higher_is"] == "neither":
        return f"A real change: {after['direction']}, by more than chance alone would explain."
    better = (after["direction"], measure["higher_is"]) in good
    return f"A real change for the {'better' if better else 'worse'}: more than chance alone would explain."


def _years(measure: store.Row, after: store.Row) -> str:
    number = phrases.number(after["numerator"], after["denominator"], kinds.unit(measure))
    polarity = words.polarity(measure["higher_is"])
    return f"In the year from that date: {number}. {words.year_before(measure, after)} {polarity}"


def _figure(
    release: store.Release, council: str, name: str, window: str, end: date, breakdown: str, group: str
) -> store.Row | None:
    """The stored figure of a period; that of 12 months holds the 12 months before it too."""
    if not breakdown:
        return store.figures(release, council, window, end).get(name)
    rows = store.by_group(release, name, council, window, end, breakdown)
    return next((row for row in rows if row["group"] == group), None)


def _done(draft: Draft, theme: str) -> list[Component]:
    """Who holds the training on the theme now: attended and passed, apart."""
    shown = draft.shown
    said: list[Component] = []
    for name, what in DONE:
        row = (
            _figure(draft.release, shown.council, name, shown.window, shown.end, THEME, theme)
            if name in draft.known
            else None
        )
        if row is not None and not row["symbol"]:
            draft.use(row)
            number = phrases.number(
                row["numerator"], row["denominator"], "people who must hold training on it"
            )
            said.append(components.told(f"{what}: {number}.", row["receipt"], of=html.Li))
    return [html.P(f"Training on it, on {phrases.day(shown.end)}:"), html.Ul(said)] if said else []


def _quarters(draft: Draft, themes: list[str]) -> Component | None:
    """One small line for each theme, of a release from before themes had charts."""
    rows = store.group_series(draft.release, FOUND, draft.shown.council, "quarter", THEME)
    rows = [row for row in rows if row["group"] in themes]
    if len({row["period_end"] for row in rows}) < 3:
        return None
    draft.use(*rows)
    measure = draft.known[FOUND]
    cells: list[list[components.Cell]] = []
    for row in rows:
        quarter = phrases.point_name("quarter", row["period_end"])
        cells.append([row["label"], quarter, words.figure_number(measure, row), row["receipt"]])
    caption = "Themes named by reviews of plans, quarter by quarter"
    drawn = components.chart(
        "lessons",
        "How often reviews named each theme, quarter by quarter",
        "One small line for each theme that something was done about, on the same scale.",
        group_charts.small_multiples(measure, rows),
        components.table(caption, ["Theme", "Quarter", "Number", ("Receipt", "code")], cells),
        "by theme and quarter",
        460,
        rows=rows,
    )
    hint = "Quarters are too small to look for signals: read these lines for their general direction only."
    return html.Div([drawn, html.P(hint, className="hint")], className="secondary")
