"""The catalogue of measures: `definitions/<topic>/<name>.yaml`, read and checked.

Belongs here: what a definition may say, and what is wrong with one that says something else.
Does not belong here: counting (`counts`) or the columns that may be counted (`model.schema`).

A numerator is counted among its denominator: a row must have all columns of both. So a share never exceeds 1, except
where the two come from different facts.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.measures.charting import Baseline, check_rules
from pipelines.model.schema import FACTS, GIVEN, Fact
from pipelines.texts import from_yaml

KINDS = (
    "share", "people_share", "distribution", "snapshot", "mean", "agreement", "given", "gap", "evenness", "weighted",
)  # fmt: skip
COEFFICIENTS = ("kappa", "ac2")
COMPARED = ("gap", "evenness", "weighted")
"""Kinds that set groups against one another or against a population: `compared` makes their figures."""
POPULATION = "population"
REGISTERS = {"ehcp": ("plan_months", "month_end", ("is_active", "is_ehc_plan"))}
"""List of cases -> the fact, date and columns that count it from a register, where a council sends no counts."""
SEPARATOR = " & "
_PLACEHOLDERS = {"numerator", "denominator", "value"}


class DefinitionError(ValueError):
    """A definition is wrong; the message says which file, which field and what is wanted."""


class Term(NamedTuple):
    """Rows of a fact, dated by one of its dates, for which all these yes/no columns are true."""

    fact: str
    date: str
    columns: tuple[str, ...]
    """In order of the alphabet."""
    of: str = ""
    """Where not the rows are counted but a number is added up: its column, and ` squared` for its square."""

    @property
    def written(self) -> str:
        """What the term counts, as the table of counts names it."""
        together = SEPARATOR.join(self.columns)
        return f"{self.of}: {together}" if self.of else together


class Step(NamedTuple):
    """One step from all rows of a period to a number: what else a row must be, and the rows that are left."""

    part: Literal["denominator", "numerator"]
    """The number that it leads to. A numerator's steps go on from the denominator, unless they begin anew."""
    fact: str
    columns: tuple[str, ...]
    """Yes/no columns that must be true from here on, each of its own person where there are several. None: every row
    that has the date (a first step)."""
    terms: tuple[Term, ...]
    """The rows left, added up."""
    of_group: bool = False
    """Distributions and gaps only, the last step: of the rows left before, those of the figure's own group."""
    of_known: bool = False
    """Compared kinds only: of the rows left before, those of which the characteristic is recorded."""


