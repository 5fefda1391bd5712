"""Corrections that the fictional county sends long after: a helper of the tests, not a test.

Belongs here: what is corrected, and the files that say so. Does not belong here: publishing, or what is asserted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from pipelines import contracts, demo, durable, publish
from pipelines.contracts import Catalogue
from pipelines.demo import story
from pipelines.demo.audits import FINDINGS, Audit, case_audits
from pipelines.demo.drawing import Row
from pipelines.demo.files import WAREHOUSE, Extract
from pipelines.demo.writing import written
from pipelines.intake import key as keys
from pipelines.intake import receive
from pipelines.run import run
from pipelines.settings import Settings

SEED = 2026
NOT_HEARD = {"response": "declined", "contributed_on": None, "mode": None, "told_outcome_on": None,
             "feedback_theme": None, "rating_listened": None, "rating_difference": None}  # fmt: skip
Sent = tuple[Extract, bool]
"""A file, and whether it holds corrections alone."""


class County:
    """The county's audits, as it corrects them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.draw = Random(6)
        self.audits = demo.county(SEED, catalogue)

    def corrected(self, number: int) -> list[Sent]:
        """The files of one round: needs, teams and answers that were wrong, audits that were missing, and one that
        never was. Every third round a whole month comes again without two of its audits."""
        done = [one for one in self.audits if one.row["completed_on"] and not one.voided_on and one.people]
        done = [one for one in done if one.row["completed_on"] <= story.LAST]
        chosen = iter(self.draw.sample(done, 9))
        rows: list[Row] = []
        people: list[Row] = []
        for audit in (next(chosen), next(chosen)):
            audit.row["primary_need"] = self.draw.choice(list(story.NEEDS))
            rows.append(_row(audit))
        audit = next(chosen)
        audit.row |= {"audit_type": "external", "team": None}
        rows.append(_row(audit))
        for audit in (next(chosen), next(chosen), next(chosen)):
            people.append(_answer(audit))
        for copied in (next(chosen), next(chosen)):
            audit = _late(copied, f"BR-LATE-{number}-{len(rows)}")
            self.audits.append(audit)
            rows.append(_row(audit))
            people += audit.people
        audit = next(chosen)
        audit.voided_on, audit.row["void_reason"] = audit.row["completed_on"], "wrong_case"
        rows.append(_row(audit) | dict.fromkeys(FINDINGS))
        day = story.LAST + timedelta(days=10 + number)
        files = [
            (Extract(feed, f"corrected-{number}", WAREHOUSE, made, day, ""), True)
            for feed, made in (("case_audits", rows), ("family_participation", people))
        ]
        return files + ([self._shorter_month(number, day)] if number % 3 == 0 else [])

    def _shorter_month(self, number: int, day: date) -> Sent:
        """A month sent again without two of its audits."""
        month = date(2025, 4 + number, 1)
        gone = [one for one in self.audits if one.row["planned_month"] == month and one.people][:2]
        self.audits = [one for one in self.audits if one not in gone]
        extract = case_audits(self.audits, month, month, f"again-{number}", WAREHOUSE)
        extract.rows = [one for audit in self.audits if audit.row["planned_month"] == month
                        if (one := audit.standing(story.LAST))]  # fmt: skip
        return replace(extract, extracted_on=day), False


def _row(audit: Audit) -> Row:
    row = audit.standing(story.LAST)
    assert row is not None
    return row


def _answer(audit: Audit) -> Row:
    """The child of an audit was heard after all, or was not."""
    [child] = [one for one in audit.people if one["role"] == "child"]
    if child["contributed_on"]:
        child |= NOT_HEARD
    else:
        heard = audit.row["completed_on"]
        child |= {"contact_appropriate": True, "not_appropriate_reason": None, "offered": True,
                  "offered_on": audit.row["started_on"], "offered_how": "phone", "response": "accepted",
                  "contributed_on": heard, "mode": "conversation"}  # fmt: skip
    return dict(child)


def _late(audit: Audit, reference: str) -> Audit:
    """An audit like another, which nobody had entered."""
    made = deepcopy(audit)
    made.row["audit_reference"] = reference
    for person in made.people:
        person["audit_reference"] = reference
    return made


def publications(settings: Settings, rounds: int) -> Iterator[str]:
    """Correct, run and publish so many times, each on a day of its own; gives the ids of the publications."""
    catalogue = contracts.load(settings)
    county = County(catalogue)
    for number in range(1, rounds + 1):
        that_day = replace(settings, today=story.LAST + timedelta(days=10 + number))
        _receive(that_day, catalogue, county.corrected(number))
        run(that_day)
        made, is_new = publish.publish(
            that_day, "CURRENT", by="Head of quality assurance", note=f"Round {number}"
        )
        assert is_new
        yield made


def _receive(settings: Settings, catalogue: Catalogue, sent: Sequence[Sent]) -> None:
    key = keys.load(settings)
    folder = settings.data / "corrections"
    folder.mkdir(exist_ok=True)
    with durable.store_lock(settings.store):
        for extract, is_correction in sent:
            path = folder / extract.file
            path.write_bytes(written(extract, catalogue))
            checked, is_new = receive.receive(
                settings, catalogue, key, path, extracted_on=extract.extracted_on, corrections=is_correction
            )
            assert is_new
            assert not checked.result["refusal"], checked.result["refusal"]
