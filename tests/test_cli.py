"""The command line: what it says to people and to scripts, how it ends, and what it never shows or loads.

The store of these tests is made by the command line itself from the twelve-answers files, so its figures are known.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from pipelines import contracts, durable
from pipelines import settings as program_settings
from pipelines.cli import COMMANDS, app
from pipelines.commands import console, demonstration, names, servers
from pipelines.demo import Delivery
from pipelines.settings import HOME
from tests.acceptance import council_files, twelve

SECRET = "Zebedee Quorn"
EXTRACTED = ["--extracted-on", "03/04/2026"]


def send_audit(*arguments: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(
        app, [str(argument) for argument in arguments], input=typed, prog_name="send-audit"
    )


def answer(result: Result) -> Any:
    """The JSON on stdout, which must hold nothing else."""
    return json.loads(result.stdout)


def flat(text: str) -> str:
    """Output without its line breaks, which depend on the terminal."""
    return " ".join(text.split())


def write_files(
    folder: Path, style: str = "plain", **changes: Callable[[list[dict[str, Any]]], None]
) -> dict[str, Path]:
    """The twelve-answers files; `changes` may alter a feed's rows first."""
    catalogue = contracts.load(program_settings.load({}))
    written = {}
    for feed, rows in twelve.rows().items():
        held = [dict(row) for row in rows]
        changes.get(feed, lambda rows: None)(held)
        written[feed] = council_files.write(folder, catalogue.contracts[feed], held, style, catalogue)
    return written


def use(monkeypatch: pytest.MonkeyPatch, data: Path, key: Path) -> None:
    for name in [name for name in os.environ if name.startswith("SEND_AUDIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SEND_AUDIT_DATA", str(data))
    monkeypatch.setenv("SEND_AUDIT_KEY_FILE", str(key))


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with nothing in it."""
    use(monkeypatch, tmp_path / "data", tmp_path / "key" / "pseudonym.key")
    return tmp_path / "data"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose store holds the twelve-answers files, run and published; only to be read. Workers share it."""
    shared = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    folder = (
        tmp_path_factory.getbasetemp().parent / f"made-{shared}"
        if shared
        else tmp_path_factory.mktemp("made")
    )
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "LOCK"), pytest.MonkeyPatch.context() as patch:
        if (folder / "made").exists():
            return folder
        use(patch, folder / "data", folder / "key" / "pseudonym.key")
        files = write_files(folder / "files")
        assert send_audit("receive", *files.values(), *EXTRACTED).exit_code == console.DONE
        assert send_audit("run").exit_code == console.DONE
        done = send_audit("publish", "CURRENT", "--by", "Head of quality assurance", "--note", "Agreed")
        assert done.exit_code == console.DONE, done.stderr
        (folder / "made").touch()
    return folder


@pytest.fixture
def store(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    use(monkeypatch, made / "data", made / "key" / "pseudonym.key")
    return made / "data"


# Help and exit codes


def test_help_lists_every_command_and_exit_code() -> None:
    told = send_audit("--help").stdout
    for command in COMMANDS:
        assert f"\n  {command} " in told
    for code, meaning in console.EXIT_CODES.items():
        assert f"{code}  {meaning}" in told
    assert "..." not in told.partition("Commands:")[2], "a short help is cut off"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples_that_name_its_options(command: str) -> None:
    result = send_audit(command, "--help")
    assert result.exit_code == console.DONE
    _, examples = COMMANDS[command]
    assert examples
    for example in examples:
        assert example.split()[0] == command
        assert f"send-audit {example}" in result.stdout
        for word in example.split():
            if word.startswith("--"):
                assert f"{word} " in result.stdout or f"{word}\n" in result.stdout


def test_the_version_is_the_packages() -> None:
    from pipelines import __version__

    assert send_audit("--version").stdout.strip() == f"send-audit {__version__}"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["receive"],
        ["receive", "no-such-file.csv"],
        ["run", "--as-of", "31st March"],
        ["figure", "voice.child", "--window", "fortnight"],
        ["figure", "voice.child", "--to", "2026-13-01"],
        ["figure", "voice.child", "--audience", "everybody"],
        ["figure", "voice.child", "--audience", "public", "--by", "age_band"],
        ["publish", "CURRENT", "--by", " ", "--note", "why"],
        ["publish", "CURRENT", "--by", "Director"],
        ["releases", "--audience", "everybody"],
        ["up", "--port", "8051", "--dagster-port", "8051"],
        ["template", "case_audits", "--out", "audits.csv"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(empty: Path, arguments: list[str]) -> None:
    result = send_audit(*arguments)
    assert result.exit_code == console.USAGE
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["figure", "voice.any_family"],
        ["figure", "voice.any_family", "--release", "2026-01-01.1"],
        ["releases"],
        ["releases", "--json"],
        ["publish", "CURRENT", "--by", "Director", "--note", "why"],
        ["explain", "AUD-999"],
        ["feeds", "case_audit"],
        ["template", "case_audit"],
        ["names", "Brackenshire"],
        ["names", "Atlantis"],
        ["template", "case_audits", "--council", "Atlantis"],
    ],
    ids=" ".join,
)
def test_nothing_found_ends_with_4_and_says_what_to_do(empty: Path, arguments: list[str]) -> None:
    result = send_audit(*arguments)
    assert result.exit_code == console.NOTHING
    assert re.search(r"`send-audit |Did you mean|Give its name", result.stderr)
    assert result.stdout.strip() in ("", "[]")


