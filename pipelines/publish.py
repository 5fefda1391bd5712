"""From an officers' release to what members and the public read.

Belongs here: choosing what may be public, writing it as a release of its own store, and flipping the public pointer.
Does not belong here: making figures, or protecting small numbers (the room `disclosure`: what it gives by group has
been attacked, with all that was published before, ahead of anything being written). Row by row only what others have
published is public: area inspections, and Ombudsman decisions with the actions that answer them.
"""

from __future__ import annotations

from typing import Any

import duckdb

from pipelines import durable, past, releases
from pipelines.contracts import catalogue
from pipelines.disclosure import breakdowns, publications, tables
from pipelines.disclosure.groupings import Grouping
from pipelines.evidence import balances, changes, receipts, recount, restated
from pipelines.intake import key as keys
from pipelines.intake.receive import connection
from pipelines.model.schema import BREAKDOWNS
from pipelines.progress import Progress, quiet
from pipelines.settings import Settings

CHILDREN_FEEDS = ("placements",)
"""Feeds of which the number of rows already says something about children: nothing about their files is public."""
_SAFE = f"coalesce(feed NOT IN ({', '.join(map(releases.text, CHILDREN_FEEDS))}), true)"
_SHOWN = "measure IN (SELECT measure FROM measures WHERE protect IN ('process', 'published'))"
_COUNTED = f"(fact, date) IN (SELECT (fact, date) FROM measures WHERE {_SHOWN})"
_PUBLISHED_CASE = "coalesce(published_reference, '?') <> '?'"
"""Of listed_cases: the Ombudsman has published the decision."""
PUBLIC_TABLES = {
    "measures": "SELECT measures.* REPLACE (coalesce(offered.breakdowns, []) AS breakdowns) FROM measures "
    "LEFT JOIN (SELECT measure, list(DISTINCT breakdown ORDER BY breakdown) AS breakdowns FROM group_figures "
    "GROUP BY measure) AS offered ON offered.measure = measures.measure WHERE protect IN ('process', 'published')",
    "places": "SELECT * FROM places",
    "spans": "SELECT * FROM spans "
    "WHERE span IN (SELECT span FROM measures WHERE protect IN ('process', 'published'))",
    "breakdowns": "SELECT * FROM breakdowns SEMI JOIN group_figures USING (breakdown)",
    "groups": 'SELECT shown.breakdown, shown."group", coalesce(groups.label, upper(left(shown."group", 1)) || '
    'shown."group"[2:]) AS label, coalesce(groups.position, 100000) AS position '
    'FROM (SELECT DISTINCT breakdown, "group" FROM group_figures) AS shown '
    'LEFT JOIN groups ON groups.breakdown = shown.breakdown AND groups."group" = shown."group"',
    "fact_columns": "SELECT * FROM fact_columns",
    "neighbours": "SELECT * FROM neighbours",
    "funnels": f"SELECT * FROM funnels WHERE {_SHOWN}",
    "charts": f"SELECT * FROM charts WHERE {_SHOWN}",
    "left_out": f"SELECT * FROM left_out WHERE breakdown = '' AND {_SHOWN}",
    "undated": f"SELECT * FROM undated WHERE breakdown = '' AND {_COUNTED}",
    "counting_steps": f"SELECT * FROM counting_steps WHERE {_SHOWN}",
    "sources": f"SELECT * FROM sources WHERE {_COUNTED}",
    "deliveries": "SELECT * REPLACE (CAST(NULL AS VARCHAR) AS file, CAST(NULL AS VARCHAR) AS sent_by, "
    "CAST([] AS VARCHAR[]) AS sheets) FROM deliveries "
    f"WHERE state <> 'refused' AND {_SAFE}",
    "checks": "SELECT checks.* FROM checks SEMI JOIN deliveries USING (number, feed) WHERE " + _SAFE,
    "rules": "SELECT * FROM rules",
    "freshness": f"SELECT * FROM freshness WHERE {_SAFE}",
    "listed_inspections": "SELECT * FROM listed_inspections",
    "listed_cases": f"SELECT * FROM listed_cases WHERE {_PUBLISHED_CASE}",
    "listed_actions": "SELECT * REPLACE (CAST(NULL AS VARCHAR) AS evidence) FROM listed_actions "
    "WHERE source = 'ombudsman' AND (council, source_key) IN "
    f"(SELECT (council, case_key) FROM listed_cases WHERE {_PUBLISHED_CASE})",
    "balances": f"SELECT * FROM balances WHERE feed <> '' AND {_SAFE} AND step IN {balances.PUBLIC_STEPS}",
}
"""The public store's tables, from an officers' release. Anything not named here stays behind."""
_NOT_PUBLIC = ("receipt", "random", "previous_random")
"""Columns of figures that stay behind, where a release has them: a group's counts among them."""
_LOOKS_IN = {"listed_actions": ("listed_cases",)}
"""Table -> others that its query looks in; where a release lacks one, nothing of the table is public."""
PUBLIC_FIGURES = f"""SELECT COLUMNS(lambda name: name NOT IN {_NOT_PUBLIC}), receipt AS numerator_digest,
        '' AS denominator_digest
    FROM figures WHERE breakdown = '' AND {_SHOWN}"""


