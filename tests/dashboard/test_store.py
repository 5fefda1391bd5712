"""The store: which release is read, while it changes, and what is missing from it."""

from __future__ import annotations

import os
import shutil
import threading
from datetime import date
from pathlib import Path

import duckdb
import pytest

from dashboard import store
from tests.dashboard import made_release

TO = date(2026, 10, 31)


@pytest.fixture
def own_root(store_root: Path, tmp_path: Path) -> Path:
    """A copy of the store that a test may change."""
    shutil.copytree(store_root, tmp_path / "store")
    return tmp_path / "store"


def renamed(root: Path, release: str) -> None:
    """Another release, of which only the name differs."""
    folder = root / "officers" / "databases"
    aside = folder / f"{release}.part"
    shutil.copy(folder / f"{made_release.RELEASE}.duckdb", aside)
    with duckdb.connect(str(aside)) as connection:
        connection.execute("UPDATE release SET release = $1", [release])
    os.replace(aside, folder / f"{release}.duckdb")


def test_nothing_published_is_no_release(tmp_path: Path) -> None:
    assert store.Store(tmp_path, "officers").current() is None


def test_an_unknown_audience_is_refused(tmp_path: Path) -> None:
    with pytest.raises(store.StoreError, match="officers or public"):
        store.Store(tmp_path, "everybody")


def test_figures_come_as_plain_dicts(release: store.Release) -> None:
    figure = store.figures(release, "990", "12m", TO)["voice.any_family"]
    assert type(figure) is dict
    assert figure["value"] == figure["numerator"] / figure["denominator"]
    assert len(figure["receipt"]) == 11


def test_the_same_question_of_the_same_release_is_answered_once(release: store.Release) -> None:
    assert store.figures(release, "990", "month", TO) is not store.figures(release, "990", "quarter", TO)
    first = store.series(release, "voice.child", "990", "12m")
    assert store.series(release, "voice.child", "990", "12m") is first


def test_text_in_a_question_stays_text(release: store.Release) -> None:
    assert store.series(release, "' OR 1 = 1 --", "990", "12m") == []
    assert store.figures(release, "990'; DROP TABLE figures; --", "12m", TO) == {}
    with pytest.raises(TypeError, match="not list"):
        release._run("SELECT ?", [["a"]])


def test_a_flipped_pointer_is_followed_and_the_old_release_still_answers(own_root: Path) -> None:
    held = store.Store(own_root, "officers")
    old = held.current()
    assert old is not None
    renamed(own_root, "2026-11-21.2")
    assert held.current() is old, "a new file alone changes nothing"
    made_release.flip(own_root, "2026-11-21.2")
    new = held.current()
    assert new is not None
    assert (store.about(old)["release"], store.about(new)["release"]) == ("2026-11-21.1", "2026-11-21.2")
    assert old.rows("SELECT count(*) AS n FROM {db}.figures") == new.rows(
        "SELECT count(*) AS n FROM {db}.figures"
    )


def test_readers_never_see_an_error_or_half_a_release_while_the_pointer_flips(own_root: Path) -> None:
    names = [f"2026-11-22.{number}" for number in range(1, 13)]
    for name in names:
        renamed(own_root, name)
    held = store.Store(own_root, "officers")
    troubles: list[str] = []
    seen: set[str] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                release = held.current()
                assert release is not None
                # Not remembered answers: the file itself, twice, with a flip likely between.
                first = release._run(f'SELECT release FROM "{release.alias}".release', ())
                again = release._run(f'SELECT release FROM "{release.alias}".release', ())
                if not first == again == [{"release": release.id}]:
                    troubles.append(f"{release.id} answered {first} and {again}")
                seen.add(release.id)
            except Exception as problem:
                troubles.append(f"{type(problem).__name__}: {problem}")
                return

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for name in names:
        made_release.flip(own_root, name)
        done.wait(0.05)
    done.wait(0.2)
    done.set()
    for reader in readers:
        reader.join(timeout=20)
    assert troubles == []
    assert names[-1] in seen
    assert len(seen) > 3


def test_a_pointer_ahead_of_its_file_keeps_the_release_that_is_open(own_root: Path) -> None:
    held = store.Store(own_root, "officers")
    old = held.current()
    made_release.flip(own_root, "2026-11-21.9")
    assert held.current() is old
    renamed(own_root, "2026-11-21.9")
    found = held.current()
    assert found is not None
    assert found.id == "2026-11-21.9"


