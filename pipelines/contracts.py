"""What the data must be: contracts, code lists and councils, read from text that analysts edit.

Belongs here: loading and checking `expectations/feeds/*.yaml`, `data/reference/` and `expectations/councils/`, and
putting mappings (`mappings`) beside the feeds that they speak of.
Does not belong here: reading a delivered file (`feeds`), or what a rule means in SQL (`intake.rules`).
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipelines import mappings
from pipelines.mappings import Mapping
from pipelines.settings import Settings
from pipelines.texts import ContractError, Strict, from_yaml, simplify

M = TypeVar("M", bound=BaseModel)
Level = Literal["query", "error", "refuse"]
ColumnType = Literal[
    "identifier", "council", "code", "label", "date", "month", "period", "birth_month",
    "whole_number", "yes_no", "grade", "free_text", "place", "place_part", "ons_code", "count", "percentage",
]  # fmt: skip
PLACE_KINDS = ("country", "region", "council")
FILLED_WITH = {"count": "BIGINT", "percentage": "DOUBLE"}
"""Column types of published numbers -> the DuckDB type of the number; beside it stands `<column>_symbol`."""
TEXT_TYPES = ("code", "label", "grade", "council", "place", "ons_code")
"""Column types kept as text, of which an unreadable cell is `UNREADABLE`."""
PUBLISHED = "published"
"""Stands for a council where a feed holds published figures of many places."""
LABEL_LISTS = ("teams", "localities", "agencies", "themes")
SENT_AGAIN, TAKEN_LATER = "598", "599"
"""Numbers of the two rules about how a file came that every feed has."""
UNREADABLE = "?"
"""Stands in a coded column for a cell that held something not on the list."""


class Column(Strict):
    """One column of a feed."""

    number: int = Field(ge=1, le=98)
    title: str
    type: ColumnType
    about: str
    required: bool = False
    personal: bool = False
    several: bool = False
    codes: str | None = None
    list: str | None = None
    same_as: str | None = None
    """For identifiers: the column whose pseudonyms these share (a moderator may be an auditor elsewhere)."""
    for_each: str | None = None
    """The code list that the column was repeated over; see `repeated`."""
    level: Level = "error"
    made_from: dict[str, str] = Field(default_factory=dict)
    """For a place: which column (of type place_part) says its level, and which its code at each level."""
    also_called: tuple[str, ...] = ()

    @property
    def in_the_file(self) -> bool:
        """Whether a supplier's file has the column; a place is made from others."""
        return self.type != "place"

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
            for text in (name, column.title, *column.also_called)
        }

    @cached_property
    def all_rules(self) -> tuple[Rule, ...]:
        """The written rules with those that every feed and column carries.

        1nn: column nn cannot be read; 2nn: column nn is required and empty; 199: cells beyond the header; 598, 599:
        how the file came.
        """
        automatic = [
            Rule(
                code=f"{self.prefix}-199",
                level="error",
                expect="cells_within_header",
                message="The row has more cells than the header has columns.",
                action="Look for a stray separator or an unquoted comma; move the cells back under their headers.",
            ),
            *(
                Rule(
                    code=f"{self.prefix}-{number}",
                    level="query",
                    expect=expect,
                    message=message,
                    action=action,
                )
                for number, (expect, message, action) in _AS_RECEIVED.items()
            ),
        ]
        for name, column in self.columns.items():
            if column.type not in ("free_text", "identifier", "place_part"):
                automatic.append(
                    Rule(
                        code=f"{self.prefix}-1{column.number:02d}",
                        level=column.level,
                        expect="column_values_readable",
                        arguments={"column": name},
                        message=_UNREADABLE_MESSAGE[column.type].format(title=column.title),
                        action=_UNREADABLE_ACTION[column.type].format(codes=column.codes, list=column.list),
                    )
                )
            if column.required and column.type != "place_part":
                automatic.append(
                    Rule(
                        code=f"{self.prefix}-2{column.number:02d}",
                        level="error",
                        expect="column_values_not_empty",
                        arguments={"column": name},
                        message=f"{column.title} is empty.",
                        action="Fill it in: the row cannot be used without it.",
                    )
                )
        return tuple(sorted((*automatic, *self.rules), key=lambda rule: rule.code))

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
            for text in (name, column.title, *column.also_called):
                if names.setdefault(simplify(text), name) != name:
                    raise ValueError(
                        f"the header {text!r} would mean two columns: {names[simplify(text)]}, {name}"
                    )
        return self


