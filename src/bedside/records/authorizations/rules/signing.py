"""What makes a signature one: a name, an intent, and, for a drawing, strokes and nothing else. Pure."""

from __future__ import annotations

import re
from typing import Final

from bedside.ground.errors import Refusal
from bedside.records.authorizations.rules.nouns import Part, Signature, SignatureKind, SignerKind
from bedside.records.authorizations.rules.rendering import DRAWING_HEIGHT, DRAWING_WIDTH

NAME_LENGTH_MAX: Final = 120
AUTHORITY_LENGTH_MAX: Final = 200
DRAWING_LENGTH_MAX: Final = 40_000
_DRAWING_POINTS_MIN = 8  # fewer is a slip of the finger
_DRAWING = re.compile(r"(?:M\d{1,3} \d{1,3}(?:L\d{1,3} \d{1,3})*)+\Z")
_POINT = re.compile(r"[ML](\d{1,3}) (\d{1,3})")
_PAPER_BYTES_MAX = 10 * 1024 * 1024
SCAN_BYTES_MAX: Final = _PAPER_BYTES_MAX
# What a file begins with, whatever its name says.
_MAGIC: Final = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
_ENDINGS: Final = {"application/pdf": b"%%EOF", "image/jpeg": b"\xff\xd9", "image/png": b"IEND"}
_END_BYTES = 2048


def check_signature(signature: Signature) -> None:
    """Raises Refusal naming the first thing that keeps this from being a signature.

    Source: 45 CFR 164.508(c)(1)(vi); 15 USC 7001(c), 7006(5); AUT-06, AUT-17.
    """
    name = signature.name.strip()
    if len(name) < 2 or not any(sign.isalpha() for sign in name):  # noqa: PLR2004  two letters
        raise Refusal("signature_name", "Type your full name.")
    if len(name) > NAME_LENGTH_MAX or not signature.name.isprintable():
        raise Refusal("signature_name", f"Type your name in at most {NAME_LENGTH_MAX} letters.")
    if signature.signer is SignerKind.REPRESENTATIVE and len(signature.authority.strip()) < 3:  # noqa: PLR2004
        raise Refusal("signature_authority", "Say why you may sign for the patient, such as: mother.")
    if len(signature.authority) > AUTHORITY_LENGTH_MAX or not signature.authority.isprintable():
        raise Refusal("signature_authority", f"Say it in at most {AUTHORITY_LENGTH_MAX} letters.")
    if signature.kind is SignatureKind.DRAWN:
        check_drawing(signature.drawing)
    if signature.kind is SignatureKind.PAPER:
        return
    if not signature.intended:
        raise Refusal("signature_intent", "Tick that you mean this to be your signature.")
    if not signature.electronic_agreed:
        raise Refusal(
            "signature_electronic", "Tick that you agree to sign on this screen, or ask us for paper."
        )


def check_drawing(drawing: str) -> None:
    """Raises Refusal unless it is path data of lines inside the box and nothing else."""
    whole = len(drawing) <= DRAWING_LENGTH_MAX and _DRAWING.match(drawing) is not None
    points = _POINT.findall(drawing) if whole else []
    inside = all(int(across) <= DRAWING_WIDTH and int(down) <= DRAWING_HEIGHT for across, down in points)
    if not whole or not inside or len(set(points)) < _DRAWING_POINTS_MIN:
        raise Refusal("signature_drawing", "Draw your signature in the box, or type your name instead.")


def media_type_of(scan: bytes) -> str:
    """Of a scanned paper, by what the file itself says. Raises Refusal for anything but a whole PDF, JPEG or PNG."""
    if not scan:
        raise Refusal(
            "scan_missing", "Attach the scanned paper; without it nobody can check what was signed."
        )
    if len(scan) > SCAN_BYTES_MAX:
        raise Refusal("scan_too_large", "The scan is over 10 MB; scan it again with a lower resolution.")
    found = next((media for magic, media in _MAGIC.items() if scan.startswith(magic)), "")
    if not found or _ENDINGS[found] not in scan[-_END_BYTES:]:
        raise Refusal("scan_type", "Attach the scan as a PDF, JPEG or PNG file that opens.")
    return found


def missing_of(seen: set[Part], *, wanted: tuple[Part, ...]) -> tuple[Part, ...]:
    """The elements that whoever looked at a paper did not find on it."""
    return tuple(part for part in wanted if part not in seen)
