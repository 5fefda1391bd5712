"""Which references are a child's: those of its audits, plans and reviews, found through the rows that name it.

Belongs here: following a child's reference through the checked rows of all deliveries. Does not belong here: finding
the rows in a file (`intake.leaving_out`).

A reference is the child's where the newest delivery that names any child for it names this one. So an audit that was
first put down to the wrong child stays with the right one. What refers to it and names no other child is its own too.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from pipelines.contracts import Catalogue
from pipelines.intake import erased_list
from pipelines.intake.receive import Checked
from pipelines.releases import text


def references(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, ordered: Sequence[Checked], child: str
) -> tuple[set[str], set[int]]:
    """(pseudonyms that are the child's, its own among them; numbers of the deliveries whose rows have any of them).

    `ordered`: every delivery in the order of force; `child`: the pseudonym of the child's reference.
    """
    queries = [
        query
        for place, checked in enumerate(ordered)
        for feed in checked.result["feeds"]
        if feed in catalogue.of_councils
        for query in _told(catalogue, place, checked, feed)
    ]
    if not queries:
        return {child}, set()
    con.execute(f"CREATE OR REPLACE TEMP TABLE told AS {' UNION ALL '.join(queries)}")
    con.execute("CREATE OR REPLACE TEMP TABLE own AS SELECT $child::VARCHAR AS ref", {"child": child})
    con.execute(
        """INSERT INTO own SELECT DISTINCT ref FROM told SEMI JOIN (
            SELECT ref, max(place) AS place FROM told WHERE child IS NOT NULL AND ref IS NOT NULL GROUP BY ref
        ) USING (ref, place) WHERE child = $child""",
        {"child": child},
    )
    more = """INSERT INTO own SELECT DISTINCT ref FROM told WHERE is_own AND ref NOT IN (FROM own)
        AND ref NOT IN (SELECT ref FROM told WHERE child <> $child AND ref IS NOT NULL)
        AND (place, row) IN (SELECT (place, row) FROM told SEMI JOIN own USING (ref)
            WHERE is_own OR child IS NULL OR child = $child) RETURNING ref"""
    while con.execute(more, {"child": child}).fetchall():
        pass
    found = {ref for (ref,) in con.execute("FROM own").fetchall()}
    places = con.execute(
        "SELECT DISTINCT place FROM told WHERE child = $child OR ref IN (FROM own)", {"child": child}
    ).fetchall()
    for table in ("told", "own"):
        con.execute(f"DROP TABLE {table}")
    return found, {ordered[place].arrival.number for (place,) in places}


def _told(catalogue: Catalogue, place: int, checked: Checked, feed: str) -> list[str]:
    """Queries for (place, row, child, is_own, ref): each reference in a feed's rows, and each child."""
    contract, kinds = catalogue.contracts[feed], erased_list.link_kinds(catalogue)
    child = f"coalesce({', '.join([*erased_list.children(contract), 'NULL'])})"
    rows = " UNION ALL BY NAME ".join(
        f"SELECT * FROM read_parquet({text(checked.folder / f'{feed}.{part}.parquet')})"
        for part in ("accepted", "rejected")
    )
    row = f"concat_ws('|', {text(feed)}, _sheet, _row)"
    refs = [("NULL", True), *((name, True) for name in erased_list.own_links(contract, kinds))]
    refs += [(name, False) for name in erased_list.other_links(contract, kinds)]
    return [
        f"SELECT {place} AS place, {row} AS row, {child}::VARCHAR AS child, {is_own} AS is_own, {name}::VARCHAR AS ref "
        f"FROM ({rows}) WHERE coalesce({name}::VARCHAR, {child}::VARCHAR) IS NOT NULL"
        for name, is_own in refs
    ]
