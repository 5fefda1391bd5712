"""Verifying figures: one by its receipt, or every one of every release, against what is made again from the facts.

Belongs here: finding a receipt in any release, what can be verified on this machine, and the answer.
Does not belong here: making figures again (`recount`), the chain and the files (`chain`, `store_files`), words on the
terminal (`commands.verifying`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from pipelines import durable, past, releases
from pipelines.disclosure import recounted
from pipelines.evidence import receipts, recount
from pipelines.evidence.chain import CHANGED, OF_AUDIENCE, Chain
from pipelines.evidence.recount import AGAIN, KEY, CannotRecount, Difference, Row
from pipelines.intake.key import Key
from pipelines.receipt_ids import is_receipt, normalise
from pipelines.releases import Manifest, quote, text
from pipelines.settings import AUDIENCES, Settings
from pipelines.statistics import proportions

Progress = Callable[[str, int, int], None]
Recounted = tuple[int, int, list[Difference], str]
"""(figures, how many differ, the first differences, why they could not be counted again)"""


class NoSuchReceipt(LookupError):
    """The text is no receipt, or no release here has it; the message says which."""


@dataclass(frozen=True)
class Found:
    """A figure as a release has it."""

    audience: str
    manifest: Manifest
    part: Mapping[str, Any]
    figure: Row
    releases: tuple[str, ...]
    """Every release that holds it, the newest first."""


@dataclass
class Verdict:
    """What came of verifying one figure."""

    found: Found
    columns: list[tuple[str, Any, Any]] = field(default_factory=list)
    """(column, stored, made again) of every column that was compared."""
    differs: list[str] = field(default_factory=list)
    """Columns that are not equal, and parts whose bytes are not what the manifest says."""
    not_verified: list[str] = field(default_factory=list)
    """What could not be verified here, and why, in words."""
    erased_on: str | None = None
    """The day since which the figure cannot be counted again, as its source was erased; it is preserved."""
    superseded_by: str | None = None
    """The receipt of the same figure in the release that is read now, where it has another."""

    @property
    def is_equal(self) -> bool:
        return not self.differs and bool(self.columns)


@dataclass
class Release:
    """What came of counting a release's figures again."""

    audience: str
    release: str
    figures: int = 0
    differ: int = 0
    shared: int = 0
    """Figures in parts that another release shares, which were counted once."""
    erased: int = 0
    """Figures that are preserved and were not counted again, as their source was erased."""
    differences: list[Difference] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Why some of its figures could not be counted again, in words."""
    not_verified: list[str] = field(default_factory=list)


def find(chain: Chain, receipt: str) -> Found:
    """The newest release that has a figure with this receipt. Each part is read once, however many releases share it.

    Raises:
        NoSuchReceipt: it is mistyped, or no release here has it.
    """
    plain = normalise(receipt)
    if not is_receipt(plain):
        raise NoSuchReceipt(
            "That is no receipt: one has 11 letters and digits, and its last shows a slip of the pen. Compare it with "
            "where you read it."
        )
    with duckdb.connect() as con:
        for audience in AUDIENCES:
            looked_at: set[str] = set()
            for manifest in reversed(chain.manifests[audience].values()):
                for part in manifest["parts"]:
                    path = releases.part_path(chain.settings, part)
                    if part["table"] != "figures" or part["sha256"] in looked_at or not path.exists():
                        continue
                    looked_at.add(part["sha256"])
                    try:
                        rows = _rows(
                            con, f"SELECT * FROM read_parquet({text(path)}) WHERE receipt = {text(plain)}"
                        )
                    except duckdb.Error:
                        continue  # damaged: what names it says so
                    if rows:
                        held = [
                            release for release, other in reversed(chain.manifests[audience].items())
                            if any(one["sha256"] == part["sha256"] for one in other["parts"])
                        ]  # fmt: skip
                        return Found(audience, manifest, part, rows[0], tuple(held))
    several = sum(len(of) for of in chain.manifests.values())
    raise NoSuchReceipt(
        f"The receipt is well written, but none of the {several} releases on this machine has it. Either it is from "
        "another council's store, or from one that this machine does not have."
    )


def one(chain: Chain, found: Found, key: Key | None) -> Verdict:
    """Verify a figure from its release's stored facts, as far as this machine has them."""
    verdict = Verdict(found)
    verdict.superseded_by = _now(chain, found)
    verdict.erased_on = chain.erasures.on(found.audience, found.part["sha256"], found.figure["receipt"])
    officers = found
    if found.audience == "public":
        source = chain.manifests["officers"].get(found.manifest.get("officers_release", ""))
        if source is not None and found.figure["breakdown"]:
            return _one_by_group(chain, verdict, source, key)
        above = _officers_figure(chain, found, source) if source else None
        if above is None:
            _only_public(chain, verdict)
            return verdict
        officers = above
    _bytes(chain, verdict, officers)
    if verdict.erased_on:
        return verdict
    council = officers.part["council"]
    try:
        with recount.connection(chain.settings) as con:
            catalogue = recount.catalogue_of(officers.manifest, found.figure["measure"])
            recount.recount(con, chain.settings, officers.manifest, council, catalogue, key)
            rows = _rows(con, f"SELECT * FROM {AGAIN} WHERE {_is(officers.figure)}")
            again = rows[0] if rows else {}
            if found.audience == "public" and key is not None and again:
                again["receipt"] = _public_receipt(con, again, key)
    except CannotRecount as problem:
        verdict.not_verified.append(str(problem))
        if found.audience == "public":
            _only_public(chain, verdict)
        return verdict
    if key is None:
        verdict.not_verified.append(
            "The receipt itself was not minted again, because the key is not on this machine."
        )
    for name, stored in found.figure.items():
        if name == "receipt" and key is None:
            continue
        verdict.columns.append((name, stored, again.get(name)))
        if not again or not recount.same(stored, again.get(name)):
            verdict.differs.append(name)
    return verdict


