"""Acceptance: the twelve-answers fixture, in three councils' styles of file, gives exactly the twelve fractions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines import contracts, releases
from pipelines.run import run
from pipelines.settings import Settings
from tests.acceptance import council_files, twelve


@pytest.mark.parametrize("style", council_files.STYLES)
def test_twelve_answers(settings: Settings, tmp_path: Path, style: str) -> None:
    catalogue = contracts.load(settings)
    settings.inbox.mkdir(parents=True)
    for feed, rows in twelve.rows().items():
        shutil.move(
            council_files.write(tmp_path, catalogue.contracts[feed], rows, style, catalogue), settings.inbox
        )
    outcome = run(settings)
    assert not outcome.refused
    assert not any(settings.inbox.iterdir())
    figures = releases.open_release(settings)["figures"]
    year = figures[
        (figures["window"] == "12m")
        & (figures["period_end"].astype(str) == "2026-03-31")
        & (figures["breakdown"] == "")
    ].set_index("measure")
    found = {
        measure: (int(year.loc[measure, "numerator"]), int(year.loc[measure, "denominator"]))
        for measure in twelve.ANSWERS
    }
    assert found == twelve.ANSWERS
