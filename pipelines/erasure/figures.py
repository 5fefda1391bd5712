"""Which figures cannot be counted again once rows are gone.

Belongs here: counting the figures of every release that held such rows from what is left, and naming those that come
out otherwise. Does not belong here: counting (`evidence.recount`), or taking the rows out (`parts`).

The figures themselves stay as they were told. A figure is touched where any of its columns comes out otherwise: also
where the erased rows were of the year that it is compared with.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines import durable, releases
from pipelines.evidence import recount
from pipelines.intake.key import Key
from pipelines.intake.receive import connection
from pipelines.measures.catalogue import Catalogue
from pipelines.progress import Progress
from pipelines.releases import Manifest, part_path, text
from pipelines.settings import Settings

Receipts = dict[str, list[str]]
"""Digest of a part of figures -> receipts."""
SLOTS = "planned_audits"
"""The fact whose rows are promised audits: an erased audit is none of them, and fulfilled one."""
THEMES = {"audit_themes": "is_found OR is_strength", "review_themes": "is_found"}
"""Facts with a row for each theme that anybody named -> whether a row names it."""
SETTINGS = "setting_months"
"""The fact whose rows are providers in use: an erased child may have been the only one with a provider."""


@dataclass
class Touched:
    """What an erasure does to figures."""

    figures: dict[str, Receipts] = field(default_factory=lambda: {"officers": {}, "public": {}})
    """Audience -> figures that cannot be counted again."""
    from_originals: dict[str, Receipts] = field(default_factory=lambda: {"officers": {}, "public": {}})
    """Figures that can be counted again from the facts, and no longer from the originals."""
    releases: list[str] = field(default_factory=list)
    """Officers' releases that held the rows."""
    publications: list[str] = field(default_factory=list)
    not_told: list[str] = field(default_factory=list)
    """Why nothing can be told of some releases."""

    @property
    def receipts(self) -> int:
        return len(
            {receipt for parts in self.figures.values() for held in parts.values() for receipt in held}
        )

    def told(self, audience: str, number: int, on: str) -> dict[str, Any]:
        """The record for one audience."""
        return {"number": number, "on": on, "figures": self.figures[audience],
                "from_originals": self.from_originals[audience]}  # fmt: skip


def touched(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    key: Key,
    reduced: Mapping[Path, Path],
    progress: Progress,
) -> Touched:
    """What comes out otherwise of the figures of every release, counted from the parts without the rows.

    Args:
        con: with TEMP TABLE erased_keys (`parts.given`).
        reduced: stored part -> the part without the rows.
    """
    found, done = Touched(), dict[str, list[dict[str, Any]]]()
    history = releases.history(settings, "officers")
    keys: dict[str, list[dict[str, Any]]] = {}
    for at, manifest in enumerate(history):
        progress("Counting what is left", at, len(history))
        for council in recount.councils_of(manifest):
            parts = recount.parts_of(manifest, council)
            if not any(part_path(settings, part) in reduced for part in parts):
                continue
            if manifest["release"] not in found.releases:
                found.releases.append(manifest["release"])
            name = durable.digest([manifest["definitions"], sorted(part["sha256"] for part in parts)])
            if name not in done:
                done[name] = _council(con, settings, key, manifest, council, reduced, found)
            keys.setdefault(manifest["release"], []).extend(done[name])
    _public(con, settings, keys, found)
    return found


def _council(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    key: Key,
    manifest: Manifest,
    council: str,
    reduced: Mapping[Path, Path],
    found: Touched,
) -> list[dict[str, Any]]:
    """Name the figures of a council that are touched; returns their keys."""
    parts = recount.parts_of(manifest, council)
    scratch = replace(settings, data=settings.work / f"left-of-{manifest['release']}-{council}")
    for part in parts:
        path, there = part_path(settings, part), part_path(scratch, part)
        durable.private_folder(there.parent)
        _beside(reduced.get(path, path), there)
    stored = relation(settings, parts, "figures")
    keys = []
    try:
        catalogue = recount.catalogue_of(manifest)
        with connection(settings) as own:
            recount.recount(own, scratch, manifest, council, catalogue, key)
            columns = recount.columns_of(own, stored)
            _, _, differ = recount.differences(own, stored, recount.AGAIN, columns, limit=10**9)
            gone = {part["table"] for part in parts if part_path(settings, part) in reduced}
            others = _of_others(own, scratch, parts, gone)
        keys = [one.figure for one in differ if one.figure["receipt"]]
        receipts = {one["receipt"] for one in keys}
        _by_part(con, settings, parts, receipts, found.figures["officers"])
        not_made = {*_of_slots(con, settings, parts, catalogue),
                    *_of_facts(con, settings, parts, catalogue, others)}  # fmt: skip
        _by_part(con, settings, parts, not_made - receipts, found.from_originals["officers"])
    except recount.CannotRecount as problem:
        found.not_told.append(str(problem))
    finally:
        shutil.rmtree(scratch.data, ignore_errors=True)
    return keys


