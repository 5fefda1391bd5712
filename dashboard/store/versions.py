"""A release among those before it.

Belongs here: earlier releases, and what changed since them. Does not belong here: opening them (`connection`).
"""

from __future__ import annotations

from dashboard.connection import Between, Release, Row
from dashboard.connection import between as _between
from dashboard.connection import heads as _heads
from dashboard.store.asking import rows


def releases(release: Release) -> list[Row]:
    """This release and those before it, the newest first."""
    return rows(release, "releases", "SELECT * FROM {db}.releases ORDER BY made_at DESC, release DESC")


def versions_held(release: Release) -> list[Row]:
    """Every release of the audience, the newest first: release, as_of, made_at, stood."""
    names = ("release", "as_of", "made_at", "stood")
    return [{name: getattr(head, name) for name in names} for head in reversed(_heads(release.folder))]


def versions(release: Release, measure: str) -> list[Row]:
    """A measure's versions and the release in which each was first used, the newest first."""
    sql = "SELECT * FROM {db}.measure_versions WHERE measure = ? ORDER BY made_at DESC"
    return rows(release, "measure_versions", sql, (measure,))


def changes(release: Release) -> list[Row]:
    """What changed since the release that this one is compared with, the most serious first."""
    return rows(release, "changes", "SELECT * FROM {db}.changes ORDER BY place")


def between(release: Release, before: str, after: str) -> Between:
    """What lies between two releases of the audience, each a day or a data version; see `connection.between`."""
    return _between(release.folder, before, after)
