"""Fact `participants`: one row per audit and role, from one row per person on record.

Belongs here: what counts as offered, answered, contributed and told, and how several people in a role become one.
Does not belong here: what follows for the audit (`cases`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import numpy as np
from ibis import Table

from pipelines.model import schema
from pipelines.model.cases import ROLES
from pipelines.model.columns import group, known, rank, ranked, rotated, yes

MATURITY_DAYS = 21
"""An offer counts towards acceptance once this many days have passed: people need time to answer."""
TOLD_WORKING_DAYS = 20
"""People who contributed are to be told what came of it within this many working days of completion."""
PERSON = ("council", "audit_reference", "role")
RESPONSES = ("accepted", "declined", "no_reply", "not_yet")
RATINGS = ("strongly_agree", "agree", "neither", "disagree", "strongly_disagree")


def add_working_days(days: np.ndarray, count: int, holidays: Sequence[date]) -> np.ndarray:
    """The day that is so many working days after each day; counting begins with the next working day."""
    return np.busday_offset(days, count, roll="backward", holidays=np.array(holidays, dtype="datetime64[D]"))


def people_rows(participation: Table, cases: Table, deadlines: Table, extraction_days: Table) -> Table:
    """Each person on record, judged alone. A row whose audit is not in force counts in nothing."""
    rows = (
        # many people to one audit
        participation.inner_join(
            cases.select(*PERSON[:2], "audit_key", "completed_on", "is_completed", *schema.OF_PARTICIPANTS),
            PERSON[:2],
        )
        .left_join(deadlines, "completed_on")  # many people to at most one deadline
        .left_join(extraction_days, "council")  # many people to one day of extraction
    )
    completed, response = rows.completed_on, rows.response
    offered = yes(rows.offered.coalesce(rows.offered_on.notnull())) & yes(
        rows.offered_on.isnull() | completed.isnull() | (rows.offered_on <= completed)
    )
    contributed = yes(rows.contributed_on <= completed) & ~yes(rows["mode"] == "existing_record")
    refused = yes(~rows.contact_appropriate)
    old_enough = rows.extracted_on.cast("timestamp") - ibis.interval(days=MATURITY_DAYS)
    people = rows.select(
        "council",
        "audit_key",
        "role",
        "completed_on",
        "told_due_on",
        *schema.OF_PARTICIPANTS,
        "is_completed",
        person=rows.person_number.fill_null(1),
        offered_on=ibis.cases((offered, rows.offered_on)),
        contributed_on=ibis.cases((contributed, rows.contributed_on)),
        told_outcome_on=ibis.cases((contributed, rows.told_outcome_on)),
        mode=ibis.cases((contributed, known(rows["mode"]))),
        not_appropriate_reason=ibis.cases((refused, known(rows.not_appropriate_reason))),
        response_rank=rank(response, RESPONSES),
        listened_rank=rank(rows.rating_listened, RATINGS),
        difference_rank=rank(rows.rating_difference, RATINGS),
        is_contact_appropriate=yes(rows.contact_appropriate),
        is_contact_not_appropriate=refused,
        is_offered=offered,
        is_offer_mature=offered & yes(rows.offered_on.cast("timestamp") <= old_enough),
        has_replied=offered & yes(response.isin(["accepted", "declined"])),
        has_accepted=offered & yes(response == "accepted"),
        has_contributed=contributed,
        has_existing_record=yes(rows["mode"] == "existing_record"),
        is_told=contributed & rows.told_outcome_on.notnull(),
        is_told_due=yes(rows.told_due_on < rows.extracted_on),
        is_told_in_time=contributed & yes(rows.told_outcome_on <= rows.told_due_on),
    )
    return people.filter(people.role.isin(ROLES))


def fold_people(people: Table) -> Table:
    """One row per audit and role: what holds for any of several people in a role holds for it.

    Two things are not folded so: contact is *not* appropriate only if everyone on record is marked so, and of several
    ratings the least favourable stands. A role's mode and reason are those of the first person who has one.
    """
    key = ("audit_key", "role")
    folds = {
        **{
            name: people[name].min()
            for name in ("offered_on", "contributed_on", "told_outcome_on", "response_rank")
        },
        **{name: people[name].max() for name in ("listened_rank", "difference_rank")},
        **{
            name: people[name].argmin(people.person, where=people[name].notnull())
            for name in ("mode", "not_appropriate_reason")
        },
        **{name: people[name].any() for name in people.columns if name.startswith(("is_", "has_"))},
        "is_contact_not_appropriate": people.is_contact_not_appropriate.all(),
    }
    same = {name: people[name].arbitrary() for name in people.columns if name not in (*folds, *key)}
    return people.group_by(*key).aggregate(**folds, **same)


def participants(one_each: Table) -> Table:
    """The fact, of people of whom there is one for each audit and role."""
    agreed = RATINGS.index("agree")
    # a key of its own for each role of an audit; the shifts have no factor in common with 64
    key = ibis.cases(
        *[
            (one_each.role == role, rotated(one_each.audit_key, 21 * place))
            for place, role in enumerate(ROLES, 1)
        ]
    )
    return one_each.mutate(
        participant_key=key,
        is_random=yes(one_each.selection == "random"),
        is_child=one_each.role == "child",
        is_parent=one_each.role == "parent",
        is_staff=one_each.role == "staff",
        is_family=one_each.role.isin(["child", "parent"]),
        has_rating_listened=one_each.listened_rank.notnull(),
        is_listened_to=yes(one_each.listened_rank <= agreed),
        has_rating_difference=one_each.difference_rank.notnull(),
        is_difference_made=yes(one_each.difference_rank <= agreed),
        mode=group(one_each["mode"]),
        not_appropriate_reason=group(one_each.not_appropriate_reason),
        response=ranked(one_each.response_rank, RESPONSES),
        rating_listened=ranked(one_each.listened_rank, RATINGS),
        rating_difference=ranked(one_each.difference_rank, RATINGS),
    )
