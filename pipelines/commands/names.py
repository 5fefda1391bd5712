"""The command `names`: which teams, localities, agencies, themes and so on a council uses that nobody has listed yet.

Belongs here: counting them, showing them to whoever holds the key, and adding them to the council's file.
Does not belong here: keeping unlisted names out (`intake.typed`).

A name that nobody has read could be a person's. So the names themselves are read from the archived originals, go to the
terminal and nowhere else, and are listed only after somebody has looked at them.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands import console
from pipelines.commands.console import say, tell
from pipelines.progress import Progress

if TYPE_CHECKING:
    from pipelines.contracts import Catalogue
    from pipelines.contracts.reference import Council
    from pipelines.feeds.reader import Table
    from pipelines.intake.key import Key
    from pipelines.intake.receive import Checked
    from pipelines.settings import Settings

LABELS = ("teams", "localities", "agencies", "themes", "modules", "boards")
Names = dict[str, dict[str, str]]
"""List -> code name -> the name."""


def names(
    council: Annotated[str, typer.Argument(metavar="COUNCIL", help="The council, by name or DfE code.")],
    show: Annotated[
        bool,
        typer.Option(
            "--show", help="Print the names, on this terminal only, as lines for the council's file."
        ),
    ] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Show them, ask, and write them into the council's file.")
    ] = False,
    as_json: console.AsJson = False,
) -> None:
    """Count a council's names that are not yet listed, or show them.

    Names of teams, localities, agencies, themes, modules of training and boards. Until one is listed, figures show a
    code in its place, such as "Not yet listed (4F2A)". Showing the names needs the key.
    """
    if (show or accept) and (as_json or not on_a_terminal()):
        raise typer.BadParameter(
            "The names are printed on a terminal only, never into a file or another program, because one of them could "
            "be a person's. Run it on a terminal, without --json."
        )
    from pipelines import contracts, durable
    from pipelines import run as main
    from pipelines.intake import key as keys
    from pipelines.intake import receive

    settings = console.load_settings()
    catalogue = contracts.load(settings)
    about = console.council_called(catalogue, council)
    if not receive.arrivals(settings):
        console.stop("Nothing has been received yet. Start with `send-audit receive`.", console.NOTHING)
    with durable.store_lock(settings.store), console.progress() as progress:
        key = keys.load(settings)
        every = main.checked_deliveries(settings, catalogue, key, None, progress)
        held = [checked for checked in every if about.code in checked.councils]
        codes = not_listed(catalogue, held, about.code)
        if show or accept:
            found, personal = read_again(settings, catalogue, key, held, about.code, progress)
    path = f"expectations/councils/{about.code}.yaml"
    if as_json:
        counts = {kind: len(codes[kind]) for kind in LABELS}
        console.say_json(
            {"council": about.code, "council_name": about.name, "file": path, "not_listed": counts}
        )
        return
    if not (show or accept):
        say(f"{about.name} ({about.code}): names not yet listed")
        console.table(["List", "Names"], [[kind, len(codes[kind])] for kind in LABELS])
        if any(codes.values()):
            tell(
                f"\nTo read them: send-audit names {about.code} --show. Those that are no person's belong in {path}."
            )
        return
    print_names(about, found, personal, path)
    if accept and any(found.values()):
        write_names(settings, about, found)


def on_a_terminal() -> bool:
    """Whether what is printed goes to a screen."""
    return sys.stdout.isatty()


def not_listed(catalogue: Catalogue, held: Sequence[Checked], council: str) -> dict[str, set[str]]:
    """List -> the different code names that a council's checked rows hold."""
    import duckdb

    codes: dict[str, set[str]] = {kind: set() for kind in LABELS}
    with duckdb.connect() as con:
        for checked, feed, name, column in _label_columns(catalogue, held):
            value = f"unnest({name})" if column.several else name
            files = [str(checked.folder / f"{feed}.{part}.parquet") for part in ("accepted", "rejected")]
            rows = con.execute(
                f"SELECT DISTINCT v FROM (SELECT {value} AS v FROM read_parquet($files, union_by_name = true) "
                "WHERE council = $council) WHERE v LIKE 'unlisted-%'",
                {"files": files, "council": council},
            ).fetchall()
            codes[column.list or ""] |= {code for (code,) in rows}
    return codes


def _label_columns(catalogue: Catalogue, held: Sequence[Checked]) -> Iterator[tuple[Checked, str, str, Any]]:
    for checked in held:
        for feed in checked.result["feeds"]:
            for name, column in catalogue.contracts[feed].columns.items():
                if column.type == "label":
                    yield checked, feed, name, column


