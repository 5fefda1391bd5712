"""From an address to a view: every value is checked, and a wrong one never stops the page."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import phrases, store, view
from dashboard.pages import (
    compare,
    data,
    definitions,
    grades,
    overview,
    overview_sections,
    programme,
    reliability,
    voice,
)
from tests.dashboard import made_release

FOCUS = voice.FOCUS


def made(release: store.Release, search: str) -> view.View:
    shown = view.make(release, view.parse(search), FOCUS)
    assert shown is not None
    return shown


def test_without_a_query_the_latest_complete_12_months_are_shown(release: store.Release) -> None:
    shown = made(release, "")
    assert (shown.council, shown.window, shown.start, shown.end) == (
        "990",
        "12m",
        date(2025, 11, 1),
        date(2026, 10, 31),
    )
    assert shown.complete
    assert shown.notes == ()


def test_the_newest_period_is_one_that_the_page_has_figures_of(
    release: store.Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Participation was taken a month before the audits: the page on voice opens with the last period that it reaches,
    and a later one is shown to whoever asks for it."""
    held = store.periods(release, "990", FOCUS)
    assert any(row["finished"] for row in held)
    assert all(row["finished"] == row["complete"] for row in held)
    assert not any(row["finished"] for row in store.periods(release, "990", ("voice.unheard_of",)))
    behind = [row | {"finished": row["finished"] and row["period_end"] < date(2026, 10, 1)} for row in held]
    monkeypatch.setattr(store, "periods", lambda *_: behind)
    assert (made(release, "").end, made(release, "").to) == (date(2026, 9, 30), date(2026, 9, 30))
    assert made(release, "?to=2026-10-31").end == date(2026, 10, 31)
    monkeypatch.setattr(store, "periods", lambda *_: [row | {"finished": False} for row in held])
    assert made(release, "").end == date(2026, 10, 31)


@pytest.mark.parametrize(
    ("search", "start", "end", "complete"),
    [
        ("?window=financial_year", date(2025, 4, 1), date(2026, 3, 31), True),
        ("?window=financial_year&to=2026-03-30", date(2024, 4, 1), date(2025, 3, 31), True),
        ("?window=financial_year&to=2027-03-31", date(2026, 4, 1), date(2027, 3, 31), False),
        ("?window=month&to=2025-02-28", date(2025, 2, 1), date(2025, 2, 28), True),
        ("?window=quarter&to=2025-02-28", date(2024, 10, 1), date(2024, 12, 31), True),
        ("?window=12m&to=2025-03-15", date(2024, 3, 1), date(2025, 2, 28), True),
    ],
)
def test_the_newest_period_that_ends_by_the_day(
    release: store.Release, search: str, start: date, end: date, complete: bool
) -> None:
    shown = made(release, search)
    assert (shown.start, shown.end, shown.complete) == (start, end, complete)


@pytest.mark.parametrize(
    "search",
    [
        "?council=999",
        "?window=decade",
        "?to=yesterday",
        "?measure=voice.secret",
        "?by=name",
        "?only=audit_type:none",
        "?only=audit_type",
        "?to=1990-01-01",
    ],
)
def test_a_value_that_the_release_does_not_have_is_replaced_and_said_without_being_repeated(
    release: store.Release, search: str
) -> None:
    shown = made(release, search)
    assert len(shown.notes) == 1
    assert search.split("=")[1] not in shown.notes[0]


def test_a_view_written_as_a_link_comes_back_the_same(release: store.Release) -> None:
    shown = made(release, "?window=quarter&to=2025-06-30&measure=voice.child&by=locality&only=locality:north")
    assert made(release, shown.query()) == shown


def test_the_day_in_the_form_is_always_one_it_offers(release: store.Release) -> None:
    shown = made(release, "?to=2025-03-15")
    assert shown.to.isoformat() in dict(view.ends(release, "990"))


ANYTHING = st.one_of(
    st.text(max_size=60),
    st.none(),
    st.integers(),
    st.builds(
        "?{}={}".format,
        st.sampled_from(["council", "window", "to", "measure", "by", "only", "delivery", "feed", "page"]),
        st.text(max_size=30),
    ),
)


@given(search=ANYTHING)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_no_address_breaks_a_page(release: store.Release, search: object) -> None:
    query = view.parse(search)  # type: ignore[arg-type]
    for function in (overview.page, voice.page, programme.page, grades.page, reliability.page, compare.page,
                     definitions.page, data.page):  # fmt: skip
        assert function(release, query).title


def test_a_period_that_began_before_the_data_says_so_and_is_not_in_the_slow_line(
    store_root: Path, tmp_path: Path
) -> None:
    shutil.copytree(store_root / "officers", tmp_path / "officers")
    with duckdb.connect(
        str(tmp_path / "officers" / "databases" / f"{made_release.RELEASE}.duckdb")
    ) as connection:
        connection.execute("UPDATE places SET first_month = DATE '2025-01-01'")
    release = store.Store(tmp_path, "officers").current()
    assert release is not None
    early = made(release, "?to=2025-06-30")
    assert early.start == date(2024, 7, 1)
    assert early.notes == (
        "The data begins in January 2025: this period holds only a part of what it names.",
    )
    assert made(release, "").notes == ()
    assert store.series(release, "voice.child", "990", "12m")[0]["period_end"] == date(2025, 12, 31)


def test_a_long_or_crowded_query_is_left_unread() -> None:
    assert view.parse("?a=" + "b" * 3000) == {}
    assert view.parse("?" + "&".join(f"a{n}=1" for n in range(50))) == {}


def test_the_overview_warns_of_late_data_behind_its_measures_by_the_day_it_was_due(
    release: store.Release,
) -> None:
    due = {row["feed"]: row["due_on"] for row in store.freshness(release)}
    council = store.places(release)[0]["council"]
    before = min(day for day in due.values() if day)
    assert "newer data was expected" not in str(overview_sections.warning(release, council, before))
    said = str(overview_sections.warning(release, council, due["case_audits"] + timedelta(days=1)))
    assert f"newer data was expected by {phrases.day(due['case_audits'])}" in said
    assert "newer data was expected" not in str(overview_sections.warning(release, "999", date(2040, 1, 1)))
