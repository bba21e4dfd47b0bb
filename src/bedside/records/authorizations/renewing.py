"""Asking again before a document ends: 30 and 7 days ahead, once each, and never renewing by itself (AUT-25)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope, reading
from bedside.records.authorizations import entries
from bedside.records.authorizations.asking import ask_to_sign
from bedside.records.authorizations.links import signing_path
from bedside.records.authorizations.models import DocumentRow, ReminderRow, RequestRow, TemplateRow
from bedside.records.authorizations.queries import facts_of, versions
from bedside.records.authorizations.rules import validity
from bedside.records.authorizations.whom import wants_none
from bedside.records.consent.owing import owe_letter
from bedside.records.consent.queries import permissions_of, suppressed_addresses
from bedside.records.consent.rules import LetterKind
from bedside.records.patients import queries as patients
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from uuid import UUID

STAGES = (30, 7)  # days ahead, the first one first
_AT_ONCE_MAX = 2000
_QUIET_AFTER_ASKING = timedelta(days=7)  # whoever was asked one by one or in a round has had their mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """One document that ends soon and was not signed anew. `version_id` is what the person would be asked to sign;

    None where the form is retired or the paper was not ours.
    """

    patient_id: UUID
    document_id: UUID
    expires_on: date
    version_id: UUID | None
    asked: tuple[int, ...]  # days ahead at which they were asked already


def ending_soon(scope: Scope, *, today: date, days: int = STAGES[0]) -> list[Ending]:
    """Documents in force that end within `days`, today included, the first to end first."""
    with reading(scope):
        rows = DocumentRow.objects.filter(
            practice_id=scope.practice_id, expires_on__gte=today, expires_on__lte=today + timedelta(days=days)
        )
        found = rows.defer("rendering", "evidence").select_related("version").order_by("expires_on", "id")
        return _in_force(scope, list(found[:_AT_ONCE_MAX]), today=today)


def ask_again(scope: Scope, *, at: datetime, patient_ids: Iterable[UUID] | None = None) -> int:
    """Asks those whose documents end soon whether they want to sign again; None for everybody. Gives how many.

    Each is asked once per stage, and not within days of another asking; who wants no advertising is not asked for
    another authorization of it (CON-11).
    Nobody's document is made longer: who stays silent lets it lapse. Raises NotAllowed.
    """
    scope.require(Right.RECORD_CONSENT)
    wanted = None if patient_ids is None else set(patient_ids)
    today = at.astimezone(profile(scope).zone).date()
    asked = 0
    for ending in ending_soon(scope, today=today):
        stage = _stage(ending, today=today)
        if stage in ending.asked or (wanted is not None and ending.patient_id not in wanted):
            continue
        asked += _ask(scope, ending, stage=stage, at=at)
    return asked


def _stage(ending: Ending, *, today: date) -> int:
    """The last stage that has come."""
    left = (ending.expires_on - today).days
    return min(stage for stage in STAGES if left <= stage)


def _ask(scope: Scope, ending: Ending, *, stage: int, at: datetime) -> bool:
    """One person, in one transaction; False where there is nothing to ask for or nobody to ask."""
    if ending.version_id is None:
        return False
    with in_scope(scope):
        if _leaves_alone(scope, ending.patient_id, ending.version_id, at=at):
            return False
        _, made = ReminderRow.objects.get_or_create(
            practice_id=scope.practice_id,
            document_id=ending.document_id,
            days_ahead=stage,
            defaults={"at": at},
        )
        if not made:
            return False
        patient = patients.get(scope, ending.patient_id)
        token = ask_to_sign(scope, ending.patient_id, ending.version_id, at=at)
        owe_letter(
            scope,
            LetterKind.AUTHORIZATION_ENDS_SOON,
            patient_id=ending.patient_id,
            about=ending.document_id,
            language=patient.language,
            at=at,
            link=signing_path(token),
        )
        record(
            scope,
            entries.ENDING_ASKED,
            at=at,
            subject=ending.patient_id,
            document_id=ending.document_id,
            days_ahead=stage,
        )
    return True


def _leaves_alone(scope: Scope, patient_id: UUID, version_id: UUID, *, at: datetime) -> bool:
    """True for whoever wants no promotional mail, and for who was asked to sign this form some days ago."""
    today = at.astimezone(profile(scope).zone).date()
    held = permissions_of(scope, [patient_id])[patient_id]
    suppressed = suppressed_addresses(scope, {patient_id: patients.get(scope, patient_id).email})
    asked = RequestRow.objects.filter(
        practice_id=scope.practice_id, patient_id=patient_id, asked_at__gt=at - _QUIET_AFTER_ASKING
    )
    if asked.filter(version__template__versionrow__id=version_id).exists():
        return True
    return wants_none(held, suppressed.get(patient_id), today=today)


def _in_force(scope: Scope, rows: list[DocumentRow], *, today: date) -> list[Ending]:
    people = {row.patient_id for row in rows}
    held = permissions_of(scope, people)
    on_record = {patient.id for patient in patients.by_ids(scope, people)}
    newest = _newest_versions(scope, rows)
    reminders: dict[UUID, list[int]] = {}
    asked = ReminderRow.objects.filter(practice_id=scope.practice_id, document__in=rows)
    for document_id, days_ahead in asked.values_list("document_id", "days_ahead"):
        reminders.setdefault(document_id, []).append(days_ahead)
    return [
        Ending(
            patient_id=row.patient_id,
            document_id=row.id,
            expires_on=row.expires_on,
            version_id=newest.get(row.version.template_id) if row.version else None,
            asked=tuple(sorted(reminders.get(row.id, []))),
        )
        for row in rows
        if row.expires_on is not None
        and row.patient_id in on_record
        and validity(facts_of(scope, row, held[row.patient_id]), today=today) is None
        and not _signed_anew(scope, row)
    ]


def _signed_anew(scope: Scope, row: DocumentRow) -> bool:
    """True if the person has signed the same form since, or let another paper take its place."""
    if row.version is None:
        return False
    later = DocumentRow.objects.filter(
        practice_id=scope.practice_id,
        patient_id=row.patient_id,
        version__template_id=row.version.template_id,
        expires_on__gt=row.expires_on,
    )
    return later.exists()


def _newest_versions(scope: Scope, rows: list[DocumentRow]) -> dict[UUID, UUID]:
    """By template: the newest version of those that are in use."""
    wanted = {row.version.template_id for row in rows if row.version}
    mine = TemplateRow.objects.filter(practice_id=scope.practice_id, id__in=wanted, retired_at=None)
    return {row.id: versions(scope, row.id)[0].id for row in mine}
