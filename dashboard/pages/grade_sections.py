"""The sections of the grades page: the four grades, the stages of a grade, moderation.

Belongs here: those sections, each made from the page's draft. Does not belong here: the marks of a chart
(`grade_charts`, `charts`), filters, the order of the page.
"""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard import components, grade_charts, phrases, view, words
from dashboard.pages.draft import Draft
from dashboard.pages.figure_tables import MISSING, number_rows

GRADES = {
    "quality.outstanding": "Outstanding",
    "quality.good": "Good",
    "quality.requires_improvement": "Requires improvement",
    "quality.inadequate": "Inadequate",
}
STAGES = {
    "quality.good_or_better_auditor": "The auditor's own grade",
    "quality.good_or_better_moderator": "The moderator's grade",
    "quality.good_or_better": "The grade agreed in the end",
}
MODERATION = ("quality.moderated", "quality.moderated_random")
MENTAL_HEALTH = ("quality.mental_health_relevant", "quality.mental_health_considered")


def distribution(draft: Draft) -> Component:
    """The four agreed grades of randomly chosen audits: one bar of 100%, the year before beneath it, and a table."""
    heading = "How the audits were graded"
    held = [draft.figures.get(name) for name in GRADES]
    rows = [row for row in held if row is not None and not row["symbol"]]
    if len(rows) < len(GRADES):
        empty = next((row for row in held if row is not None and row["symbol"]), None)
        said = f"{phrases.symbol(empty['symbol'])}." if empty else MISSING
        return components.section("grades", heading, html.P(said))
    draft.use(*rows)
    total = rows[0]["denominator"]
    bars: list[tuple[str, list[Any]]] = [(_period(draft.shown, 0), rows)]
    if all(row["previous_denominator"] for row in rows):
        before = [
            {"numerator": row["previous_numerator"], "denominator": row["previous_denominator"],
             "value": row["previous_value"], "receipt": row["receipt"]}
            for row in rows
        ]  # fmt: skip
        bars.append((_period(draft.shown, 1), before))
    columns: list[components.Column] = [
        "Grade", ("Audits", "number"), ("Share", "bar"), "Likely range", "Change", ("Receipt", "code"),
    ]  # fmt: skip
    cells: list[list[components.Cell]] = [
        [
            {"text": label, "href": f"/definitions/{name}"},
            phrases.count(row["numerator"]),
            {"text": phrases.percent(row["value"]), "bar": row["value"]},
            phrases.capital(phrases.between(row["low"], row["high"])),
            words.change_cell(row),
            row["receipt"],
        ]
        for (name, label), row in zip(GRADES.items(), rows, strict=True)
    ]
    hold = components.table(
        f"Agreed grades of randomly chosen audits, in {draft.shown.period_words}", columns, cells
    )
    good = draft.figures.get("quality.good_or_better")
    finding = (
        f"Good or outstanding: {phrases.count(good['numerator'])} of {phrases.count(good['denominator'])} "
        f"({phrases.percent(good['value'])})"
        if good and not good["symbol"]
        else f"{phrases.count(total)} audits with an agreed grade"
    )
    spoken = ", ".join(
        f"{label} {phrases.count(row['numerator'])}" for label, row in zip(GRADES.values(), rows, strict=True)
    )
    return components.section(
        "grades",
        heading,
        components.told(
            f"{phrases.count(total)} completed audits of cases chosen at random have an agreed grade. Audits without "
            "one are left out.",
            rows[0]["receipt"],
        ),
        components.chart(
            "grades",
            finding,
            f"{spoken}, of {phrases.count(total)}.",
            grade_charts.grade_bars(list(GRADES.values()), bars),
            hold,
            "each grade, with its likely range",
            560,
            rows=[*rows, *([good] if good else [])],
        ),
    )


def _period(shown: view.View, years_before: int) -> str:
    """The label of a bar."""
    if years_before:
        return "The year<br>before"
    return "This<br>period" if shown.window != "12m" else "These<br>12 months"


def stages(draft: Draft) -> Component:
    """Good or better by who gave the grade."""
    figures = draft.figures
    heading = "Auditor, moderator, agreed"
    names = [name for name in STAGES if name in draft.known and name in figures]
    if len(names) < 2:
        return components.section(
            "stages", heading, html.P("This release has only the grade that was agreed in the end.")
        )
    draft.use(*[figures[name] for name in names])
    rows: list[list[components.Cell]] = [
        [
            {"text": STAGES[name], "href": f"/definitions/{name}"},
            words.figure_number(draft.known[name], figures[name]),
            phrases.capital(phrases.between(figures[name]["low"], figures[name]["high"])) or "None",
            figures[name]["receipt"],
        ]
        for name in names
    ]
    return components.section(
        "stages",
        heading,
        html.P(
            "Good or better at each stage of a grade. Moderators look at some of the audits only, often those "
            "about which there was doubt, so their share must not be set against the auditors' as if these were the "
            "same audits."
        ),
        components.table(
            "Good or better, by who gave the grade",
            ["Whose grade", "Good or better", "Likely range", ("Receipt", "code")],
            rows,
            quiet=True,
        ),
    )


def moderation(draft: Draft) -> Component:
    """How many audits somebody else looked at, how they were chosen for it, and mental health beside."""
    columns: list[components.Column] = ["", "Number", "Change", ("Receipt", "code")]
    rows = number_rows(draft, MODERATION)
    if not rows:
        return components.section("moderation", "How many were moderated", html.P(MISSING))
    parts: list[Component] = [
        html.P(
            "A grade that nobody else has looked at rests on one person's view. Where only inadequate audits are "
            "moderated, that says little about the others."
        ),
        components.table("Audits moderated by somebody else", columns, rows, quiet=True),
    ]
    if not draft.shown.only[0]:
        parts.append(_by_selection(draft))
    mental = number_rows(draft, MENTAL_HEALTH)
    if mental:
        parts += [
            html.H3("Mental health"),
            components.table("Whether audits considered mental health", columns, mental, quiet=True),
        ]
    return components.section("moderation", "How many were moderated", *parts)


def _by_selection(draft: Draft) -> Component:
    rows = draft.by_group("quality.moderated", "selection")
    if not rows:
        return html.P("")
    draft.use(*rows)
    hold = components.table(
        "Audits moderated by somebody else, by how the case was chosen",
        ["How the case was chosen", "Number", ("Receipt", "code")],
        [
            [row["label"], words.figure_number(draft.known["quality.moderated"], row), row["receipt"]]
            for row in rows
        ],
    )
    return components.details("By how the case was chosen", hold)
