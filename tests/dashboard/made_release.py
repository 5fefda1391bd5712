"""Builds a small, made-up release in a store's layout, by SQL, for the dashboard's tests and benchmark.

Belongs here: filling the tables of a release database as the dashboard reads them (the SQL files beside this one).
Deliberately independent of the pipeline. Does not belong here: its text (`made_words`) and assertions.
"""

from __future__ import annotations

import json
import os
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.evidence.receipts import check_digits
from pipelines.receipt_ids import ALPHABET, is_receipt
from tests.dashboard import made_gaps
from tests.dashboard import made_people as people
from tests.dashboard import made_words as text

HERE = Path(__file__).parent
COUNCIL, COUNTY = "990", "Brackenshire"
REGION = "E12000099"
AS_OF = date(2026, 11, 21)
RELEASE = "2026-11-21.1"
BEFORE = "2026-10-20.1"
CHANGE = date(2025, 3, 1)
STANDS, SUPERSEDED = "7CD0C692B0P", "00000000000"
"""Receipts of audits that heard from the family, in the 12 months to October 2026; and as it was before that was
restated."""
FIXED = '"window", period_start, period_end, complete'


def build(
    root: Path,
    release: str = RELEASE,
    audience: str = "officers",
    seed: str = "a",
    demonstration: bool = True,
    as_of: date = AS_OF,
) -> Path:
    """Build one release for one audience, made on `as_of`, and point CURRENT at it; returns the database's path."""
    folder = Path(root) / audience / "databases"
    folder.mkdir(parents=True, exist_ok=True)
    path, aside = folder / f"{release}.duckdb", folder / f"{release}.part"
    aside.unlink(missing_ok=True)
    public = audience == "public"
    with duckdb.connect(str(aside)) as connection:
        connection.execute("SET VARIABLE seed = ?", [seed])
        connection.execute((HERE / "story.sql").read_text(encoding="utf-8"))
        connection.execute("CREATE TABLE counts AS " + " UNION ALL BY NAME ".join(_counts(public)))
        connection.execute((HERE / "plans.sql").read_text(encoding="utf-8"))
        connection.execute((HERE / "agreement.sql").read_text(encoding="utf-8"))
        connection.execute((HERE / "ledger.sql").read_text(encoding="utf-8"))
        _people(connection, public)
        if public:
            connection.execute(text.LEDGER_IN_PUBLIC)
            connection.execute("DELETE FROM counts WHERE breakdown <> ''")
        connection.execute((HERE / "figures.sql").read_text(encoding="utf-8"))
        connection.execute((HERE / "coefficients.sql").read_text(encoding="utf-8"))
        connection.execute((HERE / "published.sql").read_text(encoding="utf-8"))
        connection.execute((HERE / "schema.sql").read_text(encoding="utf-8"))
        _check_characters(connection)
        connection.execute((HERE / "receipts.sql").read_text(encoding="utf-8"))
        _in_parts(connection, folder.parent, f"{release} {seed}")
        _words(connection)
        _insert(connection, "measures", people.measures(public))
        if not public:
            people.add_lesson_charts(connection, COUNCIL)
        if not public:
            made_gaps.add(connection, COUNCIL)
        _charts(connection)
        _deliveries(connection, public)
        made_at = datetime(as_of.year, as_of.month, as_of.day, 9, 30)
        _insert(
            connection,
            "release",
            [[release, audience, made_at, as_of, demonstration, "", "", "0.1.0", BEFORE]],
        )
        _insert(connection, "changes", text.changes(public))
        _insert(
            connection,
            "places",
            [
                [COUNCIL, COUNTY, date(2023, 11, 1), date(2026, 10, 1), date(2026, 11, 14), "local", REGION],
                ["991", "Ferncombe", None, None, None, "council", REGION],
                ["992", "Newmere", None, None, None, "council", REGION],
                [REGION, "Middle Vale", None, None, None, "region", ""],
                ["E92000001", "England", None, None, None, "country", ""],
            ],
        )
    os.replace(aside, path)
    manifest = {"release": release, "made_at": str(made_at), "as_of": str(as_of), "parts": []}
    manifest |= {"officers_release": release} if public else {}
    (folder.parent / "releases").mkdir(exist_ok=True)
    (folder.parent / "releases" / f"{release}.json").write_text(json.dumps(manifest), encoding="utf-8")
    flip(root, release, audience)
    return path


