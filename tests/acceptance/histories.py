"""A random history of deliveries for the acceptance tests: overlaps, corrections, deletions and repeats.

A made-up world of audits changes day by day; each delivery is an extract of some of its months as it stood that day.
What the world holds at the end is what any order of receiving the files must give.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pipelines.contracts import Catalogue
from tests.acceptance import council_files, twelve

START = date(2026, 4, 10)


@dataclass(frozen=True)
class Sent:
    path: Path
    extracted_on: date


def deliveries(folder: Path, catalogue: Catalogue, seed: int, number: int) -> list[Sent]:
    """Files in the order of their dates of extraction, which all differ (a repeat is sent again with its own)."""
    chance = random.Random(seed)
    rows = twelve.rows()
    audits = {row["audit_reference"]: dict(row) for row in rows["case_audits"]}
    people = {(row["audit_reference"], row["role"]): dict(row) for row in rows["family_participation"]}
    months = sorted({row["planned_month"] for row in audits.values()})
    sent = [
        Sent(
            council_files.write(
                folder, catalogue.contracts["audit_programme"], rows["audit_programme"], "plain", catalogue
            ),
            START,
        )
    ]
    contents: list[Path] = []
    for n in range(1, number):
        day = START + timedelta(days=n)
        if contents and chance.random() < 0.1:
            sent.append(Sent(chance.choice(contents), day))
            continue
        _change(chance, audits, people)
        if chance.random() < 0.5:
            first = chance.randrange(len(months))
            wanted = months[first : first + chance.randint(1, 3)]
            feed, chosen = "case_audits", [row for row in audits.values() if row["planned_month"] in wanted]
        else:
            feed, chosen = "family_participation", chance.sample(list(people.values()), min(len(people), 12))
        if not chosen:
            continue
        contract = catalogue.contracts[feed]
        path = council_files.write(
            folder, contract, chosen, chance.choice(council_files.STYLES), catalogue, f"{n:04d}-{feed}"
        )
        contents.append(path)
        sent.append(Sent(path, day))
    return sent


def _change(chance: random.Random, audits: dict[str, dict], people: dict[tuple[str, str], dict]) -> None:  # type: ignore[type-arg]
    """About a third of the rows that a later extract holds have changed since; some have gone, some are new."""
    for row in chance.sample(list(audits.values()), len(audits) // 20):
        if row["status"] == "completed":
            row["sex"] = chance.choice("MF")
            row["primary_need"] = chance.choice(["ASD", "SEMH", "SLCN"])
    for row in chance.sample(list(people.values()), len(people) // 20):
        if row["contributed_on"]:
            row["mode"] = chance.choice(["conversation", "written", "survey"])
    if chance.random() < 0.3 and len(audits) > 40:
        audits.pop(chance.choice(list(audits)))
