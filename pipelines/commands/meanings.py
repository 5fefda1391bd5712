"""Commands that say what things mean: `feeds`, `template`, `explain`.

Belongs here: contracts and definitions in plain words. Does not belong here: the contracts and definitions themselves,
which are text files, and figures (`figures`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands import console
from pipelines.commands.console import say, tell

if TYPE_CHECKING:
    from datetime import date

    from pipelines.contracts import Catalogue, Contract
    from pipelines.measures.catalogue import Measure
    from pipelines.settings import Settings

Row = dict[str, Any]
REPLACES = {
    "key": "the rows of the same key, one by one",
    "council_and_period": "all that was held for the council and months that it covers",
    "all": "all that was held",
}


def feeds(
    feed: Annotated[
        str | None,
        typer.Argument(metavar="[FEED]", help="One feed, to see its columns. [default: list them]"),
    ] = None,
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
    feed: Annotated[str, typer.Argument(metavar="FEED", help="The feed; `send-audit feeds` lists them.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Where to write it. [default: FEED-template.xlsx, here]"),
    ] = None,
    council: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Offer this council's own teams, localities and grades."),
    ] = None,
) -> None:
    """Write a blank workbook for a feed.

    It has drop-downs and notes. Filled in, it is received as it is, saved as .xlsx, .ods or CSV.
    """
    from pipelines import contracts
    from pipelines.reports.template import write_template

    catalogue = contracts.load(console.load_settings())
    contract = _contract(catalogue, feed)
    code = console.council_called(catalogue, council).code if council else None
    path = out or Path(f"{contract.feed}-template.xlsx")
    if path.suffix.lower() != ".xlsx":
        raise typer.BadParameter("Give a name that ends in .xlsx.", param_hint="--out")
    if path.exists():
        # Somebody may have begun to fill it in.
        raise typer.BadParameter(
            f"{path} is there already. Move it away, or give another --out.", param_hint="--out"
        )
    say(f"Written: {write_template(contract, catalogue, path, code)}")


def explain(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="A rule (AUD-310), a refusal (FILE-10), a measure (voice.child) or a breakdown (team).",
        ),
    ],
    as_of: console.AsOf = None,
    as_json: console.AsJson = False,
) -> None:
    """Say in plain words what a rule or a measure means.

    And what to do where a rule is broken. Breakdowns and refusals of whole files are explained too. With --as-of, a
    measure as the officers' release of that day defines it.
    """
    from pipelines import contracts
    from pipelines.feeds.refusal import CODES
    from pipelines.measures import catalogue as definitions
    from pipelines.measures.lookup import did_you_mean
    from pipelines.model.schema import BREAKDOWNS

    settings = console.load_settings()
    catalogue = contracts.load(settings)
    measures = definitions.load(settings.definitions) if as_of is None else _measures_then(settings, as_of)
    rules = {rule.code: feed for feed, contract in catalogue.contracts.items() for rule in contract.all_rules}
    code, name = what.strip().upper(), what.strip().lower()
    if code in rules:
        told = rule_in_full(catalogue, rules[code], code)
        lines = rule_words(told)
    elif code in CODES:
        told = {"code": code, "level": "refuse", "message": f"The file was refused: {CODES[code]}."}
        lines = [told["message"], "The message given when the file was refused says where, and what to do."]
    elif name in measures:
        told = measure_in_full(measures[name])
        lines = measure_words(told)
    elif name in BREAKDOWNS:
        by = [measure.id for measure in measures.values() if name in measure.breakdowns]
        told = {"breakdown": name, "title": BREAKDOWNS[name], "measures": by}
        lines = [f"{name}: {BREAKDOWNS[name]}.", f"Measures by it: {', '.join(by) or 'none'}."]
    else:
        known = [*measures, *BREAKDOWNS] if "-" not in name else [*rules, *CODES]
        near = did_you_mean(name if "-" not in name else code, known)
        lists = "`send-audit measures` and `send-audit feeds` list what there is."
        console.stop(f"There is nothing called {what.strip()}. {near or lists}", console.NOTHING)
    if as_json:
        console.say_json(told)
        return
    for line in lines:
        say(console.paragraph(line))


def _measures_then(settings: Settings, as_of: date) -> dict[str, Measure]:
    """The definitions of the officers' release that stood on a day, read from the texts that it keeps."""
    import tempfile

    from pipelines import releases
    from pipelines.measures import catalogue

    release = releases.resolve(settings, "officers", as_of=as_of)
    texts = releases.read_manifest(settings, "officers", release)["definitions"]
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            topic, _, stem = name.partition(".")
            (Path(folder) / topic).mkdir(exist_ok=True)
            (Path(folder) / topic / f"{stem}.yaml").write_text(text, encoding="utf-8")
        return catalogue.load(Path(folder))


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


def rule_words(told: Row) -> list[str]:
    """A rule in a few paragraphs."""
    import yaml

    from dashboard import words

    where = f", column {told['column_title']} ({told['column']})" if told["column_title"] else ""
    given = (
        yaml.safe_dump(told["with"], default_flow_style=True, width=10_000).strip() if told["with"] else ""
    )
    return [
        f"{told['code']}: {told['message']}",
        f"What to do: {told['action']}",
        f"{words.LEVELS[told['level']]}.",
        f"Feed {told['feed_title']} ({told['feed']}){where}.",
        f"Pattern: {told['expect']} {given}".rstrip(),
    ]


def measure_in_full(measure: Any) -> Row:
    """Everything that a definition says, with its yes/no columns in words."""
    from pipelines.model.schema import FACTS, GIVEN

    def in_words(fact: str, columns: Sequence[str]) -> Row:
        meant = GIVEN[fact].numbers if fact in GIVEN else FACTS[fact].yes_no
        return {column: meant[column] for column in columns}

    return {
        **measure.model_dump(mode="json"),
        "numerator": in_words(measure.fact, measure.numerator),
        "denominator": in_words(measure.denominator_fact or measure.fact, measure.denominator),
        "of": {measure.of: FACTS[measure.fact].numbers[measure.of]} if measure.of else None,
    }


def measure_words(told: Row) -> list[str]:
    """A measure in a few paragraphs."""
    from dashboard import words

    above, below = told["numerator"] or told["of"] or {}, told["denominator"]
    return [
        f"{told['id']} {told['version']}: {told['title']}.",
        told["why"],
        f"Counted: {told['numerator_words']}",
        f"Out of: {told['denominator_words']}",
        words.polarity(told["higher_is"]),
        *(f"Take care: {caveat}" for caveat in told["caveats"]),
        f"To compare with: {told['benchmark']}",
        f"Where it comes from: {told['source']}",
        f"In the records, by {told['date']}: {_columns_in_words({**below, **above})}",
        f"Broken down by: {', '.join(told['breakdowns']) or 'nothing'}.",
    ]


def _columns_in_words(columns: Mapping[str, str]) -> str:
    return " ".join(f"{column}: {meaning}" for column, meaning in columns.items())


def _contract(catalogue: Catalogue, feed: str) -> Contract:
    from pipelines.measures.lookup import did_you_mean

    found = catalogue.contracts.get(feed.lower())
    if found is None:
        near = did_you_mean(feed, catalogue.contracts)
        console.stop(f"There is no feed called {feed}. {near}".strip(), console.NOTHING)
    return found
