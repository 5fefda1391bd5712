"""Where every row went: each step of a small council by hand, steps that are made to fail, random histories."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import contracts, durable, making, partitions, releases, run
from pipelines import settings as program_settings
from pipelines.evidence import balanced_steps, balances
from pipelines.intake import key as keys
from pipelines.intake import receive, verdicts
from pipelines.measures import build, counts
from pipelines.model import facts, published
from pipelines.model import in_force as standing
from pipelines.publish import publish
from pipelines.settings import Settings
from tests.acceptance import council_files, histories, plan_rows, twelve

COUNCIL = "990"
TAKEN, LATER = date(2026, 4, 3), date(2026, 4, 20)


@pytest.fixture(scope="module", autouse=True)
def only_our_own_pass() -> Iterator[None]:
    """Great Expectations judges each delivery alone; that the two judges agree is tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verdicts, "verdicts", lambda *_: {})
        yield


def received(settings: Settings, path: Path, taken: date, **said: Any) -> None:
    with durable.store_lock(settings.store):
        receive.receive(
            settings, contracts.load(settings), keys.load(settings), path, extracted_on=taken, **said
        )


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A council that sends everything: audits twice, the second time with changes, and a file that is refused."""
    folder = tmp_path_factory.mktemp("balances")
    settings = program_settings.load(
        {"SEND_AUDIT_DATA": str(folder / "data"), "SEND_AUDIT_KEY_FILE": str(folder / "key" / "a.key")}
    )
    catalogue = contracts.load(settings)

    def send(feed: str, rows: list[dict[str, Any]], taken: date, name: str, **said: Any) -> None:
        path = council_files.write(
            folder / "files", catalogue.contracts[feed], rows, "plain", catalogue, name
        )
        received(settings, path, taken, **said)

    rows = twelve.rows()
    people = rows["family_participation"]
    another = {**people[2], "person_number": 2}  # a second parent of the second audit
    orphan = {**people[0], "audit_reference": "BR/9999"}  # of an audit that nobody sent
    raised = {
        **rows["audit_programme"][0],
        "planned_count": 9,
        "approved_on": date(2025, 3, 30),
    }  # 3 more planned
    send("audit_programme", [*rows["audit_programme"], raised], TAKEN, "programme")
    send("case_audits", rows["case_audits"], TAKEN, "audits")
    send("family_participation", [*people, another, orphan], TAKEN, "people")
    send("plan_reviews", plan_rows.reviews(COUNCIL), TAKEN, "reviews")
    send("active_plans", plan_rows.register(COUNCIL), TAKEN, "register")
    rate = {"council": COUNCIL, "period_start": date(2024, 4, 1), "period_end": date(2025, 3, 31), "numerator": 5,
            "definition": "voice.any_family", "denominator": 8, "source": "scrutiny", "given_on": TAKEN}  # fmt: skip
    send("participation_rates", [rate], TAKEN, "rates")
    action = {"council": COUNCIL, "action_reference": "BR/A1", "source": "audit", "opened_on": date(2025, 5, 1),
              "original_due_on": date(2025, 9, 30), "done_on": date(2025, 9, 1), "evidence": "Log"}  # fmt: skip
    send("actions", [action], TAKEN, "actions")
    audits = [dict(row) for row in rows["case_audits"] if row["planned_month"] == date(2025, 4, 1)]
    impossible = {**audits[1], "completed_on": date(2025, 3, 1)}  # it ended before it began
    homeless = {**audits[0], "council": "Nowhere"}
    send("case_audits", [*audits[2:], impossible, homeless], LATER, "april again")
    notes = folder / "files" / "notes.csv"
    notes.write_text("Notes\nNothing of use\n", encoding="utf-8")
    received(settings, notes, LATER)
    return settings


def counted(settings: Settings) -> run.Work:
    work = run.begin(settings)
    run.take_in(work)
    run.count(work)
    return work


@pytest.fixture(scope="module")
def work(council: Settings) -> run.Work:
    return counted(council)


def step(work: run.Work, of: str, feed: str, name: str, subject: str = "") -> dict[str, int]:
    return {part: rows for *entry, part, rows in work.balances if tuple(entry) == (of, feed, name, subject)}


def test_every_step_of_a_small_council(work: run.Work) -> None:
    assert run.out_of_balance(work) is None
    april = sum(row["planned_month"] == date(2025, 4, 1) for row in twelve.rows()["case_audits"])
    assert april == 12
    # 140 audits, then April again: its 12 without the first two, one of which cannot be, and one of no council
    assert step(work, "", "case_audits", "files") == {"": 152, "accepted": 150, "set aside": 2}
    assert step(work, COUNCIL, "case_audits", "received") == {"": 151, "accepted": 150, "set aside": 1}
    assert step(work, "", "case_audits", "received") == {"": 1, "set aside": 1}
    assert step(work, COUNCIL, "case_audits", "set aside") == {"": 1, "AUD-301": 1}
    assert step(work, COUNCIL, "case_audits", "accepted") == {
        "": 150,
        "in force": 138,
        "replaced": 10,
        "left out": 2,
    }
    assert step(work, COUNCIL, "case_audits", "in force", "audits") == {"": 138, "fact": 138}
    # child and parent of 120 audits, a second parent, and one of no audit; two audits have gone and left their people
    people = step(work, COUNCIL, "family_participation", "in force", "participants")
    assert people == {"": 242, "fact": 236, "joined": 1, "audit not held": 5}
    # 24 rows of the programme and a later approval of one of them, which raises 6 planned audits to 9
    programme = step(work, COUNCIL, "audit_programme", "in force", "planned_audits")
    assert programme == {"": 25, "plans": 24, "joined": 1}
    assert step(work, COUNCIL, "audit_programme", "made", "planned_audits") == {"": 143, "fact": 143}
    assert step(work, COUNCIL, "plan_reviews", "made", "plan_sections") == {"": 12 * 13, "fact": 12 * 13}
    assert step(work, COUNCIL, "active_plans", "in force", "plans") == {"": 20, "fact": 20}
    assert step(work, "published", "participation_rates", "made", "reported_participation") == {
        "": 2,
        "fact": 2,
    }
    # one action, opened and done: two entries of the ledger, and nothing is open
    assert step(work, COUNCIL, "actions", "made", "action_movements") == {"": 2, "fact": 2}
    assert step(work, COUNCIL, "actions", "ledger", "audit") == {"": 1, "done": 1}
    # completed audits are the denominator; the 20 that were only planned have no day
    voice = step(work, COUNCIL, "case_audits", "denominator", "voice.any_family")
    assert voice == {"": 138, "no completed_on": 20, "denominator": 118}
    assert step(work, "", "", "files") == {"": 2, "refused": 2}


def test_what_comes_out_of_a_step_is_what_goes_into_the_next(work: run.Work) -> None:
    rows = {tuple(entry): rows for *entry, rows in work.balances}
    for of, feed, name, subject, part in rows:
        if name == "accepted" and not part:
            assert rows[of, feed, "received", "", "accepted"] == rows[of, feed, "accepted", "", ""]
        if name == "in force" and not part:
            assert rows[of, feed, "accepted", "", "in force"] == rows[of, feed, "in force", subject, ""]


def test_a_release_tells_of_its_balances_and_the_public_of_whole_rows_by_feed(council: Settings) -> None:
    release = run.run(council).release
    with duckdb.connect(str(releases.open_database(council, "officers", release)), read_only=True) as con:
        wrong = """SELECT council, feed, step, subject FROM balances GROUP BY ALL
            HAVING sum(rows) FILTER (part = '') IS DISTINCT FROM sum(rows) FILTER (part <> '')"""
        assert con.execute(wrong).fetchall() == []
        assert con.execute("SELECT count(DISTINCT step) FROM balances").fetchall() == [(len(balances.STEPS),)]
    publish(council, "CURRENT", by="Analyst", note="test")
    with duckdb.connect(str(releases.open_database(council, "public")), read_only=True) as con:
        steps = {step for (step,) in con.execute("SELECT DISTINCT step FROM balances").fetchall()}
    assert steps == set(balances.PUBLIC_STEPS)
    manifest = releases.read_manifest(council, "officers", release)
    audits = {"feed": "case_audits", "received": 152, "accepted": 150, "rejected": 2, "in_force": 138}
    assert audits in manifest["balances"], "readers of older manifests find what they know"


def less(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Lose a row of a temporary table."""
    con.execute(f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})")


