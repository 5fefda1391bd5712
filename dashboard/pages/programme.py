"""The programme page: did we do the audits we said we would, and did we pick fairly?

Belongs here: the order of the page, its headline and standing lines. The sections are in `programme_sections`, the
charts in `figure_charts`. Does not belong here: what a figure means (the definitions) or how it is worded
(`words`).
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard import components, phrases, store, words
from dashboard.pages import figure_charts, frame, overview_words
from dashboard.pages import programme_sections as sections
from dashboard.pages.draft import Draft
from dashboard.pages.figure_tables import MISSING

FOCUS = ("programme.delivery",)
TITLE = "Did we do the audits we said we would, and did we pick fairly?"
CONTENTS = (
    ("headline", "The headline"),
    ("time", "Over time"),
    ("months", "Planned and done"),
    ("groups", "By type, team or agency"),
    ("teams", "Teams without an audit"),
    ("void", "Void audits, and why"),
    ("selection", "How cases were chosen"),
    ("coverage", "Which plans have been audited"),
    ("about", "What these figures tell you, and what they do not"),
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """The programme, for the place and period that the query asks for."""
    return frame.page_of_groups("Programme", "/programme", TITLE, FOCUS, release, query, CONTENTS, _sections)


def _sections(draft: Draft) -> list[Component]:
    return [
        _headline(draft),
        figure_charts.over_time(draft),
        sections.months(draft),
        figure_charts.groups(draft),
        sections.teams(draft),
        sections.void(draft),
        sections.selection(draft),
        sections.coverage(draft),
        _about(draft),
    ]


def _headline(draft: Draft) -> Component:
    measure, figure = draft.known.get("programme.delivery"), draft.figures.get("programme.delivery")
    if measure is None or figure is None:
        return components.section("headline", "The headline", html.P(MISSING))
    draft.use(figure)
    said = frame.headline(measure, figure)
    if not figure["symbol"]:
        missed = overview_words.not_done(figure, "planned audits were not done in time.")
        said.append(
            components.told(
                f"{phrases.capital(missed)} Planning fewer afterwards does not change the number planned.",
                figure["receipt"],
            )
        )
    added = draft.figures.get("programme.added")
    if added and "programme.added" in draft.known and not added["symbol"]:
        draft.use(added)
        said.append(components.told(words.sentence(draft.known["programme.added"], added), added["receipt"]))
    return components.section("headline", "The headline", *said)


def _about(draft: Draft) -> Component:
    tells = [
        "How many of the audits that were promised were done by the end of the period they were promised for, where "
        "they were not, and how cases were chosen.",
    ]
    does_not: list[str | Component] = [
        "Whether the programme is large enough, or asks the right questions.",
        *frame.caveats(draft.known.get("programme.delivery")),
        "There is no national figure: each council sets its own programme.",
    ]
    return frame.about(tells, does_not, frame.sources(draft.release))
