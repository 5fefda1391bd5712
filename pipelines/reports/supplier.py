"""What goes back to whoever sent a file: every finding, a summary, and what changed since the file before.

Belongs here: the workbook and the CSV of one delivery. They hold the supplier's own headers, sheet names and row
numbers, and no cell's value, but for the workbook's sheet Corrections (`corrections`).
Does not belong here: finding anything (`intake`), or deciding what stands (`model`).

`write_report(folder, delivery, findings, previous, contracts, to_correct)` takes

    delivery    number: int, the arrival's number; it names the report
                file: str, name of the file as received
                received_at: datetime · extracted_on: date · mode: "whole" | "corrections"
                reason: str, why the whole file was refused; "" where it was not
                feeds: list of
                    feed: str · rows_received, rows_accepted, rows_rejected: int
                    unlisted: {column: number of names not on the council's list}    (may be left out)
                columns: list of
                    feed: str | None, None for a sheet that is no feed · sheet: str
                    supplier_column: str | None, their header, None for a column that the file does not have
                    column: str | None, the contract's column, None for a header that is not used
                    how: str, why it matched ("name", "also called", "mapping", ...) (may be left out); without a
                    header, "not in the file" or who said what it is in every row
    findings    list of feed, sheet: str · row: int | None (None for the whole file) · column: str | None, the
                contract's · supplier_column: str | None, theirs · code · level: "query" | "error" | "refuse"
    previous    None for the first file; otherwise a delivery as above, with
                findings: {code: number}, what was found in that file
    contracts   {feed: Contract}
    to_correct  the rows with findings as they were sent, for the sheet Corrections      (may be left out)

Keys beyond these are ignored.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import xlsxwriter

from pipelines import durable
from pipelines.contracts import Column, Contract, Rule
from pipelines.intake.to_correct import Sheet
from pipelines.reports import corrections
from pipelines.reports.template import LEVELS, TYPES, Page, one_line

SHEET_ROWS = 1_000_000
"""Findings in the workbook; Excel has room for 1,048,576 rows. The CSV has all of them."""
HEADERS = ("File", "Sheet", "Row", "Your column", "What is wrong", "What to do", "What happens", "Rule")
_WIDTHS = (34, 20, 9, 28, 60, 60, 34, 11)
_PAGE_WIDTHS = (36, 36, 20, 20, 20, 46, 46)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
NOT_THERE = "not in the file"
_NEVER_KEPT = ("free_text", "birth_month")

Delivery = Mapping[str, Any]
Finding = Mapping[str, Any]


def write_report(
    folder: Path,
    delivery: Delivery,
    findings: Sequence[Finding],
    previous: Delivery | None,
    contracts: Mapping[str, Contract],
    to_correct: Sequence[Sheet] = (),
) -> list[Path]:
    """Write the report of one delivery as XLSX and CSV into `folder`, each whole or not at all; returns their paths.

    A report of the same delivery that is there already is replaced. The module's text says what the arguments hold.
    """
    durable.private_folder(folder)
    report = _Report(delivery, sorted(findings, key=_place), contracts)
    name = f"{int(delivery['number']):05d}-{_slug(delivery['file'])}-report"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".report-") as work:
        made = [Path(work) / f"{name}{ending}" for ending in (".xlsx", ".csv")]
        with xlsxwriter.Workbook(made[0], {"constant_memory": True, "tmpdir": work}) as book:
            book.set_properties({"title": f"Report on {one_line(delivery['file'])}", "author": "SEND Audit"})
            _write_summary(Page(book, "Summary", _PAGE_WIDTHS), report, editable=bool(to_correct))
            _write_findings(book, report)
            for at, sheet in enumerate(to_correct, start=1):
                name = corrections.NAME if at == 1 else f"{corrections.NAME} {at}"
                corrections.write(book, name, sheet, contracts[sheet.feed], report.wrong(sheet))
            _write_changes(Page(book, "What changed", _PAGE_WIDTHS), report, previous)
        _write_csv(made[1], report)
        final = [folder / path.name for path in made]
        for path, place in zip(made, final, strict=True):
            durable.place_file(path, place)
    return final


@dataclass(frozen=True)
class _Report:
    """What a report is about, with the texts of every rule."""

    delivery: Delivery
    findings: Sequence[Finding]
    contracts: Mapping[str, Contract]

    @cached_property
    def rules(self) -> dict[str, Rule]:
        return {
            code: rule
            for contract in self.contracts.values()
            for code, rule in contract.rules_by_code.items()
        }

    def happens(self, code: str, level: str) -> str:
        whole_file = self.rules[code].scope == "file" and level != "refuse"
        return "Nothing set aside; please check the file" if whole_file else LEVELS[level]

    def title(self, feed: str) -> str:
        return self.contracts[feed].title

    @cached_property
    def headers(self) -> dict[tuple[str, str], str]:
        """(feed, contract column) -> the supplier's header."""
        columns = [
            entry for entry in self.delivery["columns"] if entry["supplier_column"] and entry["column"]
        ]
        return {(entry["feed"], entry["column"]): entry["supplier_column"] for entry in columns}

    def wrong(self, sheet: Sheet) -> dict[int, list[tuple[str, str]]]:
        """Row -> (contract column at fault, what is wrong with it and what to do), for one sheet."""
        found: dict[int, list[tuple[str, str]]] = {}
        for finding in self.findings:
            if finding["row"] is None or (finding["feed"], finding["sheet"]) != (sheet.feed, sheet.sheet):
                continue
            rule = self.rules[finding["code"]]
            column = _column(finding, self)
            told = f"{column}: {rule.message} {rule.action}" if column else f"{rule.message} {rule.action}"
            found.setdefault(finding["row"], []).append((finding["column"] or "", told))
        return found

    @cached_property
    def said(self) -> dict[tuple[str, str], str]:
        """(feed, contract column) that is the same in every row -> who said so."""
        return {
            (entry["feed"], entry["column"]): entry["how"]
            for entry in self.delivery["columns"]
            if entry["supplier_column"] is None and entry.get("how", NOT_THERE) != NOT_THERE
        }


