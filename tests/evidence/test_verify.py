"""Verifying figures: equal to the last digit, or what differs; from stored facts and from the archived files."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import durable, originals, past, releases, run, seals
from pipelines.evidence import chain as chains
from pipelines.evidence import recount, verify, verify_databases, verify_every
from pipelines.intake import key as keys
from pipelines.releases import text
from pipelines.run import quiet
from pipelines.settings import Settings
from tests.evidence.conftest import FIRST
from tests.evidence.test_store_files import problems

Row = dict[str, Any]


def figure(settings: Settings, audience: str = "officers", release: str | None = None, **wanted: Any) -> Row:
    """A figure of a release: the newest 12 months of any_family, unless something else is wanted."""
    with duckdb.connect(str(releases.open_database(settings, audience, release)), read_only=True) as con:
        sought = {"measure": "voice.any_family", "window": "12m", "breakdown": "", **wanted}
        where = " AND ".join(f'"{name}" = {text(value)}' for name, value in sought.items())
        cursor = con.execute(
            f"SELECT * FROM figures WHERE {where} ORDER BY complete DESC, period_end DESC LIMIT 1"
        )
        names = [column[0] for column in cursor.description or ()]
        return dict(zip(names, cursor.fetchall()[0], strict=True))


def verified(settings: Settings, receipt: str, *, with_key: bool = True) -> verify.Verdict:
    chain = chains.read(settings)
    return verify.one(chain, verify.find(chain, receipt), keys.at_hand(settings) if with_key else None)


def counted(settings: Settings) -> list[verify_every.Release]:
    return verify_every.every(chains.read(settings), keys.at_hand(settings))


# One figure


def test_a_figure_is_counted_again_and_its_receipt_minted_again(kept: Settings) -> None:
    stored = figure(kept)
    receipt = f"{stored['receipt'][:5]}-{stored['receipt'][5:]}".lower()
    verdict = verified(kept, receipt)
    assert verdict.is_equal
    assert verdict.not_verified == []
    again = {name: value for name, _, value in verdict.columns}
    assert again == stored


@pytest.mark.parametrize(
    "wanted",
    [
        {"breakdown": "primary_need", "group": "ASD"},
        {"measure": "timeliness.twenty_weeks_published", "window": "calendar_year", "council": "838"},
        {"measure": "programme.delivery"},
    ],
)
def test_a_group_a_published_figure_and_one_of_two_facts_verify(kept: Settings, wanted: Row) -> None:
    assert verified(kept, figure(kept, **wanted)["receipt"]).is_equal


def test_a_public_figure_is_verified_through_the_officers_release(kept: Settings) -> None:
    stored = figure(kept, "public")
    assert stored["receipt"] != figure(kept)["receipt"]
    verdict = verified(kept, stored["receipt"])
    assert verdict.is_equal
    assert [name for name, _, _ in verdict.columns] == list(stored)


def test_without_the_key_the_receipt_is_said_not_to_be_minted(kept: Settings) -> None:
    verdict = verified(kept, figure(kept)["receipt"], with_key=False)
    assert verdict.is_equal
    assert "receipt" not in [name for name, _, _ in verdict.columns]
    assert "key is not on this machine" in verdict.not_verified[0]


@pytest.mark.parametrize(
    ("receipt", "said"),
    [("0000000000X", "is no receipt"), ("abc", "is no receipt"), ("00000000000", "none of the 4")],
)
def test_what_is_mistyped_and_what_is_unknown_are_told_apart(kept: Settings, receipt: str, said: str) -> None:
    with pytest.raises(verify.NoSuchReceipt, match=said):
        verified(kept, receipt)


def test_a_superseded_figure_still_verifies_and_names_its_successor(kept: Settings) -> None:
    """On the first day nobody's participation was known, so there were no voice figures."""
    now = figure(kept)
    first = figure(kept, release="2026-04-03.1", period_end=now["period_end"].isoformat())
    assert (first["symbol"], first["complete"], first["denominator"]) == ("x", False, None)
    assert first["receipt"] != now["receipt"]
    verdict = verified(kept, first["receipt"])
    assert verdict.is_equal
    assert verdict.superseded_by == now["receipt"]
    assert verdict.found.releases == ("2026-04-03.1",)
    unchanged = figure(kept, release="2026-04-03.1", measure="programme.delivery")
    assert verified(kept, unchanged["receipt"]).superseded_by is None


def test_a_machine_with_the_public_store_alone_says_what_it_can(own: Settings, tmp_path: Path) -> None:
    alone = replace(own, data=tmp_path / "alone", key_file=tmp_path / "none")
    shutil.copytree(own.store / "public", alone.store / "public")
    receipt = figure(own, "public")["receipt"]
    verdict = verified(alone, receipt)
    assert verdict.is_equal
    assert [name for name, _, _ in verdict.columns] == [
        "value", "low", "high", "change", "change_low", "change_high",
    ]  # fmt: skip
    assert "not counted again" in verdict.not_verified[-1]
    assert all(one.differ == 0 and one.figures for one in counted(alone))


