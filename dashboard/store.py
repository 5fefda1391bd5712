"""The questions the dashboard asks of a release, answered as lists of dicts.

Belongs here: every query. Nothing else in the dashboard speaks SQL, and every other module reads through this one.
Does not belong here: how a release is opened (`connection`), words, components, any arithmetic on figures.

Answers are remembered for as long as their release is open, and shared: never change one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from dashboard.connection import FEEDS_OF_FACT as FEEDS_OF_FACT
from dashboard.connection import Between as Between
from dashboard.connection import NotThen as NotThen
from dashboard.connection import Release as Release
from dashboard.connection import Row as Row
from dashboard.connection import Stood as Stood
from dashboard.connection import Store as Store
from dashboard.connection import StoreError as StoreError
from dashboard.connection import between as _between
from dashboard.connection import heads as _heads
from dashboard.connection import opened as opened
from pipelines import past

EVERY_PLACE = ("local", "council", "region", "country")


def about(release: Release) -> Row:
    """The release's own row: as_of, demonstration, audience and so on; empty where the table is missing."""
    found = _rows(release, "release", "SELECT * FROM {db}.release")
    return found[0] if found else {}


def measures(release: Release) -> dict[str, Row]:
    """Every measure of the release by its id, in the order of its topics."""
    found = _rows(release, "measures", 'SELECT * FROM {db}.measures ORDER BY topic, "position", measure')
    return {row["measure"]: row for row in found}


def places(release: Release, kinds: Sequence[str] = ("local",)) -> list[Row]:
    """The places the release has figures for, by name: councils with audits here (local), unless others are asked for.

    kinds: any of local, council, region and country.
    """
    held = _rows(release, "places", "SELECT * FROM {db}.places ORDER BY name")
    return [row for row in held if row.get("kind", "local") in kinds]


def breakdowns(release: Release) -> dict[str, str]:
    """Titles of the breakdowns, in order."""
    found = _rows(release, "breakdowns", 'SELECT * FROM {db}.breakdowns ORDER BY "position", breakdown')
    return {row["breakdown"]: row["title"] for row in found}


def groups(release: Release) -> dict[tuple[str, str], Row]:
    """Label and position of each group by (breakdown, group)."""
    found = _rows(release, "groups", 'SELECT * FROM {db}.groups ORDER BY breakdown, "position", "group"')
    return {(row["breakdown"], row["group"]): row for row in found}


def periods(release: Release, council: str) -> list[Row]:
    """Every window and period counted for the council: window, period_start, period_end, complete.

    Published figures have their own years (`published`), which say nothing about the periods that are counted here.
    """
    given = [name for name, row in measures(release).items() if row["kind"] == "given"]
    left_out = "".join(f" AND measure <> '{name}'" for name in given if "'" not in name)
    sql = (
        'SELECT DISTINCT "window", period_start, period_end, complete FROM {db}.figures '
        f"WHERE council = ? AND breakdown = ''{left_out} ORDER BY period_end, period_start"
    )
    return _rows(release, "figures", sql, (council,))


def breakdowns_held(release: Release, council: str) -> dict[str, list[str]]:
    """For each measure, the breakdowns it has figures by."""
    sql = "SELECT DISTINCT measure, breakdown FROM {db}.figures WHERE council = ? AND breakdown <> '' ORDER BY ALL"
    held: dict[str, list[str]] = {}
    for row in _rows(release, "figures", sql, (council,)):
        held.setdefault(row["measure"], []).append(row["breakdown"])
    return held


def protection(release: Release) -> list[Row]:
    """What is public by which groups, and why the rest is not; empty for officers and in older releases."""
    return _rows(release, "protection", "SELECT * FROM {db}.protection ORDER BY breakdown, measure")


def attacks(release: Release) -> list[Row]:
    """The record of the attack before publication, by sets of linked figures."""
    return _rows(release, "attacks", "SELECT * FROM {db}.attacks ORDER BY breakdown, fact")


