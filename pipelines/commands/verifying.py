"""Commands that check: `verify`, and `sign-key`, which makes the key that releases are signed with.

Belongs here: starting the checks and telling what they found. Does not belong here: the checks (`originals`, and of
`evidence`: `chain`, `store_files`, `verify`, `verify_every`, `verify_databases`).
"""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands import console
from pipelines.commands.console import counted, paragraph, say
from pipelines.progress import Progress

if TYPE_CHECKING:
    from pipelines.evidence.chain import Chain, Fault
    from pipelines.evidence.verify import Verdict
    from pipelines.evidence.verify_every import Release
    from pipelines.intake.key import Key
    from pipelines.originals import Rebuilt
    from pipelines.settings import Settings

Row = dict[str, Any]
_SHOWN = 20
LEFT_OUT = "Not looked at, because it is no evidence: LOCK, records/work and Dagster's own records (records/dagster)."
SHORT = 12
"""Hex digits of a digest that people note."""


def verify(
    receipt: Annotated[
        str, typer.Argument(metavar="[ID]", help="A figure's receipt; capitals and hyphens do not matter.")
    ] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Every figure of every release, every file and the whole chain.")
    ] = False,
    from_originals: Annotated[
        bool,
        typer.Option(
            "--from-originals", help="Go back to the archived files, through intake. Needs the key."
        ),
    ] = False,
    current: Annotated[
        bool, typer.Option("--current", help="With --all: figures of the releases that are read now only.")
    ] = False,
    head: Annotated[
        str, typer.Option(metavar="HASH", help="With --all: a head noted elsewhere, such as in minutes.")
    ] = "",
    as_json: console.AsJson = False,
) -> None:
    """Count figures again: are they equal to the last digit?

    Uses the facts and the definitions stored with the release, and nothing else. Changes nothing.
    """
    if bool(receipt) == everything:
        raise typer.BadParameter("Give a receipt, or --all.")
    if (current or head) and not everything:
        raise typer.BadParameter("--current and --head go with --all.")
    from pipelines.evidence import chain as chains

    settings = console.load_settings()
    with _alone(settings, everything or from_originals), console.progress() as show:
        chain = chains.read(settings)
        if not any(chain.manifests.values()) and not chain.faults:
            console.stop("There is no release yet. Run `send-audit run` first.", console.NOTHING)
        if everything:
            _all(chain, from_originals, current, head, as_json, show)
        else:
            _one(chain, receipt, from_originals, as_json, show)


def signing_key(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Where to put it: outside the store.")],
) -> None:
    """Make a key to sign releases with, and its public key beside it."""
    from pipelines import seals

    beside, fingerprint = seals.make_signing_key(console.load_settings(), path.expanduser().absolute())
    say(f"The signing key is at {path}: set SEND_AUDIT_SIGNING_KEY to it. Keep it apart from the store.")
    say(f"Its public key is at {beside}, fingerprint {fingerprint}: give it to those who check.")


def _alone(settings: Settings, wanted: bool) -> Any:
    """The store's lock, so that no run writes meanwhile; none for a single figure, or where the store is read only."""
    from pipelines import durable

    try:
        lock = settings.store / "LOCK"
        with lock.open("ab"):
            pass
    except OSError:
        return nullcontext()
    return durable.store_lock(settings.store) if wanted else nullcontext()


def key_at_hand(chain: Chain) -> Key | None:
    """The key where it is on this machine and is the store's; none is ever made."""
    from pipelines.intake import key as keys

    key = keys.at_hand(chain.settings)
    return key if key and key.fingerprint == store_fingerprint(chain) else None


def store_fingerprint(chain: Chain) -> str | None:
    """The fingerprint of the key that the store was made with: as the newest release says, else the mark beside it."""
    for manifest in reversed(chain.manifests["officers"].values()):
        if found := (manifest.get("chain") or {}).get("key"):
            return str(found)
    mark = chain.settings.records / "KEY-FINGERPRINT"
    return mark.read_text(encoding="utf-8", errors="replace").strip() if mark.exists() else None


# One figure


