"""The figures of a page, and the findings of a delivery, as CSV and JSON.

Belongs here: the columns of an export, which say by themselves what release, period and definition each row
comes from. Does not belong here: choosing the rows (a page's function did that).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import components, store, words

FIGURE_COLUMNS = (
    "measure", "measure_version", "title", "council", "council_name", "window", "period_start", "period_end",
    "complete", "breakdown", "group", "numerator", "denominator", "value", "low", "high", "symbol",
    "previous_numerator", "previous_denominator", "previous_value", "change", "change_low", "change_high",
    "direction", "receipt", "release", "as_of", "audience", "checks", "filters", "note",
)  # fmt: skip
DELIVERY_COLUMNS = (
    "number", "delivery", "file", "feed", "received_at", "extracted_on", "mode", "rows_received", "rows_accepted",
    "rows_rejected", "queries", "errors", "state", "reason", "release", "note",
)  # fmt: skip
FINDING_COLUMNS = (
    "feed", "sheet", "row", "supplier_column", "code", "level", "message", "action", "delivery", "release", "note",
)  # fmt: skip
# A spreadsheet runs a cell that begins with one of these as a formula; an apostrophe makes it text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def figures(release: store.Release, page: components.Page) -> list[dict[str, Any]]:
    """The page's figures with what they need to stand alone: place, release, as-of, checks, filters, label."""
    about = store.about(release)
    names = {row["council"]: row["name"] for row in store.places(release)}
    known = store.measures(release)
    shared = _shared(about) | {
        "as_of": about.get("as_of"),
        "audience": about.get("audience"),
        "checks": words.checks_words(store.check_counts(release)),
        "filters": page.filters,
    }
    return [
        _only(
            FIGURE_COLUMNS,
            row | shared | {
                "title": known.get(row["measure"], {}).get("title", ""),
                "council_name": names.get(row["council"], ""),
            },
        )
        for row in page.figures
    ]  # fmt: skip


def deliveries(release: store.Release) -> list[dict[str, Any]]:
    """Every delivery, one row each."""
    shared = _shared(store.about(release))
    return [_only(DELIVERY_COLUMNS, row | shared) for row in store.deliveries(release)]


def findings(release: store.Release, number: str, feed: str) -> list[dict[str, Any]]:
    """Every finding of one delivery; none where the delivery or the table is not in this release."""
    shared = _shared(store.about(release))
    for row in store.deliveries(release):
        if str(row["number"]) == number and row["feed"] == feed:
            found = store.findings(release, row["number"], feed, limit=1_000_000)
            return [
                _only(FINDING_COLUMNS, finding | shared | {"delivery": row["delivery"]}) for finding in found
            ]
    return []


def to_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV with a byte order mark, so that spreadsheets read the accents, and no live formulas."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([[_cell(row[column]) for column in columns] for row in rows])
    return "\ufeff" + out.getvalue()


def to_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as a JSON array; dates as ISO text."""
    return json.dumps(list(rows), ensure_ascii=False, default=str)


def file_name(release: store.Release, stem: str, page: components.Page | None = None) -> str:
    """send-voice_2025-11_2026-10_asof-2026-11-21_v2026-11-21.1"""
    about = store.about(release)
    periods = [row for row in page.figures if row["window"] != "month"] if page else []
    span = ""
    if periods:
        newest = max(periods, key=lambda row: row["period_end"])
        span = f"_{newest['period_start']:%Y-%m}_{newest['period_end']:%Y-%m}"
    label = "demonstration_" if about.get("demonstration") else ""
    return f"{label}send-{stem}{span}_asof-{about.get('as_of')}_v{release.id}"


def _shared(about: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "release": about.get("release"),
        "note": words.DEMONSTRATION if about.get("demonstration") else "",
    }


def _only(columns: Sequence[str], row: Mapping[str, Any]) -> dict[str, Any]:
    return {column: row.get(column) for column in columns}


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value
