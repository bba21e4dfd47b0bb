"""The signed statement by which Bedside signs in to a FHIR server, without a shared secret (SMART Backend Services).

Source: HL7 SMART App Launch 2.2, "Asymmetric client authentication"; RFC 7523, RFC 7515. Pure: time and id are given.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

if TYPE_CHECKING:
    from datetime import datetime

GOOD_FOR: Final = timedelta(minutes=4)  # five minutes are the most that a server accepts
RSA_BITS_MIN: Final = 2048
_P384_BYTES: Final = 48

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Algorithm(StrEnum):
    """The two that every server must know."""

    RS384 = "RS384"
    ES384 = "ES384"


class UnfitKey(ValueError):
    """Neither an RSA key of 2048 bits or more nor a P-384 key, or protected by a password. Never holds the key."""


def read_key(pem: bytes) -> PrivateKey:
    """Raises UnfitKey."""
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise UnfitKey("no private key in PEM form without a password") from error
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= RSA_BITS_MIN:
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP384R1):
        return key
    raise UnfitKey("neither RSA of 2048 bits nor P-384")


def algorithm_of(key: PrivateKey) -> Algorithm:
    return Algorithm.RS384 if isinstance(key, rsa.RSAPrivateKey) else Algorithm.ES384


def assertion(
    key: PrivateKey, *, client_id: str, token_url: str, key_id: str, at: datetime, token_id: str
) -> str:
    """A JSON Web Token that is good for one sign-in at `token_url`. `token_id` must never be used twice."""
    head: dict[str, Any] = {"alg": algorithm_of(key).value, "typ": "JWT"}
    if key_id:
        head["kid"] = key_id
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": token_url,
        "exp": int((at + GOOD_FOR).timestamp()),
        "iat": int(at.timestamp()),
        "jti": token_id,
    }
    signed = b".".join(_encoded(orjson.dumps(part)) for part in (head, claims))
    return b".".join((signed, _encoded(_signature(key, signed)))).decode()


def _signature(key: PrivateKey, content: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), hashes.SHA384())
    r, s = decode_dss_signature(key.sign(content, ec.ECDSA(hashes.SHA384())))
    return r.to_bytes(_P384_BYTES, "big") + s.to_bytes(_P384_BYTES, "big")  # RFC 7518 section 3.4


def _encoded(part: bytes) -> bytes:
    return urlsafe_b64encode(part).rstrip(b"=")
