"""Seals: what makes one changed byte of a record show, and says who signed it.

Belongs here: the seal of a JSON record, signatures and their keys, and the one line of a pointer (CURRENT).
Does not belong here: which records there are and how they hang together (`evidence.chain`).

A seal is the SHA-256 of a record's canonical form without the seal. It shows a slip of the disk or of a hand; whoever
means to deceive can seal again, so records name each other's digests, and a manifest may carry an Ed25519 signature
(RFC 8032) of its seal. To check one, the public key in it is enough; whose key it is, the trusted signers say.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import durable
from pipelines.settings import Settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SEAL = "seal"
_PURPOSE = b"send-audit/manifest/1\n"
"""Put before what is signed, so that a signature can be used for nothing else."""


class SigningProblem(RuntimeError):
    """A signing key or the list of trusted signers cannot be used; says which and what to do."""


def sealed(content: dict[str, Any], signer: Ed25519PrivateKey | None = None) -> dict[str, Any]:
    """A record with its seal in place of an earlier one, signed where a key is given."""
    content = {name: value for name, value in content.items() if name != SEAL}
    digest = durable.digest(content)
    seal = {"sha256": digest}
    if signer is not None:
        seal["signer"] = signer.public_key().public_bytes_raw().hex()
        seal["signature"] = signer.sign(_PURPOSE + digest.encode()).hex()
    return {**content, SEAL: seal}


def fault(raw: bytes, unsealed: Collection[str]) -> str | None:
    """What is wrong with a record's bytes, None where nothing is.

    Args:
        unsealed: the names that a record of its kind had before records were sealed; one without a seal that has other
            names lost its seal.
    """
    try:
        content = json.loads(raw)
        whole = isinstance(content, dict) and durable.canonical(content) == raw
    except ValueError:
        return "it cannot be read"
    if not whole:
        return "it is not as the program writes it"
    seal = content.pop(SEAL, None)
    if seal is None:
        return None if set(content) <= set(unsealed) else "its seal is gone"
    if not isinstance(seal, dict) or seal.get("sha256") != durable.digest(content):
        return "its seal does not fit what it says"
    if set(seal) not in ({"sha256"}, {"sha256", "signer", "signature"}):
        return "its seal is not as the program writes it"
    if "signature" in seal and not _signature_holds(seal):
        return "its signature does not hold"
    return None


def signer_of(content: dict[str, Any]) -> str | None:
    """The fingerprint of the key that signed a record, None where it is not signed."""
    key = content.get(SEAL, {}).get("signer")
    return fingerprint(key) if key else None


def fingerprint(public_key: str) -> str:
    """The first 16 hex digits of the SHA-256 of a public key (64 hex digits): what people compare."""
    return durable.digest(public_key)[:16]


def _signature_holds(seal: dict[str, str]) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal["signer"]))
        key.verify(bytes.fromhex(seal["signature"]), _PURPOSE + seal["sha256"].encode())
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


# Keys


def signer(settings: Settings) -> Ed25519PrivateKey | None:
    """The key that signs manifests, None where none is set.

    Raises:
        SigningProblem: the file lies inside the store, is missing, or is no unencrypted Ed25519 key.
    """
    path = settings.signing_key
    if path is None:
        return None
    _outside(settings, path)
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError:
        raise SigningProblem(
            f"There is no signing key at {path}. Put it back, or make one: send-audit sign-key PATH."
        ) from None
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningProblem(
            f"{path} holds no Ed25519 key in PEM without a password. Set SEND_AUDIT_SIGNING_KEY to one that does."
        )
    return key


def make_signing_key(settings: Settings, path: Path) -> tuple[Path, str]:
    """A new signing key at `path`, readable by its owner alone, and its public key beside it.

    Returns the public key's path and fingerprint.

    Raises:
        SigningProblem: the path lies inside the store, or something is there already.
    """
    _outside(settings, path)
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    durable.private_folder(path.parent)
    beside = path.with_name(f"{path.name}.pub")
    if path.exists() or beside.exists():
        raise SigningProblem(f"There is something at {path} already. Name a place where there is nothing.")
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(private)
        handle.flush()
        os.fsync(handle.fileno())
    durable.write(beside, public)
    return beside, fingerprint(key.public_key().public_bytes_raw().hex())


def trusted(settings: Settings) -> set[str]:
    """Fingerprints of the signers that are trusted: those of SEND_AUDIT_TRUSTED_SIGNERS, and of our own key.

    Raises:
        SigningProblem: the file cannot be read, or holds something else than public Ed25519 keys in PEM.
    """
    own = signer(settings)
    found = {fingerprint(own.public_key().public_bytes_raw().hex())} if own else set()
    if settings.trusted_signers is None:
        return found
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    end = b"-----END PUBLIC KEY-----"
    try:
        blocks = settings.trusted_signers.read_bytes().split(end)[:-1]
        keys = [load_pem_public_key(block + end) for block in blocks]
    except (OSError, ValueError):
        keys = []
    told = {fingerprint(key.public_bytes_raw().hex()) for key in keys if isinstance(key, Ed25519PublicKey)}
    if not keys or len(told) != len(keys):
        raise SigningProblem(
            f"{settings.trusted_signers} holds no list of public Ed25519 keys in PEM. Put the signers' .pub files one "
            "below the other in one file, and name it in SEND_AUDIT_TRUSTED_SIGNERS."
        )
    return found | told


def _outside(settings: Settings, path: Path) -> None:
    if path.resolve().is_relative_to(settings.store.resolve()):
        raise SigningProblem(f"{path} lies inside the store. A signing key is kept outside it.")


# Pointers


@dataclass(frozen=True)
class Pointed:
    """What a pointer says: a release, and its manifest's digest ('' where the program that wrote it gave none)."""

    release: str
    sha256: str

    @property
    def line(self) -> str:
        return f"{self.release} {self.sha256}\n" if self.sha256 else f"{self.release}\n"


def pointed(pointer: Path) -> Pointed | None:
    """What the file CURRENT says, None where it is not there."""
    if not pointer.exists():
        return None
    release, _, sha256 = pointer.read_text(encoding="utf-8", errors="replace").strip().partition(" ")
    return Pointed(release, sha256)
