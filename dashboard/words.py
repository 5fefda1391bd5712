"""Figures in their measure's words: values, likely ranges, changes, whole sentences.

Belongs here: every phrase that states a figure, so that a page, an export and the command line say the same.
Does not belong here: components, queries, how a number or a period is written (`phrases`), the words for control charts
(`signals`), for groups beside their total (`group_words`), for gaps between groups (`heard_words`), and statistics
(intervals, directions and signals come in the rows).
Nothing outside the standard library is imported, because the command line uses this too.

Rows are dicts with the columns of the release's tables `measures`, `figures` and `charts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import heard_words, kinds, phrases

Row = Mapping[str, Any]
COEFFICIENT_FROM = 30  # cases; below, the release has none (`measures.agreed.LEAST`)

DEMONSTRATION = "Demonstration data: a fictional county"
NOTHING_PUBLISHED = "No figures have been published yet. Run send-audit run"
YEARS = ("12m", "financial_year", "academic_year", "calendar_year")
AUDIENCES = {"officers": "Officers", "public": "Public"}
LEVELS = {
    "query": "Query: the row is kept, please check it",
    "error": "Error: the row was set aside",
    "refuse": "Refused: the whole file was kept out",
}
CHOSEN = {"more random": "more", "fewer random": "fewer"}
POLARITY = {
    "better": "Higher is better.",
    "worse": "Lower is better.",
    "neither": "Neither higher nor lower is better by itself.",
    "nearer_none": "Nearer to no gap is better.",
}


def average(value: float, rows: int, measure: Row) -> str:
    """An average as it is always shown: “23.4 weeks on average (54 plans)”."""
    return (
        f"{phrases.amount(value, measure['unit'])} on average ({phrases.count(rows)} {kinds.unit(measure)})"
    )


def number_parts(measure: Row, figure: Row) -> tuple[str, str]:
    """The number in two lines, for a card: the larger first. Few audits: the count is the larger."""
    if figure.get("symbol"):
        said, _, why = missing(measure, figure).partition(", because ")
        return said, f"because {why}" if why else ""
    if kinds.is_coefficient(measure):
        said = phrases.amount(figure["value"], phrases.COEFFICIENT)
        return said, f"from {phrases.count(figure['denominator'])} {kinds.unit(measure)}"
    if kinds.is_compared(measure):
        return heard_words.value(measure, figure["value"]), heard_words.number(measure, figure)
    if kinds.is_mean(measure):
        said = phrases.amount(figure["value"], measure["unit"])
        return said, f"on average ({phrases.count(figure['denominator'])} {kinds.unit(measure)})"
    share = phrases.percent(figure["value"])
    counts = f"{phrases.count(figure['numerator'])} of {phrases.count(figure['denominator'])}"
    if figure["denominator"] < phrases.COUNT_FIRST_BELOW:
        return f"{counts}", f"{kinds.unit(measure)} ({share})"
    return share, f"{counts} {kinds.unit(measure)}"


def point_number(measure: Row, point: Row) -> str:
    """The number of one point of a chart: a share as always, or the average of those that there were."""
    if kinds.is_mean(measure) and point["value"] is not None:
        return average(point["value"], point["denominator"], measure)
    return phrases.number(point["numerator"], point["denominator"], kinds.unit(measure))


def figure_number(measure: Row, figure: Row | None) -> str:
    """`number` for a figure row, or its symbol in words."""
    if figure is None:
        return phrases.SYMBOLS["x"]
    if kinds.is_compared(measure):
        return heard_words.number(measure, figure)
    if figure.get("symbol"):
        return missing(measure, figure)
    if kinds.is_coefficient(measure):
        said = phrases.amount(figure["value"], phrases.COEFFICIENT)
        return f"{said} ({phrases.count(figure['denominator'])} {kinds.unit(measure)})"
    if kinds.is_mean(measure):
        return average(figure["value"], figure["denominator"], measure)
    return phrases.number(figure["numerator"], figure["denominator"], kinds.unit(measure))


def missing(measure: Row, figure: Row) -> str:
    """Why a figure is missing: in its definition's words where there is nothing to divide by, else its symbol's."""
    if figure.get("denominator") == 0 and measure.get("when_none"):
        return f"{phrases.SYMBOLS['x']}, because {measure['when_none'].rstrip('.')}"
    if kinds.is_coefficient(measure):
        held = f"{phrases.count(figure['denominator'])} {kinds.unit(measure)}"
        if figure["symbol"] == "u":
            return f"Too few to say: {held}, and below {COEFFICIENT_FROM} its range cannot be relied on"
        return f"Not defined, because both gave one grade alone to all {held}"
    uncounted = (
        figure["symbol"] == "x" and figure.get("denominator") is None and not figure.get("complete", True)
    )
    if uncounted and measure.get("span") == "participation" and not measure.get("denominator_fact"):
        held = "the period holds audits completed after the day to which participation is on record"
        return f"{phrases.SYMBOLS['x']}, because {held}"
    return phrases.symbol(figure["symbol"])


def likely(figure: Row, measure: Row | None = None) -> str:
    """The range of a figure in a few words: “likely to be between 53% and 70%”."""
    held = (
        range_of(measure, figure)
        if kinds.is_compared(measure)
        else phrases.between(figure.get("low"), figure.get("high"), kinds.own_unit(measure))
    )
    return f"likely to be {held}" if held and not figure.get("symbol") else ""


def range_of(measure: Row | None, figure: Row) -> str:
    """The likely range of any figure in its measure's words; empty where there is none."""
    if measure and kinds.is_compared(measure):
        return heard_words.likely(measure, figure.get("low"), figure.get("high"))
    return phrases.between(figure.get("low"), figure.get("high"), kinds.own_unit(measure))


