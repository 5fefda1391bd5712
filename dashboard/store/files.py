"""The files that a release was made from: what they held, what was found in them, and what became of their rows.

Belongs here: deliveries, checks, findings, columns, lateness, balances. Does not belong here: which of them are behind
one figure (`behind`).
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.connection import Release, Row
from dashboard.store.asking import rows, text

NO_CHECKS = {"passed": 0, "warned": 0, "failed": 0}


def deliveries(release: Release) -> list[Row]:
    """Every delivery, newest first."""
    return rows(release, "deliveries", 'SELECT * FROM {db}.deliveries ORDER BY "number" DESC, feed')


def freshness(release: Release) -> list[Row]:
    """The newest data of each feed and council, and when the next is expected."""
    return rows(release, "freshness", "SELECT * FROM {db}.freshness ORDER BY title, name")


def drift(release: Release) -> list[Row]:
    """Columns and codes that came or went between deliveries. Officers' releases only."""
    return rows(release, "drift", 'SELECT * FROM {db}.drift ORDER BY "number", feed, kind, title, label')


def balances(release: Release) -> list[Row]:
    """Where every row went: both sides of each step, by council and feed. An older release has none."""
    return rows(release, "balances", "SELECT * FROM {db}.balances ORDER BY ALL")


def check_counts(release: Release) -> Row:
    """Passed, warned (queries) and failed checks over the deliveries in force."""
    if "deliveries" not in release.tables:
        return dict(NO_CHECKS)
    return _checks(release, "SELECT (\"number\", feed) FROM {db}.deliveries WHERE state = 'in force'")


def checks_of(release: Release, held: Sequence[tuple[int, str]]) -> Row:
    """Passed, warned and failed checks of some deliveries (number, feed)."""
    pairs = ", ".join(f"({int(number)}, {text(feed)})" for number, feed in held)
    return _checks(release, pairs) if held else dict(NO_CHECKS)


def _checks(release: Release, of: str) -> Row:
    sql = (
        "SELECT count(*) FILTER (passed) AS passed, count(*) FILTER (NOT passed AND level = 'query') AS warned, "
        "count(*) FILTER (NOT passed AND level <> 'query') AS failed FROM {db}.checks "
        f'WHERE ("number", feed) IN ({of})'
    )
    return next(iter(rows(release, "checks", sql)), dict(NO_CHECKS))


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
    pairs = ", ".join(f"({int(number)}, {text(feed)})" for number, feed in held)
    sql = (
        'WITH broken AS (SELECT c.code, c.feed, c.level, sum(c.broken)::BIGINT AS broken, r.message, r."action" '
        "FROM {db}.checks AS c LEFT JOIN {db}.rules AS r ON r.code = c.code AND r.feed = c.feed "
        f'WHERE NOT c.passed AND (c."number", c.feed) IN ({pairs}) GROUP BY ALL) '
        "SELECT * FROM broken ORDER BY list_position(['refuse', 'error', 'query'], level), broken DESC, code"
    )
    return release.rows(sql)


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


def rule_messages(release: Release) -> dict[str, str]:
    """Code of a rule -> what it says is wrong."""
    return {
        row["code"]: row["message"] for row in rows(release, "rules", "SELECT code, message FROM {db}.rules")
    }


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
    found = rows(release, "findings", sql, (number, feed))
    return found[0]["n"] if found else 0


def columns_matched(release: Release, number: int, feed: str) -> list[Row]:
    """What each of the supplier's columns was matched to. Officers' releases only."""
    sql = (
        'SELECT sheet, supplier_column, "column", how FROM {db}.columns_matched '
        'WHERE "number" = ? AND feed = ? ORDER BY sheet, "column" NULLS LAST, supplier_column'
    )
    return rows(release, "columns_matched", sql, (number, feed))
