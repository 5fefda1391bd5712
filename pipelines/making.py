"""Some councils' facts, counts and figures, made in one pass and written as parts.

Belongs here: the order of the steps, from rows in force to parts, and what each council's partition says beside them.
Does not belong here: which councils' are made anew (`partitions`), how parts are cut and written (`council_parts`), or
the steps themselves (`model`, `measures`, `evidence`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from pipelines import contracts
from pipelines.contracts import Catalogue, Contract
from pipelines.council_parts import CouncilParts
from pipelines.evidence import balanced_steps, balances, delivered, ledger, receipts
from pipelines.intake import key as keys
from pipelines.intake.receive import Checked
from pipelines.measures import catalogue as definitions
from pipelines.measures.build import build as build_figures
from pipelines.measures.charting import check_councils
from pipelines.measures.figures import NAMED
from pipelines.measures.lesson_charts import watched
from pipelines.measures.windows import places, spans
from pipelines.model import compiled, listed
from pipelines.model import facts as model
from pipelines.model.in_force import Gone, Part, in_force
from pipelines.model.schema import FACTS, SPANS
from pipelines.model.sources import sources
from pipelines.settings import Settings

TABLES = (
    "compared", "undated", "charts", "lesson_charts", "spans", "places",
    "ledger_balance", "listed_actions", "listed_cases", "listed_remedies", "listed_findings", "listed_internal_audits",
)  # fmt: skip
"""Short tables of a partition beside its facts, of the officers' store."""
SELDOM = ("lesson_charts", "ledger_balance", *(table for table in TABLES if table.startswith("listed_")))
"""Those of them that only councils have that send the feed, or declare what they did about a theme."""
_ORDER = {
    "counts": 'fact, date, "columns", month, breakdown, "group"',
    "figures": 'measure, "window", period_end, breakdown, "group"',
    "compared": 'measure, "window", period_end, breakdown, "group"',
    "undated": 'fact, date, breakdown, "group"',
    "charts": 'measure, "window", period_end',
    "lesson_charts": 'measure, breakdown, "group", period_end',
    "places": "council",
    "spans": "span",
    "ledger_balance": "source, month",
    "listed_actions": "action_key",
    "listed_cases": "case_key",
    "listed_remedies": "case_key, remedy_number",
    "listed_findings": "source_key, area_number",
    "listed_internal_audits": "source_key",
}
"""What names a row of a council in each table: parts are in this order, so that equal content is equal bytes. Facts are
made in the order that `schema.Fact` gives."""


def make(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    catalogue: Catalogue,
    key: keys.Key,
    by_council: dict[str, list[Checked]],
) -> dict[str, dict[str, Any]]:
    """Facts, counts and figures of some councils in one pass, written as parts."""
    councils = list(by_council)
    ordered = delivered.in_order(
        list({checked.arrival.number: checked for held in by_council.values() for checked in held}.values())
    )
    with ThreadPoolExecutor(1) as aside:
        compiling = aside.submit(compile_ahead, settings, catalogue)
        gone, balanced = stand(con, catalogue.of_councils, ordered, councils)
        compiling.result()
    stands = rows_in_force(con, catalogue)
    behind = sources(con, {feed: f"in_force_{feed}" for feed in catalogue.of_councils})
    linked = broken_links(con, catalogue)
    extracted = extraction_days(by_council)
    with CouncilParts(con, settings, councils) as writing:
        facts = make_facts(con, settings, catalogue, extracted)
        for fact, table in facts.items():
            # most councils send no reviews, plans or actions: they have no part of those facts, not an empty one
            writing.begin("records", table, is_seldom=FACTS[fact].span != "audits")
        balanced += ledger.tell(con, facts)
        measures = definitions.load(settings.definitions)
        with_receipts = work_out(con, catalogue, key, facts, measures, extracted, councils)
        balanced += balanced_steps.of_denominators(con, facts, measures.values(), "figures")
        there = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        listed.with_labels(con, there & set(SELDOM), catalogue.codes)
        writing.put_in_order("counts", _ORDER["counts"])
        writing.begin("officers", "counts")
        writing.put_in_order("figures", _ORDER["figures"], with_receipts)
        writing.begin("officers", "figures", columns="* EXCLUDE (steps)")
        steps = f"{', '.join(NAMED)}, steps"
        writing.begin_some_of(
            "figures", "officers", "left_out", steps, "steps IS NOT NULL", _ORDER["figures"]
        )
        for table in TABLES:
            if table in there:
                writing.write("officers", table, _ORDER[table], is_seldom=table in SELDOM)
        parts = writing.parts()
    order_of = {checked.arrival.number: order for order, checked in enumerate(ordered)}
    position = {
        (council, order_of[checked.arrival.number]): n
        for council, held in by_council.items()
        for n, checked in enumerate(held)
    }
    balanced += balanced_steps.of_rows(con, catalogue, gone, fact_rows(parts))
    return {
        council: {
            "parts": parts[council],
            "in_force": [[position[council, order], feed, rows] for of, order, feed, rows in stands if of == council],
            "links": [
                [position[council, order], feed, sheet, row, code]
                for of, order, feed, sheet, row, code in linked if of == council
            ],
            "sources": [[position[council, order], *told] for of, order, *told in behind if of == council],
            "balances": sorted(entry for entry in balanced if entry[0] == council),
        }
        for council in councils
    }  # fmt: skip


