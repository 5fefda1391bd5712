"""A store without anything in it, and one made by the command line itself from the twelve-answers files, so that its
figures are known."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock

from pipelines.commands import console
from tests.commands.command_line import EXTRACTED, send_audit, use, write_files


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with nothing in it."""
    use(monkeypatch, tmp_path / "data", tmp_path / "key" / "pseudonym.key")
    return tmp_path / "data"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose store holds the twelve-answers files, run and published; only to be read. Workers share it."""
    shared = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    folder = (
        tmp_path_factory.getbasetemp().parent / f"made-{shared}"
        if shared
        else tmp_path_factory.mktemp("made")
    )
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "LOCK"), pytest.MonkeyPatch.context() as patch:
        if (folder / "made").exists():
            return folder
        use(patch, folder / "data", folder / "key" / "pseudonym.key")
        files = write_files(folder / "files")
        assert send_audit("receive", *files.values(), *EXTRACTED).exit_code == console.DONE
        assert send_audit("run").exit_code == console.DONE
        done = send_audit("publish", "CURRENT", "--by", "Head of quality assurance", "--note", "Agreed")
        assert done.exit_code == console.DONE, done.stderr
        (folder / "made").touch()
    return folder


@pytest.fixture
def store(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    use(monkeypatch, made / "data", made / "key" / "pseudonym.key")
    return made / "data"
