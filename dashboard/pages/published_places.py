"""Which place and year a page of published figures shows, and what stands beside it.

Belongs here: the place, its region and its country out of what a query asks for, and the fields that ask. Does not
belong here: sections, words for figures, any order of councils by their figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from dash.development.base_component import Component

from dashboard import components, store

KINDS = ("local", "council")


@dataclass(frozen=True)
class Shown:
    """The place and year that are shown, and every figure the page may need: (measure, place, year's end) -> figure."""

    place: store.Row
    beside: Sequence[store.Row]
    """The place itself, its region and its country, as far as they have figures."""
    end: date
    ends: Sequence[date]
    held: Mapping[tuple[str, str, date], store.Row]
    councils: Sequence[store.Row]
    """Those with figures: councils with audits here first, then the others, each by name."""
    notes: Sequence[str]

    def figure(self, measure: str, place: str, end: date | None = None) -> store.Row | None:
        return self.held.get((measure, place, end or self.end))

    @property
    def country(self) -> str:
        """What the country is called in these figures."""
        return next((row["name"] for row in self.beside if row.get("kind") == "country"), "the country")

    @property
    def query(self) -> str:
        return urlencode({"council": self.place["council"], "to": self.end.isoformat()})


def choose(release: store.Release, query: Mapping[str, str], names: Sequence[str]) -> Shown | None:
    """The council and year of the figures called `names`; another page's council and end of period are taken over where
    there are figures. None where there are none."""
    places = store.places(release, store.EVERY_PLACE)
    held = {
        (row["measure"], row["council"], row["period_end"]): row for row in store.published(release, names)
    }
    with_figures = {council for _, council, _ in held}
    councils = [row for row in places if row.get("kind", "local") in KINDS and row["council"] in with_figures]
    councils.sort(key=lambda row: (KINDS.index(row.get("kind", "local")), row["name"]))
    if not councils:
        return None
    notes: list[str] = []
    place = next((row for row in councils if row["council"] == query.get("council")), None)
    if place is None:
        place = councils[0]
        if query.get("council"):
            notes.append("There is no published figure for the council the link asked for. Another is shown.")
    ends = sorted({end for _, council, end in held if council == place["council"]}, reverse=True)
    try:
        wanted = date.fromisoformat(query["to"]) if query.get("to") else ends[0]
    except ValueError:
        wanted = ends[0]
        notes.append("The link asked for a day that is not a date. The latest year is shown.")
    end = next((each for each in ends if each <= wanted), ends[-1])
    by_code = {row["council"]: row for row in places}
    country = next(
        (row for row in places if row.get("kind") == "country" and row["council"] in with_figures), None
    )
    beside = [row for row in (place, by_code.get(place.get("region") or ""), country) if row]
    return Shown(
        place, [row for row in beside if row["council"] in with_figures], end, ends, held, councils, notes
    )


def fields(shown: Shown) -> tuple[list[Component | None], list[tuple[str, str]]]:
    """The fields that ask for a council and a year, and the same as applied filters."""
    local = [(row["council"], row["name"]) for row in shown.councils if row.get("kind", "local") == "local"]
    others = [(row["council"], row["name"]) for row in shown.councils if row.get("kind", "local") != "local"]
    grouped = {"Published figures only": others} if others else None
    years = [(end.isoformat(), str(end.year)) for end in shown.ends]
    applied = [("Council", str(shown.place["name"])), ("Calendar year", str(shown.end.year))]
    return [
        components.select("council", "Council", local, shown.place["council"], grouped),
        components.select("to", "Calendar year", years, shown.end.isoformat()),
    ], applied
