"""Patients to sealed bytes and back: one JSON list each, under the person's own key.

A list and no object: without 23 names to find, a record is read in two thirds of the time and is half as long.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import orjson

from bedside.records.patients.rules import Patient, Relationship, Sex

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from bedside.kit.sealing import Sealers
    from bedside.safeguards.vault.keys import PracticeKeys

# Where each value lies in a record, for ever: another field is put at the end, and none is moved or taken out.
_ORDER = (
    "mrn", "first_name", "last_name", "birth_date", "sex", "email", "phone", "street", "city", "state",
    "postal_code", "last_visit", "next_appointment", "provider", "interests", "conditions", "medications", "tags",
    "language", "deceased", "relationship", "part2", "custom",
)  # fmt: skip
_values_of = attrgetter(*_ORDER)
_DEFAULTS = {field.name: field.default for field in fields(Patient)}
_UNKNOWN: dict[str, Any] = {name: _DEFAULTS[name] for name in _ORDER}
_REST = [*_UNKNOWN.values()]
_id_of = itemgetter(0)
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
    return [*map(read_record, map(_id_of, rows), open_plain(rows, keys=keys))]


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
    """The values of a patient in their order; those at the end that are not known are left out."""
    values = [*_values_of(patient)]
    while values and values[-1] == _REST[len(values) - 1]:
        values.pop()
    return orjson.dumps(values)


class _Draft:
    """A patient while it is built: the same slots, not yet frozen."""

    __slots__ = Patient.__slots__


def read_record(patient_id: UUID, plain: bytes) -> Patient:
    """The patient whose record this is. Raises ValueError for a field that is not a patient's.

    A frozen dataclass sets each field by a call of `object.__setattr__`, which took longer than all of AES; a draft
    of the same slots is filled directly and is a patient from then on.
    """
    values = orjson.loads(plain)
    if type(values) is dict:
        # From before there were lists: an object, without what is not known.
        values = [*(_UNKNOWN | values).values()]
    if len(values) > len(_ORDER):
        raise ValueError("a record with an unknown field; a newer Bedside wrote it")
    draft: Any = _Draft()
    draft.id = patient_id
    (
        draft.mrn, draft.first_name, draft.last_name, birth_date, sex, draft.email, draft.phone, draft.street,
        draft.city, draft.state, draft.postal_code, last_visit, next_appointment, draft.provider, interests,
        conditions, medications, tags, draft.language, draft.deceased, relationship, draft.part2, custom,
    ) = values + _REST[len(values) :]  # fmt: skip
    draft.birth_date = birth_date and _day(birth_date)
    draft.sex = _SEXES[sex]
    draft.last_visit = last_visit and _day(last_visit)
    draft.next_appointment = next_appointment and _day(next_appointment)
    draft.interests = tuple(interests)
    draft.conditions = tuple(conditions)
    draft.medications = tuple(medications)
    draft.tags = tuple(tags)
    draft.relationship = _RELATIONSHIPS[relationship]
    draft.custom = tuple(map(tuple, custom)) if custom else ()
    draft.__class__ = Patient
    return cast("Patient", draft)