def _one(chain: Chain, receipt: str, from_originals: bool, as_json: bool, show: Progress) -> None:
    from pipelines.evidence import verify as verifying

    found = verifying.find(chain, receipt)
    verdict = verifying.one(chain, found, key_at_hand(chain))
    faults = [fault for fault in chain.faults if fault.is_problem]
    rebuilt = _originals(chain, found, show) if from_originals and not verdict.erased_on else None
    answer = told(chain, verdict, faults, rebuilt)
    if as_json:
        console.say_json(answer)
    else:
        _show_one(verdict, faults, rebuilt, chain)
    whole = answer["equal"] or (verdict.erased_on and not verdict.differs)
    raise typer.Exit(console.DONE if whole and not faults else console.DIFFERS)


def _originals(chain: Chain, found: Any, show: Progress) -> Rebuilt:
    from pipelines import originals

    release = (
        found.manifest["release"] if found.audience == "officers" else found.manifest["officers_release"]
    )
    return originals.rebuild(chain, release, progress=show, only=found.figure)


def told(chain: Chain, verdict: Verdict, faults: list[Fault], rebuilt: Rebuilt | None) -> Row:
    """The answer about one figure as JSON."""
    found = verdict.found
    equal = verdict.is_equal and (rebuilt is None or rebuilt.is_equal)
    return {
        "receipt": found.figure["receipt"],
        "equal": equal,
        "audience": found.audience,
        "release": found.manifest["release"],
        "in_releases": list(found.releases),
        "figure": {name: found.figure[name] for name in ("measure", "measure_version", "council", "window",
                   "period_start", "period_end", "breakdown", "group")},
        "columns": [
            {"column": name, "stored": stored, "again": again, "equal": name not in verdict.differs}
            for name, stored, again in verdict.columns
        ],
        "differs": verdict.differs,
        "erased_on": verdict.erased_on,
        "not_verified": verdict.not_verified,
        "superseded_by": verdict.superseded_by,
        "signed_by": chain.signers.get(f"{found.audience} {found.manifest['release']}"),
        "chain": [fault_told(fault) for fault in faults],
        "from_originals": rebuilt.told() if rebuilt else None,
    }  # fmt: skip


def fault_told(fault: Fault) -> Row:
    return {"kind": fault.kind, "path": fault.path, "what": fault.what, "do": fault.do}


def _show_one(verdict: Verdict, faults: list[Fault], rebuilt: Rebuilt | None, chain: Chain) -> None:
    found, figure = verdict.found, verdict.found.figure
    group = f", {figure['breakdown']} {figure['group']}" if figure["breakdown"] else ""
    say(
        paragraph(
            f"{figure['receipt']}: {figure['measure']} {figure['measure_version']}, {figure['council']}, "
            f"{figure['window']} {figure['period_start']} to {figure['period_end']}{group}."
        )
    )
    whose = "the officers' release" if found.audience == "officers" else "the publication"
    say(f"Found in {whose} {found.manifest['release']}.")
    if verdict.superseded_by:
        say(paragraph(f"It is superseded: in what is read now the same figure has the receipt {verdict.superseded_by}, "
                      "because the rows or the definition behind it changed."))  # fmt: skip
    elif verdict.superseded_by == "":
        say(paragraph("It is superseded: what is read now does not have this figure any more."))
    say()
    if verdict.is_equal:
        again = [name for name, _, _ in verdict.columns]
        say(paragraph(f"Equal. {counted(len(again), 'column')} made again from what the release stores came out the "
                      f"same to the last digit: {', '.join(again)}."))  # fmt: skip
    for name, stored, again in verdict.columns:
        if name in verdict.differs:
            say(
                paragraph(
                    f"Not equal: {name} is stored as {_value(stored)}, and made again is {_value(again)}."
                )
            )
    for wrong in verdict.differs:
        if wrong not in figure:
            say(paragraph(f"Not equal: {wrong}."))
    if verdict.erased_on:
        say(paragraph(verifying_erased(verdict.erased_on)))
    for words in verdict.not_verified:
        say(paragraph(f"Not verified here: {words}"))
    if rebuilt:
        _show_rebuilt(rebuilt)
    _show_faults(faults)
    if not faults:
        say("The chain of arrivals, releases and publications fits together as far as this machine has it.")
    say(signed(chain, f"{found.audience} {found.manifest['release']}"))


def verifying_erased(day: str) -> str:
    """What is said of a figure whose source was erased."""
    from datetime import date

    from dashboard import phrases

    return phrases.erased(date.fromisoformat(day))


def _value(value: Any) -> str:
    return "nothing" if value is None else repr(value) if isinstance(value, float) else str(value)


