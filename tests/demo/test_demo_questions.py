"""The questions on the whole demonstration: where the clicks end, the page says what the guides say."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from dashboard import phrases
from pipelines.demo import ledger_story
from pipelines.settings import HOME, Settings
from tests.dashboard import browser
from tests.dashboard.conftest import serving
from tools import questions
from tools.questions import LEDGER, QUESTIONS, Question

pytestmark = [pytest.mark.slow, pytest.mark.browser]
NUMBER = r"\d[\d,]* of \d[\d,]*|\d+%"


@pytest.fixture(scope="module")
def url(demonstrated: tuple[Settings, str]) -> Iterator[str]:
    with serving(demonstrated[0].store, "officers") as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.needed() as held:
        yield held


def told(question: Question) -> str:
    """What docs/questions.md or docs/ledger.md says of a question, without its heading."""
    page = "".join(
        (HOME / "docs" / name).read_text(encoding="utf-8") for name in ("questions.md", "ledger.md")
    )
    part = page.partition(f". {question.asks}\n")[2].partition("\n## ")[0]
    return re.sub(r"<img.*?>", "", part, flags=re.DOTALL)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("question", [*QUESTIONS, *LEDGER], ids=lambda question: question.name)
def test_the_answer_is_three_clicks_away_and_is_what_the_guide_says(
    chromium: Browser, url: str, question: Question
) -> None:
    page = chromium.new_page()
    browser.open_page(page, url + "/")
    assert questions.follow(page, question.clicks) <= questions.MOST_CLICKS
    answer = questions.section(page, question.answer)
    expect(answer).to_be_visible()
    shown, said = plain(answer.inner_text()), told(question)
    page.close()
    quotes = [plain(re.sub(r"^> ", "", block, flags=re.M)).strip()
              for block in re.findall(r"(?:^> .*\n)+", said, re.M)]  # fmt: skip
    assert [quote for quote in quotes if quote not in shown] == []
    numbers = re.findall(NUMBER, plain(said))
    assert [number for number in numbers if number not in shown] == [], shown
    assert numbers or quotes or "Completed on is not a date." in shown


def test_each_of_the_eight_investigations_is_three_clicks_away(chromium: Browser, url: str) -> None:
    """Its actions, what evidence there is, who checked it, and what is overdue by the date that was promised first."""
    page = chromium.new_page()
    browser.open_page(page, url + "/")
    assert questions.follow(page, LEDGER[0].clicks) <= questions.MOST_CLICKS
    shown = {
        part.locator("h3").inner_text(): plain(part.inner_text())
        for part in questions.section(page, "reports").locator(".report").all()
    }
    page.close()
    assert len(shown) == len(ledger_story.CASES) == 8
    for case in ledger_story.CASES:
        [said] = [text for name, text in shown.items() if phrases.day(case.decided_on) in name]
        assert (case.reference in said) == case.published
        for action in case.actions:
            of_action = said.partition(action.title)[2].partition(" opened on ")[2]
            assert of_action.startswith(phrases.day(action.opened_on)), action.title
            line = of_action.partition(" opened on ")[0]
            assert action.owner in line
            assert f"First due on {phrases.day(action.due_on)}" in line
            assert [tell for tell in told_of(action) if tell not in line] == [], action.title
            late = action.done_on is None and action.due_on < ledger_story.SENT_ON[-1]
            assert ("overdue" in line) == late


def told_of(action: ledger_story.Action) -> list[str]:
    """What a page must say of evidence and of who checked it."""
    if action.done_on is None:
        return ["None expected yet"]
    if action.evidence is None:
        return ["Nothing is named that shows it. That is not the same as not done"]
    if action.checked is None:
        return [action.evidence, "Nobody has checked it"]
    day, role = action.checked
    own = "its own owner: " if role == action.owner else ": "
    return [action.evidence, f"Checked on {phrases.day(day)} by", f"{own}{role}"]
