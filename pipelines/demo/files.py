"""Files before they are written, and how each of the county's offices writes its own.

Belongs here: the rows of a file with the faults planted in it, and the styles.
Does not belong here: bytes (`writing`), or which rows a file has (the modules of the kinds of record).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipelines.contracts import Column
from pipelines.demo.drawing import Row, weekday


@dataclass(frozen=True)
class Delivery:
    """One file, as the county sends it."""

    path: Path
    extracted_on: date
    received_on: date
    note: str


@dataclass(frozen=True)
class Fault:
    """One planted fault: `row` as Excel shows it, `column` by its name in the contract."""

    row: int
    column: str
    what: str


@dataclass(frozen=True)
class Style:
    """How one office writes its files."""

    council: str
    ending: str
    day: str
    month: str
    yes_no: tuple[str, str]
    labels: bool  # codes by their labels
    heading: Callable[[str, Column], str]
    joined: str
    delimiter: str = ","
    encoding: str = "utf-8"
    left_out: tuple[str, ...] = ("birth_month",)

    @property
    def header_row(self) -> int:
        return 5 if self.ending == "xlsx" else 1


# 2023-24: a spreadsheet kept by hand, with titles above the header; it has the month of birth and not the age
WORKBOOK = Style(
    council="Brackenshire", ending="xlsx", day="", month="%B %Y", yes_no=("Yes", "No"), labels=True, joined="; ",
    heading=lambda name, column: column.title, left_out=("age_band", "rating_listened", "rating_difference"),
)  # fmt: skip
# 2024-25: a case system's report, made on Windows
CASE_SYSTEM = Style(
    council="Brackenshire County Council", ending="csv", day="%d/%m/%Y", month="%m/%Y", yes_no=("Y", "N"),
    labels=True, joined=" | ", heading=lambda name, column: (*column.also_called, column.title)[0], delimiter=";",
    encoding="cp1252",
)  # fmt: skip
# 2025-26: the data team's own tables
WAREHOUSE = Style(
    council="990", ending="csv", day="%Y-%m-%d", month="%Y-%m", yes_no=("true", "false"), labels=False, joined=";",
    heading=lambda name, column: name,
)  # fmt: skip


@dataclass
class Extract:
    """One file before it is written: rows of canonical values, and texts where something is wrong."""

    feed: str
    label: str
    style: Style
    rows: list[Row]
    extracted_on: date
    note: str
    headers: Mapping[str, str] = field(default_factory=dict)  # where they are not the style's
    faults: list[Fault] = field(default_factory=list)
    layout: tuple[str, ...] = ()  # the columns of somebody else's layout, in place of the contract's
    sender: str = "brackenshire"
    above: tuple[
        tuple[Any, ...], ...
    ] = ()  # what a workbook has above its header, in place of the county's titles
    sheet: str = "Extract"

    @property
    def file(self) -> str:
        return f"{self.sender}-{self.feed.replace('_', '-')}-{self.label}-demonstration.{self.style.ending}"

    @property
    def received_on(self) -> date:
        return weekday(self.extracted_on + timedelta(days=5))

    def plant(self, at: int, column: str, value: Any, what: str) -> None:
        """Put a value into a row, and note that this is wrong there."""
        self.rows[at] = self.rows[at] | {column: value}
        self.faults.append(Fault(self.style.header_row + 1 + at, column, what))

    def plant_each(self, free: list[int], faults: Iterable[tuple[int, str, Any, str]]) -> None:
        """Plant each (times, column, value, what) into so many rows, taken from the end of `free`."""
        for times, column, value, what in faults:
            for _ in range(times):
                self.plant(free.pop(), column, value, what)

    def repeat(self, at: int, reference: str, of: str, *, differs: bool) -> None:
        """Put a row in once more at the end: the same, or with another agreed grade.

        `reference`: the column that the supplier knows it by. `of`: what a row is of.
        """
        first = self.rows[at]
        self.rows.append(first)
        what = f"the {of} of row {self.style.header_row + 1 + at} again"
        if differs:
            other = "good" if first["agreed_grade"] != "good" else "requires_improvement"
            self.plant(len(self.rows) - 1, "agreed_grade", other, f"{what}, with another grade")
        else:
            self.plant(len(self.rows) - 1, reference, first[reference], what)
