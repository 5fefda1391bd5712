"""The rules as stock Great Expectations suites: fresh, whole, and judging under pandas as our own pass does."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.intake import suites
from pipelines.intake.check import check, row_rules
from tests.intake.tables import CATALOGUE, FEEDS, SETTINGS, planted_table, typed_table
from tests.planted_rows import EXTRACTED_ON


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def stored_suite(feed: str) -> dict[str, Any]:
    return json.loads((SETTINGS.expectations / "suites" / f"{feed}.json").read_text(encoding="utf-8"))


def counted_by_pandas(con: duckdb.DuckDBPyConnection, typed: str, feed: str) -> dict[str, int]:
    """The stored suite on the typed table as a DataFrame, as anybody with Great Expectations alone would run it."""
    import great_expectations as gx

    content = stored_suite(feed)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    frame = con.table(typed).df()
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset(feed)
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
    result = batch.validate(
        gx.ExpectationSuite(name=content["name"], expectations=content["expectations"], meta=content["meta"]),
        result_format="SUMMARY",
        expectation_parameters={"extracted_on": datetime.combine(EXTRACTED_ON, time())},
    )
    found = {}
    for one in result.results:
        count = one.result.get("unexpected_count", "not evaluated") or 0
        assert one.success == (count == 0), one.expectation_config.meta["code"]
        found[one.expectation_config.meta["code"]] = count
    return found


def test_the_stored_suites_are_those_that_the_contracts_give() -> None:
    assert suites.write_suites(SETTINGS, CATALOGUE, check=True) == []
    assert sorted(path.stem for path in (SETTINGS.expectations / "suites").glob("*.json")) == FEEDS


def test_a_suite_that_is_not_fresh_is_named_and_written_again(tmp_path: Path) -> None:
    shutil.copytree(SETTINGS.expectations / "suites", tmp_path / "expectations" / "suites")
    here = replace(SETTINGS, expectations=tmp_path / "expectations")
    path = here.expectations / "suites" / "case_audits.json"
    path.write_text(path.read_text().replace("AUD-301", "AUD-399"))
    stale = [str(Path("expectations", "suites", "case_audits.json"))]
    assert suites.write_suites(here, CATALOGUE, check=True) == stale
    assert suites.write_suites(here, CATALOGUE) == stale
    assert suites.write_suites(here, CATALOGUE, check=True) == []


@pytest.mark.parametrize("feed", FEEDS)
def test_every_row_rule_is_in_the_suite_or_listed_as_needing_our_engine(feed: str) -> None:
    content, contract = stored_suite(feed), CATALOGUE.contracts[feed]
    stock = [expectation["meta"]["code"] for expectation in content["expectations"]]
    ours = content["meta"]["needs_our_engine"]
    assert sorted(stock + ours) == [rule.code for rule in row_rules(contract)]
    by_hand = {
        "audit_programme": ["PRG-601", "PRG-602"],
        # several themes in a cell; moderator and auditor, re-audit and audit the same; keys
        "case_audits": ["AUD-124", "AUD-125", "AUD-320", "AUD-341", "AUD-601", "AUD-602"],
        "family_participation": ["PAR-601", "PAR-602"],
        # the year, groups of a topic, shares, sums, codes and symbols
        "dfe_timeliness": [
            f"DFT-{number}"
            for number in (303, 304, *range(310, 316), *range(320, 324), 340, 341, 350, 601, 602)
        ],
        "participation_rates": [f"RAT-{number}" for number in (306, 308, 310, 601, 602)],
        "population": ["POP-304", "POP-601", "POP-602"],
        "active_plans": ["PLN-601", "PLN-602"],
        "plan_reviews": ["PLR-126", "PLR-320", "PLR-601", "PLR-602"],
        # a row in full, and each neighbour another council than the row's own
        "statistical_neighbours": [f"STN-{number}" for number in (301, *range(311, 321), 601, 602)],
        # owner and checker the same
        "actions": ["ACN-322", "ACN-601", "ACN-602"],
    }
    prefix = contract.prefix
    assert ours == by_hand.get(feed, [f"{prefix}-601", f"{prefix}-602"])


@pytest.mark.parametrize("feed", FEEDS)
def test_stock_great_expectations_on_pandas_judges_the_planted_rows_alike(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, feed: str
) -> None:
    typed, _ = planted_table(con, feed, tmp_path)
    ours = check(con, typed, CATALOGUE.contracts[feed], EXTRACTED_ON, tmp_path).by_rule
    needs_our_engine = stored_suite(feed)["meta"]["needs_our_engine"]
    expected = {code: count for code, count in ours.items() if code not in needs_our_engine}
    assert counted_by_pandas(con, typed, feed) == expected


def test_stock_great_expectations_on_pandas_takes_columns_that_are_wholly_empty(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    contract = CATALOGUE.contracts["family_participation"]
    rows = [
        {"council": "990", "audit_reference": f"a{n}", "role": role} for n, role in enumerate(("child", None))
    ]
    typed = typed_table(con, contract, rows)
    ours = check(con, typed, contract, EXTRACTED_ON, tmp_path).by_rule
    found = counted_by_pandas(con, typed, contract.feed)
    assert found == {code: ours[code] for code in found}
    assert {code for code, count in found.items() if count} == {"PAR-203", "PAR-320"}
