"""Acceptance: for each rule between feeds and each rule on a whole file, deliveries that break it and some that just do
not. Each is found by its code, a broken link at its row, and nothing else is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import durable, making
from pipelines.evidence import delivered
from pipelines.intake import key as keys
from pipelines.intake import verdicts
from pipelines.intake.receive import Checked, receive
from pipelines.model.in_force import Part, in_force
from pipelines.settings import Settings
from tests.acceptance.council_files import STYLES
from tests.acceptance.planted_files import CATALOGUE, FEEDS, deliver
from tests.planted import Planted, as_sent
from tests.planted_rows import ADVICE_SOURCES, EXTRACTED_ON


@pytest.fixture(autouse=True)
def only_our_own_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Expectations judges rows, so it has no part in what follows; it costs a second a file."""
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})


# Links between feeds: what the feeds hold, with the code of the link that each row breaks
LINKED: dict[str, list[tuple[dict[str, Any], tuple[str, ...]]]] = {
    "case_audits": [
        ({"audit_reference": "BR/1"}, ()),
        ({"audit_reference": "BR/2", "re_audit_of": " br/1 "}, ()),
        ({"audit_reference": "BR/3", "re_audit_of": "BR/9"}, ("AUD-401",)),
        ({"audit_reference": "BR/4", "completed_on": None}, ()),  # set aside, so it is not held
        ({"audit_reference": "BR/5", "re_audit_of": "BR/4"}, ("AUD-401",)),
        ({"audit_reference": "BR/6", "re_audit_of": "BR/1", "council": "991"}, ("AUD-401",)),
    ],
    "family_participation": [
        ({"audit_reference": "br/1"}, ()),
        ({"audit_reference": "BR/6", "council": "991"}, ()),
        ({"audit_reference": "BR/9"}, ("PAR-401",)),
        ({"audit_reference": "BR/4"}, ("PAR-401",)),
        ({"audit_reference": "BR/1", "council": "991"}, ("PAR-401",)),
    ],
    "plan_reviews": [  # 990 sends a register of plans, 991 does not and is asked nothing
        ({"review_reference": "R/1", "plan_reference": "n/1", "child_reference": " C/1 "}, ()),
        ({"review_reference": "R/2", "plan_reference": "N/9", "child_reference": "c/1"}, ("PLR-401",)),
        ({"review_reference": "R/3", "plan_reference": "N/1", "child_reference": "C/9"}, ("PLR-402",)),
        (
            {"review_reference": "R/4", "plan_reference": "N/2", "child_reference": None},
            ("PLR-401",),
        ),  # set aside
        ({"review_reference": "R/5", "plan_reference": None, "child_reference": "C/1"}, ()),
        (
            {"review_reference": "R/6", "plan_reference": "N/9", "child_reference": "C/9", "council": "991"},
            (),
        ),
    ],
    "action_changes": [
        ({"action_reference": " act/1 "}, ()),
        ({"action_reference": "ACT/9"}, ("ACH-401",)),
        ({"action_reference": "ACT/1", "council": "991"}, ("ACH-401",)),
    ],
    "ombudsman_remedies": [
        ({"source_reference": "omb/1"}, ()),
        ({"source_reference": "OMB/9"}, ("REM-401",)),
        ({"source_reference": "OMB/1", "council": "991"}, ("REM-401",)),
    ],
}
REGISTER = {
    "active_plans": [
        ({"plan_reference": "N/1", "child_reference": "C/1"}, ()),
        ({"plan_reference": "N/2", "child_reference": "C/2", "ceased_on": "2025-01-01"}, ()),  # before it was issued
    ],
    "actions": [({"action_reference": "ACT/1"}, ())],
    "ombudsman_cases": [({"source_reference": "OMB/1"}, ())],
}  # fmt: skip


