"""The facts: tables that measures count, derived once from the rows in force.

Belongs here: every yes/no column, date and breakdown of `schema.FACTS`, as Ibis expressions, tables in, tables out.
Does not belong here: which rows stand (`in_force`), and which columns a measure counts (the definitions).

Identifiers are the keyed hashes that intake made of them; nothing here can be turned back into a reference.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import ibis
import ibis.expr.datatypes as dt
import numpy as np
import pyarrow as pa
from ibis import Table
from ibis.expr.types import BooleanColumn, Column, IntegerColumn, StringColumn

from pipelines.contracts import UNREADABLE
from pipelines.model import planned, schema
from pipelines.model.keys import row_key

MATURITY_DAYS = 21
"""An offer counts towards acceptance once this many days have passed: people need time to answer."""
TOLD_WORKING_DAYS = 20
"""People who contributed are to be told what came of it within this many working days of completion."""
_RATINGS = ("strongly_agree", "agree", "neither", "disagree", "strongly_disagree")
_RESPONSES = ("accepted", "declined", "no_reply", "not_yet")
_GRADES = ("outstanding", "good", "requires_improvement", "inadequate")
_ROLES = ("child", "parent", "staff")


def bank_holidays(path: Path) -> list[date]:
    """The days of `data/reference/bank_holidays.csv`."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [date.fromisoformat(row["date"]) for row in csv.DictReader(lines)]


def build(
    con: duckdb.DuckDBPyConnection,
    in_force: Mapping[str, str],
    *,
    ethnic_groups: Mapping[str, str],
    holidays: Sequence[date],
    extracted: Mapping[str, date],
) -> dict[str, str]:
    """Make the TEMP TABLEs fact_audits, fact_participants and fact_planned_audits; returns fact -> table.

    Args:
        in_force: feed -> relation of its rows in force, for case_audits, family_participation and audit_programme.
        ethnic_groups: ethnicity code -> its broad group.
        holidays: bank holidays in England. Beyond the years they cover, only weekends are left out.
        extracted: council -> day on which its data was taken from its system; offers and deadlines are judged by it.

    Raises:
        ValueError: a council has rows but no day of extraction.
    """
    backend = ibis.duckdb.from_connection(con)
    case_audits, participation, programme = (
        backend.table(in_force[feed]) for feed in ("case_audits", "family_participation", "audit_programme")
    )
    _given(con, "extraction_days", {"council": list(extracted), "extracted_on": list(extracted.values())})
    _given(con, "told_deadlines", _told_deadlines(con, in_force["case_audits"], holidays))
    _given(con, "ethnic_groups", {"ethnicity": list(ethnic_groups), "ethnic_group": list(ethnic_groups.values())})
    _known_councils(con, in_force["case_audits"], extracted)

    cases = case_columns(case_audits, backend.table("ethnic_groups"))
    _make(con, backend, "cases", cases, _categories(con, backend, cases.select(*schema.WORK, *schema.CHILD)))
    _several(con, backend, participation)
    people = backend.table("cases"), backend.table("told_deadlines"), backend.table("extraction_days")
    alone = participation.anti_join(backend.table("several_people"), _PERSON)  # one to none
    several = participation.semi_join(backend.table("several_people"), _PERSON)  # many to one
    codes = _categories(con, backend, participation.select(*(_known(participation[name]) for name in _TOLD_BY_PEOPLE)))
    codes |= {"role": _ROLES, "response": (*_RESPONSES, schema.UNKNOWN)}
    codes |= {name: (*_RATINGS, schema.UNKNOWN) for name in ("rating_listened", "rating_difference")}
    _make(con, backend, "fact_participants", participants(people_rows(alone, *people)), codes, schema.PARTICIPANTS)
    _add(con, backend, "fact_participants", participants(fold_people(people_rows(several, *people))), codes, schema.PARTICIPANTS)
    _make(con, backend, "fact_audits", audits(backend.table("cases"), backend.table("fact_participants")), {}, schema.AUDITS)
    slots = planned.planned_audits(programme, case_audits)
    _make(con, backend, "fact_planned_audits", slots, {}, schema.PLANNED_AUDITS)
    for relation in ("cases", "several_people", "told_deadlines", "extraction_days", "ethnic_groups"):
        con.execute(f"DROP TABLE {relation}")
    return {"audits": "fact_audits", "participants": "fact_participants", "planned_audits": "fact_planned_audits"}


