"""The page of a board's progress report: what has become of the actions of one source.

Belongs here: choosing the source, and the report on a page. Does not belong here: what it holds (`board_report`), its
words (`board_words`), its PDF (`board_pdf`).
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import board_report, board_words, components, ledger_words, store, view
from dashboard.pages import frame, laid_out

PATH, TITLE = "/report", "Progress report for a board"


def told(release: store.Release, query: Mapping[str, str]) -> tuple[view.View, board_report.Told] | None:
    """The report that a query asks for, with its place and period; None where the release has no ledger."""
    shown = view.make(release, query, (board_report.OPEN,))
    if shown is None:
        return None
    offered = dict(board_report.sources(release, shown.council))
    source = query.get("source", "")
    found = board_report.tell(release, shown, source if source in offered else board_report.ALL)
    return None if board_words.is_empty(found) else (shown, found)


def page(release: store.Release, query: Mapping[str, str]) -> components.Page:
    """The report of a source, or of all together where none is named."""
    found = told(release, query)
    if found is None:
        return components.message(TITLE, ledger_words.NONE)
    shown, report = found
    fields, applied = components.period_fields(release, shown)
    offered = board_report.sources(release, shown.council)
    fields.append(components.select("source", "Report on actions from", offered, report["source"]))
    applied.append(("Actions from", report["source_label"]))
    notes = [*shown.notes]
    if query.get("source", "") not in ("", report["source"]):
        notes.append("The link asked for a source that this release does not have. All are shown.")
    address = shown.query(measure="", by="", only="", source=report["source"])
    sections = board_words.sections(report)[1:]  # what it is of stands around every page
    return frame.around(
        "Actions",
        PATH,
        board_words.title(report),
        place=shown.council_name,
        lead=f"In {shown.period_words}. What was undertaken, and what has become of it.",
        notes=notes,
        form=frame.Form(components.filters(PATH, fields, address), applied),
        query=address,
        contents=[(anchor, heading) for anchor, heading, _ in sections],
        sections=[_on_paper(address), _everything(report, shown), *laid_out.sections(sections)],
        period=shown.period,
        used=board_report.used(release, report),
    )


def _everything(report: board_report.Told, shown: view.View) -> Component | None:
    """The way to the report that has numbers, for whom a source's own are not."""
    if report["balance"]["open"] or report["source"] == board_report.ALL:
        return None
    address = shown.query(measure="", by="", only="")
    return html.P(dcc.Link("The report of all sources, with numbers", href=f"{PATH}?{address}"))


def _on_paper(address: str) -> Component:
    return components.files(
        "For the board's papers", [("this report to print (PDF)", f"{PATH}.pdf?{address}")]
    )
