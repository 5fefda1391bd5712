"""All that lies between two releases of one audience: what was restated and why, definitions, deliveries, balances.

Belongs here: comparing any two releases, old or new, from the audience's own folder alone. Does not belong here: what a
reader of the next release is told (`changes`, on whose views this stands), choosing the releases, or words.

A figure is restated where the same measure and version says something else of the same finished period. Why: deliveries
of the feeds that the measure is counted from, of that council and period, that are in force in one release and not in
the other; where none came or went, those of which more or fewer rows stand; the contract; the program itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines import past
from pipelines.evidence import changes

Row = dict[str, Any]
FEEDS_OF_FACT = {
    "audits": ("case_audits", "family_participation"),
    "participants": ("case_audits", "family_participation"),
    "planned_audits": ("audit_programme", "case_audits"),
    "plan_reviews": ("plan_reviews",),
    "plan_sections": ("plan_reviews",),
    "plan_advice": ("plan_reviews",),
    "plans": ("active_plans",),
    "plan_months": ("active_plans", "case_audits", "plan_reviews"),
    "population": ("population",),
    "published_timeliness": ("dfe_timeliness",),
    "reported_participation": ("participation_rates",),
    "neighbour_timeliness": ("statistical_neighbours", "dfe_timeliness"),
    "actions": ("actions", "action_changes", "ombudsman_cases"),
    "action_movements": ("actions", "action_changes"),
    "action_months": ("actions", "action_changes", "ombudsman_cases"),
    "ombudsman_cases": ("ombudsman_cases",),
    "ombudsman_remedies": ("ombudsman_remedies",),
    "placements": ("placements",),
    "placement_months": ("placements",),
    "setting_months": ("placements",),
    "training": ("training",),
    "training_months": ("training",),
    "complaints": ("complaints",),
    "feedback": ("feedback_responses",),
    "scrutiny_requests": ("scrutiny_requests",),
    "board_reports": ("board_reports",),
    "review_themes": ("plan_reviews",),
    "audit_themes": ("case_audits",),
}
"""Fact that a measure counts -> the feeds that it is made from."""
LOOKS_BACK = (
    "plan_months", "plans", "actions", "action_movements", "action_months", "placement_months", "setting_months",
    "training_months",
)  # fmt: skip
"""Facts of which a period's figure rests on rows of earlier months too."""
TOLD = {
    "title": "title", "kind": "kind", "fact": "what is counted from", "date": "the date that places it",
    "numerator_words": "what is counted", "numerator": "the conditions for what is counted",
    "denominator_words": "out of what", "denominator": "the conditions for out of what",
    "higher_is": "which way is good", "unit": "unit", "caveats": "cautions", "breakdowns": "groups",
    "benchmark": "what it may be compared with", "target": "target", "target_source": "source of the target",
    "sentence": "the sentence", "why": "why it matters", "source": "source", "protect": "who may see it",
    "chart": "chart",
}  # fmt: skip
"""Columns of a measure whose difference is told -> what they are called."""
_LISTS = ("numerator", "denominator", "caveats", "breakdowns")
_READ = {
    "figures": {
        "measure": "VARCHAR", "measure_version": "VARCHAR", "council": "VARCHAR", "window": "VARCHAR",
        "period_start": "DATE", "period_end": "DATE", "complete": "BOOLEAN", "breakdown": "VARCHAR",
        "group": "VARCHAR", "numerator": "BIGINT", "denominator": "BIGINT", "value": "DOUBLE", "symbol": "VARCHAR",
        "receipt": "VARCHAR",
    },
    "measures": {
        "measure": "VARCHAR", "version": "VARCHAR", "headline": "INTEGER", "short_title": "VARCHAR",
        "counts_what": "VARCHAR", "text": "VARCHAR",
        **{name: "VARCHAR[]" if name in _LISTS else "VARCHAR" for name in TOLD if name != "target"},
        "target": "DOUBLE",
    },
    "deliveries": {
        "number": "INTEGER", "feed": "VARCHAR", "file": "VARCHAR", "council_names": "VARCHAR[]", "state": "VARCHAR",
        "mode": "VARCHAR", "extracted_on": "DATE", "received_at": "TIMESTAMP", "rows_received": "BIGINT",
        "rows_accepted": "BIGINT", "rows_rejected": "BIGINT", "rows_in_force": "BIGINT", "first_month": "DATE",
        "last_month": "DATE",
    },
    "places": {"council": "VARCHAR", "name": "VARCHAR"},
}  # fmt: skip
_KEY = 'measure, council, "window", period_start, period_end, breakdown, "group"'
_RESTATED = f"""
    SELECT {_KEY}, now.measure_version, was.numerator AS previous_numerator,
        was.denominator AS previous_denominator, was.value AS previous_value, was.symbol AS previous_symbol,
        now.numerator, now.denominator, now.value, now.symbol, now.value - was.value AS change,
        was.receipt AS previous_receipt, now.receipt
    FROM figures_now AS now JOIN figures_was AS was USING ({_KEY}, measure_version)
    WHERE now.complete AND was.complete AND (now.numerator IS DISTINCT FROM was.numerator
        OR now.denominator IS DISTINCT FROM was.denominator OR (now.value IS NULL) <> (was.value IS NULL)
        OR abs(now.value - was.value) > 1e-12
        OR now.symbol IS DISTINCT FROM was.symbol)"""
