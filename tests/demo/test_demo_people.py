"""Who takes part in the demonstration county: the story of the voices, recounted in plain Python."""

from __future__ import annotations

from collections import Counter
from datetime import date

from recount import offered, share

from pipelines import demo
from pipelines.contracts import Catalogue
from pipelines.demo import story


def test_the_voice_rate_changes_once_in_february_2025(audits: list[demo.Audit]) -> None:
    before = [audit for audit in audits if audit.row["completed_on"] < date(2025, 2, 1)]
    after = [audit for audit in audits if audit.row["completed_on"] >= date(2025, 2, 1)]
    assert 0.46 <= share(before) <= 0.50
    assert 0.62 <= share(after) <= 0.66
    first_year = [audit for audit in before if audit.row["completed_on"] < date(2024, 4, 1)]
    last_year = [audit for audit in after if audit.row["completed_on"] >= date(2025, 4, 1)]
    assert 0.45 <= share(first_year) <= 0.51
    assert 0.61 <= share(last_year) <= 0.67


def test_a_control_chart_of_months_shows_the_change(audits: list[demo.Audit]) -> None:
    """Against the average of the first 22 months: seven months in a row above it after the change, never before."""
    months: dict[date, list[demo.Audit]] = {}
    for audit in audits:
        months.setdefault(audit.row["completed_on"].replace(day=1), []).append(audit)
    centre = share([audit for audit in audits if audit.row["completed_on"] < story.CHANGE])
    runs, run = [], 0
    for month in sorted(months):
        run = run + 1 if share(months[month]) > centre else 0
        runs.append((month, run))
    assert max(run for month, run in runs if month < story.CHANGE) < 7
    assert max(run for month, run in runs if month >= story.CHANGE) >= 7


def test_other_seeds_tell_the_same_story(catalogue: Catalogue) -> None:
    for seed in (1, 2):
        audits = [
            audit
            for audit in demo.county(seed, catalogue)
            if (audit.row["completed_on"] or date.max) <= story.LAST
        ]
        before = share([audit for audit in audits if audit.row["completed_on"] < story.CHANGE])
        after = share([audit for audit in audits if audit.row["completed_on"] >= story.CHANGE])
        assert 0.42 < before < 0.54 < 0.57 < after < 0.71


def test_families_needing_an_interpreter_are_less_often_offered_throughout(audits: list[demo.Audit]) -> None:
    for first, last in ((story.FIRST, story.CHANGE), (story.CHANGE, date.max)):
        period = [audit for audit in audits if first <= audit.row["completed_on"] < last]
        needing = [audit for audit in period if audit.row["interpreter"]]
        others = [audit for audit in period if not audit.row["interpreter"]]
        assert 0.06 < len(needing) / len(period) < 0.13
        assert offered(needing, "parent") < offered(others, "parent") - 0.2


def test_children_contribute_less_than_parents(audits: list[demo.Audit]) -> None:
    contributors = Counter(
        role
        for audit in audits
        for role in {person["role"] for person in audit.people if person["contributed_on"] is not None}
    )
    assert contributors["child"] < 0.6 * contributors["parent"]
    assert contributors["child"] / len(audits) > 0.12


def test_offers_to_young_people_of_16_to_19_rise(audits: list[demo.Audit]) -> None:
    rates = []
    for year in (2023, 2024, 2025):
        period = [
            audit for audit in audits if date(year, 4, 1) <= audit.row["completed_on"] < date(year + 1, 4, 1)
        ]
        rates.append(offered([audit for audit in period if audit.row["age_band"] == "16-19"], "child"))
    assert rates[0] + 0.1 < rates[1]
    assert rates[1] + 0.1 < rates[2]