class Measure(BaseModel):
    """One definition."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str = Field(pattern=r"^[a-z]+\.[a-z_]+$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    title: str
    short_title: str
    topic: str
    position: int = Field(ge=1)
    """Place within the topic."""
    kind: Literal[
        "share",
        "people_share",
        "distribution",
        "snapshot",
        "mean",
        "agreement",
        "given",
        "gap",
        "evenness",
        "weighted",
    ]
    """share: rows with the numerator among rows with the denominator. people_share: the same for several people of a
    row, added up; numerator and denominator name one column for each. distribution: how the rows with the denominator
    fall into groups; each group's denominator is all of them. snapshot: a share of rows that stand for a day, such as a
    month's end; a window shows that of its last month. mean: the number `of` each row with the denominator, added up
    and divided by the rows; in `unit`, of which one is `unit_is` of the number. agreement: rows graded twice; the value
    is a `coefficient` of agreement beyond chance, made from how often each pair of grades occurs (`pairs`), and the
    numerator how many rows were graded alike. given: numerator and denominator are
    numbers of a fact whose rows are figures that somebody counted before us. gap: each group's share of the rows with
    the denominator, less its share of what it is set `against`. evenness: how alike the groups of a characteristic are
    in the share with the numerator, from 0 to 1. weighted: that share, were each group heard in proportion to the
    population."""
    fact: str
    date: str
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...]
    among: tuple[str, ...] = ()
    """people_share only: columns that a row must have to be looked at."""
    of: str | None = None
    """mean only: the number column that is averaged. Rows where it is not known are not counted."""
    unit: str = ""
    """mean only: what the average is in, in the plural, such as weeks."""
    unit_is: int = Field(default=1, ge=1)
    coefficient: Literal["kappa", "ac2"] | None = None
    """agreement only: Cohen's kappa or Gwet's AC2, both with quadratic weights over the whole scale."""
    pairs: str | None = None
    """agreement only: the breakdown that holds both grades of a row."""
    against: tuple[str, ...] | Literal["population"] = ()
    """gap and weighted: the population of `frame`; or, of a gap, the rows with these columns, fewer than the
    denominator's, so that the rows looked at are some of them."""
    frame: str | None = None
    """The list of cases whose population it is, where it is set against one."""
    across: tuple[str, ...] = ()
    """evenness and weighted: the characteristics of which it has one figure each; its breakdown is `characteristic`."""
    denominator_fact: str | None = None
    """Where the denominator is counted in another fact."""
    denominator_date: str | None = None
    higher_is: Literal["better", "worse", "neither", "nearer_none"]
    protect: Literal["published", "process", "children"]
    breakdowns: tuple[str, ...]
    chart: Literal["p", "xmr", "none"]
    """p: of shares; Laney's p' where the baseline asks for it. xmr: of means."""
    baseline: Baseline | None = None
    """The points that set the chart's centre and limits; none declared: all of them up to 24, then the first 24."""
    rebased_on: tuple[datetime.date, ...] = ()
    """Days from which everybody's chart begins anew, such as a change of the law. A council may add its own."""
    rules: dict[str, int | str] = Field(default_factory=dict)
    """What differs from `statistics.rules.RULES`."""
    headline: int | None = Field(default=None, ge=1)
    """Place among the measures of the overview; none where it is not one of them."""
    target: float | None = Field(default=None, ge=0)
    """What is aimed at, as a share or in the unit of a mean; where lower is better, a ceiling. A council may set its
    own."""
    target_source: str | None = None
    """Whose target it is, in words."""
    sentence: str
    counts_what: str
    """What is counted, in the plural: audits, people, offers."""
    why: str
    numerator_words: str
    denominator_words: str
    caveats: tuple[str, ...] = ()
    source: str
    benchmark: str
    funnel: bool = False
    """given only: councils are set side by side in a funnel, each against the country's share."""
    beside: str | None = None
    """The measure that is shown together with this one wherever either is put into words."""
    published_share: str | None = None
    """given only: the column with the share as published; where that is a symbol, so is the figure."""
    when_none: str | None = None
    """What is said where there is nothing to divide by, instead of the symbol's general words."""
    text: str = Field(exclude=True, repr=False)
    """The definition as written."""

    @functools.cached_property
    def numerators(self) -> tuple[Term, ...]:
        """What is added up above the line."""
        if self.kind == "people_share":
            pairs = zip(self.numerator, self.denominator, strict=True)
            return tuple(self._term({*self.among, counted, of}) for counted, of in pairs)
        if self.of:
            return (self.denominators[0]._replace(of=self.of),)
        if self.kind == "gap":
            return self.denominators
        if self.denominator_fact:
            return (self._term(self.numerator),)
        return (self._term({*self.numerator, *self.denominator}),)

    @functools.cached_property
    def denominators(self) -> tuple[Term, ...]:
        """What is added up below the line."""
        if self.kind == "people_share":
            return tuple(self._term({*self.among, of}) for of in self.denominator)
        if self.denominator_fact and self.denominator_date:
            return (Term(self.denominator_fact, self.denominator_date, tuple(sorted(self.denominator))),)
        known = {FACTS[self.fact].known[self.of]} if self.of else set()
        return (self._term({*self.denominator, *known}),)

    @property
    def squares(self) -> tuple[Term, ...]:
        """The squares of a mean's number, added up: how far its rows lie apart."""
        return tuple(term._replace(of=f"{term.of} squared") for term in self.numerators if term.of)

    @functools.cached_property
    def randoms(self) -> tuple[Term, ...]:
        """Of the denominator, the rows chosen at random: where the fact knows, and not all of them are."""
        return tuple(
            term._replace(columns=tuple(sorted({*term.columns, "is_random"})))
            for term in (() if self.kind == "given" else self.denominators)
            if "is_random" in FACTS[term.fact].yes_no and "is_random" not in term.columns
        )

    @functools.cached_property
    def steps(self) -> tuple[Step, ...]:
        """How its rows become its denominator and its numerator, one column at a time, in the definition's order.

        What is left after the last step of each part is that number (but for the numerator of a mean, which is no
        number of rows). A given measure has none: somebody else counted.
        """
        if self.kind == "given":
            return ()
        if self.kind == "people_share":
            return self._steps_of_people()
        known = (FACTS[self.fact].known[self.of],) if self.of else ()
        steps = _narrowed("denominator", self.denominators[0], (), (*self.denominator, *known))
        if self.kind == "mean":
            return steps
        if self.denominator_fact:
            return steps + _narrowed("numerator", self.numerators[0], (), self.numerator)
        steps += _narrowed("numerator", self.numerators[0], self.denominator, self.numerator)
        if self.kind in COMPARED:
            below = [step for step in steps if step.part == "denominator"]
            recorded = Step("denominator", self.fact, (), self.denominators, of_known=True)
            steps = (*below, recorded, *(step for step in steps if step.part == "numerator"))
        if self.kind in ("distribution", "gap"):
            steps += (Step("numerator", self.fact, (), self.numerators, of_group=True),)
        return steps

    def _steps_of_people(self) -> tuple[Step, ...]:
        """Each row stands once for each of its people, so every step adds up as many terms."""
        before = _narrowed("denominator", self.denominators[0], (), self.among)
        repeated = tuple(step._replace(terms=step.terms * len(self.denominator)) for step in before)
        return (
            *repeated,
            Step("denominator", self.fact, self.denominator, self.denominators),
            Step("numerator", self.fact, self.numerator, self.numerators),
        )

    @functools.cached_property
    def terms(self) -> tuple[Term, ...]:
        """All that is counted for it, each once: its numbers, and what its steps leave."""
        return tuple(dict.fromkeys((*self.numbers, *(term for step in self.steps for term in step.terms))))

    @functools.cached_property
    def numbers(self) -> tuple[Term, ...]:
        """What its figures are made of."""
        return (*self.numerators, *self.denominators, *self.squares, *self.randoms, *self.others)

    @property
    def others(self) -> tuple[Term, ...]:
        """What it is set against, as far as we count it ourselves."""
        if isinstance(self.against, tuple):
            return (self._term(self.against),) if self.against else ()
        if self.frame not in REGISTERS:
            return ()
        fact, day, columns = REGISTERS[self.frame]
        return (Term(fact, day, tuple(sorted(columns))),)

    @property
    def counted_by(self) -> tuple[str, ...]:
        """The breakdowns that its terms are counted by: those of its figures, or the characteristics or the pairs of
        grades behind them."""
        own = self.across or self.breakdowns
        return (*own, self.pairs) if self.pairs else own

    @functools.cached_property
    def span(self) -> str:
        """Which of `SPANS` says for which months it is known; '' of given figures."""
        if self.kind == "given":
            return ""
        told = (
            span
            for term in self.numbers
            for span, columns in FACTS[term.fact].told_by.items()
            if not {*columns}.isdisjoint(term.columns)
        )
        return next(told, FACTS[self.fact].span)

    @property
    def is_share(self) -> bool:
        """Whether its value, range and change follow from numerator and denominator alone."""
        return self.kind not in ("mean", "agreement", *COMPARED)

    def _term(self, columns: set[str] | tuple[str, ...]) -> Term:
        return Term(self.fact, self.date, tuple(sorted(columns)))

    @model_validator(mode="after")
    def columns_exist(self) -> Self:
        if self.kind == "given":
            self._given_columns_exist()
            return self
        _check("fact", self.fact, FACTS, "a fact")
        _check("date", self.date, FACTS[self.fact].dates, f"a date of {self.fact}")
        below = self.denominator_fact or self.fact
        _check("denominator_fact", below, FACTS, "a fact")
        if (self.denominator_fact is None) != (self.denominator_date is None):
            raise ValueError("denominator_fact and denominator_date are given together, or neither is")
        _check(
            "denominator_date", self.denominator_date or self.date, FACTS[below].dates, f"a date of {below}"
        )
        if FACTS[below].span != FACTS[self.fact].span:
            raise ValueError(f"denominator_fact: {below} and {self.fact} are not known for the same months")
        if self.of is not None:
            _check("of", self.of, FACTS[self.fact].numbers, f"a number of {self.fact}")
        against = () if self.against == POPULATION else self.against
        for column in against:
            _check("against", column, FACTS[self.fact].yes_no, f"a yes/no column of {self.fact}")
        for field, fact in (("numerator", self.fact), ("denominator", below), ("among", self.fact)):
            for column in getattr(self, field):
                _check(field, column, FACTS[fact].yes_no, f"a yes/no column of {fact}")
        for breakdown in self.counted_by:
            for fact in {self.fact, below}:
                field = "pairs" if breakdown == self.pairs else "breakdowns"
                _check(field, breakdown, FACTS[fact].breakdowns, f"a breakdown of {fact}")
        return self

    def _given_columns_exist(self) -> None:
        _check("fact", self.fact, GIVEN, "a fact of given figures")
        fact: Fact = GIVEN[self.fact]
        _check("date", self.date, fact.dates, f"a date of {self.fact}")
        if len(self.numerator) != 1 or len(self.denominator) != 1:
            raise ValueError("numerator, denominator: a given measure names one number each")
        shares = (self.published_share,) if self.published_share else ()
        for field, names in (
            ("numerator", self.numerator), ("denominator", self.denominator), ("published_share", shares),
        ):  # fmt: skip
            for column in names:
                _check(field, column, fact.numbers, f"a number of {self.fact}")
        for breakdown in self.breakdowns:
            _check("breakdowns", breakdown, fact.breakdowns, f"a breakdown of {self.fact}")

    @model_validator(mode="after")
    def kind_is_whole(self) -> Self:
        if self.kind != "given" and (self.published_share or self.fact in GIVEN):
            raise ValueError("kind: only a given measure is of figures that somebody counted before us")
        if self.funnel and self.kind != "given":
            raise ValueError("funnel: only councils' given figures are set side by side")
        if (self.kind == "agreement") != bool(self.coefficient and self.pairs):
            raise ValueError(
                "coefficient, pairs: an agreement, and only it, says which and of which two grades"
            )
        if (self.kind in ("evenness", "weighted")) != bool(self.across):
            raise ValueError("across: evenness and weighted, and only these, name characteristics")
        if self.across and self.breakdowns != ("characteristic",):
            raise ValueError("breakdowns: a measure with `across` has exactly one, characteristic")
        if (self.kind in ("gap", "weighted")) != bool(self.against):
            raise ValueError(
                "against: a gap and a weighted share, and only these, name what they are set against"
            )
        if (self.against == POPULATION) != bool(self.frame):
            raise ValueError("frame: given together with `against: population`, and only with it")
        if (
            self.kind == "gap"
            and self.against != POPULATION
            and not set(self.against) < set(self.denominator)
        ):
            raise ValueError("against: some of the denominator's columns, not all")
        if self.higher_is == "nearer_none" and self.kind != "gap":
            raise ValueError("higher_is: nearer_none is for a gap: none at all is best")
        if self.kind in COMPARED and self.protect != "children":
            raise ValueError("protect: figures that compare groups of children are `children`")
        if not self.denominator:
            raise ValueError("denominator: name at least one yes/no column")
        if (self.kind == "mean") != bool(self.of and self.unit):
            raise ValueError("of, unit: a mean, and only it, says of what and in which unit")
        if self.kind in ("mean", "gap") and self.numerator:
            raise ValueError(f"numerator: a {self.kind} has none; its rows are those of the denominator")
        if self.kind not in ("distribution", "mean", "gap") and not self.numerator:
            raise ValueError("numerator: name at least one yes/no column")
        if self.kind == "people_share" and len(self.numerator) != len(self.denominator):
            raise ValueError("numerator: name one column for each of the denominator's, in the same order")
        if (self.kind == "people_share") != bool(self.among):
            raise ValueError("among: a people_share, and only it, says which rows are looked at")
        if self.kind == "distribution" and len(self.breakdowns) != 1:
            raise ValueError("breakdowns: a distribution has exactly one")
        if self.kind != "share" and self.denominator_fact:
            raise ValueError("denominator_fact: only a share may have its denominator in another fact")
        return self

    @model_validator(mode="after")
    def chart_is_whole(self) -> Self:
        if self.chart == "p" and (self.kind != "share" or self.denominator_fact):
            raise ValueError("chart: a p-chart needs a share whose numerator is part of its denominator")
        if self.chart == "xmr" and self.kind != "mean":
            raise ValueError(
                "chart: an xmr chart needs a mean; a share knows its number of cases, so it has a p-chart"
            )
        if self.chart == "none" and (self.baseline or self.rebased_on or self.rules):
            raise ValueError("baseline, rebased_on, rules: only a measure with a chart has them")
        if self.rules and self.headline is None:
            raise ValueError("rules: they run on headline measures only")
        check_rules(self.rules)
        return self

    @model_validator(mode="after")
    def target_is_whole(self) -> Self:
        if (self.target is None) != (self.target_source is None):
            raise ValueError("target and target_source are given together, or neither is")
        if self.target is not None and self.target > 1 and self.kind != "mean":
            raise ValueError("target: a share is from 0 to 1; write 0.9 for 90%")
        if self.target is not None and (self.chart == "none" or self.higher_is == "neither"):
            raise ValueError("target: only a measure with a chart and a good direction may have one")
        if self.headline is not None and self.chart == "none":
            raise ValueError("headline: the overview needs a measure with a chart")
        return self

    @model_validator(mode="after")
    def sentence_is_whole(self) -> Self:
        used = set(re.findall(r"{([^{}]*)}", self.sentence))
        if not used <= _PLACEHOLDERS or "denominator" not in used:
            raise ValueError("sentence: use {numerator}, {denominator} and {value}, and always {denominator}")
        return self


