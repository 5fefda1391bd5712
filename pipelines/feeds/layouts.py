"""The ways in which a feed's headers may be written: as its contract has them, or as a council's mapping does.

Belongs here: which of our columns each header of a row stands for, under one layout. Does not belong here: which row is
the header and which layout it fits best (`headers`), what a mapping may say (`pipelines.mappings`).

Of several headers for one column the plainest counts: one that the mapping names, then the column's own name or title,
then another spelling. Two that are as plain are left to `headers`, which refuses them rather than guess; but free text
is never kept, so of its headers the first does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipelines.contracts import Catalogue, Contract
from pipelines.mappings import Mapping
from pipelines.texts import simplify

MAPPED, NAMED, ALSO_CALLED = range(3)


@dataclass(frozen=True)
class Found:
    """What a row's cells stand for."""

    columns: dict[str, list[int]]
    """Our column -> its cells, from 0; several only where nothing says which counts."""
    understood: int
    """Cells that say what they are, those included that are ignored on purpose."""
    mapped: int
    """How many of them the mapping names."""


@dataclass(frozen=True)
class Layout:
    """One way to write a feed's headers."""

    contract: Contract
    mapping: Mapping | None = None

    @cached_property
    def constants(self) -> dict[str, str]:
        """Our column -> what it is in every row, where the mapping says so."""
        return dict(self.mapping.constants) if self.mapping else {}

    @cached_property
    def headers(self) -> dict[str, tuple[tuple[str, int], ...]]:
        """Simplified header -> (our column, how plainly it says so)."""
        own = {
            (simplify(text), name)
            for name, column in self.contract.columns.items()
            for text in (name, column.title)
        }
        plain: dict[str, tuple[tuple[str, int], ...]] = {
            text: ((name, NAMED if (text, name) in own else ALSO_CALLED),)
            for text, name in self.contract.headers.items()
        }
        if self.mapping is None:
            return plain
        theirs = self.mapping.headers.items()
        return plain | {text: tuple((name, MAPPED) for name in names) for text, names in theirs}

    @cached_property
    def joined(self) -> dict[str, tuple[tuple[str, int], ...]]:
        """The same without spaces, as databases name columns (AuditReference), where that means one thing."""
        found: dict[str, tuple[tuple[str, int], ...]] = {}
        for text, meant in self.headers.items():
            joined = text.replace(" ", "")
            found[joined] = meant if found.get(joined, meant) == meant else ()
        return found

    def find(self, simple: Sequence[str]) -> Found:
        """What the cells of a row of simplified texts stand for."""
        if self.joined.keys().isdisjoint(text.replace(" ", "") for text in simple):
            return Found({}, 0, 0)  # most rows under most layouts
        claims: dict[str, dict[int, list[int]]] = {}
        ignored = mapped = 0
        for at, (left, text) in enumerate(zip(["", *simple], simple, strict=False)):
            meant = self._meant(text, left) if text else ()
            if self.mapping is not None and text in self.mapping.headers:
                mapped += bool(meant)
                ignored += not meant
            for name, rank in meant:
                claims.setdefault(name, {}).setdefault(rank, []).append(at)
        columns = {
            name: by_rank[min(by_rank)] for name, by_rank in claims.items() if name not in self.constants
        }
        for name, cells in columns.items():
            if self.contract.columns[name].type == "free_text":
                del cells[1:]
        if self.mapping is None:
            return Found(columns, len(columns), 0)
        used = {at for cells in columns.values() for at in cells}
        constant = {
            at for name in claims if name in self.constants for cells in claims[name].values() for at in cells
        }
        return Found(columns, len(used | constant) + ignored, mapped)

    def _meant(self, text: str, left: str) -> tuple[tuple[str, int], ...]:
        if text in self.headers:
            return self.headers[text]
        return self._following(text, left) or self.joined.get(text.replace(" ", ""), ())

    def _following(self, text: str, left: str) -> tuple[tuple[str, int], ...]:
        """What a header means by the one to its left, where by itself it says too little."""
        beside = self.headers.get(left, ())
        found = (self.contract.following.get((text, name)) for name, _ in beside)
        return tuple((name, ALSO_CALLED) for name in found if name)

    def is_theirs(self, found: Found, council: str | None) -> bool:
        """Whether a row may be under this mapping: it has a header that only the mapping names so; or the mapping
        names none, and the council was given."""
        if self.mapping is None:
            return True
        if council is not None and self.mapping.council != council:
            return False
        return found.mapped > 0 if self.mapping.columns else council is not None

    def preference(self, found: Found, council: str | None) -> int:
        """Among layouts that fit alike: a mapping whose council is given or of which every header is there goes before
        the plain contract, any other after it."""
        if self.mapping is None:
            return 1
        return 2 if council is not None or found.mapped >= len(self.mapping.columns) else 0

    def called(self, name: str) -> list[str]:
        """Every header that means a column, the mapping's first."""
        column = self.contract.columns[name]
        theirs = [
            header
            for header, names in (self.mapping.columns.items() if self.mapping else ())
            if name in ((names,) if isinstance(names, str) else names)
        ]
        return list(dict.fromkeys((*theirs, column.title, name, *column.also_called)))


def layouts_of(catalogue: Catalogue) -> tuple[Layout, ...]:
    """Every feed as its contract has it, then as each mapping does."""
    plain = [Layout(contract) for contract in catalogue.contracts.values()]
    theirs = [Layout(catalogue.contracts[mapping.feed], mapping) for mapping in catalogue.mappings]
    return (*plain, *theirs)


def contracts_of(layouts: Iterable[Layout]) -> list[Contract]:
    """The feeds of some layouts, each once."""
    return list({layout.contract.feed: layout.contract for layout in layouts}.values())
