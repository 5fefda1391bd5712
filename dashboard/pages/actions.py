"""The actions page: was what we undertook done, by when, who checked it, and did it help?

Belongs here: the order of the page, its form, headline and standing lines. The sections are in `actions_sections`, the
list of actions in `actions_list`. Does not belong here: what a figure means (the definitions), or words about one
action (`ledger_words`).
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard import components, ledger_words, store, words
from dashboard.pages import actions_found, actions_list, frame
from dashboard.pages import actions_sections as sections
from dashboard.pages.draft import Draft, begin

FOCUS = ("ledger.open",)
TITLE = "Was what we undertook done, and did it help?"
CONTENTS = (
    ("headline", "The headline"),
    ("balance", "Does the ledger balance?"),
    ("overdue", "What is overdue"),
    ("steps", "Done, evidenced, checked, helped"),
    ("apart", "Four things to tell apart"),
    ("kept", "Promises kept on time"),
    ("list", "Each action"),
    ("about", "What these figures tell you, and what they do not"),
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """The ledger, for the place and period that the query asks for, with the actions that it asks for."""
    draft = begin(release, query, FOCUS)
    if draft is None:
        return components.message(TITLE, frame.NO_FIGURES)
    if FOCUS[0] not in draft.figures or FOCUS[0] not in draft.known:
        return components.message(TITLE, ledger_words.NONE)
    shown = draft.shown
    chosen = actions_list.choose(store.listed_actions(release, shown.council), query)
    form = _form(draft, chosen)
    return frame.page(
        "Actions",
        "/actions",
        TITLE,
        draft,
        lead=f"In {shown.period_words}. What came from audits, the Ombudsman, inspections and others, in one ledger.",
        form=form,
        query=shown.query(measure="", by="", only="", source=chosen.source, state=chosen.state),
        contents=CONTENTS,
        sections=[
            _headline(draft),
            sections.balance(draft),
            sections.overdue(draft),
            sections.steps(draft),
            sections.apart(draft),
            sections.kept(draft),
            actions_list.section(release, shown.council, chosen),
            actions_found.section(release, shown.council),
            _about(draft),
        ],
    )


def _form(draft: Draft, chosen: actions_list.Chosen) -> frame.Form:
    fields, applied = components.period_fields(draft.release, draft.shown)
    if chosen.offered:
        everything = [("", "All sources"), *chosen.offered]
        fields.append(components.select("source", "List actions from", everything, chosen.source))
        states = [("", "Any state"), *ledger_words.STATES.items()]
        fields.append(components.select("state", "List actions that are", states, chosen.state))
        applied.append(("List of actions", chosen.said))
    key = draft.shown.query(source=chosen.source, state=chosen.state)
    return frame.Form(components.filters("/actions", fields, key), applied)


def _headline(draft: Draft) -> Component:
    said: list[Component] = []
    for name in (
        "ledger.open",
        "ledger.overdue",
        "ledger.overdue_revised",
        "ledger.evidence_checked",
        "ledger.effect_shown",
    ):
        figure = draft.figures.get(name)
        if figure is None or figure["symbol"]:
            continue
        draft.use(figure)
        text = words.sentence(draft.known[name], figure)
        said.append(components.told(text, figure["receipt"], className="lead" if not said else ""))
    return components.section("headline", "The headline", *(said or [html.P(ledger_words.NONE)]))


def _about(draft: Draft) -> Component:
    tells = [
        "What the council undertook to do, wherever it was asked for, and what has become of it: done, evidenced, "
        "checked by somebody else, and shown to have helped. These are four things.",
        "What was overdue by the date that was promised first, beside the date as it has been moved.",
    ]
    does_not: list[str | Component] = [
        "Whether an action was the right one, or the evidence good.",
        "Anything about a child or family: titles and roles are about the council's own work, and are shown only where "
        "every word of them is known not to be a name.",
        *frame.caveats(draft.known.get("ledger.overdue")),
    ]
    return frame.about(tells, does_not, frame.sources(draft.release, "actions", "action_changes"))
