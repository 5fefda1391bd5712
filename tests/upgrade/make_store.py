"""Makes a small complete store by the program as it is, and keeps it: what later versions must be able to open.

    python -m tests.upgrade.make_store 2026-11-22-0.1.0

writes `tests/fixtures/stores/<name>/`: `store.tar.xz` (the data folder), `test-key.txt` (its key, which protects
nothing: all rows are made up) and `answers.json` (what the program said of it then). One that is there is never written
again: it would no longer be of its version. Make one for each version that changes what a store holds.

Belongs here: the story of the store. Does not belong here: opening one (`held_stores`, `test_held_stores`).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tarfile
import tempfile
from datetime import date
from pathlib import Path

from pipelines import contracts, durable, releases
from pipelines.intake import key as keys
from pipelines.intake import receive
from pipelines.publish import publish
from pipelines.run import run
from pipelines.settings import AUDIENCES
from tests.acceptance import council_files, plan_rows, twelve
from tests.upgrade.held_stores import STORES, answers, settings_of

COUNCIL = "990"
FIRST = date(2026, 1, 1)
SECRET = hashlib.sha256(b"This key protects nothing: every row of this store is made up.").hexdigest()
RATES: twelve.Rows = [
    {"council": COUNCIL, "period_start": date(2024, 4, 1), "period_end": date(2025, 3, 31),
     "definition": "voice.any_family", "numerator": 50, "denominator": 80, "percent": 62.5, "source": "scrutiny",
     "given_on": date(2025, 6, 1)},
]  # fmt: skip


def main(name: str) -> None:
    """Make the store `name`.

    Raises:
        FileExistsError: there is one of that name.
    """
    folder = STORES / name
    if folder.exists():
        raise FileExistsError(f"{folder} is there already and is never written again. Give another name.")
    with tempfile.TemporaryDirectory() as place:
        data, files = Path(place) / "data", Path(place) / "files"
        key = Path(place) / "test-key.txt"
        key.write_text(SECRET + "\n", encoding="ascii")
        _tell_the_story(data, key, files)
        for path in (data / "inbox", data / "outbox", data / "store" / "records" / "work"):
            shutil.rmtree(path, ignore_errors=True)
        made = Path(place) / name
        made.mkdir()
        shutil.copy(key, made)
        said = json.dumps(answers(settings_of(data, key)), sort_keys=True).replace("], [", "],\n[")
        (made / "answers.json").write_text(said + "\n", encoding="utf-8")
        for audience in AUDIENCES:
            releases.prune(settings_of(data, key), audience, keep=1)
        with tarfile.open(made / "store.tar.xz", "w:xz") as archive:
            archive.add(data, "data", filter=_plain)
        shutil.copytree(made, folder)
    print(f"{folder}: {sum(path.stat().st_size for path in folder.iterdir()):,} bytes")


def _tell_the_story(data: Path, key: Path, files: Path) -> None:
    """Three releases, the first of which is published: all feeds of a council; a later whole file of audits that
    replaces, deletes and breaks a rule, with corrections and a file that is refused; and a register that goes on."""
    rows = _last_months() | {
        "plan_reviews": plan_rows.reviews(COUNCIL)[-3:],
        "active_plans": plan_rows.register(COUNCIL),
        "participation_rates": RATES,
    }
    taken = date(2026, 4, 3)
    for feed, held in rows.items():
        receive_rows(data, key, files, feed, held, taken)
    run(settings_of(data, key, taken))
    publish(
        settings_of(data, key, taken), "CURRENT", by="Head of quality assurance", note="First publication"
    )

    taken = date(2026, 4, 20)
    later = [dict(row) for row in rows["case_audits"][:-3]]
    later[0]["completed_on"] = date(2025, 3, 1)  # before it began: set aside
    later[1]["primary_need"] = "SEMH"
    receive_rows(data, key, files, "case_audits", later, taken)
    corrected = [{**row, "mode": "written"} for row in rows["family_participation"][:2]]
    receive_rows(data, key, files, "family_participation", corrected, taken, corrections=True)
    notes = files / "notes.csv"
    notes.write_text("Notes\nNothing of use\n", encoding="utf-8")
    _receive_file(data, key, notes, taken)
    run(settings_of(data, key, taken))

    taken = date(2026, 5, 2)
    receive_rows(data, key, files, "active_plans", plan_rows.register(COUNCIL, 24), taken)
    run(settings_of(data, key, taken))


def _last_months() -> dict[str, twelve.Rows]:
    """The twelve-answers rows of three months, so that the store is small."""
    rows = twelve.rows()
    audits = [row for row in rows["case_audits"] if row["planned_month"] >= FIRST]
    held = {row["audit_reference"] for row in audits}
    return {
        "audit_programme": [row for row in rows["audit_programme"] if row["period"] >= f"{FIRST:%Y-%m}"],
        "case_audits": audits,
        "family_participation": [
            row for row in rows["family_participation"] if row["audit_reference"] in held
        ],
    }


def receive_rows(
    data: Path,
    key: Path,
    files: Path,
    feed: str,
    rows: twelve.Rows,
    taken: date,
    *,
    corrections: bool = False,
) -> None:
    catalogue = contracts.load(settings_of(data, key))
    path = council_files.write(files, catalogue.contracts[feed], rows, "plain", catalogue, f"{feed}-{taken}")
    _receive_file(data, key, path, taken, corrections=corrections)


def _receive_file(data: Path, key: Path, path: Path, taken: date, *, corrections: bool = False) -> None:
    settings = settings_of(data, key, taken)
    with durable.store_lock(settings.store):
        receive.receive(
            settings, contracts.load(settings), keys.load(settings), path, extracted_on=taken,
            corrections=corrections, sent_by="Quality assurance team",
        )  # fmt: skip


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Nobody's name, and nothing that can be built again."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return None if member.name.endswith((".wal", ".lock", "LOCK")) else member


if __name__ == "__main__":
    main(*sys.argv[1:2])
