"""Columns and rules that a contract writes once for all codes of a list: what they become, and what is refused.

Belongs here: `for_each` in contracts. Does not belong here: the contracts as they stand (`test_contracts`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from pipelines import contracts, settings
from pipelines.contracts.reference import Code
from pipelines.reports.template import write_template
from pipelines.texts import ContractError, simplify

SETTINGS = settings.load({})
CATALOGUE = contracts.load(SETTINGS)
REVIEWS = CATALOGUE.contracts["plan_reviews"]
ROOMS = (
    Code(code="hall", label="Hall", also_called=("Lobby", "HALL?")),
    Code(code="attic", label="Attic", also_called=("Loft",)),
)
CONTRACT = {
    "feed": "houses", "title": "Houses", "version": "1.0.0", "prefix": "HOU", "about": "A.", "grain": "one row a house",
    "key": ["council"], "replaces": "key",
    "columns": {
        "council": {"number": 1, "title": "Council", "type": "council", "required": True, "about": "A."},
        "{code}_seen_on": {"number": 10, "for_each": "room", "title": "{label} seen on", "type": "date", "about": "A.",
                           "also_called": ["See {code}", "{called} seen on", "{label} seen"]},
        "{code}_clean": {"number": 20, "for_each": "room", "title": "{label} clean", "type": "yes_no", "about": "A."},
        "note": {"number": 2, "title": "Note", "type": "free_text", "about": "A."},
    },
    "rules": [
        {"code": "HOU-310", "for_each": "room", "level": "error", "expect": "empty_when",
         "with": {"column": "{code}_clean", "when": {"{code}_seen_on": "empty"}},
         "message": "{label} is clean, but was not seen.", "action": "Say when {label} was seen."},
        {"code": "HOU-601", "level": "error", "expect": "key_unique", "message": "M.", "action": "A."},
    ],
}  # fmt: skip


def read(folder: Path, change: dict[str, Any] | None = None, codes: Any = None) -> contracts.Contract:
    path = folder / "houses.yaml"
    path.write_text(yaml.safe_dump({**CONTRACT, **(change or {})}, sort_keys=False), encoding="utf-8")
    return contracts.read_contract(path, {"room": ROOMS} if codes is None else codes)


def with_column(name: str, column: dict[str, Any]) -> dict[str, Any]:
    return {"columns": {**CONTRACT["columns"], name: column}}


def test_a_column_for_each_code_stands_for_one_of_each_code_by_code(tmp_path: Path) -> None:
    columns = read(tmp_path).columns
    assert [(name, column.number, column.title) for name, column in columns.items()] == [
        ("council", 1, "Council"),
        ("hall_seen_on", 10, "Hall seen on"),
        ("hall_clean", 20, "Hall clean"),
        ("attic_seen_on", 11, "Attic seen on"),
        ("attic_clean", 21, "Attic clean"),
        ("note", 2, "Note"),
    ]
    # one for each other spelling; an entry without {called} once
    assert columns["hall_seen_on"].also_called == ("See hall", "Lobby seen on", "HALL? seen on", "Hall seen")
    assert columns["attic_seen_on"].also_called == ("See attic", "Loft seen on", "Attic seen")
    assert {column.for_each for column in columns.values()} == {None, "room"}


def test_a_rule_for_each_code_has_a_code_of_its_own_for_each(tmp_path: Path) -> None:
    rules = {rule.code: rule for rule in read(tmp_path).rules}
    assert list(rules) == ["HOU-310", "HOU-311", "HOU-601"]
    assert rules["HOU-311"].arguments == {"column": "attic_clean", "when": {"attic_seen_on": "empty"}}
    assert rules["HOU-311"].message == "Attic is clean, but was not seen."
    assert rules["HOU-310"].action == "Say when Hall was seen."


def test_a_new_code_is_a_new_column_and_no_other_changes(tmp_path: Path) -> None:
    before = read(tmp_path)
    after = read(tmp_path, codes={"room": (*ROOMS, Code(code="shed", label="Shed", also_called=("Hut",)))})
    assert {name: after.columns[name] for name in before.columns} == before.columns
    assert set(after.columns) - set(before.columns) == {"shed_seen_on", "shed_clean"}
    assert set(after.rules_by_code) - set(before.rules_by_code) == {"HOU-112", "HOU-122", "HOU-312"}


@pytest.mark.parametrize(
    ("change", "codes", "said"),
    [
        ({}, {}, r"houses\.yaml repeats a column or rule for_each 'room', which data/reference/codes does not have"),
        ({}, {"room": (Code(code="front hall", label="L"),)}, r"The code 'front hall' of room cannot be part"),
        (
            with_column("cellar", {"number": 30, "for_each": "room", "title": "T", "type": "date", "about": "A."}),
            None,
            r"at columns\.cellar: a column for_each code of a list has \{code\} in its name",
        ),
        (
            with_column("roof", {"number": 11, "title": "Roof", "type": "date", "about": "A."}),
            None,
            r"the columns attic_seen_on and roof have the same `number`",
        ),
        (
            with_column(
                "{code}_at", {"number": 98, "for_each": "room", "title": "T", "type": "date", "about": "A."}
            ),
            None,
            r"columns\.attic_at\.number",
        ),
        ({"columns": ["council"]}, None, r"at columns: "),
        ({"columns": {"council": "Council"}}, None, r"at columns\.council: "),
        ({"rules": [{"code": "HOU-x", "for_each": "room"}]}, None, r"at rules\.0\."),
    ],
)  # fmt: skip
def test_what_cannot_be_repeated_is_told(tmp_path: Path, change: Any, codes: Any, said: str) -> None:
    with pytest.raises(ContractError, match=said):
        read(tmp_path, change, codes)


@pytest.mark.parametrize(
    "header",
    [
        "Section F", "F grade", "Sec F - provision", "Section F: special educational provision", "section_f_grade",
        "SECTION F – Provision", "Section F (SEP)", "F: Special educational provision", "Quality of section F",
    ],
)  # fmt: skip
def test_what_suppliers_call_section_f(header: str) -> None:
    assert REVIEWS.headers[simplify(header)] == "section_F_grade"


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("EP advice requested", "advice_educational_psychology_asked_on"),
        ("Date social worker advice received", "advice_social_care_received_on"),
        ("Not known to social care", "advice_social_care_not_known"),
        ("Quality of NHS advice", "advice_health_quality"),
    ],
)
def test_what_suppliers_call_advice(header: str, column: str) -> None:
    assert REVIEWS.headers[simplify(header)] == column


def test_a_section_of_another_plan_is_one_line_of_the_list(tmp_path: Path) -> None:
    reference = tmp_path / "reference"
    reference.mkdir()
    for path in SETTINGS.reference.glob("*.*"):
        (reference / path.name).write_bytes(path.read_bytes())
    (reference / "codes").mkdir()
    for path in (SETTINGS.reference / "codes").glob("*.csv"):
        (reference / "codes" / path.name).write_bytes(path.read_bytes())
    with (reference / "codes" / "plan_section.csv").open("a", encoding="utf-8") as lines:
        lines.write("ISP1,ISP1: What works for me,What works for me|What works,ISP\n")
    catalogue = contracts.load(replace(SETTINGS, reference=reference))
    contract = catalogue.contracts["plan_reviews"]
    assert contract.headers[simplify("ISP1: what works for me")] == "section_ISP1_grade"
    assert contract.columns["section_ISP1_grade"].number == 78
    assert "PLR-178" in contract.rules_by_code
    assert catalogue.texts != CATALOGUE.texts, "deliveries are judged anew"


def test_a_template_has_every_repeated_column_with_its_drop_down(tmp_path: Path) -> None:
    path = write_template(REVIEWS, CATALOGUE, tmp_path / "reviews.xlsx", council="990")
    book = openpyxl.load_workbook(path)
    header = [cell.value for cell in book.worksheets[0][1]]
    assert header[-13:] == [f"Section {code.label}" for code in CATALOGUE.codes["plan_section"]]
    assert header[header.index("Health advice asked on") :][:5] == [
        "Health advice asked on", "Health advice received on", "Health - child not known to the service",
        "Health advice quality", "Social care advice asked on",
    ]  # fmt: skip
    lists = {cell.value for cell in book["Lists"][1]}
    assert {
        "List for: Section K: Advice and information",
        "List for: Educational psychology advice quality",
    } <= lists
