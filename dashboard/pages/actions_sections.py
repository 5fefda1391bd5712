"""The sections of the actions page: the balance, what is overdue, the steps from done to helped, promises kept on time.

Belongs here: those sections, each made from the page's draft. Does not belong here: the list of actions
(`actions_list`), the order of the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from dash import html
from dash.development.base_component import Component

from dashboard import components, ledger_charts, ledger_words, phrases, store
from dashboard.pages import frame
from dashboard.pages.draft import Draft
from dashboard.pages.figure_tables import MISSING, number_rows

IN, OUT = ("opened", "reopened"), ("done", "cancelled")
MOVED = (*IN, *OUT)
STEPS = (
    "ledger.not_evidenced", "ledger.unchecked", "ledger.checked_by_owner", "ledger.evidence_checked",
    "ledger.effect_checked", "ledger.effect_shown",
)  # fmt: skip
APART = ("ledger.not_evidenced", "ledger.checked_by_owner", "ledger.moved_twice", "ledger.closed_early")
KEPT = (
    "ledger.audit_on_time", "ledger.audit_on_time_revised", "ledger.audit_on_time_checked",
    "ledger.improvement_on_time", "ledger.improvement_unchecked", "ledger.improvement_effect", "ledger.date_changes",
)  # fmt: skip
MOST_MONTHS = 36
"""Months that the chart of the balance shows."""


def _count(figure: store.Row | None) -> components.Cell:
    """A figure's numerator with its receipt. Where no action is counted there may be no figure: none either way."""
    if figure is None:
        return "None"
    return {
        "text": phrases.count(figure["numerator"]) if figure["numerator"] else "None",
        "sub": figure["receipt"],
    }


def _adds_up(before: store.Row | None, moved: Mapping[str, store.Row | None], after: store.Row | None) -> str:
    def number(row: store.Row | None) -> int:
        return int(row["numerator"] or 0) if row else 0

    came, went = ([number(moved[name]) for name in names] for names in (IN, OUT))
    held = ledger_words.adds_up(number(before), came, went, number(after))
    return "Yes" if held else "No: please report it"


def balance(draft: Draft) -> Component:
    """Open before + opened + opened again - done - cancelled = open after: of all sources, of each, and by month."""
    day_before = draft.shown.start - timedelta(days=1)
    before = store.figures(draft.release, draft.shown.council, "month", day_before).get("ledger.open")
    moved = {name: draft.figures.get(f"ledger.{name}") for name in MOVED}
    after = draft.figures.get("ledger.open")
    rows = [_line(draft, "All sources", before, moved, after)]
    rows += _by_source(draft, day_before)
    return components.section(
        "balance",
        "Does the ledger balance?",
        html.P(
            "What was open before, and what was opened or opened again, is what was done, what was cancelled and what "
            "is still open. Nothing can leave the ledger any other way: an action that is left out of a file stays."
        ),
        components.table(
            f"The ledger of actions, in {draft.shown.period_words}",
            ["Source", ("Open before", "number"), ("Opened", "number"), ("Opened again", "number"), ("Done", "number"),
             ("Cancelled", "number"), ("Open after", "number"), "Adds up"],
            rows,
            quiet=True,
        ),
        _by_month(draft),
    )  # fmt: skip


def _line(
    draft: Draft,
    label: str,
    before: store.Row | None,
    moved: Mapping[str, store.Row | None],
    after: store.Row | None,
) -> list[components.Cell]:
    draft.use(before, *moved.values(), after)
    cells = [_count(row) for row in (before, *(moved[name] for name in MOVED), after)]
    return [label, *cells, _adds_up(before, moved, after)]


def _by_source(draft: Draft, day_before: date) -> list[list[components.Cell]]:
    shown = draft.shown

    def groups(name: str, window: str, end: date) -> dict[str, store.Row]:
        held = store.by_group(draft.release, name, shown.council, window, end, "action_source")
        return {row["group"]: row for row in held}

    before, after = (
        groups("ledger.open", "month", day_before),
        groups("ledger.open", shown.window, shown.end),
    )
    moved = {name: groups(f"ledger.{name}", shown.window, shown.end) for name in MOVED}
    return [
        _line(draft, row["label"], before.get(group), {name: moved[name].get(group) for name in MOVED}, row)
        for group, row in after.items()
    ]


