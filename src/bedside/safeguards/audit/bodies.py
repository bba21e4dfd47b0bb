"""How the bodies of one act lie in one row: one as it is, many joined by line breaks and compressed.

A canonical body is ASCII without line breaks (JSON escapes them), so a line break can only stand between two.
Bodies of one act on many people differ in nothing but the person, so each costs about twenty bytes compressed.
"""

from __future__ import annotations

import json
import re
from operator import attrgetter
from typing import TYPE_CHECKING, Final

import zstandard

from bedside.kit.ledger import canonical_json
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
# What a reader opens to show one of them; more would not make them any smaller.
PEOPLE_PER_ROW: Final = 1000
ID_BYTES: Final = 36
# Keys are sorted, so the person is the last thing a body says.
SUBJECT_KEY: Final = b'"subject":"'
SUBJECT_END: Final = b'"}'
_EMPTY_ID: Final = b"        -    -    -    -            "
_DIGIT_PLACES: Final = tuple(place for place, sign in enumerate(_EMPTY_ID) if sign == ord(" "))
_RAW: Final = attrgetter("bytes")
_IDS: Final = re.compile(rb"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12},)+")


class BadRow(Exception):
    """A row whose bytes are not the bodies that its columns speak of: something wrote it that is not Bedside."""


def bodies_about(
    kind: EntryKind, head: Mapping[str, Detail], details: Mapping[str, Detail], people: Sequence[UUID]
) -> bytearray:
    """The canonical bodies of one act, one per person in order, joined by line breaks.

    The same bytes as `canonical_body` with each person as the subject. Raises BadEntry as that does.
    """
    before, found, after = canonical_body(kind, {**head, "subject": _PLACE}, details).partition(
        _PLACE_IN_JSON
    )
    if not found or _PLACE_IN_JSON in after:
        raise BadEntry(f"{kind.name} has no one place for the person")
    return _with_ids(before, after + b"\n", people)[:-1]


def _with_ids(before: bytes, after: bytes, people: Sequence[UUID]) -> bytearray:
    """The same text once per person with the id between: all are of one length, so each digit of all is one stride.

    Writing ids one by one takes four times as long, and a campaign waits for this.
    """
    line = len(before) + ID_BYTES + len(after)
    out = bytearray((before + _EMPTY_ID + after) * len(people))
    digits = b"".join(map(_RAW, people)).hex().encode()
    for digit, place in enumerate(_DIGIT_PLACES):
        out[len(before) + place :: line] = digits[digit :: len(_DIGIT_PLACES)]
    return out


def pack(joined: bytes | bytearray) -> bytes:
    return zstandard.ZstdCompressor(level=_LEVEL).compress(joined)


def unpack(body: bytes, *, count: int) -> list[bytes]:
    """The canonical bodies in a row's `body`, in order. Raises BadRow unless they are `count` and as written here.

    Never opens more than they may be together, whatever the row says: any process with the product's own rights
    can add rows, and one that fills the memory of whoever opens it would end every sealer.
    """
    if not 1 <= count <= PEOPLE_PER_ROW:
        raise BadRow(f"no entry is of {count} acts")
    if count == 1:
        _check(bytes(body))
        return [bytes(body)]
    opened = _opened(body, bytes_max=count * BODY_BYTES_MAX)
    bodies = opened.split(b"\n")
    if len(bodies) != count:
        raise BadRow(f"an entry of {count} acts holds {len(bodies)}")
    _check(bodies[0])
    _check_alike(opened, bodies)
    return bodies


def ids_in(bodies: Sequence[bytes]) -> list[bytes]:
    """Whatever stands where the person's id does."""
    end = -len(SUBJECT_END)
    return [body[end - ID_BYTES : end] for body in bodies]


def _check_alike(opened: bytes, bodies: Sequence[bytes]) -> None:
    """Made again from the first and the ids, they must be what was opened: then nothing else differs."""
    ids = ids_in(bodies)
    end = len(bodies[0]) - len(SUBJECT_END)
    before, after = bodies[0][: end - ID_BYTES], bodies[0][end:]
    between = after + b"\n" + before
    if (
        not before.endswith(SUBJECT_KEY)
        or after != SUBJECT_END
        or before + between.join(ids) + after != opened
        or not _IDS.fullmatch(b",".join(ids) + b",")
    ):
        raise BadRow("the bodies of an entry differ in more than the person")


def _opened(body: bytes, *, bytes_max: int) -> bytes:
    try:
        if not 0 < zstandard.frame_content_size(body) <= bytes_max:
            raise BadRow("an entry says that it is longer than any")
        return zstandard.ZstdDecompressor().decompress(body, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise BadRow("the bodies of an entry cannot be read") from error


def _check(body: bytes) -> None:
    """A body that is not canonical JSON could not be exported, and would be a false alarm at every verification."""
    try:
        parsed = json.loads(body) if len(body) <= BODY_BYTES_MAX else None
        written = canonical_json(parsed)
    except (ValueError, RecursionError) as error:
        raise BadRow("an entry is not JSON") from error
    if not isinstance(parsed, dict) or written.encode() != bytes(body):
        raise BadRow("an entry is not written as Bedside writes it")


def first_of(body: bytes, *, count: int) -> bytes:
    """The first canonical body, without opening the others. Raises BadRow."""
    if count == 1:
        return bytes(body)
    try:
        with zstandard.ZstdDecompressor().stream_reader(body) as reader:
            return reader.read(BODY_BYTES_MAX).partition(b"\n")[0]
    except zstandard.ZstdError as error:
        raise BadRow("the bodies of an entry cannot be read") from error
