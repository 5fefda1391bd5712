"""A fictional county's deliveries: three years of Brackenshire, from a seed, good files and bad ones.

Belongs here: the story (the constants below), the audits it makes, and the files that the county's offices send.
Does not belong here: receiving and running them (`cli`), and anything about a real council. Teams, localities, codes
and headers come from the contracts and from `expectations/councils/990.yaml`, so that the demo follows them.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from pipelines import contracts, settings
from pipelines.contracts import Catalogue

COUNCIL = "990"
FIRST, LAST = date(2023, 4, 1), date(2026, 3, 31)  # three financial years; nothing is known after the last day
TITLE = "Brackenshire County Council (fictional) - demonstration data"

# How much is audited
AUDITS_A_MONTH = 52  # slots of the programme in a usual month; about nine in ten are completed
SEASON = {8: 0.8, 12: 0.85}  # August and December are quiet
AUDIT_TYPES = {"routine": 52, "thematic": 22, "dip_sample": 9, "multi_agency": 8, "re_audit": 6, "external": 3}
COMPLAINT_LED = 0.04  # audits beside the programme, because somebody complained
VOID = 0.05  # never completed: the case moved away, the plan ended, a duplicate
LATE = 0.14  # completed up to six weeks after the month they were planned for
ENTERED_LATE = 0.04  # typed in one to two months after completion, so that only a later extract has them
REGRADED = 0.03  # agreed grade changed some weeks after completion

# The story of the voices
CHANGE = date(2025, 2, 1)  # audits completed from here on: a new offer letter, then a telephone call
APPROPRIATE = {"parent": 0.93, "staff": 1.0}  # share of audits in which asking them was right
CHILD_APPROPRIATE = {"0-4": 0.35, "5-10": 0.66, "11-15": 0.82, "16-19": 0.9, "20-25": 0.88}  # grows with age
OFFERED = {"parent": (0.77, 0.92), "child": (0.47, 0.6), "staff": (0.93, 0.94)}  # of those, (before, from CHANGE)
OFFERED_16_TO_19 = (0.3, 0.85)  # young people asked in their own right: rises evenly from the first month to the last
ACCEPTED = {"parent": (0.61, 0.7), "child": (0.53, 0.6), "staff": (0.85, 0.86)}  # of those offered
CONTRIBUTED = 0.93  # of those who accepted; some could not be reached in the end
INTERPRETER_OFFERED = 0.5  # a family that needs an interpreter is half as likely to be offered anything, throughout
SECOND_PARENT = 0.07  # audits in which another parent or carer was spoken to
EXISTING_RECORD = 0.15  # of families not heard: views taken from the file, which never count as contributing
APPROPRIATE_UNKNOWN = 0.03  # nobody wrote down whether asking would have been right
TOLD = (0.62, 0.8)  # contributors told what came of it, (before, from CHANGE)

# The children, roughly as in an English county's plans and SEN support (DfE codes)
AGES = {"0-4": 6, "5-10": 36, "11-15": 33, "16-19": 19, "20-25": 6}
SEXES = {"M": 70, "F": 30}
NEEDS = {"ASD": 33, "SEMH": 21, "SLCN": 20, "MLD": 8, "SLD": 5, "SPLD": 4, "PD": 4, "PMLD": 2, "HI": 2, "VI": 1}
ETHNICITIES = {
    "WBRI": 780, "WOTH": 45, "WIRI": 4, "WROM": 4, "WIRT": 2, "MWBC": 18, "MWAS": 14, "MWBA": 10, "MOTH": 20,
    "AIND": 15, "APKN": 16, "ABAN": 7, "AOTH": 13, "CHNE": 4, "BCRB": 6, "BAFR": 20, "BOTH": 6, "OOTH": 8,
    "REFU": 5, "NOBT": 6,
}  # fmt: skip
SOCIAL_CARE = {"none": 80, "cin": 11, "cp": 4, "cla": 5}
PLANS = {"review": 34, "amended": 30, "new": 23, "sen_support": 9, "ceased": 4}
INTERPRETER = (0.02, 0.35)  # families that need one: White British, others
SELECTIONS = {"random": 66, "targeted": 34}

# Grades, best first
GRADES = {"outstanding": 6, "good": 41, "requires_improvement": 42, "inadequate": 11}
MODERATED_INADEQUATE = 0.6  # of audits graded inadequate
MODERATED = {"random": 0.14, "targeted": 0.05}  # of the others, and how they were chosen
MODERATOR_AGREES = 0.68
MODERATOR_STRICTER = 0.78  # of those who do not agree
MENTAL_HEALTH_RELEVANT, MENTAL_HEALTH_CONSIDERED = 0.55, 0.72
RATED = 0.55  # contributors who answered the two questions, asked since April 2024
RATINGS = {"strongly_agree": 26, "agree": 41, "neither": 16, "disagree": 11, "strongly_disagree": 6}

# What goes wrong in the deliveries
BAD_QUARTER = date(2024, 7, 1)  # the quarter whose two files hold the bad rows; the next ones put most of them right
CORRECTED_MONTH, CORRECTED_ON = date(2024, 6, 1), date(2026, 2, 9)  # one month sent again, twenty months later
CORRECTED_GRADES = 4  # audits of that month whose agreed grade a later panel lowered
PERSONAL_QUARTER = date(2023, 10, 1)  # its participation file has columns that nobody should send
PERSONAL_COLUMNS = ("Child name", "Parent email")
RENAMED_QUARTER = date(2025, 1, 1)  # its audits file calls one column something else and has one we do not know
RENAMED = {"completed_on": "Date audit signed off"}
UNKNOWN_COLUMN = "Auditor’s desk note"
UNLISTED_TEAM = "Harbour Pathways Pilot"  # in one row of the last audits file
REPLANNED_ON, REPLANNED_FROM = date(2024, 10, 21), date(2025, 1, 1)  # one quarter's routine audits, cut by a third
ADDED_ON, ADDED_FROM, ADDED_A_MONTH = date(2025, 9, 22), date(2025, 10, 1), 3  # thematic audits added for six months

Row = dict[str, Any]


@dataclass(frozen=True)
class Delivery:
    """One file, as the county's office sends it."""

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
    day: str
    month: str
    yes_no: tuple[str, str]
    labels: bool
    """Codes by their labels, else as codes."""
    heading: Callable[[contracts.Column, str], str]
    joined: str
    ending: str
    delimiter: str = ","
    encoding: str = "utf-8"
    left_out: tuple[str, ...] = ()

    @property
    def header_row(self) -> int:
        return 5 if self.ending == "xlsx" else 1


