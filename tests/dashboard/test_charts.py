"""The chart dicts: Plotly accepts each, meaning is not in colour alone, and nothing is left to invent."""

from __future__ import annotations

from datetime import date

import plotly.graph_objects as go
import pytest

from dashboard import charts, group_charts, phrases, signals, store, words

TO = date(2026, 10, 31)


@pytest.fixture(scope="module")
def measure(release: store.Release) -> store.Row:
    return store.measures(release)["voice.any_family"]


@pytest.fixture(scope="module")
def points(release: store.Release) -> list[store.Row]:
    return store.chart(release, "voice.any_family", "990")["month"]


@pytest.fixture(scope="module")
def groups(release: store.Release) -> list[store.Row]:
    return store.by_group(release, "voice.any_family", "990", "12m", TO, "primary_need")


@pytest.fixture(scope="module")
def overall(release: store.Release) -> store.Row:
    return store.figures(release, "990", "12m", TO)["voice.any_family"]


def texts(figure: charts.Figure) -> list[str]:
    return [note["text"] for note in figure["layout"].get("annotations", [])]


@pytest.mark.parametrize("state", ["limits", "trial", "run"])
def test_plotly_accepts_the_control_chart(measure: store.Row, points: list[store.Row], state: str) -> None:
    rows = [row | {"state": state, "lower": None if state == "run" else row["lower"]} for row in points]
    figure = charts.control_chart(measure, rows)
    go.Figure(figure)
    names = [trace.get("name") for trace in figure["data"]]
    assert ("Upper limit" in names) == (state != "run")
    assert "Average" in names


def test_plotly_accepts_the_other_charts(
    release: store.Release, measure: store.Row, groups: list[store.Row], overall: store.Row
) -> None:
    series = store.series(release, "voice.any_family", "990", "12m")
    quarters = store.group_series(release, "voice.any_family", "990", "quarter", "primary_need")
    for figure in (
        charts.slow_line(measure, series),
        group_charts.intervals(measure, groups, overall),
        group_charts.intervals(measure, groups, None),
        group_charts.small_multiples(measure, quarters),
    ):
        go.Figure(figure)


def test_every_point_has_its_number_of_audits_beneath(measure: store.Row, points: list[store.Row]) -> None:
    ticks = charts.control_chart(measure, points)["layout"]["xaxis"]["ticktext"]
    assert len(ticks) == len(points)
    assert [tick.split("<br>")[1] for tick in ticks] == [str(row["denominator"]) for row in points]


def test_a_signal_has_a_shape_and_words_of_its_own(measure: store.Row, points: list[store.Row]) -> None:
    figure = charts.control_chart(measure, points)
    shapes = figure["data"][-1]["marker"]["symbol"]
    assert {shapes[place] for place, row in enumerate(points) if row["signal"]} <= {
        "triangle-up",
        "triangle-down",
    }
    assert {shapes[place] for place, row in enumerate(points) if not row["signal"]} == {"circle"}
    assert "Higher from Mar 2025" in texts(figure)
    assert len([text for text in texts(figure) if "from" in text]) == len(signals.runs(points))


def test_the_colour_of_a_signal_follows_polarity(measure: store.Row, points: list[store.Row]) -> None:
    def newest(higher_is: str) -> str:
        return charts.control_chart(measure | {"higher_is": higher_is}, points)["data"][-1]["marker"][
            "color"
        ][-1]

    assert [newest(way) for way in ("better", "worse", "neither")] == [
        charts.BLUE,
        charts.ORANGE,
        charts.PURPLE,
    ]


def test_scale_is_the_whole_of_0_to_100(measure: store.Row, points: list[store.Row]) -> None:
    assert charts.control_chart(measure, points)["layout"]["yaxis"]["range"] == [0, 100]


def test_a_point_without_cases_leaves_a_gap_and_no_number(
    measure: store.Row, points: list[store.Row]
) -> None:
    empty = {"numerator": 0, "denominator": 0, "value": float("nan"), "lower": None, "upper": float("nan")}
    figure = charts.control_chart(measure, [*points[:5], points[5] | empty, *points[6:]])
    go.Figure(figure)
    line = figure["data"][-1]
    assert line["y"][5] is None
    assert line["text"][5].endswith("No audits to count")


def test_groups_keep_their_own_order_and_say_their_numbers(
    measure: store.Row, groups: list[store.Row], overall: store.Row
) -> None:
    said = texts(group_charts.intervals(measure, groups, overall))
    assert [text.split("<br>")[0] for text in said[:2]] == [
        "Autistic spectrum disorder",
        "Social, emotional and mental health",
    ]
    assert all(words.figure_number(measure, row) in text for row, text in zip(groups, said, strict=False))
    assert said[-1] == f"All audits: {phrases.percent(overall['value'])}"


def test_a_protected_group_is_not_drawn(
    measure: store.Row, groups: list[store.Row], overall: store.Row
) -> None:
    hidden = groups[0] | {"symbol": "c", "value": None, "low": None, "high": None, "numerator": None}
    figure = group_charts.intervals(measure, [hidden, *groups[1:]], overall)
    go.Figure(figure)
    assert len(figure["data"][0]["x"]) == len(groups) - 1
    assert groups[0]["label"] not in str(figure)


def test_the_shared_configuration_sends_nothing_away() -> None:
    assert charts.CONFIG["showSendToCloud"] is False
    assert charts.CONFIG["plotlyServerURL"] == ""
    assert charts.CONFIG["displayModeBar"] is False
