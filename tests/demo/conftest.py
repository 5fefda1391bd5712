"""The fictional county, made once for all of its tests."""

from __future__ import annotations

import os
import re
import shutil
import time
from datetime import date
from pathlib import Path

import pytest
from recount import SEED
from typer.testing import CliRunner

from pipelines import cli, contracts, demo, settings
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


@pytest.fixture(scope="session")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[settings.Settings, str]:
    """The whole demonstration, run by its command: its settings, and what the command said. It takes minutes, so of
    the processes that run tests side by side one runs it, and each has a copy."""
    of_this_process = tmp_path_factory.getbasetemp()
    is_one_of_several = "PYTEST_XDIST_WORKER" in os.environ
    made = (of_this_process.parent if is_one_of_several else of_this_process) / "demonstration"
    said = made / "said.txt"
    try:
        made.mkdir()
    except FileExistsError:
        while not said.exists():
            time.sleep(0.2)
    else:
        try:
            _demonstrate(made)
        finally:  # a demonstration that fails fails wherever it is waited for
            aside = made / "said.part"
            aside.touch()
            aside.rename(said)
    own = tmp_path_factory.mktemp("demonstration-of-its-own") / "data"
    shutil.copytree(made / "data", own)
    told = said.read_text(encoding="utf-8")
    assert told, "the demonstration failed: see the test that ran it"
    return settings.load({"SEND_AUDIT_DATA": str(own)}), told.replace(str(made / "data"), str(own))


def _demonstrate(made: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEND_AUDIT_DATA", str(made / "data"))
        patch.delenv("SEND_AUDIT_KEY_FILE", raising=False)
        result = CliRunner().invoke(cli.app, ["demo", "--no-serve"])
    assert result.exit_code == 0, result.output
    (made / "said.part").write_text(re.sub(r"\s+", " ", result.stdout), encoding="utf-8")
