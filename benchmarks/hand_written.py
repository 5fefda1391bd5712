"""The lower bound: one hand-written DuckDB script that reads, checks and counts what the main job does.

Belongs here: plain SQL for the spelling that the benchmark's own files use. It keeps no personal data apart, archives
and reports nothing, and gives no interval, chart, receipt or release. Does not belong here: any code of the program,
but for the list of what is to be counted, so that both count the same.
"""

# ruff: noqa: E501 - SQL and tables read better unbroken

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

FACTS = ("audits", "participants", "planned_audits")
"""What the benchmark's files are about: facts of other feeds have no rows here."""

_ETHNIC_GROUP = """CASE ethnicity WHEN 'WBRI' THEN 'White' WHEN 'APKN' THEN 'Asian' WHEN 'AIND' THEN 'Asian'
        WHEN 'BAFR' THEN 'Black' WHEN 'MWBC' THEN 'Mixed' ELSE 'unknown' END AS ethnic_group"""

_TYPED = """
CREATE TABLE typed AS SELECT council, audit_reference, child_reference, audit_type, theme, selection, agency, team,
    locality, auditor, age_band, sex, ethnicity, primary_need, social_care, plan_kind, interpreter, status,
    try_strptime(planned_month, '%Y-%m')::DATE AS planned_month, try_cast(started_on AS DATE) AS started_on,
    try_cast(completed_on AS DATE) AS completed_on, lower(auditor_grade) AS auditor_grade,
    lower(agreed_grade) AS agreed_grade, mental_health_relevant = 'yes' AS mental_health_relevant,
    mental_health_considered = 'yes' AS mental_health_considered
FROM read_csv({audits}, all_varchar = true);
CREATE TABLE people AS SELECT council, audit_reference, role, offered = 'yes' AS offered,
    contact_appropriate = 'yes' AS contact_appropriate, not_appropriate_reason, response, mode,
    try_cast(offered_on AS DATE) AS offered_on, try_cast(contributed_on AS DATE) AS contributed_on
FROM read_csv({people}, all_varchar = true);
CREATE TABLE programme AS SELECT council, try_strptime(period, '%Y-%m')::DATE AS planned_month, audit_type,
    try_cast(planned_count AS BIGINT) AS planned FROM read_csv({programme}, all_varchar = true);
"""

_CHECKED = """
CREATE TABLE broken AS SELECT council, audit_reference, codes FROM (SELECT council, audit_reference, list_filter([
    {cases}
    ], lambda code: code IS NOT NULL) AS codes FROM typed) WHERE len(codes) > 0;
CREATE TABLE shared AS SELECT council, audit_reference FROM typed GROUP BY ALL HAVING count(*) > 1;
CREATE TABLE broken_people AS SELECT council, audit_reference, role, codes FROM (SELECT council, audit_reference, role,
    list_filter([
    {people_cases}
    ], lambda code: code IS NOT NULL) AS codes FROM people) WHERE len(codes) > 0;
CREATE TABLE shared_people AS SELECT council, audit_reference, role FROM people GROUP BY ALL HAVING count(*) > 1;
"""

