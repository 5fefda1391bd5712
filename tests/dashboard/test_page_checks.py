"""The checks of `browser.check_page` can fail: each finds a fault planted in a page that passed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.dashboard import browser

pytestmark = pytest.mark.browser


def axe(page: Page) -> None:
    browser.check_axe(page, "now")


def layout(page: Page) -> None:
    browser.check_layout(page, browser.WIDTHS[0])


# On paper nothing is unfolded or built any more.
UNPRINTED = """() => {
  window.sendAuditTables.buildAll = () => {};
  document.querySelectorAll('details .table-slot').forEach(e => e.replaceChildren());
  Object.defineProperty(HTMLDetailsElement.prototype, 'open', { set() {}, get() { return false; } });
}"""
UNMARKED = """b => b.querySelectorAll('a').forEach(e => {
  e.style.cssText = 'outline: none !important; box-shadow: none !important';
})"""
FAULTS = {
    "an id used twice": ("b => { b.querySelector('h1').id = 'announce'; }", browser.check_head),
    "two main headings": (
        "b => b.querySelector('main').append(document.createElement('h1'))",
        browser.check_head,
    ),
    "no title": ("() => { document.title = 'Dash'; }", browser.check_head),
    "something too wide": ("b => { b.querySelector('h1').style.width = '2000px'; }", layout),
    "a picture without words": ("b => b.querySelector('main').append(new Image())", axe),
    "pale text": ("b => { b.querySelector('h1').style.color = '#bbbbbb'; }", axe),
    "no sign of the focus": (UNMARKED, browser.check_keyboard),
    "a control that gives the focus away": (
        "b => b.querySelector('main a').addEventListener('focus', e => e.target.blur())",
        browser.check_keyboard,
    ),
    "a table that is not printed": (UNPRINTED, browser.check_print),
}


@pytest.mark.parametrize(("fault", "check"), FAULTS.values(), ids=FAULTS.keys())
def test_a_planted_fault_is_found(
    page: Page, officers_url: str, fault: str, check: Callable[[Page], object]
) -> None:
    address = f"{officers_url}/data?delivery=4&feed=case_audits"
    browser.open_page(page, address)
    check(page)
    browser.open_page(page, address)
    page.locator("body").evaluate(fault)
    with pytest.raises(AssertionError):
        check(page)
