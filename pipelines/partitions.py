"""Each council's facts, counts and figures, made anew only where something that they depend on changed.

Belongs here: which inputs a council's partition depends on, and making it: rows in force, links between feeds, facts,
measures, receipts, parts, and where every row went.
Does not belong here: the steps themselves (`model`, `measures`, `evidence`), or what a release says beside (`run`).

    store/records/partitions/<council>/<digest of the inputs>.json     names the parts, and says whose rows stand
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines import contracts, durable, published, releases, seals
from pipelines.contracts import PUBLISHED, Catalogue
from pipelines.evidence import delivered, receipts
from pipelines.intake import key as keys
from pipelines.intake import receive
from pipelines.intake.receive import Checked
from pipelines.model.schema import FACTS
from pipelines.settings import HOME, Settings

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done and how much there is."""
Link = tuple[int, str, str, int, str]
"""(arrival's number, feed, sheet, row, code) of a row in force that names something no feed holds."""
TABLES = {
    "counts": "officers",
    "figures": "officers",
    "left_out": "officers",
    "compared": "officers",
    "undated": "officers",
    "charts": "officers",
    "lesson_charts": "officers",
    "spans": "officers",
    "places": "officers",
    "ledger_balance": "officers",
    "listed_actions": "officers",
    "listed_cases": "officers",
    "listed_remedies": "officers",
    "listed_findings": "officers",
    "listed_internal_audits": "officers",
}
"""Tables of a partition beside its facts, and the store that holds them."""
SELDOM = ("lesson_charts", "ledger_balance", *(table for table in TABLES if table.startswith("listed_")))
"""Those of them that only councils have that send the feed, or declare what they did about a theme."""
_ORDER = {
    "counts": 'fact, date, "columns", month, breakdown, "group"',
    "figures": 'measure, "window", period_end, breakdown, "group"',
    "left_out": 'measure, "window", period_end, breakdown, "group"',
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
} | {f"fact_{name}": ", ".join((*fact.dates[:1], fact.key)) for name, fact in FACTS.items()}
"""What names a row of a council in each table: parts are in this order, so that equal content is equal bytes."""
HELD = ("parts", "in_force", "links")
"""What a partition held before partitions were sealed."""
_CODE = (
    "model", "measures", "statistics", "published.py", "receipt_ids.py", "slices.py",
    *(f"evidence/{name}.py" for name in ("balanced_steps", "balances", "delivered", "ledger", "receipts")),
)  # fmt: skip
"""What facts and figures are made by."""


