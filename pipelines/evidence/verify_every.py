"""Verifying every figure of every release, against what is made again from the facts.

Belongs here: which figures are counted again together, and what came of each release.
Does not belong here: making figures again (`recount`, `recount_public`), a figure by its receipt (`verify`), databases
(`verify_databases`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from pipelines import durable, releases
from pipelines.evidence import recount, recount_public
from pipelines.evidence.chain import OF_AUDIENCE, Chain
from pipelines.evidence.recount import AGAIN, KEY, CannotRecount, Difference
from pipelines.intake.key import Key
from pipelines.progress import Progress
from pipelines.releases import Manifest, text
from pipelines.settings import AUDIENCES, Settings

Recounted = tuple[int, int, list[Difference], str]
"""(figures, how many differ, the first differences, why they could not be counted again)"""


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
            recount_public.figures(con, settings, officers, manifest, key)
            columns = [name for name in recount.columns_of(con, held) if key is not None or name != "receipt"]
            return *recount.differences(con, held, "figures", columns), ""
    except duckdb.Error as problem:
        return (
            0,
            0,
            [],
            f"The figures of publication {manifest['release']} cannot be read ({type(problem).__name__}).",
        )


def _ranges_of_public(
    chain: Chain, manifest: Manifest, own: Sequence[Mapping[str, Any]], release: Release
) -> None:
    known = recount.catalogue_of(manifest)
    with duckdb.connect() as con:
        for part in own:
            path = releases.part_path(chain.settings, part)
            try:
                rows = recount.rows(con, f"SELECT * FROM read_parquet({text(path)})")
            except duckdb.Error as problem:
                release.problems.append(f"The published figures cannot be read ({type(problem).__name__}).")
                continue
            release.figures += len(rows)
            for row in rows:
                columns = recount_public.ranges(row) if known[row["measure"]].is_share else []
                wrong = [
                    Difference({name: row[name] for name in (*KEY, "receipt")}, name, stored, again)
                    for name, stored, again in columns if not recount.same(stored, again)
                ]  # fmt: skip
                release.differ += bool(wrong)
                release.differences += wrong
