"""The dashboard as one Dash application for one audience: its shell and its routes.

Belongs here: the map from an address to a page function, and the page's frame. Does not belong here: what a page
says (`pages`), HTTP headers and compression (`web`), queries (`store`), how it is served (`serving`).

A page is a function of the release and the query string and nothing else (but for the day, where it says what is late),
so answers are cached by these, and the address bar is the whole state: a copied link shows the same view.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component
from flask import Response, abort, request

from dashboard import (
    asof,
    board_pdf,
    components,
    export,
    navigation,
    receipt_pdf,
    receipts,
    store,
    view,
    web,
    words,
)
from dashboard.pages import (
    actions,
    changes,
    compare,
    data,
    definitions,
    feedback,
    grades,
    learning,
    ombudsman,
    overview,
    placements,
    plans,
    programme,
    protection,
    receipt,
    reliability,
    report,
    scrutiny,
    timeliness,
    voice,
    who,
)
from dashboard.serving import serve as serve

log = logging.getLogger("send_audit.dashboard")
HERE = Path(__file__).parent
NAME = "SEND Audit"
PAGES = {
    "/": overview.page,
    "/voice": voice.page,
    "/who": who.page,
    "/programme": programme.page,
    "/grades": grades.page,
    "/reliability": reliability.page,
    "/plans": plans.page,
    "/timeliness": timeliness.page,
    "/compare": compare.page,
    "/ombudsman": ombudsman.page,
    "/actions": actions.page,
    "/placements": placements.page,
    "/learning": learning.page,
    "/feedback": feedback.page,
    "/scrutiny": scrutiny.page,
    report.PATH: report.page,
    "/definitions": definitions.page,
    "/data": data.page,
    "/changes": changes.page,
    "/protection": protection.page,
    receipt.PATH: receipt.page,
}
ONE = {"/definitions": definitions.one, receipt.PATH: receipt.one}
"""Pages of one thing, which is the last part of the address."""
INDEX = """<!DOCTYPE html>
<html lang="en-GB">
<head>
{%metas%}
<title>{%title%}</title>
{%favicon%}
{%css%}
</head>
<body>
<a class="skip-link" href="#main">Skip to main content</a>
<noscript><p class="notice">This page needs JavaScript. The figures are also at
<a href="/voice.csv">voice.csv</a> and <a href="/voice.json">voice.json</a>.</p></noscript>
{%app_entry%}
<footer>
{%config%}
{%scripts%}
{%renderer%}
</footer>
</body>
</html>"""


def create_app(store_root: Path, audience: str) -> Dash:
    """The application for the releases of one audience under `store_root`; `app.server` is its WSGI app."""
    releases = store.Store(store_root, audience)
    app = Dash(
        __name__,
        assets_folder=str(HERE / "assets"),
        assets_path_ignore=["vendor"],
        serve_locally=True,
        use_pages=False,
        include_pages_meta=False,
        suppress_callback_exceptions=True,
        enable_mcp=False,
        compress=False,
        title=NAME,
        update_title=None,  # type: ignore[arg-type]
        index_string=INDEX,
    )
    app.layout = _shell

    @app.callback(Output("content", "children"), Input("url", "pathname"), Input("url", "search"))
    def show(pathname: object, search: object) -> html.Div:
        return _framed(releases, pathname, search)

    _downloads(app, releases)
    with_charts = {place.path for place in navigation.PLACES.values() if place.has_charts}
    web.furnish(
        app,
        releases,
        is_page=lambda path: _route(path) is not None,
        has_charts=lambda path: path.rstrip("/") in with_charts,
    )
    # Dash learns which scripts it may serve while it writes the first index page. A worker asked for a script
    # before its first index page would refuse it, so every worker writes one before it takes requests.
    app.server.test_client().get("/")
    return app


def _shell() -> html.Div:
    return html.Div(
        [
            dcc.Location(id="url", refresh=False),
            html.Header(
                html.Div(
                    [
                        html.P(dcc.Link(NAME, href="/"), className="product"),
                        navigation.menu(),
                    ],
                    className="width",
                ),
                className="top",
            ),
            html.P("", id="announce", className="unseen", role="status"),
            html.Main(
                html.Div(html.P("Loading…"), id="content"), id="main", className="width", tabIndex="-1"
            ),
            html.Footer(
                html.Div(
                    html.Ul(
                        [
                            html.Li(dcc.Link("What the figures mean", href="/definitions")),
                            html.Li(dcc.Link("Data quality", href="/data")),
                            html.Li(dcc.Link(protection.TITLE, href="/protection")),
                            html.Li(dcc.Link("Check a receipt", href=receipt.PATH)),
                        ]
                    ),
                    className="width",
                ),
                className="bottom",
            ),
        ]
    )


def _route(path: object) -> tuple[str, str] | None:
    """The page function's address and what follows it, or None where there is no such page."""
    if not isinstance(path, str) or len(path) > 200:
        return None
    path = path.rstrip("/") or "/"
    if path in PAGES:
        return path, ""
    head, _, tail = path.rpartition("/")
    return (head, tail) if head in ONE and tail else None


