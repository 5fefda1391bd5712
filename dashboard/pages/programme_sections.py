"""The sections of the programme page: month by month, teams, void audits, how cases were chosen, coverage of plans.

Belongs here: those sections, each made from the page's draft. Does not belong here: charts (`figure_charts`), filters,
the order of the page.
"""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import components, phrases, store, words
from dashboard.pages import frame
from dashboard.pages.draft import Draft
from dashboard.pages.figure_tables import MISSING, distribution

RANDOM_ONLY = "only these are used to estimate overall quality."


def months(draft: Draft) -> Component:
    """Planned and done in each month of the period; quarters where the programme is planned by the quarter."""
    title = "Planned and done"
    if "programme.delivery" not in draft.known:
        return components.section("months", title, html.P(MISSING))
    held = {window: _within(draft, "programme.delivery", window) for window in ("month", "quarter")}
    window = next((window for window, rows in held.items() if rows), None)
    if window is None:
        said = "The programme of this period was planned by the year, so it cannot be shown month by month."
        return components.section("months", title, html.P(said))
    rows, name = held[window], phrases.capital(window)
    added = {row["period_end"]: row for row in _within(draft, "programme.added", window)}
    draft.use(*rows, *added.values())
    cells: list[list[components.Cell]] = []
    for row in rows:
        more = added.get(row["period_end"])
        cells.append(
            [
                phrases.point_name(window, row["period_end"]),
                phrases.count(row["denominator"]),
                phrases.count(row["numerator"]),
                {"text": phrases.percent(row["value"]), "bar": row["value"]},
                {"text": phrases.count(more["numerator"]), "sub": more["receipt"]}
                if more
                else phrases.SYMBOLS["x"],
                row["receipt"],
            ]
        )
    return components.section(
        "months",
        f"{title}, {name.lower()} by {name.lower()}",
        html.P(
            "Planned: when the programme was first approved. Done: by the end of that period. Audits added by a later "
            "approval stand apart, so that they cannot make up for those that were dropped."
        ),
        components.table(
            f"Audits planned and done, by {name.lower()}",
            [name, ("Planned", "number"), ("Done in time", "number"), ("Share", "bar"), ("Added later", "number"),
             ("Receipt", "code")],
            cells,
            quiet=True,
        ),
    )  # fmt: skip


def _within(draft: Draft, measure: str, window: str) -> list[store.Row]:
    """A measure's periods of a window that lie in the period shown and have something to count."""
    held = store.series(draft.release, measure, draft.shown.council, window)
    return [
        row
        for row in held
        if row["period_start"] >= draft.shown.start and row["period_end"] <= draft.shown.end
    ]


def teams(draft: Draft) -> Component:
    """Which team has had no completed audit in the last six months, and when each had its last one."""
    heading = "Teams without an audit in six months"
    held, name = store.teams(draft.release, draft.shown.council), "programme.completed_by_team"
    if not held or name not in draft.known:
        return components.section("teams", heading, html.P(frame.nothing(draft.release, MISSING)))
    quiet = [row["label"] for row in held if not row["recent"]]
    said = (
        f"No completed audit in the last six finished months: {phrases.listed(quiet)}."
        if quiet
        else "Every team that the files name had a completed audit in the last six finished months."
    )
    figures = {row["group"]: row for row in draft.by_group(name, "team")}
    rows: list[list[components.Cell]] = []
    for row in sorted(held, key=lambda row: row["recent"]):
        figure = figures.get(row["group"])
        if figure:
            draft.use(figure)
        rows.append(
            [
                row["label"],
                "Within six months" if row["recent"] else "None in six months",
                phrases.month(row["last_end"]) if row["last_end"] else "None on record",
                phrases.count(figure["numerator"]) if figure else phrases.SYMBOLS["x"],
                figure["receipt"] if figure else "",
            ]
        )
    return components.section(
        "teams",
        heading,
        html.P(html.Strong(said)),
        components.table(
            f"Each team's last completed audit, and how many in {draft.shown.period_words}",
            ["Team", "Completed audit", "Last one in", ("In this period", "number"), ("Receipt", "code")],
            rows,
        ),
        html.P("A team is known once an audit or a row of the programme names it.", className="hint"),
    )


def void(draft: Draft) -> Component:
    """How many audits were made void, and why."""
    measure, figure = draft.known.get("programme.void"), draft.figures.get("programme.void")
    if measure is None or figure is None:
        return components.section("void", "Void audits, and why", html.P(MISSING))
    draft.use(figure)
    parts: list[Component] = [
        components.told(words.sentence(measure, figure), figure["receipt"]),
        html.P(
            "Void means recorded as abandoned, withdrawn or not to be completed. Some reasons lie with the case; “no "
            "auditor was available” lies with the council."
        ),
    ]
    if figure["numerator"]:
        parts.append(distribution(draft, "programme.void_reasons", "void_reason", "Reason"))
    return components.section("void", "Void audits, and why", *parts)


def selection(draft: Draft) -> Component:
    """How the cases of completed audits were chosen, and which of them speak for all cases."""
    heading, name = "How cases were chosen", "programme.completed_by_selection"
    if name not in draft.known:
        return components.section("selection", heading, html.P(MISSING))
    rows = draft.by_group(name, "selection")
    drawn = next((row for row in rows if row["group"] == "random" and not row["symbol"]), None)
    parts: list[Component] = []
    if drawn:
        count = phrases.count(drawn["numerator"])
        noun = "was" if drawn["numerator"] == 1 else "were"
        parts.append(
            components.told(
                [html.Strong(f"{count} {noun} chosen at random; {RANDOM_ONLY}")], drawn["receipt"]
            )
        )
    parts += [
        html.P(
            "Cases chosen for a reason, or because somebody complained, are worth auditing and are counted here. But "
            "they cannot say how good the work is as a whole."
        ),
        distribution(draft, name, "selection", "How the case was chosen"),
    ]
    return components.section("selection", heading, *parts)


def coverage(draft: Draft) -> Component:
    """The share of plans audited in the last two years, by locality and by primary need."""
    heading, name = "Which plans have been audited", "programme.coverage"
    measure = draft.known.get(name)
    if measure is None:
        return components.section("coverage", heading, html.P(MISSING))
    figure = store.figures(draft.release, draft.shown.council, draft.shown.window, draft.shown.end).get(name)
    parts: list[Component] = []
    if figure is not None:
        draft.use(figure)
        parts.append(components.told(words.sentence(measure, figure), figure["receipt"]))
    for breakdown in ("locality", "primary_need"):
        rows = draft.by_group(name, breakdown)
        if rows:
            draft.use(*rows)
            title = store.breakdowns(draft.release).get(breakdown, phrases.feed(breakdown))
            parts.append(_shares(f"{measure['title']}, by {title.lower()}", title, measure, rows))
    return components.section("coverage", heading, *(parts or [html.P(MISSING)]))


def _shares(caption: str, heading: str, measure: store.Row, rows: list[store.Row]) -> Component:
    cells: list[list[components.Cell]] = [
        [row["label"], phrases.symbol(row["symbol"]), "", row["receipt"]]
        if row["symbol"]
        else [
            row["label"],
            words.figure_number(measure, row),
            {"text": phrases.percent(row["value"]), "bar": row["value"]},
            row["receipt"],
        ]
        for row in rows
    ]
    return components.table(caption, [heading, "Number", ("Share", "bar"), ("Receipt", "code")], cells)
