"""What is told about one received file, to a person and to a script.

Belongs here: the account of a delivery just checked. Does not belong here: checking it (`intake`), or the report that
goes back to who sent it (`reports.supplier`). Sheets and headers are the supplier's own words; no cell is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.commands import console
from pipelines.commands.console import counted, say

if TYPE_CHECKING:
    from pipelines.contracts import Catalogue, Contract
    from pipelines.intake.receive import Checked

Row = dict[str, Any]
_WHO_SAID = {"file": "as the file says", "given": "as given", "receipt": "the day it was received"}


def account(
    catalogue: Catalogue, held: Sequence[Checked], checked: Checked, *, is_new: bool, reports: Sequence[Path]
) -> Row:
    """What became of one file; `held` are all deliveries, for the rules that look at those before."""
    from pipelines.evidence import superseded

    arrival, result = checked.arrival, checked.result
    return {
        "file": arrival.file,
        "delivery": arrival.delivery,
        "number": arrival.number,
        "is_new": is_new,
        "refused": checked.refused,
        "code": result["refusal"]["code"] if checked.refused else None,
        "reason": result["refusal"]["message"] if checked.refused else None,
        "received_at": arrival.received_at.isoformat(),
        "extracted_on": arrival.extracted_on.isoformat(),
        "extracted_on_from": arrival.extracted_on_from,
        "mode": "corrections" if arrival.corrections else "whole",
        "sent_by": arrival.sent_by,
        "corrects": sorted(superseded.answered(checked, held)),
        "rows_corrected": sum(
            len(table["answers"]["rows"]) for table in result["tables"] if table["answers"]
        ),
        "rows_unchanged": sum(
            len(table["answers"]["unchanged"]) for table in result["tables"] if table["answers"]
        ),
        "feeds": [_feed(catalogue, held, checked, feed) for feed in result["feeds"]],
        "sheets_not_used": [
            {"sheet": sheet["sheet"], "reason": sheet["reason"]} for sheet in result["skipped"]
        ],
        "reports": [str(path) for path in reports],
    }


def not_taken(file: str, reason: str, code: str | None) -> Row:
    """A file that is not recorded: refused before it was opened, or the check broke down (no code)."""
    return {
        "file": file,
        "delivery": None,
        "number": None,
        "is_new": False,
        "refused": code is not None,
        "code": code,
        "reason": reason,
        "feeds": [],
        "sheets_not_used": [],
        "reports": [],
    }


def _feed(catalogue: Catalogue, held: Sequence[Checked], checked: Checked, feed: str) -> Row:
    from pipelines.contracts import PUBLISHED
    from pipelines.evidence import delivered

    contract, found = catalogue.contracts[feed], checked.result["feeds"][feed]
    broken = {code: rows for code, rows in found["by_rule"].items() if rows}
    broken |= {
        finding.code: None for finding in delivered.whole_file_findings(catalogue, held, feed, checked)
    }
    return {
        "feed": feed,
        "title": contract.title,
        "councils": [
            {"council": code, "name": catalogue.councils[code].name}
            for code in sorted(found["profile"])
            if code in catalogue.councils
        ],
        "places": "every place in it" if contract.holds == PUBLISHED else "",
        "rows_received": found["received"],
        "rows_accepted": found["accepted"],
        "rows_set_aside": found["rejected"],
        "rows_erased": sum(found.get("erased", {}).values()),
        "findings": [_finding(contract, code, broken[code]) for code in sorted(broken)],
        "sheets": [_sheet(contract, table) for table in checked.result["tables"] if table["feed"] == feed],
        "names_not_listed": {
            contract.columns[column].list or column: count for column, count in found["unlisted"].items()
        },
    }


def _finding(contract: Contract, code: str, rows: int | None) -> Row:
    rule = contract.rules_by_code[code]
    return {"code": code, "level": rule.level, "rows": rows, "message": rule.message, "action": rule.action}


def _sheet(contract: Contract, table: Row) -> Row:
    return {
        "sheet": table["sheet"],
        "matched": [
            {"supplier_column": header, "column": column, "title": contract.columns[column].title,
             "how": table["how"].get(column)}
            for column, header in table["matched"].items()
        ],
        "not_used": list(table["unknown"]),
        "not_in_the_file": [
            {"column": column, "title": contract.columns[column].title}
            for column in table["missing"]
            if contract.columns[column].type != "free_text"  # nobody is asked for what is never kept
        ],
    }  # fmt: skip


def show(answer: Row) -> None:
    """The account in words."""
    if answer["number"] is None:
        say(console.paragraph(f"{answer['file']} was not taken in: {answer['reason']}") + "\n")
        return
    if answer["refused"]:
        say(
            console.paragraph(
                f"Refused ({answer['code']}). {answer['reason']} The file is archived as delivery {answer['number']}; "
                "none of its rows is used, and what was held before stands."
            )
        )
    elif not answer["is_new"]:
        say(f"{answer['file']} is held already, as delivery {answer['number']}; nothing changed.")
    else:
        taken = f"{_day(answer['extracted_on'])} ({_WHO_SAID[answer['extracted_on_from']]})"
        by = f", from {answer['sent_by']}" if answer["sent_by"] else ""
        which = f"{answer['file']} is delivery {answer['number']}{by}"
        say(console.paragraph(f"{which}, taken from its system on {taken}."))
        if answer["mode"] == "corrections":
            say(console.paragraph(_taken_as_corrections(answer), "  "))
    for feed in answer["feeds"] if answer["is_new"] else []:
        _show_feed(feed)
    for sheet in answer["sheets_not_used"] if answer["is_new"] else []:
        say(console.paragraph(f'Sheet "{sheet["sheet"]}" was not used: {sheet["reason"]}.', "  "))
    if answer["is_new"] and any(map(_could_use_more, answer["feeds"])):
        said = "`send-audit map FILE` says what the columns that are not used may be, and writes it down."
        say(console.paragraph(said, "  "))
    if answer["reports"]:
        endings = " and ".join(Path(path).suffix for path in answer["reports"])
        say(f"  Report for who sent it: {Path(answer['reports'][0]).with_suffix('')} ({endings})")
    say()


def _could_use_more(feed: Row) -> bool:
    """Whether a column is not used that could be one of ours: it is a council's file, and one of ours is missing."""
    return not feed["places"] and any(
        sheet["not_used"] and sheet["not_in_the_file"] for sheet in feed["sheets"]
    )


