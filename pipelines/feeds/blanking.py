"""Taking rows out of a delivered file in its own format, so that every other row is read as before.

Belongs here: a text file or workbook written again with some rows blank in their place. Does not belong here: which
rows (`intake.leaving_out`), or reading files (`text`, `workbook`).

A row that is taken out leaves a blank one, so no other row moves. A text file keeps all other bytes. Of a workbook only
the parts that are ever read are kept, each sheet up to the end of its cells: the others (comments, pivot tables,
charts, a picture of the first page) hold copies of cells, unread. Texts that no cell that is left uses go too.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Set
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from pipelines.feeds import opendocument, text, unpacking
from pipelines.feeds.layouts import Layout

Blank = Callable[[int], bool]
"""Whether the row of this number (as Excel shows it) is taken out."""
_KEPT_PARTS = ("worksheet", "chartsheet", "dialogsheet", "macrosheet", "sharedStrings", "styles")
_ALWAYS = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_OF_ODS = (opendocument.KIND, opendocument.MANIFEST, opendocument.CONTENT, "styles.xml")
_LEFT_OUT_OF_TABLES = ("table:shapes", "office:forms", "table:scenario")
_WHEN = (1980, 1, 1, 0, 0, 0)


class CannotBlank(RuntimeError):
    """The file cannot be written again without the rows; says which kind of file it is."""


def blank_text(
    path: Path, to: Path, layouts: tuple[Layout, ...], council: str | None, rows: Blank, where: str
) -> None:
    """A text file with some records blank, each on one line with as many separators as before.

    Raises:
        Refused: it is not text that can be read.
    """
    encoding = text.find_encoding(path, where)
    head = text.read_head(path, encoding, layouts, council)
    written = "utf-8" if encoding == "utf-8-sig" and not text.has_mark(path) else encoding
    with path.open(encoding=encoding, newline="") as file, to.open("w", encoding=written, newline="") as out:
        lines = iter(lambda: file.readline(text.LONGEST_RECORD_LINE), "")
        out.writelines(islice(lines, head.named))
        records = text.records_with_lines(lines, head.delimiter, where)
        for number, (cells, held) in enumerate(records, start=1):
            if rows(number):
                end = held[-1][len(held[-1].rstrip("\r\n")) :]
                out.write(head.delimiter * max(0, len(cells) - 1) + end)
            else:
                out.writelines(held)


def blank_workbook(
    path: Path, to: Path, rows: Mapping[int, Blank], where: str, max_unzipped_bytes: int
) -> None:
    """A workbook with some rows blank; `rows`: place of a sheet among its sheets, from 0 -> which of its rows.

    Raises:
        Refused: it is no workbook that can be read.
        CannotBlank: its XML is in an encoding other than UTF-8, or not as spreadsheets write it.
    """
    members = unpacking.members(path, where, max_unzipped_bytes)
    parts: dict[str, bytearray] = {}
    wanted = _OF_ODS if opendocument.is_one(path, where, max_unzipped_bytes) else None
    for name, piece in unpacking.pieces(path, members, where, max_unzipped_bytes):
        if wanted is None or name in wanted:
            parts.setdefault(name, bytearray()).extend(piece)
    made = _without(parts, rows) if wanted is None else _without_ods(parts, rows)
    order = [member.filename for member in members if member.filename in made]
    with zipfile.ZipFile(to, "w") as book:
        for name in order:
            stored = zipfile.ZIP_STORED if name == opendocument.KIND else zipfile.ZIP_DEFLATED
            book.writestr(zipfile.ZipInfo(name, _WHEN), made[name], stored)


# XLSX


def _without(parts: dict[str, bytearray], rows: Mapping[int, Blank]) -> dict[str, bytes]:
    sheets, others = _sheet_parts(parts), _linked(parts)
    kept = {name: bytes(parts[name]) for name in {*_ALWAYS, *others} if name in parts}
    used: set[int] = set()
    for place, name in enumerate(sheets):
        if name in kept:
            kept[name], of_sheet = _sheet(kept[name], rows.get(place, _nothing))
            used |= of_sheet
    for name in others:
        if others[name] == "sharedStrings" and name in kept:
            kept[name] = _texts(kept[name], used)
    return kept


def _nothing(_: int) -> bool:
    return False


def _linked(parts: dict[str, bytearray]) -> dict[str, str]:
    """Part -> its kind, of those that the workbook names and that are read."""
    links = ElementTree.fromstring(bytes(parts["xl/_rels/workbook.xml.rels"]))
    found = {
        unpacking.part_of(link.get("Target", "")): link.get("Type", "").rpartition("/")[2] for link in links
    }
    return {name: kind for name, kind in found.items() if kind in _KEPT_PARTS}


def _sheet_parts(parts: dict[str, bytearray]) -> list[str]:
    """The part of each sheet, in the workbook's order."""
    return list(
        unpacking.sheet_names(
            bytes(parts["xl/workbook.xml"]), bytes(parts["xl/_rels/workbook.xml.rels"]), "it"
        )
    )


