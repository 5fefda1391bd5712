"""Reviews of the quality of plans in the fictional county, and the files of them that its offices send.

Belongs here: each review with its grades, criteria and advice, what an extract of an earlier day knows of it, and the
faults of one file. Does not belong here: the plans themselves (`plans`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from statistics import NormalDist
from typing import Any

from pipelines.contracts import Catalogue
from pipelines.demo import story
from pipelines.demo.drawing import Row, after, between, months, next_grade, one_of, pick, span, weekday
from pipelines.demo.files import Extract, Style
from pipelines.demo.plans import band

PLANNED = (
    "council", "review_reference", "child_reference", "plan_reference", "plan_type", "plan_kind_reviewed",
    "plan_stage", "selection", "planned_month", "status", "team", "locality", "birth_month", "age_band", "sex",
    "ethnicity", "primary_need", "social_care", "setting_type", "interpreter",
)  # fmt: skip
"""What is known of a review before it is done."""
MODERATION = ("moderator", "moderator_grade", "moderated_on", "moderation_selection")
_FOR_SCHOOL_AGE = ("early_years", "further_education", "specialist_post_16", "training_provider", "neet")


@dataclass
class Review:
    """One review as it finally stands; a void one has no day."""

    row: Row
    voided_on: date | None = None

    def standing(self, day: date) -> Row:
        """The row as an extract of that day has it."""
        if self.voided_on and self.voided_on <= day:
            return self.row | {"status": "void"}
        if not self.row["reviewed_on"] or self.row["reviewed_on"] > day:
            return {name: value if name in PLANNED else None for name, value in self.row.items()} | {
                "status": "planned"
            }
        row = self.row | {"status": "completed"}
        if row["moderated_on"] and row["moderated_on"] > day:
            row |= dict.fromkeys(MODERATION) | {"agreed_grade": row["reviewer_grade"]}
        return row


@dataclass
class _Judged:
    """What a moderator would say: scores with the middle 0 and a spread of 1, of the plan and of its sections."""

    plan: float
    sections: dict[str, float]


def county(plans: Sequence[Row], seed: int, catalogue: Catalogue) -> list[Review]:
    """Every review of the three years, month by month, each of a plan of the register."""
    rng = Random(f"plan reviews {seed}")
    issued = [plan["issued_on"] for plan in plans]
    seen: set[str] = set()
    found: list[Review] = []
    for at, month in enumerate(months()):
        usual = between(story.REVIEWS_A_MONTH, at / 35) * story.SEASON.get(month.month, 1)
        for number in range(1, round(usual * rng.uniform(0.88, 1.12)) + 1):
            reviewed = month + timedelta(days=rng.randint(2, 27))
            if rng.random() < story.REVIEW_LATE:
                reviewed = after(month) + timedelta(days=rng.randint(0, 30))
            kind = pick(rng, story.KINDS_REVIEWED)
            # the plans of the last weeks' drafts are not issued yet, so none can be named
            draft = rng.random() < story.DRAFTS[kind] and reviewed < story.LAST - timedelta(days=45)
            plan = _plan(rng, plans, issued, weekday(reviewed), kind, draft, seen)
            seen.add(plan["plan_reference"])
            row: Row = dict.fromkeys(catalogue.contracts["plan_reviews"].columns) | _of_plan(plan, month)
            row |= {
                "review_reference": f"PR{month:%y%m}-{number:03d}", "plan_kind_reviewed": kind,
                "plan_stage": "draft" if draft else "final", "planned_month": month,
                "selection": pick(rng, story.REVIEW_SELECTIONS),
                "team": one_of(rng, catalogue.names_of(story.COUNCIL).teams[:6]),
            }  # fmt: skip
            found.append(_review(rng, row, plan, weekday(reviewed), catalogue))
    return found


def _plan(
    rng: Random,
    plans: Sequence[Row],
    issued: Sequence[date],
    day: date,
    kind: str,
    draft: bool,
    seen: set[str],
) -> Row:
    """A plan to review on a day: a new one issued shortly before (a draft's shortly after), else one of a year ago.

    Args:
        issued: the days of issue of the plans, which are in their order.
        seen: references of plans reviewed already, which are not drawn again.
    """
    spans = {"new": (day - timedelta(days=90), day)} if kind == "new" else {}
    if kind == "new" and draft:
        spans["new"] = (day + timedelta(days=5), day + timedelta(days=40))
    first, last = spans.get(kind, (story.REGISTER_OLDEST, day - timedelta(days=365)))
    low, high = bisect_left(issued, first), bisect_left(issued, last)
    while True:
        plan = plans[rng.randrange(low, high)]
        if plan["plan_reference"] not in seen and (plan["ceased_on"] or date.max) > day:
            return plan


def _of_plan(plan: Row, month: date) -> Row:
    """What a review of a month says of a plan's child, who has grown since the plan was issued."""
    row = {name: plan[name] for name in PLANNED if name in plan} | {
        "age_band": band(plan["birth_month"], month)
    }
    if row["setting_type"] in _FOR_SCHOOL_AGE and row["age_band"] in ("5-10", "11-15"):
        row["setting_type"] = "mainstream"
    elif row["age_band"] == "0-4":
        row["setting_type"] = "early_years"
    return row


def _review(rng: Random, row: Row, plan: Row, reviewed: date, catalogue: Catalogue) -> Review:
    if rng.random() < story.REVIEW_VOID:
        return Review(row, voided_on=reviewed)
    row |= {"reviewed_on": reviewed, "reviewer": f"PR-{rng.randint(1, 12):02d}"}
    for source in (code.code for code in catalogue.codes["advice_source"]):
        if source in story.ADVICE and rng.random() < story.ADVICE_ASKED[row["plan_kind_reviewed"]]:
            row |= _advice(rng, source, _asked_on(rng, plan, row), reviewed)
    judged = _judged(rng, row)
    row |= {f"section_{code}_grade": _grade(score) for code, score in judged.sections.items()}
    row |= {
        "outcomes_specific": _met(rng, judged.sections["E"]),
        "provision_specified": _met(rng, judged.sections["F"]),
    }
    for name, ends in story.VIEWS.items():
        row[name] = pick(rng, _answers(between(ends, _through(reviewed))))
    _moderate(rng, row, _grade(judged.plan))
    row["learning_themes"] = _themes(row) or [one_of(rng, catalogue.names_of(story.COUNCIL).themes)]
    return Review(row)


def _judged(rng: Random, row: Row) -> _Judged:
    """Scores of the plan and of its sections, half of whose spread they share."""
    through, health = _through(row["reviewed_on"]), _has_new_health_advice(row)
    weaker = story.AMENDED_WEAKER if row["plan_kind_reviewed"] == "amended" else 0.0
    shared = rng.gauss(0, 1)

    def score(ends: tuple[float, float], rise: float = 0.0) -> float:
        middle = NormalDist().inv_cdf(between(ends, through)) - weaker + rise
        return middle + (0.5**0.5) * shared + rng.gauss(0, 0.5**0.5)

    sections = {
        code: score(ends, story.HEALTH_SECTIONS_RISE * (code in story.HEALTH_SECTIONS and health))
        for code, ends in story.GOOD_SECTIONS.items()
        if f"section_{code}_grade" in row and rng.random() < story.APPLIES.get(code, 1)
    }
    return _Judged(score(story.GOOD_PLANS), sections)


def _has_new_health_advice(row: Row) -> bool:
    return (row["advice_health_asked_on"] or row["reviewed_on"]) >= story.HEALTH_CHANGE


def _through(day: date) -> float:
    """How much of the three years has passed by a day, 0 to 1."""
    return min(1.0, (day - story.FIRST) / (story.LAST - story.FIRST))


def _grade(score: float) -> str:
    return next((grade for grade, least in story.SCORES.items() if score >= least), "inadequate")


def _met(rng: Random, score: float) -> str:
    """The answer to a question that a section's grade rests on; once in twelve the two do not agree."""
    score = score if rng.random() > 1 / 12 else rng.gauss(0, 1)
    return "met" if score >= 0 else "partly" if score >= story.SCORES["requires_improvement"] else "not_met"


def _answers(met: float) -> dict[str, float]:
    return {
        "met": met,
        "partly": (1 - met) * 0.6,
        "not_met": (1 - met) * 0.36,
        "not_applicable": (1 - met) * 0.04,
    }


def _asked_on(rng: Random, plan: Row, row: Row) -> date:
    """The day on which advice was asked for: in the assessment of a new plan, else some months before the review."""
    asked: date = row["reviewed_on"] - timedelta(days=rng.randint(95, 150))
    if row["plan_kind_reviewed"] == "new" and plan["requested_on"]:
        asked = max(
            asked, min(plan["requested_on"] + timedelta(days=14), row["reviewed_on"] - timedelta(days=50))
        )
    return asked


def _advice(rng: Random, source: str, asked: date, reviewed: date) -> dict[str, Any]:
    """One source's advice: not known to it, received and of what quality, or nothing."""
    not_known, received, in_time, good = story.ADVICE[source][asked >= story.HEALTH_CHANGE]
    chance = rng.random()
    row: dict[str, Any] = {
        f"advice_{source}_asked_on": asked,
        f"advice_{source}_not_known": chance < not_known,
    }
    if not_known <= chance < not_known + received:
        days = rng.randint(14, 42) if rng.random() < in_time else 43 + int(rng.expovariate(1 / 20))
        row[f"advice_{source}_received_on"] = min(asked + timedelta(days=days), reviewed - timedelta(days=2))
        row[f"advice_{source}_quality"] = pick(rng, _answers(good))
    return row


def _moderate(rng: Random, row: Row, grade: str) -> None:
    """Give the reviewer's grade, which drifts from what a moderator would give, and that of a moderator to some."""
    chance, generous = rng.random(), between(story.GENEROUS, _through(row["reviewed_on"]))
    given = next_grade(grade, stricter=False) if chance < generous else grade
    if chance > 1 - story.STRICT:
        given = next_grade(grade, stricter=True)
    row |= {"reviewer_grade": given, "agreed_grade": given}
    chance = rng.random()
    if given == "inadequate" and chance < story.MODERATED_INADEQUATE:
        how = "inadequate_only"
    elif chance < sum(story.REVIEW_MODERATED.values()):
        how = "random" if chance < story.REVIEW_MODERATED["random"] else "targeted"
    else:
        return
    row |= {
        "moderator": f"MOD-{rng.randint(1, 5)}", "moderator_grade": grade, "moderation_selection": how,
        "moderated_on": row["reviewed_on"] + timedelta(days=rng.randint(4, 28)), "agreed_grade": grade,
    }  # fmt: skip


def _themes(row: Row) -> list[str]:
    """Learning themes of what the review found wanting."""
    wanting = {
        "Provision specific and quantified": row["provision_specified"] != "met",
        "Outcomes specific and measurable": row["outcomes_specific"] == "not_met",
        "Health advice": row["advice_health_quality"] == "not_met",
        "Social care advice": row["advice_social_care_quality"] == "not_met",
        "Child's voice": row["child_views"] == "not_met",
    }
    return [theme for theme, is_wanting in wanting.items() if is_wanting]


# Files


def file(reviews: Sequence[Review], first: date, last: date, label: str, style: Style) -> Extract:
    """All reviews planned for some months, as they stand at the end of the last."""
    end = after(last) - timedelta(days=1)
    rows = [review.standing(end) for review in reviews if first <= review.row["planned_month"] <= last]
    note = f"reviews of plans planned for {span(first, last)}"
    return Extract("plan_reviews", label, style, rows, weekday(end + timedelta(days=2)), note)


def spoil(extract: Extract, rng: Random) -> None:
    """Plant 14 bad rows into a file's newest quarter, which the next file has again: one fault a row, two doubled."""
    done = [
        at
        for at, row in enumerate(extract.rows)
        if row["status"] == "completed" and row["planned_month"] >= story.BAD_REVIEWS_QUARTER
    ]
    rng.shuffle(done)
    asked = [at for at in done if extract.rows[at]["advice_health_received_on"]][:4]
    for at in asked:
        early = extract.rows[at]["advice_health_asked_on"] - timedelta(days=30)
        extract.plant(at, "advice_health_received_on", early, "advice received before it was asked for")
    free = [at for at in done if at not in asked]
    extract.plant_each(
        free,
        (
            (3, "plan_kind_reviewed", "Phase review", "a kind of plan that is not on the list"),
            (2, "reviewed_on", None, "completed, without the day"),
            (2, "reviewed_on", date(2025, 11, 3), "a year mistyped, so reviewed after the extract"),
            (1, "review_reference", None, "no review reference"),
        ),
    )
    for differs in (False, True):
        extract.repeat(free.pop(), "review_reference", "review", differs=differs)
    extract.note += f"; {len(extract.faults)} bad rows"
