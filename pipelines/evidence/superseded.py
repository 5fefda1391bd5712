"""Which findings still stand, now that later deliveries came.

Belongs here: for each row with a finding, the first later delivery that speaks for it. Does not belong here: which rows
are in force (`model.in_force`): this follows the same rules for rows set aside as well, which are never in force.

A finding about a row is superseded when a later delivery of its feed holds the row's key (its own findings then say
what is still wrong), speaks for its month or council as the contract's `replaces` has it, or is a sheet of corrections
that answers that very row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import duckdb

from pipelines.contracts import UNREADABLE, Catalogue, Contract
from pipelines.intake.receive import Checked
from pipelines.releases import table_of, text

TABLE = "superseded_findings"
_ROWS = {"number": "INTEGER", "feed": "VARCHAR", "sheet": "VARCHAR", "row": "BIGINT", "superseded_by": "INTEGER",
         "place": "INTEGER"}  # fmt: skip
_SPOKEN = {"place": "INTEGER", "number": "INTEGER", "council": "VARCHAR", "month": "DATE"}
Placed = tuple[int, Checked]
"""A delivery's place in the order of force, and the delivery."""


def answered(checked: Checked, held: Sequence[Checked]) -> dict[int, list[tuple[str, str, list[int]]]]:
    """Number of an earlier arrival -> (feed, sheet, rows) that a sheet of corrections answers."""
    found: dict[int, list[tuple[str, str, list[int]]]] = {}
    for table in checked.result["tables"]:
        answer = table["answers"]
        for earlier in (other.arrival for other in held) if answer else ():
            if earlier.number < checked.arrival.number and earlier.delivery.startswith(answer["delivery"]):
                found.setdefault(earlier.number, []).append((table["feed"], answer["sheet"], answer["rows"]))
    return found


def file_stands(checked: Checked, feed: str, in_force: int) -> bool:
    """Whether what was found in a file as a whole still stands: while any of its rows does, or it had none to stand."""
    return in_force > 0 or not checked.result["feeds"][feed]["accepted"]


def superseded(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, ordered: Sequence[Checked]) -> str:
    """Make TEMP TABLE `superseded_findings` (number, feed, sheet, row, superseded_by) and return its name: the number
    of the first later arrival that speaks for the row. `ordered`: deliveries in the order of force."""
    direct = [
        [number, feed, sheet, row, checked.arrival.number, place]
        for place, checked in enumerate(ordered)
        for number, tables in answered(checked, ordered).items()
        for feed, sheet, rows in tables
        for row in rows
    ]
    queries = [f"SELECT * FROM {table_of(con, 'answered_findings', _ROWS, direct)}"]
    for place, checked in enumerate(ordered):
        queries += _copies_taken_out(catalogue, checked, ordered, place)
    for feed, contract in catalogue.contracts.items():
        of_feed = _not_alone(feed, [*enumerate(ordered)])
        broken = [any(one.result["feeds"][feed]["by_rule"].values()) for _, one in of_feed]
        if True in broken[:-1]:
            queries += _of_feed(con, contract, of_feed[broken.index(True) :])
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {TABLE} AS SELECT number, feed, sheet, row, "
        f"arg_min(superseded_by, place) AS superseded_by FROM ({' UNION ALL '.join(queries)}) GROUP BY ALL"
    )
    return TABLE


def _copies_taken_out(
    catalogue: Catalogue, checked: Checked, held: Sequence[Checked], place: int
) -> list[str]:
    """Queries for the rows that repeat another and are no longer on a sheet of corrections: deleting one is all that
    there is to do about it."""
    queries = []
    for table in checked.result["tables"]:
        answer, feed = table["answers"], table["feed"]
        codes = [rule.code for rule in catalogue.contracts[feed].rules if rule.expect == "not_repeated"]
        for other in held if answer and codes else ():
            if other.arrival.number in answered(checked, [other]) and feed in other.result["feeds"]:
                queries.append(
                    f"SELECT {other.arrival.number}, '{feed}', sheet, row, {checked.arrival.number}, {place} "
                    f"FROM read_parquet({text(other.folder / f'{feed}.findings.parquet')}) "
                    f"WHERE code IN ({', '.join(map(text, codes))}) AND sheet = {text(answer['sheet'])} "
                    f"AND NOT list_contains({[*answer['rows'], *answer['unchanged']]}::BIGINT[], row)"
                )
    return queries


