"""The key: outside the store, guarded, and the same pseudonym from SQL as from Python."""

from __future__ import annotations

import hmac
import os
import stat
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import settings
from pipelines.intake import key


@pytest.fixture
def here(tmp_path: Path) -> settings.Settings:
    return settings.load(
        {"SEND_AUDIT_DATA": str(tmp_path / "data"), "SEND_AUDIT_KEY_FILE": str(tmp_path / "key" / "k")}
    )


def test_made_once_outside_the_store_and_private(here: settings.Settings) -> None:
    made = key.load(here)
    assert made.made_now
    again = key.load(here)
    assert not again.made_now
    assert again.secret == made.secret
    assert os.name == "nt" or stat.S_IMODE(here.key_file.stat().st_mode) == 0o600
    assert made.secret.hex() not in "".join(
        path.read_text() for path in here.store.rglob("*") if path.is_file()
    )


def test_inside_the_store_is_refused(here: settings.Settings) -> None:
    with pytest.raises(key.KeyProblem, match="inside the store"):
        key.load(replace(here, key_file=here.records / "k"))


def test_another_key_is_refused(here: settings.Settings) -> None:
    key.load(here)
    here.key_file.write_text("ab" * 32)
    with pytest.raises(key.KeyProblem, match="not the one"):
        key.load(here)


def test_a_lost_key_is_not_replaced(here: settings.Settings) -> None:
    key.load(here)
    here.key_file.unlink()
    with pytest.raises(key.KeyProblem, match="Put the key file back"):
        key.load(here)
    assert not here.key_file.exists()


@pytest.mark.parametrize("content", ["", "not hex", "abcd"])
def test_a_broken_key_is_told(here: settings.Settings, content: str) -> None:
    here.key_file.parent.mkdir()
    here.key_file.write_text(content)
    with pytest.raises(key.KeyProblem, match="backup"):
        key.load(here)


def test_the_secret_is_in_no_repr() -> None:
    assert "secret" not in repr(key.Key(b"k" * 32))


@given(st.text(max_size=200).filter(lambda text: "\0" not in text and text.isprintable()))
def test_sql_and_python_give_the_same_pseudonym(text: str) -> None:
    one = key.Key(b"k" * 32)
    with duckdb.connect() as con:
        key.prepare(con, one)
        found = con.execute(f"SELECT {key.hash_sql('$text')}", {"text": text}).fetchone()
    assert found == (one.keyed_hash(text),)
    assert one.keyed_hash(text) == hmac.new(one.subkey("pseudonym"), text.encode(), "sha256").hexdigest()[:20]