def newest_by_group(release: Release, measure: str, council: str, by: date, breakdown: str) -> list[Row]:
    """One measure's figures by group of the newest finished year, quarter or month that has any and ended by a day,
    else of the first that has any; of those that ended together, the longest."""
    sql = (
        'SELECT DISTINCT "window", period_end FROM {db}.figures WHERE measure = ? AND council = ? AND breakdown = ? '
        "AND complete AND \"window\" IN ('financial_year', 'quarter', 'month')"
    )
    held = [
        (row["window"], row["period_end"])
        for row in _rows(release, "figures", sql, (measure, council, breakdown))
    ]
    if not held:
        return []
    ended = [one for one in held if one[1] <= by]
    end = max(end for _, end in ended) if ended else min(end for _, end in held)
    window = next(one for one in ("financial_year", "quarter", "month") if (one, end) in held)
    return by_group(release, measure, council, window, end, breakdown)


def groups_held(release: Release, council: str, measure: str) -> list[tuple[str, str]]:
    """The (breakdown, group) pairs a measure has figures for in every kind of period (not those that the public see for
    whole years alone), in the order of breakdowns and of their groups."""
    sql = (
        'SELECT DISTINCT breakdown, "group" FROM {db}.figures '
        "WHERE council = ? AND measure = ? AND breakdown <> '' AND \"group\" <> '' AND \"window\" = '12m' ORDER BY ALL"
    )
    titles = list(breakdowns(release))
    held = _labelled(release, _rows(release, "figures", sql, (council, measure)))
    held.sort(key=lambda row: titles.index(row["breakdown"]) if row["breakdown"] in titles else len(titles))
    return [(row["breakdown"], row["group"]) for row in held]


def figures(
    release: Release,
    council: str,
    window: str,
    period_end: date,
    breakdown: str = "",
    group: str = "",
) -> dict[str, Row]:
    """Every measure's figure for one place, period and group, by measure id."""
    sql = (
        'SELECT * FROM {db}.figures WHERE council = ? AND "window" = ? AND period_end = ? '
        'AND breakdown = ? AND "group" = ? ORDER BY measure'
    )
    found = _rows(release, "figures", sql, (council, window, period_end, breakdown, group))
    return {row["measure"]: row for row in found}


def by_group(
    release: Release, measure: str, council: str, window: str, period_end: date, breakdown: str
) -> list[Row]:
    """One measure's figures for each group of a breakdown, in the groups' own order, with `label`."""
    sql = (
        'SELECT * FROM {db}.figures WHERE measure = ? AND council = ? AND "window" = ? AND period_end = ? '
        'AND breakdown = ? AND "group" <> \'\' ORDER BY "group"'
    )
    found = _rows(release, "figures", sql, (measure, council, window, period_end, breakdown))
    return _labelled(release, found)


def compared(
    release: Release, measure: str, council: str, window: str, period_end: date, breakdown: str
) -> list[Row]:
    """One measure's figures for each group of a breakdown beside what they are compared with: its columns too, and
    `source_label`. None where the release does not hold them."""
    if "compared" not in release.tables:
        return []
    sql = (
        "SELECT figures.*, compared_numerator, compared_denominator, counted_on, source, named.label AS source_label "
        'FROM {db}.figures JOIN {db}.compared USING (measure, council, "window", period_start, period_end, breakdown, '
        '"group") LEFT JOIN {db}.groups AS named ON named.breakdown = \'population_source\' AND named."group" = source '
        'WHERE measure = ? AND council = ? AND "window" = ? AND period_end = ? AND figures.breakdown = ?'
    )
    return _labelled(release, release.rows(sql, (measure, council, window, period_end, breakdown)))


