"""Taking files in: the archive, the chain of arrivals, what is new and what is not, and judging anew."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from pipelines.contracts import Catalogue, CouncilNames, read_contract
from pipelines.feeds.refusal import Refused
from pipelines.intake import check, receive, verdicts
from pipelines.intake.key import Key
from pipelines.intake.receive import Checked, IntakeFailure
from pipelines.settings import HOME, Settings
from tests.intake.tables import CATALOGUE, KEY, changed
from tests.planted_rows import EXTRACTED_ON

PLAN = {
    "Council": "990", "Cases drawn from": "ehcp", "Period": "2025-26 Q4", "Audit type": "routine",
    "Audits planned": "12", "Approved on": "2025-12-01",
}  # fmt: skip
PERSON = {"Council": "990", "Audit reference": "A1", "Role": "parent"}
Row = dict[str, str]
Take = Callable[..., tuple[Checked, bool]]


@pytest.fixture(autouse=True)
def only_our_own_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Expectations judges rows; it has its own tests and costs half a second a file."""
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})


@pytest.fixture
def take(settings: Settings, tmp_path: Path) -> Take:
    """Write rows (below title rows) as CSV, or take a path as it is, and receive it."""

    def take(
        given: Path | list[Row], name: str = "plan.csv", titles: tuple[str, ...] = (), catalogue: Catalogue = CATALOGUE,
        here: Settings = settings, **more: Any,
    ) -> tuple[Checked, bool]:  # fmt: skip
        path = given if isinstance(given, Path) else tmp_path / name
        if not isinstance(given, Path):
            with path.open("w", encoding="utf-8", newline="") as handle:
                writer = csv.writer(handle)
                writer.writerows([[title] for title in titles])
                writer.writerows([list(given[0]), *(list(row.values()) for row in given)])
        return receive.receive(here, catalogue, KEY, path, **more)

    return take


def recorded(settings: Settings) -> list[str]:
    return [arrival.file for arrival in receive.arrivals(settings)]


# The archive


def test_a_file_is_archived_byte_for_byte_and_its_arrival_recorded(
    settings: Settings, take: Take, tmp_path: Path
) -> None:
    checked, is_new = take([PLAN], name="Our Plan.CSV")
    content = (tmp_path / "Our Plan.CSV").read_bytes()
    folder = settings.records / "deliveries" / hashlib.sha256(content).hexdigest()
    assert is_new
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "original.csv"]
    assert (folder / "original.csv").read_bytes() == content
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["sha256"], manifest["bytes"], manifest["file"]) == (
        folder.name,
        len(content),
        "Our Plan.CSV",
    )
    assert receive.arrivals(settings) == [checked.arrival]
    assert (checked.arrival.number, checked.arrival.delivery) == (1, folder.name)
    result = checked.result["feeds"]["audit_programme"]
    assert (result["received"], result["accepted"], result["rejected"]) == (1, 1, 0)
    made = {"result.json"} | {
        f"audit_programme.{part}.parquet" for part in ("accepted", "rejected", "findings")
    }
    assert {path.name for path in checked.folder.iterdir()} == made
    assert not any(settings.work.glob("*-*")), "nothing half-made is left"


def test_a_file_that_is_refused_is_archived_and_recorded_too(
    settings: Settings, take: Take, tmp_path: Path
) -> None:
    path = tmp_path / "minutes.csv"
    path.write_text("Minutes of the board\nZebedee was present\n")
    checked, is_new = take(path)
    assert is_new
    assert checked.refused
    assert checked.result["refusal"]["code"] == "FILE-09"
    assert "send-audit template" in checked.result["refusal"]["message"]
    assert "Zebedee" not in json.dumps(checked.result)
    assert checked.result["feeds"] == {}
    assert (settings.records / "deliveries" / checked.arrival.delivery / "original.csv").exists()
    assert recorded(settings) == ["minutes.csv"]


@pytest.mark.parametrize("wrong", ["nothing there", "a folder", "too large"])
def test_what_is_no_readable_file_is_not_archived(
    settings: Settings, take: Take, tmp_path: Path, wrong: str
) -> None:
    path = tmp_path / "file.csv"
    if wrong == "a folder":
        path.mkdir()
    elif wrong == "too large":
        path.write_text("x" * 101)
    with pytest.raises(Refused, match=r"file\.csv .* (SEND_AUDIT_MAX_FILE_BYTES|Check the path)"):
        take(path, here=replace(settings, max_file_bytes=100))
    assert not (settings.records / "deliveries").exists()
    assert recorded(settings) == []


