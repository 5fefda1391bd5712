"""One feed's contract: its columns, key, rules, and the text that says them.

Belongs here: reading and checking `expectations/feeds/*.yaml`. Does not belong here: code lists and councils
(`reference`), or holding the texts against one another (`catalogue`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from pipelines.contracts import standing_rules
from pipelines.contracts.reference import PLACE_KINDS, Code
from pipelines.texts import ContractError, Strict, model_of, simplify

Level = Literal["query", "error", "refuse"]
ColumnType = Literal[
    "identifier", "council", "code", "label", "date", "month", "period", "birth_month",
    "whole_number", "yes_no", "grade", "free_text", "place", "place_part", "ons_code", "count", "percentage", "group",
    "council_text",
]  # fmt: skip
FILLED_WITH = {"count": "BIGINT", "percentage": "DOUBLE"}
"""Column types of published numbers -> the DuckDB type of the number; beside it stands `<column>_symbol`."""
TEXT_TYPES = ("code", "label", "grade", "council", "place", "ons_code", "group", "council_text")
"""Column types kept as text, of which an unreadable cell is `UNREADABLE`."""
PUBLISHED = "published"
"""Stands for a council where a feed holds published figures of many places."""
LABEL_LISTS = ("teams", "localities", "agencies", "themes", "modules", "boards")
UNREADABLE = "?"
"""Stands in a coded column for a cell that held something not on the list."""


class Column(Strict):
    """One column of a feed."""

    number: int = Field(ge=1, le=98)
    title: str
    type: ColumnType
    about: str
    required: bool = False
    header_needed: bool = False
    """A file of the feed always has the column, though a cell of it may be empty."""
    personal: bool = False
    several: bool = False
    codes: str | None = None
    list: str | None = None
    same_as: str | None = None
    """For identifiers: the column whose pseudonyms these share (a moderator may be an auditor elsewhere)."""
    of: str | None = None
    """For a group: the column with the characteristic that it is a group of."""
    for_each: str | None = None
    """The code list that the column was repeated over; see `repeated`."""
    level: Level = "error"
    made_from: dict[str, str] = Field(default_factory=dict)
    """For a place: which column (of type place_part) says its level, and which its code at each level."""
    also_called: tuple[str, ...] = ()
    follows: str | None = None
    """The column whose header stands to the left of this one's: its `also_called` says too little by itself, and means
    this column only there."""

    @property
    def in_the_file(self) -> bool:
        """Whether a supplier's file has the column; a place is made from others."""
        return self.type != "place"

    @property
    def tells_the_feed(self) -> bool:
        """Whether a file without the column is not of this feed."""
        return self.required or self.header_needed

    @model_validator(mode="after")
    def whole(self) -> Column:
        if set(self.made_from) != ({"level", *PLACE_KINDS} if self.type == "place" else set()):
            raise ValueError(
                f"a column of type place, and only such a column, says in `made_from` which column holds its level "
                f"and which the code of a {', '.join(PLACE_KINDS)}"
            )
        if (self.type == "code") != (self.codes is not None):
            raise ValueError("a column of type code, and only such a column, names its list in `codes`")
        if (self.type == "label") != (self.list is not None):
            raise ValueError("a column of type label, and only such a column, names its list in `list`")
        if (self.type == "group") != (self.of is not None):
            raise ValueError(
                "a column of type group, and only such a column, names its characteristic's column in `of`"
            )
        if self.list is not None and self.list not in LABEL_LISTS:
            raise ValueError(f"`list` must be one of {', '.join(LABEL_LISTS)}")
        return self


class Rule(Strict):
    """One thing that must hold; `expect` names a pattern of `intake.rules`, `with` its arguments."""

    code: str = Field(pattern=r"^[A-Z]{3}-\d{3}$")
    level: Level
    expect: str
    arguments: dict[str, Any] = Field(alias="with", default_factory=dict)
    message: str
    action: str

    @property
    def scope(self) -> str:
        """row | link | file, from the code's hundred: 4xx links feeds, 5xx looks at a whole file."""
        return {"4": "link", "5": "file"}.get(self.code[4], "row")


class Keep(Strict):
    """How long a feed's files are kept: from the last month that a file speaks for, else the day that it was taken."""

    years: int | None = Field(default=None, ge=1)
    """None: for good."""
    why: str


