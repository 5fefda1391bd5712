"""Commands that say what things mean: `feeds`, `template`, `explain`.

Belongs here: contracts and definitions in plain words. Does not belong here: the contracts and definitions themselves,
which are text files, and figures (`figures`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands import console
from pipelines.commands.console import say, tell

if TYPE_CHECKING:
    from pipelines.contracts import Catalogue, Contract

Row = dict[str, Any]
REPLACES = {
    "key": "the rows of the same key, one by one",
    "council_and_period": "all that was held for the council and months that it covers",
    "all": "all that was held",
}


def feeds(
    feed: Annotated[str | None, typer.Argument(help="One feed, to see its columns. [default: list them]")] = None,
    as_json: console.AsJson = False,
) -> None:
    """List the feeds that can be received, or the columns of one."""
    from pipelines import contracts

    catalogue = contracts.load(console.load_settings())
    if feed is None:
        rows = [_about(contract) for contract in catalogue.contracts.values()]
        if as_json:
            console.say_json(rows)
            return
        console.table(
            ["Feed", "What it is", "Version", "Columns", "Key", "A file replaces", "Rules"],
            [
                [row["feed"], row["title"], row["version"], row["columns"], ", ".join(row["key"]),
                 REPLACES[row["replaces"]], row["rules"]]
                for row in rows
            ],
        )  # fmt: skip
        tell("\nFor the columns of one: send-audit feeds FEED. For a blank file: send-audit template FEED.")
        return
    contract = _contract(catalogue, feed)
    if as_json:
        console.say_json({**_about(contract), "about": contract.about, "columns": _columns(contract)})
        return
    say(f"{contract.title} ({contract.feed} {contract.version}): {contract.grain}.\n")
    say(console.paragraph(contract.about) + "\n")
    say(f"Key: {', '.join(contract.key)}. A file replaces {REPLACES[contract.replaces]}.\n")
    rows = _columns(contract)
    console.table(
        ["Column", "Header", "Must be filled", "Holds", "What it is"],
        [
            [row["column"], row["title"], "yes" if row["required"] else "", row["holds"], row["about"]]
            for row in rows
        ],
    )
    tell("\nOther headers are read too: send-audit feeds FEED --json has them all, as `also_called`.")


def _about(contract: Contract) -> Row:
    return {
        "feed": contract.feed,
        "title": contract.title,
        "version": contract.version,
        "grain": contract.grain,
        "columns": len(contract.columns),
        "key": list(contract.key),
        "replaces": contract.replaces,
        "rules": len(contract.all_rules),
    }


def _columns(contract: Contract) -> list[Row]:
    from pipelines.reports.template import TYPES

    return [
        {
            "column": name,
            "title": column.title,
            "type": column.type,
            "required": column.required,
            "personal": column.personal,
            "several": column.several,
            "codes": column.codes,
            "list": column.list,
            "holds": TYPES[column.type]
            + (f": {column.codes or column.list}" if column.codes or column.list else "")
            + (", several" if column.several else ""),
            "about": column.about,
            "also_called": list(column.also_called),
        }
        for name, column in contract.columns.items()
    ]


def template(
    feed: Annotated[str, typer.Argument(help="The feed; `send-audit feeds` lists them.")],
    out: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Where to write it. [default: FEED-template.xlsx, here]")
    ] = None,
    council: Annotated[
        str | None, typer.Option(metavar="NAME", help="Offer this council's own teams, localities and grades.")
    ] = None,
) -> None:
    """Write a blank workbook for a feed, with drop-downs and notes; filled in, it is received as it is."""
    from pipelines import contracts
    from pipelines.reports.template import write_template

    catalogue = contracts.load(console.load_settings())
    contract = _contract(catalogue, feed)
    code = catalogue.find_council(council).code if council else None
    path = out or Path(f"{contract.feed}-template.xlsx")
    if path.suffix.lower() != ".xlsx":
        raise typer.BadParameter("Give a name that ends in .xlsx.", param_hint="--out")
    if path.exists():
        # Somebody may have begun to fill it in.
        raise typer.BadParameter(f"{path} is there already. Move it away, or give another --out.", param_hint="--out")
    say(f"Written: {write_template(contract, catalogue, path, code)}")


def explain(
    what: Annotated[str, typer.Argument(help="A rule (AUD-012), a refusal (FILE-10) or a measure (voice.child).")],
    as_json: console.AsJson = False,
) -> None:
    """Say in plain words what a rule or a measure means, and what to do where a rule is broken."""
    from pipelines import contracts
    from pipelines.feeds.refusal import CODES
    from pipelines.measures import definitions_in
    from pipelines.measures.lookup import did_you_mean

    settings = console.load_settings()
    catalogue = contracts.load(settings)
    asked = what.strip()
    rules = {rule.code: feed for feed, contract in catalogue.contracts.items() for rule in contract.all_rules}
    measures = {measure.id: measure for measure in definitions_in(settings.definitions)}
    if asked.upper() in rules:
        told = rule_in_full(catalogue, rules[asked.upper()], asked.upper())
        _answer(told, _rule_words(told), as_json)
    elif asked.upper() in CODES:
        told = {"code": asked.upper(), "level": "refuse", "message": f"The file was refused: {CODES[asked.upper()]}."}
        action = "The message given when the file was refused says where, and what to do."
        _answer(told | {"action": action}, [told["message"], action], as_json)
    elif asked.lower() in measures:
        told = measure_in_full(measures[asked.lower()])
        _answer(told, _measure_words(told), as_json)
    else:
        near = did_you_mean(asked if "." in asked else asked.upper(), [*measures, *rules, *CODES])
        console.stop(f"There is no rule or measure called {asked}. {near}".strip(), console.NOTHING)


def _answer(told: Row, lines: list[str], as_json: bool) -> None:
    if as_json:
        console.say_json(told)
    else:
        for line in lines:
            say(console.paragraph(line))


def rule_in_full(catalogue: Catalogue, feed: str, code: str) -> Row:
    """Everything about a rule."""
    from pipelines.evidence.delivered import column_of

    contract = catalogue.contracts[feed]
    rule = contract.rules_by_code[code]
    column = column_of(code, catalogue, feed)
    return {
        "code": code,
        "level": rule.level,
        "feed": feed,
        "feed_title": contract.title,
        "column": column,
        "column_title": contract.columns[column].title if column in contract.columns else None,
        "message": rule.message,
        "action": rule.action,
        "expect": rule.expect,
        "with": rule.arguments,
    }


def _rule_words(told: Row) -> list[str]:
    import yaml

    from dashboard import words

    where = f", column {told['column_title']} ({told['column']})" if told["column_title"] else ""
    given = yaml.safe_dump(told["with"], default_flow_style=True, width=10_000).strip() if told["with"] else ""
    return [
        f"{told['code']}: {told['message']}",
        f"What to do: {told['action']}",
        f"{words.LEVELS[told['level']]}.",
        f"Feed {told['feed_title']} ({told['feed']}){where}.",
        f"Pattern: {told['expect']} {given}".rstrip(),
    ]


def measure_in_full(measure: Any) -> Row:
    """Everything that a definition says in words."""
    return measure.model_dump(mode="json", exclude={"text"})


def _measure_words(told: Row) -> list[str]:
    from dashboard import words

    return [f"{told['id']} {told['version']}: {told['title']}", words.polarity(told["higher_is"])]


def _contract(catalogue: Catalogue, feed: str) -> Contract:
    from pipelines.measures.lookup import did_you_mean

    found = catalogue.contracts.get(feed.lower())
    if found is None:
        near = did_you_mean(feed, catalogue.contracts)
        console.stop(f"There is no feed called {feed}. {near}".strip(), console.NOTHING)
    return found