WORKBOOK = Style(  # 2023-24: a spreadsheet kept by hand, with titles; it knows the month of birth, not the age
    "Brackenshire", "%d/%m/%Y", "%B %Y", ("Yes", "No"), True, lambda column, name: column.title, "; ", "xlsx",
    left_out=("frame", "age_band", "moderation_selection", "rating_listened", "rating_difference"),
)  # fmt: skip
CASE_SYSTEM = Style(  # 2024-25: the old case system's report, made on Windows
    "990", "%d/%m/%Y", "%m/%Y", ("Y", "N"), True, lambda column, name: (*column.also_called, column.title)[0], " | ",
    "csv", ";", "cp1252", left_out=("birth_month",),
)  # fmt: skip
WAREHOUSE = Style(  # 2025-26: an export of the data team's own tables
    "990", "%Y-%m-%d", "%Y-%m", ("true", "false"), False, lambda column, name: name, ";", "csv",
    left_out=("birth_month",),
)  # fmt: skip


@dataclass
class Audit:
    """One audit as it finally stands, with the days from which its parts are known."""

    row: Row
    entered_on: date
    in_programme: bool = True
    added: bool = False
    voided_on: date | None = None
    regraded_on: date | None = None
    first_grade: str | None = None
    people: list[Row] = field(default_factory=list)

    def standing(self, day: date) -> Row | None:
        """The row as an extract of that day has it; None if the audit was not in the system yet."""
        if self.entered_on > day:
            return None
        row = dict(self.row)
        if self.voided_on and self.voided_on <= day:
            return row | {"status": "void"}
        row["void_reason"] = None
        if row["completed_on"] and row["completed_on"] <= day:
            if row["moderated_on"] and row["moderated_on"] > day:
                row |= dict.fromkeys(MODERATION, None)
            elif self.regraded_on and self.regraded_on > day:
                row["agreed_grade"] = self.first_grade
            return row | {"status": "completed"}
        row |= dict.fromkeys(FINDINGS, None)
        if row["started_on"] and row["started_on"] <= day:
            return row | {"status": "in_progress"}
        return row | {"status": "planned", "started_on": None, "auditor": None}


