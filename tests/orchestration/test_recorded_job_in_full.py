"""The whole job, nothing stubbed but Great Expectations: the same as without Dagster."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from pipelines import contracts, definitions, releases, run
from pipelines.intake import verdicts
from pipelines.settings import Settings
from tests import few
from tests.acceptance import council_files, twelve
from tests.orchestration.stubbed_job import (
    CANARY,
    FEED,
    check_of,
    drop,
    events,
    settings_in,
    stored,
)


def filled(settings: Settings, folder: Path) -> None:
    """An inbox with the three feeds, one row of them bad, and a file that is no feed's."""
    catalogue = contracts.load(settings)
    settings.inbox.mkdir(parents=True)
    for feed, rows in twelve.rows().items():
        rows[0] |= {"status": CANARY} if feed == FEED else {}
        shutil.move(
            council_files.write(folder, catalogue.contracts[feed], rows, "plain", catalogue), settings.inbox
        )
    drop(settings, "names.csv", f"Name,Born\n{CANARY},2014-01-01\n")


def test_it_is_the_same_job_as_without_dagster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})  # Great Expectations has its own tests
    plain, recorded = settings_in(tmp_path / "plain"), settings_in(tmp_path / "recorded")
    measures = few.definitions(tmp_path / "definitions")
    plain, recorded = (
        replace(one, key_file=plain.key_file, definitions=measures) for one in (plain, recorded)
    )
    for settings in (plain, recorded):
        filled(settings, tmp_path)
    run.run(plain)
    outcome = definitions.run_main(recorded)
    assert (len(outcome.received), len(outcome.refused), outcome.left) == (4, 1, [])

    def parts(settings: Settings) -> dict[str, str]:
        found = releases.read_manifest(settings, "officers")["parts"]
        return {one["table"]: one["sha256"] for one in found if one["council"]}

    assert parts(recorded) == parts(plain)
    assert CANARY.encode() not in stored(recorded)
    with definitions.instance_for(recorded) as instance:
        found = events(instance, instance.get_runs()[0].run_id)
        status = check_of(found, "case_audits_accepted", "no_errors").metadata["rules broken"].value
        assert list(status.values()) == [1]
        (bad,) = [name for name in instance.get_dynamic_partitions("deliveries") if name.startswith("000004")]
        assert check_of(found, "delivery", "no_findings", bad).severity == dg.AssetCheckSeverity.ERROR
        every = definitions.definitions_for(recorded).resolve_implicit_global_asset_job_def()
        again = every.execute_in_process(
            instance=instance,
            asset_selection=[dg.AssetKey("checked_again")],
            partition_key=dg.MultiPartitionKey({"council": "990", "feed": FEED}),
        )
        assert again.success
    assert not (recorded.records / "partitions" / "990").exists()  # the next run counts it anew
