"""Break-glass recovery: every practice's key once more, for whoever brings enough shares of paper.

Promise: the private half of the recovery key exists while it is made and while it is used, and between the two only
as shares; fewer than the needed number tell nothing about it (Shamir). A lost root key loses nothing.
Not covered: that many holders of shares acting together against the practice; so give them to people who would not.
Key handling: an X25519 key pair; copies are made with HPKE (RFC 9180: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
AES-256-GCM), bound to the place of the key they copy. The public half stands in the database under a mark made with
the installation key, or whoever could write there would have every next key copied to themselves; and copies are made
with a secret, or whoever could write there would have a key of theirs recovered.
Compatibility pledge: shares are SLIP-39 of the 32 bytes of the private half, one group, no passphrase.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal
from bedside.safeguards.vault.installation import PLACE as INSTALLATION_PLACE
from bedside.safeguards.vault.models import RecoveryKey
from bedside.safeguards.vault.recovery_copy import (
    is_marked,
    make_copy,
    mark_of,
    secret_of_installation,
    secret_of_private,
)

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from bedside.kit.sealing import Place, Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """The recovery key in force, by its public half."""

    id: int
    public: bytes
    shares: int
    needed: int
    made_at: datetime
    secret: bytes = field(repr=False)

    def copy(self, key: bytes, *, place: Place) -> bytes:
        """The key of that place, for the private half only."""
        return make_copy(key, public=self.public, place=place, secret=self.secret)


def recovery_in_force(installation: Sealer) -> Recovery | None:
    """The newest. Raises Refusal when it is not one that this installation made."""
    row = RecoveryKey.objects.order_by("-id").first()
    if row is None:
        return None
    found = _read(row, installation)
    if not is_marked(found.public, bytes(row.mark), installation=installation):
        raise Refusal(
            "recovery_key_foreign",
            "The recovery key in the database is not one this installation made; somebody may have put it there. "
            "Make a new one: bedside keys recovery make",
        )
    return found


def make_recovery(
    private: X25519PrivateKey, *, shares: int, needed: int, installation: Sealer, key: bytes, at: datetime
) -> Recovery:
    """Stores the public half, with a copy of the installation key `key`; those made before are removed.

    The practices' keys are the caller's, in the same transaction.
    """
    public = private.public_key().public_bytes_raw()
    row = RecoveryKey(
        public=public,
        mark=mark_of(public, installation=installation),
        shares=shares,
        needed=needed,
        made_at=at,
    )
    secret = secret_of_private(private.private_bytes_raw())
    row.installation_copy = make_copy(key, public=public, place=INSTALLATION_PLACE, secret=secret)
    row.save(force_insert=True)
    # Shares that were replaced must open nothing, and theirs is a copy of the same installation key.
    RecoveryKey.objects.exclude(id=row.id).delete()
    return _read(row, installation)


def _read(row: RecoveryKey, installation: Sealer) -> Recovery:
    return Recovery(
        id=row.id,
        public=bytes(row.public),
        shares=row.shares,
        needed=row.needed,
        made_at=row.made_at,
        secret=secret_of_installation(installation),
    )
