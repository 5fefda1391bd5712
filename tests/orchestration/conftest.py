"""One recorded run to look at, and a history that is not on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import dagster as dg
import pytest

from pipelines import definitions, run
from pipelines.settings import Settings
from tests.orchestration.stubbed_job import (
    Job,
    good,
    refused,
    settings_in,
)


@pytest.fixture(scope="module")
def after(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Settings, run.Outcome, dg.DagsterInstance]]:
    """A store after one run that got a good delivery and one that was refused."""
    settings = settings_in(tmp_path_factory.mktemp("store"))
    with pytest.MonkeyPatch.context() as patch:
        Job(patch, good(), refused())
        outcome = definitions.run_main(settings)
    with definitions.instance_for(settings) as instance:
        yield settings, outcome, instance


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """A history that is not on the disk, where a test does not look for it there: making one takes seconds."""
    with dg.DagsterInstance.ephemeral() as instance:
        monkeypatch.setattr(definitions, "instance_for", lambda _: nullcontext(instance))
        yield instance