# The findings, one a row


def _lines(report: _Report, first: int | None = None) -> Iterator[tuple[Any, ...]]:
    """The findings (or the first few) under `HEADERS`; the texts of a rule are put together once."""
    file = one_line(report.delivery["file"])
    told: dict[tuple[str, str], tuple[str, ...]] = {}
    for finding in report.findings[:first]:
        code, level = finding["code"], finding["level"]
        if (code, level) not in told:
            rule = report.rules[code]
            told[code, level] = (rule.message, rule.action, report.happens(code, level), code)
        column = finding["supplier_column"] or _column(finding, report)
        yield (file, one_line(finding["sheet"] or ""), finding["row"], one_line(column), *told[code, level])


def _column(finding: Finding, report: _Report) -> str:
    """Their header for the column that a finding is about, or its title where the file does not have it."""
    feed, name = finding["feed"], finding["column"] or ""
    if name not in report.contracts[feed].columns:  # a period is two columns in the rules
        name = name.removesuffix("_start").removesuffix("_end")
    known = report.contracts[feed].columns.get(name)
    return report.headers.get((feed, name)) or (f"{known.title} (not in the file)" if known else "")


def _write_findings(book: Any, report: _Report) -> None:
    sheet = book.add_worksheet("Findings")
    bold = book.add_format({"bold": True, "bottom": 1})
    for at, (text, width) in enumerate(zip(HEADERS, _WIDTHS, strict=True)):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, text, bold)
    sheet.freeze_panes(1, 0)
    found = len(report.findings)
    shown = min(found, SHEET_ROWS)
    if shown:
        sheet.autofilter(0, 0, shown, len(HEADERS) - 1)
    write, number = sheet.write_string, sheet.write_number
    # write_string always, so that a header that begins with = stays a text
    for at, (file, tab, row, *texts) in enumerate(_lines(report, shown), start=1):
        write(at, 0, file)
        write(at, 1, tab)
        if row is not None:
            number(at, 2, row)
        for place, text in enumerate(texts, start=3):
            write(at, place, text)
    if shown < found:
        write(shown + 1, 0, _cut_note(found))
    elif not found:
        write(1, 0, "Nothing was found wrong.")


