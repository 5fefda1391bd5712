"""Reading one delivered file: what it is, and its cells as text in a table with the supplier's row numbers.

Belongs here: identifying a feed by its headers and getting every record out of a CSV, XLSX or ODS file, or refusing the
file. Does not belong here: what a cell means (types, codes, dates in data) or whether it is right (`intake`).
"""

from pipelines.feeds.reader import Skipped, Table, read
from pipelines.feeds.refusal import Refused

__all__ = ["Refused", "Skipped", "Table", "read"]