def test_a_file_without_an_ending_is_refused_and_archived(
    settings: Settings, take: Take, tmp_path: Path
) -> None:
    path = tmp_path / "audits"
    path.write_text("Council,Audit reference\n")
    checked, is_new = take(path)
    assert is_new
    assert checked.result["refusal"]["code"] == "FILE-01"
    assert receive.judged(settings, CATALOGUE, KEY, checked.arrival).refused
    assert recorded(settings) == ["audits"]


def test_headers_without_a_row_are_refused(settings: Settings, take: Take, tmp_path: Path) -> None:
    """Whose they are nobody can tell, so they would change nothing, without a word."""
    path = tmp_path / "empty.csv"
    path.write_text("Extracted on 3 April 2026\n" + ",".join(PLAN) + "\n,,,\n")
    checked, is_new = take(path)
    assert is_new
    assert checked.result["refusal"]["code"] == "FILE-17"
    assert "Look at the export's filter" in checked.result["refusal"]["message"]
    assert recorded(settings) == ["empty.csv"]


def test_a_sheet_without_rows_beside_one_with_some_is_received(take: Take, tmp_path: Path) -> None:
    path = tmp_path / "both.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in (("Plan", [list(PLAN), list(PLAN.values())]), ("People", [list(PERSON)])):
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    checked, _ = take(path)
    held = {feed: result["received"] for feed, result in checked.result["feeds"].items()}
    assert held == {"audit_programme": 1, "family_participation": 0}


def test_two_feeds_in_two_sheets_are_one_delivery(settings: Settings, take: Take, tmp_path: Path) -> None:
    path = tmp_path / "return.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Notes").write(0, 0, "Return of the spring term")
        for name, row, at in (("Plan", PLAN, 2), ("People", PERSON, 0)):
            page = book.add_worksheet(name)
            page.write_row(at, 0, list(row))
            page.write_row(at + 1, 0, list(row.values()))
            page.write_row(at + 3, 0, [])
            page.write_row(at + 4, 0, list(row.values()))
    checked, _ = take(path)
    assert {feed: (found["received"], found["accepted"]) for feed, found in checked.result["feeds"].items()} == {
        "audit_programme": (2, 1), "family_participation": (2, 1),
    }  # fmt: skip
    with duckdb.connect() as con:
        found = con.execute(
            f"SELECT sheet, row, code FROM '{checked.folder}/*.findings.parquet' ORDER BY ALL"
        ).fetchall()
    assert [finding for finding in found if finding[2].endswith("-602")] == [
        ("People", 5, "PAR-602"), ("Plan", 7, "PRG-602"),
    ]  # fmt: skip
    assert [sheet["sheet"] for sheet in checked.result["skipped"]] == ["Notes"]
    assert [(table["sheet"], table["feed"], table["header_row"]) for table in checked.result["tables"]] == [
        ("Plan", "audit_programme", 3), ("People", "family_participation", 1),
    ]  # fmt: skip
    assert checked.councils == {"990"}


AUDIT = {
    "Council": "990", "Audit reference": "A1", "Audit type": "routine", "How selected": "random",
    "Status": "completed", "Completed on": "2026-02-20",
}  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "queried"),
    [
        ({}, set()),
        ({"Sex": ""}, {"AUD-351"}),
        ({"Age band": ""}, {"AUD-350"}),
        ({"Date of birth": ""}, {"AUD-350"}),
        ({"Date of birth": "02/2014"}, set()),
    ],
)
def test_a_column_that_the_file_lacks_is_told_once_and_not_in_every_row(
    take: Take, columns: Row, queried: set[str]
) -> None:
    checked, _ = take([AUDIT | columns])
    by_rule = checked.result["feeds"]["case_audits"]["by_rule"]
    assert {code for code, count in by_rule.items() if count} == queried
    assert "sex" in checked.result["tables"][0]["missing"] or "Sex" in columns


# What is new


