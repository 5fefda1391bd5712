"""`send-audit`: one command line over all rooms.

Belongs here: which commands there are, their examples, and how the program starts and ends.
Does not belong here: what a command does (`pipelines.commands`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from pipelines import __version__
from pipelines.commands import (
    attack,
    balances,
    between,
    console,
    demonstration,
    erasing,
    figures,
    history,
    mapping,
    meanings,
    names,
    receipt,
    report,
    servers,
    verifying,
    work,
)

ABOUT = """From delivered audit files to figures that can be defended.

Files go in with `receive` (or lie in the inbox), `run` makes a release of figures, `publish` shows it to members and
the public, `figure` and `serve` read it. Settings are environment variables that begin with SEND_AUDIT_.
"""
COMMANDS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "receive": (
        work.receive,
        (
            "receive audits-q1.xlsx participation-q1.csv",
            "receive june.csv --extracted-on 30/06/2026 --council Brackenshire",
            "receive corrected.csv --corrections --json",
            'receive 00012-june-report.xlsx --from "SEND casework, Tarn office"',
        ),
    ),
    "run": (work.run, ("run", "run --as-of 2026-03-31", "run --json")),
    "publish": (
        work.publish,
        ('publish CURRENT --by "Head of quality assurance" --note "Agreed at the July board"',),
    ),
    "releases": (
        work.releases,
        ("releases", "releases --audience public --json", "releases --as-of 2026-03-31"),
    ),
    "changes": (
        between.changes,
        (
            "changes",
            "changes 2026-03-31 CURRENT",
            "changes 2026-03-31.1 2026-04-07.1 --audience public --json",
        ),
    ),
    "figure": (
        figures.figure,
        (
            "figure voice.any_family",
            "figure voice.any_family --to 2026-03-31 --by primary_need",
            "figure voice.child --window quarter --audience public --json",
            "figure voice.any_family --to 2025-12-31 --as-of 2026-03-31",
        ),
    ),
    "verify": (
        verifying.verify,
        (
            "verify 7KQ2M-XW40P-3",
            "verify 7kq2mxw40p3 --from-originals",
            "verify --all",
            "verify --all --current --json",
            'verify --all --head "2026-04-07.1 1f0c9a77b2d4"',
        ),
    ),
    "sign-key": (verifying.signing_key, ("sign-key /secure/place/send-audit-signing.pem",)),
    "erase": (
        erasing.erase,
        (
            "erase --child-reference --dry-run",
            'erase --child-reference --by "Data protection officer" --note "Request upheld in July"',
            'erase --replay --by "Data protection officer" --note "Backup restored" --yes',
        ),
    ),
    "retention": (
        erasing.retention,
        (
            "retention",
            "retention --json",
            'retention --erase --by "Head of information governance" --note "Yearly"',
        ),
    ),
    "receipt": (
        receipt.receipt,
        (
            "receipt 7K2M9QXW4TB",
            "receipt 7k2m9-qxw4t-b --json",
            "receipt 7K2M9QXW4TB --audience public --pdf receipt.pdf",
        ),
    ),
    "report": (
        report.report,
        (
            "report ombudsman -o ombudsman.pdf",
            'report "Internal audit" --council Brackenshire --as-of 2026-03-31',
            "report all --audience public --json",
        ),
    ),
    "balances": (
        balances.balances,
        ("balances", "balances --council Brackenshire", "balances --release 2026-04-03.1 --json"),
    ),
    "attack": (attack.attack, ("attack", "attack 2026-04-07.1 --audience public", "attack --json")),
    "measures": (figures.measures, ("measures", "measures --json")),
    "feeds": (meanings.feeds, ("feeds", "feeds case_audits", "feeds case_audits --json")),
    "template": (
        meanings.template,
        ("template case_audits", "template case_audits --council 990 --out audits.xlsx"),
    ),
    "explain": (meanings.explain, ("explain AUD-601", "explain voice.any_family")),
    "names": (names.names, ("names Brackenshire", "names 990 --show", "names 990 --accept")),
    "map": (
        mapping.map_file,
        (
            "map export.csv",
            "map export.ods --feed case_audits --council 990",
            "map export.csv --out mine.yaml --json",
        ),
    ),
    "history": (history.history, ("history case_audits", "history case_audits --council 990 --json")),
    "serve": (servers.serve, ("serve", "serve --audience public --port 8080")),
    "up": (servers.up, ("up", "up --port 8051 --dagster-port 3001")),
    "demo": (demonstration.demo, ("demo", "demo --no-serve")),
}


def _block(title: str, lines: list[str]) -> str:
    """Lines that help shows as they are, under a title."""
    return "\b\n" + "\n".join([f"{title}:", *(f"  {line}" for line in lines)])


def _version(asked: bool) -> None:
    if asked:
        console.say(f"send-audit {__version__}")
        raise typer.Exit


app = typer.Typer(
    name="send-audit",
    help=ABOUT,
    epilog=_block("Exit codes", [f"{code}  {meaning}" for code, meaning in console.EXIT_CODES.items()]),
    no_args_is_help=True,
    add_completion=False,
    # Plain help reads the same in every console and loads in a blink.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Options before the command."""


for _name, (_command, _examples) in COMMANDS.items():
    app.command(_name, epilog=_block("Examples", [f"send-audit {example}" for example in _examples]))(
        console.guarded(_command)
    )


def main() -> None:
    """Run the command line; what `send-audit` starts."""
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show a letter shows a question mark instead of stopping the work.
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    app(prog_name="send-audit")


if __name__ == "__main__":
    main()
