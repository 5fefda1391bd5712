"""What each rule pattern means: the SQL that says a row breaks it.

Belongs here: one entry of `PATTERNS` for each `expect` that a row rule may name, over the columns of a typed table.
Does not belong here: rules about particular feeds (contracts), Great Expectations (`verdicts`), rules that look at a
whole file (`whole_file`) or at several feeds (`partitions`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.contracts import FILLED_WITH, TEXT_TYPES, UNREADABLE, Contract, ContractError, Rule
from pipelines.intake import published

KEY_PATTERNS = ("key_unique", "not_repeated")


@dataclass(frozen=True)
class Scene:
    """What a predicate may need to know beside its rule."""

    contract: Contract
    extracted_on: date


def literal(value: Any) -> str:
    """A SQL literal for a value out of a contract."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def unreadable(contract: Contract, name: str) -> str:
    """The cell held something that could not be read."""
    column = contract.columns[name]
    if column.type in ("identifier", "free_text", "place_part"):
        return "false"
    if column.type in TEXT_TYPES:
        if column.several:
            return f"coalesce(list_contains({name}, '{UNREADABLE}'), false)"
        return f"coalesce({name} = '{UNREADABLE}', false)"
    return f"{name}__unreadable"


def stored(contract: Contract, name: str) -> str:
    """The accepted table's column that says whether a cell of a contract's column was filled.

    Raises:
        ContractError: the feed has no such column, or keeps nothing of it.
    """
    of_period = name in contract.columns and contract.columns[name].type == "period"
    kept = f"{name}_start" if of_period else name
    if kept not in contract.stored:
        raise ContractError(
            f"{contract.feed}: a rule names {name}, which the feed does not have, or of which nothing is kept. "
            f"Choose one of: {', '.join(contract.stored)}."
        )
    return kept


def empty(contract: Contract, name: str) -> str:
    """The cell held nothing: neither a value nor a symbol in its place."""
    kept = stored(contract, name)
    symbol = f" AND {name}_symbol IS NULL" if contract.columns[name].type in FILLED_WITH else ""
    return f"({kept} IS NULL{symbol} AND NOT {unreadable(contract, name)})"


def holds(contract: Contract, when: dict[str, Any]) -> str:
    """The condition of a `when`: every named column is filled, empty, yes, no, or one of the codes.

    A coded cell that could not be read is filled; a date or number that could not be read is neither filled nor empty.
    """
    parts = []
    for name, wanted in when.items():
        if wanted == "filled":
            parts.append(f"{stored(contract, name)} IS NOT NULL")
        elif wanted == "empty":
            parts.append(empty(contract, name))
        elif isinstance(wanted, bool):
            parts.append(f"{stored(contract, name)} = {literal(wanted)}")
        else:
            codes = wanted if isinstance(wanted, list) else [wanted]
            parts.append(f"{stored(contract, name)} IN ({', '.join(map(literal, codes))})")
    return " AND ".join(f"coalesce({part}, false)" for part in parts)


def _not_after(rule: Rule, scene: Scene) -> str:
    a, b = (stored(scene.contract, rule.arguments[part]) for part in "ab")
    return f"{a} > {b}"


def _differs(rule: Rule, scene: Scene) -> str:
    a, b = (stored(scene.contract, rule.arguments[part]) for part in "ab")
    return f"{a} = {b}"


def _between(rule: Rule, scene: Scene) -> str:
    low, high = rule.arguments["min"], rule.arguments["max"]
    name = stored(scene.contract, rule.arguments["column"])
    return f"{name} < {literal(low)} OR {name} > {literal(high)}"


def _not_in_future(rule: Rule, scene: Scene) -> str:
    return f"{stored(scene.contract, rule.arguments['column'])} > DATE '{scene.extracted_on}'"


def _filled_when(rule: Rule, scene: Scene) -> str:
    condition = holds(scene.contract, rule.arguments["when"])
    return f"{empty(scene.contract, rule.arguments['column'])} AND {condition}"


def _empty_when(rule: Rule, scene: Scene) -> str:
    condition = holds(scene.contract, rule.arguments["when"])
    return f"{stored(scene.contract, rule.arguments['column'])} IS NOT NULL AND {condition}"


PATTERNS: dict[str, Callable[[Rule, Scene], str]] = {
    "column_values_readable": lambda rule, scene: unreadable(scene.contract, rule.arguments["column"]),
    "column_values_not_empty": lambda rule, scene: empty(scene.contract, rule.arguments["column"]),
    "column_pair_a_not_after_b": _not_after,
    "column_pair_differs": _differs,
    "column_values_between": _between,
    "column_not_in_future": _not_in_future,
    "filled_when": _filled_when,
    "empty_when": _empty_when,
    "cells_within_header": lambda rule, scene: "_ragged",
    **published.PATTERNS,
}


def broken(rule: Rule, scene: Scene) -> str:
    """SQL, true where a row of the typed table breaks `rule`; never NULL.

    Raises:
        ContractError: the rule's `expect` or its arguments are unknown.
    """
    if rule.expect not in PATTERNS:
        raise ContractError(
            f"{rule.code} expects {rule.expect!r}, which is not a pattern for rows. Choose one of: "
            f"{', '.join((*PATTERNS, *KEY_PATTERNS))}."
        )
    try:
        return f"coalesce({PATTERNS[rule.expect](rule, scene)}, false)"
    except KeyError as missing:
        raise ContractError(f"{rule.code}: {rule.expect} needs {missing} under `with`.") from None


def copies(contract: Contract, typed: str) -> str:
    """SQL giving (_sheet, _row, fault) of rows that share a key, told apart from exact repeats of a row.

    Of exact repeats the first row stands. Rows of one key that differ are all at fault: which is right is not guessed.
    Rows whose key is not whole are left to the rules on its columns.
    """
    # a person who is not numbered is the first of that role
    part = {
        name: f"coalesce({name}, 1)" if contract.stored[name] == "BIGINT" else name
        for name in contract.key_columns
    }
    key = ", ".join(part.values())
    required = [name for name in part if name in contract.columns and contract.columns[name].required]
    known = " AND ".join(f"{name} IS NOT NULL AND {name}::VARCHAR <> '{UNREADABLE}'" for name in required)
    same_key = " AND ".join(f"{value} IS NOT DISTINCT FROM shared.{name}_" for name, value in part.items())
    whole_row = ", ".join(f"coalesce({name}::VARCHAR, '')" for name in contract.stored)
    named = ", ".join(f"{value} AS {name}_" for name, value in part.items())
    shared = f"SELECT {named} FROM {typed} WHERE {known} GROUP BY ALL HAVING count(*) > 1"
    return f"""SELECT _sheet, _row, CASE WHEN copy > 1 THEN 'not_repeated' ELSE 'key_unique' END AS fault
        FROM (
            SELECT _sheet, _row,
                min(row_text) OVER (PARTITION BY {key}) <> max(row_text) OVER (PARTITION BY {key}) AS differ,
                row_number() OVER (PARTITION BY {key}, row_text ORDER BY _sheet, _row) AS copy
            FROM (
                SELECT t.*, concat_ws(chr(31), {whole_row}) AS row_text FROM {typed} t
                SEMI JOIN ({shared}) shared ON {same_key}
            )
        )
        WHERE differ OR copy > 1"""
