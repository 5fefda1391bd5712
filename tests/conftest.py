"""What every test has: settings of its own, and hypothesis without a clock (machines differ)."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

from pipelines import settings as program_settings

hypothesis.settings.register_profile("steady", deadline=None)
hypothesis.settings.load_profile("steady")


@pytest.fixture
def settings(tmp_path: Path) -> program_settings.Settings:
    """The program's own contracts and lists, with a store, inbox, outbox and key of this test's own."""
    return program_settings.load(
        {
            "SEND_AUDIT_DATA": str(tmp_path / "data"),
            "SEND_AUDIT_KEY_FILE": str(tmp_path / "key" / "pseudonym.key"),
        }
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the whole demonstration first: it is made while other processes run the rest."""
    items.sort(key=lambda item: "demonstrated" not in getattr(item, "fixturenames", ()))
