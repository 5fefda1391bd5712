"""Accepted rows for the tests: small tables with sensible defaults, written as the intake would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import contracts, settings
from pipelines.contracts import Contract
from pipelines.model import facts
from pipelines.model.in_force import Part, in_force

SETTINGS = settings.load({})
CONTRACTS = contracts.load(SETTINGS).contracts
HOLIDAYS = facts.bank_holidays(SETTINGS.reference / "bank_holidays.csv")
ETHNIC_GROUPS = {"WBRI": "White", "AIND": "Asian", "REFU": "Not known"}
EXTRACTED = date(2026, 4, 15)

AUDIT = {
    "council": "990",
    "audit_reference": "a1",
    "audit_type": "routine",
    "selection": "random",
    "status": "completed",
    "planned_month": date(2026, 1, 1),
    "completed_on": date(2026, 1, 15),
}
PERSON = {"council": "990", "audit_reference": "a1", "role": "parent"}
PLAN = {
    "council": "990",
    "frame": "ehcp",
    "period_start": date(2026, 1, 1),
    "period_end": date(2026, 1, 31),
    "audit_type": "routine",
    "planned_count": 1,
    "approved_on": date(2025, 12, 1),
}
REVIEW = {
    "council": "990",
    "review_reference": "r1",
    "plan_kind_reviewed": "new",
    "selection": "random",
    "status": "completed",
    "planned_month": date(2026, 1, 1),
    "reviewed_on": date(2026, 1, 15),
}
REGISTERED = {"council": "990", "plan_reference": "n1", "issued_on": date(2026, 1, 15)}
ACTION = {"council": "990", "action_reference": "n1", "source": "audit", "opened_on": date(2026, 1, 15)}
CHANGE = {"council": "990", "action_reference": "n1", "change_number": 1}
CASE = {"council": "990", "source_reference": "o1", "decided_on": date(2026, 1, 15), "outcome": "upheld"}
REMEDY = {
    "council": "990", "source_reference": "o1", "remedy_number": 1, "remedy_type": "apology",
    "due_on": date(2026, 2, 15),
}  # fmt: skip
PLACED = {
    "council": "990", "placement_reference": "s1", "child_reference": "c1", "provider_reference": "v1",
    "has_ehc_plan": True, "started_on": date(2026, 1, 15),
}  # fmt: skip
LEARNER = {"council": "990", "learner_reference": "l1", "module": "SEND law and duties", "required": True}
COMPLAINT = {
    "council": "990", "complaint_reference": "k1", "stage": "stage_1", "received_on": date(2026, 1, 15),
}  # fmt: skip
RAISED = {
    "council": "990", "feedback_reference": "f1", "theme": "Timeliness", "families": 5, "raised_on": date(2026, 1, 15),
}  # fmt: skip
ASKED = {
    "council": "990", "request_reference": "q1", "topic": "Timeliness", "board": "SEND Partnership Board",
    "asked_on": date(2026, 1, 15),
}  # fmt: skip
TOLD = {
    "council": "990", "report_reference": "b1", "topic": "Timeliness", "board": "SEND Partnership Board",
    "reported_on": date(2026, 1, 15),
}  # fmt: skip
_ARROW = {
    "VARCHAR": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
    "DATE": pa.date32(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "DOUBLE": pa.float64(),
}


COUNTED = {
    "council": "990", "as_at": date(2026, 1, 15), "frame": "ehcp", "characteristic": "sex", "category": "F",
    "people": 10, "source": "sen2",
}  # fmt: skip
OTHERS = {
    "placements": PLACED, "training": LEARNER, "complaints": COMPLAINT, "feedback_responses": RAISED,
    "scrutiny_requests": ASKED, "board_reports": TOLD,
}  # fmt: skip


def write_accepted(path: Path, contract: Contract, rows: Iterable[Mapping[str, Any]]) -> Path:
    """An accepted.parquet; columns that a row does not name are empty."""
    held = list(rows)
    for row in held:
        assert set(row) <= set(contract.stored), set(row) - set(contract.stored)
    columns = {"_sheet": pa.array(["s"] * len(held)), "_row": pa.array(range(2, len(held) + 2), pa.int64())}
    columns |= {
        name: pa.array([row.get(name) for row in held], _ARROW[kind])
        for name, kind in contract.stored.items()
    }
    pq.write_table(pa.table(columns), path)
    return path


def make_facts(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    audits: Iterable[Mapping[str, Any]] = ({},),
    people: Iterable[Mapping[str, Any]] = (),
    plans: Iterable[Mapping[str, Any]] = (),
    reviews: Iterable[Mapping[str, Any]] = (),
    register: Iterable[Mapping[str, Any]] = (),
    population: Iterable[Mapping[str, Any]] = (),
    actions: Iterable[Mapping[str, Any]] = (),
    changes: Iterable[Mapping[str, Any]] = (),
    cases: Iterable[Mapping[str, Any]] = (),
    remedies: Iterable[Mapping[str, Any]] = (),
    others: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
    extracted: Mapping[str, date] | None = None,
    participation_extracted: Mapping[str, date] | None = None,
) -> dict[str, str]:
    """Facts of rows given as what differs from `AUDIT`, `PERSON`, `PLAN`, `REVIEW`, `REGISTERED` and so on; `others`
    holds rows of further feeds, as what differs from `OTHERS`.

    `extracted` holds a day for each council, which is that of all its feeds; participation may have its own.
    """
    given = {
        "case_audits": [{**AUDIT, **row} for row in audits],
        "family_participation": [{**PERSON, **row} for row in people],
        "audit_programme": [{**PLAN, **row} for row in plans],
        "plan_reviews": [{**REVIEW, **row} for row in reviews],
        "active_plans": [{**REGISTERED, **row} for row in register],
        "population": [{**COUNTED, **row} for row in population],
        "actions": [{**ACTION, **row} for row in actions],
        "action_changes": [{**CHANGE, **row} for row in changes],
        "ombudsman_cases": [{**CASE, **row} for row in cases],
        "ombudsman_remedies": [{**REMEDY, **row} for row in remedies],
    }
    given |= {feed: [{**OTHERS[feed], **row} for row in rows] for feed, rows in (others or {}).items()}
    councils = sorted({row["council"] for rows in given.values() for row in rows})
    for feed, rows in given.items():
        path = write_accepted(folder / f"{feed}.parquet", CONTRACTS[feed], rows)
        in_force(con, CONTRACTS[feed], [Part(path, 1, False, {})], councils, f"in_force_{feed}")
    days = dict.fromkeys(given, extracted or dict.fromkeys(councils, EXTRACTED))
    return facts.build(
        con,
        {feed: f"in_force_{feed}" for feed in given},
        ethnic_groups=ETHNIC_GROUPS,
        holidays=HOLIDAYS,
        extracted=days
        | ({"family_participation": participation_extracted} if participation_extracted else {}),
    )


def as_dicts(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = con.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def judged(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    cases: Iterable[tuple[Mapping[str, Any], Iterable[Mapping[str, Any]]]],
    fact: str = "audits",
    **more: Any,
) -> list[dict[str, Any]]:
    """The fact's one row for each case, in their order; a case is an audit and its people, without references.

    One build for all cases of a test: making the facts takes a second however few the rows.
    """
    held = [(f"r{n:03}", audit, list(people)) for n, (audit, people) in enumerate(cases)]
    made = make_facts(
        con,
        folder,
        audits=[{**audit, "audit_reference": reference} for reference, audit, _ in held],
        people=[
            {"council": audit.get("council", "990"), **person, "audit_reference": reference}
            for reference, audit, people in held
            for person in people
        ],
        **more,
    )
    found = as_dicts(
        con,
        f"SELECT a.audit_reference AS reference, f.* "
        f"FROM {made['audits']} a JOIN {made[fact]} f USING (audit_key) ORDER BY 1",
    )
    assert [row["reference"] for row in found] == [reference for reference, _, _ in held]
    return found
