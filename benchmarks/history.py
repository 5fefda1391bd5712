"""Five hundred releases of a growing council: how long opening any of them takes, and what each adds to the store.

Belongs here: making the releases cheaply, and what is measured of them. Two real releases, the second with one more
delivery, say which parts a delivery changes; each release after them has these parts anew, growing, and shares the
rest. Does not belong here: the job itself (`__main__`).
"""

# ruff: noqa: E501 - SQL and tables read better unbroken

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import made

AUDITS = 500
PLACES = {"first": 0, "middle": 0.5, "last": 1}


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(folder: Path, number: int) -> dict[str, Any]:
    """Seconds and bytes, over `number` releases."""
    from pipelines import past, releases
    from pipelines import settings as program

    data = folder / "history"
    settings = program.load({"SEND_AUDIT_DATA": str(data), "SEND_AUDIT_KEY_FILE": str(folder / "history-key"),
                             "SEND_AUDIT_TODAY": str(made.EXTRACTED_ON)})  # fmt: skip
    before, after = two(settings, folder)
    changed = {part["table"] for part in after["parts"]} - {
        part["table"]
        for part in after["parts"]
        if part["sha256"] in {old["sha256"] for old in before["parts"]}
    }
    start = stored(settings)
    adding = [add(settings, after, changed, n, number) for n in range(1, number + 1)]
    ids = [head.release for head in past.heads(settings.audience("officers"))]
    end = stored(settings)
    found = {
        "releases": len(ids),
        "changed_bytes": sum(written for _, written in adding) / number,
        "bytes_a_release": (end - start) / number,
        "manifest_bytes": past.manifest_path(settings.audience("officers"), ids[-1]).stat().st_size,
        "add_first": sum(spent for spent, _ in adding[:5]) / 5,
        "add_last": sum(spent for spent, _ in adding[-5:]) / 5,
        "opened": {},
    }
    for kept in (False, True):
        for name, share in PLACES.items():
            release = ids[round(share * (len(ids) - 1))]
            if kept:
                releases.build_database(
                    settings, "officers", releases.read_manifest(settings, "officers", release)
                )
            else:
                releases.database_path(settings, "officers", release).unlink(missing_ok=True)
            found["opened"][f"{name}, {'kept' if kept else 'pruned'}"] = opened(settings, release)
    return found


def two(settings: Any, folder: Path) -> Sequence[dict[str, Any]]:
    """Two real releases: a council's files, and one more delivery."""
    from pipelines import releases
    from pipelines.run import run

    manifests = []
    for start, audits in ((0, AUDITS), (10_000, 20)):
        settings.inbox.mkdir(parents=True, exist_ok=True)
        files = made.deliver(folder / f"history-{start}", "990", audits, start=start)
        for path in files if not start else files[1:]:
            text = path.read_text(encoding="utf-8")
            (settings.inbox / path.name).write_text(
                ("Corrections\n" if start else "") + text, encoding="utf-8"
            )
        run(settings)
        manifests.append(releases.read_manifest(settings, "officers"))
    return manifests


def add(settings: Any, like: Mapping[str, Any], changed: set[str], n: int, number: int) -> tuple[float, int]:
    """One release more; returns the seconds that `releases.add` took, and the bytes of the parts that changed."""
    import duckdb

    from pipelines import durable, releases

    then = replace(settings, today=made.EXTRACTED_ON + timedelta(days=n))
    durable.private_folder(then.work)
    parts = []
    with duckdb.connect() as con:
        for part in like["parts"]:
            if part["table"] not in changed or part["table"] == "changes":
                parts.append(part)
                continue
            rows = int(part["rows"] * (0.5 + 0.5 * n / number))
            query = f"SELECT * FROM read_parquet({releases.text(releases.part_path(settings, part))}) LIMIT {rows}"
            parts.append(
                asdict(releases.write_part(con, then, part["zone"], part["table"], part["council"], query))
            )
    delivered = [
        *like["deliveries"],
        *({"sha256": f"{m:064x}", "number": 100 + m, "feeds": ["case_audits"]} for m in range(n)),
    ]
    manifest = dict(like) | {
        "made_at": then.now(),
        "as_of": then.today,
        "parts": parts,
        "deliveries": delivered,
    }
    spent = seconds(lambda: releases.add(then, "officers", manifest, flip=True))
    releases.prune(then, "officers", spare_seconds=0)
    known = {part["sha256"] for part in like["parts"]}
    return spent, sum(part["bytes"] for part in parts if part["sha256"] not in known)


def opened(settings: Any, release: str) -> float:
    """Seconds from nothing to the first answer, as a page asks."""
    from dashboard import store
    from pipelines import past

    for remembered in (past._head, past._read_text, past._version):
        remembered.cache_clear()
    held = store.Store(settings.store, "officers")

    def ask() -> None:
        stood = held.stood(release)
        store.latest(held.at(stood.head.release), "voice.any_family")

    held.current()
    return seconds(ask)


def stored(settings: Any) -> int:
    """Bytes of all that lasts: databases can be made again at any time."""
    return sum(
        path.stat().st_size
        for path in settings.store.rglob("*")
        if path.is_file() and "databases" not in path.parts
    )


def rows(found: Mapping[str, Any]) -> list[tuple[str, float, str, str]]:
    """What was measured beside what was aimed at, as `__main__` shows it."""
    made_of = f"{found['changed_bytes'] / 1000:,.0f} kB of changed parts, manifest {found['manifest_bytes'] / 1000:,.0f} kB"
    return [
        (f"opening the {name} of {found['releases']} releases, s", spent, "1 most", "")
        for name, spent in found["opened"].items()
    ] + [
        (
            "stored for a release, against its changed parts",
            found["bytes_a_release"] / found["changed_bytes"],
            "1.5 most",
            made_of,
        ),
        ("adding a release, s: at the beginning", found["add_first"], "", ""),
        ("adding a release, s: at the end", found["add_last"], "", ""),
    ]