def compile_ahead(settings: Settings, catalogue: Catalogue) -> None:
    """Make facts of no rows, so that what they are made by is compiled while the rows in force are read: that takes
    Python as long as it takes DuckDB to make a council's facts."""
    if compiled.has_some():
        return
    with duckdb.connect() as con:
        stand(con, catalogue.of_councils, [], [])
        make_facts(con, settings, catalogue, {})


def make_facts(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    catalogue: Catalogue,
    extracted: Mapping[str, Mapping[str, date]],
) -> dict[str, str]:
    """TABLEs of the facts, from the rows in force; fact -> table."""
    return model.build(
        con,
        {feed: f"in_force_{feed}" for feed in catalogue.of_councils},
        ethnic_groups={code.code: code.group for code in catalogue.codes["ethnicity"]},
        holidays=model.bank_holidays(settings.reference / "bank_holidays.csv"),
        extracted=extracted,
    )


def stand(
    con: duckdb.DuckDBPyConnection,
    feeds: Mapping[str, Contract],
    ordered: Sequence[Checked],
    councils: Sequence[str],
) -> tuple[dict[str, list[Gone]], list[balances.Entry]]:
    """The relations in_force_<feed> of these councils from deliveries in their order of force.

    Returns feed -> rows that no longer stand, and what was received and set aside.
    """
    gone, balanced = {}, []
    for feed, contract in feeds.items():
        parts = [
            Part(
                path=checked.folder / f"{feed}.accepted.parquet",
                order=order,
                corrections=checked.arrival.corrections,
                periods={
                    council: tuple(date.fromisoformat(month) for month in found["covers"])
                    for council, found in checked.profile(feed).items()
                },
            )
            for order, checked in enumerate(ordered)
            if feed in checked.result["feeds"]
        ]
        gone[feed] = in_force(con, contract, parts, councils, f"in_force_{feed}")
        balanced += balanced_steps.of_deliveries(con, contract, ordered, councils)
    return gone, balanced


def extraction_days(by_council: Mapping[str, Sequence[Checked]]) -> dict[str, dict[str, date]]:
    """Feed -> council -> the newest day on which its data was taken."""
    wanted = {feed for span in SPANS.values() for feed in (*span.feeds, span.needs) if feed}
    days: dict[str, dict[str, date]] = {feed: {} for feed in sorted(wanted)}
    for council, held in by_council.items():
        for feed, of_councils in days.items():
            taken = [checked.arrival.extracted_on for checked in held if feed in checked.result["feeds"]]
            if taken:
                of_councils[council] = max(taken)
    return days


def work_out(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    key: keys.Key,
    facts: Mapping[str, str],
    measures: definitions.Catalogue,
    extracted: Mapping[str, Mapping[str, date]],
    councils: Sequence[str],
) -> str:
    """Counts, figures and charts from facts, as TEMP TABLEs; and the table `places`.

    Returns SQL for the figures with their receipts.
    """
    targets = {council: catalogue.names_of(council).targets for council in councils}
    rebased = {council: catalogue.names_of(council).rebased for council in councils}
    lessons = {council: watched(catalogue.names_of(council).learning) for council in councils}
    check_councils(measures, targets, rebased)
    build_figures(con, facts, measures, spans(con, facts, extracted), targets, rebased, lessons)
    places(con, "spans")
    con.register(
        "names", pa.table({"council": councils, "name": [catalogue.councils[code].name for code in councils]})
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE places AS SELECT places.*, names.name FROM places JOIN names USING (council)"
    )
    return receipts.minted(con, "figures", "officers", key)


def fact_rows(made: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[tuple[str, str], int]:
    """(council, fact) -> rows of its parts, as they lie on the disk."""
    rows: Counter[tuple[str, str]] = Counter()
    for council, parts in made.items():
        for part in parts:
            if part["table"].startswith("fact_"):
                rows[council, part["table"].removeprefix("fact_")] += part["rows"]
    return rows


def rows_in_force(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> list[tuple[str, int, str, int]]:
    """(council, delivery's order, feed, rows that stand)."""
    query = " UNION ALL ".join(
        f"SELECT council, _order, '{feed}', count(*) FROM in_force_{feed} GROUP BY ALL"
        for feed in catalogue.of_councils
    )
    return con.execute(f"{query} ORDER BY ALL").fetchall()


def broken_links(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue
) -> list[tuple[str, int, str, str, int, str]]:
    """(council, delivery's order, feed, sheet, row, code) of rows in force that name something no feed holds.

    Raises:
        contracts.ContractError: a 4xx rule is not `found_in`.
    """
    queries = []
    for feed, contract in catalogue.of_councils.items():
        for rule in contract.rules:
            if rule.scope != "link":
                continue
            if rule.expect != "found_in" or rule.arguments.get("feed") not in catalogue.contracts:
                raise contracts.ContractError(
                    f"{rule.code}: a 4xx rule expects found_in, with the `feed` that it looks in."
                )
            columns, there = rule.arguments["columns"], rule.arguments["feed_columns"]
            same = " AND ".join(f"here.{a} = there.{b}" for a, b in zip(columns, there, strict=True))
            known = " AND ".join(f"here.{name} IS NOT NULL" for name in columns)
            if rule.arguments.get(
                "if_held"
            ):  # a council that never sends the other feed is not asked about it
                known += f" AND council IN (SELECT council FROM in_force_{rule.arguments['feed']})"
            queries.append(
                f"SELECT council, _order, '{feed}', _sheet, _row, '{rule.code}' FROM in_force_{feed} here "
                f"ANTI JOIN in_force_{rule.arguments['feed']} there ON {same} WHERE {known}"
            )
    return con.execute(" UNION ALL ".join(queries) + " ORDER BY ALL").fetchall() if queries else []
