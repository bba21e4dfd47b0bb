"""What the questions are answered from: plain data, gathered by whoever knows it. Nothing in it names a patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from bedside.decisions.preflight.rules.questions import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Somebody stated, for the whole practice, what a register will know one day. `until` is its last day."""

    id: UUID
    register: Register
    account_id: str
    at: datetime
    until: date
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The practice and who works in it. `statements` are those that hold today."""

    today: date
    members: int
    without_second_factor: int
    second_factor_required: bool
    idle_minutes: int
    may_stop: int  # members who can pause or cancel
    statements: Mapping[Register, Statement] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The message as compiled. `problems`: sentences of what keeps it from being sent.

    `telling` names the places (subject, sender, link, picture) that tell something about health or a person, where
    nothing may; None while nobody has looked. `hints` counts what was found in the body. `grade` is the school year
    that reading it takes, None if it is too short to tell; `faults` are sentences about reading it.
    """

    content_hash: str
    problems: tuple[str, ...]
    subject: str
    telling: tuple[str, ...] | None
    hints: int
    grade: float | None
    faults: tuple[str, ...]
    has_text: bool
    unsubscribes: bool  # in HTML and in text
    has_postal_address: bool  # in HTML and in text
    is_labelled: bool
    fields: tuple[str, ...]
    unfit_fields: tuple[str, ...]  # that this kind of mail may not hold
    pictures: int
    unusable_pictures: int  # that may not go out today: a patient in them does not allow it, or no more
    stand_in: str  # a line of a starter that is still to be written; empty if there is none
    foreign_hosts: tuple[str, ...]  # whence a picture would be fetched, other than the practice's own
    attachments: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The audience. Before it is frozen only `total` is known, and `allowed` is None."""

    total: int
    allowed: int | None
    suppressed: int
    held: int
    held_for_route: int
    digest: str
    unknown_relationship: int
    new_to_us: int  # never written to before, of those looked at
    looked_at: int
    asks_special: bool  # chosen by something protected beyond other facts about health


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Exactly this content, handed over to a server for somebody of the practice."""

    id: UUID
    host: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Everything else about the campaign. `bound` is the hash that an approval of it as it is now is bound to."""

    bound: str
    message_class: str
    purpose: str
    remuneration: bool | None
    says_what_it_reveals: bool
    reveal_level: str  # of what was found; empty before anybody looked
    needs_opt_out: bool
    needs_postal_address: bool
    needs_label: bool
    relay_host: str  # empty without one
    dkim_bits: int  # 0 without a key
    sender_domain: str
    approved: bool | None  # None while it is not asked for
    author_approved: bool
    approver_sees_special: bool | None  # None while nobody approved
    begins_at: datetime | None  # in the practice's zone; None for at once
    tests: tuple[Trial, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    house: House
    written: Written
    people: People
    sending: Sending
