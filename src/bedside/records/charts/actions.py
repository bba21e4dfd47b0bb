"""Verbs on charts: the only place that writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, LiteralString

from bedside.ground.errors import NotFound
from bedside.ground.rows import execute_binary
from bedside.ground.scope import Scope, in_scope
from bedside.records.charts import entries as kinds_of_act
from bedside.records.charts.models import ChartPart
from bedside.records.charts.names import learn_names
from bedside.records.charts.queries import held_parts
from bedside.records.charts.rules import Entry, Kind, merge
from bedside.records.charts.sealed import open_parts, read_part, seal_parts, written_part
from bedside.records.charts.versions import code_of
from bedside.records.patients.actions import announce_changes
from bedside.records.patients.locking import lock_people
from bedside.records.patients.merging import require_joining
from bedside.safeguards.audit.actions import record, record_each
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import known_sealers, practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.kit.sealing import Sealers
    from bedside.records.charts.rules import Merged

__all__ = ["Saved", "learn_names", "move", "note_chart_seen", "save_entries"]

_ROWS_PER_STATEMENT = 2000
_SAVE: LiteralString = """
    INSERT INTO charts_part (practice_id, patient_id, kind, sealed, version, change_no, updated_at)
    SELECT %s, fresh.patient_id, fresh.kind, fresh.sealed, fresh.version, fresh.change_no, %s
    FROM unnest(%b::uuid[], %b::text[], %b::bytea[], %b::int[], %b::bigint[])
        AS fresh (patient_id, kind, sealed, version, change_no)
    ON CONFLICT (practice_id, patient_id, kind) DO UPDATE
    SET sealed = excluded.sealed, version = excluded.version, change_no = excluded.change_no,
        updated_at = excluded.updated_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What became of the entries that came, as `rules.Merged` counts them.

    `homeless`: entries of people without a record here, such as those erased meanwhile.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    beyond: int = 0
    homeless: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One person's entries of one kind before they are written; version 0 if there were none.

    `position`: of the person's sealer.
    """

    patient_id: UUID
    position: int
    kind: Kind
    version: int
    merged: Merged


def save_entries(
    scope: Scope,
    came: Mapping[UUID, Sequence[Entry]],
    *,
    at: datetime,
    for_member: str = "",
    source: str = "",
) -> Saved:
    """Joins these entries to the charts of these people, in one transaction with the caller's.

    A part in which nothing changes is not written. `source` is a code such as `import:<id>`, `for_member` who wanted
    it. Raises Unsealable if a held part was changed, swapped or rolled back.
    """
    scope.require(Right.IMPORT_PATIENTS)
    with in_scope(scope):
        positions, sealers = known_sealers(scope, lock_people(scope, came))
        parts = _merged_parts(scope, came, positions=positions, sealers=sealers)
        written = [part for part in parts if part.merged.new or part.merged.changed]
        _write(scope, written, sealers=sealers, at=at)
        _record(scope, written, at=at, for_member=for_member, source=source)
    return _saved(parts, homeless=sum(len(came[one]) for one in came if one not in positions))


def move(scope: Scope, from_patient: UUID, to_patient: UUID, *, at: datetime) -> int:
    """Joins one person's chart to another's, who are the same; gives how many entries that were.

    Done again it moves nothing. Call it from `charts.merging`. Raises NotAllowed, NotFound if either has no record.
    """
    require_joining(scope)
    with in_scope(scope):
        positions, sealers = known_sealers(scope, lock_people(scope, [from_patient, to_patient]))
        if len(positions) != len({from_patient, to_patient}):
            raise NotFound
        given = _opened(scope, [from_patient], Kind, positions=positions, sealers=sealers)
        came = {to_patient: [entry for _, entries in given.values() for entry in entries]}
        parts = _merged_parts(scope, came, positions=positions, sealers=sealers)
        written = [part for part in parts if part.merged.new or part.merged.changed]
        _write(scope, written, sealers=sealers, at=at)
        ChartPart.objects.filter(practice_id=scope.practice_id, patient_id=from_patient).delete()
        count = len(came[to_patient])
        if count:
            record(
                scope, kinds_of_act.CHART_MOVED, at=at, subject=from_patient, count=count, to=str(to_patient),
                parts=_code(written),
            )  # fmt: skip
    return count


def note_chart_seen(
    scope: Scope, patient_id: UUID, *, shown: int, masked: int, special: bool, page: str, at: datetime
) -> None:
    """Records that the actor saw a chart, and whether specially protected entries were among it (45 CFR 164.312(b))."""
    scope.require(Right.SEE_PATIENTS)
    with in_scope(scope):
        record(
            scope, kinds_of_act.CHART_SEEN, at=at, subject=patient_id, shown=shown, masked=masked, special=special,
            page=page,
        )  # fmt: skip


def _merged_parts(
    scope: Scope, came: Mapping[UUID, Sequence[Entry]], *, positions: Mapping[UUID, int], sealers: Sealers
) -> list[_Part]:
    people = [(one, position) for one in came if (position := positions.get(one)) is not None]
    wanted = [_by_kind(came[one]) for one, _ in people]
    kinds = {kind for of_person in wanted for kind in of_person}
    held = _opened(scope, [one for one, _ in people], kinds, positions=positions, sealers=sealers)
    parts = []
    for (one, position), of_person in zip(people, wanted, strict=True):
        for kind, entries in of_person.items():
            version, known = held.get((position, kind), (0, ()))
            merged = merge(known, entries)
            parts.append(_Part(patient_id=one, position=position, kind=kind, version=version, merged=merged))
    return parts


def _by_kind(entries: Iterable[Entry]) -> dict[Kind, list[Entry]]:
    found: dict[Kind, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.kind, []).append(entry)
    return found


def _opened(
    scope: Scope,
    patient_ids: Sequence[UUID],
    kinds: Iterable[Kind],
    *,
    positions: Mapping[UUID, int],
    sealers: Sealers,
) -> dict[tuple[int, Kind], tuple[int, tuple[Entry, ...]]]:
    """Version and entries of each part of these kinds that these people have, by the position of whose they are.

    By position and not by id: an id is hashed by Python, ten times for each part.
    """
    held = held_parts(scope, patient_ids, kinds=kinds)
    of = [positions[one.patient_id] for one in held]
    plains = open_parts(held, keys=practice_keys(scope), sealers=sealers.at(of))
    return {
        (position, one.kind): (one.version, read_part(one.kind, plain))
        for position, one, plain in zip(of, held, plains, strict=True)
    }


def _write(scope: Scope, parts: Sequence[_Part], *, sealers: Sealers, at: datetime) -> None:
    if not parts:
        return
    versions = [part.version + 1 for part in parts]
    sealed = seal_parts(
        [written_part(part.merged.entries) for part in parts],
        of=[(part.patient_id, part.kind) for part in parts],
        versions=versions,
        keys=practice_keys(scope),
        sealers=sealers.at(part.position for part in parts),
    )
    numbers = announce_changes(scope, len(parts))
    columns = (
        [part.patient_id for part in parts],
        [part.kind.value for part in parts],
        sealed,
        versions,
        numbers,
    )
    for start in range(0, len(parts), _ROWS_PER_STATEMENT):
        some = [column[start : start + _ROWS_PER_STATEMENT] for column in columns]
        execute_binary(_SAVE, [scope.practice_id, at, *some])


def _saved(parts: Sequence[_Part], *, homeless: int) -> Saved:
    merged = [part.merged for part in parts]
    return Saved(
        new=sum(one.new for one in merged),
        changed=sum(one.changed for one in merged),
        unchanged=sum(one.unchanged for one in merged),
        stale=sum(one.stale for one in merged),
        beyond=sum(one.beyond for one in merged),
        homeless=homeless,
    )


def _record(scope: Scope, written: Sequence[_Part], *, at: datetime, for_member: str, source: str) -> None:
    """One entry for all of whom the same versions were written: a part put back or taken away is found by them."""
    for code, parts in _by_code(written).items():
        people = [*{part.position: part.patient_id for part in parts}.values()]
        record_each(
            scope,
            kinds_of_act.CHARTS_SAVED,
            at=at,
            about=source.partition(":")[2],
            subjects=people,
            new=sum(part.merged.new for part in parts),
            changed=sum(part.merged.changed for part in parts),
            people=len(people),
            parts=code,
            source=source,
            for_member=for_member,
        )


def _by_code(written: Sequence[_Part]) -> dict[str, list[_Part]]:
    of_person: dict[int, list[_Part]] = {}
    for part in written:
        of_person.setdefault(part.position, []).append(part)
    found: dict[str, list[_Part]] = {}
    for parts in of_person.values():
        found.setdefault(_code(parts), []).extend(parts)
    return found


def _code(parts: Sequence[_Part]) -> str:
    """The versions that one person's parts have once they are written."""
    return code_of({part.kind.value: part.version + 1 for part in parts})
