"""What another system calls things, in our terms: a council's mapping of one feed, as text that an analyst writes.

Belongs here: reading and checking `expectations/mappings/<council>/<feed>.yaml`, and what one of their words means.
Does not belong here: recognising whose headers a file has (`feeds.layouts`), or reading a value that no mapping names
(`intake.values`): that goes on as it stands, and is judged as in any other file.

Everything in the file is text as it is written: `yes`, `1` and `01` are what they look like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from collections.abc import Mapping as Dict
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError, model_validator

from pipelines.texts import ContractError, Strict, simplify

FOLDER = "mappings"
CODED = ("code", "grade", "label", "council", "yes_no")
"""Types of columns whose words `codes` may name."""
_SEVERAL = r"[;|\n]"
Words = dict[str, str | tuple[str, ...]]


class Mapping(Strict):
    """How one council's system writes one feed."""

    council: str
    feed: str
    title: str
    written_by: str
    """Role or office, never a person's name."""
    why: str
    columns: Words = Field(default_factory=dict)
    """Their header -> our column, or several that the cell feeds."""
    ignore: tuple[str, ...] = ()
    """Their headers that are not to be read, whatever a contract would take them for."""
    constants: dict[str, str] = Field(default_factory=dict)
    """Our column that they do not have -> what it is in every row."""
    codes: dict[str, Words] = Field(default_factory=dict)
    """Our column -> their word -> our code or word; several where the column holds several; '' for nothing known."""
    grades: dict[str, str] = Field(default_factory=dict)
    """Their word -> our grade, in every column of grades."""
    yes_no: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """yes, no or unknown -> their words, in every column of yes or no."""
    separators: dict[str, str] = Field(default_factory=dict)
    """Our column that holds several -> what stands between them."""
    text: str = Field(exclude=True, repr=False)

    @model_validator(mode="before")
    @classmethod
    def left_empty(cls, given: Any) -> Any:
        """A heading of which every line is commented out says nothing."""
        said = ("title", "written_by", "why", "text")
        return {name: value for name, value in given.items() if value != "" or name in said}

    @property
    def name(self) -> str:
        return f"{self.council}/{self.feed}"

    @cached_property
    def headers(self) -> dict[str, tuple[str, ...]]:
        """Simplified header -> our columns; none for one that is ignored."""
        named = {simplify(header): _all(columns) for header, columns in self.columns.items()}
        return {simplify(header): () for header in self.ignore} | named

    @cached_property
    def says(self) -> dict[str, Any]:
        """What it says about a file, whoever's it is."""
        return self.model_dump(exclude={"council", "title", "written_by", "why", "text"})

    def words(self, name: str, kind: str) -> dict[str, str]:
        """Simplified word of theirs -> ours, for one of our columns and its type."""
        found: dict[str, str] = {}
        if kind == "grade":
            found |= {simplify(word): grade for word, grade in self.grades.items()}
        if kind == "yes_no":
            answers = {"yes": "yes", "no": "no", "unknown": ""}
            found |= {
                simplify(word): answers[answer] for answer, words in self.yes_no.items() for word in words
            }
        own = self.codes.get(name, {})
        return found | {simplify(word): "; ".join(_all(meant)) for word, meant in own.items()}


def translate(words: Dict[str, str], cell: str, several: bool, between: str | None) -> str:
    """A cell in our words where there are such, else as it stands; '' for nothing known.

    words: simplified word of theirs -> ours. several: the cell may hold several; between: what stands between them,
    where it is none of the usual.
    """
    if not several:
        return words.get(simplify(cell), cell)
    parts = [part.strip() for part in (cell.split(between) if between else re.split(_SEVERAL, cell))]
    return "; ".join(meant for part in parts if part and (meant := words.get(simplify(part), part)))


