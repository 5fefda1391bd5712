"""What a quick answer loads, and that it runs as a module."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.settings import HOME

HEAVY = (
    "dagster",
    "great_expectations",
    "ibis",
    "pandas",
    "pyarrow",
    "dash",
    "flask",
    "plotly",
    "scipy",
    "rich",
)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["figure", "voice.any_family", "--by", "audit_type"]], ids=" ".join
)
def test_a_quick_answer_loads_nothing_heavy(store: Path, arguments: list[str]) -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from pipelines.cli import app; "
        "from typer.testing import CliRunner\n"
        f"try: app({arguments!r})\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_it_runs_as_a_module(store: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "figure", "voice.any_family", "--json"],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)[0]["numerator"] == 74
    assert done.stderr == ""
