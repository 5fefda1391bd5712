"""Shares, rates, funnels, agreement and estimates beside those of published peers, for the same input.

Every case and every key of a file is looked at. A key is compared, or stands in LEFT_OUT with its reason; a key
that is in neither fails. Where we mean to differ, DEVIATIONS says so, and the test shows what we give instead.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipelines.statistics import agreement, funnels, rates, representativeness
from pipelines.statistics.proportions import wilson
from tests.statistics.reference import (
    FOLDER,
    LEFT_OUT,
    close,
    columns,
    exactly,
    flags,
    number,
    numbers,
    params,
    present,
)

COMPARED = {
    "wilson.csv", "byar.csv", "pchart.json", "xmr.json", "funnel.json", "kappa.json", "poststrat.json",
}  # fmt: skip


# --- shares and rates


def test_wilson_equals_phe_proportion():
    column = columns("wilson.csv")
    assert set(column) <= {"x", "n", "conf", "value", "lower", "upper", "source"}
    for level in np.unique(column["conf"]):
        some = column["conf"] == level
        x, n = column["x"][some], column["n"][some]
        if level >= 1:  # deviation: certain
            with pytest.raises(ValueError, match="confidence level"):
                wilson(x, n, level)
            continue
        low, high = wilson(x, n, level)
        exactly(low, column["lower"][some])
        exactly(high, column["upper"][some])
        exactly(x / np.where(n > 0, n, np.nan), column["value"][some])


def test_rates_equal_phe_rate():
    column = columns("byar.csv")
    assert set(column) <= {
        "x", "n", "conf", "multiplier", "value", "lower", "upper", "method", "byar_count_lower", "byar_count_upper",
    }  # fmt: skip
    for row in range(column["x"].size):
        x, n, level, per = (column[name][row] for name in ("x", "n", "conf", "multiplier"))
        exactly(rates.rate(x, n, per, level), [column[name][row] for name in ("value", "lower", "upper")])
        exactly(rates.byar(x, level), [column[f"byar_count_{end}"][row] for end in ("lower", "upper")])
        if not math.isnan(x):
            assert (x < rates.EXACT_BELOW) == (column["method"][row] == "Exact")


# --- funnels

LEVELS = {"95": 0.95, "998": 0.998}
PLACES = {
    "higher (99.8%)": "High (0.001)",
    "lower (99.8%)": "Low (0.001)",
    "higher (95%)": "High (0.025)",
    "lower (95%)": "Low (0.025)",
    "as expected": "Not significant",
}


@pytest.mark.parametrize("case", params("funnel.json"))
def test_funnels_equal_funnelplotr(case):
    case = present(case, "funnel.json")
    if case["data_type"] in LEFT_OUT:
        pytest.skip(f"{case['data_type']}: {LEFT_OUT[case['data_type']]}")
    assert case["data_type"] == "PR"
    x, n, expected = numbers(case["input"]["x"]), numbers(case["input"]["n"]), case["expected"]
    limits = {f"{pre}{end}CL{level}" for pre in ("", "OD_") for end in "LU" for level in LEVELS}
    assert set(expected) <= limits | {
        "phi", "tau2", "target", "ratio", "z", "z_winsorised_or_truncated", "outlier",
    }  # fmt: skip
    target = funnels.funnel(x, n).target
    spread = funnels.dispersion(x, n)
    close(target, expected["target"])
    close(x / n, numbers(expected["ratio"]))
    close(spread.z, numbers(expected["z"]), atol=1e-11)
    close(spread.winsorised, numbers(expected["z_winsorised_or_truncated"]), atol=1e-11)
    close(spread.phi, number(expected["phi"]))
    if expected["tau2"] is None:  # deviation: one place
        assert (x.size, spread.tau2) == (1, 0.0)
        return
    close(spread.tau2, expected["tau2"], atol=1e-15)
    for pre, tau2 in (("", 0.0), ("OD_", spread.tau2)):
        for name, level in LEVELS.items():
            low, high = funnels.adjusted_limits(n, target, level, tau2)
            wanted_low, wanted_high = (numbers(expected[f"{pre}{end}CL{name}"]) for end in "LU")
            low_kept, high_kept = (low > 0) & (wanted_low > 0), (high < 1) & (wanted_high < 1)
            close(low[low_kept], wanted_low[low_kept])  # elsewhere deviation: funnel guard
            close(high[high_kept], wanted_high[high_kept])
    wide = (numbers(expected[f"OD_{end}CL998"]) for end in "LU")
    place = funnels.places(x / n, *funnels.adjusted_limits(n, target, 0.95, spread.tau2), *wide)
    got = np.isin(place, ("higher (99.8%)", "lower (99.8%)"))
    assert (got == flags(expected["outlier"])).all()


@pytest.mark.parametrize("case", params("funnel.json"))
def test_funnel_limits_equal_phe_and_the_exact_binomial(case):
    case = present(case, "funnel.json")
    if "phe_wilson" not in case and "exact_binomial_interpolated" not in case:
        pytest.skip("no proportion funnel of this case")
    x, n = numbers(case["input"]["x"]), numbers(case["input"]["n"])
    target = funnels.funnel(x, n).target
    makers = {"phe_wilson": funnels.normal_limits, "exact_binomial_interpolated": funnels.exact_limits}
    for name, make in makers.items():
        expected = case.get(name)
        if expected is None:
            continue
        assert set(expected) <= {"baseline", "L95", "U95", "L998", "U998", "significance"}
        if "baseline" in expected:
            close(target, expected["baseline"])
        got = [limit for level in LEVELS.values() for limit in make(n, target, level)]
        for limit, key in zip(got, ("L95", "U95", "L998", "U998"), strict=True):
            close(limit, np.clip(numbers(expected[key]), 0, 1), err_msg=key)  # deviation: clipped
        if "significance" in expected:
            place = funnels.places(x / np.where(n > 0, n, np.nan), *got)
            assert [PLACES.get(p, p) for p in place] == expected["significance"]


@pytest.mark.parametrize("case", params("funnel.json", "phe_rate"))
def test_rates_against_the_overall_rate_equal_phe(case):
    case = present(case, "funnel.json")
    events, population = numbers(case["events"]), numbers(case["population"])
    expected = population * events.sum() / population.sum()
    low, high = rates.poisson(events, 0.95)
    low_998, high_998 = rates.poisson(events, 0.998)
    # a rate is high where the whole interval of its events lies above what the overall rate expects
    place = funnels.places(-expected, -high, -low, -high_998, -low_998)
    assert [PLACES[p] for p in place] == case["significance"]


@pytest.mark.parametrize("case", params("funnel.json", "phe_poisson_table"))
def test_exact_poisson_equals_the_table_of_phe(case):
    case = present(case, "funnel.json")
    events = case["events"]
    names = {"p025": 0.95, "p001": 0.998}
    assert set(case) <= {"events"} | {
        f"{way}_{p}_{end}" for way in ("exp", "chisq") for p in names for end in ("low", "high")
    }
    for p, level in names.items():
        for end, got in zip(("low", "high"), rates.exact(events, level), strict=True):
            if f"chisq_{p}_{end}" in case:
                exactly(got, case[f"chisq_{p}_{end}"])
            if f"exp_{p}_{end}" in case:  # deviation: iterated
                np.testing.assert_allclose(got, case[f"exp_{p}_{end}"], rtol=1e-6, atol=1e-6)


# --- agreement

WEIGHT = {"unweighted": "none", "linear": "linear", "quadratic": "quadratic"}
IRR_WEIGHT = {"unweighted": "none", "equal": "linear", "squared": "quadratic"}


@pytest.mark.parametrize("case", params("kappa.json"))
def test_agreement_equals_irrcac_and_irr(case):
    case = present(case, "kappa.json")
    scale, ratings, expected = case["categories"], case["ratings"], dict(case["expected"])
    profiles = agreement.profiles_of(ratings, scale)
    complete = all(grade is not None for row in ratings for grade in row)
    raters = len(ratings[0])
    values = scale if all(isinstance(category, int | float) for category in scale) else None
    compared = {}

    for name, weight in WEIGHT.items():
        value, se = agreement.gwet_ac(profiles, weight)
        compared[f"gwet_ac_raw_{name}"] = value
        if weight == "none":
            compared["gwet_ac1_se"] = se
    for metric in ("nominal", "ordinal", "interval"):
        value = agreement.krippendorff_alpha(profiles, metric, values=values)
        compared[f"krippendorff_reference_{metric}"] = value
        if not (complete and raters > 2) and not math.isnan(value):  # deviation: irr
            compared[f"krippendorff_irr_{metric}"] = value
        else:
            expected.pop(f"krippendorff_irr_{metric}", None)
    compared["krippendorff_irrcac_unweighted"] = compared["krippendorff_reference_nominal"]
    compared["krippendorff_irrcac_quadratic"] = agreement.krippendorff_alpha(profiles, "interval")

    if raters == 2:
        first, second = zip(*ratings, strict=True)
        table = agreement.table_of(first, second, scale)
        said = agreement.agreement(table)
        compared["percent_agreement"] = said.share
        both = [row for row in ratings if None not in row]
        seen = sorted({grade for row in both for grade in row})
        for name, weight in WEIGHT.items():
            kappa, se = agreement.cohen_kappa(table, weight)
            compared[f"cohen_kappa_{name}"], compared[f"cohen_kappa_se_{name}"] = kappa, se
            compared[f"gwet_ac_table_{name}"] = agreement.gwet_ac(agreement.profiles_of(both, scale), weight)[
                0
            ]
        for name, weight in IRR_WEIGHT.items():  # irr takes the levels that it sees for the scale
            value = math.nan
            if len(seen) > 1:
                value = agreement.cohen_kappa(agreement.table_of(first, second, seen), weight)[0]
            compared[f"irr_kappa2_{name}_observed_levels"] = value
        np.testing.assert_array_equal(said.kappa, compared["cohen_kappa_quadratic"])
        if complete:
            close(said.ac2, compared["gwet_ac_raw_quadratic"])

    for key, wanted in expected.items():
        if key.startswith("fleiss_raw_") or key == "krippendorff_irrcac_linear":
            continue  # LEFT_OUT: fleiss, linear alpha
        close(compared[key], number(wanted), err_msg=key)


# --- who was heard

STRATA_KEYS = {
    "estimate", "se_survey", "ci_normal", "ci_logit", "unweighted", "weights", "weights_normalised", "kish_neff",
    "se_stratified_fpc", "se_stratified_nofpc",
}  # fmt: skip


@pytest.mark.parametrize("case", params("poststrat.json", "poststratify"))
def test_post_stratified_estimates_equal_r_survey(case):
    case = present(case, "poststrat.json")
    x, n, people = (numbers(case[name]) for name in ("positives", "respondents", "population"))
    expected = case["expected"]
    assert set(expected) <= STRATA_KEYS
    got = representativeness.post_stratified(x, n, people, sampled=case["fpc"], collapse=False)
    close(got.estimate, expected["estimate"])
    close(got.unweighted, expected["unweighted"])
    close(got.se, expected["se_survey"])
    close(got.effective_n, expected["kish_neff"])
    close(got.weights, numbers(expected["weights"]))
    close(got.weights / got.weights.dot(n) * n.sum(), numbers(expected["weights_normalised"]))
    normal = np.array([-1, 1]) * 1.959963984540054 * got.se + got.estimate
    close(normal, numbers(expected["ci_normal"]))
    if got.se > 0:
        np.testing.assert_allclose(
            [got.low, got.high], numbers(expected["ci_logit"]), rtol=1e-6
        )  # deviation: iterated
    for sampled, name in ((True, "se_stratified_fpc"), (False, "se_stratified_nofpc")):
        other = representativeness.post_stratified(x, n, people, sampled=sampled, collapse=False)
        close(other.se_stratified, number(expected[name]), err_msg=name)


@pytest.mark.parametrize("case", params("poststrat.json", "rake"))
def test_raking_is_left_out(case):
    present(case, "poststrat.json")
    pytest.skip(LEFT_OUT["raking"])


# --- what is not compared


def test_reference_files_that_are_left_out():
    files = {path.name for path in FOLDER.glob("*.csv")} | {path.name for path in FOLDER.glob("*.json")}
    if not files:
        pytest.skip("no reference values at hand: set REFERENCE_VECTORS to the folder of reference values")
    if others := sorted(files - COMPARED):
        pytest.skip("; ".join(f"{name}: {LEFT_OUT.get(name, 'nothing here reads it')}" for name in others))
