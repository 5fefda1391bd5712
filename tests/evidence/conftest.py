"""A small store with a history: two days of deliveries, two officers' releases, two publications, published figures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines import contracts, publish, run
from pipelines import settings as program_settings
from pipelines.intake import key as keys
from pipelines.intake import receive, verdicts
from pipelines.settings import Settings
from tests import few
from tests.acceptance import council_files, twelve
from tests.acceptance.test_published_figures import LINES, write

FIRST, SECOND = date(2026, 4, 3), date(2026, 4, 20)
Send = Callable[[Settings, str], None]


def make_history(settings: Settings, folder: Path) -> tuple[str, str]:
    """Receive, run and publish on two days; returns the ids of the two officers' releases."""
    catalogue, rows = contracts.load(settings), twelve.rows()
    made = []
    for day, feeds in (
        (FIRST, ("audit_programme", "case_audits")),
        (SECOND, ("family_participation", "published")),
    ):
        own = replace(settings, today=day)
        key = keys.load(own)
        for feed in feeds:
            if feed == "published":
                path = write(folder / "timeliness_20_week.csv", LINES)
            else:
                path = council_files.write(folder, catalogue.contracts[feed], rows[feed], "plain", catalogue)
            receive.receive(own, catalogue, key, path, extracted_on=FIRST, sent_by="SEND office")
        release = run.run(own).release
        assert release
        made.append(release)
        publish.publish(own, "CURRENT", by="Head of quality assurance", note=f"Agreed {day}")
    return made[0], made[1]


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The store; whoever changes a file of it puts it back."""
    folder = tmp_path_factory.mktemp("verified")
    settings = program_settings.load(
        {
            "SEND_AUDIT_DATA": str(folder / "data"),
            "SEND_AUDIT_KEY_FILE": str(folder / "key" / "pseudonym.key"),
            "SEND_AUDIT_TODAY": SECOND.isoformat(),
            "SEND_AUDIT_DEFINITIONS": str(few.definitions(folder / "definitions")),
        }
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verdicts, "verdicts", lambda *_: {})
        make_history(settings, folder)
    return settings


@pytest.fixture
def own(kept: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A copy of it, to be changed."""
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})
    shutil.copytree(kept.data, tmp_path / "data")
    return replace(kept, data=tmp_path / "data")
