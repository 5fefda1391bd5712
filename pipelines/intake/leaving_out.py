"""Which rows of one delivered file are on the list of what was erased, and the file written again without them.

Belongs here: one file, found and rewritten, and the proof that all its other rows are read as before. Does not belong
here: the list (`erased_list`), formats (`feeds.blanking`), or the rest of the store (`pipelines.erasure`).

A row is left out where it names a child on the list; where its own reference (of an audit, plan or review) is on it;
where it refers to one that is, and names no other child; and where it has the key of such a row in the same file, as
nobody could tell which of them is right. Cells outside the tables (other sheets, titles) and those of files that were
refused are looked at one by one. A refused file that cannot be looked into goes as a whole: nothing of it is used.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines import durable
from pipelines.contracts import Catalogue, Contract
from pipelines.feeds import blanking, reader, text, workbook
from pipelines.feeds.layouts import layouts_of
from pipelines.feeds.loading import SPACES
from pipelines.feeds.reader import Table
from pipelines.feeds.refusal import Refused
from pipelines.intake import erased_list, tombstones, whole_file
from pipelines.intake.erased_list import Erased, is_listed
from pipelines.intake.key import Key
from pipelines.intake.rules import literal
from pipelines.intake.tombstones import Tombstone
from pipelines.intake.typed import make_typed
from pipelines.settings import Settings


class CannotLeaveOut(RuntimeError):
    """A file cannot be written again so that all its other rows are read as before; nothing was changed."""


@dataclass(frozen=True)
class File:
    """A delivered file as it lies in the archive."""

    path: Path
    name: str
    """What its supplier called it."""
    council: str | None
    """The council given for it."""


@dataclass
class Found:
    """What is to go of one file."""

    rows: dict[str, set[int]] = field(default_factory=dict)
    """Sheet as it is shown ('' of a text file) -> row numbers."""
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    """Feed -> council ('' for none that we know) -> rows of those received."""
    references: set[tuple[str, str]] = field(default_factory=set)
    """(council, pseudonym) of audits, plans and reviews on the list that its rows are."""
    is_whole: bool = False
    """All of it: it was refused, and nothing of it is used."""
    is_everything: bool = False
    """All rows of its tables, whoever they are about."""

    def __bool__(self) -> bool:
        return self.is_whole or any(self.rows.values())

    @property
    def number(self) -> int:
        return sum(map(len, self.rows.values()))


def find(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    catalogue: Catalogue,
    key: Key,
    file: File,
    erased: Erased,
) -> Found:
    """The rows of a file that are on the list."""
    erased_list.ready(con, key, erased)
    found = Found()
    try:
        tables, _ = reader.read(file.path, file.name, catalogue, con, settings, file.council, every_row=True)
    except Refused as refusal:
        if file.path.stat().st_size:
            _in_refused(con, settings, file, erased, found, refusal.code, erased_list.link_kinds(catalogue))
        return found
    for feed in dict.fromkeys(table.feed for table in tables if table.feed in catalogue.of_councils):
        _in_tables(con, [table for table in tables if table.feed == feed], catalogue, key, found)
    # the sheets of corrections leave out rows that nobody changed: they are in the file, and were never received
    for table in tables:
        con.execute(f"DROP TABLE {table.relation}")
    if any(table.answers for table in tables):
        _count_received(con, settings, catalogue, key, file, found)
    heads = {table.sheet: table.header_row for table in tables}
    _in_cells(con, _outside(settings, catalogue, file, heads), erased, [erased_list.CHILD], found)
    return found


def find_everything(
    con: duckdb.DuckDBPyConnection, settings: Settings, catalogue: Catalogue, file: File
) -> Found:
    """All rows of a file but its titles and headers, whoever they are about; without counts."""
    try:
        tables, _ = reader.read(file.path, file.name, catalogue, con, settings, file.council, every_row=True)
    except Refused:
        return Found(is_whole=file.path.stat().st_size > 0)
    found = Found(is_everything=True)
    heads = {table.sheet: table.header_row for table in tables}
    for table in tables:
        con.execute(f"DROP TABLE {table.relation}")
    for sheet, number, cells in _every_row(settings, catalogue, file):
        if number > heads.get(sheet, 0) and any(cell.strip(SPACES) for cell in cells):
            found.rows.setdefault(sheet, set()).add(number)
    return found


def prepare(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    catalogue: Catalogue,
    key: Key,
    file: File,
    found: Found,
) -> tuple[Tombstone, Path]:
    """The tombstone of what was found in an archived original, and the original without it, in the work folder.

    The tombstone is to be written before the original is replaced. Cut short in between, the same again ends the same.

    Raises:
        CannotLeaveOut: as `rewrite`.
    """
    was, before = durable.file_digest(file.path), tombstones.read(file.path.parent)
    made = durable.private_folder(settings.work) / f"left-{secrets.token_hex(4)}"
    rewrite(con, settings, catalogue, file, found, made)
    now, size = durable.file_digest(made), made.stat().st_size
    if before and before.was == was:
        return replace(before, now=now, bytes=size), made  # it was cut short: its rows are counted already
    profiles = {} if found.is_whole else _profiles(con, settings, catalogue, key, file)
    every = {feed: {council: of["rows"] for council, of in held.items()} for feed, held in profiles.items()}
    stone = Tombstone(
        delivery=before.delivery if before else was,
        was=was,
        now=now,
        bytes=size,
        on=settings.now().date(),
        rows=tombstones.added(before.rows if before else {}, every if found.is_everything else found.counts),
        spoke_for=tombstones.spoke_for(profiles, before),
        refusal=_refusal(con, settings, catalogue, file) if found.is_whole else None,
    )
    return stone, made


def _profiles(
    con: duckdb.DuckDBPyConnection, settings: Settings, catalogue: Catalogue, key: Key, file: File
) -> dict[str, whole_file.Profile]:
    """Feed -> the profile of a file's rows."""
    tables, _ = reader.read(file.path, file.name, catalogue, con, settings, file.council)
    found = {}
    for feed in dict.fromkeys(table.feed for table in tables):
        contract = catalogue.contracts[feed]
        typed = make_typed(con, [table for table in tables if table.feed == feed], contract, catalogue, key)
        found[feed] = whole_file.profile(con, typed, contract)
        con.execute(f"DROP TABLE {typed}")
    for table in tables:
        con.execute(f"DROP TABLE {table.relation}")
    return found


