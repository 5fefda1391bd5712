"""Tables of counts by one or more dimensions, with totals and sub-totals, as relations.

Belongs here: which counts a table has and how they add up.
Does not belong here: tables of measures (`breakdowns`), or what of a table may be shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from pipelines.disclosure.linked import Relation, adds_up

TOTAL = "TOTAL"
Key = tuple[str, ...]
"""A cell: a code of each dimension in their order, TOTAL where it counts all of them."""


@dataclass(frozen=True)
class Cube:
    """What the cells of a table are; several tables over the same rows are one cube, of which each shows some cells."""

    dims: Mapping[str, Sequence[str]]
    """Dimension -> its codes, which have no row in common and leave none out."""
    subtotals: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """Dimension -> sub-total -> codes, or other sub-totals, that make it up. They may overlap."""

    def key(self, codes: Mapping[str, str]) -> Key:
        """The cell of these codes; a dimension that is not named is counted whole."""
        return tuple(codes.get(dim, TOTAL) for dim in self.dims)

    def codes(self, dim: str) -> list[str]:
        """Every code of a dimension: its own, sub-totals and the total."""
        return [*self.dims[dim], *self.subtotals.get(dim, {}), TOTAL]

    def keys(self) -> Iterator[Key]:
        return product(*(self.codes(dim) for dim in self.dims))

    def members(self, dim: str, code: str) -> tuple[str, ...]:
        """The codes of a dimension that one of its codes stands for, each once."""
        if code == TOTAL:
            return tuple(self.dims[dim])
        parts = self.subtotals.get(dim, {}).get(code)
        if parts is None:
            return (code,)
        return tuple(dict.fromkeys(one for part in parts for one in self.members(dim, part)))

    def relations(self) -> list[Relation]:
        """Each total and sub-total of one dimension is the sum of its codes, whatever the other dimensions are."""
        made = []
        for place, dim in enumerate(self.dims):
            others = [self.codes(other) for other in self.dims if other != dim]
            for summed in (*self.subtotals.get(dim, {}), TOTAL):
                parts = self.members(dim, summed)
                for rest in product(*others):
                    before, after = rest[:place], rest[place:]
                    made.append(
                        adds_up((*before, summed, *after), [(*before, part, *after) for part in parts])
                    )
        return made

    def counted(self, cells: Mapping[Key, int]) -> dict[Key, int]:
        """Every cell's count, from those of the cells without totals (0 where one is missing)."""
        return {
            key: sum(
                cells.get(cell, 0)
                for cell in product(
                    *(self.members(dim, code) for dim, code in zip(self.dims, key, strict=True))
                )
            )
            for key in self.keys()
        }
