"""Answers to HL7 v2 messages (original mode acknowledgements, v2.5.1 section 2.9.2)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

from bedside.kit.clinical.hl7_segments import Segment, escaped, split_message
from bedside.kit.clinical.outcomes import Reason, Rejected, Unreadable

if TYPE_CHECKING:
    from datetime import datetime

_TEXT_CHARACTERS_MAX: Final = 200
_VERSION: Final = "2.5.1"


class AckCode(StrEnum):
    """What became of a message: taken; not taken for what it says; not taken for what it is, or not now."""

    ACCEPTED = "AA"
    ERROR = "AE"
    REJECTED = "AR"


def code_for(outcome: object) -> AckCode:
    """The answer an outcome of `read_message` deserves, once it is stored.

    AR tells a sender not to try the same again: no message, or one of a sort that is not read.
    """
    if not isinstance(outcome, Rejected):
        return AckCode.ACCEPTED
    is_of_no_use = outcome.reason in {Reason.UNKNOWN_TYPE, Reason.NOT_A_MESSAGE, Reason.TOO_LARGE}
    return AckCode.REJECTED if is_of_no_use else AckCode.ERROR


def acknowledge(
    content: bytes, *, code: AckCode, at: datetime, control_id: str, rejected: Rejected | None = None
) -> bytes:
    """The answer to a message, in ASCII, with the sender's own separators and addressed back to it.

    `at` (aware) and `control_id` (20 characters at most) are of the answer. ERR says where and why, by place and
    code. A message without a readable head is answered by a head that names nobody. Never repeats more of the
    message than its addresses, event, control id, processing id and version.
    """
    try:
        head = split_message(content).head
    except Unreadable:
        head = _BLANK
    marks = head.delimiters
    event = head.parts(9).text(2)
    ack = marks.component.join(filter(None, ("ACK", _safe(event, head=head))))
    msh = [
        "MSH",
        marks.component + marks.repetition + marks.escape + marks.subcomponent,
        *(_field(head, number) for number in (5, 6, 3, 4)),
        at.strftime("%Y%m%d%H%M%S%z"),
        "",
        ack,
        _safe(control_id, head=head),
        _safe(head.text(11), head=head) or "P",
        _safe(head.text(12), head=head) or _VERSION,
    ]
    lines = [msh, ["MSA", code.value, _safe(head.text(10), head=head)]]
    if rejected is not None:
        lines.append(_error(rejected, head=head))
    text = "".join(marks.field.join(line) + "\r" for line in lines)
    return text.encode("ascii", "replace")


def _error(rejected: Rejected, *, head: Segment) -> list[str]:
    """ERR: location (2), HL7 code (3), severity (4), our code (5)."""
    marks = head.delimiters
    place = rejected.place.replace("-", marks.component + "1" + marks.component, 1)
    code, name = _hl7_error(rejected.reason)
    return ["ERR", "", place, marks.component.join((code, name, "HL70357")), "E", rejected.reason.value]


def _hl7_error(reason: Reason) -> tuple[str, str]:
    """HL7 table 0357."""
    match reason:
        case Reason.NO_ID | Reason.NO_PERSON:
            return "101", "Required field missing"
        case Reason.UNKNOWN_TYPE:
            return "201", "Unsupported event code"
        case Reason.UNKNOWN_VALUE:
            return "103", "Table value not found"
        case (
            Reason.UNREADABLE_DATE
            | Reason.IMPOSSIBLE_DATE
            | Reason.UNKNOWN_CHARSET
            | Reason.WRONG_CHARSET
            | Reason.TOO_LONG
        ):
            return "102", "Data type error"
        case (
            Reason.NOT_JSON
            | Reason.NOT_AN_OBJECT
            | Reason.NOT_A_MESSAGE
            | Reason.TRUNCATED
            | Reason.TOO_LARGE
            | Reason.TOO_DEEP
            | Reason.TOO_MANY
            | Reason.DAMAGED_ARCHIVE
            | Reason.WRONG_SHAPE
            | Reason.UNPAIRED_MERGE
        ):
            return "100", "Segment sequence error"
        case _:
            assert_never(reason)


def _field(head: Segment, number: int) -> str:
    """An application or facility with its components."""
    parts = head.parts(number)
    count = min(len(parts.components), 3)
    said = (_safe(parts.text(component), head=head) for component in range(1, count + 1))
    return head.delimiters.component.join(said)


def _safe(said: str, *, head: Segment) -> str:
    return escaped(said[:_TEXT_CHARACTERS_MAX], delimiters=head.delimiters)


_BLANK: Final = split_message(b"MSH|^~\\&|").head
