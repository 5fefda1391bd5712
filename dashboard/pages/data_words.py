"""Phrases that only the pages of data say: deliveries, balances, what changed, and whether all of it can be trusted.

Standard library only, as in `words`. Does not belong here: queries and components.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dashboard import phrases

Row = Mapping[str, Any]
STATES = {"in force": "In force", "superseded": "Replaced by a newer file", "refused": "Refused: kept out"}
MANY_SET_ASIDE = 0.01
"""From this share of rows set aside a reader is told to take care."""


def adds_up(row: Row) -> bool:
    """Whether rows received = accepted + set aside + erased."""
    return bool(
        row["rows_received"] == row["rows_accepted"] + row["rows_rejected"] + (row.get("rows_erased") or 0)
    )


def balance(received: int | None, accepted: int | None, rejected: int | None, erased: int | None = 0) -> str:
    """Rows received = accepted + set aside (+ erased), and whether that adds up."""
    parts = phrases.count(received), phrases.count(accepted), phrases.count(rejected)
    gone = f" + {phrases.count(erased)} erased" if erased else ""
    said = "{} rows received = {} accepted + {} set aside".format(*parts) + f"{gone}."
    if (
        received is None
        or accepted is None
        or rejected is None
        or received == accepted + rejected + (erased or 0)
    ):
        return said
    return f"{said} These do not add up: please report it."


def state(row: Row) -> str:
    """A delivery's state in words."""
    return STATES.get(row["state"]) or str(row["state"])


def name(row: Row) -> str:
    """A delivery's file name; the public sees its number."""
    return row.get("file") or f"Delivery {row['number']}"


def link(row: Row) -> str:
    """The address of a delivery's page."""
    return f"/data?delivery={row['number']}&feed={row['feed'] or ''}"


def feed(row: Row) -> str:
    """A delivery's feed in words."""
    return phrases.feed(row["feed"]) if row["feed"] else "Not recognised"


def compared(row: Row, before: Row | None) -> str:
    """Rows and findings of a delivery against the one before it."""
    if before is None:
        return "The first of its feed" if row["state"] != "refused" and row["mode"] != "corrections" else ""
    rows = _more(row["rows_received"] - before["rows_received"], "row")
    found = _more(row["queries"] + row["errors"] - before["queries"] - before["errors"], "finding")
    return f"{phrases.capital(rows)}, {found}"


def late(row: Row, day: date) -> str:
    """Whether a feed is late on a day."""
    if row["newest"] is None:
        return "Nothing received yet"
    if row["due_on"] is None:
        return "No day is set"
    days = (day - row["due_on"]).days
    if days <= 0:
        return "Not late"
    return f"{phrases.count(days)} {'day' if days == 1 else 'days'} late"


def drift(rows: Sequence[Row]) -> str:
    """Columns and codes of a delivery that came or went, in a few words; nothing where none did."""
    parts = []
    for change, verb in (("appeared", "New"), ("vanished", "Gone")):
        named = [
            row["title"] if row["kind"] == "column" else f"{row['title']} “{row['label']}”"
            for row in rows
            if row["change"] == change
        ]
        shown = named if len(named) <= 4 else [*named[:3], f"{len(named) - 3} more"]
        if shown:
            parts.append(f"{verb}: {phrases.listed(shown)}.")
    return " ".join(parts)


def trust(deliveries: Sequence[Row], freshness: Sequence[Row], odd: Sequence[str], day: date) -> str:
    """Can I trust this? One sentence for somebody who will read nothing else on the page.

    Args:
        odd: feeds whose newest file a whole-file rule asks about.
    """
    wrong = [row for row in deliveries if not adds_up(row)]
    if wrong:
        noun = "delivery" if len(wrong) == 1 else "deliveries"
        return (
            f"No: the rows of {len(wrong)} {noun} do not add up, so do not quote any figure until the maintainers of "
            "this program have looked."
        )
    stand = [row for row in deliveries if row["state"] == "in force"]
    if not stand:
        return "There is nothing to trust yet: no file is in force."
    accepted, received = (sum(row[which] for row in stand) for which in ("rows_accepted", "rows_received"))
    used = (
        f"{phrases.count(accepted)} of {phrases.count(received)} rows ({phrases.percent(accepted / received)})"
        if received
        else "no row"
    )
    cares = _late(freshness, day) + _set_aside(stand)
    cares += [f"the newest file of {phrases.feed(code)} is not like those before it" for code in odd]
    refused = [
        row
        for row in deliveries
        if row["state"] == "refused" and row["number"] > max(r["number"] for r in stand)
    ]
    if refused:
        noun = "file" if len(refused) == 1 else "files"
        cares.append(f"{len(refused)} {noun} that came since the newest one in use could not be taken in")
    if cares:
        return f"Yes, with care: every row received is accounted for, but {phrases.listed(cares)}."
    return f"Yes: every row received is accounted for, {used} in the files in force were accepted, and no feed is late."


def _late(freshness: Sequence[Row], day: date) -> list[str]:
    found: dict[str, int] = {}
    for row in freshness:
        days = (day - row["due_on"]).days if row["due_on"] else 0
        if days > 0:
            found[row["title"]] = max(days, found.get(row["title"], 0))
    return [
        f"{title} is {phrases.count(days)} {'day' if days == 1 else 'days'} late"
        for title, days in found.items()
    ]


def _set_aside(stand: Sequence[Row]) -> list[str]:
    counts: dict[str, list[int]] = {}
    for row in stand:
        held = counts.setdefault(row["feed"], [0, 0])
        held[0] += row["rows_rejected"]
        held[1] += row["rows_received"]
    return [
        f"{phrases.count(rejected)} of {phrases.count(received)} rows of {phrases.feed(code)} "
        f"({phrases.percent(rejected / received)}) are set aside until they are corrected"
        for code, (rejected, received) in counts.items()
        if received and rejected / received >= MANY_SET_ASIDE
    ]


def _more(number: int, noun: str) -> str:
    if number == 0:
        return f"as many {noun}s"
    plural = noun if abs(number) == 1 else f"{noun}s"
    return f"{phrases.count(abs(number))} {plural} {'more' if number > 0 else 'fewer'}"
