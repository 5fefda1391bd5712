"""How children's information is protected: in plain words, and what of each breakdown is shown.

Belongs here: the method for the public and for information governance, and the release's own record of it.
Does not belong here: figures, or protecting them (the release says what was done).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, phrases, store

TITLE = "How we protect children's information"
STATES = {
    "whole": "All groups are shown",
    "part": "Some groups are hidden",
    "not_shown": "Not shown by this",
}
_KEPT = "An earlier period is kept as it was first published."
METHOD = (
    "Names, dates of birth, addresses and free text never go further than the file that they came in.",
    "Figures for a whole council are of its work (audits, offers, contributions) and are shown exactly.",
    "Figures by group, such as age or need, are shown one kind of group at a time, and only for whole months, "
    "quarters or financial years that have ended. A group is shown in all of them or in none.",
    "Where a group is small, groups are put together first. Where that is not enough, a number is hidden, and with it "
    "its percentage and what is left of the group without it.",
    "A group of whom everybody or nobody was counted is not shown as such: it would tell about each of them.",
    "Where a hidden number could be worked out from a total, another measure or another period, more is hidden, or the "
    "figures are not shown by that group at all.",
    "Where groups of one kind are made up of groups of another, as an agency is of its teams, the two are checked "
    "together, and one is left out if they would tell too much.",
    "What was once published of a period by group stays as it was. Later corrections are in the whole council's "
    "figures: the difference between two versions could tell about one child.",
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """The method, what is shown by which groups, and the record of the check before publication."""
    public = store.about(release).get("audience") == "public"
    rows, attacks = store.protection(release), store.attacks(release)
    body: list[Component | None] = [
        html.H1(TITLE),
        html.P(
            "Figures help to judge services. They must not tell anybody about one child or family.",
            className="lead",
        ),
        components.section("method", "What we do", html.Ul([html.Li(line) for line in METHOD])),
        _check(attacks),
        _shown(release, rows) if rows else _nothing(public),
    ]
    return components.Page(TITLE, [part for part in body if part is not None])


def _nothing(public: bool) -> Component:
    said = (
        "This release has no figures by group."
        if public
        else "Officers see exact figures. What the public see by group is told on this page of the public's dashboard."
    )
    return components.section("shown", "What is shown by group", html.P(said))


def _check(attacks: Sequence[store.Row]) -> Component:
    said: list[Component] = [
        html.P(
            "Before anything is published, the program attacks it. It is given all that the public can read, earlier "
            "publications too, and works out the least and the most that each hidden number could be. If a number "
            "could only be small, or can be worked out, what gives it away is left out and the attack is made again."
        )
    ]
    if attacks:
        limit = max(row["threshold"] for row in attacks)
        said.append(
            html.P(
                f"For this release {phrases.count(sum(row['protected'] for row in attacks))} counts were attacked, and "
                f"{phrases.count(sum(row['hidden'] for row in attacks))} of them are hidden. No count from 1 "
                f"to {limit - 1} could be worked out.",
                id="attacked",
            )
        )
    said.append(
        html.P(
            "Anybody who holds the public files can make the same attack: "
            "send-audit attack CURRENT --audience public."
        )
    )
    return components.section("check", "How it is checked", *said)


def _shown(release: store.Release, rows: Sequence[store.Row]) -> Component:
    titles, known = store.breakdowns(release), store.measures(release)
    parts: list[Component] = []
    for breakdown in dict.fromkeys(row["breakdown"] for row in rows if row["state"] != "not_shown"):
        own = [row for row in rows if row["breakdown"] == breakdown and row["measure"] in known]
        title = titles.get(breakdown, breakdown)
        table = components.table(
            f"Figures by {phrases.lower_first(title)}",
            ["Figure", "By group", "Period", "Why"],
            [
                [
                    {"text": known[row["measure"]]["title"], "href": f"/definitions/{row['measure']}"},
                    STATES[row["state"]],
                    phrases.WINDOWS.get(row["window"], ""),
                    _why(row),
                ]
                for row in sorted(own, key=lambda row: list(STATES).index(row["state"]))
            ],
        )
        parts.append(components.details(title, table))
    others = [row for row in rows if row["state"] == "not_shown"]
    foot = (
        html.P("Other kinds of groups are not public: their groups are too small, or would give others away.")
        if others
        else None
    )
    return components.section(
        "shown",
        "What is shown by group",
        html.P(
            [
                "Each kind of group, and which figures are shown by it. ",
                dcc.Link("See a figure by group", href="/voice"),
                ".",
            ]
        ),
        *parts,
        foot,
    )


def _why(row: store.Row) -> str:
    said = [row["reason"]] if row["reason"] else []
    if row["coarser"]:
        said.append("Groups are put together as the code list does.")
    if row["together"]:
        said.append("Small groups are shown together.")
    if row["state"] == "part":
        said.append("Hidden numbers are too small, or would give one away.")
    if row["held"]:
        said.append(_KEPT)
    return " ".join(said)
