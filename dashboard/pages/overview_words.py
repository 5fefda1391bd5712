"""Phrases that only the overview says: what changed since the release before, and what was not done.

Standard library only, as in `words`. Does not belong here: anything a second page says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dashboard import classes, kinds, phrases, signals

Row = Mapping[str, Any]

LABELS = {
    "assurance": "Target", "restated": "Figure restated", "definition": "Definition changed", "refused": "File refused",
    "period": "New period", "received": "New files",
}  # fmt: skip
_THEN = {
    "will reliably meet": "will reliably be met", "may or may not meet": "may or may not be met",
    "will not meet without change": "will not be met without change",
}  # fmt: skip
_BEFORE = {
    "will reliably meet": "it would reliably have been met",
    "may or may not meet": "it might or might not have been met",
    "will not meet without change": "it would not have been met without change",
    "too few points": "there were too few points to say",
}  # fmt: skip


def label(change: Row) -> str:
    """What kind of change it is, in a word or two."""
    if change["kind"] == "variation":
        return classes.VARIATION.get(change["after"] or "", "Change")
    return LABELS.get(change["kind"], "Change")


def change(change: Row, measure: Row | None, points: Sequence[Row]) -> str:
    """One change as a sentence; `points` are the measure's chart, for a signal's own words."""
    title = (measure or {}).get("title") or change.get("measure") or ""
    kind = change["kind"]
    if kind == "variation":
        return f"{title}. {_variation(change, measure or {}, points)}"
    if kind == "assurance":
        aim = phrases.lower_first(classes.target(change["target"], measure or {}))
        said = f"{title}. The target, {aim}, {_THEN[change['after']]}; before, {_BEFORE[change['before']]}."
        if change["previous_target"] != change["target"]:
            before = phrases.lower_first(classes.target(change["previous_target"], measure or {}))
            said += f" The target itself changed: it was {before}."
        return said
    if kind == "restated":
        return _restated(change, measure or {}, title)
    if kind == "definition":
        return (
            f"{title}. Version {change['after']} takes the place of {change['before']}. Figures of the two versions "
            "cannot be compared."
        )
    if kind == "refused":
        return "A file was refused, so nothing of it is in these figures."
    if kind == "period":
        ended, ended_before = (date.fromisoformat(change[side]) for side in ("after", "before"))
        return f"Figures now run to {phrases.day(ended)}; before, to {phrases.day(ended_before)}."
    files = "1 new file" if change["files"] == 1 else f"{phrases.count(change['files'])} new files"
    return (
        f"{phrases.feed(change['feed'])}: {files}, with {phrases.count(change['rows_accepted'])} rows accepted and "
        f"{phrases.count(change['rows_rejected'])} set aside."
    )


def _variation(change: Row, measure: Row, points: Sequence[Row]) -> str:
    before = phrases.lower_first(classes.VARIATION.get(change["before"] or "", "not known"))
    if change["after"] == "no clear change":
        return f"The latest {signals.unit_of_time(change['window'])} is within the usual range again; it was {before}."
    said = signals.sentences(measure, points)
    if not said or not points[-1].get("signal"):
        return f"It was {before}."
    # the label before it says already which way
    return phrases.capital(said[0].partition(" – ")[2]) or said[0]


def _restated(change: Row, measure: Row, title: str) -> str:
    unit = kinds.unit(measure)
    period = phrases.period(change["window"], change["period_start"], change["period_end"])
    now = phrases.number(change["numerator"], change["denominator"], unit)
    before = phrases.number(change["previous_numerator"], change["previous_denominator"], unit)
    side = "higher" if change["change"] > 0 else "lower"
    others = (change["periods"] or 1) - 1
    said = (
        f"{title}, in {period}: {now}; before, {before}. That is {phrases.points(change['change'])} {side}."
    )
    if others:
        noun = "period of 12 months" if others == 1 else "periods of 12 months"
        said += f" {phrases.count(others)} other {noun} changed too, by less."
    return said


def nothing_changed(compared_with: str | None) -> str:
    """What the overview says instead of a list of changes."""
    if not compared_with:
        return "There is no earlier release to compare this one with."
    return (
        "Nothing that a reader needs to know: no new signal, no target newly in doubt, no figure restated by more than "
        "rounding, no definition changed and no new file."
    )


def not_done(figure: Row, what: str) -> str:
    """How many of a whole were not done: “28 of 140 planned audits were not done in time”."""
    missed = figure["denominator"] - figure["numerator"]
    return f"{phrases.count(missed)} of {phrases.count(figure['denominator'])} {what}"
