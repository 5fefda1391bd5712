"""Commands that change the store: `receive`, `run`, `publish`; and `releases`, which lists what came of them.

Belongs here: starting that work and telling what it did. Does not belong here: the work (`intake.receive`, `run`,
`publish`, `releases`), or what is told about one file (`received`).
"""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands import console
from pipelines.commands.console import counted, say, tell
from pipelines.progress import Progress

if TYPE_CHECKING:
    from pipelines.run import Outcome
    from pipelines.settings import Settings

Row = dict[str, Any]


def receive(
    files: Annotated[
        list[Path],
        typer.Argument(exists=True, dir_okay=False, metavar="FILE...", help="CSV, XLSX or ODS files."),
    ],
    extracted_on: Annotated[
        date | None,
        typer.Option(
            parser=console.to_day,
            metavar="DATE",
            help="The day the data was taken from its system, where the file does not say. [default: today]",
        ),
    ] = None,
    council: Annotated[
        str | None, typer.Option(metavar="NAME", help="The council, for files without a council column.")
    ] = None,
    corrections: Annotated[
        bool, typer.Option("--corrections", help="The files hold only corrected rows; all other rows stand.")
    ] = False,
    sent_by: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="OFFICE", help="Who sent them, by office or role: never a person's name."
        ),
    ] = None,
    as_json: console.AsJson = False,
) -> None:
    """Take files in: archive, recognise and check each.

    Writes the report for who sent each file. The files stay where they are. Figures follow with `send-audit run`.
    """
    from pipelines import contracts, durable
    from pipelines import run as main
    from pipelines.commands import received
    from pipelines.feeds.refusal import Refused
    from pipelines.intake import key as keys
    from pipelines.intake import receive as intake

    settings = console.load_settings()
    need_office(settings.sent_by if sent_by is None else sent_by)
    if extracted_on is not None and intake.is_in_future(extracted_on, settings.now()):
        raise typer.BadParameter("That day has not come yet.", param_hint="--extracted-on")
    answers: list[Row] = []
    tell_if_waiting(settings)
    with durable.store_lock(settings.store), console.progress() as show:
        durable.sweep(settings.work)
        catalogue = contracts.load(settings)
        if council is not None:
            council = console.council_called(catalogue, council).code
        key = keys.load(settings)
        held = main.checked_deliveries(settings, catalogue, key, None, show)
        for done, path in enumerate(files):
            show(f"Checking {path.name}", done, len(files))
            try:
                checked, is_new = intake.receive(
                    settings,
                    catalogue,
                    key,
                    path,
                    extracted_on=extracted_on,
                    council=council,
                    corrections=corrections,
                    sent_by=sent_by,
                )
            except Refused as refusal:
                answers.append(received.not_taken(path.name, str(refusal), refusal.code))
                continue
            except intake.IntakeFailure as problem:
                answers.append(received.not_taken(path.name, str(problem), None))
                continue
            if is_new:
                held.append(checked)
            reports = main.write_reports(settings, catalogue, held, [checked])
            answers.append(received.account(catalogue, held, checked, is_new=is_new, reports=reports))
        durable.sweep(settings.work)
    if as_json:
        console.say_json(answers)
    else:
        for answer in answers:
            received.show(answer)
    tell_of_key(settings.key_file if key.made_now else None)
    if any(answer["is_new"] and not answer["refused"] for answer in answers):
        tell("Next: send-audit run")
    in_order = all(answer["number"] is not None and not answer["refused"] for answer in answers)
    raise typer.Exit(console.DONE if in_order else console.REFUSED)


def need_office(sent_by: str) -> None:
    """An end where who sent a file looks like a person's number or address: it stays in the history for good."""
    from pipelines.intake.values import looks_personal

    if looks_personal(sent_by):
        raise typer.BadParameter(
            "That looks like a person's address or number. Give the office or role.", param_hint="--from"
        )


