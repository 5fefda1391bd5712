"""Takes the pictures of docs/pictures from the demonstration's newest release, as the browser shows it.

Belongs here: which part of which page is a picture. Does not belong here: the questions and their clicks
(`questions`), making the demonstration (`send-audit demo`).

`make pictures`, or `python -m tools.pictures [FOLDER]` where the demonstration lies elsewhere than in data/demo. Text
is drawn with the fonts of this machine, so another machine's pictures differ a little.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright
from werkzeug.serving import make_server

from dashboard.app import create_app
from tools import browser, questions

HOME = Path(__file__).parents[1]
PICTURES = HOME / "docs" / "pictures"
WIDTH, TALLEST = 1280, 760
"""Pixels: the width of the window, and how much of a long section a picture shows."""
HEIGHTS = {"weakest": 830, "restated": 410, "attention": 700, "earlier-reports": 1180, "overdue-actions": 900}
"""Question -> how much of its section holds the answer, where that is not what others show."""
EDGE = 16
FLAGS = ["--no-sandbox", "--disable-lcd-text", "--force-color-profile=srgb"]
"""Text in shades of grey makes smaller pictures, that look the same on any screen."""


@contextmanager
def served(store: Path) -> Iterator[str]:
    """The officers' dashboard of a store on a free port of this machine; yields its address."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, create_app(store, "officers").server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)


def take(page: Page, part: Locator, name: str, tallest: int = TALLEST) -> None:
    """A picture of one part of a page, from its top, at most `tallest` pixels high."""
    page.wait_for_function(questions.DRAWN)
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    box = part.bounding_box()
    if box is None:
        raise SystemExit(f"{name}: there is nothing to take a picture of")
    top = box["y"] + page.evaluate("scrollY")
    clip = {
        "x": max(0, box["x"] - EDGE),
        "y": max(0, top - EDGE),
        "width": min(box["width"] + 2 * EDGE, WIDTH),
        "height": min(box["height"], tallest) + EDGE,
    }
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True, clip=clip)  # type: ignore[arg-type]


def main(data: Path) -> None:
    """All pictures; ends with a message where there is no demonstration or no browser."""
    if not (data / "DEMONSTRATION").is_file():
        raise SystemExit(f"There is no demonstration in {data}: run `make demo SERVE=0` first.")
    found = browser.find()
    if found is None:
        raise SystemExit("There is no Chromium on this machine: run `make browser`.")
    with served(data / "store") as address, sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=found, args=FLAGS)
        page = program.new_page(viewport={"width": WIDTH, "height": 900})
        for question in (*questions.QUESTIONS, *questions.LEDGER):
            page.goto(address)
            questions.follow(page, question.clicks)
            tallest = HEIGHTS.get(question.name, TALLEST)
            take(page, questions.section(page, question.answer), f"question-{question.name}", tallest)
        page.goto(address)
        page.wait_for_selector("main h1")
        take(page, page.locator("body"), "overview", 1180)
        page.goto(f"{address}/voice")
        page.wait_for_selector("main h1")
        take(page, questions.section(page, "steps"), "steps", 660)
        program.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if sys.argv[1:] else HOME / "data" / "demo")
