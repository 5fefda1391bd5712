"""Training in the fictional county: who must hold what, who came, and who passed; and the record of it each term.

Belongs here: the people, by a number each, and a row for each of them and module. Does not belong here: what audits
find of the themes (`audits`, `reviews`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from pipelines.contracts import Catalogue
from pipelines.demo import story
from pipelines.demo.drawing import Row, after, months, one_of, pick, weekday
from pipelines.demo.files import WORKBOOK, Extract

TERMS = {7: "summer", 12: "autumn", 3: "spring"}
_AGENCIES = {"health": "Health", "social_worker": "Social care"}


def county(seed: int, catalogue: Catalogue) -> list[Row]:
    """Every person and module that they must hold, with the day they completed it, as the record finally stands."""
    rng = Random(f"training {seed}")
    rows = []
    for number, (joined, left) in enumerate(_staff(rng), start=1):
        role = pick(rng, story.STAFF_ROLES)
        person = {
            "council": story.COUNCIL, "learner_reference": f"EMP-{number:04d}", "role": role, "joined_on": joined,
            "left_on": left, "agency": _AGENCIES.get(role, "Education"),
            "team": one_of(rng, catalogue.names_of(story.COUNCIL).teams) if role not in _AGENCIES else None,
        }  # fmt: skip
        for module, (theme, roles, since, attended, passed, months_valid) in story.MODULES.items():
            drawn = rng.random(), rng.random(), rng.randint(0, 60)
            if role not in roles or (left and left < since):
                continue
            row = person | {
                "module": module, "theme": theme, "required": True, "required_from": since,
                "valid_months": months_valid, "completed_on": None, "passed": None,
            }  # fmt: skip
            done = weekday(max(since, joined) + timedelta(days=5 + drawn[2]))
            if drawn[0] < attended and done <= min(left or story.LAST, story.LAST):
                row |= {"completed_on": done, "passed": drawn[1] < passed}
            rows.append(row)
    return rows


def _staff(rng: Random) -> Iterator[tuple[date, date | None]]:
    """First and last day of everybody who was in post at some time."""
    present = [
        (story.FIRST - timedelta(days=rng.randint(200, 3000)), _leaves(rng, story.FIRST))
        for _ in range(story.STAFF)
    ]
    joiners = [
        weekday(month + timedelta(days=rng.randint(0, 26))) for month in months() for _ in range(_number(rng))
    ]
    yield from present
    yield from ((joined, _leaves(rng, joined)) for joined in joiners)


def _number(rng: Random) -> int:
    return round(story.JOIN_A_MONTH + rng.uniform(-1, 1))


def _leaves(rng: Random, since: date) -> date | None:
    day = weekday(since + timedelta(days=round(rng.expovariate(story.LEAVE_A_MONTH / story.STAFF / 30.4))))
    return day if day <= story.LAST else None


def files(rows: Sequence[Row]) -> Iterator[Extract]:
    """The whole record at the end of each term of the last year."""
    for month in months():
        if month.month in TERMS and month >= date(2025, 7, 1):
            end = after(month) - timedelta(days=1)
            label = f"{month:%Y}-{TERMS[month.month]}"
            held = [_standing(row, end) for row in rows if max(row["joined_on"], row["required_from"]) <= end]
            note = f"the record of training at the end of {month:%B %Y}"
            yield Extract("training", label, WORKBOOK, held, weekday(end + timedelta(days=2)), note)


def _standing(row: Row, day: date) -> Row:
    """The row as a record of that day has it."""
    known = dict(row)
    if known["left_on"] and known["left_on"] > day:
        known["left_on"] = None
    if known["completed_on"] and known["completed_on"] > day:
        known |= {"completed_on": None, "passed": None}
    return known
