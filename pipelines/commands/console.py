"""What every command shares: exit codes, messages, plain tables, JSON, progress, and options that mean the same.

Belongs here: how the command line speaks. Does not belong here: what any one command says.

Answers go to stdout and all else to stderr, so that `--json` gives JSON alone. Tables are plain text: they read the
same in a terminal, a Windows console, a screen reader and a file.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, ParamSpec, TypeVar

import typer

from pipelines import settings as program_settings
from pipelines.progress import Progress
from pipelines.settings import HOME, Settings

if TYPE_CHECKING:
    from pipelines.contracts import Catalogue
    from pipelines.contracts.reference import Council

DONE, BROKEN, USAGE, REFUSED, NOTHING, BUSY, DIFFERS = range(7)
EXIT_CODES = {
    DONE: "done",
    BROKEN: "something broke; the last release stands",
    USAGE: "wrong usage",
    REFUSED: "a file was refused or left where it is (the others were taken in)",
    NOTHING: "nothing found: no such release, figure, rule, feed or council",
    BUSY: "another run is using the store",
    DIFFERS: "verified, and something is not as it was recorded",
}
_CODES = {
    "pipelines.durable.StoreBusy": BUSY,
    "pipelines.feeds.refusal.Refused": REFUSED,
    "pipelines.evidence.verify.NoSuchReceipt": NOTHING,
    "pipelines.measures.lookup.NotFound": NOTHING,
    "pipelines.past.NoRelease": NOTHING,
}
"""Our own exceptions by name, so that telling them apart loads none of the rooms; any other of ours is BROKEN."""
DEBUG = "SEND_AUDIT_DEBUG"
_NARROWEST = 12

P = ParamSpec("P")
R = TypeVar("R")

AsJson = Annotated[bool, typer.Option("--json", help="Give the answer as JSON, for a script.")]
Audience = Annotated[Literal["officers", "public"], typer.Option(help="Whose releases to read.")]


def to_day(text: str) -> date:
    """A day as people here write it."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    raise typer.BadParameter("That is not a date. Write it as 2026-03-31 or 31/03/2026.")


Release = Annotated[str, typer.Option(metavar="RELEASE", help="An earlier release, by its id.")]
AsOf = Annotated[
    date | None,
    typer.Option(
        parser=to_day,
        metavar="DATE",
        help="As it stood on a day: the newest release made, or published, by its end.",
    ),
]


def only_one(as_of: date | None, release: str, usual: str = "CURRENT") -> None:
    """An end where both a day and a release are asked for: each names a release by itself."""
    if as_of is not None and release != usual:
        raise typer.BadParameter(
            "Give --as-of or a release, not both: each says by itself which release is meant.",
            param_hint="--as-of",
        )


def tell(text: str = "") -> None:
    """A line for the person at the screen, never part of the answer."""
    typer.echo(text, err=True)


def say(text: str = "") -> None:
    """A line of the answer."""
    typer.echo(text)


def say_json(content: Any) -> None:
    """The answer as JSON and nothing else; dates in ISO form, all of it ASCII whatever the console."""
    typer.echo(json.dumps(content, indent=2, default=str, allow_nan=False))


def stop(message: str, code: int) -> NoReturn:
    """End with one message and an exit code."""
    tell(message)
    raise typer.Exit(code)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings, or an end that says which variable is wrong."""
    try:
        return program_settings.load(environ)
    except ValueError as problem:
        stop(str(problem), USAGE)


def council_called(catalogue: Catalogue, name: str) -> Council:
    """The council that a name or code means, or an end that says how councils are called."""
    from pipelines.contracts import ContractError

    try:
        return catalogue.find_council(name)
    except ContractError as problem:
        stop(str(problem), NOTHING)


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """A command whose failures end in one message and an exit code, without a traceback and without a row's value."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            stop("Stopped. What was recorded before stands; the same command can be run again.", BROKEN)
        except Exception as problem:
            if os.environ.get(DEBUG):
                raise
            stop(*explained(problem))

    return run


