"""The progress report of one source of actions, as plain data: its figures with their receipts, and its actions.

Belongs here: which figures and actions a board's report is made of, and for which sources there is one. Does not belong
here: words (`board_words`), how it looks (`pages.report`, `board_pdf`), queries (`store`), or any counting: each number
is a figure of the release.

Officers have a report of every source. Members and the public have the council's own numbers, of all sources together,
and the actions that answer a published decision of the Ombudsman: the public store holds no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from dashboard import phrases, store, view, words

Told = dict[str, Any]
"""Keys: source, source_label, council, council_name, window, period_start, period_end, complete, period, release,
audience, as_of, made_at, demonstration; `balance`, `overdue` and `steps` (part -> figure with its title and how it is
shown, or None where there is nothing to count); list_as_on, `actions` (columns of `listed_actions`)."""
ALL, EVERY = "all", "All sources"
OPEN = "ledger.open"
MOVED = ("opened", "reopened", "done", "cancelled")
OVERDUE = ("overdue", "overdue_revised", "moved_twice")
STEPS = (
    "not_evidenced", "unchecked", "checked_by_owner", "evidence_checked", "effect_checked", "effect_shown",
    "closed_early",
)  # fmt: skip
_BREAKDOWN = "action_source"
_OF_FIGURE = ("measure", "measure_version", "period_end", "numerator", "denominator", "value", "receipt")
_OF_ACTION = (
    "source", "source_label", "title", "owner_role", "agency", "theme", "opened_on", "due_on", "now_due_on",
    "date_changes", "state", "state_on", "is_open", "is_done", "is_cancelled", "is_overdue", "is_overdue_revised",
    "is_moved_twice", "is_not_evidenced", "is_evidence_unchecked", "is_checked_by_owner", "is_evidence_checked",
    "is_effect_checked", "is_effect_shown", "is_closed_early", "cancel_reason_label", "evidence",
    "evidence_checked_on", "evidence_checked_by", "effect_checked_on", "effect_label",
)  # fmt: skip


def sources(release: store.Release, council: str) -> list[tuple[str, str]]:
    """Sources that there is a report of, as (code, label): all together first, then each in the order of its list."""
    held = {group: row["label"] for (of, group), row in store.groups(release).items() if of == _BREAKDOWN}
    listed = {row["source"]: row["source_label"] for row in store.listed_actions(release, council)}
    there = {group for of, group in store.groups_held(release, council, OPEN) if of == _BREAKDOWN} | set(
        listed
    )
    labels = listed | held
    return [
        (ALL, EVERY),
        *((code, labels[code] or code) for code in dict.fromkeys([*held, *listed]) if code in there),
    ]


def tell(release: store.Release, shown: view.View, source: str) -> Told:
    """The report of a source (or `ALL`) for the place and period of a view."""
    about = store.about(release)
    named = dict(sources(release, shown.council))
    group = ("", "") if source == ALL else (_BREAKDOWN, source)
    held = store.figures(release, shown.council, shown.window, shown.end, *group)
    day_before = shown.start - timedelta(days=1)
    before = store.figures(release, shown.council, "month", day_before, *group).get(OPEN)
    known = store.measures(release)
    actions = [row for row in store.listed_actions(release, shown.council) if source in (ALL, row["source"])]

    def parts(names: Sequence[str]) -> Told:
        return {name: _figure(known, held.get(f"ledger.{name}")) for name in names}

    return {
        "source": source,
        "source_label": named.get(source, source),
        "council": shown.council,
        "council_name": shown.council_name,
        "window": shown.window,
        "period_start": shown.start,
        "period_end": shown.end,
        "complete": shown.complete,
        "period": phrases.period(shown.window, shown.start, shown.end, shown.complete),
        **{name: about.get(name) for name in ("release", "audience", "as_of", "made_at", "demonstration")},
        "balance": {"before": _figure(known, before), **parts((*MOVED, "open"))},
        "overdue": parts(OVERDUE),
        "steps": parts(STEPS),
        "list_as_on": max((row["as_on"] for row in actions), default=None),
        "actions": [{name: row.get(name) for name in _OF_ACTION} for row in actions],
    }


def used(release: store.Release, told: Told) -> list[store.Row]:
    """The figures of a report as the release holds them, for the page's files."""
    codes = [
        figure["receipt"]
        for part in ("balance", "overdue", "steps")
        for figure in told[part].values()
        if figure
    ]
    return [row for row in (store.figure(release, code) for code in codes) if row is not None]


def _figure(known: Mapping[str, store.Row], row: store.Row | None) -> Told | None:
    if row is None or row["symbol"]:
        return None
    measure = known[row["measure"]]
    return {name: row[name] for name in _OF_FIGURE} | {
        "title": measure["title"],
        "shown": words.figure_number(measure, row),
    }
