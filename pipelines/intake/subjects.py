"""What Great Expectations is shown here: for each rule one column to judge, so that a single query judges them all.

Belongs here: what a rule speaks of, as a column that is harmless in rows of which the rule does not speak, and the
stock expectation on that column.
Does not belong here: suites for Great Expectations elsewhere (`suites`), running them (`verdicts`), which rows are
set aside (`rules`, `check`).

A stock suite says where a rule applies by a row condition, and Great Expectations asks a query for each different
condition: 62 for the 75 rules of `case_audits`. A condition worked into the column costs none.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pipelines.contracts import TEXT_TYPES, UNREADABLE, Catalogue, Contract, Rule
from pipelines.intake import published
from pipelines.intake.rules import KEY_PATTERNS, Scene, broken, empty, holds, stored, unreadable


def column_of(rule: Rule) -> str:
    """The name of a rule's column in what `judged` makes."""
    return rule.code.replace("-", "_")


def judged(rules: list[Rule], typed: str, shared: str, scene: Scene) -> str:
    """SQL for the rows of a typed table with a column for each rule.

    shared: a table of the rows that share a key, as `rules.copies` gives them.
    """
    columns = ", ".join(f"{_subject(rule, scene)} AS {column_of(rule)}" for rule in rules)
    return f"SELECT {columns} FROM {typed} LEFT JOIN {shared} USING (_sheet, _row)"


def expectation(rule: Rule, contract: Contract, catalogue: Catalogue, extracted_on: date) -> Any:
    """A rule as a stock expectation on its column."""
    import great_expectations.expectations as gxe

    meta: dict[str, Any] = {"meta": {"code": rule.code, "level": rule.level, "message": rule.message}}
    on: dict[str, Any] = {"column": column_of(rule), **meta}
    given = rule.arguments
    if rule.expect in KEY_PATTERNS:
        return gxe.ExpectColumnValuesToNotBeInSet(value_set=[rule.expect], **on)
    if rule.expect == "column_values_readable":
        column = contract.columns[given["column"]]
        if column.codes and not column.several:
            return gxe.ExpectColumnValuesToBeInSet(
                value_set=[code.code for code in catalogue.codes[column.codes]], **on
            )
        if column.type in TEXT_TYPES and not column.several:
            return gxe.ExpectColumnValuesToNotBeInSet(value_set=[UNREADABLE], **on)
    if rule.expect in ("column_values_not_empty", "filled_when"):
        return gxe.ExpectColumnValuesToNotBeNull(**on)
    if rule.expect == "empty_when":
        return gxe.ExpectColumnValuesToBeNull(**on)
    if rule.expect == "column_pair_a_not_after_b":
        return gxe.ExpectColumnValuesToBeBetween(min_value=0, **on)
    if rule.expect == "column_values_between":
        return gxe.ExpectColumnValuesToBeBetween(min_value=given["min"], max_value=given["max"], **on)
    if rule.expect == "column_not_in_future":
        return gxe.ExpectColumnValuesToBeBetween(max_value=extracted_on, **on)
    return gxe.ExpectColumnValuesToNotBeInSet(value_set=[True], **on)


def _subject(rule: Rule, scene: Scene) -> str:
    contract, given = scene.contract, rule.arguments
    if rule.expect == "cells_within_header":
        return "_ragged"
    if rule.expect in KEY_PATTERNS:
        return "fault"
    if rule.expect in published.PATTERNS:
        return broken(rule, scene)
    if rule.expect in ("column_pair_a_not_after_b", "column_pair_differs"):
        a, b = (stored(contract, given[part]) for part in "ab")
        return f"{b} - {a}" if rule.expect == "column_pair_a_not_after_b" else f"{a} = {b}"
    name = given["column"]
    if rule.expect == "column_values_readable":
        column = contract.columns[name]
        return name if column.type in TEXT_TYPES and not column.several else unreadable(contract, name)
    applies = holds(contract, given.get("when", {})) or "true"
    if rule.expect in ("column_values_not_empty", "filled_when"):
        return f"CASE WHEN {applies} THEN nullif(NOT {empty(contract, name)}, false) ELSE true END"
    if rule.expect == "empty_when":
        return f"CASE WHEN {applies} THEN nullif({stored(contract, name)} IS NOT NULL, false) END"
    return stored(contract, name)
