"""The panel of earlier reports: every decision of the Ombudsman, with what was undertaken and what has become of it.

Belongs here: each case with its actions and remedies. Does not belong here: figures (`ombudsman`), the words for one
action or remedy (`ledger_words`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from dashboard import components, ledger_words, phrases, store
from dashboard.pages import actions_list

HEADING = "Earlier reports: was each acted on?"


def section(release: store.Release, council: str, cases: Sequence[store.Row]) -> Component:
    """Every case, the newest first."""
    public = store.about(release).get("audience") == "public"
    if not cases:
        said = (
            "No decision of the Ombudsman is published."
            if public
            else "This release lists no cases one by one."
        )
        return components.section("reports", HEADING, html.P(said))
    actions: dict[int | None, list[store.Row]] = {}
    for row in store.listed_actions(release, council):
        if row["source"] == "ombudsman":
            actions.setdefault(row["source_key"], []).append(row)
    remedies: dict[int, list[store.Row]] = {}
    for row in store.listed_remedies(release, council):
        remedies.setdefault(row["case_key"], []).append(row)
    names = store.place_names(release)
    parts: list[Component] = [
        html.P(
            "Each decision, what the council undertook after it, what shows that it was done, and who looked. “Overdue "
            "by its original date” means the day that was promised first."
        )
    ]
    if public:
        parts.append(html.P("Only decisions that the Ombudsman has published are listed here."))
    parts += [
        _case(row, actions.get(row["case_key"], []), remedies.get(row["case_key"], []), names)
        for row in cases
    ]
    return components.section("reports", HEADING, *parts)


def _case(
    case: store.Row, actions: Sequence[store.Row], remedies: Sequence[store.Row], names: Mapping[str, str]
) -> Component:
    found = [
        f"{case['outcome_label'] or 'Outcome not given'}. {case['fault_label'] or 'Kind of fault not given'}."
    ]
    if case["is_repeat_fault"]:
        found.append("The same kind of fault had been found in the 24 months before.")
    if case["is_public_report"]:
        found.append("The Ombudsman issued it as a public report.")
    former = case["former_council"] if case["former_council"] not in (None, "?") else None
    if former:
        found.append(
            f"It was about {names.get(former, 'a former council')}, whose duties passed to this council."
        )
    parts: list[Component] = [
        html.H3(ledger_words.case_name(case)),
        html.P(" ".join(found)),
        html.P(html.Strong(summary(actions))),
    ]
    if actions:
        parts.append(
            actions_list.table(
                f"Actions after the case decided on {phrases.day(case['decided_on'])}", actions
            )
        )
    if remedies:
        listed = html.Ul([html.Li(f"{ledger_words.remedy(row)}.") for row in remedies])
        parts.append(components.details("What was agreed for the people of the case", listed))
    return html.Div(parts, className="report")


def summary(actions: Sequence[store.Row]) -> str:
    """Where the actions of a case stand, in words and without numbers: the lines below say which."""
    if not actions:
        return "No action is recorded for this case."
    said = []
    if all(row["is_evidence_checked"] for row in actions):
        return "Every action is done, and somebody other than its owner has checked the evidence."
    if any(row["is_overdue"] for row in actions):
        said.append("an action is overdue by its original date")
    if any(row["is_open"] and not row["is_overdue"] for row in actions):
        said.append("an action is still open")
    if any(row["is_not_evidenced"] for row in actions):
        said.append("an action is said to be done, and nothing shows it")
    if any(row["is_evidence_unchecked"] for row in actions):
        said.append("there is evidence that nobody has checked")
    if any(row["is_checked_by_owner"] for row in actions):
        said.append("evidence was checked by the action's own owner only")
    if any(row["is_cancelled"] for row in actions):
        said.append("an action was cancelled")
    return f"{phrases.capital(phrases.listed(said))}."
