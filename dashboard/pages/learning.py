"""The page of learning: which lessons come up again and again, who was trained, and did it help?

Belongs here: the order of the page, its headline and its tables. The part on what was done about a theme is in
`lessons`. Does not belong here: what a figure means (the definitions), or charts (`figure_charts`).
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, store, view, words
from dashboard.pages import figure_charts, frame, lessons
from dashboard.pages.figure_tables import MISSING, number_rows, ranges, side_by_side

Known = Mapping[str, store.Row]
TITLE = "Which lessons come up again, and did what was done about them help?"
PASSED, ATTENDED = "training.passed", "training.attended"
HELD = (PASSED, ATTENDED, "training.attended_only", "training.in_grace", "training.passed_of_attended")
COLUMNS = (
    (PASSED, "Passed"), (ATTENDED, "Attended"), ("training.attended_only", "Attended, not passed"),
    ("training.in_grace", "Within 13 weeks"),
)  # fmt: skip
CONTENTS = (
    ("headline", "The headline"),
    ("helped", "What was done, and did it help?"),
    ("themes", "What reviews and audits found"),
    ("training", "Training: attended and passed"),
    ("about", "What these figures tell you, and what they do not"),
)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """Lessons and training, for the place and period that the query asks for."""
    known = store.measures(release)
    shown = view.make(release, query, ())
    if shown is None or not {PASSED, lessons.FOUND} & set(known):
        return components.message(
            TITLE,
            "This release has no figures of learning yet. They come with files of the feeds “Training”, “Plan reviews” "
            "and “Case audits”.",
            html.P(dcc.Link("See what each feed holds and which files came", href="/data")),
        )
    figures = store.figures(release, shown.council, shown.window, shown.end)
    charted = lessons.charted(release, shown.council, known)
    shown = view.make(release, query, charted) or shown
    fields, applied = components.period_fields(release, shown)
    if charted:
        offered = [(name, known[name]["title"]) for name in charted]
        fields.append(components.select("measure", "The chart over time shows", offered, shown.measure))
        applied.append(("The chart over time shows", dict(offered)[shown.measure]))
    used: list[store.Row] = []
    return frame.page(
        "Learning",
        "/learning",
        TITLE,
        shown,
        lead=f"Themes of reviews and audits in {shown.period_words}, and training held on {words.day(shown.end)}.",
        form=components.filters("/learning", fields, shown.query()),
        applied=applied,
        contents=(*CONTENTS[:-1], ("time", "Over time"), CONTENTS[-1]) if charted else CONTENTS,
        sections=[
            components.section(
                "headline", "The headline",
                *(frame.headlines(known, figures, (PASSED, ATTENDED), used) or [html.P(MISSING)]),
            ),
            lessons.section(release, shown, known, used),
            _themes(release, shown, known, used),
            _training(release, shown, known, figures, used),
            figure_charts.over_time(release, shown, known, used) if charted else None,
            _about(release, known),
        ],
        used=used,
    )  # fmt: skip


def _themes(release: store.Release, shown: view.View, known: Known, used: list[store.Row]) -> Component:
    heading = "What reviews and audits found"
    tables: list[Component] = []
    for name in (lessons.FOUND, "learning.found_in_audits", "learning.strengths_in_audits"):
        if name not in known:
            continue
        rows = store.by_group(release, name, shown.council, shown.window, shown.end, lessons.THEME)
        rows = sorted((row for row in rows if not row["symbol"]), key=lambda row: -row["numerator"])
        if rows:
            used += rows
            held = ranges(
                f"{known[name]['title']}, in {shown.period_words}",
                "Theme",
                known[name],
                rows,
                quiet=True,
                beside=False,
            )
            summary = f"{known[name]['title']}: every theme"
            tables += [html.H3(known[name]["title"]), html.P(words.polarity(known[name]["higher_is"])),
                       held if name == lessons.FOUND else components.details(summary, held)]  # fmt: skip
    if not tables:
        return components.section("themes", heading, html.P(frame.nothing(release, MISSING)))
    return components.section(
        "themes",
        heading,
        html.P(
            "Out of all completed reviews or audits of the period, how many named the theme. The likely range says how "
            "far chance alone could have moved it. Themes are not compared with one another: some come up more often "
            "by nature."
        ),
        *tables,
    )


def _training(
    release: store.Release, shown: view.View, known: Known, figures: Known, used: list[store.Row]
) -> Component:
    heading = "Training: attended and passed"
    rows = number_rows(known, figures, HELD, used)
    if not rows:
        return components.section("training", heading, html.P(MISSING))
    tables: list[Component] = []
    for breakdown, title in (
        ("module", "module"),
        ("staff_role", "role"),
        ("agency", "agency"),
        ("team", "team"),
    ):
        caption = f"Modules that people must hold, by {title}, on {words.day(shown.end)}"
        held = side_by_side(release, shown, known, COLUMNS, breakdown, caption, used)
        tables.append(held if breakdown == "module" else components.details(f"By {title}", held))
    return components.section(
        "training",
        heading,
        html.P(
            "Attendance is not competence: who was in the room is shown apart from who passed. People count once for "
            "each module that they must hold; those who joined fewer than 13 weeks ago are left out and shown apart."
        ),
        components.table(
            "Training in numbers", ["What", "Number", "Change", ("Receipt", "code")], rows, quiet=True
        ),
        *tables,
    )


def _about(release: store.Release, known: Known) -> Component:
    tells = [
        "Which themes reviews and audits name, who holds the training that they must, and whether a theme was named "
        "less often in the year after something was done about it than in the year before.",
    ]
    does_not: list[str | Component] = [
        "That the training was the cause. Something else may have changed at the same time.",
        *frame.caveats(known.get(lessons.FOUND)),
        *frame.caveats(known.get(PASSED)),
        "There is no national figure for this.",
    ]
    return frame.about(tells, does_not, frame.sources(release, "training", "plan_reviews", "case_audits"))
