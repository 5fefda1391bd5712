"""Turns rows of a release into words: numbers, periods, directions, signals, whole sentences.

Belongs here: every phrase that states a figure, so that a page, an export and the command line say the same.
Does not belong here: components, queries, the words for control charts (`signals`), for groups beside their total
(`group_words`), and statistics (intervals, directions and signals come in the rows).
Nothing outside the standard library is imported, because the command line uses this too.

Rows are dicts with the columns of the release's tables `measures`, `figures` and `charts`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dashboard import heard_words

Row = Mapping[str, Any]

COEFFICIENT = "coefficient"
"""Stands for the unit of a number from -1 to 1: it has none, and two decimals."""
COEFFICIENT_FROM = 30  # cases; below, the release has none (`measures.agreed.LEAST`)
# Below this many, a percentage says more than the records do, so the count comes first.
COUNT_FIRST_BELOW = 20

DEMONSTRATION = "Demonstration data: a fictional county"
NOTHING_PUBLISHED = "No figures have been published yet. Run send-audit run"

WINDOWS = {
    "12m": "12 months",
    "financial_year": "Financial year (April to March)",
    "academic_year": "Academic year (September to August)",
    "calendar_year": "Calendar year",
    "quarter": "Quarter (3 months)",
    "month": "Month",
}
YEARS = ("12m", "financial_year", "academic_year", "calendar_year")
AUDIENCES = {"officers": "Officers", "public": "Public"}
SYMBOLS = {
    "z": "Nothing to count in this period",
    "x": "Not available",
    "c": "Not shown, so that no child or family can be recognised",
    "low": "More than none, but so few that it rounds to nought",
    "u": "Too uncertain to be shown",
}
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
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def count(number: int | None) -> str:
    """A whole number with commas: 1,240."""
    return "Not available" if number is None else f"{number:,}"


def percent(value: float | None) -> str:
    """A share (0 to 1) as a whole percentage, halves up; never 0% or 100% unless it is exactly that."""
    if value is None or math.isnan(value):
        return "Not available"
    points = value * 100
    if 0 < points < 0.5:
        return "less than 1%"
    if 99.5 <= points < 100:
        return "more than 99%"
    return f"{_half_up(points)}%"


def number(numerator: int | None, denominator: int | None, unit: str = "audits") -> str:
    """The number as it is always shown: “62% (74 of 120 audits)”, or the count first where there are few."""
    if numerator is None or denominator is None:
        return SYMBOLS["x"]
    if denominator == 0:
        return f"No {unit} to count"
    share = percent(numerator / denominator)
    counts = f"{count(numerator)} of {count(denominator)} {unit}"
    return f"{counts} ({share})" if denominator < COUNT_FIRST_BELOW else f"{share} ({counts})"


def is_mean(measure: Row) -> bool:
    """Whether the measure's value is an average in a unit of its own, not a share."""
    return measure.get("kind") == "mean"


def is_coefficient(measure: Row | None) -> bool:
    """Whether the measure's value is a coefficient of agreement, from -1 to 1."""
    return measure is not None and measure.get("kind") == "agreement"


def is_distribution(measure: Row) -> bool:
    """Whether the measure divides a whole into kinds, so that only a group of it is a part of anything."""
    return measure.get("kind") == "distribution"


def amount(value: float | None, of: str) -> str:
    """An average in its unit: “23.4 weeks”; a coefficient: “0.68”."""
    if value is None or math.isnan(value):
        return "Not available"
    return _hundredths(value) if of == COEFFICIENT else f"{_tenths(value)} {of}"


def average(value: float, rows: int, measure: Row) -> str:
    """An average as it is always shown: “23.4 weeks on average (54 plans)”."""
    return f"{amount(value, measure['unit'])} on average ({count(rows)} {unit(measure)})"


