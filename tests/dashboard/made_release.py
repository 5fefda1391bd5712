"""Builds a small, made-up release in a store's layout, by SQL, for the dashboard's tests and benchmark.

Belongs here: the tables of the release database as the dashboard reads them, filled with three years of
monthly audits of a fictional county with a story: the voice rate changes once, in March 2025, and children
with profound and multiple learning difficulty are less often offered a say. Does not belong here: the real
pipeline (this is deliberately independent of it), nor any assertion.
"""

from __future__ import annotations

import json
import os
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

COUNCIL, COUNTY = "990", "Brackenshire"
AS_OF = date(2026, 11, 21)
RELEASE = "2026-11-21.1"
Z = 1.959963984540054
CHANGE = date(2025, 3, 1)
REASONS = ("asked_not_to_be_contacted", "distress", "safeguarding", "no_contact_details")
MODES = ("conversation", "written", "advocate", "communication_aid", "observation", "survey")
GROUPS = {
    "audit_type": {
        "thematic": "Thematic",
        "routine": "Routine",
        "multi_agency": "Multi-agency",
        "dip_sample": "Dip sample",
    },
    "primary_need": {
        "ASD": "Autistic spectrum disorder",
        "SEMH": "Social, emotional and mental health",
        "SLCN": "Speech, language and communication needs",
        "MLD": "Moderate learning difficulty",
        "PMLD": "Profound and multiple learning difficulty",
    },
    "age_band": {"0-4": "0 to 4", "5-10": "5 to 10", "11-15": "11 to 15", "16-19": "16 to 19"},
    "locality": {"north": "North", "south": "South", "unlisted-3F2A": "Not yet listed (3F2A)"},
    "not_appropriate_reason": {
        "asked_not_to_be_contacted": "Asked not to be contacted",
        "distress": "Likely to cause distress",
        "safeguarding": "Safeguarding concern",
        "no_contact_details": "No contact details held",
    },
    "mode": {
        "conversation": "Conversation",
        "written": "In writing",
        "advocate": "Through an advocate",
        "communication_aid": "With a communication aid",
        "observation": "Observation",
        "survey": "Survey",
    },
}
TITLES = {
    "audit_type": "Type of audit",
    "primary_need": "Primary need",
    "age_band": "Age",
    "locality": "Locality",
    "not_appropriate_reason": "Reason contact was not appropriate",
    "mode": "How people took part",
}
SHORT = {
    "voice.any_family": "Child or family heard",
    "voice.child": "Child heard",
    "voice.parent": "Parent or carer heard",
    "voice.staff": "Staff heard",
}
PEOPLE = "sum(child_in::INT + parent_in::INT)"
BY = ("audit_type", "primary_need", "age_band", "locality")


def _share(
    measure: str, title: str, numerator: str, words: str, denominator: str = "true", **more: object
) -> dict:
    of = more.pop("of", "completed audits")
    return {
        "measure": measure,
        "title": title,
        "numerator": numerator,
        "denominator": denominator,
        "sentence": f"{words} {{numerator}} of {{denominator}} {of} ({{value}}).",
        "numerator_words": f"Audits counted: {title.lower()}",
        "denominator_words": f"All {of} in the period",
        "higher_is": "better",
        "kind": "share",
        "protect": "process",
        **more,
    }


