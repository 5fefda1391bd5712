"""What all commands say alike: tables, dates, progress."""

from __future__ import annotations

from datetime import date

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cli import COMMANDS
from pipelines.commands import console
from tests.commands.command_line import send_audit


def test_a_table_is_plain_and_numbers_stand_to_the_right() -> None:
    lines = console.table_lines(["Name", "Rows"], [["a", 5], ["bcd", 1200]], None)
    assert lines == ["Name   Rows", "----  -----", "a         5", "bcd   1,200"]


def test_a_wide_table_is_wrapped_to_the_terminal() -> None:
    text = "one two three four five six seven eight nine ten"
    lines = console.table_lines(["Code", "What"], [["AUD-1", text]], 30)
    assert max(map(len, lines)) <= 30
    assert " ".join(line[7:].strip() for line in lines[2:]) == text


@given(
    st.lists(st.tuples(st.text(max_size=30), st.integers(0, 10**6), st.text(max_size=80)), max_size=5),
    st.integers(40, 120),
)
def test_no_line_of_a_table_is_wider_than_asked(rows: list[tuple[str, int, str]], width: int) -> None:
    lines = console.table_lines(["First", "Number", "Last"], rows, width)
    assert all(len(line) <= width for line in lines)
    assert len(lines) >= 2 + len(rows)


@pytest.mark.parametrize("text", ["2026-03-31", "31/03/2026", " 31/3/2026 "])
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert console.to_day(text) == date(2026, 3, 31)


@pytest.mark.parametrize("text", ["03/31/2026", "31 March", "", "2026-02-30", "31/03/26"])
def test_what_is_no_day_is_said(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="not a date"):
        console.to_day(text)


def test_progress_elsewhere_than_on_a_terminal_is_a_line_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress() as show:
        for done in range(3):
            show("Counting", done, 3)
        show("Writing", 0, 1)
    captured = capsys.readouterr()
    assert captured.err == "Counting ...\nWriting ...\n"
    assert captured.out == ""


def test_everything_said_can_be_shown_on_an_old_console() -> None:
    """Help in the letters of a Windows console of Western Europe."""
    for command in COMMANDS:
        send_audit(command, "--help").stdout.encode("cp1252")
