"""What Dagster shows of a run: counts and rule codes, never a row's value, a file's name or a supplier's own words.

Belongs here: counting what the steps left, and the short names under which deliveries appear.
Does not belong here: assets and checks themselves (`assets`, `again`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines import releases
from pipelines.contracts import Contract
from pipelines.evidence.balances import Entry
from pipelines.intake.receive import Arrival, Checked, connection
from pipelines.settings import Settings

CHECKS = {
    "no_errors": (("error", "refuse"), "No rule is broken that sets a row aside."),
    "no_queries": (
        ("query",),
        "No rule is broken that asks the supplier about a row or a file and keeps it.",
    ),
}
"""Check -> the levels of the rules that it shows, and what it says."""
SHOWN = 20
"""Deliveries that a run's tag names; of more it gives the number."""


def rules_by_check(contract: Contract) -> dict[str, list[str]]:
    """Check -> the codes of the feed's rules that it covers; a check of none is left out."""
    found = {
        check: [rule.code for rule in contract.all_rules if rule.level in levels]
        for check, (levels, _) in CHECKS.items()
    }
    return {check: codes for check, codes in found.items() if codes}


def partition_of(arrival: Arrival) -> str:
    """A delivery's partition: the number of its arrival and the start of its hash."""
    return f"{arrival.number:06d}-{arrival.delivery[:8]}"


def short(hashes: Iterable[str]) -> str:
    """Deliveries as a run's tag names them."""
    every = list(hashes)
    more = [f"and {len(every) - SHOWN} more"] if len(every) > SHOWN else []
    return " ".join([each[:8] for each in every[:SHOWN]] + more)


def rows_of(feed: str, held: Sequence[Checked]) -> dict[str, int]:
    """Rows of a feed over some deliveries: received, accepted, rejected."""
    found = [checked.result["feeds"][feed] for checked in held if feed in checked.result["feeds"]]
    return {name: sum(result[name] for result in found) for name in ("received", "accepted", "rejected")}


def unbalanced(feed: str, held: Sequence[Checked]) -> int:
    """Deliveries of which the rows received are not the rows accepted, set aside and erased since."""
    found = [checked.result["feeds"][feed] for checked in held if feed in checked.result["feeds"]]
    return sum(
        one["received"] != one["accepted"] + one["rejected"] + sum(one.get("erased", {}).values())
        for one in found
    )


def steps(entries: Iterable[Entry]) -> int:
    """Steps of the balances, each of one council, feed and subject."""
    return len({entry[:4] for entry in entries})


def received(entries: Iterable[Entry]) -> int:
    """Rows received over all feeds, those of files refused whole among them."""
    return sum(rows for *_, step, _, part, rows in entries if step == "files" and not part)


def rules_found(checked: Checked) -> dict[str, int]:
    """Row rules that a delivery breaks: code -> rows; or the code of its refusal."""
    if checked.refused:
        return {checked.result["refusal"]["code"]: 1}
    found: Counter[str] = Counter()
    for feed in checked.result["feeds"].values():
        found.update(feed["by_rule"])
    return {code: count for code, count in sorted(found.items()) if count}


def rows_of_tables(councils: Mapping[str, Mapping[str, Any]]) -> Counter[str]:
    """Table -> its rows over all councils' parts; facts under their plain names."""
    rows: Counter[str] = Counter()
    for partition in councils.values():
        for part in partition["parts"]:
            rows[part["table"].removeprefix("fact_")] += part["rows"]
    return rows


def repeated_receipts(settings: Settings, councils: Mapping[str, Mapping[str, Any]]) -> int:
    """Figures whose receipt another figure has, over all councils: each council's are minted apart."""
    files = [
        str(releases.part_path(settings, part))
        for partition in councils.values()
        for part in partition["parts"]
        if part["table"] == "figures"
    ]
    if not files:
        return 0
    query = "SELECT count(receipt) - count(DISTINCT receipt) FROM read_parquet(?)"
    with connection(settings) as con:
        return int(con.execute(query, [files]).fetchall()[0][0])


def rules_broken(settings: Settings, manifest: releases.Manifest) -> dict[tuple[str, str], int]:
    """(feed, code) -> findings in the deliveries of a release of which rows are in force."""
    held = releases.files_of(settings, manifest["parts"])
    files = {table: [str(path) for path in held[table].values()] for table in ("checks", "deliveries")}
    query = """SELECT feed, code, sum(broken) FROM read_parquet($checks) SEMI JOIN
        (SELECT number, feed FROM read_parquet($deliveries) WHERE state = 'in force') USING (number, feed)
        GROUP BY ALL HAVING sum(broken) > 0 ORDER BY ALL"""
    with connection(settings) as con:
        return {(feed, code): int(count) for feed, code, count in con.execute(query, files).fetchall()}
