"""What kind of measure a figure is of, and what it counts: that decides which words it is told in.

Belongs here: what the row of a measure says of its kind and units. Does not belong here: any words for a figure.
Nothing outside the standard library is imported, because the command line uses this too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.phrases import COEFFICIENT

Row = Mapping[str, Any]
COMPARED = ("gap", "evenness", "weighted")
"""Kinds that set groups against one another."""


def is_compared(measure: Row | None) -> bool:
    """Whether a measure sets groups against one another, so that its value is no share of its own counts."""
    return bool(measure) and (measure or {}).get("kind") in COMPARED


def is_mean(measure: Row) -> bool:
    """Whether the measure's value is an average in a unit of its own, not a share."""
    return measure.get("kind") == "mean"


def is_coefficient(measure: Row | None) -> bool:
    """Whether the measure's value is a coefficient of agreement, from -1 to 1."""
    return measure is not None and measure.get("kind") == "agreement"


def is_distribution(measure: Row) -> bool:
    """Whether the measure divides a whole into kinds, so that only a group of it is a part of anything."""
    return measure.get("kind") == "distribution"


def unit(measure: Row) -> str:
    """What the measure counts: audits, people, offers; as its definition says."""
    return measure.get("counts_what") or ("people" if measure.get("kind") == "people_share" else "audits")


def own_unit(measure: Row | None) -> str:
    """The unit that an average is in, `COEFFICIENT`, or nothing for a share."""
    if is_coefficient(measure):
        return COEFFICIENT
    return measure["unit"] if measure and is_mean(measure) else ""
