"""send-audit receive: what became of each file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pipelines.commands import console
from tests.commands.command_line import EXTRACTED, SECRET, answer, flat, send_audit, write_files


def test_receive_tells_what_became_of_each_file(empty: Path, tmp_path: Path) -> None:
    def spoil(rows: list[dict[str, Any]]) -> None:
        rows[0]["status"] = SECRET
        rows[1]["team"] = SECRET
        rows[2]["completed_on"] = None

    files = write_files(tmp_path / "files", case_audits=spoil)
    (tmp_path / "files" / "other.csv").write_text(f"a,b\n{SECRET},2\n", encoding="utf-8")
    result = send_audit(
        "receive",
        files["case_audits"],
        tmp_path / "files" / "other.csv",
        files["audit_programme"],
        *EXTRACTED,
    )
    assert result.exit_code == console.REFUSED, result.stderr
    told = flat(result.stdout)
    assert "140 rows received = 138 accepted + 2 set aside" in told
    assert "AUD-110 error 1 Status is not on its list of codes." in told
    assert "taken from its system on 3 April 2026 (as given)" in told
    assert "Not in the file: " in told
    assert re.search(r"Names not yet listed: .*teams 1", told)
    assert "expectations/councils/990.yaml" in told
    assert "Refused (FILE-09). other.csv" in told
    assert "24 rows received = 24 accepted + 0 set aside" in told, "the file after a refused one is received"
    assert "report (.xlsx and .csv)" in told
    assert len(list((empty / "outbox").glob("*-report.xlsx"))) == 3
    assert f"A new key was made at {tmp_path / 'key' / 'pseudonym.key'}" in flat(result.stderr)
    assert SECRET not in result.output

    again = send_audit("receive", files["case_audits"], *EXTRACTED, "--json")
    assert again.exit_code == console.DONE
    (account,) = answer(again)
    assert (account["is_new"], account["number"], account["refused"]) == (False, 1, False)
    (feed,) = account["feeds"]
    assert (feed["rows_received"], feed["rows_accepted"], feed["rows_set_aside"]) == (140, 138, 2)
    assert {
        name: next(found for found in feed["findings"] if found["code"] == "AUD-110")[name]
        for name in ("code", "level", "rows")
    } == {"code": "AUD-110", "level": "error", "rows": 1}
    assert feed["names_not_listed"]["teams"] == 1
    assert "key was made" not in again.stderr
    assert SECRET not in again.output


def test_receive_takes_the_council_from_the_command_line(empty: Path, tmp_path: Path) -> None:
    file = tmp_path / "programme.csv"
    file.write_text("frame,period,audit_type,planned_count,approved_on\nehcp,2026-01,routine,4,2025-12-01\n")
    assert send_audit("receive", file).exit_code == console.REFUSED
    (account,) = answer(send_audit("receive", file, "--council", "brackenshire", "--corrections", "--json"))
    assert account["mode"] == "corrections"
    assert account["feeds"][0]["councils"] == [{"council": "990", "name": "Brackenshire"}]
    assert account["feeds"][0]["rows_accepted"] == 1
    unknown = send_audit("receive", file, "--council", "Atlantis")
    assert unknown.exit_code == console.NOTHING
    assert "not a council we know" in unknown.stderr


def test_a_column_that_is_not_used_leads_to_the_command_that_knows_more(empty: Path, tmp_path: Path) -> None:
    """Whoever calls a day of completion "Finished" is told that the column is not used, and what may help."""
    file = write_files(tmp_path / "files")["case_audits"]
    known = file.read_text(encoding="utf-8-sig")
    assert "send-audit map" not in flat(send_audit("receive", file, *EXTRACTED).stdout)
    file.write_text(known.replace("completed_on", "Finished", 1), encoding="utf-8")
    told = flat(send_audit("receive", file, *EXTRACTED).stdout)
    assert 'Not used: "Finished". ' in told
    assert "`send-audit map FILE` says what the columns that are not used may be" in told


def test_a_day_of_extract_that_has_not_come_is_wrong_usage(empty: Path, tmp_path: Path) -> None:
    plan = write_files(tmp_path)["audit_programme"]
    refused = send_audit("receive", plan, "--extracted-on", "2062-03-31")
    assert refused.exit_code == console.USAGE
    assert "has not come yet" in flat(refused.output)


def test_one_row_of_corrections_is_told_as_such(empty: Path, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text(
        "Corrections only\nCouncil,Audit reference,Audit type,How selected,Status,Planned month\n"
        "990,A1,routine,random,planned,2026-03\n",
        encoding="utf-8",
    )
    told = flat(send_audit("receive", path).stdout)
    assert "1 row received = 1 accepted + 0 set aside" in told
    assert "Taken as corrections: its rows replace the rows of the same key and no others" in told
