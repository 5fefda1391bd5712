"""Coarser groups, so that fewer have to be hidden.

Belongs here: the groups of a breakdown as they are shown: the code list's own, its coarser ones, and either with the
small ones together as one.
Does not belong here: which measures are shown by them (`choose`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.disclosure.shown import Row
from pipelines.measures.catalogue import Measure

TOGETHER = "other groups together"
"""The group that stands for all that are not shown by name."""


@dataclass(frozen=True)
class Grouping:
    """How groups are shown; the same for all measures of a breakdown and fact, and from one publication to the next."""

    coarser: bool = False
    """Whether as the coarser groups of the code list."""
    named: frozenset[str] | None = None
    """The groups that are shown by name, all others together; None: each by its name."""

    def of(self, group: str, coarser: Mapping[str, str]) -> str:
        """The group as it is shown."""
        if not group:
            return group
        shown = coarser.get(group, group) if self.coarser else group
        return shown if self.named is None or shown in self.named else TOGETHER


def added_up(rows: Sequence[Row], grouping: Grouping, coarser: Mapping[str, str]) -> list[Row]:
    """Exact rows of a measure by the groups of a grouping."""
    made: dict[tuple[object, ...], Row] = {}
    for row in rows:
        key = (row.window, row.start, group := grouping.of(row.group, coarser))
        before = made.get(key)
        if before is not None:
            row = row._replace(
                numerator=(row.numerator or 0) + (before.numerator or 0),
                denominator=(row.denominator or 0) + (before.denominator or 0),
            )
        made[key] = row._replace(group=group, value=None)
    return list(made.values())


def distributed(rows: Sequence[Row], grouping: Grouping, coarser: Mapping[str, str]) -> list[Row]:
    """The same where all groups share one denominator: numerators add up, the denominator stays."""
    whole = {(row.window, row.start): row.denominator for row in rows}
    return [
        row._replace(denominator=whole[row.window, row.start]) for row in added_up(rows, grouping, coarser)
    ]


def groupings(
    rows: Sequence[Row], coarser: Mapping[str, str], is_small: Callable[[Row], bool]
) -> Iterator[Grouping]:
    """Ways to group the rows of a measure, the finest first; where small groups are put together, as few as make no
    small one, and at least half of the groups keep their names."""
    bases = [Grouping(), Grouping(coarser=True)] if coarser else [Grouping()]
    yield from bases
    for base in bases:
        own = added_up(rows, base, coarser)
        sizes: dict[str, int] = {}
        for row in own:
            if row.group:
                sizes[row.group] = sizes.get(row.group, 0) + (row.denominator or 0)
        named = set(sizes) - {row.group for row in own if row.group and is_small(row)}
        while len(named) >= max(2, len(sizes) / 2):
            found = Grouping(base.coarser, frozenset(named))
            if not any(is_small(row) for row in added_up(rows, found, coarser) if row.group):
                yield found
                break
            named.remove(min(named, key=lambda group: (sizes[group], group)))


def regrouped(
    measure: Measure, rows: Sequence[Row], grouping: Grouping, coarser: Mapping[str, str]
) -> list[Row]:
    """A measure's exact rows by the groups that are shown."""
    return (distributed if measure.kind == "distribution" else added_up)(rows, grouping, coarser)
