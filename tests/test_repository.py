"""The repository as a newcomer gets it: lock files, commands that the docs name, nothing that belongs to one machine.

Belongs here: tests of the files around the program. Does not belong here: tests of the program.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import pipelines
from tools import browser, plotly_bundle, set_up

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-duckdb2.lock")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def project() -> dict[str, dict]:
    return tomllib.loads(read("pyproject.toml"))


@cache
def targets() -> dict[str, str]:
    """Every target that the Makefile explains, with its explanation."""
    return dict(re.findall(r"^([a-z0-9-]+):[^\n]*?## (.+)$", read("Makefile"), re.MULTILINE))


def lock_entries(name: str) -> list[str]:
    """One text per package: its pin and hashes on one line."""
    lines = [line for line in read(name).splitlines() if not line.lstrip().startswith("#")]
    return [line for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line.strip()]


@cache
def pins(name: str) -> dict[str, list[Version]]:
    """Package to its pinned versions: several where they depend on the Python version."""
    found: dict[str, list[Version]] = {}
    for entry in lock_entries(name):
        requirement = Requirement(entry.split("--hash")[0])
        (pin,) = requirement.specifier
        assert pin.operator == "==", f"{name}: {requirement.name} is not pinned with =="
        found.setdefault(canonicalize_name(requirement.name), []).append(Version(pin.version))
    return found


def committed() -> list[Path]:
    """The files that git holds or would take."""
    git = shutil.which("git")
    if not git or not (ROOT / ".git").exists():
        pytest.skip("this copy is not a git clone, so git cannot say which files belong to it")
    names = subprocess.run(
        [git, "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_a_package_registry_or_a_path_of_one_machine():
    # Written in pieces, so that this file does not hold what it looks for.
    hosts = ["pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js.org", "deb." + "debian.org"]
    homes = [r"/home/[a-z][\w.-]*/", r"/Users/[A-Za-z][\w.-]*/", "/ro" + "ot/", "/wo" + r"rk/(main|shared)\b"]
    local = [r"/opt/(pypi|wheels)\b", r"/tmp/(boot|spec)\b"]
    forbidden = re.compile("|".join([*map(re.escape, hosts), *homes, *local]))
    found = []
    for path in committed():
        content = path.read_bytes()
        if b"\0" in content[:8000]:
            continue
        for number, line in enumerate(content.decode("utf-8", errors="replace").splitlines(), 1):
            if path != Path(__file__) and (match := forbidden.search(line)):
                found.append(f"{path.relative_to(ROOT)}:{number}: {match.group()}")
    assert found == []


def test_the_search_for_machine_paths_sees_this_repository():
    names = {path.relative_to(ROOT).as_posix() for path in committed()}
    assert {"Makefile", "pyproject.toml", ".ci/run", "tests/test_repository.py"} <= names
    assert not [
        name for name in names if name.startswith((".venv", "data/store/", "dashboard/assets/vendor/"))
    ]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_for_every_package_and_no_address(lock):
    text = read(lock)
    assert "://" not in text
    assert not re.search(r"^\s*(-[a-z]\b|--(?!hash)|.* @ )", text, re.MULTILINE), (
        "only pins and hashes belong here"
    )
    for entry in lock_entries(lock):
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), f"no hash: {entry.split()[0]}"
        assert not re.search(r"--hash=(?!sha256:[0-9a-f]{64}(\s|$))", entry), f"odd hash: {entry.split()[0]}"


def test_the_lock_holds_what_the_project_asks_for():
    asked = [*project()["project"]["dependencies"], *project()["project"]["optional-dependencies"]["dev"]]
    locked = pins("requirements.lock")
    for requirement in map(Requirement, asked):
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is not in the lock: make lock"
        for version in versions:
            assert version in requirement.specifier, (
                f"{requirement.name} {version} is out of range: make lock"
            )


def test_the_locks_hold_one_duckdb_each():
    (first,) = pins("requirements.lock")["duckdb"]
    (second,) = pins("requirements-duckdb2.lock")["duckdb"]
    assert first.release[:2] == (1, 5)
    assert second.release[:2] == (2, 0)
    assert set(pins("requirements-duckdb2.lock")) == {"duckdb"}
    wanted = next(
        Requirement(text) for text in project()["project"]["dependencies"] if re.match(r"duckdb\b(?!-)", text)
    )
    assert {first, second} == set(wanted.specifier.filter([first, second]))


def test_the_lock_serves_windows_too():
    entries = lock_entries("requirements.lock")
    conditions = {
        entry.split("==")[0]: entry.split("--hash")[0].partition(";")[2].strip() for entry in entries
    }
    assert conditions["pywin32"] == "sys_platform == 'win32'"
    assert conditions["gunicorn"] == "sys_platform != 'win32'"
    assert conditions["waitress"] == ""


def test_one_version_one_licence_one_command():
    about = project()["project"]
    assert about["version"] == pipelines.__version__
    assert about["license"] == "MIT"
    assert read("LICENSE").startswith("MIT License\n")
    assert about["scripts"] == {"send-audit": "pipelines.cli:main"}


def test_make_help_lists_every_target():
    phony = set(re.search(r"^\.PHONY: (.+)$", read("Makefile"), re.MULTILINE)[1].split())
    assert phony == set(targets())
    assert {
        "setup",
        "demo",
        "test",
        "check",
        "check-duckdb2",
        "bench",
        "soak",
        "lock",
        "docs",
        "clean",
    } <= phony
    make = shutil.which("make")
    if make:
        listing = subprocess.run([make, "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for target, explanation in targets().items():
            assert re.search(rf"^  make {target} +{re.escape(explanation)}$", listing, re.MULTILINE)


def commands_in(text: str) -> set[str]:
    """The make targets that a page names in its code blocks and code words."""
    code = re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)
    return {
        target for piece in code for target in re.findall(r"\bmake (?:[A-Z]+=\S+ )*([a-z][a-z0-9-]*)", piece)
    }


def test_commands_are_found_in_pages():
    page = "make sure of it: `make demo SERVE=0`, or\n```sh\nmake PYTHON=python3.12 test\n```\n"
    assert commands_in(page) == {"demo", "test"}


def test_pages_name_only_targets_that_exist():
    if not (ROOT / "README.md").exists():
        pytest.skip("there is no README.md yet")
    assert {"demo", "test"} <= commands_in(read("README.md"))
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        unknown = commands_in(page.read_text(encoding="utf-8")) - set(targets())
        assert not unknown, (
            f"{page.relative_to(ROOT)} names {sorted(unknown)}, which the Makefile does not have"
        )


def test_ci_runs_everything_and_stops_at_the_first_failure():
    script = read(".ci/run")
    assert script.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in script
    assert script.rstrip().splitlines()[-1] == "make test check check-duckdb2"
    if sys.platform != "win32":
        assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_hooks_use_the_locked_tools_only():
    repos = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    assert all(hook["entry"].startswith(".venv/bin/") for hook in repos[0]["hooks"])


def test_the_chart_bundle_is_the_version_that_plotly_draws_for():
    pin = json.loads(read("tools/lock/plotly_bundle.json"))
    assert pin["package"] == plotly_bundle.PACKAGE
    assert pin["version"] == plotly_bundle.wanted(), "python tools/plotly_bundle.py --pin"
    assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", pin["sha512"])
    if plotly_bundle.in_place():
        assert plotly_bundle.in_place() == pin["version"], "make setup"
        script = (plotly_bundle.VENDOR / plotly_bundle.SCRIPT).read_text(encoding="utf-8")
        assert f"v{pin['version']}" in script[:200]
        assert "MIT License" in (plotly_bundle.VENDOR / "LICENSE").read_text(encoding="utf-8")


def npm_archive(**files: bytes) -> bytes:
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo("package/" + {"script": plotly_bundle.SCRIPT}.get(name, name))
            member.size = len(content)
            tar.addfile(member, BytesIO(content))
    return out.getvalue()


@pytest.fixture
def vendor(tmp_path, monkeypatch):
    """An empty folder for the bundle, and a pin of an archive that the test makes."""

    def pin(archive: bytes, version: str) -> Path:
        path = tmp_path / "pin.json"
        path.write_text(
            json.dumps({"version": version, "sha512": plotly_bundle.checksum(archive)}), encoding="utf-8"
        )
        monkeypatch.setattr(plotly_bundle, "PIN", path)
        monkeypatch.setattr(plotly_bundle, "download", lambda version: archive)
        return tmp_path / "vendor"

    monkeypatch.setattr(plotly_bundle, "ROOT", tmp_path)
    monkeypatch.setattr(plotly_bundle, "VENDOR", tmp_path / "vendor")
    return pin


def test_the_chart_bundle_is_put_in_place_once(vendor, monkeypatch):
    folder = vendor(npm_archive(script=b"/* plotly.js v9.8.7 */", LICENSE=b"MIT License"), "9.8.7")
    plotly_bundle.fetch("9.8.7")
    assert sorted(path.name for path in folder.iterdir()) == ["LICENSE", "VERSION", "plotly-basic.min.js"]
    monkeypatch.setattr(plotly_bundle, "download", lambda version: pytest.fail("it is there already"))
    plotly_bundle.fetch("9.8.7")


@pytest.mark.parametrize(
    ("archive", "pinned", "reason"),
    [
        (npm_archive(script=b"/* plotly.js v9.8.7 */", LICENSE=b""), "9.8.6", "pinned"),
        (npm_archive(script=b"/* plotly.js v9.8.6 */", LICENSE=b""), "9.8.7", "does not say"),
        (npm_archive(LICENSE=b""), "9.8.7", "holds no"),
        (npm_archive(script=b"/* plotly.js v9.8.7 */"), "9.8.7", "holds no"),
    ],
)
def test_a_wrong_chart_bundle_is_not_used(vendor, archive, pinned, reason):
    folder = vendor(archive, pinned)
    with pytest.raises(plotly_bundle.NoBundleError, match=reason):
        plotly_bundle.fetch("9.8.7")
    assert not folder.exists()


def test_a_changed_chart_bundle_is_not_used(vendor, monkeypatch, capsys):
    folder = vendor(npm_archive(script=b"/* plotly.js v9.8.7 */", LICENSE=b""), "9.8.7")
    other = npm_archive(script=b"/* plotly.js v9.8.7 */ steal()", LICENSE=b"")
    monkeypatch.setattr(plotly_bundle, "download", lambda version: other)
    monkeypatch.setattr(plotly_bundle, "wanted", lambda: "9.8.7")
    assert plotly_bundle.main([]) == 0, "set-up goes on without it"
    assert "falls back to Dash's own" in capsys.readouterr().out
    assert not folder.exists()


def test_without_npm_set_up_goes_on_and_says_so(vendor, monkeypatch, capsys):
    fetch_for_real = plotly_bundle.download
    vendor(b"", "9.8.7")
    monkeypatch.setattr(plotly_bundle, "download", fetch_for_real)
    monkeypatch.setattr(plotly_bundle, "npm_commands", lambda: [])
    monkeypatch.setattr(plotly_bundle, "wanted", lambda: "9.8.7")
    assert plotly_bundle.main([]) == 0
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 14)])
def test_a_python_that_will_do(version):
    assert set_up.wrong_version(*version) == ""


@pytest.mark.parametrize(
    ("version", "problem"), [((3, 10), "needs 3.11 or later"), ((3, 15), "stop at 3.14")]
)
def test_a_python_that_will_not_do_is_told_what_to_do(version, problem):
    message = set_up.wrong_version(*version)
    assert problem in message
    assert "make setup PYTHON=" in message


def test_an_old_python_can_read_the_set_up_script():
    ast.parse(read("tools/set_up.py"), feature_version=(3, 7))
    assert "from __future__ import annotations" not in read("tools/set_up.py"), "Python 3.6 would stop at it"


def test_the_oldest_and_newest_python_are_the_projects():
    oldest, too_new = (f"{major}.{minor}" for major, minor in (set_up.OLDEST, set_up.TOO_NEW))
    assert project()["project"]["requires-python"] == f">={oldest},<{too_new}"


def test_the_browser_that_was_chosen_is_used(tmp_path):
    chosen = tmp_path / "my browser"
    chosen.touch()
    assert browser.find({browser.VARIABLE: str(chosen), "PATH": ""}) == str(chosen)
    with pytest.raises(FileNotFoundError, match="set it right, or leave it out"):
        browser.find({browser.VARIABLE: str(tmp_path / "none"), "PATH": ""})


def test_a_browser_is_found_where_windows_keeps_it(tmp_path):
    edge = tmp_path / "Microsoft" / "Edge" / "Application" / "msedge.exe"
    edge.parent.mkdir(parents=True)
    edge.touch()
    assert browser.find({"PATH": str(tmp_path), "PROGRAMFILES(X86)": str(tmp_path)}) == str(edge)


@pytest.mark.parametrize(("ci", "code", "words"), [("", 0, "WILL BE SKIPPED"), ("true", 1, "must run")])
def test_no_browser_is_a_failure_in_ci_only(monkeypatch, capsys, ci, code, words):
    monkeypatch.setattr(browser, "find", lambda: None)
    monkeypatch.setenv("CI", ci)
    assert browser.main([]) == code
    said = capsys.readouterr().out
    assert words in said
    assert browser.VARIABLE in said


def test_a_stub_that_does_not_start_is_no_browser(monkeypatch):
    monkeypatch.setattr(browser, "find", lambda: sys.executable)
    monkeypatch.setattr(browser, "starts", lambda path: False)
    monkeypatch.setenv("CI", "true")
    assert browser.main([]) == 1


def test_nothing_is_installed_where_a_password_would_be_asked(monkeypatch):
    monkeypatch.setattr(browser, "privilege", lambda: None)
    monkeypatch.setattr(browser.subprocess, "run", lambda *_, **__: pytest.fail("nothing may run"))
    browser.install()


@pytest.mark.parametrize(
    "path",
    [
        "data/store/x.duckdb",
        "data/inbox/a.csv",
        "data/outbox/b.xlsx",
        "dashboard/assets/vendor/x.js",
        "a.key",
    ],
)
def test_deliveries_keys_and_fetched_files_are_never_committed(path):
    committed()  # skips where there is no git
    answer = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "check-ignore", "-q", path], cwd=ROOT)
    assert answer.returncode == 0, f"git does not ignore {path}"
