"""A list of statistical neighbours of the fictional councils, in the layout of the real one.

Belongs here: the rows of one workbook: two rows above the header, "SNP" ten times in it, a block of former councils
below. Does not belong here: any real council, or reading the list (`expectations/feeds/statistical_neighbours.yaml`).
"""

from __future__ import annotations

from random import Random
from typing import Any

from pipelines.contracts import Catalogue
from pipelines.demo import story
from pipelines.demo.drawing import Row
from pipelines.demo.files import WORKBOOK, Extract

PLACES = range(1, 11)
LAYOUT = (
    "LA num", "LA Name", "LA number", "GOInd", "GOReg",
    *(part for place in PLACES for part in (f"SN{place}", f"SNP {place}")),
)  # fmt: skip
NUMBERED = (("A", "B", "C", "D", "E", *range(3, 23)), tuple(range(1, 26)))
"""What stands above the header."""


def file(seed: int, catalogue: Catalogue) -> Extract:
    """Every council's neighbours, by name; then a heading, and a council that is no more."""
    councils = sorted((catalogue.councils[code] for code in story.COUNCILS), key=lambda one: one.name)
    rows = []
    for council in councils:
        others = [int(code) for code in story.COUNCILS if code != council.code]
        Random(f"neighbours {seed} {council.code}").shuffle(others)
        rows.append(
            _row(int(council.code), f"{council.name} (fictional)", council.region, others, story.CLOSENESS)
        )
    others = [int(code) for code in story.COUNCILS]
    code, name = story.FORMER_COUNCIL
    former = _row(
        code, f"{name} (fictional)", councils[0].region, others, [word.title() for word in story.CLOSENESS]
    )
    sent = Extract(
        "statistical_neighbours",
        f"{story.NEIGHBOURS_ON:%B-%Y}".lower(),
        WORKBOOK,
        [*rows, {}, {"LA Name": "Old SNs:"}, {}, former],
        story.NEIGHBOURS_ON,
        "statistical neighbours of fictional councils; former councils beneath, set aside",
        headers={f"SNP {place}": "SNP" for place in PLACES},
        layout=LAYOUT,
        sender="fictional",
        above=NUMBERED,
        sheet="LA SN Groups",
    )
    return sent


def _row(code: int, name: str, region: str, others: list[int], closeness: Any) -> Row:
    row: Row = {"LA num": code, "LA Name": name, "LA number": code, "GOInd": 1, "GOReg": region}
    for place, (other, how) in enumerate(zip(others, closeness, strict=False), 1):
        row |= {f"SN{place}": other, f"SNP {place}": how}
    return row
