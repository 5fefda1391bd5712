"""The figures of a page, and the findings of a delivery, as CSV, JSON, XLSX and ODS.

Belongs here: the columns of an export and what each of them is, which say by themselves what release, period and
definition each row comes from, and the notes that go with them. Does not belong here: choosing the rows (a page's
function did that), or how a workbook is written (`workbooks`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import components, kinds, phrases, store, words, workbooks
from dashboard.pages import changes_words

FIGURES = (
    ("measure", "Id of the measure; the page Definitions explains it", "text", 34),
    ("measure_version", "Version of the definition", "text", 9),
    ("title", "What is measured", "text", 48),
    ("council", "Code of the place: a council's DfE code, or the code of a region or country", "text", 10),
    ("council_name", "Name of the place", "text", 22),
    ("window", "Kind of period", "text", 15),
    ("period_start", "First day of the period", "date", 12),
    ("period_end", "Last day of the period", "date", 12),
    ("complete", "Whether the period had ended, with data up to its end", "yes_no", 10),
    ("breakdown", "What the groups are; empty for the whole place", "text", 18),
    ("group", "Code of the group; empty for the whole place", "text", 14),
    ("group_label", "The group in words", "text", 28),
    ("numerator", "How many were counted", "count", 11),
    ("denominator", "Out of how many", "count", 12),
    ("value", "Numerator divided by denominator", "share", 9),
    (
        "value_is",
        "What the value is: a share (0 to 1), or a mean of the unit that the definition names",
        "text",
        9,
    ),
    ("unit", "What a mean is in, such as weeks; empty for a share", "text", 9),
    ("low", "Lower end of the likely range (95%)", "share", 9),
    ("high", "Upper end of the likely range (95%)", "share", 9),
    ("symbol", "Stands for a value that is not shown; explained above", "text", 8),
    ("previous_numerator", "Numerator a year before", "count", 11),
    ("previous_denominator", "Denominator a year before", "count", 12),
    ("previous_value", "Value a year before", "share", 9),
    ("change", "Value less the value a year before: 0.05 is 5 percentage points higher", "points", 9),
    ("change_low", "Lower end of the change's likely range (95%)", "points", 9),
    ("change_high", "Upper end of the change's likely range (95%)", "points", 9),
    ("direction", "Higher or lower only where chance alone would not explain the change", "text", 16),
    (
        "mix",
        "More or fewer of the cases were chosen at random than the year before: not comparable",
        "text",
        14,
    ),
    ("usual_least", "Least that would be usual by chance for a group with so many (99.8%)", "count", 11),
    ("usual_most", "Most that would be usual by chance for a group with so many (99.8%)", "count", 11),
    ("place", "Where a group lies beside its total: as expected, higher or lower", "text", 12),
    (
        "compared_numerator",
        "Of a gap: how many of the group there are among all that it is compared with",
        "count",
        11,
    ),
    ("compared_denominator", "Of a gap: how many there are in all", "count", 12),
    ("counted_on", "The day on which that population was counted", "date", 12),
    ("receipt", "Code of this one figure: quote it", "text", 15),
    ("release", "Data version", "text", 14),
    ("as_of", "The day as at which the data is shown", "date", 12),
    ("audience", "Who these figures are for", "text", 10),
    ("checks", "Checks on the files in force", "text", 32),
    ("filters", "What was chosen on the page", "text", 40),
    ("note", "Whether this is demonstration data", "text", 40),
)
DELIVERIES = (
    ("number", "Number of the arrival", "count", 9),
    ("delivery", "SHA-256 of the file: the same content has the same", "text", 20),
    ("file", "Name of the file as it came", "text", 36),
    ("feed", "What kind of data it holds", "text", 22),
    ("received_at", "When it was received (UTC)", "time", 18),
    ("extracted_on", "When it was taken from its system", "date", 12),
    ("mode", "A whole file, or corrections to earlier rows", "text", 12),
    ("rows_received", "Rows in the file = accepted + set aside + erased", "count", 10),
    ("rows_accepted", "Rows accepted = in force + replaced", "count", 10),
    ("rows_rejected", "Rows set aside", "count", 10),
    ("rows_erased", "Rows erased since", "count", 10),
    ("rows_in_force", "Rows that figures use", "count", 10),
    ("queries", "Rows kept that the supplier is asked about", "count", 10),
    ("errors", "Faults that set rows aside", "count", 10),
    ("state", "In force, superseded or refused", "text", 12),
    ("reason", "Why it was refused", "text", 40),
    ("release", "Data version", "text", 14),
    ("note", "Whether this is demonstration data", "text", 40),
)
FINDINGS = (
    ("number", "Number of the arrival", "count", 9),
    ("file", "Name of the file as it came", "text", 30),
    ("feed", "What kind of data it holds", "text", 22),
    ("sheet", "Sheet of the workbook; empty where there is one only", "text", 16),
    ("row", "Row as the supplier's own file shows it; empty for the whole file", "count", 8),
    ("supplier_column", "Header of the column in the supplier's words", "text", 24),
    ("code", "Code of the rule", "text", 10),
    ("level", "query: kept, please check; error: row set aside; refuse: file kept out", "text", 9),
    ("message", "What is wrong", "text", 48),
    ("action", "What to do", "text", 48),
    ("delivery", "SHA-256 of the file", "text", 20),
    ("release", "Data version", "text", 14),
    ("note", "Whether this is demonstration data", "text", 40),
)
MEASURES = (
    ("measure", "Id of the measure", "text", 36),
    ("version", "Version of the definition", "text", 9),
    ("title", "Title", "text", 48),
    ("topic", "Topic", "text", 14),
    ("numerator_words", "What is counted", "text", 60),
    ("denominator_words", "Out of what", "text", 60),
    ("higher_is", "Which way is good: better, worse or neither", "text", 10),
    ("protect", "Who may see it", "text", 11),
    ("benchmark", "What it may be compared with", "text", 40),
    ("source", "Where the definition comes from", "text", 48),
    ("release", "Data version", "text", 14),
    ("note", "Whether this is demonstration data", "text", 40),
)
CHANGES = (
    ("measure", "Id of the measure", "text", 34),
    ("measure_version", "Version of the definition, the same in both", "text", 9),
    ("title", "What is measured", "text", 48),
    ("council", "Code of the place", "text", 10),
    ("council_name", "Name of the place", "text", 22),
    ("window", "Kind of period", "text", 15),
    ("period_start", "First day of the period", "date", 12),
    ("period_end", "Last day of the period", "date", 12),
    ("previous_numerator", "How many were counted, before", "count", 11),
    ("previous_denominator", "Out of how many, before", "count", 12),
    ("previous_value", "Value before", "share", 9),
    ("previous_symbol", "Stands for a value that was not shown", "text", 8),
    ("numerator", "How many were counted, after", "count", 11),
    ("denominator", "Out of how many, after", "count", 12),
    ("value", "Value after", "share", 9),
    ("symbol", "Stands for a value that is not shown", "text", 8),
    ("change", "Value after less value before: 0.05 is 5 percentage points higher", "points", 9),
    ("direction", "Higher, lower or the same, in words", "text", 12),
    ("why", "What can have restated it", "text", 60),
    ("previous_receipt", "Code of the figure before", "text", 15),
    ("receipt", "Code of the figure after", "text", 15),
    ("previous_release", "Data version before", "text", 14),
    ("release", "Data version after", "text", 14),
    ("note", "Whether this is demonstration data", "text", 40),
)
FIGURE_COLUMNS, DELIVERY_COLUMNS, FINDING_COLUMNS, MEASURE_COLUMNS = (
    tuple(name for name, *_ in held) for held in (FIGURES, DELIVERIES, FINDINGS, MEASURES)
)
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
"""Kind of file -> its content type."""
LICENCE = {
    "published": "Figures that are published nationally contain public sector information licensed under the Open "
    "Government Licence v3.0.",
    "own": "Figures that the council counted from its own records: ask the council before you use them elsewhere.",
}


def figures(release: store.Release, page: components.Page) -> list[dict[str, Any]]:
    """The page's figures with what they need to stand alone: place, release, as-of, checks, filters, label."""
    about = store.about(release)
    names = store.place_names(release)
    known, labels = store.measures(release), store.groups(release)
    shared = _shared(about) | {
        "as_of": about.get("as_of"),
        "audience": about.get("audience"),
        "checks": words.checks_words(store.check_counts(release)),
        "filters": page.filters,
    }
    return [
        _only(
            FIGURE_COLUMNS,
            row | shared | {
                "title": known.get(row["measure"], {}).get("title", ""),
                "council_name": names.get(row["council"], ""),
                "group_label": _label(labels, row),
                **_value_is(known.get(row["measure"])),
            },
        )
        for row in page.figures
    ]  # fmt: skip


