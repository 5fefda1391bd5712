"""A receipt in words, in the order in which everybody reads it: the page, the one-page PDF and the command line.

Belongs here: headings, sentences, pairs and tables made from what `receipts.tell` gives. Does not belong here: queries,
components, fonts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard import heard_words, kinds, phrases, receipts, words
from dashboard.blocks import Block, Codes, Pairs, Section, Table

Told = receipts.Told
STATUS = {
    receipts.STANDS: "This figure stands in the data version that you are reading.",
    receipts.UNKNOWN: "No figure has this receipt",
    receipts.NOT_WHOLE: "This is not a receipt code",
}


def title(told: Told) -> str:
    """What the page is called."""
    return f"Receipt {told['receipt']}" if "measure" in told else STATUS[told["status"]]


def lead(told: Told) -> str:
    """The figure in a sentence, or why there is none."""
    said = told["sentence"] if told["status"] == receipts.STANDS else told["message"]
    return f"{said} {phrases.erased(told['erased_on'])}" if told.get("erased_on") else str(said)


def sections(told: Told) -> list[Section]:
    """All of a receipt after its lead; nothing for a code that is no receipt here."""
    if "measure" not in told:
        return []
    stands = told["status"] == receipts.STANDS
    made = [
        ("figure", "The figure" if stands else "What the figure was", _figure(told)),
        ("means", "What it means", _means(told)),
    ]
    if stands:
        made += [
            ("counted", "How it was counted", _counted(told)),
            ("files", "The files behind it", _files(told)),
            ("checks", "How these files were checked", _checks(told)),
            ("sure", "How sure it is, and how it is protected", _sure(told)),
        ]
    made.append(("past", "Earlier and later receipts", _past(told)))
    if stands:
        made.append(("yourself", "Check it yourself", _yourself(told)))
    return made


def _figure(told: Told) -> list[Block]:
    pairs = [
        ("What is measured", told["title"]),
        ("Figure", told["shown"]),
        ("Likely range", phrases.capital(told["likely"])),
        ("Place", told["place"]["name"]),
        *[(one["title"], one["label"]) for one in told["filters"]],
        ("Period", told["period"]["words"]),
        ("As it stood on", phrases.day(told["as_of"])),
        ("Data version", told["release"] if "last_in" not in told else f"last in {told['last_in']}"),
        ("Audience", words.AUDIENCES.get(told["audience"] or "", "Not given")),
    ]
    if "last_in" in told:
        pairs = [pair for pair in pairs if pair[0] != "As it stood on"]
    return [Pairs([(name, said) for name, said in pairs if said])]


def _means(told: Told) -> list[Block]:
    definition, version = told["definition"], told["measure_version"]
    named = ("Name and version", f"{told['measure']}, version {version}")
    if not definition:
        return [Pairs([named]), "This data version has another version of the definition."]
    return [
        Pairs(
            [
                ("Counted", definition["counted"]),
                ("Out of", definition["out_of"]),
                ("Which way is good", words.polarity(definition["higher_is"])),
                named,
            ]
        )
    ]


def _counted(told: Told) -> list[Block]:
    steps = told["counting"]
    if not steps:
        if "what each rule left out" in told["not_held"]:
            return ["This data version was made before the program kept what each rule leaves out."]
        if told["symbol"]:
            return ["There is nothing to count through: the figure is not available."]
        if told["filters"] and told["protection"]["class"] == "children":
            return [
                "What was left out of a group is not told here, so that nobody can work out small numbers."
            ]
        if told["kind"] != "given":
            return ["This data version does not tell the steps of this figure."]
        return [
            "These numbers were counted by others and are shown as given. What they left out, their source says."
        ]
    last = {step["part"]: n for n, step in enumerate(steps)}
    names = {last["denominator"]: "Out of"} | ({last["numerator"]: "Counted"} if "numerator" in last else {})
    rows = [
        [
            step["words"] if step["begins"] else f"Of these, only: {step['words']}",
            "" if step["left_out"] is None else phrases.count(step["left_out"]),
            phrases.count(step["left"]),
            names.get(n, ""),
        ]
        for n, step in enumerate(steps)
    ]
    blocks: list[Block] = [
        Table(
            "From all rows of the period to the figure", ("Step", "Left out", "Left", "This is"), rows, (1, 2)
        ),
        _sum(told),
    ]
    beside = told.get("compared_with") or {}
    if beside.get("compared_denominator"):
        part = beside["compared_numerator"]
        of = phrases.count(beside["compared_denominator"])
        blocks.append(
            f"Compared with {of} in all" + (f", {phrases.count(part)} of them in the group." if part else ".")
        )
    if beside.get("counted_on"):
        blocks.append(
            f"Counted by {beside['counted_by'] or 'others'} on {phrases.day(beside['counted_on'])}."
        )
    blocks += [
        f"Besides, {phrases.count(one['rows'])} {one['rows_are']} on record have no such date ({one['dated']}) and so "
        "are in no period."
        for one in told["undated"]
        if one["rows"]
    ]
    if told["adds_up"] is False:
        blocks.append(
            "These steps do not add up to the figure. Report it: something in this data version is wrong."
        )
    return blocks


def _sum(told: Told) -> str:
    """The steps as sums: “555 − 0 − 427 = 128”."""
    sums: list[list[Any]] = []
    for n, step in enumerate(told["counting"]):
        if step["begins"]:
            sums.append([phrases.count(step["left"]), [], step])
        elif step["part"] != told["counting"][n - 1]["part"]:
            sums.append(
                [phrases.count(told["counting"][n - 1]["left"]), [phrases.count(step["left_out"])], step]
            )
        else:
            sums[-1][1].append(phrases.count(step["left_out"]))
            sums[-1][2] = step
    said = [
        f"{' − '.join([first, *parts])} = {phrases.count(end['left'])}" for first, parts, end in sums if parts
    ]
    return (
        f"Adding up: {'; '.join(said)}." if said else "Nothing is left out: every row of the period counts."
    )


def _files(told: Told) -> list[Block]:
    if "which files stand behind the figure" in told["not_held"]:
        return ["This data version was made before the program kept which files stand behind a figure."]
    if not told["sources"]:
        return ["No file in force has rows of this period."]
    rows = [
        [
            f"{one['number']}" + (f" {one['file']}" if one.get("file") else ""),
            phrases.feed(one["feed"]) + (f", from {one['sent_by']}" if one.get("sent_by") else ""),
            phrases.day(one["received_at"].date() if one["received_at"] else None),
            phrases.count(one["rows_received"]),
            phrases.count(one["rows_accepted"]),
            phrases.count(one["rows_in_force"]),
            _behind(one),
            one["sha256"][:12],
        ]
        for one in told["sources"]
    ]
    header = ("File", "Kind of data", "Received", "Rows", "Accepted", "In force", "Behind this", "Content")
    blocks: list[Block] = [Table("Files with rows behind the figure", header, rows, (3, 4, 5, 6))]
    if not all(one["by_month"] for one in told["sources"]):
        blocks.append(
            "“Any period”: the rows of such a file are not told by period, so all that are in force stand here."
        )
    if told["filters"]:
        blocks.append("Rows are told for the whole place, not for the group.")
    blocks.append("“Content” is the start of the file's SHA-256; the whole of it is in the receipt as JSON.")
    return blocks


def _behind(source: words.Row) -> str | tuple[str, str]:
    rows = phrases.count(source["rows_behind"])
    return rows if source["by_month"] else (rows, "any period")


def _checks(told: Told) -> list[Block]:
    checks = told["checks"]
    if not told["sources"]:
        return ["No checks are told, as no file is."]
    blocks: list[Block] = [f"{phrases.capital(words.checks_words(checks))}."]
    rows = [
        [
            one["code"],
            one["message"] or "",
            words.LEVELS.get(one["level"], one["level"]),
            phrases.count(one["broken"]),
        ]
        for one in checks["broken"]
    ]
    if rows:
        header = ("Rule", "What is wrong", "What it means", "Times")
        blocks.append(Table("Rules that rows of these files broke", header, rows, (3,)))
    return blocks


def _sure(told: Told) -> list[Block]:
    interval = told["interval"]
    pairs = [("Likely range", "None: this figure has no range")]
    if interval:
        methods = (
            ("Likely range", interval["method"]),
            ("Change on the year before", interval["change_method"]),
        )
        pairs = [(name, f"{method}, {interval['level']:.0%}") for name, method in methods if method]
    pairs += [("Protection", told["protection"]["words"]), ("Program", told["code_version"] or "Not given")]
    return [Pairs(pairs)]


def _past(told: Told) -> list[Block]:
    if "what the figure superseded" in told.get("not_held", ()):
        return ["This data version was made before the program kept what a figure superseded."]
    blocks: list[Block] = []
    unit = {"unit": told["unit"], "kind": told["kind"]}
    if told["superseded_by"]:
        rows = [
            [
                one["receipt"] or "No figure any more",
                one["release"],
                _numbers(one, unit),
                one["measure_version"] or "",
            ]
            for one in told["superseded_by"]
        ]
        blocks.append(_of_the_past("What took its place", "Since data version", rows))
    if told["supersedes"]:
        rows = [
            [one["receipt"], one["last_in"] or "", _numbers(one, unit), one["measure_version"] or ""]
            for one in told["supersedes"]
        ]
        blocks.append(_of_the_past("What it took the place of", "Last in data version", rows))
    return blocks or ["It took no other figure's place, and none has taken its own."]


def _of_the_past(caption: str, release: str, rows: list[list[str | tuple[str, str]]]) -> Table:
    """A table of other receipts. Its caption is shown: nothing else tells which way in time it looks."""
    return Table(caption, ("Receipt", release, "Figure", "Definition"), rows, named=True)


def _numbers(one: Told, like: Told) -> str:
    """A figure of the past in numbers alone."""
    if one["receipt"] is None:
        return ""
    if one["symbol"] or one["value"] is None:
        return phrases.symbol(one["symbol"] or "x")
    if kinds.is_compared(like):
        counts = f"{phrases.count(one['numerator'])} of {phrases.count(one['denominator'])}"
        return f"{heard_words.value(like, one['value'])} ({counts})"
    if like["unit"]:
        return f"{phrases.amount(one['value'], like['unit'])} ({phrases.count(one['denominator'])})"
    return f"{phrases.percent(one['value'])} ({phrases.count(one['numerator'])} of {phrases.count(one['denominator'])})"


def _yourself(told: Told) -> list[Block]:
    meaning = {
        "verify": "Recompute it from the facts that this data version holds",
        "figure": "Show the figure again",
        "receipt": "Show this receipt again, in years too",
    }
    commands = [(meaning[name], told["reproduce"][name]) for name in meaning if name in told["reproduce"]]
    return ["Whoever has the council's store can run these.", Codes(commands)]


def first_rows(made: Sequence[Section], most: int) -> list[Section]:
    """The same with at most so many rows in each table, and a word on those left out; for one printed page."""

    def cut(block: Block) -> list[Block]:
        if not isinstance(block, Table) or len(block.rows) <= most or block.header[0] == "Step":
            return [block]
        rest = len(block.rows) - most
        kept = Table(block.caption, block.header, block.rows[:most], block.numbers)
        return [kept, f"And {rest} more, which the receipt's page and its JSON list."]

    return [
        (anchor, heading, [part for block in blocks for part in cut(block)])
        for anchor, heading, blocks in made
    ]
