"""The generated pages: complete, fresh, and able to say when they are not."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines import contracts, settings
from pipelines.reports import generated

SETTINGS = settings.load({})
CATALOGUE = contracts.load(SETTINGS)
DOCS = settings.HOME / "docs"

MEASURE = """
id: voice.any_family
version: 1.0.0
title: Audits that heard from the child or family
kind: share
fact: audits
date: completed_on
numerator: [has_family_contribution]
denominator: [is_completed, is_random]
higher_is: better
protect: process
breakdowns: []
sentence: "Someone contributed to {numerator} of {denominator} audits | so it is."
position: 1
benchmark: none
"""


def cells(page: str, code: str) -> list[str]:
    line = next(line for line in page.splitlines() if line.startswith(f"| {code} |"))
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_the_pages_in_docs_are_fresh() -> None:
    """If this fails, run `make docs`: a contract or code list changed."""
    for name, text in {
        "data-dictionary.md": generated.data_dictionary(CATALOGUE),
        "rules.md": generated.rules(CATALOGUE),
    }.items():
        assert (DOCS / name).read_text(encoding="utf-8") == text


def test_the_dictionary_has_every_column_and_every_code() -> None:
    page = generated.data_dictionary(CATALOGUE)
    for contract in CATALOGUE.contracts.values():
        section = page.split(f"\n## {contract.title}\n")[1].split("\n## ")[0]
        replaced = (
            "rows of the same key." if contract.replaces == "key" else "everything held for the council"
        )
        assert f"* A file replaces {replaced}" in section
        for name, column in contract.columns.items():
            assert f"{column.title}<br>`{name}`" in section
    for name, codes in CATALOGUE.codes.items():
        section = page.split(f"\n### {name}\n")[1].split("\n#")[0]
        assert all(f"| `{code.code}` | {code.label} |" in section for code in codes)
    assert "| Group |" in page.split("\n### ethnicity\n")[1].split("\n#")[0]


def test_every_rule_is_told_in_words() -> None:
    page = generated.rules(CATALOGUE)
    for contract in CATALOGUE.contracts.values():
        for rule in contract.all_rules:
            told = cells(page, rule.code)
            assert told[1] == rule.level
            assert told[3:] == [rule.message, rule.action]
            assert re.fullmatch(r"[A-Z][^`_]+\.", told[2]), f"{rule.code}: {told[2]}"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AUD-301", "Started on is not after Completed on."),
        ("AUD-310", 'Completed on is filled where Status is "Completed".'),
        ("AUD-311", 'Completed on is empty where Status is "Planned" or "In progress".'),
        ("AUD-331", "Never: Mental health relevant is no and Mental health considered is yes."),
        ("AUD-401", "Council and Re-audit of is held as Council and Audit reference in Case audits."),
        ("PRG-301", "Approved on is not after Period (last day)."),
        ("PRG-303", "Audits planned is between 0 and 10000."),
        ("PAR-601", "Rows of the same Council, Audit reference, Role, Person number do not differ."),
    ],
)
def test_patterns_read_as_sentences(code: str, words: str) -> None:
    contract = next(contract for contract in CATALOGUE.contracts.values() if contract.prefix == code[:3])
    assert generated.in_words(contract.rules_by_code[code], contract, CATALOGUE) == words


def test_measures_show_every_field_they_have(tmp_path: Path) -> None:
    (tmp_path / "voice").mkdir()
    (tmp_path / "voice" / "any_family.yaml").write_text(MEASURE, encoding="utf-8")
    (tmp_path / "audit_programme").mkdir()
    second = MEASURE.replace("voice.any_family", "programme.delivery").replace("heard from", "did")
    (tmp_path / "audit_programme" / "delivery.yaml").write_text(second, encoding="utf-8")
    page = generated.measures(tmp_path)
    assert re.findall(r"^##+ (.+)$", page, re.MULTILINE) == [
        "Audit programme", "Audits that did the child or family", "Voice", "Audits that heard from the child or family",
    ]  # fmt: skip
    assert "| Denominator: all of | is_completed, is_random |" in page
    assert "| Broken down by | none |" in page
    assert "| Benchmark | none |" in page
    assert r"{denominator} audits \| so it is." in page, "a bar in a text does not end its cell"
    assert "Caveats" not in page


def test_check_names_what_is_out_of_date_and_writes_nothing(tmp_path: Path) -> None:
    chosen = replace(SETTINGS, definitions=tmp_path / "none")
    docs = tmp_path / "docs"
    names = ["docs/data-dictionary.md", "docs/rules.md", "docs/measures.md"]
    assert generated.write_documents(chosen, CATALOGUE, docs, check=True) == names
    assert not docs.exists()
    assert generated.write_documents(chosen, CATALOGUE, docs, check=False) == names
    assert generated.write_documents(chosen, CATALOGUE, docs, check=True) == []
    (docs / "rules.md").write_text("changed by hand", encoding="utf-8")
    assert generated.write_documents(chosen, CATALOGUE, docs, check=True) == ["docs/rules.md"]


@pytest.mark.parametrize(("stale", "code"), [(["expectations/suites/case_audits.json"], 1), ([], 0)])
def test_the_command_fails_only_where_something_is_out_of_date(
    stale: list[str], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines.intake import suites

    monkeypatch.setattr(
        suites, "write_suites", lambda chosen, catalogue, check: stale if check else ["written in error"]
    )
    monkeypatch.setattr(generated, "write_documents", lambda chosen, catalogue, docs, check: [])
    assert generated.main(["--check"]) == code
    shown = capsys.readouterr().out
    assert shown == (
        "expectations/suites/case_audits.json is out of date\nRun `make docs` and commit what it writes.\n"
        if code
        else ""
    )