def _measures() -> list[dict]:
    any_family = "(child_in OR parent_in)"
    made = [
        _share(
            "voice.any_family",
            "Audits that heard from the child or family",
            any_family,
            "Someone from the family contributed to",
            chart="p",
        ),
        _share("voice.any_family_of_appropriate", "… where contact was appropriate", any_family,
               "Someone from the family contributed to", "child_ok OR parent_ok", of="audits where contact was appropriate"),
        _share("voice.any_family_of_offered", "… where anyone was offered", any_family,
               "Someone from the family contributed to", "child_off OR parent_off", of="audits where someone was offered"),
        _share("voice.any_family_thematic", "… thematic audits only", any_family,
               "Someone from the family contributed to", "audit_type = 'thematic'", of="thematic audits"),
        _share("voice.child_and_parent", "Audits that heard from both", "child_in AND parent_in",
               "Both the child and a parent or carer contributed to"),
        _share("voice.nobody_offered", "Audits where nobody was offered a say", "NOT child_off AND NOT parent_off",
               "Nobody was offered a say in", higher_is="worse"),
        _share("voice.nobody_offered_not_appropriate", "Nobody offered: recorded as not appropriate",
               "NOT child_off AND NOT parent_off AND NOT child_ok AND NOT parent_ok", "Contact was recorded as not appropriate in",
               higher_is="neither"),
        _share("voice.nobody_offered_no_reason", "Nobody offered: no reason given",
               "NOT child_off AND NOT parent_off AND (child_ok OR parent_ok)", "Nobody was offered and no reason was given in",
               higher_is="worse"),
        _share("voice.existing_record_only", "Audits with only views already on file", f"on_file AND NOT {any_family}",
               "Only views already on file were used in", higher_is="neither"),
        _share("voice.told_in_time", "Families told the outcome within 20 working days", "child_told OR parent_told",
               "The family was told in time in", any_family, of="audits the family contributed to"),
        _share("voice.people", "People who contributed", "", "People contributed:", kind="people_share", of="people in audits"),
    ]  # fmt: skip
    who = {"child": ("the child", "The child"), "parent": ("a parent or carer", "A parent or carer"),
           "staff": ("staff who work with the child", "Staff who work with the child")}  # fmt: skip
    for role, (name, opening) in who.items():
        if role != "staff":
            made += [
                _share(f"voice.{role}_contact_appropriate", f"Contact with {name} was appropriate", f"{role}_ok",
                       f"Contact with {name} was appropriate in", higher_is="neither"),
                _share(f"voice.{role}_offered", f"Offered, where contact with {name} was appropriate", f"{role}_off",
                       f"{opening} was offered a say in", f"{role}_ok", of="audits where contact was appropriate"),
                _share(f"voice.{role}_of_offered", f"Contributed, where {name} was offered", f"{role}_in",
                       f"{opening} contributed to", f"{role}_off", of="audits where they were offered"),
            ]  # fmt: skip
        made += [
            _share(f"voice.{role}_offered_of_completed", f"Offered: {name}", f"{role}_off", f"{opening} was offered a say in"),
            _share(f"voice.{role}_replied", f"Replied: {name}", f"{role}_reply", f"{opening} replied in"),
            _share(f"voice.{role}_accepted_of_completed", f"Accepted: {name}", f"{role}_yes", f"{opening} accepted in"),
            _share(f"voice.{role}", f"Audits that heard from {name}", f"{role}_in", f"{opening} contributed to", chart="p"),
            _share(f"voice.{role}_told", f"Told what changed: {name}", f"{role}_told", f"{opening} was told what changed in"),
        ]  # fmt: skip
    return made


