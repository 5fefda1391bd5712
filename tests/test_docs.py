"""The written pages, held to the program: commands, options, settings, links, worked examples, quoted numbers.

Belongs here: what README, CHANGELOG and docs/ say that the program could contradict. Does not belong here: the
generated pages (`reports/test_generated_pages`), make targets (`test_repository`).
"""

from __future__ import annotations

import re
import shutil
import textwrap
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import typer
import yaml

from dashboard import phrases, words
from pipelines import cli, contracts, demo, mappings, settings
from pipelines.commands import console
from pipelines.contracts import Catalogue
from pipelines.feeds import reader
from pipelines.intake import check, key, typed
from pipelines.intake.rules import PATTERNS
from pipelines.intake.whole_file import PATTERNS as WHOLE_FILE_PATTERNS
from pipelines.measures import catalogue as definitions
from pipelines.statistics import proportions
from tests.acceptance import twelve
from tools import browser

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md"))]
WRITTEN = [
    page for page in PAGES if not page.read_text(encoding="utf-8").startswith("<!-- Made by `make docs`")
]
HEADLINE = "voice.any_family"
LARGEST_PICTURE = 300_000


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def plain(text: str) -> str:
    """Words alone: no line ends, no marks of a quotation."""
    return " ".join(re.sub(r"^> ?", "", text, flags=re.MULTILINE).split())


def block(page: str, kind: str, having: str = "") -> str:
    """The first code block of a kind on a page that has a text in it."""
    found = re.findall(rf"^```{kind}\n(.*?)^```$", read(page), re.MULTILINE | re.DOTALL)
    return next(text for text in found if having in text)


def section(page: str, title: str) -> str:
    """What stands under a heading of the second level."""
    return re.split(rf"^## {re.escape(title)}$", read(page), flags=re.MULTILINE)[1].split("\n## ")[0]


@cache
def commands() -> dict[str, dict[str, Any]]:
    """Command -> its options, by their names."""
    group: Any = typer.main.get_command(cli.app)
    return {
        name: {flag: option for option in command.params for flag in option.opts if flag.startswith("--")}
        for name, command in group.commands.items()
    }


@cache
def catalogue() -> Catalogue:
    return contracts.load(settings.load({}))


# Commands


def test_every_command_and_option_is_on_the_page_of_commands_and_no_other():
    listed = re.findall(r"^\| \[`([a-z-]+)`\]\(#([a-z-]+)\) \|", read("docs/commands.md"), re.MULTILINE)
    assert [name for name, _ in listed] == list(commands())
    for name, options in commands().items():
        told = section("docs/commands.md", name)
        assert set(re.findall(r"^\| `(--[a-z-]+)`", told, re.MULTILINE)) == set(options), name


def test_exit_codes_are_the_programs():
    told = re.findall(r"^\| (\d) \| (.+) \|$", section("docs/commands.md", "Exit codes"), re.MULTILINE)
    assert {int(code): meaning for code, meaning in told} == console.EXIT_CODES


def calls(text: str) -> list[tuple[str, list[str]]]:
    """(command, options) of every `send-audit ...` in a page's code."""
    code = re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)
    lines = [line.split("#")[0] for piece in code for line in piece.splitlines()]
    program = r"(?:^|[\s\"`]|bin/|Scripts\\)send-audit(?:\.exe)? ([a-z-]+)(.*)"
    found = [re.search(program, line) for line in lines]
    return [(match[1], re.findall(r"(?<!\S)--[a-z-]+", match[2])) for match in found if match]


def test_calls_are_found_in_pages():
    page = "Run `send-audit run --as-of DATE`, or\n```sh\nX=1 .venv/bin/send-audit names 990 --show # and --accept\n```"
    assert sorted(calls(page)) == [("names", ["--show"]), ("run", ["--as-of"])]


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_pages_call_only_commands_and_options_that_exist(page: Path):
    for command, options in calls(page.read_text(encoding="utf-8")):
        if not command.startswith("--"):
            assert command in commands(), command
            assert set(options) - {"--help"} <= set(commands()[command]), (command, options)


