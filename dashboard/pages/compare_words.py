"""Words for where a council lies among others.

Belongs here: sentences made from a row of the table `funnels` and from figures. Does not belong here: the page's order
and tables (`compare`), any ranking, any arithmetic on figures.
"""

from __future__ import annotations

from dashboard import phrases, store

_SIDES = {
    "higher (99.8%)": "higher than almost all councils",
    "higher (95%)": "higher than most councils",
    "as expected": "",
    "lower (95%)": "lower than most councils",
    "lower (99.8%)": "lower than almost all councils",
}
"""Where a council lies -> how its share is set against that of councils with as many cases."""
CLOSENESS = {
    "extremely_close": "Extremely close",
    "very_close": "Very close",
    "close": "Close",
    "somewhat_close": "Somewhat close",
    "not_close": "Not close",
}


def position(row: store.Row | None, unit: str) -> str:
    """Where a council lies in its funnel, after its name: “higher than almost all councils ... by chance alone”."""
    side = _SIDES.get(row["place"] if row else "")
    if row is None or side is None:
        return "not in the funnel, as it has no figure"
    if not side:
        usual = "the usual differences between councils" if row["adjusted"] else "what chance gives"
        return f"within {usual} for a council with as many {unit}"
    reach = "by the usual differences between councils" if row["adjusted"] else "by chance alone"
    return f"{side} with as many {unit} would be {reach}"


def short(row: store.Row | None) -> str:
    """The same in a few words, for a table: “Higher: beyond the outer limits”."""
    if row is None:
        return "No figure"
    side, _, level = row["place"].partition(" ")
    if side not in ("higher", "lower"):
        return "Within the limits"
    return f"{phrases.capital(side)}: beyond the {'outer' if level == '(99.8%)' else 'inner'} limits"


def spread(row: store.Row, country: str) -> str:
    """How far councils differ beyond chance, and whether the limits are widened for it."""
    held = (
        f"{phrases.count(row['councils'])} councils are set against the share of {country}, "
        f"{phrases.percent(row['target'])}."
    )
    if row["adjusted"]:
        return (
            f"{held} They differ more than chance alone would make them (phi is {row['phi']:.1f}; chance is 1), "
            "for reasons such as rules, schools and families as well as how well the work is done. The limits are "
            f"widened for that (tau² is {row['tau2']:.4f}), so whoever lies outside them differs even from this."
        )
    return (
        f"{held} They differ about as much as chance alone would make them (phi is {row['phi']:.1f}; chance is 1), so "
        f"the limits are those of chance. By chance alone about {row['by_chance']:.1f} of them would lie outside the "
        "inner limits."
    )
