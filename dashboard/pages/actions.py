"""The actions page: was what we undertook done, by when, who checked it, and did it help?

Belongs here: the order of the page, its form, headline and standing lines. The sections are in `actions_sections`, the
list of actions in `actions_list`. Does not belong here: what a figure means (the definitions), or words about one
action (`ledger_words`).
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard import components, ledger_words, store, view, words
from dashboard.pages import actions_found, actions_list, frame
from dashboard.pages import actions_sections as sections

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
    shown = view.make(release, query, FOCUS)
    if shown is None:
        return components.message(TITLE, "This release has no figures yet.")
    known = store.measures(release)
    figures = store.figures(release, shown.council, shown.window, shown.end)
    if FOCUS[0] not in figures or FOCUS[0] not in known:
        return components.message(TITLE, ledger_words.NONE)
    chosen = actions_list.choose(store.listed_actions(release, shown.council), query)
    form, applied = _form(release, shown, chosen)
    used: list[store.Row] = []
    return frame.page(
        "Actions",
        "/actions",
        TITLE,
        shown,
        lead=f"In {shown.period_words}. What came from audits, the Ombudsman, inspections and others, in one ledger.",
        form=form,
        applied=applied,
        query=shown.query(measure="", by="", only="", source=chosen.source, state=chosen.state),
        contents=CONTENTS,
        sections=[
            _headline(known, figures, used),
            sections.balance(release, shown, figures, used),
            sections.overdue(release, shown, figures, used),
            sections.steps(known, figures, used),
            sections.apart(known, figures, used),
            sections.kept(known, figures, used),
            actions_list.section(release, shown.council, chosen),
            actions_found.section(release, shown.council),
            _about(release, known),
        ],
        used=used,
    )


def _form(
    release: store.Release, shown: view.View, chosen: actions_list.Chosen
) -> tuple[Component, list[tuple[str, str]]]:
    fields, applied = components.period_fields(release, shown)
    if chosen.offered:
        everything = [("", "All sources"), *chosen.offered]
        fields.append(components.select("source", "List actions from", everything, chosen.source))
        states = [("", "Any state"), *ledger_words.STATES.items()]
        fields.append(components.select("state", "List actions that are", states, chosen.state))
        applied.append(("List of actions", chosen.said))
    key = shown.query(source=chosen.source, state=chosen.state)
    return components.filters("/actions", fields, key), applied


def _headline(
    known: Mapping[str, store.Row], figures: Mapping[str, store.Row], used: list[store.Row]
) -> Component:
    said: list[Component] = []
    for name in (
        "ledger.open",
        "ledger.overdue",
        "ledger.overdue_revised",
        "ledger.evidence_checked",
        "ledger.effect_shown",
    ):
        figure = figures.get(name)
        if figure is None or figure["symbol"]:
            continue
        used.append(figure)
        text = words.sentence(known[name], figure)
        said.append(components.told(text, figure["receipt"], className="lead" if not said else ""))
    return components.section("headline", "The headline", *(said or [html.P(ledger_words.NONE)]))


def _about(release: store.Release, known: Mapping[str, store.Row]) -> Component:
    tells = [
        "What the council undertook to do, wherever it was asked for, and what has become of it: done, evidenced, "
        "checked by somebody else, and shown to have helped. These are four things.",
        "What was overdue by the date that was promised first, beside the date as it has been moved.",
    ]
    does_not: list[str | Component] = [
        "Whether an action was the right one, or the evidence good.",
        "Anything about a child or family: titles and roles are about the council's own work, and are shown only where "
        "every word of them is known not to be a name.",
        *frame.caveats(known.get("ledger.overdue")),
    ]
    return frame.about(tells, does_not, frame.sources(release, "actions", "action_changes"))
