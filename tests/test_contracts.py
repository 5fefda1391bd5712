"""The contracts, code lists and councils as they stand: the spelling of every column, and rules that can be told apart.

Belongs here: what analysts edit under `expectations/` and `data/reference/`. Does not belong here: reading files
(`tests/feeds`), running the rules on deliveries (`tests/intake`).
"""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines import contracts, settings
from pipelines.contracts import Contract, ContractError, Rule, simplify
from pipelines.intake.rules import KEY_PATTERNS, PATTERNS, Scene, broken, literal
from pipelines.intake.whole_file import PATTERNS as FILE_PATTERNS
from tests.planted_rows import BREAKS, EXTRACTED_ON, FITTING, REACHES_DOWN, SEVERAL_ROWS, SOUND

SETTINGS = settings.load({})
CATALOGUE = contracts.load(SETTINGS)
FEEDS = sorted(CATALOGUE.contracts)
CODES_OF = {"3": set(PATTERNS), "4": {"found_in"}, "5": set(FILE_PATTERNS), "6": set(KEY_PATTERNS)}

# The interface with everything downstream: name -> type, with the code list or the council's list
CHILD = (
    "birth_month birth_month, sex code sex, ethnicity code ethnicity, primary_need code primary_need, "
    "social_care code social_care, setting_type code setting_type, interpreter yes_no, child_name free_text, "
    "upn free_text, postcode free_text, comments free_text"
)
SECTIONS = "A B C D E F G H H1 H2 I J K".split()
COLUMNS = {
    "active_plans": "council council, plan_reference identifier, child_reference identifier, plan_type code plan_type, "
    "requested_on date, issued_on date, exceptions_apply yes_no, ceased_on date, locality label localities, "
    f"age_band code age_band, {CHILD}",
    "plan_reviews": "council council, review_reference identifier, child_reference identifier, "
    "plan_reference identifier, plan_type code plan_type, plan_kind_reviewed code plan_kind_reviewed, "
    "plan_stage code plan_stage, selection code selection, planned_month month, reviewed_on date, "
    "status code audit_status, team label teams, locality label localities, reviewer identifier, reviewer_grade grade, "
    "moderator identifier, moderator_grade grade, moderated_on date, moderation_selection code moderation_selection, "
    "agreed_grade grade, outcomes_specific code met, provision_specified code met, child_views code met, "
    f"parent_views code met, coproduced code met, learning_themes label themes, age_band code age_band, {CHILD}, "
    + ", ".join(
        f"advice_{source}_asked_on date, advice_{source}_received_on date, advice_{source}_not_known yes_no, "
        f"advice_{source}_quality code met"
        for source in ("health", "social_care", "educational_psychology")
    )
    + "".join(f", section_{section}_grade grade" for section in SECTIONS),
    "audit_programme": "council council, frame code frame, period period, audit_type code audit_type, "
    "team label teams, agency label agencies, planned_count whole_number, approved_on date",
    "case_audits": "council council, audit_reference identifier, child_reference identifier, "
    "audit_type code audit_type, theme label themes, selection code selection, "
    "planned_month month, started_on date, completed_on date, "
    "status code audit_status, void_reason code void_reason, agency label agencies, team label teams, "
    "locality label localities, auditor identifier, auditor_grade grade, moderator identifier, moderator_grade grade, "
    "moderated_on date, moderation_selection code moderation_selection, agreed_grade grade, "
    "mental_health_relevant yes_no, mental_health_considered yes_no, learning_themes label themes, "
    "strengths label themes, re_audit_of identifier, age_band code age_band, birth_month birth_month, sex code sex, "
    "ethnicity code ethnicity, primary_need code primary_need, social_care code social_care, "
    "setting_type code setting_type, plan_kind code plan_kind, interpreter yes_no, frame code frame, "
    "child_name free_text, upn free_text, postcode free_text, comments free_text",
    "family_participation": "council council, audit_reference identifier, role code role, person_number whole_number, "
    "offered yes_no, contact_appropriate yes_no, not_appropriate_reason code not_appropriate_reason, offered_on date, "
    "offered_how code offer_channel, response code response, contributed_on date, mode code contribution_mode, "
    "told_outcome_on date, rating_listened code rating, rating_difference code rating, feedback_theme label themes, "
    "respondent_name free_text, comments free_text",
    "dfe_timeliness": "council place, time_period whole_number, time_identifier code time_identifier, "
    "geographic_level place_part, country_code place_part, region_code place_part, la_code place_part, "
    "new_la_code ons_code, breakdown_topic code published_topic, breakdown code published_group, "
    "issued count, issued_ex count, within_20_weeks count, within_20_weeks_ex count, "
    "within_20_weeks_percent percentage, within_20_weeks_ex_percent percentage, within_a_year count, "
    "within_a_year_ex count, within_a_year_percent percentage, within_a_year_ex_percent percentage, "
    "over_a_year count, over_a_year_ex count, over_a_year_percent percentage, over_a_year_ex_percent percentage, "
    "country_name free_text, region_name free_text, la_name free_text",
    "participation_rates": "council council, period_start date, period_end date, "
    "definition code participation_definition, numerator count, denominator count, percent percentage, "
    "source code participation_source, given_on date, note free_text",
    "population": "council council, as_at date, frame code frame, characteristic code characteristic, category group, "
    "people count, source code population_source",
    "placements": "council council, placement_reference identifier, child_reference identifier, provider_reference "
    "identifier, has_ehc_plan yes_no, registration_needed code registration_needed, "
    "not_needed_because code registration_not_needed, registered yes_no, registered_on date, "
    "attendance code attendance, hours_a_week whole_number, started_on date, ended_on date, "
    "visited_on date, safeguarding_checked_on date, plan_to_move yes_no, child_name free_text, "
    "provider_name free_text, comments free_text",
    "training": "council council, learner_reference identifier, module label modules, theme label themes, role "
    "code staff_role, team label teams, agency label agencies, required yes_no, required_from date, "
    "joined_on date, left_on date, completed_on date, passed yes_no, valid_months whole_number, "
    "learner_name free_text, comments free_text",
    "complaints": "council council, complaint_reference identifier, child_reference identifier, stage code "
    "complaint_stage, received_on date, due_on date, answered_on date, outcome code "
    "complaint_outcome, fault_category code complaint_fault, theme label themes, team label teams, "
    "complainant_name free_text, comments free_text",
    "feedback_responses": "council council, feedback_reference identifier, theme label themes, families whole_number, "
    "raised_on date, due_on date, response code feedback_response, cannot_because code cannot_reason, "
    "responded_on date, told_on date, checked_on date, comments free_text",
    "scrutiny_requests": "council council, request_reference identifier, topic label themes, board label boards, "
    "asked_on date, promised_by date, answered_on date, answer code scrutiny_answer, question free_text, "
    "comments free_text",
    "board_reports": "council council, report_reference identifier, board label boards, topic label themes, "
    "reported_on date, source code report_source, action_reference identifier, report_title "
    "free_text, comments free_text",
    "actions": "council council, action_reference identifier, source code action_source, source_reference "
    "identifier, "
    "title council_text, owner_role council_text, agency label agencies, theme label themes, measure "
    "council_text, opened_on date, original_due_on date, revised_due_on date, done_on date, cancelled_on "
    "date, cancel_reason code cancel_reason, reopened_on date, evidence council_text, evidence_checked_on "
    "date, evidence_checked_by council_text, effect_checked_on date, effect code action_effect, comments "
    "free_text",
    "action_changes": "council council, action_reference identifier, change_number whole_number, changed_on date, "
    "change "
    "code "
    "action_change, new_due_on date, comments free_text",
    "ombudsman_cases": "council council, source_reference identifier, published_reference council_text, former_council "
    "council, "
    "decided_on date, outcome code ombudsman_outcome, fault_category code fault, is_public_report yes_no, "
    "summary free_text",
    "ombudsman_remedies": "council council, source_reference identifier, remedy_number whole_number, remedy_type code "
    "remedy_type, "
    "due_on date, done_on date, satisfied_on date",
    "inspections": "council council, source_reference identifier, published_on date, outcome code area_outcome, "
    "area_number "
    "whole_number, area_kind code area_kind, title council_text, progress code area_progress, progress_on "
    "date",
    "internal_audits": "council council, source_reference identifier, title council_text, planned_on date, "
    "reported_on date,"
    " "
    "opinion code audit_opinion, recommendations whole_number",
    "area_inspections_to_2022": "council council, started_on date, published_on date, statement_required yes_no, "
    "weaknesses "
    "whole_number, "
    "revisit_started_on date, revisit_published_on date, progress code area_progress, with_progress "
    "whole_number, without_progress whole_number, area_name free_text, region free_text, link free_text",
    "area_inspections_since_2023": "council council, outcome code area_outcome, started_on date, ended_on date, "
    "published_on date, "
    "next_by "
    "date, next_in free_text, previous_on free_text, urn free_text, region free_text, ons_code free_text, "
    "neighbours free_text, area_name free_text, link free_text, local_link free_text, outcome_text free_text",
    "statistical_neighbours": "council council, name free_text, number free_text, region_number free_text, "
    "region free_text, "
    + ", ".join(f"neighbour_{n} council, closeness_{n} code closeness" for n in range(1, 11)),
}
REQUIRED = {
    "active_plans": "council plan_reference issued_on",
    "plan_reviews": "council review_reference plan_kind_reviewed selection status",
    "audit_programme": "council frame period audit_type planned_count approved_on",
    "case_audits": "council audit_reference audit_type selection status",
    "family_participation": "council audit_reference role",
    "dfe_timeliness": "council time_period time_identifier geographic_level country_code region_code la_code "
    "breakdown_topic breakdown issued issued_ex within_20_weeks within_20_weeks_ex",
    "participation_rates": "council period_start period_end definition numerator denominator source",
    "population": "council as_at frame characteristic category people",
    "placements": "council placement_reference child_reference provider_reference started_on",
    "training": "council learner_reference module",
    "complaints": "council complaint_reference stage received_on",
    "feedback_responses": "council feedback_reference theme families raised_on",
    "scrutiny_requests": "council request_reference topic board asked_on",
    "board_reports": "council report_reference board topic reported_on",
    "actions": "council action_reference source opened_on",
    "action_changes": "council action_reference change_number changed_on change",
    "ombudsman_cases": "council source_reference decided_on outcome",
    "ombudsman_remedies": "council source_reference remedy_number remedy_type due_on",
    "inspections": "council source_reference published_on area_number area_kind",
    "internal_audits": "council source_reference",
    "area_inspections_to_2022": "council published_on statement_required",
    "area_inspections_since_2023": "council",
    "statistical_neighbours": "council",
}
PERSONAL = {
    "active_plans": "plan_reference child_reference birth_month child_name upn postcode comments",
    "plan_reviews": "review_reference child_reference plan_reference reviewer moderator birth_month child_name upn "
    "postcode comments",
    "audit_programme": "",
    "case_audits": "audit_reference child_reference auditor moderator re_audit_of birth_month child_name upn postcode "
    "comments",
    "family_participation": "audit_reference respondent_name comments",
    "dfe_timeliness": "",
    "participation_rates": "note",
    "population": "",
    "placements": "placement_reference child_reference provider_reference child_name provider_name comments",
    "training": "learner_reference learner_name comments",
    "complaints": "complaint_reference child_reference complainant_name comments",
    "feedback_responses": "comments",
    "scrutiny_requests": "question comments",
    "board_reports": "report_title comments",
    "actions": "action_reference source_reference comments",
    "action_changes": "action_reference comments",
    "ombudsman_cases": "source_reference summary",
    "ombudsman_remedies": "source_reference",
    "inspections": "source_reference",
    "internal_audits": "source_reference",
    "area_inspections_to_2022": "",
    "area_inspections_since_2023": "",
    "statistical_neighbours": "",
}


