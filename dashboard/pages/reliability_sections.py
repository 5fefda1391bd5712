"""The sections of the page of reliability: how far two graders agree, the table of both grades, and by team.

Belongs here: those sections, each made from the page's draft. Does not belong here: the order of the page
(`reliability`), sentences (`reliability_words`).
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard import components, kinds, phrases, store, words
from dashboard.pages import frame
from dashboard.pages import reliability_words as said
from dashboard.pages.draft import Draft
from dashboard.pages.figure_tables import MISSING
from dashboard.pages.grade_sections import GRADES as GRADE_MEASURES
from dashboard.pages.reliability_words import KINDS, TOO_FEW, Graded

Known = Mapping[str, store.Row]
GRADES = {name.removeprefix("quality."): label for name, label in GRADE_MEASURES.items()}
AT_RANDOM = (
    ("same_grade", "The same grade"),
    ("within_one_grade", "The same or the next grade"),
    ("more_generous", "{grader} graded higher"),
    ("generous_of_disagreements", "{grader} graded higher, of those they graded differently"),
    ("kappa", "Weighted kappa: agreement beyond chance"),
    ("gwet", "Gwet's AC2: the same, less dependent on which grades are in use"),
)
ALL = (
    ("random_of_moderated", "Drawn at random"),
    ("moderated_inadequate", "Had been graded inadequate by the {grader}"),
    ("same_grade_all", "The same grade"),
    ("generous_of_disagreements_all", "{grader} graded higher, of those they graded differently"),
)


def graded_twice(draft: Draft, of: Graded) -> Component:
    """One kind of case: the headline, the numbers at random, the table of both grades, all moderated beside."""
    heading = f"{of.title}: {of.grader} and moderator"
    held = draft.figures.get(of.id("same_grade_all"))
    if held is None:
        return components.section(of.anchor, heading, html.P(MISSING))
    draft.use(held)
    if held["symbol"]:
        return components.section(
            of.anchor,
            heading,
            components.told(
                f"No moderation in {draft.shown.period_words}: no completed {of.one} was looked at again by a named "
                f"person other than the {of.grader}. A grade that nobody else has looked at rests on one person's "
                "view.",
                held["receipt"],
                className="notice",
            ),
        )
    when = f"in {draft.shown.period_words}"
    return components.section(
        of.anchor,
        heading,
        _headline(of, draft.figures),
        _warning(of, draft.figures),
        html.H3("Drawn for moderation at random"),
        _numbers(draft, f"{of.title} drawn for moderation at random, {when}", of, AT_RANDOM),
        html.P(
            "Kappa and AC2 are 1 where all agree and 0 where they agree as often as chance would have it; below "
            f"{words.COEFFICIENT_FROM} {of.what} they are too uncertain to be given, because their range is made for "
            "large samples. Read both: kappa is low where nearly all have one grade, although people agree."
        ),
        _matrix(draft, of),
        html.H3("All moderated, however chosen"),
        html.P("Beside the random ones, to show what the choice does. These are not quoted by themselves."),
        _numbers(draft, f"All moderated {of.what}, {when}", of, ALL),
    )


def _headline(of: Graded, figures: Known) -> Component:
    same, ways = figures[of.id("same_grade")], figures.get(of.id("generous_of_disagreements"))
    parts = [said.agreed(of, same)]
    if ways and not same["symbol"]:
        parts.append(said.direction(of, ways))
    codes = [row["receipt"] for row in (same, ways) if row]
    return components.told(" ".join(parts), *codes, className="lead")


def _warning(of: Graded, figures: Known) -> Component | None:
    picked, drawn = figures.get(of.id("moderated_inadequate")), figures.get(of.id("random_of_moderated"))
    warning = said.biased(of, picked, drawn)
    codes = [row["receipt"] for row in (picked, drawn) if row]
    return components.told(warning, *codes, className="notice") if warning else None


def _numbers(draft: Draft, caption: str, of: Graded, names: tuple[tuple[str, str], ...]) -> Component:
    rows: list[list[components.Cell]] = []
    for name, label in names:
        measure, figure = draft.known.get(of.id(name)), draft.figures.get(of.id(name))
        if measure is None or figure is None:
            continue
        draft.use(figure)
        rows.append(
            [
                {
                    "text": phrases.capital(label.format(grader=of.grader)),
                    "href": f"/definitions/{measure['measure']}",
                },
                words.figure_number(measure, figure),
                phrases.capital(phrases.between(figure["low"], figure["high"], kinds.own_unit(measure)))
                or "None",
                words.polarity(measure["higher_is"]),
                figure["receipt"],
            ]
        )
    columns: list[components.Column] = [
        "",
        "Number",
        "Likely range",
        "Which way is good",
        ("Receipt", "code"),
    ]
    return components.table(caption, columns, rows, quiet=True)


def _matrix(draft: Draft, of: Graded) -> Component | None:
    """Both grades of each case: the first grader's down, the moderator's across."""
    rows = draft.by_group(of.id("grade_pairs"), "grade_pair")
    if not rows:
        return html.P(
            frame.nothing(draft.release, f"There is no randomly moderated {of.one} with both grades.")
        )
    draft.use(*rows)
    held = {row["group"]: row for row in rows}

    def cell(first: str, second: str) -> components.Cell:
        row = held.get(f"{first}|{second}")
        if row is None or not row["numerator"]:
            return "None"
        same = {"note": "the same grade"} if first == second else {}
        return {"text": phrases.count(row["numerator"]), "sub": row["receipt"], **same}

    cells: list[list[components.Cell]] = [
        [
            f"{phrases.capital(of.grader)}: {phrases.lower_first(label)}",
            *[cell(first, second) for second in GRADES],
        ]
        for first, label in GRADES.items()
    ]
    return components.table(
        f"Both grades of {of.what} drawn at random: the {of.grader}'s down, the moderator's across, in "
        f"{draft.shown.period_words}; receipts below each number",
        ["", *[f"Moderator: {phrases.lower_first(label)}" for label in GRADES.values()]],
        cells,
    )


def teams(draft: Draft) -> Component:
    """Agreement by team, in the council's own order of teams; where there are few, counts alone."""
    parts: list[Component] = []
    for of in KINDS:
        rows: dict[str, list[components.Cell]] = {}
        for name in ("same_grade", "more_generous"):
            found = draft.by_group(of.id(name), "team")
            draft.use(*found)
            for row in found:
                rows.setdefault(row["label"], [row["label"]]).append(
                    {"text": _of_team(draft.known[of.id(name)], row), "sub": row["receipt"]}
                )
        if rows:
            columns: list[components.Column] = [
                "Team",
                "The same grade",
                f"{phrases.capital(of.grader)} graded higher",
            ]
            caption = f"{of.title} drawn for moderation at random, by team, in {draft.shown.period_words}"
            parts.append(components.table(caption, columns, list(rows.values())))
    if not parts:
        parts = [html.P(frame.nothing(draft.release, "No team has randomly moderated cases in this period."))]
    return components.section(
        "teams",
        "By team",
        html.P(
            f"Teams stand in order of their names, never of their results. Below {TOO_FEW} cases only counts are "
            "given: the likely range of a share of so few is some 40 percentage points wide or more. Nobody is named."
        ),
        *parts,
    )


def _of_team(measure: store.Row, row: store.Row) -> str:
    if row["symbol"] or row["denominator"] >= TOO_FEW:
        return words.figure_number(measure, row)
    return f"{phrases.count(row['numerator'])} of {phrases.count(row['denominator'])}: too few to say"