MODERATION = ("moderator", "moderator_grade", "moderated_on", "moderation_selection", "agreed_grade")
FINDINGS = (
    "completed_on", "auditor_grade", *MODERATION, "mental_health_relevant", "mental_health_considered",
    "learning_themes", "strengths",
)  # fmt: skip


@dataclass
class Extract:
    """One file before it is written: rows of canonical values, or of texts where something is wrong."""

    feed: str
    label: str
    style: Style
    rows: list[Row]
    extracted_on: date
    note: str
    received_on: date
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers other than the style's: column -> text; a column that the contract does not have comes last."""
    faults: list[Fault] = field(default_factory=list)

    @property
    def file(self) -> str:
        return f"brackenshire-{self.feed.replace('_', '-')}-{self.label}-demonstration.{self.style.ending}"


def generate(folder: Path, seed: int = 2026, catalogue: Catalogue | None = None) -> list[Delivery]:
    """Write three years of deliveries into a folder; returns them in the order of receipt.

    The same seed and contracts give the same bytes.
    """
    catalogue = catalogue or contracts.load(settings.load())
    folder.mkdir(parents=True, exist_ok=True)
    sent = []
    for extract in extracts(county(seed, catalogue), seed, catalogue):
        path = folder / extract.file
        path.write_bytes(_written(extract, catalogue))
        sent.append(Delivery(path, extract.extracted_on, extract.received_on, extract.note))
    return sent


# The county: audits and the people in them


def county(seed: int, catalogue: Catalogue) -> list[Audit]:
    """Every audit of the three years, in the order of their references."""
    rng = Random(f"county {seed}")
    audits: list[Audit] = []
    poor: list[Row] = []  # completed audits that a re-audit may come back to
    for month in _months(FIRST, LAST):
        slots = round(AUDITS_A_MONTH * SEASON.get(month.month, 1) * rng.uniform(0.94, 1.06))
        added = ADDED_A_MONTH if month >= ADDED_FROM else 0
        beside = sum(rng.random() < COMPLAINT_LED for _ in range(slots))
        for number in range(slots + added + beside):
            audit = _audit(rng, month, f"BR{month:%y%m}-{number + 1:03d}", catalogue)
            audit.added = slots <= number < slots + added
            audit.in_programme = number < slots + added
            if audit.added:
                audit.row["audit_type"] = "thematic"
            if not audit.in_programme:
                audit.row |= {"selection": "complaint", "audit_type": "routine"}
            _theme(audit.row, month, catalogue)
            _again(rng, audit.row, poor)
            if audit.row["completed_on"]:
                audit.people = list(_people(rng, audit.row, catalogue))
                if audit.row["agreed_grade"] in ("requires_improvement", "inadequate"):
                    poor.append(audit.row)
            audits.append(audit)
    return audits


