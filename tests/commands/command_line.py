"""The command line as the tests use it: running it, reading what it says, the files that it is given."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pipelines import contracts
from pipelines import settings as program_settings
from pipelines.cli import app
from tests.acceptance import council_files, twelve

SECRET = "Zebedee Quorn"

EXTRACTED = ["--extracted-on", "03/04/2026"]


def send_audit(*arguments: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(
        app, [str(argument) for argument in arguments], input=typed, prog_name="send-audit"
    )


def answer(result: Result) -> Any:
    """The JSON on stdout, which must hold nothing else."""
    return json.loads(result.stdout)


def flat(text: str) -> str:
    """Output without its line breaks, which depend on the terminal."""
    return " ".join(text.split())


def write_files(
    folder: Path, style: str = "plain", **changes: Callable[[list[dict[str, Any]]], None]
) -> dict[str, Path]:
    """The twelve-answers files; `changes` may alter a feed's rows first."""
    catalogue = contracts.load(program_settings.load({}))
    written = {}
    for feed, rows in twelve.rows().items():
        held = [dict(row) for row in rows]
        changes.get(feed, lambda rows: None)(held)
        written[feed] = council_files.write(folder, catalogue.contracts[feed], held, style, catalogue)
    return written


def use(monkeypatch: pytest.MonkeyPatch, data: Path, key: Path) -> None:
    for name in [name for name in os.environ if name.startswith("SEND_AUDIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SEND_AUDIT_DATA", str(data))
    monkeypatch.setenv("SEND_AUDIT_KEY_FILE", str(key))
