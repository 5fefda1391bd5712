"""Children of the fictional county who are placed elsewhere, and the list of them that its commissioners send.

Belongs here: a row for each placement, and what a list of an earlier day knows of it.
Does not belong here: the children's plans (`plans`), or other records.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pipelines.demo import story
from pipelines.demo.drawing import Row, after, months, pick, weekday
from pipelines.demo.files import WAREHOUSE, Extract


@dataclass(frozen=True)
class Placement:
    """A placement as it finally stands, and every day on which somebody visited or checked the setting."""

    row: Row
    visits: tuple[date, ...]
    checks: tuple[date, ...]

    def standing(self, day: date) -> Row:
        """The row as a list of that day has it."""
        row = dict(self.row)
        if row["ended_on"] and row["ended_on"] > day:
            row["ended_on"] = None
        if row["registered_on"] and row["registered_on"] > day:
            row |= {"registered": False, "registered_on": None}
        for name, days in (("visited_on", self.visits), ("safeguarding_checked_on", self.checks)):
            row[name] = max((one for one in days if one <= day), default=None)
        return row


def county(register: Sequence[Row], seed: int) -> list[Placement]:
    """Every placement of the three years, in the order of their first days."""
    rng = Random(f"placements {seed}")
    states = {f"PV-{n:02d}": pick(rng, story.PLACEMENT_STATES) for n in range(1, story.PROVIDERS + 1)}
    held = []
    for month in months():
        for _ in range(round(story.PLACEMENTS_A_MONTH + rng.uniform(-1, 1))):
            child = rng.choice(register)
            held.append(_placement(rng, weekday(month + timedelta(days=rng.randint(1, 26))), child, states))
    held += [_found(register, *one) for one in story.FOUND_PLACEMENTS]
    held.sort(key=lambda one: (one.row["started_on"], one.row["provider_reference"]))
    for number, placement in enumerate(held, start=1):
        placement.row["placement_reference"] = f"BL-{number:04d}"
    return held


def _placement(rng: Random, started_on: date, child: Row, states: dict[str, str]) -> Placement:
    provider = rng.choice(sorted(states))
    ended_on = weekday(started_on + timedelta(days=rng.randint(*story.PLACED_FOR)))
    state = states[provider]
    full = rng.random() < (0.6 if state == "registered" else 0.1)
    row = _row(child, provider, started_on, ended_on if ended_on <= story.LAST else None) | {
        "has_ehc_plan": rng.random() < story.PLACED_WITH_PLAN,
        "attendance": "full_time" if full else "part_time",
        "hours_a_week": rng.randint(20, 25) if full else rng.randint(3, 16),
        "registration_needed": {"registered": "must_register"}.get(state, state),
        "registered": state == "registered",
        "not_needed_because": pick(rng, story.NOT_NEEDED) if state == "need_not" else None,
        "plan_to_move": rng.random() < 0.5,
    }  # fmt: skip
    visited = rng.random() < story.VISITED_LATELY
    return Placement(
        row, tuple(_days(rng, started_on, story.VISITED_EVERY)) if visited else (),
        tuple(_days(rng, started_on, story.CHECKED_EVERY)),
    )  # fmt: skip


def _found(
    register: Sequence[Row], place: int, provider: str, attendance: str, hours: int, started_on: date,
    ended_on: date | None, registered_on: date | None, plan_to_move: bool, visited_on: date | None,
    checked_on: date | None,
) -> Placement:  # fmt: skip
    """One of the placements that the story is about: the setting must register."""
    row = _row(register[place], provider, started_on, ended_on) | {
        "has_ehc_plan": True, "attendance": attendance, "hours_a_week": hours, "registration_needed": "must_register",
        "registered": registered_on is not None, "registered_on": registered_on, "plan_to_move": plan_to_move,
    }  # fmt: skip
    return Placement(row, tuple(filter(None, [visited_on])), tuple(filter(None, [checked_on])))


def _row(child: Row, provider: str, started_on: date, ended_on: date | None) -> Row:
    return {
        "council": story.COUNCIL, "child_reference": child["child_reference"], "provider_reference": provider,
        "started_on": started_on, "ended_on": ended_on, "registered_on": None, "not_needed_because": None,
    }  # fmt: skip


def _days(rng: Random, first: date, every: tuple[int, int]) -> Iterator[date]:
    day = first - timedelta(days=rng.randint(0, 60))
    while day <= story.LAST:
        yield weekday(day)
        day += timedelta(days=rng.randint(*every))


def files(held: Sequence[Placement]) -> Iterator[Extract]:
    """The whole list at the end of each month of the last quarter: before, nobody kept one."""
    for month in months()[-3:]:
        end = after(month) - timedelta(days=1)
        rows = [one.standing(end) for one in held if one.row["started_on"] <= end]
        note = f"the list of placements at the end of {month:%B %Y}"
        yield Extract("placements", f"{month:%Y-%m}", WAREHOUSE, rows, weekday(end + timedelta(days=2)), note)
