"""Where a measure is shown: the page of its topic.

Does not belong here: what a page shows, or the definition of a measure (`definitions`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

PAGES = {
    "voice": "/voice",
    "heard": "/who",
    "programme": "/programme",
    "quality": "/grades",
    "plans": "/plans",
    "advice": "/plans",
}
"""Topic of a measure -> the page that shows it."""


def page_of(measure: Mapping[str, Any], council: str = "") -> str:
    """The address where a measure's chart is shown; its definition where no page has it."""
    path = PAGES.get(measure.get("topic") or "")
    if path is None:
        return f"/definitions/{measure['measure']}"
    held = {"council": council, "measure": measure["measure"]}
    return f"{path}?{urlencode({name: value for name, value in held.items() if value})}"
