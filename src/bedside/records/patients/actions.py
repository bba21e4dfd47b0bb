"""Verbs on patients' records: the only place that writes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection

from bedside.ground import arrays
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Scope, in_scope
from bedside.kit.mail.addresses import lookup_key_of
from bedside.records.patients import entries
from bedside.records.patients.models import PatientRow
from bedside.records.patients.queries import get, mrn_key, survivors
from bedside.records.patients.readdressing import Readdressed, ask_new, before_change, tell
from bedside.records.patients.sealed import seal_patients
from bedside.safeguards.audit.actions import record, record_each
from bedside.safeguards.audit.looking import record_look
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.actions import make_person_keys
from bedside.safeguards.vault.queries import person_sealers, practice_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.kit.sealing import Sealers
    from bedside.records.patients.rules import Patient
    from bedside.safeguards.vault.keys import PracticeKeys

_ROWS_PER_STATEMENT = 1000
_INSERT = """
    INSERT INTO patients_patient
        (id, sealed, version, address_index, mrn_index, change_no, practice_id, created_at, updated_at)
    SELECT fresh.*, %s, %s, %s
    FROM unnest(%s::uuid[], %s::bytea[], %s::int[], %s::bytea[], %s::bytea[], %s::bigint[]) AS fresh
"""
_UPDATE = """
    UPDATE patients_patient AS held
    SET sealed = fresh.sealed, version = fresh.version, address_index = fresh.address_index,
        mrn_index = fresh.mrn_index, change_no = fresh.change_no, updated_at = %s
    FROM unnest(%s::uuid[], %s::bytea[], %s::int[], %s::bytea[], %s::bytea[], %s::bigint[])
        AS fresh (id, sealed, version, address_index, mrn_index, change_no)
    WHERE held.practice_id = %s AND held.id = fresh.id
"""
_CHANGE_NUMBERS = "SELECT nextval('patients_change_no') FROM generate_series(1, %s)"


def add(scope: Scope, patient: Patient, *, at: datetime) -> None:
    """Stores one new person under a key of their own. `patient.id` must be fresh (`ground.identity.new_id`)."""
    scope.require(Right.EDIT_PATIENTS)
    with in_scope(scope):
        _insert(scope, [patient], at=at)
        record(scope, entries.PATIENT_ADDED, at=at, subject=patient.id)
        ask_new(scope, patient, at=at)


def change(scope: Scope, patient: Patient, *, at: datetime) -> None:
    """Replaces a record with a newer version. Raises NotFound, and Refusal for one that was joined to another."""
    scope.require(Right.EDIT_PATIENTS)
    with in_scope(scope):
        _locked_version(scope, patient.id)
        versions = _update(scope, [patient], at=at)
        record(scope, entries.PATIENT_CHANGED, at=at, subject=patient.id, version=versions[patient.id])


def register(scope: Scope, patient: Patient, *, at: datetime) -> None:
    """As `add`, for somebody who types. Raises Refusal if the record number is another patient's."""
    try:
        with in_scope(scope):
            add(scope, patient, at=at)
    except IntegrityError as error:
        raise _taken_mrn() from error


def revise(scope: Scope, patient: Patient, *, based_on_version: int, at: datetime) -> None:
    """As `change`, for somebody who typed over version `based_on_version` of the record.

    Raises Refusal "changed_meanwhile" if it is no longer the newest, "mrn_taken", "joined_record", and NotFound.
    """
    scope.require(Right.EDIT_PATIENTS)
    try:
        with in_scope(scope):
            if _locked_version(scope, patient.id) != based_on_version:
                raise Refusal(
                    "changed_meanwhile",
                    "Somebody else changed this record while you were typing; compare, then save again.",
                )
            change(scope, patient, at=at)
    except IntegrityError as error:
        raise _taken_mrn() from error


def set_deceased(scope: Scope, patient_id: UUID, *, deceased: bool, at: datetime) -> None:
    """Records a death, or takes it back. The gate writes to nobody recorded as deceased.

    Raises NotFound, and Refusal for a record that was joined to another: said of what is left of it, it would hold
    for no mail.
    """
    scope.require(Right.EDIT_PATIENTS)
    with in_scope(scope):
        version = _locked_version(scope, patient_id)
        _update(scope, [replace(get(scope, patient_id), deceased=deceased)], at=at)
        kind = entries.PATIENT_DECEASED if deceased else entries.PATIENT_LIVING
        record(scope, kind, at=at, subject=patient_id, version=version + 1)