def _value_is(measure: store.Row | None) -> dict[str, str]:
    """What the value is: a share, an average in its unit, or a coefficient from -1 to 1."""
    of = kinds.own_unit(measure)
    if of == phrases.COEFFICIENT:
        return {"value_is": of, "unit": ""}
    return {"value_is": "mean" if of else "share", "unit": of}


def deliveries(release: store.Release, held: Sequence[store.Row]) -> list[dict[str, Any]]:
    """Deliveries, one row each."""
    shared = _shared(store.about(release))
    return [_only(DELIVERY_COLUMNS, row | shared) for row in held]


def findings(release: store.Release, held: Sequence[store.Row]) -> list[dict[str, Any]]:
    """Every finding of some deliveries; none where the table is not in this release."""
    shared = _shared(store.about(release))
    return [
        _only(
            FINDING_COLUMNS, finding | shared | {name: row[name] for name in ("number", "file", "delivery")}
        )
        for row in held
        if row["feed"]
        for finding in store.findings(release, row["number"], row["feed"], limit=1_000_000)
    ]


def definitions(release: store.Release) -> list[dict[str, Any]]:
    """Every measure's definition in words, one row each."""
    shared = _shared(store.about(release))
    return [_only(MEASURE_COLUMNS, row | shared) for row in store.measures(release).values()]


