"""Every number that a page shows, and whether it is one of the figures whose receipts its place names.

A number stands for a figure where its element, or the nearest one around it that has `data-receipt`, names receipts
and the number is one that the words module makes of one of them: counts, share or average, likely range, the year
before and the change, and the limits of its point in a chart. Any other number stands on `EXCEPTIONS`.

Belongs here: finding numbers in layouts, in the browser and in files, and matching them. Does not belong here: which
pages there are, and assertions.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from playwright.sync_api import Page
from python_calamine import CalamineWorkbook

from dashboard import heard_words, kinds, phrases, words
from tests.dashboard import browser

NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?%?(?!\w)")
RECEIPT = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{11}\b")
_MONTHS = "|".join(phrases.MONTHS)


@dataclass(frozen=True)
class Exempt:
    """Numbers that are no figures, and where they come from instead."""

    why: str
    pattern: str = ".*"
    """What of a text is meant."""
    inside: str = ""
    """Only within an element of this tag, .class or #id; of several, with spaces between, of all."""
    page: str = ""
    """Only on pages whose address this matches."""


@dataclass(frozen=True)
class Spot:
    """A text on a page, and where."""

    page: str
    text: str
    path: str
    """The elements that it stands in, outermost first: tag, #id and .classes."""
    receipts: tuple[str, ...]
    heading: str = ""
    """Of a table's cell, its row's."""
    column: str = ""

    @property
    def within(self) -> frozenset[str]:
        path = re.sub(
            r"\.([xy])\d+tick\b", r".\1tick", self.path
        )  # of the second small chart and those after it
        return frozenset(name for step in path.split(" > ") for name in re.findall(r"^\w+|[.#@][\w-]+", step))


@dataclass(frozen=True)
class Unmatched:
    """A number without a figure."""

    spot: Spot
    number: str

    def __str__(self) -> str:
        named = f"receipts {' '.join(self.spot.receipts[:3])}" if self.spot.receipts else "no receipt"
        text = self.spot.text if len(self.spot.text) < 160 else f"{self.spot.text[:157]}..."
        return f"{self.spot.page}: {self.number} in “{text}” ({named}; {self.spot.path})"


