"""Published timeliness of a fictional country, in the layout of DfE's `timeliness_20_week.csv`.

Belongs here: plans issued by year, place and breakdown, with the symbols and changes of codes that the real file has.
Does not belong here: any real figure or place. The names and codes are the fictional ones of `data/reference`; what is
said of Brackenshire is counted from its own register.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pipelines.contracts import Catalogue
from pipelines.contracts.reference import Council
from pipelines.demo import story
from pipelines.demo.drawing import Row, between
from pipelines.demo.files import WAREHOUSE, Extract

BANDS = {"within_20_weeks": 140, "gt20weeks_ltYear": 364, "gt_1_year": None}
"""How long a plan took -> the last day of it."""
LAYOUT = (
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code", "region_name",
    "new_la_code", "old_la_code", "la_name", "breakdown_topic", "breakdown", "plans_issued_den", "plans_issued_den_ex",
    "plans_issued_within_20_weeks", "plans_issued_20_weeks_ex", "pc_plans_issued_within_20_weeks",
    "PC_plans_issued_20_weeks_ex", "plans_issued_gt20weeks_ltYear", "plans_issued_gt20weeks_ltYear_ex",
    "pc_plans_issued_gt20weeks_ltYear", "PC_plans_issued_gt20weeks_ltYear_ex", "plans_issued_gt_1_year",
    "plans_issued_gt_1_year_ex", "pc_plans_issued_gt_1_year", "PC_plans_issued_gt_1_year_ex",
)  # fmt: skip
"""DfE's columns in their order, spelled and capitalised as they are."""
ALL = "All EHC plans issued"
TOPICS = {"age": "Child or young persons age", "ethnicity": "Ethnicity", "sex": "Sex"}
SEXES, OTHERS = {"F": "Female", "M": "Male"}, "Unclassified"

Counts = np.ndarray[Any, Any]
"""Plans by band (3) and by whether an exception applied (2)."""
Place = tuple[str, int, str, str]
"""Council, year, topic and group."""


def file(register: Sequence[Row], seed: int, catalogue: Catalogue) -> Extract:
    """Every year's plans of every fictional council, region and the country."""
    counted = _counted(register, seed, catalogue)
    rows = [row for year in story.PUBLISHED_YEARS for row in _year(year, counted, catalogue)]
    label, note = (
        f"timeliness-20-week-{story.PUBLISHED_ON.year}",
        "figures of a fictional country, in DfE's layout",
    )
    return Extract(
        "dfe_timeliness", label, WAREHOUSE, rows, story.PUBLISHED_ON, note, layout=LAYOUT, sender="fictional"
    )


def _counted(register: Sequence[Row], seed: int, catalogue: Catalogue) -> dict[Place, Counts]:
    """The plans of every council, year and group; the council's own register where it has the year."""
    rng = np.random.default_rng([seed, 20])
    groups = _groups(catalogue)
    counted: dict[Place, Counts] = {}
    for council, (first, growth, shares) in story.COUNCILS.items():
        for at, year in enumerate(story.PUBLISHED_YEARS):
            if council == story.COUNCIL and year in story.REGISTER_YEARS:
                counted |= _of_register(register, year, catalogue)
                continue
            through = at / (len(story.PUBLISHED_YEARS) - 1)
            issued = round(first * growth**at * rng.uniform(0.94, 1.06))
            in_time = between(shares, through) + rng.uniform(-0.03, 0.03)
            plans = rng.multinomial(issued, _chances(in_time, through)).reshape(3, 2)
            if (council, year) == story.ALL_EXCEPTIONS:
                plans = np.stack([np.zeros(3, int), plans.sum(axis=1)], axis=1)
            counted[council, year, ALL, ALL] = plans
            if year >= story.BROKEN_DOWN_FROM:
                for topic, weights in groups.items():
                    split = rng.multinomial(plans, np.array([*weights.values()]) / sum(weights.values()))
                    counted |= {(council, year, topic, name): split[..., n] for n, name in enumerate(weights)}
    return counted


def _chances(in_time: float, through: float) -> list[float]:
    """Of a plan: each band without and with an exception."""
    over_a_year = between(story.PUBLISHED_OVER_A_YEAR, through) * (1 - in_time)
    bands = [(in_time, True), (1 - in_time - over_a_year, False), (over_a_year, False)]
    return [
        share * part
        for share, is_in_time in bands
        for part in (1 - story.PUBLISHED_EXCEPTION[is_in_time], story.PUBLISHED_EXCEPTION[is_in_time])
    ]


def _groups(catalogue: Catalogue) -> dict[str, dict[str, float]]:
    """Topic -> group as DfE spells it -> its weight."""
    ethnicities = _ethnicities(catalogue)
    weights: dict[str, dict[str, float]] = {topic: {} for topic in TOPICS}
    for band, weight in story.AGES_AT_ISSUE.items():
        low, high = map(int, band.split("-"))
        for age in range(max(low, 2), high + 1):
            weights["age"][_age(age)] = weight / (high + 1 - max(low, 2))
    weights["age"][_age(20)] = 0.6
    for code, weight in story.ETHNICITIES.items():
        name = ethnicities.get(code, OTHERS)
        weights["ethnicity"][name] = weights["ethnicity"].get(name, 0) + weight
    weights["sex"] = {SEXES[code]: weight for code, weight in story.SEXES.items()}
    return {TOPICS[topic]: found for topic, found in weights.items()}


