"""Which row of a sheet is the header, of which feed, and what its columns mean.

Belongs here: comparing the first rows with every contract's accepted spellings, and refusing what nearly fits.
Does not belong here: opening files (`text`, `workbook`), title rows' dates (`titles`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.contracts import Contract, simplify
from pipelines.feeds import titles
from pipelines.feeds.refusal import Refused, shown

SEARCHED = 30
"""Records from the top in which the header must be."""
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Fit:
    """How one row fits one contract: the best one is the header."""

    contract: Contract
    index: int
    """Of the row, from 0."""
    columns: dict[str, list[int]]
    """Contract column -> where its headers are, from 0."""
    missing_required: tuple[str, ...]

    @property
    def belongs(self) -> bool:
        return bool(self.columns) and not self.missing_required

    @property
    def nearly(self) -> bool:
        """Enough to say that this feed was meant: half of the required columns and three headers."""
        required = [name for name, column in self.contract.columns.items() if column.required]
        return len(self.columns) >= 3 and 2 * (len(required) - len(self.missing_required)) >= len(required)

    @property
    def score(self) -> tuple[int, bool]:
        return len(self.columns), self.belongs


@dataclass(frozen=True)
class Header:
    """A sheet's header, understood."""

    contract: Contract
    index: int
    width: int
    """Cells up to the last that has a text; a filled cell beyond makes a row ragged."""
    positions: dict[str, int]
    """Contract column -> cell, from 0, in the supplier's order."""
    matched: dict[str, str]
    how: dict[str, str]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    extracted_on: date | None
    corrections: bool
    repeated: tuple[tuple[int, int], ...] = ()
    """Cells with the same header, word for word: the one used and its copy, which must say the same in every row."""


def best_fit(rows: Rows, contracts: Iterable[Contract], council: str | None) -> Fit | None:
    """The row and feed with the most headers matched; of equals a complete one, then the first. None: no match."""
    best: Fit | None = None
    contracts = tuple(contracts)
    for index, row in enumerate(rows[:SEARCHED]):
        simple = [simplify(cell[:1000]) for cell in row]
        for contract in contracts:
            fit = _fit(contract, index, simple, council)
            if fit.columns and (best is None or fit.score > best.score):
                best = fit
    return best


def understand(fit: Fit, rows: Rows, first_row: int, where: str, council: str | None) -> Header | None:
    """The header that a fit stands for; None where it is no feed's.

    `first_row` is the number that Excel shows for `rows[0]`; `where` names the file and sheet in messages.

    Raises:
        Refused: required columns are missing, or two columns say the same.
    """
    contract = fit.contract
    row_number = first_row + fit.index
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
    used = set(positions.values())
    matched = {name: shown(cells[at], f"(column {at + 1})") for name, at in positions.items()}
    made = {
        name: matched[column.made_from["level"]]
        for name, column in contract.columns.items()
        if column.made_from
    }
    asked = {name: column for name, column in contract.columns.items() if column.in_the_file}
    return Header(
        contract=contract,
        index=fit.index,
        width=filled[-1] + 1,
        positions=dict(sorted(positions.items(), key=lambda item: item[1])),
        matched=matched | made,
        how={name: _how(contract, name, cells[at]) for name, at in positions.items()}
        | dict.fromkeys(made, "made from"),
        unknown=tuple(
            shown(cells[at], f"(column {at + 1})")
            for at in range(filled[0], filled[-1] + 1)
            if at not in used
        ),
        missing=tuple(
            name
            for name, column in asked.items()
            if name not in positions and not (council and column.type == "council")
        ),
        repeated=tuple(repeated),
        extracted_on=titles.extracted_on(rows[: fit.index]),
        corrections=titles.corrections_only(rows[: fit.index]),
    )


def no_feed(where: str, contracts: Iterable[Contract]) -> Refused:
    """The refusal of a file in which nothing is recognised."""
    feeds = "; ".join(f"{contract.feed} ({contract.title})" for contract in contracts)
    return Refused(
        "FILE-09",
        f"{where}: its first {SEARCHED} rows hold no header row that we know, so we cannot tell what it is. "
        f"These feeds exist: {feeds}. Start from `send-audit template FEED`, which "
        "writes a file with the right headers.",
    )


def _fit(contract: Contract, index: int, simple: Sequence[str], council: str | None) -> Fit:
    columns: dict[str, list[int]] = {}
    for at, text in enumerate(simple):
        name = contract.headers.get(text) if text else None
        if name is not None:
            columns.setdefault(name, []).append(at)
    missing = tuple(
        name
        for name, column in contract.columns.items()
        if column.required
        and column.in_the_file
        and name not in columns
        and not (council and column.type == "council")
    )
    return Fit(contract, index, columns, missing)


def _how(contract: Contract, name: str, header: str) -> str:
    simple = simplify(header)
    if simple == simplify(name):
        return "name"
    return "title" if simple == simplify(contract.columns[name].title) else "also called"


def _missing(fit: Fit, where: str, row_number: int) -> Refused:
    columns = fit.contract.columns
    wanted = "; ".join(
        " or ".join(
            f'"{text}"' for text in dict.fromkeys((columns[name].title, name, *columns[name].also_called))
        )
        for name in fit.missing_required
    )
    council = any(columns[name].type == "council" for name in fit.missing_required)
    return Refused(
        "FILE-10",
        f"{where}, row {row_number}: this looks like {fit.contract.title} ({fit.contract.feed}), but required columns "
        f"are missing. Looked for these headers, whatever their case and order: {wanted}. Add the columns or correct "
        f"their headers{'; a council column may be left out if the council is set when receiving' if council else ''}. "
        f"`send-audit template {fit.contract.feed}` shows them all.",
    )
