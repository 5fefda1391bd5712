"""From an officers' release to what members and the public read.

Belongs here: choosing what may be public, writing it as a release of its own store, and flipping the public pointer.
Does not belong here: making figures, or protecting small numbers (the room `disclosure`, not built yet: until it is,
only whole-council counts of work and nationally published figures are public). Row by row only what somebody else has
published is: area inspections, and Ombudsman decisions with the actions that answer them.
"""

from __future__ import annotations

from dataclasses import asdict

from pipelines import durable, releases
from pipelines.evidence import balances, changes, receipts, restated
from pipelines.intake import key as keys
from pipelines.intake.receive import connection
from pipelines.settings import Settings

_SHOWN = "measure IN (SELECT measure FROM measures WHERE protect IN ('process', 'published'))"
_COUNTED = f"(fact, date) IN (SELECT (fact, date) FROM measures WHERE {_SHOWN})"
_PUBLISHED_CASE = "coalesce(published_reference, '?') <> '?'"
"""Of listed_cases: the Ombudsman has published the decision."""
PUBLIC_TABLES = {
    "measures": "SELECT * FROM measures WHERE protect IN ('process', 'published')",
    "places": "SELECT * FROM places",
    "spans": "SELECT * FROM spans",
    "breakdowns": "SELECT * FROM breakdowns WHERE false",
    "groups": "SELECT * FROM groups WHERE false",
    "fact_columns": "SELECT * FROM fact_columns",
    "charts": f"SELECT * FROM charts WHERE {_SHOWN}",
    "left_out": f"SELECT * FROM left_out WHERE breakdown = '' AND {_SHOWN}",
    "undated": f"SELECT * FROM undated WHERE breakdown = '' AND {_COUNTED}",
    "counting_steps": f"SELECT * FROM counting_steps WHERE {_SHOWN}",
    "sources": f"SELECT * FROM sources WHERE {_COUNTED}",
    "deliveries": "SELECT * REPLACE (CAST(NULL AS VARCHAR) AS file, CAST(NULL AS VARCHAR) AS sent_by, "
    "CAST([] AS VARCHAR[]) AS sheets) FROM deliveries "
    "WHERE state <> 'refused'",
    "checks": "SELECT checks.* FROM checks SEMI JOIN deliveries USING (number, feed)",
    "rules": "SELECT * FROM rules",
    "freshness": "SELECT * FROM freshness",
    "listed_inspections": "SELECT * FROM listed_inspections",
    "listed_cases": f"SELECT * FROM listed_cases WHERE {_PUBLISHED_CASE}",
    "listed_actions": "SELECT * REPLACE (CAST(NULL AS VARCHAR) AS evidence) FROM listed_actions "
    "WHERE source = 'ombudsman' AND (council, source_key) IN "
    f"(SELECT (council, case_key) FROM listed_cases WHERE {_PUBLISHED_CASE})",
    "balances": f"SELECT * FROM balances WHERE feed <> '' AND step IN {balances.PUBLIC_STEPS}",
}
"""The public store's tables, from an officers' release. Anything not named here stays behind."""
_LOOKS_IN = {"listed_actions": ("listed_cases",)}
"""Table -> others that its query looks in; where a release lacks one, nothing of the table is public."""
PUBLIC_FIGURES = f"""SELECT * EXCLUDE (receipt), receipt AS numerator_digest, '' AS denominator_digest FROM figures
    WHERE breakdown = '' AND {_SHOWN}"""


def publish(settings: Settings, release: str, *, by: str, note: str) -> tuple[str, bool]:
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
        database = releases.database_path(settings, "officers", manifest["release"])
        if not database.exists():
            releases.build_database(settings, "officers", manifest)
        with connection(settings) as con:
            con.execute(f"ATTACH {releases.text(database)} AS officers (READ_ONLY)")
            con.execute("USE officers")
            con.execute(f"CREATE TEMP TABLE public_figures AS {PUBLIC_FIGURES} ORDER BY ALL")
            receipts.mint(con, "public_figures", "public", key)
            held = {name for (name,) in con.execute("SHOW TABLES").fetchall()}  # an older release has fewer
            queries = {
                table: query for table, query in PUBLIC_TABLES.items()
                if {table, *_LOOKS_IN.get(table, ())} <= held
            }  # fmt: skip
            queries |= {"figures": "SELECT * FROM public_figures"}
            parts = [
                asdict(
                    releases.write_part(
                        con, settings, "public", table, "", f"SELECT * FROM ({query}) ORDER BY ALL"
                    )
                )
                for table, query in queries.items()
            ]
            current = releases.current_release(settings, "public")
            before = releases.read_manifest(settings, "public", current) if current else None
            now = releases.files_of(settings, parts)
            was = releases.files_of(settings, before["parts"]) if before else None
            parts += [
                asdict(
                    releases.write_part(
                        con, settings, "public", table, "", f"SELECT * FROM {table} ORDER BY ALL"
                    )
                )
                for table in (changes.compare(con, now, was), restated.restated(con, now, was))
            ]
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
