"""The same rules as suites that any Great Expectations can run, over the columns of a typed table.

Belongs here: one stock expectation for each row rule that has one, and the JSON under `expectations/suites/`.
Does not belong here: the verdict on a delivery (`verdicts`), what a rule means in SQL (`rules`).

Great Expectations is slow to import, so it is imported where it is used.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pipelines import durable
from pipelines.contracts import FILLED_WITH, TEXT_TYPES, UNREADABLE, Catalogue, Contract, Rule
from pipelines.intake import published
from pipelines.intake.check import row_rules
from pipelines.intake.rules import stored
from pipelines.settings import Settings

OUR_ENGINE = frozenset({"key_unique", "not_repeated", "column_pair_differs", *published.PATTERNS})
"""Patterns that stock Great Expectations has no column expectation for: they are judged here only."""
EXTRACTED_ON = {"$PARAMETER": "extracted_on"}
"""What a stock suite must be told: the first moment (a datetime) of the day the data was taken from its system."""
_TEXT = frozenset(TEXT_TYPES)


def needs_our_engine(rule: Rule, contract: Contract) -> bool:
    """Whether a rule is left out of the stock suites: cells that hold several values, and `OUR_ENGINE`."""
    several = rule.expect == "column_values_readable" and contract.columns[rule.arguments["column"]].several
    return several or rule.expect in OUR_ENGINE


def expectation(rule: Rule, contract: Contract, catalogue: Catalogue) -> Any:
    """A rule as a stock expectation; the day of extraction is a parameter.

    Raises:
        ValueError: there is none, see `needs_our_engine`.
    """
    import great_expectations.expectations as gxe

    meta: dict[str, Any] = {"meta": {"code": rule.code, "level": rule.level, "message": rule.message}}
    given = rule.arguments
    if needs_our_engine(rule, contract):
        raise ValueError(f"{rule.code} has no stock expectation")
    column = given.get("column", "")
    if rule.expect == "cells_within_header":
        return gxe.ExpectColumnValuesToNotBeInSet(column="_ragged", value_set=[True], **meta)
    if rule.expect == "column_values_readable":
        kind = contract.columns[column].type
        if kind == "code":
            codes = [code.code for code in catalogue.codes[contract.columns[column].codes or ""]]
            return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=codes, **meta)
        if kind in _TEXT:
            return gxe.ExpectColumnValuesToNotBeInSet(column=column, value_set=[UNREADABLE], **meta)
        return gxe.ExpectColumnValuesToNotBeInSet(column=f"{column}__unreadable", value_set=[True], **meta)
    if rule.expect in ("column_values_not_empty", "filled_when"):
        condition = _conditions(contract, given.get("when", {}), readable=column)
        return gxe.ExpectColumnValuesToNotBeNull(column=stored(contract, column), **condition, **meta)
    if rule.expect == "empty_when":
        return gxe.ExpectColumnValuesToBeNull(
            column=stored(contract, column), **_conditions(contract, given["when"]), **meta
        )
    if rule.expect == "column_pair_a_not_after_b":
        return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=stored(contract, given["b"]),
            column_B=stored(contract, given["a"]),
            or_equal=True,
            ignore_row_if="either_value_is_missing",
            **meta,
        )
    if rule.expect == "column_values_between":
        low, high = (_bound(given[part]) for part in ("min", "max"))
        kept = stored(contract, column)
        return gxe.ExpectColumnValuesToBeBetween(column=kept, min_value=low, max_value=high, **meta)
    if rule.expect == "column_not_in_future":
        kept = stored(contract, column)
        return gxe.ExpectColumnValuesToBeBetween(column=kept, max_value=EXTRACTED_ON, **meta)
    raise AssertionError(f"{rule.code}: {rule.expect} has SQL but no expectation")


def _bound(value: Any) -> Any:
    """A day is a moment here: pandas, which has no days, cannot compare the two."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _conditions(contract: Contract, when: dict[str, Any], readable: str | None = None) -> dict[str, Any]:
    from great_expectations.expectations.row_conditions import AndCondition, Column

    parts: list[Any] = []
    if readable and contract.columns[readable].type not in (*_TEXT, "identifier"):
        parts.append(Column(f"{readable}__unreadable") == False)  # noqa: E712 - builds a condition
    if readable and contract.columns[readable].type in FILLED_WITH:
        parts.append(Column(f"{readable}_symbol").is_null())
    for name, wanted in when.items():
        cell = Column(stored(contract, name))
        if wanted == "filled":
            parts.append(cell.is_not_null())
        elif wanted == "empty":
            parts.append(cell.is_null())
            if contract.columns[name].type not in (*_TEXT, "identifier"):
                parts.append(Column(f"{name}__unreadable") == False)  # noqa: E712 - builds a condition
        elif isinstance(wanted, bool):
            parts.append(cell == wanted)
        else:
            parts.append(cell.is_in(wanted if isinstance(wanted, list) else [wanted]))
    if not parts:
        return {}
    return {"row_condition": parts[0] if len(parts) == 1 else AndCondition(conditions=parts)}


def suite_json(contract: Contract, catalogue: Catalogue) -> str:
    """The stock suite of one feed, over the columns of the typed table; rules that need our engine are listed."""
    expectations = []
    ours = []
    for rule in row_rules(contract):
        if needs_our_engine(rule, contract):
            ours.append(rule.code)
        else:
            made = expectation(rule, contract, catalogue).configuration.to_json_dict()
            expectations.append({part: made[part] for part in ("type", "kwargs", "meta")})
    content = {
        "name": contract.feed,
        "meta": {"contract": f"{contract.feed} {contract.version}", "needs_our_engine": ours},
        "expectations": expectations,
    }
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True, default=str) + "\n"


def write_suites(settings: Settings, catalogue: Catalogue, check: bool = False) -> list[str]:
    """Write `expectations/suites/*.json`, or with `check` only compare; returns the names that were not fresh."""
    stale = []
    for contract in catalogue.contracts.values():
        path = settings.expectations / "suites" / f"{contract.feed}.json"
        fresh = suite_json(contract, catalogue)
        if not path.exists() or path.read_text(encoding="utf-8") != fresh:
            stale.append(str(path.relative_to(settings.expectations.parent)))
            if not check:
                durable.write(path, fresh.encode())
    return stale
