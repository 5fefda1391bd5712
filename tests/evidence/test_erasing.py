"""Erasing a child: nothing of it is found anywhere afterwards, and everything else still verifies, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from pipelines import contracts, originals, past, releases, run
from pipelines.erasure import work
from pipelines.evidence import chain as chains
from pipelines.evidence import recount, store_files, verify, verify_databases, verify_every
from pipelines.evidence.chain import Chain
from pipelines.intake import key as keys
from pipelines.intake import receive
from pipelines.progress import quiet
from pipelines.settings import Settings
from tests import few
from tests.acceptance import council_files, twelve
from tests.evidence.conftest import SECOND
from tests.searching import found_in

COUNCIL, CHILD = "990", "C7003"
COUNTING_THEM = ("learning.found_in_audits", "complaints.answered_by_due", "placements.must_register")
"""Measures of the facts that are a child's without naming an audit."""


def reference_of_audit() -> str:
    return next(
        row["audit_reference"] for row in twelve.rows()["case_audits"] if row["child_reference"] == CHILD
    )


def needles(settings: Settings) -> list[str | bytes | int]:
    """What the store may hold of the child: its references, their pseudonyms, and the keys that facts know them by."""
    key, audit = keys.load(settings), reference_of_audit()
    pseudonyms = [key.keyed_hash(f"{kind}|{COUNCIL}|{text.upper()}") for kind, text in
                  (("child_reference", CHILD), ("audit_reference", audit))]  # fmt: skip
    with duckdb.connect() as con:
        numbers = [
            con.execute(f"SELECT md5_number_upper('{COUNCIL}|{one}')").fetchall()[0][0] for one in pseudonyms
        ]
    return [CHILD, f"{audit},", *pseudonyms, *(bytes.fromhex(one) for one in pseudonyms), *numbers]


def in_order(figures: pd.DataFrame) -> pd.DataFrame:
    return figures.sort_values("receipt", ignore_index=True)


@contextmanager
def erasing(settings: Settings, reference: str = CHILD) -> Iterator[tuple[work.Scene, work.Plan]]:
    with work.scene(settings, quiet) as of:
        yield of, work.for_child(of, COUNCIL, reference)


def erase(settings: Settings, reference: str = CHILD) -> work.Plan:
    with erasing(settings, reference) as (of, plan):
        if plan:
            work.do(of, plan, by="Data protection officer", note="Request upheld")
        return plan


def verified(settings: Settings) -> Chain:
    """The chain with what all files and figures say; no figure differs."""
    chain, key = chains.read(settings), keys.load(settings)
    store_files.check(chain, {}, key.fingerprint)
    verify_databases.check(chain)
    for release in verify_every.every(chain, key):
        assert (release.differ, release.problems) == (0, []), release.differences[:3]
    return chain


def problems(chain: Chain) -> list[str]:
    return [f"{fault.kind} {fault.path} {fault.what}" for fault in chain.faults if fault.is_problem]


def test_nothing_of_the_child_is_left_and_all_else_verifies_both_ways(own: Settings) -> None:
    before = found_in(own.data, needles(own))
    assert any("deliveries/" in path for path in before)
    assert any("checked/" in path for path in before)
    assert any(path.startswith("store/records/parts/") for path in before)
    figures = {name: held["figures"] for name in ("2026-04-03.1", "2026-04-20.1")
               if (held := releases.open_release(own, "officers", name))}  # fmt: skip

    plan = erase(own)
    assert plan.rows == 3
    assert plan.numbers == [2, 3]
    assert found_in(own.data, needles(own)) == {}
    digests = {
        digest for name in figures for digest in releases.open_release(own, "officers", name)["counts"].digest
    }
    assert digests == {0}, "the digest of a count of one row is that row's key"

    chain = verified(own)
    assert problems(chain) == []
    assert {fault.kind for fault in chain.faults} == {"erased", "unfinished"}
    for name, held in figures.items():
        assert_frame_equal(in_order(releases.open_release(own, "officers", name)["figures"]), in_order(held))
    for rebuilt in originals.rebuild_all(chain, list(chain.manifests["officers"]), quiet):
        assert rebuilt.is_equal, (rebuilt.parts_that_differ, rebuilt.differences[:3])
        assert rebuilt.figures

    after = run.run(own)
    assert after.is_new
    assert found_in(own.data, needles(own)) == {}
    chain = verified(own)
    assert problems(chain) == []
    [told] = [
        row for row in releases.open_release(own)["deliveries"].to_dict("records") if row["number"] == 2
    ]
    assert told["rows_received"] == told["rows_accepted"] + told["rows_rejected"] + 1
    assert told["rows_erased"] == 1
    manifest = releases.read_manifest(own, "officers")
    assert set(manifest["chain"]["erasures"]) == {"1"}


