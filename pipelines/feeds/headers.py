"""Which row of a sheet is the header, of which feed, and what its columns mean.

Belongs here: comparing the first rows with every layout's accepted spellings, and refusing what nearly fits.
Does not belong here: opening files (`text`, `workbook`), title rows (`titles`, `corrected`), what a layout accepts
(`layouts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import itemgetter

from pipelines.contracts import Contract, simplify
from pipelines.feeds import corrected, titles
from pipelines.feeds.layouts import MAPPED, Found, Layout, contracts_of
from pipelines.feeds.refusal import Refused, shown

SEARCHED = 30
"""Records from the top in which the header must be."""
_DECORATION = re.compile(r"^\s*\d{1,3}[.)]\s+|\s*\((?:required|mandatory|optional)\)\s*$", re.IGNORECASE)
"""What forms add to a header: "1. Council", "Council (required)"."""
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Fit:
    """How one row fits one layout: the best one is the header."""

    layout: Layout
    index: int
    """Of the row, from 0."""
    found: Found
    missing_required: tuple[str, ...]
    preference: int
    rivals: tuple[str, ...] = ()
    """Councils whose mappings fit the same row as well and say something else."""
    another: int | None = None
    """Another row that is a whole header too, and not this one once more: the sheet has two tables."""

    @property
    def contract(self) -> Contract:
        return self.layout.contract

    @property
    def columns(self) -> dict[str, list[int]]:
        """Contract column -> where its headers are, from 0."""
        return self.found.columns

    @property
    def belongs(self) -> bool:
        return bool(self.columns) and not self.missing_required

    @property
    def nearly(self) -> bool:
        """Enough to say that this feed was meant: half of the required columns and three headers."""
        required = [name for name, column in self.contract.columns.items() if column.tells_the_feed]
        return len(self.columns) >= 3 and 2 * (len(required) - len(self.missing_required)) >= len(required)

    @property
    def names_no_record(self) -> bool:
        """It lacks a reference that tells rows apart, as lists of choices and summaries do."""
        columns, key = self.contract.columns, self.contract.key
        return any(name in self.missing_required and columns[name].type == "identifier" for name in key)

    @property
    def score(self) -> tuple[int, bool, int]:
        return self.found.understood, self.belongs, self.preference


@dataclass(frozen=True)
class Header:
    """A sheet's header, understood."""

    contract: Contract
    layout: Layout
    index: int
    width: int
    """Cells up to the last that has a text; a filled cell beyond makes a row ragged."""
    positions: dict[str, int]
    """Contract column -> cell, from 0, in the supplier's order."""
    matched: dict[str, str]
    as_sent: dict[str, str]
    """Contract column -> the header as it stands in the file, however long; for nobody but its supplier."""
    how: dict[str, str]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    extracted_on: date | None
    corrections: bool
    repeated: tuple[tuple[int, int], ...] = ()
    """Cells with the same header, word for word: the one used and its copy, which must say the same in every row."""
    answer: corrected.Answer | None = None
    """Which delivery a sheet of corrections corrects."""
    constants: dict[str, str] = field(default_factory=dict)
    """Contract column -> what it is in every row, for those that the file does not have but somebody said."""


def best_fit(rows: Rows, layouts: Iterable[Layout], council: str | None) -> Fit | None:
    """The row and layout with the most headers matched; of equals a complete one, then a mapping that is surely meant,
    then the first. None: no match."""
    best: Fit | None = None
    whole: dict[int, Fit] = {}
    layouts = tuple(layouts)
    council = council or corrected.council_said(rows)
    for index, row in enumerate(rows[:SEARCHED]):
        simple = [simplify(_DECORATION.sub("", cell[:1000])) for cell in row]
        for layout in layouts:
            fit = _fit(layout, index, simple, council)
            if fit is None:
                continue
            if fit.belongs and (index not in whole or fit.score > whole[index].score):
                whole[index] = fit
            if best is None or fit.score > best.score:
                best = fit
            elif fit.score == best.score and index == best.index and _another(fit, best):
                best = replace(best, rivals=(*best.rivals, layout.mapping.council))  # type: ignore[union-attr]
    others = (
        fit.index for fit in whole.values() if best and fit.index != best.index and not _repeats(fit, best)
    )
    return replace(best, another=next(others, None)) if best else None


def _repeats(fit: Fit, best: Fit) -> bool:
    """Whether a row below the header says the same again, as a printed page does."""
    return fit.index > best.index and (fit.contract.feed, fit.columns) == (best.contract.feed, best.columns)


def _another(fit: Fit, best: Fit) -> bool:
    """Whether two mappings that fit a row alike would read it differently."""
    one, other = fit.layout.mapping, best.layout.mapping
    if one is None or other is None:
        return False
    return one.says != other.says or "council" not in fit.columns


