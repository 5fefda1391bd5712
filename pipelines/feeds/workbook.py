"""Reading an XLSX or ODS workbook: every sheet, hidden ones too, with cells as the text they stand for.

Belongs here: opening workbooks safely enough to trust calamine with them, and cells to text. Does not belong here:
text files (`text`), which header means what (`headers`), unpacking itself (`unpacking`, `opendocument`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import duckdb
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipelines.feeds import headers, loading, opendocument, unpacking
from pipelines.feeds.headers import Fit, Header
from pipelines.feeds.layouts import Layout
from pipelines.feeds.refusal import Refused, shown

T = TypeVar("T")
Rows = Callable[[], Iterator[tuple[int, list[str]]]]
Errors = dict[tuple[int, int], str]
"""(row, column), both from 1 -> what an error cell shows, such as #N/A; calamine gives '' for them."""


def read_workbook(
    path: Path,
    where: str,
    layouts: Iterable[Layout],
    con: duckdb.DuckDBPyConnection,
    council: str | None,
    max_unzipped_bytes: int,
    only: Collection[int] | None = None,
) -> tuple[list[tuple[str, Header, str, int, bool]], list[tuple[str, str]]]:
    """Load every sheet that is a feed's, or `only` some of its rows.

    Returns (sheet, header, table's name, rows, whether it is hidden), and (sheet skipped, why).

    Raises:
        Refused: it is not a workbook that can be read, no feed's, or a feed's sheet lacks what is required.
    """
    layouts = tuple(layouts)
    errors, linked = _examine(path, where, max_unzipped_bytes)
    tables: list[tuple[str, Header, str, int, bool]] = []
    skipped: list[tuple[str, str]] = []
    empty = 0
    beside: list[tuple[str, Fit, list[list[str]]]] = []
    try:
        for sheet, held in _named_sheets(path, where, errors):
            here = f"{where}, sheet {sheet}"
            first = [cells for _, cells in islice(held.rows(), headers.SEARCHED + 1)]
            if not first or held.name in linked:
                empty += 1
                skipped.append((sheet, _not_read(held.is_cells, held.name in linked)))
                continue
            fit = headers.best_fit(first, layouts, council)
            if fit and fit.nearly and fit.names_no_record:
                beside.append((sheet, fit, first))
                continue
            header = headers.understand(fit, first, 1, here, council) if fit else None
            if header is None:
                skipped.append((sheet, f"its first {headers.SEARCHED} rows have no feed's headers"))
                continue
            relation = loading.new_name(con, header.contract.feed)
            body = loading.below(header, held.rows(), only)
            count = loading.load_rows(con, relation, header, body, here)
            tables.append((sheet, header, relation, count, held.is_hidden))
        for sheet, fit, first in beside:
            if all(header.contract.feed != fit.contract.feed for _, header, *_ in tables):
                headers.understand(fit, first, 1, f"{where}, sheet {sheet}", council)  # which refuses it
            why = f"it has some headers of {fit.contract.feed}, but none for the reference of each row"
            skipped.append((sheet, why))
    except BaseException:
        for _, _, relation, *_ in tables:
            loading.drop(con, relation)
        raise
    if not tables and empty == len(skipped):
        raise Refused(
            "FILE-02", f"{where}: its sheets are empty. Save it again and look at it before sending."
        )
    if not tables:
        raise headers.no_feed(where, layouts)
    return tables, skipped


def numbered_rows(
    path: Path, where: str, max_unzipped_bytes: int
) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    """Each sheet in the workbook's order, as it is shown, with all its rows and their numbers; none of a chart.

    Raises:
        Refused: it is not a workbook that can be read.
    """
    errors, _ = _examine(path, where, max_unzipped_bytes)
    for sheet, held in _named_sheets(path, where, errors):
        yield sheet, held.rows()


