"""Fact `audits`: one row per audit, with what its own row says and what its participants' rows say.

Belongs here: every column of the fact. Does not belong here: judging one participant (`people`).
"""

from __future__ import annotations

import ibis
from ibis import Table

from pipelines.model import schema
from pipelines.model.columns import among, group, row_key, yes
from pipelines.model.grades import GRADES, compared

ROLES = ("child", "parent", "staff")


def case_columns(case_audits: Table, ethnic_groups: Table) -> Table:
    """Audits in force with their key, breakdowns and the yes/no columns that need nothing but the audit's own row."""
    read = case_audits.mutate(
        ethnicity=group(case_audits.ethnicity), agreed_grade=among(case_audits.agreed_grade, GRADES)
    )
    rows = read.left_join(ethnic_groups, "ethnicity")  # many audits to at most one group
    grade = rows.agreed_grade
    # whoever is not named cannot be shown to be somebody else than the auditor
    moderated = (rows.moderated_on.notnull() | yes(rows.moderator_grade.isin(GRADES))) & yes(
        rows.moderator.notnull() & ~rows.moderator.identical_to(rows.auditor)
    )
    as_given = [name for name in (*schema.WORK, *schema.CHILD) if name not in ("ethnic_group", "interpreter")]
    return rows.select(
        "council",
        "audit_reference",
        "completed_on",
        "planned_month",
        "moderated_on",
        **{name: group(rows[name]) for name in as_given},
        # refused and not yet obtained are not known either
        ethnic_group=rows.ethnic_group.nullif("Not known").fill_null(schema.UNKNOWN),
        interpreter=ibis.cases((rows.interpreter, "yes"), (~rows.interpreter, "no"), else_=schema.UNKNOWN),
        audit_key=row_key(rows.council, rows.audit_reference),
        is_completed=yes(rows.status == "completed") & rows.completed_on.notnull(),
        is_on_record=ibis.literal(True),
        is_void=yes(rows.status == "void"),
        void_reason=group(rows.void_reason),
        is_random=yes(rows.selection == "random"),
        is_from_plans=yes(rows.frame == "ehcp"),
        is_from_sen_support=yes(rows.frame == "sen_support"),
        is_from_social_care=yes(rows.frame == "children_social_care"),
        is_thematic=yes(rows.audit_type == "thematic"),
        is_child_in_audit=ibis.literal(True),
        is_parent_in_audit=ibis.literal(True),
        has_agreed_grade=grade.notnull(),
        is_outstanding=yes(grade == "outstanding"),
        is_good=yes(grade == "good"),
        is_requires_improvement=yes(grade == "requires_improvement"),
        is_inadequate=yes(grade == "inadequate"),
        is_good_or_better=yes(grade.isin(["outstanding", "good"])),
        has_no_agreed_grade=grade.isnull(),
        has_auditor_grade=yes(rows.auditor_grade.isin(GRADES)),
        is_good_or_better_auditor=yes(rows.auditor_grade.isin(["outstanding", "good"])),
        has_moderator_grade=yes(rows.moderator_grade.isin(GRADES)),
        is_good_or_better_moderator=yes(rows.moderator_grade.isin(["outstanding", "good"])),
        is_moderated=moderated,
        is_moderated_random=moderated & yes(rows.moderation_selection == "random"),
        **compared(schema.GRADERS["audits"], rows.auditor_grade, rows.moderator_grade),
        has_mental_health_answer=rows.mental_health_relevant.notnull(),
        is_mental_health_relevant=yes(rows.mental_health_relevant),
        is_mental_health_considered=yes(rows.mental_health_considered),
    )


def audits(cases: Table, participants: Table) -> Table:
    """The fact, of `case_columns` and the fact `participants`."""
    flags = {
        "is_{role}_contact_appropriate": "is_contact_appropriate",
        "is_{role}_contact_not_appropriate": "is_contact_not_appropriate",
        "is_{role}_offered": "is_offered",
        "has_{role}_reply": "has_replied",
        "has_{role}_acceptance": "has_accepted",
        "has_{role}_contribution": "has_contributed",
        "has_{role}_existing_record": "has_existing_record",
        "is_{role}_told": "is_told",
    }
    table = cases
    for role in ROLES:
        of_role = participants.filter(participants.role == role)
        named = {name.format(role=role): of_role[flag] for name, flag in flags.items()}
        named[f"is_{role}_on_record"] = of_role.role.notnull()
        # one audit to at most one row of a role
        table = table.left_join(of_role.select("audit_key", **named), "audit_key").select(
            *table.columns, **{name: yes(ibis._[name]) for name in named}
        )
    return table.mutate(
        is_family_contact_appropriate=table.is_child_contact_appropriate
        | table.is_parent_contact_appropriate,
        is_family_contact_not_appropriate=(table.is_child_on_record | table.is_parent_on_record)
        & (table.is_child_contact_not_appropriate | ~table.is_child_on_record)
        & (table.is_parent_contact_not_appropriate | ~table.is_parent_on_record),
        is_family_offered=table.is_child_offered | table.is_parent_offered,
        has_family_contribution=table.has_child_contribution | table.has_parent_contribution,
        has_child_and_parent_contribution=table.has_child_contribution & table.has_parent_contribution,
        has_family_existing_record=table.has_child_existing_record | table.has_parent_existing_record,
    ).mutate(
        is_contact_unknown=~ibis._.is_family_contact_appropriate & ~ibis._.is_family_contact_not_appropriate,
        is_nobody_offered=~ibis._.is_family_offered,
        is_nobody_offered_not_appropriate=~ibis._.is_family_offered
        & ibis._.is_family_contact_not_appropriate,
        is_nobody_offered_no_reason=~ibis._.is_family_offered & ~ibis._.is_family_contact_not_appropriate,
        is_existing_record_only=~ibis._.has_family_contribution & ibis._.has_family_existing_record,
    )
