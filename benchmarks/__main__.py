"""`make bench`: how fast and how large, as ratios in one run against hand-written DuckDB.

Belongs here: what is measured and against what. Each measurement runs in a process of its own, after its imports, so
that memory is its own and imports are set aside (they are in the figures from a cold start, which say so).
Does not belong here: the made-up files (`made`), the lower bound (`hand_written`).
"""

# ruff: noqa: E501 - SQL and tables read better unbroken

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import history, made, memory

HOME = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--audits", type=int, default=1_000_000, help="audits in all (1,000,000)")
    parser.add_argument(
        "--councils", type=int, default=10, help="fictional councils that they belong to (10)"
    )
    parser.add_argument("--releases", type=int, default=500, help="releases of a growing council (500)")
    parser.add_argument("--only", choices=["history"], help="measure nothing but this")
    parser.add_argument("--json", action="store_true", help="print the measurements as JSON")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        step, folder = given.child.split("=", 1)
        print(json.dumps(CHILDREN[step](Path(folder))))
        return
    with tempfile.TemporaryDirectory(prefix="send-audit-bench-") as folder:
        if given.only:
            past = history.measure(Path(folder), given.releases)
            print(json.dumps(past, indent=1) if given.json else lines_of(history.rows(past)))
            return
        results = measure(Path(folder), given.audits, given.councils, given.releases)
    print(json.dumps(results, indent=1) if given.json else table(results))


