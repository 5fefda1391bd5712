"""A few of the measures, for tests of how things are kept: counting them all would take most of the time of a run.

Belongs here: which they are. Does not belong here: any test of a figure; those count every measure.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from pipelines import settings

MEASURES = (
    "voice.any_family", "voice.child", "voice.parent", "quality.good_or_better", "quality.mental_health_considered",
    "programme.coverage", "programme.delivery", "timeliness.twenty_weeks_published",
    "timeliness.twenty_weeks_published_excluding_exceptions", "advice.good", "plans.provision_specified",
)  # fmt: skip
"""Of each way of counting one, and those that the councils' files name."""


def definitions(folder: Path, *more: str) -> Path:
    """A folder of definitions with these measures, and some more."""
    own = settings.load({}).definitions
    for measure in (*MEASURES, *more):
        place = folder / f"{measure.replace('.', '/')}.yaml"
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(own / place.relative_to(folder), place)
    return folder
