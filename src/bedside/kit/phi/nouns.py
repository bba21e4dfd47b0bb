"""The nouns of the guard: a place to read, what was found there, and what is known beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType

if TYPE_CHECKING:
    from datetime import date

Span = NewType("Span", tuple[int, int])  # start and end in characters, end not included


class PlaceKind(StrEnum):
    """What sort of place a text stands in: some are read by everybody on the way, and judged more strictly."""

    BODY = "body"
    SUBJECT = "subject"
    PREVIEW = "preview"
    SENDER_NAME = "sender_name"
    HEADER = "header"
    LINK = "link"
    PICTURE = "picture"  # the address or file name of a picture
    DESCRIPTION = "description"  # of a picture, for who cannot see it
    ATTACHMENT_NAME = "attachment_name"
    ATTACHMENT = "attachment"  # the text inside


# Read by mail servers, in lists of messages, on locked screens and in logs of web servers (MIN-04, MIN-10).
OPEN_PLACES: Final = frozenset(
    {PlaceKind.SUBJECT, PlaceKind.PREVIEW, PlaceKind.SENDER_NAME, PlaceKind.HEADER, PlaceKind.LINK}
)
NAMED_FILES: Final = frozenset({PlaceKind.PICTURE, PlaceKind.ATTACHMENT_NAME})


class Kind(StrEnum):
    """What was found: the identifiers of 45 CFR 164.514(b)(2)(i), then what tells of health."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    DATE = "date"
    AGE = "age"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    MRN = "mrn"
    SSN = "ssn"
    MBI = "mbi"
    NPI = "npi"
    MEMBER_NUMBER = "member_number"
    CARD = "card"
    ACCOUNT = "account"
    LICENSE = "license"
    VEHICLE = "vehicle"
    DEVICE = "device"
    URL = "url"
    IP = "ip"
    BIOMETRIC = "biometric"
    DRUG = "drug"
    CONDITION = "condition"
    PROCEDURE_OR_TEST = "procedure_or_test"
    HEALTH_STATEMENT = "health_statement"
    TEST_RESULT = "test_result"
    APPOINTMENT_DETAIL = "appointment_detail"
    HEALTH_PICTURE = "health_picture"
    UNREADABLE = "unreadable"


HEALTH_KINDS: Final = frozenset(
    {
        Kind.DRUG, Kind.CONDITION, Kind.PROCEDURE_OR_TEST, Kind.HEALTH_STATEMENT, Kind.TEST_RESULT,
        Kind.APPOINTMENT_DETAIL, Kind.HEALTH_PICTURE, Kind.UNREADABLE,
    }
)  # fmt: skip
IDENTIFIER_KINDS: Final = frozenset(Kind) - HEALTH_KINDS


class Level(StrEnum):
    """How sure a finding is. Each of them makes a text PHI: a level says how to talk about it, not whether."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One text to read. `where` is the caller's own name for it and comes back in each finding."""

    where: str
    text: str = field(repr=False)
    kind: PlaceKind = PlaceKind.BODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that tells of a person or of their health, in characters `start` to `end` of the place's text.

    `why` is one plain sentence without any of the text. `suggestion` goes between `start` and `end` instead; the
    empty one leaves it out, None says that nobody but the author can put it better.
    """

    where: str
    start: int
    end: int
    kind: Kind
    level: Level
    why: str
    suggestion: str | None = field(default=None, repr=False)

    @property
    def is_health(self) -> bool:
        return self.kind in HEALTH_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRecord:
    """What is held about the one person a text goes to, so that it is recognised however it is written.

    `numbers` are phones, record and member numbers; `terms` are their conditions and medicines in words.
    """

    names: tuple[str, ...] = field(default=(), repr=False)
    birth_date: date | None = field(default=None, repr=False)
    dates: tuple[date, ...] = field(default=(), repr=False)
    numbers: tuple[str, ...] = field(default=(), repr=False)
    emails: tuple[str, ...] = field(default=(), repr=False)
    addresses: tuple[str, ...] = field(default=(), repr=False)
    terms: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What the sender says about itself to everybody, and is therefore nobody's secret.

    `names` are the practice's own and its clinicians'; `hosts` are its domains: mail addresses there are its own.
    """

    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
