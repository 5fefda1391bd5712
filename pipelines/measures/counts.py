"""Counting facts: how many rows, and which, for every month, group and set of yes/no columns that a measure needs.

Belongs here: one pass over each fact and date, and the digests that show when the rows behind a number change; rows
without the date.
Does not belong here: windows longer than a month (`windows`), shares and intervals (`figures`).

A month is a whole number, year x 12 + month - 1, so that windows are plain arithmetic. A digest is the bitwise sum
(XOR) of the keys of the rows counted: it changes when a row comes or goes, whatever the order of the rows, and the
digest of a window is the bitwise sum of its months'.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from pipelines.measures.catalogue import Measure, Term
from pipelines.model.schema import FACTS

_CELLS = 1_000_000
"""More than there are months up to the year 9999: what the numbers of one council's months begin with is its own."""


def count(con: duckdb.DuckDBPyConnection, facts: Mapping[str, str], measures: Iterable[Measure]) -> None:
    """Make TEMP TABLE counts(fact, date, columns, council, month, breakdown, "group", count, digest).

    `facts` maps a fact to its relation. `columns` are the yes/no columns that are all true, in order of the alphabet
    (none of them: every row with the date); breakdown and group are '' for all rows together. Only counts above 0 are
    kept, in no order. Where a measure averages a number, count is that number added up (or its square), columns say so,
    and the digest holds each row's number too.
    """
    wanted = _of_rows(con, facts, measures)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE counts (fact VARCHAR, date VARCHAR, columns VARCHAR, council VARCHAR, "
        'month INTEGER, breakdown VARCHAR, "group" VARCHAR, count BIGINT, digest UBIGINT)'
    )
    for fact, day in sorted({(term.fact, term.date) for term in wanted}):
        terms = {term: wanted[term] for term in sorted(wanted) if (term.fact, term.date) == (fact, day)}
        _count_one(con, facts[fact], fact, day, {term: of for term, of in terms.items() if not term.of})
        for term, of in terms.items():
            if term.of:
                _add_up(con, facts[fact], term, of)


def long_periods(con: duckdb.DuckDBPyConnection, facts: Mapping[str, str]) -> None:
    """Make TEMP TABLE long_periods(fact, council, first_month, last_month, breakdown, "group").

    The planned periods of several months behind a fact's rows. Such a row is counted in its last month, so a window
    that begins or ends within the period knows neither what was planned for its part of it nor what was done.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE long_periods (fact VARCHAR, council VARCHAR, first_month INTEGER, "
        'last_month INTEGER, breakdown VARCHAR, "group" VARCHAR)'
    )
    for fact, relation in facts.items():
        if "months_spanned" not in FACTS[fact].about:
            continue
        last = month_index(FACTS[fact].dates[0])
        for breakdown in ("", *FACTS[fact].breakdowns):
            group = f"{breakdown}::VARCHAR" if breakdown else "''"
            con.execute(
                f"INSERT INTO long_periods SELECT DISTINCT '{fact}', council, {last} - months_spanned + 1, {last}, "
                f"'{breakdown}', {group} FROM {relation} WHERE months_spanned > 1"
            )


def undated(con: duckdb.DuckDBPyConnection, facts: Mapping[str, str], measures: Iterable[Measure]) -> None:
    """Make TEMP TABLE undated(fact, date, council, breakdown, "group", rows): rows without the date, so in no period.

    Of each fact and date that measures count by, for the breakdowns that any of them has.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE undated (fact VARCHAR, date VARCHAR, council VARCHAR, breakdown VARCHAR, "
        '"group" VARCHAR, "rows" BIGINT)'
    )
    wanted: dict[tuple[str, str], set[str]] = {}
    for term, breakdowns in _of_rows(con, facts, measures).items():
        wanted.setdefault((term.fact, term.date), set()).update(breakdowns)
    for (fact, day), breakdowns in sorted(wanted.items()):
        names = sorted(breakdowns)
        named = "".join(f"WHEN GROUPING({name}) = 0 THEN '{name}' " for name in names)
        con.execute(f"""
            INSERT INTO undated SELECT '{fact}', '{day}', council, {f"CASE {named}ELSE '' END" if named else "''"} AS
                breakdown, coalesce({", ".join([*(f"{name}::VARCHAR" for name in names), "''"])}) AS "group", count(*)
            FROM {facts[fact]} WHERE {day} IS NULL
            GROUP BY GROUPING SETS ({", ".join(["(council)", *(f"(council, {name})" for name in names)])})
            ORDER BY ALL""")


