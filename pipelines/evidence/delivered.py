"""What a release tells about its deliveries: what came, how it was judged, and which of it stands.

Belongs here: the release's tables `deliveries`, `checks`, `findings`, `columns_matched`, `rules` and `sources`, and
the 5xx findings, which need the deliveries before.
Does not belong here: judging rows (`intake`), deciding whose rows are in force (`model.in_force`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from pipelines.contracts import Catalogue
from pipelines.evidence import as_received, drift
from pipelines.evidence.superseded import TABLE, answered, file_stands, superseded
from pipelines.intake.receive import Checked
from pipelines.intake.whole_file import FileFinding, findings
from pipelines.releases import table_of, text

Row = dict[str, Any]
_DELIVERIES = {
    "delivery": "VARCHAR", "number": "INTEGER", "file": "VARCHAR", "feed": "VARCHAR", "sheets": "VARCHAR[]",
    "council_names": "VARCHAR[]", "received_at": "TIMESTAMP", "extracted_on": "DATE", "extracted_on_from": "VARCHAR",
    "mode": "VARCHAR", "rows_received": "BIGINT", "rows_accepted": "BIGINT", "rows_rejected": "BIGINT",
    "rows_in_force": "BIGINT", "queries": "BIGINT", "errors": "BIGINT", "unlisted": "BIGINT", "state": "VARCHAR",
    "reason": "VARCHAR", "sent_by": "VARCHAR", "corrects": "INTEGER[]", "standing": "BIGINT",
    "compared_with": "INTEGER", "first_month": "DATE", "last_month": "DATE", "rows_erased": "BIGINT",
}  # fmt: skip
_CHECKS = {
    "delivery": "VARCHAR", "number": "INTEGER", "feed": "VARCHAR", "code": "VARCHAR", "level": "VARCHAR",
    "passed": "BOOLEAN", "broken": "BIGINT",
}  # fmt: skip
_FINDINGS = {
    "delivery": "VARCHAR", "number": "INTEGER", "feed": "VARCHAR", "sheet": "VARCHAR", "row": "BIGINT",
    "supplier_column": "VARCHAR", "code": "VARCHAR", "level": "VARCHAR", "stands": "BOOLEAN",
    "superseded_by": "INTEGER",
}  # fmt: skip
_COLUMNS = {
    "delivery": "VARCHAR", "number": "INTEGER", "feed": "VARCHAR", "sheet": "VARCHAR", "supplier_column": "VARCHAR",
    "column": "VARCHAR", "how": "VARCHAR",
}  # fmt: skip
_RULES = {
    "code": "VARCHAR", "feed": "VARCHAR", "level": "VARCHAR", "column": "VARCHAR", "expect": "VARCHAR",
    "message": "VARCHAR", "action": "VARCHAR",
}  # fmt: skip


_SOURCES = {
    "council": "VARCHAR", "fact": "VARCHAR", "date": "VARCHAR", "feed": "VARCHAR", "number": "INTEGER", "month": "DATE",
    "rows": "BIGINT",
}  # fmt: skip


def source_table(con: duckdb.DuckDBPyConnection, rows: Sequence[Sequence[Any]]) -> str:
    """Make TEMP TABLE sources(council, fact, date, feed, number, month, rows); returns its name.

    Which deliveries' rows in force stand behind a council's figures of a fact, by month of the measure's date; month is
    empty where a feed's rows do not tell it, council where the rows are of every place.
    """
    return table_of(con, "sources", _SOURCES, rows)


def in_order(held: Sequence[Checked]) -> list[Checked]:
    """Deliveries in the order of force: later replaces earlier."""
    return sorted(held, key=lambda checked: checked.arrival.order)


def whole_file_findings(
    catalogue: Catalogue, held: Sequence[Checked], feed: str, of: Checked
) -> list[FileFinding]:
    """The 5xx findings of one feed of a delivery, given those before it in the order of force."""
    as_it_came = as_received.findings(catalogue.contracts[feed], held, of)
    if of.arrival.corrections:
        return as_it_came
    earlier = [
        other.profile(feed)
        for other in in_order(held)
        if other.arrival.order < of.arrival.order
        and feed in other.result["feeds"]
        and not other.arrival.corrections
    ]
    return as_it_came + findings(catalogue.contracts[feed], of.profile(feed), earlier)


def column_of(code: str, catalogue: Catalogue, feed: str) -> str | None:
    """The contract column that a rule is about, where it is about one."""
    contract = catalogue.contracts[feed]
    given = contract.rules_by_code[code].arguments
    stored = given.get("column") or given.get("a") or (given.get("columns") or [None])[-1]
    if stored is None or stored in contract.columns:
        return stored
    return str(stored).removesuffix("_start").removesuffix("_end")


def supplier_columns(checked: Checked, feed: str) -> dict[tuple[str, str], str]:
    """(sheet, contract column) -> the supplier's own header."""
    return {
        (table["sheet"], column): header
        for table in checked.result["tables"]
        if table["feed"] == feed
        for column, header in table["matched"].items()
    }


