"""The commands that erase: `erase`, and `retention`, which lists what is past its period.

Belongs here: asking for the reference, showing what would go, asking once more, and telling what was done. Does not
belong here: finding and erasing it (`pipelines.erasure`). The reference is never printed, stored or taken as an
argument."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands import console
from pipelines.commands.console import counted, paragraph, say, tell

if TYPE_CHECKING:
    from pipelines.contracts import Catalogue
    from pipelines.erasure.work import Plan, Scene
    from pipelines.retention import Over
    from pipelines.settings import Settings

Row = dict[str, Any]
By = Annotated[str, typer.Option(metavar="ROLE", help="Who decided it, by role: never a person's name.")]
Note = Annotated[
    str, typer.Option(metavar="TEXT", help="Why, in a few words, without any name or reference.")
]
_SHOWN = 20


def erase(
    child_reference: Annotated[
        bool,
        typer.Option(
            "--child-reference",
            help="Erase one child's rows. Asks for the reference, or reads it from standard input.",
        ),
    ] = False,
    council: Annotated[
        str, typer.Option(metavar="NAME", help="Whose reference it is. [default: the only council held]")
    ] = "",
    replay: Annotated[
        bool,
        typer.Option("--replay", help="Erase again all that is on the list, as after restoring a backup."),
    ] = False,
    lift: Annotated[
        bool, typer.Option("--lift", help="With --child-reference: let new files hold the child again.")
    ] = False,
    by: By = "",
    note: Note = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go, and nothing else.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    as_json: console.AsJson = False,
) -> None:
    """Erase a child from everything that is kept.

    Shows what would go first. Figures that were told stay as they were; those that the rows were behind cannot be
    counted again, and say so. Needs the key. The reference is typed or read from standard input, so that it stands
    neither in the shell's history nor in the list of processes.
    """
    if child_reference == replay:
        raise typer.BadParameter("Give --child-reference, or --replay.")
    if lift and replay:
        raise typer.BadParameter("--lift goes with --child-reference.")
    from pipelines import durable
    from pipelines.erasure import work

    settings = console.load_settings()
    reference = _reference() if child_reference else ""
    if not dry_run:
        _need_reasons(by, note, reference)
    with durable.store_lock(settings.store), console.progress() as show, work.scene(settings, show) as of:
        if resumed := work.resume(of):
            tell(f"Erasure {resumed['number']}, which was cut short, is done.")
        if lift:
            _lift(of, _council(of.catalogue, settings, council), reference, by, note, as_json)
            return
        plan = (
            work.for_list(of)
            if replay
            else work.for_child(of, _council(of.catalogue, settings, council), reference)
        )
        if not plan:
            _nothing(as_json, work.told(plan), replay)
        if not as_json:
            show_plan(plan)
        if dry_run or not (yes or _agreed()):
            if as_json:
                console.say_json({"erased": False, **work.told(plan)})
            tell(
                "Nothing was erased."
                if dry_run
                else "Nothing was erased. Give --yes to erase it without being asked."
            )
            return
        record = work.do(of, plan, by=by, note=note)
    if as_json:
        console.say_json({"erased": True, "number": record["number"], **work.told(plan)})
    else:
        say()
        say(f"Erased. It is on record as erasure {record['number']}.")
        tell(
            "Next: send-audit run makes a release without these rows. Erase them in backups too, or replay on restore."
        )


def _reference() -> str:
    if sys.stdin.isatty():
        text = typer.prompt("Child reference (not shown)", hide_input=True, err=True)
    else:
        text = sys.stdin.readline()
    if not text.strip():
        raise typer.BadParameter("No reference was given.", param_hint="--child-reference")
    return str(text.strip())


def _need_reasons(by: str, note: str, reference: str) -> None:
    from pipelines.intake.values import looks_personal

    if not by.strip() or not note.strip():
        raise typer.BadParameter(
            "Say who decided it (--by, a role) and why (--note), or look only: --dry-run."
        )
    if any(looks_personal(text) or (reference and reference.lower() in text.lower()) for text in (by, note)):
        raise typer.BadParameter(
            "--by and --note stay on record: a role and a reason, without any name or reference."
        )


def _council(catalogue: Catalogue, settings: Settings, name: str) -> str:
    from pipelines import past

    if name or settings.council:
        return console.council_called(catalogue, name or settings.council or "").code
    folder = settings.audience("officers")
    parts = [part for head in past.heads(folder)[-1:] for part in past.read(folder, head.release)["parts"]]
    held = sorted({part["council"] for part in parts} & set(catalogue.councils))
    if len(held) != 1:
        raise typer.BadParameter("Say whose reference it is.", param_hint="--council")
    return held[0]


def _nothing(as_json: bool, told: Row, replay: bool) -> None:
    if as_json:
        console.say_json({"erased": False, **told})
    if replay:
        tell("All that is on the list is erased already. Nothing was changed.")
        raise typer.Exit(console.DONE)
    console.stop("Nothing with that reference is held. Nothing was changed.", console.NOTHING)


def _agreed() -> bool:
    return sys.stdin.isatty() and typer.confirm("\nErase this? It cannot be undone", err=True)


def _lift(of: Scene, council: str, reference: str, by: str, note: str, as_json: bool) -> None:
    from pipelines.erasure import work

    record = work.lift(of, council, reference, by=by, note=note)
    if record is None:
        console.stop("That reference is not on the list. Nothing was changed.", console.NOTHING)
    if as_json:
        console.say_json({"lifted": True, "number": record["number"]})
    else:
        say("Lifted: files received from now on may hold the child. What was erased stays erased.")


def show_plan(plan: Plan) -> None:
    """What would go, in words."""
    touched = plan.touched
    whole = sum(one.found.is_whole for one in plan.originals)
    say(paragraph(f"{counted(plan.rows, 'row')} in {counted(len(plan.originals), 'archived file')} would go, with all "
                  "that was made of them."))  # fmt: skip
    say()
    console.table(
        ["Delivery", "File", "Sheet", "Rows"],
        [
            [", ".join(str(arrival.number) for arrival in one.arrivals) or "none", one.file.name, sheet,
             "the whole file" if one.found.is_whole else str(len(rows))]
            for one in plan.originals
            for sheet, rows in sorted(one.found.rows.items() or [("", set())])
        ],
    )  # fmt: skip
    say()
    if whole:
        say(paragraph("Whole files are ones that were refused: nothing of them is used, and single rows of them cannot "
                      "be told apart."))  # fmt: skip
    say(paragraph(
        f"Releases that held them: {counted(len(touched.releases), 'release')} for officers, "
        f"{counted(len(touched.publications), 'publication')}. They open as before, with the figures that they told."
    ))  # fmt: skip
    say(paragraph(
        f"Receipts: {counted(touched.receipts, 'figure')} could not be counted again, and say so from then on. Every "
        "other receipt still verifies."
    ))  # fmt: skip
    say(
        f"Reports in the outbox that would go: {counted(len(plan.reports), 'file')}; the next run writes them again."
    )
    for words in touched.not_told[:_SHOWN]:
        say(paragraph(f"Not told: {words}"))
    if plan.waiting:
        say(paragraph(f"In the inbox: {counted(plan.waiting, 'file')}, which is not looked into now. What it holds of "
                      "this child is left out when it is received."))  # fmt: skip


def retention(
    erase_it: Annotated[bool, typer.Option("--erase", help="Erase what is past its period.")] = False,
    by: By = "",
    note: Note = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    as_json: console.AsJson = False,
) -> None:
    """List what is past its period, and erase it when told.

    Files by the period in their feed's contract, reports in the outbox by SEND_AUDIT_REPORT_DAYS, and old databases.
    Figures stay. Nothing goes by itself.
    """
    from pipelines import durable, releases
    from pipelines import retention as periods
    from pipelines.erasure import work
    from pipelines.run import checked_deliveries

    settings = console.load_settings()
    if erase_it:
        _need_reasons(by, note, "")
    with durable.store_lock(settings.store), console.progress() as show, work.scene(settings, show) as of:
        if resumed := work.resume(of):
            tell(f"Erasure {resumed['number']}, which was cut short, is done.")
        held = checked_deliveries(settings, of.catalogue, of.key, None, show)
        over = periods.over(settings, of.catalogue, held)
        number = None
        if not as_json:
            _show_over(over)
        if erase_it and over and (yes or _agreed()):
            plan = work.for_deliveries(of, [one.delivery for one in over.deliveries])
            number = work.do(of, plan, by=by, note=note)["number"] if plan else None
            for path in (*over.reports, *over.databases):
                path.unlink(missing_ok=True)
                releases.digest_path(path).unlink(missing_ok=True)
            erased = True
        else:
            erased = False
    if as_json:
        console.say_json({"erased": erased, "number": number, **_told_over(over)})
    elif erased:
        say()
        say("Erased." + (f" It is on record as erasure {number}." if number else ""))
    elif erase_it and over:
        tell("Nothing was erased. Give --yes to erase it without being asked.")


def _show_over(over: Over) -> None:
    if not over:
        say("Nothing is past its period.")
    if over.deliveries:
        console.table(
            ["Delivery", "File", "Feeds", "Rows", "Kept until"],
            [
                [", ".join(map(str, one.numbers)), one.file, ", ".join(one.feeds) or "refused", one.rows,
                 one.kept_until.isoformat()]
                for one in over.deliveries
            ],
        )  # fmt: skip
    for paths, noun in ((over.reports, "report"), (over.databases, "database")):
        if paths:
            say(f"Past its period: {counted(len(paths), noun)}.")
    if over.unsaid:
        say(
            paragraph(
                f"No period is said in the contracts of: {', '.join(over.unsaid)}. Their files are kept for good."
            )
        )


def _told_over(over: Over) -> Row:
    return {
        "deliveries": [
            {"numbers": list(one.numbers), "file": one.file, "feeds": list(one.feeds), "rows": one.rows,
             "kept_until": one.kept_until.isoformat()}
            for one in over.deliveries
        ],
        "reports": [path.name for path in over.reports],
        "databases": [path.stem for path in over.databases],
        "no_period": over.unsaid,
    }  # fmt: skip
