"""`send-audit balances` on the twelve-answers files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.commands import console
from tests.commands.command_line import answer, flat, send_audit


@pytest.mark.usefixtures("store")
def test_every_row_in_words() -> None:
    said = flat(send_audit("balances", "--council", "Brackenshire").stdout)
    assert "Case audits, Brackenshire 140 rows received = 140 accepted." in said
    assert "240 rows in force = 240 people, one for each role in an audit." in said
    assert (
        "voice.any_family: 140 rows looked at = 120 in the denominator + 20 without a day of completion."
        in said
    )
    thematic = "voice.any_family_thematic: 140 rows looked at = 70 in the denominator + 50 of which this does not hold"
    assert f"{thematic}: it is a thematic audit + 20 without a day of completion." in said


@pytest.mark.usefixtures("store")
def test_every_row_as_json() -> None:
    lines = answer(send_audit("balances", "--json"))
    assert all(line["adds_up"] and line["rows"] == sum(line["parts"].values()) for line in lines)
    assert {
        "council": "990", "feed": "audit_programme", "step": "made", "subject": "planned_audits", "rows": 140,
        "parts": {"fact": 140}, "adds_up": True,
    } in lines  # fmt: skip


@pytest.mark.usefixtures("store")
def test_the_public_read_whole_rows_by_feed() -> None:
    lines = answer(send_audit("balances", "--audience", "public", "--json"))
    assert {line["step"] for line in lines} == {"files", "received", "accepted"}


@pytest.mark.usefixtures("store")
def test_a_council_without_rows_is_nothing_found() -> None:
    done = send_audit("balances", "--council", "991")
    assert done.exit_code == console.NOTHING
    assert "no row of that council" in done.stderr


def test_without_a_release_it_says_what_to_do(empty: Path) -> None:
    done = send_audit("balances")
    assert done.exit_code == console.NOTHING
    assert "send-audit run" in done.stderr
