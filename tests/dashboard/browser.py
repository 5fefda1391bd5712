"""Opens a page in Chromium and checks what every page must pass; for the made-up release and for the real one.

`check_page(page, url)` is the whole list: accessibility at 1280 and 320 px with tables closed and open, the
keyboard, one host, no violation of the content policy, unique ids, no sideways scroll, title and heading, print.
Does not belong here: what a particular page says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tools.browser import find
from tools.questions import DRAWN

WIDTHS = (1280, 320)
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# What can have the keyboard's focus and is on the page; what sits in a closed <details> is not.
CONTROLS = """() => [...document.querySelectorAll(
    'a[href], button, select, input, textarea, summary, [tabindex="0"]')]
  .filter(e => e.checkVisibility({checkVisibilityCSS: true}) && !e.disabled)
  .map((e, n) => {
    e.dataset.seenByTest = n;
    return n + ' ' + e.tagName + ' ' + (e.innerText || e.name || '').slice(0, 40);
  })"""
NOT_BUILT = (
    """() => [...document.querySelectorAll('.table-slot')].filter(e => !e.querySelector('table')).length"""
)
NOT_SCALED = """() => [...document.querySelectorAll('.js-plotly-plot svg.main-svg')]
  .filter(e => !e.getAttribute('viewBox')).length"""
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const s = getComputedStyle(e), box = e.getBoundingClientRect();
  return {
    number: e.dataset.seenByTest ?? null,
    marked: (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none',
    inside: box.bottom > 0 && box.top < innerHeight,
  };
}"""
WATCH_POLICY = """
window.__violations = [];
document.addEventListener('securitypolicyviolation',
  event => window.__violations.push(event.violatedDirective + ' ' + event.blockedURI));
"""


class NoChromium(Exception):
    """There is no Chromium on this machine; the message says where it was looked for."""


def chromium() -> str:
    """Chromium's path, as `make browser` finds it."""
    found = find()
    if found is None:
        raise NoChromium("There is no Chromium on this machine: run `make browser`")
    return found


@contextmanager
def needed() -> Iterator[Browser]:
    """`launched`, for a fixture: without a browser the tests say so and are skipped, but in CI they fail."""
    try:
        chromium()
    except NoChromium as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{missing} (in CI the browser tests must run)")
        pytest.skip(str(missing))
    with launched() as browser:
        yield browser


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless Chromium with a profile of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def check_page(page: Page, url: str) -> dict[str, Any]:
    """Everything that every page must pass, asserted; returns what was seen (title, heading, controls, hosts)."""
    hosts: set[str] = set()
    troubles: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
    page.on("response", lambda r: troubles.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.add_init_script(WATCH_POLICY)
    seen: dict[str, Any] = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        open_page(page, url)
        seen |= check_head(page)
        check_layout(page, width)
        check_axe(page, f"{width} px, tables closed")
        if width == WIDTHS[0]:
            seen["controls"] = check_keyboard(page)
        else:
            open_everything(page)
        check_axe(page, f"{width} px, tables open")
        check_layout(page, width)
        assert page.locator("details").count() == 0 or page.locator("details[open]").count() > 0
    check_print(page)
    assert page.evaluate("window.__violations") == [], "the content security policy was broken"
    assert not troubles, troubles
    own = {urlsplit(url).netloc}
    assert {host for host in hosts if host} == own, f"asked other hosts: {hosts - own}"
    seen["hosts"] = hosts
    return seen


def open_page(page: Page, url: str) -> None:
    """Go to a page and wait until it is there, its tables and charts drawn."""
    page.goto(url)
    page.wait_for_selector("main h1", timeout=30_000)
    page.wait_for_function(DRAWN, timeout=30_000)


def open_everything(page: Page) -> None:
    """Open every disclosure, and wait for its table."""
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.table-slot')].every(slot => slot.querySelector('table'))"
    )


def check_head(page: Page) -> dict[str, str]:
    """Language, title, one heading of the first level, one main part, unique ids."""
    page.wait_for_function("() => document.title !== 'SEND Audit'")
    title = page.title()
    assert title.endswith(" – SEND Audit"), f"the title does not end with the product's name: {title}"
    assert page.locator("html").get_attribute("lang") == "en-GB"
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    heading = page.locator("h1").inner_text().strip()
    assert heading
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert sorted(ids) == sorted(set(ids)), f"ids used twice: {sorted({i for i in ids if ids.count(i) > 1})}"
    return {"title": title, "heading": heading}


def check_layout(page: Page, width: int) -> None:
    """The page itself never scrolls sideways; a wide chart scrolls inside its own box."""
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    if wide > width:
        out = page.evaluate(
            """w => [...document.querySelectorAll('body *')].filter(e =>
                 e.getBoundingClientRect().right > w + 1 && !e.closest('.scroll-box'))
               .slice(0, 5).map(e => e.tagName + '.' + e.className + ' ' + (e.textContent || '').slice(0, 40))""",
            width,
        )
        raise AssertionError(f"at {width} px the page is {wide} px wide: {out}")


def check_axe(page: Page, when: str) -> None:
    """No violation of WCAG 2.2 A or AA that axe can find."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "levels => axe.run(document, {runOnly: {type: 'tag', values: levels}, resultTypes: ['violations']})",
        LEVELS,
    )
    said = [
        f"{broken['id']}: {broken['help']} ({[node['target'] for node in broken['nodes'][:3]]})"
        for broken in found["violations"]
    ]
    assert not said, f"{when}: {said}"


def check_keyboard(page: Page) -> int:
    """Tab reaches every control, each shows that it has the focus, and every disclosure opens with Enter."""
    # From the last, so that opening one does not move those still to be opened.
    summaries = page.locator("summary")
    for place in reversed(range(summaries.count())):
        summaries.nth(place).focus()
        page.keyboard.press("Enter")
        assert page.evaluate("() => document.activeElement.parentElement.open"), (
            "Enter does not open a disclosure"
        )
    open_everything(page)
    controls = page.evaluate(CONTROLS)
    page.evaluate(
        "() => { document.activeElement.blur(); window.getSelection().removeAllRanges(); scrollTo(0, 0); }"
    )
    page.locator("body").evaluate("e => { e.tabIndex = -1; e.focus(); e.removeAttribute('tabindex'); }")
    reached: set[str] = set()
    last = None
    for _ in range(len(controls) + 10):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        # a date has a stop for each of its parts, all of them the same control
        if focused is None or (focused["number"] in reached and focused["number"] != last):
            break
        last = focused["number"]
        if focused["number"] is not None:
            reached.add(focused["number"])
            assert focused["marked"], f"no sign of the focus on {controls[int(focused['number'])]}"
            assert focused["inside"], f"the focus is out of sight on {controls[int(focused['number'])]}"
    missed = [control for control in controls if control.split(" ")[0] not in reached]
    assert not missed, f"the keyboard does not reach {missed}"
    return len(controls)


def check_print(page: Page) -> None:
    """On paper every table is there and unfolded, charts scale to the sheet, and the controls are gone."""
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = false; })")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0, "a disclosure stays folded on paper"
    assert page.evaluate(NOT_BUILT) == 0, "a table is missing on paper"
    assert page.evaluate(NOT_SCALED) == 0, "a chart would be clipped on paper"
    page.emulate_media(media="print")
    assert not page.locator("header.top nav").is_visible()
    assert page.locator("main h1").is_visible()
    assert page.locator("ul.strip").is_visible() or page.locator("ul.strip").count() == 0
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
