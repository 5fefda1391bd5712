"""The sections of the page of comparison: the headline, beside neighbours and region, each neighbour, the funnel.

Each function takes what is compared and returns a component, and adds the figures that it shows to `used`. Does not
belong here: the order of the page (`compare`), sentences (`compare_words`), the marks of the funnel (`funnel_charts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard import components, funnel_charts, group_charts, kinds, phrases, store, words
from dashboard.pages import compare_words
from dashboard.pages.published_places import Shown

TOPIC, OF_NEIGHBOURS = "timeliness.", "timeliness.neighbours_"


@dataclass(frozen=True)
class Compared:
    """One published measure of a place and year, with what it is set against."""

    shown: Shown
    known: Mapping[str, store.Row]
    name: str
    neighbours: Sequence[store.Row]
    funnels: Mapping[str, Mapping[str, store.Row]]
    """Measure -> council -> its row of the funnel."""
    used: list[store.Row] = field(default_factory=list)

    @property
    def measure(self) -> store.Row:
        return self.known[self.name]

    def short(self, name: str) -> str:
        """What a column of the measure is called."""
        return str(self.known[name].get("short_title") or self.known[name]["title"])

    @property
    def both(self) -> list[str]:
        """The measure, and the one that it is never shown without."""
        return [self.name, *([self.measure["beside"]] if self.measure.get("beside") in self.known else [])]

    @property
    def place(self) -> store.Row:
        return self.shown.place

    def figure(self, name: str, place: str) -> store.Row | None:
        """A figure of the year, which the page has then shown."""
        found = self.shown.figure(name, place)
        self.used.extend([found] if found else [])
        return found

    def position(self, name: str, place: str) -> store.Row | None:
        return self.funnels.get(name, {}).get(place)


def make(release: store.Release, shown: Shown, known: Mapping[str, store.Row], name: str) -> Compared:
    """What is compared, of a release."""
    held = store.neighbours(release, shown.place["council"])
    beside = known[name].get("beside") or name
    return Compared(
        shown, known, name, held, {each: store.funnel(release, each, shown.end) for each in (name, beside)}
    )


def headline(of: Compared) -> Component:
    """The council's own figure, both ways of counting, and where it lies among councils with as many cases."""
    said: list[Component] = []
    for name in of.both:
        measure, figure = of.known[name], of.figure(name, of.place["council"])
        sentence = words.sentence(measure, figure)
        if figure is None or figure["symbol"]:
            said.append(html.P(sentence, **_named([figure])))
            continue
        row = of.position(name, of.place["council"])
        where = compare_words.position(row, kinds.unit(measure))
        lies = f" That is {where}." if row else " There are too few councils with a figure for a funnel."
        said.append(
            components.told(f"{of.place['name']}: {sentence}{lies}", figure["receipt"], className="lead")
        )
    polarity = html.P(words.polarity(of.measure["higher_is"]))
    return components.section("headline", "The headline", *said, polarity)


def beside(of: Compared, heading: str) -> Component:
    """The council, its neighbours together, its region and its country: numbers and likely ranges."""
    lines = [(of.place["name"], {name: of.figure(name, of.place["council"]) for name in of.both})]
    if of.neighbours:
        together = {name: of.figure(_of_neighbours(name), of.place["council"]) for name in of.both}
        if any(together.values()):
            lines.append(("Its statistical neighbours together", together))
    for other in of.shown.beside[1:]:
        lines.append((other["name"], {name: of.figure(name, other["council"]) for name in of.both}))
    columns: list[components.Column] = ["Place"]
    for name in of.both:
        columns += [of.short(name), "Likely range"]
    cells: list[list[components.Cell]] = []
    for label, figures in lines:
        line: list[components.Cell] = [label]
        for name in of.both:
            line += _cells(of, name, figures[name])
        cells.append(line)
    table = components.table(
        f"{of.measure['title']}, {of.shown.end.year}; receipts below each number", columns, cells, quiet=True
    )
    drawn = [
        row | {"label": label} for label, figures in lines if (row := figures[of.name]) and not row["symbol"]
    ]
    told = [row for _, figures in lines for row in figures.values() if row]
    return components.section(
        "beside",
        heading,
        html.P(
            f"The line through each dot is its likely range: a long line means few {kinds.unit(of.measure)}. The "
            "neighbours' share is one of all their plans together; where others give the plain average or the median "
            "of their percentages, it will differ."
        ),
        _chart(of, "beside", "Beside those most like it", drawn, table, told),
    )


