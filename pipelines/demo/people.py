"""Who was asked and who took part in audits of the fictional county, and the files of them.

Belongs here: a row for each child, parent or carer and member of staff, and the faults of their files.
Does not belong here: the audits themselves (`audits`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from pipelines.contracts import Catalogue
from pipelines.demo import story
from pipelines.demo.drawing import Row, after, one_of, pick, quarter_of, span, weekday
from pipelines.demo.files import Extract, Style

if TYPE_CHECKING:
    from pipelines.demo.audits import Audit


def of_audit(rng: Random, row: Row, given: Catalogue) -> Iterator[Row]:
    """The rows of the child, the parents or carers and the staff of one completed audit."""
    changed = row["completed_on"] >= story.CHANGE
    through = (row["completed_on"] - story.FIRST) / (story.LAST - story.FIRST)
    for role, offered_then in story.OFFERED.items():
        right = story.CONTACT_APPROPRIATE.get(role) or story.CHILD_APPROPRIATE[row["age_band"]]
        offered = offered_then[changed]
        if role == "child" and row["age_band"] == "16-19":
            offered = story.OFFERED_16_TO_19[0] + through * (
                story.OFFERED_16_TO_19[1] - story.OFFERED_16_TO_19[0]
            )
        if role != "staff" and row["interpreter"]:
            offered *= story.INTERPRETER_OFFERED
        person = _person(rng, row, role, right, offered, given)
        yield person
        if role == "parent" and person["offered"] and rng.random() < story.SECOND_PARENT:
            yield _person(rng, row, role, 1, 1, given) | {"person_number": 2}


def _person(rng: Random, row: Row, role: str, right: float, offered: float, given: Catalogue) -> Row:
    started, completed = row["started_on"], row["completed_on"]
    days, changed = (completed - started).days, completed >= story.CHANGE
    person: Row = dict.fromkeys(given.contracts["family_participation"].columns)
    person |= {
        "council": story.COUNCIL,
        "audit_reference": row["audit_reference"],
        "role": role,
        "person_number": 1,
    }
    person |= {"offered": False, "contact_appropriate": rng.random() < right}
    if not person["contact_appropriate"]:
        reason = pick(rng, story.NOT_APPROPRIATE[role])
        if reason == "too_young" and row["age_band"] not in ("0-4", "5-10"):
            reason = "no_means_to_take_part"
        return person | {"not_appropriate_reason": reason}
    if rng.random() >= offered:
        if rng.random() < story.APPROPRIATE_UNKNOWN:
            person["contact_appropriate"] = None
        if role != "staff" and rng.random() < story.ON_FILE:
            person["mode"] = "existing_record"
        return person
    person |= {
        "offered": True,
        "offered_on": started + timedelta(days=rng.randint(0, days // 3)),
        "offered_how": pick(rng, story.CHANNELS[changed]),
        "response": "accepted"
        if rng.random() < story.ACCEPTED[role][changed]
        else pick(rng, story.OTHER_RESPONSES),
    }
    if person["response"] == "accepted" and rng.random() < story.CONTRIBUTED:
        person["contributed_on"] = started + timedelta(days=rng.randint(days // 2, days))
        person["mode"] = pick(rng, story.MODES[role])
        if rng.random() < story.TOLD[changed]:
            person["told_outcome_on"] = completed + timedelta(days=rng.randint(3, 45))
        if rng.random() < story.THEME_NAMED:
            person["feedback_theme"] = one_of(rng, given.names_of(story.COUNCIL).themes)
        if rng.random() < story.RATED and completed >= story.RATED_FROM:
            person |= {
                "rating_listened": pick(rng, story.RATINGS),
                "rating_difference": pick(rng, story.RATINGS),
            }
    return person


def participation(audits: Sequence[Audit], last: date, style: Style) -> Extract:
    """Who was asked and who took part, in the audits completed in a quarter and the one before."""
    first, end = after(last, -5), after(last) - timedelta(days=1)
    rows = [
        dict(person) if (person["told_outcome_on"] or end) <= end else person | {"told_outcome_on": None}
        for audit in audits
        if audit.people and first <= audit.row["completed_on"] <= end and audit.entered_on <= end
        for person in audit.people
    ]
    label, sent_on = quarter_of(last, "-q"), weekday(end + timedelta(days=2))
    note = f"people in audits completed in {span(first, last)}"
    return Extract("family_participation", label, style, rows, sent_on, note)


def add_orphans(extract: Extract, rng: Random) -> None:
    for number, row in enumerate(rng.sample(extract.rows, 4), start=1):
        extract.rows.append(row)
        at, reference = len(extract.rows) - 1, f"BR9999-{number:03d}"
        extract.plant(at, "audit_reference", reference, "an audit that no file has")
    extract.note += "; 4 rows of audits that no file has"
