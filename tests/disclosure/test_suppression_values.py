"""Compare with tables whose verdict is known, and with the fewest counts that an exhaustive search had to hide.

The file stands in the folder that REFERENCE_VECTORS names (default: ../shared/vectors, seen from the repository); it is
no part of the repository. The examples of `test_attack` and `test_protect` hold the line where it is absent.
"""

from __future__ import annotations

import pytest

from pipelines.disclosure.attack import Contradiction, bounds
from pipelines.disclosure.cubes import TOTAL, Cube
from pipelines.disclosure.protect import Task, protect
from tests.disclosure.tables import attacked, cube_of, read
from tests.disclosure.test_protect import is_safe, second_program
from tests.statistics.reference import params, present

FILE = "suppression.json"


@pytest.mark.parametrize("case", params(FILE, "published"))
def test_published_tables_are_judged_rightly(case):
    case = present(case, FILE)
    table, threshold, expected = case["table"], case.get("threshold", 5), case["expected"]
    cube = cube_of(table)
    relations, known, _ = read(table)
    if not expected.get("consistent", True):
        with pytest.raises(Contradiction):
            attacked(table, threshold)
        return
    done = attacked(table, threshold)
    given_away = {one.name for one in done.found if one.why in ("recovered", "shown")}
    assert (not given_away) == expected["safe_L1"]
    for cell in expected.get("cells", []):
        name = cube.key(cell["key"])
        assert bounds(relations, known, name) == pytest.approx((cell["lo"], cell["hi"]))
        assert (name in given_away) == cell["recovered"]
    if expected.get("group_remainders"):
        assert not done.safe
    if "protected" in expected:
        assert done.safe == expected["protected"]
    if other := second_program():
        assert done.safe == other.attack(table, threshold)["protected"]


@pytest.mark.parametrize("case", params(FILE))
def test_few_more_counts_than_needed_are_hidden(case):
    case = present(case, FILE)
    if case["type"] != "2way":
        pytest.skip(f"tables of the kind {case['type']} have no known minimum here")
    cube = Cube({"row": case["rows"], "col": case["cols"]})
    inner = [(row, column) for row in case["rows"] for column in case["cols"]]
    values = cube.counted(
        {
            (row, column): case["true"][i][j]
            for i, row in enumerate(case["rows"])
            for j, column in enumerate(case["cols"])
        }
    )
    small = {key for key in inner if 0 < values[key] < case["threshold"]}
    margins = [key for key in values if TOTAL in key]
    if case.get("small_margins"):
        pytest.skip("a margin is small, so it cannot be shown")
    task = Task(
        cube.relations(), values, {key: key for key in inner}, margins, inner, threshold=case["threshold"]
    )
    hidden = protect(task).units
    assert is_safe(task, hidden)
    fewest = (case.get("minimal_L2") or {}).get("n_secondary")
    if fewest is not None:
        assert len(hidden) <= 1.5 * (len(small) + fewest)
        assert len(hidden - small) <= 1.5 * fewest
