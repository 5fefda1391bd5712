"""The page of timeliness: how many plans were finished within 20 weeks, beside the region and England?

Belongs here: published yearly figures of one place beside its region and England, always with and without exceptions
together, and what the council's own register counts below them. Does not belong here: reading the published file, any
ranking of councils.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from dashboard import components, group_charts, store, view, words
from dashboard.pages import figure_charts, frame

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
    ("beside", "Beside the region and England"),
    ("years", "Year by year"),
    ("long", "How long plans took"),
    ("here", "Counted here, from the council's own register"),
    ("about", "What these figures tell you, and what they do not"),
)


@dataclass(frozen=True)
class Shown:
    """The place and year that are shown, and every figure the page may need: (measure, place, year's end) -> figure."""

    place: store.Row
    beside: Sequence[store.Row]
    """The place itself, its region and its country, as far as they have figures."""
    end: date
    ends: Sequence[date]
    held: Mapping[tuple[str, str, date], store.Row]
    notes: Sequence[str]

    def figure(self, measure: str, place: str, end: date | None = None) -> store.Row | None:
        return self.held.get((measure, place, end or self.end))

    @property
    def query(self) -> str:
        return urlencode({"council": self.place["council"], "to": self.end.isoformat()})


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """Published timeliness for the council and year that the query asks for."""
    known = store.measures(release)
    places = store.places(release, store.EVERY_PLACE)
    shown = _choose(release, query, places)
    used: list[store.Row] = []
    if shown is None:
        here = _here(release, query, known, used)
        lines = [html.P("This release has no published figures of timeliness. They come with the Department for "
                        "Education's file of plans finished within 20 weeks.")]  # fmt: skip
        body: list[Component] = [html.H1(TITLE), *lines, *([here] if used else [])]
        return components.Page(TITLE, body, figures=used)
    form, applied = _filters(places, shown)
    year = shown.end.year
    return frame.page(
        "Timeliness",
        "/timeliness",
        TITLE,
        place=shown.place["name"],
        lead="The law gives a council 20 weeks from a request to the final education, health and care (EHC) plan, with "
        f"a few exceptions. Published figures for {year}.",
        notes=shown.notes,
        form=form,
        applied=applied,
        query=shown.query,
        contents=CONTENTS,
        sections=[
            _headline(shown, known, used),
            _beside(shown, known, used),
            _years(shown, known, used),
            _long(shown, known, used),
            _here(release, query, known, used),
            _about(known),
        ],
        period=f"Calendar year {year}",
        used=used,
    )


def _choose(release: store.Release, query: Mapping[str, str], places: Sequence[store.Row]) -> Shown | None:
    """The council and year; another page's council and end of period are taken over where there are figures."""
    names = [measure + ending for measure, _ in BANDS for ending in ("", EX)]
    held = {
        (row["measure"], row["council"], row["period_end"]): row for row in store.published(release, names)
    }
    with_figures = {council for _, council, _ in held}
    councils = [row for row in _councils(places) if row["council"] in with_figures]
    if not councils:
        return None
    notes: list[str] = []
    place = next((row for row in councils if row["council"] == query.get("council")), None)
    if place is None:
        place = councils[0]
        if query.get("council"):
            notes.append("There is no published figure for the council the link asked for. Another is shown.")
    ends = sorted({end for _, council, end in held if council == place["council"]}, reverse=True)
    try:
        wanted = date.fromisoformat(query["to"]) if query.get("to") else ends[0]
    except ValueError:
        wanted = ends[0]
        notes.append("The link asked for a day that is not a date. The latest year is shown.")
    end = next((each for each in ends if each <= wanted), ends[-1])
    by_code = {row["council"]: row for row in places}
    country = next(
        (row for row in places if row.get("kind") == "country" and row["council"] in with_figures), None
    )
    beside = [place, by_code.get(place.get("region") or ""), country]
    return Shown(
        place, [row for row in beside if row and row["council"] in with_figures], end, ends, held, notes
    )


def _councils(places: Sequence[store.Row]) -> list[store.Row]:
    """Councils: those with audits here first, then the others, each by name."""
    kinds = ("local", "council")
    held = [row for row in places if row.get("kind", "local") in kinds]
    return sorted(held, key=lambda row: (kinds.index(row.get("kind", "local")), row["name"]))


def _filters(places: Sequence[store.Row], shown: Shown) -> tuple[Component, list[tuple[str, str]]]:
    with_figures = {council for _, council, _ in shown.held}
    councils = [row for row in _councils(places) if row["council"] in with_figures]
    local = [(row["council"], row["name"]) for row in councils if row.get("kind", "local") == "local"]
    others = [(row["council"], row["name"]) for row in councils if row.get("kind", "local") != "local"]
    fields: list[Component | None] = [
        components.select(
            "council",
            "Council",
            local,
            shown.place["council"],
            {"Published figures only": others} if others else None,
        ),
        components.select(
            "to",
            "Calendar year",
            [(end.isoformat(), str(end.year)) for end in shown.ends],
            shown.end.isoformat(),
        ),
    ]
    applied = [("Council", str(shown.place["name"])), ("Calendar year", str(shown.end.year))]
    return components.filters("/timeliness", fields, shown.query), applied


def why_not(without: store.Row, everything: store.Row | None, year: int) -> str:
    """Why a figure without exceptions is not there, in words."""
    if without["symbol"] != "x" or not (everything and everything["denominator"]):
        return words.symbol(without["symbol"])
    if without["denominator"] == 0:
        return (
            f"Not available: every one of the {words.count(everything['denominator'])} plans finished in {year} was "
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
            f"{words.lower_first(_number(shown, known, ALL, code))}; leaving out plans where the law allows longer, "
            f"{words.lower_first(_number(shown, known, WITHOUT, code)).rstrip('.')}.",
            className="lead",
            **components.of_receipt(*codes),
        ),
        html.P([words.polarity("better"), " ", components.receipt(*codes)], **components.of_receipt(*codes)),
    ]
    for other in shown.beside[1:]:
        everything, without = (
            words.lower_first(_number(shown, known, measure, other["council"])).rstrip(".")
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
                rows.append(figure | {"label": f"{place['name']}, {name}"})
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
        "Beside the region and England",
        html.P(
            "Both ways of counting stand together: plans where the law allows longer can be left out, and places "
            "differ in how many they leave out. The line through each dot is its likely range: a long line means few "
            "plans. Places are not ranked."
        ),
        picture,
    )


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
                    rows.append(figure | {"label": f"{place['name']}, {name}"})
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
    shown = view.make(release, query, tuple(held))
    if shown is None:
        return nothing
    figures = store.figures(release, shown.council, shown.window, shown.end)
    rows = [(known[name], figures[name]) for name in held if name in figures]
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
    drawn = [name for name in charted if name == charted[0] or words.is_mean(known[name])]
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
                release, dataclasses.replace(shown, measure=name), known, used, "weeks" if place else "time"
            )
            for place, name in enumerate(drawn)
        ],
    )


def _about(known: Known) -> Component:
    measure = known.get(ALL, {})
    tells = [
        "Of the plans finished in a year, how many were finished within 20 weeks of the request, beside the region and "
        "England."
    ]
    does_not = [*frame.caveats(measure), "Whether the plans are any good: see the page Plans."]
    return frame.about(tells, does_not, [measure.get("source") or "The definition says where it came from."])
