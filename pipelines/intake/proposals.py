"""Guessing what another system's columns and words mean, and saying how sure the guess is.

Belongs here: comparing headers with every spelling that we know, reading the values found under them, and the text of
the mapping that follows. Does not belong here: reading the file (`feeds.unknown`), asking a person (`commands.map`).

No value is told that may be a person's: only words of coded columns that the header or the other values prove to be
such, where there are few of them, none looks personal, and they repeat.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pipelines.contracts import Catalogue, Column, Contract, simplify
from pipelines.feeds.layouts import Layout
from pipelines.feeds.refusal import shown
from pipelines.feeds.unknown import Seen, UnknownTable
from pipelines.intake import groups, typed, values
from pipelines.intake.key import Key

Sure = Literal["sure", "likely", "guess", "none"]
WEIGHT: dict[Sure, int] = {"sure": 3, "likely": 2, "guess": 1, "none": 0}
CODED = ("code", "grade", "yes_no")
_LOOSE = ("identifier", "label", "free_text", "place_part")
"""Types that any text could be."""
_LIKE, _NEAR, _FAR = 0.8, 0.62, 0.5
"""How like a header or word must be to be likely, a guess, or a candidate at all."""
_WORDS_AT_MOST, _LONGEST, _READ = 30, 40, 400
HOLDS = {
    "code": "codes of {list}", "grade": "grades", "yes_no": "yes or no", "date": "dates", "month": "months",
    "period": "periods", "birth_month": "months of birth", "whole_number": "whole numbers", "council": "councils",
}  # fmt: skip


@dataclass(frozen=True)
class Word:
    """One of their words, and what it may mean."""

    theirs: str
    rows: int
    ours: str | None
    sure: Sure
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Guess:
    """What one of their columns may be."""

    seen: Seen
    column: str | None
    sure: Sure
    why: str
    others: tuple[str, ...] = ()
    """Our columns that it may be instead, the nearest first."""
    words: tuple[Word, ...] = ()
    hidden: int = 0
    """Distinct values that we could not read and do not tell, because they could be a person's."""

    @property
    def header(self) -> str:
        return shown(self.seen.header, f"(column {self.seen.at + 1})")

    @property
    def can_be_written(self) -> bool:
        """Whether the header may stand in a mapping: it looks like nobody's data."""
        return bool(simplify(self.seen.header)) and not self.header.startswith("(column ")


@dataclass(frozen=True)
class Proposal:
    """What a table may be, column by column."""

    table: UnknownTable
    contract: Contract
    council: str | None
    guesses: tuple[Guess, ...]
    wanted: tuple[str, ...] = field(default=())
    """Our required columns that nothing was found for."""

    @property
    def weight(self) -> int:
        return sum(WEIGHT[guess.sure] for guess in self.guesses)


def propose(
    tables: Iterable[UnknownTable], layouts: Iterable[Layout], catalogue: Catalogue, council: str | None
) -> Proposal | None:
    """The best guess over some tables and layouts; None where nothing looks like any feed."""
    found = [_propose(table, layout, catalogue, council) for table in tables for layout in layouts]
    best = max(found, key=lambda proposal: proposal.weight, default=None)
    return best if best and best.weight else None


def _propose(table: UnknownTable, layout: Layout, catalogue: Catalogue, council: str | None) -> Proposal:
    contract = layout.contract
    readers = _Readers(catalogue, contract, council)
    wanted = {
        name: column for name, column in contract.columns.items() if getattr(column, "in_the_file", True)
    }
    tries = {
        (seen.at, name): _compare(seen, name, column, layout, readers)
        for seen in table.columns
        for name, column in wanted.items()
    }
    by_at = {seen.at: seen for seen in table.columns}
    chosen: dict[int, tuple[str, _Try]] = {}
    taken: set[str] = set()
    for (at, name), one in sorted(tries.items(), key=lambda item: (-item[1].score, item[0])):
        free = name not in taken or contract.columns[name].type == "free_text"
        if one.sure != "none" and free and at not in chosen:
            chosen[at] = (name, one)
            taken.add(name)
    guesses = []
    for at, seen in by_at.items():
        near = sorted(
            (name for name in wanted if name not in taken and tries[at, name].score >= _FAR),
            key=lambda name: -tries[at, name].score,
        )
        if at not in chosen:
            guesses.append(Guess(seen, None, "none", "nothing of ours is like it", tuple(near[:4])))
            continue
        name, one = chosen[at]
        words, hidden = _words(seen, contract.columns[name], one, catalogue, readers)
        guesses.append(Guess(seen, name, one.sure, one.why, tuple(near[:3]), words, hidden))
    council_known = council or readers.only_council(table, chosen)
    missing = tuple(
        name
        for name, column in wanted.items()
        if column.tells_the_feed and name not in taken and not (council_known and column.type == "council")
    )
    return Proposal(table, contract, council_known, tuple(guesses), missing)


