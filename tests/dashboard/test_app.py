"""The application over HTTP: what it answers, what it refuses, its headers, its files, how it is served."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dash.development.base_component import Component
from flask.testing import FlaskClient
from plotly.offline import get_plotlyjs_version

from dashboard import store, web
from dashboard.app import create_app
from dashboard.serving import check_host, check_port
from pipelines.settings import HOME
from tests.dashboard import made_release
from tests.dashboard.read_pages import PAGES

LABEL = "Demonstration data: a fictional county"


@pytest.fixture(scope="module")
def officers(store_root: Path) -> FlaskClient:
    return create_app(store_root, "officers").server.test_client()


@pytest.fixture(scope="module")
def public(store_root: Path) -> FlaskClient:
    return create_app(store_root, "public").server.test_client()


@pytest.fixture
def own_root(store_root: Path, tmp_path: Path) -> Path:
    """A copy of the store that a test may change."""
    shutil.copytree(store_root, tmp_path / "store")
    return tmp_path / "store"


def request_for(path: Any, search: Any = "", **changes: Any) -> dict[str, Any]:
    """The request that the page's script makes for an address."""
    return {
        "output": "content.children",
        "outputs": {"id": "content", "property": "children"},
        "inputs": [
            {"id": "url", "property": "pathname", "value": path},
            {"id": "url", "property": "search", "value": search},
        ],
        "changedPropIds": ["url.pathname"],
    } | changes


def ask(client: FlaskClient, path: Any, search: Any = "") -> str:
    answer = client.post("/_dash-update-component", json=request_for(path, search))
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def rows_of(client: FlaskClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_page_is_answered_with_its_strip_and_label(officers: FlaskClient) -> None:
    said = ask(officers, "/voice")
    assert LABEL in said
    assert "Data version 2026-11-21.1" in said
    assert "Audience: Officers" in said


@pytest.mark.parametrize(
    "body",
    [
        request_for("/voice", output="other.children"),
        request_for("/voice", inputs=[{"id": "url", "property": "pathname", "value": "/voice"}]),
        request_for("/voice", inputs=request_for("/voice")["inputs"][::-1]),
        request_for({"a": 1}),
        request_for("/voice", ["?a=1"]),
        request_for("/voice", state=[{"id": "x", "property": "y", "value": 1}]),
        {},
        [],
        "text",
        {"output": "content.children", "inputs": [1]},
    ],
)
def test_a_request_the_page_does_not_make_is_refused(officers: FlaskClient, body: Any) -> None:
    answer = officers.post("/_dash-update-component", json=body)
    assert answer.status_code == 400
    assert LABEL not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "data", [b"", b"[" * 60_000, b"\xff\xfe", b'{"output": "content.children"', b"x" * 70_000]
)
def test_a_body_that_is_no_request_is_refused(officers: FlaskClient, data: bytes) -> None:
    answer = officers.post("/_dash-update-component", data=data, content_type="application/json")
    assert answer.status_code in (400, 413)


def test_nothing_of_the_data_is_in_the_documents_before_a_page_is_asked_for(officers: FlaskClient) -> None:
    for address in ("/", "/voice", "/_dash-layout", "/_dash-dependencies"):
        said = officers.get(address).get_data(as_text=True)
        for data in ("Brackenshire", "Receipt", "2026-11-21.1", "completed audits"):
            assert data not in said, f"{data} is in {address}"


def test_the_content_policy_allows_each_inline_script_by_its_hash_and_no_other_host(
    officers: FlaskClient,
) -> None:
    answer = officers.get("/voice")
    policy = answer.headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    inline = re.findall(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>(.*?)</script>",
        answer.get_data(as_text=True),
        re.S,
    )
    assert inline
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_every_answer_carries_the_security_headers(officers: FlaskClient) -> None:
    for address in ("/", "/assets/style.css", "/_dash-layout", "/voice.csv", "/nowhere"):
        headers = officers.get(address).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Content-Security-Policy" in headers


def test_static_files_may_be_kept_and_pages_may_not(officers: FlaskClient) -> None:
    assert "max-age=86400" in officers.get("/assets/style.css").headers["Cache-Control"]
    assert officers.get("/voice").headers["Cache-Control"] == "no-cache"