def number_parts(measure: Row, figure: Row) -> tuple[str, str]:
    """The number in two lines, for a card: the larger first. Few audits: the count is the larger."""
    if figure.get("symbol"):
        return missing(measure, figure), ""
    if is_coefficient(measure):
        return _hundredths(figure["value"]), f"from {count(figure['denominator'])} {unit(measure)}"
    if heard_words.is_compared(measure):
        return heard_words.value(measure, figure["value"]), heard_words.number(measure, figure)
    if is_mean(measure):
        said = amount(figure["value"], measure["unit"])
        return said, f"on average ({count(figure['denominator'])} {unit(measure)})"
    share = percent(figure["value"])
    counts = f"{count(figure['numerator'])} of {count(figure['denominator'])}"
    if figure["denominator"] < COUNT_FIRST_BELOW:
        return f"{counts}", f"{unit(measure)} ({share})"
    return share, f"{counts} {unit(measure)}"


def point_number(measure: Row, point: Row) -> str:
    """The number of one point of a chart: a share as always, or the average of those that there were."""
    if is_mean(measure) and point["value"] is not None:
        return average(point["value"], point["denominator"], measure)
    return number(point["numerator"], point["denominator"], unit(measure))


def share_of(numerator: int, denominator: int) -> str:
    """A part of a whole in a table that gives the count beside it: “25% of 54”."""
    return f"{percent(numerator / denominator)} of {count(denominator)}" if denominator else SYMBOLS["z"]


def figure_number(measure: Row, figure: Row | None) -> str:
    """`number` for a figure row, or its symbol in words."""
    if figure is None:
        return SYMBOLS["x"]
    if heard_words.is_compared(measure):
        return heard_words.number(measure, figure)
    if figure.get("symbol"):
        return missing(measure, figure)
    if is_coefficient(measure):
        return f"{_hundredths(figure['value'])} ({count(figure['denominator'])} {unit(measure)})"
    if is_mean(measure):
        return average(figure["value"], figure["denominator"], measure)
    return number(figure["numerator"], figure["denominator"], unit(measure))


def symbol(code: str) -> str:
    """A symbol in words; an unknown one is said to be not available, never left blank."""
    return SYMBOLS.get(code, SYMBOLS["x"])


def missing(measure: Row, figure: Row) -> str:
    """Why a figure is missing: in its definition's words where there is nothing to divide by, else its symbol's."""
    if figure.get("denominator") == 0 and measure.get("when_none"):
        return f"{SYMBOLS['x']}, because {measure['when_none'].rstrip('.')}"
    if is_coefficient(measure):
        held = f"{count(figure['denominator'])} {unit(measure)}"
        if figure["symbol"] == "u":
            return f"Too few to say: {held}, and below {COEFFICIENT_FROM} its range cannot be relied on"
        return f"Not defined, because both gave one grade alone to all {held}"
    return symbol(figure["symbol"])


def unit(measure: Row) -> str:
    """What the measure counts: audits, people, offers; as its definition says."""
    return measure.get("counts_what") or ("people" if measure.get("kind") == "people_share" else "audits")


def between(low: float | None, high: float | None, of: str = "") -> str:
    """A range of shares, “between 53% and 70%”, or in a unit, “between 21.2 and 25.6 weeks”; “about 53%” where its ends
    read alike; empty where none."""
    if low is None or high is None:
        return ""
    write = _hundredths if of == COEFFICIENT else _tenths if of else percent
    least, most = write(low), f"{write(high)} {of}" if of not in ("", COEFFICIENT) else write(high)
    return f"about {most}" if write(low) == write(high) else f"between {least} and {most}"


def likely(figure: Row, measure: Row | None = None) -> str:
    """The range of a figure in a few words: “likely to be between 53% and 70%”."""
    held = (
        range_of(measure, figure)
        if heard_words.is_compared(measure)
        else between(figure.get("low"), figure.get("high"), own_unit(measure))
    )
    return f"likely to be {held}" if held and not figure.get("symbol") else ""


