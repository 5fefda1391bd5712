"""The sections of the page on who was heard: each step from all children there are to those who were heard.

Belongs here: those sections, each made from the page's draft. Does not belong here: the order of the page and its
filters (`who`), phrases (`heard_words`), marks of charts (`gap_charts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components, gap_charts, heard_words, kinds, phrases, store, view, words
from dashboard.pages.draft import Draft
from dashboard.pages.figure_tables import MISSING


@dataclass(frozen=True)
class Layer:
    """One step: a measure, and what is set against what, in words."""

    anchor: str
    heading: str
    measure: str
    looked: str
    others: str
    over: str
    under: str


@dataclass(frozen=True)
class Frame:
    """A list of cases whose population audits are compared with."""

    code: str
    title: str
    people: str

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The four steps, the whole way first."""
        audits = f"audits of {self.people}"
        return (
            Layer("heard", "Are those we heard from like all there are?", f"heard.heard_of_{self.code}",
                  f"{audits} that heard from the family", f"all {self.people}", "over-heard", "under-heard"),
            Layer("audited", "Was the sample of audits like all there are?", f"heard.sample_of_{self.code}",
                  f"completed {audits}", f"all {self.people}", "audited more often", "audited less often"),
            Layer("offered", "Did we ask fairly?", "heard.offered", "audits in which the family was offered a say",
                  "all completed audits", "offered more often", "offered less often"),
            Layer("answered", "Who answered?", "heard.answered",
                  "audits in which the family was offered a say and contributed",
                  "all audits in which the family was offered a say", "answered more often", "answered less often"),
        )  # fmt: skip


FRAMES = (
    Frame("plans", "Children and young people with a plan", "children and young people with a plan"),
    Frame("sen_support", "Children on SEN support", "children on SEN support"),
    Frame(
        "social_care", "Children known to children's social care", "children known to children's social care"
    ),
)
NOT_APPROPRIATE = Layer(
    "not-appropriate", "Whose contact was marked not appropriate?", "heard.not_appropriate",
    "audits in which contact with the family was marked not appropriate", "all completed audits",
    "marked more often", "marked less often",
)  # fmt: skip


def findings(draft: Draft, layers: Sequence[Layer]) -> Component:
    """Every group, of all characteristics, that chance would hardly set apart so far; at each step."""
    titles = store.breakdowns(draft.release)
    said: list[Component] = []
    judged: list[store.Row] = []
    for layer in layers:
        lines = []
        for by in view.breakdowns_of(draft.release, draft.shown.council, layer.measure):
            rows = rows_of(draft, layer, by)
            judged += rows
            title = titles.get(by, by)
            for row in sorted(rows, key=lambda row: row["value"] or 0):  # those who come short first
                if not row["symbol"] and row["direction"] in ("higher", "lower"):
                    draft.use(row)
                    text = heard_words.sentence(row, layer.looked, layer.others, layer.over, layer.under)
                    said_of = "" if title.lower() in row["label"].lower() else f"{title}, "
                    lines.append(components.told(f"{said_of}{text}", row["receipt"], of=html.Li))
        if lines:
            said += [html.H3(layer.heading), html.Ul(lines)]
    nothing = "No group stands out: every gap is one that chance alone could show, or there are too few audits to say."
    return components.section(
        "findings",
        "What stands out",
        *(said or [html.P(nothing)]),
        html.P(heard_words.TYPICAL, className="lead"),
        html.P(heard_words.by_chance(judged), className="hint", **components.of_receipt(*_codes(judged)[:1])),
    )


