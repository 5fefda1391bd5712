"""What the checks said, as the data page shows it: findings by rule, drift, history, releases and runs.

Belongs here: the sections about checks. Does not belong here: the list of deliveries (`data`), one delivery
(`data_delivery`), any value from a delivered row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, phrases, store, words
from dashboard.pages import data_words
from dashboard.pages.data_chosen import Chosen

DAGSTER = "http://127.0.0.1:3000"
"""Where `send-audit up` serves the history of runs."""
NEWEST = 6
"""Deliveries of a feed whose checks are shown beside each other."""


def found(release: store.Release, chosen: Chosen) -> Component | None:
    """What the checks found in the files chosen, or in those in force, by rule with what to do."""
    narrowed = chosen.narrowed
    held = chosen.deliveries if narrowed else [row for row in chosen.deliveries if row["state"] == "in force"]
    broken = store.broken_in(release, [(row["number"], row["feed"]) for row in held if row["feed"]])
    where = "in the files chosen above" if narrowed else "in the files in force"
    refused = [row for row in chosen.deliveries if row["state"] == "refused"] if narrowed else []
    heading = "What was found, and what to do"
    parts: list[Component | None] = [
        html.Ul([html.Li([dcc.Link(data_words.name(row), href=data_words.link(row)), f": {row['reason']}"])
                 for row in refused])
        if refused else None
    ]  # fmt: skip
    if not broken:
        parts.append(
            html.P(
                f"Nothing was found {where}: every check passed." if held else "There is nothing to check."
            )
        )
        return components.section("found", heading, *parts)
    levels = [
        [
            words.LEVELS.get(level) or level,
            phrases.count(len(rules)),
            phrases.count(sum(rule["broken"] for rule in rules)),
        ]
        for level in ("refuse", "error", "query")
        if (rules := [rule for rule in broken if rule["level"] == level])
    ]
    cells: list[list[components.Cell]] = [
        [
            {"text": rule["message"] or "A rule whose words this release does not have", "sub": rule["code"]},
            phrases.feed(rule["feed"]),
            phrases.count(rule["broken"]),
            words.LEVELS.get(rule["level"]) or str(rule["level"]),
            rule["action"] or "",
        ]
        for rule in broken
    ]
    parts += [
        components.table(
            f"By what it means, {where}",
            ["What it means", ("Rules broken", "number"), ("Times", "number")],
            levels,
        ),
        components.table(
            f"By rule, {where}",
            ["What is wrong", "Feed", ("Times", "number"), "What it means", "What to do"],
            cells,
        ),
    ]
    with_rows = [row for row in held if (row["queries"] or 0) + (row["errors"] or 0)]
    if narrowed and with_rows and "findings" in release.tables:
        parts += [
            html.P("Row by row, with the row numbers of the supplier's own file:"),
            html.Ul(
                [html.Li(dcc.Link(data_words.name(row), href=data_words.link(row))) for row in with_rows]
            ),
            components.downloads("/data/findings", chosen.query(), "all rows found in these files"),
        ]
    return components.section("found", heading, *parts)


def changed(every: Sequence[store.Row], chosen: Chosen, drift: Sequence[store.Row]) -> Component:
    """Each feed's newest file against the one before it, or each of those that were chosen."""
    by_number = {(row["number"], row["feed"]): row for row in every}
    narrowed = chosen.narrowed
    newest: dict[str, store.Row] = {}
    for row in sorted(every, key=lambda row: (row["extracted_on"] or date.min, row["number"])):
        if row["feed"] and row["mode"] != "corrections":
            newest[row["feed"]] = row
    held = [row for row in chosen.deliveries if row["feed"]] if narrowed else list(newest.values())
    cells: list[list[components.Cell]] = []
    for row in held:
        before = by_number.get((row.get("compared_with"), row["feed"]))
        own = [one for one in drift if (one["number"], one["feed"]) == (row["number"], row["feed"])]
        cells.append(
            [
                {"text": data_words.name(row), "href": data_words.link(row), "sub": data_words.feed(row)},
                data_words.name(before) if before else "None",
                data_words.compared(row, before),
                data_words.drift(own) or ("No column or code came or went" if before else ""),
            ]
        )
    return components.section(
        "changed",
        "What changed since the file before",
        html.P(
            "A column or a code that comes or goes often means that a form or a system was changed. A code counts as "
            "gone only where at least 10 rows had it and the new file is about as long."
        ),
        components.table(
            "Files against the one before of the same feed and council",
            ["Delivery", "Compared with", "Rows and findings", "Columns and codes"],
            cells,
            quiet=True,
        )
        if cells
        else html.P("There is nothing to compare."),
    )


