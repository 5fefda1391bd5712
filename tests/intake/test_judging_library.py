"""What judging a file loads, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent.parent
JUDGE = """
import random, sys
import duckdb
from tests.intake.tables import CATALOGUE, random_table
from tests.planted_rows import EXTRACTED_ON
from pipelines.intake.verdicts import verdicts
contract = CATALOGUE.contracts["case_audits"]
with duckdb.connect() as con:
    found = verdicts(con, random_table(con, contract, seed=7), contract, CATALOGUE, EXTRACTED_ON)
print(len(found) > 50, [name for name in ("altair", "scipy.stats") if name in sys.modules])
from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as distributions
stands_in = distributions.stats
import altair, scipy.stats
print(stands_in.entropy is scipy.stats.entropy, distributions.alt.Chart is altair.Chart, stands_in is scipy.stats)
"""


def test_judging_loads_no_statistics_and_no_charts_until_somebody_wants_them() -> None:
    done = subprocess.run([sys.executable, "-c", JUDGE], cwd=HOME, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["True []", "True True False"]
