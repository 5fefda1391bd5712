"""Serves the dashboard on this machine: gunicorn, or waitress on Windows.

Belongs here: how the application is run. Does not belong here: what it is (`app`).

The process that forks gunicorn's workers must never have imported DuckDB: its import starts a thread, which a
fork does not copy, and the workers would wait for it for ever when they stop. So `serve` replaces its own process
by a fresh one that imports nothing of the dashboard (`python -m dashboard.serving`); the workers import it.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import socket
import sys
from pathlib import Path
from typing import Any

PORT = 8050
WORKERS, THREADS = 2, 4
HOME = Path(__file__).parents[1]


def serve(
    store_root: Path,
    audience: str = "officers",
    host: str = "127.0.0.1",
    port: int = PORT,
    workers: int = WORKERS,
) -> None:
    """Serve the dashboard until stopped; does not come back. Only this machine may reach it: there is no sign-in."""
    check_host(host)
    check_port(host, port)
    if sys.platform == "win32":
        import waitress

        from dashboard.app import create_app

        waitress.serve(
            create_app(store_root, audience).server, host=host, port=port, threads=WORKERS * THREADS
        )
        return
    settings = {
        "store": Path(store_root).resolve(),
        "audience": audience,
        "host": host,
        "port": port,
        "workers": workers,
    }
    given = [part for name, value in settings.items() for part in (f"--{name}", str(value))]
    paths = [str(HOME), *filter(None, [os.environ.get("PYTHONPATH")])]
    sys.stdout.flush()
    os.execve(
        sys.executable,
        [sys.executable, "-m", "dashboard.serving", *given],
        os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
    )


def check_host(host: str) -> None:
    """Refuse to listen anywhere but on this machine."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise SystemExit(
            f"The dashboard has no sign-in yet, so it does not listen on {host or 'every address'}: anybody who could "
            "reach it would see the figures. Use --host 127.0.0.1."
        )


def check_port(host: str, port: int) -> None:
    """Say so at once where something else listens on the port already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise SystemExit(
                f"Port {port} cannot be used: perhaps a dashboard runs there already. Stop it, or use another --port."
            ) from None


def main() -> None:
    """Run gunicorn with the settings on the command line; `serve` calls this in a fresh process."""
    from gunicorn.app.base import BaseApplication

    parser = argparse.ArgumentParser(description="Serve the dashboard on this machine.")
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--audience", choices=["officers", "public"], default="officers")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--workers", type=int, default=WORKERS)
    given = parser.parse_args()
    check_host(given.host)

    class Dashboard(BaseApplication):
        def load_config(self) -> None:
            wanted = {
                "bind": f"[{given.host}]:{given.port}" if ":" in given.host else f"{given.host}:{given.port}",
                "workers": given.workers,
                "threads": THREADS,
                "worker_class": "gthread",
                "preload_app": False,
                "loglevel": "warning",
                "graceful_timeout": 5,
                "control_socket_disable": True,
            }
            # Not every gunicorn in the range of versions has every setting.
            for name in wanted.keys() & self.cfg.settings.keys():
                self.cfg.set(name, wanted[name])

        def load(self) -> Any:
            from dashboard.app import create_app

            return create_app(given.store, given.audience).server

    Dashboard().run()


if __name__ == "__main__":
    main()
