"""The story of the fictional county: every number and day that the demonstration is made from.

Belongs here: what is so in Brackenshire, how often, and from when; what goes wrong in its files.
Does not belong here: how rows are drawn from it (a module for each kind of record). Columns, headers and labels come
from the contracts, names of teams and themes from `expectations/councils/990.yaml`, so that the demo follows them.
"""

from __future__ import annotations

from datetime import date

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

# Plans: the register that the case system sends at the end of each term
MAINTAINED_AT_START = 3620  # plans on the first day
ISSUED_A_MONTH = (58, 84)  # first and last month, rising evenly
ENDED_A_MONTH = (28, 38)
REGISTER_OLDEST = date(2015, 9, 1)  # the first plan that is still maintained
AGES_AT_ISSUE = {"0-4": 27, "5-10": 44, "11-15": 22, "16-19": 7}
# Days from the issue of a plan to the audit of its child, by what the audit says of the plan
WHEN_ISSUED = {"new": (20, 120), "amended": (500, 2200), "review": (400, 2000), "ceased": (700, 2200)}
# Share issued within 20 weeks, by the day of issue: assessments waited for psychologists, then caught up
TIMELY = ((date(2015, 9, 1), 0.62), (FIRST, 0.52), (date(2024, 8, 1), 0.29), (LAST, 0.71))
OVER_A_YEAR = 0.07  # of those late
EXCEPTION = {True: 0.015, False: 0.11}  # an exception applied: issued within 20 weeks, issued later
TAKEN_OVER = 0.005  # came from another council, so the request is not known

# The population, counted at each January's returns: the day, and how many children are on SEN support
COUNTED = ((date(2024, 1, 18), 9240), (date(2025, 1, 16), 9510), (date(2026, 1, 15), 9830))
AGES_ON_SUPPORT = {"0-4": 5, "5-10": 51, "11-15": 40, "16-19": 4}
NEEDS_ON_SUPPORT = {"SLCN": 28, "SEMH": 24, "MLD": 13, "SPLD": 12, "ASD": 10, "OTH": 4, "PD": 2, "HI": 2, "VI": 1}
FEWEST_GIVEN = 3  # fewer children of a group are given as c

# Reviews of plans
REVIEWS_A_MONTH = (17, 33)  # slots in the first and the last month, rising evenly; more than nine in ten are completed
REVIEW_VOID = 0.04
REVIEW_LATE = 0.08
REVIEW_SELECTIONS = {"random": 82, "targeted": 18}
KINDS_REVIEWED = {"new": 46, "amended": 38, "existing": 16}
DRAFTS = {"new": 0.4, "amended": 0.3, "existing": 0.0}
# Grades come from a score with the middle 0 and a spread of 1: good from 0, and so on. The share that is good sets the
# middle; all parts of one plan share half of their spread.
SCORES = {"outstanding": 1.45, "good": 0.0, "requires_improvement": -1.3}
GOOD_PLANS = (0.45, 0.48)  # first and last day, as a moderator sees them
AMENDED_WEAKER = 0.5  # amended plans' scores are lower by this
GOOD_SECTIONS = {
    "A": (0.72, 0.8), "B": (0.6, 0.66), "C": (0.3, 0.3), "D": (0.36, 0.39), "E": (0.46, 0.55), "F": (0.27, 0.31),
    "G": (0.27, 0.27), "H1": (0.38, 0.4), "H2": (0.36, 0.39), "I": (0.84, 0.85), "J": (0.55, 0.58), "K": (0.64, 0.7),
}  # as reviewed; a section not named here is not graded
APPLIES = {"C": 0.86, "D": 0.8, "G": 0.78, "H1": 0.42, "H2": 0.5, "J": 0.14}  # others always
VIEWS = {"child_views": (0.72, 0.8), "parent_views": (0.82, 0.86), "coproduced": (0.5, 0.6)}
# From this day on health was asked through one office, with a form; sections C and G follow the advice
HEALTH_CHANGE, HEALTH_SECTIONS, HEALTH_SECTIONS_RISE = date(2024, 9, 1), ("C", "G"), 0.9
ADVICE_ASKED = {"new": 1.0, "amended": 0.6, "existing": 0.3}
ADVICE = {
    # of those asked: not known to the service, received; of those received: in six weeks, good
    "health": ((0.1, 0.6, 0.4, 0.34), (0.07, 0.85, 0.8, 0.71)),
    "social_care": ((0.46, 0.36, 0.58, 0.48), (0.44, 0.4, 0.6, 0.5)),
    "educational_psychology": ((0.01, 0.92, 0.48, 0.83), (0.01, 0.94, 0.6, 0.84)),
}  # before and from HEALTH_CHANGE
# Moderation drifts: reviewers give one grade more than moderators, more and more often
GENEROUS, STRICT = (0.05, 0.46), 0.05
REVIEW_MODERATED = {"random": 0.3, "targeted": 0.06}
"""Of reviews not graded inadequate; those graded inadequate as audits are."""

