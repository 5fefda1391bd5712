"""Groups that are made up of other groups: found in exact figures and attacked together. Examples checked by hand."""

from __future__ import annotations

import random
from datetime import date

import pytest

from pipelines.disclosure import breakdowns
from pipelines.disclosure.groupings import TOGETHER, Grouping
from pipelines.disclosure.nested import Nest, Side, attack_nested, nests
from pipelines.disclosure.shown import Row
from tests.disclosure.made_council import MEASURES, VOICE, Publications, audit, figures

ANY = "voice.any_family"
YEARS = (date(2024, 4, 1), date(2025, 4, 1))
Groups = dict[str, tuple[int, int]]
NEST = Nest("agency", "Health", "team", ("Nurses", "Therapies"))


def rows(groups: Groups, start: date = YEARS[1]) -> list[Row]:
    whole = [sum(pair[place] for pair in groups.values()) for place in (0, 1)]
    return [Row(ANY, "financial_year", start, group, *pair) for group, pair in ({"": whole} | groups).items()]


TEAMS = {"Casework": (40, 70), "Nurses": (12, 20), "Therapies": (8, 10)}
AGENCIES = {"Education": (40, 70), "Health": (20, 30)}


def test_a_group_that_others_add_up_to_in_every_window_is_a_nest():
    teams = [row for year in YEARS for row in rows(TEAMS, year)]
    agencies = [row for year in YEARS for row in rows(AGENCIES, year)]
    assert nests({"team": {ANY: teams}, "agency": {ANY: agencies}}) == [
        Nest("team", "Casework", "agency", ("Education",)),
        Nest("agency", "Education", "team", ("Casework",)),
        NEST,
    ]


def test_once_is_not_every_window():
    # in 2025 Health is Nurses and Therapies together, in 2024 one of its audits was of Casework
    teams = [*rows({"Casework": (41, 71), "Nurses": (12, 20), "Therapies": (8, 10)}, YEARS[0]), *rows(TEAMS)]
    agencies = [*rows({"Education": (40, 70), "Health": (21, 31)}, YEARS[0]), *rows(AGENCIES)]
    assert nests({"team": {ANY: teams}, "agency": {ANY: agencies}}) == []


def test_a_small_group_that_fits_into_anything_is_no_part():
    # the one audit of Others could be one of Health's by its numbers; Nurses and Therapies make Health up without it
    teams = TEAMS | {"Others": (1, 1)}
    found = nests({"team": {ANY: rows(teams)}, "agency": {ANY: rows(AGENCIES | {"Nobody's": (1, 1)})}})
    assert Nest("agency", "Health", "team", ("Nurses", "Therapies")) in found


def side(breakdown: str, shown: Groups, exact: Groups, grouping: Grouping | None = None) -> Side:
    return Side(breakdown, rows(shown), {ANY: rows(exact)}, grouping or Grouping(), {})


def found(*sides: Side) -> set[tuple[str, str]]:
    done = attack_nested(sides, [NEST], MEASURES, threshold=5)
    return {(name[0], name[1].group) for name in (one.name for one in done.found)}


def test_what_is_shown_whole_gives_nothing_away():
    teams = TEAMS | {"Therapies": (10, 20)}
    agencies = AGENCIES | {"Health": (22, 40)}
    assert found(side("team", teams, teams), side("agency", agencies, agencies)) == set()


def test_a_group_among_others_is_subtracted():
    # Therapies and Casework are shown together, 48 of 80; Health, 20 of 30, less Nurses, 12 of 20, leaves 8 of 10
    together = {TOGETHER: (48, 80), "Nurses": (12, 20)}
    teams = side("team", together, TEAMS, Grouping(named=frozenset({"Nurses"})))
    assert found(teams) == set()
    assert found(teams, side("agency", AGENCIES, AGENCIES)) == {
        ("team", "Therapies")
    }  # 2 of 10 were not heard


def test_a_hidden_group_is_subtracted():
    hidden = ("Casework", "Therapies")
    shown = [row._replace(numerator=None) if row.group in hidden else row for row in rows(TEAMS)]
    teams = Side("team", shown, {ANY: rows(TEAMS)}, Grouping(), {})
    assert found(teams) == set()
    assert ("team", "Therapies") in found(teams, side("agency", AGENCIES, AGENCIES))


def test_figures_of_different_times_prove_nothing():
    later = side("agency", {"Education": (41, 71), "Health": (20, 30)}, AGENCIES)
    assert attack_nested([side("team", TEAMS, TEAMS), later], [NEST], MEASURES, threshold=5) is None


# --- in publications


OF_AGENCY = {
    "Casework North": "Education",
    "Casework South": "Education",
    "Nurses": "Health",
    "Therapies": "Health",
}


@pytest.fixture(scope="module")
def held() -> list[dict]:
    """Audits of teams and their agencies; Therapies has few, so it is never shown by name."""
    draw, made = random.Random(3), []
    for _ in range(300):
        team = draw.choices(list(OF_AGENCY), [40, 20, 40, 2])[0]
        made.append(audit(draw, 2025) | {"team": team, "agency": OF_AGENCY[team]})
    return made


def shown_by(held: list[dict]) -> list[breakdowns.Shown]:
    shown = Publications(("team", "agency")).publish(held, (2025,))
    return [one for one in shown if ANY in one.series]


def test_of_agencies_and_teams_one_is_shown_where_both_would_tell(held, monkeypatch):
    assert [one.key.breakdown for one in shown_by(held)] == ["agency"]
    found_in: list[Nest] = []
    monkeypatch.setattr(breakdowns, "nests", lambda rows: found_in.extend(nests(rows)) or [])
    both = shown_by(held)
    assert {one.key.breakdown for one in both} == {"team", "agency"}
    assert all(one.verdict.safe for one in both)  # each is safe by itself
    sides = [
        Side(one.key.breakdown, one.known(one.series), exact(held, one.key.breakdown), one.grouping, {})
        for one in both
    ]
    assert not attack_nested(sides, found_in, MEASURES, threshold=5).safe


def test_what_an_earlier_publication_showed_of_both_is_shown_of_one_from_now_on(held, monkeypatch):
    made = Publications(("team", "agency"))
    with monkeypatch.context() as before:
        before.setattr(breakdowns, "nests", lambda rows: [])
        assert {one.key.breakdown for one in made.publish(held, (2025,)) if ANY in one.series} == {
            "team",
            "agency",
        }
    again = {one.key.breakdown: one for one in made.publish(held, (2025,)) if one.key.fact}
    assert {name for name, one in again.items() if ANY in one.series} == {"agency"}
    assert again["team"].refused[ANY] == "nested"


def exact(held: list[dict], breakdown: str) -> dict[str, list[Row]]:
    """Which groups there are in each window."""
    made = figures(held, (2025,), (breakdown,))
    rows = [Row(*(one[name] for name in ("measure", "window", "period_start", "group", "numerator", "denominator")))
            for one in made if one["breakdown"]]  # fmt: skip
    return {name: [row for row in rows if row.measure == name] for name in VOICE}
