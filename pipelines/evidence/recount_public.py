"""A publication's figures, made again from the officers' figures or, without these, as far as they follow from its own.

Belongs here: what becomes of an officers' figure when it is published. Does not belong here: making those again
(`recount`), or comparing (`verify`, `verify_every`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np

from pipelines import releases
from pipelines.disclosure import recounted
from pipelines.evidence import receipts, recount
from pipelines.evidence.recount import AGAIN, Row
from pipelines.intake.key import Key
from pipelines.releases import Manifest, text
from pipelines.settings import Settings
from pipelines.statistics import proportions


def figures(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    officers: Sequence[Any],
    manifest: Manifest,
    key: Key | None,
) -> None:
    """Make TEMP TABLE figures: a publication's, again from the officers' figures."""
    measures = recount.catalogue_of(manifest)
    shown = [measure.id for measure in measures.values() if measure.protect in ("process", "published")]
    exact = recount.relation(officers)
    con.execute(
        "CREATE TEMP TABLE figures AS SELECT * EXCLUDE (receipt), receipt AS numerator_digest, "
        f"'' AS denominator_digest FROM {exact} WHERE breakdown = '' AND measure IN ({', '.join(map(text, shown))})"
    )
    files = releases.files_of(settings, manifest["parts"])
    parts = {table: recount.relation(of_table.values()) for table, of_table in files.items()}
    if "protection" in parts:
        recounted.again(con, parts["figures"], parts["protection"], parts["coarser_groups"], exact, measures)
    if key is not None:
        receipts.mint(con, "figures", "public", key)


def receipt(con: duckdb.DuckDBPyConnection, again: Row, key: Key) -> str:
    """The receipt that the public sees, from the officers' minted again."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE of_public AS SELECT * EXCLUDE (receipt), receipt AS numerator_digest, "
        f"'' AS denominator_digest FROM {AGAIN} WHERE {recount.is_figure(again)}"
    )
    receipts.mint(con, "of_public", "public", key)
    [(receipt,)] = con.execute("SELECT receipt FROM of_public").fetchall()
    return str(receipt)


def ranges(row: Row) -> list[tuple[str, Any, Any]]:
    """What follows from numerators and denominators alone: (column, stored, made again) of a share."""
    if row["symbol"] or not row["denominator"]:
        return []
    numbers = [row["numerator"], row["denominator"], row["previous_numerator"], row["previous_denominator"]]
    n, of, before, of_before = (np.array([np.nan if number is None else float(number)]) for number in numbers)
    low, high = proportions.wilson(n, of)
    change, change_low, change_high = proportions.newcombe(n, of, before, of_before)
    made = {"value": n / of, "low": low, "high": high, "change": change, "change_low": change_low,
            "change_high": change_high}  # fmt: skip
    again = {name: None if np.isnan(value[0]) else float(value[0]) for name, value in made.items()}
    return [(name, row[name], value) for name, value in again.items()]