def understand(fit: Fit, rows: Rows, first_row: int, where: str, council: str | None) -> Header | None:
    """The header that a fit stands for; None where it is no feed's.

    `first_row` is the number that Excel shows for `rows[0]`; `where` names the file and sheet in messages.

    Raises:
        Refused: required columns are missing, or two columns say the same.
    """
    contract, mapping = fit.contract, fit.layout.mapping
    row_number = first_row + fit.index
    if fit.rivals and mapping is not None:
        raise Refused(
            "FILE-14",
            f"{where}, row {row_number}: the headers fit the mappings of councils "
            f"{', '.join((mapping.council, *fit.rivals))} alike, and nothing in the file says whose it is. Receive it "
            "with --council.",
        )
    council = council or corrected.council_said(rows) or (mapping.council if mapping else None)
    if fit.belongs and fit.another is not None:
        above, under = sorted((row_number, first_row + fit.another))
        raise Refused(
            "FILE-16",
            f"{where}: rows {above} and {under} are both headers, so that the sheet holds two tables. Put each "
            "on a sheet or in a file of its own.",
        )
    if not fit.belongs:
        if fit.nearly:
            raise _missing(fit, where, row_number)
        return None
    cells = rows[fit.index]
    positions = {name: found[0] for name, found in fit.columns.items()}
    repeated = []
    for name, found in fit.columns.items():
        if len(found) > 1:
            if len({simplify(cells[at]) for at in found}) == 1:
                repeated += [(found[0], copy) for copy in found[1:]]
                continue
            one, two = (f'"{shown(cells[at], "?")}" (column {at + 1})' for at in found[:2])
            raise Refused(
                "FILE-11",
                f"{where}, row {row_number}: the headers {one} and {two} both mean {contract.columns[name].title}. "
                "Keep the one that holds the answer, and rename or remove the other.",
            )
    filled = [at for at, cell in enumerate(cells) if cell.strip()]
    matched = {name: shown(cells[at], f"(column {at + 1})") for name, at in positions.items()}
    made = {
        name: matched[column.made_from["level"]]
        for name, column in contract.columns.items()
        if column.made_from
    }
    asked = {name: column for name, column in contract.columns.items() if column.in_the_file}
    answer = corrected.answer(rows[: fit.index], cells, positions, where, row_number)
    used = {*positions.values(), *answer.cells} if answer else set(positions.values())
    return Header(
        contract=contract,
        layout=fit.layout,
        index=fit.index,
        width=filled[-1] + 1,
        positions=dict(sorted(((answer.position if answer else {}) | positions).items(), key=itemgetter(1))),
        matched=matched | made,
        as_sent={name: cells[at].strip() for name, at in positions.items()},
        how={name: _how(fit.layout, name, cells[at]) for name, at in positions.items()}
        | dict.fromkeys(made, "made from"),
        unknown=tuple(
            shown(cells[at], f"(column {at + 1})")
            for at in range(filled[0], filled[-1] + 1)
            if at not in used
        ),
        missing=tuple(
            name
            for name, column in asked.items()
            if name not in positions
            and not (council and column.type == "council")
            and name not in fit.layout.constants
        ),
        repeated=tuple(repeated),
        extracted_on=titles.extracted_on(rows[: fit.index]),
        corrections=titles.corrections_only(rows[: fit.index]),
        answer=answer,
        constants=_given(contract, council, positions) | fit.layout.constants,
    )


def _given(contract: Contract, council: str | None, positions: dict[str, int]) -> dict[str, str]:
    """The council of every row, where one was given and the file does not say."""
    absent = (
        name
        for name, column in contract.columns.items()
        if column.type == "council" and name not in positions
    )
    return dict.fromkeys(absent, council) if council else {}


def no_feed(where: str, layouts: Iterable[Layout]) -> Refused:
    """The refusal of a file in which nothing is recognised."""
    feeds = "; ".join(f"{contract.feed} ({contract.title})" for contract in contracts_of(layouts))
    return Refused(
        "FILE-09",
        f"{where}: its first {SEARCHED} rows hold no header row that we know, so we cannot tell what it is. "
        f"These feeds exist: {feeds}. Start from `send-audit template FEED`, which "
        "writes a file with the right headers; or have the analyst write a mapping of yours: `send-audit map FILE`.",
    )


def _fit(layout: Layout, index: int, simple: Sequence[str], council: str | None) -> Fit | None:
    """How a row fits a layout; None where it has none of its headers, or is not this mapping's."""
    found = layout.find(simple)
    if not found.columns or not layout.is_theirs(found, council):
        return None
    council_known = council is not None or layout.mapping is not None
    missing = tuple(
        name
        for name, column in layout.contract.columns.items()
        if column.tells_the_feed
        and column.in_the_file
        and name not in found.columns
        and name not in layout.constants
        and not (council_known and column.type == "council")
    )
    return Fit(layout, index, found, missing, layout.preference(found, council))


def _how(layout: Layout, name: str, header: str) -> str:
    simple = simplify(header)
    if (name, MAPPED) in layout.headers.get(simple, ()):
        return "mapping"
    if simple == simplify(name):
        return "name"
    return "title" if simple == simplify(layout.contract.columns[name].title) else "also called"


def _missing(fit: Fit, where: str, row_number: int) -> Refused:
    columns = fit.contract.columns
    wanted = "; ".join(
        " or ".join(f'"{text}"' for text in fit.layout.called(name)) for name in fit.missing_required
    )
    instead = f", or correct the mapping {fit.layout.mapping.name}" if fit.layout.mapping else ""
    if any(columns[name].type == "council" for name in fit.missing_required):
        instead += "; a council column may be left out if the council is set when receiving"
    return Refused(
        "FILE-10",
        f"{where}, row {row_number}: this looks like {fit.contract.title} ({fit.contract.feed}), but required columns "
        f"are missing. Looked for these headers, whatever their case and order: {wanted}. Add the columns or correct "
        f"their headers{instead}. "
        f"`send-audit template {fit.contract.feed}` shows them all.",
    )