def _by_month(draft: Draft) -> Component | None:
    parts = {
        name: {
            row["period_end"]: row
            for row in store.series(draft.release, f"ledger.{name}", draft.shown.council, "month")
        }
        for name in ("open", *MOVED)
    }
    ends = sorted(end for end in parts["open"] if end <= draft.shown.end)[-MOST_MONTHS:]
    if len(ends) < 2:
        return None
    points = [{name: rows.get(end) for name, rows in parts.items()} for end in ends]
    labels = [phrases.point_name("month", end) for end in ends]
    drawn = [row for point in points for row in point.values() if row is not None]
    draft.use(*drawn)
    first, last = points[0]["open"], points[-1]["open"]
    finding = "Open actions by month"
    if first and last:
        finding = (
            f"{phrases.count(last['numerator'])} actions were open at the end of {labels[-1]}, "
            f"{phrases.count(first['numerator'])} at the end of {labels[0]}"
        )
    hold = components.table(
        "The ledger of actions, month by month",
        ["Month", ("Opened", "number"), ("Opened again", "number"), ("Done", "number"), ("Cancelled", "number"),
         ("Open at the end", "number")],
        [
            [label, *(_count(point[name]) for name in (*MOVED, "open"))]
            for label, point in zip(labels, points, strict=True)
        ],
    )  # fmt: skip
    return components.chart(
        "balance",
        finding,
        "Bars above the line: actions opened and opened again. Bars below it: done and cancelled. The line with dots: "
        "open at the end of the month.",
        ledger_charts.balance(points, ends, labels),
        hold,
        "each month",
        ledger_charts.width(len(points)),
        "end",
        rows=drawn,
    )


def overdue(draft: Draft) -> Component:
    """Open actions past their original date and past their present one, by source and by owner."""
    names = ("open", "overdue", "overdue_revised", "moved_twice")
    said = html.P(
        "By the original date: the day that was promised when the action was agreed. By the present date: as it has "
        "been moved. The difference is what was moved and not done."
    )
    heads: list[components.Column] = [
        ("Open", "number"), ("Past its original date", "number"), ("Past its present date", "number"),
        ("Moved twice or more", "number"),
    ]  # fmt: skip
    tables = []
    for by, title in (("action_source", "Source"), ("owner", "Owner")):
        held = {
            name: {row["group"]: row for row in draft.by_group(f"ledger.{name}", by)}
            for name in names
        }  # fmt: skip
        everything = {name: draft.figures.get(f"ledger.{name}") for name in names}
        rows = [_owed(draft, "All", everything)]
        rows += [
            _owed(draft, row["label"], {name: held[name].get(group) for name in names})
            for group, row in held["open"].items()
            if row["numerator"]
        ]
        if len(rows) > 1 or by == "action_source":
            tables.append(components.table(f"Overdue actions by {title.lower()}", [title, *heads], rows))
    public = None if len(tables) > 1 else html.P(frame.nothing(draft.release, ""), className="hint")
    return components.section("overdue", "What is overdue", said, *tables, public)


def _owed(draft: Draft, label: str, held: Mapping[str, store.Row | None]) -> list[components.Cell]:
    draft.use(*held.values())
    label = "Not shown" if label == "?" else label
    return [label, *(_count(row) for row in held.values())]


def steps(draft: Draft) -> Component:
    """From done to helped: each step of the actions that are done."""
    done = draft.figures.get("ledger.not_evidenced")
    lead = None
    if done and not done["symbol"]:
        lead = components.told(
            html.Strong(
                f"{phrases.count(done['denominator'])} actions were done by {phrases.day(done['period_end'])}."
            ),
            done["receipt"],
        )
    return components.section(
        "steps",
        "Done, evidenced, checked, helped",
        lead,
        html.P(
            "Done is what the owner says. Evidenced: something is named that shows it. Checked: somebody other than "
            "the owner has looked at that. Helped: somebody has looked whether it made a difference, and it had."
        ),
        _numbers(draft, "The steps from done to helped", STEPS),
    )


def apart(draft: Draft) -> Component:
    """Done without evidence, checked by its own owner, moved twice, closed before it was opened."""
    return components.section(
        "apart",
        "Four things to tell apart",
        html.P(
            "Each of these looks like progress in a list of actions. Choose one above to list the actions."
        ),
        _numbers(draft, "Four things that look like progress", APART),
    )


def kept(draft: Draft) -> Component:
    """What was due in the period: audit actions and milestones of improvement plans, done and checked by their date."""
    return components.section(
        "kept",
        "Promises kept on time",
        html.P("Of what was first due in the period, whatever its date was moved to since."),
        _numbers(draft, "What was due in the period", KEPT),
    )


def _numbers(draft: Draft, caption: str, names: Sequence[str]) -> Component:
    rows = number_rows(draft, names)
    if not rows:
        return html.P(MISSING)
    columns: list[components.Column] = ["What", "Number", "Change on the year before", ("Receipt", "code")]
    return components.table(caption, columns, rows, quiet=True)