def polarity(higher_is: str | None) -> str:
    """Which way is good, in words."""
    return POLARITY.get(higher_is or "neither", POLARITY["neither"])


def sentence(measure: Row, figure: Row | None) -> str:
    """The definition's own sentence, filled from a figure; says so in words where there is no figure."""
    if figure is None:
        return f"{measure['title']}: this release has no figure for it."
    if figure.get("symbol"):
        return f"{measure['title']}: {phrases.lower_first(missing(measure, figure))}."
    template = measure.get("sentence") or "{title}: {numerator} of {denominator} ({value})."
    words = {
        "title": measure["title"],
        "numerator": phrases.count(figure["numerator"]),
        "denominator": phrases.count(figure["denominator"]),
        **{name: value_words(measure, figure.get(name)) for name in ("value", "low", "high")},
        "range": range_of(measure, figure),
        "period": phrases.period(figure["window"], figure["period_start"], figure["period_end"]),
    }
    return template.format_map(_Known(words))


def value_words(measure: Row, value: float | None) -> str:
    """A value of a measure: a percentage, an average in its unit, a coefficient, or a gap with its direction."""
    if kinds.is_compared(measure):
        return heard_words.value(measure, value)
    of = kinds.own_unit(measure)
    return phrases.amount(value, of) if of else phrases.percent(value)


def likely_range(measure: Row, figure: Row) -> str:
    """What the interval means, as a sentence; empty where there is none."""
    if figure.get("symbol") or figure.get("low") is None or figure.get("high") is None:
        return ""
    if kinds.is_compared(measure):
        return f"Likely to be {range_of(measure, figure)}."
    if kinds.is_mean(measure):
        return f"The true average is likely to be {phrases.between(figure['low'], figure['high'], measure['unit'])}."
    if kinds.is_coefficient(measure):
        return f"The true value is likely to be {phrases.between(figure['low'], figure['high'], phrases.COEFFICIENT)}."
    if kinds.is_distribution(measure):
        held = f"The true share of this kind is likely to be {range_of(measure, figure)}."
        return held if figure.get("breakdown") else ""
    done = {"audits": " for audits done this way", "people": " for people in audits done this way"}
    held = phrases.between(figure["low"], figure["high"])
    return f"The true rate{done.get(kinds.unit(measure), '')} is likely to be {held}."