class Contract(Strict):
    """One feed: its columns, key, what a delivery replaces, and its rules."""

    feed: str
    title: str
    version: str
    prefix: str = Field(pattern=r"^[A-Z]{3}$")
    about: str
    grain: str
    key: tuple[str, ...]
    replaces: Literal["key", "council_and_period", "all"]
    holds: Literal["council", "published"] = "council"
    """published: figures of many places that somebody counted before us; council: one council's own rows."""
    period: tuple[str, ...] = ()
    expected_every: int | None = Field(default=None, ge=1)
    """Days after which newer data is expected; None: nothing is."""
    keep: Keep | None = None
    """None: nobody has said, and nothing is past its period."""
    columns: dict[str, Column]
    rules: tuple[Rule, ...] = ()
    text: str = Field(exclude=True, repr=False)

    @cached_property
    def stored(self) -> dict[str, str]:
        """Columns of the accepted table and their DuckDB types, in order: what is kept past intake."""
        types: dict[str, str] = {}
        for name, column in self.columns.items():
            if column.type == "period":
                types |= {f"{name}_start": "DATE", f"{name}_end": "DATE"}
            elif column.type in FILLED_WITH:
                types |= {name: FILLED_WITH[column.type], f"{name}_symbol": "VARCHAR"}
            elif column.type == "ons_code":
                types |= {name: "VARCHAR", f"{name}_until": "DATE", f"{name}_of": "VARCHAR"}
            elif column.type not in ("birth_month", "free_text", "place_part"):
                base = {"date": "DATE", "month": "DATE", "whole_number": "BIGINT", "yes_no": "BOOLEAN"}
                types[name] = base.get(column.type, "VARCHAR") + ("[]" if column.several else "")
        return types

    @cached_property
    def key_columns(self) -> tuple[str, ...]:
        """The key in the accepted table's columns (a period is two)."""
        return tuple(
            part
            for name in self.key
            for part in ((f"{name}_start", f"{name}_end") if self.columns[name].type == "period" else (name,))
        )

    @cached_property
    def headers(self) -> dict[str, str]:
        """Simplified header text -> column name, from names, titles and `also_called`."""
        return {
            simplify(text): name
            for name, column in self.columns.items()
            if column.in_the_file
            for text in (name, column.title, *(() if column.follows else column.also_called))
        }

    @cached_property
    def following(self) -> dict[tuple[str, str], str]:
        """(simplified header, column of the header to its left) -> column name, for those that follow another."""
        return {
            (simplify(text), column.follows): name
            for name, column in self.columns.items()
            if column.follows
            for text in column.also_called
        }

    @cached_property
    def all_rules(self) -> tuple[Rule, ...]:
        """The written rules with those that every feed carries, by code."""
        standing = (Rule(**one) for one in standing_rules.of_any(self.prefix, self.columns))
        return tuple(sorted((*standing, *self.rules), key=lambda rule: rule.code))

    @cached_property
    def rules_by_code(self) -> dict[str, Rule]:
        return {rule.code: rule for rule in self.all_rules}

    @model_validator(mode="after")
    def consistent(self) -> Contract:
        unknown = [name for name in (*self.key, *self.period) if name not in self.columns]
        if unknown:
            raise ValueError(f"key or period names columns that the feed does not have: {', '.join(unknown)}")
        parts = [part for column in self.columns.values() for part in column.made_from.values()]
        if any(part not in self.columns or self.columns[part].type != "place_part" for part in parts):
            raise ValueError("`made_from` names columns of this feed of type place_part, and nothing else")
        topics = [column.of for column in self.columns.values() if column.of]
        if any(topic not in self.columns or self.columns[topic].type != "code" for topic in topics):
            raise ValueError("`of` names a column of this feed of type code")
        if self.holds == PUBLISHED and self.replaces == "council_and_period":
            raise ValueError("a feed that holds published figures replaces by key or all")
        if "council" not in self.columns:
            raise ValueError(
                "one column is called `council`: it says whose row it is (of type council or place)"
            )
        if self.replaces == "council_and_period" and not self.period:
            raise ValueError("`period` names the dates by which council_and_period replaces; give them")
        numbers: dict[int, str] = {}
        for name, column in self.columns.items():
            if numbers.setdefault(column.number, name) != name:
                raise ValueError(
                    f"the columns {numbers[column.number]} and {name} have the same `number`; rule codes are built "
                    "from it, so each needs its own (a column `for_each` code of a list needs as many as the list has)"
                )
        codes = [rule.code for rule in self.all_rules]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice or any(not code.startswith(self.prefix) for code in codes):
            raise ValueError(
                f"rule codes must be unique and start with {self.prefix}; look at {', '.join(twice)}"
            )
        names: dict[str, str] = {}
        for name, column in self.columns.items():
            if column.follows is not None and column.follows not in self.columns:
                raise ValueError(f"{name} follows {column.follows}, which the feed does not have")
            for text in (name, column.title, *(() if column.follows else column.also_called)):
                if names.setdefault(simplify(text), name) != name:
                    raise ValueError(
                        f"the header {text!r} would mean two columns: {names[simplify(text)]}, {name}"
                    )
        return self


