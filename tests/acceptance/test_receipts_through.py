"""Acceptance: receipts over three releases, for officers and for the public, from the twelve-answers files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from dashboard import receipt_words, receipts, store
from pipelines import contracts, releases
from pipelines.intake import verdicts
from pipelines.publish import publish
from pipelines.run import run
from pipelines.settings import Settings, load
from tests.acceptance import council_files, twelve

WITHDRAWN = (("BR/0062", "BR/0066"), ("BR/0067", "BR/0071"))
"""Parents who, a later file says, did not contribute after all: five, then five more."""
FILE_NAMES = ("again", "family_participation", "case_audits", "audit_programme")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A store of three releases, each published; only to be read."""
    folder = tmp_path_factory.mktemp("receipts")
    made = load({"SEND_AUDIT_DATA": str(folder / "data"), "SEND_AUDIT_KEY_FILE": str(folder / "key")})
    catalogue, sent = contracts.load(made), twelve.rows()
    made.inbox.mkdir(parents=True)

    def send(feed: str, rows: twelve.Rows, name: str) -> None:
        shutil.move(
            council_files.write(folder, catalogue.contracts[feed], rows, "plain", catalogue, name), made.inbox
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verdicts, "verdicts", lambda *_: {})
        for feed, rows in sent.items():
            send(feed, rows, feed)
        for n in range(3):
            assert run(made).is_new
            assert not run(made).is_new, "what was restated is no content of its own"
            publish(made, "CURRENT", by="Director", note="Agreed")
            if n < 2:
                first, last = WITHDRAWN[n]
                withdrawn = [
                    {**row, "response": "declined", "contributed_on": None, "mode": None}
                    for row in sent["family_participation"]
                    if row["role"] == "parent" and first <= row["audit_reference"] <= last
                ]
                send("family_participation", withdrawn, f"again-{n}")
    return made


def opened(settings: Settings, audience: str, place: int) -> store.Release:
    entry = releases.history(settings, audience)[place]
    return store.opened(releases.open_database(settings, audience, entry["release"]))


def code_of(release: store.Release, measure: str = "voice.any_family") -> str:
    [row] = release.rows(
        f"SELECT receipt FROM {{db}}.figures WHERE measure = '{measure}' AND \"window\" = '12m' "
        "AND period_end = DATE '2026-03-31' AND breakdown = ''"
    )
    return str(row["receipt"])


@pytest.mark.parametrize("audience", ["officers", "public"])
def test_a_receipt_is_followed_over_three_releases(settings: Settings, audience: str) -> None:
    held = [opened(settings, audience, place) for place in range(3)]
    codes = [code_of(release) for release in held]
    assert len(set(codes)) == 3
    newest = held[2]
    now = receipts.tell(newest, codes[2])
    assert (now["status"], now["numerator"], now["superseded_by"]) == ("stands", 64, [])
    assert [(one["receipt"], one["numerator"], one["last_in"]) for one in now["supersedes"]] == [
        (codes[1], 69, held[1].id),
        (codes[0], 74, held[0].id),
    ]
    assert now["not_held"] == []
    said = str(receipt_words.sections(now))
    assert all(code in said for code in codes[:2]), "in words too, not in the data alone"
    first = receipts.tell(newest, codes[0])
    assert (first["status"], first["numerator"], first["denominator"]) == ("superseded", 74, 120)
    assert (first["last_in"], first["supersedes"]) == (held[0].id, [])
    assert [one["receipt"] for one in first["superseded_by"]] == codes[1:]
    assert codes[2] in first["message"]
    assert "74 of 120" in first["shown"]
    then = receipts.tell(held[0], codes[0])
    assert then["status"] == "stands", "in its own release it stands as it stood"
    assert receipts.tell(held[0], codes[2])["status"] == "unknown"


def test_what_was_left_out_adds_up_and_undated_rows_are_told(settings: Settings) -> None:
    release = opened(settings, "officers", 0)
    told = receipts.tell(release, code_of(release, "voice.any_family_thematic"))
    assert [(step["part"], step["left_out"], step["left"]) for step in told["counting"]] == [
        ("denominator", None, 120), ("denominator", 0, 120), ("denominator", 50, 70), ("numerator", 8, 62),
    ]  # fmt: skip
    assert told["adds_up"]
    assert told["undated"] == [{"rows_are": "audits", "dated": "completed", "rows": 20}]
    text = str(receipt_words.sections(told))
    assert "120 − 0 − 50 = 70; 70 − 8 = 62" in text


