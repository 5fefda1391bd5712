"""The command `changes`: what lies between two releases.

Belongs here: choosing the two and telling it in the terminal. Does not belong here: comparing (`evidence.between`), and
its words (`dashboard.pages.changes_words`, which the page shares).
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands import console
from pipelines.commands.console import say

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.evidence.between import Between

Row = dict[str, Any]
_WHICH = "a day (what stood at its end), a release's id, or CURRENT."


def changes(
    before: Annotated[
        str, typer.Argument(metavar="[FROM]", help=f"The earlier one: {_WHICH} [default: the one before TO]")
    ] = "",
    after: Annotated[str, typer.Argument(metavar="[TO]", help=f"The later one: {_WHICH}")] = "CURRENT",
    audience: console.Audience = "officers",
    as_json: console.AsJson = False,
) -> None:
    """Say what changed between two releases, and why.

    Figures of finished periods, definitions, deliveries, balances. Without FROM and TO: the current release and the one
    before it.
    """
    from pipelines import past
    from pipelines.evidence.between import between

    settings = console.load_settings()
    folder = settings.audience(audience)

    def release(asked: str) -> str:
        from pipelines import releases

        if asked.upper() == "CURRENT":
            return releases.resolve(settings, audience)
        with contextlib.suppress(typer.BadParameter):  # then it is an id
            asked = console.to_day(asked).isoformat()
        return past.find(folder, asked, settings.now().date()).release

    to = release(after)
    found = between(folder, release(before) if before else one_before(folder, to), to)
    if as_json:
        console.say_json(found.as_dict())
    else:
        show(found)


def one_before(folder: Path, release: str) -> str:
    """The release that readers were pointed to before another."""
    from pipelines import past

    earlier = [head for head in past.stood(folder) if past.order(head.release) < past.order(release)]
    if not earlier:
        console.stop("There is no earlier release to compare this one with.", console.NOTHING)
    return earlier[-1].release


def show(found: Between) -> None:
    """The comparison in words, what matters first."""
    from dashboard import phrases
    from dashboard.pages import changes_words

    say(f"From {changes_words.title(found.before)} to {changes_words.title(found.after)}\n")
    say("Figures restated")
    told = [
        *changes_words.headlines(found.restated),
        *changes_words.headlines(found.restated, headline=False),
    ]
    for row, others in told:
        place = found.places.get(row["council"], row["council"])
        said = changes_words.sentence(row, found.measures[row["measure"]], place, others)
        say(console.paragraph(f"{said} {changes_words.because(row['why'])}.", "  "))
        say(console.paragraph(f"Receipts {row['previous_receipt']}, {row['receipt']}", "  "))
    left = len(found.restated) - len(told)
    if not found.restated:
        say("  None.")
    elif left:
        say(
            f"  {'And ' if told else ''}{console.counted(left, 'figure')} by less, or of other periods: --json has all."
        )
    say("\nDefinitions")
    for row in found.definitions:
        say(console.paragraph(changes_words.definition(row), "  "))
        for effect in row["effects"]:
            measure = found.measures[row["measure"]]
            when = phrases.period(effect["window"], effect["period_start"], effect["period_end"])
            values = (
                f"{changes_words.number(effect, measure, True)}, now {changes_words.number(effect, measure)}"
            )
            say(
                console.paragraph(
                    f"In {when}: {values}. {changes_words.difference(effect, measure)}.", "    "
                )
            )
    for name, rows in (("New", found.added), ("No longer there", found.removed)):
        if rows:
            say(console.paragraph(f"{name}: {phrases.listed([row['measure'] for row in rows])}.", "  "))
    if not (found.definitions or found.added or found.removed):
        say("  None changed, came or went.")
    say("\nDeliveries")
    if found.deliveries:
        console.table(
            ["Delivery", "Feed", "What became of it", "In force before", "In force after"],
            [[row["number"], row["feed"] or "not recognised", changes_words.delivered(row),
              row["previous_rows_in_force"] or 0, row["rows_in_force"] or 0] for row in found.deliveries],
            indent="  ",
        )  # fmt: skip
    else:
        say("  The same stand in both.")
    say("\nRows by feed, before and after")
    names = ("received", "accepted", "rejected", "in_force", "superseded")
    console.table(
        ["Feed", "", "Received", "Accepted", "Set aside", "In force", "Replaced"],
        [[row["feed"], when, *[row[f"{side}{name}"] for name in names]]
         for row in found.balances for when, side in (("before", "previous_"), ("after", ""))],
        indent="  ",
    )  # fmt: skip
