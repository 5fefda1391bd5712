"""A row that breaks each row rule of each contract alone, and one that only just does not.

Belongs here: a sound row of each feed, and what changes in it. Tests import it; it is no test.
Does not belong here: the rows of the ledger's feeds (`planted_ledger`, joined below), rows as suppliers would send them
(`planted`), links between feeds and whole files (`acceptance/test_planted_faults`).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests import planted_ledger

EXTRACTED_ON = date(2026, 4, 3)
ADVICE_SOURCES = ("health", "social_care", "educational_psychology")

# A sound row of each feed, and for each written row rule what breaks it alone and what only just does not
SOUND: dict[str, dict[str, Any]] = {
    "active_plans": {
        "council": "990", "plan_reference": "a1", "child_reference": "c1", "plan_type": "EHCP",
        "requested_on": "2025-09-01", "issued_on": "2026-01-19", "exceptions_apply": False, "age_band": "5-10",
        "sex": "F", "ethnicity": "WBRI", "primary_need": "ASD", "social_care": "cin", "setting_type": "mainstream",
        "interpreter": False,
    },
    "population": {
        "council": "990", "as_at": "2026-01-15", "frame": "ehcp", "characteristic": "sex", "category": "F",
        "people": 120, "source": "sen2",
    },
    "audit_programme": {
        "council": "990", "frame": "ehcp", "period_start": "2026-01-01", "period_end": "2026-03-31",
        "audit_type": "routine", "team": "North", "agency": "Health", "planned_count": 12, "approved_on": "2025-12-01",
    },
    "case_audits": {
        "council": "990", "audit_reference": "a1", "child_reference": "c1", "audit_type": "routine",
        "selection": "random", "planned_month": "2026-02-01", "started_on": "2026-02-02",
        "completed_on": "2026-02-20", "status": "completed",
        "auditor": "p1", "auditor_grade": "good", "moderator": "p2", "moderator_grade": "good",
        "moderated_on": "2026-03-01", "moderation_selection": "random", "agreed_grade": "good",
        "mental_health_relevant": True, "mental_health_considered": True, "age_band": "5-10", "sex": "F",
        "ethnicity": "WBRI", "primary_need": "ASD", "social_care": "cin", "setting_type": "mainstream",
        "plan_kind": "review", "interpreter": False, "frame": "ehcp",
    },
    "family_participation": {
        "council": "990", "audit_reference": "a1", "role": "parent", "person_number": 1, "offered": True,
        "contact_appropriate": True, "offered_on": "2026-02-03", "offered_how": "phone", "response": "accepted",
        "contributed_on": "2026-02-10", "mode": "conversation", "told_outcome_on": "2026-03-02",
        "rating_listened": "agree", "rating_difference": "agree",
    },
    "dfe_timeliness": {
        "council": "855", "time_period": 2024, "time_identifier": "calendar_year",
        "geographic_level": "Local authority", "country_code": "E92000001", "region_code": "E12000004",
        "la_code": "855", "new_la_code": "E10000018", "new_la_code_of": "855",
        "breakdown_topic": "all", "breakdown": "all", "issued": 800, "issued_ex": 600,
        "within_20_weeks": 400, "within_20_weeks_ex": 300, "within_20_weeks_percent": 50.0,
        "within_20_weeks_ex_percent": 50.0, "within_a_year": 300, "within_a_year_ex": 200,
        "within_a_year_percent": 37.5, "within_a_year_ex_percent": 33.3, "over_a_year": 100, "over_a_year_ex": 100,
        "over_a_year_percent": 12.5, "over_a_year_ex_percent": 16.7,
    },
    "participation_rates": {
        "council": "990", "period_start": "2025-04-01", "period_end": "2026-03-31", "definition": "voice.any_family",
        "numerator": 50, "denominator": 80, "percent": 62.5, "source": "scrutiny", "given_on": "2026-04-01",
    },
    "statistical_neighbours": {
        "council": "855", **{f"neighbour_{n}": str(990 + n) for n in range(1, 10)}, "neighbour_10": "943",
        **{f"closeness_{n}": "very_close" for n in range(1, 11)},
    },
    "plan_reviews": {
        "council": "990", "review_reference": "a1", "child_reference": "c1", "plan_reference": "n1",
        "plan_type": "EHCP", "plan_kind_reviewed": "new", "plan_stage": "final", "selection": "random",
        "planned_month": "2026-02-01", "reviewed_on": "2026-02-20", "status": "completed",
        "reviewer": "p1", "reviewer_grade": "good", "moderator": "p2", "moderator_grade": "good",
        "moderated_on": "2026-03-01", "moderation_selection": "random", "agreed_grade": "good",
        "outcomes_specific": "met", "provision_specified": "not_met", "child_views": "met", "parent_views": "partly",
        "coproduced": "not_applicable", "age_band": "5-10", "sex": "F", "ethnicity": "WBRI", "primary_need": "ASD",
        "social_care": "cin", "setting_type": "mainstream", "interpreter": False,
        **{f"advice_{source}_{what}": value for source in ADVICE_SOURCES for what, value in
           {"asked_on": "2025-10-01", "received_on": "2025-11-12", "not_known": False, "quality": "partly"}.items()},
        **{f"section_{section}_grade": "good" for section in "A B C D E F G H H1 H2 I J K".split()},
    },
    "placements": {
        "council": "990", "placement_reference": "a1", "child_reference": "c1", "provider_reference": "v1",
        "has_ehc_plan": True, "registration_needed": "must_register", "registered": False, "attendance": "part_time",
        "hours_a_week": 12, "started_on": "2026-02-02", "ended_on": "2026-03-20", "visited_on": "2026-02-10",
        "safeguarding_checked_on": "2026-02-10", "plan_to_move": True,
    },
    "training": {
        "council": "990", "learner_reference": "a1", "module": "SEND law and duties", "theme": "Timeliness",
        "role": "caseworker", "team": "North", "agency": "Health", "required": True, "required_from": "2025-09-01",
        "joined_on": "2025-03-03", "left_on": "2026-03-20", "completed_on": "2026-02-02", "passed": True,
        "valid_months": 24,
    },
    "complaints": {
        "council": "990", "complaint_reference": "a1", "child_reference": "c1", "stage": "stage_1",
        "received_on": "2026-02-02", "due_on": "2026-03-02", "answered_on": "2026-03-02", "outcome": "upheld",
        "fault_category": "delay", "theme": "Timeliness", "team": "North",
    },
    "feedback_responses": {
        "council": "990", "feedback_reference": "a1", "theme": "Timeliness", "families": 12,
        "raised_on": "2025-11-20", "due_on": "2026-02-20", "response": "cannot", "cannot_because": "law",
        "responded_on": "2026-02-02", "told_on": "2026-02-10", "checked_on": "2026-03-20",
    },
    "scrutiny_requests": {
        "council": "990", "request_reference": "a1", "topic": "Timeliness", "board": "SEND Partnership Board",
        "asked_on": "2026-02-02", "promised_by": "2026-03-02", "answered_on": "2026-03-02", "answer": "full",
    },
    "board_reports": {
        "council": "990", "report_reference": "a1", "board": "SEND Partnership Board", "topic": "Timeliness",
        "reported_on": "2026-02-02", "source": "audits",
    },
}  # fmt: skip
TODAY, TOMORROW = EXTRACTED_ON, EXTRACTED_ON + timedelta(days=1)
NEXT_QUARTER = {"period_start": "2026-04-01", "period_end": "2026-06-30"}
NO_MODERATION = dict.fromkeys(("moderator", "moderator_grade", "moderated_on", "moderation_selection"))
OPEN = {"status": "in_progress", "completed_on": None, "agreed_grade": None, **NO_MODERATION}
PLANNED = OPEN | {"status": "planned", "started_on": None, "auditor_grade": None}
VOID = PLANNED | {"status": "void", "void_reason": "moved_away"}
QUIET = dict.fromkeys(("contributed_on", "mode", "told_outcome_on", "rating_listened", "rating_difference"))
NOT_OFFERED = QUIET | {"offered": False, "offered_on": None, "offered_how": None, "response": None}
STAFF = QUIET | {"role": "staff", "offered_on": None}
LENGTHS = dict.fromkeys(
    f"{length}{kind}{percent}"
    for length in ("within_a_year", "over_a_year")
    for kind in ("", "_ex")
    for percent in ("", "_percent")
)
NO_LENGTHS = LENGTHS | {"within_20_weeks_percent": None, "within_20_weeks_ex_percent": None}
"""Only the counts of DfE's file that every row must have: nothing to add up, no percentage."""
NORTH_YORKSHIRE = {
    "council": "815", "la_code": "815", "region_code": "E12000003", "new_la_code": "E10000023",
    "new_la_code_of": "815", "new_la_code_until": "2023-03-31",
}  # fmt: skip
ENGLAND = {
    "council": "E92000001", "geographic_level": "National", "region_code": None, "la_code": None,
    "new_la_code": None, "new_la_code_of": None,
}  # fmt: skip
SEVERAL_ROWS: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "DFT-322": ([ENGLAND | NO_LENGTHS | {"issued": 801}, {}], [ENGLAND, {}]),
    "DFT-323": ([ENGLAND | NO_LENGTHS | {"issued_ex": 601}, {}], [ENGLAND, {}]),
}
"""Rules that look at the rows around: rows of which the first breaks one, and rows of which none does."""
REACHES_DOWN = {"STN-301": ("STN-201", "name", "Old SNs:")}
"""Rules that a line breaks by where it stands: what the line above it, with this text alone, is found by."""
OPEN_REVIEW = {"status": "in_progress", "reviewed_on": None, "agreed_grade": None, **NO_MODERATION}
PLANNED_REVIEW = OPEN_REVIEW | {"status": "planned", "reviewer_grade": None}


