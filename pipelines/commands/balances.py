"""The command `balances`: where every row went, from the rows received to each denominator.

Belongs here: telling a release's table `balances`. Does not belong here: counting the steps
(`evidence.balanced_steps`), and their words (`dashboard.balance_words`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands import console
from pipelines.commands.console import say

if TYPE_CHECKING:
    from dashboard.balance_words import Known, Line
    from pipelines.settings import Settings

Row = dict[str, Any]
_COLUMNS = ("council", "feed", "step", "subject", "part", "rows")


def balances(
    council: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this council's. [default: each one]")
    ] = None,
    audience: console.Audience = "officers",
    release: console.Release = "CURRENT",
    as_of: console.AsOf = None,
    as_json: console.AsJson = False,
) -> None:
    """Show where every row went, step by step, each adding up.

    From the rows received to those accepted, those in force, what is counted, and each denominator. Both sides of each
    step were counted when the release was made. The public see whole rows by feed.
    """
    from dashboard import balance_words
    from pipelines import releases

    settings = console.load_settings()
    code = _code(settings, council) if council else None
    console.only_one(as_of, release)
    rows, known = _read(settings, audience, releases.resolve(settings, audience, release, as_of=as_of))
    if not rows:
        console.stop(
            "This release was made before it was written down where every row went. Make one with: send-audit run",
            console.NOTHING,
        )
    lines = balance_words.lines(rows, code)
    if not lines:
        console.stop("This release holds no row of that council.", console.NOTHING)
    if as_json:
        console.say_json([_flat(line) for line in lines])
    else:
        _show(lines, known)
    raise typer.Exit(console.DONE if all(line.adds_up for line in lines) else console.BROKEN)


def _code(settings: Settings, council: str) -> str:
    from pipelines import contracts

    return console.council_called(contracts.load(settings), council).code


def _read(settings: Settings, audience: str, release: str) -> tuple[list[Row], Known]:
    """The table's rows (none in an older release), and what the release says of the codes in them."""
    import duckdb

    from dashboard.balance_words import Known
    from pipelines import releases

    with duckdb.connect(str(releases.open_database(settings, audience, release)), read_only=True) as con:

        def pairs(query: str) -> dict[str, str]:
            return dict(con.execute(query).fetchall())

        held = pairs("SELECT table_name, table_name FROM duckdb_tables()")
        if "balances" not in held:
            return [], Known()
        found = con.execute(f"SELECT {', '.join(_COLUMNS)} FROM balances ORDER BY ALL").fetchall()
        said = con.execute('SELECT fact, "column", about FROM fact_columns').fetchall()
        known = Known(
            columns={(fact, column): about for fact, column, about in said},
            facts=pairs("SELECT measure, fact FROM measures"),
            rules=pairs("SELECT code, message FROM rules"),
            names=pairs("SELECT council, name FROM places"),
        )
    return [dict(zip(_COLUMNS, row, strict=True)) for row in found], known


def _flat(line: Line) -> Row:
    return {
        "council": line.council,
        "feed": line.feed,
        "step": line.step,
        "subject": line.subject,
        "rows": line.rows,
        "parts": dict(line.parts),
        "adds_up": line.adds_up,
    }


def _show(lines: list[Line], known: Known) -> None:
    from dashboard import balance_words, phrases

    heading = ""
    for line in lines:
        feed = phrases.feed(line.feed) if line.feed else "Files refused whole"
        title = f"{feed}, {balance_words.place(line, known)}"
        if title != heading:
            say(f"\n{title}" if heading else title)
            heading = title
        of = f"{line.subject}: " if line.step == "denominator" else ""
        say(console.paragraph(of + balance_words.sentence(line, known), "  "))
