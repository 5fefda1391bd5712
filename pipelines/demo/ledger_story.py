"""The story of the fictional county's ledger: its Ombudsman cases, and what was undertaken after them and after others.

Belongs here: every action that is told by name, with its days. Does not belong here: rows and files (`ledger`),
    or the
actions after audits that are drawn by chance (`ledger` from `OF_AUDITS`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

# fmt: off
FORMER_COUNCIL = "989"  # Tarn Riding, whose duties passed to the county in 2021
SENT_ON = (date(2025, 9, 30), date(2026, 3, 31))  # the register goes to the data team twice a year, as it stands then
SEND, REVIEW, SCHOOLS = "Head of SEND Assessment", "Annual Review manager", "Assistant Director Education"
HEALTH, TRAVEL, QUALITY = "Designated clinical officer", "Transport manager", "Quality Assurance manager"
COMPLAINTS, AUDITORS, BOARD = "Complaints manager", "Internal auditor", "Partnership board secretary"


@dataclass(frozen=True)
class Action:
    """One action, as it stood on the last day of the story."""

    title: str
    owner: str
    opened_on: date
    due_on: date
    done_on: date | None = None
    evidence: str | None = None
    checked: tuple[date, str] | None = None
    effect: tuple[date, str] | None = None
    cancelled: tuple[date, str] | None = None
    moves: tuple[tuple[date, date], ...] = ()  # on this day, to that day
    reopened_on: tuple[date, date] | None = None  # done on this day at first, opened again on that
    agency: str = "Education"
    theme: str | None = None
    measure: str | None = None


@dataclass(frozen=True)
class Case:
    """One investigation by the Ombudsman, what was agreed for the family, and what the county undertook to change."""

    reference: str
    decided_on: date
    outcome: str
    fault: str
    actions: tuple[Action, ...]
    remedies: tuple[tuple[str, date, date | None, date | None], ...] = ()  # kind, due, done, Ombudsman satisfied
    published: bool = True
    former: str | None = None


D = date
CASES = (
    Case("90 001 101", D(2021, 6, 14), "upheld", "assessment_delay", former=FORMER_COUNCIL, actions=(
        Action("Track every request from the first day with a weekly report to the head of service", SEND, D(2021, 6,
               14), D(2021, 9, 30), D(2021, 9, 20), "Weekly report, in use since September 2021", (D(2021, 11, 2),
               QUALITY), (D(2022, 9, 1), "yes"), measure="timeliness.twenty_weeks", theme="Timeliness"),
        Action("Train new caseworkers on the time limits", SEND, D(2021, 6, 14), D(2021, 12, 31), D(2021, 12, 15),
               "Attendance list", (D(2022, 1, 20), QUALITY), theme="Timeliness"),
    ), remedies=(("apology", D(2021, 7, 14), D(2021, 7, 2), D(2021, 7, 6)), ("payment", D(2021, 7, 14), D(2021, 7, 9),
        D(2021, 7, 12)))),
    Case("90 002 214", D(2021, 11, 22), "upheld", "provision_not_made", actions=(
        Action("Check within six weeks of each new plan that the provision has started", SCHOOLS, D(2021, 11, 22),
               D(2022, 3, 31), D(2022, 3, 25), None, theme="Provision specific and quantified"),
        Action("Agree with health what happens when a therapist leaves", HEALTH, D(2021, 11, 22), D(2022, 3, 31),
               D(2022, 5, 16), "Protocol signed by both partners", (D(2022, 6, 10), SEND), (D(2023, 6, 1), "no"),
               agency="Health", moves=((D(2022, 3, 20), D(2022, 5, 31)),)),
    ), remedies=(("apology", D(2021, 12, 22), D(2021, 12, 20), D(2022, 1, 5)), ("payment", D(2021, 12, 22), D(2022, 1,
        28), D(2022, 2, 4)))),
    Case("90 003 057", D(2022, 7, 5), "upheld", "review_delay", actions=(
        Action("Publish how many annual reviews are late each month", REVIEW, D(2022, 7, 5), D(2022, 10, 31), D(2022,
               10, 28), "Page on the website", (D(2022, 11, 15), REVIEW), theme="Annual review"),
        Action("Send a reminder to every school four weeks before each annual review", REVIEW, D(2022, 7, 5), D(2022,
               12, 31), D(2022, 12, 9), "Standard letter and log of letters sent", (D(2023, 1, 30), QUALITY), (D(2023,
               9, 4), "yes"), theme="Annual review"),
    ), remedies=(("apology", D(2022, 8, 5), D(2022, 8, 1), D(2022, 8, 3)),)),
    Case("90 004 390", D(2023, 2, 20), "upheld", "education_missed", actions=(
        Action("Write a procedure for children who are out of school for fifteen days", SCHOOLS, D(2023, 2, 20),
               D(2023, 5, 31), D(2023, 5, 30), "Procedure, approved by the cabinet member", (D(2023, 7, 3), AUDITORS),
               theme="Alternative provision"),
        Action("Report every month how many children wait for education", SCHOOLS, D(2023, 2, 20), D(2023, 6, 30),
               None, moves=((D(2023, 6, 26), D(2023, 12, 31)), (D(2023, 12, 19), D(2024, 9, 30)), (D(2024, 9, 24),
               D(2026, 6, 30))), theme="Alternative provision"),
        Action("Tell parents in the first letter how to ask for a review of the timetable", COMPLAINTS, D(2023, 2,
               20), D(2023, 4, 30), D(2023, 4, 27), "New letter", (D(2023, 5, 12), QUALITY)),
    ), remedies=(("apology", D(2023, 3, 20), D(2023, 3, 14), D(2023, 3, 20)), ("payment", D(2023, 3, 20), D(2023, 3,
        28), D(2023, 4, 3)), ("provision", D(2023, 4, 20), D(2023, 4, 17), D(2023, 4, 19)))),
    Case("90 005 122", D(2024, 3, 18), "upheld", "transport", actions=(
        Action("Give reasons in every refusal of transport", TRAVEL, D(2024, 3, 18), D(2024, 6, 30), D(2024, 6, 21),
               None),
        Action("Review the refusals of the last year", TRAVEL, D(2024, 3, 18), D(2024, 9, 30), None),
    ), remedies=(("apology", D(2024, 4, 18), D(2024, 4, 15), D(2024, 4, 18)), ("payment", D(2024, 4, 18), D(2024, 4,
        17), D(2024, 4, 18)))),
    Case("90 006 477", D(2024, 6, 3), "not_upheld", "communication", published=False, actions=(
        Action("Answer every letter from a parent within ten working days", COMPLAINTS, D(2024, 6, 3), D(2024, 8, 31),
               D(2024, 8, 30), None, theme="Family kept informed"),
    )),
    Case("90 007 803", D(2024, 10, 28), "upheld", "provision_not_made", actions=(
        Action("Check within six weeks of each amended plan that the provision has started", SCHOOLS, D(2024, 10, 28),
               D(2025, 1, 31), D(2025, 1, 29), "Checklist", (D(2025, 3, 10), SCHOOLS),
               theme="Provision specific and quantified"),
        Action("Keep a list of provision that has stopped and report it each month", SCHOOLS, D(2024, 10, 28), D(2025,
               2, 28), None, reopened_on=(D(2025, 2, 24), D(2025, 11, 12)),
               theme="Provision specific and quantified"),
    ), remedies=(("apology", D(2024, 11, 28), D(2024, 11, 20), D(2024, 11, 26)), ("payment", D(2024, 11, 28), D(2024,
        12, 12), D(2024, 12, 18)), ("service_improvement", D(2025, 1, 28), D(2025, 1, 29), D(2025, 2, 11)))),
    Case("90 008 561", D(2025, 11, 10), "upheld", "provision_not_made", actions=(
        Action("Commission therapy for the children on the list of provision that has stopped", HEALTH, D(2025, 11,
               10), D(2026, 2, 28), None, agency="Health", theme="Health advice"),
        Action("Ask an independent auditor to check twenty plans a term for missed provision", QUALITY, D(2025, 11,
               10), D(2026, 4, 30), None, theme="Provision specific and quantified"),
    ), remedies=(("apology", D(2025, 12, 10), D(2025, 12, 8), D(2025, 12, 9)), ("payment", D(2025, 12, 10), D(2026, 1,
        12), None), ("service_improvement", D(2026, 2, 10), None, None))),
)

INSPECTION = "AREA-2024"
FINDINGS = (
    {"source_reference": INSPECTION, "published_on": D(2024, 5, 20), "outcome": "2", "area_number": 1,
     "area_kind": "improvement", "title": "Health advice for plans comes late and is not specific", "progress": "yes",
     "progress_on": D(2025, 11, 6)},
    {"source_reference": INSPECTION, "published_on": D(2024, 5, 20), "outcome": "2", "area_number": 2,
     "area_kind": "improvement", "title": "Social care seldom gives advice for plans", "progress": "no",
     "progress_on": D(2025, 11, 6)},
)
INTERNAL_AUDITS = (
    {"source_reference": "IA-2025-07", "title": "Learning from case audits", "planned_on": D(2025, 3, 31),
     "reported_on": D(2025, 4, 14), "opinion": "limited", "recommendations": 3},
    {"source_reference": "IA-2025-19", "title": "Transport for children with plans", "planned_on": D(2025, 12, 31),
     "reported_on": D(2026, 1, 22), "opinion": "reasonable", "recommendations": 0},
    {"source_reference": "IA-2026-02", "title": "Payments to independent schools", "planned_on": D(2026, 6, 30),
     "reported_on": None, "opinion": None, "recommendations": None},
)
OTHERS = {
    # Two weaknesses of an area inspection: the first was moved to effect, the second was not
    ("inspection", INSPECTION): (
        Action("Weakness one: ask for health advice through one office with a form", HEALTH, D(2024, 7, 15), D(2024,
               10, 31), D(2024, 9, 2), "Form and office in place since September 2024", (D(2024, 11, 20), BOARD),
               (D(2025, 9, 15), "yes"), agency="Health", theme="Health advice", measure="advice.on_time"),
        Action("Weakness one: report to the board each quarter how much health advice comes in time", BOARD, D(2024,
               7, 15), D(2024, 12, 31), D(2024, 12, 12), "Minutes of the board", (D(2025, 1, 30), QUALITY), (D(2025,
               9, 15), "yes"), agency="Health", theme="Health advice", measure="advice.on_time"),
        Action("Weakness two: rewrite how social care gives advice for plans", "Head of Disabled Children", D(2024, 7,
               15), D(2024, 12, 31), None, moves=((D(2024, 12, 16), D(2025, 6, 30)), (D(2025, 6, 23), D(2026, 3,
               31))), agency="Social care", theme="Social care advice", measure="advice.received"),
        Action("Weakness two: train social workers to give advice for plans", "Head of Disabled Children", D(2024, 7,
               15), D(2025, 3, 31), D(2025, 3, 27), "Attendance list", (D(2025, 4, 30), BOARD), (D(2025, 12, 1),
               "no"), agency="Social care", theme="Social care advice", measure="advice.received"),
    ),
    ("improvement_plan", "PLAN-2020"): (
        Action("Agree one quality standard for plans across the partnership", SEND, D(2020, 10, 1), D(2021, 3, 31),
               D(2021, 3, 22), "Standard, adopted by the board", (D(2021, 5, 5), BOARD), (D(2022, 5, 5), "yes"),
               theme="Multi-agency working"),
    ),
    ("internal_audit", "IA-2025-07"): (
        Action("Name an owner and a date for every action from case audits", QUALITY, D(2025, 4, 14), D(2025, 7, 31),
               D(2025, 7, 10), "Register of actions", (D(2025, 10, 6), AUDITORS), (D(2026, 2, 16), "yes"),
               theme="Management oversight"),
        Action("Keep the evidence of each action for six years", QUALITY, D(2025, 4, 14), D(2025, 9, 30), D(2025, 9,
               29), "File plan", (D(2025, 10, 6), AUDITORS), theme="Management oversight"),
        Action("Have a sample of done actions checked by somebody else each quarter", QUALITY, D(2025, 4, 14), D(2025,
               12, 31), None, theme="Management oversight"),
    ),
    ("scrutiny", "OSC-2025-03"): (
        Action("Tell the committee what became of each earlier Ombudsman report", SCHOOLS, D(2025, 3, 4), D(2025, 6,
               30), D(2025, 10, 14), "Report to the committee", (D(2025, 11, 18), "Scrutiny officer"), moves=((D(2025,
               6, 24), D(2025, 10, 31)),)),
        Action("Show how many families were offered a say in audits and how many took it", QUALITY, D(2025, 3, 4),
               D(2025, 6, 30), D(2025, 6, 18), "Page on the website", (D(2025, 7, 8), "Scrutiny officer"), (D(2026, 1,
               20), "yes"), theme="Parent's voice", measure="voice.any_family"),
        Action("Invite members to an annual briefing on plans", SCHOOLS, D(2025, 3, 4), D(2025, 12, 31),
               cancelled=(D(2025, 9, 9), "superseded")),
    ),
    ("complaint", "COMP-2025"): (
        Action("Name one person whom a family can call while it waits for a plan", SEND, D(2025, 5, 12), D(2025, 8,
               31), D(2025, 8, 29), "Standard letter", (D(2025, 12, 3), COMPLAINTS), theme="Family kept informed"),
        # closed before it was opened
        Action("Explain in the first letter what happens when the time limit is missed", COMPLAINTS, D(2025, 8, 4),
               D(2025, 10, 31), D(2025, 7, 8), "New letter", theme="Family kept informed"),
    ),
    ("tribunal", "TRIB-2025"): (
        Action("Issue plans that the tribunal has ordered within the time that it gives", SEND, D(2025, 6, 16),
               D(2025, 9, 30), D(2025, 9, 12), "Log of orders", (D(2025, 10, 22), "Solicitor"), theme="Timeliness"),
    ),
}

# Actions after audits: so many a month from the first month on, each with one of these titles
OF_AUDITS, OF_AUDITS_FROM = 4, D(2024, 4, 1)
AUDIT_TITLES = (
    ("Write outcomes that say what will be different and by when", "Outcomes specific and measurable"),
    ("Say in Section F how much, how often and by whom", "Provision specific and quantified"),
    ("Record what the child said in the child's own words", "Child's voice"),
    ("Ask parents before the draft is written", "Parent's voice"),
    ("Chase late health advice after four weeks", "Health advice"),
    ("Amend the plan within the time limit after the annual review", "Annual review"),
    ("Add preparing for adulthood from year nine", "Preparing for adulthood"),
    ("Have a manager sign each final plan", "Management oversight"),
)
AUDIT_OWNERS = (SEND, REVIEW, "Senior caseworker", "Lead for preparing for adulthood")
AUDIT_EVIDENCE = ("Amended plan on file", "Checklist", "Minutes of the team meeting", "Dip sample of plans")
DUE_AFTER, DONE_BY_THEN = (45, 90, 120), 0.62  # days; done by the day it was due
DONE_LATE, NAMED, LOOKED_AT, BY_OWNER, CANCELLED, SLIPPED = 0.6, 0.74, 0.6, 0.16, 0.06, 0.5
HELPED = {"yes": 5, "no": 2, "too_early": 4}
# fmt: on
