"""The chain: arrivals, officers' releases, publications and pointers, each naming the digest of what came before.

Belongs here: whether the records hang together, what was changed or taken away, and whose signatures they carry.
Does not belong here: the other files of the store (`store_files`), or whether a figure is right (`recount`).

    arrival  -> the arrival before, the archive's manifest, its check, and what officers read when it came
    release  -> the release before, the newest arrival, and what it was made from (its parts, `chain`)
    publication -> the publication before, and its officers' release
    CURRENT  -> the manifest that is read
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines import durable, past, releases, seals
from pipelines.evidence import erasures
from pipelines.evidence.erasures import ERASED, Erasures
from pipelines.intake import erased_list, receive
from pipelines.intake.receive import Arrival
from pipelines.settings import AUDIENCES, Settings

CHANGED, REMOVED, BROKEN, UNKNOWN = "changed", "removed", "does not fit", "not ours"
UNFINISHED, UNRECORDED, GONE = "unfinished", "not recorded", "gone"
TOLD_ONLY = (UNFINISHED, UNRECORDED, GONE, ERASED)
"""Kinds that are told and are no fault: what a run that was cut short leaves, what an earlier version wrote, what
nothing needs any more, and what was erased from."""
BACKUP = "Restore it from a backup; nothing can make it anew."
RUN = "The next `send-audit run` makes it anew."
OF_AUDIENCE = {"officers": "release", "public": "publication"}
_ARRIVAL = (
    "number", "delivery", "file", "received_at", "extracted_on", "extracted_on_from", "council", "corrections",
    "basis", "previous", "sent_by",
)  # fmt: skip
_MANIFEST = (
    "audience", "made_at", "as_of", "compared_with", "demonstration", "code_version", "contracts", "mappings",
    "definitions", "deliveries", "balances", "parts", "release", "content", "previous", "by", "note",
    "officers_release",
)  # fmt: skip
"""What arrivals and manifests held before they were sealed."""


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it was recorded, or that cannot be told."""

    kind: str
    path: str
    """Within the store."""
    what: str
    """What the file is, in words."""
    do: str

    @property
    def is_problem(self) -> bool:
        return self.kind not in TOLD_ONLY


@dataclass
class Chain:
    """What was found on the way through the records."""

    settings: Settings
    arrivals: dict[int, Arrival] = field(default_factory=dict)
    """Those that are as they were sealed."""
    manifests: dict[str, dict[str, releases.Manifest]] = field(default_factory=dict)
    """Audience -> release -> manifest, those that are as they were sealed, oldest first."""
    texts: dict[Path, dict[str, str]] = field(default_factory=dict)
    """Text that manifests name -> release -> what it is, such as "definition voice.child"."""
    digests: dict[Path, str] = field(default_factory=dict)
    """SHA-256 of every record read."""
    signers: dict[str, str | None] = field(default_factory=dict)
    """"officers 2026-03-31.1" -> fingerprint of its signer."""
    faults: list[Fault] = field(default_factory=list)
    erasures: Erasures = field(default_factory=lambda: Erasures(Path()))
    """What erasures say of files and figures."""
    _told: set[tuple[str, str]] = field(default_factory=set, repr=False)

    def say(self, kind: str, path: Path, what: str, do: str = BACKUP) -> None:
        """Add a fault, once for each path and kind."""
        where = path.relative_to(self.settings.store).as_posix()
        if (kind, where) not in self._told:
            self._told.add((kind, where))
            self.faults.append(Fault(kind, where, what, do))

    def faulty(self, path: Path) -> bool:
        where = path.relative_to(self.settings.store).as_posix()
        return any((kind, where) in self._told for kind in (CHANGED, REMOVED, BROKEN, UNKNOWN))

    def current(self, audience: str) -> releases.Manifest | None:
        """The manifest that is read, where it is there and can be."""
        pointed = seals.pointed(self.settings.audience(audience) / "CURRENT")
        return self.manifests[audience].get(pointed.release) if pointed else None