AUDITS = """
CREATE TABLE audits AS
WITH slots AS (
    SELECT month::DATE AS month, n FROM generate_series(DATE '2023-11-01', DATE '2026-11-01', INTERVAL 1 MONTH) AS m(month),
    generate_series(1, 55) AS s(n)
), mixed AS (
    SELECT *, md5(seed || 'a') || md5(seed || 'b') || md5(seed || 'c') || md5(seed || 'd') AS digits
    FROM (SELECT *, concat_ws('/', ?, month, n) AS seed FROM slots)
), drawn AS (
    SELECT month, n, list_transform(range(24), lambda k: ('0x' || substr(digits, 5 * k + 1, 5))::BIGINT / 1048576.0) AS u
    FROM mixed
), kept AS (
    SELECT month, u, (month >= DATE '2025-03-01') AS later,
        ['thematic', 'routine', 'multi_agency', 'dip_sample'][1 + (u[1] * 4)::INT % 4] AS audit_type,
        ['ASD', 'ASD', 'SEMH', 'SEMH', 'SLCN', 'MLD', 'PMLD'][1 + (u[2] * 7)::INT % 7] AS primary_need,
        ['0-4', '5-10', '11-15', '16-19'][1 + (u[3] * 4)::INT % 4] AS age_band,
        ['north', 'south', 'south', 'unlisted-3F2A'][1 + (u[4] * 3)::INT % 4] AS locality
    FROM drawn WHERE n <= CASE WHEN month = DATE '2026-11-01' THEN 14 ELSE 34 + (month(month) * 7) % 20 END
), asked AS (
    SELECT *, u[5] < 0.88 AS child_ok, u[6] < 0.93 AS parent_ok,
        u[5] < 0.88 AND u[7] < CASE WHEN primary_need = 'PMLD' THEN 0.45 ELSE 0.86 END AS child_off,
        u[6] < 0.93 AND u[8] < CASE WHEN primary_need = 'PMLD' THEN 0.6 ELSE 0.9 END AS parent_off,
        u[9] < 0.95 AS staff_off
    FROM kept
), answered AS (
    SELECT *, child_off AND u[10] < 0.8 AS child_reply, parent_off AND u[11] < 0.85 AS parent_reply,
        staff_off AND u[12] < 0.95 AS staff_reply FROM asked
), agreed AS (
    SELECT *, child_reply AND u[13] < CASE WHEN later THEN 0.8 ELSE 0.5 END AS child_yes,
        parent_reply AND u[14] < CASE WHEN later THEN 0.92 ELSE 0.6 END AS parent_yes,
        staff_reply AND u[15] < 0.95 AS staff_yes FROM answered
), took_part AS (
    SELECT *, child_yes AND u[16] < 0.92 AS child_in, parent_yes AND u[17] < 0.94 AS parent_in,
        staff_yes AND u[18] < 0.97 AS staff_in, u[19] < 0.12 AS on_file FROM agreed
)
SELECT *, child_in AND u[20] < 0.7 AS child_told, parent_in AND u[21] < 0.78 AS parent_told,
    staff_in AND u[22] < 0.6 AS staff_told FROM took_part
"""

PERIODS = """
CREATE TABLE spans AS
WITH months AS (SELECT DISTINCT month FROM audits), made AS (
    SELECT 'month' AS "window", month AS period_start, (month + INTERVAL 1 MONTH)::DATE AS next FROM months
    UNION ALL SELECT '12m', (month - INTERVAL 11 MONTH)::DATE, (month + INTERVAL 1 MONTH)::DATE FROM months
        WHERE month >= DATE '2024-10-01' AND month < DATE '2026-11-01'
    UNION ALL SELECT DISTINCT 'quarter', date_trunc('quarter', month)::DATE,
        (date_trunc('quarter', month) + INTERVAL 3 MONTH)::DATE FROM months WHERE month >= DATE '2024-01-01'
    UNION ALL SELECT 'financial_year', make_date(y, 4, 1), make_date(y + 1, 4, 1) FROM range(2024, 2027) AS r(y)
    UNION ALL SELECT 'academic_year', make_date(y, 9, 1), make_date(y + 1, 9, 1) FROM range(2024, 2027) AS r(y)
    UNION ALL SELECT 'calendar_year', make_date(y, 1, 1), make_date(y + 1, 1, 1) FROM range(2024, 2027) AS r(y)
)
SELECT "window", period_start, (next - INTERVAL 1 DAY)::DATE AS period_end, next <= DATE '2026-11-01' AS complete FROM made
"""

INTERVALS = f"""
CREATE TABLE rated AS
WITH shares AS (
    SELECT *, numerator / nullif(denominator, 0) AS value, {Z * Z} AS zz,
        CASE WHEN "window" = '12m' THEN last_day((period_end - INTERVAL 1 YEAR)::DATE) END AS last_year FROM counts
)
SELECT * EXCLUDE (zz),
    greatest(0, (value + zz / (2 * denominator) - {Z} * sqrt(value * (1 - value) / denominator
        + zz / (4 * denominator * denominator))) / (1 + zz / denominator)) AS low,
    least(1, (value + zz / (2 * denominator) + {Z} * sqrt(value * (1 - value) / denominator
        + zz / (4 * denominator * denominator))) / (1 + zz / denominator)) AS high
FROM shares
"""

