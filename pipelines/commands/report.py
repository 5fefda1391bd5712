"""`send-audit report`: a board's progress report on the actions of one source.

Belongs here: how the report is shown on a console, as JSON and as a file. Does not belong here: what it holds
(`dashboard.board_report`), its words (`dashboard.board_words`).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands import console

if TYPE_CHECKING:
    from dashboard import store


def report(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="Who or what asked for the actions, such as ombudsman; all for every source.",
        ),
    ],
    council: Annotated[
        str | None, typer.Option(metavar="NAME", help="A council, by name or DfE code. [default: the first]")
    ] = None,
    to: Annotated[
        date | None,
        typer.Option(
            parser=console.to_day,
            metavar="DATE",
            help="The 12 months that end by this day. [default: the latest complete ones]",
        ),
    ] = None,
    audience: console.Audience = "officers",
    release: console.Release = "CURRENT",
    as_of: console.AsOf = None,
    as_json: console.AsJson = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write the report as a PDF to print.")
    ] = None,
) -> None:
    """Say what became of the actions of one source.

    The balance of 12 months, what is overdue by the original and by the present date, what is done, evidenced, checked
    and has helped, and each action. Every number has its receipt. The release is read as it was made; nothing is worked
    out anew.
    """
    from dashboard import board_report, board_words, ledger_words, store, view
    from pipelines import releases

    settings = console.load_settings()
    console.only_one(as_of, release)
    release = releases.resolve(settings, audience, release, as_of=as_of)
    held = store.opened(releases.open_database(settings, audience, release))
    asked = {"council": _council(held, council), "to": to.isoformat() if to else ""}
    shown = view.make(held, asked, (board_report.OPEN,))
    if shown is None:
        console.stop(ledger_words.NONE, console.NOTHING)
    for note in shown.notes:
        console.tell(note)
    told = board_report.tell(held, shown, board_report.ALL)
    if board_words.is_empty(told):
        console.stop(ledger_words.NONE, console.NOTHING)
    chosen = _source(board_report.sources(held, shown.council), source)
    if chosen != board_report.ALL:
        told = board_report.tell(held, shown, chosen)
    if out:
        from dashboard import board_pdf

        console.write(out, board_pdf.to_pdf(told))
    if as_json:
        console.say_json(told)
    elif not out:
        show(told)


def _council(held: store.Release, asked: str | None) -> str:
    """The code of the council that is meant; empty for the first."""
    from dashboard import store

    if asked is None:
        return ""
    places = store.places(held)
    wanted = asked.strip().casefold()
    found = [
        row["council"] for row in places if wanted in (row["council"].casefold(), row["name"].casefold())
    ]
    if not found:
        names = ", ".join(f"{row['name']} ({row['council']})" for row in places)
        console.stop(f"This release has no council called {asked}. It has: {names}.", console.NOTHING)
    return str(found[0])


def _source(offered: list[tuple[str, str]], asked: str) -> str:
    """The code of the source that is meant."""
    wanted = asked.strip().casefold()
    found = [code for code, label in offered if wanted in (code.casefold(), label.casefold())]
    if not found:
        named = "; ".join(f"{code} ({label})" for code, label in offered)
        console.stop(f"There is no report on actions from {asked}. There are: {named}.", console.NOTHING)
    return found[0]


def show(told: dict[str, Any]) -> None:
    """The report in words."""
    from dashboard import board_words, words

    if told["demonstration"]:
        console.say(f"{words.DEMONSTRATION}\n")
    console.say(board_words.title(told))
    console.sections(board_words.sections(told))
