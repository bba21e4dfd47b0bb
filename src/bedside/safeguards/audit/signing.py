"""The keys that sign checkpoints: one in use per practice, sealed in the vault; a new one is announced by the old.

Promise: checkpoints up to and including the one that covers the announcement are signed by the old key, later ones
by the new one only, and the old private half is blotted out in the same transaction.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bedside.ground.errors import Fault
from bedside.ground.scope import Scope, in_scope, reading
from bedside.kit.ledger import BadCheckpoint, Checkpoint, open_note, sign
from bedside.kit.sealing import Unsealable
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.entries import KEY_INTRODUCED
from bedside.safeguards.audit.models import SigningKey
from bedside.safeguards.audit.turns import take_turn
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from bedside.safeguards.audit.tail import Newest

_TABLE = "audit_signingkey"


class SigningKeyGone(Fault):
    """Somebody took the key in use away; Bedside itself never leaves a practice without one."""

    def __init__(self) -> None:
        super().__init__(
            "signing_key_gone",
            "The signing key of the ledger was taken away; put the table of signing keys back from a backup.",
            retry_after_s=None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key's public half. It signs trees of more than `from_size` leaves, up to the next key's `from_size`.

    `can_sign`: its private half is there and in use, as that of the newest always is.
    """

    name: str
    version: int
    key: Ed25519PublicKey
    from_size: int
    made_at: datetime
    retired_at: datetime | None
    can_sign: bool

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """The key in use. Opened for one checkpoint and not kept."""

    name: str
    version: int
    private: Ed25519PrivateKey

    def sign(self, checkpoint: Checkpoint) -> str:
        return sign(checkpoint, key=self.private, name=self.name)


def origin_of(practice_id: UUID) -> str:
    """What the practice's log is called in its checkpoints."""
    return f"bedside/{practice_id}"


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the 32 bytes of the public key, in hex: what the ledger announces and people compare."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def signer(scope: Scope) -> Signer | None:
    """The key in use, or None before the first. Raises Refusal or Fault when the vault cannot be opened.

    Raises SigningKeyGone when there were keys: another first one would make all earlier checkpoints look unsigned.
    """
    with reading(scope):
        row = _rows(scope).order_by("-version").first()
    if row is None:
        return None
    if row.sealed_private is None or row.retired_at is not None:
        raise SigningKeyGone
    raw = _open(scope, row.version, "sealed_private", bytes(row.sealed_private))
    private = Ed25519PrivateKey.from_private_bytes(raw)
    return Signer(name=_name(scope, row.version), version=row.version, private=private)


def make_first_key(scope: Scope, *, at: datetime) -> None:
    """Makes the practice's first key, unless another process just did.

    Its announcement is among the first leaves, so that its fingerprint can be looked up like any other's.
    """
    with in_scope(scope):
        take_turn(scope.practice_id)
        if signer(scope) is None:
            private = Ed25519PrivateKey.generate()
            announce(scope, private, at=at)
            put_in_use(scope, private, from_size=0, at=at)


def announce(scope: Scope, private: Ed25519PrivateKey, *, at: datetime) -> None:
    """Writes into the ledger that this will be the next key."""
    record(
        scope,
        KEY_INTRODUCED,
        at=at,
        version=next_version(scope),
        public_sha256=fingerprint(private.public_key()),
    )


def put_in_use(scope: Scope, private: Ed25519PrivateKey, *, from_size: int, at: datetime) -> int:
    """Lets this key sign trees of more than `from_size` leaves and retires the one before. Gives its version."""
    with in_scope(scope):
        _rows(scope).filter(retired_at=None).update(retired_at=at, sealed_private=None)
        version = next_version(scope)
        SigningKey.objects.create(
            practice_id=scope.practice_id,
            version=version,
            public=private.public_key().public_bytes_raw(),
            sealed_public=_seal(scope, version, "sealed_public", private.public_key().public_bytes_raw()),
            sealed_private=_seal(scope, version, "sealed_private", private.private_bytes_raw()),
            from_size=from_size,
            made_at=at,
        )
    return version


def next_version(scope: Scope) -> int:
    with reading(scope):
        newest = _rows(scope).order_by("-version").values_list("version", flat=True).first()
    return (newest or 0) + 1


def public_keys(scope: Scope) -> list[PublicKey]:
    """Every key, oldest first, each checked against the vault's copy. Raises Unsealable for one put in its place."""
    with reading(scope):
        rows = list(_rows(scope).order_by("version"))
    return [_public(scope, row) for row in rows]


def is_signed(scope: Scope, head: Newest) -> bool:
    """Whether a key of this practice's signed the newest checkpoint for what it is. Raises Refusal, Fault."""
    try:
        keys = {key.name: key.key for key in public_keys(scope)}
        note = open_note(head.note, keys=keys)
    except (Unsealable, BadCheckpoint):
        return False
    return (note.origin, note.size, note.root) == (origin_of(scope.practice_id), head.size, head.root)


def _public(scope: Scope, row: SigningKey) -> PublicKey:
    if _open(scope, row.version, "sealed_public", bytes(row.sealed_public)) != bytes(row.public):
        raise Unsealable("the public half is not the one that was made")
    return PublicKey(
        name=_name(scope, row.version),
        version=row.version,
        key=Ed25519PublicKey.from_public_bytes(bytes(row.public)),
        from_size=row.from_size,
        made_at=row.made_at,
        retired_at=row.retired_at,
        can_sign=row.retired_at is None and row.sealed_private is not None,
    )


def _rows(scope: Scope) -> QuerySet[SigningKey]:
    return SigningKey.objects.filter(practice_id=scope.practice_id)


def _name(scope: Scope, version: int) -> str:
    return f"{origin_of(scope.practice_id)}/v{version}"


def _seal(scope: Scope, version: int, column: str, raw: bytes) -> bytes:
    return practice_keys(scope).seal(raw, table=_TABLE, row=_row(scope, version), column=column)


def _open(scope: Scope, version: int, column: str, sealed: bytes) -> bytes:
    return practice_keys(scope).open(sealed, table=_TABLE, row=_row(scope, version), column=column)


def _row(scope: Scope, version: int) -> str:
    return f"{scope.practice_id} {version}"
