"""The questions on the whole demonstration: where the clicks end, the page says what the guides say."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

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