def read_again(
    settings: Settings,
    catalogue: Catalogue,
    key: Key,
    held: Sequence[Checked],
    council: str,
    progress: Progress,
) -> tuple[Names, int]:
    """The unlisted names in a council's archived originals, each as most often written, and how many entries look like
    a person's details."""
    from pipelines.feeds import reader
    from pipelines.intake import receive, typed

    readers = {kind: typed._label_reader(kind, catalogue, key) for kind in LABELS}
    written: dict[str, dict[str, Counter[str]]] = {kind: {} for kind in LABELS}
    personal: set[tuple[str, str]] = set()
    originals = {checked.arrival.delivery: checked.arrival for checked in held}
    for done, arrival in enumerate(originals.values()):
        progress("Reading archived originals", done, len(originals))
        original = next((settings.records / "deliveries" / arrival.delivery).glob("original.*"))
        with receive.connection(settings) as con:
            tables, _ = reader.read(original, arrival.file, catalogue, con, settings, arrival.council)
            entries = [entry for table in tables for entry in _entries(con, table, catalogue, council)]
        for kind, text, times in entries:
            try:
                code = readers[kind](text, council)
            except ValueError:
                personal.add((kind, text))
                continue
            if code.startswith("unlisted-"):
                written[kind].setdefault(code, Counter())[text] += times
    # Of spellings that are as frequent, the one with more small letters.
    found = {
        kind: {code: max(texts, key=lambda text: (texts[text], text)) for code, texts in codes.items()}
        for kind, codes in written.items()
    }
    return found, len(personal)


def _entries(con: Any, table: Table, catalogue: Catalogue, council: str) -> Iterator[tuple[str, str, int]]:
    """(list, name, rows) of a council's rows in a table of raw text."""
    from pipelines.intake import values

    read_council = values.code_reader(catalogue.council_lookup)

    def is_theirs(text: str | None) -> bool:
        try:
            return read_council(text or "") == council
        except ValueError:
            return False

    for name, column in catalogue.contracts[table.feed].columns.items():
        if column.type == "label":
            cells = con.execute(
                f"SELECT council, {name}, count(*) FROM {table.relation} WHERE {name} IS NOT NULL GROUP BY ALL"
            ).fetchall()
            for of, cell, times in cells:
                if is_theirs(of):
                    for entry in values.split(cell) if column.several else [cell]:
                        yield column.list or "", " ".join(entry.split()), times


def print_names(about: Council, found: Names, personal: int, path: str) -> None:
    """The names as lines of the council's file, with the code that stands for each."""
    if not any(found.values()):
        say(f"{about.name}: every name is listed in {path}.")
    else:
        say(f"# {about.name}: names not yet listed. Paste those that are no person's into {path}.")
        for kind, held in found.items():
            if held:
                say(f"{kind}:")
            for code, name in sorted(held.items(), key=lambda item: item[1].lower()):
                say(f"  {_entry(name)}  # {code.removeprefix('unlisted-')}")
    if personal:
        say(
            f"# {personal} more {'looks' if personal == 1 else 'look'} like a person's number, date or address and "
            "cannot be listed. The report of the file says in which rows; put them right where the data comes from."
        )


def write_names(settings: Settings, about: Council, found: Names) -> None:
    """Add the names to the council's file, after asking."""
    from pipelines import contracts, durable

    count = sum(map(len, found.values()))
    tell(
        "\nA name in that file is shown to everybody who sees breakdowns. A person's name must never be in it."
    )
    typer.confirm(
        f"Have you read all {count}, and is none of them a person's? Write them", abort=True, err=True
    )
    path = settings.expectations / "councils" / f"{about.code}.yaml"
    text = path.read_text(encoding="utf-8") if path.exists() else new_file(about)
    wanted = {kind: sorted(held.values(), key=str.lower) for kind, held in found.items() if held}
    made = with_names(text, wanted)
    contracts.CouncilNames.model_validate(_parsed(made))
    durable.write(path, made.encode())
    tell(f"Written to {path}. Next: send-audit run, which checks that council's files again.")


def new_file(about: Council) -> str:
    """A council's file with nothing listed yet."""
    return (
        f"# What {about.name} calls things. Only names listed here are shown as they are: never list a person's.\n\n"
        f'council: "{about.code}"\ngrade_scale: ofsted\n'
    )


def with_names(text: str, wanted: Mapping[str, Sequence[str]]) -> str:
    """A council's file with names added to its lists; comments and all else stay as they are."""
    lines = text.rstrip("\n").split("\n")
    for kind, added in wanted.items():
        at = next((n for n, line in enumerate(lines) if re.match(rf"{kind}\s*:", line)), None)
        if at is None:
            lines += ["", f"{kind}:", *(f"  {_entry(name)}" for name in added)]
            continue
        inline = _parsed(lines[at])[kind]
        if inline is not None:
            lines[at : at + 1] = [f"{kind}:", *(f"  {_entry(name)}" for name in inline)]
        end = next((n for n in range(at + 1, len(lines)) if re.match(r"[^\s#-]", lines[n])), len(lines))
        items = [n for n in range(at + 1, end) if lines[n].lstrip().startswith("- ")]
        last = items[-1] if items else at
        indent = re.match(r"\s*", lines[last])[0] if items else "  "  # type: ignore[index]
        lines[last + 1 : last + 1] = [f"{indent}{_entry(name)}" for name in added]
    return "\n".join(lines) + "\n"


def _entry(name: str) -> str:
    """A list entry in YAML, quoted where it must be."""
    import yaml

    return yaml.safe_dump([name], allow_unicode=True, default_flow_style=False, width=10_000).strip()


def _parsed(text: str) -> Any:
    from pipelines.texts import from_yaml

    return from_yaml(text)
