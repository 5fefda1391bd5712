"""send-audit serve and up: ports, children, and how they end."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.commands import console, servers
from tests.commands.command_line import send_audit


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something uses."""
    with socket.socket() as server:
        server.bind((servers.HOST, 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_port_in_use_is_said_with_what_to_do(empty: Path, taken: int) -> None:
    with socket.socket() as other:  # a port that nothing uses, once it is closed
        other.bind((servers.HOST, 0))
        free = other.getsockname()[1]
    for arguments in (
        ["serve", "--port", taken],
        ["up", "--port", taken],
        ["up", "--port", free, "--dagster-port", taken],
        ["demo", "--port", taken],
    ):
        result = send_audit(*arguments)
        assert result.exit_code == console.BROKEN
        assert f"Port {taken} is in use" in result.stderr
        assert f"port {taken + 1}" in result.stderr
    assert not empty.exists(), "nothing was begun"


def test_dagster_listens_on_this_machine_only() -> None:
    command = servers.dagster_command(3999)
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert command[command.index("--module-name") + 1] == "pipelines.definitions"


def child(code: str) -> subprocess.Popen[bytes]:
    return servers.start([sys.executable, "-c", code], os.environ)


def test_the_first_child_that_ends_is_named_and_the_other_is_stopped(
    taken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    running = {
        "Dagster": child("import time; time.sleep(60)"),
        "Dashboard": child("import time; time.sleep(1)"),
    }
    try:
        assert servers.watch(running, {"Dagster": taken, "Dashboard": 1}, pause=0.05) == "Dashboard"
    finally:
        servers.stop(list(running.values()), within=10)
    assert capsys.readouterr().out.splitlines() == [f"Dagster: http://127.0.0.1:{taken}"]
    assert all(process.poll() is not None for process in running.values())


@pytest.mark.skipif(os.name == "nt", reason="process groups are POSIX")
def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    mark = tmp_path / "grandchild"
    grandchild = (
        f"import os, pathlib, time; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    stubborn = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        f"subprocess.Popen([sys.executable, '-c', {grandchild!r}]); time.sleep(60)"
    )
    process = child(stubborn)
    end = time.monotonic() + 20
    while not (mark.exists() and mark.read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    servers.stop([process], within=0.2)
    assert process.poll() is not None
    while time.monotonic() < end:
        stat = Path(f"/proc/{mark.read_text()}/stat")
        if not stat.exists() or stat.read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("a process was left running")