def test_every_link_is_planted() -> None:
    links = {
        rule.code
        for contract in CATALOGUE.contracts.values()
        for rule in contract.rules
        if rule.scope == "link"
    }
    rows = [codes for rows in LINKED.values() for _, codes in rows]
    assert {code for codes in rows for code in codes} == links
    assert set(LINKED) == {feed for feed, contract in CATALOGUE.contracts.items() for rule in contract.rules
                           if rule.scope == "link"}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_broken_links_are_found_at_their_rows_and_nothing_else(
    settings: Settings, tmp_path: Path, style: str
) -> None:
    expected = []
    with duckdb.connect() as con:
        for order, (feed, contract) in enumerate(CATALOGUE.contracts.items()):
            rows = [
                Planted("", True, ((as_sent(contract, row), codes),))
                for row, codes in (LINKED | REGISTER).get(feed, [])
            ]
            parts = []
            if rows:
                path, sheets = deliver(tmp_path, contract, rows, style)
                checked, _ = receive(settings, CATALOGUE, keys.load(settings), path)
                parts = [Part(checked.folder / f"{feed}.accepted.parquet", order, False, {})]
                expected += [(feed, *finding) for sheet in sheets for finding in sheet.findings]
            in_force(con, contract, parts, ["990", "991"], f"in_force_{feed}")
        found = making.broken_links(con, CATALOGUE)
    assert sorted((feed, sheet, row, code) for _, _, feed, sheet, row, code in found) == sorted(expected)
    assert {council for council, *_ in found} == {"990", "991"}


# Whole files: changes of the sound row
Rows = list[dict[str, Any]]
AUTUMN = ["2025-10", "2025-11", "2025-12"]
WATCHED = {
    "active_plans": [
        "requested_on", "exceptions_apply", "ceased_on", "child_reference", "age_band", "ethnicity", "primary_need",
        "locality",
    ],
    "plan_reviews": [
        "agreed_grade", "moderated_on", "plan_stage", "outcomes_specific", "provision_specified", "child_views",
        "parent_views", "coproduced", "plan_reference", "child_reference", "age_band", "primary_need", "team",
        "locality", *(f"advice_{source}_received_on" for source in ADVICE_SOURCES),
        *(f"section_{code.code}_grade" for code in CATALOGUE.codes["plan_section"]),
    ],
    "audit_programme": ["team", "agency"],
    "actions": ["evidence", "done_on", "evidence_checked_on"],
    "case_audits": [
        "agreed_grade", "moderated_on", "mental_health_relevant", "child_reference", "age_band", "ethnicity",
        "primary_need", "locality", "team",
    ],
    "family_participation": [
        "contact_appropriate", "offered", "offered_on", "response", "contributed_on", "mode", "told_outcome_on",
    ],
}  # fmt: skip


def several(feed: str, months: Sequence[str], number: int, alike: Sequence[str] = ()) -> Rows:
    """So many rows spread over months, different in all that is watched but for the columns that are alike."""
    rows = []
    for n in range(number):
        month = months[n % len(months)]
        row: dict[str, Any] = {
            "active_plans": {
                "plan_reference": f"n{n}", "child_reference": f"c{n}", "issued_on": f"{month}-{10 + n % 15}",
                "sex": "MF"[n % 2], "exceptions_apply": n % 3 > 0, "ceased_on": "2026-01-05", "locality": "East",
            },
            "plan_reviews": {
                "review_reference": f"a{n}", "plan_reference": f"n{n}", "child_reference": f"c{n}",
                "planned_month": f"{month}-01", "reviewed_on": f"{month}-{10 + n % 15}",
                "plan_kind_reviewed": ["new", "existing"][n % 2], "agreed_grade": ["good", "outstanding"][n % 2],
                "locality": "East", "team": "North",
            },
            "audit_programme": {"agency": f"Health {n}", "team": f"North {n}"},
            "case_audits": {
                "audit_reference": f"a{n}", "child_reference": f"c{n}", "planned_month": f"{month}-01",
                "started_on": f"{month}-01", "completed_on": f"{month}-{10 + n % 15}", "sex": "MF"[n % 2],
                "agreed_grade": ["good", "outstanding"][n % 2], "locality": "East", "team": "North",
            },
            "family_participation": {
                "audit_reference": f"a{n}", "offered_on": f"{month}-02", "role": ["child", "parent"][n % 2],
                "contributed_on": f"{month}-{10 + n % 15}", "offered": n % 3 > 0,
            },
            "actions": {"action_reference": f"a{n}"},
            "dfe_timeliness": {
                "time_period": 2010 + n // 20, "breakdown_topic": "age", "breakdown": str(3 + n % 17),
                "la_code": f"3{1 + n % 20:02d}", "new_la_code": None,
            },
            "placements": {"placement_reference": f"p{n}", "child_reference": f"c{n}"},
            "training": {"learner_reference": f"l{n}"},
        }[feed]  # fmt: skip
        if n:
            row |= {name: rows[0][name] for name in alike}
        rows.append(row)
    return rows


