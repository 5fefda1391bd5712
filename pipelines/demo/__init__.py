"""A fictional county's deliveries: three years of Brackenshire, from a seed, good files and bad ones.

Belongs here: the story (`story`), a module for each kind of record that is made from it, and the files that the
county's offices send (`sending`, `files`, `writing`).
Does not belong here: receiving and running them (`cli`), and anything about a real council.
"""

from __future__ import annotations

from pathlib import Path

from pipelines import contracts, settings
from pipelines.contracts import Catalogue
from pipelines.demo.audits import Audit, county
from pipelines.demo.drawing import Row
from pipelines.demo.files import Delivery, Extract, Fault, Style
from pipelines.demo.sending import everything, extracts
from pipelines.demo.writing import written

__all__ = [
    "Audit",
    "Delivery",
    "Extract",
    "Fault",
    "Row",
    "Style",
    "county",
    "everything",
    "extracts",
    "generate",
]


def generate(folder: Path, seed: int = 2026, catalogue: Catalogue | None = None) -> list[Delivery]:
    """Write three years of deliveries into a folder; returns them in the order of receipt.

    The same seed and contracts give the same bytes.
    """
    catalogue = catalogue or contracts.load(settings.load())
    folder.mkdir(parents=True, exist_ok=True)
    sent = []
    for extract in everything(seed, catalogue):
        path = folder / extract.file
        path.write_bytes(written(extract, catalogue))
        sent.append(Delivery(path, extract.extracted_on, extract.received_on, extract.note))
    return sent