_WHOLE = """
    SELECT restated.*, m.headline FROM restated LEFT JOIN measures_now AS m USING (measure) WHERE breakdown = ''
    ORDER BY headline NULLS LAST, measure, council,
        list_position(['12m', 'calendar_year', 'financial_year', 'academic_year', 'quarter', 'month'], "window"),
        period_end DESC"""
_EFFECTS = """
    WITH pairs AS (
        SELECT measure, council, "window", period_start, period_end, was.measure_version AS previous_version,
            now.measure_version AS version, was.numerator AS previous_numerator,
            was.denominator AS previous_denominator, was.value AS previous_value, was.symbol AS previous_symbol,
            now.numerator, now.denominator, now.value, now.symbol, now.value - was.value AS change,
            was.receipt AS previous_receipt, now.receipt,
            list_position(['12m', 'calendar_year', 'financial_year', 'academic_year', 'quarter', 'month'], "window")
                AS choice
        FROM (SELECT * FROM figures_now WHERE breakdown = '' AND complete) AS now
        JOIN (SELECT * FROM figures_was WHERE breakdown = '' AND complete) AS was
            USING (measure, council, "window", period_start, period_end)
        WHERE now.measure_version <> was.measure_version)
    SELECT * EXCLUDE (choice) FROM (
        SELECT * FROM pairs QUALIFY choice = min(choice) OVER (PARTITION BY measure, council))
    QUALIFY row_number() OVER (PARTITION BY measure, council ORDER BY period_end DESC) <= 3
    ORDER BY measure, council, period_end DESC"""
_DELIVERIES = """
    SELECT coalesce(now.number, was.number) AS number, coalesce(now.feed, was.feed) AS feed,
        coalesce(now.file, was.file) AS file, coalesce(now.mode, was.mode) AS mode,
        coalesce(now.council_names, was.council_names, []) AS council_names,
        coalesce(now.extracted_on, was.extracted_on) AS extracted_on,
        coalesce(now.received_at, was.received_at) AS received_at,
        coalesce(now.first_month, was.first_month) AS first_month,
        coalesce(now.last_month, was.last_month) AS last_month,
        was.state AS previous_state, now.state AS state, was.rows_in_force AS previous_rows_in_force,
        now.rows_in_force AS rows_in_force, coalesce(now.rows_accepted, was.rows_accepted) AS rows_accepted,
        coalesce(now.rows_rejected, was.rows_rejected) AS rows_rejected,
        CASE WHEN was.number IS NULL THEN 'came' WHEN now.number IS NULL THEN 'went' ELSE 'changed' END AS change
    FROM deliveries_now AS now FULL JOIN deliveries_was AS was
        ON now.number = was.number AND now.feed IS NOT DISTINCT FROM was.feed
    WHERE now.rows_in_force IS DISTINCT FROM was.rows_in_force OR now.state IS DISTINCT FROM was.state
    ORDER BY list_position(['came', 'went', 'changed'], change), number DESC, feed"""
