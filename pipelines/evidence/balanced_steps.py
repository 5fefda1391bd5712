"""Counting each step that rows pass, from both sides: entries of the table `balances`.

Belongs here: what went into a step and each thing that came out, counted apart from the program that did it.
Does not belong here: whether they add up (`balances`, which says what the steps are).

Cheap by design: whole columns, once each, where a council's partition is made, and kept with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import duckdb

from pipelines.contracts import PUBLISHED, UNREADABLE, Catalogue, Contract
from pipelines.evidence.balances import Entry
from pipelines.intake.published import window_sql
from pipelines.intake.receive import Checked
from pipelines.measures.catalogue import COMPARED, Measure, Term
from pipelines.measures.counts import month_index
from pipelines.model.cases import ROLES
from pipelines.model.grades import GRADES
from pipelines.model.in_force import Gone, whose
from pipelines.releases import table_of, text

Query = tuple[str, str, str]
"""(step, fact, SQL of council, part and rows)."""
FEED_OF = {
    "audits": "case_audits", "participants": "family_participation", "planned_audits": "audit_programme",
    "plan_reviews": "plan_reviews", "plan_sections": "plan_reviews", "plan_advice": "plan_reviews",
    "plans": "active_plans", "plan_months": "active_plans", "published_timeliness": "dfe_timeliness",
    "reported_participation": "participation_rates", "neighbour_timeliness": "statistical_neighbours",
    "population": "population", "actions": "actions", "action_movements": "actions", "action_months": "actions",
    "ombudsman_cases": "ombudsman_cases", "ombudsman_remedies": "ombudsman_remedies",
    "placements": "placements", "placement_months": "placements", "setting_months": "placements",
    "training": "training", "training_months": "training", "complaints": "complaints",
    "feedback": "feedback_responses", "scrutiny_requests": "scrutiny_requests", "board_reports": "board_reports",
    "review_themes": "plan_reviews", "audit_themes": "case_audits",
}  # fmt: skip
"""Fact -> the feed whose rows it is made from."""
SEVERAL = (
    "planned_audits", "plan_sections", "plan_advice", "plan_months", "reported_participation",
    "neighbour_timeliness", "action_movements", "action_months", "placement_months", "setting_months",
    "training_months", "review_themes", "audit_themes",
)  # fmt: skip
"""Facts of which one row in force may make several rows, or none."""
_PLAN = ("council", "frame", "period_start", "period_end", "audit_type", "team", "agency")


def of_deliveries(
    con: duckdb.DuckDBPyConnection, contract: Contract, held: Sequence[Checked], councils: Sequence[str]
) -> list[Entry]:
    """The steps `received` and `set aside` of one feed for these councils, and what went into `accepted`."""
    these = f"{whose(contract)} IN ({_listed(councils)})"
    return _taken_in(con, contract, held, set(councils), these, whose(contract))


def of_nobody(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, held: Sequence[Checked], councils: Iterable[str]
) -> list[Entry]:
    """The same of every feed for rows that name no council that we know, none of these, under council ''."""
    known, entries = list(councils), list[Entry]()
    for feed, contract in catalogue.contracts.items():
        others = {council for checked in held for council in checked.profile(feed)} - set(known)
        where = f"coalesce({whose(contract)}, '') NOT IN ({_listed(known)})" if known else "true"
        with_others = [checked for checked in held if others & set(checked.profile(feed))]
        entries += _taken_in(con, contract, with_others, others, where, "''")
    return entries


def _taken_in(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    held: Sequence[Checked],
    councils: set[str],
    where: str,
    under: str,
) -> list[Entry]:
    """`where`: SQL for the rows counted; `under`: SQL for the council that they are told under."""
    found, feed = Counter[tuple[str, str, str]](), contract.feed
    folders = [checked.folder for checked in held if councils & set(checked.profile(feed))]
    for checked in held:
        for council, profile in checked.profile(feed).items():
            if council in councils:
                whose_rows = "" if under == "''" else council
                found[whose_rows, "received", ""] += profile["rows"]
                erased = checked.result["feeds"][feed].get("erased", {})
                found[whose_rows, "received", "erased"] += erased.get(council, 0)
    if not folders:
        return []

    def counted(which: str, part: str) -> list[tuple[str, str, int]]:
        files = _listed([str(folder / f"{feed}.{which}.parquet") for folder in folders])
        rows = f"read_parquet([{files}], union_by_name = true) AS held WHERE {where}"
        return con.execute(f"SELECT {under}, {part}, count(*) FROM {rows} GROUP BY ALL").fetchall()

    for council, _, rows in counted("accepted", "''"):
        found[council, "received", "accepted"] += rows
        found[council, "accepted", ""] += rows
    errors = _listed([rule.code for rule in contract.all_rules if rule.level != "query"])
    first = f"coalesce(list_filter(codes, lambda code: code IN ({errors}))[1], '')"
    for council, code, rows in counted("rejected", first):
        found[council, "received", "set aside"] += rows
        found[council, "set aside", ""] += rows
        found[council, "set aside", code] += rows
    return [(council, feed, step, "", part, rows) for (council, step, part), rows in found.items()]


def of_rows(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    gone: Mapping[str, Iterable[Gone]],
    facts: Mapping[tuple[str, str], int],
) -> list[Entry]:
    """What came of `accepted`, and the steps `in force` and `made`, from the relations in_force_<feed>.

    Args:
        gone: feed -> what `model.in_force` says of rows that no longer stand.
        facts: (council, fact) -> its rows, as they were written.
    """
    entries: list[Entry] = []
    for feed, rows in gone.items():
        contract = catalogue.contracts[feed]
        standing = con.execute(_standing(contract)).fetchall()
        entries += [(council, feed, "accepted", "", "in force", count) for council, _, count in standing]
        entries += [(council, feed, "accepted", "", how, count) for council, how, count in rows]
        if not standing:
            continue  # nothing becomes nothing: most councils send few of all feeds
        for step, fact, query in _BECOMES[feed](contract):
            found = standing if query == _standing(contract) else con.execute(query).fetchall()
            entries += [(council, feed, step, fact, part, int(count or 0)) for council, part, count in found]
    for (council, fact), count in facts.items():
        step = "made" if fact in SEVERAL else "in force"
        entries.append((council, FEED_OF[fact], step, fact, "fact", count))
    return [entry for entry in entries if entry[-1]]


def _standing(contract: Contract) -> str:
    """SQL for a feed's rows in force."""
    return f"SELECT {whose(contract)}, '', count(*) FROM in_force_{contract.feed} AS held GROUP BY ALL"


