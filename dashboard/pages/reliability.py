"""The page of reliability: do two people who look at the same case give it the same grade?

Belongs here: the order of the page, its filters and standing lines. Does not belong here: its sections
(`reliability_sections`), their words (`reliability_words`), the chart over time (`figure_charts`), and any table of
named graders: agreement is shown for the council and by team only.
"""

from __future__ import annotations

from collections.abc import Mapping

from dash.development.base_component import Component

from dashboard import components, store
from dashboard.pages import figure_charts, frame
from dashboard.pages import reliability_sections as sections
from dashboard.pages.draft import Draft, begin
from dashboard.pages.reliability_words import AUDITS, KINDS, REVIEWS

TITLE = "How reliable are the grades?"
FOCUS = tuple(of.id(name) for of in KINDS for name in ("more_generous", "same_grade"))
CONTENTS = (
    ("audits", "Audits: auditor and moderator"),
    ("reviews", "Reviews of plans: reviewer and moderator"),
    ("teams", "By team"),
    ("time", "Over time"),
    ("about", "What these figures tell you, and what they do not"),
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """Agreement of graders and moderators, for the place and period that the query asks for."""
    draft = begin(release, query, FOCUS)
    if draft is None or not any(name in draft.known for name in FOCUS):
        return components.message(TITLE, "This release has no figures of moderation yet.")
    return frame.page(
        "Reliability",
        "/reliability",
        TITLE,
        draft,
        lead="Cases graded twice: once by whoever looked first, and again by a moderator, in "
        f"{draft.shown.period_words}.",
        form=frame.chart_form(draft, "/reliability", FOCUS),
        contents=CONTENTS,
        sections=[
            sections.graded_twice(draft, AUDITS),
            sections.graded_twice(draft, REVIEWS),
            sections.teams(draft),
            figure_charts.over_time(draft),
            _about(draft),
        ],
    )


def _about(draft: Draft) -> Component:
    tells = [
        "How often a moderator who looks at the same case gives the same grade, and who grades higher when they "
        "differ. Only cases drawn for moderation at random are quoted; all moderated ones stand beside them."
    ]
    does_not = [
        "Who is right: a moderator is a second opinion, not the truth.",
        "How good the work is: two people can agree on a wrong grade.",
        "How any one person grades. Agreement is shown for the council and by team only.",
        "How three or more people agree: no file that is read here has a third grade of a case.",
        *frame.caveats(draft.known.get(AUDITS.id("same_grade")))[1:],
        "There is no national figure for this.",
    ]
    return frame.about(tells, does_not, frame.sources(draft.release, "case_audits", "plan_reviews"))
