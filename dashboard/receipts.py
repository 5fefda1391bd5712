"""What a receipt tells: one figure with all that stands behind it, as plain data with keys that stay.

Belongs here: gathering it from a release (through `store`), and following a receipt to those before and after it. The
page, the JSON, the PDF and the command line show this and nothing else. Does not belong here: queries (`store`), how it
looks (`pages.receipt`, `receipt_pdf`), or recomputing a figure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from dashboard import kinds, phrases, store, words
from pipelines import past
from pipelines.receipt_ids import is_receipt, normalise

Told = dict[str, Any]
STANDS, SUPERSEDED, WITHDRAWN, UNKNOWN, NOT_WHOLE = (
    "stands",
    "superseded",
    "withdrawn",
    "unknown",
    "not whole",
)
"""What can be said of an id: it is a figure of this release; another took its place; its figure is no longer made; no
release up to this one has it (or none that is told of); it is not an id at all, as its check character does not fit."""
MESSAGES = {
    NOT_WHOLE: "This is not a receipt code. A code has eleven letters and numbers, and the last one is a check on the "
    "others. One character is missing, too many or mistyped. Copy the code again from where it was quoted.",
    UNKNOWN: "The code is well formed, but neither this data version nor those before it have a figure with it, as far "
    "as they tell. It may be of another council, of another audience, or of a data version that is not told of.",
}
PROTECTION = {
    "process": "None needed: a count of work for the whole council, shown exactly as it is, to the public too.",
    "published": "None: the numbers are published nationally, and shown as they are published.",
    "children": "Exact, for officers only. It is about children, or by group, and not in the public data.",
}
PROTECTED = {
    False: "Protected: with all else that is public, no count of a few children or families can be worked out from it.",
    True: "Hidden, with its percentage: it is of a few children or families, or would give such a number away.",
}
"""What the public read of a figure by group: shown, or hidden."""
HELD = "It is as it was first published: files that came later have changed the council's figures and not this one."
INTERVALS = {
    False: ("Wilson score interval", "Newcombe's interval for a difference of shares"),
    True: ("Student's t interval of a mean", "Welch's t interval for a difference of means"),
}
"""Whether the figure is an average -> methods of its likely range and of the change."""
OF_COEFFICIENT = (
    "Coefficient -/+ 1.96 standard errors (quadratic weights, the whole grade scale)",
    "Not compared",
)
COMPARED = {
    "gap": "Wilson score interval less the population's share; within the audits, Newcombe's interval for the "
    "difference from all others, times their share of the whole. Called a gap only where the same at 99.8% leaves "
    "out 0",
    "evenness": "R-indicator, adjusted for chance, with a normal interval for its spread",
    "weighted": "Post-stratified share with a linearised standard error on the logit scale",
}
"""Kind of a figure that compares groups -> the method of its likely range."""
LEVEL = 0.95
_MOST_LINKS = 100


def tell(release: store.Release, typed: str) -> Told:
    """All that a receipt tells, as JSON-ready data (days and times are dates); `status` says how far the rest goes.

    `stands`: every key. `superseded`, `withdrawn`: what the figure was, `supersedes` and `superseded_by`. `unknown`,
    `not whole`: a `message` alone. The keys are described in docs/receipts.md.
    """
    about = store.about(release)
    told: Told = {
        "receipt": normalise(typed)[:40],
        "status": NOT_WHOLE,
        **{name: about.get(name) for name in ("release", "audience", "as_of", "made_at", "code_version")},
        "demonstration": bool(about.get("demonstration")),
    }
    if not is_receipt(typed):
        return {**told, "message": MESSAGES[NOT_WHOLE]}
    code = told["receipt"]
    figure = store.figure(release, code)
    last = None if figure else store.superseded(release, code)
    named = figure or last
    links = store.restated(release, named) if named else []
    before, after = _before(links, code), _after(links, code)
    if figure:
        told |= {"status": STANDS, **_named(release, figure), **_counted(release, figure)}
        told["supersedes"], told["superseded_by"] = before, []
        told["erased_on"] = store.erased_on(release, code)
        told["not_held"] = _not_held(release)
        told["reproduce"] = _reproduce(told, about, figure)
        return told
    if last is None:
        return {**told, "status": UNKNOWN, "message": MESSAGES[UNKNOWN]}
    was = {**last, **{name: last[f"previous_{name}"] for name in _TOLD}}
    status = SUPERSEDED if after[-1]["receipt"] else WITHDRAWN
    told |= {"status": status, **_named(release, was), "last_in": last["previous_release"]}
    told["erased_on"] = store.erased_on(release, code, last["previous_release"])
    return told | {"supersedes": before, "superseded_by": after, "message": _message(told, after)}


_TOLD = ("measure_version", "numerator", "denominator", "value", "symbol", "receipt")


def _message(told: Told, after: Sequence[Told]) -> str:
    if told["status"] == WITHDRAWN:
        return (
            f"This figure is no longer made: data version {after[-1]['release']} does not have it. It was last in data "
            f"version {told['last_in']}."
        )
    return (
        f"This figure has been superseded. It was last in data version {told['last_in']}; receipt "
        f"{after[-1]['receipt']} has taken its place."
    )


def _named(release: store.Release, figure: store.Row) -> Told:
    """Which figure it is, what it means, and what it says."""
    measure = store.measures(release).get(figure["measure"]) or {
        "measure": figure["measure"],
        "title": figure["measure"],
    }
    place = store.place_names(release)
    held = {
        "measure": figure["measure"],
        "measure_version": figure["measure_version"],
        "title": measure["title"],
        "definition": _definition(measure, figure),
        "place": {"code": figure["council"], "name": place.get(figure["council"], figure["council"])},
        "period": {
            "window": figure["window"],
            "start": figure["period_start"],
            "end": figure["period_end"],
            "complete": figure.get("complete"),
            "words": phrases.capital(_when(measure, figure)),
        },
        "filters": _filters(release, figure),
        "kind": measure.get("kind"),
        "shown": words.figure_number(measure, figure),
        "likely": "" if figure.get("symbol") else words.range_of(measure, figure),
    }
    names = ("numerator", "denominator", "value", "low", "high", "symbol")
    return held | {name: figure.get(name) for name in names} | {"unit": kinds.own_unit(measure)}


def _when(measure: store.Row, figure: store.Row) -> str:
    if measure.get("kind") == "snapshot":
        return phrases.day(figure["period_end"])
    return phrases.period(
        figure["window"], figure["period_start"], figure["period_end"], figure.get("complete") is not False
    )


def _definition(measure: store.Row, figure: store.Row) -> Told:
    """The definition in words, where the release has that version of it."""
    if measure.get("version") != figure["measure_version"]:
        return {}
    text = measure.get("text") or ""
    return {
        "counted": measure["numerator_words"],
        "out_of": measure["denominator_words"],
        "higher_is": measure["higher_is"],
        "source": measure["source"],
        "sha256": hashlib.sha256(text.encode()).hexdigest() if text else "",
    }


def _filters(release: store.Release, figure: store.Row) -> list[Told]:
    if not figure["breakdown"]:
        return []
    group = store.groups(release).get((figure["breakdown"], figure["group"])) or {}
    title = store.breakdowns(release).get(figure["breakdown"], figure["breakdown"])
    return [
        {
            "breakdown": figure["breakdown"],
            "title": title,
            "group": figure["group"],
            "label": group.get("label") or figure["group"],
        }
    ]


def _counted(release: store.Release, figure: store.Row) -> Told:
    """How it was counted, from which files, how these were checked, and how it is protected."""
    measure = store.measures(release)[figure["measure"]]
    steps = store.steps(release, figure)
    counted = list(dict.fromkeys((step["fact"], step["date"]) for step in steps))
    counted = counted or [(measure["fact"], measure["date"])]
    beside = _beside(release, measure, figure)
    others = {"register": [("plan_months", "month_end")]}.get(
        beside["source"], [("population", "counted_on")]
    )
    sources = store.sources(release, [*counted, *(others if beside["counted_on"] else [])], figure)
    held = [(row["number"], row["feed"]) for row in sources]
    if kinds.is_coefficient(measure):
        of_range, of_change = OF_COEFFICIENT
    elif measure["kind"] in COMPARED:
        of_range, of_change = COMPARED[measure["kind"]], ""
    else:
        of_range, of_change = INTERVALS[kinds.is_mean(measure)]
    has_range = figure["low"] is not None and not figure["symbol"]
    counting = _counting(release, measure, figure, steps)
    grouped = figure["breakdown"] and measure["protect"] != "published"
    protection = "children" if grouped else measure["protect"]
    for_officers = store.about(release).get("audience") == "officers"
    protected = PROTECTION[protection] if for_officers or not grouped else _protected(release, figure)
    return {
        "sentence": words.headline(measure, figure),
        "counting": counting,
        "compared_with": beside if measure["kind"] in COMPARED else None,
        "adds_up": _adds_up(measure, figure, counting),
        "undated": _undated(release, counted, figure, steps),
        "sources": [_source(row, for_officers) for row in sources],
        "checks": {
            **store.checks_of(release, held),
            "broken": [
                {name: row[name] for name in ("code", "feed", "level", "broken", "message", "action")}
                for row in store.broken_in(release, held)
            ],
        },
        "interval": {"method": of_range, "level": LEVEL, "change_method": of_change} if has_range else None,
        "protection": {"class": protection, "words": protected},
    }


def _protected(release: store.Release, figure: store.Row) -> str:
    """How the public's figure of a group is protected."""
    place = [figure[name] for name in ("council", "measure", "breakdown")]
    held = any(
        figure["period_start"] in row["held"]
        for row in store.protection(release)
        if [row[name] for name in ("council", "measure", "breakdown")] == place
    )
    return " ".join([PROTECTED[bool(figure["symbol"])], *([HELD] if held else [])])


