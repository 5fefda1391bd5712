"""Acceptance: a random child, in random feeds, formats, faults and corrections, is erased: nothing of it is found
anywhere afterwards, and all the rest verifies, from the facts and from the originals."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from pipelines import contracts, originals, run
from pipelines.contracts import Catalogue
from pipelines.erasure import work
from pipelines.evidence import chain as chains
from pipelines.evidence import store_files, verify_databases, verify_every
from pipelines.intake import key as keys
from pipelines.intake import receive, verdicts
from pipelines.progress import quiet
from pipelines.settings import Settings
from tests import few
from tests.acceptance import council_files
from tests.acceptance.plan_rows import as_days
from tests.ods import spreadsheet
from tests.planted_rows import SOUND
from tests.searching import found_in

COUNCIL, FIRST = "990", date(2026, 3, 20)
Rows = list[dict[str, Any]]
DAYS = ("completed_on", "offered_on", "reviewed_on", "issued_on")


class World:
    """Children with audits, people, plans and reviews, all with references that stand nowhere by chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.children = [f"KID{seed:02d}{n}XQ" for n in range(6)]
        self.audits = {f"AUD{seed:02d}{n:02d}ZV": self.chance.choice(self.children) for n in range(12)}
        self.plans = {f"PLA{seed:02d}{n}WY": child for n, child in enumerate(self.children)}

    def rows(self, feed: str) -> Rows:
        return [as_days(SOUND[feed]) | {"council": COUNCIL} | row for row in getattr(self, feed)()]

    def case_audits(self) -> Rows:
        return [{"audit_reference": ref, "child_reference": child, "planned_month": date(2025, 4 + n % 9, 1),
                 "started_on": None, "completed_on": date(2025, 4 + n % 9, 20), "moderated_on": None, "moderator": None,
                 "moderator_grade": None, "moderation_selection": None}
                for n, (ref, child) in enumerate(self.audits.items())]  # fmt: skip

    def family_participation(self) -> Rows:
        return [{"audit_reference": ref, "role": role, "offered_on": date(2025, 3, 3), "contributed_on": None,
                 "mode": None, "told_outcome_on": None, "rating_listened": None, "rating_difference": None}
                for ref in self.audits for role in self.chance.sample(["child", "parent", "staff"], 2)]  # fmt: skip

    def plan_reviews(self) -> Rows:
        return [{"review_reference": f"REV{n}{child}", "child_reference": self.chance.choice([child, None]),
                 "plan_reference": plan, "planned_month": date(2025, 5 + n, 1), "reviewed_on": date(2025, 5 + n, 9),
                 "moderated_on": None, "moderator": None, "moderator_grade": None, "moderation_selection": None}
                for n, (plan, child) in enumerate(self.plans.items())]  # fmt: skip

    def active_plans(self) -> Rows:
        return [{"plan_reference": plan, "child_reference": child} for plan, child in self.plans.items()]

    def spoil(self, rows: Rows) -> Rows:
        """Some rows twice, some with a day that has not come, so that they are set aside."""
        for row in self.chance.sample(rows, len(rows) // 4):
            row[next(name for name in DAYS if row.get(name))] = date(2027, 1, 1)
        return rows + [dict(row) for row in self.chance.sample(rows, len(rows) // 5)]

    def of(self, child: str) -> list[str]:
        """All references of a child."""
        audits = [ref for ref, whose in self.audits.items() if whose == child]
        return [child, *audits, *(plan for plan, whose in self.plans.items() if whose == child)]


def as_ods(path: Path) -> Path:
    with path.open(newline="") as handle:
        made = spreadsheet({"Notes": [["Sent by the office"]], "Data": list(csv.reader(handle))})
    path.unlink()
    path.with_suffix(".ods").write_bytes(made)
    return path.with_suffix(".ods")


def deliver(settings: Settings, catalogue: Catalogue, world: World, folder: Path) -> None:
    """Every feed twice, the second time changed; a sheet of corrections; files that are refused."""
    key, day = keys.load(settings), FIRST
    for turn in range(2):
        for feed in ("case_audits", "family_participation", "plan_reviews", "active_plans"):
            rows = world.spoil(world.rows(feed))
            style = world.chance.choice([*council_files.STYLES, "ods"])
            name = f"{feed}-{turn}"
            plain = "plain" if style == "ods" else style
            path = council_files.write(folder, catalogue.contracts[feed], rows, plain, catalogue, name)
            path = as_ods(path) if style == "ods" else path
            day += timedelta(days=1)
            receive.receive(settings, catalogue, key, path, extracted_on=day)
        run.run(replace(settings, today=day))
    child = world.children[0]
    (folder / "no-headers.csv").write_text(f"{child},F,x\nother,M,y\n")
    with zipfile.ZipFile(folder / "packed.zip", "w") as archive:
        buffer = io.StringIO()
        csv.writer(buffer).writerow(world.of(child))
        archive.writestr("inside.csv", buffer.getvalue())
    refused = [folder / "no-headers.csv", folder / "packed.zip"]
    sex = catalogue.contracts["case_audits"].columns["sex"]
    for path in [*refused, *corrected(settings, folder, {sex.title, *sex.also_called})]:
        receive.receive(settings, catalogue, key, path, extracted_on=day)


def corrected(settings: Settings, folder: Path, names: set[str]) -> list[Path]:
    """The first report with something to correct, sent back with half of its rows changed in the column so called."""
    called = {name.lower() for name in names}
    for report in sorted(settings.outbox.glob("*case-audits-0-report.xlsx")):
        book = openpyxl.load_workbook(report)
        if "Corrections" in book.sheetnames:
            sheet = book["Corrections"]
            header = next(n for n in range(1, 20) if sheet.cell(n, 2).value == "Row code")
            at = next(n for n in range(1, 60) if str(sheet.cell(header, n).value).strip().lower() in called)
            for row in range(header + 1, sheet.max_row + 1, 2):
                sheet.cell(row, at).value = "F"
            book.save(folder / "put-right.xlsx")
            return [folder / "put-right.xlsx"]
    return []


def needles(settings: Settings, world: World, child: str) -> list[str | bytes | int]:
    key, found = keys.load(settings), list[str | bytes | int](world.of(child))
    with duckdb.connect() as con:
        for ref in world.of(child):
            for kind in ("child_reference", "audit_reference", "plan_reference"):
                code = key.keyed_hash(f"{kind}|{COUNCIL}|{ref}")
                found += [code, bytes.fromhex(code)]
                found += [
                    one for (one,) in con.execute(f"SELECT md5_number_upper('{COUNCIL}|{code}')").fetchall()
                ]
    return found


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 8))])
def test_a_random_child(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})
    catalogue, world = contracts.load(settings), World(seed)
    settings = replace(
        settings, today=date(2026, 4, 7), definitions=few.definitions(tmp_path / "definitions")
    )
    deliver(settings, catalogue, world, tmp_path / "files")
    run.run(settings)
    child = world.children[0] if seed % 2 else world.chance.choice(world.children)
    others = [ref for other in world.children if other != child for ref in world.of(other)]
    held = found_in(settings.data, others)

    with work.scene(settings, quiet) as of:
        plan = work.for_child(of, COUNCIL, child)
        assert plan.rows
        work.do(of, plan, by="Role", note="Why")
    assert found_in(settings.data, needles(settings, world, child)) == {}
    left = found_in(settings.data, others)
    for path, refs in held.items():
        if path.startswith("store/records/deliveries/") and not path.endswith(".zip"):
            assert left.get(path) == refs, "every other child's rows are where they were"
    for rebuilt in checked(settings, from_originals=True):
        assert rebuilt.is_equal, (rebuilt.failed, rebuilt.parts_that_differ, rebuilt.differences[:3])

    run.run(settings)
    assert found_in(settings.data, needles(settings, world, child)) == {}
    checked(settings)


def checked(settings: Settings, *, from_originals: bool = False) -> list[originals.Rebuilt]:
    """All files, the chain, every figure; and the releases made again."""
    chain, key = chains.read(settings), keys.load(settings)
    store_files.check(chain, {}, key.fingerprint)
    verify_databases.check(chain)
    assert [fault for fault in chain.faults if fault.is_problem] == []
    for release in verify_every.every(chain, key):
        assert (release.differ, release.problems) == (0, []), release.differences[:3]
    if not from_originals:
        return []
    return originals.rebuild_all(chain, list(chain.manifests["officers"]), quiet)
