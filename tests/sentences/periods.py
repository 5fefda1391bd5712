"""Days, months and periods in words, and whether one is a row's.

Belongs here: reading when. Does not belong here: what happened then.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

from tests.sentences.tables import Row

MONTHS = {name: n for n, name in enumerate(calendar.month_name) if name}
_MONTH = "|".join(MONTHS)
DAY = rf"\d{{1,2}} (?:{_MONTH}) \d{{4}}"
POINT = rf"(?:(?:(?:{_MONTH})(?: \d{{4}})? to )?(?:{_MONTH}) \d{{4}})"
PERIOD = (
    rf"(?:(?:the|The) (?:12|3) months to {DAY}|(?:the|The) (?:financial|academic) year \d{{4}}-\d\d \({DAY} to {DAY}\)|"
    rf"(?:(?:the|The) year )?\d{{4}}|{DAY}|(?:{_MONTH}) \d{{4}})(?:, which has not finished)?"
)


def day_of(text: str) -> date | None:
    """A day; None where there is no such day."""
    number, month, year = text.split()
    try:
        return date(int(year), MONTHS[month], int(number))
    except ValueError:
        return None


def end_of(point: str) -> date:
    """The last day of “March 2026” or “January to March 2026”."""
    month, year = point.split()[-2:]
    return date(int(year), MONTHS[month], calendar.monthrange(int(year), MONTHS[month])[1])


def short(point: str) -> date:
    """The last day of “Mar 2026”."""
    name, year = point.split()
    return end_of(f"{next(month for month in MONTHS if month.startswith(name))} {year}")


def is_point(text: str, row: Row) -> bool:
    """Whether “March 2026” or “January to March 2026” is the period of a point."""
    if not re.fullmatch(POINT, text) or row["period_end"] != end_of(text):
        return False
    first = text.split(" to ")[0].split()[0]
    months = (row["period_end"].month - MONTHS[first]) % 12 + 1
    return months == {"month": 1, "quarter": 3}.get(row["window"])


def is_period(text: str, row: Row) -> bool:
    """Whether “the 12 months to 31 March 2026” is a row's period."""
    text, unfinished, _ = text.partition(", which has not finished")
    text = text[:1].lower() + text[1:] if text.startswith("The ") else text
    if re.fullmatch(DAY, text):
        return row["period_end"] == day_of(text)
    if (
        bool(row["complete"]) == bool(unfinished) and "release" not in row
    ):  # of the past, that is no longer told
        return False
    if found := re.fullmatch(rf"the (12|3) months to ({DAY})", text):
        named = {"12": "12m", "3": "quarter"}[found[1]], day_of(found[2])
        return (row["window"], row["period_end"]) == named
    if found := re.fullmatch(rf"the (financial|academic) year (\d{{4}})-(\d\d) \(({DAY}) to ({DAY})\)", text):
        days = (row["period_start"], row["period_end"])
        return (row["window"], days) == (f"{found[1]}_year", (day_of(found[4]), day_of(found[5]))) and (
            f"{days[0].year}-{days[1].year % 100:02d}" == f"{found[2]}-{found[3]}"
        )
    if found := re.fullmatch(r"(?:the year )?(\d{4})", text):
        return row["window"] == "calendar_year" and row["period_end"].year == int(found[1])
    return is_point(text, row)
