"""Reading one cell: what people write for a date, a month, a yes, a code, made canonical.

Belongs here: converters that take one text and return one value, or raise ValueError (without the text in it).
They run once for each distinct text of a column, never once a row.
Does not belong here: whether a value makes sense beside others (rules).
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.contracts import simplify

MISSING = frozenset(
    {
        "",
        "n a",
        "na",
        "null",
        "nil",
        "none",
        "not recorded",
        "not known",
        "unknown",
        "tbc",
        "blank",
        "not revisited yet",
    }
)
"""Simplified texts that mean that nothing is recorded (where a code list does not know them)."""
_YES = frozenset("yes y true t 1 x ok agreed".split()) | {"yes yes", "1 0", *"✓✔✅√☑☒👍"}
_NO = frozenset("no n false f 0".split()) | {"0 0", *"✗✘❌✖☐👎"}
"""Simplified texts: pandas writes 1.0 and 0.0 where some cells are empty."""
_NO_AND_WHY = re.compile(r"\s*no\s*[,.;:(–-]", re.IGNORECASE)
"""“No, not this time”. Of “No information” or “No concerns” nobody can tell what it means."""
_AS_PICTURE = "\ufe0f"
"""Follows a tick that is drawn in colour."""
_EITHER = frozenset({"y n", "y or n", "yes no", "yes or no", "n y", "no yes"})
"""The choice itself, as a form has it before anybody answers."""
_MONTHS = {
    name.lower(): n
    for names in (calendar.month_name, calendar.month_abbr)
    for n, name in enumerate(names)
    if n
}
_MONTHS["sept"] = 9
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(20_000, 80_000)  # 1954 to 2119: dates of this field, and no year or count looks like them
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(am|pm)?$", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s*(z|[+-]\d\d:?\d\d)", re.IGNORECASE
)
"""A moment with its zone, which may be another day here."""
_COUNCILS_CLOCK = ZoneInfo("Europe/London")
_COMPARED = re.compile(r"\s*(?:[<>≤≥]|[-+]\d)")
"""“<5” and “-1”: more than the number that is left of them in plain letters and digits."""
_FINANCIAL_YEAR = re.compile(
    r"(?P<named>FY ?)?(?P<first>\d{4}|\d{2}) ?[-/] ?(?P<last>\d{4}|\d{2})(?: ?Q(?:UARTER |TR )?(?P<quarter>[1-4]))?"
)
_MONTHS_IN_A_ROW = re.compile(
    r"(?P<first>[A-Z]+)(?P<year> \d{4}| \d{2})?(?: ?[-–] ?| TO )(?P<last>[A-Z]+ (?:\d{4}|\d{2}))"
)
_PERSONAL = re.compile(
    r"\d{5,}"  # case, NHS and telephone numbers
    r"|\b[a-z]\d{11,12}[a-z0-9]?\b"  # UPN
    r"|\b[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}\b"  # postcode
    r"|\b\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b"  # date
    r"|@",
    re.IGNORECASE,
)


def is_missing(text: str) -> bool:
    """Whether a text says that nothing is recorded. A picture alone says something, whatever it is."""
    plain = simplify(text)
    return plain in MISSING and (
        bool(plain) or not any(unicodedata.category(sign) == "So" or sign in _YES | _NO for sign in text)
    )


def to_date(text: str) -> date:
    """A day: ISO, UK order (31/03/2026, 31-3-26, 31 March 2026), with or without a time, or Excel's day number. Of a
    moment in another zone it is the day in the council."""
    plain = text.strip()
    if found := _ELSEWHERE.fullmatch(plain):
        return _moment(f"{found[1]}T{found[2]}{found[3].upper()}").astimezone(_COUNCILS_CLOCK).date()
    plain = _TIME.sub("", plain)
    if re.fullmatch(r"\d{5}(\.\d+)?", plain):
        days = int(float(plain))
        if days not in _EXCEL_DAYS:
            raise ValueError("not a date")
        return _EXCEL_EPOCH + timedelta(days=days)
    plain = re.sub(r"^[a-z]+day,?\s+|^(mon|tue|wed|thu|fri|sat|sun),?\s+", "", plain, flags=re.IGNORECASE)
    plain = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", plain, flags=re.IGNORECASE)
    if found := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{4})(\d{2})(\d{2})", plain):
        year, month, day = (int(part) for part in found.groups() if part)
    elif found := re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2}|[a-z]+)[-/. ,]+(\d{4}|\d{2})", plain, re.IGNORECASE):
        day, month, year = int(found[1]), _month(found[2]), _year(found[3])
    elif found := re.fullmatch(r"([a-z]+) (\d{1,2}),? (\d{4})", plain, re.IGNORECASE):
        day, month, year = int(found[2]), _month(found[1]), int(found[3])
    else:
        raise ValueError("not a date")
    return _day(year, month, day)


def to_month(text: str) -> date:
    """The first day of a month: 2026-03, 03/2026, March 2026, Mar-26, or any date in it."""
    plain = text.strip()
    if found := re.fullmatch(r"(\d{4})[-/. ](\d{1,2})", plain):
        return _day(int(found[1]), int(found[2]), 1)
    if found := re.fullmatch(r"(\d{1,2}|[a-z]+)[-/. ']+(\d{4}|\d{2})", plain, re.IGNORECASE):
        return _day(_year(found[2]), _month(found[1]), 1)
    return to_date(plain).replace(day=1)


def to_period(text: str) -> tuple[date, date]:
    """First and last day of a month, several (Apr-Jun 2025, December 2025 to February 2026), a quarter of the financial
    year (2025-26 Q4) or the whole of it (2025/26; FY 11/12, as 11/12 alone is a month).
    """
    plain = re.sub(r"\s+", " ", text.strip().upper())
    if found := re.fullmatch(r"Q(?:UARTER |TR )?([1-4]) (.+)", plain):
        plain = f"{found[2]} Q{found[1]}"
    found = _FINANCIAL_YEAR.fullmatch(plain)
    if found and (found["named"] or found["quarter"] or len(found["first"]) == 4):
        first, last = _year(found["first"]), found["last"]
        if int(last) % 100 == (first + 1) % 100 and (len(last) == 2 or int(last) == first + 1):
            start, months = date(first, 4, 1), 12
            if found["quarter"]:
                start, months = _shift(start, 3 * (int(found["quarter"]) - 1)), 3
            return start, _shift(start, months) - timedelta(days=1)
    if not (found := _MONTHS_IN_A_ROW.fullmatch(plain)):
        start = to_month(plain)
        return start, _shift(start, 1) - timedelta(days=1)
    end = to_month(found["last"])
    start = to_month(f"{found['first']}{found['year'] or f' {end.year}'}")
    if found["year"] is None and start > end:
        start = _shift(start, -12)
    if not start <= end < _shift(start, 12):
        raise ValueError("not a period")
    return start, _shift(end, 1) - timedelta(days=1)


def to_yes_no(text: str) -> bool:
    """Yes or no in its many spellings."""
    plain = simplify(text) or text.strip().removesuffix(_AS_PICTURE)
    if plain in _EITHER:
        raise ValueError("not yes or no")
    first = plain.split(" ")[0] if plain else ""
    if plain in _YES or first in ("yes", "y"):
        return True
    if plain in _NO or _NO_AND_WHY.match(text):
        return False
    raise ValueError("not yes or no")


def to_whole_number(text: str) -> int:
    """Digits, thousands separators allowed; 12.0 is 12."""
    plain = text.strip()
    if not re.fullmatch(r"[+-]?(\d{1,15}|\d{1,3}(,\d{3}){1,4})(\.0+)?", plain):
        raise ValueError("not a whole number")
    return int(plain.split(".")[0].replace(",", ""))


def code_reader(aliases: Mapping[str, str]) -> Callable[[str], str]:
    """A converter for a code list: simplified spelling -> code.

    "G - Good" and "Good (G)" are read where the parts mean the same. A part that is not on the list is passed over
    behind a code in capitals ("ASD - autism") and in brackets ("Completed (late)"); "Not - completed" is not completed.
    """

    def read(text: str) -> str:
        if _COMPARED.match(text):
            raise ValueError("not on the list")
        plain = simplify(text)
        if plain in aliases:
            return aliases[plain]
        before, *behind = re.split(r"\s+[-–:]\s+", re.sub(r"\([^)]*\)", " ", text))
        is_code = before.strip().isupper() and simplify(before) in aliases
        outside = [before] if is_code else [before, *behind]
        known = {aliases.get(simplify(part)) for part in outside}
        others = {aliases.get(simplify(part)) for part in (*behind, *re.findall(r"\(([^)]*)\)", text))}
        if None not in known and len(found := known | (others - {None})) == 1:
            return str(found.pop())
        raise ValueError("not on the list")

    return read


def looks_personal(text: str) -> bool:
    """Whether a free name holds something that only a person has: a number, date, postcode or address."""
    return bool(_PERSONAL.search(text))


def split(text: str) -> list[str]:
    """The entries of a cell that holds several."""
    return [part.strip() for part in re.split(r"[;|\n]", text) if part.strip()]


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("not a date") from None


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    try:
        return _MONTHS[text.lower()]
    except KeyError:
        raise ValueError("not a month") from None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _day(year: int, month: int, day: int) -> date:
    if not 1900 <= year <= 2100:
        raise ValueError("not a date")
    try:
        return datetime(year, month, day).date()
    except ValueError:
        raise ValueError("not a date") from None


def _shift(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)