def advice(source: str, **cells: Any) -> dict[str, Any]:
    """Cells of one source's advice in a plan review; those that are not named are empty."""
    return {
        f"advice_{source}_{name}": cells.get(name)
        for name in ("asked_on", "received_on", "not_known", "quality")
    }


BREAKS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "POP-301": ({"as_at": TOMORROW}, {"as_at": TODAY}),
    "POP-302": ({"as_at": "2014-08-31"}, {"as_at": "2014-09-01"}),
    "POP-303": ({"people": 1000001}, {"people": 0}),
    "POP-304": ({"people": None, "people_symbol": ":"}, {"people": None, "people_symbol": "c"}),
    "POP-305": ({"source": None}, {"source": "other"}),
    "PRG-301": ({"approved_on": "2026-04-01"}, {"approved_on": "2026-03-31"}),
    "PRG-302": ({"approved_on": TOMORROW} | NEXT_QUARTER, {"approved_on": TODAY} | NEXT_QUARTER),
    "PRG-303": ({"planned_count": 10001}, {"planned_count": 0}),
    "PRG-304": ({"period_start": "2041-01-01", "period_end": "2041-01-31"},
                {"period_start": "2040-12-01", "period_end": "2040-12-31"}),
    "PRG-305": ({"approved_on": "2014-08-31"}, {"approved_on": "2014-09-01"}),
    "AUD-301": ({"started_on": "2026-02-21"}, {"started_on": "2026-02-20"}),
    "AUD-302": ({"moderated_on": "2026-02-19"}, {"moderated_on": "2026-02-20"}),
    "AUD-303": (OPEN | {"started_on": TOMORROW}, OPEN | {"started_on": TODAY}),
    "AUD-304": (NO_MODERATION | {"completed_on": TOMORROW}, NO_MODERATION | {"completed_on": TODAY}),
    "AUD-305": ({"moderated_on": TOMORROW}, {"moderated_on": TODAY}),
    "AUD-306": ({"planned_month": "2014-08-01"}, {"planned_month": "2014-09-01"}),
    "AUD-307": ({"started_on": "2014-08-31"}, {"started_on": "2014-09-01"}),
    "AUD-308": ({"started_on": None, "completed_on": "2014-08-31"}, {"started_on": None, "completed_on": "2014-09-01"}),
    "AUD-310": ({"completed_on": None}, {"started_on": None}),
    "AUD-311": (OPEN | {"completed_on": "2026-02-20"}, VOID | {"completed_on": "2026-02-20"}),
    "AUD-312": (PLANNED | {"started_on": "2026-02-02"}, PLANNED),
    "AUD-313": (OPEN | {"started_on": None}, OPEN),
    "AUD-314": (PLANNED | {"planned_month": None}, {"planned_month": None, "started_on": None}),
    "AUD-315": (VOID | {"void_reason": None}, VOID),
    "AUD-316": ({"void_reason": "duplicate"}, VOID | {"void_reason": "duplicate"}),
    "AUD-320": ({"moderator": "p1"}, NO_MODERATION),
    "AUD-321": ({"moderated_on": None}, NO_MODERATION | {"moderator": "p2"}),
    "AUD-322": ({"moderator_grade": None}, NO_MODERATION),
    "AUD-323": ({"moderator": None}, NO_MODERATION),
    "AUD-324": ({"moderation_selection": None}, NO_MODERATION),
    "AUD-325": (PLANNED | {"auditor_grade": "good"}, OPEN),
    "AUD-326": (OPEN | {"agreed_grade": "good"}, VOID | {"agreed_grade": "good"}),
    "AUD-327": (SOUND["case_audits"] | {"status": "in_progress", "completed_on": None, "agreed_grade": None}, OPEN),
    "AUD-328": ({"agreed_grade": None}, NO_MODERATION | {"agreed_grade": None}),
    "AUD-330": ({"mental_health_considered": None}, {"mental_health_considered": False}),
    "AUD-331": ({"mental_health_relevant": False},
                {"mental_health_relevant": False, "mental_health_considered": False}),
    "AUD-332": ({"mental_health_relevant": None}, OPEN | {"mental_health_relevant": None}),
    "AUD-340": ({"audit_type": "re_audit"}, {"audit_type": "re_audit", "re_audit_of": "a0"}),
    "AUD-341": ({"re_audit_of": "a1"}, {"re_audit_of": "a0"}),
    "AUD-342": ({"audit_type": "thematic"}, {"audit_type": "thematic", "theme": "Voice"}),
    "AUD-350": ({"age_band": None}, OPEN | {"age_band": None}),
    "AUD-351": ({"sex": None}, {"sex": "U"}),
    "AUD-352": ({"ethnicity": None}, {"ethnicity": "REFU"}),
    "AUD-353": ({"primary_need": None}, {"primary_need": "NSA"}),
    "AUD-354": ({"child_reference": None}, OPEN | {"child_reference": None}),
    "AUD-355": ({"auditor": None}, PLANNED | {"auditor": None}),
    "AUD-360": ({"plan_kind": "none"}, {"plan_kind": "ceased"}),
    "AUD-361": ({"frame": "sen_support"}, {"frame": "sen_support", "plan_kind": "sen_support"}),
    "AUD-362": ({"frame": "children_social_care", "social_care": "none"}, {"frame": "children_social_care"}),
    "AUD-363": (VOID | {"void_reason": "plan_ceased"}, VOID | {"void_reason": "plan_ceased", "plan_kind": "ceased"}),
    "AUD-364": ({"setting_type": "early_years", "age_band": "11-15"}, {"setting_type": "early_years"}),
    "AUD-365": ({"setting_type": "neet"}, {"setting_type": "neet", "age_band": "11-15"}),
    "PAR-301": ({"contributed_on": "2026-02-02"}, {"contributed_on": "2026-02-03"}),
    "PAR-302": ({"told_outcome_on": "2026-02-09"}, {"told_outcome_on": "2026-02-10"}),
    "PAR-303": (QUIET | {"told_outcome_on": "2026-02-02"}, QUIET | {"told_outcome_on": "2026-02-03"}),
    "PAR-304": (QUIET | {"offered_on": TOMORROW}, QUIET | {"offered_on": TODAY}),
    "PAR-305": ({"contributed_on": TOMORROW, "told_outcome_on": None},
                {"contributed_on": TODAY, "told_outcome_on": None}),
    "PAR-306": ({"told_outcome_on": TOMORROW}, {"told_outcome_on": TODAY}),
    "PAR-307": ({"offered_on": "2014-08-31"}, {"offered_on": "2014-09-01"}),
    "PAR-308": (STAFF | {"contributed_on": "2014-08-31", "mode": "written"},
                STAFF | {"contributed_on": "2014-09-01", "mode": "written"}),
    "PAR-309": (STAFF | {"told_outcome_on": "2014-08-31"}, STAFF | {"told_outcome_on": "2014-09-01"}),
    "PAR-310": ({"person_number": 0}, {"person_number": 20}),
    "PAR-320": (NOT_OFFERED | {"offered": None}, NOT_OFFERED),
    "PAR-321": ({"offered_on": None}, STAFF),
    "PAR-322": (NOT_OFFERED | {"offered_on": "2026-02-03"}, NOT_OFFERED),
    "PAR-323": (NOT_OFFERED | {"offered_how": "phone"}, NOT_OFFERED),
    "PAR-324": (NOT_OFFERED | {"response": "no_reply"}, NOT_OFFERED | {"response": "not_yet"}),
    "PAR-325": ({"response": None}, {"response": "not_yet", **QUIET}),
    "PAR-330": (NOT_OFFERED | {"contact_appropriate": False},
                NOT_OFFERED | {"contact_appropriate": False, "not_appropriate_reason": "too_young"}),
    "PAR-331": ({"not_appropriate_reason": "too_young"}, {}),
    "PAR-332": ({"contact_appropriate": None, "not_appropriate_reason": "too_young"}, {"contact_appropriate": None}),
    "PAR-333": ({"contact_appropriate": False, "not_appropriate_reason": "too_young"},
                NOT_OFFERED | {"contact_appropriate": False, "not_appropriate_reason": "too_young"}),
    "PAR-334": (NOT_OFFERED | {"contact_appropriate": None},
                NOT_OFFERED | {"contact_appropriate": None, "role": "staff"}),
    "PAR-340": (NOT_OFFERED | {"contributed_on": "2026-02-10", "mode": "written"}, {"response": None, **NOT_OFFERED}),
    "PAR-341": ({"response": "declined", "rating_listened": None, "rating_difference": None},
                QUIET | {"response": "declined"}),
    "PAR-342": ({"response": "not_yet"}, QUIET | {"response": "not_yet"}),
    "PAR-343": ({"mode": None}, {"mode": "other"}),
    "PAR-344": ({"contributed_on": None}, QUIET | {"mode": "existing_record"}),
    "PAR-345": ({"mode": "existing_record"}, QUIET | {"mode": "existing_record"}),
    "PAR-350": (QUIET | {"response": "no_reply", "rating_listened": "agree"}, QUIET | {"rating_listened": "agree"}),
    "PAR-351": (QUIET | {"response": "declined", "rating_difference": "agree"}, QUIET | {"rating_difference": "agree"}),
    "DFT-301": ({"time_period": 2009}, {"time_period": 2010}),
    "DFT-302": ({"time_identifier": "academic_year"}, {}),
    "DFT-303": ({"time_period": 2026}, {"time_period": 2025}),
    "DFT-304": ({"breakdown_topic": "sex"}, {"breakdown_topic": "sex", "breakdown": "unknown"}),
    "DFT-310": ({"within_20_weeks_percent": 50.1}, {"within_20_weeks_percent": 50.05}),
    "DFT-311": ({"within_20_weeks_ex_percent": 49.9}, {"within_20_weeks_ex_percent": 49.95}),
    "DFT-312": ({"within_a_year_percent": 37.6}, {"within_a_year_percent": 37.45}),
    "DFT-313": ({"within_a_year_ex_percent": 33.4}, {"within_a_year_ex_percent": None}),
    "DFT-314": ({"over_a_year_percent": 12.4}, {"over_a_year_percent": 12.55}),
    "DFT-315": ({"over_a_year_ex_percent": 16.6}, {"over_a_year": 100}),
    "DFT-320": ({"over_a_year": 99, "over_a_year_percent": None},
                {"over_a_year": None, "over_a_year_symbol": "x", "over_a_year_percent": None}),
    "DFT-321": ({"over_a_year_ex": 101, "over_a_year_ex_percent": None}, {"over_a_year_ex_percent": None}),
    "DFT-330": (NO_LENGTHS | {"within_20_weeks": 801}, NO_LENGTHS | {"within_20_weeks": 800}),
    "DFT-331": (NO_LENGTHS | {"within_20_weeks_ex": 601}, NO_LENGTHS | {"within_20_weeks_ex": 600}),
    "DFT-332": (NO_LENGTHS | {"within_a_year": 801}, NO_LENGTHS | {"within_a_year": 800}),
    "DFT-333": (NO_LENGTHS | {"within_a_year_ex": 601}, NO_LENGTHS | {"within_a_year_ex": 600}),
    "DFT-334": (NO_LENGTHS | {"over_a_year": 801}, NO_LENGTHS | {"over_a_year": 800}),
    "DFT-335": (NO_LENGTHS | {"over_a_year_ex": 601}, NO_LENGTHS | {"over_a_year_ex": 600}),
    "DFT-336": (NO_LENGTHS | {"issued_ex": 801}, NO_LENGTHS | {"issued_ex": 800}),
    "DFT-340": (NORTH_YORKSHIRE | {"time_period": 2023}, NORTH_YORKSHIRE | {"time_period": 2022}),
    "DFT-341": ({"new_la_code": "E06000016", "new_la_code_of": "856"}, {"new_la_code": None, "new_la_code_of": None}),
    "DFT-350": ({"issued": None, "issued_symbol": ":"}, {"issued": None, "issued_symbol": "x"}),
    "RAT-301": ({"numerator": 81, "percent": None}, {"numerator": 80, "percent": None}),
    "RAT-302": ({"period_start": "2026-04-01"}, {"period_start": "2026-03-01"}),
    "RAT-303": ({"period_start": "2026-04-01", "period_end": "2026-04-30"}, {"period_start": "2026-01-01"}),
    "RAT-304": ({"given_on": TOMORROW}, {"given_on": TODAY}),
    "RAT-305": ({"period_start": "2014-08-01", "period_end": "2014-08-31"},
                {"period_start": "2014-09-01", "period_end": "2014-09-30"}),
    "RAT-306": ({"period_end": "2026-03-30"}, {"period_start": "2025-01-01", "period_end": "2025-12-31"}),
    "RAT-307": ({"numerator": 0, "denominator": 0, "percent": None},
                {"numerator": 1, "denominator": 1, "percent": None}),
    "RAT-308": ({"percent": 63.1}, {"percent": 62}),
    "STN-302": ({"neighbour_1": None}, {"neighbour_10": None}),
    **{f"STN-{310 + n}": ({f"neighbour_{n}": "855"}, {f"neighbour_{n}": "942"}) for n in range(1, 11)},
    "RAT-309": ({"given_on": None}, {}),
    "RAT-310": ({"numerator": None, "numerator_symbol": "~"}, {"numerator": None, "numerator_symbol": "low"}),
    "PLN-301": ({"requested_on": "2026-01-20"}, {"requested_on": "2026-01-19"}),
    "PLN-302": ({"ceased_on": "2026-01-18"}, {"ceased_on": "2026-01-19"}),
    "PLN-303": ({"issued_on": TOMORROW}, {"issued_on": TODAY}),
    "PLN-304": ({"ceased_on": TOMORROW}, {"ceased_on": TODAY}),
    "PLN-305": ({"requested_on": "2013-12-31"}, {"requested_on": "2014-01-01"}),
    "PLN-306": ({"requested_on": "2014-06-01", "issued_on": "2014-08-31"},
                {"requested_on": "2014-06-01", "issued_on": "2014-09-01"}),
    "PLN-310": ({"requested_on": None}, {"exceptions_apply": True}),
    "PLN-311": ({"exceptions_apply": None}, {"exceptions_apply": True}),
    "PLN-320": ({"child_reference": None}, {"child_reference": "c2"}),
    "PLN-321": ({"age_band": None}, {"age_band": "20-25"}),
    "PLN-322": ({"sex": None}, {"sex": "U"}),
    "PLN-323": ({"ethnicity": None}, {"ethnicity": "REFU"}),
    "PLN-324": ({"primary_need": None}, {"primary_need": "NSA"}),
    "PLR-301": (NO_MODERATION | {"reviewed_on": TOMORROW}, NO_MODERATION | {"reviewed_on": TODAY}),
    "PLR-302": ({"planned_month": "2014-08-01"}, {"planned_month": "2014-09-01"}),
    "PLR-303": ({"reviewed_on": "2014-08-31"}, {"reviewed_on": "2014-09-01"}),
    "PLR-304": ({"moderated_on": TOMORROW}, {"moderated_on": TODAY}),
    "PLR-305": ({"moderated_on": "2026-02-19"}, {"moderated_on": "2026-02-20"}),
    "PLR-310": ({"reviewed_on": None}, OPEN_REVIEW),
    "PLR-311": (OPEN_REVIEW | {"reviewed_on": "2026-02-20"}, OPEN_REVIEW | {"status": "void", "reviewed_on": TODAY}),
    "PLR-312": (OPEN_REVIEW | {"planned_month": None}, {"planned_month": None}),
    "PLR-320": ({"moderator": "p1"}, NO_MODERATION),
    "PLR-321": ({"moderated_on": None}, NO_MODERATION | {"moderator": "p2"}),
    "PLR-322": ({"moderator_grade": None}, NO_MODERATION),
    "PLR-323": ({"moderator": None}, NO_MODERATION),
    "PLR-324": ({"moderation_selection": None}, NO_MODERATION),
    "PLR-325": (PLANNED_REVIEW | {"reviewer_grade": "good"}, OPEN_REVIEW),
    "PLR-326": (OPEN_REVIEW | {"agreed_grade": "good"}, OPEN_REVIEW | {"status": "void", "agreed_grade": "good"}),
    "PLR-327": ({"status": "in_progress", "reviewed_on": None, "agreed_grade": None}, OPEN_REVIEW),
    "PLR-328": ({"agreed_grade": None}, NO_MODERATION | {"agreed_grade": None}),
    "PLR-330": ({"plan_stage": None}, {"plan_stage": "draft"}),
    "PLR-331": ({"outcomes_specific": None}, {"outcomes_specific": "not_applicable"}),
    "PLR-332": ({"provision_specified": None}, OPEN_REVIEW | {"provision_specified": None}),
    "PLR-333": ({"child_views": None}, {"child_views": "not_met"}),
    "PLR-334": ({"parent_views": None}, {"parent_views": "partly"}),
    "PLR-335": ({"coproduced": None}, {"coproduced": "met"}),
    "PLR-336": ({"plan_reference": None}, OPEN_REVIEW | {"plan_reference": None}),
    "PLR-337": ({"child_reference": None}, OPEN_REVIEW | {"child_reference": None}),
    "PLR-338": ({"reviewer": None}, PLANNED_REVIEW | {"reviewer": None}),
    "PLR-340": ({"age_band": None}, OPEN_REVIEW | {"age_band": None}),
    "PLR-341": ({"sex": None}, {"sex": "U"}),
    "PLR-342": ({"ethnicity": None}, {"ethnicity": "NOBT"}),
    "PLR-343": ({"primary_need": None}, {"primary_need": "NSA"}),
    "PLR-344": ({"setting_type": "early_years", "age_band": "11-15"}, {"setting_type": "early_years"}),
    "PLR-345": ({"setting_type": "neet"}, {"setting_type": "neet", "age_band": "11-15"}),
}  # fmt: skip
ASKED, GOT, BEFORE = {"asked_on": "2025-10-01"}, {"received_on": "2025-11-12"}, {"asked_on": "2025-11-13"}
for _at, _source in enumerate(ADVICE_SOURCES):  # rules that each source of advice has
    BREAKS |= {
        f"PLR-{350 + _at}": (advice(_source, **BEFORE, **GOT, quality="met"),
                             advice(_source, asked_on="2025-11-12", **GOT, quality="met")),
        f"PLR-{356 + _at}": (advice(_source, asked_on=TOMORROW), advice(_source, asked_on=TODAY)),
        f"PLR-{362 + _at}": (advice(_source, **ASKED, received_on=TOMORROW, quality="met"),
                             advice(_source, **ASKED, received_on=TODAY, quality="met")),
        f"PLR-{368 + _at}": (advice(_source, asked_on="2014-08-31"), advice(_source, asked_on="2014-09-01")),
        f"PLR-{374 + _at}": (advice(_source, **ASKED, **GOT, quality="met", not_known=True),
                             advice(_source, **ASKED, not_known=True)),
        f"PLR-{380 + _at}": (advice(_source, **GOT, quality="met"), advice(_source)),
        f"PLR-{386 + _at}": (advice(_source, **ASKED, **GOT), OPEN_REVIEW | advice(_source, **ASKED, **GOT)),
        f"PLR-{392 + _at}": (advice(_source, **ASKED, quality="partly"),
                             advice(_source, **ASKED, quality="not_applicable")),
    }  # fmt: skip
