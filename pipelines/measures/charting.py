"""What a definition and a council may say about a measure's control chart, and what they may not.

Belongs here: baselines, rebasing, rules and targets as they are declared, and where they stand among a chart's points.
Does not belong here: making the chart (`charts`), limits and rules themselves (`statistics`), the rest of a definition
(`catalogue`).

What is declared for a measure changes only with the measure's version: two releases with one version have one kind of
chart, so a signal comes and goes with the figures alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.statistics import rules
from pipelines.statistics.series import TRIAL_POINTS
from pipelines.texts import from_yaml

if TYPE_CHECKING:
    from pipelines.measures.catalogue import Catalogue

Targets = Mapping[str, Mapping[str, float]]
"""Council -> measure -> its own target, in place of the definition's."""
Rebased = Mapping[str, Mapping[str, Mapping[date, str]]]
"""Council -> measure -> the day from which its chart begins anew -> why."""
BASELINE_POINTS = 24
"""A longer chart's limits come from its first points, so many: they then stay as they are when months are added."""
_DECLARED = ("chart", "baseline", "rebased_on", "rules", "target")


class Baseline(BaseModel):
    """The points that set a chart's centre and limits: so many of the first, or those from one day to another."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    points: int | None = Field(default=None, ge=TRIAL_POINTS)
    first: date | None = None
    last: date | None = None

    @model_validator(mode="after")
    def one_or_the_other(self) -> Self:
        days = (self.first, self.last)
        if (self.points is None) == (None in days) or (self.points and any(days)):
            raise ValueError("give either points, or first and last (days)")
        if self.first and self.last and self.first > self.last:
            raise ValueError("the first day comes after the last")
        return self


def positions(
    baseline: Baseline | None, ends: Sequence[date], are_there: Sequence[bool] | None = None
) -> tuple[int, int] | None:
    """Where a phase's baseline stands among its periods, from 0 and both included; None takes all of them.

    ends: the last day of each period. are_there: whether it has a point, as one without cases has not; all have, unless
    said. Days that no period of the phase lies in leave it as if none was declared.
    """
    if baseline and baseline.first and baseline.last:
        held = [place for place, end in enumerate(ends) if baseline.first <= end <= baseline.last]
        if held:
            return held[0], held[-1]
    points = (baseline.points if baseline else None) or BASELINE_POINTS
    held = [place for place, is_there in enumerate(are_there or [True] * len(ends)) if is_there]
    return (0, held[points - 1]) if len(held) > points else None


def phases(days: Sequence[date], ends: Sequence[date]) -> dict[int, date]:
    """Position of the first point of each phase after the first -> the day that begins it.

    A phase begins with the point whose period holds the day, or the next. A day that leaves no point before it or none
    after it begins nothing.
    """
    found: dict[int, date] = {}
    for day in sorted(days):
        place = next((place for place, end in enumerate(ends) if end >= day), 0)
        if place:
            found.setdefault(place, day)
    return found


def check_rules(declared: Mapping[str, Any]) -> None:
    """Raises ValueError for a rule that there is not, or a length or kind that it cannot have."""
    nothing = np.zeros(1)
    rules.signals(nothing, nothing, nothing, rules.complete_rules(declared))


def check_councils(catalogue: Catalogue, targets: Targets, rebased: Rebased | None = None) -> None:
    """A council's own targets and new baselines name measures that can have one.

    Raises:
        DefinitionError: one does not; says which file and what to do.
    """
    from pipelines.measures.catalogue import DefinitionError

    for field, given in (("targets", targets), ("rebased", rebased or {})):
        for council, own in given.items():
            for name in own:
                measure = catalogue.get(name)
                where = f"expectations/councils/{council}.yaml, at {field}"
                if measure is None:
                    raise DefinitionError(
                        f"{where}: there is no measure {name!r}. `send-audit measures` lists them; correct the id."
                    )
                if measure.chart == "none" or (field == "targets" and measure.higher_is == "neither"):
                    what = "target" if field == "targets" else "new baseline"
                    why = " or neither higher nor lower is better by itself" if field == "targets" else ""
                    raise DefinitionError(
                        f"{where}: {name} can have no {what}, because it has no control chart{why}. Remove the line."
                    )
    for council, own in targets.items():
        for name, target in own.items():
            if target > 1 and catalogue[name].kind != "mean":
                raise DefinitionError(
                    f"expectations/councils/{council}.yaml, at targets: the target of {name} is a share from 0 to 1: "
                    "write 0.9 for 90%."
                )


def check_versions(before: Mapping[str, str], catalogue: Catalogue) -> None:
    """No definition declares another chart or target than the same version did in the release before.

    before: measure -> its definition's text in that release.
    Raises:
        DefinitionError: one does; says which, and that it needs a new version.
    """
    from pipelines.measures.catalogue import DefinitionError

    for name, measure in catalogue.items():
        if before.get(name, measure.text) == measure.text:
            continue
        was, now = (from_yaml(text) for text in (before[name], measure.text))
        changed = [field for field in _DECLARED if was.get(field) != now.get(field)]
        if changed and was.get("version") == now.get("version"):
            raise DefinitionError(
                f"{name.replace('.', '/')}.yaml, at {changed[0]}: it is not what version {measure.version} says in the "
                "last release, and charts of one version must stay comparable. Raise the version, and say in "
                "CHANGELOG.md what it changes."
            )
