"""A small contract and a way to deliver files, for every test of the reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import settings as settings_module
from pipelines.contracts import Catalogue, Column, Contract
from pipelines.feeds import Skipped, Table, read
from pipelines.settings import Settings

Delivered = tuple[list[Table], list[Skipped]]


def contract(feed: str, prefix: str, **columns: dict[str, Any]) -> Contract:
    """A contract from its columns' settings; what a test does not care about is filled in."""
    made = {
        name: Column(
            **{
                "number": at,
                "title": name.replace("_", " ").capitalize(),
                "type": "free_text",
                "about": "",
                **more,
            }
        )
        for at, (name, more) in enumerate(columns.items(), start=1)
    }
    return Contract(
        feed=feed,
        title=feed.replace("_", " ").capitalize(),
        version="1",
        prefix=prefix,
        about="",
        grain="one row",
        key=tuple(name for name in ("council", "reference") if name in columns),
        replaces="key",
        columns=made,
        text="",
    )


AUDITS = contract(
    "audits",
    "AUD",
    council={"type": "council", "required": True, "also_called": ("LA", "Local authority")},
    reference={
        "type": "identifier",
        "required": True,
        "title": "Audit reference",
        "also_called": ("Audit ID",),
    },
    status={"required": True},
    completed_on={"type": "date", "title": "Date completed"},
    notes={},
)
VOICES = contract(
    "voices",
    "VOI",
    council={"type": "council", "required": True, "also_called": ("LA", "Local authority")},
    reference={"type": "identifier", "required": True, "title": "Audit reference"},
    role={"required": True, "also_called": ("Who",)},
    offered={},
)
CATALOGUE = Catalogue(
    contracts={one.feed: one for one in (AUDITS, VOICES)}, codes={}, councils={}, names={}, grade_scales={}
)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_module.load({"SEND_AUDIT_DATA": str(tmp_path / "data")})


@pytest.fixture
def deliver(tmp_path: Path, con: duckdb.DuckDBPyConnection, settings: Settings) -> Callable[..., Delivered]:
    """Write bytes (or text as UTF-8) to a file of its own without an ending, as an archive would, and read it."""
    paths = (tmp_path / f"delivered-{n}" for n in count())

    def deliver(
        content: bytes | str,
        name: str = "audits.csv",
        council: str | None = None,
        only: set[int] | None = None,
        **limits: int,
    ) -> Delivered:
        path = next(paths)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read(path, name, CATALOGUE, con, replace(settings, **limits), council, only=only)

    return deliver


def rows_of(con: duckdb.DuckDBPyConnection, table: Table) -> list[tuple[Any, ...]]:
    """The table as it lies, not sorted: its order is part of what is promised."""
    return con.execute(f"SELECT * FROM {table.relation}").fetchall()
