"""The same year of rows in three councils' layouts, two of them only through a mapping, gives equal facts.

Written for any feed: `LAYOUTS` is all that is said of one.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines import contracts, releases, run
from pipelines.contracts import Catalogue, Contract
from pipelines.intake import key as keys
from pipelines.intake import receive
from pipelines.model import schema
from pipelines.settings import Settings
from tests.acceptance import council_files, plan_rows, twelve
from tests.ods import spreadsheet

Row = Mapping[str, Any]
YES, NO = "Tick", "Cross"


@dataclass(frozen=True)
class Layout:
    """How a council's system writes a feed: a mapping turned round."""

    headers: dict[str, str]
    """Our column -> their header."""
    codes: dict[str, dict[str, str]]
    """Our column -> our code -> their word."""
    constants: dict[str, str]
    """Our column -> what it is in every row; they have no such column."""
    several: tuple[str, ...]
    """Our columns of which a cell may hold several values, with `between` between them."""
    between: str
    ending: str

    def mapping(self) -> str:
        """The text that an analyst would write."""
        said: dict[str, Any] = {
            "title": "Export of the council's own system",
            "written_by": "Performance team",
            "why": "Its headers and words are its own.",
            "columns": {header: column for column, header in self.headers.items()},
            "constants": self.constants,
            "codes": {
                column: {word: code for code, word in words.items()} for column, words in self.codes.items()
            },
            "yes_no": {"yes": [YES], "no": [NO]},
            "separators": dict.fromkeys(self.several, self.between),
        }
        return yaml.safe_dump(said, allow_unicode=True, sort_keys=False)

    def write(self, folder: Path, rows: list[Row], columns: list[str]) -> Path:
        """The rows as their system exports them."""
        used = [column for column in columns if column in self.headers]
        lines = [[self.cell(column, row.get(column)) for column in used] for row in rows]
        table = [[self.headers[column] for column in used], *lines]
        path = folder / f"export{self.ending}"
        if self.ending == ".ods":
            path.write_bytes(spreadsheet({"Notes": [["Not a feed"]], "Export": [["All teams"], [], *table]}))
            return path
        with path.open("w", encoding="cp1252", newline="") as handle:
            csv.writer(handle, delimiter=";").writerows(table)
        return path

    def cell(self, column: str, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return YES if value else NO
        if isinstance(value, date):
            return f"{value:%d/%m/%Y}"
        parts = value if isinstance(value, list) else [value]
        return self.between.join(str(self.codes.get(column, {}).get(str(part), part)) for part in parts)


def layout(
    contract: Contract, catalogue: Catalogue, prefix: str, constants: dict[str, str], ending: str
) -> Layout:
    """Headers that no contract knows, codes that no list has."""
    held = {
        name: column
        for name, column in contract.columns.items()
        if column.type not in ("council", "free_text")
    }
    codes = {
        name: {code.code: f"{prefix}{at}" for at, code in enumerate(catalogue.codes[column.codes or ""])}
        if column.type == "code"
        else {grade: f"{prefix} {grade[::-1]}" for grade in catalogue.grade_scales["ofsted"]}
        for name, column in held.items()
        if column.type in ("code", "grade") and name not in constants
    }
    headers = {
        name: f"{prefix} field {column.number:02d}" for name, column in held.items() if name not in constants
    }
    several = tuple(name for name in headers if held[name].several)
    return Layout(headers, codes, constants, several, " + ", ending)


def case_audits() -> list[Row]:
    """A year of audits, all of one frame, so that a council may leave that column out."""
    rows = [dict(row) for row in twelve.rows()["case_audits"]]
    for at, row in enumerate(rows):
        row |= {"frame": "ehcp", "learning_themes": ["Child's voice", "Timeliness"][: at % 3]}
        row.pop("council")
    return rows


def plan_reviews() -> list[Row]:
    """A year of reviews, four a month, all of final plans; of the sections, advice and answers, most differ from row to
    row, and some are empty."""
    grades, met = ["outstanding", "good", "requires_improvement", "inadequate"], ["met", "partly", "not_met"]
    rows = []
    for at, review in enumerate(plan_rows.reviews("990") * 4):
        row = review | {name: f"{review[name]}-{at}" for name in ("review_reference", "plan_reference")}
        row |= {"plan_stage": "final", "selection": ["random", "targeted"][at % 5 == 0]}
        row |= {"plan_kind_reviewed": ["new", "amended", "existing"][at % 3]}
        row |= {
            "reviewer_grade": grades[at % 4],
            "moderator_grade": grades[at % 4],
            "agreed_grade": grades[at % 4],
        }
        for number, name in enumerate(name for name in row if name.startswith("section_")):
            row[name] = None if (at + number) % 11 == 0 else grades[(at + number) % 4]
        for name in ("outcomes_specific", "provision_specified", "child_views", "parent_views", "coproduced"):
            row[name] = met[(at + len(name)) % 3]
        if at % 4 == 1:
            row |= {
                "advice_health_received_on": None,
                "advice_health_quality": None,
                "advice_health_not_known": True,
            }
        if at % 4 == 2:
            asked = row["advice_social_care_asked_on"]
            row |= {"advice_social_care_received_on": asked + timedelta(days=42 + at % 3)}
        row.pop("council")
        rows.append(row)
    return rows


FEEDS: dict[str, tuple[Callable[[], list[Row]], dict[str, str]]] = {
    "case_audits": (case_audits, {"frame": "ehcp"}),
    "plan_reviews": (plan_reviews, {"plan_stage": "final"}),
}
"""Feed -> its year of rows without a council, and what the second council's system has no column for."""
FACTS = {"case_audits": ("audits",), "plan_reviews": ("plan_reviews", "plan_sections", "plan_advice")}
"""Feed -> the facts made of it alone."""


@pytest.mark.parametrize("feed", FEEDS)
def test_three_layouts_give_equal_facts(feed: str, settings: Settings, tmp_path: Path) -> None:
    make, constants = FEEDS[feed]
    rows = make()
    settings = own_texts(settings, tmp_path)
    catalogue = contracts.load(settings)
    contract = catalogue.contracts[feed]
    columns = [name for name in contract.columns if any(name in row for row in rows)]
    layouts = {
        "991": layout(contract, catalogue, "Tarn", constants, ".csv"),
        "992": layout(contract, catalogue, "Fen", {}, ".ods"),
    }
    files = {
        "990": council_files.write(
            tmp_path, contract, [{"council": "990", **row} for row in rows], "plain", catalogue
        )
    }
    for council, of_council in layouts.items():
        path = settings.expectations / "mappings" / council / f"{feed}.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(of_council.mapping(), encoding="utf-8")
        (tmp_path / council).mkdir()
        files[council] = of_council.write(tmp_path / council, rows, columns)

    settings.inbox.mkdir(parents=True)
    for council, path in files.items():
        shutil.copy(path, settings.inbox / f"{council}{path.suffix}")
    outcome = run.run(settings)
    assert (outcome.refused, outcome.left, outcome.release is not None) == ([], [], True)
    tables = releases.open_release(settings)
    deliveries = tables["deliveries"].set_index("file")
    assert set(deliveries.rows_accepted) == {len(rows)}, tables["findings"].groupby(["number", "code"]).size()
    how = tables["columns_matched"].groupby(["number", "how"]).size()
    for file, council in (("991.csv", "991"), ("992.ods", "992")):
        number = deliveries.number[file]
        used = [name for name in columns if name in layouts[council].headers]
        assert how[number, "mapping"] == len(used) + len(layouts[council].constants) + len(["council"])
    assert accepted(settings, feed, contract)
    for fact in FACTS[feed]:
        assert same_facts(settings, fact)
    assert same_figures(tables["figures"])


def own_texts(settings: Settings, folder: Path) -> Settings:
    """Contracts and names of this test's own: the three councils list the same names."""
    made = folder / "expectations"
    shutil.copytree(settings.expectations, made)
    names = (made / "councils" / "990.yaml").read_text(encoding="utf-8")
    for council in ("991", "992"):
        text = names.replace('council: "990"', f'council: "{council}"')
        (made / "councils" / f"{council}.yaml").write_text(text, encoding="utf-8")
    return replace(settings, expectations=made)


def accepted(settings: Settings, feed: str, contract: Contract) -> bool:
    """Whether the accepted rows of every delivery are the same but for the council, and what is keyed by it (references
    and names that are not listed)."""
    catalogue, key = contracts.load(settings), keys.load(settings)
    held = [receive.judged(settings, catalogue, key, arrival) for arrival in receive.arrivals(settings)]
    same = [
        f"regexp_replace({name}::VARCHAR, 'unlisted-[A-Z0-9]+', 'unlisted', 'g') AS {name}"
        for name in contract.stored
        if name not in contract.columns or contract.columns[name].type not in ("council", "identifier")
    ]
    found = []
    for checked in held:
        path = checked.folder / f"{feed}.accepted.parquet"
        with duckdb.connect() as con:
            query = f"SELECT {', '.join(same)} FROM read_parquet(?) ORDER BY ALL"
            found.append(con.execute(query, [str(path)]).fetchall())
    assert len(found) == 3
    assert found[0], "there are rows"
    return found[0] == found[1] == found[2]


def same_facts(settings: Settings, fact: str) -> bool:
    """Whether the rows of a fact are the same for every council but for what names the council, and the keys."""
    described = schema.FACTS[fact]
    names = [*described.dates, *described.yes_no, *described.breakdowns]
    same = ", ".join(
        f"regexp_replace({name}::VARCHAR, 'unlisted-[A-Z0-9]+', 'unlisted', 'g')" for name in names
    )
    found = {}
    for path in (settings.records / "partitions").glob("*/*.json"):
        [part] = [
            part
            for part in json.loads(path.read_text(encoding="utf-8"))["parts"]
            if part["table"] == f"fact_{fact}"
        ]
        with duckdb.connect() as con:
            query = f"SELECT {same} FROM read_parquet(?) ORDER BY ALL"
            found[path.parent.name] = con.execute(query, [str(releases.part_path(settings, part))]).fetchall()
    assert sorted(found) == ["990", "991", "992"]
    assert found["990"], "there are rows"
    return found["990"] == found["991"] == found["992"]


def same_figures(figures: Any) -> bool:
    """Whether every figure of every council is the same."""
    apart = ["council", "receipt"]
    figures = figures.replace("unlisted-[A-Z0-9]+", "unlisted", regex=True)
    by_council = {
        council: rows.drop(columns=apart).sort_values(list(rows.columns.drop(apart))).to_dict("records")
        for council, rows in figures.groupby("council")
    }
    assert sorted(by_council) == ["990", "991", "992"]
    assert by_council["990"], "there are figures"
    return str(by_council["990"]) == str(by_council["991"]) == str(by_council["992"])