def contract_of(code: str) -> Contract:
    return next(contract for contract in CATALOGUE.contracts.values() if contract.prefix == code[:3])


def stored(name: str, contract: Contract) -> list[str]:
    """A column of the contract as the columns of the accepted table: a period is two, a month of birth none."""
    return [column for column in (name, f"{name}_start", f"{name}_end") if column in contract.stored]


def broken_by(contract: Contract, change: dict[str, Any]) -> list[str]:
    """Codes of the row rules that the sound row breaks after a change."""
    row = SOUND[contract.feed] | change
    values = [
        f"{'NULL' if row.get(name) is None else literal(row[name])}::{kind} AS {name}"
        for name, kind in contract.stored.items()
    ]
    flags = [f"{bool(row.get(f'{name}__unreadable'))} AS {name}__unreadable" for name in contract.columns]
    table = f"(SELECT {', '.join(values + flags)}, false AS _ragged, '' AS _sheet, 1 AS _row)"
    rules = [rule for rule in contract.all_rules if rule.scope == "row" and rule.expect not in KEY_PATTERNS]
    tests = ", ".join(broken(rule, Scene(contract, EXTRACTED_ON)) for rule in rules)
    [found] = duckdb.sql(f"SELECT {tests} FROM {table}").fetchall()
    return [rule.code for rule, is_broken in zip(rules, found or (), strict=True) if is_broken]