def build(
    settings: Settings, catalogue: Catalogue, key: keys.Key, held: Sequence[Checked], progress: Progress
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Every council's partition, and the councils whose was made anew."""
    by_council = held_by_council(catalogue, held)
    basis = [
        code_digest(),
        texts_digest(settings.definitions),
        texts_digest(settings.reference),
        key.fingerprint,
    ]
    places: dict[str, Path] = {}
    for council, deliveries in by_council.items():
        inputs = [
            [checked.folder.parent.name, checked.folder.name, checked.arrival.corrections]
            for checked in deliveries
        ]
        name = durable.digest([inputs, basis, catalogue.names_of(council).of_charts])[:32]
        places[council] = settings.records / "partitions" / council / f"{name}.json"
    stale = [council for council, path in places.items() if not stands(settings, path)]
    if stale:
        progress(f"Counting: {len(stale)} of {len(by_council)} councils changed", 0, 1)
        with receive.connection(settings) as con:
            own = {council: by_council[council] for council in stale if council != PUBLISHED}
            made = make(con, settings, catalogue, key, own) if own else {}
            if PUBLISHED in stale:
                made[PUBLISHED] = published.make(con, settings, catalogue, key, by_council[PUBLISHED])
        for council, partition in made.items():
            durable.write_json(places[council], seals.sealed(partition))
        progress(f"Counting: {len(stale)} of {len(by_council)} councils changed", 1, 1)
    return {
        council: {
            **json.loads(path.read_text(encoding="utf-8")), "file": f"{council}/{path.name}",
            "sha256": durable.file_digest(path),
        }
        for council, path in places.items()
    }, stale  # fmt: skip


def stands(settings: Settings, path: Path) -> bool:
    """Whether a partition is there, undamaged, with all of its parts; otherwise it is made anew."""
    if not path.exists():
        return False
    raw = path.read_bytes()
    return seals.fault(raw, HELD) is None and all(
        releases.part_path(settings, part).exists() for part in json.loads(raw)["parts"]
    )


def held_by_council(catalogue: Catalogue, held: Sequence[Checked]) -> dict[str, list[Checked]]:
    """Council -> its deliveries in the order of force; councils that hold only rows set aside are there too.

    Published figures of many places stand together under `PUBLISHED`.
    """
    ordered = delivered.in_order(held)
    councils = sorted(
        {
            council
            for checked in held
            for council in checked.councils
            if council in catalogue.councils or council == PUBLISHED
        }
    )
    return {council: [checked for checked in ordered if council in checked.councils] for council in councils}


def standing(
    partitions: dict[str, dict[str, Any]], by_council: dict[str, list[Checked]]
) -> tuple[dict[tuple[int, str], int], list[Link]]:
    """(arrival's number, feed) -> rows in force, and the broken links, over all councils."""
    rows: dict[tuple[int, str], int] = {}
    links: list[Link] = []
    for council, partition in partitions.items():
        numbers = [checked.arrival.number for checked in by_council[council]]
        for position, feed, count in partition["in_force"]:
            rows[numbers[position], feed] = rows.get((numbers[position], feed), 0) + count
        links += [
            (numbers[position], feed, sheet, row, code)
            for position, feed, sheet, row, code in partition["links"]
        ]
    return rows, links


def sources_of(
    partitions: dict[str, dict[str, Any]], by_council: dict[str, list[Checked]]
) -> list[list[Any]]:
    """Rows of the release's table `sources`, over all councils; '' is every place of published figures."""
    return [
        ["" if council == PUBLISHED else council, fact, day, feed, by_council[council][position].arrival.number,
         month, rows]
        for council, partition in partitions.items()
        for position, fact, day, feed, month, rows in partition["sources"]
    ]  # fmt: skip


def make(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    catalogue: Catalogue,
    key: keys.Key,
    by_council: dict[str, list[Checked]],
) -> dict[str, dict[str, Any]]:
    """Facts, counts and figures of some councils in one pass, written as parts."""
    from pipelines.evidence import balanced_steps, ledger
    from pipelines.measures import catalogue as definitions
    from pipelines.measures.build import build as build_figures
    from pipelines.measures.charting import check_councils
    from pipelines.measures.lesson_charts import watched
    from pipelines.measures.windows import places, spans
    from pipelines.model import facts as model
    from pipelines.model import listed
    from pipelines.model.in_force import Part, in_force
    from pipelines.model.schema import FACTS, SPANS
    from pipelines.model.sources import sources

    councils = list(by_council)
    ordered = delivered.in_order(
        list({checked.arrival.number: checked for held in by_council.values() for checked in held}.values())
    )
    gone, balanced = {}, []
    for feed, contract in catalogue.of_councils.items():
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
    stands = rows_in_force(con, catalogue)
    behind = sources(con, {feed: f"in_force_{feed}" for feed in catalogue.of_councils})
    linked = broken_links(con, catalogue)
    extracted: dict[str, dict[str, date]] = {feed: {} for span in SPANS.values() for feed in span.feeds}
    for council, held in by_council.items():
        for feed, days in extracted.items():
            taken = [checked.arrival.extracted_on for checked in held if feed in checked.result["feeds"]]
            if taken:
                days[council] = max(taken)
    facts = model.build(
        con,
        {feed: f"in_force_{feed}" for feed in catalogue.of_councils},
        ethnic_groups={code.code: code.group for code in catalogue.codes["ethnicity"]},
        holidays=model.bank_holidays(settings.reference / "bank_holidays.csv"),
        extracted=extracted,
    )
    balanced += ledger.tell(con, facts)
    measures = definitions.load(settings.definitions)
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
    receipts.mint(con, "figures", "officers", key)
    there = {
        name for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
    }
    tables = dict.fromkeys(facts.values(), "records") | TABLES
    tables = {table: zone for table, zone in tables.items() if table in there or table not in SELDOM}
    listed.with_labels(con, tables.keys() & set(SELDOM), catalogue.codes)
    # most councils send no reviews, plans or actions: they have no part of those tables, not an empty one
    seldom = [table for fact, table in facts.items() if FACTS[fact].span != "audits"] + [
        table for table in SELDOM if table in tables
    ]
    sent = {
        table: {council for (council,) in con.execute(f"SELECT DISTINCT council FROM {table}").fetchall()}
        for table in seldom
    }
    order_of = {checked.arrival.number: order for order, checked in enumerate(ordered)}
    position = {
        (council, order_of[checked.arrival.number]): n
        for council, held in by_council.items()
        for n, checked in enumerate(held)
    }
    balanced += balanced_steps.of_denominators(con, facts, measures.values(), "figures")
    made: dict[str, dict[str, Any]] = {}
    for council in councils:
        made[council] = {
            "parts": [
                part for table, zone in tables.items() if council in sent.get(table, by_council)
                for part in releases.write_parts(
                    con, settings, zone, table, council, f"SELECT * FROM {table} WHERE council = '{council}'",
                    _ORDER[table],
                )
            ],
            "in_force": [[position[council, order], feed, rows] for of, order, feed, rows in stands if of == council],
            "links": [
                [position[council, order], feed, sheet, row, code]
                for of, order, feed, sheet, row, code in linked if of == council
            ],
            "sources": [[position[council, order], *told] for of, order, *told in behind if of == council],
        }  # fmt: skip
    balanced += balanced_steps.of_rows(con, catalogue, gone, fact_rows(made))
    for council in councils:
        made[council]["balances"] = sorted(entry for entry in balanced if entry[0] == council)
    return made


def fact_rows(made: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    """(council, fact) -> rows of its parts, as they lie on the disk."""
    rows: Counter[tuple[str, str]] = Counter()
    for council, partition in made.items():
        for part in partition["parts"]:
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


def code_digest() -> str:
    """Digest of the program's own text that facts and figures depend on: another text, and they are made anew."""
    rooms = [HOME / "pipelines" / room for room in _CODE]
    files = [
        path for room in rooms for path in ([room] if room.is_file() else sorted(room.rglob("*.py")))
    ] + [Path(__file__)]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def texts_digest(folder: Path) -> str:
    """Digest of every text file below a folder, with its name."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".csv"))
    return durable.digest([[str(path.relative_to(folder)), durable.file_digest(path)] for path in files])
