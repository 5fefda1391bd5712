"""The section “Where every row went” of the data page: each step from the rows received to each denominator.

Belongs here: which steps are shown together. Does not belong here: the words of a step (`balance_words`), one delivery
(`data_delivery`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from dashboard import balance_words, components, phrases, store
from dashboard.balance_words import Known, Line

ERASED: list[components.Column] = [("+ erased", "number")]
"""The column that tables of rows have where any were."""


def _columns(has_erased: bool) -> list[components.Column]:
    return [
        "Feed", ("Received", "number"), ("= accepted", "number"), ("+ set aside", "number"),
        *ERASED[: int(has_erased)], ("Accepted = in force", "number"), ("+ replaced by a newer row", "number"),
        ("+ gone from a newer whole file", "number"), "Balance",
    ]  # fmt: skip


def section(release: store.Release, every: Sequence[store.Row]) -> Component | None:
    """None where the release is older than this section.

    every: the release's deliveries.
    """
    found, known = balance_words.lines(store.balances(release)), _known(release)
    if not found:
        return None
    files = {line.feed: line for line in found if line.step == "files"}
    after = balance_words.over_councils(found)
    refused = len({row["number"] for row in every if row["state"] == "refused"})
    said = balance_words.refused(refused, files[""].rows if "" in files else 0)
    erased = any(line.of("erased") for line in files.values())
    cells = [
        _cells(phrases.feed(feed), line, after.get(feed), erased) for feed, line in files.items() if feed
    ]
    return components.section(
        "rows-went",
        "Where every row went",
        html.P(
            "Both sides of every step are counted, none is worked out from the other; a release is made only where "
            "each step adds up."
        ),
        html.P(said) if said else None,
        components.table("Rows of each feed, from received to in force", _columns(erased), cells, quiet=True),
        _by_council(found, known, erased),
        _set_aside(found, known),
        _counted(found, known),
        _denominators(found, known, store.measures(release)),
    )


def _cells(name: str, received: Line, accepted: Line | None, has_erased: bool) -> list[components.Cell]:
    known = [accepted.of(part) if accepted else 0 for part in ("in force", "replaced", "left out")]
    taken = [received.rows, *map(received.of, ("accepted", "set aside", *(["erased"] if has_erased else [])))]
    whole = [line for line in (received, accepted) if line]
    wrong = [line for line in whole if not line.adds_up]
    return [
        name,
        *[phrases.count(n) for n in (*taken, *known)],
        balance_words.adds_up((wrong or whole)[0]),
    ]


def _by_council(found: Sequence[Line], known: Known, has_erased: bool) -> Component | None:
    accepted = {(line.council, line.feed): line for line in found if line.step == "accepted"}
    rows = [line for line in found if line.step == "received"]
    if len({line.council for line in rows}) < 2:
        return None
    cells = [
        [
            balance_words.place(line, known),
            *_cells(phrases.feed(line.feed), line, accepted.get((line.council, line.feed)), has_erased),
        ]
        for line in rows
    ]
    columns: list[components.Column] = ["Council", *_columns(has_erased)]
    hold = components.table("Rows of each council and feed, from received to in force", columns, cells)
    return components.details("Table: by council", hold)


def _set_aside(found: Sequence[Line], known: Known) -> Component | None:
    rows = [line for line in found if line.step == "set aside"]
    if not rows:
        return None
    cells: list[list[components.Cell]] = [
        [
            phrases.feed(line.feed),
            balance_words.place(line, known),
            {"text": known.rules.get(code, "") or code, "sub": code},
            phrases.count(n),
        ]
        for line in rows
        for code, n in line.parts
    ]
    columns: list[components.Column] = ["Feed", "Council", "Set aside because", ("Rows", "number")]
    hold = components.table("Rows set aside, each under the first rule that set it aside", columns, cells)
    return components.details("Table: rows set aside, by rule", hold)


def _counted(found: Sequence[Line], known: Known) -> Component | None:
    return _sums(
        found, known, ("in force", "made"), "Table: from rows in force to what is counted",
        "What the rows in force became", ("Feed", lambda line: phrases.feed(line.feed)),
    )  # fmt: skip


def _denominators(found: Sequence[Line], known: Known, titles: Mapping[str, store.Row]) -> Component | None:
    def title(line: Line) -> components.Cell:
        measure = titles.get(line.subject)
        return {"text": measure["title"], "href": f"/definitions/{line.subject}"} if measure else line.subject

    return _sums(
        found, known, ("denominator",), "Table: from what is counted to each denominator",
        "What is counted, and how much of it is in the denominator of each measure", ("Measure", title),
    )  # fmt: skip


def _sums(
    found: Sequence[Line],
    known: Known,
    steps: tuple[str, ...],
    summary: str,
    caption: str,
    first: tuple[str, Callable[[Line], components.Cell]],
) -> Component | None:
    """A table with a sum in words on each line."""
    rows = [line for line in found if line.step in steps]
    if not rows:
        return None
    cells: list[list[components.Cell]] = [
        [
            first[1](line),
            balance_words.place(line, known),
            f"{phrases.count(line.rows)} {balance_words.went_in(line)}",
            balance_words.parts(line, known),
            balance_words.adds_up(line),
        ]
        for line in rows
    ]
    headers: list[components.Column] = [first[0], "Council", "What went in", "= what it became", "Balance"]
    return components.details(summary, components.table(caption, headers, cells))


def _known(release: store.Release) -> Known:
    return Known(
        columns=store.all_column_words(release),
        facts={name: measure["fact"] for name, measure in store.measures(release).items()},
        rules=store.rule_messages(release),
        names={row["council"]: row["name"] for row in store.places(release)},
    )
