"""What do you hold about me? Asked by link, confirmed by mail, answered within thirty days (45 CFR 164.524(b)(2)).

Whoever holds an old mail may press the button; only who reads the present mailbox can confirm (RGT-14, 164.514(h)), and
until then nothing is owed and staff see nothing. The clock starts with the confirmation, and is put off once at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.scope import Actor, ActorKind, Purpose, Scope, in_scope, reading
from bedside.records.consent import entries
from bedside.records.consent.confirmations import LINK_DAYS, ConfirmationLink, mark_of, seal_confirmation
from bedside.records.consent.models import AccessRequestRow
from bedside.records.consent.owing import drop_letters, owe_letter
from bedside.records.consent.recording import begin
from bedside.records.consent.rules import LetterKind
from bedside.records.patients import queries as patients
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.db.models import QuerySet

ANSWER_DAYS: Final = 30
EXTENSION_DAYS: Final = 30
SHOWN_MAX: Final = 500


class Standing(StrEnum):
    """Where a request is, for the person who made it."""

    NONE = "none"
    ASKED = "asked"  # a mail asks them to confirm
    CONFIRMED = "confirmed"
    ANSWERED = "answered"
    EXPIRED = "expired"
    OTHER_ADDRESS = "other_address"  # the person has another address by now
    NO_ADDRESS = "no_address"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """A confirmed request, for staff. Days are the practice's; `extended_at` and `answered_at` are None while open."""

    id: UUID
    patient_id: UUID
    confirmed_at: datetime
    due_on: date
    extended_at: datetime | None
    answered_at: datetime | None

    def is_late(self, today: date) -> bool:
        return self.answered_at is None and today > self.due_on


def ask(scope: Scope, patient_id: UUID, *, language: str, at: datetime) -> tuple[Standing, date | None]:
    """Owes a mail to the present address that asks whether it was them. A second click owes no second mail.

    Gives where it stands then, with the day by which an open request is answered. Raises NotAllowed, NotFound.
    """
    with in_scope(scope):
        _, address = begin(scope, patient_id)
        if not address:
            return Standing.NO_ADDRESS, None
        mark = mark_of(scope, address)
        open_row = _rows(scope).filter(patient_id=patient_id, answered_at=None).order_by("-asked_at").first()
        if open_row is not None:
            stands = _standing(open_row, mark, at=at)
            if stands in {Standing.ASKED, Standing.CONFIRMED}:
                return stands, open_row.due_on
        row = AccessRequestRow.objects.create(
            id=uuid4(),  # all random: nothing in a link tells when it was made
            practice_id=scope.practice_id,
            patient_id=patient_id,
            mark=mark,
            asked_at=at,
            expires_at=at + timedelta(days=LINK_DAYS),
        )
        link = seal_confirmation(ConfirmationLink(scope.practice_id, row.id))
        owe_letter(
            scope, LetterKind.REQUEST_CONFIRM, patient_id=patient_id, address=address, about=row.id,
            language=language, at=at, link=f"r/{link}",
        )  # fmt: skip
        record(scope, entries.REQUEST_ASKED, at=at, subject=patient_id)
    return Standing.ASKED, None


def link_of(scope: Scope, patient_id: UUID) -> str:
    """The token of the newest request of a person, as it stands in the mail. Raises NotFound."""
    with reading(scope):
        newest = _rows(scope).filter(patient_id=patient_id).order_by("-asked_at").first()
    if newest is None:
        raise NotFound
    return seal_confirmation(ConfirmationLink(scope.practice_id, newest.id))


def visitor(link: ConfirmationLink, *, origin: str) -> tuple[Scope, UUID]:
    """Whoever comes with the link of the mail: a scope in which they speak for themselves, and who. Raises NotFound."""
    asking = _scope(link, "request", origin=origin)
    with reading(asking):
        patient_id = (
            _rows(asking).filter(id=link.confirmation_id).values_list("patient_id", flat=True).first()
        )
    if patient_id is None:
        raise NotFound
    return _scope(link, str(patient_id), origin=origin), patient_id


def standing(scope: Scope, link: ConfirmationLink, *, at: datetime) -> tuple[Standing, date | None]:
    """What the link could do now; changes nothing. Raises NotFound for somebody who was erased."""
    with reading(scope):
        row = _rows(scope).get(id=link.confirmation_id)
        address = patients.get(scope, row.patient_id).email
        return _standing(row, mark_of(scope, address) if address else "", at=at), row.due_on


def confirm(scope: Scope, link: ConfirmationLink, *, at: datetime) -> tuple[Standing, date | None]:
    """Starts the clock; only the first click does anything. Raises NotFound."""
    with in_scope(scope):
        row = _rows(scope).select_for_update().get(id=link.confirmation_id)
        _, address = begin(scope, row.patient_id)
        stands = _standing(row, mark_of(scope, address) if address else "", at=at)
        if stands is not Standing.ASKED:
            return stands, row.due_on
        row.confirmed_at = at
        row.due_on = at.astimezone(profile(scope).zone).date() + timedelta(days=ANSWER_DAYS)
        row.save(update_fields=["confirmed_at", "due_on"])
        drop_letters(scope, about=row.id)
        record(scope, entries.REQUEST_CONFIRMED, at=at, subject=row.patient_id, due_on=row.due_on.isoformat())
    return Standing.CONFIRMED, row.due_on


