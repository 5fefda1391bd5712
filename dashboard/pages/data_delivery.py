"""The page of one delivery: what it held, what was found in it, and where.

Belongs here: one delivery. Does not belong here: the list of them (`data`), any value from a delivered row. A finding
is a place (sheet, row, column) and a rule.
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, phrases, store, words
from dashboard.pages import data_words

ROWS_A_PAGE = 100


def page(release: store.Release, row: store.Row, query: Mapping[str, str]) -> components.Page:
    title = data_words.name(row)
    facts = [
        ("Feed", data_words.feed(row)),
        ("State", data_words.state(row) + (f". {row['reason']}" if row["reason"] else "")),
        ("Received on", phrases.day(row["received_at"].date() if row["received_at"] else None)),
        ("Taken from its system on", phrases.day(row["extracted_on"])),
        ("Kind of file", "Corrections to earlier rows" if row["mode"] == "corrections" else "A whole file"),
        ("Sheets read", ", ".join(filter(None, row["sheets"] or [])) or "The only one"),
        (
            "Rows",
            data_words.balance(
                row["rows_received"], row["rows_accepted"], row["rows_rejected"], row.get("rows_erased")
            ),
        ),
        ("Content", row["delivery"]),
    ]
    body: list[Component | None] = [
        html.P("Delivery", className="caption"),
        html.H1(title),
        html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in facts], className="definition"),
        _rules(release, row),
        _columns(release, row),
        _rows(release, row, query),
        html.P(dcc.Link("See all deliveries", href="/data")),
    ]
    return components.Page(title, [part for part in body if part is not None])


def _rules(release: store.Release, row: store.Row) -> Component:
    broken = store.broken_rules(release, row["number"], row["feed"] or "")
    if not broken:
        refused = row["state"] == "refused"
        said = (
            "The file was kept out before its rows were checked."
            if refused
            else "Nothing: every check passed."
        )
        return components.section("rules", "What was found", html.P(said))
    cells: list[list[components.Cell]] = [
        [
            {"text": rule["message"] or "A rule whose words this release does not have", "sub": rule["code"]},
            phrases.count(rule["broken"]),
            words.LEVELS.get(rule["level"]) or str(rule["level"]),
            rule["action"] or "",
        ]
        for rule in broken
    ]
    return components.section(
        "rules",
        "What was found",
        components.table(
            "Findings by rule",
            ["What is wrong", ("Times", "number"), "What it means", "What to do"],
            cells,
            quiet=True,
        ),
    )


def _columns(release: store.Release, row: store.Row) -> Component | None:
    if "columns_matched" not in release.tables:
        return None
    matched = store.columns_matched(release, row["number"], row["feed"] or "")
    if not matched:
        return components.section("columns", "Columns", html.P("No columns were matched."))
    used = sum(1 for held in matched if held["column"] and held["supplier_column"])
    unused = sum(1 for held in matched if not held["column"])
    hold = components.table(
        "What each of the supplier's columns was matched to",
        ["Supplier's column", "Sheet", "Read as", "How it was matched"],
        [
            [
                held["supplier_column"] or "Not in the file",
                held["sheet"] or "The only one",
                held["column"] or "Not used",
                phrases.capital(held["how"] or ""),
            ]
            for held in matched
        ],
    )
    noun = "column was" if unused == 1 else "columns were"
    said = f"{used} columns were read; {unused} {noun} not used."
    missing = len(matched) - used - unused
    if missing:
        said += f" {missing} that the file may have are not in it."
    return components.section(
        "columns",
        "Columns",
        html.P(said),
        components.details("What each column was matched to", hold),
    )


def _rows(release: store.Release, row: store.Row, query: Mapping[str, str]) -> Component | None:
    if "findings" not in release.tables:
        return None
    total = store.findings_count(release, row["number"], row["feed"] or "")
    if not total:
        return None
    pages = -(-total // ROWS_A_PAGE)
    asked = query.get("page", "1")
    number = min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 6 else 1
    first = (number - 1) * ROWS_A_PAGE
    found = store.findings(release, row["number"], row["feed"] or "", ROWS_A_PAGE, first)
    hold = components.table(
        f"Findings row by row: {first + 1} to {first + len(found)} of {phrases.count(total)}",
        ["Where", "Supplier's column", "What is wrong", "What to do"],
        [
            [
                _where(finding),
                finding["supplier_column"] or "",
                {"text": finding["message"] or "", "sub": finding["code"]},
                finding["action"] or "",
            ]
            for finding in found
        ],
    )
    turns = [
        html.Li(dcc.Link(label, href=f"{data_words.link(row)}&page={to}"))
        for label, to in (("Earlier rows", number - 1), ("Later rows", number + 1))
        if 1 <= to <= pages
    ]
    return components.section(
        "rows",
        "Row by row",
        html.P("Row numbers are those that the supplier's own file shows."),
        html.P(
            html.A(
                "Download all findings of this delivery (CSV)",
                href=f"/data/findings.csv?{data_words.link(row)[6:]}",
                download="",
            ),
            className="downloads",
        ),
        hold,
        html.Nav(html.Ul(turns), className="turns", **components.attributes(aria_label="More rows"))
        if turns
        else None,
    )


def _where(finding: store.Row) -> str:
    if finding["row"] is None:
        return "Whole file"
    sheet = f"{finding['sheet']}, " if finding["sheet"] else ""
    return phrases.capital(f"{sheet}row {finding['row']}")
