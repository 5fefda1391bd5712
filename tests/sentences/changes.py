"""A figure beside that of the year before: which way, how far, and whether that is more than chance."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import re
from fractions import Fraction

from tests.sentences.grammar import says
from tests.sentences.numbers import BETWEEN, NUM, SIZE, C, is_number, is_size, is_spread, whole
from tests.sentences.tables import Place, Row


@says(
    rf"That is (?P<size>{SIZE}) (?P<side>higher|lower) than the year before, which was (?P<num>{NUM})\.|(?P<size2>{SIZE}) (?P<side2>higher|lower) than the year before"
)
def clear_change(found: re.Match[str], at: Place) -> bool:
    side, size = found["side"] or found["side2"], found["size"] or found["size2"]

    def holds(row: Row) -> bool:
        if row["change"] is None or row["symbol"] or row.get("mix") or row["change_low"] is None:
            return False
        clear = row["change_low"] > 0 if side == "higher" else row["change_high"] < 0
        now, before = row["value"], row["previous_value"]
        named = not found["num"] or is_number(found["num"], row, at.measure(row), before=True)
        way = (now > before) == (side == "higher")
        return clear and way and named and is_size(size, now - before, at.measure(row))

    return any(map(holds, at.rows))


@says(rf"The difference is likely to be (?P<range>{BETWEEN}): more than chance alone would explain\.")
def difference(found: re.Match[str], at: Place) -> bool:
    return any(
        (row["change_low"] > 0 or row["change_high"] < 0)
        and is_spread(
            found["range"], row["change_low"], row["change_high"], at.measure(row), "lower", "higher"
        )
        for row in at.rows
        if row["change_low"] is not None
    )


@says(
    rf"The year before it was (?P<num>{NUM})(?P<few>: too few to say whether the difference is more than chance)?\."
)
def year_before(found: re.Match[str], at: Place) -> bool:
    return any(
        row["previous_denominator"] and is_number(found["num"], row, at.measure(row), before=True)
        and (not found["few"] or row["change_low"] is None)
        for row in at.rows
    )  # fmt: skip


@says(
    rf"No clear change: this is (?:(?P<same>no different)|(?P<size>{SIZE}) (?P<side>higher|lower)), but the true difference could be "
    rf"anything between (?P<low>{SIZE}) lower and (?P<high>{SIZE}) higher\.|No clear change: this is (?P<exactly>no different)\.|"
    r"No clear change from the year before"
)
def no_clear_change(found: re.Match[str], at: Place) -> bool:
    def holds(row: Row) -> bool:
        if row["change"] is None or row.get("mix"):
            return False
        if row["change_low"] is not None and not row["change_low"] <= 0 <= row["change_high"]:
            return False
        if found["exactly"]:
            return (row["change_low"], row["change"], row["change_high"]) == (0, 0, 0)
        if found["low"] is None:
            return True
        change, measure = row["value"] - row["previous_value"], at.measure(row)
        own = change == 0 if found["same"] else (
            is_size(found["size"], change, measure) and (change > 0) == (found["side"] == "higher")
        )  # fmt: skip
        return (
            own
            and is_size(found["low"], row["change_low"], measure)
            and is_size(found["high"], row["change_high"], measure)
        )

    return any(map(holds, at.rows))


@says(
    rf"The two cannot be compared: (?P<more>more|fewer) of the (?P<unit>[a-z ]+) were chosen at random than the year before"
    rf"(?: \((?P<r>{C}) of (?P<d>{C}); the year before, (?P<pr>{C}) of (?P<pd>{C})\))?\.|"
    r"Cannot be compared: (?P<more2>more|fewer) were chosen at random than the year before"
)
def other_mix(found: re.Match[str], at: Place) -> bool:
    def holds(row: Row) -> bool:
        random, before = row.get("random"), row.get("previous_random")
        if not row.get("mix") or (found["r"] and random is None):
            return False
        if random is not None:
            more = Fraction(random, row["denominator"]) > Fraction(before, row["previous_denominator"])
            if more != ((found["more"] or found["more2"]) == "more"):
                return False
        told = [found[name] for name in ("r", "d", "pr", "pd")]
        counts = [random, row["denominator"], before, row["previous_denominator"]]
        return not found["r"] or [whole(text) for text in told] == counts

    return any(map(holds, at.rows))


@says(
    r"There is no figure for the year before to compare it with\.|(?P<few>Too few to say whether the difference is more than chance)\.|(?P<none>No year before to compare with)|(?P<never>Not compared)"
)
def no_year_before(found: re.Match[str], at: Place) -> bool:
    if found["few"]:
        return any(row["change"] is not None and row["change_low"] is None for row in at.rows)
    if found["never"]:
        return any(row["change"] is None for row in at.rows)
    return any(not row["previous_denominator"] or row["symbol"] for row in at.rows)


@says(
    r"A real change(?P<for> for the (?P<way>better|worse))?: (?:(?P<side>higher|lower), by )?more than chance alone would explain\.|No clear change: chance alone could explain it\."
)
def verdict(found: re.Match[str], at: Place) -> bool:
    """What the year from a declared date says of the year before it."""

    def holds(row: Row) -> bool:
        if row["change_low"] is None or row.get("mix"):
            return False
        side = "higher" if row["change_low"] > 0 else "lower" if row["change_high"] < 0 else None
        higher_is = at.measure(row)["higher_is"]
        if not found[0].startswith("A real"):
            return side is None
        if not found["way"]:
            return higher_is == "neither" and side == found["side"]
        return side is not None and higher_is != "neither" and (found["way"] == "better") == (
            (side == "higher") == (higher_is == "better")
        )  # fmt: skip

    return any(map(holds, at.rows))