def test_a_pointer_may_name_its_manifest_s_digest(own_root: Path) -> None:
    old = store.Store(own_root, "officers").current()
    assert old
    (own_root / "officers" / "CURRENT").write_text(f"{old.id} {'0a' * 32}\n", encoding="utf-8")
    found = store.Store(own_root, "officers").current()
    assert found
    assert found.id == old.id


@pytest.mark.parametrize("content", ["", "../../etc/passwd", "a b", "x" * 100])
def test_a_pointer_that_holds_no_release_is_refused_with_what_to_do(own_root: Path, content: str) -> None:
    (own_root / "officers" / "CURRENT").write_text(content, encoding="utf-8")
    with pytest.raises(store.StoreError, match="send-audit run"):
        store.Store(own_root, "officers").current()


def test_a_broken_database_is_refused_unless_another_is_open(own_root: Path) -> None:
    held = store.Store(own_root, "officers")
    old = held.current()
    (own_root / "officers" / "databases" / "2026-11-21.3.duckdb").write_bytes(b"not a database" * 1000)
    made_release.flip(own_root, "2026-11-21.3")
    assert held.current() is old
    with pytest.raises(store.StoreError, match="cannot be opened"):
        store.Store(own_root, "officers").current()


def test_a_store_deleted_and_made_anew_under_the_same_name_is_noticed(own_root: Path, tmp_path: Path) -> None:
    held = store.Store(own_root, "officers")
    old = held.current()
    assert old is not None
    before = old.rows("SELECT sum(numerator) AS n FROM {db}.figures")
    shutil.rmtree(own_root / "officers")
    made_release.build(own_root, seed="other")
    new = held.current()
    assert new is not None
    assert new.id == old.id
    assert new.rows("SELECT sum(numerator) AS n FROM {db}.figures") != before


def test_the_database_is_opened_for_reading_only(own_root: Path) -> None:
    release = store.Store(own_root, "officers").current()
    assert release is not None
    with pytest.raises(duckdb.Error, match="read-only"):
        release._run(f'DELETE FROM "{release.alias}".figures', ())


def test_a_public_release_has_no_findings_and_says_nothing_of_them(store_root: Path) -> None:
    release = store.Store(store_root, "public").current()
    assert release is not None
    delivery = store.deliveries(release)[0]
    assert delivery["file"] is None
    assert store.findings(release, delivery["number"], "case_audits", 10) == []
    assert store.findings_count(release, delivery["number"], "case_audits") == 0
    assert store.columns_matched(release, delivery["number"], "case_audits") == []


def test_checks_are_counted_over_the_deliveries_in_force(release: store.Release) -> None:
    # 3 files in force, 14 checks each: case audits broke 3 of them, participation 3, the programme none.
    assert store.check_counts(release) == {"passed": 36, "warned": 2, "failed": 4}


def made_of(root: Path, figures: str) -> store.Release:
    """The release, with other figures."""
    [database] = (root / "officers" / "databases").glob("*.duckdb")
    with duckdb.connect(str(database)) as con:
        con.execute(f"CREATE OR REPLACE TABLE figures AS {figures}")
    current = store.Store(root, "officers").current()
    assert current is not None
    return current


def test_what_was_last_told_in_the_same_month_comes_by_name_each_time(own_root: Path) -> None:
    release = made_of(
        own_root,
        """SELECT 'told' AS measure, '990' AS council, 'month' AS "window", 'topic' AS breakdown, 1 AS numerator,
           DATE '2026-03-31' - (i % 2 * 31)::INTEGER AS period_end, 'Topic ' || (100 - i) AS "group"
           FROM range(40) t(i)""",
    )
    told = store.told_last(release, "told", "990", "topic")
    assert len(told) == 40
    assert list(told.items()) == sorted(told.items(), key=lambda one: (one[1], one[0]))


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        (("month", "quarter", "financial_year"), "financial_year"),
        (("quarter", "month"), "quarter"),
        (("month",), "month"),
    ],
)
def test_of_periods_that_ended_together_the_longest_is_shown(
    own_root: Path, windows: tuple[str, ...], expected: str
) -> None:
    release = made_of(
        own_root,
        f"""SELECT 'heard' AS measure, '990' AS council, unnest({list(windows)}) AS "window", 'sex' AS breakdown,
            'F' AS "group", DATE '2026-03-31' AS period_end, true AS complete""",
    )
    found = store.newest_by_group(release, "heard", "990", date(2026, 4, 3), "sex")
    assert [row["window"] for row in found] == [expected]
