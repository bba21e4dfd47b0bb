"""Which patient a source means by an id of its own: looked up blind, kept with what the source said last."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, LiteralString

from bedside.ground.rows import execute_binary, fetch_binary
from bedside.ground.scope import Scope, in_scope
from bedside.records.intake.models import KnownAs, Likeness
from bedside.records.patients.merging import became, survivors
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

_LABEL = "intake known as"
_CONTENT = "intake known content"
_FIND: LiteralString = """
    SELECT fingerprint, patient_id, updated_at, content, said FROM intake_known_as
    WHERE practice_id = %s AND source_id = %s AND fingerprint = ANY(%b::bytea[])
"""
_SAVE: LiteralString = """
    INSERT INTO intake_known_as (practice_id, source_id, fingerprint, patient_id, updated_at, content, said)
    SELECT %s, %s, fresh.* FROM unnest(%b::bytea[], %b::uuid[], %b::timestamptz[], %b::bytea[], %b::int[])
        AS fresh (fingerprint, patient_id, updated_at, content, said)
    ON CONFLICT (practice_id, source_id, fingerprint) DO UPDATE
    SET patient_id = excluded.patient_id, updated_at = excluded.updated_at, content = excluded.content,
        said = excluded.said
"""
_REPOINT: LiteralString = """
    UPDATE intake_known_as SET patient_id = %s WHERE practice_id = %s AND patient_id = %s
"""
_REPEAT_STOPS: LiteralString = """
    INSERT INTO intake_stop (practice_id, of_import_id, patient_id)
    SELECT practice_id, of_import_id, %s FROM intake_stop WHERE practice_id = %s AND patient_id = %s
    ON CONFLICT DO NOTHING
"""


@dataclass(slots=True, kw_only=True)
class Known:
    """What is known of one id of a source. `content`: a keyed hash of the last whole record, empty without one."""

    patient_id: UUID
    updated_at: datetime | None = None
    content: bytes = b""
    said: int = 0


def find_known(scope: Scope, source_id: UUID, ids: Iterable[str]) -> dict[str, Known]:
    """By the source's id, without those that it never named before; of a joined record, who it is now."""
    fingerprint = _fingerprints(scope, source_id)
    prints = {fingerprint(each): each for each in ids}
    if not prints:
        return {}
    rows = fetch_binary(_FIND, [scope.practice_id, source_id, [*prints]])
    joined = survivors(scope, {patient_id for _, patient_id, *_ in rows})  # those whom staff joined, too
    return {
        prints[fingerprint]: Known(
            patient_id=joined.get(patient_id, patient_id), updated_at=updated_at, content=content, said=said
        )
        for fingerprint, patient_id, updated_at, content, said in rows
    }


def save_known(scope: Scope, source_id: UUID, known: Mapping[str, Known]) -> None:
    """Keeps what is known by now of these ids of the source."""
    if not known:
        return
    fingerprint = _fingerprints(scope, source_id)
    held = [*known.values()]
    columns = [
        [fingerprint(each) for each in known],
        [each.patient_id for each in held],
        [each.updated_at for each in held],
        [each.content for each in held],
        [each.said for each in held],
    ]
    execute_binary(_SAVE, [scope.practice_id, source_id, *columns])


def known_as(scope: Scope, patient_id: UUID) -> frozenset[bytes]:
    """The fingerprints of all ids by which any source means somebody."""
    with in_scope(scope):
        return frozenset(map(bytes, rows_of(scope, patient_id).values_list("fingerprint", flat=True)))


def rows_of(scope: Scope, patient_id: UUID) -> QuerySet[KnownAs]:
    """By which ids sources mean somebody, or one of the records that became theirs."""
    everybody = [patient_id, *became(scope, patient_id)]
    return KnownAs.objects.filter(practice_id=scope.practice_id, patient_id__in=everybody)


def fingerprint_of(scope: Scope, source_id: UUID, own_id: str) -> bytes:
    """The fingerprint of one id of a source."""
    return _fingerprints(scope, source_id)(own_id)


def _fingerprints(scope: Scope, source_id: UUID) -> Callable[[str], bytes]:
    return partial(practice_keys(scope).blind_index, f"{_LABEL} {source_id}")


def content_of(scope: Scope, text: str) -> bytes:
    """A keyed hash by which the same record is recognised; it tells nobody what is in it."""
    return practice_keys(scope).blind_index(_CONTENT, text)


def repoint(scope: Scope, *, from_patient: UUID, to_patient: UUID) -> int:
    """Has every source mean `to_patient` by the ids of `from_patient`, after the two became one; gives how many.

    So do lists whose rows have no sure key; and a stop that a file asked for further up outweighs a yes further down.
    """
    with in_scope(scope):
        Likeness.objects.filter(practice_id=scope.practice_id, patient_id=from_patient).update(
            patient_id=to_patient
        )
        execute_binary(_REPEAT_STOPS, [to_patient, scope.practice_id, from_patient])
        return execute_binary(_REPOINT, [to_patient, scope.practice_id, from_patient])
