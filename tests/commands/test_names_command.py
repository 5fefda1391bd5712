"""send-audit names: names that are not listed, counted for anybody and shown on a terminal only."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipelines.commands import console, names
from pipelines.settings import HOME
from tests.commands.command_line import EXTRACTED, answer, flat, send_audit, use, write_files

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
    assert counted["not_listed"] == dict.fromkeys(names.LABELS, 0) | {"teams": 1}
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
