"""What a release says about its measures: their words, their breakdowns, and what each group is called.

Belongs here: the release's tables `measures`, `breakdowns`, `groups`, `fact_columns` (the yes/no columns that
definitions name, in words), `counting_steps` (what each number in `left_out` is left after) and `lessons` (what
councils declare that they did about a theme).
Does not belong here: figures (`figures`), or what a breakdown means (`model.schema`).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.contracts import Catalogue
from pipelines.measures.catalogue import POPULATION, DefinitionError, Measure
from pipelines.measures.populations import REGISTER
from pipelines.model.grades import GRADES
from pipelines.model.schema import BREAKDOWNS, DATED, FACTS, UNKNOWN
from pipelines.model.schema.titles import DERIVED

_WORDS = (
    "version", "title", "short_title", "topic", "position", "kind", "fact", "date", "higher_is", "protect", "chart",
    "sentence", "counts_what", "why", "numerator_words", "denominator_words", "source", "benchmark", "text",
)  # fmt: skip
_LISTS = {"mode": "contribution_mode", "rating_listened": "rating", "rating_difference": "rating",
          "single_age": "published_group", "section": "plan_section"}  # fmt: skip
_PAIRS = {"section_by_kind": ("section", "plan_kind_reviewed"),
          "advice_source_by_kind": ("advice_source", "plan_kind_reviewed")}  # fmt: skip
"""Breakdowns whose groups are a code of one list and one of another, with a bar between."""
_UNLISTED = "unlisted-"
_SOURCES = "population_source"
"""Stands among the groups so that pages can say in words who counted a population."""


def describe(
    con: duckdb.DuckDBPyConnection, measures: Iterable[Measure], catalogue: Catalogue, figures: Sequence[Path]
) -> list[str]:
    """Make the TEMP TABLEs measures, breakdowns, groups, fact_columns, counting_steps and lessons; returns their names.

    Args:
        figures: Parquet files of figures: the groups to name are those that they hold.

    Raises:
        DefinitionError: a council's lesson names a measure that there is not.
    """
    held = list(measures)
    columns: dict[str, pa.Array] = {"measure": pa.array([measure.id for measure in held])}
    columns |= {name: pa.array([getattr(measure, name) for measure in held]) for name in _WORDS}
    columns |= {
        "headline": pa.array([measure.headline for measure in held], pa.int32()),
        "target": pa.array([measure.target for measure in held], pa.float64()),
        "target_source": pa.array([measure.target_source for measure in held], pa.string()),
    }
    columns |= {
        name: pa.array([getattr(measure, name) or "" for measure in held], pa.string())
        for name in ("beside", "when_none", "frame", "denominator_fact")
    }
    columns["against"] = pa.array(
        [POPULATION if measure.against == POPULATION else " & ".join(measure.against) for measure in held],
        pa.string(),
    )
    columns |= {
        name: pa.array([list(getattr(measure, name)) for measure in held], pa.list_(pa.string()))
        for name in ("numerator", "denominator", "caveats", "breakdowns")
    }
    columns["unit"] = pa.array([measure.unit for measure in held], pa.string())
    columns["span"] = pa.array([measure.span for measure in held], pa.string())
    _table(con, "measures", columns)
    used = [name for name in BREAKDOWNS if any(name in measure.breakdowns for measure in held)]
    _table(
        con,
        "breakdowns",
        {
            "breakdown": pa.array(used, pa.string()),
            "title": pa.array([BREAKDOWNS[name] for name in used], pa.string()),
            "position": pa.array(range(len(used)), pa.int32()),
        },
    )
    files = [str(path) for path in figures]
    found = (
        con.execute(
            "SELECT DISTINCT breakdown, \"group\" FROM read_parquet($files) WHERE breakdown <> '' ORDER BY ALL",
            {"files": files},
        ).fetchall()
        if files
        else []
    )
    lists = {name: _named(catalogue, name) for name in used}
    lists[_SOURCES] = _named(catalogue, _SOURCES) | {REGISTER: "the register of plans"}
    found += [(_SOURCES, code) for code in lists[_SOURCES]]
    rows = sorted((breakdown, *_place(lists[breakdown], group), group) for breakdown, group in found)
    _table(
        con,
        "groups",
        {
            "breakdown": pa.array([breakdown for breakdown, *_ in rows], pa.string()),
            "group": pa.array([group for *_, group in rows], pa.string()),
            "label": pa.array([label for _, _, label, _ in rows], pa.string()),
            "position": pa.array(range(len(rows)), pa.int32()),
        },
    )
    columns_of = [
        (name, column, about) for name, fact in FACTS.items() for column, about in fact.yes_no.items()
    ]
    _table(
        con,
        "fact_columns",
        {
            name: pa.array([row[at] for row in columns_of], pa.string())
            for at, name in enumerate(("fact", "column", "about"))
        },
    )
    _counting_steps(con, held)
    _lessons(con, catalogue, {measure.id for measure in held})
    return ["measures", "breakdowns", "groups", "fact_columns", "counting_steps", "lessons"]


def _lessons(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, known: Container[str]) -> None:
    """One row for each theme that a council says something was done about."""
    rows = [
        (council, place, lesson.theme, lesson.since, lesson.moves, *lesson.group.partition(":")[::2])
        for council, names in catalogue.names.items()
        for place, lesson in enumerate(names.learning, start=1)
    ]
    for council, _, theme, _, moves, *_ in rows:
        if moves is not None and moves not in known:
            raise DefinitionError(
                f"expectations/councils/{council}.yaml, at learning, {theme}: there is no measure {moves!r}. "
                "`send-audit measures` lists them; correct the id, or leave `moves` out."
            )
    kinds = {
        "council": pa.string(), "place": pa.int32(), "theme": pa.string(), "since": pa.date32(), "moves": pa.string(),
        "breakdown": pa.string(), "group": pa.string(),
    }  # fmt: skip
    _table(
        con,
        "lessons",
        {name: pa.array([row[at] for row in rows], kind) for at, (name, kind) in enumerate(kinds.items())},
    )


def _counting_steps(con: duckdb.DuckDBPyConnection, measures: Iterable[Measure]) -> None:
    """One row for each of a measure's steps: its place from 0, as `catalogue.Step` has it, what its rows are and what
    their date says, in words, and how many terms it adds up."""
    rows = [
        (measure.id, place, step.part, step.fact, step.terms[0].date, list(step.columns), step.of_group,
         FACTS[step.fact].counts_what, DATED[step.fact, step.terms[0].date], len(step.terms), step.of_known)
        for measure in measures
        for place, step in enumerate(measure.steps)
    ]  # fmt: skip
    kinds = {
        "measure": pa.string(), "step": pa.int32(), "part": pa.string(), "fact": pa.string(), "date": pa.string(),
        "columns": pa.list_(pa.string()), "of_group": pa.bool_(), "rows_are": pa.string(), "dated": pa.string(),
        "times": pa.int32(), "of_known": pa.bool_(),
    }  # fmt: skip
    _table(
        con,
        "counting_steps",
        {name: pa.array([row[at] for row in rows], kind) for at, (name, kind) in enumerate(kinds.items())},
    )


def _named(catalogue: Catalogue, breakdown: str) -> dict[str, str]:
    """Code -> label, in the order in which the code list has them; none where groups are names."""
    if breakdown == "ethnic_group":
        return {code.group: code.group for code in catalogue.codes["ethnicity"] if code.group}
    if breakdown == "interpreter":
        return {"yes": "Interpreter needed", "no": "No interpreter needed"}
    if breakdown == "grade_pair":
        called = {grade: grade.replace("_", " ").capitalize() for grade in GRADES}
        return {
            f"{one}|{two}": f"{called[one]}, then {called[two].lower()}" for one in GRADES for two in GRADES
        }
    if breakdown in DERIVED:
        return DERIVED[breakdown]
    if breakdown in _PAIRS:
        first, second = ({**_named(catalogue, part), UNKNOWN: "Not recorded"} for part in _PAIRS[breakdown])
        return {f"{one}|{two}": f"{first[one]} - {second[two].lower()}" for one in first for two in second}
    return {code.code: code.label for code in catalogue.codes.get(_LISTS.get(breakdown, breakdown), ())}


def _place(names: Mapping[str, str], group: str) -> tuple[int, str]:
    """Where a group comes among the others, and what it is called."""
    if group == UNKNOWN:
        return 10_002, "Not recorded"
    if group.startswith(_UNLISTED):
        return 10_001, f"Not yet listed ({group.removeprefix(_UNLISTED)})"
    if group in names:
        return list(names).index(group), names[group]
    return 10_000, group


def _table(con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, pa.Array]) -> None:
    con.register("described", pa.table(dict(columns)))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM described")
    con.unregister("described")