def read_contract(path: Path, codes: dict[str, tuple[Code, ...]] | None = None) -> Contract:
    """One contract file. `codes`: the code lists that its columns and rules may be repeated over. The same text is read
    once.

    Raises:
        ContractError: it is not valid; says where and what is wanted.
    """
    return _read_contract(path.name, path.read_text(encoding="utf-8"), tuple((codes or {}).items()))


@lru_cache(maxsize=256)
def _read_contract(name: str, text: str, codes: tuple[tuple[str, tuple[Code, ...]], ...]) -> Contract:
    return model_of(Contract, name, text, lambda content: repeated(content, dict(codes), name), text=text)


def repeated(content: dict[str, Any], codes: dict[str, tuple[Code, ...]], where: str) -> dict[str, Any]:
    """A contract's content with each column and rule that says `for_each: LIST` written out, once for each code.

    In its name and texts `{code}` stands for the code and `{label}` for its label; an entry of `also_called` with
    `{called}` stands for one with each of the code's other spellings. Numbers and rule codes run on from the one given,
    in the order of the list. Columns over one list that follow one another come together, code by code.

    Raises:
        ContractError: the code list does not exist, or a code cannot be part of a column's name.
    """

    def listed(name: str) -> Sequence[Code]:
        if name not in codes:
            raise ContractError(
                f"{where} repeats a column or rule for_each {name!r}, which data/reference/codes does not have. Add "
                "the list, or correct the name."
            )
        odd = [code.code for code in codes[name] if not re.fullmatch(r"\w+", code.code, re.ASCII)]
        if odd:
            raise ContractError(
                f"The code {odd[0]!r} of {name} cannot be part of a column's name. Use letters, digits and _ only."
            )
        return codes[name]

    def for_codes(rule: dict[str, Any]) -> list[dict[str, Any]]:
        if "for_each" not in rule:
            return [rule]
        prefix, _, number = str(rule.get("code")).rpartition("-")
        alike = {name: value for name, value in rule.items() if name != "for_each"}
        return [
            _filled(alike, code) | {"code": f"{prefix}-{int(number) + at}" if number.isdigit() else number}
            for at, code in enumerate(listed(rule["for_each"]))
        ]

    columns, rules = content.get("columns"), content.get("rules") or []
    if not isinstance(columns, dict) or not all(
        isinstance(each, dict) for each in (*columns.values(), *rules)
    ):
        return content  # not a contract yet; what is wrong with it is told as for any other
    written: dict[str, Any] = {}
    for over, together in groupby(columns.items(), key=lambda item: item[1].get("for_each")):
        if over is None:
            written.update(together)
            continue
        alike = list(together)
        for at, code in enumerate(listed(over)):
            for name, column in alike:
                if "{code}" not in name:
                    raise ContractError(
                        f"{where}, at columns.{name}: a column for_each code of a list has {{code}} in its name, such "
                        f"as {name}_{{code}}. Add it."
                    )
                written[_filled(name, code)] = _filled(column, code) | {
                    "number": column.get("number", 0) + at
                }
    return {**content, "columns": written, "rules": [each for rule in rules for each in for_codes(rule)]}


def _filled(given: Any, code: Code) -> Any:
    """What stands in a repeated column or rule, for one code; a list without what would be in it twice."""
    if isinstance(given, dict):
        return {_filled(name, code): _filled(value, code) for name, value in given.items()}
    if isinstance(given, list):
        found: dict[str, Any] = {}
        for entry in given:
            said = code.also_called if "{called}" in str(entry) else ("",)
            for text in (_filled(str(entry).replace("{called}", called), code) for called in said):
                found.setdefault(simplify(text), text if isinstance(entry, str) else entry)
        return list(found.values())
    if isinstance(given, str):
        return given.replace("{code}", code.code).replace("{label}", code.label)
    return given
