"""Tables of figures that several pages show.

Belongs here: tables made from a page's draft or from rows that it has. Does not belong here: a table's markup
(`components`), the words in its cells (`words`), tables of one page alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard import components, group_words, kinds, phrases, store, words
from dashboard.pages.draft import Draft

BESIDE = "Beside all together"
MISSING = "This release does not have these figures."


def ranges(
    caption: str,
    heading: str,
    measure: store.Row,
    rows: Sequence[store.Row],
    quiet: bool = False,
    beside: bool = True,
) -> Component:
    """One measure for each group: number, likely range, what would be usual by chance where that is held, change,
    receipt. The rows have a `label`; `beside` is false where groups are by nature not alike."""
    columns: list[components.Column] = [heading, "Number", "Likely range", "Change", ("Receipt", "code")]
    cells = [range_row(row["label"], measure, row) for row in rows]
    if beside and any(row.get("place") for row in rows):
        columns.insert(3, BESIDE)
        for row, line in zip(rows, cells, strict=True):
            line.insert(3, beside_total(measure, row))
    return components.table(caption, columns, cells, quiet=quiet)


def beside_total(measure: store.Row, row: store.Row) -> components.Cell:
    """Where a group lies beside its total, in words with a shape, and what would be usual for so many."""
    if not row.get("place"):
        return "Nothing to compare"
    shape = row["place"] if row["place"] in ("higher", "lower") else ""
    return {"text": group_words.PLACED[row["place"]], "shape": shape, "note": group_words.usual(measure, row)}


def range_row(label: str, measure: store.Row, row: store.Row) -> list[components.Cell]:
    """A row of `ranges`."""
    return [
        label,
        words.figure_number(measure, row),
        phrases.capital(phrases.between(row["low"], row["high"], kinds.own_unit(measure))) or "None",
        words.change_cell(row, measure),
        row["receipt"],
    ]


def distribution(draft: Draft, name: str, breakdown: str, heading: str, leave_out: str = "") -> Component:
    """The kinds that a total divides into, as a table with bars; `leave_out` is a kind shown elsewhere."""
    if name not in draft.known:
        return html.P(MISSING)
    if draft.shown.only[0]:
        return html.P("These are held for all audits only. Choose “All audits” above to see them.")
    rows = draft.by_group(name, breakdown)
    rows = [row for row in rows if row["group"] != leave_out]
    if not rows:
        public = store.about(draft.release).get("audience") == "public"
        return html.P("These are not among the public figures." if public else MISSING)
    draft.use(*rows)
    cells: list[list[components.Cell]] = []
    for row in rows:
        if row["symbol"]:
            cells.append([row["label"], phrases.symbol(row["symbol"]), "", row["receipt"]])
        else:
            share = {"text": phrases.share_of(row["numerator"], row["denominator"]), "bar": row["value"]}
            cells.append([row["label"], phrases.count(row["numerator"]), share, row["receipt"]])
    return components.table(
        f"{draft.known[name]['title']}, in {draft.shown.period_words}",
        [heading, ("Times", "number"), ("Share", "bar wide"), ("Receipt", "code")],
        cells,
        quiet=True,
    )


def side_by_side(draft: Draft, columns: Sequence[tuple[str, str]], breakdown: str, caption: str) -> Component:
    """Several measures (id, heading) for each group of a breakdown: each cell a count, with its share where there are
    enough, and its own receipt."""
    held = {
        name: {row["group"]: row for row in draft.by_group(name, breakdown)}
        for name, _ in columns
        if name in draft.known
    }
    labels = {group: row["label"] for rows in held.values() for group, row in rows.items()}
    if not labels:
        public = store.about(draft.release).get("audience") == "public"
        return html.P("These are not among the public figures." if public else MISSING)
    draft.use(*[row for rows in held.values() for row in rows.values()])
    order = {group: place for place, (of, group) in enumerate(store.groups(draft.release)) if of == breakdown}
    title = store.breakdowns(draft.release).get(breakdown, phrases.feed(breakdown))
    return components.table(
        caption,
        [title, *[(heading, "number") for name, heading in columns if name in held]],
        [
            [labels[group], *[_count_cell(draft.known[name], rows.get(group)) for name, rows in held.items()]]
            for group in sorted(labels, key=lambda group: order.get(group, len(order)))
        ],
    )


def _count_cell(measure: store.Row, row: store.Row | None) -> components.Cell:
    """A number of a narrow table: the count, and the share below it where there are enough."""
    if row is None:
        return "None"
    if row["symbol"]:
        return {"text": phrases.symbol(row["symbol"]), "sub": row["receipt"]}
    if kinds.is_mean(measure):
        return {"text": phrases.amount(row["value"], measure["unit"]), "sub": row["receipt"]}
    if measure["kind"] == "distribution":
        return {"text": phrases.count(row["numerator"]), "sub": row["receipt"]}
    counts = f"{phrases.count(row['numerator'])} of {phrases.count(row['denominator'])}"
    many = row["denominator"] >= phrases.COUNT_FIRST_BELOW
    return {
        "text": counts,
        "sub": row["receipt"],
        **({"note": phrases.percent(row["value"])} if many else {}),
    }


def number_rows(draft: Draft, names: Sequence[str]) -> list[list[components.Cell]]:
    """Measures as rows of a table: what, number, change, receipt; those that the release does not have are left out."""
    rows: list[list[components.Cell]] = []
    for name in names:
        if name not in draft.known:
            continue
        figure = draft.figures.get(name)
        if figure:
            draft.use(figure)
        rows.append(
            [
                {"text": draft.known[name]["title"], "href": f"/definitions/{name}"},
                words.figure_number(draft.known[name], figure),
                words.change_cell(figure) if figure else "",
                figure["receipt"] if figure else "",
            ]
        )
    return rows
