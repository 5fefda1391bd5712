"""Made-up deliveries of any size, written by DuckDB: what the benchmarks run on.

Belongs here: files of the three feeds for fictional councils, plain CSV as a case system would export it, with a small
share of faulty rows. Does not belong here: timing anything.
"""

# ruff: noqa: E501 - SQL and tables read better unbroken

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from pipelines.settings import Settings

MONTHS = 36
FIRST = date(2023, 4, 1)
EXTRACTED_ON = date(2026, 4, 3)

_AUDITS = """
SELECT '{council}' AS council, 'A-' || i AS audit_reference, 'C-' || (i * 7 % {audits}) AS child_reference,
    ['thematic', 'routine', 'multi_agency', 'dip_sample'][1 + r1 % 4] AS audit_type,
    CASE WHEN r1 % 4 = 0 THEN 'Health advice' END AS theme,
    ['random', 'targeted', 'complaint'][1 + r2 % 3] AS selection,
    strftime(month, '%Y-%m') AS planned_month,
    CAST(started AS DATE) AS started_on,
    CAST(CASE WHEN r3 % 500 = 0 THEN started - 5 WHEN r3 % 20 <> 1 THEN started + (5 + r3 % 20)::INTEGER END AS DATE)
        AS completed_on,
    CASE WHEN r3 % 20 <> 1 OR r3 % 500 = 0 THEN 'completed' ELSE 'in_progress' END AS status,
    'Education' AS agency, 'SEND Casework North' AS team,
    ['Brackenford', 'Upper Tarn', 'Marlow Fen', 'Hollin Coast', 'Southmoor'][1 + r4 % 5] AS locality,
    'Auditor ' || r4 % 40 AS auditor,
    ['Outstanding', 'Good', 'Requires improvement', 'Inadequate'][1 + r5 % 4] AS auditor_grade,
    CASE WHEN r3 % 20 <> 1 THEN ['Outstanding', 'Good', 'Requires improvement', 'Inadequate'][1 + r6 % 4] END
        AS agreed_grade,
    CASE WHEN r6 % 2 = 0 THEN 'yes' ELSE 'no' END AS mental_health_relevant,
    CASE WHEN r6 % 2 = 0 THEN 'yes' END AS mental_health_considered,
    ['0-4', '5-10', '11-15', '16-19', '20-25'][1 + r7 % 5] AS age_band, ['F', 'M'][1 + r7 % 2] AS sex,
    ['WBRI', 'APKN', 'BAFR', 'MWBC', CASE WHEN r7 % 997 = 0 THEN 'unheard of' ELSE 'AIND' END][1 + r8 % 5] AS ethnicity,
    ['ASD', 'SEMH', 'SLCN', 'MLD', 'SLD', 'PD'][1 + r8 % 6] AS primary_need,
    ['none', 'cin', 'cp', 'cla'][1 + r8 % 4] AS social_care, ['new', 'review', 'amended'][1 + r9 % 3] AS plan_kind,
    CASE WHEN r9 % 10 = 0 THEN 'yes' ELSE 'no' END AS interpreter
FROM (
    SELECT i, {rolls}, DATE '{first}' + to_months((i % {months})::INTEGER) AS month,
        CAST(DATE '{first}' + to_months((i % {months})::INTEGER) AS DATE) + (i % 3)::INTEGER AS started
    FROM range({start}, {start} + {audits}) r(i)
)
"""
_PEOPLE = """
SELECT '{council}' AS council, 'A-' || i AS audit_reference, role,
    CASE WHEN p % 4 <> 0 THEN 'yes' ELSE 'no' END AS offered,
    CASE WHEN p % 4 = 0 AND p % 8 = 0 THEN 'no' ELSE 'yes' END AS contact_appropriate,
    CASE WHEN p % 8 = 0 THEN 'live_dispute' END AS not_appropriate_reason,
    CASE WHEN p % 4 <> 0 THEN CAST(started + 1 AS DATE) END AS offered_on,
    CASE WHEN p % 4 <> 0 THEN ['accepted', 'declined', 'no_reply', 'accepted'][1 + p % 3] END AS response,
    CASE WHEN p % 4 <> 0 AND p % 3 IN (0) THEN CAST(started + 4 AS DATE) END AS contributed_on,
    CASE WHEN p % 4 <> 0 AND p % 3 IN (0) THEN ['conversation', 'written', 'survey'][1 + p % 3] END AS mode
FROM (
    SELECT i, role, (hash(i, role, {seed}) // 1024 % 1000)::BIGINT AS p,
        CAST(DATE '{first}' + to_months((i % {months})::INTEGER) AS DATE) + (i % 3)::INTEGER AS started
    FROM range({start}, {start} + {audits}) r(i), (VALUES ('child'), ('parent'), ('staff')) roles(role)
    WHERE role <> 'staff' OR i % 2 = 0
)
"""


def councils(settings: Settings, folder: Path, number: int) -> tuple[Settings, list[str]]:
    """Settings whose reference list has so many more fictional councils, and their codes."""
    reference = folder / "reference"
    shutil.copytree(settings.reference, reference)
    codes = [f"B{n:02d}" for n in range(number)]
    expectations = folder / "expectations"
    shutil.copytree(settings.expectations, expectations)
    with (reference / "councils.csv").open("a", encoding="utf-8") as lines:
        header = (settings.reference / "councils.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        for code in codes:
            known = {"code": code, "name": f"Benchmark council {code}", "fictional": "yes"}
            lines.write(",".join(known.get(column, "") for column in header) + "\n")
    names = (expectations / "councils" / "990.yaml").read_text(encoding="utf-8")
    for code in codes:
        (expectations / "councils" / f"{code}.yaml").write_text(
            names.replace('"990"', f'"{code}"'), encoding="utf-8"
        )
    return replace(settings, reference=reference, expectations=expectations), codes


def deliver(
    folder: Path,
    council: str,
    audits: int,
    start: int = 0,
    seed: int = 1,
    first: date = FIRST,
    months: int = MONTHS,
) -> list[Path]:
    """A council's programme, audits (numbers start, start + 1, ...) and their participation, as three CSV files.

    The audits are spread over `months` from `first` on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rolls = ", ".join(f"(hash(i, {n}, {seed}) // 1024 % 100000)::BIGINT AS r{n}" for n in range(1, 10))
    given = {
        "council": council, "audits": audits, "start": start, "months": months, "first": first, "rolls": rolls, "seed": seed,
    }  # fmt: skip
    paths = [folder / f"{council}-{feed}-{start}.csv" for feed in ("case-audits", "family-participation")]
    with duckdb.connect() as con:
        for path, query in zip(paths, (_AUDITS, _PEOPLE), strict=True):
            con.execute(f"COPY ({query.format(**given)}) TO '{path}' (HEADER, DELIMITER ',')")
    programme = folder / f"{council}-audit-programme.csv"
    lines = ["council,frame,period,audit_type,planned_count,approved_on"]
    for n in range(MONTHS):
        year, month = divmod(FIRST.year * 12 + FIRST.month - 1 + n, 12)
        lines.append(
            f"{council},ehcp,{year}-{month + 1:02d},routine,{min(10_000, audits // MONTHS)},{FIRST.year}-03-01"
        )
    programme.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [programme, *paths]
