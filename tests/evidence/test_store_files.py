"""One byte changed, or one file removed, anywhere in the store: caught, and the right file named."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from pipelines import releases, run
from pipelines.evidence import chain as chains
from pipelines.evidence import store_files
from pipelines.evidence.chain import REMOVED, UNFINISHED, Chain, Fault
from pipelines.intake import key as keys
from pipelines.settings import Settings

KINDS = {
    "an archived original": r"records/deliveries/\w+/original\.",
    "the archive's record": r"records/deliveries/\w+/manifest",
    "an arrival": r"records/arrivals/",
    "a check's result": r"records/checked/.*result\.json",
    "a check's rows": r"records/checked/.*parquet",
    "a partition": r"records/partitions/",
    "facts": r"records/parts/",
    "a list or names": r"records/texts/",
    "a text of releases": r"(officers|public)/texts/",
    "the key's fingerprint": r"records/KEY-FINGERPRINT",
    "a mark of a report": r"records/reported/",
    "a part for officers": r"officers/parts/",
    "a part for the public": r"public/parts/",
    "a manifest": r"officers/releases/",
    "a publication": r"public/releases/",
    "a database": r".*\.duckdb",
    "a database's digest": r".*\.sha256",
    "a pointer": r".*/CURRENT",
}


def looked_at(settings: Settings, *, with_key: bool = True) -> Chain:
    chain = chains.read(settings)
    store_files.check(chain, {"990": "Brackenshire"}, _fingerprint(settings) if with_key else None)
    return chain


def _fingerprint(settings: Settings) -> str:
    key = keys.at_hand(settings)
    assert key
    return key.fingerprint


def faults(settings: Settings) -> list[Fault]:
    return looked_at(settings).faults


def problems(settings: Settings) -> list[Fault]:
    return [fault for fault in faults(settings) if fault.is_problem]


def all_files(settings: Settings) -> list[Path]:
    return sorted(store_files._all(settings))


def of_kind(settings: Settings, kind: str) -> list[Path]:
    return [
        path
        for path in all_files(settings)
        if re.match(KINDS[kind], path.relative_to(settings.store).as_posix())
    ]


def names(found: list[Fault], path: Path, settings: Settings) -> bool:
    """Whether a file is named: itself, or of a database and its digest, which only say that they differ, the other."""
    pair = (
        {path, path.with_suffix(".duckdb"), path.with_suffix(".sha256")}
        if path.parent.name == "databases"
        else {path}
    )
    return bool(
        {fault.path for fault in found} & {one.relative_to(settings.store).as_posix() for one in pair}
    )


@contextmanager
def changed(path: Path, at: int, bits: int) -> Iterator[None]:
    before = path.read_bytes()
    try:
        if before:
            after = bytearray(before)
            after[at % len(before)] ^= bits
            path.write_bytes(after)
        else:
            path.write_bytes(bytes([bits]))
        yield
    finally:
        path.write_bytes(before)


@contextmanager
def removed(path: Path) -> Iterator[None]:
    before = path.read_bytes()
    path.unlink()
    try:
        yield
    finally:
        path.write_bytes(before)


def test_a_whole_store_has_no_fault_and_every_file_is_of_a_known_kind(kept: Settings) -> None:
    assert faults(kept) == []
    known = [path for kind in KINDS for path in of_kind(kept, kind)]
    assert sorted(known) == all_files(kept)
    assert all(of_kind(kept, kind) for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@given_settings(max_examples=5)
def test_one_byte_changed_is_caught_and_the_file_named(
    kept: Settings, kind: str, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(of_kind(kept, kind)))
    with changed(path, data.draw(st.integers(0, 10**7)), data.draw(st.integers(1, 255))):
        found = problems(kept)
        assert names(found, path, kept), (path, found)
        assert all(fault.what and fault.do for fault in found)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@given_settings(max_examples=4)
def test_a_file_removed_is_caught_and_named(kept: Settings, kind: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(of_kind(kept, kind)))
    with removed(path):
        found = faults(kept)
        is_old_database = path.parent.name == "databases" and path.stem not in _read_now(kept)
        # the databases of releases that nobody reads any more may be removed, and so their digests
        assert names(found, path, kept) or is_old_database, (path, found)
        if kind not in ("a mark of a report", "a database", "a database's digest", "a partition"):
            assert any(fault.kind == REMOVED and fault.is_problem for fault in found), found


def _read_now(settings: Settings) -> set[str | None]:
    return {releases.current_release(settings, audience) for audience in ("officers", "public")}


def test_a_fault_says_what_the_file_is_and_what_to_do(kept: Settings) -> None:
    [facts] = [
        path for path in of_kind(kept, "facts")
        if path.stem in str([part for part in releases.read_manifest(kept, "officers")["parts"]
                             if part["table"] == "fact_participants"])
    ]  # fmt: skip
    with changed(facts, 100, 1):
        [fault] = problems(kept)
    assert fault.what == "the facts (participants) of Brackenshire in the release 2026-04-20.1"
    assert "send-audit run" in fault.do
    original = of_kind(kept, "an archived original")[0]
    with removed(original):
        told = [fault.what for fault in problems(kept)]
    assert any(
        re.match(r"the archived original of delivery \d, sent by SEND office, received on", what)
        for what in told
    )


def test_reading_a_database_does_not_change_it(kept: Settings) -> None:
    for path in of_kind(kept, "a database"):
        with duckdb.connect(str(path), read_only=True) as con:
            con.execute("SELECT count(*) FROM figures").fetchall()
    assert faults(kept) == []


def test_what_a_kill_leaves_is_no_fault(own: Settings) -> None:
    """A file is there before what names it: an archived original, a check, a database without its digest, a manifest
    before the pointer, a file half written."""
    database = releases.database_path(own, "officers", "2026-04-20.1")
    releases.digest_path(database).unlink()
    (own.store / "officers" / ".CURRENT.0a1b2c3d.tmp").write_bytes(b"2026")
    (own.records / "reported" / "000004").unlink()
    newest = own.records / "arrivals" / "000005.json"
    assert not newest.exists()
    found = faults(own)
    assert {fault.kind for fault in found} == {UNFINISHED}
    assert len(found) == 3
    assert all(fault.do for fault in found)


def test_a_run_makes_derived_files_anew(own: Settings) -> None:
    """Removed or damaged: what can be made anew is, and the store is whole again."""
    current = releases.read_manifest(own, "officers")
    part = next(part for part in current["parts"] if part["table"] == "figures" and part["council"] == "990")
    releases.part_path(own, part).unlink()
    shutil.rmtree(of_kind(own, "a check's result")[0].parent)
    partition = of_kind(own, "a partition")[-1]
    partition.write_bytes(partition.read_bytes()[:-3])
    releases.database_path(own, "officers", current["release"]).unlink()
    assert problems(own)
    outcome = run.run(own)
    assert (outcome.release, outcome.is_new) == (current["release"], False)
    assert problems(own) == []


def test_a_file_that_is_not_ours_is_named(own: Settings) -> None:
    (own.store / "officers" / "notes.txt").write_text("x")
    [fault] = problems(own)
    assert fault.path == "officers/notes.txt"


def test_a_public_store_by_itself_can_be_looked_at(own: Settings, tmp_path: Path) -> None:
    alone = replace(own, data=tmp_path / "alone")
    shutil.copytree(own.store / "public", alone.store / "public")
    assert looked_at(alone, with_key=False).faults == []
    part = next((alone.store / "public" / "parts").iterdir())
    with changed(part, 50, 4):
        [fault] = looked_at(alone, with_key=False).faults
        assert fault.path.endswith(part.name)
