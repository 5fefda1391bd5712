"""The data page: can the figures be trusted, which files do they come from, what was found, and what changed?

Belongs here: the list of deliveries, their balances and how new they are. Does not belong here: what the checks said
(`data_checks`), one delivery (`data_delivery`), any value from a delivered row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, phrases, store, words
from dashboard.pages import data_checks, data_delivery, data_rows, data_words
from dashboard.pages.data_chosen import Chosen
from dashboard.pages.data_chosen import choose as choose

TITLE = "Data: the files behind the figures"
MOST_MONTHS, MOST_DELIVERIES = 24, 20
"""The newest, which are shown without unfolding."""
CONTENTS = {
    "trust": "Can I trust this?",
    "fresh": "How new the data is",
    "rows-went": "Where every row went",
    "months": "Files by month received",
    "deliveries": "Deliveries",
    "found": "What was found, and what to do",
    "changed": "What changed since the file before",
    "history": "Checks over time",
    "releases": "Releases and runs",
}


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """The list of deliveries, or one delivery where the query names it."""
    if "delivery" in query:
        found = choose(release, query).deliveries
        if len(found) == 1 or (found and "feed" in query):
            return data_delivery.page(release, found[0], query)
        for row in found:
            if query.get("feed", row["feed"] or "") == (row["feed"] or ""):
                return data_delivery.page(release, row, query)
        return components.message(
            "There is no such delivery",
            "The link asked for a delivery that this release does not have.",
            html.P(dcc.Link("See all deliveries", href="/data")),
            status=404,
        )
    chosen = choose(release, query)
    every = store.deliveries(release)
    if not every:
        return components.Page("Data", [html.H1(TITLE), html.P("This release names no deliveries.")])
    whole = {
        "trust": _trust(release, every),
        "fresh": _fresh(release),
        "rows-went": data_rows.section(release, every),
        "months": _months(every),
    }
    asked = {
        "deliveries": _deliveries(release, every, chosen, query),
        "found": data_checks.found(release, chosen),
        "changed": data_checks.changed(every, chosen, store.drift(release)),
    }
    later = {"history": data_checks.history(release, every), "releases": data_checks.releases(release)}
    # Who asks for a month or a feed sees what they asked for first.
    sections = asked | whole | later if chosen.narrowed else whole | asked | later
    body = [
        html.H1(TITLE),
        html.P(
            "Every row received is either accepted or set aside, and nothing is dropped without a word. A newer file "
            "replaces an older one; figures use only the files in force.",
            className="lead",
        ),
        components.contents([(name, CONTENTS[name]) for name, held in sections.items() if held is not None]),
        *sections.values(),
    ]
    return components.Page("Data", [part for part in body if part is not None], filters=chosen.filters)


def _trust(release: store.Release, every: Sequence[store.Row]) -> Component:
    fresh = store.freshness(release)
    said = data_words.trust(every, fresh, store.odd_feeds(release), store.today(release))
    return components.section(
        "trust",
        "Can I trust this?",
        html.P(said, className="lead"),
        html.P(
            f"Checks on the files in force: {words.checks_words(store.check_counts(release))}. A warning keeps the row "
            "and asks the supplier a question; a failed check sets rows aside or keeps the file out."
        ),
        html.P(
            "This is about the files: that all of what was sent is in the figures, whole and in time. Whether what was "
            "written down is true, only those who did the work can say."
        ),
    )


def _fresh(release: store.Release) -> Component | None:
    rows = store.freshness(release)
    if not rows:
        return None
    day = store.today(release)
    cells: list[list[components.Cell]] = [
        [
            {"text": row["title"], "href": f"/data?feed={row['feed']}"} if row["newest"] else row["title"],
            row["name"] or ("Every place" if row["newest"] else ""),
            phrases.day(row["newest"]) if row["newest"] else "Nothing received yet",
            f"Every {row['expected_every']} days" if row["expected_every"] else "Not set",
            phrases.day(row["due_on"]) if row["due_on"] else "",
            data_words.late(row, day),
        ]
        for row in rows
    ]
    return components.section(
        "fresh",
        "How new the data is",
        html.P(
            f"On {phrases.day(day)}. How often each feed is expected is set in its contract (expected_every); a late "
            "feed keeps its figures and lets them grow old."
        ),
        components.table(
            "The newest data of each feed and council",
            ["Feed", "Council", ("Taken from its system on", "day"), "Expected", ("Next by", "day"), "Late"],
            cells,
            quiet=True,
        ),
    )


def _months(every: Sequence[store.Row]) -> Component:
    months: dict[str, list[store.Row]] = {}
    for row in every:
        if row["received_at"]:
            months.setdefault(f"{row['received_at']:%Y-%m}", []).append(row)
    cells: list[list[components.Cell]] = [
        [
            {"text": phrases.month(rows[0]["received_at"].date()), "href": f"/data?received={month}"},
            phrases.count(len({row["number"] for row in rows})),
            *[
                phrases.count(sum(row[name] or 0 for row in rows))
                for name in ("rows_received", "rows_rejected", "queries")
            ],
            phrases.count(len([row for row in rows if row["state"] == "refused"])),
        ]
        for month, rows in sorted(months.items(), reverse=True)
    ]
    columns: list[components.Column] = [
        "Month received", ("Files", "number"), ("Rows received", "number"), ("Rows set aside", "number"),
        ("Queries", "number"), ("Files refused", "number"),
    ]  # fmt: skip
    return components.section(
        "months",
        "Files by month received",
        html.P("Choose a month to see what came, what was wrong with it and what to do about it."),
        components.table(
            "Files by the month in which they were received", columns, cells[:MOST_MONTHS], quiet=True
        ),
        _earlier("month", "months", columns, cells[MOST_MONTHS:]),
    )


def _earlier(
    one: str, many: str, columns: Sequence[components.Column], rows: Sequence[Sequence[components.Cell]]
) -> Component | None:
    """The rest of a table whose newest rows are shown, to be unfolded."""
    if not rows:
        return None
    count = f"1 earlier {one}" if len(rows) == 1 else f"{len(rows)} earlier {many}"
    return components.details(f"Table: {count}", components.table(f"Earlier {many}", columns, rows))


def _deliveries(
    release: store.Release, every: Sequence[store.Row], chosen: Chosen, query: Mapping[str, str]
) -> Component:
    by_number = {(row["number"], row["feed"]): row for row in every}
    rows: list[list[components.Cell]] = [
        [
            {"text": data_words.name(row), "href": data_words.link(row), "sub": data_words.feed(row)},
            phrases.day(row["received_at"].date() if row["received_at"] else None),
            phrases.count(row["rows_received"]),
            phrases.count(row["rows_accepted"]),
            phrases.count(row["rows_rejected"]),
            phrases.count(row["queries"]),
            data_words.compared(row, by_number.get((row.get("compared_with"), row["feed"]))),
            data_words.state(row),
        ]
        for row in chosen.deliveries
    ]
    columns: list[components.Column] = [
        "Delivery", ("Received on", "day"), ("Rows received", "number"), ("Accepted", "number"),
        ("Set aside", "number"), ("Queries", "number"), "Against the one before", "State",
    ]  # fmt: skip
    feeds = sorted({row["feed"] for row in every if row["feed"]})
    months = sorted({f"{row['received_at']:%Y-%m}" for row in every if row["received_at"]}, reverse=True)
    form = components.filters(
        "/data",
        [
            components.select(
                "feed",
                "Feed",
                [("", "All feeds"), *[(code, phrases.feed(code)) for code in feeds]],
                chosen.feed,
            ),
            components.select(
                "received",
                "Month received",
                [("", "Any month"), *[(month, _month(month)) for month in months]],
                chosen.received,
            ),
        ],
        f"data-{chosen.query()}",
    )
    asked = any(query.get(name) for name in ("feed", "received"))
    shown: list[Component | None] = [
        components.notes(["No file of that feed was received in that month."])
        if asked and not rows
        else None,
        components.table("Deliveries, the newest first", columns, rows[:MOST_DELIVERIES]) if rows else None,
        _earlier("delivery", "deliveries", columns, rows[MOST_DELIVERIES:]),
        *_balances(chosen.deliveries),
        components.downloads("/data", chosen.query(), "this list") if rows else None,
    ]
    applied = [tuple(part.split(": ", 1)) for part in chosen.filters.split("; ")]
    return components.section(
        "deliveries",
        "Deliveries",
        form,
        components.applied([(name, value) for name, value in applied], f"/data?{chosen.query()}".rstrip("?")),
        *shown,
    )


def _month(month: str) -> str:
    return phrases.month(date.fromisoformat(f"{month}-01"))


def _balances(held: Sequence[store.Row]) -> list[Component]:
    """By feed: received = accepted + set aside (+ erased), accepted = in force + replaced."""
    feeds: dict[str, list[store.Row]] = {}
    for row in held:
        if row["feed"]:
            feeds.setdefault(row["feed"], []).append(row)
    cells: list[list[components.Cell]] = []
    has_erased = any(row.get("rows_erased") for row in held)
    for code, rows in sorted(feeds.items()):
        received, accepted, rejected, stand, erased = (
            sum(row.get(name) or 0 for row in rows)
            for name in ("rows_received", "rows_accepted", "rows_rejected", "rows_in_force", "rows_erased")
        )
        parts = (received, accepted, rejected, *([erased] if has_erased else []), stand, accepted - stand)
        cells.append(
            [phrases.feed(code), *[phrases.count(n) for n in parts],
             "Adds up" if received == accepted + rejected + erased else "Does not add up: please report it"]
        )  # fmt: skip
    if not cells:
        return []
    total = [
        sum(row.get(name) or 0 for row in held)
        for name in ("rows_received", "rows_accepted", "rows_rejected", "rows_erased")
    ]
    columns: list[components.Column] = [
        "Feed", ("Received", "number"), ("= accepted", "number"), ("+ set aside", "number"),
        *data_rows.ERASED[: int(has_erased)], ("Of accepted: in force", "number"), ("Replaced", "number"), "Balance",
    ]  # fmt: skip
    return [
        html.P(data_words.balance(*total)),
        components.table("Rows of these deliveries, by feed", columns, cells),
    ]
