"""What pages of figures share around their sections: from the caption to the filter form, and the foot.

Belongs here: the order of a page's parts, the form's fields and what they are called, and the standing lines. Does not
belong here: a page's own sections, which values a release has (`view`, `store`), or markup (`components`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, phrases, store, view, words
from dashboard.pages.draft import Draft, begin

ABOUT = "What these figures tell you, and what they do not"
NO_FIGURES = "This release has no figures yet."
NOT_PUBLIC = "Figures by group are not in this release, so that no child or family can be recognised."


class Form(NamedTuple):
    """The form that asks what a page shows, and what it shows now, in words: field and value."""

    fields: Component
    applied: Sequence[tuple[str, str]]


def page(
    name: str,
    path: str,
    title: str,
    draft: Draft,
    *,
    lead: str,
    form: Form,
    contents: Sequence[tuple[str, str]],
    sections: Sequence[Component | None],
    query: str = "",
    notes: Sequence[str] = (),
) -> components.Page:
    """A page of what the `draft` shows, around its `sections`; `query` and `notes` where they are not its own."""
    shown = draft.shown
    return around(
        name,
        path,
        title,
        place=shown.council_name,
        lead=lead,
        notes=notes or shown.notes,
        form=form,
        query=query or shown.query(),
        contents=contents,
        sections=sections,
        period=shown.period,
        used=draft.used,
    )


def page_of_groups(
    name: str,
    path: str,
    title: str,
    focus: tuple[str, ...],
    release: store.Release,
    query: Mapping[str, str],
    contents: Sequence[tuple[str, str]],
    sections: Callable[[Draft], Sequence[Component | None]],
) -> components.Page:
    """A page that can show one group of audits alone, with its charts for one measure of `focus`."""
    draft = begin(release, query, focus, of_group=True)
    if draft is None:
        return components.message(title, NO_FIGURES)
    asked = form(draft, path, focus)
    lead = f"In {draft.shown.period_words}."
    if draft.shown.only[0]:
        lead += f" Only audits with {phrases.lower_first(dict(asked.applied)['Audits'])}."
    return page(name, path, title, draft, lead=lead, form=asked, contents=contents, sections=sections(draft))


def around(
    name: str,
    path: str,
    title: str,
    *,
    place: str,
    lead: str,
    notes: Sequence[str],
    form: Form,
    query: str,
    contents: Sequence[tuple[str, str]],
    sections: Sequence[Component | None],
    period: str,
    used: Sequence[store.Row],
) -> components.Page:
    """A page of figures around its `sections`; `used` are the figures that they show, for its downloads."""
    body = [
        html.P(f"{name} · {place}", className="caption"),
        html.H1(title),
        html.P(lead, className="lead"),
        components.notes(notes),
        form.fields,
        components.applied(form.applied, f"{path}?{query}"),
        components.contents(contents),
        *sections,
        components.downloads(path, query),
    ]
    return components.Page(
        title,
        [part for part in body if part is not None],
        period=period,
        figures=distinct(used),
        filters="; ".join(f"{field}: {value}" for field, value in form.applied),
    )


def distinct(used: Sequence[store.Row]) -> list[store.Row]:
    """The figures of a page, each once."""
    return list({row["receipt"]: row for row in used}.values())


def headline(measure: store.Row, figure: store.Row | None, *more: Any) -> list[Component]:
    """A measure's headline sentence, and which way is good, with its receipt and whatever follows."""
    named = components.of_receipt(figure["receipt"]) if figure else {}
    said: list[Component] = [html.P(words.headline(measure, figure), className="lead", **named)]
    if figure:
        polarity = words.polarity(measure["higher_is"])
        said.append(html.P([polarity, " ", components.receipt(figure["receipt"]), *more], **named))
    return said


def about(
    tells: Sequence[Any],
    does_not: Sequence[Any],
    source: Sequence[Any],
    *,
    heading: str = ABOUT,
    files: str = "/data",
) -> Component:
    """The standing lines at a page's foot, with the ways to the files and to the definitions."""
    ways = [
        html.P(dcc.Link("See the files and what was checked", href=files)),
        html.P(dcc.Link("See what each figure means", href="/definitions")),
    ]
    return components.section("about", heading, components.standing_lines(tells, does_not, [*source, *ways]))


