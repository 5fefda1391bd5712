"""Ten questions of directors, analysts and scrutiny, each answered in at most three clicks from the overview.

The made-up release is clicked through here; tests/demo does the same with the whole demonstration, and holds
docs/questions.md to what the pages say.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pipelines.settings import HOME
from tests.dashboard import browser
from tools import questions
from tools.questions import QUESTIONS, Question

# The made-up release has other files than the demonstration.
NAMED_OTHERWISE = {
    "Beside the region and Fictional country": "Beside the region and England",
    "October 2024": "November 2026",
    "brackenshire-case-audits-2024-25-q2-demonstration.csv": "QA audits Nov 23 to Oct 26.xlsx",
}


def test_there_are_ten_and_none_takes_more_than_three_clicks() -> None:
    assert len(QUESTIONS) == len({question.name for question in QUESTIONS}) == 10
    assert all(1 <= len(question.clicks) <= questions.MOST_CLICKS for question in QUESTIONS)


def test_the_guide_has_each_question_with_its_clicks_and_picture() -> None:
    guide = (HOME / "docs" / "questions.md").read_text(encoding="utf-8")
    for number, question in enumerate(QUESTIONS, start=1):
        part = guide.partition(f"\n## {number}. {question.asks}\n")[2].partition("\n## ")[0]
        counted = "1 click" if len(question.clicks) == 1 else f"{len(question.clicks)} clicks"
        assert f"{counted}: {' → '.join(f'**{name}**' for name in question.clicks)}" in part, question.name
        assert f'<img src="pictures/question-{question.name}.png"' in part


@pytest.mark.browser
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_the_clicks_lead_to_the_answer(page: Page, officers_url: str, question: Question) -> None:
    browser.open_page(page, officers_url + "/")
    done = questions.follow(page, [NAMED_OTHERWISE.get(name, name) for name in question.clicks])
    assert done <= questions.MOST_CLICKS
    answer = questions.section(page, question.answer)
    expect(answer).to_be_visible()
    assert re.search(r"/[^#?]*", page.url.removeprefix(officers_url))[0] == question.page
    assert len(answer.inner_text()) > 60
