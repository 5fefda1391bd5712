"""Words that the grammar of sentences found to be wrong, each by hand."""

from __future__ import annotations

from datetime import date

from dashboard import phrases, words
from dashboard.pages import voice_words

ROW = {
    "window": "month", "period_start": date(2026, 3, 1), "period_end": date(2026, 3, 31), "complete": True,
    "breakdown": "",
    "numerator": 48, "denominator": 48, "value": 1.0, "low": 0.93, "high": 1.0, "symbol": "",
}  # fmt: skip


def test_groups_whose_limits_are_not_held_are_not_said_to_be_alike() -> None:
    row = {
        "label": "Interpreter needed",
        "value": 0.28,
        "low": 0.19,
        "high": 0.4,
        "symbol": "",
        "place": None,
    }
    assert voice_words.groups_finding([row], {"value": 0.64}) == voice_words.NOT_PLACED
    placed = row | {"place": "as expected"}
    assert (
        voice_words.groups_finding([placed], None) == "No group is clearly different from all audits together"
    )
    of_old = {name: value for name, value in row.items() if name != "place"}
    assert voice_words.groups_finding([of_old], {"value": 0.64}).startswith("Lower than for all audits")


def test_a_distribution_tells_the_part_that_one_kind_is_and_of_the_whole_no_rate() -> None:
    measure = {"title": "T", "kind": "distribution", "sentence": "{denominator} audits were completed."}
    assert words.headline(measure, ROW) == "In March 2026, 48 audits were completed."
    of_team = ROW | {"breakdown": "team", "numerator": 6, "value": 0.125, "low": 0.06, "high": 0.25}
    assert words.headline(measure, of_team) == (
        "In March 2026, 48 audits were completed. Of these, 6 (13%) are of this kind. The true share of this kind is "
        "likely to be between 6% and 25%."
    )


def test_a_reason_ends_once_and_a_coefficient_has_no_unit() -> None:
    measure = {"title": "T", "kind": "share", "when_none": "no action was due."}
    none = ROW | {"denominator": 0, "symbol": "z"}
    assert words.sentence(measure, none) == "T: not available, because no action was due."
    assert phrases.points(-0.034, phrases.COEFFICIENT) == "0.03"
    assert phrases.points(0.001, phrases.COEFFICIENT) == "less than 0.01"
