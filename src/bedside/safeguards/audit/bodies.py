"""How the bodies of one act lie in one row: one as it is, many joined by line breaks and compressed.

A canonical body is ASCII without line breaks (JSON escapes them), so a line break can only stand between two.
Bodies of one act on many people differ in nothing but the person, so each costs about twenty bytes compressed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import zstandard

from bedside.safeguards.audit.rules import BadEntry, Detail, EntryKind, canonical_body

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

# The fastest: the bodies are all but the same, and a higher level gains nothing on random ids.
_LEVEL: Final = 1
_PLACE: Final = "\x00person\x00"
_PLACE_IN_JSON: Final = b"\\u0000person\\u0000"
# A frame says how long it is when opened; one that says more than this per body was not made here.
BODY_BYTES_MAX: Final = 8192


class BadRow(Exception):
    """A row whose bytes are not the bodies that its columns speak of: something wrote it that is not Bedside."""


def bodies_about(
    kind: EntryKind, head: Mapping[str, Detail], details: Mapping[str, Detail], people: Sequence[UUID]
) -> bytes:
    """The canonical bodies of one act, one per person in order, joined by line breaks.

    The same bytes as `canonical_body` with each person as the subject. Raises BadEntry as that does.
    """
    before, found, after = canonical_body(kind, {**head, "subject": _PLACE}, details).partition(
        _PLACE_IN_JSON
    )
    if not found or _PLACE_IN_JSON in after:
        raise BadEntry(f"{kind.name} has no one place for the person")
    between = (after + b"\n" + before).decode()
    return f"{before.decode()}{between.join(map(str, people))}{after.decode()}".encode()


def pack(joined: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_LEVEL).compress(joined)


def unpack(body: bytes, *, count: int) -> list[bytes]:
    """The canonical bodies in a row's `body`, in order. Raises BadRow unless they are `count`."""
    if count == 1:
        return [bytes(body)]
    try:
        opened = zstandard.ZstdDecompressor().decompress(
            body, max_output_size=count * BODY_BYTES_MAX, allow_extra_data=False
        )
    except zstandard.ZstdError as error:
        raise BadRow("the bodies of an entry cannot be read") from error
    bodies = opened.split(b"\n")
    if len(bodies) != count:
        raise BadRow(f"an entry of {count} acts holds {len(bodies)}")
    return bodies


def first_of(body: bytes, *, count: int) -> bytes:
    """The first canonical body, without opening the others. Raises BadRow."""
    if count == 1:
        return bytes(body)
    try:
        with zstandard.ZstdDecompressor().stream_reader(body) as reader:
            return reader.read(BODY_BYTES_MAX).partition(b"\n")[0]
    except zstandard.ZstdError as error:
        raise BadRow("the bodies of an entry cannot be read") from error