def measure(folder: Path, audits: int, councils: int, releases: int) -> dict[str, Any]:
    """Every measurement, in seconds and megabytes."""
    settings = settings_of(folder)
    _, codes = made.councils(settings, folder, councils)
    tell(f"Making {audits:,} audits of {councils} councils ...")
    for code in codes:
        made.deliver(folder / "files", code, audits // councils)
    tell("One hand-written script ...")
    by_hand = child("by_hand", folder)
    tell("The main job ...")
    ours = child("whole_run", folder)
    tell("One new delivery on top ...")
    made.deliver(folder / "more", codes[0], 5_000, start=10_000_000, seed=7)
    more = child("one_more", folder)
    tell("Verdicts and setting aside ...")
    checks = child("checks", folder)
    tell("At a council's size ...")
    small = child("small", folder)
    tell(f"{releases} releases ...")
    (folder / "releases").write_text(str(releases), encoding="utf-8")
    past = child("history", folder)
    return {
        "audits": audits,
        "councils": councils,
        "by_hand": by_hand,
        "run": ours,
        "one_more": more,
        "checks": checks,
        "small": small,
        "history": past,
    }


def settings_of(folder: Path) -> Any:
    """Settings with everything below `folder`, and its own councils once they are made."""
    from pipelines import settings

    loaded = settings.load(
        {
            "SEND_AUDIT_DATA": str(folder / "data"),
            "SEND_AUDIT_KEY_FILE": str(folder / "key"),
            "SEND_AUDIT_TODAY": str(made.EXTRACTED_ON),
        }
    )
    if (folder / "reference").exists():
        loaded = replace(loaded, reference=folder / "reference", expectations=folder / "expectations")
    return loaded


def child(step: str, folder: Path) -> dict[str, Any]:
    """What a step measured, in a process of its own; its `megabytes` with those of the processes that it started."""
    command = [sys.executable, "-m", "benchmarks", "--child", f"{step}={folder}"]
    with (
        subprocess.Popen(
            command, cwd=HOME, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process,
        ThreadPoolExecutor(1) as aside,
    ):
        watched = aside.submit(memory.most_megabytes, process)
        said, went_wrong = process.communicate()
    if process.returncode:
        raise SystemExit(f"{step} failed:\n{went_wrong[-3000:]}")
    told: dict[str, Any] = json.loads(said.splitlines()[-1])
    return told | {"megabytes": max(told["megabytes"], watched.result())} if "megabytes" in told else told


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak_megabytes() -> float:
    """Peak resident memory of this process (Linux and macOS; 0 where it cannot be told)."""
    try:
        import resource
    except ImportError:
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1_048_576 if sys.platform == "darwin" else 1024)


def warm() -> None:
    """Load what a run loads, so that imports are set aside."""
    import ibis
    import scipy.special  # noqa: F401

    from pipelines import making, run  # noqa: F401
    from pipelines.intake import verdicts
    from pipelines.measures import build  # noqa: F401
    from pipelines.model import facts  # noqa: F401

    ibis.duckdb.connect()
    verdicts._datasource()


def to_inbox(settings: Any, files: Path) -> None:
    settings.inbox.mkdir(parents=True, exist_ok=True)
    for path in files.iterdir():
        os.link(path, settings.inbox / path.name)


def whole_run(folder: Path) -> dict[str, Any]:
    from pipelines.run import run

    warm()
    settings = settings_of(folder)
    to_inbox(settings, folder / "files")
    steps: dict[str, float] = {}
    last = [time.perf_counter(), "start"]

    def progress(what: str, done: int, of: int) -> None:
        now = time.perf_counter()
        name = str(last[1]).split(" ")[0]
        steps[name] = steps.get(name, 0) + now - float(last[0])
        last[:] = [now, what]

    seconds = timed(lambda: run(settings, progress=progress))
    progress("end", 1, 1)
    return {"seconds": seconds, "megabytes": peak_megabytes(), "steps": steps}


def one_more(folder: Path) -> dict[str, Any]:
    from pipelines.run import run

    warm()
    settings = settings_of(folder)
    (file,) = (folder / "more").glob("*case-audits*")
    settings.inbox.mkdir(parents=True, exist_ok=True)
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    (settings.inbox / file.name).write_text("Corrections\n" + "".join(lines), encoding="utf-8")
    outcome: list[Any] = []
    seconds = timed(lambda: outcome.append(run(settings)))
    assert outcome[0].is_new
    assert len(outcome[0].rebuilt) == 1
    return {"seconds": seconds, "megabytes": peak_megabytes()}


def by_hand(folder: Path) -> dict[str, Any]:
    import duckdb

    from benchmarks import hand_written
    from pipelines.measures import catalogue, counts

    settings = settings_of(folder)
    measures = [each for each in catalogue.load(settings.definitions).values() if each.kind != "given"]
    wanted = {
        term: by
        for term, by in counts.breakdowns_by_term(measures).items()
        if term.fact in hand_written.FACTS
    }
    names = {
        "case_audits": "case-audits",
        "family_participation": "family-participation",
        "audit_programme": "audit-programme",
    }
    files = {feed: sorted((folder / "files").glob(f"*{name}*")) for feed, name in names.items()}
    con = duckdb.connect(str(folder / "by-hand.duckdb"), config={"memory_limit": settings.memory_limit})

    def everything() -> None:
        for statement in hand_written.script(files, hand_written.CHECKS, "2026-04-03", "2026-03-13"):
            con.execute(statement)
        hand_written.count(con, wanted)

    seconds = timed(everything)
    return {"seconds": seconds, "megabytes": peak_megabytes()}


def checks(folder: Path) -> dict[str, Any]:
    """Verdicts and setting aside on one typed table, against one hand-written aggregate query over the same table."""
    from pipelines import contracts
    from pipelines.feeds import reader
    from pipelines.intake import check, receive, typed
    from pipelines.intake import key as keys
    from pipelines.intake.verdicts import verdicts

    warm()
    settings = settings_of(folder)
    catalogue, key = contracts.load(settings), keys.load(settings)
    contract = catalogue.contracts["case_audits"]
    with receive.connection(replace(settings, memory_limit="4GB")) as con:
        whole = folder / "whole.csv"
        with whole.open("wb") as joined:
            for n, path in enumerate(sorted((folder / "files").glob("*case-audits*"))):
                content = path.read_bytes()
                joined.write(content if n == 0 else content[content.index(b"\n") + 1 :])
        tables, _ = reader.read(whole, whole.name, catalogue, con, settings)
        name = typed.make_typed(con, tables, contract, catalogue, key)
        absent = frozenset(tables[0].missing)
        scene = check.Scene(contract, made.EXTRACTED_ON)
        rules = [rule for rule in check.row_rules(contract, absent) if rule.expect not in check.KEY_PATTERNS]
        counted = ", ".join(f"count_if({check.broken(rule, scene)})" for rule in rules)
        lower_bound = timed(
            lambda: con.execute(
                f"SELECT {counted}, (SELECT count(*) FROM (SELECT council, audit_reference FROM {name} GROUP BY ALL "
                f"HAVING count(*) > 1)) FROM {name}"
            ).fetchall()
        )
        verdict = timed(lambda: verdicts(con, name, contract, catalogue, made.EXTRACTED_ON, absent))
        aside = timed(lambda: check.flag(con, name, contract, made.EXTRACTED_ON, absent))
    return {"rules": len(rules) + 2, "query": lower_bound, "verdicts": verdict, "aside": aside}


def small(folder: Path) -> dict[str, Any]:
    """A council's own size, each command as a whole process from a cold start, imports included."""
    data = folder / "small"
    files = made.deliver(data / "files", "990", 500)
    (data / "inbox").mkdir(parents=True)
    for path in files[:2]:
        path.rename(data / "inbox" / path.name)
    environ = {**os.environ, "SEND_AUDIT_DATA": str(data), "SEND_AUDIT_KEY_FILE": str(folder / "small-key")}

    def command(*words: str) -> float:
        call = [sys.executable, "-m", "pipelines.cli", *words]
        return timed(lambda: subprocess.run(call, cwd=HOME, env=environ, check=True, capture_output=True))

    release = command("run")
    figure = min(command("figure", "voice.any_family", "--json") for _ in range(3))
    return {"release": release, "figure": figure}


CHILDREN = {
    "whole_run": whole_run,
    "one_more": one_more,
    "by_hand": by_hand,
    "checks": checks,
    "small": small,
    "history": lambda folder: history.measure(folder, int((folder / "releases").read_text(encoding="utf-8"))),
}


def table(found: dict[str, Any]) -> str:
    """The measurements beside what was aimed at."""
    run, hand, more, check_times, council = (
        found[name] for name in ("run", "by_hand", "one_more", "checks", "small")
    )
    query = check_times["query"]
    rows = [
        ("main job, against one hand-written script", run["seconds"] / hand["seconds"], "1.5 aimed, 2.5 most",
         f"{run['seconds']:.1f} s and {hand['seconds']:.1f} s"),
        ("verdicts, against one hand-written query", check_times["verdicts"] / query, "", f"{check_times['verdicts']:.1f} s and {query:.1f} s"),
        ("setting aside, against the same query", check_times["aside"] / query, "", f"{check_times['aside']:.1f} s"),
        ("both together", (check_times["verdicts"] + check_times["aside"]) / query, "4 most", f"{check_times['rules']} rules"),
        ("one new delivery of 5,000 rows, against the whole job", more["seconds"] / run["seconds"], "0.1 most", f"{more['seconds']:.1f} s"),
        ("peak memory of the main job, GB", run["megabytes"] / 1000, "1.5 most", f"by hand {hand['megabytes'] / 1000:.1f}"),
        ("500 audits to a release from a cold start, s", council["release"], "15 most", ""),
        ("`send-audit figure` from a cold start, s", council["figure"], "1 most", ""),
    ]  # fmt: skip
    rows += history.rows(found["history"])
    lines = [f"{found['audits']:,} audits of {found['councils']} councils, with their participation rows", ""]
    lines.append(lines_of(rows))
    lines += [
        "",
        "Steps of the main job, s: "
        + ", ".join(f"{name} {spent:.1f}" for name, spent in run["steps"].items()),
    ]
    return "\n".join(lines)


def lines_of(rows: list[tuple[str, float, str, str]]) -> str:
    """Measurements as lines: name, value, what was aimed at, note."""
    wide = max(len(row[0]) for row in rows)
    return "\n".join(f"{name:<{wide}}  {value:6.2f}   {aim:<20} {note}" for name, value, aim, note in rows)


def tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
