"""The texts of pages that state figures, and what the grammar of `tests.sentences` finds in them.

Belongs here: which pages are read, which of their words state nothing, and gathering what is wrong. Does not belong
here: the grammar, and assertions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any
from zlib import crc32

from dashboard import group_words, words
from tests.dashboard import numbers
from tests.sentences import Place, Tables, Unknown, Wrong, free, periods, read, sentences

PAGES = (
    "/", "/voice", "/voice?by=primary_need", "/voice?window=quarter", "/voice?measure=voice.child", "/who",
    "/who?by=interpreter", "/programme", "/grades", "/grades?measure=quality.inadequate", "/plans", "/timeliness",
    "/reliability", "/reliability?window=month", "/compare", "/actions", "/actions?source=ombudsman&state=overdue",
    "/report", "/ombudsman", "/placements", "/learning", "/feedback", "/scrutiny", "/definitions/voice.any_family",
    "/data", "/changes", "/protection",
)  # fmt: skip
LABELS = re.compile(r"> (?:thead > th|summary|a|code|th > \.text|\.sub|\.axis|\.name|option|dt|h2)\S*$")
"""Places of words that only name: headings of columns and rows, links, receipts, the axes and series of a chart."""
PLAIN = frozenset((
    "Receipt", "Receipts", "Upper limit", "Lower limit", "First step", "Look for a reason before acting.",
    "● looked at, with likely range ◇ compared with", "Each dot has its likely range.", "How reliable?",
    "Audits without one are left out.", "Tell the director of children's services on the same day that one appears.",
    "Families who are never answered stop answering.", "Take the list to the next meeting.",
    "These are never counted as taking part.", "They say little about the other grades.", "The year from that date",
    "Moves slowly; periods overlap.", "Bars above the line: actions opened and opened again.",
    "Bars below it: done and cancelled.", "The line with dots: open at the end of the month.",
    "From all rows of the period to the figure", "Counted", "Out of", "What it took the place of",
    "What they left out, their source says.", "What took its place",
    "Not evidenced is not the same as not done: nobody but the owner can tell.",
    "One small line for each place and way of counting, on the same scale.",
    "Plans finished within 20 weeks, every year that is published; receipts below each figure",
    "The ledger of actions, month by month", "How often reviews named each theme, quarter by quarter",
    "Themes named by reviews of plans, quarter by quarter",
    "One small line for each theme that something was done about, on the same scale.",
))  # fmt: skip
"""Words of which nothing is a figure, each as it stands: no pattern, so that none can swallow a number."""
OF_RECEIPT = re.compile(r"#(?:figure|counted|past)\b|> p\.(?:lead|notice)")
"""What of a receipt's page is about its figure; the rest tells of files, rules and commands."""


def texts(address: str, page: Any, tables: Tables) -> Iterator[tuple[str, Place, numbers.Spot]]:
    """The texts of a page that stand beside receipts, and say something."""
    for spot in numbers.spots_of_layout(address, page):
        named = LABELS.search(spot.path) or (re.search(r"> link\S*$", spot.path) and free(spot.text))
        elsewhere = address.startswith("/receipts/") and not OF_RECEIPT.search(spot.path)
        if spot.receipts and not named and not elsewhere and not is_code(spot.text):
            yield (
                re.sub(r"\s*<br>\s*", " ", spot.text).strip(),
                Place.of(tables, spot.receipts, spot.column),
                spot,
            )


def is_code(text: str) -> bool:
    """Whether it is nothing but receipts."""
    return bool(re.fullmatch(rf"{numbers.RECEIPT.pattern}(?: and {numbers.RECEIPT.pattern})*", text.strip()))


def known_words(tables: Tables) -> set[str]:
    """Titles, labels, names and authored texts of the release."""
    authored = ("title", "short_title", "target_source", "benchmark", "why")
    said = {str(row.get(name)) for row in tables.measures.values() for name in authored if row.get(name)}
    parts = {part for text in said for part in sentences(text)}
    names = {*tables.labels.values(), *tables.characteristics.values(), *tables.places.values()}
    day, release = tables.release["as_of"], tables.release["release"]
    about = {f"{day.day} {day:%B %Y}", release, tables.release["audience"].capitalize()}
    return said | parts | names | about | {f"{text}." for text in said}


def faults(address: str, page: Any, tables: Tables, known: Collection[str]) -> tuple[int, list[str]]:
    """How many sentences were read, and those that are not known, or not borne out, or stand in another's row."""
    count, found, known = 0, [], {*known, *PLAIN}
    for text, at, spot in texts(address, page, tables):
        try:
            count += read(text, at, known)
        except (Unknown, Wrong) as problem:
            found.append(f"{address}: {type(problem).__name__}: {problem}")
        if not in_its_row(spot, at):
            found.append(f"{address}: Wrong: “{text}” stands in the row “{spot.heading}”")
    return count, found


def in_its_row(spot: numbers.Spot, at: Place) -> bool:
    """Whether a cell's row is headed by its own figure's group or period, where it is headed by one."""
    if len(at.rows) != 1:
        return True
    [row] = at.rows
    groups = {label for (breakdown, _), label in at.tables.labels.items() if breakdown == row["breakdown"]}
    if spot.heading in groups:
        return spot.heading == at.tables.label(row)
    if re.fullmatch(periods.POINT, spot.heading):
        return periods.is_point(spot.heading, row) or row["window"] not in ("month", "quarter")
    return True


def headlines(tables: Tables, every: int = 1) -> Iterator[tuple[str, Place]]:
    """What is said of figures, of each measure one in so many: in a headline, in a table's cells, and of its range."""
    for name, rows in tables.by_measure.items():
        measure = tables.measures[name]
        for row in sorted(rows, key=_shuffled)[::every]:
            at = Place.of(tables, [row["receipt"]])
            yield words.headline(measure, row), at
            yield words.change_cell(row, measure), at
            yield words.figure_number(measure, row), at
            yield group_words.usual(measure, row), at
            yield words.likely(row, measure), at


def _shuffled(figure: dict[str, Any]) -> int:
    """A figure's place in an order that has nothing to do with what it is, and is the same whatever the store's key."""
    named = ("measure", "council", "window", "period_start", "breakdown", "group")
    return crc32("|".join(str(figure[name]) for name in named).encode())


def of_each_kind(tables: Tables, most: int = 2) -> list[str]:
    """A few receipts of each kind of measure: of the whole and of a group, with a value and without."""
    held: dict[tuple[Any, ...], list[str]] = {}
    for code, row in sorted(tables.figures.items(), key=lambda held: _shuffled(held[1])):
        kind = (tables.measures[row["measure"]]["kind"], bool(row["breakdown"]), row["symbol"])
        held.setdefault(kind, []).append(code)
    return [code for codes in held.values() for code in codes[:most]]
