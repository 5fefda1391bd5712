"""The pages of placements, learning, what families said and scrutiny: what they say, and to whom they say nothing."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard import store, words
from dashboard.app import create_app
from dashboard.pages import attention, lessons, placements
from tests.dashboard import numbers
from tests.dashboard.test_app import ask


@pytest.fixture(scope="module")
def officers(store_root: Any) -> FlaskClient:
    return create_app(store_root, "officers").server.test_client()


@pytest.fixture(scope="module")
def public(store_root: Any) -> FlaskClient:
    return create_app(store_root, "public").server.test_client()


def said(client: FlaskClient, path: str, search: str = "") -> str:
    """The words of a page."""
    layout = json.loads(ask(client, path, search))["response"]["content"]["children"]
    return " ".join(spot.text for spot in numbers.spots_of_layout(path, layout))


def test_counts_of_children_come_first_with_what_to_do(officers: FlaskClient) -> None:
    text = said(officers, "/placements")
    assert re.search(
        r"On 31 October 2026, \d+ of 14 children with a plan who were placed elsewhere were in settings", text
    )
    assert placements.SAME_DAY in text
    assert "Lower is better." in text
    assert "The longest has lasted 14 weeks so far." in text, "and not 9: weeks are numbers"
    for label in ("Part time", "10 to 17 hours", "4 to 12 weeks"):
        assert label in text


def test_members_see_no_count_of_children(public: FlaskClient) -> None:
    text = said(public, "/placements")
    assert placements.NOT_SHOWN in text
    body = text[text.index("Are children placed") :]
    assert not re.search(r"\d", body.replace("Not shown", "")), "not one number"
    assert public.get("/placements.csv").get_data(as_text=True).count("\n") <= 1
    assert "placements.must_register" not in ask(public, "/definitions")
    assert "register and have not" not in said(public, "/")


@pytest.mark.parametrize("path", ["/learning", "/feedback", "/scrutiny"])
def test_members_see_totals_of_work_and_no_group(
    officers: FlaskClient, public: FlaskClient, path: str
) -> None:
    words = {"/learning": "modules that people must hold", "/feedback": "things that families raised",
             "/scrutiny": "requests that members made"}[path]  # fmt: skip
    for client in (officers, public):
        assert words in said(client, path)
    assert "Health advice" in said(officers, path)
    assert "Health advice" not in said(public, path)


def test_a_lesson_stands_beside_the_year_before_its_declared_month(
    officers: FlaskClient, release: store.Release
) -> None:
    text = said(officers, "/learning")
    assert "The council declares: something was done, and from 1 March 2025 a change may show." in text
    [after] = [
        row
        for row in store.by_group(release, lessons.FOUND, "990", "12m", _day("2026-02-28"), lessons.THEME)
        if row["group"] == "Health advice"
    ]
    assert f"{after['numerator']} of {after['denominator']}" in text
    assert lessons.verdict(store.measures(release)[lessons.FOUND], after) in text
    assert "a whole year since is not over yet" in text, "Timeliness, from September 2026"


def test_a_theme_s_chart_begins_anew_on_the_declared_day_and_on_no_other(
    officers: FlaskClient, public: FlaskClient, release: store.Release
) -> None:
    points = store.lesson_charts(release, "990")[lessons.FOUND, lessons.THEME, "Health advice"]
    since = next(place for place, row in enumerate(points) if row["period_end"] >= _day("2025-03-01"))
    centres = [row["centre"] for row in points]
    assert len({*centres[:since]}) == len({*centres[since:]}) == 1, "one level before and one since"
    before = points[:since]
    cases = [sum(row[part] for row in before) for part in ("numerator", "denominator")]
    assert centres[0] == pytest.approx(cases[0] / cases[1])
    text = said(officers, "/learning")
    assert re.search(
        r"as reviews of plans found them \(Health advice\), (month by month|quarter by quarter)", text
    )
    measure = store.measures(release)[lessons.FOUND]
    said_of = [words.value_words(measure, centre) for centre in (centres[0], centres[-1])]
    assert f": {said_of[0]} on average before March 2025, {said_of[1]} since" in text
    assert "From March 2025 on it begins anew, because: the council did something about it" in text
    assert "begins anew" not in said(public, "/learning")


def _day(text: str) -> Any:
    from datetime import date

    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("direction", "higher_is", "words"),
    [
        ("lower", "worse", "A real change for the better: more than chance alone would explain."),
        ("higher", "better", "A real change for the better: more than chance alone would explain."),
        ("higher", "worse", "A real change for the worse: more than chance alone would explain."),
        ("lower", "better", "A real change for the worse: more than chance alone would explain."),
        ("lower", "neither", "A real change: lower, by more than chance alone would explain."),
        ("no clear change", "better", "No clear change: chance alone could explain it."),
    ],
)
def test_verdicts_in_words(direction: str, higher_is: str, words: str) -> None:
    held = {"direction": direction, "change": 0.1, "change_low": 0.0}
    assert lessons.verdict({"higher_is": higher_is}, held) == words


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"change": None}, "There is no figure for the year before to compare it with."),
        ({"change": 0.1, "change_low": None}, "Too few to say whether the difference is more than chance."),
        ({"change": 0.1, "change_low": 0.0, "mix": "more random"},
         "The two cannot be compared: more of the audits were chosen at random than the year before."),
    ],
)  # fmt: skip
def test_years_that_cannot_be_compared_have_no_verdict(held: dict[str, object], words: str) -> None:
    assert lessons.verdict({"higher_is": "better"}, {"direction": "", **held}) == words


def test_what_needs_attention_is_on_the_overview_with_its_receipt(
    officers: FlaskClient, release: store.Release
) -> None:
    used: list[store.Row] = []
    lines = attention.lines(release, "990", used)
    assert [row["measure"] for row in used] == [name for name, *_ in attention.LINES]
    assert len(lines) == 3
    text = said(officers, "/")
    assert placements.SAME_DAY in text
    for row in used:
        assert row["receipt"] in text


def test_nothing_needs_attention_where_the_count_is_nought(
    release: store.Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        store,
        "latest",
        lambda release, name: [{"council": "990", "symbol": "", "numerator": 0, "receipt": "x"}],
    )
    assert attention.lines(release, "990", []) == []


def test_files_hold_the_figures_of_the_page(officers: FlaskClient) -> None:
    for path in ("placements", "learning", "feedback", "scrutiny"):
        rows = officers.get(f"/{path}.csv").get_data(as_text=True).splitlines()
        assert len(rows) > 5, path


def test_scrutiny_is_told_when_each_board_and_each_topic_was_last_told_of(officers: FlaskClient) -> None:
    text = said(officers, "/scrutiny")
    assert "When each board or committee was last told of anything" in text
    assert "When each topic was last told of" in text
