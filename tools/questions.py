"""Ten questions that directors, analysts and members of scrutiny ask, and the clicks that lead to each answer.

Belongs here: each question, what to click from the overview, and the section that answers it. Does not belong here:
the answers as numbers (docs/questions.md quotes the demonstration's), a browser (`pictures`, and the tests).

The tests click these in a browser; `python -m tools.pictures` takes a picture at the end of each. A click is the name
of a link as the page shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

MOST_CLICKS = 3


@dataclass(frozen=True)
class Question:
    """A question, what to click, the anchor of the section that answers it, and the address of its page."""

    name: str
    asks: str
    clicks: tuple[str, ...]
    answer: str
    page: str


QUESTIONS = (
    Question(
        "attention",
        "What needs attention this month?",
        ("Headline measures",),
        "headlines",
        "/",
    ),
    Question(
        "teams",
        "Which team has no audits in six months?",
        ("Overdue and not done",),
        "overdue",
        "/",
    ),
    Question(
        "year-before",
        "You say 64%. What was it the year before, what was counted, and which receipt do I quote?",
        ("Definitions", "Audits that heard from the child or family"),
        "newest",
        "/definitions/voice.any_family",
    ),
    Question(
        "not-asked",
        "Who was not asked, and why?",
        ("Voice", "Who was not asked, and why"),
        "not-asked",
        "/voice",
    ),
    Question(
        "weakest",
        "Which section of our plans is weakest?",
        ("Plans", "Section by section"),
        "sections",
        "/plans",
    ),
    Question(
        "amended",
        "Are amended plans as good as new ones?",
        ("Plans", "New against amended and existing plans"),
        "kinds",
        "/plans",
    ),
    Question(
        "advice",
        "Does health advice come in time?",
        ("Plans", "Health, social care and other advice"),
        "advice",
        "/plans",
    ),
    Question(
        "twenty-weeks",
        "How do we compare with the region and England on 20 weeks, with and without exceptions?",
        ("Timeliness", "Beside the region and Fictional country"),
        "beside",
        "/timeliness",
    ),
    Question(
        "restated",
        "Has a figure that I quoted changed since, and what was it then?",
        ("What changed",),
        "changed",
        "/",
    ),
    Question(
        "wrong-rows",
        "Which rows did the county send wrongly in October 2024, and what should they do?",
        ("Data", "October 2024", "brackenshire-case-audits-2024-25-q2-demonstration.csv"),
        "rows",
        "/data",
    ),
)
LEDGER = (
    Question(
        "earlier-reports",
        "Were the actions of the eight earlier Ombudsman reports done, and who says so?",
        ("Ombudsman", "Earlier reports: was each acted on?"),
        "reports",
        "/ombudsman",
    ),
    Question(
        "overdue-actions",
        "What is overdue by the date that was promised first, and does the ledger balance?",
        ("Actions", "What is overdue"),
        "overdue",
        "/actions",
    ),
    Question(
        "board-report",
        "What do I give the board on the Ombudsman's cases?",
        ("Ombudsman", "A progress report to print, for a board"),
        "where",
        "/report",
    ),
)
"""Questions of the ledger of actions; docs/ledger.md answers them."""
DRAWN = """() => [...document.querySelectorAll('.table-slot')].every(
     slot => slot.closest('details:not([open])') || slot.querySelector('table'))
   && [...document.querySelectorAll('.dash-graph')].every(
     graph => graph.querySelector('.main-svg') && !graph.querySelector('.dash-graph--pending'))"""
"""Whether the tables and charts of a page are there."""


def section(page: Page, anchor: str) -> Locator:
    """The section of a page whose heading has this anchor."""
    return page.locator(f"section:has(> #{anchor})")


def follow(page: Page, clicks: Sequence[str]) -> int:
    """Click one link after another on a page that shows the overview; returns how many clicks it took.

    A link is clicked by its name as the page shows it; nothing is unfolded, typed or searched for in between.
    Playwright's TimeoutError where a page has no such link.
    """
    for name in clicks:
        page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_function(DRAWN, timeout=30_000)
    return len(clicks)