class _Cut:
    """Byte ranges of an XML text, found while it is parsed, each with what takes its place."""

    def __init__(self, xml: bytes) -> None:
        self.xml = xml
        self.cuts: list[tuple[int, int, bytes]] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text

    def run(self) -> bytes:
        head = self.xml[:200].lower()
        if b"encoding=" in head and b"utf-8" not in head:
            raise CannotBlank("its XML is not in UTF-8")
        try:
            self.parser.Parse(self.xml, True)
        except expat.ExpatError:
            raise CannotBlank("its XML is damaged") from None
        made, at = bytearray(), 0
        for first, last, instead in sorted(self.cuts):
            made += self.xml[at:first] + instead
            at = last
        return bytes(made + self.xml[at:])

    def here(self) -> int:
        """Where the tag that is being looked at begins."""
        return self.parser.CurrentByteIndex

    def after(self) -> int:
        """Where it ends."""
        return self.xml.index(b">", self.here()) + 1

    def start(self, name: str, given: dict[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError

    def text(self, said: str) -> None:
        pass


class _Sheet(_Cut):
    """A sheet without some rows, and without what follows its cells."""

    def __init__(self, xml: bytes, rows: Blank) -> None:
        super().__init__(xml)
        self.used: set[int] = set()
        self._rows, self._row, self._is_out = rows, 0, False
        self._from = self._closed = 0
        self._is_shared = False
        self._value: list[str] | None = None

    def start(self, name: str, given: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self._row = int(given.get("r") or self._row + 1)
                self._is_out, self._from = self._rows(self._row), self.here()
            case "c":
                self._is_shared = given.get("t") == "s" and not self._is_out
            case "v" if self._is_shared:
                self._value = []

    def text(self, said: str) -> None:
        if self._value is not None:
            self._value.append(said)

    def end(self, name: str) -> None:
        prefix, _, plain = name.rpartition(":")
        if plain == "v" and self._value is not None:
            self.used.add(int("".join(self._value)))
            self._value = None
        elif plain == "row" and self._is_out:
            tag = f"{prefix}:row" if prefix else "row"
            self.cuts.append((self._from, self.after(), f'<{tag} r="{self._row}"/>'.encode()))
            self._is_out = False
        elif plain == "sheetData":
            self._closed = self.after()
        elif plain == "worksheet" and self._closed:
            self.cuts.append((self._closed, self.here(), b""))


def _sheet(xml: bytes, rows: Blank) -> tuple[bytes, set[int]]:
    """A sheet's XML without some rows, and the shared texts that its other cells use."""
    cut = _Sheet(xml, rows)
    return cut.run(), cut.used


class _Texts(_Cut):
    """Shared texts, of which those that nothing uses are made empty: their numbers stay."""

    def __init__(self, xml: bytes, used: Set[int]) -> None:
        super().__init__(xml)
        self._used, self._number, self._from = used, -1, 0

    def start(self, name: str, given: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            self._number += 1
            self._from = self.here()

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] == "si" and self._number not in self._used:
            prefix = name.removesuffix("si")
            empty = f"<{prefix}si><{prefix}t></{prefix}t></{prefix}si>"
            self.cuts.append((self._from, self.after(), empty.encode()))


def _texts(xml: bytes, used: Set[int]) -> bytes:
    return _Texts(xml, used).run()


# ODS


def _without_ods(parts: dict[str, bytearray], rows: Mapping[int, Blank]) -> dict[str, bytes]:
    kept = {name: bytes(held) for name, held in parts.items()}
    kept[opendocument.CONTENT] = _Tables(kept[opendocument.CONTENT], rows).run()
    return kept


class _Tables(_Cut):
    """The content of a spreadsheet: its tables without some rows, and nothing beside its tables."""

    def __init__(self, xml: bytes, rows: Mapping[int, Blank]) -> None:
        super().__init__(xml)
        self._by_place, self._place, self._row = rows, -1, 0
        self._path: list[str] = []
        self._from = self._beside = 0
        self._times, self._is_out = 1, False

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "table:table" and self._path[-1:] == ["office:spreadsheet"]:
            self._place, self._row = self._place + 1, 0
            self._leave_out_to(self.here())
        elif name == "table:table-row" and self._is_own_row():
            self._times = int(given.get("table:number-rows-repeated", 1))
            is_out = self._by_place.get(self._place, _nothing)
            self._is_out = any(is_out(self._row + n) for n in range(1, self._times + 1))
            self._from = self.here()
        elif name in _LEFT_OUT_OF_TABLES and not self._is_out:
            self._from = self.here()
        self._path.append(name)
        if name == "office:spreadsheet":
            self._beside = self.after()

    def end(self, name: str) -> None:
        self._path.pop()
        if name == "table:table" and self._path[-1:] == ["office:spreadsheet"]:
            self._beside = self.after()
        elif name == "office:spreadsheet":
            self._leave_out_to(self.here())
        elif name == "table:table-row" and self._is_own_row():
            if self._is_out:
                times = f' table:number-rows-repeated="{self._times}"' if self._times > 1 else ""
                instead = f"<table:table-row{times}><table:table-cell/></table:table-row>"
                self.cuts.append((self._from, self.after(), instead.encode()))
            self._row += self._times
            self._is_out = False
        elif name in _LEFT_OUT_OF_TABLES and not self._is_out:
            self.cuts.append((self._from, self.after(), b""))

    def _is_own_row(self) -> bool:
        """A row of a sheet, not of a table within a cell."""
        return self._path.count("table:table-cell") == 0

    def _leave_out_to(self, end: int) -> None:
        if self._beside < end:
            self.cuts.append((self._beside, end, b""))
        self._beside = end
