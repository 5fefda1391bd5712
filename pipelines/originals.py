"""Making a release again from the archived files, through intake, and comparing it with what is stored.

Belongs here: a scratch store below the work folder, with the contracts, mappings, definitions and lists of the release,
and what differs. Does not belong here: the steps (`intake`, `partitions`, `run`), or counting from stored facts
(`evidence.recount`).

The archive, the key and the texts that the release was made with are all that goes in. Releases made before lists and
councils' names were kept are made again with those of today, and the answer says so.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines import __version__, contracts, durable, partitions, releases, run
from pipelines.evidence import recount
from pipelines.evidence.chain import Chain, numbers
from pipelines.evidence.recount import KEY, Difference, Row
from pipelines.intake import key as keys
from pipelines.intake import receive, tombstones
from pipelines.progress import Progress
from pipelines.releases import Manifest, text
from pipelines.settings import Settings

_OF_SEVERAL = ("planned_audits", "plan_months", "setting_months", "audit_themes", "review_themes")
"""Facts whose rows depend on other rows than their own: an erased audit fulfilled a promised one, began the months that
are looked at, or alone named a theme that others could have named. Their figures are compared."""


@dataclass
class Rebuilt:
    """What came of making a release again from its originals."""

    release: str
    parts: int = 0
    parts_that_differ: list[str] = field(default_factory=list)
    """In words, with the path of the part that is stored."""
    figures: int = 0
    """Figures that were compared one by one, because their part differs or a single one was asked for."""
    differ: int = 0
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    erased: int = 0
    """Parts that tell of rows that were erased since; figures among them are compared one by one."""
    rewritten: int = 0
    """Parts with the same rows in other bytes, as another version of the program or of DuckDB writes them."""
    period_over: bool = False
    """Originals went as their period was over: nothing is compared, and nothing is wrong."""
    failed: str = ""
    only: bool = False
    """One figure was asked for: parts that differ elsewhere do not count."""

    @property
    def is_equal(self) -> bool:
        return not (self.failed or self.differ or (self.parts_that_differ and not self.only))

    @property
    def summary(self) -> str:
        if self.failed:
            return f"Release {self.release} could not be made again from its originals: {self.failed}"
        if self.period_over:
            return f"Release {self.release} was not made again from its originals."
        if self.only:
            return f"From the originals of release {self.release} the figure is {'' if self.is_equal else 'not '}equal."
        same = self.parts - len(self.parts_that_differ) - self.erased - self.rewritten
        rewritten = f"; {self.rewritten} have the same rows in other bytes" if self.rewritten else ""
        erased = f"; {self.erased} tell of rows that were erased since" if self.erased else ""
        counted = (
            f"; {self.differ:,} of {self.figures:,} figures compared are not equal" if self.figures else ""
        )
        return (
            f"From the originals of release {self.release}: {same} of {self.parts} parts came out the same, byte for "
            f"byte{rewritten}{erased}{counted}."
        )

    def told(self) -> Row:
        """As JSON."""
        return {
            "release": self.release, "equal": self.is_equal, "parts": self.parts,
            "parts_that_differ": self.parts_that_differ, "parts_erased_from": self.erased,
            "parts_rewritten": self.rewritten, "figures_compared": self.figures, "differ": self.differ,
            "differences": [
                {**one.figure, "column": one.column, "stored": one.stored, "again": one.recounted}
                for one in self.differences
            ],
            "notes": self.notes, "failed": self.failed,
        }  # fmt: skip


def rebuild_all(chain: Chain, wanted: Sequence[str], progress: Progress) -> list[Rebuilt]:
    """Make officers' releases again, one after another; a delivery that several hold is read once.

    Raises:
        keys.KeyProblem: the key is not here, or is not the store's.
    """
    scratch = durable.private_folder(chain.settings.work / f"originals-{secrets.token_hex(4)}")
    try:
        return [_rebuild(chain, release, scratch, progress, None) for release in wanted]
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def rebuild(chain: Chain, release: str, progress: Progress, only: Row) -> Rebuilt:
    """Make an officers' release again and compare one figure of it, given by its key.

    Raises:
        keys.KeyProblem: as `rebuild_all`.
    """
    scratch = durable.private_folder(chain.settings.work / f"originals-{secrets.token_hex(4)}")
    try:
        return _rebuild(chain, release, scratch, progress, only)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _rebuild(chain: Chain, release: str, scratch: Path, progress: Progress, only: Row | None) -> Rebuilt:
    rebuilt = Rebuilt(release, only=only is not None)
    manifest = chain.manifests["officers"].get(release)
    if manifest is None:
        rebuilt.failed = "it is not on this machine."
        return rebuilt
    key = _key(chain.settings)
    if over := [one["number"] for one in manifest["deliveries"] if one["sha256"] in chain.erasures.whole]:
        rebuilt.period_over = True
        rebuilt.notes.append(
            f"release {release} can no longer be made again: {numbers('delivery', 'deliveries', over)} went at the end "
            "of the period for which files are kept. Its figures are preserved."
        )
        return rebuilt
    try:
        own = _settings(chain.settings, manifest, scratch, rebuilt)
        made = _make(chain, manifest, own, key, progress)
    except (
        contracts.ContractError, receive.IntakeFailure, recount.CannotRecount, _Missing, ValueError,
    ) as problem:  # fmt: skip
        rebuilt.failed = str(problem)
        return rebuilt
    if not str(manifest.get("code_version", "")).endswith(partitions.code_digest()[:12]):
        rebuilt.notes.append(
            f"release {release} was made by version {manifest.get('code_version')} of the program, and made again by "
            f"{__version__}+{partitions.code_digest()[:12]}."
        )
    _compare(chain, own, manifest, made, rebuilt, only)
    return rebuilt


class _Missing(RuntimeError):
    """Something that the release was made from is not here."""


def _key(settings: Settings) -> keys.Key:
    if not settings.key_file.exists():
        raise keys.KeyProblem(
            "From the originals a release can be made again only by who holds the key. Set SEND_AUDIT_KEY_FILE to it."
        )
    return keys.load(settings)


def _settings(settings: Settings, manifest: Manifest, scratch: Path, rebuilt: Rebuilt) -> Settings:
    """Settings of a scratch store with the texts of a release."""
    place = scratch / manifest["release"]
    texts = {f"feeds/{feed}.yaml": written for feed, written in manifest["contracts"].items()}
    texts |= {f"mappings/{name}.yaml": written for name, written in manifest["mappings"].items()}
    for name, written in texts.items():
        _write(place / "expectations" / name, written.encode())
    for name, written in manifest["definitions"].items():
        _write(place / "definitions" / f"{name.replace('.', '/')}.yaml", written.encode())
    own = replace(
        settings, data=scratch / "data", expectations=place / "expectations", definitions=place / "definitions",
        reference=place / "reference", today=date.fromisoformat(str(manifest["made_at"])[:10]),
    )  # fmt: skip
    kept = (manifest.get("chain") or {}).get("texts")
    if kept is None:
        rebuilt.notes.append(
            f"release {manifest['release']} was made before lists and councils' names were kept with it; those of "
            "today were used."
        )
        shutil.copytree(settings.reference, own.reference, dirs_exist_ok=True)
        shutil.copytree(settings.expectations / "councils", own.expectations / "councils", dirs_exist_ok=True)
        return own
    for name, sha256 in kept.items():
        path = releases.text_path(settings, sha256)
        if not path.exists():
            raise _Missing(f"the text {name} that it was made with is missing (records/texts/{sha256}).")
        root, _, inside = name.partition("/")
        folder = own.reference if root == "reference" else own.expectations / "councils"
        _write(folder / inside, path.read_bytes())
    return own


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _make(chain: Chain, manifest: Manifest, own: Settings, key: keys.Key, progress: Progress) -> Manifest:
    """The release's manifest, made again in the scratch store."""
    catalogue = contracts.load(own)
    held = []
    for done, delivery in enumerate(manifest["deliveries"]):
        progress(f"Reading the originals of release {manifest['release']}", done, len(manifest["deliveries"]))
        arrival = chain.arrivals.get(delivery["number"])
        if arrival is None or arrival.delivery != delivery["sha256"]:
            raise _Missing(f"the record of arrival {delivery['number']} is missing, or is another.")
        original = next(receive.archive_of(chain.settings, arrival.delivery).glob("original.*"), None)
        if original is None:
            raise _Missing(f"the archived original of delivery {arrival.number} is missing.")
        digest = durable.file_digest(original)
        if digest != arrival.delivery and digest not in chain.erasures.since(original, arrival.delivery):
            raise _Missing(f"the archived original of delivery {arrival.number} was changed.")
        there = receive.archive_of(own, arrival.delivery) / original.name
        if not there.exists():
            durable.private_folder(there.parent)
            shutil.copyfile(original, there)
            if tombstones.mark(original.parent):
                shutil.copyfile(original.parent / tombstones.FILE, there.parent / tombstones.FILE)
        held.append(receive.judged(own, catalogue, key, arrival))
    as_of = date.fromisoformat(str(manifest["as_of"]))
    work = run.Work(own, catalogue, key, as_of, progress, run.Outcome(), held=held)
    run.count(work)
    by_council = partitions.held_by_council(catalogue, held)
    rows_in_force, links = partitions.standing(work.councils, by_council)
    return run.make_manifest(work, by_council, rows_in_force, links)