FIGURES = """
CREATE TABLE figures AS
WITH pairs AS (
    SELECT now.*, before.numerator AS previous_numerator, before.denominator AS previous_denominator,
        before.value AS previous_value, now.value - before.value AS change,
        (now.value - before.value) - sqrt((now.value - now.low) ** 2 + (before.high - before.value) ** 2) AS change_low,
        (now.value - before.value) + sqrt((now.high - now.value) ** 2 + (before.value - before.low) ** 2) AS change_high
    FROM rated AS now LEFT JOIN rated AS before ON before."window" = now."window" AND before.measure = now.measure AND before.breakdown = now.breakdown AND before."group" = now."group"
        AND before.period_end = now.last_year
)
SELECT measure, '1.0.0' AS measure_version, '990' AS council, "window", period_start, period_end, complete, breakdown,
    "group", numerator::BIGINT AS numerator, denominator::BIGINT AS denominator, value, low, high,
    CASE WHEN denominator = 0 THEN 'z' ELSE '' END AS symbol,
    previous_numerator::BIGINT AS previous_numerator, previous_denominator::BIGINT AS previous_denominator,
    previous_value, change, change_low, change_high,
    CASE WHEN change IS NULL THEN '' WHEN change_low > 0 THEN 'higher' WHEN change_high < 0 THEN 'lower'
        ELSE 'no clear change' END AS direction,
    upper(substr(translate(md5(concat_ws('/', measure, "window", period_end, breakdown, "group")), 'ilou', 'wxyz'), 1, 11)) AS receipt
FROM pairs
"""


def build(
    root: Path,
    release: str = RELEASE,
    audience: str = "officers",
    seed: str = "a",
    demonstration: bool = True,
) -> Path:
    """Build one release for one audience and point CURRENT at it; returns the database's path."""
    folder = Path(root) / audience / "databases"
    folder.mkdir(parents=True, exist_ok=True)
    path, aside = folder / f"{release}.duckdb", folder / f"{release}.part"
    aside.unlink(missing_ok=True)
    connection = duckdb.connect(str(aside))
    _facts(connection, seed, public=audience == "public")
    _definitions(connection)
    _charts(connection)
    _deliveries(connection, public=audience == "public")
    connection.execute(
        "CREATE TABLE release AS SELECT ? AS release, ? AS audience, TIMESTAMP '2026-11-21 09:30:00' AS made_at, "
        "?::DATE AS as_of, ?::BOOLEAN AS demonstration, '' AS previous, '' AS note, '0.1.0' AS code_version",
        [release, audience, AS_OF, demonstration],
    )
    connection.execute(
        "CREATE TABLE places AS SELECT '990' AS council, ? AS name, DATE '2023-11-01' AS first_month, "
        "DATE '2026-10-01' AS last_month, DATE '2026-11-14' AS extracted_on",
        [COUNTY],
    )
    connection.close()
    os.replace(aside, path)
    flip(root, release, audience)
    return path


def flip(root: Path, release: str, audience: str = "officers") -> None:
    """Point CURRENT at a release by an atomic replace."""
    pointer = Path(root) / audience / "CURRENT"
    aside = pointer.with_suffix(".part")
    aside.write_text(release + "\n", encoding="utf-8")
    os.replace(aside, pointer)


def _facts(connection: duckdb.DuckDBPyConnection, seed: str, public: bool) -> None:
    connection.execute(AUDITS, [seed])
    connection.execute(PERIODS)
    connection.execute(
        "CREATE TABLE inside AS SELECT s.*, a.* FROM spans AS s JOIN audits AS a "
        "ON a.month BETWEEN s.period_start AND s.period_end"
    )
    parts = [_counted("", "''", _everything())]
    for by in () if public else BY:
        parts.append(_counted(by, by, _everything()))
    for number, reason in enumerate(REASONS, 1):
        counts = [
            (
                f"voice.{role}_not_appropriate",
                f"NOT {role}_ok AND 1 + (u[23] * 4)::INT % 4 = {number}",
                f"NOT {role}_ok",
            )
            for role in ("child", "parent")
        ]
        held = [
            (measure, f"count(*) FILTER ({top})", f"count(*) FILTER ({bottom})")
            for measure, top, bottom in counts
        ]
        parts.append(_counted("not_appropriate_reason", f"'{reason}'", held))
    for number, mode in enumerate(MODES, 1):
        mine = f"sum((child_in::INT + parent_in::INT) * (1 + (u[24] * u[24] * 6)::INT % 6 = {number})::INT)"
        parts.append(_counted("mode", f"'{mode}'", [("voice.mode", mine, PEOPLE)]))
    connection.execute("CREATE TABLE counts AS " + " UNION ALL BY NAME ".join(parts))
    connection.execute(INTERVALS)
    connection.execute(FIGURES)
    for table in ("inside", "spans", "counts", "rated", "audits"):
        connection.execute(f"DROP TABLE {table}")