@dataclass(frozen=True)
class _Try:
    score: float
    sure: Sure
    why: str
    known: bool
    """The header is one that we read already."""
    reads: float | None
    """Share of the filled rows that read as the column's type."""


class _Readers:
    """Whether texts mean something in a column; each distinct text of the file once for each kind of column."""

    def __init__(self, catalogue: Catalogue, contract: Contract, council: str | None) -> None:
        self._key = Key(b"\0" * 32)  # names are only told apart here, never kept
        self._catalogue, self._contract, self._council = catalogue, contract, council
        self._readers: dict[str, Callable[[str, str | None], Any]] = {}

    def reads(self, name: str, text: str) -> bool:
        column = self._contract.columns[name]
        if name not in self._readers:
            self._readers[name] = typed.reader(self._contract, column, self._catalogue, self._key)
        if column.of:  # a group of any characteristic
            topics = self._catalogue.codes[self._contract.columns[column.of].codes or ""]
            return any(self._read(name, f"{topic.code}{groups.SEPARATOR}{text}") for topic in topics)
        return all(self._read(name, part) for part in (values.split(text) if column.several else [text]))

    def _read(self, name: str, text: str) -> bool:
        try:
            return self._readers[name](text, self._council) is not None
        except ValueError:
            return False

    def share(self, seen: Seen, name: str) -> float | None:
        """Of the rows whose cell says something; None where none does."""
        filled = [
            (text, rows) for text, rows in seen.values.most_common(_READ) if not values.is_missing(text)
        ]
        total = sum(rows for _, rows in filled)
        return sum(rows for text, rows in filled if self.reads(name, text)) / total if total else None

    def only_council(self, table: UnknownTable, chosen: dict[int, tuple[str, _Try]]) -> str | None:
        """The council of every row, where a column says so."""
        for seen in table.columns:
            name = chosen[seen.at][0] if seen.at in chosen else None
            if name is not None and self._contract.columns[name].type == "council":
                lookup = self._catalogue.council_lookup
                found = {lookup.get(simplify(text)) for text in seen.values} - {None}
                return found.pop() if len(found) == 1 else None
        return None


def _compare(seen: Seen, name: str, column: Column, layout: Layout, readers: _Readers) -> _Try:
    """How well a column of theirs fits one of ours."""
    header = simplify(seen.header)
    known = name in [meant for meant, _ in layout.headers.get(header, ())]
    best, like = max(
        ((text, _alike(header, simplify(text))) for text in layout.called(name)), key=lambda pair: pair[1]
    )
    loose = column.type in _LOOSE
    reads = (
        None
        if loose or (not known and like < _FAR and column.type not in ("code", "grade"))
        else (readers.share(seen, name))
    )
    holds = HOLDS.get(column.type, column.type.replace("_", " ")).format(list=column.codes)
    values_say = "" if reads is None else f"; {reads:.0%} of its rows read as {holds}"
    if known:
        if reads is not None and reads < _FAR and column.type not in CODED:
            return _Try(1.5, "guess", f"the header is known{values_say}", True, reads)
        return _Try(2 + (reads or 0), "sure", f"the header is known{values_say}", True, reads)
    why = f'the header is like "{best}"{values_say}'
    # that another system's words are not ours says nothing against a header that is
    least = 0.5 if reads is None or (column.type in CODED and like >= _LIKE) else 0.0
    score = 0.7 * like + 0.3 * max(reads or 0.0, least)
    if reads is not None and reads < _FAR and column.type not in CODED:
        return _Try(0.0, "none", "", False, reads)
    if like >= _LIKE and (reads is None or reads >= _LIKE or column.type in CODED):
        return _Try(score, "likely", why, False, reads)
    if column.type in ("code", "grade") and reads is not None and reads >= 0.95 and len(seen.values) > 1:
        if like >= _FAR:
            return _Try(max(score, _NEAR), "likely", why, False, reads)
        return _Try(max(score, _FAR), "guess", values_say.removeprefix("; "), False, reads)
    if like >= _NEAR and (loose or reads is None or reads >= _FAR):
        return _Try(score, "guess", why, False, reads)
    return _Try(score if like >= _FAR else 0.0, "none", why, False, reads)


