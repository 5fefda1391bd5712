"""Facts whose rows somebody counted before us: published figures, and the population that audits are compared with.

Belongs here: names and words. Does not belong here: where the figures come from (`published`, `population`).
"""

from __future__ import annotations

from pipelines.model.schema.kinds import Fact

POPULATION = Fact(
    counts_what="groups of a population",
    key="population_key",
    dates=("counted_on",),
    yes_no={},
    breakdowns=(),
    about=("council", "frame", "characteristic", "category", "people_symbol", "source"),
    numbers={"people": "Children and young people of the group on that day."},
    span="",
    feeds=("population",),
)
"""Counts that somebody else made: no measure counts its rows, and gaps compare audits with them."""

_PLACED = ("council", "window", "period_start", "breakdown", "group")
PUBLISHED_TIMELINESS = Fact(
    counts_what="plans",
    key="given_key",
    dates=("period_end",),
    yes_no={},
    breakdowns=("single_age", "ethnicity", "sex"),
    about=_PLACED,
    numbers={
        "issued": "Plans issued.",
        "issued_ex": "Plans issued to which no exception to the 20 weeks applied.",
        "within_20_weeks": "Plans issued within 20 weeks of the request.",
        "within_20_weeks_ex": "Plans without exceptions issued within 20 weeks.",
        "within_20_weeks_percent": "DfE's percentage of plans within 20 weeks.",
        "within_20_weeks_ex_percent": "DfE's percentage of plans within 20 weeks, without exceptions.",
        "within_a_year": "Plans issued after 20 weeks and within 52.",
        "within_a_year_ex": "Plans without exceptions issued after 20 weeks and within 52.",
        "within_a_year_percent": "DfE's percentage of plans after 20 weeks and within 52.",
        "within_a_year_ex_percent": "DfE's percentage of plans after 20 weeks and within 52, without exceptions.",
        "over_a_year": "Plans issued after 52 weeks.",
        "over_a_year_ex": "Plans without exceptions issued after 52 weeks.",
        "over_a_year_percent": "DfE's percentage of plans after 52 weeks.",
        "over_a_year_ex_percent": "DfE's percentage of plans after 52 weeks, without exceptions.",
    },
    feeds=("dfe_timeliness",),
)
REPORTED_PARTICIPATION = Fact(
    counts_what="audits or people",
    key="given_key",
    dates=("period_end",),
    yes_no={},
    breakdowns=("participation_definition",),
    about=(*_PLACED, "source", "given_on"),
    numbers={
        "numerator": "How many were heard, as the council gave it.",
        "denominator": "Out of how many, as the council gave it.",
        "percent": "The percentage, as the council gave it.",
    },
    feeds=("participation_rates",),
)
NEIGHBOUR_TIMELINESS = Fact(
    counts_what="plans",
    key="given_key",
    dates=("period_end",),
    yes_no={},
    breakdowns=(),
    about=_PLACED,
    numbers={
        "issued": "Plans issued by all of the council's statistical neighbours together.",
        "issued_ex": "Of those, plans to which no exception to the 20 weeks applied.",
        "within_20_weeks": "Plans issued by them within 20 weeks of the request.",
        "within_20_weeks_ex": "Plans without exceptions issued by them within 20 weeks.",
    },
    feeds=("statistical_neighbours", "dfe_timeliness"),
)
GIVEN = {
    "published_timeliness": PUBLISHED_TIMELINESS,
    "reported_participation": REPORTED_PARTICIPATION,
    "neighbour_timeliness": NEIGHBOUR_TIMELINESS,
}
"""Facts whose rows are figures that somebody counted before us; `published` makes them."""
