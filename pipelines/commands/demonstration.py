"""The command `demo`: a fictional county's three years, from its offices' files to the dashboard.

Belongs here: the order of the demonstration, in a folder of its own. Does not belong here: the county and its files
(`pipelines.demo`), or any step of the work, which is the same as for real files.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands import console, servers, work
from pipelines.commands.console import say
from pipelines.progress import Progress
from pipelines.settings import HOME

if TYPE_CHECKING:
    from pipelines.contracts import Catalogue
    from pipelines.demo import Delivery
    from pipelines.settings import Settings

MARK = "DEMONSTRATION"
"""A file that says that a data folder holds nothing but the demonstration, and may be made anew."""
OURS = ("inbox", "store", "outbox", "sent", "key")
HEADLINE = "voice.any_family"
ALSO = (
    ("plans.good_or_better", "", ""),
    ("plans.section_good_or_better", "section", "F"),
    ("advice.good", "advice_source", "health"),
    ("timeliness.twenty_weeks", "", ""),
    ("ledger.evidence_checked", "", ""),
)
"""Told after the headline, in one sentence each: measure, breakdown and group."""
SEED = 2026


def demo(
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Stop after the run, without the dashboard.")
    ] = False,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Another number makes another county.")] = SEED,
    port: servers.Port = None,
) -> None:
    """Show it all on a fictional county.

    Makes the county's files, runs them through, publishes, and serves the dashboard. Works in a folder of its own
    (data/demo, or SEND_AUDIT_DATA where it is set) and starts it afresh each time; stops at one that holds anything
    else.
    """
    settings = demo_settings(os.environ)
    if not no_serve:
        servers.need_free(port or settings.port, "--port")
    start_afresh(settings.data)
    with console.progress() as show:
        prepare(settings, seed, show)
    conclude(settings)
    if not no_serve:
        say()
        servers.serve_dashboard(settings, "officers", port)
        return
    say("\nTo see it in a browser:")
    for line in how_to_see(settings):
        say(f"  {line}")


def demo_settings(environ: Any) -> Settings:
    """Settings of the demonstration's own folder, with a key beside the store instead of the operator's."""
    data = environ.get("SEND_AUDIT_DATA") or str(HOME / "data" / "demo")
    key = environ.get("SEND_AUDIT_KEY_FILE") or str(Path(data).expanduser() / "key" / "pseudonym.key")
    return console.load_settings({**environ, "SEND_AUDIT_DATA": data, "SEND_AUDIT_KEY_FILE": key})


def start_afresh(data: Path) -> None:
    """An empty, marked folder; ends with a message at one that holds anything but a demonstration."""
    from pipelines import durable

    if data.exists() and not (data / MARK).is_file() and any(data.iterdir()):
        console.stop(
            f"{data} holds something that is not the demonstration, so nothing was done. Leave SEND_AUDIT_DATA unset, "
            "or set it to an empty folder.",
            console.USAGE,
        )
    if (data / "store").exists():
        with durable.store_lock(data / "store", wait_seconds=1):
            pass
    data.mkdir(parents=True, exist_ok=True)
    (data / MARK).write_text(
        "Demonstration data of a fictional county. `send-audit demo` removes and remakes this folder.\n",
        encoding="utf-8",
    )
    (data / ".gitignore").write_text("*\n", encoding="utf-8")
    for name in OURS:
        if (data / name).exists():
            shutil.rmtree(data / name)


def prepare(settings: Settings, seed: int, show: Progress) -> None:
    """Receive three years of files as they came in, with a release at each year's end, and run the last ones."""
    from pipelines import contracts, durable, publish
    from pipelines import demo as county

    catalogue = contracts.load(settings)
    show("Making a fictional county", 0, 1)
    sent = county.generate(settings.data / "sent", seed, catalogue)
    last = max(delivery.received_on for delivery in sent)
    earlier = [delivery for delivery in sent if delivery.received_on < last]
    taken = 0
    for end in [*year_ends(sent[0].received_on, last), date.max]:
        these = [delivery for delivery in earlier[taken:] if delivery.received_on <= end]
        with durable.store_lock(settings.store):
            take_in(settings, catalogue, these, show)
        taken += len(these)
        if end < last:
            work.main_job(replace(settings, today=end), progress=show)
    settings.inbox.mkdir(parents=True, exist_ok=True)
    for delivery in sent:
        if delivery.received_on == last:
            shutil.copyfile(delivery.path, settings.inbox / delivery.path.name)
    on_the_day = replace(settings, today=last)
    work.main_job(on_the_day, progress=show)
    note = "Demonstration data of a fictional county."
    publish.publish(on_the_day, "CURRENT", by="Demonstration", note=note, progress=show)


