"""What is odd about how a file came, whatever is in it.

Belongs here: the findings that every feed has about its arrivals. Does not belong here: what its rows look like as a
whole (`intake.whole_file`), which the contracts' own 5xx rules say.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pipelines.contracts import Contract
from pipelines.contracts.standing_rules import HIDDEN_SHEET, SENT_AGAIN, TAKEN_LATER
from pipelines.intake.receive import Checked, is_in_future
from pipelines.intake.whole_file import FileFinding


def findings(contract: Contract, held: Sequence[Checked], of: Checked) -> list[FileFinding]:
    """What a delivery's arrival breaks, given every delivery of the store."""
    tables = [table for table in of.result["tables"] if table["feed"] == contract.feed]
    found = [
        FileFinding(f"{contract.prefix}-{HIDDEN_SHEET}", "", sheet=table["sheet"])
        for table in tables
        if table.get("is_hidden")  # earlier versions of the program did not say
    ]
    if _sent_again(contract.feed, held, of):
        found.append(FileFinding(f"{contract.prefix}-{SENT_AGAIN}", ""))
    said = [table["extracted_on"] for table in tables]
    if any(day and is_in_future(date.fromisoformat(day), of.arrival.received_at) for day in said):
        found.append(FileFinding(f"{contract.prefix}-{TAKEN_LATER}", ""))
    return found


def _sent_again(feed: str, held: Sequence[Checked], of: Checked) -> bool:
    """The same bytes came before, others that replace them came since, and nobody said when these were taken."""
    if of.arrival.extracted_on_from != "receipt" or of.arrival.corrections:
        return False
    before = [one for one in held if one.arrival.number < of.arrival.number]
    same = [one for one in before if one.arrival.delivery == of.arrival.delivery]
    return any(
        first.arrival.order < between.arrival.order
        and between.arrival.delivery != of.arrival.delivery
        and feed in between.result["feeds"]
        and between.councils & of.councils
        for first in same[:1]
        for between in before
    )