def emptied(feed: str, keep: int = 0) -> Rows:
    """The base of a feed with every watched column empty but for the first `keep` rows."""
    rows = several(feed, AUTUMN, 24)
    return rows[:keep] + [row | dict.fromkeys(WATCHED[feed]) for row in rows[keep:]]


def codes(prefix: str, *numbers: int) -> set[str]:
    return {f"{prefix}-{number}" for number in numbers}


@dataclass(frozen=True)
class Series:
    """Deliveries of one feed, a day apart; the last breaks some rules and only just keeps others."""

    feed: str
    name: str
    files: list[Rows]
    breaks: set[str] = field(default_factory=set)
    keeps: set[str] = field(default_factory=set)


def series() -> list[Series]:
    found = []
    for feed, prefix, newly_empty in (
        ("audit_programme", "PRG", range(501, 503)),
        ("actions", "ACN", range(501, 504)),
        ("case_audits", "AUD", range(510, 519)),
        ("family_participation", "PAR", range(510, 517)),
        ("active_plans", "PLN", range(510, 518)),
        ("plan_reviews", "PLR", [*range(510, 524), *range(530, 533), *range(540, 553)]),
    ):
        base, watched = several(feed, AUTUMN, 24), codes(prefix, *newly_empty)
        found += [
            Series(feed, "columns empty", [base, emptied(feed)], breaks=watched),
            Series(feed, "columns filled once", [base, emptied(feed, keep=1)], keeps=watched),
            Series(feed, "columns empty as before", [base, emptied(feed), emptied(feed)], keeps=watched),
        ]
    for feed, prefix, alike in (
        ("case_audits", "AUD", ["completed_on", "child_reference", "sex", "agreed_grade"]),
        ("family_participation", "PAR", ["role", "offered", "contributed_on"]),
        ("plan_reviews", "PLR", ["reviewed_on", "plan_reference", "plan_kind_reviewed", "agreed_grade"]),
    ):
        base, same = several(feed, AUTUMN, 24), codes(prefix, *range(503, 503 + len(alike)))
        twenty = several(feed, AUTUMN[:1], 20, alike)
        found += [
            Series(feed, "all alike", [twenty], breaks=same),
            Series(feed, "few alike", [twenty[:19]], keeps=same),
            Series(feed, "all but one alike", [twenty[:19] + base[19:20]], keeps=same),
            Series(feed, "fewer than half", [base, base[:11]], breaks=codes(prefix, 501)),
            Series(feed, "half", [base, base[:12]], keeps=codes(prefix, 501)),
            Series(feed, "month left out", [several(feed, AUTUMN[::2], 6)], breaks=codes(prefix, 502)),
            Series(feed, "every month", [base], keeps=codes(prefix, 502)),
            Series(feed, "month between", [base, several(feed, ["2026-02"], 15)], breaks=codes(prefix, 502)),
            Series(feed, "next month", [base, several(feed, ["2026-01"], 15)], keeps=codes(prefix, 502)),
        ]
    published = several("dfe_timeliness", AUTUMN, 120)
    found += [
        Series("dfe_timeliness", "fewer than half", [published, published[:59]], breaks=codes("DFT", 501)),
        Series("dfe_timeliness", "half", [published, published[:60]], keeps=codes("DFT", 501)),
        Series("dfe_timeliness", "few before", [published[:99], published[:9]], keeps=codes("DFT", 501)),
    ]
    girls, boys, known = {"people": 40}, {"category": "M", "people": 60}, {"characteristic": "interpreter"}
    counted = [
        girls,
        boys,
        known | {"category": "no", "people": 95},
        known | {"category": "unknown", "people": 5},
    ]
    hidden = [known | {"category": "yes", "people": None, "people_symbol": "c"}]
    found += [
        Series("population", "totals differ", [[girls, *counted[2:]]], breaks=codes("POP", 501)),
        Series("population", "totals agree", [counted], keeps=codes("POP", 501)),
        Series("population", "one not given", [[girls, *counted[2:], *hidden]], keeps=codes("POP", 501)),
        Series("population", "another day", [[*counted, {"as_at": "2025-01-16"}]], keeps=codes("POP", 501)),
    ]
    for feed, prefix in (("placements", "PLC"), ("training", "TRN")):
        base = several(feed, AUTUMN, 24)
        found += [
            Series(feed, "fewer than half", [base, base[:11]], breaks=codes(prefix, 501)),
            Series(feed, "half", [base, base[:12]], keeps=codes(prefix, 501)),
        ]
    feed, alike = "active_plans", ["issued_on", "child_reference", "sex", "exceptions_apply"]
    base, same = several(feed, AUTUMN, 25), codes("PLN", *range(502, 506))
    twenty = several(feed, AUTUMN[:1], 20, alike)
    return [
        *found,
        Series(feed, "all alike", [twenty], breaks=same),
        Series(feed, "all but one alike", [twenty[:19] + base[19:20]], keeps=same),
        Series(feed, "a fifth fewer", [base, base[:20]], keeps=codes("PLN", 501)),
        Series(feed, "fewer still", [base, base[:19]], breaks=codes("PLN", 501)),
    ]


