"""What a reader asked for: the query string turned into a view of one release, every value checked.

Belongs here: the whitelist between a URL (never trusted) and a query, the choice of period, and the options
the filter form offers. Does not belong here: components and queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import parse_qs, urlencode

from dashboard import phrases, store

HEADLINE = "voice.any_family"
# A query string longer than this is nobody's bookmark.
LONGEST_QUERY = 2000


@dataclass(frozen=True)
class View:
    """A checked request: one place, one period, one measure in focus, one breakdown, perhaps one group."""

    council: str
    council_name: str
    window: str
    to: date
    start: date
    end: date
    complete: bool
    measure: str
    by: str
    only: tuple[str, str] = ("", "")
    notes: tuple[str, ...] = field(default=(), compare=False)

    def query(self, **changes: str) -> str:
        """The view as a query string, with changes; this is the link to the page as shown."""
        held = {
            "council": self.council,
            "window": self.window,
            "to": self.to.isoformat(),
            "measure": self.measure,
            "by": self.by,
            "only": ":".join(self.only) if self.only[0] else "",
        }
        held.update(changes)
        return urlencode({name: value for name, value in held.items() if value})

    @property
    def period(self) -> str:
        """The period's days, for a title."""
        return phrases.span(self.start, self.end) + ("" if self.complete else " (not finished)")

    @property
    def period_words(self) -> str:
        """The period as a phrase that follows “in”."""
        return phrases.period(self.window, self.start, self.end, self.complete)


def parse(search: str | None) -> dict[str, str]:
    """A query string as a dict of first values; anything that is not one is an empty dict."""
    if not isinstance(search, str) or len(search) > LONGEST_QUERY:
        return {}
    try:
        found = parse_qs(search.lstrip("?"), max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


def make(release: store.Release, query: Mapping[str, str], measures: tuple[str, ...]) -> View | None:
    """The view a query asks for, or None where the release has no figures at all.

    `measures` are those the page can put in focus. A value the release does not know is replaced by the
    usual one, and a note says so without repeating the value.
    """
    councils = store.places(release)
    if not councils:
        return None
    notes: list[str] = []
    names = {row["council"]: row["name"] for row in councils}
    council = _one_of(query, "council", list(names), next(iter(names)), notes, "a council")
    periods = store.periods(release, council, measures)
    if not periods:
        return None
    window = _one_of(query, "window", list(phrases.WINDOWS), "12m", notes, "a kind of period")
    held = [row for row in periods if row["window"] == window]
    if not held:
        notes.append(f"This release has no figures for: {phrases.WINDOWS[window]}. Another period is shown.")
        window = periods[-1]["window"]
        held = [row for row in periods if row["window"] == window]
    chosen, to = _period(held, periods, query.get("to"), notes)

    first_month = next(row["first_month"] for row in councils if row["council"] == council)
    if first_month and chosen["period_start"] < first_month:
        notes.append(
            f"The data begins in {phrases.month(first_month)}: this period holds only a part of what it names."
        )
    offered = [measure for measure in measures if measure in store.measures(release)] or [HEADLINE]
    measure = _one_of(query, "measure", offered, offered[0], notes, "a measure")
    breakdowns = breakdowns_of(release, council, measure)
    by = _one_of(query, "by", breakdowns, breakdowns[0] if breakdowns else "", notes, "a grouping")
    only = ("", "")
    if query.get("only"):
        wanted = tuple(query["only"].split(":", 1))
        if wanted in store.groups_held(release, council, measure):
            only = wanted
        else:
            notes.append("The link asked for a group that this release does not have. All audits are shown.")
    return View(
        council=council,
        council_name=names[council],
        window=window,
        to=to,
        start=chosen["period_start"],
        end=chosen["period_end"],
        complete=bool(chosen["complete"]),
        measure=measure,
        by=by,
        only=only,
        notes=tuple(notes),
    )


def breakdowns_of(release: store.Release, council: str, measure: str) -> list[str]:
    """The breakdowns a measure has figures by, in the order its definition names them."""
    held = store.breakdowns_held(release, council).get(measure, [])
    named = (store.measures(release).get(measure) or {}).get("breakdowns") or []
    return sorted(held, key=lambda name: (named.index(name) if name in named else len(named), name))


def ends(release: store.Release, council: str) -> list[tuple[str, str]]:
    """Days a period can run to, newest first, as (value, words)."""
    finished: dict[date, bool] = {}
    for row in store.periods(release, council):
        finished[row["period_end"]] = finished.get(row["period_end"], False) or bool(row["complete"])
    return [
        (end.isoformat(), phrases.day(end) if done else f"{phrases.day(end)} (not finished)")
        for end, done in sorted(finished.items(), reverse=True)
    ]


def _period(
    held: list[store.Row], periods: list[store.Row], asked: str | None, notes: list[str]
) -> tuple[store.Row, date]:
    """The newest period of the window that ends by the day asked for, and that day."""
    done = "finished" if any(row["finished"] for row in held) else "complete"
    complete = [row for row in held if row[done]] or held
    wanted = None
    if asked:
        try:
            wanted = date.fromisoformat(asked)
        except ValueError:
            notes.append("The link asked for a day that is not a date. The latest period is shown.")
    if wanted is None:
        newest_end = max((row["period_end"] for row in periods if row[done]), default=None)
        return complete[-1], newest_end or complete[-1]["period_end"]
    # The nearest day that the form offers, so that the form shows what the page shows.
    offered = [row["period_end"] for row in periods if row["period_end"] <= wanted]
    wanted = max(offered) if offered else min(row["period_end"] for row in periods)
    ended = [row for row in held if row["period_end"] <= wanted]
    if not ended:
        notes.append("No such period had ended by the day asked for. The first one held is shown.")
        return held[0], wanted
    return ended[-1], wanted


def _one_of(
    query: Mapping[str, str], name: str, allowed: list[str], usual: str, notes: list[str], what: str
) -> str:
    asked = query.get(name, "")
    if asked in allowed:
        return asked
    if asked:
        notes.append(f"The link asked for {what} that this release does not have. The usual one is shown.")
    return usual