def signed(chain: Chain, release: str) -> str:
    """Whose signature a manifest carries, in words."""
    from pipelines import seals

    signer = chain.signers.get(release)
    if not signer:
        return "The release is not signed."
    if signer in seals.trusted(chain.settings):
        return f"The release is signed by the trusted key {signer}."
    return f"The release is signed by the key {signer}; nobody here has said whether to trust it."


# Everything


def _all(chain: Chain, from_originals: bool, current: bool, head: str, as_json: bool, show: Progress) -> None:
    from pipelines.evidence import chain as chains
    from pipelines.evidence import store_files, verify_databases, verify_every

    settings = chain.settings
    key = key_at_hand(chain)
    files = store_files.check(chain, council_names(settings), key.fingerprint if key else None, show)
    verify_databases.check(chain, show)
    counted_again = verify_every.every(chain, key, current_only=current, progress=show)
    rebuilt: list[Rebuilt] = []
    if from_originals:
        from pipelines import originals

        wanted = [chain.current("officers")] if current else list(chain.manifests["officers"].values())
        rebuilt = originals.rebuild_all(chain, [one["release"] for one in wanted if one], progress=show)
    in_chain = chains.holds(chain, head) if head else None
    problems = [fault for fault in chain.faults if fault.is_problem]
    equal = (
        not problems
        and in_chain is not False
        and not any(one.differ or one.problems for one in counted_again)
        and all(one.is_equal for one in rebuilt)
    )
    answer = {
        "equal": equal,
        "files": files.looked_at,
        "files_nothing_names": files.unnamed,
        "head": heads(settings),
        "head_noted_is_in_the_chain": in_chain,
        "problems": [fault_told(fault) for fault in problems],
        "told": [fault_told(fault) for fault in chain.faults if not fault.is_problem],
        "erasures": erased_told(chain),
        "releases": [_release_told(chain, one) for one in counted_again],
        "from_originals": [one.told() for one in rebuilt] if from_originals else None,
        "left_out": LEFT_OUT,
    }
    if as_json:
        console.say_json(answer)
    else:
        _show_files(chain, files.looked_at, len(files.unnamed), problems)
        _show_counted(chain, counted_again)
        for one in rebuilt:
            _show_rebuilt(one)
        _show_head(settings, head, in_chain)
    raise typer.Exit(console.DONE if equal else console.DIFFERS)


def erased_told(chain: Chain) -> list[Row]:
    """The erasures on record: who decided, and how much went."""
    return [
        {"number": one["number"], "kind": one["kind"], "on": one["made_at"][:10], "by": one["by"], "note": one["note"],
         "rows": one["rows"], "files": len(one["files"])}
        for one in chain.erasures.records
    ]  # fmt: skip


def council_names(settings: Settings) -> dict[str, str]:
    """Council -> its name, as far as the lists can be read."""
    from pipelines import contracts

    try:
        return {code: council.name for code, council in contracts.load(settings).councils.items()}
    except contracts.ContractError:
        return {}


def heads(settings: Settings) -> dict[str, str]:
    """Audience -> its newest release and the digest of its manifest."""
    from pipelines import releases
    from pipelines.settings import AUDIENCES

    return {audience: found for audience in AUDIENCES if (found := releases.head(settings, audience))}


def short(head: str) -> str:
    """A head as people note it."""
    release, _, digest = head.partition(" ")
    return f"{release} {digest[:SHORT]}"


def _release_told(chain: Chain, one: Release) -> Row:
    return {
        "audience": one.audience,
        "release": one.release,
        "figures": one.figures,
        "counted_with_another_release": one.shared,
        "differ": one.differ,
        "erased": one.erased,
        "differences": [
            {**difference.figure, "column": difference.column, "stored": difference.stored,
             "again": difference.recounted}
            for difference in one.differences
        ],
        "problems": one.problems,
        "not_verified": one.not_verified,
        "signed_by": chain.signers.get(f"{one.audience} {one.release}"),
    }  # fmt: skip


