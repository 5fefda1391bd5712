"""The actions and Ombudsman pages: three clicks to each earlier report, and what must be told apart is told apart."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from dashboard import ledger_words, store
from dashboard.app import create_app
from dashboard.pages import actions_list, actions_sections
from pipelines.settings import HOME
from tests.dashboard import browser
from tests.dashboard.test_app import ask
from tools import questions
from tools.questions import LEDGER, Question


@pytest.fixture(scope="module")
def officers(store_root: Path) -> FlaskClient:
    return create_app(store_root, "officers").server.test_client()


@pytest.fixture(scope="module")
def public(store_root: Path) -> FlaskClient:
    return create_app(store_root, "public").server.test_client()


def test_the_guide_has_each_question_with_its_clicks_and_picture() -> None:
    guide = (HOME / "docs" / "ledger.md").read_text(encoding="utf-8")
    for number, question in enumerate(LEDGER, start=1):
        assert 1 <= len(question.clicks) <= questions.MOST_CLICKS
        part = guide.partition(f"\n## {number}. {question.asks}\n")[2].partition("\n## ")[0]
        assert (
            f"{len(question.clicks)} clicks: {' → '.join(f'**{name}**' for name in question.clicks)}" in part
        )
        assert f'<img src="pictures/question-{question.name}.png"' in part


@pytest.mark.browser
@pytest.mark.parametrize("question", LEDGER, ids=lambda question: question.name)
def test_the_clicks_lead_to_the_answer(page: Page, officers_url: str, question: Question) -> None:
    browser.open_page(page, officers_url + "/")
    assert questions.follow(page, question.clicks) <= questions.MOST_CLICKS
    answer = questions.section(page, question.answer)
    expect(answer).to_be_visible()
    assert re.search(r"/[^#?]*", page.url.removeprefix(officers_url))[0] == question.page
    said = answer.inner_text()
    if question.name == "earlier-reports":
        for told in (
            "Case 90 001 101, decided on 14 June 2022", "Give reasons in every refusal",
            "New letter. Checked on 10 September 2024 by: Quality manager",  # what evidence, and who checked it
            "Nothing is named that shows it", "Open, overdue by its original date and by its present one",
            "First due on 30 September 2024; moved more than twice", "by its own owner: Head of SEND",
            "The same kind of fault had been found in the 24 months before.",
        ):  # fmt: skip
            assert told in said


def test_each_state_lists_its_own_actions(officers: FlaskClient, release: store.Release) -> None:
    held = store.listed_actions(release, "990")
    listed = {
        state: {row["action_key"] for row in actions_list.choose(held, {"state": state}).rows}
        for state in ledger_words.STATES
    }
    assert listed["not_evidenced"] == {2}
    assert listed["checked_by_owner"] == {4}
    assert listed["moved_twice"] == {3}
    assert listed["closed_early"] == {8}
    assert listed["done"] == {1, 2, 4, 6}
    assert {row["action_key"] for row in actions_list.choose(held, {"source": "audit"}).rows} == {6, 7, 8}
    assert len(actions_list.choose(held, {"source": "made up", "state": "x'"}).rows) == len(held)
    assert ledger_words.EARLY in ask(officers, "/actions", "?state=closed_early")


def test_a_text_that_did_not_pass_is_not_shown(officers: FlaskClient) -> None:
    assert ledger_words.HIDDEN in ask(officers, "/actions")


def test_members_see_published_cases_and_their_actions_alone(public: FlaskClient) -> None:
    said = ask(public, "/ombudsman")
    assert "Case 90 003 057" in said
    assert "A case that is not published" not in said
    assert "Payment" not in said, "what was agreed for a family stays behind"
    assert "Only decisions that the Ombudsman has published are listed here." in said
    listed = ask(public, "/actions")
    assert "Give reasons in every refusal" in listed
    for kept_back in (
        "Tell parents how to ask for a review",
        "Ask parents before the draft is written",
        "New letter",
    ):
        assert kept_back not in listed


def test_what_inspectors_and_internal_auditors_found(officers: FlaskClient, public: FlaskClient) -> None:
    said, published = ask(officers, "/actions"), ask(public, "/actions")
    for told in (
        "Health advice comes late",
        "Sufficient progress, as reported on 6 November 2025",
        "Limited assurance",
    ):
        assert told in said
        assert told not in published
    for told in (
        "Inconsistent experiences and outcomes. The next one is due by 20 May 2027",
        "A written statement of action was required. A revisit found: sufficient progress in some",
    ):
        assert told in said
        assert told in published


def test_a_balance_that_does_not_add_up_says_so() -> None:
    def number(held: int) -> store.Row:
        return {"numerator": held}

    moved = {"opened": number(5), "reopened": number(1), "done": number(3), "cancelled": None}
    assert actions_sections._adds_up(number(2), moved, number(5)) == "Yes"
    assert actions_sections._adds_up(number(2), moved, number(4)).startswith("No")
    assert actions_sections._adds_up(None, moved, number(3)) == "Yes"


def test_a_release_without_a_ledger_says_so(officers: FlaskClient) -> None:
    said = ask(officers, "/actions", "?council=991")
    assert "could not be made" not in said
