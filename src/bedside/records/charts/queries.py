"""Questions about charts. Opening is not free: ask for those you show and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from bedside.ground.rows import fetch_binary
from bedside.ground.scope import Scope, reading
from bedside.records.charts.names import names
from bedside.records.charts.rules import Entry, Kind
from bedside.records.charts.sealed import SealedPart, open_parts, read_part
from bedside.safeguards.vault.queries import known_sealers, practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

__all__ = ["chart", "charts", "held_parts", "names"]

OPEN_AT_ONCE_MAX = 2000
_KINDS = {kind.value: kind for kind in Kind}
_PARTS: LiteralString = """
    SELECT patient_id, kind, sealed, version FROM charts_part WHERE practice_id = %s AND patient_id = ANY(%b::uuid[])
    AND kind = ANY(%b::text[])
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
