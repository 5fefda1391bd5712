"""Small Ibis expressions that several facts are made with.

Belongs here: what is done to one column, whatever table it is in.
Does not belong here: what a fact's columns mean (`cases`, `people`, `planned`).
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.datatypes as dt
from ibis.expr.types import BooleanColumn, Column, IntegerColumn, StringColumn

from pipelines.contracts import UNREADABLE
from pipelines.model.schema import UNKNOWN


@ibis.udf.scalar.builtin(signature=(("string",), "uint64"))
def md5_number_upper(text: str) -> int:
    """DuckDB's own: the first eight bytes of a text's MD5, lowest first. Not for secrecy: identifiers are hashed."""
    raise NotImplementedError


def row_key(*parts: Column) -> IntegerColumn:
    """A number that names a row, the same in every release and version of DuckDB, from the texts that name it."""
    return md5_number_upper(ibis.literal("|").join([part.cast("string").fill_null("") for part in parts]))


def rotated(key: IntegerColumn, bits: int) -> IntegerColumn:
    """A 64-bit key with its bits moved round: another number, as hard to hit by chance, for a hundredth of an MD5."""
    low = key & ibis.literal((1 << (64 - bits)) - 1, dt.uint64)
    return (low << bits) | (key >> (64 - bits))


def yes(condition: Column) -> BooleanColumn:
    """True where it holds; what is not known does not hold."""
    return condition.fill_null(False)


def known(values: StringColumn) -> StringColumn:
    """The value, and nothing where the supplier's cell was not readable."""
    return values.nullif(UNREADABLE)


def group(values: StringColumn) -> StringColumn:
    """The value as a group of a breakdown."""
    return known(values).fill_null(UNKNOWN)


def among(values: StringColumn, codes: Sequence[str]) -> StringColumn:
    """The value where it is one of these."""
    return ibis.cases((values.isin(codes), values))


def rank(values: StringColumn, ordered: Sequence[str]) -> IntegerColumn:
    """The value's place in a list, counted from 0."""
    return ibis.cases(
        *[(values == value, ibis.literal(place, dt.int8)) for place, value in enumerate(ordered)]
    )


def ranked(ranks: IntegerColumn, ordered: Sequence[str]) -> StringColumn:
    """The value at a place of a list, as a group of a breakdown."""
    return ibis.cases(*[(ranks == place, value) for place, value in enumerate(ordered)], else_=UNKNOWN)
