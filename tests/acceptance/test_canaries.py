"""Acceptance: nothing personal gets past the archive. Every column of every feed carries a value that no code list has
and that would be found; then every byte that the program wrote beside the originals is searched."""

from __future__ import annotations

import csv
import io
import logging
import shutil
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from dashboard.app import create_app
from pipelines import contracts, run
from pipelines import settings as program_settings
from pipelines.settings import Settings
from tests.acceptance import council_files, twelve
from tests.dashboard.test_app import ask
from tests.planted_rows import SOUND

MARK = "Zebedee"


def canary(feed: str, column: str, n: int) -> str:
    return f"{MARK}{feed[:4]}{column.replace('_', '')}{n} Quillfeather"


def every_feed() -> dict[str, list[dict[str, Any]]]:
    """Rows of every feed, more than it has columns."""
    catalogue = contracts.load(program_settings.load({}))
    found = {feed: [dict(row) for row in rows] for feed, rows in twelve.rows().items()}
    for feed, reference in (
        ("plan_reviews", "review_reference"), ("active_plans", "plan_reference"),
        ("placements", "placement_reference"), ("training", "learner_reference"),
        ("complaints", "complaint_reference"), ("feedback_responses", "feedback_reference"),
        ("scrutiny_requests", "request_reference"), ("board_reports", "report_reference"),
        ("actions", "action_reference"), ("action_changes", "action_reference"),
        ("ombudsman_cases", "source_reference"), ("ombudsman_remedies", "source_reference"),
        ("inspections", "source_reference"), ("internal_audits", "source_reference"),
    ):  # fmt: skip
        few = len(catalogue.contracts[feed].columns) + 5
        found[feed] = [SOUND[feed] | {reference: f"BR/{n}"} for n in range(few)]
    few = len(catalogue.contracts["population"].columns) + 5
    found["population"] = [
        SOUND["population"] | {"as_at": date(2020, 1, 1) + timedelta(n)} for n in range(few)
    ]
    for feed in catalogue.of_published:
        few = len(catalogue.contracts[feed].columns) + 5
        year = {"dfe_timeliness": "time_period", "participation_rates": "numerator"}.get(feed, "published_on")
        day = date(2020, 1, 1)
        found[feed] = [
            SOUND[feed] | {year: day + timedelta(n) if year == "published_on" else n} for n in range(few)
        ]
    assert set(found) == set(catalogue.contracts)
    return found


def seeded(settings: Settings, folder: Path) -> list[Path]:
    """Each feed as a file in which row n has a canary in column n, and every personal column has one in every row."""
    catalogue = contracts.load(settings)
    files = []
    for feed, rows in every_feed().items():
        contract = catalogue.contracts[feed]
        plain = council_files.write(folder, contract, rows, "plain", catalogue)
        with plain.open(encoding="utf-8", newline="") as handle:
            given = list(csv.DictReader(handle))
        columns = list(contract.columns)
        for n, row in enumerate(given):
            for column in columns:
                if contract.columns[column].type in ("free_text", "label"):
                    row[column] = canary(feed, column, n)
            if 0 < n <= len(columns):
                row[columns[n - 1]] = canary(feed, columns[n - 1], n)
            row["Notes of the meeting"] = canary(feed, "unknowncolumn", n)
        with plain.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, [*columns, "Notes of the meeting"], restval="")
            writer.writeheader()
            writer.writerows(given)
            handle.write(f"{canary(feed, 'ragged', 0)}," * (len(columns) + 5) + "\r\n")
        files.append(plain)
    return files


