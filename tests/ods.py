"""Real OpenDocument spreadsheets for tests, made cell by cell: a helper, not a test.

Belongs here: the container and the XML that office programs write, and the odd forms of it that tests ask for.
Does not belong here: what is read from them (`feeds/test_ods`).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from xml.sax.saxutils import escape, quoteattr

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}
MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{MIMETYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


@dataclass(frozen=True)
class Xml:
    """A cell or row given as XML."""

    text: str


@dataclass(frozen=True)
class Percent:
    share: float


@dataclass(frozen=True)
class Times:
    """A cell, or a row, that stands for several alike: as ODS keeps them."""

    what: Any
    times: int


def spreadsheet(
    sheets: Mapping[str, Sequence[Any]], *, members: Mapping[str, str | bytes] | None = None, before: str = ""
) -> bytes:
    """A spreadsheet with these rows, from A1 on. `members` replace or add parts; `before` stands above the root."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>{''.join(map(_row, rows))}</table:table>"
        for name, rows in sheets.items()
    )
    spaces = " ".join(f'xmlns:{name}="{space}"' for name, space in _SPACES.items())
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {spaces} office:version="1.3">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    parts: dict[str, str | bytes] = {
        "mimetype": MIMETYPE,
        "content.xml": content,
        "META-INF/manifest.xml": MANIFEST,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in (parts | dict(members or {})).items():
            archive.writestr(name, part, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _row(row: Any) -> str:
    if isinstance(row, Xml):
        return row.text
    times = ""
    if isinstance(row, Times):
        times, row = f' table:number-rows-repeated="{row.times}"', row.what
    cells = "".join(map(cell, row)) or "<table:table-cell/>"
    return f"<table:table-row{times}>{cells}</table:table-row>"


def cell(value: Any, more: str = "") -> str:
    """A cell as office programs write it: the value in attributes, and what is shown in a paragraph."""
    if isinstance(value, Xml):
        return value.text
    if isinstance(value, Times):
        return cell(value.what, f' table:number-columns-repeated="{value.times}"')
    if value is None or value == "":
        return f"<table:table-cell{more}/>"
    kind, attribute, shown = _typed(value)
    shown_as = "".join(f"<text:p>{escape(line)}</text:p>" for line in shown.split("\n"))
    return f'<table:table-cell{more} office:value-type="{kind}"{attribute}>{shown_as}</table:table-cell>'


def _typed(value: Any) -> tuple[str, str, str]:
    if isinstance(value, bool):
        return "boolean", f' office:boolean-value="{str(value).lower()}"', str(value).upper()
    if isinstance(value, Percent):
        return "percentage", f' office:value="{value.share}"', f"{100 * value.share:g}%"
    if isinstance(value, datetime | date):
        return "date", f' office:date-value="{value.isoformat()}"', f"{value:%d/%m/%Y}"
    if isinstance(value, time):
        return "time", f' office:time-value="{value:PT%HH%MM%SS}"', f"{value:%H:%M}"
    if isinstance(value, int | float):
        return "float", f' office:value="{value}"', f"{value:,}"
    return "string", "", str(value)