def note_seen(scope: Scope, patient_id: UUID, *, page: str, at: datetime) -> None:
    """Records that the actor saw one record; `page` is a code for where (45 CFR 164.312(b))."""
    scope.require(Right.SEE_PATIENTS)
    with in_scope(scope):
        record(scope, entries.PATIENT_SEEN, at=at, subject=patient_id, page=page)


def note_listed(scope: Scope, patient_ids: Sequence[UUID], *, searched: bool, at: datetime) -> None:
    """Records whom the actor saw in a list: of everybody, or of those whom a search or a segment found."""
    scope.require(Right.SEE_PATIENTS)
    kind = entries.PATIENTS_SEARCHED if searched else entries.PATIENTS_LISTED
    with in_scope(scope):
        record_look(scope, kind, at=at, about="", subjects=patient_ids, count=len(patient_ids))


def note_exported(scope: Scope, patient_ids: Sequence[UUID], *, at: datetime) -> None:
    """Records an export, before its first byte leaves. Raises NotAllowed without the right to export."""
    scope.require(Right.EXPORT_PATIENTS)
    with in_scope(scope):
        record_look(
            scope, entries.PATIENTS_EXPORTED, at=at, about="", subjects=patient_ids, count=len(patient_ids)
        )


def save_many(
    scope: Scope,
    *,
    new: Sequence[Patient],
    changed: Sequence[Patient],
    source: str,
    at: datetime,
    for_member: str = "",
) -> None:
    """Stores a batch in one transaction. `source` is a code such as `import:<id>`, `for_member` who wanted it.

    The ledger keeps each person's new version, so that a row rolled back as a whole, old seal and all, is found.
    """
    scope.require(Right.IMPORT_PATIENTS)
    with in_scope(scope):
        _insert(scope, new, at=at)
        saved = _Saved(about=source.partition(":")[2], source=source, for_member=for_member)
        _record_saved(scope, saved, [patient.id for patient in new], version=1, at=at)
        for version, ids in _by_version(_update(scope, changed, at=at)).items():
            _record_saved(scope, saved, ids, version=version, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Saved:
    """What is the same in the leaves of a batch."""

    about: str
    source: str
    for_member: str


def _record_saved(scope: Scope, saved: _Saved, ids: Sequence[UUID], *, version: int, at: datetime) -> None:
    is_new = version == 1
    record_each(
        scope,
        entries.PATIENTS_SAVED,
        at=at,
        about=saved.about,
        subjects=ids,
        added=len(ids) if is_new else 0,
        changed=0 if is_new else len(ids),
        version=version,
        source=saved.source,
        for_member=saved.for_member,
    )


def _by_version(versions: Mapping[UUID, int]) -> dict[int, list[UUID]]:
    found: dict[int, list[UUID]] = {}
    for patient_id, version in versions.items():
        found.setdefault(version, []).append(patient_id)
    return found


def _insert(scope: Scope, patients: Sequence[Patient], *, at: datetime) -> None:
    numbers = announce_changes(scope, len(patients))
    sealers = make_person_keys(scope, [patient.id for patient in patients], at=at)
    rows = _rows(scope, patients, sealers, versions=[1] * len(patients), numbers=numbers)
    with connection.cursor() as cursor:
        for part in _parts(rows):
            cursor.execute(_INSERT, [scope.practice_id, at, at, *_columns(part)])


def _update(scope: Scope, patients: Sequence[Patient], *, at: datetime) -> dict[UUID, int]:
    """As `update_unheard`, and whoever has another address now is told."""
    wanted = {patient.id: patient for patient in patients}
    changes: list[Readdressed] = []
    versions = update_unheard(
        scope, patients, at=at, moving=lambda moved: changes.extend(before_change(scope, moved, wanted))
    )
    tell(scope, changes, at=at)
    return versions


def update_unheard(
    scope: Scope,
    patients: Sequence[Patient],
    *,
    at: datetime,
    moving: Callable[[list[UUID]], None] | None = None,
) -> dict[UUID, int]:
    """Gives the new version of each row that is there. Ledger and letters are the caller's, a verb of this room.

    `moving` is asked, before anything is written, about those whose address becomes another.
    """
    wanted = {patient.id: patient for patient in patients}
    if not wanted:
        return {}
    numbers = announce_changes(scope, len(wanted))
    held = list(
        PatientRow.objects.select_for_update()
        .filter(practice_id=scope.practice_id, id__in=list(wanted))
        .order_by("id")
        .only("id", "version", "address_index", "created_at")
    )
    sealers = person_sealers(scope, [row.id for row in held])
    versions = [row.version + 1 for row in held]
    # Numbers of those that are not there any more stay unused.
    rows = _rows(
        scope, [wanted[row.id] for row in held], sealers, versions=versions, numbers=numbers[: len(held)]
    )
    if moving is not None:
        moving([row.id for row, fresh in zip(held, rows, strict=True) if _is_moved(row, fresh)])
    with connection.cursor() as cursor:
        for part in _parts(rows):
            cursor.execute(_UPDATE, [at, *_columns(part), scope.practice_id])
    return {row.id: row.version for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A record as it goes into the table."""

    id: UUID
    sealed: bytes
    version: int
    address_index: bytes | None
    mrn_index: bytes | None
    change_no: int


def _is_moved(held: PatientRow, fresh: _Written) -> bool:
    """Whether the address is another, and not just written otherwise."""
    return (None if held.address_index is None else bytes(held.address_index)) != fresh.address_index


def _parts(rows: Sequence[_Written]) -> Iterator[Sequence[_Written]]:
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        yield rows[start : start + _ROWS_PER_STATEMENT]


def _columns(rows: Sequence[_Written]) -> list[str]:
    """In the order of both statements."""
    return [
        arrays.uuids(row.id for row in rows),
        arrays.byte_strings(row.sealed for row in rows),
        arrays.numbers(row.version for row in rows),
        arrays.byte_strings(row.address_index for row in rows),
        arrays.byte_strings(row.mrn_index for row in rows),
        arrays.numbers(row.change_no for row in rows),
    ]


def _rows(
    scope: Scope,
    patients: Sequence[Patient],
    sealers: Sealers,
    *,
    versions: Sequence[int],
    numbers: Sequence[int],
) -> list[_Written]:
    """Sealers, versions and change numbers go with the patients one by one."""
    keys = practice_keys(scope)
    sealed = seal_patients(patients, keys=keys, sealers=sealers, versions=versions)
    return [
        _Written(
            id=patient.id,
            sealed=one,
            version=version,
            address_index=_address_index(keys, patient),
            mrn_index=keys.blind_index("mrn", mrn_key(patient.mrn)) if patient.mrn else None,
            change_no=number,
        )
        for patient, one, version, number in zip(patients, sealed, versions, numbers, strict=True)
    ]


def _address_index(keys: PracticeKeys, patient: Patient) -> bytes | None:
    return keys.blind_index("address", lookup_key_of(patient.email)) if patient.email else None


def _taken_mrn() -> Refusal:
    return Refusal("mrn_taken", "Another patient has this record number; check it.")


def _locked_version(scope: Scope, patient_id: UUID) -> int:
    """The newest version, held until the transaction ends. Raises NotFound, Refusal "joined_record"."""
    rows = PatientRow.objects.select_for_update().filter(practice_id=scope.practice_id, id=patient_id)
    version = rows.values_list("version", flat=True).first()
    if version is None:
        raise NotFound
    require_unjoined(scope, patient_id)  # only now: a joining under way holds the record, too
    return version


def require_unjoined(scope: Scope, patient_id: UUID) -> None:
    """Raises Refusal "joined_record" for the number that is left of a record which was joined to another."""
    if survivors(scope, [patient_id]):
        raise Refusal("joined_record", "This record was joined to another; open that one and do it there.")


def announce_changes(scope: Scope, how_many: int) -> list[int]:
    """Change numbers for the rows about to be written.

    Writers share a lock that a reader of "everything up to N" takes alone (`segments.freshness`): without it a
    lower number could be committed after a higher one was already seen, and that change be missed for ever.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 7))", [str(scope.practice_id)]
        )
        cursor.execute(_CHANGE_NUMBERS, [how_many])
        return [number for (number,) in cursor.fetchall()]
