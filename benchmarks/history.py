"""Five hundred releases of a growing council: how long opening any of them takes, and what each adds to the store.

Belongs here: making the releases, and what is measured of them. Does not belong here: the job itself (`__main__`).

A council with three years of audits sends a file each week, which holds its newest month so far: 13 real runs, a quarter
of a year. Between two of them lie releases made by a shorter way, so that 500 take minutes: the parts that the real run
before changed are written again with other bytes (a note in the Parquet file), and `releases.add` adds a manifest that
shares all other parts and names one delivery more. So every part is made by the real run, and every manifest by the real
`add`; only what is said of the deliveries in between is left out of the tables about deliveries, which are cut into parts
of 50 arrivals.

In proportion means: the bytes that a real run adds to the store for its release (parts, manifest, partition), against
the bytes of those rows in its parts that the release before did not have.
"""

# ruff: noqa: E501 - SQL and tables read better unbroken

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks import made

AUDITS = 1_700
WEEKS = 13
A_WEEK = 11
"""Audits: as many as the demonstration county's."""
NEXT_MONTH = date(2026, 4, 1)
PLACES = {"first": 0, "middle": 0.5, "last": 1}


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(folder: Path, number: int) -> dict[str, Any]:
    """Seconds and bytes, over `number` releases."""
    from pipelines import past, releases
    from pipelines import settings as program
    from pipelines.run import run

    settings = program.load({"SEND_AUDIT_DATA": str(folder / "history"), "SEND_AUDIT_KEY_FILE": str(folder / "history-key")})  # fmt: skip
    officers = settings.audience("officers")
    settings = replace(settings, today=made.EXTRACTED_ON)
    to_inbox(settings, made.deliver(folder / "history-files", "990", AUDITS))
    run(settings)
    before = releases.read_manifest(settings, "officers")
    weeks = min(WEEKS, number - 1)
    told, adding, between = [], [], []
    for week in range(weeks):
        settings = replace(settings, today=made.EXTRACTED_ON + timedelta(weeks=week + 1))
        start = stored(settings)
        to_inbox(settings, week_of(folder, week))
        adding.append(seconds(lambda settings=settings: run(settings)))  # type: ignore[misc]
        now = releases.read_manifest(settings, "officers")
        told.append({"stored": stored(settings) - start, **changed(settings, before, now)})
        extra = (number - 1 - weeks) * (week + 1) // weeks - (number - 1 - weeks) * week // weeks
        between += [more(settings, before, now, n) for n in range(extra)]
        before = now
    ids = [head.release for head in past.heads(officers)]
    return {
        "releases": len(ids),
        **{name: sum(one[name] for one in told) / len(told) for name in told[0]},
        "worst": max(one["stored"] / one["changed"] for one in told),
        "manifest_bytes": past.manifest_path(officers, ids[-1]).stat().st_size,
        "run_first": sum(adding[:3]) / len(adding[:3]),
        "run_last": sum(adding[-3:]) / len(adding[-3:]),
        "opened": open_some(settings, ids),
    }


def to_inbox(settings: Any, files: list[Path]) -> None:
    settings.inbox.mkdir(parents=True, exist_ok=True)
    for path in files:
        path.rename(settings.inbox / path.name)


def week_of(folder: Path, week: int) -> list[Path]:
    """The files of a week: all audits so far of the month that it lies in, and their participation."""
    month, of_month = divmod(week, 4)
    first = date(
        NEXT_MONTH.year + (NEXT_MONTH.month - 1 + month) // 12, (NEXT_MONTH.month - 1 + month) % 12 + 1, 1
    )
    own = folder / f"history-{week}"
    files = made.deliver(
        own, "990", A_WEEK * (of_month + 1), AUDITS + 4 * A_WEEK * month, first=first, months=1
    )
    return files[1:]