def _alike(one: str, other: str) -> float:
    """0 to 1, on simplified texts: letters in their order, or the words that they share."""
    if not one or not other:
        return 0.0
    letters = difflib.SequenceMatcher(None, one, other).ratio()
    mine, theirs = set(one.split()), set(other.split())
    shared = sum(len(word) for word in mine & theirs) / max(sum(map(len, mine | theirs)), 1)
    return max(letters, shared)


def _words(
    seen: Seen, column: Column, one: _Try, catalogue: Catalogue, readers: _Readers
) -> tuple[tuple[Word, ...], int]:
    """Their words that we cannot read, with what they may mean; and how many are not told."""
    if column.type not in CODED:
        return (), 0
    name = next(name for name, held in readers._contract.columns.items() if held is column)
    parts: Counter[str] = Counter()
    for text, rows in seen.values.items():
        for part in values.split(text) if column.several else [text]:
            parts[part] += rows
    unread = {
        text: rows
        for text, rows in parts.items()
        if not values.is_missing(text) and not readers.reads(name, text)
    }
    proved = one.known or (one.reads or 0) >= _FAR
    few = len(parts) <= _WORDS_AT_MOST and sum(parts.values()) >= 2 * len(parts)
    told = {
        text: rows
        for text, rows in unread.items()
        if proved and few and len(text) <= _LONGEST and not values.looks_personal(text)
    }
    entries = _entries(column, catalogue)
    words = tuple(
        _word(text, rows, entries) for text, rows in sorted(told.items(), key=lambda item: -item[1])
    )
    return words, len(unread) - len(told)