def neighbours(of: Compared) -> Component:
    """Each statistical neighbour, the nearest first."""
    heading = "Its statistical neighbours"
    if not of.neighbours:
        return components.section(
            "neighbours",
            heading,
            html.P(
                "This release has no list of statistical neighbours for this council. It comes with a file of the feed "
                "“Statistical neighbours”."
            ),
        )
    names = _names(of)
    cells: list[list[components.Cell]] = []
    drawn = []
    lines = [(of.place["council"], "The council itself")]
    lines += [
        (row["neighbour"], compare_words.CLOSENESS.get(row["closeness"] or "", "Not given"))
        for row in of.neighbours
    ]
    for code, closeness in lines:
        figure, label = of.figure(of.name, code), str(names.get(code, code))
        where = compare_words.short(of.position(of.name, code))
        cells.append([label, closeness, *_cells(of, of.name, figure), where])
        if figure and not figure["symbol"]:
            drawn.append(figure | {"label": label})
    table = components.table(
        f"{of.measure['title']}, {of.shown.end.year}, of the council and its statistical neighbours, the nearest first",
        ["Council", "How close", of.short(of.name), "Likely range", "Among all councils"],
        cells,
        quiet=True,
    )
    return components.section(
        "neighbours",
        heading,
        html.P(
            "They are alike in the children and families who live there, not in how well the council does. They stand "
            "in order of closeness, never of their figures."
        ),
        _chart(
            of, "neighbours", "The council and its statistical neighbours, the nearest first", drawn, table
        ),
    )


def among_all(of: Compared) -> Component:
    """The funnel of every council with a figure."""
    heading = "Among all councils"
    held = of.funnels.get(of.name, {})
    names, unit = _names(of), kinds.unit(of.measure)
    points = [
        {**figure, **row, "label": names.get(code, code)}  # both have a `place`: that of the funnel is meant
        for code, row in held.items()
        if (figure := of.figure(of.name, code)) and not figure["symbol"] and figure["denominator"]
    ]
    if not points:
        return components.section(
            "funnel", heading, html.P("There are too few councils with a figure in this year for a funnel.")
        )
    points.sort(key=lambda row: row["label"])
    own = held.get(of.place["council"])
    where = compare_words.position(own, unit)
    cells: list[list[components.Cell]] = [
        [
            row["label"],
            {"text": words.figure_number(of.measure, row), "sub": row["receipt"]},
            phrases.capital(phrases.between(row["lower"], row["upper"])),
            phrases.capital(phrases.between(row["lower_998"], row["upper_998"])),
            compare_words.short(row),
        ]
        for row in points
    ]
    table = components.table(
        f"{of.measure['title']}, {of.shown.end.year}: every council by name, and where chance would keep it",
        ["Council", of.short(of.name), "Inner limits", "Outer limits", "Where it lies"],
        cells,
    )
    figure = funnel_charts.funnel(
        of.measure, points, of.place["council"], [row["neighbour"] for row in of.neighbours], of.shown.country
    )
    codes = [row["receipt"] for row in points]
    return components.section(
        "funnel",
        heading,
        html.P(
            f"Each mark is a council: the further right, the more {unit}. Chance moves a council with few {unit} "
            "further, so the limits are wider on the left: dashed the inner (95%), dotted the outer (99.8%). Diamond: "
            "the council. Open squares: its neighbours."
        ),
        html.P(compare_words.spread(points[0], of.shown.country), **components.of_receipt(*codes)),
        components.chart(
            "funnel",
            f"{of.place['name']} is {where}",
            f"{of.measure['title']} of {len(points)} councils by their number of {unit}, {of.shown.end.year}.",
            figure,
            table,
            "every council, by name",
            560,
            rows=points,
        ),
    )


def _of_neighbours(name: str) -> str:
    """The measure of the neighbours together that stands beside a council's own."""
    return OF_NEIGHBOURS + name.removeprefix(TOPIC)


def _names(of: Compared) -> dict[str, str]:
    return {row["council"]: row["name"] for row in of.shown.councils}


def _cells(of: Compared, name: str, figure: store.Row | None) -> list[components.Cell]:
    if figure is None:
        return ["Not published", "None"]
    said = words.figure_number(of.known[name], figure)
    number: dict[str, Any] = {"text": said, "sub": figure["receipt"]}
    return [number, phrases.capital(phrases.between(figure["low"], figure["high"])) or "None"]


def _chart(
    of: Compared,
    name: str,
    finding: str,
    drawn: Sequence[store.Row],
    table: Component,
    told: Sequence[store.Row] = (),
) -> Component:
    """`told`: the figures of the table, where they are not those that are drawn."""
    if not drawn:
        return table
    described = f"{of.measure['title']}, {of.shown.end.year}, one dot for each with its likely range."
    picture = group_charts.intervals(of.measure, drawn, None)
    return components.chart(name, finding, described, picture, table, "each place", rows=told or drawn)


def _named(figures: Iterable[store.Row | None]) -> dict[str, Any]:
    return components.of_receipt(*[row["receipt"] for row in figures if row])
