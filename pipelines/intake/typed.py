"""From the supplier's words to canonical columns, pseudonymised: nothing personal is in what this makes.

Belongs here: one table of typed columns from the raw tables of a delivery. Each coded column is read once for each
distinct text (`values`), then joined; identifiers become keyed hashes; free text and birth months end here.
Does not belong here: whether a row is right (`rules`), or which sheet is which feed (`feeds`).

A cell that held something unreadable is '?' in a text column, and NULL with `<column>__unreadable` true in others.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.contracts import FILLED_WITH, UNREADABLE, Catalogue, Column, Contract, simplify
from pipelines.feeds.reader import Table
from pipelines.intake import groups, plain_text, published, values
from pipelines.intake.key import Key, hash_sql, prepare

_NO_IDENTIFIER = "('N/A', 'NA', 'NONE', 'NIL', '-', 'TBC', 'UNKNOWN', 'NOT KNOWN')"
_ARROW = {name: pa.date32() for name in ("date", "month", "birth_month")} | {
    "whole_number": pa.int64(),
    "yes_no": pa.bool_(),
    "count": pa.int64(),
    "percentage": pa.float64(),
}
_TYPED = frozenset(_ARROW) | {"period"}
_BESIDE = {
    "period": {"_start": pa.date32(), "_end": pa.date32()},
    **{kind: {"": _ARROW[kind], "_symbol": pa.string()} for kind in FILLED_WITH},
    "ons_code": {"": pa.string(), "_until": pa.date32(), "_of": pa.string()},
}
"""Column types kept in several columns: what their names end in, in the order in which the reader gives the values."""

LOOKED_UP_AT_ONCE = 32
"""Columns that are read in one query. Each join with a dictionary takes some 6 MB, however few its rows."""


def make_typed(
    con: duckdb.DuckDBPyConnection,
    tables: Sequence[Table],
    contract: Contract,
    catalogue: Catalogue,
    key: Key,
) -> str:
    """Create TABLE `typed_<feed>` from the raw tables of one feed in one delivery; returns its name.

    It is no TEMP table because Great Expectations reads it through a cursor, which has temporary tables of its own.
    Columns: _sheet, _row, _ragged, the contract's stored columns, and a __unreadable flag for each column that is not
    text (and for a month of birth). Rows are in the order of the file.
    """
    prepare(con, key)
    given = f"given_{contract.feed}"
    sheets = " UNION ALL BY NAME ".join(
        f"SELECT '{table.sheet.replace(chr(39), chr(39) * 2)}' AS _sheet, * FROM {table.relation}"
        for table in tables
    )
    places = published.place_cells(contract) | groups.cells(contract)
    replaced = ", ".join(f"{text} AS {name}" for name, text in places.items())
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {given} AS "
        + (f"SELECT * REPLACE ({replaced}) FROM ({sheets})" if places else sheets)
    )
    lacking = frozenset.intersection(*(frozenset(table.missing) for table in tables))
    cells: dict[str, Cell] = {}
    for name, column in contract.columns.items():
        if column.type in ("free_text", "place_part"):
            continue
        if name in lacking:
            cells[name] = Cell("", {})
        elif column.type == "identifier":
            cells[name] = _identifier(con, given, name, column)
        else:
            by_council = column.type in ("label", "grade", "group", "council_text")
            read = reader(contract, column, catalogue, key)
            cells[name] = _dictionary(con, given, name, column, read, by_council=by_council)
    _with_age_band(contract, catalogue, cells)
    (selected, joins), *later = _in_batches(contract, cells)
    # Rows stay in the order of the file, so that no one needs to sort them: the rows are what the joins run along
    con.execute("SET disabled_optimizers = 'build_side_probe_side,join_order'")
    for at, (more, further) in enumerate(later):
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE batch_{at} AS SELECT g._sheet, g._row, {more} FROM {given} g {further}"
        )
        selected += f", batch_{at}.* EXCLUDE (_sheet, _row)"
        joins += f" LEFT JOIN batch_{at} ON g._sheet = batch_{at}._sheet AND g._row = batch_{at}._row"
    con.execute(
        f"CREATE OR REPLACE TABLE typed_{contract.feed} AS SELECT g._sheet, g._row, g._ragged, {selected} "
        f"FROM {given} g {joins}"
    )
    con.execute("RESET disabled_optimizers")
    for at, _ in enumerate(later):
        con.execute(f"DROP TABLE batch_{at}")
    for name, column in contract.columns.items():
        if column.type != "free_text":
            con.execute(f"DROP TABLE IF EXISTS dict_{name}")
    con.execute(f"DROP VIEW {given}")
    return f"typed_{contract.feed}"


def _in_batches(contract: Contract, cells: Mapping[str, Cell]) -> list[tuple[str, str]]:
    """The columns to select, and the joins that they need, of so many columns at a time that memory is enough."""
    names = list(cells)
    found = []
    for at in range(0, len(names), LOOKED_UP_AT_ONCE):
        selected = ", ".join(
            part
            for name in names[at : at + LOOKED_UP_AT_ONCE]
            for part in _selected(contract, name, cells[name], contract.columns[name])
        )
        used = [cell.join for name, cell in cells.items() if cell.join and f"dict_{name}." in selected]
        found.append((selected, " ".join(used)))
    return found


@dataclass(frozen=True)
class Cell:
    """The SQL that gives a column's value in a row `g` of the file."""

    join: str
    values: Mapping[str, str]
    """What the names of the columns it is kept in end in (see `_BESIDE`) -> SQL; none where the file lacks it."""
    unreadable: str = "false"

    @property
    def value(self) -> str:
        """Of a column that is kept in one."""
        return self.values.get("", "NULL")


