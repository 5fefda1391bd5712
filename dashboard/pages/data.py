"""The data page: which files the figures come from, what was checked, and what was found.

Does not belong here: any value from a delivered row. A finding is a place (sheet, row, column) and a rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, store, words

ROWS_A_PAGE = 100
STATES = {"in force": "In force", "superseded": "Replaced by a newer file", "refused": "Refused: kept out"}
TITLE = "Data: the files behind the figures"


@dataclass(frozen=True)
class Chosen:
    """The deliveries that a query asks for, newest first, and how it asks."""

    deliveries: list[store.Row]
    feed: str = ""
    received: str = ""
    """A month of receipt, such as 2026-05."""

    @property
    def filters(self) -> str:
        """The filters in words, as an export prints them."""
        received = words.month(date.fromisoformat(f"{self.received}-01")) if self.received else "Any month"
        return f"Feed: {words.feed(self.feed) if self.feed else 'All feeds'}; Received in: {received}"

    def query(self) -> str:
        """The filters as a query string."""
        return urlencode({k: v for k, v in {"feed": self.feed, "received": self.received}.items() if v})


def choose(release: store.Release, query: Mapping[str, str]) -> Chosen:
    """Deliveries by the query's `delivery` (number), `feed` and `received` (month); a wrong one finds none."""
    feed, received = query.get("feed", ""), query.get("received", "")
    held = store.deliveries(release)
    if feed:
        held = [row for row in held if row["feed"] == feed]
    if received:
        held = [row for row in held if row["received_at"] and f"{row['received_at']:%Y-%m}" == received]
    if "delivery" in query:
        held = [row for row in held if str(row["number"]) == query["delivery"]]
    known = bool(held)
    return Chosen(held, feed if known else "", received if known else "")


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """The list of deliveries, or one delivery where the query names it."""
    held = store.deliveries(release)
    if "delivery" in query:
        for row in held:
            if str(row["number"]) == query["delivery"] and query.get("feed", row["feed"] or "") == (
                row["feed"] or ""
            ):
                return _one(release, row, query)
        return components.message(
            "There is no such delivery",
            "The link asked for a delivery that this release does not have.",
            html.P(dcc.Link("See all deliveries", href="/data")),
            status=404,
        )
    return _all(release, held)


def _all(release: store.Release, held: list[store.Row]) -> components.Page:
    checks = store.check_counts(release)
    body: list[Component] = [
        html.H1(TITLE),
        html.P(
            "Every row received is either accepted or set aside, and nothing is dropped without a word. A newer file "
            "replaces an older one; figures use only the files in force.",
            className="lead",
        ),
        html.P(
            f"Checks on the files in force: {words.checks_words(checks)}. A warning keeps the row and asks the "
            "supplier a question; a failed check sets rows aside or keeps the file out."
        ),
    ]
    if not held:
        body.append(html.P("This release names no deliveries."))
        return components.Page("Data", body)
    rows: list[list[components.Cell]] = [
        [
            {"text": _name(row), "href": _link(row), "sub": _feed(row)},
            words.day(row["received_at"].date() if row["received_at"] else None),
            words.count(row["rows_received"]),
            words.count(row["rows_accepted"]),
            words.count(row["rows_rejected"]),
            words.count(row["queries"]),
            _state(row),
        ]
        for row in held
    ]
    columns: list[components.Column] = [
        "Delivery",
        ("Received on", "day"),
        ("Rows received", "number"),
        ("Accepted", "number"),
        ("Set aside", "number"),
        ("Queries", "number"),
        "State",
    ]
    total = sum(row["rows_received"] or 0 for row in held)
    accepted, rejected = (sum(row[name] or 0 for row in held) for name in ("rows_accepted", "rows_rejected"))
    body += [
        components.table("Deliveries, the newest first", columns, rows),
        html.P(_balance(total, accepted, rejected)),
        html.P(html.A("Download this list (CSV)", href="/data.csv", download=""), className="downloads"),
    ]
    return components.Page("Data", body)


def _one(release: store.Release, row: store.Row, query: Mapping[str, str]) -> components.Page:
    title = _name(row)
    facts = [
        ("Feed", _feed(row)),
        ("State", _state(row) + (f". {row['reason']}" if row["reason"] else "")),
        ("Received on", words.day(row["received_at"].date() if row["received_at"] else None)),
        ("Taken from its system on", words.day(row["extracted_on"])),
        ("Kind of file", "Corrections to earlier rows" if row["mode"] == "corrections" else "A whole file"),
        ("Sheets read", ", ".join(filter(None, row["sheets"] or [])) or "The only one"),
        ("Rows", _balance(row["rows_received"], row["rows_accepted"], row["rows_rejected"])),
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
            words.count(rule["broken"]),
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
                words.capital(held["how"] or ""),
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
        f"Findings row by row: {first + 1} to {first + len(found)} of {words.count(total)}",
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
        html.Li(dcc.Link(label, href=f"{_link(row)}&page={to}"))
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
                href=f"/data/findings.csv?{_link(row)[6:]}",
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
    return words.capital(f"{sheet}row {finding['row']}")


def _balance(received: int | None, accepted: int | None, rejected: int | None) -> str:
    parts = words.count(received), words.count(accepted), words.count(rejected)
    said = "{} rows received = {} accepted + {} set aside.".format(*parts)
    if received is None or accepted is None or rejected is None or received == accepted + rejected:
        return said
    return f"{said} These do not add up: please report it."


def _state(row: store.Row) -> str:
    return STATES.get(row["state"]) or str(row["state"])


def _name(row: store.Row) -> str:
    return row.get("file") or f"Delivery {row['number']}"


def _link(row: store.Row) -> str:
    return f"/data?delivery={row['number']}&feed={row['feed'] or ''}"


def _feed(row: store.Row) -> str:
    return words.feed(row["feed"]) if row["feed"] else "Not recognised"