@pytest.mark.parametrize("feed", FEEDS)
def test_columns_are_those_that_everything_else_is_built_on(feed: str) -> None:
    columns = CATALOGUE.contracts[feed].columns
    said = [
        " ".join(filter(None, (name, column.type, column.codes or column.list)))
        for name, column in columns.items()
    ]
    assert said == COLUMNS[feed].split(", ")
    assert [name for name, column in columns.items() if column.required] == REQUIRED[feed].split()
    assert [name for name, column in columns.items() if column.personal] == PERSONAL[feed].split()
    assert [name for name, column in columns.items() if column.several] == (
        {"case_audits": ["learning_themes", "strengths"], "plan_reviews": ["learning_themes"]}.get(feed, [])
    )


def test_feeds_replace_what_the_design_says() -> None:
    replaces = {feed: contract.replaces for feed, contract in CATALOGUE.contracts.items()}
    assert replaces == {
        "dfe_timeliness": "all", "participation_rates": "key", "population": "key", "statistical_neighbours": "all",
        "active_plans": "all", "audit_programme": "key", "case_audits": "council_and_period",
        "family_participation": "key", "plan_reviews": "council_and_period", "placements": "all", "training": "all",
        "complaints": "key", "feedback_responses": "key", "scrutiny_requests": "key",
        "board_reports": "key",
        "actions": "key", "action_changes": "key", "ombudsman_cases": "key", "ombudsman_remedies": "key",
        "inspections": "key", "internal_audits": "key", "area_inspections_to_2022": "all",
        "area_inspections_since_2023": "all",
    }  # fmt: skip
    assert CATALOGUE.contracts["case_audits"].period == ("planned_month", "started_on", "completed_on")
    assert CATALOGUE.contracts["plan_reviews"].period == ("planned_month", "reviewed_on")
    assert CATALOGUE.contracts["family_participation"].key == (
        "council",
        "audit_reference",
        "role",
        "person_number",
    )