def year_ends(first: date, last: date) -> list[date]:
    """The last days of April between two days: by then the files of a financial year are in."""
    return [date(year, 4, 30) for year in range(first.year + 1, last.year + 1) if date(year, 4, 30) < last]


def take_in(settings: Settings, catalogue: Catalogue, sent: Sequence[Delivery], show: Progress) -> None:
    """Receive files, each on its own day; the caller holds the store's lock."""
    from pipelines.intake import key as keys
    from pipelines.intake import receive
    from pipelines.run import side_by_side

    key = keys.load(settings)

    def prepare(shared: Settings, delivery: Delivery) -> receive.Checked:
        that_day = replace(shared, today=delivery.received_on)
        return receive.prepare(that_day, catalogue, key, delivery.path, extracted_on=delivery.extracted_on)

    for done, (delivery, prepared) in enumerate(side_by_side(settings, prepare, sent)):
        show(f"Checking {delivery.path.name}", done, len(sent))
        receive.record(settings, catalogue, key, prepared.result())


def conclude(settings: Settings) -> None:
    """What the voice figure is, what plans and advice are like, what was set aside, and where to look."""
    from dashboard import words
    from pipelines import releases
    from pipelines.measures import lookup

    database = releases.open_database(settings, "officers")
    found = lookup.find(database, HEADLINE)
    manifest = releases.read_manifest(settings, "officers")
    set_aside = sum(balance["rejected"] for balance in manifest["balances"])
    received = sum(balance["received"] for balance in manifest["balances"])
    made = len(releases.history(settings, "officers"))
    say(f"\n{words.DEMONSTRATION} ({found.figures[0]['council_name']}).\n")
    say(console.paragraph(words.headline(found.measure, found.figures[0])) + "\n")
    for told in also(database):
        say(console.paragraph(told) + "\n")
    say(
        console.paragraph(
            f"{len(manifest['deliveries'])} files made {made} releases; the last is {manifest['release']}, and it is "
            f"published. Of {received:,} rows received, {set_aside:,} {'was' if set_aside == 1 else 'were'} set aside. "
            "What was wrong with them, row by row, is in the reports for those who sent the files: "
            f"{settings.outbox}"
        )
    )
    worst = worst_report(settings, manifest["release"])
    if worst:
        say(f"Most were in one file: {worst}")


def also(database: Path) -> Iterator[str]:
    """A sentence for each measure of `ALSO` that the release has, and for what is always shown beside it."""
    from pipelines.measures import lookup

    for measure, by, group in ALSO:
        try:
            found = lookup.find(database, measure, by=by)
        except lookup.NotFound:
            continue
        for one in [found, found.beside] if found.beside else [found]:
            yield from (in_a_sentence(one.measure, row) for row in one.figures if row["group"] == group)


def in_a_sentence(measure: dict[str, Any], figure: dict[str, Any]) -> str:
    """A figure in its definition's sentence, with its period, group and what it was the year before."""
    from dashboard import phrases, words

    if figure["symbol"]:
        return words.sentence(measure, figure)
    about = f"Of “{figure['group_label']}”, in" if figure["group"] else "In"
    when = phrases.period(figure["window"], figure["period_start"], figure["period_end"])
    before = ""
    if figure["previous_denominator"]:
        before = f"; the year before it was {words.value_words(measure, figure['previous_value'])}"
    told = phrases.lower_first(words.sentence(measure, figure)).removesuffix(".")
    return f"{about} {when}, {told}{before}."


def worst_report(settings: Settings, release: str) -> str:
    """The report of the delivery with the most rows set aside, or nothing."""
    import duckdb

    from pipelines import releases

    with duckdb.connect(str(releases.open_database(settings, "officers", release)), read_only=True) as con:
        found = con.execute(
            "SELECT number FROM deliveries WHERE rows_rejected > 0 ORDER BY rows_rejected DESC, number LIMIT 1"
        ).fetchone()
    reports = sorted(settings.outbox.glob(f"{found[0]:05d}-*-report.xlsx")) if found else []
    return str(reports[0]) if reports else ""


def how_to_see(settings: Settings) -> list[str]:
    """The commands that serve this folder, as this system's shell takes them."""
    setting = f"SEND_AUDIT_DATA={settings.data}"
    command = "send-audit serve"
    by_hand = [f"set {setting}", command] if os.name == "nt" else [f"{setting} {command}"]
    at_home = settings.data == HOME / "data" / "demo"
    return [*(["make demo"] if at_home else []), *by_hand]