def explained(problem: Exception) -> tuple[str, int]:
    """A message for a failure and its exit code.

    Our own exceptions say what to do. The text of any other may quote a cell, so only its kind and place are told.
    """
    for kind in type(problem).__mro__:
        if kind.__module__.split(".")[0] in ("pipelines", "dashboard"):
            return str(problem), _CODES.get(f"{kind.__module__}.{kind.__qualname__}", BROKEN)
    if isinstance(problem, OSError) and problem.strerror:
        where = f" {problem.filename}" if problem.filename else ""
        return f"The system would not let us use a file: {problem.strerror}.{where}", BROKEN
    places = [
        f"{os.path.relpath(frame.filename, HOME)}, line {frame.lineno}"
        for frame in traceback.extract_tb(problem.__traceback__)
        if frame.filename.startswith((str(HOME / "pipelines"), str(HOME / "dashboard")))
    ]
    return (
        f"Something in the program broke ({type(problem).__name__} at {places[-1] if places else 'an unknown place'}). "
        f"What was recorded before stands. Set {DEBUG}=1 and run it again to see all of it; that text may quote a "
        "file, so read it before you pass it on."
    ), BROKEN


@contextmanager
def progress() -> Iterator[Progress]:
    """Where long work tells how far it is: a bar on a terminal, elsewhere a line for each new step. On stderr."""
    if sys.stderr.isatty():
        with _bar() as show:
            yield show
        return
    last = ""

    def line(what: str, done: int, of: int) -> None:
        nonlocal last
        if what != last:
            tell(f"{what} ...")
        last = what

    yield line


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("Starting", total=None)

        def show(what: str, done: int, of: int) -> None:
            bars.update(task, description=what, completed=done, total=of or None)

        yield show


def table(headers: Sequence[str], rows: Sequence[Sequence[Any]], indent: str = "") -> None:
    """Rows under headers, as wide as the terminal; whole numbers to the right, long cells wrapped."""
    width = _terminal_width()
    for line in table_lines(headers, rows, width - len(indent) if width else None):
        say(f"{indent}{line}")


def table_lines(headers: Sequence[str], rows: Sequence[Sequence[Any]], width: int | None) -> list[str]:
    """The lines of `table`; without a width nothing is wrapped."""
    numbers = [bool(rows) and all(isinstance(row[n], int) for row in rows) for n in range(len(headers))]
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell or "") for cell in row] for row in rows]
    widths = [max(len(line[n]) for line in [list(headers), *cells]) for n in range(len(headers))]
    while width and sum(widths) + 2 * (len(widths) - 1) > width and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1

    def laid_out(line: Sequence[str]) -> Iterator[str]:
        parts = [
            textwrap.wrap(cell, size, break_on_hyphens=False) or [""]
            for cell, size in zip(line, widths, strict=True)
        ]
        for n in range(max(map(len, parts))):
            texts = [part[n] if n < len(part) else "" for part in parts]
            aligned = [
                text.rjust(size) if right else text.ljust(size)
                for text, size, right in zip(texts, widths, numbers, strict=True)
            ]
            yield "  ".join(aligned).rstrip()

    lines = [*laid_out(headers), "  ".join("-" * size for size in widths)]
    return [*lines, *(text for line in cells for text in laid_out(line))]


def sections(made: Sequence[tuple[str, str, Sequence[Any]]]) -> None:
    """Sections of a statement (`dashboard.blocks`), one after another."""
    for _, heading, blocks in made:
        say(f"\n{heading}\n")
        for block in blocks:
            _block(block)


def _block(block: Any) -> None:
    from dashboard.blocks import Codes, Said, Table

    if isinstance(block, str):
        say(paragraph(block))
    elif isinstance(block, Said):
        say(paragraph(f"{block.text} ({', '.join(block.receipts)})"))
    elif isinstance(block, Table):
        if block.named:
            say(f"\n{block.caption}\n")
        table(
            block.header,
            [[cell if isinstance(cell, str) else " ".join(cell) for cell in row] for row in block.rows],
        )
    else:
        for name, said in block.rows:
            say(f"{name}:\n  {said}" if isinstance(block, Codes) else paragraph(f"{name}: {said}"))


def write(path: Path, content: bytes) -> None:
    """A file, whole or not at all, and a word on where it is."""
    from pipelines import durable

    durable.write(path, content)
    tell(f"Written: {path}")


def counted(number: int, noun: str) -> str:
    """1 file, 2 files."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def paragraph(text: str, indent: str = "") -> str:
    """A text wrapped to the terminal."""
    return textwrap.fill(
        text,
        _terminal_width() or 100,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _terminal_width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