# Every figure


def test_every_figure_of_every_release_is_counted_again_once(kept: Settings) -> None:
    told = counted(kept)
    assert [(one.audience, one.release) for one in told] == [
        ("officers", "2026-04-03.1"), ("officers", "2026-04-20.1"),
        ("public", "2026-04-03.1"), ("public", "2026-04-20.1"),
    ]  # fmt: skip
    assert all(one.figures > 50 and not one.differ and not one.problems for one in told)


def test_the_current_release_alone(kept: Settings) -> None:
    told = verify_every.every(chains.read(kept), None, current_only=True)
    assert [(one.audience, one.release) for one in told] == [
        ("officers", "2026-04-20.1"),
        ("public", "2026-04-20.1"),
    ]


def tampered(settings: Settings, table: str, sql: str) -> None:
    """What an attacker with write access and without the signing key can do: put `sql` over a table (`{part}`) in place
    of its parts in the newest release, and make every digest and seal that names them fit again."""
    audience = "officers"
    manifest = releases.read_manifest(settings, audience)
    earlier = releases.read_manifest(settings, audience, "2026-04-03.1")["parts"]
    shared = {part["sha256"] for part in earlier}

    def is_of_it(part: dict[str, Any]) -> bool:
        return (part["table"], part["council"]) == (table, "990")

    held = [part for part in manifest["parts"] if is_of_it(part)]
    paths = [releases.part_path(settings, part) for part in held]
    made = paths[0].with_name("made.parquet")
    with duckdb.connect() as con:
        query = sql.format(part=recount.relation(paths))
        con.execute(f"COPY ({query}) TO {text(made)} (FORMAT parquet, COMPRESSION zstd)")
    part = held[0] | {"sha256": durable.file_digest(made), "bytes": made.stat().st_size, "slice": ""}
    made.rename(releases.part_path(settings, part))
    for path in paths:
        if path.stem not in shared:
            path.unlink()
    manifest["parts"] = [one for one in manifest["parts"] if not is_of_it(one)] + [part]
    for file in (settings.records / "partitions" / "990").iterdir():
        content = json.loads(file.read_bytes())
        content.pop("seal")
        if held[0] in content["parts"] and held[-1] in content["parts"]:
            content["parts"] = [one for one in content["parts"] if not is_of_it(one)] + [part]
        durable.write_json(file, seals.sealed(content))
        named = manifest["chain"]["partitions"]["990"]
        if file.name == Path(named[0]).name:
            named[1] = durable.file_digest(file)
    resealed(settings, audience, manifest)
    digest = durable.file_digest(releases.manifest_path(settings, audience, manifest["release"]))
    public = releases.read_manifest(settings, "public")
    resealed(settings, "public", public | {"officers_sha256": digest})


def resealed(settings: Settings, audience: str, manifest: releases.Manifest) -> None:
    manifest = {name: value for name, value in manifest.items() if name != "seal"}
    folder = settings.audience(audience)
    manifest["content"] = releases.what_it_says(past.whole(folder, manifest))
    path = releases.manifest_path(settings, audience, manifest["release"])
    durable.write_json(path, seals.sealed(manifest))
    releases.point(settings, audience, manifest["release"])


ONE_MORE = """SELECT * REPLACE (CASE WHEN measure = 'voice.any_family' AND "window" = '12m' AND breakdown = ''
    AND period_end = DATE '2026-03-31' THEN numerator + 1 ELSE numerator END AS numerator) FROM {part}"""


def test_a_planted_numerator_with_every_digest_made_to_fit_is_caught_by_counting(own: Settings) -> None:
    receipt = figure(own, period_end="2026-03-31")["receipt"]
    tampered(own, "figures", ONE_MORE)
    assert problems(own) == [], "no digest gives it away"
    verdict = verified(own, receipt)
    assert verdict.differs == ["numerator"]
    [(stored, again)] = [(stored, again) for name, stored, again in verdict.columns if name == "numerator"]
    assert stored == again + 1
    officers = {one.release: one for one in counted(own) if one.audience == "officers"}
    assert (officers["2026-04-03.1"].differ, officers["2026-04-20.1"].differ) == (0, 1)
    [difference] = officers["2026-04-20.1"].differences
    assert (difference.column, difference.figure["receipt"]) == ("numerator", receipt)
    assert [one.differ for one in counted(own) if one.audience == "public"] == [0, 1]


def test_a_database_changed_together_with_its_digest_is_held_against_the_parts(own: Settings) -> None:
    path = releases.database_path(own, "officers", "2026-04-20.1")
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE figures SET numerator = numerator + 1 WHERE measure = 'voice.child'")
    releases.digest_path(path).write_text(f"{durable.file_digest(path)}\n")
    assert problems(own) == []
    chain = chains.read(own)
    verify_databases.check(chain)
    [fault] = chain.faults
    assert (fault.path, "table figures" in fault.what) == ("officers/databases/2026-04-20.1.duckdb", True)