def layer_section(draft: Draft, layer: Layer) -> Component:
    """One step for the chosen characteristic: finding, chart, table, and which population it is."""
    shown = draft.shown
    measure, title = (
        draft.known.get(layer.measure),
        store.breakdowns(draft.release).get(shown.by, shown.by),
    )
    rows = rows_of(draft, layer, shown.by)
    if measure is None or not rows:
        return components.section(layer.anchor, layer.heading, html.P(_none(layer, title)))
    draft.use(*rows)
    hold = gap_table(
        f"{measure['title']}, by {title.lower()}, in {shown.period_words}", title, measure, layer, rows
    )
    finding = _finding(rows, layer, title)
    parts: list[Component | None] = [
        html.P(
            [
                components.measure_link(measure),
                f", by {title.lower()}. {words.polarity(measure['higher_is'])}",
            ]
        ),
        html.P(whose(rows)) if rows[0]["counted_on"] else None,
    ]
    if any(not row["symbol"] for row in rows):
        drawn = gap_charts.gaps(measure, rows)
        parts.append(html.P(f"Looked at: {layer.looked}. Compared with: {layer.others}."))
        described = f"{measure['title']}, by {title.lower()}, in {shown.period_words}."
        parts.append(
            components.chart(
                layer.anchor, finding, described, drawn, hold, f"by {title.lower()}", 300, rows=rows
            )
        )
    else:
        parts += [html.H3(finding, className="finding"), hold]
    few = [row["label"] for row in rows if not row["symbol"] and row["numerator"] < heard_words.FEW]
    if few:
        parts.append(html.P(f"Fewer than {heard_words.FEW} audits, so do not generalise: {' · '.join(few)}"))
    return components.section(layer.anchor, f"{layer.heading} {title}", *parts)


def gap_table(
    caption: str, heading: str, measure: store.Row, layer: Layer, rows: Sequence[store.Row]
) -> Component:
    """Each group: both shares with their counts, the gap, its range, what it is called."""
    others = "children" if rows[0]["counted_on"] else kinds.unit(measure)
    return components.table(
        caption,
        [heading, phrases.capital(layer.looked), phrases.capital(layer.others), "Gap", "Likely range", "In words",
         ("Receipt", "code")],
        [
            [
                row["label"],
                phrases.number(row["numerator"], row["denominator"], kinds.unit(measure)),
                heard_words.beside(row, others),
                phrases.symbol(row["symbol"]) if row["symbol"] else heard_words.gap(row["value"]),
                phrases.capital(words.range_of(measure, row)) or "None",
                heard_words.standing(row, layer.over, layer.under),
                row["receipt"],
            ]
            for row in rows
        ],
    )  # fmt: skip


def of_characteristics(draft: Draft, name: str) -> Component:
    """A measure with one figure for each characteristic, as a table."""
    shown = draft.shown
    rows = store.compared(draft.release, name, shown.council, shown.window, shown.end, "characteristic")
    if name not in draft.known or not rows:
        return html.P(MISSING)
    draft.use(*rows)
    measure = draft.known[name]
    return components.table(
        f"{measure['title']}, in {shown.period_words}",
        ["Characteristic", "Number", "Likely range", ("Receipt", "code")],
        [
            [
                row["label"],
                words.figure_number(measure, row),
                phrases.capital(words.range_of(measure, row)) or "None",
                row["receipt"],
            ]
            for row in rows
        ],
    )


def evenness(draft: Draft) -> Component:
    """How evenly the groups of each characteristic were heard."""
    return components.section(
        "evenness",
        "How evenly were groups heard?",
        html.P(
            "1 means that all groups of a characteristic were heard at one rate; the lower, the further apart they are "
            "(an R-indicator). It is worked out from 200 audits on; with fewer there are too few to say."
        ),
        of_characteristics(draft, "heard.evenness"),
    )


def weighted(draft: Draft, frame: Frame) -> Component:
    """Whether the headline would be another had the sample been like all there are: secondary."""
    return components.section(
        "weighted",
        "Does the headline depend on who was audited?",
        html.P(
            "A check, not another headline: the share of audits that heard from the family, were each group audited as "
            "often as there are children in it. One characteristic at a time."
        ),
        of_characteristics(draft, f"heard.weighted_to_{frame.code}"),
    )


