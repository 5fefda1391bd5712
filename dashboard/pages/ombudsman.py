"""The Ombudsman page: what was found, were the remedies made in time, and was what we undertook done?

Belongs here: the order of the page, its figures and standing lines. The earlier reports one by one are in
`ombudsman_reports`. Does not belong here: what a figure means (the definitions), words about one case (`ledger_words`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, phrases, store, words
from dashboard.pages import frame, ombudsman_reports
from dashboard.pages.draft import Draft, begin
from dashboard.pages.figure_tables import MISSING, number_rows

FOCUS = ("ombudsman.upheld",)
TITLE = "What did the Ombudsman find, and was it put right?"
NONE = "This release has no Ombudsman cases: no file of them has been received."
EARLIER = ("ombudsman.actions_evidenced", "ombudsman.actions_not_evidenced", "ombudsman.actions_overdue")
REMEDIES = (
    "ombudsman.remedies_on_time", "ombudsman.remedies_late", "ombudsman.remedies_done_only",
    "ombudsman.remedies_not_done",
)  # fmt: skip
CONTENTS = (
    ("headline", "The headline"),
    ("reports", "Earlier reports: was each acted on?"),
    ("remedies", "Remedies"),
    ("questions", "Questions to ask"),
    ("about", "What these figures tell you, and what they do not"),
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """Cases, remedies and actions, for the place and period that the query asks for."""
    draft = begin(release, query, FOCUS)
    if draft is None:
        return components.message(TITLE, frame.NO_FIGURES)
    shown = draft.shown
    cases = store.listed_cases(release, shown.council)
    if not cases and not any(name.startswith("ombudsman.") for name in draft.figures):
        return components.message(TITLE, NONE)
    fields, applied = components.period_fields(release, shown)
    address = shown.query(measure="", by="", only="")
    return frame.page(
        "Ombudsman",
        "/ombudsman",
        TITLE,
        draft,
        lead=f"In {shown.period_words}. The earlier reports below are of all years.",
        form=frame.Form(components.filters("/ombudsman", fields, address), applied),
        query=address,
        contents=CONTENTS,
        sections=[
            _headline(draft),
            ombudsman_reports.section(release, shown.council, cases),
            _remedies(draft),
            _questions(shown.council),
            _about(draft),
        ],
    )


def _headline(draft: Draft) -> Component:
    said: list[Component] = []
    for name in ("ombudsman.upheld", "ombudsman.repeat_fault", *EARLIER):
        figure = draft.figures.get(name)
        if figure is None or name not in draft.known:
            continue
        draft.use(figure)
        text = (
            words.missing(draft.known[name], figure)
            if figure["symbol"]
            else words.sentence(draft.known[name], figure)
        )
        named = f"{draft.known[name]['title']}: {phrases.lower_first(text)}" if figure["symbol"] else text
        said.append(components.told(named, figure["receipt"]))
    return components.section("headline", "The headline", *(said or [html.P(MISSING)]))


def _remedies(draft: Draft) -> Component:
    rows = number_rows(draft, REMEDIES)
    hint = html.P(
        "What was agreed for the people of a case. On time means that the Ombudsman recorded it by the due date; the "
        "Ombudsman's yearly letter counts what was complied with, on time or late, which is another number."
    )
    if not rows:
        return components.section("remedies", "Remedies", hint, html.P(MISSING))
    columns: list[components.Column] = ["What", "Number", "Change on the year before", ("Receipt", "code")]
    return components.section(
        "remedies",
        "Remedies",
        hint,
        components.table("Remedies due in the period", columns, rows, quiet=True),
    )


def _questions(council: str) -> Component:
    asked: Sequence[str] = (
        "For each earlier report: what did we undertake, what shows that it was done, and who looked?",
        "Where a fault has come back: what did we undertake the first time, and did anybody look whether it helped?",
        "How do we make sure that what a plan promises is provided?",
        "Do we tell people who complain that they can go to the Ombudsman?",
    )
    return components.section(
        "questions",
        "Questions to ask",
        html.Ul([html.Li(one) for one in asked]),
        html.P(
            dcc.Link(
                "A progress report to print, for a board", href=f"/report?council={council}&source=ombudsman"
            )
        ),
        html.P(dcc.Link("See every action, from any source", href="/actions")),
    )


def _about(draft: Draft) -> Component:
    tells = [
        "What the Ombudsman decided, whether remedies came in time, and what has become of each thing that the council "
        "undertook to change.",
    ]
    does_not: list[str | Component] = [
        "Anything about the families: what happened to them is not held here. A case that the Ombudsman has not "
        "published is shown to officers by its day only, and to nobody else.",
        *frame.caveats(draft.known.get("ombudsman.upheld")),
        (draft.known.get("ombudsman.upheld") or {}).get("benchmark") or "",
    ]
    feeds = ("ombudsman_cases", "ombudsman_remedies", "actions", "action_changes")
    return frame.about(tells, [one for one in does_not if one], frame.sources(draft.release, *feeds))
