"""Verifying the databases that pages read, against the parts of their releases.

Belongs here: holding a database against parts, row for row. Does not belong here: making one (`releases`), the bytes of
files (`store_files`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines import past, releases
from pipelines.evidence import recount
from pipelines.evidence.chain import CHANGED, Chain
from pipelines.progress import Progress
from pipelines.releases import quote, text
from pipelines.settings import AUDIENCES


def check(chain: Chain, progress: Progress | None = None) -> None:
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