def history(release: store.Release, every: Sequence[store.Row]) -> Component:
    """How often each rule was broken in the newest files of each feed."""
    parts: list[Component] = []
    for code in sorted({row["feed"] for row in every if row["feed"]}):
        rows = [row for row in every if row["feed"] == code][:NEWEST][::-1]
        held = store.check_history(release, code, [row["number"] for row in rows])
        rules = list(dict.fromkeys((one["code"], one["message"]) for one in held))
        broken = {(one["code"], one["number"]): one["broken"] for one in held}
        if not rules:
            parts.append(html.P(f"{phrases.feed(code)}: no check failed in {_newest(len(rows))}."))
            continue
        cells: list[list[components.Cell]] = [
            [
                {"text": message or rule, "sub": rule},
                *[phrases.count(broken.get((rule, row["number"]), 0)) for row in rows],
            ]
            for rule, message in rules
        ]
        columns: list[components.Column] = ["What is wrong"]
        columns += [(_column(row), "number") for row in rows]
        table = components.table(f"{phrases.feed(code)}: how often each rule was broken", columns, cells)
        parts.append(components.details(f"Table: {phrases.feed(code)}, {_newest(len(rows))}", table))
    return components.section(
        "history",
        "Checks over time",
        html.P("The newest files of each feed, the oldest of them first."),
        *parts,
    )


def releases(release: store.Release) -> Component | None:
    """The releases before this one, and the way to the runs that made them."""
    rows = store.releases(release)
    if not rows:
        return None
    cells: list[list[components.Cell]] = [
        [
            {"text": row["release"], "href": f"/?as_of={row['release']}"},
            phrases.day(row["as_of"]),
            phrases.count(row["deliveries"]) if row["deliveries"] else "",
            phrases.count(row["new_deliveries"]) if row["deliveries"] else "",
            ". ".join(part for part in (row["by"], row["note"]) if part),
        ]
        for row in rows
    ]
    columns: list[components.Column] = [
        "Data version", ("Stands as on", "day"), ("Deliveries", "number"), ("New", "number"), "Approved by, and why",
    ]  # fmt: skip
    if store.about(release).get("audience") != "public":
        columns, cells = columns[:-1], [line[:-1] for line in cells]
    table = components.table("Releases, the newest first", columns, cells, quiet=True)
    runs = f"{DAGSTER}/runs?q%5B0%5D={quote(f'tag:send-audit/release={release.id}', safe='')}"
    return components.section(
        "releases",
        "Releases and runs",
        html.P(
            ["A release never changes. A run that brings nothing new makes none. ",
             dcc.Link("See what changed between two of them", href="/changes")]
        ),
        table if len(rows) <= 12 else components.details(f"Table: {len(rows)} releases", table),
        html.P(
            [html.A("The run that made this release, in Dagster", href=runs),
             ", while ", html.Code("send-audit up"), " runs on this machine: every step, "
             "its counts and its checks, and those of earlier runs."]
        )
        if store.about(release).get("audience") == "officers"
        else None,
    )  # fmt: skip


def _column(row: store.Row) -> str:
    """A delivery as the head of a column."""
    received = phrases.day(row["received_at"].date()) if row["received_at"] else "Not given"
    return f"{received} (no. {row['number']})"


def _newest(files: int) -> str:
    return "the only file" if files == 1 else f"the newest {files} files"
