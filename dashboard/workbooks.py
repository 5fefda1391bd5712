"""Rows as a workbook of two sheets, notes and figures, in XLSX and ODS.

Belongs here: how a sheet is laid out so that it reads well and a screen reader can follow it: one table from the top
left cell, one header row that stays in sight, no merged cell, numbers as numbers. Does not belong here: which rows
and columns there are, and what the notes say (`export`).

ODS is written by hand: the one maintained library builds a tree of objects for every cell, a hundred times the work of
the few tags that a plain sheet needs, and brings a compiled XML parser with it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

# A spreadsheet may run a cell that begins with one of these as a formula once it is edited or saved as CSV.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
Note = tuple[str, str | None]
"""A name and what it is; without the second, a heading."""


@dataclass(frozen=True)
class Column:
    """One column: its header, what it is, its kind (text, count, share, points, date, time, yes_no), its width."""

    name: str
    about: str
    kind: str = "text"
    width: int = 12


@dataclass(frozen=True)
class Book:
    """What a workbook holds. A row whose `value_is` is no share has plain numbers in its share columns."""

    title: str
    made_at: datetime | None
    notes: Sequence[Note]
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]


NUMBER_FORMATS = {
    "count": "#,##0",
    "share": "0.0%",
    "points": "+0.000;-0.000;0.000",
    "plain": "0.0",
    "date": "yyyy-mm-dd",
    "time": "yyyy-mm-dd hh:mm",
}


def kind_of(column: Column, row: Mapping[str, Any]) -> str:
    """How a cell is shown; the kind `plain` is a number that is not a share."""
    if column.kind in ("share", "points") and row.get("value_is") in ("mean", "coefficient"):
        return "plain"
    return column.kind


def to_xlsx(book: Book) -> bytes:
    """The workbook as XLSX. Text is written as text, so nothing in it is a formula."""
    import xlsxwriter  # here: no page needs it

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as made:
        made.set_properties({"title": book.title, "created": book.made_at or datetime(2000, 1, 1)})
        styles = {kind: made.add_format({"num_format": text}) for kind, text in NUMBER_FORMATS.items()}
        bold = made.add_format({"bold": True, "font_size": 13})
        wrapped = made.add_format({"text_wrap": True, "valign": "top"})
        guarded = made.add_format({"quote_prefix": True})
        notes = made.add_worksheet("Notes")
        notes.set_column(0, 0, 34, wrapped)
        notes.set_column(1, 1, 90, wrapped)
        for at, (name, text) in enumerate(book.notes):
            notes.write_string(at, 0, name, bold if text is None else wrapped)
            if text is not None:
                notes.write_string(at, 1, text, wrapped)
        sheet = made.add_worksheet("Figures")
        for across, column in enumerate(book.columns):
            sheet.set_column(across, across, column.width)
            sheet.write_string(0, across, column.name)
        for down, row in enumerate(book.rows, 1):
            for across, column in enumerate(book.columns):
                value, kind = row.get(column.name), kind_of(column, row)
                if value is None or value == "":
                    continue
                if kind in ("date", "time"):
                    sheet.write_datetime(down, across, value, styles[kind])
                elif kind in styles:
                    sheet.write_number(down, across, value, styles[kind])
                else:
                    text = _text(value)
                    sheet.write_string(
                        down, across, text, guarded if text.startswith(FORMULA_STARTS) else None
                    )
        if book.rows:
            headers = [{"header": column.name} for column in book.columns]
            sheet.add_table(0, 0, len(book.rows), len(headers) - 1, {
                "name": "Figures", "columns": headers, "style": "Table Style Light 1", "banded_rows": False,
                "title": book.title, "description": "One row for each figure; the sheet Notes explains the columns.",
            })  # fmt: skip
        sheet.freeze_panes(1, 0)
    return out.getvalue()


def to_ods(book: Book) -> bytes:
    """The workbook as ODS 1.3. Every text cell says that it is text, so nothing in it is a formula."""
    made_at = (book.made_at or datetime(2000, 1, 1)).replace(microsecond=0)
    parts = {
        "content.xml": _content(book),
        "settings.xml": _SETTINGS,
        "styles.xml": f"{_XML}<office:document-styles {_SPACES} office:version='1.3'/>",
        "meta.xml": (
            f"{_XML}<office:document-meta {_SPACES} office:version='1.3'><office:meta>"
            f"<dc:title>{escape(book.title)}</dc:title><dc:language>en-GB</dc:language>"
            f"<meta:creation-date>{made_at.isoformat()}</meta:creation-date></office:meta></office:document-meta>"
        ),
    }
    listed = "".join(
        f"<manifest:file-entry manifest:full-path={quoteattr(name)} manifest:media-type='text/xml'/>"
        for name in parts
    )
    parts["META-INF/manifest.xml"] = (
        f"{_XML}<manifest:manifest xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0' "
        f"manifest:version='1.3'><manifest:file-entry manifest:full-path='/' manifest:version='1.3' "
        f"manifest:media-type='{_ODS}'/>{listed}</manifest:manifest>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        # first and unpacked, so that a program knows the file by its first bytes
        packed.writestr(_entry("mimetype", made_at), _ODS, zipfile.ZIP_STORED)
        for name, text in parts.items():
            packed.writestr(_entry(name, made_at), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_XML = "<?xml version='1.0' encoding='UTF-8'?>\n"
_SPACES = " ".join(
    f"xmlns:{name}='urn:oasis:names:tc:opendocument:xmlns:{of}:1.0'"
    for name, of in {
        "office": "office", "table": "table", "text": "text", "style": "style", "number": "datastyle",
        "fo": "xsl-fo-compatible", "meta": "meta", "config": "config",
    }.items()
) + " xmlns:dc='http://purl.org/dc/elements/1.1/'"  # fmt: skip
_STYLES = """
<number:number-style style:name='n-count'><number:number number:decimal-places='0' number:min-integer-digits='1'
 number:grouping='true'/></number:number-style>
