"""Variation and assurance in words: each class, its target, since when."""

from __future__ import annotations

import re
from datetime import date

import pytest

from dashboard import classes, navigation
from dashboard.pages import overview_words
from pipelines.statistics.classes import ASSURANCES, VARIATIONS

MEASURE = {"measure": "voice.child", "title": "Child heard", "topic": "voice", "higher_is": "better", "target": 0.9,
           "target_source": "An example.", "counts_what": "audits"}  # fmt: skip


def points(*signals: str, window: str = "month") -> list[dict]:
    return [
        {"window": window, "state": "limits", "signal": signal, "side": "high" if signal else "",
         "period_end": date(2026, n, 28), "variation": "improving", "assurance": "may or may not meet", "target": 0.9}
        for n, signal in enumerate(signals, 1)
    ]  # fmt: skip


def test_every_class_has_words_and_what_is_known_has_a_shape() -> None:
    assert set(classes.VARIATION) == set(VARIATIONS)
    assert set(classes.ASSURANCE) == set(ASSURANCES)
    for held in (*VARIATIONS, *ASSURANCES):
        assert bool(classes.shape(held)) == (held not in ("no target", "too few points"))


def test_a_floor_and_a_ceiling_are_told_apart() -> None:
    assert classes.target(0.9, {"higher_is": "better"}) == "At least 90%"
    assert classes.target(0.1, {"higher_is": "worse"}) == "At most 10%"
    weeks = {"higher_is": "worse", "kind": "mean", "unit": "weeks"}
    assert classes.target(20, weeks) == "At most 20.0 weeks"
    assert classes.target(None, {"higher_is": "better"}) == "No target"


@pytest.mark.parametrize(
    ("assurance", "said"),
    [
        ("will reliably meet", "If all goes on as it is, it will reliably be met."),
        ("may or may not meet", "If all goes on as it is, it may or may not be met."),
        ("will not meet without change", "It will not be met unless something changes."),
        ("too few points", "There are too few points to say whether it will be met."),
    ],
)
def test_a_target_is_told_with_whose_it_is_and_what_to_expect(assurance: str, said: str) -> None:
    assert classes.aim(MEASURE, 0.9, assurance) == f"The target is at least 90%. An example. {said}"
    assert (
        classes.aim(MEASURE, 0.8, assurance) == f"The target is at least 80%. It is the council's own. {said}"
    )
    assert classes.aim(MEASURE, None, "no target") == ""


def test_since_when_a_signal_or_its_end() -> None:
    assert classes.since(points("", "", "shift", "shift")) == "March 2026"
    assert classes.since(points("", "outside", "", "")) == "March 2026"
    assert classes.since(points("", "")) == "January 2026, the first month"
    assert classes.since([]) == "Not applicable"
    assert classes.since([{**points("")[0], "state": "run"}]) == "Not applicable"


def test_why_is_told_only_of_a_signal_that_lasts() -> None:
    assert classes.why(points("", "outside")) == "above the upper limit"
    assert classes.why(points("outside", "")) == ""


def test_a_chart_from_before_there_were_classes_has_too_few_points() -> None:
    assert classes.of_chart([{"state": "limits"}]) == ("too few points", "no target", None)
    assert classes.of_chart([]) == ("too few points", "no target", None)


CHANGE = {
    "kind": "restated", "measure": "voice.child", "council": "990", "window": "12m", "period_start": date(2025, 4, 1),
    "period_end": date(2026, 3, 31), "before": None, "after": None, "numerator": 54, "denominator": 100,
    "previous_numerator": 50, "previous_denominator": 100, "change": 0.04, "periods": 3, "target": 0.9,
    "previous_target": 0.9, "files": None, "rows_accepted": None, "rows_rejected": None, "feed": None, "number": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "label", "said"),
    [
        ({}, "Figure restated", "Child heard, in the 12 months to 31 March 2026: 54% (54 of 100 audits); before, 50% "
         "(50 of 100 audits). That is 4 percentage points higher. 2 other periods of 12 months changed too, by less."),
        ({"change": -0.04, "periods": 1}, "Figure restated", "That is 4 percentage points lower."),
        ({"kind": "variation", "window": "month", "before": "improving", "after": "no clear change"}, "No clear change",
         "Child heard. The latest month is within the usual range again; it was improving."),
        ({"kind": "assurance", "before": "may or may not meet", "after": "will not meet without change"}, "Target",
         "The target, at least 90%, will not be met without change; before, it might or might not have been met."),
        ({"kind": "assurance", "before": "too few points", "after": "will reliably meet", "previous_target": 0.8},
         "Target", "before, there were too few points to say. The target itself changed: it was at least 80%."),
        ({"kind": "definition", "before": "1.0.0", "after": "1.1.0"}, "Definition changed",
         "Version 1.1.0 takes the place of 1.0.0."),
        ({"kind": "period", "before": "2026-02-28", "after": "2026-03-31"}, "New period",
         "Figures now run to 31 March 2026; before, to 28 February 2026."),
        ({"kind": "received", "feed": "case_audits", "files": 1, "rows_accepted": 1544, "rows_rejected": 12},
         "New files", "Case audits: 1 new file, with 1,544 rows accepted and 12 set aside."),
        ({"kind": "refused", "number": 5}, "File refused", "A file was refused"),
    ],
)  # fmt: skip
def test_each_change_is_a_sentence(changes: dict, label: str, said: str) -> None:
    row = CHANGE | changes
    assert overview_words.label(row) == label
    assert said in overview_words.change(row, MEASURE, [])


def test_a_signal_is_told_in_its_own_words() -> None:
    row = CHANGE | {"kind": "variation", "window": "month", "before": "no clear change", "after": "improving"}
    said = overview_words.change(row, MEASURE, points("", "outside"))
    assert overview_words.label(row) == "Improving"
    assert said == (
        "Child heard. This is more than the usual month-to-month change (above the upper limit: February 2026)."
    )


def test_a_range_that_is_rounded_to_less_than_one_is_never_more_than_it() -> None:
    row = CHANGE | {"change": 0.006, "periods": 2}
    assert "1 other period of 12 months changed too" in overview_words.change(row, MEASURE, [])
    assert not re.search(r"\b0 percentage", overview_words.change(row, MEASURE, []))


def test_each_topic_has_a_page_and_any_other_its_definition() -> None:
    assert navigation.page_of(MEASURE, "990") == "/voice?council=990&measure=voice.child"
    assert (
        navigation.page_of({"measure": "quality.good", "topic": "quality"}) == "/grades?measure=quality.good"
    )
    assert navigation.page_of({"measure": "other.thing", "topic": "other"}) == "/definitions/other.thing"
