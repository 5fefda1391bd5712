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
