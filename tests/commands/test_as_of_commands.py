"""--as-of on the commands that read figures, and send-audit changes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines.commands import console
from pipelines.settings import Settings
from tests.commands.command_line import answer, flat, send_audit, use
from tests.evidence.test_between import STORY, make

EVERY = [
    ["figure", "voice.any_family"], ["measures"], ["explain", "voice.child"], ["history", "case_audits"],
    ["releases"], ["balances"], ["receipt", "7NJB8JGWR4K"], ["publish", "--by", "Board", "--note", "Agreed"],
]  # fmt: skip


@pytest.mark.parametrize("command", EVERY, ids=lambda command: command[0])
def test_a_day_before_any_release_finds_nothing(store: Path, command: list[str]) -> None:
    told = send_audit(*command, "--as-of", "31/12/2020")
    assert told.exit_code == console.NOTHING, told.output
    assert "stood on" in flat(told.stderr)
    assert told.stdout == ""


def test_a_day_on_which_a_release_stood_gives_that_one(store: Path) -> None:
    today = answer(send_audit("releases", "--audience", "officers", "--json"))[0]["stood_from"]
    [then] = answer(
        send_audit("figure", "voice.any_family", "--to", "2026-03-31", "--as-of", today, "--json")
    )
    [now] = answer(send_audit("figure", "voice.any_family", "--to", "2026-03-31", "--json"))
    assert then == now
    names = {row["measure"] for row in answer(send_audit("measures", "--as-of", today, "--json"))}
    assert names == {row["measure"] for row in answer(send_audit("measures", "--json"))}
    assert answer(send_audit("explain", "voice.child", "--as-of", today, "--json")) == answer(
        send_audit("explain", "voice.child", "--json")
    )
    for command in (["balances"], ["receipt", now["receipt"]]):
        assert answer(send_audit(*command, "--as-of", today, "--json")) == answer(
            send_audit(*command, "--json")
        )
    assert [
        row["number"]
        for row in answer(send_audit("history", "case_audits", "--as-of", today, "--json"))["deliveries"]
    ]


@pytest.mark.parametrize(
    "command",
    [
        ["figure", "voice.any_family", "--release", "2026-01-01.1"],
        ["receipt", "7NJB8JGWR4K", "--release", "2026-01-01.1"],
        ["balances", "--release", "2026-01-01.1"],
        ["publish", "CURRENT", "--by", "Board", "--note", "Yes"],
    ],
)
def test_a_day_and_a_release_together_are_refused(store: Path, command: list[str]) -> None:
    told = send_audit(*command, "--as-of", "2026-03-31")
    assert told.exit_code == console.USAGE
    assert "Give --as-of or a release, not both" in flat(told.stderr)


@pytest.fixture
def told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The three releases of the story in `test_between`, as the command line's own store."""
    made = [make(settings, day, rows, **more) for day, rows, more in STORY]
    use(monkeypatch, settings.data, settings.key_file)
    return made


def test_releases_say_what_stood_when(told: list[str]) -> None:
    rows = answer(send_audit("releases", "--json"))
    assert [(row["release"], row["stood_from"], row["stood_until"]) for row in rows] == [
        (told[2], "2026-03-05", None), (told[1], "2026-02-20", "2026-03-05"), (told[0], "2026-01-10", "2026-02-20"),
    ]  # fmt: skip
    for day, release in (("2026-02-20", told[1]), ("2026-03-04", told[1]), ("2026-01-10", told[0])):
        assert [row["release"] for row in answer(send_audit("releases", "--as-of", day, "--json"))] == [
            release
        ]


def test_changes_in_words(told: list[str]) -> None:
    said = flat(send_audit("changes", "2026-01-31", "28/02/2026").stdout)
    assert "From 10 January 2026 (data version 2026-01-10.1) to 20 February 2026" in said
    assert (
        "Audits that heard from the child, Brackenshire, in the 12 months to 31 March 2026: 54% (54 of 100 audits); "
        "before, 50% (50 of 100 audits). 4 percentage points higher. New deliveries: case audits no. 2."
    ) in said
    assert "Receipts R1, R2" in said
    now = flat(send_audit("changes").stdout)
    assert "version 1.1.0 takes the place of 1.0.0" in now
    assert "54% (54 of 100 audits), now 60% (60 of 100 audits). 6 percentage points higher." in now
    assert "No longer there; it was in force" in now


def test_changes_as_json_and_what_is_not_there(told: list[str]) -> None:
    found = answer(send_audit("changes", told[0], told[1], "--json"))
    assert (found["before"]["release"], found["after"]["release"]) == (told[0], told[1])
    assert found["restated"][0]["why"][0]["number"] == 2
    for arguments in (
        ["2025-12-31"],
        ["2026-01-10.9"],
        [told[0], "soon"],
        ["2026-01-31", "--audience", "public"],
    ):
        nothing = send_audit("changes", *arguments)
        assert nothing.exit_code == console.NOTHING, nothing.output
        assert nothing.stdout == ""
    assert date(2026, 3, 5).isoformat() in send_audit("releases").stdout
