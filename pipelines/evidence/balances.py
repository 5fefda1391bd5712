"""Where every row went: from the rows received to the denominator of each measure, each step adding up.

Belongs here: the table `balances`, putting it together, and naming the steps that do not add up.
Does not belong here: counting a step (`balanced_steps`), what becomes of a row (`intake`, `model`, `measures`), or the
words for it (the dashboard).

A step is an entry whose `part` is '' (the rows that went in) and one for each thing that they became. Both sides are
counted, none is what is left of the other, so rows that are lost or counted twice between two counts show:

    files        a feed of all councils: rows received, as each delivery recorded them = accepted + set aside + erased;
                 and of files that were refused whole = refused
    received     a council's rows of a feed, as each delivery recorded them = accepted + set aside + erased
    set aside    those set aside = by the first rule that set each aside
    accepted     those accepted = in force + replaced + left out (`model.in_force`)
    in force     those in force = rows of a fact (`fact`) and other things by name
    made         what the rows of a fact are to be made from, where a row makes several = rows of the fact
    ledger       actions of a source: open before the first month, opened and opened again = done + cancelled + open
                 after the last; a month of itself where it does not add up (`ledger`)
    denominator  the rows of a measure's fact, once for each term that is added up = left out by the first thing that
                 says so (`no <date>`, `not <column>`, `no figure`, `long period`) + in the denominator of a month
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.contracts import PUBLISHED, Catalogue
from pipelines.intake.receive import Checked
from pipelines.releases import table_of

COLUMNS = {
    "council": "VARCHAR", "feed": "VARCHAR", "step": "VARCHAR", "subject": "VARCHAR", "part": "VARCHAR",
    "rows": "BIGINT",
}  # fmt: skip
"""council is '' for all councils together and for rows that name none that we know; feed is '' for files that were
refused whole, whose feed nobody can tell; subject is a fact or a measure, where the step is about one."""
STEPS = ("files", "received", "set aside", "accepted", "in force", "made", "ledger", "denominator")
"""In the order in which rows pass them."""
PUBLIC_STEPS = ("files", "received", "accepted")
"""What the public may read: counts of rows by feed for a council as a whole."""
Entry = tuple[str, str, str, str, str, int]
"""(council, feed, step, subject, part, rows)."""
NAMED = 3
"""Steps that a message names; of more it gives the number."""


class OutOfBalance(RuntimeError):
    """Rows were lost or counted twice between two steps: a fault of the program or of the store."""


@dataclass(frozen=True)
class Broken:
    """A step that does not add up."""

    council: str
    feed: str
    step: str
    subject: str
    went_in: int
    came_out: int


def together(
    held: Sequence[Checked], of_councils: Iterable[Iterable[Sequence[Any]]], of_nobody: Iterable[Entry]
) -> list[Entry]:
    """Every entry of a release, with the step `files` of each feed.

    Args:
        of_councils: the entries that each council's partition holds, as JSON has them.
        of_nobody: the steps of rows that name no council that we know (`balanced_steps.of_nobody`).
    """
    entries = [*of_nobody, *(_entry(*entry) for found in of_councils for entry in found)]
    files = Counter[tuple[str, str]]()
    for checked in held:
        if checked.refused:
            rows = checked.result["refusal"].get("rows") or 0
            files["", ""] += rows
            files["", "refused"] += rows
        for feed, found in checked.result["feeds"].items():
            files[feed, ""] += found["received"]
    for _, feed, step, _, part, rows in entries:
        if step == "received" and part:
            files[feed, part] += rows
    entries += [("", feed, "files", "", part, rows) for (feed, part), rows in files.items()]
    return sorted(entry for entry in entries if entry[-1])


def _entry(council: str, feed: str, step: str, subject: str, part: str, rows: int) -> Entry:
    return council, feed, step, subject, part, rows


def broken(entries: Iterable[Entry]) -> list[Broken]:
    """The steps of which what went in is not what came out, in the order of councils, feeds and steps."""
    went_in, came_out = (Counter[tuple[str, str, str, str]]() for _ in range(2))
    for council, feed, name, subject, part, rows in entries:
        (came_out if part else went_in)[council, feed, name, subject] += rows
    wrong = [step for step in went_in | came_out if went_in[step] != came_out[step]]
    wrong.sort(key=lambda step: (step[0], step[1], STEPS.index(step[2]), step[3]))
    return [Broken(*step, went_in[step], came_out[step]) for step in wrong]


def problem(catalogue: Catalogue, wrong: Sequence[Broken]) -> OutOfBalance | None:
    """What stops a release: names council, feed and step of what does not add up; None where all does."""
    if not wrong:
        return None
    more = f" So do {len(wrong) - NAMED} further steps." if len(wrong) > NAMED else ""
    return OutOfBalance(
        f"Rows do not add up. {' '.join(told(catalogue, one) for one in wrong[:NAMED])}{more} No release was made, and "
        "readers stay on the one before. Report these steps to the maintainers, or restore the store from a backup."
    )


def told(catalogue: Catalogue, one: Broken) -> str:
    """A step that does not add up, in a sentence."""
    contract, council = catalogue.contracts.get(one.feed), catalogue.councils.get(one.council)
    feed = f"{contract.title} ({one.feed})" if contract else "Files refused whole"
    place = {"": "all councils", PUBLISHED: "every place"}.get(
        one.council, council.name if council else one.council
    )
    subject = f" ({one.subject})" if one.subject else ""
    return (
        f"{feed}, {place}, step '{one.step}'{subject}: {one.went_in:,} went in and {one.came_out:,} came out."
    )


def tell(con: duckdb.DuckDBPyConnection, entries: Iterable[Entry]) -> list[str]:
    """Make the TEMP TABLE balances; returns its name in a list."""
    return [table_of(con, "balances", COLUMNS, entries)]