def _show_files(chain: Chain, looked_at: int, unnamed: int, problems: list[Fault]) -> None:
    say(f"Files: {counted(looked_at, 'file')} looked at.")
    _show_faults(problems)
    kinds = Counter(fault.kind for fault in chain.faults if not fault.is_problem)
    for fault in [fault for fault in chain.faults if fault.kind == "unfinished"][:_SHOWN]:
        say(paragraph(f"Unfinished: {fault.path}: {fault.what}. {fault.do}"))
    if kinds["not recorded"]:
        say(
            paragraph(
                f"Not recorded: of {counted(kinds['not recorded'], 'file')} an earlier version of the program recorded "
                "no digest, so a change of them would not show. --json names them; the next run records what it still "
                "uses."
            )
        )
    if kinds["gone"]:
        say(f"Gone, and needed by nothing any more: {counted(kinds['gone'], 'file')}; --json names them.")
    for one in erased_told(chain):
        say(
            paragraph(
                f"Erasure {one['number']} on {one['on']}, by {one['by']}: {counted(one['files'], 'file')} changed or "
                "went, each as its record says."
            )
        )
    if unnamed:
        say(f"Whole, but named by no release: {counted(unnamed, 'file')}. Nothing needs them.")
    if not problems:
        say(
            "Arrivals, releases and publications fit together: nothing was changed, removed or put in between."
        )
    say(LEFT_OUT)


def _show_faults(faults: list[Fault]) -> None:
    for fault in faults[:_SHOWN]:
        say(paragraph(f"{fault.kind.capitalize()}: {fault.path}: {fault.what}. {fault.do}"))
    if len(faults) > _SHOWN:
        say(f"And {len(faults) - _SHOWN} more; --json has them all.")


def _show_counted(chain: Chain, found: list[Release]) -> None:
    say()
    for one in found:
        whose = "officers' release" if one.audience == "officers" else "publication"
        for difference in one.differences[:_SHOWN]:
            figure = difference.figure
            group = f", {figure['breakdown']} {figure['group']}" if figure["breakdown"] else ""
            say(
                paragraph(
                    f"Not equal, in the {whose} {one.release}: {figure['measure']}, {figure['council']}, "
                    f"{figure['window']} to {figure['period_end']}{group}: {difference.column} is stored as "
                    f"{_value(difference.stored)}, and made again is {_value(difference.recounted)}."
                )
            )
        for words in one.problems:
            say(paragraph(f"Not counted again, in the {whose} {one.release}: {words}"))
    for words in dict.fromkeys(words for one in found for words in one.not_verified):
        say(paragraph(f"Not verified here: {words}"))
    figures, differ = sum(one.figures for one in found), sum(one.differ for one in found)
    again = [one for one in found if one.figures]
    result = "all equal" if not differ else f"{differ:,} {'is' if differ == 1 else 'are'} not equal"
    whole = not any(one.problems for one in found)
    say(f"{figures:,} figures of {counted(len(again), 'release')} were made again: {result}"
        f"{'' if whole else '; others could not be'}.")  # fmt: skip
    if erased := sum(one.erased for one in found):
        say(paragraph(f"{erased:,} of them were not counted again, as rows behind them were erased: they are "
                      "preserved as they were told, and their receipts say so."))  # fmt: skip
    unsigned = [release for release, signer in chain.signers.items() if not signer]
    if unsigned:
        say(f"Not signed: {counted(len(unsigned), 'release')} of {len(chain.signers)}.")
    for signer in sorted({signer for signer in chain.signers.values() if signer}):
        of = sum(1 for by in chain.signers.values() if by == signer)
        say(f"Signed by {signer}: {counted(of, 'release')}; every signature holds.")


def _show_rebuilt(one: Rebuilt) -> None:
    say()
    for words in one.notes:
        say(paragraph(f"From the originals: {words}"))
    for part in one.parts_that_differ[:_SHOWN]:
        say(paragraph(f"From the originals, not equal: {part}."))
    for difference in one.differences[:_SHOWN]:
        figure = difference.figure
        say(
            paragraph(
                f"From the originals, not equal: {figure['measure']}, {figure['council']}, {figure['window']} to "
                f"{figure['period_end']} {figure['breakdown']} {figure['group']}: {difference.column} is stored as "
                f"{_value(difference.stored)}, and made again is {_value(difference.recounted)}."
            )
        )
    say(paragraph(one.summary))


def _show_head(settings: Settings, noted: str, in_chain: bool | None) -> None:
    say()
    if in_chain:
        say("The head that you noted is in the chain: nothing up to it was taken away.")
    elif in_chain is False:
        say(
            paragraph(
                f"The head that you noted, {noted}, is not in the chain. Either it was noted wrongly, or releases were "
                "removed or made again since. Restore a backup that has it."
            )
        )
    for audience, head in heads(settings).items():
        say(
            f"Head for {audience}: {short(head)}. Noted elsewhere, such as in minutes, it pins all that came before."
        )
