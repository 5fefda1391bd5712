"""What is past the period for which it is to be kept.

Belongs here: holding deliveries, reports and databases against their periods. Does not belong here: the periods
(contracts; settings for reports), or erasing (`erasure.work`). Nothing goes by itself.

A delivery's period begins with the end of the last month that its rows speak for; where they tell no month, with the
day that it was taken from its system. One that holds several feeds is kept as long as the one that is kept longest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from pipelines import past, releases
from pipelines.contracts import Catalogue
from pipelines.erasure import work
from pipelines.intake.receive import Checked
from pipelines.settings import Settings

REFUSED_YEARS = 1
"""How long a file is kept that was refused: nothing of it is used, and its supplier was told why."""
DATABASES_KEPT = 3


@dataclass(frozen=True)
class Delivery:
    """A delivery whose period is over."""

    delivery: str
    numbers: tuple[int, ...]
    file: str
    feeds: tuple[str, ...]
    rows: int
    kept_until: date


@dataclass
class Over:
    """All that is past its period."""

    deliveries: list[Delivery] = field(default_factory=list)
    reports: list[Path] = field(default_factory=list)
    databases: list[Path] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    """Feeds whose contract says no period."""

    def __bool__(self) -> bool:
        return bool(self.deliveries or self.reports or self.databases)


def over(settings: Settings, catalogue: Catalogue, held: Sequence[Checked]) -> Over:
    """What is past its period today. `held`: every delivery, as it is judged."""
    today = settings.now().date()
    found = Over(unsaid=[feed for feed, contract in catalogue.contracts.items() if contract.keep is None])
    by_content: dict[str, list[Checked]] = {}
    for checked in held:
        by_content.setdefault(checked.arrival.delivery, []).append(checked)
    for delivery, received in by_content.items():
        days = [kept_until(catalogue, checked) for checked in received]
        known = [day for day in days if day]
        if (
            len(known) == len(days)
            and max(known) < today
            and not work.is_empty(settings, delivery, received[-1].result)
        ):
            feeds = received[-1].result["feeds"]
            found.deliveries.append(
                Delivery(
                    delivery,
                    tuple(checked.arrival.number for checked in received),
                    received[-1].arrival.file,
                    tuple(feeds),
                    sum(of["accepted"] + of["rejected"] for of in feeds.values()),
                    max(known),
                )
            )
    oldest = settings.now().timestamp() - settings.report_days * 86_400
    found.reports = sorted(
        path for path in settings.outbox.glob("*-report.*") if path.stat().st_mtime < oldest
    )
    for audience in ("officers", "public"):
        kept = {head.release for head in past.heads(settings.audience(audience))[-DATABASES_KEPT:]}
        kept.add(releases.current_release(settings, audience) or "")
        databases = (settings.audience(audience) / "databases").glob("*.duckdb")
        found.databases += sorted(path for path in databases if path.stem not in kept)
    return found


def kept_until(catalogue: Catalogue, checked: Checked) -> date | None:
    """The last day on which a delivery is to be kept; None: for good."""
    if checked.refused:
        return years_after(checked.arrival.received_at.date(), REFUSED_YEARS)
    days = []
    for feed in checked.result["feeds"]:
        keep = catalogue.contracts[feed].keep
        if keep is None or keep.years is None:
            return None
        months = [month for profile in checked.profile(feed).values() for month in profile["covers"]]
        last = _end(date.fromisoformat(max(months))) if months else checked.arrival.extracted_on
        days.append(years_after(last, keep.years))
    return max(days, default=None)


def years_after(day: date, years: int) -> date:
    """The same day so many years on; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _end(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