def test_the_same_bytes_at_once_are_no_new_arrival(settings: Settings, take: Take) -> None:
    first, _ = take([PLAN], extracted_on=EXTRACTED_ON)
    again, is_new = take([PLAN], name="renamed.csv", extracted_on=EXTRACTED_ON)
    assert not is_new
    assert again.arrival == first.arrival
    assert recorded(settings) == ["plan.csv"]


def test_the_same_bytes_are_new_when_something_else_is_said_of_them(settings: Settings, take: Take) -> None:
    take([PLAN], extracted_on=EXTRACTED_ON)
    assert take([PLAN], extracted_on=EXTRACTED_ON + timedelta(days=1))[1], "another day of extraction"
    assert take([PLAN], extracted_on=EXTRACTED_ON + timedelta(days=1), corrections=True)[1], (
        "corrections only"
    )
    assert take([PLAN], extracted_on=EXTRACTED_ON + timedelta(days=1), council="991")[1], (
        "another council assumed"
    )
    assert len(recorded(settings)) == 4


def test_a_refused_file_is_looked_at_again_under_the_ending_it_should_have_had(take: Take) -> None:
    refused, _ = take([PLAN], name="plan.dat", extracted_on=EXTRACTED_ON)
    assert refused.refused
    renamed, is_new = take([PLAN], name="plan.csv", extracted_on=EXTRACTED_ON)
    assert is_new
    assert not renamed.refused


def test_the_same_bytes_are_new_after_another_file_of_their_feed_and_council(take: Take) -> None:
    take([PLAN], extracted_on=EXTRACTED_ON)
    take([PLAN | {"Audits planned": "13"}], extracted_on=EXTRACTED_ON)
    assert take([PLAN], extracted_on=EXTRACTED_ON)[1]


@pytest.mark.parametrize(
    "between", [[PERSON], [PLAN | {"Council": "991"}]], ids=["another feed", "another council"]
)
def test_files_of_other_feeds_and_councils_do_not_come_between(take: Take, between: list[Row]) -> None:
    take([PLAN], extracted_on=EXTRACTED_ON)
    take(between, name="between.csv", extracted_on=EXTRACTED_ON)
    assert not take([PLAN], extracted_on=EXTRACTED_ON)[1]


# What is said of a file


def test_the_files_own_date_wins_over_the_senders_and_that_over_the_day_of_receipt(
    settings: Settings, take: Take
) -> None:
    today = replace(settings, today=date(2026, 11, 21))
    title = ("Extracted on: 31/03/2026",)
    own, given, neither = (
        take([PLAN], titles=title, extracted_on=EXTRACTED_ON, here=today)[0].arrival,
        take([PLAN], extracted_on=EXTRACTED_ON, here=today)[0].arrival,
        take([PLAN], here=today)[0].arrival,
    )
    assert (own.extracted_on, own.extracted_on_from) == (date(2026, 3, 31), "file")
    assert (given.extracted_on, given.extracted_on_from) == (EXTRACTED_ON, "given")
    assert (neither.extracted_on, neither.extracted_on_from) == (date(2026, 11, 21), "receipt")
    assert sorted((own, given, neither), key=lambda arrival: arrival.order) == [own, given, neither]


def test_rules_about_the_future_go_by_the_day_of_extraction(take: Take) -> None:
    row = PLAN | {"Period": "2026-27", "Approved on": "2026-04-03"}
    before, _ = take([row], extracted_on=date(2026, 4, 2))
    after, _ = take([row], extracted_on=date(2026, 4, 3))
    broken = [found.result["feeds"]["audit_programme"]["by_rule"]["PRG-302"] for found in (before, after)]
    assert broken == [1, 0]


def test_a_title_says_that_a_file_holds_corrections(take: Take) -> None:
    assert take([PLAN], titles=("Audit programme: corrections",))[0].arrival.corrections
    assert take([PLAN], name="given.csv", corrections=True)[0].arrival.corrections
    assert not take([PLAN], name="neither.csv")[0].arrival.corrections


def test_a_council_can_be_given_for_a_file_without_one(settings: Settings, take: Take) -> None:
    row = {name: value for name, value in PLAN.items() if name != "Council"}
    assert take([row])[0].refused
    given, set_up = take([row], council="Westmarch")[0], take([row], here=replace(settings, council="990"))[0]
    assert (given.arrival.council, given.councils) == ("991", {"991"})
    assert (set_up.arrival.council, set_up.councils) == ("990", {"990"})


