"""The fictional county's register of actions, its changes, and the Ombudsman's cases and remedies, as files.

Belongs here: rows of the story as they stood on a day, and the actions after audits that are drawn by chance.
Does not belong here: the story itself (`ledger_story`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from pipelines.demo import ledger_story as told
from pipelines.demo import story
from pipelines.demo.drawing import Row, after, pick, weekday
from pipelines.demo.files import WORKBOOK, Extract
from pipelines.demo.ledger_story import Action, Case


class Entered(NamedTuple):
    """An action in the register: its reference, its source and the source's reference."""

    reference: str
    source: str
    source_reference: str | None
    action: Action


def register(seed: int) -> list[Entered]:
    """Every action of the county, in the order in which they were opened."""
    rng = Random(f"ledger {seed}")
    found: list[tuple[str, str | None, Action]] = [
        ("ombudsman", case.reference, action) for case in told.CASES for action in case.actions
    ]  # fmt: skip
    found += [(source, of, action) for (source, of), held in told.OTHERS.items() for action in held]
    month = told.OF_AUDITS_FROM
    while month <= story.LAST:
        found += [("audit", None, _after_an_audit(rng, month)) for _ in range(told.OF_AUDITS)]
        month = after(month)
    found.sort(key=lambda entry: (entry[2].opened_on, entry[2].title))
    return [Entered(f"BA-{number:04d}", *entry) for number, entry in enumerate(found, start=1)]


def files(seed: int) -> Iterator[Extract]:
    """The register and its changes as they stood twice, and the cases and remedies once a year."""
    entered = register(seed)
    for day in told.SENT_ON:
        label, note = f"{day:%Y-%m}", f"as it stood on {day.day} {day:%B %Y}"
        held = [entry for entry in entered if entry.action.opened_on <= day]
        rows = [_row(entry, day) for entry in held]
        yield Extract("actions", label, WORKBOOK, rows, day, f"the register of actions {note}")
        changes = [row for entry in held for row in _changes(entry, day)]
        yield Extract("action_changes", label, WORKBOOK, changes, day, f"changes of actions {note}")
    cases = [case for case in told.CASES if case.decided_on <= day]
    yield Extract(
        "ombudsman_cases", label, WORKBOOK, [_case(case) for case in cases], day, f"Ombudsman cases {note}"
    )
    remedies = [row for case in cases for row in _remedies(case)]
    yield Extract("ombudsman_remedies", label, WORKBOOK, remedies, day, f"Ombudsman remedies {note}")
    found = [{"council": story.COUNCIL, **row} for row in told.FINDINGS]
    yield Extract("inspections", label, WORKBOOK, found, day, f"findings of the area inspection {note}")
    audits = [{"council": story.COUNCIL, **row} for row in told.INTERNAL_AUDITS]
    yield Extract("internal_audits", label, WORKBOOK, audits, day, f"internal audits {note}")


def _by(day: date | None, until: date) -> date | None:
    """The day, where it had come."""
    return day if day is not None and day <= until else None


def _row(entry: Entered, day: date) -> Row:
    """The action as the register had it on a day."""
    action = entry.action
    done = _by(action.done_on, day)
    reopened = None
    if action.reopened_on:
        reopened = _by(action.reopened_on[1], day)
        done = done or _by(action.reopened_on[0], day)
    checked, effect, cancelled = (
        held if held and held[0] <= day else (None, None)
        for held in (action.checked, action.effect, action.cancelled)
    )
    moved = [to for on, to in action.moves if on <= day]
    return {
        "council": story.COUNCIL, "action_reference": entry.reference, "source": entry.source,
        "source_reference": entry.source_reference, "title": action.title, "owner_role": action.owner,
        "agency": action.agency, "theme": action.theme, "measure": action.measure, "opened_on": action.opened_on,
        "original_due_on": action.due_on, "revised_due_on": moved[-1] if moved else None, "done_on": done,
        "cancelled_on": cancelled[0], "cancel_reason": cancelled[1], "reopened_on": reopened,
        "evidence": action.evidence if done else None, "evidence_checked_on": checked[0],
        "evidence_checked_by": checked[1], "effect_checked_on": effect[0], "effect": effect[1],
    }  # fmt: skip


def _changes(entry: Entered, day: date) -> Iterator[Row]:
    """Each change of the action by a day, numbered."""
    action = entry.action
    changes: list[tuple[date, str, date | None]] = [(on, "moved", to) for on, to in action.moves]
    if action.reopened_on:
        changes += [(action.reopened_on[0], "done", None), (action.reopened_on[1], "reopened", None)]
    for number, (on, change, to) in enumerate(sorted(changes), start=1):
        if on <= day:
            yield {
                "council": story.COUNCIL, "action_reference": entry.reference, "change_number": number,
                "changed_on": on, "change": change, "new_due_on": to,
            }  # fmt: skip


def _case(case: Case) -> Row:
    return {
        "council": story.COUNCIL, "source_reference": case.reference,
        "published_reference": case.reference if case.published else None, "former_council": case.former,
        "decided_on": case.decided_on, "outcome": case.outcome, "fault_category": case.fault, "is_public_report": False,
    }  # fmt: skip


def _remedies(case: Case) -> Iterator[Row]:
    for number, (kind, due_on, done_on, satisfied_on) in enumerate(case.remedies, start=1):
        yield {
            "council": story.COUNCIL, "source_reference": case.reference, "remedy_number": number,
            "remedy_type": kind, "due_on": due_on, "done_on": done_on, "satisfied_on": satisfied_on,
        }  # fmt: skip


def _after_an_audit(rng: Random, month: date) -> Action:
    """One action of a month, with its own luck."""
    title, theme = rng.choice(told.AUDIT_TITLES)
    owner = rng.choice(told.AUDIT_OWNERS)
    opened = weekday(month + timedelta(days=rng.randrange(3, 27)))
    due = weekday(opened + timedelta(days=rng.choice(told.DUE_AFTER)))
    if rng.random() < told.CANCELLED:
        off = (opened + timedelta(days=rng.randrange(20, 60)), "no_longer_needed")
        return Action(title, owner, opened, due, theme=theme, cancelled=off if off[0] <= story.LAST else None)
    moves: tuple[tuple[date, date], ...] = ()
    done = weekday(due - timedelta(days=rng.randrange(0, 25)))
    if rng.random() > told.DONE_BY_THEN:
        done = weekday(due + timedelta(days=rng.randrange(5, 160)))
        to = due
        for _ in range(3):
            if rng.random() < told.SLIPPED and to < done and to - timedelta(days=3) > opened:
                moves = (*moves, (weekday(to - timedelta(days=3)), to := weekday(to + timedelta(days=60))))
        if rng.random() > told.DONE_LATE:
            done = date.max
    if done > story.LAST:
        return Action(title, owner, opened, due, theme=theme, moves=moves)
    evidence = rng.choice(told.AUDIT_EVIDENCE) if rng.random() < told.NAMED else None
    looked = weekday(done + timedelta(days=rng.randrange(4, 70)))
    checker = owner if rng.random() < told.BY_OWNER else told.QUALITY
    checked = (
        (looked, checker) if evidence and rng.random() < told.LOOKED_AT and looked <= story.LAST else None
    )
    later = weekday(done + timedelta(days=rng.randrange(90, 240)))
    effect = (later, pick(rng, told.HELPED)) if checked and checker != owner and later <= story.LAST else None
    return Action(title, owner, opened, due, done, evidence, checked, effect, moves=moves, theme=theme)