def _audit(rng: Random, month: date, reference: str, catalogue: Catalogue) -> Audit:
    names = catalogue.names_of(COUNCIL)
    end = _after(month) - timedelta(days=1)
    late = rng.random() < LATE
    completed = _weekday(end + timedelta(days=rng.randint(1, 40)) if late else month + timedelta(rng.randint(2, 27)))
    started = _weekday(completed - timedelta(days=rng.randint(7, 56)))
    team = rng.randrange(len(names.teams))
    row: Row = dict.fromkeys(catalogue.contracts["case_audits"].columns) | {
        "council": COUNCIL,
        "audit_reference": reference,
        "planned_month": month,
        "started_on": started,
        "completed_on": completed,
        "audit_type": _pick(rng, AUDIT_TYPES),
        "selection": _pick(rng, SELECTIONS),
        "team": names.teams[team],
        "agency": names.agencies[team % len(names.agencies)],
        "locality": rng.choice(names.localities),
        "auditor": f"QA-{rng.randint(1, 18):02d}",
        **_child(rng, started, catalogue),
    }
    audit = Audit(row, entered_on=min(started, month))
    if rng.random() < VOID:
        audit.voided_on = completed
        begun = rng.random() < 0.5
        row |= {"completed_on": None, "void_reason": _uneven(rng, catalogue, "void_reason")}
        row["started_on"] = started if begun else None
        return audit
    if rng.random() < ENTERED_LATE:
        audit.entered_on = completed + timedelta(days=rng.randint(25, 55))
    _grades(rng, audit)
    themes = names.themes
    row["mental_health_relevant"] = rng.random() < MENTAL_HEALTH_RELEVANT
    if row["mental_health_relevant"]:
        row["mental_health_considered"] = rng.random() < MENTAL_HEALTH_CONSIDERED
    chosen = rng.sample(themes, k=min(len(themes), rng.randint(2, 4)))
    row["learning_themes"], row["strengths"] = chosen[1:], chosen[:1]
    return audit


def _child(rng: Random, day: date, catalogue: Catalogue) -> Row:
    band = _pick(rng, AGES)
    low, high = map(int, band.split("-"))
    # half a year clear of the band's ends, so that the band is the same on any day of the audit
    born = day - timedelta(days=int(365.25 * rng.uniform(low + 0.5, high + 0.5)))
    ethnicity = _pick(rng, ETHNICITIES)
    plan = _pick(rng, PLANS)
    return {
        "child_reference": f"BC-{rng.randrange(1000, 10000)}",
        "age_band": band,
        "birth_month": born.replace(day=1),
        "sex": _pick(rng, SEXES),
        "ethnicity": ethnicity,
        "primary_need": _pick(rng, NEEDS),
        "social_care": _pick(rng, SOCIAL_CARE),
        "setting_type": _uneven(rng, catalogue, "setting_type"),
        "plan_kind": plan,
        "frame": "sen_support" if plan == "sen_support" else "ehcp",
        "interpreter": rng.random() < INTERPRETER[ethnicity != "WBRI"],
    }


def _grades(rng: Random, audit: Audit) -> None:
    scale, row = list(GRADES), audit.row
    row["auditor_grade"] = row["agreed_grade"] = grade = _pick(rng, GRADES)
    chance = rng.random()
    if grade == "inadequate" and chance < MODERATED_INADEQUATE:
        how = "inadequate_only"
    elif chance < MODERATED["random"]:
        how = "random"
    elif chance < MODERATED["random"] + MODERATED["targeted"]:
        how = "targeted"
    else:
        how = None
        if rng.random() < REGRADED:
            audit.first_grade = grade
            audit.regraded_on = row["completed_on"] + timedelta(days=rng.randint(20, 45))
            row["agreed_grade"] = _beside(scale, grade, stricter=rng.random() < 0.5)
    if how:
        second = grade
        if rng.random() > MODERATOR_AGREES:
            second = _beside(scale, grade, stricter=rng.random() < MODERATOR_STRICTER)
        row |= {
            "moderator": f"MOD-{rng.randint(1, 5)}",
            "moderator_grade": second,
            "moderated_on": _weekday(row["completed_on"] + timedelta(days=rng.randint(5, 30))),
            "moderation_selection": how,
            "agreed_grade": second if rng.random() < 0.8 else grade,
        }