def test_a_touched_receipt_says_so_and_others_verify(own: Settings) -> None:
    erase(own)
    chain, key = chains.read(own), keys.load(own)
    folder = own.audience("officers")
    release = releases.current_release(own, "officers")
    told = past.erased(folder)
    parts = {
        part["sha256"] for part in chain.manifests["officers"][release]["parts"] if part["table"] == "figures"
    }
    touched = {receipt for part in parts for receipt in told.figures.get(part, ())}
    every = set(releases.open_release(own)["figures"].receipt)
    assert touched < every
    assert len(touched) > 100

    receipt = min(touched)
    verdict = verify.one(chain, verify.find(chain, receipt), key)
    assert verdict.erased_on == SECOND.isoformat()
    assert not verdict.differs
    assert past.erased_in(folder, release, receipt) == SECOND.isoformat()
    receipt = min(every - touched)
    verdict = verify.one(chain, verify.find(chain, receipt), key)
    assert verdict.is_equal
    assert verdict.erased_on is None
    assert past.erased_in(folder, release, receipt) is None


def test_one_changed_byte_still_shows_after_an_erasure(own: Settings) -> None:
    erase(own)
    record = own.records / "erasures" / "000001.json"
    [part] = [
        own.store / one["path"] for one in releases_changed(own) if one["path"].startswith("records/parts")
    ][:1]
    for path in (record, part, next((own.records / "deliveries").glob("*/erased.json")),
                 next((own.records / "deliveries").glob("*/erased.json")).parent / "original.csv",
                 past.erased_path(own.audience("officers"), 1)):  # fmt: skip
        held = path.read_bytes()
        path.write_bytes(held[:-4] + bytes([held[-4] ^ 1]) + held[-3:])
        chain = chains.read(own)
        store_files.check(chain, {})
        assert path.relative_to(own.store).as_posix() in {
            fault.path for fault in chain.faults if fault.is_problem
        }
        path.write_bytes(held)


def test_a_childs_placements_complaints_and_own_theme_go_too(own: Settings, tmp_path: Path) -> None:
    """The facts that are a child's without naming an audit: found in the newest release, and made again without."""
    everything = replace(own, definitions=few.definitions(tmp_path / "definitions", *COUNTING_THEM))
    catalogue, key = contracts.load(everything), keys.load(everything)
    theirs = {True: "Health advice", False: "Timeliness"}
    children = (CHILD, "C7004")
    stay = {"council": COUNCIL, "has_ehc_plan": True, "started_on": "2026-01-12"}
    said = {"council": COUNCIL, "stage": "stage_1", "received_on": "2026-02-02", "due_on": "2026-02-20"}
    sent = {
        "case_audits": [
            row | {"learning_themes": theirs[row["child_reference"] == CHILD]} for row in twelve.rows()["case_audits"]
        ],
        "placements": [
            stay | {"placement_reference": f"PLACE-90{n}", "provider_reference": f"V80{n}", "child_reference": child}
            for n, child in enumerate(children)
        ],
        "complaints": [
            said | {"complaint_reference": f"COMPLAINT-90{n}", "child_reference": child}
            for n, child in enumerate(children)
        ],
    }  # fmt: skip
    for feed, rows in sent.items():
        path = council_files.write(tmp_path / "more", catalogue.contracts[feed], rows, "plain", catalogue)
        checked, _ = receive.receive(everything, catalogue, key, path, extracted_on=SECOND)
        assert not checked.refused
    made = run.run(everything).release
    assert {name: rows_of(everything, made, name) for name in ("placements", "complaints")} == {
        "placements": 2, "complaints": 2,
    }  # fmt: skip
    themes = rows_of(everything, made, "audit_themes")
    # long: four characters are in a receipt by chance
    kinds = {"placement_reference": "PLACE-900", "complaint_reference": "COMPLAINT-900"}
    more = [key.keyed_hash(f"{kind}|{COUNCIL}|{text}") for kind, text in kinds.items()]
    assert found_in(own.data, more)

    erase(everything)
    assert found_in(own.data, [*needles(own), *more, *kinds.values()]) == {}
    assert {name: rows_of(everything, made, name) for name in ("placements", "complaints", "audit_themes")} == {
        "placements": 1, "complaints": 1, "audit_themes": themes - 2,
    }  # fmt: skip
    chain = verified(everything)
    assert problems(chain) == []
    [rebuilt] = originals.rebuild_all(chain, [str(made)], quiet)
    assert rebuilt.is_equal, (rebuilt.parts_that_differ, rebuilt.differences[:3], rebuilt.failed)


