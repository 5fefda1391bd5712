"""Plans of the demonstration county: its register recounted in plain Python, and what each term's file knew."""

from __future__ import annotations

from datetime import date, timedelta

from recount import SEED

from pipelines import demo
from pipelines.contracts import Catalogue
from pipelines.demo import plans, story


def maintained(register: list[demo.Row], day: date) -> int:
    return sum(plan["issued_on"] <= day < (plan["ceased_on"] or date.max) for plan in register)


def on_time(register: list[demo.Row], first: date, last: date) -> float:
    """Plans issued within 140 days, of those issued in a period of which the request is known."""
    issued = [plan for plan in register if first <= plan["issued_on"] <= last and plan["requested_on"]]
    return sum((plan["issued_on"] - plan["requested_on"]).days <= 140 for plan in issued) / len(issued)


def test_some_4800_plans_more_each_year(register: list[demo.Row]) -> None:
    ends = [maintained(register, date(year, 3, 31)) for year in (2023, 2024, 2025, 2026)]
    assert ends == sorted(ends)
    assert 3500 <= ends[0] <= 3700
    assert 4750 <= ends[3] <= 4900
    ended = sum(plan["ceased_on"] is not None for plan in register)
    assert ended < 0.25 * len(register)


def test_timeliness_falls_then_recovers(register: list[demo.Row]) -> None:
    years = [on_time(register, date(year, 4, 1), date(year + 1, 3, 31)) for year in (2022, 2023, 2024, 2025)]
    assert years[0] - 0.05 > years[1] > years[2] + 0.01
    assert 0.3 < years[2] < 0.42
    assert 0.55 < years[3] < 0.7
    lowest = on_time(register, date(2024, 6, 1), date(2024, 9, 30))
    assert lowest < 0.36


def test_exceptions_are_few_and_mostly_of_late_plans(register: list[demo.Row]) -> None:
    known = [plan for plan in register if plan["requested_on"]]
    late = [plan for plan in known if (plan["issued_on"] - plan["requested_on"]).days > 140]
    assert 0.04 < sum(plan["exceptions_apply"] for plan in known) / len(known) < 0.1
    assert sum(plan["exceptions_apply"] for plan in late) > 0.7 * sum(
        plan["exceptions_apply"] for plan in known
    )
    assert 5 < len(register) - len(known) < 60, "a few came from elsewhere"


def test_every_child_audited_with_a_plan_has_one_that_fits(
    register: list[demo.Row], catalogue: Catalogue
) -> None:
    of_child = {plan["child_reference"]: plan for plan in register}
    assert len(of_child) == len(register)
    audited = [audit.row for audit in demo.county(SEED, catalogue) if audit.row["frame"] == "ehcp"]
    seen = set()
    for audit in audited:
        plan = of_child[audit["child_reference"]]
        if audit["child_reference"] not in seen:  # chance gives a few references to two children
            assert all(plan[name] == audit[name] for name in ("birth_month", "sex", "ethnicity", "locality"))
            assert plan["issued_on"] <= (audit["started_on"] or audit["planned_month"] + timedelta(days=31))
            assert audit["plan_kind"] != "ceased" or plan["ceased_on"]
        seen.add(audit["child_reference"])
        assert not plan["ceased_on"] or audit["plan_kind"] == "ceased" or audit["child_reference"] in seen
    assert 0.2 < len(seen) / len(register) < 0.35


def test_plans_are_issued_and_ended_in_order_on_working_days(register: list[demo.Row]) -> None:
    for plan in register:
        assert plan["issued_on"].weekday() < 5
        assert (plan["requested_on"] or date.min) < plan["issued_on"] <= (plan["ceased_on"] or date.max)
        assert plan["birth_month"] < plan["issued_on"]
        assert plan["age_band"] == plans.band(plan["birth_month"], plan["issued_on"])
    assert [plan["issued_on"] for plan in register] == sorted(plan["issued_on"] for plan in register)
    assert len({plan["plan_reference"] for plan in register}) == len(register)


def test_bands_of_age() -> None:
    born = date(2015, 6, 1)
    assert plans.band(born, date(2020, 5, 31)) == "0-4"
    assert plans.band(born, date(2020, 6, 1)) == "5-10"
    assert plans.band(born, date(2026, 6, 1)) == "11-15"


def test_the_register_of_a_term_is_whole_and_knows_no_more_than_its_day(register: list[demo.Row]) -> None:
    sent = list(plans.files(register))
    assert [extract.label for extract in sent] == [
        f"{year}-{term}"
        for year, term in [
            (2023, "summer"), (2023, "autumn"), (2024, "spring"), (2024, "summer"), (2024, "autumn"),
            (2025, "spring"), (2025, "summer"), (2025, "autumn"), (2026, "spring"),
        ]
    ]  # fmt: skip
    sizes = [len(extract.rows) for extract in sent]
    assert sizes == sorted(sizes)
    assert sent[-1].rows == [plan | {} for plan in register]
    for extract in sent:
        for row in extract.rows:
            assert max(row["issued_on"], row["ceased_on"] or date.min) <= extract.extracted_on
        ended = {row["plan_reference"] for row in extract.rows if row["ceased_on"]}
        known = {
            plan["plan_reference"]
            for plan in register
            if plan["ceased_on"] and plan["ceased_on"] <= extract.extracted_on.replace(day=1) - timedelta(1)
        }
        assert known <= ended


def test_the_story_has_no_plan_twice_and_other_seeds_have_it_too(catalogue: Catalogue) -> None:
    other = plans.register(demo.county(1, catalogue), 1, catalogue)
    assert 4600 < maintained(other, story.LAST) < 5000
    assert on_time(other, date(2024, 4, 1), date(2025, 3, 31)) < 0.43
    assert on_time(other, date(2025, 4, 1), date(2026, 3, 31)) > 0.52
