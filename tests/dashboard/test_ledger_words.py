"""Words for one action, case or remedy: what must be told apart is."""

from __future__ import annotations

from datetime import date
from typing import Any

from dashboard import ledger_words
from dashboard.pages.ombudsman_reports import summary

STATES = (
    "is_open", "is_done", "is_cancelled", "is_overdue", "is_overdue_revised", "is_moved_twice", "is_not_evidenced",
    "is_evidence_checked", "is_checked_by_owner", "is_evidence_unchecked", "is_effect_checked", "is_effect_shown",
    "is_closed_early",
)  # fmt: skip
DUE = date(2025, 9, 30)


def action(*true: str, **given: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(STATES, False) | {
        "state": "new", "state_on": date(2025, 9, 1), "due_on": DUE, "now_due_on": DUE, "date_changes": 0,
        "evidence": None, "evidence_checked_by": None, "evidence_checked_on": None, "effect_label": None,
        "effect_checked_on": None, "cancel_reason_label": None,
    }  # fmt: skip
    return row | dict.fromkeys(true, True) | given


def test_the_four_are_told_apart() -> None:
    bare = action("is_done", "is_not_evidenced")
    assert ledger_words.state(bare) == "Done on 1 September 2025"
    assert ledger_words.evidence(bare) == "Nothing is named that shows it. That is not the same as not done"
    own = action("is_done", "is_checked_by_owner", evidence="Log", evidence_checked_by="Head of SEND",
                 evidence_checked_on=date(2025, 9, 9))  # fmt: skip
    assert ledger_words.evidence(own) == "Log. Checked on 9 September 2025 by its own owner: Head of SEND"
    moved = action("is_open", "is_overdue", now_due_on=date(2026, 3, 31), date_changes=2)
    assert ledger_words.due(moved) == "First due on 30 September 2025; moved twice, now 31 March 2026"
    assert ledger_words.state(moved) == "Open, overdue by its original date"
    early = action("is_open", "is_closed_early")
    assert ledger_words.state(early) == ledger_words.EARLY


def test_other_states() -> None:
    assert ledger_words.state(action("is_open")) == "Open"
    assert ledger_words.state(action("is_open", "is_overdue", "is_overdue_revised")) == "Open, overdue"
    both = action("is_open", "is_overdue", "is_overdue_revised", now_due_on=date(2025, 12, 1), date_changes=1)
    assert ledger_words.state(both) == "Open, overdue by its original date and by its present one"
    assert ledger_words.state(action("is_open", state="reopened")) == "Opened again, and open"
    cancelled = action("is_cancelled", cancel_reason_label="No longer needed")
    assert ledger_words.state(cancelled) == "Cancelled on 1 September 2025: no longer needed"
    assert ledger_words.state(action("is_cancelled")) == "Cancelled on 1 September 2025, without a reason"
    unchecked = action("is_done", "is_evidence_unchecked", evidence="?")
    assert ledger_words.evidence(unchecked) == f"{ledger_words.HIDDEN}. Nobody has checked it"
    checked = action("is_done", "is_evidence_checked", evidence_checked_by="Quality manager",
                     evidence_checked_on=date(2025, 9, 9))  # fmt: skip
    assert (
        ledger_words.evidence(checked) == "Evidence is named. Checked on 9 September 2025 by: Quality manager"
    )
    assert ledger_words.effect(action("is_done")) == "Nobody has looked yet"
    assert ledger_words.due(action(due_on=None)) == "No due date is given"


def test_a_remedy_on_time_late_done_and_not_done() -> None:
    def told(done: date | None, satisfied: date | None) -> str:
        return ledger_words.remedy(
            {"remedy_type_label": "Apology", "due_on": DUE, "done_on": done, "satisfied_on": satisfied}
        )

    assert told(DUE, DUE).endswith("recorded on 30 September 2025 that it was done, on time")
    assert told(DUE, date(2025, 10, 1)).endswith("that it was done, late")
    assert told(DUE, None).endswith("says the council; the Ombudsman has not recorded it")
    assert told(None, None) == "Apology, due on 30 September 2025: not done"


def test_a_case_in_one_line() -> None:
    assert summary([]) == "No action is recorded for this case."
    checked = action("is_done", "is_evidence_checked")
    assert summary([checked, checked]).startswith("Every action is done, and somebody other than its owner")
    assert summary([checked, action("is_done", "is_not_evidenced"), action("is_open", "is_overdue")]) == (
        "An action is overdue by its original date and an action is said to be done, and nothing shows it."
    )