def test_answers_are_compressed_for_those_who_take_it(officers: FlaskClient) -> None:
    body = request_for("/voice", "?x=compressed")
    plain = officers.post("/_dash-update-component", json=body, headers={"Accept-Encoding": ""})
    packed = officers.post("/_dash-update-component", json=body, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 4
    assert gzip.decompress(packed.data) == plain.data


def test_the_page_of_charts_asks_for_their_script_at_once(officers: FlaskClient) -> None:
    preload = officers.get("/voice").headers["Link"]
    address = re.match("<(.+)>; rel=preload; as=script$", preload)
    assert address is not None
    answer = officers.get(address.group(1), headers={"Accept-Encoding": ""})
    assert answer.status_code == 200
    assert answer.mimetype == "text/javascript"
    assert b"plotly.js" in answer.data[:300]
    assert "Link" not in officers.get("/data").headers


@pytest.mark.skipif(
    not (web.VENDOR / web.PARTIAL_BUNDLE).exists(), reason="the partial plotly.js was not fetched"
)
def test_the_partial_bundle_is_of_the_version_that_plotly_expects(officers: FlaskClient) -> None:
    held = (web.VENDOR / web.PARTIAL_BUNDLE).read_bytes()
    assert f"plotly.js (basic - minified) v{get_plotlyjs_version()}".encode() in held[:300]
    assert officers.get(web.BUNDLE_ADDRESS, headers={"Accept-Encoding": ""}).data == held


def test_another_name_for_this_machine_is_not_answered(officers: FlaskClient) -> None:
    assert officers.get("/voice", headers={"Host": "figures.example"}).status_code == 400


def test_there_is_no_door_for_language_models(officers: FlaskClient) -> None:
    assert officers.post("/_mcp", json={}).status_code in (404, 405)


@pytest.mark.parametrize(
    ("path", "status"), [("/voice", 200), ("/definitions/x", 200), ("/x", 404), ("/data/x", 404)]
)
def test_an_address_without_a_page_is_not_found(officers: FlaskClient, path: str, status: int) -> None:
    assert officers.get(path).status_code == status
    assert ("Page not found" in ask(officers, path)) == (status == 404)


def test_an_answer_is_remembered_until_the_release_changes(own_root: Path) -> None:
    client = create_app(own_root, "officers").server.test_client()
    first = ask(client, "/")
    assert ask(client, "/") == first
    made_release.build(own_root, "2026-11-21.2", seed="b")
    second = ask(client, "/")
    assert "Data version 2026-11-21.2" in second
    assert second != first


def test_a_failure_is_said_in_words_and_not_remembered(
    own_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = create_app(own_root, "officers").server.test_client()

    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret 42")

    with monkeypatch.context() as broken:
        broken.setattr(store, "latest", fail)
        said = ask(client, "/")
    assert "This page could not be made" in said
    assert "secret" not in said
    assert "This page could not be made" not in ask(client, "/")


def test_a_pointer_without_a_database_says_that_nothing_is_published(tmp_path: Path) -> None:
    (tmp_path / "officers").mkdir()
    made_release.flip(tmp_path, "2026-11-21.1")
    client = create_app(tmp_path, "officers").server.test_client()
    assert "No figures have been published yet. Run send-audit run" in ask(client, "/voice")
    assert client.get("/voice.csv").status_code == 404


HIDDEN = "numerator = NULL, denominator = NULL, value = NULL, low = NULL, high = NULL"
DAMAGES = {
    "no children's measures": "DELETE FROM measures WHERE measure LIKE 'voice.child%'",
    "no children's figures": "DELETE FROM figures WHERE measure LIKE 'voice.child%'",
    "no headline": "DELETE FROM figures WHERE measure = 'voice.any_family'",
    "no headline's measure": "DELETE FROM measures WHERE measure = 'voice.any_family'",
    "no measures": "DELETE FROM measures",
    "no figures": "DELETE FROM figures",
    "no 12 months": "DELETE FROM figures WHERE \"window\" = '12m'",
    "no charts": "DELETE FROM charts",
    "charts without limits": "UPDATE charts SET state = 'table', centre = NULL, lower = NULL, upper = NULL",
    "no groups": "DELETE FROM groups; DELETE FROM breakdowns",
    "no places": "DELETE FROM places",
    "no deliveries": "DELETE FROM deliveries; DELETE FROM checks; DELETE FROM findings",
    "few tables": "DROP TABLE deliveries; DROP TABLE checks; DROP TABLE rules; DROP TABLE charts; DROP TABLE groups",
    "protected": f"UPDATE figures SET symbol = 'c', {HIDDEN}",
    "nothing counted": f"UPDATE figures SET symbol = 'z', change = NULL, {HIDDEN}; UPDATE figures SET denominator = 0",
    "words missing": "UPDATE measures SET sentence = NULL, caveats = NULL, source = NULL, text = NULL",
    "no changes": "DROP TABLE changes",
    "changes of what is gone": "DELETE FROM charts; DELETE FROM measures WHERE measure LIKE 'quality.%'",
    "no earlier release": "UPDATE release SET compared_with = NULL; DELETE FROM changes",
    "an older release": "ALTER TABLE measures DROP headline; ALTER TABLE measures DROP target; "
    "ALTER TABLE charts DROP target; ALTER TABLE charts DROP variation; ALTER TABLE charts DROP assurance; "
    "ALTER TABLE release DROP compared_with; DROP TABLE changes",
    "no programme": "DELETE FROM figures WHERE measure LIKE 'programme.%'",
    "no programme's measures": "DELETE FROM measures WHERE measure LIKE 'programme.%'",
    "no grades": "DELETE FROM figures WHERE measure LIKE 'quality.%'; "
    "DELETE FROM charts WHERE measure LIKE 'quality.%'",
    "no grades' measures": "DELETE FROM measures WHERE measure LIKE 'quality.%'",
    "no agreement": "DELETE FROM figures WHERE measure LIKE 'reliability.%'",
    "no agreement's measures": "DELETE FROM measures WHERE measure LIKE 'reliability.%'",
    "no neighbours": "DROP TABLE neighbours; DROP TABLE funnels",
    "no months": "DELETE FROM figures WHERE \"window\" = 'month'",
    "no breakdowns": "UPDATE measures SET breakdowns = NULL, short_title = NULL, counts_what = NULL, benchmark = NULL",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_pages_say_in_words_what_a_release_does_not_have(own_root: Path, damage: str) -> None:
    database = own_root / "officers" / "databases" / f"{made_release.RELEASE}.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(damage)
    client = create_app(own_root, "officers").server.test_client()
    for path, search in (
        ("/", ""),
        ("/voice", ""),
        ("/voice", "?by=primary_need&only=primary_need:ASD"),
        ("/programme", ""),
        ("/grades", ""),
        ("/grades", "?measure=quality.inadequate&by=age_band&only=age_band:0-4&window=quarter"),
        ("/plans", ""),
        ("/timeliness", ""),
        ("/reliability", ""),
        ("/compare", ""),
        ("/actions", ""),
        ("/actions", "?source=ombudsman&state=done"),
        ("/ombudsman", ""),
        ("/placements", ""),
        ("/learning", ""),
        ("/feedback", ""),
        ("/scrutiny", ""),
        ("/definitions", ""),
        ("/definitions/voice.parent", ""),
        ("/data", ""),
        ("/data", "?delivery=4&feed=case_audits"),
        ("/protection", ""),
    ):
        said = ask(client, path, search)
        assert "could not be made" not in said, f"{path}{search}"
        assert "None" not in re.findall(r'"children":"([^"]*)"', said)
        assert "nan%" not in said


@pytest.mark.parametrize("audience", ["officers", "public"])
def test_no_page_asks_whether_a_part_of_it_is_true(
    monkeypatch: pytest.MonkeyPatch, store_root: Path, audience: str
) -> None:
    """A part with nothing in it yet, such as the place of a table, is false: it would be left out unseen."""
    asked = set()

    def is_true(part: Component) -> bool:
        caller = sys._getframe(1).f_code
        if Path(caller.co_filename).is_relative_to(HOME / "dashboard"):
            asked.add(f"{caller.co_filename}: {caller.co_name}")
        return len(part) > 0

    monkeypatch.setattr(Component, "__bool__", is_true, raising=False)
    client = create_app(store_root, audience).server.test_client()
    for address in (
        *PAGES,
        "/definitions",
        "/receipts",
        f"/receipts/{made_release.STANDS}",
        "/receipts/NONE",
    ):
        path, _, search = address.partition("?")
        ask(client, path, f"?{search}" if search else "")
    assert asked == set()


def test_csv_of_a_page_holds_its_figures_each_with_receipt_and_label(
    officers: FlaskClient, release: store.Release
) -> None:
    answer = officers.get("/voice.csv?by=primary_need")
    name = re.search(r'filename="([^"]+)"', answer.headers["Content-Disposition"])
    assert name is not None
    assert name.group(1) == "demonstration_send-voice_2025-11_2026-10_asof-2026-11-21_v2026-11-21.1.csv"
    rows = rows_of(officers, "/voice.csv?by=primary_need")
    assert len(rows) > 100
    held = {row["receipt"]: row for row in release.rows("SELECT * FROM {db}.figures")}
    for row in rows:
        stored = held[row["receipt"]]
        assert [row["measure"], row["group"]] == [stored["measure"], stored["group"]]
        assert [int(row["numerator"]), int(row["denominator"])] == [
            stored["numerator"],
            stored["denominator"],
        ]
        assert float(row["value"]) == stored["value"]
        assert row["note"] == LABEL
        assert row["release"] == "2026-11-21.1"
        assert row["as_of"] == "2026-11-21"
        assert "Compare groups by: Primary need" in row["filters"]
    assert len({row["receipt"] for row in rows}) == len(rows)


def test_every_receipt_on_the_page_is_in_its_csv(officers: FlaskClient) -> None:
    said = ask(officers, "/voice", "?by=locality")
    codes = set(re.findall(r"\b[0-9A-F]{10}[0-9A-Z]\b", said))
    assert len(codes) > 80
    assert codes <= {row["receipt"] for row in rows_of(officers, "/voice.csv?by=locality")}


@pytest.mark.parametrize("page", ["programme", "grades"])
def test_every_receipt_of_a_new_page_is_in_its_csv(officers: FlaskClient, page: str) -> None:
    codes = set(re.findall(r"\b[0-9A-F]{10}[0-9A-Z]\b", ask(officers, f"/{page}")))
    rows = rows_of(officers, f"/{page}.csv")
    assert len(codes) > 20
    assert codes <= {row["receipt"] for row in rows}
    assert {row["note"] for row in rows} == {LABEL}


def test_json_says_the_same_as_csv(officers: FlaskClient) -> None:
    found = json.loads(officers.get("/voice.json").get_data(as_text=True))
    assert [row["receipt"] for row in found] == [row["receipt"] for row in rows_of(officers, "/voice.csv")]
    assert found[0]["period_end"] == "2026-10-31"


def test_public_exports_hold_no_group_and_no_file(public: FlaskClient) -> None:
    assert {row["breakdown"] for row in rows_of(public, "/voice.csv?by=primary_need")} == {""}
    assert {row["file"] for row in rows_of(public, "/data.csv")} == {""}
    assert public.get("/data/findings.csv?delivery=4&feed=case_audits").status_code == 404
    assert "Row by row" not in ask(public, "/data", "?delivery=4&feed=case_audits")


def test_findings_are_exported_whole_and_never_as_formulas(officers: FlaskClient) -> None:
    rows = rows_of(officers, "/data/findings.csv?delivery=4&feed=case_audits")
    assert len(rows) == 128 + 2 + 7
    assert {row["supplier_column"] for row in rows} == {"'=Audit theme", "Date started"}
    assert {row["note"] for row in rows} == {LABEL}
    assert rows[0]["action"]
    assert rows_of(officers, "/data/findings.csv?delivery=4&feed=nothing") == []


def test_rows_received_are_accepted_or_set_aside(officers: FlaskClient) -> None:
    said = ask(officers, "/data", "?delivery=4&feed=case_audits")
    assert "1,544 rows received = 1,532 accepted + 12 set aside." in said
    assert "do not add up" not in said


def test_findings_come_a_page_at_a_time(officers: FlaskClient) -> None:
    address = "?delivery=4&feed=case_audits"
    assert "Findings row by row: 1 to 100 of 137" in ask(officers, "/data", address)
    assert "Findings row by row: 101 to 137 of 137" in ask(officers, "/data", f"{address}&page=2")
    for wrong in ("0", "-1", "99", "x", "1" * 30, "²"):
        assert "Findings row by row: " in ask(officers, "/data", f"{address}&page={wrong}")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org", ""])
def test_no_address_but_this_machine_is_listened_on(host: str) -> None:
    with pytest.raises(SystemExit, match="no sign-in yet"):
        check_host(host)


def test_a_port_in_use_is_said_plainly() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(SystemExit, match="use another --port"):
            check_port("127.0.0.1", other.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_is_listened_on(host: str) -> None:
    check_host(host)


@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn is not for Windows")
def test_each_worker_serves_scripts_before_its_first_page(store_root: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = f"from pathlib import Path; from dashboard.app import serve; serve(Path({str(store_root)!r}), port={port})"
    home = Path(__file__).parents[2]
    server = subprocess.Popen([sys.executable, "-c", code], cwd=home, stderr=subprocess.PIPE)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(240):
            try:
                index = urllib.request.urlopen(f"{address}/voice", timeout=5).read().decode()
                break
            except OSError:
                time.sleep(0.25)
        else:
            pytest.fail("The server did not start within a minute.")
        scripts = re.findall(r'src="(/_dash-component-suites/[^"]+)"', index)
        assert len(scripts) > 5
        # Each on a connection of its own, so that both workers get some.
        statuses = [urllib.request.urlopen(address + script, timeout=20).status for script in scripts * 3]
        assert set(statuses) == {200}
    finally:
        server.terminate()
        assert server.wait(timeout=30) == 0


def test_pages_load_none_of_the_heavy_libraries(store_root: Path) -> None:
    code = f"""
import json, sys
from pathlib import Path
from dashboard.app import create_app
client = create_app(Path({str(store_root)!r}), "officers").server.test_client()
answer = client.post("/_dash-update-component", json={request_for("/voice")!r})
assert answer.status_code == 200
heavy = ["pandas", "numpy", "scipy", "pyarrow", "ibis", "dagster", "great_expectations", "statsmodels"]
read = ["pipelines", "pipelines.past", "pipelines.stamps", "pipelines.receipt_ids", "pipelines.evidence",
        "pipelines.evidence.between", "pipelines.evidence.changes"]
print([name for name in sys.modules if name in heavy or name.startswith("pipelines") and name not in read])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
