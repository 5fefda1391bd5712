"""Groups set against all there are: gaps, evenness, and the headline weighted to all."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import re

from tests.sentences.grammar import free, says
from tests.sentences.numbers import (
    BETWEEN,
    GAP,
    SHARE,
    C,
    K,
    P,
    is_counts,
    is_gap,
    is_part,
    is_spread,
    is_value,
    whole,
)
from tests.sentences.periods import is_period
from tests.sentences.shares import WHEN
from tests.sentences.tables import Place, Row

NAMES = {
    "heard.heard_of_": ("over-heard", "under-heard"),
    "heard.sample_of_": ("audited more often", "audited less often"),
    "heard.offered": ("offered more often", "offered less often"),
    "heard.answered": ("answered more often", "answered less often"),
    "heard.not_appropriate": ("marked more often", "marked less often"),
}
CALLED = "|".join(name for both in NAMES.values() for name in both)
FEW = 5


def is_called(text: str, row: Row) -> bool:
    """Whether a gap is called so: only where chance would seldom show it, and by its own step's words."""
    over, under = next((both for start, both in NAMES.items() if row["measure"].startswith(start)), ("", ""))
    said = {"higher": over, "lower": under}.get(row["direction"])
    away = row["value"] > 0 if row["direction"] == "higher" else row["value"] < 0
    clear = row["low"] > 0 or row["high"] < 0 if row["low"] is not None else False
    return not row["symbol"] and said == text.lower() and away and clear


@says(
    rf"(?P<whose>.+): (?P<called>{CALLED})\. (?P<there>{P}) of (?P<all>[^%\d]+), (?P<here>{P}) of (?P<looked>[^%\d]+) \((?P<gap>{GAP}); likely (?P<range>{BETWEEN})\)\.(?P<few> Only (?P<n>{C}) of them: do not generalise\.)?"
)
def stands_out(found: re.Match[str], at: Place) -> bool:
    def holds(row: Row) -> bool:
        other = at.tables.compared.get(row["receipt"], {"compared_denominator": 0})
        title, label = at.tables.title(row["breakdown"]), at.tables.label(row)
        whose = label if title.lower() in label.lower() else f"{title}, {label}"
        return (
            found["whose"] == whose
            and is_called(found["called"], row)
            and is_part(found["there"], other.get("compared_numerator", 0), other["compared_denominator"])
            and is_part(found["here"], row["numerator"], row["denominator"])
            and is_gap(found["gap"], row["value"])
            and is_spread(found["range"], row["low"], row["high"], at.measure(row), "fewer", "more")
            and bool(found["few"]) == (row["numerator"] < FEW)
            and (not found["n"] or whole(found["n"]) == row["numerator"])
        )

    return any(map(holds, at.rows))


@says(rf"(?P<called>(?i:{CALLED}))|(?P<none>No clear gap(?P<edge>: near the edge of chance)?|Too few to say)")
def standing(found: re.Match[str], at: Place) -> bool:
    def holds(row: Row) -> bool:
        if at.measure(row)["kind"] != "gap" or row["symbol"]:
            return False
        if found["called"]:
            return is_called(found["called"], row)
        if found["none"] == "Too few to say":
            return row["direction"] == ""
        apart = row["low"] > 0 or row["high"] < 0
        return row["direction"] not in ("higher", "lower", "") and apart == bool(found["edge"])

    return any(map(holds, at.rows))


@says(
    rf"(?P<label>.+): (?P<called>{CALLED}), (?P<gap>{GAP})|(?P<title>[^:]+): (?:(?P<none>no group clearly more or less often)|(?P<few>too few to say)|(?P<not>the groups cannot be compared, because not all counts of them are given))"
)
def finding(found: re.Match[str], at: Place) -> bool:
    rows = [row for row in at.rows if at.measure(row)["kind"] == "gap"]
    named = [row for row in rows if not row["symbol"] and row["direction"] in ("higher", "lower")]
    if found["called"]:
        widest = max(named, key=lambda row: abs(row["value"]), default=None)
        return widest is not None and at.tables.label(widest) == found["label"] and (
            is_called(found["called"], widest) and is_gap(found["gap"], widest["value"])
        )  # fmt: skip
    judged = [row for row in rows if not row["symbol"] and row["direction"]]
    whose = all(at.tables.title(row["breakdown"]) == found["title"] for row in rows)
    told = "not" if all(row["symbol"] for row in rows) else "none" if judged else "few"
    return bool(rows) and whose and not named and bool(found[told])


