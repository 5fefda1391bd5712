"""What was planted in the fictional county is what its pages say: who is offered a say less often, who grades more
generously, where a council lies; and “too few to say” where it is.

Each page is read as its server sends it. That its numbers are the figures' is held in test_sentences_of_the_demo.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from dashboard.app import create_app
from pipelines.settings import Settings
from tests.dashboard import numbers
from tests.dashboard.numbers import Spot
from tests.dashboard.test_every_number import layout

FEW = 20


def spots(held: Settings, address: str) -> list[Spot]:
    client = create_app(held.store, "officers").server.test_client()
    return list(numbers.spots_of_layout(address, layout(client, address)))


def said(held: Settings, address: str, path: str) -> list[str]:
    """The texts of a page whose place is such, without the words that lead to receipts."""
    found = [spot.text.strip() for spot in spots(held, address) if re.search(path, spot.path)]
    return [text for text in found if len(text.split()) > 3]


@pytest.fixture(scope="module")
def held(demonstrated: tuple[Settings, str]) -> Settings:
    return demonstrated[0]


def test_families_who_need_an_interpreter_are_the_one_group_said_to_be_offered_less_often(
    held: Settings,
) -> None:
    findings = said(held, "/who", r"section#findings\S* .*> li$")
    offered = [text for text in findings if "offered less often" in text]
    assert len(offered) == 1
    assert offered[0].startswith("Interpreter needed: offered less often. ")
    assert "percentage points fewer; likely between" in offered[0]
    [heading] = said(held, "/who?by=interpreter", r"section#offered\S* .*> h3\.finding$")
    assert re.fullmatch(r"Interpreter needed: offered less often, \d percentage points fewer", heading)


def test_no_group_is_said_to_answer_less_often_since_none_was_drawn_so(held: Settings) -> None:
    findings = said(held, "/who", r"section#findings\S* .*> li$")
    assert not [text for text in findings if "answered" in text.partition(".")[0]]
    for by in ("interpreter", "ethnic_group", "age_band"):
        [heading] = said(held, f"/who?by={by}", r"section#answered\S* .*> h3\.finding$")
        assert heading.endswith("no group clearly more or less often")


def test_groups_of_a_few_audits_are_too_few_to_say(held: Settings) -> None:
    cells = [spot for spot in spots(held, "/who?by=ethnic_group") if spot.column == "In words"]
    few = [spot for spot in cells if spot.text == "Too few to say"]
    assert few
    assert all("#not-appropriate" in spot.path for spot in few), "the other steps have enough audits"


def test_reviewers_are_said_to_be_the_more_generous_and_of_auditors_it_may_be_chance(held: Settings) -> None:
    audits, reviews = said(held, "/reliability", r"section#(?:audits|reviews)\S* > p\.lead$")
    assert reviews.endswith("When they disagreed, reviewers had usually graded higher (36 of 38).")
    assert "that may be chance, so neither side is clearly the more generous" in audits


def test_a_month_of_moderation_is_too_few_to_say(held: Settings) -> None:
    leads = said(held, "/reliability?window=month", r"section#(?:audits|reviews)\S* > p\.lead$")
    assert len(leads) == 2
    for lead in leads:
        of = int(re.findall(r"in \d+ of (\d+) randomly", lead)[0])
        assert of < FEW
        assert "too few to say how far they agree" in lead
        assert "%" not in lead
    coefficients = [spot.text for spot in spots(held, "/reliability?window=month") if "kappa" in spot.heading]
    assert any(text.startswith("Too few to say: ") for text in coefficients)


def test_a_team_s_share_is_given_from_twenty_cases_on_and_below_it_is_too_few_to_say(held: Settings) -> None:
    cells = list(_of_teams(held))
    assert {few for few, _ in cells} == {True, False}
    assert all(text.endswith("too few to say") == few and ("%" in text) != few for few, text in cells)


def _of_teams(held: Settings) -> Iterator[tuple[bool, str]]:
    """Whether a team has fewer cases than twenty, and what is said of it."""
    for spot in spots(held, "/reliability"):
        if "#teams" in spot.path and (found := re.search(r"\d+ of (\d+)", spot.text)):
            yield int(found[1]) < FEW, spot.text


def test_the_county_is_within_the_usual_differences_and_the_one_council_drawn_far_above_is_said_to_lie_outside(
    held: Settings,
) -> None:
    leads = said(held, "/compare", r"section#headline\S* > p\.lead$")
    assert all("is within the usual differences between councils" in lead for lead in leads)
    lies = {
        spot.heading: spot.text
        for spot in spots(held, "/compare")
        if spot.column in ("Among all councils", "Where it lies")
    }
    assert lies["Brackenshire"] == "Within the limits"
    assert {name for name, text in lies.items() if text != "Within the limits"} == {"Fennick Vale"}
    assert lies["Fennick Vale"] == "Higher: beyond the inner limits"


def test_both_tables_of_councils_say_the_same_of_each(held: Settings) -> None:
    of = {column: {spot.heading: spot.text for spot in spots(held, "/compare") if spot.column == column}
          for column in ("Among all councils", "Where it lies")}  # fmt: skip
    neighbours, everybody = of["Among all councils"], of["Where it lies"]
    assert neighbours
    assert all(everybody[name] == text for name, text in neighbours.items() if text != "No figure")