def _in_parts(connection: duckdb.DuckDBPyConnection, folder: Path, salt: str) -> None:
    """Long tables lie in parts beside the databases, which name them."""
    (folder / "parts").mkdir(exist_ok=True)
    for table, of, beside in (
        ("restated", "place, release, previous_release", "EXCLUDE (place, release, previous_release)"),
        ("left_out", "council", ""),
    ):
        name = f"{sha256(f'{table} {salt}'.encode()).hexdigest()}.parquet"
        connection.execute(
            f"COPY (SELECT * {beside} FROM {table}) TO '{folder / 'parts' / name}' (FORMAT parquet)"
        )
        connection.execute(f"CREATE TABLE {table}_in AS SELECT DISTINCT {of}, '{name}' AS file FROM {table}")
        connection.execute(f"DROP TABLE {table}")


def _check_characters(connection: duckdb.DuckDBPyConnection) -> None:
    """Give each receipt of the table `figures` the check character that makes it one."""
    starts = [
        start for (start,) in connection.execute("SELECT DISTINCT left(receipt, 10) FROM figures").fetchall()
    ]
    place = {letter: at for at, letter in enumerate(ALPHABET)}
    digits = np.array([[place[letter] for letter in start] for start in starts], dtype=np.uint8)
    ends = [ALPHABET[digit] for digit in check_digits(digits)]
    whole = [start + end for start, end in zip(starts, ends, strict=True)]
    assert is_receipt(whole[0])
    connection.register("checked", pa.table({"start": starts, "whole": whole}))
    connection.execute(
        "CREATE OR REPLACE TABLE figures AS SELECT figures.* REPLACE (whole AS receipt) "
        "FROM figures JOIN checked ON start = left(receipt, 10)"
    )
    connection.unregister("checked")


def flip(root: Path, release: str, audience: str = "officers") -> None:
    """Point CURRENT at a release by an atomic replace."""
    pointer = Path(root) / audience / "CURRENT"
    aside = pointer.with_suffix(".part")
    aside.write_text(release + "\n", encoding="utf-8")
    os.replace(aside, pointer)


def _counts(public: bool) -> list[str]:
    """Queries that count every measure in every period: without groups, and for officers by group."""
    everything = [
        (
            row["measure"],
            f"count(*) FILTER (({row['numerator']}) AND ({row['denominator']}))",
            f"count(*) FILTER ({row['denominator']})",
        )
        for row in text.shares()
    ]
    everything.append(("voice.people", text.PEOPLE, "2 * count(*)"))
    outs = {role: f"count(*) FILTER (NOT {role}_ok)" for role in ("child", "parent")}
    totals = [(f"voice.{role}_not_appropriate", out, out) for role, out in outs.items()]
    totals.append(("voice.mode", text.PEOPLE, text.PEOPLE))
    totals += [(f"programme.completed_by_{by}", "count(*)", "count(*)") for by in ("team", "selection")]
    totals += [("programme.void_reasons", "count(*) FILTER (is_void)", "count(*) FILTER (is_void)")]
    coverage = ("programme.coverage", "count(*) FILTER (is_delivered)", "3 * count(*)")
    totals.append(coverage)
    parts = [_counted("", "''", everything + totals)]
    if public:
        return parts
    parts += [_counted(by, by, [*everything, coverage]) for by in text.BY]
    for by in ("team", "selection"):
        for name in text.GROUPS[by]:
            top = f"count(*) FILTER ({by} = '{name}')"
            parts.append(_counted(by, f"'{name}'", [(f"programme.completed_by_{by}", top, "count(*)")]))
    for reason in text.GROUPS["void_reason"]:
        top = f"count(*) FILTER (is_void AND void_reason = '{reason}')"
        void = [("programme.void_reasons", top, "count(*) FILTER (is_void)")]
        parts.append(_counted("void_reason", f"'{reason}'", void))
    parts.append(
        _counted("selection", "selection", [row for row in everything if row[0] == "quality.moderated"])
    )
    for number, reason in enumerate(text.GROUPS["not_appropriate_reason"], 1):
        mine = f"1 + (u[23] * 4)::INT % 4 = {number}"
        held = [
            (f"voice.{role}_not_appropriate", f"count(*) FILTER (NOT {role}_ok AND {mine})", out)
            for role, out in outs.items()
        ]
        parts.append(_counted("not_appropriate_reason", f"'{reason}'", held))
    for number, mode in enumerate(text.GROUPS["mode"], 1):
        mine = f"(1 + (u[24] * u[24] * 6)::INT % 6 = {number})::INT"
        top = f"sum((child_in::INT + parent_in::INT) * {mine})"
        parts.append(_counted("mode", f"'{mode}'", [("voice.mode", top, text.PEOPLE)]))
    return parts


