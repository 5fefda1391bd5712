"""A page of figures while it is put together: what it can show, and what it has shown so far.

Belongs here: what nearly every section of a page needs. Does not belong here: sections, words, markup, or a page's
frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard import store, view


@dataclass(frozen=True)
class Draft:
    """What the sections of one page are made from."""

    release: store.Release
    shown: view.View
    known: Mapping[str, store.Row]
    """Measure -> its definition, of the measures in the release."""
    figures: Mapping[str, store.Row]
    """Measure -> its figure for the council, period and group that is shown."""
    used: list[store.Row] = field(default_factory=list)
    """The figures that the page shows: its downloads hold them."""

    def use(self, *figures: store.Row | None) -> None:
        """The page shows these figures; None is a figure that the release does not have."""
        self.used.extend(figure for figure in figures if figure is not None)

    def by_group(self, measure: str, breakdown: str) -> list[store.Row]:
        """A measure's figures by group, for the council and period that is shown."""
        shown = self.shown
        return store.by_group(self.release, measure, shown.council, shown.window, shown.end, breakdown)


def begin(
    release: store.Release, query: Mapping[str, str], focus: tuple[str, ...], *, of_group: bool = False
) -> Draft | None:
    """The draft of a page whose charts can show the measures of `focus`; None where there are no figures yet.

    Its figures are those of all audits, or where the page offers it `of_group`, of the one that the query asks for.
    """
    shown = view.make(release, query, focus)
    if shown is None:
        return None
    only = shown.only if of_group else ()
    figures = store.figures(release, shown.council, shown.window, shown.end, *only)
    return Draft(release, shown, store.measures(release), figures)
