"""Signed statements: a certificate (of erasure, say) that anybody with the public key can check.

The signature is a signed note over the format and the SHA-256 of the certificate's canonical JSON. Its text begins
with a word that no checkpoint begins with, so that neither can be passed off as the other.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from bedside.kit.ledger.export import canonical_json
from bedside.kit.ledger.notes import BadNote, encode_base64, open_text, sign_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ERASURE_FORMAT: Final = "bedside-erasure-1"
CONSENT_FORMAT: Final = "bedside-consent-1"
STATEMENT_BYTES_MAX: Final = 32 << 20  # that on consent holds whole documents
_FIRST_LINE: Final = "bedside-statement"


class BadStatement(Exception):
    """A statement that is malformed or not vouched for; the sentence says which."""


def sign_statement(body: Mapping[str, Any], *, key: Ed25519PrivateKey, name: str) -> bytes:
    """The statement as one JSON line: `{"certificate": body, "note": signed note}`.

    Takes `body` as plain JSON values (texts, whole numbers, lists, mappings) with its format name under "format".
    Raises BadStatement for what cannot be read back.
    """
    try:
        note = sign_text(_text(body), key=key, name=name)
        return (canonical_json({"certificate": body, "note": note}) + "\n").encode()
    except (BadNote, TypeError, ValueError) as error:
        raise BadStatement(str(error)) from None


def attach_proof(statement: bytes, *, proof: Mapping[str, Any]) -> bytes:
    """The same statement with the proof (`proof_of_entry`) that the ledger holds an entry about it.

    The entry must carry `statement_hash(body)` among its details, which ties the two together.
    """
    return (canonical_json({**json.loads(statement), "proof": proof}) + "\n").encode()


def statement_hash(body: Mapping[str, Any]) -> str:
    """SHA-256 of the certificate's canonical JSON in hex: what its ledger entry gives as `certificate_sha256`."""
    return hashlib.sha256(canonical_json(body).encode()).hexdigest()


def open_statement(statement: bytes, *, keys: Mapping[str, Ed25519PublicKey]) -> Mapping[str, Any]:
    """The certificate in a statement that one of `keys` (by name) signed. Raises BadStatement.

    Leaves an attached proof aside: that is checked against the log (`bedside-verify erasure`).
    """
    certificate, note = _parse(statement)
    try:
        text = open_text(note, keys=keys)
    except BadNote as error:
        raise BadStatement(str(error)) from None
    if text != _text(certificate):
        raise BadStatement("The signature is over another certificate.")
    return certificate


def _parse(statement: bytes) -> tuple[Mapping[str, Any], str]:
    if len(statement) > STATEMENT_BYTES_MAX:
        raise BadStatement("The statement is too long.")
    try:
        parsed = json.loads(statement)
        written = canonical_json(parsed)
    except (ValueError, RecursionError):
        raise BadStatement("The statement is not JSON.") from None
    if not isinstance(parsed, dict) or written.encode() + b"\n" != statement:
        raise BadStatement("The statement is not written in its one canonical way.")
    certificate, note = parsed.get("certificate"), parsed.get("note")
    if not isinstance(certificate, dict) or not isinstance(note, str):
        raise BadStatement("The statement has no certificate or no note.")
    return certificate, note


def _text(body: Mapping[str, Any]) -> str:
    name = body.get("format")
    if not isinstance(name, str) or not name.isprintable() or not name:
        raise BadStatement("A certificate says its format.")
    digest = hashlib.sha256(canonical_json(body).encode()).digest()
    return f"{_FIRST_LINE}\n{name}\n{encode_base64(digest)}\n"