def _counted(breakdown: str, group: str, held: list[tuple[str, str, str]]) -> str:
    """One pass over the audits in each period, giving a row for each measure."""
    items = ", ".join(
        f"{{'measure': '{measure}', 'numerator': {top}, 'denominator': {bottom}}}"
        for measure, top, bottom in held
    )
    return (
        f'SELECT {FIXED}, breakdown, "group", unnest(items, recursive := true) FROM (SELECT {FIXED}, '
        f"'{breakdown}' AS breakdown, {group} AS \"group\", [{items}] AS items FROM inside GROUP BY ALL)"
    )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[list[Any]]) -> None:
    if rows:
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)


def _words(connection: duckdb.DuckDBPyConnection) -> None:
    _insert(connection, "measures", text.measures() + text.measures_of_plans() + text.measures_of_ledger())
    every = text.BREAKDOWNS | people.BREAKDOWNS
    titles = [[name, title, place] for place, (name, title) in enumerate(every.items())]
    _insert(connection, "breakdowns", titles)
    _insert(connection, "fact_columns", text.FACT_COLUMNS)
    labels = [
        [by, name, label, place]
        for by, held in (text.GROUPS | people.GROUPS).items()
        for place, (name, label) in enumerate(held.items())
    ]
    _insert(connection, "groups", labels)


def _people(connection: duckdb.DuckDBPyConnection, public: bool) -> None:
    """Counts of placements, training and the like; what the public may not read is not there."""
    columns = 'measure VARCHAR, breakdown VARCHAR, "group" VARCHAR, rows DOUBLE, share DOUBLE, flat BOOLEAN'
    connection.execute(f"CREATE TABLE made_people ({columns})")
    _insert(connection, "made_people", [list(row) for row in people.counted(public)])
    connection.execute((HERE / "people.sql").read_text(encoding="utf-8"))
    _insert(connection, "lessons", [] if public else people.LESSONS)


def _charts(connection: duckdb.DuckDBPyConnection) -> None:
    """p-charts with the months before the change as baseline; signals: outside the limits, 7 on one side."""
    made_with = json.dumps({"chart": "p", "baseline": {"first": 0, "last": 15, "fixed": True}})
    rows = []
    for measure in (*text.SHORT, "plans.good_or_better"):
        points = connection.execute(
            "SELECT period_start, period_end, numerator, denominator, value FROM figures WHERE measure = ? "
            "AND \"window\" = 'month' AND breakdown = '' AND complete ORDER BY period_end",
            [measure],
        ).fetchall()
        first = [point for point in points if point[0] < CHANGE]
        centre = sum(point[2] for point in first) / sum(point[3] for point in first)
        sides = ["high" if point[4] > centre else "low" for point in points]
        for place, (start, end, top, bottom, value) in enumerate(points):
            spread = 3 * (centre * (1 - centre) / bottom) ** 0.5
            lower, upper = max(0.0, centre - spread), min(1.0, centre + spread)
            back = next((n for n in range(place, -1, -1) if sides[n] != sides[place]), -1)
            ahead = next((n for n in range(place, len(sides)) if sides[n] != sides[place]), len(sides))
            run = "shift" if ahead - back - 1 >= 7 else ""
            signal = run if lower <= value <= upper else "outside"
            side = sides[place] if signal else ""
            found = [
                measure,
                COUNCIL,
                "month",
                "limits",
                start,
                end,
                top,
                bottom,
                value,
                centre,
                lower,
                upper,
            ]
            rows.append([*found, signal, side, made_with])
        rows[-len(points) :] = [row + _classes(measure, rows[-1]) for row in rows[-len(points) :]]
    _insert(connection, "charts", rows)


