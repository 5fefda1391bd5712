"""A board's progress report: its sentences, its sources, who sees what, and that page and paper say the same."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard import board_report, board_words, components, ledger_words, store
from dashboard.app import create_app
from dashboard.blocks import Said, Table
from dashboard.pages import report
from tests.dashboard.test_app import ask


@pytest.fixture(scope="module", params=["officers", "public"])
def client(store_root: Path, request: pytest.FixtureRequest) -> tuple[str, FlaskClient]:
    return request.param, create_app(store_root, request.param).server.test_client()


def figure(numerator: int, denominator: int, code: str) -> dict[str, Any]:
    return {"numerator": numerator, "denominator": denominator, "receipt": code, "title": code, "shown": code}


def told(**more: Any) -> board_report.Told:
    """A board's 26 actions: 14 done, 10 open, 2 cancelled."""
    steps = {name: figure(0, 14, name.upper()) for name in board_report.STEPS}
    steps |= {"evidence_checked": figure(9, 14, "CHECKED"), "effect_shown": figure(3, 14, "SHOWN")}
    return {
        "source": "ombudsman", "source_label": "Ombudsman", "audience": "officers", "as_of": date(2026, 4, 7),
        "council_name": "Brackenshire", "release": "2026-04-07.1", "period": "the 12 months to 31 March 2026",
        "period_start": date(2025, 4, 1), "period_end": date(2026, 3, 31), "list_as_on": date(2026, 3, 31),
        "balance": {
            "before": figure(8, 20, "BEFORE"), "opened": figure(6, 11, "OPENED"), "reopened": figure(1, 11, "AGAIN"),
            "done": figure(4, 11, "DONE"), "cancelled": figure(1, 11, "CANCELLED"), "open": figure(10, 26, "OPEN"),
        },
        "overdue": dict.fromkeys(board_report.OVERDUE), "steps": steps, "actions": [],
    } | more  # fmt: skip


def sentences(report: board_report.Told, anchor: str) -> list[str]:
    [blocks] = [blocks for name, _, blocks in board_words.sections(report) if name == anchor]
    return [block.text for block in blocks if isinstance(block, Said)]


def test_where_a_board_stands_in_plain_words() -> None:
    assert sentences(told(), "where") == [
        "14 of 26 actions are done, and 10 are open. The rest were cancelled.",
        "9 have been checked by someone other than the owner.",
        "3 have been shown to make a difference.",
    ]
    assert sentences(told(), "balance") == [
        "8 open before + 6 opened + 1 opened again − 4 done − 1 cancelled = 10 open after."
    ]


def test_a_ledger_that_does_not_balance_is_said_to() -> None:
    wrong = told()
    wrong["balance"]["done"] = figure(3, 11, "DONE")
    assert sentences(wrong, "balance")[0].endswith("That does not add up: please report it.")


def test_one_none_and_nothing_done_yet() -> None:
    one = told(overdue={"overdue": figure(1, 1, "LATE"), "overdue_revised": None, "moved_twice": None})
    one["balance"] |= dict.fromkeys(board_words.CAME + board_words.WENT) | {
        "before": None, "open": figure(1, 1, "OPEN"),
    }  # fmt: skip
    one["steps"] = dict.fromkeys(board_report.STEPS)
    assert sentences(one, "where") == [
        "None of 1 action is done, and 1 is open.",
        "1 of 1 open action is past the date that was promised first.",
    ]
    assert sentences(one, "balance")[0].startswith("Nothing was opened or closed in the period.")


def test_every_sentence_and_row_names_its_receipts() -> None:
    for _, _, blocks in board_words.sections(told()):
        for block in blocks:
            if isinstance(block, Said):
                assert block.receipts, block.text
            if isinstance(block, Table) and "Receipt" in block.header:
                assert all(row[-1] or row[1] == "None" for row in block.rows)


def test_officers_choose_a_source_and_others_are_named_and_refused(release: store.Release) -> None:
    assert board_report.sources(release, "990") == [
        ("all", "All sources"), ("ombudsman", "Ombudsman"), ("audit", "Case audit"),
    ]  # fmt: skip
    assert report.page(release, {"source": "ombudsman"}).title == "Progress report: Ombudsman"
    wrong = report.page(release, {"source": "<b>"})
    assert wrong.title == "Progress report: All sources"
    assert board_report.sources(release, "991")[0] == ("all", "All sources")


def test_the_figures_are_of_the_source(release: store.Release) -> None:
    found = report.told(release, {"source": "ombudsman", "to": "2026-10-31"})
    assert found is not None
    shown, held = found
    group = store.figures(release, "990", "12m", shown.end, "action_source", "ombudsman")
    assert held["balance"]["opened"]["receipt"] == group["ledger.opened"]["receipt"]
    assert {row["source"] for row in held["actions"]} == {"ombudsman"}
    assert {row["receipt"] for row in report.page(release, {"source": "ombudsman"}).figures} <= {
        *(row["receipt"] for row in group.values()),
        held["balance"]["before"]["receipt"],
    }


def test_the_public_reads_the_council_s_numbers_and_published_actions(
    client: tuple[str, FlaskClient],
) -> None:
    audience, pages = client
    of_source = ask(pages, "/report", "?source=ombudsman")
    everything = ask(pages, "/report")
    public = audience == "public"
    assert (board_words.NOT_BY_SOURCE in of_source) == public
    assert (ledger_words.LISTED in of_source) == public
    assert ("New letter" in of_source) == (not public), "evidence in its own words is for officers"
    assert ("Ask parents before the draft is written" in everything) == (not public)
    assert "actions are done, and" in everything


def test_page_and_paper_say_the_same(client: tuple[str, FlaskClient], release: store.Release) -> None:
    audience, pages = client
    answer = pages.get("/report.pdf?source=ombudsman")
    assert answer.content_type == "application/pdf"
    assert "progress-report-ombudsman-" in answer.headers["Content-Disposition"]
    assert b"pdfuaid" in answer.data
    reader = shutil.which("pdftotext")
    if reader is None or audience == "public":
        return
    text = subprocess.run(
        [reader, "-", "-"], input=answer.data, capture_output=True, check=True
    ).stdout.decode()
    paper = re.sub(r"\s+", " ", text)
    found = report.told(release, {"source": "ombudsman"})
    assert found is not None
    for _, heading, blocks in board_words.sections(found[1]):
        assert heading in paper
        for block in blocks:
            if isinstance(block, Said):
                assert block.text in paper
                assert all(code in paper for code in block.receipts)


@pytest.mark.parametrize(("path", "source"), [("/ombudsman", "ombudsman"), ("/actions", "all")])
def test_the_ledger_s_pages_lead_to_it(client: tuple[str, FlaskClient], path: str, source: str) -> None:
    linked = json.dumps(json.loads(ask(client[1], path)))
    assert f'"/report?council=990&source={source}"' in linked


def test_a_release_without_a_ledger_says_so(release: store.Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "listed_actions", lambda *_: [])
    monkeypatch.setattr(store, "figures", lambda *_: {})
    page: components.Page = report.page(release, {})
    assert page.body[1].children == ledger_words.NONE


def test_a_period_before_a_source_s_first_action_says_so() -> None:
    early = told(balance=dict.fromkeys(("before", *board_report.MOVED, "open")), actions=[])
    [where] = [blocks for anchor, _, blocks in board_words.sections(early) if anchor == "where"]
    assert where == [board_words.NOT_THEN]
    [where] = [
        blocks
        for anchor, _, blocks in board_words.sections(early | {"audience": "public"})
        if anchor == "where"
    ]
    assert where == [board_words.NOT_BY_SOURCE]