def _narrowed(
    part: Literal["denominator", "numerator"], to: Term, asked: tuple[str, ...], columns: tuple[str, ...]
) -> tuple[Step, ...]:
    """Steps to a term that ask for one more column each; without any `asked` before, they begin with every row."""
    steps = [] if asked else [Step(part, to.fact, (), (to._replace(columns=()),))]
    held = list(asked)
    for column in dict.fromkeys(columns):
        if column not in held:
            held.append(column)
            steps.append(Step(part, to.fact, (column,), (to._replace(columns=tuple(sorted(held))),)))
    return tuple(steps)


Catalogue = Mapping[str, Measure]
"""Id -> measure, in the order of topic and position."""


def load(folder: Path) -> dict[str, Measure]:
    """Every definition under a folder of topics.

    Raises:
        DefinitionError: there is none, one is wrong, or two of a topic have the same position.
    """
    measures = [read(path) for path in sorted(folder.glob("*/*.yaml"))]
    if not measures:
        raise DefinitionError(f"There is no definition in {folder}. Set SEND_AUDIT_DEFINITIONS.")
    places: dict[tuple[str, int], str] = {}
    for measure in measures:
        other = places.setdefault((measure.topic, measure.position), measure.id)
        if other != measure.id:
            raise DefinitionError(
                f"{other} and {measure.id} both have position {measure.position}. Give one of them another."
            )
    known = {measure.id for measure in measures}
    for measure in measures:
        if measure.beside is not None and measure.beside not in known - {measure.id}:
            raise DefinitionError(
                f"{measure.id}, at beside: {measure.beside!r} is not another measure. Name one by its id."
            )
    ordered = sorted(measures, key=lambda measure: (measure.topic, measure.position))
    return {measure.id: measure for measure in ordered}


