"""What pages of figures share around their sections: the filter form, its words, sources, caveats, downloads.

Belongs here: the fields and what they are called, and the foot of a page. Does not belong here: which values a
release has (`view`, `store`), or the form's markup (`components`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash.development.base_component import Component

from dashboard import components, store, view, words
from dashboard.pages import voice_sections


def form(
    release: store.Release, shown: view.View, path: str, focus: Sequence[str]
) -> tuple[Component, list[tuple[str, str]]]:
    """The form of a page of figures, and what is applied, in words.

    `focus` are the measures that the page's charts can show, in order; `path` is the page's own address.
    """
    known = store.measures(release)
    fields, applied = components.period_fields(release, shown)
    offered = [(name, known[name]["title"]) for name in focus if name in known]
    fields.append(components.select("measure", "Charts show", offered, shown.measure))
    applied.append(("Charts show", dict(offered).get(shown.measure, shown.measure)))
    titles, labels = store.breakdowns(release), store.groups(release)
    held = view.breakdowns_of(release, shown.council, shown.measure)
    if not held:
        applied.append(("Groups", "Figures by group are not in this release"))
        return components.filters(path, fields, shown.query()), applied
    by = [(name, titles.get(name, name)) for name in held]
    fields.append(components.select("by", "Compare groups by", by, shown.by))
    applied.append(("Compare groups by", dict(by)[shown.by]))

    def label(breakdown: str, group: str) -> str:
        return (labels.get((breakdown, group)) or {}).get("label") or group

    grouped: dict[str, list[tuple[str, str]]] = {}
    for breakdown, group in store.groups_held(release, shown.council, shown.measure):
        grouped.setdefault(titles.get(breakdown, breakdown), []).append(
            (f"{breakdown}:{group}", label(breakdown, group))
        )
    fields.append(
        components.select("only", "Audits", [("", "All audits")], ":".join(filter(None, shown.only)), grouped)
    )
    only = (
        f"{titles.get(shown.only[0], shown.only[0])}: {label(*shown.only)}" if shown.only[0] else "All audits"
    )
    applied.append(("Audits", only))
    return components.filters(path, fields, shown.query()), applied


def only_words(applied: Sequence[tuple[str, str]], shown: view.View) -> str:
    """The one group that is shown, as a sentence; empty where it is all audits."""
    return f" Only audits with {words.lower_first(dict(applied)['Audits'])}." if shown.only[0] else ""


def caveats(measure: Mapping[str, object] | None) -> list[str]:
    """A definition's cautions, and what it can be compared with."""
    held = (measure or {}).get("caveats") or []
    return [held] if isinstance(held, str) else [str(line) for line in held]  # type: ignore[attr-defined]


def sources(release: store.Release) -> list[str]:
    """Each feed's files in force, in words."""
    said = []
    for feed, newest, files in voice_sections.feeds_in_force(release):
        noun = "file" if files == 1 else "files"
        said.append(
            f"{words.feed(feed)}: {files} {noun} in force, the newest taken from its system on {words.day(newest)}."
        )
    return said
