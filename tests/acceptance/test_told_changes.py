"""Acceptance: a reader of the next release is told what changed, and the same run again tells nothing new."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import contracts, releases
from pipelines.intake import verdicts
from pipelines.publish import publish
from pipelines.run import run
from pipelines.settings import Settings
from tests.acceptance import council_files, twelve


@pytest.fixture(autouse=True)
def only_our_own_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Expectations judges each delivery alone, so it says nothing about releases; it costs a second each."""
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})


def told(settings: Settings, audience: str) -> tuple[str | None, list[dict[str, Any]]]:
    """The release that the current one is compared with, and what changed."""
    path = releases.open_database(settings, audience)
    with duckdb.connect(str(path), read_only=True) as con:
        [(other,)] = con.execute("SELECT compared_with FROM release").fetchall()
        cursor = con.execute("SELECT * FROM changes ORDER BY place")
        names = [column[0] for column in cursor.description or ()]
        return other, [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_what_changed_is_told_once_to_each_audience(settings: Settings, tmp_path: Path) -> None:
    catalogue, sent = contracts.load(settings), twelve.rows()
    settings.inbox.mkdir(parents=True)

    def send(feed: str, rows: twelve.Rows, name: str) -> None:
        path = council_files.write(tmp_path, catalogue.contracts[feed], rows, "plain", catalogue, name)
        shutil.move(path, settings.inbox)

    for feed, rows in sent.items():
        send(feed, rows, feed)
    first = run(settings).release
    publish(settings, "CURRENT", by="Director", note="First")
    assert told(settings, "officers") == (None, [])
    assert told(settings, "public") == (None, [])
    assert not run(settings).is_new

    # ten parents did not contribute after all: nobody else of their families had
    withdrawn = [
        {**row, "response": "declined", "contributed_on": None, "mode": None}
        for row in sent["family_participation"]
        if row["role"] == "parent" and "BR/0062" <= row["audit_reference"] <= "BR/0071"
    ]
    assert len(withdrawn) == 10
    send("family_participation", withdrawn, "again")
    (settings.inbox / "nothing.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    second = run(settings)
    assert second.is_new
    other, found = told(settings, "officers")
    assert other == first
    kinds = [row["kind"] for row in found]
    assert kinds == sorted(kinds, key=["refused", "restated", "received"].index)
    assert set(kinds) == {"refused", "restated", "received"}
    row = next(row for row in found if row["measure"] == "voice.any_family")
    assert row["change"] < 0
    assert row["previous_numerator"] > row["numerator"]
    assert row["previous_receipt"] != row["receipt"]
    [received] = [row for row in found if row["kind"] == "received"]
    assert (received["feed"], received["files"], received["rows_accepted"]) == ("family_participation", 1, 10)

    again = run(settings)
    assert (again.release, again.is_new) == (second.release, False), "what changed is no content of its own"
    publish(settings, "CURRENT", by="Director", note="Second")
    other, public = told(settings, "public")
    assert other is not None
    assert {row["kind"] for row in public} == {"restated", "received"}, "a refused file is not public"
    assert publish(settings, "CURRENT", by="Director", note="Again")[1] is False