def _theme(row: Row, month: date, catalogue: Catalogue) -> None:
    """A thematic audit's theme: one a quarter for the whole county."""
    themes = catalogue.names_of(COUNCIL).themes
    if row["audit_type"] == "thematic":
        row["theme"] = themes[(month.year * 4 + month.month // 3) % len(themes)]


def _again(rng: Random, row: Row, poor: list[Row]) -> None:
    """A re-audit comes back to the child of an audit completed half a year before or earlier."""
    if row["audit_type"] != "re_audit":
        return
    ripe = [old for old in poor if old["completed_on"] < row["planned_month"] - timedelta(days=180)]
    if not ripe:
        row["audit_type"] = "routine"
        return
    old = rng.choice(ripe)
    poor.remove(old)
    row |= {"re_audit_of": old["audit_reference"], "child_reference": old["child_reference"]}
    row |= {name: old[name] for name in ("sex", "ethnicity", "interpreter", "primary_need")}


def _people(rng: Random, row: Row, catalogue: Catalogue) -> Iterator[Row]:
    """The child's, the parents' and the staff's rows of one completed audit."""
    after = row["completed_on"] >= CHANGE
    through = (row["completed_on"] - FIRST) / (LAST - FIRST)
    for role in ("child", "parent", "staff"):
        appropriate = APPROPRIATE.get(role) or CHILD_APPROPRIATE[row["age_band"]]
        offered = OFFERED[role][after]
        if role == "child" and row["age_band"] == "16-19":
            offered = OFFERED_16_TO_19[0] + through * (OFFERED_16_TO_19[1] - OFFERED_16_TO_19[0])
        if role != "staff" and row["interpreter"]:
            offered *= INTERPRETER_OFFERED
        first = _person(rng, row, role, 1, appropriate, offered, catalogue)
        yield first
        if role == "parent" and first["offered"] and rng.random() < SECOND_PARENT:
            yield _person(rng, row, role, 2, 1.0, 1.0, catalogue)


def _person(
    rng: Random, row: Row, role: str, number: int, appropriate: float, offered: float, catalogue: Catalogue
) -> Row:
    after = row["completed_on"] >= CHANGE
    person: Row = dict.fromkeys(catalogue.contracts["family_participation"].columns) | {
        "council": COUNCIL,
        "audit_reference": row["audit_reference"],
        "role": role,
        "person_number": number,
        "offered": False,
        "contact_appropriate": rng.random() < appropriate,
    }
    days = (row["completed_on"] - row["started_on"]).days
    if not person["contact_appropriate"]:
        person["not_appropriate_reason"] = _uneven(rng, catalogue, "not_appropriate_reason")
        return person
    if rng.random() < offered:
        person |= {
            "offered": True,
            "offered_on": row["started_on"] + timedelta(days=rng.randint(0, days // 3)),
            "offered_how": _pick(rng, CHANNELS[after]),
            "response": "accepted" if rng.random() < ACCEPTED[role][after] else _pick(rng, OTHER_RESPONSES),
        }
    elif rng.random() < APPROPRIATE_UNKNOWN:
        person["contact_appropriate"] = None
    if person["response"] == "accepted" and rng.random() < CONTRIBUTED:
        contributed = row["started_on"] + timedelta(days=rng.randint(days // 2, days))
        person |= {"contributed_on": contributed, "mode": _pick(rng, MODES[role])}
        if rng.random() < TOLD[after]:
            person["told_outcome_on"] = _weekday(row["completed_on"] + timedelta(days=rng.randint(3, 45)))
        if rng.random() < 0.4:
            person["feedback_theme"] = rng.choice(catalogue.names_of(COUNCIL).themes)
        if rng.random() < RATED and contributed >= date(2024, 4, 1):
            person |= {"rating_listened": _pick(rng, RATINGS), "rating_difference": _pick(rng, RATINGS)}
    elif role != "staff" and not person["offered"] and rng.random() < EXISTING_RECORD:
        person |= {"contributed_on": row["started_on"], "mode": "existing_record"}
    return person


# The files: what each office sends, and when


def extracts(audits: Sequence[Audit], seed: int, catalogue: Catalogue) -> list[Extract]:
    """Every file of the three years, in the order of receipt."""
    rng = Random(f"files {seed}")
    sent = list(_programme(audits, catalogue))
    for quarter in (month for month in _months(FIRST, LAST) if month.month in (1, 4, 7, 10)):
        style = {2023: WORKBOOK, 2024: CASE_SYSTEM}.get(_year(quarter), WAREHOUSE)
        if style is WAREHOUSE:  # the data team sends four months every month
            for month in (quarter, _after(quarter), _after(quarter, 2)):
                sent.append(_case_audits(audits, _after(month, -3), month, f"{month:%Y-%m}", style))
        else:  # the offices send this quarter and the one before
            last = _after(quarter, 2)
            sent.append(_case_audits(audits, _after(quarter, -3), last, _quarter_label(quarter), style))
            if quarter == BAD_QUARTER:
                _spoil_audits(sent[-1], rng)
            if quarter == RENAMED_QUARTER:
                _rename(sent[-1], rng)
        sent.append(_participation(audits, quarter, style))
        if quarter == BAD_QUARTER:
            _add_orphans(sent[-1], rng)
        if quarter == PERSONAL_QUARTER:
            _add_personal_columns(sent[-1])
        if quarter <= CORRECTED_ON < _after(quarter, 3):
            sent.append(_corrected_month(audits, rng))
    last_audits = [extract for extract in sent if extract.feed == "case_audits"][-1]
    _name_unlisted_team(last_audits)
    return sorted(sent, key=lambda extract: extract.received_on)


def _extract(feed: str, label: str, style: Style, rows: list[Row], extracted_on: date, note: str) -> Extract:
    return Extract(feed, label, style, rows, extracted_on, note, _weekday(extracted_on + timedelta(days=5)))


def _programme(audits: Sequence[Audit], catalogue: Catalogue) -> Iterator[Extract]:
    """The programme of each year as approved before it began, one re-planning and one addition."""

    def rows(chosen: Callable[[Audit], bool], monthly: bool, approved_on: date) -> list[Row]:
        counts = Counter(
            tuple(audit.row[name] for name in ("frame", "audit_type", "team", "agency"))
            + ((f"{month:%Y-%m}" if monthly else _quarter_label(month).replace("-q", " Q")),)
            for audit in audits
            if audit.in_programme and chosen(audit) and (month := audit.row["planned_month"])
        )
        names = ("frame", "audit_type", "team", "agency", "period")
        return [
            dict(zip(names, key, strict=True))
            | {"council": COUNCIL, "planned_count": count, "approved_on": approved_on}
            for key, count in sorted(counts.items(), key=lambda item: (item[0][-1], item[0]))
        ]

    for year in range(FIRST.year, LAST.year):
        approved = date(year, 3, 20)
        in_year = rows(lambda audit, y=year: not audit.added and _year(audit.row["planned_month"]) == y, year == 2025, approved)  # type: ignore[misc]
        yield _extract("audit_programme", f"{year}-{year % 100 + 1}", WORKBOOK, in_year, approved, "the year's programme")
    replanned = [
        row | {"planned_count": row["planned_count"] - max(1, row["planned_count"] // 3)}
        for row in rows(lambda audit: REPLANNED_FROM <= audit.row["planned_month"] < _after(REPLANNED_FROM, 3), False, REPLANNED_ON)
        if row["audit_type"] == "routine" and row["planned_count"] > 1
    ]
    yield _extract("audit_programme", "2024-25-replanned", WORKBOOK, replanned, REPLANNED_ON, "a quarter planned again, lower")
    added = rows(lambda audit: audit.added, True, ADDED_ON)
    yield _extract("audit_programme", "2025-26-added", WORKBOOK, added, ADDED_ON, "thematic audits added in the year")


def _case_audits(audits: Sequence[Audit], first: date, last: date, label: str, style: Style) -> Extract:
    """All audits planned for some months, as they stand at the end of the last."""
    end = _after(last) - timedelta(days=1)
    chosen = [audit for audit in audits if first <= audit.row["planned_month"] <= last]
    rows = [row for audit in chosen if (row := audit.standing(end))]
    note = f"audits planned for {max(first, FIRST):%B %Y} to {last:%B %Y}"
    return _extract("case_audits", label, style, rows, _weekday(end + timedelta(days=2)), note)


def _participation(audits: Sequence[Audit], quarter: date, style: Style) -> Extract:
    """Who was asked and who took part in the audits completed in a quarter and the one before."""
    first, end = _after(quarter, -3), _after(quarter, 3) - timedelta(days=1)
    rows = [
        person | {"told_outcome_on": told if (told := person["told_outcome_on"]) and told <= end else None}
        for audit in audits
        if audit.people and first <= audit.row["completed_on"] <= end and audit.entered_on <= end
        for person in audit.people
    ]
    note = f"participation in audits completed by {end:%B %Y}"
    return _extract("family_participation", _quarter_label(quarter), style, rows, _weekday(end + timedelta(days=2)), note)


# What goes wrong


def _spoil_audits(extract: Extract, rng: Random) -> None:
    """Plant the bad rows: one fault a row, and some audits twice."""

    def swapped(row: Row) -> date:
        return row["completed_on"].replace(day=row["completed_on"].month, month=row["completed_on"].day)

    def done(row: Row) -> bool:
        return row["status"] == "completed"

    def swaps(row: Row) -> bool:
        return done(row) and row["completed_on"].day <= 12 and swapped(row) < row["started_on"]

    faults: tuple[tuple[int, str, str, Callable[[Row], bool], Callable[[Row], Any]], ...] = (
        (6, "completed_on", "day and month swapped, so completed before it started", swaps, swapped),
        (2, "completed_on", "a day that no calendar has", done, lambda row: "31/09/2024"),
        (3, "completed_on", "completed, but without the date", done, lambda row: None),
        (2, "completed_on", "the wrong year, so completed after the extract", done,
         lambda row: row["completed_on"] + timedelta(days=365)),
        (2, "status", "a status that is not on the list", done, lambda row: "Awaiting sign-off"),
        (4, "primary_need", "a need that is not on the list", done, lambda row: "ASDX"),
        (2, "audit_reference", "no reference", done, lambda row: None),
    )  # fmt: skip
    good = set(range(len(extract.rows)))
    for count, column, what, fits, changed in faults:
        for at in rng.sample(sorted(at for at in good if fits(extract.rows[at])), count):
            good.remove(at)
            extract.rows[at] = extract.rows[at] | {column: changed(extract.rows[at])}
            _note(extract, at, column, what)
    for at in sorted(rng.sample(sorted(good), 4)):
        extract.rows.append(dict(extract.rows[at]))
        what = f"the audit of row {extract.style.header_row + 1 + at} a second time"
        _note(extract, len(extract.rows) - 1, "audit_reference", what)
    extract.note += "; with bad rows"


def _add_orphans(extract: Extract, rng: Random) -> None:
    for number, row in enumerate(rng.sample(extract.rows, 4)):
        extract.rows.append(row | {"audit_reference": f"BR9999-{number + 1:03d}"})
        _note(extract, len(extract.rows) - 1, "audit_reference", "an audit that no file has")
    extract.note += "; with rows of audits that do not exist"


def _add_personal_columns(extract: Extract) -> None:
    for number, row in enumerate(extract.rows, start=1):
        texts = (f"Invented Child {number}", f"invented.parent.{number}@example.invalid")
        row |= dict(zip(PERSONAL_COLUMNS, texts, strict=True))
    extract.headers = dict(zip(PERSONAL_COLUMNS, PERSONAL_COLUMNS, strict=True))
    extract.note += "; with names and addresses that must be dropped (all invented)"


def _rename(extract: Extract, rng: Random) -> None:
    for row in extract.rows:
        row[UNKNOWN_COLUMN] = rng.choice(("", "", "Seen – nothing to do", "Look again next month"))
    extract.headers = RENAMED | {UNKNOWN_COLUMN: UNKNOWN_COLUMN}
    extract.note += "; with a renamed column and one unknown column"


def _corrected_month(audits: Sequence[Audit], rng: Random) -> Extract:
    extract = _case_audits(audits, CORRECTED_MONTH, CORRECTED_MONTH, f"{CORRECTED_MONTH:%Y-%m}-corrected", WAREHOUSE)
    chosen = [audit for audit in audits if audit.row["planned_month"] == CORRECTED_MONTH]
    extract.rows = [row for audit in chosen if (row := audit.standing(CORRECTED_ON))]
    graded = [row for row in extract.rows if row["agreed_grade"] in ("outstanding", "good")]
    for row in rng.sample(graded, CORRECTED_GRADES):
        row["agreed_grade"] = _beside(list(GRADES), row["agreed_grade"], stricter=True)
    extract.extracted_on, extract.received_on = CORRECTED_ON, CORRECTED_ON + timedelta(days=1)
    extract.note += "; a late correction"
    return extract


def _name_unlisted_team(extract: Extract) -> None:
    at = len(extract.rows) - 1
    extract.rows[at]["team"] = UNLISTED_TEAM
    _note(extract, at, "team", "a team that the council has not listed")
    extract.note += "; with a team not yet listed"


def _note(extract: Extract, at: int, column: str, what: str) -> None:
    extract.faults.append(Fault(extract.style.header_row + 1 + at, column, what))


# Writing


def _written(extract: Extract, catalogue: Catalogue) -> bytes:
    contract, style = catalogue.contracts[extract.feed], extract.style
    names = [name for name in contract.columns if name not in style.left_out]
    heads = [extract.headers.get(name) or style.heading(contract.columns[name], name) for name in names]
    extra = [name for name in extract.headers if name not in contract.columns]
    cells = {name: _cell(contract.columns[name], style, catalogue) for name in names}
    table = [
        [*(cells[name](row.get(name)) for name in names), *(row[name] for name in extra)] for row in extract.rows
    ]
    table.insert(0, [*heads, *extra])
    if style.ending == "xlsx":
        return _workbook(table, (TITLE, f"{contract.title}: {extract.note}", f"Extracted on: {extract.extracted_on:%d/%m/%Y}"), extract.extracted_on)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=style.delimiter, lineterminator="\r\n").writerows(table)
    return text.getvalue().encode(style.encoding)


def _cell(column: contracts.Column, style: Style, catalogue: Catalogue) -> Callable[[Any], Any]:
    """How a style writes the values of one column. A text where no text belongs is a fault, and stays."""
    labels: dict[str, str] = {}
    if column.codes and style.labels:
        labels = {code.code: code.label for code in catalogue.codes[column.codes]}
    elif column.type == "grade":
        scale = catalogue.grade_scales[catalogue.names_of(COUNCIL).grade_scale]
        labels = {grade: words[0 if style.labels else -1] for grade, words in scale.items()}
    elif column.type == "council":
        labels = {COUNCIL: style.council}

    def write(value: Any) -> Any:
        if value is None:
            return ""
        if isinstance(value, bool):
            return style.yes_no[0 if value else 1]
        if isinstance(value, date):
            if column.type != "date":
                return f"{value:{style.month}}"
            return value if style.ending == "xlsx" else f"{value:{style.day}}"
        if isinstance(value, list):
            return style.joined.join(value)
        return labels.get(value, value)

    return write


def _workbook(table: list[list[Any]], titles: Sequence[str], made_on: date) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    book.set_properties({"created": datetime(made_on.year, made_on.month, made_on.day, 9), "title": titles[0]})
    sheet = book.add_worksheet("Extract")
    for at, title in enumerate(titles):
        sheet.write(at, 0, title)
    for at, row in enumerate(table, start=WORKBOOK.header_row - 1):
        sheet.write_row(at, 0, row)
    book.close()
    return file.getvalue()


# Small things


def _pick(rng: Random, weights: Mapping[str, float]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _uneven(rng: Random, catalogue: Catalogue, codes: str) -> str:
    """A code of a list, those that stand first on it more often."""
    listed = catalogue.codes[codes]
    return rng.choices(listed, [1 / (at + 1) for at in range(len(listed))])[0].code


def _beside(scale: list[str], grade: str, stricter: bool) -> str:
    at = scale.index(grade) + (1 if stricter else -1)
    return scale[min(max(at, 0), len(scale) - 1)]


def _after(month: date, months: int = 1) -> date:
    year, at = divmod(month.year * 12 + month.month - 1 + months, 12)
    return date(year, at + 1, 1)


def _months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = _after(first)


def _year(month: date) -> int:
    """The financial year of a day, by the calendar year it begins in."""
    return month.year - (month.month < 4)


def _quarter_label(day: date) -> str:
    year = _year(day)
    return f"{year}-{year % 100 + 1}-q{(day.month - 4) % 12 // 3 + 1}"


def _weekday(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))