def read(settings: Settings) -> Chain:
    """Walk the chain as far as this machine has it."""
    chain = Chain(settings, erasures=erasures.read(settings))
    for kind, path, what in erasures.faults(settings):
        chain.say(kind, path, what)
    _arrivals(chain)
    for audience in AUDIENCES:
        chain.manifests[audience] = {}
        _manifests(chain, audience)
    for audience in AUDIENCES:
        _pointer(chain, audience)
    _across(chain)
    _signatures(chain)
    return chain


def holds(chain: Chain, noted: str) -> bool:
    """Whether a digest noted elsewhere (8 hex digits or more, a release's id before it or not) is in the chain."""
    digest = noted.strip().split(" ")[-1].lower()
    return len(digest) >= 8 and any(known.startswith(digest) for known in chain.digests.values())


def _arrivals(chain: Chain) -> None:
    folder = chain.settings.records / "arrivals"
    numbers = [int(path.stem) for path in folder.glob("[0-9]*.json") if path.stem.isdigit()]
    before = ""
    for number in range(1, max(numbers, default=0) + 1):
        path = receive.arrival_path(chain.settings, number)
        what = f"the record of arrival {number}"
        if not path.exists():
            chain.say(REMOVED, path, what)
            before = ""
            continue
        raw = path.read_bytes()
        chain.digests[path] = durable.file_digest(path)
        wrong = seals.fault(raw, _ARRIVAL)
        try:
            arrival = receive.read_arrival(raw)
        except (ValueError, TypeError, KeyError, AttributeError):
            wrong = wrong or "it cannot be read"
        if wrong:
            chain.say(CHANGED, path, f"{what}: {wrong}")
            before = ""
            continue
        chain.arrivals[number] = arrival
        previous = receive.arrival_path(chain.settings, number - 1)
        fits = arrival.number == number and (not before or arrival.previous == before)
        if not fits and not chain.faulty(path) and not chain.faulty(previous):
            chain.say(
                BROKEN,
                path,
                f"{what}: arrival {number - 1} is not the one that it names, so one of them was replaced",
            )
        before = chain.digests[path]


def _manifests(chain: Chain, audience: str) -> None:
    folder = chain.settings.audience(audience) / "releases"
    named = OF_AUDIENCE[audience]
    paths = [path for path in folder.glob("*.json") if _is_id(path.stem)]
    for path in sorted(paths, key=lambda path: _order(path.stem)):
        what = f"the manifest of the {named} {path.stem}"
        raw = path.read_bytes()
        chain.digests[path] = durable.file_digest(path)
        wrong = seals.fault(raw, _MANIFEST)
        try:
            manifest = json.loads(raw)
            if not wrong:
                _name_texts(chain, folder.parent, manifest)
            manifest = past.whole(folder.parent, manifest)
            content, parts = releases.what_it_says(manifest), manifest["parts"]
            if (manifest["release"], manifest["content"]) != (path.stem, content) or not isinstance(
                parts, list
            ):
                wrong = wrong or "its digest of what it says does not fit"
        except past.Altered:
            if not wrong:  # a text that it names is not there or is another: `store_files` says which
                continue
        except (ValueError, TypeError, KeyError, AttributeError):
            wrong = wrong or "it cannot be read"
        if wrong:
            chain.say(CHANGED, path, f"{what}: {wrong}")
        else:
            chain.manifests[audience][path.stem] = manifest
    for release, manifest in chain.manifests[audience].items():
        _named_before(chain, audience, release, manifest)
    roots = [
        release for release, manifest in chain.manifests[audience].items() if not manifest.get("previous")
    ]
    for release in roots[1:]:
        chain.say(
            BROKEN, releases.manifest_path(chain.settings, audience, release),
            f"the manifest of the {named} {release}: it names none before it, although there are earlier ones",
        )  # fmt: skip


def _name_texts(chain: Chain, folder: Path, manifest: releases.Manifest) -> None:
    """Tell the chain which texts a manifest names, as it was written."""
    for kind in past.TEXTS:
        for name, said in manifest.get(kind, {}).items():
            if said.startswith(past.NAME):
                path = past.text_path(folder, said.removeprefix(past.NAME))
                chain.texts.setdefault(path, {})[manifest["release"]] = f"{kind.removesuffix('s')} {name}"


