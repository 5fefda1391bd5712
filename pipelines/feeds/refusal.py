"""The refusal of a delivered file, with its codes.

Belongs here: the one exception that `feeds` lets out, what its codes mean, and how a supplier's own words are made
safe to show in a message. Does not belong here: deciding to refuse (the reader that found the fault does), or findings
about rows (`intake`).
"""

from __future__ import annotations

import re

CODES = {
    "FILE-00": "not a file that can be read",
    "FILE-01": "a kind of file that is not read",
    "FILE-02": "nothing in it",
    "FILE-03": "too large",
    "FILE-04": "binary content in a text file",
    "FILE-05": "text in an encoding that cannot be told",
    "FILE-06": "locked with a password",
    "FILE-07": "not a workbook, or a damaged one",
    "FILE-08": "a workbook that unpacks to too much",
    "FILE-09": "the headers of no feed",
    "FILE-10": "required columns missing",
    "FILE-11": "two columns for one thing",
    "FILE-12": "a quotation mark that is not closed",
    "FILE-13": "stray cells far from the table",
    "FILE-14": "headers that fit two councils' mappings",
    "FILE-15": "a sheet of corrections without some of its columns",
    "FILE-16": "two tables on one sheet",
    "FILE-17": "headers and no row below them",
}
LONGEST = 60
"""Characters of a supplier's header or sheet name that are shown."""

_DATA = re.compile(
    r"\d{6}"  # any long number: UPN, telephone, date of birth without separators
    r"|(?:\d[ -]?){9}"  # NHS and telephone numbers written in groups
    r"|@"
    r"|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}"
    r"|\b\d{1,2}(?:st|nd|rd|th)?[ -](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ -]\d{2,4}\b"
    r"|\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b",  # postcode
    re.IGNORECASE,
)


class Refused(ValueError):
    """The whole file is kept out. `message` says what is wrong, where and what to do; never what a cell holds."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type[Refused], tuple[str, str]]:
        return Refused, (self.code, self.message)


def shown(text: str, otherwise: str) -> str:
    """A header or sheet name as it may be shown: on one line, cut to 60 characters, or `otherwise` if empty or
    if it looks like somebody's data (a table without headers has a row of them in the headers' place)."""
    plain = " ".join(text.split())
    if not plain or _DATA.search(plain):
        return otherwise
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"
