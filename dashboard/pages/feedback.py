"""The page of what families said: did the council answer, and did it go back and check? And their complaints.

Belongs here: the order of the page, its headline and tables. Does not belong here: what a figure means (the
definitions), the Ombudsman's cases.
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, store
from dashboard.pages import frame
from dashboard.pages.draft import Draft, begin
from dashboard.pages.figure_tables import MISSING, distribution, number_rows, side_by_side

TITLE = "You said: did we answer, and did we check?"
ANSWERED, CHECKED = "feedback.answered", "feedback.checked"
COMPLAINTS = ("complaints.answered_by_due", "complaints.upheld")
THEMES = (
    ("feedback.families", "Families, for each"), ("feedback.done", "We did"), ("feedback.cannot", "We cannot"),
    ("feedback.unanswered", "Not yet"), (CHECKED, "Checked with families"), ("feedback.weeks_to_told", "Told after"),
)  # fmt: skip
CONTENTS = (
    ("headline", "The headline"),
    ("answers", "What became of what families raised"),
    ("themes", "Theme by theme"),
    ("cannot", "Why it cannot be done"),
    ("complaints", "Complaints"),
    ("about", "What these figures tell you, and what they do not"),
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """Feedback and complaints, for the place and period that the query asks for."""
    draft = begin(release, query, (ANSWERED,))
    if draft is None or ANSWERED not in draft.known:
        return components.message(
            TITLE,
            "This release has no record of what families raised yet. It comes with a file of the feed “You said, we "
            "did”.",
            html.P(dcc.Link("See what each feed holds and which files came", href="/data")),
        )
    return frame.page(
        "You said",
        "/feedback",
        TITLE,
        draft,
        lead=f"What five families or more raised, to which an answer was due in {draft.shown.period_words}.",
        form=frame.period_form(draft, "/feedback"),
        contents=CONTENTS,
        sections=[
            _headline(draft),
            _answers(draft),
            _themes(draft),
            _cannot(draft),
            complaints(draft),
            _about(draft),
        ],
    )


def _headline(draft: Draft) -> Component:
    said = frame.headlines(draft, (ANSWERED, "feedback.unanswered", CHECKED))
    return components.section("headline", "The headline", *(said or [html.P(MISSING)]))


def _answers(draft: Draft) -> Component:
    names = (ANSWERED, "feedback.done", "feedback.cannot", "feedback.unanswered", CHECKED)
    rows = number_rows(draft, names)
    return components.section(
        "answers",
        "What became of what families raised",
        html.P(
            "“We did” and “we cannot, because” are both answers, once families have been told, and are shown apart. In "
            "hand is not an answer yet, and neither is a no without a reason."
        ),
        components.table(
            "Answers to what families raised",
            ["What", "Number", "Change", ("Receipt", "code")],
            rows,
            quiet=True,
        )
        if rows
        else html.P(MISSING),
    )


def _themes(draft: Draft) -> Component:
    caption = f"What families raised, by theme, in {draft.shown.period_words}"
    return components.section(
        "themes",
        "Theme by theme",
        html.P(
            "Families and the weeks until they were told are counted where it was raised in the period; answers where "
            "they were due in it. What fewer than five families raised is in no line."
        ),
        side_by_side(draft, THEMES, "learning_theme", caption),
    )


def _cannot(draft: Draft) -> Component:
    heading, name = "Why it cannot be done", "feedback.cannot_reasons"
    figure = draft.figures.get(name)
    if figure is None or figure["symbol"]:
        return components.section(
            "cannot", heading, html.P("Families were told of nothing that it cannot be done.")
        )
    said = frame.said(draft, name)
    return components.section("cannot", heading, said, distribution(draft, name, "cannot_reason", "Reason"))


def complaints(draft: Draft) -> Component:
    """Complaints to the council: received, answered by the due day, upheld, and what went wrong."""
    heading = "Complaints"
    if not any(draft.figures.get(name) for name in COMPLAINTS):
        return components.section("complaints", heading, html.P(MISSING))
    rows = number_rows(draft, COMPLAINTS)
    columns = ((COMPLAINTS[0], "Answered by the due day"), (COMPLAINTS[1], "Upheld"))
    stages = f"Complaints by stage, in {draft.shown.period_words}"
    parts: list[Component | None] = [
        html.P(
            "Complaints to the council itself. Neither many nor few is good: a council that nobody complains to may be "
            "one that nobody expects to listen."
        ),
        frame.said(draft, "complaints.received"),
        components.table(
            "Complaints in numbers", ["What", "Number", "Change", ("Receipt", "code")], rows, quiet=True
        ),
        html.H3("By stage"),
        side_by_side(draft, columns, "complaint_stage", stages),
    ]
    for name, breakdown, title in (
        ("complaints.faults", "complaint_fault", "What went wrong"),
        ("complaints.outcomes", "complaint_outcome", "Outcome"),
    ):  # fmt: skip
        figure = draft.figures.get(name)
        if figure and not figure["symbol"]:
            parts += [html.H3(title), distribution(draft, name, breakdown, title)]
    return components.section("complaints", heading, *parts)


def _about(draft: Draft) -> Component:
    tells = [
        "Whether families who raised something together were answered, whether they were told, and whether anybody "
        "asked them afterwards if it had helped; and how complaints were answered.",
    ]
    does_not: list[str | Component] = [
        "What families said in their own words: those are never kept here.",
        "Whether an answer was a good one. Families who speak up are not all families.",
        *frame.caveats(draft.known.get(ANSWERED)),
        "There is no national figure for this.",
    ]
    return frame.about(tells, does_not, frame.sources(draft.release, "feedback_responses", "complaints"))