def relation(settings: Settings, parts: Sequence[Mapping[str, Any]], table: str) -> str:
    """SQL: the rows of a table in some parts."""
    files = ", ".join(text(part_path(settings, part)) for part in parts if part["table"] == table)
    return f"read_parquet([{files}], union_by_name = true)"


def _by_part(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    parts: Sequence[Mapping[str, Any]],
    receipts: Set[str],
    told: Receipts,
) -> None:
    """Tell which part of figures has which of some receipts."""
    for part in parts:
        if part["table"] == "figures":
            query = f"SELECT receipt FROM read_parquet({text(part_path(settings, part))}) ORDER BY receipt"
            of_part = [receipt for (receipt,) in con.execute(query).fetchall() if receipt in receipts]
            if of_part:
                told[part["sha256"]] = of_part


def _beside(path: Path, there: Path) -> None:
    try:
        os.link(path, there)
    except OSError:  # another disk, or a system without hard links
        shutil.copyfile(path, there)


def _of_slots(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    parts: Sequence[Mapping[str, Any]],
    catalogue: Catalogue,
) -> list[str]:
    """Receipts of figures of promised audits that an erased one may have fulfilled, in their own period or the year
    before."""
    tables = {part["table"] for part in parts}
    of = [measure.id for measure in catalogue.values() if SLOTS in {term.fact for term in measure.terms}]
    if not of or not {"fact_audits", f"fact_{SLOTS}"} <= tables:
        return []
    audits, slots, figures = (
        relation(settings, parts, name) for name in ("fact_audits", f"fact_{SLOTS}", "figures")
    )
    within = "slots.month BETWEEN f.period_start - INTERVAL {0} MONTH AND f.period_end - INTERVAL {0} MONTH"
    return [
        receipt
        for (receipt,) in con.execute(
            f"""WITH gone AS (SELECT DISTINCT audit_type::VARCHAR AS kind, planned_month FROM
                {audits} WHERE audit_key IN (SELECT key FROM erased_keys)),
            slots AS (SELECT DISTINCT s.planned_month AS month FROM {slots} s JOIN gone
                ON s.audit_type::VARCHAR = gone.kind AND gone.planned_month <= s.planned_month
                AND gone.planned_month > s.planned_month - to_months(s.months_spanned::INTEGER))
            SELECT DISTINCT receipt FROM {figures} f
            WHERE measure IN ({", ".join(map(text, of))}) AND EXISTS (SELECT 1 FROM slots
                WHERE ({within.format(0)}) OR ({within.format(12)}))"""
        ).fetchall()
    ]


def _of_others(
    con: duckdb.DuckDBPyConnection, left: Settings, parts: Sequence[Mapping[str, Any]], gone: Set[str]
) -> set[str]:
    """Facts in which rows of others are not made again: those of a theme that only erased rows named, and of providers,
    where a child's placements went. `gone`: the tables from which rows go."""
    found = {SETTINGS} if "fact_placements" in gone else set()
    for fact, names in THEMES.items():
        if f"fact_{fact}" in gone:
            alone = con.execute(
                f"SELECT 1 FROM {relation(left, parts, f'fact_{fact}')} GROUP BY learning_theme "
                f"HAVING NOT bool_or({names}) LIMIT 1"
            ).fetchall()
            found |= {fact} if alone else set()
    return found


def _of_facts(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    parts: Sequence[Mapping[str, Any]],
    catalogue: Catalogue,
    facts: Set[str],
) -> list[str]:
    """Receipts of the figures that count some facts."""
    of = [measure.id for measure in catalogue.values() if facts & {term.fact for term in measure.terms}]
    if not of:
        return []
    query = f"SELECT receipt FROM {relation(settings, parts, 'figures')} WHERE measure IN ({', '.join(map(text, of))})"
    return [receipt for (receipt,) in con.execute(query).fetchall()]


def _public(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    keys: Mapping[str, list[dict[str, Any]]],
    found: Touched,
) -> None:
    """The public's receipts of the same figures."""
    named = ", ".join(f'"{name}"' for name in recount.KEY)
    for manifest in releases.history(settings, "public"):
        of = keys.get(manifest["officers_release"], [])
        if manifest["officers_release"] not in found.releases:
            continue
        found.publications.append(manifest["release"])
        columns = dict.fromkeys(recount.KEY, "VARCHAR")
        releases.table_of(
            con, "keys_touched", columns, [[str(one[name]) for name in recount.KEY] for one in of]
        )
        texts = ", ".join(f'"{name}"::VARCHAR AS "{name}"' for name in recount.KEY)
        for part in manifest["parts"]:
            if part["table"] == "figures":
                rows = f"SELECT receipt, {texts} FROM read_parquet({text(part_path(settings, part))})"
                told = con.execute(
                    f"SELECT DISTINCT receipt FROM ({rows}) SEMI JOIN keys_touched USING ({named}) ORDER BY 1"
                ).fetchall()
                found.figures["public"][part["sha256"]] = [receipt for (receipt,) in told]
