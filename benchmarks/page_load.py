"""How fast the voice page answers a change of filters, at 1, 20 and 100 clients, against a bare query.

    .venv/bin/python benchmarks/page_load.py [--store DIR] [--requests N] [--clients 1 20 100]

Three rows a number of clients, measured one after the other in the same run, all through gunicorn with the same
workers and threads on this machine:

* floor: one SELECT of the chart's rows, as JSON; no page, no words, nothing remembered;
* remembered: the page's callback over a few views, as readers of the same release ask for them;
* first time: the page's callback with an address not asked for before, so the page is made anew each time.

Requests are a fixed number on the loopback address. Without --store the program's own store is used if it has a
release for officers, else a made-up one from the tests.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[1]
WORKERS, THREADS = 2, 4
WINDOWS = ("12m", "financial_year", "academic_year", "quarter")
MEASURES = ("voice.any_family", "voice.child", "voice.parent")
ROWS = "SELECT * FROM charts WHERE measure = 'voice.any_family' ORDER BY \"window\", period_end"
_held = threading.local()


def floor(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """A WSGI application that is one query and nothing else."""
    import duckdb

    if not hasattr(_held, "cursor"):
        _held.cursor = duckdb.connect(os.environ["FLOOR_DATABASE"], read_only=True).cursor()
    cursor = _held.cursor.execute(ROWS)
    names = [column[0] for column in cursor.description]
    body = json.dumps([dict(zip(names, row, strict=True)) for row in cursor.fetchall()], default=str).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


@contextlib.contextmanager
def served(command: list[str], port: int, environment: dict[str, str] | None = None) -> Iterator[None]:
    """A server as a process of its own, ready to answer."""
    process = subprocess.Popen(command, cwd=HOME, env=os.environ | (environment or {}))
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
                break
            except OSError:
                time.sleep(0.25)
        else:
            raise SystemExit("The server did not start within a minute.")
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def load(
    port: int, clients: int, requests: int, body_of: Callable[[int], bytes | None]
) -> tuple[float, list[float]]:
    """Requests a second, and each request's seconds, from `clients` threads that share `requests` between them."""
    numbers = iter(range(requests))
    lock, took, failures = threading.Lock(), [], []
    start = threading.Barrier(clients + 1)
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        start.wait()
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                connection.close()
                return
            body = body_of(number)
            began = time.perf_counter()
            try:
                if body is None:
                    connection.request("GET", "/", headers=headers)
                else:
                    connection.request("POST", "/_dash-update-component", body=body, headers=headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    failures.append(str(answer.status))
            except (OSError, http.client.HTTPException) as problem:
                failures.append(type(problem).__name__)
                connection.close()
            took.append(time.perf_counter() - began)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"{len(failures)} of {requests} requests failed: {sorted(set(failures))}")
    return requests / (time.perf_counter() - began), took


def callback(search: str) -> bytes:
    """The request that the page's script makes when a reader applies filters."""
    inputs = [
        {"id": "url", "property": name, "value": value}
        for name, value in (("pathname", "/voice"), ("search", search))
    ]
    outputs = {"id": "content", "property": "children"}
    asked = {
        "output": "content.children",
        "outputs": outputs,
        "inputs": inputs,
        "changedPropIds": ["url.search"],
    }
    return json.dumps(asked).encode()


def remembered(number: int) -> bytes:
    """One of 12 views, in turn."""
    return callback(f"?window={WINDOWS[number % 4]}&measure={MEASURES[number // 4 % 3]}")


def first_time(number: int) -> bytes:
    """A view whose address differs from every other in this run."""
    return callback(
        f"?window={WINDOWS[number % 4]}&measure={MEASURES[number // 4 % 3]}&n={time.perf_counter_ns()}-{number}"
    )


def report(kind: str, clients: int, rate: float, took: list[float], floor_rate: float) -> None:
    cuts = statistics.quantiles(took, n=20)
    print(
        f"{clients:>7}  {kind:<11} {rate:>10,.0f} {1000 * statistics.median(took):>9.1f} {1000 * cuts[18]:>9.1f} "
        f"{rate / floor_rate:>9.2f}",
        flush=True,
    )


def _without_control_socket() -> list[str]:
    """Newer versions of gunicorn make a socket in the home folder unless told not to; older ones know no such flag."""
    from gunicorn.config import KNOWN_SETTINGS

    return ["--no-control-socket"] if any(s.name == "control_socket_disable" for s in KNOWN_SETTINGS) else []


@contextlib.contextmanager
def store_to_use(asked: Path | None) -> Iterator[Path]:
    """The store asked for, the program's own, or a made-up one."""
    own = Path(os.environ.get("SEND_AUDIT_DATA", HOME / "data")) / "store"
    root = asked or own
    if (root / "officers" / "CURRENT").exists():
        yield root
        return
    if asked:
        raise SystemExit(f"There is no release for officers in {asked}.")
    sys.path.insert(0, str(HOME))
    from tests.dashboard import made_release

    with tempfile.TemporaryDirectory() as folder:
        made_release.build(Path(folder))
        yield Path(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--store", type=Path)
    parser.add_argument("--requests", type=int, default=600, help="requests in each row (600)")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 20, 100])
    given = parser.parse_args()
    with store_to_use(given.store) as root:
        release = (root / "officers" / "CURRENT").read_text(encoding="utf-8").split()[0]
        database = root / "officers" / "databases" / f"{release}.duckdb"
        page, bare = free_port(), free_port()
        dashboard = [sys.executable, "-m", "dashboard.serving", "--store", str(root), "--port", str(page)]
        floors = [sys.executable, "-m", "gunicorn", "-k", "gthread", "--workers", str(WORKERS)]
        floors += ["--threads", str(THREADS), "--log-level", "warning", "-b", f"127.0.0.1:{bare}"]
        floors += ["--graceful-timeout", "5", *_without_control_socket(), "benchmarks.page_load:floor"]
        print(f"Release {release}; {WORKERS} workers x {THREADS} threads; {given.requests} requests a row")
        print("clients  what         requests/s    p50 ms    p95 ms  of floor")
        with (
            served(dashboard, page),
            served(floors, bare, {"FLOOR_DATABASE": str(database)}),
        ):
            load(bare, 8, 64, lambda _: None)
            load(page, 8, 48, remembered)
            for clients in given.clients:
                floor_rate, took = load(bare, clients, given.requests, lambda _: None)
                report("floor", clients, floor_rate, took, floor_rate)
                report("remembered", clients, *load(page, clients, given.requests, remembered), floor_rate)
                report("first time", clients, *load(page, clients, given.requests, first_time), floor_rate)


if __name__ == "__main__":
    main()
