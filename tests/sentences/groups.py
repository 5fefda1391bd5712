"""Groups beside all together: lower, higher or as chance would have it."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import re

from tests.sentences.charts import chance_text
from tests.sentences.grammar import says
from tests.sentences.numbers import C, P, is_share, whole
from tests.sentences.tables import Place, Row, Tables

OUTSIDE = 0.002
"""The part of groups that 99.8% limits leave out by chance."""


def beyond(row: Row, tables: Tables) -> str:
    """Where a group lies beside the total of its period: beyond its limits, or of old releases its likely range."""
    if row.get("usual_least") is not None:
        n = row["numerator"]
        return "lower" if n < row["usual_least"] else "higher" if n > row["usual_most"] else ""
    total = tables.total(row) if "usual_least" not in row else None
    if not total or row["low"] is None or total["value"] is None:
        return ""
    return "lower" if row["high"] < total["value"] else "higher" if row["low"] > total["value"] else ""


@says(
    rf"(?P<n>{C}) of (?P<d>{C})(?: · (?P<mark>[▼▲])\xa0(?P<side>lower|higher))?|(?P<share>{P}) · (?P<mark2>[▼▲])\xa0(?P<side2>lower|higher)"
)
def marked(found: re.Match[str], at: Place) -> bool:
    side, mark = found["side"] or found["side2"] or "", found["mark"] or found["mark2"] or ""
    if (side, mark) not in (("", ""), ("lower", "▼"), ("higher", "▲")):
        return False
    return any(
        (is_share(found["share"], row["value"]) if found["share"] else
         (row["numerator"], row["denominator"]) == (whole(found["n"]), whole(found["d"])))
        and (not side or beyond(row, at.tables) == side)
        for row in at.rows
    )  # fmt: skip


@says(r"(?P<side>Lower|Higher|As) (?:than )?would be usual by chance")
def placed(found: re.Match[str], at: Place) -> bool:
    wanted = {"Lower": "lower", "Higher": "higher", "As": ""}[found["side"]]
    return any(row.get("usual_least") is not None and beyond(row, at.tables) == wanted for row in at.rows)


@says(rf"(?:(?P<least>{C}) to )?(?P<most>{C}) of (?P<d>{C}) (?P<unit>.+) would be usual")
def usual(found: re.Match[str], at: Place) -> bool:
    most = whole(found["most"])
    least = whole(found["least"]) if found["least"] else most
    wanted = (least, most, whole(found["d"]), found["unit"])
    return any(
        (row["usual_least"], row["usual_most"], row["denominator"], at.measure(row)["counts_what"]) == wanted
        for row in at.rows if row.get("usual_least") is not None
    )  # fmt: skip


@says(
    r"(?P<first>Lower|Higher) than (?:would be usual by chance|for all audits): (?P<names>.+?)(?:; (?P<second>higher): (?P<more>.+))?|No group is clearly different from all audits together|(?P<untold>Whether a group differs by more than chance is not told here)"
)
def groups_apart(found: re.Match[str], at: Place) -> bool:
    placed = any(row.get("usual_least") is not None or "usual_least" not in row for row in at.rows)
    if found["untold"] or not placed:
        return bool(found["untold"]) and not placed
    said: dict[str, set[str]] = {"lower": set(), "higher": set()}
    if found["first"]:
        said[found["first"].lower()] = _names(found["names"])
    if found["second"]:
        said["higher"] = _names(found["more"])
    of = {
        side: {at.tables.label(row) for row in at.rows if row["breakdown"] and beyond(row, at.tables) == side}
        for side in said
    }
    return all(_names(" and ".join(sorted(of[side]))) == said[side] for side in said)


def _names(text: str) -> set[str]:
    """The words of a list, whatever is said between its members."""
    return {part for part in re.split(r",\s*|\s+and\s+", text) if part}


@says(r"By chance alone, about (?P<n>[\d.]+) of these (?P<of>\d+) (?P<what>groups|cells) would be named so\.")
def groups_by_chance(found: re.Match[str], at: Place) -> bool:
    """Of the groups of a characteristic, or of the cells of a table that crosses two."""
    first, of = at.rows[0], int(found["of"])
    same = ["council", "window", "period_end", *(["breakdown"] if found["what"] == "groups" else [])]
    looked_at = [
        row for row in at.tables.by_measure[first["measure"]]
        if row.get("usual_least") is not None and all(row[each] == first[each] for each in same)
    ]  # fmt: skip
    return chance_text(of * OUTSIDE, found["n"]) and len(looked_at) == of


@says(r"About one in 20 of the (?:groups|cells) differs by chance alone\.")
def of_old_releases(found: re.Match[str], at: Place) -> bool:
    """A release from before it held limits names groups by their likely ranges."""
    return all("usual_least" not in row for row in at.rows)
