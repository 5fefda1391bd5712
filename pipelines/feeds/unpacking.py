"""Looking into a workbook before it is opened: is it one, is it safe, which cells hold errors.

Belongs here: the ZIP container, its true size, and the little of XLSX that calamine does not tell.
Does not belong here: the same of ODS (`opendocument`), cells and headers (`workbook`).
"""

from __future__ import annotations

import mmap
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from pipelines.feeds.refusal import Refused, shown

BYTES_A_CELL = 16
"""A sheet is refused when the rectangle that holds its cells has more cells than the limit of bytes allows so."""
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_PIECE = 1 << 20
_LONGEST_ROW = 1 << 26
_TAG = rb"<(?:\w+:)?"
_REF = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_WIDE = re.compile(rb"""\sr=["']([A-Z]{2,3})\d[^<>]*[^/]>""")
_ERROR = re.compile(
    _TAG + rb"""c\s([^<>]*\bt=["']e["'][^<>]*)>\s*"""
    rb"(?:" + _TAG + rb"f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*)?" + _TAG + rb"v>\s*(#[^<]{1,30})<"
)  # fmt: skip


class Sheet:
    """What is learnt of one sheet while its XML streams by."""

    def __init__(self) -> None:
        self.rows = 0
        self.columns = 1
        self.errors: dict[tuple[int, int], str] = {}
        self._carry = b""

    def feed(self, piece: bytes) -> None:
        """Take the next piece of XML; whole rows are looked at, the rest waits for the next."""
        piece = self._carry + piece
        cut = piece.rfind(b"row>") + 4
        if cut == 3:
            cut = len(piece) if len(piece) > _LONGEST_ROW else 0
        self._carry = piece[cut:]
        self._look(piece[:cut])

    def _look(self, xml: bytes) -> None:
        last = max(xml.rfind(b"</c>"), xml.rfind(b":c>"))
        start = max(xml.rfind(b"<c ", 0, max(last, 0)), xml.rfind(b":c ", 0, max(last, 0)))
        if start >= 0 and (place := _REF.search(xml, start, start + 300)):
            self.rows = max(self.rows, int(place[2]))
        for letters in set(_WIDE.findall(xml)):
            self.columns = max(self.columns, _column(letters))
        if b't="e"' in xml or b"t='e'" in xml:
            for cell in _ERROR.finditer(xml):
                if place := _REF.search(cell[1]):
                    self.errors[int(place[2]), _column(place[1])] = cell[2].decode("utf-8", "replace").strip()


def examine(path: Path, where: str, limit: int) -> dict[str, dict[tuple[int, int], str]]:
    """Sheet -> (row, column) -> the error shown there, of a workbook that is safe to open.

    Raises:
        Refused: it is locked, damaged, no XLSX workbook, or holds more than `limit` bytes.
    """
    found = members(path, where, limit)
    if not {_BOOK, _LINKS} <= {member.filename for member in found}:
        raise damaged(where)
    sheets: dict[str, Sheet] = {}
    kept = {_BOOK: bytearray(), _LINKS: bytearray()}
    for name, piece in pieces(path, found, where, limit):
        if name in kept:
            kept[name] += piece
        elif name.startswith("xl/") and name.endswith(".xml"):
            sheets.setdefault(name, Sheet()).feed(piece)
    names = sheet_names(bytes(kept[_BOOK]), bytes(kept[_LINKS]), where)
    for part, sheet in sheets.items():
        if part in names and sheet.rows * sheet.columns > limit // BYTES_A_CELL:
            raise Refused(
                "FILE-13",
                f"{where}, {named(names[part])}: its filled cells reach row {sheet.rows} and column {sheet.columns}. "
                "That is too large to open, and usually comes from a stray cell far below or right of the table. Press "
                "Ctrl+End in Excel to find it, delete those rows and columns, save, and send it again.",
            )
    return {names[part]: sheet.errors for part, sheet in sheets.items() if part in names and sheet.errors}


def members(path: Path, where: str, limit: int) -> list[zipfile.ZipInfo]:
    """The parts of a workbook's container, as its directory has them.

    Raises:
        Refused: it is no such container, locked, damaged, or says that it holds more than `limit` bytes.
    """
    _check_kind(path, where)
    try:
        with zipfile.ZipFile(path) as archive:
            found = archive.infolist()
    except Exception:  # zipfile raises many kinds on damaged files
        found = []
    if any(member.flag_bits & 1 for member in found):
        raise locked(where)
    if not found:
        raise damaged(where)
    if sum(member.file_size for member in found) > limit:
        raise _too_large(where, limit)
    return found


