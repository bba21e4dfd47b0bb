"""Placing and lifting legal holds, and reading them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope, reading
from bedside.kit.sealing import Place, Unsealable
from bedside.oversight.retention import entries
from bedside.oversight.retention.models import HoldRow
from bedside.oversight.retention.rules import REASON_CHARACTERS_MAX, Hold, HoldCode
from bedside.records.patients.erasing import lock_record
from bedside.records.patients.merging import became
from bedside.safeguards.audit.actions import record, record_each
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import person_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from bedside.kit.sealing import Sealer

HOLDS_MAX = 500  # of one list


def place_hold(scope: Scope, patient_id: UUID, *, code: HoldCode, reason: str, at: datetime) -> UUID:
    """Forbids erasing one person until the hold is lifted. Gives the hold's id. Raises NotFound, Refusal.

    `reason` is for people and kept sealed under the person's own key.
    """
    scope.require(Right.ERASE_PATIENTS)
    text = reason.strip()
    if not text or len(text) > REASON_CHARACTERS_MAX:
        raise Refusal(
            "hold_reason",
            f"Say why in up to {REASON_CHARACTERS_MAX} characters: the case, who asked, and when.",
        )
    hold_id = new_id()
    with in_scope(scope):
        lock_record(scope, patient_id)  # an erasure under way ends first, and then there is nobody to hold
        sealer = person_keys(scope, [patient_id]).get(patient_id)
        if sealer is None:
            raise NotFound
        HoldRow.objects.create(
            id=hold_id,
            practice_id=scope.practice_id,
            patient_id=patient_id,
            code=code.value,
            reason_sealed=sealer.seal(text.encode(), place=_place(scope.practice_id, hold_id)),
            placed_at=at,
            placed_by=scope.actor.id,
        )
        record(scope, entries.HOLD_PLACED, at=at, subject=patient_id, code=code.value, hold=str(hold_id))
    return hold_id


def lift_hold(scope: Scope, hold_id: UUID, *, at: datetime) -> UUID:
    """Ends one hold; gives whose it was. Raises NotFound for one that does not stand."""
    scope.require(Right.ERASE_PATIENTS)
    with in_scope(scope):
        row = _rows(scope).select_for_update(of=("self",)).filter(id=hold_id, lifted_at=None).first()
        if row is None:
            raise NotFound("That hold does not stand any more.")
        row.lifted_at, row.lifted_by = at, scope.actor.id
        row.save(update_fields=["lifted_at", "lifted_by"])
        record(scope, entries.HOLD_LIFTED, at=at, subject=row.patient_id, code=row.code, hold=str(hold_id))
    return row.patient_id


def list_holds(scope: Scope, *, lifted: bool, at: datetime) -> list[Hold]:
    """Holds that stand, or those that were lifted, newest first. That they were seen is in the ledger."""
    scope.require(Right.ERASE_PATIENTS)
    with in_scope(scope):
        rows = _rows(scope).filter(lifted_at__isnull=not lifted).order_by("-placed_at", "id")
        found = _read(scope, list(rows[:HOLDS_MAX]))
        people = sorted({hold.patient_id for hold in found})
        if people:
            record_each(scope, entries.HOLDS_LISTED, at=at, about="", subjects=people)
    return found


def hold(scope: Scope, hold_id: UUID) -> Hold:
    """Raises NotFound."""
    scope.require(Right.ERASE_PATIENTS)
    with reading(scope):
        rows = list(_rows(scope).filter(id=hold_id))
        if not rows:
            raise NotFound("There is no such hold.")
        return _read(scope, rows)[0]


def holds_on(scope: Scope, patient_id: UUID) -> list[Hold]:
    """The holds that stand on one person, oldest first, also on records that were joined to theirs."""
    with reading(scope):
        everybody = [patient_id, *became(scope, patient_id)]
        rows = _rows(scope).filter(patient_id__in=everybody, lifted_at=None).order_by("placed_at", "id")
        return _read(scope, list(rows))


def people_under_hold(scope: Scope) -> set[UUID]:
    """Everybody on whom a hold stands: nothing about them is deleted."""
    with reading(scope):
        return set(_rows(scope).filter(lifted_at=None).values_list("patient_id", flat=True))


def _rows(scope: Scope) -> QuerySet[HoldRow]:
    return HoldRow.objects.filter(practice_id=scope.practice_id)


def _read(scope: Scope, rows: Sequence[HoldRow]) -> list[Hold]:
    sealers = person_keys(scope, {row.patient_id for row in rows}) if rows else {}
    return [_hold(row, sealers) for row in rows]


def _hold(row: HoldRow, sealers: Mapping[UUID, Sealer]) -> Hold:
    return Hold(
        id=row.id,
        patient_id=row.patient_id,
        code=HoldCode(row.code),
        reason=_reason(row, sealers.get(row.patient_id)),
        placed_at=row.placed_at,
        placed_by=row.placed_by,
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by,
    )


def _reason(row: HoldRow, sealer: Sealer | None) -> str:
    """Empty for somebody erased, and for what does not open: one damaged reason must not hide every other hold."""
    if sealer is None:
        return ""
    try:
        return sealer.open(bytes(row.reason_sealed), place=_place(row.practice_id, row.id)).decode()
    except Unsealable:
        return ""


def _place(practice_id: UUID, hold_id: UUID) -> Place:
    return Place(
        practice=str(practice_id), table="retention_hold", row=str(hold_id), column="reason", version=1
    )
