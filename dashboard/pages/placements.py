"""The page of placements: are children placed where a setting must register and has not, and does anybody look?

Belongs here: the order of the page and its tables. Counts first and no chart: the numbers are small. Every number here
is about children, so nothing of it is public. Does not belong here: what a figure means (the definitions).
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, phrases, store
from dashboard.pages import frame
from dashboard.pages.draft import Draft, begin
from dashboard.pages.figure_tables import MISSING, number_rows, side_by_side

TITLE = "Are children placed where a setting must register and has not?"
MUST = "placements.must_register"
STATES = (MUST, "placements.not_known", "placements.need_not", "placements.registered")
SAFEGUARDS = ("placements.visited", "placements.safeguarding_checked")
SAME_DAY = "Tell the director of children's services on the same day that one appears."
NOT_SHOWN = (
    "Not shown. How many children are in such a situation is not public, so that no child or family can be recognised. "
    "Officers see the exact numbers; members can ask the director to confirm that each child is known and visited."
)
CONTENTS = (
    ("headline", "The headline"),
    ("settings", "What the settings are"),
    ("serious", "Settings that must register and have not"),
    ("year", "At some time in the year"),
    ("safeguards", "Visits and safeguarding checks"),
    ("about", "What these figures tell you, and what they do not"),
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """Placements, for the place and period that the query asks for."""
    draft = begin(release, query, (MUST,))
    if MUST not in store.measures(release) and store.about(release).get("audience") == "public":
        return components.message(TITLE, NOT_SHOWN, _law())
    if draft is None or MUST not in draft.known:
        return components.message(
            TITLE,
            "This release has no list of placements yet. It comes with a file of the feed “Placements”.",
            html.P(dcc.Link("See what each feed holds and which files came", href="/data")),
        )
    return frame.page(
        "Placements",
        "/placements",
        TITLE,
        draft,
        lead=f"Children placed elsewhere than in a registered school or college, on {phrases.day(draft.shown.end)}.",
        form=frame.period_form(draft, "/placements"),
        contents=CONTENTS,
        sections=[
            _headline(draft),
            _settings(draft),
            _serious(draft),
            _year(draft),
            _safeguards(draft),
            _about(draft),
        ],
    )


def _headline(draft: Draft) -> Component:
    said = frame.headlines(draft, (MUST,))
    figure = draft.figures.get(MUST)
    if figure and figure["numerator"]:
        said += [*_longest(draft), html.P(html.Strong(SAME_DAY))]
    return components.section("headline", "The headline", *(said or [html.P(MISSING)]))


def _longest(draft: Draft) -> list[Component]:
    """How long the longest of these placements has lasted; nothing in a release from before weeks were counted."""
    rows = draft.by_group(MUST, "weeks_placed")
    held = [row for row in rows if row["numerator"] and row["group"].isdigit()]
    if not held:
        return []
    longest = max(held, key=lambda row: int(row["group"]))
    draft.use(longest)
    return [components.told(f"The longest has lasted {longest['label']} so far.", longest["receipt"])]


def _law() -> Component:
    return html.P(
        "A setting must register as a school where it gives all or most of the education of five pupils or more of "
        "compulsory school age, or of one who has an education, health and care plan or is looked after. The law does "
        "not say how many hours that is."
    )


def _table(caption: str, rows: list[list[components.Cell]]) -> Component:
    if not rows:
        return html.P(MISSING)
    return components.table(caption, ["What", "Number", "Change", ("Receipt", "code")], rows)


def _settings(draft: Draft) -> Component:
    return components.section(
        "settings",
        "What the settings are",
        _law(),
        html.P("Each child counts once. Of several placements on one day the most serious stands."),
        _table(
            "Children with a plan who are placed elsewhere, by what the setting is",
            number_rows(draft, STATES),
        ),
    )


def _serious(draft: Draft) -> Component:
    heading = "Settings that must register and have not"
    figure = draft.figures.get(MUST)
    if figure is None or figure["symbol"] or not figure["numerator"]:
        return components.section("serious", heading, html.P("No child was in such a setting on that day."))
    held = ((MUST, "Must register and has not"), (STATES[2], "Need not register"), (STATES[3], "Registered"))
    tables = [
        side_by_side(draft, held, breakdown, f"Children with a plan, {by} and by what the setting is")
        for breakdown, by in (
            ("attendance", "by full or part time"),
            ("hours_band", "by hours a week"),
            ("weeks_band", "by weeks since the first day"),
        )
    ]
    moves = frame.said(draft, "placements.plan_to_move")
    counts = html.P("Each count is out of all children with a plan in the same row.")
    return components.section("serious", heading, moves, counts, *tables)


def _year(draft: Draft) -> Component:
    names = ("placements.ever_must_register", "placements.begun_must_register")
    return components.section(
        "year",
        "At some time in the year",
        html.P("A count on one day misses placements that began and ended in between."),
        _table("Settings that had to register and had not", number_rows(draft, names)),
    )


def _safeguards(draft: Draft) -> Component:
    return components.section(
        "safeguards",
        "Visits and safeguarding checks",
        html.P(
            "Nobody inspects a setting that is not registered, so the council must look. Higher is better."
        ),
        _table("Settings in use that are not registered", number_rows(draft, SAFEGUARDS)),
    )


def _about(draft: Draft) -> Component:
    tells = [
        "How many children with a plan are placed where the setting must register and has not, need not, or where "
        "nobody has found out; and whether somebody visits and checks."
    ]
    does_not: list[str | Component] = [
        "How good a placement is, or whether it is the right one for the child.",
        "Which child or which setting: those are in the council's own list.",
        *frame.caveats(draft.known.get(MUST)),
        "There is no national figure for this.",
    ]
    return frame.about(tells, does_not, frame.sources(draft.release, "placements"))
