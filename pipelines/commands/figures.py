"""Commands that answer with figures: `figure` and `measures`.

Belongs here: how a figure is shown to a person and to a script. Does not belong here: finding it
(`measures.lookup`), and its words (`dashboard.words`).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pipelines.commands import console

if TYPE_CHECKING:
    from pipelines.settings import Settings

Row = dict[str, Any]
Window = Literal["month", "quarter", "12m", "financial_year", "academic_year", "calendar_year"]
SHOWN = (
    "measure", "measure_version", "title", "council", "council_name", "window", "period_start", "period_end",
    "complete", "part_only", "breakdown", "group", "group_label", "numerator", "denominator", "value", "unit", "low",
    "high", "symbol", "previous_numerator", "previous_denominator", "previous_value", "change", "change_low",
    "change_high", "direction", "higher_is", "audience", "as_of", "demonstration", "release", "receipt",
)  # fmt: skip
"""Keys of `figure --json`, in order. Shares run from 0 to 1; low and high are the 95% range.
`unit` is empty for a share. part_only: the period begins before the council's data does."""


def figure(
    measure: Annotated[
        str, typer.Argument(metavar="MEASURE", help="What is measured, such as voice.any_family.")
    ],
    council: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="One council, by name or DfE code; of published figures a region or England too. [default: each one]",
        ),
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
    release: console.Release = "CURRENT",
    as_of: console.AsOf = None,
    as_json: console.AsJson = False,
) -> None:
    """Say what a figure is, with its range, change and receipt.

    Gives the sentence, the counts, the likely range, the change on the year before, and the receipt. Only complete
    periods are given. The release is read as it was made; nothing is worked out anew. --to is the period that a figure
    is about; --as-of is what was known on a day.
    """
    from pipelines import releases
    from pipelines.measures import lookup

    settings = console.load_settings()
    console.only_one(as_of, release)
    release = releases.resolve(settings, audience, release, as_of=as_of)
    database = releases.open_database(settings, audience, release)
    found = lookup.find(database, measure, council=council, to=to, window=window, by=by)
    shown = [found, found.beside] if found.beside else [found]
    for note in dict.fromkeys(note for one in shown for note in one.notes):
        console.tell(note)
    if as_json:
        console.say_json([flat(one, row) for one in shown for row in one.figures])
    else:
        show(found)


def flat(found: Any, row: Row) -> Row:
    """One figure as a flat object, with what it needs to be quoted on its own."""
    about = {name: found.release[name] for name in ("release", "audience", "as_of", "demonstration")}
    measured = {name: found.measure.get(name) for name in ("title", "higher_is", "unit")}
    held = {**row, **about, **measured}
    return {name: held.get(name) for name in SHOWN}


def show(found: Any) -> None:
    """The figure in words where there is one council, then all of them as a table; what stands beside it too."""
    from dashboard import phrases, words

    release = found.release
    both = [found, found.beside] if found.beside else [found]
    if release["demonstration"]:
        console.say(f"{words.DEMONSTRATION}\n")
    for one in both:
        if len(one.whole) == 1:
            console.say(console.paragraph(headline(one.measure, one.whole[0])))
        else:
            places = len({row["council"] for row in one.figures})
            told = f"{places} {'council' if places == 1 else 'councils'}"
            console.say(console.paragraph(f"{one.measure['title']}: {told}."))
    console.say(console.paragraph(words.polarity(found.measure["higher_is"])) + "\n")
    columns = table_columns(found, both)
    console.table(
        list(columns),
        [[cell(one.measure, row) for cell in columns.values()] for one in both for row in one.figures],
    )
    names = ", ".join(f"{one.measure['measure']} {one.measure['version']}" for one in both)
    console.say(
        f"\n{names}. Figures as they stood on {phrases.day(release['as_of'])}, data version {release['release']}. "
        f"Audience: {words.AUDIENCES[release['audience']]}."
    )


def table_columns(found: Any, both: Any) -> dict[str, Any]:
    """Header -> what it shows of a measure and a figure: only columns that tell rows apart or say something."""
    from dashboard import phrases, words

    by = found.figures is not found.whole
    several = len(found.whole) != 1
    columns: dict[str, Any] = {}
    if several or not by:
        columns["Place" if found.measure["kind"] == "given" else "Council"] = lambda _, row: row[
            "council_name"
        ]
    if len(both) > 1:
        columns["Measure"] = lambda measure, _: measure["short_title"]
    if by:
        columns["Group"] = lambda _, row: row["group_label"]
    if several or not by:
        columns["Period"] = lambda _, row: phrases.span(row["period_start"], row["period_end"])
    columns["Figure"] = words.figure_number
    columns["Likely range"] = words.range_of
    if any(row["change"] is not None for one in both for row in one.figures):
        columns["Year before"] = lambda measure, row: words.change_cell(row, measure)
    columns["Receipt"] = lambda _, row: row["receipt"]
    return columns


def headline(measure: Row, figure: Row) -> str:
    """A figure in words; of a distribution only how many there are, as all of them are 100%."""
    from dashboard import phrases, words

    of_no_figure = (
        measure["kind"] == "given" and figure["symbol"]
    )  # a published year that stands empty is named
    if measure["kind"] != "distribution" and not of_no_figure:
        return words.headline(measure, figure)
    when = phrases.period(figure["window"], figure["period_start"], figure["period_end"])
    return f"{phrases.capital(when)}: {words.sentence(measure, figure)}"


def measures(
    audience: console.Audience = "officers", as_of: console.AsOf = None, as_json: console.AsJson = False
) -> None:
    """List what is measured, now or in an earlier release."""
    settings = console.load_settings()
    held = defined(settings, audience, as_of) if as_of else current(settings)
    if as_json:
        console.say_json(held)
        return
    console.table(
        ["Measure", "Version", "What it is", "Higher is"],
        [[row["measure"], row["version"], row["title"], row["higher_is"]] for row in held],
    )
    console.tell("\nFor one of them: send-audit explain MEASURE, or send-audit figure MEASURE.")


def current(settings: Settings) -> list[Row]:
    """The definitions that the next run counts by."""
    from pipelines.measures import catalogue

    return [summary(measure) for measure in catalogue.load(settings.definitions).values()]


def defined(settings: Settings, audience: str, as_of: date) -> list[Row]:
    """The definitions of the release that stood on a day."""
    import duckdb

    from pipelines import releases

    release = releases.resolve(settings, audience, as_of=as_of)
    names = ("measure", "version", "title", "topic", "kind", "higher_is", "breakdowns")
    query = f"SELECT {', '.join(names)} FROM measures ORDER BY topic, position, measure"
    with duckdb.connect(str(releases.open_database(settings, audience, release)), read_only=True) as con:
        return [dict(zip(names, row, strict=True)) for row in con.execute(query).fetchall()]


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