def _selected(contract: Contract, name: str, cell: Cell, column: Column) -> list[str]:
    """A column of the contract as the columns of the typed table."""
    kept = {f"{name}{part}": part for part in _BESIDE.get(column.type, ("",))}
    columns = [
        f"({cell.values.get(part, 'NULL')})::{contract.stored[of]} AS {of}"
        for of, part in kept.items()
        if of in contract.stored
    ]
    return [*columns, f"{cell.unreadable} AS {name}__unreadable"] if column.type in _TYPED else columns


def _with_age_band(contract: Contract, catalogue: Catalogue, cells: dict[str, Cell]) -> None:
    """Where a month of birth is given and no age band, the band follows from it."""
    births = [name for name, column in contract.columns.items() if column.type == "birth_month"]
    if not births or not cells[births[0]].values:
        return
    born = cells[births[0]].value
    on = f"coalesce({', '.join(f'{cells[name].value}::DATE' for name in contract.period)})"
    years = f"date_sub('year', {born}, {on})"
    bands = " ".join(
        f"WHEN {years} BETWEEN {code.code.replace('-', ' AND ')} THEN '{code.code}'"
        for code in catalogue.codes["age_band"]
    )
    given = cells["age_band"]
    # date_sub cuts towards nought, so a child born in the year after would count as newly born
    value = f"coalesce({given.value}, CASE WHEN {born} > {on} THEN NULL {bands} END)"
    cells["age_band"] = Cell(given.join, {"": value})


def _identifier(con: duckdb.DuckDBPyConnection, given: str, name: str, column: Column) -> Cell:
    """A column's pseudonyms: hashed straight where most differ, else once each.

    A pseudonym is made from the kind of identifier, the council and the reference in capitals. A row without a council
    has one too: that its council is missing must not read as if its references were.
    """
    kind = column.same_as or name
    message = f"'{kind}|' || coalesce(dict_council.value, '') || '|' || upper(trim(g.{name}))"
    nothing = f"g.{name} IS NULL OR upper(trim(g.{name})) IN {_NO_IDENTIFIER}"
    hashed = f"CASE WHEN {nothing} THEN NULL ELSE {hash_sql(message)} END"
    [(rows, distinct)] = con.execute(
        f"SELECT count({name}), approx_count_distinct({name}) FROM {given}"
    ).fetchall()
    if distinct > 0.7 * rows:
        return Cell("", {"": hashed})
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE dict_{name} AS SELECT g.council, g.{name} AS raw, {hashed} AS value FROM "
        f"(SELECT DISTINCT council, {name} FROM {given}) g LEFT JOIN dict_council ON g.council = dict_council.raw"
    )
    join = f"LEFT JOIN dict_{name} ON g.{name} = dict_{name}.raw AND g.council IS NOT DISTINCT FROM dict_{name}.council"
    return Cell(join, {"": f"dict_{name}.value"})


Reader = Callable[[str, str | None], Any]


def reader(contract: Contract, column: Column, catalogue: Catalogue, key: Key) -> Reader:
    """What reads the texts of a column; those of a group stand behind their characteristic (`groups.cells`)."""
    if not column.of:
        return _reader(column, catalogue, key)
    topics = contract.columns[column.of].codes or ""
    return groups.reader(topics, catalogue, lambda kind: _label_reader(kind, catalogue, key))


def _reader(column: Column, catalogue: Catalogue, key: Key) -> Reader:
    """Text (and the council's, where it matters) -> value; raises ValueError where it cannot be read."""
    plain: dict[str, Callable[[str], Any]] = {
        "date": values.to_date,
        "month": values.to_month,
        "birth_month": values.to_month,
        "period": values.to_period,
        "whole_number": values.to_whole_number,
        "yes_no": values.to_yes_no,
        "count": published.to_count,
        "percentage": published.to_percentage,
    }
    if column.type in ("place", "ons_code"):
        read_place = (published.place_reader if column.type == "place" else published.ons_code_reader)(
            catalogue
        )
        return lambda text, _: read_place(text)
    if column.type in plain:
        convert = plain[column.type]
        return lambda text, _: convert(text)
    if column.type == "council":
        read_council = values.code_reader(catalogue.council_lookup)
        return lambda text, _: read_council(text)
    if column.type == "code":
        read_code = values.code_reader(
            {simplify(word): code.code for code in catalogue.codes[column.codes or ""]
             for word in (code.code, code.label, *code.also_called)}
        )  # fmt: skip
        return lambda text, _: read_code(text)
    if column.type == "grade":
        return _grade_reader(catalogue)
    if column.type == "council_text":
        return _text_reader(catalogue)
    return _label_reader(column.list or "", catalogue, key)