def population_days(release: Release, council: str) -> list[tuple[str, str, date]]:
    """(measure, characteristic, day): the populations that figures of the council are compared with."""
    if "compared" not in release.tables:
        return []
    sql = (
        "SELECT DISTINCT measure, breakdown, counted_on FROM {db}.compared WHERE council = ? "
        "AND counted_on IS NOT NULL ORDER BY ALL"
    )
    return [(row["measure"], row["breakdown"], row["counted_on"]) for row in release.rows(sql, (council,))]


def group_series(release: Release, measure: str, council: str, window: str, breakdown: str) -> list[Row]:
    """One measure's figures for each group and period of a window, complete periods only, with `label`."""
    sql = (
        'SELECT * FROM {db}.figures WHERE measure = ? AND council = ? AND "window" = ? AND breakdown = ? '
        'AND "group" <> \'\' AND complete ORDER BY "group", period_end'
    )
    return _labelled(release, _rows(release, "figures", sql, (measure, council, window, breakdown)))


def series(release: Release, measure: str, council: str, window: str) -> list[Row]:
    """One measure's whole periods of a window for the whole council, oldest first.

    Periods that began before the council's data did are left out: they hold only a part of what they name. Which data
    that is depends on what the measure counts (`spans`).
    """
    first = "SELECT min(first_month) FROM {db}.places AS p WHERE p.council = figures.council"
    if "spans" in release.tables:
        first = (
            "SELECT min(first_month) FROM {db}.spans AS s JOIN {db}.measures AS m ON m.span = s.span "
            "WHERE s.council = figures.council AND m.measure = figures.measure"
        )
    sql = (
        'SELECT * FROM {db}.figures WHERE measure = ? AND council = ? AND "window" = ? '
        f"AND breakdown = '' AND complete AND symbol = '' AND period_start >= ({first}) ORDER BY period_end"
    )
    return _rows(release, "figures", sql, (measure, council, window))


def chart(release: Release, measure: str, council: str) -> dict[str, list[Row]]:
    """The control chart of a measure: its points by window (month, quarter), oldest first."""
    sql = 'SELECT * FROM {db}.charts WHERE measure = ? AND council = ? ORDER BY "window", period_end'
    found: dict[str, list[Row]] = {}
    for row in _rows(release, "charts", sql, (measure, council)):
        found.setdefault(row["window"], []).append(row)
    return found


def latest(release: Release, measure: str) -> list[Row]:
    """A measure's newest complete 12-month figure for each council."""
    sql = (
        "SELECT * FROM {db}.figures WHERE measure = ? AND \"window\" = '12m' AND breakdown = '' AND complete "
        "QUALIFY row_number() OVER (PARTITION BY council ORDER BY period_end DESC) = 1 ORDER BY council"
    )
    return _rows(release, "figures", sql, (measure,))


def teams(release: Release, council: str) -> list[Row]:
    """Each team of the council: `label`, the last finished month with a completed audit (`last_end`, None where there
    is none), and whether one of the last six was such a month (`recent`). None where fewer than six months are held.
    """
    sql = (
        'WITH months AS (SELECT breakdown, "group", period_end, numerator > 0 AS audited, '
        "dense_rank() OVER (ORDER BY period_end DESC) AS ago FROM {db}.figures "
        "WHERE measure = 'programme.completed_by_team' AND council = ? AND \"window\" = 'month' AND complete "
        "AND breakdown = 'team' AND \"group\" <> 'unknown') "
        'SELECT breakdown, "group", max(period_end) FILTER (audited) AS last_end, '
        "coalesce(bool_or(audited) FILTER (ago <= 6), false) AS recent FROM months "
        'WHERE (SELECT max(ago) FROM months) >= 6 GROUP BY ALL ORDER BY "group"'
    )
    return _labelled(release, _rows(release, "figures", sql, (council,)))


def lessons(release: Release, council: str) -> list[Row]:
    """What the council declares that it did about a theme: theme, since, moves (a measure, and a group of it). An older
    release has none."""
    sql = 'SELECT theme, since, moves, breakdown, "group" FROM {db}.lessons WHERE council = ? ORDER BY place'
    return _rows(release, "lessons", sql, (council,))


