"""Counting a release's figures again from its stored facts, with the definitions stored in its manifest.

Belongs here: making the figures of one council again, comparing them with those stored column by column, and which
parts that takes. Nothing is read but the release; no network, no text of today.
Does not belong here: a publication (`recount_public`), finding a figure by its receipt (`verify`), going back to the
archived files (`originals`), or the bytes of files (`store_files`).

Equal means equal to the last digit: numbers are compared as they are, never within a tolerance.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

from pipelines import releases
from pipelines.contracts import PUBLISHED
from pipelines.evidence import receipts
from pipelines.intake import receive
from pipelines.intake.key import Key
from pipelines.measures import catalogue as definitions
from pipelines.measures.catalogue import Catalogue, DefinitionError
from pipelines.model.schema import FACTS, GIVEN, SPANS, Fact
from pipelines.releases import Manifest, quote, text
from pipelines.settings import Settings
from pipelines.statistics import proportions

KEY = ("measure", "council", "window", "period_start", "period_end", "breakdown", "group")
"""What names a figure within a release."""
AGAIN = "figures"
"""TEMP TABLE with the figures made again, as `measures.build` calls it."""
Row = dict[str, Any]
_LATER = {"participants": {"is_random": "coalesce(selection = 'random', false)"}}
"""Fact -> column that facts of earlier releases do not have -> what it is made from."""


class CannotRecount(RuntimeError):
    """The release's figures cannot be made again here; says what is missing."""


@dataclass(frozen=True)
class Difference:
    """One column of one figure that does not come out as it is stored."""

    figure: Row
    """Its key, and the stored receipt."""
    column: str
    stored: Any
    recounted: Any