class Figures:
    """The numbers that a release's figures may be shown as."""

    def __init__(self, database: Path) -> None:
        with duckdb.connect(str(database), read_only=True) as con:
            self._rows = {row["receipt"]: row for row in _rows(con, "SELECT * FROM figures")}
            self._measures = {row["measure"]: row for row in _rows(con, "SELECT * FROM measures")}
            held = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
            self._charts = [
                row
                for table in ("charts", "lesson_charts")
                if table in held
                for row in _rows(con, f"SELECT * FROM {table}")
            ]
            self._funnels = _rows(con, "SELECT * FROM funnels") if "funnels" in held else []
            self._changes = _rows(con, "SELECT * FROM changes") if "changes" in held else []
            others = "SELECT receipt, compared.* FROM compared JOIN figures USING (measure, council, \"window\", " \
                'period_start, period_end, breakdown, "group")'  # fmt: skip
            self._others = {row["receipt"]: row for row in (_rows(con, others) if "compared" in held else [])}
        self._numbers: dict[str, frozenset[str]] = {}

    @classmethod
    def none(cls) -> Figures:
        """No figure at all."""
        held = cls.__new__(cls)
        held._rows, held._measures, held._charts, held._changes, held._numbers = {}, {}, [], [], {}
        held._funnels = []
        held._others = {}
        return held

    def row(self, receipt: str) -> Mapping[str, Any] | None:
        """The figure of a receipt, as the release has it."""
        return self._rows.get(receipt)

    def numbers(self, receipt: str) -> frozenset[str]:
        """Every number that the words module makes of a figure; none of a receipt that is not there."""
        if receipt not in self._numbers:
            row = self._rows.get(receipt)
            said = [*(self._said(row) if row else ()), *self._changed(receipt)]
            self._numbers[receipt] = frozenset(NUMBER.findall(" ".join(said)))
        return self._numbers[receipt]

    def shares(self, receipts: Sequence[str]) -> frozenset[str]:
        """One count as a share of another, where a place names both figures: a step of a funnel, of the one before."""
        counts = [row["numerator"] for receipt in receipts[:3] if (row := self._rows.get(receipt))]
        held = [count for count in counts if count is not None]  # what the public see may be hidden
        return frozenset(phrases.percent(one / other) for one in held for other in held if other)

    def _said(self, row: Mapping[str, Any]) -> Iterator[str]:
        measure = self._measures[row["measure"]]
        of = kinds.own_unit(measure)
        counts = ("numerator", "denominator", "previous_numerator", "previous_denominator")
        yield from (phrases.count(row[name]) for name in counts if row[name] is not None)
        if row["numerator"] is not None and row["denominator"] is not None:
            yield phrases.count(row["denominator"] - row["numerator"])
        yield words.figure_number(measure, row)
        yield words.range_of(measure, row)
        if other := self._others.get(row["receipt"]):
            yield heard_words.beside(other, "others")
            yield phrases.number(row["numerator"], row["denominator"], kinds.unit(measure))
            yield from (phrases.count(other[f"compared_{part}"]) for part in ("numerator", "denominator"))
        values = ("value", "low", "high", "previous_value")
        yield from (words.value_words(measure, row[name]) for name in values if row[name] is not None)
        yield from (
            phrases.points(row[name], of) for name in ("change", "change_low", "change_high") if row[name]
        )
        yield words.likely_range(measure, row)
        yield phrases.change_range(row["change_low"], row["change_high"], of)
        for name in ("centre", "lower", "upper", "target"):
            if self._limits.get(_point(row), {}).get(name) is not None:
                yield words.value_words(measure, self._limits[_point(row)][name])
        for name in ("usual_least", "usual_most", "random", "previous_random"):
            if row.get(name) is not None:
                yield phrases.count(row[name])
        if limits := self._of_funnels.get((row["measure"], row["council"], row["period_end"])):
            yield from (phrases.percent(limits[name]) for name in _OF_FUNNEL)
            yield f"{limits['phi']:.1f} {limits['tau2']:.4f} {limits['by_chance']:.1f} {limits['councils']}"

    def _changed(self, receipt: str) -> Iterator[str]:
        """What the release tells of a figure that is not what it was in the release before."""
        for row in self._changes:
            if receipt in (row["receipt"], row["previous_receipt"]):
                measure = self._measures[row["measure"]]
                for before in ("", "previous_"):
                    above, below = row[f"{before}numerator"], row[f"{before}denominator"]
                    yield phrases.number(above, below, kinds.unit(measure)) if below else ""
                    yield words.value_words(measure, row[f"{before}value"]) if below else ""
                yield phrases.points(row["change"], kinds.own_unit(measure)) if row["change"] else ""

    @cached_property
    def _of_funnels(self) -> dict[tuple[Any, ...], Mapping[str, Any]]:
        return {(row["measure"], row["council"], row["period_end"]): row for row in self._funnels}

    @cached_property
    def _limits(self) -> dict[tuple[Any, ...], Mapping[str, Any]]:
        return {_point(row): row for row in self._charts}


_OF_FUNNEL = ("target", "lower", "upper", "lower_998", "upper_998")