def requests(scope: Scope, *, at: datetime) -> list[AccessRequest]:
    """The confirmed ones for staff: the most urgent open one first; the look is recorded. Raises NotAllowed."""
    _staff(scope)
    with in_scope(scope):
        record(scope, entries.REQUESTS_SEEN, at=at)
        rows = _rows(scope).exclude(confirmed_at=None)
        open_ones = rows.filter(answered_at=None).order_by("due_on")[:SHOWN_MAX]
        answered = rows.exclude(answered_at=None).order_by("-answered_at")[:SHOWN_MAX]
        return [_request(row) for row in (*open_ones, *answered)]


def confirmed_request(scope: Scope, request_id: UUID) -> AccessRequest:
    """Raises NotFound unless it is a confirmed request of this practice, NotAllowed."""
    _staff(scope)
    with reading(scope):
        row = _rows(scope).exclude(confirmed_at=None).filter(id=request_id).first()
        if row is None:
            raise NotFound
        return _request(row)


def require(scope: Scope, request_id: UUID) -> None:
    """Raises NotFound unless it is a confirmed request of this practice, NotAllowed."""
    _staff(scope)
    with reading(scope):
        if not _rows(scope).exclude(confirmed_at=None).filter(id=request_id).exists():
            raise NotFound


def extend(scope: Scope, request_id: UUID, *, at: datetime) -> date:
    """Puts the answer off by thirty days, once (45 CFR 164.524(b)(2)(iii)). Gives the new day.

    The person must be told why in writing before the first day is over. Raises Refusal, NotAllowed, NotFound.
    """
    _staff(scope)
    with in_scope(scope):
        row = _open(scope, request_id)
        if row.extended_at is not None or row.due_on is None:
            raise Refusal("extended", "This request was put off once already; the law allows no more.")
        if at.astimezone(profile(scope).zone).date() > row.due_on:
            raise Refusal("late", "The day is over already; answer this request now.")
        row.extended_at, row.due_on = at, row.due_on + timedelta(days=EXTENSION_DAYS)
        row.save(update_fields=["extended_at", "due_on"])
        record(scope, entries.REQUEST_EXTENDED, at=at, subject=row.patient_id, due_on=row.due_on.isoformat())
    return row.due_on


def answered(scope: Scope, request_id: UUID, *, at: datetime) -> None:
    """Records that the person has their copy. Raises Refusal when that stands already, NotAllowed, NotFound."""
    _staff(scope)
    with in_scope(scope):
        row = _open(scope, request_id)
        row.answered_at = at
        row.save(update_fields=["answered_at"])
        record(scope, entries.REQUEST_ANSWERED, at=at, subject=row.patient_id)


def _open(scope: Scope, request_id: UUID) -> AccessRequestRow:
    row = _rows(scope).exclude(confirmed_at=None).select_for_update().filter(id=request_id).first()
    if row is None:
        raise NotFound
    if row.answered_at is not None:
        raise Refusal("answered", "This request is answered already.")
    return row


def _standing(row: AccessRequestRow, present: str, *, at: datetime) -> Standing:
    if row.answered_at is not None:
        return Standing.ANSWERED
    if row.confirmed_at is not None:
        return Standing.CONFIRMED
    if row.mark != present:
        return Standing.OTHER_ADDRESS
    return Standing.EXPIRED if at >= row.expires_at else Standing.ASKED


def _request(row: AccessRequestRow) -> AccessRequest:
    if row.confirmed_at is None or row.due_on is None:
        raise ValueError("a request that nobody confirmed is nothing to show")
    return AccessRequest(
        id=row.id,
        patient_id=row.patient_id,
        confirmed_at=row.confirmed_at,
        due_on=row.due_on,
        extended_at=row.extended_at,
        answered_at=row.answered_at,
    )


def _rows(scope: Scope) -> QuerySet[AccessRequestRow]:
    return AccessRequestRow.objects.filter(practice_id=scope.practice_id)


def _staff(scope: Scope) -> None:
    scope.require(Right.RECORD_CONSENT)
    if scope.actor.kind is ActorKind.PATIENT:
        raise NotAllowed


def _scope(link: ConfirmationLink, actor_id: str, *, origin: str) -> Scope:
    return Scope(
        practice_id=link.practice_id,
        actor=Actor(kind=ActorKind.PATIENT, id=actor_id),
        purpose=Purpose.PATIENT_REQUEST,
        rights=frozenset({Right.RECORD_CONSENT.value}),
        origin=origin,
    )
