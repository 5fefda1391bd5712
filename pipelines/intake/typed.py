"""From the supplier's words to canonical columns, pseudonymised: nothing personal is in what this makes.

Belongs here: one table of typed columns from the raw tables of a delivery. Each coded column is read once for each
distinct text (`values`), then put in its places; identifiers become keyed hashes; free text and birth months end here.
Does not belong here: whether a row is right (`rules`), or which sheet is which feed (`feeds`).

A cell that held something unreadable is '?' in a text column, and NULL with `<column>__unreadable` true in others.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contracts import FILLED_WITH, UNREADABLE, Catalogue, Column, Contract, simplify
from pipelines.feeds.reader import Table
from pipelines.intake import groups, plain_text, published, values
from pipelines.intake.key import Key, hash_sql, prepare

_NO_IDENTIFIER = (
    "", "-", "--", "?", "N/A", "N.A.", "N/K", "NA", "NONE", "NIL", "NULL", "BLANK", "TBC", "UNKNOWN", "NOT KNOWN",
    "NOT RECORDED", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!",
)  # fmt: skip
"""What stands for a reference where none is known, in capitals; a workbook's errors too, as of a failed look-up."""
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

ROWS_AT_ONCE = 200_000
"""Rows that are read in one go: their texts are in memory once more while they are."""
_PORTION, _REFERENCES = "_send_audit_portion", "_send_audit_references"
_BY_COUNCIL = ("label", "grade", "group", "council_text", "identifier")
"""Column types in which a text means something else with another council."""


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
    typed = f"typed_{contract.feed}"
    lacking = frozenset.intersection(*(frozenset(table.missing) for table in tables))
    used = [
        name
        for name, column in contract.columns.items()
        if column.type not in ("free_text", "place_part") and name not in lacking
    ]
    readers = {
        name: reader(contract, contract.columns[name], catalogue, key)
        for name in used
        if contract.columns[name].type != "identifier"
    }
    into = f"CREATE OR REPLACE TABLE {typed} AS"
    for table in tables:
        sheet = table.sheet.replace("'", "''")
        for cells in _portions(con, table.relation, contract, used):
            columns = _read_portion(con, contract, readers, cells)
            selected = ", ".join(_selected(contract, catalogue, columns.keys()))
            con.register(_PORTION, pa.table(columns))
            con.execute(f"{into} SELECT '{sheet}' AS _sheet, _row, _ragged, {selected} FROM {_PORTION}")
            con.unregister(_PORTION)
            into = f"INSERT INTO {typed}"
    return typed


def _portions(
    con: duckdb.DuckDBPyConnection, relation: str, contract: Contract, used: Sequence[str]
) -> Iterator[pa.Table]:
    """The cells of a raw table as text, so many rows at a time that memory is enough; one without rows has one."""
    made = published.place_cells(contract) | groups.cells(contract)
    texts = ", ".join(f"{made[name]} AS {name}" if name in made else name for name in used)
    [(first, last)] = con.execute(f"SELECT min(_row), max(_row) FROM {relation}").fetchall()
    for low in range(first or 0, (last or 0) + 1, ROWS_AT_ONCE):
        rows = f"_row BETWEEN {low} AND {low + ROWS_AT_ONCE - 1}"
        yield con.sql(f"SELECT _row, _ragged, {texts} FROM {relation} WHERE {rows}").to_arrow_table()


def _read_portion(
    con: duckdb.DuckDBPyConnection, contract: Contract, readers: Mapping[str, Reader], cells: pa.Table
) -> dict[str, pa.Array]:
    """What cells say: `_row`, `_ragged`, and each column under the names of those it is kept in (see `_BESIDE`)."""
    councils = _Texts.of(cells["council"])
    of_council = [
        _read_cell(raw, None, contract.columns["council"], readers["council"])[0]
        for raw in councils.different.to_pylist()
    ]
    known = pa.array([*of_council, None], pa.string())
    found = {name: cells[name] for name in ("_row", "_ragged")}
    for name in cells.column_names[len(found) :]:
        column, texts = contract.columns[name], _Texts.of(cells[name])
        if column.type in _BY_COUNCIL:
            texts = texts.beside(councils, known)
        if column.type == "identifier":
            read = {name: _pseudonyms(con, column.same_as or name, texts)}
        else:
            read = _read_texts(name, column, readers[name], texts)
        found |= {part: values.take(texts.places) for part, values in read.items()}
    return found


