"""Patients to sealed bytes and back: one JSON text each, under the person's own key."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import orjson

from bedside.records.patients.rules import Patient, Relationship, Sex

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from bedside.kit.sealing import Sealers
    from bedside.safeguards.vault.keys import PracticeKeys

_NAMES = tuple(field.name for field in fields(Patient) if field.name != "id")
_KNOWN = frozenset(_NAMES)
_SEXES = {sex.value: sex for sex in Sex}
_RELATIONSHIPS = {relationship.value: relationship for relationship in Relationship}
_day = date.fromisoformat
# A patient as stored: id, id as text, sealed record, its version, wrapped key.
SealedRow: TypeAlias = "tuple[UUID, str, bytes, int, bytes]"


def seal_patients(
    patients: Sequence[Patient], *, keys: PracticeKeys, sealers: Sealers, versions: Sequence[int]
) -> list[bytes]:
    """One sealed record for each patient, in this order, under the sealers' keys in the same order."""
    names = [str(patient.id) for patient in patients]
    places = keys.places(table="patients_patient", column="sealed", rows=names, versions=versions)
    return sealers.seal_each([*map(written_record, patients)], places=places)


def open_patients(rows: Sequence[SealedRow], *, keys: PracticeKeys) -> list[Patient]:
    """Opened records in the order of the rows. Raises as `open_plain`."""
    return [*map(read_record, (row[0] for row in rows), open_plain(rows, keys=keys))]


def open_plain(rows: Sequence[SealedRow], *, keys: PracticeKeys) -> list[bytes]:
    """The records as written, in the order of the rows.

    Raises Unsealable with the position of the first record or key that was changed, swapped or rolled back.
    """
    if not rows:
        return []
    _, names, sealed, versions, wrapped = zip(*rows, strict=True)
    places = keys.places(table="patients_patient", column="sealed", rows=names, versions=versions)
    return keys.persons(names, wrapped).open_each(sealed, places=places)


def written_record(patient: Patient) -> bytes:
    """What is known of a patient as JSON, without what is not known; a relationship only if it is another one."""
    known = {name: value for name in _NAMES if (value := getattr(patient, name))}
    if patient.relationship is Relationship.PATIENT:
        del known["relationship"]
    return orjson.dumps(known)


class _Draft:
    """A patient while it is built: the same slots, not yet frozen."""

    __slots__ = Patient.__slots__


def read_record(patient_id: UUID, plain: bytes) -> Patient:
    """The patient whose record this is. Raises ValueError for a field that is not a patient's.

    A frozen dataclass sets each field by a call of `object.__setattr__`, which took longer than all of AES; a draft
    of the same slots is filled directly and is a patient from then on.
    """
    known: dict[str, Any] = orjson.loads(plain)
    if not _KNOWN.issuperset(known):
        raise ValueError("a record with an unknown field; a newer Bedside wrote it")
    get = known.get
    draft: Any = _Draft()
    draft.id = patient_id
    draft.mrn = get("mrn", "")
    draft.first_name = get("first_name", "")
    draft.last_name = get("last_name", "")
    draft.birth_date = _day(text) if (text := get("birth_date")) else None
    draft.sex = _SEXES[get("sex", "unknown")]
    draft.email = get("email", "")
    draft.phone = get("phone", "")
    draft.street = get("street", "")
    draft.city = get("city", "")
    draft.state = get("state", "")
    draft.postal_code = get("postal_code", "")
    draft.last_visit = _day(text) if (text := get("last_visit")) else None
    draft.next_appointment = _day(text) if (text := get("next_appointment")) else None
    draft.provider = get("provider", "")
    draft.interests = tuple(get("interests", ()))
    draft.conditions = tuple(get("conditions", ()))
    draft.medications = tuple(get("medications", ()))
    draft.tags = tuple(get("tags", ()))
    draft.language = get("language", "")
    draft.deceased = get("deceased", False)
    draft.relationship = _RELATIONSHIPS[get("relationship", "patient")]
    draft.part2 = get("part2", False)
    draft.__class__ = Patient
    return cast("Patient", draft)