def not_appropriate(draft: Draft) -> Component:
    """Marking contact as not appropriate is a decision that can be audited: by group."""
    shown = draft.shown
    layer, title = NOT_APPROPRIATE, store.breakdowns(draft.release).get(shown.by, shown.by)
    rows, measure = rows_of(draft, layer, shown.by), draft.known.get(layer.measure)
    parts: list[Component] = [
        html.P(
            "Marking contact as not appropriate is a decision like any other, and can be audited. The quietest way to "
            "raise a rate of taking part is to mark more families so."
        ),
        html.P(
            dcc.Link(
                "The reasons that were given, on the page Voice",
                href=f"/voice?{shown.query(by='')}#not-asked",
            )
        ),
    ]
    if measure is None or not rows:
        parts.append(
            html.P("In no completed audit of this period was contact marked so, or the release does not say.")
        )
    else:
        draft.use(*rows)
        caption = f"{measure['title']}, by {title.lower()}, in {shown.period_words}"
        parts.append(gap_table(caption, title, measure, layer, rows))
    return components.section(layer.anchor, layer.heading, *parts)


def not_recorded(draft: Draft) -> Component:
    """How many audits are in no comparison, because the characteristic is not recorded."""
    said = []
    for by in view.breakdowns_of(draft.release, draft.shown.council, "heard.offered"):
        rows = draft.by_group(view.HEADLINE, by)
        title = store.breakdowns(draft.release).get(by, by)
        for row in rows:
            if row["group"] in ("unknown", "U") and row["denominator"]:
                draft.use(row)
                said.append(components.told(
                    f"{title}: not recorded in {phrases.count(row['denominator'])} completed audits, of which "
                    f"{phrases.count(row['numerator'])} heard from the family.", row["receipt"], of=html.Li,
                ))  # fmt: skip
    return components.section(
        "not-recorded",
        "What is not recorded",
        html.P(
            "Audits of which the characteristic is not recorded are in no comparison above, on either side."
        ),
        html.Ul(said)
        if said
        else html.P("Every characteristic is recorded in every completed audit of the period."),
    )


def rows_of(draft: Draft, layer: Layer, by: str) -> list[store.Row]:
    """A step's figures by a characteristic, beside what they are compared with."""
    return store.compared(
        draft.release, layer.measure, draft.shown.council, draft.shown.window, draft.shown.end, by
    )


def whose(rows: Sequence[store.Row]) -> str:
    """Which population it is, and of which day."""
    row = rows[0]
    source = row["source_label"] or "a source that is not named"
    said = f"All there are, as counted by {source} on {phrases.day(row['counted_on'])}"
    if row["source"] == "register":
        said += ": the council sends no counts of its own, so they are made from its register"
    return f"{said}. It is the day nearest to the middle of the period."


def _finding(rows: Sequence[store.Row], layer: Layer, title: str) -> str:
    called = [row for row in rows if not row["symbol"] and row["direction"] in ("higher", "lower")]
    if called:
        widest = max(called, key=lambda row: abs(row["value"]))
        called_so = layer.over if widest["value"] > 0 else layer.under
        return f"{widest['label']}: {called_so}, {heard_words.gap(widest['value'])}"
    if all(row["symbol"] for row in rows):
        return f"{title}: the groups cannot be compared, because not all counts of them are given"
    if not any(row["direction"] for row in rows if not row["symbol"]):
        return f"{title}: {heard_words.TOO_FEW.lower()}"
    return f"{title}: no group clearly more or less often"


def _none(layer: Layer, title: str) -> str:
    if layer.anchor in ("heard", "audited"):
        return (
            f"No counts of {layer.others} by {title.lower()} are held for this period, so nobody can say. Send them in "
            "a file of the feed Population: send-audit template population makes a blank one."
        )
    return "There is nothing to compare in this period."


def _codes(rows: Sequence[store.Row]) -> list[str]:
    return [row["receipt"] for row in rows]