# Earlier years of which only counts are known, as papers for councillors gave them: period, heard, of how many
PARTICIPATION_BEFORE = (
    (date(2021, 4, 1), date(2022, 3, 31), 152, 431, date(2022, 6, 15)),
    (date(2022, 4, 1), date(2023, 3, 31), 197, 468, date(2023, 6, 14)),
)

# Figures of a fictional country, in DfE's layout. Brackenshire's own are those of its register from REGISTER_YEARS on.
PUBLISHED_ON, PUBLISHED_YEARS, BROKEN_DOWN_FROM = date(2025, 6, 26), range(2019, 2025), 2023
REGISTER_YEARS = range(2023, 2025)
COUNCILS = {
    # plans issued in the first year, yearly growth, share within 20 weeks in the first and the last year
    "990": (470, 1.09, (0.66, 0.55)), "991": (310, 1.07, (0.81, 0.74)), "992": (540, 1.12, (0.58, 0.34)),
    "993": (150, 1.04, (0.9, 0.88)), "994": (420, 1.1, (0.47, 0.66)), "995": (265, 1.08, (0.72, 0.49)),
    "996": (600, 1.13, (0.6, 0.21)), "997": (190, 1.06, (0.77, 0.7)), "998": (230, 1.05, (0.84, 0.8)),
    "999": (690, 1.11, (0.51, 0.43)),
}
PUBLISHED_EXCEPTION, PUBLISHED_OVER_A_YEAR = {True: 0.03, False: 0.1}, (0.03, 0.16)  # more of those late, by year
NOT_RETURNED = ("997", 2022)  # every number is x
ALL_EXCEPTIONS = ("993", 2024)  # nothing without exceptions: counts of 0, percentages z

# The list of statistical neighbours, with a block of former councils beneath it: each council's others, by a likeness
# that is drawn. The nearest are closest, and a list of ten has one place too many for nine others.
NEIGHBOURS_ON = date(2025, 5, 30)
CLOSENESS = ("Extremely close", *2 * ("Very close",), *3 * ("Close",), *2 * ("Somewhat close",), "Not close")
FORMER_COUNCIL = (989, "Old Saltwick (Pre LG)")

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
# The quarter whose file of reviews holds bad rows; the next one puts them right
BAD_REVIEWS_QUARTER = date(2024, 10, 1)
EXPORTED_REVIEWS = "2025-26-q2"  # comes straight from the quality tool, in its own layout
# fmt: on
# fmt: off

# Placements elsewhere, the safeguards around them, and what was found
PLACEMENTS_A_MONTH = 1.4  # that begin, of children with a plan or without one
PLACED_WITH_PLAN = 0.88
PLACED_FOR = (30, 420)  # days
PROVIDERS = 12
PLACEMENT_STATES = {"registered": 46, "need_not": 40, "not_known": 14}
NOT_NEEDED = {"one_to_one": 40, "not_full_time": 35, "not_main_education": 15, "too_few_pupils": 10}
VISITED_EVERY, VISITED_LATELY = (50, 130), 0.8  # days; the share of settings that are visited at all
CHECKED_EVERY = (200, 430)
# What the page must find: one part time since February, whom nobody has visited or planned for; one full time with a
# plan to move; and a setting that has registered since. (child's place in the register, provider, attendance, hours,
# first day, last day, day of registration, plan to move, last visit, last check)
FOUND_PLACEMENTS = (
    (400, "PV-77", "part_time", 12, date(2026, 2, 23), None, None, False, None, None),
    (1200, "PV-78", "full_time", 22, date(2025, 12, 1), None, None, True, date(2026, 3, 10), date(2025, 12, 3)),
    (2000, "PV-79", "full_time", 25, date(2025, 4, 22), None, date(2025, 11, 17), True, date(2026, 1, 20),
     date(2025, 9, 2)),
    (2800, "PV-80", "part_time", 15, date(2024, 9, 9), date(2024, 12, 13), None, True, date(2024, 10, 1), None),
)

# Training: what each role must hold, from when; attended and passed are drawn apart
STAFF, STAFF_ROLES = 64, {"caseworker": 44, "social_worker": 14, "health": 14, "educational_psychologist": 10,
                          "manager": 8, "auditor": 10}