def _undated(
    release: store.Release,
    counted: Sequence[tuple[str, str]],
    figure: store.Row,
    steps: Sequence[store.Row],
) -> list[Told]:
    """Rows of each fact that are in no period; none told where the release holds no steps."""
    said = {(step["fact"], step["date"]): step for step in reversed(steps)}
    rows = store.undated(release, counted, figure) if steps else {}
    return [
        {"rows_are": said[of]["rows_are"], "dated": said[of]["dated"], "rows": rows[of]}
        for of in counted
        if steps
    ]


def _beside(release: store.Release, measure: store.Row, figure: store.Row) -> Told:
    """What a figure that compares groups is set against: its counts, their day and who counted them."""
    names = ("compared_numerator", "compared_denominator", "counted_on", "source")
    rows = []
    if measure["kind"] in COMPARED:
        key = (figure["council"], figure["window"], figure["period_end"], figure["breakdown"])
        rows = store.compared(release, figure["measure"], *key)
    found = next((row for row in rows if row["group"] == figure["group"]), {})
    return {name: found.get(name) for name in names} | {"counted_by": found.get("source_label")}


def _counting(
    release: store.Release, measure: store.Row, figure: store.Row, steps: Sequence[store.Row]
) -> list[Told]:
    """The steps from all rows of the period to the two numbers, each with what it leaves out and what is left."""
    told: list[Told] = []
    for step in steps:
        if step["of_group"] and not figure["breakdown"]:
            continue  # all groups together: nothing is left out
        begins = not step["columns"] and not step["of_group"] and not step.get("of_known")
        about = store.column_words(release, step["fact"])
        told.append(
            {
                "part": step["part"],
                "begins": begins,
                "columns": step["columns"] or [],
                "words": _step_words(release, measure, figure, step, about),
                "left_out": None if begins else told[-1]["left"] - step["left"],
                "left": step["left"],
            }
        )
    return told