def _everything() -> list[tuple[str, str, str]]:
    """Measure, numerator and denominator as aggregates, for every measure that is not split by its own breakdown."""
    held = []
    for item in _measures():
        if item["kind"] == "people_share":
            held.append((item["measure"], PEOPLE, "2 * count(*)"))
        else:
            top, bottom = item["numerator"], item["denominator"]
            held.append(
                (item["measure"], f"count(*) FILTER (({top}) AND ({bottom}))", f"count(*) FILTER ({bottom})")
            )
    for role in ("child", "parent"):
        out = f"count(*) FILTER (NOT {role}_ok)"
        held.append((f"voice.{role}_not_appropriate", out, out))
    held.append(("voice.mode", PEOPLE, PEOPLE))
    return held


def _counted(breakdown: str, group: str, held: list[tuple[str, str, str]]) -> str:
    """One pass over the audits in each period, giving a row for each measure."""
    fixed = '"window", period_start, period_end, complete'
    items = ", ".join(
        f"{{'measure': '{m}', 'numerator': {top}, 'denominator': {bottom}}}" for m, top, bottom in held
    )
    return (
        f'SELECT {fixed}, breakdown, "group", unnest(items, recursive := true) FROM (SELECT {fixed}, '
        f"'{breakdown}' AS breakdown, {group} AS \"group\", [{items}] AS items FROM inside GROUP BY ALL)"
    )


def _definitions(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "CREATE TABLE measures (measure VARCHAR, version VARCHAR, title VARCHAR, short_title VARCHAR, topic VARCHAR, "
        '"position" INT, kind VARCHAR, higher_is VARCHAR, protect VARCHAR, chart VARCHAR, sentence VARCHAR, '
        "counts_what VARCHAR, why VARCHAR, numerator_words VARCHAR, denominator_words VARCHAR, caveats VARCHAR, "
        "source VARCHAR, benchmark VARCHAR, breakdowns VARCHAR[], text VARCHAR)"
    )
    extra = [
        {
            "measure": f"voice.{role}_not_appropriate",
            "title": f"Why contact with {name} was not appropriate",
            "kind": "distribution",
            "higher_is": "neither",
            "protect": "process",
            "sentence": "Contact was recorded as not appropriate in {denominator} completed audits.",
            "numerator_words": "Audits with the reason",
            "denominator_words": "Completed audits where contact was not appropriate",
        }
        for role, name in (("child", "the child"), ("parent", "a parent or carer"))
    ]
    extra.append(
        {
            "measure": "voice.mode",
            "title": "How people took part",
            "kind": "distribution",
            "higher_is": "neither",
            "protect": "process",
            "sentence": "People contributed {denominator} times.",
            "numerator_words": "Contributions of this kind",
            "denominator_words": "All contributions",
        }
    )
    rows = [
        [
            item["measure"], "1.0.0", item["title"], SHORT.get(item["measure"], item["title"]), "voice", place, item["kind"], item["higher_is"],
            item["protect"], item.get("chart"), item["sentence"], "Completed audits in which the family's own words were heard.",
            "Families know things that files do not.", item["numerator_words"], item["denominator_words"],
            "An audit counts once however many people contributed.", "Case audit and family participation records.",
            "none", list(BY), f"id: {item['measure']}\nversion: 1.0.0\nkind: {item['kind']}\nnumerator: [example]\n",
        ]
        for place, item in enumerate([*_measures(), *extra], 1)
    ]  # fmt: skip
    connection.executemany(f"INSERT INTO measures VALUES ({', '.join('?' * 20)})", rows)
    connection.execute('CREATE TABLE breakdowns (breakdown VARCHAR, title VARCHAR, "position" INT)')
    connection.executemany(
        "INSERT INTO breakdowns VALUES (?, ?, ?)",
        [[key, title, n] for n, (key, title) in enumerate(TITLES.items())],
    )
    connection.execute(
        'CREATE TABLE groups (breakdown VARCHAR, "group" VARCHAR, label VARCHAR, "position" INT)'
    )
    connection.executemany(
        "INSERT INTO groups VALUES (?, ?, ?, ?)",
        [
            [by, key, label, n]
            for by, labels in GROUPS.items()
            for n, (key, label) in enumerate(labels.items())
        ],
    )