def _refusal(
    con: duckdb.DuckDBPyConnection, settings: Settings, catalogue: Catalogue, file: File
) -> dict[str, Any] | None:
    try:
        reader.read(file.path, file.name, catalogue, con, settings, file.council)
    except Refused as refusal:
        return reader.told(file.path, file.name, refusal, settings)
    return None


def rewrite(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    catalogue: Catalogue,
    file: File,
    found: Found,
    to: Path,
) -> None:
    """The file at `to` without what was found, after a look that every other row is read from it as before.

    Raises:
        CannotLeaveOut: it cannot be written so.
    """
    if found.is_whole:
        to.write_bytes(b"")
        return
    try:
        if Path(file.name).suffix.lower() in reader.TEXT:
            rows = found.rows.get("", set())
            layouts = tuple(layouts_of(catalogue))
            blanking.blank_text(file.path, to, layouts, file.council, rows.__contains__, file.name)
        else:
            sheets = [
                sheet
                for sheet, _ in workbook.numbered_rows(file.path, file.name, settings.max_unzipped_bytes)
            ]
            by_place = {sheets.index(sheet): rows.__contains__ for sheet, rows in found.rows.items()}
            blanking.blank_workbook(file.path, to, by_place, file.name, settings.max_unzipped_bytes)
    except blanking.CannotBlank as problem:
        raise CannotLeaveOut(_cannot(file, str(problem))) from None
    if not _read_alike(con, settings, catalogue, file, to, found):
        raise CannotLeaveOut(_cannot(file, "its other rows would not be read as before"))


