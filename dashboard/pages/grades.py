"""The grades page: are plans and practice good enough, and how far can the grades be relied on?

Belongs here: the order of the page, its headline and standing lines. The sections are in `grade_sections`, the
charts over time and by group in `figure_charts`. Does not belong here: what a figure means (the definitions) or
how it is worded.
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard import classes, components, store, view, words
from dashboard.pages import figure_charts, frame, reliability_words
from dashboard.pages import grade_sections as sections
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
    shown = view.make(release, query, FOCUS)
    if shown is None:
        return components.message(TITLE, "This release has no figures yet.")
    known = store.measures(release)
    figures = store.figures(release, shown.council, shown.window, shown.end, *shown.only)
    form, applied = frame.form(release, shown, "/grades", FOCUS)
    used: list[store.Row] = []
    return frame.page(
        "Grades",
        "/grades",
        TITLE,
        shown,
        lead=f"In {shown.period_words}." + frame.only_words(applied, shown),
        form=form,
        applied=applied,
        contents=CONTENTS,
        sections=[
            _headline(release, shown, known, figures, used),
            sections.distribution(shown, known, figures, used),
            figure_charts.over_time(release, shown, known, used),
            sections.stages(known, figures, used),
            figure_charts.groups(release, shown, known, used),
            sections.moderation(release, shown, known, figures, used),
            _about(release, known.get(shown.measure)),
        ],
        used=used,
    )


def _headline(
    release: store.Release,
    shown: view.View,
    known: Mapping[str, store.Row],
    figures: Mapping[str, store.Row],
    used: list[store.Row],
) -> Component:
    name = "quality.good_or_better"
    measure, figure = known.get(name), figures.get(name)
    if measure is None or figure is None:
        return components.section("headline", "The headline", html.P(MISSING))
    used.append(figure)
    said: list[Component | None] = [
        *frame.headline(measure, figure),
        html.P(
            "Only audits of cases chosen at random are counted, and only by the grade that was agreed. A grade is the "
            "council's own view of its work; it is not an Ofsted judgement."
        ),
        _ceiling(release, shown, known, figures, used),
        reliability_words.line(release, shown, reliability_words.AUDITS, used),
    ]
    return components.section("headline", "The headline", *said)


def _ceiling(
    release: store.Release,
    shown: view.View,
    known: Mapping[str, store.Row],
    figures: Mapping[str, store.Row],
    used: list[store.Row],
) -> Component:
    """Audits agreed as inadequate, against the council's own ceiling."""
    name = "quality.inadequate"
    measure, figure = known.get(name), figures.get(name)
    if measure is None or figure is None:
        return html.P("This release has no figure for audits agreed as inadequate.")
    used.append(figure)
    by_window = store.chart(release, name, shown.council)
    _, assurance, target = classes.of_chart(next(iter(by_window.values()), []))
    return components.told(
        f"{words.sentence(measure, figure)} {words.polarity(measure['higher_is'])} "
        f"{classes.aim(measure, target, assurance)}",
        figure["receipt"],
    )


def _about(release: store.Release, measure: store.Row | None) -> Component:
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
    return frame.about(tells, does_not, frame.sources(release, "case_audits"))