def rows_of(settings: Settings, release: str | None, fact: str) -> int:
    """Rows of a fact that lie in the parts of a release."""
    files = releases.files_of(settings, releases.read_manifest(settings, "officers", release)["parts"])
    with duckdb.connect() as con:
        query = f"SELECT count(*) FROM {recount.relation(files[f'fact_{fact}'].values())}"
        return int(con.execute(query).fetchall()[0][0])


def releases_changed(settings: Settings) -> list[dict[str, str]]:
    from pipelines.intake import erased_list

    return [one for record in erased_list.records(settings) for one in record["files"]]


def test_unknown_references_and_twice_change_nothing(own: Settings) -> None:
    before = {path: path.stat().st_mtime_ns for path in (own.store / "officers").rglob("*")}
    assert not erase(own, "C999999")
    assert {path: path.stat().st_mtime_ns for path in (own.store / "officers").rglob("*")} == before
    assert not (own.records / "erasures").exists()
    assert erase(own)
    assert not erase(own)
    assert len(list((own.records / "erasures").glob("*.json"))) == 1


def test_another_key_is_refused(own: Settings, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    other.write_text("ab" * 32)
    with pytest.raises(keys.KeyProblem), erasing(replace(own, key_file=other)):
        pass
    with (
        pytest.raises(keys.KeyProblem, match="Only who holds the key"),
        erasing(replace(own, key_file=tmp_path / "no")),
    ):
        pass


def test_later_files_do_not_bring_the_child_back(own: Settings, tmp_path: Path) -> None:
    erase(own)
    catalogue, key = contracts.load(own), keys.load(own)
    rows = [row | {"sex": "F"} for row in twelve.rows()["case_audits"]]
    path = council_files.write(tmp_path, catalogue.contracts["case_audits"], rows, "workbook", catalogue)
    checked, is_new = receive.receive(own, catalogue, key, path, extracted_on=SECOND)
    assert is_new
    feed = checked.result["feeds"]["case_audits"]
    assert feed["received"] == len(rows)
    assert sum(feed["erased"].values()) == 1
    assert found_in(own.data, needles(own)) == {}
    run.run(own)
    chain = verified(own)
    assert problems(chain) == []
    assert found_in(own.data, needles(own)) == {}


def test_after_lifting_a_new_file_may_hold_the_child(own: Settings, tmp_path: Path) -> None:
    erase(own)
    with work.scene(own, quiet) as of:
        assert work.lift(of, COUNCIL, "C999999", by="Role", note="Why") is None
        assert work.lift(of, COUNCIL, CHILD.lower(), by="Role", note="Why")
    catalogue, key = contracts.load(own), keys.load(own)
    rows = [row | {"sex": "F"} for row in twelve.rows()["case_audits"]]
    path = council_files.write(tmp_path, catalogue.contracts["case_audits"], rows, "plain", catalogue)
    checked, _ = receive.receive(own, catalogue, key, path, extracted_on=SECOND)
    assert "erased" not in checked.result["feeds"]["case_audits"]


def test_a_restored_backup_shows_and_is_brought_up_to_date(own: Settings, tmp_path: Path) -> None:
    import shutil

    for name in ("deliveries", "parts", "checked", "partitions"):
        shutil.copytree(own.records / name, tmp_path / "backup" / name)
    shutil.copytree(own.audience("officers") / "parts", tmp_path / "backup" / "officers-parts")
    erase(own)
    shutil.copytree(
        tmp_path / "backup" / "officers-parts", own.audience("officers") / "parts", dirs_exist_ok=True
    )
    for name in ("deliveries", "parts", "checked", "partitions"):
        shutil.copytree(tmp_path / "backup" / name, own.records / name, dirs_exist_ok=True)
    for stone in (own.records / "deliveries").glob("*/erased.json"):
        stone.unlink()
    assert found_in(own.data, needles(own))
    chain = chains.read(own)
    store_files.check(chain, {})
    assert "restored" in {fault.kind for fault in chain.faults if fault.is_problem}
    with work.scene(own, quiet) as of:
        plan = work.for_list(of)
        assert plan.rows == 3
        work.do(of, plan, by="Role", note="Restored")
    assert found_in(own.data, needles(own)) == {}
    assert problems(verified(own)) == []
