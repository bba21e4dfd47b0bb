"""What reading a record may end in, other than the record itself. Nothing here ever holds a value of the record.

So pages, logs and reports may show every `Rejected`, `Doubt` and `Passed` as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Why a record, or one value of it, was not taken. Stable codes."""

    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    NOT_A_MESSAGE = "not_a_message"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    TOO_MANY = "too_many"
    TOO_LONG = "too_long"
    DAMAGED_ARCHIVE = "damaged_archive"
    UNKNOWN_TYPE = "unknown_type"
    WRONG_SHAPE = "wrong_shape"
    NO_ID = "no_id"
    NO_PERSON = "no_person"
    UNKNOWN_VALUE = "unknown_value"
    UNREADABLE_DATE = "unreadable_date"
    IMPOSSIBLE_DATE = "impossible_date"
    UNKNOWN_CHARSET = "unknown_charset"
    WRONG_CHARSET = "wrong_charset"
    UNPAIRED_MERGE = "unpaired_merge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One value that was left out of a record which otherwise stands. `place`: "Patient.birthDate", "PID-7"."""

    place: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A record that could not be read.

    `line` counts from 1: the line of a file, the entry of a bundle, the message of a batch. `resource_type` is
    empty unless it is a known one, for an unknown one could be anything. `place` names elements, never contents.
    """

    line: int
    resource_type: str
    reason: Reason
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A sound record of a sort nobody asked for. It was not looked into."""

    resource_type: str


READ_BEFORE: Final = Passed(resource_type="")
"""What stands for a record that whoever goes on reading a file has had already: it keeps the count of places."""


class Unreadable(Exception):
    """Raised within this package while a record is read; its readers turn it into `Rejected`."""

    def __init__(self, reason: Reason, *, place: str) -> None:
        self.reason = reason
        self.place = place
        super().__init__(reason.value)
