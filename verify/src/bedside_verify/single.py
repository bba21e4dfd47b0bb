"""Checking one thing by itself: the proof of an entry, a certificate of erasure, a file of permissions."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any, Final

from bedside_verify.canonical import is_whole_number, read_base64, read_object, write_json
from bedside_verify.findings import Report, Unreadable, Unusable, entries, number, shown
from bedside_verify.notes import Note, is_signed, read_checkpoint, read_note
from bedside_verify.tree import HASH_BYTES, hash_of_leaf, root_by_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedside_verify.keys import TrustedKey
    from bedside_verify.notes import Checkpoint

PROOF_FORMAT: Final = "bedside-proof-1"
ERASURE_FORMAT: Final = "bedside-erasure-1"
CONSENT_FORMAT: Final = "bedside-consent-1"
DOCUMENT_BYTES_MAX: Final = 1 << 20
CONSENT_BYTES_MAX: Final = 32 << 20
_PATH_MAX: Final = 63
_PROOF_FIELDS: Final = {"format", "index", "size", "path", "body", "note"}


def verify_proof(raw: bytes, *, trusted: Sequence[TrustedKey]) -> Report:
    """The report on the proof of one entry. Raises Unusable for what is no proof."""
    report = Report()
    _check_proof(_read_document(raw, what="proof of an entry"), _publics(trusted), report)
    return report


def verify_erasure(raw: bytes, *, trusted: Sequence[TrustedKey]) -> Report:
    """The report on a certificate of erasure, and on the proof in it that the ledger tells the same.

    Raises Unusable for what is no certificate.
    """
    value, report, publics = _read_document(raw, what="certificate of erasure"), Report(), _publics(trusted)
    certificate = value.get("certificate")
    if not isinstance(certificate, dict) or certificate.get("format") != ERASURE_FORMAT:
        raise Unusable("This is no certificate of erasure.")
    if not {"certificate", "note"} <= set(value) <= {"certificate", "note", "proof"}:
        raise Unusable("This is no certificate of erasure: it has other fields than it should.")
    digest = hashlib.sha256(write_json(certificate)).digest()
    _check_statement(value["note"], digest, publics, report)
    report.facts["certificate"] = certificate
    if "proof" in value:
        body = _check_proof(value["proof"], publics, report)
        _check_tie(body, digest, report)
    else:
        report.warn("The certificate carries no proof that the ledger holds an entry about it.")
    return report


def verify_consent(raw: bytes, *, trusted: Sequence[TrustedKey]) -> Report:
    """The report on a file of one person's permissions: its signature, and each document against its hash.

    Gives counts only: what is in the file is not for a terminal. Raises Unusable for what is no such file.
    """
    what = "file of a person's permissions"
    value = _read_document(raw, what=what, bytes_max=CONSENT_BYTES_MAX)
    report, publics = Report(), _publics(trusted)
    certificate = value.get("certificate")
    if not isinstance(certificate, dict) or certificate.get("format") != CONSENT_FORMAT:
        raise Unusable(f"This is no {what}.")
    if set(value) != {"certificate", "note"}:
        raise Unusable(f"This is no {what}: it has other fields than it should.")
    acts, documents = certificate.get("acts"), certificate.get("documents")
    if not isinstance(acts, list) or not isinstance(documents, list):
        raise Unusable(f"This is no {what}: it has no lists of acts and documents.")
    digest = hashlib.sha256(write_json(certificate)).digest()
    _check_statement(value["note"], digest, publics, report, form=CONSENT_FORMAT)
    for place, document in enumerate(documents):
        _check_rendering(document, place, report)
    report.facts |= {
        "practice": certificate.get("practice"),
        "at": certificate.get("at"),
        "acts": len(acts),
        "documents": len(documents),
        "sha256": digest.hex(),
    }
    return report


def _check_rendering(document: object, place: int, report: Report) -> None:
    """That a document is the one whose hash the ledger holds since it was signed."""
    told = document if isinstance(document, dict) else {}
    try:
        rendering = read_base64(told.get("rendering"), size=None)
    except Unreadable as error:
        report.add("bad-document", f"Document {number(place)} cannot be read: {error}.")
        return
    if hashlib.sha256(rendering).hexdigest() != told.get("rendering_sha256"):
        report.add(
            "changed-document", f"Document {number(place)} is not the one whose hash stands beside it."
        )


def _read_document(raw: bytes, *, what: str, bytes_max: int = DOCUMENT_BYTES_MAX) -> dict[str, Any]:
    if len(raw) > bytes_max:
        raise Unusable(f"This is no {what}: it is longer than {bytes_max >> 20} MiB.")
    try:
        return read_object(raw.removesuffix(b"\n"))
    except Unreadable as error:
        raise Unusable(f"This is no {what}: {error}.") from None


def _publics(trusted: Sequence[TrustedKey]) -> list[bytes]:
    publics = [key.public for key in trusted if key.public is not None]
    if not publics:
        raise Unusable("The public key itself is needed here; its SHA-256 is not enough.")
    return publics


def _check_statement(
    raw: object, digest: bytes, publics: list[bytes], report: Report, *, form: str = ERASURE_FORMAT
) -> None:
    text = f"bedside-statement\n{form}\n{base64.b64encode(digest).decode()}\n"
    try:
        note = read_note(_text(raw))
    except Unreadable as error:
        report.add("bad-note", f"The signature of the certificate cannot be read: {error}.")
        return
    if note.text != text:
        report.add("changed-certificate", "The certificate was changed after it was signed.")
    signer = _signer(note, publics)
    if signer is None:
        report.add("bad-signature", "The certificate is not signed by a key that was given.")
    report.facts["signed_by"] = signer


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unreadable("it is not a text")
    return value


def _signer(note: Note, publics: list[bytes]) -> str | None:
    """The name of a given key that signed; None when none did, or one is named that did not."""
    pairs = [(line, key) for line in note.signatures for key in publics if line.names(key)]
    if not pairs or not all(is_signed(note, line, key) for line, key in pairs):
        return None
    return pairs[0][0].name


def _check_proof(value: object, publics: list[bytes], report: Report) -> bytes:
    """Gives the body of the entry."""
    try:
        index, path, body, checkpoint = _read_proof(value)
    except Unreadable as error:
        raise Unusable(f"This is no proof of an entry: {error}.") from None
    signer = _signer(checkpoint.note, publics)
    if signer is None:
        report.add("bad-signature", "The checkpoint in the proof is not signed by a key that was given.")
    if root_by_path(hash_of_leaf(body), index, checkpoint.size, path) != checkpoint.root:
        report.add(
            "not-in-log",
            f"The text is not that of entry {number(index)} of the log with {entries(checkpoint.size)} which the "
            "checkpoint vouches for.",
            entry=index,
        )
    report.facts |= {
        "origin": checkpoint.origin,
        "index": index,
        "size": checkpoint.size,
        "checkpoint_at": checkpoint.at.isoformat(),
        "checkpoint_signed_by": signer,
        "entry": body.decode(),
    }
    return body


def _read_proof(value: object) -> tuple[int, list[bytes], bytes, Checkpoint]:
    if not isinstance(value, dict) or value.get("format") != PROOF_FORMAT or set(value) != _PROOF_FIELDS:
        raise Unreadable("it has other fields than it should")
    index, size, path = value["index"], value["size"], value["path"]
    if not is_whole_number(index) or not is_whole_number(size) or index >= size:
        raise Unreadable(f"a log of {shown(size)} entries has no entry {shown(index)}")
    if not isinstance(path, list) or len(path) > _PATH_MAX:
        raise Unreadable("its path is no list of hashes")
    checkpoint = read_checkpoint(_text(value["note"]))
    if checkpoint.size != size:
        raise Unreadable("its checkpoint is of another size")
    body = _text(value["body"]).encode(errors="replace")
    read_object(body)
    return index, [read_base64(step, size=HASH_BYTES) for step in path], body, checkpoint


def _check_tie(body: bytes, digest: bytes, report: Report) -> None:
    details = read_object(body).get("details")
    stated = details.get("certificate_sha256") if isinstance(details, dict) else None
    if stated != digest.hex():
        report.add("other-certificate", "The entry in the proof is about another certificate.")