def read(path: Path) -> Measure:
    """One definition. The same text is read once.

    Raises:
        DefinitionError: it is not valid; says where and what is wanted.
    """
    return _read(path.parent.name, path.stem, path.read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=4096)
def _read(topic: str, name: str, text: str) -> Measure:
    where = f"{topic}/{name}.yaml"
    try:
        content = from_yaml(text)
    except yaml.YAMLError as problem:
        raise DefinitionError(f"{where} is not valid YAML: {problem}") from None
    if not isinstance(content, dict):
        raise DefinitionError(
            f"{where} does not hold fields such as `id: voice.child`. Write it like the others there."
        )
    if "kind" in content and content["kind"] not in KINDS:
        raise DefinitionError(
            f"{where}, at kind: {content['kind']!r} is not a kind of measure. The kinds are {', '.join(KINDS)}."
        )
    try:
        measure = Measure.model_validate({**_tuples(content), "text": text})
    except ValidationError as problem:
        first = problem.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        said = str(first.get("ctx", {}).get("error", first["msg"]))
        raise DefinitionError(f"{where}, at {field}: {said}." if field else f"{where}, at {said}.") from None
    expected = f"{topic}.{name}"
    if measure.id != expected or measure.topic != topic:
        raise DefinitionError(
            f"{where}, at id: the file's place says {expected} and topic {topic}. Make them agree."
        )
    return measure


def _tuples(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in content.items()}


def _check(field: str, name: str, known: Any, what: str) -> None:
    if name not in known:
        raise ValueError(f"{field}: {name!r} is not {what}; those are {', '.join(known)}")
