"""What only the page of plans says: sections beside one another, kinds of plans apart."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import re

from tests.sentences.grammar import says
from tests.sentences.groups import beyond
from tests.sentences.numbers import BETWEEN, NUM, C, P, is_number, is_range, is_share
from tests.sentences.tables import Place, Row


@says(
    rf"(?P<name>.+?) was the (?P<what>weakest|strongest): good or better in (?P<n>{C}|{P}) (?P<num>.+?)\."
    rf"(?: That is clearly (?P<side>lower|higher) than all sections together \((?P<total>{P})\)\.| It is not clearly "
    r"(?P<not>lower|higher) than all sections together\.)?"
)
def extreme(found: re.Match[str], at: Place) -> bool:
    choose = min if found["what"] == "weakest" else max
    row = choose(
        (row for row in at.same(breakdown="section") if row["value"] is not None),
        key=lambda row: row["value"],
    )
    unit = {**at.measure(row), "counts_what": "plans"}
    if not found["name"].endswith(at.tables.label(row)) or not is_number(
        f"{found['n']} {found['num']}", row, unit
    ):
        return False
    if not found["not"] and not found["side"]:
        return "usual_least" in row and row["usual_least"] is None
    if found["not"]:
        return beyond(row, at.tables) != found["not"]
    return beyond(row, at.tables) == found["side"] and is_share(found["total"], at.tables.total(row)["value"])


@says(
    r"(?P<first>Higher|Lower) than the year before: (?P<names>.+?)(?:; (?P<second>lower) than the year before: (?P<more>.+?))?\.|Every other section(?: that can be compared)?: no clear change\.|(?P<mixed>The plans were chosen in another way than the year before, so the sections cannot be compared with it)\.|(?P<none>No section has clearly changed on the year before)\.|(?P<first_year>There is no year before to compare the sections with)\."
)
def sections_changed(found: re.Match[str], at: Place) -> bool:
    said = {"higher": "", "lower": ""}
    if found["first"]:
        said[found["first"].lower()] = found["names"]
    if found["second"]:
        said["lower"] = found["more"]
    sections = at.same(breakdown="section")
    if found["mixed"]:
        return all(row.get("mix") or row["change"] is None for row in sections)
    if found["first_year"]:
        return all(row["change"] is None for row in sections)
    if not found["first"] and not found["none"]:
        return any(row["change"] is not None and not _clear(row) for row in sections)
    return all(
        (at.tables.label(row) in said[side]) == (_clear(row) == side) for row in sections for side in said
    )


def _clear(row: Row) -> str:
    if row["change_low"] is None or row.get("mix"):
        return ""
    return "higher" if row["change_low"] > 0 else "lower" if row["change_high"] < 0 else ""


@says(rf"(?P<kind>[A-Z][a-z]+) plans: (?P<num>{NUM})(?:, likely to be (?P<range>{BETWEEN}))?\.")
def kind_of_plan(found: re.Match[str], at: Place) -> bool:
    return any(
        at.tables.label(row) == f"{found['kind']} plan" and is_number(found["num"], row, at.measure(row))
        and (not found["range"] or is_range(found["range"], row["low"], row["high"], at.measure(row)))
        for row in at.rows
    )  # fmt: skip


@says(
    r"The two ranges do not overlap: (?P<one>[a-z]+) plans (?P<did>did better|had a larger share) than (?P<other>[a-z]+) plans, by more than chance alone would explain\.|(?P<both>The two ranges overlap, so these figures alone cannot say that one kind is better)\."
)
def kinds_apart(found: re.Match[str], at: Place) -> bool:
    first, second = at.rows[:2]
    overlap = first["low"] <= second["high"] and second["low"] <= first["high"]
    if found["both"]:
        return overlap
    of = {at.tables.label(row).split()[0].lower(): row for row in (first, second)}
    one, other = of[found["one"]], of[found["other"]]
    higher_is = at.measure(one)["higher_is"]
    said = "had a larger share" if higher_is == "neither" else "did better"
    return not overlap and found["did"] == said and (one["value"] > other["value"]) == (higher_is != "worse")