def _cannot(file: File, why: str) -> str:
    return (
        f"{file.name} cannot be written again without the rows: {why}. Nothing of it was changed. Report its layout "
        "(not its rows) to the maintainers."
    )


# In tables


def _in_tables(
    con: duckdb.DuckDBPyConnection, tables: list[Table], catalogue: Catalogue, key: Key, found: Found
) -> None:
    contract = catalogue.contracts[tables[0].feed]
    kinds = erased_list.link_kinds(catalogue)
    short = identifying(contract, kinds)
    typed = make_typed(con, tables, short, catalogue, key)
    rows = con.execute(matching_sql(typed, short, kinds)).fetchall()
    for name in erased_list.own_links(short, kinds):
        listed = (
            f"SELECT DISTINCT council, {name} FROM {typed} WHERE council IS NOT NULL AND {is_listed(name)}"
        )
        found.references.update(con.execute(listed).fetchall())
    con.execute(f"DROP TABLE {typed}")
    for sheet, row, council in rows:
        found.rows.setdefault(sheet, set()).add(row)
        of_feed = found.counts.setdefault(contract.feed, {})
        of_feed[council or ""] = of_feed.get(council or "", 0) + 1


def identifying(contract: Contract, kinds: Iterable[str]) -> Contract:
    """A contract with those columns alone by which rows are known."""
    wanted = {
        "council",
        *contract.key,
        *erased_list.children(contract),
        *erased_list.other_links(contract, kinds),
    }
    given = {name: getattr(contract, name) for name in Contract.model_fields}
    columns = {name: column for name, column in contract.columns.items() if name in wanted}
    return Contract.model_construct(**(given | {"columns": columns, "rules": (), "period": ()}))


def matching_sql(relation: str, contract: Contract, kinds: Iterable[str]) -> str:
    """SQL for (_sheet, _row, council) of the rows of a relation that are on the list; needs `erased_list.ready`."""
    kinds = frozenset(kinds)
    children, own = erased_list.children(contract), erased_list.own_links(contract, kinds)
    others = erased_list.other_links(contract, kinds)
    no_other_child = " AND ".join(f"({name} IS NULL OR {is_listed(name)})" for name in children) or "true"
    says = [is_listed(name) for name in (*children, *own)]
    says += [f"({is_listed(name)} AND {no_other_child})" for name in others]
    parts = ", ".join(f"coalesce({name}::VARCHAR, '')" for name in contract.key_columns)
    # of rows without a reference of their own nobody can say that they are the same
    whole = " AND ".join(f"{name} IS NOT NULL" for name in own) or "false"
    same = f"CASE WHEN {whole} THEN concat_ws(chr(31), {parts}) END"
    return (
        f"WITH told AS (SELECT _sheet, _row, council, {same} AS same, {' OR '.join(says) or 'false'} AS is_out "
        f"FROM {relation}) SELECT _sheet, _row, council FROM told WHERE is_out "
        "OR same IN (SELECT same FROM told WHERE is_out AND same IS NOT NULL)"
    )


def _count_received(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    catalogue: Catalogue,
    key: Key,
    file: File,
    found: Found,
) -> None:
    """Count again only the rows that were received."""
    received = Found()
    tables, _ = reader.read(file.path, file.name, catalogue, con, settings, file.council)
    for feed in dict.fromkeys(table.feed for table in tables if table.feed in catalogue.of_councils):
        _in_tables(con, [table for table in tables if table.feed == feed], catalogue, key, received)
    for table in tables:
        con.execute(f"DROP TABLE {table.relation}")
    found.counts = received.counts


# In cells


def _in_refused(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    file: File,
    erased: Erased,
    found: Found,
    code: str,
    kinds: Iterable[str],
) -> None:
    """A refused file's rows by their cells; all of it where its rows cannot be seen."""
    try:
        if code in reader.BEFORE_OPENING:
            raise Refused(code, "")
        rows = list(_every_row(settings, None, file))
        _in_cells(con, rows, erased, [erased_list.CHILD, *sorted(kinds)], found)
    except Refused:
        found.is_whole = True
        return
    found.is_whole = bool(
        found
    )  # nothing of it is used, and its layout is not known well enough to blank a row of it