def _charts(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        'CREATE TABLE charts (measure VARCHAR, council VARCHAR, "window" VARCHAR, state VARCHAR, period_start DATE, '
        "period_end DATE, numerator BIGINT, denominator BIGINT, value DOUBLE, centre DOUBLE, lower DOUBLE, upper DOUBLE, "
        "signal VARCHAR, side VARCHAR, baseline VARCHAR)"
    )
    rules = json.dumps({"start": "2023-11-01", "end": "2025-02-28", "points": 16, "shift": 7, "trend": 7})
    for measure in ("voice.any_family", "voice.child", "voice.parent", "voice.staff"):
        points = connection.execute(
            "SELECT period_start, period_end, numerator, denominator, value FROM figures WHERE measure = ? "
            "AND \"window\" = 'month' AND breakdown = '' AND complete ORDER BY period_end",
            [measure],
        ).fetchall()
        first = [p for p in points if p[0] < CHANGE]
        centre = sum(p[2] for p in first) / sum(p[3] for p in first)
        sides = ["high" if p[4] > centre else "low" for p in points]
        rows = []
        for place, (start, end, top, bottom, value) in enumerate(points):
            spread = 3 * (centre * (1 - centre) / bottom) ** 0.5
            lower, upper = max(0.0, centre - spread), min(1.0, centre + spread)
            back = next((n for n in range(place, -1, -1) if sides[n] != sides[place]), -1)
            ahead = next((n for n in range(place, len(sides)) if sides[n] != sides[place]), len(sides))
            signal = "outside" if not lower <= value <= upper else "shift" if ahead - back - 1 >= 7 else ""
            side = sides[place] if signal else ""
            rows.append([measure, COUNCIL, "month", "limits", start, end, top, bottom, value, centre, lower, upper,
                         signal, side, rules])  # fmt: skip
        connection.executemany(f"INSERT INTO charts VALUES ({', '.join('?' * 15)})", rows)


FILES = [
    # number, file, feed, received rows, rejected, queries, errors, state, reason, mode
    (1, "Audit programme 2023 to 2026.csv", "audit_programme", 148, 0, 0, 0, "in force", "", "whole"),
    (2, "QA audits Nov 23 to Sep 26.xlsx", "case_audits", 1498, 14, 6, 15, "superseded", "A newer file covers the same months", "whole"),
    (3, "Family participation.csv", "family_participation", 4120, 31, 12, 31, "in force", "", "whole"),
    (4, "QA audits Nov 23 to Oct 26.xlsx", "case_audits", 1544, 12, 7, 130, "in force", "", "whole"),
    (5, "participation_oct.csv", "family_participation", 0, 0, 0, 0, "refused",
     "The column that says who took part is missing (role). Add it and send the file again.", "corrections"),
]  # fmt: skip