def run(
    as_of: Annotated[
        date | None,
        typer.Option(
            parser=console.to_day,
            metavar="DATE",
            help="Build the release again from what had been received by the end of that day. Receives nothing, and "
            "readers stay on the current release.",
        ),
    ] = None,
    as_json: console.AsJson = False,
) -> None:
    """Do the whole job, from the inbox to a new officers' release.

    Receives what is in the inbox, checks, counts, and makes the release. Where nothing changed, no release is made.
    One file that is refused does not stop the others.
    """
    settings = console.load_settings()
    tell_if_waiting(settings)
    with console.progress() as show:
        outcome = main_job(settings, as_of=as_of, progress=show)
    if as_json:
        console.say_json(told(outcome))
    else:
        show_outcome(outcome)
        tell_of_head(settings, "officers")
        if as_of is not None:
            say(
                f"It holds what had been received by {as_of}, by today's rules and definitions. Readers stay on the "
                f"current release; to read this one, give --release {outcome.release}. What readers saw that day "
                f"is another thing: --as-of {as_of}."
            )
    tell_of_key(outcome.key_made)
    raise typer.Exit(console.REFUSED if outcome.refused or outcome.left else console.DONE)


def main_job(settings: Settings, *, as_of: date | None = None, progress: Progress) -> Outcome:
    """The main job, recorded in Dagster's history where Dagster is installed."""
    try:
        from pipelines.definitions import run_main
    except ModuleNotFoundError as missing:
        if missing.name not in ("pipelines.definitions", "dagster"):
            raise
        from pipelines.run import run as run_main
    return run_main(settings, as_of=as_of, progress=progress)


def told(outcome: Outcome) -> Row:
    """A run's outcome as JSON."""
    return {
        "release": outcome.release,
        "is_new": outcome.is_new,
        "received": [
            {
                "file": checked.arrival.file,
                "delivery": checked.arrival.delivery,
                "number": checked.arrival.number,
            }
            for checked in outcome.received
        ],
        "refused": [
            {"file": checked.arrival.file, "reason": checked.result["refusal"]["message"]}
            for checked in outcome.refused
        ],
        "left_in_the_inbox": [{"file": file, "reason": reason} for file, reason in outcome.left],
        "repeated": outcome.repeated,
        "councils_counted": outcome.rebuilt,
        "reports": [str(path) for path in outcome.reports],
        "key_made": str(outcome.key_made) if outcome.key_made else None,
    }


def show_outcome(outcome: Outcome) -> None:
    """A run's outcome in words."""
    from pipelines.contracts import PUBLISHED

    for checked in outcome.refused:
        refusal = checked.result["refusal"]
        say(console.paragraph(f"Refused ({refusal['code']}). {refusal['message']}"))
    for _, reason in outcome.left:
        say(console.paragraph(f"Left in the inbox. {reason}"))
    for file in outcome.repeated:
        say(console.paragraph(f"{file} says nothing new: the same bytes came last. It left the inbox."))
    taken = len(outcome.received) - len(outcome.refused)
    if outcome.received:
        refused = f"; refused: {len(outcome.refused)}" if outcome.refused else ""
        say(f"Received from the inbox: {counted(taken, 'file')}{refused}.")
    if outcome.is_new:
        councils = [council for council in outcome.rebuilt if council != PUBLISHED]
        again = [counted(len(councils), "council")] if councils or not outcome.rebuilt else []
        again += ["published figures"] if PUBLISHED in outcome.rebuilt else []
        say(f"Release {outcome.release} is new. Counted again: {' and '.join(again)}.")
    else:
        say(f"Nothing changed: release {outcome.release} stands.")
    if outcome.reports:
        say("Reports for those who sent the files:")
        for path in dict.fromkeys(path.with_suffix("") for path in outcome.reports):
            say(f"  {path} (.xlsx and .csv)")


def publish(
    by: Annotated[str, typer.Option(metavar="ROLE", help="Who approves it, by role: never a person's name.")],
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why it may be published, in a few words.")],
    release: Annotated[
        str, typer.Argument(metavar="[RELEASE]", help="An officers' release by its id, or CURRENT.")
    ] = "",
    as_of: console.AsOf = None,
    as_json: console.AsJson = False,
) -> None:
    """Publish a release to members and the public.

    It is what they read from now on. The approval is part of the public release, which is never changed afterwards.
    """
    if not by.strip() or not note.strip():
        raise typer.BadParameter("Say who approves the publication (--by, a role) and why (--note).")
    from pipelines import publish as publishing
    from pipelines import releases

    settings = console.load_settings()
    console.only_one(as_of, release, usual="")
    if not release and as_of is None:
        raise typer.BadParameter(
            "Say which release: CURRENT, its id, or --as-of a day.", param_hint="RELEASE"
        )
    officers = releases.resolve(settings, "officers", release, as_of=as_of)
    tell_if_waiting(settings)
    with console.progress() as show:
        public, is_new = publishing.publish(settings, officers, by=by, note=note, progress=show)
    if as_json:
        console.say_json({"officers_release": officers, "release": public, "is_new": is_new})
    elif is_new:
        say(f"Published: the public now read release {public}, made from the officers' release {officers}.")
    else:
        say(f"Nothing changed: the public already read the same figures as release {public}.")
    if not as_json:
        tell_of_head(settings, "public")


