"""The page of learning: which lessons come up again and again, who was trained, and did it help?

Belongs here: the order of the page, its headline and its tables. The part on what was done about a theme is in
`lessons`. Does not belong here: what a figure means (the definitions), or charts (`figure_charts`).
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, phrases, store, words
from dashboard.pages import figure_charts, frame, lessons
from dashboard.pages.draft import Draft, begin
from dashboard.pages.figure_tables import MISSING, number_rows, ranges, side_by_side

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
    draft = begin(release, query, ())
    if draft is None or not {PASSED, lessons.FOUND} & set(draft.known):
        return components.message(
            TITLE,
            "This release has no figures of learning yet. They come with files of the feeds “Training”, “Plan reviews” "
            "and “Case audits”.",
            html.P(dcc.Link("See what each feed holds and which files came", href="/data")),
        )
    charted = lessons.charted(release, draft.shown.council, draft.known)
    draft = begin(release, query, charted) or draft
    shown = draft.shown
    return frame.page(
        "Learning",
        "/learning",
        TITLE,
        draft,
        lead=f"Themes of reviews and audits in {shown.period_words}, and training held on {phrases.day(shown.end)}.",
        form=frame.chart_form(draft, "/learning", charted),
        contents=(*CONTENTS[:-1], ("time", "Over time"), CONTENTS[-1]) if charted else CONTENTS,
        sections=[
            components.section(
                "headline", "The headline",
                *(frame.headlines(draft, (PASSED, ATTENDED)) or [html.P(MISSING)]),
            ),
            lessons.section(draft),
            _themes(draft),
            _training(draft),
            figure_charts.over_time(draft) if charted else None,
            _about(draft),
        ],
    )  # fmt: skip


def _themes(draft: Draft) -> Component:
    known = draft.known
    heading = "What reviews and audits found"
    tables: list[Component] = []
    for name in (lessons.FOUND, "learning.found_in_audits", "learning.strengths_in_audits"):
        if name not in known:
            continue
        rows = draft.by_group(name, lessons.THEME)
        rows = sorted((row for row in rows if not row["symbol"]), key=lambda row: -row["numerator"])
        if rows:
            draft.use(*rows)
            held = ranges(
                f"{known[name]['title']}, in {draft.shown.period_words}",
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
        return components.section("themes", heading, html.P(frame.nothing(draft.release, MISSING)))
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


def _training(draft: Draft) -> Component:
    heading = "Training: attended and passed"
    rows = number_rows(draft, HELD)
    if not rows:
        return components.section("training", heading, html.P(MISSING))
    tables: list[Component] = []
    for breakdown, title in (
        ("module", "module"),
        ("staff_role", "role"),
        ("agency", "agency"),
        ("team", "team"),
    ):
        caption = f"Modules that people must hold, by {title}, on {phrases.day(draft.shown.end)}"
        held = side_by_side(draft, COLUMNS, breakdown, caption)
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


def _about(draft: Draft) -> Component:
    tells = [
        "Which themes reviews and audits name, who holds the training that they must, and whether a theme was named "
        "less often in the year after something was done about it than in the year before.",
    ]
    does_not: list[str | Component] = [
        "That the training was the cause. Something else may have changed at the same time.",
        *frame.caveats(draft.known.get(lessons.FOUND)),
        *frame.caveats(draft.known.get(PASSED)),
        "There is no national figure for this.",
    ]
    return frame.about(
        tells, does_not, frame.sources(draft.release, "training", "plan_reviews", "case_audits")
    )