<number:percentage-style style:name='n-share'><number:number number:decimal-places='1' number:min-decimal-places='1'
 number:min-integer-digits='1'/><number:text>%</number:text></number:percentage-style>
<number:number-style style:name='n-points'><number:number number:decimal-places='3' number:min-decimal-places='3'
 number:min-integer-digits='1'/></number:number-style>
<number:number-style style:name='n-plain'><number:number number:decimal-places='1' number:min-decimal-places='1'
 number:min-integer-digits='1'/></number:number-style>
<number:date-style style:name='n-date'><number:year number:style='long'/><number:text>-</number:text>
<number:month number:style='long'/><number:text>-</number:text><number:day number:style='long'/></number:date-style>
<number:date-style style:name='n-time'><number:year number:style='long'/><number:text>-</number:text>
<number:month number:style='long'/><number:text>-</number:text><number:day number:style='long'/>
<number:text> </number:text><number:hours number:style='long'/><number:text>:</number:text>
<number:minutes number:style='long'/></number:date-style>
<style:style style:name='head' style:family='table-cell'><style:text-properties fo:font-weight='bold'/></style:style>
<style:style style:name='wrap' style:family='table-cell'><style:table-cell-properties fo:wrap-option='wrap'
 style:vertical-align='top'/></style:style>
"""
_FROZEN = """<config:config-item-map-entry config:name='Figures'>
<config:config-item config:name='VerticalSplitMode' config:type='short'>2</config:config-item>
<config:config-item config:name='VerticalSplitPosition' config:type='int'>1</config:config-item>
<config:config-item config:name='ActiveSplitRange' config:type='short'>2</config:config-item>
<config:config-item config:name='PositionBottom' config:type='int'>1</config:config-item>
</config:config-item-map-entry>"""
_SETTINGS = f"""{_XML}<office:document-settings {_SPACES} office:version='1.3'><office:settings>
<config:config-item-set config:name='ooo:view-settings'><config:config-item-map-indexed config:name='Views'>
<config:config-item-map-entry>
<config:config-item-map-named config:name='Tables'>{_FROZEN}</config:config-item-map-named>
</config:config-item-map-entry></config:config-item-map-indexed></config:config-item-set></office:settings>
</office:document-settings>"""


def _content(book: Book) -> str:
    widths = sorted({34, 90, *(column.width for column in book.columns)})
    styles = _STYLES + "".join(
        f"<style:style style:name='w{width}' style:family='table-column'><style:table-column-properties "
        f"style:column-width='{width * 0.22:.2f}cm'/></style:style>"
        for width in widths
    ) + "".join(
        f"<style:style style:name='c-{kind}' style:family='table-cell' style:data-style-name='n-{kind}'/>"
        for kind in NUMBER_FORMATS
    )  # fmt: skip
    notes = "".join(
        f"<table:table-row>{_string(name, 'head' if text is None else 'wrap')}"
        f"{'' if text is None else _string(text, 'wrap')}</table:table-row>"
        for name, text in book.notes
    )
    head = "".join(_string(column.name, "head") for column in book.columns)
    rows = "".join(
        "<table:table-row>"
        + "".join(_cell(row.get(column.name), kind_of(column, row)) for column in book.columns)
        + "</table:table-row>"
        for row in book.rows
    )
    last = f"{_letters(len(book.columns))}{len(book.rows) + 1}"
    return (
        f"{_XML}<office:document-content {_SPACES} office:version='1.3'><office:automatic-styles>{styles}"
        "</office:automatic-styles><office:body><office:spreadsheet>"
        f"<table:table table:name='Notes'>{_widths([34, 90])}{notes}</table:table>"
        f"<table:table table:name='Figures'>{_widths([column.width for column in book.columns])}"
        f"<table:table-header-rows><table:table-row>{head}</table:table-row></table:table-header-rows>{rows}"
        "</table:table><table:database-ranges><table:database-range table:name='Figures' "
        f"table:target-range-address='Figures.A1:Figures.{last}' table:display-filter-buttons='true'/>"
        "</table:database-ranges></office:spreadsheet></office:body></office:document-content>"
    )


def _widths(widths: Sequence[int]) -> str:
    return "".join(f"<table:table-column table:style-name='w{width}'/>" for width in widths)


def _cell(value: Any, kind: str) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if kind in ("date", "time"):
        typed = f"office:value-type='date' office:date-value='{value.isoformat()}'"
        shown = value.isoformat(*(() if kind == "date" else (" ", "minutes")))
    elif kind in NUMBER_FORMATS:
        typed = f"office:value-type='{'percentage' if kind == 'share' else 'float'}' office:value='{value!r}'"
        shown = f"{value:.1%}" if kind == "share" else f"{value}"
    else:
        return _string(_text(value))
    return (
        f"<table:table-cell table:style-name='c-{kind}' {typed}><text:p>{shown}</text:p></table:table-cell>"
    )


def _string(text: str, style: str = "") -> str:
    named = f" table:style-name='{style}'" if style else ""
    # XML cannot hold control characters at all
    clean = "".join(mark if mark >= " " else " " for mark in text)
    return f"<table:table-cell{named} office:value-type='string'><text:p>{escape(clean)}</text:p></table:table-cell>"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _letters(number: int) -> str:
    """1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _entry(name: str, made_at: datetime) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, made_at.timetuple()[:6])
