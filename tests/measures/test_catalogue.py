"""Definitions: that each says something whole, and what is said when one does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from pipelines.measures import catalogue
from pipelines.measures.catalogue import DefinitionError, Term
from pipelines.model import schema
from tests.measures.made import MEASURE, measure
from tests.model.rows import SETTINGS

MEASURES = catalogue.load(SETTINGS.definitions)
GIVEN = {
    name: list(value) if isinstance(value, tuple) else value
    for name, value in MEASURE.items()
    if name != "text"
}


def write(folder: Path, name: str = "good", **changes: object) -> Path:
    path = folder / "made" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    content = {name: value for name, value in {**GIVEN, **changes}.items() if value is not None}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def said(path: Path) -> str:
    with pytest.raises(DefinitionError) as caught:
        catalogue.read(path)
    return str(caught.value)


def test_a_new_measure_needs_only_its_file(tmp_path):
    path = write(tmp_path, breakdowns=["team"])
    made = catalogue.load(tmp_path)
    assert list(made) == ["made.good"]
    assert made["made.good"].text == path.read_text(encoding="utf-8")
    assert made["made.good"].breakdowns == ("team",)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "mean"}, "of, unit: a mean, and only it, says of what and in which unit"),
        ({"of": "days", "unit": "weeks"}, "of: 'days' is not a number of audits"),
        ({"kind": "mean", "of": "x", "unit": "weeks"}, "of: 'x' is not a number of audits"),
        (
            {"denominator_fact": "plans", "denominator_date": "issued_on", "denominator": ["is_issued"]},
            "denominator_fact: plans and audits are not known for the same months",
        ),
        ({"kind": "snapshot", "chart": "p"}, "chart: a p-chart needs a share"),
        ({"kind": "median"}, "made/good.yaml, at kind: 'median' is not a kind of measure."),
        ({"kind": "median"}, "The kinds are share, people_share, distribution, snapshot, mean, given."),
        ({"numerator": ["is_great"]}, "made/good.yaml, at numerator: 'is_great' is not a yes/no column of audits;"),
        ({"numerator": ["is_great"]}, "those are is_completed, is_on_record,"),
        ({"denominator": ["is_planned"]}, "at denominator: 'is_planned' is not a yes/no column of audits"),
        ({"denominator": []}, "at denominator: name at least one"),
        ({"numerator": []}, "at numerator: name at least one"),
        ({"breakdowns": ["role"]}, "at breakdowns: 'role' is not a breakdown of audits; those are audit_type,"),
        ({"fact": "audit"}, "at fact: 'audit' is not a fact; those are audits, participants, planned_audits"),
        ({"date": "offered_on"}, "'offered_on' is not a date of audits; those are completed_on, planned_month"),
        ({"title": None}, "made/good.yaml, at title: Field required."),
        ({"colour": "red"}, "made/good.yaml, at colour: Extra inputs are not permitted."),
        ({"position": "first"}, "at position: Input should be a valid integer"),
        ({"version": "1"}, "at version: String should match pattern"),
        ({"higher_is": "good"}, "at higher_is: Input should be 'better', 'worse' or 'neither'"),
        ({"protect": "secret"}, "at protect: Input should be 'published', 'process' or 'children'"),
        ({"sentence": "{numerator} of many."}, "at sentence: use {numerator}, {denominator} and {value}"),
        ({"sentence": "{denominator} and {more}."}, "at sentence: use {numerator}, {denominator} and {value}"),
        ({"id": "made.other"}, "made/good.yaml, at id: the file's place says made.good and topic made."),
        ({"topic": "other"}, "made/good.yaml, at id: the file's place says made.good and topic made."),
        ({"among": ["is_random"]}, "at among: a people_share, and only it"),
        ({"kind": "people_share"}, "at among: a people_share, and only it"),
        (
            {"kind": "people_share", "among": ["is_random"], "numerator": ["is_good", "is_random"]},
            "at numerator: name one column for each",
        ),
        ({"kind": "distribution", "breakdowns": ["team", "sex"]}, "at breakdowns: a distribution has exactly one"),
        ({"denominator_fact": "planned_audits"}, "at denominator_fact and denominator_date are given together"),
        ({"kind": "distribution", "breakdowns": ["team"], "chart": "p"}, "at chart: a p-chart needs a share"),
        ({"chart": "p", "target": 0.9}, "target and target_source are given together"),
        ({"chart": "p", "target": 90, "target_source": "Ours."}, "at target: Input should be less than or equal to 1"),
        ({"target": 0.9, "target_source": "Ours."}, "at target: only a measure with a chart and a good direction"),
        ({"chart": "p", "higher_is": "neither", "target": 0.9, "target_source": "Ours."}, "at target: only a measure"),
        ({"headline": 1}, "at headline: the overview needs a measure with a chart"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_wrong_definition(tmp_path, changes, words):
    assert words in said(write(tmp_path, **changes))


def test_a_denominator_in_another_fact_has_that_facts_columns(tmp_path):
    other = {
        "denominator_fact": "planned_audits",
        "denominator_date": "planned_month",
        "denominator": ["is_planned"],
    }
    assert catalogue.read(write(tmp_path, **other)).denominators == (
        Term("planned_audits", "planned_month", ("is_planned",)),
    )
    assert "'sex' is not a breakdown of planned_audits" in said(write(tmp_path, **other, breakdowns=["sex"]))
    assert "at chart: a p-chart needs" in said(write(tmp_path, **other, chart="p"))
    wrong = {**other, "denominator_date": "completed_on"}
    assert "'completed_on' is not a date of planned_audits" in said(write(tmp_path, **wrong))


def test_what_is_not_yaml_or_not_there(tmp_path):
    path = write(tmp_path)
    path.write_text("id: [", encoding="utf-8")
    assert "made/good.yaml is not valid YAML" in said(path)
    path.write_text("just words", encoding="utf-8")
    assert "made/good.yaml does not hold fields" in said(path)
    with pytest.raises(DefinitionError, match="There is no definition in"):
        catalogue.load(tmp_path / "nowhere")


def test_two_of_a_topic_cannot_have_one_position(tmp_path):
    write(tmp_path)
    write(tmp_path, "better", id="made.better")
    with pytest.raises(DefinitionError, match=r"made.better and made.good both have position 1"):
        catalogue.load(tmp_path)


GIVEN_SHARE = {
    "kind": "given", "fact": "published_timeliness", "date": "period_end", "numerator": ["within_20_weeks"],
    "denominator": ["issued"], "published_share": "within_20_weeks_percent", "breakdowns": ["sex"], "chart": "none",
    "protect": "published",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"fact": "audits"},
            "at fact: 'audits' is not a fact of given figures; those are published_timeliness,",
        ),
        (
            {"numerator": ["is_good"]},
            "at numerator: 'is_good' is not a number of published_timeliness; those are",
        ),
        ({"denominator": ["issued", "issued_ex"]}, "a given measure names one number each"),
        ({"published_share": "share"}, "at published_share: 'share' is not a number of published_timeliness"),
        ({"breakdowns": ["team"]}, "at breakdowns: 'team' is not a breakdown of published_timeliness"),
        ({"chart": "p"}, "at chart: a p-chart needs a share"),
        ({"kind": "share"}, "at fact: 'published_timeliness' is not a fact; those are audits,"),
    ],
)
def test_what_is_said_of_a_wrong_given_measure(tmp_path, changes, words):
    assert catalogue.read(write(tmp_path, **GIVEN_SHARE)).kind == "given"
    assert words in said(write(tmp_path, **(GIVEN_SHARE | changes)))
    assert "only a given measure" in said(write(tmp_path, published_share="issued"))


def test_a_measure_stands_beside_one_that_exists(tmp_path):
    write(tmp_path, beside="made.better")
    with pytest.raises(DefinitionError, match=r"made.good, at beside: 'made.better' is not another measure"):
        catalogue.load(tmp_path)
    write(tmp_path, "better", id="made.better", position=2)
    assert catalogue.load(tmp_path)["made.good"].beside == "made.better"


def test_published_timeliness_is_never_shown_with_only_one_of_its_two_shares():
    pairs = {
        name: each.beside for name, each in MEASURES.items() if name.startswith("timeliness.") and each.beside
    }
    assert all(pairs[other] == name for name, other in pairs.items())
    assert (
        pairs["timeliness.twenty_weeks_published"] == "timeliness.twenty_weeks_published_excluding_exceptions"
    )


def test_numerators_are_counted_among_their_denominators():
    day = ("audits", "completed_on")
    assert measure().numerators == (Term(*day, ("is_completed", "is_good")),)
    assert measure().denominators == (Term(*day, ("is_completed",)),)
    people = measure(
        kind="people_share",
        numerator=("has_child_contribution", "has_parent_contribution"),
        denominator=("is_child_offered", "is_parent_offered"),
        among=("is_completed",),
    )
    assert people.numerators == (
        Term(*day, ("has_child_contribution", "is_child_offered", "is_completed")),
        Term(*day, ("has_parent_contribution", "is_completed", "is_parent_offered")),
    )
    assert people.denominators == (
        Term(*day, ("is_child_offered", "is_completed")),
        Term(*day, ("is_completed", "is_parent_offered")),
    )


def test_a_mean_adds_up_its_number_among_rows_where_it_is_known():
    made = measure(
        kind="mean", fact="plans", date="issued_on", numerator=(), denominator=("is_issued",), of="days_to_issue",
        unit="weeks", unit_is=7, sentence="{value} ({denominator}).",
    )  # fmt: skip
    known = ("has_request", "is_issued")
    assert made.denominators == (Term("plans", "issued_on", known),)
    assert made.numerators == (Term("plans", "issued_on", known, "days_to_issue"),)
    assert [term.written for term in made.squares] == ["days_to_issue squared: has_request & is_issued"]
    assert measure().squares == ()


# --- the definitions that are there ---------------------------------------------------------------------------------

WORDS = (
    "title",
    "short_title",
    "sentence",
    "why",
    "numerator_words",
    "denominator_words",
    "source",
    "benchmark",
)
PLAN_QUALITY = {
    "plans.good_or_better", "plans.inadequate", "plans.outcomes_specific", "plans.provision_specified",
    "plans.child_views", "plans.parent_views", "plans.coproduced",
}  # fmt: skip
UNWANTED = [
    r"\bparticipation rate", r"\bsignificant", r"\bRAG\b", r"\b(red|amber)\b", r"\bon time\b", r"\bn/a\b",
    r"\b(EHCP|EHCNA|SENCO|APP|WSoA|KPI|SPC)s?\b", r"\bbetter than\b", r"\bgreater than\b", r"\bstatistically\b",
    r"\bpercent(age)?\b", r"%(?! of children and families had contributed)",
]  # fmt: skip


OF_THE_OMBUDSMAN = ("ombudsman.upheld", "ombudsman.remedies_on_time")
"""Measures of which the Ombudsman publishes a national figure, though another one."""
LEDGER = ("ledger", "ombudsman")


def test_the_measures_that_were_asked_for_are_there():
    roles = ("child", "parent", "staff")
    expected = {
        f"voice.{role}_{step}"
        for role in roles
        for step in ("offered_of_completed", "replied", "accepted_of_completed", "told")
    }
    expected |= {
        f"voice.{role}_{step}"
        for role in roles[:2]
        for step in ("contact_appropriate", "offered", "acceptance", "not_appropriate", "of_offered")
    }
    expected |= {f"voice.{role}" for role in roles}
    expected |= {
        f"voice.{name}"
        for name in (
            "any_family", "any_family_of_appropriate", "any_family_of_offered", "any_family_of_planned",
            "any_family_thematic", "child_and_parent", "people", "people_of_offered", "contact_appropriate",
            "nobody_offered", "nobody_offered_not_appropriate", "nobody_offered_no_reason", "existing_record_only",
            "mode", "told_in_time", "felt_listened_to",
        )
    }  # fmt: skip
    expected |= {
        f"programme.{name}"
        for name in (
            "delivery", "added", "completed_by_team", "void", "void_reasons", "coverage", "completed_by_selection",
        )
    }  # fmt: skip
    expected |= {
        f"plans.{name}"
        for name in (
            "good_or_better", "good_or_better_all", "inadequate", "outcomes_specific", "provision_specified",
            "child_views", "parent_views", "coproduced", "moderated", "section_good_or_better", "section_inadequate",
        )
    }  # fmt: skip
    expected |= {f"advice.{name}" for name in ("received", "on_time", "not_known", "good")}
    expected |= {
        f"timeliness.{name}" for name in ("twenty_weeks", "twenty_weeks_excluding_exceptions", "mean_weeks")
    }
    expected |= {
        f"quality.{name}"
        for name in (
            "good_or_better", "good_or_better_all", "outstanding", "good", "requires_improvement", "inadequate",
            "moderated", "moderated_random", "mental_health_relevant", "mental_health_considered",
            "good_or_better_auditor", "good_or_better_moderator", "ungraded",
        )
    }  # fmt: skip
    expected |= {
        f"timeliness.{name}_published{kind}"
        for name in ("twenty_weeks", "over_twenty_weeks_to_a_year", "over_a_year")
        for kind in ("", "_excluding_exceptions")
    }
    expected |= {"reported.participation"}
    expected |= {
        f"ledger.{name}"
        for name in (
            "open", "opened", "reopened", "done", "cancelled", "overdue", "overdue_revised", "moved_twice",
            "date_changes", "not_evidenced", "unchecked", "checked_by_owner", "evidence_checked", "effect_checked",
            "effect_shown", "closed_early", "audit_on_time", "audit_on_time_revised", "audit_on_time_checked",
            "improvement_on_time", "improvement_unchecked", "improvement_effect",
        )
    }  # fmt: skip
    expected |= {
        f"ombudsman.{name}"
        for name in (
            "upheld", "repeat_fault", "remedies_on_time", "remedies_late", "remedies_done_only", "remedies_not_done",
            "actions_evidenced", "actions_not_evidenced", "actions_overdue",
        )
    }  # fmt: skip
    assert set(MEASURES) == expected


def test_the_headline_is_the_first_and_as_agreed():
    first = MEASURES["voice.any_family"]
    assert first.position == 1
    assert first.sentence == (
        "Someone from the family contributed to {numerator} of {denominator} completed audits ({value})."
    )
    assert (first.numerator, first.denominator) == (("has_family_contribution",), ("is_completed",))
    assert (first.higher_is, first.protect, first.chart) == ("better", "process", "p")


@pytest.mark.parametrize("name", MEASURES)
def test_plain_words(name):
    each = MEASURES[name]
    for field in (*WORDS, *(f"caveats {n}" for n in range(len(each.caveats)))):
        text = each.caveats[int(field.split()[1])] if field.startswith("caveats") else getattr(each, field)
        assert text.strip() == text
        for pattern in UNWANTED:
            assert not re.search(pattern, text, re.IGNORECASE if pattern.islower() else 0), (field, pattern)
        if field not in ("title", "short_title"):
            assert text.endswith((".", "?")), field
    assert not each.title.endswith(".")
    assert len(each.short_title) <= 40
    assert all(part in each.sentence for part in ("{denominator}",))
    assert ("{numerator}" in each.sentence) is (each.kind not in ("distribution", "mean"))
    none = "There is no national figure for this." in each.benchmark
    assert none is (each.topic != "timeliness" and each.id not in OF_THE_OMBUDSMAN)


@pytest.mark.parametrize("name", MEASURES)
def test_quality_is_told_from_random_audits_only(name):
    each = MEASURES[name]
    graded = {"has_agreed_grade"} & set(each.denominator)
    of_plans = each.fact in ("plan_sections", "plan_advice") or each.id in PLAN_QUALITY
    if of_plans or (graded and each.higher_is != "neither"):
        assert "is_random" in each.denominator
        assert any(caveat.startswith("Only ") for caveat in each.caveats)


@pytest.mark.parametrize(
    "name", [name for name in MEASURES if name.startswith("timeliness.") and "published" not in name]
)
def test_figures_of_time_say_what_they_hide_and_how_days_are_counted(name):
    said = " ".join(MEASURES[name].caveats) + MEASURES[name].numerator_words
    assert "Children still waiting are in no number" in said
    assert "140 days" in said or MEASURES[name].kind == "mean"


def test_met_is_never_not_applicable():
    for name in (*PLAN_QUALITY - {"plans.good_or_better", "plans.inadequate"}, "advice.good"):
        assert any(caveat.startswith("Not applicable is not met") for caveat in MEASURES[name].caveats), name


def test_every_term_counts_completed_work_or_says_why_not():
    """Offers, planned and void audits are there before an audit is completed, and plans have none; nothing else is."""
    open_ended = {
        name
        for name, each in MEASURES.items()
        if each.kind != "given" and each.topic not in LEDGER
        for term in each.numerators
        if "is_completed" not in term.columns
    }
    assert open_ended == {
        "voice.child_acceptance",
        "voice.parent_acceptance",
        "programme.delivery",
        "programme.added",
        "programme.void",
        "programme.void_reasons",
        "programme.coverage",
        "timeliness.twenty_weeks",
        "timeliness.twenty_weeks_excluding_exceptions",
        "timeliness.mean_weeks",
    }


def test_targets_say_whose_they_are_and_the_overview_has_an_order():
    aimed = {name: each.target for name, each in MEASURES.items() if each.target is not None}
    assert aimed == {
        "voice.child_offered": 0.95,
        "voice.parent_offered": 0.95,
        "programme.delivery": 0.9,
        "quality.inadequate": 0.1,
    }
    for name in aimed:
        assert (
            "may set another" in MEASURES[name].target_source
            or "sets its own" in MEASURES[name].target_source
        )
    places = [each.headline for each in MEASURES.values() if each.headline is not None]
    assert len(places) == len(set(places)) <= 10


def test_breakdowns_have_titles():
    for fact in (*schema.FACTS.values(), *schema.GIVEN.values()):
        assert set(fact.breakdowns) <= set(schema.BREAKDOWNS)