def every(
    chain: Chain, key: Key | None, *, current_only: bool = False, progress: Progress | None = None
) -> list[Release]:
    """Count every figure of every release again, each distinct set of parts and definitions once; publications are
    held against the officers' releases that they were made from."""
    told: list[Release] = []
    done: dict[str, Recounted] = {}
    work = []
    for audience in AUDIENCES:
        current = chain.current(audience)
        wanted = [current] if current_only else chain.manifests[audience].values()
        work += [(audience, manifest) for manifest in wanted if manifest]
    for at, (audience, manifest) in enumerate(work):
        if progress:
            progress(f"Counting the {OF_AUDIENCE[audience]} {manifest['release']} again", at, len(work))
        release = Release(audience, manifest["release"])
        told.append(release)
        if audience == "officers":
            _every_of_officers(chain, manifest, key, release, done)
        else:
            _every_of_public(chain, manifest, key, release, done)
    return told


def databases(chain: Chain, progress: Progress | None = None) -> None:
    """Hold the databases that pages read against the parts, row for row; faults are added to the chain's.

    The digest beside a database shows a slip; whoever changes both is found out here.
    """
    held = [
        (audience, manifest, path)
        for audience in AUDIENCES
        for release, manifest in chain.manifests[audience].items()
        if (path := releases.database_path(chain.settings, audience, release)).exists()
    ]
    for done, (audience, manifest, path) in enumerate(held):
        if progress:
            progress("Holding databases against parts", done, len(held))
        if chain.erasures.going_on is not None:
            continue  # the parts are being erased from: the database follows
        own = dict.fromkeys(part["table"] for part in manifest["parts"] if part["zone"] == audience)
        for table in own.keys() - {past.RESTATED}:  # which a database has of every release up to its own
            files = [
                releases.part_path(chain.settings, part)
                for part in manifest["parts"]
                if part["table"] == table
            ]
            if all(file.exists() for file in files) and not _holds(path, table, files):
                chain.say(
                    CHANGED, path, f"the database for {audience} of {manifest['release']}: its table {table} is "
                    "not what the parts hold", "Remove it; it is made anew when it is opened.",
                )  # fmt: skip
                break


