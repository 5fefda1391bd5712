"""What the demonstration shows by group, as tables of the docs: `python -m pipelines.reports.shown [--check]`.

Belongs here: from a publication to the Markdown between the two marks of `docs/protection.md`. The settings say which
store (`SEND_AUDIT_DATA`, where the demonstration lies elsewhere).
Does not belong here: why something is shown or not (the release's table `protection` says it).
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from pipelines import durable, releases, settings
from pipelines.model.schema import BREAKDOWNS
from pipelines.settings import HOME, Settings

PAGE = HOME / "docs" / "protection.md"
BEGIN, END = "<!-- what the demonstration shows: begin -->", "<!-- what the demonstration shows: end -->"
_WINDOWS = {"month": "months", "quarter": "quarters", "financial_year": "financial years"}
_SHOWN = """
    SELECT breakdown, "window", together, coarser,
        list(short_title || if(state = 'part', ' (part)', '') ORDER BY headline, topic, position)
    FROM protection JOIN measures USING (measure) WHERE state <> 'not_shown' GROUP BY ALL ORDER BY ALL
"""
_NOT_SHOWN = """
    SELECT reason, breakdown, count(*) FROM protection WHERE state = 'not_shown' GROUP BY ALL ORDER BY ALL
"""


def tables(database: Path) -> str:
    """What a publication shows by which groups, and why the rest is not: two Markdown tables."""
    with duckdb.connect(str(database), read_only=True) as con:
        shown, not_shown = con.execute(_SHOWN).fetchall(), con.execute(_NOT_SHOWN).fetchall()
    order = list(BREAKDOWNS)
    made = [
        (BREAKDOWNS[breakdown], ", ".join(titles), _WINDOWS[window], _groups(together, coarser))
        for breakdown, window, together, coarser, titles in sorted(shown, key=lambda row: order.index(row[0]))
    ]
    why: dict[str, list[str]] = {}
    for reason, breakdown, number in sorted(not_shown, key=lambda row: (row[0], order.index(row[1]))):
        why.setdefault(reason, []).append(f"{BREAKDOWNS[breakdown]} ({number})")
    left_out = [(reason, ", ".join(own)) for reason, own in why.items()]
    return "\n\n".join(
        (
            _table(("by", "figures", "periods", "groups"), made),
            "What is not shown, and why, with the number of figures:",
            _table(("why", "by"), left_out),
        )
    )


def _groups(together: bool, coarser: bool) -> str:
    said = [
        *(["as the code list puts them together"] if coarser else []),
        *(["small ones together"] if together else []),
    ]
    return ", ".join(said) or "each by its name"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *rows))


def page(text: str, made: str) -> str:
    """The page with the tables between its marks."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{rest.split(END)[1]}"


def write(chosen: Settings, check: bool) -> bool:
    """Write the page, or with `check` only compare; returns whether it was fresh.

    Raises:
        releases.NoRelease: nothing is published in this store.
    """
    text = PAGE.read_text(encoding="utf-8")
    made = page(text, tables(releases.open_database(chosen, "public")))
    if made != text and not check:
        durable.write(PAGE, made.encode())
    return made == text


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page from the demonstration's public store, or with --check return 1 where it is out of date."""
    parser = argparse.ArgumentParser(description="Write what the demonstration shows by group into the docs.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the page is out of date")
    check = parser.parse_args(arguments).check
    demonstration = {"SEND_AUDIT_DATA": str(HOME / "data" / "demo")}
    fresh = write(settings.load(demonstration | dict(os.environ)), check)
    if not fresh:
        print(f"docs/{PAGE.name} {'is out of date' if check else 'written'}")
    return int(check and not fresh)


if __name__ == "__main__":
    raise SystemExit(main())
