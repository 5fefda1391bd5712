"""The page on who was heard: are the families we heard from like all those we could have heard from?

Belongs here: the order of the page, its filters and standing lines, and what it says where there is nothing to show.
The sections are in `who_sections`. Does not belong here: what a figure means (the definitions), phrases
(`heard_words`).
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, heard_words, store, view
from dashboard.pages import frame, who_sections
from dashboard.pages.draft import Draft, begin
from dashboard.pages.who_sections import FRAMES, Frame

PATH = "/who"
TITLE = "Are the families we heard from like all those we could have heard from?"
FOCUS = ("heard.offered",)
NOT_PUBLIC = (
    "This page is not shown to the public yet. Every figure of it compares groups of children, and groups can be so "
    "small that a child or family could be recognised. It will be shown once small numbers are protected."
)
CONTENTS = (
    ("findings", "What stands out"),
    ("heard", "Heard, and all there are"),
    ("audited", "Audited, and all there are"),
    ("offered", "Offered, and audited"),
    ("answered", "Answered, and offered"),
    ("not-appropriate", "Marked not appropriate"),
    ("evenness", "How evenly"),
    ("weighted", "A check on the headline"),
    ("not-recorded", "What is not recorded"),
    ("about", "What these figures tell you, and what they do not"),
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """Who was heard, for the place, year, characteristic and list of cases that the query asks for."""
    draft = begin(release, _of_years(query), FOCUS)
    if draft is None or not set(FOCUS) & set(draft.known) or not draft.shown.by:
        return _nothing(release)
    shown = draft.shown
    notes = list(shown.notes)
    if query.get("window") in ("month", "quarter"):
        notes.append(
            "Groups are compared over a year: in a month or quarter there are too few audits. 12 months are shown."
        )
    held = _frames(release, shown.council)
    of = next((one for one in held if one.code == query.get("frame")), held[0] if held else FRAMES[0])
    form = _form(draft, held, of)
    sections = [
        who_sections.findings(draft, of.layers),
        *(who_sections.layer_section(draft, layer) for layer in of.layers),
        who_sections.not_appropriate(draft),
        who_sections.evenness(draft),
        who_sections.weighted(draft, of),
        who_sections.not_recorded(draft),
        _about(release),
    ]
    return frame.page(
        "Who was heard",
        PATH,
        TITLE,
        draft,
        lead=f"In {shown.period_words}.",
        notes=notes,
        form=form,
        query=shown.query(measure="", frame=of.code if held else ""),
        contents=CONTENTS,
        sections=sections,
    )


def _of_years(query: Mapping[str, str]) -> dict[str, str]:
    """What of a query this page looks at; months and quarters become twelve months."""
    asked = {name: value for name, value in query.items() if name in ("council", "window", "to", "by")}
    return asked | ({"window": "12m"} if asked.get("window") in ("month", "quarter") else {})


def _frames(release: store.Release, council: str) -> list[Frame]:
    """The lists of cases of which a population is held for the council."""
    held = {measure for measure, _, _ in store.population_days(release, council)}
    return [one for one in FRAMES if one.layers[0].measure in held or one.layers[1].measure in held]


def _form(draft: Draft, held: list[Frame], of: Frame) -> frame.Form:
    shown = draft.shown
    fields, applied = components.period_fields(draft.release, shown)
    titles = store.breakdowns(draft.release)
    by = [
        (name, titles.get(name, name)) for name in view.breakdowns_of(draft.release, shown.council, FOCUS[0])
    ]
    fields.append(components.select("by", "Characteristic", by, shown.by))
    applied.append(("Characteristic", dict(by)[shown.by]))
    if held:
        fields.append(
            components.select("frame", "All there are", [(one.code, one.title) for one in held], of.code)
        )
        applied.append(("All there are", of.title))
    else:
        applied.append(("All there are", "No population is held"))
    return frame.Form(components.filters(PATH, fields, shown.query(frame=of.code)), applied)


def _about(release: store.Release) -> Component:
    tells = [
        "Whether some groups of children are less often audited, offered a say or heard than their number would "
        "suggest, and at which step.",
        "A group is called so only where chance alone would seldom show such a gap.",
    ]
    does_not = [
        heard_words.TYPICAL,
        "Why a group is heard less often, or what its families would have said.",
        "Anything about two characteristics together, such as autistic girls.",
        "Whether other councils do better: there is no national figure for this.",
    ]
    sources = frame.sources(release, "case_audits", "family_participation", "population", "active_plans")
    return frame.about(tells, does_not, sources)


def _nothing(release: store.Release) -> components.Page:
    """What stands here for the public, or where a release does not hold the figures."""
    if store.about(release).get("audience") == "public":
        said = NOT_PUBLIC
    else:
        said = (
            "This release has no figures of who was heard: the next run makes them from audits that are held."
        )
    ways = html.P([dcc.Link("See how many took part, on the page Voice", href="/voice")])
    return components.Page(TITLE, [html.H1(TITLE), html.P(said, className="lead"), ways, _about(release)])