def test_every_whole_file_rule_is_planted() -> None:
    rules = [rule for contract in CATALOGUE.contracts.values() for rule in contract.rules]
    planted = {rule.code for rule in rules if rule.scope == "file"}
    assert set().union(*(one.breaks for one in series())) == planted
    assert set().union(*(one.keeps for one in series())) == planted


@pytest.mark.parametrize("feed", FEEDS)
def test_whole_file_rules_find_what_is_planted_and_nothing_else(
    settings: Settings, tmp_path: Path, feed: str
) -> None:
    contract, key = CATALOGUE.contracts[feed], keys.load(settings)
    received: dict[str, Checked] = {}

    def checked(rows: Rows, day: int) -> Checked:
        stem = durable.digest([rows, day])
        if stem not in received:
            cases = [Planted("", False, ((as_sent(contract, row), ()),)) for row in rows]
            path, _ = deliver(tmp_path, contract, cases, STYLES[len(received) % 3], stem=stem, dated=False)
            when = EXTRACTED_ON + timedelta(days=day)
            received[stem] = receive(settings, CATALOGUE, key, path, extracted_on=when)[0]
        return received[stem]

    for one in series():
        if one.feed == feed:
            held = [checked(rows, day) for day, rows in enumerate(one.files)]
            found = delivered.whole_file_findings(CATALOGUE, held, feed, held[-1])
            assert sorted((finding.code, finding.council) for finding in found) == [
                (code, "published" if contract.holds == "published" else "990") for code in sorted(one.breaks)
            ], one.name