UNSEEN = {"visited_on": None, "safeguarding_checked_on": None}
NOT_DONE = {"completed_on": None, "passed": None}
NO_FINDING = {"answered_on": None, "outcome": None, "fault_category": None}
NO_RESPONSE = dict.fromkeys(("response", "cannot_because", "responded_on", "told_on", "checked_on"))
BREAKS |= {
    "PLC-301": ({"ended_on": "2026-02-01"}, {"ended_on": "2026-02-02"}),
    "PLC-302": ({"started_on": TOMORROW, "ended_on": None}, {"started_on": TODAY, "ended_on": None}),
    "PLC-303": ({"ended_on": TOMORROW}, {"ended_on": TODAY}),
    "PLC-304": ({"visited_on": TOMORROW}, {"visited_on": TODAY}),
    "PLC-305": ({"safeguarding_checked_on": TOMORROW}, {"safeguarding_checked_on": TODAY}),
    "PLC-306": ({"started_on": "2009-12-31"}, {"started_on": "2010-01-01"}),
    "PLC-307": ({"hours_a_week": 41}, {"hours_a_week": 40}),
    "PLC-308": ({"registered": True, "registered_on": TOMORROW}, {"registered": True, "registered_on": TODAY}),
    "PLC-309": ({"registered_on": "2026-02-02"}, {"registered": True, "registered_on": "2026-02-02"}),
    "PLC-310": ({"registration_needed": None}, {"registration_needed": "not_known"}),
    "PLC-311": ({"registered": None}, {"registered": True}),
    "PLC-312": ({"registration_needed": "need_not"},
                {"registration_needed": "need_not", "not_needed_because": "one_to_one"}),
    "PLC-313": ({"has_ehc_plan": None}, {"has_ehc_plan": False}),
    "PLC-314": ({"attendance": None}, {"attendance": "full_time"}),
    "PLC-315": ({"hours_a_week": None}, {"hours_a_week": 1}),
    "PLC-316": ({"visited_on": None}, UNSEEN | {"registered": True}),
    "PLC-317": ({"safeguarding_checked_on": None}, UNSEEN | {"registered": True}),
    "PLC-318": ({"plan_to_move": None}, {"plan_to_move": None, "registered": True}),
    "TRN-301": ({"left_on": "2025-03-02"}, {"left_on": "2025-03-03"}),
    "TRN-302": ({"completed_on": TOMORROW}, {"completed_on": TODAY}),
    "TRN-303": ({"left_on": TOMORROW}, {"left_on": TODAY}),
    "TRN-304": ({"joined_on": "1969-12-31"}, {"joined_on": "1970-01-01"}),
    "TRN-305": ({"completed_on": "2009-12-31"}, {"completed_on": "2010-01-01"}),
    "TRN-306": ({"valid_months": 121}, {"valid_months": 120}),
    "TRN-310": ({"passed": None}, {"passed": False}),
    "TRN-311": ({"completed_on": None}, NOT_DONE),
    "TRN-312": ({"joined_on": None}, {"joined_on": None, "required": False}),
    "TRN-313": ({"theme": None}, {"theme": "Annual review"}),
    "CMP-301": ({"answered_on": "2026-02-01"}, {"answered_on": "2026-02-02"}),
    "CMP-302": ({"due_on": "2026-02-01"}, {"due_on": "2026-02-02"}),
    "CMP-303": (NO_FINDING | {"received_on": TOMORROW, "due_on": TOMORROW},
                NO_FINDING | {"received_on": TODAY, "due_on": TODAY}),
    "CMP-304": ({"answered_on": TOMORROW}, {"answered_on": TODAY}),
    "CMP-305": ({"received_on": "2014-08-31"}, {"received_on": "2014-09-01"}),
    "CMP-310": ({"due_on": None}, {"due_on": "2026-02-02"}),
    "CMP-311": ({"outcome": None, "fault_category": None}, {"outcome": "withdrawn", "fault_category": None}),
    "CMP-312": ({"answered_on": None}, NO_FINDING),
    "CMP-313": ({"fault_category": None}, {"fault_category": None, "outcome": "not_upheld"}),
    "CMP-314": ({"theme": None}, {"theme": "Annual review"}),
    "FBK-301": (NO_RESPONSE | {"response": "in_hand", "responded_on": "2025-11-19"},
                NO_RESPONSE | {"response": "in_hand", "responded_on": "2025-11-20"}),
    "FBK-302": ({"due_on": "2025-11-19"}, {"due_on": "2025-11-20"}),
    "FBK-303": ({"told_on": "2026-02-01"}, {"told_on": "2026-02-02"}),
    "FBK-304": ({"checked_on": "2026-02-09"}, {"checked_on": "2026-02-10"}),
    "FBK-305": (NO_RESPONSE | {"raised_on": TOMORROW, "due_on": TOMORROW},
                NO_RESPONSE | {"raised_on": TODAY, "due_on": TODAY}),
    "FBK-306": ({"responded_on": TOMORROW, "told_on": None, "checked_on": None},
                {"responded_on": TODAY, "told_on": None, "checked_on": None}),
    "FBK-307": ({"told_on": TOMORROW, "checked_on": None}, {"told_on": TODAY, "checked_on": None}),
    "FBK-308": ({"checked_on": TOMORROW}, {"checked_on": TODAY}),
    "FBK-309": ({"raised_on": "2014-08-31"}, {"raised_on": "2014-09-01"}),
    "FBK-310": ({"families": 0}, {"families": 1}),
    "FBK-320": ({"due_on": None}, {"due_on": "2025-11-20"}),
    "FBK-321": ({"responded_on": None}, {"responded_on": "2025-11-20"}),
    "FBK-322": ({"cannot_because": None}, {"cannot_because": "other"}),
    "FBK-323": ({"response": "done"}, {"response": "done", "cannot_because": None}),
    "FBK-324": ({"response": None, "cannot_because": None}, NO_RESPONSE),
    "FBK-325": ({"told_on": None}, {"told_on": None, "checked_on": None}),
    "SCR-301": ({"answered_on": "2026-02-01"}, {"answered_on": "2026-02-02"}),
    "SCR-302": ({"promised_by": "2026-02-01"}, {"promised_by": "2026-02-02"}),
    "SCR-303": ({"asked_on": TOMORROW, "promised_by": TOMORROW, "answered_on": None, "answer": None},
                {"asked_on": TODAY, "promised_by": TODAY, "answered_on": None, "answer": None}),
    "SCR-304": ({"answered_on": TOMORROW}, {"answered_on": TODAY}),
    "SCR-305": ({"asked_on": "2014-08-31"}, {"asked_on": "2014-09-01"}),
    "SCR-310": ({"promised_by": None}, {"promised_by": "2026-02-02"}),
    "SCR-311": ({"answer": None}, {"answer": "declined"}),
    "SCR-312": ({"answered_on": None}, {"answered_on": None, "answer": None}),
    "BRD-301": ({"reported_on": TOMORROW}, {"reported_on": TODAY}),
    "BRD-302": ({"reported_on": "2014-08-31"}, {"reported_on": "2014-09-01"}),
    "BRD-310": ({"source": None}, {"source": "risk"}),
}  # fmt: skip
FITTING = {
    "registered_on": {"registered": True, "registered_on": "2026-02-02"},
    "not_needed_because": {"registration_needed": "need_not", "not_needed_because": "one_to_one"},
    "ceased_on": {"ceased_on": "2026-02-01"},
    "void_reason": VOID,
    "not_appropriate_reason": NOT_OFFERED | {"contact_appropriate": False},
}
"""Where a filled cell only fits another row than the sound one."""
OTHER_KEY: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "active_plans": ({"council": "991"}, {"sex": "M"}),
    "plan_reviews": ({"council": "991"}, {"sex": "M"}),
    "audit_programme": ({"approved_on": "2025-12-02"}, {"planned_count": 13}),
    "case_audits": ({"council": "991"}, {"sex": "M"}),
    "family_participation": ({"person_number": 2}, {"offered_how": "letter"}),
    "dfe_timeliness": (
        {"council": "856", "la_code": "856", "new_la_code": None, "new_la_code_of": None},
        NO_LENGTHS | {"within_20_weeks": 401},
    ),
    "population": ({"frame": "sen_support"}, {"people": 121}),
    "participation_rates": ({"definition": "voice.child"}, {"numerator": 51, "percent": None}),
    "placements": ({"council": "991"}, {"hours_a_week": 13}),
    "training": ({"completed_on": "2026-02-03"}, {"valid_months": 12}),
    "complaints": ({"stage": "stage_2"}, {"outcome": "partly_upheld"}),
    "feedback_responses": ({"council": "991"}, {"families": 13}),
    "scrutiny_requests": ({"council": "991"}, {"answer": "part"}),
    "board_reports": ({"council": "991"}, {"source": "risk"}),
    "statistical_neighbours": ({"council": "942"}, {"closeness_1": "close"}),
}
"""What makes the key of the sound row another one, and what makes the row another under the same key."""


SOUND |= planted_ledger.SOUND
BREAKS |= planted_ledger.BREAKS
FITTING |= planted_ledger.FITTING
OTHER_KEY |= planted_ledger.OTHER_KEY