def range_of(measure: Row | None, figure: Row) -> str:
    """The likely range of any figure in its measure's words; empty where there is none."""
    if measure and heard_words.is_compared(measure):
        return heard_words.likely(measure, figure.get("low"), figure.get("high"))
    return between(figure.get("low"), figure.get("high"), own_unit(measure))


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def own_unit(measure: Row | None) -> str:
    """The unit that an average is in, `COEFFICIENT`, or nothing for a share."""
    if is_coefficient(measure):
        return COEFFICIENT
    return measure["unit"] if measure and is_mean(measure) else ""


def points(change: float, of: str = "") -> str:
    """The size of a change in percentage points, in a unit, or of a coefficient, without its direction."""
    if of == COEFFICIENT:
        return "less than 0.01" if 0 < abs(change) < 0.005 else _hundredths(abs(change))
    if of:
        return f"less than 0.1 {of}" if 0 < abs(change) < 0.05 else amount(abs(change), of)
    size = abs(change) * 100
    if 0 < size < 0.5 - 1e-9:  # not what is half a point but for its last digits
        return "less than 1 percentage point"
    whole = _half_up(size)
    return f"{whole} percentage point" if whole == 1 else f"{whole} percentage points"


def change_range(low: float | None, high: float | None, of: str = "") -> str:
    """The likely range of a difference, each end with its direction where they differ."""
    if low is None or high is None:
        return ""
    if low < 0 < high:
        return f"between {points(low, of)} lower and {points(high, of)} higher"
    side = "higher" if low >= 0 else "lower"
    near, far = (points(size, of) for size in sorted((abs(low), abs(high))))
    if near == far:
        return f"{near if near.startswith('less') else f'about {near}'} {side}"
    bare, _, _ = near.partition(f" {of or 'percentage'}")
    return f"between {bare} and {far} {side}"


def day(when: date | None) -> str:
    """31 March 2026."""
    return "Not given" if when is None else f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def erased(when: date) -> str:
    """What is said of a figure whose source is gone."""
    return f"Source erased on {day(when)}; figure preserved, not recomputable."


def month(when: date) -> str:
    """March 2026."""
    return f"{MONTHS[when.month - 1]} {when.year}"


def span(start: date, end: date) -> str:
    """1 April 2025 to 31 March 2026."""
    return f"{day(start)} to {day(end)}"


def period(window: str, start: date, end: date, complete: bool = True) -> str:
    """A period as a phrase that follows “in”: “the 12 months to 31 March 2026”."""
    if window == "month":
        words = month(end)
    elif window == "quarter":
        words = f"the 3 months to {day(end)}"
    elif window == "12m":
        words = f"the 12 months to {day(end)}"
    elif window in ("financial_year", "academic_year"):
        kind = "financial" if window == "financial_year" else "academic"
        words = f"the {kind} year {start.year}-{end.year % 100:02d} ({span(start, end)})"
    elif window == "calendar_year":
        words = f"the year {end.year}"
    else:
        words = f"the period {span(start, end)}"
    return words if complete else f"{words}, which has not finished"


def point_name(window: str, end: date) -> str:
    """A point of a chart: “March 2026”, or “January to March 2026” for a quarter."""
    if window == "calendar_year":
        return str(end.year)
    if window != "quarter":
        return month(end)
    first = MONTHS[(end.month - 3) % 12]
    years = f"{first} {end.year - 1} to {month(end)}" if end.month < 3 else f"{first} to {month(end)}"
    return years


def polarity(higher_is: str | None) -> str:
    """Which way is good, in words."""
    return POLARITY.get(higher_is or "neither", POLARITY["neither"])


def sentence(measure: Row, figure: Row | None) -> str:
    """The definition's own sentence, filled from a figure; says so in words where there is no figure."""
    if figure is None:
        return f"{measure['title']}: this release has no figure for it."
    if figure.get("symbol"):
        return f"{measure['title']}: {lower_first(missing(measure, figure))}."
    template = measure.get("sentence") or "{title}: {numerator} of {denominator} ({value})."
    words = {
        "title": measure["title"],
        "numerator": count(figure["numerator"]),
        "denominator": count(figure["denominator"]),
        **{name: value_words(measure, figure.get(name)) for name in ("value", "low", "high")},
        "range": range_of(measure, figure),
        "period": period(figure["window"], figure["period_start"], figure["period_end"]),
    }
    return template.format_map(_Known(words))


