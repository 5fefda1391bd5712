"""Plans of the fictional county: its register, and the file of it that the case system sends each term.

Belongs here: a row for each plan maintained since the first day, linked to the audits of its child.
Does not belong here: reviews of plans (`reviews`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from pipelines.contracts import Catalogue
from pipelines.demo import story
from pipelines.demo.audits import Audit
from pipelines.demo.drawing import Row, after, between, months, one_of, pick, weekday
from pipelines.demo.files import CASE_SYSTEM, Extract

TERMS = {7: "summer", 12: "autumn", 3: "spring"}
"""The month that a term's register is of -> the term."""
_OF_THE_CHILD = (
    "child_reference", "birth_month", "sex", "ethnicity", "primary_need", "interpreter", "social_care", "setting_type",
    "locality",
)  # fmt: skip


def register(audits: Sequence[Audit], seed: int, catalogue: Catalogue) -> list[Row]:
    """Every plan that was maintained on some day of the three years, as it finally stands, in the order of issue.

    Each child who was audited with a plan has one; the other plans are of children of no audit.
    """
    rng = Random(f"plans {seed}")
    audited = _audited(audits)
    plans = [_audited_plan(rng, last, of_child) for of_child, last in audited]
    taken = {audit.row["child_reference"] for audit in audits}
    free = [child for number in range(1000, 10000) if (child := f"BC-{number}") not in taken]
    rng.shuffle(free)

    def add(issued_on: date) -> None:
        plans.append(_plan(rng, issued_on, free.pop(), catalogue))

    issued = Counter(plan["issued_on"].replace(day=1) for plan in plans)
    for at, month in enumerate(months()):
        usual = between(story.ISSUED_A_MONTH, at / 35) * story.SEASON.get(month.month, 1)
        wanted = round(usual * rng.uniform(0.9, 1.1))
        for _ in range(wanted - issued[month]):
            add(_day_of(rng, month))
    older = (story.FIRST - story.REGISTER_OLDEST).days
    for _ in range(story.MAINTAINED_AT_START - sum(plan["issued_on"] < story.FIRST for plan in plans)):
        add(weekday(story.FIRST - timedelta(days=3 + int(older * rng.random() ** 1.6 * 0.99))))
    _end_some(rng, plans, {of_child["child_reference"]: last for of_child, last in audited})
    plans.sort(key=lambda plan: (plan["issued_on"], plan["child_reference"]))
    for number, plan in enumerate(plans, start=1):
        plan |= {"plan_reference": f"BP-{number:05d}", **_request(rng, plan["issued_on"])}
        plan["age_band"] = band(plan["birth_month"], plan["issued_on"])
    return plans


def band(born: date, on: date) -> str:
    """The age band on a day of a child born on the first of a month."""
    years = (on.year * 12 + on.month - born.year * 12 - born.month) // 12
    return next(name for name in story.AGES if years <= int(name.split("-")[1]))


def files(plans: Sequence[Row]) -> Iterator[Extract]:
    """The whole register at the end of each term: a later one has the plans issued since, and the days of end."""
    for month in months():
        if month.month in TERMS:
            end = after(month) - timedelta(days=1)
            rows = [
                plan if (plan["ceased_on"] or end) <= end else plan | {"ceased_on": None}
                for plan in plans
                if plan["issued_on"] <= end
            ]
            label = f"{month:%Y}-{TERMS[month.month]}"
            note = f"the register of plans at the end of {month:%B %Y}"
            yield Extract("active_plans", label, CASE_SYSTEM, rows, weekday(end + timedelta(days=2)), note)


def _audited(audits: Sequence[Audit]) -> list[tuple[Row, date]]:
    """The first audit with a plan of each child, and the day from which no audit of the child is under way."""
    first: dict[str, Row] = {}
    last: dict[str, date] = {}
    for audit in audits:
        row = audit.row
        if row["frame"] == "ehcp":
            child = row["child_reference"]
            first.setdefault(child, row)
            last[child] = max(
                last.get(child, date.min), row["completed_on"] or after(row["planned_month"], 2)
            )
    return [(first[child], last[child]) for child in first]


