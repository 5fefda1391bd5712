"""Receipt ids: the short code that every published figure carries.

Belongs here: minting ids for a table of figures.
Does not belong here: an id's letters and check character (`pipelines.receipt_ids`), what a receipt tells
(`dashboard.receipts`), or recomputing a figure.

The first ten characters of an id are the first 50 bits of an HMAC over audience, measure and version, place, period,
group and the digests of the rows counted: an unchanged figure keeps its id, and nobody without the key can guess one.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.intake.key import Key, hmac_sql, set_hmac
from pipelines.receipt_ids import ALPHABET, LENGTH, multiply

_PARTS = ("measure", "measure_version", "council", '"window"', "period_start", "period_end", "breakdown", '"group"',
          "numerator_digest", "denominator_digest")  # fmt: skip


class ReceiptCollision(RuntimeError):
    """Two figures of one release got the same id; nothing may be published."""


_TIMES = np.array([[multiply(a, weight) for a in range(32)] for weight in range(1, LENGTH)], dtype=np.uint8)


def check_digits(digits: np.ndarray) -> np.ndarray:
    """Check digits (n,) of digits (n, 10): each digit times its place's own weight, added without carry."""
    total = np.zeros(len(digits), dtype=np.uint8)
    for place in range(LENGTH - 1):
        total ^= _TIMES[place][digits[:, place]]
    return total


def mint(con: duckdb.DuckDBPyConnection, figures: str, audience: str, key: Key) -> None:
    """Add a `receipt` column to the table `figures` (replacing the table), dropping its digests.

    Raises:
        ReceiptCollision: two figures got the same id.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE {figures}_minted AS {minted(con, figures, audience, key)}")
    con.unregister("minted")
    con.execute(f"DROP TABLE {figures}")
    con.execute(f"ALTER TABLE {figures}_minted RENAME TO {figures}")


def minted(con: duckdb.DuckDBPyConnection, figures: str, audience: str, key: Key) -> str:
    """SQL: the rows of the table `figures` with a `receipt` and without their digests. The relation `minted` holds the
    receipts, in the order of the rows.

    Raises:
        ReceiptCollision: two figures got the same id.
    """
    set_hmac(con, "receipt", key.subkey(f"receipt/{audience}"))
    told = ", ".join(f"coalesce({part}::VARCHAR, '')" for part in _PARTS)
    code = hmac_sql("receipt", f"concat_ws(chr(31), {told})")
    numbers = con.execute(
        f"SELECT ('0x' || left({code}, 13))::UBIGINT >> 2 AS number FROM {figures}"
    ).fetchnumpy()["number"]
    numbers = np.asarray(numbers, dtype=np.uint64)
    if len(np.unique(numbers)) != len(numbers):
        raise ReceiptCollision(
            "Two figures got the same receipt id, which chance alone gives about once in 100,000 releases of a "
            "council. Nothing was published; report it to the maintainers."
        )
    con.register("minted", pa.table({"receipt": _texts(numbers)}))
    return f"SELECT * EXCLUDE (numerator_digest, denominator_digest) FROM {figures} POSITIONAL JOIN minted"


def _texts(numbers: np.ndarray) -> pa.Array:
    shifts = np.arange(45, -1, -5, dtype=np.uint64)
    digits = ((numbers[:, None] >> shifts) & np.uint64(31)).astype(np.uint8)
    whole = np.column_stack([digits, check_digits(digits)])
    letters = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)[whole]
    offsets = pa.py_buffer(np.arange(0, LENGTH * (len(numbers) + 1), LENGTH, dtype=np.int32))
    return pa.StringArray.from_buffers(len(numbers), offsets, pa.py_buffer(np.ascontiguousarray(letters)))
