"""The HTTP side of the dashboard: headers, compression, limits and the cache of answers.

Belongs here: what is true of every response whatever the page says. Does not belong here: pages and queries.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from pathlib import Path

from dash import Dash
from flask import Flask, Response, g, request, send_from_directory

from dashboard import store

VENDOR = Path(__file__).parent / "assets" / "vendor"
PARTIAL_BUNDLE = "plotly-basic.min.js"
# Where Dash's chart component looks for plotly.js; the partial bundle answers there if it was fetched.
BUNDLE_ADDRESS = "/_dash-component-suites/plotly/package_data/plotly.min.js"
CALLBACKS = "/_dash-update-component"
CONTENT = "content.children"
ANSWERS_KEPT = 400
LARGEST_REQUEST = 64 * 1024
A_DAY = 24 * 60 * 60
COMPRESSIBLE = ("text/", "application/json", "application/javascript", "image/svg")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
POLICY = (
    "default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Remembered:
    """A bounded memory of answers, the least used forgotten first. Safe between threads."""

    def __init__(self, most: int) -> None:
        self._most, self._held, self._lock = most, OrderedDict[Hashable, bytes](), threading.Lock()

    def get(self, key: Hashable) -> bytes | None:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
            return None

    def put(self, key: Hashable, value: bytes) -> None:
        with self._lock:
            self._held[key] = value
            while len(self._held) > self._most:
                self._held.popitem(last=False)


def furnish(
    app: Dash, releases: store.Store, is_page: Callable[[str], bool], has_charts: Callable[[str], bool]
) -> None:
    """Give the application its limits, cache, compression and headers."""
    server: Flask = app.server
    server.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_DAY
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    # Another site's name that resolves to this machine must not read the figures through the reader's browser.
    server.config["TRUSTED_HOSTS"] = ["localhost", "127.0.0.1", "[::1]"]
    answers, files = Remembered(ANSWERS_KEPT), Remembered(ANSWERS_KEPT)
    policy: list[str] = []

    if (VENDOR / PARTIAL_BUNDLE).exists():

        @server.get(BUNDLE_ADDRESS)
        def bundle() -> Response:
            return send_from_directory(VENDOR, PARTIAL_BUNDLE, mimetype="text/javascript")

    @server.before_request
    def remembered_answer() -> Response | None:
        """Refuse a callback that is not ours; answer one already answered for this release."""
        if request.path != CALLBACKS:
            return None
        asked = callback_asked(request.get_data(cache=True))
        if asked is None:
            return Response("Not a request that this dashboard makes.", status=400, mimetype="text/plain")
        try:
            release = releases.current()
        except store.StoreError:
            return None
        # the day too: what was in time yesterday may be late today
        g.answer_key = (release.alias if release else "", date.today(), asked)
        held = answers.get(g.answer_key)
        if held is None:
            return None
        g.answer_key = None
        return _compressed(Response(held, mimetype="application/json"), held)

    @server.after_request
    def finish(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers[name] = value
        if response.mimetype == "text/html":
            if not policy:
                policy.append(POLICY.format(hashes=" ".join(app.csp_hashes())))
            response.headers["Content-Security-Policy"] = policy[0]
            response.headers["Cache-Control"] = "no-cache"
            if has_charts(request.path):
                response.headers["Link"] = f"<{BUNDLE_ADDRESS}>; rel=preload; as=script"
            if request.endpoint and response.status_code == 200 and not is_page(request.path):
                response.status_code = 404
        else:
            response.headers["Content-Security-Policy"] = "default-src 'none'"
        if response.headers.get("Content-Encoding") or response.status_code not in (200, 404):
            return response
        if not (response.mimetype or "").startswith(COMPRESSIBLE):
            return response
        return _smaller(response, answers, files)


def callback_asked(body: bytes) -> str | None:
    """The part of a callback request that decides its answer, or None if it is not the page's own callback.

    Dash checks only the number of a callback's inputs. Here also their names, order and kind.
    """
    try:
        asked = json.loads(body)
        if asked["output"] != CONTENT or asked.get("state"):
            return None
        inputs = [(item["id"], item["property"], item.get("value")) for item in asked["inputs"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if [(name, prop) for name, prop, _ in inputs] != [("url", "pathname"), ("url", "search")]:
        return None
    values = [value for _, _, value in inputs]
    if not all(value is None or isinstance(value, str) for value in values):
        return None
    return json.dumps(values)


def forget_answer() -> None:
    """Do not remember the answer to the request under way: it says that something went wrong."""
    g.answer_key = None


def _smaller(response: Response, answers: Remembered, files: Remembered) -> Response:
    """Compress a response, and remember it where it will be asked for again."""
    key = g.get("answer_key")
    if key is not None and response.status_code == 200:
        body = gzip.compress(response.get_data(), 5, mtime=0)
        answers.put(key, body)
        return _compressed(response, body)
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return response
    if request.path.startswith(("/assets/", "/_dash-component-suites/")) and request.method == "GET":
        etag = (request.full_path, response.headers.get("ETag"), response.content_length)
        held = files.get(etag)
        if held is None:
            response.direct_passthrough = False
            held = gzip.compress(response.get_data(), 6, mtime=0)
            files.put(etag, held)
        return _compressed(response, held)
    return _compressed(response, gzip.compress(response.get_data(), 5, mtime=0))


def _compressed(response: Response, body: bytes) -> Response:
    """Send a compressed body, or undo it for the rare reader that cannot take one."""
    response.headers["Vary"] = "Accept-Encoding"
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.direct_passthrough = False
        response.set_data(body)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response.set_data(gzip.decompress(body))
    return response
