"""A key once more, for the private half of the recovery key only (HPKE, RFC 9180).

The public half is in the database for everybody to see, so HPKE alone would open what anybody made. A secret that only
this installation has goes into the key schedule: a copy put there by somebody else does not open.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from bedside.ground.errors import Refusal
from bedside.kit.sealing import Sealer

if TYPE_CHECKING:
    from bedside.kit.sealing import Place

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_INFO = b"bedside recovery 2"


def make_copy(key: bytes, *, public: bytes, place: Place, secret: bytes) -> bytes:
    return _SUITE.encrypt(key, X25519PublicKey.from_public_bytes(public), _info(place, secret))


def open_copy(copy: bytes, *, private: bytes, place: Place, secret: bytes) -> bytes:
    """Raises Refusal when the copy was made for another recovery key, another place, by another, or changed."""
    try:
        return _SUITE.decrypt(copy, X25519PrivateKey.from_private_bytes(private), _info(place, secret))
    except InvalidTag:
        raise Refusal(
            "recovery_copy_damaged",
            "A copy of a key does not open with these shares; it was made for another recovery key or changed.",
        ) from None


def secret_of_installation(installation: Sealer) -> bytes:
    """For copies of practices' keys."""
    return installation.derive("recovery copies")


def secret_of_private(private: bytes) -> bytes:
    """For the copy of the installation key itself, which is made while the private half is there."""
    return Sealer(private).derive("recovery of the installation key")


def mark_of(public: bytes, *, installation: Sealer) -> bytes:
    """What the public half of a recovery key carries, so that one put there by somebody else is known."""
    return hmac.digest(installation.derive("recovery key"), public, "sha256")


def is_marked(public: bytes, mark: bytes, *, installation: Sealer) -> bool:
    return hmac.compare_digest(mark, mark_of(public, installation=installation))


def _info(place: Place, secret: bytes) -> bytes:
    return _INFO + secret + place.associated()