def year_before(measure: Row, figure: Row) -> str:
    """The comparison with the year before, for a figure of a year; empty for any other."""
    if kinds.is_compared(measure):
        return ""  # whose years overlap
    if kinds.is_distribution(measure) and not figure.get("breakdown"):
        return ""  # all of its kinds together are all there are, in every year
    if figure.get("window") not in YEARS or figure.get("symbol") or kinds.is_coefficient(measure):
        return ""
    if not figure.get("previous_denominator") or figure.get("change") is None:
        return "There is no figure for the year before to compare it with."
    of = kinds.own_unit(measure)
    before = (
        average(figure["previous_value"], figure["previous_denominator"], measure)
        if of
        else phrases.number(figure["previous_numerator"], figure["previous_denominator"], kinds.unit(measure))
    )
    direction, change = figure.get("direction"), figure["change"]
    if figure.get("mix"):
        return f"The year before it was {before}. {not_comparable(measure, figure)}."
    likely = phrases.change_range(figure.get("change_low"), figure.get("change_high"), of)
    if not likely:
        return f"The year before it was {before}: too few to say whether the difference is more than chance."
    if direction in ("higher", "lower"):
        return (
            f"That is {phrases.points(change, of)} {direction} than the year before, which was {before}. "
            f"The difference is likely to be {likely}: more than chance alone would explain."
        )
    size = (
        "no different"
        if change == 0
        else f"{phrases.points(change, of)} {'higher' if change > 0 else 'lower'}"
    )
    spread = f", but the true difference could be anything {likely}"
    if (
        figure["change_low"] == figure["change_high"]
    ):  # an average of values that are all the same in both years
        spread = ""
    return f"The year before it was {before}. No clear change: this is {size}{spread}."


def not_comparable(measure: Row, figure: Row) -> str:
    """Why two years cannot be compared, with the counts where the reader may have them."""
    more, cases = CHOSEN[figure["mix"]], kinds.unit(measure)
    said = f"The two cannot be compared: {more} of the {cases} were chosen at random than the year before"
    if figure.get("random") is None or figure.get("previous_random") is None:
        return said
    now, then = (
        f"{phrases.count(figure[f'{side}random'])} of {phrases.count(figure[f'{side}denominator'])}"
        for side in ("", "previous_")
    )
    return f"{said} ({now}; the year before, {then})"


def change_cell(figure: Row, measure: Row | None = None) -> str:
    """The change on the year before in a few words, for a table or a card."""
    if kinds.is_coefficient(measure):
        return "Not compared"
    if figure.get("symbol") or figure.get("change") is None:
        return "No year before to compare with"
    if figure.get("mix"):
        return f"Cannot be compared: {CHOSEN[figure['mix']]} were chosen at random than the year before"
    direction = figure.get("direction")
    if direction in ("higher", "lower"):
        return f"{phrases.points(figure['change'], kinds.own_unit(measure))} {direction} than the year before"
    return "No clear change from the year before"


def headline(measure: Row, figure: Row | None) -> str:
    """Period, sentence, likely range and the year before: what the page and the command line say first."""
    if figure is None or figure.get("symbol"):
        return sentence(measure, figure)
    complete = figure.get("complete", True) is not False
    when = f"In {phrases.period(figure['window'], figure['period_start'], figure['period_end'], complete)}"
    if measure.get("kind") == "snapshot" and complete:  # else the day has not come
        when = f"On {phrases.day(figure['period_end'])}"
    parts = [
        f"{when}, {phrases.lower_first(sentence(measure, figure))}",
        of_a_kind(measure, figure),
        likely_range(measure, figure),
        year_before(measure, figure),
    ]
    return " ".join(part for part in parts if part)


def of_a_kind(measure: Row, figure: Row) -> str:
    """The part of a distribution that is one kind, which its own sentence, of all kinds together, does not tell."""
    if not kinds.is_distribution(measure) or not figure.get("breakdown"):
        return ""
    return f"Of these, {phrases.count(figure['numerator'])} ({phrases.percent(figure['value'])}) are of this kind."


def together(pairs: Sequence[tuple[Row, Row | None]]) -> str:
    """Measures that are never shown one without the other, each as its headline; a missing one says why."""
    return "\n".join(headline(measure, figure) for measure, figure in pairs)


def strip(about: Row, period_words: str, checks: Row) -> str:
    """The line at the top of every page, print and export."""
    parts = [
        f"Figures as they stood on {phrases.day(about.get('as_of'))}",
        f"Period {period_words}" if period_words else "",
        f"Data version {about.get('release')}",
        f"Checks: {checks_words(checks)}",
        f"Audience: {AUDIENCES.get(about.get('audience') or '', 'Not given')}",
    ]
    return " · ".join(part for part in parts if part)


def checks_words(checks: Row) -> str:
    """41 passed, 2 warnings, 0 failed."""
    warned = "1 warning" if checks["warned"] == 1 else f"{phrases.count(checks['warned'])} warnings"
    return f"{phrases.count(checks['passed'])} passed, {warned}, {phrases.count(checks['failed'])} failed"


class _Known(dict):
    """Leaves a name the template should not have used visible, so that a test or a reader sees it."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
