"""All that a verdict rests on, and its canonical bytes, so that every verdict can be replayed (P9).

Facts hold ids, dates and yes or no, never a name, an address or a diagnosis. They still say whom the practice
writes to about what, so whoever stores the bytes seals them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from bedside.decisions.gate.rules.classes import MessageClass
from bedside.records.consent.rules import (
    Answer,
    Category,
    ExpiryEvent,
    SuppressionReason,
)

if TYPE_CHECKING:
    from bedside.records.consent.rules import Authorization

FORMAT = 1
BYTES_MAX = 4096


class BadFacts(ValueError):
    """Bytes that are no facts of a known format. Never says what is in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """What is the same for everybody in one campaign.

    `category` is `CLASS_RULES[message_class].category`. None for the class or for `remuneration` means that
    nobody has answered yet, which holds the message. The three attestations hold it too while they are False.
    """

    campaign_id: UUID
    message_class: MessageClass | None
    category: Category
    remuneration: (
        bool | None
    )  # does somebody whose product or service is described pay for the sending (MKT-05)
    opt_in_required: bool  # the practice's house rule
    approved: bool
    postal_address_present: bool
    unsubscribe_present: bool
    encrypted_route: bool
    research_basis_recorded: bool = False  # authorization or waiver (MKT-23); asked for research only
    fundraising_notice_recorded: bool = False  # the privacy notice speaks of fundraising (MKT-22)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationFacts:
    signed_on: date
    expires_on: date | None
    expires_event: ExpiryEvent | None
    revoked: bool
    remuneration_stated: bool
    sender_covered: bool
    verified: bool

    @classmethod
    def of(cls, authorization: Authorization) -> AuthorizationFacts:
        return cls(
            signed_on=authorization.signed_on,
            expires_on=authorization.expires_on,
            expires_event=authorization.expires_event,
            revoked=authorization.revoked_at is not None,
            remuneration_stated=authorization.remuneration_stated,
            sender_covered=authorization.sender_covered,
            verified=authorization.verified,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What is known of one person for this message's category. `minor` is None without a birth date.

    `suppression` is set only where the address is suppressed for this category; `prescription` is None unless
    the message is a refill reminder, so that no more is looked at than needed.
    """

    patient_id: UUID
    address_usable: bool
    deceased: bool
    minor: bool | None
    representative_recorded: bool
    prescription: bool | None
    answer: Answer
    stopped_everything: bool
    email_restricted: bool
    suppression: SuppressionReason | None
    authorization: AuthorizationFacts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One person and one message at one moment. `today` is the date of `asked_at` where the practice is."""

    message: MessageFacts
    person: PersonFacts
    asked_at: datetime  # UTC
    today: date

    def to_bytes(self) -> bytes:
        """Canonical JSON: the fields in the order of this file, no blanks. The same facts give the same bytes.

        `asked_at` must be in UTC.
        """
        if self.asked_at.tzinfo is not UTC:
            raise BadFacts("the moment must be given in UTC")
        return b'{"facts":%d,' % FORMAT + orjson.dumps(self)[1:]

    @classmethod
    def from_bytes(cls, stored: bytes) -> Facts:
        """Raises BadFacts."""
        if len(stored) > BYTES_MAX:
            raise BadFacts("too long")
        try:
            return _read(orjson.loads(stored))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadFacts("not facts of a known format") from error


def _read(plain: dict[str, Any]) -> Facts:
    if plain.pop("facts") != FORMAT or set(plain) != {"asked_at", "today", "message", "person"}:
        raise BadFacts("another format")
    return Facts(
        message=_read_message(plain["message"]),
        person=_read_person(plain["person"]),
        asked_at=_moment(plain["asked_at"]),
        today=date.fromisoformat(plain["today"]),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() != timedelta(0):
        raise BadFacts("the moment must be given in UTC")
    return moment.replace(tzinfo=UTC)


def _read_message(plain: dict[str, Any]) -> MessageFacts:
    chosen = plain.pop("message_class")
    return MessageFacts(
        campaign_id=UUID(plain.pop("campaign_id")),
        message_class=None if chosen is None else MessageClass(chosen),
        category=Category(plain.pop("category")),
        **_switches(plain, MessageFacts, unknown={"remuneration"}),
    )


def _read_person(plain: dict[str, Any]) -> PersonFacts:
    suppression, authorization = plain.pop("suppression"), plain.pop("authorization")
    return PersonFacts(
        patient_id=UUID(plain.pop("patient_id")),
        answer=Answer(plain.pop("answer")),
        suppression=None if suppression is None else SuppressionReason(suppression),
        authorization=None if authorization is None else _read_authorization(authorization),
        **_switches(plain, PersonFacts, unknown={"minor", "prescription"}),
    )


def _read_authorization(plain: dict[str, Any]) -> AuthorizationFacts:
    expires_on, expires_event = plain.pop("expires_on"), plain.pop("expires_event")
    return AuthorizationFacts(
        signed_on=date.fromisoformat(plain.pop("signed_on")),
        expires_on=None if expires_on is None else date.fromisoformat(expires_on),
        expires_event=None if expires_event is None else ExpiryEvent(expires_event),
        **_switches(plain, AuthorizationFacts, unknown=set()),
    )


def _switches(plain: dict[str, Any], kind: type, *, unknown: set[str]) -> dict[str, Any]:
    """The yes-or-no values that are left, each really one: a stray or missing name fails in the constructor."""
    for name, value in plain.items():
        if not isinstance(value, bool) and not (value is None and name in unknown):
            raise BadFacts(f"{kind.__name__} has a value of the wrong type")
    return plain
