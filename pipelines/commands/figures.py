"""Commands that answer with figures: `figure` and `measures`.

Belongs here: how a figure is shown to a person and to a script. Does not belong here: finding it
(`measures.lookup`), and its words (`dashboard.words`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import typer

from pipelines.commands import console

Row = dict[str, Any]
Window = Literal["month", "quarter", "12m", "financial_year", "academic_year", "calendar_year"]
SHOWN = (
    "measure", "measure_version", "title", "council", "council_name", "window", "period_start", "period_end",
    "complete", "breakdown", "group", "group_label", "numerator", "denominator", "value", "unit", "low", "high",
    "symbol", "previous_numerator", "previous_denominator", "previous_value", "change", "change_low", "change_high",
    "direction", "higher_is", "audience", "as_of", "demonstration", "release", "receipt",
)  # fmt: skip
"""Keys of `figure --json`, in order. Shares run from 0 to 1; low and high are the 95% range.
`unit` is empty for a share."""


def figure(
    measure: Annotated[
        str, typer.Argument(metavar="MEASURE", help="What is measured, such as voice.any_family.")
    ],
    council: Annotated[
        str | None, typer.Option(metavar="NAME", help="One council, by name or DfE code. [default: each one]")
    ] = None,
    to: Annotated[
        date | None,
        typer.Option(
            parser=console.to_day,
            metavar="DATE",
            help="A day in the month that the period ends with. [default: the latest complete period]",
        ),
    ] = None,
    window: Annotated[Window, typer.Option(help="The kind of period.")] = "12m",
    by: Annotated[
        str, typer.Option(metavar="BREAKDOWN", help="One row for each group, such as primary_need.")
    ] = "",
    audience: console.Audience = "officers",
    release: Annotated[
        str, typer.Option(metavar="RELEASE", help="An earlier release, by its id.")
    ] = "CURRENT",
    as_json: console.AsJson = False,
) -> None:
    """Say what a figure is, with its range, change and receipt.

    Gives the sentence, the counts, the likely range, the change on the year before, and the receipt. Only complete
    periods are given. The release is read as it was made; nothing is worked out anew.
    """
    if by and audience == "public":
        raise typer.BadParameter("Breakdowns are not public. Leave --by out, or use --audience officers.")
    from pipelines import releases
    from pipelines.measures import lookup

    settings = console.load_settings()
    database = releases.open_database(settings, audience, release)
    found = lookup.find(database, measure, council=council, to=to, window=window, by=by)
    for note in found.notes:
        console.tell(note)
    if as_json:
        console.say_json([flat(found, row) for row in found.figures])
    else:
        show(found)


def flat(found: Any, row: Row) -> Row:
    """One figure as a flat object, with what it needs to be quoted on its own."""
    about = {name: found.release[name] for name in ("release", "audience", "as_of", "demonstration")}
    measured = {name: found.measure.get(name) for name in ("title", "higher_is", "unit")}
    held = {**row, **about, **measured}
    return {name: held.get(name) for name in SHOWN}


def show(found: Any) -> None:
    """The figure in words where there is one council, then all of them as a table."""
    from dashboard import words

    measure, release = found.measure, found.release
    by = found.figures is not found.whole
    if release["demonstration"]:
        console.say(f"{words.DEMONSTRATION}\n")
    if len(found.whole) == 1:
        console.say(console.paragraph(headline(measure, found.whole[0])))
    else:
        console.say(console.paragraph(f"{measure['title']}: {len(found.whole)} councils."))
    console.say(console.paragraph(words.polarity(measure["higher_is"])) + "\n")
    several = len(found.whole) > 1
    columns: dict[str, Any] = {"Council": lambda row: row["council_name"]} if several or not by else {}
    if by:
        columns["Group"] = lambda row: row["group_label"]
    if several or not by:
        columns["Period"] = lambda row: words.span(row["period_start"], row["period_end"])
    columns |= {
        "Figure": lambda row: words.figure_number(measure, row),
        "Likely range": lambda row: words.between(row["low"], row["high"], words.own_unit(measure)),
        "Year before": lambda row: words.change_cell(row, measure),
        "Receipt": lambda row: row["receipt"],
    }
    if all(row["window"] != "12m" or row["change"] is None for row in found.figures):
        del columns["Year before"]
    console.table(list(columns), [[cell(row) for cell in columns.values()] for row in found.figures])
    console.say(
        f"\n{measure['measure']} {measure['version']}. Figures as they stood on {words.day(release['as_of'])}, "
        f"data version {release['release']}. Audience: {words.AUDIENCES[release['audience']]}."
    )


def headline(measure: Row, figure: Row) -> str:
    """A figure in words; of a distribution only how many there are, as all of them are 100%."""
    from dashboard import words

    if measure["kind"] != "distribution":
        return words.headline(measure, figure)
    when = words.period(figure["window"], figure["period_start"], figure["period_end"])
    return f"{words.capital(when)}: {words.sentence(measure, figure)}"


def measures(as_json: console.AsJson = False) -> None:
    """List what is measured."""
    from pipelines.measures import catalogue

    held = catalogue.load(console.load_settings().definitions).values()
    if as_json:
        console.say_json([summary(measure) for measure in held])
        return
    console.table(
        ["Measure", "Version", "What it is", "Higher is"],
        [[measure.id, measure.version, measure.title, measure.higher_is] for measure in held],
    )
    console.tell("\nFor one of them: send-audit explain MEASURE, or send-audit figure MEASURE.")


def summary(measure: Any) -> Row:
    """A definition's main facts as JSON."""
    return {
        "measure": measure.id,
        "version": measure.version,
        "title": measure.title,
        "topic": measure.topic,
        "kind": measure.kind,
        "higher_is": measure.higher_is,
        "breakdowns": list(measure.breakdowns),
    }
