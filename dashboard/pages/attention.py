"""What of placements, families and members needs attention: lines of the overview's list of what is not done.

Belongs here: which figures are worth a line, and what it says to do. Does not belong here: the list itself
(`overview_sections`), what a figure means (the definitions).
"""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, phrases, store, words
from dashboard.pages import placements

LINES = (
    ("placements.must_register", "/placements", placements.SAME_DAY, "See the placements"),
    (
        "feedback.unanswered",
        "/feedback",
        "Families who are never answered stop answering.",
        "See what families raised",
    ),
    ("scrutiny.unanswered", "/scrutiny", "Take the list to the next meeting.", "See what members asked"),
)
"""Measure of which one is one too many, the page that shows it, what to do, and the link's words."""


def lines(release: store.Release, council: str, used: list[store.Row]) -> list[Component]:
    """One line for each of them that is above nought in the newest 12 months."""
    known = store.measures(release)
    found: list[Component] = []
    for name, page, what_to_do, way in LINES:
        newest = [row for row in store.latest(release, name) if row["council"] == council]
        if name not in known or not newest or newest[0]["symbol"] or not newest[0]["numerator"]:
            continue
        figure = newest[0]
        used.append(figure)
        when = phrases.period("12m", figure["period_start"], figure["period_end"])
        if known[name]["kind"] == "snapshot":
            when = phrases.day(figure["period_end"])
        said = phrases.lower_first(words.sentence(known[name], figure))
        on = "On" if known[name]["kind"] == "snapshot" else "In"
        link = dcc.Link(way, href=f"{page}?council={council}")
        found.append(
            components.told([f"{on} {when}, {said} {what_to_do} ", link], figure["receipt"], of=html.Li)
        )
    return found
