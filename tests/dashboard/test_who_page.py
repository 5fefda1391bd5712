"""The page on who was heard: which words it uses of which gap, whom it says nothing of, and what the public sees."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard import heard_words, store, words
from dashboard.pages import who
from tests.dashboard import made_gaps, made_release
from tests.dashboard.pages_as_text import text_of

GAP = {"kind": "gap", "counts_what": "audits"}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("who")
    made_release.build(root)
    made_release.build(root, audience="public")
    return {audience: store.Store(root, audience).current() for audience in ("officers", "public")}


def said(release: Any, audience: str = "officers", **query: str) -> str:
    return " ".join(text_of(who.page(release[audience], query)).split())


def row(**changes: Any) -> dict[str, Any]:
    held = {
        "label": "16 to 19", "numerator": 15, "denominator": 128, "value": -0.193, "low": -0.24, "high": -0.126,
        "symbol": "", "direction": "lower", "compared_numerator": 630, "compared_denominator": 2030,
    }  # fmt: skip
    return held | changes


def test_a_gap_in_a_sentence_has_both_shares_the_gap_and_its_range() -> None:
    assert heard_words.sentence(row(), "contributors", "plans", "over-heard", "under-heard") == (
        "16 to 19: under-heard. 31% of plans, 12% of contributors (19 percentage points fewer; likely between 13 and "
        "24 percentage points fewer)."
    )
    few = heard_words.sentence(row(numerator=4), "contributors", "plans", "over-heard", "under-heard")
    assert few.endswith("Only 4 of them: do not generalise.")


@pytest.mark.parametrize(
    ("changes", "called"),
    [
        ({}, "Under-heard"),
        ({"direction": "higher"}, "Over-heard"),
        ({"direction": "no clear change"}, "No clear gap: near the edge of chance"),
        ({"direction": "no clear change", "high": 0.01}, "No clear gap"),
        ({"direction": ""}, "Too few to say"),
        ({"symbol": "c"}, "Not shown, so that no child or family can be recognised"),
    ],
)
def test_what_a_gap_is_called(changes: dict[str, Any], called: str) -> None:
    assert heard_words.standing(row(**changes)) == called


def test_numbers_of_each_kind() -> None:
    assert words.figure_number(GAP, row()) == "12% (15 of 128 audits): 19 percentage points fewer"
    assert words.range_of(GAP, row()) == "between 13 and 24 percentage points fewer"
    even = {"kind": "evenness", "counts_what": "audits"}
    assert words.figure_number(even, row(value=0.744)) == "0.74 on a scale to 1 (15 of 128 audits)"
    assert words.figure_number(even, row(symbol="u")).startswith("Too few to say: this needs 200 audits")
    weighted = {"kind": "weighted", "counts_what": "audits"}
    assert words.figure_number(weighted, row(value=0.55)) == "55% (15 of 128 audits)"
    assert words.year_before(GAP, row(window="12m")) == ""
    assert words.polarity("nearer_none") == "Nearer to no gap is better."


def test_the_page_says_who_stands_out_at_which_step(release: Any) -> None:
    told = said(release, by="age_band")
    assert (
        "Age, 16 to 19: under-heard. 31% of all children and young people with a plan, 12% of audits" in told
    )
    assert "Interpreter needed: offered less often." in told
    assert "Interpreter needed, " not in told, "the group's name says the characteristic"
    assert heard_words.TYPICAL in told
    assert "If none differed, chance alone would still give" in told
    assert "as counted by the SEN2 return on 15 January 2026" in told
    assert "Age: too few to say" in told  # of 16 who answered
    assert "do not generalise" in told.lower()


def test_a_month_is_shown_as_a_year_and_says_so(release: Any) -> None:
    assert "Groups are compared over a year" in said(release, window="month")


def test_where_no_population_is_held_the_page_says_how_to_send_one(release: Any) -> None:
    told = said(release, by="interpreter")
    assert "No counts of all children and young people with a plan by interpreter needed are held" in told
    assert "send-audit template population" in told


def test_the_public_is_told_why_it_sees_nothing(release: Any) -> None:
    told = said(release, "public")
    assert "This page is not shown to the public yet" in told
    assert "16 to 19" not in told
    assert not who.page(release["public"], {}).figures


def test_every_figure_shown_can_be_downloaded(release: Any) -> None:
    held = {figure["receipt"] for figure in who.page(release["officers"], {"by": "age_band"}).figures}
    own = {
        made_gaps.receipt(name, by, group) for name, by, group, *_ in made_gaps.FIGURES if by != "interpreter"
    }
    assert own <= held