def test_a_last_digit_is_enough(own: Settings) -> None:
    tampered(own, "figures", "SELECT * REPLACE (low + 1e-16 AS low) FROM {part}")
    newest = counted(own)[1]
    assert newest.differ > 0
    assert {one.column for one in newest.differences} == {"low"}


def test_facts_that_were_thinned_out_give_other_figures(own: Settings) -> None:
    tampered(own, "fact_audits", "SELECT * FROM {part} OFFSET 1")
    assert problems(own) == []
    assert counted(own)[1].differ > 0


# From the originals


def test_a_release_made_again_from_its_originals_has_the_same_parts(kept: Settings) -> None:
    chain = chains.read(kept)
    told = originals.rebuild_all(chain, list(chain.manifests["officers"]), progress=quiet)
    assert [one.is_equal for one in told] == [True, True]
    assert all(one.parts > 15 and one.parts_that_differ == [] and one.notes == [] for one in told)
    assert not list(kept.work.glob("originals-*"))


def test_parts_that_another_version_wrote_are_the_same_rows_in_other_bytes(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "PARQUET", "FORMAT parquet, COMPRESSION snappy")
    [rebuilt] = originals.rebuild_all(chains.read(own), ["2026-04-20.1"], progress=quiet)
    assert (rebuilt.is_equal, rebuilt.parts_that_differ, rebuilt.notes) == (True, [], [])
    assert rebuilt.rewritten > 15
    assert f"{rebuilt.rewritten} have the same rows in other bytes" in rebuilt.summary


def test_facts_and_figures_changed_together_are_caught_from_the_originals(own: Settings) -> None:
    """Whoever changes the facts and counts the figures again from them is found out by the archived files alone."""
    receipt = figure(own)["receipt"]
    tampered(own, "fact_audits", "SELECT * FROM {part} OFFSET 3")
    chain, key = chains.read(own), keys.at_hand(own)
    assert key
    manifest = chain.manifests["officers"]["2026-04-20.1"]
    with recount.connection(own) as con:
        recount.recount(con, own, manifest, "990", recount.catalogue_of(manifest), key)
        path = own.work / "figures.parquet"
        con.execute(f"COPY (SELECT * EXCLUDE (steps) FROM figures) TO {text(path)} (FORMAT parquet)")
    tampered(own, "figures", f"SELECT * FROM read_parquet({text(path)})")
    newest = next(one for one in counted(own) if one.release == "2026-04-20.1")
    assert newest.differ == 0, "the facts and the figures agree"
    chain = chains.read(own)
    [rebuilt] = originals.rebuild_all(chain, ["2026-04-20.1"], progress=quiet)
    assert not rebuilt.is_equal
    assert [part.split(":")[0] for part in rebuilt.parts_that_differ] == [
        "fact_audits of 990",
        "figures of 990",
    ]
    assert rebuilt.differ > 0
    changed = next(one.figure for one in rebuilt.differences if one.column == "numerator")
    alone = originals.rebuild(chain, "2026-04-20.1", progress=quiet, only=changed)
    assert not alone.is_equal
    assert receipt


def test_an_original_that_was_changed_or_is_gone_is_said_so(own: Settings) -> None:
    original = next((own.records / "deliveries").glob("*/original.csv"))
    original.write_bytes(original.read_bytes() + b" ")
    chain = chains.read(own)
    [rebuilt] = originals.rebuild_all(chain, ["2026-04-20.1"], progress=quiet)
    assert "was changed" in rebuilt.summary
    original.unlink()
    [rebuilt] = originals.rebuild_all(chain, ["2026-04-20.1"], progress=quiet)
    assert "is missing" in rebuilt.summary
    assert not rebuilt.is_equal


# What numbers must not depend on


def test_a_rebuild_as_of_a_day_is_the_release_of_that_day(own: Settings) -> None:
    """Its parts are equal byte for byte, so what it says has the same digest and no other release is made."""
    outcome = run.run(own, as_of=FIRST)
    assert (outcome.release, outcome.is_new) == ("2026-04-03.1", False)
    assert problems(own) == []


def test_a_rebuild_in_another_store_with_8_threads_has_the_same_parts(
    kept: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = chains.read(kept)
    connect = duckdb.connect

    def digests(threads: int) -> list[str]:
        def with_threads(*given: Any, config: dict[str, Any] | None = None, **more: Any) -> Any:
            con = connect(*given, config={**(config or {}), "threads": threads}, **more)
            assert con.execute("SELECT current_setting('threads')").fetchall() == [(threads,)]
            return con

        monkeypatch.setattr(duckdb, "connect", with_threads)
        [rebuilt] = originals.rebuild_all(chain, ["2026-04-20.1"], progress=quiet)
        return [f"{rebuilt.parts} {rebuilt.is_equal}", *rebuilt.parts_that_differ]

    parts = chain.manifests["officers"]["2026-04-20.1"]["parts"]
    content = [part for part in parts if part["table"] not in releases.COMPARED]
    assert digests(1) == digests(8) == [f"{len(content)} True"]