_UNREADABLE_MESSAGE = {
    "place": "The geographic level and its code name no place that we know.",
    "ons_code": "{title} is no council's code that we know.",
    "count": "{title} is neither a whole number nor one of DfE's symbols.",
    "percentage": "{title} is neither a percentage nor one of DfE's symbols.",
    "council": "{title} is not a council we know.",
    "code": "{title} is not on its list of codes.",
    "label": "{title} holds something that looks like a person's details.",
    "date": "{title} is not a date.",
    "month": "{title} is not a month.",
    "period": "{title} is not a month, quarter or year.",
    "birth_month": "{title} is not a month of birth.",
    "whole_number": "{title} is not a whole number.",
    "yes_no": "{title} is not yes or no.",
    "grade": "{title} is not on the council's grade scale.",
}
_UNREADABLE_ACTION = {
    "place": "Give the country's, the region's or the council's code, as the level says; a council's is its "
    "three-digit DfE code. `data/reference/councils.csv` and `regions.csv` have them.",
    "ons_code": "Give the council's nine-character code, or add it to `data/reference/councils.csv` where it is new.",
    "count": "Write digits only, or z, x, c, low or u.",
    "percentage": "Write a number from 0 to 100 without a percent sign, or z, x, c, low or u.",
    "council": "Give the council's name or its three-digit DfE code.",
    "code": "Use a code or label of the list `{codes}`; `send-audit template` has them as drop-downs.",
    "label": "Give the name from the council's list of {list}; never a person's name or number.",
    "date": "Write it as 31/03/2026 or 2026-03-31.",
    "month": "Write it as 03/2026, March 2026 or 2026-03.",
    "period": "Write it as 2026-03, 2025-26 Q4 or 2025/26.",
    "birth_month": "Write it as 2014-09; the day is not needed.",
    "whole_number": "Write digits only.",
    "yes_no": "Write yes or no, or leave it empty where it is not known.",
    "grade": "Use a grade of the council's scale in `expectations/councils/`.",
}


_AS_RECEIVED = {
    SENT_AGAIN: (
        "not_sent_again",
        "The same file came before, others came since, and it does not say when its data was taken: it now counts as "
        "the newest.",
        "If it is an old file, send the newest one again. Write the day above the header (Extracted on: 03/04/2026), "
        "so that the order of sending does not matter.",
    ),
    TAKEN_LATER: (
        "extracted_not_in_future",
        "The file says that its data was taken on a day that had not come when it was received: the day of receipt is "
        "used.",
        "Correct the day in the row above the header.",
    ),
}


class Code(Strict):
    """One entry of a code list."""

    code: str
    label: str
    also_called: tuple[str, ...] = ()
    group: str = ""


class Council(Strict):
    """One council of the reference list; `code` is its three-digit DfE code, stable through ONS changes."""

    code: str
    name: str
    ons_codes: tuple[str, ...] = ()
    """Every nine-character code it has had, the present one first."""
    ons_until: dict[str, str] = Field(default_factory=dict)
    """Code -> the last day it was in use (ISO); a code that still is has no entry."""
    also_called: tuple[str, ...] = ()
    opened: str = ""
    closed: str = ""
    successor: str = ""
    region: str = ""
    fictional: bool = False


class Region(Strict):
    """A region, or the country, of which figures are published."""

    code: str
    name: str
    kind: Literal["region", "country"]
    also_called: tuple[str, ...] = ()
    fictional: bool = False