def _deliveries(connection: duckdb.DuckDBPyConnection, public: bool) -> None:
    connection.execute(
        'CREATE TABLE deliveries (delivery VARCHAR, "number" INT, file VARCHAR, feed VARCHAR, sheets VARCHAR[], '
        "council_names VARCHAR[], received_at TIMESTAMP, extracted_on DATE, mode VARCHAR, rows_received BIGINT, "
        "rows_accepted BIGINT, rows_rejected BIGINT, queries INT, errors INT, state VARCHAR, reason VARCHAR)"
    )
    connection.execute(
        "CREATE TABLE checks (delivery VARCHAR, feed VARCHAR, code VARCHAR, level VARCHAR, passed BOOLEAN, broken BIGINT)"
    )
    connection.execute(
        'CREATE TABLE rules (code VARCHAR, feed VARCHAR, level VARCHAR, "column" VARCHAR, expect VARCHAR, message VARCHAR, "action" VARCHAR)'
    )
    prefixes = {"audit_programme": "PRG", "case_audits": "AUD", "family_participation": "PAR"}
    for feed, prefix in prefixes.items():
        rules = [
            [
                f"{prefix}-{100 + n}",
                feed,
                "error",
                f"column_{n}",
                "readable",
                "The cell cannot be read.",
                "Check the spelling against the list in the template.",
            ]
            for n in range(1, 13)
        ]
        rules += [
            [f"{prefix}-301", feed, "error", "started_on", "order", "The audit ended before it began.",
             "Check both dates in the audit record; one is usually typed with day and month swapped."],
            [f"{prefix}-302", feed, "query", "age_band", "listed", "The age band is empty.", "Add the age band if it is known."],
        ]  # fmt: skip
        connection.executemany("INSERT INTO rules VALUES (?, ?, ?, ?, ?, ?, ?)", rules)
    held = []
    for number, file, feed, received, rejected, queries, errors, state, reason, mode in FILES:
        delivery = f"{number:02d}" + "ab" * 31
        held.append([delivery, number, None if public else file, feed, ["Audits"], ["Brackenshire"],
                     datetime(2026, 11, 10) + timedelta(days=number, hours=9), date(2026, 11, 9 + number), mode,
                     received, received - rejected, rejected, queries, errors, state, reason])  # fmt: skip
        prefix = prefixes[feed]
        if state == "refused":
            connection.execute(
                "INSERT INTO checks VALUES (?, ?, ?, 'refuse', false, 1)", [delivery, feed, f"{prefix}-501"]
            )
            connection.execute("INSERT INTO rules VALUES (?, ?, 'refuse', 'role', 'present', 'A required column is missing.', "
                               "'Add the column and send the file again.')", [f"{prefix}-501", feed])  # fmt: skip
            continue
        for n in range(1, 13):
            broken = errors - 2 if n == 4 and errors > 2 else 0
            connection.execute("INSERT INTO checks VALUES (?, ?, ?, 'error', ?, ?)",
                               [delivery, feed, f"{prefix}-{100 + n}", broken == 0, broken])  # fmt: skip
        connection.execute("INSERT INTO checks VALUES (?, ?, ?, 'error', ?, ?)",
                           [delivery, feed, f"{prefix}-301", errors == 0, min(errors, 2)])  # fmt: skip
        connection.execute("INSERT INTO checks VALUES (?, ?, ?, 'query', ?, ?)",
                           [delivery, feed, f"{prefix}-302", queries == 0, queries])  # fmt: skip
    connection.executemany(f"INSERT INTO deliveries VALUES ({', '.join('?' * 16)})", held)
    if public:
        return
    connection.execute(
        'CREATE TABLE findings (delivery VARCHAR, feed VARCHAR, sheet VARCHAR, "row" BIGINT, supplier_column VARCHAR, code VARCHAR, level VARCHAR)'
    )
    connection.execute(
        'CREATE TABLE columns_matched (delivery VARCHAR, feed VARCHAR, sheet VARCHAR, supplier_column VARCHAR, "column" VARCHAR, how VARCHAR)'
    )
    connection.execute(
        "INSERT INTO findings SELECT c.delivery, c.feed, 'Audits', 3 + 11 * n, CASE WHEN c.code LIKE '%-3%' THEN 'Date started' "
        "ELSE '=Audit theme' END, c.code, c.level FROM checks AS c, range(0, 200) AS r(n) WHERE n < c.broken"
    )
    columns = [("Audit ref", "audit_reference", "also called"), ("Date started", "started_on", "also called"),
               ("council", "council", "same name"), ("Team notes", None, "not used")]  # fmt: skip
    connection.executemany(
        "INSERT INTO columns_matched VALUES (?, ?, 'Audits', ?, ?, ?)",
        [[row[0], row[3], *column] for row in held if row[14] != "refused" for column in columns],
    )