class _TextOnly(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    """YAML in which every value is a text, and no key stands twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(
                    f"{key!r} stands twice under one heading (line {node.start_mark.line + 1} on)"
                )
        return super().construct_mapping(node, deep)


def read(path: Path) -> Mapping:
    """One mapping; its folder's name is the council, its own the feed.

    Raises:
        ContractError: it is not valid; says where and what is wanted.
    """
    return parse(path.read_text(encoding="utf-8"), path.parent.name, path.stem)


def parse(text: str, council: str, feed: str) -> Mapping:
    """A mapping's text.

    Raises:
        ContractError: it is not valid; says where and what is wanted.
    """
    where = f"{FOLDER}/{council}/{feed}.yaml"
    try:
        content = yaml.load(text, Loader=_TextOnly)
        if not isinstance(content, dict):
            raise ContractError(
                f"{where} says nothing. Give it a title, written_by, why and columns, or remove it."
            )
        return Mapping.model_validate({**content, "council": council, "feed": feed, "text": text})
    except yaml.YAMLError as problem:
        raise ContractError(f"{where} is not valid YAML: {problem}") from None
    except ValidationError as problem:
        first = problem.errors()[0]
        kinds = ("str", "tuple[str, ...]")
        at = ".".join(str(part) for part in first["loc"] if part not in kinds) or "the file"
        raise ContractError(f"{where}, at {at}: {first['msg']}. Correct it there.") from None


def check(
    mapping: Mapping,
    columns: Dict[str, Any],
    listed: Dict[str, Set[str]],
) -> None:
    """Hold a mapping against the feed that it speaks of.

    columns: the feed's, by name. listed: column -> what is on its list (simplified), for those that have one.

    Raises:
        ContractError: it names a column or code that there is not, or says two things of one; says where.
    """
    where = f"{FOLDER}/{mapping.name}.yaml"

    def wrong(at: str, what: str) -> ContractError:
        return ContractError(f"{where}, at {at}: {what}")

    def known(at: str, name: str, among: Iterable[str]) -> None:
        if name not in among:
            raise wrong(
                at, f"there is no such column {name!r} here. Choose one of: {', '.join(sorted(among))}."
            )

    fed: dict[str, str] = {}
    ours = {name for name, column in columns.items() if getattr(column, "in_the_file", True)}
    for header, meant in mapping.columns.items():
        for name in _all(meant):
            known(f"columns.{header}", name, ours)
            if fed.setdefault(name, header) != header and columns[name].type != "free_text":
                raise wrong(
                    f"columns.{header}", f"{name} is fed by {fed[name]!r} already. Keep one of the two."
                )
    simple = [simplify(header) for header in (*mapping.columns, *mapping.ignore)]
    for header in (*mapping.columns, *mapping.ignore):
        if not simplify(header):
            raise wrong("columns", f"the header {header!r} has no letter or digit to know it by.")
        if simple.count(simplify(header)) > 1:
            raise wrong(
                "columns", f"the header {header!r} is named twice (case and punctuation do not matter)."
            )
    for name, value in mapping.constants.items():
        known(
            f"constants.{name}", name, {n for n in ours if columns[n].type not in ("identifier", "free_text")}
        )
        if name in fed:
            raise wrong(
                f"constants.{name}", f"it is fed by the header {fed[name]!r} too. Keep one of the two."
            )
        _means(wrong, f"constants.{name}", value, listed.get(name))
    for name, words in mapping.codes.items():
        known(f"codes.{name}", name, {n for n in ours if columns[n].type in CODED})
        for word, meant in words.items():
            if isinstance(meant, tuple) and not columns[name].several:
                raise wrong(f"codes.{name}.{word}", f"{name} holds one value. Give one.")
            for value in _all(meant):
                _means(wrong, f"codes.{name}.{word}", value, listed.get(name))
    of_type = {column.type: listed.get(name) for name, column in columns.items()}
    for word, grade in mapping.grades.items():
        _means(wrong, f"grades.{word}", grade, of_type.get("grade"))
    for answer in mapping.yes_no:
        if answer not in ("yes", "no", "unknown"):
            raise wrong(f"yes_no.{answer}", "write yes, no or unknown, each with a list of their words.")
    for name in mapping.separators:
        known(f"separators.{name}", name, {n for n in ours if columns[n].several})


def _means(wrong: Any, at: str, value: str, listed: Set[str] | None) -> None:
    if value and listed is not None and simplify(value) not in listed:
        raise wrong(at, f"{value!r} is not on our list. `send-audit feeds` and the data dictionary have it.")


def _all(meant: str | tuple[str, ...]) -> tuple[str, ...]:
    return (meant,) if isinstance(meant, str) else meant
