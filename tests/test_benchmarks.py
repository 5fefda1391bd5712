"""The benchmark's lower bound counts what the program counts: a ratio to something else would say nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import benchmarks.__main__ as bench
from benchmarks import hand_written, made, memory
from pipelines import releases, run
from pipelines.measures import catalogue, counts
from pipelines.measures.catalogue import Term

OVER = 2026 * 12 + 3
"""April 2026, when the data was taken: months from here on are not over."""


def test_the_hand_written_script_counts_what_the_program_counts(tmp_path: Path) -> None:
    own, [council] = made.councils(bench.settings_of(tmp_path), tmp_path, 1)
    made.deliver(tmp_path / "files", council, 1_500)
    bench.to_inbox(own, tmp_path / "files")
    run.run(own)
    parts = releases.read_manifest(own, "officers")["parts"]
    files = [str(releases.part_path(own, part)) for part in parts if part["table"] == "counts"]
    measures = [each for each in catalogue.load(own.definitions).values() if each.kind != "given"]
    wanted = {
        term: by
        for term, by in counts.breakdowns_by_term(measures).items()
        if term.fact in hand_written.FACTS
    }
    bench.by_hand(tmp_path)
    with duckdb.connect(str(tmp_path / "by-hand.duckdb"), read_only=True) as con:
        ours = con.execute(
            f'SELECT fact, date, columns, month, breakdown, "group", count FROM read_parquet({files}) '
            f"WHERE fact IN {hand_written.FACTS} AND month < {OVER}"
        ).fetchall()
        by_hand = [(term.fact, term.date, term.written, *row) for term, *row in counted(con, wanted)]
    assert len(wanted) > 100
    assert len(ours) > 5_000
    assert sorted(ours) == sorted(by_hand)


def counted(
    con: duckdb.DuckDBPyConnection, wanted: dict[Term, set[str]]
) -> Iterator[tuple[Term, int, str, str, int]]:
    """Term, month, breakdown, group and count, where it is above 0, as the script's tables by month have them."""
    terms: dict[tuple[str, str], list[Term]] = {}
    for term in wanted:
        terms.setdefault((term.fact, term.date), []).append(term)
    for n, own in enumerate(terms.values()):
        found = con.execute(f"SELECT * FROM monthly_{n} WHERE month < {OVER}")
        names = [name for name, *_ in found.description]
        for values in found.fetchall():
            row: dict[str, Any] = dict(zip(names, values, strict=True))
            by = {
                name: group
                for name, group in row.items()
                if group is not None and name in hand_groups(own, wanted)
            }
            [(breakdown, group)] = by.items() or [("", "")]
            for at, term in enumerate(own):
                if row[f"n{at}"] and breakdown in ("", *wanted[term]):
                    yield term, row["month"], breakdown, group, row[f"n{at}"]


def hand_groups(own: list[Term], wanted: dict[Term, set[str]]) -> set[str]:
    return set().union(*(wanted[term] for term in own))


@pytest.mark.skipif(not memory.PROCESSES.exists(), reason="no /proc to look at processes in")
def test_memory_of_what_a_process_starts_counts_with_its_own() -> None:
    holds = "import time; held = b'x' * 100_000_000; time.sleep(1)"
    starts = (
        f"import subprocess, sys; {holds.split(';')[1]}; subprocess.run([sys.executable, '-c', {holds!r}])"
    )
    with subprocess.Popen([sys.executable, "-c", starts], text=True) as process:
        assert 200 < memory.most_megabytes(process) < 300
