"""Texts about the council: what passes intake, and that nothing passes of which a word is not known."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import contracts, settings
from pipelines.intake.plain_text import LONGEST, may_pass

CATALOGUE = contracts.load(settings.load({}))
NAMES_TOO = {word for word, is_name in CATALOGUE.plain_words.items() if is_name}
OWN = ("Marlow Fen", "SEND Assessment", "Child's voice")


def passes(text: str) -> bool:
    return may_pass(text, CATALOGUE.plain_words, NAMES_TOO, OWN)


@pytest.mark.parametrize("text", [
    "Send a reminder to every school four weeks before each annual review",
    "Head of SEND Assessment",
    "Publish the 20-week figures each month, with reasons",
    "Say in Section F how much, how often and by whom",
    "The council’s “new letter” (in use since June 2025)",
    "90 001 101",
    "voice.any_family",
    "Young people's forum in Marlow Fen",
    "Record the Child's voice; parents may mark what is missing",
])  # fmt: skip
def test_texts_about_the_councils_work_pass(text: str) -> None:
    assert passes(text)


@pytest.mark.parametrize("text", [
    "Emma Jones to call",
    "emma to call",  # in small letters too
    "Mark to write to the family",  # a word that is a name too, with a capital letter
    "Review with J Smith",
    "Ask Grace",
    "Call 01234 567890",
    "Case 1234567",
    "Review on 12/03/2025",
    "Letter to AB1 2CD",
    "Write to parent@example.invalid",
    "Zoë to review",
    "Report → board",
    "Review " * 40,  # a story, not a line
])  # fmt: skip
def test_names_identifiers_and_stories_do_not_pass(text: str) -> None:
    assert not passes(text)


def test_nothing_passes_without_a_list() -> None:
    assert not may_pass("Review the letter", ())


@given(
    st.text(string.ascii_letters, min_size=1, max_size=12),
    st.sampled_from(["{}", "Review {}", "{} to review"]),
)
def test_a_word_that_is_on_no_list_never_passes(word: str, around: str) -> None:
    known = word.lower() in CATALOGUE.plain_words
    if not known and not word.lower().startswith(("section", "young")):
        assert not passes(around.format(word))
        assert not passes(around.format(word.lower()))


def test_a_council_may_list_further_words() -> None:
    assert not passes("Update the Mosaic guide")
    assert may_pass("Update the Mosaic guide", CATALOGUE.plain_words, NAMES_TOO, (*OWN, "Mosaic"))
    assert len("Review the letter" * 12) > LONGEST
