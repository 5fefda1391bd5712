"""Audits of the fictional county, and the files of them that its offices send.

Belongs here: each audit as it finally stands, what an extract of an earlier day knows of it, and its files' faults.
Does not belong here: who took part (`people`), the programme (`programme`), the order of files (`sending`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from pipelines.contracts import Catalogue
from pipelines.demo import people, story
from pipelines.demo.drawing import Row, after, months, next_grade, one_of, pick, span, weekday
from pipelines.demo.files import WAREHOUSE, Extract, Style

CHILD = ("birth_month", "age_band", "sex", "ethnicity", "primary_need", "setting_type", "interpreter")
MODERATION = ("moderator", "moderator_grade", "moderated_on", "moderation_selection", "agreed_grade")
FINDINGS = ("completed_on", "auditor_grade", *MODERATION, "mental_health_relevant", "mental_health_considered",
            "learning_themes", "strengths")  # fmt: skip


@dataclass
class Audit:
    """One audit as it finally stands, and the days from which parts of it are known."""

    row: Row
    slot: str  # programme | added | beside (it was never planned)
    entered_on: date
    voided_on: date | None = None
    regraded_on: date | None = None
    first_grade: str | None = None
    people: list[Row] = field(default_factory=list)

    def standing(self, day: date) -> Row | None:
        """The row as an extract of that day has it; None if the audit was not in the system yet."""
        row = dict(self.row)
        if self.entered_on > day:
            return None
        if self.voided_on and self.voided_on <= day:
            return row | {"status": "void"}
        row["void_reason"] = None
        if row["completed_on"] and row["completed_on"] <= day:
            if row["moderated_on"] and row["moderated_on"] > day:
                row |= dict.fromkeys(MODERATION)
            elif self.regraded_on and self.regraded_on > day:
                row["agreed_grade"] = self.first_grade
            return row | {"status": "completed"}
        row |= dict.fromkeys(FINDINGS)
        if row["started_on"] and row["started_on"] <= day:
            return row | {"status": "in_progress"}
        return row | {"status": "planned", "started_on": None, "auditor": None}


def county(seed: int, catalogue: Catalogue) -> list[Audit]:
    """Every audit of the three years, month by month."""
    rng = Random(f"county {seed}")
    audits: list[Audit] = []
    poor: list[Row] = []  # completed audits that a re-audit may come back to
    for month in months():
        planned = round(story.AUDITS_A_MONTH * story.SEASON.get(month.month, 1) * rng.uniform(0.94, 1.06))
        slots = ["programme"] * planned
        slots += ["added"] * (story.ADDED_A_MONTH if month >= story.ADDED_FROM else 0)
        slots += ["beside"] * sum(rng.random() < story.COMPLAINT_LED for _ in range(planned))
        for number, slot in enumerate(slots, start=1):
            audit = _audit(rng, month, f"BR{month:%y%m}-{number:03d}", slot, poor, catalogue)
            audits.append(audit)
            if audit.row["agreed_grade"] in ("requires_improvement", "inadequate"):
                poor.append(audit.row)
    return audits


def _audit(rng: Random, month: date, reference: str, slot: str, poor: list[Row], given: Catalogue) -> Audit:
    names = given.names_of(story.COUNCIL)
    completed = month + timedelta(days=rng.randint(2, 27))
    if rng.random() < story.LATE:
        completed = after(month) + timedelta(days=rng.randint(0, 40))
    completed = weekday(completed)
    started = weekday(completed - timedelta(days=rng.randint(7, 56)))
    kind = {"programme": pick(rng, story.AUDIT_TYPES), "added": "thematic", "beside": "routine"}[slot]
    row: Row = dict.fromkeys(given.contracts["case_audits"].columns) | _child(rng, completed)
    row |= {
        "council": story.COUNCIL, "audit_reference": reference, "audit_type": kind, "planned_month": month,
        "selection": "complaint" if slot == "beside" else pick(rng, story.SELECTIONS), "started_on": started,
        "agency": names.agencies[0], "team": one_of(rng, names.teams),
        "locality": one_of(rng, names.localities), "auditor": f"QA-{rng.randint(1, 18):02d}",
    }  # fmt: skip
    if row["team"] == story.QUIET_TEAM and month >= story.QUIET_FROM:
        row["team"] = story.AUDITED_INSTEAD
    if kind == "thematic":  # one theme a quarter
        row["theme"] = names.themes[(month.year * 4 + (month.month - 1) // 3) % len(names.themes)]
    elif kind in ("multi_agency", "external"):  # audits of an agency, not of one of the council's teams
        row |= {"agency": one_of(rng, names.agencies), "team": None}
    elif kind == "re_audit":
        _come_back(rng, row, poor)
    audit = Audit(row, slot, entered_on=min(started, month))
    if rng.random() < story.VOID:
        audit.voided_on, row["void_reason"] = completed, pick(rng, story.VOID_REASONS)
        row["started_on"] = started if rng.random() < 0.5 else None
        if row["void_reason"] == "plan_ceased":
            row |= {"plan_kind": "ceased", "frame": "ehcp"}
        return audit
    row["completed_on"] = completed
    if rng.random() < story.ENTERED_LATE:
        audit.entered_on = completed + timedelta(days=rng.randint(25, 55))
    row["mental_health_relevant"] = rng.random() < story.MENTAL_HEALTH_RELEVANT
    if row["mental_health_relevant"]:
        row["mental_health_considered"] = rng.random() < story.MENTAL_HEALTH_CONSIDERED
    strength, *learning = dict.fromkeys(rng.choices(names.themes, k=4))  # each theme once
    row |= {"strengths": [strength], "learning_themes": learning}
    _grade(rng, audit)
    audit.people = list(people.of_audit(rng, row, given))
    return audit


def _child(rng: Random, completed: date) -> Row:
    age, ethnicity, plan = pick(rng, story.AGES), pick(rng, story.ETHNICITIES), pick(rng, story.PLANS)
    low, high = map(int, age.split("-"))
    # half a year clear of the band's ends: the band is the same on every day of the audit
    born = completed - timedelta(days=int(365.25 * rng.uniform(low + 0.5, high + 0.5)))
    return {
        "child_reference": f"BC-{rng.randrange(1000, 10000)}", "birth_month": born.replace(day=1),
        "age_band": age, "sex": pick(rng, story.SEXES), "ethnicity": ethnicity, "primary_need": pick(rng, story.NEEDS),
        "interpreter": rng.random() < story.INTERPRETER[ethnicity != "WBRI"], "plan_kind": plan,
        "frame": "sen_support" if plan == "sen_support" else "ehcp", "social_care": pick(rng, story.SOCIAL_CARE),
        "setting_type": pick(rng, story.SETTINGS.get(age, story.COLLEGES)),
    }  # fmt: skip


def _come_back(rng: Random, row: Row, poor: list[Row]) -> None:
    """Make a re-audit of a child whose audit was poor half a year before or earlier; a routine one if none is."""
    ripe = [old for old in poor if old["completed_on"] < row["started_on"] - timedelta(days=180)]
    if not ripe:
        row["audit_type"] = "routine"
        return
    old = rng.choice(ripe)
    poor.remove(old)
    row |= {name: old[name] for name in ("child_reference", *CHILD)} | {"re_audit_of": old["audit_reference"]}


def _grade(rng: Random, audit: Audit) -> None:
    row, chance = audit.row, rng.random()
    row["auditor_grade"] = row["agreed_grade"] = grade = pick(rng, story.GRADES)
    if grade == "inadequate" and chance < story.MODERATED_INADEQUATE:
        how = "inadequate_only"
    elif chance < sum(story.MODERATED.values()):
        how = "random" if chance < story.MODERATED["random"] else "targeted"
    else:
        if rng.random() < story.REGRADED:
            audit.first_grade, audit.regraded_on = grade, row["completed_on"] + timedelta(days=30)
            row["agreed_grade"] = next_grade(grade, stricter=rng.random() < 0.5)
        return
    second = grade
    if rng.random() > story.MODERATOR_AGREES:
        second = next_grade(grade, stricter=rng.random() < story.MODERATOR_STRICTER)
    row |= {
        "moderator": f"MOD-{rng.randint(1, 5)}", "moderator_grade": second, "moderation_selection": how,
        "moderated_on": row["completed_on"] + timedelta(days=rng.randint(4, 32)),
        "agreed_grade": second if rng.random() < 0.8 else grade,
    }  # fmt: skip


def case_audits(audits: Sequence[Audit], first: date, last: date, label: str, style: Style) -> Extract:
    """All audits planned for some months, as they stand at the end of the last."""
    end = after(last) - timedelta(days=1)
    chosen = [audit for audit in audits if first <= audit.row["planned_month"] <= last]
    rows = [row for audit in chosen if (row := audit.standing(end))]
    note = f"audits planned for {span(first, last)}"
    return Extract("case_audits", label, style, rows, weekday(end + timedelta(days=2)), note)


def spoil(extract: Extract, rng: Random) -> None:
    """Plant 25 bad rows into an audits file: one fault a row, and some audits twice."""

    def swapped(row: Row) -> date:
        return row["completed_on"].replace(day=row["completed_on"].month, month=row["completed_on"].day)

    done = [at for at, row in enumerate(extract.rows) if row["status"] == "completed"]
    early = [at for at in done if extract.rows[at]["completed_on"].day <= 12]
    early = [at for at in early if swapped(extract.rows[at]) < extract.rows[at]["started_on"]]
    chosen = rng.sample(early, 6)
    for at in chosen:
        what = "day and month swapped, so completed before it was started"
        extract.plant(at, "completed_on", swapped(extract.rows[at]), what)
    free = [at for at in done if at not in chosen]
    rng.shuffle(free)
    extract.plant_each(
        free,
        (
            (2, "completed_on", "31/09/2024", "a day that no calendar has"),
            (2, "completed_on", date(2025, 8, 5), "a year mistyped, so completed after the extract"),
            (2, "completed_on", None, "completed, without the date"),
            (2, "status", "in_progress", "in progress, with the date of completion"),
            (2, "status", "Awaiting sign-off", "a status that is not on the list"),
            (3, "primary_need", "ASDX", "a need that is not on the list"),
            (2, "audit_reference", None, "no audit reference"),
        ),
    )
    for differs in (False, False, True, True):
        extract.repeat(free.pop(), "audit_reference", "audit", differs=differs)
    extract.note += "; 25 bad rows"


def corrected(audits: Sequence[Audit], rng: Random) -> Extract:
    """One month sent again much later: as it finally stands, with some agreed grades lowered."""
    label = f"{story.CORRECTED_MONTH:%Y-%m}-corrected"
    extract = case_audits(audits, story.CORRECTED_MONTH, story.CORRECTED_MONTH, label, WAREHOUSE)
    month = [audit for audit in audits if audit.row["planned_month"] == story.CORRECTED_MONTH]
    extract.rows = [row for audit in month if (row := audit.standing(story.CORRECTED_ON))]
    lowered = [row for row in extract.rows if row["agreed_grade"] in ("outstanding", "good")]
    for row in rng.sample(lowered, story.CORRECTED_GRADES):
        row["agreed_grade"] = next_grade(row["agreed_grade"], stricter=True)
    return replace(extract, extracted_on=story.CORRECTED_ON, note=extract.note + "; corrected, long after")
