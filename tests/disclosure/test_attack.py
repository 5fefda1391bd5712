"""What can be worked out from what is shown: small examples, each checked by hand."""

from __future__ import annotations

import math

import pytest

from pipelines.disclosure.attack import Contradiction, attack, bounds
from pipelines.disclosure.linked import adds_up, either, exactly, inside, percentage, rounded

ROW = [adds_up("all", ["a", "b", "c"])]


def found(relations, shown, hidden=(), protected=(), zero_hides=()):
    known = {name: exactly(value) if isinstance(value, int) else value for name, value in shown.items()}
    done = attack(relations, known, protected=protected, hidden=hidden, zero_hides=zero_hides, threshold=5)
    return {one.name: (one.low, one.high, one.why) for one in done.found}


def test_a_single_gap_is_subtracted():
    assert found(ROW, {"all": 20, "a": 10, "b": 7}, ["c"]) == {"c": (3, 3, "recovered")}


def test_a_gap_is_recovered_though_it_is_large():
    assert found(ROW, {"all": 40, "a": 10, "b": 7}, ["c"]) == {"c": (23, 23, "recovered")}


def test_two_gaps_with_a_small_remainder_are_both_small():
    assert found(ROW, {"all": 20, "a": 17}, ["b", "c"]) == {"b": (0, 3, "small"), "c": (0, 3, "small")}


def test_two_gaps_with_a_remainder_at_the_threshold_are_safe():
    assert found(ROW, {"all": 20, "a": 15}, ["b", "c"]) == {}


def test_a_small_count_that_is_shown_is_found():
    assert found(ROW, {"all": 20, "a": 3}, ["b", "c"], protected=["a"]) == {"a": (3, 3, "shown")}


def test_a_zero_may_be_known_unless_it_tells_of_a_whole_group():
    heard = [adds_up("group", ["heard", "not heard"])]
    shown = {"group": 9, "heard": 9}
    assert found(heard, shown, protected=["heard", "not heard"]) == {}
    assert found(heard, shown, protected=["not heard"], zero_hides=["not heard"]) == {
        "not heard": (0, 0, "recovered")
    }


def test_what_is_left_of_a_group_is_protected_though_no_table_has_it():
    heard = [adds_up("group", ["heard", "not heard"])]
    assert found(heard, {"group": 9, "heard": 7}, protected=["heard", "not heard"]) == {
        "not heard": (2, 2, "recovered")
    }


def test_a_percentage_gives_a_hidden_count_away():
    heard = [adds_up("group", ["heard", "not heard"]), *percentage("heard", "group", 43, 0)]
    assert bounds(heard, {"group": exactly(7)}, "heard") == (3, 3)
    assert found(heard, {"group": 7}, ["heard"])["heard"] == (3, 3, "recovered")


def test_rounded_totals_leave_room_and_percentages_take_it_away():
    shown = {"all": rounded(20, 5), "a": rounded(10, 5), "b": rounded(5, 5)}
    assert bounds(ROW, shown, "c") == (18 - 12 - 7 if 18 - 12 - 7 > 0 else 0, 22 - 8 - 3)
    assert found(ROW, shown, ["c"]) == {}


def test_two_measures_that_share_a_part():
    shared = [
        either("any", "child", "parent", "both"),
        inside("both", "child"),
        inside("both", "parent"),
    ]
    assert bounds(shared, {"any": exactly(25), "parent": exactly(25)}, "child") == (0, 25)
    assert found(shared, {"any": 25, "parent": 24, "both": 2}, ["child"]) == {"child": (3, 3, "recovered")}


def test_months_and_their_quarter():
    months = [adds_up("quarter", ["april", "may", "june"])]
    assert found(months, {"quarter": 30, "april": 14, "may": 14}, ["june"])["june"] == (2, 2, "recovered")


def test_whole_numbers_are_sharper_than_fractions():
    # 2b + 2c = 9 - a has an answer in halves for even a, in whole numbers for odd a alone
    odd = [adds_up("all", ["a", "b", "b2", "c", "c2"]), adds_up("b", ["b2"]), adds_up("c", ["c2"])]
    assert bounds(odd, {"all": exactly(9)}, "a") == (1, 9)


def test_a_count_that_hangs_on_nothing_could_be_anything():
    assert bounds([], {}, "a") == (0, math.inf)
    assert bounds([inside("part", "whole")], {"part": exactly(3)}, "whole") == (3, math.inf)


def test_what_cannot_be_is_said():
    with pytest.raises(Contradiction):
        found(ROW, {"all": 20, "a": 21}, ["b", "c"])
    with pytest.raises(Contradiction):
        found(ROW, {"all": 20, "a": 10, "b": 5, "c": 4})


def test_out_of_time_is_no_proof_of_safety():
    known = {"all": exactly(20), "a": exactly(1)}
    done = attack(ROW, known, protected=[], hidden=["b", "c"], threshold=5, seconds=-1)
    assert done.safe or {one.why for one in done.found} == {"unfinished"}
