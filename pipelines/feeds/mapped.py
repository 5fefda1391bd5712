"""Cells in a council's own words, put into ours as its mapping says.

Belongs here: one pass over a loaded table, each distinct text once. Does not belong here: what a mapping says
(`pipelines.mappings`), or reading what it does not name: such a cell stays as it is, and is judged like any other.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from pipelines import mappings
from pipelines.contracts import Contract
from pipelines.mappings import Mapping

_VIEW = "_send_audit_their_words"


def translate(
    con: duckdb.DuckDBPyConnection, relation: str, contract: Contract, mapping: Mapping, columns: set[str]
) -> None:
    """Put the cells of these columns of a loaded table into our words."""
    for name, column in contract.columns.items():
        if name not in columns:
            continue
        words = mapping.words(name, column.type)
        if not words and name not in mapping.separators:
            continue
        texts = con.execute(f'SELECT DISTINCT "{name}" FROM {relation} WHERE "{name}" IS NOT NULL').fetchall()
        theirs = [text for (text,) in texts]
        between = mapping.separators.get(name)
        ours = [mappings.translate(words, text, column.several, between) for text in theirs]
        con.register(
            _VIEW, pa.table({"theirs": pa.array(theirs, pa.string()), "ours": pa.array(ours, pa.string())})
        )
        con.execute(
            f"UPDATE {relation} SET \"{name}\" = nullif({_VIEW}.ours, '') FROM {_VIEW} "
            f'WHERE "{name}" = {_VIEW}.theirs AND {_VIEW}.ours <> {_VIEW}.theirs'
        )
        con.unregister(_VIEW)
