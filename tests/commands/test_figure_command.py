"""send-audit figure: the twelve answers, in words, as tables and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.commands import console
from tests.acceptance import twelve
from tests.commands.command_line import answer, flat, send_audit


@pytest.mark.parametrize(("measure", "counts"), twelve.ANSWERS.items())
def test_the_twelve_answers_as_json(store: Path, measure: str, counts: tuple[int, int]) -> None:
    (figure,) = answer(send_audit("figure", measure, "--to", "2026-03-31", "--json"))
    assert (figure["numerator"], figure["denominator"]) == counts
    assert figure["value"] == pytest.approx(counts[0] / counts[1])
    assert figure["low"] < figure["value"] < figure["high"]
    assert (figure["measure"], figure["council"], figure["council_name"]) == (measure, "990", "Brackenshire")
    assert (figure["period_start"], figure["period_end"]) == ("2025-04-01", "2026-03-31")
    assert (figure["window"], figure["breakdown"], figure["group"], figure["symbol"]) == ("12m", "", "", "")
    assert figure["complete"] is True
    assert figure["release"]
    assert len(figure["receipt"]) == 11


def test_a_figure_in_words_and_a_table(store: Path) -> None:
    result = send_audit("figure", "voice.any_family", "--to", "31/03/2026")
    told = flat(result.stdout)
    assert told.startswith("Demonstration data: a fictional county In the 12 months to 31 March 2026, ")
    assert "74 of 120" in told
    assert "62%" in told
    assert "between 53% and 70%" in told
    assert "Higher is better." in told
    (figure,) = answer(send_audit("figure", "voice.any_family", "--to", "31/03/2026", "--json"))
    assert figure["receipt"] in told
    assert figure["release"] in told


def test_a_breakdown_has_a_row_for_each_group(store: Path) -> None:
    figures = answer(
        send_audit("figure", "voice.any_family", "--to", "2026-03-31", "--by", "audit_type", "--json")
    )
    counts = {row["group"]: (row["numerator"], row["denominator"]) for row in figures}
    assert counts["thematic"] == (62, 70)
    assert counts["routine"] == (12, 50)
    assert {row["breakdown"] for row in figures} == {"audit_type"}
    told = flat(send_audit("figure", "voice.any_family", "--to", "2026-03-31", "--by", "audit_type").stdout)
    assert "Thematic 89% (62 of 70 audits)" in told
    assert "74 of 120" in told, "the figure for all stands above its groups"


def test_a_distribution_is_told_by_its_groups(store: Path) -> None:
    told = flat(send_audit("figure", "voice.mode", "--to", "2026-03-31").stdout)
    assert "114 children and parents or carers contributed" in told
    assert "Conversation" in told
    assert "true rate" not in told


def test_the_public_reads_the_public_release(store: Path) -> None:
    (figure,) = answer(
        send_audit("figure", "voice.any_family", "--audience", "public", "--to", "2026-03-31", "--json")
    )
    assert (figure["numerator"], figure["audience"]) == (74, "public")
    refused = send_audit("figure", "voice.any_family", "--audience", "public", "--by", "audit_type")
    assert "no figures by audit_type for that period. Try another --to or --window" in flat(refused.stderr)


def test_what_is_not_there_is_answered_with_what_is(store: Path) -> None:
    cases = [
        (["voice.anyfamily"], "Did you mean voice.any_family"),
        (["voice.any_family", "--by", "shoe_size"], "It has: "),
        (["voice.any_family", "--to", "2036-01-01"], "the last one available ends on"),
        (["voice.any_family", "--council", "Atlantis"], "There are: Brackenshire"),
        (["voice.any_family", "--release", "2020-01-01.1"], "`send-audit releases` lists them"),
    ]
    for arguments, said in cases:
        result = send_audit("figure", *arguments)
        assert result.exit_code == console.NOTHING
        assert said in flat(result.stderr)
        assert result.stdout == ""


def test_another_period_than_asked_for_is_said_beside_the_json(store: Path) -> None:
    result = send_audit("figure", "voice.any_family", "--window", "quarter", "--to", "2026-02-28", "--json")
    assert answer(result)[0]["period_end"] == "2025-12-31"
    assert "ends on 31 December 2025" in result.stderr