# Settings


def test_every_setting_is_in_the_deployment_guide_and_no_page_names_another():
    source = Path(settings.__file__).read_text(encoding="utf-8")
    real = set(re.findall(r'"(SEND_AUDIT_[A-Z_]+)"', source)) | {console.DEBUG, browser.VARIABLE}
    rows = re.findall(
        r"^\| `(SEND_AUDIT_[A-Z_]+)` \|", section("docs/deployment.md", "Settings"), re.MULTILINE
    )
    assert sorted(rows) == sorted(real)
    for page in PAGES:
        named = set(re.findall(r"SEND_AUDIT_[A-Z]+(?:_[A-Z]+)*", page.read_text(encoding="utf-8")))
        assert named <= real, page.name


@pytest.mark.parametrize(
    ("variable", "default"),
    [
        ("MEMORY", settings.Settings.memory_limit),
        ("MAX_FILE_BYTES", f"{settings.Settings.max_file_bytes:,}"),
        ("MAX_UNZIPPED_BYTES", f"{settings.Settings.max_unzipped_bytes:,}"),
        ("REPORT_DAYS", str(settings.Settings.report_days)),
        ("PORT", str(settings.Settings.port)),
    ],
)
def test_defaults_of_settings_are_the_programs(variable: str, default: str):
    assert re.search(rf"^\| `SEND_AUDIT_{variable}` \|.*\| {default} \|$", read("docs/deployment.md"), re.M)


# Links and pictures


