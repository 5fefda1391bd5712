"""Each council's facts, counts and figures, made anew only where something that they depend on changed.

Belongs here: which inputs a council's partition depends on, whether it stands, and which councils are made together.
Does not belong here: making it (`making`), or what a release says beside (`run`).

    store/records/partitions/<council>/<digest of the inputs>.json     names the parts, and says whose rows stand
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pipelines import durable, published, releases, seals
from pipelines.contracts import PUBLISHED, Catalogue
from pipelines.evidence import delivered
from pipelines.intake import key as keys
from pipelines.intake import receive
from pipelines.intake.receive import Checked
from pipelines.progress import Progress
from pipelines.settings import HOME, Settings

Link = tuple[int, str, str, int, str]
"""(arrival's number, feed, sheet, row, code) of a row in force that names something no feed holds."""
AT_ONCE = 2
"""Shares of councils made side by side. Each has its part of the memory and of the cores."""
SMALL_PORTIONS = "PRAGMA verify_parallelism"
"""DuckDB hands out 122,880 rows at a time, which is all that a council has: one core would work, the others wait. This
makes it 2,048, keeps the order of rows as ever, and is what DuckDB's own tests run with."""
SHARED_FROM = 2_000_000
"""Rows received from which on councils are made in shares: two for every so many."""
HELD = ("parts", "in_force", "links")
"""What a partition held before partitions were sealed."""
_CODE = (
    "model", "measures", "statistics", "making.py", "partitions.py", "published.py", "receipt_ids.py", "slices.py",
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
        made = make(settings, catalogue, key, {council: by_council[council] for council in stale})
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


def make(
    settings: Settings, catalogue: Catalogue, key: keys.Key, by_council: Mapping[str, Sequence[Checked]]
) -> dict[str, dict[str, Any]]:
    """The partitions of some councils: one share of them with all cores, or several, `AT_ONCE` of them side by side."""
    from pipelines import making  # it loads all that counts, which a run without news does not need

    own = {council: list(held) for council, held in by_council.items() if council != PUBLISHED}
    made: dict[str, dict[str, Any]] = {}
    of_shares = shares(own)
    at_once = min(AT_ONCE, len(of_shares)) or 1

    def make_one(share: Sequence[str]) -> dict[str, dict[str, Any]]:
        theirs = {council: own[council] for council in share}
        with receive.connection(settings.shared_among(at_once) if at_once > 1 else settings) as con:
            if at_once == 1:
                con.execute(SMALL_PORTIONS)
            return making.make(con, settings, catalogue, key, theirs)

    with ThreadPoolExecutor(at_once) as pool:
        for of_share in pool.map(make_one, of_shares):
            made |= of_share
    if PUBLISHED in by_council:
        with receive.connection(settings) as con:
            made[PUBLISHED] = published.make(con, settings, catalogue, key, list(by_council[PUBLISHED]))
    return made


def shares(by_council: Mapping[str, Sequence[Checked]]) -> list[list[str]]:
    """Councils that are made together, of about as many rows each: few rows are quicker in one, many in several.

    Making a share costs some seconds whatever its rows; but memory is for so many rows, and a query of one council's
    rows keeps only one core busy.
    """
    rows = {
        council: sum(
            checked.profile(feed)[council]["rows"]
            for checked in held
            for feed in checked.result["feeds"]
            if council in checked.profile(feed)
        )
        for council, held in by_council.items()
    }
    every = sum(rows.values())
    number = 1 if every < SHARED_FROM else AT_ONCE * math.ceil(every / SHARED_FROM)
    made: list[list[str]] = [[] for _ in range(min(number, len(rows)))]
    for council in sorted(rows, key=lambda council: (-rows[council], council)):
        min(made, key=lambda share: (sum(rows[other] for other in share), len(share))).append(council)
    return [sorted(share) for share in made]


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


def code_digest() -> str:
    """Digest of the program's own text that facts and figures depend on: another text, and they are made anew."""
    rooms = [HOME / "pipelines" / room for room in _CODE]
    files = [path for room in rooms for path in ([room] if room.is_file() else sorted(room.rglob("*.py")))]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def texts_digest(folder: Path) -> str:
    """Digest of every text file below a folder, with its name."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".csv"))
    return durable.digest([[str(path.relative_to(folder)), durable.file_digest(path)] for path in files])
