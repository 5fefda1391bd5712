"""Find the Chromium that the browser tests use; on Debian install it where that is allowed.

Belongs here: where browsers lie on each system, and what to do when there is none.
Does not belong here: starting one (the tests do).

Tests ask `find()`. `python tools/browser.py --install` is what `make test` runs first.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "SEND_AUDIT_CHROMIUM"
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
MAC = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
WINDOWS = (
    "Chromium/Application/chrome.exe",
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)
APT = ["apt-get", "-o", "DPkg::Lock::Timeout=120", "-qq"]
WHAT_TO_DO = f"To have them run, install Chromium, Chrome or Edge, or set {VARIABLE} to the path of one."


def find(environ: Mapping[str, str] | None = None) -> str | None:
    """The path of a Chromium-like browser, or None.

    Raises:
        FileNotFoundError: SEND_AUDIT_CHROMIUM names a file that is not there.
    """
    env = os.environ if environ is None else environ
    chosen = env.get(VARIABLE)
    if chosen:
        if not Path(chosen).is_file():
            raise FileNotFoundError(
                f"{VARIABLE} names a file that is not there: set it right, or leave it out."
            )
        return chosen
    for command in COMMANDS:
        if path := shutil.which(command, path=env.get("PATH")):
            return path
    programs = [env[name] for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA") if env.get(name)]
    candidates = [Path(path) for path in MAC] + [
        Path(folder, path) for path in WINDOWS for folder in programs
    ]
    return next((str(path) for path in candidates if path.is_file()), None)


def starts(path: str) -> bool:
    """Whether it runs at all: some systems leave a stub that only says how to install the real one."""
    if os.name == "nt":  # there `--version` would open a window
        return True
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def privilege() -> list[str] | None:
    """What to put before apt-get here, or None where Debian's Chromium cannot be installed without asking."""
    if sys.platform != "linux" or not shutil.which("apt-get"):
        return None
    try:
        system = platform.freedesktop_os_release()
    except OSError:
        return None
    if "debian" not in (system.get("ID"), *system.get("ID_LIKE", "").split()) or system.get("ID") == "ubuntu":
        return None  # Ubuntu's package of that name only points to a snap, which tests cannot drive
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None


def install() -> None:
    """Install Debian's Chromium, if this is Debian and no password is asked for; else do nothing."""
    before = privilege()
    if before is None:
        return
    print("No Chromium here: installing Debian's (once; about 300 MB) ...", flush=True)
    quietly = ["env", "DEBIAN_FRONTEND=noninteractive"]
    for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium", "fonts-liberation"]):
        done = subprocess.run([*before, *quietly, *APT, *step], stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            print(f"apt-get {step[0]} failed:\n{done.stderr.decode(errors='replace').strip()}", flush=True)


def main(arguments: list[str]) -> int:
    """Say which browser the tests will use. Exit code 1 only where they must run (CI) and cannot."""
    try:
        path = find()
    except FileNotFoundError as problem:
        print(problem)
        return 1
    if "--install" in arguments and not (path and starts(path)):
        install()
        path = find()
    if path and starts(path):
        print(f"Browser tests will use {path}")
        return 0
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        print(f"No working browser was found, and in CI the browser tests must run. {WHAT_TO_DO}")
        return 1
    print(f"No working browser was found: THE BROWSER TESTS WILL BE SKIPPED. {WHAT_TO_DO}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