def _holds(database: Path, table: str, files: Sequence[Path]) -> bool:
    """Whether a database's table has the rows of its parts, and no others; or, where it is left in them, names them."""
    parts = f"FROM {recount.relation(files)}"
    try:
        with duckdb.connect() as con:
            con.execute(f"ATTACH {text(database)} AS held (READ_ONLY)")
            tables = con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = 'held'"
            ).fetchall()
            if table in past.NOT_COPIED and (table,) not in tables:
                named = con.execute(f"SELECT file FROM held.{past.LEFT_OUT_IN} ORDER BY file").fetchall()
                return table != past.LEFT_OUT or named == sorted((file.name,) for file in files)
            of_table = f"FROM held.{quote(table)}"
            [(differ,)] = con.execute(
                f"SELECT count(*) FROM (({parts} EXCEPT ALL {of_table}) UNION ALL ({of_table} EXCEPT ALL {parts}))"
            ).fetchall()
    except duckdb.Error:
        return False
    return differ == 0


def _every_of_officers(
    chain: Chain,
    manifest: Manifest,
    key: Key | None,
    release: Release,
    done: dict[str, Recounted],
) -> None:
    if not chain.settings.records.exists():
        release.not_verified.append("The facts are not on this machine, so nothing could be counted again.")
        return
    if key is None:
        release.not_verified.append("Receipts were not minted again, because the key is not on this machine.")
    for council in recount.councils_of(manifest):
        parts = recount.parts_of(manifest, council)
        name = durable.digest([manifest["definitions"], sorted(part["sha256"] for part in parts)])
        erased = erased_of(chain, parts)
        release.erased += len(erased)
        if name in done:
            release.shared += done[name][0]
        else:
            done[name] = _of_council(chain.settings, manifest, council, parts, key, erased)
        count, differ, differences, problem = done[name]
        release.figures += count
        release.differ += differ
        release.differences += differences
        release.problems += [problem] if problem else []


def erased_of(chain: Chain, parts: Sequence[Mapping[str, Any]]) -> set[str]:
    """Receipts of the figures in some parts of officers' releases whose source was erased."""
    told = chain.erasures.figures["officers"].figures
    return {receipt for part in parts for receipt in told.get(part["sha256"], ())}


def _of_council(
    settings: Settings,
    manifest: Manifest,
    council: str,
    parts: Sequence[Mapping[str, Any]],
    key: Key | None,
    erased: Collection[str],
) -> Recounted:
    """(figures, how many differ, the first differences, why it could not be done) of one council."""
    stored = [releases.part_path(settings, part) for part in parts if part["table"] == "figures"]
    try:
        with recount.connection(settings) as con:
            catalogue = recount.catalogue_of(manifest)
            recount.recount(con, settings, manifest, council, catalogue, key)
            held = recount.relation(stored)
            columns = [name for name in recount.columns_of(con, held) if key is not None or name != "receipt"]
            return *recount.differences(con, held, AGAIN, columns, erased=erased), ""
    except CannotRecount as problem:
        return 0, 0, [], str(problem)
    except duckdb.Error as problem:
        return 0, 0, [], f"The figures of {council} in release {manifest['release']} cannot be read " \
            f"({type(problem).__name__})."  # fmt: skip


def _every_of_public(
    chain: Chain,
    manifest: Manifest,
    key: Key | None,
    release: Release,
    done: dict[str, Recounted],
) -> None:
    """A publication's figures are those of its officers' release, under receipts of their own."""
    settings = chain.settings
    source = chain.manifests["officers"].get(manifest.get("officers_release", ""))
    own = [part for part in manifest["parts"] if part["table"] == "figures"]
    paths = [releases.part_path(settings, part) for part in (source["parts"] if source else ())
             if part["table"] == "figures"]  # fmt: skip
    if source is None or not all(path.exists() for path in paths):
        release.not_verified.append(
            "The officers' release is not on this machine, so only likely ranges were worked out again, from numerator "
            "and denominator."
        )
        _ranges_of_public(chain, manifest, own, release)
        return
    name = durable.digest([key is None, [part["sha256"] for part in own], [path.stem for path in paths]])
    if name in done:
        release.shared += done[name][0]
    else:
        done[name] = _public_against(settings, own, paths, manifest, key)
    release.figures, release.differ, release.differences, problem = done[name]
    release.problems += [problem] if problem else []
    if key is None:
        release.not_verified.append("Receipts were not minted again, because the key is not on this machine.")