def _page(release: store.Release, path: object, query: Mapping[str, str]) -> components.Page:
    route = _route(path)
    if route is None:
        return components.message(
            "Page not found",
            "Check the address, or start again.",
            html.P(dcc.Link("Overview", href="/")),
            status=404,
        )
    if route[1]:
        return ONE[route[0]](release, route[1])
    return PAGES[route[0]](release, query)


def _framed(releases: store.Store, path: object, search: object) -> html.Div:
    """A page with its strip, label and the day it is shown as at, or a page that says why there is none."""
    query = view.parse(search if isinstance(search, str) else "")
    chosen = None
    try:
        chosen = asof.choose(releases, query)
        if chosen is None:
            page = components.message("Nothing to show yet", words.NOTHING_PUBLISHED)
            return _plain(page, path, search)
        page = _page(chosen.release, path, query)
    except store.NotThen as problem:
        web.forget_answer()  # a release may come that is called so
        return _not_then(releases, str(problem), path, search)
    except store.StoreError as problem:
        page = components.message("The figures cannot be opened", str(problem))
    except Exception:
        # The reader gets words, the log gets the place in the code; neither gets a value from the data.
        log.exception("A page could not be made")
        web.forget_answer()
        page = components.message(
            "This page could not be made",
            "Something went wrong in the program. The other pages may still work.",
        )
    if chosen is None:
        return _plain(page, path, search)
    release, about, address = chosen.release, store.about(chosen.release), asof.own_address(path)
    label = f"{words.DEMONSTRATION} – " if about.get("demonstration") else ""
    period = f" – {page.period}" if page.period else ""
    then = f" – as they stood on {chosen.when()}" if chosen.asked else ""
    title = f"{page.title}{period}{then} – {label}data version {release.id} – {NAME}"
    if chosen.asked:
        asof.keep(html.Div(page.body), chosen.asked)
    frame = [
        components.demonstration(about),
        components.strip(release, page.period),
        asof.form(address, query, _first_day(releases)),
        asof.banner(chosen, asof.latest(address, query)),
        *page.body,
    ]
    return _answer([part for part in frame if part is not None], title, path, search)


def _not_then(releases: store.Store, problem: str, path: object, search: object) -> html.Div:
    """No figures stood then: says so, and never shows the latest instead."""
    query, address = view.parse(search if isinstance(search, str) else ""), asof.own_address(path)
    way_back = html.P(dcc.Link("Show the latest figures", href=asof.latest(address, query)))
    page = components.message("No figures stood then", problem, way_back, status=404)
    page.body.append(asof.form(address, query, _first_day(releases)))
    return _plain(page, path, search)


def _first_day(releases: store.Store) -> date | None:
    """The first day on which any figures stood."""
    known = releases.history()
    return known[0].made_at.date() if known else None


def _plain(page: components.Page, path: object, search: object) -> html.Div:
    """A page that stands without a release."""
    return _answer(page.body, f"{page.title} – {NAME}", path, search)


def _answer(parts: list[Component], title: str, path: object, search: object) -> html.Div:
    """The page with its title and the address it answers, for assets/navigation.js."""
    return html.Div(
        parts, className="page", **components.attributes(data_title=title, data_view=f"{path}{search or ''}")
    )