_BALANCES = """
    SELECT feed, sum(rows_received)::BIGINT AS received, sum(rows_accepted)::BIGINT AS accepted,
        sum(rows_rejected)::BIGINT AS rejected, sum(rows_in_force)::BIGINT AS in_force
    FROM deliveries_{side} WHERE feed IS NOT NULL GROUP BY feed ORDER BY feed"""


@dataclass(frozen=True)
class Between:
    """What lies between two releases; every list in the order in which a reader wants it."""

    audience: str
    before: Row
    """release, made_at, as_of, code_version of the one that is compared with."""
    after: Row
    restated: list[Row]
    """Figures of whole places: before, after, change (a share: 0.05 is 5 percentage points), `why`. Headlines first."""
    restated_in_groups: int
    """How many figures by group were restated too."""
    definitions: list[Row]
    """Measures whose definition differs: versions, `differences` by name, `effects` on the last three values."""
    added: list[Row]
    removed: list[Row]
    deliveries: list[Row]
    """Deliveries that came, went, or of which more or fewer rows stand."""
    balances: list[Row]
    """By feed, before and after: received = accepted + rejected; accepted = in_force + superseded."""
    contracts: list[str]
    """Feeds whose contract is another text, came or went."""
    measures: dict[str, Row]
    """Measure -> its title, short title, unit, kind and counts_what, as of the later release that has it."""
    places: dict[str, str]
    """Code -> name."""

    def as_dict(self) -> Row:
        """All of it, for JSON."""
        return asdict(self)


def between(folder: Path, before: str, after: str) -> Between:
    """Compare two releases (ids) of the audience whose folder this is.

    Raises:
        past.NoRelease: one of them is not there.
        past.Altered: a text that one of them names is missing or was changed.
        duckdb.Error: a part is missing or cannot be read.
    """
    was, now = past.read(folder, before), past.read(folder, after)
    with duckdb.connect(
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    ) as con:
        changes.sides(con, past.parts_of(folder, now), past.parts_of(folder, was), _READ)
        con.execute(f"CREATE TEMP TABLE restated AS {_RESTATED}")
        in_groups = _rows(con, "SELECT count(*) AS n FROM restated WHERE breakdown <> ''")[0]["n"]
        restated = _rows(con, _WHOLE)
        deliveries = _rows(con, _DELIVERIES)
        effects = _rows(con, _EFFECTS)
        held = {side: _by_measure(con, side) for side in ("was", "now")}
        known = held["was"] | held["now"]
        places = {
            row["council"]: row["name"]
            for side in ("was", "now")
            for row in _rows(con, f"SELECT DISTINCT council, name FROM places_{side}")
        }
        balances = _balances(con, was, now)
    contracts = _other_texts(was.get("contracts") or {}, now.get("contracts") or {})
    program = was.get("code_version") != now.get("code_version")
    for row in restated:
        row["why"] = _why(row, known.get(row["measure"]) or {}, places, deliveries, contracts, program)
    return Between(
        audience=folder.name,
        before=_about(was),
        after=_about(now),
        restated=restated,
        restated_in_groups=in_groups,
        definitions=_definitions(held["was"], held["now"], effects),
        added=[_named(held["now"][name]) for name in held["now"] if name not in held["was"]],
        removed=[_named(held["was"][name]) for name in held["was"] if name not in held["now"]],
        deliveries=deliveries,
        balances=balances,
        contracts=contracts,
        measures={
            name: {
                key: row[key] for key in ("title", "short_title", "unit", "kind", "counts_what", "higher_is")
            }
            for name, row in known.items()
        },
        places=places,
    )


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _by_measure(con: duckdb.DuckDBPyConnection, side: str) -> dict[str, Row]:
    rows = _rows(con, f"SELECT * FROM measures_{side} ORDER BY headline NULLS LAST, measure")
    return {row["measure"]: row for row in rows}


