"""send-audit report where there is nothing to report; tests/acceptance has a store with a ledger."""

from __future__ import annotations

from pathlib import Path

from dashboard import ledger_words
from pipelines.commands import console
from tests.commands.command_line import flat, send_audit


def test_a_store_without_a_register_of_actions_says_so(store: Path, tmp_path: Path) -> None:
    for source in ("all", "ombudsman"):
        result = send_audit("report", source, "-o", tmp_path / "report.pdf")
        assert result.exit_code == console.NOTHING
        assert flat(result.stderr) == ledger_words.NONE
        assert not (tmp_path / "report.pdf").exists()