def _one_each(fact: str) -> Callable[[Contract], list[Query]]:
    """Each row in force is one row of the fact."""
    return lambda contract: [("in force", fact, _standing(contract))]


def _participation(contract: Contract) -> list[Query]:
    """Several rows of one role of an audit are one row; a row whose audit is not in force is none."""
    known = f"coalesce(role, '') IN ({_listed(ROLES)})"
    of_audits = "JOIN in_force_case_audits USING (council, audit_reference)"
    people = f"in_force_{contract.feed}"
    # grouped by one number, which costs a third of grouping by three texts; of the few that are several, the audit
    # stands where it is held
    several = (
        "SELECT any_value(council) AS council, any_value(audit_reference) AS audit_reference, count(*) - 1 AS more "
        f"FROM {people} WHERE {known} GROUP BY hash(council, audit_reference, role) HAVING count(*) > 1"
    )
    return [("in force", "participants", query) for query in (
        _standing(contract),
        f"SELECT council, 'role not known', count(*) FROM {people} WHERE NOT {known} GROUP BY ALL",
        f"SELECT council, 'audit not held', count(*) FROM {people} ANTI {of_audits} WHERE {known} GROUP BY ALL",
        f"SELECT council, 'joined', sum(more) FROM ({several}) SEMI {of_audits} GROUP BY ALL",
    )]  # fmt: skip