def changed(settings: Any, before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, float]:
    """`parts`: bytes of the parts that a release does not share with the one before; `changed`: of those rows in them
    that the one before does not have, as large as the rows of the part are on average."""
    import duckdb

    from pipelines import releases
    from pipelines.evidence.recount import relation

    had = releases.files_of(settings, before["parts"])
    parts, rows = 0.0, 0.0
    with duckdb.connect() as con:
        for part in now["parts"]:
            held = had.get(part["table"], {})
            if part["sha256"] in held:
                continue
            parts += part["bytes"]
            own = relation([releases.part_path(settings, part)])
            new = part["rows"]
            if held and part["table"] not in releases.COMPARED:  # which are new as a whole
                [(new,)] = con.execute(
                    f"SELECT count(*) FROM (FROM {own} EXCEPT ALL FROM {relation(held.values())})"
                ).fetchall()
            rows += part["bytes"] * new / max(part["rows"], 1)
    return {"parts": parts, "changed": rows}


def more(settings: Any, before: Mapping[str, Any], now: Mapping[str, Any], n: int) -> float:
    """One release more, after a real run; returns the seconds that `releases.add` took."""
    import duckdb

    from pipelines import durable, releases

    durable.private_folder(settings.work)
    had = {part["sha256"] for part in before["parts"]}
    numbers = range(len(now["deliveries"]), len(now["deliveries"]) + n + 1)
    parts = []
    with duckdb.connect() as con:
        for part in now["parts"]:
            if part["sha256"] not in had:
                made_again = settings.work / "part.parquet"
                con.execute(
                    f"COPY (FROM read_parquet({releases.text(releases.part_path(settings, part))})) TO "
                    f"{releases.text(made_again)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{release: '{n}'}})"
                )
                part = part | {"sha256": durable.file_digest(made_again), "bytes": made_again.stat().st_size}
                durable.place_file(made_again, releases.part_path(settings, part))
            parts.append(part)
    checked = {str(10_000 + number): [f"{number:032x}", f"{number:064x}"] for number in numbers}
    manifest = dict(now) | {
        "made_at": settings.now(),
        "parts": parts,
        "deliveries": [
            *now["deliveries"],
            *({"sha256": f"{m:064x}", "number": 10_000 + m, "feeds": ["case_audits"]} for m in numbers),
        ],
        "chain": now["chain"] | {"checked": now["chain"]["checked"] | checked},
    }
    return seconds(lambda: releases.add(settings, "officers", manifest, flip=False))


def open_some(settings: Any, ids: list[str]) -> dict[str, float]:
    """Seconds to open the first, the middle and the last release, with a database and without."""
    from pipelines import releases

    found = {}
    for kept in (False, True):
        for name, share in PLACES.items():
            release = ids[round(share * (len(ids) - 1))]
            if kept:
                releases.build_database(
                    settings, "officers", releases.read_manifest(settings, "officers", release)
                )
            else:
                releases.database_path(settings, "officers", release).unlink(missing_ok=True)
            found[f"{name}, {'kept' if kept else 'pruned'}"] = opened(settings, release)
    return found


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
    """Bytes of what releases are kept in: databases can be made again at any time, deliveries are the suppliers'."""
    kept = (
        "officers/parts",
        "officers/releases",
        "officers/texts",
        "records/parts",
        "records/partitions",
        "records/texts",
    )
    return sum(
        path.stat().st_size
        for folder in kept
        for path in (settings.store / folder).rglob("*")
        if path.is_file()
    )


def rows(found: Mapping[str, Any]) -> list[tuple[str, float, str, str]]:
    """What was measured beside what was aimed at, as `__main__` shows it."""
    made_of = (
        f"{found['stored'] / 1000:,.0f} kB: parts {found['parts'] / 1000:,.0f} kB, of rows that changed "
        f"{found['changed'] / 1000:,.0f} kB; the last manifest {found['manifest_bytes'] / 1000:,.0f} kB"
    )
    return [
        (f"opening the {name} of {found['releases']} releases, s", spent, "1 most", "")
        for name, spent in found["opened"].items()
    ] + [
        (
            "stored for a week's release, against its rows that changed",
            found["stored"] / found["changed"],
            "3 most",
            made_of,
        ),
        ("the same, of the week with most", found["worst"], "", ""),
        ("a week's run, s: at the beginning", found["run_first"], "", ""),
        ("a week's run, s: at the end", found["run_last"], "", ""),
    ]