def slug(heading: str) -> str:
    """The anchor that a heading gets."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


def links(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = re.findall(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"", text)
    return [link or picture for link, picture in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path):
    for link in links(page):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_page_is_in_the_index_and_every_picture_on_a_page():
    reached = {(DOCS / link.partition("#")[0]).resolve() for link in links(DOCS / "README.md")}
    assert {page for page in DOCS.glob("*.md") if page.name != "README.md"} <= reached
    shown = {(page.parent / link).resolve() for page in PAGES for link in links(page)}
    for picture in (DOCS / "pictures").iterdir():
        assert picture in shown, picture.name
        assert picture.suffix == ".png"
        assert picture.stat().st_size < LARGEST_PICTURE


# Numbers: the demonstration county, counted again in plain Python from the files that its offices send


def years_of_voice(received_by: date) -> dict[int, tuple[int, int]]:
    """Year in which a financial year ends -> (heard, completed), from the files received by a day."""
    audits: dict[str, demo.Row] = {}
    people: dict[tuple[Any, ...], demo.Row] = {}
    sent = demo.extracts(demo.county(2026, catalogue()), 2026)
    for extract in sorted(sent, key=lambda extract: extract.extracted_on):
        if extract.received_on > received_by:
            continue
        if extract.feed == "case_audits":
            months = {row["planned_month"] for row in extract.rows}
            audits = {ref: row for ref, row in audits.items() if row["planned_month"] not in months}
            audits |= {row["audit_reference"]: row for row in sound(extract)}
        elif extract.feed == "family_participation":
            people |= {
                (row["audit_reference"], row["role"], row["person_number"]): row for row in extract.rows
            }
    heard = {
        reference
        for (reference, role, _), row in people.items()
        if role in ("child", "parent")
        and reference in audits
        and (row["contributed_on"] or date.max) <= (audits[reference]["completed_on"] or date.min)
        and row["mode"] != "existing_record"
    }
    found: dict[int, tuple[int, int]] = {}
    for year in (2024, 2025, 2026):
        completed = {
            reference
            for reference, row in audits.items()
            if row["completed_on"] and date(year - 1, 4, 1) <= row["completed_on"] <= date(year, 3, 31)
        }
        found[year] = (len(completed & heard), len(completed))
    return found


def sound(extract: demo.Extract) -> list[demo.Row]:
    """The rows of an extract that are not set aside: of planted faults only a wrong need or team keeps its row."""
    kept_anyway = ("primary_need", "team")
    bad = {
        fault.row - extract.style.header_row - 1
        for fault in extract.faults
        if fault.column not in kept_anyway
    }
    differing = {extract.rows[fault.row - extract.style.header_row - 1]["audit_reference"]
                 for fault in extract.faults if "another grade" in fault.what}  # fmt: skip
    return [
        row
        for at, row in enumerate(extract.rows)
        if at not in bad and row["audit_reference"] not in differing
    ]


def quoted(now: tuple[int, int], before: tuple[int, int]) -> str:
    """The headline in words, as `send-audit figure voice.any_family` says it."""
    low, high = proportions.wilson(*now)
    change, change_low, change_high = proportions.newcombe(*now, *before)
    measure = definitions.load(settings.load({}).definitions)[HEADLINE].model_dump()
    figure = {
        "window": "12m", "period_start": date(2025, 4, 1), "period_end": date(2026, 3, 31), "complete": True,
        "numerator": now[0], "denominator": now[1], "value": now[0] / now[1], "low": float(low),
        "high": float(high), "symbol": "", "previous_numerator": before[0], "previous_denominator": before[1],
        "change": float(change), "change_low": float(change_low), "change_high": float(change_high),
        "direction": str(proportions.direction(change_low, change_high)),
    }  # fmt: skip
    return words.headline(measure, figure)


def test_the_headline_is_what_the_files_of_the_demonstration_say():
    years = years_of_voice(date.max)
    headline = quoted(years[2026], years[2025])
    for page in ("README.md", "docs/directors.md"):
        assert headline in plain(read(page)), page
    earlier = years_of_voice(date(2025, 4, 30))[2025]
    directors = plain(read("docs/directors.md"))
    assert "was {} of {} in the release of April 2025".format(*earlier) in directors
    assert "is {} of {} a year later".format(*years[2025]) in directors


def test_the_readme_has_no_other_number():
    """A number that no command gives would go stale unseen."""
    text = re.sub(r"```.*?```|`[^`]*`|<img.*?>|^>.*?$", "", read("README.md"), flags=re.DOTALL | re.MULTILINE)
    assert re.findall(r"\d[\d.,]*\d|\d", text) == ["3.11"], "the Python that pyproject.toml asks for"


def test_the_twelve_answers_are_those_of_the_fixture():
    told = {
        measure: (int(above), int(below), f"{share}%")
        for measure, above, below, share in re.findall(
            r"^\|.*\| `([a-z._]+)` \| (\d+) of (\d+) \| (\d+)% \|$", read("docs/directors.md"), re.MULTILINE
        )
    }
    assert told == {
        measure: (above, below, phrases.percent(above / below))
        for measure, (above, below) in twelve.ANSWERS.items()
    }


# Worked examples


def broken_rows(held: Catalogue, feed: str, text: str, folder: Path) -> dict[str, list[int]]:
    """Rule -> the rows of a CSV text that break it, as Excel numbers them. Every header of the text is known."""
    path = folder / "example.csv"
    path.write_text(text, encoding="utf-8")
    contract = held.contracts[feed]
    with duckdb.connect() as con:
        tables, _ = reader.read(path, path.name, held, con, settings.load({}))
        assert [(table.feed, table.unknown) for table in tables] == [(feed, ())]
        table = typed.make_typed(con, tables, contract, held, key.Key(b"k" * 32))
        flags = check.flag(con, table, contract, date(2026, 6, 5), frozenset(tables[0].missing))
        rows = f"SELECT _row, unnest(codes) AS code FROM {flags}"
        return dict(
            con.execute(f"SELECT code, list(_row ORDER BY _row) FROM ({rows}) GROUP BY code").fetchall()
        )


def trial(folder: Path) -> dict[str, Path]:
    """Copies of the contracts and lists, as the guides have the reader make them."""
    own = settings.load({})
    shutil.copytree(own.expectations / "feeds", folder / "expectations" / "feeds")
    shutil.copytree(own.expectations / "councils", folder / "expectations" / "councils")
    shutil.copytree(own.reference, folder / "reference")
    return {"feeds": folder / "expectations" / "feeds", "codes": folder / "reference" / "codes"}


def tried(folder: Path) -> Catalogue:
    return contracts.load(
        settings.load(
            {
                "SEND_AUDIT_EXPECTATIONS": str(folder / "expectations"),
                "SEND_AUDIT_REFERENCE": str(folder / "reference"),
            }
        )
    )


def test_the_example_of_a_rule_finds_the_row_that_the_guide_says(tmp_path: Path):
    path = trial(tmp_path)["feeds"] / "case_audits.yaml"
    rule = block("docs/add-a-rule.md", "yaml")
    path.write_text(path.read_text(encoding="utf-8") + textwrap.indent(rule, "  "), encoding="utf-8")
    code = yaml.safe_load(rule)[0]["code"]
    rows = block("docs/add-a-rule.md", "csv")
    assert broken_rows(tried(tmp_path), "case_audits", rows, tmp_path) == {code: [3]}
    assert broken_rows(catalogue(), "case_audits", rows, tmp_path) == {}


def test_the_guide_to_rules_has_every_pattern():
    told = re.findall(r"^\| `([a-z_]+)` \|", section("docs/add-a-rule.md", "What to choose"), re.MULTILINE)
    made_from_columns = {"column_values_readable", "column_values_not_empty", "cells_within_header"}
    real = {*PATTERNS, *WHOLE_FILE_PATTERNS, "key_unique", "not_repeated", "found_in"}
    assert set(told) == real - made_from_columns


def test_the_example_of_a_feed_is_read_and_checked_as_the_guide_says(tmp_path: Path):
    page, place = "docs/add-a-feed.md", trial(tmp_path)
    (place["codes"] / "action_status.csv").write_text(block(page, "csv", "code,label"), encoding="utf-8")
    (place["feeds"] / "audit_actions.yaml").write_text(block(page, "yaml"), encoding="utf-8")
    held = tried(tmp_path)
    assert len({contract.prefix for contract in held.contracts.values()}) == len(held.contracts)
    rows = block(page, "csv", "Local authority")
    assert broken_rows(held, "audit_actions", rows, tmp_path) == {"ACT-301": [3]}


def test_the_example_of_a_mapping_is_one(tmp_path: Path):
    page = "docs/mappings.md"
    mapping = mappings.parse(block(page, "yaml"), "990", "case_audits")
    contracts.check_mapping(mapping, catalogue())
    assert (mapping.codes["status"]["?"], mapping.yes_no["yes"]) == ("", ("Tick",))
    told = {
        name
        for cell in re.findall(r"^\| (`[a-z_`, ]+`) \|", section(page, "The file"), re.MULTILINE)
        for name in re.findall(r"`([a-z_]+)`", cell)
    }
    assert told == set(mappings.Mapping.model_fields) - {"council", "feed", "text"}


def test_the_example_of_a_measure_is_valid_and_new(tmp_path: Path):
    (tmp_path / "voice").mkdir()
    path = tmp_path / "voice" / "family_and_staff.yaml"
    path.write_text(block("docs/add-a-measure.md", "yaml"), encoding="utf-8")
    measure = definitions.read(path)
    held = definitions.load(settings.load({}).definitions)
    assert measure.id not in held
    assert measure.position not in {other.position for other in held.values() if other.topic == measure.topic}


def test_the_files_of_the_measure_example_break_no_rule(tmp_path: Path):
    rows = block("docs/add-a-measure.md", "csv")
    assert broken_rows(catalogue(), "family_participation", rows, tmp_path) == {}


def test_the_guide_to_measures_has_every_field():
    told = {
        field
        for cell in re.findall(r"^\| (`.+?) \|", section("docs/add-a-measure.md", "What to choose"), re.M)
        for field in re.findall(r"`([a-z_]+)`", cell)
    }
    in_words = {"title", "short_title", "topic", "counts_what", "why", "numerator_words", "denominator_words",
                "caveats", "source", "benchmark", "among", "text"}  # fmt: skip
    assert told == set(definitions.Measure.model_fields) - in_words
