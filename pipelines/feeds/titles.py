"""What the rows above a table's header say: the day of the extract, and whether it holds corrections only.

Belongs here: reading title rows. Does not belong here: finding the header (`headers`), dates in data (`intake`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import zip_longest

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
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?!\d)", re.IGNORECASE)
_DATES = ((_ISO, 1, 2, 3), (_UK, 3, 2, 1), (_WORDS, 3, 2, 1), (_MONTH_FIRST, 3, 1, 2))
"""With the groups of year, month and day."""
_UNTIL = re.compile(r"\s*(?:to|until|through|and|[–—-])\s*\d{1,4}(?:st|nd|rd|th)?[-/. ]", re.IGNORECASE)
_SERIAL = re.compile(r"[45]\d{4}(?:\.\d+)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CORRECTIONS = re.compile(r"(?:^|[:(–-])\s*corrections\s*[.)]?$|\bcorrections\s+only\b", re.IGNORECASE)


def extracted_on(titles: Sequence[Sequence[str]]) -> date | None:
    """The first labelled date: "Extracted on: 03/04/2026", or the label in one cell and the date in the next filled or
    the one below."""
    for row, below in zip_longest(titles, titles[1:], fillvalue=()):
        under = {cell.strip(): text for cell, text in zip(row, below, strict=False)}
        for cell, beside in _pairs(row):
            if label := _LABEL.search(cell):
                rest = _after(cell[label.end() :])
                # Only a date right after the label: "Extract of audits, 01/04/2025 to ..." names a period.
                elsewhere = () if rest else (_after(beside), _after(under.get(cell, "")))
                if found := next(filter(None, map(_read_date, (rest, *elsewhere))), None):
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
    """A date that the text starts with: ISO, day/month/year as in the UK, with the month in words, or Excel's day
    number alone. The first of two is none: they are a period."""
    for pattern, year, month, day in _DATES:
        if found := pattern.match(text):
            if _UNTIL.match(text[found.end() :]):
                return None
            named = found[month][:3].lower()
            return _date(
                found[year], str(_MONTHS.index(named) + 1) if named in _MONTHS else found[month], found[day]
            )
    if _SERIAL.fullmatch(text):
        return date(1899, 12, 30) + timedelta(days=int(text[:5]))
    return None


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