def publish(
    settings: Settings, release: str, *, by: str, note: str, progress: Progress = quiet
) -> tuple[str, bool]:
    """Publish an officers' release; returns the public release's id and whether it is new.

    The approval (`by`, a role, and `note`) is written into the public release, which names the one before it.

    Raises:
        releases.NoRelease: there is no such officers' release.
        ValueError: `by` or `note` is empty.
        receipts.ReceiptCollision: two figures got the same id; nothing was published.
    """
    if not by.strip() or not note.strip():
        raise ValueError("Say who approves the publication (--by, a role) and why (--note).")
    with durable.store_lock(settings.store):
        key = keys.load(settings)
        manifest = releases.read_manifest(settings, "officers", release)
        current = releases.current_release(settings, "public")
        before = releases.read_manifest(settings, "public", current) if current else None
        with connection(settings) as con:
            past.fill(con, settings.audience("officers"), manifest, copied=False)
            con.execute(f"CREATE TEMP TABLE public_figures AS {PUBLIC_FIGURES} ORDER BY ALL")
            _by_group(con, settings, manifest, before, progress)
            con.execute("INSERT INTO public_figures BY NAME SELECT * FROM group_figures ORDER BY ALL")
            receipts.mint(con, "public_figures", "public", key)
            progress("Writing the publication", 0, 1)
            parts = _parts(con, settings, before)
        public = {
            **{
                name: manifest[name]
                for name in ("as_of", "demonstration", "code_version", "contracts", "definitions")
            },
            "audience": "public",
            "made_at": settings.now(),
            "officers_release": manifest["release"],
            "officers_sha256": durable.file_digest(
                releases.manifest_path(settings, "officers", manifest["release"])
            ),
            "by": by.strip(),
            "note": note.strip(),
            "compared_with": before["release"] if before else None,
            "parts": parts,
        }
        added = releases.add(settings, "public", public, flip=True)
        releases.prune(settings, "public")
        return added


def _parts(
    con: duckdb.DuckDBPyConnection, settings: Settings, before: releases.Manifest | None
) -> list[dict[str, Any]]:
    """Write every table of the publication."""
    held = {name for (name,) in con.execute("SHOW TABLES").fetchall()}  # an older release has fewer
    queries = {
        table: query for table, query in PUBLIC_TABLES.items() if {table, *_LOOKS_IN.get(table, ())} <= held
    }
    queries |= {"figures": "SELECT * FROM public_figures"} | {
        name: f"SELECT * FROM {name}" for name in tables.TABLES
    }

    def written(table: str, query: str) -> list[dict[str, Any]]:
        return releases.write_parts(con, settings, "public", table, "", query)

    parts = [part for table, query in queries.items() for part in written(table, query)]
    now = releases.files_of(settings, parts)
    was = releases.files_of(settings, before["parts"]) if before else None
    compared = (changes.compare(con, now, was), restated.restated(con, now, was))
    return parts + [part for table in compared for part in written(table, f"FROM {table}")]


def _by_group(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    manifest: releases.Manifest,
    before: releases.Manifest | None,
    progress: Progress,
) -> None:
    """Make group_figures, protection and attacks: what is public by group, held against all that was published."""
    contracts = catalogue.load(settings)
    try:
        measures = recount.catalogue_of(manifest)
    except recount.CannotRecount:
        measures = {}  # an older release, whose definitions this version cannot read: nothing by group
    thresholds = {council: names.hide_below for council, names in contracts.names.items()}
    earlier = publications.told(con, figures_published(settings), measures)
    given = breakdowns.Given(
        measures, _coarser(contracts), thresholds, earlier, _groupings(con, settings, before)
    )
    tables.make(con, breakdowns.protected(con, given, progress=progress), given, "public_figures")


def figures_published(settings: Settings, until: str | None = None) -> list[str]:
    """The public figures of every publication up to one, as SQL relations: the oldest first, each part once."""
    found: dict[str, None] = {}
    for head in past.stood(settings.audience("public")):
        if until is not None and past.order(head.release) > past.order(until):
            continue
        manifest = releases.read_manifest(settings, "public", head.release)
        for part in manifest["parts"]:
            if part["table"] == "figures":
                found[f"read_parquet({releases.text(releases.part_path(settings, part))})"] = None
    return list(found)


def _coarser(contracts: catalogue.Catalogue) -> dict[str, dict[str, str]]:
    """Breakdown -> code -> its coarser group, where the code list has one."""
    found = {
        name: {code.code: code.group for code in codes if code.group}
        for name, codes in contracts.codes.items()
    }
    return {name: groups for name, groups in found.items() if groups and name in BREAKDOWNS}


def _groupings(
    con: duckdb.DuckDBPyConnection, settings: Settings, before: releases.Manifest | None
) -> dict[tuple[str, str, str], Grouping]:
    """Council, measure and breakdown -> how its groups were shown by any publication; the newest stands."""
    found: dict[tuple[str, str, str], Grouping] = {}
    for head in past.stood(settings.audience("public")) if before else ():
        for part in releases.read_manifest(settings, "public", head.release)["parts"]:
            if part["table"] != "protection":
                continue
            for council, measure, breakdown, coarser, named in con.execute(
                f"SELECT council, measure, breakdown, coarser, named FROM "
                f"read_parquet({releases.text(releases.part_path(settings, part))}) WHERE state <> 'not_shown'"
            ).fetchall():
                names = None if named is None else frozenset(named)
                found[council, measure, breakdown] = Grouping(coarser, names)
    return found