def deliver_tables(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    held: Sequence[Checked],
    in_force: Mapping[tuple[int, str], int],
    links: Sequence[tuple[int, str, str, int, str]],
) -> list[str]:
    """Make the TEMP TABLEs about deliveries; returns their names.

    Args:
        in_force: (arrival number, feed) -> rows that stand.
        links: (arrival number, feed, sheet, row, code) of rows in force that break a rule between feeds.
    """
    deliveries: list[list[Any]] = []
    checks: list[list[Any]] = []
    columns: list[list[Any]] = []
    by_link: dict[tuple[int, str, str], int] = {}
    for number, feed, _, _, code in links:
        by_link[(number, feed, code)] = by_link.get((number, feed, code), 0) + 1
    extra: list[list[Any]] = []
    before = drift.previous(held)
    for checked in held:
        deliveries += [
            [
                *row,
                before[row[1], row[3]].arrival.number if (row[1], row[3]) in before else None,
                *_months(checked, row[3]),
                _erased(checked, row[3]),
            ]
            for row in _deliveries(catalogue, checked, held, in_force)
        ]
        columns += _columns(checked)
        for feed, result in checked.result["feeds"].items():
            arrival, contract = checked.arrival, catalogue.contracts[feed]
            broken = dict(result["by_rule"])
            for finding in whole_file_findings(catalogue, held, feed, checked):
                broken[finding.code] = broken.get(finding.code, 0) + 1
                extra.append(
                    [
                        arrival.delivery,
                        arrival.number,
                        feed,
                        finding.sheet,
                        None,
                        finding.code,
                        finding.column,
                    ]
                )
            for rule in contract.all_rules:
                count = broken.get(rule.code, by_link.get((arrival.number, feed, rule.code), 0))
                checks.append(
                    [arrival.delivery, arrival.number, feed, rule.code, rule.level, count == 0, count]
                )
    by_number = {checked.arrival.number: checked for checked in held}
    extra += [
        [by_number[number].arrival.delivery, number, feed, sheet, row, code, column_of(code, catalogue, feed)]
        for number, feed, sheet, row, code in links
    ]
    table_of(con, "deliveries", _DELIVERIES, deliveries)
    gone = [
        [checked.arrival.number, feed]
        for checked in held
        for feed in checked.result["feeds"]
        if not file_stands(checked, feed, in_force.get((checked.arrival.number, feed), 0))
    ]
    table_of(con, "files_gone", {"number": "INTEGER", "feed": "VARCHAR"}, gone)
    table_of(con, "checks", _CHECKS, checks)
    table_of(con, "columns_matched", _COLUMNS, columns)
    table_of(con, "rules", _RULES, [
        [rule.code, feed, rule.level, column_of(rule.code, catalogue, feed), rule.expect, rule.message, rule.action]
        for feed, contract in catalogue.contracts.items() for rule in contract.all_rules
    ])  # fmt: skip
    superseded(con, catalogue, in_order(held))
    _findings(con, catalogue, held, extra)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE deliveries AS SELECT d.* REPLACE (coalesce(f.n, 0) AS standing) "
        "FROM deliveries d LEFT JOIN (SELECT number, feed, count(*) AS n FROM findings WHERE stands GROUP BY ALL) f "
        "ON f.number = d.number AND f.feed IS NOT DISTINCT FROM d.feed"
    )
    return ["deliveries", "checks", "columns_matched", "rules", "findings"]