@pytest.mark.parametrize("feed", FEEDS)
def test_every_column_explains_itself_and_has_spellings_of_its_own(feed: str) -> None:
    contract = CATALOGUE.contracts[feed]
    least = 6 if contract.holds == "council" else 1  # published files have one publisher
    for name, column in contract.columns.items():
        assert column.about.endswith("."), name
        assert len(column.also_called) >= (least if column.in_the_file else 0), name
        spellings = [simplify(text) for text in column.also_called]
        assert all(spellings), name
        assert len(set(spellings)) == len(spellings), name


def test_a_header_that_would_mean_two_columns_is_refused(tmp_path: Path) -> None:
    text = (SETTINGS.expectations / "feeds" / "audit_programme.yaml").read_text(encoding="utf-8")
    path = tmp_path / "audit_programme.yaml"
    path.write_text(text.replace("- Team name", "- FRAME?"), encoding="utf-8")
    with pytest.raises(ContractError, match=r"audit_programme\.yaml.*would mean two columns"):
        contracts.read_contract(path)


@pytest.mark.parametrize("feed", FEEDS)
def test_rules_say_what_is_wrong_and_what_to_do(feed: str) -> None:
    contract = CATALOGUE.contracts[feed]
    for rule in contract.all_rules:
        for text in (rule.message, rule.action):
            assert text.endswith("."), rule.code
            assert text[0].isupper(), rule.code
            assert text == " ".join(text.split()), rule.code
    meanings = Counter(yaml.safe_dump([rule.expect, rule.arguments]) for rule in contract.all_rules)
    assert meanings.most_common(1)[0][1] == 1, "two rules check the same"
    messages = Counter(rule.message for rule in contract.all_rules)
    assert messages.most_common(1)[0][1] == 1, "two rules say the same"


