"""Counts that are no share: how many things a distribution divides, the ledger of actions, what is held of each."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import re

from tests.sentences.grammar import free, says
from tests.sentences.numbers import BETWEEN, C, P, is_part, is_range, whole
from tests.sentences.periods import DAY, POINT, day_of, end_of, is_period
from tests.sentences.shares import WHEN
from tests.sentences.tables import Place, Row


@says(
    rf"{WHEN}?(?P<open>[^%\d]*?)(?P<d>{C}) (?P<what>[^%\d]+?(?:, each chosen in one way|; each counts [a-z ]+)|[^%\d]*(?:completed audits|of the moderator))\."
)
def divided(found: re.Match[str], at: Place) -> bool:
    return free(found["open"]) and free(found["what"]) and any(
        at.measure(row)["kind"] == "distribution"
        and row["denominator"] == whole(found["d"])
        and (not found["when"] or is_period(found["when"], row))
        for row in at.rows
    )  # fmt: skip


@says(
    rf"Of these, (?P<n>{C}) \((?P<share>{P})\) are of this kind\.|The true share of this kind is likely to be (?P<range>{BETWEEN})\."
)
def of_a_kind(found: re.Match[str], at: Place) -> bool:
    return any(
        at.measure(row)["kind"] == "distribution" and row["breakdown"] != ""
        and (
            is_range(found["range"], row["low"], row["high"], at.measure(row)) if found["range"]
            else row["numerator"] == whole(found["n"]) and is_part(found["share"], row["numerator"], row["denominator"])
        )
        for row in at.rows
    )  # fmt: skip


@says(
    rf"(?P<n>{C}) actions were open at the end of (?P<when>{POINT}), (?P<m>{C}) at the end of (?P<first>{POINT})\.?"
)
def open_then_and_now(found: re.Match[str], at: Place) -> bool:
    held = {row["period_end"]: row["numerator"] for row in at.same(measure="ledger.open", window="month")}
    said = {end_of(found["when"]): whole(found["n"]), end_of(found["first"]): whole(found["m"])}
    return said == {max(held): held[max(held)], min(held): held[min(held)]} if held else False


@says(rf"(?P<n>{C}) actions were done by (?P<day>{DAY})\.")
def done_by(found: re.Match[str], at: Place) -> bool:
    return any(
        (row["denominator"], row["period_end"]) == (whole(found["n"]), day_of(found["day"]))
        for row in at.rows
    )


@says(
    rf"(?P<title>[A-Z][A-Za-z ]+): not recorded in (?P<d>{C}) completed audits, of which (?P<n>{C}) heard from the family\."
)
def not_recorded(found: re.Match[str], at: Place) -> bool:
    return any(
        at.tables.title(row["breakdown"]) == found["title"] and row["group"] in ("unknown", "U")
        and (row["numerator"], row["denominator"]) == (whole(found["n"]), whole(found["d"]))
        for row in at.rows
    )  # fmt: skip


@says(r"Yes|(?P<no>No: please report it)")
def adds_up(found: re.Match[str], at: Place) -> bool:
    """Open before, and what came, is what went and open after."""

    def total(*parts: str) -> int:
        return sum(row["numerator"] or 0 for part in parts for row in at.same(measure=f"ledger.{part}"))

    held = sorted(at.same(measure="ledger.open"), key=lambda row: row["period_end"])
    before, after = held[0] if len(held) > 1 else {"numerator": 0}, held[-1]
    came = before["numerator"] + total("opened", "reopened") - total("done", "cancelled")
    return (came == after["numerator"]) != bool(found["no"])


@says(rf"(?P<recent>Within|None in) six months|(?P<last>{POINT})|(?P<never>None on record)")
def last_audit_of_a_team(found: re.Match[str], at: Place) -> bool:
    def holds(row: Row) -> bool:
        months = [
            one for one in at.tables.by_measure[row["measure"]]
            if one["breakdown"] == "team" and one["council"] == row["council"]
            and one["window"] == "month" and one["complete"] and one["group"] != "unknown"
        ]  # fmt: skip
        ends = {one["period_end"] for one in months if one["group"] == row["group"] and one["numerator"]}
        lately = set(sorted({one["period_end"] for one in months})[-6:])
        if found["recent"]:
            return bool(ends & lately) == (found["recent"] == "Within")
        return not ends if found["never"] else bool(ends) and max(ends) == end_of(found["last"])

    return any(map(holds, at.same(measure="programme.completed_by_team", breakdown="team")))


@says(r"The longest has lasted (?P<weeks>.+) so far\.")
def longest(found: re.Match[str], at: Place) -> bool:
    def holds(row: Row) -> bool:
        same = ("council", "window", "period_end", "breakdown")
        others = [
            one for one in at.tables.by_measure[row["measure"]]
            if one["numerator"] and one["group"].isdigit() and all(one[name] == row[name] for name in same)
        ]  # fmt: skip
        return found["weeks"] == at.tables.label(row) and max(int(one["group"]) for one in others) == int(
            row["group"]
        )

    return any(map(holds, at.same(breakdown="weeks_placed")))


@says(
    rf"(?P<done>{C}) of (?P<all>{C}) actions are done, and (?P<open>{C}) are open\.|For (?P<bare>{C}) of those that are done, nothing is named that shows it\.|(?P<checked>{C}) have been checked by someone other than the owner\.|(?P<effect>{C}) have been shown to make a difference\.|(?P<rest>The rest were cancelled)\."
)
def in_a_report(found: re.Match[str], at: Place) -> bool:
    """What has become of the actions of a source, of the figures whose numerators or wholes they are."""
    of = {row["measure"]: row for row in at.rows}
    named = {
        "done": [row["denominator"] for name, row in of.items() if name != "ledger.open"],
        "all": [of["ledger.open"]["denominator"]] if "ledger.open" in of else [],
        "open": [of["ledger.open"]["numerator"]] if "ledger.open" in of else [],
        "bare": [row["numerator"] for name, row in of.items() if name == "ledger.not_evidenced"],
        "checked": [row["numerator"] for name, row in of.items() if name == "ledger.evidence_checked"],
        "effect": [row["numerator"] for name, row in of.items() if name == "ledger.effect_shown"],
    }
    if found["rest"]:
        return bool(named["all"] and named["done"]) and named["all"][0] > named["open"][0] + named["done"][0]
    return all(whole(found[part]) in held for part, held in named.items() if found[part])


@says(
    rf"(?P<before>{C}) open before \+ (?P<opened>{C}) opened \+ (?P<reopened>{C}) opened again − (?P<done>{C}) done − (?P<cancelled>{C}) cancelled = (?P<open>{C}) open after\."
)
def balance(found: re.Match[str], at: Place) -> bool:
    held = {part: whole(number) for part, number in found.groupdict().items()}
    opens = sorted(at.same(measure="ledger.open"), key=lambda row: row["period_end"])
    own = {part: at.same(measure=f"ledger.{part}") for part in ("opened", "reopened", "done", "cancelled")}
    right = all(
        held[part] in [row["numerator"] or 0 for row in rows] or not held[part] for part, rows in own.items()
    )
    ends = (held["before"], held["open"]) == (
        opens[0]["numerator"] if len(opens) > 1 else 0,
        opens[-1]["numerator"],
    )
    went = held["before"] + held["opened"] + held["reopened"] - held["done"] - held["cancelled"]
    return bool(opens) and right and ends and went == held["open"]
