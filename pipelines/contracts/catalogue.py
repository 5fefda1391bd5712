"""Every text that analysts edit, held together: contracts, councils' own names, code lists, mappings.

Belongs here: loading them and holding them against one another. Does not belong here: one contract (`feed`).
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipelines import mappings
from pipelines.contracts import reference
from pipelines.contracts.feed import PUBLISHED, Contract, read_contract
from pipelines.contracts.reference import Code, Council, Region
from pipelines.mappings import Mapping
from pipelines.settings import Settings
from pipelines.texts import ContractError, Strict, from_yaml, read_model, simplify

OF_CHARTS = ("targets", "rebased", "learning")
"""What a council's file says of charts alone."""


class Lesson(Strict):
    """A theme of what audits find that training or an action answered, and the month from which a change may show."""

    theme: str
    since: date
    """The first day of a month. It is declared, never taken from the figures."""
    moves: str | None = None
    """A further measure that it is meant to move."""
    group: str = ""
    """The group of it that is meant, such as `advice_source:health`; empty for all together."""

    @model_validator(mode="after")
    def group_is_of_a_measure(self) -> Lesson:
        if self.group and (self.moves is None or ":" not in self.group):
            raise ValueError(
                "`group` is a breakdown and a group of the measure in `moves`, such as section:F"
            )
        return self

    @field_validator("since")
    @classmethod
    def since_begins_a_month(cls, since: date) -> date:
        if since.day != 1:
            raise ValueError("`since` is the first day of a month, such as 2024-09-01")
        return since


class CouncilNames(Strict):
    """What one council calls things: names that may pass intake, its grade scale, its local parameters."""

    council: str
    grade_scale: str = "ofsted"
    teams: tuple[str, ...] = ()
    localities: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Further words that may stand in texts about the council; see `intake.plain_text`. Never a person's name."""
    modules: tuple[str, ...] = ()
    """Courses and modules of training."""
    boards: tuple[str, ...] = ()
    """Boards and committees."""
    targets: dict[str, float] = Field(default_factory=dict)
    """Measure -> the council's own target as a share from 0 to 1 (of a mean in its unit), in place of the
    definition's."""
    rebased: dict[str, dict[date, str]] = Field(default_factory=dict)
    """Measure -> the day from which its chart begins anew -> why, in a sentence: what has changed for good."""

    learning: tuple[Lesson, ...] = ()
    """Which theme something was done about, and since when, as the council declares it."""
    hide_below: int = Field(default=5, ge=2, le=20)
    """In public figures by group, counts from 1 to one less are hidden."""

    @field_validator("targets")
    @classmethod
    def targets_are_not_negative(cls, targets: dict[str, float]) -> dict[str, float]:
        for name, target in targets.items():
            if not target >= 0:
                raise ValueError(f"the target of {name} is below 0: write 0.9 for 90%")
        return targets

    @field_validator("rebased")
    @classmethod
    def reasons_are_given(cls, rebased: dict[str, dict[date, str]]) -> dict[str, dict[date, str]]:
        for name, days in rebased.items():
            if any(not why.strip() for why in days.values()):
                raise ValueError(
                    f"the new baseline of {name} needs a reason: write what changed, in a sentence"
                )
        return rebased

    @property
    def of_charts(self) -> dict[str, Any]:
        """What judges no row: it makes the council's charts anew, and nothing else."""
        return self.model_dump(mode="json", include=set(OF_CHARTS))


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
    plain_words: dict[str, bool] = Field(default_factory=dict)
    """Word that may stand in a text about the council -> whether it is a person's name too."""

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
        beside: dict[str, Any] = {
            "contracts": True,
            "names": {"__all__": {*OF_CHARTS, "hide_below"}},
        }
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
    codes = {
        path.stem: reference.codes(path) for path in sorted((settings.reference / "codes").glob("*.csv"))
    }
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
        read_model(CouncilNames, path) for path in sorted((settings.expectations / "councils").glob("*.yaml"))
    ]
    scales = from_yaml((settings.reference / "grade_scales.yaml").read_text(encoding="utf-8"))
    catalogue = Catalogue(
        contracts={contract.feed: contract for contract in contracts},
        codes=codes,
        councils={
            council.code: council for council in reference.councils(settings.reference / "councils.csv")
        },
        names={entry.council: entry for entry in names},
        grade_scales=scales,
        regions={region.code: region for region in reference.regions(settings.reference / "regions.csv")},
        plain_words=reference.plain_words(settings.reference / "plain_words.csv"),
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
