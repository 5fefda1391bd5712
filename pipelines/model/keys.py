"""One number per row of a fact, the same in every release and every version of DuckDB.

Belongs here: how that number is made. Does not belong here: what is done with it (`measures.counts` digests).
"""

from __future__ import annotations

import ibis
from ibis.expr.types import Column, IntegerColumn


@ibis.udf.scalar.builtin(signature=(("string",), "uint64"))
def md5_number_upper(text: str) -> int:
    """DuckDB's own: the first eight bytes of a text's MD5, the lowest first. Not for secrecy; identifiers are hashed."""
    raise NotImplementedError


def row_key(*parts: Column) -> IntegerColumn:
    """The key of a row, of texts that name it; an empty part counts as an empty text."""
    named = [part.cast("string").fill_null("") for part in parts]
    return md5_number_upper(ibis.literal("|").join(named))