def test_a_delivery_counts_names_that_are_not_listed_yet(take: Take) -> None:
    checked, _ = take(
        [
            *(PLAN | {"Team": team} for team in ("SEND Assessment", "Zebedee", "ZEBEDEE ", "Dougal")),
            {name: name for name in [*PLAN, "Team"]},  # the header again, as on each page of a print
            dict.fromkeys(PLAN, "") | {"Team": "Total"},
        ]
    )
    assert checked.result["feeds"]["audit_programme"]["unlisted"] == {"team": 2}


# The chain of arrivals


@pytest.fixture
def three(settings: Settings, take: Take) -> Path:
    for planned in ("1", "2", "3"):
        take([PLAN | {"Audits planned": planned}], name=f"plan-{planned}.csv")
    return settings.records / "arrivals"


def test_arrivals_come_back_in_order_each_naming_the_one_before(settings: Settings, three: Path) -> None:
    found = receive.arrivals(settings)
    assert [(arrival.number, arrival.file) for arrival in found] == [(n, f"plan-{n}.csv") for n in (1, 2, 3)]
    files = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(three.iterdir())]
    assert [arrival.previous for arrival in found] == ["", *files[:2]]


def test_an_arrival_that_was_changed_or_removed_is_noticed(settings: Settings, three: Path) -> None:
    first, second, _ = sorted(three.iterdir())
    content = first.read_bytes()
    first.write_bytes(content.replace(b"plan-1.csv", b"plan-9.csv"))
    with pytest.raises(IntakeFailure, match=r"does not fit together at 000002\.json.*backup"):
        receive.arrivals(settings)
    first.write_bytes(content)
    assert len(receive.arrivals(settings)) == 3
    second.unlink()
    with pytest.raises(IntakeFailure, match=r"does not fit together at 000003\.json"):
        receive.arrivals(settings)


def test_arrivals_as_of_a_day_are_those_received_by_its_end(settings: Settings, take: Take) -> None:
    for day in (1, 2, 3):
        take([PLAN | {"Audits planned": str(day)}], here=replace(settings, today=date(2026, 5, day)))
    assert [arrival.number for arrival in receive.arrivals(settings, as_of=date(2026, 5, 2))] == [1, 2]


# Judging anew


def stricter(folder: Path) -> Catalogue:
    """The contracts after somebody allowed no more than 100 audits planned."""
    path = folder / "audit_programme.yaml"
    path.write_text(
        CATALOGUE.contracts["audit_programme"].text.replace("max: 10000", "max: 100"), encoding="utf-8"
    )
    return changed(contracts=CATALOGUE.contracts | {"audit_programme": read_contract(path)})


def test_a_contract_that_changed_judges_anew_and_the_earlier_result_is_kept(
    settings: Settings, take: Take, tmp_path: Path
) -> None:
    checked, _ = take([PLAN | {"Audits planned": "9000"}])
    anew = receive.judged(settings, stricter(tmp_path), KEY, checked.arrival)
    assert [one.result["feeds"]["audit_programme"]["rejected"] for one in (checked, anew)] == [0, 1]
    assert anew.arrival == checked.arrival
    assert anew.folder != checked.folder
    assert (checked.folder / "result.json").exists()
    assert receive.judged(settings, CATALOGUE, KEY, checked.arrival).folder == checked.folder
    assert len(receive.arrivals(settings)) == 1


def test_what_a_check_depends_on_is_its_basis(tmp_path: Path) -> None:
    west = CouncilNames(council="991", teams=("Team West",))
    bases = [
        receive.check_basis(CATALOGUE, KEY),
        receive.check_basis(stricter(tmp_path), KEY),
        receive.check_basis(changed(names=CATALOGUE.names | {"991": west}), KEY),
        receive.check_basis(changed(codes=CATALOGUE.codes | {"sex": CATALOGUE.codes["sex"][:2]}), KEY),
        receive.check_basis(CATALOGUE, Key(b"another key that only tests know")),
    ]
    assert len(set(bases)) == len(bases)
    assert receive.check_basis(changed(), Key(KEY.secret)) == bases[0]


def test_a_key_is_named_by_a_fingerprint_that_gives_nothing_away() -> None:
    other = Key(b"another key that only tests know")
    assert KEY.fingerprint == Key(KEY.secret).fingerprint != other.fingerprint
    assert KEY.fingerprint not in KEY.secret.hex() + KEY.subkey("pseudonym").hex() + KEY.keyed_hash("")