def nothing(release: store.Release, otherwise: str) -> str:
    """Why figures by group are not there: not for this audience, or as `otherwise` says."""
    return NOT_PUBLIC if store.about(release).get("audience") == "public" else otherwise


def form(draft: Draft, path: str, focus: Sequence[str]) -> Form:
    """The form of a page of figures; its charts can show the measures of `focus`, in their order."""
    release, shown = draft.release, draft.shown
    fields, applied = components.period_fields(release, shown)
    _ask_for_measure(draft, "Charts show", focus, fields, applied)
    titles, labels = store.breakdowns(release), store.groups(release)
    held = view.breakdowns_of(release, shown.council, shown.measure)
    if not held:
        applied.append(("Groups", "Figures by group are not in this release"))
        return Form(components.filters(path, fields, shown.query()), applied)
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
    if grouped:
        chosen = ":".join(filter(None, shown.only))
        fields.append(components.select("only", "Audits", [("", "All audits")], chosen, grouped))
    one = f"{titles.get(shown.only[0], shown.only[0])}: {label(*shown.only)}" if shown.only[0] else ""
    applied.append(("Audits", one or "All audits"))
    return Form(components.filters(path, fields, shown.query()), applied)


def chart_form(draft: Draft, path: str, focus: Sequence[str]) -> Form:
    """The form of a page that asks for council, period, and which measure of `focus` its chart over time shows."""
    fields, applied = components.period_fields(draft.release, draft.shown)
    if focus:
        _ask_for_measure(draft, "The chart over time shows", focus, fields, applied)
    return Form(components.filters(path, fields, draft.shown.query()), applied)


def period_form(draft: Draft, path: str) -> Form:
    """The form of a page that asks for council and period alone."""
    return chart_form(draft, path, ())


def _ask_for_measure(
    draft: Draft,
    label: str,
    focus: Sequence[str],
    fields: list[Component | None],
    applied: list[tuple[str, str]],
) -> None:
    """Add the field that asks which measure of `focus` is charted, and what it is now."""
    offered = [(name, draft.known[name]["title"]) for name in focus if name in draft.known]
    measure = draft.shown.measure
    fields.append(components.select("measure", label, offered, measure))
    applied.append((label, dict(offered).get(measure, measure)))


def said(draft: Draft, name: str) -> Component | None:
    """A measure's sentence with its receipt; nothing where the release has no number for it."""
    figure = draft.figures.get(name)
    if name not in draft.known or figure is None or figure["symbol"]:
        return None
    draft.use(figure)
    return components.told(words.sentence(draft.known[name], figure), figure["receipt"])


def headlines(draft: Draft, names: Sequence[str]) -> list[Component]:
    """The first measure as the page's headline, those after it as sentences."""
    name, *others = names
    figure = draft.figures.get(name)
    if name not in draft.known:
        return []
    draft.use(figure)
    found = [said(draft, other) for other in others]
    return [*headline(draft.known[name], figure), *(part for part in found if part is not None)]


def caveats(measure: store.Row | None) -> list[str]:
    """A definition's cautions, and what it can be compared with."""
    held = (measure or {}).get("caveats") or []
    return [held] if isinstance(held, str) else [str(line) for line in held]


def sources(release: store.Release, *feeds: str) -> list[str]:
    """Each feed's files in force, in words; of `feeds` only, where some are named."""
    held: dict[str, list[store.Row]] = {}
    for row in store.deliveries(release):
        if row["state"] == "in force" and (not feeds or row["feed"] in feeds):
            held.setdefault(row["feed"], []).append(row)
    said = []
    for feed, rows in sorted(held.items()):
        newest = max((row["extracted_on"] for row in rows if row["extracted_on"]), default=None)
        noun = "file" if len(rows) == 1 else "files"
        said.append(
            f"{phrases.feed(feed)}: {len(rows)} {noun} in force, "
            f"the newest taken from its system on {phrases.day(newest)}."
        )
    return said
