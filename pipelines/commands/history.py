"""The command `history`: what came for a feed, from whom, and which of it still stands.

Belongs here: telling the release's deliveries in the order of their arrival, and those that no release holds yet. Does
not belong here: deciding what stands (`model.in_force`, `evidence.superseded`).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands import console
from pipelines.commands.console import say, tell

if TYPE_CHECKING:
    from pipelines.settings import Settings

Row = dict[str, Any]
_SHOWN = ("number", "delivery", "file", "feed", "council_names", "received_at", "sent_by", "extracted_on",
          "extracted_on_from", "mode", "corrects", "rows_received", "rows_accepted", "rows_rejected", "rows_in_force",
          "standing", "state", "reason")  # fmt: skip


def history(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="The feed; `send-audit feeds` lists them.")],
    council: Annotated[str | None, typer.Option(metavar="NAME", help="Only this council's.")] = None,
    as_of: console.AsOf = None,
    as_json: console.AsJson = False,
) -> None:
    """List what came for a feed, and what of it stands.

    Corrections and what they correct are both there: nothing that arrived is ever lost.
    """
    from pipelines import contracts
    from pipelines.commands.meanings import _contract

    settings = console.load_settings()
    catalogue = contracts.load(settings)
    name = _contract(catalogue, feed).feed
    named = console.council_called(catalogue, council).name if council else None
    rows, waiting = of_feed(settings, name, named, as_of)
    if as_json:
        console.say_json({"feed": name, "deliveries": rows, "not_in_a_release_yet": waiting})
        return
    if rows:
        console.table(
            ["Delivery", "File", "Received", "From", "Extracted", "Sent as", "Rows", "Set aside", "In force",
             "Findings that stand"],
            [
                [row["number"], row["file"], row["received_at"][:16].replace("T", " "), row["sent_by"] or "not said",
                 row["extracted_on"], sent_as(row), row["rows_received"], row["rows_rejected"],
                 row["rows_in_force"], row["standing"]]
                for row in rows
            ],
        )  # fmt: skip
    if waiting:
        then = "Next: send-audit run" if as_of is None else "They had come by that day."
        tell(f"Not in {'a' if as_of is None else 'that'} release yet: {', '.join(map(str, waiting))}. {then}")
    if not rows and not waiting:
        console.stop("Nothing has been received for it yet.", console.NOTHING)
    if rows:
        say()
        say(
            console.paragraph(
                "A row is in force until a later delivery replaces it. A finding stands until a later delivery holds "
                "the same row, or speaks for its months; the archive keeps every version."
            )
        )


def sent_as(row: Row) -> str:
    """How a delivery was meant, in words."""
    if row["state"] == "refused":
        return "refused"
    if row["mode"] != "corrections":
        return "a whole file"
    of = ", ".join(map(str, row["corrects"]))
    return f"corrections to delivery {of}" if of else "corrections"


def of_feed(
    settings: Settings, feed: str, council: str | None, as_of: date | None = None
) -> tuple[list[Row], list[int]]:
    """The deliveries of a feed in the order of arrival as a release has them (refused files too), and the numbers of
    the arrivals of any feed, by then, that it does not hold yet. The current release, or the one that stood `as_of`."""
    import duckdb

    from pipelines import releases
    from pipelines.intake import receive

    arrived = [arrival.number for arrival in receive.arrivals(settings, as_of)]
    if as_of is None and releases.current_release(settings, "officers") is None:
        return [], arrived
    release = releases.resolve(settings, "officers", as_of=as_of)
    with duckdb.connect(str(releases.open_database(settings, "officers", release)), read_only=True) as con:
        found = con.execute(
            f"SELECT {', '.join(_SHOWN)} FROM deliveries WHERE (feed = $feed OR feed IS NULL) "
            "AND ($council IS NULL OR feed IS NULL OR list_contains(council_names, $council)) ORDER BY number",
            {"feed": feed, "council": council},
        ).fetchall()
        held = {number for (number,) in con.execute("SELECT number FROM deliveries").fetchall()}
    rows = [dict(zip(_SHOWN, row, strict=True)) for row in found]
    for row in rows:
        row |= {name: row[name].isoformat() for name in ("received_at", "extracted_on")}
    return rows, [number for number in arrived if number not in held]
