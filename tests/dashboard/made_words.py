"""The text of the made-up release: measures with their conditions, groups and their labels, deliveries.

Does not belong here: counting (`made_release`) and assertions.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

PEOPLE = "sum(child_in::INT + parent_in::INT)"
ANY_FAMILY = "(child_in OR parent_in)"
NOBODY = "NOT child_off AND NOT parent_off"
BY = ("audit_type", "primary_need", "age_band", "locality")
SHORT = {
    "voice.any_family": "Child or family heard",
    "voice.child": "Child heard",
    "voice.parent": "Parent or carer heard",
    "voice.staff": "Staff heard",
    "programme.delivery": "Programme delivered",
    "quality.good_or_better": "Good or better",
    "quality.inadequate": "Inadequate",
    "quality.moderated": "Moderated",
}
HEADLINES = ("voice.any_family", "voice.child", "voice.parent", "programme.delivery", "quality.good_or_better",
             "quality.inadequate", "quality.moderated")  # fmt: skip
TARGETS = {
    "programme.delivery": (0.7, "An example of a target."),
    "quality.inadequate": (0.1, "An example of a council's own ceiling."),
    "quality.moderated": (0.9, "An example of a target."),
}
BREAKDOWNS = {
    "audit_type": "Type of audit",
    "primary_need": "Primary need",
    "age_band": "Age",
    "locality": "Locality",
    "not_appropriate_reason": "Reason contact was not appropriate",
    "mode": "How people took part",
    "team": "Team",
    "selection": "How the case was selected",
    "void_reason": "Why the audit was void",
    "section": "Section of the plan",
    "plan_kind_reviewed": "Kind of plan",
    "section_by_kind": "Section and kind of plan",
    "advice_source": "Who gave the advice",
    "advice_source_by_kind": "Who gave the advice, and kind of plan",
}
GROUPS = {
    "audit_type": {
        "thematic": "Thematic",
        "routine": "Routine",
        "multi_agency": "Multi-agency",
        "dip_sample": "Dip sample",
    },
    "primary_need": {
        "ASD": "Autistic spectrum disorder",
        "SEMH": "Social, emotional and mental health",
        "SLCN": "Speech, language and communication needs",
        "MLD": "Moderate learning difficulty",
        "PMLD": "Profound and multiple learning difficulty",
    },
    "age_band": {"0-4": "0 to 4", "5-10": "5 to 10", "11-15": "11 to 15", "16-19": "16 to 19"},
    "locality": {"north": "North", "south": "South", "unlisted-3F2A": "Not yet listed (3F2A)"},
    "not_appropriate_reason": {
        "asked_not_to_be_contacted": "Asked not to be contacted",
        "distress": "Likely to cause distress",
        "safeguarding": "Safeguarding concern",
        "no_contact_details": "No contact details held",
    },
    "team": {name: name for name in ("Casework", "Early Years", "Outreach", "Virtual School")},
    "selection": {"random": "Random", "targeted": "Targeted", "complaint": "Complaint-led"},
    "void_reason": {
        "moved_away": "The child moved out of the area",
        "no_auditor": "No auditor was available",
    },
    "mode": {
        "conversation": "Conversation",
        "written": "In writing",
        "advocate": "Through an advocate",
        "communication_aid": "With a communication aid",
        "observation": "Observation",
        "survey": "Survey",
    },
    "section": {
        "A": "Section A: views, interests and aspirations",
        "B": "Section B: special educational needs",
        "C": "Section C: health needs",
        "D": "Section D: social care needs",
        "E": "Section E: outcomes",
        "F": "Section F: special educational provision",
        "G": "Section G: health provision",
        "H": "Section H: social care provision",
        "I": "Section I: placement",
        "J": "Section J: personal budget",
        "K": "Section K: advice and information",
    },
    "plan_kind_reviewed": {"new": "New plan", "amended": "Amended plan", "existing": "Existing plan"},
    "advice_source": {
        "educational_psychology": "Educational psychology",
        "health": "Health",
        "social_care": "Social care",
    },
}
_HIGHER = "the auditor had graded higher in {numerator} of {denominator} audits ({value})."
AGREED = {
    "reliability.more_generous": "In {numerator} of {denominator} randomly re-checked audits the auditor had graded "
    "higher than the moderator ({value}).",
    "reliability.generous_of_disagreements": f"When they disagreed, {_HIGHER}",
    "reliability.generous_of_disagreements_all": f"When they disagreed on any, {_HIGHER}",
    "reliability.kappa": "Auditors and moderators agreed with a weighted kappa of {value} (the same grade in "
    "{numerator} of {denominator} audits).",
    "reliability.gwet": "By Gwet's AC2, auditors and moderators agreed with {value} beyond chance (the same grade in "
    "{numerator} of {denominator} audits).",
}
"""Sentences of measures of agreement; the others are their opening, counts and share."""
# measure, title, condition counted, condition counted in, opening of the sentence, what is counted in, which is good
FAMILY = [
    ("voice.any_family", "Audits that heard from the child or family", ANY_FAMILY, "true",
     "Someone from the family contributed to", "completed audits", "better"),
    ("voice.any_family_of_appropriate", "Heard, where contact was appropriate", ANY_FAMILY, "child_ok OR parent_ok",
     "Someone from the family contributed to", "audits where contact was appropriate", "better"),
    ("voice.any_family_of_offered", "Heard, where somebody was offered", ANY_FAMILY, "child_off OR parent_off",
     "Someone from the family contributed to", "audits where somebody was offered", "better"),
    ("voice.any_family_thematic", "Heard, in thematic audits", ANY_FAMILY, "audit_type = 'thematic'",
     "Someone from the family contributed to", "thematic audits", "better"),
    ("voice.child_and_parent", "Audits that heard from both", "child_in AND parent_in", "true",
     "Both the child and a parent or carer contributed to", "completed audits", "better"),
    ("voice.nobody_offered", "Audits where nobody was offered a say", NOBODY, "true",
     "Nobody was offered a say in", "completed audits", "worse"),
    ("voice.nobody_offered_not_appropriate", "Nobody offered: recorded as not appropriate",
     f"{NOBODY} AND NOT child_ok AND NOT parent_ok", "true",
     "Contact was recorded as not appropriate in", "completed audits", "neither"),
    ("voice.nobody_offered_no_reason", "Nobody offered: no reason given",
     f"{NOBODY} AND (child_ok OR parent_ok)", "true",
     "Nobody was offered a say, with no reason given, in", "completed audits", "worse"),
    ("voice.existing_record_only", "Audits with only views already on file", f"on_file AND NOT {ANY_FAMILY}", "true",
     "Only views already on file were used in", "completed audits", "neither"),
    ("voice.told_in_time", "Families told the outcome in time", "child_told OR parent_told", ANY_FAMILY,
     "The family was told in time in", "audits the family contributed to", "better"),
]  # fmt: skip
RANDOM = "selection = 'random'"
WORK = [
    ("programme.delivery", "Planned audits done in time", "is_delivered", "true",
     "Completed in time:", "planned audits", "better"),
    ("programme.added", "Audits added to the programme later", "is_void", "true", "Added later:",
     "audits in the programme", "neither"),
    ("programme.void", "Audits made void", "is_void", "true", "Made void:", "audits on record", "neither"),
    ("quality.outstanding", "Randomly chosen audits agreed as outstanding", "graded < 0.06", RANDOM,
     "Agreed as outstanding:", "randomly chosen audits", "better"),
    ("quality.good", "Randomly chosen audits agreed as good", "graded BETWEEN 0.06 AND 0.5", RANDOM,
     "Agreed as good:", "randomly chosen audits", "neither"),
    ("quality.requires_improvement", "Randomly chosen audits agreed as requires improvement",
     "graded > 0.5 AND graded <= 0.88", RANDOM, "Agreed as requires improvement:", "randomly chosen audits", "worse"),
    ("quality.inadequate", "Randomly chosen audits agreed as inadequate", "graded > 0.88", RANDOM,
     "Agreed as inadequate:", "randomly chosen audits", "worse"),
    ("quality.good_or_better", "Randomly chosen audits agreed as good or better", "graded <= 0.5", RANDOM,
     "Agreed as good or outstanding:", "randomly chosen audits", "better"),
    ("quality.good_or_better_auditor", "Good or better, by the auditor", "graded <= 0.58", RANDOM,
     "Graded good or outstanding:", "randomly chosen audits", "better"),
    ("quality.moderated", "Audits moderated by somebody else", "is_moderated", "true",
     "Moderated:", "completed audits", "better"),
]  # fmt: skip
ROLES = {"child": "The child", "parent": "A parent or carer", "staff": "Staff who work with the child"}
DELIVERIES = [
    # number, file, feed, rows received, set aside, queries, errors, state, reason, mode
    (1, "Audit programme 2023 to 2026.csv", "audit_programme", 148, 0, 0, 0, "in force", "", "whole"),
    (2, "QA audits Nov 23 to Sep 26.xlsx", "case_audits", 1498, 14, 6, 15, "superseded",
     "A newer file covers the same months", "whole"),
    (3, "Family participation.csv", "family_participation", 4120, 31, 12, 31, "in force", "", "whole"),
    (4, "QA audits Nov 23 to Oct 26.xlsx", "case_audits", 1544, 12, 7, 130, "in force", "", "whole"),
    (5, "participation_oct.csv", None, 0, 0, 0, 0, "refused",
     "The column that says who took part is missing (role). Add it and send the file again.", "corrections"),
]  # fmt: skip
FACT_COLUMNS = [
    ["audits", "is_completed", "The audit is completed and has a day of completion."],
    [
        "audits",
        "has_family_contribution",
        "The child or a parent or carer contributed by the day of completion.",
    ],
]
DRIFT = [
    [4, "case_audits", "990", "code", "primary_need", "DS", "appeared", "Primary need", "Down syndrome"],
    [4, "case_audits", "", "column", "theme", "", "vanished", "Theme", ""],
]
RELEASES = [("2026-10-21.1", 10, 2, "Head of quality assurance", "Agreed at the October board"),
            ("2026-11-21.1", 11, 5, None, None)]  # fmt: skip
VERSIONS = [
    ["voice.any_family", "0.9.0", "2026-10-21.1", datetime(2026, 10, 21, 9)],
    ["voice.any_family", "1.0.0", "2026-11-21.1", datetime(2026, 11, 21, 9)],
]
PREFIXES = {"audit_programme": "PRG", "case_audits": "AUD", "family_participation": "PAR"}
SWAPPED = "Check both dates in the audit record; one is usually typed with day and month swapped."
COLUMNS = [
    ("Audit ref", "audit_reference", "also called"),
    ("Date started", "started_on", "also called"),
    ("council", "council", "same name"),
    ("Team notes", None, "not used"),
    (None, "interpreter", "not in the file"),
]


def shares() -> list[dict[str, Any]]:
    """Every measure that is a share of audits: its words, and the conditions that count it."""
    made = [*FAMILY, *WORK]
    for role, name in ROLES.items():
        done, low = "completed audits", name[0].lower() + name[1:]
        if role != "staff":
            fit = "audits where contact was appropriate"
            made += [
                (f"voice.{role}_contact_appropriate", f"Contact with {low} was appropriate", f"{role}_ok", "true",
                 f"Contact with {low} was appropriate in", done, "neither"),
                (f"voice.{role}_offered", f"Offered, where contact was appropriate: {low}", f"{role}_off", f"{role}_ok",
                 f"{name} was offered a say in", fit, "better"),
                (f"voice.{role}_of_offered", f"Contributed, where offered: {low}", f"{role}_in", f"{role}_off",
                 f"{name} contributed to", "audits where they were offered", "better"),
            ]  # fmt: skip
        steps = {
            "_offered_of_completed": ("Offered a say", "off", "was offered a say in"),
            "_replied": ("Replied", "reply", "replied in"),
            "_accepted_of_completed": ("Accepted", "yes", "accepted in"),
            "": ("Audits that heard from", "in", "contributed to"),
            "_told": ("Told what changed", "told", "was told what changed in"),
        }
        for suffix, (title, column, words) in steps.items():
            shown = f"{title} {low}" if not suffix else f"{title}: {low}"
            made.append(
                (
                    f"voice.{role}{suffix}",
                    shown,
                    f"{role}_{column}",
                    "true",
                    f"{name} {words}",
                    done,
                    "better",
                )
            )
    names = ("measure", "title", "numerator", "denominator", "opening", "of", "higher_is")
    return [dict(zip(names, row, strict=True)) | {"kind": "share"} for row in made]


def measures() -> list[list[Any]]:
    """The rows of the table `measures`."""
    held = shares()
    others = [
        ("voice.people", "People who contributed", "people_share", "people in audits", "better"),
        ("voice.child_not_appropriate", "Why contact with the child was not appropriate", "distribution",
         "completed audits where contact was not appropriate", "neither"),
        ("voice.parent_not_appropriate", "Why contact with a parent or carer was not appropriate", "distribution",
         "completed audits where contact was not appropriate", "neither"),
        ("voice.mode", "How people took part", "distribution", "contributions", "neither"),
        ("programme.completed_by_team", "Completed audits, by team", "distribution", "completed audits", "neither"),
        ("programme.completed_by_selection", "Completed audits, by how they were chosen", "distribution",
         "completed audits", "neither"),
        ("programme.void_reasons", "Why audits were made void", "distribution", "void audits", "neither"),
        ("programme.coverage", "Plans audited in two years", "share", "plans", "better"),
    ]  # fmt: skip
    again, every = "randomly re-checked audits", "moderated audits"
    others += [
        ("reliability.same_grade", "The same grade", "share", again, "better"),
        ("reliability.within_one_grade", "The same or the next grade", "share", again, "better"),
        ("reliability.more_generous", "Auditor graded higher", "share", again, "worse"),
        (
            "reliability.generous_of_disagreements",
            "Of disagreements: auditor higher",
            "share",
            again,
            "neither",
        ),
        ("reliability.kappa", "Weighted kappa", "agreement", again, "better"),
        ("reliability.gwet", "AC2", "agreement", again, "better"),
        ("reliability.grade_pairs", "Both grades", "distribution", again, "neither"),
        ("reliability.random_of_moderated", "Moderated: drawn at random", "share", every, "neither"),
        ("reliability.moderated_inadequate", "Moderated: graded inadequate", "share", every, "neither"),
        ("reliability.same_grade_all", "The same grade, all moderated", "share", every, "neither"),
        ("reliability.generous_of_disagreements_all", "Of all: auditor higher", "share", every, "neither"),
    ]
    names = ("measure", "title", "kind", "of", "higher_is")
    held += [dict(zip(names, row, strict=True)) | {"opening": f"{row[1]}:"} for row in others]
    return [
        [
            item["measure"],
            "1.0.0",
            item["title"],
            SHORT.get(item["measure"], item["title"]),
            item["measure"].split(".")[0],
            place,
            item["kind"],
            "audits",
            "completed_on",
            item["higher_is"],
            "process",
            "p" if item["measure"] in SHORT else "none",
            AGREED.get(
                item["measure"],
                f"{item['opening']} {{numerator}} of {{denominator}} {item['of']} ({{value}}).",
            ),
            "people" if item["measure"] in ("voice.people", "voice.mode") else "audits",
            "Families know things that files do not.",
            f"Counted: {item['title'].lower()}",
            f"All {item['of']} in the period",
            "Case audit and family participation records.",
            "There is no national figure for this.",
            f"id: {item['measure']}\nversion: 1.0.0\nkind: {item['kind']}\n",
            [] if item["kind"] == "distribution" else ["has_family_contribution"],
            ["is_completed"],
            [
                "An audit counts once however many people contributed.",
                "Views on file never count as contributing.",
            ],
            list(BY),
            HEADLINES.index(item["measure"]) + 1 if item["measure"] in HEADLINES else None,
            *TARGETS.get(item["measure"], (None, None)),
        ]
        for place, item in enumerate(held, 1)
    ]


def changes(public: bool) -> list[list[Any]]:
    """The rows of the table `changes`: one of each kind, and more than the overview has room for."""
    day = date(2026, 10, 31)
    month, year = ["990", "month", date(2026, 10, 1), day], ["990", "12m", date(2025, 11, 1), day]
    none: list[Any] = [None] * 4
    signal = [6, 40, 0.15, 3, 41, 0.07, None, None]
    rows: list[list[Any]] = [
        ["variation", 1, "quality.moderated", *month, "no clear change", "getting worse", *signal, *none, *none, None],
        ["assurance", 2, "quality.moderated", *month, "may or may not meet", "will not meet without change", *signal,
         0.85, 0.9, None, None, *none, None],
        ["refused", 3, None, None, *none[:3], None, None, *[None] * 8, *none, None, 5, None, None, None],
        ["restated", 4, "voice.child", *year, None, None, 300, 520, 300 / 520, 310, 520, 310 / 520, 10 / 520, 3,
         None, None, "R0LD0000000", "NEW00000000", *none, None],
        ["definition", 5, "voice.told_in_time", "", *none[:3], "1.0.0", "1.1.0", *[None] * 8, *none, *none, None],
        ["variation", 6, "voice.parent", *month, "improving", "no clear change", *signal, *none, *none, None],
        ["period", 9, None, *month, "2026-09-30", "2026-10-31", *[None] * 8, *none, *none, None],
        ["received", 10, None, None, *none[:3], None, None, *[None] * 8, *none, "case_audits", None, 1, 1532, 12],
        ["received", 10, None, None, *none[:3], None, None, *[None] * 8, *none, "audit_programme", None, 2, 148, 0],
    ]  # fmt: skip
    kept = [row for row in rows if not (public and row[0] == "refused")]
    return [[place, *row] for place, row in enumerate(kept, 1)]


PLANS = [
    ("plans.good_or_better", "Plans good or better", "plans chosen at random", "better"),
    ("plans.good_or_better_all", "Plans good or better, however chosen", "plans reviewed", "better"),
    ("plans.inadequate", "Plans inadequate", "plans chosen at random", "worse"),
    ("plans.outcomes_specific", "Outcomes specific and measurable", "plans reviewed", "better"),
    ("plans.provision_specified", "Provision specified and quantified", "plans reviewed", "better"),
    ("plans.child_views", "The child's views are in the plan", "plans reviewed", "better"),
    ("plans.parent_views", "The parents' views are in the plan", "plans reviewed", "better"),
    ("plans.coproduced", "Plans written together with the family", "plans reviewed", "better"),
    ("plans.section_good_or_better", "Sections good or better", "sections graded", "better"),
    ("plans.section_inadequate", "Sections inadequate", "sections graded", "worse"),
    ("advice.received", "Advice received", "advices asked for", "better"),
    ("advice.on_time", "Advice received within 6 weeks", "advices asked for", "better"),
    (
        "advice.not_known",
        "Answered that the child is not known to the service",
        "advices received",
        "neither",
    ),
    ("advice.good", "Advice of good quality", "advices received", "better"),
]
WEEKS = {
    "twenty_weeks": ("Plans finished within 20 weeks", "better"),
    "over_twenty_weeks_to_a_year": ("Plans that took more than 20 weeks, up to a year", "worse"),
    "over_a_year": ("Plans that took more than a year", "worse"),
}


def measures_of_plans() -> list[list[Any]]:
    """The rows of the table `measures` for plans, advice and published timeliness."""
    held = [(name, title, "share", of, good, "process") for name, title, of, good in PLANS]
    for name, (title, good) in WEEKS.items():
        for ending, of in (("", "all plans"), ("_excluding_exceptions", "plans without an exception")):
            held.append(
                (f"timeliness.{name}_published{ending}", f"{title}, {of}", "given", of, good, "published")
            )
    for ending in ("", "_excluding_exceptions"):
        title = f"Statistical neighbours' plans finished within 20 weeks{ending.replace('_', ' ')}"
        of_both = ("given", "plans", "better", "published")
        held.append((f"timeliness.neighbours_twenty_weeks_published{ending}", title, *of_both))
    facts = {"given": "published_timeliness"}
    counts = {"plans.section_good_or_better": "sections", "plans.section_inadequate": "sections"}
    return [
        [
            name, "1.0.0", title, title, name.split(".")[0], place, kind,
            "neighbour_timeliness" if "neighbours" in name else facts.get(kind, "plan_reviews"), "reviewed_on", good,
            protect,
            "p" if name == "plans.good_or_better" else "none",
            f"{title}: {{numerator}} of {{denominator}} {of} ({{value}}).",
            counts.get(name, "advices" if name.startswith("advice") else "plans"), "A plan is what a child gets.",
            f"Counted: {title.lower()}", f"All {of} in the period",
            "Department for Education, Education, health and care plans" if kind == "given" else "Plan reviews.",
            "There is no national figure for this.", f"id: {name}\nversion: 1.0.0\n", ["is_good_or_better"],
            ["has_grade"], ["Reviewers differ."], ["plan_kind_reviewed"], None, None, None,
        ]
        for place, (name, title, kind, of, good, protect) in enumerate(held, 1)
    ]  # fmt: skip


LEDGER = {
    "open": "actions in the ledger", "opened": "entries", "reopened": "entries", "done": "entries",
    "cancelled": "entries", "overdue": "open actions", "overdue_revised": "open actions",
    "moved_twice": "open actions", "not_evidenced": "done actions", "unchecked": "done actions",
    "checked_by_owner": "done actions", "evidence_checked": "done actions", "effect_checked": "done actions",
    "effect_shown": "done actions", "closed_early": "actions", "audit_on_time": "audit actions",
}  # fmt: skip
OMBUDSMAN = {
    "upheld": "cases", "repeat_fault": "cases", "actions_evidenced": "actions", "actions_not_evidenced": "actions",
    "actions_overdue": "actions", "remedies_on_time": "remedies", "remedies_late": "remedies",
    "remedies_done_only": "remedies", "remedies_not_done": "remedies",
}  # fmt: skip
LEDGER_IN_PUBLIC = """DROP TABLE listed_remedies; DROP TABLE listed_findings; DROP TABLE listed_internal_audits;
DELETE FROM listed_actions WHERE source <> 'ombudsman' OR source_key = 4; UPDATE listed_actions SET evidence = NULL;
DELETE FROM listed_cases WHERE published_reference IS NULL"""


def measures_of_ledger() -> list[list[Any]]:
    """The rows of the table `measures` for the ledger of actions and the Ombudsman's cases."""
    held = [(f"ledger.{name}", of) for name, of in LEDGER.items()]
    held += [(f"ombudsman.{name}", of) for name, of in OMBUDSMAN.items()]
    return [
        [
            name, "1.0.0", title, title, name.split(".")[0], place, "share", "actions", "due_on", "neither", "process",
            "none", f"{title}: {{numerator}} of {{denominator}} {of} ({{value}}).", of, "A promise is to be kept.",
            f"Counted: {title.lower()}", f"All {of}", "Register of actions.", "There is no national figure for this.",
            f"id: {name}\nversion: 1.0.0\n", ["is_done"], ["is_on_record"], ["Read the numbers first."],
            ["action_source", "owner"], None, None, None,
        ]
        for place, (name, of) in enumerate(held, 1)
        for title in [f"{name.partition('.')[2].replace('_', ' ').capitalize()} {of}"]
    ]  # fmt: skip