def to_bytes(
    release: store.Release,
    kind: str,
    columns: Sequence[tuple[str, str, str, int]],
    rows: Sequence[Mapping[str, Any]],
    page: components.Page,
) -> bytes:
    """The rows as one of `KINDS`."""
    if kind == "csv":
        return to_csv([name for name, *_ in columns], rows).encode()
    if kind == "json":
        return to_json(rows).encode()
    book = workbooks.Book(
        title=page.title,
        made_at=store.about(release).get("made_at"),
        notes=notes(release, columns, rows, page),
        columns=[workbooks.Column(*column) for column in columns],
        rows=rows,
    )
    return workbooks.to_xlsx(book) if kind == "xlsx" else workbooks.to_ods(book)


def notes(
    release: store.Release,
    columns: Sequence[tuple[str, str, str, int]],
    rows: Sequence[Mapping[str, Any]],
    page: components.Page,
) -> list[workbooks.Note]:
    """What somebody needs who gets the workbook and nothing else."""
    about, known = store.about(release), store.measures(release)
    shown = [known[name] for name in dict.fromkeys(row.get("measure") for row in rows) if name in known]
    places = dict.fromkeys(str(row["council_name"]) for row in rows if row.get("council_name"))
    said: list[workbooks.Note] = [
        (page.title, None),
        ("Demonstration", words.DEMONSTRATION if about.get("demonstration") else "No: this is real data"),
        (
            "Place",
            phrases.listed(list(places))
            if 0 < len(places) <= 3
            else f"{len(places)} places"
            if places
            else "",
        ),
        ("Period covered", page.period),
        ("Figures as they stood on", phrases.day(about.get("as_of"))),
        ("Data version", str(about.get("release") or "")),
        ("Audience", words.AUDIENCES.get(about.get("audience") or "", "Not given")),
        ("Checks on the files in force", words.checks_words(store.check_counts(release))),
        ("Rows in this file", phrases.count(len(rows))),
    ]
    said = [note for note in said if note[1] != ""]
    if page.filters:
        said += [("Applied filters", None), *[_pair(part) for part in page.filters.split("; ")]]
    said += [("Symbols, where a value is not shown", None), *phrases.SYMBOLS.items()]
    said += [("What each column is", None), *[(name, meaning) for name, meaning, *_ in columns]]
    said += [("Where the figures come from, and how they may be used", None)]
    sources = dict.fromkeys(row["source"] for row in shown if row.get("source"))
    said += [("Source", str(source)) for source in sources]
    kinds = {"published" if row.get("protect") == "published" else "own" for row in shown} or {"own"}
    return said + [("Licence", LICENCE[kind]) for kind in ("published", "own") if kind in kinds]


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition(": ")
    return name, value


def _label(labels: Mapping[tuple[str, str], store.Row], row: Mapping[str, Any]) -> str:
    if not row.get("group"):
        return ""
    found = labels.get((row["breakdown"], row["group"]))
    return str((found or {}).get("label") or row["group"])


def changes(release: store.Release, found: store.Between | None) -> list[dict[str, Any]]:
    """The restated figures of whole places, each with both values and why."""
    if found is None:
        return []
    shared = _shared(store.about(release)) | {"release": found.after["release"]}
    columns = tuple(name for name, *_ in CHANGES)
    return [
        _only(
            columns,
            row | shared | {
                "title": found.measures[row["measure"]]["title"],
                "council_name": found.places.get(row["council"], ""),
                "previous_release": found.before["release"],
                "direction": changes_words.direction(row),
                "why": changes_words.because(row["why"], every=True),
            },
        )
        for row in found.restated
    ]  # fmt: skip


def to_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV with a byte order mark, so that spreadsheets read the accents, and no live formulas."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([[_cell(row[column]) for column in columns] for row in rows])
    return "\ufeff" + out.getvalue()


def to_json(held: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> str:
    """Rows as a JSON array, or one thing as a JSON object; dates as ISO text."""
    return json.dumps(held, ensure_ascii=False, default=str)


def file_name(release: store.Release, stem: str, page: components.Page | None = None) -> str:
    """send-voice_2025-11_2026-10_asof-2026-11-21_v2026-11-21.1: the period is that of the page's first figure."""
    about = store.about(release)
    span = ""
    if page and page.figures:
        first = page.figures[0]
        span = f"_{first['period_start']:%Y-%m}_{first['period_end']:%Y-%m}"
    label = "demonstration_" if about.get("demonstration") else ""
    return f"{label}send-{stem}{span}_asof-{about.get('as_of')}_v{release.id}"


def _shared(about: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "release": about.get("release"),
        "note": words.DEMONSTRATION if about.get("demonstration") else "",
    }


def _only(columns: Sequence[str], row: Mapping[str, Any]) -> dict[str, Any]:
    return {column: row.get(column) for column in columns}


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(workbooks.FORMULA_STARTS):
        return "'" + value
    return value
