"""The programme page: did we do the audits we said we would, and did we pick fairly?

Belongs here: the order of the page, its headline and standing lines. The sections are in `programme_sections`, the
charts those of the voice page. Does not belong here: what a figure means (the definitions) or how it is worded
(`words`).
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, store, view, words
from dashboard.pages import filters, overview_words, voice_charts
from dashboard.pages import programme_sections as sections

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
    shown = view.make(release, query, FOCUS)
    if shown is None:
        return components.message(TITLE, "This release has no figures yet.")
    known = store.measures(release)
    figures = store.figures(release, shown.council, shown.window, shown.end, *shown.only)
    form, applied = filters.form(release, shown, "/programme", FOCUS)
    used: list[store.Row] = []
    body = [
        html.P(f"Programme · {shown.council_name}", className="caption"),
        html.H1(TITLE),
        html.P(f"In {shown.period_words}." + filters.only_words(applied, shown), className="lead"),
        components.notes(shown.notes),
        form,
        components.applied(applied, f"/programme?{shown.query()}"),
        components.contents(CONTENTS),
        _headline(known, figures, used),
        voice_charts.over_time(release, shown, known, used),
        sections.months(release, shown, known, used),
        voice_charts.groups(release, shown, known, used),
        sections.teams(release, shown, known, used),
        sections.void(release, shown, known, figures, used),
        sections.selection(release, shown, known, used),
        sections.coverage(release, shown, known, used),
        _about(release, known),
        components.downloads("/programme", shown.query()),
    ]
    return components.Page(
        TITLE,
        [part for part in body if part is not None],
        period=words.span(shown.start, shown.end) + ("" if shown.complete else " (not finished)"),
        figures=list({row["receipt"]: row for row in used}.values()),
        filters="; ".join(f"{name}: {value}" for name, value in applied),
    )


def _headline(
    known: Mapping[str, store.Row], figures: Mapping[str, store.Row], used: list[store.Row]
) -> Component:
    measure, figure = known.get("programme.delivery"), figures.get("programme.delivery")
    if measure is None or figure is None:
        return components.section("headline", "The headline", html.P(voice_charts.MISSING))
    used.append(figure)
    said: list[Component] = [
        html.P(words.headline(measure, figure), className="lead"),
        html.P([words.polarity(measure["higher_is"]), " ", components.receipt(figure["receipt"])]),
    ]
    if not figure["symbol"]:
        missed = overview_words.not_done(figure, "planned audits were not done in time.")
        said.append(
            html.P(f"{words.capital(missed)} Planning fewer afterwards does not change the number planned.")
        )
    added = figures.get("programme.added")
    if added and "programme.added" in known and not added["symbol"]:
        used.append(added)
        said.append(
            html.P(
                [words.sentence(known["programme.added"], added), " ", components.receipt(added["receipt"])]
            )
        )
    return components.section("headline", "The headline", *said)


def _about(release: store.Release, known: Mapping[str, store.Row]) -> Component:
    tells = [
        "How many of the audits that were promised were done by the end of the period they were promised for, where "
        "they were not, and how cases were chosen.",
    ]
    does_not: list[str | Component] = [
        "Whether the programme is large enough, or asks the right questions.",
        *filters.caveats(known.get("programme.delivery")),
        "There is no national figure: each council sets its own programme.",
    ]
    return components.section(
        "about",
        "What these figures tell you, and what they do not",
        components.standing_lines(tells, does_not, [*filters.sources(release), *_links()]),
    )


def _links() -> list[Component]:
    return [
        html.P(dcc.Link("See the files and what was checked", href="/data")),
        html.P(dcc.Link("See what each figure means", href="/definitions")),
    ]
