"""Every page by its address, name and question, in the rooms of the menu; and which page shows a measure.

Belongs here: what the menu, the overview's list of pages and the links from a measure have in common. Does not belong
here: what a page shows (`pages`), how it is reached (`app`), which link is current (assets/navigation.js).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components import attributes


class Place(NamedTuple):
    """One page."""

    path: str
    label: str
    question: str
    """What it answers, for the overview's list."""
    topics: tuple[str, ...] = ()
    """Topics of the measures that it shows."""
    has_charts: bool = False


ROOMS = {
    "Overview": (Place("/", "Overview", "What needs attention?"),),
    "Voice": (
        Place(
            "/voice",
            "Who took part",
            "Are children and families taking part in audits? Step by step, over time and by group.",
            ("voice",),
            has_charts=True,
        ),
        Place(
            "/who",
            "Who was heard",
            "Are the families who took part like all families who could have?",
            ("heard",),
            has_charts=True,
        ),
        Place(
            "/feedback",
            "You said, we did",
            "Were families answered, told and asked again? And their complaints.",
            ("feedback", "complaints"),
        ),
    ),
    "Audits": (
        Place(
            "/programme",
            "Programme",
            "Did we do the audits we said we would, and did we pick fairly?",
            ("programme",),
            has_charts=True,
        ),
        Place(
            "/grades",
            "Grades",
            "How were the audits graded, and how far can the grades be relied on?",
            ("quality",),
            has_charts=True,
        ),
        Place(
            "/reliability",
            "Reliability",
            "Do auditors and moderators agree, and who grades higher?",
            ("reliability",),
            has_charts=True,
        ),
        Place(
            "/learning",
            "Learning",
            "Which lessons come up again, who was trained, and did it help?",
            ("learning", "training"),
            has_charts=True,
        ),
    ),
    "Plans": (
        Place(
            "/plans",
            "Quality of plans",
            "Which parts of plans are weak, and are new plans better than those already there?",
            ("plans", "advice"),
            has_charts=True,
        ),
        Place(
            "/timeliness",
            "Timeliness",
            "Are plans finished within 20 weeks, beside the region and the country?",
            ("timeliness",),
            has_charts=True,
        ),
        Place(
            "/compare",
            "Compare",
            "How does the council compare with those most like it, its region and its country?",
            has_charts=True,
        ),
        Place(
            "/placements",
            "Placements",
            "Are children placed where a setting must register and has not?",
            ("placements",),
        ),
    ),
    "Actions": (
        Place(
            "/actions",
            "Actions",
            "Was what we undertook done, who checked it, and did it help? One ledger from any source.",
            ("ledger",),
            has_charts=True,
        ),
        Place(
            "/ombudsman",
            "Ombudsman",
            "What did the Ombudsman find, and was each earlier report acted on?",
            ("ombudsman",),
        ),
        Place(
            "/scrutiny",
            "Scrutiny",
            "Were members' questions answered, and what were boards told?",
            ("scrutiny", "boards"),
        ),
        Place(
            "/report",
            "Report for a board",
            "What has become of the actions of one source? To print.",
        ),
    ),
    "Data": (
        Place("/data", "Data", "Which files the figures come from, what was checked, and what was found."),
        Place("/changes", "Changes", "What is different from an earlier release, and why?"),
        Place(
            "/definitions",
            "Definitions",
            "What every figure means: what is counted, out of what, and which way is good.",
        ),
        Place("/protection", "Protection", "How is children's information protected, and what is not shown?"),
    ),
}
"""Room of the menu -> its pages, the one that the room's name leads to first."""
PLACES = {place.path: place for room in ROOMS.values() for place in room}


def menu() -> Component:
    """The rooms, each leading to its first page, and each one's pages: assets/navigation.js shows those of one."""
    rooms = [html.Li(dcc.Link(name, href=places[0].path)) for name, places in ROOMS.items()]
    pages = [
        html.Ul(
            [html.Li(dcc.Link(place.label, href=place.path)) for place in places],
            className="pages",
            hidden=True,
            **attributes(aria_label=name),
        )
        for name, places in ROOMS.items()
        if len(places) > 1
    ]
    return html.Nav([html.Ul(rooms), *pages], **attributes(aria_label="Main"))


def shown_on(measure: Mapping[str, Any]) -> list[Place]:
    """The pages that show a measure's figures, that with its chart first."""
    return [place for place in PLACES.values() if measure.get("topic") in place.topics]


def page_of(measure: Mapping[str, Any], council: str = "") -> str:
    """The address where a measure's chart is shown; its definition where no page has it."""
    places = shown_on(measure)
    if not places:
        return f"/definitions/{measure['measure']}"
    held = {"council": council, "measure": measure["measure"]}
    return f"{places[0].path}?{urlencode({name: value for name, value in held.items() if value})}"