@contextmanager
def connection(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory; it may spill into the work folder where this machine has the records, to be written."""
    if os.access(settings.work if settings.work.exists() else settings.records, os.W_OK):
        with receive.connection(settings) as con:
            yield con
        return
    with duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    ) as con:
        yield con


def catalogue_of(manifest: Manifest, measure: str | None = None) -> Catalogue:
    """The definitions stored in a manifest, all of them or one.

    Raises:
        CannotRecount: this version of the program cannot read one, or the release has no such measure.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, written in manifest["definitions"].items():
            if measure in (None, name):
                topic, _, own = name.partition(".")
                path = Path(folder) / topic / f"{own}.yaml"
                path.parent.mkdir(exist_ok=True)
                path.write_text(written, encoding="utf-8", newline="")
        try:
            read = [definitions.read(path) for path in sorted(Path(folder).glob("*/*.yaml"))]
        except DefinitionError as problem:
            raise CannotRecount(
                f"This version of the program cannot read a definition of the release: {problem} Use the version that "
                f"made it, {manifest.get('code_version')}."
            ) from None
    if not read:
        raise CannotRecount(
            f"The release {manifest['release']} has no definition of {measure or 'anything'}."
        )
    ordered = sorted(read, key=lambda one: (one.topic, one.position))
    return {one.id: one for one in ordered}


def parts_of(manifest: Manifest, council: str) -> list[Mapping[str, Any]]:
    """The parts that a council's figures are made from, and the figures."""
    wanted = {"figures", "spans", *(f"fact_{name}" for name in (*FACTS, *GIVEN))}
    own = [part for part in manifest["parts"] if part["council"] == council and part["table"] in wanted]
    about = [part for part in manifest["parts"] if council == PUBLISHED and part["table"] == "deliveries"]
    return own + about


def councils_of(manifest: Manifest) -> list[str]:
    """Whose figures a release holds; published figures stand together."""
    return list(dict.fromkeys(part["council"] for part in manifest["parts"] if part["table"] == "figures"))


def recount(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    manifest: Manifest,
    council: str,
    catalogue: Catalogue,
    key: Key | None,
) -> None:
    """Make TEMP TABLE `figures` of a council again; with a key, receipts are minted again too.

    Raises:
        CannotRecount: a part that is needed is not here, or the facts are not as this version knows them.
    """
    files = releases.files_of(settings, parts_of(manifest, council))
    for path in (path for of_table in files.values() for path in of_table.values()):
        if not path.exists():
            raise CannotRecount(
                f"{path.relative_to(settings.store)} is not here, and the figures of {council} are made from it."
            )
    held = {table: relation(of_table.values()) for table, of_table in files.items()}
    try:
        if council == PUBLISHED:
            _given(con, manifest, held, catalogue)
        else:
            _counted(con, held, catalogue)
    except duckdb.Error as problem:
        raise CannotRecount(
            f"The facts of {council} in release {manifest['release']} are not as this version of the program knows "
            f"them ({type(problem).__name__}). Use the version that made it, {manifest.get('code_version')}."
        ) from None
    if "figures" in held:
        _as_then(con, held["figures"])
    if key is not None:
        receipts.mint(con, AGAIN, "officers", key)


def relation(files: Iterable[Path]) -> str:
    """SQL: the rows of some Parquet files of one table."""
    return f"read_parquet([{', '.join(map(text, files))}], union_by_name = true)"


def _columns(con: duckdb.DuckDBPyConnection, stored: str) -> set[str]:
    return {name for name, *_ in con.execute(f"DESCRIBE FROM {stored}").fetchall()}


def _as_then(con: duckdb.DuckDBPyConnection, stored: str) -> None:
    """Directions as releases had them that did not look at how cases were chosen."""
    if "mix" not in _columns(con, stored):
        con.execute(
            f"UPDATE {AGAIN} SET direction = CASE WHEN change_low > 0 THEN {text(proportions.HIGHER)} "
            f"WHEN change_high < 0 THEN {text(proportions.LOWER)} ELSE {text(proportions.NO_CLEAR_CHANGE)} END "
            f"WHERE direction = {text(proportions.NOT_COMPARABLE)}"
        )


def _counted(con: duckdb.DuckDBPyConnection, held: Mapping[str, str], catalogue: Catalogue) -> None:
    from pipelines.measures.build import build

    for name, fact in FACTS.items():
        table = f"fact_{name}"
        source = _stored(con, name, held[table]) if table in held else _empty(fact)
        con.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS {source}")
    if "spans" not in held:
        raise CannotRecount("The release does not say for which months its figures are (the table spans).")
    con.execute(f"CREATE OR REPLACE TEMP VIEW spans_stored AS FROM {held['spans']}")
    facts = {name: f"fact_{name}" for name in FACTS}
    build(con, facts, catalogue, _spans(con, facts))


def _stored(con: duckdb.DuckDBPyConnection, fact: str, stored: str) -> str:
    """SQL: a fact as it is stored, with the columns that it did not have yet."""
    held = _columns(con, stored)
    made = [f"{how} AS {name}" for name, how in _LATER.get(fact, {}).items() if name not in held]
    return f"SELECT {', '.join(['*', *made])} FROM {stored}"


def _spans(con: duckdb.DuckDBPyConnection, facts: Mapping[str, str]) -> str:
    """The months of each span, worked out again from the facts and the stored days of extraction."""
    from pipelines.measures.windows import spans

    days = {(span, council): day for span, council, day in con.execute(
        "SELECT span, council, extracted_on FROM spans_stored"
    ).fetchall()}  # fmt: skip
    # releases from before participation had its own day
    days = {("participation", of): day for (span, of), day in days.items() if span == "audits"} | days
    made = []
    for (span, council), day in days.items():
        if span in SPANS:
            needs = SPANS[span].needs
            of_rows = days["audits", council] if needs else day
            extracted = {feed: {council: of_rows} for feed in SPANS[span].feeds} | {needs: {council: day}}
            spans(con, {SPANS[span].fact: facts[SPANS[span].fact]}, extracted)
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE spans_of_{span} AS FROM spans WHERE span = {text(span)}"
            )
            made.append(f"FROM spans_of_{span}")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE spans_again AS {' UNION ALL '.join(made) or 'FROM spans_stored'}"
    )
    return "spans_again"


def _empty(fact: Fact) -> str:
    """A fact of which a council has no rows, and so no part."""
    kinds = dict.fromkeys(fact.about, "VARCHAR") | {"months_spanned": "INTEGER", fact.key: "UBIGINT"}
    kinds |= dict.fromkeys(fact.breakdowns, "VARCHAR") | dict.fromkeys(fact.dates, "DATE")
    kinds |= dict.fromkeys(fact.yes_no, "BOOLEAN") | dict.fromkeys(fact.numbers, "BIGINT")
    return f"SELECT {', '.join(f'NULL::{kind} AS {quote(name)}' for name, kind in kinds.items())} WHERE false"


