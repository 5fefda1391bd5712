"""Rules that look at a whole delivery, alone or beside the ones before it.

Belongs here: the profile of a delivery (counts and yes/no facts, never a value) and the 5xx rules over profiles. They
are a pure function of profiles in the order of force, so the order in which files were processed never matters.
Does not belong here: rules about rows (`rules`) or about links between feeds (`partitions`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.contracts import PUBLISHED, UNREADABLE, Contract, ContractError, Rule

Profile = dict[str, Any]
"""council -> {"rows", "covers": {month: rows}, "months": {column: [month]}, "empty": [column], "constant": [column],
"codes": {column: {code of its list: rows}}, "totals": {what is alike: {characteristic: total}}}"""


@dataclass(frozen=True)
class FileFinding:
    """A whole-file rule that one council's part of a delivery breaks."""

    code: str
    council: str
    column: str | None = None
    sheet: str = ""
    """Where it is about one sheet alone."""


def profile(con: duckdb.DuckDBPyConnection, typed: str, contract: Contract) -> Profile:
    """Counts of a typed table by council: rows by the month that they belong to, months present, unused columns.

    Published figures of many places are one profile, under `PUBLISHED`: whoever published them sent all of them.
    """
    whose = f"'{PUBLISHED}'" if contract.holds == PUBLISHED else "council"
    watched = sorted(
        {
            rule.arguments["column"]
            for rule in contract.rules
            if rule.expect in ("not_all_the_same", "not_newly_empty")
        }
    )
    facts = [
        f"count({name}) = 0, coalesce(min({name}) = max({name}) AND count({name}) = count(*), false)"
        for name in watched
    ]
    found: Profile = {}
    columns = ", ".join([f"{whose} AS whose", "count(*)", *facts])
    for council, rows, *flags in con.execute(f"SELECT {columns} FROM {typed} GROUP BY whose").fetchall():
        pairs = list(zip(watched, flags[::2], flags[1::2], strict=True))
        found[council or ""] = {
            "rows": rows,
            "covers": {},
            "months": {},
            "empty": [name for name, is_empty, _ in pairs if is_empty],
            "constant": [name for name, _, is_constant in pairs if is_constant],
        }
    if contract.replaces == "council_and_period":
        month = f"date_trunc('month', coalesce({', '.join(contract.period)}))::DATE"
        for council, first, rows in _by_month(con, typed, month):
            found[council or ""]["covers"][str(first)] = rows
    for rule in contract.rules:
        if rule.expect == "no_month_missing":
            name = rule.arguments["column"]
            for council, first, _ in _by_month(con, typed, f"date_trunc('month', {name})::DATE"):
                found[council or ""]["months"].setdefault(name, []).append(str(first))
    for rule in contract.rules:
        if rule.expect == "totals_agree":
            for council, alike, topic, total in _totals(con, typed, rule):
                found[council or ""].setdefault("totals", {}).setdefault(alike, {})[topic] = int(total)
    for council, name, code, rows in _by_code(con, typed, contract):
        if council in found:
            found[council].setdefault("codes", {}).setdefault(name, {})[code] = rows
    return found


def _by_code(
    con: duckdb.DuckDBPyConnection, typed: str, contract: Contract
) -> list[tuple[str, str, str, int]]:
    """(council, coded column, code of its list, rows): a code is from our own list, never what a cell said."""
    found = []
    for name, column in contract.columns.items():
        if column.type == "code":
            each = f"unnest({name})" if column.several else name
            found += con.execute(
                f"SELECT council, '{name}', code, count(*) FROM (SELECT council, {each} AS code FROM {typed}) "
                f"WHERE code IS NOT NULL AND code <> '{UNREADABLE}' GROUP BY council, code ORDER BY ALL"
            ).fetchall()
    return found


