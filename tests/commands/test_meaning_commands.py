"""send-audit measures, feeds, template and explain: what things mean."""

from __future__ import annotations

from pathlib import Path

from pipelines import contracts
from pipelines import settings as program_settings
from pipelines.commands import console
from tests.acceptance import twelve
from tests.commands.command_line import answer, flat, send_audit


def test_measures_are_listed(empty: Path) -> None:
    listed = {row["measure"]: row for row in answer(send_audit("measures", "--json"))}
    assert set(twelve.ANSWERS) <= set(listed)
    assert listed["voice.any_family"]["higher_is"] == "better"
    assert "voice.any_family" in send_audit("measures").stdout


def test_feeds_and_their_columns_are_listed(empty: Path) -> None:
    listed = {row["feed"]: row for row in answer(send_audit("feeds", "--json"))}
    contract = contracts.load(program_settings.load()).contracts["case_audits"]
    assert listed["case_audits"]["columns"] == len(contract.columns)
    assert listed["case_audits"]["rules"] == len(contract.all_rules)
    assert "case_audits" in send_audit("feeds").stdout
    columns = answer(send_audit("feeds", "case_audits", "--json"))["columns"]
    assert [column["column"] for column in columns] == list(contract.columns)
    assert all(column["title"] and column["holds"] for column in columns)
    assert "Audit reference" in send_audit("feeds", "case_audits").stdout


def test_a_template_is_written_and_never_over_another_file(empty: Path, tmp_path: Path) -> None:
    path = tmp_path / "audits.xlsx"
    result = send_audit("template", "case_audits", "--council", "Brackenshire", "--out", path)
    assert result.exit_code == console.DONE, result.stderr
    assert path.read_bytes()[:2] == b"PK"
    path.write_bytes(b"half filled in")
    assert send_audit("template", "case_audits", "--out", path).exit_code == console.USAGE
    assert path.read_bytes() == b"half filled in"


def test_a_rule_is_explained(empty: Path) -> None:
    contract = contracts.load(program_settings.load()).contracts["case_audits"]
    rule = contract.rules_by_code["AUD-310"]
    told = flat(send_audit("explain", "aud-310").stdout)
    for said in (
        rule.message,
        rule.action,
        "Case audits (case_audits)",
        rule.expect,
        "Error: the row was set aside",
    ):
        assert said in told
    full = answer(send_audit("explain", "AUD-310", "--json"))
    assert (full["code"], full["feed"], full["column"], full["level"]) == (
        "AUD-310",
        "case_audits",
        "completed_on",
        "error",
    )


def test_every_rule_and_measure_can_be_explained(empty: Path) -> None:
    from pipelines.commands import meanings
    from pipelines.measures.catalogue import load

    settings = program_settings.load()
    catalogue = contracts.load(settings)
    for feed, contract in catalogue.contracts.items():
        for rule in contract.all_rules:
            assert all(meanings.rule_words(meanings.rule_in_full(catalogue, feed, rule.code)))
    for measure in load(settings.definitions).values():
        told = meanings.measure_words(meanings.measure_in_full(measure))
        assert all(told)
        assert "None" not in " ".join(told)


def test_a_measure_and_a_refusal_are_explained(empty: Path) -> None:
    told = flat(send_audit("explain", "voice.any_family").stdout)
    assert "Higher is better." in told
    assert "required columns missing" in send_audit("explain", "FILE-10").stdout
    assert "Did you mean voice.child" in send_audit("explain", "voice.chil").stderr
    assert "AUD-310" in send_audit("explain", "AUD-3100").stderr
    assert answer(send_audit("explain", "team", "--json"))["title"] == "Team"
