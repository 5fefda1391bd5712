"""Figures against a reckoning by dates, row by row, and by hand."""

from __future__ import annotations

import math
from datetime import date, timedelta
from functools import reduce
from itertools import pairwise

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.measures import build, windows
from pipelines.measures.windows import WINDOWS, YEARS
from pipelines.statistics import proportions
from tests.measures.made import AUDIT, SLOT, built, made_facts, made_figures, measure, rows_of

EXTRACTED = date(2026, 4, 15)
GOOD = measure(breakdowns=("team", "sex"))
SPREAD = measure(
    id="made.spread",
    kind="distribution",
    numerator=(),
    denominator=("is_completed", "is_random"),
    breakdowns=("team",),
)
PEOPLE = measure(
    id="made.people",
    kind="people_share",
    numerator=("has_child_contribution", "has_parent_contribution"),
    denominator=("is_child_offered", "is_parent_offered"),
    among=("is_completed",),
)
OF_PLANNED = measure(
    id="made.of_planned",
    numerator=("is_completed", "is_good"),
    denominator=("is_planned",),
    denominator_fact="planned_audits",
    denominator_date="planned_month",
    breakdowns=("team",),
)
DELIVERY = measure(
    id="made.delivery", fact="planned_audits", date="planned_month", numerator=("is_delivered",),
    denominator=("is_planned",), breakdowns=("team",),
)  # fmt: skip


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        yield connection


def audits_in(month: date, good: int, others: int, **more) -> list[dict]:
    return [{"completed_on": month, "is_good": n < good, **more} for n in range(good + others)]


# --- a reckoning by dates ------------------------------------------------------------------------------------------

