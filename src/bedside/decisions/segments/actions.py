"""Verbs on segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from bedside.decisions.segments import entries
from bedside.decisions.segments.models import SegmentRow
from bedside.decisions.segments.queries import resolved, segments
from bedside.decisions.segments.rules import as_saved, to_json
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.looking import record_look
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.decisions.segments.rules import Rule

NAME_LENGTH_MAX = 80


def save(
    scope: Scope,
    *,
    segment_id: UUID | None,
    name: str,
    rule: Rule,
    at: datetime,
    based_on_version: int | None = None,
) -> UUID:
    """Saves a new segment, or a new version of one. Gives its id. Raises Refusal, NotFound.

    Of segments within it only the ids are saved, so that their later changes count. BadRule refuses one that would
    contain itself, and what does not exist.

    With `based_on_version` it refuses ("changed_meanwhile") to write over a newer one than the author saw.
    """
    scope.require(Right.BUILD_SEGMENTS)
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > NAME_LENGTH_MAX:
        raise Refusal("segment_name", f"Give the segment a name of at most {NAME_LENGTH_MAX} letters.")
    with in_scope(scope):
        _refuse_taken_name(scope, cleaned, segment_id)
        resolved(scope, as_saved(rule), segment_id=segment_id)
        row = _row(scope, segment_id, at=at)
        if based_on_version is not None and row.version != based_on_version:
            raise Refusal(
                "changed_meanwhile",
                "Somebody else saved this segment meanwhile; save again to keep yours instead.",
            )
        row.version += 1
        row.sealed = practice_keys(scope).seal(
            orjson.dumps({"name": cleaned, "rule": to_json(as_saved(rule))}),
            table="segments_segment",
            row=str(row.id),
            column="sealed",
            version=row.version,
        )
        row.updated_at = at
        row.save()
        record(scope, entries.SEGMENT_SAVED, at=at, subject=row.id, version=row.version)
    return row.id


def remove(scope: Scope, segment_id: UUID, *, at: datetime) -> None:
    """Puts a segment into the bin, from which `restore` takes it back. Raises NotFound."""
    _set_removed(scope, segment_id, removed_at=at, at=at)


def restore(scope: Scope, segment_id: UUID, *, at: datetime) -> None:
    """Takes a segment out of the bin. Raises NotFound."""
    _set_removed(scope, segment_id, removed_at=None, at=at)


def note_counted(scope: Scope, *, segment_id: UUID | None, count: int, health: bool, at: datetime) -> None:
    """Records that the actor had patients counted; without an id for a rule that is not saved."""
    scope.require(Right.BUILD_SEGMENTS)
    with in_scope(scope):
        record(scope, entries.SEGMENT_COUNTED, at=at, subject=segment_id or "", count=count, health=health)


def note_previewed(
    scope: Scope, patient_ids: Sequence[UUID], *, segment_id: UUID | None, health: bool, at: datetime
) -> None:
    """Records whom the actor saw while building a rule; without a segment's id for a rule that is not saved."""
    scope.require(Right.SEE_PATIENTS)
    with in_scope(scope):
        record_look(
            scope, entries.SEGMENT_PREVIEWED, at=at, about=segment_id or "", subjects=patient_ids,
            count=len(patient_ids), health=health,
        )  # fmt: skip


def _set_removed(scope: Scope, segment_id: UUID, *, removed_at: datetime | None, at: datetime) -> None:
    scope.require(Right.BUILD_SEGMENTS)
    with in_scope(scope):
        rows = SegmentRow.objects.filter(practice_id=scope.practice_id, id=segment_id)
        if rows.update(removed_at=removed_at) != 1:
            raise NotFound("There is no such segment.")
        kind = entries.SEGMENT_RESTORED if removed_at is None else entries.SEGMENT_REMOVED
        record(scope, kind, at=at, subject=segment_id)


def _refuse_taken_name(scope: Scope, name: str, segment_id: UUID | None) -> None:
    if any(other.name.casefold() == name.casefold() and other.id != segment_id for other in segments(scope)):
        raise Refusal("segment_name_taken", "There is already a segment of that name; choose another.")


def _row(scope: Scope, segment_id: UUID | None, *, at: datetime) -> SegmentRow:
    if segment_id is None:
        return SegmentRow(
            id=new_id(), practice_id=scope.practice_id, version=0, created_by=scope.actor.id, created_at=at
        )
    rows = SegmentRow.objects.select_for_update().filter(practice_id=scope.practice_id, id=segment_id)
    row = rows.first()
    if row is None:
        raise NotFound("There is no such segment.")
    return row
