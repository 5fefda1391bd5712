"""The secret that turns identifiers into pseudonyms, and the keys drawn from it.

Belongs here: making, reading and guarding the key file; keyed hashes in SQL and in Python.
Does not belong here: which columns are identifiers (the contract).

Pseudonyms are HMAC-SHA-256 (RFC 2104) under a key drawn from the secret, cut to 80 bits. Whoever lacks the key file
cannot recompute or test them, which is why it never lies in the store.
"""

from __future__ import annotations

import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines import durable
from pipelines.settings import Settings

HEX_LENGTH = 20
_BLOCK = 64
_FINGERPRINT = "KEY-FINGERPRINT"


class KeyProblem(RuntimeError):
    """The key is missing, unreadable, or not the one that the store was made with."""


@dataclass(frozen=True)
class Key:
    """Keys for each purpose, drawn from one secret."""

    secret: bytes = field(repr=False)
    made_now: bool = False

    def subkey(self, purpose: str) -> bytes:
        """32 bytes for one purpose; knowing one tells nothing of another."""
        return hmac.digest(self.secret, f"send-audit/{purpose}/1".encode(), "sha256")

    @property
    def fingerprint(self) -> str:
        """Names the key without giving it away."""
        return self.subkey("fingerprint").hex()[:16]

    def keyed_hash(self, text: str) -> str:
        """The pseudonym of `text`: what `hash_sql` gives for the same text."""
        return hmac.digest(self.subkey("pseudonym"), text.encode(), "sha256").hex()[:HEX_LENGTH]


def load(settings: Settings) -> Key:
    """The key, made on first use outside the store, and checked against the store's fingerprint.

    Raises:
        KeyProblem: the file lies in the store, cannot be read, or is another key than the store's.
    """
    path, mark = settings.key_file, settings.records / _FINGERPRINT
    if path.is_relative_to(settings.store):
        raise KeyProblem(
            f"The key file {path} lies inside the store. Set SEND_AUDIT_KEY_FILE to a place outside it."
        )
    if path.exists():
        key = Key(_read(path))
    elif mark.exists():
        raise KeyProblem(
            f"The store was made with a key that is not at {path}. Put the key file back there, or set "
            "SEND_AUDIT_KEY_FILE to where it is. Without it no new file can be matched to what is held."
        )
    else:
        key = Key(secrets.token_bytes(32), made_now=True)
        durable.private_folder(path.parent)
        _write_private(path, key.secret.hex() + "\n")
    if not mark.exists():
        durable.private_folder(settings.records)
        durable.write(mark, key.fingerprint.encode())
    elif mark.read_text().strip() != key.fingerprint:
        raise KeyProblem(
            f"The key at {path} is not the one that this store was made with. Set SEND_AUDIT_KEY_FILE to the right "
            "one; another key would break the link between a child's records."
        )
    return key


def at_hand(settings: Settings) -> Key | None:
    """The key as it lies there, None where there is none; never made, and not held against the store's fingerprint.

    Raises:
        KeyProblem: the file cannot be read as a key.
    """
    return Key(_read(settings.key_file)) if settings.key_file.exists() else None


def _read(path: Path) -> bytes:
    try:
        secret = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError):
        raise KeyProblem(
            f"The key file {path} cannot be read as a key. Restore it from its backup."
        ) from None
    if len(secret) < 32:
        raise KeyProblem(f"The key file {path} is cut short. Restore it from its backup.")
    return secret


def _write_private(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(aside, path)
    durable.sync_folder(path.parent)


def prepare(con: duckdb.DuckDBPyConnection, key: Key) -> None:
    """Make `hash_sql` ready on a connection."""
    set_hmac(con, "pseudonym", key.subkey("pseudonym"))


def hash_sql(text: str) -> str:
    """SQL for the pseudonym of the SQL text expression `text`; needs `prepare` on the connection."""
    return f"left({hmac_sql('pseudonym', text)}, {HEX_LENGTH})"


def set_hmac(con: duckdb.DuckDBPyConnection, name: str, subkey: bytes) -> None:
    """Hand a key to a connection as variables, so that no SQL text, and so no error, ever holds it."""
    padded = subkey.ljust(_BLOCK, b"\0")
    con.execute(f"SET VARIABLE {name}_inner = ?::BLOB", [bytes(byte ^ 0x36 for byte in padded)])
    con.execute(f"SET VARIABLE {name}_outer = ?::BLOB", [bytes(byte ^ 0x5C for byte in padded)])


def hmac_sql(name: str, text: str) -> str:
    """SQL for the HMAC-SHA-256 (hex) of the SQL text expression `text`, under the key of `set_hmac`."""
    inner = f"unhex(sha256(getvariable('{name}_inner') || encode({text})))"
    return f"sha256(getvariable('{name}_outer') || {inner})"
