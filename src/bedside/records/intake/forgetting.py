"""What imports still hold of somebody who is erased: files, rejected rows, and how to find them again.

A file names many people and its rows cannot be taken out of it, so the files of all imports that are over go: nothing
reads them any more. Rejected rows wait for somebody to correct them, so only those go that name the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope, reading
from bedside.kit.sealing import Unsealable
from bedside.records.intake.batches import one_batch_at_a_time
from bedside.records.intake.clinical.known import fingerprint_of, known_as, rows_of
from bedside.records.intake.models import Import, Likeness, Piece, Reject, Stop
from bedside.records.intake.nouns import ImportState
from bedside.records.intake.rules.naming import Named, names_person
from bedside.records.intake.sealed import open_cells
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from bedside.records.patients.rules import Patient
    from bedside.safeguards.vault.keys import PracticeKeys

_OVER = (ImportState.FINISHED.value, ImportState.CANCELLED.value)
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenRows:
    """`rejects_searched` were opened and compared; `rejects`, `files`, `likenesses` and `stops` are gone.

    `likenesses` are all ways to find the person again, also the ids by which other systems mean them.
    """

    files: int
    rejects_searched: int
    rejects: int
    likenesses: int
    stops: int


def imports_not_over(scope: Scope) -> int:
    """Imports whose file may still bring somebody in, however long ago they were begun."""
    with reading(scope):
        return Import.objects.filter(practice_id=scope.practice_id).exclude(state__in=_OVER).count()


def begin_forgetting(scope: Scope) -> None:
    """Waits for the batch of an import that is under way, and lets none begin until the transaction ends."""
    scope.require(Right.ERASE_PATIENTS)
    with in_scope(scope):
        one_batch_at_a_time(scope)


def forget_person(scope: Scope, patient: Patient) -> ForgottenRows:
    """Removes what imports hold of one person, in the caller's transaction."""
    scope.require(Right.ERASE_PATIENTS)
    named = Named(
        address=patient.email, mrn=patient.mrn, first_name=patient.first_name, last_name=patient.last_name
    )
    with in_scope(scope):
        known = known_as(scope, patient.id)
        searched, found = _rejects_naming(scope, named, known)
        own = {"practice_id": scope.practice_id}
        files = (
            Piece.objects.filter(**own, of_import__state__in=_OVER).values("of_import_id").distinct().count()
        )
        Piece.objects.filter(**own, of_import__state__in=_OVER).delete()
        return ForgottenRows(
            files=files,
            rejects_searched=searched,
            rejects=Reject.objects.filter(**own, id__in=found).delete()[0],
            likenesses=_forget_ways(scope, patient.id),
            stops=Stop.objects.filter(**own, patient_id=patient.id).delete()[0],
        )


def forget_id(scope: Scope, patient_id: UUID) -> int:
    """Removes what is kept by id alone, for a record that an older backup has brought back and that opens no more."""
    scope.require(Right.ERASE_PATIENTS)
    with in_scope(scope):
        stops = Stop.objects.filter(practice_id=scope.practice_id, patient_id=patient_id).delete()[0]
        return _forget_ways(scope, patient_id) + stops


def _forget_ways(scope: Scope, patient_id: UUID) -> int:
    """All by which somebody would be found again when a list or a system names them."""
    likenesses = Likeness.objects.filter(practice_id=scope.practice_id, patient_id=patient_id).delete()[0]
    return likenesses + rows_of(scope, patient_id).delete()[0]


def _rejects_naming(scope: Scope, named: Named, known: Collection[bytes]) -> tuple[int, list[int]]:
    """(how many kept rejected rows were opened, numbers of those that name the person)."""
    keys, searched, found = practice_keys(scope), 0, []
    rows = Reject.objects.filter(practice_id=scope.practice_id).select_related("of_import")
    for row in rows.iterator(chunk_size=_AT_ONCE):
        searched += 1
        if _may_name(scope, row, keys, named, known):
            found.append(row.id)
    return searched, found


def _may_name(scope: Scope, row: Reject, keys: PracticeKeys, named: Named, known: Collection[bytes]) -> bool:
    """A row that somebody damaged may name anybody, helps nobody, and must not keep everybody from being erased.

    A rejected record of a system names nobody but by the system's own id.
    """
    try:
        cells = open_cells(keys, bytes(row.sealed), import_id=row.of_import_id, line=row.line)
    except Unsealable:
        return True
    source_id = row.of_import.source_id
    if known and source_id is not None and fingerprint_of(scope, source_id, cells[-1]) in known:
        return True
    return names_person(cells, named)
