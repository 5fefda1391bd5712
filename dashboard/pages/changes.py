"""What changed between any two releases: restated figures and why, definitions, deliveries, balances.

Belongs here: choosing the two and the order of the page. Does not belong here: the comparison (`evidence.between`),
phrases (`changes_words`), or what a reader of the newest release must know first (the overview).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, phrases, store, words
from dashboard.pages import changes_words

TITLE = "What changed between two releases?"
CONTENTS = (
    ("restated", "Figures restated"), ("definitions", "Definitions"), ("deliveries", "Deliveries that came or went"),
    ("balances", "Do the rows still add up?"),
)  # fmt: skip


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """What lies between `from` and `to`: without them, between the release that is shown and the one before it."""
    try:
        between = found(release, query)
    except store.StoreError as problem:
        back = html.P(dcc.Link("Compare the latest release with the one before", href="/changes"))
        return components.message("These releases cannot be compared", str(problem), back, status=404)
    if between is None:
        said = "There is no earlier release to compare this one with."
        return components.Page("What changed", [html.H1(TITLE), html.P(said)])
    body = [
        html.P("Changes", className="caption"),
        html.H1(TITLE),
        html.P(_lead(between), className="lead"),
        html.P(
            "A release never changes; the next one stands beside it. A figure of a period that was over can still come "
            "out differently in a later release, because files came late or were corrected: the period is what it is "
            "about, the release is what was known.",
            className="hint",
        ),
        _form(release, between),
        components.applied(_applied(between), f"/changes?{_query(between)}"),
        components.contents(CONTENTS),
        _restated(between),
        _definitions(between),
        _deliveries(between),
        _balances(between),
        components.downloads("/changes", _query(between), "all restated figures"),
    ]
    return components.Page("What changed", body, filters=filters(between))


def found(release: store.Release, query: Mapping[str, str]) -> store.Between | None:
    """The comparison that a query asks for; None where there is nothing before the release that is shown.

    Raises:
        store.StoreError: see `store.between`.
    """
    after = query.get("to") or release.id
    before = query.get("from") or _before(release, after)
    return store.between(release, before, after) if before else None


def filters(between: store.Between | None) -> str:
    """The two releases as applied filters."""
    return "; ".join(f"{name}: {value}" for name, value in _applied(between)) if between else ""


def _before(release: store.Release, after: str) -> str:
    """The release that readers were pointed to before another; empty where there is none."""
    held = store.versions_held(release)
    names = [row["release"] for row in held]
    earlier = held[names.index(after) + 1 :] if after in names else []
    return next((row["release"] for row in earlier if row["stood"]), "")


def _applied(between: store.Between) -> list[tuple[str, str]]:
    return [("Before", changes_words.title(between.before)), ("After", changes_words.title(between.after))]


def _query(between: store.Between) -> str:
    return urlencode({"from": between.before["release"], "to": between.after["release"]})


def _lead(between: store.Between) -> str:
    restated = len(changes_words.headlines(between.restated))
    measures = "1 headline figure was" if restated == 1 else f"{restated or 'No'} headline figures were"
    versions = sum(row["version"] != row["previous_version"] for row in between.definitions)
    definitions = "1 definition has" if versions == 1 else f"{versions or 'no'} definitions have"
    came = sum(row["change"] == "came" for row in between.deliveries)
    went = sum(row["change"] == "went" for row in between.deliveries)
    return (
        f"From {changes_words.title(between.before)} to {changes_words.title(between.after)}: "
        f"{phrases.lower_first(measures)} restated by half a percentage point or more, {definitions} another version, "
        f"{phrases.count(came)} deliveries came and {phrases.count(went)} went."
    )


def _form(release: store.Release, between: store.Between) -> Component:
    options = [
        (
            row["release"],
            f"{phrases.day(row['as_of'])}: {row['release']}{'' if row['stood'] else ' (a rebuild)'}",
        )
        for row in store.versions_held(release)
    ]
    fields = [
        components.select("from", "Before", options, between.before["release"]),
        components.select("to", "After", options, between.after["release"]),
    ]
    return components.filters("/changes", fields, f"changes-{_query(between)}")


def _restated(between: store.Between) -> Component:
    told = [
        *changes_words.headlines(between.restated),
        *changes_words.headlines(between.restated, headline=False),
    ]
    items = [_sentence(between, row, others) for row, others in told]
    first = len(changes_words.headlines(between.restated))
    parts: list[Component] = []
    if first:
        parts.append(html.Ul(items[:first], className="changes"))
    else:
        parts.append(
            html.P("No headline figure of 12 months was restated by half a percentage point or more.")
        )
    if items[first:]:
        noun = "other measure" if len(items) - first == 1 else "other measures"
        parts.append(
            components.details(f"{len(items) - first} {noun}", html.Ul(items[first:], className="changes"))
        )
    if between.restated:
        parts.append(
            components.details(
                f"Table: all {phrases.count(len(between.restated))} restated figures", _table(between)
            )
        )
    if between.restated_in_groups:
        parts.append(
            html.P(
                f"{phrases.count(between.restated_in_groups)} figures by group differ too.", className="hint"
            )
        )
    return components.section("restated", "Figures restated", *parts)


def _place(between: store.Between, row: Mapping[str, Any]) -> str:
    return between.places.get(row["council"]) or str(row["council"])


def _sentence(between: store.Between, row: Mapping[str, Any], others: int) -> Component:
    place = _place(between, row)
    said = changes_words.sentence(row, between.measures[row["measure"]], place, others)
    return html.Li(
        [
            html.Strong("Figure restated: "), said, " ", changes_words.because(row["why"]), ". ",
            components.receipt(row["previous_receipt"], row["receipt"]),
        ],
        **components.of_receipt(row["previous_receipt"], row["receipt"]),
    )  # fmt: skip


def _table(between: store.Between) -> Component:
    rows: list[list[components.Cell]] = [
        [
            {"text": measure["short_title"] or measure["title"], "href": f"/definitions/{row['measure']}",
             "note": words.polarity(measure["higher_is"])},
            _place(between, row),
            phrases.capital(phrases.period(row["window"], row["period_start"], row["period_end"])),
            {"text": changes_words.number(row, measure, True), "sub": row["previous_receipt"] or ""},
            {"text": changes_words.number(row, measure), "sub": row["receipt"] or ""},
            changes_words.difference(row, measure),
            changes_words.because(row["why"]),
        ]
        for row in between.restated
        for measure in [between.measures[row["measure"]]]
    ]  # fmt: skip
    columns: list[components.Column] = [
        "Measure", "Place", "Period", "Before", "After", "Difference", "Why",
    ]  # fmt: skip
    return components.table("Figures of finished periods that came out differently", columns, rows)


def _definitions(between: store.Between) -> Component:
    parts: list[Component] = []
    for row in between.definitions:
        parts.append(html.H3(dcc.Link(row["title"], href=f"/definitions/{row['measure']}")))
        parts.append(html.P(changes_words.definition(row)))
        if row["differences"]:
            cells: list[list[components.Cell]] = [
                [phrases.capital(each["what"]), each["before"] or "Nothing", each["after"] or "Nothing"]
                for each in row["differences"]
            ]
            parts.append(
                components.table(f"What differs: {row['title']}", ["What", "Before", "After"], cells)
            )
        if row["effects"]:
            parts.append(_effects(between, row))
    for name, held in (("New measures", between.added), ("Measures no longer there", between.removed)):
        if held:
            parts.append(html.P(f"{name}: {phrases.listed([row['title'] for row in held])}."))
    if not parts:
        parts.append(html.P("Every measure means what it meant: no definition changed, came or went."))
    return components.section("definitions", "Definitions", *parts)


def _effects(between: store.Between, row: store.Row) -> Component:
    measure = between.measures[row["measure"]]
    cells: list[list[components.Cell]] = [
        [
            phrases.capital(phrases.period(effect["window"], effect["period_start"], effect["period_end"])),
            _place(between, effect),
            {"text": changes_words.number(effect, measure, True), "sub": effect["previous_receipt"] or ""},
            {"text": changes_words.number(effect, measure), "sub": effect["receipt"] or ""},
            changes_words.difference(effect, measure),
        ]
        for effect in row["effects"]
    ]
    return components.table(
        f"The last values under both versions: {row['title']}",
        ["Period", "Place", f"Version {row['previous_version']}", f"Version {row['version']}", "Difference"],
        cells,
    )


def _deliveries(between: store.Between) -> Component:
    if not between.deliveries:
        said = html.P("The same deliveries stand in both, with the same rows in force.")
        return components.section("deliveries", "Deliveries that came or went", said)
    cells: list[list[components.Cell]] = [
        [
            {"text": row["file"] or f"Delivery {row['number']}", "sub": f"no. {row['number']}"},
            phrases.feed(row["feed"]) if row["feed"] else "Not recognised",
            changes_words.delivered(row),
            phrases.count(row["previous_rows_in_force"] or 0),
            phrases.count(row["rows_in_force"] or 0),
        ]
        for row in between.deliveries
    ]
    columns: list[components.Column] = [
        "Delivery", "Feed", "What became of it", ("Rows in force before", "number"), ("Rows in force after", "number"),
    ]  # fmt: skip
    table = components.table(
        "Deliveries that came, went or of which more or fewer rows stand", columns, cells
    )
    folded = components.details(f"Table: {len(cells)} deliveries", table) if len(cells) > 8 else table
    return components.section("deliveries", "Deliveries that came or went", folded)


def _balances(between: store.Between) -> Component:
    cells: list[list[components.Cell]] = [
        line for row in between.balances for line in (_balance(row, "previous_"), _balance(row, ""))
    ]
    columns: list[components.Column] = [
        "Feed", "Release", ("Rows received", "number"), ("= accepted", "number"), ("+ set aside", "number"),
        ("Of accepted: in force", "number"), ("Replaced", "number"), "Balance",
    ]  # fmt: skip
    return components.section(
        "balances",
        "Do the rows still add up?",
        html.P(
            "Rows received = accepted + set aside, and accepted = in force + replaced, in each of the two."
        ),
        components.table("Rows by feed, before and after", columns, cells, quiet=True),
    )


def _balance(row: store.Row, side: str) -> list[components.Cell]:
    names = ("received", "accepted", "rejected", "in_force", "superseded")
    received, accepted, rejected, *rest = (row[f"{side}{name}"] for name in names)
    right = received == accepted + rejected and min(rest) >= 0
    return [
        phrases.feed(row["feed"]),
        "Before" if side else "After",
        *[phrases.count(value) for value in (received, accepted, rejected, *rest)],
        "Adds up" if right else "Does not add up: please report it",
    ]