def _public_against(
    settings: Settings,
    own: Sequence[Mapping[str, Any]],
    officers: Sequence[Any],
    manifest: Manifest,
    key: Key | None,
) -> Recounted:
    held = recount.relation(releases.part_path(settings, part) for part in own)
    try:
        with recount.connection(settings) as con:
            _public_again(con, settings, officers, manifest, key)
            columns = [name for name in recount.columns_of(con, held) if key is not None or name != "receipt"]
            return *recount.differences(con, held, "figures", columns), ""
    except duckdb.Error as problem:
        return (
            0,
            0,
            [],
            f"The figures of publication {manifest['release']} cannot be read ({type(problem).__name__}).",
        )


def _public_again(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    officers: Sequence[Any],
    manifest: Manifest,
    key: Key | None,
) -> None:
    """Make TEMP TABLE figures: a publication's, again from the officers' figures."""
    measures = recount.catalogue_of(manifest)
    shown = [measure.id for measure in measures.values() if measure.protect in ("process", "published")]
    exact = recount.relation(officers)
    con.execute(
        "CREATE TEMP TABLE figures AS SELECT * EXCLUDE (receipt), receipt AS numerator_digest, "
        f"'' AS denominator_digest FROM {exact} WHERE breakdown = '' AND measure IN ({', '.join(map(text, shown))})"
    )
    files = releases.files_of(settings, manifest["parts"])
    parts = {table: recount.relation(of_table.values()) for table, of_table in files.items()}
    if "protection" in parts:
        recounted.again(con, parts["figures"], parts["protection"], parts["coarser_groups"], exact, measures)
    if key is not None:
        receipts.mint(con, "figures", "public", key)


def _ranges_of_public(
    chain: Chain, manifest: Manifest, own: Sequence[Mapping[str, Any]], release: Release
) -> None:
    known = recount.catalogue_of(manifest)
    with duckdb.connect() as con:
        for part in own:
            path = releases.part_path(chain.settings, part)
            try:
                rows = _rows(con, f"SELECT * FROM read_parquet({text(path)})")
            except duckdb.Error as problem:
                release.problems.append(f"The published figures cannot be read ({type(problem).__name__}).")
                continue
            release.figures += len(rows)
            for row in rows:
                columns = ranges(row) if known[row["measure"]].is_share else []
                wrong = [
                    Difference({name: row[name] for name in (*KEY, "receipt")}, name, stored, again)
                    for name, stored, again in columns if not recount.same(stored, again)
                ]  # fmt: skip
                release.differ += bool(wrong)
                release.differences += wrong


def ranges(row: Row) -> list[tuple[str, Any, Any]]:
    """What follows from numerators and denominators alone: (column, stored, made again) of a share."""
    if row["symbol"] or not row["denominator"]:
        return []
    numbers = [row["numerator"], row["denominator"], row["previous_numerator"], row["previous_denominator"]]
    n, of, before, of_before = (np.array([np.nan if number is None else float(number)]) for number in numbers)
    low, high = proportions.wilson(n, of)
    change, change_low, change_high = proportions.newcombe(n, of, before, of_before)
    made = {"value": n / of, "low": low, "high": high, "change": change, "change_low": change_low,
            "change_high": change_high}  # fmt: skip
    again = {name: None if np.isnan(value[0]) else float(value[0]) for name, value in made.items()}
    return [(name, row[name], value) for name, value in again.items()]


