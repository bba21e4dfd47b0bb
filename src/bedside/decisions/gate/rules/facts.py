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
    Sensitivity,
    StateProfile,
    SuppressionReason,
    Way,
)
from bedside.records.patients.rules import Relationship

if TYPE_CHECKING:
    from bedside.records.consent.rules import Authorization, Part2Consent

FORMAT = 2
BYTES_MAX = 4096
FIRST_FORMAT = 1


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
    # What receiving it may reveal (SEN-01), sorted; and whether it is picked up from the portal (SEN-23).
    sensitivities: tuple[Sensitivity, ...] = ()
    portal_route: bool = False
    authorization_purpose: str = (
        ""  # the code that an authorization must name (AUT-04); empty while not chosen
    )
    advertising_labelled: bool = False  # it says that it is advertising (CSP-03)
    monthly_cap: int | None = (
        None  # how often at most we said we write, per 30 days (CON-10); None says nothing
    )
    part2_program: bool = (
        False  # the practice is a Part 2 program: its patients' records all are (42 CFR 2.11)
    )
    address_proof_required: bool = False  # house rule (CON-18)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationFacts:
    signed_on: date
    expires_on: date | None
    expires_event: ExpiryEvent | None
    revoked: bool
    remuneration_stated: bool
    sender_covered: bool
    verified: bool
    purposes: tuple[str, ...] = ()
    sensitivities: tuple[Sensitivity, ...] = ()
    profile: StateProfile = StateProfile.FEDERAL
    found_false: bool = False

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
            purposes=authorization.purposes,
            sensitivities=authorization.sensitivities,
            profile=authorization.profile,
            found_false=authorization.found_false,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Part2Facts:
    """The Part 2 consent on record (42 CFR 2.31)."""

    purposes: tuple[str, ...]
    until: date | None
    care_only: bool

    @classmethod
    def of(cls, consent: Part2Consent) -> Part2Facts:
        return cls(purposes=consent.purposes, until=consent.until, care_only=consent.care_only)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What is known of one person for this message's category. `minor` is None without a birth date.

    `suppression` is set only where the address is suppressed for this category; `prescription` is None unless
    the message is a refill reminder, so that no more is looked at than needed. It does not say who it is: people about
    whom the same is known share one of these.
    """

    address_usable: bool
    deceased: bool
    minor: bool | None
    representative_recorded: bool
    prescription: bool | None
    answer: Answer
    stopped_everything: bool
    email_restricted: bool
    suppression: SuppressionReason | None
    authorization: AuthorizationFacts | None  # of several, the one that fits this message best
    relationship: Relationship
    jurisdiction: str  # two capital letters of a state, empty when not known
    paused_until: date | None  # of this category
    monthly_max: int | None  # "less often", as the person chose; None chose nothing
    mailed: int | None  # of this category in the last 30 days; None when nobody could count
    address_proven: bool
    other_way: Way | None  # 45 CFR 164.522(b)
    part2_record: bool  # substance use records are held about this person
    part2_consent: Part2Facts | None
    collection_consented: bool  # consumer health data may be kept (RCW 19.373.030)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One person and one message at one moment. `today` is the date of `asked_at` where the practice is."""

    patient_id: UUID
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
        moment, today = orjson.dumps(self.asked_at), orjson.dumps(self.today)
        person = b'{"patient_id":"%b",%b' % (str(self.patient_id).encode(), orjson.dumps(self.person)[1:])
        return b'{"facts":%d,"message":%b,"person":%b,"asked_at":%b,"today":%b}' % (
            FORMAT, message_bytes(self.message), person, moment, today,
        )  # fmt: skip

    @classmethod
    def from_bytes(cls, stored: bytes) -> Facts:
        """Raises BadFacts."""
        return read_facts(stored)[0]


# The last message written: it is the same for everybody in a campaign and more than half of the bytes.
_written: list[tuple[MessageFacts, bytes]] = []


def message_bytes(message: MessageFacts) -> bytes:
    """The message's part of the canonical bytes."""
    for kept, plain in _written[:]:
        if kept is message:
            return plain
    plain = orjson.dumps(message)
    _written[:] = [(message, plain)]
    return plain


def read_facts(stored: bytes) -> tuple[Facts, int]:
    """The facts, and the format that they were stored in. Raises BadFacts."""
    if len(stored) > BYTES_MAX:
        raise BadFacts("too long")
    try:
        return _read(orjson.loads(stored))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadFacts("not facts of a known format") from error


