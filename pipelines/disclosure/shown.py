"""What readers are shown of a breakdown, as an attacker reads it.

Belongs here: from rows of figures, as they stand in the public store, to what is known, what is hidden and how it hangs
together; and the attack on it.
Does not belong here: what was meant to be shown (`choose`): nothing of it comes in here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from pipelines.disclosure.attack import Attacked, Contradiction, attack
from pipelines.disclosure.families import Count, Family, Slot, above, below
from pipelines.disclosure.linked import Name, Range, exactly
from pipelines.disclosure.rules import ATTACK, Rules
from pipelines.measures.catalogue import Measure


class Row(NamedTuple):
    """A figure as it is shown; None stands for whatever is not."""

    measure: str
    window: str
    start: date
    group: str
    """'' for all groups together."""
    numerator: int | None
    denominator: int | None
    value: float | None = None


@dataclass
class Knowledge:
    """What somebody knows who has read some rows of one family."""

    family: Family
    known: dict[Name, Range] = field(default_factory=dict)
    hidden: dict[Name, None] = field(default_factory=dict)
    slots: dict[Slot, frozenset[str]] = field(default_factory=dict)

    def tell(self, name: Name, value: float | None) -> None:
        """Add what is shown of a count.

        Raises:
            Contradiction: something else was shown of it.
        """
        if value is None:
            self.hidden[name] = None
        elif self.known.setdefault(name, exactly(value)) != exactly(value):
            raise Contradiction("Two rows show different counts of the same cases.")


def known_from(
    rows: Iterable[Row],
    measures: Mapping[str, Measure],
    fact: str,
    date: str,
    usual: bool,
) -> Knowledge:
    """Read rows of one breakdown.

    Raises:
        Contradiction: they cannot all be of the same cases.
    """
    held = Knowledge(Family(fact, date, usual, ATTACK))
    by_slot: dict[tuple[str, str, object], list[Row]] = {}
    for row in rows:
        by_slot.setdefault((row.measure, row.window, row.start), []).append(row)
    for own in by_slot.values():
        _read(held, own, measures[own[0].measure])
    for name in [name for name in held.hidden if name in held.known]:
        del held.hidden[name]  # shown elsewhere
    return held


def _read(held: Knowledge, rows: Sequence[Row], measure: Measure) -> None:
    upper = Slot(above(measure), rows[0].window, rows[0].start)
    lower = upper._replace(columns=below(measure))
    groups = frozenset(row.group for row in rows if row.group)
    if groups:
        held.slots[upper] = held.slots.get(upper, frozenset()) | groups
        if measure.kind != "distribution":
            held.slots[lower] = held.slots.get(lower, frozenset()) | groups
    for row in rows:
        numerator, denominator = row.numerator, row.denominator
        if numerator is None and row.value is not None and denominator is not None:
            numerator = round(row.value * denominator)
        held.tell(held.family.count(upper, row.group), numerator)
        if measure.kind == "distribution" and row.group:
            held.tell(held.family.count(lower, ""), denominator)
        else:
            held.tell(held.family.count(lower, row.group), denominator)


def attack_rows(
    rows: Sequence[Row],
    measures: Mapping[str, Measure],
    *,
    threshold: int,
    seconds: float = 60.0,
) -> Attacked:
    """Attack what rows of one family show together: of all publications, each measure's rows by group and its totals.

    First with what is usually true of how cases are recorded; without, where the rows contradict it.

    Raises:
        Contradiction: the rows cannot all be of the same cases.
    """
    one = measures[next(row.measure for row in rows)]
    for usual in (True, False):
        try:
            held = known_from(rows, measures, one.fact, one.date, usual)
            return attack_on(held, [measures[name] for name in dict.fromkeys(row.measure for row in rows)],
                             threshold=threshold, seconds=seconds)  # fmt: skip
        except Contradiction:
            if not usual:
                raise
    raise AssertionError("one of the two returns or raises")


def attack_on(
    held: Knowledge, measures: Sequence[Measure], *, threshold: int, seconds: float, rules: Rules = ATTACK
) -> Attacked:
    """The attack on what is known of one family."""
    links = held.family.links(held.slots, measures)
    return attack(
        links.relations,
        held.known,
        protected=links.protected,
        hidden=[name for name in held.hidden if isinstance(name, Count) and name.group],
        zero_hides=links.zero_hides,
        threshold=threshold,
        seconds=seconds,
    )
