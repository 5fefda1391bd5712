"""Words for figures: the wording standard, hand-checked."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date

import pytest

from dashboard import group_words, words
from dashboard.pages import voice_words

MEASURE = {
    "measure": "voice.any_family",
    "title": "Audits that heard from the child or family",
    "kind": "share",
    "higher_is": "better",
    "sentence": "Someone from the family contributed to {numerator} of {denominator} completed audits ({value}).",
}
FIGURE = {
    "window": "12m",
    "period_start": date(2025, 4, 1),
    "period_end": date(2026, 3, 31),
    "complete": True,
    "numerator": 74,
    "denominator": 120,
    "value": 74 / 120,
    "low": 0.5275,
    "high": 0.6988,
    "symbol": "",
    "previous_numerator": 54,
    "previous_denominator": 100,
    "previous_value": 0.54,
    "change": 74 / 120 - 0.54,
    "change_low": -0.0532,
    "change_high": 0.2036,
    "direction": "no clear change",
}


def test_headline_of_the_fixture() -> None:
    assert words.headline(MEASURE, FIGURE) == (
        "In the 12 months to 31 March 2026, someone from the family contributed to 74 of 120 completed audits (62%). "
        "The true rate for audits done this way is likely to be between 53% and 70%. "
        "The year before it was 54% (54 of 100 audits). No clear change: this is 8 percentage points higher, but the "
        "true difference could be anything between 5 percentage points lower and 20 percentage points higher."
    )


def test_a_clear_change_is_said_with_its_likely_size() -> None:
    figure = FIGURE | {"direction": "higher", "change_low": 0.035, "change_high": 0.119}
    assert words.year_before(MEASURE, figure) == (
        "That is 8 percentage points higher than the year before, which was 54% (54 of 100 audits). The difference is "
        "likely to be between 4 and 12 percentage points higher: more than chance alone would explain."
    )


def test_windows_other_than_12_months_say_nothing_of_the_year_before() -> None:
    assert words.year_before(MEASURE, FIGURE | {"window": "quarter"}) == ""


def test_the_first_year_says_there_is_no_year_before() -> None:
    figure = FIGURE | {"previous_denominator": None, "change": None}
    assert words.year_before(MEASURE, figure) == "There is no figure for the year before to compare it with."


def test_polarity_is_always_in_words() -> None:
    assert words.polarity("better") == "Higher is better."
    assert words.polarity("worse") == "Lower is better."
    assert (
        words.polarity("neither") == words.polarity(None) == "Neither higher nor lower is better by itself."
    )


def test_a_period_that_participation_does_not_reach_says_why_it_has_no_figure() -> None:
    nothing = dict.fromkeys(("value", "numerator", "denominator", "low", "high"))
    figure = FIGURE | nothing | {"symbol": "x", "complete": False}
    voice, why = (
        MEASURE | {"span": "participation"},
        "the period holds audits completed after the day to which participation is",
    )
    assert words.figure_number(voice, figure) == f"Not available, because {why} on record"
    assert words.number_parts(voice, figure) == ("Not available", f"because {why} on record")
    for measure, other in (
        (MEASURE | {"span": "audits"}, {}),
        (voice | {"denominator_fact": "planned_audits"}, {}),  # it may cut through a planned quarter
        (voice, {"complete": True}),
        (voice, {"denominator": 12}),  # compared with a population that is not known
    ):
        assert words.figure_number(measure, figure | other) == "Not available"


@pytest.mark.parametrize("symbol", ["z", "x", "c", "unknown"])
def test_a_symbol_is_said_in_words_and_never_as_a_number(symbol: str) -> None:
    figure = FIGURE | {"symbol": symbol, "value": None, "numerator": None, "denominator": None, "low": None}
    for said in (words.headline(MEASURE, figure), words.figure_number(MEASURE, figure)):
        assert not re.search(r"\d|None|nan", said), said
        assert len(said) > 5


def test_a_measure_without_a_figure_says_so() -> None:
    assert words.headline(MEASURE, None) == (
        "Audits that heard from the child or family: this release has no figure for it."
    )


def test_a_name_the_sentence_should_not_use_stays_visible() -> None:
    measure = MEASURE | {"sentence": "In {place}, {numerator} of {denominator}."}
    assert words.sentence(measure, FIGURE) == "In {place}, 74 of 120."


def test_sentences_that_begin_with_an_abbreviation_keep_it() -> None:
    measure = MEASURE | {"sentence": "EHC plans were issued in {numerator} of {denominator} cases ({value})."}
    assert words.headline(measure, FIGURE).startswith(
        "In the 12 months to 31 March 2026, EHC plans were issued"
    )


def test_people_are_counted_as_people() -> None:
    measure = MEASURE | {"counts_what": "people"}
    assert words.figure_number(measure, FIGURE) == "62% (74 of 120 people)"
    assert "people in audits done this way" in words.likely_range(measure, FIGURE)


def test_offers_are_counted_as_offers() -> None:
    measure = MEASURE | {"counts_what": "offers"}
    assert words.figure_number(measure, FIGURE) == "62% (74 of 120 offers)"
    assert words.likely_range(measure, FIGURE) == "The true rate is likely to be between 53% and 70%."


@pytest.mark.parametrize(
    ("numerator", "previous", "said"),
    [
        (58, 64, "91%"),
        (5, 0, "Nothing in the step before"),
        (7, 5, "More than the step before"),
        (None, 4, "Not available"),
    ],
)
def test_share_of_the_step_before(numerator: int | None, previous: int, said: str) -> None:
    assert voice_words.of_step_before(numerator, previous) == said


def test_nobody_offered_gives_the_two_reasons() -> None:
    total, no_contact, no_reason = ({"numerator": n, "denominator": 120} for n in (20, 12, 8))
    assert voice_words.nobody_offered(total, no_contact, no_reason) == (
        "In 20 of 120 completed audits nobody was offered the chance (12 recorded as not appropriate, 8 with no "
        "reason given)."
    )


def test_a_group_is_apart_only_where_its_whole_range_is() -> None:
    def group(label: str, low: float, high: float) -> dict:
        return {"label": label, "low": low, "high": high, "symbol": ""}

    rows = [group("A", 0.2, 0.5), group("B", 0.5, 0.7), group("C", 0.62, 0.9), group("D", 0.1, 0.59)]
    overall = {"value": 0.6}
    assert voice_words.groups_finding(rows, overall) == "Lower than for all audits: A and D; higher: C"
    assert (
        voice_words.groups_finding(rows[1:2], overall)
        == "No group is clearly different from all audits together"
    )


def test_a_group_is_named_where_the_release_says_that_it_lies_beyond_chance() -> None:
    """The ranges say otherwise: they are not asked where the release holds limits."""
    place = {"A": "as expected", "B": "lower", "C": "higher", "D": ""}
    rows = [{"label": label, "low": 0.1, "high": 0.2, "place": at} for label, at in place.items()]
    assert (
        voice_words.groups_finding(rows, {"value": 0.6})
        == "Lower than would be usual by chance: B; higher: C"
    )
    assert group_words.by_chance(rows) == "By chance alone, about 0.006 of these 3 groups would be named so."
    assert group_words.by_chance([{"place": ""}]) == ""
    assert group_words.by_chance([{}]) == "About one in 20 of the groups differs by chance alone."
    row = {"place": "lower", "denominator": 72, "usual_least": 40, "usual_most": 63}
    assert group_words.usual(MEASURE, row) == "40 to 63 of 72 audits would be usual"


@pytest.mark.parametrize(("mix", "more"), [("more random", "more"), ("fewer random", "fewer")])
def test_years_of_another_mix_are_not_compared(mix: str, more: str) -> None:
    figure = FIGURE | {"mix": mix, "direction": "cannot be compared", "random": 80, "previous_random": 40}
    assert words.year_before(MEASURE, figure) == (
        f"The year before it was 54% (54 of 100 audits). The two cannot be compared: {more} of the audits were chosen "
        "at random than the year before (80 of 120; the year before, 40 of 100)."
    )
    assert words.year_before(MEASURE, figure | {"random": None}).endswith(
        "chosen at random than the year before."
    )
    assert (
        words.change_cell(figure) == f"Cannot be compared: {more} were chosen at random than the year before"
    )


def test_strip_says_which_figures_these_are() -> None:
    about = {"as_of": date(2026, 3, 31), "release": "2026-04-03.2", "audience": "officers"}
    checks = {"passed": 41, "warned": 2, "failed": 0}
    assert words.strip(about, "1 April 2025 to 31 March 2026", checks) == (
        "Figures as they stood on 31 March 2026 · Period 1 April 2025 to 31 March 2026 · Data version 2026-04-03.2 · "
        "Checks: 41 passed, 2 warnings, 0 failed · Audience: Officers"
    )


def test_words_need_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; import dashboard.words, dashboard.signals, dashboard.pages.voice_words; "
        "print([name for name in ('dash', 'flask', 'duckdb', 'plotly', 'pandas', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


WEEKS = {"measure": "timeliness.mean_weeks", "title": "Weeks to a plan", "kind": "mean", "unit": "weeks",
         "counts_what": "plans", "sentence": "It took {value} on average ({denominator} plans)."}  # fmt: skip
TOOK = {
    "window": "12m", "period_start": date(2025, 4, 1), "period_end": date(2026, 3, 31), "complete": True, "symbol": "",
    "numerator": 8834, "denominator": 54, "value": 8834 / 54 / 7, "low": 21.2, "high": 25.55,
    "previous_numerator": 1, "previous_denominator": 1060, "previous_value": 20.2, "change": 3.17, "change_low": 0.9,
    "change_high": 5.44, "direction": "higher",
}  # fmt: skip


def test_an_average_is_said_in_its_unit_and_never_as_a_percentage():
    assert words.figure_number(WEEKS, TOOK) == "23.4 weeks on average (54 plans)"
    assert words.number_parts(WEEKS, TOOK) == ("23.4 weeks", "on average (54 plans)")
    assert words.likely(TOOK, WEEKS) == "likely to be between 21.2 and 25.6 weeks"
    assert words.change_cell(TOOK, WEEKS) == "3.2 weeks higher than the year before"
    assert words.headline(WEEKS, TOOK) == (
        "In the 12 months to 31 March 2026, it took 23.4 weeks on average (54 plans). "
        "The true average is likely to be between 21.2 and 25.6 weeks. "
        "That is 3.2 weeks higher than the year before, which was 20.2 weeks on average (1,060 plans). "
        "The difference is likely to be between 0.9 and 5.4 weeks higher: more than chance alone would explain."
    )


@pytest.mark.parametrize(
    ("direction", "change", "low", "high", "said"),
    [
        (
            "no clear change",
            3.17,
            -0.5,
            6.84,
            "could be anything between 0.5 weeks lower and 6.8 weeks higher.",
        ),
        ("no clear change", 0.01, -1, 1, "this is less than 0.1 weeks higher"),
        ("lower", -3.17, -5.44, -0.9, "likely to be between 0.9 and 5.4 weeks lower:"),
        ("higher", 0.3, 0.02, 0.58, "likely to be between less than 0.1 and 0.6 weeks higher:"),
        ("higher", 2.0, 2.0, 2.0, "likely to be about 2.0 weeks higher:"),
        ("no clear change", 0.0, 0.0, 0.0, "(1,060 plans). No clear change: this is no different."),
        ("", 3.17, None, None, "too few to say whether the difference is more than chance."),
    ],
)
def test_a_change_of_an_average(direction, change, low, high, said):
    row = TOOK | {"direction": direction, "change": change, "change_low": low, "change_high": high}
    assert said in words.year_before(WEEKS, row)


def test_a_range_whose_ends_read_alike_is_about_one_number():
    """Where all values are the same, their t interval has no width at all."""
    same = TOOK | {"value": 2.0, "low": 2.0, "high": 2.0}
    assert words.likely_range(WEEKS, same) == "The true average is likely to be about 2.0 weeks."


def test_an_average_of_one_has_no_range():
    one = TOOK | {"denominator": 1, "low": None, "high": None}
    assert words.likely_range(WEEKS, one) == ""
    assert words.likely(one, WEEKS) == ""
    assert words.figure_number(WEEKS, TOOK | {"symbol": "z"}) == "Nothing to count in this period"


def test_a_snapshot_is_of_a_day():
    measure = {"title": "T", "kind": "snapshot", "counts_what": "plans",
               "sentence": "{numerator} of {denominator} active plans had been looked at ({value})."}  # fmt: skip
    figure = TOOK | {
        "numerator": 30,
        "denominator": 40,
        "value": 0.75,
        "low": None,
        "previous_denominator": None,
    }
    assert words.headline(measure, figure).startswith(
        "On 31 March 2026, 30 of 40 active plans had been looked at (75%)."
    )