def _named_before(chain: Chain, audience: str, release: str, manifest: releases.Manifest) -> None:
    previous = manifest.get("previous")
    if not previous:
        return
    _must_be(
        chain, audience, previous.get("release", ""), previous.get("sha256", ""),
        f"the {OF_AUDIENCE[audience]} {release} names it as the one before",
        releases.manifest_path(chain.settings, audience, release),
    )  # fmt: skip


def _must_be(chain: Chain, audience: str, release: str, sha256: str, why: str, by: Path) -> None:
    """A manifest that something names is there, with the digest named."""
    path = releases.manifest_path(chain.settings, audience, release)
    what = f"the manifest of the {OF_AUDIENCE[audience]} {release}"
    if chain.faulty(by):
        return
    if path not in chain.digests:
        chain.say(REMOVED, path, f"{what}: {why}")
    elif sha256 and chain.digests[path] != sha256 and not chain.faulty(path):
        chain.say(BROKEN, path, f"{what}: {why}, with another digest, so it was replaced")


def _pointer(chain: Chain, audience: str) -> None:
    path = chain.settings.audience(audience) / "CURRENT"
    held = chain.manifests[audience]
    what = f"the pointer to what {audience} read"
    pointed = seals.pointed(path)
    if pointed is None:
        if held:
            used = len(held) > 1 or (audience == "officers" and chain.manifests["public"])
            again = "send-audit run" if audience == "officers" else "send-audit publish"
            chain.say(REMOVED if used else UNFINISHED, path, what, f"`{again}` puts it back.")
        return
    manifest = releases.manifest_path(chain.settings, audience, pointed.release)
    if path.read_bytes() != pointed.line.encode() or manifest not in chain.digests:
        elsewhere = any(
            digest == pointed.sha256 and near.parent == manifest.parent
            for near, digest in chain.digests.items()
        )
        if (
            path.read_bytes() == pointed.line.encode()
            and pointed.sha256
            and not elsewhere
            and _is_id(pointed.release)
        ):
            chain.say(
                REMOVED,
                manifest,
                f"the manifest of the {OF_AUDIENCE[audience]} {pointed.release}, which is read",
            )
        chain.say(CHANGED, path, f"{what}: it names no manifest that is there")
    elif pointed.sha256 and chain.digests[manifest] != pointed.sha256 and not chain.faulty(manifest):
        chain.say(CHANGED, path, f"{what}, or the manifest {pointed.release}: their digests differ")
    elif not pointed.sha256:
        chain.say(
            UNRECORDED,
            path,
            f"{what}: it names no digest, as an earlier version of the program wrote it",
            RUN,
        )


def _is_id(release: str) -> bool:
    try:
        return bool(_order(release))
    except ValueError:
        return False


def _across(chain: Chain) -> None:
    """What arrivals, releases and publications say of each other."""
    settings, officers = chain.settings, chain.manifests["officers"]
    has_records, has_officers = settings.records.exists(), settings.audience("officers").exists()
    for number, arrival in chain.arrivals.items():
        if arrival.release and has_officers:
            release, _, sha256 = arrival.release.partition(" ")
            why = f"officers read it when delivery {number} came"
            _must_be(chain, "officers", release, sha256, why, receive.arrival_path(settings, number))
    for release, manifest in officers.items():
        by = releases.manifest_path(settings, "officers", release)
        for number, sha256 in (
            (manifest.get("chain") or {}).get("arrivals", {}).items() if has_records else ()
        ):
            path = receive.arrival_path(settings, int(number))
            if not path.exists():
                chain.say(REMOVED, path, f"the record of arrival {number}, which the release {release} names")
            elif chain.digests[path] != sha256 and not chain.faulty(path) and not chain.faulty(by):
                chain.say(BROKEN, path, f"the record of arrival {number}: the release {release} names another, so "
                          "it was replaced")  # fmt: skip
        for number, sha256 in (
            ((manifest.get("chain") or {}).get("erasures", {}).items()) if has_records else ()
        ):
            path = erased_list.record_path(settings, int(number))
            if not path.exists():
                chain.say(REMOVED, path, f"the record of erasure {number}, which the release {release} names")
            elif durable.file_digest(path) != sha256 and not chain.faulty(path) and not chain.faulty(by):
                chain.say(
                    BROKEN, path, f"the record of erasure {number}: the release {release} names another"
                )
        for delivery in manifest.get("deliveries", ()) if has_records else ():
            path = receive.arrival_path(settings, delivery["number"])
            if not path.exists():
                chain.say(
                    REMOVED,
                    path,
                    f"the record of arrival {delivery['number']}, which the release {release} holds",
                )
    for release, manifest in chain.manifests["public"].items() if has_officers else ():
        _must_be(
            chain, "officers", manifest.get("officers_release", ""), manifest.get("officers_sha256", ""),
            f"the publication {release} was made from it", releases.manifest_path(settings, "public", release),
        )  # fmt: skip
    _moved_back(chain)