def _programme(contract: Contract) -> list[Query]:
    """Approvals of one plan are one plan; each plan makes as many rows as audits were planned at most."""
    plan = ", ".join(
        f"nullif({name}, '{UNREADABLE}') AS {name}" if name in ("team", "agency") else name for name in _PLAN
    )
    plans = (
        f"SELECT council, count(*) AS approvals, max(planned_count) AS planned "
        f"FROM (SELECT {plan}, planned_count FROM in_force_{contract.feed}) GROUP BY {', '.join(_PLAN)}"
    )
    return [
        ("in force", "planned_audits", _standing(contract)),
        ("in force", "planned_audits", f"SELECT council, 'plans', count(*) FROM ({plans}) GROUP BY ALL"),
        ("in force", "planned_audits", f"SELECT council, 'joined', sum(approvals - 1) FROM ({plans}) GROUP BY ALL"),
        ("made", "planned_audits", f"SELECT council, '', sum(planned) FROM ({plans}) GROUP BY ALL"),
    ]  # fmt: skip


def _reviews(contract: Contract) -> list[Query]:
    """Each review is one row, and makes one for each section with a grade and each source that was asked."""

    def codes(pattern: str) -> list[str]:
        return [found[1] for name in contract.stored if (found := re.fullmatch(pattern, name))]

    graded = [
        f"coalesce(section_{code}_grade IN ({_listed(GRADES)}), false)"
        for code in codes(r"section_(\w+)_grade")
    ]
    asked = [
        f"(advice_{code}_asked_on IS NOT NULL OR advice_{code}_received_on IS NOT NULL "
        f"OR coalesce(advice_{code}_not_known, false))"
        for code in codes(r"advice_(\w+)_asked_on")
    ]
    return _one_each("plan_reviews")(contract) + [
        ("made", fact, f"SELECT council, '', {' + '.join(f'count(*) FILTER ({one})' for one in each)} "
                       f"FROM in_force_{contract.feed} GROUP BY ALL")
        for fact, each in (("plan_sections", graded), ("plan_advice", asked)) if each
    ] + [_themes("review_themes", contract, "reviewed_on", "learning_themes")]  # fmt: skip


def _audits(contract: Contract) -> list[Query]:
    """Each audit is one row, and makes one for each theme that the council's audits name."""
    themes = "list_concat(coalesce(learning_themes, []), coalesce(strengths, []))"
    return [*_one_each("audits")(contract), _themes("audit_themes", contract, "completed_on", themes)]


def _themes(fact: str, contract: Contract, day: str, themes: str) -> Query:
    """Completed rows times the themes that any of them names, by council."""
    done = f"(FROM in_force_{contract.feed} WHERE status = 'completed' AND {day} IS NOT NULL)"
    named = f"(SELECT council, unnest({themes}) AS theme FROM {done})"
    each = f"count(DISTINCT theme) FILTER (theme <> '{UNREADABLE}') AS themes"
    counted = f"(SELECT council, {each} FROM {named} GROUP BY ALL)"
    pairs = f"SELECT council, '', count(*) * any_value(themes) FROM {done} JOIN {counted} USING (council)"
    return "made", fact, f"{pairs} GROUP BY council"


def _placements(contract: Contract) -> list[Query]:
    """Each placement is one row; a child makes one for each month's end it was placed before, a setting another."""
    months = "in_force_placements AS held JOIN month_ends_placements AS ends ON held.council = ends.council"
    stood = "started_on <= month_on AND (ended_on IS NULL OR ended_on >= since_on)"
    here = (
        "started_on <= month_on AND (ended_on IS NULL OR ended_on >= month_on) "
        "AND NOT coalesce(registered AND (registered_on IS NULL OR registered_on <= month_on), false)"
    )
    return _one_each("placements")(contract) + [
        ("made", fact,
         f"SELECT held.council, '', count(DISTINCT ({who}, month_on)) FROM {months} AND {when} GROUP BY ALL")
        for fact, who, when in (
            ("placement_months", "child_reference", stood), ("setting_months", "provider_reference", here),
        )
    ]  # fmt: skip