def breakdowns_by_term(measures: Iterable[Measure], with_steps: bool = True) -> dict[Term, set[str]]:
    """What is to be counted, and the breakdowns it is needed by; without steps, for the numbers of figures alone."""
    wanted: dict[Term, set[str]] = {}
    for measure in measures:
        for term in measure.terms if with_steps else measure.numbers:
            held = FACTS[term.fact].breakdowns  # a register may know less of a child than an audit does
            wanted.setdefault(term, set()).update(name for name in measure.counted_by if name in held)
    return wanted


def _of_rows(
    con: duckdb.DuckDBPyConnection, facts: Mapping[str, str], measures: Iterable[Measure]
) -> dict[Term, set[str]]:
    """`breakdowns_by_term` of the facts that have rows: most councils send a few of the feeds, and to count no rows
    takes nearly as long as to count some."""
    wanted = breakdowns_by_term(measures)
    held = {
        fact for fact in {term.fact for term in wanted}
        if con.execute(f"FROM {facts[fact]} LIMIT 1").fetchall()
    }  # fmt: skip
    return {term: breakdowns for term, breakdowns in wanted.items() if term.fact in held}


def month_index(day: str) -> str:
    """SQL for the month that a day lies in."""
    return f"(year({day}) * 12 + month({day}) - 1)::INTEGER"


def _count_one(
    con: duckdb.DuckDBPyConnection, relation: str, fact: str, day: str, terms: Mapping[Term, set[str]]
) -> None:
    """Add the counts of one fact by one of its dates."""
    needed = set().union(*terms.values())
    breakdowns = [name for name in FACTS[fact].breakdowns if name in needed]
    holds = [" AND ".join(term.columns) or "true" for term in terms]
    rows = f"""
        SELECT {", ".join(["council", f"{month_index(day)} AS month", *breakdowns, f"{FACTS[fact].key} AS key"])},
            {", ".join(f"({condition}) AS holds_{n}" for n, condition in enumerate(holds))}
        FROM {relation} WHERE {day} IS NOT NULL AND ({" OR ".join(holds)})"""
    # a council's month as one number: grouping by a text too costs more
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE numbered AS
        SELECT council, row_number() OVER (ORDER BY council) * {_CELLS} AS first_cell, max(n) AS most
        FROM (SELECT council, count(*) AS n FROM ({rows}) GROUP BY council, month) GROUP BY council""")
    [(most,)] = con.execute("SELECT max(most) FROM numbered").fetchall()
    if most is None:
        return
    packed, digests = Packed(len(holds), int(most)), Digests(len(holds))
    sets = ["(cell)", *(f"(cell, {name})" for name in breakdowns)]
    named = "".join(f"WHEN GROUPING({name}) = 0 THEN '{name}' " for name in breakdowns)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE counted AS
        SELECT council, (cell - first_cell)::INTEGER AS month, added.*
        FROM (
            SELECT cell, {f"CASE {named}ELSE '' END" if named else "''"} AS breakdown,
                coalesce({", ".join([*(f"{name}::VARCHAR" for name in breakdowns), "''"])}) AS "group",
                {", ".join(f"bit_xor(keys_{n}) AS keys_{n}" for n in range(digests.words))},
                {", ".join(f"sum(word_{n})::BIGINT AS word_{n}" for n in range(packed.words))}
            FROM (
                SELECT *, first_cell + month AS cell,
                    {", ".join(f"{digests.word(n)} AS keys_{n}" for n in range(digests.words))},
                    {", ".join(f"{packed.word(n)} AS word_{n}" for n in range(packed.words))}
                FROM (SELECT *, {digests.keys} FROM ({rows})) JOIN numbered USING (council)
            )
            GROUP BY GROUPING SETS ({", ".join(sets)})
        ) AS added JOIN numbered ON cell // {_CELLS} * {_CELLS} = first_cell
    """)
    each = (
        f"""SELECT '{fact}', '{day}', '{term.written}' AS columns, council, month, breakdown, "group",
            {packed.count(n)} AS count, {digests.digest(n)}
        FROM counted WHERE breakdown IN ({", ".join(f"'{name}'" for name in ("", *sorted(of)))}) AND count > 0"""
        for n, (term, of) in enumerate(terms.items())
    )
    con.execute(f"INSERT INTO counts {' UNION ALL '.join(each)}")
    for helper in ("counted", "numbered"):
        con.execute(f"DROP TABLE {helper}")


