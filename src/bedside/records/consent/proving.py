"""Showing that an address is the person's before anything about them goes there (CON-18; 45 CFR 164.514(h)).

By a click in a mail sent to that address alone, or by staff who have looked at an identity document. What is proven is
one address: with another on record the proof no longer counts (CON-19).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Actor, ActorKind, Purpose, Scope, in_scope, reading
from bedside.records.consent import entries
from bedside.records.consent.confirmations import ConfirmationLink, make_confirmation, mark_of
from bedside.records.consent.models import ConfirmationRow
from bedside.records.consent.owing import drop_confirmations, owe_letter
from bedside.records.consent.queries import permissions_of
from bedside.records.consent.recording import add_event, begin
from bedside.records.consent.rules import EventKind, LetterKind, Source, Terms
from bedside.records.patients import queries as patients
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.records.consent.rules import Evidence


class Confirmed(StrEnum):
    """What a link can do, or did."""

    OPEN = "open"  # a POST would confirm
    DONE = "done"
    ALREADY = "already"
    EXPIRED = "expired"
    OTHER_ADDRESS = "other_address"  # the person has another address by now


def prove_address(
    scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence | None
) -> bool:
    """Records that the present address is this person's. False if that stood already.

    For staff who looked at an identity document (`Source.IN_PERSON`), and for rooms that had the person click in a
    mail to just this address (`Source.CONFIRMED_LINK`). Raises NotAllowed, NotFound, Refusal without an address.
    """
    with in_scope(scope):
        held, address = begin(scope, patient_id)
        if not address:
            raise Refusal("no_address", "There is no email address on record; enter it first.")
        mark = mark_of(scope, address)
        drop_confirmations(scope, patient_id)
        if held.proven_mark == mark:
            return False
        add_event(
            scope, patient_id, EventKind.ADDRESS_PROVEN, source=source, at=at, evidence=evidence,
            terms=Terms(mark=mark),
        )  # fmt: skip
        record(scope, entries.ADDRESS_PROVEN, at=at, subject=patient_id, source=source)
    return True


def is_proven(scope: Scope, patient_id: UUID) -> bool:
    """Whether the address on record now was shown to be this person's. Raises NotFound."""
    with reading(scope):
        address = patients.get(scope, patient_id).email
        return bool(address) and permissions_of(scope, [patient_id])[patient_id].proven_mark == mark_of(
            scope, address
        )


def ask_to_prove(scope: Scope, patient_id: UUID, *, language: str, at: datetime) -> UUID | None:
    """Owes the person a mail with a link, in place of any that is owed. None if the address is proven already.

    Raises NotAllowed, NotFound, Refusal without an address.
    """
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        if is_proven(scope, patient_id):
            return None
        address = patients.get(scope, patient_id).email
        if not address:
            raise Refusal("no_address", "There is no email address on record; enter it first.")
        return owe_confirmation(scope, patient_id, address, language=language, at=at)


def owe_confirmation(
    scope: Scope, patient_id: UUID, address: str, *, language: str, at: datetime
) -> UUID | None:
    """For verbs that have just stored the address. The letter goes to `address` or nowhere."""
    with in_scope(scope):
        drop_confirmations(scope, patient_id)
        link = make_confirmation(scope, patient_id, address, at=at)
        return owe_letter(
            scope, LetterKind.CONFIRM_ADDRESS, patient_id=patient_id, address=address, about=new_id(),
            language=language, at=at, link=link,
        )  # fmt: skip


def visitor(link: ConfirmationLink, *, origin: str) -> tuple[Scope, UUID]:
    """Whoever comes with the link: a scope in which they speak for themselves alone, and who. Raises NotFound."""
    asking = _scope(link, "confirmation", origin=origin)
    with reading(asking):
        rows = ConfirmationRow.objects.filter(practice_id=link.practice_id, id=link.confirmation_id)
        patient_id = rows.values_list("patient_id", flat=True).first()
    if patient_id is None:
        raise NotFound
    return _scope(link, str(patient_id), origin=origin), patient_id


def standing(scope: Scope, link: ConfirmationLink, *, at: datetime) -> Confirmed:
    """What the link could do now. Changes nothing. Raises NotFound for somebody who was erased."""
    with reading(scope):
        row = ConfirmationRow.objects.filter(practice_id=scope.practice_id, id=link.confirmation_id).get()
        address = patients.get(scope, row.patient_id).email
        proven = permissions_of(scope, [row.patient_id])[row.patient_id].proven_mark
        return _standing(row, proven, mark_of(scope, address) if address else "", at=at)


def confirm(scope: Scope, link: ConfirmationLink, *, at: datetime, evidence: Evidence) -> Confirmed:
    """Proves the address by a click on the page's button; only the first click does anything. Raises NotFound."""
    with in_scope(scope):
        rows = ConfirmationRow.objects.filter(practice_id=scope.practice_id, id=link.confirmation_id)
        row = rows.select_for_update().get()
        held, address = begin(scope, row.patient_id)
        stands = _standing(row, held.proven_mark, mark_of(scope, address) if address else "", at=at)
        if stands is not Confirmed.OPEN:
            return stands
        row.used_at = at
        row.save(update_fields=["used_at"])
        prove_address(scope, row.patient_id, source=Source.CONFIRMED_LINK, at=at, evidence=evidence)
    return Confirmed.DONE


def _standing(row: ConfirmationRow, proven: str, present: str, *, at: datetime) -> Confirmed:
    if row.mark != present:
        return Confirmed.OTHER_ADDRESS
    if proven == present:
        return Confirmed.ALREADY
    if row.used_at is not None or at >= row.expires_at:
        return Confirmed.EXPIRED
    return Confirmed.OPEN


def _scope(link: ConfirmationLink, actor_id: str, *, origin: str) -> Scope:
    return Scope(
        practice_id=link.practice_id,
        actor=Actor(kind=ActorKind.PATIENT, id=actor_id),
        purpose=Purpose.PATIENT_REQUEST,
        rights=frozenset({Right.RECORD_CONSENT.value}),
        origin=origin,
    )