def test_a_setting_that_cannot_be_read_is_named(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEND_AUDIT_TODAY", "tomorrow")
    result = send_audit("feeds")
    assert result.exit_code == console.USAGE
    assert "SEND_AUDIT_TODAY" in result.stderr


def test_a_busy_store_ends_with_5(empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = write_files(tmp_path / "files")
    locked = durable.store_lock
    with locked(empty / "store"):
        monkeypatch.setattr(durable, "store_lock", lambda store, wait_seconds=0.1: locked(store, 0.1))
        for arguments in (["receive", files["audit_programme"]], ["run"]):
            result = send_audit(*arguments)
            assert result.exit_code == console.BUSY
            assert "Another run" in result.stderr
            assert result.stdout == ""


def test_a_failure_of_the_program_says_where_and_never_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        int(SECRET)

    small = typer.Typer()
    small.command()(console.guarded(broken))
    monkeypatch.delenv(console.DEBUG, raising=False)
    result = CliRunner().invoke(small, [])
    assert result.exit_code == console.BROKEN
    assert "ValueError" in result.stderr
    assert SECRET not in result.output
    assert "Traceback" not in result.output
    monkeypatch.setenv(console.DEBUG, "1")
    assert isinstance(CliRunner().invoke(small, []).exception, ValueError)


def test_a_failure_is_placed_in_the_program() -> None:
    with pytest.raises(AttributeError) as caught:
        contracts.simplify(None)  # type: ignore[arg-type]
    message, code = console.explained(caught.value)
    assert f"AttributeError at {os.path.join('pipelines', 'texts.py')}, line " in message
    assert code == console.BROKEN


def test_our_own_messages_are_told_as_they_are() -> None:
    from pipelines.feeds.refusal import Refused
    from pipelines.measures.lookup import NotFound
    from pipelines.releases import NoRelease

    assert console.explained(contracts.ContractError("Correct it.")) == ("Correct it.", console.BROKEN)
    assert console.explained(durable.StoreBusy("Wait.")) == ("Wait.", console.BUSY)
    assert console.explained(NoRelease("None yet.")) == ("None yet.", console.NOTHING)
    assert console.explained(NotFound("No such.")) == ("No such.", console.NOTHING)
    assert console.explained(Refused("FILE-02", "Empty.")) == ("Empty.", console.REFUSED)
    full = OSError(28, "No space left on device", "/somewhere/x")
    assert console.explained(full) == (
        "The system would not let us use a file: No space left on device. /somewhere/x",
        console.BROKEN,
    )


# What the quick commands load


HEAVY = (
    "dagster",
    "great_expectations",
    "ibis",
    "pandas",
    "pyarrow",
    "dash",
    "flask",
    "plotly",
    "scipy",
    "rich",
)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["figure", "voice.any_family", "--by", "audit_type"]], ids=" ".join
)
def test_a_quick_answer_loads_nothing_heavy(store: Path, arguments: list[str]) -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from pipelines.cli import app; "
        "from typer.testing import CliRunner\n"
        f"try: app({arguments!r})\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_it_runs_as_a_module(store: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "figure", "voice.any_family", "--json"],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)[0]["numerator"] == 74
    assert done.stderr == ""


