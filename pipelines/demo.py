"""A fictional county's deliveries: three years of Brackenshire, from a seed, good files and bad ones.

Belongs here: the story (the constants below), the audits that it makes, and the files that the county's offices send.
Does not belong here: receiving and running them (`cli`), and anything about a real council. Columns, headers and labels
come from the contracts, names of teams and themes from `expectations/councils/990.yaml`, so that the demo follows them.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from pipelines import contracts, settings
from pipelines.contracts import Catalogue, Column

# fmt: off
COUNCIL = "990"
TITLE = "Brackenshire County Council (fictional) - demonstration data"
# Three financial years; nothing after the last day is known
FIRST, LAST = date(2023, 4, 1), date(2026, 3, 31)

# How much is audited
AUDITS_A_MONTH = 48  # slots of the programme in a usual month; about nineteen in twenty are completed
SEASON = {8: 0.8, 12: 0.85}  # August and December are quiet
AUDIT_TYPES = {"routine": 52, "thematic": 22, "dip_sample": 9, "multi_agency": 8, "re_audit": 6, "external": 3}
SELECTIONS = {"random": 66, "targeted": 34}
COMPLAINT_LED = 0.04  # audits beside the programme, because somebody complained
VOID = 0.05  # never completed
VOID_REASONS = {"plan_ceased": 3, "moved_away": 3, "wrong_case": 2, "no_auditor": 2, "duplicate": 1}
LATE = 0.14  # completed up to six weeks after the month they were planned for
ENTERED_LATE = 0.04  # typed in weeks after completion, so that only a later extract has them
REGRADED = 0.03  # agreed grade changed a month after completion

# The story of the voices. Of a pair, the second figure holds for audits completed from CHANGE on.
CHANGE = date(2025, 2, 1)  # a new offer letter, and a telephone call after it
CONTACT_APPROPRIATE = {"parent": 0.93, "staff": 1.0}  # audits in which it was right to ask them
CHILD_APPROPRIATE = {"0-4": 0.35, "5-10": 0.66, "11-15": 0.82, "16-19": 0.9, "20-25": 0.88}  # grows with age
OFFERED = {"child": (0.47, 0.6), "parent": (0.75, 0.91), "staff": (0.93, 0.94)}  # of those it was right to ask
OFFERED_16_TO_19 = (0.3, 0.85)  # asked in their own right: rises evenly from the first month to the last
ACCEPTED = {"child": (0.53, 0.6), "parent": (0.6, 0.68), "staff": (0.85, 0.86)}  # of those offered
OTHER_RESPONSES = {"no_reply": 62, "declined": 32, "not_yet": 6}
CONTRIBUTED = 0.93  # of those who accepted; the others could not be reached in the end
INTERPRETER_OFFERED = 0.5  # a family that needs an interpreter is half as likely to be offered, throughout
SECOND_PARENT = 0.07  # of parents offered: another parent or carer was asked too
ON_FILE = 0.15  # of families not offered: views taken from the record, which never count as contributing
APPROPRIATE_UNKNOWN = 0.03  # of people not offered: nobody wrote down whether asking would have been right
TOLD = (0.62, 0.8)  # of those who contributed: told what came of it
RATED, RATED_FROM = 0.55, date(2024, 4, 1)  # contributors who answered the two questions, asked since then
RATINGS = {"strongly_agree": 26, "agree": 41, "neither": 16, "disagree": 11, "strongly_disagree": 6}
THEME_NAMED = 0.4  # contributors whose feedback was given a theme
CHANNELS = ({"letter": 55, "email": 32, "phone": 13}, {"phone": 65, "letter": 20, "email": 15})
MODES = {
    "child": {"conversation": 50, "written": 15, "survey": 12, "observation": 14, "communication_aid": 9},
    "parent": {"conversation": 66, "written": 20, "survey": 14},
    "staff": {"conversation": 80, "written": 20},
}
NOT_APPROPRIATE = {
    "child": {"too_young": 30, "no_means_to_take_part": 26, "asked_not_to": 16, "family_circumstances": 14},
    "parent": {"live_dispute": 32, "no_contact_details": 20, "asked_not_to": 18, "family_circumstances": 16},
}

# One team stops auditing its work: nobody notices, because the other teams' audits fill the programme
QUIET_TEAM, QUIET_FROM, AUDITED_INSTEAD = "Virtual School", date(2025, 8, 1), "Disabled Children"

# The children, roughly as in an English county's plans and SEN support (DfE codes)
AGES = {"0-4": 6, "5-10": 36, "11-15": 33, "16-19": 19, "20-25": 6}
SEXES = {"M": 70, "F": 30}
NEEDS = {"ASD": 33, "SEMH": 21, "SLCN": 20, "MLD": 8, "SLD": 5, "SPLD": 4, "PD": 4, "PMLD": 2, "HI": 2, "VI": 1}
ETHNICITIES = {
    "WBRI": 780, "WOTH": 45, "WIRI": 4, "WROM": 4, "WIRT": 2, "MWBC": 18, "MWAS": 14, "MWBA": 10, "MOTH": 20,
    "AIND": 15, "APKN": 16, "ABAN": 7, "AOTH": 13, "CHNE": 4, "BCRB": 6, "BAFR": 20, "BOTH": 6, "OOTH": 8,
    "REFU": 5, "NOBT": 6,
}
INTERPRETER = (0.02, 0.35)  # families that need one: White British, all others
SOCIAL_CARE = {"none": 80, "cin": 11, "cp": 4, "cla": 5}
PLANS = {"review": 34, "amended": 30, "new": 23, "sen_support": 9, "ceased": 4}
SCHOOLS = {"mainstream": 57, "special": 30, "resourced_provision": 6, "special_independent": 5, "home_education": 2}
COLLEGES = {"further_education": 55, "special": 20, "specialist_post_16": 12, "training_provider": 6, "neet": 7}
SETTINGS = {"0-4": {"early_years": 70, "mainstream": 20, "special": 10}, "5-10": SCHOOLS, "11-15": SCHOOLS}

# Grades, best first, and what moderators make of them
GRADES = {"outstanding": 6, "good": 41, "requires_improvement": 42, "inadequate": 11}
MODERATED_INADEQUATE = 0.6  # of audits graded inadequate
MODERATED = {"random": 0.14, "targeted": 0.05}  # of the others, by how they were chosen
MODERATOR_AGREES, MODERATOR_STRICTER = 0.68, 0.78  # the second is of those who do not agree
MENTAL_HEALTH_RELEVANT, MENTAL_HEALTH_CONSIDERED = 0.55, 0.72  # the second is of those where it was relevant

# What goes wrong in the deliveries
# The quarter whose two files hold bad rows; the next quarter's files put its own three months right
BAD_QUARTER = date(2024, 7, 1)
# One month is sent again twenty months later; a panel had lowered some of its agreed grades
CORRECTED_MONTH, CORRECTED_ON, CORRECTED_GRADES = date(2024, 6, 1), date(2026, 2, 9), 4
# The quarter whose participation file has columns that nobody should send
PERSONAL_QUARTER = date(2023, 10, 1)
PERSONAL = {"respondent_name": "Child name", "comments": "What they said", "email": "Parent email"}
# The quarter whose audits file calls one column something else and has one that is not known
RENAMED_QUARTER = date(2025, 1, 1)
RENAMED = {"completed_on": "When was the audit completed?", "note": "Auditor’s desk"}
INVENTED = {
    "respondent_name": "Invented Child {}",
    "comments": "Invented words {}",
    "email": "invented.parent.{}@example.invalid",
    "note": "Desk {} – invented",
}
UNLISTED_TEAM = "Harbour Pathways Pilot"  # in one row of the last audits file
# The routine audits of a quarter are planned again, a third fewer; later, thematic audits are added to half a year
REPLANNED_QUARTER, REPLANNED_ON = date(2025, 1, 1), date(2024, 10, 21)
ADDED_FROM, ADDED_ON, ADDED_A_MONTH = date(2025, 10, 1), date(2025, 9, 22), 3
# fmt: on

Row = dict[str, Any]


@dataclass(frozen=True)
class Delivery:
    """One file, as the county sends it."""

    path: Path
    extracted_on: date
    received_on: date
    note: str


@dataclass(frozen=True)
class Fault:
    """One planted fault: `row` as Excel shows it, `column` by its name in the contract."""

    row: int
    column: str
    what: str


@dataclass(frozen=True)
class Style:
    """How one office writes its files."""

    council: str
    ending: str
    day: str
    month: str
    yes_no: tuple[str, str]
    labels: bool  # codes by their labels
    heading: Callable[[str, Column], str]
    joined: str
    delimiter: str = ","
    encoding: str = "utf-8"
    left_out: tuple[str, ...] = ("birth_month",)

    @property
    def header_row(self) -> int:
        return 5 if self.ending == "xlsx" else 1


# 2023-24: a spreadsheet kept by hand, with titles above the header; it has the month of birth and not the age
WORKBOOK = Style(
    council="Brackenshire", ending="xlsx", day="", month="%B %Y", yes_no=("Yes", "No"), labels=True, joined="; ",
    heading=lambda name, column: column.title, left_out=("age_band", "rating_listened", "rating_difference"),
)  # fmt: skip
# 2024-25: a case system's report, made on Windows
CASE_SYSTEM = Style(
    council="Brackenshire County Council", ending="csv", day="%d/%m/%Y", month="%m/%Y", yes_no=("Y", "N"),
    labels=True, joined=" | ", heading=lambda name, column: (*column.also_called, column.title)[0], delimiter=";",
    encoding="cp1252",
)  # fmt: skip
# 2025-26: the data team's own tables
WAREHOUSE = Style(
    council="990", ending="csv", day="%Y-%m-%d", month="%Y-%m", yes_no=("true", "false"), labels=False, joined=";",
    heading=lambda name, column: name,
)  # fmt: skip


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


CHILD = ("birth_month", "age_band", "sex", "ethnicity", "primary_need", "setting_type", "interpreter")
MODERATION = ("moderator", "moderator_grade", "moderated_on", "moderation_selection", "agreed_grade")
FINDINGS = ("completed_on", "auditor_grade", *MODERATION, "mental_health_relevant", "mental_health_considered",
            "learning_themes", "strengths")  # fmt: skip


@dataclass
class Extract:
    """One file before it is written: rows of canonical values, and texts where something is wrong."""

    feed: str
    label: str
    style: Style
    rows: list[Row]
    extracted_on: date
    note: str
    headers: Mapping[str, str] = field(default_factory=dict)  # where they are not the style's
    faults: list[Fault] = field(default_factory=list)

    @property
    def file(self) -> str:
        return f"brackenshire-{self.feed.replace('_', '-')}-{self.label}-demonstration.{self.style.ending}"

    @property
    def received_on(self) -> date:
        return _weekday(self.extracted_on + timedelta(days=5))

    def plant(self, at: int, column: str, value: Any, what: str) -> None:
        """Put a value into a row, and note that this is wrong there."""
        self.rows[at] = self.rows[at] | {column: value}
        self.faults.append(Fault(self.style.header_row + 1 + at, column, what))


def generate(folder: Path, seed: int = 2026, catalogue: Catalogue | None = None) -> list[Delivery]:
    """Write three years of deliveries into a folder; returns them in the order of receipt.

    The same seed and contracts give the same bytes.
    """
    catalogue = catalogue or contracts.load(settings.load())
    folder.mkdir(parents=True, exist_ok=True)
    sent = []
    for extract in extracts(county(seed, catalogue), seed):
        path = folder / extract.file
        path.write_bytes(_written(extract, catalogue))
        sent.append(Delivery(path, extract.extracted_on, extract.received_on, extract.note))
    return sent


# The county: audits and the people in them


def county(seed: int, catalogue: Catalogue) -> list[Audit]:
    """Every audit of the three years, month by month."""
    rng = Random(f"county {seed}")
    audits: list[Audit] = []
    poor: list[Row] = []  # completed audits that a re-audit may come back to
    for month in _months():
        planned = round(AUDITS_A_MONTH * SEASON.get(month.month, 1) * rng.uniform(0.94, 1.06))
        slots = ["programme"] * planned
        slots += ["added"] * (ADDED_A_MONTH if month >= ADDED_FROM else 0)
        slots += ["beside"] * sum(rng.random() < COMPLAINT_LED for _ in range(planned))
        for number, slot in enumerate(slots, start=1):
            audit = _audit(rng, month, f"BR{month:%y%m}-{number:03d}", slot, poor, catalogue)
            audits.append(audit)
            if audit.row["agreed_grade"] in ("requires_improvement", "inadequate"):
                poor.append(audit.row)
    return audits


def _audit(rng: Random, month: date, reference: str, slot: str, poor: list[Row], given: Catalogue) -> Audit:
    names = given.names_of(COUNCIL)
    completed = month + timedelta(days=rng.randint(2, 27))
    if rng.random() < LATE:
        completed = _after(month) + timedelta(days=rng.randint(0, 40))
    completed = _weekday(completed)
    started = _weekday(completed - timedelta(days=rng.randint(7, 56)))
    kind = {"programme": _pick(rng, AUDIT_TYPES), "added": "thematic", "beside": "routine"}[slot]
    row: Row = dict.fromkeys(given.contracts["case_audits"].columns) | _child(rng, completed)
    row |= {
        "council": COUNCIL, "audit_reference": reference, "audit_type": kind, "planned_month": month,
        "selection": "complaint" if slot == "beside" else _pick(rng, SELECTIONS), "started_on": started,
        "agency": names.agencies[0], "team": _one(rng, names.teams),
        "locality": _one(rng, names.localities), "auditor": f"QA-{rng.randint(1, 18):02d}",
    }  # fmt: skip
    if row["team"] == QUIET_TEAM and month >= QUIET_FROM:
        row["team"] = AUDITED_INSTEAD
    if kind == "thematic":  # one theme a quarter
        row["theme"] = names.themes[(month.year * 4 + (month.month - 1) // 3) % len(names.themes)]
    elif kind in ("multi_agency", "external"):  # audits of an agency, not of one of the council's teams
        row |= {"agency": _one(rng, names.agencies), "team": None}
    elif kind == "re_audit":
        _come_back(rng, row, poor)
    audit = Audit(row, slot, entered_on=min(started, month))
    if rng.random() < VOID:
        audit.voided_on, row["void_reason"] = completed, _pick(rng, VOID_REASONS)
        row["started_on"] = started if rng.random() < 0.5 else None
        if row["void_reason"] == "plan_ceased":
            row |= {"plan_kind": "ceased", "frame": "ehcp"}
        return audit
    row["completed_on"] = completed
    if rng.random() < ENTERED_LATE:
        audit.entered_on = completed + timedelta(days=rng.randint(25, 55))
    row["mental_health_relevant"] = rng.random() < MENTAL_HEALTH_RELEVANT
    if row["mental_health_relevant"]:
        row["mental_health_considered"] = rng.random() < MENTAL_HEALTH_CONSIDERED
    strength, *learning = dict.fromkeys(rng.choices(names.themes, k=4))  # each theme once
    row |= {"strengths": [strength], "learning_themes": learning}
    _grade(rng, audit)
    audit.people = list(_people(rng, row, given))
    return audit


def _child(rng: Random, completed: date) -> Row:
    age, ethnicity, plan = _pick(rng, AGES), _pick(rng, ETHNICITIES), _pick(rng, PLANS)
    low, high = map(int, age.split("-"))
    # half a year clear of the band's ends: the band is the same on every day of the audit
    born = completed - timedelta(days=int(365.25 * rng.uniform(low + 0.5, high + 0.5)))
    return {
        "child_reference": f"BC-{rng.randrange(1000, 10000)}", "birth_month": born.replace(day=1),
        "age_band": age, "sex": _pick(rng, SEXES), "ethnicity": ethnicity, "primary_need": _pick(rng, NEEDS),
        "interpreter": rng.random() < INTERPRETER[ethnicity != "WBRI"], "plan_kind": plan,
        "frame": "sen_support" if plan == "sen_support" else "ehcp", "social_care": _pick(rng, SOCIAL_CARE),
        "setting_type": _pick(rng, SETTINGS.get(age, COLLEGES)),
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
    row["auditor_grade"] = row["agreed_grade"] = grade = _pick(rng, GRADES)
    if grade == "inadequate" and chance < MODERATED_INADEQUATE:
        how = "inadequate_only"
    elif chance < sum(MODERATED.values()):
        how = "random" if chance < MODERATED["random"] else "targeted"
    else:
        if rng.random() < REGRADED:
            audit.first_grade, audit.regraded_on = grade, row["completed_on"] + timedelta(days=30)
            row["agreed_grade"] = _next_grade(grade, stricter=rng.random() < 0.5)
        return
    second = grade
    if rng.random() > MODERATOR_AGREES:
        second = _next_grade(grade, stricter=rng.random() < MODERATOR_STRICTER)
    row |= {
        "moderator": f"MOD-{rng.randint(1, 5)}", "moderator_grade": second, "moderation_selection": how,
        "moderated_on": row["completed_on"] + timedelta(days=rng.randint(4, 32)),
        "agreed_grade": second if rng.random() < 0.8 else grade,
    }  # fmt: skip


def _people(rng: Random, row: Row, given: Catalogue) -> Iterator[Row]:
    """The rows of the child, the parents or carers and the staff of one completed audit."""
    after, through = row["completed_on"] >= CHANGE, (row["completed_on"] - FIRST) / (LAST - FIRST)
    for role, offered_then in OFFERED.items():
        right = CONTACT_APPROPRIATE.get(role) or CHILD_APPROPRIATE[row["age_band"]]
        offered = offered_then[after]
        if role == "child" and row["age_band"] == "16-19":
            offered = OFFERED_16_TO_19[0] + through * (OFFERED_16_TO_19[1] - OFFERED_16_TO_19[0])
        if role != "staff" and row["interpreter"]:
            offered *= INTERPRETER_OFFERED
        person = _person(rng, row, role, right, offered, given)
        yield person
        if role == "parent" and person["offered"] and rng.random() < SECOND_PARENT:
            yield _person(rng, row, role, 1, 1, given) | {"person_number": 2}


def _person(rng: Random, row: Row, role: str, right: float, offered: float, given: Catalogue) -> Row:
    started, completed = row["started_on"], row["completed_on"]
    days, after = (completed - started).days, completed >= CHANGE
    person: Row = dict.fromkeys(given.contracts["family_participation"].columns)
    person |= {
        "council": COUNCIL,
        "audit_reference": row["audit_reference"],
        "role": role,
        "person_number": 1,
    }
    person |= {"offered": False, "contact_appropriate": rng.random() < right}
    if not person["contact_appropriate"]:
        reason = _pick(rng, NOT_APPROPRIATE[role])
        if reason == "too_young" and row["age_band"] not in ("0-4", "5-10"):
            reason = "no_means_to_take_part"
        return person | {"not_appropriate_reason": reason}
    if rng.random() >= offered:
        if rng.random() < APPROPRIATE_UNKNOWN:
            person["contact_appropriate"] = None
        if role != "staff" and rng.random() < ON_FILE:
            person["mode"] = "existing_record"
        return person
    person |= {
        "offered": True,
        "offered_on": started + timedelta(days=rng.randint(0, days // 3)),
        "offered_how": _pick(rng, CHANNELS[after]),
        "response": "accepted" if rng.random() < ACCEPTED[role][after] else _pick(rng, OTHER_RESPONSES),
    }
    if person["response"] == "accepted" and rng.random() < CONTRIBUTED:
        person["contributed_on"] = started + timedelta(days=rng.randint(days // 2, days))
        person["mode"] = _pick(rng, MODES[role])
        if rng.random() < TOLD[after]:
            person["told_outcome_on"] = completed + timedelta(days=rng.randint(3, 45))
        if rng.random() < THEME_NAMED:
            person["feedback_theme"] = _one(rng, given.names_of(COUNCIL).themes)
        if rng.random() < RATED and completed >= RATED_FROM:
            person |= {"rating_listened": _pick(rng, RATINGS), "rating_difference": _pick(rng, RATINGS)}
    return person


# The files: what is sent, and when


def extracts(audits: Sequence[Audit], seed: int) -> list[Extract]:
    """Every file of the three years, in the order of receipt."""
    rng = Random(f"files {seed}")
    sent = list(_programme(audits))
    for month in _months():
        quarter = _after(month, -2) if month.month % 3 == 0 else None  # the quarter that this month ends
        style = {2023: WORKBOOK, 2024: CASE_SYSTEM, 2025: WAREHOUSE}[_year(month)]
        if style is WAREHOUSE:  # the data team sends the last four months, every month
            sent.append(_case_audits(audits, _after(month, -3), month, f"{month:%Y-%m}", style))
        elif quarter:  # the offices send this quarter and the one before
            sent.append(_case_audits(audits, _after(month, -5), month, _quarter(month, "-q"), style))
            if quarter == BAD_QUARTER:
                _spoil(sent[-1], rng)
            if quarter == RENAMED_QUARTER:
                _add_columns(sent[-1], RENAMED, "one column renamed, one not known")
        if quarter:
            sent.append(_participation(audits, month, style))
            if quarter == BAD_QUARTER:
                _add_orphans(sent[-1], rng)
            if quarter == PERSONAL_QUARTER:
                _add_columns(sent[-1], PERSONAL, "personal columns, to be dropped (all invented)")
    last = [extract for extract in sent if extract.feed == "case_audits"][-1]
    last.plant(len(last.rows) - 1, "team", UNLISTED_TEAM, "a team that the council has not listed")
    last.note += "; one team not yet listed"
    sent.append(_corrected(audits, rng))
    return sorted(sent, key=lambda extract: extract.received_on)


def _programme(audits: Sequence[Audit]) -> Iterator[Extract]:
    """The programme of each year as approved before it, one quarter planned again, and one addition."""

    def extract(slot: str, first: date, months: int, approved_on: date, label: str, note: str) -> Extract:
        chosen = [
            audit.row | {"period": f"{month:%Y-%m}" if _year(month) == 2025 else _quarter(month)}
            for audit in audits
            if audit.slot == slot and first <= (month := audit.row["planned_month"]) < _after(first, months)
        ]
        names = ("period", "frame", "audit_type", "team", "agency")
        counts = Counter(tuple(row[name] for name in names) for row in chosen)
        rows = [
            dict(zip(names, key, strict=True))
            | {"council": COUNCIL, "planned_count": counts[key], "approved_on": approved_on}
            for key in sorted(counts, key=lambda key: [part or "" for part in key])
        ]
        return Extract("audit_programme", label, WORKBOOK, rows, approved_on, note)

    for year in (2023, 2024, 2025):
        label = f"{year}-{year % 100 + 1}"
        start, approved = date(year, 4, 1), date(year, 3, 20)
        yield extract("programme", start, 12, approved, label, f"the programme of {label}")
    note = "routine audits of one quarter planned again, lower"
    again = extract("programme", REPLANNED_QUARTER, 3, REPLANNED_ON, "2024-25-replanned", note)
    routine = [row for row in again.rows if row["audit_type"] == "routine" and row["planned_count"] > 1]
    for row in routine:
        row["planned_count"] -= max(1, row["planned_count"] // 3)
    yield replace(again, rows=routine)
    note = "thematic audits added within the year"
    yield extract("added", ADDED_FROM, 6, ADDED_ON, "2025-26-added", note)


def _case_audits(audits: Sequence[Audit], first: date, last: date, label: str, style: Style) -> Extract:
    """All audits planned for some months, as they stand at the end of the last."""
    end = _after(last) - timedelta(days=1)
    chosen = [audit for audit in audits if first <= audit.row["planned_month"] <= last]
    rows = [row for audit in chosen if (row := audit.standing(end))]
    note = f"audits planned for {_span(first, last)}"
    return Extract("case_audits", label, style, rows, _weekday(end + timedelta(days=2)), note)


def _participation(audits: Sequence[Audit], last: date, style: Style) -> Extract:
    """Who was asked and who took part, in the audits completed in a quarter and the one before."""
    first, end = _after(last, -5), _after(last) - timedelta(days=1)
    rows = [
        dict(person) if (person["told_outcome_on"] or end) <= end else person | {"told_outcome_on": None}
        for audit in audits
        if audit.people and first <= audit.row["completed_on"] <= end and audit.entered_on <= end
        for person in audit.people
    ]
    label, sent_on = _quarter(last, "-q"), _weekday(end + timedelta(days=2))
    note = f"people in audits completed in {_span(first, last)}"
    return Extract("family_participation", label, style, rows, sent_on, note)


def _spoil(extract: Extract, rng: Random) -> None:
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
    for times, column, value, what in (
        (2, "completed_on", "31/09/2024", "a day that no calendar has"),
        (2, "completed_on", date(2025, 8, 5), "a year mistyped, so completed after the extract"),
        (2, "completed_on", None, "completed, without the date"),
        (2, "status", "in_progress", "in progress, with the date of completion"),
        (2, "status", "Awaiting sign-off", "a status that is not on the list"),
        (3, "primary_need", "ASDX", "a need that is not on the list"),
        (2, "audit_reference", None, "no audit reference"),
    ):
        for _ in range(times):
            extract.plant(free.pop(), column, value, what)
    for differs in (False, False, True, True):
        at = free.pop()
        first = extract.rows[at]
        extract.rows.append(first)
        what = f"the audit of row {extract.style.header_row + 1 + at} again"
        if differs:
            other = "good" if first["agreed_grade"] != "good" else "requires_improvement"
            extract.plant(len(extract.rows) - 1, "agreed_grade", other, f"{what}, with another grade")
        else:
            extract.plant(len(extract.rows) - 1, "audit_reference", first["audit_reference"], what)
    extract.note += "; 25 bad rows"


def _add_orphans(extract: Extract, rng: Random) -> None:
    for number, row in enumerate(rng.sample(extract.rows, 4), start=1):
        extract.rows.append(row)
        at, reference = len(extract.rows) - 1, f"BR9999-{number:03d}"
        extract.plant(at, "audit_reference", reference, "an audit that no file has")
    extract.note += "; 4 rows of audits that no file has"


def _add_columns(extract: Extract, headers: Mapping[str, str], what: str) -> None:
    """Give some columns other headers; those that the county does not usually send get invented texts."""
    extract.headers, extract.note = headers, f"{extract.note}; {what}"
    for number, row in enumerate(extract.rows, start=1):
        row |= {name: INVENTED[name].format(number) for name in headers if name in INVENTED}


def _corrected(audits: Sequence[Audit], rng: Random) -> Extract:
    """One month sent again much later: as it finally stands, with some agreed grades lowered."""
    label = f"{CORRECTED_MONTH:%Y-%m}-corrected"
    extract = _case_audits(audits, CORRECTED_MONTH, CORRECTED_MONTH, label, WAREHOUSE)
    month = [audit for audit in audits if audit.row["planned_month"] == CORRECTED_MONTH]
    extract.rows = [row for audit in month if (row := audit.standing(CORRECTED_ON))]
    lowered = [row for row in extract.rows if row["agreed_grade"] in ("outstanding", "good")]
    for row in rng.sample(lowered, CORRECTED_GRADES):
        row["agreed_grade"] = _next_grade(row["agreed_grade"], stricter=True)
    return replace(extract, extracted_on=CORRECTED_ON, note=extract.note + "; corrected, long after")


# Writing


def _written(extract: Extract, catalogue: Catalogue) -> bytes:
    contract, style = catalogue.contracts[extract.feed], extract.style
    names = [
        name
        for name, column in contract.columns.items()
        if name in extract.headers or not (column.type == "free_text" or name in style.left_out)
    ]
    names += [name for name in extract.headers if name not in contract.columns]
    heads = [extract.headers.get(name) or style.heading(name, contract.columns[name]) for name in names]
    cells = {name: _cell(contract.columns.get(name), style, catalogue) for name in names}
    table = [heads, *([cells[name](row.get(name)) for name in names] for row in extract.rows)]
    if style.ending == "xlsx":
        titles = [[TITLE], [contract.title], [f"Extracted on: {extract.extracted_on:%d/%m/%Y}"], []]
        return _workbook([*titles, *table])
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=style.delimiter, lineterminator="\r\n").writerows(table)
    return text.getvalue().encode(style.encoding)


def _cell(column: Column | None, style: Style, catalogue: Catalogue) -> Callable[[Any], Any]:
    """How a style writes the values of one column. A text where none belongs is a fault, and stays as it is."""
    kind = column.type if column else "free_text"
    labels: dict[str, str] = {COUNCIL: style.council} if kind == "council" else {}
    if column and column.codes and style.labels:
        labels = {code.code: code.label for code in catalogue.codes[column.codes]}
    if kind == "grade" and style.labels:
        scale = catalogue.grade_scales[catalogue.names_of(COUNCIL).grade_scale]
        labels = {grade: words[0] for grade, words in scale.items()}

    def write(value: Any) -> Any:
        match value:
            case None:
                return ""
            case bool():
                return style.yes_no[0 if value else 1]
            case date() if kind != "date":
                return f"{value:{style.month}}"
            case date() if style.ending == "csv":
                return f"{value:{style.day}}"
            case list():
                return style.joined.join(value)
            case _:
                return labels.get(value, value)

    return write


def _workbook(table: Sequence[Sequence[Any]]) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    # a fixed day instead of now, for the same bytes every time
    book.set_properties({"created": datetime(FIRST.year, FIRST.month, FIRST.day), "title": TITLE})
    sheet = book.add_worksheet("Extract")
    for at, row in enumerate(table):
        sheet.write_row(at, 0, row)
    book.close()
    return file.getvalue()


# Small things


def _pick(rng: Random, weights: Mapping[str, float]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _one(rng: Random, names: Sequence[str]) -> str:
    """One of a list's names, those that stand first more often. One draw, so that longer lists leave the rest alone."""
    return rng.choices(names, [1 / (at + 3) for at in range(len(names))])[0]


def _next_grade(grade: str, stricter: bool) -> str:
    scale = list(GRADES)
    return scale[min(max(scale.index(grade) + (1 if stricter else -1), 0), len(scale) - 1)]


def _after(month: date, months: int = 1) -> date:
    year, at = divmod(month.year * 12 + month.month - 1 + months, 12)
    return date(year, at + 1, 1)


def _months() -> list[date]:
    return [_after(FIRST, at) for at in range(36)]


def _year(day: date) -> int:
    """The financial year of a day, by the calendar year it begins in."""
    return day.year - (day.month < 4)


def _quarter(day: date, between: str = " Q") -> str:
    """The quarter of a financial year, as 2024-25 Q1."""
    return f"{_year(day)}-{_year(day) % 100 + 1}{between}{(day.month - 4) % 12 // 3 + 1}"


def _span(first: date, last: date) -> str:
    return f"{last:%B %Y}" if first == last else f"{max(first, FIRST):%B %Y} to {last:%B %Y}"


def _weekday(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))
