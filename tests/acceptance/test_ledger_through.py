"""Acceptance: done without evidence, checked by its own owner, moved twice and closed before opened are told apart: in
the measures, on the page of actions and in a board's report, from files as a council sends them.

One action of each kind, one that is done, evidenced, checked by somebody else and helped, and one that is merely open.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from dashboard import ledger_words, store
from dashboard.pages import actions, report
from pipelines import releases
from pipelines import settings as program_settings
from pipelines.commands import console
from pipelines.intake import verdicts
from pipelines.run import run
from pipelines.settings import Settings
from tests.acceptance.test_plans_through import receive_one
from tests.commands.command_line import flat, send_audit, use
from tests.dashboard.pages_as_text import tables_of, text_of

TAKEN = date(2026, 4, 3)
OWNER, OTHER = "Head of SEND Assessment", "Quality Assurance manager"
DONE = {"done_on": date(2025, 9, 1)}
CHECKED = {**DONE, "evidence": "Minutes of the panel", "evidence_checked_on": date(2025, 9, 20)}
TITLES = {
    "not_evidenced": "Give reasons in every refusal",
    "checked_by_owner": "Review the refusals of the last year",
    "moved_twice": "Report every month how many reviews are late",
    "closed_early": "Ask parents before the draft is written",
    "checked": "Train new caseworkers on the time limits",
    "open": "Publish how many annual reviews are late each month",
}
ROWS = {
    "not_evidenced": DONE,
    "checked_by_owner": {**CHECKED, "evidence_checked_by": OWNER},
    "moved_twice": {"revised_due_on": date(2026, 6, 30)},
    "closed_early": {"done_on": date(2025, 4, 1), "original_due_on": date(2026, 9, 30)},
    "checked": {**CHECKED, "evidence_checked_by": OTHER, "effect_checked_on": date(2026, 1, 5), "effect": "yes"},
    "open": {"original_due_on": date(2026, 9, 30)},
}  # fmt: skip
APART = {"not_evidenced": (1, 3), "checked_by_owner": (1, 3), "moved_twice": (1, 3), "closed_early": (1, 6)}
"""Of three that are done, of three that are open (one of them said to be closed), and of all six."""
MOVES = [(1, date(2025, 9, 15), date(2025, 12, 31)), (2, date(2025, 12, 20), date(2026, 6, 30))]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of these six actions."""
    folder = tmp_path_factory.mktemp("ledger")
    with pytest.MonkeyPatch.context() as patch:
        use(patch, folder / "data", folder / "key" / "pseudonym.key")
        patch.setattr(verdicts, "verdicts", lambda *_: {})  # that the two judges agree is tested elsewhere
        settings = program_settings.load()
        rows = [
            {"council": "990", "action_reference": f"a-{name}", "source": "internal_audit", "source_reference": "i1",
             "title": TITLES[name], "owner_role": OWNER, "opened_on": date(2025, 5, 1),
             "original_due_on": date(2025, 9, 30), **more}
            for name, more in ROWS.items()
        ]  # fmt: skip
        changes = [
            {"council": "990", "action_reference": "a-moved_twice", "change_number": number, "changed_on": day,
             "change": "moved", "new_due_on": due}
            for number, day, due in MOVES
        ]  # fmt: skip
        receive_one(settings, folder, "actions", rows, "workbook", TAKEN, "actions")
        receive_one(settings, folder, "action_changes", changes, "plain", TAKEN, "changes")
        run(settings)
    return folder


@pytest.fixture
def sent(made: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    use(monkeypatch, made / "data", made / "key" / "pseudonym.key")
    return program_settings.load()


@pytest.fixture
def release(sent: Settings) -> store.Release:
    return store.opened(releases.open_database(sent, "officers"))


def numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"(\d+) of (\d+)", text)[0]))


def test_the_measures_tell_them_apart(release: store.Release) -> None:
    held = store.figures(release, "990", "12m", date(2026, 3, 31))
    found = {
        name: (held[f"ledger.{name}"]["numerator"], held[f"ledger.{name}"]["denominator"]) for name in APART
    }
    assert found == APART
    assert (held["ledger.evidence_checked"]["numerator"], held["ledger.effect_shown"]["numerator"]) == (1, 1)