def _grade_reader(catalogue: Catalogue) -> Reader:
    readers = {
        scale: values.code_reader(
            {simplify(word): grade for grade, words in words_of.items() for word in (grade, *words)}
        )
        for scale, words_of in catalogue.grade_scales.items()
    }
    return lambda text, council: readers[catalogue.names_of(council or "").grade_scale](text)


def _text_reader(catalogue: Catalogue) -> Reader:
    """A text about the council passes where every word of it is known; see `plain_text`."""
    names_too = {word for word, is_name in catalogue.plain_words.items() if is_name}

    def read(text: str, council: str | None) -> str:
        own = catalogue.names_of(council or "")
        listed = (*own.teams, *own.localities, *own.agencies, *own.themes, *own.words)
        if not plain_text.may_pass(text, catalogue.plain_words, names_too, listed):
            raise ValueError("a word that is not known")
        return " ".join(text.split())

    return read


def _label_reader(kind: str, catalogue: Catalogue, key: Key) -> Reader:
    """Names on the council's list pass; others become a code name, so that nothing unchecked passes."""

    def read(text: str, council: str | None) -> str:
        listed = {simplify(name): name for name in getattr(catalogue.names_of(council or ""), kind)}
        if simplify(text) in listed:
            return listed[simplify(text)]
        if values.is_missing(text):
            raise ValueError("no name")
        if values.looks_personal(text):
            raise ValueError("looks like a person's details")
        mark = bytes.fromhex(key.keyed_hash(f"{kind}|{council}|{simplify(text)}"))
        return f"unlisted-{base64.b32encode(mark).decode()[:6]}"

    return read


def _dictionary(
    con: duckdb.DuckDBPyConnection, given: str, name: str, column: Column, read: Reader, *, by_council: bool
) -> Cell:
    """TEMP TABLE dict_<name>: raw text (and raw council), value, unreadable. One entry for each distinct text."""
    if by_council:
        found = con.execute(
            f"SELECT DISTINCT g.council, g.{name}, dict_council.value FROM {given} g "
            f"LEFT JOIN dict_council ON g.council = dict_council.raw WHERE g.{name} IS NOT NULL"
        ).fetchall()
    else:
        found = [(None, raw, None) for (raw,) in con.execute(
            f"SELECT DISTINCT {name} FROM {given} WHERE {name} IS NOT NULL").fetchall()]  # fmt: skip
    read_all = [_read_cell(raw, council, column, read) for _, raw, council in found]
    kind = _ARROW.get(column.type, pa.string())
    columns: dict[str, pa.Array] = {
        "council": pa.array([council for council, _, _ in found], pa.string()),
        "raw": pa.array([raw for _, raw, _ in found], pa.string()),
        "unreadable": pa.array([unreadable for _, unreadable in read_all], pa.bool_()),
    }
    if column.type in _BESIDE:
        for place, (part, of_part) in enumerate(_BESIDE[column.type].items()):
            columns[f"value{part}"] = pa.array([_part(value, place) for value, _ in read_all], of_part)
    else:
        columns["value"] = pa.array(
            [value for value, _ in read_all], pa.list_(kind) if column.several else kind
        )
    con.register("dictionary", pa.table(columns))
    con.execute(f"CREATE OR REPLACE TEMP TABLE dict_{name} AS SELECT * FROM dictionary")
    con.unregister("dictionary")
    join = f"LEFT JOIN dict_{name} ON g.{name} = dict_{name}.raw"
    if by_council:
        join += f" AND g.council IS NOT DISTINCT FROM dict_{name}.council"
    parts = {part: f"dict_{name}.value{part}" for part in _BESIDE.get(column.type, ("",))}
    all_read = not any(unreadable for _, unreadable in read_all)
    return Cell(join, parts, "false" if all_read else f"coalesce(dict_{name}.unreadable, false)")


def _part(value: Any, place: int) -> Any:
    """One of a cell's several values; an unreadable text is the first."""
    if value is None or value == UNREADABLE:
        return value if place == 0 else None
    return value[place]


def _read_cell(raw: str, council: str | None, column: Column, read: Reader) -> tuple[Any, bool]:
    """Value and whether the cell was unreadable; a text column says so in its value."""

    def one(text: str) -> Any:
        try:
            return read(text, council)
        except ValueError:
            if values.is_missing(text):
                return None
            return UNREADABLE if column.type not in _TYPED else ValueError

    if column.several:
        entries = [value for value in map(one, values.split(raw)) if value is not None]
        return sorted(set(entries)) or None, UNREADABLE in entries
    value = one(raw)
    return (None, True) if value is ValueError else (value, value == UNREADABLE)
