"""Acceptance: for each row rule of each contract a row that breaks it and one that just does not, in files of three
styles. Each is found by its code with the row number of the supplier's file, and nothing else is found."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.evidence import delivered
from pipelines.intake import key as keys
from pipelines.intake import verdicts
from pipelines.intake.check import row_rules
from pipelines.intake.receive import Checked, receive
from pipelines.settings import Settings
from tests.acceptance.council_files import STYLES
from tests.acceptance.planted_files import CATALOGUE, FEEDS, Finding, deliver
from tests.planted import planted
from tests.planted_rows import EXTRACTED_ON, REACHES_DOWN


def found_in(checked: Checked, feed: str) -> list[Finding]:
    with duckdb.connect() as con:
        query = f"SELECT sheet, row, code FROM '{checked.folder / feed}.findings.parquet' ORDER BY ALL"
        return con.execute(query).fetchall()


@pytest.mark.parametrize("feed", FEEDS)
def test_every_row_rule_has_its_planted_rows(feed: str) -> None:
    contract = CATALOGUE.contracts[feed]
    codes = {rule.code for rule in contract.all_rules if rule.scope == "row"}
    cases = planted(contract, CATALOGUE)
    assert {case.code for case in cases if case.breaks} == codes
    assert {case.code for case in cases if not case.breaks} == codes
    for case in cases:
        above = {REACHES_DOWN[case.code][0]} if case.code in REACHES_DOWN else set()
        found = {code for _, codes in case.rows for code in codes}
        assert found == ({case.code} | above if case.breaks else set())


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("feed", FEEDS)
def test_each_planted_fault_is_found_at_its_row_and_nothing_else(
    settings: Settings, tmp_path: Path, feed: str, style: str
) -> None:
    contract = CATALOGUE.contracts[feed]
    path, sheets = deliver(tmp_path, contract, planted(contract, CATALOGUE), style)
    checked, is_new = receive(settings, CATALOGUE, keys.load(settings), path, extracted_on=EXTRACTED_ON)
    assert is_new
    assert not checked.refused, checked.result["refusal"]
    expected = sorted(finding for sheet in sheets for finding in sheet.findings)
    assert found_in(checked, feed) == expected
    result = checked.result["feeds"][feed]
    errors = {rule.code for rule in contract.all_rules if rule.level != "query"}
    set_aside = {(sheet, row) for sheet, row, code in expected if code in errors}
    assert result["received"] == sum(sheet.rows for sheet in sheets)
    assert (result["accepted"], result["rejected"]) == (result["received"] - len(set_aside), len(set_aside))
    broken = {code for _, _, code in expected}
    assert result["verdicts"] == {rule.code: rule.code not in broken for rule in row_rules(contract)}
    assert checked.arrival.extracted_on == EXTRACTED_ON
    assert [table["sheet"] for table in checked.result["tables"]] == [sheet.name for sheet in sheets]


@pytest.mark.parametrize("feed", FEEDS)
def test_rows_that_just_keep_every_rule_pass_every_verdict(
    settings: Settings, tmp_path: Path, feed: str
) -> None:
    contract = CATALOGUE.contracts[feed]
    kept = [case for case in planted(contract, CATALOGUE) if not case.breaks]
    path, sheets = deliver(tmp_path, contract, kept, "workbook")
    checked, _ = receive(settings, CATALOGUE, keys.load(settings), path)
    result = checked.result["feeds"][feed]
    assert found_in(checked, feed) == []
    assert result["accepted"] == result["received"] == sum(sheet.rows for sheet in sheets)
    assert set(result["verdicts"].values()) == {True}


@pytest.mark.parametrize("feed", FEEDS)
def test_findings_are_told_in_the_suppliers_own_headers(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, feed: str
) -> None:
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})
    contract = CATALOGUE.contracts[feed]
    path, sheets = deliver(tmp_path, contract, planted(contract, CATALOGUE), "older")
    checked, _ = receive(settings, CATALOGUE, keys.load(settings), path)
    with duckdb.connect() as con:
        told = delivered.for_report(con, CATALOGUE, [checked], checked)["findings"]
    rows = [found for found in told if found["row"]]
    assert sorted((found["sheet"], found["row"], found["code"]) for found in rows) == sorted(
        sheets[0].findings
    )
    for found in rows:
        about = contract.columns.get(found["column"])
        about = contract.columns[about.made_from["level"]] if about and about.made_from else about
        assert found["supplier_column"] == (about and " ".join(about.also_called[0].upper().split())), found[
            "code"
        ]
    without = {found["code"] for found in rows if not found["supplier_column"]}
    of_no_column = {rule.code for rule in contract.rules if rule.expect == "symbols_current"}
    assert without == {f"{contract.prefix}-{number}" for number in (199, 601, 602)} | of_no_column