def _given(con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, Sequence[object]]) -> None:
    kinds = {"ethnicity": pa.string(), "ethnic_group": pa.string(), "council": pa.string()}
    table = pa.table({column: pa.array(values, kinds.get(column, pa.date32())) for column, values in columns.items()})
    con.register("rows_given", table)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM rows_given")
    con.unregister("rows_given")


def _store(con: duckdb.DuckDBPyConnection, backend: ibis.BaseBackend, name: str, table: Table, fact: schema.Fact) -> None:
    columns = (fact.key, *fact.about, *fact.dates, *fact.breakdowns, *fact.yes_no)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {backend.compile(table.select(*dict.fromkeys(columns)))}")


def _known_councils(con: duckdb.DuckDBPyConnection, relation: str, extracted: Mapping[str, date]) -> None:
    held = [code for (code,) in con.execute(f"SELECT DISTINCT council FROM {relation} ORDER BY 1").fetchall()]
    missing = [code for code in held if code not in extracted]
    if missing:
        raise ValueError(f"No day of extraction for council {', '.join(missing)}. Give one for each council with audits.")


def _told_deadlines(
    con: duckdb.DuckDBPyConnection, relation: str, holidays: Sequence[date]
) -> dict[str, Sequence[object]]:
    """Each day from the first to the last completion, with the day by which people are to be told."""
    span = con.execute(f"SELECT min(completed_on), max(completed_on) FROM {relation}").fetchone()
    if span is None or span[0] is None:
        return {"completed_on": [], "told_due_on": []}
    days = np.arange(np.datetime64(span[0], "D"), np.datetime64(span[1], "D") + 1)
    due = add_working_days(days, TOLD_WORKING_DAYS, holidays)
    return {"completed_on": days.tolist(), "told_due_on": due.tolist()}


def add_working_days(days: np.ndarray, count: int, holidays: Sequence[date]) -> np.ndarray:
    """The day that is so many working days after each day; counting begins with the next working day."""
    return np.busday_offset(days, count, roll="backward", holidays=np.array(holidays, dtype="datetime64[D]"))


def case_columns(case_audits: Table, ethnic_groups: Table) -> Table:
    """Audits with their key, breakdowns and the yes/no columns that need nothing but the audit itself."""
    known = case_audits.mutate(
        ethnicity=_known(case_audits.ethnicity), agreed_grade=_among(case_audits.agreed_grade, _GRADES)
    )
    # many audits to at most one group
    grouped = known.left_join(ethnic_groups, "ethnicity").drop("ethnicity_right")
    moderated = (
        (grouped.moderated_on.notnull() | _among(grouped.moderator_grade, _GRADES).notnull())
        & grouped.moderator.notnull()
        & ~grouped.moderator.identical_to(grouped.auditor)
    )
    grade = grouped.agreed_grade
    return grouped.select(
        "council",
        "audit_reference",
        "completed_on",
        "planned_month",
        *[
            _known(grouped[name]).name(name)
            for name in (*schema.WORK, "locality", "age_band", "sex", "ethnicity", "primary_need", "social_care")
        ],
        _known(grouped.setting_type).name("setting_type"),
        _known(grouped.plan_kind).name("plan_kind"),
        ethnic_group=_broad_group(grouped.ethnic_group),
        interpreter=ibis.cases((grouped.interpreter, "yes"), (~grouped.interpreter, "no"), else_=schema.UNKNOWN),
        audit_key=row_key(grouped.council, grouped.audit_reference),
        is_completed=_yes(grouped.status == "completed") & grouped.completed_on.notnull(),
        is_random=_yes(grouped.selection == "random"),
        is_thematic=_yes(grouped.audit_type == "thematic"),
        is_child_in_audit=ibis.literal(True),
        is_parent_in_audit=ibis.literal(True),
        has_agreed_grade=grade.notnull(),
        is_outstanding=_yes(grade == "outstanding"),
        is_good=_yes(grade == "good"),
        is_requires_improvement=_yes(grade == "requires_improvement"),
        is_inadequate=_yes(grade == "inadequate"),
        is_good_or_better=_yes(grade.isin(["outstanding", "good"])),
        is_moderated=_yes(moderated),
        is_moderated_random=_yes(moderated & (grouped.moderation_selection == "random")),
        has_mental_health_answer=grouped.mental_health_relevant.notnull(),
        is_mental_health_relevant=_yes(grouped.mental_health_relevant),
        is_mental_health_considered=_yes(grouped.mental_health_considered),
    )