def loses_facts(table: str) -> Callable[[pytest.MonkeyPatch], None]:
    def plant(patch: pytest.MonkeyPatch) -> None:
        real = facts.build

        def build(con: duckdb.DuckDBPyConnection, *given: Any, **named: Any) -> dict[str, str]:
            made = real(con, *given, **named)
            less(con, table)
            return made

        patch.setattr(facts, "build", build)

    return plant


def loses_rows_in_force(patch: pytest.MonkeyPatch) -> None:
    real = standing.in_force

    def in_force(con: duckdb.DuckDBPyConnection, contract: Any, *given: Any) -> list[standing.Gone]:
        gone = real(con, contract, *given)
        if contract.feed == "case_audits":
            less(con, "in_force_case_audits")
        return gone

    patch.setattr(making, "in_force", in_force)


def counts_twice(patch: pytest.MonkeyPatch) -> None:
    real = counts.count

    def count(con: duckdb.DuckDBPyConnection, *given: Any) -> None:
        real(con, *given)
        con.execute("UPDATE counts SET count = count + 1 WHERE breakdown = '' AND fact = 'plans'")

    patch.setattr(build, "count", count)


def loses_given(patch: pytest.MonkeyPatch) -> None:
    real = published.build

    def build(con: duckdb.DuckDBPyConnection, *given: Any) -> dict[str, str]:
        made = real(con, *given)
        less(con, "fact_reported_participation")
        return made

    patch.setattr(published, "build", build)


