"""The page of plans: which parts of education, health and care plans are weak?

Belongs here: the order of the page, its filters, headline and tables. Does not belong here: what a figure means (the
definitions), how it is worded (`words`, `plans_words`), and the chart over time (`figure_charts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, group_words, phrases, store, words
from dashboard.pages import figure_charts, frame, plans_words, reliability_words
from dashboard.pages.draft import Draft, begin
from dashboard.pages.figure_tables import range_row, ranges

TITLE = "Which parts of plans are weak?"
OVERALL, SECTIONS, INADEQUATE = (
    "plans.good_or_better",
    "plans.section_good_or_better",
    "plans.section_inadequate",
)
FOCUS = (OVERALL, "plans.good_or_better_all", "plans.inadequate", SECTIONS)
CRITERIA = (
    "plans.outcomes_specific",
    "plans.provision_specified",
    "plans.child_views",
    "plans.parent_views",
    "plans.coproduced",
)
ADVICE = (
    ("advice.received", "Received"),
    ("advice.on_time", "Within 6 weeks"),
    ("advice.not_known", "“Not known to the service”"),
    ("advice.good", "Good quality"),
)
KIND, SECTION, BOTH = "plan_kind_reviewed", "section", "section_by_kind"
SOURCE, SOURCE_BY_KIND = "advice_source", "advice_source_by_kind"
WATCHED = {
    "C": "Health",
    "D": "Social care",
    "E": "Watched: outcomes must be specific and measurable",
    "F": "Watched: provision must be specified and quantified",
    "G": "Health",
    "H": "Social care",
    "H1": "Social care",
    "H2": "Social care",
}
"""Section -> why it is pointed out."""
CONTENTS = (
    ("headline", "The headline"),
    ("sections", "Section by section"),
    ("outcomes", "Outcomes, provision and views"),
    ("kinds", "New against amended and existing plans"),
    ("advice", "Health, social care and other advice"),
    ("time", "Over time"),
    ("about", "What these figures tell you, and what they do not"),
)
MISSING = "This release does not have these figures for this period."


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """Plans, for the place and period that the query asks for."""
    draft = begin(release, query, FOCUS)
    if draft is None or not any(name in draft.known for name in FOCUS):
        return components.message(
            TITLE,
            "This release has no reviews of plans yet. They come with a file of the feed “Plan reviews”.",
            html.P(dcc.Link("See what each feed holds and which files came", href="/data")),
        )
    return frame.page(
        "Plans",
        "/plans",
        TITLE,
        draft,
        lead=f"Education, health and care (EHC) plans reviewed in {draft.shown.period_words}.",
        form=frame.chart_form(draft, "/plans", FOCUS),
        contents=CONTENTS,
        sections=[
            _headline(draft),
            _sections(draft),
            _criteria(draft),
            _kinds(draft),
            _advice(draft),
            figure_charts.over_time(draft),
            _about(draft),
        ],
    )


def _headline(draft: Draft) -> Component:
    said: list[Component] = []
    if OVERALL in draft.known:
        figure = draft.figures.get(OVERALL)
        said += frame.headline(draft.known[OVERALL], figure)
        draft.use(figure)
    rows = draft.by_group(SECTIONS, SECTION) if SECTIONS in draft.known else []
    overall = draft.figures.get(SECTIONS)
    draft.use(*rows)
    findings = [
        plans_words.extreme(rows, overall, "plans", weakest=True),
        plans_words.extreme(rows, overall, "plans", weakest=False),
        plans_words.changed(rows) if rows else "",
    ]
    shown_findings = [html.Li(text) for text in findings if text]
    if shown_findings:
        codes = [row["receipt"] for row in (*rows, *([overall] if overall else []))]
        draft.use(overall)
        said.append(html.Ul(shown_findings, **components.of_receipt(*codes)))
    reliable = reliability_words.line(draft, reliability_words.REVIEWS) if said else None
    if reliable is not None:
        said.append(reliable)
    return components.section("headline", "The headline", *(said or [html.P(MISSING)]))


def _sections(draft: Draft) -> Component:
    heading = "Section by section"
    if SECTIONS not in draft.known:
        return components.section("sections", heading, html.P(MISSING))
    rows = draft.by_group(SECTIONS, SECTION)
    if not rows:
        return components.section("sections", heading, html.P(frame.nothing(draft.release, MISSING)))
    overall = draft.figures.get(SECTIONS)
    by_kind = {row["group"]: row for row in draft.by_group(SECTIONS, BOTH)}
    kinds = draft.by_group(SECTIONS, KIND)
    inadequate = {row["group"]: row for row in draft.by_group(INADEQUATE, SECTION)}
    draft.use(*rows, *by_kind.values(), *kinds, *inadequate.values(), overall)
    cells: list[list[components.Cell]] = []
    for row in rows:
        held = [by_kind.get(f"{row['group']}|{kind['group']}") for kind in kinds]
        first: components.Cell = {"text": row["label"], "sub": WATCHED.get(row["group"], "")}
        cells.append(
            [first, _heat(row, overall), *[_heat(each, overall) for each in held],
             _count(inadequate.get(row["group"]))]
        )  # fmt: skip
    if overall:
        total: components.Cell = {"text": "All sections together"}
        cells.append([total, _heat(overall, None), *[_heat(kind, overall) for kind in kinds], ""])
    chance = group_words.by_chance([*rows, *by_kind.values(), *kinds], "cells")
    measure = draft.known[SECTIONS]
    return components.section(
        "sections",
        heading,
        html.P(
            [components.measure_link(measure), f". {words.polarity(measure['higher_is'])} Each cell has the share and "
             "the counts; the darker a cell, the smaller the share. “▼ lower” and “▲ higher” are said only where the "
             "share lies further from that of all sections together than would be usual by chance."]
        ),
        components.told(chance, rows[0]["receipt"], className="hint") if chance else None,
        components.table(
            f"Sections graded good or better, in {draft.shown.period_words}",
            ["Section", "All plans", *[f"{kind['label']}s" for kind in kinds], "Of all: inadequate"],
            cells,
        ),
        components.details(
            "Table: each section with its likely range, change and receipt",
            ranges(f"{measure['title']}, by section", "Section", measure, rows),
        ),
    )  # fmt: skip


def _heat(row: store.Row | None, overall: store.Row | None) -> components.Cell:
    """A share with its counts, shaded, and in words whether it stands apart."""
    if row is None:
        return "No plan of this kind reviewed"
    if row["symbol"]:
        return {"text": phrases.symbol(row["symbol"]), "sub": row["receipt"]}
    big, small = (
        phrases.percent(row["value"]),
        f"{phrases.count(row['numerator'])} of {phrases.count(row['denominator'])}",
    )
    if row["denominator"] < phrases.COUNT_FIRST_BELOW:
        big, small = small, big
    mark = {"lower": " · ▼\u00a0lower", "higher": " · ▲\u00a0higher"}.get(group_words.apart(row, overall), "")
    heat = plans_words.shade(row["value"])
    return {"text": big, "note": f"{small}{mark}", "heat": heat, "sub": row["receipt"]}


def _count(row: store.Row | None) -> components.Cell:
    if row is None:
        return phrases.SYMBOLS["x"]
    if row["symbol"]:
        return {"text": phrases.symbol(row["symbol"]), "sub": row["receipt"]}
    said = f"{phrases.count(row['numerator'])} of {phrases.count(row['denominator'])}"
    return {"text": said, "sub": row["receipt"]}


def _criteria(draft: Draft) -> Component:
    figures = draft.figures
    held = [name for name in CRITERIA if name in draft.known and name in figures]
    heading = "Outcomes, provision and views"
    if not held:
        return components.section("outcomes", heading, html.P(MISSING))
    kinds = {name: draft.by_group(name, KIND) for name in held}
    labels = list(dict.fromkeys(row["label"] for rows in kinds.values() for row in rows))
    cells: list[list[components.Cell]] = []
    for name in held:
        draft.use(figures[name], *kinds[name])
        own = {row["label"]: row for row in kinds[name]}
        title: components.Cell = {"text": draft.known[name]["title"], "href": f"/definitions/{name}"}
        cells.append(
            [title, _heat(figures[name], None), *[_heat(own.get(label), figures[name]) for label in labels],
             words.change_cell(figures[name]), figures[name]["receipt"]]
        )  # fmt: skip
    columns: list[components.Column] = [
        "What was looked for", "All plans", *[f"{label}s" for label in labels], "Change", ("Receipt", "code"),
    ]  # fmt: skip
    return components.section(
        "outcomes",
        heading,
        html.P(
            "Outcomes that say what will be different and by when (section E), provision that says what, how much and "
            "by whom (section F), and whether the child and the parents can be heard in the plan. “▼ lower” and "
            "“▲ higher” compare with all plans."
        ),
        components.table(f"What plans do, in {draft.shown.period_words}", columns, cells, quiet=True),
    )


def _kinds(draft: Draft) -> Component:
    heading = "Are amended and existing plans as good as new ones?"
    if OVERALL not in draft.known:
        return components.section("kinds", heading, html.P(MISSING))
    rows = draft.by_group(OVERALL, KIND)
    if not rows:
        return components.section("kinds", heading, html.P(frame.nothing(draft.release, MISSING)))
    draft.use(*rows)
    measure = draft.known[OVERALL]
    new = next((row for row in rows if row["group"] == "new"), None)
    said = [
        components.told(plans_words.compared(new, row, measure), new["receipt"], row["receipt"], of=html.Li)
        for row in rows
        if new and row is not new
    ]
    caption = f"{measure['title']}, by kind of plan, in {draft.shown.period_words}"
    table = ranges(caption, "Kind of plan", measure, rows, quiet=True)
    return components.section(
        "kinds",
        heading,
        html.Ul(said) if said else None,
        table,
        html.P(
            "Only plans that were chosen for review at random are compared: others are chosen because somebody was "
            "worried, and would make their kind look worse than it is.",
            className="hint",
        ),
    )


def _advice(draft: Draft) -> Component:
    heading = "Health, social care and other advice"
    columns = [(name, title) for name, title in ADVICE if name in draft.known]
    by_source = {name: draft.by_group(name, SOURCE) for name, _ in columns}
    sources = list({row["group"]: row["label"] for rows in by_source.values() for row in rows}.items())
    if not sources:
        return components.section(
            "advice", heading, html.P(frame.nothing(draft.release, MISSING) if columns else MISSING)
        )
    cells: list[list[components.Cell]] = []
    for code, label in sources:
        line: list[components.Cell] = [{"text": label}]
        for name, _ in columns:
            row = next((row for row in by_source[name] if row["group"] == code), None)
            # “Not known” is neither good nor bad, so its cells are neither shaded nor marked
            neutral = draft.known[name]["higher_is"] == "neither"
            line.append(_plain(row) if neutral else _heat(row, draft.figures.get(name)))
            draft.use(row)
        cells.append(line)
    return components.section(
        "advice",
        heading,
        html.P(
            "A council asks for advice when it assesses a child; the law gives whoever is asked 6 weeks. A service may "
            "answer that it does not know the child: that is an answer, and no advice. “▼ lower” and “▲ higher” "
            "compare with all who were asked."
        ),
        components.table(
            f"Advice by who gave it, in {draft.shown.period_words}",
            ["Who was asked", *[title for _, title in columns]],
            cells,
            quiet=True,
        ),
        *_advice_details(draft, columns),
    )


def _plain(row: store.Row | None) -> components.Cell:
    cell = _heat(row, None)
    return {name: text for name, text in cell.items() if name != "heat"} if isinstance(cell, dict) else cell


def _advice_details(draft: Draft, columns: Sequence[tuple[str, str]]) -> list[Component]:
    """The same with ranges and receipts, and by kind of plan."""
    labels = store.groups(draft.release)

    def label(group: str) -> str:
        source, _, kind = group.partition("|")
        named = [
            (labels.get(pair) or {}).get("label") or pair[1]
            for pair in ((SOURCE, source), (KIND, kind))
            if pair[1]
        ]
        return ", ".join([named[0], *[phrases.lower_first(str(name)) for name in named[1:]]])

    parts: list[Component] = []
    for breakdown, title in ((SOURCE, "by who gave it"), (SOURCE_BY_KIND, "by who gave it and kind of plan")):
        cells: list[list[components.Cell]] = []
        for name, _ in columns:
            rows = draft.by_group(name, breakdown)
            draft.use(*rows)
            title_of = phrases.lower_first(draft.known[name]["title"])
            cells += [range_row(f"{label(row['group'])}: {title_of}", draft.known[name], row) for row in rows]
        if cells:
            table = components.table(
                f"Advice {title}", ["Advice", "Number", "Likely range", "Change", ("Receipt", "code")], cells
            )
            parts.append(components.details(f"Table: advice {title}, with ranges and receipts", table))
    return parts


def _about(draft: Draft) -> Component:
    measure = draft.known.get(OVERALL, {})
    tells = [
        "How reviewers graded plans and each of their sections, whether new plans are better than older ones, and "
        "whether those who were asked for advice gave it, in time and well."
    ]
    does_not = [
        "Whether a child got what the plan says, or whether the plan was finished in time.",
        *frame.caveats(measure),
        measure.get("benchmark") or "There is no national figure for this.",
    ]
    source = frame.sources(draft.release, "plan_reviews")
    return frame.about(tells, does_not, source, files="/data?feed=plan_reviews")
