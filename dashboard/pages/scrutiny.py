"""The page for scrutiny: were members' questions answered, and what were boards told?

Belongs here: the order of the page, its headline and tables. Does not belong here: the words of a question or a report,
which are never kept; what a figure means (the definitions).
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, phrases, store
from dashboard.pages import frame
from dashboard.pages.draft import Draft, begin
from dashboard.pages.figure_tables import MISSING, distribution, number_rows, side_by_side

TITLE = "Were members' questions answered, and what were boards told?"
ANSWERED, UNANSWERED, BY_PROMISE = "scrutiny.answered", "scrutiny.unanswered", "scrutiny.answered_by_promise"
REQUESTS = (ANSWERED, "scrutiny.answered_in_full", "scrutiny.declined", UNANSWERED, BY_PROMISE)
COLUMNS = (
    (ANSWERED, "Answered"), ("scrutiny.answered_in_full", "In full"), (UNANSWERED, "No answer"),
    (BY_PROMISE, "By the promised day"),
)  # fmt: skip
BOARDS = "boards.by_board"
CONTENTS = (
    ("headline", "The headline"),
    ("requests", "What members asked"),
    ("topics", "By topic and committee"),
    ("boards", "What boards were told"),
    ("about", "What these figures tell you, and what they do not"),
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """Requests and reports, for the place and period that the query asks for."""
    draft = begin(release, query, (ANSWERED,))
    if draft is None or ANSWERED not in draft.known:
        return components.message(
            TITLE,
            "This release has no record of members' requests yet. It comes with a file of the feed “Requests from "
            "scrutiny”.",
            html.P(dcc.Link("See what each feed holds and which files came", href="/data")),
        )
    said = frame.headlines(draft, (ANSWERED, UNANSWERED, BY_PROMISE))
    return frame.page(
        "Scrutiny",
        "/scrutiny",
        TITLE,
        draft,
        lead=f"What members asked, and what boards and committees were told, in {draft.shown.period_words}.",
        form=frame.period_form(draft, "/scrutiny"),
        contents=CONTENTS,
        sections=[
            components.section("headline", "The headline", *(said or [html.P(MISSING)])),
            _requests(draft),
            _topics(draft),
            _boards(draft),
            _about(draft),
        ],
    )


def _requests(draft: Draft) -> Component:
    rows = number_rows(draft, REQUESTS)
    table = components.table(
        "Members' requests", ["What", "Number", "Change", ("Receipt", "code")], rows, quiet=True
    )
    return components.section(
        "requests",
        "What members asked",
        html.P(
            "An answer to a part of a question is not an answer in full, and a question declined with a reason is "
            "shown apart. The newest questions have had little time."
        ),
        table if rows else html.P(MISSING),
    )


def _topics(draft: Draft) -> Component:
    parts = [
        side_by_side(draft, COLUMNS, breakdown, f"Requests by {by}, in {draft.shown.period_words}")
        for breakdown, by in (("topic", "topic"), ("board", "committee"))
    ]
    return components.section("topics", "By topic and committee", *parts)


def _boards(draft: Draft) -> Component:
    heading = "What boards were told"
    figure = draft.figures.get(BOARDS)
    if figure is None or figure["symbol"]:
        return components.section("boards", heading, html.P(MISSING))
    told = _told_last(draft, BOARDS, "board", "When each board or committee was last told of anything")
    caption = "When each topic was last told of"
    topics = _told_last(draft, "boards.by_topic", "topic", caption)
    return components.section(
        "boards",
        heading,
        frame.said(draft, BOARDS),
        told,
        distribution(draft, BOARDS, "board", "Board or committee"),
        distribution(draft, "boards.by_topic", "topic", "Topic"),
        distribution(draft, "boards.by_source", "report_source", "What the report rests on"),
        components.details(caption, topics) if topics is not None else None,
    )


def _told_last(draft: Draft, measure: str, breakdown: str, caption: str) -> Component | None:
    """When each group was last told, the longest ago first; None where none ever was."""
    held = store.told_last(draft.release, measure, draft.shown.council, breakdown)
    heading = "Board or committee" if breakdown == "board" else "Topic"
    rows = [[group, phrases.month(day)] for group, day in held.items()]
    return components.table(caption, [heading, "Last told in"], rows) if rows else None


def _about(draft: Draft) -> Component:
    tells = [
        "Whether members had answers to what they asked, and by the day that was promised; and which board or "
        "committee was told of which topic, how often, and when last.",
    ]
    does_not: list[str | Component] = [
        "Whether an answer was right, or whether a board asked, understood or acted.",
        "The words of questions, answers and reports: those are in the minutes. Topics are names from the council's "
        "list.",
        *frame.caveats(draft.known.get(ANSWERED)),
        "There is no national figure for this.",
    ]
    return frame.about(tells, does_not, frame.sources(draft.release, "scrutiny_requests", "board_reports"))