def value_words(measure: Row, value: float | None) -> str:
    """A value of a measure: a percentage, an average in its unit, a coefficient, or a gap with its direction."""
    if heard_words.is_compared(measure):
        return heard_words.value(measure, value)
    of = own_unit(measure)
    return amount(value, of) if of else percent(value)


def likely_range(measure: Row, figure: Row) -> str:
    """What the interval means, as a sentence; empty where there is none."""
    if figure.get("symbol") or figure.get("low") is None or figure.get("high") is None:
        return ""
    if heard_words.is_compared(measure):
        return f"Likely to be {range_of(measure, figure)}."
    if is_mean(measure):
        return f"The true average is likely to be {between(figure['low'], figure['high'], measure['unit'])}."
    if is_coefficient(measure):
        return f"The true value is likely to be {between(figure['low'], figure['high'], COEFFICIENT)}."
    if is_distribution(measure):
        held = f"The true share of this kind is likely to be {range_of(measure, figure)}."
        return held if figure.get("breakdown") else ""
    done = {"audits": " for audits done this way", "people": " for people in audits done this way"}
    return f"The true rate{done.get(unit(measure), '')} is likely to be {between(figure['low'], figure['high'])}."


def year_before(measure: Row, figure: Row) -> str:
    """The comparison with the year before, for a 12-month or published yearly figure; empty for any other."""
    compared = YEARS if measure.get("kind") == "given" else ("12m",)
    if heard_words.is_compared(measure):
        return ""  # whose years overlap
    if is_distribution(measure) and not figure.get("breakdown"):
        return ""  # all of its kinds together are all there are, in every year
    if figure.get("window") not in compared or figure.get("symbol") or is_coefficient(measure):
        return ""
    if not figure.get("previous_denominator") or figure.get("change") is None:
        return "There is no figure for the year before to compare it with."
    of = own_unit(measure)
    before = (
        average(figure["previous_value"], figure["previous_denominator"], measure)
        if of
        else number(figure["previous_numerator"], figure["previous_denominator"], unit(measure))
    )
    direction, change = figure.get("direction"), figure["change"]
    if figure.get("mix"):
        return f"The year before it was {before}. {not_comparable(measure, figure)}."
    likely = change_range(figure.get("change_low"), figure.get("change_high"), of)
    if not likely:
        return f"The year before it was {before}: too few to say whether the difference is more than chance."
    if direction in ("higher", "lower"):
        return (
            f"That is {points(change, of)} {direction} than the year before, which was {before}. "
            f"The difference is likely to be {likely}: more than chance alone would explain."
        )
    size = "no different" if change == 0 else f"{points(change, of)} {'higher' if change > 0 else 'lower'}"
    spread = f", but the true difference could be anything {likely}"
    if (
        figure["change_low"] == figure["change_high"]
    ):  # an average of values that are all the same in both years
        spread = ""
    return f"The year before it was {before}. No clear change: this is {size}{spread}."


def not_comparable(measure: Row, figure: Row) -> str:
    """Why two years cannot be compared, with the counts where the reader may have them."""
    more, cases = CHOSEN[figure["mix"]], unit(measure)
    said = f"The two cannot be compared: {more} of the {cases} were chosen at random than the year before"
    if figure.get("random") is None or figure.get("previous_random") is None:
        return said
    now, then = (
        f"{count(figure[f'{side}random'])} of {count(figure[f'{side}denominator'])}"
        for side in ("", "previous_")
    )
    return f"{said} ({now}; the year before, {then})"