# receive


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
    assert "Names not yet listed, teams: 1" in told
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


# run, publish, releases


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


# figure


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
    assert "Breakdowns are not public" in flat(refused.stderr)


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


# measures, feeds, template, explain


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


# names


NAMES = """# Brackenshire's own words
council: "990"
grade_scale: ofsted

teams:
  - SEND Assessment  # the first
  # a remark
  - Virtual School

localities: []
themes: [Voice, Clear writing]
"""


def test_names_are_added_and_all_else_stays() -> None:
    made = names.with_names(
        NAMES, {"teams": ["yes", "Harbour: Pilot"], "localities": ["North"], "agencies": ["Health"]}
    )
    assert yaml.safe_load(made) == {
        "council": "990",
        "grade_scale": "ofsted",
        "teams": ["SEND Assessment", "Virtual School", "yes", "Harbour: Pilot"],
        "localities": ["North"],
        "themes": ["Voice", "Clear writing"],
        "agencies": ["Health"],
    }
    assert "# a remark" in made
    assert "  - SEND Assessment  # the first\n" in made


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(names.LABELS),
)
def test_any_name_comes_back_as_it_was(added: list[str], kind: str) -> None:
    before = yaml.safe_load(NAMES).get(kind) or []
    made = yaml.safe_load(names.with_names(NAMES, {kind: added}))
    assert made[kind] == [*before, *added]


