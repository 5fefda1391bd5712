"""The charted sections of pages of figures: the measure in focus over time with its signals, and by group.

Belongs here: those sections, each made from the page's draft. Does not belong here: the marks of a chart (`charts`,
`group_charts`) and its words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import (
    charts,
    classes,
    components,
    group_charts,
    group_words,
    kinds,
    phrases,
    signals,
    store,
    words,
)
from dashboard.pages import voice_words
from dashboard.pages.draft import Draft
from dashboard.pages.figure_tables import MISSING, ranges

# Below this many in a typical quarter a line jumps between 0% and 100% and says nothing.
FEWEST_FOR_A_LINE = 10


def over_time(draft: Draft, anchor: str = "time") -> Component:
    """The control chart of the measure in focus, its signals in words, and the slow 12-month line."""
    shown = draft.shown
    measure = draft.known.get(shown.measure)
    by_window = store.chart(draft.release, shown.measure, shown.council)
    if measure is None or not by_window:
        return components.section(anchor, "Month by month", html.P(MISSING))
    window = _best_window(by_window)
    receipts = {
        (row["period_start"], row["period_end"]): row
        for row in store.series(draft.release, shown.measure, shown.council, window)
    }
    points = [
        {**row, "receipt": receipts.get((row["period_start"], row["period_end"]), {}).get("receipt")}
        for row in by_window[window]
    ]
    finding = signals.finding(measure, points)
    name = "Quarter" if window == "quarter" else "Month"
    draft.use(
        *[receipts[key] for row in points if (key := (row["period_start"], row["period_end"])) in receipts]
    )
    hold = point_table(f"{measure['title']}, each {name.lower()}", measure, points)
    noun = "quarter" if window == "quarter" else "month"
    parts: list[Component | None] = [
        html.P(
            [components.measure_link(measure), f". {words.polarity(measure['higher_is'])} The number under each point "
             f"is how many {kinds.unit(measure)} there were that {noun}."]
        ),
        html.P("This chart is for all audits: signals are looked for in the council's totals only.")
        if shown.only[0]
        else None,
    ]  # fmt: skip
    if points[-1]["state"] == "table":
        parts += [html.H3(finding, className="finding"), html.P(signals.limits(points, measure)), hold]
    else:
        described = f"{measure['title']}, {len(points)} {noun}s to {phrases.day(points[-1]['period_end'])}."
        figure = charts.control_chart(measure, points)
        parts.append(
            components.chart(
                anchor,
                finding,
                described,
                figure,
                hold,
                f"each {noun}",
                charts.width(points),
                "end",
                rows=points,
            )
        )
        parts.append(html.P(signals.limits(points, measure)))
        _, assurance, target = classes.of_chart(points)
        aimed = classes.aim(measure, target, assurance)
        parts.append(html.P(aimed) if aimed else None)
    said = signals.sentences(measure, points)
    if said:
        named = components.of_receipt(*[row["receipt"] for row in points])
        parts.append(html.Ul([html.Li(text) for text in said], **named))
    if chance := signals.chance(points):
        parts.append(html.P(chance, className="hint", **components.of_receipt(points[-1]["receipt"])))
    parts.append(_slow(draft, measure, anchor))
    which = "" if anchor == "time" else f": {phrases.lower_first(measure['short_title'])}"
    return components.section(anchor, f"{name} by {name.lower()}{which}", *parts)


def point_table(caption: str, measure: store.Row, points: Sequence[store.Row]) -> Component:
    """The points of a control chart, each with its `receipt`, as a table."""
    rows: list[list[components.Cell]] = [
        [
            phrases.point_name(row["window"], row["period_end"]),
            words.point_number(measure, row),
            "No limits"
            if row["upper"] is None
            else f"{words.value_words(measure, row['lower'])} to {words.value_words(measure, row['upper'])}",
            signals.of_point(row),
            row["receipt"] or "Not available",
        ]
        for row in points
    ]
    name = phrases.capital(signals.unit_of_time(points[-1]["window"]))
    return components.table(caption, [name, "Number", "Usual range", "Signal", ("Receipt", "code")], rows)


def _slow(draft: Draft, measure: store.Row, anchor: str) -> Component | None:
    points = store.series(draft.release, measure["measure"], draft.shown.council, "12m")
    if len(points) < 2:
        return None
    draft.use(*points)
    first, last = points[0], points[-1]
    finding = (
        f"12-month average: {words.value_words(measure, first['value'])} to {phrases.day(first['period_end'])}, "
        f"{words.value_words(measure, last['value'])} to {phrases.day(last['period_end'])}"
    )
    hold = components.table(
        f"{measure['title']}, 12-month average",
        ["12 months to", "Number", "Likely range", ("Receipt", "code")],
        [
            [
                phrases.day(row["period_end"]),
                words.figure_number(measure, row),
                phrases.capital(phrases.between(row["low"], row["high"], kinds.own_unit(measure))),
                row["receipt"],
            ]
            for row in points
        ],
    )
    drawn = components.chart(
        "slow" if anchor == "time" else f"slow-{anchor}",
        finding,
        f"{measure['title']}. Moves slowly; periods overlap.",
        charts.slow_line(measure, points),
        hold,
        "12-month averages",
        rows=points,
    )
    note = html.P(
        "12-month average: it moves slowly and its periods overlap, so it is not tested for signals. The shaded "
        "band is the likely range of each value."
    )
    return html.Div([note, drawn], className="secondary")


def groups(draft: Draft) -> Component:
    """The measure in focus for each group: dot and range, table, and quarter by quarter."""
    shown = draft.shown
    measure = draft.known.get(shown.measure)
    heading = "By group"
    if measure is None or not shown.by:
        return components.section(
            "groups",
            heading,
            html.P("Figures by group are not in this release, so that no child or family can be recognised."),
            *_protected(draft.release),
        )
    rows = draft.by_group(shown.measure, shown.by)
    other = None
    if not rows and (
        rows := store.newest_by_group(draft.release, shown.measure, shown.council, shown.end, shown.by)
    ):
        other = rows[0]
    if not rows:
        return components.section("groups", heading, html.P(MISSING))
    draft.use(*rows)
    window, end = (other["window"], other["period_end"]) if other else (shown.window, shown.end)
    period = phrases.period(window, other["period_start"], end, True) if other else shown.period_words
    overall = store.figures(draft.release, shown.council, window, end).get(shown.measure)
    title = store.breakdowns(draft.release).get(shown.by, shown.by)
    finding, chance = voice_words.groups_finding(rows, overall), group_words.by_chance(rows)
    hold = ranges(f"{measure['title']}, by {title.lower()}, in {period}", title, measure, rows)
    described = f"{measure['title']} by {title.lower()}, in {period}. Each dot has its likely range."
    parts: list[Component | None] = [
        html.P(f"By group, figures are public for whole periods alone: these are for {period}.") if other else None,
        *_protected(draft.release),
        html.P(
            [components.measure_link(measure), f", by {title.lower()}. {words.polarity(measure['higher_is'])} The line "
             "through each dot is its likely range: a long line means few audits. A group is called higher or lower "
             "only where it lies further from all together than would be usual by chance for so many."]
        ),
        components.told(chance, rows[0]["receipt"], className="hint") if chance else None,
        components.chart(
            "groups", finding, described, group_charts.intervals(measure, rows, overall), hold, f"by {title.lower()}",
            rows=[*rows, *([overall] if overall else [])],
        ),
        _group_quarters(draft, measure, title),
    ]  # fmt: skip
    return components.section("groups", f"{heading}: {title.lower()}", *parts)


def _protected(release: store.Release) -> list[Component]:
    """The way to how children's information is protected, for the public."""
    if store.about(release).get("audience") != "public":
        return []
    return [html.P(dcc.Link("How we protect children's information", href="/protection"))]


