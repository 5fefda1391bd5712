"""What the dashboard's tests share: a made-up store, an application served on a free port, a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from dashboard import store
from dashboard.app import create_app
from tests.dashboard import browser as browsing
from tests.dashboard import made_release


@pytest.fixture(scope="session")
def store_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one release for officers and one for the public. Read only: a test that writes makes its own."""
    root = tmp_path_factory.mktemp("store")
    made_release.build(root, audience="officers")
    made_release.build(root, audience="public")
    return root


@pytest.fixture(scope="session")
def release(store_root: Path) -> Iterator[store.Release]:
    """The officers' release."""
    held = store.Store(store_root, "officers")
    current = held.current()
    assert current is not None
    yield current
    held.close()


@contextmanager
def serving(root: Path, audience: str) -> Iterator[str]:
    """The dashboard on a free port of this machine; yields its address."""
    server = make_server("127.0.0.1", 0, create_app(root, audience).server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)


@pytest.fixture(scope="session")
def officers_url(store_root: Path) -> Iterator[str]:
    with serving(store_root, "officers") as url:
        yield url


@pytest.fixture(scope="session")
def public_url(store_root: Path) -> Iterator[str]:
    with serving(store_root, "public") as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with browsing.needed() as browser:
        yield browser


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a fresh profile."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()