def _not_alone(feed: str, ordered: Sequence[Placed]) -> list[Placed]:
    """The deliveries of a feed that hold a council which another one holds too: none speaks for a row of the others."""
    held = [(place, one) for place, one in ordered if feed in one.result["feeds"]]
    of_council = Counter(council for _, one in held for council in one.profile(feed))
    return [
        (place, one) for place, one in held if any(of_council[council] > 1 for council in one.profile(feed))
    ]


def _of_feed(con: duckdb.DuckDBPyConnection, contract: Contract, held: Sequence[Placed]) -> list[str]:
    """Queries for the rows of one feed that a later delivery's key or months speak for: for each row the nearest."""
    feed = contract.feed
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE told_{feed} AS "
        + " UNION ALL ".join(_told(contract, place, checked) for place, checked in held)
    )
    later = " UNION ALL ".join(
        f"SELECT {place} AS place, {one.arrival.number} AS number, {_key(contract)} AS key "
        f"FROM ({_rows(contract, one)}) WHERE key IN (SELECT key FROM told_{feed})"
        for place, one in held[1:]
    )
    found = (
        f"SELECT told.number, '{feed}', told.sheet, told.row, later.number, later.place FROM told_{feed} told"
    )
    queries = [f"{found} ASOF JOIN ({later}) later ON told.key = later.key AND told.place < later.place"]
    if contract.replaces == "key":
        return queries
    by_month = contract.replaces == "council_and_period"
    spoken = [
        [place, checked.arrival.number, council, month]
        for place, checked in held
        if not checked.arrival.corrections
        for council, profile in checked.profile(feed).items()
        for month in (profile["covers"] if by_month else [None])
    ]
    same_month = "AND told.month = later.month" if by_month else ""
    queries.append(
        f"{found} ASOF JOIN {table_of(con, f'spoken_{feed}', _SPOKEN, spoken)} later "
        f"ON told.council = later.council {same_month} AND told.place < later.place"
    )
    return queries


def _told(contract: Contract, place: int, checked: Checked) -> str:
    """The rows of a delivery that have findings, with what a later one may speak for them by."""
    dates = ", ".join(name if name in contract.stored else f"{name}_start" for name in contract.period)
    month = f"date_trunc('month', coalesce({dates}))::DATE" if contract.period else "NULL::DATE"
    findings = text(checked.folder / f"{contract.feed}.findings.parquet")
    return (
        f"SELECT {place} AS place, {checked.arrival.number} AS number, _sheet AS sheet, _row AS row, council, "
        f"{month} AS month, {_key(contract)} AS key FROM ({_rows(contract, checked)}) "
        f"SEMI JOIN (SELECT sheet AS _sheet, row AS _row FROM read_parquet({findings})) USING (_sheet, _row)"
    )


def _rows(contract: Contract, checked: Checked) -> str:
    """All rows of a delivery, those set aside too."""
    return " UNION ALL BY NAME ".join(
        f"SELECT * FROM read_parquet({text(checked.folder / f'{contract.feed}.{part}.parquet')})"
        for part in ("accepted", "rejected")
    )


def _key(contract: Contract) -> str:
    """A row's key as one text, compared as `model.in_force` does (a whole number left empty means 1); NULL where it is
    not whole. One text, because an ASOF join knows equality alone."""
    parts = {
        name: f"coalesce({name}, 1)::VARCHAR" if contract.stored[name] == "BIGINT" else f"{name}::VARCHAR"
        for name in contract.key_columns
    }
    whole = " AND ".join(
        f"coalesce({value}, '{UNREADABLE}') <> '{UNREADABLE}'"
        for name, value in parts.items()
        if name in contract.columns and contract.columns[name].required
    )
    key = f"concat_ws(chr(31), {', '.join(f'coalesce({value}, chr(30))' for value in parts.values())})"
    return f"CASE WHEN {whole or 'true'} THEN {key} END"
