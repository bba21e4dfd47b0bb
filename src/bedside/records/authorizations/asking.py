"""Asking a person to sign a form, and what a link to one opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import ActorKind, Scope, in_scope, reading
from bedside.records.authorizations import entries
from bedside.records.authorizations.links import seal_signing_link
from bedside.records.authorizations.models import RequestRow
from bedside.records.authorizations.queries import evidence, version
from bedside.records.patients import queries as patients
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from bedside.records.authorizations.queries import VersionView

REQUEST_DAYS = 30
TRIES_MAX = 5


class RequestState(StrEnum):
    OPEN = "open"
    SIGNED = "signed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as a page needs it. `token` is the person's link, made anew each time."""

    id: UUID
    patient_id: UUID
    version: VersionView
    state: RequestState
    asked_at: datetime
    expires_at: datetime
    tries: int
    in_person: bool
    document_id: UUID | None

    def may_sign(self, *, at: datetime) -> bool:
        return self.state is RequestState.OPEN and at < self.expires_at and self.tries < TRIES_MAX


def ask_to_sign(
    scope: Scope, patient_id: UUID, version_id: UUID, *, at: datetime, in_person: bool = False
) -> str:
    """Makes a request that can be answered for `REQUEST_DAYS` and gives its token.

    Never sends anything. `in_person`: staff sees the person who is going to sign. Raises NotFound, NotAllowed.
    """
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        patients.get(scope, patient_id)
        request_id = new_id()
        RequestRow.objects.create(
            id=request_id,
            practice_id=scope.practice_id,
            patient_id=patient_id,
            version_id=version(scope, version_id).id,
            in_person=in_person and scope.actor.kind is ActorKind.STAFF,
            asked_at=at,
            asked_by=scope.actor.id,
            expires_at=at + timedelta(days=REQUEST_DAYS),
            state=RequestState.OPEN,
        )
        record(scope, entries.ASKED, at=at, subject=patient_id, request_id=request_id, version_id=version_id)
    return seal_signing_link(practice_id=scope.practice_id, request_id=request_id)


def request(scope: Scope, request_id: UUID) -> Asked:
    """Raises NotFound, also once the person was erased."""
    with reading(scope):
        row = RequestRow.objects.filter(practice_id=scope.practice_id, id=request_id).first()
        if row is None:
            raise NotFound
        patients.get(scope, row.patient_id)
        return Asked(
            id=row.id,
            patient_id=row.patient_id,
            version=version(scope, row.version_id),
            state=RequestState(row.state),
            asked_at=row.asked_at,
            expires_at=row.expires_at,
            tries=row.tries,
            in_person=row.in_person,
            document_id=row.document_id,
        )


def decline(scope: Scope, request_id: UUID, *, at: datetime) -> bool:
    """Ends a request with a no; nothing else changes (45 CFR 164.508(b)(4)). False if it was answered before."""
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        row = locked_request(scope, request_id)
        if row.state != RequestState.OPEN:
            return False
        row.state, row.answered_at = RequestState.DECLINED, at
        row.save(update_fields=["state", "answered_at"])
        record(scope, entries.DECLINED, at=at, subject=row.patient_id, request_id=row.id)
    return True


def check_birth_date(scope: Scope, request_id: UUID, given: date | None, *, at: datetime) -> bool:
    """Whether the person with the link knows the patient's day of birth. A wrong one is counted, for good.

    True without a question where none is on record. Raises Refusal once `TRIES_MAX` were wrong, NotFound.
    Call it in a transaction of its own: a count must not be undone with what follows.
    """
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        row = locked_request(scope, request_id)
        on_record = patients.get(scope, row.patient_id).birth_date
        if on_record is None:
            return True
        if row.tries >= TRIES_MAX:
            raise Refusal("too_many_tries", "Please ask us for a new link; this one is closed.")
        if given == on_record:
            return True
        row.tries += 1
        row.save(update_fields=["tries"])
        record(scope, entries.GUESSED, at=at, subject=row.patient_id, request_id=row.id, tries=row.tries)
        return False


def check_signed_name(scope: Scope, request_id: UUID, given: str, *, at: datetime) -> bool:
    """As `check_birth_date`, for a person without a day of birth on record: the name as it was signed.

    Raises Refusal once `TRIES_MAX` were wrong, NotFound for a form that was not signed.
    """
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        row = locked_request(scope, request_id)
        if row.document_id is None:
            raise NotFound
        if row.tries >= TRIES_MAX:
            raise Refusal("too_many_tries", "Please ask us for a new link; this one is closed.")
        name = evidence(scope, row.document_id).signature.name
        if " ".join(given.split()).casefold() == name.casefold():
            return True
        row.tries += 1
        row.save(update_fields=["tries"])
        record(scope, entries.GUESSED, at=at, subject=row.patient_id, request_id=row.id, tries=row.tries)
        return False


def locked_request(scope: Scope, request_id: UUID) -> RequestRow:
    """Held until the transaction ends, so that two answers at once become one. Raises NotFound."""
    rows = RequestRow.objects.select_for_update().filter(practice_id=scope.practice_id, id=request_id)
    row = rows.first()
    if row is None:
        raise NotFound
    return row
