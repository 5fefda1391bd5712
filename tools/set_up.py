"""Make `.venv`, with every package that the lock file names and the project itself.

Belongs here: what must happen before anything else can be imported; hence the standard library only, in a form
that old Pythons can still read, to say that they are too old.
Does not belong here: the browser and the chart library (their own scripts).

`python tools/set_up.py` works on Windows as well. `--beside FOLDER LOCK` puts a lock file's packages into a
folder of their own, to be laid over `.venv` with PYTHONPATH.
"""

import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
WINDOWS = os.name == "nt"
PYTHON = os.path.join(VENV, "Scripts" if WINDOWS else "bin", "python.exe" if WINDOWS else "python")
READY = os.path.join(VENV, ".set-up")
OLDEST = (3, 11)
TOO_NEW = (3, 15)


def say(text: str) -> None:
    print(text, flush=True)


def wrong_version(major: int, minor: int) -> str:
    """What is wrong with a Python of this version, and what to do; empty if it will do."""
    if (major, minor) < OLDEST:
        problem = f"This is Python {major}.{minor}; SEND Audit needs 3.11 or later."
    elif (major, minor) >= TOO_NEW:
        problem = f"This is Python {major}.{minor}; the packages that SEND Audit builds on stop at 3.14."
    else:
        return ""
    return (
        f"{problem}\nInstall a Python from 3.11 to 3.14 and name it: make setup PYTHON=python3.12\n"
        "(on Windows: py -3.12 tools\\set_up.py)."
    )


def run(command: "list[str]", quiet: bool = False) -> bool:
    """Run a command in the repository; whether it succeeded."""
    out = subprocess.DEVNULL if quiet else None
    return subprocess.call(command, cwd=ROOT, stdout=out, stderr=out) == 0


def version_in_place() -> "tuple[int, int] | None":
    """The version of the Python in `.venv`; None if there is none that starts."""
    try:
        answer = subprocess.check_output(
            [PYTHON, "-c", "import sys; print(*sys.version_info[:2])"], text=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    major, minor = answer.split()
    return int(major), int(minor)


def make_environment() -> None:
    """`.venv`, if it is not there yet or its Python has gone.

    Raises:
        SystemExit: it cannot be made, or was made by a Python of the wrong version; says what to do.
    """
    there = version_in_place()
    if there:
        problem = wrong_version(*there)
        if problem:
            raise SystemExit(
                f"{problem}\nThen remove the folder .venv, which the other Python made, and repeat."
            )
        return
    say(f"Making .venv with Python {sys.version.split()[0]} ...")
    if not run([sys.executable, "-m", "venv", "--clear", VENV]):
        raise SystemExit(
            "This Python cannot make a virtual environment (see above).\n"
            "On Debian and Ubuntu: apt-get install python3-venv. Elsewhere: install Python from python.org\n"
            "and name it: make setup PYTHON=/path/to/python3"
        )


def install(*arguments: str) -> bool:
    """Install with uv where it is on the PATH (faster), else or where that fails with pip."""
    uv = shutil.which("uv")
    if uv and run([uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", PYTHON, *arguments]):
        return True
    if not run([PYTHON, "-m", "pip", "--version"], quiet=True):
        run([PYTHON, "-m", "ensurepip", "--default-pip"], quiet=True)
    return run([PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *arguments])


def install_locked(lock: str, *options: str) -> None:
    """Install what a lock file names, each package checked against its hash.

    Raises:
        SystemExit: something could not be installed; says what to do.
    """
    if not install("--require-hashes", "-r", lock, *options):
        raise SystemExit(
            f"Not everything in {lock} could be installed (see above). Is the package index reachable from\n"
            "here? Behind a proxy or mirror, set pip up for it (pip config), then repeat; nothing is lost."
        )


def set_up() -> None:
    """The environment, the locked packages, the project; then the stamp that says it is done."""
    make_environment()
    say("Installing the packages that requirements.lock names into .venv (one to three minutes, 1.6 GB) ...")
    install_locked("requirements.lock")
    # setuptools is in the lock, so that this step fetches nothing.
    if not install("--no-deps", "--no-build-isolation", "-e", "."):
        raise SystemExit("The project itself could not be installed (see above).")
    with open(READY, "w", encoding="utf-8") as stamp:
        stamp.write("Made by tools/set_up.py; `make setup` repeats it once the lock file is newer.\n")
    say("Ready: .venv holds everything.")


def beside(folder: str, lock: str) -> None:
    """The packages of a lock file in a folder of their own, made anew."""
    shutil.rmtree(os.path.join(ROOT, folder), ignore_errors=True)
    say(f"Installing what {lock} names into {folder} ...")
    install_locked(lock, "--no-deps", "--target", folder)
    with open(os.path.join(ROOT, folder, ".set-up"), "w", encoding="utf-8") as stamp:
        stamp.write("Made by tools/set_up.py.\n")


if __name__ == "__main__":
    complaint = wrong_version(*sys.version_info[:2])
    if complaint:
        raise SystemExit(complaint)
    if sys.argv[1:2] == ["--beside"] and len(sys.argv) == 4:
        beside(sys.argv[2], sys.argv[3])
    elif len(sys.argv) == 1:
        set_up()
    else:
        raise SystemExit("Usage: python tools/set_up.py [--beside FOLDER LOCK]")