@says(
    rf"(?P<n>{C}) groups? compared\. If none differed, chance alone would still give about (?P<usual>{C}) a likely range without 0\. Only a gap that chance would show in one group of 500 is called one\.|Too few to say: nobody can tell from so few audits whether a group is heard less often than others\."
)
def of_chance(found: re.Match[str], at: Place) -> bool:
    """The groups of all characteristics at the four steps that the place's first figure is of."""
    first = at.rows[0]
    frame = first["measure"].partition("_of_")[2]
    steps = (f"heard.heard_of_{frame}", f"heard.sample_of_{frame}", "heard.offered", "heard.answered")
    same = ("council", "window", "period_end")
    judged = [
        row for step in steps for row in at.tables.by_measure.get(step, ())
        if not row["symbol"] and row["direction"] and all(row[n] == first[n] for n in same)
    ]  # fmt: skip
    if not found["n"]:
        return not judged
    return (len(judged), max(1, round(len(judged) / 20))) == (whole(found["n"]), whole(found["usual"]))


@says(rf"(?P<num>{SHARE})")
def beside(found: re.Match[str], at: Place) -> bool:
    """The share among all there are, or the part of a gap that is counted here."""

    def holds(row: Row) -> bool:
        other = at.tables.compared.get(row["receipt"])
        own = is_counts(found["num"], row["numerator"], row["denominator"], at.measure(row)["counts_what"])
        unit = "children" if other and other["counted_on"] else at.measure(row)["counts_what"]
        return own or (other is not None and is_counts(
            found["num"], other["compared_numerator"], other["compared_denominator"], unit))  # fmt: skip

    return any(holds(row) for row in at.rows if at.measure(row)["kind"] == "gap")


@says(rf"(?P<gap>(?i:{GAP}))")
def gap_alone(found: re.Match[str], at: Place) -> bool:
    said = found["gap"][:1].lower() + found["gap"][1:]
    return any(
        at.measure(row)["kind"] == "gap" and row["value"] is not None and is_gap(said, row["value"])
        for row in at.rows
    )


@says(
    rf"{WHEN}?(?:T|t)he group is (?P<n>{C}) of (?P<d>{C}) (?P<what>[^%]+): (?P<gap>{GAP})(?: than of (?P<than>[^%\d]+))?\."
)
def of_a_group(found: re.Match[str], at: Place) -> bool:
    return free(found["what"]) and free(found["than"]) and any(
        at.measure(row)["kind"] == "gap" and row["value"] is not None
        and (row["numerator"], row["denominator"]) == (whole(found["n"]), whole(found["d"]))
        and is_gap(found["gap"], row["value"]) and (not found["when"] or is_period(found["when"], row))
        for row in at.rows
    )  # fmt: skip


@says(
    rf"{WHEN}?(?:(?:O|o)n a scale on which 1 is all groups heard at one rate, )?(?:A|a)udits were heard from at (?P<value>{K}) on a scale to 1; (?P<n>{C}) of (?P<d>{C}) (?P<what>[^%\d]+)\.|{WHEN.replace('when', 'when2')}?(?:H|h)ad each group been audited in proportion to its number, (?P<share>{P}) of [^%\d]+ would have heard from the family; (?P<n2>{C}) of (?P<d2>{C}) did\."
)
def of_all_groups(found: re.Match[str], at: Place) -> bool:
    kind, said = ("weighted", found["share"]) if found["share"] else ("evenness", found["value"])
    when, n, d = (found[name] or found[f"{name}2"] for name in ("when", "n", "d"))
    return any(
        at.measure(row)["kind"] == kind and is_value(said, row["value"], at.measure(row))
        and (row["numerator"], row["denominator"]) == (whole(n), whole(d)) and (not when or is_period(when, row))
        for row in at.rows
    )  # fmt: skip
