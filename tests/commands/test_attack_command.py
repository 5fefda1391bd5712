"""`send-audit attack` on the twelve-answers files."""

from __future__ import annotations

from pathlib import Path

from tests.commands.command_line import answer, flat, send_audit


def test_a_publication_without_groups_has_nothing_to_attack(store: Path) -> None:
    done = send_audit("attack")
    assert done.exit_code == 0
    assert "Nothing of publication" in flat(done.stdout) or "Nothing small could be worked out" in flat(
        done.stdout
    )


def test_the_answer_as_json(store: Path) -> None:
    held = answer(send_audit("attack", "CURRENT", "--audience", "public", "--json"))
    assert set(held) == {"release", "attacked"}
    assert all(one["safe"] and not one["found"] for one in held["attacked"])


def test_only_what_is_public_is_attacked(store: Path) -> None:
    assert send_audit("attack", "--audience", "officers").exit_code == 2


def test_a_release_that_is_not_there(store: Path) -> None:
    assert send_audit("attack", "2020-01-01.1").exit_code == 4