def lesson_charts(release: Release, council: str) -> dict[tuple[str, str, str], list[Row]]:
    """The control charts of what the council did something about: (measure, breakdown, group) -> its points, oldest
    first. An older release, and the public's, has none."""
    sql = "SELECT * FROM {db}.lesson_charts WHERE council = ? ORDER BY period_end"
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in _rows(release, "lesson_charts", sql, (council,)):
        found.setdefault((row["measure"], row["breakdown"], row["group"]), []).append(row)
    return found


def told_last(release: Release, measure: str, council: str, breakdown: str) -> dict[str, date]:
    """Group -> the last day of the newest month in which a distribution counted it at all, the longest ago first."""
    sql = (
        'SELECT "group", max(period_end) AS last_end FROM {db}.figures WHERE measure = ? AND council = ? '
        'AND breakdown = ? AND "window" = \'month\' AND numerator > 0 GROUP BY ALL ORDER BY last_end, "group"'
    )
    found = _rows(release, "figures", sql, (measure, council, breakdown))
    return {row["group"]: row["last_end"] for row in found}


def changes(release: Release) -> list[Row]:
    """What changed since the release that this one is compared with, the most serious first."""
    return _rows(release, "changes", "SELECT * FROM {db}.changes ORDER BY place")


def headlines(release: Release) -> list[Row]:
    """The measures of the overview, in its order; none in a release from before they were named."""
    held = [row for row in measures(release).values() if row.get("headline") is not None]
    return sorted(held, key=lambda row: row["headline"])


def published(release: Release, measures: Sequence[str]) -> list[Row]:
    """Every place's figures of some published measures, whole places only, by year and place."""
    found: list[Row] = []
    for measure in measures:
        sql = (
            "SELECT * FROM {db}.figures WHERE measure = ? AND \"window\" = 'calendar_year' AND breakdown = '' "
            "ORDER BY period_end, council"
        )
        found += _rows(release, "figures", sql, (measure,))
    return found


def neighbours(release: Release, council: str) -> list[Row]:
    """A council's statistical neighbours, the nearest first: position, neighbour (its code), closeness."""
    sql = 'SELECT "position", neighbour, closeness FROM {db}.neighbours WHERE council = ? ORDER BY "position"'
    return _rows(release, "neighbours", sql, (council,))


def funnel(release: Release, measure: str, end: date) -> dict[str, Row]:
    """The funnel of a published measure and year: each council's limits and where it lies, by council."""
    sql = "SELECT * FROM {db}.funnels WHERE measure = ? AND period_end = ? ORDER BY council"
    return {row["council"]: row for row in _rows(release, "funnels", sql, (measure, end))}


def check_counts(release: Release) -> Row:
    """Passed, warned (queries) and failed checks over the deliveries in force."""
    if not {"checks", "deliveries"} <= release.tables:
        return {"passed": 0, "warned": 0, "failed": 0}
    sql = (
        "SELECT count(*) FILTER (passed) AS passed, "
        "count(*) FILTER (NOT passed AND level = 'query') AS warned, "
        "count(*) FILTER (NOT passed AND level <> 'query') AS failed FROM {db}.checks "
        'WHERE ("number", feed) IN (SELECT ("number", feed) FROM {db}.deliveries WHERE state = \'in force\')'
    )
    return release.rows(sql)[0]


def deliveries(release: Release) -> list[Row]:
    """Every delivery, newest first."""
    return _rows(release, "deliveries", 'SELECT * FROM {db}.deliveries ORDER BY "number" DESC, feed')


