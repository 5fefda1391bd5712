"""`erase` and `retention`: what they show, what they ask for, and that the reference is nowhere in what they say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.commands import console
from tests.commands.command_line import answer, flat, send_audit, use

CHILD = "C7003"
WHY = ("--by", "Data protection officer", "--note", "Request upheld")


@pytest.fixture
def own(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the store, to be changed."""
    shutil.copytree(made / "data", tmp_path / "data")
    use(monkeypatch, tmp_path / "data", made / "key" / "pseudonym.key")
    return tmp_path / "data" / "store"


def files(store: Path) -> dict[str, bytes]:
    kept = [
        path
        for path in store.rglob("*")
        if path.is_file() and "work" not in path.parts and path.name != "LOCK"
    ]
    return {path.relative_to(store).as_posix(): path.read_bytes() for path in kept}


def test_it_shows_then_erases_and_every_command_says_so(own: Path) -> None:
    before = files(own)
    shown = send_audit("erase", "--child-reference", "--dry-run", typed=f"{CHILD}\n")
    assert shown.exit_code == console.DONE, shown.output
    said = flat(shown.stdout)
    assert "3 rows in 2 archived files would go" in said
    assert "Releases that held them: 1 release for officers, 1 publication" in said
    assert CHILD not in shown.output
    assert files(own) == before

    asked = send_audit("erase", "--child-reference", *WHY, typed=f"{CHILD}\n")
    assert "Nothing was erased. Give --yes" in flat(asked.stderr)
    assert files(own) == before

    done = send_audit("erase", "--child-reference", *WHY, "--yes", "--json", typed=f"{CHILD}\n")
    assert done.exit_code == console.DONE, done.output
    told = answer(done)
    assert (told["erased"], told["number"], told["rows"]) == (True, 1, 3)
    assert CHILD not in done.output

    checked = send_audit("verify", "--all", "--json")
    assert checked.exit_code == console.DONE, checked.stdout
    [erasure] = answer(checked)["erasures"]
    assert (erasure["by"], erasure["note"], erasure["rows"]) == (
        "Data protection officer",
        "Request upheld",
        3,
    )
    assert "all equal" in flat((words := send_audit("verify", "--all")).stdout)
    assert "Erasure 1 on" in flat(words.stdout)

    [figure] = answer(send_audit("figure", "voice.any_family", "--json"))
    for audience, receipt in (
        ("officers", figure["receipt"]),
        (
            "public",
            answer(send_audit("figure", "voice.any_family", "--audience", "public", "--json"))[0]["receipt"],
        ),
    ):
        one = send_audit("verify", receipt)
        assert one.exit_code == console.DONE, one.output
        assert "figure preserved, not recomputable." in flat(one.stdout)
        receipted = send_audit("receipt", receipt, "--audience", audience)
        assert "Source erased on" in flat(receipted.stdout)
        assert answer(send_audit("receipt", receipt, "--audience", audience, "--json"))["erased_on"]

    again = send_audit("erase", "--child-reference", *WHY, "--yes", typed=f"{CHILD}\n")
    assert again.exit_code == console.NOTHING
    replayed = send_audit("erase", "--replay", *WHY, "--yes")
    assert (replayed.exit_code, "erased already" in replayed.stderr) == (console.DONE, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["erase"],
        ["erase", "--child-reference", "--replay"],
        ["erase", "--replay", "--lift"],
        ["erase", "--child-reference"],
        ["erase", "--child-reference", "--by", "Role", "--note", f"The family of {CHILD} asked"],
        ["erase", "--child-reference", "--by", "kim@brackenshire.example", "--note", "Asked"],
        ["retention", "--erase"],
    ],
)
def test_wrong_usage(store: Path, arguments: list[str]) -> None:
    result = send_audit(*arguments, typed=f"{CHILD}\n")
    assert result.exit_code == console.USAGE, result.output


def test_an_unknown_reference_is_told(store: Path) -> None:
    result = send_audit("erase", "--child-reference", *WHY, "--yes", typed="nobody\n")
    assert result.exit_code == console.NOTHING
    assert "Nothing with that reference is held. Nothing was changed." in result.stderr


def test_without_the_key_nothing_happens(own: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = files(own)
    monkeypatch.setenv("SEND_AUDIT_KEY_FILE", str(tmp_path / "elsewhere"))
    result = send_audit("erase", "--child-reference", *WHY, "--yes", typed=f"{CHILD}\n")
    assert result.exit_code == console.BROKEN
    assert "Only who holds the key" in result.stderr
    assert files(own) == before


def test_what_is_past_its_period_is_listed_and_erased(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(send_audit("retention", "--json"))["deliveries"] == []
    monkeypatch.setenv("SEND_AUDIT_TODAY", "2033-01-01")
    listed = answer(send_audit("retention", "--json"))
    feeds = {feed for one in listed["deliveries"] for feed in one["feeds"]}
    assert feeds == {"case_audits", "family_participation"}, "a programme of audits is kept for good"
    figures = answer(send_audit("figure", "voice.any_family", "--json"))
    done = send_audit("retention", "--erase", *WHY, "--yes", "--json")
    assert answer(done)["number"] == 1, done.output
    assert answer(send_audit("figure", "voice.any_family", "--json")) == figures
    checked = send_audit("verify", "--all", "--from-originals", "--json")
    assert checked.exit_code == console.DONE, checked.output
    assert answer(send_audit("retention", "--json"))["deliveries"] == []
    again = send_audit("run")
    assert again.exit_code == console.DONE, (again.output, again.exception)
    assert send_audit("verify", "--all").exit_code == console.DONE
