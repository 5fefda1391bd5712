"""What the county's offices send, and when: every file of the three years in the order of receipt.

Belongs here: which office sends which months, and which files go wrong. Does not belong here: rows (the modules of the
kinds of record), or bytes (`writing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from pipelines.demo import story
from pipelines.demo.audits import Audit, case_audits, corrected, spoil
from pipelines.demo.drawing import after, months, quarter_of, year_of
from pipelines.demo.files import CASE_SYSTEM, WAREHOUSE, WORKBOOK, Extract
from pipelines.demo.people import add_orphans, participation
from pipelines.demo.programme import programme


def extracts(audits: Sequence[Audit], seed: int) -> list[Extract]:
    """Every file of the three years, in the order of receipt."""
    rng = Random(f"files {seed}")
    sent = list(programme(audits))
    for month in months():
        quarter = after(month, -2) if month.month % 3 == 0 else None  # the quarter that this month ends
        style = {2023: WORKBOOK, 2024: CASE_SYSTEM, 2025: WAREHOUSE}[year_of(month)]
        if style is WAREHOUSE:  # the data team sends the last four months, every month
            sent.append(case_audits(audits, after(month, -3), month, f"{month:%Y-%m}", style))
        elif quarter:  # the offices send this quarter and the one before
            sent.append(case_audits(audits, after(month, -5), month, quarter_of(month, "-q"), style))
            if quarter == story.BAD_QUARTER:
                spoil(sent[-1], rng)
            if quarter == story.RENAMED_QUARTER:
                _add_columns(sent[-1], story.RENAMED, "one column renamed, one not known")
        if quarter:
            sent.append(participation(audits, month, style))
            if quarter == story.BAD_QUARTER:
                add_orphans(sent[-1], rng)
            if quarter == story.PERSONAL_QUARTER:
                _add_columns(sent[-1], story.PERSONAL, "personal columns, to be dropped (all invented)")
    last = [extract for extract in sent if extract.feed == "case_audits"][-1]
    last.plant(len(last.rows) - 1, "team", story.UNLISTED_TEAM, "a team that the council has not listed")
    last.note += "; one team not yet listed"
    sent.append(corrected(audits, rng))
    return sorted(sent, key=lambda extract: extract.received_on)


def _add_columns(extract: Extract, headers: Mapping[str, str], what: str) -> None:
    """Give some columns other headers; those that the county does not usually send get invented texts."""
    extract.headers, extract.note = headers, f"{extract.note}; {what}"
    for number, row in enumerate(extract.rows, start=1):
        row |= {name: story.INVENTED[name].format(number) for name in headers if name in story.INVENTED}
