"""Where every row went, in words: each step of a release's table `balances` as a line that adds up.

Standard library only, as in `words`: the command line says the same. Does not belong here: queries, components, and
counting (a release holds both sides of each step).

A row has council, feed, step, subject, part and rows; part '' is what went in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard import phrases

Row = Mapping[str, Any]
STEPS = ("files", "received", "set aside", "accepted", "in force", "made", "ledger", "denominator")
FACTS = {
    "audits": "audits",
    "participants": "people, one for each role in an audit",
    "planned_audits": "planned audits",
    "plan_reviews": "reviews of plans",
    "plan_sections": "graded sections of reviewed plans",
    "plan_advice": "pieces of advice that were asked for",
    "plans": "plans",
    "plan_months": "plans at the end of each month",
    "population": "groups of the population",
    "published_timeliness": "published figures",
    "reported_participation": "figures as given",
    "neighbour_timeliness": "years of councils' neighbours together",
    "actions": "actions",
    "action_movements": "entries of the ledger of actions",
    "action_months": "actions at the end of each month",
    "ombudsman_cases": "Ombudsman cases",
    "ombudsman_remedies": "remedies",
    "placements": "placements",
    "placement_months": "children placed in the year to the end of each month",
    "setting_months": "settings in use at the end of each month",
    "training": "completions of training, or people yet to complete it",
    "training_months": "people and modules that they must hold, at the end of each month",
    "complaints": "complaints at one stage",
    "feedback": "things that families raised",
    "scrutiny_requests": "requests of members",
    "board_reports": "topics of reports to boards",
    "review_themes": "reviews and themes that they could name",
    "audit_themes": "audits and themes that they could name",
}
"""Fact -> its rows in words."""
FEEDS = {
    "audits": "case_audits", "participants": "family_participation", "planned_audits": "audit_programme",
    "plan_reviews": "plan_reviews", "plan_sections": "plan_reviews", "plan_advice": "plan_reviews",
    "plans": "active_plans", "plan_months": "active_plans", "population": "population",
    "actions": "actions", "action_movements": "actions", "action_months": "actions",
    "ombudsman_cases": "ombudsman_cases", "ombudsman_remedies": "ombudsman_remedies", "placements": "placements",
    "placement_months": "placements", "setting_months": "placements", "training": "training",
    "training_months": "training", "complaints": "complaints", "feedback": "feedback_responses",
    "scrutiny_requests": "scrutiny_requests", "board_reports": "board_reports", "review_themes": "plan_reviews",
    "audit_themes": "case_audits",
}  # fmt: skip
"""Fact that is counted -> the feed that it is made from."""
_WENT_IN = {
    "files": "rows received",
    "received": "rows received",
    "set aside": "rows set aside",
    "accepted": "rows accepted",
    "in force": "rows in force",
    "ledger": "actions open before, opened, or opened again",
    "denominator": "rows looked at",
}
_PARTS = {
    "accepted": "accepted",
    "set aside": "set aside",
    "erased": "erased",
    "refused": "in files that were refused whole",
    "in force": "in force",
    "replaced": "replaced by a newer row",
    "left out": "gone from a newer whole file",
    "joined": "joined with another row about the same",
    "audit not held": "about an audit that is not held",
    "role not known": "of a role that is not known",
    "plans": "plans of audits",
    "councils": "of a council",
    "windows": "for a period that is shown",
    "no window": "for a period that is not shown",
    "no figure": "in months before or after those that are looked at",
    "long period": "planned for several months together, so in no single month",
    "not shown by": "by groups that are not shown",
    "denominator": "in the denominator",
    "done": "done",
    "cancelled": "cancelled",
    "open": "open at the end",
}
_DATES = {
    "completed_on": "without a day of completion",
    "planned_month": "without a planned month",
    "offered_on": "without a day of the offer",
    "told_due_on": "without a day by which to be told",
    "reviewed_on": "without a day of review",
    "issued_on": "without a day of issue",
    "month_end": "without a month",
    "opened_on": "without a day on which it was opened",
    "now_due_on": "without a day on which it is due now",
    "happened_on": "without a day",
    "decided_on": "without a day of decision",
    "started_on": "without a first day",
    "received_on": "without a day of receipt",
    "due_on": "without a day on which it was due",
    "answered_on": "without a day of an answer",
    "raised_on": "without a day on which it was raised",
    "asked_on": "without a day on which it was asked",
    "promised_by": "without a day for which an answer was promised",
    "reported_on": "without a day of the meeting",
}


@dataclass(frozen=True)
class Known:
    """What a release says of the codes in its balances; all empty where it says nothing."""

    columns: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(fact, yes/no column) -> what it says when true."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Measure -> the fact that it counts."""
    rules: Mapping[str, str] = field(default_factory=dict)
    """Code of a rule -> what it says is wrong."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Code of a council -> its name."""


