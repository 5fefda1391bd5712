"""The page of data: one sentence that can be trusted, balances, what is late, what changed, and a month's faults."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboard import store
from dashboard.pages import data, data_words
from tests.dashboard.pages_as_text import tables_of, text_of

DAY = date(2026, 11, 21)


def delivery(number: int = 1, received: int = 1000, rejected: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "number": number, "feed": "case_audits", "state": "in force", "mode": "whole", "rows_received": received,
        "rows_accepted": received - rejected, "rows_rejected": rejected, "queries": 0, "errors": rejected, **more,
    }  # fmt: skip


def fresh(due: date | None, **more: Any) -> dict[str, Any]:
    return {"feed": "case_audits", "title": "Case audits", "newest": date(2026, 10, 1), "due_on": due, **more}


ON_TIME = fresh(date(2026, 11, 21))


def test_all_is_well_in_one_sentence() -> None:
    assert data_words.trust([delivery(rejected=9)], [ON_TIME], [], DAY) == (
        "Yes: every row received is accounted for, 991 of 1,000 rows (99%) in the files in force were accepted, and no "
        "feed is late."
    )


@pytest.mark.parametrize(
    ("deliveries", "freshness", "odd", "said"),
    [
        ([delivery()], [fresh(date(2026, 11, 20))], [], "but Case audits is 1 day late."),
        ([delivery(rejected=10)], [], [], "10 of 1,000 rows of Case audits (1%) are set aside until"),
        ([delivery()], [], ["case_audits"], "the newest file of Case audits is not like those before it"),
        ([delivery(), delivery(2, 0, state="refused", feed=None)], [], [],
         "1 file that came since the newest one in use could not be taken in"),
        ([delivery(rows_accepted=999)], [ON_TIME], [], "No: the rows of 1 delivery do not add up"),
        ([delivery(state="refused")], [], [], "There is nothing to trust yet"),
    ],
)  # fmt: skip
def test_each_reason_for_care_is_named(deliveries: Any, freshness: Any, odd: Any, said: str) -> None:
    assert said in data_words.trust(deliveries, freshness, odd, DAY)


def test_an_old_refusal_is_no_reason_for_care() -> None:
    held = [delivery(1, 0, state="refused", feed=None), delivery(2)]
    assert data_words.trust(held, [], [], DAY).startswith("Yes: ")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (fresh(DAY), "Not late"),
        (fresh(date(2026, 11, 19)), "2 days late"),
        (fresh(None), "No day is set"),
        (fresh(None, newest=None), "Nothing received yet"),
    ],
)
def test_late_in_words(row: dict[str, Any], said: str) -> None:
    assert data_words.late(row, DAY) == said


def test_a_file_against_the_one_before_it() -> None:
    before = delivery(1, 900, 3)
    assert data_words.compared(delivery(2, 1000, 1), before) == "100 rows more, 2 findings fewer"
    assert data_words.compared(delivery(2, 900, 3), before) == "As many rows, as many findings"
    assert data_words.compared(delivery(1), None) == "The first of its feed"
    assert data_words.compared(delivery(1, mode="corrections"), None) == ""


def test_drift_names_a_few_and_counts_the_rest() -> None:
    def code(label: str) -> dict[str, str]:
        return {"kind": "code", "title": "Need", "label": label, "change": "appeared"}

    gone = {"kind": "column", "title": "Theme", "label": "", "change": "vanished"}
    assert data_words.drift([code("A"), gone]) == "New: Need “A”. Gone: Theme."
    assert (
        data_words.drift([code(name) for name in "ABCDE"]) == "New: Need “A”, Need “B”, Need “C” and 2 more."
    )
    assert data_words.drift([]) == ""


def test_the_page_answers_first_whether_it_can_be_trusted(release: store.Release) -> None:
    page = data.page(release, {})
    said = text_of(page)
    assert (
        "Yes, with care: every row received is accounted for, but Family participation is 2 days late" in said
    )
    assert "1 file that came since the newest one in use could not be taken in" in said
    assert "7,310 rows received = 7,253 accepted + 57 set aside." in said
    assert "46 rows more, 116 findings more" in said
    assert "New: Primary need “Down syndrome”. Gone: Theme." in said
    freshness = next(table for table in tables_of(page) if table["caption"].startswith("The newest data"))
    assert [line[-1] for line in freshness["rows"]] == [
        "Not late",
        "Not late",
        "2 days late",
        "Nothing received yet",
    ]
    balances = next(
        table for table in tables_of(page) if table["caption"] == "Rows of these deliveries, by feed"
    )
    assert balances["rows"][1] == ["Case audits", "3,042", "3,016", "26", "3,016", "0", "Adds up"]


def test_a_month_and_feed_show_what_was_wrong_and_what_to_do(release: store.Release) -> None:
    page = data.page(release, {"received": "2026-11", "feed": "case_audits"})
    rules = next(table for table in tables_of(page) if table["caption"].startswith("By rule"))
    assert rules["rows"][0][0] == {"text": "The cell cannot be read.", "sub": "AUD-104"}
    assert rules["rows"][0][-1] == "Check the spelling against the list in the template."
    assert {line[1] for line in rules["rows"]} == {"Case audits"}
    said = text_of(page)
    assert "Row by row, with the row numbers of the supplier's own file:" in said
    assert said.index("Deliveries, the newest first") < said.index(
        "Can I trust this?", said.index("On this page") + 400
    )


def test_only_the_newest_deliveries_stand_unfolded(
    release: store.Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown() -> list[list[Any]]:
        captions = ("Deliveries, the newest first", "Earlier deliveries")
        tables = {table["caption"]: table["rows"] for table in tables_of(data.page(release, {}))}
        return [tables[caption] for caption in captions if caption in tables]

    [every] = shown()
    for most, said in (
        (len(every) - 1, "Table: 1 earlier delivery"),
        (2, f"{len(every) - 2} earlier deliveries"),
    ):
        monkeypatch.setattr(data, "MOST_DELIVERIES", most)
        assert shown() == [every[:most], every[most:]]
        assert said in text_of(data.page(release, {}))


def test_a_month_without_files_says_so(release: store.Release) -> None:
    said = text_of(data.page(release, {"received": "2026-05"}))
    assert "No file of that feed was received in that month." in said
    assert "<" not in text_of(data.page(release, {"received": "<b>", "feed": "<i>"}))


def test_the_public_see_no_names_codes_or_runs(store_root: Path) -> None:
    held = store.Store(store_root, "public")
    current = held.current()
    assert current is not None
    said = text_of(data.page(current, {}))
    held.close()
    for hidden in (".csv", ".xlsx", "Down syndrome", "Dagster"):
        assert hidden not in said
    assert "Agreed at the October board" in said


def test_what_is_late_is_said_of_today_and_of_the_data_s_own_day_in_a_demonstration(
    release: store.Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.today(release) == DAY
    real = dict(store.about(release)) | {"demonstration": False, "as_of": date(2020, 1, 1)}
    monkeypatch.setattr("dashboard.store.held.about", lambda _: real)
    assert store.today(release) == datetime.now().date()
