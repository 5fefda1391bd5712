"""Actions, Ombudsman cases, what inspections and internal audits found, one by one, as officers read them.

Belongs here: which columns of them a release shows row by row. Does not belong here: what a state means (`ledger`), or
which rows members may see (`publish`).

References stay behind: a row is known by a key made of its hashed reference. A text that did not pass intake is '?'.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import duckdb
import ibis
import pyarrow as pa
from ibis import Table

from pipelines.contracts.reference import Code
from pipelines.model.columns import row_key, yes
from pipelines.model.ledger import state_columns

LABELLED = (
    ("listed_actions", "source", "action_source"),
    ("listed_actions", "cancel_reason", "cancel_reason"),
    ("listed_actions", "effect", "action_effect"),
    ("listed_cases", "outcome", "ombudsman_outcome"),
    ("listed_cases", "fault", "fault"),
    ("listed_remedies", "remedy_type", "remedy_type"),
    ("listed_findings", "outcome", "area_outcome"),
    ("listed_findings", "area_kind", "area_kind"),
    ("listed_findings", "progress", "area_progress"),
    ("listed_internal_audits", "opinion", "audit_opinion"),
    ("listed_inspections", "outcome", "area_outcome"),
    ("listed_inspections", "progress", "area_progress"),
)
"""(table, column of codes, code list): beside each stands `<column>_label`, as the list called it then."""
TEXTS = ("title", "owner_role", "measure", "evidence", "evidence_checked_by")


def actions(rows: Table, now: Table) -> Table:
    """One row per action in force; `now` is `ledger.standing_now`."""
    told = state_columns(now, now.month_on)
    state = now.select(
        "action_key",
        "due_on",
        "now_due_on",
        "date_changes",
        as_on=now.month_on,
        state=now.movement,
        state_on=now.happened_on,
        **told,
    )
    keyed = rows.mutate(action_key=row_key(rows.council, rows.action_reference))
    held = keyed.inner_join(state, "action_key")  # one to one
    return held.select(
        "council",
        "action_key",
        "source",
        *TEXTS,
        "agency",
        "theme",
        "opened_on",
        *(name for name in state.columns if name != "action_key"),
        "cancel_reason",
        "evidence_checked_on",
        "effect_checked_on",
        "effect",
        source_key=held.source_reference.isnull().ifelse(None, row_key(held.council, held.source_reference)),
    )


def cases(rows: Table, fact: Table) -> Table:
    """One row per Ombudsman case in force; `fact` is `ombudsman_cases`."""
    keyed = rows.mutate(case_key=row_key(rows.council, rows.source_reference))
    held = keyed.inner_join(fact.select("case_key", "is_upheld", "is_repeat_fault"), "case_key")  # one to one
    return held.select(
        "council",
        "case_key",
        "published_reference",
        "former_council",
        "decided_on",
        "outcome",
        "is_upheld",
        "is_repeat_fault",
        fault=held.fault_category,
        is_public_report=yes(held.is_public_report),
    )


def remedies(rows: Table) -> Table:
    """One row per remedy in force."""
    return rows.select(
        "council",
        "remedy_number",
        "remedy_type",
        "due_on",
        "done_on",
        "satisfied_on",
        case_key=row_key(rows.council, rows.source_reference),
    )


def findings(rows: Table) -> Table:
    """One row per weakness or area that an inspection of the council's area found."""
    return rows.select(
        "council",
        "area_number",
        "published_on",
        "outcome",
        "area_kind",
        "title",
        "progress",
        "progress_on",
        source_key=row_key(rows.council, rows.source_reference),
    )


def internal_audits(rows: Table) -> Table:
    """One row per internal audit."""
    return rows.select(
        "council",
        "title",
        "planned_on",
        "reported_on",
        "opinion",
        "recommendations",
        source_key=row_key(rows.council, rows.source_reference),
    )


def inspections(to_2022: Table, since_2023: Table) -> Table:
    """One row per inspection of an area that Ofsted and the Care Quality Commission have published, of every area.

    regime: 2016 or 2023, the year in which the framework began. What the other one does not have is empty.
    """
    dates = ("started_on", "published_on", "revisit_published_on", "next_by")
    words = ("outcome", "progress")
    numbers = ("weaknesses", "with_progress", "without_progress")

    def of(rows: Table, regime: int) -> Table:
        kinds = (
            dict.fromkeys(dates, "date") | dict.fromkeys(words, "string") | dict.fromkeys(numbers, "int64")
        )
        kinds["statement_required"] = "boolean"
        held = {name: rows[name] if name in rows.columns else ibis.null(kind) for name, kind in kinds.items()}
        return rows.select("council", regime=ibis.literal(regime, "int32"), **held)

    return ibis.union(of(to_2022, 2016), of(since_2023, 2023))


def with_labels(
    con: duckdb.DuckDBPyConnection, tables: Collection[str], lists: Mapping[str, Sequence[Code]]
) -> None:
    """Add the labels of codes to these tables. `lists`: name of a code list -> its entries."""
    for table, column, held in LABELLED:
        if table not in tables:
            continue
        codes = {entry.code: entry.label for entry in lists[held]}
        con.register("labels_given", pa.table({"code": list(codes), f"{column}_label": list(codes.values())}))
        con.execute(  # many rows to at most one label
            f"CREATE OR REPLACE TABLE {table} AS SELECT held.*, {column}_label FROM {table} AS held "
            f"LEFT JOIN labels_given ON held.{column} = labels_given.code"
        )
        con.unregister("labels_given")