flags = (
    "is_good",
    "is_random",
    "has_child_contribution",
    "has_parent_contribution",
    "is_child_offered",
    "is_parent_offered",
)
audits = st.lists(
    st.fixed_dictionaries(
        {
            "audit_key": st.integers(1, 2**64 - 1),
            "council": st.sampled_from(["990", "991"]),
            "completed_on": st.dates(date(2023, 11, 15), EXTRACTED),
            "team": st.sampled_from(["North", "South"]),
            "sex": st.sampled_from(["F", "unknown"]),
            **{flag: st.booleans() for flag in flags},
        }
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda row: row["audit_key"],
)
slots = st.lists(
    st.fixed_dictionaries(
        {
            "slot_key": st.integers(1, 2**64 - 1),
            "council": st.sampled_from(["990", "991"]),
            "planned_month": st.sampled_from([date(2025, month, 1) for month in (1, 3, 6, 12)]),
            "months_spanned": st.sampled_from([1, 1, 3]),
            "team": st.sampled_from(["North", "South"]),
            "is_planned": st.booleans(),
        }
    ),
    max_size=6,
    unique_by=lambda row: row["slot_key"],
)


def xor(keys) -> int:
    return reduce(lambda a, b: a ^ b, keys, 0)


def month_before(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 - months
    return date(place // 12, place % 12 + 1, 1)


@settings(max_examples=15)
@given(audits, slots)
def test_every_figure_is_that_of_a_reckoning_by_dates(given_audits, given_slots):
    given_audits = [{**AUDIT, **row} for row in given_audits]
    given_slots = [{**SLOT, **row} for row in given_slots]
    councils = sorted({row["council"] for row in given_audits})
    with duckdb.connect() as con:
        facts = made_facts(con, given_audits, given_slots)
        made_figures(con, facts, [GOOD, SPREAD, PEOPLE, OF_PLANNED], dict.fromkeys(councils, EXTRACTED))
        found = con.execute("FROM figures").fetchall()
        names = [column for column, *_ in con.execute("DESCRIBE figures").fetchall()]
    assert {row[2] for row in found} == set(councils)
    for values in found:
        row = dict(zip(names, values, strict=True))

        def here(each, day, row=row):
            return (
                each["council"] == row["council"]
                and row["period_start"] <= each[day] <= row["period_end"]
                and (not row["breakdown"] or each[row["breakdown"]] == row["group"])
            )

        mine = [each for each in given_audits if here(each, "completed_on")]
        everyone = [
            each
            for each in given_audits
            if each["council"] == row["council"]
            and row["period_start"] <= each["completed_on"] <= row["period_end"]
        ]
        cut = False
        if row["measure"] == "made.good":
            below, above = mine, [each for each in mine if each["is_good"]]
        elif row["measure"] == "made.spread":
            above = [each for each in mine if each["is_random"]]
            below = [each for each in everyone if each["is_random"]]
        elif row["measure"] == "made.people":
            offered = [
                (each, role) for role in ("child", "parent") for each in mine if each[f"is_{role}_offered"]
            ]
            heard = [(each, role) for each, role in offered if each[f"has_{role}_contribution"]]
            assert (row["numerator"], row["denominator"]) == (len(heard), len(offered))
            continue
        else:
            above = [each for each in mine if each["is_good"]]
            own = [
                each
                for each in given_slots
                if each["council"] == row["council"]
                and (not row["breakdown"] or each["team"] == row["group"])
            ]
            for each in own:
                start = month_before(each["planned_month"], each["months_spanned"] - 1)
                months = {month_before(each["planned_month"], n) for n in range(each["months_spanned"])}
                inside = {month for month in months if row["period_start"] <= month <= row["period_end"]}
                cut |= start != each["planned_month"] and bool(inside) and inside != months
            below = [each for each in own if each["is_planned"] and here(each, "planned_month")]
            if cut:
                assert (row["numerator"], row["denominator"], row["symbol"]) == (None, None, "x")
                continue
        key = "slot_key" if row["measure"] == "made.of_planned" else "audit_key"
        assert (row["numerator"], row["denominator"]) == (len(above), len(below))
        assert row["numerator_digest"] == xor(each["audit_key"] for each in above)
        assert row["denominator_digest"] == xor(each[key] for each in below)
        if not below:
            assert (row["symbol"], row["value"]) == ("z", None)
        elif len(above) > len(below):
            assert (row["symbol"], row["value"]) == ("x", None)
        else:
            low, high = proportions.wilson(len(above), len(below))
            assert (row["symbol"], row["value"]) == ("", len(above) / len(below))
            assert (row["low"], row["high"]) == (float(low), float(high))
        assert row["complete"] is (row["period_end"] <= EXTRACTED)


# --- by hand -------------------------------------------------------------------------------------------------------


def test_rows_come_in_their_order_and_each_once(con):
    rows = [
        {"council": council, "completed_on": day, "team": team}
        for council in ("991", "990")
        for day in (date(2025, 2, 1), date(2025, 9, 1))
        for team in ("South", "North")
    ]
    built(con, made_facts(con, rows), [GOOD, SPREAD], EXTRACTED)
    found = rows_of(con, 'measure, council, "window", period_end, breakdown, "group"')
    places = [(measure_, council, WINDOWS.index(window), *rest) for measure_, council, window, *rest in found]
    assert all(before < after for before, after in pairwise(places))
    assert len(found) > 100


def test_a_year_against_the_year_before(con):
    rows = audits_in(date(2024, 6, 3), 54, 46) + audits_in(date(2025, 6, 3), 62, 38)
    rows += audits_in(date(2024, 4, 1), 0, 0) or []
    rows += [{"completed_on": date(2024, 4, 2), "is_good": True}]  # so that the earlier year is whole
    built(con, made_facts(con, rows), [GOOD], EXTRACTED)
    columns = (
        "numerator, denominator, previous_numerator, previous_denominator, previous_value, "
        "change, change_low, change_high, direction"
    )
    year = "breakdown = '' AND \"window\" = 'financial_year' AND period_start = DATE '{}-04-01'"
    [row] = rows_of(con, columns, year.format(2025))
    assert row[:4] == (62, 100, 55, 101)
    change, low, high = (float(part) for part in proportions.newcombe(62, 100, 55, 101))
    assert row[4:] == (55 / 101, change, low, high, "no clear change")
    assert (round(low, 2), round(high, 2)) == (-0.06, 0.21)
    [before] = rows_of(con, columns, year.format(2024))
    assert before == (55, 101, None, None, None, None, None, None, "")


@pytest.mark.parametrize(
    ("before", "after", "direction"), [((540, 460), (620, 380), "higher"), ((620, 380), (540, 460), "lower")]
)
def test_a_clear_change_says_which_way(con, before, after, direction):
    rows = audits_in(date(2024, 4, 3), *before) + audits_in(date(2025, 4, 3), *after)
    built(con, made_facts(con, rows), [GOOD], EXTRACTED)
    assert rows_of(
        con, "direction", "breakdown = '' AND direction <> '' AND \"window\" = 'financial_year'"
    ) == [(direction,)]


@pytest.mark.parametrize(
    ("chosen", "mix", "direction"),
    [
        ((500, 500), "", "higher"),
        (
            (500, 549),
            "",
            "higher",
        ),  # 4.9 points: chance alone would not explain it, and it is too small to matter
        ((500, 600), "more random", "cannot be compared"),
        ((600, 500), "fewer random", "cannot be compared"),
    ],
)
def test_years_of_another_mix_are_not_compared(con, chosen, mix, direction):
    """54% and 62% of 1,000 each: higher, unless the audits were chosen in another way."""
    rows = [
        {"completed_on": date(year, 4, 3), "is_good": n < good, "is_random": n < random, "team": "North"}
        for year, good, random in zip((2024, 2025), (540, 620), chosen, strict=True)
        for n in range(1000)
    ]
    only_random = measure(id="made.random", denominator=("is_completed", "is_random"))
    built(con, made_facts(con, rows), [GOOD, only_random, DELIVERY], EXTRACTED)
    year = "\"window\" = 'financial_year' AND period_start = DATE '2025-04-01' AND measure = '{}'"
    found = rows_of(con, "previous_random, random, mix, direction", year.format("made.good"))
    assert found == [(*chosen, mix, direction)] * len(found)
    assert len(found) == 3  # all, one team, one sex
    [(*counts, mixed)] = rows_of(con, "previous_random, random, mix", year.format("made.random"))
    assert (counts, mixed) == ([None, None], "")


def test_groups_have_limits_around_their_total(con):
    """North 40 of 40, South 20 of 60: together 60 of 100. By hand, of 40 at 60% fewer than 15 or more than 33 come up
    less than 1 time in 1,000 each."""
    rows = audits_in(date(2025, 6, 3), 40, 0, team="North") + audits_in(
        date(2025, 6, 3), 20, 40, team="South"
    )
    built(con, made_facts(con, rows), [GOOD, SPREAD], EXTRACTED)
    columns = 'breakdown, "group", usual_least, usual_most, place'
    month = "\"window\" = 'month' AND period_end = DATE '2025-06-30' AND measure = "
    assert rows_of(con, columns, month + "'made.good'") == [
        ("", "", None, None, ""), ("sex", "F", 45, 75, "as expected"), ("team", "North", 14, 33, "higher"),
        ("team", "South", 24, 47, "lower"),
    ]  # fmt: skip
    assert {row[2:] for row in rows_of(con, columns, month + "'made.spread'")} == {(None, None, "")}


@pytest.mark.parametrize(
    ("extracted", "expected"), [(date(2026, 4, 29), []), (date(2026, 4, 30), [("12m", date(2026, 4, 30))])]
)
def test_no_year_before_without_two_whole_years_of_data(con, extracted, expected):
    """The first audit is of May 2024: only May 2025 to April 2026 has a whole year before it, once it is over."""
    rows = audits_in(date(2024, 5, 3), 5, 5) + audits_in(date(2025, 5, 3), 5, 5)
    built(con, made_facts(con, rows), [GOOD], extracted)
    assert rows_of(con, '"window", period_end', "previous_value IS NOT NULL AND breakdown = ''") == expected


def test_previous_counts_are_those_of_the_window_a_year_earlier(con):
    rows = [
        {
            "completed_on": date(2023 + n // 12, n % 12 + 1, 9),
            "is_good": n % 3 == 0,
            "team": "North" if n % 2 else "South",
        }
        for n in range(38)
        for _ in range(n % 4 + 1)
    ]
    built(con, made_facts(con, rows), [GOOD], date(2026, 2, 28))
    columns = '"window", period_end, breakdown, "group", numerator, denominator, '
    rows = rows_of(con, columns + "previous_numerator, previous_denominator")
    found = {row[:4]: (row[4:6], row[6:]) for row in rows}
    compared = 0
    for (window, end, *which), (_, previous) in found.items():
        if previous == (None, None):
            continue
        earlier = (end + timedelta(days=1)).replace(year=(end + timedelta(days=1)).year - 1) - timedelta(
            days=1
        )
        assert found[window, earlier, *which][0] == previous
        assert window in YEARS
        compared += 1
    assert compared > 40


def test_a_council_without_a_denominator_has_symbol_z_for_all_and_no_row_for_groups(con):
    built(con, made_facts(con, [{"is_random": False}]), [SPREAD], EXTRACTED)
    found = rows_of(con, "DISTINCT numerator, denominator, value, low, high, symbol, breakdown")
    assert found == [(0, 0, None, None, None, "z", "")]


def test_a_groups_denominator_in_a_distribution_is_that_of_all_groups(con):
    rows = [{"team": "North"}] * 3 + [{"team": "South"}, {"team": "South", "is_random": False}]
    built(con, made_facts(con, rows), [SPREAD], EXTRACTED)
    month = "\"window\" = 'month' AND period_start = DATE '2026-01-01'"
    assert rows_of(con, 'breakdown, "group", numerator, denominator, value', month) == [
        ("", "", 4, 4, 1.0),
        ("team", "North", 3, 4, 0.75),
        ("team", "South", 1, 4, 0.25),
    ]


def test_people_are_added_up_and_each_is_counted_among_those_offered(con):
    rows = [
        {
            "has_child_contribution": True,
            "is_child_offered": True,
            "has_parent_contribution": True,
            "is_parent_offered": True,
        },
        {"has_child_contribution": True},
        {"is_parent_offered": True},
        {"is_parent_offered": True, "has_parent_contribution": True, "is_completed": False},
    ]
    built(con, made_facts(con, rows), [PEOPLE], EXTRACTED)
    month = "\"window\" = 'month' AND period_start = DATE '2026-01-01'"
    assert rows_of(con, "numerator, denominator", month) == [(2, 3)]


def test_digests_of_people_tell_child_and_parent_apart(con):
    def digests(**row) -> tuple:
        built(
            con,
            made_facts(con, [{"is_child_offered": True, "is_parent_offered": True, **row}]),
            [PEOPLE],
            EXTRACTED,
        )
        [found] = rows_of(
            con, "numerator, numerator_digest", "\"window\" = 'month' AND period_start = DATE '2026-01-01'"
        )
        return found

    child, parent = digests(has_child_contribution=True), digests(has_parent_contribution=True)
    both = digests(has_child_contribution=True, has_parent_contribution=True)
    assert (child[0], parent[0], both[0]) == (1, 1, 2)
    assert len({0, child[1], parent[1], both[1]}) == 4


def test_more_families_heard_than_audits_planned_gives_counts_and_no_share(con):
    facts = made_facts(con, audits_in(date(2026, 1, 9), 3, 0), [{}, {"slot_key": 7}])
    built(con, facts, [OF_PLANNED], EXTRACTED)
    month = "\"window\" = 'month' AND period_start = DATE '2026-01-01' AND breakdown = ''"
    assert rows_of(con, "numerator, denominator, value, low, symbol", month) == [(3, 2, None, None, "x")]


def test_a_window_that_cuts_through_a_planned_quarter_is_not_available(con):
    quarter = {"planned_month": date(2025, 12, 1), "months_spanned": 3}
    slots_ = [{**quarter, "is_delivered": n < 2} for n in range(4)] + [
        {"planned_month": date(2025, 3, 1), "team": "South"}
    ]
    rows = [{"completed_on": date(2025, 1, 9)}, {"completed_on": date(2026, 1, 9)}]
    built(con, made_facts(con, rows, slots_), [DELIVERY], EXTRACTED)
    ends = {
        (window, str(end)): (numerator, denominator, symbol)
        for window, end, numerator, denominator, symbol in rows_of(
            con, '"window", period_end, numerator, denominator, symbol', "breakdown = ''"
        )
    }
    assert ends["quarter", "2025-12-31"] == (2, 4, "")
    for month in ("2025-10-31", "2025-11-30", "2025-12-31"):
        assert ends["month", month] == (None, None, "x")
    for month in ("2025-09-30", "2026-01-31"):
        assert ends["month", month] == (0, 0, "z")
    assert ends["12m", "2025-09-30"] == (0, 1, "")
    assert ends["12m", "2025-10-31"] == (None, None, "x")
    assert ends["12m", "2025-11-30"] == (None, None, "x")
    assert ends["12m", "2025-12-31"] == (2, 5, "")
    assert ends["financial_year", "2026-03-31"] == (2, 4, "")
    # the other team's plan is by the month: nothing of it is cut
    south = rows_of(
        con, '"window", numerator, denominator, symbol', "\"group\" = 'South' AND \"window\" <> '12m'"
    )
    assert {row[1:] for row in south} == {(0, 1, "")}


def test_what_is_planned_for_after_the_extraction_is_not_looked_at(con):
    slots_ = [{"planned_month": date(2026, month, 1)} for month in (4, 5, 6)]
    built(con, made_facts(con, [{}], slots_), [DELIVERY], EXTRACTED)
    assert rows_of(
        con,
        "denominator, complete",
        "\"window\" = 'quarter' AND period_start = DATE '2026-04-01' AND breakdown = ''",
    ) == [(1, False)]


def test_a_figure_keeps_its_digests_when_other_rows_change(con):
    def digests(*rows) -> tuple:
        built(con, made_facts(con, rows), [GOOD], EXTRACTED)
        where = "\"window\" = 'month' AND period_start = DATE '2026-01-01' AND breakdown = ''"
        [found] = rows_of(con, "numerator_digest, denominator_digest", where)
        return found

    first, second = {"audit_key": 11, "is_good": True}, {"audit_key": 12}
    before = digests(first, second)
    assert digests(first, second, {"audit_key": 13, "completed_on": date(2026, 2, 1)}) == before
    assert digests(first, {**second, "team": "South"}) == before
    regraded = digests(first, {**second, "is_good": True})
    assert (regraded[0] != before[0], regraded[1] == before[1]) == (True, True)
    gone = digests(first)
    assert (gone[0] == before[0], gone[1] != before[1]) == (True, True)


def test_values_are_the_exact_quotients(con):
    built(con, made_facts(con, audits_in(date(2026, 1, 3), 1, 2)), [GOOD], EXTRACTED)
    found = rows_of(con, "numerator, denominator, value, low, high", "denominator > 0")
    assert found
    for numerator, denominator, value, low, high in found:
        assert value == numerator / denominator
        assert 0 <= low <= value <= high <= 1
        assert not math.isnan(value)


def test_nothing_in_gives_empty_tables(con):
    built(con, made_facts(con, []), [GOOD, DELIVERY], EXTRACTED)
    for table in ("counts", "figures", "charts"):
        assert con.execute(f"SELECT count(*) FROM {table}").fetchall() == [(0,)]


def test_an_audit_without_completion_makes_no_place(con):
    built(con, made_facts(con, [{"is_completed": False}], [{}]), [GOOD, DELIVERY], EXTRACTED)
    assert rows_of(con, "count(*)") == [(0,)]


def test_columns_and_types(con):
    built(con, made_facts(con, [{}]), [GOOD], EXTRACTED)
    found = {name: kind for name, kind, *_ in con.execute("DESCRIBE figures").fetchall()}
    texts = ("measure", "measure_version", "council", "window", "breakdown", "group", "symbol", "direction", "mix",
             "place")  # fmt: skip
    days, counts = (
        ("period_start", "period_end"),
        ("numerator", "denominator", "previous_numerator", "previous_denominator", "random", "previous_random",
         "usual_least", "usual_most"),
    )  # fmt: skip
    shares = ("value", "low", "high", "previous_value", "change", "change_low", "change_high")
    digests = ("numerator_digest", "denominator_digest")
    assert found == {
        **dict.fromkeys(texts, "VARCHAR"),
        **dict.fromkeys(days, "DATE"),
        "complete": "BOOLEAN",
        **dict.fromkeys(counts, "BIGINT"),
        **dict.fromkeys(shares, "DOUBLE"),
        **dict.fromkeys(digests, "UBIGINT"),
        "steps": "BIGINT[]",
    }


# --- participation that goes less far than the audits ---

HEARD = measure(id="made.heard", numerator=("has_child_contribution",), denominator=("is_completed",))


@pytest.mark.parametrize(
    ("taken", "reached", "late"),
    [
        (date(2026, 2, 2), date(2026, 1, 31), None),  # nobody's audit is completed after it
        (date(2026, 1, 31), date(2026, 1, 31), None),
        (date(2026, 1, 20), date(2025, 12, 31), None),  # nor here, but January is not over
        (date(2026, 1, 2), date(2025, 12, 31), date(2026, 1, 31)),
        (date(2025, 12, 30), date(2025, 11, 30), date(2026, 1, 31)),
        (None, None, date(2025, 11, 30)),  # none was ever sent
    ],
)
def test_a_period_that_participation_does_not_reach_has_no_voice_figure(con, taken, reached, late):
    """Audits of 2 February, the last of them completed on 20 January: nought of those after participation's own day is
    no figure, and no period is complete before both feeds go to its end. What audits alone say is as it was."""
    days = [date(2025, 11, 3), date(2025, 12, 3), date(2026, 1, 20)]
    facts = made_facts(con, [{"completed_on": day, "has_child_contribution": True} for day in days])
    extracted = {"case_audits": {"990": date(2026, 2, 2)}}
    if taken:
        extracted["family_participation"] = {"990": taken}
    build.build(con, facts, {one.id: one for one in (GOOD, HEARD)}, windows.spans(con, facts, extracted))

    def months(name: str) -> list[tuple]:
        columns = "period_end, denominator, complete, symbol"
        where = f"measure = '{name}' AND breakdown = '' AND \"window\" = 'month'"
        return con.execute(f"SELECT {columns} FROM figures WHERE {where} ORDER BY 1").fetchall()

    ends = [date(2025, 11, 30), date(2025, 12, 31), date(2026, 1, 31)]
    assert [row for row in months(GOOD.id) if row[0] <= ends[-1]] == [(end, 1, True, "") for end in ends]
    assert [row for row in months(HEARD.id) if row[0] <= ends[-1]] == [
        (end, None, False, "x") if late and end >= late else (end, 1, bool(reached and end <= reached), "")
        for end in ends
    ]
