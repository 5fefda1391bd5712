"""What is hidden: few counts, and never one that the rest proves small. Random tables are judged by the attack, which
is given what is shown alone, and by a second program where it is at hand."""

from __future__ import annotations

import importlib.util
import itertools
import os
import random
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.disclosure.attack import attack
from pipelines.disclosure.cubes import TOTAL, Cube
from pipelines.disclosure.linked import adds_up, exactly
from pipelines.disclosure.protect import Task, TooHard, protect
from tests.disclosure.tables import table_of

CHECKER = Path(__file__).resolve().parents[3] / "shared" / "tools" / "suppression_checker.py"


def second_program() -> ModuleType | None:
    """The independent checker, where it is at hand."""
    path = Path(os.environ.get("SUPPRESSION_CHECKER", CHECKER))
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location("suppression_checker", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def drawn(seed: int, dims: tuple[int, ...], most: int) -> tuple[Cube, dict]:
    """A random table: dimensions of 2 to 6 codes, some with sub-totals that may overlap; counts that are mostly small
    in some tables and mostly large in others."""
    draw = random.Random(seed)
    while True:
        sizes = [draw.randint(2, 6) for _ in range(draw.choice(dims))]
        codes = {f"d{n}": [f"{n}{chr(97 + i)}" for i in range(size)] for n, size in enumerate(sizes)}
        subtotals = {}
        for dim, own in codes.items():
            if len(own) >= 3 and draw.random() < 0.5:
                many = draw.randint(2, len(own) - 1)
                subtotals[dim] = {f"{dim} first": own[:many]}
                if len(own) >= 4 and draw.random() < 0.5:
                    subtotals[dim][f"{dim} middle"] = own[1 : many + 1]
        cube = Cube(codes, subtotals)
        if len(list(cube.keys())) <= most:
            break
    mean = draw.choice([3, 8, 20, 60])
    return cube, cube.counted(
        {key: int(draw.expovariate(1 / mean)) for key in itertools.product(*codes.values())}
    )


def task_of(cube: Cube, values: dict, **rules) -> Task:
    """Everything may be hidden but the grand total."""
    whole = tuple(TOTAL for _ in cube.dims)
    units = {key: key for key in values if key != whole}
    return Task(cube.relations(), values, units, [whole], list(units), **rules)


def is_safe(task: Task, hidden) -> bool:
    away = {name for name, unit in task.units.items() if unit in hidden}
    known = {name: exactly(value) for name, value in task.values.items() if name not in away}
    return attack(
        task.relations, {**known}, protected=list(task.units), hidden=away, threshold=task.threshold
    ).safe


def holds(seed: int, dims: tuple[int, ...], most: int, seconds: float) -> None:
    cube, values = drawn(seed, dims, most)
    task = task_of(cube, values)
    try:
        hidden = protect(task, seconds).units
    except TooHard:
        return  # nothing is published then
    assert is_safe(task, hidden), f"seed {seed}"
    if other := second_program():
        assert other.attack(table_of(cube, values, set(hidden)))["protected"], f"seed {seed}"


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_no_hidden_count_of_a_random_table_can_be_proven_small(seed):
    holds(seed, (2, 3), 60, 4)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(20))
def test_a_thousand_random_tables(batch):
    for seed in range(batch * 50, batch * 50 + 50):
        holds(seed, (2, 3), 200, 6)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_four_dimensions(seed):
    holds(seed, (4,), 400, 30)


def test_the_fewest_counts_are_hidden_then_the_smallest():
    # 3 + 4 = 7 are left over where both are hidden, so no third count is needed
    task = Task(
        [adds_up("all", "abcd")], {"all": 60, "a": 3, "b": 4, "c": 23, "d": 30},
        {name: name for name in "abcd"}, ["all"], "abcd",
    )  # fmt: skip
    assert protect(task).units == {"a", "b"}
    # 3 alone would be subtracted, and with 1 more the two would be known to be small: 23 is the smaller of the others
    alone = {"all": 57, "a": 3, "b": 1, "c": 23, "d": 30}
    found = protect(Task(task.relations, alone, task.units, ["all"], "abcd"))
    assert found.units == {"a", "b", "c"}
    assert found.fewest


def test_what_is_hidden_together_is_hidden_together():
    relations = [adds_up("all 1", ["a1", "b1", "c1"]), adds_up("all 2", ["a2", "b2", "c2"])]
    values = {"all 1": 33, "a1": 3, "b1": 10, "c1": 20, "all 2": 60, "a2": 10, "b2": 30, "c2": 20}
    units = {f"{group}{year}": group for group in "abc" for year in "12"}
    hidden = protect(Task(relations, values, units, ["all 1", "all 2"], list(units))).units
    assert hidden == {"a", "c"}  # in both years: 33 + 33 with c is less than with b


def test_what_is_known_already_cannot_be_hidden():
    relations = [adds_up("all", "abc")]
    values = {"all": 33, "a": 3, "b": 10, "c": 20}
    hidden = protect(Task(relations, values, {"a": "a", "c": "c"}, ["all", "b"], "ac")).units
    assert hidden == {"a", "c"}
    with pytest.raises(TooHard):
        protect(Task(relations, values, {"a": "a"}, ["all", "b", "c"], "a"))


def test_a_group_of_whom_all_were_heard():
    relations = [adds_up(f"{group}", [f"{group} heard", f"{group} not"]) for group in "ab"]
    relations += [adds_up("heard", ["a heard", "b heard"]), adds_up("not", ["a not", "b not"])]
    values = {"a": 9, "a heard": 9, "a not": 0, "b": 30, "b heard": 20, "b not": 10, "heard": 29, "not": 10}
    parts = ["a heard", "a not", "b heard", "b not"]
    task = Task(relations, values, {"a heard": "a", "b heard": "b"}, ["a", "b", "heard", "not"], parts)
    assert protect(task).units == set()
    class_too = Task(
        *(getattr(task, name) for name in ("relations", "values", "units", "shown", "protected")), parts
    )
    assert protect(class_too).units == {"a", "b"}


def test_a_zero_that_is_hidden_for_others_is_not_given_away():
    task = Task(
        [adds_up("all", "abc")], {"all": 12, "a": 2, "b": 0, "c": 10},
        {name: name for name in "abc"}, ["all"], "abc",
    )  # fmt: skip
    assert protect(task).units == {"a", "c"}


def test_the_attack_finds_what_a_weaker_protection_leaves():
    cube = Cube({"r": list("ab"), "c": list("xyz")})
    values = cube.counted(dict(zip(itertools.product("ab", "xyz"), [2, 1, 20, 1, 2, 30], strict=True)))
    weak = task_of(cube, values, groups_too=False)
    assert not is_safe(
        weak, protect(weak).units
    )  # nothing is known exactly, but x and y are known to be small
    strong = task_of(cube, values)
    assert is_safe(strong, protect(strong).units)