def releases(
    audience: Annotated[
        str, typer.Option(metavar="officers|public", help="Whose releases. [default: both]")
    ] = "",
    as_of: Annotated[
        date | None,
        typer.Option(parser=console.to_day, metavar="DATE", help="Only what stood at the end of that day."),
    ] = None,
    as_json: console.AsJson = False,
) -> None:
    """List releases, the newest first.

    When each was made, from what, and from when until when it was the one that is read. A rebuild of an earlier day
    never was.
    """
    from pipelines.settings import AUDIENCES

    if audience and audience not in AUDIENCES:
        raise typer.BadParameter("Choose officers or public.", param_hint="--audience")
    settings = console.load_settings()
    rows = [row for name in ([audience] if audience else AUDIENCES) for row in listed(settings, name)]
    if as_of is not None:
        rows = [row for row in rows if stood_on(row, as_of)]
    if as_json:
        console.say_json(rows)
    elif rows:
        console.table(
            ["Release", "For", "Made", "As of", "Stood from", "Stood until", "Published as", "Deliveries", "Rows",
             "Approved by"],
            [
                [
                    row["release"], row["audience"], row["made_at"][:16].replace("T", " "), row["as_of"],
                    row["stood_from"] or "never", "read now" if row["current"] else row["stood_until"],
                    row["published_as"], row["deliveries"], row["rows"], row["by"],
                ]
                for row in rows
            ],
        )  # fmt: skip
    if not rows:
        none = (
            "No release stood on that day."
            if as_of
            else "There is no release yet. Run `send-audit run` first."
        )
        console.stop(none, console.NOTHING)


def stood_on(row: Row, day: date) -> bool:
    """Whether a release stood at the end of a day."""
    wanted = day.isoformat()
    if not row["stood_from"] or row["stood_from"] > wanted:
        return False
    return not row["stood_until"] or row["stood_until"] > wanted


def listed(settings: Settings, audience: str) -> list[Row]:
    """An audience's releases as flat rows, the newest first."""
    from pipelines import past, releases

    current = releases.current_release(settings, audience)
    officers = {head.release: head for head in past.heads(settings.audience("officers"))}
    public = past.heads(settings.audience("public"))
    published = {head.officers_release: head.release for head in public}
    stood = past.stood(settings.audience(audience))
    until = {head.release: later.made_at.date().isoformat() for head, later in itertools.pairwise(stood)}
    rows = []
    for head in reversed(past.heads(settings.audience(audience))):
        source = officers.get(head.officers_release or head.release, head)
        rows.append(
            {
                "release": head.release,
                "audience": audience,
                "made_at": str(head.made_at),
                "as_of": str(head.as_of),
                "stood_from": head.made_at.date().isoformat() if head.stood else None,
                "stood_until": until.get(head.release),
                "current": head.release == current,
                "officers_release": head.officers_release,
                "published_as": published.get(head.release) if audience == "officers" else None,
                "deliveries": len(source.numbers),
                "rows": sum(balance["in_force"] for balance in source.balances),
                "by": head.by,
                "note": head.note,
            }
        )
    return rows


def tell_of_key(path: Path | None) -> None:
    """Where the key was made, if it was made now."""
    if path is not None:
        tell(
            f"A new key was made at {path}. It turns names and references into codes. Keep a copy apart from the "
            "store: without it no new file can be matched to what is held, and whoever has it can test a guess."
        )


def tell_of_head(settings: Settings, audience: str) -> None:
    """The head of the chain in short: noted elsewhere, it shows later that nothing before it was taken away."""
    from pipelines import releases
    from pipelines.commands.verifying import short

    if head := releases.head(settings, audience):
        tell(
            f"Head of the chain: {short(head)}. In minutes, it shows later that nothing before it was changed."
        )


def tell_if_waiting(settings: Settings) -> None:
    """Say so where another run holds the store, because what follows then waits."""
    from pipelines import durable

    try:
        with durable.store_lock(settings.store, wait_seconds=0.2):
            pass
    except durable.StoreBusy:
        tell("Another run is using the store. Waiting for it to end, for 10 minutes at most.")
