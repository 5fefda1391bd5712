"""The rules that every feed carries without its contract saying so: their codes, and the words to suppliers.

Belongs here: what follows from a column's type and from how a file came. Does not belong here: rules that a contract
writes down, or what a rule means in SQL (`intake.rules`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.contracts import Column

HIDDEN_SHEET, SENT_AGAIN, TAKEN_LATER = "597", "598", "599"
"""Numbers of the rules about how a file came."""

_UNREADABLE_MESSAGE = {
    "place": "The geographic level and its code name no place that we know.",
    "ons_code": "{title} is no council's code that we know.",
    "count": "{title} is neither a whole number nor one of DfE's symbols.",
    "percentage": "{title} is neither a percentage nor one of DfE's symbols.",
    "council": "{title} is not a council we know.",
    "code": "{title} is not on its list of codes.",
    "council_text": "{title} has a word or number that is not known, so it is not shown.",
    "label": "{title} holds something that looks like a person's details.",
    "date": "{title} is not a date.",
    "month": "{title} is not a month.",
    "period": "{title} is not a month, quarter or year.",
    "birth_month": "{title} is not a month of birth.",
    "whole_number": "{title} is not a whole number.",
    "yes_no": "{title} is not yes or no.",
    "grade": "{title} is not on the council's grade scale.",
    "group": "{title} is no group of the characteristic beside it.",
}
_UNREADABLE_ACTION = {
    "place": "Give the country's, the region's or the council's code, as the level says; a council's is its "
    "three-digit DfE code. `data/reference/councils.csv` and `regions.csv` have them.",
    "ons_code": "Give the council's nine-character code, or add it to `data/reference/councils.csv` where it is new.",
    "count": "Write digits only, or z, x, c, low or u.",
    "percentage": "Write a number from 0 to 100 without a percent sign, or z, x, c, low or u.",
    "council": "Give the council's name or its three-digit DfE code.",
    "code": "Use a code or label of the list `{codes}`; `send-audit template` has them as drop-downs.",
    "label": "Give the name from the council's list of {list}; never a person's name or number.",
    "council_text": "Say it in one short line of plain words without names, numbers of cases or dates. The row counts "
    "without it. A word that is no name can be listed under `words` in the council's file.",
    "date": "Write it as 31/03/2026 or 2026-03-31.",
    "month": "Write it as 03/2026, March 2026 or 2026-03.",
    "period": "Write it as 2026-03, Jan-Mar 2026, 2025-26 Q4 or 2025/26.",
    "birth_month": "Write it as 2014-09; the day is not needed.",
    "whole_number": "Write digits only.",
    "yes_no": "Write yes or no, or leave it empty where it is not known.",
    "grade": "Use a grade of the council's scale in `expectations/councils/`.",
    "group": "Use the code or label that audits have for it, or Not recorded; for a locality, a name on the council's "
    "list.",
}
_AS_RECEIVED = {
    HIDDEN_SHEET: (
        "sheet_not_hidden",
        "The sheet is hidden in its workbook. Its rows were read, as those of every sheet are.",
        "If it is an old copy, delete the sheet and send the workbook again. Otherwise unhide it, so that whoever "
        "opens it sees what is counted.",
    ),
    SENT_AGAIN: (
        "not_sent_again",
        "The same file came before, others came since, and it does not say when its data was taken: it now counts as "
        "the newest.",
        "If it is an old file, send the newest one again. Write the day above the header (Extracted on: 03/04/2026), "
        "so that the order of sending does not matter.",
    ),
    TAKEN_LATER: (
        "extracted_not_in_future",
        "The file says that its data was taken on a day that had not come when it was received: the day of receipt is "
        "used.",
        "Correct the day in the row above the header.",
    ),
}


def of_any(prefix: str, columns: Mapping[str, Column]) -> Iterator[dict[str, Any]]:
    """The fields of each such rule of a feed.

    1nn: column nn cannot be read; 2nn: column nn is required and empty; 199: cells beyond the header; 597 to 599: how
    the file came.
    """
    yield {
        "code": f"{prefix}-199",
        "level": "error",
        "expect": "cells_within_header",
        "message": "The row has more cells than the header has columns.",
        "action": "Look for a stray separator or an unquoted comma; move the cells back under their headers.",
    }
    for number, (expect, message, action) in _AS_RECEIVED.items():
        yield {
            "code": f"{prefix}-{number}",
            "level": "query",
            "expect": expect,
            "message": message,
            "action": action,
        }
    for name, column in columns.items():
        if column.type not in ("free_text", "identifier", "place_part"):
            yield {
                "code": f"{prefix}-1{column.number:02d}",
                "level": column.level,
                "expect": "column_values_readable",
                "arguments": {"column": name},
                "message": _UNREADABLE_MESSAGE[column.type].format(title=column.title),
                "action": _UNREADABLE_ACTION[column.type].format(codes=column.codes, list=column.list),
            }
        if column.required and column.type != "place_part":
            yield {
                "code": f"{prefix}-2{column.number:02d}",
                "level": "error",
                "expect": "column_values_not_empty",
                "arguments": {"column": name},
                "message": f"{column.title} is empty.",
                "action": "Fill it in: the row cannot be used without it.",
            }
