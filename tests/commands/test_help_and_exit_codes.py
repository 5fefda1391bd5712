"""Help, wrong usage and how a command ends: what is said, with which code, and what is never shown."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pipelines import contracts, durable
from pipelines.cli import COMMANDS
from pipelines.commands import console
from tests.commands.command_line import SECRET, send_audit, write_files


def test_help_lists_every_command_and_exit_code() -> None:
    told = send_audit("--help").stdout
    for command in COMMANDS:
        assert f"\n  {command} " in told
    for code, meaning in console.EXIT_CODES.items():
        assert f"{code}  {meaning}" in told
    assert "..." not in told.partition("Commands:")[2], "a short help is cut off"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples_that_name_its_options(command: str) -> None:
    result = send_audit(command, "--help")
    assert result.exit_code == console.DONE
    _, examples = COMMANDS[command]
    assert examples
    for example in examples:
        assert example.split()[0] == command
        assert f"send-audit {example}" in result.stdout
        for word in example.split():
            if word.startswith("--"):
                assert f"{word} " in result.stdout or f"{word}\n" in result.stdout


def test_the_version_is_the_packages() -> None:
    from pipelines import __version__

    assert send_audit("--version").stdout.strip() == f"send-audit {__version__}"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["receive"],
        ["receive", "no-such-file.csv"],
        ["run", "--as-of", "31st March"],
        ["figure", "voice.child", "--window", "fortnight"],
        ["figure", "voice.child", "--to", "2026-13-01"],
        ["figure", "voice.child", "--audience", "everybody"],
        ["publish", "CURRENT", "--by", " ", "--note", "why"],
        ["publish", "CURRENT", "--by", "Director"],
        ["releases", "--audience", "everybody"],
        ["up", "--port", "8051", "--dagster-port", "8051"],
        ["template", "case_audits", "--out", "audits.csv"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(empty: Path, arguments: list[str]) -> None:
    result = send_audit(*arguments)
    assert result.exit_code == console.USAGE
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["figure", "voice.any_family"],
        ["figure", "voice.any_family", "--release", "2026-01-01.1"],
        ["releases"],
        ["releases", "--json"],
        ["publish", "CURRENT", "--by", "Director", "--note", "why"],
        ["explain", "AUD-999"],
        ["feeds", "case_audit"],
        ["template", "case_audit"],
        ["names", "Brackenshire"],
        ["names", "Atlantis"],
        ["template", "case_audits", "--council", "Atlantis"],
    ],
    ids=" ".join,
)
def test_nothing_found_ends_with_4_and_says_what_to_do(empty: Path, arguments: list[str]) -> None:
    result = send_audit(*arguments)
    assert result.exit_code == console.NOTHING
    assert re.search(r"`send-audit |Did you mean|Give its name", result.stderr)
    assert result.stdout.strip() in ("", "[]")


def test_a_setting_that_cannot_be_read_is_named(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEND_AUDIT_TODAY", "tomorrow")
    result = send_audit("feeds")
    assert result.exit_code == console.USAGE
    assert "SEND_AUDIT_TODAY" in result.stderr


def test_a_busy_store_ends_with_5(empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = write_files(tmp_path / "files")
    locked = durable.store_lock
    with locked(empty / "store"):
        monkeypatch.setattr(durable, "store_lock", lambda store, wait_seconds=0.1: locked(store, 0.1))
        for arguments in (["receive", files["audit_programme"]], ["run"]):
            result = send_audit(*arguments)
            assert result.exit_code == console.BUSY
            assert "Another run" in result.stderr
            assert result.stdout == ""


def test_a_failure_of_the_program_says_where_and_never_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        int(SECRET)

    small = typer.Typer()
    small.command()(console.guarded(broken))
    monkeypatch.delenv(console.DEBUG, raising=False)
    result = CliRunner().invoke(small, [])
    assert result.exit_code == console.BROKEN
    assert "ValueError" in result.stderr
    assert SECRET not in result.output
    assert "Traceback" not in result.output
    monkeypatch.setenv(console.DEBUG, "1")
    assert isinstance(CliRunner().invoke(small, []).exception, ValueError)


def test_a_failure_is_placed_in_the_program() -> None:
    with pytest.raises(AttributeError) as caught:
        contracts.simplify(None)  # type: ignore[arg-type]
    message, code = console.explained(caught.value)
    assert f"AttributeError at {os.path.join('pipelines', 'texts.py')}, line " in message
    assert code == console.BROKEN


def test_our_own_messages_are_told_as_they_are() -> None:
    from pipelines.feeds.refusal import Refused
    from pipelines.measures.lookup import NotFound
    from pipelines.releases import NoRelease

    assert console.explained(contracts.ContractError("Correct it.")) == ("Correct it.", console.BROKEN)
    assert console.explained(durable.StoreBusy("Wait.")) == ("Wait.", console.BUSY)
    assert console.explained(NoRelease("None yet.")) == ("None yet.", console.NOTHING)
    assert console.explained(NotFound("No such.")) == ("No such.", console.NOTHING)
    assert console.explained(Refused("FILE-02", "Empty.")) == ("Empty.", console.REFUSED)
    full = OSError(28, "No space left on device", "/somewhere/x")
    assert console.explained(full) == (
        "The system would not let us use a file: No space left on device. /somewhere/x",
        console.BROKEN,
    )
