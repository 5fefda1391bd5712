"""The stores that earlier versions of the program made, opened aside: a helper of the tests here, not a test."""

from __future__ import annotations

import shutil
import tarfile
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines import releases
from pipelines import settings as program_settings
from pipelines.settings import AUDIENCES, Settings

STORES = Path(__file__).resolve().parents[1] / "fixtures" / "stores"
FIGURES = """SELECT measure, council, "window", period_end::VARCHAR, numerator, denominator, value, low, high, symbol,
    receipt FROM figures WHERE breakdown = '' AND complete AND "window" IN ('12m', 'financial_year')
    QUALIFY period_end = max(period_end) OVER (PARTITION BY measure, council, "window") ORDER BY ALL"""
"""The newest complete years of whole places: enough to see whether a release still says what it said."""


def names() -> list[str]:
    """Every store that is kept, the oldest first."""
    return sorted(path.parent.name for path in STORES.glob("*/store.tar.xz"))


def unpack(name: str, folder: Path) -> tuple[Path, Path]:
    """The data folder and key file of a kept store, under `folder`."""
    with tarfile.open(STORES / name / "store.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "data", Path(shutil.copy(STORES / name / "test-key.txt", folder))


def settings_of(data: Path, key: Path, today: date | None = None) -> Settings:
    environment = {"SEND_AUDIT_DATA": str(data), "SEND_AUDIT_KEY_FILE": str(key)}
    return program_settings.load(environment | ({"SEND_AUDIT_TODAY": today.isoformat()} if today else {}))


def answers(settings: Settings) -> dict[str, Any]:
    """Audience -> release -> what it says: when, from how many rows, the figures of its years, all receipts."""
    return {
        audience: {
            entry["release"]: _of(settings, audience, entry) for entry in releases.history(settings, audience)
        }
        for audience in AUDIENCES
    }


def _of(settings: Settings, audience: str, manifest: releases.Manifest) -> dict[str, Any]:
    release = manifest["release"]
    with duckdb.connect(str(releases.open_database(settings, audience, release)), read_only=True) as con:
        [(receipts, together)] = con.execute(
            "SELECT count(receipt), md5(string_agg(receipt, ' ' ORDER BY receipt)) FROM figures"
        ).fetchall()
        figures = [list(row) for row in con.execute(FIGURES).fetchall()]
    return {
        "as_of": str(manifest["as_of"]),
        "balances": manifest.get("balances"),
        "receipts": [receipts, together],
        "figures": figures,
    }