def _step_words(
    release: store.Release, measure: store.Row, figure: store.Row, step: store.Row, about: dict[str, str]
) -> str:
    if step.get("of_known"):
        named = _filters(release, figure)[0]
        return f"{named['label' if named['breakdown'] == 'characteristic' else 'title']} is recorded."
    if step["of_group"]:
        return f"{_filters(release, figure)[0]['title']}: {_filters(release, figure)[0]['label']}"
    if step["columns"]:
        said = [about.get(column, column) for column in step["columns"]]
        return said[0] if len(said) == 1 else f"Of each person in turn: {' '.join(said)}"
    which = f"All {step['rows_are']} {step['dated']} in the period"
    if measure["kind"] == "snapshot":
        which = f"All {step['rows_are']} {step['dated']} at the end of the period"
    return f"{which}, once for each of {step['times']} people" if step["times"] > 1 else which


def _adds_up(measure: store.Row, figure: store.Row, counting: Sequence[Told]) -> bool | None:
    """Whether the last step of each part is the figure's own number; None where there are no steps."""
    if not counting:
        return None
    last = {step["part"]: step["left"] for step in counting}
    if kinds.is_mean(measure):
        return last["denominator"] == figure["denominator"]
    return (last.get("numerator", last["denominator"]), last["denominator"]) == (
        figure["numerator"],
        figure["denominator"],
    )