def broken_rules(release: Release, number: int, feed: str) -> list[Row]:
    """The rules a delivery broke: code, level, broken, and the rule's column, message and action where known."""
    if not {"checks", "rules"} <= release.tables:
        return []
    sql = (
        'SELECT c.code, c.level, c.broken, r."column", r.message, r."action" FROM {db}.checks AS c '
        "LEFT JOIN {db}.rules AS r ON r.code = c.code AND r.feed = c.feed "
        'WHERE c."number" = ? AND c.feed = ? AND NOT c.passed ORDER BY c.broken DESC, c.code'
    )
    return release.rows(sql, (number, feed))


def broken_in(release: Release, held: Sequence[tuple[int, str]]) -> list[Row]:
    """The rules that some deliveries (number, feed) broke, with how often in all of them, the most serious first."""
    if not {"checks", "rules"} <= release.tables or not held:
        return []
    pairs = ", ".join(f"({int(number)}, {_text(feed)})" for number, feed in held)
    sql = (
        'WITH broken AS (SELECT c.code, c.feed, c.level, sum(c.broken)::BIGINT AS broken, r.message, r."action" '
        "FROM {db}.checks AS c LEFT JOIN {db}.rules AS r ON r.code = c.code AND r.feed = c.feed "
        f'WHERE NOT c.passed AND (c."number", c.feed) IN ({pairs}) GROUP BY ALL) '
        "SELECT * FROM broken ORDER BY list_position(['refuse', 'error', 'query'], level), broken DESC, code"
    )
    return release.rows(sql)


def check_history(release: Release, feed: str, numbers: Sequence[int]) -> list[Row]:
    """How often each rule of a feed was broken in some deliveries; rules never broken in them are left out."""
    if not {"checks", "rules"} <= release.tables or not numbers:
        return []
    listed = ", ".join(str(int(number)) for number in numbers)
    sql = (
        'SELECT c.code, c."number", c.broken, r.message FROM {db}.checks AS c '
        "LEFT JOIN {db}.rules AS r ON r.code = c.code AND r.feed = c.feed "
        f'WHERE c.feed = ? AND NOT c.passed AND c."number" IN ({listed}) ORDER BY c.code, c."number"'
    )
    return release.rows(sql, (feed,))


def odd_feeds(release: Release) -> list[str]:
    """Feeds whose newest whole file a rule about whole files (5xx) asks about."""
    if not {"checks", "deliveries"} <= release.tables:
        return []
    sql = (
        "WITH newest AS (SELECT \"number\", feed FROM {db}.deliveries WHERE feed IS NOT NULL AND mode <> 'corrections' "
        'QUALIFY row_number() OVER (PARTITION BY feed ORDER BY extracted_on DESC, "number" DESC) = 1) '
        'SELECT DISTINCT feed FROM {db}.checks SEMI JOIN newest USING ("number", feed) '
        "WHERE NOT passed AND code LIKE '%-5__' ORDER BY feed"
    )
    return [row["feed"] for row in release.rows(sql)]


def drift(release: Release) -> list[Row]:
    """Columns and codes that came or went between deliveries. Officers' releases only."""
    return _rows(release, "drift", 'SELECT * FROM {db}.drift ORDER BY "number", feed, kind, title, label')


def freshness(release: Release) -> list[Row]:
    """The newest data of each feed and council, and when the next is expected."""
    return _rows(release, "freshness", "SELECT * FROM {db}.freshness ORDER BY title, name")


def today(release: Release) -> date:
    """The day on which something is late: today; for demonstration data the day that it pretends to be, and for an
    earlier release its own.
    """
    held = about(release)
    as_of = held.get("as_of") or date.today()
    return as_of if held.get("demonstration") or release.is_past else max(as_of, date.today())


def releases(release: Release) -> list[Row]:
    """This release and those before it, the newest first."""
    return _rows(release, "releases", "SELECT * FROM {db}.releases ORDER BY made_at DESC, release DESC")


def between(release: Release, before: str, after: str) -> Between:
    """What lies between two releases of the audience, each a day or a data version; see `connection.between`."""
    return _between(release.folder, before, after)


