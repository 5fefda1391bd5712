"""What families and members asked of the fictional county: complaints, feedback, requests; and what boards were told.

Belongs here: a row for each, and the files of them. Does not belong here: training (`trained`), placements (`placed`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from pipelines.contracts import Catalogue
from pipelines.demo import story
from pipelines.demo.drawing import Row, after, between, months, one_of, pick, quarter_of, weekday
from pipelines.demo.files import CASE_SYSTEM, WAREHOUSE, WORKBOOK, Extract, Style


def files(register: Sequence[Row], seed: int, catalogue: Catalogue) -> Iterator[Extract]:
    """Every file of the four kinds."""
    found = {
        "complaints": (complaints(register, seed, catalogue), "received_on", CASE_SYSTEM),
        "feedback_responses": (feedback(seed), "raised_on", WORKBOOK),
        "scrutiny_requests": (requests(seed), "asked_on", WORKBOOK),
        "board_reports": (reports(seed), "reported_on", WAREHOUSE),
    }
    for feed, (rows, begins, style) in found.items():
        for last in months()[23::6]:  # each half-year from the end of the second year
            yield _file(feed, rows, begins, style, last)


def _file(feed: str, rows: Sequence[Row], begins: str, style: Style, last: date) -> Extract:
    """What had happened by the end of a quarter."""
    end = after(last) - timedelta(days=1)
    held = [_standing(row, end) for row in rows if row[begins] <= end]
    note = f"{feed.replace('_', ' ')} to the end of {quarter_of(last)}"
    return Extract(feed, quarter_of(last, "-q"), style, held, weekday(end + timedelta(days=2)), note)


_TOGETHER = {
    "answered_on": ("outcome", "fault_category", "answer"), "responded_on": ("response", "cannot_because"),
    "told_on": (), "checked_on": (),
}  # fmt: skip
"""Day -> what is known from that day on."""


def _standing(row: Row, day: date) -> Row:
    """The row as a file of that day has it."""
    known = dict(row)
    for name, with_it in _TOGETHER.items():
        if known.get(name) and known[name] > day:
            known |= {one: None for one in (name, *with_it) if one in known}
    return known


def complaints(register: Sequence[Row], seed: int, catalogue: Catalogue) -> list[Row]:
    """Every complaint at every stage that it reached."""
    rng, rows = Random(f"complaints {seed}"), list[Row]()
    teams = catalogue.names_of(story.COUNCIL).teams
    for at, month in enumerate(months()):
        for number in range(1, 1 + round(between(story.COMPLAINTS_A_MONTH, at / 35) + rng.uniform(-2, 2))):
            whole = {
                "council": story.COUNCIL, "complaint_reference": f"CMP-{month:%y%m}-{number:02d}",
                "child_reference": rng.choice(register)["child_reference"], "team": one_of(rng, teams),
            }  # fmt: skip
            stage = _stage(rng, "stage_1", weekday(month + timedelta(days=rng.randint(1, 27))))
            rows.append(whole | stage)
            if stage["answered_on"] and rng.random() < story.NEXT_STAGE:
                again = weekday(stage["answered_on"] + timedelta(days=rng.randint(5, 25)))
                if again <= story.LAST:
                    rows.append(whole | _stage(rng, "stage_2", again) | {"theme": stage["theme"]})
    return rows


def _stage(rng: Random, stage: str, received_on: date) -> Row:
    due = received_on + timedelta(days=story.ANSWER_DAYS[stage])
    late = rng.random() < story.ANSWERED_LATE
    answered = weekday(due + timedelta(days=rng.randint(3, 70) if late else -rng.randint(0, 15)))
    outcome, fault = pick(rng, story.OUTCOMES), pick(rng, story.FAULTS)
    never = rng.random() < story.NEVER_ANSWERED or answered > story.LAST
    upheld = outcome in ("upheld", "partly_upheld")
    return {
        "stage": stage, "received_on": received_on, "due_on": due, "answered_on": None if never else answered,
        "outcome": None if never else outcome, "fault_category": fault if upheld and not never else None,
        "theme": story.FAULT_THEMES[fault],
    }  # fmt: skip


def feedback(seed: int) -> list[Row]:
    """What families raised, as the story has it; the seed draws how many families."""
    rng = Random(f"feedback {seed}")
    names = (
        "theme", "families", "raised_on", "due_on", "response", "cannot_because", "responded_on", "told_on",
        "checked_on",
    )  # fmt: skip
    rows: list[Row] = [dict(zip(names, one, strict=True)) for one in story.FEEDBACK]
    for number, row in enumerate(rows, start=1):
        few = row["families"] < 5
        row |= {"council": story.COUNCIL, "feedback_reference": f"YS-{number:03d}"}
        row["families"] += 0 if few else rng.randint(-1, 3)
    return rows


def _meetings() -> Iterator[date]:
    """The second Thursday of each month in which committees meet."""
    for month in months():
        if month.month in story.MEETING_MONTHS:
            yield month + timedelta(days=(3 - month.weekday()) % 7 + 7)


def requests(seed: int) -> list[Row]:
    """What members asked, and whether and when they were answered."""
    rng, rows = Random(f"requests {seed}"), list[Row]()
    for meeting in _meetings():
        for number in range(1, 1 + rng.randint(*story.REQUESTS_A_MEETING)):
            promised = meeting + timedelta(days=story.PROMISED_DAYS)
            late = rng.random() < story.REQUEST_LATE
            answered = weekday(
                promised + timedelta(days=rng.randint(5, 120) if late else -rng.randint(0, 14))
            )
            answer = "full" if rng.random() < story.ANSWERED_IN_FULL else "part"
            answer = "declined" if rng.random() < story.REQUEST_DECLINED else answer
            never = rng.random() < story.REQUEST_NEVER or answered > story.LAST
            board = rng.choices(list(story.REPORTS_A_MEETING)[:2], [4, 1])[0]
            rows.append({
                "council": story.COUNCIL, "request_reference": f"SR-{meeting:%y%m}-{number}", "board": board,
                "topic": pick(rng, story.REQUEST_TOPICS), "asked_on": meeting, "promised_by": promised,
                "answered_on": None if never else answered, "answer": None if never else answer,
            })  # fmt: skip
    return rows


def reports(seed: int) -> list[Row]:
    """What boards were told, meeting by meeting; of placements only once."""
    rng = Random(f"reports {seed}")
    told = [
        (board, pick(rng, story.REPORT_TOPICS), meeting, pick(rng, story.REPORT_SOURCES))
        for meeting in _meetings()
        for board, number in story.REPORTS_A_MEETING.items()
        for _ in range(rng.randint(*number))
    ]
    told = sorted([*told, story.PLACEMENTS_REPORTED], key=lambda one: one[2])
    return [
        {
            "council": story.COUNCIL, "report_reference": f"BR-{number:04d}", "board": board, "topic": topic,
            "reported_on": day, "source": source,
        }
        for number, (board, topic, day, source) in enumerate(told, start=1)
    ]  # fmt: skip
