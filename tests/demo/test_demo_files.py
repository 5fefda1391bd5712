"""Files of the demonstration county, read back: the same every time, in the offices' styles, sound but for faults."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from recount import SEED, read

from pipelines import demo
from pipelines.contracts import Catalogue, simplify
from pipelines.demo import story


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path, catalogue: Catalogue) -> None:
    again = demo.generate(tmp_path, SEED, catalogue)
    assert len(again) == len(list(folder.iterdir())) == len({delivery.path for delivery in again})
    for delivery in again:
        assert delivery.path.read_bytes() == (folder / delivery.path.name).read_bytes(), delivery.path.name


@pytest.mark.parametrize(
    ("feed", "files", "digest"),
    [
        ("audit_programme", 5, "ce8c6ec94218545ecbdaf821d75d32537b339984dda925463501785018572237"),
        ("case_audits", 21, "8293b9aeb610744346b7ac8ee079e74da219726015af991b23d554d96e2fb975"),
        ("family_participation", 12, "e25c881ef82f69e5d7829ad145a210434920ed41dde539d18e717d4ba67c613c"),
    ],
)
def test_the_files_of_the_first_three_feeds_stay_as_they_are(
    folder: Path, extracts: list[demo.Extract], feed: str, files: int, digest: str
) -> None:
    """Figures of them are quoted. A new kind of record draws from a stream of its own, and changes nothing here.

    Where a contract of these feeds gains a column, or their story is meant to change, so does the digest.
    """
    of_feed = [extract for extract in extracts if extract.feed == feed]
    told = [[extract.file, *read(folder, extract)] for extract in of_feed]
    assert len(told) == files
    assert hashlib.sha256(json.dumps(told).encode()).hexdigest() == digest


def test_another_seed_gives_other_files(folder: Path, tmp_path: Path, catalogue: Catalogue) -> None:
    other = demo.generate(tmp_path, SEED + 1, catalogue)
    same = [
        delivery.path.name
        for delivery in other
        if delivery.path.read_bytes() == (folder / delivery.path.name).read_bytes()
    ]
    told = ("participation-rates", "ombudsman-", "inspections-", "internal-audits-")
    assert same
    assert [name for name in same if not name.removeprefix("brackenshire-").startswith(told)] == [], (
        "all else is drawn; these are written out in the story"
    )


def test_deliveries_come_in_the_order_of_receipt_and_say_what_they_are(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    deliveries = demo.generate(tmp_path, SEED, catalogue)
    received = [delivery.received_on for delivery in deliveries]
    assert received == sorted(received)
    for delivery in deliveries:
        assert delivery.extracted_on <= delivery.received_on
        assert delivery.path.stem.endswith("-demonstration")
        assert delivery.note
        if delivery.path.suffix == ".xlsx" and delivery.path.name.startswith("brackenshire"):
            titles = CalamineWorkbook.from_path(str(delivery.path)).get_sheet_by_index(0).to_python()[:3]
            assert titles[0][0] == "Brackenshire County Council (fictional) - demonstration data"
            assert titles[2][0] == f"Extracted on: {delivery.extracted_on:%d/%m/%Y}"


def test_every_header_is_known_to_the_contract_but_two(
    folder: Path, everything: list[demo.Extract], catalogue: Catalogue
) -> None:
    unknown = []
    for extract in everything:
        if extract.label == story.EXPORTED_REVIEWS and extract.feed == "plan_reviews":
            continue
        if (
            extract.feed == "statistical_neighbours"
        ):  # in another layout: tests/intake/test_neighbours_file.py
            continue
        heads, body = read(folder, extract)
        contract = catalogue.contracts[extract.feed]
        columns = [contract.headers.get(simplify(head)) for head in heads]
        known = [column for column in columns if column]
        assert len(set(known)) == len(known), extract.file
        assert len(body) == len(extract.rows)
        required = {
            name for name, column in contract.columns.items() if column.required and column.type != "place"
        }
        assert required <= set(known)
        unknown += [(extract.label, head) for head, column in zip(heads, columns, strict=True) if not column]
    assert unknown == [("2023-24-q3", "Parent email"), ("2024-25-q4", "Auditor’s desk")]


def test_one_file_renames_a_column_and_is_windows_1252(folder: Path, extracts: list[demo.Extract]) -> None:
    (renamed,) = [extract for extract in extracts if extract.headers is story.RENAMED]
    heads, _ = read(folder, renamed)
    assert "When was the audit completed?" in heads
    assert heads[-1] == "Auditor’s desk"
    with pytest.raises(UnicodeDecodeError):
        (folder / renamed.file).read_bytes().decode("utf-8")


def test_one_participation_file_has_personal_columns_with_invented_values_only(
    folder: Path, extracts: list[demo.Extract]
) -> None:
    personal = [extract for extract in extracts if extract.headers is story.PERSONAL]
    assert [extract.feed for extract in personal] == ["family_participation"]
    heads, body = read(folder, personal[0])
    for head in ("Child name", "What they said", "Parent email"):
        at = heads.index(head)
        assert all("nvented" in row[at] for row in body.values())


def test_the_styles_differ(folder: Path, extracts: list[demo.Extract]) -> None:
    first = {extract.style.ending + extract.style.delimiter + extract.style.encoding for extract in extracts}
    assert first == {"xlsx,utf-8", "csv;cp1252", "csv,utf-8"}
    samples = {}
    for extract in extracts:
        if extract.feed == "case_audits" and extract.label in ("2023-24-q1", "2024-25-q1", "2025-04"):
            heads, body = read(folder, extract)
            samples[extract.label] = [heads[0], heads[8], next(iter(body.values()))[0]]
    assert samples == {
        "2023-24-q1": ["Council", "Completed on", "Brackenshire"],
        "2024-25-q1": ["Council name", "Date completed", "Brackenshire County Council"],
        "2025-04": ["council", "completed_on", "990"],
    }


def test_one_file_of_reviews_is_in_another_systems_layout(
    folder: Path, everything: list[demo.Extract], catalogue: Catalogue
) -> None:
    """No header of it is ours; the county's mapping names them all."""
    [exported] = [
        extract for extract in everything if extract.label == story.EXPORTED_REVIEWS and extract.layout
    ]
    heads, body = read(folder, exported)
    contract, [mapping] = catalogue.contracts["plan_reviews"], catalogue.mappings
    assert not [head for head in heads if simplify(head) in contract.headers]
    assert {simplify(head) for head in heads} == set(mapping.headers)
    assert len(body) == len(exported.rows) > 100
