"""The arrows of `docs/architecture.md`: which room may import which, and what the quick commands must not load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parent.parent
ROOMS = {
    # room: the rooms of the project that it may import
    "pipelines.settings": set(),
    "pipelines.durable": set(),
    "pipelines.progress": set(),
    "pipelines.stamps": set(),
    "pipelines.seals": {"pipelines.durable", "pipelines.settings"},
    "pipelines.texts": set(),
    "pipelines.mappings": {"pipelines.texts"},
    "pipelines.contracts": {"pipelines.mappings", "pipelines.settings", "pipelines.texts"},
    "pipelines.statistics": set(),
    "pipelines.receipt_ids": set(),
    "pipelines.feeds": {
        "pipelines.contracts", "pipelines.mappings", "pipelines.settings", "pipelines.stamps", "pipelines.texts",
    },
    "pipelines.intake": {
        "pipelines.contracts", "pipelines.durable", "pipelines.feeds", "pipelines.seals", "pipelines.settings",
    },
    "pipelines.model": {"pipelines.contracts", "pipelines.settings"},
    "pipelines.measures": {
        "pipelines.contracts", "pipelines.model", "pipelines.releases", "pipelines.settings", "pipelines.statistics",
        "pipelines.texts",
    },
    "pipelines.disclosure": {"pipelines.measures", "pipelines.model", "pipelines.progress", "pipelines.statistics"},
    "pipelines.past": {"pipelines.stamps"},
    "pipelines.databases": {"pipelines.past"},
    "pipelines.slices": {"pipelines.model"},
    "pipelines.releases": {
        "pipelines.databases", "pipelines.durable", "pipelines.past", "pipelines.seals", "pipelines.settings",
        "pipelines.slices",
    },
    "pipelines.evidence.between": {"pipelines.evidence", "pipelines.past"},
    "pipelines.evidence": {
        "pipelines.contracts", "pipelines.disclosure", "pipelines.durable", "pipelines.intake", "pipelines.measures",
        "pipelines.model", "pipelines.past", "pipelines.progress", "pipelines.receipt_ids", "pipelines.releases",
        "pipelines.seals", "pipelines.settings", "pipelines.statistics",
    },
    "pipelines.reports": {
        "pipelines.contracts", "pipelines.durable", "pipelines.feeds", "pipelines.settings", "pipelines.intake",
        "pipelines.measures", "pipelines.model", "pipelines.releases", "pipelines.texts",
    },
    "pipelines.demo": {"pipelines.contracts", "pipelines.mappings", "pipelines.settings"},
    "dashboard": {"pipelines.evidence.between", "pipelines.past", "pipelines.receipt_ids"},
}  # fmt: skip
WIRING = {
    "pipelines.cli",
    "pipelines.commands",
    "pipelines.definitions",
    "pipelines.orchestration",
    "pipelines.run",
    "pipelines.council_parts",
    "pipelines.making",
    "pipelines.partitions",
    "pipelines.published",
    "pipelines.publish",
    "pipelines.originals",
    "pipelines.erasure",
    "pipelines.retention",
}
ONLY_IN = {
    "dagster": {"pipelines.definitions", "pipelines.orchestration"},
    "great_expectations": {"pipelines.intake"},
    "ibis": {"pipelines.model"},
    "dash": {"dashboard"},
}  # fmt: skip


def modules() -> list[Path]:
    return sorted([*(HOME / "pipelines").rglob("*.py"), *(HOME / "dashboard").rglob("*.py")])


def name_of(path: Path) -> str:
    parts = list(path.relative_to(HOME).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str | None:
    """The longest room whose name starts the module's."""
    return max(
        (room for room in (*ROOMS, *WIRING) if f"{module}.".startswith(f"{room}.")), key=len, default=None
    )


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    room = room_of(name_of(path))
    if room is None:
        assert name_of(path) == "pipelines", f"{path} is in no room: say in this test which rooms it may use"
        return
    if room in WIRING:
        return
    used = {room_of(module) for module in imports(path)} - {None, room}
    assert used <= ROOMS[room], f"{room} may not import {sorted(used - ROOMS[room])}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_heavy_libraries_stay_in_their_room(path: Path) -> None:
    for module in imports(path):
        library = module.split(".")[0]
        if library in ONLY_IN:
            assert room_of(name_of(path)) in ONLY_IN[library], f"{library} belongs in {ONLY_IN[library]}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_every_module_says_what_belongs_in_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(text)) or ""
    assert said, f"{path.name} opens with no docstring"
    if path.name != "__init__.py":
        assert "belong" in said.lower(), f"{path.name} does not say what belongs in it"


@pytest.mark.parametrize(
    ("module", "without"),
    [
        ("pipelines.cli", ("dagster", "great_expectations", "ibis", "pandas", "pyarrow", "dash", "scipy")),
        (
            "pipelines.measures.lookup",
            ("dagster", "great_expectations", "ibis", "pandas", "pyarrow", "dash", "scipy"),
        ),
        ("dashboard.store", ("dagster", "great_expectations", "ibis", "pandas", "scipy", "statsmodels")),
        (
            "pipelines.evidence.between",
            ("dagster", "great_expectations", "ibis", "pandas", "pyarrow", "dash"),
        ),
        ("pipelines.run", ("dagster", "great_expectations", "ibis", "dash")),
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(module: str, without: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print([name for name in {without!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
