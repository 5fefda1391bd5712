"""The page for scrutiny: were members' questions answered, and what were boards told?

Belongs here: the order of the page, its headline and tables. Does not belong here: the words of a question or a report,
which are never kept; what a figure means (the definitions).
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, store, view, words
from dashboard.pages import frame
from dashboard.pages.figure_tables import MISSING, distribution, number_rows, side_by_side

Known = Mapping[str, store.Row]
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
    known = store.measures(release)
    shown = view.make(release, query, (ANSWERED,))
    if shown is None or ANSWERED not in known:
        return components.message(
            TITLE,
            "This release has no record of members' requests yet. It comes with a file of the feed “Requests from "
            "scrutiny”.",
            html.P(dcc.Link("See what each feed holds and which files came", href="/data")),
        )
    figures = store.figures(release, shown.council, shown.window, shown.end)
    form, applied = frame.period_form(release, shown, "/scrutiny")
    used: list[store.Row] = []
    said = frame.headlines(known, figures, (ANSWERED, UNANSWERED, BY_PROMISE), used)
    return frame.page(
        "Scrutiny",
        "/scrutiny",
        TITLE,
        shown,
        lead=f"What members asked, and what boards and committees were told, in {shown.period_words}.",
        form=form,
        applied=applied,
        contents=CONTENTS,
        sections=[
            components.section("headline", "The headline", *(said or [html.P(MISSING)])),
            _requests(known, figures, used),
            _topics(release, shown, known, used),
            _boards(release, shown, known, figures, used),
            _about(release, known),
        ],
        used=used,
    )


def _requests(known: Known, figures: Known, used: list[store.Row]) -> Component:
    rows = number_rows(known, figures, REQUESTS, used)
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


def _topics(release: store.Release, shown: view.View, known: Known, used: list[store.Row]) -> Component:
    parts = [
        side_by_side(
            release,
            shown,
            known,
            COLUMNS,
            breakdown,
            f"Requests by {by}, in {shown.period_words}",
            used,
        )
        for breakdown, by in (("topic", "topic"), ("board", "committee"))
    ]
    return components.section("topics", "By topic and committee", *parts)


def _boards(
    release: store.Release, shown: view.View, known: Known, figures: Known, used: list[store.Row]
) -> Component:
    heading = "What boards were told"
    figure = figures.get(BOARDS)
    if figure is None or figure["symbol"]:
        return components.section("boards", heading, html.P(MISSING))
    parts: list[Component | None] = [frame.said(known, figures, BOARDS, used)]
    last = store.told_last(release, BOARDS, shown.council, "board")
    told = sorted(last.items(), key=lambda one: one[1])
    if told:
        parts.append(
            components.table(
                "When each board or committee was last told of anything",
                ["Board or committee", "Last told in"],
                [[board, words.month(day)] for board, day in told],
            )
        )
    parts += [
        distribution(release, shown, known, name, breakdown, title, used)
        for name, breakdown, title in (
            (BOARDS, "board", "Board or committee"), ("boards.by_topic", "topic", "Topic"),
            ("boards.by_source", "report_source", "What the report rests on"),
        )
    ]  # fmt: skip
    topics = store.told_last(release, "boards.by_topic", shown.council, "topic")
    if topics:
        parts.append(
            components.details(
                "When each topic was last told of",
                components.table(
                    "When each topic was last told of",
                    ["Topic", "Last told in"],
                    [
                        [topic, words.month(day)]
                        for topic, day in sorted(topics.items(), key=lambda one: one[1])
                    ],
                ),
            )
        )
    return components.section("boards", heading, *parts)


def _about(release: store.Release, known: Known) -> Component:
    tells = [
        "Whether members had answers to what they asked, and by the day that was promised; and which board or "
        "committee was told of which topic, how often, and when last.",
    ]
    does_not: list[str | Component] = [
        "Whether an answer was right, or whether a board asked, understood or acted.",
        "The words of questions, answers and reports: those are in the minutes. Topics are names from the council's "
        "list.",
        *frame.caveats(known.get(ANSWERED)),
        "There is no national figure for this.",
    ]
    return frame.about(tells, does_not, frame.sources(release, "scrutiny_requests", "board_reports"))