def _cut_note(found: int) -> str:
    return f"The first {SHEET_ROWS:,} of {found:,} findings. The CSV beside this workbook has all of them."


def _write_csv(path: Path, report: _Report) -> None:
    """The same findings as text; the mark at the beginning lets Excel see that it is UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as lines:
        out = csv.writer(lines)
        out.writerow(HEADERS)
        for line in _lines(report):
            out.writerow([_harmless(cell) if isinstance(cell, str) else cell for cell in line])


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_FORMULA) else text


# The summary


def _write_summary(page: Page, report: _Report, *, editable: bool) -> None:
    delivery = report.delivery
    page.heading("Report on a file received")
    page.line("File", delivery["file"])
    page.line("Received", f"{_day(delivery['received_at'])}, {delivery['received_at']:%H:%M} (UTC)")
    page.line("Data extracted on", _day(delivery["extracted_on"]))
    page.line(
        "Sent as", "Corrections to earlier rows" if delivery["mode"] == "corrections" else "A whole file"
    )
    page.line("Receipt number", int(delivery["number"]))
    page.line("Outcome", _outcome(delivery))
    if delivery["reason"]:
        page.line("Reason", delivery["reason"])
    if editable:
        page.line(
            "To put it right",
            "Correct it where the data lives, export again and send again. Or correct the rows in the sheet "
            f'"{corrections.NAME}" and send this workbook back; then correct them where they live as well.',
        )
    if erased := sum(entry.get("rows_erased") or 0 for entry in delivery["feeds"]):
        page.line(
            "Rows erased",
            f"{erased:,} rows are of children who were erased here, and are left out. Ask who received the file "
            "which children these are, and leave them out of what you send.",
        )
    if len(report.findings) > SHEET_ROWS:
        page.line("Findings", _cut_note(len(report.findings)))
    rows = [
        (report.title(entry["feed"]), entry["rows_received"], entry["rows_accepted"], entry["rows_rejected"])
        for entry in delivery["feeds"]
    ]
    page.table("Rows", ("Feed", "Rows received", "Accepted", "Set aside"), rows, "No rows were read.")
    header = ("What happens", "Feed", "Rule", "Times found", "", "What is wrong", "What to do")
    page.table("Findings by rule", header, _by_rule(report), "Nothing was found wrong.")
    _write_columns(page, report)


def _outcome(delivery: Delivery) -> str:
    if delivery["reason"]:
        return "The whole file was kept out. What was held before still stands."
    if any(entry["rows_rejected"] for entry in delivery["feeds"]):
        return "Taken in, except for the rows set aside. Correct those and send the file again."
    return "Taken in; no row was set aside."


def _by_rule(report: _Report) -> list[tuple[str | int, ...]]:
    """One line a rule: those that set rows aside first, then by how often."""
    counted = Counter((finding["feed"], finding["code"], finding["level"]) for finding in report.findings)
    in_order = sorted(counted.items(), key=lambda item: (item[0][2] == "query", -item[1], item[0]))
    return [
        (report.happens(code, level), report.title(feed), code, times, "", rule.message, rule.action)
        for (feed, code, level), times in in_order
        for rule in [report.rules[code]]
    ]


def _write_columns(page: Page, report: _Report) -> None:
    used, unused = [], []
    for entry in report.delivery["columns"]:
        header, sheet = entry["supplier_column"], entry["sheet"] or ""
        if header is None:
            continue
        if entry["column"] is None:
            unused.append((header, sheet))
        else:
            column = report.contracts[entry["feed"]].columns[entry["column"]]
            kind = "Read, never kept" if column.type in _NEVER_KEPT else TYPES[column.type]
            feed = report.title(entry["feed"])
            used.append((header, column.title, kind, entry.get("how") or "", "", feed, sheet))
    header = ("Your column", "Read as", "Kind", "Matched by", "", "Feed", "Sheet")
    page.table("Your columns, and what they were read as", header, used, "No column was recognised.")
    page.table("Columns that were not used", ("Your column", "Sheet"), unused, "Every column was used.")
    said = [
        (report.contracts[feed].columns[name].title, report.title(feed), how)
        for (feed, name), how in report.said.items()
    ]
    if said:
        page.table(
            "The same in every row, without a column of yours", ("Column", "Feed", "Said by"), said, ""
        )
    absent = [
        (column.title, contract.title, "Needed" if column.required else "Not needed", "", "", column.about)
        for contract, column in _absent(report)
    ]
    header = ("Column", "Feed", "Needed", "", "", "What it is")
    nothing = (
        "The file has every column." if report.delivery["feeds"] else "It was not recognised as any feed."
    )
    page.table("Columns that the file does not have", header, absent, nothing)
    unlisted = [
        (report.contracts[entry["feed"]].columns[name].title, report.title(entry["feed"]), count)
        for entry in report.delivery["feeds"]
        for name, count in sorted((entry.get("unlisted") or {}).items())
        if count
    ]
    header = ("Column", "Feed", "Different names")
    page.table("Names that are not on the council's list", header, unlisted, "None.")
    if unlisted:
        page.line("They are shown as codes until the list in `expectations/councils/` has them.")


def _absent(report: _Report) -> Iterator[tuple[Contract, Column]]:
    """Columns wanted and not there, feed by feed; nobody is asked for free text or a month of birth."""
    for feed in dict.fromkeys(entry["feed"] for entry in report.delivery["feeds"]):
        for name, column in report.contracts[feed].columns.items():
            if column.type not in _NEVER_KEPT and (feed, name) not in report.headers | report.said:
                yield report.contracts[feed], column


# What changed


def _write_changes(page: Page, report: _Report, previous: Delivery | None) -> None:
    page.heading("What changed since the file before")
    if previous is None:
        page.line("This is the council's first file of its kind: there is nothing to compare it with.")
        return
    for words, delivery in (("This file", report.delivery), ("The file before", previous)):
        page.line(words, delivery["file"], f"extracted on {_day(delivery['extracted_on'])}")
    before = {entry["feed"]: entry for entry in previous["feeds"]}
    rows = []
    for entry in report.delivery["feeds"]:
        for kind, words in (("received", "received"), ("accepted", "accepted"), ("rejected", "set aside")):
            old, new = before.get(entry["feed"], {}).get(f"rows_{kind}", 0), entry[f"rows_{kind}"]
            rows.append((report.title(entry["feed"]), words, old, new, new - old))
    page.table("Rows", ("Feed", "Rows", "Before", "Now", "Difference"), rows, "No rows were read.")
    then: Counter[str] = Counter(previous["findings"])
    now = Counter(finding["code"] for finding in report.findings)
    found = []
    for code in sorted(then | now):
        message = report.rules[code].message if code in report.rules else "A check that is no longer made."
        found.append((message, code, then[code], now[code], _movement(then[code], now[code])))
    header = ("What is wrong", "Rule", "Before", "Now", "Change")
    page.table("Findings", header, found, "Nothing was found in either file.")
    page.line("Put right", "", "", (then - now).total())
    page.line("New", "", "", (now - then).total())
    page.line("Counted rule by rule: row numbers move from file to file, so rows are not matched one by one.")
    here, there = _headers(report.delivery), _headers(previous)
    moved = [(text, "no longer in the file") for text in sorted(there - here)]
    moved += [(text, "new in this file") for text in sorted(here - there)]
    page.table("Your columns", ("Your column", "Change"), moved, "The same columns as before.")


def _movement(then: int, now: int) -> str:
    if now >= then:
        return f"{now - then:,} new" if now > then else "as before"
    return f"{then - now:,} put right" if now else "all put right"


def _headers(delivery: Delivery) -> set[str]:
    return {entry["supplier_column"] for entry in delivery["columns"] if entry["supplier_column"]}


def _place(finding: Finding) -> tuple[bool, str, int, str]:
    """Whole-file findings first, then as the rows stand in the file."""
    return (finding["row"] is not None, finding["sheet"] or "", finding["row"] or 0, finding["code"])


def _slug(file: str) -> str:
    """The file's name as part of another file's name."""
    return re.sub(r"[^A-Za-z0-9]+", "-", Path(file).stem).strip("-").lower()[:60] or "file"


def _day(day: date | datetime) -> str:
    return f"{day.day} {day:%B %Y}"