def _training(contract: Contract) -> list[Query]:
    """Each completion is one row; each person and module that they must hold makes one for each month's end in post."""
    people = """(SELECT council, learner_reference, module, min(joined_on) AS since,
        min(required_from) FILTER (required) AS from_on, max(left_on) AS until, bool_or(left_on IS NULL) AS stays
        FROM in_force_training GROUP BY ALL HAVING coalesce(bool_or(required), false))"""
    since = "coalesce(since <= month_on, true) AND coalesce(from_on <= month_on, true)"
    in_post = f"{since} AND (stays OR until >= month_on)"
    return [
        *_one_each("training")(contract),
        ("made", "training_months", f"SELECT held.council, '', count(*) FROM {people} AS held "
         f"JOIN month_ends_training AS ends ON held.council = ends.council AND {in_post} GROUP BY ALL"),
    ]  # fmt: skip


def _register(contract: Contract) -> list[Query]:
    """Each plan is one row, and makes one for each month's end on which it was maintained."""
    maintained = "issued_on <= month_on AND (ceased_on IS NULL OR ceased_on > month_on)"
    months = f"in_force_{contract.feed} AS plan JOIN month_ends ON plan.council = month_ends.council AND {maintained}"
    return [
        *_one_each("plans")(contract),
        ("made", "plan_months", f"SELECT plan.council, '', count(*) FROM {months} GROUP BY ALL"),
    ]


def _rates(contract: Contract) -> list[Query]:
    """A row given for a period makes one for each window that the period is."""
    fact = "reported_participation"
    windows = (
        f"(SELECT len({window_sql('period_start', 'period_end')}) AS windows FROM in_force_{contract.feed})"
    )
    rows = [("in force", "", "count(*)"), ("in force", "no window", "count(*) FILTER (coalesce(windows, 0) = 0)"),
            ("in force", "windows", "count(*) FILTER (windows > 0)"), ("made", "", "sum(windows)")]  # fmt: skip
    return [
        (step, fact, f"SELECT '{PUBLISHED}', '{part}', {count} FROM {windows}") for step, part, count in rows
    ]


def _neighbours(contract: Contract) -> list[Query]:
    """Each council's row makes one for every year of the published file."""
    fact, rows = "neighbour_timeliness", f"in_force_{contract.feed}"
    years = "(SELECT count(DISTINCT time_period) FROM in_force_dfe_timeliness WHERE breakdown_topic = 'all')"
    return [
        ("in force", fact, f"SELECT '{PUBLISHED}', '', count(*) FROM {rows}"),
        ("in force", fact, f"SELECT '{PUBLISHED}', 'councils', count(DISTINCT council) FROM {rows}"),
        ("made", fact, f"SELECT '{PUBLISHED}', '', count(DISTINCT council) * {years} FROM {rows}"),
    ]


_BECOMES: dict[str, Callable[[Contract], list[Query]]] = {
    "case_audits": _audits,
    "family_participation": _participation,
    "audit_programme": _programme,
    "plan_reviews": _reviews,
    "active_plans": _register,
    "population": _one_each("population"),
    "dfe_timeliness": _one_each("published_timeliness"),
    "participation_rates": _rates,
    "statistical_neighbours": _neighbours,
    "actions": _one_each("actions"),  # what each makes beside it is counted in `ledger`
    **dict.fromkeys(
        (
            "action_changes",
            "inspections",
            "internal_audits",
            "area_inspections_to_2022",
            "area_inspections_since_2023",
        ),
        lambda contract: [],
    ),
    "ombudsman_cases": _one_each("ombudsman_cases"),
    "ombudsman_remedies": _one_each("ombudsman_remedies"),
    "placements": _placements,
    "training": _training,
    "complaints": _one_each("complaints"),
    "feedback_responses": _one_each("feedback"),
    "scrutiny_requests": _one_each("scrutiny_requests"),
    "board_reports": _one_each("board_reports"),
}
"""Feed -> what its rows in force become."""