def test_the_page_tells_them_apart(release: store.Release) -> None:
    [apart] = [
        table for table in tables_of(actions.page(release, {})) if "look like progress" in table["caption"]
    ]
    known = store.measures(release)
    shown = {row[0]["text"]: numbers(row[1]) for row in apart["rows"]}
    assert shown == {known[f"ledger.{name}"]["title"]: counted for name, counted in APART.items()}
    receipts = [row[3] for row in apart["rows"]]
    assert len({*receipts}) == 4, "four figures, each with a receipt of its own"


@pytest.mark.parametrize("state", APART)
def test_each_is_listed_by_itself_and_says_what_it_is(release: store.Release, state: str) -> None:
    page = actions.page(release, {"state": state})
    [listed] = [table for table in tables_of(page) if table["caption"] == "Actions: Internal audit"]
    assert [row[0]["text"] for row in listed["rows"]] == [TITLES[state]]
    says = {
        "not_evidenced": "Nothing is named that shows it. That is not the same as not done",
        "checked_by_owner": f"Checked on 20 September 2025 by its own owner: {OWNER}",
        "moved_twice": "First due on 30 September 2025; moved twice, now 30 June 2026",
        "closed_early": ledger_words.EARLY,
    }
    said = {name: words in " ".join(map(str, listed["rows"][0][1:])) for name, words in says.items()}
    assert [name for name, there in said.items() if there] == [state]


def test_a_board_reads_the_same(release: store.Release) -> None:
    page = report.page(release, {"source": "internal_audit"})
    said = text_of(page)
    for told in (
        "3 of 6 actions are done, and 3 are open.",
        "1 has been checked by someone other than the owner.",
        "1 has been shown to make a difference.",
        "For 1 of those that are done, nothing is named that shows it. Not evidenced is not the same as not done",
        "1 of 3 open actions is past the date that was promised first.",
        "None open before + 6 opened − 3 done = 3 open after.",
    ):
        assert told in said
    lists = [table for table in tables_of(page) if table["columns"][0]["name"] == "Action"]
    listed = {table["caption"]: [row[0]["text"] for row in table["rows"]] for table in lists}
    assert listed["Open"] == [TITLES[name] for name in ("moved_twice", "closed_early", "open")]
    assert listed["Done"] == [TITLES[name] for name in ("not_evidenced", "checked_by_owner", "checked")]


def test_the_command_gives_words_json_and_a_tagged_pdf(sent: Settings, tmp_path: Path) -> None:
    told = flat(send_audit("report", "Internal audit", "--council", "Brackenshire").stdout)
    assert "3 of 6 actions are done, and 3 are open." in told
    as_json = json.loads(send_audit("report", "internal_audit", "--json").stdout)
    assert {name: as_json["balance"][name]["numerator"] for name in ("opened", "done", "open")} == {
        "opened": 6, "done": 3, "open": 3,
    }  # fmt: skip
    assert len(as_json["actions"]) == 6
    assert as_json["balance"]["before"] is None
    made = []
    for name in ("one.pdf", "two.pdf"):
        assert send_audit("report", "internal_audit", "-o", tmp_path / name).exit_code == console.DONE
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    assert b"/StructTreeRoot" in made[0]
    assert b"pdfuaid" in made[0]
    if reader := shutil.which("pdftotext"):
        text = subprocess.run(
            [reader, "-", "-"], input=made[0], capture_output=True, check=True
        ).stdout.decode()
        paper = flat(text)
        for figure in [
            one for part in ("balance", "overdue", "steps") for one in as_json[part].values() if one
        ]:
            assert figure["receipt"] in paper


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("report", "ombudsman"), "There are: all (All sources); internal_audit (Internal audit)."),
        (("report", "all", "--council", "Nowhere"), "It has: Brackenshire"),
    ],
)
def test_what_there_is_no_report_of(sent: Settings, asked: tuple[str, ...], said: str) -> None:
    result = send_audit(*asked)
    assert result.exit_code == console.NOTHING
    assert said in flat(result.stderr)