def _downloads(app: Dash, releases: store.Store) -> None:
    """What is seen, as files: a page's figures, the deliveries and their findings, the definitions."""
    kinds = f"<any({', '.join(export.KINDS)}):kind>"
    names = {
        path.strip("/") or "overview": path
        for path in PAGES
        if path not in ("/data", "/changes", "/protection", *ONE)
    }

    def query() -> dict[str, str]:
        return view.parse(request.query_string.decode("ascii", "replace"))

    def choice() -> asof.Choice:
        try:
            chosen = asof.choose(releases, query())
        except store.StoreError as problem:
            abort(404, str(problem))
        if chosen is None:
            abort(404, words.NOTHING_PUBLISHED)
        return chosen

    def as_at(chosen: asof.Choice, page: components.Page) -> components.Page:
        """The page whose filters say, in the file too, as at which day it is shown."""
        if not chosen.asked:
            return page
        said = f"As they stood on: {chosen.when()}, data version {chosen.release.id}"
        return replace(page, filters="; ".join(filter(None, [page.filters, said])))

    def answer(
        chosen: asof.Choice, kind: str, stem: str, columns: Any, rows: Any, page: components.Page
    ) -> Response:
        release = chosen.release
        made = export.to_bytes(release, kind, columns, rows, page)
        response = Response(made, content_type=export.KINDS[kind])
        name = export.file_name(release, stem, page)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
        return response

    @app.server.get(f"/<any({', '.join(names)}):name>.{kinds}")
    def figures(name: str, kind: str) -> Response:
        chosen = choice()
        release = chosen.release
        page = as_at(chosen, _page(release, names[name], query()))
        return answer(chosen, kind, name, export.FIGURES, export.figures(release, page), page)

    @app.server.get(f"/definitions/<name>.{kinds}")
    def definition(name: str, kind: str) -> Response:
        chosen = choice()
        release = chosen.release
        page = as_at(chosen, definitions.one(release, name))
        if page.status != 200:
            abort(404, "There is no such definition.")
        return answer(chosen, kind, name, export.FIGURES, export.figures(release, page), page)

    @app.server.get(f"{receipt.PATH}/<code>.<any(json, pdf):kind>")
    def one_receipt(code: str, kind: str) -> Response:
        told = receipts.tell(choice().release, code)
        if "measure" not in told:
            abort(404, told["message"])
        made = export.to_json(told).encode() if kind == "json" else receipt_pdf.to_pdf(told)
        kept = Response(made, content_type=export.KINDS.get(kind, "application/pdf"))
        kept.headers["Content-Disposition"] = f'attachment; filename="receipt-{told["receipt"]}.{kind}"'
        return kept

    @app.server.get(f"{report.PATH}.pdf")
    def board_report() -> Response:
        found = report.told(choice().release, query())
        if found is None:
            abort(404, "There is no register of actions.")
        told = found[1]
        kept = Response(board_pdf.to_pdf(told), content_type="application/pdf")
        name = f"progress-report-{told['source']}-{told['period_end']}-data-version-{told['release']}"
        kept.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
        return kept

    @app.server.get(f"/definitions.{kinds}")
    def every_definition(kind: str) -> Response:
        chosen = choice()
        release = chosen.release
        page = as_at(chosen, components.Page("Definitions", []))
        return answer(chosen, kind, "definitions", export.MEASURES, export.definitions(release), page)

    @app.server.get(f"/changes.{kinds}")
    def what_changed(kind: str) -> Response:
        chosen = choice()
        try:
            found = changes.found(chosen.release, query())
        except store.StoreError as problem:
            abort(404, str(problem))
        page = as_at(chosen, components.Page("What changed", [], filters=changes.filters(found)))
        name = f"changes-from-{found.before['release']}-to-{found.after['release']}" if found else "changes"
        return answer(chosen, kind, name, export.CHANGES, export.changes(chosen.release, found), page)

    @app.server.get(f"/data.{kinds}")
    def deliveries(kind: str) -> Response:
        chosen = choice()
        release = chosen.release
        held = data.choose(release, query())
        page = as_at(chosen, components.Page("Deliveries", [], filters=held.filters))
        rows = export.deliveries(release, held.deliveries)
        return answer(chosen, kind, "deliveries", export.DELIVERIES, rows, page)

    @app.server.get(f"/data/findings.{kinds}")
    def findings(kind: str) -> Response:
        chosen = choice()
        release = chosen.release
        if "findings" not in release.tables:
            abort(404, "Findings row by row are for officers only.")
        held = data.choose(release, query())
        page = as_at(chosen, components.Page("Findings row by row", [], filters=held.filters))
        rows = export.findings(release, held.deliveries)
        return answer(chosen, kind, "findings", export.FINDINGS, rows, page)
