"""send-audit demo: a folder and key of its own, releases, and the figure in words."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines import contracts
from pipelines.commands import console, demonstration
from pipelines.demo import Delivery
from pipelines.settings import HOME
from tests.commands.command_line import answer, flat, send_audit, write_files


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
