"""A rebuild of the demonstration as of an earlier day is the release of that day, byte for byte in its parts."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines import durable, past, releases, run
from pipelines.settings import Settings

pytestmark = pytest.mark.slow
DAYS = (date(2024, 4, 30), date(2025, 4, 30))


@pytest.fixture(scope="module")
def own(demonstrated: tuple[Settings, str], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy without any council's partition: facts and figures are made anew."""
    held = demonstrated[0]
    data = tmp_path_factory.mktemp("as-of") / "data"
    shutil.copytree(held.data, data)
    shutil.rmtree(data / "store" / "records" / "partitions")
    return replace(held, data=data, key_file=data / "key" / "pseudonym.key")


@pytest.mark.parametrize("day", DAYS)
def test_a_rebuild_is_the_release_of_that_day(own: Settings, day: date) -> None:
    there = past.on(own.audience("officers"), day).release
    before = releases.current_release(own, "officers")
    stored = releases.read_manifest(own, "officers", there)
    compared = [part for part in stored["parts"] if part["table"] not in releases.COMPARED]
    for part in compared:  # a part that the rebuild does not write again is missing then
        releases.part_path(own, part).unlink(missing_ok=True)
    outcome = run.run(own, as_of=day)
    assert (outcome.release, outcome.is_new) == (there, False)
    assert len(compared) > 50
    for part in compared:
        assert durable.file_digest(releases.part_path(own, part)) == part["sha256"], Path(part["table"])
    assert releases.current_release(own, "officers") == before, "readers are not pointed to it"