def _source(row: store.Row, for_officers: bool) -> Told:
    """One delivery; what it is called and who sent it are for officers."""
    named = {name: row[name] for name in ("file", "sent_by") if for_officers and row.get(name)}
    named |= {"rows_erased": row["rows_erased"]} if row.get("rows_erased") else {}
    columns = ("number", "feed", "received_at", "extracted_on", "state", "rows_received", "rows_accepted",
               "rows_rejected", "rows_in_force", "rows_behind", "by_month")  # fmt: skip
    return {"sha256": row["delivery"], **named, **{name: row[name] for name in columns}}


def _before(links: Sequence[store.Row], code: str) -> list[Told]:
    """The receipts that this one took the place of, the nearest first, of all that a figure had."""
    found: list[Told] = []
    seen, last = {code}, None
    while code and len(found) < _MOST_LINKS:
        rows = [row for row in links if row["receipt"] == code and (last is None or row["place"] < last)]
        if not rows or rows[-1]["previous_receipt"] in seen:
            break
        row, code = rows[-1], rows[-1]["previous_receipt"]
        seen, last = seen | {code}, row["place"]
        found.append(
            {
                "receipt": code,
                "last_in": row["previous_release"],
                **{name: row[f"previous_{name}"] for name in _TOLD if name != "receipt"},
            }
        )
    return found


def _after(links: Sequence[store.Row], code: str) -> list[Told]:
    """The receipts that took this one's place, one after the other; the last has no receipt if the figure is gone."""
    found: list[Told] = []
    last = -1
    while code and len(found) < _MOST_LINKS:
        rows = [row for row in links if row["previous_receipt"] == code and row["place"] > last]
        if not rows:
            break
        row = rows[-1]
        last, code = row["place"], row["receipt"] or ""
        found.append({"release": row["release"], **{name: row[name] for name in _TOLD}})
    return found


def _not_held(release: store.Release) -> list[str]:
    """What an older release does not tell, in words."""
    told_by = {
        "what each rule left out": {"counting_steps"},
        "which files stand behind the figure": {"sources"},
        "what the figure superseded": {past.RESTATED_IN, past.RESTATED},
    }
    return [said for said, tables in told_by.items() if not tables & release.tables]


def _reproduce(told: Told, about: store.Row, figure: store.Row) -> Told:
    """Commands that anybody with the store can run."""
    audience = " --audience public" if about.get("audience") == "public" else ""
    found = {"receipt": f"send-audit receipt {told['receipt']}{audience} --release {about.get('release')}"}
    found["verify"] = f"send-audit verify {told['receipt']}"
    if figure["complete"]:
        by = f" --by {figure['breakdown']}" if figure["breakdown"] else ""
        found["figure"] = (
            f'send-audit figure {figure["measure"]} --council "{told["place"]["name"]}" '
            f"--to {figure['period_end']:%Y-%m-%d} --window {figure['window']}{by}{audience} "
            f"--release {about.get('release')}"
        )
    return found
