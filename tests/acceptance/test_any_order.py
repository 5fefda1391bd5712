"""Acceptance: the same deliveries received and run in any order give the same release; A, B, A gives A."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines import contracts, durable, releases
from pipelines.intake import key as keys
from pipelines.intake import receive, verdicts
from pipelines.run import run
from pipelines.settings import Settings
from tests import few
from tests.acceptance import council_files, histories, twelve

CONTENTS = {
    "fact_audits",
    "fact_participants",
    "fact_planned_audits",
    "counts",
    "figures",
    "charts",
    "spans",
    "places",
}


@pytest.fixture(autouse=True)
def only_our_own_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Expectations judges each delivery alone, so order is nothing to it; it costs a second each."""
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})


def contents(settings: Settings) -> set[tuple[str, str, str]]:
    """Table, council and digest of each part that says something about audits."""
    parts = releases.read_manifest(settings, "officers")["parts"]
    return {(part["table"], part["council"], part["sha256"]) for part in parts if part["table"] in CONTENTS}


def receive_all(settings: Settings, sent: list[histories.Sent], runs: set[int] = frozenset()) -> None:  # type: ignore[assignment]
    catalogue, key = contracts.load(settings), keys.load(settings)
    for n, one in enumerate(sent):
        with durable.store_lock(settings.store):
            receive.receive(settings, catalogue, key, one.path, extracted_on=one.extracted_on)
        if n in runs:
            run(settings)
    run(settings)


def another_store(settings: Settings, folder: Path) -> Settings:
    """A second store with the same key, which may use what the first has judged already: a check is a pure function."""
    other = replace(settings, data=folder)
    shutil.copytree(settings.records / "checked", other.records / "checked")
    return other


@pytest.mark.parametrize(("number", "orders"), [(40, 2), pytest.param(200, 5, marks=pytest.mark.slow)])
def test_any_order_gives_the_same_release(
    settings: Settings, tmp_path: Path, number: int, orders: int
) -> None:
    settings = replace(settings, definitions=few.definitions(tmp_path / "definitions"))
    sent = histories.deliveries(tmp_path / "files", contracts.load(settings), seed=number, number=number)
    receive_all(settings, sent)
    expected = contents(settings)
    for seed in range(orders):
        other = another_store(settings, tmp_path / f"other-{seed}")
        chance = random.Random(seed)
        receive_all(other, chance.sample(sent, len(sent)), runs=set(chance.sample(range(len(sent)), 3)))
        assert contents(other) == expected


def test_a_b_a_gives_a(settings: Settings, tmp_path: Path) -> None:
    catalogue, key = contracts.load(settings), keys.load(settings)
    contract = catalogue.contracts["case_audits"]
    rows = twelve.rows()["case_audits"]
    one = council_files.write(tmp_path, contract, rows, "plain", catalogue, "a")
    other = council_files.write(tmp_path, contract, rows[:-30], "plain", catalogue, "b")
    seen = []
    for path in (one, one, other, one):
        with durable.store_lock(settings.store):
            _, is_new = receive.receive(settings, catalogue, key, path, extracted_on=twelve.EXTRACTED_ON)
        outcome = run(settings)
        seen.append((is_new, outcome.is_new, contents(settings)))
    (first, again, between, back) = seen
    assert first[:2] == (True, True)
    assert again[:2] == (False, False), "the same bytes again at once change nothing"
    assert between[2] != first[2]
    assert back[2] == first[2]


def test_corrections_replace_only_what_they_hold(settings: Settings, tmp_path: Path) -> None:
    catalogue, key = contracts.load(settings), keys.load(settings)
    contract = catalogue.contracts["case_audits"]
    rows = twelve.rows()["case_audits"]
    corrected = [{**rows[0], "sex": "F" if rows[0]["sex"] == "M" else "M"}]
    files = [
        (council_files.write(tmp_path, contract, rows, "plain", catalogue, "all"), False),
        (council_files.write(tmp_path, contract, corrected, "plain", catalogue, "corrected"), True),
    ]
    for path, corrections in files:
        with durable.store_lock(settings.store):
            receive.receive(
                settings, catalogue, key, path, extracted_on=twelve.EXTRACTED_ON, corrections=corrections
            )
    run(settings)
    deliveries = releases.open_release(settings)["deliveries"]
    assert list(deliveries.sort_values("number")["rows_in_force"]) == [len(rows) - 1, 1]