class CouncilNames(Strict):
    """What one council calls things: names that may pass intake, its grade scale, its local parameters."""

    council: str
    grade_scale: str = "ofsted"
    teams: tuple[str, ...] = ()
    localities: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    targets: dict[str, float] = Field(default_factory=dict)
    """Measure -> the council's own target as a share from 0 to 1, in place of the definition's."""

    @field_validator("targets")
    @classmethod
    def targets_are_shares(cls, targets: dict[str, float]) -> dict[str, float]:
        for name, target in targets.items():
            if not 0 <= target <= 1:
                raise ValueError(f"the target of {name} is a share from 0 to 1: write 0.9 for 90%")
        return targets


class Catalogue(BaseModel):
    """Everything the contracts say, loaded once for a run. Frozen; cheap to pass around."""

    model_config = ConfigDict(frozen=True)

    contracts: dict[str, Contract]
    codes: dict[str, tuple[Code, ...]]
    councils: dict[str, Council]
    names: dict[str, CouncilNames]
    grade_scales: dict[str, dict[str, tuple[str, ...]]]
    """Scale -> canonical grade -> the scale's own words for it, best grade first."""
    regions: dict[str, Region] = Field(default_factory=dict)
    """Code -> region or country."""

    @cached_property
    def of_councils(self) -> dict[str, Contract]:
        """Feeds of councils' own rows."""
        return {feed: one for feed, one in self.contracts.items() if one.holds != PUBLISHED}

    @cached_property
    def of_published(self) -> dict[str, Contract]:
        """Feeds of published or given figures."""
        return {feed: one for feed, one in self.contracts.items() if one.holds == PUBLISHED}

    mappings: tuple[Mapping, ...] = ()
    """What councils' own systems call things, one for each council and feed that has one."""

    @cached_property
    def council_lookup(self) -> dict[str, str]:
        """Simplified name, alias, DfE code or ONS code -> DfE code."""
        return {
            simplify(text): council.code
            for council in self.councils.values()
            for text in (council.code, council.name, *council.ons_codes, *council.also_called)
        }

    @cached_property
    def texts(self) -> str:
        """Digest of everything the catalogue says about rows: where it changes, deliveries are judged anew."""
        contracts = {name: contract.text for name, contract in self.contracts.items()}
        beside: dict[str, Any] = {"contracts": True, "names": {"__all__": {"targets"}}}
        said = json.dumps([contracts, self.model_dump(mode="json", exclude=beside)], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    def find_council(self, text: str) -> Council:
        """The council that a name or code means.

        Raises:
            ContractError: no council is called so.
        """
        code = self.council_lookup.get(simplify(text))
        if code is None:
            raise ContractError(
                "That is not a council we know. Give its name, its three-digit DfE code or its nine-character "
                "ONS code; `data/reference/councils.csv` has the list."
            )
        return self.councils[code]

    def names_of(self, council: str) -> CouncilNames:
        return self.names.get(council, CouncilNames(council=council))


def load(settings: Settings) -> Catalogue:
    """Read every contract, code list and council's file.

    Raises:
        ContractError: a file is missing or wrong.
    """
    codes = {path.stem: _codes(path) for path in sorted((settings.reference / "codes").glob("*.csv"))}
    contracts = [
        read_contract(path, codes) for path in sorted((settings.expectations / "feeds").glob("*.yaml"))
    ]
    if not contracts:
        raise ContractError(
            f"There is no contract in {settings.expectations / 'feeds'}. Set SEND_AUDIT_EXPECTATIONS."
        )
    for contract in contracts:
        for name, column in contract.columns.items():
            if column.codes is not None and column.codes not in codes:
                raise ContractError(
                    f"{contract.feed}.{name} names the code list {column.codes!r}, which data/reference/codes does "
                    "not have. Add it, or correct the name."
                )
    names = [
        _model(CouncilNames, path) for path in sorted((settings.expectations / "councils").glob("*.yaml"))
    ]
    scales = from_yaml((settings.reference / "grade_scales.yaml").read_text(encoding="utf-8"))
    catalogue = Catalogue(
        contracts={contract.feed: contract for contract in contracts},
        codes=codes,
        councils={council.code: council for council in _councils(settings.reference / "councils.csv")},
        names={entry.council: entry for entry in names},
        grade_scales=scales,
        regions={region.code: region for region in _regions(settings.reference / "regions.csv")},
    )
    return catalogue.model_copy(update={"mappings": read_mappings(settings.expectations, catalogue)})


def read_mappings(expectations: Path, catalogue: Catalogue) -> tuple[Mapping, ...]:
    """Every council's mapping, held against the feed that it speaks of.

    Raises:
        ContractError: one is wrong, or lies under no council's code or no feed's name.
    """
    found = []
    for path in sorted((expectations / mappings.FOLDER).glob("*/*.yaml")):
        where = f"{mappings.FOLDER}/{path.parent.name}/{path.name}"
        if path.parent.name not in catalogue.councils:
            raise ContractError(
                f"{where} lies in a folder that is no council's. Name the folder by a three-digit DfE code of "
                "data/reference/councils.csv."
            )
        if path.stem not in catalogue.contracts:
            raise ContractError(
                f"{where} is called after no feed. Name it by one of: {', '.join(catalogue.contracts)}."
            )
        mapping = mappings.read(path)
        check_mapping(mapping, catalogue)
        found.append(mapping)
    return tuple(found)


def check_mapping(mapping: Mapping, catalogue: Catalogue) -> None:
    """Hold a mapping against its feed and our lists.

    Raises:
        ContractError: it names a column or code that there is not; says where.
    """
    grades = {simplify(grade) for scale in catalogue.grade_scales.values() for grade in scale}
    listed: dict[str, set[str]] = {
        list_name: {simplify(word) for code in codes for word in (code.code, code.label, *code.also_called)}
        for list_name, codes in catalogue.codes.items()
    }
    by_type = {"grade": grades, "yes_no": {"yes", "no"}, "council": set(catalogue.council_lookup)}
    columns = catalogue.contracts[mapping.feed].columns
    known = {
        name: listed[column.codes] if column.codes else by_type[column.type]
        for name, column in columns.items()
        if column.codes or column.type in by_type
    }
    mappings.check(mapping, columns, known)


def read_contract(path: Path, codes: dict[str, tuple[Code, ...]] | None = None) -> Contract:
    """One contract file. `codes`: the code lists that its columns and rules may be repeated over.

    Raises:
        ContractError: it is not valid; says where and what is wanted.
    """
    return _model(
        Contract,
        path,
        lambda content: repeated(content, codes or {}, path.name),
        text=path.read_text(encoding="utf-8"),
    )


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


def _model(
    kind: type[M], path: Path, change: Callable[[dict[str, Any]], dict[str, Any]] | None = None, **more: Any
) -> M:
    try:
        content = from_yaml(path.read_text(encoding="utf-8"))
        return kind.model_validate({**(change(content) if change else content), **more})
    except yaml.YAMLError as problem:
        raise ContractError(f"{path.name} is not valid YAML: {problem}") from None
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ContractError(f"{path.name}, at {where}: {first['msg']}. Correct it there.") from None


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _several(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split("|") if part.strip())


def _codes(path: Path) -> tuple[Code, ...]:
    return tuple(
        Code(
            code=row["code"],
            label=row["label"],
            also_called=_several(row["also_called"]),
            group=row.get("group") or "",
        )
        for row in _rows(path)
    )


def _regions(path: Path) -> list[Region]:
    if not path.exists():
        raise ContractError(f"There is no {path}. Put it back: published figures name their regions by it.")
    return [
        Region(**{**row, "also_called": _several(row["also_called"]), "fictional": row["fictional"] == "yes"})
        for row in _rows(path)
    ]


def _councils(path: Path) -> list[Council]:
    return [
        Council(
            **{name: row[name] for name in ("code", "name", "opened", "closed", "successor", "region")},
            **_ons_codes(row),
            also_called=_several(row["also_called"]),
            fictional=row["fictional"] == "yes",
        )
        for row in _rows(path)
    ]


def _ons_codes(row: dict[str, str]) -> dict[str, Any]:
    """The codes, and until when each was in use: "E06000065|E10000023 to 2023-03-31"."""
    parts = [part.partition(" to ") for part in _several(row["ons_codes"])]
    until = {code: last or row["closed"] for code, _, last in parts if last or row["closed"]}
    return {"ons_codes": tuple(code for code, _, _ in parts), "ons_until": until}
