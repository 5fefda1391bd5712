"""The questions the dashboard asks of a release, answered as lists of dicts.

Belongs here: every query. Nothing else in the dashboard speaks SQL, and every other module reads through this one: a
module for each kind of question, and here all that may be asked. Does not belong here: how a release is opened
(`connection`), words, components, any arithmetic on figures.

Answers are remembered for as long as their release is open, and shared: never change one.
"""

# ruff: noqa: F401 - what may be asked

from __future__ import annotations

from dashboard.connection import (
    FEEDS_OF_FACT,
    Between,
    NotThen,
    Release,
    Row,
    Stood,
    Store,
    StoreError,
    opened,
)
from dashboard.store.asking import groups
from dashboard.store.behind import erased_on, figure, restated, sources, steps, superseded, undated
from dashboard.store.files import (
    balances,
    broken_in,
    broken_rules,
    check_counts,
    check_history,
    checks_of,
    columns_matched,
    deliveries,
    drift,
    findings,
    findings_count,
    freshness,
    odd_feeds,
    rule_messages,
)
from dashboard.store.held import (
    EVERY_PLACE,
    about,
    all_column_words,
    attacks,
    breakdowns,
    breakdowns_held,
    column_words,
    groups_held,
    headlines,
    lessons,
    measures,
    neighbours,
    periods,
    place_names,
    places,
    population_days,
    protection,
    today,
)
from dashboard.store.ledger import (
    listed_actions,
    listed_cases,
    listed_findings,
    listed_inspections,
    listed_internal_audits,
    listed_remedies,
)
from dashboard.store.numbers import (
    by_group,
    chart,
    compared,
    figures,
    funnel,
    group_series,
    latest,
    lesson_charts,
    newest_by_group,
    newest_figures,
    published,
    series,
    teams,
    told_last,
)
from dashboard.store.versions import between, changes, releases, versions, versions_held
