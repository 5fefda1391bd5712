"""Commands that keep running: `serve` (the dashboard) and `up` (the dashboard with Dagster).

Belongs here: ports, child processes and stopping them. Does not belong here: what they serve.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands import console
from pipelines.commands.console import say, tell
from pipelines.settings import HOME

if TYPE_CHECKING:
    from pipelines.settings import Settings

HOST = "127.0.0.1"
"""Neither the dashboard nor Dagster has a sign-in, so nothing but this machine may reach them."""
DAGSTER_PORT = 3000
STOPPED_WITHIN = 15.0
Port = Annotated[
    int | None, typer.Option(metavar="PORT", min=1, max=65535, help="The dashboard's port. [default: 8050]")
]


def serve(audience: console.Audience = "officers", port: Port = None) -> None:
    """Serve the dashboard on this machine until Ctrl-C."""
    settings = console.load_settings()
    serve_dashboard(settings, audience, port)


def serve_dashboard(settings: Settings, audience: str, port: int | None) -> None:
    """Say where the dashboard is and serve it."""
    port = port or settings.port
    need_free(port, "--port")
    from dashboard.app import serve as run_server

    say(f"Dashboard: http://{HOST}:{port}  (this machine only; Ctrl-C stops it)")
    sys.stdout.flush()
    run_server(settings.store, audience, host=HOST, port=port)


def up(
    port: Port = None,
    dagster_port: Annotated[
        int, typer.Option(metavar="PORT", min=1, max=65535, help="Dagster's port.")
    ] = DAGSTER_PORT,
) -> None:
    """Start Dagster and the dashboard together until Ctrl-C.

    Dagster shows runs and their history, and starts runs by schedules and when files come in.
    """
    settings = console.load_settings()
    port = port or settings.port
    if port == dagster_port:
        raise typer.BadParameter("The dashboard and Dagster need a port each.", param_hint="--dagster-port")
    need_free(port, "--port")
    need_free(dagster_port, "--dagster-port")
    from pipelines.orchestration import history

    # Dagster's advice to its own developers is no concern of whoever runs this.
    environment = {**os.environ, **history.environment(settings), "PYTHONWARNINGS": "ignore"}
    commands = {
        "Dagster": (dagster_port, dagster_command(dagster_port)),
        "Dashboard": (port, [sys.executable, "-m", "pipelines.cli", "serve", "--port", str(port)]),
    }
    tell("Starting. Dagster takes some ten seconds. Ctrl-C stops both.")
    for number in {signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}:
        signal.signal(number, _interrupted)
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, (_, command) in commands.items():
            running[name] = start(command, environment)
        over = watch(running, {name: at for name, (at, _) in commands.items()})
    except KeyboardInterrupt:
        over = None
    finally:
        stop(list(running.values()))
    if over:
        console.stop(
            f"{over} stopped by itself, so the other was stopped too. Its messages are above.", console.BROKEN
        )
    tell("Both are stopped.")


def dagster_command(port: int) -> list[str]:
    """Dagster's web pages and its daemon, which runs the sensor and the schedules."""
    return [
        sys.executable, "-m", "dagster", "dev", "--module-name", "pipelines.definitions",
        "--working-directory", str(HOME), "--host", HOST, "--port", str(port), "--log-level", "warning",
    ]  # fmt: skip


def need_free(port: int, option: str) -> None:
    """End with a message where another program uses the port."""
    with socket.socket() as probe:
        if os.name != "nt":
            # As the servers do it: a port whose last user has just stopped is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            console.stop(
                f"Port {port} is in use, perhaps by another copy of this. Stop that, or choose another: "
                f"{option} {port + 1}.",
                console.BROKEN,
            )


def start(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A child in a group of its own, so that Ctrl-C reaches us first and we stop it in order. Its errors are shown."""
    if os.name == "nt":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined,unused-ignore]
    else:
        apart = {"start_new_session": True}
    return subprocess.Popen(command, env=dict(environment), cwd=HOME, stdout=subprocess.DEVNULL, **apart)


def watch(
    running: Mapping[str, subprocess.Popen[bytes]], ports: Mapping[str, int], pause: float = 0.25
) -> str:
    """Print each address when it answers; returns the name of the first child that ends."""
    waiting = dict(ports)
    while True:
        for name, child in running.items():
            if child.poll() is not None:
                return name
        for name, port in list(waiting.items()):
            if answers(port):
                say(f"{name}: http://{HOST}:{port}")
                sys.stdout.flush()
                del waiting[name]
        time.sleep(pause)


def answers(port: int) -> bool:
    """Whether something listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((HOST, port)) == 0


def stop(children: Sequence[subprocess.Popen[bytes]], within: float = STOPPED_WITHIN) -> None:
    """Ask every child to stop, then insist; nothing of theirs is left running."""
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.CTRL_BREAK_EVENT if os.name == "nt" else signal.SIGINT)  # type: ignore[attr-defined,unused-ignore]
    end = time.monotonic() + within
    for child in children:
        try:
            child.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
        if os.name != "nt":
            _end_group(child.pid)
        child.wait()


def _end_group(group: int) -> None:
    """What a child started itself and left behind."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _interrupted(number: int, frame: object) -> None:
    raise KeyboardInterrupt
