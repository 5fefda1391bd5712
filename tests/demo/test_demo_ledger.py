"""The county's ledger: eight investigations, what must be told apart is in it, and every text passes the check."""

from __future__ import annotations

from recount import SEED

from pipelines.contracts import Catalogue
from pipelines.demo import ledger, ledger_story, story
from pipelines.intake.plain_text import may_pass


def test_eight_investigations_of_which_one_repeats_a_fault() -> None:
    cases = ledger_story.CASES
    assert len(cases) == len({case.reference for case in cases}) == 8
    upheld = [(case.decided_on, case.fault) for case in cases if case.outcome == "upheld"]
    repeated = [
        (day, fault) for day, fault in upheld
        if any(of == fault and 0 < (day - before).days <= 730 for before, of in upheld)
    ]  # fmt: skip
    assert len(repeated) == 1
    actions = [action for case in cases for action in case.actions]
    done = [action for action in actions if action.done_on]
    assert len(done) < len(actions)
    assert [action for action in done if not action.evidence]
    assert [action for action in done if action.checked and action.checked[1] == action.owner]
    assert [action for action in done if action.checked and action.checked[1] != action.owner]
    assert [action for action in actions if len(action.moves) >= 2 and not action.done_on]


def test_of_two_weaknesses_one_was_moved_to_effect() -> None:
    milestones = ledger_story.OTHERS["inspection", ledger_story.INSPECTION]
    helped = [action.effect[1] for action in milestones if action.effect]
    assert helped == ["yes", "yes", "no"]
    assert [row["progress"] for row in ledger_story.FINDINGS] == ["yes", "no"]


def test_one_action_is_closed_before_it_was_opened() -> None:
    early = [
        entry
        for entry in ledger.register(SEED)
        if entry.action.done_on and entry.action.done_on < entry.action.opened_on
    ]
    assert len(early) == 1


def test_every_text_passes_intake(catalogue: Catalogue) -> None:
    own = catalogue.names_of(story.COUNCIL)
    listed = (*own.teams, *own.localities, *own.agencies, *own.themes, *own.words)
    names_too = {word for word, is_name in catalogue.plain_words.items() if is_name}
    contracts = catalogue.contracts
    for extract in ledger.files(SEED):
        texts = [
            name for name, column in contracts[extract.feed].columns.items() if column.type == "council_text"
        ]
        for row in extract.rows:
            for name in texts:
                text = row.get(name)
                assert text is None or may_pass(text, catalogue.plain_words, names_too, listed), text


def test_a_file_knows_nothing_of_later_days() -> None:
    for extract in ledger.files(SEED):
        days = [value for row in extract.rows for name, value in row.items()
                if name.endswith("_on") and "due" not in name and name != "planned_on" and value]  # fmt: skip
        assert not days or max(days) <= extract.extracted_on, extract.file