def _months(checked: Checked, feed: str | None) -> list[str | None]:
    """The first and last month that a delivery's rows belong to; None of a feed without months, or where refused."""
    profile = checked.profile(feed) if feed else {}
    months = sorted(month for held in profile.values() for month in held["covers"])
    return [months[0], months[-1]] if months else [None, None]


def _erased(checked: Checked, feed: str | None) -> int:
    """Rows of a delivery's feed that were erased."""
    found = checked.result["feeds"].get(feed, {})
    return sum(found.get("erased", {}).values())


def _deliveries(
    catalogue: Catalogue, checked: Checked, held: Sequence[Checked], in_force: Mapping[tuple[int, str], int]
) -> list[list[Any]]:
    arrival, result = checked.arrival, checked.result
    common = [arrival.delivery, arrival.number, arrival.file]
    when = [arrival.received_at, arrival.extracted_on, arrival.extracted_on_from]
    mode = "corrections" if arrival.corrections else "whole"
    who = [arrival.sent_by, sorted(answered(checked, held)), 0]
    if checked.refused:
        return [
            [
                *common,
                None,
                [],
                [],
                *when,
                mode,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                "refused",
                result["refusal"]["message"],
                *who,
            ]
        ]
    rows = []
    for feed, found in result["feeds"].items():
        levels = {rule.code: rule.level for rule in catalogue.contracts[feed].all_rules}
        stands = in_force.get((arrival.number, feed), 0)
        count = {
            level: sum(
                n for code, n in found["by_rule"].items() if (levels[code] == "query") == (level == "query")
            )
            for level in ("query", "error")
        }
        sheets = sorted({table["sheet"] for table in result["tables"] if table["feed"] == feed})
        names = sorted(
            catalogue.councils[code].name for code in found["profile"] if code in catalogue.councils
        )
        state = "in force" if stands or not found["accepted"] else "superseded"
        rows.append([
            *common, feed, sheets, names, *when, mode, found["received"], found["accepted"], found["rejected"], stands,
            count["query"], count["error"], sum(found["unlisted"].values()), state, "", *who,
        ])  # fmt: skip
    return rows


def _columns(checked: Checked) -> list[list[Any]]:
    arrival = checked.arrival
    rows: list[list[Any]] = []
    for table in checked.result["tables"]:
        about = [arrival.delivery, arrival.number, table["feed"], table["sheet"]]
        rows += [
            [*about, header, column, table["how"][column]] for column, header in table["matched"].items()
        ]
        said = "mapping" if table["mapping"] else "given when received"
        rows += [[*about, None, column, said] for column in table["constants"]]
        rows += [[*about, header, None, "not used"] for header in table["unknown"]]
        rows += [[*about, None, column, "not in the file"] for column in table["missing"]]
    return rows