def _point(row: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("measure", "council", "window", "period_start", "period_end", "breakdown", "group")
    return tuple(row.get(name, "") for name in names)


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = con.execute(query)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def unmatched(spots: Iterable[Spot], figures: Figures, exceptions: Sequence[Exempt]) -> list[Unmatched]:
    """Every number that is of no figure that its place names, and stands on no exception."""
    found = []
    for spot in spots:
        text = _without(spot, exceptions)
        numbers = NUMBER.findall(text)
        if numbers:
            known = frozenset().union(figures.shares(spot.receipts), *map(figures.numbers, spot.receipts))
            found += [Unmatched(spot, number) for number in numbers if number.rstrip(",") not in known]
    return found


def _without(spot: Spot, exceptions: Sequence[Exempt]) -> str:
    """A text without what the exceptions mean."""
    text = spot.text
    for one in exceptions:
        if re.search(one.page, spot.page) and set(one.inside.split()) <= spot.within:
            text = re.sub(one.pattern, " … ", text, flags=re.DOTALL)
    return text


def spots_of_layout(page: str, layout: Any) -> Iterator[Spot]:
    """The texts of a layout as the server sends it (JSON of components), tables and charts among them."""
    yield from _of_layout(page, layout, "", own_receipt(page))


def own_receipt(page: str) -> tuple[str, ...]:
    """The receipt that a page is about, which its address names."""
    return tuple(RECEIPT.findall(page)) if page.startswith("/receipts/") else ()


def _of_layout(page: str, part: Any, path: str, receipts: tuple[str, ...]) -> Iterator[Spot]:
    if isinstance(part, list):
        for one in part:
            yield from _of_layout(page, one, path, receipts)
    elif isinstance(part, dict) and "props" in part:
        props = part["props"]
        own = tuple(str(props.get("data-receipt") or "").split())
        receipts = own or receipts
        path = _step(path, part.get("type", ""), props.get("id") or _heading(part), props.get("className"))
        if props.get("aria-label"):
            yield Spot(page, props["aria-label"], f"{path} > @aria-label", receipts)
        if props.get("data-table"):
            yield from _of_table(page, json.loads(props["data-table"]), path, receipts)
        if props.get("figure"):
            yield from _of_chart(page, props["figure"], path, receipts)
        yield from _of_layout(page, props.get("children"), path, receipts)
    elif part is not None and not isinstance(part, bool | dict):
        yield Spot(page, str(part), path, receipts)


def _heading(part: Any) -> str | None:
    """The id of a section's heading: the section is known by it."""
    children = part["props"].get("children") if part.get("type") == "Section" else None
    first = children[0] if isinstance(children, list) and children else None
    return first["props"].get("id") if isinstance(first, dict) and first.get("type") == "H2" else None


def _step(path: str, tag: str, name: Any, classes: Any) -> str:
    own = tag.lower() + (f"#{name}" if isinstance(name, str) else "")
    own += "".join(f".{one}" for one in str(classes or "").split())
    return f"{path} > {own}" if path else own


def _of_table(page: str, spec: Any, path: str, receipts: tuple[str, ...]) -> Iterator[Spot]:
    """A table as assets/tables.js builds it: the receipts of a row stand in its code column, of a cell in its `sub`."""
    path = f"{path} > table"
    yield Spot(page, spec["caption"], f"{path} > caption", receipts)
    for column in spec["columns"]:
        yield Spot(page, column["name"], f"{path} > thead > th", receipts)
    codes = [place for place, column in enumerate(spec["columns"]) if column["kind"] == "code"]
    for row in spec["rows"]:
        cells = [cell if isinstance(cell, dict) else {"text": str(cell)} for cell in row]
        coded = " ".join(str(cells[place].get("text", "")) for place in codes)
        below = " ".join(str(cell.get("sub") or "") for cell in cells)
        of_row = tuple(RECEIPT.findall(coded)) or tuple(RECEIPT.findall(below)) or receipts
        for place, cell in enumerate(cells):
            own = tuple(RECEIPT.findall(str(cell.get("sub") or ""))) or of_row
            here = f"{path} > tbody > tr > {'td' if place else 'th'}"
            for name in ("text", "note", "sub"):
                if cell.get(name):
                    heading, column = str(cells[0].get("text", "")), spec["columns"][place]["name"]
                    yield Spot(page, str(cell[name]), f"{here} > .{name}", own, heading, column)
            for link in cell.get("links") or []:
                yield Spot(page, str(link.get("text", "")), f"{here} > a", own)


def _of_chart(page: str, figure: Any, path: str, receipts: tuple[str, ...]) -> Iterator[Spot]:
    """The words of a chart: marks, what is said of a mark (which may name its own receipt), notes and axes."""
    for trace in figure.get("data") or []:
        for name in ("text", "hovertext", "name"):
            held = trace.get(name)
            for text in held if isinstance(held, list) else [held]:
                if isinstance(text, str):
                    yield Spot(page, text, f"{path} > .{name}", tuple(RECEIPT.findall(text)) or receipts)
    layout = figure.get("layout") or {}
    for note in layout.get("annotations") or []:
        yield Spot(page, str(note.get("text") or ""), f"{path} > .annotation", receipts)
    for name, axis in layout.items():
        if re.match(r"[xy]axis", name) and isinstance(axis, dict):
            for text in axis.get("ticktext") or []:
                yield Spot(page, str(text), f"{path} > .axis", receipts)
            title = axis.get("title") or {}
            yield Spot(
                page,
                str(title.get("text", "") if isinstance(title, dict) else title),
                f"{path} > .axis",
                receipts,
            )


IN_BROWSER = """() => {
  const name = e => e.id || (e.tagName === 'SECTION' && e.querySelector('h2') ? e.querySelector('h2').id : '');
  const step = e => e.tagName.toLowerCase() + (name(e) ? '#' + name(e) : '')
    + [...e.classList].map(name => '.' + name).join('');
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const holder = node.parentElement;
    if (!holder || !/[0-9]/.test(node.data) || holder.closest('script, style, noscript')) continue;
    const path = [], named = holder.closest('[data-receipt]');
    for (let e = holder; e && e !== document.body; e = e.parentElement) path.unshift(step(e));
    found.push([node.data, path.join(' > '), named ? named.dataset.receipt : '']);
  }
  for (const e of document.querySelectorAll('[aria-label]')) {
    const path = [], named = e.closest('[data-receipt]');
    for (let f = e; f && f !== document.body; f = f.parentElement) path.unshift(step(f));
    found.push([e.getAttribute('aria-label'), path.join(' > ') + ' > @aria-label', named ? named.dataset.receipt : '']);
  }
  return found;
}"""
"""Every text node of the page as it is drawn, SVG among it, with its place and the receipts that the place names."""


def drawn(page: Page, url: str, address: str) -> list[Spot]:
    """The texts of a page as Chromium draws it, with every disclosure open."""
    browser.open_page(page, url + address)
    page.evaluate("() => document.querySelectorAll('details').forEach(e => { e.open = true; })")
    page.wait_for_function(f"() => ({browser.NOT_BUILT})() === 0")
    return list(spots_in_browser(address, page.evaluate(IN_BROWSER)))


def spots_in_browser(name: str, found: Iterable[Sequence[str]]) -> Iterator[Spot]:
    """The texts that `IN_BROWSER` gives."""
    for text, path, receipts in found:
        yield Spot(name, text, path, tuple(receipts.split()) or own_receipt(name))


RAW = (
    "numerator", "denominator", "value", "low", "high", "previous_numerator", "previous_denominator", "previous_value",
    "change", "change_low", "change_high",
)  # fmt: skip


def wrong_in_file(name: str, rows: Iterable[Mapping[str, Any]], figures: Figures) -> list[str]:
    """Numbers of an export's rows that are not those of the figure that the row's receipt names."""
    wrong = []
    for place, row in enumerate(rows, start=1):
        figure = figures.row(str(row.get("receipt") or ""))
        for column in RAW:
            shown = row.get(column)
            if shown in (None, ""):
                continue
            if (
                figure is None
                or figure[column] is None
                or abs(float(str(shown)) - float(figure[column])) > 1e-9
            ):
                wrong.append(f"{name}, row {place}: {column} is {shown}, which its receipt does not say")
    return wrong


def rows_of_file(kind: str, made: bytes) -> Iterator[dict[str, Any]]:
    """The rows of figures of an export, by the names of their columns."""
    if kind == "csv":
        yield from csv.DictReader(io.StringIO(made.decode("utf-8-sig")))
    elif kind == "json":
        held = json.loads(made)
        yield from held if isinstance(held, list) else held["rows"]
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(made))
        for name in book.sheet_names:
            lines = book.get_sheet_by_name(name).to_python()
            heads = [place for place, line in enumerate(lines) if "receipt" in line and "numerator" in line]
            for line in lines[heads[0] + 1 :] if heads else ():
                yield dict(zip(lines[heads[0]], line, strict=True))