def versions_held(release: Release) -> list[Row]:
    """Every release of the audience, the newest first: release, as_of, made_at, stood."""
    names = ("release", "as_of", "made_at", "stood")
    return [{name: getattr(head, name) for name in names} for head in reversed(_heads(release.folder))]


def column_words(release: Release, fact: str) -> dict[str, str]:
    """What each yes/no column of a fact says when true."""
    sql = 'SELECT "column", about FROM {db}.fact_columns WHERE fact = ?'
    return {row["column"]: row["about"] for row in _rows(release, "fact_columns", sql, (fact,))}


def newest_figures(release: Release, measure: str, least: int = 3) -> list[Row]:
    """The newest whole-place figures of a measure for each of its own councils, newest first: 12 months that do not
    overlap, or where there are none the newest of its longest other window.
    """
    sql = (
        "WITH held AS (SELECT * FROM {db}.figures WHERE measure = ? AND breakdown = '' AND complete AND council IN "
        "(SELECT council FROM {db}.places)), "
        "ranked AS (SELECT *, list_position(['12m', 'calendar_year', 'financial_year', 'academic_year', 'quarter', "
        '\'month\'], "window") AS choice, max(period_end) OVER (PARTITION BY council, "window") AS newest FROM held), '
        "chosen AS (SELECT * FROM ranked QUALIFY choice = min(choice) OVER (PARTITION BY council)) "
        "SELECT * EXCLUDE (choice, newest) FROM chosen WHERE \"window\" <> '12m' OR month(period_end) = month(newest) "
        f"QUALIFY row_number() OVER (PARTITION BY council ORDER BY period_end DESC) <= {int(least)} "
        "ORDER BY council, period_end DESC"
    )
    return _rows(release, "figures", sql, (measure,)) if "places" in release.tables else []


def balances(release: Release) -> list[Row]:
    """Where every row went: both sides of each step, by council and feed. An older release has none."""
    return _rows(release, "balances", "SELECT * FROM {db}.balances ORDER BY ALL")


def rule_messages(release: Release) -> dict[str, str]:
    """Code of a rule -> what it says is wrong."""
    return {
        row["code"]: row["message"] for row in _rows(release, "rules", "SELECT code, message FROM {db}.rules")
    }


def all_column_words(release: Release) -> dict[tuple[str, str], str]:
    """(fact, yes/no column) -> what it says when true."""
    sql = 'SELECT fact, "column", about FROM {db}.fact_columns'
    return {(row["fact"], row["column"]): row["about"] for row in _rows(release, "fact_columns", sql)}


def versions(release: Release, measure: str) -> list[Row]:
    """A measure's versions and the release in which each was first used, the newest first."""
    sql = "SELECT * FROM {db}.measure_versions WHERE measure = ? ORDER BY made_at DESC"
    return _rows(release, "measure_versions", sql, (measure,))


def figure(release: Release, code: str) -> Row | None:
    """The figure that has a receipt id (as ids are stored), or None."""
    found = _rows(release, "figures", "SELECT * FROM {db}.figures WHERE receipt = ?", (code,))
    return found[0] if found else None


_NAMED = ("measure", "council", "window", "period_start", "period_end", "breakdown", "group")
"""What names a figure of a release."""


def erased_on(release: Release, code: str, held_in: str = "") -> date | None:
    """The day since which a figure's source is gone, in this release or an earlier one; None where it is not."""
    day = past.erased_in(release.folder, held_in or release.id, code)
    return date.fromisoformat(day) if day else None


def steps(release: Release, figure: Row) -> list[Row]:
    """What each step of counting a figure left: the columns of `counting_steps`, and `left`.

    None where the release does not hold them, or the figure has no counts.
    """
    held = release.left_out(figure["council"])
    if not held or "counting_steps" not in release.tables:
        return []
    sql = (
        'WITH held AS (SELECT measure, unnest(steps) AS "left", generate_subscripts(steps, 1) - 1 AS step '
        f'FROM {held} WHERE measure = ? AND council = ? AND "window" = ? AND period_start = ? AND period_end = ? '
        'AND breakdown = ? AND "group" = ?) '
        "SELECT * FROM {db}.counting_steps JOIN held USING (measure, step) ORDER BY step"
    )
    return release.rows(sql, tuple(figure[name] for name in _NAMED))


