"""Who was heard, in the made-up release: gaps between groups, evenness and weighted shares, by hand.

Belongs here: rows of `measures`, `groups`, `figures` and `compared` for the page on who was heard. Does not belong
here: anything that other pages show (`made_words`, the SQL files).
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import duckdb

from pipelines.receipt_ids import ALPHABET, is_receipt

START, END, COUNTED = date(2025, 11, 1), date(2026, 10, 31), date(2026, 1, 15)
MEASURES = (
    ("heard.sample_of_plans", "Who was audited, against all children with a plan", "gap", "nearer_none"),
    ("heard.offered", "Who was offered the chance, against all who were audited", "gap", "nearer_none"),
    ("heard.answered", "Who answered, against all who were offered the chance", "gap", "nearer_none"),
    ("heard.heard_of_plans", "Who was heard, against all children with a plan", "gap", "nearer_none"),
    ("heard.not_appropriate", "Whose contact was marked not appropriate", "gap", "neither"),
    ("heard.evenness", "How evenly groups were heard", "evenness", "better"),
    ("heard.weighted_to_plans", "Audits that heard from the family, weighted", "weighted", "better"),
)
# measure, breakdown, group, numerator, denominator, value, low, high, symbol, direction, compared, of, counted
FIGURES: tuple[tuple[Any, ...], ...] = (
    ("heard.heard_of_plans", "age_band", "11-15", 110, 128, 0.169, 0.1, 0.22, "", "higher", 1400, 2030, True),
    ("heard.heard_of_plans", "age_band", "16-19", 15, 128, -0.193, -0.24, -0.126, "", "lower", 630, 2030, True),
    ("heard.heard_of_plans", "age_band", "20-25", 3, 128, None, None, None, "c", "", None, 2030, True),
    ("heard.sample_of_plans", "age_band", "11-15", 300, 420, 0.025, -0.02, 0.066, "", "no clear change", 1400, 2030,
     True),
    ("heard.sample_of_plans", "age_band", "16-19", 120, 420, -0.025, -0.066, 0.02, "", "no clear change", 630, 2030,
     True),
    ("heard.offered", "age_band", "11-15", 200, 260, 0.04, 0.01, 0.08, "", "no clear change", 300, 411, False),
    ("heard.offered", "age_band", "16-19", 60, 260, -0.04, -0.08, -0.01, "", "no clear change", 111, 411, False),
    ("heard.offered", "interpreter", "no", 250, 260, 0.05, 0.03, 0.07, "", "higher", 374, 411, False),
    ("heard.offered", "interpreter", "yes", 10, 260, -0.052, -0.07, -0.03, "", "lower", 37, 411, False),
    ("heard.answered", "age_band", "11-15", 14, 16, 0.1, -0.1, 0.2, "", "", 200, 260, False),
    ("heard.answered", "age_band", "16-19", 2, 16, -0.1, -0.2, 0.1, "", "", 60, 260, False),
    ("heard.not_appropriate", "age_band", "11-15", 3, 9, -0.4, -0.6, -0.05, "", "", 300, 411, False),
    ("heard.not_appropriate", "age_band", "16-19", 6, 9, 0.4, 0.05, 0.6, "", "", 111, 411, False),
    ("heard.evenness", "characteristic", "age_band", 128, 411, 0.74, 0.68, 0.84, "", "", None, None, False),
    ("heard.evenness", "characteristic", "interpreter", 60, 150, None, None, None, "u", "", None, None, False),
    ("heard.weighted_to_plans", "characteristic", "age_band", 128, 411, 0.33, 0.29, 0.37, "", "", None, 2030, True),
)  # fmt: skip


SENTENCES = {
    "gap": "The group is {numerator} of {denominator} audits: {value} than of all of them.",
    "evenness": "Audits were heard from at {value}; {numerator} of {denominator} completed audits heard from the "
    "family.",
    "weighted": "Had each group been audited in proportion to its number, {value} of audits would have heard from the "
    "family; {numerator} of {denominator} did.",
}


def add(connection: duckdb.DuckDBPyConnection, council: str) -> None:
    """Put them into a release that has all other tables."""
    columns = [row[0] for row in connection.execute("DESCRIBE measures").fetchall()]
    for place, (name, title, kind, good) in enumerate(MEASURES, 1):
        made: dict[str, Any] = {
            "measure": name, "version": "1.0.0", "title": title, "short_title": title, "topic": "heard",
            "position": place, "kind": kind, "fact": "audits", "date": "completed_on", "higher_is": good,
            "protect": "children", "chart": "none", "counts_what": "audits", "why": "Answers speak for some.",
            "sentence": SENTENCES[kind], "text": f"id: {name}\n",
            "numerator_words": "Counted.", "denominator_words": "All.", "source": "Audits.", "caveats": ["Be careful."],
            "benchmark": "There is no national figure for this.", "numerator": [], "denominator": ["is_completed"],
            "breakdowns": ["age_band"] if kind == "gap" else ["characteristic"],
        }  # fmt: skip
        connection.execute(
            f"INSERT INTO measures VALUES ({', '.join('?' * len(columns))})",
            [made.get(column) for column in columns],
        )
    for breakdown, title in (
        ("age_band", "Age"),
        ("interpreter", "Interpreter needed"),
        ("characteristic", "Characteristic"),
    ):
        if not connection.execute("SELECT 1 FROM breakdowns WHERE breakdown = ?", [breakdown]).fetchall():
            connection.execute("INSERT INTO breakdowns VALUES (?, ?, 90)", [breakdown, title])
    labels = (
        ("age_band", "11-15", "11 to 15"), ("age_band", "16-19", "16 to 19"), ("age_band", "20-25", "20 to 25"),
        ("interpreter", "no", "No interpreter needed"), ("interpreter", "yes", "Interpreter needed"),
        ("characteristic", "age_band", "Age"), ("characteristic", "interpreter", "Interpreter needed"),
        ("population_source", "sen2", "the SEN2 return"),
    )  # fmt: skip
    for place, (breakdown, group, label) in enumerate(labels):
        if not connection.execute(
            'SELECT 1 FROM groups WHERE breakdown = ? AND "group" = ?', [breakdown, group]
        ).fetchall():
            connection.execute(
                "INSERT INTO groups VALUES (?, ?, ?, ?)", [breakdown, group, label, 900 + place]
            )
    connection.execute(
        'CREATE TABLE compared (measure VARCHAR, council VARCHAR, "window" VARCHAR, period_start DATE, '
        'period_end DATE, breakdown VARCHAR, "group" VARCHAR, compared_numerator BIGINT, '
        "compared_denominator BIGINT, counted_on DATE, "
        "source VARCHAR)"
    )
    for name, by, group, above, below, value, low, high, symbol, direction, part, of, counted in FIGURES:
        key = [council, "12m", START, END]
        connection.execute(
            "INSERT INTO figures BY NAME SELECT ? AS measure, '1.0.0' AS measure_version, ? AS council, "
            '? AS "window", '
            '?::DATE AS period_start, ?::DATE AS period_end, true AS complete, ? AS breakdown, ? AS "group", '
            "? AS numerator, ? AS denominator, ?::DOUBLE AS value, ?::DOUBLE AS low, ?::DOUBLE AS high, ? AS symbol, "
            "? AS direction, ? AS receipt",
            [
                name,
                *key,
                by,
                group,
                above,
                below,
                value,
                low,
                high,
                symbol,
                direction,
                receipt(name, by, group),
            ],
        )
        connection.execute(
            "INSERT INTO compared VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [name, *key, by, group, part, of, COUNTED if counted else None, "sen2" if counted else ""],
        )


def receipt(*names: str) -> str:
    """A receipt with its check character."""
    number = int(hashlib.sha256("/".join(names).encode()).hexdigest(), 16)
    start = "".join(ALPHABET[(number >> (5 * at)) & 31] for at in range(10))
    return next(start + end for end in ALPHABET if is_receipt(start + end))