def pieces(path: Path, found: list[zipfile.ZipInfo], where: str, limit: int) -> Iterator[tuple[str, bytes]]:
    """(part, the next piece of its content) of the whole file, unpacked once and piece by piece, because what a ZIP
    file says about its sizes need not be true.

    Raises:
        Refused: it is damaged, or holds more than `limit` bytes.
    """
    total = 0
    with path.open("rb") as file:
        for member in found:
            for piece in _unpack(file, member, where):
                total += len(piece)
                if total > limit:
                    raise _too_large(where, limit)
                yield member.filename, piece


def named(sheet: str) -> str:
    """A sheet in a message."""
    return f"sheet {shown(sheet, '(without a name that can be shown)')}"


def damaged(where: str) -> Refused:
    """The refusal of a workbook that cannot be read."""
    return Refused(
        "FILE-07",
        f"{where}: it is not a workbook that we can read, or it is damaged. Open it in Excel or LibreOffice, save it "
        'as "Excel Workbook (.xlsx)" or "ODF Spreadsheet (.ods)" and send it again.',
    )


def _check_kind(path: Path, where: str) -> None:
    with path.open("rb") as file:
        start = file.read(8)
        if start.startswith(b"\xd0\xcf\x11\xe0"):
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                is_locked = content.find(_LOCKED) >= 0
            if is_locked:
                raise locked(where)
            raise Refused(
                "FILE-07",
                f"{where}: it is an old .xls workbook with the wrong ending. Open it in Excel and save it as "
                '"Excel Workbook (.xlsx)".',
            )
        if not start.startswith(b"PK"):
            raise damaged(where)


def locked(where: str) -> Refused:
    """The refusal of a workbook with a password."""
    return Refused(
        "FILE-06",
        f"{where}: it is locked with a password. Take the password off (in Excel: File, Info, Protect Workbook, "
        'Encrypt with Password, leave it empty; in LibreOffice: Save As, without "Save with password"), and send it by '
        "a secure way.",
    )


def _too_large(where: str, limit: int) -> Refused:
    return Refused(
        "FILE-08",
        f"{where}: it unpacks to more than {limit:,} bytes. Send it as CSV, or in parts by year; or raise "
        "SEND_AUDIT_MAX_UNZIPPED_BYTES.",
    )


def _unpack(file: IO[bytes], member: zipfile.ZipInfo, where: str) -> Iterator[bytes]:
    """A member's true content, whatever length its headers say; damaged where it does not end as they say."""
    file.seek(member.header_offset)
    local = file.read(30)
    if len(local) < 30 or not local.startswith(b"PK\x03\x04") or member.compress_type not in (0, 8):
        raise damaged(where)
    file.seek(sum(struct.unpack("<HH", local[26:30])), 1)
    left, size, crc = member.compress_size, 0, 0
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if member.compress_type == 8 else None
    while left:
        packed = file.read(min(left, _PIECE))
        if not packed:
            raise damaged(where)
        left -= len(packed)
        while packed:
            try:
                piece = inflate.decompress(packed, _PIECE) if inflate else packed
            except zlib.error:
                piece = None
            if piece is None:
                raise damaged(where)
            packed = inflate.unconsumed_tail if inflate else b""
            size += len(piece)
            crc = zlib.crc32(piece, crc)
            yield piece
    if size != member.file_size or crc != member.CRC or (inflate and not inflate.eof):
        raise damaged(where)


def sheet_names(book: bytes, links: bytes, where: str) -> dict[str, str]:
    """Part of the container -> the sheet's name, in the workbook's order."""
    try:
        if b"<!DOCTYPE" in book or b"<!DOCTYPE" in links:
            raise ValueError("a workbook has none")
        parts = {link.get("Id"): part_of(link.get("Target", "")) for link in ElementTree.fromstring(links)}
        return {
            parts[link]: element.get("name", "")
            for element in ElementTree.fromstring(book).iter()
            if element.tag.endswith("}sheet")
            for key, link in element.items()
            if key.endswith("}id") and link in parts
        }
    except (ElementTree.ParseError, ValueError):
        pass
    raise damaged(where)


def part_of(target: str) -> str:
    """The part of the container that a link of the workbook goes to."""
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
