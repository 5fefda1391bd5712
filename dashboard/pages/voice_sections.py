"""The counted sections of the voice page: step by step, not asked, how people took part, other ways of counting.

Belongs here: those sections, each made from the page's draft. Does not belong here: charts (`figure_charts`), filters,
the order of the page.
"""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import components, phrases, words
from dashboard.pages import voice_words
from dashboard.pages.draft import Draft
from dashboard.pages.figure_tables import MISSING, distribution, number_rows

ROLES = {
    "child": "Children and young people",
    "parent": "Parents and carers",
    "staff": "Staff who work with the child",
}
# Step in words, and the measure whose numerator counts it, always out of completed audits.
STEPS = (
    ("Contact was appropriate", "voice.{role}_contact_appropriate"),
    ("Offered a say", "voice.{role}_offered_of_completed"),
    ("Replied", "voice.{role}_replied"),
    ("Accepted", "voice.{role}_accepted_of_completed"),
    ("Contributed", "voice.{role}"),
    ("Told what changed", "voice.{role}_told"),
)
# A step's share of the step before, where a definition gives it.
SHARE_OF_STEP_BEFORE = {"voice.{role}_offered_of_completed": "voice.{role}_offered"}
OTHER_ANSWERS = (
    "voice.any_family",
    "voice.any_family_of_appropriate",
    "voice.any_family_of_offered",
    "voice.any_family_of_planned",
    "voice.any_family_thematic",
    "voice.child_and_parent",
    "voice.parent",
    "voice.parent_of_offered",
    "voice.child",
    "voice.child_of_offered",
    "voice.people",
    "voice.people_of_offered",
)


def steps(draft: Draft) -> Component:
    """The funnel for the child, the parent or carer and staff: from audits completed to told what changed."""
    parts: list[Component] = [
        html.P(
            "Each step counts completed audits. “Of the step before” is worked out from the two counts beside each "
            "other, or taken from its own measure where there is one; the receipts say which."
        )
    ]
    for role, title in ROLES.items():
        parts.append(html.H3(title))
        rows = _funnel_rows(draft, role)
        if len(rows) < 2:
            parts.append(html.P(MISSING))
            continue
        columns: list[components.Column] = [
            "Step",
            ("Audits", "number"),
            ("Of audits completed", "bar"),
            "Of the step before",
            ("Receipt", "code"),
        ]
        parts.append(
            components.table(
                f"{title}: from audits completed to told what changed", columns, rows, quiet=True
            )
        )
        parts.append(_funnel_sentence(draft, role))
    return components.section("steps", "Step by step: from audit completed to told what changed", *parts)


def _funnel_rows(draft: Draft, role: str) -> list[list[components.Cell]]:
    figures = draft.figures
    held = [(step, name.format(role=role), name) for step, name in STEPS]
    held = [(step, measure, name) for step, measure, name in held if measure in draft.known]
    if role == "staff":
        held = [entry for entry in held if "contact_appropriate" not in entry[1]]
    base = next((figures[m] for _, m, _ in held if m in figures and not figures[m]["symbol"]), None)
    if base is None:
        return []
    rows: list[list[components.Cell]] = [
        [
            "Audits completed",
            phrases.count(base["denominator"]),
            {"text": "100%", "bar": 1},
            "First step",
            base["receipt"],
        ]
    ]
    before, before_code = base["denominator"], base["receipt"]
    for step, measure, name in held:
        figure = figures.get(measure)
        if figure is None or figure["symbol"]:
            rows.append(
                [
                    step,
                    phrases.symbol(figure["symbol"] if figure else "x"),
                    "",
                    "",
                    figure["receipt"] if figure else "",
                ]
            )
            before, before_code = None, ""
            continue
        draft.use(figure)
        own = figures.get(SHARE_OF_STEP_BEFORE.get(name, "").format(role=role))
        if own is not None and not own["symbol"] and own["denominator"] == before:
            draft.use(own)
            of_before = {"text": phrases.percent(own["value"]), "sub": own["receipt"]}
        elif before is None:
            of_before = {"text": phrases.SYMBOLS["x"]}
        else:
            codes = (
                figure["receipt"]
                if before_code == figure["receipt"]
                else f"{before_code} and {figure['receipt']}"
            )
            of_before = {"text": voice_words.of_step_before(figure["numerator"], before), "sub": codes}
        rows.append(
            [
                step,
                phrases.count(figure["numerator"]),
                {"text": phrases.percent(figure["value"]), "bar": figure["value"]},
                of_before,
                figure["receipt"],
            ]
        )
        before, before_code = figure["numerator"], figure["receipt"]
    return rows


def _funnel_sentence(draft: Draft, role: str) -> Component:
    figures = draft.figures
    parts: list = []
    codes: list[str] = []
    for name in (f"voice.{role}_offered", f"voice.{role}_of_offered"):
        if name in draft.known and name in figures:
            draft.use(figures[name])
            codes.append(figures[name]["receipt"])
            parts += [
                words.sentence(draft.known[name], figures[name]),
                " ",
                components.receipt(figures[name]["receipt"]),
                " ",
            ]
    return html.P(parts, **components.of_receipt(*codes))


def not_asked(draft: Draft) -> Component:
    """Audits where nobody was offered a say, and the reasons recorded for contact not being appropriate."""
    parts: list[Component] = [
        html.P(
            "Whether contact is appropriate is a decision like any other: fewer people are heard when more contacts "
            "are recorded as not appropriate, so the reasons are shown."
        )
    ]
    rows = number_rows(
        draft,
        ("voice.nobody_offered", "voice.nobody_offered_not_appropriate", "voice.nobody_offered_no_reason"),
    )
    if rows:
        parts.append(
            components.table(
                "Audits where nobody was offered a say", ["", "Number", "Change", ("Receipt", "code")], rows
            )
        )
    for role, of in (("child", "the child"), ("parent", "a parent or carer")):
        parts.append(html.H3(f"Why contact with {of} was not appropriate"))
        parts.append(distribution(draft, f"voice.{role}_not_appropriate", "not_appropriate_reason", "Reason"))
    return components.section("not-asked", "Who was not asked, and why", *parts)


def mode(draft: Draft) -> Component:
    """How people took part, with views already on file apart."""
    parts = [distribution(draft, "voice.mode", "mode", "How", leave_out="existing_record")]
    parts.append(html.H3("Views already on file"))
    name = "voice.existing_record_only"
    if name in draft.known and name in draft.figures:
        draft.use(draft.figures[name])
        parts.append(
            components.told(
                f"{words.sentence(draft.known[name], draft.figures[name])} These are never counted as taking part.",
                draft.figures[name]["receipt"],
            )
        )
    else:
        parts.append(html.P(f"Views already on file are never counted as taking part. {MISSING}"))
    return components.section("mode", "How people took part", *parts)


def other_answers(draft: Draft) -> Component:
    """The same records, other questions: every way of counting voice, so that no single percentage is the only one."""
    rows = number_rows(draft, OTHER_ANSWERS)
    if not rows:
        return components.section("other-answers", "Other ways of counting", html.P(MISSING))
    hold = components.table(
        "The same records, counted other ways",
        ["What is counted", "Number", "Change", ("Receipt", "code")],
        rows,
    )
    return components.section(
        "other-answers",
        "Other ways of counting",
        html.P(
            "The same audits give different percentages for different questions. Before quoting one, say which "
            "question it answers."
        ),
        components.details(f"The same records, counted {len(rows)} ways", hold),
    )