_FACTS = """
CREATE TABLE cases AS SELECT t.*, status = 'completed' AND completed_on IS NOT NULL AS is_completed,
    md5_number_lower(council || audit_reference) AS key
FROM typed t ANTI JOIN (SELECT * FROM broken WHERE list_has_any(codes, {errors})) b USING (council, audit_reference);
CREATE TABLE participants AS SELECT p.council, p.audit_reference, p.role, c.completed_on, p.mode AS given_mode,
    c.is_completed, p.role = 'child' AS is_child, p.role = 'parent' AS is_parent, p.role = 'staff' AS is_staff,
    p.role IN ('child', 'parent') AS is_family, selection = 'random' AS is_random, contact_appropriate AS is_contact_appropriate,
    NOT contact_appropriate AS is_contact_not_appropriate, offered AND coalesce(offered_on <= completed_on, true) AS is_offered,
    CASE WHEN offered AND coalesce(offered_on <= completed_on, true) THEN offered_on END AS offered_on,
    offered AND offered_on <= DATE '{mature}' AS is_offer_mature,
    offered AND response IN ('accepted', 'declined') AS has_replied, offered AND response = 'accepted' AS has_accepted,
    coalesce(contributed_on <= completed_on, false) AS has_contributed, false AS has_existing_record, false AS is_told,
    completed_on + 28 < DATE '{today}' AS is_told_due, false AS is_told_in_time, false AS has_rating_listened,
    false AS is_listened_to, completed_on + 28 AS told_due_on,
    CASE WHEN coalesce(contributed_on <= completed_on, false) THEN p.mode ELSE 'unknown' END AS mode,
    coalesce(not_appropriate_reason, 'unknown') AS not_appropriate_reason, c.audit_type, c.selection, c.agency, c.team,
    c.locality, c.age_band, c.primary_need, {ethnic_group}
FROM people p JOIN cases c USING (council, audit_reference);
CREATE TABLE audits AS SELECT c.council, c.completed_on, c.planned_month, c.is_completed, audit_type, selection,
    coalesce(theme, 'unknown') AS theme, agency, team, locality, age_band, sex, ethnicity, primary_need, social_care,
    {ethnic_group},
    'unknown' AS setting_type, plan_kind, interpreter, 'unknown' AS frame, 'unknown' AS void_reason,
    NULL::DATE AS moderated_on, false AS is_from_plans, false AS is_from_sen_support, false AS is_from_social_care,
    true AS is_on_record, status = 'void' AS is_void, auditor_grade IS NOT NULL AS has_auditor_grade,
    agreed_grade IS NULL AS has_no_agreed_grade, auditor_grade IN ('good', 'outstanding') AS is_good_or_better_auditor,
    auditor_grade = 'inadequate' AS is_inadequate_auditor, false AS has_moderator_grade,
    false AS is_good_or_better_moderator, false AS has_both_grades, false AS is_same_grade, false AS is_within_one_grade,
    false AS is_different_grade, false AS is_moderator_lower, 'unknown' AS grade_pair,
    selection = 'random' AS is_random, audit_type = 'thematic' AS is_thematic, true AS is_child_in_audit,
    true AS is_parent_in_audit, {by_role},
    coalesce(agreed_grade IS NOT NULL, false) AS has_agreed_grade, agreed_grade = 'outstanding' AS is_outstanding,
    agreed_grade = 'good' AS is_good, agreed_grade = 'requires improvement' AS is_requires_improvement,
    agreed_grade = 'inadequate' AS is_inadequate, agreed_grade IN ('good', 'outstanding') AS is_good_or_better,
    false AS is_moderated, false AS is_moderated_random, mental_health_relevant IS NOT NULL AS has_mental_health_answer,
    mental_health_relevant AS is_mental_health_relevant, mental_health_considered AS is_mental_health_considered
FROM cases c LEFT JOIN (SELECT council, audit_reference, {folded} FROM participants GROUP BY ALL) p
USING (council, audit_reference);
CREATE TABLE planned_audits AS SELECT council, planned_month, audit_type, 'unknown' AS team, 'unknown' AS agency,
    true AS is_in_programme, true AS is_planned, false AS is_added, slot <= done AS is_delivered
FROM (SELECT p.*, unnest(range(1, planned + 1)) AS slot, coalesce(d.done, 0) AS done FROM programme p LEFT JOIN (
    SELECT council, audit_type, planned_month, count(*) AS done FROM cases
    WHERE is_completed AND completed_on <= last_day(planned_month) GROUP BY ALL) d USING (council, audit_type, planned_month));
"""

_ROLE_FLAGS = {
    "is_{role}_contact_appropriate": "is_contact_appropriate",
    "is_{role}_contact_not_appropriate": "is_contact_not_appropriate",
    "is_{role}_offered": "is_offered",
    "has_{role}_reply": "has_replied",
    "has_{role}_acceptance": "has_accepted",
    "has_{role}_contribution": "has_contributed",
    "is_{role}_told": "is_told",
}