def _entries(column: Column, catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """Our code -> its spellings."""
    if column.type == "yes_no":
        return {"yes": ("yes", "y", "true"), "no": ("no", "n", "false")}
    if column.type == "grade":
        grades = list(dict.fromkeys(grade for scale in catalogue.grade_scales.values() for grade in scale))
        return {
            grade: tuple(
                word for scale in catalogue.grade_scales.values() for word in (grade, *scale.get(grade, ()))
            )
            for grade in grades
        }
    return {
        code.code: (code.code, code.label, *code.also_called) for code in catalogue.codes[column.codes or ""]
    }


def _word(text: str, rows: int, entries: dict[str, tuple[str, ...]]) -> Word:
    near = {
        code: max(_alike(simplify(text), simplify(spelling)) for spelling in spellings)
        for code, spellings in entries.items()
    }
    ranked = sorted(near, key=lambda code: -near[code])
    best = near[ranked[0]]
    sure: Sure = "likely" if best >= _LIKE else "guess" if best >= _NEAR else "none"
    return Word(text, rows, ranked[0] if sure != "none" else None, sure, tuple(ranked))


# The text of the mapping


def as_text(proposal: Proposal, title: str, where: str) -> str:
    """A mapping that can be used at once: what nobody decided is commented out, after `# to decide:`."""
    columns = proposal.contract.columns
    lines = [
        f"# Proposed by `send-audit map` from {where}. Read every line. Sure and likely ones are in use; what follows",
        '# "to decide" is not: take the "# to decide: " away where it is right, correct it, or delete it.',
        f"title: {_quoted(title)}",
        'written_by: ""  # your office or role, never a name',
        'why: ""  # which system it is, and why it needs a mapping',
        "",
        "columns:",
        *(_column_line(guess) for guess in proposal.guesses),
    ]
    spare = [name for name in columns if name not in {guess.column for guess in proposal.guesses}]
    lines += ["", "# Headers to leave alone, whatever they look like.", "ignore: []", "", "constants:"]
    lines += [
        f"  # to decide: {name}: {_example(columns[name])}  # needed in every row" for name in proposal.wanted
    ]
    lines += ["", "codes:"]
    for guess in proposal.guesses:
        if guess.column and guess.words and columns[guess.column].type != "grade":
            lines += _word_lines(guess)
    graded = {word.theirs: word for guess in proposal.guesses for word in guess.words
              if guess.column and columns[guess.column].type == "grade"}  # fmt: skip
    lines += ["", "grades:", *(_word_line(word, "  ") for word in graded.values())]
    hidden = [guess for guess in proposal.guesses if guess.hidden]
    lines += [
        f"# {_quoted(guess.header)}: {guess.hidden} different values could not be read and are not told, because they "
        f"could be a person's. If it is {guess.column}, run `send-audit map` again with this file in place."
        for guess in hidden
    ]
    lines += ["", f"# Our columns that nothing feeds yet: {', '.join(spare) or 'none'}."]
    return "\n".join(lines) + "\n"


def _column_line(guess: Guess) -> str:
    header = _quoted(guess.header)
    if not guess.can_be_written:
        return f"  # {guess.header}: its header looks like somebody's data and is not told; nothing is read from it."
    others = f"; or {', '.join(guess.others)}" if guess.others else ""
    if guess.column is None:
        perhaps = f"; perhaps {', '.join(guess.others)}" if guess.others else ""
        return f"  # to decide: {header}: OUR_COLUMN  # {guess.why}{perhaps}"
    line = f"{_quoted(guess.seen.header)}: {guess.column}  # {guess.sure}: {guess.why}"
    return f"  {line}" if guess.sure in ("sure", "likely") else f"  # to decide: {line}{others}"


def _word_lines(guess: Guess) -> list[str]:
    lines = [f"  {guess.column}:", *(_word_line(word, "    ") for word in guess.words)]
    if guess.sure in ("sure", "likely") and any(word.sure == "likely" for word in guess.words):
        return lines
    return [line if "# to decide: " in line else _to_decide(line) for line in lines]


def _to_decide(line: str) -> str:
    indent = len(line) - len(line.lstrip())
    return f"{line[:indent]}# to decide: {line[indent:]}"


def _word_line(word: Word, indent: str) -> str:
    rows = "1 row" if word.rows == 1 else f"{word.rows:,} rows"
    if word.sure == "likely":
        return f"{indent}{_quoted(word.theirs)}: {word.ours}  # likely; {rows}"
    choices = " | ".join(word.choices[:8])
    return (
        f"{indent}# to decide: {_quoted(word.theirs)}: {word.ours or 'OUR_CODE'}  # {rows}; one of {choices}"
    )


def _example(column: Column) -> str:
    return "OUR_CODE" if column.type in CODED else "WHAT_IT_IS"


def _quoted(text: str) -> str:
    """A text in YAML, always in quotes."""
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'


def decided(
    proposal: Proposal, answers: dict[int, str | None], words: dict[tuple[int, str], str]
) -> Proposal:
    """The proposal with what a person answered: column (by its place) -> ours or None for none; word -> our code."""

    def settle(guess: Guess) -> Guess:
        if guess.seen.at in answers:
            column = answers[guess.seen.at]
            guess = replace(
                guess, column=column, sure="sure" if column else "none", why="as decided", others=()
            )
        return replace(guess, words=tuple(
            replace(word, ours=words[guess.seen.at, word.theirs], sure="likely")
            if (guess.seen.at, word.theirs) in words else word
            for word in guess.words
        ))  # fmt: skip

    guesses = tuple(settle(guess) for guess in proposal.guesses)
    fed = {guess.column for guess in guesses}
    return replace(
        proposal, guesses=guesses, wanted=tuple(name for name in proposal.wanted if name not in fed)
    )


def undecided(proposal: Proposal) -> Sequence[Guess]:
    """Columns about which a person should be asked."""
    return [
        guess
        for guess in proposal.guesses
        if guess.can_be_written and (guess.sure == "guess" or (guess.sure == "none" and guess.others))
    ]