def _classes(measure: str, last: list[Any]) -> list[Any]:
    """Target, variation and assurance of a chart, from its last point's value, limits and signal."""
    lower, upper, signal, side = last[10:14]
    target = text.TARGETS.get(measure, (None, None))[0]
    better = "low" if measure == "quality.inadequate" else "high"
    variation = ("improving" if side == better else "getting worse") if signal else "no clear change"
    if target is None:
        return [target, variation, "no target"]
    if lower <= target <= upper:
        return [target, variation, "may or may not meet"]
    good = (target < lower) == (better == "high")
    return [target, variation, "will reliably meet" if good else "will not meet without change"]


def _deliveries(connection: duckdb.DuckDBPyConnection, public: bool) -> None:
    """Deliveries with their checks; the public's without file names, and without findings row by row."""
    rules, checks, deliveries = [], [], []
    for feed, prefix in text.PREFIXES.items():
        check = "Check the spelling against the list in the template."
        for n in range(1, 13):
            code = f"{prefix}-{100 + n}"
            rules.append([code, feed, "error", f"column_{n}", "readable", "The cell cannot be read.", check])
        rules += [
            [f"{prefix}-301", feed, "error", "started_on", "order", "The audit ended before it began.", text.SWAPPED],
            [f"{prefix}-302", feed, "query", "age_band", "given", "The age band is empty.", "Add it if it is known."],
            [f"{prefix}-501", feed, "refuse", "role", "present", "A required column is missing.", "Add the column."],
        ]  # fmt: skip
    for number, file, feed, received, rejected, queries, errors, state, reason, mode in text.DELIVERIES:
        if public and state == "refused":
            continue
        delivery, prefix = f"{number:02d}" + "ab" * 31, text.PREFIXES.get(feed or "", "")
        received_at, extracted_on = (
            datetime(2026, 11, 10, 9) + timedelta(days=number),
            date(2026, 11, 9 + number),
        )
        deliveries.append(
            [delivery, number, None if public else file, feed, ["Audits"], [COUNTY], received_at, extracted_on,
             "given", mode, received, received - rejected, rejected, received - rejected, queries, errors, 0, state,
             reason, 2 if number == 4 else None]
        )  # fmt: skip
        if state == "refused":
            continue
        for n in range(1, 13):
            broken = errors - 2 if n == 4 and errors > 2 else 0
            checks.append([delivery, number, feed, f"{prefix}-{100 + n}", "error", broken == 0, broken])
        checks.append([delivery, number, feed, f"{prefix}-301", "error", errors == 0, min(errors, 2)])
        checks.append([delivery, number, feed, f"{prefix}-302", "query", queries == 0, queries])
    _insert(connection, "rules", rules)
    _insert(connection, "deliveries", deliveries)
    _insert(connection, "checks", checks)
    due = {"audit_programme": 100, "case_audits": 31, "family_participation": 7}
    _insert(connection, "freshness", [
        [row[3], row[3].replace("_", " ").capitalize(), COUNCIL, COUNTY, row[1], row[7], row[6], due[row[3]],
         row[7] + timedelta(days=due[row[3]])]
        for row in deliveries if row[12 + 5] == "in force"
    ] + [["plan_reviews", "Plan reviews", "", "", None, None, None, 31, None]])  # fmt: skip
    _insert(connection, "releases", [
        [made, datetime(2026, month, 21, 9), date(2026, month, 21), files, files - 1, by, note]
        for made, month, files, by, note in text.RELEASES
    ])  # fmt: skip
    _insert(connection, "measure_versions", text.VERSIONS)
    if public:
        connection.execute("DROP TABLE drift")
    else:
        _insert(connection, "drift", text.DRIFT)
    if public:
        connection.execute("DROP TABLE findings; DROP TABLE columns_matched")
        return
    connection.execute(
        "INSERT INTO findings SELECT c.delivery, c.number, c.feed, 'Audits', 3 + 11 * n, "
        "CASE WHEN c.code LIKE '%-3%' THEN 'Date started' ELSE '=Audit theme' END, c.code, c.level "
        "FROM checks AS c, range(0, 200) AS r(n) WHERE n < c.broken"
    )
    matched = [
        [row[0], row[1], row[3], "Audits", *column] for row in deliveries if row[3] for column in text.COLUMNS
    ]
    _insert(connection, "columns_matched", matched)