def _group_quarters(draft: Draft, measure: store.Row, title: str) -> Component | None:
    rows = store.group_series(
        draft.release, draft.shown.measure, draft.shown.council, "quarter", draft.shown.by
    )
    if len({row["period_end"] for row in rows}) < 3:
        return None
    draft.use(*rows)
    hold = components.table(
        f"{measure['title']}, by {title.lower()} and quarter",
        [title, "Quarter", "Number", ("Receipt", "code")],
        [
            [
                row["label"],
                phrases.point_name("quarter", row["period_end"]),
                words.figure_number(measure, row),
                row["receipt"],
            ]
            for row in rows
        ],
    )
    by_label: dict[str, list[int]] = {}
    for row in rows:
        by_label.setdefault(row["label"], []).append(row["denominator"] or 0)
    small = [label for label, counts in by_label.items() if median(counts) < FEWEST_FOR_A_LINE]
    if len(small) == len(by_label):
        return html.Div(
            [
                html.H3(f"Quarter by quarter, by {title.lower()}"),
                html.P(f"Every group has too few {kinds.unit(measure)} in a typical quarter for a line."),
                components.details(f"Table: by {title.lower()} and quarter", hold),
            ],
            className="secondary",
        )
    drawn = components.chart(
        "group-quarters",
        f"Quarter by quarter, by {title.lower()}",
        f"{measure['title']}: one small line for each group, on the same scale.",
        group_charts.small_multiples(measure, [row for row in rows if row["label"] not in small]),
        hold,
        f"by {title.lower()} and quarter",
        460,
        rows=rows,
    )
    said = "Groups are too small to look for signals: read these lines for their general direction only."
    if small:
        said += f" Too few {kinds.unit(measure)} in a typical quarter for a line: {phrases.listed(small)}."
    return html.Div([drawn, html.P(said, className="hint")], className="secondary")


def _best_window(by_window: Mapping[str, Sequence[store.Row]]) -> str:
    """Months where they carry limits, else quarters where those do, else whatever is held."""
    for window in ("month", "quarter"):
        if by_window.get(window) and by_window[window][-1]["state"] in ("limits", "trial", "run"):
            return window
    return "month" if "month" in by_window else next(iter(by_window))