def _one_by_group(chain: Chain, verdict: Verdict, source: Manifest, key: Key | None) -> Verdict:
    """A public figure by group: its counts added up again from the officers' figures."""
    found, settings = verdict.found, chain.settings
    paths = [releases.part_path(settings, part) for part in source["parts"] if part["table"] == "figures"]
    if not all(path.exists() for path in paths):
        _only_public(chain, verdict)
        return verdict
    _bytes(chain, verdict, found)
    with recount.connection(settings) as con:
        _public_again(con, settings, paths, found.manifest, key)
        rows = _rows(con, f"SELECT * FROM figures WHERE {_is(found.figure)}")
    again = rows[0] if rows else {}
    verdict.columns = [
        (name, stored, again.get(name)) for name, stored in found.figure.items() if name != "receipt" or key is not None
    ]  # fmt: skip
    verdict.differs += [name for name, stored, made in verdict.columns if not recount.same(stored, made)]
    if key is None:
        verdict.not_verified.append(
            "The receipt itself was not minted again, because the key is not on this machine."
        )
    return verdict


def _only_public(chain: Chain, verdict: Verdict) -> None:
    """What a machine without the officers' store can tell."""
    found = verdict.found
    _bytes(chain, verdict, found)
    measure = recount.catalogue_of(found.manifest, found.figure["measure"])[found.figure["measure"]]
    if not measure.is_share:
        of = "an average" if measure.kind == "mean" else "a figure that compares groups or grades"
        verdict.not_verified.append(f"The range of {of} needs the facts, which are not on this machine.")
    else:
        verdict.columns = ranges(found.figure)
        verdict.differs += [
            name for name, stored, again in verdict.columns if not recount.same(stored, again)
        ]
    verdict.not_verified.append(
        "Numerator and denominator were not counted again, nor was the receipt minted again: the facts and the "
        f"officers' release {found.manifest.get('officers_release')} are not on this machine. Ask whoever holds them "
        "to verify the same receipt."
    )


def _bytes(chain: Chain, verdict: Verdict, used: Found) -> None:
    """The parts that a figure is made from have the bytes that the manifest names."""
    parts = [verdict.found.part]
    if used.audience == "officers":
        parts += recount.parts_of(used.manifest, used.part["council"])
    for part in {part["sha256"]: part for part in parts}.values():
        path = releases.part_path(chain.settings, part)
        where = path.relative_to(chain.settings.store).as_posix()
        if not path.exists():
            verdict.differs.append(f"{where} is missing")
        elif (digest := durable.file_digest(path)) != part["sha256"] and digest not in chain.erasures.since(
            path, part["sha256"]
        ):
            verdict.differs.append(f"{where} does not have the bytes that the release names")


def _officers_figure(chain: Chain, found: Found, source: Manifest) -> Found | None:
    """The same figure in the officers' release that a publication was made from."""
    with duckdb.connect() as con:
        for part in source["parts"]:
            path = releases.part_path(chain.settings, part)
            if part["table"] == "figures" and path.exists():
                rows = _rows(con, f"SELECT * FROM read_parquet({text(path)}) WHERE {_is(found.figure)}")
                if rows:
                    return Found("officers", source, part, rows[0], (source["release"],))
    return None


def _now(chain: Chain, found: Found) -> str | None:
    """The receipt that the same figure has in the release that is read now, where it is another ('' where the figure
    is not in it any more)."""
    current = chain.current(found.audience)
    if current is None or current["release"] in found.releases:
        return None
    with duckdb.connect() as con:
        for part in current["parts"]:
            path = releases.part_path(chain.settings, part)
            if part["table"] == "figures" and path.exists():
                rows = _rows(con, f"SELECT receipt FROM read_parquet({text(path)}) WHERE {_is(found.figure)}")
                if rows:
                    return None if rows[0]["receipt"] == found.figure["receipt"] else rows[0]["receipt"]
    return ""


def _public_receipt(con: duckdb.DuckDBPyConnection, again: Row, key: Key) -> str:
    """The receipt that the public sees, from the officers' minted again."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE of_public AS SELECT * EXCLUDE (receipt), receipt AS numerator_digest, "
        f"'' AS denominator_digest FROM {AGAIN} WHERE {_is(again)}"
    )
    receipts.mint(con, "of_public", "public", key)
    [(receipt,)] = con.execute("SELECT receipt FROM of_public").fetchall()
    return str(receipt)


def _is(figure: Row) -> str:
    """SQL: the rows with a figure's key."""
    return " AND ".join(f"{quote(name)} = {text(figure[name])}" for name in KEY)


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
