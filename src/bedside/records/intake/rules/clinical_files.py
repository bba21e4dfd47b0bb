"""What a clinical file is, told by its first bytes, and in which order the files of an archive are read."""

from __future__ import annotations

import re
import zlib
from enum import StrEnum
from typing import Final

from bedside.records.intake.nouns import Format

ZIP: Final = b"PK\x03\x04"
GZIP: Final = b"\x1f\x8b"
HEAD_BYTES: Final = 65_536
_GZIP_WINDOW: Final = 31
_MARK: Final = b"\xef\xbb\xbf"
_FRAMING: Final = b"\x0b\x1c \t\r\n"
_HL7: Final = (b"MSH", b"FHS", b"BHS")
_BUNDLE: Final = re.compile(rb'"resourceType"\s*:\s*"Bundle"')
_NAME_AT: Final = 30  # of the first entry of an archive, after its fixed fields (APPNOTE 4.3.7)
_SUFFIXES: Final = (".ndjson", ".json", ".hl7", ".adt", ".siu", ".gz", ".jsonl")
_RANKS: Final = (("patient", 0), ("practitioner", 1), ("location", 1), ("organization", 1))
_RANK_OTHER: Final = 2


class Shape(StrEnum):
    """How the records of one file follow each other."""

    LINES = "lines"  # one JSON resource a line
    BUNDLE = "bundle"  # one JSON document
    MESSAGES = "messages"  # HL7 v2


def format_of(head: bytes) -> Format | None:
    """FHIR or HL7, packed or not; None for what may be a table or anything else."""
    if head.startswith(ZIP):
        name = _first_name(head)
        is_ours = name.endswith(_SUFFIXES)
        return (Format.HL7 if name.endswith(".hl7") else Format.FHIR) if is_ours else None
    shape = shape_of(beginning(head))
    if shape is None:
        return None
    return Format.HL7 if shape is Shape.MESSAGES else Format.FHIR


def beginning(head: bytes) -> bytes:
    """The first bytes as they are, or unpacked if they begin like gzip; nothing if they cannot be."""
    if not head.startswith(GZIP):
        return head
    try:
        return zlib.decompressobj(_GZIP_WINDOW).decompress(head, HEAD_BYTES)
    except zlib.error:
        return b""


def shape_of(plain: bytes) -> Shape | None:
    """By the first bytes of one file, unpacked; None for what is neither FHIR nor HL7."""
    text = plain.removeprefix(_MARK).lstrip(_FRAMING)
    if text.startswith(_HL7):
        return Shape.MESSAGES
    if not text.startswith(b"{"):
        return None
    first, end, _ = text.partition(b"\n")
    if _BUNDLE.search(text[:HEAD_BYTES]) and (_is_named_first(text) or not _is_whole(first)):
        return Shape.BUNDLE
    return Shape.LINES if _is_whole(first) or not end else Shape.BUNDLE


def _is_named_first(text: bytes) -> bool:
    """Whether the document itself says that it is a bundle, and not one of the records within a line."""
    found = _BUNDLE.search(text)
    return found is not None and text.count(b"{", 0, found.start()) == 1


def _is_whole(line: bytes) -> bool:
    return line.rstrip().endswith(b"}")


def reading_order(names: list[str]) -> list[str]:
    """Files of an archive with people first, then clinicians and places, then what happened; without those not ours."""
    ours = [name for name in names if _is_ours(name)]
    return sorted(ours, key=lambda name: (_rank(name), name))


def _is_ours(name: str) -> bool:
    last = name.rsplit("/", 1)[-1]
    is_hidden = last.startswith((".", "__")) or name.startswith("__MACOSX/")
    return not is_hidden and last.lower().endswith(_SUFFIXES)


def _rank(name: str) -> int:
    last = name.rsplit("/", 1)[-1].lower()
    return next((rank for word, rank in _RANKS if word in last), _RANK_OTHER)


def _first_name(head: bytes) -> str:
    length = int.from_bytes(head[26:28], "little")
    name = head[_NAME_AT : _NAME_AT + length].decode("utf-8", "replace").lower()
    if not name.endswith("/"):
        return name
    return next((suffix for suffix in _SUFFIXES if suffix.encode() in head.lower()), "")
