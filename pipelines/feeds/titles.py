"""What the rows above a table's header say: the day of the extract, and whether it holds corrections only.

Belongs here: reading title rows. Does not belong here: finding the header (`headers`), dates in data (`intake`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

_LABEL = re.compile(
    r"\b(?:date of (?:the )?(?:data )?(?:extract(?:ion)?|export|report|snapshot)"
    r"|(?:data |date )?extract(?:ed|ion)?(?: date| on| at)?"
    r"|(?:data |date )?export(?:ed)?(?: date| on| at)"
    r"|(?:data )?as (?:at|of)|snapshot date|report (?:date|run on)|run (?:date|on))\b",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"[\s:=–—-]*(?:\([^)0-9]*\)[\s:=–—-]*)?(?:on |at )?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?",
    re.IGNORECASE,
)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_UK = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)")
_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3,9})\.?,?[ -](\d{4}|\d{2})(?!\d)", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CORRECTIONS = re.compile(r"(?:^|[:(–-])\s*corrections\s*[.)]?$|\bcorrections\s+only\b", re.IGNORECASE)


def extracted_on(titles: Sequence[Sequence[str]]) -> date | None:
    """The first labelled date: "Extracted on: 03/04/2026", or the label in one cell and the date in the next filled."""
    for row in titles:
        for cell, beside in _pairs(row):
            if label := _LABEL.search(cell):
                rest = _after(cell[label.end() :])
                # Only a date right after the label: "Extract of audits, 01/04/2025 to ..." names a period.
                if found := _read_date(rest if rest else _after(beside)):
                    return found
    return None


def corrections_only(titles: Sequence[Sequence[str]]) -> bool:
    """Whether a title says "Corrections" and nothing else, or "Corrections only"."""
    return any(
        _CORRECTIONS.search(cell) is not None and beside.lower() not in ("no", "n", "false")
        for row in titles
        for cell, beside in _pairs(row)
    )


def _pairs(row: Sequence[str]) -> list[tuple[str, str]]:
    """Each filled cell with the next filled one ('' after the last)."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return list(zip(cells, [*cells[1:], ""], strict=False))


def _after(text: str) -> str:
    lead = _LEAD.match(text)
    return text[lead.end() :].strip() if lead else text


def _read_date(text: str) -> date | None:
    """A date that the text starts with: ISO, day/month/year as in the UK, or with the month in words."""
    if found := _ISO.match(text):
        return _date(*found.group(1, 2, 3))
    if found := _UK.match(text):
        return _date(*found.group(3, 2, 1))
    if (found := _WORDS.match(text)) and found[2][:3].lower() in _MONTHS:
        return _date(found[3], str(_MONTHS.index(found[2][:3].lower()) + 1), found[1])
    return None


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
