"""Which fields of its own a practice has: reading, adding, changing and giving them up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope, reading
from bedside.kit.terminology import Sensitivity
from bedside.records.patients import entries
from bedside.records.patients.fields import FIELDS_MAX, OwnKind, PracticeField, checked, key_for
from bedside.records.patients.models import FieldRow
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from bedside.safeguards.audit.rules import EntryKind


def practice_fields(scope: Scope) -> list[PracticeField]:
    """All fields there ever were, in the order they were made; `removed_at` says which are given up."""
    with reading(scope):
        return [field for _, field in _held(scope)]


def add_field(scope: Scope, field: PracticeField, *, at: datetime) -> PracticeField:
    """Makes a field; `field.key` may be empty and is then made of the label. Gives it as it is kept. Raises Refusal."""
    scope.require(Right.MANAGE_PRACTICE)
    with in_scope(scope):
        held = practice_fields(scope)
        fresh = checked(field)
        fresh = replace(
            fresh, key=key_for(fresh.key or fresh.label, taken=[one.key for one in held]), removed_at=None
        )
        in_use = [one for one in held if one.removed_at is None]
        if len(in_use) >= FIELDS_MAX:
            raise Refusal("own_fields_full", f"There can be at most {FIELDS_MAX} fields; give one up first.")
        _check_label(fresh, in_use)
        row_id = new_id()
        FieldRow.objects.create(
            id=row_id, practice_id=scope.practice_id, version=1, made_at=at,
            sealed=_sealed(scope, row_id, fresh, version=1),
        )  # fmt: skip
        _record(scope, entries.FIELD_ADDED, row_id, fresh, at=at)
    return fresh


def change_field(scope: Scope, field: PracticeField, *, at: datetime) -> PracticeField:
    """Gives a field another name, other choices or another protection. Its kind stays. Raises NotFound, Refusal."""
    scope.require(Right.MANAGE_PRACTICE)
    with in_scope(scope):
        row, held = _one(scope, field.key)
        fresh = checked(replace(field, kind=held.kind, removed_at=None))
        others = [one for one in practice_fields(scope) if one.removed_at is None and one.key != field.key]
        _check_label(fresh, others)
        if fresh != held:
            _save(scope, row, fresh)
            _record(scope, entries.FIELD_CHANGED, row.id, fresh, at=at)
    return fresh


def remove_field(scope: Scope, key: str, *, at: datetime) -> None:
    """Gives a field up: no page shows it any more. Values stay in the records until these are written otherwise.

    Raises NotFound, also for one that was given up before.
    """
    scope.require(Right.MANAGE_PRACTICE)
    with in_scope(scope):
        row, held = _one(scope, key)
        gone = replace(held, removed_at=at)
        _save(scope, row, gone)
        _record(scope, entries.FIELD_REMOVED, row.id, gone, at=at)


def _one(scope: Scope, key: str) -> tuple[FieldRow, PracticeField]:
    for row, field in _held(scope, lock=True):
        if field.key == key and field.removed_at is None:
            return row, field
    raise NotFound


def _check_label(field: PracticeField, others: list[PracticeField]) -> None:
    if field.label.casefold() in {one.label.casefold() for one in others}:
        raise Refusal("own_label_taken", "There is a field of this name already; choose another.")


def _held(scope: Scope, *, lock: bool = False) -> Iterator[tuple[FieldRow, PracticeField]]:
    rows = FieldRow.objects.filter(practice_id=scope.practice_id).order_by("id")
    keys = practice_keys(scope)
    for row in rows.select_for_update() if lock else rows:
        plain = keys.open(
            bytes(row.sealed), table="patients_field", row=str(row.id), column="sealed", version=row.version
        )
        yield row, _read(orjson.loads(plain))


def _read(values: dict[str, Any]) -> PracticeField:
    removed = values["removed_at"]
    return PracticeField(
        key=values["key"],
        label=values["label"],
        kind=OwnKind(values["kind"]),
        choices=tuple(values["choices"]),
        sensitivity=Sensitivity(values["sensitivity"]),
        removed_at=datetime.fromisoformat(removed) if removed else None,
    )


def _sealed(scope: Scope, row_id: UUID, field: PracticeField, *, version: int) -> bytes:
    keys = practice_keys(scope)
    return keys.seal(
        orjson.dumps(field), table="patients_field", row=str(row_id), column="sealed", version=version
    )


def _save(scope: Scope, row: FieldRow, field: PracticeField) -> None:
    row.version += 1
    row.sealed = _sealed(scope, row.id, field, version=row.version)
    row.save(update_fields=["version", "sealed"])


def _record(scope: Scope, kind: EntryKind, row_id: UUID, field: PracticeField, *, at: datetime) -> None:
    record(scope, kind, at=at, subject=row_id, sensitivity=field.sensitivity.value)