def _totals(con: duckdb.DuckDBPyConnection, typed: str, rule: Rule) -> list[tuple[str | None, str, str, int]]:
    """(council, what is alike, code of a characteristic, its numbers added up), where none is a symbol but z."""
    number, of, category = (rule.arguments[part] for part in ("column", "of", "category"))
    alike = ", ".join(f"{name}::VARCHAR" for name in rule.arguments["alike"])
    return con.execute(
        f"SELECT council, concat_ws(' ', {alike}) AS alike, {of}, sum({number}) FROM {typed} "
        f"WHERE {of} <> '{UNREADABLE}' AND council IS NOT NULL GROUP BY ALL "
        f"HAVING count({number}) > 0 AND bool_and(coalesce({number} IS NOT NULL OR {number}_symbol = 'z', false) "
        f"AND {category} <> '{UNREADABLE}') ORDER BY ALL"
    ).fetchall()


def _by_month(con: duckdb.DuckDBPyConnection, typed: str, month: str) -> list[tuple[str | None, Any, int]]:
    # not HAVING with GROUP BY ALL: DuckDB then groups by the columns behind the month, not by the month
    rows = f"SELECT council, {month} AS month FROM {typed}"
    counted = (
        f"SELECT council, month, count(*) FROM ({rows}) WHERE month IS NOT NULL GROUP BY ALL ORDER BY ALL"
    )
    return con.execute(counted).fetchall()


def findings(contract: Contract, now: Profile, earlier: Sequence[Profile]) -> list[FileFinding]:
    """What a delivery breaks, given the profiles of those before it in the order of force (the nearest last).

    Raises:
        ContractError: a 5xx rule names a pattern that is not one of `PATTERNS`.
    """
    found: list[FileFinding] = []
    for rule in contract.rules:
        if rule.scope != "file":
            continue
        if rule.expect not in PATTERNS:
            raise ContractError(
                f"{rule.code} expects {rule.expect!r}, which is no pattern for a whole file. Choose "
                f"one of: {', '.join(PATTERNS)}."
            )
        for council, here in sorted(now.items()):
            if council in ("", UNREADABLE):  # rows of no known council are told by their own rule
                continue
            before = [profile[council] for profile in earlier if council in profile]
            found += [
                FileFinding(rule.code, council, column)
                for column in PATTERNS[rule.expect](rule, here, before)
            ]
    return found


def _row_count(rule: Rule, here: Profile, before: Sequence[Profile]) -> list[str | None]:
    """Of a feed that replaces by period, each month is looked at by itself, as each is replaced; and all together."""
    stood = {
        month: next(
            (profile["covers"][month] for profile in reversed(before) if month in profile["covers"]), 0
        )
        for month in here["covers"]
    }
    pairs = [(here["covers"][month], held) for month, held in stood.items()]
    pairs.append((here["rows"], sum(stood.values()) if stood else before[-1]["rows"] if before else 0))
    least, share = rule.arguments["least"], rule.arguments["share"]
    return [None] if any(held >= least and sent < share * held for sent, held in pairs) else []


def _no_month_missing(rule: Rule, here: Profile, before: Sequence[Profile]) -> list[str | None]:
    name = rule.arguments["column"]
    present = sorted(_month_number(month) for month in here["months"].get(name, []))
    if not present:
        return []
    last = [_month_number(month) for profile in before for month in profile["months"].get(name, [])]
    gap_inside = len(present) < present[-1] - present[0] + 1
    gap_before = bool(last) and present[0] > max(last) + 1
    return [name] if gap_inside or gap_before else []


def _not_all_the_same(rule: Rule, here: Profile, before: Sequence[Profile]) -> list[str | None]:
    name = rule.arguments["column"]
    return [name] if name in here["constant"] and here["rows"] >= rule.arguments["least"] else []


def _not_newly_empty(rule: Rule, here: Profile, before: Sequence[Profile]) -> list[str | None]:
    name = rule.arguments["column"]
    return [name] if before and name in here["empty"] and name not in before[-1]["empty"] else []


def _totals_agree(rule: Rule, here: Profile, before: Sequence[Profile]) -> list[str | None]:
    differ = any(len(set(totals.values())) > 1 for totals in here.get("totals", {}).values())
    return [rule.arguments["column"]] if differ else []


PATTERNS: dict[str, Callable[[Rule, Profile, Sequence[Profile]], list[str | None]]] = {
    "row_count_not_below": _row_count,
    "no_month_missing": _no_month_missing,
    "not_all_the_same": _not_all_the_same,
    "not_newly_empty": _not_newly_empty,
    "totals_agree": _totals_agree,
}


def _month_number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7])