@pytest.mark.parametrize(
    ("plant", "feed", "step", "subject"),
    [
        (loses_rows_in_force, "case_audits", "accepted", ""),
        (loses_facts("fact_audits"), "case_audits", "in force", "audits"),
        (loses_facts("fact_participants"), "family_participation", "in force", "participants"),
        (loses_facts("fact_planned_audits"), "audit_programme", "made", "planned_audits"),
        (loses_facts("fact_plan_sections"), "plan_reviews", "made", "plan_sections"),
        (loses_facts("fact_plan_advice"), "plan_reviews", "made", "plan_advice"),
        (loses_facts("fact_plan_months"), "active_plans", "made", "plan_months"),
        (loses_facts("fact_action_movements"), "actions", "made", "action_movements"),
        (loses_facts("fact_action_movements"), "actions", "ledger", "audit 2025-09"),
        (loses_given, "participation_rates", "made", "reported_participation"),
        (counts_twice, "active_plans", "denominator", "timeliness.mean_weeks"),
    ],
)
def test_a_row_lost_or_counted_twice_is_named(
    council: Settings,
    monkeypatch: pytest.MonkeyPatch,
    plant: Callable[[pytest.MonkeyPatch], None],
    feed: str,
    step: str,
    subject: str,
) -> None:
    plant(monkeypatch)
    # as if the program's text had changed with the fault
    monkeypatch.setattr(partitions, "code_digest", lambda: f"{plant.__qualname__} {step} {subject}")
    found = balances.broken(counted(council).balances)
    assert (feed, step, subject) in {(one.feed, one.step, one.subject) for one in found}
    assert {one.feed for one in found} == {feed} or step == "accepted", "no other feed is blamed"


def test_a_run_that_loses_rows_stops_and_the_last_release_stands(
    council: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run.run(council).release
    loses_facts("fact_participants")(monkeypatch)
    monkeypatch.setattr(partitions, "code_digest", lambda: "another text")
    for _ in range(2):  # what was counted wrongly is kept, and does not pass the second time
        with pytest.raises(balances.OutOfBalance) as stopped:
            run.run(council)
    said = str(stopped.value)
    assert (
        "(family_participation), Brackenshire, step 'in force' (participants): 242 went in and 241 came out"
        in said
    )
    assert "readers stay on the one before" in said
    assert releases.current_release(council, "officers") == before
    monkeypatch.undo()
    assert run.run(council).release == before


def test_a_delivery_whose_checked_rows_were_cut_short_is_named(council: Settings) -> None:
    checked = next(one for one in counted(council).held if "case_audits" in one.result["feeds"])
    path = checked.folder / "case_audits.accepted.parquet"
    whole = path.read_bytes()
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE held AS FROM '{path}' LIMIT 100")
        con.execute(f"COPY held TO '{path}' (FORMAT parquet)")
    try:
        catalogue = contracts.load(council)
        with duckdb.connect() as con:
            steps = balanced_steps.of_deliveries(
                con, catalogue.contracts["case_audits"], [checked], [COUNCIL]
            )
    finally:
        path.write_bytes(whole)
    assert [
        (one.step, one.went_in, one.came_out) for one in balances.broken(steps) if one.step == "received"
    ] == [("received", 140, 100)]


@pytest.mark.parametrize("seed", [1, 2, pytest.param(3, marks=pytest.mark.slow)])
def test_random_histories_of_deliveries_always_balance(settings: Settings, tmp_path: Path, seed: int) -> None:
    """Overlaps, corrections, deletions and repeats; every row of every file received is somewhere."""
    sent = histories.deliveries(tmp_path / "files", contracts.load(settings), seed=seed, number=14)
    chance = random.Random(seed)
    for one in chance.sample(sent, len(sent)):
        received(settings, one.path, one.extracted_on, corrections=chance.random() < 0.2)
    work = counted(settings)
    assert balances.broken(work.balances) == []
    rows = sum(found["received"] for one in work.held for found in one.result["feeds"].values())
    assert sum(rows for *_, step, _, part, rows in work.balances if step == "files" and not part) == rows
    gone = sum(
        rows for *_, step, _, part, rows in work.balances if part in (standing.REPLACED, standing.LEFT_OUT)
    )
    assert gone > 0, "a history without a row replaced would prove little"
