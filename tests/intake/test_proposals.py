"""Proposing a mapping: how sure each guess is and why, what is asked, and what is never told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from pipelines import contracts
from pipelines import settings as program_settings
from pipelines.feeds.layouts import Layout, layouts_of
from pipelines.feeds.unknown import look
from pipelines.intake.proposals import Proposal, as_text, propose
from pipelines.mappings import parse
from tests.ods import spreadsheet

CATALOGUE = contracts.load(program_settings.load({}))
HEADER = ["QA ref no.", "Child's unique ref", "Kind of audit work", "How case chosen", "Month audit planned",
          "Audit finished on", "Audit status", "Agreed grade", "Auditing officer name", "MH relevant?",
          "Ethnic background", "Need", "Case worker", "Paid"]  # fmt: skip
KIM, ADA = ["Kim Lee", "J Smith"], ["Ada Moss", "Z Jones"]


def audit(
    n: int, kind: str, how: str, day: str, status: str, grade: str, mh: str, who: list[str]
) -> list[str]:
    return [
        f"Q{n}",
        f"C{n}",
        kind,
        how,
        "03/2026",
        day,
        status,
        grade,
        who[0],
        mh,
        "WBRI",
        "ASD" if n % 2 else "SEMH",
        who[1],
        f"x{n}",
    ]


ROWS = [
    audit(1, "Dip sample", "Random", "12/03/2026", "Finished", "Met", "Y", KIM),
    audit(2, "Dip sample", "Random", "13/03/2026", "Finished", "Partly met", "N", KIM),
    audit(3, "Routine", "Targeted", "14/03/2026", "Closed off", "Met", "Y", ADA),
    audit(4, "Routine", "Targeted", "15/03/2026", "Closed off", "Met", "N", ADA),
]


def proposed(
    tmp_path: Path, rows: list[list[str]], council: str | None = "990", name: str = "x.csv"
) -> Proposal:
    path = tmp_path / name
    path.write_text("\n".join(";".join(row) for row in rows), encoding="utf-8")
    layouts = layouts_of(CATALOGUE)
    proposal = propose(look(path, program_settings.load({}), layouts), layouts, CATALOGUE, council)
    assert proposal is not None
    return proposal


def guesses(proposal: Proposal) -> dict[str, tuple[str | None, str]]:
    return {guess.header: (guess.column, guess.sure) for guess in proposal.guesses}


def test_headers_and_values_together_say_how_sure_a_guess_is(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, [["Tarn system"], ["Extracted on", "03/04/2026"], [], HEADER, *ROWS])
    assert (proposal.contract.feed, proposal.table.header_row, proposal.table.rows) == ("case_audits", 4, 4)
    found = guesses(proposal)
    assert found["MH relevant?"] == ("mental_health_relevant", "sure")
    assert found["Month audit planned"] == ("planned_month", "likely")
    assert found["Need"] == ("primary_need", "likely")
    assert found["Child's unique ref"] == ("child_reference", "guess")
    assert found["Paid"][1] == "none"
    why = {guess.header: guess.why for guess in proposal.guesses}
    assert (
        why["Month audit planned"]
        == 'the header is like "Planned audit month"; 100% of its rows read as months'
    )


def test_a_header_that_is_known_over_values_that_are_not_is_a_guess(tmp_path: Path) -> None:
    rows = [
        ["Council", "Audit reference", "Completed on"],
        *([["990", f"A{n}", "in time"] for n in range(4)]),
    ]
    proposal = proposed(tmp_path, rows)
    assert guesses(proposal)["Completed on"] == ("completed_on", "guess")


def test_words_of_coded_columns_are_proposed(tmp_path: Path) -> None:
    words = {
        (guess.column, word.theirs): (word.ours, word.sure)
        for guess in proposed(tmp_path, [HEADER, *ROWS]).guesses
        for word in guess.words
    }
    assert words["status", "Closed off"][1] in ("guess", "none")
    assert words["agreed_grade", "Met"][1] in ("guess", "none")
    assert ("audit_type", "Dip sample") not in words, "it is read already"


@pytest.mark.parametrize(
    "column",
    [
        ["Kim Lee", "Kim Lee", "Ada Moss", "Ada Moss"],  # under a header that is only like ours
        ["7712345", "7712345", "12/03/2014", "12/03/2014"],  # looks personal
        ["a", "b", "c", "d"],  # as many as there are rows
    ],
)
def test_what_could_be_a_persons_is_not_told(tmp_path: Path, column: list[str]) -> None:
    header = "Auditors grades" if column[0] == "Kim Lee" else "Agreed grade"
    rows = [["Council", "Audit reference", header, "Audit type", "Selection", "Status"],
            *[["990", f"A{n}", cell, "routine", "random", "planned"] for n, cell in enumerate(column)]]  # fmt: skip
    proposal = proposed(tmp_path, rows)
    text = as_text(proposal, "t", "x")
    guess = next(guess for guess in proposal.guesses if guess.seen.header == header)
    assert (guess.words, guess.hidden) == ((), len(set(column)))
    assert not [cell for cell in column if f'"{cell}"' in text]
    assert "are not told" in text


def test_a_header_that_looks_like_data_is_not_told(tmp_path: Path) -> None:
    rows = [["Council", "Audit reference", "Audit type", "Ann 12/03/2014"], ["990", "A1", "routine", "x"]]
    proposal = proposed(tmp_path, rows)
    assert "Ann" not in as_text(proposal, "t", "x")
    assert "(column 4)" in guesses(proposal)


def test_whose_it_is_comes_from_its_rows(tmp_path: Path) -> None:
    rows = [["Council", "Audit reference", "Audit type"], ["Brackenshire", "A1", "routine"]]
    assert proposed(tmp_path, rows, None).council == "990"
    assert proposed(tmp_path, [*rows, ["991", "A2", "routine"]], None).council is None


def test_the_text_loads_at_once_and_what_is_not_decided_is_commented_out(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, [HEADER, *ROWS])
    text = as_text(proposal, 'A "quoted" title: with # and \\', "x")
    mapping = parse(text, "990", "case_audits")
    contracts.check_mapping(mapping, CATALOGUE)
    assert mapping.title == 'A "quoted" title: with # and \\'
    sure = {guess.seen.header: guess.column for guess in proposal.guesses if guess.sure in ("sure", "likely")}
    assert mapping.columns == sure
    assert '# to decide: "Child\'s unique ref": child_reference' in text
    # every line that is to decide is right YAML once its mark is taken away
    opened = [line.replace("# to decide: ", "") for line in text.splitlines()]
    assert isinstance(yaml.safe_load("\n".join(opened)), dict)


def test_a_mapping_that_is_there_already_counts_as_known(tmp_path: Path) -> None:
    rows = [["QA", "Verdict", "Frob"], *[[f"Q{n}", "Met", "x"] for n in range(4)]]
    text = "title: t\nwritten_by: o\nwhy: w\ncolumns:\n  QA: audit_reference\n  Verdict: agreed_grade\n"
    path = tmp_path / "x.csv"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    layouts = [Layout(CATALOGUE.contracts["case_audits"], parse(text, "990", "case_audits"))]
    proposal = propose(look(path, program_settings.load({}), layouts), layouts, CATALOGUE, "990")
    assert proposal is not None
    assert guesses(proposal)["Verdict"] == ("agreed_grade", "sure")
    [word] = proposal.guesses[1].words
    assert (word.theirs, word.rows) == ("Met", 4)


# The command


@pytest.fixture
def send_audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    from pipelines.cli import app

    monkeypatch.setenv("SEND_AUDIT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SEND_AUDIT_KEY_FILE", str(tmp_path / "key"))

    def call(*arguments: str, answers: str | None = None) -> Any:
        return CliRunner().invoke(app, ["map", *arguments], input=answers)

    return call


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.ods"
    path.write_bytes(spreadsheet({"Notes": [["Tarn"]], "Data": [["All"], [], HEADER, *ROWS]}))
    return path


def test_the_command_writes_a_mapping_and_says_why(
    send_audit: Callable[..., Any], export: Path, tmp_path: Path
) -> None:
    out = tmp_path / "mine.yaml"
    done = send_audit(str(export), "--council", "Brackenshire", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert 'Case audits (case_audits), sheet "Data", headers in row 3, 4 rows looked at.' in done.output
    assert "Kim Lee" not in done.output + out.read_text(encoding="utf-8")
    parse(out.read_text(encoding="utf-8"), "990", "case_audits")
    again = send_audit(str(export), "--council", "990", "--out", str(out))
    assert again.exit_code == 2
    assert "is there already" in again.output


def test_the_command_for_a_script(send_audit: Callable[..., Any], export: Path, tmp_path: Path) -> None:
    done = send_audit(str(export), "--feed", "case_audits", "--out", str(tmp_path / "m.yaml"), "--json")
    told = json.loads(done.stdout)
    assert (told["feed"], told["sheet"], told["header_row"]) == ("case_audits", "Data", 3)
    assert told["needed_and_not_found"] == ["council"]
    first = told["columns"][0]
    assert (first["supplier_column"], first["column"], first["how_sure"]) == (
        "QA ref no.",
        "audit_reference",
        "likely",
    )


def test_without_a_council_there_is_nowhere_to_write(send_audit: Callable[..., Any], export: Path) -> None:
    done = send_audit(str(export))
    assert done.exit_code == 2
    assert "The rows do not say whose the file is" in done.output


def test_a_file_like_no_feed(send_audit: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("qwerty,zxcv\nred,round\n", encoding="utf-8")
    done = send_audit(str(path))
    assert done.exit_code == 4
    assert "looks like any feed" in done.output


def test_on_a_terminal_the_rest_is_asked(
    send_audit: Callable[..., Any], export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.commands import mapping

    monkeypatch.setattr(mapping, "_on_a_terminal", lambda: True)
    out = tmp_path / "m.yaml"
    done = send_audit(str(export), "--council", "990", "--out", str(out), answers="1\n" + "l\n" * 40)
    assert done.exit_code == 0, done.output
    assert 'What is "Child\'s unique ref"?' in done.output
    found = parse(out.read_text(encoding="utf-8"), "990", "case_audits")
    assert found.columns["Child's unique ref"] == "child_reference"
