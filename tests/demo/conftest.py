"""The fictional county, made once for all of its tests."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from recount import SEED

from pipelines import contracts, demo, settings
from pipelines.contracts import Catalogue
from pipelines.demo import plans, story


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return contracts.load(settings.load({}))


@pytest.fixture(scope="session")
def audits(catalogue: Catalogue) -> list[demo.Audit]:
    """The completed audits of the three years."""
    everything = demo.county(SEED, catalogue)
    return [audit for audit in everything if (audit.row["completed_on"] or date.max) <= story.LAST]


@pytest.fixture(scope="session")
def extracts(catalogue: Catalogue) -> list[demo.Extract]:
    return demo.extracts(demo.county(SEED, catalogue), SEED)


@pytest.fixture(scope="session")
def register(catalogue: Catalogue) -> list[demo.Row]:
    return plans.register(demo.county(SEED, catalogue), SEED, catalogue)


@pytest.fixture(scope="session")
def everything(catalogue: Catalogue) -> list[demo.Extract]:
    return demo.everything(SEED, catalogue)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    demo.generate(folder, SEED, catalogue)
    return folder