def test_a_name_that_is_listed_later_is_shown_once_it_is(settings: Settings, take: Take) -> None:
    checked, _ = take([PLAN | {"Team": "Team West"}])
    listed = changed(names={"990": CouncilNames(council="990", teams=("Team West",))})
    anew = receive.judged(settings, listed, KEY, checked.arrival)
    (before,), (after,) = (
        duckdb.sql(f"SELECT team FROM '{one.folder}/audit_programme.accepted.parquet'").fetchall()[0]
        for one in (checked, anew)
    )
    assert before.startswith("unlisted-")
    assert after == "Team West"


# When checking breaks down


def test_a_failure_quotes_no_cell_and_leaves_no_arrival(
    settings: Settings, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise duckdb.ConversionException("Could not convert string 'Zebedee' to DATE")

    monkeypatch.setattr(check, "check", breaks)
    with pytest.raises(
        IntakeFailure, match=r"plan\.csv could not be checked: .* ConversionException\. "
    ) as raised:
        take([PLAN | {"Team": "Zebedee"}])
    assert "Zebedee" not in str(raised.value)
    assert raised.value.__suppress_context__
    assert recorded(settings) == []
    assert len(list((settings.records / "deliveries").iterdir())) == 1, "the original is not lost"
    monkeypatch.undo()
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {})
    assert take([PLAN | {"Team": "Zebedee"}])[1], "and can be received when the fault is put right"


def test_a_verdict_that_disagrees_with_our_own_pass_stops_the_delivery(
    settings: Settings, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdicts, "verdicts", lambda *_: {"PRG-303": (False, None), "PRG-301": (True, None)})
    with pytest.raises(
        IntakeFailure, match=r"plan\.csv: .* disagree on PRG-303\. Nothing of this delivery is used"
    ):
        take([PLAN])
    assert recorded(settings) == []


@pytest.mark.parametrize(
    ("module", "name", "problem"),
    [(verdicts, "verdicts", verdicts.NoVerdict("Could not evaluate PRG-303.")),
     (check, "check", check.BalanceBroken("Of 2 rows 1 was accepted."))],
    ids=["no verdict", "no balance"],
)  # fmt: skip
def test_a_fault_of_ours_is_told_as_a_failure_of_this_file_alone(
    settings: Settings,
    take: Take,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    name: str,
    problem: Exception,
) -> None:
    def breaks(*_: object) -> None:
        raise problem

    monkeypatch.setattr(module, name, breaks)
    with pytest.raises(IntakeFailure, match=rf"plan\.csv could not be checked\. {problem}") as raised:
        take([PLAN])
    assert "Nothing of this delivery is used" in str(raised.value)
    assert recorded(settings) == []


# Other people's files

SHARED = Path(os.environ.get("SEND_AUDIT_SHARED", HOME.parent / "shared"))
PUBLISHED = SHARED / "data" / "dfe_ehcp_2025" / "requests.csv"


@pytest.mark.skipif(not PUBLISHED.exists(), reason="DfE's published file is not here (SEND_AUDIT_SHARED)")
def test_a_published_file_of_dfe_that_no_feed_reads_is_refused_with_what_to_do(take: Take) -> None:
    checked, _ = take(PUBLISHED)
    refusal = checked.result["refusal"]
    assert refusal["code"] in ("FILE-09", "FILE-10")
    assert refusal["message"].startswith("requests.csv")
    assert "dfe_timeliness" in refusal["message"]
    assert "send-audit template" in refusal["message"]


def test_connections_side_by_side_share_memory_and_cores(settings: Settings) -> None:
    cores = os.cpu_count() or 1
    for connections, threads in ((1, cores), (cores, 1), (3 * cores, 1)):
        with receive.connection(replace(settings, memory_limit="900MB").shared_among(connections)) as con:
            found = con.execute(
                "SELECT current_setting('threads'), current_setting('memory_limit')"
            ).fetchone()
            assert found is not None
            assert found[0] == threads
        shared = replace(settings, memory_limit="900MB").shared_among(3)
        assert (shared.memory_limit, shared.threads) == ("300MB", max(1, cores // 3))
