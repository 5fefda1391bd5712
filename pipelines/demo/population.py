"""The population of the fictional county: counts by characteristic at each January's returns.

Belongs here: one file a year with the children who have a plan, counted from the county's own register, and those on
SEN support, drawn. Does not belong here: plans (`plans`), or audits of these children (`audits`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random

from pipelines.contracts import Catalogue
from pipelines.demo import story
from pipelines.demo.drawing import Row, pick, weekday
from pipelines.demo.files import CASE_SYSTEM, Extract
from pipelines.demo.plans import band

ALL = ("all", "all")
UNKNOWN = "Not recorded"
Child = Mapping[str, str]
"""Characteristic -> the child's group."""


def files(register: Sequence[Row], seed: int, catalogue: Catalogue) -> Iterator[Extract]:
    """One file for each January of the story."""
    rng = Random(f"population {seed}")
    ethnic = {
        code.code: code.group if code.group != "Not known" else UNKNOWN
        for code in catalogue.codes["ethnicity"]
    }
    localities = catalogue.names_of(story.COUNCIL).localities
    for day, on_support in story.COUNTED:
        with_plan = [
            _child(plan, day, ethnic)
            for plan in register
            if plan["issued_on"] <= day and (plan["ceased_on"] is None or plan["ceased_on"] > day)
        ]
        drawn = [_drawn(rng, ethnic, localities) for _ in range(on_support)]
        rows = [
            *_rows(day, "ehcp", "sen2", with_plan), *_rows(day, "sen_support", "school_census", drawn),
        ]  # fmt: skip
        note = f"children with a plan and on SEN support on {day.day} {day:%B %Y}, counted"
        sent_on = weekday(day + timedelta(days=60))
        yield Extract("population", f"{day:%Y}-january", CASE_SYSTEM, rows, sent_on, note)


def _child(plan: Row, day: date, ethnic: Mapping[str, str]) -> Child:
    """A child of the register, as old as on the day."""
    return {
        "age_band": band(plan["birth_month"], day), "sex": plan["sex"], "ethnic_group": ethnic[plan["ethnicity"]],
        "primary_need": plan["primary_need"], "social_care": plan["social_care"], "setting_type": plan["setting_type"],
        "interpreter": "Yes" if plan["interpreter"] else "No", "locality": plan["locality"],
    }  # fmt: skip


def _drawn(rng: Random, ethnic: Mapping[str, str], localities: Sequence[str]) -> Child:
    """A child on SEN support, who is in no register of the county's."""
    age, ethnicity = pick(rng, story.AGES_ON_SUPPORT), pick(rng, story.ETHNICITIES)
    return {
        "age_band": age, "sex": pick(rng, story.SEXES), "ethnic_group": ethnic[ethnicity],
        "primary_need": pick(rng, story.NEEDS_ON_SUPPORT), "locality": rng.choice(localities),
        "interpreter": "Yes" if rng.random() < story.INTERPRETER[ethnicity != "WBRI"] else "No",
    }  # fmt: skip


def _rows(day: date, frame: str, source: str, children: Sequence[Child]) -> Iterator[Row]:
    """The whole list, then each group of each characteristic; a number of one or two is not given."""
    alike = {"council": story.COUNCIL, "as_at": day, "frame": frame, "source": source}
    yield alike | {"characteristic": ALL[0], "category": ALL[1], "people": len(children)}
    for characteristic in children[0]:
        counted = Counter(child[characteristic] for child in children)
        for group, people in _ordered(counted):
            yield alike | {
                "characteristic": characteristic, "category": group,
                "people": people if people >= story.FEWEST_GIVEN else "c",
            }  # fmt: skip


def _ordered(counted: Counter[str]) -> Iterable[tuple[str, int]]:
    return sorted(counted.items(), key=lambda each: (each[0] == UNKNOWN, each[0]))
