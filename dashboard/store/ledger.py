"""Actions, Ombudsman cases, inspections and internal audits of a council, one by one.

Belongs here: lists. Does not belong here: figures about them (`numbers`).
"""

from __future__ import annotations

from dashboard.connection import Release, Row
from dashboard.store.asking import rows, text
from dashboard.store.held import EVERY_PLACE, places


def listed_actions(release: Release, council: str) -> list[Row]:
    """The council's actions one by one, and those of councils whose duties passed to it, in the order of opening."""
    return _listed(release, "listed_actions", council, "opened_on, action_key")


def listed_cases(release: Release, council: str) -> list[Row]:
    """The Ombudsman cases that the council answers for, the newest first."""
    return _listed(release, "listed_cases", council, "decided_on DESC, case_key")


def listed_remedies(release: Release, council: str) -> list[Row]:
    """What was agreed as remedies in these cases. Officers' releases only."""
    return _listed(release, "listed_remedies", council, "case_key, remedy_number")


def listed_findings(release: Release, council: str) -> list[Row]:
    """What inspections of the council's area found, the newest first. Officers' releases only."""
    return _listed(release, "listed_findings", council, "published_on DESC, area_number")


def listed_internal_audits(release: Release, council: str) -> list[Row]:
    """The council's internal audits, in the order of the programme. Officers' releases only."""
    return _listed(release, "listed_internal_audits", council, "planned_on, source_key")


def listed_inspections(release: Release, council: str) -> list[Row]:
    """Published inspections of the council's area, the newest first."""
    return _listed(release, "listed_inspections", council, "published_on DESC")


def _listed(release: Release, table: str, council: str, order: str) -> list[Row]:
    former = [
        row["council"] for row in places(release, EVERY_PLACE) if council in (row.get("successors") or ())
    ]
    held = ", ".join(map(text, [council, *former]))
    return rows(release, table, f"SELECT * FROM {{db}}.{table} WHERE council IN ({held}) ORDER BY {order}")
