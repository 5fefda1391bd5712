"""The chain: what is edited, removed or moved back is detected and named; signatures; a head noted elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines import durable, past, publish, releases, run, seals
from pipelines.evidence import chain as chains
from pipelines.evidence.chain import BROKEN, CHANGED, REMOVED
from pipelines.settings import Settings
from tests.evidence.test_verify import resealed

OFFICERS = "officers/releases"


def found(settings: Settings) -> list[tuple[str, str]]:
    return [(fault.kind, fault.path) for fault in chains.read(settings).faults if fault.is_problem]


def test_a_manifest_names_the_chain_and_the_pointer_its_digest(kept: Settings) -> None:
    manifest = releases.read_manifest(kept, "officers")
    assert manifest["chain"]["arrivals"] == {
        "4": durable.file_digest(kept.records / "arrivals" / "000004.json")
    }
    public = releases.read_manifest(kept, "public")
    own = durable.file_digest(releases.manifest_path(kept, "officers", public["officers_release"]))
    assert public["officers_sha256"] == own
    assert (kept.store / "officers" / "CURRENT").read_text() == f"2026-04-20.1 {own}\n"
    third = json.loads((kept.records / "arrivals" / "000003.json").read_text())
    assert third["release"].startswith("2026-04-03.1 ")


@pytest.mark.parametrize(
    "path",
    ["records/arrivals/000002.json", f"{OFFICERS}/2026-04-03.1.json", f"{OFFICERS}/2026-04-20.1.json",
     "public/releases/2026-04-03.1.json", "public/releases/2026-04-20.1.json"],
)  # fmt: skip
def test_an_edit_of_the_past_that_was_sealed_again_does_not_fit(own: Settings, path: str) -> None:
    """An attacker who edits a record and seals it anew leaves what names it."""
    file = own.store / path
    content = json.loads(file.read_text())
    content.pop("seal")
    content |= {"sent_by": "Nobody"} if "arrivals" in path else {"made_at": "2026-04-03 01:00:00"}
    durable.write_json(file, seals.sealed(content))
    assert found(own)
    assert any(where in (path, "officers/CURRENT", "public/CURRENT", "records/arrivals/000003.json")
               for _, where in found(own))  # fmt: skip


def test_the_newest_release_taken_away_with_the_pointer_moved_back(own: Settings) -> None:
    """Deliveries 3 and 4 were reported on by a release that is not here; the publication names it."""
    own.store.joinpath(OFFICERS, "2026-04-20.1.json").unlink()
    releases.point(own, "officers", "2026-04-03.1")
    assert (REMOVED, f"{OFFICERS}/2026-04-20.1.json") in found(own)
    own.store.joinpath("public/releases/2026-04-20.1.json").unlink()
    releases.point(own, "public", "2026-04-03.1")
    faults = chains.read(own).faults
    assert [fault.kind for fault in faults] == [REMOVED]
    assert "deliveries 3 and 4" in faults[0].what


def test_a_pointer_moved_back_alone(own: Settings) -> None:
    releases.point(own, "officers", "2026-04-03.1")
    [fault] = [fault for fault in chains.read(own).faults if fault.is_problem]
    assert (fault.kind, fault.path) == (CHANGED, "officers/CURRENT")
    assert "moved back" in fault.what


def test_a_middle_release_taken_away(own: Settings) -> None:
    own.store.joinpath(OFFICERS, "2026-04-03.1.json").unlink()
    assert (REMOVED, f"{OFFICERS}/2026-04-03.1.json") in found(own)


def test_the_newest_arrival_of_a_release_taken_away(own: Settings) -> None:
    own.store.joinpath("records/arrivals/000004.json").unlink()
    assert (REMOVED, "records/arrivals/000004.json") in found(own)


def test_a_head_noted_elsewhere(own: Settings) -> None:
    head = releases.head(own, "officers")
    chain = chains.read(own)
    assert chains.holds(chain, head)
    assert chains.holds(chain, head[:25].upper())
    assert not chains.holds(chain, "2026-04-20.1 0123456789ab")
    assert not chains.holds(chain, "")
    own.store.joinpath(OFFICERS, "2026-04-20.1.json").unlink()
    assert not chains.holds(chains.read(own), head)


# Signatures


@pytest.fixture
def signing(own: Settings, tmp_path: Path) -> Settings:
    """The store, with a key that signs, and a release and a publication made with it."""
    path = tmp_path / "keys" / "signing.pem"
    seals.make_signing_key(own, path)
    signing = replace(own, signing_key=path)
    manifest = releases.read_manifest(signing, "officers")
    releases.add(signing, "officers", {**manifest, "code_version": "another"}, flip=True)
    publish.publish(signing, "CURRENT", by="Director", note="Signed")
    return signing


def test_a_release_is_signed_and_only_the_public_key_is_needed_to_check_it(
    signing: Settings, tmp_path: Path
) -> None:
    chain = chains.read(signing)
    assert chain.faults == []
    assert list(chain.signers.values()).count(None) == 4
    [signer] = set(chain.signers.values()) - {None}
    elsewhere = replace(signing, signing_key=None)
    assert chains.read(elsewhere).faults == []
    assert seals.trusted(elsewhere) == set()
    trusting = replace(elsewhere, trusted_signers=tmp_path / "keys" / "signing.pem.pub")
    assert seals.trusted(trusting) == {signer}
    assert chains.read(trusting).faults == []


def test_a_signed_manifest_that_was_changed_cannot_be_sealed_again(signing: Settings) -> None:
    release = releases.current_release(signing, "officers")
    assert release
    path = releases.manifest_path(signing, "officers", release)
    content = json.loads(path.read_text())
    content["demonstration"] = not content["demonstration"]
    content["content"] = releases.what_it_says(past.whole(signing.audience("officers"), content))
    seal = content.pop("seal")
    again = seals.sealed(content)
    again["seal"] |= {"signer": seal["signer"], "signature": seal["signature"]}
    durable.write_json(path, again)
    assert "signature does not hold" in chains.read(signing).faults[0].what
    resealed(signing, "officers", again)  # the signature taken off
    told = [fault for fault in chains.read(signing).faults if fault.path.endswith(f"{release}.json")]
    assert told  # its publication names another digest
    assert told[0].kind == BROKEN


def test_the_newest_signature_taken_off_and_a_stranger_s_put_on(signing: Settings, tmp_path: Path) -> None:
    public = releases.read_manifest(signing, "public")
    releases.add(signing, "public", {**public, "note": "Again", "code_version": "a third"}, flip=True)
    newest = releases.read_manifest(signing, "public")
    resealed(signing, "public", newest)
    [fault] = chains.read(signing).faults
    assert "it is not signed, although" in fault.what
    stranger = tmp_path / "keys" / "stranger.pem"
    seals.make_signing_key(signing, stranger)
    key = seals.signer(replace(signing, signing_key=stranger))
    newest.pop("seal", None)
    durable.write_json(
        releases.manifest_path(signing, "public", newest["release"]), seals.sealed(newest, key)
    )
    releases.point(signing, "public", newest["release"])
    [fault] = chains.read(signing).faults
    assert "not among the trusted signers" in fault.what


def test_a_signing_key_is_kept_outside_the_store_and_never_overwritten(
    kept: Settings, tmp_path: Path
) -> None:
    with pytest.raises(seals.SigningProblem, match="inside the store"):
        seals.make_signing_key(kept, kept.records / "key.pem")
    path = tmp_path / "key.pem"
    seals.make_signing_key(kept, path)
    with pytest.raises(seals.SigningProblem, match="something at"):
        seals.make_signing_key(kept, path)
    with pytest.raises(seals.SigningProblem, match="holds no Ed25519 key"):
        seals.signer(replace(kept, signing_key=path.with_name("key.pem.pub")))
    with pytest.raises(seals.SigningProblem, match="no signing key at"):
        seals.signer(replace(kept, signing_key=tmp_path / "nothing"))
    with pytest.raises(seals.SigningProblem, match="no list of public"):
        seals.trusted(replace(kept, trusted_signers=path))


def test_a_run_cut_short_before_the_pointer_is_no_fault(own: Settings) -> None:
    manifest = releases.read_manifest(own, "officers")
    releases.add(own, "officers", {**manifest, "code_version": "another"}, flip=False)
    faults = chains.read(own).faults
    assert [fault.kind for fault in faults] == [chains.UNFINISHED]
    run.run(own)
    assert found(own) == []