Tables = dict[tuple[str, str], dict[str, Path]]
"""(table, council) -> digest of a part -> its file."""


def _compare(
    chain: Chain, own: Settings, manifest: Manifest, made: Manifest, rebuilt: Rebuilt, only: Row | None
) -> None:
    settings = chain.settings
    again, stored = _tables(own, made), _tables(settings, manifest)
    is_touched = any(
        tombstones.mark(receive.archive_of(settings, delivery["sha256"]))
        for delivery in manifest["deliveries"]
    )
    rebuilt.parts = sum(map(len, stored.values()))
    for table, council in sorted({**again, **stored}):
        here, there = stored.get((table, council), {}), again.get((table, council), {})
        apart = [path for digest, path in here.items() if digest not in there]
        damaged = [path for digest, path in here.items() if digest in there and _damaged(path, digest)]
        of = f" of {council}" if council else ""
        if here.keys() == there.keys():
            pass
        elif is_touched and _of_what_is_left(table, here, there):
            rebuilt.erased += len(apart)
        elif _same_rows(here, there):
            if len(here) == len(there):
                rebuilt.rewritten += len(apart)
            else:  # cut into other parts, as earlier versions did
                rebuilt.notes.append(
                    f"{table}{of}: the same rows, in {len(there)} parts and not {len(here)}."
                )
        else:
            rebuilt.parts_that_differ += [
                f"{table}{of}: {where} is stored, and another part comes out"
                for where in [path.relative_to(settings.store).as_posix() for path in apart] or ["nothing"]
            ]
        compared = here if only else {path.stem: path for path in (*apart, *damaged)}
        if table == "figures" and compared and there and (only is None or _concerns(only, council)):
            others = there if only else {digest: path for digest, path in there.items() if digest not in here}
            others |= {digest: there[digest] for digest in compared if digest in there}
            erased = {code for digest in compared for code in chain.erasures.not_from_originals_in(digest)}
            _figures(compared.values(), others.values(), rebuilt, only, erased)