def _add_up(con: duckdb.DuckDBPyConnection, relation: str, term: Term, of: set[str]) -> None:
    """Add a number's sums to the counts, as if each row counted as many times."""
    breakdowns = sorted(of)
    number = term.of.removesuffix(" squared")
    value = f"{number} * {number}" if number != term.of else number
    holds = " AND ".join((f"{term.date} IS NOT NULL", f"{number} IS NOT NULL", *term.columns))
    named = "".join(f"WHEN GROUPING({name}) = 0 THEN '{name}' " for name in breakdowns)
    sets = ", ".join(["(council, month)", *(f"(council, month, {name})" for name in breakdowns)])
    con.execute(f"""
        INSERT INTO counts SELECT * FROM (
            SELECT '{term.fact}', '{term.date}', '{term.written}' AS columns, council, month,
                {f"CASE {named}ELSE '' END" if named else "''"} AS breakdown,
                coalesce({", ".join([*(f"{name}::VARCHAR" for name in breakdowns), "''"])}) AS "group",
                sum(value)::BIGINT AS count, bit_xor(md5_number_upper(concat_ws('|', key, value))) AS digest
            FROM (
                SELECT *, {month_index(term.date)} AS month, {FACTS[term.fact].key} AS key, {value} AS value
                FROM {relation} WHERE {holds}
            )
            GROUP BY GROUPING SETS ({sets})
        ) WHERE count > 0
    """)


class Digests:
    """Digests of several counts, two side by side in one number of 128 bits: two at once cost little more than one."""

    keys = "key::UHUGEINT AS low_key, key::UHUGEINT << 64 AS high_key, low_key | high_key AS both_keys"
    """SQL for what `word` needs of a row's `key`."""

    def __init__(self, counts: int) -> None:
        self.counts = counts
        self.words = -(-counts // 2)

    def word(self, number: int) -> str:
        """SQL for one row's share in a word, of the columns `holds_n`."""
        low, high = f"holds_{2 * number}", f"holds_{2 * number + 1}"
        if 2 * number + 1 == self.counts:
            return f"CASE WHEN {low} THEN low_key ELSE 0 END"
        both = f"CASE WHEN {high} THEN both_keys ELSE low_key END"
        return f"CASE WHEN {low} THEN {both} WHEN {high} THEN high_key ELSE 0 END"

    def digest(self, n: int) -> str:
        """SQL for digest n, of the words added up as `keys_<word>`."""
        word = f"keys_{n // 2}"
        return f"({word} >> 64)::UBIGINT" if n % 2 else f"({word} & {2**64 - 1})::UBIGINT"


class Packed:
    """Several counts in one whole number, side by side: adding one column up counts five or so at once.

    Adding up is what counting costs. No count exceeds the number of rows in a council's month, so each is given the
    bits that this number needs, and none runs into the next. 62 bits of a BIGINT are used.
    """

    def __init__(self, counts: int, most: int) -> None:
        self.counts = counts
        self.bits = most.bit_length()
        self.in_word = 62 // self.bits
        self.words = -(-counts // self.in_word)

    def word(self, number: int) -> str:
        """SQL for one row's share in a word, of the columns `holds_n`."""
        inside = range(number * self.in_word, min(self.counts, (number + 1) * self.in_word))
        return " + ".join(
            f"CASE WHEN holds_{n} THEN {1 << self._shift(n)}::BIGINT ELSE 0 END" for n in inside
        )

    def count(self, n: int) -> str:
        """SQL for count n, of the words added up."""
        return f"((word_{n // self.in_word} >> {self._shift(n)}) & {(1 << self.bits) - 1})"

    def _shift(self, n: int) -> int:
        return self.bits * (n % self.in_word)