_DAY = rf"\b\d{{1,2}} (?:{_MONTHS}|[A-Z][a-z]{{2}})(?: \d{{4}})?\b|\b(?:{_MONTHS}|[A-Z][a-z]{{2}})\.? \d{{2,4}}\b"
EXCEPTIONS = (
    Exempt("what the check of small numbers looked at", page=r"^/protection", inside="#attacked"),
    Exempt("a receipt, or the digest of a file", r"\b[0-9A-HJKMNP-TV-Z]{11}\b|\b[0-9a-f]{16,64}\b"),
    Exempt("a data version", r"\b\d{4}-\d{2}-\d{2}\.\d+\b"),
    Exempt("a file or a rule as its source calls it", r"\bSI \d{4}/\d+\b|\bregulation \d+|\w+_20_week\.csv"),
    Exempt("a day, month or year", rf"{_DAY}|\b\d{{4}}-\d{{2}}(?:-\d{{2}})?\b|\b(?:19|20)\d{{2}}\b"),
    Exempt("the length of a period", r"\b(?:3|12|24)[ -]months?\b"),
    Exempt("the version of a definition", r"\b\d+\.\d+\.\d+\b"),
    Exempt("the code of a rule", r"\b[A-Z]{3,4}-\d{2,3}\b"),
    Exempt("the Ombudsman's own reference of a published case", r"\b\d\d \d{3} \d{3}\b"),
    Exempt(
        "the name of a band of weeks or hours",
        r"\bUnder \d+ (?:hours|weeks)\b|\b\d+ to \d+ (?:hours|weeks)\b|\b\d+ (?:hours|weeks) or more\b",
    ),
    Exempt("a time that the law or a definition sets", r"(?<![\d.,])\d+ (?:weeks|working days|days)\b"),
    Exempt("how many points a chart has", r"\b\d+ (?:months|quarters|years) to\b"),
    Exempt(
        "a rule of a control chart",
        r"\b\d+ (?:months|quarters) (?:in a row|(?:above|below) the)\b|\b2 of 3 (?:months|quarters|near)\b",
    ),
    Exempt(
        "a rule of a control chart", r"steady series of 36 months|[Ff]ewer than (?:8|13) (?:months|quarters)"
    ),
    Exempt("what chance alone does", r"\bone in 20 of the (?:groups|cells)\b"),
    Exempt(
        "what chance alone does, of the charts and groups that the page shows",
        r"\bBy chance alone, about [\d.]+ of (?:these )?\d+ .*? would ",
    ),
    Exempt(
        "a target, from the definition or the council's own file",
        r"\b[Tt]arget(?: is|:|,| itself changed: it was) at (?:least|most) \d+%",
    ),
    Exempt("the method of an interval", r"\b95% (?:interval|range)|\binterval[^.]*, 95%"),
    Exempt(
        "what a coefficient of agreement means, and below how many cases a share is not quoted",
        r"are 1 where all agree and 0 where|[Bb]elow \d+ (?:audits|reviews of plans|cases)|some 40 percentage points",
    ),
    Exempt("the limits of a funnel", r"the (?:inner|outer) \(\d\d(?:\.\d)?%\)|; chance is 1\)"),
    Exempt("the scale of a chart", inside=".axis"),
    Exempt("the scale of a chart", inside=".xtick"),
    Exempt("the scale of a chart", inside=".ytick"),
    Exempt("checks: the table checks", inside=".strip"),
    Exempt("checks: the table checks", r"Checks on the files in force: [\d,]+ passed[^.]*\."),
    Exempt("files: the table deliveries", r"\b\d+ files? in force\b"),
    Exempt("files: the table changes", r"\b\d+ new files?, with [\d,]+ rows? accepted and [\d,]+ set aside"),
    Exempt("how many figures changed: the table changes", r"\b\d+ other periods? of"),
    Exempt("files and rows: the tables deliveries and freshness", inside="#data", page="^/$"),
    Exempt("the address of this view", inside=".view-link"),
    Exempt("the choices of a form", inside="select"),
    Exempt("the name of an age group", r"(?<![\d.,%])\d{1,2} to \d{1,2}(?![\d.,%])"),
    Exempt("the name of a kind of setting", r"\bpost-16 institution\b"),
    Exempt(
        "how many groups are compared, and what chance alone gives", inside="#findings .hint", page="^/who"
    ),
    Exempt(
        "from how many audits on something is said",
        r"\b[Ff]ewer than 5 audits\b|\b200 audits\b",
        page="^/who",
    ),
    Exempt("the scale of an indicator", r"^1 means that all|\bscale to 1\b"),
    Exempt("how many lines a list goes on for", r"\b\d+ more changes?\b|counted \d+ ways"),
    Exempt("the definition's own words", inside="dl .definition", page="^/definitions/"),
    Exempt("the definition's own words", inside="pre", page="^/definitions/"),
    Exempt("what a receipt rests on: its own counts of rows", inside="#counted", page="^/receipts/"),
    Exempt("what a receipt rests on: the table deliveries", inside="#files", page="^/receipts/"),
    Exempt("what a receipt rests on: the table checks", inside="#checks", page="^/receipts/"),
    Exempt("what it was in other releases, by their receipts", inside="#past", page="^/receipts/"),
    Exempt(
        "files, rows, checks: the tables deliveries, checks, findings, drift, freshness, balances",
        page="^/data",
    ),
)
"""What is no figure, with the reason. Read it whole before you add to it: each line is a number without a receipt."""
