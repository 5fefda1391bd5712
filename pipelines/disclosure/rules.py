"""What must not be known of a breakdown, and how far protection goes.

Belongs here: the rules by name, so that a test can switch each off and see the attack find what then leaks.
Does not belong here: carrying them out (`families`, `choose`, `protect`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

THRESHOLD = 5
"""Where a council sets no other: counts from 1 to 4 are hidden."""


@dataclass(frozen=True)
class Rules:
    """Everything is on in the program; only tests switch a rule off."""

    threshold: int = THRESHOLD
    small: bool = True
    """Counts from 1 to threshold - 1 are hidden."""
    complement: bool = True
    """What is left of a group is a count too: 7 of 8 tells of 1."""
    whole_groups: bool = True
    """A group of whom nobody, or everybody, was counted is not shown as such."""
    percentage: bool = True
    """Where a count is hidden, so is its share."""
    others: bool = True
    """Further counts are hidden where one could be worked out from its total."""
    shared: bool = True
    """Measures of the same cases are taken together: what one leaves out of another is a count too."""
    periods: bool = True
    """Months, quarters and years of the same cases are taken together."""
    earlier: bool = True
    """What was published before is known."""
    together: bool = True
    """Hidden counts must not be known to be small, alone or together."""

    def without(self, rule: str) -> Rules:
        return replace(self, **{rule: False})


ATTACK = Rules()
"""The attack knows every rule of how counts hang together, whatever protection was told."""
