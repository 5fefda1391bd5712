"""A grammar of plain English: rules, and reading a text by them.

A rule is a pattern for a whole sentence or cell, and what must be true of it. A sentence that no pattern fits is
`Unknown`; one that a pattern fits and the tables do not bear out is `Wrong`. Does not belong here: the rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from tests.sentences.tables import Place

Rule = Callable[[re.Match[str], Place], bool]
GRAMMAR: list[tuple[re.Pattern[str], Rule]] = []
MOVED = re.compile(
    r"[▲▼]|\b(higher|lower|upper|better|worse|year before|or (more|fewer)|"
    r"(more|less|fewer|greater|larger|smaller) than|"
    r"improv\w+|rose|rise\w*|fell|fall\w*|increas\w+|decreas\w+|mostly|usually|seldom|generous|(more|less) often|"
    r"(over|under)-heard|up|down|gr[eo]w\w*|trend\w*|significant\w*|rank\w*)\b"
)
"""Words of direction and change, that only a rule of their own may bear out."""
NAMES = re.compile(
    r"\bmore than (?:a year|20 weeks)\b|\b(?:20|52|16|13|6) weeks\b|\b20 working days\b|\b(?:12|24) months\b|"
    r"\brequires improvement\b|\bgood or better\b|\btwice or more\b|\bimprovement plans\b|\bup to a year\b"
)
"""Lengths of time and names that say nothing of numbers or change, though they hold such words."""


class Unknown(AssertionError):
    """A sentence that the grammar does not have."""


class Wrong(AssertionError):
    """A sentence that the tables do not bear out."""


def says(pattern: str) -> Callable[[Rule], Rule]:
    """A rule for whole texts of a pattern."""

    def add(rule: Rule) -> Rule:
        GRAMMAR.append((re.compile(pattern), rule))
        return rule

    return add


def free(text: str | None) -> bool:
    """Whether words of a definition say nothing that they may not: no number, nothing of change."""
    text = NAMES.sub("", text or "")
    return not re.search(r"\d", text) and not MOVED.search(text)


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.])(?<!\bno\.)\s+(?=[A-Z\d])", text.strip())


def read(text: str, at: Place, known: Iterable[str] = ()) -> int:
    """Hold every sentence of a text against the tables; returns how many were read.

    known: words that are no sentence: titles, labels, authored texts.
    Raises Unknown, Wrong.
    """
    text = text.strip()
    if text in known or not re.search(r"\w", text):
        return 0
    if _borne_out(text, at):
        return 1
    count = 0
    for sentence in sentences(text):
        if sentence in known or sentence.rstrip(".") in known or not re.search(r"\w", sentence):
            continue
        count += 1
        if not _borne_out(sentence, at):
            _raise(sentence, at)
    return count


def _fitting(sentence: str) -> Iterator[tuple[Rule, re.Match[str]]]:
    """The rules whose pattern a sentence fits, with its full stop or without."""
    for pattern, rule in GRAMMAR:
        for text in dict.fromkeys((sentence, sentence.removesuffix("."))):
            if found := pattern.fullmatch(text):
                yield rule, found


def _borne_out(sentence: str, at: Place) -> bool:
    return any(rule(found, at) for rule, found in _fitting(sentence))


def _raise(sentence: str, at: Place) -> None:
    names = [rule.__name__ for rule, _ in _fitting(sentence)]
    if not names:
        raise Unknown(f"not known: “{sentence}”")
    raise Wrong(f"not borne out ({', '.join(names)}): “{sentence}” of {' '.join(at.receipts[:3])}")