def folded() -> str:
    """One row an audit from one a role."""
    flags = [
        f"coalesce(bool_or({flag}) FILTER (role = '{role}'), false) AS {name.format(role=role)}"
        for role in ("child", "parent", "staff")
        for name, flag in _ROLE_FLAGS.items()
    ]
    return ", ".join(flags)


def by_role() -> str:
    """The columns of an audit that follow from its people."""
    names = [name.format(role=role) for role in ("child", "parent", "staff") for name in _ROLE_FLAGS]
    heard, offered = "has_{}_contribution", "is_{}_offered"
    either = [template.format(role) for template in (heard, offered) for role in ("child", "parent")]
    refused = "is_child_contact_not_appropriate AND is_parent_contact_not_appropriate"
    appropriate = "(is_child_contact_appropriate OR is_parent_contact_appropriate)"
    return ", ".join([
        *names,
        f"{either[0]} OR {either[1]} AS has_family_contribution",
        f"{either[0]} AND {either[1]} AS has_child_and_parent_contribution",
        f"{either[2]} OR {either[3]} AS is_family_offered",
        f"NOT ({either[2]} OR {either[3]}) AS is_nobody_offered",
        f"NOT ({either[2]} OR {either[3]}) AND {refused} AS is_nobody_offered_not_appropriate",
        f"NOT ({either[2]} OR {either[3]}) AND NOT ({refused}) AS is_nobody_offered_no_reason",
        f"{appropriate} AS is_family_contact_appropriate",
        f"{refused} AS is_family_contact_not_appropriate",
        f"NOT {appropriate} AND NOT ({refused}) AS is_contact_unknown",
        "false AS is_existing_record_only",
    ])  # fmt: skip


def script(
    files: Mapping[str, Sequence[Path]], checks: Mapping[str, Sequence[str]], today: str, mature: str
) -> list[str]:
    """The statements up to the facts, for the files of each feed; `checks` are CASEs over `typed` and `people`."""
    listed = {name: str([str(path) for path in paths]) for name, paths in files.items()}
    return [
        _TYPED.format(audits=listed["case_audits"], people=listed["family_participation"], programme=listed["audit_programme"]),
        _CHECKED.format(cases=",\n    ".join(checks["case_audits"]), people_cases=",\n    ".join(checks["family_participation"])),
        _FACTS.format(errors=["AUD-301", "AUD-310", "AUD-311"], by_role=by_role(), folded=folded(), today=today, mature=mature, ethnic_group=_ETHNIC_GROUP),
    ]  # fmt: skip


def count(con: duckdb.DuckDBPyConnection, wanted: Mapping[Any, set[str]]) -> None:
    """Count every term by month and by its breakdowns, then over every window: TABLE windowed_<n>, a column a term."""
    by_fact: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    breakdowns: dict[tuple[str, str], set[str]] = {}
    for term, by in wanted.items():
        by_fact.setdefault((term.fact, term.date), []).append(term.columns)
        breakdowns.setdefault((term.fact, term.date), set()).update(by)
    con.execute(
        """CREATE TABLE windows AS SELECT m AS first, m AS last FROM range(24276, 24318) r(m)
        UNION ALL SELECT m, m + 2 FROM range(24276, 24318, 3) r(m) UNION ALL SELECT m - 11, m FROM range(24276, 24318) r(m)
        UNION ALL SELECT m, m + 11 FROM range(24267, 24318, 12) r(m) UNION ALL SELECT m, m + 11 FROM range(24272, 24318, 12) r(m)
        UNION ALL SELECT m, m + 11 FROM range(24264, 24318, 12) r(m)"""
    )
    for n, ((fact, day), wanted) in enumerate(by_fact.items()):
        names = sorted(breakdowns[fact, day])
        sets = ", ".join(["(council, month)", *(f"(council, month, {name})" for name in names)])
        sums = ", ".join(
            f"count_if({' AND '.join(columns) or 'true'}) AS n{at}" for at, columns in enumerate(wanted)
        )
        groups = ", ".join(names)
        con.execute(
            f"""CREATE TABLE monthly_{n} AS SELECT council, year({day}) * 12 + month({day}) - 1 AS month, {groups}, {sums}
            FROM {fact} WHERE {day} IS NOT NULL GROUP BY GROUPING SETS ({sets.replace("month", "year(" + day + ") * 12 + month(" + day + ") - 1")})"""
        )
        added = ", ".join(f"sum(n{at}) AS n{at}" for at in range(len(wanted)))
        con.execute(
            f"""CREATE TABLE windowed_{n} AS SELECT council, first, last, {groups}, {added} FROM monthly_{n}
            JOIN windows ON month BETWEEN first AND last GROUP BY ALL"""
        )


