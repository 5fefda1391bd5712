"""Reads the pages' sentences back, as a careful reader would, and holds them against the release's tables.

A grammar of plain English of its own: numbers, denominators, percentages, ranges, direction, period, signals, groups.
It shares nothing with the code that writes the sentences. A room for each thing that is said; does not belong here:
which pages are read (`tests.dashboard.read_pages`), and assertions.
"""

from tests.sentences import (  # noqa: F401 (each adds its rules to the grammar)
    agreement,
    changes,
    charts,
    counts,
    gaps,
    groups,
    marks,
    means,
    missing,
    plans,
    published,
    receipts,
    releases,
    shares,
)
from tests.sentences.grammar import Unknown, Wrong, free, read, sentences
from tests.sentences.tables import Place, Tables

__all__ = ["Place", "Tables", "Unknown", "Wrong", "free", "read", "sentences"]
