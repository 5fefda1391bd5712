"""The command `attack`: could anybody work out a small group from what is public?

Belongs here: attacking a publication and all before it, and telling what came of it.
Does not belong here: the attack itself (`disclosure`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands import console
from pipelines.commands.console import say

if TYPE_CHECKING:
    from pipelines.disclosure.publications import Verdict
    from pipelines.settings import Settings


def attack(
    release: Annotated[str, typer.Argument(metavar="RELEASE", help="A publication, or CURRENT.")] = "CURRENT",
    audience: Annotated[
        str, typer.Option(help="Whose store: public, the only one that is protected.")
    ] = "public",
    as_json: console.AsJson = False,
) -> None:
    """Try to work out small groups from all that is public.

    A solver is given the figures by group of this publication and of all before it, and what anybody knows of how
    they hang together. It must not be able to tell that a hidden count is below the council's limit, or what it is.
    Reads the public store alone. Counts that it can work out are named here: show the answer to officers only.
    """
    from pipelines import releases

    settings = console.load_settings()
    if audience != "public":
        console.stop(
            "Only what is public is protected: use --audience public.",
            console.USAGE,
        )
    found = releases.resolve(settings, "public", release)
    verdicts = _verdicts(settings, found)
    if as_json:
        console.say_json({"release": found, "attacked": [_flat(one) for one in verdicts]})
    else:
        _show(found, verdicts)
    raise typer.Exit(console.DONE if all(one.safe for one in verdicts) else console.DIFFERS)


def _verdicts(settings: Settings, release: str) -> list[Verdict]:
    import duckdb

    from pipelines import contracts, publish, releases
    from pipelines.disclosure import publications
    from pipelines.disclosure.rules import THRESHOLD
    from pipelines.evidence import recount

    manifest = releases.read_manifest(settings, "public", release)
    measures = recount.catalogue_of(manifest)
    limits = {council: names.hide_below for council, names in contracts.load(settings).names.items()}
    with duckdb.connect() as con:
        told = publications.told(con, publish.figures_published(settings, release), measures)
    made = []
    with console.progress() as show:
        for done, (key, own) in enumerate(told.items(), start=1):
            show("Attacking figures by group", done, len(told))
            made.append(publications.verdict(key, own.known, measures, limits.get(key.council, THRESHOLD)))
    return made


def _flat(one: Verdict) -> dict[str, Any]:
    attacked = one.attacked
    return {
        **one.family._asdict(),
        "measures": list(one.measures),
        "safe": one.safe,
        "contradiction": attacked is None,
        "protected": attacked.protected if attacked else None,
        "hidden": attacked.hidden if attacked else None,
        "found": one.named,
    }


def _show(release: str, verdicts: list[Verdict]) -> None:
    if not verdicts:
        say(f"Nothing of publication {release} is by group, so there is nothing to attack.")
        return
    counts = sum(one.attacked.protected for one in verdicts if one.attacked)
    hidden = sum(one.attacked.hidden for one in verdicts if one.attacked)
    say(f"Publication {release} and all before it: {len(verdicts)} sets of linked figures by group.")
    say(f"{counts:,} counts of groups were attacked; {hidden:,} of them are hidden.")
    broken = [one for one in verdicts if not one.safe]
    if not broken:
        say("Nothing small could be worked out.")
    for one in broken:
        say(f"\nNOT SAFE: {one.family.breakdown} of {one.family.fact} ({', '.join(one.measures)})")
        if one.attacked is None:
            say("  Its figures contradict each other, so nothing is proven. Look at the release's figures.")
        for found in one.named:
            say(f"  {found}")
    if broken:
        say(
            "\nPublish again: figures that are not safe are left out. What was published stays in earlier publications."
        )