@pytest.mark.parametrize("feed", FEEDS)
def test_rules_name_patterns_columns_and_codes_that_exist(feed: str) -> None:
    contract = CATALOGUE.contracts[feed]
    for rule in contract.rules:
        given = rule.arguments
        assert rule.expect in CODES_OF[rule.code[4]], rule.code
        parts = ("column", "a", "b", "numerator", "denominator", "of", "year", "start")
        named = [given[part] for part in parts if part in given] + given.get("columns", [])
        named += [*given.get("parts", []), *given.get("by", []), *given.get("numbers", [])]
        assert set(named) <= set(contract.stored), rule.code
        if "feed" in given:
            assert set(given["feed_columns"]) <= set(CATALOGUE.contracts[given["feed"]].stored), rule.code
        for name, wanted in given.get("when", {}).items():
            column = contract.columns[name]
            if isinstance(wanted, list):
                codes = {code.code for code in CATALOGUE.codes[column.codes or ""]}
                assert set(wanted) <= codes, rule.code
            else:
                assert wanted in ("filled", "empty") or (
                    isinstance(wanted, bool) and column.type == "yes_no"
                ), rule.code


def written_row_rules() -> list[Rule]:
    everything = [rule for contract in CATALOGUE.contracts.values() for rule in contract.rules]
    alone = [rule for rule in everything if rule.code not in {*SEVERAL_ROWS, *REACHES_DOWN}]
    return [rule for rule in alone if rule.scope == "row" and rule.expect not in KEY_PATTERNS]


@pytest.mark.parametrize("feed", FEEDS)
def test_the_sound_row_breaks_nothing(feed: str) -> None:
    assert broken_by(CATALOGUE.contracts[feed], {}) == []


@pytest.mark.parametrize("code", [rule.code for rule in written_row_rules()])
def test_a_rule_can_be_broken_alone_and_only_just_kept(code: str) -> None:
    breaks, just_not = BREAKS[code]
    assert broken_by(contract_of(code), breaks) == [code]
    assert broken_by(contract_of(code), just_not) == []


@pytest.mark.parametrize("feed", FEEDS)
def test_an_unreadable_cell_breaks_nothing_but_its_own_rule(feed: str) -> None:
    contract = CATALOGUE.contracts[feed]
    for name, column in contract.columns.items():
        if column.type in ("free_text", "identifier", "place_part") or column.several:
            continue
        change = dict(FITTING.get(name, {}))
        if column.type in contracts.TEXT_TYPES:
            change[name] = "?"
        else:
            change |= {f"{name}__unreadable": True, **dict.fromkeys(stored(name, contract))}
        assert broken_by(contract, change) == [f"{contract.prefix}-1{column.number:02d}"], name