# What the first format did not know; the rules that ask for it hold from a later day than any facts of that format.
_MESSAGE_BEFORE: dict[str, Any] = {
    "sensitivities": [],
    "portal_route": False,
    "authorization_purpose": "",
    "advertising_labelled": False,
    "monthly_cap": None,
    "part2_program": False,
    "address_proof_required": False,
}
_PERSON_BEFORE: dict[str, Any] = {
    "relationship": "patient",
    "jurisdiction": "",
    "paused_until": None,
    "monthly_max": None,
    "mailed": None,
    "address_proven": False,
    "other_way": None,
    "part2_record": False,
    "part2_consent": None,
    "collection_consented": False,
}
_AUTHORIZATION_BEFORE: dict[str, Any] = {
    "purposes": [],
    "sensitivities": [],
    "profile": "federal",
    "found_false": False,
}


def _read(plain: dict[str, Any]) -> tuple[Facts, int]:
    made_in = plain.pop("facts")
    if made_in not in {FIRST_FORMAT, FORMAT} or set(plain) != {"asked_at", "today", "message", "person"}:
        raise BadFacts("another format")
    if made_in == FIRST_FORMAT:
        _complete(plain)
    facts = Facts(
        patient_id=UUID(plain["person"].pop("patient_id")),
        message=_read_message(plain["message"]),
        person=_read_person(plain["person"]),
        asked_at=_moment(plain["asked_at"]),
        today=date.fromisoformat(plain["today"]),
    )
    return facts, made_in


def _complete(plain: dict[str, Any]) -> None:
    """Fills in what the first format did not know. Raises BadFacts if it knew more."""
    authorization = plain["person"]["authorization"]
    for part, before in (
        (plain["message"], _MESSAGE_BEFORE),
        (plain["person"], _PERSON_BEFORE),
        *([(authorization, _AUTHORIZATION_BEFORE)] if authorization is not None else []),
    ):
        if not before.keys().isdisjoint(part):
            raise BadFacts("facts of the first format with fields of the second")
        part.update(before)


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
        sensitivities=_sensitivities(plain),
        authorization_purpose=_text(plain.pop("authorization_purpose")),
        monthly_cap=_number(plain.pop("monthly_cap")),
        **_switches(plain, MessageFacts, unknown={"remuneration"}),
    )


def _read_person(plain: dict[str, Any]) -> PersonFacts:
    suppression, authorization = plain.pop("suppression"), plain.pop("authorization")
    way, part2 = plain.pop("other_way"), plain.pop("part2_consent")
    return PersonFacts(
        answer=Answer(plain.pop("answer")),
        suppression=None if suppression is None else SuppressionReason(suppression),
        authorization=None if authorization is None else _read_authorization(authorization),
        relationship=Relationship(plain.pop("relationship")),
        jurisdiction=_text(plain.pop("jurisdiction")),
        paused_until=_day(plain.pop("paused_until")),
        monthly_max=_number(plain.pop("monthly_max")),
        mailed=_number(plain.pop("mailed")),
        other_way=None if way is None else Way(way),
        part2_consent=None if part2 is None else _read_part2(part2),
        **_switches(plain, PersonFacts, unknown={"minor", "prescription"}),
    )


def _read_authorization(plain: dict[str, Any]) -> AuthorizationFacts:
    expires_event = plain.pop("expires_event")
    return AuthorizationFacts(
        signed_on=date.fromisoformat(plain.pop("signed_on")),
        expires_on=_day(plain.pop("expires_on")),
        expires_event=None if expires_event is None else ExpiryEvent(expires_event),
        purposes=_purposes(plain),
        sensitivities=_sensitivities(plain),
        profile=StateProfile(plain.pop("profile")),
        **_switches(plain, AuthorizationFacts, unknown=set()),
    )


def _read_part2(plain: dict[str, Any]) -> Part2Facts:
    return Part2Facts(
        purposes=_purposes(plain),
        until=_day(plain.pop("until")),
        **_switches(plain, Part2Facts, unknown=set()),
    )


def _purposes(plain: dict[str, Any]) -> tuple[str, ...]:
    return tuple(_text(one) for one in plain.pop("purposes"))


def _sensitivities(plain: dict[str, Any]) -> tuple[Sensitivity, ...]:
    return tuple(Sensitivity(one) for one in plain.pop("sensitivities"))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BadFacts("a text of the wrong type")
    return value


def _number(value: object) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise BadFacts("a number of the wrong type")
    return value


def _switches(plain: dict[str, Any], kind: type, *, unknown: set[str]) -> dict[str, Any]:
    """The yes-or-no values that are left, each really one: a stray or missing name fails in the constructor."""
    for name, value in plain.items():
        if not isinstance(value, bool) and not (value is None and name in unknown):
            raise BadFacts(f"{kind.__name__} has a value of the wrong type")
    return plain
