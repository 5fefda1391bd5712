"""The command `map`: a mapping proposed for a file whose headers and words are another system's.

Belongs here: options, the questions to whoever sits at the terminal, and what is told. Does not belong here: guessing
(`intake.proposals`), or what a mapping may say (`pipelines.mappings`).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands import console
from pipelines.commands.console import say, tell

if TYPE_CHECKING:
    from pipelines.contracts import Catalogue
    from pipelines.intake.proposals import Guess, Proposal
    from pipelines.settings import Settings

NOT_USED, LATER = "n", "l"


def map_file(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, metavar="FILE", help="A file as their system exports it."
        ),
    ],
    feed: Annotated[
        str | None, typer.Option(metavar="FEED", help="Which feed it is. [default: the likeliest]")
    ] = None,
    council: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose it is. [default: what its rows say]")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="Where to write it. [default: expectations/mappings/COUNCIL/FEED.yaml]"
        ),
    ] = None,
    as_json: console.AsJson = False,
) -> None:
    """Propose a mapping for a file of another system.

    Says of each header what it may mean, how sure that is and why; asks about the rest on a terminal, and elsewhere
    leaves it to decide in the file. Tells no value that could be a person's. The file itself is not received.
    """
    from pipelines import contracts, durable

    settings = console.load_settings()
    catalogue = contracts.load(settings)
    proposal = _proposed(settings, catalogue, file, feed, council)
    path = out or _place(settings, proposal)
    if path.exists():
        raise typer.BadParameter(
            f"{path} is there already, and was taken into account. Give another --out to see a new proposal beside it.",
            param_hint="--out",
        )
    if not as_json:
        show(proposal)
        if _on_a_terminal():
            proposal = ask(proposal)
    text = _text(catalogue, proposal, file)
    path.parent.mkdir(parents=True, exist_ok=True)
    durable.write(path, text.encode())
    if as_json:
        console.say_json(told(proposal) | {"written": str(path)})
        return
    say(f"Written: {path}")
    tell(
        f"Read it, decide what is left, then: send-audit receive {file.name}"
        + (
            ""
            if out is None
            else f" (once it lies in expectations/mappings as {proposal.contract.feed}.yaml)"
        )
    )


def _on_a_terminal() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _proposed(
    settings: Settings, catalogue: Catalogue, file: Path, feed: str | None, council: str | None
) -> Proposal:
    from pipelines.commands.meanings import _contract
    from pipelines.feeds.layouts import Layout
    from pipelines.feeds.unknown import look
    from pipelines.intake.proposals import propose

    given = council or settings.council
    code = console.council_called(catalogue, given).code if given else None
    feeds = [_contract(catalogue, feed)] if feed else list(catalogue.contracts.values())
    written = {mapping.feed: mapping for mapping in catalogue.mappings if mapping.council == code}
    layouts = [Layout(contract, written.get(contract.feed)) for contract in feeds]
    proposal = propose(look(file, settings, layouts), layouts, catalogue, code)
    if proposal is None:
        console.stop(
            f"{file.name}: nothing in it looks like "
            + (
                f"{feed}."
                if feed
                else "any feed. `send-audit feeds` lists them; give --feed if it is one of them."
            ),
            console.NOTHING,
        )
    return proposal


def _place(settings: Settings, proposal: Proposal) -> Path:
    from pipelines.mappings import FOLDER

    if proposal.council is None:
        raise typer.BadParameter(
            "The rows do not say whose the file is. Name the council, or give --out.", param_hint="--council"
        )
    return settings.expectations / FOLDER / proposal.council / f"{proposal.contract.feed}.yaml"


def _text(catalogue: Catalogue, proposal: Proposal, file: Path) -> str:
    """The mapping's text, which is sure to load."""
    from pipelines import contracts, mappings
    from pipelines.feeds.refusal import shown
    from pipelines.intake.proposals import as_text

    name = shown(file.name, "a file")
    text = as_text(
        proposal, f"{proposal.contract.title} as in {name}", f"{name}, row {proposal.table.header_row}"
    )
    council = proposal.council or next(iter(catalogue.councils))
    contracts.check_mapping(mappings.parse(text, council, proposal.contract.feed), catalogue)
    return text


def show(proposal: Proposal) -> None:
    """What was found, in words."""
    where = f', sheet "{proposal.table.sheet}"' if proposal.table.sheet else ""
    say(
        f"{proposal.contract.title} ({proposal.contract.feed}){where}, headers in row {proposal.table.header_row}, "
        f"{console.counted(proposal.table.rows, 'row')} looked at."
    )
    console.table(
        ["Their header", "Filled", "Read as", "How sure", "Why"],
        [
            [guess.header, sum(guess.seen.values.values()), guess.column or "not used", guess.sure, guess.why]
            for guess in proposal.guesses
        ],
    )
    for guess in proposal.guesses:
        for word in guess.words:
            meant = f"{word.ours} ({word.sure})" if word.ours else "to decide"
            say(f'  {guess.header}: "{word.theirs}" ({console.counted(word.rows, "row")}) as {meant}')
        if guess.hidden:
            say(f"  {guess.header}: {guess.hidden} different values are not on our list and are not shown.")
    if proposal.wanted:
        say(f"Needed, and not found: {', '.join(proposal.wanted)}.")


def ask(proposal: Proposal) -> Proposal:
    """Settle with a person what is not sure."""
    from pipelines.intake.proposals import decided, undecided

    answers: dict[int, str | None] = {}
    words: dict[tuple[int, str], str] = {}
    for guess in undecided(proposal):
        choices = [name for name in (guess.column, *guess.others) if name and name not in answers.values()]
        answer = _choose(f'What is "{guess.header}"? ({guess.why})', choices)
        if answer != LATER:
            answers[guess.seen.at] = None if answer == NOT_USED else answer
    for guess in decided(proposal, answers, {}).guesses:
        for word in guess.words if guess.column else ():
            if word.sure != "likely":
                answer = _choose(f'What is "{word.theirs}" in {guess.column}?', list(word.choices))
                if answer not in (LATER, NOT_USED):
                    words[guess.seen.at, word.theirs] = answer
    return decided(proposal, answers, words)


def _choose(question: str, choices: list[str]) -> str:
    tell(f"\n{question}")
    for n, choice in enumerate(choices, start=1):
        tell(f"  {n}  {choice}")
    tell(f"  {NOT_USED}  none of these    {LATER}  decide later")
    while True:
        answer = typer.prompt("Which", default=LATER, err=True).strip().lower()
        if answer in (NOT_USED, LATER):
            return str(answer)
        if answer.isdigit() and 1 <= int(answer) <= len(choices):
            return choices[int(answer) - 1]
        tell("Type one of the numbers or letters above.")


def told(proposal: Proposal) -> dict[str, Any]:
    """The proposal as JSON."""
    return {
        "feed": proposal.contract.feed,
        "council": proposal.council,
        "sheet": proposal.table.sheet,
        "header_row": proposal.table.header_row,
        "rows_looked_at": proposal.table.rows,
        "columns": [_told(guess) for guess in proposal.guesses],
        "needed_and_not_found": list(proposal.wanted),
    }


def _told(guess: Guess) -> dict[str, Any]:
    return {
        "supplier_column": guess.header,
        "column": guess.column,
        "how_sure": guess.sure,
        "why": guess.why,
        "or": list(guess.others),
        "words": [
            {"theirs": word.theirs, "rows": word.rows, "ours": word.ours, "how_sure": word.sure}
            for word in guess.words
        ],
        "values_not_told": guess.hidden,
    }