JOIN_A_MONTH, LEAVE_A_MONTH = 1.0, 0.8
MODULES = {
    # module: (theme, who must hold it, from when, attended, passed of those, months that it holds)
    "Asking for health advice": ("Health advice", ("caseworker", "manager"), date(2024, 8, 1), 0.96, 0.91, None),
    "Writing provision that can be checked": (
        "Provision specific and quantified", ("caseworker", "educational_psychologist"), date(2024, 9, 1), 0.95, 0.42,
        None,
    ),
    "Child's voice in plans": (
        "Child's voice", ("caseworker", "social_worker", "auditor"), date(2025, 3, 1), 0.7, 0.8, None,
    ),
    "SEND law and duties": ("Timeliness", tuple(STAFF_ROLES), date(2023, 4, 1), 0.9, 0.86, 24),
    "Safeguarding in alternative provision": ("Safeguarding", ("manager", "auditor"), date(2025, 9, 1), 0.55, 0.9, 36),
}

# Complaints, stage by stage
COMPLAINTS_A_MONTH, NEXT_STAGE = (4, 9), 0.22  # first and last month
ANSWER_DAYS, ANSWERED_LATE, NEVER_ANSWERED = {"stage_1": 28, "stage_2": 56}, 0.34, 0.03
OUTCOMES = {"upheld": 34, "partly_upheld": 26, "not_upheld": 28, "withdrawn": 8, "other": 4}
FAULTS = {"delay": 36, "communication": 24, "provision": 18, "advice": 8, "plan_content": 6, "decision": 5,
          "complaint_handling": 3}
FAULT_THEMES = {"delay": "Timeliness", "communication": "Family kept informed", "provision": "Alternative provision",
                "advice": "Health advice", "plan_content": "Provision specific and quantified",
                "decision": "Multi-agency working", "complaint_handling": "Management oversight"}

# You said, we did. (theme, families, raised on, due on, response, reason, answered on, told on, checked on)
FEEDBACK = (
    ("Family kept informed", 41, date(2024, 6, 20), date(2024, 9, 30), "done", None, date(2024, 9, 2),
     date(2024, 9, 20), date(2025, 2, 11)),
    ("Health advice", 18, date(2024, 6, 20), date(2024, 9, 30), "done", None, date(2024, 9, 9), date(2024, 9, 20),
     None),
    ("Annual review", 12, date(2024, 11, 28), date(2025, 2, 28), "cannot", "people", date(2025, 2, 20),
     date(2025, 2, 27), None),
    ("Clear writing", 27, date(2025, 3, 18), date(2025, 6, 30), "done", None, date(2025, 5, 12), date(2025, 6, 4),
     date(2025, 11, 19)),
    ("Moving between phases", 22, date(2025, 6, 19), date(2025, 9, 30), "cannot", "law", date(2025, 9, 1),
     date(2025, 9, 12), date(2026, 1, 22)),
    ("Timeliness", 58, date(2025, 6, 19), date(2025, 9, 30), "in_hand", None, None, None, None),
    ("Parent's voice", 16, date(2025, 6, 19), date(2025, 9, 30), "done", None, date(2025, 8, 4), None, None),
    ("Alternative provision", 9, date(2025, 11, 27), date(2026, 2, 27), None, None, None, None, None),
    ("Mental health and wellbeing", 33, date(2025, 11, 27), date(2026, 2, 27), "cannot", "another_body",
     date(2026, 2, 10), date(2026, 2, 20), None),
    ("Preparing for adulthood", 11, date(2025, 11, 27), date(2026, 2, 27), "done", None, date(2026, 2, 2),
     date(2026, 2, 20), None),
    ("Attendance and exclusion", 3, date(2025, 11, 27), date(2026, 2, 27), None, None, None, None, None),
    ("Family kept informed", 24, date(2026, 3, 12), date(2026, 6, 30), None, None, None, None, None),
)

# What members asked, and what boards were told
REQUESTS_A_MEETING, MEETING_MONTHS = (2, 4), (1, 3, 6, 9, 11)
PROMISED_DAYS, REQUEST_LATE, REQUEST_NEVER, REQUEST_DECLINED = 28, 0.4, 0.18, 0.05
ANSWERED_IN_FULL = 0.7
REQUEST_TOPICS = {"Timeliness": 26, "Parent's voice": 18, "Provision specific and quantified": 14, "Health advice": 12,
                  "Alternative provision": 10, "Annual review": 10, "Attendance and exclusion": 10}
REPORTS_A_MEETING = {
    "Children and Families Scrutiny Committee": (1, 2), "SEND Partnership Board": (3, 5),
    "Safeguarding Children Partnership": (1, 2), "Health and Wellbeing Board": (0, 1),
    "Audit and Governance Committee": (0, 1),
}
REPORT_TOPICS = {"Timeliness": 30, "Provision specific and quantified": 14, "Health advice": 16, "Child's voice": 14,
                 "Multi-agency working": 10, "Management oversight": 10, "Annual review": 6}
REPORT_SOURCES = {"audits": 34, "performance": 36, "complaints": 10, "families": 10, "risk": 6, "inspection": 4}
PLACEMENTS_REPORTED = ("Safeguarding Children Partnership", "Alternative provision", date(2025, 3, 13), "placements")
# fmt: on