def _ethnicities(catalogue: Catalogue) -> dict[str, str]:
    return {code.code: code.label for code in catalogue.codes["published_group"] if code.group == "ethnicity"}


def _age(years: int) -> str:
    return "age 2 and under" if years <= 2 else "age 20 and over" if years >= 20 else f"age {years}"


def _of_register(register: Sequence[Row], year: int, catalogue: Catalogue) -> dict[Place, Counts]:
    """The county's own plans of a year, counted one by one. A plan from elsewhere was not issued here."""
    counted: dict[Place, Counts] = {}
    ethnicities = _ethnicities(catalogue)
    for plan in register:
        if plan["issued_on"].year != year or not plan["requested_on"]:
            continue
        days, born = (plan["issued_on"] - plan["requested_on"]).days, plan["birth_month"]
        band = next(at for at, last in enumerate(BANDS.values()) if last is None or days <= last)
        age = (plan["issued_on"].year * 12 + plan["issued_on"].month - born.year * 12 - born.month) // 12
        named = {
            "age": _age(age),
            "ethnicity": ethnicities.get(plan["ethnicity"], OTHERS),
            "sex": SEXES[plan["sex"]],
        }
        for topic, group in ((ALL, ALL), *((TOPICS[topic], name) for topic, name in named.items())):
            counts = counted.setdefault((story.COUNCIL, year, topic, group), np.zeros((3, 2), int))
            counts[band, int(plan["exceptions_apply"])] += 1
    return counted


# Rows


def _year(year: int, counted: dict[Place, Counts], catalogue: Catalogue) -> Iterator[Row]:
    """The rows of a year: the country, its regions, its councils, each with all plans and then by topic."""
    councils = [catalogue.councils[code] for code in story.COUNCILS if (code, year) != story.NOT_RETURNED]
    country = next(
        place for place in catalogue.regions.values() if place.fictional and place.kind == "country"
    )
    whole: Row = {
        "time_period": year, "time_identifier": "Calendar year", "country_code": country.code,
        "country_name": country.name,
    }  # fmt: skip
    yield from _place(whole | {"geographic_level": "National"}, year, councils, counted)
    regions = [place for place in catalogue.regions.values() if place.fictional and place.kind == "region"]
    for region in regions:
        inside = [council for council in councils if council.region == region.name]
        named = whole | {"region_code": region.code, "region_name": region.name}
        yield from _place(named | {"geographic_level": "Regional"}, year, inside, counted)
    for code in story.COUNCILS:
        council = catalogue.councils[code]
        region = next(region for region in regions if region.name == council.region)
        named = whole | {
            "geographic_level": "Local authority", "region_code": region.code, "region_name": region.name,
            "new_la_code": _ons_code(council, year), "old_la_code": code, "la_name": f"{council.name} (fictional)",
        }  # fmt: skip
        if (code, year) == story.NOT_RETURNED:
            yield named | {"breakdown_topic": ALL, "breakdown": ALL} | dict.fromkeys(LAYOUT[12:], "x")
        else:
            yield from _place(named, year, [council], counted)


def _ons_code(council: Council, year: int) -> str:
    """The code in use at the end of the year before: published files are late with a new one."""
    ended = [code for code, last in council.ons_until.items() if last >= f"{year - 1}-12-31"]
    return (ended or council.ons_codes)[0]


def _place(named: Row, year: int, councils: Sequence[Council], counted: dict[Place, Counts]) -> Iterator[Row]:
    """The rows of one place, whose plans are those of its councils."""
    codes = {council.code for council in councils}
    found: dict[tuple[str, str], Counts] = {}
    for (code, when, topic, group), plans in counted.items():
        if code in codes and when == year and plans.sum():
            found[topic, group] = found.get((topic, group), 0) + plans
    for (topic, group), plans in sorted(found.items()):
        yield named | {"breakdown_topic": topic, "breakdown": group} | _numbers(plans, year)


def _numbers(plans: Counts, year: int) -> Row:
    """DfE's fourteen numbers of a place and group, with and without (`_ex`) plans to which an exception applied."""
    row: Row = {}
    for ending, bands in (("", plans.sum(axis=1)), ("_ex", plans[:, 0])):
        issued = int(bands.sum())
        row[f"plans_issued_den{ending}"] = issued
        for name, band in zip(BANDS, bands, strict=True):
            is_said = name == "within_20_weeks" or year >= story.BROKEN_DOWN_FROM
            short = "20_weeks" if (name, ending) == ("within_20_weeks", "_ex") else name
            percent = f"{'PC' if ending else 'pc'}_plans_issued_{short}{ending}"
            row[f"plans_issued_{short}{ending}"] = int(band) if is_said else "x"
            row[percent] = (f"{round(100 * band / issued, 1):g}" if issued else "z") if is_said else "x"
    return row
