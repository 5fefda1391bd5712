"""The voice page: are children and families taking part in audits?

Belongs here: the order of the page, its filters, headline and standing lines. The sections themselves are in
`voice_sections` and `figure_charts`. Does not belong here: what a figure means (the definitions) or how it is
worded (`words`, `voice_words`).
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, phrases, store, view, words
from dashboard.pages import figure_charts, frame, voice_words
from dashboard.pages import voice_sections as sections
from dashboard.pages.draft import Draft

FOCUS = ("voice.any_family", "voice.child", "voice.parent", "voice.staff")
TITLE = "Are children and families taking part in audits?"
CONTENTS = (
    ("headline", "The headline"),
    ("time", "Month by month"),
    ("steps", "Step by step"),
    ("not-asked", "Who was not asked, and why"),
    ("mode", "How people took part"),
    ("groups", "By group"),
    ("other-answers", "Other ways of counting"),
    ("about", "What these figures tell you, and what they do not"),
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """Voice, for the place, period and group that the query asks for."""
    return frame.page_of_groups("Voice", "/voice", TITLE, FOCUS, release, query, CONTENTS, _sections)


def _sections(draft: Draft) -> list[Component]:
    return [
        _headline(draft),
        figure_charts.over_time(draft),
        sections.steps(draft),
        sections.not_asked(draft),
        sections.mode(draft),
        figure_charts.groups(draft),
        sections.other_answers(draft),
        _about(draft),
    ]


def _headline(draft: Draft) -> Component:
    known, figures = draft.known, draft.figures
    measure, figure = known.get(view.HEADLINE), figures.get(view.HEADLINE)
    if measure is None:
        said: list[Component] = [html.P("This release has no measure of audits that heard from the family.")]
    else:
        said = frame.headline(measure, figure)
    both = [(known[name], figures[name]) for name in FOCUS[1:3] if name in known and name in figures]
    if both:
        draft.use(*[row for _, row in both])
        text = " ".join(words.sentence(definition, row) for definition, row in both)
        said.append(components.told(text, *[row["receipt"] for _, row in both]))
    total = figures.get("voice.nobody_offered")
    if total and not total["symbol"]:
        parts = [
            figures.get("voice.nobody_offered_not_appropriate"),
            figures.get("voice.nobody_offered_no_reason"),
        ]
        draft.use(total, *parts)
        said.append(
            components.told(
                voice_words.nobody_offered(total, *parts), *[row["receipt"] for row in (total, *parts) if row]
            )
        )
    cards = []
    for name in FOCUS:
        if name in known and name in figures:
            draft.use(figures[name])
            cards.append(_card(known[name], figures[name]))
    way = html.P(dcc.Link("Are those we heard from like all those we could have heard from?", href="/who"))
    return components.section("headline", "The headline", *said, html.Ul(cards, className="cards"), way)


def _card(measure: store.Row, figure: store.Row) -> Component:
    big, small = words.number_parts(measure, figure)
    lines = [small, phrases.capital(words.likely(figure, measure)), words.change_cell(figure, measure)]
    return html.Li(
        [
            html.H3(components.measure_link(measure, measure["short_title"] or measure["title"])),
            html.P(big, className="big"),
            *[html.P(line) for line in lines if line],
            html.P(words.polarity(measure["higher_is"]), className="hint"),
            components.receipt(figure["receipt"]),
        ],
        className="card",
        **components.of_receipt(figure["receipt"]),
    )


def _about(draft: Draft) -> Component:
    measure = draft.known.get(draft.shown.measure, {})
    tells = [
        "How many completed audits heard from the child, a parent or carer, or staff; how many were asked, and "
        "where along the way people dropped out."
    ]
    does_not = [
        "Whether what families said was acted on, or whether the families who took part are like those who did not.",
        measure.get("benchmark") or "There is no national figure for this.",
        "Changes are worked out before rounding, so they can differ by one from the rounded percentages.",
    ]
    does_not[1:1] = frame.caveats(measure)
    return frame.about(tells, does_not, frame.sources(draft.release, "case_audits", "family_participation"))
