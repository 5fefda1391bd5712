"""The grades page: are plans and practice good enough, and how far can the grades be relied on?

Belongs here: the order of the page, its headline and standing lines. The sections are in `grade_sections`, the
charts over time and by group those of the voice page. Does not belong here: what a figure means (the definitions) or
how it is worded.
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import classes, components, store, view, words
from dashboard.pages import filters, voice_charts
from dashboard.pages import grade_sections as sections

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
    form, applied = filters.form(release, shown, "/grades", FOCUS)
    used: list[store.Row] = []
    body = [
        html.P(f"Grades · {shown.council_name}", className="caption"),
        html.H1(TITLE),
        html.P(f"In {shown.period_words}." + filters.only_words(applied, shown), className="lead"),
        components.notes(shown.notes),
        form,
        components.applied(applied, f"/grades?{shown.query()}"),
        components.contents(CONTENTS),
        _headline(release, shown, known, figures, used),
        sections.distribution(shown, known, figures, used),
        voice_charts.over_time(release, shown, known, used),
        sections.stages(known, figures, used),
        voice_charts.groups(release, shown, known, used),
        sections.moderation(release, shown, known, figures, used),
        _about(release, known.get(shown.measure)),
        components.downloads("/grades", shown.query()),
    ]
    return components.Page(
        TITLE,
        [part for part in body if part is not None],
        period=words.span(shown.start, shown.end) + ("" if shown.complete else " (not finished)"),
        figures=list({row["receipt"]: row for row in used}.values()),
        filters="; ".join(f"{name}: {value}" for name, value in applied),
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
        return components.section("headline", "The headline", html.P(voice_charts.MISSING))
    used.append(figure)
    said: list[Component] = [
        html.P(words.headline(measure, figure), className="lead"),
        html.P([words.polarity(measure["higher_is"]), " ", components.receipt(figure["receipt"])]),
        html.P(
            "Only audits of cases chosen at random are counted, and only by the grade that was agreed. A grade is the "
            "council's own view of its work; it is not an Ofsted judgement."
        ),
        _ceiling(release, shown, known, figures, used),
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
    return html.P(
        [
            f"{words.sentence(measure, figure)} {words.polarity(measure['higher_is'])} "
            f"{classes.aim(measure, target, assurance)} ",
            components.receipt(figure["receipt"]),
        ]
    )


def _about(release: store.Release, measure: store.Row | None) -> Component:
    tells = [
        "How completed audits of randomly chosen cases were graded once the grade was agreed, and how many grades "
        "somebody other than the auditor looked at."
    ]
    does_not: list[str | Component] = [
        "What an inspector would say: the scale uses the same words, but it is the council's own.",
        *filters.caveats(measure),
        "How far auditors and moderators agree: that needs audits drawn for moderation at random.",
        (measure or {}).get("benchmark") or "There is no national figure for this.",
    ]
    source: list[str | Component] = [
        *filters.sources(release),
        html.P(dcc.Link("See the files and what was checked", href="/data")),
        html.P(dcc.Link("See what each figure means", href="/definitions")),
    ]
    return components.section(
        "about",
        "What these figures tell you, and what they do not",
        components.standing_lines(tells, does_not, source),
    )
