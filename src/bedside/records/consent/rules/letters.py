"""Service mails to one person: asked for by something they did, or owed to them by law; never advertising."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class LetterKind(StrEnum):
    CONFIRM_SIGNUP = "confirm_signup"  # second step of a sign-up (CON-05)
    CONFIRM_ADDRESS = "confirm_address"  # is this mailbox the person's (CON-18)
    ADDRESS_CHANGED = "address_changed"  # to the old address, without the new one (CON-19)
    AUTHORIZATION_COPY = "authorization_copy"  # 45 CFR 164.508(c)(4)
    AUTHORIZATION_ENDS_SOON = "authorization_ends_soon"
    AUTHORIZATION_ASKED = "authorization_asked"  # one that is lacking, or has ended; to be signed or left
    REQUEST_CONFIRM = "request_confirm"  # did you ask what we hold about you
    REQUEST_ANSWERED = "request_answered"
    WELCOME = "welcome"


class LetterState(StrEnum):
    """Where a letter is. OWED includes being tried again; the codes beside it say why it waits."""

    OWED = "owed"
    IN_HAND = "in_hand"  # one process is handing it over
    SENT = "sent"
    SUPPRESSED = "suppressed"  # the gate said no
    FAILED = "failed"
    IN_DOUBT = "in_doubt"  # it may or may not have arrived
    DROPPED = "dropped"  # not needed any more before it was handed over


# A letter in one of these can still be dropped, or owed only once.
UNDER_WAY: Final = (LetterState.OWED, LetterState.IN_HAND)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenLetter:
    """A letter in hand of one claim; `place` is its number in the claim.

    `address` is empty for a letter to the patient's present address. `link` is the path of a page, with its token.
    """

    id: UUID
    place: int
    kind: LetterKind
    patient_id: UUID | None
    about: UUID | None
    language: str
    attempt: int
    first_attempt_at: datetime
    address: str = field(default="", repr=False)
    link: str = field(default="", repr=False)