def every_text(path: Path) -> str:
    """A file's content as text: Parquet, DuckDB and zipped files opened, other bytes as they are."""
    raw = path.read_bytes()
    found = [raw.decode("utf-8", "ignore"), raw.decode("utf-16-le", "ignore")]
    if path.suffix == ".parquet":
        with duckdb.connect() as con:
            found.append(str(con.execute(f"SELECT * FROM '{path}'").fetchall()))
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as con:
            for (table,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                found.append(str(con.execute(f'SELECT * FROM "{table}"').fetchall()))
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            apart = corrections_in(path)
            found += [
                archive.read(name).decode("utf-8", "ignore")
                for name in archive.namelist()
                if name not in apart
            ]
    return "\n".join(found)


def corrections_in(path: Path) -> set[str]:
    """The parts of a supplier's report that hold the rows to correct: theirs, as they were sent."""
    if not path.name.endswith("-report.xlsx"):
        return set()
    sheets = CalamineWorkbook.from_path(path).sheet_names
    return {
        f"xl/worksheets/sheet{n}.xml"
        for n, name in enumerate(sheets, start=1)
        if name.startswith("Corrections")
    }


def test_what_goes_back_to_a_supplier(settings: Settings, tmp_path: Path) -> None:
    """The report holds the rows to correct, for nobody else to read, and no free text or column that is not used."""
    settings.inbox.mkdir(parents=True)
    for file in seeded(settings, tmp_path):
        shutil.move(file, settings.inbox)
    run.run(settings)
    reports = sorted(settings.outbox.glob("*-report.xlsx"))
    assert len(reports) == len(every_feed())
    assert settings.outbox.stat().st_mode & 0o077 == 0
    for report in reports:
        with zipfile.ZipFile(report) as archive:
            text = "".join(archive.read(name).decode() for name in corrections_in(report))
        assert MARK in text
        assert "unknowncolumn" not in text
        kept_out = [
            name
            for contract in contracts.load(settings).contracts.values()
            for name, column in contract.columns.items()
            if column.type == "free_text"
        ]
        assert not [name for name in kept_out if f"{name.replace('_', '')}1 " in text]


def written(settings: Settings) -> list[Path]:
    originals = settings.records / "deliveries"
    return [
        path
        for path in settings.data.rglob("*")
        if path.is_file() and not (originals in path.parents and path.name.startswith("original."))
    ]


def every_page(settings: Settings) -> str:
    """What the dashboard answers, as officers and as the public: pages with groups and findings, and their exports."""
    answers = []
    for audience in ("officers", "public"):
        client = create_app(settings.store, audience).server.test_client()
        number = 1
        answers += [ask(client, path) for path in ("/", "/definitions")]
        answers += [
            ask(client, "/voice", f"?by={by}") for by in ("team", "locality", "theme", "primary_need")
        ]
        answers += [ask(client, "/data", f"?delivery={number}&feed={feed}") for feed in every_feed()]
        exports = ("/", "/voice.csv?by=team", "/voice.json", "/data.csv", "/data/findings.csv")
        answers += [client.get(path).get_data(as_text=True) for path in exports]
    assert any("unlisted" in answer.lower() or "not yet listed" in answer.lower() for answer in answers)
    return "".join(answers)


@pytest.fixture
def no_database_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process, which reads the canaries, writes no DuckDB file: what DuckDB leaves in a file's gaps is what the
    process had read before, and seldom a whole canary."""
    connect = duckdb.connect

    def only_reads(database: str = ":memory:", read_only: bool = False, **more: Any) -> Any:
        assert read_only or database == ":memory:", "a database is written by a process that has read files"
        return connect(database, read_only=read_only, **more)

    monkeypatch.setattr(duckdb, "connect", only_reads)


@pytest.mark.usefixtures("no_database_of_ours")
def test_no_canary_gets_out(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from pipelines.cli import app

    for name, value in {"SEND_AUDIT_DATA": settings.data, "SEND_AUDIT_KEY_FILE": settings.key_file}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("SEND_AUDIT_TODAY", "2026-11-21")  # the files' audits are of the 12 months before
    caplog.set_level(logging.DEBUG)
    settings.inbox.mkdir(parents=True)
    for file in seeded(settings, tmp_path):
        shutil.move(file, settings.inbox)
    said = [
        CliRunner().invoke(app, command)
        for command in (
            ["run"],
            ["figure", "voice.any_family", "--by", "team", "--json"],
            ["publish", "CURRENT", "--by", "Analyst", "--note", "test"],
            ["releases", "--json"],
        )
    ]
    assert [result.exit_code for result in said] == [0, 0, 0, 0], [result.output for result in said]
    spoken = caplog.text + "".join(result.output for result in said) + every_page(settings)
    assert MARK.lower() not in spoken.lower()
    leaks = [
        str(path.relative_to(settings.data))
        for path in written(settings)
        if MARK.lower() in every_text(path).lower()
    ]
    assert not leaks
    assert any(MARK in every_text(path) for path in (settings.records / "deliveries").rglob("original.*"))


def test_an_exception_that_quotes_a_cell_does_not_get_out(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from pipelines.cli import app
    from pipelines.intake import check

    def breaks(*_: object, **__: object) -> None:
        raise duckdb.ConversionException(f"Could not convert string '{MARK} Quillfeather' to DATE")

    monkeypatch.setattr(check, "check", breaks)
    for name, value in {"SEND_AUDIT_DATA": settings.data, "SEND_AUDIT_KEY_FILE": settings.key_file}.items():
        monkeypatch.setenv(name, str(value))
    settings.inbox.mkdir(parents=True)
    for file in seeded(settings, tmp_path):
        shutil.move(file, settings.inbox)
    result = CliRunner().invoke(app, ["run"])
    assert result.exit_code == 3, "the file stays in the inbox, and the command says so"
    assert "ConversionException" in result.output
    assert MARK not in result.output + caplog.text
    assert not [
        path for path in written(settings) if path.parent != settings.inbox and MARK in every_text(path)
    ]
