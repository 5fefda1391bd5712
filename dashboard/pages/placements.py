"""The page of placements: are children placed where a setting must register and has not, and does anybody look?

Belongs here: the order of the page and its tables. Counts first and no chart: the numbers are small. Every number here
is about children, so nothing of it is public. Does not belong here: what a figure means (the definitions).
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, store, view, words
from dashboard.pages import frame
from dashboard.pages.figure_tables import MISSING, number_rows, side_by_side

Known = Mapping[str, store.Row]
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
    known = store.measures(release)
    shown = view.make(release, query, (MUST,))
    if MUST not in known and store.about(release).get("audience") == "public":
        return components.message(TITLE, NOT_SHOWN, _law())
    if shown is None or MUST not in known:
        return components.message(
            TITLE,
            "This release has no list of placements yet. It comes with a file of the feed “Placements”.",
            html.P(dcc.Link("See what each feed holds and which files came", href="/data")),
        )
    figures = store.figures(release, shown.council, shown.window, shown.end)
    form, applied = frame.period_form(release, shown, "/placements")
    used: list[store.Row] = []
    return frame.page(
        "Placements",
        "/placements",
        TITLE,
        shown,
        lead=f"Children placed elsewhere than in a registered school or college, on {words.day(shown.end)}.",
        form=form,
        applied=applied,
        contents=CONTENTS,
        sections=[
            _headline(release, shown, known, figures, used),
            _settings(known, figures, used),
            _serious(release, shown, known, figures, used),
            _year(known, figures, used),
            _safeguards(known, figures, used),
            _about(release, known),
        ],
        used=used,
    )


def _headline(
    release: store.Release, shown: view.View, known: Known, figures: Known, used: list[store.Row]
) -> Component:
    said = frame.headlines(known, figures, (MUST,), used)
    figure = figures.get(MUST)
    if figure and figure["numerator"]:
        said += [*_longest(release, shown, used), html.P(html.Strong(SAME_DAY))]
    return components.section("headline", "The headline", *(said or [html.P(MISSING)]))


def _longest(release: store.Release, shown: view.View, used: list[store.Row]) -> list[Component]:
    """How long the longest of these placements has lasted; nothing in a release from before weeks were counted."""
    rows = store.by_group(release, MUST, shown.council, shown.window, shown.end, "weeks_placed")
    held = [row for row in rows if row["numerator"] and row["group"].isdigit()]
    if not held:
        return []
    longest = max(held, key=lambda row: int(row["group"]))
    used.append(longest)
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


def _settings(known: Known, figures: Known, used: list[store.Row]) -> Component:
    return components.section(
        "settings",
        "What the settings are",
        _law(),
        html.P("Each child counts once. Of several placements on one day the most serious stands."),
        _table(
            "Children with a plan who are placed elsewhere, by what the setting is",
            number_rows(known, figures, STATES, used),
        ),
    )


def _serious(
    release: store.Release, shown: view.View, known: Known, figures: Known, used: list[store.Row]
) -> Component:
    heading = "Settings that must register and have not"
    figure = figures.get(MUST)
    if figure is None or figure["symbol"] or not figure["numerator"]:
        return components.section("serious", heading, html.P("No child was in such a setting on that day."))
    held = ((MUST, "Must register and has not"), (STATES[2], "Need not register"), (STATES[3], "Registered"))
    tables = [
        side_by_side(
            release,
            shown,
            known,
            held,
            breakdown,
            f"Children with a plan, {by} and by what the setting is",
            used,
        )
        for breakdown, by in (
            ("attendance", "by full or part time"),
            ("hours_band", "by hours a week"),
            ("weeks_band", "by weeks since the first day"),
        )
    ]
    moves = frame.said(known, figures, "placements.plan_to_move", used)
    counts = html.P("Each count is out of all children with a plan in the same row.")
    return components.section("serious", heading, moves, counts, *tables)


def _year(known: Known, figures: Known, used: list[store.Row]) -> Component:
    names = ("placements.ever_must_register", "placements.begun_must_register")
    return components.section(
        "year",
        "At some time in the year",
        html.P("A count on one day misses placements that began and ended in between."),
        _table("Settings that had to register and had not", number_rows(known, figures, names, used)),
    )


def _safeguards(known: Known, figures: Known, used: list[store.Row]) -> Component:
    return components.section(
        "safeguards",
        "Visits and safeguarding checks",
        html.P(
            "Nobody inspects a setting that is not registered, so the council must look. Higher is better."
        ),
        _table("Settings in use that are not registered", number_rows(known, figures, SAFEGUARDS, used)),
    )


def _about(release: store.Release, known: Known) -> Component:
    tells = [
        "How many children with a plan are placed where the setting must register and has not, need not, or where "
        "nobody has found out; and whether somebody visits and checks."
    ]
    does_not: list[str | Component] = [
        "How good a placement is, or whether it is the right one for the child.",
        "Which child or which setting: those are in the council's own list.",
        *frame.caveats(known.get(MUST)),
        "There is no national figure for this.",
    ]
    return frame.about(tells, does_not, frame.sources(release, "placements"))
