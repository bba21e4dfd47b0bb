"""Files of HL7 v2 messages: one after the other, in a batch, or as a recording of the wire; in constant memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedside.kit.clinical.hl7 import read_message
from bedside.kit.clinical.hl7_segments import MESSAGE_BYTES_MAX
from bedside.kit.clinical.lines import lines_of, plain
from bedside.kit.clinical.outcomes import READ_BEFORE, Passed, Reason, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo

    from bedside.kit.clinical.hl7 import Told

_ENVELOPES: Final = (b"FHS", b"BHS", b"BTS", b"FTS")
_FRAMING: Final = b"\x0b\x1c \t"


def read_messages(
    pieces: Iterable[bytes],
    *,
    zone: tzinfo,
    message_bytes_max: int = MESSAGE_BYTES_MAX,
    after: int = 0,
) -> Iterator[tuple[int, Told | Rejected | Passed]]:
    """Read a file of messages, cut anywhere, compressed by gzip or not; each begins with MSH.

    Gives: (message from 1, outcome), also for what stands before the first MSH. Alphabets of sixteen bits are not
    read from files. Never raises for what the bytes hold. Messages up to `after` are `Passed` of no sort, not parsed.
    """
    for number, found in enumerate(_messages(pieces, message_bytes_max=message_bytes_max), start=1):
        if number <= after:
            yield number, READ_BEFORE
            continue
        if isinstance(found, Reason):
            yield number, Rejected(line=number, resource_type="", reason=found)
        else:
            yield number, read_message(found, line=number, zone=zone)


def _messages(pieces: Iterable[bytes], *, message_bytes_max: int) -> Iterator[bytes | Reason]:
    held: list[bytes] = []
    length = 0
    unpacked = (piece.replace(b"\r", b"\n") for piece in plain(pieces))
    for _, content, _ in lines_of(unpacked, line_bytes_max=message_bytes_max):
        segment = content if isinstance(content, Reason) else content.strip(_FRAMING)
        if isinstance(segment, Reason):
            length = message_bytes_max + 1
            if segment is Reason.DAMAGED_ARCHIVE:
                break
            continue
        if not segment or segment.startswith(_ENVELOPES):
            continue
        if segment.startswith(b"MSH") and (held or length):
            yield _whole(held, length=length, message_bytes_max=message_bytes_max)
            held, length = [], 0
        length += len(segment) + 1
        if length <= message_bytes_max:
            held.append(segment)
    else:
        if length:
            yield _whole(held, length=length, message_bytes_max=message_bytes_max)
        return
    yield Reason.DAMAGED_ARCHIVE


def _whole(held: list[bytes], *, length: int, message_bytes_max: int) -> bytes | Reason:
    return Reason.TOO_LARGE if length > message_bytes_max else b"\r".join(held)