def _tables(settings: Settings, manifest: Manifest) -> Tables:
    """The parts to compare: a table that compares the release with another is not of it."""
    held: Tables = {}
    for part in manifest["parts"]:
        if part["table"] not in releases.COMPARED:
            path = releases.part_path(settings, part)
            held.setdefault((part["table"], part["council"]), {})[part["sha256"]] = path
    return held


def _damaged(path: Path, digest: str) -> bool:
    """Whether a stored part does not have the bytes that its name says."""
    return durable.file_digest(path) != digest


def _of_what_is_left(table: str, here: Mapping[str, Path], there: Mapping[str, Path]) -> bool:
    """Whether a table of a release from which rows were erased is as it is to be: facts have the rows that are left.
    The other tables keep what they told of all rows, and figures are compared one by one."""
    by_rows = table.startswith("fact_") and table != "fact_columns"
    if not by_rows or table.removeprefix("fact_") in _OF_SEVERAL or not here or not there:
        return True
    return _same_rows(here, there)


def _concerns(figure: Row, council: str) -> bool:
    return council == figure["council"] or council == contracts.PUBLISHED


def _same_rows(here: Mapping[str, Path], there: Mapping[str, Path]) -> bool:
    """Whether a table has the same rows, whatever parts it is cut into."""
    if not here or not there:
        return False
    one, other = (f"FROM {recount.relation(files.values())}" for files in (here, there))
    try:
        with duckdb.connect() as con:
            [(differ,)] = con.execute(
                f"SELECT count(*) FROM (({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one}))"
            ).fetchall()
    except duckdb.Error:
        return False  # other columns, or a part that cannot be read
    return differ == 0


def _figures(
    stored: Iterable[Path],
    again: Iterable[Path],
    rebuilt: Rebuilt,
    only: Mapping[str, Any] | None,
    erased: Collection[str],
) -> None:
    """Compare figures one by one: all of some parts, or one."""
    where = " AND ".join(f'"{name}" = {text(only[name])}' for name in KEY) if only else "true"
    with duckdb.connect() as con:
        for name, files in (("stored", stored), ("again", again)):
            con.execute(f"CREATE TEMP TABLE {name} AS FROM {recount.relation(files)} WHERE {where}")
        columns = recount.columns_of(con, "stored")
        count, differ, found = recount.differences(con, "stored", "again", columns, erased=erased)
    rebuilt.figures += count
    rebuilt.differ += differ
    rebuilt.differences += found
