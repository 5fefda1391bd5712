"""What the county's offices send, and when: every file of the three years in the order of receipt.

Belongs here: which office sends which months, and which files go wrong. Does not belong here: rows (the modules of the
kinds of record), or bytes (`writing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from pipelines.contracts import Catalogue
from pipelines.demo import (
    asked,
    elsewhere,
    ledger,
    national,
    neighbours,
    placed,
    plans,
    population,
    rates,
    reviews,
    story,
    trained,
)
from pipelines.demo.audits import Audit, case_audits, corrected, county, spoil
from pipelines.demo.drawing import after, months, quarter_of, year_of
from pipelines.demo.files import CASE_SYSTEM, WAREHOUSE, WORKBOOK, Extract
from pipelines.demo.people import add_orphans, participation
from pipelines.demo.programme import programme

_STYLES = {2023: WORKBOOK, 2024: CASE_SYSTEM, 2025: WAREHOUSE}
"""The financial year of a file, by the calendar year it begins in -> who writes it."""


def everything(seed: int, catalogue: Catalogue) -> list[Extract]:
    """Every file of the three years, in the order of receipt.

    Each kind of record is drawn from a stream of its own: a new kind leaves the files of the others as they are.
    """
    audits = county(seed, catalogue)
    register = plans.register(audits, seed, catalogue)
    sent = [
        *extracts(audits, seed),
        *plans.files(register),
        *(
            elsewhere.exported(extract, catalogue) if extract.label == story.EXPORTED_REVIEWS else extract
            for extract in review_files(reviews.county(register, seed, catalogue), seed)
        ),
        national.file(register, seed, catalogue),
        neighbours.file(seed, catalogue),
        rates.file(),
        *ledger.files(seed),
        *placed.files(placed.county(register, seed)),
        *trained.files(trained.county(seed, catalogue)),
        *asked.files(register, seed, catalogue),
        *population.files(register, seed, catalogue),
    ]
    return sorted(sent, key=lambda extract: extract.received_on)


def extracts(audits: Sequence[Audit], seed: int) -> list[Extract]:
    """Every file of the programme, the audits and the people in them, in the order of receipt."""
    rng = Random(f"files {seed}")
    sent = list(programme(audits))
    for month in months():
        quarter = after(month, -2) if month.month % 3 == 0 else None  # the quarter that this month ends
        style = _STYLES[year_of(month)]
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


def review_files(found: Sequence[reviews.Review], seed: int) -> list[Extract]:
    """The reviews of each quarter and the one before, as the offices send them; one file has bad rows."""
    rng = Random(f"files of reviews {seed}")
    sent = []
    for last in months()[2::3]:
        sent.append(
            reviews.file(found, after(last, -5), last, quarter_of(last, "-q"), _STYLES[year_of(last)])
        )
        if after(last, -2) == story.BAD_REVIEWS_QUARTER:
            reviews.spoil(sent[-1], rng)
    return sent


def _add_columns(extract: Extract, headers: Mapping[str, str], what: str) -> None:
    """Give some columns other headers; those that the county does not usually send get invented texts."""
    extract.headers, extract.note = headers, f"{extract.note}; {what}"
    for number, row in enumerate(extract.rows, start=1):
        row |= {name: story.INVENTED[name].format(number) for name in headers if name in story.INVENTED}