def _outside(
    settings: Settings, catalogue: Catalogue, file: File, heads: Mapping[str, int]
) -> Iterator[tuple[str, int, list[str]]]:
    """Rows above the headers of tables, and of sheets that are no feed's."""
    is_text = Path(file.name).suffix.lower() in reader.TEXT
    for sheet, number, cells in _every_row(settings, catalogue, file):
        if sheet not in heads or number < heads[sheet]:
            yield sheet, number, cells
        elif is_text:
            return


def _every_row(
    settings: Settings, catalogue: Catalogue | None, file: File
) -> Iterator[tuple[str, int, list[str]]]:
    """(sheet, number, cells) of every row of a file, whatever it is."""
    if Path(file.name).suffix.lower() not in reader.TEXT:
        for sheet, rows in workbook.numbered_rows(file.path, file.name, settings.max_unzipped_bytes):
            for number, cells in rows:
                yield sheet, number, cells
        return
    encoding = text.find_encoding(file.path, file.name)
    layouts = tuple(layouts_of(catalogue)) if catalogue else ()
    head = text.read_head(file.path, encoding, layouts, file.council)
    delimiter = head.delimiter if head.fit else text.likely_delimiter(head.texts)
    records = text.records(file.path, encoding, delimiter, head.named, file.name)
    for number, cells in enumerate(records, start=1):
        yield "", number, cells


def _in_cells(
    con: duckdb.DuckDBPyConnection,
    rows: Iterable[tuple[str, int, list[str]]],
    erased: Erased,
    kinds: Iterable[str],
    found: Found,
) -> None:
    """Rows with a cell that is a reference on the list."""
    held = [(sheet, row, cell.strip(SPACES)) for sheet, row, cells in rows for cell in cells]
    held = [(sheet, row, cell) for sheet, row, cell in held if cell]
    if not held:
        return
    columns = list(zip(*held, strict=True))
    con.register("cells_given", pa.table({"sheet": columns[0], "row": columns[1], "cell": columns[2]}))
    says = " OR ".join(
        is_listed(erased_list.pseudonym_sql(literal(kind), literal(council), "cell"))
        for kind in kinds
        for council in erased.councils
    )
    each = f"SELECT cell FROM (SELECT DISTINCT cell FROM cells_given) WHERE {says or 'false'}"
    for sheet, row in con.execute(
        f"SELECT DISTINCT sheet, row FROM cells_given SEMI JOIN ({each}) USING (cell)"
    ).fetchall():
        found.rows.setdefault(sheet, set()).add(row)
    con.unregister("cells_given")


# Reading alike


def _read_alike(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    catalogue: Catalogue,
    file: File,
    to: Path,
    found: Found,
) -> bool:
    """Whether the file at `to` is read as the other is, but for the rows that were found."""
    before, _ = reader.read(file.path, file.name, catalogue, con, settings, file.council, every_row=True)
    after, _ = reader.read(to, file.name, catalogue, con, settings, file.council, every_row=True)
    alike = [(t.feed, t.sheet, t.header_row, t.matched, t.extracted_on) for t in before] == [
        (t.feed, t.sheet, t.header_row, t.matched, t.extracted_on) for t in after
    ]
    for one, other in zip(before, after, strict=False):
        gone = sorted(found.rows.get(one.sheet, ()))
        left = f"SELECT * FROM {one.relation} WHERE NOT list_contains($gone::BIGINT[], _row)"
        differ = (
            f"SELECT count(*) FROM (({left} EXCEPT ALL FROM {other.relation}) "
            f"UNION ALL (FROM {other.relation} EXCEPT ALL {left}))"
        )
        alike = alike and con.execute(differ, {"gone": gone}).fetchall() == [(0,)]
    for table in (*before, *after):
        con.execute(f"DROP TABLE {table.relation}")
    return alike
