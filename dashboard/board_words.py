"""A board's progress report in words, in the order in which everybody reads it: the page, the PDF and the command line.

Belongs here: headings, sentences and tables made from what `board_report.tell` gives. Does not belong here: queries,
components, fonts, the words for one action (`ledger_words`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dashboard import board_report, ledger_words, phrases, words
from dashboard.blocks import RECEIPT, Block, Pairs, Said, Section, Table

Told = board_report.Told
NOT_THEN = "No action of this source had been opened by the end of this period."
NOT_BY_SOURCE = (
    "Numbers of one source are for officers. The report of all sources has the council's own numbers; the actions that "
    "answer a published decision are listed below."
)
_BALANCE = {
    "before": "Open before",
    "opened": "Opened",
    "reopened": "Opened again",
    "done": "Done",
    "cancelled": "Cancelled",
    "open": "Open after",
}
CAME, WENT = ("opened", "reopened"), ("done", "cancelled")
_HEADER = ("What", "Number", RECEIPT)
_KINDS = (("Open", "is_open", 4), ("Done", "is_done", 6), ("Cancelled", "is_cancelled", 4))
"""Heading of a list, which actions it has, and how many of an action's columns say something there."""
_ASK = ("is_closed_early", "is_not_evidenced", "is_evidence_unchecked", "is_checked_by_owner")
"""What a board should ask about, of actions that are not overdue."""


def title(told: Told) -> str:
    """What the report is called."""
    return f"Progress report: {told['source_label']}"


def is_empty(told: Told) -> bool:
    """Whether there is neither a figure nor an action to report."""
    return told["balance"]["open"] is None and not told["actions"]


def sections(told: Told) -> list[Section]:
    """All of a report after its title."""
    made = [("of", "What this report is of", _of(told))]
    if told["balance"]["open"]:
        made += [
            ("where", "Where it stands", _where(told)),
            ("balance", "Does the ledger balance?", _balance(told)),
            ("overdue", "What is overdue", _overdue(told)),
            ("steps", "Done, evidenced, checked, helped", _steps(told)),
        ]
    else:
        made.append(("where", "Where it stands", [NOT_BY_SOURCE if _is_public(told) else NOT_THEN]))
    return [*made, ("list", "Each action", _list(told)), ("reading", "How to read this", _reading())]


def _is_public(told: Told) -> bool:
    return bool(told["audience"] == "public")


def _of(told: Told) -> list[Block]:
    pairs = [
        ("Actions from", told["source_label"]),
        ("Council", told["council_name"]),
        ("Period", phrases.capital(told["period"])),
        ("As it stood on", phrases.day(told["as_of"])),
        ("Data version", told["release"]),
        ("Audience", words.AUDIENCES.get(told["audience"] or "", "Not given")),
    ]
    return [Pairs(pairs)]


def _said(text: str, *figures: Told | None) -> Said:
    return Said(text, tuple(dict.fromkeys(figure["receipt"] for figure in figures if figure)))


def _none(number: int) -> str:
    return phrases.count(number) if number else "None"


def _have(figure: Told, said: str) -> str:
    return f"{_none(figure['numerator'])} {'has' if figure['numerator'] < 2 else 'have'} {said}."


def _where(told: Told) -> list[Block]:
    """“14 of 26 actions are done. 9 have been checked by someone other than the owner. 3 have been shown ...”"""
    steps, still = told["steps"], told["balance"]["open"]
    shown = steps["not_evidenced"]
    done, every = shown["denominator"] if shown else 0, still["denominator"]
    rest = " The rest were cancelled." if done + still["numerator"] < every else ""
    blocks: list[Block] = [
        _said(
            f"{_none(done)} of {phrases.count(every)} {'action' if every == 1 else 'actions'} "
            f"{'is' if done < 2 else 'are'} done, and {_none(still['numerator']).lower()} "
            f"{'is' if still['numerator'] < 2 else 'are'} open.{rest}",
            shown,
            still,
        )
    ]
    if shown:
        checked, helped = steps["evidence_checked"], steps["effect_shown"]
        blocks += [
            _said(_have(figure, said), figure)
            for figure, said in (
                (checked, "been checked by someone other than the owner"),
                (helped, "been shown to make a difference"),
            )
            if figure
        ]
        if shown["numerator"]:
            blocks.append(
                _said(
                    f"For {phrases.count(shown['numerator'])} of those that are done, nothing is named that shows it. "
                    "Not evidenced is not the same as not done: nobody but the owner can tell.",
                    shown,
                )
            )
    overdue = told["overdue"]["overdue"]
    if overdue and overdue["numerator"]:
        late, of = overdue["numerator"], overdue["denominator"]
        blocks.append(
            _said(
                f"{phrases.count(late)} of {phrases.count(of)} open {'action' if of == 1 else 'actions'} "
                f"{'is' if late == 1 else 'are'} past the date that was promised first.",
                overdue,
            )
        )
    return blocks