@pytest.fixture
def unlisted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with a team that is not listed, in two spellings, and one that looks like a person's number; returns
    a copy of the expectations that may be changed."""

    def change(rows: list[dict[str, Any]]) -> None:
        rows[0]["team"] = "Harbour Pathways"
        rows[1]["team"] = "HARBOUR  pathways"
        rows[2]["team"] = "Caseload 12345678"
        for row in rows:
            row["theme"] = None

    use(monkeypatch, tmp_path / "data", tmp_path / "key" / "pseudonym.key")
    expectations = tmp_path / "expectations"
    shutil.copytree(HOME / "expectations", expectations)
    monkeypatch.setenv("SEND_AUDIT_EXPECTATIONS", str(expectations))
    files = write_files(tmp_path / "files", style="older", case_audits=change)
    assert send_audit("receive", files["case_audits"], *EXTRACTED).exit_code == console.DONE
    return expectations


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "on_a_terminal", lambda: True)


def test_names_are_counted_for_anybody_and_shown_on_a_terminal_only(
    unlisted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = answer(send_audit("names", "Brackenshire", "--json"))
    assert counted["not_listed"] == {"teams": 1, "localities": 0, "agencies": 0, "themes": 0}
    for arguments in (["--show"], ["--accept"], ["--show", "--json"]):
        result = send_audit("names", "990", *arguments)
        assert result.exit_code == console.USAGE
        assert "Harbour" not in result.output
    on_a_terminal(monkeypatch)
    shown = send_audit("names", "990", "--show").stdout
    listed = yaml.safe_load(shown)
    assert listed == {"teams": ["Harbour Pathways"]}
    assert "12345678" not in shown
    assert "1 more looks like a person's number" in flat(shown)


def test_names_are_written_after_a_yes_only(unlisted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch)
    file = unlisted / "councils" / "990.yaml"
    before = file.read_text(encoding="utf-8")
    assert send_audit("names", "990", "--accept", typed="n\n").exit_code == console.BROKEN
    assert file.read_text(encoding="utf-8") == before
    result = send_audit("names", "990", "--accept", typed="y\n")
    assert result.exit_code == console.DONE, result.stderr
    after = file.read_text(encoding="utf-8")
    assert [line for line in after.splitlines() if line not in before.splitlines()] == [
        "  - Harbour Pathways"
    ]
    assert answer(send_audit("names", "990", "--json"))["not_listed"]["teams"] == 0
    assert "every name is listed" in send_audit("names", "990", "--show").stdout


# serve, up


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something uses."""
    with socket.socket() as server:
        server.bind((servers.HOST, 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_port_in_use_is_said_with_what_to_do(empty: Path, taken: int) -> None:
    with socket.socket() as other:  # a port that nothing uses, once it is closed
        other.bind((servers.HOST, 0))
        free = other.getsockname()[1]
    for arguments in (
        ["serve", "--port", taken],
        ["up", "--port", taken],
        ["up", "--port", free, "--dagster-port", taken],
        ["demo", "--port", taken],
    ):
        result = send_audit(*arguments)
        assert result.exit_code == console.BROKEN
        assert f"Port {taken} is in use" in result.stderr
        assert f"port {taken + 1}" in result.stderr
    assert not empty.exists(), "nothing was begun"


def test_dagster_listens_on_this_machine_only() -> None:
    command = servers.dagster_command(3999)
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert command[command.index("--module-name") + 1] == "pipelines.definitions"


def child(code: str) -> subprocess.Popen[bytes]:
    return servers.start([sys.executable, "-c", code], os.environ)


def test_the_first_child_that_ends_is_named_and_the_other_is_stopped(
    taken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    running = {
        "Dagster": child("import time; time.sleep(60)"),
        "Dashboard": child("import time; time.sleep(1)"),
    }
    try:
        assert servers.watch(running, {"Dagster": taken, "Dashboard": 1}, pause=0.05) == "Dashboard"
    finally:
        servers.stop(list(running.values()), within=10)
    assert capsys.readouterr().out.splitlines() == [f"Dagster: http://127.0.0.1:{taken}"]
    assert all(process.poll() is not None for process in running.values())


@pytest.mark.skipif(os.name == "nt", reason="process groups are POSIX")
def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    mark = tmp_path / "grandchild"
    grandchild = (
        f"import os, pathlib, time; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    stubborn = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        f"subprocess.Popen([sys.executable, '-c', {grandchild!r}]); time.sleep(60)"
    )
    process = child(stubborn)
    end = time.monotonic() + 20
    while not (mark.exists() and mark.read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    servers.stop([process], within=0.2)
    assert process.poll() is not None
    while time.monotonic() < end:
        stat = Path(f"/proc/{mark.read_text()}/stat")
        if not stat.exists() or stat.read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("a process was left running")


# demo


def test_the_demonstration_has_a_folder_and_a_key_of_its_own(tmp_path: Path) -> None:
    at_home = demonstration.demo_settings({})
    assert at_home.data == HOME / "data" / "demo"
    assert at_home.key_file == HOME / "data" / "demo" / "key" / "pseudonym.key"
    assert not at_home.key_file.is_relative_to(at_home.store)
    elsewhere = demonstration.demo_settings(
        {"SEND_AUDIT_DATA": str(tmp_path), "SEND_AUDIT_KEY_FILE": "/keys/k.key"}
    )
    assert (elsewhere.data, elsewhere.key_file) == (tmp_path, Path("/keys/k.key"))


def test_the_demonstration_never_touches_other_data(empty: Path) -> None:
    theirs = empty / "store" / "records" / "deliveries" / "x"
    theirs.mkdir(parents=True)
    result = send_audit("demo", "--no-serve")
    assert result.exit_code == console.USAGE
    assert "not the demonstration" in flat(result.stderr)
    assert theirs.is_dir()
    assert not (empty / demonstration.MARK).exists()


def test_a_demonstration_is_made_afresh(empty: Path) -> None:
    demonstration.start_afresh(empty)
    (empty / "store" / "old").mkdir(parents=True)
    (empty / "mine.txt").write_text("kept")
    demonstration.start_afresh(empty)
    assert not (empty / "store" / "old").exists()
    assert (empty / "mine.txt").exists()
    assert (empty / ".gitignore").read_text() == "*\n"


def test_releases_are_made_when_a_years_files_are_in() -> None:
    ends = demonstration.year_ends(date(2023, 3, 24), date(2026, 4, 7))
    assert ends == [date(2024, 4, 30), date(2025, 4, 30)]
    assert demonstration.year_ends(date(2023, 7, 5), date(2024, 5, 1)) == [date(2024, 4, 30)]


def test_the_demonstration_ends_with_the_figure_in_words(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def generate(folder: Path, seed: int, catalogue: contracts.Catalogue) -> list[Delivery]:
        """The twelve-answers files: the programme a year before the audits, one of them bad, and participation last."""
        files = write_files(folder, case_audits=lambda rows: rows[-1].update(status="unheard of"))
        days = {
            "audit_programme": date(2025, 3, 25),
            "case_audits": date(2026, 4, 3),
            "family_participation": date(2026, 5, 7),
        }
        return [Delivery(files[feed], day - timedelta(days=1), day, "") for feed, day in days.items()]

    monkeypatch.setattr("pipelines.demo.generate", generate)
    result = send_audit("demo", "--no-serve")
    assert result.exit_code == console.DONE, result.stderr
    told = flat(result.stdout)
    assert "In the 12 months to 31 March 2026, " in told
    assert "74 of 120" in told, told
    assert "Of 404 rows received, 1 was set aside." in told
    assert "00002-case-audits-plain-report.xlsx" in told
    assert f"SEND_AUDIT_DATA={empty}" in told
    audiences = [row["audience"] for row in answer(send_audit("releases", "--json"))]
    assert audiences == ["officers", "officers", "public"]
    assert not any((empty / "inbox").iterdir())
    assert (empty / "key" / "pseudonym.key").exists() or (tmp_path / "key" / "pseudonym.key").exists()


def test_what_the_demonstration_tells_beside_is_one_sentence_of_the_release() -> None:
    measure = {
        "kind": "share",
        "title": "Sections",
        "sentence": "{numerator} of {denominator} graded sections were good ({value}).",
    }
    figure = {
        "window": "12m", "period_start": date(2025, 4, 1), "period_end": date(2026, 3, 31), "symbol": "", "group": "F",
        "group_label": "F: Provision", "numerator": 30, "denominator": 100, "value": 0.3, "low": 0.2, "high": 0.4,
        "previous_denominator": 80, "previous_value": 0.25,
    }  # fmt: skip
    assert demonstration.in_a_sentence(measure, figure) == (
        "Of “F: Provision”, in the 12 months to 31 March 2026, 30 of 100 graded sections were good (30%); "
        "the year before it was 25%."
    )
    whole = figure | {"group": "", "group_label": "", "previous_denominator": None}
    assert demonstration.in_a_sentence(measure, whole) == (
        "In the 12 months to 31 March 2026, 30 of 100 graded sections were good (30%)."
    )
    assert demonstration.in_a_sentence(measure, figure | {"symbol": "x"}).startswith("Sections: ")


# Tables, dates, progress


def test_a_table_is_plain_and_numbers_stand_to_the_right() -> None:
    lines = console.table_lines(["Name", "Rows"], [["a", 5], ["bcd", 1200]], None)
    assert lines == ["Name   Rows", "----  -----", "a         5", "bcd   1,200"]


def test_a_wide_table_is_wrapped_to_the_terminal() -> None:
    text = "one two three four five six seven eight nine ten"
    lines = console.table_lines(["Code", "What"], [["AUD-1", text]], 30)
    assert max(map(len, lines)) <= 30
    assert " ".join(line[7:].strip() for line in lines[2:]) == text


@given(
    st.lists(st.tuples(st.text(max_size=30), st.integers(0, 10**6), st.text(max_size=80)), max_size=5),
    st.integers(40, 120),
)
def test_no_line_of_a_table_is_wider_than_asked(rows: list[tuple[str, int, str]], width: int) -> None:
    lines = console.table_lines(["First", "Number", "Last"], rows, width)
    assert all(len(line) <= width for line in lines)
    assert len(lines) >= 2 + len(rows)


@pytest.mark.parametrize("text", ["2026-03-31", "31/03/2026", " 31/3/2026 "])
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert console.to_day(text) == date(2026, 3, 31)


@pytest.mark.parametrize("text", ["03/31/2026", "31 March", "", "2026-02-30", "31/03/26"])
def test_what_is_no_day_is_said(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="not a date"):
        console.to_day(text)


def test_progress_elsewhere_than_on_a_terminal_is_a_line_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress() as show:
        for done in range(3):
            show("Counting", done, 3)
        show("Writing", 0, 1)
    captured = capsys.readouterr()
    assert captured.err == "Counting ...\nWriting ...\n"
    assert captured.out == ""


def test_everything_said_can_be_shown_on_an_old_console() -> None:
    """Help in the letters of a Windows console of Western Europe."""
    for command in COMMANDS:
        send_audit(command, "--help").stdout.encode("cp1252")


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
