"""Facts `review_themes` and `audit_themes`: what reviews and audits found to learn about, theme by theme.

Belongs here: a row for each completed review or audit and each theme that the council's own name at all, so that
"named" is a share of those that could have named it. Does not belong here: what was done about a theme (`training`).
"""

from __future__ import annotations

import ibis
from ibis import Table

from pipelines.contracts import UNREADABLE
from pipelines.model.columns import row_key, yes


def review_themes(plan_reviews: Table) -> Table:
    """One row per completed review of a plan and theme."""
    done = plan_reviews.filter(plan_reviews.status == "completed", plan_reviews.reviewed_on.notnull())
    held = _by_theme(done, "review_reference", "reviewed_on", {"is_found": "learning_themes"})
    return held.mutate(
        review_theme_key=row_key(held.council, held.reference, held.learning_theme),
        review_key=row_key(held.council, held.reference),
    )


def audit_themes(case_audits: Table) -> Table:
    """One row per completed audit and theme."""
    done = case_audits.filter(case_audits.status == "completed", case_audits.completed_on.notnull())
    named = {"is_found": "learning_themes", "is_strength": "strengths"}
    held = _by_theme(done, "audit_reference", "completed_on", named)
    return held.mutate(
        audit_theme_key=row_key(held.council, held.reference, held.learning_theme),
        audit_key=row_key(held.council, held.reference),
    )


def _by_theme(done: Table, reference: str, day: str, named: dict[str, str]) -> Table:
    themes = ibis.union(
        *[
            done.select("council", learning_theme=done[column].unnest())
            for column in (*named.values(), "learning_themes")
        ],
        distinct=True,
    ).filter(ibis._.learning_theme.notnull(), ibis._.learning_theme != UNREADABLE)
    pairs = done.inner_join(themes, "council")  # many audits to many themes
    return pairs.select(
        "council",
        "learning_theme",
        day,
        reference=pairs[reference],
        is_looked_at=ibis.literal(True),
        **{name: yes(pairs[column].contains(pairs.learning_theme)) for name, column in named.items()},
    )