@pytest.mark.parametrize("feed", FEEDS)
def test_a_required_cell_left_empty_breaks_nothing_but_its_own_rule(feed: str) -> None:
    contract = CATALOGUE.contracts[feed]
    for name in REQUIRED[feed].split():
        if contract.columns[name].type == "place_part":
            continue  # a place is empty where all of its parts are
        change = dict.fromkeys(stored(name, contract))
        assert broken_by(contract, change) == [f"{contract.prefix}-2{contract.columns[name].number:02d}"], (
            name
        )


def test_code_lists_have_one_meaning_for_each_spelling() -> None:
    for name, codes in CATALOGUE.codes.items():
        means: dict[str, str] = {}
        for code in codes:
            for text in (code.code, code.label, *code.also_called):
                assert simplify(text), f"{name}: {code.code} has an empty spelling"
                assert means.setdefault(simplify(text), code.code) == code.code, (
                    f"{name}: {text} means two codes"
                )


def test_every_code_list_is_used_and_holds_what_the_model_counts() -> None:
    used = {
        name
        for contract in CATALOGUE.contracts.values()
        for column in contract.columns.values()
        for name in (column.codes, column.for_each)
    }
    assert set(CATALOGUE.codes) == used - {None}
    codes = {name: [code.code for code in entries] for name, entries in CATALOGUE.codes.items()}
    assert codes["audit_type"] == [
        "thematic",
        "routine",
        "multi_agency",
        "dip_sample",
        "external",
        "re_audit",
    ]
    assert codes["age_band"] == ["0-4", "5-10", "11-15", "16-19", "20-25"]
    assert codes["contribution_mode"] == [
        "conversation", "written", "advocate", "communication_aid", "observation", "survey", "existing_record", "other",
    ]  # fmt: skip
    assert codes["plan_section"] == SECTIONS
    assert codes["plan_kind_reviewed"] == ["new", "amended", "existing"]
    assert codes["met"] == ["met", "partly", "not_met", "not_applicable"]
    assert codes["plan_type"][0] == "EHCP"
    assert codes["rating"] == ["strongly_agree", "agree", "neither", "disagree", "strongly_disagree"]
    assert {"DS", "SEMH", "ASD"} <= set(codes["primary_need"])
    groups = Counter(code.group for code in CATALOGUE.codes["ethnicity"])
    assert groups == {"White": 5, "Mixed": 4, "Asian": 5, "Black": 3, "Other": 1, "Not known": 2}
    assert all(code.group for name in ("primary_need", "setting_type") for code in CATALOGUE.codes[name])


@pytest.mark.parametrize(
    ("text", "code"),
    [("bristol", "801"), ("St. Helens", "342"), ("County of Herefordshire", "884"), ("Telford & Wrekin", "894"),
     ("Kingston upon Hull, City of", "810"), ("LEICESTERSHIRE COUNTY COUNCIL", "855"),
     ("London Borough of Barnet", "302"), ("838", "838"),
     ("E10000002", "825"), ("E06000060", "825"), ("E10000023", "815"), ("E06000066", "933"),
     ("Dorset", "838"), ("Dorset County Council", "835"), ("Durham", "840"), ("Brackenshire", "990")],
)  # fmt: skip
def test_councils_are_found_by_name_alias_and_either_code(text: str, code: str) -> None:
    assert CATALOGUE.find_council(text).code == code


def test_no_two_councils_share_a_name_and_every_closed_one_has_a_successor() -> None:
    councils = CATALOGUE.councils
    means: dict[str, str] = {}
    for council in councils.values():
        for text in (council.code, council.name, *council.ons_codes, *council.also_called):
            assert means.setdefault(simplify(text), council.code) == council.code, (
                f"{text} means two councils"
            )
        successors = council.successor.split("|") if council.successor else []
        assert bool(council.closed) == bool(successors), council.name
        assert all(not councils[code].closed for code in successors), council.name
        assert council.opened < (council.closed or "9999"), council.name
    assert sum(not council.closed and not council.fictional for council in councils.values()) == 153
    assert [council.name for council in councils.values() if council.fictional] == [
        "Tarn Riding", "Brackenshire", "Westmarch", "Calderholme", "Fennick Vale", "Ostrey", "Harrowmere", "Quillbury",
        "Tarrowdale", "Merrowby", "Saltwick Bay",
    ]  # fmt: skip
    assert councils["909"].successor == "942|943"


