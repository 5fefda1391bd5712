"""The planted rows of the ledger's feeds: actions, their changes, Ombudsman cases, inspections, internal audits.

Belongs here: what `planted_rows` holds for each feed, for these. Tests import it through `planted_rows`; it is no test.
"""

from __future__ import annotations

from datetime import date
from typing import Any

TODAY, TOMORROW = date(2026, 4, 3), date(2026, 4, 4)
HEAD, QUALITY = "Head of SEND Assessment", "Quality Assurance manager"
SOUND: dict[str, dict[str, Any]] = {
    "actions": {
        "council": "990", "action_reference": "a1", "source": "ombudsman", "source_reference": "o1",
        "title": "Send a reminder to every school", "owner_role": HEAD, "agency": "Health", "theme": "Timeliness",
        "measure": "voice.any_family", "opened_on": "2025-05-01", "original_due_on": "2025-09-30",
        "revised_due_on": "2025-10-31", "done_on": "2025-09-01", "evidence": "Minutes of the panel",
        "evidence_checked_on": "2025-09-20", "evidence_checked_by": QUALITY, "effect_checked_on": "2026-01-10",
        "effect": "yes",
    },
    "action_changes": {
        "council": "990", "action_reference": "a1", "change_number": 1, "changed_on": "2026-01-10", "change": "moved",
        "new_due_on": "2026-06-30",
    },
    "ombudsman_cases": {
        "council": "990", "source_reference": "a1", "published_reference": "90 001 101", "former_council": "991",
        "decided_on": "2025-11-10", "outcome": "upheld", "fault_category": "transport", "is_public_report": False,
    },
    "ombudsman_remedies": {
        "council": "990", "source_reference": "a1", "remedy_number": 1, "remedy_type": "apology",
        "due_on": "2025-12-10", "done_on": "2025-12-08", "satisfied_on": "2025-12-09",
    },
    "inspections": {
        "council": "990", "source_reference": "a1", "published_on": "2024-05-20", "outcome": "2", "area_number": 1,
        "area_kind": "improvement", "title": "Health advice comes late", "progress": "yes",
        "progress_on": "2025-11-06",
    },
    "internal_audits": {
        "council": "990", "source_reference": "a1", "title": "Learning from case audits", "planned_on": "2025-03-31",
        "reported_on": "2025-04-14", "opinion": "limited", "recommendations": 3,
    },
    "area_inspections_to_2022": {
        "council": "855", "started_on": "2020-02-03", "published_on": "2020-05-15", "statement_required": True,
        "weaknesses": 2, "revisit_started_on": "2021-05-24", "revisit_published_on": "2021-07-14",
        "progress": "some", "with_progress": 1, "without_progress": 1,
    },
    "area_inspections_since_2023": {
        "council": "855", "outcome": "2", "started_on": "2024-11-18", "ended_on": "2024-11-22",
        "published_on": "2025-02-04", "next_by": "2027-11-22",
    },
}  # fmt: skip
_EMPTY = (
    "revised_due_on",
    "done_on",
    "evidence",
    "evidence_checked_on",
    "evidence_checked_by",
    "effect_checked_on",
)
OPEN = dict.fromkeys((*_EMPTY, "effect")) | {"original_due_on": "2026-09-30"}
CANCELLED = OPEN | {"cancelled_on": "2025-07-01", "cancel_reason": "superseded"}
BREAKS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ACN-301": (OPEN | {"opened_on": TOMORROW}, OPEN | {"opened_on": TODAY}),
    "ACN-302": (
        OPEN | {"done_on": TOMORROW, "evidence": "Log"},
        OPEN | {"done_on": TODAY, "evidence": "Log"},
    ),
    "ACN-303": (CANCELLED | {"cancelled_on": TOMORROW}, CANCELLED | {"cancelled_on": TODAY}),
    "ACN-304": (OPEN | {"reopened_on": TOMORROW}, OPEN | {"reopened_on": TODAY}),
    "ACN-305": ({"evidence_checked_on": TOMORROW}, {"evidence_checked_on": TODAY}),
    "ACN-306": ({"effect_checked_on": TOMORROW}, {"effect_checked_on": TODAY}),
    "ACN-307": (OPEN | {"opened_on": "2004-12-31"}, OPEN | {"opened_on": "2005-01-01"}),
    "ACN-310": ({"opened_on": "2025-09-02"}, {"opened_on": "2025-09-01"}),
    "ACN-311": (CANCELLED | {"opened_on": "2025-07-02"}, CANCELLED | {"opened_on": "2025-07-01"}),
    "ACN-312": (OPEN | {"original_due_on": "2025-04-30"}, OPEN | {"original_due_on": "2025-05-01"}),
    "ACN-313": ({"evidence_checked_on": "2025-08-31"}, {"evidence_checked_on": "2025-09-01"}),
    "ACN-314": (OPEN | {"reopened_on": "2025-04-30"}, OPEN | {"reopened_on": "2025-05-01"}),
    "ACN-320": (OPEN | {"original_due_on": None}, OPEN),
    "ACN-321": ({"evidence": None}, OPEN),
    "ACN-322": ({"evidence_checked_by": HEAD}, {"evidence_checked_by": "Head of service"}),
    "ACN-323": ({"evidence_checked_by": None}, {"evidence_checked_by": None, "evidence_checked_on": None}),
    "ACN-324": (CANCELLED | {"cancel_reason": None}, CANCELLED),
    "ACN-325": ({"effect": None}, {"effect": None, "effect_checked_on": None}),
    "ACN-326": ({"source_reference": None}, {"source_reference": None, "source": "audit"}),
    "ACN-327": ({"cancelled_on": "2025-09-05", "cancel_reason": "other"}, CANCELLED),
    "ACH-301": ({"changed_on": TOMORROW}, {"changed_on": TODAY}),
    "ACH-302": ({"new_due_on": None}, {"new_due_on": None, "change": "done"}),
    "ACH-303": ({"change": "done"}, {"change": "reopened"}),
    "ACH-304": ({"change_number": -1}, {"change_number": 0}),
    "OMB-301": ({"decided_on": TOMORROW}, {"decided_on": TODAY}),
    "OMB-302": ({"decided_on": "2004-12-31"}, {"decided_on": "2005-01-01"}),
    "OMB-310": ({"fault_category": None}, {"fault_category": None, "outcome": "not_upheld"}),
    "REM-301": ({"done_on": TOMORROW, "satisfied_on": None}, {"done_on": TODAY, "satisfied_on": None}),
    "REM-302": ({"satisfied_on": TOMORROW}, {"satisfied_on": TODAY}),
    "REM-303": ({"satisfied_on": "2025-12-07"}, {"satisfied_on": "2025-12-08"}),
    "REM-304": ({"remedy_number": -1}, {"remedy_number": 0}),
    "INS-301": (
        {"published_on": TOMORROW, "progress_on": None},
        {"published_on": TODAY, "progress_on": None},
    ),
    "INS-302": ({"progress_on": "2024-05-19"}, {"progress_on": "2024-05-20"}),
    "IAU-301": ({"reported_on": TOMORROW}, {"reported_on": TODAY}),
    "IAU-302": ({"opinion": None}, {"opinion": None, "reported_on": None}),
    "IAU-303": ({"recommendations": 501}, {"recommendations": 500}),
    "AIA-301": ({"weaknesses": None}, {"weaknesses": None, "statement_required": False}),
    "AIB-301": ({"published_on": "2024-11-21"}, {"published_on": "2024-11-22"}),
}
FITTING = {
    "cancelled_on": CANCELLED,
    "cancel_reason": CANCELLED,
    "reopened_on": OPEN | {"reopened_on": "2025-06-01"},
}
OTHER_KEY: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "actions": ({"council": "991"}, {"effect": "no"}),
    "action_changes": ({"change_number": 2}, {"new_due_on": "2026-07-31"}),
    "ombudsman_cases": ({"council": "991"}, {"fault_category": "other"}),
    "ombudsman_remedies": ({"remedy_number": 2}, {"remedy_type": "payment"}),
    "inspections": ({"area_number": 2}, {"progress": "no"}),
    "internal_audits": ({"council": "991"}, {"recommendations": 4}),
    "area_inspections_to_2022": ({"published_on": "2020-05-16"}, {"weaknesses": 3}),
    "area_inspections_since_2023": ({"published_on": "2025-02-05"}, {"outcome": "3"}),
}
