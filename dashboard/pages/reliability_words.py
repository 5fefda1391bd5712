"""Words for how far two graders agree: what is said beside a grade, and on the page of reliability.

Belongs here: sentences made from figures of the topic `reliability`. Does not belong here: the page's order and tables
(`reliability`, `reliability_sections`), any arithmetic on figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, phrases, store, words
from dashboard.pages.draft import Draft

Figures = Mapping[str, store.Row]
TOO_FEW = phrases.COUNT_FIRST_BELOW
"""Cases below which a share of agreement is given as a count alone: its likely range is some 40 points wide."""


@dataclass(frozen=True)
class Graded:
    """One kind of case that is graded twice, as the page names it."""

    prefix: str
    anchor: str
    title: str
    grader: str
    what: str
    one: str

    def id(self, name: str) -> str:
        """The id of one of its measures."""
        return f"reliability.{self.prefix}{name}"


AUDITS = Graded("", "audits", "Audits", "auditor", "audits", "audit")
REVIEWS = Graded("plan_", "reviews", "Reviews of plans", "reviewer", "reviews of plans", "review")
KINDS = (AUDITS, REVIEWS)


def agreed(of: Graded, figure: store.Row) -> str:
    """How often both gave the same grade, among cases drawn at random."""
    if figure["symbol"]:
        return (
            f"No {of.one} drawn at random was moderated in this period, so nobody can say how far {of.grader}s and "
            "moderators agree."
        )
    counts = f"{phrases.count(figure['numerator'])} of {phrases.count(figure['denominator'])}"
    said = f"Moderators agreed with {of.grader}s in {counts} randomly re-checked {of.what}"
    if figure["denominator"] < TOO_FEW:
        return f"{said}: too few to say how far they agree."
    return f"{said} ({phrases.percent(figure['value'])}, {words.likely(figure)})."


def direction(of: Graded, figure: store.Row) -> str:
    """Which way they disagreed, counts first; a side is named only where the likely range leaves out even odds."""
    if figure["symbol"]:
        return "They did not disagree on any."
    counts = f"{phrases.count(figure['numerator'])} of {phrases.count(figure['denominator'])}"
    if figure["low"] > 0.5:
        return f"When they disagreed, {of.grader}s had usually graded higher ({counts})."
    if figure["high"] < 0.5:
        return f"When they disagreed, {of.grader}s had seldom graded higher ({counts})."
    return (
        f"When they disagreed, {of.grader}s had graded higher in {counts}: that may be chance, so neither side is "
        "clearly the more generous."
    )


def biased(of: Graded, inadequate: store.Row | None, random: store.Row | None) -> str:
    """A warning where the moderated cases were mostly those graded inadequate; empty otherwise."""
    if not inadequate or inadequate["symbol"] or inadequate["value"] <= 0.5:
        return ""
    counts = f"{phrases.count(inadequate['numerator'])} of {phrases.count(inadequate['denominator'])}"
    drawn = f" Only {phrases.count(random['numerator'])} were drawn at random." if random else ""
    return (
        f"Moderation looked mostly at {of.what} graded inadequate: {counts}. They say little about the other grades."
        f"{drawn}"
    )


def line(draft: Draft, of: Graded) -> Component | None:
    """What stands beside a headline of grades: how reliable they are, with the way to the page."""
    shown = draft.shown
    figures = store.figures(draft.release, shown.council, shown.window, shown.end)
    same = figures.get(of.id("same_grade"))
    if same is None:
        return None
    parts, rows = [agreed(of, same)], [same]
    ways = figures.get(of.id("generous_of_disagreements"))
    if ways and not same["symbol"]:
        parts.append(direction(of, ways))
        rows.append(ways)
    draft.use(*rows)
    link = dcc.Link(
        "How reliable the grades are", href=f"/reliability?{shown.query(measure='', by='', only='')}"
    )
    said = [html.Strong("How reliable? "), " ".join(parts), " ", link, "."]
    return components.told(said, *[row["receipt"] for row in rows])