def _taken_as_corrections(answer: Row) -> str:
    to = f" to delivery {', '.join(map(str, answer['corrects']))}" if answer["corrects"] else ""
    unchanged = answer["rows_unchanged"]
    left = f" Not changed, and so left as before: {counted(unchanged, 'row')}." if unchanged else ""
    return (
        f"Taken as corrections{to}: its rows replace the rows of the same key and no others; every other row stands."
        f"{left}"
    )


def _show_feed(feed: Row) -> None:
    names = (
        ", ".join(council["name"] for council in feed["councils"])
        or feed["places"]
        or "no council that we know"
    )
    gone = f" + {feed['rows_erased']:,} erased" if feed["rows_erased"] else ""
    say(
        f"  {feed['title']} ({feed['feed']}) of {names}: {counted(feed['rows_received'], 'row')} received = "
        f"{feed['rows_accepted']:,} accepted + {feed['rows_set_aside']:,} set aside{gone}."
    )
    if gone:
        say(
            console.paragraph(
                f"{counted(feed['rows_erased'], 'row')} of children who were erased: left out here and in the archive. "
                "Ask who sent the file to leave them out. Where the child is to be held again: send-audit erase "
                "--child-reference --lift.",
                "  ",
            )
        )
    for sheet in feed["sheets"]:
        _show_sheet(sheet)
    if feed["findings"]:
        console.table(
            ["Rule", "Level", "Rows", "What is wrong", "What to do"],
            [
                [found["code"], found["level"], _rows(found), found["message"], found["action"]]
                for found in feed["findings"]
            ],
            indent="    ",
        )
    if unlisted := feed["names_not_listed"]:
        kinds = ", ".join(f"{kind} {count}" for kind, count in unlisted.items())
        where = " or ".join(
            f"expectations/councils/{council['council']}.yaml" for council in feed["councils"]
        )
        council = feed["councils"][0]["council"] if feed["councils"] else "COUNCIL"
        say(
            console.paragraph(
                f"Names not yet listed: {kinds}. They are shown as codes until they are listed in {where}; "
                f"`send-audit names {council} --show` prints them.",
                "  ",
            )
        )


def _show_sheet(sheet: Row) -> None:
    where = f'Sheet "{sheet["sheet"]}": ' if sheet["sheet"] else ""
    renamed = [
        f'"{match["supplier_column"]}" as {match["title"]}'
        for match in sheet["matched"]
        if match["how"] not in ("name", "title")
    ]
    told = [
        f"{where}{len(sheet['matched'])} columns matched" + (f", {', '.join(renamed)}." if renamed else ".")
    ]
    if sheet["not_used"]:
        told.append(f"Not used: {', '.join(f'{chr(34)}{header}{chr(34)}' for header in sheet['not_used'])}.")
    if sheet["not_in_the_file"]:
        told.append(f"Not in the file: {', '.join(column['title'] for column in sheet['not_in_the_file'])}.")
    for text in told:
        say(console.paragraph(text, "  "))


def _rows(found: Row) -> str:
    return "whole file" if found["rows"] is None else f"{found['rows']:,}"


def _day(text: str) -> str:
    from datetime import date

    from dashboard import phrases

    return phrases.day(date.fromisoformat(text))
