"""Questions about charts. Opening is not free: ask for those you show and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from django.db import connection

from bedside.ground.rows import fetch_binary, fetch_first
from bedside.ground.scope import Scope, in_scope, reading
from bedside.records.charts.models import ChartPart
from bedside.records.charts.names import names
from bedside.records.charts.rules import Entry, Kind
from bedside.records.charts.sealed import SealedPart, open_parts, read_part
from bedside.records.patients import actions as patients
from bedside.safeguards.vault.queries import known_sealers, practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

__all__ = ["changed_ids_since", "chart", "charts", "last_change", "names", "parts_held", "settled_change"]

OPEN_AT_ONCE_MAX = 2000
_KINDS = {kind.value: kind for kind in Kind}
_PARTS: LiteralString = """
    SELECT patient_id, kind, sealed, version FROM charts_part WHERE practice_id = %s AND patient_id = ANY(%b::uuid[])
    AND kind = ANY(%b::text[])
"""
_CHANGED: LiteralString = """
    SELECT change_no, patient_id FROM charts_part WHERE practice_id = %s AND change_no > %s ORDER BY change_no
"""


def chart(scope: Scope, patient_id: UUID) -> tuple[Entry, ...]:
    """All entries of one person, tombstones too; nothing for somebody unknown, erased or of another practice.

    In no order. Raises Unsealable if a part was changed, swapped or rolled back.
    """
    return charts(scope, [patient_id]).get(patient_id, ())


def charts(
    scope: Scope, patient_ids: Iterable[UUID], *, kinds: Iterable[Kind] = tuple(Kind)
) -> dict[UUID, tuple[Entry, ...]]:
    """The entries of each person who has any, of these kinds; two thousand people are opened at a time.

    Raises Unsealable as `chart`.
    """
    wanted, kinds = [*dict.fromkeys(patient_ids)], [*kinds]
    found: dict[UUID, tuple[Entry, ...]] = {}
    for start in range(0, len(wanted), OPEN_AT_ONCE_MAX):
        part = wanted[start : start + OPEN_AT_ONCE_MAX]
        positions, sealers = known_sealers(scope, part)
        held = held_parts(scope, [*positions], kinds=kinds)
        opened = open_parts(
            held,
            keys=practice_keys(scope),
            sealers=sealers.at(positions[one.patient_id] for one in held),
        )
        for one, plain in zip(held, opened, strict=True):
            entries = read_part(one.kind, plain)
            found[one.patient_id] = found[one.patient_id] + entries if one.patient_id in found else entries
    return found


def held_parts(scope: Scope, patient_ids: Sequence[UUID], *, kinds: Iterable[Kind]) -> list[SealedPart]:
    """The parts of these people, not opened, for whoever has their keys."""
    with reading(scope):
        rows = fetch_binary(_PARTS, [scope.practice_id, patient_ids, [kind.value for kind in kinds]])
    return [
        SealedPart(patient_id=patient_id, kind=_KINDS[kind], sealed=sealed, version=version)
        for patient_id, kind, sealed, version in rows
    ]


def parts_held(scope: Scope, patient_id: UUID) -> int:
    """How many sealed parts lie of one person, whether or not they open."""
    with reading(scope):
        return ChartPart.objects.filter(practice_id=scope.practice_id, patient_id=patient_id).count()


def changed_ids_since(scope: Scope, change_no: int, *, limit: int) -> list[tuple[int, UUID]]:
    """(change number, patient id) of the parts changed after `change_no`, oldest change first.

    Somebody may be in it once for each kind. Numbers are those of `patients.queries.changed_since`.
    """
    with reading(scope):
        return [
            (number, one) for number, one in fetch_first(_CHANGED, [scope.practice_id, change_no], rows=limit)
        ]


def last_change(scope: Scope) -> int:
    """The number of the newest change of a chart, 0 without any."""
    with reading(scope):
        rows = ChartPart.objects.filter(practice_id=scope.practice_id).order_by("-change_no")
        return rows.values_list("change_no", flat=True).first() or 0


def settled_change(scope: Scope) -> int:
    """The newest number such that every change of a patient or of a chart up to it is committed.

    Waits for writers under way, as `patients.actions.settled_change`, whose lock is held for the look at the charts.
    """
    with in_scope(scope), connection.cursor() as cursor:
        of_patients = patients.settled_change(scope)
        cursor.execute(
            "SELECT coalesce(max(change_no), 0) FROM charts_part WHERE practice_id = %s", [scope.practice_id]
        )
        return max(of_patients, int(cursor.fetchone()[0]))