def rows_of_sheets(
    path: Path, where: str, max_unzipped_bytes: int, most: int
) -> Iterator[tuple[str, list[list[str]]]]:
    """Each sheet that has cells, with its first rows, whatever they are.

    Raises:
        Refused: it is not a workbook that can be read.
    """
    errors, linked = _examine(path, where, max_unzipped_bytes)
    for sheet in _sheets(path, where, errors):
        if sheet.is_cells and sheet.name not in linked:
            yield sheet.name, [cells for _, cells in islice(sheet.rows(), most)]


def _examine(path: Path, where: str, limit: int) -> tuple[dict[str, Errors], set[str]]:
    if opendocument.is_one(path, where, limit):
        return opendocument.examine(path, where, limit)
    return unpacking.examine(path, where, limit), set()


def _not_read(is_cells: bool, is_linked: bool) -> str:
    if is_linked:
        return opendocument.LINKED
    return "it is empty" if is_cells else "it is a chart"


def cell_text(value: Any) -> str:
    """What a cell holds as text: dates in ISO form, whole numbers without a point, yes/no for true/false."""
    return _TEXT.get(type(value), str)(value)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _moment(value: datetime) -> str:
    # Excel keeps times as fractions of a day: 09:30 may come as 09:29:59.9999.
    value = (value + timedelta(milliseconds=500)).replace(microsecond=0)
    return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")


_TEXT: dict[type, Callable[[Any], str]] = {
    float: _number,
    bool: lambda value: "yes" if value else "no",
    datetime: _moment,
    date: date.isoformat,
    time: lambda value: value.isoformat(timespec="seconds"),
}


class _Sheet(NamedTuple):
    name: str
    is_cells: bool
    """False of a chart."""
    is_hidden: bool
    rows: Rows
    """Gives its rows with their numbers; none of a chart."""


def _sheets(path: Path, where: str, errors: dict[str, Errors]) -> Iterator[_Sheet]:
    with path.open("rb") as file:
        workbook = _calamine(where, lambda: CalamineWorkbook.from_filelike(file))
    for at, sheet in enumerate(workbook.sheets_metadata, start=1):
        is_hidden = sheet.visible != SheetVisibleEnum.Visible
        if sheet.typ != SheetTypeEnum.WorkSheet:
            yield _Sheet(sheet.name, False, is_hidden, lambda: iter(()))
            continue
        here = f"{where}, sheet {shown(sheet.name, f'(sheet {at})')}"
        cells = _calamine(here, partial(workbook.get_sheet_by_index, at - 1))
        yield _Sheet(sheet.name, True, is_hidden, partial(_rows, cells, errors.get(sheet.name, {})))


def _named_sheets(path: Path, where: str, errors: dict[str, Errors]) -> Iterator[tuple[str, _Sheet]]:
    """Each sheet with its name as it is shown."""
    used: set[str] = set()
    for at, sheet in enumerate(_sheets(path, where, errors), start=1):
        name = shown(sheet.name, f"(sheet {at})")
        if name in used:
            name = f"{name} (sheet {at})"  # two names that are shown alike: a row must have one place
        used.add(name)
        yield name, sheet


def _rows(cells: CalamineSheet, errors: Errors) -> Iterator[tuple[int, list[str]]]:
    if cells.start is None:
        return
    with_errors = {row for row, _ in errors}
    first = 1 + cells.start[1]
    for number, row in enumerate(
        cells.iter_rows(), start=1
    ):  # from row 1, and from the first column with a cell
        texts = [value if type(value) is str else cell_text(value) for value in row]
        if number in with_errors:
            texts = [errors.get((number, at), text) for at, text in enumerate(texts, start=first)]
        yield number, texts


def _calamine(where: str, ask: Callable[[], T]) -> T:
    """Ask calamine. Its messages may hold cells, and a damaged file may make it panic: neither is let through."""
    try:
        return ask()
    except Exception:
        pass
    except BaseException as problem:
        if type(problem).__name__ != "PanicException":
            raise
    raise unpacking.damaged(where)