@pytest.mark.parametrize("audience", ["officers", "public"])
def test_every_receipt_of_a_release_adds_up(settings: Settings, audience: str) -> None:
    """Two of each measure, of any period and group; the public are not told what was left out of a group."""
    release = opened(settings, audience, 2)
    rows = release.rows(
        "SELECT receipt, symbol, breakdown FROM {db}.figures "
        "QUALIFY row_number() OVER (PARTITION BY measure ORDER BY md5(receipt)) <= 2"
    )
    assert len(rows) > 80
    for row in rows:
        told = receipts.tell(release, row["receipt"])
        is_hidden = row["symbol"] or (audience == "public" and row["breakdown"])
        assert told["adds_up"] or (is_hidden and not told["counting"]), told["measure"]
        if told["counting"] == [] and not row["symbol"]:
            assert "What was left out of a group is not told here" in str(receipt_words.sections(told))


def test_the_files_behind_a_figure_hold_its_rows(settings: Settings) -> None:
    """Each of the 120 audits of the year came in one row of the one file of audits."""
    release = opened(settings, "officers", 2)
    told = receipts.tell(release, code_of(release))
    behind = {(one["feed"], one["number"]): one["rows_behind"] for one in told["sources"]}
    assert sum(rows for (feed, _), rows in behind.items() if feed == "case_audits") == 120
    assert sum(rows for (feed, _), rows in behind.items() if feed == "family_participation") == 240
    assert sorted(rows for (feed, _), rows in behind.items() if feed == "family_participation") == [5, 5, 230]
    assert all(one["by_month"] and len(one["sha256"]) == 64 for one in told["sources"])
    assert told["checks"]["passed"] > 50
    assert told["checks"]["failed"] == 0


def test_the_public_sees_no_file_name_no_group_and_no_protected_measure(settings: Settings) -> None:
    release = opened(settings, "public", 2)
    told = receipts.tell(release, code_of(release))
    assert told["sources"]
    assert not any("file" in one or "sent_by" in one for one in told["sources"])
    assert release.rows("SELECT DISTINCT file, sent_by FROM {db}.deliveries") == [
        {"file": None, "sent_by": None}
    ]
    assert not any(f"{name}." in json.dumps(told, default=str) for name in FILE_NAMES)
    for table in (release.left_out(""), "{db}.undated", "{restated}"):
        assert release.rows(f"SELECT DISTINCT breakdown FROM {table}") == [{"breakdown": ""}]
    shown = {row["measure"] for row in release.rows("SELECT measure FROM {db}.measures")}
    for table in (release.left_out(""), "{db}.counting_steps", "{restated}"):
        assert {row["measure"] for row in release.rows(f"SELECT DISTINCT measure FROM {table}")} <= shown
    officers = opened(settings, "officers", 2)
    assert receipts.tell(release, code_of(officers))["status"] == "unknown", (
        "an officers' code is none of the public's"
    )


def test_an_older_release_says_what_it_does_not_hold(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "2026-01-01.1.duckdb"
    shutil.copy(opened(settings, "officers", 2).path, path)
    with duckdb.connect(str(path)) as con:
        for table in ("left_out_in", "counting_steps", "undated", "sources", "restated_in"):
            con.execute(f"DROP TABLE {table}")
    release = store.opened(path)
    told = receipts.tell(release, code_of(release))
    assert told["status"] == "stands"
    assert len(told["not_held"]) == 3
    assert (told["counting"], told["sources"], told["adds_up"]) == ([], [], None)
    assert str(receipt_words.sections(told)).count("This data version was made before the program kept") == 3


def test_a_release_from_before_the_tables_is_built_and_followed(settings: Settings) -> None:
    """A manifest without a part of `restated` must still build."""
    entry = releases.history(settings, "officers")[0]
    entry = entry | {"parts": [part for part in entry["parts"] if part["table"] != "restated"]}
    kept = releases.database_path(settings, "officers", entry["release"])
    kept.unlink(missing_ok=True)
    releases.build_database(settings, "officers", entry)
    assert "restated" not in store.opened(kept).tables
    kept.unlink()
