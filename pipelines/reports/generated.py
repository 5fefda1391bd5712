"""Pages of `docs/` that are made from contracts and definitions: `python -m pipelines.reports.generated [--check]`.

Belongs here: the data dictionary, the list of rules and the list of measures, as Markdown; and the one command that
writes everything generated (the Great Expectations suites too), or says what is out of date.
Does not belong here: what the pages say (contracts, code lists, definitions).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pipelines import contracts, durable, settings
from pipelines.contracts import Catalogue, Column, Contract, Rule
from pipelines.reports.template import HOW_TO_WRITE, LEVELS, TYPES
from pipelines.settings import HOME, Settings
from pipelines.texts import from_yaml

_MADE_BY = "<!-- Made by `make docs` from {source}. Edit that, not this. -->\n"
_REPLACES = {
    "key": "rows of the same key",
    "council_and_period": "everything held for the council and months that the file covers",
    "all": "everything held for the council",
}
_KEPT = {
    "identifier": "as a keyed hash", "birth_month": "no, it gives the age band", "free_text": "no",
    "place_part": "no, it gives the place", "council_text": "where every word is known",
}  # fmt: skip
_FIELDS = {
    "id": "Id", "version": "Version", "kind": "Kind", "fact": "Counted in", "date": "Dated by",
    "numerator": "Numerator: all of", "denominator": "Denominator: all of", "higher_is": "Higher is",
    "protect": "Protection", "breakdowns": "Broken down by", "sentence": "Sentence", "why": "Why it matters",
    "caveats": "Caveats", "source": "Source",
}  # fmt: skip


def documents(settings: Settings, catalogue: Catalogue) -> dict[str, str]:
    """Name of each generated page -> its text."""
    return {
        "data-dictionary.md": data_dictionary(catalogue),
        "rules.md": rules(catalogue),
        "measures.md": measures(settings.definitions),
    }


def write_documents(settings: Settings, catalogue: Catalogue, docs: Path, check: bool) -> list[str]:
    """Write the pages into `docs`, or with `check` only compare; returns the names of those that were not fresh."""
    stale = []
    for name, text in documents(settings, catalogue).items():
        path = docs / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(f"{docs.name}/{name}")
            if not check:
                durable.write(path, text.encode())
    return stale


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what is out of date, or with --check list it and return 1."""
    from pipelines.intake import suites

    parser = argparse.ArgumentParser(
        description="Write the generated pages and suites, or check that they are fresh."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail if anything is out of date")
    check = parser.parse_args(arguments).check
    chosen = settings.load()
    catalogue = contracts.load(chosen)
    stale = write_documents(chosen, catalogue, HOME / "docs", check)
    stale += suites.write_suites(chosen, catalogue, check)
    for name in stale:
        print(f"{name} {'is out of date' if check else 'written'}")
    if check and stale:
        print("Run `make docs` and commit what it writes.")
    return int(check and bool(stale))


def data_dictionary(catalogue: Catalogue) -> str:
    """Every feed's columns, the code lists and the grade scales."""
    parts = [
        _MADE_BY.format(source="expectations/feeds/ and data/reference/"),
        "# Data dictionary\n",
        "What may be sent, column by column. Headers match whatever their case, order, spacing and punctuation; a "
        "column that is not listed here is named in the supplier's report and otherwise left alone. "
        "[The rules](rules.md) say what is checked.\n",
    ]
    parts += [_feed(contract) for contract in catalogue.contracts.values()]
    used = _uses(catalogue)
    parts.append("## Code lists\n\nA cell may hold the code, the label or another spelling.\n")
    for name, codes in catalogue.codes.items():
        parts.append(f"### {name}\n\nUsed by {', '.join(used.get(name, ['no column yet']))}.\n")
        grouped = any(code.group for code in codes)
        header = ["Code", "Label", *(["Group"] if grouped else []), "Also read"]
        lines = [
            [f"`{code.code}`", code.label, *([code.group] if grouped else []), "; ".join(code.also_called)]
            for code in codes
        ]
        parts.append(_table(header, lines))
    parts.append("## Grade scales\n\nA council's scale is named in `expectations/councils/`.\n")
    for name, grades in catalogue.grade_scales.items():
        lines = [[f"`{grade}`", "; ".join(words)] for grade, words in grades.items()]
        parts.append(f"### {name}\n\n{_table(['Grade', 'Words'], lines)}")
    return "\n".join(parts)


def _feed(contract: Contract) -> str:
    lines = [
        [
            str(column.number),
            f"{column.title}<br>`{name}`",
            _kind(column),
            "yes" if column.required else "no",
            _KEPT.get(column.type, "yes"),
            column.about,
            "; ".join(column.also_called),
        ]
        for name, column in contract.columns.items()
    ]
    header = ["No.", "Column", "Holds", "Needed", "Kept", "What it is", "Headers also read"]
    return (
        f"## {contract.title}\n\n`{contract.feed}`, version {contract.version}. {contract.about}\n\n"
        f"* Rows: {contract.grain}.\n"
        f"* Key: {', '.join(contract.columns[name].title for name in contract.key)}.\n"
        f"* A file replaces {_REPLACES[contract.replaces]}.\n"
        f"* Kept: {_kept(contract)}.\n\n{_table(header, lines)}"
    )


def _kept(contract: Contract) -> str:
    if contract.keep is None:
        return "no period is said"
    years = f"{contract.keep.years} years, as " if contract.keep.years else ""
    return f"{years}{contract.keep.why}"


def _kind(column: Column) -> str:
    if column.codes:
        what = f"One of the list `{column.codes}`."
    elif column.list:
        what = f"A name from the council's list of {column.list}."
    else:
        what = f"{TYPES[column.type]}: {HOW_TO_WRITE[column.type]}"
    return what + (" Several are separated by a semicolon." if column.several else "")


def _uses(catalogue: Catalogue) -> dict[str, list[str]]:
    used: dict[str, list[str]] = {}
    for contract in catalogue.contracts.values():
        for name, column in contract.columns.items():
            for codes in filter(None, (column.codes, column.for_each)):
                used.setdefault(codes, []).append(f"`{contract.feed}.{name}`")
    return used


def rules(catalogue: Catalogue) -> str:
    """Every rule of every feed, the ones that columns carry included."""
    levels = [[f"`{level}`", words] for level, words in LEVELS.items()]
    hundreds = [
        ["1nn", "column nn cannot be read (199: cells beyond the header)"],
        ["2nn", "column nn is needed and empty"],
        ["3nn", "the columns of a row against each other, dates against the calendar"],
        ["4nn", "a row against other feeds or audits, judged again with every run"],
        ["5nn", "a file as a whole, alone or against the one before"],
        ["6nn", "rows of a file against each other"],
    ]
    parts = [
        _MADE_BY.format(source="expectations/feeds/"),
        "# Rules\n",
        "What every delivered file is checked for. `send-audit explain AUD-301` says the same on the command line.\n",
        _table(["Level", "What happens"], levels),
        _table(["Codes", "What they are about"], hundreds),
    ]
    for contract in catalogue.contracts.values():
        lines = [
            [rule.code, rule.level, in_words(rule, contract, catalogue), rule.message, rule.action]
            for rule in contract.all_rules
        ]
        parts.append(f"## {contract.title}\n\n{len(lines)} rules.\n")
        parts.append(
            _table(
                ["Rule", "Level", "What must hold", "What is wrong where it does not", "What to do"], lines
            )
        )
    return "\n".join(parts)


def in_words(rule: Rule, contract: Contract, catalogue: Catalogue) -> str:
    """What must hold, in plain English."""
    given = rule.arguments

    def title(name: str, of: Contract = contract) -> str:
        for ending, words in (("_start", " (first day)"), ("_end", " (last day)")):
            if name not in of.columns and name.removesuffix(ending) in of.columns:
                return of.columns[name.removesuffix(ending)].title + words
        return of.columns[name].title

    def when(conditions: dict[str, Any]) -> str:
        return " and ".join(f"{title(name)} is {wanted(name, want)}" for name, want in conditions.items())

    def wanted(name: str, want: Any) -> str:
        if isinstance(want, bool):
            return "yes" if want else "no"
        if isinstance(want, str):
            return want
        labels = {code.code: code.label for code in catalogue.codes[contract.columns[name].codes or ""]}
        return " or ".join(f'"{labels[code]}"' for code in want)

    column = title(given["column"]) if "column" in given else ""
    match rule.expect:
        case "cells_within_header":
            return "No cell lies beyond the header."
        case "column_values_readable":
            return f"{column} can be read."
        case "column_values_not_empty":
            return f"{column} is filled."
        case "column_pair_a_not_after_b":
            return f"{title(given['a'])} is not after {title(given['b'])}."
        case "column_pair_differs":
            return f"{title(given['a'])} is not the same as {title(given['b'])}."
        case "column_values_between":
            return f"{column} is between {given['min']} and {given['max']}."
        case "column_not_in_future":
            return f"{column} is not after the day of the extract."
        case "filled_when":
            return f"{column} is filled where {when(given['when'])}."
        case "empty_when" if given["column"] in given["when"]:
            return f"Never: {when(given['when'])}."
        case "empty_when":
            return f"{column} is empty where {when(given['when'])}."
        case "share_matches":
            share = f"{title(given['numerator'])} of {title(given['denominator'])}"
            return f"{column} is that of {share}, to within {given['tolerance']}."
        case "parts_sum_to_column":
            return f"{', '.join(map(title, given['parts']))} add up to {column}."
        case "councils_sum_to_country":
            return f"{column} of all councils add up to the country's."
        case "symbols_current":
            return f"{', '.join(map(title, given['numbers']))} use the present symbols."
        case "code_in_use":
            return f"{column} was still in use at the end of {title(given['year'])}."
        case "code_of_place":
            return f"{column} belongs to the same place."
        case "year_has_ended":
            return f"{column} had ended on the day of the extract."
        case "codes_belong":
            return f"{column} is one of those that belong to {title(given['of'])}."
        case "whole_window":
            return f"{title(given['start'])} to {column} is a month, a quarter or twelve whole months."
        case "above_the_gap":
            named = " and ".join(map(title, given["columns"]))
            return f"No row further up in the sheet has both {named} empty."
        case "found_in":
            other = catalogue.contracts[given["feed"]]
            theirs = " and ".join(title(name, other) for name in given["feed_columns"])
            where = f", where the council sends {other.title}" if given.get("if_held") else ""
            return (
                f"{' and '.join(map(title, given['columns']))} is held as {theirs} in {other.title}{where}."
            )
        case "row_count_not_below":
            share, least = f"{given['share']:.0%}", given["least"]
            return f"The file has at least {share} of the rows that it replaces (where those are {least} or more)."
        case "no_month_missing":
            return f"Every calendar month has a {column}, from the file before to the end of this one."
        case "not_all_the_same":
            return f"{column} is not the same in every row (of {given['least']} or more)."
        case "totals_agree":
            alike = " and ".join(map(title, given["alike"]))
            return f"{column} adds up to the same for each {title(given['of'])}, where {alike} are the same."
        case "not_newly_empty":
            return f"{column} is not empty throughout, unless it was before."
        case "key_unique":
            return f"Rows of the same {', '.join(map(title, contract.key))} do not differ."
        case "not_repeated":
            return "No row repeats another exactly."
        case "sheet_not_hidden":
            return "No sheet that is read is hidden in its workbook."
        case "not_sent_again":
            return "A file that came before does not come again after newer ones, unless it says of which day it is."
        case "extracted_not_in_future":
            return "The day on which the file says that its data was taken has come."
    return f"`{rule.expect}` with {given}."


def measures(folder: Path) -> str:
    """Every measure definition, field by field, in the order of topic, position and id."""
    found = [
        (path.parent.name if path.parent != folder else "", from_yaml(path.read_text(encoding="utf-8")))
        for path in folder.rglob("*.yaml")
    ]
    found.sort(key=lambda entry: (entry[0], entry[1].get("position", 0), str(entry[1].get("id", ""))))
    parts = [
        _MADE_BY.format(source="pipelines/measures/definitions/"),
        "# Measures\n",
        "Every published number: what is counted, out of what, and what to bear in mind. Numerator and denominator "
        "name yes/no columns of the fact; all of them must be true.\n",
    ]
    topic = None
    for folder_name, definition in found:
        if folder_name != topic:
            topic = folder_name
            parts.append(f"## {topic.replace('_', ' ').capitalize()}\n")
        lines = [
            [words, _value(definition[name])]
            for name, words in _FIELDS.items()
            if definition.get(name) is not None
        ]
        lines += [
            [name.replace("_", " ").capitalize(), _value(value)]
            for name, value in definition.items()
            if name not in _FIELDS and name != "title" and value is not None
        ]
        parts.append(f"### {definition.get('title', definition.get('id', ''))}\n\n{_table(['', ''], lines)}")
    return "\n".join(parts)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_value(entry) for entry in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip()


def _table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    return "\n".join([line(header), "|" + " --- |" * len(header), *map(line, lines)]) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
