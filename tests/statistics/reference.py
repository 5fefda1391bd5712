"""The values that published peers gave for the same input, as tests of this folder read them.

The files stand in the folder that REFERENCE_VECTORS names (default: ../shared/vectors, seen from the
repository); they are not part of the repository. Where a file is absent its tests are skipped; the handful of
values copied into the other tests of this folder still holds the line.

Belongs here: reading the files, what is left out of them, and where we mean to differ. It is no test.
"""

from __future__ import annotations

import csv
import json
import math
import os
from functools import partial
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = (ROOT / os.environ.get("REFERENCE_VECTORS", "../shared/vectors")).resolve()

DEVIATIONS = {
    "guard": "XmR: screening that leaves no moving range, or only zeros, gives way to the unscreened mean; "
    "NHSRplotthedots has no limits there, or limits of no width",
    "missing": "rules pass over a missing point; NHSRplotthedots ends the run, or stops with an error",
    "error": "where a peer refuses what it is given (missing points, a denominator of 0), ours go on, or refuse in "
    "words of their own; the tests beside this one hold those",
    "certain": "a level of 100% is refused; PHEindicatormethods gives 0 and 1",
    "few": "fewer than 8 points have no limits; fewer than 13, no limits that a target is held against",
    "i-chart": "2.66 as Making Data Count, where qicharts2 has 3 / 1.128",
    "irr": "irr 0.84.1's alpha divides by 1, not by raters - 1, where data are complete and raters more than 2, and "
    "gives 1 where all ratings are equal",
    "funnel guard": "FunnelPlotR sets limits to 0 or 1 where its grid of 1,000 points falls, and lets the rest turn "
    "back; we keep the formula and stop at 0 and 1",
    "one place": "tau2 of a single place is 0; FunnelPlotR has none, and no limits",
    "clipped": "the peer's upper limits may pass 100%; ours are kept within",
    "iterated": "the peer's number comes from an iteration that stops early; compared to six digits",
}

LEFT_OUT = {
    "u": "rates over time are drawn as XmR",
    "up": "rates over time are drawn as XmR",
    "SR": "no ratios of observed to expected are compared",
    "RC": "no ratios of two counts are compared",
    "anhoej": "Anhøj's runs rules are not used; Making Data Count's are",
    "fleiss": "Fleiss' kappa is not used: AC1 and alpha serve more than two raters",
    "linear alpha": "alpha has the metrics nominal, ordinal and interval",
    "raking": "estimates are post-stratified, not raked",
    "suppression.json": "small-number protection is compared in tests/disclosure",
}

close = partial(np.testing.assert_allclose, rtol=1e-9, atol=1e-12, equal_nan=True)
exactly = partial(np.testing.assert_allclose, rtol=1e-9, atol=0, equal_nan=True)


def reference(name: str) -> Path:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(
            f"{name} is not in {FOLDER.name}: set REFERENCE_VECTORS to the folder of reference values"
        )
    return path


def cases(name: str, part: str = "cases") -> list[dict]:
    """The cases of a JSON file, or none where it is absent, so that collecting the tests needs no file."""
    path = FOLDER / name
    return json.loads(path.read_text()).get(part, []) if path.exists() else []


def params(name: str, part: str = "cases") -> list:
    found = [
        pytest.param(case, id=str(case.get("id", number))) for number, case in enumerate(cases(name, part))
    ]
    return found or [pytest.param(None, id=f"{name} has no {part}")]


def present(case: dict | None, name: str) -> dict:
    if case is None:
        reference(name)
        pytest.skip(f"{name} has no such cases")
    if "error" in case.get("expected", {}):
        pytest.skip(f"the peer stops with an error: {DEVIATIONS['error']}")
    return case


def numbers(values: list) -> np.ndarray:
    return np.array([np.nan if v is None else v for v in values], dtype=float)


def number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def columns(name: str) -> dict[str, np.ndarray]:
    with reference(name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    text = {"source", "method"}
    return {
        key: np.array(
            [
                row[key] if key in text else float("nan" if row[key] in ("", "NA") else row[key])
                for row in rows
            ]
        )
        for key in rows[0]
    }


def flags(values: list) -> np.ndarray:
    return np.array([bool(v) for v in values])