def _audited_plan(rng: Random, last: date, audit: Row) -> Row:
    """The plan of a child who was audited: issued before, and ended before where the audit says so."""
    seen = audit["started_on"] or audit["planned_month"]
    shortest, longest = story.WHEN_ISSUED[audit["plan_kind"]]
    oldest = max(story.REGISTER_OLDEST, after(audit["birth_month"], 18))
    issued_on = weekday(max(oldest, seen - timedelta(days=rng.randint(shortest, longest))))
    plan = {name: audit[name] for name in _OF_THE_CHILD} | {
        "council": story.COUNCIL, "plan_type": "EHCP", "issued_on": min(issued_on, weekday(seen)), "ceased_on": None,
    }  # fmt: skip
    if audit["plan_kind"] == "ceased":
        plan["ceased_on"] = weekday(
            max(plan["issued_on"], min(last, seen) - timedelta(days=rng.randint(5, 40)))
        )
    return plan


def _plan(rng: Random, issued_on: date, child: str, catalogue: Catalogue) -> Row:
    """The plan of a child of no audit, young enough to have it still on the first day."""
    ethnicity = pick(rng, story.ETHNICITIES)
    low, high = map(int, pick(rng, story.AGES_AT_ISSUE).split("-"))
    age = rng.uniform(max(low, 1.5), high + 0.9)
    youngest = story.FIRST - timedelta(days=int(365.25 * 24))
    born = max(issued_on - timedelta(days=int(365.25 * age)), youngest).replace(day=1)
    now = band(born, max(issued_on, story.FIRST))
    return {
        "council": story.COUNCIL, "child_reference": child, "birth_month": born, "plan_type": "EHCP",
        "issued_on": issued_on, "ceased_on": None, "sex": pick(rng, story.SEXES), "ethnicity": ethnicity,
        "primary_need": pick(rng, story.NEEDS), "social_care": pick(rng, story.SOCIAL_CARE),
        "interpreter": rng.random() < story.INTERPRETER[ethnicity != "WBRI"],
        "setting_type": pick(rng, story.SETTINGS.get(now, story.COLLEGES)),
        "locality": one_of(rng, catalogue.names_of(story.COUNCIL).localities),
    }  # fmt: skip


def _end_some(rng: Random, plans: Sequence[Row], last_audited: dict[str, date]) -> None:
    """End some plans every month, rather the older young people's, none with an audit still to come."""
    for at, month in enumerate(months()):
        ripe = [
            plan
            for plan in plans
            if not plan["ceased_on"]
            and plan["issued_on"] < after(month, -12)
            and last_audited.get(plan["child_reference"], date.min) < month
        ]
        wanted = round(between(story.ENDED_A_MONTH, at / 35))
        oldest = sorted(rng.sample(ripe, 4 * wanted), key=lambda plan: plan["birth_month"])
        for plan in oldest[:wanted]:
            plan["ceased_on"] = _day_of(rng, month)
    for plan in plans:  # nobody of 26 has a plan
        birthday = after(plan["birth_month"], 26 * 12)
        if birthday <= min(story.LAST, plan["ceased_on"] or date.max):
            plan["ceased_on"] = weekday(birthday - timedelta(days=1))


def _request(rng: Random, issued_on: date) -> Row:
    """When a plan was asked for, and whether the law allowed it longer."""
    if rng.random() < story.TAKEN_OVER:
        return {"requested_on": None, "exceptions_apply": None}
    in_time = rng.random() < _timely(issued_on)
    if in_time:
        days = round(rng.triangular(88, 140, 139))
    elif rng.random() < story.OVER_A_YEAR:
        days = rng.randint(365, 520)
    else:
        days = 141 + min(223, int(rng.expovariate(1 / 55)))
    return {
        "requested_on": issued_on - timedelta(days=days),
        "exceptions_apply": rng.random() < story.EXCEPTION[in_time],
    }


def _timely(day: date) -> float:
    """The share issued within 20 weeks among plans issued on a day."""
    for (start, share), (end, later) in zip(story.TIMELY, story.TIMELY[1:], strict=False):
        if day <= end:
            return between((share, later), (day - start) / (end - start))
    return story.TIMELY[-1][1]


def _day_of(rng: Random, month: date) -> date:
    """A working day of a month."""
    day = month + timedelta(days=rng.randint(0, 26))
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
