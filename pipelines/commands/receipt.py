"""`send-audit receipt`: what stands behind one figure, by its code.

Belongs here: how a receipt is shown on a console, as JSON and as a file. Does not belong here: what it tells
(`dashboard.receipts`), its words (`dashboard.receipt_words`), or recomputing the figure.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands import console


def receipt(
    code: Annotated[str, typer.Argument(metavar="ID", help="The code; case and hyphens do not matter.")],
    audience: console.Audience = "officers",
    release: console.Release = "CURRENT",
    as_of: console.AsOf = None,
    as_json: console.AsJson = False,
    pdf: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the receipt as a PDF of one page.")
    ] = None,
) -> None:
    """Say what stands behind a figure, by its code.

    What the figure is, how it was counted, from which files, and whether it still stands. The code stands beside every
    figure. The release is read as it was made; nothing is worked out anew.
    """
    from dashboard import receipts, store
    from pipelines import releases

    settings = console.load_settings()
    console.only_one(as_of, release)
    release = releases.resolve(settings, audience, release, as_of=as_of)
    held = store.opened(releases.open_database(settings, audience, release))
    told = receipts.tell(held, code)
    if told["status"] == receipts.NOT_WHOLE:
        console.stop(told["message"], console.USAGE)
    if told["status"] == receipts.UNKNOWN:
        console.stop(told["message"], console.NOTHING)
    if pdf:
        write_pdf(told, pdf)
    if as_json:
        console.say_json(told)
    elif not pdf:
        show(told)


def write_pdf(told: dict[str, Any], path: Path) -> None:
    """The receipt as a PDF, whole or not at all."""
    from dashboard import receipt_pdf

    console.write(path, receipt_pdf.to_pdf(told))


def show(told: dict[str, Any]) -> None:
    """The receipt in words."""
    from dashboard import receipt_words, words

    if told["demonstration"]:
        console.say(f"{words.DEMONSTRATION}\n")
    console.say(f"{receipt_words.title(told)}\n")
    console.say(console.paragraph(receipt_words.lead(told)))
    console.sections(receipt_words.sections(told))
