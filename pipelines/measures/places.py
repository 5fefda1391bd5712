"""The places that a release has figures for: councils with audits here, other councils, regions and the country.

Belongs here: the release's table `places`, put together from every partition, with names, regions and successors.
Does not belong here: which months a council's own figures cover (`windows`), or what a page shows of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts import PUBLISHED, Catalogue
from pipelines.releases import table_of

_COLUMNS = {
    "council": "VARCHAR", "first_month": "DATE", "last_month": "DATE", "extracted_on": "DATE", "name": "VARCHAR",
    "kind": "VARCHAR", "region": "VARCHAR", "closed": "DATE", "successors": "VARCHAR[]",
    "successor_names": "VARCHAR[]", "also_called": "VARCHAR[]",
}  # fmt: skip
"""kind: local (a council with its own audits here), council, region or country. region: the code of its region."""


def tell(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, parts: Iterable[tuple[str, Path]]
) -> list[str]:
    """Make the TEMP TABLE places; returns its name in a list.

    A place of its own partition is `local`, though figures of it are published too. A council that was closed and has
    no figures stands there, without months, where one of its successors has some: so that whoever asks finds them.

    Args:
        parts: (whose partition, the Parquet file of its places).
    """
    held: dict[str, list[Any]] = {}
    # the published ones first, so that a council's own months stand
    for whose, path in sorted(parts, key=lambda part: (part[0] != PUBLISHED, part[0])):
        rows = con.execute(
            "SELECT council, first_month, last_month, extracted_on FROM read_parquet(?) ORDER BY council",
            [str(path)],
        ).fetchall()
        for council, *months in rows:
            held[council] = [*months, whose != PUBLISHED]
    closed = [
        council.code
        for council in catalogue.councils.values()
        if council.code not in held and set(_successors(council.successor)) & set(held)
    ]
    told = [_row(catalogue, code, months, is_local) for code, (*months, is_local) in sorted(held.items())]
    told += [_row(catalogue, code, [None, None, None], False) for code in closed]
    table_of(con, "places", _COLUMNS, told)
    return ["places"]


def _row(catalogue: Catalogue, code: str, months: Sequence[date | None], is_local: bool) -> list[Any]:
    if code in catalogue.regions:
        region = catalogue.regions[code]
        return [code, *months, region.name, region.kind, "", None, [], [], list(region.also_called)]
    council = catalogue.councils[code]
    of_region = {region.name: region.code for region in catalogue.regions.values()}.get(council.region, "")
    return [
        code, *months, council.name, "local" if is_local else "council", of_region,
        date.fromisoformat(council.closed) if council.closed else None,
        _successors(council.successor), [catalogue.councils[one].name for one in _successors(council.successor)],
        [*council.also_called, *council.ons_codes],
    ]  # fmt: skip


def _successors(text: str) -> list[str]:
    return text.split("|") if text else []