def _moved_back(chain: Chain) -> None:
    """Releases after the one that is read: a run cut short before the pointer, or a pointer that was moved back."""
    current = chain.current("officers")
    if current is None or any(fault.is_problem and "releases" in fault.path for fault in chain.faults):
        return
    held = list(chain.manifests["officers"].values())
    later = [
        manifest for manifest in held[held.index(current) + 1 :]
        if "chain" in manifest and not manifest["chain"].get("rebuild")
    ]  # fmt: skip
    was_read = {arrival.release.partition(" ")[0] for arrival in chain.arrivals.values()}
    holds = {delivery["number"] for delivery in current.get("deliveries", ())}
    reported = {
        int(path.name) for path in (chain.settings.records / "reported").glob("*") if path.name.isdigit()
    }
    path = chain.settings.audience("officers") / "CURRENT"
    for manifest in later:
        told = {delivery["number"] for delivery in manifest["deliveries"]} & reported - holds
        what = f"the pointer to what officers read: it names {current['release']}, and {manifest['release']} is newer"
        if manifest["release"] in was_read or told:
            chain.say(CHANGED, path, f"{what} and was read already, so the pointer was moved back", RUN)
        else:
            chain.say(
                UNFINISHED,
                path,
                f"{what}: a run was cut short before readers got it, or it was moved back",
                RUN,
            )
    all_held = {delivery["number"] for manifest in held for delivery in manifest.get("deliveries", ())}
    lost = sorted(reported - all_held)
    if lost:
        folder = chain.settings.audience("officers") / "releases"
        chain.say(
            REMOVED, folder, f"a release that held {numbers('delivery', 'deliveries', lost)}: the reports were written "
            "after it was made, and no release here holds them",
        )  # fmt: skip


def numbers(one: str, several: str, found: Iterable[Any]) -> str:
    """delivery 3; deliveries 3, 4 and 7."""
    texts = [str(number) for number in found]
    if len(texts) == 1:
        return f"{one} {texts[0]}"
    return f"{several} {', '.join(texts[:-1])} and {texts[-1]}"


def _signatures(chain: Chain) -> None:
    """Whose signatures manifests carry. One that is not signed after one that is has lost its signature."""
    trusted = seals.trusted(chain.settings)
    for audience, held in chain.manifests.items():
        signed_before = ""
        for release, manifest in held.items():
            path = releases.manifest_path(chain.settings, audience, release)
            signer = seals.signer_of(manifest)
            chain.signers[f"{audience} {release}"] = signer
            what = f"the manifest of the {OF_AUDIENCE[audience]} {release}"
            if signer and trusted and signer not in trusted:
                chain.say(BROKEN, path, f"{what}: it is signed by {signer}, who is not among the trusted signers",
                          "Ask whose key that is; add it to SEND_AUDIT_TRUSTED_SIGNERS only if you know.")  # fmt: skip
            if not signer and signed_before and not chain.faulty(path):
                chain.say(BROKEN, path, f"{what}: it is not signed, although {signed_before} before it is",
                          "Restore it from a backup, or find out who ran without SEND_AUDIT_SIGNING_KEY.")  # fmt: skip
            signed_before = release if signer else signed_before


def _order(release: str) -> tuple[str, int]:
    day, _, number = release.rpartition(".")
    return day, int(number)