def _in(column: str, values: str, code: str) -> str:
    return f"CASE WHEN {column} NOT IN ({values}) THEN '{code}' END"


CHECKS = {
    "case_audits": [
        "CASE WHEN council IS NULL THEN 'AUD-201' END",
        "CASE WHEN audit_reference IS NULL THEN 'AUD-202' END",
        "CASE WHEN audit_type IS NULL THEN 'AUD-204' END",
        "CASE WHEN selection IS NULL THEN 'AUD-206' END",
        "CASE WHEN status IS NULL THEN 'AUD-210' END",
        _in("audit_type", "'thematic', 'routine', 'multi_agency', 'dip_sample', 'external', 're_audit'", "AUD-104"),
        _in("selection", "'random', 'targeted', 'complaint'", "AUD-106"),
        _in("status", "'planned', 'in_progress', 'completed', 'void'", "AUD-110"),
        _in("age_band", "'0-4', '5-10', '11-15', '16-19', '20-25'", "AUD-127"),
        _in("sex", "'F', 'M'", "AUD-129"),
        _in("ethnicity", "'WBRI', 'WIRI', 'WOTH', 'WIRT', 'WROM', 'MWBC', 'MWBA', 'MWAS', 'MOTH', 'AIND', 'APKN', 'ABAN', "
            "'CNHE', 'AOTH', 'BCRB', 'BAFR', 'BOTH', 'OOTH', 'REFU', 'NOBT'", "AUD-130"),
        _in("primary_need", "'SPLD', 'MLD', 'SLD', 'PMLD', 'SEMH', 'SLCN', 'HI', 'VI', 'MSI', 'PD', 'ASD', 'DS', 'OTH'", "AUD-131"),
        _in("social_care", "'none', 'cin', 'cp', 'cla'", "AUD-132"),
        _in("plan_kind", "'new', 'review', 'amended', 'ceased', 'sen_support', 'none'", "AUD-134"),
        _in("auditor_grade", "'outstanding', 'good', 'requires improvement', 'inadequate'", "AUD-116"),
        _in("agreed_grade", "'outstanding', 'good', 'requires improvement', 'inadequate'", "AUD-121"),
        "CASE WHEN started_on > completed_on THEN 'AUD-301' END",
        "CASE WHEN started_on > DATE '2026-04-03' THEN 'AUD-303' END",
        "CASE WHEN completed_on > DATE '2026-04-03' THEN 'AUD-304' END",
        "CASE WHEN planned_month < DATE '2014-09-01' OR planned_month > DATE '2040-12-31' THEN 'AUD-306' END",
        "CASE WHEN started_on < DATE '2014-09-01' OR started_on > DATE '2040-12-31' THEN 'AUD-307' END",
        "CASE WHEN completed_on < DATE '2014-09-01' OR completed_on > DATE '2040-12-31' THEN 'AUD-308' END",
        "CASE WHEN status = 'completed' AND completed_on IS NULL THEN 'AUD-310' END",
        "CASE WHEN status IN ('planned', 'in_progress') AND completed_on IS NOT NULL THEN 'AUD-311' END",
        "CASE WHEN status = 'planned' AND started_on IS NOT NULL THEN 'AUD-312' END",
        "CASE WHEN status = 'in_progress' AND started_on IS NULL THEN 'AUD-313' END",
        "CASE WHEN planned_month IS NULL AND started_on IS NULL AND completed_on IS NULL THEN 'AUD-314' END",
        "CASE WHEN auditor_grade IS NOT NULL AND status = 'planned' THEN 'AUD-325' END",
        "CASE WHEN agreed_grade IS NOT NULL AND status IN ('planned', 'in_progress') THEN 'AUD-326' END",
        "CASE WHEN mental_health_relevant AND status = 'completed' AND mental_health_considered IS NULL THEN 'AUD-330' END",
        "CASE WHEN NOT mental_health_relevant AND mental_health_considered THEN 'AUD-331' END",
        "CASE WHEN mental_health_relevant IS NULL AND status = 'completed' THEN 'AUD-332' END",
        "CASE WHEN theme IS NULL AND audit_type = 'thematic' THEN 'AUD-342' END",
        *(f"CASE WHEN {column} IS NULL AND status = 'completed' THEN 'AUD-35{n}' END"
          for n, column in enumerate(("age_band", "sex", "ethnicity", "primary_need", "child_reference", "auditor"))),
    ],
    "family_participation": [
        "CASE WHEN council IS NULL THEN 'PAR-201' END",
        "CASE WHEN audit_reference IS NULL THEN 'PAR-202' END",
        "CASE WHEN role IS NULL THEN 'PAR-203' END",
        _in("role", "'child', 'parent', 'staff'", "PAR-103"),
        _in("response", "'accepted', 'declined', 'no_reply', 'not_yet'", "PAR-110"),
        _in("mode", "'conversation', 'written', 'advocate', 'communication_aid', 'observation', 'survey', 'existing_record', "
            "'other'", "PAR-112"),
        "CASE WHEN offered_on > contributed_on THEN 'PAR-301' END",
        "CASE WHEN offered_on > DATE '2026-04-03' THEN 'PAR-304' END",
        "CASE WHEN contributed_on > DATE '2026-04-03' THEN 'PAR-305' END",
        "CASE WHEN offered_on < DATE '2014-09-01' OR offered_on > DATE '2040-12-31' THEN 'PAR-307' END",
        "CASE WHEN contributed_on < DATE '2014-09-01' OR contributed_on > DATE '2040-12-31' THEN 'PAR-308' END",
        "CASE WHEN offered IS NULL THEN 'PAR-320' END",
        "CASE WHEN offered AND offered_on IS NULL AND role IN ('child', 'parent') THEN 'PAR-321' END",
        "CASE WHEN NOT offered AND offered_on IS NOT NULL THEN 'PAR-322' END",
        "CASE WHEN NOT offered AND response IN ('accepted', 'declined', 'no_reply') THEN 'PAR-324' END",
        "CASE WHEN offered AND response IS NULL THEN 'PAR-325' END",
        "CASE WHEN NOT contact_appropriate AND not_appropriate_reason IS NULL THEN 'PAR-330' END",
        "CASE WHEN contact_appropriate AND not_appropriate_reason IS NOT NULL THEN 'PAR-331' END",
        "CASE WHEN NOT contact_appropriate AND offered THEN 'PAR-333' END",
        "CASE WHEN NOT offered AND contact_appropriate IS NULL AND role IN ('child', 'parent') THEN 'PAR-334' END",
        "CASE WHEN NOT offered AND contributed_on IS NOT NULL THEN 'PAR-340' END",
        "CASE WHEN response = 'declined' AND contributed_on IS NOT NULL THEN 'PAR-341' END",
        "CASE WHEN response IN ('no_reply', 'not_yet') AND contributed_on IS NOT NULL THEN 'PAR-342' END",
        "CASE WHEN contributed_on IS NOT NULL AND mode IS NULL THEN 'PAR-343' END",
        "CASE WHEN mode IS NOT NULL AND mode <> 'existing_record' AND contributed_on IS NULL THEN 'PAR-344' END",
        "CASE WHEN mode = 'existing_record' AND contributed_on IS NOT NULL THEN 'PAR-345' END",
    ],
}  # fmt: skip
"""The rules of the contracts that columns of these files can break, as a person would write them."""
