"""send-audit run, publish, releases and history."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipelines.commands import console
from tests.commands.command_line import SECRET, answer, flat, send_audit, write_files


def test_run_says_what_changed_and_then_that_nothing_did(empty: Path, tmp_path: Path) -> None:
    files = write_files(tmp_path / "files")
    (empty / "inbox").mkdir(parents=True)
    for path in files.values():
        shutil.copy(path, empty / "inbox")
    (empty / "inbox" / "notes.csv").write_text(f"{SECRET},b\n1,2\n", encoding="utf-8")
    first = send_audit("run")
    assert first.exit_code == console.REFUSED, first.stderr
    told = flat(first.stdout)
    assert "Received from the inbox: 3 files; refused: 1." in told
    assert "is new" in told
    assert "key was made" in first.stderr
    assert SECRET not in first.output
    second = send_audit("run", "--json")
    assert second.exit_code == console.DONE
    assert answer(second)["is_new"] is False
    assert f"release {answer(second)['release']} stands" in flat(send_audit("run").stdout)
    listed = answer(send_audit("releases", "--json"))
    assert [row["release"] for row in listed] == [answer(second)["release"]]
    earlier = send_audit("run", "--as-of", "01/01/2020")
    assert earlier.exit_code == console.DONE, earlier.stderr
    assert "what had been received by 2020-01-01" in flat(earlier.stdout)
    assert [row["current"] for row in answer(send_audit("releases", "--json"))] == [False, True]


def test_releases_and_their_publication_are_listed(store: Path) -> None:
    officers, public = answer(send_audit("releases", "--json"))
    assert (officers["audience"], officers["current"], officers["published_as"]) == (
        "officers",
        True,
        public["release"],
    )
    assert (public["audience"], public["officers_release"], public["by"]) == (
        "public",
        officers["release"],
        "Head of quality assurance",
    )
    assert officers["deliveries"] == public["deliveries"] == 3
    assert officers["rows"] == 24 + 140 + 240
    assert [row["audience"] for row in answer(send_audit("releases", "--audience", "public", "--json"))] == [
        "public"
    ]
    assert "Head of quality assurance" in flat(send_audit("releases").stdout)


def test_publishing_the_same_again_changes_nothing(store: Path) -> None:
    result = send_audit("publish", "current", "--by", "Director", "--note", "Again", "--json")
    assert result.exit_code == console.DONE
    assert answer(result)["is_new"] is False
    unknown = send_audit("publish", "2020-01-01.1", "--by", "Director", "--note", "Again")
    assert unknown.exit_code == console.NOTHING


def test_the_history_of_a_feed_before_and_after_a_run(empty: Path, tmp_path: Path) -> None:
    assert send_audit("history", "audit_programme").exit_code == console.NOTHING
    plan = write_files(tmp_path)["audit_programme"]
    taken = send_audit("receive", plan, "--from", "Tarn office")
    assert "is delivery 1, from Tarn office, taken from its system" in flat(taken.stdout)
    waiting = send_audit("history", "audit_programme")
    assert "Not in a release yet: 1. Next: send-audit run" in waiting.output
    assert send_audit("run").exit_code == console.DONE
    told = answer(send_audit("history", "audit_programme", "--council", "990", "--json"))
    [row] = told["deliveries"]
    assert (row["number"], row["sent_by"], row["mode"], row["corrects"]) == (1, "Tarn office", "whole", [])
    assert row["rows_in_force"] == row["rows_received"] == row["rows_accepted"]
    assert told["not_in_a_release_yet"] == []
    assert "a whole file" in send_audit("history", "audit_programme").stdout
    assert answer(send_audit("history", "audit_programme", "--council", "991", "--json"))["deliveries"] == []
