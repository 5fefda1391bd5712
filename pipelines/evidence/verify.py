"""Verifying a figure by its receipt, against what is made again from the facts.

Belongs here: finding a receipt in any release, what can be verified on this machine, and the answer.
Does not belong here: making figures again (`recount`, `recount_public`), every figure (`verify_every`), the chain and
the files (`chain`, `store_files`, `verify_databases`), words on the terminal (`commands.verifying`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from pipelines import durable, releases
from pipelines.evidence import recount, recount_public
from pipelines.evidence.chain import Chain
from pipelines.evidence.recount import AGAIN, CannotRecount, Row
from pipelines.intake.key import Key
from pipelines.receipt_ids import is_receipt, normalise
from pipelines.releases import Manifest, text
from pipelines.settings import AUDIENCES


class NoSuchReceipt(LookupError):
    """The text is no receipt, or no release here has it; the message says which."""


@dataclass(frozen=True)
class Found:
    """A figure as a release has it."""

    audience: str
    manifest: Manifest
    part: Mapping[str, Any]
    figure: Row
    releases: tuple[str, ...]
    """Every release that holds it, the newest first."""


@dataclass
class Verdict:
    """What came of verifying one figure."""

    found: Found
    columns: list[tuple[str, Any, Any]] = field(default_factory=list)
    """(column, stored, made again) of every column that was compared."""
    differs: list[str] = field(default_factory=list)
    """Columns that are not equal, and parts whose bytes are not what the manifest says."""
    not_verified: list[str] = field(default_factory=list)
    """What could not be verified here, and why, in words."""
    erased_on: str | None = None
    """The day since which the figure cannot be counted again, as its source was erased; it is preserved."""
    superseded_by: str | None = None
    """The receipt of the same figure in the release that is read now, where it has another."""

    @property
    def is_equal(self) -> bool:
        return not self.differs and bool(self.columns)


def find(chain: Chain, receipt: str) -> Found:
    """The newest release that has a figure with this receipt. Each part is read once, however many releases share it.

    Raises:
        NoSuchReceipt: it is mistyped, or no release here has it.
    """
    plain = normalise(receipt)
    if not is_receipt(plain):
        raise NoSuchReceipt(
            "That is no receipt: one has 11 letters and digits, and its last shows a slip of the pen. Compare it with "
            "where you read it."
        )
    with duckdb.connect() as con:
        for audience in AUDIENCES:
            looked_at: set[str] = set()
            for manifest in reversed(chain.manifests[audience].values()):
                for part in manifest["parts"]:
                    path = releases.part_path(chain.settings, part)
                    if part["table"] != "figures" or part["sha256"] in looked_at or not path.exists():
                        continue
                    looked_at.add(part["sha256"])
                    try:
                        rows = recount.rows(
                            con, f"SELECT * FROM read_parquet({text(path)}) WHERE receipt = {text(plain)}"
                        )
                    except duckdb.Error:
                        continue  # damaged: what names it says so
                    if rows:
                        held = [
                            release for release, other in reversed(chain.manifests[audience].items())
                            if any(one["sha256"] == part["sha256"] for one in other["parts"])
                        ]  # fmt: skip
                        return Found(audience, manifest, part, rows[0], tuple(held))
    several = sum(len(of) for of in chain.manifests.values())
    raise NoSuchReceipt(
        f"The receipt is well written, but none of the {several} releases on this machine has it. Either it is from "
        "another council's store, or from one that this machine does not have."
    )


def one(chain: Chain, found: Found, key: Key | None) -> Verdict:
    """Verify a figure from its release's stored facts, as far as this machine has them."""
    verdict = Verdict(found)
    verdict.superseded_by = _now(chain, found)
    verdict.erased_on = chain.erasures.on(found.audience, found.part["sha256"], found.figure["receipt"])
    officers = found
    if found.audience == "public":
        source = chain.manifests["officers"].get(found.manifest.get("officers_release", ""))
        if source is not None and found.figure["breakdown"]:
            return _one_by_group(chain, verdict, source, key)
        above = _officers_figure(chain, found, source) if source else None
        if above is None:
            _only_public(chain, verdict)
            return verdict
        officers = above
    _bytes(chain, verdict, officers)
    if verdict.erased_on:
        return verdict
    council = officers.part["council"]
    try:
        with recount.connection(chain.settings) as con:
            catalogue = recount.catalogue_of(officers.manifest, found.figure["measure"])
            recount.recount(con, chain.settings, officers.manifest, council, catalogue, key)
            rows = recount.rows(con, f"SELECT * FROM {AGAIN} WHERE {recount.is_figure(officers.figure)}")
            again = rows[0] if rows else {}
            if found.audience == "public" and key is not None and again:
                again["receipt"] = recount_public.receipt(con, again, key)
    except CannotRecount as problem:
        verdict.not_verified.append(str(problem))
        if found.audience == "public":
            _only_public(chain, verdict)
        return verdict
    if key is None:
        verdict.not_verified.append(
            "The receipt itself was not minted again, because the key is not on this machine."
        )
    for name, stored in found.figure.items():
        if name == "receipt" and key is None:
            continue
        verdict.columns.append((name, stored, again.get(name)))
        if not again or not recount.same(stored, again.get(name)):
            verdict.differs.append(name)
    return verdict