def _findings(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, held: Sequence[Checked], extra: list[list[Any]]
) -> None:
    headers = [
        [checked.arrival.number, feed, sheet, column, header]
        for checked in held
        for feed in checked.result["feeds"]
        for (sheet, column), header in supplier_columns(checked, feed).items()
    ]
    table_of(con, "headers", {"number": "INTEGER", "feed": "VARCHAR", "sheet": "VARCHAR", "column": "VARCHAR",
                              "supplier_column": "VARCHAR"}, headers)  # fmt: skip
    table_of(con, "found_elsewhere", {"delivery": "VARCHAR", "number": "INTEGER", "feed": "VARCHAR", "sheet": "VARCHAR",
                                      "row": "BIGINT", "code": "VARCHAR", "column": "VARCHAR"}, extra)  # fmt: skip
    sources = [
        f"SELECT '{checked.arrival.delivery}' AS delivery, {checked.arrival.number} AS number, '{feed}' AS feed, "
        f"sheet, row, code, CAST(NULL AS VARCHAR) AS column FROM {text(checked.folder / f'{feed}.findings.parquet')}"
        for checked in held
        for feed in checked.result["feeds"]
    ]
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE findings AS
        WITH found AS ({" UNION ALL ".join([*sources, "SELECT * FROM found_elsewhere"])})
        SELECT f.delivery, f.number, f.feed, f.sheet, f.row, headers.supplier_column, f.code, rules.level,
            superseded.superseded_by IS NULL AND (f.row IS NOT NULL OR files_gone.number IS NULL) AS stands,
            superseded.superseded_by
        FROM found f
        JOIN rules ON rules.code = f.code AND rules.feed = f.feed
        LEFT JOIN headers ON headers.number = f.number AND headers.feed = f.feed AND headers.sheet = f.sheet
            AND headers.column = coalesce(f.column, rules.column)
        LEFT JOIN {TABLE} superseded ON superseded.number = f.number AND superseded.feed = f.feed
            AND superseded.sheet = f.sheet AND superseded.row = f.row
        LEFT JOIN files_gone ON files_gone.number = f.number AND files_gone.feed = f.feed
        ORDER BY f.number, f.feed, f.sheet, f.row, f.code"""
    )


def for_report(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    held: Sequence[Checked],
    checked: Checked,
    links: Sequence[tuple[int, str, str, int, str]] = (),
) -> dict[str, Any]:
    """The arguments `delivery`, `findings` and `previous` of `reports.supplier.write_report` for one delivery.

    Args:
        links: broken links as `deliver_tables` takes them, where a run has found them.
    """
    found: list[Row] = []
    for feed in checked.result["feeds"]:
        rows = con.execute(
            f"SELECT sheet, row, code FROM {text(checked.folder / f'{feed}.findings.parquet')}"
        ).fetchall()
        rows += [(sheet, row, code) for number, of, sheet, row, code in links
                 if number == checked.arrival.number and of == feed]  # fmt: skip
        found += _told(catalogue, checked, feed, rows)
        found += [
            row | {"column": finding.column, "supplier_column": None}
            for finding in whole_file_findings(catalogue, held, feed, checked)
            for row in _told(catalogue, checked, feed, [(finding.sheet, None, finding.code)])
        ]
    earlier = [
        other
        for other in in_order(held)
        if other.arrival.order < checked.arrival.order
        and set(other.result["feeds"]) & set(checked.result["feeds"])
        and other.councils & checked.councils
    ]
    previous = _about(earlier[-1]) | {"findings": _by_code(catalogue, held, earlier[-1])} if earlier else None
    return {"delivery": _about(checked), "findings": found, "previous": previous}


def _told(
    catalogue: Catalogue, checked: Checked, feed: str, rows: Sequence[tuple[str, int | None, str]]
) -> list[Row]:
    contract, headers = catalogue.contracts[feed], supplier_columns(checked, feed)
    columns = {code: column_of(code, catalogue, feed) for code in {code for _, _, code in rows}}
    return [
        {
            "feed": feed,
            "sheet": sheet,
            "row": row,
            "column": columns[code],
            "supplier_column": headers.get((sheet, columns[code] or "")),
            "code": code,
            "level": contract.rules_by_code[code].level,
        }
        for sheet, row, code in rows
    ]


def _about(checked: Checked) -> Row:
    arrival, result = checked.arrival, checked.result
    return {
        "number": arrival.number,
        "file": arrival.file,
        "received_at": arrival.received_at,
        "extracted_on": arrival.extracted_on,
        "mode": "corrections" if arrival.corrections else "whole",
        "reason": result["refusal"]["message"] if checked.refused else "",
        "feeds": [
            {
                "feed": feed,
                **{f"rows_{name}": found[name] for name in ("received", "accepted", "rejected")},
                "unlisted": found["unlisted"],
                "rows_erased": sum(found.get("erased", {}).values()),
            }
            for feed, found in result["feeds"].items()
        ],
        "columns": [dict(zip(list(_COLUMNS)[2:], row[2:], strict=True)) for row in _columns(checked)],
    }


def _by_code(catalogue: Catalogue, held: Sequence[Checked], checked: Checked) -> dict[str, int]:
    counts: dict[str, int] = {}
    for feed, found in checked.result["feeds"].items():
        counts |= {code: n for code, n in found["by_rule"].items() if n}
        for finding in whole_file_findings(catalogue, held, feed, checked):
            counts[finding.code] = counts.get(finding.code, 0) + 1
    return counts