def undated(
    release: Release, counted: Sequence[tuple[str, str]], figure: Row
) -> dict[tuple[str, str], int | None]:
    """Of each fact and date: rows that are in no period, as they have no such date, of a figure's place and group; None
    where the release does not tell."""
    if "undated" not in release.tables:
        return dict.fromkeys(counted)
    sql = 'SELECT fact, date, "rows" FROM {db}.undated WHERE council = ? AND breakdown = ? AND "group" = ?'
    found = release.rows(sql, (figure["council"], figure["breakdown"], figure["group"]))
    return dict.fromkeys(counted, 0) | {(row["fact"], row["date"]): row["rows"] for row in found}


def sources(release: Release, counted: Sequence[tuple[str, str]], figure: Row) -> list[Row]:
    """The deliveries behind a figure, by feed and number, each with its row of `deliveries` and `rows_behind`.

    counted: the facts, with their dates, that the figure counts. `by_month` says whether rows of the period alone are
    counted; else they are all of the delivery's rows in force.
    """
    if not {"sources", "deliveries"} <= release.tables or not counted:
        return []
    pairs = ", ".join(f"({_text(fact)}, {_text(day)})" for fact, day in counted)
    sql = (
        f'WITH behind AS (SELECT feed, "number", max(behind)::BIGINT AS rows_behind, bool_or(by_month) AS by_month '
        'FROM (SELECT fact, date, feed, "number", sum("rows") AS behind, bool_and(month IS NOT NULL) AS by_month '
        f"FROM {{db}}.sources WHERE (fact, date) IN ({pairs}) AND council IN (?, '') "
        "AND (month IS NULL OR month BETWEEN ? AND ?) GROUP BY ALL) GROUP BY ALL) "
        'SELECT * FROM behind JOIN {db}.deliveries USING (feed, "number") ORDER BY feed, "number"'
    )
    return release.rows(sql, (figure["council"], figure["period_start"], figure["period_end"]))


def checks_of(release: Release, held: Sequence[tuple[int, str]]) -> Row:
    """Passed, warned and failed checks of some deliveries (number, feed)."""
    if "checks" not in release.tables or not held:
        return {"passed": 0, "warned": 0, "failed": 0}
    pairs = ", ".join(f"({int(number)}, {_text(feed)})" for number, feed in held)
    sql = (
        "SELECT count(*) FILTER (passed) AS passed, count(*) FILTER (NOT passed AND level = 'query') AS warned, "
        "count(*) FILTER (NOT passed AND level <> 'query') AS failed FROM {db}.checks "
        f'WHERE ("number", feed) IN ({pairs})'
    )
    return release.rows(sql)[0]


def restated(release: Release, figure: Row) -> list[Row]:
    """Where a figure got another receipt or lost its own, in this release or one before it, oldest first.

    `figure` names it: measure, place, period and group. By these the rows lie together, so few of each part are read.
    """
    named = " AND ".join(f'"{name}" = ?' for name in _NAMED)
    sql = f"SELECT * FROM {{restated}} WHERE {named} ORDER BY place"
    return release.rows(sql, tuple(figure[name] for name in _NAMED)) if release.restated else []


def superseded(release: Release, code: str) -> Row | None:
    """Where a receipt of an earlier release lost its place, the last time."""
    sql = "SELECT * FROM {restated} WHERE previous_receipt = ? ORDER BY place DESC LIMIT 1"
    found = release.rows(sql, (code,)) if release.restated else []
    return found[0] if found else None