def _participant_key(people: Table) -> IntegerColumn:
    return row_key(people.council, people.audit_reference, people.role)


def _several(con: duckdb.DuckDBPyConnection, backend: ibis.BaseBackend, participation: Table) -> None:
    """TEMP TABLE several_people(participant_key): the audits and roles with more than one row."""
    keys = participation.select(participant_key=_participant_key(participation))
    several = keys.group_by("participant_key").having(keys.count() > 1).aggregate()
    con.execute(f"CREATE OR REPLACE TEMP TABLE several_people AS {backend.compile(several)}")


def people_rows(participation: Table, cases: Table, deadlines: Table, extraction_days: Table) -> Table:
    """One row per person on record, judged by itself. A row whose audit is not in force counts in nothing."""
    rows = (
        # many people to one audit
        participation.inner_join(
            cases.select(
                "council", "audit_reference", "audit_key", "completed_on", "is_completed", *schema.WORK, *schema.CHILD
            ),
            ["council", "audit_reference"],
        )
        .left_join(deadlines, "completed_on")  # many people to at most one deadline
        .left_join(extraction_days, "council")  # many people to one day of extraction
    )
    completed, response = rows.completed_on, rows.response
    offered = _yes(rows.offered.coalesce(rows.offered_on.notnull())) & _yes(
        rows.offered_on.isnull() | completed.isnull() | (rows.offered_on <= completed)
    )
    contributed = _yes(rows.contributed_on <= completed) & ~_yes(rows["mode"] == "existing_record")
    refused = _yes(~rows.contact_appropriate)
    mature = rows.offered_on.cast("timestamp") + ibis.interval(days=MATURITY_DAYS) <= rows.extracted_on.cast("timestamp")
    people = rows.select(
        "council",
        "audit_key",
        "role",
        "completed_on",
        "told_due_on",
        *schema.WORK,
        *schema.CHILD,
        "is_completed",
        participant_key=_participant_key(rows),
        person=rows.person_number.fill_null(1),
        offered_on=ibis.cases((offered, rows.offered_on)),
        contributed_on=ibis.cases((contributed, rows.contributed_on)),
        told_outcome_on=ibis.cases((contributed, rows.told_outcome_on)),
        mode=ibis.cases((contributed, _known_or_none(rows["mode"]))),
        not_appropriate_reason=ibis.cases((refused, _known_or_none(rows.not_appropriate_reason))),
        response_rank=_rank(response, _RESPONSES),
        listened_rank=_rank(rows.rating_listened, _RATINGS),
        difference_rank=_rank(rows.rating_difference, _RATINGS),
        is_contact_appropriate=_yes(rows.contact_appropriate),
        is_contact_not_appropriate=refused,
        is_offered=offered,
        is_offer_mature=offered & _yes(mature),
        has_replied=offered & _yes(response.isin(["accepted", "declined"])),
        has_accepted=offered & _yes(response == "accepted"),
        has_contributed=contributed,
        has_existing_record=_yes(rows["mode"] == "existing_record"),
        is_told=contributed & rows.told_outcome_on.notnull(),
        is_told_due=_yes(rows.told_due_on < rows.extracted_on),
        is_told_in_time=contributed & _yes(rows.told_outcome_on <= rows.told_due_on),
    )
    return people.filter(people.role.isin(_ROLES))


def fold_people(people: Table, several: Table) -> Table:
    """One row per audit and role: what holds for any of several people in a role holds for it.

    Two things are not folded so: contact is *not* appropriate only if everyone on record is marked so, and of several
    ratings the least favourable stands. A role's mode and reason are those of the first person who has one.
    Hardly any role has several rows, and only those are grouped: grouping all would cost as much as all else here.
    """
    alone = people.anti_join(several, "participant_key")  # one to none or one
    many = people.semi_join(several, "participant_key")
    folds = {
        **{name: many[name].min() for name in ("offered_on", "contributed_on", "told_outcome_on", "response_rank")},
        **{name: many[name].max() for name in ("listened_rank", "difference_rank")},
        **{name: many[name].argmin(many.person) for name in ("mode", "not_appropriate_reason")},
        **{name: many[name].any() for name in many.columns if name.startswith(("is_", "has_"))},
        "is_contact_not_appropriate": many.is_contact_not_appropriate.all(),
    }
    same = {name: many[name].arbitrary() for name in many.columns if name not in folds and name != "participant_key"}
    folded = many.group_by("participant_key").aggregate(**folds, **same)
    return alone.union(folded.select(*alone.columns))


