"""Reading a group that stands beside the characteristic it is of: one column for the groups of many breakdowns.

Belongs here: the reader of the column type `group`, and the one cell that it reads. Does not belong here: the code
lists themselves (`data/reference/codes`), or what a breakdown means (`model.schema`).

The codes read are those that audits have for the same breakdown, so that the two can be compared group by group.
"""

from __future__ import annotations

from collections.abc import Callable

from pipelines.contracts import Catalogue, Code, Contract, simplify
from pipelines.intake.values import code_reader, is_missing, to_yes_no

ALL = "all"
"""The characteristic of the whole list of cases, and its one group."""
UNKNOWN = "unknown"
"""The group of those of whom the characteristic is not known, as facts call it."""
SEPARATOR = "\x1f"
_NOT_KNOWN = {"not recorded", "not known", "unknown", "not stated", "refused", "not obtained", "unclassified"}
"""Simplified words for it. What else means that nothing is recorded leaves the cell empty."""
_NAMES = {"locality": "localities"}

Reader = Callable[[str, str | None], str | None]


def cells(contract: Contract) -> dict[str, str]:
    """Group column -> SQL of the one text it is read from: the characteristic and the group, NULL where it is empty."""
    return {
        name: f"CASE WHEN trim({name}) <> '' THEN concat_ws(chr(31), coalesce({column.of}, ''), {name}) END"
        for name, column in contract.columns.items()
        if column.type == "group"
    }


def reader(column_codes: str, catalogue: Catalogue, names: Callable[[str], Reader]) -> Reader:
    """A converter of such a text (and the council's code) to the group's code.

    Args:
        column_codes: the code list of the column that says the characteristic.
        names: list of a council's names (`localities`) -> the reader of a name on it.
    """
    topic = code_reader(_spellings(catalogue.codes[column_codes]))
    readers: dict[str, Callable[[str], str]] = {
        code.code: _of_codes(catalogue, code.code)
        for code in catalogue.codes[column_codes]
        if code.code not in _NAMES
    }
    named = {characteristic: names(kind) for characteristic, kind in _NAMES.items()}

    def read(text: str, council: str | None) -> str | None:
        characteristic, _, group = text.partition(SEPARATOR)
        try:
            found = topic(characteristic)
        except ValueError:
            return UNKNOWN  # the other column is at fault, and its rule says so
        try:
            return named[found](group, council) if found in named else readers[found](group)
        except ValueError:
            if found != ALL and simplify(group) in _NOT_KNOWN:
                return UNKNOWN
            if is_missing(group):
                return None
            raise

    return read


def _of_codes(catalogue: Catalogue, characteristic: str) -> Callable[[str], str]:
    """The reader of one characteristic's groups."""
    if characteristic == ALL:
        return code_reader(
            {simplify(word): ALL for word in (ALL, "Total", "All children", "All pupils", "All plans")}
        )
    if characteristic == "interpreter":
        return lambda text: "yes" if to_yes_no(text) else "no"
    if characteristic == "ethnic_group":
        return _ethnic_group(catalogue.codes["ethnicity"])
    return code_reader(_spellings(catalogue.codes[characteristic]))


def _ethnic_group(codes: tuple[Code, ...]) -> Callable[[str], str]:
    """A broad group by its own name, or as DfE words it."""
    worded = {
        "Asian or Asian British": "Asian",
        "Black or Black British": "Black",
        "Black, Black British, Caribbean or African": "Black",
        "Mixed or multiple ethnic groups": "Mixed",
        "Any other ethnic group": "Other",
        "Other ethnic group": "Other",
    }
    own = {group: group for code in codes if (group := code.group) and group != "Not known"}
    return code_reader({simplify(word): group for word, group in (worded | own).items()})


def _spellings(codes: tuple[Code, ...]) -> dict[str, str]:
    return {
        simplify(word): code.code for code in codes for word in (code.code, code.label, *code.also_called)
    }