def _about(manifest: past.Manifest) -> Row:
    return {name: str(manifest.get(name) or "") for name in ("release", "made_at", "as_of", "code_version")}


def _named(measure: Row) -> Row:
    return {name: measure[name] for name in ("measure", "version", "title")}


def _other_texts(was: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))


def _why(
    figure: Row,
    measure: Row,
    places: Mapping[str, str],
    deliveries: Sequence[Row],
    contracts: Sequence[str],
    program: bool,
) -> list[Row]:
    """What can have restated a figure: deliveries (kind, number, feed, change), else contracts, else the program."""
    feeds = FEEDS_OF_FACT.get(measure.get("fact") or "", ())
    if measure.get("frame"):
        feeds += ("population", "active_plans")
    of_feeds = [
        row
        for row in deliveries
        if row["feed"] in feeds
        and (not row["council_names"] or places.get(figure["council"]) in (None, *row["council_names"]))
    ]
    look_back = measure.get("fact") in LOOKS_BACK or measure.get("kind") == "snapshot"
    within = [row for row in of_feeds if _within(row, figure, look_back)] or of_feeds
    moved = [row for row in within if _moved(row)] or within
    found = [
        {"kind": "delivery"} | {name: row[name] for name in ("change", "number", "feed", "file", "mode")}
        for row in moved
    ]
    found += [{"kind": "contract", "feed": feed} for feed in contracts if feed in feeds]
    if not found and program:
        found.append({"kind": "program"})
    return found


def _within(delivery: Row, figure: Row, look_back: bool) -> bool:
    """Whether a delivery's months meet a figure's period; one that does not say its months may."""
    first, last = delivery["first_month"], delivery["last_month"]
    if first is None or last is None:
        return True
    return bool(
        first <= figure["period_end"] and (look_back or last >= figure["period_start"].replace(day=1))
    )


def _moved(delivery: Row) -> bool:
    """Whether rows of a delivery are in force in one of the releases and none in the other."""
    return bool(delivery["rows_in_force"]) != bool(delivery["previous_rows_in_force"])


def _definitions(was: Mapping[str, Row], now: Mapping[str, Row], effects: Iterable[Row]) -> list[Row]:
    """Measures of both releases whose version or words differ; those of another version first."""
    by_measure: dict[str, list[Row]] = {}
    for effect in effects:
        by_measure.setdefault(effect["measure"], []).append(effect)
    found = []
    for name in (name for name in now if name in was):
        differences = [
            {"what": called, "before": _said(was[name][column]), "after": _said(now[name][column])}
            for column, called in TOLD.items()
            if _said(was[name][column]) != _said(now[name][column])
        ]
        if now[name]["version"] != was[name]["version"] or differences:
            versions = {"previous_version": was[name]["version"], "version": now[name]["version"]}
            found.append(
                _named(now[name])
                | versions
                | {"differences": differences, "effects": by_measure.get(name, [])}
            )
    return sorted(found, key=lambda row: row["version"] == row["previous_version"])


def _said(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value or "")


def _balances(con: duckdb.DuckDBPyConnection, was: past.Manifest, now: past.Manifest) -> list[Row]:
    """Balances by feed, before and after. Public manifests have none: theirs are of the deliveries they tell of."""
    found: dict[str, Row] = {}
    for side, manifest, prefix in (("was", was, "previous_"), ("now", now, "")):
        rows = manifest.get("balances") or _rows(con, _BALANCES.format(side=side))
        for row in rows:
            known = found.setdefault(row["feed"], {"feed": row["feed"]})
            known |= {
                f"{prefix}{name}": row[name] for name in ("received", "accepted", "rejected", "in_force")
            }
            known[f"{prefix}superseded"] = row["accepted"] - row["in_force"]
    names = ("received", "accepted", "rejected", "in_force", "superseded")
    empty = {f"{prefix}{name}": 0 for prefix in ("previous_", "") for name in names}
    return [{**empty, **row} for _, row in sorted(found.items())]