def _rows(figures: Sequence[Told | None]) -> list[list[str | tuple[str, str]]]:
    return [[figure["title"], figure["shown"], figure["receipt"]] for figure in figures if figure]


def _balance(told: Told) -> list[Block]:
    held = told["balance"]
    ends = {"before": told["period_start"] - timedelta(days=1), "open": told["period_end"]}
    rows: list[list[str | tuple[str, str]]] = []
    for part, name in _BALANCE.items():
        figure = held[part]
        label = f"{name}, on {phrases.day(ends[part])}" if part in ends else name
        rows.append(
            [label, *([phrases.count(figure["numerator"]), figure["receipt"]] if figure else ["None", ""])]
        )
    return [
        "What was open before, and what was opened or opened again, is what was done, what was cancelled and what is "
        "still open. An action that is left out of a file stays in the ledger.",
        Table(f"The ledger, in {told['period']}", _HEADER, rows, (1,)),
        _sum(held),
    ]


def _sum(held: Told) -> Said:
    """“5 + 2 opened − 3 done = 4”, of what there was."""
    numbers = {part: int(held[part]["numerator"]) if held[part] else 0 for part in _BALANCE}
    came, went = ([numbers[part] for part in parts] for parts in (CAME, WENT))
    moved = [
        f"{sign} {phrases.count(numbers[part])} {_BALANCE[part].lower()}"
        for sign, parts in (("+", CAME), ("−", WENT))
        for part in parts
        if numbers[part]
    ]
    before, after = _none(numbers["before"]), _none(numbers["open"]).lower()
    adds_up = ledger_words.adds_up(numbers["before"], came, went, numbers["open"])
    said = (
        f"{before} open before {' '.join(moved)} = {after} open after."
        if moved
        else "Nothing was opened or closed in the period."
    )
    return _said(said if adds_up else f"{said} That does not add up: please report it.", *held.values())


def _overdue(told: Told) -> list[Block]:
    rows = _rows([*told["overdue"].values()])
    if not rows:
        return ["No action is open, so none is overdue."]
    return [
        "The original date is the one that was promised when the action was agreed; the other is the date as it has "
        "been moved. The difference is what was moved and not done.",
        Table("Open actions that are overdue, or whose date was moved", _HEADER, rows),
    ]


def _steps(told: Told) -> list[Block]:
    rows = _rows([*told["steps"].values()])
    return [
        "Done is what the owner says. Evidenced: something is named that shows it. Checked: somebody other than the "
        "owner has looked at that. Helped: somebody has looked whether it made a difference, and it had.",
        Table("The steps from done to helped", _HEADER, rows) if rows else "No action is done yet.",
    ]


def _list(told: Told) -> list[Block]:
    public = [ledger_words.LISTED] if _is_public(told) else []
    if not told["actions"]:
        return [*public, "No action is listed."]
    since = (
        ""
        if told["list_as_on"] == told["period_end"]
        else f" The numbers are of {phrases.day(told['period_end'])}: what happened since is in this list alone."
    )
    blocks: list[Block] = [f"As the register stood on {phrases.day(told['list_as_on'])}.{since}", *public]
    every = told["source"] == board_report.ALL
    for name, column, wide in _KINDS:
        rows = sorted((row for row in told["actions"] if row[column]), key=_first)
        if rows:
            lines = [ledger_words.line(row, with_source=every)[:wide] for row in rows]
            blocks.append(Table(name, ledger_words.COLUMNS[:wide], lines, named=True))
    return blocks


def _first(row: Told) -> tuple[Any, ...]:
    """What a board should ask about comes first: overdue, then what else to ask, then by first due date and title."""
    to_ask = any(row[name] for name in _ASK)
    due = row["due_on"] or row["opened_on"]
    return not row["is_overdue"], not to_ask, due, row["opened_on"], row["title"] or ""


def _reading() -> list[Block]:
    return [
        "Each number has a receipt, a code of eleven letters and numbers. Type it under “Check a receipt” at the foot "
        "of every page, or after send-audit receipt, to see how it was counted and from which files.",
        "A role or title is shown only where every word of it is known not to be a name. Whether an action was the "
        "right one, or its evidence good, this report does not say.",
    ]