def participants(one_each: Table) -> Table:
    """Fact `participants`."""
    agreed = _RATINGS.index("agree")
    return one_each.mutate(
        is_child=one_each.role == "child",
        is_parent=one_each.role == "parent",
        is_staff=one_each.role == "staff",
        is_family=one_each.role.isin(["child", "parent"]),
        has_rating_listened=one_each.listened_rank.notnull(),
        is_listened_to=_yes(one_each.listened_rank <= agreed),
        has_rating_difference=one_each.difference_rank.notnull(),
        is_difference_made=_yes(one_each.difference_rank <= agreed),
        mode=one_each["mode"].fill_null(schema.UNKNOWN),
        not_appropriate_reason=one_each.not_appropriate_reason.fill_null(schema.UNKNOWN),
        response=_ranked(one_each.response_rank, _RESPONSES),
        rating_listened=_ranked(one_each.listened_rank, _RATINGS),
        rating_difference=_ranked(one_each.difference_rank, _RATINGS),
    )


def audits(cases: Table, people: Table) -> Table:
    """Fact `audits`: each audit beside what its participants' rows say."""
    table = cases
    flags = (
        "is_contact_appropriate", "is_contact_not_appropriate", "is_offered", "has_replied", "has_accepted",
        "has_contributed", "is_told", "has_existing_record",
    )  # fmt: skip
    for role in _ROLES:
        of_role = people.filter(people.role == role).select(
            "audit_key", **{f"{role}_{flag}": people[flag] for flag in flags}, **{f"has_{role}": ibis.literal(True)}
        )
        table = table.left_join(of_role, "audit_key").drop("audit_key_right")  # one audit to at most one row of a role
    told = {name: _yes(table[name]) for role in _ROLES for name in (f"has_{role}", *(f"{role}_{flag}" for flag in flags))}
    child, parent = told["child_has_contributed"], told["parent_has_contributed"]
    appropriate = told["child_is_contact_appropriate"] | told["parent_is_contact_appropriate"]
    not_appropriate = (told["has_child"] | told["has_parent"]) & ~(
        (told["has_child"] & ~told["child_is_contact_not_appropriate"])
        | (told["has_parent"] & ~told["parent_is_contact_not_appropriate"])
    )
    offered = told["child_is_offered"] | told["parent_is_offered"]
    by_role = {
        name: told[f"{role}_{flag}"]
        for role in _ROLES
        for name, flag in {
            f"is_{role}_contact_appropriate": "is_contact_appropriate",
            f"is_{role}_offered": "is_offered",
            f"has_{role}_reply": "has_replied",
            f"has_{role}_acceptance": "has_accepted",
            f"has_{role}_contribution": "has_contributed",
            f"is_{role}_told": "is_told",
        }.items()
    }
    return table.mutate(
        **by_role,
        is_family_contact_appropriate=appropriate,
        is_family_contact_not_appropriate=not_appropriate,
        is_contact_unknown=~appropriate & ~not_appropriate,
        is_family_offered=offered,
        is_nobody_offered=~offered,
        is_nobody_offered_not_appropriate=~offered & not_appropriate,
        is_nobody_offered_no_reason=~offered & ~not_appropriate,
        has_family_contribution=child | parent,
        has_child_and_parent_contribution=child & parent,
        is_existing_record_only=~(child | parent)
        & (told["child_has_existing_record"] | told["parent_has_existing_record"]),
    )


def _yes(condition: Column) -> BooleanColumn:
    """True where it holds; what is not known does not hold."""
    return condition.fill_null(False)


def _known_or_none(values: StringColumn) -> StringColumn:
    return values.nullif(UNREADABLE)


def _known(values: StringColumn) -> StringColumn:
    return _known_or_none(values).fill_null(schema.UNKNOWN)


def _among(values: StringColumn, codes: Sequence[str]) -> StringColumn:
    return ibis.cases((values.isin(codes), values))


def _broad_group(values: StringColumn) -> StringColumn:
    """Refused and not yet obtained are not known either."""
    return values.nullif("Not known").fill_null(schema.UNKNOWN)


def _rank(values: StringColumn, ordered: Sequence[str]) -> Column:
    return ibis.cases(*[(values == value, ibis.literal(rank, dt.int8)) for rank, value in enumerate(ordered)])


def _ranked(ranks: Column, ordered: Sequence[str]) -> StringColumn:
    return ibis.cases(*[(ranks == rank, value) for rank, value in enumerate(ordered)], else_=schema.UNKNOWN)
