"""The page of timeliness: how many plans were finished within 20 weeks, beside the region and the country?

Belongs here: published yearly figures of one place beside its region and country, always with and without exceptions
together, and what the council's own register counts below them. Does not belong here: reading the published file,
which place and year are shown (`published_places`), other councils (`compare`), any ranking of councils.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, group_charts, kinds, phrases, store, words
from dashboard.pages import figure_charts, frame, published_places
from dashboard.pages.draft import begin
from dashboard.pages.published_places import Shown

Known = Mapping[str, store.Row]
TITLE = "Are plans finished within 20 weeks?"
EX = "_excluding_exceptions"
ALL = "timeliness.twenty_weeks_published"
WITHOUT = ALL + EX
BANDS = (
    (ALL, "Within 20 weeks"),
    ("timeliness.over_twenty_weeks_to_a_year_published", "More than 20 weeks, up to a year"),
    ("timeliness.over_a_year_published", "More than a year"),
)
LOCAL = ("timeliness.twenty_weeks", "timeliness.twenty_weeks" + EX, "timeliness.mean_weeks")
BOTH = ((ALL, "all plans"), (WITHOUT, "leaving out exceptions"))
FINISHED = (
    "Plans finished this year are counted when they finish, however long they took. Children who are still waiting are "
    "in neither percentage, and a council that finishes many old cases in one year has a lower percentage that year."
)
CONTENTS = (
    ("headline", "The headline"),
    ("beside", "Beside the region and {country}"),
    ("years", "Year by year"),
    ("long", "How long plans took"),
    ("here", "Counted here, from the council's own register"),
    ("about", "What these figures tell you, and what they do not"),
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """Published timeliness for the council and year that the query asks for."""
    known = store.measures(release)
    names = [measure + ending for measure, _ in BANDS for ending in ("", EX)]
    shown = published_places.choose(release, query, names)
    used: list[store.Row] = []
    if shown is None:
        here = _here(release, query, known, used)
        lines = [html.P("This release has no published figures of timeliness. They come with the Department for "
                        "Education's file of plans finished within 20 weeks.")]  # fmt: skip
        body: list[Component] = [html.H1(TITLE), *lines, *([here] if used else [])]
        return components.Page(TITLE, body, figures=used)
    fields, applied = published_places.fields(shown)
    year = shown.end.year
    return frame.around(
        "Timeliness",
        "/timeliness",
        TITLE,
        place=shown.place["name"],
        lead="The law gives a council 20 weeks from a request to the final education, health and care (EHC) plan, with "
        f"a few exceptions. Published figures for {year}.",
        notes=shown.notes,
        form=frame.Form(components.filters("/timeliness", fields, shown.query), applied),
        query=shown.query,
        contents=[(anchor, label.format(country=shown.country)) for anchor, label in CONTENTS],
        sections=[
            _headline(shown, known, used),
            _beside(shown, known, used),
            _years(shown, known, used),
            _long(shown, known, used),
            _here(release, query, known, used),
            _about(known, shown.country),
        ],
        period=f"Calendar year {year}",
        used=used,
    )


def why_not(without: store.Row, everything: store.Row | None, year: int) -> str:
    """Why a figure without exceptions is not there, in words."""
    if without["symbol"] != "x" or not (everything and everything["denominator"]):
        return phrases.symbol(without["symbol"])
    if without["denominator"] == 0:
        return (
            f"Not available: every one of the {phrases.count(everything['denominator'])} plans finished in {year} was "
            "counted as an exception, so none is left to count. Look at the figure for all plans."
        )
    return "Not available in the published file. Look at the figure for all plans."


def _number(shown: Shown, known: Known, measure: str, place: str, end: date | None = None) -> str:
    figure = shown.figure(measure, place, end)
    if figure is None:
        return "Not published"
    if figure["symbol"] and measure.endswith(EX):
        everything = shown.figure(measure.removesuffix(EX), place, end)
        return why_not(figure, everything, (end or shown.end).year)
    return words.figure_number(known.get(measure, {}), figure)


def _headline(shown: Shown, known: Known, used: list[store.Row]) -> Component:
    code, year = shown.place["council"], shown.end.year
    figures = [shown.figure(measure, code) for measure, _ in BOTH]
    used += [row for row in figures if row]
    codes = [row["receipt"] for row in figures if row]
    said: list[Component] = [
        html.P(
            f"In {year}, {shown.place['name']} finished within 20 weeks: counting all plans, "
            f"{phrases.lower_first(_number(shown, known, ALL, code))}; leaving out plans where the law allows longer, "
            f"{phrases.lower_first(_number(shown, known, WITHOUT, code)).rstrip('.')}.",
            className="lead",
            **components.of_receipt(*codes),
        ),
        html.P([words.polarity("better"), " ", components.receipt(*codes)], **components.of_receipt(*codes)),
    ]
    for other in shown.beside[1:]:
        everything, without = (
            phrases.lower_first(_number(shown, known, measure, other["council"])).rstrip(".")
            for measure, _ in BOTH
        )
        own = [shown.figure(measure, other["council"]) for measure, _ in BOTH]
        used += [row for row in own if row]
        said.append(
            components.told(
                f"{other['name']}: counting all plans, {everything}; leaving out exceptions, {without}.",
                *[row["receipt"] for row in own if row],
            )
        )
    said.append(html.P(FINISHED, className="notice"))
    return components.section("headline", "The headline", *said)


def _beside(shown: Shown, known: Known, used: list[store.Row]) -> Component:
    rows = []
    for place in shown.beside:
        for measure, name in BOTH:
            figure = shown.figure(measure, place["council"])
            if figure:
                used.append(figure)
                rows.append(_drawn(figure, known, f"{place['name']}, {name}"))
    columns: list[components.Column] = [
        "Place", "All plans", "Leaving out exceptions", ("Receipt, all plans", "code"),
        ("Receipt, leaving out", "code"),
    ]  # fmt: skip
    cells: list[list[components.Cell]] = [
        [
            place["name"],
            *[_number(shown, known, measure, place["council"]) for measure, _ in BOTH],
            *[(shown.figure(measure, place["council"]) or {}).get("receipt", "") for measure, _ in BOTH],
        ]
        for place in shown.beside
    ]
    table = components.table(
        f"Plans finished within 20 weeks in {shown.end.year}", columns, cells, quiet=True
    )
    drawn = [row for row in rows if not row["symbol"] and row["value"] is not None]
    finding = _finding(shown)
    picture = (
        components.chart(
            "beside",
            finding,
            f"Plans finished within 20 weeks in {shown.end.year}, with and without exceptions, one dot for each.",
            group_charts.intervals(known.get(ALL, {}), drawn, None),
            table,
            "each place, with and without exceptions",
            rows=drawn,
        )
        if drawn
        else table
    )
    return components.section(
        "beside",
        f"Beside the region and {shown.country}",
        html.P(
            "Both ways of counting stand together: plans where the law allows longer can be left out, and places "
            "differ in how many they leave out. The line through each dot is its likely range: a long line means few "
            "plans. Places are not ranked."
        ),
        picture,
        html.P(
            dcc.Link(
                "Compare with statistical neighbours and with all councils",
                href="/compare?"
                + urlencode({"measure": ALL, "council": shown.place["council"], "to": shown.end}),
            )
        ),
    )


def _drawn(figure: store.Row, known: Known, label: str) -> store.Row:
    """A figure as a mark of a chart of both ways of counting: its name, and what it counts."""
    return figure | {"label": label, "counts_what": known.get(figure["measure"], {}).get("counts_what")}


def _finding(shown: Shown) -> str:
    """Whether the place lies apart from its country, as far as its own likely range says so."""
    figure = shown.figure(ALL, shown.place["council"])
    other = shown.figure(ALL, shown.beside[-1]["council"]) if len(shown.beside) > 1 else None
    if not figure or not other or figure["symbol"] or other["symbol"] or figure["low"] is None:
        return f"Plans finished within 20 weeks in {shown.end.year}"
    place, name = shown.place["name"], shown.beside[-1]["name"]
    if figure["low"] > other["value"]:
        return f"Counting all plans, {place} finished a larger share within 20 weeks than {name}"
    if figure["high"] < other["value"]:
        return f"Counting all plans, {place} finished a smaller share within 20 weeks than {name}"
    return f"Counting all plans, {place} is not clearly different from {name}"


def _years(shown: Shown, known: Known, used: list[store.Row]) -> Component:
    rows, cells = [], []
    for place in shown.beside:
        for measure, name in BOTH:
            for end in sorted(shown.ends):
                figure = shown.figure(measure, place["council"], end)
                if figure:
                    used.append(figure)
                    rows.append(_drawn(figure, known, f"{place['name']}, {name}"))
    for end in shown.ends:
        line: list[components.Cell] = [str(end.year)]
        for place in shown.beside:
            for measure, _ in BOTH:
                figure = shown.figure(measure, place["council"], end)
                said = _number(shown, known, measure, place["council"], end)
                line.append({"text": said, "sub": figure["receipt"] if figure else ""})
        cells.append(line)
    columns: list[components.Column] = [
        "Year", *[f"{place['name']}, {name}" for place in shown.beside for _, name in BOTH],
    ]  # fmt: skip
    table = components.table(
        "Plans finished within 20 weeks, every year that is published; receipts below each figure",
        columns,
        cells,
    )
    drawn = [row for row in rows if not row["symbol"] and row["value"] is not None]
    if len({row["period_end"] for row in drawn}) < 2:
        return components.section("years", "Year by year", table)
    picture = components.chart(
        "years",
        f"Plans finished within 20 weeks, {min(shown.ends).year} to {max(shown.ends).year}",
        "One small line for each place and way of counting, on the same scale.",
        group_charts.small_multiples(known.get(ALL, {}), drawn),
        table,
        "every year",
        600,
        rows=drawn,
    )
    return components.section(
        "years",
        "Year by year",
        html.P("A year without a figure has no point; the table says why."),
        picture,
    )


def _long(shown: Shown, known: Known, used: list[store.Row]) -> Component | None:
    held = [(measure, title) for measure, title in BANDS if measure in known]
    if len(held) < 2:
        return None
    cells: list[list[components.Cell]] = []
    for place in shown.beside:
        for ending, name in (("", "all plans"), (EX, "leaving out exceptions")):
            line: list[components.Cell] = [f"{place['name']}, {name}"]
            for measure, _ in held:
                figure = shown.figure(measure + ending, place["council"])
                used += [figure] if figure else []
                said = _number(shown, known, measure + ending, place["council"])
                line.append({"text": said, "sub": figure["receipt"] if figure else ""})
            cells.append(line)
    return components.section(
        "long",
        "How long plans took",
        html.P(
            "In some years the published parts do not add up to the published total; they are shown as published."
        ),
        components.table(
            f"Plans finished in {shown.end.year}, by how long they took",
            ["Place", *[title for _, title in held]],
            cells,
            quiet=True,
        ),
    )


def _here(release: store.Release, query: Mapping[str, str], known: Known, used: list[store.Row]) -> Component:
    """What the council's own register counts, where this release has it."""
    heading = "Counted here, from the council's own register"
    nothing = components.section(
        "here",
        heading,
        html.P("This release has no register of plans for this council, so nothing is counted here."),
    )
    held = [name for name in LOCAL if name in known]
    local = {row["council"] for row in store.places(release)}
    council = query.get("council", "")
    if not held or (council and council not in local):
        return nothing
    draft = begin(release, query, tuple(held))
    if draft is None:
        return nothing
    shown = draft.shown
    rows = [(known[name], draft.figures[name]) for name in held if name in draft.figures]
    if not rows:
        return nothing
    used += [figure for _, figure in rows]
    table = components.table(
        f"Counted from the register of plans, in {shown.period_words}",
        ["What is counted", "Number", "Change", ("Receipt", "code")],
        [
            [
                {"text": measure["title"], "href": f"/definitions/{measure['measure']}"},
                words.figure_number(measure, figure),
                words.change_cell(figure, measure),
                figure["receipt"],
            ]
            for measure, figure in rows
        ],
    )
    charted = [
        measure["measure"] for measure, _ in rows if store.chart(release, measure["measure"], shown.council)
    ]
    drawn = [name for name in charted if name == charted[0] or kinds.is_mean(known[name])]
    return components.section(
        "here",
        heading,
        html.P(
            f"{shown.council_name}, in {shown.period_words}. These are counted from the plans that the register holds, "
            "and may differ from what was sent to the Department for Education: do not mix the two."
        ),
        table,
        *[
            figure_charts.over_time(
                replace(draft, shown=replace(shown, measure=name), used=used),
                "weeks" if place else "time",
            )
            for place, name in enumerate(drawn)
        ],
    )


def _about(known: Known, country: str) -> Component:
    measure = known.get(ALL, {})
    tells = [
        "Of the plans finished in a year, how many were finished within 20 weeks of the request, beside the region and "
        f"{country}."
    ]
    does_not = [*frame.caveats(measure), "Whether the plans are any good: see the page Plans."]
    return frame.about(tells, does_not, [measure.get("source") or "The definition says where it came from."])
