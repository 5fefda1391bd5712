"""The ledger of actions in words: what has become of an action, of its evidence, and of its date.

Standard library only, as in `words`. Does not belong here: queries, components, and deciding what is so (a release
holds each state as a yes/no column).

A row is one of the release's tables `listed_actions`, `listed_cases` and `listed_remedies`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard import phrases

Row = Mapping[str, Any]
NONE = "This release has no register of actions: no file of actions has been received."
LISTED = "Only actions that answer an Ombudsman decision which is published are listed here."
"""Said to members, of every list of actions."""
HIDDEN = "Not shown: it has a word that is not on the list of plain words"
"""Stands for a text that did not pass the check for names."""
EARLY = "Said to be closed before it was opened. It counts as open until a date is corrected"
STATES = {
    "open": "Open",
    "overdue": "Open past its original date",
    "moved_twice": "Date moved twice or more",
    "done": "Done",
    "not_evidenced": "Done, and nothing shows it",
    "unchecked": "Done, evidence not checked",
    "checked_by_owner": "Done, checked by its own owner only",
    "checked": "Done, checked by somebody else",
    "cancelled": "Cancelled",
    "closed_early": "Closed before it was opened",
}
"""What a reader may choose to see, in words."""
_COLUMN = {
    "open": "is_open", "overdue": "is_overdue", "moved_twice": "is_moved_twice", "done": "is_done",
    "not_evidenced": "is_not_evidenced", "unchecked": "is_evidence_unchecked",
    "checked_by_owner": "is_checked_by_owner", "checked": "is_evidence_checked", "cancelled": "is_cancelled",
    "closed_early": "is_closed_early",
}  # fmt: skip


COLUMNS = ("Action", "Owner", "When it was due", "What has become of it", "What shows it", "Did it help?")
"""What `line` says of an action."""


def is_in(row: Row, state: str) -> bool:
    """Whether an action is in one of `STATES`."""
    return bool(row[_COLUMN[state]])


def shown(text: str | None, otherwise: str = "Not given") -> str:
    """A text about the council, or what stands for one that was not given or did not pass."""
    return HIDDEN if text == "?" else text or otherwise


def line(row: Row, with_source: bool = False) -> list[str | tuple[str, str]]:
    """An action as a line of a table under `COLUMNS`; a text may have another below it."""
    source = f"{row['source_label']}, " if with_source else ""
    return [
        (shown(row["title"], "No title is given"), f"{source}{_beside(row)}"),
        shown(row["owner_role"]),
        due(row),
        state(row),
        evidence(row),
        effect(row),
    ]


def _beside(row: Row) -> str:
    """The agency and theme of an action, and the day it was opened."""
    named = [row.get("agency"), row.get("theme")]
    held = [one for one in named if one and one != "?" and not one.startswith("unlisted-")]
    return ", ".join([*held, f"opened on {phrases.day(row['opened_on'])}"])


def adds_up(before: int, came: Iterable[int], went: Iterable[int], after: int) -> bool:
    """Whether the ledger balances: what was open and what came in is what went out and what is open."""
    return before + sum(came) == sum(went) + after


def state(row: Row) -> str:
    """What has become of an action: “Done on 3 March 2025”, “Open, past its original date”."""
    if row["is_closed_early"] and row["is_open"]:
        return EARLY
    if row["is_cancelled"]:
        reason = row.get("cancel_reason_label")
        return f"Cancelled on {phrases.day(row['state_on'])}" + (
            f": {phrases.lower_first(reason)}" if reason else ", without a reason"
        )
    if row["is_done"]:
        return f"Done on {phrases.day(row['state_on'])}"
    again = "Opened again, and open" if row["state"] == "reopened" else "Open"
    if row["is_overdue_revised"] and row["due_on"] == row["now_due_on"]:
        return f"{again}, overdue"
    if row["is_overdue_revised"]:
        return f"{again}, overdue by its original date and by its present one"
    if row["is_overdue"]:
        return f"{again}, overdue by its original date"
    return again


def evidence(row: Row) -> str:
    """What evidence there is of a done action, and who looked at it."""
    if not row["is_done"]:
        return "None expected yet" if row["is_open"] else "None expected"
    if row["is_not_evidenced"]:
        return "Nothing is named that shows it. That is not the same as not done"
    named = shown(row.get("evidence"), "Evidence is named")
    if row["is_evidence_unchecked"]:
        return f"{named}. Nobody has checked it"
    who = shown(row.get("evidence_checked_by"), "a role that is not named")
    own = " its own owner" if row["is_checked_by_owner"] else ""
    return f"{named}. Checked on {phrases.day(row['evidence_checked_on'])} by{own}: {who}"


def effect(row: Row) -> str:
    """Whether an action helped."""
    if not row["is_effect_checked"]:
        return "Nobody has looked yet" if row["is_done"] else ""
    said = row.get("effect_label") or "nothing was said"
    return f"{phrases.capital(said)}, as found on {phrases.day(row['effect_checked_on'])}"


def due(row: Row) -> str:
    """When an action was first due, and how its date was moved."""
    if row["due_on"] is None:
        return "No due date is given"
    first = f"First due on {phrases.day(row['due_on'])}"
    times = row["date_changes"]
    if not times:
        return first
    often = {1: "once", 2: "twice"}.get(times, "more than twice")
    return f"{first}; moved {often}, now {phrases.day(row['now_due_on'])}"


def remedy(row: Row) -> str:
    """A remedy and what has become of it."""
    said = f"{row['remedy_type_label']}, due on {phrases.day(row['due_on'])}: "
    if row["satisfied_on"]:
        late = "on time" if row["satisfied_on"] <= row["due_on"] else "late"
        return f"{said}the Ombudsman recorded on {phrases.day(row['satisfied_on'])} that it was done, {late}"
    if row["done_on"]:
        return f"{said}done on {phrases.day(row['done_on'])}, says the council; the Ombudsman has not recorded it"
    return f"{said}not done"


def case_name(row: Row) -> str:
    """What a case is called: its published reference, or the day it was decided."""
    named = row.get("published_reference")
    if named and named != "?":
        return f"Case {named}, decided on {phrases.day(row['decided_on'])}"
    return f"A case that is not published, decided on {phrases.day(row['decided_on'])}"
