"""What others found: area inspections and internal audits, beside the actions that answer them.

Belongs here: the lists of findings, of internal audits and of published area inspections. Does not belong here: the
actions themselves (`actions_list`), figures (`actions_sections`).
"""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import components, ledger_words, phrases, store

HEADING = "What inspectors and internal auditors found"


def section(release: store.Release, council: str) -> Component | None:
    """What was found, as far as the release lists it; nothing where it lists none of it."""
    parts = [
        table
        for table in (_findings(release, council), _audits(release, council), _inspections(release, council))
        if table is not None
    ]
    if not parts:
        return None
    said = "What was undertaken after each stands under “Each action”, by its source."
    return components.section("found", HEADING, html.P(said), *parts)


def _findings(release: store.Release, council: str) -> Component | None:
    rows: list[list[components.Cell]] = [
        [
            ledger_words.shown(row["title"], "No title is given"),
            row["area_kind_label"] or "Not given",
            phrases.day(row["published_on"]),
            f"{row['progress_label']}, as reported on {phrases.day(row['progress_on'])}"
            if row["progress_label"] and row["progress_on"]
            else row["progress_label"] or "No later visit is reported",
        ]
        for row in store.listed_findings(release, council)
    ]
    heads: list[components.Column] = ["What was found", "Kind", "Report of", "What a later visit said"]
    return components.table("Findings of area inspections", heads, rows) if rows else None


def _audits(release: store.Release, council: str) -> Component | None:
    rows: list[list[components.Cell]] = [
        [
            ledger_words.shown(row["title"], "No title is given"),
            f"Reported on {phrases.day(row['reported_on'])}"
            if row["reported_on"]
            else f"Planned for {phrases.day(row['planned_on'])}"
            if row["planned_on"]
            else "No date is given",
            row["opinion_label"] or "None yet",
        ]
        for row in store.listed_internal_audits(release, council)
    ]
    heads: list[components.Column] = ["Internal audit", "When", "Opinion"]
    return components.table("Internal audits", heads, rows) if rows else None


def _inspections(release: store.Release, council: str) -> Component | None:
    rows: list[list[components.Cell]] = [
        [
            f"Published on {phrases.day(row['published_on'])}" if row["published_on"] else "No day is given",
            _said(row),
        ]
        for row in store.listed_inspections(release, council)
    ]
    heads: list[components.Column] = ["Area inspection", "What it said"]
    return components.table("Published area inspections", heads, rows) if rows else None


def _said(row: store.Row) -> str:
    """The outcome of a published area inspection, under the framework that it was made."""
    if row["outcome_label"]:
        due = f". The next one is due by {phrases.day(row['next_by'])}" if row["next_by"] else ""
        return f"{row['outcome_label']}{due}"
    if row["statement_required"] is None:
        return "The list does not say"
    if not row["statement_required"]:
        return "No written statement of action was required"
    visit = (
        f"A revisit found: {phrases.lower_first(row['progress_label'])}"
        if row["progress_label"]
        else "No revisit is in the list"
    )
    return f"A written statement of action was required. {visit}"
