"""send-audit receipt: in words, as JSON and as a PDF of one page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.commands import console
from tests.commands.command_line import answer, flat, send_audit

KEYS = [
    "receipt", "status", "release", "audience", "as_of", "made_at", "code_version", "demonstration", "measure",
    "measure_version", "title", "definition", "place", "period", "filters", "kind", "shown", "likely",
    "numerator", "denominator", "value", "low", "high", "symbol", "unit", "sentence", "counting", "compared_with",
    "adds_up", "undated", "sources", "checks",
    "interval", "protection", "supersedes", "superseded_by", "erased_on", "not_held", "reproduce",
]  # fmt: skip


def code_of(measure: str = "voice.any_family", audience: str = "officers") -> str:
    asked = ("figure", measure, "--to", "2026-03-31", "--audience", audience, "--json")
    return str(answer(send_audit(*asked))[0]["receipt"])


def test_a_receipt_as_json_has_the_documented_keys(store: Path) -> None:
    told = answer(send_audit("receipt", code_of(), "--json"))
    assert list(told) == KEYS
    assert (told["status"], told["numerator"], told["denominator"]) == ("stands", 74, 120)
    assert told["interval"]["method"] == "Wilson score interval"
    documented = (Path(__file__).parents[2] / "docs" / "receipts.md").read_text(encoding="utf-8")
    assert [key for key in KEYS if f"`{key}`" not in documented] == []


def test_a_receipt_in_words(store: Path) -> None:
    code = code_of("voice.any_family_thematic")
    told = flat(send_audit("receipt", f"{code[:5]}-{code[5:]}".lower()).stdout)
    assert told.startswith(f"Demonstration data: a fictional county Receipt {code} ")
    for said in (
        "120 − 0 − 50 = 70; 70 − 8 = 62",
        "89% (62 of 70 audits)",
        "Wilson",
        f"send-audit verify {code}",
    ):
        assert said in told


def test_the_command_that_it_names_gives_the_figure_again(store: Path) -> None:
    told = answer(send_audit("receipt", code_of("voice.child"), "--json"))
    words = re.findall(r'"[^"]*"|\S+', told["reproduce"]["figure"])
    [again] = answer(send_audit(*[word.strip('"') for word in words[1:]], "--json"))
    assert again["receipt"] == told["receipt"]


@pytest.mark.parametrize(
    ("code", "exit_code", "said"),
    [
        ("00000000000", console.NOTHING, "neither this data version nor those before it"),
        ("1234", console.USAGE, "This is not a receipt code"),
        ("00000000001", console.USAGE, "One character is missing, too many or mistyped"),
    ],
)
def test_codes_that_are_no_receipt(store: Path, code: str, exit_code: int, said: str) -> None:
    result = send_audit("receipt", code)
    assert result.exit_code == exit_code
    assert said in flat(result.stderr)
    assert result.stdout == ""


def test_the_public_has_its_own_codes_and_no_file_name(store: Path) -> None:
    officers, public = code_of(), code_of(audience="public")
    assert officers != public
    assert send_audit("receipt", officers, "--audience", "public").exit_code == console.NOTHING
    told = send_audit("receipt", public, "--audience", "public")
    assert "--audience public" in flat(told.stdout)
    assert ".csv" not in told.stdout


def test_the_pdf_is_one_tagged_page_and_the_same_each_time(store: Path, tmp_path: Path) -> None:
    code = code_of()
    made = []
    for name in ("one.pdf", "two.pdf"):
        assert send_audit("receipt", code, "--pdf", tmp_path / name).exit_code == console.DONE
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    assert made[0].startswith(b"%PDF")
    assert b"/StructTreeRoot" in made[0]
    assert b"/Lang" in made[0]
    assert b"pdfuaid" in made[0]
    assert len(re.findall(rb"/Type\s*/Page\b", made[0])) == 1
