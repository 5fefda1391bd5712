"""What `model.logic` says of yes/no columns holds for every row of the demonstration, and names columns there are."""

from __future__ import annotations

import duckdb
import pytest

from pipelines import releases
from pipelines.model.logic import ALWAYS, DATED, EITHERS, FOLLOWS, SPLITS
from pipelines.model.schema import FACTS
from pipelines.settings import Settings


def broken(con: duckdb.DuckDBPyConnection, rows: str, fact: str) -> list[str]:
    """Every rule of a fact that does not hold for all of its rows."""
    own = FACTS[fact].yes_no
    rules = [f"{column}" for column in ALWAYS.get(fact, ())]
    rules += [
        f"NOT {column} OR {after}" for column, several in FOLLOWS.get(fact, {}).items() for after in several
    ]
    for one in EITHERS.get(fact, ()):
        rules.append(f"{one.union} = ({one.first} OR {one.second})")
        if one.both in own:
            rules.append(f"{one.both} = ({one.first} AND {one.second})")
    for split in SPLITS.get(fact, ()):
        named = [part for part in split.parts if part in own]
        together = " + ".join(f"{part}::INTEGER" for part in named)
        whole = f"{split.whole}::INTEGER" if split.whole else "1"
        rules.append(f"{together} {'=' if len(named) == len(split.parts) else '<='} {whole}")
    for (of, _), columns in DATED.items():
        if of == fact:
            rules += [f"{column}" for column in columns]
    return [
        rule for rule in rules if con.execute(f"SELECT 1 FROM {rows} WHERE NOT ({rule}) LIMIT 1").fetchall()
    ]


def test_columns_of_the_logic_exist():
    for held in (ALWAYS, FOLLOWS):
        for fact, columns in held.items():
            assert set(columns) <= set(FACTS[fact].yes_no)
    for fact, several in FOLLOWS.items():
        assert {one for after in several.values() for one in after} <= set(FACTS[fact].yes_no)


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact in {*FOLLOWS, *EITHERS, *SPLITS}])
def test_the_logic_holds_for_every_row(demonstrated: tuple[Settings, str], fact: str):
    settings, _ = demonstrated
    manifest = releases.read_manifest(settings, "officers", releases.resolve(settings, "officers"))
    files = [
        releases.text(releases.part_path(settings, part))
        for part in manifest["parts"]
        if part["table"] == f"fact_{fact}"
    ]
    dated = {day for of, day in DATED if of == fact}
    with duckdb.connect() as con:
        where = f"WHERE {' AND '.join(f'{day} IS NOT NULL' for day in dated)}" if dated else ""
        rows = f"(SELECT * FROM read_parquet([{', '.join(files)}]) {where})"
        assert broken(con, rows, fact) == []
