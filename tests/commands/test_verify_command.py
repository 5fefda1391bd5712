"""`verify` and `sign-key`: what they say, with which exit code, and what they need."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.commands import console
from tests.commands.command_line import answer, flat, send_audit, use


def receipt(audience: str = "officers") -> str:
    return answer(send_audit("figure", "voice.any_family", "--audience", audience, "--json"))[0]["receipt"]


@pytest.fixture
def own(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the store, to be changed."""
    shutil.copytree(made / "data", tmp_path / "data")
    use(monkeypatch, tmp_path / "data", made / "key" / "pseudonym.key")
    return tmp_path / "data" / "store"


def test_a_figure_is_equal(store: Path) -> None:
    result = send_audit("verify", receipt().lower())
    assert result.exit_code == console.DONE, result.stderr
    assert "Equal. 29 columns made again" in flat(result.stdout)
    assert "The release is not signed." in result.stdout
    told = answer(send_audit("verify", receipt("public"), "--json"))
    assert (told["equal"], told["audience"], told["differs"], told["not_verified"]) == (
        True,
        "public",
        [],
        [],
    )


def test_what_is_no_receipt_is_told(store: Path) -> None:
    for typed, said in (("nonsense", "no receipt"), ("00000000000", "none of the 2 releases")):
        result = send_audit("verify", typed)
        assert result.exit_code == console.NOTHING
        assert said in flat(result.stderr)


@pytest.mark.parametrize(
    "arguments", [["verify"], ["verify", "4ET8WDBMEF3", "--all"], ["verify", "4ET8WDBMEF3", "--current"]]
)
def test_wrong_usage(store: Path, arguments: list[str]) -> None:
    assert send_audit(*arguments).exit_code == console.USAGE


def test_everything_is_equal_and_says_how_much(store: Path) -> None:
    result = send_audit("verify", "--all")
    assert result.exit_code == console.DONE, result.stdout
    said = flat(result.stdout)
    assert "figures of 2 releases were made again: all equal." in said
    assert "nothing was changed, removed or put in between" in said
    assert "LOCK, records/work and Dagster's own records" in said
    head = said.partition("Head for officers: ")[2].partition(". Noted")[0]
    assert send_audit("verify", "--all", "--current", "--head", head).exit_code == console.DONE
    other = send_audit("verify", "--all", "--current", "--head", "0123456789ab")
    assert other.exit_code == console.DIFFERS
    assert "is not in the chain" in flat(other.stdout)


def test_from_the_originals(store: Path) -> None:
    told = answer(send_audit("verify", "--all", "--from-originals", "--json"))
    assert told["equal"]
    [rebuilt] = told["from_originals"]
    assert (rebuilt["equal"], rebuilt["parts_that_differ"], rebuilt["notes"]) == (True, [], [])
    one = send_audit("verify", receipt(), "--from-originals")
    assert one.exit_code == console.DONE, one.stdout
    assert "the figure is equal" in flat(one.stdout)


def test_what_differs_is_named_with_its_exit_code(own: Path) -> None:
    text = receipt()
    facts = max((own / "records" / "parts").iterdir(), key=lambda path: path.stat().st_size)
    facts.write_bytes(facts.read_bytes()[:-1] + b"\0")
    result = send_audit("verify", "--all", "--json")
    assert result.exit_code == console.DIFFERS
    told = answer(result)
    assert [fault["path"] for fault in told["problems"]] == [f"records/parts/{facts.name}"]
    assert not told["equal"]
    one = send_audit("verify", text)
    assert one.exit_code == console.DIFFERS
    assert facts.name in flat(one.stdout).replace(" ", "") or "Not verified" in one.stdout


def test_an_empty_store_has_nothing_to_verify(empty: Path) -> None:
    assert send_audit("verify", "--all").exit_code == console.NOTHING
    assert not empty.exists(), "verifying makes nothing"


def test_a_damaged_fingerprint_does_not_stop_the_rest(own: Path) -> None:
    (own / "records" / "KEY-FINGERPRINT").write_text("0123456789abcdef")
    told = answer(send_audit("verify", "--all", "--json"))
    assert [fault["path"] for fault in told["problems"]] == ["records/KEY-FINGERPRINT"]
    assert all(not one["differ"] and one["figures"] for one in told["releases"])


def test_a_signing_key_signs_the_next_release(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys" / "signing.pem"
    made = send_audit("sign-key", path)
    assert made.exit_code == console.DONE, made.stderr
    fingerprint = flat(made.stdout).partition("fingerprint ")[2][:16]
    monkeypatch.setenv("SEND_AUDIT_SIGNING_KEY", str(path))
    published = send_audit("publish", "CURRENT", "--by", "Director", "--note", "Signed this time")
    assert published.exit_code == console.DONE
    monkeypatch.delenv("SEND_AUDIT_SIGNING_KEY")
    assert "Head of the chain: " in published.stderr
    monkeypatch.setenv("SEND_AUDIT_TRUSTED_SIGNERS", f"{path}.pub")
    assert send_audit("sign-key", path).exit_code == console.BROKEN
    assert len(fingerprint) == 16
