"""A key once more, for the private half of the recovery key only (HPKE, RFC 9180)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from bedside.kit.sealing import Place

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_INFO = b"bedside recovery 1"


def make_copy(key: bytes, *, public: bytes, place: Place) -> bytes:
    return _SUITE.encrypt(key, X25519PublicKey.from_public_bytes(public), _INFO + place.associated())


def open_copy(copy: bytes, *, private: bytes, place: Place) -> bytes:
    """Raises Refusal when the copy was made for another recovery key, another place, or changed."""
    try:
        return _SUITE.decrypt(copy, X25519PrivateKey.from_private_bytes(private), _INFO + place.associated())
    except InvalidTag:
        raise Refusal(
            "recovery_copy_damaged",
            "A copy of a key does not open with these shares; it was made for another recovery key or changed.",
        ) from None