def of_denominators(
    con: duckdb.DuckDBPyConnection, facts: Mapping[str, str], measures: Iterable[Measure], figures: str
) -> list[Entry]:
    """The step `denominator` of every measure that is counted, from facts, `counts` and the figures of months."""
    terms = [
        (measure.id, term)
        for measure in measures
        if measure.kind
        not in ("given", *COMPARED)  # whose years overlap: they have no month to be counted in
        for term in measure.denominators
    ]
    found = Counter[tuple[str, str, str, str]]()
    for fact in sorted({term.fact for _, term in terms}):
        of_fact = [(measure, term) for measure, term in terms if term.fact == fact]
        conditions = {"true": 0} | {
            condition: 0 for _, term in of_fact for condition in _left_out(term).values()
        }
        counts = ", ".join(f"count(*) FILTER ({condition})" for condition in conditions)
        for council, *rows in con.execute(
            f"SELECT council, {counts} FROM {facts[fact]} GROUP BY ALL"
        ).fetchall():
            held = dict(zip(conditions, rows, strict=True))
            for measure, term in of_fact:
                found[council, fact, measure, ""] += held["true"]
                for part, condition in _left_out(term).items():
                    found[council, fact, measure, part] += held[condition]
    fact_of = {measure: term.fact for measure, term in terms}
    for council, measure, part, rows in con.execute(_in_months(con, terms, figures)).fetchall():
        found[council, fact_of[measure], measure, part] += int(rows)
    return [
        (council, FEED_OF[fact], "denominator", measure, part, rows)
        for (council, fact, measure, part), rows in found.items() if rows
    ]  # fmt: skip


def _left_out(term: Term) -> dict[str, str]:
    """What keeps a row out of a denominator -> SQL for the rows that it is the first to keep out."""
    found, so_far = {f"no {term.date}": f"{term.date} IS NULL"}, [f"{term.date} IS NOT NULL"]
    for column in term.columns:
        found[f"not {column}"] = " AND ".join([*so_far, f"NOT coalesce({column}, false)"])
        so_far.append(column)
    return found


def _in_months(con: duckdb.DuckDBPyConnection, terms: Sequence[tuple[str, Term]], figures: str) -> str:
    """SQL of council, measure, part and rows: in the denominator of a month, or counted in a month without one."""
    columns = {"measure": "VARCHAR", "fact": "VARCHAR", "date": "VARCHAR", "columns": "VARCHAR"}
    given = [[measure, term.fact, term.date, term.written] for measure, term in terms]
    table_of(con, "terms_balanced", columns, given)
    months = (
        f"SELECT council, measure, {month_index('period_start')} AS month, denominator FROM {figures} "
        "WHERE \"window\" = 'month' AND breakdown = ''"
    )
    return f"""
        WITH months AS ({months})
        SELECT council, measure, 'denominator', sum(denominator) FROM months
        SEMI JOIN terms_balanced USING (measure) WHERE denominator > 0 GROUP BY ALL
        UNION ALL
        SELECT counts.council, terms.measure,
            CASE WHEN months.measure IS NULL THEN 'no figure' ELSE 'long period' END AS part, sum(counts.count)
        FROM counts JOIN terms_balanced AS terms USING (fact, date, "columns")
        LEFT JOIN months ON months.measure = terms.measure AND months.council = counts.council
            AND months.month = counts.month
        WHERE counts.breakdown = '' AND months.denominator IS NULL GROUP BY ALL"""


def of_given(
    con: duckdb.DuckDBPyConnection, facts: Mapping[str, str], measures: Iterable[Measure], figures: str
) -> list[Entry]:
    """The step `denominator` of measures that are given: each row of the fact is a figure, or of another breakdown."""
    entries: list[Entry] = []
    for measure in measures:
        if measure.kind != "given":
            continue
        shown = f"breakdown IN ({_listed(['', *measure.breakdowns])})"
        queries = {
            "": f"FROM {facts[measure.fact]}",
            "not shown by": f"FROM {facts[measure.fact]} WHERE NOT {shown}",
            "denominator": f"FROM {figures} WHERE measure = {text(measure.id)}",
        }
        for part, query in queries.items():
            [(rows,)] = con.execute(f"SELECT count(*) {query}").fetchall()
            if rows:
                entries.append((PUBLISHED, FEED_OF[measure.fact], "denominator", measure.id, part, rows))
    return entries


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(map(text, texts)) or "NULL"