def _given(
    con: duckdb.DuckDBPyConnection, manifest: Manifest, held: Mapping[str, str], catalogue: Catalogue
) -> None:
    from pipelines.measures import given

    # an older release has measures of fewer facts
    used = [name for name in GIVEN if name in {measure.fact for measure in catalogue.values()}]
    missing = [name for name in used if f"fact_{name}" not in held]
    if missing:
        raise CannotRecount(f"The release has no part of the facts {', '.join(missing)}.")
    for name in used:
        con.execute(f"CREATE OR REPLACE TEMP VIEW fact_{name} AS FROM {held[f'fact_{name}']}")
    facts = {name: f"fact_{name}" for name in used}
    given.figures(con, facts, catalogue.values(), _newest(con, manifest, held["deliveries"]), AGAIN)


def _newest(con: duckdb.DuckDBPyConnection, manifest: Manifest, deliveries: str) -> date:
    """The day that published figures are of: that of the newest file of them."""
    feeds = [
        feed for feed, written in manifest["contracts"].items()
        if (yaml.safe_load(written) or {}).get("holds") == PUBLISHED
    ]  # fmt: skip
    [(day,)] = con.execute(
        f"SELECT max(extracted_on) FROM {deliveries} WHERE list_contains($feeds, feed) "
        "AND state <> 'refused'",
        {"feeds": feeds},
    ).fetchall()
    if day is None:
        raise CannotRecount("The release does not say when its published figures were taken.")
    return day


# Comparing


def columns_of(con: duckdb.DuckDBPyConnection, stored: str) -> list[str]:
    """The columns of a relation of stored figures that are no part of the key."""
    names = [name for name, *_ in con.execute(f"DESCRIBE SELECT * FROM {stored}").fetchall()]
    return [name for name in names if name not in KEY]


def differences(
    con: duckdb.DuckDBPyConnection,
    stored: str,
    again: str,
    columns: Sequence[str],
    limit: int = 50,
    erased: Collection[str] | None = None,
) -> tuple[int, int, list[Difference]]:
    """Compare two relations of figures, key by key and column by column.

    Returns how many figures are stored, how many of them differ (one that is only on one side does), and the first
    differences in the order of the key. A figure that is missing on a side differs in the column `figure`. Figures
    whose receipt is `erased` are not compared, as their source is gone.
    """
    key = ", ".join(map(quote, KEY))
    stored_columns = ", ".join(f"s.{quote(name)} AS {quote(f's_{name}')}" for name in columns)
    again_columns = ", ".join(f"a.{quote(name)} AS {quote(f'a_{name}')}" for name in columns)
    distinct = " OR ".join(f"s.{quote(name)} IS DISTINCT FROM a.{quote(name)}" for name in columns)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE differing AS
        SELECT {key}, s.here AS in_stored, a.here AS in_again, {stored_columns}, {again_columns}
        FROM (SELECT *, true AS here FROM {stored}) s FULL JOIN (SELECT *, true AS here FROM {again}) a USING ({key})
        WHERE (s.here IS NULL OR a.here IS NULL OR {distinct}) AND {_whole(erased)}""")
    [(count,)] = con.execute(f"SELECT count(*) FROM {stored}").fetchall()
    [(differ,)] = con.execute("SELECT count(*) FROM differing").fetchall()
    cursor = con.execute(f"SELECT * FROM differing ORDER BY {key} LIMIT {limit}")
    names = [column[0] for column in cursor.description or ()]
    found: list[Difference] = []
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        figure = {name: row[name] for name in KEY} | {"receipt": row.get("s_receipt")}
        if row["in_stored"] is None or row["in_again"] is None:
            found.append(Difference(figure, "figure", bool(row["in_stored"]), bool(row["in_again"])))
            continue
        found += [
            Difference(figure, name, row[f"s_{name}"], row[f"a_{name}"])
            for name in columns
            if not same(row[f"s_{name}"], row[f"a_{name}"])
        ]
    con.execute("DROP TABLE differing")
    return int(count), int(differ), found


def _whole(erased: Collection[str] | None) -> str:
    if not erased:
        return "true"
    return f"s.here AND s.receipt NOT IN ({', '.join(map(text, sorted(erased)))})"


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal to the last digit."""
    return one == other or (one != one and other != other)  # two that are no number are the same


def is_figure(figure: Row) -> str:
    """SQL: the rows with a figure's key."""
    return " AND ".join(f"{quote(name)} = {text(figure[name])}" for name in KEY)


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    """What a query answers."""
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
