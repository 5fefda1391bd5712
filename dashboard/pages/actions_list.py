"""The list of actions, one by one: what was undertaken, by whom, what has become of it, and what shows it.

Belongs here: choosing the actions and the table of them. Does not belong here: figures (`actions_sections`), the words
for one action (`ledger_words`).

Officers see every action: the texts are about the council's own work, and passed the check for names. Members see those
that answer an Ombudsman decision which is published; the rest stay in the officers' store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import blocks, components, ledger_words, phrases, store
from dashboard.pages import laid_out


@dataclass(frozen=True)
class Chosen:
    """The actions that a reader asked for."""

    rows: Sequence[store.Row]
    offered: Sequence[tuple[str, str]]
    """Sources that there are: code, label."""
    source: str = ""
    state: str = ""

    @property
    def said(self) -> str:
        """What was chosen, in words."""
        source = dict(self.offered).get(self.source, "All sources")
        return f"{source}; {phrases.lower_first(ledger_words.STATES.get(self.state, 'Any state'))}"


def choose(held: Sequence[store.Row], query: Mapping[str, str]) -> Chosen:
    """The actions of the source and state that the query names, where it names any that there are."""
    offered = sorted(
        {(row["source"], row["source_label"] or row["source"]) for row in held}, key=lambda one: one[1]
    )
    source = query.get("source", "") if query.get("source") in dict(offered) else ""
    state = query.get("state", "") if query.get("state") in ledger_words.STATES else ""
    rows = [
        row for row in held if source in ("", row["source"]) and (not state or ledger_words.is_in(row, state))
    ]
    return Chosen(rows, offered, source, state)


def section(release: store.Release, council: str, chosen: Chosen) -> Component:
    """The actions that were chosen, by source, in disclosures."""
    public = store.about(release).get("audience") == "public"
    heading = "Each action"
    if not chosen.offered:
        said = (
            "Actions are listed one by one only where they answer an Ombudsman decision that is published."
            if public
            else "This release lists no actions one by one."
        )
        return components.section("list", heading, html.P(said))
    if not chosen.rows:
        return components.section(
            "list", heading, html.P("No action is in that state. Choose another one above.")
        )
    as_on = max(row["as_on"] for row in chosen.rows)
    parts: list[Component] = [
        html.P(f"As the register stood on {phrases.day(as_on)}, whatever the period above. {chosen.said}.")
    ]
    if public:
        parts.append(html.P(ledger_words.LISTED))
    for source, label in chosen.offered:
        rows = [row for row in chosen.rows if row["source"] == source]
        if rows:
            parts.append(components.details(label, table(f"Actions: {label}", rows)))
    report = f"/report?council={council}&source={chosen.source or 'all'}"
    parts.append(html.P(["For a board: ", dcc.Link("a progress report to print", href=report)]))
    return components.section("list", heading, *parts)


def table(caption: str, rows: Sequence[store.Row]) -> Component:
    """One line for each action."""
    return laid_out.block(
        blocks.Table(caption, ledger_words.COLUMNS, [*map(ledger_words.line, rows)], named=True)
    )
