"""Which deliveries a query asks for.

Belongs here: the filters of the data page, shared with its files. Does not belong here: what is shown of a delivery.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from dashboard import phrases, store


@dataclass(frozen=True)
class Chosen:
    """The deliveries that a query asks for, newest first, and how it asks."""

    deliveries: list[store.Row]
    feed: str = ""
    received: str = ""
    """A month of receipt, such as 2026-05."""

    @property
    def narrowed(self) -> bool:
        """Whether a feed or a month was asked for."""
        return bool(self.feed or self.received)

    @property
    def filters(self) -> str:
        """The filters in words, as an export prints them."""
        received = phrases.month(date.fromisoformat(f"{self.received}-01")) if self.received else "Any month"
        return f"Feed: {phrases.feed(self.feed) if self.feed else 'All feeds'}; Received in: {received}"

    def query(self) -> str:
        """The filters as a query string."""
        return urlencode({k: v for k, v in {"feed": self.feed, "received": self.received}.items() if v})


def choose(release: store.Release, query: Mapping[str, str]) -> Chosen:
    """Deliveries by the query's `delivery` (number), `feed` and `received` (month); a wrong one finds none."""
    feed, received = query.get("feed", ""), query.get("received", "")
    held = store.deliveries(release)
    if feed:
        held = [row for row in held if row["feed"] == feed]
    if received:
        held = [row for row in held if row["received_at"] and f"{row['received_at']:%Y-%m}" == received]
    if "delivery" in query:
        held = [row for row in held if str(row["number"]) == query["delivery"]]
    known = bool(held)
    return Chosen(held, feed if known else "", received if known else "")