def _one_by_group(chain: Chain, verdict: Verdict, source: Manifest, key: Key | None) -> Verdict:
    """A public figure by group: its counts added up again from the officers' figures."""
    found, settings = verdict.found, chain.settings
    paths = [releases.part_path(settings, part) for part in source["parts"] if part["table"] == "figures"]
    if not all(path.exists() for path in paths):
        _only_public(chain, verdict)
        return verdict
    _bytes(chain, verdict, found)
    with recount.connection(settings) as con:
        recount_public.figures(con, settings, paths, found.manifest, key)
        rows = recount.rows(con, f"SELECT * FROM figures WHERE {recount.is_figure(found.figure)}")
    again = rows[0] if rows else {}
    verdict.columns = [
        (name, stored, again.get(name)) for name, stored in found.figure.items() if name != "receipt" or key is not None
    ]  # fmt: skip
    verdict.differs += [name for name, stored, made in verdict.columns if not recount.same(stored, made)]
    if key is None:
        verdict.not_verified.append(
            "The receipt itself was not minted again, because the key is not on this machine."
        )
    return verdict


def _only_public(chain: Chain, verdict: Verdict) -> None:
    """What a machine without the officers' store can tell."""
    found = verdict.found
    _bytes(chain, verdict, found)
    measure = recount.catalogue_of(found.manifest, found.figure["measure"])[found.figure["measure"]]
    if not measure.is_share:
        of = "an average" if measure.kind == "mean" else "a figure that compares groups or grades"
        verdict.not_verified.append(f"The range of {of} needs the facts, which are not on this machine.")
    else:
        verdict.columns = recount_public.ranges(found.figure)
        verdict.differs += [
            name for name, stored, again in verdict.columns if not recount.same(stored, again)
        ]
    verdict.not_verified.append(
        "Numerator and denominator were not counted again, nor was the receipt minted again: the facts and the "
        f"officers' release {found.manifest.get('officers_release')} are not on this machine. Ask whoever holds them "
        "to verify the same receipt."
    )


def _bytes(chain: Chain, verdict: Verdict, used: Found) -> None:
    """The parts that a figure is made from have the bytes that the manifest names."""
    parts = [verdict.found.part]
    if used.audience == "officers":
        parts += recount.parts_of(used.manifest, used.part["council"])
    for part in {part["sha256"]: part for part in parts}.values():
        path = releases.part_path(chain.settings, part)
        where = path.relative_to(chain.settings.store).as_posix()
        if not path.exists():
            verdict.differs.append(f"{where} is missing")
        elif (digest := durable.file_digest(path)) != part["sha256"] and digest not in chain.erasures.since(
            path, part["sha256"]
        ):
            verdict.differs.append(f"{where} does not have the bytes that the release names")


def _officers_figure(chain: Chain, found: Found, source: Manifest) -> Found | None:
    """The same figure in the officers' release that a publication was made from."""
    with duckdb.connect() as con:
        for part in source["parts"]:
            path = releases.part_path(chain.settings, part)
            if part["table"] == "figures" and path.exists():
                rows = recount.rows(
                    con, f"SELECT * FROM read_parquet({text(path)}) WHERE {recount.is_figure(found.figure)}"
                )
                if rows:
                    return Found("officers", source, part, rows[0], (source["release"],))
    return None


def _now(chain: Chain, found: Found) -> str | None:
    """The receipt that the same figure has in the release that is read now, where it is another ('' where the figure
    is not in it any more)."""
    current = chain.current(found.audience)
    if current is None or current["release"] in found.releases:
        return None
    with duckdb.connect() as con:
        for part in current["parts"]:
            path = releases.part_path(chain.settings, part)
            if part["table"] == "figures" and path.exists():
                rows = recount.rows(
                    con,
                    f"SELECT receipt FROM read_parquet({text(path)}) WHERE {recount.is_figure(found.figure)}",
                )
                if rows:
                    return None if rows[0]["receipt"] == found.figure["receipt"] else rows[0]["receipt"]
    return ""
