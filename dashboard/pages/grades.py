"""The grades page: are plans and practice good enough, and how far can the grades be relied on?

Belongs here: the order of the page, its headline and standing lines. The sections are in `grade_sections`, the
charts over time and by group in `figure_charts`. Does not belong here: what a figure means (the definitions) or
how it is worded.
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard import classes, components, store, words
from dashboard.pages import figure_charts, frame, reliability_words
from dashboard.pages import grade_sections as sections
from dashboard.pages.draft import Draft
from dashboard.pages.figure_tables import MISSING

FOCUS = ("quality.good_or_better", "quality.inadequate", "quality.moderated")
TITLE = "Are plans and practice good enough?"
CONTENTS = (
    ("headline", "The headline"),
    ("grades", "How the audits were graded"),
    ("time", "Over time"),
    ("stages", "Auditor, moderator, agreed"),
    ("groups", "By type, team and other groups"),
    ("moderation", "How many were moderated"),
    ("about", "What these figures tell you, and what they do not"),
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """Grades, for the place, period and group that the query asks for."""
    return frame.page_of_groups("Grades", "/grades", TITLE, FOCUS, release, query, CONTENTS, _sections)


def _sections(draft: Draft) -> list[Component]:
    return [
        _headline(draft),
        sections.distribution(draft),
        figure_charts.over_time(draft),
        sections.stages(draft),
        figure_charts.groups(draft),
        sections.moderation(draft),
        _about(draft),
    ]


def _headline(draft: Draft) -> Component:
    name = "quality.good_or_better"
    measure, figure = draft.known.get(name), draft.figures.get(name)
    if measure is None or figure is None:
        return components.section("headline", "The headline", html.P(MISSING))
    draft.use(figure)
    said: list[Component | None] = [
        *frame.headline(measure, figure),
        html.P(
            "Only audits of cases chosen at random are counted, and only by the grade that was agreed. A grade is the "
            "council's own view of its work; it is not an Ofsted judgement."
        ),
        _ceiling(draft),
        reliability_words.line(draft, reliability_words.AUDITS),
    ]
    return components.section("headline", "The headline", *said)


def _ceiling(draft: Draft) -> Component:
    """Audits agreed as inadequate, against the council's own ceiling."""
    name = "quality.inadequate"
    measure, figure = draft.known.get(name), draft.figures.get(name)
    if measure is None or figure is None:
        return html.P("This release has no figure for audits agreed as inadequate.")
    draft.use(figure)
    by_window = store.chart(draft.release, name, draft.shown.council)
    _, assurance, target = classes.of_chart(next(iter(by_window.values()), []))
    return components.told(
        f"{words.sentence(measure, figure)} {words.polarity(measure['higher_is'])} "
        f"{classes.aim(measure, target, assurance)}",
        figure["receipt"],
    )


def _about(draft: Draft) -> Component:
    measure = draft.known.get(draft.shown.measure)
    tells = [
        "How completed audits of randomly chosen cases were graded once the grade was agreed, and how many grades "
        "somebody other than the auditor looked at."
    ]
    does_not: list[str | Component] = [
        "What an inspector would say: the scale uses the same words, but it is the council's own.",
        *frame.caveats(measure),
        "How far auditors and moderators agree: see the page Reliability.",
        (measure or {}).get("benchmark") or "There is no national figure for this.",
    ]
    return frame.about(tells, does_not, frame.sources(draft.release, "case_audits"))