def change_cell(figure: Row, measure: Row | None = None) -> str:
    """The change on the year before in a few words, for a table or a card."""
    if is_coefficient(measure):
        return "Not compared"
    if figure.get("symbol") or figure.get("change") is None:
        return "No year before to compare with"
    if figure.get("mix"):
        return f"Cannot be compared: {CHOSEN[figure['mix']]} were chosen at random than the year before"
    direction = figure.get("direction")
    if direction in ("higher", "lower"):
        return f"{points(figure['change'], own_unit(measure))} {direction} than the year before"
    return "No clear change from the year before"


def by_chance(expected: float, of: int, what: str, would: str) -> str:
    """“By chance alone, about 0.3 of these 9 measures would ...”; expected: how many, `of`: of how many shown."""
    digits = max(0, -math.floor(math.log10(expected))) if 0 < expected < 1 else 0
    return f"By chance alone, about {expected:,.{digits}f} of these {count(of)} {what} would {would}."


def headline(measure: Row, figure: Row | None) -> str:
    """Period, sentence, likely range and the year before: what the page and the command line say first."""
    if figure is None or figure.get("symbol"):
        return sentence(measure, figure)
    complete = figure.get("complete", True) is not False
    when = f"In {period(figure['window'], figure['period_start'], figure['period_end'], complete)}"
    if measure.get("kind") == "snapshot" and complete:  # else the day has not come
        when = f"On {day(figure['period_end'])}"
    parts = [
        f"{when}, {lower_first(sentence(measure, figure))}",
        of_a_kind(measure, figure),
        likely_range(measure, figure),
        year_before(measure, figure),
    ]
    return " ".join(part for part in parts if part)


def of_a_kind(measure: Row, figure: Row) -> str:
    """The part of a distribution that is one kind, which its own sentence, of all kinds together, does not tell."""
    if not is_distribution(measure) or not figure.get("breakdown"):
        return ""
    return f"Of these, {count(figure['numerator'])} ({percent(figure['value'])}) are of this kind."


def together(pairs: Sequence[tuple[Row, Row | None]]) -> str:
    """Measures that are never shown one without the other, each as its headline; a missing one says why."""
    return "\n".join(headline(measure, figure) for measure, figure in pairs)


def listed(names: Sequence[str]) -> str:
    """a, b and c."""
    held = list(names)
    return held[0] if len(held) == 1 else f"{', '.join(held[:-1])} and {held[-1]}"


def feed(code: str) -> str:
    """A feed's name in words: “Case audits”."""
    return code.replace("_", " ").capitalize().replace("Dfe ", "DfE ")


def strip(about: Row, period_words: str, checks: Row) -> str:
    """The line at the top of every page, print and export."""
    parts = [
        f"Figures as they stood on {day(about.get('as_of'))}",
        f"Period {period_words}" if period_words else "",
        f"Data version {about.get('release')}",
        f"Checks: {checks_words(checks)}",
        f"Audience: {AUDIENCES.get(about.get('audience') or '', 'Not given')}",
    ]
    return " · ".join(part for part in parts if part)


def checks_words(checks: Row) -> str:
    """41 passed, 2 warnings, 0 failed."""
    warned = "1 warning" if checks["warned"] == 1 else f"{count(checks['warned'])} warnings"
    return f"{count(checks['passed'])} passed, {warned}, {count(checks['failed'])} failed"


class _Known(dict):
    """Leaves a name the template should not have used visible, so that a test or a reader sees it."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _tenths(value: float) -> str:
    return f"{math.floor(value * 10 + 0.5 + 1e-9) / 10:,.1f}"


def _hundredths(value: float) -> str:
    return f"{math.floor(abs(value) * 100 + 0.5 + 1e-9) / 100 * (1 if value >= 0 else -1):.2f}".replace(
        "-", "−"
    )


def _half_up(points_value: float) -> int:
    # The small addition undoes binary rounding: 62.5% must become 63% however it was computed.
    return math.floor(points_value + 0.5 + 1e-9)


def lower_first(text: str) -> str:
    """Lower case for the first letter, unless the first word is an abbreviation."""
    return text if len(text) > 1 and text[1].isupper() else text[:1].lower() + text[1:]