@dataclass(frozen=True)
class Line:
    """One step: what went in, and what became of it."""

    council: str
    feed: str
    step: str
    subject: str
    rows: int
    parts: tuple[tuple[str, int], ...]
    """(part, rows), the most rows first."""

    @property
    def adds_up(self) -> bool:
        return self.rows == sum(rows for _, rows in self.parts)

    def of(self, part: str) -> int:
        """Rows of one part."""
        return dict(self.parts).get(part, 0)


def lines(rows: Iterable[Row], council: str | None = None) -> list[Line]:
    """The steps in the order in which rows pass them, by feed; with `council` only those of one.

    Of the steps of councils, those of '' are rows that name no council that we know.
    """
    found: dict[tuple[str, str, str, str], dict[str, int]] = {}
    for row in rows:
        if council is None or row["council"] == council:
            key = (row["council"], row["feed"], row["step"], row["subject"])
            found.setdefault(key, {})[row["part"]] = row["rows"]
    made = [
        Line(*key, held.pop("", 0), tuple(sorted(held.items(), key=lambda part: (-part[1], part[0]))))
        for key, held in found.items()
    ]
    return sorted(made, key=lambda line: (line.council, line.feed, STEPS.index(line.step), line.subject))


def over_councils(found: Sequence[Line]) -> dict[str, Line]:
    """Feed -> what became of the rows accepted, over all councils together."""
    total: dict[str, list[Line]] = {}
    for line in found:
        if line.step == "accepted":
            total.setdefault(line.feed, []).append(line)
    return {
        feed: Line(
            "", feed, "accepted", "", sum(line.rows for line in held),
            tuple((part, sum(line.of(part) for line in held)) for part in ("in force", "replaced", "left out")),
        )
        for feed, held in total.items()
    }  # fmt: skip


def place(line: Line, known: Known) -> str:
    """Whose rows a step is about."""
    if line.council:
        return "Every place" if line.council == "published" else known.names.get(line.council, line.council)
    return "All councils" if line.step == "files" else "No council that we know"


def part(line: Line, code: str, known: Known) -> str:
    """What some rows of a step became."""
    if code == "fact":
        return "made" if line.step == "made" else FACTS.get(line.subject, line.subject)
    if line.step == "set aside":
        message = known.rules.get(code, "").rstrip(".")
        return f"{code} ({message})" if message else code or "by no rule"
    if code.startswith("no ") and code[3:] in _DATES:
        return _DATES[code[3:]]
    if code.startswith("not ") and code not in _PARTS:
        said = known.columns.get((_fact(line, known), code[4:]), "").rstrip(".")
        return f"of which this does not hold: {phrases.lower_first(said)}" if said else f"not {code[4:]}"
    return _PARTS.get(code, code)


def _fact(line: Line, known: Known) -> str:
    """The fact of a denominator: the measure's own, or another one's whose feed the step is of."""
    own = known.facts.get(line.subject, "")
    return (
        own
        if FEEDS.get(own) == line.feed
        else next((f for f, feed in FEEDS.items() if feed == line.feed), own)
    )


def parts(line: Line, known: Known) -> str:
    """Everything that the rows of a step became: “102 without a day of completion + 1,624 in the denominator”."""
    return (
        " + ".join(f"{phrases.count(rows)} {part(line, code, known)}" for code, rows in line.parts)
        or "nothing"
    )


def went_in(line: Line) -> str:
    """What went into a step, in words."""
    if line.step == "made":
        return f"{FACTS.get(line.subject, line.subject)}, as the rows in force give them"
    return _WENT_IN[line.step]


def adds_up(line: Line) -> str:
    return "Adds up" if line.adds_up else "Does not add up: please report it"


def sentence(line: Line, known: Known) -> str:
    """A step as a sum: “4,498 rows received = 4,474 accepted + 24 set aside.”"""
    said = f"{phrases.count(line.rows)} {went_in(line)} = {parts(line, known)}."
    return said if line.adds_up else f"{said} This does not add up: please report it."


def refused(files: int, rows: int) -> str:
    """What is said of files that were refused whole; nothing where there were none."""
    if not files:
        return ""
    which = "1 file was" if files == 1 else f"{phrases.count(files)} files were"
    held = f": {phrases.count(rows)} rows, headers among them" if rows else ""
    return f"{phrases.capital(which)} refused whole{held}. No figure uses any of it."
