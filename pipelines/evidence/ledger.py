"""The ledger of actions as a balance: open before + opened + opened again - done - cancelled = open after.

Belongs here: the table `ledger_balance`, by council, source and month, and the step `ledger` of `balances` that holds
it. Does not belong here: the facts that it is made from (`model.ledger`), or the figures (`measures`).

What was open before each month is found apart from the facts, by walking through each action's entries one by one. So
an action that is lost, counted twice, or closed without having been open shows as a month that does not add up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import duckdb

from pipelines.evidence.balances import Entry
from pipelines.releases import table_of

FEED, STEP = "actions", "ledger"
MOVEMENTS = ("new", "reopened", "done", "cancelled")
COLUMNS = {"council": "VARCHAR", "source": "VARCHAR", "month": "DATE"} | dict.fromkeys(
    ("opening", *MOVEMENTS, "closing"), "BIGINT"
)
"""source is '' for all sources together; month is the last day of it."""
_OWN = ("done", "cancelled", "reopened")
_AFTER_THE_LOG = 10_000
"""Number of an entry that the action's own row tells of: after all that the file of changes says of the day."""
Logged = tuple[date, int, str]
"""(day, number, movement) of one entry."""


class Line(NamedTuple):
    """One source's ledger in one month."""

    council: str
    source: str
    month: date
    opening: int
    new: int
    reopened: int
    done: int
    cancelled: int
    closing: int

    @property
    def adds_up(self) -> bool:
        return self.opening + self.new + self.reopened == self.done + self.cancelled + self.closing


def walk(opened_on: date, own: Mapping[str, date | None], logged: Iterable[Logged]) -> list[tuple[date, str]]:
    """The entries that open and close an action in turn, in order: (day, movement).

    Args:
        own: movement -> the day that the action's own row gives for it.
        logged: what the file of changes says, moves of the date left out.
    """
    told = list(logged)
    until = max((day for day, _, _ in told), default=date.min)
    entries = [(opened_on, 0, "new"), *told]
    for number, movement in enumerate(_OWN, start=1):
        day = own.get(movement)
        if day is not None and day > until:
            entries.append((day, _AFTER_THE_LOG + number, movement))
    is_open, found = False, []
    for day, _, movement in sorted(entries):
        opens = movement in ("new", "reopened")
        if day >= opened_on and opens != is_open:
            found.append((day, movement))
            is_open = opens
    return found


def lines(con: duckdb.DuckDBPyConnection, facts: Mapping[str, str]) -> tuple[list[Line], Counter[str]]:
    """Every month's ledger of each source, and (council -> entries) as the walk finds them.

    Reads in_force_actions, in_force_action_changes and ledger_months.
    """
    walked = list(_walked(con))
    entries = Counter[str]()
    turns: dict[tuple[str, str], list[tuple[date, int]]] = defaultdict(list)
    for council, source, found in walked:
        entries[council] += len(found)
        turns[council, source] += [
            (day, 1 if movement in ("new", "reopened") else -1) for day, movement in found
        ]
    months: dict[str, list[date]] = defaultdict(list)
    for council, month in con.execute("SELECT council, month_on FROM ledger_months ORDER BY ALL").fetchall():
        months[council].append(month)
    happened = Counter({tuple(key): count for *key, count in con.execute(
        f"SELECT council, action_source, last_day(happened_on), {_movement()}, count(*) "
        f"FROM {facts['action_movements']} GROUP BY ALL").fetchall()})  # fmt: skip
    closing = Counter({tuple(key): count for *key, count in con.execute(
        f"SELECT council, action_source, month_end, count(*) FROM {facts['action_months']} WHERE is_open GROUP BY ALL"
    ).fetchall()})  # fmt: skip
    made = []
    for (council, source), changes in sorted(turns.items()):
        for month in months[council]:
            before = sum(turn for day, turn in changes if day < month.replace(day=1))
            new, reopened, done, cancelled = (
                happened[council, source, month, movement] for movement in MOVEMENTS
            )
            after = closing[council, source, month]
            made.append(Line(council, source, month, before, new, reopened, done, cancelled, after))
    return made, entries


def _walked(con: duckdb.DuckDBPyConnection) -> Iterable[tuple[str, str, list[tuple[date, str]]]]:
    logged: dict[tuple[str, str], list[Logged]] = defaultdict(list)
    for council, reference, *entry in con.execute(
        "SELECT council, action_reference, changed_on, change_number, change FROM in_force_action_changes "
        "WHERE change <> 'moved'"
    ).fetchall():
        logged[council, reference].append((entry[0], entry[1], entry[2]))
    rows = con.execute(
        "SELECT council, action_reference, source, opened_on, done_on, cancelled_on, reopened_on FROM in_force_actions"
    ).fetchall()
    for council, reference, source, opened_on, *own in rows:
        yield council, source, walk(opened_on, dict(zip(_OWN, own, strict=True)), logged[council, reference])


def _movement() -> str:
    return "CASE " + " ".join(f"WHEN is_{name} THEN '{name}'" for name in MOVEMENTS) + " END"


def tell(con: duckdb.DuckDBPyConnection, facts: Mapping[str, str]) -> list[Entry]:
    """Make the TEMP TABLE ledger_balance; returns its entries for the table `balances`."""
    held, entries = lines(con, facts)
    table_of(con, "ledger_balance", COLUMNS, [list(line) for line in [*held, *together(held)]])
    found: list[Entry] = [
        (council, FEED, "made", "action_movements", "", count) for council, count in entries.items()
    ]
    found += [
        (council, FEED, "made", "action_months", "", count)
        for council, count in con.execute(
            "SELECT held.council, count(*) FROM in_force_actions AS held JOIN ledger_months AS months "
            "ON held.council = months.council AND held.opened_on <= months.month_on GROUP BY ALL"
        ).fetchall()
    ]
    return found + steps(held)


def together(held: Sequence[Line]) -> list[Line]:
    """All sources of each council and month in one line."""
    sums: dict[tuple[str, date], list[int]] = {}
    for line in held:
        numbers = sums.setdefault((line.council, line.month), [0] * 6)
        sums[line.council, line.month] = [a + b for a, b in zip(numbers, line[3:], strict=True)]
    return [Line(council, "", month, *numbers) for (council, month), numbers in sorted(sums.items())]


def steps(held: Sequence[Line]) -> list[Entry]:
    """The step `ledger`: each source from its first month to its last, and each month that does not add up."""
    by_source: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in held:
        by_source[line.council, line.source].append(line)
    found: list[Entry] = []
    for (council, source), months in by_source.items():
        whole = months[-1]._replace(
            opening=months[0].opening,
            **{name: sum(getattr(line, name) for line in months) for name in MOVEMENTS},
        )
        for subject, line in [(source, whole)] + [
            (f"{source} {line.month:%Y-%m}", line) for line in months if not line.adds_up
        ]:
            found += [
                (council, FEED, STEP, subject, part, rows)
                for part, rows in (
                    ("", line.opening + line.new + line.reopened), ("done", line.done),
                    ("cancelled", line.cancelled), ("open", line.closing),
                )
            ]  # fmt: skip
    return [entry for entry in found if entry[-1]]
