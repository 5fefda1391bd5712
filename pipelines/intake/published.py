"""Reading published figures: places by level and code, numbers that may be symbols, and codes that have ended.

Belongs here: the readers of the column types `place`, `count`, `percentage` and `ons_code`, the one cell that a place
is read from, and the rule patterns for figures that somebody counted before us.
Does not belong here: columns and rules of a feed (its contract), what a symbol means on a page (`dashboard.phrases`).

Symbols are DfE's: z not applicable, x not available, c confidential, low (once k) rounds to nought but is not nought,
u of low reliability. The obsolete `:` and `~` are kept as they are and asked about. A symbol is never a nought.
Source: DfE, statistics production: data symbols; the same list in its screening of published files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.contracts import UNREADABLE, Catalogue, Contract, ContractError, Rule, simplify
from pipelines.contracts.reference import PLACE_KINDS
from pipelines.intake.values import to_whole_number

if TYPE_CHECKING:
    from pipelines.intake.rules import Scene

SYMBOLS = {"z": "z", "x": "x", "c": "c", "low": "low", "k": "low", "u": "u", ":": ":", "~": "~"}
"""As written (in any case) -> as kept."""
OBSOLETE = (":", "~")
SEPARATOR = "\x1f"
_LEVELS = {
    "country": frozenset({"national", "country", "nat"}),
    "region": frozenset({"regional", "region", "reg"}),
    "council": frozenset({"local authority", "la", "council", "local authority district"}),
}

Pair = tuple[Any, str | None]


def place_cells(contract: Contract) -> dict[str, str]:
    """Place column -> SQL of the one text that it is read from: its level and its codes, NULL where all are empty."""
    nothing = SEPARATOR * len(PLACE_KINDS)
    return {
        name: f"nullif({_joined([column.made_from[part] for part in ('level', *PLACE_KINDS)])}, '{nothing}')"
        for name, column in contract.columns.items()
        if column.type == "place"
    }


def _joined(columns: list[str]) -> str:
    cells = ", ".join(f"coalesce({name}, '')" for name in columns)
    return f"concat_ws(chr(31), {cells})"


def place_reader(catalogue: Catalogue) -> Callable[[str], str]:
    """Level and codes -> the code of the place: a council's three-digit DfE code, a region's or the country's.

    The level decides which code is read; the others (a region of a council's row) are not looked at. A council's is
    its three-digit code alone, because nine-character codes change and published ones are stale.
    """
    known = {kind: _known(catalogue, kind) for kind in PLACE_KINDS}

    def read(text: str) -> str:
        level, *codes = text.split(SEPARATOR)
        for kind, code in zip(PLACE_KINDS, codes, strict=True):
            if simplify(level) in _LEVELS[kind] and simplify(code) in known[kind]:
                return known[kind][simplify(code)]
        raise ValueError("no place that we know")

    return read


def _known(catalogue: Catalogue, kind: str) -> dict[str, str]:
    if kind == "council":
        return {simplify(code): code for code in catalogue.councils}
    return {
        simplify(text): region.code
        for region in catalogue.regions.values()
        if region.kind == kind
        for text in (region.code, region.name, *region.also_called)
    }


def to_count(text: str) -> Pair:
    """A whole number and no symbol, or no number and the symbol."""
    symbol = SYMBOLS.get(text.strip().lower())
    return (None, symbol) if symbol else (to_whole_number(text), None)


def to_percentage(text: str) -> Pair:
    """A number from 0 to 100 (57.900000000000 too) and no symbol, or no number and the symbol."""
    symbol = SYMBOLS.get(text.strip().lower())
    if symbol:
        return None, symbol
    plain = text.strip().removesuffix("%").strip()
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", plain) or float(plain) > 100:
        raise ValueError("not a percentage")
    return float(plain), None


def ons_code_reader(catalogue: Catalogue) -> Callable[[str], tuple[str, date | None, str]]:
    """A council's nine-character code -> the code, the last day it was in use (None: it still is), and whose it is."""
    owner = {code: council for council in catalogue.councils.values() for code in council.ons_codes}

    def read(text: str) -> tuple[str, date | None, str]:
        code = text.strip().upper()
        if code not in owner:
            raise ValueError("no council's code")
        until = owner[code].ons_until.get(code)
        return code, date.fromisoformat(until) if until else None, owner[code].code

    return read


# Rule patterns: SQL over a typed table, true where a row breaks the rule


def _kept(scene: Scene, name: str) -> str:
    if name not in scene.contract.stored:
        raise ContractError(
            f"{scene.contract.feed}: a rule names {name}, which the feed does not have, or of which nothing is kept. "
            f"Choose one of: {', '.join(scene.contract.stored)}."
        )
    return name


def _share_matches(rule: Rule, scene: Scene) -> str:
    share, above, below = (
        _kept(scene, rule.arguments[part]) for part in ("column", "numerator", "denominator")
    )
    # the small addition undoes binary rounding: 12.25 published as 12.3 lies exactly at the edge
    return f"{below} > 0 AND abs(100.0 * {above} / {below} - {share}) > {rule.arguments['tolerance']} + 1e-9"


def _parts_sum(rule: Rule, scene: Scene) -> str:
    total = " + ".join(_kept(scene, part) for part in rule.arguments["parts"])
    return f"abs({total} - {_kept(scene, rule.arguments['column'])}) > {rule.arguments['tolerance']}"


def _councils_sum(rule: Rule, scene: Scene) -> str:
    number = _kept(scene, rule.arguments["column"])
    alike = ", ".join(_kept(scene, name) for name in rule.arguments["by"])
    councils = f"sum(CASE WHEN length(council) = 3 THEN {number} END) OVER (PARTITION BY {alike})"
    return f"starts_with(council, 'E92') AND abs({councils} - {number}) > {rule.arguments['tolerance']}"


def _symbols_current(rule: Rule, scene: Scene) -> str:
    symbols = [_kept(scene, f"{name}_symbol") for name in rule.arguments["numbers"]]
    return " OR ".join(f"coalesce({symbol} IN {_list(OBSOLETE)}, false)" for symbol in symbols)


def _last_day(scene: Scene, year: str) -> str:
    return f"make_date(CASE WHEN {_kept(scene, year)} BETWEEN 1 AND 9999 THEN {year} END, 12, 31)"


def _code_in_use(rule: Rule, scene: Scene) -> str:
    return f"{_kept(scene, rule.arguments['column'] + '_until')} < {_last_day(scene, rule.arguments['year'])}"


def _code_of_place(rule: Rule, scene: Scene) -> str:
    return f"{_kept(scene, rule.arguments['column'] + '_of')} <> council AND council <> '{UNREADABLE}'"


def _year_has_ended(rule: Rule, scene: Scene) -> str:
    return f"{_last_day(scene, rule.arguments['column'])} > DATE '{scene.extracted_on}'"


def _codes_belong(rule: Rule, scene: Scene) -> str:
    code, of = _kept(scene, rule.arguments["column"]), _kept(scene, rule.arguments["of"])
    lists: dict[str, list[str]] = rule.arguments["codes"]
    fits = " OR ".join(f"({of} = '{group}' AND {code} IN {_list(codes)})" for group, codes in lists.items())
    return f"{of} IN {_list(lists)} AND {code} <> '{UNREADABLE}' AND NOT ({fits})"


def _list(codes: Iterable[str]) -> str:
    return "(" + ", ".join(f"'{code}'" for code in codes) + ")"


def window_sql(start: str, end: str) -> str:
    """SQL: the windows that two days bound, as a list of their names; empty where they bound none.

    A year of whole months is a window `12m`, and a calendar, financial or academic year too where it begins so.
    """
    whole = f"day({start}) = 1 AND {end} = last_day({end})"
    months = f"(date_diff('month', {start}, {end}) + 1)"
    return f"""CASE WHEN NOT ({whole}) THEN []
        WHEN {months} = 1 THEN ['month']
        WHEN {months} = 3 AND month({start}) % 3 = 1 THEN ['quarter']
        WHEN {months} = 12 AND month({start}) = 1 THEN ['12m', 'calendar_year']
        WHEN {months} = 12 AND month({start}) = 4 THEN ['12m', 'financial_year']
        WHEN {months} = 12 AND month({start}) = 9 THEN ['12m', 'academic_year']
        WHEN {months} = 12 THEN ['12m'] ELSE [] END"""


def _whole_window(rule: Rule, scene: Scene) -> str:
    start, end = (_kept(scene, rule.arguments[part]) for part in ("start", "column"))
    return f"{start} <= {end} AND len({window_sql(start, end)}) = 0"


def _above_the_gap(rule: Rule, scene: Scene) -> str:
    empty = " AND ".join(f"{_kept(scene, name)} IS NULL" for name in rule.arguments["columns"])
    above = "PARTITION BY _sheet ORDER BY _row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
    return f"coalesce(bool_or({empty}) OVER ({above}), false)"


PATTERNS: dict[str, Callable[[Rule, Scene], str]] = {
    "share_matches": _share_matches,
    "parts_sum_to_column": _parts_sum,
    "councils_sum_to_country": _councils_sum,
    "symbols_current": _symbols_current,
    "code_in_use": _code_in_use,
    "code_of_place": _code_of_place,
    "year_has_ended": _year_has_ended,
    "codes_belong": _codes_belong,
    "whole_window": _whole_window,
    "above_the_gap": _above_the_gap,
}
"""Patterns that have no expectation in Great Expectations' own list: they run as SQL."""
ACROSS_ROWS = frozenset({"councils_sum_to_country", "above_the_gap"})
"""Patterns that set a row against other rows."""