@dataclass(frozen=True)
class _Texts:
    """The different texts of a column, each once, and where they stand."""

    places: pa.Array
    """Of each row, the place of its text among `different`; NULL where the cell is empty."""
    different: pa.Array
    councils: pa.Array | None = None
    """The council of each, where the same text of another council is another."""

    @classmethod
    def of(cls, cells: pa.ChunkedArray) -> _Texts:
        coded = cells.combine_chunks().dictionary_encode()
        return cls(coded.indices, coded.dictionary)

    def beside(self, councils: _Texts, known: pa.Array) -> _Texts:
        """These texts, apart by council. `known`: what the councils' texts mean, and last what an empty one does."""
        across = pa.scalar(max(len(self.different), 1), pa.int64())
        of_council = pc.fill_null(councils.places.cast(pa.int64()), len(councils.different))
        pairs = pc.add(pc.multiply(of_council, across), self.places.cast(pa.int64())).dictionary_encode()
        whose = pc.divide(pairs.dictionary, across)
        texts = pc.subtract(pairs.dictionary, pc.multiply(whose, across))
        return _Texts(pairs.indices, self.different.take(texts), known.take(whose))


def _selected(contract: Contract, catalogue: Catalogue, given: Collection[str]) -> list[str]:
    """Each column of the contract as the columns of the typed table; `given`: those that a portion has."""
    found = []
    for name, column in contract.columns.items():
        for part in _BESIDE.get(column.type, ("",)):
            if (kept := f"{name}{part}") in contract.stored:
                value = _age_band(contract, catalogue, given) if kept == "age_band" else _value(kept, given)
                found.append(f"({value})::{contract.stored[kept]} AS {kept}")
        if column.type in _TYPED:
            flag = f"{name}__unreadable"
            found.append(f"{f'coalesce({flag}, false)' if flag in given else 'false'} AS {flag}")
    return found


def _value(name: str, given: Collection[str]) -> str:
    return name if name in given else "NULL"


def _age_band(contract: Contract, catalogue: Catalogue, given: Collection[str]) -> str:
    """SQL of the age band: where none is given and a month of birth is, it follows from that."""
    births = [name for name, column in contract.columns.items() if column.type == "birth_month"]
    if not births or births[0] not in given:
        return _value("age_band", given)
    born = births[0]
    on = f"coalesce({', '.join(f'{_value(name, given)}::DATE' for name in contract.period)})"
    years = f"date_sub('year', {born}, {on})"
    bands = " ".join(
        f"WHEN {years} BETWEEN {code.code.replace('-', ' AND ')} THEN '{code.code}'"
        for code in catalogue.codes["age_band"]
    )
    # date_sub cuts towards nought, so a child born in the year after would count as newly born
    return f"coalesce({_value('age_band', given)}, CASE WHEN {born} > {on} THEN NULL {bands} END)"


def _pseudonyms(con: duckdb.DuckDBPyConnection, kind: str, texts: _Texts) -> pa.Array:
    """A pseudonym for each reference, made from the kind of identifier, the council and the reference in capitals.

    One without a council has one too: that its council is missing must not read as if its references were.
    """
    message = f"'{kind}|' || coalesce(council, '') || '|' || upper(trim(reference))"
    none = ", ".join(f"'{text}'" for text in _NO_IDENTIFIER)
    hashed = f"CASE WHEN upper(trim(reference)) IN ({none}) THEN NULL ELSE {hash_sql(message)} END AS hashed"
    con.register(_REFERENCES, pa.table({"council": texts.councils, "reference": texts.different}))
    made = con.sql(f"SELECT {hashed} FROM {_REFERENCES}").to_arrow_table()
    con.unregister(_REFERENCES)
    return made["hashed"].combine_chunks()


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


def _read_texts(name: str, column: Column, read: Reader, texts: _Texts) -> dict[str, pa.Array]:
    """What each text says, under the names of the columns it is kept in, and whether it cannot be read."""
    different = texts.different.to_pylist()
    councils = texts.councils.to_pylist() if texts.councils is not None else [None] * len(different)
    said = [_read_cell(raw, council, column, read) for raw, council in zip(different, councils, strict=True)]
    kind = _ARROW.get(column.type, pa.string())
    found = {}
    if column.type in _BESIDE:
        for place, (part, of_part) in enumerate(_BESIDE[column.type].items()):
            found[f"{name}{part}"] = pa.array([_part(value, place) for value, _ in said], of_part)
    else:
        found[name] = pa.array([value for value, _ in said], pa.list_(kind) if column.several else kind)
    if column.type in _TYPED and any(unreadable for _, unreadable in said):
        found[f"{name}__unreadable"] = pa.array([unreadable for _, unreadable in said], pa.bool_())
    return found


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