def findings(release: Release, number: int, feed: str, limit: int, offset: int = 0) -> list[Row]:
    """Findings of a delivery row by row, with the rule's message and action. Officers' releases only."""
    if not {"findings", "rules"} <= release.tables:
        return []
    sql = (
        'SELECT f.feed, f.sheet, f."row", f.supplier_column, f.code, f.level, r.message, r."action" '
        "FROM {db}.findings AS f LEFT JOIN {db}.rules AS r ON r.code = f.code AND r.feed = f.feed "
        'WHERE f."number" = ? AND f.feed = ? ORDER BY f.sheet, f."row" NULLS FIRST, f.code, f.supplier_column '
        f"LIMIT {int(limit)} OFFSET {int(offset)}"
    )
    return release.rows(sql, (number, feed))


def findings_count(release: Release, number: int, feed: str) -> int:
    """How many findings a delivery has row by row."""
    sql = 'SELECT count(*) AS n FROM {db}.findings WHERE "number" = ? AND feed = ?'
    found = _rows(release, "findings", sql, (number, feed))
    return found[0]["n"] if found else 0


def columns_matched(release: Release, number: int, feed: str) -> list[Row]:
    """What each of the supplier's columns was matched to. Officers' releases only."""
    sql = (
        'SELECT sheet, supplier_column, "column", how FROM {db}.columns_matched '
        'WHERE "number" = ? AND feed = ? ORDER BY sheet, "column" NULLS LAST, supplier_column'
    )
    return _rows(release, "columns_matched", sql, (number, feed))


def listed_actions(release: Release, council: str) -> list[Row]:
    """The council's actions one by one, and those of councils whose duties passed to it, in the order of opening."""
    return _listed(release, "listed_actions", council, "opened_on, action_key")


def listed_cases(release: Release, council: str) -> list[Row]:
    """The Ombudsman cases that the council answers for, the newest first."""
    return _listed(release, "listed_cases", council, "decided_on DESC, case_key")


def listed_remedies(release: Release, council: str) -> list[Row]:
    """What was agreed as remedies in these cases. Officers' releases only."""
    return _listed(release, "listed_remedies", council, "case_key, remedy_number")


def listed_findings(release: Release, council: str) -> list[Row]:
    """What inspections of the council's area found, the newest first. Officers' releases only."""
    return _listed(release, "listed_findings", council, "published_on DESC, area_number")


def listed_internal_audits(release: Release, council: str) -> list[Row]:
    """The council's internal audits, in the order of the programme. Officers' releases only."""
    return _listed(release, "listed_internal_audits", council, "planned_on, source_key")


def listed_inspections(release: Release, council: str) -> list[Row]:
    """Published inspections of the council's area, the newest first."""
    return _listed(release, "listed_inspections", council, "published_on DESC")


def _listed(release: Release, table: str, council: str, order: str) -> list[Row]:
    former = [
        row["council"] for row in places(release, EVERY_PLACE) if council in (row.get("successors") or ())
    ]
    held = ", ".join(map(_text, [council, *former]))
    return _rows(release, table, f"SELECT * FROM {{db}}.{table} WHERE council IN ({held}) ORDER BY {order}")


def place_names(release: Release) -> dict[str, str]:
    """Code of a place -> its name."""
    return {row["council"]: row["name"] for row in places(release, EVERY_PLACE)}


def _rows(release: Release, table: str, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """The rows, or none where this release (a public or an older one) does not hold the table."""
    return release.rows(sql, parameters) if table in release.tables else []


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _labelled(release: Release, found: list[Row]) -> list[Row]:
    """The rows in their groups' order, each with its group's label; groups without one come last, by code."""
    known = groups(release)
    unknown = {"label": None, "position": None}
    held = [(known.get((row["breakdown"], row["group"]), unknown), row) for row in found]
    held.sort(key=lambda pair: (pair[0]["position"] is None, pair[0]["position"] or 0, pair[1]["group"]))
    return [{**row, "label": group["label"] or row["group"]} for group, row in held]