def test_fictional_places_and_real_ones_stay_apart() -> None:
    """A fictional council is in a fictional region, a real one in a real region; each has one country of its kind."""
    regions = {region.name: region for region in CATALOGUE.regions.values()}
    assert len(regions) == len(CATALOGUE.regions)
    for council in CATALOGUE.councils.values():
        assert regions[council.region].fictional == council.fictional, council.name
        assert regions[council.region].kind == "region"
    countries = [region for region in regions.values() if region.kind == "country"]
    assert [region.fictional for region in countries] == [False, True]
    for region in regions.values():
        assert region.fictional == ("fictional" in region.name.lower()), region.name


def test_the_demonstration_council_names_everything_and_scales_are_unambiguous() -> None:
    names = CATALOGUE.names_of("990")
    for kind in contracts.LABEL_LISTS:
        listed = [simplify(name) for name in getattr(names, kind)]
        assert len(listed) >= 5
        assert len(set(listed)) == len(listed)
    assert names.grade_scale in CATALOGUE.grade_scales
    for grades in CATALOGUE.grade_scales.values():
        assert list(grades) == ["outstanding", "good", "requires_improvement", "inadequate"]
        words = [simplify(word) for entries in grades.values() for word in entries]
        assert len(set(words)) == len(words)


def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, 1991)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * i) // 451
    month, day = divmod(h + i - 7 * m + 114, 31)
    return date(year, month, day + 1)


def test_bank_holidays_of_england_and_wales() -> None:
    with (SETTINGS.reference / "bank_holidays.csv").open(encoding="utf-8", newline="") as lines:
        titles = {date.fromisoformat(row["date"]): row["title"] for row in csv.DictReader(lines)}
    assert all(day.weekday() < 5 for day in titles)
    a_year = Counter(day.year for day in titles)
    assert a_year == {**dict.fromkeys(range(2019, 2029), 8), 2022: 10, 2023: 9}
    for year in range(2019, 2029):
        assert titles[easter(year) - timedelta(days=2)] == "Good Friday"
        assert titles[easter(year) + timedelta(days=1)] == "Easter Monday"
    for day in (
        "2020-05-08",
        "2022-06-02",
        "2022-06-03",
        "2022-09-19",
        "2023-05-08",
        "2020-12-28",
        "2027-12-27",
    ):
        assert date.fromisoformat(day) in titles
    for day in ("2020-05-04", "2022-05-30", "2021-12-25", "2026-12-26"):
        assert date.fromisoformat(day) not in titles


def test_a_councils_targets_are_shares_and_judge_no_row() -> None:
    text = CATALOGUE.texts
    with pytest.raises(ValueError, match=r"write 0\.9 for 90%"):
        contracts.CouncilNames(council="990", targets={"quality.inadequate": -0.1})
    own = CATALOGUE.names["990"].model_copy(update={"targets": {"quality.inadequate": 0.2}})
    changed = CATALOGUE.model_copy(update={"names": {**CATALOGUE.names, "990": own}})
    assert changed.texts == text, "deliveries would be checked again for a target"
    assert CATALOGUE.names_of("990").targets == {"voice.any_family": 0.6}


def test_what_a_council_did_about_a_theme_begins_a_month_and_judges_no_row() -> None:
    with pytest.raises(ValueError, match="first day of a month"):
        contracts.Lesson(theme="Health advice", since=date(2024, 9, 2))
    own = CATALOGUE.names["990"].model_copy(update={"learning": ()})
    changed = CATALOGUE.model_copy(update={"names": {**CATALOGUE.names, "990": own}})
    assert changed.texts == CATALOGUE.texts
    names = CATALOGUE.names_of("990")
    assert {lesson.theme for lesson in names.learning} <= set(names.themes)
